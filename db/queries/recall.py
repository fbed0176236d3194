"""The recall list of a number: where its goods are, with which documents they left, where they came from, who asks for them.

Forward through transfers, relabelling and what was made of them; what was undone or came back nets out.
Source: operations reference §13.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from db.connection import fetch
from db.core.codes import number_key
from db.core.numbers import from_scaled
from db.queries.numbers import facts_of
from db.queries.trace import Direction, NumberOfItem, Trace, TracedEntry, trace

ZERO = Decimal(0)
_MAKING = ("consumption", "assembly_consumption")


@dataclass(frozen=True, slots=True)
class Gone:
    """What left with one document and did not come back; base units, positive. `entry_type` sale: to a customer."""

    document: str
    posting_date: date
    item_no: str
    number: str
    quantity: Decimal
    entry_type: str
    location_code: str
    entry_no: int


@dataclass(frozen=True, slots=True)
class Here:
    """What is still in the house, or in transit."""

    location_code: str
    in_transit: bool
    bin_code: str
    item_no: str
    number: str
    quantity: Decimal
    blocked: bool


@dataclass(frozen=True, slots=True)
class Asking:
    """An open document that names the number."""

    document: str
    item_no: str
    number: str


@dataclass(frozen=True, slots=True)
class Recall:
    """The list to act on. `numbers` are all that the goods were ever given on their way forward, the asked one first."""

    of: NumberOfItem
    numbers: tuple[NumberOfItem, ...]
    here: tuple[Here, ...]
    gone: tuple[Gone, ...]
    origins: tuple[TracedEntry, ...]
    asking: tuple[Asking, ...]

    @property
    def customers(self) -> tuple[Gone, ...]:
        """What left to customers."""
        return tuple(one for one in self.gone if one.entry_type == "sale")


def recall(of: NumberOfItem) -> Recall:
    """The recall list of a number."""
    forward = trace(of, Direction.FORWARD)
    numbers = _numbers(of, forward)
    return Recall(of, numbers, _here(forward), _gone(forward), origins_of(of), _asking(numbers))


def origins_of(of: NumberOfItem) -> tuple[TracedEntry, ...]:
    """The increases that everything with the number came from in the end: receipts, finds, outputs."""
    backward = trace(of, Direction.BACKWARD)
    return tuple(
        entry
        for no, entry in sorted(backward.entries.items())
        if entry.quantity > 0 and not backward.next.get(no) and entry.corrects_entry_no is None
    )


def _numbers(of: NumberOfItem, forward: Trace) -> tuple[NumberOfItem, ...]:
    found = dict.fromkeys([of])
    for _no, entry in sorted(forward.entries.items()):
        kind = of.kind if getattr(entry, f"{of.kind}_no") else next((k for k in _KINDS if getattr(entry, f"{k}_no")), "")
        if kind:
            found[NumberOfItem(entry.item_no, entry.variant_code, kind, getattr(entry, f"{kind}_no"))] = None
    return tuple(found)


_KINDS = ("lot", "serial", "package")


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
        if entry.entry_type in _MAKING and any(forward.entries[made].quantity > 0 for made in forward.next.get(no, ())):
            continue  # it goes on in what was made of it
        gone.append(
            Gone(
                entry.document,
                entry.posting_date,
                entry.item_no,
                entry.number,
                left,
                entry.entry_type,
                entry.location_code,
                entry.entry_no,
            )
        )
    return tuple(gone)


_HERE = (
    "SELECT c.lot_no, c.serial_no, c.package_no, c.location_code, l.in_transit, c.bin_code, c.quantity"
    " FROM bin_content c LEFT JOIN location l ON l.code = c.location_code WHERE c.item_no = ? AND c.variant_code = ?"
    " ORDER BY c.location_code, c.bin_code, c.lot_no, c.serial_no, c.package_no"
)


def _here(forward: Trace) -> tuple[Here, ...]:
    """Bin by bin, what carries one of the numbers that the goods have now. A few statements an item, however many serials."""
    open_ones: dict[tuple[str, str], set[tuple[str, str, str]]] = {}
    for one in forward.entries.values():
        if one.remaining > 0:
            open_ones.setdefault((one.item_no, one.variant_code), set()).add((one.lot_no, one.serial_no, one.package_no))
    found = []
    for (item_no, variant_code), numbers in sorted(open_ones.items()):
        rows = [row for row in fetch(_HERE, (item_no, variant_code)) if tuple(row[:3]) in numbers]
        facts = [facts_of(item_no, variant_code, kind, (row[at] for row in rows)) for at, kind in enumerate(_KINDS)]
        for *three, location, in_transit, bin_code, quantity in rows:
            lot, serial, package = three
            blocked = any(facts[at].get(number_key(one), (None, False))[1] for at, one in enumerate(three))
            number = serial or lot or package
            found.append(Here(location, bool(in_transit), bin_code, item_no, number, from_scaled(quantity), blocked))
    return tuple(found)


_OPEN_LINES = (
    "SELECT l.order_no, l.item_no, l.tracking FROM transfer_order_line l WHERE l.item_no = ? AND l.variant_code = ?"
    " AND l.tracking <> '[]' AND CAST(l.quantity AS NUMERIC) * l.quantity_per > CAST(l.quantity_shipped AS NUMERIC) * 100000"
)


def _asking(numbers: Iterable[NumberOfItem]) -> tuple[Asking, ...]:
    """Open transfer orders that name one of the numbers and still have to ship it."""
    found = dict.fromkeys(
        Asking(order_no, of.item_no, of.number)
        for of in numbers
        for order_no, _item_no, tracking in fetch(_OPEN_LINES, (of.item_no, of.variant_code))
        for one in json.loads(tracking)
        if number_key(str(one.get(of.kind) or one.get(f"{of.kind}_no") or "")) == number_key(of.number)
    )
    return tuple(found)
