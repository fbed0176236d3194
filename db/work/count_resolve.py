"""What a supervisor does with a code that nothing had: discard it, or link it to an item, so that what was found is counted.

Linked, the goods join the recording that found them, with the watermark of the moment at which they were found. Goods that are
tracked by lot, serial or package number are linked and not counted: nobody has said which number it was.

Whoever still counts in that recording cannot undo behind the decision: what a scan would put back is what stood there before it.
"""

from dataclasses import replace
from decimal import Decimal

from db.connection import fetch, in_write_transaction, write_batch
from db.connection.session import Write
from db.core.count_errors import CountOrderState
from db.core.errors import N_
from db.work import count_hand_in, count_orders, count_recordings, counts, steps
from db.work.count_orders import CountOrder
from db.work.count_orphans import DISCARDED, LINKED, Orphan, orphans_of, save_orphan
from db.work.count_recordings import Recording
from db.work.counts import CountedLine


def discard(order_no: int, orphan_no: int, user_code: str) -> Orphan:
    """It is nothing that is counted."""

    def work() -> Orphan:
        order = count_orders.locked_order(order_no, count_orders.OPEN)
        orphan = replace(_open(order, orphan_no), status=DISCARDED, resolved_by=user_code)
        recording = count_recordings.read_recording(order_no, orphan.recording_no)
        write_batch([save_orphan(orphan), *_nothing_to_undo(recording)])
        return orphan

    return in_write_transaction(work)


def link(
    order_no: int, orphan_no: int, user_code: str, item_no: str, variant_code: str, quantity_per: Decimal, *, tracked: bool
) -> Decimal:
    """It is this item, `quantity_per` base units at each scan. How many base units were counted by that: 0 where tracked."""

    def work() -> Decimal:
        order = count_orders.locked_order(order_no, count_orders.OPEN)
        orphan = _open(order, orphan_no)
        recording = count_recordings.read_recording(order_no, orphan.recording_no)
        write_batch([save_orphan(replace(orphan, status=LINKED, resolved_by=user_code)), *_nothing_to_undo(recording)])
        if tracked or recording is None:
            return Decimal(0)
        found = orphan.quantity * quantity_per
        write_batch([counts.save_line(_line(recording, orphan, item_no, variant_code, found))])
        if recording.status == count_orders.FINISHED:
            count_hand_in.add_found(order, [(item_no, variant_code, orphan.bin_code)])
        return found

    return in_write_transaction(work)


def _nothing_to_undo(recording: Recording | None) -> list[Write]:
    return [steps.forget(count_recordings.work_of(recording.count_no, recording.user_code))] if recording is not None else []


def _open(order: CountOrder, orphan_no: int) -> Orphan:
    found = [one for one in orphans_of(order.order_no) if one.orphan_no == orphan_no]
    if not found:
        raise CountOrderState(order=f"{order.document_no}/{orphan_no}", status=N_("decided already"))
    return found[0]


_SEEN = (
    "SELECT COALESCE(MAX(e.entry_no), 0) FROM {ledger} e JOIN item_register r ON r.register_no = e.register_no"
    " WHERE e.item_no = ? AND r.created_at <= ?"
)


def _line(recording: Recording, orphan: Orphan, item_no: str, variant_code: str, found: Decimal) -> CountedLine:
    """The line of the recording with what was found in it, as of the moment when it was found."""
    seen = (item_no, orphan.counted_at)
    ledger = int(fetch(_SEEN.format(ledger="item_ledger_entry"), seen)[0][0])
    warehouse = int(fetch(_SEEN.format(ledger="warehouse_entry"), seen)[0][0])
    line = counts.line_at(recording.count_no, orphan.bin_code, item_no, variant_code)
    if line is not None:
        return replace(
            line,
            quantity=line.quantity + found,
            confirmed_empty=False,
            first_item_ledger_entry_no=min(ledger, line.first_item_ledger_entry_no),
            first_warehouse_entry_no=min(warehouse, line.first_warehouse_entry_no),
            last_item_ledger_entry_no=max(ledger, line.last_item_ledger_entry_no),
            last_warehouse_entry_no=max(warehouse, line.last_warehouse_entry_no),
        )
    return CountedLine(
        count_no=recording.count_no,
        line_no=counts.next_line_no(recording.count_no),
        item_no=item_no,
        variant_code=variant_code,
        bin_code=orphan.bin_code,
        lot_no="",
        serial_no="",
        package_no="",
        quantity=found,
        entered=(),
        expiration_date=None,
        confirmed_empty=False,
        first_item_ledger_entry_no=ledger,
        first_warehouse_entry_no=warehouse,
        last_item_ledger_entry_no=ledger,
        last_warehouse_entry_no=warehouse,
        counted_by=orphan.counted_by,
        counted_at=orphan.counted_at,
        terminal=orphan.terminal,
    )
