"""What the lexer hands to a session: a finished scan, or a command.

A scan is every character between two suffixes, whether a reader or a hand typed it (`scanned` says which only
where a prefix makes it certain). A command is a function key, a dot-letter or a `CMD:` label; all three end here.
`id` names the token wherever it goes (blank: nobody has named it).
"""

import os
from dataclasses import dataclass, field, replace
from enum import StrEnum


class Command(StrEnum):
    """The commands of the floor; the value is the command label without its prefix (`CMD:HELP`)."""

    HELP = "HELP"
    CLEAR = "CLEAR"
    BACK = "BACK"
    LIST = "LIST"
    UNDO = "UNDO"
    QUANTITY = "QTY"
    PAGE_UP = "PGUP"
    PAGE_DOWN = "PGDN"
    NEXT = "NEXT"
    POST = "POST"
    PRINT = "PRINT"


@dataclass(frozen=True, slots=True)
class ScanToken:
    """One scan, suffix removed; `text` is raw, separators (GS) included."""

    text: str
    scanned: bool = False
    id: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class CommandToken:
    """One command key. `by_key` is false when a `CMD:` label was scanned: a label never unlocks an error."""

    command: Command
    by_key: bool = True
    id: str = field(default="", compare=False, repr=False)


Token = ScanToken | CommandToken


def named(token: Token) -> Token:
    """The token with an id that no other has: the scan log knows it again by that, whichever way it comes back."""
    return replace(token, id=os.urandom(16).hex())
