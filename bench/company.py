"""The small company that the benchmarks post in: one location with bins, and items that all look alike.

Items below `LATE` have stock to sell from; the rest has history and none, so that a case may receive and issue exactly what
it wants. Sales are of one piece, from the bin of the item, by a user, under an operation id: what a scan posts.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from db.masters.change import put_masters
from db.posting.lines import EntryType, Header, Invoice, ItemJournalLine, PostedBy
from db.posting.post import post_operations

ITEMS = 200
LATE = 180
BINS = 20
LOCATION = "MAIN"
TODAY = date(2026, 3, 2)
BY = PostedBy(user_code="ANNE", terminal="BENCH", source_code="bench")
_RECEIPTS = 3
_RECEIVED = Decimal(1_000_000)


def item_no(number: int) -> str:
    return f"I{number:05}"


def bin_code(number: int) -> str:
    return f"A-{number % BINS:02}"


def make_masters() -> None:
    """The location, its bins, the user and the items."""
    put_masters(
        [
            ("location", {"code": LOCATION, "bin_mandatory": True}),
            *(("bin", {"location": LOCATION, "code": bin_code(number), "zone": "PICK"}) for number in range(BINS)),
            ("user", {"code": BY.user_code, "role": "worker"}),
            *(("item", {"no": item_no(number), "costing_method": "fifo"}) for number in range(ITEMS)),
        ]
    )


def line(
    kind: EntryType,
    item: int,
    quantity: int | Decimal,
    operation_id: str = "",
    *,
    invoiced: bool = True,
    unit_cost: str = "10.01",
) -> ItemJournalLine:
    """One journal line of the company. Increases have a unit cost of their own."""
    return ItemJournalLine(
        Header(TODAY, operation_id=operation_id),
        kind,
        item_no(item),
        Decimal(quantity),
        location_code=LOCATION,
        bin_code=bin_code(item),
        unit_cost=Decimal(unit_cost) if kind is EntryType.PURCHASE else None,
        invoiced=invoiced,
    )


def receive_stock() -> None:
    """Open receipts that no case will ever use up."""
    post_operations(
        [
            line(EntryType.PURCHASE, item, _RECEIVED, unit_cost=f"{10 + number}.01")
            for item in range(LATE)
            for number in range(_RECEIPTS)
        ],
        BY,
    )


def sales(count: int, items: Sequence[int], prefix: str) -> Iterator[ItemJournalLine]:
    """`count` sales of one piece, the items in turn, each under an id of its own."""
    for number in range(count):
        yield line(EntryType.SALE, items[number % len(items)], 1, f"{prefix}{number}")


def make_late_cost(item: int, issues: int, name: str) -> Invoice:
    """A receipt at expected cost that feeds `issues` sales and is used up by them; returns the invoice, at another cost."""
    post_operations(
        [
            line(EntryType.PURCHASE, item, issues, name, invoiced=False),
            *(line(EntryType.SALE, item, 1) for _ in range(issues)),
        ],
        BY,
    )
    return Invoice(Header(TODAY, operation_id=f"{name}-invoice"), name, unit_cost=Decimal("11.37"))
