"""Small things that tests of both databases share."""

import os
from dataclasses import dataclass
from pathlib import Path

DATABASES = ("sqlite", "postgresql")


@dataclass(frozen=True, slots=True)
class OpenDatabase:
    """The database that a fixture has opened in this thread."""

    url: str

    @property
    def is_sqlite(self) -> bool:
        return self.url.startswith("sqlite:")

    @property
    def path(self) -> Path:
        """The file, on SQLite."""
        return Path(self.url.removeprefix("sqlite:///"))


def long_or_short(long: int, short: int) -> int:
    """How many rounds a soak test does: `long` under `make soak`, `short` in the suite."""
    return long if os.environ.get("STOCKTERM_SOAK") else short
