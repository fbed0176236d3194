"""What a user has posted, newest first, and what one register did."""

from dataclasses import dataclass
from decimal import Decimal

from db.connection import fetch
from db.connection.session import Row
from db.core.numbers import from_scaled


@dataclass(frozen=True, slots=True)
class RegisterFacts:
    """One posting. `created_at` in microseconds, UTC. `undone_by`: the register that took it back; `undoes`: what it took."""

    register_no: int
    operation_id: str
    operation: str
    source_code: str
    reason_code: str
    created_at: int
    undoes: int | None
    undone_by: int | None


_REGISTER = (
    "SELECT r.register_no, r.operation_id, r.operation, r.source_code, r.reason_code, r.created_at, r.undoes_register_no,"
    " (SELECT MIN(u.register_no) FROM item_register u WHERE u.undoes_register_no = r.register_no)"
    " FROM item_register r"
)


def registers_of(user_code: str, since: int, *, limit: int = 99) -> list[RegisterFacts]:
    """What the user posted since a moment (microseconds, UTC), newest first."""
    sql = f"{_REGISTER} WHERE r.user_code = ? AND r.user_code <> '' AND r.created_at >= ? ORDER BY r.created_at DESC LIMIT ?"
    return [_facts(row) for row in fetch(sql, (user_code, since, limit))]


def register(register_no: int) -> RegisterFacts | None:
    """One posting."""
    rows = fetch(f"{_REGISTER} WHERE r.register_no = ?", (register_no,))
    return _facts(rows[0]) if rows else None


def _facts(row: Row) -> RegisterFacts:
    return RegisterFacts(row[0], row[1] or "", row[2], row[3], row[4], row[5], row[6], row[7])


@dataclass(frozen=True, slots=True)
class Moved:
    """One line of what a register did. `bin_code` blank where there are no bins; quantity in base units, signed."""

    kind: str
    item_no: str
    variant_code: str
    location_code: str
    bin_code: str
    lot_no: str
    serial_no: str
    quantity: Decimal


_ENTRIES = (
    "SELECT entry_type, item_no, variant_code, location_code, bin_code, lot_no, serial_no, quantity FROM item_ledger_entry"
    " WHERE register_no = ? ORDER BY entry_no LIMIT ?"
)
_BINS = (
    "SELECT entry_type, item_no, variant_code, location_code, bin_code, lot_no, serial_no, quantity FROM warehouse_entry"
    " WHERE register_no = ? ORDER BY entry_no LIMIT ?"
)
_COUNTED = "SELECT COUNT(*) FROM count_entry WHERE register_no = ?"


def moved_by(register_no: int, *, limit: int = 50) -> list[Moved]:
    """What a register moved: its item ledger entries; a move from bin to bin has none, and shows its warehouse entries."""
    rows = fetch(_ENTRIES, (register_no, limit)) or fetch(_BINS, (register_no, limit))
    return [Moved(*[*row[:7], from_scaled(row[7])]) for row in rows]


def lines_counted(register_no: int) -> int:
    """How many lines a count had."""
    return int(fetch(_COUNTED, (register_no,))[0][0])
