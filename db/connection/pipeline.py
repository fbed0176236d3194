"""One round trip to PostgreSQL: any number of prepared statements sent together, and their results read back.

psycopg's cursors cost 25 to 40 µs a statement, more than the statement itself; its pipeline also believes that statements
were prepared which an error has skipped. So the raw path speaks to libpq itself, through the wrapper that psycopg
documents (`psycopg.pq`): a statement is prepared once, under a name of its own, with the types that the server works out.
Rows are built by psycopg's loaders.
"""

import re
import select
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import psycopg
from psycopg import errors, pq
from psycopg.adapt import Transformer

from db.connection.session import Row, Statement

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
        self._new: dict[str, bytes] = {}
        self._names = 0
        self.last_command: bytes | None = None
        self.round_trips = 0
        self._poll = select.poll()
        self._poll.register(self._pgconn.socket, select.POLLIN)

    def run(self, statements: Sequence[Statement]) -> list[list[Row]]:
        """The rows of each statement, in order. Raises the first error (`psycopg.Error`); what came after it was not done."""
        if len(statements) > _SEND_AT_ONCE:
            results = []
            for start in range(0, len(statements), _SEND_AT_ONCE):
                results += self.run(statements[start : start + _SEND_AT_ONCE])
            return results
        pgconn = self._pgconn
        self.round_trips += 1
        pgconn.enter_pipeline_mode()
        try:
            preparing = self._send(statements)
            return self._receive(statements, preparing)
        finally:
            if pgconn.status == pq.ConnStatus.OK:
                pgconn.exit_pipeline_mode()

    def _send(self, statements: Sequence[Statement]) -> set[int]:
        """Send everything; returns which statements were preceded by their preparation."""
        pgconn = self._pgconn
        prepared = self._prepared
        preparing: set[int] = set()
        new: dict[str, bytes] = {}
        for index, (sql, params) in enumerate(statements):
            name = prepared.get(sql) or new.get(sql)
            if name is None:
                self._names += 1
                name = new[sql] = b"s%d" % self._names
                pgconn.send_prepare(name, numbered(sql))
                preparing.add(index)
            pgconn.send_query_prepared(name, [_as_text(value) for value in params] if params else None)
        self._new = new
        pgconn.pipeline_sync()
        while pgconn.flush():
            self._wait(select.POLLIN | select.POLLOUT)
            pgconn.consume_input()
        return preparing

    def _receive(self, statements: Sequence[Statement], preparing: set[int]) -> list[list[Row]]:
        results: list[list[Row]] = []
        failed: psycopg.Error | None = None
        for index, (sql, _) in enumerate(statements):
            if index in preparing:
                result = self._result()
                if result.status == _OK:
                    self._prepared[sql] = self._new[sql]
                elif result.status != _ABORTED and failed is None:
                    failed = errors.error_from_result(result)
            result = self._result()
            if result.status == _ROWS:
                self._rows.set_pgresult(result)
                results.append(self._rows.load_rows(0, result.ntuples, tuple))
            elif result.status == _OK:
                self.last_command = result.command_status
                results.append([])
            elif result.status != _ABORTED and failed is None:
                failed = errors.error_from_result(result)
        self._result(sync=True)
        if failed is not None:
            raise failed
        return results

    def _result(self, sync: bool = False) -> Any:
        """The one result of a statement, and the NULL that libpq puts behind it."""
        pgconn = self._pgconn
        while pgconn.is_busy():
            self._wait(select.POLLIN)
            pgconn.consume_input()
        result = pgconn.get_result()
        if result is None:
            raise psycopg.OperationalError("the server closed the connection")
        if sync:
            assert result.status == _SYNC
            return result
        while pgconn.is_busy():
            self._wait(select.POLLIN)
            pgconn.consume_input()
        following = pgconn.get_result()
        assert following is None
        return result

    def _wait(self, events: int) -> None:
        self._poll.modify(self._pgconn.socket, events)
        self._poll.poll()

    def forget_prepared(self) -> None:
        """The tables have changed: prepare everything anew."""
        self._prepared.clear()


def _as_text(value: Any) -> bytes | None:
    if value is None:
        return None
    if value is True:
        return b"t"
    if value is False:
        return b"f"
    return str(value).encode()


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
