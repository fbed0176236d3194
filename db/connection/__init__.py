"""The database: opened by its address, used by its thread, and asked which kind it is here and in `db.fields` only.

Queries that a worker waits for go through the raw path (`fetch`, `fetch_batch`, `write_batch`): statements written once with
`?`, rows as tuples. Elsewhere Peewee's readable form is right; both use the same connection and transaction.

Writing is done inside `in_write_transaction(work)`. Driver errors leave this package as the domain's errors
(`DatabaseUnavailable`, `DatabaseDamaged`, `DiskFull`) or, where they have no such meaning, as Peewee's (`IntegrityError` …).
"""

import itertools
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from db.connection.drivers import peewee
from db.connection.session import Conflict, Parameters, Reserve, Row, Session, Statement, Write
from db.connection.watching import Watched, WatchedSession
from db.core.errors import DatabaseUnavailable, phrase

__all__ = [
    "IntegrityError",
    "Parameters",
    "Row",
    "Statement",
    "Write",
    "close_database",
    "connect",
    "connection_scope",
    "database",
    "draw_number",
    "draw_numbers",
    "fetch",
    "fetch_batch",
    "for_update",
    "in_write_transaction",
    "is_postgresql",
    "open_database",
    "peewee",
    "read_snapshot",
    "savepoint",
    "stream",
    "watched_statements",
    "write_batch",
]

T = TypeVar("T")
IntegrityError = peewee.IntegrityError

database = peewee.DatabaseProxy()

_PATIENCE_S = 15.0  # how long a transaction that keeps colliding is tried again


class _NotConnected:
    """What a thread finds before it has opened a connection."""

    in_transaction = False

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError("this thread has no database connection; open one with connection_scope()")


class _ThisThread(threading.local):
    session: Session = _NotConnected()


_this_thread = _ThisThread()


# ---- opening and closing


def open_database(url: str, *, read_only: bool = False) -> None:
    """Make `url` the database of the process and connect the calling thread.

    `sqlite:///relative.db`, `sqlite:////absolute.db`, `sqlite:///:memory:` or `postgresql://…`. An SQLite file is made when it
    does not exist. Raises `DatabaseUnavailable`, `DatabaseDamaged`, or `ValueError` for an address of another form.
    """
    opened = _database_for(url, read_only)
    close_database()
    database.initialize(opened)
    connect()


def _database_for(url: str, read_only: bool) -> Any:
    if url.startswith("sqlite:///") and len(url) > len("sqlite:///"):
        from db.connection.sqlite import SqliteDatabase

        return SqliteDatabase(url.removeprefix("sqlite:///"), read_only=read_only)
    if url.startswith(("postgresql://", "postgres://")):
        try:
            from db.connection.postgresql import PostgresqlDatabase
        except ImportError as problem:
            raise DatabaseUnavailable(
                problem=phrase("the driver is not installed (pip install 'stockterm[postgres]')")
            ) from problem
        return PostgresqlDatabase(url, read_only=read_only)
    raise ValueError(f"not a database address: {url} (sqlite:///file.db, sqlite:////absolute/file.db, postgresql://…)")


def connect() -> None:
    """Connect the calling thread to the database that is open."""
    database.connect(reuse_if_open=True)
    _this_thread.session = database.session()


def close_database() -> None:
    """Close the calling thread's connection, if there is one."""
    if database.obj is not None and not database.is_closed():
        _this_thread.session.close()
        database.close()
    _this_thread.__dict__.clear()


@contextmanager
def connection_scope() -> Iterator[None]:
    """The calling thread's own connection, closed at the end; an outer one is used and left open."""
    if not database.is_closed():
        yield
        return
    connect()
    try:
        yield
    finally:
        close_database()


def is_postgresql() -> bool:
    """Which of the two databases is open. For `db.connection`, `db.fields` and migrations only."""
    return isinstance(database.obj, peewee.PostgresqlDatabase)


# ---- transactions


def in_write_transaction(work: Callable[[], T]) -> T:
    """What `work` returns, with all that it wrote committed; or, when it raises, nothing written.

    Where two transactions got in each other's way, `work` is done again from the start (so it must change nothing but the
    database); after 15 seconds of that `DatabaseUnavailable` is raised. Not to be nested: one door, one transaction.
    """
    session = _this_thread.session
    if session.in_transaction or database.obj.in_transaction():
        raise RuntimeError("a transaction is already open in this thread")
    give_up = time.monotonic() + _PATIENCE_S
    for attempt in itertools.count():
        try:
            return _once(session, work)
        except Conflict as problem:
            if time.monotonic() > give_up:
                raise DatabaseUnavailable(problem=phrase("busy, {problem}", problem=problem.problem)) from problem
        time.sleep(random.uniform(0, 0.002) * 2 ** min(attempt, 7))
    raise AssertionError("unreachable")


def _once(session: Session, work: Callable[[], T]) -> T:
    session.begin_write()
    peewees = database.obj
    peewees.push_transaction(_RAW)
    try:
        result = work()
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        peewees.pop_transaction()
    return result


_RAW = object()  # tells Peewee that a transaction is open, so that its atomic() is a savepoint


@contextmanager
def read_snapshot() -> Iterator[None]:
    """Several queries, one moment: what others commit meanwhile is not seen. Writes nothing."""
    session = _this_thread.session
    if session.in_transaction:
        raise RuntimeError("a transaction is already open in this thread")
    session.begin_snapshot()
    database.push_transaction(_RAW)
    try:
        yield
    finally:
        database.pop_transaction()
        session.rollback()


@contextmanager
def savepoint() -> Iterator[None]:
    """Inside a write transaction: what the block wrote is taken back when it raises, and only that."""
    session = _this_thread.session
    if not session.in_transaction:
        raise RuntimeError("a savepoint needs a transaction")
    name = "stockterm"
    session.savepoint(name)
    try:
        yield
        session.release(name)
    except BaseException:
        session.rollback_to(name)
        raise


# ---- the raw path


def fetch(sql: str, params: Parameters = ()) -> list[Row]:
    """The rows of one statement; `?` stands for a parameter."""
    return _this_thread.session.fetch(sql, params)


def fetch_batch(statements: Sequence[Statement], *, reserve: Reserve | None = None) -> list[list[Row]]:
    """The rows of several statements, in their order; one round trip on PostgreSQL.

    `reserve` says how many entry numbers of which ledger will probably be drawn: on PostgreSQL they are fetched on the
    same trip, after the statements (which lock the items), and `draw_numbers` hands them out.
    """
    return _this_thread.session.fetch_batch(statements, reserve)


def write_batch(writes: Sequence[Write]) -> None:
    """Each statement for each of its rows, in order. On PostgreSQL they travel with the next read or with the commit."""
    _this_thread.session.write_batch(writes)


def stream(sql: str, params: Parameters = (), *, size: int = 2_000) -> Iterator[Row]:
    """The rows of a query of any length, in bounded memory."""
    return _this_thread.session.stream(sql, params, size)


def draw_numbers(counts: Mapping[str, int]) -> dict[str, list[int]]:
    """New entry numbers by ledger, rising; to be drawn in a write transaction, while the item's row is locked."""
    return _this_thread.session.draw_numbers(counts)


def draw_number(ledger: str) -> int:
    """One new entry number of a ledger; as `draw_numbers`."""
    return _this_thread.session.draw_number(ledger)


def for_update(sql: str) -> str:
    """`sql` so that it locks the rows it reads. SQLite has one writer at a time anyway."""
    return f"{sql} FOR NO KEY UPDATE" if is_postgresql() else sql


@contextmanager
def watched_statements() -> Iterator[Watched]:
    """What this thread sends to the database inside the block; for tests that pin how many statements something costs."""
    watched = Watched()
    session = _this_thread.session

    def note(event: Any) -> None:
        watched.statements.append(event.sql)

    database.query_hooks.append(note)
    _this_thread.session = WatchedSession(session, watched)
    try:
        yield watched
    finally:
        _this_thread.session = session
        database.query_hooks.remove(note)
