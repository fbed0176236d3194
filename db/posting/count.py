"""A physical inventory posting: every counted line is recorded, and what differs is adjusted.

What was expected is what lies there now, less what was posted after the line was counted (its watermark) and less what is dated
after the posting date. So a sale posted between the count and the posting of the count is no difference, whichever came
first at the shelf. Nothing is zero because it was not counted. Source: operations reference §6.3 to §6.5.
"""

from dataclasses import dataclass
from decimal import Decimal

from db.connection import fetch
from db.core.errors import (
    BadValue,
    Blocked,
    NotEnoughStock,
    SerialCountedTwice,
    SerialInStock,
    SerialNotSingle,
    StocktermError,
    TooManyDecimals,
    phrase,
)
from db.core.numbers import from_scaled, round_to
from db.costing.sharing import round_amount
from db.posting.applying import close_decreases
from db.posting.check_tracking import NewNumbers, incoming_numbers
from db.posting.checked import Numbers, Place, Problems, content_key
from db.posting.checks import check_header, check_item, check_place, check_size, check_user_locations
from db.posting.cost_changes import learn_direct_cost, update_unit_cost
from db.posting.lines import Count, CountLine, EntryType, PostedBy, TrackingLine
from db.posting.plan_line import counted_movement, move_in, post_decrease
from db.posting.planning import Counted, Planning, new_entry, open_register, value
from db.posting.setup import ItemSetup
from db.posting.stock import ZERO, ContentKey, NotWrittenYet, Stock

_LATER_IN_BIN = (
    "SELECT COALESCE(SUM(quantity), 0) FROM warehouse_entry WHERE item_no = ? AND variant_code = ? AND location_code = ?"
    " AND bin_code = ? AND lot_no = ? AND serial_no = ? AND package_no = ? AND (entry_no > ? OR registering_date > ?)"
)
_LATER_AT_LOCATION = (
    "SELECT COALESCE(SUM(quantity), 0) FROM item_ledger_entry WHERE item_no = ? AND variant_code = ? AND location_code = ?"
    " AND bin_code = ? AND lot_no = ? AND serial_no = ? AND package_no = ? AND (entry_no > ? OR posting_date > ?)"
)
_ALL_SEEN = 2**62  # no watermark: counted at the moment of posting


@dataclass(frozen=True, slots=True)
class CheckedCountLine:
    """One counted line with what was expected. `difference` is counted − expected, in base units."""

    line: CountLine
    item: ItemSetup
    place: Place
    numbers: Numbers
    content: ContentKey
    expected: Decimal

    @property
    def difference(self) -> Decimal:
        return self.line.counted - self.expected


@dataclass(frozen=True, slots=True)
class CheckedCount:
    """A count that may be posted."""

    count: Count
    lines: tuple[CheckedCountLine, ...]


def check_count(count: Count, stock: Stock, posted_by: PostedBy) -> CheckedCount:
    """Raises `Problems` with everything that is wrong with the count, all lines of it; `field` names the line."""
    if any(line.item_no in stock.planned_items for line in count.lines):
        raise NotWrittenYet
    errors = check_header(count.header, stock, posted_by)
    check_user_locations(count.header, stock, posted_by, [count.location_code], errors)
    seen: dict[ContentKey, int] = {}
    checked: list[CheckedCountLine] = []
    new_numbers = NewNumbers()
    for line in count.lines:
        try:
            one = _check_line(line, count, stock, new_numbers)
            if one.content in seen:
                if one.numbers.serial_no:
                    raise SerialCountedTwice(field="serial", serial_no=one.numbers.serial_no, place=str(one.place))
                expected = phrase("each item once in a place; line {line} counts it too", line=seen[one.content])
                raise BadValue(field="item", value=line.item_no, expected=expected)
            seen[one.content] = line.line_no
            checked.append(one)
        except Problems as problems:
            errors.extend(_of_line(error, line) for error in problems.errors)
        except StocktermError as error:
            errors.append(_of_line(error, line))
    if not errors:
        errors.extend(_doubled_serials(checked, stock))
    if errors:
        raise Problems(errors)
    return CheckedCount(count, tuple(checked))


def _of_line(error: StocktermError, line: CountLine) -> StocktermError:
    error.field = f"lines[{line.line_no}].{error.field}" if error.field else f"lines[{line.line_no}]"
    return error


def _check_line(line: CountLine, count: Count, stock: Stock, new_numbers: NewNumbers) -> CheckedCountLine:
    errors: list[StocktermError] = []
    item = check_item(stock.setup.item(line.item_no), line.item_no, line.variant_code, errors)
    place = check_place(stock, count.location_code, line.bin_code, "location", "bin", errors)
    if item is None or place is None or errors:
        raise Problems(errors)
    if item.blocked:
        raise Blocked(field="item", kind="item", value=item.no)
    rounding = item.quantity_rounding or stock.settings.quantity_rounding
    if line.counted < 0:
        raise BadValue(field="counted", value=line.counted, expected=phrase("0 or more"))
    if round_to(line.counted, rounding) != line.counted:
        places = max(0, -int(rounding.normalize().as_tuple().exponent))
        raise TooManyDecimals(field="counted", value=line.counted, places=places)
    if item.tracking.serial and line.counted not in (0, 1):
        raise SerialNotSingle(field="counted", serial_no=line.serial_no, quantity=line.counted)
    unit_cost = stock.total(item.no).unit_cost if line.unit_cost is None else line.unit_cost
    check_size(stock, item.no, line.counted, {"unit_cost": unit_cost * line.counted}, errors)
    if errors:
        raise Problems(errors)
    numbers = _numbers(line, item, stock, new_numbers)
    key = content_key(item.no, line.variant_code, place, numbers)
    later_sql, watermark = _LATER_AT_LOCATION, line.item_ledger_watermark
    if place.bin_code:
        later_sql, watermark = _LATER_IN_BIN, line.warehouse_watermark
    seen = _ALL_SEEN if watermark is None else watermark
    later = from_scaled(int(fetch(later_sql, (*key, seen, count.header.posting_date.isoformat()))[0][0]))
    checked = CheckedCountLine(line, item, place, numbers, key, stock.content(key) - later)
    available = stock.content(key)
    if checked.difference < 0 and available + checked.difference < 0:
        # goods left since that the count says were not there: one of the two is wrong, and a recount tells which
        raise NotEnoughStock(field="counted", place=str(place), what=item.no, available=available, requested=-checked.difference)
    if numbers.serial_no and available + checked.difference not in (0, 1):
        # dates that contradict each other: sold before it was bought, by the books of that day
        raise SerialNotSingle(field="counted", serial_no=numbers.serial_no, quantity=available + checked.difference)
    return checked


def _numbers(line: CountLine, item: ItemSetup, stock: Stock, new_numbers: NewNumbers) -> Numbers:
    """The numbers as they are known; a number that was never seen is a find."""
    if not line.counted and not item.tracking.by_number:
        return Numbers()
    tracking = TrackingLine(None, line.lot_no, line.serial_no, line.package_no, line.expiration_date)
    return incoming_numbers(item, line.variant_code, tracking, stock, new_numbers, counted=True)


def _doubled_serials(lines: list[CheckedCountLine], stock: Stock) -> list[StocktermError]:
    """A serial number found in one place must have left every other: it is counted there as 0, or was not there anyway."""
    errors: list[StocktermError] = []
    gone = {one.content for one in lines if one.difference < 0}
    found: dict[tuple[str, str, str], str] = {}
    for one in lines:
        if one.numbers.serial_no and one.line.counted:
            serial = (one.item.no, one.line.variant_code, one.numbers.serial_no)
            if serial in found:
                error: StocktermError = SerialCountedTwice(field="serial", serial_no=one.numbers.serial_no, place=found[serial])
                errors.append(_of_line(error, one.line))
            found.setdefault(serial, str(one.place))
        if one.numbers.serial_no and one.difference > 0:
            for (variant, location, bin_code), quantity in stock.places_of_serial(one.item.no, one.numbers.serial_no).items():
                elsewhere = one.content._replace(location_code=location, bin_code=bin_code)
                if quantity > 0 and variant == one.line.variant_code and elsewhere not in gone:
                    error = SerialInStock(field="serial", serial_no=one.numbers.serial_no, place=f"{location} {bin_code}".strip())
                    errors.append(_of_line(error, one.line))
    return errors


def plan_count(planning: Planning, checked: CheckedCount, content_hash: str) -> int:
    """Plan a count: decreases first, so that a serial number that moved never exists twice. The number of its register."""
    header = checked.count.header
    register_no = open_register(planning, "count", header, content_hash)
    entries: dict[int, int] = {}
    for one in sorted(checked.lines, key=lambda line: line.difference > 0):
        if one.difference:
            entries[one.line.line_no] = _plan_difference(planning, register_no, checked, one)
    for one in checked.lines:
        unit_cost = one.line.unit_cost
        planning.plan.counts.append(
            Counted(
                planning.next_number("count_entry"),
                register_no,
                one.line.line_no,
                header.posting_date.isoformat(),
                one.content,
                one.expected,
                one.line.counted,
                entries.get(one.line.line_no),
                planning.stock.total(one.item.no).unit_cost if unit_cost is None else unit_cost,
            )
        )
    for item_no in {one.item.no for one in checked.lines if one.difference}:
        update_unit_cost(planning, item_no)
    return register_no


def _plan_difference(planning: Planning, register_no: int, checked: CheckedCount, one: CheckedCountLine) -> int:
    header, quantity = checked.count.header, one.difference
    increase = quantity > 0
    entry = new_entry(
        planning,
        register_no,
        header,
        EntryType.POSITIVE_ADJUSTMENT if increase else EntryType.NEGATIVE_ADJUSTMENT,
        item_no=one.item.no,
        variant_code=one.line.variant_code,
        place=one.place,
        numbers=one.numbers,
        quantity=quantity,
        uom_code=one.item.base_uom,
        quantity_per=Decimal(1),
        leg=str(one.line.line_no),
    )
    if not increase:
        movement = counted_movement(planning, entry.pool, -quantity, one.numbers)
        post_decrease(planning, register_no, header, entry, one.place, movement)
        return entry.entry_no
    unit_cost = planning.stock.total(one.item.no).unit_cost if one.line.unit_cost is None else one.line.unit_cost
    amount = round_amount(unit_cost * quantity, planning.amount_rounding)
    move_in(planning, register_no, header, entry, one.place, one.numbers)
    written = value(
        planning,
        register_no,
        entry,
        entry.posting_date,
        valued_quantity=quantity,
        item_ledger_quantity=quantity,
        invoiced_quantity=quantity,
        cost_per_unit=unit_cost,
        cost_amount_actual=amount,
    )
    learn_direct_cost(planning, entry, amount, quantity)
    close_decreases(planning, register_no, entry, written.entry_no, None)
    assert entry.quantity > ZERO
    return entry.entry_no
