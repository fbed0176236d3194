"""From the bytes of a terminal to strokes: text as it came, and keys that have a name.

Every terminal spells its function keys differently, and scanners put control characters into their text, so the bytes
are read here, by rules that cannot fail: whatever comes, something sensible comes out, and no byte ends the program.

- Text is UTF-8; a byte that does not fit is taken as Latin-1. 0x9B and 0x8F outside a character are CSI and SS3 of
  8-bit terminals.
- GS and its neighbours (0x1C to 0x1F) are text: they are part of a scan. Ctrl+] arrives in three forms, all are GS.
- Escape sequences are keys when they are whole and known, and nothing when they are whole and unknown (answers of the
  terminal, focus). `ESC` before anything but `[` and `O` is the key Esc and then that character: terminals that
  send Alt so do not exist on a warehouse floor, but a worker who presses Esc and scans `]C101...` does.
- Of a mouse (which is on only where the profile says so) the left button pressed is a click; the wheel is the arrow keys.
- A sequence that turns out to be none (a control character inside, or no end for `sequence_delay`) was Esc and text:
  it is given back as such. Time has no other meaning than this.
- The brackets around a paste are dropped and the paste is read like typing, so that a closing bracket that never
  comes swallows nothing.

    ESC [ 2 9 ~          Key("do")
    ESC [ 9 3 ; 5 u      Text("\\x1d")
    ESC ] C 1            Key("escape"), Text("]C1")
"""

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Text:
    """Characters as they came, separators (0x1C to 0x1F) included."""

    text: str


@dataclass(frozen=True, slots=True)
class Key:
    """A key by its name: enter, lf, etx, stx, tab, backspace, escape, up, f1 to f20, help, do and the like."""

    name: str


@dataclass(frozen=True, slots=True)
class Click:
    """The left button of a mouse, pressed on a cell; columns and rows from 0."""

    column: int
    row: int


Stroke = Text | Key | Click

ESC: Final = 0x1B
LONGEST_SEQUENCE: Final = 64

_PLAIN = re.compile(rb"[\x1c-\x1f\x20-\x7e]+")
_UTF8 = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]"
    rb"|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}"
)
_UTF8_BEGUN = re.compile(
    rb"(?:[\xc2-\xdf]|\xe0[\xa0-\xbf]?|[\xe1-\xec\xee\xef][\x80-\xbf]?|\xed[\x80-\x9f]?"
    rb"|\xf0(?:[\x90-\xbf][\x80-\xbf]?)?|[\xf1-\xf3][\x80-\xbf]{0,2}|\xf4(?:[\x80-\x8f][\x80-\xbf]?)?)\Z"
)
_CONTROL_SEQUENCE = re.compile(rb"([\x30-\x3f]*)([\x20-\x2f]*)([\x40-\x7e])")
_CONTROL_SEQUENCE_BEGUN = re.compile(rb"[\x30-\x3f]*[\x20-\x2f]*\Z")
_CSI = re.compile(rb"\x1b\[|\xc2\x9b|\x9b")
_SS3 = re.compile(rb"\x1bO|\xc2\x8f|\x8f")

_CONTROLS: Final[dict[int, str]] = {
    0x02: "stx",
    0x03: "etx",
    0x08: "backspace",
    0x09: "tab",
    0x0A: "lf",
    0x0D: "enter",
    0x1B: "escape",
    0x7F: "backspace",
}

_TILDE_KEYS: Final[dict[int, str]] = {
    1: "find",
    2: "insert",
    3: "remove",
    4: "select",
    5: "pageup",
    6: "pagedown",
    7: "home",
    8: "end",
    11: "f1",
    12: "f2",
    13: "f3",
    14: "f4",
    15: "f5",
    17: "f6",
    18: "f7",
    19: "f8",
    20: "f9",
    21: "f10",
    23: "f11",
    24: "f12",
    25: "f13",
    26: "f14",
    28: "help",
    29: "do",
    31: "f17",
    32: "f18",
    33: "f19",
    34: "f20",
}

_LETTER_KEYS: Final[dict[str, str]] = {
    "A": "up",
    "B": "down",
    "C": "right",
    "D": "left",
    "F": "end",
    "H": "home",
    "P": "f1",
    "Q": "f2",
    "R": "f3",
    "S": "f4",
    "Z": "backtab",
}

_KEYPAD_TEXT: Final[dict[str, str]] = {
    **{chr(ord("p") + digit): str(digit) for digit in range(10)},
    "j": "*",
    "k": "+",
    "l": ",",
    "m": "-",
    "n": ".",
    "o": "/",
    "X": "=",
    " ": " ",
}

_LINUX_KEYS: Final[dict[str, str]] = {"A": "f1", "B": "f2", "C": "f3", "D": "f4", "E": "f5"}

# Code points of the kitty keyboard protocol for the keypad, should a multiplexer have switched it on.
_KITTY_TEXT: Final[dict[int, str]] = {
    **{57399 + digit: str(digit) for digit in range(10)},
    57409: ".",
    57410: "/",
    57411: "*",
    57412: "-",
    57413: "+",
}
_KITTY_ENTER: Final = 57414


class StrokeReader:
    """Reads bytes, in whatever pieces they come, and remembers the piece of a character or sequence that is not whole."""

    def __init__(self, escape_delay: float = 0.5, sequence_delay: float = 2.0) -> None:
        """`escape_delay`, `sequence_delay`: seconds that a lone Esc and a begun sequence wait for more bytes."""
        self._escape_delay = escape_delay
        self._sequence_delay = max(sequence_delay, escape_delay)
        self._rest = b""

    @property
    def patience(self) -> float | None:
        """Seconds without a byte after which `give_up` should be called, or None when there is nothing to give up."""
        if not self._rest or (self._rest[0] >= 0xA0 and not self._rest.startswith(b"\xc2\x9b")):
            return None  # half a character waits for the other half as long as it takes
        return self._escape_delay if len(self._rest) == 1 else self._sequence_delay

    def feed(self, data: bytes) -> list[Stroke]:
        """The strokes that these bytes complete."""
        return self._read(self._rest + data.replace(b"\x00", b""), more_may_come=True)

    def give_up(self) -> list[Stroke]:
        """No more bytes came: what waited was Esc, or Esc and text."""
        return self._read(self._rest, more_may_come=False)

    def _read(self, data: bytes, more_may_come: bool) -> list[Stroke]:
        strokes: list[Stroke] = []
        position, size = 0, len(data)
        self._rest = b""
        while position < size:
            if plain := _PLAIN.match(data, position):
                strokes.append(Text(plain.group().decode("ascii")))
                position = plain.end()
                continue
            if introducer := _CSI.match(data, position):
                length = _control_sequence(data, introducer.end(), strokes)
            elif introducer := _SS3.match(data, position):
                length = _keypad_sequence(data, introducer.end(), strokes)
            elif character := _UTF8.match(data, position):
                text = character.group().decode()
                if text >= "\xa0":  # the rest of C1 is nothing that a hand or a reader sends
                    strokes.append(Text(text))
                position = character.end()
                continue
            elif more_may_come and (data[position:] == b"\x1b" or _UTF8_BEGUN.match(data, position)):
                self._rest = data[position:]
                break
            else:
                _single_byte(data[position], strokes)
                position += 1
                continue
            if length is not None and length >= 0:
                position = introducer.end() + length
            elif length is None and more_may_come and size - position < LONGEST_SEQUENCE:
                self._rest = data[position:]
                break
            else:  # it was no sequence: Esc, and what follows is text
                if data[position] == ESC:
                    strokes.append(Key("escape"))
                    strokes.append(Text(chr(data[introducer.end() - 1])))
                position = introducer.end()
        return _joined(strokes)


def _single_byte(byte: int, strokes: list[Stroke]) -> None:
    """A control character, or a byte that is not UTF-8."""
    if name := _CONTROLS.get(byte):
        strokes.append(Key(name))
    elif byte >= 0xA0:
        strokes.append(Text(chr(byte)))  # Latin-1


def _control_sequence(data: bytes, start: int, strokes: list[Stroke]) -> int | None:
    """Length of the sequence behind CSI, its key appended; None while it is not whole, -1 when it is none."""
    if data[start : start + 1] == b"[":  # function keys of the Linux console
        if len(data) == start + 1:
            return None
        name = _LINUX_KEYS.get(chr(data[start + 1]))
        if name is None:
            return -1
        strokes.append(Key(name))
        return 2
    whole = _CONTROL_SEQUENCE.match(data, start)
    if whole is None:
        return None if _CONTROL_SEQUENCE_BEGUN.match(data, start) else -1
    if whole.end() - start > LONGEST_SEQUENCE:
        return -1
    parameters, intermediates, final = (part.decode("ascii") for part in whole.groups())
    if not intermediates:
        strokes.extend(_named(parameters, final))
    return whole.end() - start


def _named(parameters: str, final: str) -> list[Stroke]:
    """The key of a whole control sequence; nothing for one that is no key."""
    if parameters.startswith("<"):
        return _mouse(parameters) if final == "M" else []
    numbers = [_number(part) for part in parameters.split(";")]
    modifier = numbers[1] if len(numbers) > 1 else 1
    if re.match(r"[^;]*;\d*:3", parameters):  # a key let go
        return []
    if final == "~" and numbers[0] == 27 and len(numbers) == 3:
        return _coded(numbers[2], modifier)
    if final == "u":
        return _coded(numbers[0], modifier)
    if modifier > 1:
        return []
    if final == "~" and numbers[0] in _TILDE_KEYS:
        return [Key(_TILDE_KEYS[numbers[0]])]
    if final in _LETTER_KEYS and numbers[0] in (-1, 1):
        return [Key(_LETTER_KEYS[final])]
    return []


_MOUSE = re.compile(r"<(\d{1,3});(\d{1,4});(\d{1,4})", re.ASCII)
_WHEEL: Final[dict[int, str]] = {64: "up", 65: "down"}


def _mouse(parameters: str) -> list[Stroke]:
    """A button pressed, as SGR reports it (`<0;12;5M`); nothing for other buttons, and with Shift, Alt or Ctrl."""
    report = _MOUSE.fullmatch(parameters)
    if report is None:
        return []
    button, column, row = map(int, report.groups())
    if button in _WHEEL:
        return [Key(_WHEEL[button])]
    return [Click(column - 1, row - 1)] if button == 0 and column and row else []


def _number(text: str) -> int:
    """The number in front of a colon; -1 for none."""
    digits = text.partition(":")[0]
    return int(digits) if digits.isdecimal() and len(digits) < 8 else -1


def _coded(code: int, modifier: int) -> list[Stroke]:
    """A key that came as its code point and modifiers (1 + shift 1, alt 2, ctrl 4)."""
    if code == _KITTY_ENTER:
        return [Key("enter")]
    if text := _KITTY_TEXT.get(code):
        return [Text(text)]
    if modifier > 0 and (modifier - 1) & 4:
        if not 0x40 <= code < 0x80:
            return []
        code &= 0x1F
    if code in _CONTROLS:
        return [Key(_CONTROLS[code])]
    if 0x1C <= code < 0x7F or 0xA0 <= code < 0xD800 or 0xF900 <= code <= 0x10FFFF:
        return [Text(chr(code))]
    return []


def _keypad_sequence(data: bytes, start: int, strokes: list[Stroke]) -> int | None:
    """Length of the sequence behind SS3 (1), its key appended; None while it is not whole, -1 when it is none."""
    if len(data) == start:
        return None
    letter = chr(data[start])
    if letter == "M":
        strokes.append(Key("enter"))
    elif letter == "I":
        strokes.append(Key("tab"))
    elif letter in _LETTER_KEYS:
        strokes.append(Key(_LETTER_KEYS[letter]))
    elif letter in _KEYPAD_TEXT:
        strokes.append(Text(_KEYPAD_TEXT[letter]))
    else:
        return -1
    return 1


def _joined(strokes: list[Stroke]) -> list[Stroke]:
    """Neighbouring texts as one."""
    joined: list[Stroke] = []
    for stroke in strokes:
        if isinstance(stroke, Text) and joined and isinstance(joined[-1], Text):
            joined[-1] = Text(joined[-1].text + stroke.text)
        else:
            joined.append(stroke)
    return joined
