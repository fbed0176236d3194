"""Several serial numbers on one line: scanned one after the other with "n missing", typed, by range, or from a series.

    +3 → scan, scan, scan                       each is looked at when it is scanned
    F4 → first and last of a range               as many as are missing, no more and no fewer
    F4 → counted up from a first one             as many as are missing
    F4 → the next of the item's number series

A number that is on the line already, in stock (of what is found) or not in this place (of what is missing) is refused at once,
and the message says where it is. Source: operations reference §12.
"""

import re
from collections.abc import Sequence
from decimal import Decimal

from db.core.codes import number_key, trim_number
from db.core.errors import SerialInStock
from db.core.numbering import counter_of, number_after, steps_between
from db.queries.about import serial_places
from db.queries.numbers import number_facts, series_of
from db.queries.places import contents_at
from db.work.number_series import take_in_advance
from stockterm.flows.choose import numbered
from stockterm.flows.goods import Goods
from stockterm.flows.outcome import Ask, At
from stockterm.flows.refusals import NoSuchNumber, RangeDoesNotFit, SerialScannedTwice
from stockterm.flows.words import place
from stockterm.i18n import _

ASK = "more_serials"  # the kind of question whose values are the ways to get the missing ones
NEW_ONE = "number_or_new"  # the kind of question whose last value is a series
RANGE, UP, SERIES = "first", "start", "series"
STEPS = ("first", "last", "start")
_SIGNED = re.compile(r"[+-]\d{1,4}", re.ASCII)
_RANGE = re.compile(r"(\S+)\.\.(\S+)", re.ASCII)


def signed_count(text: str, *, certain: bool) -> Decimal | None:
    """`+3` or `-2`, typed where a serial number is asked for: how many. None: it is a serial number."""
    return Decimal(text) if not certain and _SIGNED.fullmatch(text) and Decimal(text) else None


def typed_range(text: str) -> tuple[str, str] | None:
    """`S001..S010`: first and last. None: it is no range."""
    found = _RANGE.fullmatch(text)
    return (found[1], found[2]) if found else None


def missing(difference: Decimal | None, serials: Sequence[str]) -> int:
    """How many serial numbers are still to be given."""
    return 0 if difference is None else int(abs(difference)) - len(serials)


def ways(goods: Goods, left: int) -> Ask:
    """How the missing ones can be given besides scanning them."""
    names = {RANGE: _("First and last"), UP: _("Count up from one")}
    if series := series_of(goods.item_no).get("serial", ""):
        names[SERIES] = _("Next of {series}").format(series=series)
    text = _("{count} missing. How?").format(count=left)
    return Ask(ASK, text, numbered(list(names.values())), tuple(names))


def in_range(first: str, last: str, left: int) -> list[str]:
    """All numbers of a range. Raises `RangeDoesNotFit` unless it is as many as are missing."""
    steps = steps_between(first, last)
    if steps is None or steps + 1 != left:
        raise RangeDoesNotFit(first=first, last=last, count=0 if steps is None else max(steps + 1, 0), missing=left)
    return [number_after(first, step) for step in range(left)]


def counted_up(first: str, left: int) -> list[str]:
    """As many as are missing, counted up from the first. Raises `RangeDoesNotFit` where it has no digits to count."""
    if counter_of(first) is None:
        raise RangeDoesNotFit(first=first, last=first, count=1, missing=left)
    return [number_after(first, step) for step in range(left)]


def with_new_one(listed: Ask | None, goods: Goods, kind: str) -> Ask | None:
    """The list of the numbers that are there, and last a new one, where the tracking code has a series for this kind."""
    series = series_of(goods.item_no).get(kind, "")
    if not series:
        return listed
    texts = [*(one.partition(" ")[2] for one in listed.choices), ""] if listed is not None else [""]
    texts[-1] = _("New from {series}").format(series=series)
    values = (*(listed.values if listed is not None else ()), series)
    return Ask(NEW_ONE, _("Choose."), numbered(texts), values)


def from_series(goods: Goods, left: int, kind: str = "serial") -> list[str]:
    """The next of the item's series, used up at once: they may be printed before they are posted."""
    code = series_of(goods.item_no)[kind]

    def taken(number: str) -> bool:
        return number_facts(goods.item_no, goods.variant_code, kind, number) is not None

    return take_in_advance(code, left, taken=taken)


def added(
    at: At, goods: Goods, difference: Decimal, serials: Sequence[str], bin_code: str, numbers: Sequence[str]
) -> tuple[str, ...]:
    """The serial numbers with these as well: all of them, or a refusal that names the first one that cannot be."""
    found = list(serials)
    for number in numbers:
        text = trim_number(number)
        keys = [number_key(one) for one in found]
        if number_key(text) in keys:
            raise SerialScannedTwice(serial_no=text, scan=keys.index(number_key(text)) + 1)
        facts = number_facts(goods.item_no, goods.variant_code, "serial", text)
        spelt = facts.number if facts is not None else text
        if difference > 0:
            for location, where, _lot in serial_places(goods.item_no, spelt):
                raise SerialInStock(field="serial", serial_no=spelt, place=f"{location} {where}".strip())
        else:
            here = contents_at(goods.item_no, goods.variant_code, at.location.code, bin_code)
            if not any(one.serial_no == spelt and one.lot_no == goods.lot_no for one in here):
                shown = place(at.location.code, bin_code)
                raise NoSuchNumber(kind=_("Serial"), number=spelt, item_no=goods.name, place=shown, done=_("booked"))
        found.append(spelt)
    return tuple(found)


def in_words(serials: Sequence[str]) -> str:
    """`S1`, `S1 S2`, `S1..S9 (9)`."""
    if len(serials) <= 2:
        return " ".join(serials)
    return f"{serials[0]}..{serials[-1]} ({len(serials)})"
