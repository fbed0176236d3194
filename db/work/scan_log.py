"""The scan log: every scan is here, durable, before anything is done with it, and here is whether it was.

saved ──> applied          it did what it means
  │  └──> refused          it was an error (`note` has the code), or its session had been taken over
  └────> held ──> saved    scanned while an error or a question waited; applied when the worker says so
           └────> discarded
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from db.connection import fetch, fetch_batch, for_update, in_write_transaction, write_batch
from db.connection.session import Write
from db.core import clock

SAVED, HELD, APPLIED, REFUSED, DISCARDED = "saved", "held", "applied", "refused", "discarded"


@dataclass(frozen=True, slots=True)
class SavedScan:
    """One row that has not been dealt with.

    `command`: `raw` is a command's label. `certain`: a scan that is certainly from a reader, a command certainly from a key.
    """

    scan_no: int
    raw: str
    command: bool
    certain: bool
    status: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer to saving: its number, what has become of it so far, and whether the session still has the work in hand."""

    scan_no: int
    status: str
    in_hand: bool


_SESSION = "SELECT session_no FROM work_session WHERE user_code = ?"
_TAKEN_ELSEWHERE = (
    "UPDATE scan_log SET status = 'refused', waiting = FALSE, note = 'taken_up' WHERE scan_no = ? AND status = 'saved'"
)
_SAVE = (
    "INSERT INTO scan_log (scan_id, user_code, session_no, terminal, scanned_at, raw, command, certain, status, waiting, note)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '') ON CONFLICT (scan_id) DO UPDATE SET scan_id = excluded.scan_id"
    " RETURNING scan_no, status"
)


def save(
    scan_id: str, *, user_code: str, session_no: int, terminal: str, raw: str, command: bool, certain: bool, status: str = SAVED
) -> Receipt:
    """Commit one scan to the log, before it is acted on.

    Saving the same `scan_id` again changes nothing and tells what became of it. Where the work was taken up at another terminal
    meanwhile, the scan is logged as refused: it is not theirs to apply.
    """
    row = (scan_id, user_code, session_no, terminal, clock.now_microseconds(), _printable(raw), command, certain, status, True)

    def work() -> Receipt:
        current, saved = fetch_batch([(for_update(_SESSION), (user_code,)), (_SAVE, row)])
        scan_no, status = saved[0]
        in_hand = bool(current) and current[0][0] == session_no
        if not in_hand:
            fetch(_TAKEN_ELSEWHERE, (scan_no,))
        return Receipt(scan_no, status, in_hand)

    return in_write_transaction(work)


@dataclass(frozen=True, slots=True)
class Brought:
    """A scan from the file of a terminal. `scanned_at`: microseconds, UTC, by that terminal's clock."""

    scan_id: str
    raw: str
    command: bool
    certain: bool
    scanned_at: int


_BRING = (
    "INSERT INTO scan_log (scan_id, user_code, session_no, terminal, scanned_at, raw, command, certain, status, waiting, note)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (scan_id) DO NOTHING"
)
_BROUGHT = "UPDATE work_session SET pending = ?, seen_at = CASE WHEN seen_at < ? THEN ? ELSE seen_at END WHERE user_code = ?"


def bring_in(
    scans: Sequence[Brought], *, user_code: str, session_no: int, terminal: str, typed: str | None = None, typed_at: int = 0
) -> bool:
    """Commit what was scanned while the database was away, in order, and the half-typed text behind it.

    What is in the log already stays as it is. The next session of the user applies the rest, as it does after a kill. False: the
    work was taken up elsewhere meanwhile; then they are logged as refused, and nothing of them is applied.
    """

    def work() -> bool:
        current = fetch(for_update(_SESSION), (user_code,))
        in_hand = bool(current) and current[0][0] == session_no
        status, note = (SAVED, "") if in_hand else (REFUSED, "taken_up")
        rows = [
            (one.scan_id, user_code, session_no, terminal, one.scanned_at, _printable(one.raw), one.command, one.certain,
             status, in_hand, note)
            for one in scans
        ]  # fmt: skip
        latest = max([one.scanned_at for one in scans], default=typed_at)
        writes: list[Write] = [(_BRING, rows)] if rows else []
        if in_hand:
            writes.append((_BROUGHT, [((typed or "")[:1_000], latest, latest, user_code)]))
        write_batch(writes)
        return in_hand

    return in_write_transaction(work)


def note(user_code: str, session_no: int, terminal: str, scan_id: str, raw: str) -> Write:
    """A scan that was dealt with at once (at sign-in, where what is entered may be secret and is not written down as it came)."""
    row = (scan_id, user_code, session_no, terminal, clock.now_microseconds(), _printable(raw), False, False, APPLIED, False)
    return _SAVE, [row]


def mark(scan_no: int, status: str, note: str = "") -> Write:
    """What became of a scan. Only one that still waits is marked: what another terminal dealt with stays as it is."""
    waiting = status in (SAVED, HELD)
    sql = "UPDATE scan_log SET status = ?, waiting = ?, note = ? WHERE scan_no = ? AND waiting"
    return sql, [(status, waiting, note[:200], scan_no)]


def waiting(user_code: str) -> list[SavedScan]:
    """What the user scanned that has not been dealt with, in order."""
    rows = fetch(
        "SELECT scan_no, raw, command, certain, status FROM scan_log WHERE user_code = ? AND waiting ORDER BY scan_no",
        (user_code,),
    )
    return [SavedScan(no, raw, bool(command), bool(certain), status) for no, raw, command, certain, status in rows]


def redact(scan_no: int, raw: str) -> Write:
    """What was scanned turned out to be a badge: keep whose, not its text."""
    return "UPDATE scan_log SET raw = ? WHERE scan_no = ?", [(raw, scan_no)]


def give_waiting(from_user: str, to_user: str) -> Write:
    """The worker changed by badge: what was scanned behind it belongs to the new one."""
    return "UPDATE scan_log SET user_code = ? WHERE user_code = ? AND waiting", [(to_user, from_user)]


def hold_saved(user_code: str) -> Write:
    """An error or a question came up: what was saved behind it is held until the worker chooses."""
    return "UPDATE scan_log SET status = 'held' WHERE user_code = ? AND waiting AND status = 'saved'", [(user_code,)]


def release_held(user_code: str) -> Write:
    """The worker chose to apply what was held."""
    return "UPDATE scan_log SET status = 'saved' WHERE user_code = ? AND waiting AND status = 'held'", [(user_code,)]


def discard_held(user_code: str) -> Write:
    """The worker chose to drop what was held. It stays in the log."""
    sql = "UPDATE scan_log SET status = 'discarded', waiting = FALSE WHERE user_code = ? AND waiting AND status = 'held'"
    return sql, [(user_code,)]


KEPT_DAYS = 90
_AT_ONCE = 5_000
_FORGET = (
    "DELETE FROM scan_log WHERE scan_no IN"
    " (SELECT scan_no FROM scan_log WHERE NOT waiting AND scanned_at < ? ORDER BY scan_no LIMIT ?) RETURNING scan_no"
)


def forget_before(moment: int, told: Callable[[int], None] = lambda _count: None) -> int:
    """Delete what was scanned before a moment (microseconds, UTC) and has been dealt with; what still waits stays, however old.

    In steps of some thousand, so that no terminal waits for it; `told` hears of each. Returns how many there were.
    """
    count = 0
    while gone := len(in_write_transaction(lambda: fetch(_FORGET, (moment, _AT_ONCE)))):
        count += gone
        told(count)
    return count


def _printable(raw: str) -> str:
    """PostgreSQL keeps no NUL in a text, and readers mean nothing by it."""
    return raw.replace("\x00", "")
