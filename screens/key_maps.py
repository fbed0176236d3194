"""Which key means which command: data, so that a site can load its own (`TerminalProfile.keys`).

`default` is the table of the floor's conventions. `sap` and `5250` follow what workers know from those consoles. The
first key of a command in a map is the one that the key line names. The keys of a VT220 that replace F1 to F5, which it
keeps for itself, mean the same in all of them. A dot-letter is typed and takes effect with Enter, in every map.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from stockterm.flows.terminal import TerminalProfile
from stockterm.flows.tokens import Command

_EVERYWHERE: Final[Mapping[str, Command]] = {
    "escape": Command.BACK,
    "pageup": Command.PAGE_UP,
    "up": Command.PAGE_UP,
    "pagedown": Command.PAGE_DOWN,
    "down": Command.PAGE_DOWN,
    "help": Command.HELP,
    "remove": Command.CLEAR,
    "find": Command.LIST,
    "insert": Command.QUANTITY,
    "f13": Command.UNDO,
    "f14": Command.NEXT,
    "do": Command.POST,
    "f17": Command.PRINT,
}

KEY_MAPS: Final[Mapping[str, Mapping[str, Command]]] = {
    "default": {
        "f1": Command.HELP,
        "f2": Command.CLEAR,
        "f3": Command.BACK,
        "f4": Command.LIST,
        "f5": Command.UNDO,
        "f6": Command.QUANTITY,
        "f7": Command.PAGE_UP,
        "f8": Command.PAGE_DOWN,
        "f9": Command.NEXT,
        "f10": Command.POST,
        "f11": Command.BACK,
        "f12": Command.PRINT,
    },
    "sap": {
        "f1": Command.POST,
        "f2": Command.CLEAR,
        "f3": Command.BACK,
        "f4": Command.NEXT,
        "f5": Command.UNDO,
        "f6": Command.PAGE_UP,
        "f7": Command.PAGE_DOWN,
        "f8": Command.LIST,
        "f9": Command.QUANTITY,
        "f10": Command.HELP,
        "f12": Command.PRINT,
    },
    "5250": {
        "f1": Command.HELP,
        "f2": Command.PRINT,
        "f3": Command.BACK,
        "f4": Command.LIST,
        "f5": Command.CLEAR,
        "f6": Command.QUANTITY,
        "f7": Command.PAGE_UP,
        "f8": Command.PAGE_DOWN,
        "f9": Command.NEXT,
        "f10": Command.POST,
        "f11": Command.UNDO,
        "f12": Command.BACK,
    },
}

DOT_LETTERS: Final[Mapping[str, Command]] = {
    "h": Command.HELP,
    "c": Command.CLEAR,
    "b": Command.BACK,
    "l": Command.LIST,
    "u": Command.UNDO,
    "q": Command.QUANTITY,
    "p": Command.PAGE_UP,  # previous page
    "d": Command.PAGE_DOWN,
    "n": Command.NEXT,
    "f": Command.POST,  # finish
    "t": Command.PRINT,  # tag
}

_SHORT_NAMES: Final[Mapping[str, str]] = {"escape": "Esc", "pageup": "PgUp", "pagedown": "PgDn"}


def key_map(profile: TerminalProfile) -> dict[str, Command]:
    """The keys of this terminal. Raises BadValue for a map or a command that does not exist."""
    if profile.key_map not in KEY_MAPS:
        raise _bad("key_map", profile.key_map, KEY_MAPS)
    keys = {**KEY_MAPS[profile.key_map], **_EVERYWHERE}
    commands = {command.value: command for command in Command}
    own: dict[str, Command] = {}
    for key, label in profile.keys:
        if label.upper() not in commands:
            raise _bad(f"keys.{key}", label, commands)
        own[key.lower()] = commands[label.upper()]
    return {**own, **{key: command for key, command in keys.items() if key not in own}}


def _bad(setting: str, value: str, possible: Iterable[str]) -> Exception:
    from db.core.errors import BadValue, phrase  # loaded when it is needed: the first frame does not wait for it

    return BadValue(field=f"{setting} of the terminal", value=value, expected=phrase("one of {known}", known=", ".join(possible)))


def key_names(profile: TerminalProfile) -> dict[Command, str]:
    """How the key line names each command on this terminal: F10, or .f where the keypad has no function keys."""
    if profile.dot_letters:
        return {command: f".{letter}" for letter, command in DOT_LETTERS.items()}
    names: dict[Command, str] = {}
    for key, command in key_map(profile).items():
        names.setdefault(command, _SHORT_NAMES.get(key, key.capitalize()))
    return names
