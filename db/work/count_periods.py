"""When something is to be counted again: the windows of a counting period, without a database.

    1, 2, 3, 4, 6, 12 times a year    calendar windows of 12/f months: 4 → January to March, April to June, …
    24                                half months: 1 to 14, 15 to the end
    any other f                       windows of days, days of the year div f: 52 → 7 days, one behind the other

A calendar window is that behind the one in which it was counted. A window of days moves on by its length until it begins after
the count; counted before the window, the next begins its length after the count. Source: operations reference §6.7.
"""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

_MONTHS = (1, 2, 3, 4, 6, 12)
_HALF_MONTHS = 24


@dataclass(frozen=True, slots=True)
class Window:
    """The days, both included, in which something should be counted."""

    start: date
    end: date


def first_window(frequency: int, today: date) -> Window:
    """The window of something that was never counted: the one that `today` lies in."""
    if frequency in _MONTHS or frequency == _HALF_MONTHS:
        return _calendar_window(frequency, today)
    return Window(today, today + timedelta(days=_days(frequency, today) - 1))


def next_window(frequency: int, window: Window, counted: date) -> Window:
    """The window after a count on this day."""
    if frequency in _MONTHS or frequency == _HALF_MONTHS:
        return _calendar_window(frequency, _calendar_window(frequency, counted).end + timedelta(days=1))
    days = timedelta(days=_days(frequency, counted))
    start = counted + days if counted < window.start else window.end + timedelta(days=1)
    while start <= counted:
        start += days
    return Window(start, start + days - timedelta(days=1))


def is_due(window: Window, last_counted: date | None, today: date) -> bool:
    """Whether it should be counted: its window has begun and it was not counted since. An overdue window stays due."""
    return today >= window.start and (last_counted is None or last_counted < window.start)


def _days(frequency: int, day: date) -> int:
    return max(1, (366 if calendar.isleap(day.year) else 365) // frequency)


def _calendar_window(frequency: int, day: date) -> Window:
    last_of_month = calendar.monthrange(day.year, day.month)[1]
    if frequency == _HALF_MONTHS:
        half = 14 if day.month == 2 else 15
        if day.day <= half:
            return Window(day.replace(day=1), day.replace(day=half))
        return Window(day.replace(day=half + 1), day.replace(day=last_of_month))
    months = 12 // frequency
    first = (day.month - 1) // months * months + 1
    last = first + months - 1
    return Window(date(day.year, first, 1), date(day.year, last, calendar.monthrange(day.year, last)[1]))
