"""Codes that nothing has, found while counting for an order, as rows: linked or discarded before the order is finished."""

from dataclasses import dataclass
from decimal import Decimal

from db.connection import fetch
from db.connection.session import Write
from db.core.numbers import from_scaled, to_scaled

LINKED, DISCARDED = "linked", "discarded"


@dataclass(frozen=True, slots=True)
class Orphan:
    """A barcode that nothing has. `quantity` is how often it was found."""

    order_no: int
    orphan_no: int
    recording_no: int
    bin_code: str
    barcode: str
    description: str
    quantity: Decimal
    status: str
    counted_by: str
    counted_at: int
    terminal: str
    resolved_by: str


_ORPHAN = (
    "SELECT order_no, orphan_no, recording_no, bin_code, barcode, description, quantity, status, counted_by, counted_at,"
    " terminal, resolved_by FROM count_orphan"
)


def orphans_of(order_no: int, *, only_open: bool = True) -> list[Orphan]:
    """Codes that nothing has, in the order in which they were found."""
    where = " AND status = 'open'" if only_open else ""
    rows = fetch(f"{_ORPHAN} WHERE order_no = ?{where} ORDER BY orphan_no", (order_no,))
    return [Orphan(*[*row[:6], from_scaled(row[6]), *row[7:]]) for row in rows]


def next_orphan_no(order_no: int) -> int:
    """The number for a new one."""
    return int(fetch("SELECT COALESCE(MAX(orphan_no), 0) + 1 FROM count_orphan WHERE order_no = ?", (order_no,))[0][0])


def save_orphan(orphan: Orphan) -> Write:
    """Insert it, or write over the one with its number."""
    sql = (
        "INSERT INTO count_orphan (order_no, orphan_no, recording_no, bin_code, barcode, description, quantity, status,"
        " counted_by, counted_at, terminal, resolved_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (order_no, orphan_no) DO UPDATE SET description = excluded.description, quantity = excluded.quantity,"
        " status = excluded.status, resolved_by = excluded.resolved_by"
    )
    row = (
        orphan.order_no,
        orphan.orphan_no,
        orphan.recording_no,
        orphan.bin_code,
        orphan.barcode[:200],
        orphan.description[:100],
        to_scaled(orphan.quantity),
        orphan.status,
        orphan.counted_by,
        orphan.counted_at,
        orphan.terminal,
        orphan.resolved_by,
    )
    return sql, [row]


def delete_orphan(order_no: int, orphan_no: int) -> Write:
    """The scan that found it is undone."""
    return "DELETE FROM count_orphan WHERE order_no = ? AND orphan_no = ?", [(order_no, orphan_no)]
