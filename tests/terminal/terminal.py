"""A real pseudo-terminal with a program on it, and an emulator that shows what a person would see."""

import os
import select
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self

import pexpect
import pyte

REPOSITORY = Path(__file__).resolve().parents[2]
PATIENCE = 60.0  # seconds until a condition that never comes is an error


class Terminal:
    """The master side of a pseudo-terminal: `write` types, `until` waits, `lines` is what is to be seen."""

    def __init__(
        self,
        arguments: Sequence[str],
        columns: int = 20,
        rows: int = 8,
        term: str = "xterm-256color",
        environment: dict[str, str] | None = None,
        program: str = sys.executable,
    ) -> None:
        inherited = {
            name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "LINES", "ESCDELAY")
        }
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.output = b""
        self._child: Any = pexpect.spawn(
            program,
            list(arguments),
            dimensions=(rows, columns),
            env={**inherited, "TERM": term, "LC_ALL": "C.UTF-8", **(environment or {})},
            cwd=str(REPOSITORY),
            echo=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._child.close(force=True)

    @property
    def pid(self) -> int:
        return int(self._child.pid)

    @property
    def lines(self) -> list[str]:
        return [line.rstrip() for line in self.screen.display]

    def read(self, seconds: float) -> bool:
        """Take what the program writes within this time; False when it is gone."""
        ready, _, _ = select.select([self._child.child_fd], [], [], seconds)
        if not ready:
            return True
        try:
            data = os.read(self._child.child_fd, 65536)
        except OSError:
            return False
        self.output += data
        self._stream.feed(data)
        return bool(data)

    def write(self, data: bytes) -> None:
        """Type these bytes as fast as the terminal takes them, reading what comes back meanwhile."""
        view = memoryview(data)
        while view:
            readable, writable, _ = select.select([self._child.child_fd], [self._child.child_fd], [], PATIENCE)
            if readable:
                self.read(0)
            if writable:
                view = view[os.write(self._child.child_fd, view[:512]) :]

    def until(self, condition: Callable[[], bool], patience: float = PATIENCE) -> None:
        """Read until the condition holds."""
        end = time.monotonic() + patience
        while not condition():
            assert time.monotonic() < end, "\n".join(["never came; the screen shows:", *self.lines])
            assert self.read(0.02), "\n".join(["the program ended; its last screen:", *self.lines])

    def until_shown(self, text: str) -> None:
        self.until(lambda: any(text in line for line in self.lines))

    def until_quiet(self, seconds: float = 0.4) -> None:
        """Read until nothing came for so long."""
        size = -1
        while size != len(self.output):
            size = len(self.output)
            end = time.monotonic() + seconds
            while time.monotonic() < end and self.read(0.05):
                pass

    def resize(self, columns: int, rows: int) -> None:
        self.screen.resize(rows, columns)
        self._child.setwinsize(rows, columns)

    def hang_up(self) -> None:
        """Close the master side, as a lost connection does."""
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, self._child.child_fd)
        os.close(nothing)

    def exit_status(self) -> int:
        """Wait for the program to end."""
        end = time.monotonic() + PATIENCE
        while self._child.isalive():
            assert time.monotonic() < end, "the program does not end"
            if not self.read(0.02):
                time.sleep(0.02)
        return int(self._child.exitstatus if self._child.exitstatus is not None else -self._child.signalstatus)

    @property
    def alive(self) -> bool:
        return bool(self._child.isalive())
