"""The change log of master data and setup: who changed which field of which record, from what to what.

`Records.save` and `Records.delete` are the only writers of master data, so they write the log, in the same statement batch. Who
is at work is told once, by the door (`change.put`), and not handed through every rule of every record: it is the one thing here
that is kept between calls, for the length of one change.

A new record is one row without a field; a change is a row for each field. Badges and PIN hashes are logged as changed, never as
what they were.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from db.connection.session import Write
from db.core import clock

MADE, CHANGED, DELETED = "made", "changed", "deleted"
HIDDEN = "(hidden)"
_SECRET = frozenset({"pin_hash", "badge"})
_LONGEST = 500
_INSERT = (
    "INSERT INTO change_log (changed_at, user_code, terminal, source_code, kind, record_key, action, field, old_value, new_value)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


@dataclass(frozen=True, slots=True)
class ChangedBy:
    """Who changes master data: user and terminal, blank where nobody is named, and the program or job."""

    user_code: str = ""
    terminal: str = ""
    source_code: str = ""


NOBODY = ChangedBy()
_changed_by: ContextVar[ChangedBy] = ContextVar("changed_by", default=NOBODY)


@contextmanager
def changing(changed_by: ChangedBy) -> Iterator[None]:
    """What is saved inside was changed by these."""
    token = _changed_by.set(changed_by)
    try:
        yield
    finally:
        _changed_by.reset(token)


def logged(kind: str, key: Iterable[Any], action: str, changes: Mapping[str, tuple[Any, Any]]) -> Write:
    """The write that logs a change: `changes` is field → (old, new), empty for a record that is new or gone."""
    by, moment = _changed_by.get(), clock.now_microseconds()
    named = " ".join(map(_text, key))[:_LONGEST]
    rows = [
        [moment, by.user_code, by.terminal, by.source_code, kind, named, action, field, *_shown(field, old, new)]
        for field, (old, new) in (changes or {"": (None, None)}).items()
    ]
    return _INSERT, rows


def _shown(field: str, old: Any, new: Any) -> tuple[str, str]:
    if field in _SECRET:
        return HIDDEN if old else "", HIDDEN if new else ""
    return _text(old)[:_LONGEST], _text(new)[:_LONGEST]


def _text(value: Any) -> str:
    """A value as the interchange format writes it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if value else "0"
    return value.isoformat() if isinstance(value, date) else str(value)
