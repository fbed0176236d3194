"""Numbers drawn from a series.

`next_number` draws inside the write transaction that uses the number: the row of the series stays locked until that transaction
ends, so two sessions never get the same one, and one that fails leaves no gap. `preview_number` says which number would come and
uses none. A number that is printed before it is posted (a lot on a label) is taken by `take_in_advance`, which a series without
gaps refuses. Source: operations reference §17.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from db.connection import fetch, for_update, in_write_transaction, write_batch
from db.core.clock import today
from db.core.errors import UnknownCode
from db.core.number_errors import (
    NoNumbersOpen,
    NumberNotByHand,
    NumbersInDateOrder,
    NumbersUsedUp,
    NumbersWithoutGaps,
)
from db.core.numbering import number_after, steps_between
from db.fields import NUMBER_LENGTH

_LINE = (
    "SELECT starting_date, starting_no, ending_no, warning_no, increment, allow_gaps, first_no_used, last_no_used, last_date_used"
    " FROM number_series_line WHERE series_code = ? AND open AND starting_date <= ? ORDER BY starting_date DESC LIMIT 1"
)
_SERIES = "SELECT manual_nos, date_order FROM number_series WHERE code = ?"
_DRAWN = (
    "UPDATE number_series_line SET first_no_used = ?, last_no_used = ?, last_date_used = ?"
    " WHERE series_code = ? AND starting_date = ?"
)

Taken = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class _Line:
    """The line of a series that gives numbers on a day."""

    series: str
    starting_date: str
    starting_no: str
    ending_no: str
    warning_no: str
    increment: int
    allow_gaps: bool
    first_no_used: str
    last_no_used: str
    last_date_used: str | None

    def first_free(self) -> str:
        return number_after(self.last_no_used, self.increment) if self.last_no_used else self.starting_no

    def refuse_beyond(self, number: str) -> None:
        """Raises `NumbersUsedUp` where a number lies behind the last one of the line."""
        if self.ending_no and (steps_between(number, self.ending_no) or 0) < 0:
            raise NumbersUsedUp(series=self.series, last=self.ending_no)
        if len(number) > NUMBER_LENGTH:
            raise NumbersUsedUp(series=self.series, last=self.last_no_used)


def next_number(series_code: str, day: date | None = None, *, taken: Taken | None = None) -> str:
    """The next number of a series for a day (today), used up when the caller's write transaction commits.

    `taken` says whether a number is in use already, typed by hand: it is passed over. Raises `NumbersUsedUp`, `NoNumbersOpen`,
    `NumbersInDateOrder`, or `UnknownCode` for a series that does not exist.
    """
    return next_numbers(series_code, 1, day, taken=taken)[0]


def next_numbers(series_code: str, count: int, day: date | None = None, *, taken: Taken | None = None) -> list[str]:
    """The next so many numbers of a series, rising; as `next_number`."""
    assert count > 0
    day = day or today()
    line = _line(series_code, day, lock=True)
    numbers = _numbers(line, count, taken)
    used = (line.first_no_used or numbers[0], numbers[-1], max(day.isoformat(), line.last_date_used or ""))
    write_batch([(_DRAWN, [(*used, series_code, line.starting_date)])])
    return numbers


def preview_number(series_code: str, day: date | None = None, *, taken: Taken | None = None) -> str:
    """The number that would come next; uses none. Somebody else may draw it first. Raises as `next_number`."""
    return _numbers(_line(series_code, day or today(), lock=False), 1, taken)[0]


def take_in_advance(series_code: str, count: int = 1, day: date | None = None, *, taken: Taken | None = None) -> list[str]:
    """Numbers drawn in a transaction of their own, for what is printed before it is posted: unused ones leave gaps.

    Raises `NumbersWithoutGaps` where the series may have none; else as `next_number`.
    """

    def work() -> list[str]:
        if not _line(series_code, day or today(), lock=True).allow_gaps:
            raise NumbersWithoutGaps(series=series_code)
        return next_numbers(series_code, count, day, taken=taken)

    return in_write_transaction(work)


def numbers_left(series_code: str, day: date | None = None) -> int | None:
    """How many numbers a series has left, once the last one drawn has reached its warning; None before that."""
    line = _line(series_code, day or today(), lock=False)
    if not line.warning_no or not line.last_no_used or (steps_between(line.warning_no, line.last_no_used) or 0) < 0:
        return None
    return (steps_between(line.last_no_used, line.ending_no) or 0) // line.increment


def numbers_left_for(setting: str, day: date) -> int | None:
    """As `numbers_left`, of the series that a field of the company settings names; None where it names none."""
    [(code,)] = fetch(f"SELECT {setting} FROM settings WHERE id = 1")
    try:
        return numbers_left(code, day) if code else None
    except (NoNumbersOpen, NumbersInDateOrder):
        return None  # whoever draws the next number is told


def refuse_by_hand(series_code: str, number: str, field: str) -> None:
    """Raises `NumberNotByHand` where the series alone gives its numbers."""
    if not _series(series_code)[0]:
        raise NumberNotByHand(field=field, number=number, series=series_code)


def _series(code: str) -> tuple[bool, bool]:
    rows = fetch(_SERIES, (code,))
    if not rows:
        raise UnknownCode(field="series", kind="number series", value=code)
    return bool(rows[0][0]), bool(rows[0][1])


def _line(series_code: str, day: date, *, lock: bool) -> _Line:
    _manual, date_order = _series(series_code)
    rows = fetch(for_update(_LINE) if lock else _LINE, (series_code, day.isoformat()))
    if not rows:
        raise NoNumbersOpen(series=series_code, day=day)
    line = _Line(series_code, *rows[0])
    if date_order and line.last_date_used and day.isoformat() < line.last_date_used:
        last_day = date.fromisoformat(line.last_date_used)
        raise NumbersInDateOrder(field="date", series=series_code, last_day=last_day, day=day)
    return line


def _numbers(line: _Line, count: int, taken: Taken | None) -> list[str]:
    number = line.first_free()
    numbers: list[str] = []
    while len(numbers) < count:
        line.refuse_beyond(number)
        if taken is None or not taken(number):
            numbers.append(number)
        number = number_after(number, line.increment)
    return numbers
