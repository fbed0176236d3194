"""Making the demo's database, never over other data.

The company is posted into a new file in a folder of its own beside the target, and the finished file is then given its name:
whoever looks sees no demo or a whole one, however the making ends. A file that is there already is opened as it is when a demo
made it, and refused otherwise. What a demo is stands in the file itself (`settings.demo`, and a responsibility center with
the day), so a file that was replaced by other data under the same name is not taken for one.

No database may be open in the process meanwhile: what is in a file is found out by opening it, read-only.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import ClassVar

from db.core.errors import N_, DatabaseDamaged, StocktermError
from stockterm.demo.company import MARK, demo_operations
from stockterm.demo.history import Operation

PostToDatabase = Callable[[str, Iterable[Operation]], None]
"""Opens the (new) database with this URL, makes its schema, posts the operations as one file, and closes it again."""


@dataclass(frozen=True, slots=True)
class Demo:
    """A demo company in a file. `made_for` is the day it ends on: expiry dates count from there."""

    path: Path
    made_for: date
    new: bool = False
    """True when this call made it."""

    @property
    def url(self) -> str:
        return sqlite_url(self.path)


class NotADemo(StocktermError):
    """Something else is where the demo would go."""

    code: ClassVar[str] = "not_a_demo"
    template: ClassVar[str] = N_("Not a demo: {path} holds something else. Nothing was changed; name another file.")
    path: Path


def default_demo_path() -> Path:
    """Where the demo is kept unless a file is named: beside the user's data, never in the file that is used by default."""
    from platformdirs import user_data_path

    return user_data_path("stockterm", appauthor=False) / "demo" / "demo.db"


def sqlite_url(path: Path) -> str:
    return f"sqlite:///{path.absolute()}"


def demo_in(path: Path) -> Demo | None:
    """The demo in a file, None where there is no file. Raises `NotADemo` for any other file. Changes nothing."""
    if not os.path.lexists(path):
        return None
    made_for = _made_for(path)
    if made_for is None:
        raise NotADemo(path=path)
    return Demo(path, made_for)


def make_demo(path: Path, post: PostToDatabase, today: date, *, fresh: bool = False) -> Demo:
    """Make the demo company in `path`, or return the one that is there; with `fresh`, throw that away and make a new one.

    Raises `NotADemo` where the file holds anything else, and whatever `post` raises; then nothing has changed.
    """
    present = demo_in(path)
    if present is not None and not fresh:
        return present
    path.parent.mkdir(parents=True, exist_ok=True)
    workshop = Path(tempfile.mkdtemp(prefix=".stockterm-demo-", dir=path.parent))
    try:
        made = workshop / path.name
        post(sqlite_url(made), demo_operations(today))
        _mark(made)
        if present is not None:
            _remove(path)
        if not _give_name(made, path):  # another session was faster
            return make_demo(path, post, today)
    finally:
        shutil.rmtree(workshop, ignore_errors=True)
    return Demo(path, today, new=True)


def _made_for(path: Path) -> date | None:
    """The day in a demo's mark; None for any other file, whatever it holds."""
    from db.connection import close_database, fetch, open_database
    from db.connection.drivers import peewee

    if not path.is_file():
        return None
    try:
        open_database(sqlite_url(path), read_only=True)
        rows = fetch("SELECT c.name FROM settings s, responsibility_center c WHERE s.demo AND c.code = ?", (MARK,))
        return date.fromisoformat(str(rows[0][0])[-10:]) if rows else None
    except (DatabaseDamaged, peewee.PeeweeException, ValueError):
        return None
    finally:
        close_database()


def _mark(path: Path) -> None:
    """Say in the file that it is a demo. The last connection that closes folds the write-ahead log into the file."""
    from db.connection import close_database, in_write_transaction, open_database, write_batch

    open_database(sqlite_url(path))
    try:
        in_write_transaction(lambda: write_batch([("UPDATE settings SET demo = ?, version = version + 1", [(True,)])]))
    finally:
        close_database()
    assert not Path(f"{path}-wal").exists(), "somebody still has the new demo open"


def _remove(path: Path) -> None:
    """Take away an old demo with the files SQLite keeps beside it. The lock file stays: others may be waiting on it."""
    for beside in (path, Path(f"{path}-wal"), Path(f"{path}-shm"), Path(f"{path}-journal")):
        beside.unlink(missing_ok=True)


def _give_name(made: Path, path: Path) -> bool:
    """Move the finished file to its place; False where something stands there by now. Never replaces a file."""
    try:
        os.link(made, path)
    except FileExistsError:
        return False
    except OSError:  # a file system without hard links
        if os.path.lexists(path):
            return False
        made.rename(path)
    return True
