"""Which increases feed a decrease, and how an amount is split over several (pure rules)."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.costing.application import METHODS, choose_draws, split_amount
from db.costing.sharing import round_amount, share

CENT = Decimal("0.01")
quantities = st.decimals("0.00001", 1_000_000, places=5)
amounts = st.decimals(-10_000_000, 10_000_000, places=2)
increments = st.sampled_from(
    [Decimal("0.01"), Decimal("0.05"), Decimal(1), Decimal("0.001"), Decimal("0.00001"), Decimal("0.25")]
)


@dataclass(frozen=True)
class Open:
    name: str
    remaining_quantity: Decimal


def opened(*quantities: str) -> list[Open]:
    return [Open(f"E{number}", Decimal(quantity)) for number, quantity in enumerate(quantities)]


def test_a_decrease_takes_from_the_first_until_it_is_covered() -> None:
    draws, uncovered = choose_draws(Decimal(5), opened("2", "2", "9"))
    assert [f"{draw.entry.name} {draw.quantity}" for draw in draws] == ["E0 2", "E1 2", "E2 1"]
    assert not uncovered


def test_what_no_entry_covers_is_said() -> None:
    draws, uncovered = choose_draws(Decimal(5), opened("2"))
    assert [draw.quantity for draw in draws] == [2]
    assert uncovered == 3
    assert choose_draws(Decimal(5), opened()) == ([], Decimal(5))


def test_used_up_entries_are_passed_over() -> None:
    draws, _ = choose_draws(Decimal(1), opened("0", "0", "1"))
    assert [draw.entry.name for draw in draws] == ["E2"]


@given(quantities, st.lists(quantities, max_size=8))
def test_draws_and_the_rest_add_up_to_the_quantity(quantity: Decimal, remaining: list[Decimal]) -> None:
    draws, uncovered = choose_draws(quantity, [Open(str(n), one) for n, one in enumerate(remaining)])
    assert sum((draw.quantity for draw in draws), uncovered) == quantity
    assert all(0 < draw.quantity <= draw.entry.remaining_quantity for draw in draws)
    assert not uncovered or sum(remaining, Decimal(0)) < quantity


@given(amounts, st.lists(quantities, min_size=1, max_size=8), increments)
def test_the_parts_of_an_amount_add_up_to_it(amount: Decimal, parts: list[Decimal], increment: Decimal) -> None:
    amount = round_amount(amount, increment)
    shares = split_amount(amount, parts, increment)
    assert sum(shares, Decimal(0)) == amount
    total = sum(parts, Decimal(0))
    for part, one in zip(parts, shares, strict=True):
        exact = Fraction(amount) * Fraction(part) / Fraction(total)
        assert abs(Fraction(one) - exact) <= Fraction(increment)


def test_the_residual_is_carried_to_the_next_share() -> None:
    assert split_amount(Decimal(10), [Decimal(1)] * 3, CENT) == [Decimal("3.33"), Decimal("3.34"), Decimal("3.33")]


@given(st.decimals(-10_000_000, 10_000_000, places=5), quantities, quantities, increments)
def test_a_share_is_the_exact_quotient_rounded_once_half_away_from_zero(
    cost: Decimal, part: Decimal, more: Decimal, increment: Decimal
) -> None:
    whole = part + more
    exact = Fraction(cost) * Fraction(part) / Fraction(whole) / Fraction(increment)
    steps, rest = divmod(abs(exact.numerator), exact.denominator)
    steps += rest * 2 >= exact.denominator
    assert share(cost, part, whole, increment) == (-steps if exact < 0 else steps) * increment


@pytest.mark.parametrize(
    ("cost", "part", "whole", "expected"),
    [
        ("3.335", "1", "1", "3.335"),  # the whole is never rounded
        ("6.67", "1", "2", "3.34"),
        ("-6.67", "1", "2", "-3.34"),
        ("0.01", "1", "2", "0.01"),
        ("0.01", "1", "3", "0"),
        ("-10", "-1", "-3", "-3.33"),
    ],
)
def test_shares_of_small_amounts(cost: str, part: str, whole: str, expected: str) -> None:
    assert share(Decimal(cost), Decimal(part), Decimal(whole), CENT) == Decimal(expected)


def test_a_quotient_just_below_a_half_is_not_rounded_twice() -> None:
    """Dividing to the precision of the default context first would make this 0.01."""
    assert share(Decimal("0.00499999999999999999999999999999999"), Decimal(1), Decimal("1.00001"), CENT) == 0


def test_every_method_of_the_format_is_known_and_says_whether_it_is_supported() -> None:
    assert {code for code, method in METHODS.items() if method.supported} == {"fifo", "lifo", "specific"}
    assert {code for code, method in METHODS.items() if not method.supported} == {"average", "standard"}
    assert [code for code, method in METHODS.items() if method.latest_first] == ["lifo"]
