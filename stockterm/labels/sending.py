"""From the queue to the printers: raw TCP ports, files, folders.

A raw port says nothing back. A job counts as sent when all bytes were taken, our side of the connection was closed, and the other
side did not answer that with a reset; everything else is a failure with its reason, and the job is tried again later. While a
printer holds the stream back (it prints as fast as it prints) the queue is told that we are still at it.
"""

import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from db.connection import connection_scope
from db.core.errors import StocktermError
from db.masters.printers import PORT, host_and_port
from db.work import printing
from db.work.printing import TakenJob

CONNECT_S = 5.0
STALLED_S = 20.0
"""So long a printer may take nothing before the attempt is given up; shorter than the queue's patience with us."""

_LAST_WORD_S = 0.5  # how long we listen for a reset after the last byte
_CHUNK = 4096
_TELL_QUEUE_S = 10.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one attempt: the state of the job after it (`sent`, `waiting`, `failed`) and, if not sent, why."""

    job_no: int
    printer_code: str
    state: str
    reason: str = ""


def send_waiting(printer_code: str | None = None, *, stalled_s: float = STALLED_S) -> list[Outcome]:
    """Send everything that is due, for one printer or for all; what became of each attempt."""
    outcomes = []
    while (job := printing.take(sender_name(), printer_code)) is not None:
        outcomes.append(_send_one(job, stalled_s))
    return outcomes


def _send_one(job: TakenJob, stalled_s: float) -> Outcome:
    try:
        if job.printer.kind == PORT:
            _to_port(job, stalled_s)
        else:
            _to_file(job)
    except (OSError, StocktermError) as problem:
        reason = _in_a_line(problem)
        return Outcome(job.job_no, job.printer.code, printing.note_failure(job, reason), reason)
    printing.note_sent(job)
    return Outcome(job.job_no, job.printer.code, printing.SENT)


def _in_a_line(problem: Exception) -> str:
    text = problem.strerror if isinstance(problem, OSError) and problem.strerror else str(problem)
    return " ".join((text or type(problem).__name__).split())


def _to_port(job: TakenJob, stalled_s: float) -> None:
    host, port = host_and_port(job.printer.address)
    data = memoryview(job.data.encode())
    with socket.create_connection((host, port), timeout=CONNECT_S) as connection:
        connection.settimeout(stalled_s)
        told, sent = time.monotonic(), 0
        while sent < len(data):
            try:
                sent += connection.send(data[sent : sent + _CHUNK])
            except OSError as problem:
                raise OSError(problem.errno, f"{_in_a_line(problem)} after {sent} of {len(data)} bytes") from problem
            if time.monotonic() - told > _TELL_QUEUE_S:
                printing.still_sending(job)
                told = time.monotonic()
        connection.settimeout(_LAST_WORD_S)
        try:
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(_CHUNK):
                pass
        except TimeoutError:
            pass  # most printers keep the connection open and say nothing
        except OSError as problem:
            raise OSError(problem.errno, f"hung up after {sent} bytes: {_in_a_line(problem)}") from problem


def _to_file(job: TakenJob) -> None:
    path = Path(job.printer.address)
    data = job.data.encode()
    if not path.is_dir():
        with path.open("ab") as file:
            file.write(data)
            _make_durable(file.fileno(), file.flush)
        return
    target = path / f"job-{job.job_no:08}.zpl"
    unfinished = target.with_suffix(".part")
    with unfinished.open("wb") as file:
        file.write(data)
        _make_durable(file.fileno(), file.flush)
    unfinished.replace(target)  # whoever watches the folder never sees half a job


def _make_durable(number: int, flush: Callable[[], None]) -> None:
    flush()
    with suppress(OSError):  # a device cannot be synced
        os.fsync(number)


def sender_name() -> str:
    """This process and thread, as the queue knows them."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{threading.get_ident()}"


# ---- beside other work


def keep_sending(stop: threading.Event, *, every_s: float = 2.0, tell: Callable[[Outcome], None] | None = None) -> None:
    """Send what is due until `stop` is set, in the calling thread, which needs its connection."""
    while not stop.is_set():
        for outcome in send_waiting():
            if tell is not None:
                tell(outcome)
        stop.wait(every_s)


_sending = threading.Lock()


def send_in_background() -> threading.Thread:
    """Send what is due in a thread of its own, with its own connection, and return at once. For terminals, after a job was
    queued.

    One thread at a time: a job that is queued meanwhile is seen by the one that is running or by the next. Errors stay in the
    queue.
    """

    def work() -> None:
        with _sending, suppress(StocktermError), connection_scope():
            send_waiting()

    thread = threading.Thread(target=work, name="labels", daemon=True)
    thread.start()
    return thread
