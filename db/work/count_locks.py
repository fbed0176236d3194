"""Bins that are locked while somebody counts in them, for orders that want it: postings there are refused meanwhile.

A bin is locked from when it is opened in a recording until that recording is handed in, thrown away, or a supervisor releases the
bin. Released it stays so for that recording. Source: operations reference §6.5, freeze policy.
"""

from dataclasses import dataclass

from db.connection import fetch, in_write_transaction
from db.connection.session import Write
from db.core import clock
from db.core.errors import NothingToDo, phrase
from db.work.count_recordings import Recording


@dataclass(frozen=True, slots=True)
class LockedBin:
    """`locked_at` in microseconds, UTC."""

    location_code: str
    bin_code: str
    order_no: int
    recording_no: int
    user_code: str
    locked_at: int


def lock(recording: Recording, location_code: str, bin_code: str) -> Write:
    """Nothing is posted in this bin while the recording is open."""
    sql = (
        "INSERT INTO count_locked_bin (location_code, bin_code, order_no, recording_no, user_code, locked_at, released_by)"
        " VALUES (?, ?, ?, ?, ?, ?, '') ON CONFLICT (location_code, bin_code, order_no, recording_no) DO NOTHING"
    )
    row = (location_code, bin_code, recording.order_no, recording.recording_no, recording.user_code, clock.now_microseconds())
    return sql, [row]


def locked_bins(order_no: int) -> list[LockedBin]:
    """The bins that an order has locked now."""
    sql = (
        "SELECT location_code, bin_code, order_no, recording_no, user_code, locked_at FROM count_locked_bin"
        " WHERE order_no = ? AND released_by = '' ORDER BY bin_code, recording_no"
    )
    return [LockedBin(*row) for row in fetch(sql, (order_no,))]


def release(order_no: int, bin_code: str, user_code: str) -> None:
    """A supervisor lets postings into the bin again; counting there goes on."""

    def work() -> None:
        still = "order_no = ? AND bin_code = ? AND released_by = ''"
        sql = f"UPDATE count_locked_bin SET released_by = ? WHERE {still} RETURNING bin_code"
        if not fetch(sql, (user_code, order_no, bin_code)):
            raise NothingToDo(what=phrase("the bin is not locked any more"))

    in_write_transaction(work)
