"""Transfer orders: made, shipped out of one location, received in the other.

Shipping and receiving come down to transfer lines like any other; what they may do beyond the rules (use an in-transit location)
is the order that they carry. Several lines of one order may draw on the same goods, so each is checked when those before it are
planned; where one is refused, nothing of the operation is kept. Sources: operations reference §9; costing reference §3 (5), (6).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from db.connection import fetch
from db.core.codes import number_key
from db.core.errors import (
    BadValue,
    LocationInTransit,
    MissingField,
    NothingToDo,
    NotShipped,
    OverReceived,
    OverShipped,
    StocktermError,
    UnknownCode,
    phrase,
)
from db.core.numbers import from_scaled
from db.posting.check_line import check_line
from db.posting.checked import CheckedLine, Problems
from db.posting.checks import base_quantity, check_header, check_item
from db.posting.document_numbers import document_number, order_number
from db.posting.lines import (
    EntryType,
    HandledLine,
    Header,
    ItemJournalLine,
    OrderedLine,
    TrackingLine,
    TransferOrder,
    TransferReceive,
    TransferShip,
)
from db.posting.plan_line import number_receiving_halves
from db.posting.plan_transfer import plan_transfer
from db.posting.planning import Handled, Planning, open_register
from db.posting.stock import ZERO, Stock
from db.work.transfer_orders import (
    Asked,
    TransferOrderDocument,
    TransferOrderLine,
    find_transfer_order,
    put_transfer_order,
)

_ON_THE_WAY = (
    "SELECT lot_no, serial_no, package_no, SUM(remaining_quantity), MAX(posting_date) FROM item_ledger_entry"
    " WHERE order_no = ? AND order_line_no = ? AND location_code = ? AND open AND quantity > 0"
    " GROUP BY lot_no, serial_no, package_no ORDER BY lot_no, serial_no, package_no"
)


# ---- the document ---------------------------------------------------------------------------------------------------


def make_order(planning: Planning, order: TransferOrder, content_hash: str) -> int:
    """Make the document; the number of its register. One of which nothing was shipped may be made anew, the others stand.

    Raises `Problems`: places that are no places for it, lines that could never be shipped, or an order that is under way.
    """
    errors = check_header(order.header, planning.stock, planning.posted_by)
    _check_places(order, planning.stock, errors)
    lines = [line for one in order.lines if (line := _checked_order_line(one, planning.stock, errors)) is not None]
    if len({line.line_no for line in lines}) != len(lines):
        errors.append(BadValue(field="lines", value=order.no, expected=phrase("each line number once")))
    if not order.lines:
        errors.append(BadValue(field="lines", value="[]", expected=phrase("at least one line")))
    before = find_transfer_order(order.no, lock=True) if order.no else None
    if not order.no and not planning.stock.settings.transfer_order_nos:
        errors.append(MissingField(field="no", operation="transfer_order"))
    if before is not None and any(line.shipped for line in before.lines):
        errors.append(BadValue(field="no", value=order.no, expected=phrase("an order of which nothing was shipped yet")))
    if errors:
        raise Problems(errors)
    no = order.no if before is not None else order_number(planning, order)
    put_transfer_order(TransferOrderDocument(no, order.from_location, order.to_location, order.in_transit, tuple(lines)))
    return open_register(planning, "transfer_order", replace(order.header, document_no=no), content_hash)


def _check_places(order: TransferOrder, stock: Stock, errors: list[StocktermError]) -> None:
    for field, code in (("from", order.from_location), ("to", order.to_location), ("in_transit", order.in_transit)):
        location = stock.setup.location(code)
        if field == "in_transit" and not code:
            continue
        if not code:
            errors.append(BadValue(field=field, value="", expected=phrase("a location")))
        elif location is None:
            errors.append(UnknownCode(field=field, kind="location", value=code))
        elif field == "in_transit" and not location.in_transit:
            errors.append(BadValue(field=field, value=code, expected=phrase("a location that is in transit")))
        elif field != "in_transit" and location.in_transit:
            errors.append(LocationInTransit(field=field, location_code=code))
    if order.from_location and order.from_location == order.to_location:
        errors.append(BadValue(field="to", value=order.to_location, expected=phrase("another location than the goods come from")))


def _checked_order_line(one: OrderedLine, stock: Stock, errors: list[StocktermError]) -> TransferOrderLine | None:
    found: list[StocktermError] = []
    item = check_item(stock.setup.item(one.item_no), one.item_no, one.variant_code, found)
    if item is not None and not found:
        uom_code = one.uom_code or item.base_uom
        per = item.units.get(uom_code)
        if per is None:
            found.append(UnknownCode(field="uom", kind="unit of measure", value=uom_code))
        elif one.quantity < 0:
            found.append(BadValue(field="quantity", value=one.quantity, expected=phrase("more than 0")))
        else:
            base_quantity(one.quantity, uom_code, per, item, stock, found)
            asked = tuple(Asked(t.lot_no, t.serial_no, t.package_no, t.quantity) for t in one.tracking)
            if not found:
                return TransferOrderLine(one.line_no, item.no, one.variant_code, uom_code, per, one.quantity, asked)
    for error in found:
        error.field = f"lines/{one.line_no}/{error.field}"
    errors.extend(found)
    return None


# ---- shipping and receiving -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Step:
    """One line that is handled now, as the journal line it comes down to, and how it moves the order on."""

    line_no: int
    journal_line: ItemJournalLine
    handled: Handled


def plan_ship(planning: Planning, ship: TransferShip, content_hash: str) -> int:
    """Ship lines of an order: out of its location and into transit, or straight into the other location of a direct order."""
    order = _order(planning, ship.no)
    lines = ship.lines or tuple(HandledLine(line.line_no) for line in order.lines if line.outstanding > 0)
    if not lines:
        raise Problems([NothingToDo(field="no", what=phrase("all of {order_no} is shipped", order_no=order.no))])
    done: dict[int, Decimal] = {}
    steps = [_ship_step(planning, ship.header, order, one, done) for one in lines]
    return _plan(planning, "transfer_ship", order.no, ship.header, steps, content_hash)


def plan_receive(planning: Planning, receive: TransferReceive, content_hash: str) -> int:
    """Receive what was shipped on an order: out of transit and into its location."""
    order = _order(planning, receive.no)
    lines = receive.lines or tuple(HandledLine(line.line_no) for line in order.lines if line.in_transit > 0)
    if not lines:
        raise Problems([NothingToDo(field="no", what=phrase("nothing of {order_no} is on the way", order_no=order.no))])
    done: dict[int, Decimal] = {}
    steps = [_receive_step(planning, receive.header, order, one, done) for one in lines]
    return _plan(planning, "transfer_receive", order.no, receive.header, steps, content_hash)


def _order(planning: Planning, no: str) -> TransferOrderDocument:
    """The order, with its items locked first and itself after them."""
    order = find_transfer_order(no)
    if order is None:
        raise Problems([UnknownCode(field="no", kind="transfer order", value=no)])
    planning.stock.lock({line.item_no for line in order.lines})
    found = find_transfer_order(no, lock=True)
    assert found is not None
    return found


def _ship_step(
    planning: Planning, header: Header, order: TransferOrderDocument, one: HandledLine, done: dict[int, Decimal]
) -> _Step:
    line = _line(order, one)
    outstanding = line.outstanding - done.get(line.line_no, ZERO)
    quantity = outstanding / line.quantity_per if one.quantity is None else one.quantity
    base = _base(planning, line, quantity)
    if base > outstanding:
        left = {"outstanding": outstanding / line.quantity_per, "requested": quantity}
        raise Problems([OverShipped(field="quantity", order_no=order.no, line_no=line.line_no, **left)])
    done[line.line_no] = done.get(line.line_no, ZERO) + base
    tracking = one.tracking or tuple(
        TrackingLine(asked.quantity, asked.lot_no, asked.serial_no, asked.package_no) for asked in line.asked
    )
    journal_line = _journal_line(header, order, line, quantity, line.uom_code, tracking)
    journal_line = replace(
        journal_line,
        location_code=order.from_location,
        bin_code=one.bin_code,
        new_location_code=order.in_transit or order.to_location,
        new_bin_code=one.to_bin_code if order.direct else None,
    )
    received = base if order.direct else ZERO
    return _Step(line.line_no, journal_line, Handled(order.no, line.line_no, shipped=base, received=received))


def _receive_step(
    planning: Planning, header: Header, order: TransferOrderDocument, one: HandledLine, done: dict[int, Decimal]
) -> _Step:
    line = _line(order, one)
    on_the_way = line.in_transit - done.get(line.line_no, ZERO)
    shipped = fetch(_ON_THE_WAY, (order.no, line.line_no, order.in_transit))
    day = max((row[4] for row in shipped), default="")
    if header.posting_date.isoformat() < day:
        expected = phrase("{day} or later: goods are not received before they are shipped", day=day)
        raise Problems([BadValue(field="date", value=header.posting_date, expected=expected)])
    if one.quantity is None:
        quantity, uom_code, base = on_the_way, _base_uom(planning, line), on_the_way
    else:
        quantity, uom_code, base = one.quantity, line.uom_code, _base(planning, line, one.quantity)
    if base > on_the_way:
        left = {"outstanding": on_the_way / line.quantity_per, "requested": base / line.quantity_per}
        raise Problems([OverReceived(field="quantity", order_no=order.no, line_no=line.line_no, **left)])
    done[line.line_no] = done.get(line.line_no, ZERO) + base
    tracking = one.tracking
    if tracking:
        _check_shipped(order, tracking, shipped)
    elif base == line.in_transit:  # all of it: exactly the numbers that were shipped
        tracking = tuple(
            TrackingLine(from_scaled(int(row[3])), row[0], row[1], row[2]) for row in shipped if row[0] or row[1] or row[2]
        )
        if tracking:
            quantity, uom_code = base, _base_uom(planning, line)
    journal_line = _journal_line(header, order, line, quantity, uom_code, tracking)
    journal_line = replace(
        journal_line, location_code=order.in_transit, new_location_code=order.to_location, new_bin_code=one.bin_code
    )
    return _Step(line.line_no, journal_line, Handled(order.no, line.line_no, received=base))


def _line(order: TransferOrderDocument, one: HandledLine) -> TransferOrderLine:
    line = order.line(one.line_no)
    if line is None:
        raise Problems([UnknownCode(field="line_no", kind="order line", value=f"{order.no}/{one.line_no}")])
    return line


def _base(planning: Planning, line: TransferOrderLine, quantity: Decimal) -> Decimal:
    item = planning.stock.setup.item(line.item_no)
    errors: list[StocktermError] = []
    if quantity < 0:
        errors.append(BadValue(field="quantity", value=quantity, expected=phrase("more than 0")))
    assert item is not None
    base = base_quantity(quantity, line.uom_code, line.quantity_per, item, planning.stock, errors)
    if errors:
        raise Problems(errors)
    return base


def _base_uom(planning: Planning, line: TransferOrderLine) -> str:
    item = planning.stock.setup.item(line.item_no)
    assert item is not None
    return item.base_uom


def _journal_line(
    header: Header,
    order: TransferOrderDocument,
    line: TransferOrderLine,
    quantity: Decimal,
    uom_code: str,
    tracking: tuple[TrackingLine, ...],
) -> ItemJournalLine:
    return ItemJournalLine(
        header=header,
        entry_type=EntryType.TRANSFER,
        item_no=line.item_no,
        variant_code=line.variant_code,
        quantity=quantity,
        uom_code=uom_code,
        tracking=tracking,
        order_no=order.no,
        order_line_no=line.line_no,
    )


def _check_shipped(order: TransferOrderDocument, tracking: Sequence[TrackingLine], shipped: Sequence[Sequence[object]]) -> None:
    """What is received carries the numbers that were shipped."""
    for one in tracking:
        for place, number, field in ((0, one.lot_no, "lot"), (1, one.serial_no, "serial"), (2, one.package_no, "package")):
            known = [str(row[place]) for row in shipped]
            if number and number_key(number) not in {number_key(known_number) for known_number in known}:
                raise Problems([NotShipped(field=field, number=number, order_no=order.no, shipped=sorted(set(known)))])


def _plan(planning: Planning, operation: str, order_no: str, header: Header, steps: Sequence[_Step], content_hash: str) -> int:
    header = replace(header, document_no=document_number(planning, operation, header, order_no))
    register_no = open_register(planning, operation, header, content_hash)
    errors: list[StocktermError] = []
    for step in steps:
        try:
            checked = check_line(replace(step.journal_line, header=header), planning.stock, planning.posted_by)
        except Problems as problems:
            errors.extend(problems.errors)
            continue
        _plan_line(planning, register_no, header, checked, f"{step.line_no}/" if len(steps) > 1 else "")
        planning.plan.handled.append(step.handled)
    if errors:
        raise Problems(errors)
    return register_no


def _plan_line(planning: Planning, register_no: int, header: Header, checked: CheckedLine, line_leg: str) -> None:
    for number, movement in enumerate(checked.movements, 1):
        numbered = f"/{number}" if len(checked.movements) > 1 else ""
        plan_transfer(planning, register_no, checked, movement, numbered, line_leg)
    number_receiving_halves(planning, header, f"{line_leg}in")
