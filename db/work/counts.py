"""Open counts and their lines. A line is one (bin, item, variant, lot, serial, package), counted in base units.

Watermarks are the highest entry numbers of the item when it was scanned. A line keeps those of its first and of its latest
scan: expected is what the books said at the latest; where they changed in between, the line should be counted again.
"""

import json
from dataclasses import dataclass
from decimal import Decimal

from db.connection import fetch, for_update, in_write_transaction
from db.connection.session import Row, Write
from db.core import clock
from db.core.codes import number_key
from db.core.numbers import from_scaled, to_scaled

OPEN, HANDED_IN, POSTED, DISCARDED = "open", "handed_in", "posted", "discarded"


@dataclass(frozen=True, slots=True)
class OpenCount:
    """One count that is not posted yet. `lines` is how many lines it has; `changed_at` in microseconds, UTC."""

    count_no: int
    user_code: str
    location_code: str
    status: str
    blind: bool
    started_at: int
    changed_at: int
    lines: int


@dataclass(frozen=True, slots=True)
class CountedLine:
    """One counted quantity. `entered` says in which units: (("BOX", 1), ("PCS", 1)); `counted_at` in microseconds, UTC."""

    count_no: int
    line_no: int
    item_no: str
    variant_code: str
    bin_code: str
    lot_no: str
    serial_no: str
    package_no: str
    quantity: Decimal
    entered: tuple[tuple[str, Decimal], ...]
    expiration_date: str | None
    confirmed_empty: bool
    first_item_ledger_entry_no: int
    first_warehouse_entry_no: int
    last_item_ledger_entry_no: int
    last_warehouse_entry_no: int
    counted_by: str
    counted_at: int
    terminal: str


_COUNT = (
    "SELECT c.count_no, c.user_code, c.location_code, c.status, c.blind, c.started_at, c.changed_at,"
    " (SELECT COUNT(*) FROM counted_line l WHERE l.count_no = c.count_no) FROM open_count c"
)


def read_count(count_no: int) -> OpenCount | None:
    """The count, whatever has become of it."""
    rows = fetch(f"{_COUNT} WHERE c.count_no = ?", (count_no,))
    return _count(rows[0]) if rows else None


def open_counts(location_code: str) -> list[OpenCount]:
    """What is being counted, or was handed in to be reviewed, at a location; oldest first."""
    rows = fetch(
        f"{_COUNT} WHERE c.location_code = ? AND c.status IN ('open', 'handed_in') ORDER BY c.count_no", (location_code,)
    )
    return [_count(row) for row in rows]


def _count(row: Row) -> OpenCount:
    count_no, user_code, location_code, status, blind, started_at, changed_at, lines = row
    return OpenCount(count_no, user_code, location_code, status, bool(blind), started_at, changed_at, lines)


def count_in_hand(user_code: str, location_code: str, *, blind: bool) -> int:
    """The number of the user's open count at the location; a new one where there is none."""

    def work() -> int:
        sql = "SELECT count_no FROM open_count WHERE location_code = ? AND status = 'open' AND user_code = ?"
        rows = fetch(for_update(sql), (location_code, user_code))
        if rows:
            return int(rows[0][0])
        moment = clock.now_microseconds()
        made = fetch(
            "INSERT INTO open_count (user_code, location_code, status, blind, started_at, changed_at)"
            " VALUES (?, ?, 'open', ?, ?, ?) RETURNING count_no",
            (user_code, location_code, blind, moment, moment),
        )
        return int(made[0][0])

    return in_write_transaction(work)


def set_status(count_no: int, status: str, register_no: int | None = None) -> list[Write]:
    """Hand in, take back, post or drop a count; with the last two its lines no longer block a serial number."""
    writes: list[Write] = [
        (
            "UPDATE open_count SET status = ?, register_no = ?, changed_at = ? WHERE count_no = ?",
            [(status, register_no, clock.now_microseconds(), count_no)],
        )
    ]
    if status in (POSTED, DISCARDED):
        writes.append(("UPDATE counted_line SET open = FALSE WHERE count_no = ?", [(count_no,)]))
    return writes


def give_count(count_no: int, user_code: str) -> Write:
    """The count goes on in the hands of another user; what was counted so far keeps its counter."""
    return "UPDATE open_count SET user_code = ?, changed_at = ? WHERE count_no = ?", [
        (user_code, clock.now_microseconds(), count_no)
    ]


_LINE_COLUMNS = (
    "count_no, line_no, item_no, variant_code, bin_code, lot_no, serial_no, package_no, quantity, entered, expiration_date,"
    " confirmed_empty, first_item_ledger_entry_no, first_warehouse_entry_no, last_item_ledger_entry_no,"
    " last_warehouse_entry_no, counted_by, counted_at, terminal"
)


def line_at(
    count_no: int, bin_code: str, item_no: str, variant_code: str, *, lot_no: str = "", serial_no: str = "", package_no: str = ""
) -> CountedLine | None:
    """The line of exactly this place, item and number."""
    rows = fetch(
        f"SELECT {_LINE_COLUMNS} FROM counted_line WHERE count_no = ? AND bin_code = ? AND item_no = ? AND variant_code = ?"
        " AND lot_key = ? AND serial_key = ? AND package_key = ?",
        (count_no, bin_code, item_no, variant_code, number_key(lot_no), number_key(serial_no), number_key(package_no)),
    )
    return _line(rows[0]) if rows else None


def lines_of(count_no: int, bin_code: str | None = None) -> list[CountedLine]:
    """The lines of a count, or of one bin of it, in the order in which they were begun."""
    where, params = ("", ()) if bin_code is None else (" AND bin_code = ?", (bin_code,))
    sql = f"SELECT {_LINE_COLUMNS} FROM counted_line WHERE count_no = ?{where} ORDER BY line_no"
    return [_line(row) for row in fetch(sql, (count_no, *params))]


def last_lines(count_no: int, bin_code: str, *, limit: int, scanned_only: bool = False) -> list[CountedLine]:
    """The lines of one bin that were begun last, in their order. `scanned_only`: without those of a bin that is empty."""
    scanned = " AND NOT confirmed_empty" if scanned_only else ""
    sql = f"SELECT {_LINE_COLUMNS} FROM counted_line WHERE count_no = ? AND bin_code = ?{scanned} ORDER BY line_no DESC LIMIT ?"
    return [_line(row) for row in reversed(fetch(sql, (count_no, bin_code, limit)))]


def next_line_no(count_no: int) -> int:
    """The number for a new line."""
    return int(fetch("SELECT COALESCE(MAX(line_no), 0) + 1 FROM counted_line WHERE count_no = ?", (count_no,))[0][0])


def totals(count_no: int, bin_code: str) -> tuple[int, Decimal]:
    """How many items were counted in a bin, and how many base units in all."""
    sql = "SELECT COUNT(DISTINCT item_no), COALESCE(SUM(quantity), 0) FROM counted_line WHERE count_no = ? AND bin_code = ?"
    items, quantity = fetch(f"{sql} AND quantity > 0", (count_no, bin_code))[0]
    return items, from_scaled(quantity)


def item_counted(count_no: int, bin_code: str, item_no: str) -> bool:
    """Whether a line of the count has the item in the bin."""
    sql = "SELECT 1 FROM counted_line WHERE count_no = ? AND bin_code = ? AND item_no = ? AND quantity > 0 LIMIT 1"
    return bool(fetch(sql, (count_no, bin_code, item_no)))


def number_counted(count_no: int, item_no: str, kind: str, number: str) -> CountedLine | None:
    """A line of the count with this lot, serial or package number of the item, in whatever bin."""
    column = {"lot": "lot_key", "serial": "serial_key", "package": "package_key"}[kind]
    sql = f"SELECT {_LINE_COLUMNS} FROM counted_line WHERE count_no = ? AND item_no = ? AND {column} = ? ORDER BY line_no LIMIT 1"
    rows = fetch(sql, (count_no, item_no, number_key(number)))
    return _line(rows[0]) if rows else None


def other_counter(location_code: str, bin_code: str, count_no: int) -> tuple[str, int] | None:
    """Who else has counted in this bin in a count that is not posted, and since when (microseconds, UTC)."""
    rows = fetch(
        "SELECT l.counted_by, MIN(l.counted_at) FROM open_count c JOIN counted_line l ON l.count_no = c.count_no"
        " WHERE c.location_code = ? AND c.status IN ('open', 'handed_in') AND c.count_no <> ? AND l.bin_code = ?"
        " GROUP BY l.counted_by ORDER BY MIN(l.counted_at) LIMIT 1",
        (location_code, count_no, bin_code),
    )
    return (rows[0][0], rows[0][1]) if rows else None


def serial_counted(item_no: str, serial_no: str) -> tuple[CountedLine, str] | None:
    """Where a serial number was already counted, in any open count: the line and its location."""
    columns = ", ".join(f"l.{column.strip()}" for column in _LINE_COLUMNS.split(","))
    rows = fetch(
        f"SELECT c.location_code, {columns} FROM counted_line l JOIN open_count c ON c.count_no = l.count_no"
        " WHERE l.serial_key = ? AND l.serial_key <> '' AND l.open AND l.item_no = ? AND l.quantity > 0",
        (number_key(serial_no), item_no),
    )
    return (_line(rows[0][1:]), rows[0][0]) if rows else None


def save_line(line: CountedLine) -> Write:
    """Insert the line, or write over the one with its number."""
    sql = (
        f"INSERT INTO counted_line ({_LINE_COLUMNS}, lot_key, serial_key, package_key, open)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, TRUE)"
        " ON CONFLICT (count_no, line_no) DO UPDATE SET quantity = excluded.quantity, entered = excluded.entered,"
        " expiration_date = excluded.expiration_date, confirmed_empty = excluded.confirmed_empty,"
        " first_item_ledger_entry_no = excluded.first_item_ledger_entry_no,"
        " first_warehouse_entry_no = excluded.first_warehouse_entry_no,"
        " last_item_ledger_entry_no = excluded.last_item_ledger_entry_no,"
        " last_warehouse_entry_no = excluded.last_warehouse_entry_no, counted_by = excluded.counted_by,"
        " counted_at = excluded.counted_at, terminal = excluded.terminal"
    )
    row = (
        line.count_no,
        line.line_no,
        line.item_no,
        line.variant_code,
        line.bin_code,
        line.lot_no,
        line.serial_no,
        line.package_no,
        to_scaled(line.quantity),
        json.dumps({unit: f"{quantity:f}" for unit, quantity in line.entered}),
        line.expiration_date,
        line.confirmed_empty,
        line.first_item_ledger_entry_no,
        line.first_warehouse_entry_no,
        line.last_item_ledger_entry_no,
        line.last_warehouse_entry_no,
        line.counted_by,
        line.counted_at,
        line.terminal,
        number_key(line.lot_no),
        number_key(line.serial_no),
        number_key(line.package_no),
    )
    return sql, [row]


def delete_line(count_no: int, line_no: int) -> Write:
    """The scan that began the line is undone."""
    return "DELETE FROM counted_line WHERE count_no = ? AND line_no = ?", [(count_no, line_no)]


def save_lines(lines: list[CountedLine]) -> list[Write]:
    """Several lines at once, one statement."""
    writes = [save_line(line) for line in lines]
    return [(writes[0][0], [row for _, rows in writes for row in rows])] if writes else []


def to_text(line: CountedLine) -> str:
    """A line as one step of undo keeps it."""
    return json.dumps([*_plain(line)])


def from_text(text: str) -> CountedLine:
    """What `to_text` was given."""
    values = json.loads(text)
    values[8] = Decimal(values[8])
    values[9] = tuple((unit, Decimal(quantity)) for unit, quantity in values[9])
    return CountedLine(*values)


def _plain(line: CountedLine) -> list[object]:
    return [
        line.count_no,
        line.line_no,
        line.item_no,
        line.variant_code,
        line.bin_code,
        line.lot_no,
        line.serial_no,
        line.package_no,
        f"{line.quantity:f}",
        [[unit, f"{quantity:f}"] for unit, quantity in line.entered],
        line.expiration_date,
        line.confirmed_empty,
        line.first_item_ledger_entry_no,
        line.first_warehouse_entry_no,
        line.last_item_ledger_entry_no,
        line.last_warehouse_entry_no,
        line.counted_by,
        line.counted_at,
        line.terminal,
    ]


def _line(row: Row) -> CountedLine:
    entered = tuple((unit, Decimal(quantity)) for unit, quantity in json.loads(row[9]).items())
    return CountedLine(*[*row[:8], from_scaled(row[8]), entered, row[10], bool(row[11]), *row[12:]])
