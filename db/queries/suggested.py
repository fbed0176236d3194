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
from db.connection.session import Row
from db.core.codes import number_key
from db.core.numbers import from_scaled


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


_DATED = "CASE WHEN k.lot THEN l.expiration_date WHEN k.serial THEN s.expiration_date ELSE p.expiration_date END"
_JOINS = " ".join(
    f"LEFT JOIN tracking_number {alias} ON {alias}.item_no = c.item_no AND {alias}.variant_code = c.variant_code"
    f" AND {alias}.kind = '{kind}' AND {alias}.number = c.{kind}_no AND c.{kind}_no <> ''"
    for kind, alias in (("lot", "l"), ("serial", "s"), ("package", "p"))
)
_CONTENTS = (
    f"SELECT c.lot_no, c.serial_no, c.package_no, {_DATED}, c.bin_code, c.quantity, k.strict_expiration,"
    " (SELECT MIN(e.entry_no) FROM item_ledger_entry e WHERE e.open AND e.quantity > 0 AND e.item_no = c.item_no"
    " AND e.variant_code = c.variant_code AND e.location_code = c.location_code AND e.serial_no = c.serial_no"
    " AND e.lot_no = c.lot_no AND e.package_no = c.package_no)"
    " FROM bin_content c JOIN item i ON i.no = c.item_no JOIN tracking_code k ON k.code = i.tracking_code"
    f" {_JOINS} WHERE c.item_no = ? AND c.variant_code = ? AND c.location_code = ? AND c.quantity > 0"
    " AND NOT COALESCE(l.blocked, FALSE) AND NOT COALESCE(s.blocked, FALSE) AND NOT COALESCE(p.blocked, FALSE)"
)


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
    wanted = [number_key(one) for one in named]

    def order(row: Row) -> tuple[object, ...]:
        keys = [number_key(number) for number in row[:3]]
        place_named = min((wanted.index(key) for key in keys if key and key in wanted), default=len(wanted))
        return (place_named, row[3] is None, row[3] or "", *keys, row[7] or 0, row[4])

    found = [
        Suggested(row[0], row[1], row[2], date.fromisoformat(row[3]) if row[3] else None, row[4], from_scaled(row[5]))
        for row in sorted(rows, key=order)
        if not (row[6] and row[3] and row[3] < today.isoformat())
    ]
    return found if quantity is None else _covering(found, quantity)


def _covering(found: Iterable[Suggested], quantity: Decimal) -> list[Suggested]:
    taken, rest = [], quantity
    for one in found:
        if rest <= 0:
            break
        part = min(rest, one.quantity)
        taken.append(replace(one, quantity=part))
        rest -= part
    return taken
