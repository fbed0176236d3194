"""Numbers that are counted up in their text."""

import pytest

from db.core.numbering import number_after, steps_between


@pytest.mark.parametrize(
    ("number", "steps", "expected"),
    [
        ("Q-0099", 1, "Q-0100"),
        ("Q-0099", 901, "Q-1000"),
        ("Q-99", 1, "Q-100"),
        ("TO26-0001", 1, "TO26-0002"),
        ("26/0009/B", 1, "26/0010/B"),
        ("7", 0, "7"),
    ],
)
def test_the_last_digits_are_counted_up_and_keep_their_width(number: str, steps: int, expected: str) -> None:
    assert number_after(number, steps) == expected


def test_text_without_digits_is_no_number_of_a_series() -> None:
    with pytest.raises(ValueError, match="no digits in LOT"):
        number_after("LOT", 1)


@pytest.mark.parametrize(
    ("first", "last", "steps"), [("Q-01", "Q-10", 9), ("Q-10", "Q-01", -9), ("Q-1", "R-2", None), ("Q", "Q-1", None)]
)
def test_numbers_of_one_kind_are_so_many_steps_apart(first: str, last: str, steps: int | None) -> None:
    assert steps_between(first, last) == steps
