"""What a session refuses before anything is posted: bad scans, wrong steps. Texts as `operations.md` §0.3 has them.

What posting refuses as well (blocked, not enough, wrong quantity …) has its class in `db.core.errors`.
"""

from typing import ClassVar

from db.core.errors import N_, StocktermError


class UnknownScan(StocktermError):
    code: ClassVar[str] = "unknown_code"
    template: ClassVar[str] = N_("Unknown code {scanned}. Nothing {done}. Scan again, or ask a supervisor.")
    scanned: str
    done: str


class LinkableScan(UnknownScan):
    """The same, said to somebody who may link the code."""

    template: ClassVar[str] = N_("Unknown code {scanned}. Nothing {done}. Scan again, or F4 to link it to an item.")


class MisreadScan(StocktermError):
    code: ClassVar[str] = "misread"
    template: ClassVar[str] = N_("Misread: check digit of {scanned} is wrong. Scan again.")
    scanned: str


class BadLabel(StocktermError):
    code: ClassVar[str] = "bad_label"
    template: ClassVar[str] = N_("Bad label: {scanned} cannot be read ({faults}). Nothing {done}. Scan another symbol.")
    scanned: str
    faults: str
    done: str


class ContradictingLabel(StocktermError):
    code: ClassVar[str] = "contradicting_label"
    template: ClassVar[str] = N_("Label contradicts: {what} {scanned}, here it is {current}. Nothing {done}.")
    what: str
    scanned: str
    current: str
    done: str


class WrongKind(StocktermError):
    code: ClassVar[str] = "wrong_kind"
    template: ClassVar[str] = N_("That is {kind} {scanned}. {expected}")
    kind: str
    scanned: str
    expected: str


class OtherItem(StocktermError):
    code: ClassVar[str] = "other_item"
    template: ClassVar[str] = N_("{kind} {number} belongs to item {item_no}, you are on {current}.")
    kind: str
    number: str
    item_no: str
    current: str


class NoSuchNumber(StocktermError):
    code: ClassVar[str] = "no_such_number"
    template: ClassVar[str] = N_("{kind} {number} of {item_no} is not in {place}. Nothing {done}.")
    kind: str
    number: str
    item_no: str
    place: str
    done: str


class QuantityTooLarge(StocktermError):
    code: ClassVar[str] = "quantity_too_large"
    template: ClassVar[str] = N_("Quantity {quantity} is too large: at most {largest}. Type it again.")
    quantity: object
    largest: object


class QuantityNegative(StocktermError):
    code: ClassVar[str] = "quantity_negative"
    template: ClassVar[str] = N_("Quantity {quantity} is negative. Type how many there are; nothing {done}.")
    quantity: object
    done: str


class NotANumber(StocktermError):
    code: ClassVar[str] = "bad_value"
    template: ClassVar[str] = N_("No number: {text}. Type how many, such as 12 or 0.5.")
    text: str


class NotADate(StocktermError):
    code: ClassVar[str] = "bad_date"
    template: ClassVar[str] = N_("No date: {text}. Type day, month, year: 310127, 31.1.27, or 2027-01.")
    text: str


class UnknownChoice(StocktermError):
    code: ClassVar[str] = "unknown_choice"
    template: ClassVar[str] = N_("No choice {text}. Type one of the numbers, 1 to {last}.")
    text: str
    last: int


class EmptyList(UnknownChoice):
    template: ClassVar[str] = N_("No choice {text}. The list is empty: F3 goes back.")


class NothingToUndo(StocktermError):
    code: ClassVar[str] = "nothing_to_undo"
    template: ClassVar[str] = N_("Nothing to undo: no scan of this job is left.")


class FirstAnswer(StocktermError):
    code: ClassVar[str] = "answer_first"
    template: ClassVar[str] = N_("{what} missing: {item_no} waits for it. Scan it, or go back. Nothing {done}.")
    what: str
    item_no: str
    done: str


class CountedMeanwhile(StocktermError):
    code: ClassVar[str] = "counted_meanwhile"
    template: ClassVar[str] = N_(
        "Counted twice: {item_no} in {place} was posted by {user_code} since. Count it again; nothing posted."
    )
    item_no: str
    place: str
    user_code: str


class AlreadyInHand(StocktermError):
    code: ClassVar[str] = "already_in_hand"
    template: ClassVar[str] = N_("Not switched: {user_code} has such work in hand. Sign in as {user_code} and finish it.")
    user_code: str


class NotOnOrder(StocktermError):
    code: ClassVar[str] = "not_on_order"
    template: ClassVar[str] = N_("Not on {order_no}: {item_no}. Nothing booked. Put it back, or choose another order.")
    order_no: str
    item_no: str


class AlreadyShipped(StocktermError):
    code: ClassVar[str] = "already_handled"
    template: ClassVar[str] = N_("Already shipped {handled} of {ordered}: {item_no}. Nothing booked; put it aside.")
    handled: object
    ordered: object
    item_no: str


class AlreadyReceived(AlreadyShipped):
    template: ClassVar[str] = N_("Already received {handled} of {ordered}: {item_no}. Nothing booked; put it aside.")


class AlreadyScanned(StocktermError):
    code: ClassVar[str] = "already_handled"
    template: ClassVar[str] = N_("Already scanned: {what}. Nothing booked; put it aside.")
    what: str


class EmptyPackage(StocktermError):
    code: ClassVar[str] = "no_such_number"
    template: ClassVar[str] = N_("Package {package}: nothing of it is in {place}. Nothing {done}.")
    package: str
    place: str
    done: str


class CountAgain(StocktermError):
    code: ClassVar[str] = "count_again"
    template: ClassVar[str] = N_("Count again: {item_no} is not as on the paper. Nothing posted. Or fetch a supervisor.")
    item_no: str


class SerialScannedTwice(StocktermError):
    code: ClassVar[str] = "serial_counted_twice"
    template: ClassVar[str] = N_("Serial {serial_no} is on this line already (scan {scan}). Not taken again.")
    serial_no: str
    scan: int


class RangeDoesNotFit(StocktermError):
    code: ClassVar[str] = "range_does_not_fit"
    template: ClassVar[str] = N_("Range {first} to {last} is {count}, {missing} are missing. Nothing taken. Type it again.")
    first: str
    last: str
    count: int
    missing: int
