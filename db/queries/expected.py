"""What the books say a counted line should have been, for the review of a count. The posting works it out again, the same way.

Expected is what lies there now, less what was posted after the line's watermark, less what is dated after the posting date. Reads
maintained rows and the entries since the count; never the history.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from db.connection import fetch_batch
from db.core.numbers import from_scaled

_CONTENT = (
    "SELECT quantity FROM bin_content WHERE item_no = ? AND variant_code = ? AND location_code = ? AND bin_code = ?"
    " AND lot_no = ? AND serial_no = ? AND package_no = ?"
)
_KEY = (
    "item_no = ? AND variant_code = ? AND location_code = ? AND bin_code = ? AND lot_no = ? AND serial_no = ? AND package_no = ?"
)
_LATER = {
    True: f"SELECT COALESCE(SUM(quantity), 0) FROM warehouse_entry WHERE {_KEY} AND (entry_no > ? OR registering_date > ?)",
    False: f"SELECT COALESCE(SUM(quantity), 0) FROM item_ledger_entry WHERE {_KEY} AND (entry_no > ? OR posting_date > ?)",
}
_BETWEEN = {
    True: f"SELECT 1 FROM warehouse_entry WHERE {_KEY} AND entry_no > ? AND entry_no <= ? LIMIT 1",
    False: f"SELECT 1 FROM item_ledger_entry WHERE {_KEY} AND entry_no > ? AND entry_no <= ? LIMIT 1",
}
_COUNTED = (
    f"SELECT r.user_code FROM count_entry c JOIN item_register r ON r.register_no = c.register_no WHERE {_KEY}"
    " AND c.item_ledger_entry_no > ? ORDER BY c.entry_no DESC LIMIT 1"
)
_SERIAL = (
    "SELECT bin_code FROM bin_content WHERE item_no = ? AND variant_code = ? AND location_code = ? AND serial_no = ?"
    " AND quantity > 0"
)


@dataclass(frozen=True, slots=True)
class Seen:
    """One counted line, as far as expectation goes: where, what, and the watermarks of its first and its latest scan."""

    item_no: str
    variant_code: str
    location_code: str
    bin_code: str
    lot_no: str
    serial_no: str
    package_no: str
    first_item_ledger_entry_no: int
    first_warehouse_entry_no: int
    last_item_ledger_entry_no: int
    last_warehouse_entry_no: int

    @property
    def key(self) -> tuple[str, ...]:
        return (
            self.item_no,
            self.variant_code,
            self.location_code,
            self.bin_code,
            self.lot_no,
            self.serial_no,
            self.package_no,
        )


@dataclass(frozen=True, slots=True)
class Expectation:
    """`quantity` in base units. `moved`: the books changed while it was being counted.

    `counted_by`: who counted and posted it since. `other_bins`: where else at the location the books have this serial number.
    """

    quantity: Decimal
    moved: bool
    counted_by: str | None
    other_bins: tuple[str, ...]


def expectations(lines: Sequence[Seen], posting_date: date) -> list[Expectation]:
    """What was expected of each line, in their order; one round trip on PostgreSQL."""
    statements: list[tuple[str, Sequence[object]]] = []
    for line in lines:
        bins = bool(line.bin_code)
        first = line.first_warehouse_entry_no if bins else line.first_item_ledger_entry_no
        last = line.last_warehouse_entry_no if bins else line.last_item_ledger_entry_no
        serial = (line.item_no, line.variant_code, line.location_code, line.serial_no or "\x01")
        statements += [
            (_CONTENT, line.key),
            (_LATER[bins], (*line.key, last, posting_date.isoformat())),
            (_BETWEEN[bins], (*line.key, first, last)),
            (_COUNTED, (*line.key, line.last_item_ledger_entry_no)),
            (_SERIAL, serial),
        ]
    found = fetch_batch(statements) if statements else []
    answers = []
    for line, start in zip(lines, range(0, len(found), 5), strict=True):
        content, later, between, counted, serials = found[start : start + 5]
        now = from_scaled(content[0][0]) if content else Decimal(0)
        answers.append(
            Expectation(
                now - from_scaled(int(later[0][0])),
                bool(between),
                str(counted[0][0]) if counted else None,
                tuple(row[0] for row in serials if row[0] != line.bin_code),
            )
        )
    return answers
