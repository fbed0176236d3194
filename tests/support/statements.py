"""How many statements a piece of work sends, whichever database it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import db.connection


@dataclass(frozen=True, slots=True)
class Sent:
    """One statement, with the parameters of its first row."""

    sql: str
    params: tuple[Any, ...]


class Counted:
    """A session of the connection that notes what passes through it."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self.statements: list[Sent] = []

    def fetch(self, sql: str, params: Any = ()) -> Any:
        self.statements.append(Sent(sql, tuple(params)))
        return self._session.fetch(sql, params)

    def fetch_batch(self, statements: Any, reserve: Any = None) -> Any:
        self.statements += [Sent(sql, tuple(params)) for sql, params in statements]
        return self._session.fetch_batch(statements, reserve)

    def write_batch(self, writes: Any) -> None:
        self.statements += [Sent(sql, tuple(rows[0])) for sql, rows in writes if rows]
        self._session.write_batch(writes)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)


@contextmanager
def counted_statements() -> Iterator[list[Sent]]:
    """The statements that this thread sends inside the block. A statement for many rows is one; transactions are none."""
    thread: Any = db.connection._this_thread
    counted = Counted(thread.session)
    thread.session = counted
    try:
        yield counted.statements
    finally:
        thread.session = counted._session
