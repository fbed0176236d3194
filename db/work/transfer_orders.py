"""Transfer orders: what is to be moved, and how far each line has come. Not a ledger; a posting moves its quantities on."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from db.connection import fetch, for_update, write_batch
from db.core.clock import now_microseconds
from db.core.numbers import from_scaled, to_scaled

_ORDER = (
    "SELECT from_location, to_location, in_transit, direct, released, shipment_date, receipt_date FROM transfer_order"
    " WHERE no = ?"
)
_LINES = (
    "SELECT line_no, item_no, variant_code, uom_code, quantity_per, quantity, tracking, quantity_shipped, quantity_received,"
    " quantity_closed FROM transfer_order_line WHERE order_no = ? ORDER BY line_no"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A number that the order asks for, with its quantity in the unit of the line."""

    lot_no: str = ""
    serial_no: str = ""
    package_no: str = ""
    quantity: Decimal | None = None


@dataclass(frozen=True, slots=True)
class TransferOrderLine:
    """One line. `quantity` is in its unit; shipped, received and closed are in base units."""

    line_no: int
    item_no: str
    variant_code: str
    uom_code: str
    quantity_per: Decimal
    quantity: Decimal
    asked: tuple[Asked, ...] = ()
    shipped: Decimal = Decimal(0)
    received: Decimal = Decimal(0)
    closed: Decimal = Decimal(0)

    @property
    def ordered(self) -> Decimal:
        """Ordered, in base units."""
        return self.quantity * self.quantity_per

    @property
    def outstanding(self) -> Decimal:
        """Still to be shipped, in base units."""
        return self.ordered - self.shipped

    @property
    def in_transit(self) -> Decimal:
        """Shipped and neither received nor closed, in base units."""
        return self.shipped - self.received - self.closed


@dataclass(frozen=True, slots=True)
class TransferOrderDocument:
    """A transfer order with its lines. `in_transit` blank: direct, or the route does not say yet."""

    no: str
    from_location: str
    to_location: str
    in_transit: str
    lines: tuple[TransferOrderLine, ...]
    direct: bool = False
    released: bool = True
    shipment_date: date | None = None
    receipt_date: date | None = None

    @property
    def begun(self) -> bool:
        """Something of it was shipped."""
        return any(line.shipped for line in self.lines)

    @property
    def on_the_way(self) -> bool:
        """Something is in transit."""
        return any(line.in_transit > 0 for line in self.lines)

    @property
    def to_ship(self) -> bool:
        """Something is still to be shipped."""
        return any(line.outstanding > 0 for line in self.lines)

    def line(self, line_no: int) -> TransferOrderLine | None:
        return next((line for line in self.lines if line.line_no == line_no), None)


def find_transfer_order(no: str, *, lock: bool = False) -> TransferOrderDocument | None:
    """The order, or None; with `lock` its row is locked for the rest of the transaction (after the items: they come first)."""
    rows = fetch(for_update(_ORDER) if lock else _ORDER, (no,))
    if not rows:
        return None
    lines = []
    for row in fetch(_LINES, (no,)):
        exact = [from_scaled(value) for value in (row[4], row[5], row[7], row[8], row[9])]
        per, quantity, shipped, received, closed = exact
        line_no, item_no, variant_code, uom_code = row[:4]
        asked = _asked(row[6])
        lines.append(TransferOrderLine(line_no, item_no, variant_code, uom_code, per, quantity, asked, shipped, received, closed))
    from_location, to_location, in_transit, direct, released, *days = rows[0]
    shipment, receipt = (None if day is None else date.fromisoformat(day) for day in days)
    return TransferOrderDocument(
        no, from_location, to_location, in_transit, tuple(lines), bool(direct), bool(released), shipment, receipt
    )


def _asked(text: str) -> tuple[Asked, ...]:
    return tuple(
        Asked(one["lot"], one["serial"], one["package"], None if one["quantity"] is None else Decimal(one["quantity"]))
        for one in json.loads(text)
    )


def _as_text(asked: Sequence[Asked]) -> str:
    rows = [
        {
            "lot": one.lot_no,
            "serial": one.serial_no,
            "package": one.package_no,
            "quantity": None if one.quantity is None else str(one.quantity),
        }
        for one in asked
    ]
    return json.dumps(rows)


def put_transfer_order(order: TransferOrderDocument) -> None:
    """Write an order, new or changed, inside the caller's transaction."""
    write_batch(
        [
            ("DELETE FROM transfer_order_line WHERE order_no = ?", [(order.no,)]),
            (  # changed in place: whoever waits for its row must find it again
                "INSERT INTO transfer_order (no, from_location, to_location, in_transit, direct, released, shipment_date,"
                " receipt_date, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (no) DO UPDATE SET"
                " from_location = excluded.from_location, to_location = excluded.to_location, in_transit = excluded.in_transit,"
                " direct = excluded.direct, released = excluded.released, shipment_date = excluded.shipment_date,"
                " receipt_date = excluded.receipt_date",
                [
                    (
                        order.no,
                        order.from_location,
                        order.to_location,
                        order.in_transit,
                        order.direct,
                        order.released,
                        _as_day(order.shipment_date),
                        _as_day(order.receipt_date),
                        now_microseconds(),
                    )
                ],
            ),
            (
                "INSERT INTO transfer_order_line (order_no, line_no, item_no, variant_code, uom_code, quantity_per, quantity,"
                " tracking, quantity_shipped, quantity_received, quantity_closed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        order.no,
                        line.line_no,
                        line.item_no,
                        line.variant_code,
                        line.uom_code,
                        to_scaled(line.quantity_per),
                        to_scaled(line.quantity),
                        _as_text(line.asked),
                        to_scaled(line.shipped),
                        to_scaled(line.received),
                        to_scaled(line.closed),
                    )
                    for line in order.lines
                ],
            ),
        ]
    )


def _as_day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def delete_transfer_order(no: str) -> None:
    """Delete an order and its lines, inside the caller's transaction."""
    write_batch(
        [
            ("DELETE FROM transfer_order_line WHERE order_no = ?", [(no,)]),
            ("DELETE FROM transfer_order WHERE no = ?", [(no,)]),
        ]
    )


def set_in_transit(no: str, in_transit: str) -> None:
    """The location of the goods on the way, which the order did not name, inside the caller's transaction."""
    write_batch([("UPDATE transfer_order SET in_transit = ? WHERE no = ?", [(in_transit, no)])])


@dataclass(frozen=True, slots=True)
class TransferRoute:
    """How goods get from one location to another. Neither direct nor with an in-transit location: not set up yet."""

    in_transit: str
    direct: bool
    shipping_days: int


def find_route(from_location: str, to_location: str) -> TransferRoute | None:
    """The route between two locations, or None."""
    sql = "SELECT in_transit, direct, shipping_days FROM transfer_route WHERE from_location = ? AND to_location = ?"
    rows = fetch(sql, (from_location, to_location))
    return TransferRoute(rows[0][0], bool(rows[0][1]), rows[0][2]) if rows else None


def items_of_transfer_orders(nos: Iterable[str]) -> set[str]:
    """The items of these orders, as far as the orders are there."""
    return {row[0] for no in nos for row in fetch("SELECT DISTINCT item_no FROM transfer_order_line WHERE order_no = ?", (no,))}
