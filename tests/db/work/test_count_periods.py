"""When something is counted again: the worked dates of the operations reference (§6.7)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.work.count_periods import Window, first_window, is_due, next_window


def window(start: str, end: str) -> Window:
    return Window(date.fromisoformat(start), date.fromisoformat(end))


@pytest.mark.parametrize(
    ("frequency", "expected"),
    [
        (1, ("2027-01-01", "2027-12-31")),
        (2, ("2027-01-01", "2027-06-30")),
        (3, ("2027-01-01", "2027-04-30")),
        (4, ("2027-01-01", "2027-03-31")),
        (6, ("2027-01-01", "2027-02-28")),
        (12, ("2027-02-01", "2027-02-28")),
        (24, ("2027-02-01", "2027-02-14")),
    ],
)
def test_never_counted_on_10_february_2027_is_due_in_the_window_of_that_day(frequency: int, expected: tuple[str, str]) -> None:
    assert first_window(frequency, date(2027, 2, 10)) == window(*expected)


def test_given_frequency_4_and_a_count_on_2027_02_10_then_the_next_window_is_2027_04_01_to_2027_06_30() -> None:
    first = first_window(4, date(2027, 2, 10))
    assert next_window(4, first, date(2027, 2, 10)) == window("2027-04-01", "2027-06-30")


def test_24_times_a_year_is_half_months_and_february_2027_is_1_to_14_and_15_to_28() -> None:
    first = first_window(24, date(2027, 2, 10))
    assert next_window(24, first, date(2027, 2, 10)) == window("2027-02-15", "2027-02-28")
    assert first_window(24, date(2027, 3, 16)) == window("2027-03-16", "2027-03-31")


def test_52_times_a_year_is_7_days_one_window_behind_the_other() -> None:
    seven = window("2027-01-10", "2027-01-16")
    assert next_window(52, seven, date(2027, 1, 12)) == window("2027-01-17", "2027-01-23")
    assert next_window(52, seven, date(2027, 1, 8)) == window("2027-01-15", "2027-01-21"), "counted before the window"
    assert next_window(52, seven, date(2027, 1, 30)) == window("2027-01-31", "2027-02-06"), "counted late"


def test_due_from_the_first_day_of_the_window_until_counted_and_an_overdue_window_stays_due() -> None:
    quarter = window("2027-04-01", "2027-06-30")
    assert not is_due(quarter, date(2027, 2, 10), date(2027, 3, 31))
    assert is_due(quarter, date(2027, 2, 10), date(2027, 4, 1))
    assert is_due(quarter, date(2027, 2, 10), date(2027, 12, 24))
    assert not is_due(quarter, date(2027, 4, 1), date(2027, 4, 2))
    assert is_due(quarter, None, date(2027, 4, 1))


@given(st.integers(1, 366), st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(0, 800))
def test_the_next_window_always_begins_after_the_count(frequency: int, first_day: date, days: int) -> None:
    counted = first_day + timedelta(days=days)
    after = next_window(frequency, first_window(frequency, first_day), counted)
    assert counted < after.start <= after.end
