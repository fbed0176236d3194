"""Exact numbers: one way in, one way to round, one way into the database.

A quantity or an amount is a `Decimal` in Python and a whole number of 0.00001 in the database: on SQLite as on PostgreSQL it
then adds up exactly, and nothing ever passes through a float. The database's 64 bits hold ± 92 trillion units; what does
not fit is refused where it comes in, so that no sum can wrap around later.

Rounding is half away from zero (2.5 → 3, −2.5 → −3). Python's own default rounds half to even and is not relied on.
"""

import re
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

from db.core.errors import BadValue, TooManyDecimals, phrase

PLACES = 5
SCALE = 10**PLACES
SMALLEST = Decimal(1).scaleb(-PLACES)
_ZERO = Decimal(0)
LARGEST_SCALED = 2**63 - 1
LARGEST = Decimal(LARGEST_SCALED).scaleb(-PLACES)

# No float(), no Decimal(): those take "1_000", "１２", "nan" and "  7". An exponent is bounded by its length, so that
# "1e999999999" costs nothing to refuse.
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)
_LONGEST_TEXT = 60

# Wide enough for the product of two numbers as large as the database takes, so that only a division is ever inexact.
_WIDE = Context(prec=80, rounding=ROUND_HALF_UP)


def parse_decimal(value: object, field: str, *, places: int = PLACES) -> Decimal:
    """The exact number that `value` writes down: text, a whole number or a `Decimal`; `field` is named when it is refused.

    Raises `BadValue` for what is no plain finite number or larger than the database holds (NaN, infinity, floats and booleans
    among them), `TooManyDecimals` for more than `places` decimals. Zeros at the end do not count as decimals.
    """
    if isinstance(value, Decimal):
        number = value
    elif isinstance(value, int) and not isinstance(value, bool):
        number = Decimal(value)
    elif isinstance(value, str) and len(value) <= _LONGEST_TEXT and _NUMBER.fullmatch(value.strip(" ")):
        number = Decimal(value.strip(" "))
    else:
        raise BadValue(field=field, value=_shown(value), expected=phrase("a number such as 12 or 0.5"))
    if not number.is_finite():
        raise BadValue(field=field, value=_shown(value), expected=phrase("a number such as 12 or 0.5"))
    if abs(number) > LARGEST:
        raise BadValue(field=field, value=_shown(value), expected=phrase("a number up to {largest}", largest=LARGEST))
    if number != number.quantize(Decimal(1).scaleb(-places), context=_WIDE):
        raise TooManyDecimals(field=field, value=_shown(value), places=places)
    return number if number else Decimal(0)  # no negative zero


def _shown(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else text[:39] + "…"


def round_to(value: Decimal, increment: Decimal) -> Decimal:
    """`value` as the nearest multiple of `increment` (positive), half away from zero: 2.5 to 1 is 3, 0.07 to 0.05 is 0.05."""
    if increment == SMALLEST:  # the commonest case by far
        return value.quantize(SMALLEST, context=_WIDE)
    return _WIDE.multiply(_WIDE.divide(value, increment).quantize(Decimal(1), context=_WIDE), increment)


def round_quotient(dividend: Decimal, divisor: Decimal, increment: Decimal) -> Decimal:
    """`dividend / divisor` rounded once to `increment`, half away from zero.

    Dividing first and rounding then would round twice; a quotient just below a half would come out too large.
    """
    steps = Fraction(dividend) / (Fraction(divisor) * Fraction(increment))
    whole, rest = divmod(abs(steps.numerator), steps.denominator)
    whole += rest * 2 >= steps.denominator
    return _WIDE.multiply(Decimal(-whole if steps < 0 else whole), increment)


def to_scaled(value: Decimal) -> int:
    """The whole number of 0.00001 that the database keeps. Raises `ValueError` where that would lose something."""
    if not value:
        return 0
    scaled = value * SCALE
    whole = int(scaled)
    if whole != scaled:
        raise ValueError(f"{value} has more than {PLACES} decimals; round before storing")
    if not -LARGEST_SCALED <= whole <= LARGEST_SCALED:
        raise ValueError(f"{value} is larger than the database holds ({LARGEST})")
    return whole


def from_scaled(scaled: int) -> Decimal:
    """The number that a whole number of 0.00001 stands for."""
    return Decimal(scaled) * SMALLEST if scaled else _ZERO
