"""May this journal line be posted, and what exactly would it move?

A line that passes comes out as movements, one a tracking number, with everything that planning needs: base quantities, the
spelling of numbers, expiry dates, and the increases it draws on. Nothing is changed here, so a refused line leaves no trace.
All problems of a line are collected; the first one of each group that makes the next question meaningless ends that group.
Sources: operations reference §0, §8, §12; Design Details: Item Application.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from db.core.codes import number_key
from db.core.errors import (
    ApplicationExhausted,
    ApplicationMismatch,
    BadValue,
    Blocked,
    Expired,
    NotEnoughStock,
    NothingToDo,
    NotSupported,
    OverReturned,
    SerialNotSingle,
    StocktermError,
    TrackingSum,
    UnknownCode,
    phrase,
)
from db.core.tracking_errors import SerialsMissing
from db.costing.application import Draw, choose_draws
from db.posting.check_tracking import NewNumbers, dated_kind, incoming_numbers, keeps_date, numbers_after, outgoing_numbers
from db.posting.checked import CheckedLine, Movement, Place, Problems
from db.posting.checks import base_quantity, check_header, check_item, check_place, check_size, check_user_locations, take_content
from db.posting.graph import sources_of
from db.posting.lines import EntryType, ItemJournalLine, PostedBy, TrackingLine
from db.posting.references import find_decrease, find_increase
from db.posting.setup import ItemSetup
from db.posting.stock import ZERO, ContentKey, Entry, NotWrittenYet, PoolKey, Stock
from db.posting.tracking_rules import may_scrap_blocked, noted_numbers, tracked_when

INCREASES = {EntryType.PURCHASE, EntryType.POSITIVE_ADJUSTMENT, EntryType.OUTPUT}


@dataclass(slots=True)
class _Taken:
    """What earlier tracking lines of the same line already took, so that two of them do not share the same pieces."""

    contents: dict[ContentKey, Decimal] = field(default_factory=dict)
    entries: dict[int, Decimal] = field(default_factory=dict)
    numbers: NewNumbers = field(default_factory=NewNumbers)
    of_number: dict[str, Decimal] = field(default_factory=dict)  # what the line has in all of each number that carries a date


def check_line(line: ItemJournalLine, stock: Stock, posted_by: PostedBy) -> CheckedLine:
    """The line as movements. Raises `Problems` with everything that is wrong with it."""
    errors = check_header(line.header, stock, posted_by)
    item = _item(line, stock, errors)
    on_order = bool(line.order_no)
    place = check_place(stock, line.location_code, line.bin_code, "location", "bin", errors, on_order=on_order)
    increase = is_increase(line)
    to = _destination(line, stock, place, errors) if line.entry_type is EntryType.TRANSFER else None
    places = [one.location for one in (place, to) if one is not None]
    check_user_locations(line.header, stock, posted_by, [one.code for one in places if not one.in_transit], errors)
    if item is None or place is None or errors:
        raise Problems(errors)
    per = item.units.get(line.uom_code or item.base_uom)
    if per is None:
        raise Problems([UnknownCode(field="uom", kind="unit of measure", value=line.uom_code)])
    base = base_quantity(line.quantity, line.uom_code or item.base_uom, per, item, stock, errors)
    if (
        line.entry_type in (EntryType.POSITIVE_ADJUSTMENT, EntryType.NEGATIVE_ADJUSTMENT, EntryType.TRANSFER)
        and line.quantity < 0
    ):
        errors.append(
            BadValue(field="quantity", value=line.quantity, expected=phrase("a quantity above 0; the type says the direction"))
        )
    check_size(stock, item.no, base, _amounts(line, base, stock), errors)
    if errors:
        raise Problems(errors)
    applies_to, applies_from = _fixed_applications(line, stock, item, increase, abs(base), errors)
    parts = _tracking_quantities(line, item, per, stock, abs(base), errors)
    if errors:
        raise Problems(errors)
    _check_bin_blocked(place, increase and line.entry_type is not EntryType.TRANSFER, errors)
    if to is not None:
        _check_bin_blocked(to, True, errors)
    taken = _Taken()
    movements: list[Movement] = []
    user_code = line.header.user_code or posted_by.user_code
    user = stock.setup.user(user_code) if user_code else None
    role = user.role if user is not None else ""
    if to is not None and item.tracking.by_number:
        parts = [(keeps_date(item, line.variant_code, tracking, stock), quantity) for tracking, quantity in parts]
        taken.of_number = _of_numbers(item, parts)
    for tracking, quantity in parts:
        try:
            movements.append(_movement(line, item, place, to, increase, tracking, quantity, applies_to, stock, taken, role))
        except Problems as problems:
            errors.extend(problems.errors)
        except StocktermError as error:
            errors.append(error)
    if errors:
        raise Problems(errors)
    return CheckedLine(
        line, item, increase, place, to, line.uom_code or item.base_uom, per, tuple(movements), applies_to, applies_from
    )


def _amounts(line: ItemJournalLine, base: Decimal, stock: Stock) -> dict[str, Decimal]:
    """What the line may come to, by the field that says so."""
    quantity = abs(line.quantity)
    found = {"quantity": stock.total(line.item_no).unit_cost * base}
    for name, each in (("unit_cost", line.unit_cost), ("unit_price", line.unit_price)):
        if each is not None:
            found[name] = each * quantity
    for name, amount in (("amount", line.amount), ("sales_amount", line.sales_amount)):
        if amount is not None:
            found[name] = amount
    return found


def is_increase(line: ItemJournalLine) -> bool:
    """Whether the line adds stock. A negative quantity on a purchase or sale is a return. A transfer takes first."""
    if line.entry_type is EntryType.TRANSFER:
        return False
    return (line.entry_type in INCREASES) == (line.quantity > 0)


def _item(line: ItemJournalLine, stock: Stock, errors: list[StocktermError]) -> ItemSetup | None:
    if line.entry_type in (EntryType.ASSEMBLY_CONSUMPTION, EntryType.ASSEMBLY_OUTPUT):
        errors.append(NotSupported(field="type", what=phrase("journal lines of type {entry_type}", entry_type=line.entry_type)))
    found = stock.setup.item(line.item_no)
    if found is not None and found.type != "inventory" and line.entry_type in (EntryType.PURCHASE, EntryType.SALE):
        errors.append(
            NotSupported(field="item", what=phrase("purchases and sales of {type} items ({no})", type=found.type, no=found.no))
        )
        return None
    item = check_item(found, line.item_no, line.variant_code, errors)
    if item is not None:
        if item.blocked:
            errors.append(Blocked(field="item", kind="item", value=item.no))
        if line.variant_code and item.variants[line.variant_code]:
            errors.append(Blocked(field="variant", kind="variant", value=line.variant_code))
    return item


_BLOCKED = {
    "all": phrase("Nothing moves in or out."),
    "inbound": phrase("Nothing moves in."),
    "outbound": phrase("Nothing moves out."),
}


def _check_bin_blocked(place: Place, inbound: bool, errors: list[StocktermError]) -> None:
    if place.bin_code:
        blocked = place.location.bins[place.bin_code].blocked_movement
        if blocked in ("all", "inbound" if inbound else "outbound"):
            errors.append(Blocked(field="bin", kind="bin", value=place.bin_code, reason=_BLOCKED[blocked]))


def _destination(line: ItemJournalLine, stock: Stock, source: Place | None, errors: list[StocktermError]) -> Place | None:
    location_code = line.location_code if line.new_location_code is None else line.new_location_code
    bin_code = line.new_bin_code
    if bin_code is None:
        bin_code = line.bin_code if location_code == line.location_code else ""
    if source is None and location_code == line.location_code:
        return None  # named already
    return check_place(stock, location_code, bin_code, "new_location", "new_bin", errors, on_order=bool(line.order_no))


_WHOLE = TrackingLine()


def _tracking_quantities(
    line: ItemJournalLine, item: ItemSetup, per: Decimal, stock: Stock, base: Decimal, errors: list[StocktermError]
) -> list[tuple[TrackingLine, Decimal]]:
    """Each tracking line with its quantity in base units; they add up to the line."""
    if len(line.tracking) <= 1:
        tracking = line.tracking[0] if line.tracking else _WHOLE
        if tracking.quantity is not None and tracking.quantity != abs(line.quantity):
            errors.append(TrackingSum(field="tracking", tracked=tracking.quantity, quantity=abs(line.quantity)))
        return [(tracking, base)]
    tracked = sum((one.quantity if one.quantity is not None else ZERO for one in line.tracking), ZERO)
    if item.tracking.serial and tracked == len(line.tracking) and tracked < abs(line.quantity):
        missing = abs(line.quantity) - tracked
        errors.append(SerialsMissing(field="tracking", missing=missing, tracked=tracked, quantity=abs(line.quantity)))
        return []
    if tracked != abs(line.quantity):
        errors.append(TrackingSum(field="tracking", tracked=tracked, quantity=abs(line.quantity)))
        return []
    below = [one.quantity for one in line.tracking if one.quantity is not None and one.quantity < 0]
    if below:
        errors.append(
            BadValue(field="tracking", value=below[0], expected=phrase("quantities above 0; the line says the direction"))
        )
        return []
    parts = [
        (one, base_quantity(one.quantity or ZERO, line.uom_code or item.base_uom, per, item, stock, errors))
        for one in line.tracking
    ]
    if sum((quantity for _, quantity in parts), ZERO) != base and not errors:
        errors.append(TrackingSum(field="tracking", tracked=sum((quantity for _, quantity in parts), ZERO), quantity=base))
    return parts


def _movement(
    line: ItemJournalLine,
    item: ItemSetup,
    place: Place,
    to: Place | None,
    increase: bool,
    tracking: TrackingLine,
    quantity: Decimal,
    applies_to: Entry | None,
    stock: Stock,
    taken: _Taken,
    role: str,
) -> Movement:
    document = tracked_when(line.entry_type, increase)
    noted = noted_numbers(item, tracking, document)
    serial = tracking.serial_no if tracking.new_serial_no is None else tracking.new_serial_no
    if serial and quantity != 1 and (item.tracking.serial or "serial" in dict(noted)):
        raise SerialNotSingle(field="quantity", serial_no=serial, quantity=quantity)
    if increase:
        numbers = incoming_numbers(
            item,
            line.variant_code,
            tracking,
            stock,
            taken.numbers,
            document=document,
            posting_date=line.header.posting_date,
        )
        return Movement(quantity, numbers, noted=noted)
    bin_only = to is not None and _is_bin_only(line, tracking, place, to)
    blocked_too = bin_only or may_scrap_blocked(line.entry_type, role)
    numbers = outgoing_numbers(item, line.variant_code, tracking, stock, blocked_too=blocked_too, document=document)
    posting_day = line.header.posting_date.isoformat()
    strict = item.tracking.strict_expiration and line.entry_type in (EntryType.SALE, EntryType.CONSUMPTION)
    if strict and numbers.expiration_date is not None and posting_day > numbers.expiration_date:
        raise Expired(
            field="lot" if numbers.lot_no else "serial",
            number=numbers.lot_no or numbers.serial_no,
            expiration_date=date.fromisoformat(numbers.expiration_date),
            today=line.header.posting_date,
        )
    take_content(stock, taken.contents, item, line.variant_code, place, numbers, quantity)
    if bin_only:
        assert to is not None
        if place.bin_code == to.bin_code:
            raise NothingToDo(field="new_bin", what=phrase("{no} already lies in {place}", no=item.no, place=place))
        return Movement(quantity, numbers, to_numbers=numbers)
    order = (line.order_no, line.order_line_no) if place.location.in_transit else ("", 0)
    spelt = (numbers.serial_no, numbers.lot_no, numbers.package_no)
    pool = PoolKey(item.no, line.variant_code, place.location.code, *spelt, *order)
    draws, uncovered = _draws(stock, pool, quantity, applies_to, taken)
    if uncovered and not _may_go_negative(line, item, place, stock):
        raise NotEnoughStock(field="quantity", place=str(place), what=item.no, available=quantity - uncovered, requested=quantity)
    for draw in draws:
        taken.entries[draw.entry.entry_no] = taken.entries.get(draw.entry.entry_no, ZERO) + draw.quantity
    to_numbers = None
    if to is not None:
        in_line = taken.of_number.get(number_key(getattr(numbers, f"{dated_kind(item)}_no")), quantity)
        to_numbers = numbers_after(item, line.variant_code, tracking, numbers, in_line, stock, taken.numbers)
    if to is not None and to.location.code == place.location.code and to_numbers == numbers:
        raise NothingToDo(field="new_location", what=phrase("location, bin, numbers and expiry stay as they are"))
    return Movement(quantity, numbers, tuple(draws), uncovered, to_numbers, noted)


def _of_numbers(item: ItemSetup, parts: list[tuple[TrackingLine, Decimal]]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for tracking, quantity in parts:
        key = number_key(getattr(tracking, f"{dated_kind(item)}_no"))
        found[key] = found.get(key, ZERO) + quantity
    return found


def _draws(
    stock: Stock, pool: PoolKey, quantity: Decimal, applies_to: Entry | None, taken: _Taken
) -> tuple[list[Draw[Entry]], Decimal]:
    if applies_to is not None:
        return [Draw(applies_to, quantity)], ZERO
    if not taken.entries:
        return choose_draws(quantity, stock.increases(pool, quantity))
    # an earlier tracking line of the same line draws on the same entries: see them as they will be
    draws: list[Draw[Entry]] = []
    rest = quantity
    for entry in stock.increases(pool, quantity + sum(taken.entries.values(), ZERO)):
        free = entry.remaining_quantity - taken.entries.get(entry.entry_no, ZERO)
        drawn = min(rest, free)
        if drawn > 0:
            draws.append(Draw(entry, drawn))
            rest -= drawn
        if not rest:
            break
    return draws, rest


def _may_go_negative(line: ItemJournalLine, item: ItemSetup, place: Place, stock: Stock) -> bool:
    """Transfers, consumption, bins and tracked numbers never; the rest where the line's permission or the settings allow it."""
    if line.entry_type in (EntryType.TRANSFER, EntryType.CONSUMPTION) or place.bin_code or item.tracking.by_number:
        return False
    return stock.settings.allow_negative_inventory if line.may_go_negative is None else line.may_go_negative


def _is_bin_only(line: ItemJournalLine, tracking: TrackingLine, place: Place, to: Place) -> bool:
    unchanged = all(
        new is None or number_key(new) == number_key(old)
        for new, old in (
            (tracking.new_lot_no, tracking.lot_no),
            (tracking.new_serial_no, tracking.serial_no),
            (tracking.new_package_no, tracking.package_no),
        )
    )
    dated = tracking.new_expiration_date is not None or tracking.clear_expiration
    return place.location.code == to.location.code and bool(place.bin_code) and unchanged and not dated


def _fixed_applications(
    line: ItemJournalLine, stock: Stock, item: ItemSetup, increase: bool, quantity: Decimal, errors: list[StocktermError]
) -> tuple[Entry | None, Entry | None]:
    """The entries that `applies_to` and `applies_from` name, as far as they fit the line (costing reference §4.2)."""
    applies_to = applies_from = None
    try:
        if line.applies_to:
            find = find_decrease if increase else find_increase
            applies_to = find(stock, line.applies_to, "applies_to")
            _check_same(line, applies_to, "applies_to", same_location=True)
            if not increase and applies_to.remaining_quantity < quantity:
                raise ApplicationExhausted(
                    field="applies_to", reference=line.applies_to, remaining=applies_to.remaining_quantity, requested=quantity
                )
            if increase and not applies_to.remaining_quantity:
                raise ApplicationExhausted(field="applies_to", reference=line.applies_to, remaining=ZERO, requested=quantity)
        if line.applies_from:
            if not increase:
                raise BadValue(
                    field="applies_from", value=line.applies_from, expected=phrase("an increase; a decrease takes applies_to")
                )
            applies_from = find_decrease(stock, line.applies_from, "applies_from")
            _check_same(line, applies_from, "applies_from", same_location=False)
            if applies_to is not None and _has_cost_from(applies_from, applies_to, stock):
                expected = phrase("another entry than the one that this line has its cost from")
                raise BadValue(field="applies_to", value=line.applies_to, expected=expected)
            if applies_from.shipped_quantity_not_returned < quantity:
                raise OverReturned(
                    field="applies_from",
                    reference=line.applies_from,
                    returnable=applies_from.shipped_quantity_not_returned,
                    requested=quantity,
                )
    except StocktermError as error:
        errors.append(error)
    return applies_to, applies_from


def _has_cost_from(entry: Entry, source: Entry, stock: Stock) -> bool:
    """Whether the entry is the source, or has its cost from it through any number of steps."""
    if entry is source:
        return True
    if entry.item_no in stock.planned_items:
        raise NotWrittenYet
    return source.entry_no in sources_of(entry.entry_no, {})


def _check_same(line: ItemJournalLine, entry: Entry, field: str, *, same_location: bool) -> None:
    pairs = [("item", entry.item_no, line.item_no), ("variant", entry.variant_code, line.variant_code)]
    if same_location:
        pairs.append(("location", entry.location_code, line.location_code))
    for tracking in line.tracking:
        pairs += [("lot", entry.lot_no, tracking.lot_no), ("serial", entry.serial_no, tracking.serial_no)]
        if same_location:
            pairs.append(("package", entry.package_no, tracking.package_no))
    for what, found, expected in pairs:
        if number_key(found) != number_key(expected):
            shown = {"found": found or phrase("none"), "expected": expected or phrase("none")}
            raise ApplicationMismatch(field=field, reference=getattr(line, field), what=what, **shown)
