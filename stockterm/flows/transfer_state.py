"""What a worker has in hand who ships or receives a transfer order, and what the order still wants.

Pieces are kept as they were scanned, in base units; which line of the order each of them belongs to is decided when they are
posted (`handled_lines`): first the lines that ask for the number, then the others, each no further than it is outstanding.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from db.core.codes import number_key
from db.posting.lines import HandledLine, TrackingLine
from db.queries.transfer_orders import OnTheWay
from db.work.transfer_orders import TransferOrderDocument, TransferOrderLine
from stockterm.flows.goods import Goods
from stockterm.flows.words import item_and_variant

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Piece:
    """Goods that were scanned: what, with which numbers, out of or into which bin; `quantity` in base units. `to_bin`: of a
    direct order, the bin at the other location."""

    item_no: str
    quantity: Decimal
    variant_code: str = ""
    lot_no: str = ""
    serial_no: str = ""
    package_no: str = ""
    bin_code: str = ""
    to_bin: str = ""
    base_uom: str = ""

    @property
    def name(self) -> str:
        return item_and_variant(self.item_no, self.variant_code)

    @property
    def numbers(self) -> tuple[str, str, str]:
        return (self.lot_no, self.serial_no, self.package_no)


@dataclass(frozen=True, slots=True)
class TransferState:
    """One order in hand. `to_bin` is for direct orders: the bin at the other location."""

    location_code: str = ""
    step: str = "order"
    order_no: str = ""
    bin_code: str = ""
    to_bin: str = ""
    goods: Goods | None = None
    factor: Decimal | None = None
    pieces: tuple[Piece, ...] = ()
    reason: str = ""  # why not what expires first
    operation_id: str = ""

    def with_piece(self, piece: Piece) -> "TransferState":
        """The same order with one piece more."""
        return replace(self, pieces=(*self.pieces, piece))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a line of the order still wants, in base units; `numbers` only where the order or the shipment says which."""

    line: TransferOrderLine
    quantity: Decimal
    numbers: tuple[tuple[tuple[str, str, str], Decimal], ...] = ()


def wanted_to_ship(order: TransferOrderDocument) -> tuple[Wanted, ...]:
    """What is outstanding of every line."""
    return tuple(Wanted(line, line.outstanding) for line in order.lines)


def wanted_to_receive(order: TransferOrderDocument, on_the_way: Sequence[OnTheWay]) -> tuple[Wanted, ...]:
    """What is on its way of every line, by number."""
    found = []
    for line in order.lines:
        numbers = tuple(
            ((one.lot_no, one.serial_no, one.package_no), one.quantity) for one in on_the_way if one.line_no == line.line_no
        )
        found.append(Wanted(line, line.in_transit, numbers))
    return tuple(found)


def of_goods(wanted: Iterable[Wanted], goods: Goods | Piece) -> tuple[Wanted, ...]:
    """The lines for these goods."""
    key = (goods.item_no, goods.variant_code)
    return tuple(one for one in wanted if (one.line.item_no, one.line.variant_code) == key)


def same_numbers(one: tuple[str, str, str], other: tuple[str, str, str]) -> bool:
    """Numbers are compared without regard to case."""
    return all(number_key(a) == number_key(b) for a, b in zip(one, other, strict=True))


def quantity_of(wanted: Iterable[Wanted], numbers: tuple[str, str, str] | None = None) -> Decimal:
    """How much lines want in all, or of goods with these numbers."""
    if numbers is None:
        return sum((one.quantity for one in wanted), ZERO)
    return sum((much for one in wanted for known, much in one.numbers if same_numbers(known, numbers)), ZERO)


def scanned(pieces: Iterable[Piece], goods: Goods | Piece, numbers: tuple[str, str, str] | None = None) -> Decimal:
    """How much of an item was scanned, or of it with these numbers."""
    return sum(
        (
            one.quantity
            for one in pieces
            if (one.item_no, one.variant_code) == (goods.item_no, goods.variant_code)
            and (numbers is None or same_numbers(one.numbers, numbers))
        ),
        ZERO,
    )


def handled_lines(wanted: Sequence[Wanted], pieces: Sequence[Piece]) -> tuple[HandledLine, ...]:
    """The pieces, shared out among the lines of the order: one handled line, in base units, for each line and bin."""
    left = {one.line.line_no: one.quantity for one in wanted}
    left_of = {(one.line.line_no, index): much for one in wanted for index, (_numbers, much) in enumerate(one.numbers)}
    shares: dict[tuple[int, str, str], dict[tuple[str, str, str], Decimal]] = {}
    for piece in pieces:
        rest = piece.quantity
        candidates = sorted(of_goods(wanted, piece), key=lambda one: (not asks_for(one, piece.numbers), one.line.line_no))
        for number, one in enumerate(candidates, 1):
            take = min(rest, left[one.line.line_no])
            known = next((index for index, (own, _much) in enumerate(one.numbers) if same_numbers(own, piece.numbers)), None)
            if known is not None:
                take = min(take, left_of[one.line.line_no, known])
            elif one.numbers:
                take = ZERO
            if number == len(candidates):
                take = rest  # posting says what is wrong with it, should there be too much by now
            if take <= 0:
                continue
            left[one.line.line_no] -= take
            if known is not None:
                left_of[one.line.line_no, known] -= take
            share = shares.setdefault((one.line.line_no, piece.bin_code, piece.to_bin), {})
            share[piece.numbers] = share.get(piece.numbers, ZERO) + take
            rest -= take
            if not rest:
                break
    return tuple(_handled(key, share) for key, share in sorted(shares.items(), key=_by_line))


def _by_line(one: tuple[tuple[int, str, str], object]) -> int:
    return one[0][0]


def asks_for(one: Wanted, numbers: tuple[str, str, str]) -> bool:
    """Whether the line itself names goods with these numbers."""
    return any(same_numbers((asked.lot_no, asked.serial_no, asked.package_no), numbers) for asked in one.line.asked)


def _handled(key: tuple[int, str, str], share: dict[tuple[str, str, str], Decimal]) -> HandledLine:
    line_no, bin_code, to_bin = key
    tracking = tuple(TrackingLine(quantity, *numbers) for numbers, quantity in share.items() if any(numbers))
    return HandledLine(line_no, sum(share.values(), ZERO), tracking, bin_code, to_bin, in_base_units=True)
