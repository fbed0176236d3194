"""Bringing a database up to this version: numbered scripts, applied in order, each in a transaction of its own.

A script is plain (`up(migrator, db)`), keeps frozen copies of the models it needs, and is never edited after a release.
Which scripts were applied stands in the table `schema_migration`. Two terminals that start at once take turns; a database
that a later version has upgraded is refused before anything is touched.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import db.connection
from db.connection import fetch, is_postgresql
from db.connection.drivers import hidden_drivers
from db.core.errors import DatabaseNewer

FOLDER = Path(__file__).parent
_HISTORY = "schema_migration"
_ADVISORY_LOCK = 7_314_159_265  # any number, the same for every stockterm

logger = logging.getLogger(__name__)


def migrate(database: Any = None, *, folder: Path = FOLDER) -> list[str]:
    """Apply what is missing; returns the names of what was applied, usually none.

    `database` is the open one of `db.connection`. Raises `DatabaseNewer` where the database knows scripts that we do not.
    """
    database = database or db.connection.database
    if not _missing(database, folder):  # without a lock and without the runner: this is every start of the program
        return []
    with _taking_turns(database):
        if not _missing(database, folder):  # another terminal was faster
            return []
        with hidden_drivers():
            from playhouse.migrations import Runner

        applied: list[str] = Runner(database, str(folder), _HISTORY).up()
        if not is_postgresql() and (broken := fetch("PRAGMA foreign_key_check")):
            raise RuntimeError(f"the upgrade broke references: {broken[:5]}")
    logger.info("database upgraded: %s", ", ".join(applied))
    return applied


def _missing(database: Any, folder: Path) -> list[str]:
    known = sorted(path.stem for path in folder.glob("[0-9]*.py"))
    applied = {row[0] for row in fetch(f"SELECT name FROM {_HISTORY}")} if database.table_exists(_HISTORY) else set()
    if newer := sorted(applied.difference(known)):
        raise DatabaseNewer(found=newer[-1])
    return [name for name in known if name not in applied]


@contextmanager
def _taking_turns(database: Any) -> Iterator[None]:
    """One upgrade at a time; on SQLite no posting meanwhile either."""
    if is_postgresql():
        fetch("SELECT pg_advisory_lock(?)", (_ADVISORY_LOCK,))
        try:
            yield
        finally:
            fetch("SELECT pg_advisory_unlock(?)", (_ADVISORY_LOCK,))
    else:
        with database.queue:
            yield
