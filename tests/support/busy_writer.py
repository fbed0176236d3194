"""A process that writes without pause: for tests of fairness, of concurrent writing and of kill −9.

    python -m tests.support.busy_writer URL SECONDS

Each transaction adds one row to `written` and 1 to the one row of `balance`, with numbers drawn as a posting draws them.
It prints "ready", waits for a line on standard input, writes, and prints its count and its longest wait as JSON; with
`SECONDS` 0 it writes until it is killed, and prints the number of each row after its commit.
"""

import json
import os
import sys
import time

from db.connection import draw_numbers, fetch_batch, for_update, in_write_transaction, open_database, write_batch

TABLES = (
    "CREATE TABLE written (entry_no BIGINT PRIMARY KEY, process BIGINT NOT NULL, balance_before BIGINT NOT NULL)",
    "CREATE TABLE balance (id BIGINT PRIMARY KEY, quantity BIGINT NOT NULL)",
    "INSERT INTO balance VALUES (1, 0)",
)


def write_once() -> int:
    """One transaction: lock the balance, draw a number, write both."""
    locked = (for_update("SELECT quantity FROM balance WHERE id = ?"), (1,))
    ((before,),) = fetch_batch([locked], reserve=lambda: {"written": 1})[0]
    (number,) = draw_numbers({"written": 1})["written"]
    write_batch(
        [
            ("INSERT INTO written (entry_no, process, balance_before) VALUES (?, ?, ?)", [(number, os.getpid(), before)]),
            ("UPDATE balance SET quantity = ? WHERE id = ?", [(before + 1, 1)]),
        ]
    )
    return number


def main(url: str, seconds: float) -> None:
    open_database(url)
    print("ready", flush=True)
    sys.stdin.readline()
    if not seconds:
        while True:
            print(in_write_transaction(write_once), flush=True)
    count, longest = 0, 0.0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        start = time.perf_counter()
        in_write_transaction(write_once)
        longest = max(longest, time.perf_counter() - start)
        count += 1
    print(json.dumps({"count": count, "longest_ms": longest * 1000}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
