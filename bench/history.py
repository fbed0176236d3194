"""Databases with a past: 1,000, 100,000 or 1,000,000 item ledger entries, as posting leaves them.

Nobody waits for a million postings. A block of 1,000 entries is posted through the door, as many in as out, so that it leaves no
stock and no value behind; then it is copied within the database, with other numbers and on other days, as often as it takes.
Nothing in such a history can be told from one that was posted, and `stockterm prove` has nothing against it.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench.company import BY, ITEMS, TODAY, line, make_masters, receive_stock
from db.connection import close_database, draw_numbers, fetch, in_write_transaction, open_database
from db.migrations import FOLDER, migrate
from db.models.ledger import ItemApplicationEntry, ItemLedgerEntry, ItemRegister, ValueEntry, WarehouseEntry
from db.posting.lines import EntryType
from db.posting.post import post_operations

BLOCK = 1_000
_DAYS = 365

# The columns that name another entry; 0 names none. The first is the table's own number.
_NUMBERS: dict[Any, dict[str, str]] = {
    ItemRegister: {"register_no": "item_register"},
    ItemLedgerEntry: {"entry_no": "item_ledger_entry", "register_no": "item_register"},
    ItemApplicationEntry: {
        "entry_no": "item_application_entry",
        "register_no": "item_register",
        "item_ledger_entry_no": "item_ledger_entry",
        "inbound_entry_no": "item_ledger_entry",
        "outbound_entry_no": "item_ledger_entry",
        "transferred_from_entry_no": "item_ledger_entry",
    },
    ValueEntry: {
        "entry_no": "value_entry",
        "register_no": "item_register",
        "item_ledger_entry_no": "item_ledger_entry",
        "caused_by": "value_entry",
        "applies_to_value_entry": "value_entry",
    },
    WarehouseEntry: {"entry_no": "warehouse_entry", "register_no": "item_register"},
}
_DAYS_IN = {"posting_date", "valuation_date", "registering_date", "last_invoice_date"}


def make_database(url: str, entries: int) -> None:
    """Make the company, its history and its open stock in an empty database."""
    open_database(url)
    try:
        fill(entries)
    finally:
        close_database()


def fill(entries: int) -> None:
    """The same, in the database that is open and empty. `entries` below one block means no history."""
    migrate()
    make_masters()
    if entries >= BLOCK:
        _post_block()
        first = _block()
        for number in range(1, entries // BLOCK):
            in_write_transaction(lambda number=number: _copy_block(first, number))  # type: ignore[misc]
        in_write_transaction(_raise_watermarks)
    receive_stock()


def _post_block() -> None:
    """For every item one receipt and the sales that use it up, some with a cost that does not divide."""
    sold = BLOCK // ITEMS - 1
    operations = []
    for item in range(ITEMS):
        operations.append(line(EntryType.PURCHASE, item, sold, f"block-{item}", unit_cost=f"{5 + item % 7}.013"))
        operations += [line(EntryType.SALE, item, 1, f"block-{item}-{number}") for number in range(sold)]
    post_operations(operations, BY)


def _block() -> dict[str, tuple[int, int]]:
    """The first and the last number of the block in every ledger."""
    block = {}
    for table, numbers in _NUMBERS.items():
        column, ledger = next(iter(numbers.items()))
        ((first, last),) = fetch(f"SELECT MIN({column}), MAX({column}) FROM {table._meta.table_name}")
        block[ledger] = (first, last)
    return block


def _copy_block(block: dict[str, tuple[int, int]], number: int) -> None:
    shifts = {}
    for ledger, (first, last) in block.items():
        drawn = draw_numbers({ledger: last - first + 1})[ledger]
        assert drawn[-1] - drawn[0] == last - first, "somebody else draws numbers"
        shifts[ledger] = drawn[0] - first
    day = (TODAY - timedelta(days=1 + number % _DAYS)).isoformat()
    for table, numbers in _NUMBERS.items():
        columns = [field.column_name for field in table._meta.sorted_fields]
        values = ", ".join(_copied(column, shifts.get(numbers.get(column, "")), day, number) for column in columns)
        key, ledger = next(iter(numbers.items()))
        name = table._meta.table_name
        fetch(f"INSERT INTO {name} ({', '.join(columns)}) SELECT {values} FROM {name} WHERE {key} BETWEEN ? AND ?", block[ledger])


def _copied(column: str, shift: int | None, day: str, number: int) -> str:
    """What stands in a column of the copy."""
    if shift is not None:
        return f"CASE WHEN {column} = 0 THEN 0 ELSE {column} + {shift} END"
    if column in _DAYS_IN:
        return f"CASE WHEN {column} IS NULL THEN NULL ELSE '{day}' END"
    return f"operation_id || '/{number}'" if column == "operation_id" else column


def _raise_watermarks() -> None:
    for column, table in (("last_item_ledger_entry_no", ItemLedgerEntry), ("last_warehouse_entry_no", WarehouseEntry)):
        fetch(
            f"UPDATE item_total SET {column} = (SELECT MAX(entry_no) FROM {table._meta.table_name} e"
            " WHERE e.item_no = item_total.item_no)"
        )


# ---- where they are kept


def work_folder() -> Path:
    """A folder of this user's for what benchmarks make; outside the repository. `STOCKTERM_BENCH_DIR` names another one."""
    folder = Path(os.environ.get("STOCKTERM_BENCH_DIR") or Path(tempfile.gettempdir()) / f"stockterm-bench-{os.getuid()}")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def sqlite_history(entries: int) -> Path:
    """An SQLite file with that history: a copy of one that is made once for each state of the schema."""
    folder = work_folder()
    made = folder / f"history-{entries}-{_version()}.db"
    if not made.exists():
        for old in folder.glob(f"history-{entries}-*"):
            old.unlink()
        growing = folder / f"growing-{os.getpid()}.db"
        forget_file(growing)
        make_database(f"sqlite:///{growing}", entries)
        growing.rename(made)
        forget_file(growing)
    copy = folder / f"posting-{entries}.db"
    forget_file(copy)
    shutil.copyfile(made, copy)
    return copy


def forget_file(path: Path) -> None:
    """Remove a database file and what SQLite and the queue of its writers put beside it."""
    for suffix in ("", "-wal", "-shm", ".lock"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _version() -> str:
    """Changes with the schema, with the company and with this module."""
    digest = hashlib.sha256()
    for path in sorted(_sources()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _sources() -> Iterable[Path]:
    here = Path(__file__).parent
    return [here / "company.py", here / "history.py", *FOLDER.glob("*.py")]
