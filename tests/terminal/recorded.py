"""`tests.terminal.program` on a pseudo-terminal."""

import ast
import re
from pathlib import Path
from typing import Any

from tests.terminal.terminal import Terminal

_SCAN = re.compile(r"ScanToken\(text=('.*'|\".*\"), scanned=(?:True|False)\)")


class Recorded(Terminal):
    """A terminal whose program writes what it took to a file."""

    def __init__(self, folder: Path, *settings: str, environment: dict[str, str] | None = None, **options: Any) -> None:
        self.record = folder / "record"
        self.state = folder / "state"
        super().__init__(
            ["-m", "tests.terminal.program", str(self.record), *settings],
            environment={"XDG_STATE_HOME": str(self.state), **(environment or {})},
            **options,
        )

    def started(self) -> "Recorded":
        """Wait for the first prompt."""
        self.until_shown("Item")
        return self

    @property
    def taken(self) -> list[str]:
        """One line per token, and per other call of the session."""
        return self.record.read_text(encoding="utf-8").splitlines() if self.record.exists() else []

    @property
    def scans(self) -> list[str]:
        return [ast.literal_eval(match[1]) for line in self.taken if (match := _SCAN.fullmatch(line))]

    def scan(self, text: str) -> None:
        """Scan, wait until it is taken and drawn."""
        count, size = len(self.scans), len(self.output)
        self.write(text.encode() + b"\r")
        self.until(lambda: len(self.scans) > count and len(self.output) > size)
        self.until_quiet(0.2)
