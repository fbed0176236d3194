"""Recordings of count orders as rows: what one person counts for an order, a first count or a recount.

A recording is a count like any other (`db.work.counts`) that belongs to an order: its lines are that count's lines, its
status there is `recording`, then `recorded`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from db.connection import fetch, in_write_transaction, write_batch
from db.connection.session import Row, Write
from db.core import clock
from db.core.count_errors import CountOrderState
from db.core.numbers import from_scaled
from db.work.count_orders import FINISHED, LINE, OPEN, CountOrder, OrderLine, line_of, locked_order
from db.work.counts import CountedLine, lines_of


@dataclass(frozen=True, slots=True)
class Recording:
    """What one person counts for an order. `user_code` blank: nobody has it in hand yet."""

    order_no: int
    recording_no: int
    count_no: int
    pass_no: int
    status: str
    user_code: str
    allow_without_order: bool
    created_by: str
    created_at: int
    finished_by: str
    finished_at: int | None


_OF_ORDER = (
    "count_order_line",
    "count_recording",
    "count_recording_task",
    "count_orphan",
    "count_locked_bin",
    "count_order",
)


def delete_order(order_no: int) -> None:
    """Drop an order that nobody has finished a recording of. Raises `CountOrderState` where somebody has."""

    def work() -> None:
        order = locked_order(order_no, OPEN)
        recordings = recordings_of(order_no)
        if any(one.status == FINISHED for one in recordings):
            raise CountOrderState(order=order.document_no, status="counted by somebody already")
        for one in recordings:
            fetch("DELETE FROM counted_line WHERE count_no = ?", (one.count_no,))
            fetch("DELETE FROM open_count WHERE count_no = ?", (one.count_no,))
        for table in _OF_ORDER:
            fetch(f"DELETE FROM {table} WHERE order_no = ?", (order_no,))
        fetch("UPDATE count_opportunity SET order_no = NULL WHERE order_no = ? AND NOT done", (order_no,))

    in_write_transaction(work)


_IS_TASK = (
    "EXISTS (SELECT 1 FROM count_recording_task t WHERE t.order_no = o.order_no AND t.order_line_no = o.line_no"
    " AND t.recording_no = ?)"
)


def lines_in(recording: "Recording", bin_code: str) -> list[OrderLine]:
    """The lines of the order in one bin; for a recount only those that it was made for."""
    sql, params = f"{LINE} o WHERE o.order_no = ? AND o.bin_code = ?", [recording.order_no, bin_code]
    if recording.pass_no > 1:
        sql, params = f"{sql} AND {_IS_TASK}", [*params, recording.recording_no]
    return [line_of(row) for row in fetch(f"{sql} ORDER BY o.line_no", params)]


def is_task(recording: "Recording", key: tuple[str, str, str]) -> bool:
    """Whether a recount was made for this item, variant and bin."""
    sql = f"{LINE} o WHERE o.order_no = ? AND o.item_no = ? AND o.variant_code = ? AND o.bin_code = ? AND {_IS_TASK}"
    return bool(fetch(sql, (recording.order_no, *key, recording.recording_no)))


_RECORDING = (
    "SELECT order_no, recording_no, count_no, pass_no, status, user_code, allow_without_order, created_by, created_at,"
    " finished_by, finished_at FROM count_recording"
)


def recordings_of(order_no: int) -> list[Recording]:
    """The recordings of an order, in the order in which they were made."""
    return [_recording(row) for row in fetch(f"{_RECORDING} WHERE order_no = ? ORDER BY recording_no", (order_no,))]


def read_recording(order_no: int, recording_no: int) -> Recording | None:
    """One recording."""
    rows = fetch(f"{_RECORDING} WHERE order_no = ? AND recording_no = ?", (order_no, recording_no))
    return _recording(rows[0]) if rows else None


def _recording(row: Row) -> Recording:
    return Recording(*[*row[:6], bool(row[6]), *row[7:]])


def insert_recording(
    order: CountOrder,
    user_code: str,
    created_by: str,
    *,
    pass_no: int = 1,
    tasks: Iterable[int] = (),
    allow_without_order: bool = True,
) -> Recording:
    """A new recording in the hands of `user_code` (blank: of whoever takes it), inside a transaction; `tasks`: line numbers."""
    moment = clock.now_microseconds()
    made = fetch(
        "INSERT INTO open_count (user_code, location_code, status, blind, started_at, changed_at)"
        " VALUES (?, ?, 'recording', ?, ?, ?) RETURNING count_no",
        (user_code, order.location_code, order.blind, moment, moment),
    )
    count_no = int(made[0][0])
    [(last,)] = fetch("SELECT COALESCE(MAX(recording_no), 0) FROM count_recording WHERE order_no = ?", (order.order_no,))
    recording = Recording(
        order.order_no, last + 1, count_no, pass_no, OPEN, user_code, allow_without_order, created_by, moment, "", None
    )
    fetch(
        "INSERT INTO count_recording (order_no, recording_no, count_no, pass_no, status, user_code, allow_without_order,"
        " created_by, created_at, finished_by) VALUES (?, ?, ?, ?, 'open', ?, ?, ?, ?, '')",
        (order.order_no, last + 1, count_no, pass_no, user_code, allow_without_order, created_by, moment),
    )
    rows = [(order.order_no, last + 1, line_no) for line_no in tasks]
    if rows:
        write_batch([("INSERT INTO count_recording_task (order_no, recording_no, order_line_no) VALUES (?, ?, ?)", rows)])
    return recording


def begin_recording(order_no: int, user_code: str) -> Recording:
    """A recording of the first count in the user's hands: the one that is open, or a new one."""

    def work() -> Recording:
        order = locked_order(order_no, OPEN)
        for one in recordings_of(order_no):
            if one.status == OPEN and one.pass_no == 1 and one.user_code == user_code:
                return one
        return insert_recording(order, user_code, user_code)

    return in_write_transaction(work)


def take_recording(order_no: int, recording_no: int, user_code: str) -> Recording:
    """The user has the recording now, whoever had it before."""

    def work() -> Recording:
        order = locked_order(order_no, OPEN)
        recording = read_recording(order_no, recording_no)
        if recording is None or recording.status != OPEN:
            raise CountOrderState(order=f"{order.document_no}/{recording_no}", status="handed in already")
        write_batch(give_recording(recording, user_code))
        return replace(recording, user_code=user_code)

    return in_write_transaction(work)


def other_counter(recording: Recording, bin_code: str) -> tuple[str, int] | None:
    """Who else has counted in this bin in the same pass of the order, and since when (microseconds, UTC)."""
    rows = fetch(
        "SELECT l.counted_by, MIN(l.counted_at) FROM count_recording r JOIN counted_line l ON l.count_no = r.count_no"
        " WHERE r.order_no = ? AND r.pass_no = ? AND r.recording_no <> ? AND l.bin_code = ?"
        " GROUP BY l.counted_by ORDER BY MIN(l.counted_at) LIMIT 1",
        (recording.order_no, recording.pass_no, recording.recording_no, bin_code),
    )
    return (rows[0][0], rows[0][1]) if rows else None


def bins_left(recording: Recording) -> tuple[list[str], int]:
    """The bins of the order (or of the recount) where this pass has counted nothing yet, and how many bins there are in all."""
    tasks = (
        " AND EXISTS (SELECT 1 FROM count_recording_task t WHERE t.order_no = o.order_no AND t.recording_no = ?"
        " AND t.order_line_no = o.line_no)"
    )
    only = recording.pass_no > 1
    params = (recording.order_no, recording.recording_no) if only else (recording.order_no,)
    sql = f"SELECT DISTINCT o.bin_code FROM count_order_line o WHERE o.order_no = ?{tasks if only else ''} ORDER BY o.bin_code"
    bins = [row[0] for row in fetch(sql, params)]
    counted = fetch(
        "SELECT DISTINCT l.bin_code FROM count_recording r JOIN counted_line l ON l.count_no = r.count_no"
        " WHERE r.order_no = ? AND r.pass_no = ?",
        (recording.order_no, recording.pass_no),
    )
    done = {row[0] for row in counted}
    return [one for one in bins if one not in done], len(bins)


def give_recording(recording: Recording, user_code: str) -> list[Write]:
    """The recording goes on in the hands of another; what was counted so far keeps its counter."""
    return [
        (
            "UPDATE count_recording SET user_code = ? WHERE order_no = ? AND recording_no = ? AND status = 'open'",
            [(user_code, recording.order_no, recording.recording_no)],
        ),
        (
            "UPDATE open_count SET user_code = ?, changed_at = ? WHERE count_no = ?",
            [(user_code, clock.now_microseconds(), recording.count_no)],
        ),
    ]


def work_of(count_no: int, user_code: str) -> str:
    """The name that the steps of a recording have (`db.work.steps`) while this user has it in hand."""
    return f"count_order:{count_no}:{user_code}"


def tasks_of(order_no: int, recording_no: int) -> list[int]:
    """The numbers of the order lines that this recording has to count; none: whatever it finds."""
    sql = "SELECT order_line_no FROM count_recording_task WHERE order_no = ? AND recording_no = ? ORDER BY order_line_no"
    return [row[0] for row in fetch(sql, (order_no, recording_no))]


def recorded_lines(recording: Recording) -> list[CountedLine]:
    """What was counted in a recording."""
    return lines_of(recording.count_no)


_COUNTED = (
    "SELECT r.recording_no, r.pass_no, r.status, l.item_no, l.variant_code, l.bin_code, l.lot_no, l.serial_no, l.package_no,"
    " l.quantity, l.expiration_date, l.confirmed_empty, l.first_item_ledger_entry_no, l.first_warehouse_entry_no,"
    " l.last_item_ledger_entry_no, l.last_warehouse_entry_no, l.counted_by, l.counted_at, l.terminal, l.lot_key, l.serial_key,"
    " l.package_key FROM count_recording r JOIN counted_line l ON l.count_no = r.count_no"
)


@dataclass(frozen=True, slots=True)
class RecordedLine:
    """A counted line with the recording it is in."""

    recording_no: int
    pass_no: int
    status: str
    item_no: str
    variant_code: str
    bin_code: str
    lot_no: str
    serial_no: str
    package_no: str
    quantity: Decimal
    expiration_date: str | None
    confirmed_empty: bool
    first_item_ledger_entry_no: int
    first_warehouse_entry_no: int
    last_item_ledger_entry_no: int
    last_warehouse_entry_no: int
    counted_by: str
    counted_at: int
    terminal: str
    lot_key: str
    serial_key: str
    package_key: str

    @property
    def key(self) -> tuple[str, str, str]:
        """Item, variant, bin: that of its order line."""
        return self.item_no, self.variant_code, self.bin_code


def all_recorded(order_no: int) -> list[RecordedLine]:
    """Every line of every recording of the order, passes in their order."""
    rows = fetch(f"{_COUNTED} WHERE r.order_no = ? ORDER BY r.pass_no, r.recording_no, l.line_no", (order_no,))
    return [_recorded(row) for row in rows]


def others_counting(order_no: int, recording_no: int) -> list[str]:
    """Who else has an open recording of the order in hand."""
    sql = (
        "SELECT DISTINCT user_code FROM count_recording WHERE order_no = ? AND recording_no <> ? AND status = 'open'"
        " AND user_code <> '' ORDER BY user_code"
    )
    return [row[0] for row in fetch(sql, (order_no, recording_no))]


def counts_blind(user_code: str) -> bool:
    """Whether the user has a recording of a blind order in hand."""
    sql = (
        "SELECT 1 FROM count_recording r JOIN count_order o ON o.order_no = r.order_no"
        " WHERE r.user_code = ? AND r.status = 'open' AND o.blind LIMIT 1"
    )
    return bool(fetch(sql, (user_code,)))


def progress(order_no: int) -> tuple[int, int]:
    """How many lines of the order are in a recording, handed in or not, and how many lines there are."""
    [(lines,)] = fetch("SELECT COUNT(*) FROM count_order_line WHERE order_no = ?", (order_no,))
    sql = (
        "SELECT COUNT(*) FROM (SELECT DISTINCT l.item_no, l.variant_code, l.bin_code FROM count_recording r"
        " JOIN counted_line l ON l.count_no = r.count_no WHERE r.order_no = ?) d JOIN count_order_line o ON o.order_no = ?"
        " AND o.item_no = d.item_no AND o.variant_code = d.variant_code AND o.bin_code = d.bin_code"
    )
    return int(fetch(sql, (order_no, order_no))[0][0]), int(lines)


def serial_recorded(order_no: int, pass_no: int, item_no: str, serial_key: str) -> list[RecordedLine]:
    """Where one pass of the order has found a serial number (with quantity 1)."""
    sql = f"{_COUNTED} WHERE r.order_no = ? AND r.pass_no = ? AND l.item_no = ? AND l.serial_key = ? AND l.quantity > 0"
    return [_recorded(row) for row in fetch(sql, (order_no, pass_no, item_no, serial_key))]


def counted_before(order_no: int, pass_no: int, key: tuple[str, str, str]) -> set[str]:
    """Who has counted this line (item, variant, bin) in an earlier pass."""
    sql = (
        "SELECT DISTINCT l.counted_by FROM count_recording r JOIN counted_line l ON l.count_no = r.count_no"
        " WHERE r.order_no = ? AND r.pass_no < ? AND l.item_no = ? AND l.variant_code = ? AND l.bin_code = ?"
    )
    return {row[0] for row in fetch(sql, (order_no, pass_no, *key))}


def counted_by(recount: Recording, user_code: str) -> bool:
    """Whether the user has counted something in an earlier pass that this recount is for."""
    sql = (
        "SELECT 1 FROM count_recording_task t JOIN count_order_line o ON o.order_no = t.order_no AND o.line_no = t.order_line_no"
        " JOIN count_recording r ON r.order_no = t.order_no AND r.pass_no < ?"
        " JOIN counted_line l ON l.count_no = r.count_no AND l.item_no = o.item_no AND l.variant_code = o.variant_code"
        " AND l.bin_code = o.bin_code AND l.counted_by = ? WHERE t.order_no = ? AND t.recording_no = ? LIMIT 1"
    )
    return bool(fetch(sql, (recount.pass_no, user_code, recount.order_no, recount.recording_no)))


def _recorded(row: Row) -> RecordedLine:
    return RecordedLine(*[*row[:9], from_scaled(row[9]), row[10], bool(row[11]), *row[12:]])
