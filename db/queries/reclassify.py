"""What a reclassification has to know: where a number lies, what its date is, and which orders wait for what is changed."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from db.connection import fetch
from db.core.codes import number_key
from db.core.numbers import from_scaled
from db.work.transfer_orders import Asked, TransferOrderLine, find_transfer_order

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Lying:
    """What lies in one place with one set of numbers, in base units. `in_transit`: on its way, with an order."""

    location_code: str
    bin_code: str
    lot_no: str
    serial_no: str
    package_no: str
    quantity: Decimal
    in_transit: bool = False


@dataclass(frozen=True, slots=True)
class Stranded:
    """An open order line that wants more than is left. Base units: `wanted` still to be shipped, `left` after the change."""

    order_no: str
    line_no: int
    number: str
    wanted: Decimal
    left: Decimal


_LYING = (
    "SELECT c.location_code, c.bin_code, c.lot_no, c.serial_no, c.package_no, c.quantity, COALESCE(l.in_transit, ?)"
    " FROM bin_content c LEFT JOIN location l ON l.code = c.location_code"
    " WHERE c.item_no = ? AND c.variant_code = ? AND c.quantity > 0"
)
_ORDERS = (
    "SELECT DISTINCT o.no FROM transfer_order_line l CROSS JOIN transfer_order o"
    " WHERE o.no = l.order_no AND o.from_location = ? AND l.item_no = ? AND l.variant_code = ?"
    " AND CAST(l.quantity AS NUMERIC) * l.quantity_per > CAST(l.quantity_shipped AS NUMERIC) * 100000 ORDER BY o.no LIMIT ?"
)


def lying(
    item_no: str,
    variant_code: str,
    *,
    location_code: str | None = None,
    bin_code: str | None = None,
    lot_no: str = "",
    serial_no: str = "",
    package_no: str = "",
    limit: int = 2_000,
) -> list[Lying]:
    """Where goods lie; what is left out, or blank for a number, may be any. Numbers as they are spelt in the books."""
    sql, params = _LYING, [False, item_no, variant_code]
    for column, value in (("location_code", location_code), ("bin_code", bin_code)):
        if value is not None:
            sql += f" AND c.{column} = ?"
            params.append(value)
    for column, value in (("lot_no", lot_no), ("serial_no", serial_no), ("package_no", package_no)):
        if value:
            sql += f" AND c.{column} = ?"
            params.append(value)
    sql += " ORDER BY c.location_code, c.bin_code, c.lot_no, c.serial_no, c.package_no LIMIT ?"
    rows = fetch(sql, (*params, limit))
    return [
        Lying(code, bin_code, lot, serial, package, from_scaled(much), bool(way))
        for code, bin_code, lot, serial, package, much, way in rows
    ]


def packed(package_no: str, location_code: str) -> list[tuple[str, str, str]]:
    """Item, variant and description of what lies in a package at a location; the number without regard to case."""
    sql = (
        "SELECT DISTINCT t.item_no, t.variant_code, i.description FROM tracking_number t JOIN item i ON i.no = t.item_no"
        " JOIN bin_content c ON c.item_no = t.item_no AND c.variant_code = t.variant_code AND c.package_no = t.number"
        " WHERE t.kind = 'package' AND t.number_key = ? AND c.location_code = ? AND c.quantity > 0 ORDER BY 1, 2"
    )
    return [(item, variant, text) for item, variant, text in fetch(sql, (number_key(package_no), location_code))]


def expiry_of(item_no: str, variant_code: str, kind: str, number: str) -> date | None:
    """The date that the books have for a number."""
    sql = "SELECT expiration_date FROM tracking_number WHERE item_no = ? AND variant_code = ? AND kind = ? AND number_key = ?"
    rows = fetch(sql, (item_no, variant_code, kind, number_key(number)))
    return date.fromisoformat(rows[0][0]) if rows and rows[0][0] else None


def draws_from(item_no: str, kind: str) -> str:
    """The number series of an item's lots, serials or packages; blank: none."""
    assert kind in ("lot", "serial", "package")
    sql = f"SELECT t.{kind}_nos FROM item i JOIN tracking_code t ON t.code = i.tracking_code WHERE i.no = ?"
    rows = fetch(sql, (item_no,))
    return str(rows[0][0]) if rows else ""


def drawn_number(register_no: int, kind: str) -> str:
    """The number of this kind that a register put goods into."""
    assert kind in ("lot", "serial", "package")
    sql = f"SELECT {kind}_no FROM item_ledger_entry WHERE register_no = ? AND quantity > 0 ORDER BY entry_no LIMIT 1"
    return str(fetch(sql, (register_no,))[0][0])


def uses_expiry(item_no: str) -> bool:
    """Whether the numbers of an item have expiry dates at all."""
    sql = "SELECT t.use_expiration_dates FROM item i JOIN tracking_code t ON t.code = i.tracking_code WHERE i.no = ?"
    rows = fetch(sql, (item_no,))
    return bool(rows and rows[0][0])


def stranded_by(
    item_no: str, variant_code: str, location_code: str, leaving: list[Lying], *, number_only: bool = False
) -> list[Stranded]:
    """The open transfer orders from a location that will not find what they want once `leaving` is gone from it.

    An order that names a lot, serial or package wants that; the others want the item, and lose nothing where only its numbers
    change (`number_only`). What an order wants and did not find before is not the fault of the change.
    """
    found: list[Stranded] = []
    for (no,) in fetch(_ORDERS, (location_code, item_no, variant_code, 99)):
        order = find_transfer_order(no)
        assert order is not None
        for line in order.lines:
            if (line.item_no, line.variant_code) == (item_no, variant_code) and line.outstanding > 0:
                found += _stranded(no, line, location_code, leaving, number_only)
    return found


def _stranded(no: str, line: TransferOrderLine, location_code: str, leaving: list[Lying], number_only: bool) -> list[Stranded]:
    found = []
    for asked in line.asked or (Asked(),):
        number = asked.serial_no or asked.lot_no or asked.package_no
        if not number and number_only:
            continue
        gone = sum((one.quantity for one in leaving if _fits(asked, one)), ZERO)
        here = _here(line, location_code, asked)
        wanted = line.outstanding if asked.quantity is None else min(line.outstanding, asked.quantity * line.quantity_per)
        if gone and here - gone < wanted:
            found.append(Stranded(no, line.line_no, number or line.item_no, wanted, max(here - gone, ZERO)))
    return found


def _here(line: TransferOrderLine, location_code: str, asked: Asked) -> Decimal:
    """What lies at a location of what is asked for; the numbers in any spelling."""
    sql = "SELECT COALESCE(SUM(quantity), 0) FROM bin_content WHERE item_no = ? AND variant_code = ? AND location_code = ?"
    params: list[object] = [line.item_no, line.variant_code, location_code]
    for kind, number in (("lot", asked.lot_no), ("serial", asked.serial_no), ("package", asked.package_no)):
        if number:
            sql += (
                f" AND {kind}_no IN (SELECT number FROM tracking_number"
                f" WHERE item_no = ? AND variant_code = ? AND kind = '{kind}' AND number_key = ?)"
            )
            params += [line.item_no, line.variant_code, number_key(number)]
    return from_scaled(int(fetch(sql, params)[0][0]))


def _fits(asked: Asked, one: Lying) -> bool:
    pairs = ((asked.lot_no, one.lot_no), (asked.serial_no, one.serial_no), (asked.package_no, one.package_no))
    return all(not wanted or number_key(wanted) == number_key(has) for wanted, has in pairs)
