"""What is due to be counted: counting periods, and for which items (at one location, or at all of them) they hold.

The dates of an item move on when a count order with it is posted, also where nothing differed. Source: operations reference §6.7.
"""

from dataclasses import dataclass
from datetime import date

from db.connection import fetch, in_write_transaction, write_batch
from db.connection.session import Row
from db.core import clock
from db.core.errors import BadValue, UnknownCode, phrase
from db.work.count_periods import Window, first_window, is_due, next_window


@dataclass(frozen=True, slots=True)
class CountingPeriod:
    """How often a year something is counted."""

    code: str
    description: str
    frequency: int


@dataclass(frozen=True, slots=True)
class Scheduled:
    """When an item is counted next. A blank location: at all of them; a blank variant: in every one."""

    item_no: str
    variant_code: str
    location_code: str
    period_code: str
    frequency: int
    last_counted: date | None
    window: Window


def put_period(code: str, description: str, frequency: int) -> None:
    """Make or change a counting period; another frequency begins the windows of its items anew."""
    if not 1 <= frequency <= 366:
        raise BadValue(field="frequency", value=frequency, expected=phrase("1 to 366 times a year"))

    def work() -> None:
        before = fetch("SELECT frequency FROM counting_period WHERE code = ?", (code,))
        sql = (
            "INSERT INTO counting_period (code, description, frequency) VALUES (?, ?, ?)"
            " ON CONFLICT (code) DO UPDATE SET description = excluded.description, frequency = excluded.frequency"
        )
        fetch(sql, (code, description[:100], frequency))
        if before and before[0][0] != frequency:
            window = first_window(frequency, clock.today())
            sql = "UPDATE counting_schedule SET next_start = ?, next_end = ? WHERE period_code = ?"
            fetch(sql, (window.start.isoformat(), window.end.isoformat(), code))

    in_write_transaction(work)


def periods() -> list[CountingPeriod]:
    """All of them, by code."""
    return [CountingPeriod(*row) for row in fetch("SELECT code, description, frequency FROM counting_period ORDER BY code")]


def schedule(item_no: str, period_code: str, *, variant_code: str = "", location_code: str = "") -> None:
    """An item is counted by this period (blank: no longer), everywhere or at one location. Another period begins a new window."""

    def work() -> None:
        key = (item_no, variant_code, location_code)
        if not period_code:
            fetch("DELETE FROM counting_schedule WHERE item_no = ? AND variant_code = ? AND location_code = ?", key)
            return
        found = fetch("SELECT frequency FROM counting_period WHERE code = ?", (period_code,))
        if not found:
            raise UnknownCode(field="counting_period", kind="counting period", value=period_code)
        if not fetch("SELECT 1 FROM item WHERE no = ?", (item_no,)):
            raise UnknownCode(field="item", kind="item", value=item_no)
        window = first_window(found[0][0], clock.today())
        fetch(
            "INSERT INTO counting_schedule (item_no, variant_code, location_code, period_code, next_start, next_end)"
            " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (item_no, variant_code, location_code) DO UPDATE SET"
            " period_code = excluded.period_code, next_start = excluded.next_start, next_end = excluded.next_end"
            " WHERE counting_schedule.period_code <> excluded.period_code",
            (*key, period_code, window.start.isoformat(), window.end.isoformat()),
        )

    in_write_transaction(work)


_SCHEDULED = (
    "SELECT s.item_no, s.variant_code, s.location_code, s.period_code, p.frequency, s.last_counted, s.next_start, s.next_end"
    " FROM counting_schedule s JOIN counting_period p ON p.code = s.period_code"
)


def due(location_code: str, today: date) -> list[Scheduled]:
    """What should be counted at a location, the longest overdue first."""
    sql = f"{_SCHEDULED} WHERE s.next_start <= ? AND s.location_code IN ('', ?) ORDER BY s.next_end, s.item_no, s.variant_code"
    found = [_scheduled(row) for row in fetch(sql, (today.isoformat(), location_code))]
    return [one for one in found if is_due(one.window, one.last_counted, today)]


def counted_items(order_no: int, location_code: str, counted: date) -> None:
    """The items of a posted order were counted: their next window, inside the caller's transaction."""
    sql = (
        f"{_SCHEDULED} WHERE s.location_code IN ('', ?) AND EXISTS (SELECT 1 FROM count_order_line l WHERE l.order_no = ?"
        " AND l.item_no = s.item_no AND (s.variant_code = '' OR l.variant_code = s.variant_code))"
    )
    rows: list[tuple[str, ...]] = []
    for one in [_scheduled(row) for row in fetch(sql, (location_code, order_no))]:
        if one.last_counted is not None and one.last_counted > counted:
            continue
        window = next_window(one.frequency, one.window, counted)
        key = (one.item_no, one.variant_code, one.location_code)
        rows.append((counted.isoformat(), window.start.isoformat(), window.end.isoformat(), *key))
    if rows:
        sql = (
            "UPDATE counting_schedule SET last_counted = ?, next_start = ?, next_end = ?"
            " WHERE item_no = ? AND variant_code = ? AND location_code = ?"
        )
        write_batch([(sql, rows)])


def _scheduled(row: Row) -> Scheduled:
    last = date.fromisoformat(row[5]) if row[5] else None
    return Scheduled(*[*row[:5], last, Window(date.fromisoformat(row[6]), date.fromisoformat(row[7]))])
