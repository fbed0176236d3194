"""Deciding what a scan is. The order of the questions is the rule; the first that fits decides.

    ]C1, ]d2 …                a GS1 message        the identifier says so
    ]E0, ]I1 …                a GTIN               and its check digit must be right
    <GS>…                     a GS1 message        a reader without identifiers sends the leading FNC1 like this
    (01)…                     a GS1 message        keyed from what is printed under the bars
    https://…/01/…            a Digital Link
    8, 12, 13, 14 digits      a GTIN               if the check digit is right
    18 digits                 an SSCC              if the check digit is right
    00, 01, 02 + number …     a GS1 message        if its check digit is right and everything behind it can be read
    anything else             text

A parser that tries everything is not enough: EAN-13 numbers starting with 95 are valid AI 95 messages, and `10-200` is a
valid lot and somebody's item number. Without an identifier, digits with a wrong check digit are text: a lot, an order or
an item number may look like that. No input raises.
"""

import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from db.core.errors import BadValue, phrase
from stockterm.scanning.check_digits import GTIN_LENGTHS, SSCC_LENGTH, check_digit, has_valid_check_digit, is_digits, padded_gtin
from stockterm.scanning.gs1 import (
    CHARACTERS,
    GS,
    Message,
    odd_combinations,
    read_link,
    read_message,
    read_printed,
    suspected_split,
)
from stockterm.scanning.scan import Fault, FaultCode, Scan, ScanKind
from stockterm.scanning.symbology import Content, Symbology, split_identifier, symbology_of

_NEVER_DATA = str.maketrans("", "", "\x00\x02")  # NUL and STX
_AROUND_DATA = " \t\r\n\x03"  # suffixes, ETX among them; not str.strip(), which would take GS as well
_PRINTED = re.compile(r"\([0-9]{2,4}\)")
_KEY_LENGTHS = {"00": 18, "01": 14, "02": 14}


def parse_scan(raw: str, *, reference_date: date, separators: Sequence[str] = (GS,)) -> Scan:
    """Classify what came in between two suffixes, and take it apart.

    `reference_date` fixes the century of two-digit years. `separators` are what the reader sends for FNC1 besides GS,
    which is always accepted. Raises `BadValue` for a separator that could be data; never for anything scanned.
    """
    others = _other_separators(tuple(separators))
    cleaned = raw.translate(_NEVER_DATA).strip(_AROUND_DATA)
    if not cleaned:
        return Scan(raw, ScanKind.EMPTY, faults=(Fault(FaultCode.EMPTY),))

    identifier, data = split_identifier(cleaned)
    if identifier:
        return _identified(raw, symbology_of(identifier), data, others, reference_date)
    if data.startswith((GS, *others)):
        return _gs1(raw, None, data, _message(data, others, reference_date), reference_date)
    if data[0] == "(" and _PRINTED.match(data):
        return _elements(raw, None, data, ScanKind.GS1, read_printed(data, reference_date))
    link = _link(raw, None, data, reference_date)
    if link:
        return link
    if is_digits(data) and len(data) in GTIN_LENGTHS and has_valid_check_digit(data):
        return Scan(raw, ScanKind.GTIN, data, gtin=padded_gtin(data))
    if is_digits(data) and len(data) == SSCC_LENGTH and has_valid_check_digit(data):
        return Scan(raw, ScanKind.SSCC, data, sscc=data)
    if _starts_with_checked_key(data):
        message = _message(data, others, reference_date)
        if not message.faults:
            return _gs1(raw, None, data, message, reference_date)
    return Scan(raw, ScanKind.TEXT, data)


def check_separators(separators: Sequence[str]) -> None:
    """Raise `BadValue` when one of them could be part of a value: it begins with a character of the GS1 set, or is empty."""
    _other_separators(tuple(separators))


@lru_cache(maxsize=64)
def _other_separators(separators: tuple[str, ...]) -> tuple[str, ...]:
    for separator in separators:
        if not separator or separator[0] in CHARACTERS:
            raise BadValue(
                field="separator", value=separator, expected=phrase("a character that no GS1 value contains, such as | or ~")
            )
    return tuple(sorted(set(separators) - {GS}, key=lambda separator: (-len(separator), separator)))  # {GS} before {


def _identified(raw: str, symbology: Symbology, data: str, separators: Sequence[str], today: date) -> Scan:
    if symbology.content is Content.GS1:
        return _gs1(raw, symbology.identifier, data, _message(data, separators, today), today)
    if symbology.content is not Content.TEXT:
        return _gtin(raw, symbology, data)
    if not data:
        return Scan(raw, ScanKind.EMPTY, symbology=symbology.identifier, faults=(Fault(FaultCode.EMPTY),))
    return _link(raw, symbology.identifier, data, today) or Scan(raw, ScanKind.TEXT, data, symbology=symbology.identifier)


def _gtin(raw: str, symbology: Symbology, data: str) -> Scan:
    faults = []
    if len(data) not in symbology.lengths:
        faults.append(Fault(FaultCode.BAD_LENGTH, text=data))
    if data and not is_digits(data):
        faults.append(Fault(FaultCode.BAD_CHARACTER, text=data))
    number = data
    if not faults:
        if symbology.content is Content.GTIN_WITHOUT_CHECK_DIGIT:
            number = data + check_digit(data)
        elif symbology.content is Content.GTIN_WITH_ADD_ON:
            number = data[:13] if len(data) in (15, 18) else data[:12]
        if not has_valid_check_digit(number):
            faults.append(Fault(FaultCode.CHECK_DIGIT, text=number))
    gtin = None if faults else padded_gtin(number)
    return Scan(raw, ScanKind.GTIN, number, symbology.identifier, gtin=gtin, faults=tuple(faults))


def _message(data: str, separators: Sequence[str], today: date) -> Message:
    for separator in separators:
        data = data.replace(separator, GS)
    return read_message(data, today)


def _gs1(raw: str, identifier: str | None, data: str, message: Message, today: date) -> Scan:
    """A message read from a symbol: here, and only here, a separator can have been lost."""
    suspected = None if message.faults else suspected_split(message.elements, today)
    return Scan(
        raw,
        ScanKind.GS1,
        data,
        identifier,
        elements=message.elements,
        faults=message.faults,
        suspected=suspected,
        combinations=odd_combinations(message.elements),
    )


def _elements(raw: str, identifier: str | None, data: str, kind: ScanKind, message: Message) -> Scan:
    return Scan(
        raw,
        kind,
        data,
        identifier,
        elements=message.elements,
        faults=message.faults,
        combinations=odd_combinations(message.elements),
    )


def _link(raw: str, identifier: str | None, data: str, today: date) -> Scan | None:
    if data[:4].lower() != "http":
        return None
    message = read_link(data, today)
    return _elements(raw, identifier, data, ScanKind.DIGITAL_LINK, message) if message else None


def _starts_with_checked_key(data: str) -> bool:
    length = _KEY_LENGTHS.get(data[:2])
    return length is not None and len(data) >= 2 + length and has_valid_check_digit(data[2 : 2 + length])
