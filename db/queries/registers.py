"""What a user has posted, and what one register did."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from db.connection import fetch, fetch_batch
from db.connection.session import Row
from db.core.numbers import from_scaled


@dataclass(frozen=True, slots=True)
class RegisterFacts:
    """One posting. `created_at` in microseconds, UTC. `undone_by`: the register that took it back; `undoes`: what it took."""

    register_no: int
    operation_id: str
    operation: str
    document_no: str
    source_code: str
    reason_code: str
    created_at: int
    undoes: int | None
    undone_by: int | None


_REGISTER = (
    "SELECT r.register_no, r.operation_id, r.operation, r.document_no, r.source_code, r.reason_code, r.created_at,"
    " r.undoes_register_no, (SELECT MIN(u.register_no) FROM item_register u WHERE u.undoes_register_no = r.register_no)"
    " FROM item_register r"
)
FILES, _DEMO = "interchange", "demo"  # source codes of what nobody posted at a terminal


def registers_of(user_code: str, since: int, *, limit: int = 99) -> list[RegisterFacts]:
    """What the user posted since a moment (microseconds, UTC): at terminals first, then in files; each newest first.

    The history of a demo names users too, and is not theirs.
    """
    sql = (
        f"{_REGISTER} WHERE r.user_code = ? AND r.user_code <> '' AND r.created_at >= ? AND r.source_code <> ?"
        " ORDER BY CASE WHEN r.source_code = ? THEN 1 ELSE 0 END, r.created_at DESC, r.register_no DESC LIMIT ?"
    )
    return [_facts(row) for row in fetch(sql, (user_code, since, _DEMO, FILES, limit))]


def register(register_no: int) -> RegisterFacts | None:
    """One posting."""
    rows = fetch(f"{_REGISTER} WHERE r.register_no = ?", (register_no,))
    return _facts(rows[0]) if rows else None


def _facts(row: Row) -> RegisterFacts:
    return RegisterFacts(row[0], row[1] or "", *row[2:])


@dataclass(frozen=True, slots=True)
class Summary:
    """What a register did, in short. `kind`: the type of its entries; `items`: how many; the others are of a single item.

    `quantity` in base units, not signed: what came or went; what moved, once. `counted`: how many lines a count had. `became`: of
    a reclassification, what the goods were and what they are, by attribute; … where that is several things.
    """

    kind: str = ""
    items: int = 0
    item_no: str = ""
    quantity: Decimal = Decimal(0)
    base_uom: str = ""
    counted: int = 0
    became: tuple["Became", ...] = ()


@dataclass(frozen=True, slots=True)
class Became:
    """One thing that a reclassification changed. `what`: variant, lot, serial, package or expiry (ISO text; blank: none).

    `of` is the number whose expiry it is.
    """

    what: str
    before: str
    after: str
    of: str = ""


_SIDES = (
    "SELECT e.register_no, CASE WHEN e.quantity < 0 THEN 0 ELSE 1 END, MIN(e.variant_code), MAX(e.variant_code), MIN(e.lot_no),"
    " MAX(e.lot_no), MIN(e.serial_no), MAX(e.serial_no), MIN(e.package_no), MAX(e.package_no),"
    " MIN(COALESCE(e.expiration_date, '')), MAX(COALESCE(e.expiration_date, ''))"
    " FROM item_ledger_entry e JOIN item_register r ON r.register_no = e.register_no"
    " WHERE (e.entry_type = 'transfer' OR r.operation = 'change_variant') AND e.register_no {0} GROUP BY 1, 2"
)
_WHATS = ("variant", "lot", "serial", "package", "expiry")


def _became(before: Row, after: Row) -> tuple[Became, ...]:
    """What is not the same on both sides of a reclassification; each side has the least and the greatest of each."""
    sides = []
    for row in (before, after):
        pairs = zip(row[2::2], row[3::2], strict=True)
        sides.append([least if least == greatest else "…" for least, greatest in pairs])
    number = next((one for one in (sides[1][1], sides[1][2], sides[1][3]) if one), "")
    ranges = zip(_WHATS, before[2::2], before[3::2], after[2::2], after[3::2], strict=True)
    changed = [what for what, low, high, new_low, new_high in ranges if (low, high) != (new_low, new_high)]
    return tuple(
        Became(what, old, new, number if what == "expiry" else "")
        for what, old, new in zip(_WHATS, *sides, strict=True)
        if what in changed
    )


def summaries(register_nos: Sequence[int]) -> dict[int, Summary]:
    """What each of the registers did. A move from bin to bin has no item ledger entries: it has its warehouse entries."""
    if not register_nos:
        return {}
    among = f"IN ({', '.join('?' * len(register_nos))})"
    columns = (
        "SELECT e.register_no, MIN(e.entry_type), COUNT(DISTINCT e.item_no), MIN(e.item_no), MIN(i.base_uom),"
        " SUM(CASE WHEN e.quantity > 0 THEN e.quantity ELSE 0 END), SUM(CASE WHEN e.quantity < 0 THEN -e.quantity ELSE 0 END)"
    )
    moved, in_bins, counted, sides = fetch_batch(
        [
            (
                f"{columns} FROM item_ledger_entry e JOIN item i ON i.no = e.item_no WHERE e.register_no {among} GROUP BY 1",
                register_nos,
            ),
            (
                f"{columns} FROM warehouse_entry e JOIN item i ON i.no = e.item_no WHERE e.entry_type = 'movement'"
                f" AND e.register_no {among} GROUP BY 1",
                register_nos,
            ),
            (f"SELECT register_no, COUNT(*) FROM count_entry WHERE register_no {among} GROUP BY 1", register_nos),
            (_SIDES.format(among), register_nos),
        ]
    )
    found: dict[int, Summary] = {}
    for no, kind, items, item_no, base_uom, gained, lost in (*in_bins, *moved):
        quantity = from_scaled(max(int(gained), int(lost)))
        found[no] = Summary(kind, items, item_no, quantity, base_uom) if items == 1 else Summary(kind, items)
    for no, lines in counted:
        found[no] = replace(found.get(no, Summary()), counted=lines)
    left = {row[0]: row for row in sides if not row[1]}
    for row in sides:
        if row[1] and row[0] in left:
            found[row[0]] = replace(found[row[0]], became=_became(left[row[0]], row))
    return found


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
    " WHERE register_no = ? AND entry_type = 'movement' ORDER BY entry_no LIMIT ?"
)


def moved_by(register_no: int, *, limit: int = 50) -> list[Moved]:
    """What a register moved: its item ledger entries; a move from bin to bin has none, and shows its warehouse entries."""
    rows = fetch(_ENTRIES, (register_no, limit)) or fetch(_BINS, (register_no, limit))
    return [Moved(*[*row[:7], from_scaled(row[7])]) for row in rows]
