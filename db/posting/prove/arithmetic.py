"""Shares of cost in the whole numbers that the database keeps.

Posting computes them with decimals (`db.costing.sharing`); the proof does it with integers, so that no mistake is made twice.
"""

from db.connection import fetch
from db.core.numbers import SCALE


def amount_rounding() -> int:
    """The company's amount rounding, as stored."""
    return int(fetch("SELECT amount_rounding FROM settings WHERE id = 1")[0][0])


def share(cost: int, part: int, whole: int, rounding: int) -> int:
    """`cost · part / whole`, rounded to a multiple of `rounding`, half away from zero."""
    return cost if part == whole else rounded(cost * part, whole, rounding)


def priced(unit_cost: int, quantity: int, rounding: int) -> int:
    """`unit_cost · quantity`, rounded to a multiple of `rounding`."""
    return rounded(unit_cost * quantity, SCALE, rounding)


def rounded(dividend: int, divisor: int, rounding: int) -> int:
    """`dividend / divisor` as the nearest multiple of `rounding`, half away from zero."""
    if divisor < 0:
        dividend, divisor = -dividend, -divisor
    step = divisor * rounding
    steps = (2 * abs(dividend) + step) // (2 * step)
    return (steps if dividend >= 0 else -steps) * rounding
