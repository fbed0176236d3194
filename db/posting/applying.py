"""Applying decreases to increases: the shares they take, the rounding that is left, and decreases that wait for goods.

Sources: costing reference §4, §5, §11; Design Details: Item Application.
"""

from datetime import date
from decimal import Decimal

from db.costing.sharing import share
from db.posting.checked import Movement
from db.posting.cost_changes import automatic, book_rounding, mark_dirty
from db.posting.graph import sources_of
from db.posting.lines import EntryType, Header
from db.posting.planning import Planning, apply, touch
from db.posting.stock import ZERO, Entry


def draw(planning: Planning, register_no: int, entry: Entry, movement: Movement) -> Decimal:
    """Apply a decrease to the increases that supply it. Returns the sum of its shares of their cost, positive."""
    cost = ZERO
    for one in movement.draws:
        inbound = one.entry
        part = share(inbound.cost_amount, one.quantity, inbound.quantity, planning.amount_rounding)
        cost += part
        inbound.remaining_quantity -= one.quantity
        inbound.cost_amount_forwarded += part
        assert 0 <= inbound.remaining_quantity <= inbound.quantity
        if not entry.completely_invoiced:
            inbound.uninvoiced_applications += 1
        entry.remaining_quantity += one.quantity
        if entry.applies_to_entry is not None:
            entry.valuation_date = inbound.valuation_date
        else:
            entry.valuation_date = max(entry.valuation_date, inbound.valuation_date)
        later = max(entry.posting_date, inbound.posting_date)
        apply(planning, register_no, entry.entry_no, inbound, entry.entry_no, -one.quantity, later)
        if inbound.remaining_quantity and not inbound.new:
            planning.plan.drawn[inbound.entry_no] = inbound
        else:
            touch(planning, inbound)
    if movement.draws:
        planning.stock.pool(entry.pool).drop_closed()
    return cost


def round_off(planning: Planning, register_no: int, movement: Movement, caused_by: int, header: Header) -> None:
    """A rounding entry for each increase that this decrease used up, where nothing else is still to come."""
    for one in movement.draws:
        inbound = one.entry
        if inbound.remaining_quantity or inbound.uninvoiced_applications or not inbound.completely_invoiced:
            continue
        amount = inbound.cost_amount_forwarded - inbound.cost_amount
        waiting = inbound.applied_entry_to_adjust is not None or inbound.entry_no in planning.plan.dirty
        if amount and not waiting:
            if automatic(planning, inbound, header):
                book_rounding(planning, register_no, inbound, amount, caused_by)
            else:
                mark_dirty(planning, inbound, caused_by, header)


def close_decreases(planning: Planning, register_no: int, entry: Entry, caused_by: int, applies_to: Entry | None) -> None:
    """Let a new increase cover decreases that went out before it: a fixed one first, then in posting order. Those that would make
    it its own cost source are passed over."""
    waiting = list(planning.stock.decreases(entry.pool))
    if applies_to is not None:
        waiting = [applies_to, *(one for one in waiting if one is not applies_to)]
    covered = False
    moved: list[Entry] = []
    for decrease in waiting:
        if not entry.remaining_quantity:
            break
        if _takes_cost_from(planning, entry, decrease):
            continue
        quantity = min(entry.remaining_quantity, -decrease.remaining_quantity)
        entry.remaining_quantity -= quantity
        decrease.remaining_quantity += quantity
        later = max(entry.posting_date, decrease.posting_date)
        apply(planning, register_no, decrease.entry_no, entry, decrease.entry_no, -quantity, later)
        if not decrease.completely_invoiced:
            entry.uninvoiced_applications += 1
        if entry.valuation_date > decrease.valuation_date:
            decrease.valuation_date = planning.plan.revalued[decrease.entry_no] = entry.valuation_date
            if decrease.shipped_quantity_not_returned != -decrease.quantity:  # what came back follows, whatever it costs
                moved.append(decrease)
        touch(planning, decrease)
        covered = True
    if covered:
        pool = planning.stock.pool(entry.pool)
        pool.decreases = [one for one in planning.stock.decreases(entry.pool) if one.remaining_quantity]
        pool.drop_closed()
        header = Header(date.fromisoformat(entry.posting_date))
        for one in (entry, *moved):
            mark_dirty(planning, one, caused_by, header)


def _takes_cost_from(planning: Planning, entry: Entry, decrease: Entry) -> bool:
    """Whether the increase has its cost, through any number of steps, from the decrease."""
    if entry.applies_from_entry is None and entry.entry_type != EntryType.TRANSFER:
        return False
    planned: dict[int, set[int]] = {}
    for row in planning.plan.applications:
        sources = planned.setdefault(row.item_ledger_entry_no, set())
        sources |= {row.inbound_entry_no, row.outbound_entry_no, row.transferred_from_entry_no} - {row.item_ledger_entry_no, 0}
    return decrease.entry_no in sources_of(entry.entry_no, planned)
