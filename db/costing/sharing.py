"""The one way a cost is shared by quantity."""

from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cache

# 60 digits hold any product of two stored numbers; a quotient of two of them is never closer to a half than 1e-40, so that
# rounding after this division is rounding once.
_WIDE = Context(prec=60, rounding=ROUND_HALF_UP)


def share(cost: Decimal, part: Decimal, whole: Decimal, increment: Decimal) -> Decimal:
    """`cost · part / whole`, rounded once to `increment`, half away from zero.

    `part` and `whole` are quantities in base units of the same sign, `increment` the amount rounding (0.01). The cost that one
    increase hands to one decrease is rounded like this, each on its own; what is left over when the increase is used up
    becomes a rounding entry.
    """
    if part == whole:
        return cost
    exact = _WIDE.divide(_WIDE.multiply(cost, part), whole)
    return round_amount(exact, increment)


def round_amount(amount: Decimal, increment: Decimal) -> Decimal:
    """`amount` as the nearest multiple of `increment`, half away from zero. Faster than the general rounding for 0.01, 0.001 …"""
    if _is_power_of_ten(increment):
        return amount.quantize(increment, context=_WIDE)
    return _WIDE.multiply(_WIDE.divide(amount, increment).quantize(Decimal(1), context=_WIDE), increment)


@cache
def _is_power_of_ten(increment: Decimal) -> bool:
    return increment.as_tuple().digits == (1,)
