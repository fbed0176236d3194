"""Symbology identifiers (ISO/IEC 15424): the three characters that a reader can put in front of what it read.

An identifier is certain knowledge: it says which kind of symbol was read, and with that what its characters mean.
Without one the characters are judged by their look, in `parse`.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

_IDENTIFIER = re.compile(r"\][A-Za-z][0-9A-Za-z]")


class Content(StrEnum):
    """What follows an identifier."""

    GS1 = "gs1"  # element strings
    GTIN = "gtin"  # a number with its check digit
    GTIN_WITH_ADD_ON = "gtin_with_add_on"  # 2 or 5 more digits behind the number
    GTIN_WITHOUT_CHECK_DIGIT = "gtin_without_check_digit"
    TEXT = "text"  # text, or a URL


@dataclass(frozen=True, slots=True)
class Symbology:
    """One identifier, its symbol's name (a proper name, never translated), its content and the lengths this may have."""

    identifier: str
    name: str
    content: Content = Content.TEXT
    lengths: tuple[int, ...] = ()


_LISTED = (
    Symbology("]E0", "EAN-13/UPC", Content.GTIN, (13, 12)),  # 12: UPC-A from a reader that is not set to pad
    Symbology("]E1", "EAN add-on 2"),
    Symbology("]E2", "EAN add-on 5"),
    Symbology("]E3", "EAN-13/UPC + add-on", Content.GTIN_WITH_ADD_ON, (15, 18, 14, 17)),
    Symbology("]E4", "EAN-8", Content.GTIN, (8,)),
    Symbology("]I0", "Interleaved 2 of 5"),
    Symbology("]I1", "ITF-14", Content.GTIN, (14,)),
    Symbology("]I3", "ITF-14", Content.GTIN_WITHOUT_CHECK_DIGIT, (13,)),
    Symbology("]C0", "Code 128"),
    Symbology("]C1", "GS1-128", Content.GS1),
    Symbology("]C2", "Code 128, FNC1 in second place"),
    Symbology("]e0", "GS1 DataBar", Content.GS1),
    Symbology("]d1", "Data Matrix"),
    Symbology("]d2", "GS1 DataMatrix", Content.GS1),
    Symbology("]Q0", "QR Code"),
    Symbology("]Q1", "QR Code"),
    Symbology("]Q2", "QR Code"),
    Symbology("]Q3", "GS1 QR Code", Content.GS1),
    Symbology("]J1", "GS1 DotCode", Content.GS1),
    Symbology("]F0", "Codabar"),
    Symbology("]G0", "Code 93"),
    Symbology("]L0", "PDF417"),
    Symbology("]z0", "Aztec"),
)
_BY_IDENTIFIER = {symbology.identifier: symbology for symbology in _LISTED}


def split_identifier(text: str) -> tuple[str | None, str]:
    """The identifier at the start of a scan, or None, and the characters behind it."""
    if text[:1] == "]" and _IDENTIFIER.match(text):
        return text[:3], text[3:]
    return None, text


def symbology_of(identifier: str) -> Symbology:
    """What an identifier stands for; one that is not listed carries text."""
    if identifier in _BY_IDENTIFIER:
        return _BY_IDENTIFIER[identifier]
    if identifier.startswith("]e"):
        return Symbology(identifier, "GS1 Composite", Content.GS1)
    if identifier.startswith("]A"):
        return Symbology(identifier, "Code 39")
    return Symbology(identifier, identifier)
