"""Everything known about one item: for looking it up."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from db.connection import fetch
from db.core.numbers import from_scaled


@dataclass(frozen=True, slots=True)
class LotFacts:
    """How much of a lot lies at a location and everywhere, in base units."""

    lot_no: str
    expiration_date: date | None
    blocked: bool
    here: Decimal
    everywhere: Decimal


def lots_in_stock(item_no: str, location_code: str, *, limit: int = 50) -> list[LotFacts]:
    """The lots of an item that are in stock anywhere, the one that expires first at the top."""
    rows = fetch(
        "SELECT c.lot_no, t.expiration_date, COALESCE(t.blocked, FALSE),"
        " SUM(CASE WHEN c.location_code = ? THEN c.quantity ELSE 0 END), SUM(c.quantity)"
        " FROM bin_content c LEFT JOIN tracking_number t"
        " ON t.item_no = c.item_no AND t.variant_code = c.variant_code AND t.kind = 'lot' AND t.number = c.lot_no"
        " WHERE c.item_no = ? AND c.lot_no <> ''"
        " GROUP BY c.lot_no, t.expiration_date, COALESCE(t.blocked, FALSE)"
        " ORDER BY t.expiration_date IS NULL, t.expiration_date, c.lot_no LIMIT ?",
        (location_code, item_no, limit),
    )
    return [
        LotFacts(
            lot_no,
            date.fromisoformat(expires) if expires else None,
            bool(blocked),
            from_scaled(int(here)),
            from_scaled(int(all_)),
        )
        for lot_no, expires, blocked, here, all_ in rows
    ]


def barcodes_of(item_no: str, *, limit: int = 20) -> list[tuple[str, str, str]]:
    """Barcode, variant and unit of the item's barcodes; its own GTIN stands for its base unit. GTINs have 14 digits."""
    rows = fetch(
        "SELECT barcode, variant_code, uom_code FROM item_barcode WHERE item_no = ?"
        " UNION SELECT gtin, '', base_uom FROM item WHERE no = ? AND COALESCE(gtin, '') <> ''"
        " AND NOT EXISTS (SELECT 1 FROM item_barcode b WHERE b.barcode = item.gtin)"
        " ORDER BY 3, 2, 1 LIMIT ?",
        (item_no, item_no, limit),
    )
    return [(barcode, variant, unit) for barcode, variant, unit in rows]


def last_counted(item_no: str) -> str | None:
    """The posting date of the item's latest count."""
    rows = fetch("SELECT posting_date FROM count_entry WHERE item_no = ? ORDER BY entry_no DESC LIMIT 1", (item_no,))
    return str(rows[0][0]) if rows else None


def tracking_code_of(item_no: str) -> str:
    """The item tracking code; blank: none."""
    rows = fetch("SELECT tracking_code FROM item WHERE no = ?", (item_no,))
    return str(rows[0][0]) if rows else ""


def serial_places(item_no: str, serial_no: str) -> list[tuple[str, str, str]]:
    """Location, bin and lot of a serial number that is in stock."""
    rows = fetch(
        "SELECT location_code, bin_code, lot_no FROM bin_content WHERE serial_no = ? AND serial_no <> '' AND item_no = ?"
        " AND quantity > 0",
        (serial_no, item_no),
    )
    return [(location_code, bin_code, lot_no) for location_code, bin_code, lot_no in rows]


def package_contents(package_no: str, *, limit: int = 50) -> list[tuple[str, str, str, str, Decimal]]:
    """Location, bin, item, lot and quantity of what is in a package. Bounded by what is in stock; packages are rare."""
    rows = fetch(
        "SELECT c.location_code, c.bin_code, c.item_no, c.lot_no, c.quantity FROM tracking_number t JOIN bin_content c"
        " ON c.item_no = t.item_no AND c.variant_code = t.variant_code AND c.package_no = t.number"
        " WHERE t.number_key = ? AND t.kind = 'package' ORDER BY c.item_no LIMIT ?",
        (package_no, limit),
    )
    return [(*row[:4], from_scaled(row[4])) for row in rows]
