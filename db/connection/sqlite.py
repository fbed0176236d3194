"""SQLite: how it is opened, how its writers take turns, and what its errors mean.

Durability is set, not hoped for: write-ahead log with `synchronous=FULL`, foreign keys on, and recursive triggers so that
`INSERT OR REPLACE` meets the trigger that refuses a delete.
"""

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from db.connection.drivers import peewee
from db.connection.session import Conflict, Parameters, Reserve, Row, Statement, Write
from db.connection.writer_queue import WriterQueue
from db.core.errors import DatabaseDamaged, DatabaseUnavailable, DiskFull, phrase

BUSY_TIMEOUT_MS = 5_000
MEMORY = ":memory:"

_PRAGMAS = (
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = 1",
    "PRAGMA recursive_triggers = 1",
    "PRAGMA cache_size = -16384",
    "PRAGMA temp_store = MEMORY",
)

_DAMAGED = {"SQLITE_CORRUPT", "SQLITE_NOTADB"}
_AWAY = {"SQLITE_CANTOPEN", "SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_PERM", "SQLITE_AUTH", "SQLITE_NOLFS", "SQLITE_PROTOCOL"}
_BUSY = {"SQLITE_BUSY", "SQLITE_LOCKED"}


def _refuse_decimal(value: Decimal) -> str:
    raise TypeError(f"Decimal {value} as a parameter: give a scaled whole number (db.core.numbers.to_scaled)")


# Peewee makes text of a decimal, and a column of whole numbers makes a float of that text.
sqlite3.register_adapter(Decimal, _refuse_decimal)


class SqliteDatabase(peewee.SqliteDatabase):
    """Peewee's SQLite with our pragmas on every connection, our errors, and a `RETURNING` that it may rely on."""

    def __init__(self, path: str, *, read_only: bool) -> None:
        super().__init__(path, autoconnect=False, returning_clause=True, cached_statements=512)
        self.path = path
        self.read_only = read_only
        self.queue = self._new_queue()

    def _new_queue(self) -> WriterQueue:
        return WriterQueue(None if self.path == MEMORY else self.path)

    def _connect(self) -> sqlite3.Connection:
        if self.path != MEMORY:
            if not Path(self.path).absolute().parent.is_dir():
                raise DatabaseUnavailable(problem=phrase("there is no folder {path}", path=Path(self.path).absolute().parent))
            if self.read_only and not Path(self.path).exists():
                raise DatabaseUnavailable(problem=phrase("there is no file {path}", path=self.path))
        try:
            connection: sqlite3.Connection = super()._connect()  # type: ignore[misc]
        except sqlite3.Error as problem:
            raise translated(problem) from problem
        try:
            for pragma in _PRAGMAS:
                connection.execute(pragma)
            self._switch_to_wal(connection)
            if self.read_only:
                connection.execute("PRAGMA query_only = 1")
        except sqlite3.Error as problem:
            connection.close()
            raise translated(problem) from problem
        except BaseException:
            connection.close()
            raise
        return connection

    def _switch_to_wal(self, connection: sqlite3.Connection) -> None:
        """Once in a file's life. Two at once would find the file locked, so they queue like any writer."""
        mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
        if self.path == MEMORY or mode == "wal" or self.read_only:
            return
        with self.queue:
            connection.execute("PRAGMA journal_mode = WAL")

    def _execute_cursor(self, sql: str, params: Any, **options: Any) -> Any:
        try:
            return super()._execute_cursor(sql, params, **options)  # type: ignore[misc]
        except peewee.PeeweeException as problem:
            raise translated(problem) from problem

    def session(self) -> "SqliteSession":
        """The raw face of this thread's open connection."""
        path = "" if self.path == MEMORY else self.path
        return SqliteSession(self.connection(), self._new_queue(), path)  # type: ignore[no-untyped-call]


class SqliteSession:
    """One SQLite connection. Statements go straight to one cursor that is kept."""

    def __init__(self, connection: sqlite3.Connection, queue: WriterQueue, path: str) -> None:
        """`path` is the file; blank for a database in memory."""
        self._path = path
        self._file = _identity(path)
        self.in_transaction = False
        self.round_trips = 0
        self._connection = connection
        self._cursor = connection.cursor()
        self._queue = queue
        self._queued = False
        self._counters: dict[str, int] = {}
        self._counter_names: tuple[str, ...] = ()

    def begin_write(self) -> None:
        self._queue.acquire()
        self._queued = True
        try:
            self._refuse_another_file()
            self._cursor.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as problem:
            self._leave_queue()
            raise translated(problem) from problem
        except BaseException:
            self._leave_queue()
            raise
        self.in_transaction = True

    def _refuse_another_file(self) -> None:
        """SQLite would go on writing to a file that was moved away, and nobody would ever see it again."""
        if _identity(self._path) != self._file:
            raise DatabaseUnavailable(
                problem=phrase("{path} was replaced while it was open; start the program again", path=self._path)
            )

    def begin_snapshot(self) -> None:
        try:
            self._cursor.execute("BEGIN")
        except sqlite3.Error as problem:
            raise translated(problem) from problem
        self.in_transaction = True

    def commit(self) -> None:
        try:
            if self._counters:
                self._keep_counters()
            self._cursor.execute("COMMIT")
        except sqlite3.Error as problem:
            raise translated(problem) from problem
        self._ended()

    def rollback(self) -> None:
        try:
            if self._connection.in_transaction:  # some errors (disk full, I/O) have rolled back already
                self._cursor.execute("ROLLBACK")
        except sqlite3.Error:
            pass
        finally:
            self._ended()

    def _ended(self) -> None:
        self.in_transaction = False
        self._counters = {}
        self._leave_queue()

    def _leave_queue(self) -> None:
        if self._queued:
            self._queued = False
            self._queue.release()

    def fetch(self, sql: str, params: Parameters = ()) -> list[Row]:
        try:
            return self._cursor.execute(sql, params).fetchall()
        except sqlite3.Error as problem:
            raise translated(problem) from problem

    def fetch_batch(self, statements: Sequence[Statement], reserve: Reserve | None = None) -> list[list[Row]]:
        execute = self._cursor.execute
        try:
            return [execute(sql, params).fetchall() for sql, params in statements]
        except sqlite3.Error as problem:
            raise translated(problem) from problem

    def write_batch(self, writes: Sequence[Write]) -> None:
        if not self._connection.in_transaction:
            raise RuntimeError("write_batch belongs in in_write_transaction")
        cursor = self._cursor
        try:
            for sql, rows in writes:
                if len(rows) == 1:
                    cursor.execute(sql, rows[0])
                else:
                    cursor.executemany(sql, rows)
        except sqlite3.Error as problem:
            raise translated(problem) from problem

    def stream(self, sql: str, params: Parameters, size: int) -> Iterator[Row]:
        cursor = self._connection.cursor()
        try:
            cursor.execute(sql, params)
            while rows := cursor.fetchmany(size):
                yield from rows
        except sqlite3.Error as problem:
            raise translated(problem) from problem
        finally:
            cursor.close()

    def draw_numbers(self, counts: Mapping[str, int]) -> dict[str, list[int]]:
        """From the one row of counters: read once in a transaction, written back once at its commit."""
        if not self.in_transaction:
            raise RuntimeError("draw_numbers belongs in in_write_transaction")
        if not self._counters:
            (values,) = self.fetch("SELECT * FROM number_counter WHERE id = 1")
            if not self._counter_names:
                self._counter_names = tuple(column[0] for column in self._cursor.description)
            self._counters = dict(zip(self._counter_names, values, strict=True))
        drawn = {}
        for name, count in counts.items():
            last = self._counters[name]
            drawn[name] = list(range(last + 1, last + count + 1))
            self._counters[name] = last + count
        return drawn

    def draw_number(self, ledger: str) -> int:
        counters = self._counters
        if not counters:
            return self.draw_numbers({ledger: 1})[ledger][0]
        counters[ledger] = number = counters[ledger] + 1
        return number

    def _keep_counters(self) -> None:
        self._cursor.execute(_keeping_sql(tuple(self._counters)), tuple(self._counters.values()))

    def savepoint(self, name: str) -> None:
        self.fetch(f"SAVEPOINT {name}")

    def release(self, name: str) -> None:
        self.fetch(f"RELEASE {name}")

    def rollback_to(self, name: str) -> None:
        self.fetch(f"ROLLBACK TO {name}")
        self.fetch(f"RELEASE {name}")

    def close(self) -> None:
        self._cursor.close()
        self._queue.close()


@cache
def _keeping_sql(names: tuple[str, ...]) -> str:
    return f"UPDATE number_counter SET {', '.join(f'{name} = ?' for name in names)} WHERE id = 1"


def _identity(path: str) -> tuple[int, int]:
    """Which file stands at `path` now. Raises `DatabaseUnavailable` where there is none."""
    if not path:
        return 0, 0
    try:
        status = os.stat(path)
    except OSError as problem:
        raise DatabaseUnavailable(problem=f"{path}: {problem.strerror}") from problem
    return status.st_dev, status.st_ino


def translated(problem: BaseException) -> BaseException:
    """The domain's error for a driver's error; one that has no such meaning comes back as Peewee's class of the same name."""
    driver_error = _driver_error(problem)
    if driver_error is None:
        return problem
    name = getattr(driver_error, "sqlite_errorname", "") or ""
    primary = "_".join(name.split("_")[:2])  # SQLITE_IOERR_WRITE is a kind of SQLITE_IOERR
    text = str(driver_error)
    if primary in _DAMAGED:
        return DatabaseDamaged(problem=text)
    if primary == "SQLITE_FULL":
        return DiskFull(problem=text)
    if primary in _AWAY:
        return DatabaseUnavailable(problem=text)
    if primary in _BUSY:
        return Conflict(problem=text)
    if isinstance(problem, peewee.PeeweeException):
        return problem
    wrapper = getattr(peewee, type(driver_error).__name__, None)
    return wrapper(driver_error, *driver_error.args) if wrapper is not None else driver_error


def _driver_error(problem: BaseException) -> sqlite3.Error | None:
    if isinstance(problem, sqlite3.Error):
        return problem
    wrapped = problem.args[0] if isinstance(problem, peewee.PeeweeException) and problem.args else None
    return wrapped if isinstance(wrapped, sqlite3.Error) else None
