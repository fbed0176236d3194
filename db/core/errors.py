"""Every refusal of the program: one class a situation, with the code of the interchange format.

A class carries the facts as fields and one template that says what was entered or scanned, what was expected and what
did not happen. The template is the message in English and the key of its translation; `in_words` fills it. The first
two words decide, because a line of 20 columns shows little more. `field` is the interchange field the error is about.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import ClassVar


def N_(template: str) -> str:
    """Mark a template for the translation catalogs without translating it here."""
    return template


def show(value: object) -> str:
    """A fact as a message shows it: decimals without trailing zeros or exponent, dates in ISO form, lists with commas."""
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return ", ".join(show(one) for one in value)
    return "" if value is None else str(value)


@dataclass(eq=False, kw_only=True)
class StocktermError(Exception):
    """Something a user can act on. Anything else that is raised is a fault of the program."""

    code: ClassVar[str] = "error"
    template: ClassVar[str] = ""
    remedy: ClassVar[str] = ""
    field: str = ""

    def __str__(self) -> str:
        return self.in_words(str)

    def in_words(self, translate: Callable[[str], str]) -> str:
        """The whole sentence, in the language of `translate`."""
        return translate(self.template).format(**{one.name: show(getattr(self, one.name)) for one in fields(self)})


# ---- the line itself ------------------------------------------------------------------------------------------------


@dataclass(eq=False, kw_only=True)
class BadJson(StocktermError):
    code: ClassVar[str] = "bad_json"
    template: ClassVar[str] = N_("Not JSON: {problem}. A line is one JSON object.")
    problem: str


@dataclass(eq=False, kw_only=True)
class UnknownOperation(StocktermError):
    code: ClassVar[str] = "unknown_operation"
    template: ClassVar[str] = N_('Unknown operation "{operation}".')
    operation: str


@dataclass(eq=False, kw_only=True)
class UnknownField(StocktermError):
    code: ClassVar[str] = "unknown_field"
    template: ClassVar[str] = N_('Unknown field "{field}" in {operation}. Known: {known}.')
    operation: str
    known: Sequence[str] = ()


@dataclass(eq=False, kw_only=True)
class MissingField(StocktermError):
    code: ClassVar[str] = "missing_field"
    template: ClassVar[str] = N_('Missing field "{field}": {operation} needs it.')
    operation: str


@dataclass(eq=False, kw_only=True)
class BadValue(StocktermError):
    code: ClassVar[str] = "bad_value"
    template: ClassVar[str] = N_('Bad value "{value}" for {field}: expected {expected}.')
    value: object
    expected: str


@dataclass(eq=False, kw_only=True)
class NotSupported(StocktermError):
    code: ClassVar[str] = "not_supported"
    template: ClassVar[str] = N_("Not supported yet: {what}. Nothing was posted.")
    what: str


# ---- codes and references -------------------------------------------------------------------------------------------


@dataclass(eq=False, kw_only=True)
class UnknownCode(StocktermError):
    code: ClassVar[str] = "unknown_code"
    template: ClassVar[str] = N_('Unknown {kind} "{value}". Nothing was posted.')
    kind: str
    value: str


@dataclass(eq=False, kw_only=True)
class UnknownReference(StocktermError):
    code: ClassVar[str] = "unknown_reference"
    template: ClassVar[str] = N_('Unknown reference "{reference}": no posted operation made it.')
    reference: str


@dataclass(eq=False, kw_only=True)
class AmbiguousReference(StocktermError):
    code: ClassVar[str] = "ambiguous_reference"
    template: ClassVar[str] = N_('"{reference}" made several entries. Name one: {legs}.')
    reference: str
    legs: Sequence[str]


@dataclass(eq=False, kw_only=True)
class DuplicateId(StocktermError):
    code: ClassVar[str] = "duplicate_id"
    template: ClassVar[str] = N_('The id "{operation_id}" was posted before with other content. Use a new id.')
    operation_id: str


@dataclass(eq=False, kw_only=True)
class BarcodeTaken(StocktermError):
    code: ClassVar[str] = "barcode_taken"
    template: ClassVar[str] = N_("Barcode taken: {barcode} belongs to item {item_no}, unit {uom_code}.")
    barcode: str
    item_no: str
    uom_code: str = ""


@dataclass(eq=False, kw_only=True)
class HasEntries(StocktermError):
    """A field that says how entries are to be read; not in the contract's list, as the situation is new."""

    code: ClassVar[str] = "has_entries"
    template: ClassVar[str] = N_("In use: {field} of {what} stays {current}, because of {because}. Nothing was changed.")
    what: str
    current: str
    because: str


@dataclass(eq=False, kw_only=True)
class BomCycle(StocktermError):
    code: ClassVar[str] = "bom_cycle"
    template: ClassVar[str] = N_("Circle: {path}. An item cannot be a part of itself.")
    path: str


@dataclass(eq=False, kw_only=True)
class CategoryCycle(StocktermError):
    code: ClassVar[str] = "category_cycle"
    template: ClassVar[str] = N_("Circle: {path}. A category cannot lie below itself.")
    path: str


# ---- quantities -----------------------------------------------------------------------------------------------------


@dataclass(eq=False, kw_only=True)
class TooManyDecimals(StocktermError):
    code: ClassVar[str] = "too_many_decimals"
    template: ClassVar[str] = N_("Too many decimals: {value}. At most {places} here.")
    value: object
    places: int


@dataclass(eq=False, kw_only=True)
class QuantityZero(StocktermError):
    code: ClassVar[str] = "quantity_zero"
    template: ClassVar[str] = N_("Quantity is 0. Enter how many; nothing was posted.")


@dataclass(eq=False, kw_only=True)
class QuantityRoundsToZero(StocktermError):
    code: ClassVar[str] = "quantity_rounds_to_zero"
    template: ClassVar[str] = N_("Quantity {quantity} {uom_code} rounds to 0 {base_uom}. Nothing was posted.")
    quantity: Decimal
    uom_code: str
    base_uom: str


@dataclass(eq=False, kw_only=True)
class WrongItemType(StocktermError):
    code: ClassVar[str] = "wrong_item_type"
    template: ClassVar[str] = N_("Not stock: {item_no} is a {item_type} item. It has no quantity on hand.")
    item_no: str
    item_type: str


# ---- may it be posted -----------------------------------------------------------------------------------------------


@dataclass(eq=False, kw_only=True)
class Blocked(StocktermError):
    code: ClassVar[str] = "blocked"
    template: ClassVar[str] = N_("Blocked: {kind} {value}. {reason} Not booked. Put it aside and tell the supervisor.")
    kind: str
    value: str
    reason: str = ""


@dataclass(eq=False, kw_only=True)
class PermissionDenied(StocktermError):
    code: ClassVar[str] = "permission_denied"
    template: ClassVar[str] = N_("Not allowed: {user_code} may not {action}. Ask a supervisor.")
    user_code: str
    action: str


@dataclass(eq=False, kw_only=True)
class DateNotAllowed(StocktermError):
    code: ClassVar[str] = "date_not_allowed"
    template: ClassVar[str] = N_("{posting_date} is closed. Allowed: {allowed_from} to {allowed_to}.")
    posting_date: date
    allowed_from: date | str = ""
    allowed_to: date | str = ""


@dataclass(eq=False, kw_only=True)
class ReasonRequired(StocktermError):
    code: ClassVar[str] = "reason_required"
    template: ClassVar[str] = N_("Reason missing. An adjustment needs a reason code; nothing was posted.")


@dataclass(eq=False, kw_only=True)
class NotEnoughStock(StocktermError):
    code: ClassVar[str] = "not_enough_stock"
    template: ClassVar[str] = N_("Not enough: {place} holds {available} of {what}, you asked for {requested}.")
    remedy: ClassVar[str] = "count_bin"
    place: str
    what: str
    available: Decimal
    requested: Decimal


# ---- item tracking --------------------------------------------------------------------------------------------------


@dataclass(eq=False, kw_only=True)
class TrackingRequired(StocktermError):
    code: ClassVar[str] = "tracking_required"
    template: ClassVar[str] = N_("{kind} missing: {item_no} does not move without a {kind} number.")
    item_no: str
    kind: str


@dataclass(eq=False, kw_only=True)
class TrackingNotAllowed(StocktermError):
    code: ClassVar[str] = "tracking_not_allowed"
    template: ClassVar[str] = N_("No {kind}: {item_no} is not tracked by {kind}, {value} was given.")
    item_no: str
    kind: str
    value: str


@dataclass(eq=False, kw_only=True)
class TrackingSum(StocktermError):
    code: ClassVar[str] = "tracking_sum"
    template: ClassVar[str] = N_("Tracking sum: lots and serials add up to {tracked}, the line says {quantity}.")
    tracked: Decimal
    quantity: Decimal


@dataclass(eq=False, kw_only=True)
class SerialNotSingle(StocktermError):
    code: ClassVar[str] = "serial_not_single"
    template: ClassVar[str] = N_("Serial {serial_no} is one piece, the quantity is {quantity}.")
    serial_no: str
    quantity: Decimal


@dataclass(eq=False, kw_only=True)
class SerialInStock(StocktermError):
    code: ClassVar[str] = "serial_in_stock"
    template: ClassVar[str] = N_("Serial {serial_no} is already in stock, in {place}.")
    serial_no: str
    place: str


@dataclass(eq=False, kw_only=True)
class SerialCountedTwice(StocktermError):
    code: ClassVar[str] = "serial_counted_twice"
    template: ClassVar[str] = N_("Serial {serial_no} is already counted, in {place}. Not counted again.")
    serial_no: str
    place: str


@dataclass(eq=False, kw_only=True)
class Expired(StocktermError):
    code: ClassVar[str] = "expired"
    template: ClassVar[str] = N_("Expired: {number} on {expiration_date}, today is {today}. Not taken.")
    number: str
    expiration_date: date
    today: date


@dataclass(eq=False, kw_only=True)
class ExpirationRequired(StocktermError):
    code: ClassVar[str] = "expiration_required"
    template: ClassVar[str] = N_("Expiry missing: {number} of {item_no} is new and needs its expiry date.")
    item_no: str
    number: str


@dataclass(eq=False, kw_only=True)
class ExpirationMismatch(StocktermError):
    code: ClassVar[str] = "expiration_mismatch"
    template: ClassVar[str] = N_("Wrong expiry: {number} expires {known}, {given} was given. {hint}")
    number: str
    known: date | None
    given: date | None
    hint: str = ""


# ---- places ---------------------------------------------------------------------------------------------------------


@dataclass(eq=False, kw_only=True)
class LocationInTransit(StocktermError):
    code: ClassVar[str] = "location_in_transit"
    template: ClassVar[str] = N_("In transit: {location_code} takes and gives goods by transfer orders only.")
    location_code: str


@dataclass(eq=False, kw_only=True)
class WrongBin(StocktermError):
    code: ClassVar[str] = "wrong_bin"
    template: ClassVar[str] = N_("Wrong bin: {bin_code}. {reason}")
    bin_code: str
    reason: str


@dataclass(eq=False, kw_only=True)
class BinRequired(StocktermError):
    code: ClassVar[str] = "bin_required"
    template: ClassVar[str] = N_("Bin missing: everything at {location_code} lies in a bin. Name the bin.")
    location_code: str


# ---- application ----------------------------------------------------------------------------------------------------


@dataclass(eq=False, kw_only=True)
class ApplicationDirection(StocktermError):
    code: ClassVar[str] = "application_direction"
    template: ClassVar[str] = N_("Wrong direction: {reference} is {found}, {field} needs {expected}.")
    reference: str
    found: str
    expected: str


@dataclass(eq=False, kw_only=True)
class ApplicationMismatch(StocktermError):
    code: ClassVar[str] = "application_mismatch"
    template: ClassVar[str] = N_("No match: {reference} has {what} {found}, this line {expected}.")
    reference: str
    what: str
    found: str
    expected: str


@dataclass(eq=False, kw_only=True)
class ApplicationExhausted(StocktermError):
    code: ClassVar[str] = "application_exhausted"
    template: ClassVar[str] = N_("Used up: {reference} has {remaining} left, {requested} asked for.")
    reference: str
    remaining: Decimal
    requested: Decimal


@dataclass(eq=False, kw_only=True)
class OverReturned(StocktermError):
    code: ClassVar[str] = "over_returned"
    template: ClassVar[str] = N_("Too much back: of {reference} {returnable} can come back, {requested} asked for.")
    reference: str
    returnable: Decimal
    requested: Decimal


@dataclass(eq=False, kw_only=True)
class OverInvoiced(StocktermError):
    code: ClassVar[str] = "over_invoiced"
    template: ClassVar[str] = N_("Too much invoiced: {reference} has {outstanding} to invoice, {requested} asked for.")
    reference: str
    outstanding: Decimal
    requested: Decimal


# ---- undo -----------------------------------------------------------------------------------------------------------


@dataclass(eq=False, kw_only=True)
class AlreadyInvoiced(StocktermError):
    code: ClassVar[str] = "already_invoiced"
    template: ClassVar[str] = N_("Already invoiced: {reference}. Post a return instead; nothing was undone.")
    reference: str


@dataclass(eq=False, kw_only=True)
class AlreadyApplied(StocktermError):
    code: ClassVar[str] = "already_applied"
    template: ClassVar[str] = N_("Already used: goods of {reference} left with {used_by}. Undo that first.")
    reference: str
    used_by: Sequence[str]


@dataclass(eq=False, kw_only=True)
class AlreadyUndone(StocktermError):
    code: ClassVar[str] = "already_undone"
    template: ClassVar[str] = N_("Already undone: {reference}. Nothing was changed.")
    reference: str


@dataclass(eq=False, kw_only=True)
class OpenNegative(StocktermError):
    code: ClassVar[str] = "open_negative"
    template: ClassVar[str] = N_("Not covered: {reference} went out without stock. Post the goods that came in, then go on.")
    reference: str


@dataclass(eq=False, kw_only=True)
class NothingToDo(StocktermError):
    code: ClassVar[str] = "nothing_to_do"
    template: ClassVar[str] = N_("Nothing to change: {what}.")
    what: str


# ---- the database ---------------------------------------------------------------------------------------------------


@dataclass(eq=False, kw_only=True)
class DatabaseUnavailable(StocktermError):
    code: ClassVar[str] = "database_unavailable"
    template: ClassVar[str] = N_("Database away: {problem}. Scans are kept and applied when it is back.")
    problem: str


@dataclass(eq=False, kw_only=True)
class DatabaseNewer(StocktermError):
    code: ClassVar[str] = "database_newer"
    template: ClassVar[str] = N_("Database newer: it was made by a later version ({found}). Update stockterm.")
    found: str


@dataclass(eq=False, kw_only=True)
class DatabaseDamaged(StocktermError):
    code: ClassVar[str] = "database_damaged"
    template: ClassVar[str] = N_("Database damaged: {problem}. Nothing was written; restore the last backup.")
    problem: str


@dataclass(eq=False, kw_only=True)
class DiskFull(StocktermError):
    code: ClassVar[str] = "disk_full"
    template: ClassVar[str] = N_("Disk full: {problem}. Nothing was written; free space, then go on.")
    problem: str
