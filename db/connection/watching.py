"""Which statements a piece of code sends: for tests that pin how many, and for finding out where time goes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from db.connection.session import Parameters, Reserve, Row, Session, Statement, Write


@dataclass(slots=True)
class Watched:
    """The statements seen so far, those of Peewee included, and the trips to the database that the raw path made for them.

    A write of many rows is one statement. There are no trips to an SQLite file.
    """

    statements: list[str] = field(default_factory=list)
    round_trips: int = 0


class WatchedSession:
    """A session that notes every statement before it passes it on."""

    def __init__(self, session: Session, watched: Watched) -> None:
        self._session = session
        self._watched = watched

    @property
    def in_transaction(self) -> bool:
        return self._session.in_transaction

    def _passing(self, statements: Sequence[str], call: Callable[[], Any]) -> Any:
        self._watched.statements += statements
        before = self._session.round_trips
        try:
            return call()
        finally:
            self._watched.round_trips += self._session.round_trips - before

    @property
    def round_trips(self) -> int:
        return self._session.round_trips

    def begin_write(self) -> None:
        self._passing(["BEGIN"], self._session.begin_write)

    def begin_snapshot(self) -> None:
        self._passing(["BEGIN"], self._session.begin_snapshot)

    def commit(self) -> None:
        self._passing(["COMMIT"], self._session.commit)

    def rollback(self) -> None:
        self._passing(["ROLLBACK"], self._session.rollback)

    def fetch(self, sql: str, params: Parameters = ()) -> list[Row]:
        rows: list[Row] = self._passing([sql], lambda: self._session.fetch(sql, params))
        return rows

    def fetch_batch(self, statements: Sequence[Statement], reserve: Reserve | None = None) -> list[list[Row]]:
        rows: list[list[Row]] = self._passing(
            [sql for sql, _ in statements], lambda: self._session.fetch_batch(statements, reserve)
        )
        return rows

    def write_batch(self, writes: Sequence[Write]) -> None:
        self._passing([sql for sql, rows in writes if rows], lambda: self._session.write_batch(writes))

    def stream(self, sql: str, params: Parameters, size: int) -> Iterator[Row]:
        self._watched.statements.append(sql)
        return self._session.stream(sql, params, size)

    def draw_numbers(self, counts: Mapping[str, int]) -> dict[str, list[int]]:
        numbers: dict[str, list[int]] = self._passing([], lambda: self._session.draw_numbers(counts))
        return numbers

    def draw_number(self, ledger: str) -> int:
        return self._session.draw_number(ledger)

    def savepoint(self, name: str) -> None:
        self._passing(["SAVEPOINT"], lambda: self._session.savepoint(name))

    def release(self, name: str) -> None:
        self._passing(["RELEASE"], lambda: self._session.release(name))

    def rollback_to(self, name: str) -> None:
        self._passing(["ROLLBACK TO"], lambda: self._session.rollback_to(name))

    def close(self) -> None:
        self._session.close()
