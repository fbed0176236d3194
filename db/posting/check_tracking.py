"""Lot, serial and package numbers: which must be given, how they are spelt, and the one expiry date that each has for life.

Sources: operations reference §8, §12.
"""

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from db.connection import fetch
from db.core.codes import number_key, trim_number
from db.core.errors import (
    BadValue,
    Blocked,
    ExpirationKept,
    ExpirationMismatch,
    ExpirationRequired,
    SerialInStock,
    TrackingNotAllowed,
    UnknownCode,
    phrase,
)
from db.core.numbers import from_scaled
from db.posting.checked import Numbers, Problems
from db.posting.lines import TrackingLine
from db.posting.setup import ItemSetup
from db.posting.stock import NotWrittenYet, Number, NumberKey, Stock
from db.posting.tracking_rules import calculated_expiry, check_information, check_numbers_given


@dataclass(slots=True)
class NewNumbers:
    """Numbers that earlier lines of the same operation bring into stock: not known yet, but spelt, dated and single already."""

    known: dict[NumberKey, Number] = field(default_factory=dict)
    serials: set[NumberKey] = field(default_factory=set)

    def number(self, stock: Stock, item_no: str, variant_code: str, kind: str, number: str) -> Number | None:
        """What is known about a number, by this operation or by earlier ones."""
        key = NumberKey(item_no, variant_code, kind, number_key(number))
        return self.known.get(key) or stock.number(item_no, variant_code, kind, number)

    def note(self, item_no: str, variant_code: str, numbers: Numbers) -> None:
        """These come in."""
        for kind, number in (("lot", numbers.lot_no), ("serial", numbers.serial_no), ("package", numbers.package_no)):
            if number:
                key = NumberKey(item_no, variant_code, kind, number_key(number))
                self.known[key] = Number(number, numbers.expiration_date, received=True, card=True)  # its card was asked for


def dated_kind(item: ItemSetup) -> str:
    """Which number of an item carries its expiry date."""
    return "lot" if item.tracking.lot else "serial" if item.tracking.serial else "package"


def incoming_numbers(
    item: ItemSetup,
    variant_code: str,
    tracking: TrackingLine,
    stock: Stock,
    new: NewNumbers,
    *,
    counted: bool = False,
    document: str = "",
    posting_date: date | None = None,
) -> Numbers:
    """The numbers of an increase. A number that was ever received keeps its spelling and its expiry date. A serial number that is
    in stock anywhere, or that another line brings in, is refused, and so is a blocked number, or one without the information card
    that it needs, unless it was `counted`. `document`: the kind of document, as `tracked_when` names it."""
    errors = check_numbers_given(item, tracking, document)
    if errors:
        raise Problems(errors)
    if not item.tracking.by_number:
        return Numbers()
    spelt = {"lot": tracking.lot_no, "serial": tracking.serial_no, "package": tracking.package_no}
    given = tracking.expiration_date.isoformat() if tracking.expiration_date else None
    expiration: str | None = None
    for kind, number in spelt.items():
        if not number or not getattr(item.tracking, kind):
            spelt[kind] = ""
            continue
        known = new.number(stock, item.no, variant_code, kind, number)
        spelt[kind] = trim_number(number)
        if not counted:
            check_information(item, kind, spelt[kind], known, inbound=True)
        if known is not None:
            spelt[kind] = known.number
            if known.blocked and not counted:
                raise Blocked(field=kind, kind=kind, value=known.number, reason=known.block_reason)
        if kind == dated_kind(item):
            if known is not None and known.received:
                if given is not None and given != known.expiration_date:
                    raise ExpirationMismatch(
                        field="expiration_date", number=known.number, known=_day(known.expiration_date), given=_day(given)
                    )
                expiration = known.expiration_date
            else:
                expiration = (
                    given or (known.expiration_date if known is not None else None) or calculated_expiry(item, posting_date)
                )
                if expiration is None and item.tracking.expiration_required:
                    raise ExpirationRequired(field="expiration_date", item_no=item.no, number=number)
    if spelt["serial"] and not counted:
        places = stock.places_of_serial(item.no, spelt["serial"])
        for (variant, location_code, bin_code), quantity in places.items():
            if quantity > 0 and variant == variant_code:
                place = f"{location_code} {bin_code}".strip()
                raise SerialInStock(field="serial", serial_no=spelt["serial"], place=place)
        key = NumberKey(item.no, variant_code, "serial", number_key(spelt["serial"]))
        if key in new.serials:
            raise SerialInStock(field="serial", serial_no=spelt["serial"], place=phrase("this line"))
        new.serials.add(key)
    numbers = Numbers(spelt["lot"], spelt["serial"], spelt["package"], expiration)
    new.note(item.no, variant_code, numbers)
    return numbers


def outgoing_numbers(
    item: ItemSetup, variant_code: str, tracking: TrackingLine, stock: Stock, *, blocked_too: bool = False, document: str = ""
) -> Numbers:
    """The numbers of a decrease: known ones, in their own spelling, not blocked (unless `blocked_too`). `document` as for an
    increase."""
    errors = check_numbers_given(item, tracking, document)
    if errors:
        raise Problems(errors)
    if not item.tracking.by_number:
        return Numbers()
    spelt = {"lot": tracking.lot_no, "serial": tracking.serial_no, "package": tracking.package_no}
    expiration: str | None = None
    for kind, number in spelt.items():
        if not number or not getattr(item.tracking, kind):
            spelt[kind] = ""
            continue
        known = stock.number(item.no, variant_code, kind, number)
        if known is None:
            raise UnknownCode(field=kind, kind=kind, value=number)
        check_information(item, kind, known.number, known, inbound=False)
        if known.blocked and not blocked_too:
            raise Blocked(field=kind, kind=kind, value=known.number, reason=known.block_reason)
        spelt[kind] = known.number
        if kind == dated_kind(item):
            expiration = known.expiration_date
    return Numbers(spelt["lot"], spelt["serial"], spelt["package"], expiration)


def keeps_date(item: ItemSetup, variant_code: str, tracking: TrackingLine, stock: Stock) -> TrackingLine:
    """The line without a new date that is none: the number has that date already, or has none to take away."""
    if tracking.new_expiration_date is None and not tracking.clear_expiration:
        return tracking
    known = stock.number(item.no, variant_code, dated_kind(item), getattr(tracking, f"{dated_kind(item)}_no"))
    now = _day(known.expiration_date) if known is not None else None
    return (
        replace(tracking, new_expiration_date=None, clear_expiration=False) if now == tracking.new_expiration_date else tracking
    )


def numbers_after(
    item: ItemSetup,
    variant_code: str,
    tracking: TrackingLine,
    numbers: Numbers,
    in_line: Decimal,
    stock: Stock,
    new_numbers: NewNumbers,
) -> Numbers:
    """The numbers on the receiving side. One lot has one expiry date: re-dating takes all of the lot in one line, of which
    `in_line` carries this number, and a known lot is entered only with its own date (operations reference §8)."""
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
    if tracking.new_expiration_date is not None and not item.tracking.use_expiration_dates:
        value = tracking.new_expiration_date.isoformat()
        raise TrackingNotAllowed(field="new_expiration_date", item_no=item.no, kind="expiry date", value=value)
    new_day = _new_day(item, tracking, numbers)
    old_and_new = (
        ("lot", numbers.lot_no, new.lot_no),
        ("serial", numbers.serial_no, new.serial_no),
        ("package", numbers.package_no, new.package_no),
    )
    spelt: dict[str, str] = {}
    for kind, old, number in old_and_new:
        known = new_numbers.number(stock, item.no, variant_code, kind, number) if number else None
        spelt[kind] = known.number if known is not None else trim_number(number)
        same = number_key(number) == number_key(old)
        if known is not None and known.blocked and not same:
            raise Blocked(field=f"new_{kind}", kind=kind, value=known.number, reason=known.block_reason)
        if number and not same:
            check_information(item, kind, spelt[kind], known, inbound=True)
        if kind != dated_kind(item):
            continue
        if known is None or not known.received:
            if new_day is None and item.tracking.expiration_required:
                raise ExpirationRequired(field="new_expiration_date", item_no=item.no, number=spelt[kind])
        elif new_day != known.expiration_date:
            key = NumberKey(item.no, variant_code, kind, number_key(number))
            if not same or key in new_numbers.known:
                raise _another_date(known, new_day)
            _check_whole_number(item, variant_code, kind, known, new_day, in_line, stock)
    if spelt["serial"] and number_key(spelt["serial"]) != number_key(numbers.serial_no):
        received = TrackingLine(
            lot_no=spelt["lot"], serial_no=spelt["serial"], package_no=spelt["package"], expiration_date=_day(new_day)
        )
        incoming_numbers(item, variant_code, received, stock, new_numbers)
    after = Numbers(spelt["lot"], spelt["serial"], spelt["package"], new_day)
    new_numbers.note(item.no, variant_code, after)
    return after


def _new_day(item: ItemSetup, tracking: TrackingLine, numbers: Numbers) -> str | None:
    """The date on the receiving side: what is left empty stays as it is; taking it away is said."""
    if not tracking.clear_expiration:
        return tracking.new_expiration_date.isoformat() if tracking.new_expiration_date else numbers.expiration_date
    if tracking.new_expiration_date is not None:
        given = tracking.new_expiration_date.isoformat()
        raise BadValue(field="new_expiration_date", value=given, expected=phrase("nothing, as the date is taken away"))
    if item.tracking.expiration_required:
        number = numbers.lot_no or numbers.serial_no or numbers.package_no
        raise ExpirationKept(field="clear_expiration_date", item_no=item.no, number=number)
    return None


def _another_date(known: Number, given: str | None) -> ExpirationMismatch:
    hint = phrase("Move it with that date, or choose a new number.")
    known_day, given_day = _day(known.expiration_date), _day(given)
    return ExpirationMismatch(field="new_expiration_date", number=known.number, known=known_day, given=given_day, hint=hint)


def _check_whole_number(
    item: ItemSetup, variant_code: str, kind: str, known: Number, given: str | None, in_line: Decimal, stock: Stock
) -> None:
    if item.no in stock.planned_items:
        raise NotWrittenYet
    sql = f"SELECT COALESCE(SUM(quantity), 0) FROM bin_content WHERE item_no = ? AND variant_code = ? AND {kind}_no = ?"
    everywhere = from_scaled(int(fetch(sql, (item.no, variant_code, known.number))[0][0]))
    if everywhere != in_line:
        hint = phrase(
            "{everywhere} carry this number in all; change them all at once, or give these {quantity} a new number.",
            everywhere=everywhere,
            quantity=in_line,
        )
        known_day, given_day = _day(known.expiration_date), _day(given)
        raise ExpirationMismatch(field="new_expiration_date", number=known.number, known=known_day, given=given_day, hint=hint)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
