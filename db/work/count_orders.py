"""Count orders and their recordings as rows: read, make, change. The rules about them are in `count_rules` and `count_finish`.

A recording is a count like any other (`db.work.counts`) that belongs to an order: its lines are that count's lines, its
status there is `recording`, then `recorded`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from db.connection import fetch, for_update, in_write_transaction, write_batch
from db.connection.session import Row
from db.core import clock
from db.core.count_errors import CountOrderState
from db.core.errors import UnknownCode
from db.core.numbers import from_scaled, to_scaled
from db.work.count_rules import NO_THRESHOLDS, Thresholds

OPEN, FINISHED, POSTING, POSTED = STATUSES = ("open", "finished", "posting", "posted")

RECORDING, RECORDED = "recording", "recorded"  # status of the count behind a recording


@dataclass(frozen=True, slots=True)
class NewCountOrder:
    """What a supervisor says when an order is made. Filters are patterns of `count_rules.fits`, blank takes everything.

    `blind`: whoever counts learns nothing of what is expected. `four_eyes`: nobody approves what they counted. `lock_bins`:
    nothing is posted in a bin while it is counted.
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
    lock_bins: bool = False
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
    lock_bins: bool

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


_ORDER = (
    "SELECT order_no, description, status, location_code, bin_filter, zone_filter, category_filter, item_filter, order_date,"
    " posting_date, reason_code, blind, four_eyes, threshold_quantity, threshold_percent, threshold_value, approved_by,"
    " created_by, created_at, posted_at, lock_bins FROM count_order"
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


def posted_orders(location_code: str, *, limit: int) -> list[CountOrder]:
    """The orders of a location that were posted last, the latest first."""
    sql = f"{_ORDER} WHERE location_code = ? AND status = 'posted' ORDER BY posted_at DESC, order_no DESC LIMIT ?"
    return [_order(row) for row in fetch(sql, (location_code, limit))]


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
        new.lock_bins,
        *(None if one is None else to_scaled(one) for one in limits),
        user_code,
        moment,
        moment,
    )
    made = fetch(
        "INSERT INTO count_order (description, status, location_code, bin_filter, zone_filter, category_filter, item_filter,"
        " order_date, posting_date, reason_code, blind, four_eyes, lock_bins, threshold_quantity, threshold_percent,"
        " threshold_value, approved_by, created_by, created_at, changed_at)"
        " VALUES (?, 'open', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?, ?, ?) RETURNING order_no",
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


LINE = (
    "SELECT order_no, line_no, item_no, variant_code, bin_code, quantity_expected, recorded_without_order, chosen_pass,"
    " late_decision FROM count_order_line"
)


def order_lines(order_no: int, line_no: int | None = None) -> list[OrderLine]:
    """The lines of an order, in their order; or only one."""
    if line_no is not None:
        return [line_of(row) for row in fetch(f"{LINE} WHERE order_no = ? AND line_no = ?", (order_no, line_no))]
    return [line_of(row) for row in fetch(f"{LINE} WHERE order_no = ? ORDER BY line_no", (order_no,))]


def has_line(order_no: int, key: tuple[str, str, str]) -> bool:
    """Whether the order has a line of this item, variant and bin."""
    sql = "SELECT 1 FROM count_order_line WHERE order_no = ? AND item_no = ? AND variant_code = ? AND bin_code = ?"
    return bool(fetch(sql, (order_no, *key)))


def line_of(row: Row) -> OrderLine:
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
