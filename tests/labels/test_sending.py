"""Label printing does not fail silently: each way in which it can fail keeps the job, says why, and prints it in the end."""

import errno
import fcntl
import os
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from db.connection import fetch
from db.core.clock import held_at
from db.masters.change import put_masters
from db.work import printing
from stockterm.labels import company, sending
from stockterm.labels.content import bin_label
from stockterm.labels.sending import Sending, send_waiting
from tests.labels.printers import closed_port, loopback_printer
from tests.labels.reading import Read
from tests.labels.zpl_reading import labels_of

pytestmark = pytest.mark.usefixtures("database")

LATER = datetime.now(UTC) + timedelta(hours=1)


def a_printer(address: str, code: str = "ZEBRA", **fields: object) -> printing.Printer:
    put_masters([("printer", {"code": code, "address": address, **fields})])
    return printing.require_printer(code)


def ordered(printer: printing.Printer, *bins: str) -> list[int]:
    return company.order([bin_label("MAIN", code) for code in bins], printer, title="Bins", user_code="ANN", terminal="T1")


def test_labels_arrive_at_the_port_as_they_were_laid_out_and_the_job_is_sent_not_printed() -> None:
    with loopback_printer() as loopback:
        [job_no] = ordered(a_printer(loopback.address), "A-01", "A-02")
        assert [one.state for one in send_waiting()] == ["sent"]
        [received] = loopback.wait_for(1)
    assert [label.read() for label in labels_of(received)] == [[Read("]C0", "BIN:A-01")], [Read("]C0", "BIN:A-02")]]
    job = printing.require_job(job_no)
    assert (job.state, job.reason, job.label_count) == ("sent", "", 2)
    assert "printed" not in printing.STATES


def test_a_printer_that_is_off_keeps_the_job_with_the_reason_and_prints_it_when_it_is_back() -> None:
    printer = a_printer(closed_port())
    [job_no] = ordered(printer, "A-01")
    [outcome] = send_waiting()
    assert (outcome.state, outcome.reason) == ("waiting", "Connection refused")
    assert printing.require_job(job_no).reason == "Connection refused"
    assert send_waiting() == [], "not again before the pause is over"
    with loopback_printer() as loopback:
        a_printer(loopback.address)
        with held_at(LATER):
            assert [one.state for one in send_waiting()] == ["sent"]
        assert len(loopback.wait_for(1)) == 1


def test_a_printer_that_hangs_up_is_a_failure_even_when_every_byte_was_taken() -> None:
    with loopback_printer("resets") as loopback:
        ordered(a_printer(loopback.address), "A-01")
        [outcome] = send_waiting()
    assert outcome.state == "waiting"
    assert outcome.reason.startswith("hung up after ")


def test_a_printer_that_takes_nothing_is_given_up_after_a_while_and_the_reason_says_how_far_it_came() -> None:
    with loopback_printer("stalls") as loopback:
        printing.enqueue(a_printer(loopback.address).code, "x" * 20_000_000, title="Too much")
        [outcome] = send_waiting(stalled_s=0.2)
        assert outcome.state == "waiting"
        assert "of 20000000 bytes" in outcome.reason


def test_a_host_that_does_not_exist_is_a_reason_too() -> None:
    ordered(a_printer("printer.invalid"), "A-01")
    [outcome] = send_waiting()
    assert outcome.state == "waiting"
    assert outcome.reason


def test_in_the_end_a_job_fails_loudly_and_is_still_there() -> None:
    [job_no] = ordered(a_printer(closed_port()), "A-01")
    moment = datetime.now(UTC)
    states = []
    for _attempt in range(len(printing.BACK_OFF_S) + 1):
        with held_at(moment):
            states += [one.state for one in send_waiting()]
        moment += timedelta(hours=1)
    assert states == ["waiting"] * len(printing.BACK_OFF_S) + ["failed"]
    [left] = printing.unsent_jobs()
    assert (left.job_no, left.state, left.reason) == (job_no, "failed", "Connection refused")


def test_a_printer_that_is_off_does_not_hold_up_another() -> None:
    with loopback_printer() as loopback:
        ordered(a_printer(closed_port(), "OFF"), "A-01")
        ordered(a_printer(loopback.address, "ON"), "A-02")
        assert sorted((one.printer_code, one.state) for one in send_waiting()) == [("OFF", "waiting"), ("ON", "sent")]
        assert "BIN:A-02" in loopback.wait_for(1)[0]


def test_a_folder_gets_one_whole_file_for_each_job(tmp_path: Path) -> None:
    folder = tmp_path / "labels"
    folder.mkdir()
    printer = a_printer(str(folder), kind="file")
    first, second = ordered(printer, "A-01")[0], ordered(printer, "A-02")[0]
    send_waiting()
    assert sorted(path.name for path in folder.iterdir()) == [f"job-{first:08}.zpl", f"job-{second:08}.zpl"]
    assert len(labels_of((folder / f"job-{first:08}.zpl").read_text())) == 1


def test_a_file_gets_one_job_after_the_other(tmp_path: Path) -> None:
    printer = a_printer(str(tmp_path / "labels.zpl"), kind="file")
    ordered(printer, "A-01")
    ordered(printer, "A-02")
    send_waiting()
    assert len(labels_of((tmp_path / "labels.zpl").read_text())) == 2


def test_a_path_that_cannot_be_written_is_a_reason(tmp_path: Path) -> None:
    ordered(a_printer(str(tmp_path / "missing" / "labels.zpl"), kind="file"), "A-01")
    [outcome] = send_waiting()
    assert (outcome.state, outcome.reason) == ("waiting", "No such file or directory")


def test_many_labels_are_several_jobs_and_all_of_them_or_none() -> None:
    printer = a_printer("127.0.0.1")
    jobs = ordered(printer, *[f"A-{number:03}" for number in range(company.MOST_IN_A_JOB + 1)])
    assert [printing.require_job(job).label_count for job in jobs] == [company.MOST_IN_A_JOB, 1]
    narrow = a_printer("127.0.0.1", "NARROW", width_mm=40)
    with pytest.raises(Exception, match="Label too small"):
        ordered(narrow, *["A"] * company.MOST_IN_A_JOB, "A-VERY-LONG-BIN-CODE")
    assert fetch("SELECT COUNT(*) FROM print_job WHERE printer_code = 'NARROW'") == [(0,)]


def test_a_terminal_sends_in_the_background_on_a_connection_of_its_own() -> None:
    with loopback_printer() as loopback:
        [job_no] = ordered(a_printer(loopback.address), "A-01")
        on_its_way = Sending(printing.require_job(job_no))
        assert on_its_way.wait(30)
        assert len(loopback.wait_for(1)) == 1
        assert on_its_way.job.state == "sent"
    assert printing.unsent_jobs() == []


def test_no_silent_end_when_the_connection_breaks_in_the_background(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_given: object, **_named: object) -> socket.socket:
        raise OSError("cable cut")

    monkeypatch.setattr(socket, "create_connection", unreachable)
    [job_no] = ordered(a_printer("127.0.0.1"), "A-01")
    on_its_way = Sending(printing.require_job(job_no))
    assert on_its_way.wait(30)
    on_its_way.stop(30)
    [job] = printing.unsent_jobs()
    assert (job.state, job.reason) == ("waiting", "cable cut")


def test_a_job_that_was_cut_off_is_sent_again_and_says_for_good_that_it_may_have_come_out_twice() -> None:
    with loopback_printer("resets") as loopback:
        [job_no] = ordered(a_printer(loopback.address), *[f"A-{number:03}" for number in range(100)])
        [outcome] = send_waiting()
        assert outcome.state == "waiting"
        assert printing.require_job(job_no).reason.endswith(", may come out twice")
    put_masters([("printer", {"code": "ZEBRA", "address": closed_port()})])
    with held_at(LATER):
        assert send_waiting()[0].reason == "Connection refused"
    assert printing.require_job(job_no).reason == "Connection refused, may come out twice", "the doubt stays"
    with loopback_printer() as loopback, held_at(LATER + timedelta(hours=1)):
        put_masters([("printer", {"code": "ZEBRA", "address": loopback.address})])
        send_waiting()
    job = printing.require_job(job_no)
    assert (job.state, job.reason) == ("sent", "may have come out twice")


def test_a_printer_that_refuses_leaves_no_doubt() -> None:
    [job_no] = ordered(a_printer(closed_port()), "A-01")
    send_waiting()
    assert printing.require_job(job_no).reason == "Connection refused"


def test_a_host_name_that_cannot_be_one_is_a_reason_and_stops_nobody(tmp_path: Path) -> None:
    [wrong] = ordered(a_printer(f"{'x' * 70}.example:9100"), "A-01")
    [other] = ordered(a_printer(str(tmp_path / "p.zpl"), "OTHER", kind="file"), "A-02")
    send_waiting()
    assert printing.require_job(wrong).state == "waiting"
    assert printing.require_job(wrong).reason
    assert printing.require_job(other).state == "sent"


def test_a_pipe_that_nobody_reads_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    [job_no] = ordered(a_printer(str(tmp_path / "pipe"), kind="file"), "A-01")
    [outcome] = send_waiting()
    assert (outcome.state, outcome.reason) == ("waiting", "No such device or address")
    assert printing.require_job(job_no).attempts == 1


def test_a_device_that_takes_nothing_more_is_given_up_and_the_job_kept(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    ordered(a_printer(str(tmp_path / "pipe"), kind="file"), *[f"A-{number:03}" for number in range(100)])
    fcntl.fcntl(reader, fcntl.F_SETPIPE_SZ, 4096)
    [outcome] = send_waiting(stalled_s=0.2)
    os.close(reader)
    assert outcome.state == "waiting"
    assert "timed out after 4096 of" in outcome.reason
    [job] = printing.unsent_jobs()
    assert job.reason.endswith(", may come out twice")


def test_half_a_job_is_taken_off_a_file_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "labels.zpl"
    printer = a_printer(str(file), kind="file")
    ordered(printer, "A-01")
    send_waiting()
    before = file.read_bytes()
    ordered(printer, *[f"A-{number:03}" for number in range(100)])
    whole = os.write

    def full(number: int, data: bytes) -> int:
        if file.stat().st_size > len(before):
            raise OSError(errno.ENOSPC, "No space left on device")
        return whole(number, data)

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", full)
        [outcome] = send_waiting()
    assert (outcome.state, outcome.reason) == ("waiting", "No space left on device")
    assert file.read_bytes() == before
    with held_at(LATER):
        assert send_waiting()[0].state == "sent"
    assert len(labels_of(file.read_text())) == 101, "each label once"


def test_a_printer_that_is_switched_off_keeps_its_jobs_and_delays_no_other(tmp_path: Path) -> None:
    off = a_printer(str(tmp_path / "off.zpl"), "A-OFF", kind="file", blocked=True)
    [kept] = ordered(off, "A-01")
    ordered(a_printer(str(tmp_path / "on.zpl"), "ON", kind="file"), "A-02")
    assert [(one.printer_code, one.state) for one in send_waiting()] == [("ON", "sent")]
    assert printing.require_job(kept).state == "waiting"


def test_a_terminal_tries_again_by_itself_while_it_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "BACK_OFF_S", (0, 0, 0, 0, 0))
    monkeypatch.setattr(sending, "_LOOK_AGAIN_S", 0.02)
    [job_no] = ordered(a_printer(closed_port()), "A-01")
    on_its_way = Sending(printing.require_job(job_no))
    assert on_its_way.wait(30)
    with loopback_printer() as loopback:
        printing.retry([job_no])
        put_masters([("printer", {"code": "ZEBRA", "address": loopback.address})])
        if on_its_way.ended:  # all attempts were made before the printer was back
            on_its_way = Sending(printing.require_job(job_no))
        assert len(loopback.wait_for(1)) == 1
        on_its_way.stop(30)
    assert printing.require_job(job_no).state == "sent"
