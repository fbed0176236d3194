"""The only place that inserts into a ledger.

A plan becomes rows: inserts of the ledgers, updates of the few movable columns, and the maintained rows. There is no rule about
business here. Statements are written once and reused; on PostgreSQL all of them travel in one round trip with the commit.
"""

from collections.abc import Sequence
from typing import Any

from db.connection import write_batch
from db.core.clock import now_microseconds
from db.core.codes import number_key
from db.core.numbers import to_scaled
from db.posting.planning import Handled, Plan, Planning, Value
from db.posting.stock import Entry, Total


def _insert(table: str, columns: str, **constants: str) -> str:
    """An insert with a mark for each column, and `constants` written out: a value that is always the same costs a parameter
    nothing there, and NULLs and truth values are the dearest parameters of all."""
    names = [name.strip() for name in columns.split(",")]
    values = [*("?" * len(names)), *constants.values()]
    return f"INSERT INTO {table} ({', '.join([*names, *constants])}) VALUES ({', '.join(values)})"


_REGISTER = _insert(
    "item_register",
    "register_no, operation_id, content_hash, operation, posting_date, document_no, external_document_no, reason_code, user_code,"
    "terminal, source_code, undoes_register_no, created_at",
)
_ENTRY_COLUMNS = (
    "entry_no, register_no, leg, entry_type, item_no, variant_code, location_code, bin_code, lot_no, serial_no, package_no,"
    "posting_date, uom_code, quantity_per, quantity, remaining_quantity, invoiced_quantity, completely_invoiced,"
    "last_invoice_date, shipped_quantity_not_returned, valuation_date, cost_amount_actual, cost_amount_expected,"
    "cost_amount_forwarded, uninvoiced_applications, sales_amount_actual, open"
)
_ENTRY = _insert(
    "item_ledger_entry",
    _ENTRY_COLUMNS,
    expiration_date="NULL",
    applies_to_entry="NULL",
    applies_from_entry="NULL",
    corrects_entry_no="NULL",
    applied_entry_to_adjust="NULL",
    order_no="''",
    order_line_no="0",
)
_ENTRY_WITH_LINKS = _insert(
    "item_ledger_entry",
    f"{_ENTRY_COLUMNS}, expiration_date, applies_to_entry, applies_from_entry, corrects_entry_no, applied_entry_to_adjust,"
    "order_no, order_line_no",
)
_MOVED = (
    "UPDATE item_ledger_entry SET remaining_quantity = ?, invoiced_quantity = ?, completely_invoiced = ?, last_invoice_date = ?,"
    " shipped_quantity_not_returned = ?, valuation_date = ?, cost_amount_actual = ?, cost_amount_expected = ?,"
    " cost_amount_forwarded = ?, uninvoiced_applications = ?, sales_amount_actual = ?"
)
_MOVE_ENTRY = f"{_MOVED} WHERE entry_no = ?"
_MOVE_ENTRY_AND_STATE = f"{_MOVED}, applied_entry_to_adjust = ?, open = ? WHERE entry_no = ?"  # these two are indexed
_DRAW_ENTRY = (
    "UPDATE item_ledger_entry SET remaining_quantity = ?, cost_amount_forwarded = ?, uninvoiced_applications = ?"
    " WHERE entry_no = ?"
)
_APPLICATION = _insert(
    "item_application_entry",
    "entry_no, register_no, item_ledger_entry_no, inbound_entry_no, outbound_entry_no, transferred_from_entry_no, quantity,"
    "posting_date",
    cost_application="TRUE",
    takes_back_entry_no="NULL",
)
_VALUE_COLUMNS = (
    "entry_no, register_no, item_ledger_entry_no, item_ledger_entry_type, entry_type, posting_date, valuation_date, item_no,"
    "variant_code, location_code, expected_cost, valued_quantity, item_ledger_quantity, invoiced_quantity, cost_per_unit,"
    "cost_amount_actual, cost_amount_expected, sales_amount_actual, sales_amount_expected, purchase_amount_actual,"
    "purchase_amount_expected"
)
_VALUE_CONSTANTS = {
    "variance_type": "''",
    "item_charge": "''",
    "inventoriable": "TRUE",
    "partial_revaluation": "FALSE",
    "valued_by_average_cost": "FALSE",
    "cost_amount_non_inventoriable": "0",
    "cost_posted_to_gl": "0",
    "expected_cost_posted_to_gl": "0",
}
_VALUE = _insert(
    "value_entry", _VALUE_COLUMNS, adjustment="FALSE", applies_to_value_entry="NULL", caused_by="NULL", **_VALUE_CONSTANTS
)
_ADJUSTMENT = _insert(
    "value_entry", f"{_VALUE_COLUMNS}, applies_to_value_entry, caused_by", adjustment="TRUE", **_VALUE_CONSTANTS
)
_WAREHOUSE = _insert(
    "warehouse_entry",
    "entry_no, register_no, entry_type, registering_date, location_code, zone_code, bin_code, item_no, variant_code, lot_no,"
    "serial_no, package_no, quantity",
)
_COUNT = _insert(
    "count_entry",
    "entry_no, register_no, line_no, posting_date, item_no, variant_code, location_code, bin_code, lot_no, serial_no, package_no,"
    "quantity_expected, quantity_counted, item_ledger_entry_no, unit_cost",
)
_REVALUE = "UPDATE value_entry SET valuation_date = ? WHERE item_ledger_entry_no = ?"
_PUT_CONTENT = (
    _insert("bin_content", "item_no, variant_code, location_code, bin_code, lot_no, serial_no, package_no, quantity")
    + " ON CONFLICT (item_no, variant_code, location_code, bin_code, lot_no, serial_no, package_no) DO UPDATE SET quantity ="
    " excluded.quantity"
)
_EMPTY_CONTENT = (
    "DELETE FROM bin_content WHERE item_no = ? AND variant_code = ? AND location_code = ? AND bin_code = ? AND lot_no = ?"
    " AND serial_no = ? AND package_no = ?"
)
_NUMBER = (
    _insert(
        "tracking_number",
        "item_no, variant_code, kind, number_key, number, expiration_date, received, blocked, block_reason, description, card",
    )
    + " ON CONFLICT (item_no, variant_code, kind, number_key) DO UPDATE SET expiration_date = excluded.expiration_date,"
    " received = excluded.received, card = tracking_number.card OR excluded.card"
)
_NOTED = _insert("noted_number", "entry_no, kind, number_key, number")
_HANDLED = (
    "UPDATE transfer_order_line SET quantity_shipped = quantity_shipped + ?, quantity_received = quantity_received + ?,"
    " quantity_closed = quantity_closed + ? WHERE order_no = ? AND line_no = ?"
)
_TOTAL = (
    "UPDATE item_total SET quantity = ?, invoiced_quantity = ?, cost_amount_actual = ?, cost_amount_expected = ?, unit_cost = ?,"
    " last_direct_cost = ?, allow_online_adjustment = ?, last_item_ledger_entry_no = ?,"
    " last_warehouse_entry_no = ? WHERE item_no = ?"
)


def write(planning: Planning) -> None:
    """Write everything that was planned, in one batch, inside the caller's transaction."""
    plan, stock = planning.plan, planning.stock
    numbers = [(key, stock.numbers[key]) for key in plan.numbers]
    emptied = [key for key in plan.contents if not stock.contents[key]]
    writes: list[tuple[str, Sequence[Sequence[Any]]]] = [
        (_REGISTER, _registers(planning)),
        (_ENTRY, [_entry(entry) for entry in plan.entries if not _has_links(entry)]),
        (_ENTRY_WITH_LINKS, [(*_entry(entry), *_links(entry)) for entry in plan.entries if _has_links(entry)]),
        (_MOVE_ENTRY, [(*_movable(entry), entry.entry_no) for entry in plan.touched.values() if not _state_changed(entry)]),
        (_MOVE_ENTRY_AND_STATE, [_with_state(entry) for entry in plan.touched.values() if _state_changed(entry)]),
        (_DRAW_ENTRY, [_drawn(entry) for entry in plan.drawn.values() if entry.entry_no not in plan.touched]),
        (_APPLICATION, _applications(plan)),
        (_VALUE, [_value(one) for one in plan.values if not one.adjustment]),
        (_ADJUSTMENT, [(*_value(one), one.applies_to_value_entry, one.caused_by) for one in plan.values if one.adjustment]),
        (_WAREHOUSE, _warehouse(plan)),
        (_COUNT, _counts(plan)),
        (_REVALUE, [(day, entry_no) for entry_no, day in plan.revalued.items()]),
        (
            _NUMBER,
            [
                (*key, one.number, one.expiration_date, one.received, one.blocked, one.block_reason, "", one.card)
                for key, one in numbers
            ],
        ),
        (_NOTED, [(entry_no, kind, number_key(number), number) for entry_no, kind, number in plan.noted]),
        (_PUT_CONTENT, [(*key, to_scaled(stock.contents[key])) for key in sorted(plan.contents) if stock.contents[key]]),
        (_EMPTY_CONTENT, emptied),
        (_HANDLED, [_handled(one) for one in plan.handled]),
        (_TOTAL, [_total(stock.totals[item_no]) for item_no in sorted(plan.items)]),
    ]
    write_batch([one for one in writes if one[1]])


def _registers(planning: Planning) -> list[tuple[Any, ...]]:
    posted_by, now = planning.posted_by, now_microseconds()
    return [
        (
            one.register_no,
            one.header.operation_id or None,
            one.content_hash,
            one.operation,
            one.header.posting_date.isoformat(),
            one.header.document_no,
            one.header.external_document_no,
            one.header.reason_code,
            one.header.user_code or posted_by.user_code,
            posted_by.terminal,
            posted_by.source_code,
            one.undoes_register_no,
            now,
        )
        for one in planning.plan.registers
    ]


def _movable(entry: Entry) -> tuple[Any, ...]:
    return (
        to_scaled(entry.remaining_quantity),
        to_scaled(entry.invoiced_quantity),
        entry.completely_invoiced,
        entry.last_invoice_date,
        to_scaled(entry.shipped_quantity_not_returned),
        entry.valuation_date,
        to_scaled(entry.cost_amount_actual),
        to_scaled(entry.cost_amount_expected),
        to_scaled(entry.cost_amount_forwarded),
        entry.uninvoiced_applications,
        to_scaled(entry.sales_amount_actual),
    )


def _state_changed(entry: Entry) -> bool:
    return bool(entry.remaining_quantity) != entry.stored_open or entry.applied_entry_to_adjust != entry.stored_mark


def _with_state(entry: Entry) -> tuple[Any, ...]:
    return (*_movable(entry), entry.applied_entry_to_adjust, bool(entry.remaining_quantity), entry.entry_no)


def _drawn(entry: Entry) -> tuple[int, ...]:
    taken = (to_scaled(entry.remaining_quantity), to_scaled(entry.cost_amount_forwarded))
    return (*taken, entry.uninvoiced_applications, entry.entry_no)


def _entry(entry: Entry) -> tuple[Any, ...]:
    return (
        entry.entry_no,
        entry.register_no,
        entry.leg,
        entry.entry_type,
        entry.item_no,
        entry.variant_code,
        entry.location_code,
        entry.bin_code,
        entry.lot_no,
        entry.serial_no,
        entry.package_no,
        entry.posting_date,
        entry.uom_code,
        to_scaled(entry.quantity_per),
        to_scaled(entry.quantity),
        to_scaled(entry.remaining_quantity),
        to_scaled(entry.invoiced_quantity),
        entry.completely_invoiced,
        entry.last_invoice_date,
        to_scaled(entry.shipped_quantity_not_returned),
        entry.valuation_date,
        to_scaled(entry.cost_amount_actual),
        to_scaled(entry.cost_amount_expected),
        to_scaled(entry.cost_amount_forwarded),
        entry.uninvoiced_applications,
        to_scaled(entry.sales_amount_actual),
        bool(entry.remaining_quantity),
    )


_NO_LINKS = (None, None, None, None, None, "", 0)


def _has_links(entry: Entry) -> bool:
    return _links(entry) != _NO_LINKS


def _links(entry: Entry) -> tuple[Any, ...]:
    fixed = (entry.applies_to_entry, entry.applies_from_entry, entry.corrects_entry_no)
    return (entry.expiration_date, *fixed, entry.applied_entry_to_adjust, entry.order_no, entry.order_line_no)


def _applications(plan: Plan) -> list[tuple[Any, ...]]:
    return [
        (
            one.entry_no,
            one.register_no,
            one.item_ledger_entry_no,
            one.inbound_entry_no,
            one.outbound_entry_no,
            one.transferred_from_entry_no,
            to_scaled(one.quantity),
            one.posting_date,
        )
        for one in plan.applications
    ]


def _value(one: Value) -> tuple[Any, ...]:
    return (
        one.entry_no,
        one.register_no,
        one.of.entry_no,
        one.of.entry_type,
        one.entry_type,
        one.posting_date,
        one.of.valuation_date,
        one.of.item_no,
        one.of.variant_code,
        one.of.location_code,
        one.expected_cost,
        to_scaled(one.valued_quantity),
        to_scaled(one.item_ledger_quantity),
        to_scaled(one.invoiced_quantity),
        to_scaled(one.cost_per_unit),
        to_scaled(one.cost_amount_actual),
        to_scaled(one.cost_amount_expected),
        to_scaled(one.sales_amount_actual),
        to_scaled(one.sales_amount_expected),
        to_scaled(one.purchase_amount_actual),
        to_scaled(one.purchase_amount_expected),
    )


def _warehouse(plan: Plan) -> list[tuple[Any, ...]]:
    return [
        (
            one.entry_no,
            one.register_no,
            one.entry_type,
            one.registering_date,
            one.place.location.code,
            one.place.location.bins[one.place.bin_code].zone_code,
            one.place.bin_code,
            one.item_no,
            one.variant_code,
            one.numbers.lot_no,
            one.numbers.serial_no,
            one.numbers.package_no,
            to_scaled(one.quantity),
        )
        for one in plan.warehouse
    ]


def _counts(plan: Plan) -> list[tuple[Any, ...]]:
    return [
        (
            one.entry_no,
            one.register_no,
            one.line_no,
            one.posting_date,
            *one.content,
            to_scaled(one.quantity_expected),
            to_scaled(one.quantity_counted),
            one.item_ledger_entry_no,
            to_scaled(one.unit_cost),
        )
        for one in plan.counts
    ]


def _handled(one: Handled) -> tuple[Any, ...]:
    return (to_scaled(one.shipped), to_scaled(one.received), to_scaled(one.closed), one.order_no, one.line_no)


def _total(total: Total) -> tuple[Any, ...]:
    return (
        to_scaled(total.quantity),
        to_scaled(total.invoiced_quantity),
        to_scaled(total.cost_amount_actual),
        to_scaled(total.cost_amount_expected),
        to_scaled(total.unit_cost),
        to_scaled(total.last_direct_cost),
        total.allow_online_adjustment,
        total.last_item_ledger_entry_no,
        total.last_warehouse_entry_no,
        total.item_no,
    )
