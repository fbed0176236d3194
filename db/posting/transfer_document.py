"""Transfer orders as documents: made, changed, deleted. They post nothing; shipping and receiving them is `transfer_order`.

What was shipped stands: its lines keep item, variant and unit, and no less than was shipped. A quantity not even in pieces
(a third of a box) is kept in base units, as it will be shipped. Where an order names no in-transit location the route
between the two locations says how the goods travel; without a route they go directly. Source: operations reference §9.
"""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from db.core.errors import BadValue, LocationInTransit, MissingField, StocktermError, UnknownCode, phrase
from db.posting.checked import Problems
from db.posting.checks import base_quantity, check_header, check_item
from db.posting.document_numbers import order_number
from db.posting.lines import OrderedLine, TransferDelete, TransferOrder
from db.posting.planning import Planning, open_register
from db.posting.stock import Stock
from db.work.transfer_orders import (
    Asked,
    TransferOrderDocument,
    TransferOrderLine,
    TransferRoute,
    delete_transfer_order,
    find_route,
    find_transfer_order,
    put_transfer_order,
)


def make_order(planning: Planning, order: TransferOrder, content_hash: str) -> int:
    """Make the document, or change it; the number of its register.

    Raises `Problems`: places that are no places for it, lines that could never be shipped, or a change of what was shipped.
    """
    stock = planning.stock
    errors = check_header(order.header, stock, planning.posted_by)
    route = find_route(order.from_location, order.to_location)
    direct = order.direct
    if direct is None:
        direct = not order.in_transit and (route is None or route.direct)
    elif direct and order.in_transit:
        errors.append(BadValue(field="direct", value=True, expected=phrase("false where in_transit is named")))
    in_transit = "" if direct else order.in_transit or (route.in_transit if route is not None else "")
    _check_places(order, in_transit, direct, stock, errors)
    lines = [line for one in order.lines if (line := _checked_line(one, stock, errors)) is not None]
    if len({line.line_no for line in lines}) != len(lines):
        errors.append(BadValue(field="lines", value=order.no, expected=phrase("each line number once")))
    if not order.lines:
        errors.append(BadValue(field="lines", value="[]", expected=phrase("at least one line")))
    shipment, receipt = _days(order, route, errors)
    before = find_transfer_order(order.no, lock=True) if order.no else None
    if not order.no and not stock.settings.transfer_order_nos:
        errors.append(MissingField(field="no", operation="transfer_order"))
    document = TransferOrderDocument(
        order.no, order.from_location, order.to_location, in_transit, tuple(lines), direct, order.released, shipment, receipt
    )
    if before is not None:
        document = _changed(before, document, errors)
    if errors:
        raise Problems(errors)
    no = order.no if before is not None else order_number(planning, order)
    put_transfer_order(replace(document, no=no))
    return open_register(planning, "transfer_order", replace(order.header, document_no=no), content_hash)


def delete_order(planning: Planning, delete: TransferDelete, content_hash: str) -> int:
    """Delete an order of which nothing was shipped; the number of its register. Raises `Problems`."""
    errors = check_header(delete.header, planning.stock, planning.posted_by)
    order = find_transfer_order(delete.no, lock=True)
    if order is None:
        errors.append(UnknownCode(field="no", kind="transfer order", value=delete.no))
    elif order.begun:
        errors.append(BadValue(field="no", value=delete.no, expected=phrase("an order of which nothing was shipped")))
    if errors:
        raise Problems(errors)
    delete_transfer_order(delete.no)
    return open_register(planning, "transfer_delete", replace(delete.header, document_no=delete.no), content_hash)


def _check_places(order: TransferOrder, in_transit: str, direct: bool, stock: Stock, errors: list[StocktermError]) -> None:
    for field, code in (("from", order.from_location), ("to", order.to_location), ("in_transit", in_transit)):
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
        elif field == "to" and direct and location.warehouse_receipts:
            expected = phrase("an in-transit location: {code} receives its goods by a document", code=code)
            errors.append(BadValue(field="in_transit", value="", expected=expected))
    if order.from_location and order.from_location == order.to_location:
        errors.append(BadValue(field="to", value=order.to_location, expected=phrase("another location than the goods come from")))


def _checked_line(one: OrderedLine, stock: Stock, errors: list[StocktermError]) -> TransferOrderLine | None:
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
            base = base_quantity(one.quantity, uom_code, per, item, stock, found)
            asked = tuple(Asked(t.lot_no, t.serial_no, t.package_no, t.quantity) for t in one.tracking)
            if not found and base != one.quantity * per:  # 0.33333 of a box of 12 are 4 pieces: only they can be shipped
                in_base = [t.quantity and base_quantity(t.quantity, uom_code, per, item, stock, found) for t in asked]
                asked = tuple(replace(t, quantity=pieces) for t, pieces in zip(asked, in_base, strict=True))
                uom_code, per, quantity = item.base_uom, Decimal(1), base
            else:
                quantity = one.quantity
            if not found:
                return TransferOrderLine(one.line_no, item.no, one.variant_code, uom_code, per, quantity, asked)
    for error in found:
        error.field = f"lines/{one.line_no}/{error.field}"
    errors.extend(found)
    return None


def _days(order: TransferOrder, route: TransferRoute | None, errors: list[StocktermError]) -> tuple[date, date]:
    shipment = order.shipment_date or order.header.posting_date
    receipt = order.receipt_date or shipment + timedelta(days=route.shipping_days if route is not None else 0)
    if receipt < shipment:
        expected = phrase("{day} or later: goods are not received before they are shipped", day=shipment)
        errors.append(BadValue(field="receipt_date", value=receipt, expected=expected))
    return shipment, receipt


def _changed(before: TransferOrderDocument, after: TransferOrderDocument, errors: list[StocktermError]) -> TransferOrderDocument:
    """The changed order with what was shipped of it; what cannot change any more goes to `errors`."""
    if not before.begun:
        return after
    for field, was, now in (
        ("from", before.from_location, after.from_location),
        ("to", before.to_location, after.to_location),
        ("in_transit", before.in_transit, after.in_transit),
    ):
        if was != now:
            errors.append(BadValue(field=field, value=now, expected=phrase("{was}: goods were shipped", was=was)))
    kept = []
    for old in before.lines:
        new = after.line(old.line_no)
        if new is None or not old.shipped:
            continue
        if (new.item_no, new.variant_code, new.uom_code) != (old.item_no, old.variant_code, old.uom_code):
            was = " ".join(filter(None, (old.item_no, old.variant_code, old.uom_code)))
            found = BadValue(
                field=f"lines/{old.line_no}/item", value=new.item_no, expected=phrase("{was}: goods were shipped", was=was)
            )
            errors.append(found)
    for line in after.lines:
        old_line = before.line(line.line_no)
        if old_line is None:
            kept.append(line)
            continue
        kept.append(
            replace(
                line,
                quantity_per=old_line.quantity_per if old_line.shipped else line.quantity_per,
                shipped=old_line.shipped,
                received=old_line.received,
                closed=old_line.closed,
            )
        )
    for old in before.lines:
        now_line = next((line for line in kept if line.line_no == old.line_no), None)
        ordered = now_line.ordered if now_line is not None else 0
        if ordered < old.shipped:
            least = old.shipped / old.quantity_per
            expected = phrase("{least} or more: so much was shipped", least=least)
            errors.append(BadValue(field=f"lines/{old.line_no}/quantity", value=ordered / old.quantity_per, expected=expected))
    return replace(after, lines=tuple(kept))
