"""Which key means which command: data, so that a site can load its own (`TerminalProfile.keys`).

`default` is the table of the floor's conventions. `sap` and `5250` follow what workers know from those consoles. The
first key of a command in a map is the one that the key line names. The keys of a VT220 that replace F1 to F5, which it
keeps for itself, mean the same in all of them. A dot-letter is typed and takes effect with Enter, in every map.
"""

from collections.abc import Mapping
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
    },
    "5250": {
        "f1": Command.HELP,
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
}

_SHORT_NAMES: Final[Mapping[str, str]] = {"escape": "Esc", "pageup": "PgUp", "pagedown": "PgDn"}


def key_map(profile: TerminalProfile) -> dict[str, Command]:
    """The keys of this terminal. Raises ValueError for a map, a key or a command that does not exist."""
    try:
        keys = {**KEY_MAPS[profile.key_map], **_EVERYWHERE}
    except KeyError:
        raise ValueError(f"key map {profile.key_map!r} is unknown; there are {', '.join(KEY_MAPS)}") from None
    own = {key.lower(): Command(label.upper()) for key, label in profile.keys}
    return {**own, **{key: command for key, command in keys.items() if key not in own}}


def key_names(profile: TerminalProfile) -> dict[Command, str]:
    """How the key line names each command on this terminal: F10, or .f where the keypad has no function keys."""
    if profile.dot_letters:
        return {command: f".{letter}" for letter, command in DOT_LETTERS.items()}
    names: dict[Command, str] = {}
    for key, command in key_map(profile).items():
        names.setdefault(command, _SHORT_NAMES.get(key, key.capitalize()))
    return names
