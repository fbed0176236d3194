"""From the queue to the printers: raw TCP ports, files, folders.

A raw port says nothing back. A job counts as sent when all bytes were taken, our side of the connection was closed, and the other
side did not answer that with a reset; everything else is a failure with its reason, and the job is tried again later. While a
printer holds the stream back (it prints as fast as it prints) the queue is told that we are still at it.
"""

import errno
import logging
import os
import select
import socket
import stat
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from db.connection import connection_scope
from db.core.errors import StocktermError
from db.masters.printers import PORT, host_and_port
from db.work import printing
from db.work.printing import PrintJob, TakenJob

logger = logging.getLogger(__name__)

CONNECT_S = 5.0
STALLED_S = 20.0
"""So long a printer may take nothing before the attempt is given up; shorter than the queue's patience with us."""

_LAST_WORD_S = 0.5  # how long we listen for a reset after the last byte
_CHUNK = 4096
_TELL_QUEUE_S = 10.0
_LOOK_AGAIN_S = 1.0
_LOOK_AGAIN_AT_MOST_S = 15.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one attempt: the state of the job after it (`sent`, `waiting`, `failed`); if not sent, why; if sent, whether
    it may have come out twice."""

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


class _CutOff(Exception):
    """The printer has taken a part of the job, and the rest did not go out."""


def _send_one(job: TakenJob, stalled_s: float) -> Outcome:
    try:
        if job.printer.kind == PORT:
            _to_port(job, stalled_s)
        else:
            _to_file(job, stalled_s)
    except (OSError, ValueError, StocktermError, _CutOff) as problem:  # ValueError: a host name that cannot be one
        reason = _in_a_line(problem)
        state = printing.note_failure(job, reason, cut_off=isinstance(problem, _CutOff))
        return Outcome(job.job_no, job.printer.code, state, reason)
    printing.note_sent(job)
    return Outcome(job.job_no, job.printer.code, printing.SENT, printing.PERHAPS_TWICE if job.doubtful else "")


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
                kind = _CutOff if sent else OSError
                raise kind(f"{_in_a_line(problem)} after {sent} of {len(data)} bytes") from problem
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
            raise _CutOff(f"hung up after {sent} bytes: {_in_a_line(problem)}") from problem


def _to_file(job: TakenJob, stalled_s: float) -> None:
    path = Path(job.printer.address)
    data = job.data.encode()
    if not path.is_dir():
        _append(path, data, stalled_s)
        return
    target = path / f"job-{job.job_no:08}.zpl"
    unfinished = target.with_suffix(".part")
    with unfinished.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(target)  # whoever watches the folder never sees half a job


def _append(path: Path, data: bytes, stalled_s: float) -> None:
    """To a file or a device. A pipe that nobody reads is refused, not waited for; half a job is taken off a file again."""
    number = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK, 0o666)
    try:
        is_file = stat.S_ISREG(os.fstat(number).st_mode)
        before, sent = os.fstat(number).st_size, 0
        try:
            while sent < len(data):
                if not is_file and not select.select([], [number], [], stalled_s)[1]:
                    raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
                sent += os.write(number, data[sent : sent + _CHUNK])
            if is_file:
                os.fsync(number)
        except OSError as problem:
            if is_file:
                os.ftruncate(number, before)
            if is_file or not sent:
                raise
            raise _CutOff(f"{_in_a_line(problem)} after {sent} of {len(data)} bytes") from problem
    finally:
        os.close(number)


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


class Sending:
    """One job on its way, in a thread with its own connection: sent at once, and tried again as the queue says, until it is sent,
    has failed for good, was cancelled, or the terminal closes. What else is due goes out with it.

    For terminals, after a job was queued. Nothing is kept here only: whatever ends the thread, the job is in the queue.
    """

    def __init__(self, job: PrintJob) -> None:
        self.job = job
        """As it was seen last."""
        self._tried, self._stopped = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._work, name="labels", daemon=True)
        self._thread.start()

    def wait(self, seconds: float) -> bool:
        """Wait for what comes of the first attempt; false: it is not known yet."""
        return self._tried.wait(seconds)

    @property
    def ended(self) -> bool:
        """Whether nothing more will be tried from here."""
        return not self._thread.is_alive()

    def stop(self, seconds: float = 0) -> None:
        """No further attempt; one that is under way is waited for, not for long."""
        self._stopped.set()
        self._thread.join(seconds)

    def _work(self) -> None:
        try:
            with connection_scope():
                pause = _LOOK_AGAIN_S
                while self._step() and not self._stopped.wait(pause):
                    pause = min(2 * pause, _LOOK_AGAIN_AT_MOST_S)  # looking is a write, and others write too
        except StocktermError:
            logger.warning("job %s stays in the queue: stockterm labels send", self.job.job_no, exc_info=True)
        self._tried.set()

    def _step(self) -> bool:
        """Send what is due, this printer's first; whether the job still waits."""
        send_waiting(self.job.printer_code)
        self.job = printing.require_job(self.job.job_no)
        if self.job.state != printing.SENDING:  # else another process has it in hand
            self._tried.set()
        send_waiting()
        return self.job.state in (printing.WAITING, printing.SENDING)
