"""PostgreSQL: a posting in two round trips, and what its errors mean.

Round trips are what a posting costs there. So `BEGIN` waits for the first statement and travels with it, writes wait for the
next read or for `COMMIT` and travel with that, and a batch is one psycopg pipeline. What a deferred write did wrong is raised
where it is sent; in every case before `in_write_transaction` returns.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from typing import Any

import psycopg
from psycopg.adapt import Loader
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import ConnStatus, TransactionStatus
from psycopg.types.string import TextLoader

from db.connection.drivers import peewee
from db.connection.pipeline import Pipeline, numbered, packed
from db.connection.session import Conflict, Parameters, Reserve, Row, Statement, Write
from db.core.errors import DatabaseDamaged, DatabaseUnavailable, DiskFull

# What an address may set itself; a terminal must notice that its server is gone, and not wait for ever.
_CONNECTION_DEFAULTS = {
    "connect_timeout": "5",
    "fallback_application_name": "stockterm",
    "keepalives_idle": "20",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}
# Nobody waits for ever for a terminal that hangs, and one that vanished in mid-posting does not stop the others.
_SESSION_SETTINGS = "SET lock_timeout = '10s'; SET idle_in_transaction_session_timeout = '5min'"
# Our statements look up rows by their keys: planning them anew each time costs a posting 10 %. Other engines may not know these.
_SPEED_SETTINGS = "SET plan_cache_mode = force_generic_plan; SET jit = off"
_BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED"
_BEGIN_SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_BEGINNINGS = (_BEGIN, _BEGIN_SNAPSHOT)
_LOCKING = " FOR NO KEY UPDATE"
_PENDING_ROWS = 5_000  # writes wait for company up to this many rows

_DISK_FULL = {"53100"}
_DAMAGED = {"XX001", "XX002"}
_AWAY = ("08", "28", "3D", "53", "57P", "58")
_CONFLICT = {"40001", "40P01", "55P03"}
_FEATURE_NOT_SUPPORTED = "0A000"


class _WholeNumberLoader(Loader):
    """`SUM` of whole numbers is `numeric` here and an integer on SQLite: an integer on both."""

    def load(self, data: Any) -> Any:
        text = bytes(data).decode()
        return int(text) if text.lstrip("-").isdigit() else text


class _Adapter(peewee.Psycopg3Adapter):
    """Peewee's adapter looks for the driver when Peewee is imported; ours knows it when it is needed."""

    txn_idle = TransactionStatus.IDLE
    txn_inerror = TransactionStatus.INERROR
    txn_unknown = TransactionStatus.UNKNOWN

    def __init__(self) -> None:
        peewee._BasePsycopgAdapter.__init__(self)
        self.json_type = self.jsonb_type = None
        self.cast_json_case = False

    def check_driver(self) -> None:
        """It is imported: this module could not have been otherwise."""


class PostgresqlDatabase(peewee.PostgresqlDatabase):
    """Peewee's PostgreSQL through psycopg 3. Its queries first send what the raw path has waiting."""

    psycopg2_adapter = _Adapter
    psycopg3_adapter = _Adapter

    def __init__(self, url: str, *, read_only: bool) -> None:
        self.read_only = read_only
        self._sessions = threading.local()
        super().__init__(url, autoconnect=False)

    def _connect(self) -> "psycopg.Connection[Row]":
        try:
            given = conninfo_to_dict(self.database)
            defaults: dict[str, Any] = {name: value for name, value in _CONNECTION_DEFAULTS.items() if name not in given}
            connection = psycopg.connect(self.database, autocommit=True, **defaults)
            connection.execute(_SESSION_SETTINGS)
            with suppress(psycopg.errors.UndefinedObject, psycopg.errors.FeatureNotSupported):
                connection.execute(_SPEED_SETTINGS)
            if self.read_only:
                connection.execute("SET default_transaction_read_only = on")
        except psycopg.Error as problem:
            raise translated(problem) from problem
        connection.prepare_threshold = None  # psycopg would deallocate what the raw path has prepared along with its own
        connection.adapters.register_loader("date", TextLoader)
        connection.adapters.register_loader("numeric", _WholeNumberLoader)
        return connection

    def connect_again(self) -> "psycopg.Connection[Row]":
        """A new connection for this thread in place of one that was lost, whatever Peewee had open on it."""
        self._state.conn = self._connect()  # type: ignore[attr-defined]
        return self._state.conn  # type: ignore[attr-defined,no-any-return]

    def cursor(self, named_cursor: Any = None) -> Any:
        if hasattr(self._sessions, "session"):
            self._sessions.session.ready_for_peewee()
        return super().cursor()  # type: ignore[no-untyped-call]

    def _execute_cursor(self, sql: str, params: Any, **options: Any) -> Any:
        try:
            return super()._execute_cursor(sql, params, **options)  # type: ignore[misc]
        except (peewee.PeeweeException, psycopg.Error) as problem:
            session = self._sessions.session
            if self.in_transaction() or not session.is_lost() or not _may_be_repeated([(sql, ())]):
                raise translated(problem) from problem
        return super()._execute_cursor(sql, params, **options)  # type: ignore[misc]

    def session(self) -> "PostgresqlSession":
        """The raw face of this thread's open connection."""
        self._sessions.session = PostgresqlSession(self, self.connection())  # type: ignore[no-untyped-call]
        return self._sessions.session  # type: ignore[no-any-return]


class PostgresqlSession:
    """One PostgreSQL connection, with the statements that wait to travel."""

    def __init__(self, database: PostgresqlDatabase, connection: "psycopg.Connection[Row]") -> None:
        self.in_transaction = False
        self._database = database
        self._connection = connection
        self._pending: list[Write] = []
        self._pending_rows = 0
        self._reserved: dict[str, list[int]] = {}
        self._streams = 0
        self._pipeline = Pipeline(connection)

    @property
    def round_trips(self) -> int:
        return self._pipeline.round_trips

    # ---- transactions

    def begin_write(self) -> None:
        self._pending = [(_BEGIN, ((),))]
        self.in_transaction = True

    def begin_snapshot(self) -> None:
        self._pending = [(_BEGIN_SNAPSHOT, ((),))]
        self.in_transaction = True

    def commit(self) -> None:
        if len(self._pending) == 1 and self._pending[0][0].startswith("BEGIN"):
            self._ended()  # nothing was asked and nothing written
            return
        self._send([("COMMIT", ())])
        if self._pipeline.last_command != b"COMMIT":
            raise RuntimeError("an error in the transaction was caught without a savepoint; PostgreSQL took everything back")
        self._ended()

    def rollback(self) -> None:
        self._ended()
        try:
            if not self.is_lost() and self._connection.pgconn.transaction_status != TransactionStatus.IDLE:
                self._connection.execute("ROLLBACK")
        except psycopg.Error:
            pass

    def _ended(self) -> None:
        self.in_transaction = False
        self._pending = []
        self._pending_rows = 0
        self._reserved = {}

    def savepoint(self, name: str) -> None:
        self._pending.append((f"SAVEPOINT {name}", ((),)))

    def release(self, name: str) -> None:
        self._send([(f"RELEASE SAVEPOINT {name}", ())])

    def rollback_to(self, name: str) -> None:
        waiting = [index for index, (sql, _) in enumerate(self._pending) if sql == f"SAVEPOINT {name}"]
        if waiting:
            del self._pending[waiting[-1] :]
            return
        self._pending = []
        self._pending_rows = 0
        self._send([(f"ROLLBACK TO SAVEPOINT {name}", ()), (f"RELEASE SAVEPOINT {name}", ())])

    # ---- statements

    def fetch(self, sql: str, params: Parameters = ()) -> list[Row]:
        if self._reserved and sql.endswith(_LOCKING):
            self._reserved = {}
        return self._send([(sql, params)])[0]

    def fetch_batch(self, statements: Sequence[Statement], reserve: Reserve | None = None) -> list[list[Row]]:
        self._reserved = {}  # drawn before these rows were locked: somebody may have posted to them since
        counts = reserve() if reserve is not None else {}
        if not counts:
            return self._send(statements)
        drawing = [_drawing(name, count) for name, count in counts.items()]
        results = self._send([*statements, *drawing])
        self._reserved = {name: [row[0] for row in rows] for name, rows in zip(counts, results[len(statements) :], strict=True)}
        return results[: len(statements)]

    def write_batch(self, writes: Sequence[Write]) -> None:
        if not self.in_transaction and self._connection.pgconn.transaction_status == TransactionStatus.IDLE:
            raise RuntimeError("write_batch belongs in in_write_transaction")
        for sql, rows in writes:
            if rows:
                self._pending.append((sql, list(rows)))
                self._pending_rows += len(rows)
        if self._pending_rows > _PENDING_ROWS or not self.in_transaction:
            self._send([])  # many, or in Peewee's transaction, whose commit does not come by here

    def ready_for_peewee(self) -> None:
        """Peewee is about to use the connection: send what waits."""
        if not self.in_transaction and self.is_lost():
            self._reconnect()
        if self._pending:
            self._send([])

    def _send(self, statements: Sequence[Statement]) -> list[list[Row]]:
        """One round trip: what waits, then `statements`; their rows."""
        if self._pending:
            waiting = [statement for sql, rows in self._pending for statement in packed(sql, rows)]
            self._pending, self._pending_rows = [], 0
            return self._run([*waiting, *statements])[len(waiting) :]
        return self._run(statements)

    def _run(self, statements: Sequence[Statement]) -> list[list[Row]]:
        starts = not self.in_transaction or statements[0][0] in _BEGINNINGS
        if starts and self.is_lost():
            self._reconnect()
        try:
            return self._pipeline.run(statements)
        except psycopg.Error as problem:
            outdated = problem.sqlstate == _FEATURE_NOT_SUPPORTED and "cached plan" in str(problem)
            if outdated:  # somebody has upgraded the tables: what is prepared does not fit them
                self._pipeline.forget_prepared()
            again = starts and (self.is_lost() or (outdated and not self.in_transaction)) and _may_be_repeated(statements)
            if not again:
                raise Conflict(problem=str(problem)) if outdated else translated(problem) from problem
        if self.is_lost():  # the server was restarted since the last scan: no reason to bother anybody
            self._reconnect()
        try:
            return self._pipeline.run(statements)
        except psycopg.Error as problem:
            raise translated(problem) from problem

    def is_lost(self) -> bool:
        """Whether the connection is of no more use."""
        return self._connection.pgconn.status != ConnStatus.OK

    def _reconnect(self) -> None:
        """A new connection in place of the lost one. Raises `DatabaseUnavailable` while there is none to be had."""
        self._connection.close()
        self._connection = self._database.connect_again()
        self._pipeline = Pipeline(self._connection)

    def stream(self, sql: str, params: Parameters, size: int) -> Iterator[Row]:
        self.ready_for_peewee()
        inside = self._connection.pgconn.transaction_status == TransactionStatus.INTRANS
        try:
            self._streams += 1
            name = f"stream_{self._streams}"
            with psycopg.RawServerCursor(self._connection, name, withhold=not inside) as cursor:
                cursor.itersize = size
                cursor.execute(numbered(sql), params)
                yield from cursor
        except psycopg.Error as problem:
            raise translated(problem) from problem

    def draw_numbers(self, counts: Mapping[str, int]) -> dict[str, list[int]]:
        if not self.in_transaction:
            raise RuntimeError("draw_numbers belongs in in_write_transaction")
        drawn = {name: self._reserved.get(name, [])[:count] for name, count in counts.items()}
        for name, numbers in drawn.items():
            self._reserved[name] = self._reserved.get(name, [])[len(numbers) :]
        missing = {name: count - len(drawn[name]) for name, count in counts.items() if count > len(drawn[name])}
        if missing:
            rows = self._send([_drawing(name, count) for name, count in missing.items()])
            for name, more in zip(missing, rows, strict=True):
                drawn[name].extend(row[0] for row in more)
        return drawn

    def draw_number(self, ledger: str) -> int:
        reserved = self._reserved.get(ledger)
        return reserved.pop(0) if reserved else self.draw_numbers({ledger: 1})[ledger][0]

    def close(self) -> None:
        self._pending = []


def _may_be_repeated(statements: Sequence[Statement]) -> bool:
    """The first trip of a transaction, but not one that also commits; or reads."""
    if statements[0][0] in _BEGINNINGS:
        return statements[-1][0] != "COMMIT"
    return all(sql.lstrip().startswith("SELECT") for sql, _ in statements)


@cache
def _drawing_sql(name: str) -> str:
    return f"SELECT nextval('{sequence_name(name)}') FROM generate_series(1, ?)"


def _drawing(name: str, count: int) -> Statement:
    return _drawing_sql(name), (count,)


def sequence_name(ledger: str) -> str:
    """The sequence that numbers a ledger's entries."""
    return f"{ledger}_number"


def translated(problem: BaseException) -> BaseException:
    """The domain's error for a driver's error; one that has no such meaning comes back as Peewee's class of the same name."""
    driver_error = _driver_error(problem)
    if driver_error is None:
        return problem
    state = driver_error.sqlstate or ""
    text = str(driver_error).strip().splitlines()[0] if str(driver_error).strip() else type(driver_error).__name__
    if state in _DISK_FULL:
        return DiskFull(problem=text)
    if state in _DAMAGED:
        return DatabaseDamaged(problem=text)
    if state in _CONFLICT:
        return Conflict(problem=text)
    if state.startswith(_AWAY) or (not state and isinstance(driver_error, psycopg.OperationalError)):
        return DatabaseUnavailable(problem=text)
    if isinstance(problem, peewee.PeeweeException):
        return problem
    for kind in type(driver_error).__mro__:
        wrapper = getattr(peewee, kind.__name__, None)
        if wrapper is not None:
            return wrapper(driver_error, *driver_error.args)  # type: ignore[no-any-return]
    return driver_error


def _driver_error(problem: BaseException) -> psycopg.Error | None:
    if isinstance(problem, psycopg.Error):
        return problem
    wrapped = problem.args[0] if isinstance(problem, peewee.PeeweeException) and problem.args else None
    return wrapped if isinstance(wrapped, psycopg.Error) else None
