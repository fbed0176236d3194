"""Who has what in hand, and at which terminal. One row a user; taking the work up raises its number and locks out the other terminal."""

from dataclasses import dataclass

from db.connection import fetch, for_update, in_write_transaction, write_batch
from db.connection.session import Write
from db.core import clock

_COLUMNS = "user_code, session_no, terminal, signed_in, location_code, state, pending, scan_count, seen_at"


@dataclass(frozen=True, slots=True)
class WorkInHand:
    """The row. `state` is the flows' own text (JSON) or blank; `seen_at` in microseconds, UTC."""

    user_code: str
    session_no: int
    terminal: str
    signed_in: bool
    location_code: str
    state: str
    pending: str
    scan_count: int
    seen_at: int


def of_user(user_code: str) -> WorkInHand | None:
    """What the user has in hand, wherever."""
    rows = fetch(f"SELECT {_COLUMNS} FROM work_session WHERE user_code = ?", (user_code,))  # noqa: S608
    return _row(rows[0]) if rows else None


def at_terminal(terminal: str) -> WorkInHand | None:
    """Whose work was left open at this terminal, the latest first: a program that was killed, a line that broke."""
    sql = f"SELECT {_COLUMNS} FROM work_session WHERE terminal = ? AND signed_in ORDER BY seen_at DESC LIMIT 1"  # noqa: S608
    rows = fetch(sql, (terminal,))
    return _row(rows[0]) if rows else None


def _row(row: tuple[object, ...]) -> WorkInHand:
    user_code, session_no, terminal, signed_in, location_code, state, pending, scan_count, seen_at = row
    return WorkInHand(
        str(user_code),
        int(str(session_no)),
        str(terminal),
        bool(signed_in),
        str(location_code),
        str(state),
        str(pending),
        int(str(scan_count)),
        int(str(seen_at)),
    )


def take_up(user_code: str, terminal: str) -> tuple[WorkInHand, WorkInHand | None]:
    """Sign the user in at this terminal and give it the work. Returns the work as it is now, and as it was before (None: none)."""

    def work() -> tuple[WorkInHand, WorkInHand | None]:
        moment = clock.now_microseconds()
        rows = fetch(for_update(f"SELECT {_COLUMNS} FROM work_session WHERE user_code = ?"), (user_code,))  # noqa: S608
        before = _row(rows[0]) if rows else None
        if before is None:
            now = WorkInHand(user_code, 1, terminal, True, "", "", "", 0, moment)
            write_batch([("INSERT INTO work_session VALUES (?, 1, ?, TRUE, '', '', '', 0, ?, ?)", [(user_code, terminal, moment, moment)])])
            return now, None
        kept = before.signed_in and before.terminal == terminal
        now = WorkInHand(
            user_code,
            before.session_no + 1,
            terminal,
            True,
            before.location_code,
            before.state,
            before.pending,
            before.scan_count if kept else 0,
            moment,
        )
        write_batch(
            [
                (
                    "UPDATE work_session SET session_no = ?, terminal = ?, signed_in = TRUE, scan_count = ?, started_at = ?, seen_at = ?"
                    " WHERE user_code = ?",
                    [(now.session_no, terminal, now.scan_count, moment, moment, user_code)],
                )
            ]
        )
        return now, before

    return in_write_transaction(work)


_SAVE = (
    "UPDATE work_session SET location_code = ?, state = ?, pending = '', scan_count = ?, signed_in = ?, seen_at = ?"
    " WHERE user_code = ? AND session_no = ? RETURNING session_no"
)


def save(work: WorkInHand) -> bool:
    """Write down the state of the work, inside a transaction. False: another terminal has taken it up, and nothing was written."""
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


def give_state(user_code: str, location_code: str, state: str) -> Write:
    """The work that another user hands on by a change of badge: it becomes the state of `user_code`'s own row."""
    return (
        "UPDATE work_session SET location_code = ?, state = ? WHERE user_code = ?",
        [(location_code, state, user_code)],
    )


def sign_out(user_code: str, session_no: int) -> Write:
    """The user leaves this terminal; the work stays as it is."""
    return "UPDATE work_session SET signed_in = FALSE WHERE user_code = ? AND session_no = ?", [(user_code, session_no)]


def save_pending(user_code: str, session_no: int, text: str) -> None:
    """Keep half-typed text, for a session that is taken up again."""

    def work() -> None:
        fetch("UPDATE work_session SET pending = ? WHERE user_code = ? AND session_no = ?", (text[:1_000], user_code, session_no))

    in_write_transaction(work)
