"""Taking back what an operation posted, by correcting entries at the same cost.

Nothing posted is deleted or edited. An increase goes out again, fixed-applied to itself; a decrease comes back by exact cost
reversal; a transfer goes back the way it came; bins, lots and serial numbers as they were. What may be taken back is decided in
`check_undo`. Sources: costing reference §3 (9); operations reference §7, §8.
"""

from decimal import Decimal

from db.costing.application import Draw
from db.posting.applying import close_decreases
from db.posting.check_undo import CheckedUndo, TakenBack, numbers_of, place_of
from db.posting.checked import Movement, Numbers
from db.posting.cost_changes import unit_cost_of, update_unit_cost
from db.posting.invoice import invoice_entry
from db.posting.lines import EntryType, Header
from db.posting.plan_line import move_in, post_decrease, take_back
from db.posting.plan_transfer import transfer
from db.posting.planning import Handled, Planning, move_content, new_entry, open_register, touch, value
from db.posting.stock import ZERO, Entry
from db.work.transfer_orders import find_transfer_order

_OPPOSITE = {
    EntryType.POSITIVE_ADJUSTMENT: EntryType.NEGATIVE_ADJUSTMENT,
    EntryType.NEGATIVE_ADJUSTMENT: EntryType.POSITIVE_ADJUSTMENT,
}


_OF_ORDERS = ("transfer_ship", "transfer_receive", "transfer_close")


def plan_undo(planning: Planning, checked: CheckedUndo, content_hash: str) -> int:
    """Plan the correcting entries; the number of their register. What goes out again goes first, so that a serial number that was
    counted in another place never exists twice."""
    header = checked.header
    if checked.operation in _OF_ORDERS:  # after the items, as whoever ships: an order that is changed meanwhile is written anew
        for order_no in sorted({one.entry.order_no for one in checked.entries} - {""}):
            find_transfer_order(order_no, lock=True)
    register_no = open_register(planning, "undo", header, content_hash, checked.register_no)
    for move in sorted(checked.bin_moves, key=lambda one: one.quantity, reverse=True):
        move_content(
            planning,
            register_no,
            header,
            item_no=move.item_no,
            variant_code=move.variant_code,
            place=move.place,
            numbers=move.numbers,
            quantity=-move.quantity,
            entry_type="movement",
        )
    many = len(checked.entries) > 1
    numbered = sorted(enumerate(checked.entries, 1), key=lambda one: one[1].entry.quantity < 0)
    for number, one in numbered:
        leg = str(number) if many else ""
        if one.left is not None:
            _send_back(planning, register_no, header, one, one.left, f"out/{number}" if many else "out")
        elif one.entry.quantity > 0:
            _take_out(planning, register_no, header, one.entry, leg)
        else:
            _bring_back(planning, register_no, header, one, leg)
        if one.entry.order_no and checked.operation in _OF_ORDERS:
            planning.plan.handled.append(_order_moves_back(checked.operation, one.entry))
    if many:
        halves = [one for one in planning.plan.entries if one.register_no == register_no and one.leg == "in"]
        for number, half in enumerate(halves, 1):
            half.leg = f"in/{number}"
    for item_no in {one.entry.item_no for one in checked.entries}:
        update_unit_cost(planning, item_no)
    return register_no


def _order_moves_back(operation: str, entry: Entry) -> Handled:
    """How far the order line of an entry goes back when what the operation did is undone."""
    quantity = -abs(entry.quantity)
    match operation:
        case "transfer_ship":
            return Handled(entry.order_no, entry.order_line_no, shipped=quantity)
        case "transfer_receive":
            return Handled(entry.order_no, entry.order_line_no, received=quantity)
        case _:
            return Handled(entry.order_no, entry.order_line_no, closed=quantity)


def _correction(
    planning: Planning,
    register_no: int,
    header: Header,
    entry: Entry,
    numbers: Numbers,
    leg: str,
    *,
    applies_to: int | None = None,
    applies_from: int | None = None,
) -> Entry:
    kind = EntryType(entry.entry_type)
    return new_entry(
        planning,
        register_no,
        header,
        _OPPOSITE.get(kind, kind),
        item_no=entry.item_no,
        variant_code=entry.variant_code,
        place=place_of(planning.stock, entry.location_code, entry.bin_code),
        numbers=numbers,
        quantity=-entry.quantity,
        uom_code=entry.uom_code,
        quantity_per=entry.quantity_per,
        leg=leg,
        corrects=entry.entry_no,
        applies_to=applies_to,
        applies_from=applies_from,
        order=(entry.order_no, entry.order_line_no),
    )


def _take_out(planning: Planning, register_no: int, header: Header, entry: Entry, leg: str) -> None:
    """An increase goes out again, at exactly its cost."""
    if not entry.completely_invoiced:
        invoice_entry(planning, register_no, header, entry, entry.quantity, None, ZERO, undone=True)
    correction = _correction(planning, register_no, header, entry, numbers_of(entry), leg, applies_to=entry.entry_no)
    place = place_of(planning.stock, entry.location_code, entry.bin_code)
    movement = Movement(entry.quantity, numbers_of(entry), (Draw(entry, entry.quantity),))
    post_decrease(planning, register_no, header, correction, place, movement, -entry.sales_amount_actual)
    if entry.applies_from_entry is not None:
        decrease = planning.stock.entry(entry.applies_from_entry)
        decrease.shipped_quantity_not_returned += entry.quantity
        touch(planning, decrease)


def _bring_back(planning: Planning, register_no: int, header: Header, one: TakenBack, leg: str) -> None:
    """A decrease comes back, at exactly its cost, and can supply others again."""
    entry = one.entry
    if not entry.completely_invoiced:
        invoice_entry(planning, register_no, header, entry, -entry.quantity, None, ZERO, undone=True)
    correction = _correction(planning, register_no, header, entry, one.numbers, leg, applies_from=entry.entry_no)
    place = place_of(planning.stock, entry.location_code, entry.bin_code)
    move_in(planning, register_no, header, correction, place, one.numbers)
    cost: Decimal = take_back(planning, entry, correction)
    written = value(
        planning,
        register_no,
        correction,
        correction.posting_date,
        valued_quantity=correction.quantity,
        item_ledger_quantity=correction.quantity,
        invoiced_quantity=correction.quantity,
        cost_per_unit=unit_cost_of(planning, cost, correction.quantity),
        cost_amount_actual=cost,
        sales_amount_actual=-entry.sales_amount_actual,
    )
    close_decreases(planning, register_no, correction, written.entry_no, None)


def _send_back(planning: Planning, register_no: int, header: Header, one: TakenBack, left: Entry, out_leg: str) -> None:
    """The receiving half of a transfer goes back to where its decrease took it from, with the numbers it had there."""
    half = one.entry
    movement = Movement(half.quantity, numbers_of(half), (Draw(half, half.quantity),), to_numbers=one.numbers)
    transfer(
        planning,
        register_no,
        header,
        place_of(planning.stock, half.location_code, half.bin_code),
        place_of(planning.stock, left.location_code, left.bin_code),
        movement,
        item_no=half.item_no,
        variant_code=half.variant_code,
        uom_code=half.uom_code,
        quantity_per=half.quantity_per,
        out_leg=out_leg,
        corrects=half.entry_no,
        order=(half.order_no, half.order_line_no),
    )
