"""The line of a count: one (bin, item, variant, lot, serial, package) with what was counted of it in base units.

A scan adds to its line, a typed number takes its place. What undo needs to put a line back is written with the step.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from db.connection.session import Write
from db.core import clock
from db.core.errors import QuantityZero, SerialCountedTwice, TooManyDecimals
from db.queries.items import ItemFacts, item_facts
from db.work import counts
from db.work.counts import CountedLine
from stockterm.flows import choose, say
from stockterm.flows.count_state import ZERO, CountState
from stockterm.flows.goods import Goods, base_quantity, in_base_unit
from stockterm.flows.outcome import Ask, At, Outcome
from stockterm.flows.saved import to_text
from stockterm.flows.words import checked_quantity, clock_time, in_units, number, place, quantity
from stockterm.i18n import _
from stockterm.scanning.resolve import NO_FIELDS

ONE = Decimal(1)
_PLAUSIBLE_FACTOR = 10
_PLAUSIBLE_FLOOR = Decimal(10)  # of an item that is hardly in stock, up to 100 are no surprise
_RECENT = 8


def book(at: At, state: CountState, goods: Goods, facts: ItemFacts | None, *, replacing: bool) -> Outcome:
    """Write the scan into its line: added to it, or (typed) in its place."""
    assert goods.quantity is not None
    checked_quantity(goods.quantity)
    added = base_quantity(goods, goods.quantity)
    if not added and not replacing:
        raise QuantityZero(field="quantity")
    facts = facts or item_facts(goods.item_no, goods.variant_code, goods.uom_code)
    assert facts is not None
    numbers = {"lot_no": goods.lot_no, "serial_no": goods.serial_no, "package_no": goods.package_no}
    line = counts.line_at(state.count_no, state.bin_code, goods.item_no, goods.variant_code, **numbers)
    if goods.serial and not replacing:
        _refuse_second_serial(goods)
    before = line.quantity if line else ZERO
    total = added if replacing else before + added
    if replacing and line is not None and before != state.line_quantity:  # a supervisor has linked a code to it meanwhile
        state = replace(state, line_quantity=before, line_entered=line.entered)
        return Outcome(state, ask=_instead(goods, before, total))
    if not goods.sure and (replacing or goods.quantity != ONE) and _implausible(total, facts):
        return _ask_again(state, goods, replacing)
    entered = dict(line.entered) if line and not replacing else {}
    entered[goods.uom_code] = entered.get(goods.uom_code, ZERO) + goods.quantity
    fresh = line is None or replacing
    assert fresh or line is not None
    counted = CountedLine(
        count_no=state.count_no,
        line_no=line.line_no if line else counts.next_line_no(state.count_no),
        item_no=goods.item_no,
        variant_code=goods.variant_code,
        bin_code=state.bin_code,
        lot_no=line.lot_no if line else goods.lot_no,
        serial_no=line.serial_no if line else goods.serial_no,
        package_no=line.package_no if line else goods.package_no,
        quantity=total,
        entered=tuple(entered.items()),
        expiration_date=goods.expiration_date.isoformat() if goods.expiration_date else None,
        confirmed_empty=False,
        first_item_ledger_entry_no=facts.last_item_ledger_entry_no
        if line is None or replacing
        else line.first_item_ledger_entry_no,
        first_warehouse_entry_no=facts.last_warehouse_entry_no if line is None or replacing else line.first_warehouse_entry_no,
        last_item_ledger_entry_no=facts.last_item_ledger_entry_no,
        last_warehouse_entry_no=facts.last_warehouse_entry_no,
        counted_by=at.user.code,
        counted_at=clock.now_microseconds(),
        terminal=at.terminal,
    )
    new_item = line is None and not counts.item_counted(state.count_no, state.bin_code, goods.item_no)
    total_in_words = quantity(total, goods.base_uom)
    if replacing:
        text = f"{quantity(before, goods.base_uom)} → {total_in_words}"
    else:
        text = f"+{quantity(goods.quantity, goods.uom_code)}: {total_in_words}"
    recent = f"{goods.name} {goods.numbers} {text}".replace("  ", " ")
    after = replace(
        state,
        step="",
        goods=replace(goods, quantity=None, new=(), sure=False),
        pending=None,
        factor=None,
        held=NO_FIELDS,
        line_quantity=total,
        line_entered=counted.entered,
        last_added=ZERO if replacing else goods.quantity,
        bin_items=state.bin_items + (1 if new_item else 0),
        bin_quantity=state.bin_quantity - before + total,
        recent=(recent, *state.recent)[:_RECENT],
    )
    return Outcome(after, say.ok(text), writes=(counts.save_line(counted),), undo=lines_before([(counted, line)]), good=True)


def _refuse_second_serial(goods: Goods) -> None:
    found = counts.serial_counted(goods.item_no, goods.serial_no)
    if found is not None:
        line, location_code = found
        where = f"{place(location_code, line.bin_code)} ({line.counted_by} {clock_time(line.counted_at)})"
        raise SerialCountedTwice(serial_no=goods.serial_no, place=where)


def _implausible(total: Decimal, facts: ItemFacts) -> bool:
    return total > _PLAUSIBLE_FACTOR * max(facts.on_hand, _PLAUSIBLE_FLOOR)


def _ask_again(state: CountState, goods: Goods, replacing: bool) -> Outcome:
    assert goods.quantity is not None
    typed = number(goods.quantity)
    shown = typed if goods.uom_code == goods.base_uom else quantity(goods.quantity, goods.uom_code)
    text = _("Quantity {quantity} is 10x above any stock of this item. Type it again to confirm.").format(quantity=shown)
    values = (to_text(replace(goods, sure=True)), "1" if replacing else "")
    return Outcome(state, ask=Ask("again", text, values=values, digits=typed, no=_("wrong")))


def typed(at: At, state: CountState, goods: Goods, value: Decimal) -> Outcome:
    """A typed number takes the place of what was counted of the goods; asked where more than the last scan would be lost.

    It is in base units. After a scan of another unit (a box, named beside the field) both are meant often enough: it is asked.
    """
    goods = replace(goods, quantity=value, sure=False)
    if not value:
        goods = in_base_unit(goods)
    if goods.uom_code != goods.base_uom:
        return Outcome(state, ask=_which_unit(state, goods))
    new = base_quantity(goods, value)
    if state.line_quantity and state.line_entered != ((goods.uom_code, state.last_added),):
        return Outcome(state, ask=_instead(goods, state.line_quantity, new))
    return book(at, state, goods, None, replacing=True)


def _instead(goods: Goods, before: Decimal, new: Decimal) -> Ask:
    """`14 PCS → 12 PCS?` Both in base units."""
    text = f"{quantity(before, goods.base_uom)} → {quantity(new, goods.base_uom)}?"
    return Ask("replace", text, values=(to_text(goods),), yes=_("replace"), no=_("keep"))


def _which_unit(state: CountState, goods: Goods) -> Ask:
    """`340 BOX or PCS?` Where the number can only be of the scanned unit (half a box): `0.5 BOX = 3 PCS?`"""
    assert goods.quantity is not None
    in_base = base_quantity(goods, goods.quantity)
    scanned = f"{quantity(goods.quantity, goods.uom_code)} = {quantity(in_base, goods.base_uom)}"
    now = _("Now {quantity}.").format(quantity=in_units(state.line_entered, state.line_quantity, goods.base_uom))
    pieces = in_base_unit(goods)
    try:
        base_quantity(pieces, goods.quantity)
    except TooManyDecimals:
        return Ask("replace", f"{scanned}? {now}", values=(to_text(goods),), yes=_("replace"), no=_("keep"))
    text = _("{quantity} {unit} or {base}?").format(quantity=number(goods.quantity), unit=goods.uom_code, base=goods.base_uom)
    choices = choose.numbered([scanned, quantity(goods.quantity, goods.base_uom)])
    return Ask("unit", f"{text} {now}", choices, (to_text(goods), to_text(pieces)), no=_("keep"))


def lines_before(changed: Sequence[tuple[CountedLine, CountedLine | None]]) -> str:
    """What undo needs: each line's number, and the line as it was (None: it was not there)."""
    return json.dumps([[now.count_no, now.line_no, counts.to_text(before) if before else None] for now, before in changed])


def restore(before: str) -> tuple[Write, ...]:
    """Put the lines back that a step had changed."""
    writes: list[Write] = []
    for count_no, line_no, text in json.loads(before) if before else ():
        writes.append(counts.delete_line(count_no, line_no) if text is None else counts.save_line(counts.from_text(text)))
    return tuple(writes)
