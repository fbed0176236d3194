"""What the program makes of a label, for an administrator: as JSON and as lines to read (`stockterm scan`)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from stockterm.i18n import _, format_date, format_exact
from stockterm.scanning.gs1 import GS
from stockterm.scanning.parse import parse_scan
from stockterm.scanning.scan import Combination, Element, Fault, FaultCode, Scan, ScanKind, SuspectedSplit
from stockterm.scanning.symbology import symbology_of

_DATES = {"11": "production", "12": "due", "13": "packaging", "15": "best_before", "16": "sell_by", "17": "expiry"}
_MOMENTS = {"8008": "production", "7003": "expiry"}
_TEXTS = {"01": "gtin", "02": "content_gtin", "00": "sscc", "10": "lot", "21": "serial"}
_COUNTS = {"37": "count", "30": "variable_count"}
_MEASURES = ("31", "32", "33", "34", "35", "36")

_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|([0-3][0-7]{2})|([tnr\\]))")
_SHORT_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "\\": "\\"}


@dataclass(frozen=True, slots=True)
class Described:
    """One label, described. `lines` are in the user's language and hold no control characters."""

    scan: Scan
    lines: tuple[str, ...]

    @property
    def valid(self) -> bool:
        return self.scan.valid

    def as_json(self) -> dict[str, Any]:
        """The form of `expect` in the scan cases; `combinations` besides, where elements do not fit together."""
        return _as_json(self.scan)


def describe(text: str, *, reference_date: date, separators: Sequence[str] = (GS,)) -> Described:
    """Parse a scan and describe it. Raises `BadValue` for a separator that could be data; see `parse_scan`."""
    scan = parse_scan(text, reference_date=reference_date, separators=separators)
    return Described(scan, tuple(_lines(scan)))


def decode_escapes(text: str) -> str:
    r"""Typed escapes as the characters they stand for: `\x1d`, `\u001d`, `\035`, `\t`, `\n`, `\r`, `\\`. Others stay."""

    def decoded(match: re.Match[str]) -> str:
        hexadecimal, octal, short = match[1] or match[2], match[3], match[4]
        if short:
            return _SHORT_ESCAPES[short]
        return chr(int(hexadecimal, 16) if hexadecimal else int(octal, 8))

    return _ESCAPE.sub(decoded, text)


def visible(text: str) -> str:
    r"""A text with what a terminal would not show, or would obey, written as an escape: GS as `\x1d`."""
    return "".join(character if character.isprintable() else _escaped(character) for character in text)


def _escaped(character: str) -> str:
    return f"\\x{ord(character):02x}" if ord(character) < 256 else f"\\u{ord(character):04x}"


def _as_json(scan: Scan) -> dict[str, Any]:
    answer: dict[str, Any] = {"valid": scan.valid, "kind": str(scan.kind), "symbology": scan.symbology}
    if not scan.valid:
        return answer | {"errors": list(dict.fromkeys(map(str, scan.faults)))}
    if scan.kind is ScanKind.TEXT:
        return answer | {"text": scan.text}
    if scan.is_message:
        return answer | _message_as_json(scan)
    return answer | ({"gtin": scan.gtin} if scan.gtin else {"sscc": scan.sscc})


def _message_as_json(scan: Scan) -> dict[str, Any]:
    first = {element.ai: element for element in reversed(scan.elements)}
    answer: dict[str, Any] = {"elements": [[element.ai, element.value] for element in scan.elements]}
    answer |= {name: first[ai].value for ai, name in _TEXTS.items() if ai in first}
    answer |= {name: int(first[ai].value) for ai, name in _COUNTS.items() if ai in first}
    parts = {
        "dates": {name: day.isoformat() for ai, name in _DATES.items() if ai in first and (day := first[ai].day)},
        "datetimes": {name: _moment(first[ai]) for ai, name in _MOMENTS.items() if ai in first},
        "measures": {ai: f"{element.amount:f}" for ai, element in first.items() if ai[:2] in _MEASURES},
        "glns": {ai: element.value for ai, element in first.items() if ai[:2] == "41"},
    }
    answer |= {name: part for name, part in parts.items() if part}
    if scan.warnings:
        answer["warnings"] = list(scan.warnings)
    if scan.combinations:
        answer["combinations"] = [str(combination) for combination in scan.combinations]
    return answer


def _moment(element: Element) -> str:
    """Local date and time, to the second only where the label has seconds (YYMMDDhhmmss)."""
    if element.moment is None:
        return element.day.isoformat() if element.day else ""
    return element.moment.isoformat(timespec="seconds" if len(element.value) == 12 else "minutes")


def _lines(scan: Scan) -> list[str]:
    lines = [f"{_kind_name(scan.kind)}{f' ({scan.symbology} {symbology_of(scan.symbology).name})' if scan.symbology else ''}"]
    if scan.gtin:
        lines.append(f"GTIN {scan.gtin}")
    elif scan.sscc:
        lines.append(f"SSCC {scan.sscc}")
    elif scan.text and not scan.is_message:
        lines.append(visible(scan.text))
    lines += [_element_line(element) for element in scan.elements]
    lines += [_fault_line(fault) for fault in scan.faults]
    if scan.suspected:
        lines.append(_suspicion_line(scan.suspected))
    lines += [_combination_line(combination) for combination in scan.combinations]
    return lines


def _element_line(element: Element) -> str:
    understood = ""
    if element.moment:
        understood = f"{format_date(element.moment)} {_moment(element).partition('T')[2]}"
    elif element.day:
        understood = format_date(element.day) + (f"..{format_date(element.until)}" if element.until else "")
    elif element.amount is not None:
        understood = format_exact(element.amount)
    line = f"({element.ai}) {element.title}: {element.value}"
    return f"{line} = {understood}" if understood and understood != element.value else line


def _kind_name(kind: ScanKind) -> str:
    match kind:
        case ScanKind.GS1:
            return _("GS1 message")
        case ScanKind.GTIN:
            return _("Item number (GTIN)")
        case ScanKind.SSCC:
            return _("Logistic unit (SSCC)")
        case ScanKind.DIGITAL_LINK:
            return _("GS1 Digital Link")
        case ScanKind.TEXT:
            return _("Text")
        case ScanKind.EMPTY:
            return _("Nothing")


def _fault_line(fault: Fault) -> str:
    value = f"({fault.ai}) {visible(fault.text)}" if fault.ai else visible(fault.text)
    match fault.code:
        case FaultCode.CHECK_DIGIT:
            return _("Invalid: check digit of {value} is wrong.").format(value=value)
        case FaultCode.BAD_DATE:
            return _("Invalid: {value} is no date that exists.").format(value=value)
        case FaultCode.BAD_LENGTH:
            return _("Invalid: {value} is too short or too long.").format(value=value)
        case FaultCode.BAD_CHARACTER:
            return _("Invalid: {value} contains a character that may not be there.").format(value=value)
        case FaultCode.UNKNOWN_AI:
            return _("Invalid: no application identifier at {value}.").format(value=value)
        case FaultCode.EMPTY:
            return _("Invalid: nothing was scanned.")


def _suspicion_line(suspected: SuspectedSplit) -> str:
    rest = "".join(f"({element.ai}){element.value}" for element in suspected.elements)
    return _("Warning: a separator may be missing. Perhaps ({ai}){value}{rest}.").format(
        ai=suspected.ai, value=suspected.shortened, rest=rest
    )


def _combination_line(combination: Combination) -> str:
    match combination:
        case Combination.GTIN_WITH_CONTENT:
            return _("Warning: 01 and 02 do not belong in one message.")
        case Combination.CONTENT_WITHOUT_COUNT:
            return _("Warning: 02 without 37, the number of items is missing.")
        case Combination.COUNT_WITHOUT_CONTENT:
            return _("Warning: 37 without 02, a number of nothing.")
        case Combination.REPEATED:
            return _("Warning: an application identifier comes twice, with different values.")
        case Combination.ATTRIBUTES_WITHOUT_ITEM:
            return _("Note: no item number; these belong to an item scanned before or after.")
        case Combination.MEASURE_MISSING:
            return _("Warning: a GTIN that starts with 9 needs a quantity or a weight.")
