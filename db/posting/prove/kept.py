"""The rows that postings keep so that no worker waits for history: item totals and bin contents (operations reference §0.1)."""

from collections.abc import Iterator

from db.connection import stream
from db.posting.prove.report import Check, differs, entry_name, exact, key_name

_TOTALS = """
SELECT * FROM (
    SELECT k.item_no, MAX(k.there) AS there, SUM(k.quantity) AS quantity, SUM(k.invoiced) AS invoiced, SUM(k.actual) AS actual,
           SUM(k.expected) AS expected, SUM(k.kept_quantity) AS kept_quantity, SUM(k.kept_invoiced) AS kept_invoiced,
           SUM(k.kept_actual) AS kept_actual, SUM(k.kept_expected) AS kept_expected, MAX(k.last_entry) AS last_entry,
           MAX(k.kept_last_entry) AS kept_last_entry, MAX(k.last_move) AS last_move, MAX(k.kept_last_move) AS kept_last_move
    FROM (
        SELECT item_no, 1 AS there, 0 AS quantity, 0 AS invoiced, 0 AS actual, 0 AS expected, quantity AS kept_quantity,
               invoiced_quantity AS kept_invoiced, cost_amount_actual AS kept_actual, cost_amount_expected AS kept_expected,
               0 AS last_entry, last_item_ledger_entry_no AS kept_last_entry, 0 AS last_move,
               last_warehouse_entry_no AS kept_last_move FROM item_total
        UNION ALL
        SELECT item_no, 0, SUM(quantity), 0, 0, 0, 0, 0, 0, 0, MAX(entry_no), 0, 0, 0 FROM item_ledger_entry GROUP BY item_no
        UNION ALL
        SELECT item_no, 0, 0, SUM(invoiced_quantity), SUM(cost_amount_actual), SUM(cost_amount_expected), 0, 0, 0, 0, 0, 0, 0, 0
        FROM value_entry GROUP BY item_no
        UNION ALL
        SELECT item_no, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, MAX(entry_no), 0 FROM warehouse_entry GROUP BY item_no
    ) AS k GROUP BY k.item_no
) AS summed
WHERE there = 0 OR quantity <> kept_quantity OR invoiced <> kept_invoiced OR actual <> kept_actual OR expected <> kept_expected
   OR last_entry <> kept_last_entry OR last_move <> kept_last_move
ORDER BY item_no
"""


def totals() -> Iterator[str]:
    for item_no, there, *numbers in stream(_TOTALS):
        name = f"totals of item {item_no}"
        if not there:
            yield f"{name} are not kept, though it has entries."
            continue
        sums, kept = numbers[:4], numbers[4:8]
        for what, summed, found in zip(
            ("quantity", "invoiced quantity", "actual cost", "expected cost"), sums, kept, strict=True
        ):
            if summed != found:
                yield differs(name, what, exact(summed), exact(found))
        last_entry, kept_last_entry, last_move, kept_last_move = numbers[8:]
        if last_entry != kept_last_entry:
            yield differs(name, "last item ledger entry", last_entry, kept_last_entry)
        if last_move != kept_last_move:
            yield differs(name, "last warehouse entry", last_move, kept_last_move)


_KEY = "item_no, variant_code, location_code, lot_no, serial_no, package_no"
_KEY_NAMES = ("item", "variant", "location", "lot", "serial", "package")
_STOCK = f"""
SELECT {_KEY}, SUM(lies) AS lies, SUM(moved) AS moved, SUM(remains) AS remains FROM (
    SELECT {_KEY}, quantity AS lies, 0 AS moved, 0 AS remains FROM bin_content
    UNION ALL SELECT {_KEY}, 0, quantity, remaining_quantity FROM item_ledger_entry
) AS both_sides GROUP BY {_KEY} HAVING SUM(lies) <> SUM(moved) OR SUM(moved) <> SUM(remains) ORDER BY {_KEY}
"""


def stock() -> Iterator[str]:
    """On hand is the sum of quantities, of what remains open, and of what lies in the places."""
    for row in stream(_STOCK):
        name = f"on hand of {key_name(_KEY_NAMES, row)}"
        lies, moved, remains = row[6:]
        if lies != moved:
            yield differs(name, "what lies in its places", exact(moved), exact(lies))
        if remains != moved:
            yield differs(name, "what its entries have left", exact(moved), exact(remains))


_BIN_KEY = f"{_KEY}, bin_code"
_BIN_KEY_NAMES = (*_KEY_NAMES, "bin")
_BINS = f"""
SELECT {_BIN_KEY}, SUM(lies) AS lies, SUM(moved) AS moved FROM (
    SELECT {_BIN_KEY}, quantity AS lies, 0 AS moved FROM bin_content
    UNION ALL SELECT {_BIN_KEY}, 0, quantity FROM warehouse_entry
    UNION ALL SELECT {_BIN_KEY}, 0, quantity FROM item_ledger_entry WHERE bin_code = ''
) AS both_sides GROUP BY {_BIN_KEY} HAVING SUM(lies) <> SUM(moved) ORDER BY {_BIN_KEY}
"""


def bins() -> Iterator[str]:
    """What lies in a bin is the sum of its warehouse entries."""
    for row in stream(_BINS):
        yield differs(f"content of {key_name(_BIN_KEY_NAMES, row)}", "quantity", exact(row[8]), exact(row[7]))


_BELOW = f"""
SELECT {_BIN_KEY}, quantity FROM bin_content
WHERE quantity = 0 OR (quantity < 0 AND (bin_code <> '' OR lot_no <> '' OR serial_no <> '' OR package_no <> ''))
ORDER BY {_BIN_KEY}
"""


def below_nothing() -> Iterator[str]:
    """Bins, lots and serial numbers never hold less than nothing; empty rows are not kept."""
    for row in stream(_BELOW):
        yield differs(f"content of {key_name(_BIN_KEY_NAMES, row)}", "quantity", "more than 0", exact(row[7]))


_COUNTS = """
SELECT c.entry_no, c.quantity_counted, c.quantity_expected, c.item_ledger_entry_no, e.quantity,
       CASE WHEN e.item_no = c.item_no AND e.variant_code = c.variant_code AND e.location_code = c.location_code
                 AND e.bin_code = c.bin_code AND e.lot_no = c.lot_no AND e.serial_no = c.serial_no THEN 1 ELSE 0 END
FROM count_entry c LEFT JOIN item_ledger_entry e ON e.entry_no = c.item_ledger_entry_no
WHERE COALESCE(e.quantity, 0) <> c.quantity_counted - c.quantity_expected
   OR (c.item_ledger_entry_no IS NOT NULL AND NOT (e.item_no = c.item_no AND e.variant_code = c.variant_code
       AND e.location_code = c.location_code AND e.bin_code = c.bin_code AND e.lot_no = c.lot_no AND e.serial_no = c.serial_no))
ORDER BY c.entry_no
"""


def counts() -> Iterator[str]:
    """What was counted, less what was expected, is what was posted."""
    for entry_no, counted, expected, item_ledger_entry_no, posted, same in stream(_COUNTS):
        name = f"count entry {entry_no}"
        if (posted or 0) != counted - expected:
            yield differs(name, "the difference posted", exact(counted - expected), exact(posted or 0))
        if item_ledger_entry_no is not None and not same:
            yield f"{name} posted its difference as {entry_name(item_ledger_entry_no)}, which is of another item or place."


CHECKS = (
    Check("item totals are the sums of the ledgers (R1)", "item_total", totals),
    Check("on hand = quantities = what is open (I1, I3)", "bin_content", stock),
    Check("bin contents are the sums of warehouse entries", "bin_content", bins),
    Check("bins and tracking numbers never hold less than nothing (I12)", "bin_content", below_nothing),
    Check("counts posted what they found", "count_entry", counts),
)
