"""May this journal line be posted, and what exactly would it move?

A line that passes comes out as movements, one a tracking number, with everything that planning needs: base quantities, the
spelling of numbers, expiry dates, and the increases it draws on. Nothing is changed here, so a refused line leaves no trace.
All problems of a line are collected; the first one of each group that makes the next question meaningless ends that group.
Sources: operations reference §0, §8, §12; Design Details: Item Application.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from db.connection import fetch
from db.core.codes import number_key
from db.core.errors import (
    ApplicationExhausted,
    ApplicationMismatch,
    BadValue,
    BinRequired,
    Blocked,
    DateNotAllowed,
    ExpirationMismatch,
    ExpirationRequired,
    Expired,
    LocationInTransit,
    NotEnoughStock,
    NothingToDo,
    NotSupported,
    OverReturned,
    PermissionDenied,
    QuantityRoundsToZero,
    QuantityZero,
    SerialInStock,
    SerialNotSingle,
    StocktermError,
    TooManyDecimals,
    TrackingNotAllowed,
    TrackingRequired,
    TrackingSum,
    UnknownCode,
    WrongBin,
    WrongItemType,
)
from db.core.numbers import from_scaled, round_to
from db.costing.application import METHODS, Draw, choose_draws
from db.posting.lines import EntryType, Header, ItemJournalLine, PostedBy, TrackingLine
from db.posting.references import find_decrease, find_increase
from db.posting.setup import ItemSetup, LocationSetup
from db.posting.stock import ZERO, ContentKey, Entry, NotWrittenYet, Pool, PoolKey, Stock

INCREASES = {EntryType.PURCHASE, EntryType.POSITIVE_ADJUSTMENT, EntryType.OUTPUT}
READ_ONLY_ROLES = {"viewer"}


class Problems(Exception):
    """Everything that is wrong with one operation, most decisive first."""

    def __init__(self, errors: Sequence[StocktermError]) -> None:
        super().__init__("; ".join(str(error) for error in errors))
        self.errors = tuple(errors)


@dataclass(frozen=True, slots=True)
class Place:
    """A location and, where it has bins, a bin."""

    location: LocationSetup
    bin_code: str

    def __str__(self) -> str:
        return f"{self.location.code} {self.bin_code}".strip() or "the blank location"


@dataclass(frozen=True, slots=True)
class Numbers:
    """The lot, serial and package of a movement, spelt as first seen, with the expiry date (ISO text)."""

    lot_no: str = ""
    serial_no: str = ""
    package_no: str = ""
    expiration_date: str | None = None


@dataclass(frozen=True, slots=True)
class Movement:
    """What one tracking line moves. `quantity` is in base units, positive. A decrease has `draws` and `uncovered`; a transfer
    also has `to` and `to_numbers`."""

    quantity: Decimal
    numbers: Numbers
    draws: tuple[Draw[Entry], ...] = ()
    uncovered: Decimal = ZERO
    to_numbers: Numbers | None = None


@dataclass(frozen=True, slots=True)
class CheckedLine:
    """A journal line that may be posted."""

    line: ItemJournalLine
    item: ItemSetup
    increase: bool
    place: Place
    to: Place | None
    uom_code: str
    quantity_per: Decimal
    movements: tuple[Movement, ...]
    applies_to: Entry | None = None
    applies_from: Entry | None = None


@dataclass(slots=True)
class _Taken:
    """What earlier tracking lines of the same line already took, so that two of them do not share the same pieces."""

    contents: dict[ContentKey, Decimal] = field(default_factory=dict)
    entries: dict[int, Decimal] = field(default_factory=dict)
    serials: set[str] = field(default_factory=set)


def check_header(header: Header, stock: Stock, posted_by: PostedBy) -> list[StocktermError]:
    """The questions that every posting answers first: who, why, and on which day."""
    errors: list[StocktermError] = []
    setup, settings = stock.setup, stock.settings
    day = header.posting_date.isoformat()
    allowed_from, allowed_to = settings.allow_posting_from, settings.allow_posting_to
    user_code = header.user_code or posted_by.user_code
    if user_code:
        user = setup.user(user_code)
        if user is None:
            errors.append(UnknownCode(field="user", kind="user", value=user_code))
        else:
            if user.role in READ_ONLY_ROLES:
                errors.append(PermissionDenied(field="user", user_code=user.code, action="post"))
            allowed_from = user.allow_posting_from or allowed_from
            allowed_to = user.allow_posting_to or allowed_to
    if (allowed_from and day < allowed_from) or (allowed_to and day > allowed_to):
        limits = {"allowed_from": allowed_from or "…", "allowed_to": allowed_to or "…"}
        errors.append(DateNotAllowed(field="date", posting_date=header.posting_date, **limits))
    if header.reason_code and not setup.has_reason(header.reason_code):
        errors.append(UnknownCode(field="reason", kind="reason", value=header.reason_code))
    return errors


def check_line(line: ItemJournalLine, stock: Stock, posted_by: PostedBy) -> CheckedLine:
    """The line as movements. Raises `Problems` with everything that is wrong with it."""
    errors = check_header(line.header, stock, posted_by)
    item = _item(line, stock, errors)
    place = check_place(stock, line.location_code, line.bin_code, "location", "bin", errors)
    increase = is_increase(line)
    to = _destination(line, stock, place, errors) if line.entry_type is EntryType.TRANSFER else None
    _check_user_place(line, stock, posted_by, place, to, errors)
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
        errors.append(BadValue(field="quantity", value=line.quantity, expected="a quantity above 0; the type says the direction"))
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
    for tracking, quantity in parts:
        try:
            movements.append(_movement(line, item, place, to, increase, tracking, quantity, applies_to, stock, taken))
        except Problems as problems:
            errors.extend(problems.errors)
        except StocktermError as error:
            errors.append(error)
    if errors:
        raise Problems(errors)
    return CheckedLine(
        line, item, increase, place, to, line.uom_code or item.base_uom, per, tuple(movements), applies_to, applies_from
    )


def is_increase(line: ItemJournalLine) -> bool:
    """Whether the line adds stock. A negative quantity on a purchase or sale is a return. A transfer takes first."""
    if line.entry_type is EntryType.TRANSFER:
        return False
    return (line.entry_type in INCREASES) == (line.quantity > 0)


# ---- item, place, quantity ------------------------------------------------------------------------------------------


def check_item(item: ItemSetup | None, no: str, variant_code: str, errors: list[StocktermError]) -> ItemSetup | None:
    """An item that this version can post as stock, or None with the reason added to `errors`."""
    if item is None:
        errors.append(UnknownCode(field="item", kind="item", value=no))
        return None
    if item.type != "inventory":
        errors.append(WrongItemType(field="item", item_no=no, item_type=item.type))
        return None
    if variant_code and variant_code not in item.variants:
        errors.append(UnknownCode(field="variant", kind="variant", value=variant_code))
        return None
    if not METHODS[item.costing_method].supported:
        errors.append(NotSupported(field="item", what=f"posting items of costing method {item.costing_method} ({no})"))
    if item.has_overhead:
        errors.append(NotSupported(field="item", what=f"indirect cost and overhead ({no})"))
    return item


def _item(line: ItemJournalLine, stock: Stock, errors: list[StocktermError]) -> ItemSetup | None:
    if line.entry_type not in (
        EntryType.PURCHASE,
        EntryType.SALE,
        EntryType.POSITIVE_ADJUSTMENT,
        EntryType.NEGATIVE_ADJUSTMENT,
        EntryType.TRANSFER,
    ):
        errors.append(NotSupported(field="type", what=f"journal lines of type {line.entry_type}"))
    item = check_item(stock.setup.item(line.item_no), line.item_no, line.variant_code, errors)
    if item is not None:
        if item.blocked:
            errors.append(Blocked(field="item", kind="item", value=item.no))
        if line.variant_code and item.variants[line.variant_code]:
            errors.append(Blocked(field="variant", kind="variant", value=line.variant_code))
    return item


def check_place(
    stock: Stock, location_code: str, bin_code: str, location_field: str, bin_field: str, errors: list[StocktermError]
) -> Place | None:
    """The place a line names; bins are named exactly where the location has them."""
    location = stock.setup.location(location_code)
    if location is None:
        errors.append(UnknownCode(field=location_field, kind="location", value=location_code))
        return None
    if location.in_transit:
        errors.append(LocationInTransit(field=location_field, location_code=location_code))
        return None
    if location.bin_mandatory:
        if not bin_code:
            errors.append(BinRequired(field=bin_field, location_code=location_code))
            return None
        if bin_code not in location.bins:
            errors.append(UnknownCode(field=bin_field, kind="bin", value=f"{location_code} {bin_code}"))
            return None
    elif bin_code:
        errors.append(WrongBin(field=bin_field, bin_code=bin_code, reason=f"Location {location_code or 'blank'} has no bins."))
        return None
    return Place(location, bin_code)


def _check_bin_blocked(place: Place, inbound: bool, errors: list[StocktermError]) -> None:
    if place.bin_code:
        blocked = place.location.bins[place.bin_code].blocked_movement
        if blocked in ("all", "inbound" if inbound else "outbound"):
            errors.append(Blocked(field="bin", kind="bin", value=place.bin_code, reason=f"Movement {blocked}."))


def _destination(line: ItemJournalLine, stock: Stock, source: Place | None, errors: list[StocktermError]) -> Place | None:
    location_code = line.location_code if line.new_location_code is None else line.new_location_code
    bin_code = line.new_bin_code
    if bin_code is None:
        bin_code = line.bin_code if location_code == line.location_code else ""
    if source is None and location_code == line.location_code:
        return None  # named already
    return check_place(stock, location_code, bin_code, "new_location", "new_bin", errors)


def _check_user_place(
    line: ItemJournalLine, stock: Stock, posted_by: PostedBy, place: Place | None, to: Place | None, errors: list[StocktermError]
) -> None:
    user_code = line.header.user_code or posted_by.user_code
    user = stock.setup.user(user_code) if user_code else None
    for one in (place, to):
        if user is not None and one is not None and user.locations and one.location.code not in user.locations:
            errors.append(PermissionDenied(field="location", user_code=user.code, action=f"post at {one.location.code}"))
            return


def base_quantity(
    quantity: Decimal, uom_code: str, per: Decimal, item: ItemSetup, stock: Stock, errors: list[StocktermError]
) -> Decimal:
    """`quantity` of a unit in base units, rounded as the item says (operations reference §0.2); 0 with the reason in `errors`."""
    rounding = item.quantity_rounding or stock.settings.quantity_rounding
    if not quantity:
        errors.append(QuantityZero(field="quantity"))
        return ZERO
    exact = quantity * per
    base = exact if exact == exact.to_integral_value() and rounding <= 1 else round_to(exact, rounding)
    if per == 1 and base != quantity:
        errors.append(TooManyDecimals(field="quantity", value=quantity, places=max(0, -rounding.normalize().as_tuple().exponent)))  # type: ignore[operator]
        return ZERO
    if not base:
        errors.append(QuantityRoundsToZero(field="quantity", quantity=quantity, uom_code=uom_code, base_uom=item.base_uom))
    return base


# ---- item tracking --------------------------------------------------------------------------------------------------

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
    if tracked != abs(line.quantity):
        errors.append(TrackingSum(field="tracking", tracked=tracked, quantity=abs(line.quantity)))
        return []
    parts = [
        (one, base_quantity(one.quantity or ZERO, line.uom_code or item.base_uom, per, item, stock, errors))
        for one in line.tracking
    ]
    if sum((quantity for _, quantity in parts), ZERO) != base and not errors:
        errors.append(TrackingSum(field="tracking", tracked=sum((quantity for _, quantity in parts), ZERO), quantity=base))
    return parts


def check_numbers_given(item: ItemSetup, tracking: TrackingLine) -> list[StocktermError]:
    """Exactly the numbers that the tracking code asks for are given."""
    errors: list[StocktermError] = []
    for kind, wanted, given in (
        ("lot", item.tracking.lot, tracking.lot_no),
        ("serial", item.tracking.serial, tracking.serial_no),
        ("package", item.tracking.package, tracking.package_no),
    ):
        if wanted and not given:
            errors.append(TrackingRequired(field=kind, item_no=item.no, kind=kind))
        elif given and not wanted:
            errors.append(TrackingNotAllowed(field=kind, item_no=item.no, kind=kind, value=given))
    if tracking.expiration_date is not None and not item.tracking.by_number:
        value = tracking.expiration_date.isoformat()
        errors.append(TrackingNotAllowed(field="expiration_date", item_no=item.no, kind="expiry date", value=value))
    return errors


def incoming_numbers(
    item: ItemSetup,
    variant_code: str,
    tracking: TrackingLine,
    stock: Stock,
    taken_serials: set[str] | None = None,
    *,
    counted: bool = False,
) -> Numbers:
    """The numbers of an increase. A number that was ever received keeps its spelling and its expiry date; a serial number that is
    in stock anywhere is refused; a blocked one is refused unless it was `counted`."""
    if not item.tracking.by_number:
        errors = check_numbers_given(item, tracking)
        if errors:
            raise Problems(errors)
        return Numbers()
    errors = check_numbers_given(item, tracking)
    if errors:
        raise Problems(errors)
    spelt = {"lot": tracking.lot_no, "serial": tracking.serial_no, "package": tracking.package_no}
    given = tracking.expiration_date.isoformat() if tracking.expiration_date else None
    expiration: str | None = None
    dated_kind = "lot" if item.tracking.lot else "serial" if item.tracking.serial else "package"
    for kind, number in spelt.items():
        if not number:
            continue
        known = stock.number(item.no, variant_code, kind, number)
        if known is not None:
            spelt[kind] = known.number
            if known.blocked and not counted:
                raise Blocked(field=kind, kind=kind, value=known.number, reason=known.block_reason)
        if kind == dated_kind:
            if known is not None and known.received:
                if given is not None and given != known.expiration_date:
                    raise ExpirationMismatch(
                        field="expiration_date", number=known.number, known=_day(known.expiration_date), given=_day(given)
                    )
                expiration = known.expiration_date
            else:
                expiration = given or (known.expiration_date if known is not None else None)
                if expiration is None and item.tracking.expiration_required:
                    raise ExpirationRequired(field="expiration_date", item_no=item.no, number=number)
    if spelt["serial"]:
        places = stock.places_of_serial(item.no, spelt["serial"])
        for (variant, location_code, bin_code), quantity in places.items():
            if quantity > 0 and variant == variant_code:
                place = f"{location_code} {bin_code}".strip()
                raise SerialInStock(field="serial", serial_no=spelt["serial"], place=place)
        key = number_key(spelt["serial"])
        if taken_serials is not None:
            if key in taken_serials:
                raise SerialInStock(field="serial", serial_no=spelt["serial"], place="this line")
            taken_serials.add(key)
    return Numbers(spelt["lot"], spelt["serial"], spelt["package"], expiration)


def outgoing_numbers(
    item: ItemSetup, variant_code: str, tracking: TrackingLine, stock: Stock, *, blocked_too: bool = False
) -> Numbers:
    """The numbers of a decrease: known ones, in their own spelling, not blocked (unless `blocked_too`)."""
    errors = check_numbers_given(item, tracking)
    if errors:
        raise Problems(errors)
    if not item.tracking.by_number:
        return Numbers()
    spelt = {"lot": tracking.lot_no, "serial": tracking.serial_no, "package": tracking.package_no}
    expiration: str | None = None
    for kind, number in spelt.items():
        if not number:
            continue
        known = stock.number(item.no, variant_code, kind, number)
        if known is None:
            raise UnknownCode(field=kind, kind=kind, value=number)
        if known.blocked and not blocked_too:
            raise Blocked(field=kind, kind=kind, value=known.number, reason=known.block_reason)
        spelt[kind] = known.number
        expiration = expiration or known.expiration_date
    return Numbers(spelt["lot"], spelt["serial"], spelt["package"], expiration)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


# ---- movements ------------------------------------------------------------------------------------------------------


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
) -> Movement:
    serial = tracking.serial_no if tracking.new_serial_no is None else tracking.new_serial_no
    if item.tracking.serial and serial and quantity != 1:
        raise SerialNotSingle(field="quantity", serial_no=serial, quantity=quantity)
    if increase:
        return Movement(quantity, incoming_numbers(item, line.variant_code, tracking, stock, taken.serials))
    bin_only = to is not None and _is_bin_only(line, tracking, place, to)
    numbers = outgoing_numbers(item, line.variant_code, tracking, stock, blocked_too=bin_only)
    posting_day = line.header.posting_date.isoformat()
    strict = item.tracking.strict_expiration and line.entry_type is EntryType.SALE
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
            raise NothingToDo(field="new_bin", what=f"{item.no} already lies in {place}")
        return Movement(quantity, numbers, to_numbers=numbers)
    pool = stock.pool(
        PoolKey(item.no, line.variant_code, place.location.code, numbers.serial_no, numbers.lot_no, numbers.package_no), quantity
    )
    draws, uncovered = _draws(pool, quantity, applies_to, taken)
    if uncovered and not _may_go_negative(line, item, place, stock):
        raise NotEnoughStock(field="quantity", place=str(place), what=item.no, available=quantity - uncovered, requested=quantity)
    for draw in draws:
        taken.entries[draw.entry.entry_no] = taken.entries.get(draw.entry.entry_no, ZERO) + draw.quantity
    to_numbers = _numbers_after(item, line.variant_code, tracking, numbers, quantity, stock) if to is not None else None
    if to is not None and to.location.code == place.location.code and to_numbers == numbers:
        raise NothingToDo(field="new_location", what="location, bin, numbers and expiry stay as they are")
    return Movement(quantity, numbers, tuple(draws), uncovered, to_numbers)


def take_content(
    stock: Stock,
    taken: dict[ContentKey, Decimal],
    item: ItemSetup,
    variant_code: str,
    place: Place,
    numbers: Numbers,
    quantity: Decimal,
) -> None:
    """Bins, lots and serial numbers never hold less than nothing. Raises `NotEnoughStock` naming the place."""
    if not place.bin_code and not item.tracking.by_number:
        return
    key = content_key(item.no, variant_code, place, numbers)
    available = stock.content(key) - taken.get(key, ZERO)
    if available < quantity:
        what = " ".join(filter(None, (item.no, numbers.lot_no, numbers.serial_no, numbers.package_no)))
        raise NotEnoughStock(field="quantity", place=str(place), what=what, available=available, requested=quantity)
    taken[key] = taken.get(key, ZERO) + quantity


def content_key(item_no: str, variant_code: str, place: Place, numbers: Numbers) -> ContentKey:
    return ContentKey(
        item_no, variant_code, place.location.code, place.bin_code, numbers.lot_no, numbers.serial_no, numbers.package_no
    )


def _draws(pool: Pool, quantity: Decimal, applies_to: Entry | None, taken: _Taken) -> tuple[list[Draw[Entry]], Decimal]:
    if applies_to is not None:
        return [Draw(applies_to, quantity)], ZERO
    if not taken.entries:
        return choose_draws(quantity, pool.increases)
    # an earlier tracking line of the same line draws on the same entries: see them as they will be
    draws: list[Draw[Entry]] = []
    rest = quantity
    for entry in pool.increases:
        free = entry.remaining_quantity - taken.entries.get(entry.entry_no, ZERO)
        drawn = min(rest, free)
        if drawn > 0:
            draws.append(Draw(entry, drawn))
            rest -= drawn
        if not rest:
            break
    return draws, rest


def _may_go_negative(line: ItemJournalLine, item: ItemSetup, place: Place, stock: Stock) -> bool:
    """Transfers, bins and tracked numbers never; the rest where the line's permission or the settings allow it."""
    if line.entry_type is EntryType.TRANSFER or place.bin_code or item.tracking.by_number:
        return False
    return stock.settings.allow_negative_inventory if line.may_go_negative is None else line.may_go_negative


# ---- transfers ------------------------------------------------------------------------------------------------------


def _is_bin_only(line: ItemJournalLine, tracking: TrackingLine, place: Place, to: Place) -> bool:
    unchanged = all(
        new is None or number_key(new) == number_key(old)
        for new, old in (
            (tracking.new_lot_no, tracking.lot_no),
            (tracking.new_serial_no, tracking.serial_no),
            (tracking.new_package_no, tracking.package_no),
        )
    )
    return place.location.code == to.location.code and bool(place.bin_code) and unchanged and tracking.new_expiration_date is None


def _numbers_after(
    item: ItemSetup, variant_code: str, tracking: TrackingLine, numbers: Numbers, quantity: Decimal, stock: Stock
) -> Numbers:
    """The numbers on the receiving side. One lot has one expiry date: re-dating takes all of the lot in one line, and a known lot
    is entered only with its own date (operations reference §8)."""
    new = TrackingLine(
        lot_no=numbers.lot_no if tracking.new_lot_no is None else tracking.new_lot_no,
        serial_no=numbers.serial_no if tracking.new_serial_no is None else tracking.new_serial_no,
        package_no=numbers.package_no if tracking.new_package_no is None else tracking.new_package_no,
    )
    errors = check_numbers_given(item, new)
    if errors:
        raise Problems(errors)
    if not item.tracking.by_number:
        if tracking.new_expiration_date is not None:
            value = tracking.new_expiration_date.isoformat()
            raise TrackingNotAllowed(field="new_expiration_date", item_no=item.no, kind="expiry date", value=value)
        return numbers
    new_day = tracking.new_expiration_date.isoformat() if tracking.new_expiration_date else numbers.expiration_date
    spelt: dict[str, str] = {}
    for kind, old, number in (
        ("lot", numbers.lot_no, new.lot_no),
        ("serial", numbers.serial_no, new.serial_no),
        ("package", numbers.package_no, new.package_no),
    ):
        known = stock.number(item.no, variant_code, kind, number) if number else None
        spelt[kind] = known.number if known is not None else number
        same = number_key(number) == number_key(old)
        if known is not None and known.blocked and not same:
            raise Blocked(field=f"new_{kind}", kind=kind, value=known.number, reason=known.block_reason)
        if known is None or not known.received or kind == "package":
            continue
        if same and new_day != known.expiration_date and (kind == "lot" or not item.tracking.lot):
            _check_whole_number(item, kind, known.number, known.expiration_date, new_day, quantity, stock)
        elif not same and new_day != known.expiration_date and (kind == "lot" or not item.tracking.lot):
            hint = "Move it with that date, or choose a new number."
            raise ExpirationMismatch(
                field="new_expiration_date",
                number=known.number,
                known=_day(known.expiration_date),
                given=_day(new_day),
                hint=hint,
            )
    if spelt["serial"] and number_key(spelt["serial"]) != number_key(numbers.serial_no):
        incoming_numbers(
            item, variant_code, TrackingLine(lot_no=spelt["lot"], serial_no=spelt["serial"], package_no=spelt["package"]), stock
        )
    return Numbers(spelt["lot"], spelt["serial"], spelt["package"], new_day)


def _check_whole_number(
    item: ItemSetup, kind: str, number: str, known: str | None, given: str | None, quantity: Decimal, stock: Stock
) -> None:
    if item.no in stock.planned_items:
        raise NotWrittenYet
    rows = fetch(f"SELECT COALESCE(SUM(quantity), 0) FROM bin_content WHERE item_no = ? AND {kind}_no = ?", (item.no, number))
    everywhere = from_scaled(int(rows[0][0]))
    if everywhere != quantity:
        hint = f"{everywhere:f} carry this number in all; change them all at once, or give these {quantity:f} a new number."
        raise ExpirationMismatch(field="new_expiration_date", number=number, known=_day(known), given=_day(given), hint=hint)


# ---- fixed application ----------------------------------------------------------------------------------------------


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
                raise BadValue(field="applies_from", value=line.applies_from, expected="an increase; a decrease takes applies_to")
            applies_from = find_decrease(stock, line.applies_from, "applies_from")
            _check_same(line, applies_from, "applies_from", same_location=False)
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


def _check_same(line: ItemJournalLine, entry: Entry, field: str, *, same_location: bool) -> None:
    pairs = [("item", entry.item_no, line.item_no), ("variant", entry.variant_code, line.variant_code)]
    if same_location:
        pairs.append(("location", entry.location_code, line.location_code))
    if len(line.tracking) == 1:
        tracking = line.tracking[0]
        pairs += [
            ("lot", number_key(entry.lot_no), number_key(tracking.lot_no)),
            ("serial", number_key(entry.serial_no), number_key(tracking.serial_no)),
        ]
    for what, found, expected in pairs:
        if found != expected:
            shown = {"found": found or "none", "expected": expected or "none"}
            raise ApplicationMismatch(field=field, reference=getattr(line, field), what=what, **shown)
