"""The time, asked in one place, so that a test can hold it still.

Moments are UTC with microseconds. A posting date is a calendar day where the goods are: the local day of the machine the
terminal runs on.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_held: list[datetime] = []


def now() -> datetime:
    """This moment, in UTC."""
    return _held[-1] if _held else datetime.now(UTC)


def today() -> date:
    """This calendar day, where the program runs."""
    return now().astimezone().date()


def to_microseconds(moment: datetime) -> int:
    """A moment (with its time zone) as the database keeps it: microseconds since 1970, UTC."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone")
    return (moment - _EPOCH) // _MICROSECOND


def from_microseconds(microseconds: int) -> datetime:
    """The moment, in UTC, that the database's number stands for."""
    return _EPOCH + timedelta(microseconds=microseconds)


def now_microseconds() -> int:
    """This moment as the database keeps it."""
    return to_microseconds(now())


@contextmanager
def held_at(moment: datetime) -> Iterator[None]:
    """For tests and demonstrations: the clock stands at `moment` (with its time zone) inside the block."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone")
    _held.append(moment.astimezone(UTC))
    try:
        yield
    finally:
        _held.pop()
