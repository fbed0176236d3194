"""Changes that one journal line cannot say: the expiry date of a number wherever it lies, and another variant.

**Expiry date.** One number has one date, so a change takes all that carries it, in every location, bin and order on the way: one
pair of transfer entries for each place, fed by the increases that lie there, in one register. Lot L, 6 in EAST and 4 in WEST:

    -6 EAST L 2027-01-31    +6 EAST L 2027-06-30
    -4 WEST L 2027-01-31    +4 WEST L 2027-06-30

Each pair is worth 0, today and after every later change of cost. What sharing an increase among several pairs leaves over is its
rounding, as always (costing reference §11). What each place draws on is worked out before anything is planned: a half that was
received just now must not feed the next pair.

**Variant.** A decrease of the one and an increase of the other that has its cost from that decrease, also when it changes later.

Source: operations reference §8.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from db.connection import fetch
from db.core.errors import (
    Blocked,
    ChangeNeedsReason,
    ExpirationKept,
    NothingToDo,
    StocktermError,
    TrackingNotAllowed,
    UnknownCode,
    phrase,
)
from db.core.numbers import from_scaled
from db.costing.application import Draw
from db.posting.check_line import check_line
from db.posting.check_tracking import NewNumbers, dated_kind, incoming_numbers
from db.posting.checked import CheckedLine, Movement, Numbers, Place, Problems
from db.posting.checks import check_header, check_item, check_user_locations
from db.posting.cost_changes import update_unit_cost
from db.posting.lines import ChangeExpiry, ChangeVariant, EntryType, Header, ItemJournalLine, PostedBy, TrackingLine
from db.posting.plan_line import number_receiving_halves, plan_decreases, plan_increases
from db.posting.plan_transfer import transfer
from db.posting.planning import NO_ORDER, Planning, open_register
from db.posting.setup import ItemSetup
from db.posting.stock import ZERO, Entry, Number, PoolKey, Stock

_PLACES = (
    "SELECT location_code, bin_code, lot_no, serial_no, package_no, quantity FROM bin_content"
    " WHERE item_no = ? AND variant_code = ? AND {0}_no = ? AND quantity > 0"
    " ORDER BY location_code, lot_no, serial_no, package_no, bin_code"
)
_ON_THE_WAY = (
    "SELECT location_code, lot_no, serial_no, package_no, order_no, order_line_no, SUM(remaining_quantity) FROM item_ledger_entry"
    " WHERE open AND quantity > 0 AND item_no = ? AND variant_code = ? AND {0}_no = ? AND location_code = ?"
    " GROUP BY location_code, lot_no, serial_no, package_no, order_no, order_line_no ORDER BY order_no, order_line_no"
)


# ---- expiry date ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Pair:
    """What leaves with the old date and comes with the new one in one place; `order`: of goods in transit, the order line."""

    place: Place
    movement: Movement
    order: tuple[str, int] = NO_ORDER


def change_expiry(planning: Planning, change: ChangeExpiry, content_hash: str) -> int:
    """Plan a new date for a number wherever it lies; the number of the register.

    Raises `Problems`: no reason, no right, an unknown number, a date that it has already, or nothing that carries it.
    """
    stock = planning.stock
    stock.lock([change.item_no] if stock.setup.item(change.item_no) is not None else [])
    item, known, errors = _check_change(change, stock, planning.posted_by)
    if item is None or known is None or errors:
        raise Problems(errors)
    day = None if change.expiration_date is None else change.expiration_date.isoformat()
    pairs = _pairs(stock, item, change.variant_code, known, day)
    locations = dict.fromkeys(pair.place.location.code for pair in pairs if not pair.place.location.in_transit)
    check_user_locations(change.header, stock, planning.posted_by, locations, errors)
    if not pairs:
        errors.append(NothingToDo(field="number", what=phrase("nothing of {number} is in stock", number=known.number)))
    if errors:
        raise Problems(errors)
    register_no = open_register(planning, "change_expiry", change.header, content_hash)
    for number, pair in enumerate(pairs, 1):
        transfer(
            planning,
            register_no,
            change.header,
            pair.place,
            pair.place,
            pair.movement,
            item_no=item.no,
            variant_code=change.variant_code,
            uom_code=item.base_uom,
            quantity_per=Decimal(1),
            out_leg=f"out/{number}" if len(pairs) > 1 else "out",
            order=pair.order,
        )
    number_receiving_halves(planning, change.header)
    update_unit_cost(planning, item.no)
    return register_no


def _check_change(
    change: ChangeExpiry, stock: Stock, posted_by: PostedBy
) -> tuple[ItemSetup | None, Number | None, list[StocktermError]]:
    errors = _check_reasoned(change.header, stock, posted_by)
    item = _item(stock, change.item_no, change.variant_code, errors)
    if item is None:
        return None, None, errors
    if not (item.tracking.by_number and item.tracking.use_expiration_dates):
        errors.append(TrackingNotAllowed(field="number", item_no=item.no, kind="expiry date", value=change.number))
        return item, None, errors
    kind = dated_kind(item)
    known = stock.number(item.no, change.variant_code, kind, change.number)
    if known is None:
        errors.append(UnknownCode(field="number", kind=kind, value=change.number))
        return item, None, errors
    if change.expiration_date is None and item.tracking.expiration_required:
        errors.append(ExpirationKept(field="new_expiration_date", item_no=item.no, number=known.number))
    elif known.expiration_date == (change.expiration_date.isoformat() if change.expiration_date else None):
        what = phrase("{number} has that expiry date already", number=known.number)
        if change.expiration_date is None:
            what = phrase("{number} has no expiry date", number=known.number)
        errors.append(NothingToDo(field="new_expiration_date", what=what))
    return item, known, errors


def _check_reasoned(header: Header, stock: Stock, posted_by: PostedBy) -> list[StocktermError]:
    errors = check_header(header, stock, posted_by)
    if not header.reason_code:
        errors.append(ChangeNeedsReason(field="reason"))
    return errors


def _item(stock: Stock, item_no: str, variant_code: str, errors: list[StocktermError]) -> ItemSetup | None:
    item = check_item(stock.setup.item(item_no), item_no, variant_code, errors)
    if item is not None and item.blocked:
        errors.append(Blocked(field="item", kind="item", value=item.no))
    return item


def _pairs(stock: Stock, item: ItemSetup, variant_code: str, known: Number, day: str | None) -> list[_Pair]:
    """Every place where the number lies, with the increases that lie there."""
    kind = dated_kind(item)
    pairs: list[_Pair] = []
    taken: dict[int, Decimal] = {}
    seen: set[str] = set()
    for code, bin_code, *numbers, quantity in fetch(_PLACES.format(kind), (item.no, variant_code, known.number)):
        location = stock.setup.location(code)
        assert location is not None, f"goods lie at {code}, which is gone"
        place = Place(location, bin_code)
        if not location.in_transit:
            pool = _pool(item.no, variant_code, code, numbers)
            pairs.append(_pair(stock, place, numbers, known, day, pool, from_scaled(quantity), NO_ORDER, taken))
        elif code not in seen:  # on the way it belongs to orders, and stays with them
            seen.add(code)
            for row in fetch(_ON_THE_WAY.format(kind), (item.no, variant_code, known.number, code)):
                pool, order = _pool(item.no, variant_code, code, row[1:4], (row[4], row[5])), (row[4], row[5])
                pairs.append(_pair(stock, place, row[1:4], known, day, pool, from_scaled(int(row[6])), order, taken))
    return pairs


def _pool(item_no: str, variant_code: str, code: str, numbers: Sequence[str], order: tuple[str, int] = NO_ORDER) -> PoolKey:
    lot_no, serial_no, package_no = numbers
    return PoolKey(item_no, variant_code, code, serial_no, lot_no, package_no, *order)


def _pair(
    stock: Stock,
    place: Place,
    numbers: Sequence[str],
    known: Number,
    day: str | None,
    pool: PoolKey,
    quantity: Decimal,
    order: tuple[str, int],
    taken: dict[int, Decimal],
) -> _Pair:
    draws: list[Draw[Entry]] = []
    rest = quantity
    for entry in stock.increases(pool, quantity + sum(taken.values(), ZERO)):
        drawn = min(rest, entry.remaining_quantity - taken.get(entry.entry_no, ZERO))
        if drawn > 0:
            draws.append(Draw(entry, drawn))
            taken[entry.entry_no] = taken.get(entry.entry_no, ZERO) + drawn
            rest -= drawn
        if not rest:
            break
    assert not rest, f"{quantity} of {known.number} lie in {place}, and its entries have {quantity - rest}"
    lot_no, serial_no, package_no = numbers
    before = Numbers(lot_no, serial_no, package_no, known.expiration_date)
    movement = Movement(quantity, before, tuple(draws), to_numbers=replace(before, expiration_date=day))
    return _Pair(place, movement, order)


# ---- variant --------------------------------------------------------------------------------------------------------


def change_variant(planning: Planning, change: ChangeVariant, content_hash: str) -> int:
    """Plan goods that become another variant; the number of the register.

    Raises `Problems`: no reason, what a decrease would be refused for, a variant that is none or blocked, or numbers that the
    other variant has with another date, or in stock already.
    """
    out, increases = _check_variant(change, planning.stock, planning.posted_by)
    register_no = open_register(planning, "change_variant", change.header, content_hash)
    many = len(increases) > 1
    legs = [f"out/{number}" for number in range(1, len(increases) + 1)] if many else ["out"]
    decreases = plan_decreases(planning, register_no, out, legs)
    for number, (decrease, increase) in enumerate(zip(decreases, increases, strict=True), 1):
        leg = f"in/{number}" if many else "in"
        plan_increases(planning, register_no, replace(increase, applies_from=decrease), [leg])
    update_unit_cost(planning, out.item.no)
    return register_no


def _check_variant(change: ChangeVariant, stock: Stock, posted_by: PostedBy) -> tuple[CheckedLine, list[CheckedLine]]:
    """The decrease, and one increase for each of its numbers."""
    line = ItemJournalLine(
        change.header,
        EntryType.NEGATIVE_ADJUSTMENT,
        change.item_no,
        change.quantity,
        variant_code=change.variant_code,
        location_code=change.location_code,
        bin_code=change.bin_code,
        uom_code=change.uom_code,
        tracking=change.tracking,
        may_go_negative=False,
    )
    errors: list[StocktermError] = [] if change.header.reason_code else [ChangeNeedsReason(field="reason")]
    try:
        out = check_line(line, stock, posted_by)
    except Problems as problems:
        raise Problems([*errors, *problems.errors]) from None
    variants = out.item.variants
    if change.new_variant_code == change.variant_code:
        what = phrase("from and to are both variant {code}", code=change.variant_code)
        errors.append(NothingToDo(field="new_variant", what=what))
    elif change.new_variant_code not in variants:
        errors.append(UnknownCode(field="new_variant", kind="variant", value=change.new_variant_code))
    elif variants[change.new_variant_code]:
        errors.append(Blocked(field="new_variant", kind="variant", value=change.new_variant_code))
    if errors:
        raise Problems(errors)
    new_line = replace(line, entry_type=EntryType.POSITIVE_ADJUSTMENT, variant_code=change.new_variant_code)
    increases, new = [], NewNumbers()
    for movement in out.movements:
        try:
            _refuse_blocked(stock, out, movement.numbers)
            numbers = incoming_numbers(out.item, change.new_variant_code, _as_tracking(movement.numbers), stock, new)
        except StocktermError as error:
            errors.append(error)
            continue
        moved = Movement(movement.quantity, numbers)
        increases.append(replace(out, line=new_line, increase=True, movements=(moved,)))
    if errors:
        raise Problems(errors)
    return out, increases


def _refuse_blocked(stock: Stock, out: CheckedLine, numbers: Numbers) -> None:
    """A blocked number may leave as scrap, and as nothing else."""
    for kind, number in (("lot", numbers.lot_no), ("serial", numbers.serial_no), ("package", numbers.package_no)):
        known = stock.number(out.item.no, out.line.variant_code, kind, number) if number else None
        if known is not None and known.blocked:
            raise Blocked(field=kind, kind=kind, value=known.number, reason=known.block_reason)


def _as_tracking(numbers: Numbers) -> TrackingLine:
    expires = date.fromisoformat(numbers.expiration_date) if numbers.expiration_date else None
    return TrackingLine(None, numbers.lot_no, numbers.serial_no, numbers.package_no, expires)
