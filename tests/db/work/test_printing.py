"""The print queue: nothing is lost, nothing is silently dropped, and what is not known to be printed is called sent."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from db.connection import fetch, in_write_transaction, write_batch
from db.core.clock import held_at
from db.core.errors import UnknownCode
from db.masters.change import put_masters
from db.work import printing
from db.work.printing import BACK_OFF_S, LEASE_S, TakenJob

pytestmark = pytest.mark.usefixtures("database")

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def a_printer(code: str = "ZEBRA", **fields: object) -> str:
    put_masters([("printer", {"code": code, "address": "127.0.0.1:9100", **fields})])
    return code


def a_job(text: str = "^XA^XZ", printer: str = "ZEBRA") -> int:
    return printing.enqueue(printer, text, title="Lot L1", user_code="ANN", terminal="T1")


def taken(sender: str = "s1", printer: str | None = None) -> TakenJob:
    job = printing.take(sender, printer)
    assert job is not None
    return job


@contextmanager
def seconds_later(seconds: float) -> Iterator[None]:
    with held_at(NOON + timedelta(seconds=seconds)):
        yield


def test_a_job_is_kept_whole_and_waits_until_somebody_sends_it() -> None:
    a_printer()
    job_no = a_job("^XA^FDÆ^FS^XZ")
    [job] = printing.unsent_jobs()
    assert (job.job_no, job.state, job.title, job.user_code, job.terminal) == (job_no, "waiting", "Lot L1", "ANN", "T1")
    assert taken().data == "^XA^FDÆ^FS^XZ"


def test_jobs_of_one_printer_are_sent_one_at_a_time_in_their_order() -> None:
    a_printer()
    a_printer("OTHER")
    first, second, third = a_job("1"), a_job("2"), a_job("3", "OTHER")
    in_hand = taken("s1", "ZEBRA")
    assert in_hand.job_no == first
    assert taken("s2").job_no == third
    assert printing.take("s3") is None
    assert printing.note_sent(in_hand)
    assert taken("s3").job_no == second


def test_a_failed_attempt_waits_longer_each_time_says_why_and_at_last_stays_as_failed() -> None:
    a_printer()
    job_no = a_job()
    moment = 0.0
    for number, pause in enumerate(BACK_OFF_S, 1):
        with seconds_later(moment):
            assert printing.note_failure(taken(), f"refused {number}") == "waiting"
            assert printing.take("s2") is None
        with seconds_later(moment + pause - 0.001):
            assert printing.take("s2") is None
        moment += pause
        job = printing.require_job(job_no)
        assert (job.state, job.attempts, job.reason) == ("waiting", number, f"refused {number}")
    with seconds_later(moment):
        assert printing.note_failure(taken(), "refused for good") == "failed"
    with seconds_later(moment + 1_000_000):
        assert printing.take("s2") is None
    [job] = printing.unsent_jobs()
    assert (job.state, job.reason) == ("failed", "refused for good")
    assert printing.unsent_count() == {"waiting": 0, "sending": 0, "failed": 1}


def test_a_failed_job_does_not_hold_up_the_next_one_and_goes_first_when_it_is_retried() -> None:
    a_printer()
    first, second = a_job("1"), a_job("2")
    fetch("UPDATE print_job SET attempts = ? WHERE job_no = ?", (len(BACK_OFF_S), first))
    assert printing.note_failure(taken(), "no paper") == "failed"
    assert taken().job_no == second
    assert printing.retry() == 1
    assert printing.require_job(first).state == "waiting"
    assert printing.take("s2") is None, "the second is still being sent"


def test_a_job_whose_sender_is_gone_is_given_to_the_next_one_and_says_that_it_may_come_twice() -> None:
    a_printer()
    job_no = a_job()
    with seconds_later(0):
        gone = taken("gone")
    with seconds_later(LEASE_S - 1):
        assert printing.take("s2") is None
    with seconds_later(LEASE_S + 1):
        again = taken("s2")
        assert (again.job_no, again.attempts) == (job_no, 2)
        assert printing.require_job(job_no).reason == printing.INTERRUPTED
        assert not printing.still_sending(gone)
        assert not printing.note_sent(gone)
        printing.note_failure(gone, "too late")
        assert printing.require_job(job_no).state == "sending"
        assert printing.note_sent(again)
    assert printing.unsent_jobs() == []
    assert printing.last_jobs()[0].state == "sent"


def test_a_sender_that_says_it_is_at_it_keeps_its_job() -> None:
    a_printer()
    a_job()
    with seconds_later(0):
        job = taken()
    with seconds_later(LEASE_S - 1):
        assert printing.still_sending(job)
    with seconds_later(2 * LEASE_S - 2):
        assert printing.take("s2") is None


def test_a_sent_job_can_be_printed_anew_and_keeps_its_number() -> None:
    a_printer()
    job_no = a_job()
    assert printing.note_sent(taken())
    assert printing.retry([job_no]) == 1
    assert taken().job_no == job_no
    with pytest.raises(UnknownCode):
        printing.retry([job_no + 1])


def test_a_label_that_belongs_to_a_posting_is_asked_for_in_its_transaction_or_not_at_all() -> None:
    a_printer()

    def fails() -> None:
        write_batch([printing.queued("ZEBRA", "x", title="T")])
        raise RuntimeError

    with pytest.raises(RuntimeError):
        in_write_transaction(fails)
    assert printing.unsent_jobs() == []
    in_write_transaction(lambda: write_batch([printing.queued("ZEBRA", "x", title="T")]))
    assert len(printing.unsent_jobs()) == 1


def test_a_location_prints_at_its_own_printer_and_else_at_the_one_for_all() -> None:
    put_masters([("location", {"code": "MAIN"}), ("location", {"code": "SHOP"})])
    with pytest.raises(printing.NoPrinter):
        printing.printer_for("MAIN")
    a_printer("A-MAIN", location="MAIN")
    assert printing.printer_for("SHOP").code == "A-MAIN", "the only one there is"
    a_printer("B-MAIN", location="MAIN")
    with pytest.raises(printing.NoPrinter):
        printing.printer_for("SHOP")
    a_printer("A-ALL")
    assert printing.printer_for("MAIN").code == "A-MAIN"
    assert printing.printer_for("SHOP").code == "A-ALL"


def test_a_job_for_a_printer_that_does_not_exist_is_refused_when_it_is_asked_for() -> None:
    with pytest.raises(UnknownCode):
        printing.require_printer("NONE")
