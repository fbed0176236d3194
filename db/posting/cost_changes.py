"""What a posting means for costs that are known already: what becomes dirty, when it may be forwarded, and the item's unit cost.

Sources: costing reference §2.3, §11, §12; Design Details: Cost Adjustment.
"""

from datetime import date, timedelta
from decimal import Decimal

from db.core.numbers import round_to
from db.posting.lines import EntryType, Header
from db.posting.planning import Planning, touch, value
from db.posting.stock import Entry, Stock

_WINDOW_DAYS = {"day": 1, "week": 7}
_WINDOW_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def automatic(planning: Planning, entry: Entry, header: Header) -> bool:
    """Whether automatic cost adjustment reaches the entry: posted no longer than the window before the work date. An item with an
    older entry waiting is left to the batch (costing reference §12.6)."""
    window = planning.stock.settings.automatic_cost_adjustment
    if window == "always":
        return True
    total = planning.stock.total(entry.item_no)
    if window == "never" or not total.allow_online_adjustment:
        return False
    if entry.posting_date >= window_start(header.posting_date, window).isoformat():
        return True
    total.allow_online_adjustment = False
    planning.plan.items.add(entry.item_no)
    return False


def window_start(work_date: date, window: str) -> date:
    """The first posting date inside the window that ends at the work date."""
    if window in _WINDOW_DAYS:
        return work_date - timedelta(days=_WINDOW_DAYS[window])
    month = work_date.year * 12 + work_date.month - 1 - _WINDOW_MONTHS[window]
    year, month = divmod(month, 12)
    for day in range(work_date.day, 0, -1):
        try:
            return date(year, month + 1, day)
        except ValueError:
            continue
    raise AssertionError("every month has a first day")


def adjustment_date(stock: Stock, day: str) -> str:
    """The posting date of an adjustment: that of the entry it adjusts, or the first allowed one where that is closed. A user's
    own range does not matter (costing reference §12.5)."""
    allowed_from, allowed_to = stock.settings.allow_posting_from, stock.settings.allow_posting_to
    if (allowed_from and day < allowed_from) or (allowed_to and day > allowed_to):
        return allowed_from or allowed_to
    return day


def mark_dirty(planning: Planning, entry: Entry, caused_by: int, header: Header) -> None:
    """The entry's cost change waits to be forwarded: at once where the automatic window allows it, else by the batch."""
    at_once = automatic(planning, entry, header)
    planning.plan.dirty.setdefault(entry.entry_no, (caused_by, at_once))
    planning.plan.dirty_items.add(entry.item_no)
    if entry.applied_entry_to_adjust is None:
        entry.applied_entry_to_adjust = caused_by
    touch(planning, entry)


def book_rounding(planning: Planning, register_no: int, inbound: Entry, amount: Decimal, caused_by: int) -> None:
    """The rounding entry of an increase that is used up: its cost and its shares then come to nothing."""
    value(
        planning,
        register_no,
        inbound,
        adjustment_date(planning.stock, inbound.last_invoice_date or inbound.posting_date),
        entry_type="rounding",
        valued_quantity=inbound.quantity,
        cost_amount_actual=amount,
        adjustment=True,
        caused_by=caused_by,
    )


def learn_direct_cost(planning: Planning, entry: Entry, amount: Decimal, quantity: Decimal) -> None:
    """What an invoiced increase says about the item's cost: the last direct cost, and the unit cost where there was none or no
    stock (costing reference §2.3)."""
    unit_cost = unit_cost_of(planning, amount, quantity)
    total = planning.stock.total(entry.item_no)
    if entry.entry_type == EntryType.PURCHASE:
        total.last_direct_cost = unit_cost
    before = total.invoiced_quantity - quantity
    if unit_cost > 0 and (not total.unit_cost or before <= 0):
        total.unit_cost = unit_cost


def update_unit_cost(planning: Planning, item_no: str) -> None:
    """The item's unit cost after adjustment: value by quantity; never overwritten by nothing."""
    if planning.stock.settings.automatic_cost_adjustment != "never":
        recompute_unit_cost(planning.stock, item_no)


def recompute_unit_cost(stock: Stock, item_no: str) -> None:
    """Value by quantity, where both are above zero."""
    total = stock.total(item_no)
    cost = total.cost_amount_actual + total.cost_amount_expected
    if total.quantity > 0 and cost > 0:
        total.unit_cost = round_to(cost / total.quantity, stock.settings.unit_cost_rounding) or total.unit_cost


def unit_cost_of(planning: Planning, amount: Decimal, quantity: Decimal) -> Decimal:
    """Cost per base unit, positive, as the unit cost rounding says."""
    return round_to(abs(amount) / abs(quantity), planning.stock.settings.unit_cost_rounding)
