"""A disk that is full for a while: what was said to be kept is applied once, what was said to be refused is not."""

import pytest

from db.core.errors import DiskFull
from stockterm.flows.tokens import Command
from tests.flows.warehouse import Worker, a_warehouse, counting
from tests.support.databases import OpenDatabase

FULL = DiskFull(problem="no space left")


def full_while_applying(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is room for the scan log, and none for what the scan does."""

    def work(_: object) -> None:
        raise FULL

    monkeypatch.setattr("stockterm.flows.session.in_write_transaction", work)


def test_scan_that_is_in_the_log_when_the_disk_is_full_is_kept_and_applied_once(
    database: OpenDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_warehouse()
    worker = counting().scan("NUT")
    with monkeypatch.context() as patched:
        full_while_applying(patched)
        worker.scan("NUT").is_refused("Disk full", "NUT is kept")
        worker.key(Command.BACK).is_refused("Disk full", "NUT is kept")  # it still is
        worker.scan("NUT").is_refused("Not taken: NUT")
    assert worker.key(Command.BACK).view.quantity == "2 PCS"
    assert worker.is_ok().scan("NUT").view.quantity == "3 PCS"
    assert Worker("T1").view.quantity == "3 PCS"


def test_scan_that_was_kept_when_the_disk_was_full_outlives_the_program(
    database: OpenDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_warehouse()
    worker = counting()
    with monkeypatch.context() as patched:
        full_while_applying(patched)
        worker.scan("NUT").is_refused("NUT is kept")
    again = Worker("T1")
    assert again.view.quantity == "1 PCS"
    assert again.scan("NUT").view.quantity == "2 PCS"


def test_scan_that_is_not_in_the_log_when_the_disk_is_full_is_not_taken(
    database: OpenDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_warehouse()
    worker = counting()
    with monkeypatch.context() as patched:
        patched.setattr("db.work.scan_log.in_write_transaction", lambda _: (_ for _ in ()).throw(FULL))
        worker.scan("NUT").is_refused("Disk full", "Nothing was written")
    assert worker.key(Command.BACK).scan("NUT").view.quantity == "1 PCS"
