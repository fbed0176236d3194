"""Posting a count order: its results in parts, each one operation in a transaction of its own, all under the order's number.

A count of 20,000 lines must neither hold the warehouse up for a minute nor start from the beginning after a power cut. So the
results were frozen and divided when the order was finished: what is missing first, so that a serial number that was moved never
exists twice. A part's operation id is made of the order and the part, its content of the frozen rows: posting it again answers
with the register it has, and `post_count_order` after a kill goes on where it stopped. Given up: the order is not posted all or
nothing. What would stop a part is looked for before the first one is posted, all of it at once.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from db.connection import fetch, fetch_batch, for_update, in_write_transaction
from db.core.count_errors import CountOrderState, StockLeftSince
from db.core.errors import N_
from db.core.numbers import from_scaled
from db.posting.lines import Count, CountLine, Header, PostedBy
from db.posting.post import post_operations
from db.work import count_orders as orders
from db.work.count_finish import Progress, Result, results_of
from db.work.count_judge import NAMED
from db.work.count_orders import FINISHED, POSTED, POSTING, CountOrder
from db.work.count_schedule import counted_items

_CONTENT = (
    "SELECT quantity FROM bin_content WHERE item_no = ? AND variant_code = ? AND location_code = ? AND bin_code = ?"
    " AND lot_no = ? AND serial_no = ? AND package_no = ?"
)


def post_count_order(
    order_no: int, posted_by: PostedBy, progress: Progress = lambda done, of: None, *, parts_at_most: int | None = None
) -> list[int]:
    """Post what an approved order came to, or what is left of it; the registers, in the order of the parts.

    `parts_at_most`: only so many of them now. `progress` is told how many lines are posted, of how many. Raises
    `CountOrderState` for an order that is not approved, `StockLeftSince` before anything is posted,
    `db.posting.post.Refused` where a part cannot be posted: those before it are.
    """
    order = in_write_transaction(lambda: _begin(order_no))
    if order.status == POSTED:
        return _registers(order_no)
    [(total, done)] = fetch("SELECT COUNT(*), COUNT(register_no) FROM count_result WHERE order_no = ?", (order_no,))
    progress(done, total)
    parts = fetch(
        "SELECT DISTINCT part_no FROM count_result WHERE order_no = ? AND register_no IS NULL ORDER BY part_no", (order_no,)
    )
    for (part_no,) in parts[:parts_at_most]:
        part = results_of(order_no, part_no)
        [posted] = post_operations([operation(order, part_no, part)], posted_by)
        _posted(order_no, part_no, posted.register_no)
        done += len(part)
        progress(done, total)
    in_write_transaction(lambda: _end(order_no))
    return _registers(order_no)


def operation(order: CountOrder, part_no: int, part: Sequence[Result]) -> Count:
    """One part as it is posted: the same at every attempt."""
    operation_id = f"{order.document_no}-{order.created_at}-{part_no}"
    header = Header(
        order.posting_date, operation_id, order.document_no, reason_code=order.reason_code, user_code=order.approved_by
    )
    return Count(header, order.location_code, tuple(_line(one) for one in part))


def _line(one: Result) -> CountLine:
    return CountLine(
        line_no=one.result_no,
        item_no=one.item_no,
        counted=one.counted,
        variant_code=one.variant_code,
        bin_code=one.bin_code,
        lot_no=one.number.lot_no,
        serial_no=one.number.serial_no,
        package_no=one.number.package_no,
        expiration_date=date.fromisoformat(one.expiration_date) if one.expiration_date else None,
        item_ledger_watermark=one.item_ledger_watermark,
        warehouse_watermark=one.warehouse_watermark,
    )


def _begin(order_no: int) -> CountOrder:
    order = orders.locked_order(order_no, FINISHED, POSTING, POSTED)
    if order.status == FINISHED:
        if not order.approved_by:
            raise CountOrderState(order=order.document_no, status=N_("not approved yet"))
        _refuse_what_left(order)
        orders.set_order_status(order_no, POSTING)
    return order


def _refuse_what_left(order: CountOrder) -> None:
    """Goods that were missing when counted and have left since: one of the two is wrong. All of them at once."""
    missing = [one for one in results_of(order.order_no) if one.difference < 0]
    left: list[str] = []
    for start in range(0, len(missing), 500):
        batch = missing[start : start + 500]
        keys = [(one.item_no, one.variant_code, order.location_code, one.bin_code, *one.number) for one in batch]
        for one, rows in zip(batch, fetch_batch([(_CONTENT, key) for key in keys]), strict=True):
            now = from_scaled(rows[0][0]) if rows else Decimal(0)
            if now + one.difference < 0 and (one.bin_code or any(one.number) or one.counted):
                left.append(" ".join(filter(None, (one.bin_code, one.item_no, one.variant_code, *one.number))))
    if left:
        raise StockLeftSince(lines=left if len(left) <= NAMED else [*left[:NAMED], f"… +{len(left) - NAMED}"])


def _posted(order_no: int, part_no: int, register_no: int) -> None:
    sql = "UPDATE count_result SET register_no = ? WHERE order_no = ? AND part_no = ? AND register_no IS NULL"
    in_write_transaction(lambda: fetch(sql, (register_no, order_no, part_no)))


def _end(order_no: int) -> None:
    """All parts are in the ledgers: the order is posted, and what was counted is due again when its period says so."""
    order = orders.locked_order(order_no, POSTING, POSTED)
    if order.status == POSTED or fetch(
        for_update("SELECT 1 FROM count_result WHERE order_no = ? AND register_no IS NULL"), (order_no,)
    ):
        return
    orders.set_order_status(order_no, POSTED)
    counted_items(order_no, order.location_code, order.posting_date)
    fetch("UPDATE count_opportunity SET done = TRUE WHERE order_no = ?", (order_no,))


def _registers(order_no: int) -> list[int]:
    sql = "SELECT DISTINCT part_no, register_no FROM count_result WHERE order_no = ? AND register_no IS NOT NULL ORDER BY part_no"
    return [row[1] for row in fetch(sql, (order_no,))]
