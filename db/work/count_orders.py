"""Count orders and their recordings as rows: read, make, change. The rules about them are in `count_rules` and `count_finish`.

A recording is a count like any other (`db.work.counts`) that belongs to an order: its lines are that count's lines, its
status there is `recording`, then `recorded`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from db.connection import fetch, for_update, in_write_transaction, write_batch
from db.connection.session import Row, Write
from db.core import clock
from db.core.count_errors import CountOrderState
from db.core.errors import UnknownCode
from db.core.numbers import from_scaled, to_scaled
from db.work.count_rules import NO_THRESHOLDS, Thresholds
from db.work.counts import CountedLine, lines_of

OPEN, FINISHED, POSTING, POSTED = "open", "finished", "posting", "posted"
RECORDING, RECORDED = "recording", "recorded"  # status of the count behind a recording
LINKED, DISCARDED = "linked", "discarded"


@dataclass(frozen=True, slots=True)
class NewCountOrder:
    """What a supervisor says when an order is made. Filters are patterns of `count_rules.fits`, blank takes everything.

    `blind`: whoever counts learns nothing of what is expected. `four_eyes`: nobody approves what they counted.
    """

    location_code: str
    posting_date: date
    description: str = ""
    bin_filter: str = ""
    zone_filter: str = ""
    category_filter: str = ""
    item_filter: str = ""
    reason_code: str = ""
    blind: bool = True
    four_eyes: bool = True
    thresholds: Thresholds = NO_THRESHOLDS


@dataclass(frozen=True, slots=True)
class CountOrder:
    """One count order. Moments in microseconds, UTC."""

    order_no: int
    description: str
    status: str
    location_code: str
    bin_filter: str
    zone_filter: str
    category_filter: str
    item_filter: str
    order_date: date
    posting_date: date
    reason_code: str
    blind: bool
    four_eyes: bool
    thresholds: Thresholds
    approved_by: str
    created_by: str
    created_at: int
    posted_at: int | None

    @property
    def document_no(self) -> str:
        """Its number on labels and on everything posted from it."""
        return f"CO{self.order_no}"


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One item and variant in one bin (blank at locations without bins) that has to be counted.

    `quantity_expected` is of the calculation, in base units; what a count is compared with is worked out as of its scans.
    """

    order_no: int
    line_no: int
    item_no: str
    variant_code: str
    bin_code: str
    quantity_expected: Decimal
    recorded_without_order: bool
    chosen_pass: int
    late_decision: str

    @property
    def key(self) -> tuple[str, str, str]:
        """Item, variant, bin: unique in an order."""
        return self.item_no, self.variant_code, self.bin_code


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


@dataclass(frozen=True, slots=True)
class Orphan:
    """A barcode that nothing has. `quantity` is how often it was found."""

    order_no: int
    orphan_no: int
    recording_no: int
    bin_code: str
    barcode: str
    description: str
    quantity: Decimal
    status: str
    counted_by: str
    counted_at: int
    terminal: str
    resolved_by: str


# ---- orders ---------------------------------------------------------------------------------------------------------

_ORDER = (
    "SELECT order_no, description, status, location_code, bin_filter, zone_filter, category_filter, item_filter, order_date,"
    " posting_date, reason_code, blind, four_eyes, threshold_quantity, threshold_percent, threshold_value, approved_by,"
    " created_by, created_at, posted_at FROM count_order"
)


def read_order(order_no: int) -> CountOrder | None:
    """The order, whatever has become of it."""
    rows = fetch(f"{_ORDER} WHERE order_no = ?", (order_no,))
    return _order(rows[0]) if rows else None


def locked_order(order_no: int, *statuses: str) -> CountOrder:
    """The order, its row locked until the transaction ends. Raises `CountOrderState` where it is in none of the statuses."""
    rows = fetch(for_update(f"{_ORDER} WHERE order_no = ?"), (order_no,))
    if not rows:
        raise UnknownCode(kind="count order", value=f"CO{order_no}")
    order = _order(rows[0])
    if order.status not in statuses:
        raise CountOrderState(order=order.document_no, status=order.status)
    return order


def orders_at(location_code: str) -> list[CountOrder]:
    """The orders of a location that are not posted, oldest first."""
    return [
        _order(row)
        for row in fetch(f"{_ORDER} WHERE location_code = ? AND status <> 'posted' ORDER BY order_no", (location_code,))
    ]


def _order(row: Row) -> CountOrder:
    thresholds = Thresholds(*(None if one is None else from_scaled(one) for one in row[13:16]))
    days = [date.fromisoformat(one) for one in row[8:10]]
    return CountOrder(*[*row[:8], *days, row[10], bool(row[11]), bool(row[12]), thresholds, *row[16:]])


def create_order(new: NewCountOrder, user_code: str) -> int:
    """Make an order without lines, in a transaction of its own; its number."""
    return in_write_transaction(lambda: insert_order(new, user_code))


def insert_order(new: NewCountOrder, user_code: str) -> int:
    """`create_order` inside a transaction that does more. Raises `UnknownCode` for a location where nothing can lie."""
    if not fetch("SELECT 1 FROM location WHERE code = ? AND NOT in_transit", (new.location_code,)):
        raise UnknownCode(field="location", kind="location", value=new.location_code)
    moment = clock.now_microseconds()
    limits = (new.thresholds.quantity, new.thresholds.percent, new.thresholds.value)
    row = (
        new.description[:100],
        new.location_code,
        new.bin_filter,
        new.zone_filter,
        new.category_filter,
        new.item_filter,
        clock.today().isoformat(),
        new.posting_date.isoformat(),
        new.reason_code,
        new.blind,
        new.four_eyes,
        *(None if one is None else to_scaled(one) for one in limits),
        user_code,
        moment,
        moment,
    )
    made = fetch(
        "INSERT INTO count_order (description, status, location_code, bin_filter, zone_filter, category_filter, item_filter,"
        " order_date, posting_date, reason_code, blind, four_eyes, threshold_quantity, threshold_percent, threshold_value,"
        " approved_by, created_by, created_at, changed_at)"
        " VALUES (?, 'open', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?, ?, ?) RETURNING order_no",
        row,
    )
    return int(made[0][0])


def set_order_status(order_no: int, status: str) -> None:
    """Write the status down; nobody has approved what is not finished."""
    approved = ", approved_by = '', approved_at = NULL" if status == OPEN else ""
    sql = f"UPDATE count_order SET status = ?, changed_at = ?{approved} WHERE order_no = ?"
    fetch(sql, (status, clock.now_microseconds(), order_no))
    if status == POSTED:
        fetch("UPDATE count_order SET posted_at = changed_at WHERE order_no = ?", (order_no,))


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
        for table in ("count_order_line", "count_recording", "count_recording_task", "count_orphan", "count_order"):
            fetch(f"DELETE FROM {table} WHERE order_no = ?", (order_no,))
        fetch("UPDATE count_opportunity SET order_no = NULL WHERE order_no = ? AND NOT done", (order_no,))

    in_write_transaction(work)


# ---- lines of the order ---------------------------------------------------------------------------------------------

_LINE = (
    "SELECT order_no, line_no, item_no, variant_code, bin_code, quantity_expected, recorded_without_order, chosen_pass,"
    " late_decision FROM count_order_line"
)
_IS_TASK = (
    "EXISTS (SELECT 1 FROM count_recording_task t WHERE t.order_no = o.order_no AND t.order_line_no = o.line_no"
    " AND t.recording_no = ?)"
)


def order_lines(order_no: int) -> list[OrderLine]:
    """The lines of an order, in their order."""
    return [_line(row) for row in fetch(f"{_LINE} WHERE order_no = ? ORDER BY line_no", (order_no,))]


def has_line(order_no: int, key: tuple[str, str, str]) -> bool:
    """Whether the order has a line of this item, variant and bin."""
    sql = "SELECT 1 FROM count_order_line WHERE order_no = ? AND item_no = ? AND variant_code = ? AND bin_code = ?"
    return bool(fetch(sql, (order_no, *key)))


def lines_in(recording: "Recording", bin_code: str) -> list[OrderLine]:
    """The lines of the order in one bin; for a recount only those that it was made for."""
    sql, params = f"{_LINE} o WHERE o.order_no = ? AND o.bin_code = ?", [recording.order_no, bin_code]
    if recording.pass_no > 1:
        sql, params = f"{sql} AND {_IS_TASK}", [*params, recording.recording_no]
    return [_line(row) for row in fetch(f"{sql} ORDER BY o.line_no", params)]


def is_task(recording: "Recording", key: tuple[str, str, str]) -> bool:
    """Whether a recount was made for this item, variant and bin."""
    sql = f"{_LINE} o WHERE o.order_no = ? AND o.item_no = ? AND o.variant_code = ? AND o.bin_code = ? AND {_IS_TASK}"
    return bool(fetch(sql, (recording.order_no, *key, recording.recording_no)))


def _line(row: Row) -> OrderLine:
    return OrderLine(*[*row[:5], from_scaled(row[5]), bool(row[6]), *row[7:]])


def insert_lines(order_no: int, lines: Iterable[tuple[str, str, str, Decimal, bool]]) -> list[OrderLine]:
    """Add lines (item, variant, bin, expected, recorded without order) that the order does not have yet; those added."""
    existing = order_lines(order_no)
    known = {one.key for one in existing}
    line_no = max((one.line_no for one in existing), default=0)
    added: list[OrderLine] = []
    for item_no, variant_code, bin_code, expected, without_order in lines:
        if (item_no, variant_code, bin_code) in known:
            continue
        known.add((item_no, variant_code, bin_code))
        line_no += 1
        added.append(OrderLine(order_no, line_no, item_no, variant_code, bin_code, expected, without_order, 0, ""))
    sql = (
        "INSERT INTO count_order_line (order_no, line_no, item_no, variant_code, bin_code, quantity_expected,"
        " recorded_without_order, chosen_pass, late_decision) VALUES (?, ?, ?, ?, ?, ?, ?, 0, '')"
    )
    rows = [(order_no, one.line_no, *one.key, to_scaled(one.quantity_expected), one.recorded_without_order) for one in added]
    if rows:
        write_batch([(sql, rows)])
    return added


# ---- recordings -----------------------------------------------------------------------------------------------------

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


# ---- orphans --------------------------------------------------------------------------------------------------------

_ORPHAN = (
    "SELECT order_no, orphan_no, recording_no, bin_code, barcode, description, quantity, status, counted_by, counted_at,"
    " terminal, resolved_by FROM count_orphan"
)


def orphans_of(order_no: int, *, only_open: bool = True) -> list[Orphan]:
    """Codes that nothing has, in the order in which they were found."""
    where = " AND status = 'open'" if only_open else ""
    rows = fetch(f"{_ORPHAN} WHERE order_no = ?{where} ORDER BY orphan_no", (order_no,))
    return [Orphan(*[*row[:6], from_scaled(row[6]), *row[7:]]) for row in rows]


def next_orphan_no(order_no: int) -> int:
    """The number for a new one."""
    return int(fetch("SELECT COALESCE(MAX(orphan_no), 0) + 1 FROM count_orphan WHERE order_no = ?", (order_no,))[0][0])


def save_orphan(orphan: Orphan) -> Write:
    """Insert it, or write over the one with its number."""
    sql = (
        "INSERT INTO count_orphan (order_no, orphan_no, recording_no, bin_code, barcode, description, quantity, status,"
        " counted_by, counted_at, terminal, resolved_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (order_no, orphan_no) DO UPDATE SET description = excluded.description, quantity = excluded.quantity,"
        " status = excluded.status, resolved_by = excluded.resolved_by"
    )
    row = (
        orphan.order_no,
        orphan.orphan_no,
        orphan.recording_no,
        orphan.bin_code,
        orphan.barcode[:200],
        orphan.description[:100],
        to_scaled(orphan.quantity),
        orphan.status,
        orphan.counted_by,
        orphan.counted_at,
        orphan.terminal,
        orphan.resolved_by,
    )
    return sql, [row]


def delete_orphan(order_no: int, orphan_no: int) -> Write:
    """The scan that found it is undone."""
    return "DELETE FROM count_orphan WHERE order_no = ? AND orphan_no = ?", [(order_no, orphan_no)]
