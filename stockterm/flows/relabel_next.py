"""What is missing of a change, in the order in which it is asked for; when nothing is, the summary."""

from dataclasses import replace
from decimal import Decimal

from db.core.errors import NotEnoughStock, NothingToDo
from db.queries.items import variants_of
from db.queries.reclassify import Lying, lying
from stockterm.flows import choose, fefo, relabel_post, say
from stockterm.flows.goods import KINDS, Goods, base_quantity, kind_in_words, with_number
from stockterm.flows.meaning import hit_to_text
from stockterm.flows.outcome import Ask, At, Outcome
from stockterm.flows.refusals import NoSuchNumber
from stockterm.flows.relabel_state import (
    NUMBER_OF,
    Change,
    RelabelState,
    changes_of,
    dated_kind,
    dated_number,
    lying_everywhere,
    needs_expiry,
    needs_reason,
)
from stockterm.flows.words import place, quantity
from stockterm.i18n import _
from stockterm.scanning.resolve import BinHit


def next_question(at: At, state: RelabelState) -> Outcome:
    """The next thing to ask for; when nothing is missing, the summary."""
    goods = state.goods
    if goods is None:
        return Outcome(replace(state, step="what"), say.note(_("Scan lot or item.")))
    if goods.has_variants and not goods.variant_code:
        return Outcome(state, ask=choose.which_variant(goods))
    goods = filled_in(at, state, goods)
    state = replace(state, goods=goods)
    kind = dated_kind(goods)
    if kind and not dated_number(goods):
        return _ask_number(state, goods, kind)
    if not state.change:
        changes = changes_of(at, goods)
        if not changes:
            raise NothingToDo(what=_("{item} has no lot, serial, package or variant").format(item=goods.name))
        if len(changes) > 1:
            return Outcome(replace(state, step="change"), say.note(_("What changes?")))
        state = replace(state, change=changes[0])
    if state.change == Change.EXPIRY:
        return _everywhere(at, state, goods)
    return _here(at, state, goods)


def _ask_number(state: RelabelState, goods: Goods, kind: str) -> Outcome:
    text = _("{kind} of {item}?").format(kind=kind_in_words(kind), item=goods.name)
    return Outcome(replace(state, step=kind), say.note(text))


def _everywhere(at: At, state: RelabelState, goods: Goods) -> Outcome:
    """The date of a number changes wherever it lies."""
    if not lying_everywhere(goods):
        raise _not_there(at, state, goods)
    return _last_questions(state)


def _here(at: At, state: RelabelState, goods: Goods) -> Outcome:
    """A change of what lies here: which of it, in which bin, how many, and what it becomes."""
    found = lying_here(at, state, goods)
    if not found:
        raise _not_there(at, state, goods)
    for kind in KINDS:
        if getattr(goods, kind) and not getattr(goods, f"{kind}_no"):
            return _ask_number(state, goods, kind)
    fefo.refuse_blocked(goods)
    bins = list(dict.fromkeys(one.bin_code for one in found))
    state = replace(state, goods=goods)
    if len(bins) > 1:
        return Outcome(replace(state, step="bin"), ask=_which_bin(state, found))
    state = replace(state, bin_code=bins[0])
    available = sum((one.quantity for one in found), Decimal(0))
    if goods.serial:
        state = replace(state, amount_said=True)
    elif not state.amount_said and goods.quantity is None:
        text = _("All {quantity}? Then the new one.").format(quantity=quantity(available, goods.base_uom))
        return Outcome(replace(state, step="quantity"), say.note(text))
    else:
        _refuse_too_much(state, goods, available, place(at.location.code, state.bin_code))
    if state.change == Change.VARIANT and not state.new_variant:
        return Outcome(replace(state, step="variant"), ask=_which_variant(goods))
    if state.change != Change.VARIANT and not state.new_number:
        return Outcome(replace(state, step="new"), say.note(new_number_wanted(state)))
    if goods.quantity is None and not goods.serial:  # said once: a posting that is repeated must have the same content
        state = replace(state, goods=replace(goods, quantity=available, uom_code=goods.base_uom, quantity_per=Decimal(1)))
    return _last_questions(state)


def new_number_wanted(state: RelabelState) -> str:
    """What is asked for where the new number is."""
    kind = NUMBER_OF[Change(state.change)]
    if state.goods is not None and state.goods.serial and kind != "serial":
        return _("More serials, or the new {kind}.").format(kind=kind_in_words(kind).lower())
    return _("New {kind}?").format(kind=kind_in_words(kind).lower())


def _last_questions(state: RelabelState) -> Outcome:
    """Expiry and reason, where they are needed; then the summary."""
    if needs_expiry(state):
        number = state.new_number or (dated_number(state.goods) if state.goods else "")
        return Outcome(replace(state, step="expiry"), say.note(_("Expiry of {number}?").format(number=number)))
    if needs_reason(state) and not state.reason:
        return Outcome(replace(state, step="reason"), say.note(_("Why? Choose a reason.")))
    named = replace(state, step="summary", operation_id=state.operation_id or relabel_post.new_id())
    return Outcome(named, say.note(_("Right? F10 posts it.")))


def lying_here(at: At, state: RelabelState, goods: Goods) -> list[Lying]:
    """What lies here of exactly these goods, in the bin if one is chosen."""
    return lying(
        goods.item_no,
        goods.variant_code,
        location_code=at.location.code,
        bin_code=state.bin_code or None,
        lot_no=goods.lot_no,
        serial_no=goods.serial_no,
        package_no=goods.package_no,
    )


def filled_in(at: At, state: RelabelState, goods: Goods) -> Goods:
    """The goods with the numbers that can only be one, by what lies here with the numbers that are known."""
    missing = [kind for kind in KINDS if getattr(goods, kind) and not getattr(goods, f"{kind}_no")]
    if not missing or not any(getattr(goods, f"{kind}_no") for kind in KINDS):
        return goods
    found = lying_here(at, state, goods)
    for kind in missing:
        numbers = {getattr(one, f"{kind}_no") for one in found}
        if len(numbers) == 1:
            goods = with_number(goods, kind, numbers.pop(), None)
    return goods


def _not_there(at: At, state: RelabelState, goods: Goods) -> NoSuchNumber | NotEnoughStock:
    where = place(at.location.code, state.bin_code)
    for kind in KINDS:
        if value := getattr(goods, f"{kind}_no"):
            return NoSuchNumber(kind=kind_in_words(kind), number=value, item_no=goods.name, place=where, done=_("changed"))
    requested = base_quantity(goods, goods.quantity or Decimal(1))
    return NotEnoughStock(field="quantity", place=where, what=goods.name, available=Decimal(0), requested=requested)


def _refuse_too_much(state: RelabelState, goods: Goods, available: Decimal, where: str) -> None:
    if goods.quantity is None:
        return
    requested = base_quantity(goods, goods.quantity)
    if requested > available:
        what = goods.lot_no or goods.serial_no or goods.name
        raise NotEnoughStock(field="quantity", place=where, what=what, available=available, requested=requested)


def _which_bin(state: RelabelState, found: list[Lying]) -> Ask:
    assert state.goods is not None
    held: dict[str, Decimal] = {}
    for one in found:
        held[one.bin_code] = held.get(one.bin_code, Decimal(0)) + one.quantity
    texts = [f"{code} {quantity(much, state.goods.base_uom)}" for code, much in held.items()]
    hits = tuple(hit_to_text(BinHit(state.location_code, code)) for code in held)
    return Ask(choose.WHICH, _("Which bin? Choose."), choose.numbered(texts), hits)


def _which_variant(goods: Goods) -> Ask:
    others = [(code, text) for code, text in variants_of(goods.item_no) if code != goods.variant_code]
    if not others:
        raise NothingToDo(what=_("{item} has no other variant").format(item=goods.item_no))
    texts = [f"{code} {text}".rstrip() for code, text in others]
    return Ask("new_variant", _("Which variant is it now?"), choose.numbered(texts), tuple(code for code, _text in others))
