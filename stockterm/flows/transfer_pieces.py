"""The pieces that a scan stands for: goods in hand, or all that a package holds."""

from decimal import Decimal

from db.queries.places import contents_at, package_at
from db.queries.transfer_orders import on_the_way
from stockterm.flows.goods import KINDS, Goods, same_number
from stockterm.flows.outcome import At
from stockterm.flows.transfer_checks import InHand
from stockterm.flows.transfer_state import Piece, TransferState, of_goods


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
