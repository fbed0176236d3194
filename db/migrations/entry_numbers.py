"""Where entry numbers come from: a sequence for each ledger on PostgreSQL, a column each of one counter row on SQLite."""

from collections.abc import Iterable

from db.connection import fetch, is_postgresql


def create_entry_numbers(ledgers: Iterable[str]) -> None:
    """Make the source of numbers for new ledgers; the first number drawn is 1. Ledgers that have one keep it."""
    if is_postgresql():
        for ledger in ledgers:
            fetch(f"CREATE SEQUENCE IF NOT EXISTS {ledger}_number AS bigint")
        return
    fetch("CREATE TABLE IF NOT EXISTS number_counter (id INTEGER NOT NULL PRIMARY KEY)")
    present = {row[1] for row in fetch("PRAGMA table_info(number_counter)")}
    for ledger in ledgers:
        if ledger not in present:
            fetch(f"ALTER TABLE number_counter ADD COLUMN {ledger} BIGINT NOT NULL DEFAULT 0")
    if not fetch("SELECT 1 FROM number_counter"):
        names = [row[1] for row in fetch("PRAGMA table_info(number_counter)") if row[1] != "id"]
        fetch(f"INSERT INTO number_counter (id, {', '.join(names)}) VALUES (1, {', '.join('0' for _ in names)})")


def last_number_drawn(ledger: str) -> int:
    """The last number that was drawn for a ledger, used or not; 0: none yet."""
    if is_postgresql():
        return int(fetch(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {ledger}_number")[0][0])
    return int(fetch(f"SELECT {ledger} FROM number_counter")[0][0])
