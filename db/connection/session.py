"""What a connection can do, whichever database it is: the face that `sqlite.py` and `postgresql.py` both show.

One session a thread. Statements are written once, with `?` for parameters; rows come back as tuples without conversion:
numbers as scaled integers, days as ISO text, moments as microseconds, booleans as `bool` or 0 and 1.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from db.core.errors import DatabaseUnavailable

Row = tuple[Any, ...]
Parameters = Sequence[Any]
Statement = tuple[str, Parameters]
Write = tuple[str, Sequence[Parameters]]
Reserve = Callable[[], Mapping[str, int]]  # how many numbers of which ledger; asked only where they are fetched in advance


class Session(Protocol):
    """A connection with its transaction. Driver errors leave it translated."""

    @property
    def in_transaction(self) -> bool: ...

    @property
    def round_trips(self) -> int:
        """How often this connection has waited for the server; always 0 on SQLite."""

    def begin_write(self) -> None:
        """Open a transaction that writes.

        On SQLite nobody else is writing meanwhile; on PostgreSQL rows are locked as they are read.
        """

    def begin_snapshot(self) -> None:
        """Open a transaction in which every query sees the same moment; it does not write."""

    def commit(self) -> None: ...

    def rollback(self) -> None:
        """End the transaction without a trace. Never raises; a connection that is lost is noticed by the next statement."""

    def fetch(self, sql: str, params: Parameters = ()) -> list[Row]: ...

    def fetch_batch(self, statements: Sequence[Statement], reserve: Reserve | None = None) -> list[list[Row]]: ...

    def write_batch(self, writes: Sequence[Write]) -> None:
        """Raises `RuntimeError` outside a transaction, where half of it could be written."""

    def stream(self, sql: str, params: Parameters, size: int) -> Iterator[Row]: ...

    def draw_numbers(self, counts: Mapping[str, int]) -> dict[str, list[int]]: ...

    def draw_number(self, ledger: str) -> int: ...

    def savepoint(self, name: str) -> None: ...

    def release(self, name: str) -> None: ...

    def rollback_to(self, name: str) -> None: ...

    def close(self) -> None: ...


class Conflict(DatabaseUnavailable):
    """Two transactions got in each other's way and this one lost; doing it again from the start is right."""
