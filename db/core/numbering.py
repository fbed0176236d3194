"""Numbers of a series: text in which the last group of digits is counted up. `Q-0099` and one more is `Q-0100`.

What stands before the digits and behind them stays; the digits keep their width and grow only when it is used up.
"""

import re

_LAST_DIGITS = re.compile(r"(.*?)([0-9]+)([^0-9]*)", re.ASCII | re.DOTALL)


def counter_of(number: str) -> tuple[str, int, str] | None:
    """What stands before the last digits, what they count, and what stands behind them; None where there are no digits."""
    found = _LAST_DIGITS.fullmatch(number)
    return None if found is None else (found[1], int(found[2]), found[3])


def number_after(number: str, steps: int) -> str:
    """The number so many steps later (`steps` may be 0). Raises `ValueError` where the text has no digits to count."""
    found = _LAST_DIGITS.fullmatch(number)
    if found is None:
        raise ValueError(f"no digits in {number}")
    return f"{found[1]}{int(found[2]) + steps:0{len(found[2])}d}{found[3]}"


def steps_between(first: str, last: str) -> int | None:
    """How many steps lead from one number to the other (negative: back); None where they are not of one kind."""
    one, other = counter_of(first), counter_of(last)
    if one is None or other is None or (one[0], one[2]) != (other[0], other[2]):
        return None
    return other[1] - one[1]
