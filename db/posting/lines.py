"""The operations that post: what every screen, file and document comes down to.

Quantities are in the unit of the line, positive, and the type gives the sign (a negative quantity on `purchase` or `sale`
is a return). Codes are already in stored form (`db.core.codes`), lot, serial and package numbers as scanned. References
name an operation by its id, with a leg where it made several entries (`T1/in`). Source: the interchange contract.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum


class EntryType(StrEnum):
    """Entry types of the item ledger, stored as the interchange format writes them."""

    PURCHASE = "purchase"
    SALE = "sale"
    POSITIVE_ADJUSTMENT = "positive_adjustment"
    NEGATIVE_ADJUSTMENT = "negative_adjustment"
    TRANSFER = "transfer"
    CONSUMPTION = "consumption"
    OUTPUT = "output"
    ASSEMBLY_CONSUMPTION = "assembly_consumption"
    ASSEMBLY_OUTPUT = "assembly_output"


@dataclass(frozen=True, slots=True)
class PostedBy:
    """Who posts, where, and through which door (`source_code`: `interchange`, `count`, `adjust`, `move` …)."""

    user_code: str = ""
    terminal: str = ""
    source_code: str = ""


@dataclass(frozen=True, slots=True)
class Header:
    """What is common to all postings. `operation_id` is the caller's own name for it, unique in the database, or blank.

    `content_hash` identifies what the caller sent, before defaults were filled in; blank: the operation itself is hashed.
    """

    posting_date: date
    operation_id: str = ""
    document_no: str = ""
    external_document_no: str = ""
    reason_code: str = ""
    user_code: str = ""
    content_hash: str = ""


@dataclass(frozen=True, slots=True)
class TrackingLine:
    """One lot, serial or package of a line. `quantity` None means the whole line.

    What follows is for transfers. The `new_…` fields: None keeps what is there; `clear_expiration` takes the expiry date away,
    which an empty `new_expiration_date` never does. `drawn`: the kind (lot, serial or package) whose new number is drawn from the
    series of the item's tracking code.
    """

    quantity: Decimal | None = None
    lot_no: str = ""
    serial_no: str = ""
    package_no: str = ""
    expiration_date: date | None = None
    new_lot_no: str | None = None
    new_serial_no: str | None = None
    new_package_no: str | None = None
    new_expiration_date: date | None = None
    clear_expiration: bool = False
    drawn: str = ""


@dataclass(frozen=True, slots=True)
class ItemJournalLine:
    """One item journal line. Costs and prices are per unit of the line; `amount` and `sales_amount` are for the whole line.

    `may_go_negative` is a permission that the line carries: None leaves it to the settings, False refuses (floor screens).
    `order_no` and `order_line_no` name the transfer order that the line ships or receives; only such a line may use an in-transit
    location, and takes there only what was shipped on the same order.
    """

    header: Header
    entry_type: EntryType
    item_no: str
    quantity: Decimal
    variant_code: str = ""
    location_code: str = ""
    bin_code: str = ""
    uom_code: str = ""
    new_location_code: str | None = None
    new_bin_code: str | None = None
    tracking: tuple[TrackingLine, ...] = ()
    unit_cost: Decimal | None = None
    amount: Decimal | None = None
    unit_price: Decimal | None = None
    sales_amount: Decimal | None = None
    invoiced: bool = True
    applies_to: str = ""
    applies_from: str = ""
    may_go_negative: bool | None = None
    order_no: str = ""
    order_line_no: int = 0


@dataclass(frozen=True, slots=True)
class Invoice:
    """Invoices a receipt or shipment. `quantity` and costs are in the unit it was posted in; None: all not yet invoiced."""

    header: Header
    of: str
    quantity: Decimal | None = None
    unit_cost: Decimal | None = None
    amount: Decimal | None = None
    unit_price: Decimal | None = None
    sales_amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class CountLine:
    """One counted quantity, in base units. The watermarks are the highest item ledger and warehouse entry numbers of the item
    when it was counted: what was posted later does not count as a difference. None: counted at the moment of posting."""

    line_no: int
    item_no: str
    counted: Decimal
    variant_code: str = ""
    bin_code: str = ""
    lot_no: str = ""
    serial_no: str = ""
    package_no: str = ""
    expiration_date: date | None = None
    unit_cost: Decimal | None = None
    item_ledger_watermark: int | None = None
    warehouse_watermark: int | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """A physical inventory posting at one location."""

    header: Header
    location_code: str
    lines: tuple[CountLine, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Undo:
    """Takes back what the operation (or leg) `of` posted, by correcting entries at the same cost. With `keep_date` the
    correction has the original's posting date and the header's date is only the work date."""

    header: Header
    of: str
    keep_date: bool = False


@dataclass(frozen=True, slots=True)
class ChangeExpiry:
    """Gives a number another expiry date wherever it lies, in transit too; None takes the date away. `number` is of the kind that
    carries the item's dates: the lot, else the serial, else the package. Needs a reason."""

    header: Header
    item_no: str
    number: str
    expiration_date: date | None
    variant_code: str = ""


@dataclass(frozen=True, slots=True)
class ChangeVariant:
    """Turns goods into another variant of their item, where they lie, with the numbers they have: a decrease, and an increase
    at its cost. `quantity` is in the unit of the line, positive. Needs a reason."""

    header: Header
    item_no: str
    quantity: Decimal
    variant_code: str
    new_variant_code: str
    location_code: str = ""
    bin_code: str = ""
    uom_code: str = ""
    tracking: tuple[TrackingLine, ...] = ()


@dataclass(frozen=True, slots=True)
class AdjustCost:
    """Forwards every cost change that is waiting, of the named items or (blank) of all."""

    header: Header
    item_nos: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderedLine:
    """One line of a transfer order; `quantity` in its unit, positive. `tracking` names what shall be shipped, blank: any."""

    line_no: int
    item_no: str
    quantity: Decimal
    variant_code: str = ""
    uom_code: str = ""
    tracking: tuple[TrackingLine, ...] = ()


@dataclass(frozen=True, slots=True)
class TransferOrder:
    """Makes a transfer order or changes it, and posts nothing. `no` blank: the next of the company's series. `in_transit` blank:
    as the route says; without a route direct, shipped and received at once. Days left out: today, and what the route takes."""

    header: Header
    no: str
    from_location: str
    to_location: str
    in_transit: str = ""
    lines: tuple[OrderedLine, ...] = ()
    released: bool = True
    shipment_date: date | None = None
    receipt_date: date | None = None
    direct: bool | None = None  # None: as the route says


@dataclass(frozen=True, slots=True)
class TransferDelete:
    """Deletes a transfer order of which nothing was shipped."""

    header: Header
    no: str


@dataclass(frozen=True, slots=True)
class HandledLine:
    """What is shipped, received or closed now of one order line; `quantity` in the unit of the line, or in base units
    (`in_base_units`: 5 pieces of a box of 6 are no exact number of boxes); None: all outstanding. `bin_code` is the bin that it
    is taken from when shipping, and put into when receiving; `to_bin_code` is for direct orders."""

    line_no: int
    quantity: Decimal | None = None
    tracking: tuple[TrackingLine, ...] = ()
    bin_code: str = ""
    to_bin_code: str = ""
    in_base_units: bool = False


@dataclass(frozen=True, slots=True)
class TransferShip:
    """Ships lines of a transfer order, in part or whole; without lines: all that is outstanding."""

    header: Header
    no: str
    lines: tuple[HandledLine, ...] = ()


@dataclass(frozen=True, slots=True)
class TransferReceive:
    """Receives what was shipped on a transfer order, in part or whole; without lines: all that is in transit."""

    header: Header
    no: str
    lines: tuple[HandledLine, ...] = ()


@dataclass(frozen=True, slots=True)
class TransferClose:
    """Closes what is missing of a shipment: out of transit by a negative adjustment, which needs a reason, or (`send_back`) back
    to the sender. Without lines: all that is still on the way."""

    header: Header
    no: str
    lines: tuple[HandledLine, ...] = ()
    send_back: bool = False


PostingOperation = (
    ItemJournalLine
    | Invoice
    | Count
    | Undo
    | ChangeExpiry
    | ChangeVariant
    | AdjustCost
    | TransferOrder
    | TransferShip
    | TransferReceive
    | TransferClose
    | TransferDelete
)
