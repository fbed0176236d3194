"""The raw cases: what the drivers can do at best, with tables that hold the least that deserves the name.

*Minimal posting*: one durable commit of insert ledger, insert application, insert value entry, update balance. No index but the
keys, no check, no trigger, nothing read, and the numbers come from a variable of this process. A late cost is the same in
kind: the value of each issue is found and changed, one statement after the other.
"""

import sqlite3
from collections.abc import Sequence
from itertools import count
from typing import Any, Protocol

_TABLES = (
    "CREATE TABLE ledger (entry_no BIGINT PRIMARY KEY, item_no VARCHAR(40) NOT NULL, location_code VARCHAR(40) NOT NULL,"
    " posting_date VARCHAR(10) NOT NULL, entry_type VARCHAR(24) NOT NULL, quantity BIGINT NOT NULL,"
    " remaining_quantity BIGINT NOT NULL, cost BIGINT NOT NULL)",
    "CREATE TABLE application (entry_no BIGINT PRIMARY KEY, ledger_entry_no BIGINT NOT NULL, inbound_entry_no BIGINT NOT NULL,"
    " quantity BIGINT NOT NULL)",
    "CREATE TABLE value_entry (entry_no BIGINT PRIMARY KEY, ledger_entry_no BIGINT NOT NULL, entry_type VARCHAR(20) NOT NULL,"
    " posting_date VARCHAR(10) NOT NULL, quantity BIGINT NOT NULL, cost BIGINT NOT NULL)",
    "CREATE TABLE balance (item_no VARCHAR(40) PRIMARY KEY, quantity BIGINT NOT NULL, cost BIGINT NOT NULL)",
)
_APPLICATION_INDEX = "CREATE INDEX application_inbound ON application (inbound_entry_no)"  # only for late costs
_LEDGER = "INSERT INTO ledger VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_APPLICATION = "INSERT INTO application VALUES (?, ?, ?, ?)"
_VALUE = "INSERT INTO value_entry VALUES (?, ?, ?, ?, ?, ?)"
_BALANCE = "UPDATE balance SET quantity = quantity + ?, cost = cost + ? WHERE item_no = ?"
_FED = "SELECT ledger_entry_no, quantity FROM application WHERE inbound_entry_no = ?"
_COST = "SELECT cost FROM ledger WHERE entry_no = ?"
_CHANGE = "UPDATE ledger SET cost = ? WHERE entry_no = ?"
_DAY = "2026-03-02"


class Raw(Protocol):
    """What both drivers do. `post` and `bulk` write one minimal posting an item; `bulk` all of them in one commit."""

    def post(self, items: Sequence[str]) -> None: ...

    def bulk(self, items: Sequence[str]) -> None: ...

    def make_late_cost(self, item: str, issues: int) -> int: ...

    def late_cost(self, item: str, receipt: int) -> None: ...


class RawSqlite:
    """`sqlite3`, write-ahead log, `synchronous=FULL`, `BEGIN IMMEDIATE`."""

    def __init__(self, path: str, items: Sequence[str], *, late_costs: bool = False) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        execute = self._connection.execute
        execute("PRAGMA journal_mode = WAL")
        execute("PRAGMA synchronous = FULL")
        for table in _TABLES:
            execute(table.replace("BIGINT", "INTEGER"))
        if late_costs:
            execute(_APPLICATION_INDEX)
        self._connection.executemany("INSERT INTO balance VALUES (?, 0, 0)", [(item,) for item in items])
        self._numbers = count(1)

    def post(self, items: Sequence[str]) -> None:
        execute = self._connection.cursor().execute
        for item in items:
            number = next(self._numbers)
            execute("BEGIN IMMEDIATE")
            execute(_LEDGER, (number, item, "MAIN", _DAY, "sale", -100000, 0, -1001000))
            execute(_APPLICATION, (number, number, 1, -100000))
            execute(_VALUE, (number, number, "direct_cost", _DAY, -100000, -1001000))
            execute(_BALANCE, (-100000, -1001000, item))
            execute("COMMIT")

    def bulk(self, items: Sequence[str]) -> None:
        connection = self._connection
        numbered = [(next(self._numbers), item) for item in items]
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(_LEDGER, [(number, item, "MAIN", _DAY, "sale", -100000, 0, -1001000) for number, item in numbered])
        connection.executemany(_APPLICATION, [(number, number, 1, -100000) for number, _ in numbered])
        connection.executemany(_VALUE, [(number, number, "direct_cost", _DAY, -100000, -1001000) for number, _ in numbered])
        connection.executemany(_BALANCE, [(-100000, -1001000, item) for item in items])
        connection.execute("COMMIT")

    def make_late_cost(self, item: str, issues: int) -> int:
        """A receipt that feeds `issues` issues; its number."""
        receipt, *fed = (next(self._numbers) for _ in range(issues + 1))
        execute = self._connection.execute
        execute("BEGIN IMMEDIATE")
        execute(_LEDGER, (receipt, item, "MAIN", _DAY, "purchase", issues * 100000, 0, issues * 1001000))
        for number in fed:
            execute(_LEDGER, (number, item, "MAIN", _DAY, "sale", -100000, 0, -1001000))
            execute(_APPLICATION, (number, number, receipt, -100000))
            execute(_VALUE, (number, number, "direct_cost", _DAY, -100000, -1001000))
        execute("COMMIT")
        return receipt

    def late_cost(self, item: str, receipt: int) -> None:
        execute = self._connection.cursor().execute
        change = 136000
        execute("BEGIN IMMEDIATE")
        fed = execute(_FED, (receipt,)).fetchall()
        for entry_no, quantity in fed:
            (cost,) = execute(_COST, (entry_no,)).fetchone()
            part = change * quantity // 100000
            execute(_VALUE, (next(self._numbers), entry_no, "direct_cost", _DAY, quantity, part))
            execute(_CHANGE, (cost + part, entry_no))
        execute(_VALUE, (next(self._numbers), receipt, "direct_cost", _DAY, 100000 * len(fed), change * len(fed)))
        execute(_CHANGE, (0, receipt))
        execute(_BALANCE, (0, 0, item))
        execute("COMMIT")


class RawPostgresql:
    """psycopg 3, prepared statements, six round trips a posting: begin, four statements, commit."""

    def __init__(self, url: str, items: Sequence[str], *, first_number: int = 0, make: bool = True) -> None:
        import psycopg

        self._connection: Any = psycopg.connect(url, autocommit=True, prepare_threshold=0)
        if make:
            for table in (*_TABLES, _APPLICATION_INDEX):
                self._connection.execute(table)
            with self._connection.cursor() as cursor:
                cursor.executemany("INSERT INTO balance VALUES (%s, 0, 0)", [(item,) for item in items])
        self._numbers = count(first_number + 1)
        self._cursor = self._connection.cursor()

    def _execute(self, sql: str, params: Sequence[Any] = ()) -> Any:
        return self._cursor.execute(sql.replace("?", "%s"), params)

    def post(self, items: Sequence[str]) -> None:
        execute = self._cursor.execute
        ledger, application, value, balance = (one.replace("?", "%s") for one in (_LEDGER, _APPLICATION, _VALUE, _BALANCE))
        for item in items:
            number = next(self._numbers)
            execute("BEGIN")
            execute(ledger, (number, item, "MAIN", _DAY, "sale", -100000, 0, -1001000))
            execute(application, (number, number, 1, -100000))
            execute(value, (number, number, "direct_cost", _DAY, -100000, -1001000))
            execute(balance, (-100000, -1001000, item))
            execute("COMMIT")

    def bulk(self, items: Sequence[str]) -> None:
        numbered = [(next(self._numbers), item) for item in items]
        cursor = self._cursor
        self._execute("BEGIN")
        rows: Sequence[Any] = [(number, item, "MAIN", _DAY, "sale", -100000, 0, -1001000) for number, item in numbered]
        cursor.executemany(_LEDGER.replace("?", "%s"), rows)
        cursor.executemany(_APPLICATION.replace("?", "%s"), [(number, number, 1, -100000) for number, _ in numbered])
        rows = [(number, number, "direct_cost", _DAY, -100000, -1001000) for number, _ in numbered]
        cursor.executemany(_VALUE.replace("?", "%s"), rows)
        cursor.executemany(_BALANCE.replace("?", "%s"), [(-100000, -1001000, item) for item in items])
        self._execute("COMMIT")

    def make_late_cost(self, item: str, issues: int) -> int:
        receipt, *fed = (next(self._numbers) for _ in range(issues + 1))
        self._execute("BEGIN")
        self._execute(_LEDGER, (receipt, item, "MAIN", _DAY, "purchase", issues * 100000, 0, issues * 1001000))
        for number in fed:
            self._execute(_LEDGER, (number, item, "MAIN", _DAY, "sale", -100000, 0, -1001000))
            self._execute(_APPLICATION, (number, number, receipt, -100000))
            self._execute(_VALUE, (number, number, "direct_cost", _DAY, -100000, -1001000))
        self._execute("COMMIT")
        return receipt

    def late_cost(self, item: str, receipt: int) -> None:
        change = 136000
        self._execute("BEGIN")
        fed = self._execute(_FED, (receipt,)).fetchall()
        for entry_no, quantity in fed:
            (cost,) = self._execute(_COST, (entry_no,)).fetchone()
            part = change * quantity // 100000
            self._execute(_VALUE, (next(self._numbers), entry_no, "direct_cost", _DAY, quantity, part))
            self._execute(_CHANGE, (cost + part, entry_no))
        self._execute(_VALUE, (next(self._numbers), receipt, "direct_cost", _DAY, 100000 * len(fed), change * len(fed)))
        self._execute(_CHANGE, (0, receipt))
        self._execute(_BALANCE, (0, 0, item))
        self._execute("COMMIT")
