"""What stands on labels: items with the barcode of a unit, lots, packages with what is in them, bins, badges."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from db.connection import fetch
from db.core.codes import number_key
from db.core.errors import UnknownCode
from db.core.numbers import from_scaled


@dataclass(frozen=True, slots=True)
class LabelledItem:
    """An item in one unit and variant. `gtin`: 14 digits or blank; `barcode`: any other code of it, or blank."""

    no: str
    description: str
    base_uom: str
    variant_code: str
    uom_code: str
    quantity_per: Decimal
    gtin: str
    barcode: str


@dataclass(frozen=True, slots=True)
class LabelledNumber:
    """A lot or serial number as it was first written."""

    number: str
    expiration_date: date | None


@dataclass(frozen=True, slots=True)
class LabelledContent:
    """What lies in a package: one item, variant and lot. The quantity is in base units."""

    item_no: str
    variant_code: str
    lot_no: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class LabelledBin:
    location_code: str
    code: str
    zone: str
    check_digits: str


_ITEM = (
    "SELECT i.no, i.description, i.base_uom, i.gtin, u.quantity_per, v.description FROM item i"
    " LEFT JOIN item_unit_of_measure u ON u.item_no = i.no AND u.code = ?"
    " LEFT JOIN item_variant v ON v.item_no = i.no AND v.code = ?"
    " WHERE i.no = ?"
)
_BARCODES = (
    "SELECT barcode FROM item_barcode WHERE item_no = ? AND variant_code = ? AND (uom_code = ? OR (uom_code = '' AND ? = ?))"
    " ORDER BY barcode"
)


def labelled_item(item_no: str, variant_code: str = "", uom_code: str = "") -> LabelledItem:
    """The item; a blank unit is the base unit. Raises `UnknownCode` for the item, the variant or the unit."""
    rows = fetch(_ITEM, (uom_code, variant_code, item_no))
    if not rows:
        raise UnknownCode(field="item", kind="item", value=item_no)
    no, description, base_uom, own_gtin, quantity_per, variant_text = rows[0]
    unit = uom_code or base_uom
    if unit != base_uom and quantity_per is None:
        raise UnknownCode(field="uom", kind="unit", value=uom_code)
    if variant_code and variant_text is None:
        raise UnknownCode(field="variant", kind="variant", value=variant_code)
    barcodes = [row[0] for row in fetch(_BARCODES, (no, variant_code, unit, unit, base_uom))]
    gtins = [one for one in barcodes if len(one) == 14 and one.isascii() and one.isdigit()]
    if own_gtin and not variant_code and unit == base_uom:
        gtins.insert(0, own_gtin)
    return LabelledItem(
        no,
        " ".join(filter(None, (description, variant_text))),
        base_uom,
        variant_code,
        unit,
        Decimal(1) if unit == base_uom else from_scaled(quantity_per),
        gtins[0] if gtins else "",
        next((one for one in barcodes if one not in gtins), ""),
    )


def labelled_number(item_no: str, variant_code: str, kind: str, number: str) -> LabelledNumber:
    """A lot or serial number (`kind`); one that is not known yet is as it is given, without a date."""
    rows = fetch(
        "SELECT number, expiration_date FROM tracking_number"
        " WHERE item_no = ? AND variant_code = ? AND kind = ? AND number_key = ?",
        (item_no, variant_code, kind, number_key(number)),
    )
    if not rows:
        return LabelledNumber(number, None)
    return LabelledNumber(rows[0][0], date.fromisoformat(rows[0][1]) if rows[0][1] else None)


def package_contents(package_no: str) -> list[LabelledContent]:
    """What lies in a package, everywhere. Case does not matter."""
    rows = fetch(
        "SELECT c.item_no, c.variant_code, c.lot_no, SUM(c.quantity) FROM bin_content c"
        " JOIN tracking_number t ON t.item_no = c.item_no AND t.variant_code = c.variant_code AND t.kind = 'package'"
        " AND t.number = c.package_no WHERE t.number_key = ? AND c.quantity <> 0"
        " GROUP BY c.item_no, c.variant_code, c.lot_no ORDER BY c.item_no, c.variant_code, c.lot_no",
        (number_key(package_no),),
    )
    return [LabelledContent(item_no, variant, lot_no, from_scaled(int(quantity))) for item_no, variant, lot_no, quantity in rows]


def labelled_bins(location_code: str, *, bin_code: str = "", zone: str = "") -> list[LabelledBin]:
    """The bins of a location in their order, or one of them, or those of a zone."""
    where, params = "", [location_code]
    for column, value in (("code", bin_code), ("zone", zone)):
        if value:
            where += f" AND {column} = ?"
            params.append(value)
    sql = f"SELECT location_code, code, zone, check_digits FROM bin WHERE location_code = ?{where} ORDER BY ranking, code"
    return [LabelledBin(*row) for row in fetch(sql, params)]


def badges(user_code: str = "") -> list[tuple[str, str, str]]:
    """Badge, code and name of the users that have a badge, or of one."""
    where, params = (" AND code = ?", (user_code,)) if user_code else ("", ())
    return [tuple(row) for row in fetch(f"SELECT badge, code, name FROM app_user WHERE badge <> ''{where} ORDER BY code", params)]
