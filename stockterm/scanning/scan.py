"""What a scan is, as values: its kind, its elements, what is wrong with it. Made by `parse`, given a meaning by `resolve`."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


class ScanKind(StrEnum):
    """The kinds of string that can come in."""

    GS1 = "gs1"
    GTIN = "gtin"
    SSCC = "sscc"
    DIGITAL_LINK = "digital_link"
    TEXT = "text"
    EMPTY = "empty"


class FaultCode(StrEnum):
    """What can be wrong with a scan."""

    CHECK_DIGIT = "check_digit"
    BAD_DATE = "bad_date"
    BAD_LENGTH = "bad_length"
    BAD_CHARACTER = "bad_character"
    UNKNOWN_AI = "unknown_ai"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault, and the application identifier it belongs to, if to one. `text` is the value that has it."""

    code: FaultCode
    ai: str = ""
    text: str = ""

    def __str__(self) -> str:
        return f"{self.code}:{self.ai}" if self.ai else str(self.code)


class Combination(StrEnum):
    """Elements that do not fit together. The scan is readable all the same; what to do about it is decided by its meaning."""

    GTIN_WITH_CONTENT = "gtin_with_content"  # 01 and 02 in one message
    CONTENT_WITHOUT_COUNT = "content_without_count"  # 02, no 37
    COUNT_WITHOUT_CONTENT = "count_without_content"  # 37, no 02
    REPEATED = "repeated"  # the same AI twice, with different values
    ATTRIBUTES_WITHOUT_ITEM = "attributes_without_item"  # a lot, serial or date, and neither 01 nor 02
    MEASURE_MISSING = "measure_missing"  # a GTIN of variable measure (first digit 9), no quantity and no measure


SEPARATOR_SUSPECTED_MISSING = "separator_suspected_missing"


@dataclass(frozen=True, slots=True)
class Element:
    """One GS1 element string. `value` is what was read; the rest is the same, understood.

    `day` (a date; with day 00 the last of its month), `until` (the last day, where the element is a range), `moment`
    (with hours; local to the place where it was printed) and `amount` (measures, prices, counts: exact, decimals kept).
    """

    ai: str
    value: str
    title: str = ""
    day: date | None = None
    until: date | None = None
    moment: datetime | None = None
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class SuspectedSplit:
    """A value that ends like further elements: perhaps a separator was lost. Never acted upon without asking."""

    ai: str
    as_read: str
    shortened: str
    elements: tuple[Element, ...]


@dataclass(frozen=True, slots=True)
class Scan:
    """One scan, classified.

    `raw` is all that came in; `text` is the data without control characters around it and without `symbology`, the
    identifier. `gtin` (14 digits) and `sscc` are set for scans that are one such number. `elements` are those of a GS1
    message or Digital Link, in order; a scan with `faults` is not to be used for anything but showing them.
    """

    raw: str
    kind: ScanKind
    text: str = ""
    symbology: str | None = None
    gtin: str | None = None
    sscc: str | None = None
    elements: tuple[Element, ...] = ()
    faults: tuple[Fault, ...] = ()
    suspected: SuspectedSplit | None = None
    combinations: tuple[Combination, ...] = ()

    @property
    def valid(self) -> bool:
        return not self.faults

    @property
    def warnings(self) -> tuple[str, ...]:
        return (SEPARATOR_SUSPECTED_MISSING,) if self.suspected else ()

    @property
    def is_message(self) -> bool:
        """Whether the scan consists of elements."""
        return self.kind in (ScanKind.GS1, ScanKind.DIGITAL_LINK)

    def element(self, ai: str) -> Element | None:
        """The first element with this application identifier."""
        return next((element for element in self.elements if element.ai == ai), None)

    def value(self, ai: str) -> str | None:
        """The value of the first element with this application identifier."""
        element = self.element(ai)
        return element.value if element else None
