"""Every refusal of the program: one class a situation, with the code of the interchange format.

A class carries the facts as fields and one template that says what was entered or scanned, what was expected and what
did not happen. The template is the message in English and the key of its translation; `in_words` fills it. The first
two words decide, because a line of 20 columns shows little more. `field` is the interchange field the error is about.

Facts that are words of ours (a kind of thing, what was expected) are phrases: English text that can be said in another
language as well, `BadValue(field=…, value=…, expected=phrase("at most {length} characters", length=20))`.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import ClassVar, dataclass_transform, get_origin


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


_NEEDED = object()


@dataclass_transform(eq_default=False, kw_only_default=True)
class _Facts:
    """Annotated attributes of a class are its facts, given by name when it is made: what `dataclass` does, without compiling an
    `__init__` for each of fifty classes (17 ms of every start of the program)."""

    _facts: ClassVar[Mapping[str, object]] = {}

    def __init_subclass__(cls) -> None:
        own = inspect.get_annotations(cls)
        facts = {
            name: cls.__dict__.get(name, _NEEDED) for name, kind in own.items() if str(get_origin(kind)) != "typing.ClassVar"
        }
        cls._facts = {**cls._facts, **facts}

    def __init__(self, **given: object) -> None:
        super().__init__()
        for name, default in self._facts.items():
            value = given.pop(name, default)
            if value is _NEEDED:
                raise TypeError(f"{type(self).__name__} needs {name}")
            setattr(self, name, value)
        if given:
            raise TypeError(f"{type(self).__name__} has no {', '.join(given)}")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={getattr(self, name)!r}' for name in self._facts)})"


# The kinds of things that errors of posting name; those of flows are marked there.
KINDS = (
    *(N_("item"), N_("variant"), N_("unit"), N_("unit of measure"), N_("attribute"), N_("category"), N_("location"), N_("bin")),
    *(N_("lot"), N_("serial"), N_("package"), N_("expiry date"), N_("user"), N_("reason"), N_("vendor"), N_("tracking code")),
    *(N_("service"), N_("non_inventory")),  # types of items
)


class Phrase(str):
    """English words inside an error, with what another language needs to say them: the template and its facts."""

    template: str
    facts: Mapping[str, object]

    def in_words(self, translate: Callable[[str], str], show: Callable[[object], str] = show) -> str:
        """The words in the language of `translate`, with facts in the form of `show`."""
        facts = {name: _said(value, translate, show) for name, value in self.facts.items()}
        return translate(self.template).format(**facts) if facts else translate(self.template)


def phrase(template: str, **facts: object) -> Phrase:
    """Words inside an error; marks its template for the translation catalogs. A fact may be a phrase itself."""
    said = Phrase(template.format(**{name: show(value) for name, value in facts.items()}) if facts else template)
    said.template, said.facts = template, facts
    return said


def _said(value: object, translate: Callable[[str], str], show: Callable[[object], str]) -> str:
    if isinstance(value, Phrase):
        return value.in_words(translate, show)
    if isinstance(value, (list, tuple)):
        return ", ".join(_said(one, translate, show) for one in value)
    return show(value)


def _ended(sentence: str) -> str:
    """With a full stop, where somebody typed none."""
    return sentence if not sentence or sentence[-1] in ".!?…" else f"{sentence}."


class StocktermError(_Facts, Exception):
    """Something a user can act on. Anything else that is raised is a fault of the program."""

    code: ClassVar[str] = "error"
    template: ClassVar[str] = ""
    remedy: ClassVar[str] = ""
    words: ClassVar[tuple[str, ...]] = ("kind",)  # facts that are always words of ours, phrases or not
    sentences: ClassVar[tuple[str, ...]] = ()  # facts that somebody typed and that stand between sentences of ours
    field: str = ""

    def __str__(self) -> str:
        return self.in_words(str)

    def in_words(self, translate: Callable[[str], str], show: Callable[[object], str] = show) -> str:
        """The whole sentence, in the language of `translate`; numbers and dates in the form of `show` (else as in a file)."""
        facts = {name: _said(getattr(self, name), translate, show) for name in self._facts}
        facts |= {name: translate(facts[name]) for name in self.words if name in facts}
        facts |= {name: _ended(facts[name]) for name in self.sentences}
        text = translate(self.template).format(**facts)
        if "" in facts.values():
            text = text.replace("  ", " ")  # around what is not said
        return text[:1].upper() + text[1:] if self.template.startswith("{kind}") else text


# ---- the line itself ------------------------------------------------------------------------------------------------


class BadJson(StocktermError):
    code: ClassVar[str] = "bad_json"
    template: ClassVar[str] = N_("Not JSON: {problem}. A line is one JSON object.")
    problem: str


class UnknownOperation(StocktermError):
    code: ClassVar[str] = "unknown_operation"
    template: ClassVar[str] = N_('Unknown operation "{operation}".')
    operation: str


class UnknownField(StocktermError):
    code: ClassVar[str] = "unknown_field"
    template: ClassVar[str] = N_('Unknown field "{field}" in {operation}. Known: {known}.')
    operation: str
    known: Sequence[str] = ()


class MissingField(StocktermError):
    code: ClassVar[str] = "missing_field"
    template: ClassVar[str] = N_('Missing field "{field}": {operation} needs it.')
    operation: str


class BadValue(StocktermError):
    code: ClassVar[str] = "bad_value"
    template: ClassVar[str] = N_('Bad value "{value}" for {field}: expected {expected}.')
    value: object
    expected: str


class NotSupported(StocktermError):
    code: ClassVar[str] = "not_supported"
    template: ClassVar[str] = N_("Not supported yet: {what}. Nothing was posted.")
    what: str


# ---- codes and references -------------------------------------------------------------------------------------------


class UnknownCode(StocktermError):
    code: ClassVar[str] = "unknown_code"
    template: ClassVar[str] = N_('Unknown {kind} "{value}". Nothing was posted.')
    kind: str
    value: str


class UnknownReference(StocktermError):
    code: ClassVar[str] = "unknown_reference"
    template: ClassVar[str] = N_('Unknown reference "{reference}": no posted operation made it.')
    reference: str


class AmbiguousReference(StocktermError):
    code: ClassVar[str] = "ambiguous_reference"
    template: ClassVar[str] = N_('"{reference}" made several entries. Name one: {legs}.')
    reference: str
    legs: Sequence[str]


class DuplicateId(StocktermError):
    code: ClassVar[str] = "duplicate_id"
    template: ClassVar[str] = N_('The id "{operation_id}" was posted before with other content. Use a new id.')
    operation_id: str


class BarcodeTaken(StocktermError):
    code: ClassVar[str] = "barcode_taken"
    template: ClassVar[str] = N_("Barcode taken: {barcode} belongs to item {item_no}, unit {uom_code}.")
    barcode: str
    item_no: str
    uom_code: str = ""


class HasEntries(StocktermError):
    """A field that says how entries are to be read; not in the contract's list, as the situation is new."""

    code: ClassVar[str] = "has_entries"
    template: ClassVar[str] = N_("In use: {field} of {what} stays {current}, because of {because}. Nothing was changed.")
    what: str
    current: str
    because: str


class BomCycle(StocktermError):
    code: ClassVar[str] = "bom_cycle"
    template: ClassVar[str] = N_("Circle: {path}. An item cannot be a part of itself.")
    path: str


class CategoryCycle(StocktermError):
    code: ClassVar[str] = "category_cycle"
    template: ClassVar[str] = N_("Circle: {path}. A category cannot lie below itself.")
    path: str


# ---- quantities -----------------------------------------------------------------------------------------------------


class TooManyDecimals(StocktermError):
    code: ClassVar[str] = "too_many_decimals"
    template: ClassVar[str] = N_("Too many decimals: {value}. At most {places} here.")
    value: object
    places: int


class QuantityZero(StocktermError):
    code: ClassVar[str] = "quantity_zero"
    template: ClassVar[str] = N_("Quantity is 0. Enter how many; nothing was posted.")


class QuantityRoundsToZero(StocktermError):
    code: ClassVar[str] = "quantity_rounds_to_zero"
    template: ClassVar[str] = N_("Quantity {quantity} {uom_code} rounds to 0 {base_uom}. Nothing was posted.")
    quantity: Decimal
    uom_code: str
    base_uom: str


class WrongItemType(StocktermError):
    code: ClassVar[str] = "wrong_item_type"
    words: ClassVar[tuple[str, ...]] = ("item_type",)
    template: ClassVar[str] = N_("Not stock: {item_no} is a {item_type} item. It has no quantity on hand.")
    item_no: str
    item_type: str


# ---- may it be posted -----------------------------------------------------------------------------------------------


class Blocked(StocktermError):
    code: ClassVar[str] = "blocked"
    sentences: ClassVar[tuple[str, ...]] = ("reason",)
    template: ClassVar[str] = N_("Blocked: {kind} {value}. {reason} Not booked. Put it aside and tell the supervisor.")
    kind: str
    value: str
    reason: str = ""


class PermissionDenied(StocktermError):
    code: ClassVar[str] = "permission_denied"
    template: ClassVar[str] = N_("Not allowed: {user_code} may not {action}. Ask a supervisor.")
    user_code: str
    action: str


class DateNotAllowed(StocktermError):
    code: ClassVar[str] = "date_not_allowed"
    template: ClassVar[str] = N_("{posting_date} is closed. Allowed: {allowed_from} to {allowed_to}.")
    posting_date: date
    allowed_from: date | str = ""
    allowed_to: date | str = ""


class ReasonRequired(StocktermError):
    code: ClassVar[str] = "reason_required"
    template: ClassVar[str] = N_("Reason missing. An adjustment needs a reason code; nothing was posted.")


class ChangeNeedsReason(ReasonRequired):
    """The same, said of a change that is no adjustment of a quantity."""

    template: ClassVar[str] = N_("Reason missing. Such a change needs a reason code; nothing was posted.")


class NotEnoughStock(StocktermError):
    code: ClassVar[str] = "not_enough_stock"
    template: ClassVar[str] = N_("Not enough: {place} holds {available} of {what}, you asked for {requested}.")
    remedy: ClassVar[str] = "count_bin"
    place: str
    what: str
    available: Decimal
    requested: Decimal


# ---- item tracking --------------------------------------------------------------------------------------------------


class TrackingRequired(StocktermError):
    code: ClassVar[str] = "tracking_required"
    template: ClassVar[str] = N_("{kind} missing: {item_no} does not move without a {kind} number.")
    item_no: str
    kind: str


class TrackingNotAllowed(StocktermError):
    code: ClassVar[str] = "tracking_not_allowed"
    template: ClassVar[str] = N_("No {kind}: {item_no} is not tracked by {kind}, {value} was given.")
    item_no: str
    kind: str
    value: str


class TrackingSum(StocktermError):
    code: ClassVar[str] = "tracking_sum"
    template: ClassVar[str] = N_("Tracking sum: lots and serials add up to {tracked}, the line says {quantity}.")
    tracked: Decimal
    quantity: Decimal


class SerialNotSingle(StocktermError):
    code: ClassVar[str] = "serial_not_single"
    template: ClassVar[str] = N_("Serial {serial_no} is one piece, the quantity is {quantity}.")
    serial_no: str
    quantity: Decimal


class SerialInStock(StocktermError):
    code: ClassVar[str] = "serial_in_stock"
    template: ClassVar[str] = N_("Serial {serial_no} is already in stock, in {place}.")
    serial_no: str
    place: str


class SerialCountedTwice(StocktermError):
    code: ClassVar[str] = "serial_counted_twice"
    template: ClassVar[str] = N_("Serial {serial_no} is already counted, in {place}. Not counted again.")
    serial_no: str
    place: str


class Expired(StocktermError):
    code: ClassVar[str] = "expired"
    template: ClassVar[str] = N_("Expired: {number} on {expiration_date}, today is {today}. Not taken.")
    number: str
    expiration_date: date
    today: date


class ExpirationRequired(StocktermError):
    code: ClassVar[str] = "expiration_required"
    template: ClassVar[str] = N_("Expiry missing: {number} of {item_no} is new and needs its expiry date.")
    item_no: str
    number: str


class ExpirationKept(ExpirationRequired):
    """The same, said of a date that was to be taken away."""

    template: ClassVar[str] = N_("Expiry missing: {item_no} needs expiry dates. {number} keeps its own; nothing was posted.")


class ExpirationMismatch(StocktermError):
    code: ClassVar[str] = "expiration_mismatch"
    template: ClassVar[str] = N_("Wrong expiry: {number} expires {known}, {given} was given. {hint}")
    number: str
    known: date | None
    given: date | None
    hint: str = ""


# ---- places ---------------------------------------------------------------------------------------------------------


class LocationInTransit(StocktermError):
    code: ClassVar[str] = "location_in_transit"
    template: ClassVar[str] = N_("In transit: {location_code} takes and gives goods by transfer orders only.")
    location_code: str


class WrongBin(StocktermError):
    code: ClassVar[str] = "wrong_bin"
    template: ClassVar[str] = N_("Wrong bin: {bin_code}. {reason}")
    bin_code: str
    reason: str


class BinRequired(StocktermError):
    code: ClassVar[str] = "bin_required"
    template: ClassVar[str] = N_("Bin missing: everything at {location_code} lies in a bin. Name the bin.")
    location_code: str


# ---- application ----------------------------------------------------------------------------------------------------


class ApplicationDirection(StocktermError):
    code: ClassVar[str] = "application_direction"
    template: ClassVar[str] = N_("Wrong direction: {reference} is {found}, {field} needs {expected}.")
    reference: str
    found: str
    expected: str


class ApplicationMismatch(StocktermError):
    code: ClassVar[str] = "application_mismatch"
    words: ClassVar[tuple[str, ...]] = ("what",)
    template: ClassVar[str] = N_("No match: {reference} has {what} {found}, this line {expected}.")
    reference: str
    what: str
    found: str
    expected: str


class ApplicationExhausted(StocktermError):
    code: ClassVar[str] = "application_exhausted"
    template: ClassVar[str] = N_("Used up: {reference} has {remaining} left, {requested} asked for.")
    reference: str
    remaining: Decimal
    requested: Decimal


class OverReturned(StocktermError):
    code: ClassVar[str] = "over_returned"
    template: ClassVar[str] = N_("Too much back: of {reference} {returnable} can come back, {requested} asked for.")
    reference: str
    returnable: Decimal
    requested: Decimal


class OverInvoiced(StocktermError):
    code: ClassVar[str] = "over_invoiced"
    template: ClassVar[str] = N_("Too much invoiced: {reference} has {outstanding} to invoice, {requested} asked for.")
    reference: str
    outstanding: Decimal
    requested: Decimal


class OverShipped(StocktermError):
    code: ClassVar[str] = "over_shipped"
    template: ClassVar[str] = N_(
        "Too much shipped: line {line_no} of {order_no} has {outstanding} to ship, {requested} asked for."
    )
    order_no: str
    line_no: int
    outstanding: Decimal
    requested: Decimal


class OverReceived(StocktermError):
    code: ClassVar[str] = "over_received"
    template: ClassVar[str] = N_(
        "Too much received: line {line_no} of {order_no} has {outstanding} on the way, {requested} asked for."
    )
    order_no: str
    line_no: int
    outstanding: Decimal
    requested: Decimal


class NotShipped(StocktermError):
    code: ClassVar[str] = "not_shipped"
    template: ClassVar[str] = N_("{kind} {number} was not shipped on this transfer (shipped: {shipped}).")
    kind: str
    number: str
    shipped: Sequence[str]


# ---- undo -----------------------------------------------------------------------------------------------------------


class AlreadyInvoiced(StocktermError):
    code: ClassVar[str] = "already_invoiced"
    template: ClassVar[str] = N_("Already invoiced: {reference}. Post a return instead; nothing was undone.")
    reference: str


class AlreadyApplied(StocktermError):
    code: ClassVar[str] = "already_applied"
    template: ClassVar[str] = N_("Already used: goods of {reference} left with {used_by}. Undo that first.")
    reference: str
    used_by: Sequence[str]


class AlreadyUndone(StocktermError):
    code: ClassVar[str] = "already_undone"
    template: ClassVar[str] = N_("Already undone: {reference}. Nothing was changed.")
    reference: str


class OpenNegative(StocktermError):
    code: ClassVar[str] = "open_negative"
    template: ClassVar[str] = N_("Not covered: {reference} went out without stock. Post the goods that came in, then go on.")
    reference: str


class NothingToDo(StocktermError):
    code: ClassVar[str] = "nothing_to_do"
    template: ClassVar[str] = N_("Nothing to change: {what}.")
    what: str


# ---- the database ---------------------------------------------------------------------------------------------------


class DatabaseUnavailable(StocktermError):
    code: ClassVar[str] = "database_unavailable"
    template: ClassVar[str] = N_("Database away: {problem}. Try again when it is back.")
    problem: str


class DatabaseNewer(StocktermError):
    code: ClassVar[str] = "database_newer"
    template: ClassVar[str] = N_("Database newer: it was made by a later version ({found}). Update stockterm.")
    found: str


class DatabaseDamaged(StocktermError):
    code: ClassVar[str] = "database_damaged"
    template: ClassVar[str] = N_("Database damaged: {problem}. Nothing was written; restore the last backup.")
    problem: str


class DiskFull(StocktermError):
    code: ClassVar[str] = "disk_full"
    template: ClassVar[str] = N_("Disk full: {problem}. Nothing was written; free space, then go on.")
    problem: str
