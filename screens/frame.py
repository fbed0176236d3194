"""What one terminal shows, as rows of plain spans, and the text tools that make any text fit them.

A frame is a value: the work screen makes it, the painter writes the difference to the one before, Textual renders the
same rows as strips. Text that comes from outside passes `clean`, so that no scanned or stored character can steer the
terminal, and `fit`, so that no line is longer than its place.
"""

import unicodedata
from dataclasses import dataclass
from enum import Enum
from typing import Final

from rich.cells import cell_len

CUT: Final = "~"


class Look(Enum):
    """How a span looks. Each is told apart without colour, by reverse, bold, or the words themselves."""

    PLAIN = "plain"
    TITLE = "title"
    DONE = "done"  # OK
    WARNING = "warning"
    ERROR = "error"
    STRONG = "strong"
    CURSOR = "cursor"


Span = tuple[str, Look]
Row = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """`rows` from the top; a row may be shorter than the terminal. `cursor` is (column, row), counted from 0."""

    columns: int
    rows: tuple[Row, ...]
    cursor: tuple[int, int] = (0, 0)

    @property
    def texts(self) -> list[str]:
        """The rows without their looks, for tests and for reading aloud."""
        return ["".join(text for text, _ in row).rstrip() for row in self.rows]


_ASCII_FOR: Final = {
    "Æ": "AE", "Ø": "O", "Å": "A", "æ": "ae", "ø": "o", "å": "a", "ß": "ss", "Ð": "D", "ð": "d", "Þ": "Th", "þ": "th",
    "Ł": "L", "ł": "l", "Œ": "OE", "œ": "oe", "–": "-", "—": "-", "−": "-", "‘": "'", "’": "'", "“": '"', "”": '"',
    "«": '"', "»": '"', "…": "...", "→": "->", "×": "x", "·": ".", "•": "*", "€": "EUR", "£": "GBP", "²": "2", "³": "3",
    "°": "o", "µ": "u", "½": "1/2", "¼": "1/4", "¾": "3/4", "\xa0": " ", "\u2009": " ", "\u202f": " ",
}  # fmt: skip


def clean(text: str, ascii_only: bool = False) -> str:
    """Text that is safe to show: control characters become `^]` and the like, what has no width is left out.

    With `ascii_only` letters lose their accents and other characters become `?`, before anything is measured.
    """
    if text.isascii() and text.isprintable():
        return text
    shown: list[str] = []
    for character in unicodedata.normalize("NFC", text):
        if character.isascii():
            if character in "\n\r\t":
                shown.append(" ")
            else:
                shown.append(character if character.isprintable() else f"^{chr(ord(character) ^ 0x40)}")
        elif ascii_only and character in _ASCII_FOR:
            shown.append(_ASCII_FOR[character])
        elif unicodedata.category(character) in ("Mn", "Me", "Cf", "Cc", "Cs", "Co", "Cn", "Zl", "Zp"):
            shown.append("" if unicodedata.category(character) in ("Mn", "Me", "Cf") else "?")
        elif ascii_only:
            base = unicodedata.normalize("NFKD", character)[0]
            shown.append(base if base.isascii() else "?")
        elif unicodedata.category(character) == "Zs":
            shown.append(" ")
        else:
            shown.append(character)
    return "".join(shown)


def width_of(text: str) -> int:
    """Columns that a clean text takes."""
    return len(text) if text.isascii() else cell_len(text)


def head(text: str, columns: int) -> str:
    """The beginning of a text, as much as has room."""
    if text.isascii():
        return text[:columns]
    taken, used = "", 0
    for character in text:
        used += cell_len(character)
        if used > columns:
            break
        taken += character
    return taken


def tail(text: str, columns: int) -> str:
    """The end of a text, as much as has room."""
    return head(text[::-1], columns)[::-1]


def fit(text: str, columns: int) -> str:
    """The text if it has room, else its beginning and `~`."""
    if width_of(text) <= columns:
        return text
    return head(text, columns - 1) + CUT if columns > 0 else ""


def pad(text: str, columns: int) -> str:
    """The text filled up with blanks; never cut."""
    return text + " " * max(0, columns - width_of(text))


def wrapped(text: str, columns: int) -> list[str]:
    """The text in lines of at most so many columns, broken between words where that is possible."""
    if columns < 1:
        return []
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        candidate = f"{line} {word}" if line else word
        if width_of(candidate) <= columns:
            line = candidate
            continue
        if line:
            lines.append(line)
        while width_of(word) > columns:
            part = head(word, columns) or word[0]
            lines.append(part)
            word = word[len(part) :]
        line = word
    if line or not lines:
        lines.append(line)
    return lines
