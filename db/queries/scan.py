"""Look-ups for one scan. A code is looked for as bin, barcode and item in one statement, because most scans are one of these."""

from db.connection import fetch
from db.connection.session import Row

_CODES = (
    "SELECT 'bin', b.code, '', '', '' FROM bin b WHERE b.location_code = ? AND b.code = ?"
    " UNION ALL SELECT 'barcode', r.item_no, r.variant_code, r.uom_code, i.description"
    " FROM item_barcode r JOIN item i ON i.no = r.item_no WHERE r.barcode = ?"
    " UNION ALL SELECT 'item', i.no, '', '', i.description FROM item i WHERE i.no = ?"
)


def code_rows(location_code: str, code: str) -> list[Row]:
    """What a (normalized) code is: rows of (bin, barcode or item; its code or item; variant; unit; description)."""
    return fetch(_CODES, (location_code, code, code, code))


def barcodes_with_gtin(gtin: str) -> list[Row]:
    """Item, variant, unit and description of the barcode with these 14 digits."""
    sql = (
        "SELECT r.item_no, r.variant_code, r.uom_code, i.description FROM item_barcode r JOIN item i ON i.no = r.item_no"
        " WHERE r.barcode = ?"
    )
    return fetch(sql, (gtin,))


def items_with_gtin(gtin: str) -> list[Row]:
    """Number and description of the items whose own GTIN this is."""
    return fetch("SELECT no, description FROM item WHERE gtin = ? AND gtin <> ''", (gtin,))


def location_codes(code: str) -> list[str]:
    """The location with this code, if there is one."""
    return [row[0] for row in fetch("SELECT code FROM location WHERE code = ?", (code,))]


def reason_codes(code: str) -> list[str]:
    """The reason with this code, if there is one."""
    return [row[0] for row in fetch("SELECT code FROM reason WHERE code = ?", (code,))]


_TRACKED = (
    "SELECT t.kind, t.number, t.item_no, t.variant_code, i.description FROM tracking_number t JOIN item i ON i.no = t.item_no"
    " WHERE t.number_key = ?"
)
_IN_STOCK = (
    " AND EXISTS (SELECT 1 FROM bin_content c WHERE c.item_no = t.item_no AND c.variant_code = t.variant_code"
    " AND CASE t.kind WHEN 'serial' THEN c.serial_no WHEN 'lot' THEN c.lot_no ELSE c.package_no END = t.number)"
)


def tracked_numbers(key: str, item_no: str | None) -> list[Row]:
    """Kind, number, item, variant, description of the numbers with this key: of one item, or (None) of everything in stock."""
    if item_no is None:
        return fetch(f"{_TRACKED}{_IN_STOCK} ORDER BY t.item_no, t.variant_code", (key,))
    return fetch(f"{_TRACKED} AND t.item_no = ? ORDER BY t.variant_code", (key, item_no))
