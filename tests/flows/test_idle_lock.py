"""A terminal that nobody touches asks for the badge or the PIN again; the open line is kept."""

from datetime import timedelta

import pytest

from db.core import clock
from db.masters.change import put_masters
from db.work import scan_log
from stockterm.flows.session import Session
from stockterm.flows.tokens import Command
from tests.flows.warehouse import BADGES, PIN, Worker, a_warehouse, counting, signed_in
from tests.support.databases import OpenDatabase

PCS = "9528765432108"


def locked(worker: Worker, typed: str = "") -> Worker:
    worker.view = worker.session.lock(typed)
    return worker


def test_idle_lock_after_n_minutes_keeps_the_open_line(database: OpenDatabase) -> None:
    a_warehouse()
    worker = counting().scan("12*", PCS)
    before = worker.view
    locked(worker)
    assert (worker.view.title, worker.view.prompt, worker.view.item) == ("Locked", "Badge", "ANN")
    assert worker.view.quantity == "", "who comes by sees nothing of the work"
    worker.scan(BADGES["ANN"])
    assert (worker.view.title, worker.view.item, worker.view.quantity) == (before.title, before.item, before.quantity)
    worker.scan(PCS)
    assert worker.view.quantity == "13 PCS"


def test_what_is_scanned_at_a_locked_terminal_is_not_taken_and_said_to_be(database: OpenDatabase) -> None:
    a_warehouse()
    worker = locked(counting().scan(PCS)).scan(PCS)
    assert worker.said.startswith("Badge unknown")
    worker.key(Command.UNDO, Command.POST)
    assert worker.view.title == "Locked"
    worker.scan(".quit")
    assert not worker.view.finished
    assert worker.scan(BADGES["ANN"]).view.quantity == "1 PCS"


def test_half_typed_text_comes_back_when_a_terminal_is_unlocked(database: OpenDatabase) -> None:
    a_warehouse()
    worker = locked(counting().scan(PCS), "95287")
    assert worker.view.entered == ""
    assert worker.scan(BADGES["ANN"]).view.entered == "95287"
    assert worker.scan(PCS).view.entered == ""


def test_a_locked_terminal_asks_for_the_pin_of_who_has_no_badge_and_writes_it_nowhere(database: OpenDatabase) -> None:
    a_warehouse()
    put_masters([("user", {"code": "PER", "name": "Per", "role": "worker", "pin": PIN, "locations": ["EAST"]})])
    worker = Worker().scan("PER", PIN).scan("1", "BIN:A-01", PCS)
    locked(worker).scan("PER")
    assert worker.view.secret
    assert worker.session.owner is None, "nothing typed now may be written to a spool"
    worker.scan("0000")
    assert "2 tries left" in worker.said
    worker.scan(PIN)
    assert (worker.view.title, worker.view.quantity) == ("Count A-01", "1 PCS")
    assert scan_log.waiting("PER") == []


def test_somebody_else_at_a_locked_terminal_gets_their_own_work_and_the_line_waits_for_its_worker(database: OpenDatabase) -> None:
    a_warehouse()
    worker = locked(counting().scan(PCS), "95287").scan(BADGES["BOB"])
    assert worker.view.title in ("Location", "EAST Bob")
    ann = Worker("T2").scan(BADGES["ANN"])
    assert (ann.view.title, ann.view.quantity, ann.view.entered) == ("Count A-01", "1 PCS", "95287")
    assert "Taken up where it was" in ann.said


def test_an_error_and_the_scans_held_behind_it_outlive_the_lock(database: OpenDatabase) -> None:
    a_warehouse()
    worker = locked(counting().scan("NOSUCHTHING", PCS))
    worker.scan(BADGES["ANN"]).is_refused("Unknown code")
    assert worker.view.held == 1


def test_work_taken_up_elsewhere_while_a_terminal_was_locked_stays_there(database: OpenDatabase) -> None:
    a_warehouse()
    first = locked(counting().scan(PCS))
    Worker("T2").scan(BADGES["ANN"]).scan(PCS)
    first.scan(BADGES["ANN"])
    assert first.view.title == "Taken up"


def test_a_half_made_sign_in_is_forgotten_when_the_terminal_is_locked(database: OpenDatabase) -> None:
    a_warehouse()
    put_masters([("user", {"code": "PER", "name": "Per", "role": "worker", "pin": PIN})])
    worker = Worker().scan("PER")
    assert worker.view.secret
    assert locked(worker).view.prompt == "Badge"


@pytest.mark.parametrize(("minutes", "signs_in"), [(4, False), (6, True)])
def test_a_terminal_locked_or_not_is_not_taken_up_without_signing_in_after_that_time(
    database: OpenDatabase, minutes: int, signs_in: bool
) -> None:
    a_warehouse()
    counting().scan(PCS)
    with clock.held_at(clock.now() + timedelta(minutes=minutes)):
        worker = Worker(session=Session("T1", lock_after=5))
        assert (worker.view.prompt == "Badge") is signs_in


def test_badge_switch_in_the_middle_of_a_job_is_the_same_with_the_lock(database: OpenDatabase) -> None:
    """Given badge switch mid-count, then the lines before and after carry different users: `test_session` has the lines."""
    a_warehouse()
    signed_in("BOB", terminal="T2").scan("9")
    worker = locked(counting().scan(PCS)).scan(BADGES["ANN"]).scan(BADGES["BOB"])
    assert (worker.view.title, worker.view.quantity) == ("Count A-01", "1 PCS")
    assert "Bob" in worker.said
