"""Reclassifications: out of one place and into another, at the same cost. Source: costing reference §3 (4), §5."""

from decimal import Decimal

from db.costing.sharing import share
from db.posting.applying import close_decreases, draw, round_off
from db.posting.checked import CheckedLine, Movement, Place
from db.posting.cost_changes import unit_cost_of
from db.posting.lines import EntryType, Header
from db.posting.planning import NO_ORDER, Planning, apply, move_content, new_entry, note_numbers, remember_numbers, value


def plan_transfer(
    planning: Planning, register_no: int, checked: CheckedLine, movement: Movement, numbered: str, line_leg: str = ""
) -> None:
    """A reclassification: out of one place, into another at the same cost, one receiving half for each increase it came from.
    `line_leg` stands before the legs where the operation has several lines (`1/`)."""
    assert checked.to is not None
    line, to = checked.line, checked.to
    if not movement.draws:  # from bin to bin, nothing else changes: no item ledger entry
        for place, quantity in ((checked.place, -movement.quantity), (to, movement.quantity)):
            move_content(
                planning,
                register_no,
                line.header,
                place=place,
                numbers=movement.numbers,
                quantity=quantity,
                entry_type="movement",
                item_no=checked.item.no,
                variant_code=line.variant_code,
            )
        return
    transfer(
        planning,
        register_no,
        line.header,
        checked.place,
        to,
        movement,
        variant_code=line.variant_code,
        item_no=checked.item.no,
        uom_code=checked.uom_code,
        quantity_per=checked.quantity_per,
        out_leg=f"{line_leg}out{numbered}",
        in_leg=f"{line_leg}in",
        applies_to=checked.applies_to.entry_no if checked.applies_to else None,
        order=(line.order_no, line.order_line_no),
    )


def transfer(
    planning: Planning,
    register_no: int,
    header: Header,
    source: Place,
    to: Place,
    movement: Movement,
    *,
    item_no: str,
    variant_code: str,
    uom_code: str,
    quantity_per: Decimal,
    out_leg: str = "out",
    in_leg: str = "in",
    applies_to: int | None = None,
    corrects: int | None = None,
    order: tuple[str, int] = NO_ORDER,
) -> None:
    """The halves of a transfer. `applies_to` is the increase it is fixed to; `corrects`, for an undo, the receiving half that
    goes back."""
    assert movement.to_numbers is not None
    kind = "movement" if source.location.code == to.location.code else ""
    out = new_entry(
        planning,
        register_no,
        header,
        EntryType.TRANSFER,
        place=source,
        numbers=movement.numbers,
        quantity=-movement.quantity,
        leg=out_leg,
        completely_invoiced=all(one.entry.completely_invoiced for one in movement.draws),
        applies_to=applies_to or corrects,
        corrects=corrects,
        item_no=item_no,
        variant_code=variant_code,
        uom_code=uom_code,
        quantity_per=quantity_per,
        order=order,
    )
    note_numbers(planning, out, movement.noted)
    move_content(
        planning,
        register_no,
        header,
        place=source,
        numbers=movement.numbers,
        quantity=-movement.quantity,
        entry_type=kind,
        item_no=item_no,
        variant_code=variant_code,
    )
    remember_numbers(planning, item_no, variant_code, movement.to_numbers)
    cost = draw(planning, register_no, out, movement)
    out_value = value(
        planning,
        register_no,
        out,
        out.posting_date,
        valued_quantity=out.quantity,
        item_ledger_quantity=out.quantity,
        invoiced_quantity=out.quantity,
        cost_per_unit=unit_cost_of(planning, cost, movement.quantity),
        cost_amount_actual=-cost,
    )
    for one in movement.draws:
        half = new_entry(
            planning,
            register_no,
            header,
            EntryType.TRANSFER,
            place=to,
            numbers=movement.to_numbers,
            quantity=one.quantity,
            leg=in_leg,
            completely_invoiced=one.entry.completely_invoiced,
            item_no=item_no,
            variant_code=variant_code,
            uom_code=uom_code,
            quantity_per=quantity_per,
            order=order,
        )
        half.valuation_date = out.valuation_date
        move_content(
            planning,
            register_no,
            header,
            place=to,
            numbers=movement.to_numbers,
            quantity=one.quantity,
            entry_type=kind,
            item_no=item_no,
            variant_code=variant_code,
        )
        planning.stock.pool(half.pool).add_increase(half)
        apply(planning, register_no, half.entry_no, half, out.entry_no, one.quantity, half.posting_date, one.entry.entry_no)
        part = share(one.entry.cost_amount, one.quantity, one.entry.quantity, planning.amount_rounding)
        written = value(
            planning,
            register_no,
            half,
            half.posting_date,
            valued_quantity=one.quantity,
            item_ledger_quantity=one.quantity,
            invoiced_quantity=one.quantity,
            cost_per_unit=unit_cost_of(planning, part, one.quantity),
            cost_amount_actual=part,
        )
        close_decreases(planning, register_no, half, written.entry_no, None)
    round_off(planning, register_no, movement, out_value.entry_no, header)
