"""Date formulas: `30D`, `2W`, `6M`, `1Y`, with signs in a row (`1Y-1D`), and `CM` in front for the end of the month.

day_after("CM+6M", date(2027, 1, 15)) → 31 July 2027
"""

import calendar
import re
from datetime import date, timedelta

_WHOLE = re.compile(r"(?P<end>CM)?(?P<terms>(?:(?:^|[+-])?\d{1,4}[DWMY])*)", re.ASCII)
_TERM = re.compile(r"([+-]?)(\d{1,4})([DWMY])", re.ASCII)


def is_date_formula(text: str) -> bool:
    """Whether the text is one that `day_after` reads."""
    found = _WHOLE.fullmatch(text)
    if not found or not text:
        return False
    signs = [sign for sign, _number, _unit in _TERM.findall(found["terms"])]
    return all(signs[1:]) and (not found["end"] or all(signs))


def day_after(formula: str, day: date) -> date:
    """The day that a formula makes of another. Raises `ValueError` for text that is none, or a day beyond the calendar."""
    if not is_date_formula(formula):
        raise ValueError(formula)
    ends = formula.startswith("CM")
    found = _month_end(day) if ends else day
    for sign, number, unit in _TERM.findall(formula.removeprefix("CM")):
        steps = -int(number) if sign == "-" else int(number)
        if unit in "DW":
            found += timedelta(days=steps * (7 if unit == "W" else 1))
        else:
            found = _months_later(found, steps * (12 if unit == "Y" else 1))
            found = _month_end(found) if ends else found
    return found


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _month_end(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])
