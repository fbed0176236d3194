"""From a checked line to entries: increases, decreases, and the covering of decreases that went out before their goods.

Sources: costing reference §2 to §5, §8; Design Details: Inventory Costing, Item Application.
"""

from collections.abc import Sequence
from decimal import Decimal

from db.costing.application import choose_draws, split_amount
from db.costing.sharing import round_amount, share
from db.posting.applying import close_decreases, draw, round_off
from db.posting.checked import CheckedLine, Movement, Numbers, Place
from db.posting.cost_changes import learn_direct_cost, unit_cost_of, update_unit_cost
from db.posting.lines import EntryType, Header
from db.posting.plan_transfer import plan_transfer
from db.posting.planning import (
    Planning,
    Value,
    apply,
    move_content,
    new_entry,
    note_numbers,
    open_register,
    remember_numbers,
    touch,
    value,
)
from db.posting.stock import ZERO, Entry, NotWrittenYet, PoolKey

# Journals have no invoice to wait for.
ALWAYS_INVOICED = {
    EntryType.POSITIVE_ADJUSTMENT,
    EntryType.NEGATIVE_ADJUSTMENT,
    EntryType.CONSUMPTION,
    EntryType.OUTPUT,
}


def needs_unit_cost(checked: CheckedLine) -> bool:
    """Whether planning the line asks what the item costs now."""
    line = checked.line
    own_cost = line.unit_cost is not None or line.amount is not None or checked.applies_from is not None
    return (checked.increase and not own_cost) or any(movement.uncovered for movement in checked.movements)


def plan_line(planning: Planning, checked: CheckedLine, content_hash: str) -> int:
    """Plan one journal line; the number of its register."""
    line = checked.line
    if needs_unit_cost(checked) and checked.item.no in planning.plan.dirty_items:
        raise NotWrittenYet  # its cost is about to change
    register_no = open_register(planning, "journal_line", line.header, content_hash)
    if checked.to is not None:
        for number, movement in enumerate(checked.movements, 1):
            numbered = f"/{number}" if len(checked.movements) > 1 else ""
            plan_transfer(planning, register_no, checked, movement, numbered)
        number_receiving_halves(planning, line.header)
    else:
        legs = [str(n) for n in range(1, len(checked.movements) + 1)] if len(checked.movements) > 1 else [""]
        if checked.increase:
            plan_increases(planning, register_no, checked, legs)
        else:
            plan_decreases(planning, register_no, checked, legs)
    update_unit_cost(planning, checked.item.no)
    return register_no


def number_receiving_halves(planning: Planning, header: Header, leg: str = "in") -> None:
    """`in` alone keeps its name; several are numbered through."""
    if not header.operation_id:
        return
    halves = [entry for entry in planning.stock.of_operation[header.operation_id] if entry.leg == leg]
    if len(halves) > 1:
        for number, entry in enumerate(halves, 1):
            entry.leg = f"{leg}/{number}"


def line_amount(planning: Planning, checked: CheckedLine) -> Decimal | None:
    """The direct cost of a whole line, positive; None where the line names none."""
    line = checked.line
    if line.amount is not None:
        return round_amount(line.amount, planning.amount_rounding)
    if line.unit_cost is not None:
        return round_amount(line.unit_cost * abs(line.quantity), planning.amount_rounding)
    return None


def sales_amounts(planning: Planning, checked: CheckedLine) -> list[Decimal]:
    """The revenue of each movement of a sale (a return's is negative); zeros for other lines."""
    line = checked.line
    total = line.sales_amount
    if total is None and line.unit_price is not None:
        total = line.unit_price * abs(line.quantity)
    if line.entry_type is not EntryType.SALE or total is None:
        return [ZERO] * len(checked.movements)
    total = round_amount(total, planning.amount_rounding)
    return split_amount(
        -total if checked.increase else total, [movement.quantity for movement in checked.movements], planning.amount_rounding
    )


def plan_increases(planning: Planning, register_no: int, checked: CheckedLine, legs: Sequence[str]) -> list[Entry]:
    """Increases: valued at their own cost, or, with applies-from, at the cost of the decrease they take back."""
    line, stock = checked.line, planning.stock
    quantities = [movement.quantity for movement in checked.movements]
    whole = line_amount(planning, checked)
    if whole is None and checked.applies_from is None:
        whole = round_amount(stock.total(checked.item.no).unit_cost * sum(quantities, ZERO), planning.amount_rounding)
    amounts = split_amount(whole, quantities, planning.amount_rounding) if whole is not None else [ZERO] * len(quantities)
    revenues = sales_amounts(planning, checked)
    invoiced = line.invoiced or line.entry_type in ALWAYS_INVOICED
    made = []
    for movement, leg, amount, revenue in zip(checked.movements, legs, amounts, revenues, strict=True):
        entry = new_entry(
            planning,
            register_no,
            line.header,
            line.entry_type,
            item_no=checked.item.no,
            variant_code=line.variant_code,
            place=checked.place,
            numbers=movement.numbers,
            quantity=movement.quantity,
            uom_code=checked.uom_code,
            quantity_per=checked.quantity_per,
            leg=leg,
            completely_invoiced=invoiced,
            applies_to=checked.applies_to.entry_no if checked.applies_to else None,
            applies_from=checked.applies_from.entry_no if checked.applies_from else None,
        )
        note_numbers(planning, entry, movement.noted)
        move_in(planning, register_no, line.header, entry, checked.place, movement.numbers)
        if checked.applies_from is not None:
            amount = take_back(planning, checked.applies_from, entry)
        purchase = amount if line.entry_type is EntryType.PURCHASE else ZERO
        first = value(
            planning,
            register_no,
            entry,
            entry.posting_date,
            valued_quantity=movement.quantity,
            item_ledger_quantity=movement.quantity,
            invoiced_quantity=movement.quantity if invoiced else ZERO,
            cost_per_unit=unit_cost_of(planning, amount, movement.quantity),
            cost_amount_actual=amount if invoiced else ZERO,
            cost_amount_expected=ZERO if invoiced else amount,
            expected_cost=not invoiced,
            sales_amount_actual=revenue if invoiced else ZERO,
            sales_amount_expected=ZERO if invoiced else revenue,
            purchase_amount_actual=purchase if invoiced else ZERO,
            purchase_amount_expected=ZERO if invoiced else purchase,
        )
        if invoiced:
            learn_direct_cost(planning, entry, amount, movement.quantity)
        close_decreases(planning, register_no, entry, first.entry_no, checked.applies_to)
        made.append(entry)
    return made


def move_in(planning: Planning, register_no: int, header: Header, entry: Entry, place: Place, numbers: Numbers) -> None:
    """An increase's content and numbers; it can supply decreases from now on."""
    remember_numbers(planning, entry.item_no, entry.variant_code, numbers)
    move_content(
        planning,
        register_no,
        header,
        item_no=entry.item_no,
        variant_code=entry.variant_code,
        place=place,
        numbers=numbers,
        quantity=entry.quantity,
    )
    planning.stock.pool(entry.pool).add_increase(entry)
    if entry.applies_from_entry is None:
        apply(planning, register_no, entry.entry_no, entry, 0, entry.quantity, entry.posting_date)


def take_back(planning: Planning, decrease: Entry, entry: Entry) -> Decimal:
    """Exact cost reversal: the increase has the cost of the decrease it takes back, and follows it. Returns that cost."""
    entry.valuation_date = max(entry.posting_date, decrease.valuation_date)
    decrease.shipped_quantity_not_returned -= entry.quantity
    touch(planning, decrease)
    later = max(entry.posting_date, decrease.posting_date)
    apply(planning, entry.register_no, entry.entry_no, entry, decrease.entry_no, entry.quantity, later)
    return -share(decrease.cost_amount, entry.quantity, -decrease.quantity, planning.amount_rounding)


def plan_decreases(planning: Planning, register_no: int, checked: CheckedLine, legs: Sequence[str]) -> list[Entry]:
    """Decreases: valued at the shares of what supplied them, the uncovered rest at the item's unit cost."""
    line = checked.line
    revenues = sales_amounts(planning, checked)
    invoiced = line.invoiced or line.entry_type in ALWAYS_INVOICED
    made = []
    for movement, leg, revenue in zip(checked.movements, legs, revenues, strict=True):
        entry = new_entry(
            planning,
            register_no,
            line.header,
            line.entry_type,
            item_no=checked.item.no,
            variant_code=line.variant_code,
            place=checked.place,
            numbers=movement.numbers,
            quantity=-movement.quantity,
            uom_code=checked.uom_code,
            quantity_per=checked.quantity_per,
            leg=leg,
            completely_invoiced=invoiced,
            applies_to=checked.applies_to.entry_no if checked.applies_to else None,
            order=(line.order_no, line.order_line_no),
        )
        note_numbers(planning, entry, movement.noted)
        post_decrease(planning, register_no, line.header, entry, checked.place, movement, revenue)
        made.append(entry)
    return made


def post_decrease(
    planning: Planning, register_no: int, header: Header, entry: Entry, place: Place, movement: Movement, revenue: Decimal = ZERO
) -> Value:
    """Content, applications and value of a decrease that is already numbered."""
    move_content(
        planning,
        register_no,
        header,
        item_no=entry.item_no,
        variant_code=entry.variant_code,
        place=place,
        numbers=movement.numbers,
        quantity=entry.quantity,
    )
    cost = draw(planning, register_no, entry, movement)
    unit_cost = ZERO
    if movement.uncovered:
        unit_cost = planning.stock.total(entry.item_no).unit_cost
        cost += round_amount(unit_cost * movement.uncovered, planning.amount_rounding)
        planning.stock.decreases(entry.pool).append(entry)
    invoiced = entry.completely_invoiced
    written = value(
        planning,
        register_no,
        entry,
        entry.posting_date,
        valued_quantity=entry.quantity,
        item_ledger_quantity=entry.quantity,
        invoiced_quantity=entry.quantity if invoiced else ZERO,
        cost_per_unit=unit_cost if movement.uncovered else unit_cost_of(planning, cost, movement.quantity),
        cost_amount_actual=-cost if invoiced else ZERO,
        cost_amount_expected=ZERO if invoiced else -cost,
        expected_cost=not invoiced,
        sales_amount_actual=revenue if invoiced else ZERO,
        sales_amount_expected=ZERO if invoiced else revenue,
    )
    round_off(planning, register_no, movement, written.entry_no, header)
    return written


def counted_movement(planning: Planning, pool: PoolKey, quantity: Decimal, numbers: Numbers) -> Movement:
    """A decrease by the costing method, of goods that are known to be there."""
    draws, uncovered = choose_draws(quantity, planning.stock.increases(pool, quantity))
    return Movement(quantity, numbers, tuple(draws), uncovered)
