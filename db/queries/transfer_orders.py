"""Transfer orders as a floor sees them: which wait here to be shipped or received, and what is on its way."""

from dataclasses import dataclass
from decimal import Decimal

from db.connection import fetch
from db.core.numbers import from_scaled


@dataclass(frozen=True, slots=True)
class WaitingOrder:
    """An order with lines that are still to be handled at a location. `other_location`: where it goes to, or comes from."""

    no: str
    other_location: str
    lines: int


@dataclass(frozen=True, slots=True)
class OnTheWay:
    """What was shipped on a line of an order and is in transit now, in base units."""

    line_no: int
    item_no: str
    variant_code: str
    lot_no: str
    serial_no: str
    package_no: str
    quantity: Decimal
    base_uom: str


_TO_SHIP = (
    "SELECT o.no, o.to_location, COUNT(*) FROM transfer_order o JOIN transfer_order_line l ON l.order_no = o.no"
    " WHERE o.from_location = ? AND o.released"
    " AND CAST(l.quantity AS NUMERIC) * l.quantity_per > CAST(l.quantity_shipped AS NUMERIC) * 100000"
    " GROUP BY o.no, o.to_location ORDER BY o.no LIMIT ?"
)
_TO_RECEIVE = (
    "SELECT o.no, o.from_location, COUNT(*) FROM transfer_order o JOIN transfer_order_line l ON l.order_no = o.no"
    " WHERE o.to_location = ? AND o.in_transit <> '' AND l.quantity_shipped > l.quantity_received + l.quantity_closed"
    " GROUP BY o.no, o.from_location ORDER BY o.no LIMIT ?"
)
_ON_THE_WAY = (
    "SELECT e.order_line_no, e.item_no, e.variant_code, e.lot_no, e.serial_no, e.package_no, SUM(e.remaining_quantity),"
    " i.base_uom FROM item_ledger_entry e JOIN item i ON i.no = e.item_no"
    " WHERE e.order_no = ? AND e.location_code = ? AND e.open AND e.quantity > 0"
    " GROUP BY e.order_line_no, e.item_no, e.variant_code, e.lot_no, e.serial_no, e.package_no, i.base_uom"
    " ORDER BY e.order_line_no, e.lot_no, e.serial_no, e.package_no"
)


def orders_to_ship(location_code: str, *, limit: int = 99) -> list[WaitingOrder]:
    """Orders with something left to ship from here, by number."""
    return [WaitingOrder(*row) for row in fetch(_TO_SHIP, (location_code, limit))]


def orders_to_receive(location_code: str, *, limit: int = 99) -> list[WaitingOrder]:
    """Orders with something on its way to here, by number."""
    return [WaitingOrder(*row) for row in fetch(_TO_RECEIVE, (location_code, limit))]


def on_the_way(order_no: str, in_transit: str) -> list[OnTheWay]:
    """What is in transit on an order, by line and number."""
    return [
        OnTheWay(line_no, item_no, variant, lot_no, serial_no, package_no, from_scaled(int(remaining)), base_uom)
        for line_no, item_no, variant, lot_no, serial_no, package_no, remaining, base_uom in fetch(
            _ON_THE_WAY, (order_no, in_transit)
        )
    ]


def transfer_order_nos(code: str) -> list[str]:
    """The number of the transfer order with this code, if there is one."""
    return [row[0] for row in fetch("SELECT no FROM transfer_order WHERE no = ?", (code,))]
