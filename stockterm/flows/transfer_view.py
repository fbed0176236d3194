"""What a screen shows of a transfer in hand, and how what was scanned differs from what was wanted, in words."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from stockterm.flows import choose, say
from stockterm.flows.goods import KINDS, Goods, kind_in_words
from stockterm.flows.meaning import hit_to_text
from stockterm.flows.outcome import Ask, At
from stockterm.flows.tokens import Command
from stockterm.flows.transfer_checks import InHand
from stockterm.flows.transfer_state import ZERO, Piece, TransferState, Wanted, of_goods, quantity_of, scanned
from stockterm.flows.view import Document, KeyHint, Message, ViewState
from stockterm.flows.words import item_and_variant, lines_in_words, number, place, quantity, signed, times
from stockterm.i18n import _
from stockterm.scanning.resolve import BinHit, ItemHit


def order_view(
    at: At, state: TransferState, hand: InHand | None, *, title: str, ships: bool, waiting: Sequence[str]
) -> ViewState:
    """The list of orders that wait, or the order in hand."""
    goods = state.goods
    if hand is not None:
        title = f"{state.order_no} {place(at.location.code, state.bin_code)}"
    prompt = _prompt(state, ships=ships)
    last = state.pieces[-1] if state.pieces else None
    return ViewState(
        title=title,
        item=goods.name if goods else last.name if last else "",
        description=goods.description if goods else "",
        tracking=goods.numbers if goods else " ".join(filter(None, last.numbers)) if last else "",
        quantity=number(last.quantity) if last and not goods else "",
        prompt=prompt,
        choices=choose.numbered(waiting) if state.step == "order" else (),
        keys=_keys(at, state),
        recent=tuple(piece_in_words(one) for one in reversed(state.pieces[-5:])),
        document=None if hand is None else _document(hand, state),
    )


def _prompt(state: TransferState, *, ships: bool) -> str:
    prompts = {
        "order": _("Order"),
        "bin": _("From bin") if ships else _("To bin"),
        "to_bin": _("To bin"),
        "item": _("Item"),
        "quantity": _("How many"),
        "search": _("Search"),
    }
    prompt = prompts.get(state.step) or kind_in_words(state.step)
    return times(state.factor, prompt) if state.step == "item" else prompt


def _document(hand: InHand, state: TransferState) -> Document:
    """The items of the order, beside the form where there is room; without quantities for whoever receives blind."""
    rows = [
        (name, number(want), number(got)) if hand.shown else (name, number(got)) for name, want, got in totals(hand, state.pieces)
    ]
    headings = (_("Item"), _("Left"), _("Scanned")) if hand.shown else (_("Item"), _("Scanned"))
    return Document(headings, tuple(rows))


def _keys(at: At, state: TransferState) -> tuple[KeyHint, ...]:
    back, help_key = KeyHint(Command.BACK, _("back")), KeyHint(Command.HELP, _("help"))
    if state.step == "order":
        return back, help_key
    post = [KeyHint(Command.POST, _("post"))] if state.pieces and state.goods is None else []
    listed = [KeyHint(Command.LIST, _("list"))] if state.step in ("bin", "item", *KINDS) else []
    closes = [KeyHint(Command.NEXT, _("next bin"))] if state.step == "item" and at.location.bins else []
    label = [KeyHint(Command.PRINT, _("label"))] if state.goods or state.pieces else []
    return (*post, KeyHint(Command.UNDO, _("undo")), *listed, *closes, back, help_key, *label)


def how_many_in_words(hand: InHand, state: TransferState, goods: Goods, wanted: Sequence[Wanted]) -> str:
    """What is asked; how much is left of the goods is said to whoever may know it."""
    if not hand.shown:
        return _("How many {unit}?").format(unit=goods.uom_code)
    left = quantity_of(wanted) - scanned(state.pieces, goods)
    if not hand.ships and goods.tracked:
        numbers = (goods.lot_no, goods.serial_no, goods.package_no)
        left = quantity_of(wanted, numbers) - scanned(state.pieces, goods, numbers)
    return _("{left} left: how many {unit}?").format(left=quantity(left, goods.base_uom), unit=goods.uom_code)


def so_far_in_words(hand: InHand, state: TransferState, piece: Piece, wanted: Sequence[Wanted]) -> str:
    """`7 of 10 PCS 1000`; without the `of 10` for whoever is blind."""
    so_far = scanned(state.pieces, piece)
    text = quantity(so_far, piece.base_uom)
    if hand.shown:
        text = _("{done} of {all}").format(done=number(so_far), all=quantity(quantity_of(wanted), piece.base_uom))
    return " ".join(filter(None, (text, piece.name, *piece.numbers)))


def no_order_in_words(state: TransferState, *, waits: bool) -> Message:
    """No order is in hand. One that a supervisor deleted meanwhile is said, not swallowed."""
    if state.pieces:
        text = _("Gone: {order}. Nothing of {lines} was booked; put it back.")
        return say.warning(text.format(order=state.order_no, lines=lines_in_words(len(state.pieces))))
    return say.note(_("Scan the order, or choose.") if waits else _("No order waits here."))


def scan_an_order() -> str:
    """What is wanted first."""
    return _("Scan a transfer order.")


def wants_in_words(state: TransferState) -> str:
    """What this step wants: a whole sentence."""
    match state.step:
        case "order":
            return scan_an_order()
        case "bin" | "to_bin":
            return _("Scan a bin.")
        case "quantity":
            return _("Type how many.")
        case _:
            return _("Scan an item, or press F2 to change bin.") if state.bin_code else _("Scan an item.")


# ---- lists to choose from -------------------------------------------------------------------------------------------


def which_line(hand: InHand, state: TransferState) -> Ask:
    """What is left of the order, and a search for everything else; without quantities for whoever receives blind."""
    texts, values = [], []
    for item_no, variant_code in _items(hand.wanted):
        piece = Piece(item_no, ZERO, variant_code)
        left = quantity_of(of_goods(hand.wanted, piece)) - scanned(state.pieces, piece)
        if left > 0 or not hand.shown:
            texts.append(f"{piece.name} {number(left)}" if hand.shown else piece.name)
            values.append(hit_to_text(ItemHit(item_no, variant_code)))
    return Ask("line", _("Left: choose, or scan."), choose.numbered([*texts, _("Search")]), (*values, ""))


def which_bin(location_code: str, bins: Sequence[tuple[str, str]]) -> Ask:
    """Bins with goods that are still to be shipped."""
    hits = tuple(hit_to_text(BinHit(location_code, bin_code)) for bin_code, _item in bins)
    return Ask(choose.WHICH, _("Bins: choose, or scan."), choose.numbered([" ".join(one) for one in bins]), hits)


# ---- differences ----------------------------------------------------------------------------------------------------


def totals(hand: InHand, pieces: Sequence[Piece]) -> Iterator[tuple[str, Decimal, Decimal]]:
    """Each item of the order: what is wanted and what was scanned, in base units."""
    for item_no, variant_code in _items(hand.wanted):
        of_item = Piece(item_no, ZERO, variant_code)
        wanted = quantity_of(of_goods(hand.wanted, of_item))
        yield item_and_variant(item_no, variant_code), wanted, scanned(pieces, of_item)


def differences(wanted: Sequence[Wanted], pieces: Sequence[Piece]) -> Iterator[tuple[str, Decimal, Decimal]]:
    """Where what was scanned is not what was wanted: by number where it is known which numbers come."""
    for item_no, variant_code in _items(wanted):
        of_item = Piece(item_no, ZERO, variant_code)
        lines = of_goods(wanted, of_item)
        name = item_and_variant(item_no, variant_code)
        numbers = {known: None for one in lines for known, _much in one.numbers if any(known)}
        if numbers:
            for known in numbers:
                want, got = quantity_of(lines, known), scanned(pieces, of_item, known)
                if want != got:
                    yield f"{name} {' '.join(filter(None, known))}", want, got
        elif quantity_of(lines) != scanned(pieces, of_item):
            yield name, quantity_of(lines), scanned(pieces, of_item)


def _items(wanted: Sequence[Wanted]) -> list[tuple[str, str]]:
    return sorted({(one.line.item_no, one.line.variant_code) for one in wanted if one.quantity})


def difference_in_words(name: str, want: Decimal, got: Decimal) -> str:
    """`1000: 10 → 7 (-3) short`."""
    return f"{name}: {number(want)} → {number(got)} ({signed(got - want)}) {_('short') if got < want else _('OVER')}"


def piece_in_words(piece: Piece) -> str:
    """`4 SALINE L7 A-01`."""
    numbers = " ".join(filter(None, piece.numbers))
    return " ".join(filter(None, (number(piece.quantity), piece.name, numbers, piece.bin_code)))
