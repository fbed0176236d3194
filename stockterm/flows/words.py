"""Quantities, places and moments as a worker reads them."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from db.core.clock import from_microseconds, today
from db.core.errors import TooManyDecimals
from db.core.numbers import PLACES
from stockterm.flows.refusals import NotADate, NotANumber, QuantityTooLarge
from stockterm.i18n import format_date, format_quantity, ngettext

LARGEST_TYPED = Decimal(999_999)
PROMPT_LENGTH = 9  # characters of a prompt that still stands beside a typed text on 20 columns
_NUMBER = re.compile(r"[+-]?(?:\d{1,12}(?:[.,]\d*)?|[.,]\d+)", re.ASCII)


def number(value: Decimal) -> str:
    """A quantity without trailing zeros, with the decimal mark of the language."""
    return format_quantity(value)


def signed(value: Decimal) -> str:
    """A difference with its sign: +2, -3, 0."""
    return f"+{number(value)}" if value > 0 else number(value)


def quantity(value: Decimal, unit: str) -> str:
    """`3 BOX`."""
    return f"{number(value)} {unit}"


def times(factor: Decimal | None, prompt: str) -> str:
    """The prompt while a multiplier waits: `12 × Item`, or `120 ×` where more would be cut."""
    if factor is None:
        return prompt
    whole = f"{number(factor)} × {prompt}"
    return whole if len(whole) <= PROMPT_LENGTH else f"{number(factor)} ×"


def in_units(entered: Iterable[tuple[str, Decimal]], base: Decimal, base_uom: str) -> str:
    """`1 BOX + 1 PCS = 7 PCS`, the base unit last; only `7 PCS` where that was the unit."""
    parts = sorted(((unit, value) for unit, value in entered if value), key=lambda part: part[0] == base_uom)
    total = quantity(base, base_uom)
    if not parts or (len(parts) == 1 and parts[0][0] == base_uom):
        return total
    return f"{' + '.join(quantity(value, unit) for unit, value in parts)} = {total}"


def typed_number(text: str, *, places: int = PLACES) -> Decimal:
    """A typed quantity with its sign. Refuses what is no number, absurdly large, or has too many decimals."""
    if not _NUMBER.fullmatch(text):
        raise NotANumber(text=text)
    value = Decimal(text.replace(",", "."))
    checked_quantity(value, places=places)
    return value


def checked_quantity(value: Decimal, *, places: int = PLACES) -> None:
    """Refuse an absurd quantity, or one with more decimals than are kept."""
    if abs(value) > LARGEST_TYPED:
        raise QuantityTooLarge(quantity=value, largest=LARGEST_TYPED)
    exponent = value.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > places:
        raise TooManyDecimals(field="quantity", value=value, places=places)


_ISO = re.compile(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?", re.ASCII)
_DIGITS = re.compile(r"(\d{2})(\d{2})(\d{2}|\d{4})", re.ASCII)
_PARTS = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{2}|\d{4})", re.ASCII)
_MONTH = re.compile(r"(\d{1,2})[./-](\d{4})", re.ASCII)


def typed_date(text: str, now: date) -> date:
    """A typed expiry: 310127, 31012027, 31.1.27, 2027-01-31; a month alone (2027-01, 1.2027) is its last day."""
    text = text.strip()
    try:
        if found := _ISO.fullmatch(text):
            year, month, day = found.groups()
            return _day(int(year), int(month), int(day) if day else 0)
        if found := _DIGITS.fullmatch(text) or _PARTS.fullmatch(text):
            day, month, year = found.groups()
            return _day(_century(int(year), now) if len(year) == 2 else int(year), int(month), int(day))
        if found := _MONTH.fullmatch(text):
            month, year = found.groups()
            return _day(int(year), int(month), 0)
    except ValueError as problem:
        raise NotADate(text=text) from problem
    raise NotADate(text=text)


def _day(year: int, month: int, day: int) -> date:
    """Day 0 is the last day of the month."""
    if day:
        return date(year, month, day)
    return (date(year, month, 28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _century(year: int, now: date) -> int:
    """-49/+50 years around today."""
    full = now.year - now.year % 100 + year
    if full - now.year > 50:
        return full - 100
    return full + 100 if full - now.year < -49 else full


def clock_time(microseconds: int) -> str:
    """The time of day where the program runs: 10:42."""
    return from_microseconds(microseconds).astimezone().strftime("%H:%M")


def day_and_time(microseconds: int) -> str:
    """`10:42` today, `2027-02-10 10:42` before (`10.02.2027 10:42` in Norwegian)."""
    moment = from_microseconds(microseconds).astimezone()
    time = moment.strftime("%H:%M")
    return time if moment.date() == today() else f"{format_date(moment.date())} {time}"


def lines_in_words(count: int) -> str:
    """`1 line`, `12 lines`."""
    return ngettext("{count} line", "{count} lines", count).format(count=count)


def items_in_words(count: int) -> str:
    """`1 item`, `3 items`."""
    return ngettext("{count} item", "{count} items", count).format(count=count)


def differences_in_words(count: int) -> str:
    """`1 difference`, `3 differences`."""
    return ngettext("{count} difference", "{count} differences", count).format(count=count)


def scans_in_words(count: int) -> str:
    """`1 scan`, `3 scans`."""
    return ngettext("{count} scan", "{count} scans", count).format(count=count)


def as_printed(barcode: str) -> str:
    """A barcode as its label shows it: a GTIN is kept with 14 digits and printed with 8, 12, 13 or 14."""
    if len(barcode) != 14 or not (barcode.isascii() and barcode.isdigit()):
        return barcode
    zeros = len(barcode) - len(barcode.lstrip("0"))
    return barcode[6:] if zeros >= 6 else barcode[min(zeros, 2) :]


def place(location_code: str, bin_code: str) -> str:
    """Where something is: the bin, or the location where there are no bins."""
    return bin_code or location_code


def item_and_variant(item_no: str, variant_code: str) -> str:
    """`1000 RED`."""
    return f"{item_no} {variant_code}" if variant_code else item_no
