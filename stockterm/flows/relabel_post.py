"""Posting what was relabelled: the orders that would miss it, the operation, what comes next, and the labels."""

import uuid
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from db.posting.lines import ChangeExpiry, ChangeVariant, EntryType, Header, ItemJournalLine, PostingOperation, TrackingLine
from db.queries.reclassify import Lying, Stranded, drawn_number, lying, stranded_by
from db.work import steps
from stockterm.flows import printing, say
from stockterm.flows.goods import Goods, base_quantity
from stockterm.flows.outcome import Ask, At, Outcome
from stockterm.flows.reasons import used
from stockterm.flows.relabel_state import (
    JOB,
    NUMBER_OF,
    Change,
    Label,
    Piece,
    RelabelState,
    afresh,
    dated_number,
    old_expiry,
    pieces,
    without_new,
)
from stockterm.flows.reversing import REVERSE, reversal, reversed_text
from stockterm.flows.rights import Right, require
from stockterm.flows.stranding import ask_about
from stockterm.flows.words import quantity
from stockterm.i18n import _, format_date


def new_id() -> str:
    """The name of one change, the same for every attempt to post it."""
    return f"RELABEL-{uuid.uuid4().hex}"


# ---- before posting


def question(at: At, state: RelabelState) -> Ask:
    """The two digits; before them the orders that would not find what they want, if there are any."""
    return ask_about(stranded(at, state)) or _digits(at, state)


def stranded(at: At, state: RelabelState) -> list[Stranded]:
    """The open transfer orders from here that want what is about to become something else."""
    goods = state.goods
    assert goods is not None
    if state.change == Change.EXPIRY:
        return []  # the numbers stay
    leaving = [
        Lying(at.location.code, state.bin_code, one.lot_no, one.serial_no, one.package_no, base)
        for one, base in _moved(state, goods)
    ]
    number_only = state.change != Change.VARIANT
    return stranded_by(goods.item_no, goods.variant_code, at.location.code, leaving, number_only=number_only)


def _moved(state: RelabelState, goods: Goods) -> list[tuple[Piece, Decimal]]:
    """What changes, number by number, with base units."""
    if several := pieces(state):
        return [(one, Decimal(1)) for one in several]
    assert goods.quantity is not None
    return [(Piece("", goods.lot_no, goods.package_no), base_quantity(goods, goods.quantity))]


def _digits(at: At, state: RelabelState) -> Ask:
    digits = say.two_digits()
    text = _("Post {what}? Type {digits}.").format(what=in_words(state), digits=digits)
    return Ask("post", text, values=(at.today.isoformat(),), digits=digits, no=_("not yet"))


def answer(at: At, state: RelabelState, ask: Ask) -> Outcome:
    """Yes, to one of the questions before and after posting."""
    match ask.kind:
        case "stranded":
            return Outcome(state, ask=_digits(at, state))
        case "post":
            require(at.user, Right.CHANGE_EXPIRY if state.change == Change.EXPIRY else Right.RELABEL)
            return Outcome(state, ask=ask, operations=(operation(at, state, date.fromisoformat(ask.values[0])),))
        case "reverse":
            return Outcome(state, ask=ask, operations=(reversal(at, ask, state.reversible),))
        case _:
            return Outcome(state, ask=ask)


# ---- the operation


def operation(at: At, state: RelabelState, posting_date: date) -> PostingOperation:
    """The change as it is posted."""
    goods = state.goods
    assert goods is not None
    header = Header(posting_date, operation_id=state.operation_id, reason_code=state.reason, user_code=at.user.code)
    if state.change == Change.EXPIRY:
        return ChangeExpiry(header, goods.item_no, dated_number(goods), state.new_expiry, goods.variant_code)
    several = pieces(state)
    much = Decimal(len(several)) if several else goods.quantity
    assert much is not None
    tracking: tuple[TrackingLine, ...] = ()
    if goods.tracked:
        each = [(one, Decimal(1)) for one in several] or [(Piece("", goods.lot_no, goods.package_no), much)]
        tracking = tuple(_tracking(state, goods, one, count) for one, count in each)
    uom_code = goods.base_uom if several else goods.uom_code
    if state.change == Change.VARIANT:
        return ChangeVariant(
            header,
            goods.item_no,
            much,
            goods.variant_code,
            state.new_variant,
            at.location.code,
            state.bin_code,
            uom_code,
            tracking,
        )
    return ItemJournalLine(
        header,
        EntryType.TRANSFER,
        goods.item_no,
        much,
        variant_code=goods.variant_code,
        location_code=at.location.code,
        bin_code=state.bin_code,
        uom_code=uom_code,
        tracking=tracking,
        may_go_negative=False,
    )


def _tracking(state: RelabelState, goods: Goods, one: Piece, count: Decimal) -> TrackingLine:
    line = TrackingLine(count, one.lot_no, one.serial_no, one.package_no)
    if state.change not in NUMBER_OF:
        return line
    kind = NUMBER_OF[Change(state.change)]
    match kind:
        case _ if state.drawn:
            line = replace(line, drawn=kind)
        case "lot":
            line = replace(line, new_lot_no=state.new_number)
        case "serial":
            line = replace(line, new_serial_no=state.new_number)
        case _:
            line = replace(line, new_package_no=state.new_number)
    if not state.dated:
        return line
    clear = state.new_expiry is None and old_expiry(goods) is not None
    return replace(line, new_expiration_date=state.new_expiry, clear_expiration=clear)


# ---- afterwards


def posted(at: At, state: RelabelState, ask: Ask | None, registers: list[Any]) -> Outcome:
    """It is in the ledgers. What is left of a lot that is split is asked for again; else the next change begins."""
    writes = (steps.forget(work_of(at)),)
    register = registers[0].register_no
    if ask is not None and ask.kind == REVERSE:
        kept = replace(afresh(state), reversible="", reversible_text="", labels=())
        return Outcome(kept, reversed_text(register), writes=writes, forget=True)
    state = _with_drawn_number(state, register)
    what = in_words(state)
    after = replace(
        afresh(state),
        reversible=state.operation_id,
        reversible_text=what,
        labels=labels_of(state),
        recent_reasons=used(state.reason, state.recent_reasons),
    )
    text = _("Posted {what}, register {register}.").format(what=what, register=register)
    left = _left(at, state)
    if left:
        goods = state.goods
        assert goods is not None
        again = without_new(replace(state, goods=replace(goods, quantity=None)))
        after = replace(
            again,
            step="quantity",
            reason="",
            reversible=after.reversible,
            reversible_text=what,
            labels=after.labels,
            recent_reasons=after.recent_reasons,
        )
        text = _("{left} left: how many to the next? Posted, register {register}.").format(
            left=quantity(left, goods.base_uom), register=register
        )
    return Outcome(after, say.ok(text), writes=writes, good=True, forget=True)


def _with_drawn_number(state: RelabelState, register_no: int) -> RelabelState:
    """The number that the posting drew: another one than was shown, where somebody drew that meanwhile."""
    if not state.drawn:
        return state
    return replace(state, new_number=drawn_number(register_no, NUMBER_OF[Change(state.change)]), drawn=False)


def _left(at: At, state: RelabelState) -> Decimal:
    """What is left of the lot or package in its place, where a part of it got a new number."""
    goods = state.goods
    assert goods is not None
    if state.change not in (Change.LOT, Change.LOT_AND_EXPIRY, Change.PACKAGE) or goods.serial:
        return Decimal(0)
    found = lying(
        goods.item_no,
        goods.variant_code,
        location_code=at.location.code,
        bin_code=state.bin_code,
        lot_no=goods.lot_no,
        package_no=goods.package_no,
    )
    return sum((one.quantity for one in found), Decimal(0))


def work_of(at: At) -> str:
    """The steps of this job belong to the user."""
    return f"{JOB}:{at.user.code}"


def in_words(state: RelabelState) -> str:
    """`4 PCS SALINE L1 → L2`, `SALINE L1 → 30.06.2027`, `2 PCS SHIRT RED → BLUE`."""
    goods = state.goods
    assert goods is not None
    if state.change == Change.EXPIRY:
        return f"{goods.name} {dated_number(goods)} → {_day(state.new_expiry)}"
    several = pieces(state)
    if several:
        much = quantity(Decimal(len(several)), goods.base_uom)
    else:
        much = _("all") if goods.quantity is None else quantity(goods.quantity, goods.uom_code)
    if state.change == Change.VARIANT:
        return f"{much} {goods.name} {goods.lot_no or goods.serial_no or goods.package_no} → {state.new_variant}".replace(
            "  ", " "
        )
    kind = NUMBER_OF[Change(state.change)]
    before = goods.serial_no if goods.serial and kind != "serial" and len(several) == 1 else getattr(goods, f"{kind}_no")
    after = state.new_number
    if state.dated:
        after += f" {_day(state.new_expiry)}"
    return f"{much} {goods.name} {before} → {after}"


def _day(day: date | None) -> str:
    return format_date(day) if day else _("no expiry")


# ---- labels


def labels_of(state: RelabelState) -> tuple[Label, ...]:
    """The labels that the goods need now."""
    goods = state.goods
    assert goods is not None
    variant = state.new_variant or goods.variant_code
    kind = NUMBER_OF.get(Change(state.change), "")
    if kind == "package":
        return (Label(goods.item_no, variant, package_no=state.new_number),)
    lot_no = state.new_number if kind == "lot" else goods.lot_no
    if several := pieces(state):
        serials = [state.new_number if kind == "serial" else one.serial_no for one in several]
        return tuple(Label(goods.item_no, variant, lot_no, serial_no) for serial_no in serials)
    much = None if goods.quantity is None else base_quantity(goods, goods.quantity)
    return (Label(goods.item_no, variant, lot_no, quantity=much),)


def label(at: At, state: RelabelState) -> printing.Labels | None:
    """What CMD:PRINT prints: the labels of what was posted last, until the next goods are scanned; then those of the goods."""
    from stockterm.labels import company

    if not state.labels:
        return printing.of_hand(at, state.goods, state.bin_code)
    contents = []
    for one in state.labels:
        if one.package_no:
            return printing.of_package(at, one.package_no)
        if not (one.lot_no or one.serial_no):
            return printing.of_item(one.item_no, one.variant_code)
        content = company.label_for_lot(
            one.item_no, one.lot_no, variant_code=one.variant_code, serial_no=one.serial_no, count=one.quantity
        )
        contents.append(content)
    first = state.labels[0]
    return printing.Labels(" ".join(filter(None, (first.item_no, first.lot_no, first.serial_no))), tuple(contents))
