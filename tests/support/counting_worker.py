"""A process that counts until it is killed: `python -m tests.support.counting_worker URL TERMINAL BADGE`.

Takes up what is open at the terminal, or signs in and opens the bin; then scans the same item again and again and writes one line
for each scan that was echoed.
"""

import sys

from db.connection import open_database
from stockterm.flows.session import Session
from stockterm.flows.tokens import ScanToken

PIECE = "9528765432108"


def main(url: str, terminal: str, badge: str) -> None:
    open_database(url)
    session = Session(terminal)
    if session.view().prompt == "Badge":
        for text in (badge, "LOC:EAST", "1", "BIN:A-01"):
            session.take(ScanToken(text))
    while True:
        view = session.take(ScanToken(PIECE))
        sys.stdout.write(f"{view.quantity}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
