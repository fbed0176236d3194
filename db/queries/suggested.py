"""Which lots, serials or packages to take first: first expired, first out.

Order: the earliest expiry date, then the lowest number, then the earliest entry; those without a date come last. Blocked numbers
are passed over, and so are expired ones where the tracking code takes expiry strictly. Everything comes from the maintained
contents and the open entries: the cost depends on what lies at the location and not on the length of the ledger.
Source: operations reference §12.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from db.connection import fetch
from db.core.codes import number_key
from db.core.numbers import from_scaled
from db.queries.numbers import facts_of


@dataclass(frozen=True, slots=True)
class Suggested:
    """A number to take, where it lies, and how much of it in base units."""

    lot_no: str
    serial_no: str
    package_no: str
    expiration_date: date | None
    bin_code: str
    quantity: Decimal

    @property
    def number(self) -> str:
        """The number that tells it apart: lot before serial before package."""
        return self.lot_no or self.serial_no or self.package_no


_CONTENTS = (
    "SELECT c.lot_no, c.serial_no, c.package_no, c.bin_code, c.quantity, k.lot, k.serial, k.strict_expiration"
    " FROM bin_content c JOIN item i ON i.no = c.item_no JOIN tracking_code k ON k.code = i.tracking_code"
    " WHERE c.item_no = ? AND c.variant_code = ? AND c.location_code = ? AND c.quantity > 0"
)
_FIRST_ENTRIES = (
    "SELECT lot_no, serial_no, package_no, MIN(entry_no) FROM item_ledger_entry WHERE open AND quantity > 0 AND item_no = ?"
    " AND variant_code = ? AND location_code = ? GROUP BY lot_no, serial_no, package_no"
)
_KINDS = ("lot", "serial", "package")


def suggested_lots(
    item_no: str,
    variant_code: str,
    location_code: str,
    today: date,
    *,
    quantity: Decimal | None = None,
    bin_code: str | None = None,
    named: Sequence[str] = (),
) -> list[Suggested]:
    """What to take of an item at a location (of one bin of it), in the order in which to take it.

    With a `quantity` (base units, positive) only what covers it, each with its part; the sum is less where there is not enough.
    `named`: numbers that the document itself names; they come first, in its order. An item that is not tracked has none.
    """
    where, params = ("", ()) if bin_code is None else (" AND c.bin_code = ?", (bin_code,))
    rows = fetch(_CONTENTS + where, (item_no, variant_code, location_code, *params))
    facts = [facts_of(item_no, variant_code, kind, (row[at] for row in rows)) for at, kind in enumerate(_KINDS)]
    entries = {tuple(row[:3]): row[3] for row in fetch(_FIRST_ENTRIES, (item_no, variant_code, location_code))} if rows else {}
    wanted = [number_key(one) for one in named]
    found: list[tuple[tuple[object, ...], Suggested]] = []
    for *numbers, place, much, by_lot, by_serial, strict in rows:
        keys = [number_key(number) for number in numbers]
        known = [facts[at].get(key, (None, False)) for at, key in enumerate(keys)]
        expires = known[0 if by_lot else 1 if by_serial else 2][0]
        if any(blocked for _date, blocked in known) or (strict and expires is not None and expires < today):
            continue
        first = min((wanted.index(key) for key in keys if key and key in wanted), default=len(wanted))
        order = (first, expires is None, expires or today, *keys, entries.get(tuple(numbers), 0), place)
        lot, serial, package = numbers
        found.append((order, Suggested(lot, serial, package, expires, place, from_scaled(much))))
    suggested = [one for _order, one in sorted(found, key=lambda pair: pair[0])]
    return suggested if quantity is None else _covering(suggested, quantity)


def _covering(found: Iterable[Suggested], quantity: Decimal) -> list[Suggested]:
    taken, rest = [], quantity
    for one in found:
        if rest <= 0:
            break
        part = min(rest, one.quantity)
        taken.append(replace(one, quantity=part))
        rest -= part
    return taken
