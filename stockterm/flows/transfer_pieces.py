"""The pieces that a scan stands for: goods in hand, or all that a package holds."""

from collections.abc import Sequence
from decimal import Decimal

from db.queries.places import bins_of, item_contents, package_at
from db.queries.suggested import Suggested
from db.queries.transfer_orders import on_the_way
from stockterm.flows import choose, fefo
from stockterm.flows.goods import KINDS, Goods, same_number
from stockterm.flows.outcome import Ask, At
from stockterm.flows.transfer_checks import InHand
from stockterm.flows.transfer_state import ZERO, Piece, TransferState, asks_for, of_goods, quantity_of, scanned
from stockterm.flows.words import item_and_variant
from stockterm.i18n import _


def piece_of(state: TransferState, goods: Goods, base: Decimal) -> Piece:
    """So many base units of the goods in hand."""
    return Piece(
        goods.item_no,
        base,
        goods.variant_code,
        goods.lot_no,
        goods.serial_no,
        goods.package_no,
        state.bin_code,
        state.to_bin,
        goods.base_uom,
    )


def lies_in(at: At, state: TransferState, package_no: str) -> list[Piece]:
    """What lies in a package here, in whichever bin."""
    return [
        Piece(
            one.item_no,
            one.quantity,
            one.variant_code,
            one.lot_no,
            one.serial_no,
            one.package_no,
            one.bin_code,
            state.to_bin,
            one.base_uom,
        )
        for one in package_at(package_no, at.location.code)
    ]


def shipped_in(hand: InHand, state: TransferState, package_no: str) -> list[Piece]:
    """What was shipped in a package and is on the way."""
    return [
        Piece(
            one.item_no,
            one.quantity,
            one.variant_code,
            one.lot_no,
            one.serial_no,
            one.package_no,
            state.bin_code,
            state.to_bin,
            one.base_uom,
        )
        for one in on_the_way(hand.order.no, hand.order.in_transit)
        if same_number(one.package_no, package_no)
    ]


def numbers_to_choose(hand: InHand, state: TransferState, goods: Goods) -> Ask | None:
    """The numbers that lie in the bin, what expires first at the top; or those that were shipped. None: there are none."""
    kind = state.step
    if hand.ships:
        return fefo.listed(hand.at, goods, kind, state.bin_code)
    known = [numbers[KINDS.index(kind)] for one in of_goods(hand.wanted, goods) for numbers, _much in one.numbers]
    found = list(dict.fromkeys(filter(None, known)))
    return Ask("number", _("Choose."), choose.numbered(found), tuple(found)) if found else None


def taken_of(state: TransferState, goods: Goods) -> fefo.Taken:
    """How much of a number in a bin was scanned for this order."""

    def taken(one: Suggested) -> Decimal:
        here = (piece for piece in state.pieces if piece.bin_code == one.bin_code)
        return scanned(here, goods, (one.lot_no, one.serial_no, one.package_no))

    return taken


def why_not_first(hand: InHand, state: TransferState, goods: Sequence[Goods]) -> Ask | None:
    """Something else should leave first: the question why, once for an order. What the order itself names may leave.

    Raises `NotFirstToExpire` where the location takes that hard.
    """
    if not hand.ships or state.reason:
        return None
    for one in goods:
        numbers = (one.lot_no, one.serial_no, one.package_no)
        if any(asks_for(wanted, numbers) for wanted in of_goods(hand.wanted, one)):
            continue
        if ask := fefo.why_not_first(hand.at, one, taken=taken_of(state, one)):
            return ask
    return None


def bins_to_go_to(hand: InHand, state: TransferState) -> list[tuple[str, str]]:
    """The bins here with goods that are still to be shipped, and what lies there: bin and item, in the order of the bins."""
    left = {
        (one.line.item_no, one.line.variant_code)
        for one in hand.wanted
        if quantity_of(of_goods(hand.wanted, piece := Piece(one.line.item_no, ZERO, one.line.variant_code)))
        > scanned(state.pieces, piece)
    }
    ranked = {one.code: rank for rank, one in enumerate(bins_of(hand.at.location.code, limit=9_999))}
    found = {
        (one.bin_code, item_and_variant(item_no, variant_code))
        for item_no, variant_code in left
        for one in item_contents(item_no, variant_code=variant_code)
        if one.location_code == hand.at.location.code and one.quantity > 0 and one.bin_code
    }
    return sorted(found, key=lambda one: (ranked.get(one[0], len(ranked)), *one))
