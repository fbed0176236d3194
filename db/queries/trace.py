"""Where goods with a number came from, and where they went: the application entries, walked in both directions.

A lot keeps its history through transfers and relabelling, because the receiving half of a transfer names what supplied it, and
through returns, because they name the decrease that they take back. The walk reads level by level, each entry once, so its
cost depends on what is found and not on the length of the ledger. Source: operations reference §13.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from db.connection import fetch
from db.core.codes import number_key
from db.core.numbers import from_scaled
from db.queries.in_lists import fetch_in

ZERO = Decimal(0)
_LINKS = "SELECT item_ledger_entry_no, inbound_entry_no, outbound_entry_no, transferred_from_entry_no FROM item_application_entry"
_FORWARD = (
    f"{_LINKS} WHERE inbound_entry_no IN ({{0}}) AND item_ledger_entry_no = outbound_entry_no",
    f"{_LINKS} WHERE transferred_from_entry_no IN ({{0}}) AND transferred_from_entry_no <> 0",
    f"{_LINKS} WHERE outbound_entry_no IN ({{0}}) AND outbound_entry_no <> 0 AND item_ledger_entry_no <> outbound_entry_no",
)
_BACKWARD = (f"{_LINKS} WHERE item_ledger_entry_no IN ({{0}}) AND outbound_entry_no <> 0",)
_ENTRIES = (
    "SELECT e.entry_no, e.entry_type, e.posting_date, e.item_no, e.variant_code, e.location_code, e.lot_no, e.serial_no,"
    " e.package_no, e.quantity, e.remaining_quantity, e.corrects_entry_no, e.applies_from_entry, r.operation_id, r.document_no,"
    " r.external_document_no, r.user_code FROM item_ledger_entry e JOIN item_register r ON r.register_no = e.register_no"
    " WHERE e.entry_no IN ({0})"
)
_COLUMN = {"lot": "lot_no", "serial": "serial_no", "package": "package_no"}


class Direction(StrEnum):
    """`forward`: origin → usage. `backward`: usage → origin."""

    FORWARD = "forward"
    BACKWARD = "backward"


@dataclass(frozen=True, slots=True)
class NumberOfItem:
    """A lot, serial or package number of one item and variant, in its own spelling. `kind`: lot, serial or package."""

    item_no: str
    variant_code: str
    kind: str
    number: str


@dataclass(frozen=True, slots=True)
class TracedEntry:
    """One movement on the way. `quantity` and `remaining` are signed base units."""

    entry_no: int
    entry_type: str
    posting_date: date
    item_no: str
    variant_code: str
    location_code: str
    lot_no: str
    serial_no: str
    package_no: str
    quantity: Decimal
    remaining: Decimal
    corrects_entry_no: int | None
    applies_from_entry: int | None
    operation_id: str
    document_no: str
    external_document_no: str
    user_code: str

    @property
    def number(self) -> str:
        """The number that tells it apart: serial before lot before package."""
        return self.serial_no or self.lot_no or self.package_no


@dataclass(frozen=True, slots=True)
class Trace:
    """What was found: entries by number, and for each entry those next to it in the direction of the walk."""

    direction: Direction
    starts: tuple[int, ...]
    entries: Mapping[int, TracedEntry]
    next: Mapping[int, tuple[int, ...]]

    def tree(self) -> Iterator[tuple[int, TracedEntry, bool]]:
        """Depth, entry, and whether it was listed before (then what follows it is not repeated)."""
        listed: set[int] = set()
        waiting = [(0, no) for no in reversed(self.starts)]
        while waiting:
            depth, no = waiting.pop()
            again = no in listed
            yield depth, self.entries[no], again
            if not again:
                listed.add(no)
                waiting += [(depth + 1, follower) for follower in reversed(self.next.get(no, ()))]


@dataclass(frozen=True, slots=True)
class Gone:
    """What left with one document and did not come back; base units, positive."""

    document: str
    posting_date: date
    item_no: str
    number: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Here:
    """What is still in the house, or in transit."""

    location_code: str
    in_transit: bool
    bin_code: str
    item_no: str
    number: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Recall:
    """The list to act on: where goods with the number are, and with which documents they left; `origins` are where they came
    from."""

    here: tuple[Here, ...]
    gone: tuple[Gone, ...]
    origins: tuple[TracedEntry, ...]


def find_numbers(number: str, item_no: str = "") -> list[NumberOfItem]:
    """The numbers that are spelt like this, without regard to case, of one item or of all."""
    rows = fetch(
        "SELECT item_no, variant_code, kind, number FROM tracking_number WHERE number_key = ?"
        " ORDER BY item_no, variant_code, kind",
        (number_key(number),),
    )
    return [NumberOfItem(*row) for row in rows if not item_no or row[0] == item_no]


def trace(of: NumberOfItem, direction: Direction) -> Trace:
    """Walk from every entry with the number: forward from what came in, backward from all of them."""
    column = _COLUMN[of.kind]
    sign = "AND quantity > 0" if direction is Direction.FORWARD else ""
    rows = fetch(
        f"SELECT entry_no FROM item_ledger_entry WHERE {column} = ? AND item_no = ? AND variant_code = ? {sign}"
        " ORDER BY entry_no",
        (of.number, of.item_no, of.variant_code),
    )
    return _walk([row[0] for row in rows], direction)


def _walk(starts: list[int], direction: Direction) -> Trace:
    followers: dict[int, set[int]] = {}
    seen: set[int] = set(starts)
    level = set(starts)
    while level:
        found: set[int] = set()
        for source, recipient in _links(level, direction):
            before, after = (source, recipient) if direction is Direction.FORWARD else (recipient, source)
            if before in level:
                followers.setdefault(before, set()).add(after)
                found.add(after)
        level = found - seen
        seen |= level
    entries = _entries(seen)
    reached = {follower for group in followers.values() for follower in group}
    first = [no for no in starts if no not in reached] or starts
    order = {no: tuple(sorted(group)) for no, group in followers.items()}
    return Trace(direction, tuple(first), entries, order)


def _links(level: Iterable[int], direction: Direction) -> Iterator[tuple[int, int]]:
    """(source, recipient) pairs that touch the level. A transfer is one step: from what supplied it, through the half that left,
    to the half that came in."""
    for sql in _FORWARD if direction is Direction.FORWARD else _BACKWARD:
        for owner, inbound, outbound, transferred_from in fetch_in(sql, level):
            if owner == outbound:
                yield inbound, owner
            else:
                yield outbound, owner
                if transferred_from:
                    yield transferred_from, outbound


def _entries(numbers: Iterable[int]) -> dict[int, TracedEntry]:
    found: dict[int, TracedEntry] = {}
    for row in fetch_in(_ENTRIES, numbers):
        quantities = (from_scaled(row[9]), from_scaled(row[10]))
        day = date.fromisoformat(row[2])
        facts = (row[0], row[1], day, *row[3:9], *quantities, row[11], row[12], row[13] or "", *row[14:17])
        found[row[0]] = TracedEntry(*facts)
    return found


def recall(of: NumberOfItem) -> Recall:
    """The recall list of a number: forward through transfers and relabelling; what was undone or returned nets out."""
    forward = trace(of, Direction.FORWARD)
    backward = trace(of, Direction.BACKWARD)
    origins = [
        entry
        for no, entry in sorted(backward.entries.items())
        if entry.quantity > 0 and not backward.next.get(no) and entry.corrects_entry_no is None
    ]
    return Recall(_here(forward), _gone(forward), tuple(origins))


def _gone(forward: Trace) -> tuple[Gone, ...]:
    returned: dict[int, Decimal] = {}
    for entry in forward.entries.values():
        if entry.applies_from_entry is not None:
            returned[entry.applies_from_entry] = returned.get(entry.applies_from_entry, ZERO) + entry.quantity
    gone = []
    for no, entry in sorted(forward.entries.items()):
        left = -entry.quantity - returned.get(no, ZERO)
        if entry.entry_type == "transfer" or entry.quantity > 0 or entry.corrects_entry_no is not None or not left:
            continue
        document = entry.external_document_no or entry.document_no or entry.operation_id or str(no)
        gone.append(Gone(document, entry.posting_date, entry.item_no, entry.number, left))
    return tuple(gone)


def _here(forward: Trace) -> tuple[Here, ...]:
    """Bin by bin, what carries one of the numbers that the goods have now."""
    open_ones = {
        (one.item_no, one.variant_code, one.lot_no, one.serial_no, one.package_no)
        for one in forward.entries.values()
        if one.remaining > 0
    }
    found = []
    for item_no, variant_code, lot_no, serial_no, package_no in sorted(open_ones):
        rows = fetch(
            "SELECT c.location_code, l.in_transit, c.bin_code, c.quantity FROM bin_content c"
            " LEFT JOIN location l ON l.code = c.location_code WHERE c.item_no = ? AND c.variant_code = ? AND c.lot_no = ?"
            " AND c.serial_no = ? AND c.package_no = ? ORDER BY c.location_code, c.bin_code",
            (item_no, variant_code, lot_no, serial_no, package_no),
        )
        number = serial_no or lot_no or package_no
        found += [Here(row[0], bool(row[1]), row[2], item_no, number, from_scaled(row[3])) for row in rows]
    return tuple(found)
