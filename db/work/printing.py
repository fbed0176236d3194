"""The print queue: a job is a row, whole and durable, from the moment it was asked for, and stays one whatever becomes of it.

    waiting ──> sending ──> sent          its bytes went out; whether it was printed nobody knows: a raw port does not say
       ^           │
       ├───────────┤                      the attempt failed, or its process is gone: again after a pause, with the reason
       │           └──────> failed        the last attempt failed too; it waits for somebody
       └──────────────────────┘           `retry`, also of one that was sent (printed anew) or cancelled

    waiting, failed ──> cancelled         nobody wants it any more

Jobs of one printer go out one at a time, in the order in which they were asked for. Who sends takes a job with `take` and says
within `LEASE_S` that it is still at it (`still_sending`), or what became of it; otherwise the job is given to the next one. It
may then come out twice: a label too many is thrown away, a label too few is a package that nobody finds.
"""

from dataclasses import dataclass

from db.connection import fetch, for_update, in_write_transaction
from db.connection.session import Row, Write
from db.core import clock
from db.core.errors import N_, StocktermError, UnknownCode

WAITING, SENDING, SENT, FAILED, CANCELLED = "waiting", "sending", "sent", "failed", "cancelled"
STATES = (N_("waiting"), N_("sending"), N_("sent"), N_("failed"), N_("cancelled"))

BACK_OFF_S = (5, 15, 60, 180, 600)
"""Pauses after the first, second … failed attempt; after the last of them one more attempt is made."""

LEASE_S = 60
"""How long a sender may be silent before its job is given to another."""

DOUBT = ", may come out twice"
INTERRUPTED = N_("interrupted, may come out twice")
PERHAPS_TWICE = N_("may have come out twice")
"""The reason that a job keeps which was sent after an attempt that was cut off: nothing is printed twice unnoticed."""

_SECOND = 1_000_000


class NoPrinter(StocktermError):
    code = "no_printer"
    template = N_("No printer for labels at {location_code}. Nothing was printed.")
    location_code: str


@dataclass(frozen=True, slots=True)
class Printer:
    """One label printer. `kind`: port (host:port) or file (a folder, a file, a device). `blocked`: off, its jobs wait."""

    code: str
    name: str
    kind: str
    address: str
    width_mm: int
    height_mm: int
    dpi: int
    location_code: str
    blocked: bool


@dataclass(frozen=True, slots=True)
class PrintJob:
    """One job as people see it. `reason`: why the latest attempt came to nothing. Moments in microseconds, UTC."""

    job_no: int
    printer_code: str
    title: str
    label_count: int
    state: str
    attempts: int
    reason: str
    next_attempt_at: int
    user_code: str
    terminal: str
    created_at: int
    changed_at: int


@dataclass(frozen=True, slots=True)
class TakenJob:
    """A job in the hands of one sender, with all it needs. `doubtful`: an earlier attempt was cut off in the middle."""

    job_no: int
    data: str
    attempts: int
    printer: Printer
    sender: str
    doubtful: bool = False


# ---- printers

_PRINTER = "SELECT code, name, kind, address, width_mm, height_mm, dpi, location_code, blocked FROM printer"


def printers() -> list[Printer]:
    """All printers, by code."""
    return _printers(fetch(f"{_PRINTER} ORDER BY code"))


def _printers(rows: list[Row]) -> list[Printer]:
    return [Printer(*row) for row in rows]


def require_printer(code: str) -> Printer:
    """The printer with this (normalized) code. Raises `UnknownCode`."""
    rows = fetch(f"{_PRINTER} WHERE code = ?", (code,))
    if not rows:
        raise UnknownCode(field="printer", kind=N_("printer"), value=code)
    return _printers(rows)[0]


def printer_for(location_code: str, named: str = "") -> Printer:
    """Where labels of a terminal go: to the printer that is `named` for it; else to the first (by code) that stands at its
    location, else to the first that stands nowhere, each before one that is switched off; else to the only one there is.

    Raises `UnknownCode` for the name, `NoPrinter`.
    """
    if named:
        return require_printer(named)
    found = printers()
    near = [one for one in found if one.location_code in (location_code, "")]
    near.sort(key=lambda one: (one.blocked, one.location_code == "", one.code))
    if not near and len(found) != 1:
        raise NoPrinter(location_code=location_code or "?")
    return (near or found)[0]


# ---- asking for labels

_ENQUEUE = (
    "INSERT INTO print_job (printer_code, title, label_count, data, state, attempts, reason, next_attempt_at, sender,"
    " user_code, terminal, created_at, changed_at) VALUES (?, ?, ?, ?, 'waiting', 0, '', 0, '', ?, ?, ?, ?)"
)


def enqueue(printer_code: str, data: str, *, title: str, label_count: int = 1, user_code: str = "", terminal: str = "") -> int:
    """Put a job into the queue, in a transaction of its own; its number. `data` is what the printer takes (ZPL), whole."""
    statement, [row] = queued(printer_code, data, title=title, label_count=label_count, user_code=user_code, terminal=terminal)
    return int(in_write_transaction(lambda: fetch(f"{statement} RETURNING job_no", row))[0][0])


def queued(printer_code: str, data: str, *, title: str, label_count: int = 1, user_code: str = "", terminal: str = "") -> Write:
    """The same as a write, for a transaction that is open: the label is asked for exactly when what it belongs to is posted."""
    assert data, "a job without anything to print"
    moment = clock.now_microseconds()
    row = (printer_code, title[:100], label_count, data, user_code, terminal[:60], moment, moment)
    return _ENQUEUE, [row]


def at_once(printer_code: str) -> Write:
    """What pauses after a failed attempt is due now: somebody stands at the printer, and labels come out in their order."""
    return "UPDATE print_job SET next_attempt_at = 0 WHERE state = 'waiting' AND printer_code = ?", [(printer_code,)]


# ---- sending

_NEXT = (
    "SELECT job_no, data, attempts, next_attempt_at, reason FROM print_job j WHERE state = 'waiting' AND printer_code = ?"
    " AND NOT EXISTS (SELECT 1 FROM print_job o WHERE o.state = 'sending' AND o.printer_code = j.printer_code)"
    " ORDER BY job_no LIMIT 1"
)


def take(sender: str, printer_code: str | None = None) -> TakenJob | None:
    """The next job that is due, of one printer or of any, now in the hands of `sender`; None where nothing is due.

    Jobs whose sender has been silent for too long are given back first. Those of a printer that is switched off wait.
    """

    def work() -> TakenJob | None:
        where, params = ("", ()) if printer_code is None else (" WHERE code = ?", (printer_code,))
        found = _printers(fetch(for_update(f"{_PRINTER}{where} ORDER BY code"), params))
        now = clock.now_microseconds()
        fetch(
            "UPDATE print_job SET state = 'waiting', reason = ?, next_attempt_at = ?, sender = '', changed_at = ?"
            " WHERE state = 'sending' AND changed_at < ?",
            (INTERRUPTED, now, now, now - LEASE_S * _SECOND),
        )
        for printer in (one for one in found if not one.blocked):
            for job_no, data, attempts, due, reason in fetch(_NEXT, (printer.code,)):
                if due <= now:
                    fetch(
                        "UPDATE print_job SET state = 'sending', sender = ?, attempts = attempts + 1, changed_at = ?"
                        " WHERE job_no = ?",
                        (sender, now, job_no),
                    )
                    return TakenJob(job_no, data, attempts + 1, printer, sender, reason.endswith(DOUBT))
        return None

    return in_write_transaction(work)


def still_sending(job: TakenJob) -> bool:
    """Say that the sender is at it; false where the job was given to another meanwhile: stop."""
    return _change(job, "changed_at = ?", (clock.now_microseconds(),))


def note_sent(job: TakenJob) -> bool:
    """All bytes went out. False where the job was given to another meanwhile."""
    reason = PERHAPS_TWICE if job.doubtful else ""
    return _change(job, "state = 'sent', reason = ?, sender = '', changed_at = ?", (reason, clock.now_microseconds()))


def note_failure(job: TakenJob, reason: str, *, cut_off: bool = False) -> str:
    """The attempt came to nothing: wait and try again, or, after the last attempt, stay as failed. Returns the new state.

    `cut_off`: the printer has taken a part of it, and the next attempt sends the whole again.
    """
    now = clock.now_microseconds()
    last = job.attempts > len(BACK_OFF_S)
    state = FAILED if last else WAITING
    due = now if last else now + BACK_OFF_S[job.attempts - 1] * _SECOND
    assert reason, "a failure needs its reason"
    reason = reason[: 200 - len(DOUBT)] + (DOUBT if cut_off or job.doubtful else "")
    _change(job, "state = ?, reason = ?, next_attempt_at = ?, sender = '', changed_at = ?", (state, reason, due, now))
    return state


def _change(job: TakenJob, settings: str, params: tuple[object, ...]) -> bool:
    sql = (
        f"UPDATE print_job SET {settings} WHERE job_no = ? AND state = 'sending' AND sender = ? AND attempts = ? RETURNING job_no"
    )
    return bool(in_write_transaction(lambda: fetch(sql, (*params, job.job_no, job.sender, job.attempts))))


# ---- what became of it

_JOB = (
    "SELECT job_no, printer_code, title, label_count, state, attempts, reason, next_attempt_at, user_code, terminal, created_at,"
    " changed_at FROM print_job"
)


def require_job(job_no: int) -> PrintJob:
    """One job, whatever has become of it. Raises `UnknownCode`."""
    rows = fetch(f"{_JOB} WHERE job_no = ?", (job_no,))
    if not rows:
        raise UnknownCode(field="job", kind=N_("print job"), value=str(job_no))
    return PrintJob(*rows[0])


_UNSENT = "state IN ('waiting', 'sending', 'failed')"


def unsent_jobs(*, limit: int = 1_000) -> list[PrintJob]:
    """What is waiting, being sent, or failed, oldest first."""
    return _jobs(fetch(f"{_JOB} WHERE {_UNSENT} ORDER BY job_no LIMIT ?", (limit,)))


def last_job_of(user_code: str, terminal: str, printer_code: str) -> PrintJob | None:
    """The latest job that this user asked for at this terminal from this printer."""
    where = "user_code = ? AND terminal = ? AND printer_code = ?"
    rows = fetch(f"{_JOB} WHERE {where} ORDER BY job_no DESC LIMIT 1", (user_code, terminal[:60], printer_code))
    return PrintJob(*rows[0]) if rows else None


def last_waiting_of(user_code: str) -> PrintJob | None:
    """The latest job of this user that somebody should still send."""
    rows = fetch(f"{_JOB} WHERE state IN ('waiting', 'sending') AND user_code = ? ORDER BY job_no DESC LIMIT 1", (user_code,))
    return PrintJob(*rows[0]) if rows else None


def last_jobs(*, limit: int = 50) -> list[PrintJob]:
    """The latest jobs in any state, newest first."""
    return _jobs(fetch(f"{_JOB} ORDER BY job_no DESC LIMIT ?", (limit,)))


def _jobs(rows: list[Row]) -> list[PrintJob]:
    return [PrintJob(*row) for row in rows]


def unsent_count() -> dict[str, int]:
    """How many jobs are waiting, being sent and failed: for a line on a supervisor's screen."""
    found: dict[str, int] = dict(fetch(f"SELECT state, COUNT(*) FROM print_job WHERE {_UNSENT} GROUP BY state"))
    return {state: int(found.get(state, 0)) for state in (WAITING, SENDING, FAILED)}


def again(job_no: int) -> Write:
    """Send this job with a full set of attempts, whatever became of it, as a write; not where it is being sent just now."""
    statement = (
        "UPDATE print_job SET state = 'waiting', attempts = 0, next_attempt_at = 0, changed_at = ?"
        " WHERE job_no = ? AND state <> 'sending'"
    )
    return statement, [(clock.now_microseconds(), job_no)]


def retry(job_nos: list[int] | None = None) -> int:
    """Send again at once, with a full set of attempts: these jobs (also sent or cancelled ones), or None: all that failed or
    pause. Returns how many; a job that is being sent is left alone. Raises `UnknownCode`."""

    def work() -> int:
        changed = clock.now_microseconds()
        settings = "UPDATE print_job SET state = 'waiting', attempts = 0, next_attempt_at = 0, changed_at = ? WHERE "
        if job_nos is None:
            return len(fetch(f"{settings} state IN ('failed', 'waiting') RETURNING job_no", (changed,)))
        for job_no in job_nos:
            require_job(job_no)
        sql = f"{settings} job_no = ? AND state <> 'sending' RETURNING job_no"
        return sum(len(fetch(sql, (changed, job_no))) for job_no in job_nos)

    return in_write_transaction(work)


def cancel(job_no: int, reason: str) -> bool:
    """Nobody wants this job any more, and `reason` says who said so. False where it is being sent, was sent, or was cancelled.

    Raises `UnknownCode`.
    """

    def work() -> bool:
        require_job(job_no)
        sql = (
            "UPDATE print_job SET state = 'cancelled', reason = ?, changed_at = ?"
            " WHERE job_no = ? AND state IN ('waiting', 'failed') RETURNING job_no"
        )
        return bool(fetch(sql, (reason[:200], clock.now_microseconds(), job_no)))

    return in_write_transaction(work)
