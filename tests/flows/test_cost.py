"""What a scan costs: few statements, and none that grows with the ledgers."""

import re

import pytest

from db.connection import fetch
from stockterm.flows.tokens import Command
from tests.flows.warehouse import Worker, a_warehouse, counting, purchased, signed_in
from tests.support.databases import OpenDatabase
from tests.support.statements import counted_statements

PCS = "9528765432108"
LEDGERS = (
    "item_ledger_entry",
    "item_application_entry",
    "value_entry",
    "warehouse_entry",
    "count_entry",
    "item_register",
    "scan_log",
)


def statements_of(worker: Worker, *texts: str) -> list[str]:
    with counted_statements() as sent:
        worker.scan(*texts)
    return [one.sql for one in sent]


@pytest.mark.parametrize("history", [0, 40])
def test_scan_of_the_current_item_sends_ten_statements_on_any_history(database: OpenDatabase, history: int) -> None:
    a_warehouse()
    for _ in range(history):
        purchased("1000", "1")
    worker = counting().scan(PCS)
    assert len(statements_of(worker, PCS)) == 10


def test_scans_cost_this_many_statements(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("SALINE", "4", lot="L7")
    purchased("DRILL", "2", serials=["S1", "S2"])
    worker = counting()
    costs = {
        "first scan of an item": len(statements_of(worker, PCS)),
        "typed quantity": len(statements_of(worker, "4")),
        "lot item": len(statements_of(worker, "SALINE")),
        "lot": len(statements_of(worker, "L7")),
        "serial item": len(statements_of(worker, "DRILL")),
        "serial": len(statements_of(worker, "S1")),
        "next serial": len(statements_of(worker, "S2")),
        "bin": len(statements_of(worker, "BIN:A-02")),
        "unknown code": len(statements_of(worker, "NOSUCH")),
        "held": len(statements_of(worker, PCS)),
    }
    assert costs == {
        "first scan of an item": 12,
        "typed quantity": 10,
        "lot item": 8,
        "lot": 13,
        "serial item": 8,
        "serial": 14,
        "next serial": 14,
        "bin": 10,
        "unknown code": 9,
        "held": 3,
    }


def test_no_statement_of_any_job_reads_a_ledger_or_the_log_from_end_to_end(sqlite_database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "10")
    purchased("SALINE", "4", lot="L7")
    purchased("DRILL", "2", serials=["S1", "S2"])
    with counted_statements() as sent:
        worker = counting("SUE").scan(PCS, "8", "SALINE", "L7", "DRILL", "S1", "NOSUCH", PCS).key(Command.BACK, Command.UNDO)
        worker.key(Command.NEXT, Command.POST).post()
        worker.scan("2", "BIN:A-01", PCS, "-1", "1").post().key(Command.UNDO)
        worker.scan(worker.view.prompt.removeprefix("Type ")).key(Command.BACK, Command.BACK)
        worker.scan("3", "BIN:A-01", PCS, "1", "BIN:A-02").post().key(Command.BACK, Command.BACK)
        worker.scan("4", PCS, "BIN:A-01", "LOT:L7", "S2").key(Command.BACK, Command.BACK)
        for choice in ("1", "2", "3", "4", "5"):  # looked at, and taken back where that can be done
            worker.scan("5", choice).key(Command.UNDO)
            if worker.view.prompt.startswith("Type "):
                worker.scan(worker.view.prompt.removeprefix("Type "))
            worker.key(Command.CLEAR, Command.BACK, Command.BACK)
        Worker("T1")
    assert fetch("SELECT COUNT(*) FROM item_register WHERE operation = 'undo'")[0][0] > 1
    read_whole = set()
    for one in sent:
        if not one.sql.lstrip().startswith(("SELECT", "WITH", "UPDATE", "DELETE", "INSERT")):
            continue
        for row in fetch(f"EXPLAIN QUERY PLAN {one.sql}", one.params):
            found = re.match(r"SCAN (\w+)", row[3])
            marked_only = "item_ledger_entry_to_adjust" in row[3]  # an index of the few entries whose cost waits
            if found and _table(one.sql, found[1]) in LEDGERS and not marked_only:
                read_whole.add((row[3], one.sql))
    assert read_whole == set()
    assert signed_in("ANN", terminal="T9").view.title == "EAST Ann"


def _table(sql: str, alias: str) -> str:
    """The table that an alias stands for."""
    found = re.search(rf"(?:FROM|JOIN) (\w+) {alias}\b", sql)
    return found[1] if found else alias
