"""Places that are easily counted now: a bin that became empty, or one in which somebody wanted more than the books have.

Each is one line for the next worker who passes its zone. Bins that became empty are found by looking through the warehouse
entries behind a mark, a bounded number at a time; the rest waits for the next look. Source: operations reference §6.7.
"""

from dataclasses import dataclass
from decimal import Decimal

from db.connection import fetch, in_write_transaction, write_batch
from db.core import clock
from db.core.count_errors import CountOrderState
from db.core.errors import N_
from db.work import count_orders
from db.work.count_expected import calculate
from db.work.count_orders import NewCountOrder

EMPTY, NEGATIVE = "empty", "negative"
A_DAY = 3  # so many of them are offered to one worker a day
_ENTRIES_AT_ONCE = 2_000
_NOT_WORTH_A_WRITE = 200  # so few entries are looked at again rather than noted as looked at: a worker waits for the write


@dataclass(frozen=True, slots=True)
class Opportunity:
    """A bin that should be counted; the item is the one that left it last, or that there was not enough of."""

    opportunity_no: int
    location_code: str
    bin_code: str
    zone: str
    item_no: str
    variant_code: str
    cause: str


_BECAME_EMPTY = (
    "SELECT e.location_code, e.bin_code, e.item_no, e.variant_code FROM warehouse_entry e WHERE e.entry_no > ?"
    " AND e.entry_no <= ? AND e.quantity < 0 AND e.bin_code <> ''"
    " AND NOT EXISTS (SELECT 1 FROM bin_content c WHERE c.location_code = e.location_code"
    " AND c.bin_code = e.bin_code AND c.quantity <> 0) ORDER BY e.entry_no DESC"
)


def look_for_empty_bins() -> int:
    """Look through what was posted since the last look; how many bins are new. Mostly nothing is written.

    A posting that commits behind one with higher numbers may be missed: these are chances to count, not promises.
    """
    [(mark,)] = fetch("SELECT warehouse_entry_no FROM count_sweep WHERE id = 1")
    [(last,)] = fetch("SELECT COALESCE(MAX(entry_no), 0) FROM warehouse_entry")
    if last <= mark:
        return 0
    up_to = min(last, mark + _ENTRIES_AT_ONCE)
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for location_code, bin_code, item_no, variant_code in fetch(_BECAME_EMPTY, (mark, up_to)):
        found.setdefault((location_code, bin_code), (item_no, variant_code))
    if not found and up_to - mark < _NOT_WORTH_A_WRITE:
        return 0

    def work() -> int:
        moved = fetch(
            "UPDATE count_sweep SET warehouse_entry_no = ? WHERE id = 1 AND warehouse_entry_no = ? RETURNING id", (up_to, mark)
        )
        if not moved:
            return 0  # another terminal has looked
        return sum(_note(*place, *goods, EMPTY) for place, goods in found.items())

    return in_write_transaction(work)


def note_shortage(location_code: str, bin_code: str, item_no: str, variant_code: str = "") -> None:
    """Somebody wanted more than the books have in a bin."""
    in_write_transaction(lambda: _note(location_code, bin_code, item_no, variant_code, NEGATIVE))


def _note(location_code: str, bin_code: str, item_no: str, variant_code: str, cause: str) -> bool:
    if fetch("SELECT 1 FROM count_opportunity WHERE location_code = ? AND bin_code = ? AND NOT done", (location_code, bin_code)):
        return False
    row = (location_code, bin_code, item_no, variant_code, cause, clock.now_microseconds())
    sql = (
        "INSERT INTO count_opportunity (location_code, bin_code, item_no, variant_code, cause, found_at, done)"
        " VALUES (?, ?, ?, ?, ?, ?, FALSE)"
    )
    write_batch([(sql, [row])])
    return True


def offered(user_code: str, location_code: str, zone: str | None = None) -> list[Opportunity]:
    """What this worker may be asked to count in passing, in one zone or in all of them; the oldest first, so many a day."""
    taken = fetch(
        "SELECT COUNT(*) FROM count_order o CROSS JOIN count_opportunity p"
        " WHERE p.order_no = o.order_no AND p.order_no IS NOT NULL AND o.created_by = ? AND o.order_date = ?",
        (user_code, clock.today().isoformat()),
    )[0][0]
    if taken >= A_DAY:
        return []
    in_zone = "" if zone is None else " AND b.zone = ?"
    rows = fetch(
        "SELECT p.opportunity_no, p.location_code, p.bin_code, b.zone, p.item_no, p.variant_code, p.cause"
        " FROM count_opportunity p JOIN bin b ON b.location_code = p.location_code AND b.code = p.bin_code"
        f" WHERE p.location_code = ? AND NOT p.done AND p.order_no IS NULL{in_zone}"
        " AND (p.cause <> 'empty' OR NOT EXISTS (SELECT 1 FROM bin_content c WHERE c.location_code = p.location_code"
        " AND c.bin_code = p.bin_code AND c.quantity <> 0)) ORDER BY p.opportunity_no LIMIT ?",
        (location_code, *(() if zone is None else (zone,)), A_DAY - taken),
    )
    return [Opportunity(*row) for row in rows]


def take(opportunity_no: int, user_code: str, description: str) -> int:
    """An order of this one bin, by whoever counts it; its number. Raises `CountOrderState` where another has taken it."""

    def work() -> int:
        rows = fetch(
            "SELECT location_code, bin_code, item_no, variant_code FROM count_opportunity WHERE opportunity_no = ? AND NOT done"
            " AND order_no IS NULL",
            (opportunity_no,),
        )
        if not rows:
            raise CountOrderState(order=description, status=N_("counted by somebody already"))
        location_code, bin_code, item_no, variant_code = rows[0]
        new = NewCountOrder(location_code, clock.today(), description, bin_filter=bin_code)
        order_no = count_orders.insert_order(new, user_code)
        order = count_orders.locked_order(order_no, count_orders.OPEN)
        lines = [(one.item_no, one.variant_code, one.bin_code, one.quantity, False) for one in calculate(order).lines]
        count_orders.insert_lines(order_no, [*lines, (item_no, variant_code, bin_code, Decimal(0), False)])
        fetch("UPDATE count_opportunity SET order_no = ? WHERE opportunity_no = ?", (order_no, opportunity_no))
        return order_no

    return in_write_transaction(work)
