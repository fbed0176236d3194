"""The rows of the exports, in entry order, in memory that does not grow with the ledger.

Rows come as the database keeps them: numbers as whole 0.00001s, days as ISO text. The kind of a column says what its values are,
so that a writer can put them into words. An item ledger entry's `id` and `leg` name the operation that made it; a value entry has
those of its item ledger entry, and `source_id` names the operation that wrote the row itself.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from db.connection import stream
from db.queries.on_hand import on_hand_rows
from db.queries.stock_list import ITEM_COLUMNS, item_rows

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Filters:
    """What to leave out; None does not filter. Codes are in stored form, days ISO text, both days belong to the range."""

    item: str | None = None
    variant: str | None = None
    location: str | None = None
    bin: str | None = None
    id: str | None = None
    date_from: str | None = None
    date_to: str | None = None

    def named(self) -> dict[str, str]:
        """The filters that are set."""
        return {one.name: value for one in fields(self) if (value := getattr(self, one.name)) is not None}


@dataclass(frozen=True, slots=True)
class Export:
    """One export: its columns, which filters it takes, and its rows.

    A column is a name and a kind: text, entry_no, quantity, amount, cost, flag, day, moment or object.
    """

    name: str
    columns: tuple[tuple[str, str], ...]
    filters: frozenset[str]
    rows: Callable[[Filters], Iterator[Row]]


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    kind: str
    source: str  # SQL


def _ledger(name: str, columns: str, tables: str, order: str, **conditions: str) -> Export:
    """An export that is one query. `columns` has a line for each: name, kind, SQL."""
    parsed = [_Column(*line.split(None, 2)) for line in columns.strip().splitlines()]
    select = f"SELECT {', '.join(column.source for column in parsed)} FROM {tables}"

    def rows(filters: Filters) -> Iterator[Row]:
        named = filters.named()
        where = " AND ".join(conditions[one] for one in named) or "1 = 1"
        return stream(f"{select} WHERE {where} ORDER BY {order}", list(named.values()))

    return Export(name, tuple((column.name, column.kind) for column in parsed), frozenset(conditions), rows)


def _places(table: str) -> dict[str, str]:
    return {
        "item": f"{table}.item_no = ?",
        "variant": f"{table}.variant_code = ?",
        "location": f"{table}.location_code = ?",
        "bin": f"{table}.bin_code = ?",
    }


def _dates(column: str) -> dict[str, str]:
    return {"date_from": f"{column} >= ?", "date_to": f"{column} <= ?"}


_ITEM_LEDGER = _ledger(
    "item-ledger",
    """
    entry_no entry_no e.entry_no
    id text r.operation_id
    leg text e.leg
    posting_date day e.posting_date
    document_no text r.document_no
    entry_type text e.entry_type
    item text e.item_no
    variant text e.variant_code
    location text e.location_code
    bin text e.bin_code
    lot text e.lot_no
    serial text e.serial_no
    package text e.package_no
    expiration_date day e.expiration_date
    quantity quantity e.quantity
    remaining_quantity quantity e.remaining_quantity
    invoiced_quantity quantity e.invoiced_quantity
    open flag e.open
    completely_invoiced flag e.completely_invoiced
    cost_amount_actual amount e.cost_amount_actual
    cost_amount_expected amount e.cost_amount_expected
    sales_amount_actual amount e.sales_amount_actual
    reason text r.reason_code
    user text r.user_code
    """,
    "item_ledger_entry e JOIN item_register r ON r.register_no = e.register_no",
    "e.entry_no",
    **_places("e"),
    **_dates("e.posting_date"),
    id="r.operation_id = ?",
)

_APPLICATIONS = _ledger(
    "applications",
    """
    entry_no entry_no a.entry_no
    item_ledger_entry_no entry_no a.item_ledger_entry_no
    inbound_entry_no entry_no a.inbound_entry_no
    outbound_entry_no entry_no a.outbound_entry_no
    transferred_from_entry_no entry_no a.transferred_from_entry_no
    quantity quantity a.quantity
    posting_date day a.posting_date
    cost_application flag a.cost_application
    """,
    "item_application_entry a"
    " JOIN item_ledger_entry e ON e.entry_no = a.item_ledger_entry_no JOIN item_register r ON r.register_no = e.register_no",
    "a.entry_no",
    **_places("e"),
    **_dates("a.posting_date"),
    id="r.operation_id = ?",
)

_VALUE_ENTRIES = _ledger(
    "value-entries",
    """
    entry_no entry_no v.entry_no
    item_ledger_entry_no entry_no v.item_ledger_entry_no
    id text r.operation_id
    leg text e.leg
    posting_date day v.posting_date
    valuation_date day v.valuation_date
    entry_type text v.entry_type
    variance_type text v.variance_type
    item_ledger_entry_type text v.item_ledger_entry_type
    item text v.item_no
    location text v.location_code
    item_charge text v.item_charge
    adjustment flag v.adjustment
    caused_by entry_no v.caused_by
    source_id text s.operation_id
    expected_cost flag v.expected_cost
    valued_quantity quantity v.valued_quantity
    item_ledger_quantity quantity v.item_ledger_quantity
    invoiced_quantity quantity v.invoiced_quantity
    cost_per_unit cost v.cost_per_unit
    cost_amount_actual amount v.cost_amount_actual
    cost_amount_expected amount v.cost_amount_expected
    cost_posted_to_gl amount v.cost_posted_to_gl
    expected_cost_posted_to_gl amount v.expected_cost_posted_to_gl
    sales_amount_actual amount v.sales_amount_actual
    document_no text s.document_no
    """,
    "value_entry v JOIN item_register s ON s.register_no = v.register_no"
    " LEFT JOIN item_ledger_entry e ON e.entry_no = v.item_ledger_entry_no"
    " LEFT JOIN item_register r ON r.register_no = e.register_no",
    "v.entry_no",
    item="v.item_no = ?",
    variant="v.variant_code = ?",
    location="v.location_code = ?",
    **_dates("v.posting_date"),
    id="r.operation_id = ?",
)

_COUNT_ENTRIES = _ledger(
    "count-entries",
    """
    entry_no entry_no c.entry_no
    id text r.operation_id
    posting_date day c.posting_date
    item text c.item_no
    variant text c.variant_code
    location text c.location_code
    bin text c.bin_code
    lot text c.lot_no
    serial text c.serial_no
    quantity_expected quantity c.quantity_expected
    quantity_counted quantity c.quantity_counted
    difference quantity c.quantity_counted - c.quantity_expected
    item_ledger_entry_no entry_no c.item_ledger_entry_no
    unit_cost cost c.unit_cost
    reason text r.reason_code
    user text r.user_code
    """,
    "count_entry c JOIN item_register r ON r.register_no = c.register_no",
    "c.entry_no",
    **_places("c"),
    **_dates("c.posting_date"),
    id="r.operation_id = ?",
)

_WAREHOUSE_ENTRIES = _ledger(
    "warehouse-entries",
    """
    entry_no entry_no w.entry_no
    id text r.operation_id
    registering_date day w.registering_date
    location text w.location_code
    zone text w.zone_code
    bin text w.bin_code
    item text w.item_no
    variant text w.variant_code
    lot text w.lot_no
    serial text w.serial_no
    package text w.package_no
    quantity quantity w.quantity
    entry_type text w.entry_type
    user text r.user_code
    """,
    "warehouse_entry w JOIN item_register r ON r.register_no = w.register_no",
    "w.entry_no",
    **_places("w"),
    **_dates("w.registering_date"),
    id="r.operation_id = ?",
)

_AUDIT = _ledger(
    "audit",
    """
    register_no entry_no r.register_no
    id text r.operation_id
    operation text r.operation
    posting_date day r.posting_date
    document_no text r.document_no
    external_document_no text r.external_document_no
    reason text r.reason_code
    user text r.user_code
    terminal text r.terminal
    source text r.source_code
    undoes_register_no entry_no r.undoes_register_no
    created_at moment r.created_at
    """,
    "item_register r",
    "r.register_no",
    **_dates("r.posting_date"),
    id="r.operation_id = ?",
)

_CHANGES = _ledger(
    "changes",
    """
    change_no entry_no c.change_no
    changed_at moment c.changed_at
    user text c.user_code
    terminal text c.terminal
    source text c.source_code
    kind text c.kind
    record text c.record_key
    action text c.action
    field text c.field
    old_value text c.old_value
    new_value text c.new_value
    """,
    "change_log c",
    "c.change_no",
)

_TRANSFERS = _ledger(
    "transfers",
    """
    no text o.no
    line_no entry_no l.line_no
    from text o.from_location
    to text o.to_location
    in_transit text o.in_transit
    item text l.item_no
    variant text l.variant_code
    uom text l.uom_code
    quantity quantity l.quantity
    quantity_shipped quantity l.quantity_shipped
    quantity_received quantity l.quantity_received
    quantity_in_transit quantity l.quantity_shipped - l.quantity_received - l.quantity_closed
    quantity_closed quantity l.quantity_closed
    released flag o.released
    shipment_date day o.shipment_date
    receipt_date day o.receipt_date
    """,
    "transfer_order o JOIN transfer_order_line l ON l.order_no = o.no",
    "o.no, l.line_no",
    item="l.item_no = ?",
    variant="l.variant_code = ?",
    id="o.no = ?",
)

# What these have rows for is what a count is expected to find, with its quantities or without.
BOOKS = frozenset({"item-ledger", "applications", "value-entries", "on-hand", "warehouse-entries"})
_MONEY = frozenset({"amount", "cost"})
_COUNTED = frozenset({"quantity_counted"})  # what somebody saw, and no book says


def as_seen(export: Export, *, cost: bool, expected: bool) -> Export:
    """The export without the columns that somebody may not see: amounts and costs; every quantity that the books have."""
    kept = [
        index
        for index, (name, kind) in enumerate(export.columns)
        if (cost or kind not in _MONEY) and (expected or kind != "quantity" or name in _COUNTED)
    ]

    def rows(filters: Filters) -> Iterator[Row]:
        return (tuple(row[index] for index in kept) for row in export.rows(filters))

    return Export(export.name, tuple(export.columns[index] for index in kept), export.filters, rows)


_ON_HAND = Export(
    "on-hand",
    (
        ("item", "text"),
        ("variant", "text"),
        ("location", "text"),
        ("bin", "text"),
        ("lot", "text"),
        ("serial", "text"),
        ("package", "text"),
        ("expiration_date", "day"),
        ("quantity", "quantity"),
        ("value", "amount"),
    ),
    frozenset({"item", "variant", "location", "bin"}),
    lambda filters: on_hand_rows(filters.item, filters.variant, filters.location, filters.bin),
)

_ITEMS = Export("items", ITEM_COLUMNS, frozenset({"item"}), lambda filters: item_rows(filters.item))

EXPORTS: Mapping[str, Export] = {
    export.name: export
    for export in (
        _ITEM_LEDGER,
        _APPLICATIONS,
        _VALUE_ENTRIES,
        _ON_HAND,
        _ITEMS,
        _COUNT_ENTRIES,
        _WAREHOUSE_ENTRIES,
        _TRANSFERS,
        _AUDIT,
        _CHANGES,
    )
}

# Named in the contract, for what this version does not keep yet.
LATER = ("gl-entries", "reservations", "availability", "periods", "orders", "reconciliation")
