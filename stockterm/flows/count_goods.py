"""What a scan in a count is of: the item, its lot, serial or package number and its expiry, asked for until nothing is missing.

item, or a number by itself  →  variant?  →  lot, serial, package?  →  new?  →  expiry?  →  the line
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from db.queries.items import ItemFacts
from db.work import counts
from stockterm.flows import choose, say
from stockterm.flows.count_line import ONE, book, typed
from stockterm.flows.count_state import CountState, may_be_counted
from stockterm.flows.goods import (
    Goods,
    answer_expiry,
    answer_number,
    goods_of,
    kind_in_words,
    missing_number,
    needs_expiry,
    odd_expiry,
    with_fields,
    with_number,
)
from stockterm.flows.meaning import meaning_of, refuse
from stockterm.flows.outcome import Ask, At, Entry, Outcome
from stockterm.flows.saved import to_text
from stockterm.i18n import _, format_date
from stockterm.scanning.resolve import NO_FIELDS, AttributesHit, Expected, ItemHit, LotHit, Resolution, SerialHit, Unknown


def counted_item(at: At, state: CountState, hit: ItemHit) -> Outcome:
    """An item: one more of the unit on its label, or what the label or the multiplier says."""
    if not may_be_counted(at, state):
        raise refuse(hit, _("Scan a bin first."), "count")
    goods, facts = goods_of(hit)
    goods = with_fields(goods, replace(state.held, quantity=None)) if state.held != NO_FIELDS else goods
    if hit.fields.quantity_missing and goods.quantity is None and state.factor is None and state.held.quantity is None:
        pending = replace(state, pending=goods, step="quantity", held=NO_FIELDS)
        return Outcome(pending, say.warning(_("How many {unit}? The label does not say.").format(unit=goods.uom_code)), undo="")
    said = goods.quantity if goods.quantity is not None else state.held.quantity
    goods = replace(goods, quantity=_times(state.factor, said))
    if goods.lot and not goods.lot_no and goods.same_item(state.goods) and state.goods:
        kept = {"lot_no": state.goods.lot_no, "expiration_date": state.goods.expiration_date, "new": ()}
        goods = replace(goods, **kept)  # type: ignore[arg-type]
    return advance(at, replace(state, held=NO_FIELDS), goods, facts)


def _times(factor: Decimal | None, said: Decimal | None) -> Decimal:
    if factor is None:
        return ONE if said is None else said
    return factor if said is None else factor * said


def number_scanned(at: At, state: CountState, hit: LotHit | SerialHit) -> Outcome:
    """A lot or serial label by itself: one more of it."""
    if not may_be_counted(at, state):
        raise refuse(hit, _("Scan a bin first."), "count")
    kind, value = ("lot", hit.lot_no) if isinstance(hit, LotHit) else ("serial", hit.serial_no)
    current = state.goods
    item_no = hit.item_no or (current.item_no if current else "")
    if not item_no:
        raise refuse(Unknown(value), "", "count")
    facts: ItemFacts | None = None
    if current and current.item_no == item_no and (not hit.item_no or hit.variant_code == current.variant_code):
        goods = replace(current, serial_no="", package_no="", new=(), sure=False)
        if kind == "lot":
            goods = replace(goods, lot_no="", expiration_date=None)
        elif not goods.lot:
            goods = replace(goods, expiration_date=None)
    else:
        goods, facts = goods_of(ItemHit(item_no, hit.variant_code))
    if not getattr(goods, kind):
        raise refuse(hit, _("{item} has no {kind} numbers.").format(item=goods.name, kind=kind_in_words(kind).lower()), "count")
    goods = replace(with_number(goods, kind, value, None), quantity=_times(state.factor, None))
    return advance(at, state, goods, facts)


def attributes(at: At, state: CountState, hit: AttributesHit) -> Outcome:
    """A label with a lot, a serial or a quantity, but no item: for the line in hand, else kept for the next item."""
    fields, current = hit.fields, state.goods
    if not may_be_counted(at, state):
        raise refuse(hit, _("Scan a bin first."), "count")
    if current is None or not (fields.lot_no or fields.serial_no or fields.package_no):
        if current is not None and fields.quantity is not None:
            return typed(at, state, current, fields.quantity)
        return Outcome(replace(state, held=fields), say.note(_("Kept for the next item. Scan the item.")), undo="")
    goods = replace(current, serial_no="", package_no="", new=(), sure=False, quantity=None)
    if fields.lot_no:
        goods = replace(goods, lot_no="", expiration_date=None)
    goods = with_fields(goods, fields)
    return advance(at, state, replace(goods, quantity=_times(state.factor, goods.quantity)))


def numbered(at: At, state: CountState, found: Resolution) -> Outcome:
    """The answer to the question for a lot, serial or package number."""
    assert state.pending is not None
    if isinstance(found, ItemHit | AttributesHit) and found.fields.suspected:
        return Outcome(state, ask=choose.lost_separator(found))
    return advance(at, state, answer_number(state.pending, state.step, found, "count"))


def answered_expiry(at: At, state: CountState, entry: Entry) -> Outcome:
    """The answer to the question for the expiry date of a new number."""
    assert state.pending is not None
    found = meaning_of(at, entry, Expected.LOT, state.pending.line)
    stated = found.fields.expiry if isinstance(found, AttributesHit | ItemHit) else None
    goods = answer_expiry(state.pending, entry.raw.strip(), stated, at.today)
    assert goods.expiration_date is not None
    if odd_expiry(goods.expiration_date, at.today):
        text = _("Expiry {date}: is that right?").format(date=format_date(goods.expiration_date))
        return Outcome(state, ask=Ask("expiry", text, values=(to_text(goods),), yes=_("right"), no=_("wrong")))
    return advance(at, state, goods)


def advance(at: At, state: CountState, goods: Goods, facts: ItemFacts | None = None) -> Outcome:
    """Ask for what is still missing, in its order; count when nothing is."""
    if goods.has_variants and not goods.variant_code:
        return Outcome(state, ask=choose.which_variant(goods))
    kind = missing_number(goods)
    if kind:
        waiting = replace(state, pending=goods, step=kind, factor=None)
        return Outcome(
            waiting, say.note(_("{kind} of {item}?").format(kind=kind_in_words(kind), item=goods.name)), undo="", good=True
        )
    counted = {new: counts.number_counted(state.count_no, goods.item_no, new, getattr(goods, f"{new}_no")) for new in goods.new}
    unasked = [new for new, line in counted.items() if line is None]
    if unasked:
        new = unasked[0]
        text = _("{kind} {number} is new for {item}. Count it?").format(
            kind=kind_in_words(new), number=getattr(goods, f"{new}_no"), item=goods.name
        )
        return Outcome(state, ask=Ask("new_number", text, values=(to_text(goods), new), yes=_("count"), no=_("no")))
    if needs_expiry(goods) and (found := counts.number_counted(state.count_no, goods.item_no, "lot", goods.lot_no)):
        goods = replace(goods, expiration_date=date.fromisoformat(found.expiration_date) if found.expiration_date else None)
    if needs_expiry(goods):
        waiting = replace(state, pending=goods, step="expiry", factor=None)
        return Outcome(waiting, say.note(_("Expiry of {number}?").format(number=goods.numbers)), undo="", good=True)
    return book(at, state, goods, facts, replacing=False)
