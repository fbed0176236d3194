"""Exact numbers: parsing, rounding, storing."""

from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.core.errors import BadValue, TooManyDecimals
from db.core.numbers import LARGEST, LARGEST_SCALED, PLACES, from_scaled, parse_decimal, round_quotient, round_to, to_scaled

exact = st.integers(-LARGEST_SCALED, LARGEST_SCALED).map(from_scaled)
increments = st.sampled_from([Decimal(text) for text in ("0.00001", "0.001", "0.01", "0.05", "0.25", "1", "12", "1000")])


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("12", "12"),
        (" 12 ", "12"),
        ("+0.50000", "0.5"),
        ("-.5", "-0.5"),
        ("7.", "7"),
        ("1e3", "1000"),
        ("12.3E-1", "1.23"),
        (7, "7"),
        (Decimal("1.00"), "1"),
        ("-0", "0"),
        ("0.1000000000", "0.1"),
    ],
)
def test_a_plain_number_is_read_exactly(written: object, number: str) -> None:
    assert parse_decimal(written, "quantity") == Decimal(number)


def test_a_negative_zero_is_zero() -> None:
    assert str(parse_decimal("-0.00", "quantity")) == "0"


@pytest.mark.parametrize(
    "written",
    [
        *[
            "",
            " ",
            "abc",
            "1,5",
            "1_000",
            "１２",
            "0x10",
            "NaN",
            "inf",
            "-Infinity",
            "1 2",
            "--1",
            "1e",
            "1e9999",
            "12\x1d",
            "9" * 61,
        ],
        *[None, True, False, 1.5, float("nan"), [], {}, b"1", Decimal("NaN"), Decimal("sNaN"), Decimal("-Infinity")],
        *["92233720368548", "1e400", "-1e15", Decimal("1E+100")],
    ],
)
def test_what_is_no_number_or_too_large_is_refused_and_names_the_field(written: object) -> None:
    with pytest.raises(BadValue) as refused:
        parse_decimal(written, "unit_cost")
    assert refused.value.field == "unit_cost"
    assert len(str(refused.value)) < 200


def test_too_many_decimals_are_refused_and_not_rounded_away() -> None:
    with pytest.raises(TooManyDecimals):
        parse_decimal("0.123456", "quantity")
    with pytest.raises(TooManyDecimals):
        parse_decimal("1.005", "amount", places=2)
    with pytest.raises(TooManyDecimals):
        parse_decimal("1e-300", "quantity")


def test_the_largest_number_that_the_database_holds_is_taken_and_the_next_is_not() -> None:
    assert to_scaled(parse_decimal(str(LARGEST), "quantity")) == LARGEST_SCALED
    with pytest.raises(BadValue):
        parse_decimal(str(LARGEST + from_scaled(1)), "quantity")


@given(exact)
def test_what_is_written_down_is_read_back(number: Decimal) -> None:
    assert parse_decimal(f"{number:f}", "quantity") == number


@pytest.mark.parametrize(
    ("value", "increment", "rounded"),
    [
        ("2.5", "1", "3"),
        ("-2.5", "1", "-3"),
        ("0.5", "1", "1"),
        ("1.5", "1", "2"),
        ("0.833334999", "0.00001", "0.83333"),
        ("0.000005", "0.00001", "0.00001"),
        ("-0.000005", "0.00001", "-0.00001"),
        ("0.07", "0.05", "0.05"),
        ("0.075", "0.05", "0.1"),
        ("18", "12", "24"),
        ("17.99999", "12", "12"),
    ],
)
def test_half_is_rounded_away_from_zero(value: str, increment: str, rounded: str) -> None:
    assert round_to(Decimal(value), Decimal(increment)) == Decimal(rounded)


@given(exact, increments)
def test_rounding_gives_the_nearest_multiple(value: Decimal, increment: Decimal) -> None:
    rounded = round_to(value, increment)
    assert rounded % increment == 0
    assert abs(rounded - value) * 2 <= increment


@given(exact, increments)
def test_rounding_twice_changes_nothing(value: Decimal, increment: Decimal) -> None:
    assert round_to(round_to(value, increment), increment) == round_to(value, increment)


def test_rounding_does_not_depend_on_the_caller_s_decimal_context() -> None:
    with localcontext() as context:
        context.prec = 6
        assert round_to(Decimal("123456789.125"), Decimal("0.01")) == Decimal("123456789.13")


def test_5_of_6_pieces_make_0_83333_boxes() -> None:
    assert round_quotient(Decimal(5), Decimal(6), Decimal("0.00001")) == Decimal("0.83333")


def test_a_quotient_is_rounded_once() -> None:
    """0.0499999…: 28 digits of a division say 0.05 exactly, and rounding that to tenths says 0.1."""
    dividend = Decimal("0.04999999999999999999999999999999")
    assert round_quotient(dividend, Decimal(1), Decimal("0.1")) == 0
    assert round_quotient(Decimal(-1), Decimal(8), Decimal("0.01")) == Decimal("-0.13")


@given(exact, exact.filter(bool), increments)
def test_a_rounded_quotient_is_the_nearest(dividend: Decimal, divisor: Decimal, increment: Decimal) -> None:
    with localcontext() as context:
        context.prec = 120
        rounded = round_quotient(dividend, divisor, increment)
        assert abs(rounded * divisor - dividend) * 2 <= increment * abs(divisor)


@given(st.integers(-LARGEST_SCALED, LARGEST_SCALED))
def test_the_database_s_number_and_ours_are_the_same(scaled: int) -> None:
    assert to_scaled(from_scaled(scaled)) == scaled


def test_nothing_is_lost_on_the_way_to_the_database() -> None:
    with pytest.raises(ValueError, match="decimals"):
        to_scaled(Decimal(1).scaleb(-PLACES - 1))
    with pytest.raises(ValueError, match="larger"):
        to_scaled(LARGEST + 1)
