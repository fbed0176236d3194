"""One round trip to PostgreSQL: any number of prepared statements sent together, and their results read back.

psycopg's cursors cost 25 to 40 µs a statement, more than the statement itself; its pipeline also believes that statements
were prepared which an error has skipped. So the raw path speaks to libpq itself, through the wrapper that psycopg
documents (`psycopg.pq`): a statement is prepared once, under a name of its own, with the types that the server works out.
Rows are built by psycopg's loaders.
"""

import re
import select
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import psycopg
from psycopg import errors, pq
from psycopg.adapt import Transformer

from db.connection.drivers import peewee
from db.connection.session import Parameters, Row, Statement

_OK = pq.ExecStatus.COMMAND_OK
_ROWS = pq.ExecStatus.TUPLES_OK
_ABORTED = pq.ExecStatus.PIPELINE_ABORTED
_SYNC = pq.ExecStatus.PIPELINE_SYNC
_ERROR = pq.ExecStatus.FATAL_ERROR

_SEND_AT_ONCE = 1_000  # statements; more are sent in several trips, so that no buffer grows without bound


class Pipeline:
    """The raw side of one connection, and what is prepared on it."""

    def __init__(self, connection: "psycopg.Connection[Row]") -> None:
        self._pgconn = connection.pgconn
        self._rows = Transformer(connection)
        self._prepared: dict[str, bytes] = {}
        self._names = 0
        self.last_command: bytes | None = None
        self.round_trips = 0
        self._drained = True
        self._poll = select.poll()
        self._poll.register(self._pgconn.socket, select.POLLIN)

    def run(self, statements: Sequence[Statement]) -> list[list[Row]]:
        """The rows of each statement, in order. Raises the first error (`psycopg.Error`); what came after it was not done."""
        if len(statements) > _SEND_AT_ONCE:
            results = []
            for start in range(0, len(statements), _SEND_AT_ONCE):
                results += self.run(statements[start : start + _SEND_AT_ONCE])
            return results
        encoded = [_as_texts(params) if params else None for _, params in statements]
        pgconn = self._pgconn
        self.round_trips += 1
        self._drained = False
        try:
            pgconn.enter_pipeline_mode()
            preparing = self._send(statements, encoded)
            return self._receive(statements, preparing)
        finally:
            if self._drained:
                pgconn.exit_pipeline_mode()
            else:
                pgconn.finish()  # lost, or interrupted half-way: answers that nobody waits for would reach the next question

    def _send(self, statements: Sequence[Statement], encoded: Sequence[list[bytes | None] | None]) -> dict[int, bytes]:
        """Send everything; returns which statements were preceded by their preparation, and under which name."""
        pgconn = self._pgconn
        prepared = self._prepared
        preparing: dict[int, bytes] = {}
        new: dict[str, bytes] = {}
        for index, (sql, _) in enumerate(statements):
            name = prepared.get(sql) or new.get(sql)
            if name is None:
                self._names += 1
                name = new[sql] = preparing[index] = b"s%d" % self._names
                pgconn.send_prepare(name, numbered(sql))
            pgconn.send_query_prepared(name, encoded[index])
        pgconn.pipeline_sync()
        while pgconn.flush():
            self._wait(select.POLLIN | select.POLLOUT)
            pgconn.consume_input()
        return preparing

    def _receive(self, statements: Sequence[Statement], preparing: dict[int, bytes]) -> list[list[Row]]:
        """The results in the order of the statements; each is followed by a NULL, which libpq has ready with it."""
        results: list[list[Row]] = []
        failed: psycopg.Error | None = None
        following = self._pgconn.get_result
        for index, (sql, _) in enumerate(statements):
            if index in preparing:
                result = self._result()
                following()
                if result.status == _OK:
                    self._prepared[sql] = preparing[index]
                elif result.status != _ABORTED and failed is None:
                    failed = errors.error_from_result(result)
            result = self._result()
            following()
            status = result.status
            if status == _ROWS:
                count = result.ntuples
                if count:
                    self._rows.set_pgresult(result)
                    results.append(self._rows.load_rows(0, count, tuple))
                else:
                    results.append([])
            elif status == _OK:
                self.last_command = result.command_status
                results.append([])
            elif status != _ABORTED and failed is None:
                failed = errors.error_from_result(result)
        if self._result().status != _SYNC:
            raise psycopg.OperationalError("the server's answers ended too early")
        self._drained = True
        if failed is not None:
            raise failed
        return results

    def _result(self) -> Any:
        """The next result. Raises `psycopg.OperationalError` when the connection is lost."""
        pgconn = self._pgconn
        while pgconn.is_busy():
            self._wait(select.POLLIN)
            pgconn.consume_input()
        result = pgconn.get_result()
        if result is None:
            raise psycopg.OperationalError("the server closed the connection")
        if result.status == _ERROR and pgconn.status != pq.ConnStatus.OK:  # shut down by its administrator
            raise errors.error_from_result(result)
        return result

    def _wait(self, events: int) -> None:
        self._poll.modify(self._pgconn.socket, events)
        self._poll.poll()

    def forget_prepared(self) -> None:
        """The tables have changed: prepare everything anew."""
        self._prepared.clear()


# By exact type, because a posting carries more than a hundred values.
_ENCODERS: dict[type, Callable[[Any], bytes | None]] = {
    int: b"%d".__mod__,
    str: str.encode,
    bool: {True: b"t", False: b"f"}.__getitem__,
    type(None): lambda _: None,
}


def _as_texts(params: Parameters) -> list[bytes | None]:
    """Parameters as PostgreSQL's text. Raises `TypeError` for what the raw path does not carry: floats, decimals, dates."""
    try:
        texts = [_ENCODERS[type(value)](value) for value in params]
    except KeyError:
        texts = [_ENCODERS[type(value)](value) for value in map(_plain, params)]
    if b"\0" in b"".join(filter(None, texts)):  # libpq would take what stands before it
        raise peewee.DataError("text with a NUL character")
    return texts


def _plain(value: Any) -> Any:
    """Members of enumerations are what they are made of."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int(value)
    raise TypeError(f"{type(value).__name__} {value!r} as a parameter: give text, whole numbers, flags or None")


_QUOTED_OR_MARK = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|--[^\n]*|\?")


@lru_cache(maxsize=2_000)
def numbered(sql: str) -> bytes:
    """`?` as `$1`, `$2` …, but not inside quotes and comments."""
    count = 0

    def mark(match: re.Match[str]) -> str:
        nonlocal count
        if match[0] != "?":
            return match[0]
        count += 1
        return f"${count}"

    return _QUOTED_OR_MARK.sub(mark, sql).encode()


_PLAIN_INSERT = re.compile(r"(?s)(\s*INSERT INTO .*? VALUES )(\([?,\s]*\))\s*", re.IGNORECASE)
_MOST_ROWS = 64


def packed(sql: str, rows: Sequence[Parameters]) -> list[Statement]:
    """A write of many rows as few statements: inserts take 64, 32, 16 … rows each (a quarter of the time), others one."""
    if len(rows) == 1 or not (insert := _PLAIN_INSERT.fullmatch(sql)):
        return [(sql, row) for row in rows]
    statements: list[Statement] = []
    start = 0
    while start < len(rows):
        size = min(_MOST_ROWS, 1 << ((len(rows) - start).bit_length() - 1))
        chunk = rows[start : start + size]
        if len({len(row) for row in chunk}) > 1:
            raise ValueError(f"rows of different lengths for {sql}")
        statements.append((_widened(insert[1], insert[2], size), [value for row in chunk for value in row]))
        start += size
    return statements


@lru_cache(maxsize=2_000)
def _widened(head: str, row: str, size: int) -> str:
    return head + ", ".join([row] * size)
