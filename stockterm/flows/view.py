"""What a screen shows: one frozen value, made by a flow, drawn by `screens.work_screen` and by nothing else.

Texts are already in the user's language. The screen cuts what does not fit and ends it with `~`; it decides by the
size of the terminal which parts are visible. `facts`, `recent`, `document` and `beside` are extras for larger terminals: nothing
that a worker must know stands only there.
"""

from dataclasses import dataclass
from enum import StrEnum

from stockterm.flows.tokens import Command


class Level(StrEnum):
    """How a message sounds and looks; the first characters of the message line say it too (OK, ?, !)."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Message:
    """One message: the decisive words first. `text` may be longer than the line; F1 shows the whole."""

    level: Level
    text: str


@dataclass(frozen=True, slots=True)
class KeyHint:
    """A command that does something now, with its word for the key line."""

    command: Command
    label: str


@dataclass(frozen=True, slots=True)
class Document:
    """The lines of the work in hand, for terminals that have room beside the form; newest or current line marked."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    current: int | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """What a larger terminal shows of a choice: its text in cells that stand below each other, and what is known about it."""

    cells: tuple[str, ...]
    details: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ViewState:
    """Everything one screen shows at one moment."""

    title: str
    count: str = ""  # counter of good scans, or page "1/3"; right end of the title line
    item: str = ""
    description: str = ""
    tracking: str = ""  # lot or serial
    quantity: str = ""  # last quantity and unit
    prompt: str = ""
    entered: str = ""  # text the field starts with (half-typed text of a resumed session)
    secret: bool = False  # a PIN: shown as dots, never saved, never logged
    message: Message | None = None
    keys: tuple[KeyHint, ...] = ()
    choices: tuple[str, ...] = ()  # a menu or pick list: the lines 2 to 5 show these instead, numbered by the flow
    text: tuple[str, ...] = ()  # help or a long message: paragraphs instead of lines 2 to 5, wrapped and paged by the screen
    locked: bool = False  # an error waits for a key that no scanner sends
    held: int = 0  # scans kept back while locked
    facts: tuple[tuple[str, str], ...] = ()
    recent: tuple[str, ...] = ()
    progress: tuple[int, int] | None = None  # done, all
    document: Document | None = None
    beside: tuple[Choice, ...] = ()  # of the choices, in their order; empty: nothing more is known about them
    finished: bool = False  # the session is over: the program ends
