"""The last line of defence: triggers that keep the ledgers append-only, entries that belong to a register, numbers to come."""

from collections.abc import Iterator

from db.connection import fetch, stream
from db.migrations.append_only import missing_append_only
from db.migrations.entry_numbers import last_number_drawn
from db.models.ledger import LEDGERS
from db.posting.prove.report import Check, differs

_TABLES = tuple(model._meta.table_name for model in LEDGERS)
_WITH_REGISTER = tuple(table for table in _TABLES if table != "item_register")


def missing_triggers() -> Iterator[str]:
    """I14: amounts, quantities and dates of posted entries never change."""
    for name in missing_append_only((*_TABLES, "noted_number", "change_log")):
        yield f"trigger {name} is missing or switched off: nothing keeps posted rows from being changed."


def without_register() -> Iterator[str]:
    for table in _WITH_REGISTER:
        sql = (
            f"SELECT t.entry_no, t.register_no FROM {table} t LEFT JOIN item_register r ON r.register_no = t.register_no"
            " WHERE r.register_no IS NULL ORDER BY t.entry_no"
        )
        for entry_no, register_no in stream(sql):
            yield f"{table} {entry_no} names register {register_no}, which does not exist."


def numbers_used() -> Iterator[str]:
    """The next number of each ledger lies above all that were used."""
    for table in _TABLES:
        key = "register_no" if table == "item_register" else "entry_no"
        highest = fetch(f"SELECT COALESCE(MAX({key}), 0) FROM {table}")[0][0]
        drawn = last_number_drawn(table)
        if drawn < highest:
            yield differs(f"numbers of {table}", "the last number drawn", f"{highest} or more", drawn)


CHECKS = (
    Check("ledgers are guarded by triggers (I14)", "item_register", missing_triggers),
    Check("every entry belongs to a register", "item_ledger_entry", without_register),
    Check("numbers are drawn above all that were used", "item_register", numbers_used),
)
