"""Date formulas, as expiry dates are calculated with them."""

from datetime import date

import pytest

from db.core.date_formulas import day_after, is_date_formula


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("30D", date(2027, 2, 14)),
        ("2W", date(2027, 1, 29)),
        ("1M", date(2027, 2, 15)),
        ("1Y-1D", date(2028, 1, 14)),
        ("CM", date(2027, 1, 31)),
        ("CM+1M", date(2027, 2, 28)),
    ],
)
def test_a_formula_makes_one_day_of_another(formula: str, expected: date) -> None:
    assert day_after(formula, date(2027, 1, 15)) == expected


def test_the_31st_plus_a_month_is_the_last_day_of_the_shorter_month() -> None:
    assert day_after("1M", date(2028, 1, 31)) == date(2028, 2, 29)


@pytest.mark.parametrize("text", ["", "D", "30", "30d", "1M1D", "CM1M", "M+1", "+-1D", "99999D"])
def test_what_is_no_formula_is_known_as_such(text: str) -> None:
    assert not is_date_formula(text)
