"""The supervisor's print queue: what is not printed and why, again, never mind, printers off and on."""

from pathlib import Path

import pytest

from db.connection import in_write_transaction, write_batch
from db.masters.change import put_masters
from db.work import printing
from stockterm.flows.tokens import Command
from stockterm.flows.view import Level
from stockterm.labels.sending import send_waiting
from tests.flows.test_users import choose
from tests.flows.warehouse import Worker, a_warehouse, signed_in
from tests.labels.printers import closed_port, loopback_printer
from tests.labels.reading import Read
from tests.labels.zpl_reading import labels_of

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def tray(tmp_path: Path) -> Path:
    a_warehouse()
    put_masters([("printer", {"code": "P1", "kind": "file", "address": str(tmp_path / "p1.zpl"), "blocked": True})])
    return tmp_path / "p1.zpl"


def printed(tray: Path) -> list[str]:
    return [read.text for label in labels_of(tray.read_text()) for read in label.read()] if tray.exists() else []


def asked_for(*bins: str) -> None:
    worker = signed_in("ANN", terminal="RF-1").scan("4")
    for one in bins:
        worker.scan(f"BIN:{one}").key(Command.PRINT)
    worker.key(Command.BACK, Command.BACK)
    worker.session.close()


def at_queue(user: str = "SUE") -> Worker:
    return signed_in(user, terminal="DESK").scan("18")


def details(worker: Worker, text: str) -> dict[str, str]:
    [choice] = [one for one in worker.view.beside if text in " ".join(one.cells)]
    return dict(choice.details)


def test_what_waits_is_listed_oldest_first_with_who_asked_for_it(tray: Path) -> None:
    asked_for("A-01", "A-02")
    worker = at_queue()
    jobs = [one.cells for one in worker.view.beside if len(one.cells) == 4]
    assert jobs == [("1", "P1", "waiting", "Bin A-01"), ("2", "P1", "waiting", "Bin A-02")]
    shown = details(worker, "Bin A-01")
    assert (shown["User"], shown["Terminal"], shown["Attempts"], shown["Labels"]) == ("ANN", "RF-1", "0", "1")
    assert dict(worker.view.facts) == {"waiting": "2", "sending": "0", "failed": "0"}


def test_a_printer_is_switched_on_and_what_waited_comes_out_in_order(tray: Path) -> None:
    asked_for("A-01", "A-02")
    worker = choose(choose(choose(at_queue(), "Printers"), "P1 off"), "Switch on")
    assert worker.said.startswith("P1 is on. Label sent to P1"), worker.said
    assert printed(tray) == ["BIN:A-01", "BIN:A-02"]
    assert choose(choose(worker, "P1 on"), "Switch off").said == "P1 is off."
    assert printing.require_printer("P1").blocked


def test_a_job_is_cancelled_and_never_printed_unless_it_is_printed_anew(tray: Path) -> None:
    asked_for("A-01", "A-02")
    worker = choose(choose(at_queue(), "1 P1"), "Cancel")
    assert worker.is_ok().said == "Cancelled: job 1."
    put_masters([("printer", {"code": "P1", "blocked": False})])
    choose(worker, "Send all again")
    assert printed(tray) == ["BIN:A-02"]
    worker.key(Command.BACK).scan("18")
    worker = choose(worker, "Last jobs")
    assert details(worker, "Bin A-01")["Cancelled by"] == "SUE"
    worker = choose(choose(worker, "1 P1 cancelled"), "Print anew")
    assert worker.said == "Label sent to P1"
    assert printed(tray) == ["BIN:A-02", "BIN:A-01"]


def test_a_job_that_is_being_sent_cannot_be_cancelled(tray: Path) -> None:
    asked_for("A-01")
    put_masters([("printer", {"code": "P1", "blocked": False})])
    worker = choose(at_queue(), "1 P1")
    assert printing.take("somebody else") is not None
    assert choose(worker, "Cancel").said == "Not cancelled: job 1 is sending."
    assert printing.require_job(1).state == "sending"


def test_a_job_that_was_sent_since_the_screen_showed_it_is_not_printed_again_by_the_same_digit(tray: Path) -> None:
    asked_for("A-01")
    put_masters([("printer", {"code": "P1", "blocked": False})])
    worker = choose(at_queue(), "1 P1")
    send_waiting()
    assert choose(worker, "Send now").said == "Nothing to send: job 1 is sent."
    assert printed(tray) == ["BIN:A-01"]


def test_failed_jobs_are_said_first_with_the_reason_and_sent_when_the_printer_is_back(tray: Path) -> None:
    put_masters([("printer", {"code": "P1", "kind": "port", "address": closed_port(), "blocked": False})])
    asked_for("A-01")
    while (job := _taken()) is not None:
        printing.note_failure(job, "Connection refused")
    worker = at_queue()
    assert (worker.level, worker.said) == (Level.WARNING, "1 job failed.")
    assert details(worker, "Bin A-01")["Why"] == "Connection refused"
    with loopback_printer() as loopback:
        put_masters([("printer", {"code": "P1", "address": loopback.address})])
        worker = choose(worker, "1 P1 failed")
        assert worker.said == "Connection refused: Bin A-01", "also where nothing stands beside the list"
        worker = choose(worker, "Send now")
        assert worker.said == "Label sent to P1"
        assert labels_of(loopback.wait_for(1)[0])[0].read() == [Read("]C0", "BIN:A-01")]
    assert printing.unsent_jobs() == []


def _taken() -> "printing.TakenJob | None":
    """The next job, however long it would pause."""
    in_write_transaction(lambda: write_batch([printing.at_once("P1")]))
    return printing.take("s1")


def test_a_repeated_token_sends_nothing_twice(tray: Path) -> None:
    from stockterm.flows.tokens import ScanToken

    asked_for("A-01")
    put_masters([("printer", {"code": "P1", "blocked": False})])
    worker = choose(at_queue(), "1 P1")
    token = ScanToken("1", id="the same")
    for _again in range(3):
        worker.session.take(token)
    assert printed(tray) == ["BIN:A-01"]


@pytest.mark.parametrize("user", ["ANN", "CAT", "VIC"])
def test_it_is_the_supervisors(tray: Path, user: str) -> None:
    worker = signed_in(user, terminal="T9")
    assert not any("Print queue" in one for one in worker.view.choices)
    worker.scan("18").is_refused("may not", "print queue")
