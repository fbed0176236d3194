"""Relabelling as one screen shows it."""

from decimal import Decimal

from stockterm.flows import choose
from stockterm.flows.goods import KINDS, Goods, kind_in_words
from stockterm.flows.outcome import At
from stockterm.flows.reasons import reason_choices
from stockterm.flows.relabel_state import (
    Change,
    RelabelState,
    change_in_words,
    changes_of,
    dated_kind,
    dated_number,
    lying_everywhere,
    old_expiry,
    pieces,
)
from stockterm.flows.tokens import Command
from stockterm.flows.view import Document, KeyHint, ViewState
from stockterm.flows.words import place, quantity
from stockterm.i18n import _, format_date

_LISTED = 40  # places beside the form; what a new date touches is listed whole


def view(at: At, state: RelabelState) -> ViewState:
    """The change as far as it is known; at its end, of a date, every place that it touches."""
    goods = state.goods
    choices: tuple[str, ...] = ()
    if goods is not None and state.step == "change":
        choices = choose.numbered([change_in_words(one) for one in changes_of(at, goods)])
    elif state.step == "reason":
        choices = reason_choices(state.recent_reasons)
    everywhere = goods is not None and state.change == Change.EXPIRY and state.step == "summary"
    return ViewState(
        title=_("Relabel {place}").format(place=place(at.location.code, state.bin_code)),
        item=goods.name if goods else "",
        description=goods.description if goods else "",
        tracking=_numbers(goods) if goods else "",
        quantity=_becomes(state),
        prompt=_prompt(state),
        choices=choices,
        text=_touched(state) if everywhere else (),
        keys=_keys(state),
        facts=((_("Bin"), state.bin_code),) if state.bin_code else (),
        document=_places(state) if goods is not None and not everywhere else None,
    )


def _places(state: RelabelState) -> Document | None:
    """Where the goods lie, for terminals that have room beside the form."""
    goods = state.goods
    if goods is None or not dated_number(goods):
        return None
    found = lying_everywhere(goods)[:_LISTED]
    here = (state.location_code, state.bin_code)
    rows = tuple(
        (
            f"{one.location_code} {one.bin_code}".strip(),
            one.serial_no or one.package_no or one.lot_no,
            quantity(one.quantity, goods.base_uom),
        )
        for one in found
    )
    current = next((index for index, one in enumerate(found) if (one.location_code, one.bin_code) == here), None)
    return Document((_("Place"), _("Number"), _("Quantity")), rows, current)


def _numbers(goods: Goods) -> str:
    """The numbers, with the date that the books have."""
    known = old_expiry(goods) if dated_kind(goods) and dated_number(goods) else None
    day = format_date(known) if known else ""
    return " ".join(filter(None, (*(getattr(goods, f"{kind}_no") for kind in KINDS), day)))


def _becomes(state: RelabelState) -> str:
    """How many, and what they become: `4 PCS → L2`."""
    goods = state.goods
    if goods is None or not state.change:
        return ""
    new = state.new_number or state.new_variant
    if state.dated:
        new = f"{new} {format_date(state.new_expiry) if state.new_expiry else _('no expiry')}".lstrip()
    if state.change == Change.EXPIRY:
        return f"→ {new}" if new else ""
    several = pieces(state)
    if several:
        much = quantity(Decimal(len(several)), goods.base_uom)
    else:
        much = _("all") if goods.quantity is None else quantity(goods.quantity, goods.uom_code)
    shown = much if state.amount_said or goods.quantity is not None else ""
    return f"{shown} → {new}".lstrip() if new else shown


def _touched(state: RelabelState) -> tuple[str, ...]:
    """What a new date touches: every place where the number lies."""
    goods = state.goods
    assert goods is not None
    old = old_expiry(goods)
    held: dict[str, Decimal] = {}
    for one in lying_everywhere(goods):
        where = f"{one.location_code} {one.bin_code}".strip()
        held[where] = held.get(where, Decimal(0)) + one.quantity
    before, after = (
        format_date(old) if old else _("no expiry"),
        format_date(state.new_expiry) if state.new_expiry else _("no expiry"),
    )
    places = (f"{where} {quantity(much, goods.base_uom)}" for where, much in held.items())
    return (f"{dated_number(goods)} {before} → {after}", *places)


def _prompt(state: RelabelState) -> str:
    prompts = {
        "what": _("Lot"),
        "bin": _("Bin"),
        "change": _("Changes"),
        "quantity": _("How many"),
        "new": _("New"),
        "expiry": _("New expiry"),
        "reason": _("Reason"),
        "variant": _("Variant"),
        "summary": _("F10 posts"),
        "search": _("Search"),
    }
    return prompts.get(state.step) or kind_in_words(state.step)


def _keys(state: RelabelState) -> tuple[KeyHint, ...]:
    post = [KeyHint(Command.POST, _("post"))] if state.step == "summary" else []
    label = [KeyHint(Command.PRINT, _("label"))] if state.labels else []
    listed = [KeyHint(Command.LIST, _("list"))] if state.step in ("what", "new", "quantity", *KINDS) else []
    return (
        *post,
        *label,
        KeyHint(Command.UNDO, _("undo")),
        *listed,
        KeyHint(Command.BACK, _("back")),
        KeyHint(Command.HELP, _("help")),
    )
