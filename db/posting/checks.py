"""The questions that more than one kind of operation has to answer: who and when, which item, where, and how much.

Sources: operations reference §0, §15, §17.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from db.core.clock import from_microseconds
from db.core.count_errors import BinBeingCounted
from db.core.errors import (
    BadValue,
    BinRequired,
    DateNotAllowed,
    LocationInTransit,
    NotEnoughStock,
    NotSupported,
    PermissionDenied,
    QuantityRoundsToZero,
    QuantityZero,
    StocktermError,
    TooManyDecimals,
    TrackingRequired,
    UnknownCode,
    WrongBin,
    WrongItemType,
    phrase,
)
from db.core.numbers import LARGEST, round_to
from db.costing.application import METHODS
from db.posting.checked import Numbers, Place, content_key
from db.posting.lines import Header, PostedBy
from db.posting.rights import may_post
from db.posting.setup import ItemSetup
from db.posting.stock import ZERO, ContentKey, Stock

_LARGEST_TOTAL = LARGEST / 4  # of one item; the sums that are kept, and those of reports, then fit too


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
            if user.blocked or not may_post(user.role):
                errors.append(PermissionDenied(field="user", user_code=user.code, action=phrase("post anything")))
            allowed_from = user.allow_posting_from or allowed_from
            allowed_to = user.allow_posting_to or allowed_to
    poster = setup.user(posted_by.user_code) if posted_by.user_code not in ("", user_code) else None
    if poster is not None and (poster.blocked or not may_post(poster.role)):  # nor in the name of somebody who may
        errors.append(PermissionDenied(field="user", user_code=poster.code, action=phrase("post anything")))
    if (allowed_from and day < allowed_from) or (allowed_to and day > allowed_to):
        limits = {"allowed_from": _limit(allowed_from), "allowed_to": _limit(allowed_to)}
        errors.append(DateNotAllowed(field="date", posting_date=header.posting_date, **limits))
    if header.reason_code and not setup.has_reason(header.reason_code):
        errors.append(UnknownCode(field="reason", kind="reason", value=header.reason_code))
    return errors


def _limit(day: str) -> date | str:
    return date.fromisoformat(day) if day else "…"


def check_user_locations(
    header: Header, stock: Stock, posted_by: PostedBy, location_codes: Iterable[str], errors: list[StocktermError]
) -> None:
    """Whether the user may post at these locations; a user without a list may post at all of them."""
    user_code = header.user_code or posted_by.user_code
    user = stock.setup.user(user_code) if user_code else None
    if user is None or not user.locations:
        return
    for code in location_codes:
        if code not in user.locations:
            errors.append(PermissionDenied(field="location", user_code=user.code, action=phrase("post at {code}", code=code)))
            return


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
        errors.append(
            NotSupported(
                field="item",
                what=phrase("posting items of costing method {costing_method} ({no})", costing_method=item.costing_method, no=no),
            )
        )
    if item.costing_method == "specific" and not item.tracking.serial:
        errors.append(TrackingRequired(field="item", item_no=no, kind="serial"))
    if item.has_overhead:
        errors.append(NotSupported(field="item", what=phrase("indirect cost and overhead ({no})", no=no)))
    return item


def check_place(
    stock: Stock,
    location_code: str,
    bin_code: str,
    location_field: str,
    bin_field: str,
    errors: list[StocktermError],
    *,
    on_order: bool = False,
) -> Place | None:
    """The place a line names; bins are named exactly where the location has them, in-transit locations only `on_order`."""
    location = stock.setup.location(location_code)
    if location is None:
        errors.append(UnknownCode(field=location_field, kind="location", value=location_code))
        return None
    if location.in_transit and not on_order:
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
        errors.append(
            WrongBin(
                field=bin_field,
                bin_code=bin_code,
                reason=phrase("Location {location} has no bins.", location=location_code or phrase("blank")),
            )
        )
        return None
    refuse_locked(stock, location_code, bin_code, bin_field, errors)
    return Place(location, bin_code)


def refuse_locked(stock: Stock, location_code: str, bin_code: str, field: str, errors: list[StocktermError]) -> None:
    """Nothing is posted in a bin that a count order has locked while it is counted."""
    locked = stock.locked_bin(location_code, bin_code) if bin_code else None
    if locked is None:
        return
    order_no, user_code, locked_at = locked
    since = from_microseconds(locked_at).astimezone().strftime("%H:%M")
    errors.append(BinBeingCounted(field=field, bin_code=bin_code, user_code=user_code, time=since, order=f"CO{order_no}"))


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


def check_size(stock: Stock, item_no: str, quantity: Decimal, amounts: dict[str, Decimal], errors: list[StocktermError]) -> None:
    """Whether what the item comes to still fits the database. `amounts` are for the whole line, by field; signs do not matter."""
    total = stock.total(item_no)
    if abs(total.quantity) + abs(quantity) > _LARGEST_TOTAL:
        errors.append(
            BadValue(
                field="quantity",
                value=quantity,
                expected=phrase("no more than {largest} of an item in all", largest=_LARGEST_TOTAL.to_integral_value()),
            )
        )
    held = abs(total.cost_amount_actual) + abs(total.cost_amount_expected)
    for name, amount in amounts.items():
        if held + abs(amount) > _LARGEST_TOTAL:
            errors.append(
                BadValue(
                    field=name,
                    value=amount,
                    expected=phrase("no more than {largest} for an item in all", largest=_LARGEST_TOTAL.to_integral_value()),
                )
            )


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
