"""Lots, serial numbers and packages: one spelling, one expiry date, and no serial number twice (I12)."""

from collections.abc import Iterator

from db.connection import stream
from db.core.codes import number_key
from db.core.numbers import SCALE
from db.posting.prove.report import Check, differs, exact

_SERIALS = f"""
SELECT item_no, variant_code, serial_no, SUM(quantity) FROM item_ledger_entry WHERE serial_no <> ''
GROUP BY item_no, variant_code, serial_no HAVING SUM(quantity) NOT IN (0, {SCALE}) ORDER BY 1, 2, 3
"""


def serials() -> Iterator[str]:
    for item_no, variant_code, serial_no, quantity in stream(_SERIALS):
        name = f"serial {serial_no} of item {' '.join(filter(None, (item_no, variant_code)))}"
        yield differs(name, "on hand", "0 or 1", exact(quantity))


_IN_LEDGER = " UNION ALL ".join(
    f"SELECT DISTINCT item_no, variant_code, '{kind}' AS kind, {kind}_no AS number, 1 AS moved, 0 AS known, 0 AS received"
    f" FROM item_ledger_entry WHERE {kind}_no <> ''"
    for kind in ("lot", "serial", "package")
)
_KNOWN = f"""
SELECT item_no, variant_code, kind, number, SUM(moved), SUM(known), SUM(received) FROM (
    {_IN_LEDGER}
    UNION ALL SELECT item_no, variant_code, kind, number, 0, 1, CASE WHEN received THEN 1 ELSE 0 END FROM tracking_number
) AS both_sides GROUP BY item_no, variant_code, kind, number
HAVING SUM(moved) <> SUM(received) OR SUM(known) > 1 ORDER BY 1, 2, 3, 4
"""


def known() -> Iterator[str]:
    """A number in the ledger is a number that is known, in that spelling and no other."""
    for item_no, variant_code, kind, number, moved, known_rows, received in stream(_KNOWN):
        name = f"{kind} {number} of item {' '.join(filter(None, (item_no, variant_code)))}"
        if moved and not known_rows:
            yield f"{name} is in the ledger in a spelling that is not known."
        elif known_rows > 1:
            yield f"{name} is known {known_rows} times."
        else:
            yield differs(name, "ever received", bool(moved), bool(received))


def keys() -> Iterator[str]:
    """The key of a number is its spelling without regard to case."""
    for item_no, kind, key, number in stream("SELECT item_no, kind, number_key, number FROM tracking_number"):
        if number_key(number) != key:
            yield differs(f"{kind} {number} of item {item_no}", "key", number_key(number), key)


def _dated(kind: str, others: str) -> str:
    return (
        f"SELECT item_no, variant_code, '{kind}' AS kind, {kind}_no AS number, expiration_date FROM item_ledger_entry"
        f" WHERE open AND quantity > 0 AND {kind}_no <> ''{others}"
    )


_DATES = f"""
SELECT item_no, variant_code, kind, number, COUNT(DISTINCT COALESCE(expiration_date, '')), MIN(COALESCE(expiration_date, '')),
       MAX(COALESCE(expiration_date, '')) FROM (
    {_dated("lot", "")}
    UNION ALL {_dated("serial", " AND lot_no = ''")}
    UNION ALL {_dated("package", " AND lot_no = '' AND serial_no = ''")}
    UNION ALL SELECT n.item_no, n.variant_code, n.kind, n.number, n.expiration_date FROM tracking_number n
    JOIN item i ON i.no = n.item_no JOIN tracking_code t ON t.code = i.tracking_code
    WHERE n.received AND n.kind = CASE WHEN t.lot THEN 'lot' WHEN t.serial THEN 'serial' ELSE 'package' END
) AS dated GROUP BY item_no, variant_code, kind, number
HAVING COUNT(DISTINCT COALESCE(expiration_date, '')) > 1 ORDER BY 1, 2, 3, 4
"""


def dates() -> Iterator[str]:
    """One number has one expiry date, on the shelf and in the books."""
    for item_no, variant_code, kind, number, _, first, last in stream(_DATES):
        name = f"{kind} {number} of item {' '.join(filter(None, (item_no, variant_code)))}"
        yield differs(name, "expiry date", "one and the same everywhere", f"{first or 'blank'} and {last or 'blank'}")


_NOTED = (
    "SELECT n.entry_no, n.kind, n.number_key, n.number, e.entry_no FROM noted_number n"
    " LEFT JOIN item_ledger_entry e ON e.entry_no = n.entry_no ORDER BY n.entry_no, n.kind"
)


def noted() -> Iterator[str]:
    """A number that was only typed stands beside an entry, and is found without regard to case."""
    for entry_no, kind, key, number, entry in stream(_NOTED):
        if entry is None:
            yield f"{kind} {number} is noted beside entry {entry_no}, which does not exist."
        elif key != number_key(number):
            yield differs(f"{kind} {number} noted beside entry {entry_no}", "key", number_key(number), key)


CHECKS = (
    Check("numbers that were only typed belong to an entry", "noted_number", noted),
    Check("serial numbers are in stock once at most (I12)", "item_ledger_entry", serials),
    Check("tracking numbers are known, in one spelling", "tracking_number", known),
    Check("tracking numbers are found without regard to case", "tracking_number", keys),
    Check("tracking numbers have one expiry date", "tracking_number", dates),
)
