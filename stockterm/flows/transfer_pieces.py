"""The pieces that a scan stands for: goods in hand, or all that a package holds."""

from decimal import Decimal

from db.queries.places import bins_of, contents_at, item_contents, package_at
from db.queries.transfer_orders import on_the_way
from stockterm.flows.goods import KINDS, Goods, same_number
from stockterm.flows.outcome import At
from stockterm.flows.transfer_checks import InHand
from stockterm.flows.transfer_state import ZERO, Piece, TransferState, of_goods, quantity_of, scanned
from stockterm.flows.words import item_and_variant


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


def numbers_to_choose(hand: InHand, state: TransferState, goods: Goods) -> list[str]:
    """The numbers that lie in the bin, or that were shipped."""
    kind = state.step
    if hand.ships:
        contents = contents_at(goods.item_no, goods.variant_code, hand.at.location.code, state.bin_code)
        numbers = [getattr(one, f"{kind}_no") for one in contents]
    else:
        lines = of_goods(hand.wanted, goods)
        numbers = [known[KINDS.index(kind)] for one in lines for known, _much in one.numbers]
    return list(dict.fromkeys(filter(None, numbers)))


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
