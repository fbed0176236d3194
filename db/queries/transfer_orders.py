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


# From the open lines to their orders, and not the other way round (`CROSS JOIN` holds SQLite to it): orders are kept for ever.
_TO_SHIP = (
    "SELECT o.no, o.to_location, COUNT(*) FROM transfer_order_line l CROSS JOIN transfer_order o"
    " WHERE o.no = l.order_no AND o.from_location = ? AND o.released"
    " AND CAST(l.quantity AS NUMERIC) * l.quantity_per > CAST(l.quantity_shipped AS NUMERIC) * 100000"
    " GROUP BY o.no, o.to_location ORDER BY o.no LIMIT ?"
)
_TO_RECEIVE = (
    "SELECT o.no, o.from_location, COUNT(*) FROM transfer_order_line l CROSS JOIN transfer_order o"
    " WHERE o.no = l.order_no AND o.to_location = ? AND o.in_transit <> ''"
    " AND l.quantity_shipped > l.quantity_received + l.quantity_closed"
    " GROUP BY o.no, o.from_location ORDER BY o.no LIMIT ?"
)
_ON_THE_WAY = (
    "SELECT e.order_line_no, e.item_no, e.variant_code, e.lot_no, e.serial_no, e.package_no, SUM(e.remaining_quantity),"
    " i.base_uom FROM item_ledger_entry e JOIN item i ON i.no = e.item_no"
    " WHERE e.order_no = ? AND e.order_no <> '' AND e.location_code = ? AND e.open AND e.quantity > 0"
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


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """An order as a list shows it: how many of its lines are to be shipped, were shipped at all, and are on the way."""

    no: str
    from_location: str
    to_location: str
    in_transit: str
    direct: bool
    released: bool
    receipt_date: str
    lines: int
    to_ship: int
    begun: int
    on_the_way: int

    @property
    def finished(self) -> bool:
        """All of it was shipped, or no more is to be, and nothing is on the way."""
        return not self.on_the_way and (not self.to_ship or bool(self.begun and not self.released))


_OUTSTANDING = (
    "SUM(CASE WHEN CAST(l.quantity AS NUMERIC) * l.quantity_per > CAST(l.quantity_shipped AS NUMERIC) * 100000 THEN 1 ELSE 0 END)"
)
_BEGUN = "SUM(CASE WHEN l.quantity_shipped > 0 THEN 1 ELSE 0 END)"
_ON_ITS_WAY = "SUM(CASE WHEN l.quantity_shipped > l.quantity_received + l.quantity_closed THEN 1 ELSE 0 END)"
_ORDERS = (
    "SELECT o.no, o.from_location, o.to_location, o.in_transit, o.direct, o.released, COALESCE(o.receipt_date, ''), COUNT(*),"
    f" {_OUTSTANDING}, {_BEGUN}, {_ON_ITS_WAY}"
    " FROM transfer_order o JOIN transfer_order_line l ON l.order_no = o.no WHERE o.from_location = ? OR o.to_location = ?"
    " GROUP BY o.no, o.from_location, o.to_location, o.in_transit, o.direct, o.released, o.receipt_date, o.created_at"
    f" ORDER BY CASE WHEN {_ON_ITS_WAY} > 0 OR ({_OUTSTANDING} > 0 AND (o.released OR {_BEGUN} = 0)) THEN 0 ELSE 1 END,"
    " o.created_at DESC, o.no LIMIT ?"
)


def orders_at(location_code: str, *, limit: int = 200) -> list[OrderFacts]:
    """Orders from here or to here: those that are not finished first, each newest first."""
    found = []
    for no, start, end, in_transit, direct, released, receipt, *counts in fetch(_ORDERS, (location_code, location_code, limit)):
        lines, to_ship, begun, on_its_way = map(int, counts)
        found.append(
            OrderFacts(no, start, end, in_transit, bool(direct), bool(released), receipt, lines, to_ship, begun, on_its_way)
        )
    return found


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """A shipment, a receipt or a closing of an order."""

    register_no: int
    operation_id: str
    operation: str
    document_no: str
    posting_date: str
    user_code: str
    undone_by: int | None


_DOCUMENTS = (
    "SELECT DISTINCT r.register_no, r.operation_id, r.operation, r.document_no, r.posting_date, r.user_code,"
    " (SELECT MIN(u.register_no) FROM item_register u WHERE u.undoes_register_no = r.register_no)"
    " FROM item_ledger_entry e JOIN item_register r ON r.register_no = e.register_no"
    " WHERE e.order_no = ? AND e.order_no <> '' AND r.operation IN ('transfer_ship', 'transfer_receive', 'transfer_close')"
    " ORDER BY r.register_no DESC LIMIT ?"
)


def documents_of(order_no: str, *, limit: int = 200) -> list[DocumentFacts]:
    """What was posted on an order, the newest first."""
    return [DocumentFacts(row[0], row[1] or "", *row[2:]) for row in fetch(_DOCUMENTS, (order_no, limit))]


def is_direct_shipment(register_no: int) -> bool:
    """Whether a shipment went straight to the other location: none of its goods were ever in transit."""
    sql = (
        "SELECT 1 FROM item_ledger_entry e JOIN location l ON l.code = e.location_code"
        " WHERE e.register_no = ? AND l.in_transit LIMIT 1"
    )
    return not fetch(sql, (register_no,))


@dataclass(frozen=True, slots=True)
class TransferSettings:
    """The number series of transfers; blank: none."""

    order_nos: str
    shipment_nos: str
    receipt_nos: str


def transfer_settings() -> TransferSettings:
    """Which series orders, shipments and receipts draw from."""
    rows = fetch("SELECT transfer_order_nos, transfer_shipment_nos, transfer_receipt_nos FROM settings WHERE id = 1")
    return TransferSettings(*rows[0])


def transfer_order_nos(code: str) -> list[str]:
    """The number of the transfer order with this code, if there is one."""
    return [row[0] for row in fetch("SELECT no FROM transfer_order WHERE no = ?", (code,))]
