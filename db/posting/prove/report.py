"""What a check is, and how its findings read: what, where, expected, found."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from db.connection import fetch
from db.core.errors import show
from db.core.numbers import from_scaled

AT_MOST = 20  # findings of one check that are written out; the others are counted


@dataclass(frozen=True, slots=True)
class ProofReport:
    """`checks`: the name of each check and how many rows it looked at. `findings`: one sentence each; none when all is well."""

    checks: tuple[tuple[str, int], ...]
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """One check: what must hold, the table whose rows it looks at, and what finds the rows for which it does not."""

    name: str
    table: str
    find: Callable[[], Iterable[str]]


def bounded(findings: Iterable[str]) -> Iterator[str]:
    """The first findings in words, the others as a number: a broken ledger of a million entries is still a report to read."""
    more = 0
    last = ""
    for number, finding in enumerate(findings, 1):
        if number <= AT_MOST:
            yield finding
        else:
            more += 1
            last = finding
    if more:
        yield f"… and {more:,} more like it, the last one: {last}"


def differs(where: str, what: str, expected: Any, found: Any) -> str:
    """`item ledger entry 7 (P1, item 1000): remaining quantity is 4, expected 6.`"""
    return f"{where}: {what} is {_shown(found)}, expected {_shown(expected)}."


def _shown(value: Any) -> str:
    if value is None:
        return "not there"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return show(value) or "blank"


def between(low: int, high: int) -> str:
    """A range of stored numbers in words."""
    return f"between {show(exact(low))} and {show(exact(high))}"


def exact(scaled: Any) -> Any:
    """A stored whole number as the decimal it stands for; None stays None."""
    return None if scaled is None else from_scaled(int(scaled))


_ENTRY = (
    "SELECT r.operation_id, e.leg, e.item_no, e.location_code FROM item_ledger_entry e"
    " LEFT JOIN item_register r ON r.register_no = e.register_no WHERE e.entry_no = ?"
)


def entry_name(entry_no: int) -> str:
    """How a finding names an item ledger entry: its number, the operation that made it, item and location."""
    rows = fetch(_ENTRY, (entry_no,))
    if not rows:
        return f"item ledger entry {entry_no} (which does not exist)"
    operation_id, leg, item_no, location_code = rows[0]
    reference = f"{operation_id}/{leg}" if operation_id and leg else operation_id
    known = ", ".join(filter(None, (reference, f"item {item_no}", location_code)))
    return f"item ledger entry {entry_no} ({known})"


def key_name(columns: Iterable[str], values: Iterable[Any]) -> str:
    """`item 1000, location BLUE, lot L1`: the parts of a key that are not blank."""
    named = [f"{column} {value}" for column, value in zip(columns, values, strict=False) if value not in ("", None)]
    return ", ".join(named)
