r"""GS1 messages: element strings in a row, in their printed form, or in a URL.

The table of application identifiers and the pattern of each are biip's. Taking a message apart is done here, because
biip stops at the first fault, resolves two-digit years against its own clock, and where a separator is missing cuts a
value wherever its pattern ends. Ours reports every fault, gets the date to reckon from, and never cuts:

    10 ABC123 <GS> 17 261231    lot ABC123, expires 2026-12-31
    10 ABC12317261231           lot ABC12317261231; its tail reads as a date, so a lost separator is suspected
    10 + 21 characters          a lot that is too long, not two elements

biip takes 0.1 s to import: it is imported with the first message, never with this module (see `warm_up`).
"""

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache

from stockterm.scanning.check_digits import has_valid_check_digit, is_digits
from stockterm.scanning.scan import Combination, Element, Fault, FaultCode, SuspectedSplit

GS = "\x1d"

CHARACTERS = frozenset("!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz")
"""The characters of alphanumeric values (GS1 character set 82)."""

_DIGITS = frozenset("0123456789")
_CHARACTER_SETS = {
    "N": _DIGITS,
    "X": CHARACTERS,
    "Y": frozenset("#-/0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    "Z": frozenset("-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"),
    "-": frozenset("-"),
}

# AI and value together, by the first two digits of the AI: these need no separator, whether the AI exists or not.
_PREDEFINED_LENGTHS = {
    "00": 20, "01": 16, "02": 16, "03": 16, "04": 18,
    "11": 8, "12": 8, "13": 8, "14": 8, "15": 8, "16": 8, "17": 8, "18": 8, "19": 8, "20": 4,
    "31": 10, "32": 10, "33": 10, "34": 10, "35": 10, "36": 10, "41": 16,
}  # fmt: skip

# How many of a value's first digits end in a check digit.
_CHECKED_DIGITS = {
    "00": 18, "01": 14, "02": 14, "03": 14, "253": 13, "255": 13, "402": 17,
    "410": 13, "411": 13, "412": 13, "413": 13, "414": 13, "415": 13, "416": 13, "417": 13,
    "8003": 14, "8006": 14, "8017": 18, "8018": 18, "8026": 14,
}  # fmt: skip

DATE_AIS = ("11", "12", "13", "15", "16", "17")
_OTHER_DATE_AIS = ("4324", "4325", "4326", "7003", "7006", "7007", "7011", "7250", "7251", "8008")
_NO_TIME = "9999"  # "at any time of the day", in 4324 and 4325

# Lengths that the format in the table only circumscribes.
_EXACT_LENGTHS = {
    "423": frozenset({3, 6, 9, 12, 15}),
    "425": frozenset({3, 6, 9, 12, 15}),
    "8008": frozenset({8, 10, 12}),
    "8010": frozenset(range(5, 31)),
}

# Values that may have swallowed what followed them, when the reader lost a separator.
_SUSPECTED_AIS = frozenset(
    ("10", "21", "22", "240", "241", "250", "254", "400", "401", "403", "420", *(str(ai) for ai in range(90, 100)))
)

# Attributes of a trade item: they say nothing without the number of the item.
_ATTRIBUTE_AIS = frozenset((*DATE_AIS, "10", "20", "21", "22", "30", "7003", "7006", "7007", "8008"))
_ITEM_AIS = frozenset(("01", "02", "03", "8006", "8026"))

# First application identifier in the path of a Digital Link.
_LINK_KEYS = frozenset(
    ("00", "01", "253", "255", "401", "402", "414", "415", "417", "8003", "8004", "8006", "8010", "8013", "8017", "8018")
)
_LINK = re.compile(r"https?://[^/?#]+(/[^?#]*)(?:\?([^#]*))?(?:#.*)?", re.IGNORECASE | re.DOTALL)
_AI = re.compile(r"[0-9]{2,4}")
_PRINTED_AI = re.compile(r"\(([0-9]{2,4})\)")


@dataclass(frozen=True, slots=True)
class Definition:
    """One application identifier, as its format describes it."""

    ai: str
    title: str
    parts: tuple[tuple[str, int], ...]  # kind of character, and at most how many, in order
    lengths: frozenset[int]
    pattern: re.Pattern[str]

    @property
    def is_numeric(self) -> bool:
        return all(kind == "N" for kind, _ in self.parts)


@dataclass(frozen=True, slots=True)
class Message:
    """A message taken apart: all its elements and all its faults."""

    elements: tuple[Element, ...]
    faults: tuple[Fault, ...]


def warm_up() -> None:
    """Load the table of application identifiers now, so that the first label of a shift does not wait for it (0.1 s)."""
    _definition_at("01")


# ---- messages -------------------------------------------------------------------------------------------------------


def read_message(text: str, today: date) -> Message:
    """Take element strings apart. `text` has GS for every separator; separators that are not needed change nothing."""
    return _checked(_split(text), today)


def read_printed(text: str, today: date) -> Message:
    """Take the printed form apart: `(01)09501101530003(10)ABC123`. Blanks around a value are not part of it."""
    marks = list(_PRINTED_AI.finditer(text))
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    pairs = [(mark[1], text[mark.end() : end].strip(" " + GS)) for mark, end in zip(marks, ends, strict=True)]
    return _checked(iter(pairs), today)


def read_link(url: str, today: date) -> Message | None:
    """Take a GS1 Digital Link apart; None when the URL does not have that form.

    The form: somewhere in the path a key such as `01` with its value, from there on only pairs of AI and value.
    Parameters of the query that are no AIs mean nothing to us.
    """
    match = _LINK.fullmatch(url)
    if not match:
        return None
    segments = match[1].strip("/").split("/")
    start = next((index for index in range(len(segments) - 1) if _starts_link(segments[index], segments[index + 1])), None)
    if start is None or not all(_AI.fullmatch(segment) for segment in segments[start::2]):
        return None

    from urllib.parse import unquote  # not needed for any other scan

    pairs = [
        (ai, unquote(value))
        for ai, value in zip(segments[start::2], segments[start + 1 :: 2] + [""] * (len(segments) - start & 1), strict=True)
    ]
    for parameter in (match[2] or "").split("&"):
        name, _, value = parameter.partition("=")
        if _AI.fullmatch(unquote(name)):
            pairs.append((unquote(name), unquote(value)))
    return _checked(((ai, _padded(ai, value)) for ai, value in pairs), today)


def _starts_link(ai: str, value: str) -> bool:
    if ai not in _LINK_KEYS or not value:
        return False
    definition = _definition(ai)
    return definition is not None and (not definition.is_numeric or bool(_DIGITS & set(value)))


def _padded(ai: str, value: str) -> str:
    """A GTIN of 8, 12 or 13 digits in a link stands for the 14 digits that a symbol would have."""
    return value.zfill(14) if ai == "01" and len(value) in (8, 12, 13) and is_digits(value) else value


def _split(text: str) -> Iterator[tuple[str, str]]:
    """AIs and their values. Where there is no AI, ("", the rest up to where the next element can start)."""
    position = 0
    while position < len(text):
        if text[position] == GS:
            position += 1
            continue
        definition = _definition_at(text[position : position + 4])
        separator = text.find(GS, position)
        end = separator if separator >= 0 else len(text)
        predefined = _PREDEFINED_LENGTHS.get(text[position : position + 2])
        if predefined:
            end = min(end, position + predefined)
        ai = definition.ai if definition else ""
        yield ai, text[position + len(ai) : end]
        position = end


def _checked(pairs: Iterator[tuple[str, str]], today: date) -> Message:
    elements: list[Element] = []
    faults: list[Fault] = []
    for ai, value in pairs:
        definition = _definition(ai)
        if definition is None:
            faults.append(Fault(FaultCode.UNKNOWN_AI, text=ai or value))
            continue
        codes = _faults_of(definition, value)
        if not codes:
            try:
                elements.append(_understood(definition, value, today))
            except ValueError:
                codes = [FaultCode.BAD_DATE]
        faults.extend(Fault(code, ai, value) for code in codes)
    if not elements and not faults:
        faults.append(Fault(FaultCode.EMPTY))
    return Message(tuple(elements), tuple(dict.fromkeys(faults)))


def _faults_of(definition: Definition, value: str) -> list[FaultCode]:
    if not value:
        return [FaultCode.BAD_LENGTH]
    codes = []
    if len(value) not in definition.lengths:
        codes.append(FaultCode.BAD_LENGTH)
    if not _characters_fit(definition, value):
        codes.append(FaultCode.BAD_CHARACTER)
    if codes:
        return codes
    if not definition.pattern.fullmatch(definition.ai + value):
        return [FaultCode.BAD_DATE if definition.ai in DATE_AIS + _OTHER_DATE_AIS else FaultCode.BAD_CHARACTER]
    checked = _CHECKED_DIGITS.get(definition.ai)
    if checked and not has_valid_check_digit(value[:checked]):
        return [FaultCode.CHECK_DIGIT]
    return []


def _characters_fit(definition: Definition, value: str) -> bool:
    position = 0
    for kind, most in definition.parts[:-1]:
        if not _CHARACTER_SETS[kind].issuperset(value[position : position + most]):
            return False
        position += most
    return _CHARACTER_SETS[definition.parts[-1][0]].issuperset(value[position:])


# ---- values ---------------------------------------------------------------------------------------------------------


def _understood(definition: Definition, value: str, today: date) -> Element:
    """An element with its value understood. Raises `ValueError` for a date or time that does not exist."""
    ai = definition.ai
    if ai in DATE_AIS or ai in ("4326", "7006"):
        return Element(ai, value, definition.title, day=read_day(value, today))
    if ai == "7007":
        until = read_day(value[6:], today) if value[6:] else None
        return Element(ai, value, definition.title, day=read_day(value[:6], today), until=until)
    if ai in ("4324", "4325") and value[6:] == _NO_TIME:
        return Element(ai, value, definition.title, day=read_day(value[:6], today))
    if ai in ("7003", "7011", "8008", "4324", "4325"):
        day = read_day(value[:6], today)
        moment = datetime.combine(day, _read_time(value[6:])) if value[6:] else None
        return Element(ai, value, definition.title, day=day, moment=moment)
    if ai in ("7250", "7251"):
        day = date(int(value[:4]), int(value[4:6]), int(value[6:8]))
        moment = datetime.combine(day, _read_time(value[8:])) if value[8:] else None
        return Element(ai, value, definition.title, day=day, moment=moment)
    if ai in ("30", "37"):
        return Element(ai, value, definition.title, amount=Decimal(value))
    if len(ai) == 4 and ai[:2] in ("31", "32", "33", "34", "35", "36", "39"):
        digits = value[3:] if ai[:3] in ("391", "393") else value  # a currency comes first
        return Element(ai, value, definition.title, amount=_with_decimals(digits, int(ai[3])))
    return Element(ai, value, definition.title)


def read_day(digits: str, today: date) -> date:
    """YYMMDD as a date; day 00 is the last of the month. Raises `ValueError` for a date that does not exist.

    The century is the one that puts the year at most 49 years before or 50 years after the year of `today`.
    """
    year = today.year - today.year % 100 + int(digits[:2])
    ahead = int(digits[:2]) - today.year % 100
    if ahead >= 51:
        year -= 100
    elif ahead <= -50:
        year += 100
    month, day = int(digits[2:4]), int(digits[4:6])
    if not 1 <= month <= 12:
        raise ValueError(f"month {month} does not exist")
    return date(year, month, day or monthrange(year, month)[1])


def _read_time(digits: str) -> time:
    """hh, hhmm or hhmmss."""
    return time(int(digits[:2]), int(digits[2:4] or 0), int(digits[4:6] or 0))


def _with_decimals(digits: str, decimals: int) -> Decimal:
    """001250 with 3 decimals is 1.250: the decimals stay, they say how exact the scale was."""
    return Decimal((0, tuple(map(int, digits)), -decimals))


# ---- what looks wrong without being a fault -------------------------------------------------------------------------


def suspected_split(elements: Sequence[Element], today: date) -> SuspectedSplit | None:
    """The last element, where it ends like whole dates or GTINs: a separator may be missing in front of them.

    The longest such tail is offered. The same digits can be a genuine lot number: only a person can tell.
    """
    if not elements or elements[-1].ai not in _SUSPECTED_AIS:
        return None
    last = elements[-1]
    for start in range(1, len(last.value) - 7):
        tail = _whole_fixed_elements(last.value[start:], today)
        if tail:
            return SuspectedSplit(last.ai, last.value, last.value[:start], tail)
    return None


def _whole_fixed_elements(text: str, today: date) -> tuple[Element, ...]:
    """The elements that the text consists of, if it is nothing but dates that exist and GTINs that check; else none."""
    position, pairs = 0, []
    while position < len(text):
        ai = text[position : position + 2]
        length = _PREDEFINED_LENGTHS[ai] if ai in DATE_AIS or ai in ("01", "02") else 0
        value = text[position + 2 : position + length]
        if not length or len(value) != length - 2 or not is_digits(value):
            return ()
        pairs.append((ai, value))
        position += length
    message = _checked(iter(pairs), today)
    return () if message.faults else message.elements


def odd_combinations(elements: Sequence[Element]) -> tuple[Combination, ...]:
    """Which combinations in a message do not make sense (or not alone)."""
    values: dict[str, set[str]] = {}
    for element in elements:
        values.setdefault(element.ai, set()).add(element.value)
    found = []
    if "01" in values and "02" in values:
        found.append(Combination.GTIN_WITH_CONTENT)
    if "02" in values and "37" not in values:
        found.append(Combination.CONTENT_WITHOUT_COUNT)
    if "37" in values and "02" not in values:
        found.append(Combination.COUNT_WITHOUT_CONTENT)
    if any(len(different) > 1 for different in values.values()):
        found.append(Combination.REPEATED)
    if not _ATTRIBUTE_AIS.isdisjoint(values) and _ITEM_AIS.isdisjoint(values):
        found.append(Combination.ATTRIBUTES_WITHOUT_ITEM)
    variable = any(gtin.startswith("9") for gtin in values.get("01", ()))
    if variable and not any(ai == "30" or ai[:2] in ("31", "32", "35", "36") for ai in values):
        found.append(Combination.MEASURE_MISSING)
    return tuple(found)


# ---- the table ------------------------------------------------------------------------------------------------------


def _definition(ai: str) -> Definition | None:
    definition = _definition_at(ai)
    return definition if definition and definition.ai == ai else None


@lru_cache(maxsize=4096)
def _definition_at(text: str) -> Definition | None:
    """The application identifier that a text (of at most four characters) starts with."""
    from biip import ParseError
    from biip.gs1_application_identifiers import GS1ApplicationIdentifier

    try:
        found = GS1ApplicationIdentifier.extract(text)
    except ParseError:
        return None
    parts, lengths = _parts_of(found.format)
    return Definition(
        ai=found.ai,
        title=found.data_title or found.description,
        parts=parts,
        lengths=_EXACT_LENGTHS.get(found.ai, lengths),
        pattern=re.compile(found.pattern, re.ASCII),
    )


def _parts_of(table_format: str) -> tuple[tuple[tuple[str, int], ...], frozenset[int]]:
    """A format of the table (`N3+N13[+X..17]`: AI, then value) as the kinds of characters of the value, and its lengths."""
    parts: list[tuple[str, int]] = []
    lengths = {0}
    for part in table_format.replace("[+", "+[").split("+")[1:]:
        core = part.strip("[]")
        if core == "-":
            kind, counts = "-", range(1, 2)
        else:
            kind = core[0]
            least, dots, most = core[1:].partition("..")
            last = int(most.lstrip("N") or least)
            counts = range(int(least or 1) if dots else last, last + 1)
        parts.append((kind, counts[-1]))
        lengths = {length + count for length in lengths for count in ((0, *counts) if part != core else counts)}
    return tuple(parts), frozenset(lengths)
