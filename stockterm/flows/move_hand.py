"""What a worker has in hand who moves goods: one item, or a package with all that is in it; and how that is posted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from db.posting.lines import EntryType, Header, ItemJournalLine, TrackingLine
from db.queries.places import package_at
from db.queries.reclassify import Lying, Stranded, stranded_by
from stockterm.flows.goods import Goods, base_quantity, goods_that_lie
from stockterm.flows.outcome import At
from stockterm.flows.refusals import EmptyPackage
from stockterm.flows.words import lines_in_words, place, quantity
from stockterm.i18n import _


@dataclass(frozen=True, slots=True)
class Packed:
    """One thing in a package, and the bin that it lies in."""

    goods: Goods
    bin_code: str


@dataclass(frozen=True, slots=True)
class MoveState:
    """One move as far as it is known. `goods.quantity` None: all that is there. `packed`: what is in the package in hand."""

    location_code: str = ""
    step: str = "bin"
    bin_code: str = ""
    goods: Goods | None = None
    package_no: str = ""
    packed: tuple[Packed, ...] = ()
    factor: Decimal | None = None
    to_location: str = ""
    to_bin: str = ""
    reason: str = ""  # why not what expires first
    operation_id: str = ""
    reversible: str = ""
    reversible_text: str = ""
    reversible_parts: int = 0  # a package was posted in so many parts

    @property
    def in_hand(self) -> tuple[Packed, ...]:
        """Everything that is moved."""
        if self.package_no:
            return self.packed
        return () if self.goods is None else (Packed(self.goods, self.bin_code),)


def with_package(at: At, state: MoveState, package_no: str) -> MoveState:
    """The state with a package in hand: all that is in it here, in whichever bin. Raises `EmptyPackage`."""
    packed = tuple(
        Packed(
            goods_that_lie(one.item_no, one.variant_code, (one.lot_no, one.serial_no, one.package_no), one.quantity), one.bin_code
        )
        for one in package_at(package_no, at.location.code)
    )
    if not packed:
        raise EmptyPackage(package=package_no, place=at.location.code, done=_("moved"))
    bin_code = state.bin_code or packed[0].bin_code
    return replace(
        state, goods=None, package_no=packed[0].goods.package_no, packed=packed, bin_code=bin_code, factor=None, step="to"
    )


def stranded(at: At, state: MoveState) -> list[Stranded]:
    """The orders from here that want what goes to another location."""
    if state.to_location == at.location.code:
        return []
    found: list[Stranded] = []
    for one in state.in_hand:
        goods = one.goods
        assert goods.quantity is not None
        base = base_quantity(goods, goods.quantity)
        leaving = Lying(at.location.code, one.bin_code, goods.lot_no, goods.serial_no, goods.package_no, base)
        found += stranded_by(goods.item_no, goods.variant_code, at.location.code, [leaving])
    return found


def operations(at: At, state: MoveState, posting_date: date) -> tuple[ItemJournalLine, ...]:
    """The move as it is posted: one line, or one for each thing in the package, all of them or none."""
    ids = part_ids(state.operation_id, len(state.in_hand) if state.package_no else 0)
    return tuple(_line(at, state, one, operation_id, posting_date) for one, operation_id in zip(state.in_hand, ids, strict=True))


def part_ids(operation_id: str, parts: int) -> Sequence[str]:
    """The ids of the lines of a package; of a single line the id itself (0 parts)."""
    return [f"{operation_id}-{number}" for number in range(1, parts + 1)] or [operation_id]


def _line(at: At, state: MoveState, one: Packed, operation_id: str, posting_date: date) -> ItemJournalLine:
    goods = one.goods
    assert goods.quantity is not None
    tracking: tuple[TrackingLine, ...] = ()
    if goods.tracked:
        tracking = (TrackingLine(goods.quantity, lot_no=goods.lot_no, serial_no=goods.serial_no, package_no=goods.package_no),)
    return ItemJournalLine(
        Header(posting_date, operation_id=operation_id, reason_code=state.reason, user_code=at.user.code),
        EntryType.TRANSFER,
        goods.item_no,
        goods.quantity,
        variant_code=goods.variant_code,
        location_code=at.location.code,
        bin_code=one.bin_code,
        uom_code=goods.uom_code,
        new_location_code=None if state.to_location == at.location.code else state.to_location,
        new_bin_code=state.to_bin or None,
        tracking=tracking,
        may_go_negative=False,
    )


def in_words(at: At, state: MoveState) -> str:
    """`4 PCS 1000 L1 A-01 → A-02`; `Package P1: 2 lines A-01 → A-02`."""
    to = state.to_bin if state.to_location == at.location.code else f"{state.to_location} {state.to_bin}".rstrip()
    way = f"{place(at.location.code, state.bin_code)} → {to}"
    if state.package_no:
        what = _("Package {package}: {lines}").format(package=state.package_no, lines=lines_in_words(len(state.packed)))
        return f"{what} {way}"
    assert state.goods is not None
    goods = state.goods
    moved = _("all") if goods.quantity is None else quantity(goods.quantity, goods.uom_code)
    numbers = " ".join(filter(None, (goods.lot_no, goods.serial_no, goods.package_no)))
    return f"{moved} {goods.name} {numbers} {way}".replace("  ", " ")
