"""Item ledger entries on their own: signs, ranges, what is open, what is invoiced, and what undo wrote (I2, I5, I8, I12)."""

from collections.abc import Iterator

from db.connection import stream
from db.core.numbers import SCALE
from db.posting.prove.report import Check, between, differs, entry_name, exact

_RANGES = f"""
SELECT entry_no, entry_type, quantity, remaining_quantity, open, invoiced_quantity, completely_invoiced,
       shipped_quantity_not_returned, cost_amount_forwarded, uninvoiced_applications, serial_no
FROM item_ledger_entry
WHERE open <> (remaining_quantity <> 0)
   OR (quantity > 0 AND NOT (remaining_quantity BETWEEN 0 AND quantity))
   OR (quantity < 0 AND NOT (remaining_quantity BETWEEN quantity AND 0))
   OR (quantity > 0 AND NOT (invoiced_quantity BETWEEN 0 AND quantity))
   OR (quantity < 0 AND NOT (invoiced_quantity BETWEEN quantity AND 0))
   OR (entry_type <> 'transfer' AND completely_invoiced <> (invoiced_quantity = quantity))
   OR (entry_type = 'transfer' AND invoiced_quantity <> quantity)
   OR (quantity > 0 AND shipped_quantity_not_returned <> 0)
   OR (quantity < 0 AND (cost_amount_forwarded <> 0 OR uninvoiced_applications <> 0))
   OR (remaining_quantity < 0 AND entry_type IN ('transfer', 'consumption', 'assembly_consumption'))
   OR (serial_no <> '' AND quantity NOT IN ({SCALE}, -{SCALE}))
   OR quantity = 0
ORDER BY entry_no
"""


def ranges() -> Iterator[str]:
    for entry_no, kind, *numbers, serial_no in stream(_RANGES):
        quantity, remaining, is_open, invoiced, complete, shipped, forwarded, uninvoiced = numbers
        name = entry_name(entry_no)
        low, high = min(0, quantity), max(0, quantity)
        if bool(is_open) != (remaining != 0):
            yield differs(name, "open", remaining != 0, bool(is_open))
        if not low <= remaining <= high:
            yield differs(name, "remaining quantity", between(low, high), exact(remaining))
        if kind == "transfer" and invoiced != quantity:
            yield differs(name, "invoiced quantity of a transfer", exact(quantity), exact(invoiced))
        elif not low <= invoiced <= high:
            yield differs(name, "invoiced quantity", between(low, high), exact(invoiced))
        if kind != "transfer" and bool(complete) != (invoiced == quantity):
            yield differs(name, "completely invoiced", invoiced == quantity, bool(complete))
        if quantity > 0 and shipped:
            yield differs(name, "shipped quantity not returned of an increase", 0, exact(shipped))
        if quantity < 0 and forwarded:
            yield differs(name, "cost handed out by a decrease", 0, exact(forwarded))
        if quantity < 0 and uninvoiced:
            yield differs(name, "number of applications that are not invoiced, of a decrease", 0, uninvoiced)
        if remaining < 0 and kind in ("transfer", "consumption", "assembly_consumption"):
            yield differs(name, f"uncovered quantity of a {kind}", 0, exact(-remaining))
        if serial_no and abs(quantity) != SCALE:
            yield differs(name, f"quantity of serial {serial_no}", 1, exact(quantity))
        if quantity == 0:
            yield differs(name, "quantity", "an increase or a decrease", 0)


_CORRECTIONS = """
SELECT c.entry_no, c.corrects_entry_no, e.entry_no, c.quantity, e.quantity, c.applies_to_entry, c.applies_from_entry,
       c.item_no = e.item_no AND c.variant_code = e.variant_code AND c.location_code = e.location_code
       AND c.bin_code = e.bin_code AND c.lot_no = e.lot_no AND c.serial_no = e.serial_no AND c.package_no = e.package_no
FROM item_ledger_entry c LEFT JOIN item_ledger_entry e ON e.entry_no = c.corrects_entry_no
WHERE c.corrects_entry_no IS NOT NULL AND (
    e.entry_no IS NULL OR c.quantity <> -e.quantity OR c.item_no <> e.item_no OR c.variant_code <> e.variant_code
    OR c.location_code <> e.location_code OR c.bin_code <> e.bin_code OR c.lot_no <> e.lot_no OR c.serial_no <> e.serial_no
    OR c.package_no <> e.package_no OR COALESCE(CASE WHEN e.quantity > 0 THEN c.applies_to_entry ELSE c.applies_from_entry END, 0)
    <> e.entry_no)
ORDER BY c.entry_no
"""


def corrections() -> Iterator[str]:
    for entry_no, corrects, there, quantity, original, applies_to, applies_from, same in stream(_CORRECTIONS):
        name = f"{entry_name(entry_no)}, which takes back {entry_name(corrects)}"
        if there is None:
            yield f"{name}: there is nothing to take back."
            continue
        if quantity != -original:
            yield differs(name, "quantity", exact(-original), exact(quantity))
        if not same:
            yield f"{name}: item, place, lot, serial and package are expected to be the same, and are not."
        fixed = applies_to if original > 0 else applies_from
        if fixed != corrects:
            yield differs(name, "the entry it is fixed to", corrects, fixed)


CHECKS = (
    Check("quantities: signs, ranges, open, invoiced (I2, I5, I8, I12)", "item_ledger_entry", ranges),
    Check("corrections take back exactly their entry", "item_ledger_entry", corrections),
)
