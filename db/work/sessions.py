"""Who has what in hand, and at which terminal.

One row a user; taking the work up raises its number and so locks out the terminal that had it.
"""

import os
import socket
from dataclasses import dataclass, replace

from db.connection import fetch, for_update, in_write_transaction, write_batch
from db.connection.session import Write
from db.core import clock

_COLUMNS = "user_code, session_no, terminal, process, signed_in, location_code, state, pending, scan_count, seen_at"


@dataclass(frozen=True, slots=True)
class WorkInHand:
    """The row. `process`: who had it last (`this_process`). `state` is the flows' own text (JSON) or blank; `seen_at` in
    microseconds, UTC."""

    user_code: str
    session_no: int
    terminal: str
    process: str
    signed_in: bool
    location_code: str
    state: str
    pending: str
    scan_count: int
    seen_at: int


def of_user(user_code: str) -> WorkInHand | None:
    """What the user has in hand, wherever."""
    rows = fetch(f"SELECT {_COLUMNS} FROM work_session WHERE user_code = ?", (user_code,))
    return _row(rows[0]) if rows else None


def at_terminal(terminal: str) -> WorkInHand | None:
    """Whose work was left open at this terminal, the latest first: a program that was killed, a line that broke."""
    sql = f"SELECT {_COLUMNS} FROM work_session WHERE terminal = ? AND signed_in ORDER BY seen_at DESC LIMIT 1"
    rows = fetch(sql, (terminal,))
    return _row(rows[0]) if rows else None


def _row(row: tuple[object, ...]) -> WorkInHand:
    user_code, session_no, terminal, process, signed_in, location_code, state, pending, scan_count, seen_at = row
    return WorkInHand(
        str(user_code),
        int(str(session_no)),
        str(terminal),
        str(process),
        bool(signed_in),
        str(location_code),
        str(state),
        str(pending),
        int(str(scan_count)),
        int(str(seen_at)),
    )


def this_process() -> str:
    """Host and number of this process."""
    return f"{os.getpid()} {socket.gethostname()}"[:90]


def may_still_run(process: str) -> bool:
    """Whether the process that had the work may be alive: another one of this host that is, or one of another host."""
    number, _space, host = process.partition(" ")
    if process == this_process() or not number.isdigit():
        return False
    if host != socket.gethostname()[:80]:
        return True
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # it is somebody else's
    return True


def take_up(user_code: str, terminal: str) -> tuple[WorkInHand, WorkInHand | None]:
    """Sign the user in at this terminal and give it the work. Returns the work as it is now, and as it was (None: none)."""
    return in_write_transaction(lambda: take_up_inside(user_code, terminal))


def take_up_inside(user_code: str, terminal: str) -> tuple[WorkInHand, WorkInHand | None]:
    """`take_up` inside a transaction that does more."""
    moment = clock.now_microseconds()
    rows = fetch(for_update(f"SELECT {_COLUMNS} FROM work_session WHERE user_code = ?"), (user_code,))
    if not rows:
        sql = (
            "INSERT INTO work_session (user_code, session_no, terminal, process, signed_in, location_code, state, pending,"
            " scan_count, started_at, seen_at) VALUES (?, 1, ?, ?, TRUE, '', '', '', 0, ?, ?)"
        )
        fetch(sql, (user_code, terminal, this_process(), moment, moment))
        return WorkInHand(user_code, 1, terminal, this_process(), True, "", "", "", 0, moment), None
    before = _row(rows[0])
    now = replace(
        before,
        session_no=before.session_no + 1,
        terminal=terminal,
        process=this_process(),
        signed_in=True,
        scan_count=before.scan_count if before.signed_in else 0,
        seen_at=moment,
    )
    fetch(
        "UPDATE work_session SET session_no = ?, terminal = ?, process = ?, signed_in = TRUE, scan_count = ?, started_at = ?,"
        " seen_at = ? WHERE user_code = ?",
        (now.session_no, terminal, now.process, now.scan_count, moment, moment, user_code),
    )
    return now, before


_SAVE = (
    "UPDATE work_session SET location_code = ?, state = ?, pending = '', scan_count = ?, signed_in = ?, seen_at = ?"
    " WHERE user_code = ? AND session_no = ? RETURNING session_no"
)


def save(work: WorkInHand) -> bool:
    """Write down the state of the work, inside a transaction. False: another terminal has it now, and nothing was written."""
    row = (
        work.location_code,
        work.state,
        work.scan_count,
        work.signed_in,
        clock.now_microseconds(),
        work.user_code,
        work.session_no,
    )
    return bool(fetch(_SAVE, row))


def sign_out(user_code: str, session_no: int) -> Write:
    """The user leaves this terminal; the work stays as it is."""
    return "UPDATE work_session SET signed_in = FALSE WHERE user_code = ? AND session_no = ?", [(user_code, session_no)]


def leave(user_code: str, session_no: int, text: str) -> None:
    """The user is no longer at this terminal; the work stays as it is, half-typed text included."""

    def work() -> None:
        write_batch([sign_out(user_code, session_no)])
        fetch("UPDATE work_session SET pending = ? WHERE user_code = ? AND session_no = ?", (text[:1_000], user_code, session_no))

    in_write_transaction(work)


def end(user_code: str) -> WorkInHand | None:
    """Sign the user out wherever that is: the terminal writes nothing more, and is told. The work stays; it is returned."""

    def work() -> WorkInHand | None:
        sql = "UPDATE work_session SET session_no = session_no + 1, signed_in = FALSE WHERE user_code = ?"
        rows = fetch(f"{sql} RETURNING {_COLUMNS}", (user_code,))
        return _row(rows[0]) if rows else None

    return in_write_transaction(work)


def leave_state(work: WorkInHand, state: str) -> Write:
    """Write down what is left in the hands of a user who is signed out, unless somebody took the work up meanwhile."""
    sql = "UPDATE work_session SET state = ? WHERE user_code = ? AND session_no = ? AND NOT signed_in"
    return sql, [(state, work.user_code, work.session_no)]


@dataclass(frozen=True, slots=True)
class Presence:
    """One user's work, and how many scans of it wait to be applied."""

    work: WorkInHand
    started_at: int
    waiting: int


def all_work() -> list[Presence]:
    """Who has, or had, work in hand, the latest first: one row a user."""
    sql = (
        f"SELECT {_COLUMNS}, started_at, (SELECT COUNT(*) FROM scan_log s WHERE s.user_code = w.user_code AND s.waiting)"
        " FROM work_session w ORDER BY seen_at DESC, user_code"
    )
    return [Presence(_row(row[:-2]), int(row[-2]), int(row[-1])) for row in fetch(sql)]


def save_pending(user_code: str, session_no: int, text: str) -> None:
    """Keep half-typed text, for a session that is taken up again."""

    def work() -> None:
        fetch("UPDATE work_session SET pending = ? WHERE user_code = ? AND session_no = ?", (text[:1_000], user_code, session_no))

    in_write_transaction(work)
