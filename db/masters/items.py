"""Items: what may be stock, how it is costed, in which units, under which barcodes.

Some fields say how posted entries are to be read: the type, the costing method, what the tracking code makes specific, and the
base unit. They stay as they are once the item has entries. The item's row of totals is locked before they are looked for, so
that a posting under way elsewhere is either seen or comes after the change. Source: operations reference, section 1.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from db.connection import fetch, for_update, write_batch
from db.core.date_formulas import is_date_formula
from db.core.errors import N_, BadValue, BarcodeTaken, HasEntries, UnknownCode, WrongItemType, phrase
from db.core.gtin import GTIN_LENGTHS, normalize_gtin
from db.core.numbers import to_scaled
from db.masters.attributes import checked_attributes, put_item_attributes
from db.masters.records import Fields, Row, require_positive
from db.masters.tables import BARCODES, CATEGORIES, ITEMS, TRACKING_CODES, UNITS, VARIANTS

_FIELDS = (
    "quantity_rounding",
    "description",
    "type",
    "base_uom",
    "costing_method",
    "standard_cost",
    "indirect_cost_percent",
    "overhead_rate",
    "tracking_code",
    "category",
    "blocked",
    "reserve",
    "replenishment",
    "inventory_posting_group",
    "expiration_calculation",
)
_SEARCH_LENGTH = 150


def put_item(fields: Fields) -> bool:
    """Make or change an item, with its attributes, its unit cost, and the row of totals that postings lock."""
    (no,) = ITEMS.key_of(fields, "no")
    current = ITEMS.read(no)
    row = ITEMS.changed(current, fields, *_FIELDS)
    row["no"] = no
    if "gtin" in fields:
        row["gtin"] = checked_gtin(fields["gtin"], "gtin")
    row["search_text"] = f"{no} {row['description']}".casefold()[:_SEARCH_LENGTH]
    _follow_standard_cost(row, fields)
    _check(row, fields)
    attributes = checked_attributes(fields.get("attributes") or {})
    if current is None:
        _start_totals(no, row, fields)
        UNITS.save(None, {"item_no": no, "code": row["base_uom"], "quantity_per": Decimal(1)})
        changed = ITEMS.save(None, row)
    else:
        _refuse_what_entries_fixed(current, row)
        _change_base_unit(current, row)
        changed = _change_unit_cost(no, row, fields)
        changed = ITEMS.save(current, row) or changed
    if "attributes" in fields:
        changed = put_item_attributes(no, None if fields["attributes"] is None else attributes) or changed
    return changed


def _check(row: Row, fields: Fields) -> None:
    require_positive(row, "quantity_rounding")
    require_positive(row, "standard_cost", "indirect_cost_percent", "overhead_rate", or_zero=True)
    if fields.get("unit_cost") is not None and fields["unit_cost"] < 0:
        raise BadValue(field="unit_cost", value=fields["unit_cost"], expected=phrase("0 or more"))
    if not row["base_uom"]:
        raise BadValue(field="base_uom", value="", expected=phrase("a unit code"))
    if row["tracking_code"]:
        TRACKING_CODES.require(row["tracking_code"], field="tracking_code")
        if row["type"] != "inventory":
            raise WrongItemType(field="tracking_code", item_no=row["no"], item_type=row["type"])
    row["expiration_calculation"] = row["expiration_calculation"].upper()
    if row["expiration_calculation"] and not is_date_formula(row["expiration_calculation"]):
        expected = phrase("a date formula, such as 30D, 6M, 1Y-1D or CM+1M")
        raise BadValue(field="expiration_calculation", value=row["expiration_calculation"], expected=expected)
    if "category" in fields and row["category"]:
        CATEGORIES.require(row["category"], field="category")
    if fields.get("quantity_rounding") is not None:
        for unit in UNITS.rows('"item_no" = ?', row["no"]):
            if unit["code"] != row["base_uom"]:
                _require_multiple(unit["quantity_per"], row["quantity_rounding"], "quantity_rounding")


def _require_multiple(quantity_per: Decimal, rounding: Decimal | None, field: str) -> None:
    if rounding and to_scaled(quantity_per) % to_scaled(rounding):
        expected = phrase("units that hold a multiple of the item's quantity rounding {rounding}", rounding=rounding.normalize())
        raise BadValue(field=field, value=quantity_per, expected=expected)


# ---- cost


def _follow_standard_cost(row: Row, fields: Fields) -> None:
    """With standard costing the unit cost is the standard cost, whichever of the two is named."""
    if row["costing_method"] == "standard" and fields.get("unit_cost") is not None and fields.get("standard_cost") is None:
        row["standard_cost"] = fields["unit_cost"]


def _unit_cost(row: Row, fields: Fields) -> Decimal | None:
    """The unit cost that an update sets, or None where it leaves it alone."""
    if row["costing_method"] == "standard":
        named = {"standard_cost", "unit_cost", "costing_method"} & fields.keys()
        return row["standard_cost"] if named else None
    return (fields["unit_cost"] or Decimal(0)) if "unit_cost" in fields else None


def _start_totals(no: str, row: Row, fields: Fields) -> None:
    from db.models.maintained import ItemTotal

    columns = ItemTotal._meta.sorted_fields
    values: dict[str, Any] = {column.name: column.default if column.default is not None else 0 for column in columns}
    values.update(item_no=no, unit_cost=_unit_cost(row, fields) or Decimal(0))
    names = ", ".join(f'"{column.column_name}"' for column in columns)
    sql = f"INSERT INTO item_total ({names}) VALUES ({', '.join('?' * len(columns))})"
    write_batch([(sql, [[column.db_value(values[column.name]) for column in columns]])])


def _change_unit_cost(no: str, row: Row, fields: Fields) -> bool:
    unit_cost = _unit_cost(row, fields)
    if unit_cost is None:
        return False
    scaled = to_scaled(unit_cost)
    ((before,),) = fetch("SELECT unit_cost FROM item_total WHERE item_no = ?", (no,))
    if before != scaled:
        write_batch([("UPDATE item_total SET unit_cost = ? WHERE item_no = ?", [(scaled, no)])])
    return bool(before != scaled)


# ---- what entries fix


def _refuse_what_entries_fixed(current: Row, row: Row) -> None:
    fixed = [name for name in ("type", "costing_method", "base_uom") if current[name] != row[name]]
    if current["tracking_code"] != row["tracking_code"] and _specific(current) != _specific(row):
        fixed.append("tracking_code")
    if fixed and (because := _an_entry_of(row["no"])):
        field = fixed[0]
        raise HasEntries(
            field=field, what=phrase("item {no}", no=row["no"]), current=current[field] or phrase("blank"), because=because
        )


def _specific(row: Row) -> tuple[bool, bool, bool]:
    code = TRACKING_CODES.read(row["tracking_code"]) if row["tracking_code"] else None
    return (code["lot"], code["serial"], code["package"]) if code else (False, False, False)


def _an_entry_of(item_no: str) -> str:
    """A few words that name an entry of the item, an open one if there is any; blank where it has none."""
    fetch(for_update("SELECT item_no FROM item_total WHERE item_no = ?"), (item_no,))
    open_one = N_("open entry {entry_no} ({entry_type} of {posting_date})")
    closed_one = N_("entry {entry_no} ({entry_type} of {posting_date})")
    for template, condition in ((open_one, "AND open"), (closed_one, "")):
        columns = "entry_no, entry_type, posting_date"
        sql = f"SELECT {columns} FROM item_ledger_entry WHERE item_no = ? {condition} ORDER BY entry_no LIMIT 1"
        for entry_no, entry_type, posting_date in fetch(sql, (item_no,)):
            return phrase(template, entry_no=entry_no, entry_type=entry_type.replace("_", " "), posting_date=posting_date)
    return ""


# ---- units, variants, barcodes


def _change_base_unit(current: Row, row: Row) -> None:
    """The new base unit holds one of itself. Other units are in terms of the old one, and have to go first."""
    no, before, after = row["no"], current["base_uom"], row["base_uom"]
    if before == after:
        return
    others = [unit["code"] for unit in UNITS.rows('"item_no" = ?', no) if unit["code"] != before]
    if others:
        expected = phrase(
            "{before}: the item's other units ({others}) say how many {before} they hold", before=before, others=", ".join(others)
        )
        raise BadValue(field="base_uom", value=after, expected=expected)
    UNITS.delete(no, before)
    UNITS.save(None, {"item_no": no, "code": after, "quantity_per": Decimal(1)})


def put_unit_of_measure(fields: Fields) -> bool:
    """Make or change a unit of an item: how many base units it holds, a multiple of the item's quantity rounding."""
    item_no, code = UNITS.key_of(fields, "item", "code")
    item = ITEMS.require(item_no, field="item")
    current = UNITS.read(item_no, code)
    row = UNITS.changed(current, fields, "quantity_per")
    row["item_no"], row["code"] = item_no, code
    if row["quantity_per"] is None and code == item["base_uom"]:
        row["quantity_per"] = Decimal(1)
    if row["quantity_per"] is None or row["quantity_per"] <= 0:
        raise BadValue(
            field="quantity_per",
            value=row["quantity_per"],
            expected=phrase("how many {base_uom} it holds, more than 0", base_uom=item["base_uom"]),
        )
    if code == item["base_uom"]:
        if row["quantity_per"] != 1:
            raise BadValue(
                field="quantity_per",
                value=row["quantity_per"],
                expected=phrase("1: {code} is the base unit of {no}", code=code, no=item_no),
            )
    else:
        _require_multiple(row["quantity_per"], item["quantity_rounding"], "quantity_per")
    if current is not None and current["quantity_per"] != row["quantity_per"]:
        sql = "SELECT entry_no FROM item_ledger_entry WHERE item_no = ? AND open AND uom_code = ? ORDER BY entry_no LIMIT 1"
        for (entry_no,) in fetch(sql, (item_no, code)):
            what, before = f"unit {code} of item {item_no}", f"{current['quantity_per'].normalize():f}"
            raise HasEntries(
                field="quantity_per", what=what, current=before, because=phrase("open entry {entry_no}", entry_no=entry_no)
            )
    return UNITS.save(current, row)


def put_variant(fields: Fields) -> bool:
    """Make or change a variant of an item."""
    item_no, code = VARIANTS.key_of(fields, "item", "code")
    ITEMS.require(item_no, field="item")
    current = VARIANTS.read(item_no, code)
    row = VARIANTS.changed(current, fields, "description", "blocked")
    row["item_no"], row["code"] = item_no, code
    return VARIANTS.save(current, row)


def put_barcode(fields: Fields) -> bool:
    """Link a barcode to one item, variant and unit (blank: the base unit). A null item takes the link away.

    Raises `BarcodeTaken` where it belongs to another of them: it has to be freed first.
    """
    (barcode,) = BARCODES.key_of({**fields, "barcode": stored_barcode(fields.get("barcode"))}, "barcode")
    current = BARCODES.read(barcode)
    if "item" in fields and fields["item"] is None:
        if current is not None:
            BARCODES.delete(barcode)
        return current is not None
    row = BARCODES.changed(current, fields, "item", "variant", "uom")
    row["barcode"] = barcode
    if not row["item_no"]:
        BARCODES.key_of(fields, "item")
    item = ITEMS.require(row["item_no"], field="item")
    if current is not None:
        _refuse_taken(current, row, item)
    has_variant(row["item_no"], row["variant_code"])
    has_unit(item, row["uom_code"])
    return BARCODES.save(current, row)


def _refuse_taken(current: Row, row: Row, item: Row) -> None:
    owner = item if current["item_no"] == item["no"] else ITEMS.require(current["item_no"], field="item")
    uom_code = current["uom_code"] or owner["base_uom"]
    before = (current["item_no"], current["variant_code"], uom_code)
    if before != (row["item_no"], row["variant_code"], row["uom_code"] or item["base_uom"]):
        raise BarcodeTaken(field="barcode", barcode=current["barcode"], item_no=current["item_no"], uom_code=uom_code)


def stored_barcode(text: Any) -> Any:
    """A barcode as it is kept: a GTIN of any length as 14 digits, any other code as it is (and folded later)."""
    trimmed = text.strip() if isinstance(text, str) else text
    return (normalize_gtin(trimmed) or trimmed) if isinstance(trimmed, str) else trimmed


def checked_gtin(text: str | None, field: str) -> str:
    """The 14 digits of a GTIN, or blank. Raises `BadValue` for a wrong length or check digit."""
    trimmed = (text or "").strip()
    if not trimmed:
        return ""
    gtin = normalize_gtin(trimmed)
    if gtin is None:
        wrong_digit = len(trimmed) in GTIN_LENGTHS and trimmed.isascii() and trimmed.isdigit()
        expected = phrase("a GTIN whose check digit is right") if wrong_digit else phrase("a GTIN of 8, 12, 13 or 14 digits")
        raise BadValue(field=field, value=trimmed[:40], expected=expected)
    return gtin


def has_variant(item_no: str, variant_code: str, field: str = "variant") -> None:
    """Raises `UnknownCode` unless the item has the variant; blank is none."""
    if variant_code and not VARIANTS.exists(item_no, variant_code):
        raise UnknownCode(field=field, kind="variant", value=variant_code)


def has_unit(item: Mapping[str, Any], uom_code: str, field: str = "uom") -> None:
    """Raises `UnknownCode` unless the item has the unit; blank is the base unit."""
    if uom_code and uom_code != item["base_uom"] and not UNITS.exists(item["no"], uom_code):
        raise UnknownCode(field=field, kind="unit", value=uom_code)
