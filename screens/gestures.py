"""Pointing at an entry of a list, with arrow keys or a mouse, on terminals that have room for it.

A gesture keeps its place among the scans, and what it comes to is a token as if the entry's number, or the key, had been
pressed. Nothing that a reader sends is a gesture: an arrow is a key of the hand, and Enter chooses only right after such a key,
so a second suffix behind a scan chooses nothing. A click on a key is that key. A click on an entry means the entry that stood
there when it was made; where another list is on the screen by the time that it is taken, it means nothing.
"""

from dataclasses import dataclass

from stockterm.flows.tokens import Command, Token
from stockterm.flows.view import ViewState


@dataclass(frozen=True, slots=True)
class Point:
    """An arrow key. Where there is nothing to point at it is the command of its key map."""

    step: int
    command: Command


@dataclass(frozen=True, slots=True)
class Pick:
    """Enter behind a key of the hand, with nothing typed."""


@dataclass(frozen=True, slots=True)
class Clicked:
    """A click, as the key or the number that it stands for, and the view that it was made on."""

    token: Token
    view: ViewState


Gesture = Point | Pick | Clicked
