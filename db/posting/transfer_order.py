"""Transfer orders: shipped out of one location, received in the other, and what went missing on the way.

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
    NothingToDo,
    NotShipped,
    OverReceived,
    OverShipped,
    PermissionDenied,
    ReasonRequired,
    StocktermError,
    UnknownCode,
    phrase,
)
from db.core.numbers import from_scaled
from db.core.transfer_errors import NoInTransitLocation, NotReleased
from db.posting.check_line import check_line
from db.posting.checked import CheckedLine, Problems
from db.posting.checks import base_quantity
from db.posting.cost_changes import update_unit_cost
from db.posting.document_numbers import document_number
from db.posting.lines import (
    EntryType,
    HandledLine,
    Header,
    ItemJournalLine,
    TrackingLine,
    TransferClose,
    TransferReceive,
    TransferShip,
)
from db.posting.plan_line import number_receiving_halves, plan_decreases
from db.posting.plan_transfer import plan_transfer
from db.posting.planning import Handled, Planning, open_register
from db.posting.stock import ZERO
from db.work.transfer_orders import (
    TransferOrderDocument,
    TransferOrderLine,
    find_route,
    find_transfer_order,
    set_in_transit,
)

MAY_CLOSE = {"supervisor", "administrator"}  # as the screens have it (`ORDER_TRANSFER`)
_ON_THE_WAY = (
    "SELECT lot_no, serial_no, package_no, SUM(remaining_quantity), MAX(posting_date) FROM item_ledger_entry"
    " WHERE order_no = ? AND order_no <> '' AND order_line_no = ? AND location_code = ? AND open AND quantity > 0"
    " GROUP BY lot_no, serial_no, package_no ORDER BY lot_no, serial_no, package_no"
)


# ---- shipping and receiving -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Step:
    """One line that is handled now, as the journal line it comes down to, and how it moves the order on."""

    line_no: int
    journal_line: ItemJournalLine
    handled: Handled


def plan_ship(planning: Planning, ship: TransferShip, content_hash: str) -> int:
    """Ship lines of an order: out of its location and into transit, or straight into the other location of a direct order."""
    order = _on_its_way(_order(planning, ship.no))
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


def plan_close(planning: Planning, close: TransferClose, content_hash: str) -> int:
    """Close what is missing of a shipment: written off with a reason, or back to the sender. Never silently."""
    errors: list[StocktermError] = []
    user = planning.stock.setup.user(close.header.user_code or planning.posted_by.user_code)
    if user is not None and user.role not in MAY_CLOSE:
        errors.append(PermissionDenied(field="user", user_code=user.code, action=phrase("close what a transfer is missing")))
    if not close.send_back and not close.header.reason_code:
        errors.append(ReasonRequired(field="reason"))
    if errors:
        raise Problems(errors)
    order = _order(planning, close.no)
    lines = close.lines or tuple(HandledLine(line.line_no) for line in order.lines if line.in_transit > 0)
    if not lines:
        raise Problems([NothingToDo(field="no", what=phrase("nothing of {order_no} is on the way", order_no=order.no))])
    done: dict[int, Decimal] = {}
    steps = [_close_step(planning, close, order, one, done) for one in lines]
    return _plan(planning, "transfer_close", order.no, close.header, steps, content_hash)


def _order(planning: Planning, no: str) -> TransferOrderDocument:
    """The order, with its items locked first and itself after them."""
    order = find_transfer_order(no)
    if order is None:
        raise Problems([UnknownCode(field="no", kind="transfer order", value=no)])
    planning.stock.lock({line.item_no for line in order.lines})
    found = find_transfer_order(no, lock=True)
    if found is None:
        raise Problems([UnknownCode(field="no", kind="transfer order", value=no)])  # deleted while we waited for it
    return found


def _on_its_way(order: TransferOrderDocument) -> TransferOrderDocument:
    """The order as it may be shipped: released, and with a location for the goods on the way, unless they go directly."""
    if not order.released:
        raise Problems([NotReleased(field="no", order_no=order.no)])
    if order.direct or order.in_transit:
        return order
    route = find_route(order.from_location, order.to_location)
    if route is None or not route.in_transit:
        places = {"from_location": order.from_location, "to_location": order.to_location}
        raise Problems([NoInTransitLocation(field="no", order_no=order.no, **places)])
    set_in_transit(order.no, route.in_transit)
    return replace(order, in_transit=route.in_transit)


def _ship_step(
    planning: Planning, header: Header, order: TransferOrderDocument, one: HandledLine, done: dict[int, Decimal]
) -> _Step:
    line = _line(order, one)
    outstanding = line.outstanding - done.get(line.line_no, ZERO)
    quantity, uom_code, base = _asked(planning, line, one, outstanding)
    if base > outstanding:
        left = {"outstanding": outstanding / line.quantity_per, "requested": base / line.quantity_per}
        raise Problems([OverShipped(field="quantity", order_no=order.no, line_no=line.line_no, **left)])
    done[line.line_no] = done.get(line.line_no, ZERO) + base
    tracking = one.tracking or tuple(
        TrackingLine(asked.quantity, asked.lot_no, asked.serial_no, asked.package_no) for asked in line.asked
    )
    journal_line = _journal_line(header, order, line, quantity, uom_code, tracking)
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
    base, journal_line = _out_of_transit(planning, header, order, one, done)
    journal_line = replace(journal_line, new_location_code=order.to_location, new_bin_code=one.bin_code)
    return _Step(one.line_no, journal_line, Handled(order.no, one.line_no, received=base))


def _close_step(
    planning: Planning, close: TransferClose, order: TransferOrderDocument, one: HandledLine, done: dict[int, Decimal]
) -> _Step:
    base, journal_line = _out_of_transit(planning, close.header, order, one, done)
    if close.send_back:
        journal_line = replace(journal_line, new_location_code=order.from_location, new_bin_code=one.bin_code)
    else:
        journal_line = replace(journal_line, entry_type=EntryType.NEGATIVE_ADJUSTMENT, may_go_negative=False)
    return _Step(one.line_no, journal_line, Handled(order.no, one.line_no, closed=base))


def _out_of_transit(
    planning: Planning, header: Header, order: TransferOrderDocument, one: HandledLine, done: dict[int, Decimal]
) -> tuple[Decimal, ItemJournalLine]:
    """Base units that leave transit, and the line that takes them out: with the numbers that were shipped, and not before."""
    line = _line(order, one)
    on_the_way = line.in_transit - done.get(line.line_no, ZERO)
    shipped = fetch(_ON_THE_WAY, (order.no, line.line_no, order.in_transit))
    day = max((row[4] for row in shipped), default="")
    if header.posting_date.isoformat() < day:
        expected = phrase("{day} or later: goods are not received before they are shipped", day=day)
        raise Problems([BadValue(field="date", value=header.posting_date, expected=expected)])
    quantity, uom_code, base = _asked(planning, line, one, on_the_way)
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
    return base, replace(journal_line, location_code=order.in_transit)


def _line(order: TransferOrderDocument, one: HandledLine) -> TransferOrderLine:
    line = order.line(one.line_no)
    if line is None:
        raise Problems([UnknownCode(field="line_no", kind="order line", value=f"{order.no}/{one.line_no}")])
    return line


def _asked(planning: Planning, line: TransferOrderLine, one: HandledLine, rest: Decimal) -> tuple[Decimal, str, Decimal]:
    """How much is handled now: the quantity, its unit, and the same in base units. All of the `rest` where none is said."""
    if one.quantity is None:
        if rest <= 0:
            raise Problems([NothingToDo(field="quantity", what=phrase("line {line_no} has nothing left", line_no=line.line_no))])
        return rest, _base_uom(planning, line), rest
    if one.in_base_units:
        return one.quantity, _base_uom(planning, line), _base(planning, line, one.quantity, _base_uom(planning, line), Decimal(1))
    return one.quantity, line.uom_code, _base(planning, line, one.quantity, line.uom_code, line.quantity_per)


def _base(planning: Planning, line: TransferOrderLine, quantity: Decimal, uom_code: str, per: Decimal) -> Decimal:
    item = planning.stock.setup.item(line.item_no)
    errors: list[StocktermError] = []
    if quantity < 0:
        errors.append(BadValue(field="quantity", value=quantity, expected=phrase("more than 0")))
    assert item is not None
    base = base_quantity(quantity, uom_code, per, item, planning.stock, errors)
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
                raise Problems([NotShipped(field=field, kind=field, number=number, shipped=sorted(set(known)))])


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
    many = len(checked.movements) > 1
    if checked.to is None:
        legs = [f"{line_leg}out/{number}" if many else f"{line_leg}out" for number in range(1, len(checked.movements) + 1)]
        plan_decreases(planning, register_no, checked, legs)
        update_unit_cost(planning, checked.item.no)
        return
    for number, movement in enumerate(checked.movements, 1):
        plan_transfer(planning, register_no, checked, movement, f"/{number}" if many else "", line_leg)
    number_receiving_halves(planning, header, f"{line_leg}in")
