"""The real program with a real database on a pseudo-terminal, and a look at its database from outside."""

import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from db.connection import close_database, fetch, open_database
from tests.support.program import call
from tests.terminal.terminal import PATIENCE, Terminal
from tests.terminal.whole.floor import BADGES, Place, quantities

ENTER, F1, F2, F3, F4, F5, F6 = b"\r", b"\x1bOP", b"\x1bOQ", b"\x1bOR", b"\x1bOS", b"\x1b[15~", b"\x1b[17~"
F7, F8, F9, F10 = b"\x1b[18~", b"\x1b[19~", b"\x1b[20~", b"\x1b[21~"
_DIGITS = re.compile(r"\b(?:Type|Tast) (\d\d)\b")


class Program(Terminal):
    """`stockterm` at the database `url`. `name` is the terminal's, so that another start takes up its work."""

    def __init__(
        self,
        url: str,
        folder: Path,
        *arguments: str,
        name: str = "T1",
        environment: dict[str, str] | None = None,
        start: tuple[str, ...] = ("-m", "stockterm"),
        **options: Any,
    ) -> None:
        self.url = url
        own = {
            "HOME": str(folder),
            "XDG_STATE_HOME": str(folder / "state"),
            "STOCKTERM_SETTINGS": str(folder / "settings.toml"),
            "STOCKTERM_TERMINAL": name,
            "STOCKTERM_LANGUAGE": "en",
        }
        super().__init__([*start, "--database", url, *arguments], environment=own | (environment or {}), **options)

    # ---- hands

    def scan(self, *texts: str) -> Self:
        """Scan, and wait until nothing more is drawn."""
        for text in texts:
            self.press(text.encode() + ENTER)
        return self

    def press(self, *keys: bytes) -> Self:
        """Press keys, one after the other, and wait until something is drawn and nothing more comes."""
        for key in keys:
            size = len(self.output)
            self.write(key)
            self.until(lambda size=size: len(self.output) > size)  # type: ignore[misc]
            self.until_quiet(0.25)
        return self

    def signed_in(self, user: str = "ANN") -> Self:
        self.until_shown("Badge")
        self.write(BADGES[user].encode() + ENTER)
        self.until(lambda: not any("Badge" in line for line in self.lines))
        return self

    def counting(self, user: str = "ANN") -> Self:
        """Signed in, in the count, no bin open."""
        self.signed_in(user)
        self.write(b"1" + ENTER)
        self.until_shown("Scan a bin.")
        return self

    def post(self) -> Self:
        """F10, and the two digits that the screen shows."""
        self.write(F10)
        self.until(lambda: self.digits is not None, PATIENCE * 5)
        assert self.digits is not None
        self.write(self.digits.encode() + ENTER)
        self.until_shown("Posted")
        return self

    def killed(self) -> None:
        """kill −9, and whatever it had still drawn is read."""
        os.kill(self.pid, signal.SIGKILL)
        while self.read(0.5):
            pass
        self._child.wait()  # a dead process whose parent does not look still counts as running

    # ---- eyes

    @property
    def count(self) -> int:
        """Good scans, as the title says."""
        last = self.lines[0].split()[-1:]
        return int(last[0]) if last and last[0].isdigit() else -1

    @property
    def digits(self) -> str | None:
        """What must be typed to post."""
        found = _DIGITS.search("\n".join(self.lines))
        return found[1] if found else None

    @property
    def message(self) -> str:
        """The message line of a terminal of fewer than 14 rows."""
        return self.lines[-2]

    def until_message(self, words: str, patience: float = PATIENCE) -> Self:
        self.until(lambda: words in self.message, patience)
        return self


# ---- the database from outside --------------------------------------------------------------------------------------


@contextmanager
def looking_into(url: str) -> Iterator[Callable[..., list[tuple[Any, ...]]]]:
    """`fetch` on a connection of the test's own."""
    open_database(url, read_only=True)
    try:
        yield fetch
    finally:
        close_database()


def until_alone(url: str) -> None:
    """Wait until a server has noticed that its clients are gone: what one of them had sent is committed by then, or never."""
    others = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    end = time.monotonic() + PATIENCE
    while url.startswith("postgresql:"):
        with looking_into(url) as rows:
            if rows(others) == [(0,)]:
                return
        assert time.monotonic() < end, "somebody stays connected"
        time.sleep(0.01)


def scan_log(url: str) -> list[tuple[str, str]]:
    """What was scanned (commands with their label) and what became of it, in order."""
    with looking_into(url) as rows:
        found = rows("SELECT raw, command, status FROM scan_log ORDER BY scan_no")
    return [(f"CMD:{raw}" if command else raw, status) for raw, command, status in found]


def counted_lines(url: str) -> dict[Place, Any]:
    """The lines of all counts, posted or not."""
    with looking_into(url) as rows:
        return quantities(rows("SELECT bin_code, item_no, lot_no, serial_no, quantity FROM counted_line"))


def posted_counts(url: str) -> dict[Place, Any]:
    """What the ledger says was counted (and is there: a serial number that was found elsewhere has an entry of 0)."""
    with looking_into(url) as rows:
        return quantities(rows("SELECT bin_code, item_no, lot_no, serial_no, quantity_counted FROM count_entry"))


def proven(url: str) -> bool:
    """Whether `stockterm prove` finds nothing."""
    answer = call("--database", url, "prove")
    assert answer.status == 0, answer.out
    return True
