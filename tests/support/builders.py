"""Short sentences for tests of posting: an item, a purchase, a sale, what they came to.

    an_item()
    posted(purchase("10", at="5.00", id="P1"), sale("4", id="S1"))
    assert cost_of("S1") == -20

Every name that a test does not care about has a default: item 1000, location BLUE (without bins), 1 January 2026. Days are
given as `day=5` (of January 2026) or as a date. Numbers are text, as a user types them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from db.connection import fetch, read_snapshot
from db.core.errors import StocktermError
from db.core.numbers import from_scaled
from db.masters.change import put_masters
from db.posting.lines import (
    AdjustCost,
    Count,
    CountLine,
    EntryType,
    Header,
    Invoice,
    ItemJournalLine,
    PostedBy,
    PostingOperation,
    TrackingLine,
    Undo,
)
from db.posting.post import Posted, Refused, post_operations

Exact = Any  # a Decimal: tests compare it with whole numbers, within tuples too, which mypy would object to

ITEM, LOCATION = "1000", "BLUE"
FIRST_DAY = date(2026, 1, 1)
NOBODY = PostedBy()


def day(number: "int | date") -> date:
    """The day of January 2026 (32 is 1 February; 0 is New Year's Eve), or the date itself."""
    return number if isinstance(number, date) else FIRST_DAY + timedelta(days=number - 1)


# ---- master data ----------------------------------------------------------------------------------------------------


def an_item(no: str = ITEM, *, units: dict[str, str] | None = None, variants: Iterable[str] = (), **fields: Any) -> str:
    """An item (FIFO, in pieces), its further units and variants; its number. Location BLUE is made too."""
    exact = {"unit_cost", "standard_cost", "quantity_rounding", "overhead_rate", "indirect_cost_percent"}
    record = {name: Decimal(value) if name in exact else value for name, value in fields.items()}
    records: list[tuple[str, dict[str, Any]]] = [("location", {"code": LOCATION}), ("item", {"no": no, **record})]
    records += [
        ("unit_of_measure", {"item": no, "code": code, "quantity_per": Decimal(per)}) for code, per in (units or {}).items()
    ]
    records += [("variant", {"item": no, "code": code}) for code in variants]
    put_masters(records)
    return no


def a_location(code: str, *, bins: Iterable[str] = (), **fields: Any) -> str:
    """A location, with bins where some are named."""
    names = list(bins)
    records: list[tuple[str, dict[str, Any]]] = [("location", {"code": code, "bin_mandatory": bool(names), **fields})]
    records += [("bin", {"location": code, "code": name}) for name in names]
    put_masters(records)
    return code


def a_lot_item(no: str = ITEM, **fields: Any) -> str:
    """An item tracked by lot."""
    return _tracked(no, "LOTS", {"lot": True}, fields)


def a_dated_item(no: str = ITEM, **fields: Any) -> str:
    """An item tracked by lot, whose lots have expiry dates that are taken strictly."""
    return _tracked(no, "DATED", {"lot": True, "expiration_required": True, "strict_expiration": True}, fields)


def a_serial_item(no: str = ITEM, **fields: Any) -> str:
    """An item tracked by serial number, costed by it."""
    return _tracked(no, "SERIALS", {"serial": True}, {"costing_method": "specific", **fields})


def _tracked(no: str, code: str, kinds: dict[str, bool], fields: dict[str, Any]) -> str:
    put_masters([("tracking_code", {"code": code, **kinds})])
    return an_item(no, tracking_code=code, **fields)


def with_settings(**fields: Any) -> None:
    """Change company settings."""
    exact = {"amount_rounding", "unit_cost_rounding", "quantity_rounding"}
    put_masters([("settings", {name: Decimal(value) if name in exact else value for name, value in fields.items()})])


def a_user(code: str, **fields: Any) -> str:
    put_masters([("user", {"code": code, "name": code, "role": "worker", **fields})])
    return code


def changed(kind: str, **fields: Any) -> None:
    """Insert or change one record of master data."""
    put_masters([(kind, fields)])


# ---- operations -----------------------------------------------------------------------------------------------------


def header(id: str = "", on: "int | date" = 1, **fields: Any) -> Header:
    return Header(day(on), id, **fields)


def _number(text: "str | int | Decimal | None") -> Decimal | None:
    return None if text is None else Decimal(text)


def line(
    entry_type: EntryType,
    quantity: "str | int | Decimal",
    *,
    item: str = ITEM,
    location: str = LOCATION,
    bin: str = "",
    variant: str = "",
    uom: str = "",
    on: "int | date" = 1,
    id: str = "",
    lot: str = "",
    serial: str = "",
    package: str = "",
    expires: date | None = None,
    tracking: "Iterable[TrackingLine]" = (),
    at: "str | int | Decimal | None" = None,
    amount: "str | int | Decimal | None" = None,
    price: "str | int | Decimal | None" = None,
    invoiced: bool = True,
    header_fields: dict[str, Any] | None = None,
    **fields: Any,
) -> ItemJournalLine:
    """One journal line; `at` is the cost of one unit, `price` what one unit was sold for."""
    tracked = tuple(tracking)
    if lot or serial or package or expires:
        tracked = (TrackingLine(None, lot, serial, package, expires),)
    return ItemJournalLine(
        header(id, on, **(header_fields or {})),
        entry_type,
        item,
        Decimal(quantity),
        variant_code=variant,
        location_code=location,
        bin_code=bin,
        uom_code=uom,
        tracking=tracked,
        unit_cost=_number(at),
        amount=_number(amount),
        unit_price=_number(price),
        invoiced=invoiced,
        **fields,
    )


def purchase(quantity: "str | int | Decimal", **fields: Any) -> ItemJournalLine:
    """A purchase, received and invoiced at once (unless `invoiced=False`)."""
    return line(EntryType.PURCHASE, quantity, **fields)


def sale(quantity: "str | int | Decimal", **fields: Any) -> ItemJournalLine:
    """A sale, shipped and invoiced at once (unless `invoiced=False`); a negative quantity is a return."""
    return line(EntryType.SALE, quantity, **fields)


def found(quantity: "str | int | Decimal", **fields: Any) -> ItemJournalLine:
    """A positive adjustment."""
    return line(EntryType.POSITIVE_ADJUSTMENT, quantity, **fields)


def scrapped(quantity: "str | int | Decimal", **fields: Any) -> ItemJournalLine:
    """A negative adjustment."""
    return line(EntryType.NEGATIVE_ADJUSTMENT, quantity, **fields)


def moved(
    quantity: "str | int | Decimal",
    *,
    to: str | None = None,
    to_bin: str | None = None,
    new_lot: str | None = None,
    new_serial: str | None = None,
    new_package: str | None = None,
    new_expires: date | None = None,
    lot: str = "",
    serial: str = "",
    package: str = "",
    **fields: Any,
) -> ItemJournalLine:
    """A reclassification, to another location, bin, number or expiry date."""
    if lot or serial or package or new_expires:
        tracking = TrackingLine(None, lot, serial, package, None, new_lot, new_serial, new_package, new_expires)
        fields["tracking"] = (tracking,)
    return line(EntryType.TRANSFER, quantity, new_location_code=to, new_bin_code=to_bin, **fields)


def invoice(
    of: str,
    quantity: "str | int | Decimal | None" = None,
    *,
    at: "str | int | Decimal | None" = None,
    amount: "str | int | Decimal | None" = None,
    price: "str | int | Decimal | None" = None,
    on: "int | date" = 1,
    id: str = "",
) -> Invoice:
    """The invoice of a receipt or shipment; without a quantity, of all that is left."""
    return Invoice(header(id, on), of, _number(quantity), _number(at), _number(amount), _number(price))


def undo(of: str, *, on: "int | date" = 1, id: str = "", **fields: Any) -> Undo:
    return Undo(header(id, on, **fields), of)


def count(*lines: CountLine, location: str = LOCATION, on: "int | date" = 1, id: str = "", **fields: Any) -> Count:
    """A physical inventory posting of lines made with `counted`."""
    numbered = [CountLine(**{**_fields(one), "line_no": one.line_no or number}) for number, one in enumerate(lines, 1)]
    return Count(header(id, on, **fields), location, tuple(numbered))


def counted(
    quantity: "str | int | Decimal", *, item: str = ITEM, bin: str = "", lot: str = "", serial: str = "", **more: Any
) -> CountLine:
    """One counted quantity. `seen` is the watermark: the last entry number posted when it was counted."""
    seen = more.pop("seen", None)
    line_no, cost = more.pop("line_no", 0), more.pop("at", None)
    return CountLine(
        line_no,
        item,
        Decimal(quantity),
        bin_code=bin,
        lot_no=lot,
        serial_no=serial,
        unit_cost=_number(cost),
        item_ledger_watermark=None if bin else seen,
        warehouse_watermark=seen if bin else None,
        **more,
    )


def _fields(one: CountLine) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__slots__}


def adjust_cost(*items: str, on: "int | date" = 1, id: str = "") -> AdjustCost:
    return AdjustCost(header(id, on), items)


# ---- posting --------------------------------------------------------------------------------------------------------


def posted(*operations: PostingOperation, by: PostedBy = NOBODY, together: bool = False) -> list[Posted]:
    """Post operations one after the other, each in a transaction of its own, or all `together` in one."""
    if together:
        return post_operations(operations, by)
    return [post_operations([operation], by)[0] for operation in operations]


def refused(*operations: PostingOperation, by: PostedBy = NOBODY) -> StocktermError:
    """Post operations in one transaction that must be refused; the error that a user sees first."""
    return refusals(*operations, by=by)[0]


def refusals(*operations: PostingOperation, by: PostedBy = NOBODY) -> list[StocktermError]:
    """Post operations in one transaction that must be refused; all errors, in order."""
    try:
        post_operations(operations, by)
    except Refused as refused:
        return [error for refusal in refused.refusals.values() for error in refusal.errors]
    raise AssertionError("this was posted, and should have been refused")


# ---- what it came to ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Found:
    """An item ledger entry as a test looks at it."""

    entry_no: int
    leg: str
    entry_type: str
    location: str
    lot: str
    serial: str
    expires: str | None
    posting_date: str
    quantity: Exact
    remaining: Exact
    open: bool
    invoiced: Exact
    completely_invoiced: bool
    valuation_date: str
    actual: Exact
    expected: Exact
    sales: Exact
    waiting: bool

    @property
    def cost(self) -> Exact:
        """Actual and expected cost together."""
        return self.actual + self.expected


_FOUND = (
    "SELECT e.entry_no, e.leg, e.entry_type, e.location_code, e.lot_no, e.serial_no, e.expiration_date, e.posting_date,"
    " e.quantity, e.remaining_quantity, e.open, e.invoiced_quantity, e.completely_invoiced, e.valuation_date,"
    " e.cost_amount_actual, e.cost_amount_expected, e.sales_amount_actual, e.applied_entry_to_adjust FROM item_ledger_entry e"
)


def _found(row: tuple[Any, ...]) -> Found:
    exact = from_scaled
    return Found(
        *row[:8],  # type: ignore[call-arg]
        exact(row[8]),
        exact(row[9]),
        bool(row[10]),
        exact(row[11]),
        bool(row[12]),
        row[13],
        exact(row[14]),
        exact(row[15]),
        exact(row[16]),
        row[17] is not None,
    )


def entries(operation_id: str = "") -> list[Found]:
    """The entries that an operation made, or all there are, in entry order."""
    if not operation_id:
        return [_found(row) for row in fetch(f"{_FOUND} ORDER BY e.entry_no")]
    sql = f"{_FOUND} JOIN item_register r ON r.register_no = e.register_no WHERE r.operation_id = ? ORDER BY e.entry_no"
    return [_found(row) for row in fetch(sql, (operation_id,))]


def entry(reference: str) -> Found:
    """The one entry of an operation, or of a leg of it (`T1/in`)."""
    operation_id, _, leg = reference.partition("/")
    fitting = [one for one in entries(operation_id) if not leg or one.leg == leg]
    assert len(fitting) == 1, f"{reference} names {len(fitting)} entries"
    return fitting[0]


def cost_of(reference: str) -> Exact:
    """What the entries of an operation (or one leg) cost in all, actual and expected."""
    operation_id, _, leg = reference.partition("/")
    fitting = [one for one in entries(operation_id) if not leg or one.leg == leg or one.leg.startswith(leg + "/")]
    assert fitting, f"{reference} made no entries"
    return sum((one.cost for one in fitting), Decimal(0))


@dataclass(frozen=True, slots=True)
class FoundValue:
    """A value entry as a test looks at it."""

    entry_no: int
    entry_type: str
    posting_date: str
    valuation_date: str
    adjustment: bool
    applies_to: int | None
    caused_by: int | None
    expected_cost: bool
    valued: Exact
    moved: Exact
    invoiced: Exact
    actual: Exact
    expected: Exact
    sales: Exact
    sales_expected: Exact
    purchase: Exact
    purchase_expected: Exact


def values(reference: str) -> list[FoundValue]:
    """The value entries of the entries of an operation (or leg), in entry order."""
    operation_id, _, leg = reference.partition("/")
    sql = (
        "SELECT v.entry_no, v.entry_type, v.posting_date, v.valuation_date, v.adjustment, v.applies_to_value_entry, v.caused_by,"
        " v.expected_cost, v.valued_quantity, v.item_ledger_quantity, v.invoiced_quantity, v.cost_amount_actual,"
        " v.cost_amount_expected, v.sales_amount_actual, v.sales_amount_expected, v.purchase_amount_actual,"
        " v.purchase_amount_expected FROM value_entry v JOIN item_ledger_entry e ON e.entry_no = v.item_ledger_entry_no"
        " JOIN item_register r ON r.register_no = e.register_no WHERE r.operation_id = ? AND (? = '' OR e.leg = ?)"
        " ORDER BY v.entry_no"
    )
    found = fetch(sql, (operation_id, leg, leg))
    return [
        FoundValue(row[0], row[1], row[2], row[3], bool(row[4]), row[5], row[6], bool(row[7]), *map(from_scaled, row[8:]))
        for row in found
    ]


def applications() -> list[tuple[int, int, int, Exact, int]]:
    """(item ledger entry, inbound, outbound, quantity, transferred from) of every application, in entry order."""
    sql = (
        "SELECT item_ledger_entry_no, inbound_entry_no, outbound_entry_no, quantity, transferred_from_entry_no"
        " FROM item_application_entry ORDER BY entry_no"
    )
    return [(row[0], row[1], row[2], from_scaled(row[3]), row[4]) for row in fetch(sql)]


def on_hand(item: str = ITEM, **where: str) -> Exact:
    """Base units on hand; `where` names columns of the bin content (`location_code`, `bin_code`, `lot_no` …)."""
    conditions = "".join(f" AND {name} = ?" for name in where)
    sql = f"SELECT COALESCE(SUM(quantity), 0) FROM bin_content WHERE item_no = ?{conditions}"
    return from_scaled(int(fetch(sql, (item, *where.values()))[0][0]))


def unit_cost(item: str = ITEM) -> Exact:
    """The item's current unit cost."""
    return from_scaled(fetch("SELECT unit_cost FROM item_total WHERE item_no = ?", (item,))[0][0])


_LEDGERS = ("item_register", "item_ledger_entry", "item_application_entry", "value_entry", "warehouse_entry", "count_entry")
_KEPT = ("item_total", "bin_content", "tracking_number")


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the ledgers and of what is kept beside them: to show that nothing changed."""
    with read_snapshot():
        return {table: sorted(fetch(f"SELECT * FROM {table}"), key=repr) for table in (*_LEDGERS, *_KEPT)}
