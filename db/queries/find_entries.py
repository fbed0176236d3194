"""Find entries: what there is about a document, or about a lot, serial or package number, table by table, with counts.

A document is found by its own number, by that of the other side, and by the id of the operation. Every table is read through an
index: the cost depends on what is found. Bin movements of a document are those that are nothing else: a receipt's bin stands on
its item ledger entry. Source: operations reference §13.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from db.connection import fetch
from db.core.codes import normalize_code
from db.core.errors import N_
from db.core.numbers import from_scaled
from db.queries.in_lists import fetch_in
from db.queries.trace import NumberOfItem, entries_of

LISTED = 200
REGISTERS, ENTRIES, VALUES = N_("postings"), N_("item ledger"), N_("value entries")
WAREHOUSE, COUNTS, CONTENTS, ORDERS = N_("bin movements"), N_("counted lines"), N_("in stock"), N_("transfer orders")
WHAT = (N_("counted"), N_("movement"), N_("positive"), N_("negative"), N_("direct_cost"), N_("rounding"))  # of rows


@dataclass(frozen=True, slots=True)
class FoundRow:
    """One row of a table, as a person looks at it. `quantity` is in base units, None where the row has none."""

    posting_date: date | None
    what: str
    item_no: str
    number: str
    place: str
    quantity: Decimal | None
    document: str


@dataclass(frozen=True, slots=True)
class FoundTable:
    """How many rows a table has, and the first of them. `table` is one of the names above."""

    table: str
    count: int
    rows: tuple[FoundRow, ...]


_REGISTERS = (
    "SELECT register_no FROM item_register WHERE document_no = ? AND document_no <> ''"
    " UNION SELECT register_no FROM item_register WHERE external_document_no = ? AND external_document_no <> ''"
    " UNION SELECT register_no FROM item_register WHERE operation_id = ?"
    " UNION SELECT e.register_no FROM item_ledger_entry e WHERE e.order_no = ? AND e.order_no <> '' ORDER BY 1"
)
_DOCUMENT = "COALESCE(NULLIF(r.external_document_no, ''), NULLIF(r.document_no, ''), r.operation_id, '')"
_ENTRY = (
    "SELECT e.posting_date, e.entry_type, e.item_no, e.lot_no, e.serial_no, e.package_no, e.location_code, e.bin_code,"
    f" e.quantity, {_DOCUMENT} FROM item_ledger_entry e JOIN item_register r ON r.register_no = e.register_no"
)
_BY_REGISTER = {
    REGISTERS: (
        f"SELECT r.posting_date, r.operation, '', '', '', '', '', '', NULL, {_DOCUMENT} FROM item_register r"
        " WHERE r.register_no IN ({0}) ORDER BY r.register_no"
    ),
    ENTRIES: f"{_ENTRY} WHERE e.register_no IN ({{0}}) ORDER BY e.entry_no",
    VALUES: (
        "SELECT v.posting_date, v.entry_type, v.item_no, e.lot_no, e.serial_no, e.package_no, v.location_code, '',"
        f" v.item_ledger_quantity, {_DOCUMENT} FROM item_ledger_entry e JOIN value_entry v ON v.item_ledger_entry_no = e.entry_no"
        " JOIN item_register r ON r.register_no = v.register_no WHERE e.register_no IN ({0}) ORDER BY v.entry_no"
    ),
    WAREHOUSE: (
        "SELECT w.registering_date, w.entry_type, w.item_no, w.lot_no, w.serial_no, w.package_no, w.location_code, w.bin_code,"
        f" w.quantity, {_DOCUMENT} FROM warehouse_entry w JOIN item_register r ON r.register_no = w.register_no"
        " WHERE w.register_no IN ({0}) AND w.entry_type = 'movement' ORDER BY w.entry_no"
    ),
    COUNTS: (
        "SELECT c.posting_date, 'counted', c.item_no, c.lot_no, c.serial_no, c.package_no, c.location_code, c.bin_code,"
        f" c.quantity_counted, {_DOCUMENT} FROM count_entry c JOIN item_register r ON r.register_no = c.register_no"
        " WHERE c.register_no IN ({0}) ORDER BY c.entry_no"
    ),
}
_WAREHOUSE = (
    "SELECT w.registering_date, w.entry_type, w.item_no, w.lot_no, w.serial_no, w.package_no, w.location_code, w.bin_code,"
    f" w.quantity, {_DOCUMENT} FROM warehouse_entry w JOIN item_register r ON r.register_no = w.register_no"
)
_ORDER = (
    "SELECT NULL, 'transfer_order', l.item_no, '', '', '', o.from_location, '', NULL, o.no FROM transfer_order o"
    " JOIN transfer_order_line l ON l.order_no = o.no WHERE o.no = ? ORDER BY l.line_no"
)


def find_by_document(document: str) -> list[FoundTable]:
    """Every table that has something about a document; none: nobody knows it."""
    text = document.strip()
    code = normalize_code(text)
    registers = [row[0] for row in fetch(_REGISTERS, (code, text, text, code))]
    found = [_table(name, [*fetch_in(sql, registers)]) for name, sql in _BY_REGISTER.items()] if registers else []
    found.append(_table(ORDERS, fetch(_ORDER, (code,))))
    return [one for one in found if one.count]


def find_by_number(of: NumberOfItem) -> list[FoundTable]:
    """Every table that has something about a lot, serial or package number."""
    column = f"{of.kind}_no"
    key = (of.number, of.item_no, of.variant_code)
    where = f"= ? AND x.{column} <> '' AND x.item_no = ? AND x.variant_code = ?"
    entry_nos = [no for no, _quantity in entries_of(of)]
    entries = fetch_in(f"{_ENTRY} WHERE e.entry_no IN ({{0}}) ORDER BY e.entry_no", entry_nos) if entry_nos else []
    moves = fetch(f"{_WAREHOUSE} WHERE w.{column} {where.replace('x.', 'w.')} ORDER BY w.entry_no", key)
    counted = _BY_REGISTER[COUNTS].split(" WHERE ")[0]
    counts = fetch(f"{counted} WHERE c.{column} {where.replace('x.', 'c.')} ORDER BY c.entry_no", key)
    contents = fetch(
        "SELECT NULL, 'in stock', b.item_no, b.lot_no, b.serial_no, b.package_no, b.location_code, b.bin_code, b.quantity, ''"
        f" FROM bin_content b WHERE b.{column} {where.replace('x.', 'b.')} ORDER BY b.location_code, b.bin_code",
        key,
    )
    found = [_table(CONTENTS, contents), _table(ENTRIES, entries), _table(WAREHOUSE, moves), _table(COUNTS, counts)]
    return [one for one in found if one.count]


def entries_of_document(document: str) -> list[int]:
    """The entry numbers of a document: where its trace begins."""
    text = document.strip()
    registers = [row[0] for row in fetch(_REGISTERS, (normalize_code(text), text, text, normalize_code(text)))]
    return [row[0] for row in fetch_in("SELECT entry_no FROM item_ledger_entry WHERE register_no IN ({0})", registers)]


def _table(name: str, rows: Sequence[tuple[object, ...]]) -> FoundTable:
    return FoundTable(name, len(rows), tuple(_row(row) for row in rows[:LISTED]))


def _row(row: Sequence[object]) -> FoundRow:
    day, what, item_no, lot, serial, package, location, bin_code, quantity, document = row
    return FoundRow(
        date.fromisoformat(str(day)) if day else None,
        str(what),
        str(item_no),
        str(serial or lot or package or ""),
        f"{location} {bin_code}".strip(),
        None if quantity is None else from_scaled(int(str(quantity))),
        str(document or ""),
    )
