"""A session for tests of the terminal: it counts what it takes, and does what the scanned text tells it.

`ERR…` locks with an error, `WARN…` warns, `MENU` offers choices, `HELP` shows a text, `PIN` asks for a secret, `LONG`
answers with a message longer than any small line, `BOOM` is a fault of the program, `AWAY<n>` makes the database
unavailable for the next n tries, `QUIT` finishes. Anything else is a good scan.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from db.core.errors import DatabaseUnavailable
from stockterm.flows.spool import Owner
from stockterm.flows.tokens import Command, CommandToken, ScanToken, Token
from stockterm.flows.view import Document, KeyHint, Level, Message, ViewState

KEYS = (KeyHint(Command.HELP, "Help"), KeyHint(Command.UNDO, "Undo"), KeyHint(Command.POST, "Post"))
HELP_TEXT = ("Scan the bin, then every item in it.", "F9 closes the bin.", "F10 posts the count and asks for two digits first.")
MENU = tuple(f"{number} Choice number {number}" for number in range(1, 8))
LONG_MESSAGE = "Bin A-01-02 holds 4 of 9521234000011, you asked for 5. Count it?"


def no_record(_line: str) -> None:
    """Nobody keeps a record."""


@dataclass
class Script:
    """What a scripted session did, for the test to look at."""

    tokens: list[Token] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)
    opened: int = 0
    closed: int = 0
    away: int = 0  # tries that find the database away
    threads: set[int] = field(default_factory=set)
    entered: str = ""
    record: Callable[[str], None] = no_record  # a line per token, before it is acted on

    @property
    def scans(self) -> list[str]:
        return [token.text for token in self.tokens if isinstance(token, ScanToken)]

    def make_session(self) -> "ScriptedSession":
        self.reach_database()
        self.opened += 1
        return ScriptedSession(self)

    def reach_database(self) -> None:
        self.threads.add(threading.get_ident())
        if self.away:
            self.away -= 1
            raise DatabaseUnavailable(problem="scripted")


class ScriptedSession:
    def __init__(self, script: Script) -> None:
        self._script = script
        self._count = 0
        self._held: list[ScanToken] = []
        self._view = ViewState(title="Count A-01-02", count="0", prompt="Item", keys=KEYS, entered=script.entered)

    @property
    def owner(self) -> Owner | None:
        return None if self._view.secret or self._view.locked else Owner("ANN", 1, "count")

    def view(self) -> ViewState:
        self._script.reach_database()
        return self._view

    def take(self, token: Token) -> ViewState:
        self._script.reach_database()
        self._script.tokens.append(token)
        self._script.record(repr(token))
        self._view = self._unlocked(token) if self._view.locked else self._answer(token)
        return self._view

    def save_pending(self, text: str) -> None:
        self._script.reach_database()
        self._script.pending.append(text)
        self._script.record(f"pending {text!r}")

    def lock(self, typed: str = "") -> ViewState:
        self._script.record(f"locked {typed!r}")
        self._view = ViewState(title="Locked", prompt="Badge")
        return self._view

    def close(self) -> None:
        self._script.closed += 1
        self._script.record("closed")

    def _unlocked(self, token: Token) -> ViewState:
        if isinstance(token, ScanToken):
            self._held.append(token)
            return replace(self._view, held=len(self._held))
        if not token.by_key:
            return self._view
        self._held.clear()
        return replace(self._view, locked=False, held=0, message=None)

    def _answer(self, token: Token) -> ViewState:
        plain = replace(self._view, message=None, choices=(), text=(), secret=False, prompt="Item")
        if isinstance(token, CommandToken):
            if token.command is Command.HELP:
                return replace(plain, text=HELP_TEXT)
            return replace(plain, message=Message(Level.NOTE, token.command.value))
        text = token.text
        if text.startswith("ERR"):
            return replace(plain, message=Message(Level.ERROR, f"UNKNOWN CODE {text}. Nothing counted."), locked=True)
        if text.startswith("WARN"):
            return replace(plain, message=Message(Level.WARNING, f"Expired {text}"))
        if text.startswith("AWAY"):
            self._script.away = int(text[4:])
            return plain
        match text:
            case "MENU":
                return replace(plain, choices=MENU, prompt="Choice")
            case "HELP":
                return replace(plain, text=HELP_TEXT)
            case "LONG":
                return replace(plain, message=Message(Level.WARNING, LONG_MESSAGE))
            case "PIN":
                return replace(plain, prompt="PIN", secret=True)
            case "BOOM":
                raise RuntimeError("a fault of the program")
            case "QUIT":
                return replace(plain, finished=True)
        self._count += 1
        return replace(
            plain,
            item=text,
            count=str(self._count),
            description="Cable drum 3x1.5 mm2 grey",
            tracking="LOT-2026-04",
            quantity=f"+1 {self._count} PCS",
            message=Message(Level.OK, f"OK +1 = {self._count} PCS"),
            recent=(f"{text} +1", *self._view.recent[:9]),
            facts=(("Bin", "A-01-02"), ("On hand", str(self._count))),
            progress=(self._count, 20),
            document=Document(
                ("Item", "Description", "Counted"),
                (("9521234000011", "Cable drum 3x1.5 mm2 grey", "4"), (text, "Cable drum", str(self._count))),
                current=1,
            ),
        )
