"""Where goods with a number came from, and where they went: the application entries, walked in both directions.

A lot keeps its history through transfers and relabelling, because the receiving half of a transfer names what supplied it, and
through returns, because they name the decrease that they take back. What was made of it is found by the document that consumed
it and put the other out. The walk reads level by level, each entry once, so its cost depends on what is found and not on the
length of the ledger; cycles cannot be, and would end it all the same. What is done with what was found: `db.queries.recall`.
Source: operations reference §13.
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
_MADE = (
    "SELECT {0}.entry_no, {1}.entry_no FROM item_ledger_entry {0} JOIN item_register r ON r.register_no = {0}.register_no"
    " JOIN item_register q ON q.document_no = r.document_no AND q.document_no <> ''"
    " JOIN item_ledger_entry {1} ON {1}.register_no = q.register_no"
    " WHERE {0}.entry_no IN ({{0}}) AND c.entry_type = 'consumption' AND o.entry_type = 'output'"
    " AND c.quantity < 0 AND o.quantity > 0",
    "SELECT {0}.entry_no, {1}.entry_no FROM item_ledger_entry {0} JOIN item_ledger_entry {1} ON {1}.register_no = {0}.register_no"
    " WHERE {0}.entry_no IN ({{0}}) AND c.entry_type = 'assembly_consumption' AND o.entry_type = 'assembly_output'"
    " AND c.quantity < 0 AND o.quantity > 0",
)
_MADE_OF_IT = tuple(sql.format("c", "o") for sql in _MADE)
_MADE_FROM = tuple(sql.format("o", "c") for sql in _MADE)
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


class Components(StrEnum):
    """Which components of what was made are gone into: none, those with a number, or all of them."""

    NO = "no"
    TRACKED = "tracked"
    ALL = "all"


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

    @property
    def document(self) -> str:
        """How people name it: the other side's document, else ours, else the operation, else the entry."""
        return self.external_document_no or self.document_no or self.operation_id or str(self.entry_no)


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


def find_numbers(number: str, item_no: str = "") -> list[NumberOfItem]:
    """The numbers that are spelt like this, without regard to case, of one item or of all; those that were only typed too."""
    key = number_key(number)
    rows = fetch(
        "SELECT item_no, variant_code, kind, number FROM tracking_number WHERE number_key = ?"
        " UNION SELECT e.item_no, e.variant_code, n.kind, MIN(n.number) FROM noted_number n"
        " JOIN item_ledger_entry e ON e.entry_no = n.entry_no WHERE n.number_key = ? GROUP BY e.item_no, e.variant_code, n.kind"
        " ORDER BY 1, 2, 3",
        (key, key),
    )
    return [NumberOfItem(*row) for row in rows if not item_no or row[0] == item_no]


def trace(of: NumberOfItem, direction: Direction, components: Components = Components.TRACKED) -> Trace:
    """Walk from every entry with the number: forward from what came in, backward from all of them."""
    return walk([no for no, quantity in entries_of(of) if quantity > 0 or direction is Direction.BACKWARD], direction, components)


def entries_of(of: NumberOfItem) -> list[tuple[int, int]]:
    """Entry number and (scaled) quantity of every entry with the number. One where it was only typed counts as an increase: there
    is nothing before it."""
    column = _COLUMN[of.kind]
    rows = fetch(
        f"SELECT entry_no, quantity FROM item_ledger_entry WHERE {column} = ? AND {column} <> '' AND item_no = ?"
        " AND variant_code = ?"
        " UNION ALL SELECT e.entry_no, 1 FROM noted_number n JOIN item_ledger_entry e ON e.entry_no = n.entry_no"
        " WHERE n.number_key = ? AND n.kind = ? AND e.item_no = ? AND e.variant_code = ? ORDER BY 1",
        (of.number, of.item_no, of.variant_code, number_key(of.number), of.kind, of.item_no, of.variant_code),
    )
    return [(row[0], row[1]) for row in rows]


def trace_entries(entry_nos: Iterable[int], direction: Direction, components: Components = Components.TRACKED) -> Trace:
    """Walk from these entries, whatever they are: those of a document, say."""
    return walk(sorted(set(entry_nos)), direction, components)


def walk(starts: list[int], direction: Direction, components: Components) -> Trace:
    """What is reached from `starts`, level by level."""
    followers: dict[int, set[int]] = {}
    seen: set[int] = set(starts)
    level = set(starts)
    while level:
        found: set[int] = set()
        for source, recipient in (*_links(level, direction), *_made(level, direction, components)):
            before, after = (source, recipient) if direction is Direction.FORWARD else (recipient, source)
            if before in level:
                followers.setdefault(before, set()).add(after)
                found.add(after)
        level = found - seen
        seen |= level
    entries = read_entries(seen)
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


def read_entries(numbers: Iterable[int]) -> dict[int, TracedEntry]:
    """The entries with these numbers, as far as there are such."""
    found: dict[int, TracedEntry] = {}
    for row in fetch_in(_ENTRIES, numbers):
        quantities = (from_scaled(row[9]), from_scaled(row[10]))
        day = date.fromisoformat(row[2])
        facts = (row[0], row[1], day, *row[3:9], *quantities, row[11], row[12], row[13] or "", *row[14:17])
        found[row[0]] = TracedEntry(*facts)
    return found


def _made(level: Iterable[int], direction: Direction, components: Components) -> Iterator[tuple[int, int]]:
    """(component, what was made of it) pairs that touch the level."""
    if components is Components.NO and direction is Direction.BACKWARD:
        return
    if direction is Direction.FORWARD:
        for sql in _MADE_OF_IT:
            yield from ((consumed, made) for consumed, made in fetch_in(sql, level))
        return
    pairs = [(consumed, made) for sql in _MADE_FROM for made, consumed in fetch_in(sql, level)]
    if components is Components.TRACKED and pairs:
        facts = read_entries({consumed for consumed, _made in pairs})
        pairs = [pair for pair in pairs if facts[pair[0]].number]
    yield from pairs
