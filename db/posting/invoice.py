"""Invoicing a receipt or shipment: expected cost becomes actual.

A purchase receipt takes the invoice's cost and gives back its share of the expected cost; when the entry is completely invoiced
the rest of it, so that nothing stays behind. For everything else the cost is known already: the invoice moves its share from
expected to actual. Source: costing reference §2.2, §8.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from db.connection import fetch
from db.core.errors import AlreadyUndone, OverInvoiced, QuantityZero, StocktermError
from db.core.numbers import from_scaled
from db.costing.application import split_amount
from db.costing.sharing import round_amount, share
from db.posting.checked import Problems
from db.posting.checks import base_quantity, check_header, check_size, check_user_locations
from db.posting.cost_changes import automatic, book_rounding, learn_direct_cost, mark_dirty, update_unit_cost
from db.posting.graph import read_entries
from db.posting.lines import EntryType, Header, Invoice, PostedBy
from db.posting.planning import Planning, open_register, touch, value
from db.posting.references import find_entries
from db.posting.stock import ZERO, Entry, NotWrittenYet, Stock
from db.queries.in_lists import fetch_in

_EXPECTED = (
    "SELECT COALESCE(SUM(cost_amount_expected), 0), COALESCE(SUM(sales_amount_expected), 0),"
    " COALESCE(SUM(purchase_amount_expected), 0) FROM value_entry WHERE item_ledger_entry_no = ? AND expected_cost"
)
_SUPPLIERS = (
    "SELECT inbound_entry_no, COUNT(*) FROM item_application_entry WHERE item_ledger_entry_no IN ({0})"
    " AND item_ledger_entry_no = outbound_entry_no GROUP BY inbound_entry_no"
)


@dataclass(frozen=True, slots=True)
class CheckedInvoice:
    """An invoice that may be posted: each entry with the base units of it that are invoiced, positive."""

    invoice: Invoice
    parts: tuple[tuple[Entry, Decimal], ...]
    cost: Decimal | None
    revenue: Decimal | None


def check_invoice(invoice: Invoice, stock: Stock, posted_by: PostedBy) -> CheckedInvoice:
    """Raises `Problems`: unknown reference, more than is outstanding, or what was undone."""
    errors: list[StocktermError] = check_header(invoice.header, stock, posted_by)
    try:
        entries = find_entries(stock, invoice.of, "of")
        if any(entry.new or (entry.quantity < 0 and entry.item_no in stock.planned_items) for entry in entries):
            raise NotWrittenYet
    except StocktermError as error:
        raise Problems([*errors, error]) from None
    check_user_locations(invoice.header, stock, posted_by, [entry.location_code for entry in entries], errors)
    open_entries = [(entry, abs(entry.quantity - entry.invoiced_quantity)) for entry in entries]
    outstanding = sum((rest for _, rest in open_entries), ZERO)
    item = stock.setup.item(entries[0].item_no)
    assert item is not None
    per = entries[0].quantity_per
    wanted = outstanding
    if invoice.quantity is not None:
        if invoice.quantity <= 0:
            errors.append(QuantityZero(field="quantity"))
        wanted = base_quantity(invoice.quantity, entries[0].uom_code, per, item, stock, errors)
    if wanted > outstanding or not outstanding:
        if not outstanding and all(_is_undone(entry) for entry in entries):
            errors.append(AlreadyUndone(field="of", reference=invoice.of))
        else:
            requested = {"outstanding": outstanding / per, "requested": invoice.quantity or wanted / per}
            errors.append(OverInvoiced(field="quantity" if invoice.quantity else "of", reference=invoice.of, **requested))
    if errors:
        raise Problems(errors)
    units = wanted / per if invoice.quantity is None else invoice.quantity
    rounding = stock.settings.amount_rounding
    cost = _amount(invoice.amount, invoice.unit_cost, units, rounding)
    revenue = _amount(invoice.sales_amount, invoice.unit_price, units, rounding)
    check_size(stock, item.no, ZERO, {"amount": cost or ZERO, "sales_amount": revenue or ZERO}, errors)
    if errors:
        raise Problems(errors)
    parts: list[tuple[Entry, Decimal]] = []
    rest = wanted
    for entry, open_quantity in open_entries:
        taken = min(rest, open_quantity)
        if taken:
            parts.append((entry, taken))
            rest -= taken
    return CheckedInvoice(invoice, tuple(parts), cost, revenue)


def _amount(amount: Decimal | None, each: Decimal | None, units: Decimal, rounding: Decimal) -> Decimal | None:
    if amount is None and each is None:
        return None
    return round_amount(amount if amount is not None else (each or ZERO) * units, rounding)


def _is_undone(entry: Entry) -> bool:
    return bool(fetch("SELECT 1 FROM item_ledger_entry WHERE corrects_entry_no = ?", (entry.entry_no,)))


def plan_invoice(planning: Planning, checked: CheckedInvoice, content_hash: str) -> int:
    """Plan the value entries of an invoice; the number of its register."""
    header, rounding = checked.invoice.header, planning.amount_rounding
    register_no = open_register(planning, "invoice", header, content_hash)
    quantities = [quantity for _, quantity in checked.parts]
    costs: Sequence[Decimal | None] = [None] * len(quantities)
    if checked.cost is not None:
        costs = split_amount(checked.cost, quantities, rounding)
    revenues = split_amount(checked.revenue or ZERO, quantities, rounding)
    for (entry, quantity), cost, revenue in zip(checked.parts, costs, revenues, strict=True):
        invoice_entry(planning, register_no, header, entry, quantity, cost, revenue)
    for item_no in {entry.item_no for entry, _ in checked.parts}:
        update_unit_cost(planning, item_no)
    return register_no


def invoice_entry(
    planning: Planning,
    register_no: int,
    header: Header,
    entry: Entry,
    quantity: Decimal,
    cost: Decimal | None,
    revenue: Decimal,
    *,
    undone: bool = False,
) -> None:
    """Invoice `quantity` base units (positive) of one entry at `cost` in all (None: at its expected cost). `undone`: it is being
    taken back, and says nothing about what the item costs."""
    signed = quantity if entry.quantity > 0 else -quantity
    complete = entry.invoiced_quantity + signed == entry.quantity
    before = entry.cost_amount
    own_cost = entry.entry_type == EntryType.PURCHASE and entry.quantity > 0 and entry.applies_from_entry is None
    original, sales_expected, purchase_expected = (from_scaled(int(one)) for one in fetch(_EXPECTED, (entry.entry_no,))[0])
    if own_cost:
        given_back = entry.cost_amount_expected if complete else share(original, signed, entry.quantity, planning.amount_rounding)
        actual = given_back if cost is None else cost
    else:
        upto = share(entry.cost_amount, entry.invoiced_quantity + signed, entry.quantity, planning.amount_rounding)
        actual = given_back = upto - entry.cost_amount_actual
    purchase = (cost or ZERO) if entry.entry_type == EntryType.PURCHASE else ZERO
    written = value(
        planning,
        register_no,
        entry,
        header.posting_date.isoformat(),
        valued_quantity=signed,
        invoiced_quantity=signed,
        cost_per_unit=_per_unit(planning, actual, quantity),
        cost_amount_actual=actual,
        cost_amount_expected=-given_back,
        sales_amount_actual=revenue if entry.quantity < 0 else -revenue,
        sales_amount_expected=-_newly_invoiced(planning, entry, signed, sales_expected),
        purchase_amount_actual=purchase if entry.quantity > 0 else -purchase,
        purchase_amount_expected=-_newly_invoiced(planning, entry, signed, purchase_expected),
    )
    entry.invoiced_quantity += signed
    entry.completely_invoiced = complete
    entry.last_invoice_date = max(entry.last_invoice_date or "", header.posting_date.isoformat())
    touch(planning, entry)
    if own_cost and not undone:
        learn_direct_cost(planning, entry, actual, quantity)
    forwarded = entry.quantity > 0 and entry.remaining_quantity != entry.quantity
    returned = entry.quantity < 0 and -entry.quantity != entry.shipped_quantity_not_returned
    if (forwarded and (complete or entry.cost_amount != before)) or (returned and entry.cost_amount != before):
        mark_dirty(planning, entry, written.entry_no, header)
    if complete and entry.quantity < 0:
        settle_suppliers(planning, register_no, header, entry, written.entry_no)


def _newly_invoiced(planning: Planning, entry: Entry, signed: Decimal, amount: Decimal) -> Decimal:
    """The part of `amount`, which is for the whole entry, that goes with the quantity invoiced now; the parts add up to it."""
    if not amount:
        return ZERO
    before = share(amount, entry.invoiced_quantity, entry.quantity, planning.amount_rounding)
    return share(amount, entry.invoiced_quantity + signed, entry.quantity, planning.amount_rounding) - before


def _per_unit(planning: Planning, amount: Decimal, quantity: Decimal) -> Decimal:
    return round_amount(abs(amount) / quantity, planning.stock.settings.unit_cost_rounding)


def settle_suppliers(planning: Planning, register_no: int, header: Header, decrease: Entry, caused_by: int) -> None:
    """A decrease is completely invoiced: the increases that supplied it wait for one invoice less, and may be rounded off."""
    rows = fetch_in(_SUPPLIERS, [decrease.entry_no])
    read_entries(planning.stock, [int(row[0]) for row in rows])
    for inbound_entry_no, count in rows:
        inbound = planning.stock.entries[inbound_entry_no]
        inbound.uninvoiced_applications -= count
        assert inbound.uninvoiced_applications >= 0
        touch(planning, inbound)
        ready = not inbound.remaining_quantity and not inbound.uninvoiced_applications and inbound.completely_invoiced
        if not ready or inbound.applied_entry_to_adjust is not None:
            continue
        amount = inbound.cost_amount_forwarded - inbound.cost_amount
        if amount and automatic(planning, inbound, header):
            book_rounding(planning, register_no, inbound, amount, caused_by)
        elif amount:
            mark_dirty(planning, inbound, caused_by, header)
