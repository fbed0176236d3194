"""Databases for the cases: histories on both kinds, and files for the raw cases."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.history import forget_file, make_database, sqlite_history, work_folder
from tests.support.postgres import PostgresServer, new_database, postgres_server


def histories_on_sqlite(histories: Sequence[int]) -> list[tuple[int, Path]]:
    """A file for each number of entries."""
    return [(entries, sqlite_history(entries)) for entries in histories]


def raw_file() -> str:
    """A new file for a raw case, beside the others: on the same disk."""
    path = work_folder() / "raw.db"
    forget_file(path)
    return str(path)


@contextmanager
def durable_postgresql() -> Iterator[PostgresServer]:
    """A server that keeps what it commits. Raises `PostgresMissing`."""
    with postgres_server(durable=True) as server:
        yield server


def history_on_postgresql(server: PostgresServer, entries: int) -> str:
    """A database with that history; the server's statistics are those of a database that has been in use."""
    import psycopg

    url = new_database(server)
    make_database(url, entries)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")
    return url
