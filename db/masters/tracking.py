"""Item tracking codes, and what is known about single lots and serial numbers."""

from dataclasses import dataclass

from db.connection import IntegrityError, fetch, in_write_transaction
from db.core.clock import now
from db.core.codes import number_key
from db.core.errors import BadValue, ExpirationMismatch, HasEntries, MissingField, TrackingNotAllowed, phrase
from db.masters.change_log import NOBODY, ChangedBy, changing
from db.masters.items import has_variant
from db.masters.records import Fields, Row
from db.masters.settings import note_change
from db.masters.tables import ITEMS, NUMBERS, TRACKED_WHEN, TRACKING_CODES

SPECIFIC = ("lot", "serial", "package")  # what a code makes specific: entries are applied within one such number
_EVERYWHERE = ",".join(TRACKED_WHEN)
_PLAIN = (
    *("expiration_required", "strict_expiration", "use_expiration_dates", "fefo", "lot_warehouse", "serial_warehouse"),
    *("lot_nos", "serial_nos", "package_nos"),
    *(f"{kind}_info_inbound" for kind in SPECIFIC),
    *(f"{kind}_info_outbound" for kind in SPECIFIC),
    *(f"create_{kind}_info" for kind in SPECIFIC),
)
_LOCKED = (*SPECIFIC, *(f"{kind}_required" for kind in SPECIFIC))  # while an item with the code has entries
_CARD = ("blocked", "block_reason", "expiration_date", "description", "certificate", "quality", "comments")

_ITEM_IN_USE = """
    SELECT item.no FROM item
    WHERE item.tracking_code = ? AND EXISTS (SELECT 1 FROM item_ledger_entry WHERE item_ledger_entry.item_no = item.no)
    ORDER BY item.no LIMIT 1"""


def put_tracking_code(fields: Fields) -> bool:
    """Make or change an item tracking code. What it makes specific, and where it asks for numbers, is locked once an item with it
    has entries. Specific: the number is asked for everywhere; taking that back clears where, unless it is named again."""
    (code,) = TRACKING_CODES.key_of(fields, "code")
    current = TRACKING_CODES.read(code)
    row = TRACKING_CODES.changed(current, fields, *SPECIFIC, *_PLAIN)
    row["code"] = code
    for kind in SPECIFIC:
        row[f"{kind}_required"] = _required(kind, current, row, fields)
    if not row["use_expiration_dates"]:
        for name in ("expiration_required", "strict_expiration"):
            if row[name]:
                raise BadValue(field=name, value="true", expected=phrase("false, as the code uses no expiry dates"))
    if current is not None:
        _refuse_while_in_use(current, row)
    return TRACKING_CODES.save(current, row)


def _required(kind: str, current: Row | None, row: Row, fields: Fields) -> str:
    """Where the number must be given, as the row keeps it: every document when specific, else the words that are named."""
    name = f"{kind}_required"
    given = fields.get(name)
    words = ",".join(word for word in TRACKED_WHEN if word in given) if given is not None else None
    if row[kind]:
        if words is not None and words != _EVERYWHERE:
            expected = phrase("every kind of document, as {kind} numbers are specific", kind=phrase(kind))
            raise BadValue(field=name, value=words, expected=expected)
        return _EVERYWHERE
    if name in fields:
        return words or ""
    return "" if current is None or current[kind] else str(current[name])


def _refuse_while_in_use(current: Row, row: Row) -> None:
    for field in _LOCKED:
        before = _EVERYWHERE if field.endswith("_required") and current[field.removesuffix("_required")] else current[field]
        if before != row[field]:
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


def put_package(fields: Fields) -> bool:
    """Make or change what is known about a package number of an item; as for lots."""
    return _put_number("package", fields)


@dataclass(frozen=True, slots=True)
class NumberNamed:
    """A lot, serial or package number of an item and variant."""

    item_no: str
    variant_code: str
    kind: str
    number: str


def block_number(named: NumberNamed, changed_by: ChangedBy, reason: str) -> None:
    """Block a number at once, for everybody: it moves nowhere but to another bin from the moment this returns."""
    change_number(named, {"blocked": True, "block_reason": reason, "blocked_by": changed_by.user_code}, changed_by)


def unblock_number(named: NumberNamed, changed_by: ChangedBy = NOBODY) -> None:
    """Take the block off, and the reason with it."""
    change_number(named, {"blocked": False, "block_reason": None}, changed_by)


def change_number(named: NumberNamed, fields: Fields, changed_by: ChangedBy = NOBODY) -> None:
    """Change the information card of a number, in a transaction of its own; the change log names `changed_by`."""
    key = {"item": named.item_no, "variant": named.variant_code or None, "no": named.number}

    def work() -> None:
        note_change()
        with changing(changed_by):
            _put_number(named.kind, {**key, **fields})

    try:
        in_write_transaction(work)
    except IntegrityError:  # a posting brought the number in at the same moment: now it is there to be changed
        in_write_transaction(work)


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
    current = NUMBERS.read(item_no, variant_code, kind, number_key(number), lock=True)
    row = NUMBERS.changed(current, fields, *_CARD)
    row["card"] = True
    _note_block(current, row, fields)
    if current is None:
        row.update(item_no=item_no, variant_code=variant_code, kind=kind, number_key=number_key(number), number=number)
    elif current["received"] and row["expiration_date"] != current["expiration_date"]:
        known, given = current["expiration_date"], row["expiration_date"]
        hint = phrase("It is in stock or was: change the date by a reclassification.")
        raise ExpirationMismatch(field="expiration_date", number=current["number"], known=known, given=given, hint=hint)
    return NUMBERS.save(current, row)


def _note_block(current: Row | None, row: Row, fields: Fields) -> None:
    """Who blocked it, and when: of the moment it was blocked, not of every later change of its card."""
    before = current is not None and current["blocked"]
    if not row["blocked"]:
        row.update(blocked_by="", blocked_at=None)
    elif not before:
        row.update(blocked_by=NUMBERS.stored("blocked_by", fields.get("blocked_by") or ""), blocked_at=now())
