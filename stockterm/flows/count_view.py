"""The count as one screen shows it. Everything here was scanned or typed: nothing comes from the books."""

from db.work import counts
from stockterm.flows.count_state import CountState, in_all, may_be_counted
from stockterm.flows.goods import KINDS, kind_in_words
from stockterm.flows.outcome import At
from stockterm.flows.rights import Right, may
from stockterm.flows.tokens import Command
from stockterm.flows.view import Document, KeyHint, ViewState
from stockterm.flows.words import in_units, item_and_variant, number, place, quantity, times
from stockterm.i18n import _

_DOCUMENT_ROWS = 15


def view(at: At, state: CountState) -> ViewState:
    """The count as one screen shows it. Everything here was scanned or typed: nothing comes from the books."""
    goods = state.pending or state.goods
    shown = ""
    if state.pending and state.pending.quantity is not None:
        shown = quantity(state.pending.quantity, state.pending.uom_code)
    elif state.goods and not state.pending:
        shown = in_units(state.line_entered, state.line_quantity, state.goods.base_uom)
    open_place = (_("Bin"), state.bin_code) if state.bin_code else (_("Location"), at.location.code)
    totals = ((_("In all"), in_all(state)),) if may_be_counted(at, state) else ()
    return ViewState(
        title=_("Count {place}").format(place=place(at.location.code, state.bin_code)),
        item=goods.name if goods else "",
        description=goods.description if goods else "",
        tracking=goods.numbers if goods else "",
        quantity=shown,
        prompt=_prompt(at, state),
        keys=_keys(at, state),
        facts=(open_place, *totals),
        recent=state.recent,
        document=_document(at, state),
    )


def _document(at: At, state: CountState) -> Document:
    """The lines of the open bin begun last, for terminals that have room beside the form.

    A bin that was said to be empty has lines of what was expected there: not for a blind counter.
    """
    scanned_only = not may(at.user, Right.SEE_EXPECTED)
    lines = counts.last_lines(state.count_no, state.bin_code, limit=_DOCUMENT_ROWS, scanned_only=scanned_only)
    rows = tuple(
        (
            item_and_variant(one.item_no, one.variant_code),
            " ".join(filter(None, (one.lot_no, one.serial_no))),
            number(one.quantity),
        )
        for one in lines
    )
    current = None
    if state.goods is not None:
        key = (state.goods.item_no, state.goods.variant_code, state.goods.lot_no, state.goods.serial_no)
        keys = [(one.item_no, one.variant_code, one.lot_no, one.serial_no) for one in lines]
        current = keys.index(key) if key in keys else None
    return Document((_("Item"), _("Lot/serial"), _("Counted")), rows, current)


def _prompt(at: At, state: CountState) -> str:
    if state.step == "expiry":
        return _("Expiry")
    if state.step in KINDS:
        return kind_in_words(state.step)
    if state.step in ("quantity", "factor"):
        return _("Quantity")
    if state.step == "search":
        return _("Search")
    if at.location.bins and not state.bin_code:
        return _("Bin")
    what = _("Serial") if state.goods and state.goods.serial else _("Item")
    if state.factor is None and state.goods and state.goods.uom_code != state.goods.base_uom:  # what a typed number may mean
        what = f"{what}/{state.goods.uom_code}"
    return times(state.factor, what)


def _keys(at: At, state: CountState) -> tuple[KeyHint, ...]:
    if state.step:
        return (KeyHint(Command.BACK, _("drop")), KeyHint(Command.LIST, _("list")), KeyHint(Command.HELP, _("help")))
    hints = [KeyHint(Command.UNDO, _("undo"))]
    if state.bin_code or not at.location.bins:
        hints.append(KeyHint(Command.NEXT, _("close")))
    end = _("post") if may(at.user, Right.POST_COUNT) else _("hand in")
    hints += [KeyHint(Command.POST, end), KeyHint(Command.LIST, _("list")), KeyHint(Command.QUANTITY, _("quantity"))]
    label = [KeyHint(Command.PRINT, _("label"))] if state.goods is not None and state.goods.tracked else []
    return (*hints, KeyHint(Command.BACK, _("menu")), KeyHint(Command.HELP, _("help")), *label)
