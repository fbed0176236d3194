"""A process with one session at a terminal, which also posts: what another process changes meanwhile must be felt here at once.

    python -m tests.support.picker URL

Reads lines from standard input: `scan A B …` scans, and prints the message that the screen shows; `sell LOT` posts a sale of one
piece of SALINE and prints `posted` or the code of the error.
"""

import sys
from decimal import Decimal

from db.connection import open_database
from db.posting.lines import EntryType, TrackingLine
from db.posting.post import Refused
from tests.flows.warehouse import a_line, posted, signed_in


def sell(lot: str) -> str:
    try:
        posted(a_line(EntryType.SALE, "SALINE", "1", "EAST", "A-01", tracking=(TrackingLine(Decimal(1), lot),)))
    except Refused as refused:
        return next(error.code for refusal in refused.refusals.values() for error in refusal.errors)
    return "posted"


def main(url: str) -> None:
    open_database(url)
    worker = signed_in(terminal="T9")
    for line in sys.stdin:
        command, *words = line.split()
        print(sell(words[0]) if command == "sell" else worker.scan(*words).said, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
