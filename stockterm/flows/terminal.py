"""What is known about one terminal and its reader: a row of the settings, keyed by the terminal's name.

The profile says what the reader sends around its data, which keys exist, and what the emulator cannot do. A reader
without a suffix is refused: a scan ends at its suffix, never at a pause (`scanning.md` §1).
"""

from dataclasses import dataclass
from typing import Final

STX: Final = "\x02"
CR: Final = "\r"
LF: Final = "\n"
ETX: Final = "\x03"
TAB: Final = "\t"

POSSIBLE_SUFFIXES: Final = frozenset({CR, LF, ETX, TAB})

# Start-up sequences that a profile can leave out, because an old emulator prints them as text.
ALTERNATE_SCREEN: Final = "alternate_screen"
HIDDEN_CURSOR: Final = "hidden_cursor"
NO_WRAP: Final = "no_wrap"
START_UP_SEQUENCES: Final = frozenset({ALTERNATE_SCREEN, HIDDEN_CURSOR, NO_WRAP})

# The prefixes of own labels that a site may spell in another way besides (`stockterm.scanning.resolve.Prefix`).
LABELS: Final = frozenset({"BIN", "LOC", "ITM", "LOT", "SN", "DOC", "USR", "RSN", "LP", "CMD"})
LONGEST_LOCK: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class TerminalProfile:
    """One terminal, as its settings describe it. Everything has a default that suits most readers and emulators."""

    name: str = ""
    prefix: str = ""  # what the reader sends before the data, and hands do not: makes "this was scanned" certain
    suffixes: frozenset[str] = frozenset({CR, LF, ETX})  # each of them ends a scan; TAB only where a reader sends it
    separators: str = ""  # characters that stand for GS, besides GS itself (`scanning.md` §4)
    key_map: str = "default"  # default, sap, 5250
    keys: tuple[tuple[str, str], ...] = ()  # the site's own: (key, command label without CMD:), laid over the key map
    dot_letters: bool = False  # the key line names dot-letters instead of function keys
    ascii_only: bool = False
    no_color: bool = False
    leave_out: frozenset[str] = frozenset()  # of START_UP_SEQUENCES
    escape_delay: int = 500  # ms that a lone Esc waits for the rest of a function key; radio links need hundreds
    size: tuple[int, int] | None = None  # columns and rows, for lines that do not tell theirs (serial)
    silent: bool = False  # no bells
    mouse: bool = False  # clicks choose, on terminals with 80 columns and more
    labels: tuple[tuple[str, str], ...] = ()  # the site's prefixes: (one of LABELS, its spelling there)
    lock_after: int = 15  # minutes without a key after which the badge or the PIN is asked for again; 0: never
    printer: str = ""  # where its labels go; blank: to that of the location

    def __post_init__(self) -> None:
        if not self.suffixes or not self.suffixes <= POSSIBLE_SUFFIXES:
            raise ValueError(
                f"suffixes: {sorted(self.suffixes)!r} is not a choice of CR, LF, ETX and TAB; at least one is needed"
            )
        if not self.leave_out <= START_UP_SEQUENCES:
            raise ValueError(f"leave_out: {sorted(self.leave_out - START_UP_SEQUENCES)!r} is unknown")
        for name, spelling in self.labels:
            if name not in LABELS:
                raise ValueError(f"labels: {name!r} is not one of {', '.join(sorted(LABELS))}")
            if (
                not isinstance(spelling, str)
                or not spelling.isprintable()
                or not spelling.strip()
                or spelling[:1] in " .]0123456789"
            ):
                raise ValueError(f"labels: {name} = {spelling!r} is no text that begins with a letter or a sign")
        if not isinstance(self.printer, str):
            raise ValueError(f"printer: {self.printer!r} is no code in quotes")
        if isinstance(self.lock_after, bool) or not isinstance(self.lock_after, int) or not 0 <= self.lock_after <= LONGEST_LOCK:
            raise ValueError(f"lock_after: {self.lock_after!r} is not 0 to {LONGEST_LOCK} minutes")
