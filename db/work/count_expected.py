"""What the books say of the lines of a count order: which lines there are, and what each should have been when it was counted.

Always as of the posting date: what is dated later is not expected. Of a counted line it is what lies there now, less what was
posted after its watermark; the history is never read. Source: operations reference §6.3, §6.5.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from db.connection import fetch, fetch_batch
from db.connection.session import Row
from db.core.numbers import from_scaled
from db.work import count_schedule
from db.work.count_orders import CountOrder
from db.work.count_rules import Number, fits

_AT_ONCE = 250
DUE = "@due"  # an item filter: what is due to be counted on the order's date


@dataclass(frozen=True, slots=True)
class Calculated:
    """One line that an order should have: item, variant, bin, and what is expected there, in base units."""

    item_no: str
    variant_code: str
    bin_code: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Calculation:
    """The lines, and what was left out: (item, why: blocked, type)."""

    lines: tuple[Calculated, ...]
    skipped: tuple[tuple[str, str], ...]


_WHERE_IT_LIES = (
    "SELECT q.item_no, q.variant_code, q.bin_code, SUM(q.quantity) FROM ("
    "SELECT c.item_no, c.variant_code, c.bin_code, c.quantity FROM bin_content c WHERE c.location_code = ?"
    " UNION ALL SELECT e.item_no, e.variant_code, e.bin_code, -e.quantity FROM {ledger} e"
    " WHERE e.location_code = ? AND e.{date} > ?{seen}) q GROUP BY q.item_no, q.variant_code, q.bin_code"
)
_SEEN = " UNION ALL SELECT DISTINCT s.item_no, s.variant_code, s.bin_code, 0 FROM {ledger} s WHERE s.location_code = ?"


def calculate(order: CountOrder, *, not_on_inventory: bool = False, without_transactions: bool = False) -> Calculation:
    """What there is to count for an order, by bin where the location has bins.

    `not_on_inventory`: also what was there once and is not now; with it, `without_transactions`: also items that never were
    (not at locations with bins). Blocked items and variants, and what is no stock, are skipped and named.
    """
    [(bins,)] = fetch("SELECT bin_mandatory FROM location WHERE code = ?", (order.location_code,))
    names = (
        {"ledger": "warehouse_entry", "date": "registering_date"}
        if bins
        else {"ledger": "item_ledger_entry", "date": "posting_date"}
    )
    seen = _SEEN.format(**names) if not_on_inventory else ""
    params: tuple[object, ...] = (order.location_code, order.location_code, order.posting_date.isoformat())
    rows = fetch(_WHERE_IT_LIES.format(**names, seen=seen), (*params, order.location_code) if seen else params)
    found = {(item, variant, bin_code): from_scaled(int(quantity)) for item, variant, bin_code, quantity in rows}
    if not_on_inventory and without_transactions and not bins:
        for item, variant in fetch(
            "SELECT i.no, COALESCE(v.code, '') FROM item i LEFT JOIN item_variant v ON v.item_no = i.no AND NOT v.blocked"
            " WHERE i.type = 'inventory' AND NOT i.blocked"
        ):
            found.setdefault((item, variant, ""), Decimal(0))
    wanted = _items_wanted(order)
    items = {row[0]: row[1:] for row in fetch("SELECT no, type, blocked, category FROM item")}
    blocked_variants = {(row[0], row[1]) for row in fetch("SELECT item_no, code FROM item_variant WHERE blocked")}
    zones: dict[str, str] = dict(fetch("SELECT code, zone FROM bin WHERE location_code = ?", (order.location_code,)))
    lines: list[Calculated] = []
    skipped: dict[tuple[str, str], None] = {}
    for (item, variant, bin_code), quantity in sorted(found.items(), key=lambda one: (one[0][2], one[0])):
        kind, blocked, category = items[item]
        if not quantity and not not_on_inventory:
            continue
        if not wanted(item, variant):
            continue
        if not (fits(order.category_filter, category) and fits(order.bin_filter, bin_code)):
            continue
        if bins and (bin_code not in zones or not fits(order.zone_filter, zones[bin_code])):
            continue
        if kind != "inventory":
            skipped[item, "type"] = None
        elif blocked or (item, variant) in blocked_variants:
            skipped[item, "blocked"] = None
        else:
            lines.append(Calculated(item, variant, bin_code, quantity))
    return Calculation(tuple(lines), tuple(skipped))


def _items_wanted(order: CountOrder) -> Callable[[str, str], bool]:
    """Whether the filter of the order takes an item and variant."""
    if order.item_filter != DUE:
        return lambda item, variant: fits(order.item_filter, item)
    due = {(one.item_no, one.variant_code) for one in count_schedule.due(order.location_code, order.order_date)}
    return lambda item, variant: (item, "") in due or (item, variant) in due


# ---- as of the scans ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Look:
    """When a line was looked at: the watermarks of the first and the latest scan of a pass, and the day of the latest."""

    item_no: str
    variant_code: str
    bin_code: str
    first: int
    last: int
    counted_on: date


@dataclass(frozen=True, slots=True)
class Books:
    """What the books had at the latest scan, by number. `moved`: they changed since the first.

    `late`: base units of entries posted after the scan with a date before it. `include_up_to`: the watermark that takes them in;
    None where something else was posted among them, so that only a recount tells.
    """

    expected: dict[Number, Decimal]
    moved: bool
    late: Decimal
    has_late: bool
    include_up_to: int | None


_PLACE = "item_no = ? AND variant_code = ? AND location_code = ? AND bin_code = ?"
_CONTENT = f"SELECT lot_no, serial_no, package_no, quantity FROM bin_content WHERE {_PLACE}"
_NUMBERS = "lot_no, serial_no, package_no"


def _statements(ledger: str, day: str) -> tuple[str, str, str]:
    posted_later = f"SELECT {_NUMBERS}, SUM(quantity) FROM {ledger} WHERE {_PLACE} AND entry_no > ? GROUP BY {_NUMBERS}"
    dated_later = (
        f"SELECT {_NUMBERS}, SUM(quantity) FROM {ledger} WHERE {_PLACE} AND {day} > ? AND entry_no <= ? GROUP BY {_NUMBERS}"
    )
    since = f"SELECT entry_no, {day}, quantity FROM {ledger} WHERE {_PLACE} AND entry_no > ? ORDER BY entry_no"
    return posted_later, dated_later, since


_IN_BINS = _statements("warehouse_entry", "registering_date")
_AT_LOCATION = _statements("item_ledger_entry", "posting_date")


def books_at(order: CountOrder, looks: Sequence[Look]) -> Iterator[Books]:
    """What the books said at each look, in their order; four short statements each, in batches."""
    for start in range(0, len(looks), _AT_ONCE):
        batch = looks[start : start + _AT_ONCE]
        statements: list[tuple[str, Sequence[object]]] = []
        for look in batch:
            place = (look.item_no, look.variant_code, order.location_code, look.bin_code)
            posted_later, dated_later, since = _IN_BINS if look.bin_code else _AT_LOCATION
            day = order.posting_date.isoformat()
            statements += [
                (_CONTENT, place),
                (posted_later, (*place, look.last)),
                (dated_later, (*place, day, look.last)),
                (since, (*place, look.first)),
            ]
        answers = fetch_batch(statements)
        for number, look in enumerate(batch):
            yield _books(order, look, *answers[4 * number : 4 * number + 4])


_OF_ORDER = (
    "SELECT l.item_no, l.variant_code, l.bin_code, {columns} FROM count_order_line l JOIN {table} e ON e.item_no = l.item_no"
    " AND e.variant_code = l.variant_code AND e.location_code = ? AND e.bin_code = l.bin_code WHERE l.order_no = ?{only}"
)
_E_NUMBERS = "e.lot_no, e.serial_no, e.package_no"
_Key = tuple[str, str, str]


def books_of_order(order: CountOrder, looks: Sequence[Look]) -> Iterator[Books]:
    """The same as `books_at` for looks at lines of the order, in three statements however many they are."""
    if not looks:
        return
    ledger, day = ("item_ledger_entry", "posting_date")
    if any(look.bin_code for look in looks):
        ledger, day = ("warehouse_entry", "registering_date")
    of_order = (order.location_code, order.order_no)
    posting_date = order.posting_date.isoformat()
    since_sql = _OF_ORDER.format(
        columns=f"{_E_NUMBERS}, e.entry_no, e.{day}, e.quantity", table=ledger, only=" AND e.entry_no > ? ORDER BY e.entry_no"
    )
    dated_sql = _OF_ORDER.format(columns=f"{_E_NUMBERS}, e.entry_no, e.quantity", table=ledger, only=f" AND e.{day} > ?")
    content: dict[_Key, list[Row]] = defaultdict(list)
    for row in fetch(_OF_ORDER.format(columns=f"{_E_NUMBERS}, e.quantity", table="bin_content", only=""), of_order):
        content[row[:3]].append(row[3:])
    since: dict[_Key, list[Row]] = defaultdict(list)
    for row in fetch(since_sql, (*of_order, min(look.first for look in looks))):
        since[row[:3]].append(row[3:])
    dated: dict[_Key, list[Row]] = defaultdict(list)
    for row in fetch(dated_sql, (*of_order, posting_date)):
        dated[row[:3]].append(row[3:])
    for look in looks:
        key = (look.item_no, look.variant_code, look.bin_code)
        posted = [(*row[:3], row[5]) for row in since.get(key, ()) if row[3] > look.last]
        later = [(*row[:3], row[4]) for row in dated.get(key, ()) if row[3] <= look.last]
        seen = [row[3:6] for row in since.get(key, ()) if row[3] > look.first]
        yield _books(order, look, content.get(key, []), posted, later, seen)


def _books(order: CountOrder, look: Look, content: list[Row], posted: list[Row], dated: list[Row], since: list[Row]) -> Books:
    expected: dict[Number, Decimal] = {Number(*row[:3]): from_scaled(row[3]) for row in content}
    for row in (*posted, *dated):
        number = Number(*row[:3])
        expected[number] = expected.get(number, Decimal(0)) - from_scaled(int(row[3]))
    moved = any(row[0] <= look.last for row in since)
    after = [row for row in since if row[0] > look.last and row[1] <= order.posting_date.isoformat()]
    late = [row for row in after if row[1] < look.counted_on.isoformat()]
    up_to = late[-1][0] if late else look.last
    clean = all(row[1] < look.counted_on.isoformat() for row in after if row[0] <= up_to)
    return Books(
        {number: quantity for number, quantity in expected.items() if quantity},
        moved,
        from_scaled(sum(int(row[2]) for row in late)),
        bool(late),
        up_to if late and clean else None,
    )


def amount_rounding() -> Decimal:
    """What amounts are whole multiples of."""
    return from_scaled(fetch("SELECT amount_rounding FROM settings WHERE id = 1")[0][0])


def unit_costs(item_nos: Iterable[str]) -> dict[str, Decimal]:
    """What one base unit of each item is worth now."""
    wanted = set(item_nos)
    if not wanted:
        return {}
    if len(wanted) > 500:
        rows = fetch("SELECT item_no, unit_cost FROM item_total")
    else:
        marks = ", ".join("?" for _one in wanted)
        rows = fetch(f"SELECT item_no, unit_cost FROM item_total WHERE item_no IN ({marks})", tuple(sorted(wanted)))
    return {row[0]: from_scaled(row[1]) for row in rows if row[0] in wanted}
