"""Numbers drawn from a series (operations reference §17)."""

import threading
from datetime import date
from functools import partial

import pytest

from db.connection import connection_scope, in_write_transaction
from db.core.errors import UnknownCode
from db.core.number_errors import NoNumbersOpen, NumberNotByHand, NumbersInDateOrder, NumbersUsedUp, NumbersWithoutGaps
from db.work.number_series import (
    next_number,
    next_numbers,
    numbers_left,
    preview_number,
    refuse_by_hand,
    take_in_advance,
)
from tests.db.masters.building import put

pytestmark = pytest.mark.usefixtures("database")

DAY = date(2026, 3, 1)


def a_series(*, manual_nos: bool = False, date_order: bool = False, **line: object) -> None:
    put("number_series", code="TS", manual_nos=manual_nos, date_order=date_order)
    put("number_series_line", **{"series": "TS", "starting_no": "TS-098", **line})


def drawn(count: int = 1, day: date = DAY) -> list[str]:
    return in_write_transaction(lambda: next_numbers("TS", count, day))


def test_numbers_come_one_after_the_other_and_the_digits_are_carried() -> None:
    """Q-0099 + 1 = Q-0100."""
    a_series()
    assert [drawn()[0] for _ in range(3)] == ["TS-098", "TS-099", "TS-100"]
    assert drawn(3) == ["TS-101", "TS-102", "TS-103"]


def test_preview_never_consumes() -> None:
    a_series()
    assert [preview_number("TS", DAY) for _ in range(3)] == ["TS-098"] * 3
    drawn()
    assert preview_number("TS", DAY) == "TS-099"
    assert drawn() == ["TS-099"]


def test_no_gap_if_one_fails() -> None:
    """Given two sessions taking the next number, then different numbers, no gap if one fails."""
    a_series()

    def fail() -> None:
        assert next_number("TS", DAY) == "TS-098"
        raise RuntimeError("refused")

    with pytest.raises(RuntimeError):
        in_write_transaction(fail)
    assert drawn() == ["TS-098"]


def test_two_sessions_taking_the_next_number_get_different_numbers() -> None:
    """Given two sessions taking the next number, then different numbers, no gap if one fails."""
    a_series()
    numbers: list[str] = []

    def session(fails: bool) -> None:
        with connection_scope():
            for turn in range(10):
                try:
                    in_write_transaction(partial(draw, fails and turn % 2 == 0))
                except RuntimeError:
                    continue

    def draw(fails: bool) -> None:
        number = next_number("TS", DAY)
        if fails:
            raise RuntimeError("refused")
        numbers.append(number)

    sessions = [threading.Thread(target=session, args=(fails,)) for fails in (False, True, False)]
    for one in sessions:
        one.start()
    for one in sessions:
        one.join()
    committed = sorted(set(numbers))
    assert committed == [f"TS-{number:03d}" for number in range(98, 98 + 25)]


def test_overflow_is_an_error_and_warned_of_before() -> None:
    a_series(ending_no="TS-101", warning_no="TS-100")
    drawn(2)
    assert numbers_left("TS", DAY) is None
    drawn()
    assert numbers_left("TS", DAY) == 1
    with pytest.raises(NumbersUsedUp):
        drawn(2)
    assert drawn() == ["TS-101"]
    assert numbers_left("TS", DAY) == 0
    with pytest.raises(NumbersUsedUp) as raised:
        drawn()
    assert str(raised.value) == "Numbers used up: series TS ends at TS-101. Nothing was posted; give it a new line."
    with pytest.raises(NumbersUsedUp):
        preview_number("TS", DAY)


def test_steps_are_as_long_as_the_line_says() -> None:
    a_series(increment=10, ending_no="TS-119")
    assert drawn(3) == ["TS-098", "TS-108", "TS-118"]
    with pytest.raises(NumbersUsedUp):
        drawn()


def test_the_line_of_the_day_gives_the_number() -> None:
    a_series()
    put("number_series_line", series="TS", starting_date=date(2027, 1, 1), starting_no="TS27-1")
    assert drawn(day=date(2026, 12, 31)) == ["TS-098"]
    assert drawn(day=date(2027, 1, 1)) == ["TS27-1"]
    assert drawn(day=date(2026, 12, 31)) == ["TS-099"]


def test_a_series_with_no_open_line_for_the_day_gives_none() -> None:
    a_series(starting_date=date(2026, 4, 1))
    with pytest.raises(NoNumbersOpen):
        drawn()
    put("number_series_line", series="TS", starting_no="A-1", open=False)
    with pytest.raises(NoNumbersOpen):
        drawn()
    with pytest.raises(UnknownCode):
        preview_number("NONE", DAY)


def test_in_date_order_a_later_number_has_no_earlier_date() -> None:
    a_series(date_order=True)
    drawn(day=date(2026, 3, 5))
    drawn(day=date(2026, 3, 5))
    with pytest.raises(NumbersInDateOrder):
        drawn(day=date(2026, 3, 4))


def test_without_date_order_a_posting_of_an_earlier_day_draws_as_well() -> None:
    a_series()
    drawn(day=date(2026, 3, 5))
    assert drawn(day=date(2026, 3, 4)) == ["TS-099"]


def test_numbers_typed_by_hand_are_passed_over() -> None:
    a_series()
    taken = {"TS-098", "TS-100"}.__contains__
    assert preview_number("TS", DAY, taken=taken) == "TS-099"
    assert in_write_transaction(lambda: next_numbers("TS", 2, DAY, taken=taken)) == ["TS-099", "TS-101"]


def test_a_number_by_hand_only_where_the_series_says_so() -> None:
    a_series()
    with pytest.raises(NumberNotByHand):
        refuse_by_hand("TS", "TS-500", "no")
    put("number_series", code="TS", manual_nos=True)
    refuse_by_hand("TS", "TS-500", "no")


def test_numbers_are_taken_in_advance_only_where_gaps_are_allowed() -> None:
    a_series()
    with pytest.raises(NumbersWithoutGaps):
        take_in_advance("TS", 2, DAY)
    assert drawn() == ["TS-098"]
    put("number_series_line", series="TS", allow_gaps=True)
    assert take_in_advance("TS", 2, DAY) == ["TS-099", "TS-100"]
    assert drawn() == ["TS-101"]
