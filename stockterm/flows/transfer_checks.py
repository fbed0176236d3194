"""What a scan may not add to a transfer: goods that nobody ordered, numbers that were not shipped, more than there is."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from db.core.errors import Blocked, NotEnoughStock, NotShipped, OverReceived, OverShipped
from db.queries.numbers import number_facts
from db.queries.places import bin_facts, contents_at
from db.work.transfer_orders import TransferOrderDocument
from stockterm.flows.goods import KINDS, kind_in_words
from stockterm.flows.outcome import At
from stockterm.flows.refusals import AlreadyReceived, AlreadyScanned, AlreadyShipped, CountAgain, NoSuchNumber, NotOnOrder
from stockterm.flows.transfer_state import (
    ZERO,
    Piece,
    TransferState,
    Wanted,
    of_goods,
    quantity_of,
    same_numbers,
    scanned,
)
from stockterm.flows.words import place, quantity
from stockterm.i18n import _


@dataclass(frozen=True, slots=True)
class InHand:
    """An order at the moment of a scan. `ships`: out of here, else into here; `shown`: not blind."""

    at: At
    ships: bool
    shown: bool
    order: TransferOrderDocument
    wanted: tuple[Wanted, ...]


def wanted_lines(hand: InHand, state: TransferState, item_no: str, variant_code: str, base_uom: str) -> tuple[Wanted, ...]:
    """The lines for these goods. None, or nothing left of them: refused."""
    goods = Piece(item_no, ZERO, variant_code)
    wanted = of_goods(hand.wanted, goods)
    if not wanted:
        raise NotOnOrder(order_no=hand.order.no, item_no=goods.name)
    left = quantity_of(wanted) - scanned(state.pieces, goods)
    if left <= 0 and hand.shown:
        ordered = sum((one.line.ordered if hand.ships else one.line.shipped - one.line.closed for one in wanted), ZERO)
        already = AlreadyShipped if hand.ships else AlreadyReceived
        raise already(handled=ordered - left, ordered=quantity(ordered, base_uom), item_no=goods.name)
    return wanted


def refuse_number(hand: InHand, state: TransferState, piece: Piece, wanted: Sequence[Wanted]) -> None:
    """A number that is blocked, was not shipped, or was scanned before (of a serial, which is one piece)."""
    if not any(piece.numbers):
        return
    for kind in KINDS:
        value = getattr(piece, f"{kind}_no")
        facts = number_facts(piece.item_no, piece.variant_code, kind, value) if value else None
        if facts is not None and facts.blocked:
            raise Blocked(field=kind, kind=kind_in_words(kind).lower(), value=facts.number, reason=facts.block_reason)
    if not hand.ships and not any(same_numbers(known, piece.numbers) for one in wanted for known, _much in one.numbers):
        shipped = sorted({" ".join(filter(None, known)) for one in wanted for known, _much in one.numbers})
        kind = next(kind for kind in KINDS if getattr(piece, f"{kind}_no"))
        number = " ".join(filter(None, piece.numbers))
        raise NotShipped(field=kind, kind=kind_in_words(kind), number=number, shipped=shipped)
    if hand.ships:
        _refuse_what_does_not_lie_here(hand, piece)
    if piece.serial_no and scanned(state.pieces, piece, piece.numbers):
        raise AlreadyScanned(what=f"{piece.name} {piece.serial_no}")


def refuse_too_much(hand: InHand, state: TransferState, piece: Piece, wanted: Sequence[Wanted]) -> None:
    """More than the order wants, more than was shipped of the number, more than lies here."""
    if hand.ships:
        _refuse_more_than_is_there(hand, state, piece)
    if not hand.shown:
        return
    pairs = [(quantity_of(wanted), scanned(state.pieces, piece))]
    if not hand.ships:
        pairs.append((quantity_of(wanted, piece.numbers), scanned(state.pieces, piece, piece.numbers)))
    for outstanding, before in pairs:
        if before + piece.quantity > outstanding:
            kind = OverShipped if hand.ships else OverReceived
            line_no, requested = wanted[-1].line.line_no, before + piece.quantity
            raise kind(field="quantity", order_no=hand.order.no, line_no=line_no, outstanding=outstanding, requested=requested)


def _there(hand: InHand, piece: Piece) -> Decimal:
    """How much lies in the piece's place with its numbers, in base units."""
    contents = contents_at(piece.item_no, piece.variant_code, hand.at.location.code, piece.bin_code)
    found = (one for one in contents if same_numbers((one.lot_no, one.serial_no, one.package_no), piece.numbers))
    return sum((one.quantity for one in found), ZERO)


def _refuse_what_does_not_lie_here(hand: InHand, piece: Piece) -> None:
    if _there(hand, piece):
        return
    kind = next(kind for kind in KINDS if getattr(piece, f"{kind}_no"))
    where, numbers = place(hand.at.location.code, piece.bin_code), " ".join(filter(None, piece.numbers))
    raise NoSuchNumber(kind=kind_in_words(kind), number=numbers, item_no=piece.name, place=where, done=_("booked"))


def _refuse_more_than_is_there(hand: InHand, state: TransferState, piece: Piece) -> None:
    there = _there(hand, piece)
    taken = scanned((one for one in state.pieces if one.bin_code == piece.bin_code), piece, piece.numbers)
    if taken + piece.quantity <= there:
        return
    if not hand.shown:
        raise CountAgain(item_no=piece.name)
    where, numbers = place(hand.at.location.code, piece.bin_code), " ".join(filter(None, piece.numbers))
    requested = taken + piece.quantity
    raise NotEnoughStock(field="quantity", place=where, what=numbers or piece.name, available=there, requested=requested)


def refuse_blocked_bin(location_code: str, bin_code: str, direction: str) -> None:
    """A bin that takes nothing in (`inbound`) or gives nothing out (`outbound`)."""
    facts = bin_facts(location_code, bin_code)
    if facts is not None and facts.blocked_movement in (direction, "all"):
        raise Blocked(field="bin", kind=_("bin"), value=bin_code)


def checked_pieces(hand: InHand, state: TransferState, pieces: Sequence[Piece]) -> TransferState:
    """The state with all of these pieces, or a refusal of all of them: what a package holds."""
    for piece in pieces:
        wanted = wanted_lines(hand, state, piece.item_no, piece.variant_code, piece.base_uom)
        refuse_number(hand, state, piece, wanted)
        refuse_too_much(hand, state, piece, wanted)
        state = state.with_piece(piece)
    return state
