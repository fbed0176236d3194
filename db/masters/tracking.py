"""Item tracking codes, and what is known about single lots and serial numbers."""

from db.connection import fetch
from db.core.codes import number_key
from db.core.errors import ExpirationMismatch, HasEntries, MissingField, TrackingNotAllowed, phrase
from db.masters.items import has_variant
from db.masters.records import Fields, Row
from db.masters.tables import ITEMS, NUMBERS, TRACKING_CODES

SPECIFIC = ("lot", "serial", "package")  # what a code makes specific: entries are applied within one such number

_ITEM_IN_USE = """
    SELECT item.no FROM item
    WHERE item.tracking_code = ? AND EXISTS (SELECT 1 FROM item_ledger_entry WHERE item_ledger_entry.item_no = item.no)
    ORDER BY item.no LIMIT 1"""


def put_tracking_code(fields: Fields) -> bool:
    """Make or change an item tracking code. What it makes specific cannot change once an item with it has entries."""
    (code,) = TRACKING_CODES.key_of(fields, "code")
    current = TRACKING_CODES.read(code)
    row = TRACKING_CODES.changed(
        current,
        fields,
        *SPECIFIC,
        "expiration_required",
        "strict_expiration",
        "fefo",
        "lot_warehouse",
        "serial_warehouse",
        "lot_nos",
        "serial_nos",
        "package_nos",
    )
    row["code"] = code
    if current is not None:
        _refuse_while_in_use(current, row)
    return TRACKING_CODES.save(current, row)


def _refuse_while_in_use(current: Row, row: Row) -> None:
    for field in SPECIFIC:
        if current[field] != row[field]:
            for (item_no,) in fetch(_ITEM_IN_USE, (row["code"],)):
                what = phrase("tracking code {code}", code=row["code"])
                raise HasEntries(
                    field=field,
                    what=what,
                    current=str(current[field]).lower(),
                    because=phrase("entries of item {no}", no=item_no),
                )


def put_lot(fields: Fields) -> bool:
    """Make or change what is known about a lot of an item: blocked, why, its expiry date while none of it was received."""
    return _put_number("lot", fields)


def put_serial(fields: Fields) -> bool:
    """Make or change what is known about a serial number of an item; as for lots."""
    return _put_number("serial", fields)


def _put_number(kind: str, fields: Fields) -> bool:
    item_no, number = NUMBERS.key_of(fields, "item", "no")
    variant_code = NUMBERS.stored("variant", fields.get("variant") or "")
    item = ITEMS.require(item_no, field="item")
    has_variant(item_no, variant_code)
    if not number_key(number):
        raise MissingField(field="no", operation=kind)
    tracking = TRACKING_CODES.read(item["tracking_code"]) if item["tracking_code"] else None
    if tracking is None or not tracking[kind]:
        raise TrackingNotAllowed(field="no", item_no=item_no, kind=kind, value=number)
    current = NUMBERS.read(item_no, variant_code, kind, number_key(number))
    row = NUMBERS.changed(current, fields, "blocked", "block_reason", "expiration_date", "description")
    if current is None:
        row.update(item_no=item_no, variant_code=variant_code, kind=kind, number_key=number_key(number), number=number)
    elif current["received"] and row["expiration_date"] != current["expiration_date"]:
        known, given = current["expiration_date"], row["expiration_date"]
        hint = phrase("It is in stock or was: change the date by a reclassification.")
        raise ExpirationMismatch(field="expiration_date", number=current["number"], known=known, given=given, hint=hint)
    return NUMBERS.save(current, row)
