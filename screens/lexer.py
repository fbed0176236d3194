"""From strokes to tokens: where a scan ends, and what is a command.

The only thing that ends a scan is a suffix. Between two suffixes every character belongs to one scan, however long it
took to come; CR LF is one suffix because an empty scan is none. Commands come three ways, and all of them keep their
place among the scans: a function key at once, a dot-letter with its Enter, a printed `CMD:` label with its suffix.

Digits are text like any other, ended by Enter: a label that starts with a digit must not open a menu entry.

    Text("9521234"), Key("enter")        ScanToken("9521234")
    Key("f5")                            CommandToken(UNDO)
    Text(".u"), Key("enter")             CommandToken(UNDO)
    Text("CMD:UNDO"), Key("enter")       CommandToken(UNDO, by_key=False)

An arrow key is a gesture (`screens.gestures`), and so is Enter right behind a key of the hand.
A prefix of labels that a site spells in its own way (`B*A-01`) becomes ours here (`BIN:A-01`): what is behind the lexer knows
no others.

Half-typed text stays when a command key is pressed: a slow reader may be in the middle of a label. F2 alone empties
the field; on an empty field it is a command like the others.
"""

import re
from collections.abc import Iterable
from typing import Final

from screens.gestures import Gesture, Pick, Point
from screens.key_maps import DOT_LETTERS, key_map
from screens.strokes import Key, Stroke, Text
from stockterm.flows.terminal import CR, ETX, LF, STX, TAB, TerminalProfile
from stockterm.flows.tokens import Command, CommandToken, ScanToken, Token

LONGEST_SCAN: Final = 8192  # characters; the largest two-dimensional code holds 7,089. What goes beyond is cut off.

_ARROWS: Final = {"up": -1, "down": 1}
_ENDINGS: Final = {"enter": CR, "lf": LF, "etx": ETX, "tab": TAB}
_SYMBOLOGY = re.compile(r"(?:\d+\*)?\][A-Za-z][0-9A-Za-z]")  # `12*` may be typed in front of a scan
_TYPED_FACTOR = re.compile(r"(?:\d+\*)?")
_BEFORE_LABEL = re.compile(r" *(?:\d+\*)?(?:\][A-Za-z][0-9A-Za-z])?")
_COMMAND_LABEL = re.compile(r"(?:\][A-Za-z][0-9A-Za-z])?CMD:([A-Z]+)", re.IGNORECASE)
_DOT_LETTER = re.compile(r"\.([A-Za-z])")
_COMMANDS: Final = {command.value: command for command in Command}


class Lexer:
    """Holds the half-typed text of one terminal, and nothing else that changes."""

    def __init__(self, profile: TerminalProfile) -> None:
        self._prefix = profile.prefix
        self._suffixes = profile.suffixes
        self._keys = key_map(profile)
        self._labels = sorted(((own.upper(), name) for name, own in profile.labels), key=lambda label: -len(label[0]))
        self._text = ""
        self._stx_seen = False
        self._by_hand = False  # the last stroke was a key that no reader sends

    @property
    def pending(self) -> str:
        """Text that waits for its suffix."""
        return self._text

    def take_up(self, text: str) -> None:
        """Start with the half-typed text of a resumed session, unless something was typed already."""
        self._text = self._text or text[:LONGEST_SCAN]

    def clear(self) -> None:
        """Forget the half-typed text."""
        self._text, self._stx_seen = "", False

    def feed(self, strokes: Iterable[Stroke]) -> list[Token | Gesture]:
        """The tokens and gestures that these strokes complete, in their order. Clicks are not for the lexer."""
        tokens: list[Token | Gesture] = []
        for stroke in strokes:
            by_hand, self._by_hand = self._by_hand, False
            match stroke:
                case Text(text):
                    self._text = (self._text + text)[:LONGEST_SCAN]
                case Key("backspace"):
                    self._text = self._text[:-1]
                case Key("stx"):
                    self._stx_seen = True
                case Key(name) if _ENDINGS.get(name) in self._suffixes:
                    if token := self._ended():
                        tokens.append(token)
                    elif by_hand and name == "enter":
                        tokens.append(Pick())
                case Key(name):
                    command = self._keys.get(name)
                    self._by_hand = command is not None
                    if command is Command.CLEAR and self._text:
                        self._text, self._by_hand = "", False
                    elif name in _ARROWS and command in (Command.PAGE_UP, Command.PAGE_DOWN):
                        tokens.append(Point(_ARROWS[name], command))
                    elif command is not None:
                        tokens.append(CommandToken(command))
        return tokens

    def _ended(self) -> Token | None:
        """What the text before a suffix is; None for an empty one."""
        text, stx_seen = self._text, self._stx_seen
        self._text, self._stx_seen = "", False
        if not text:
            return None
        scanned = bool(_SYMBOLOGY.match(text))
        if self._prefix == STX:
            scanned = scanned or stx_seen
        elif self._prefix:
            factor = _TYPED_FACTOR.match(text)
            start = factor.end() if factor else 0
            if text.startswith(self._prefix, start):
                text, scanned = text[:start] + text[start + len(self._prefix) :], True
        text = self._with_our_prefix(text)
        trimmed = text.strip(" ")
        if (label := _COMMAND_LABEL.fullmatch(trimmed)) and label[1].upper() in _COMMANDS:
            return CommandToken(_COMMANDS[label[1].upper()], by_key=False)
        if not scanned and (dot := _DOT_LETTER.fullmatch(trimmed)) and dot[1].lower() in DOT_LETTERS:
            return CommandToken(DOT_LETTERS[dot[1].lower()])
        return ScanToken(text, scanned)

    def _with_our_prefix(self, text: str) -> str:
        """`B*A-01` of a site as `BIN:A-01`; the longest of its spellings that fits decides."""
        before = _BEFORE_LABEL.match(text)
        start = before.end() if before else 0
        for own, name in self._labels:
            if text[start : start + len(own)].upper() == own:
                return f"{text[:start]}{name}:{text[start + len(own) :]}"
        return text
