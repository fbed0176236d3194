"""Applications: what fed what, and that the quantities on both sides follow from it (I3, I4, I10, I11)."""

from collections.abc import Iterator

from db.connection import stream
from db.core.errors import show
from db.posting.prove.report import Check, differs, entry_name, exact

# Both queries walk the entries in order and look the applications up by index; nothing is sorted.
_OWN = """
SELECT e.entry_no, e.quantity, e.remaining_quantity, e.entry_type, e.applies_from_entry,
       COALESCE(SUM(CASE WHEN a.inbound_entry_no = e.entry_no THEN a.quantity END), 0),
       COALESCE(SUM(CASE WHEN a.outbound_entry_no = e.entry_no THEN a.quantity END), 0),
       COALESCE(MAX(CASE WHEN a.inbound_entry_no = e.entry_no THEN a.outbound_entry_no END), 0)
FROM item_ledger_entry e LEFT JOIN item_application_entry a ON a.item_ledger_entry_no = e.entry_no
GROUP BY e.entry_no
HAVING (e.quantity > 0 AND COALESCE(SUM(CASE WHEN a.inbound_entry_no = e.entry_no THEN a.quantity END), 0) <> e.quantity)
    OR (e.quantity < 0
        AND COALESCE(SUM(CASE WHEN a.outbound_entry_no = e.entry_no THEN a.quantity END), 0) <> e.quantity - e.remaining_quantity)
    OR (e.entry_type <> 'transfer' AND COALESCE(e.applies_from_entry, 0)
        <> COALESCE(MAX(CASE WHEN a.inbound_entry_no = e.entry_no THEN a.outbound_entry_no END), 0))
ORDER BY e.entry_no
"""


def own() -> Iterator[str]:
    """An increase has rows of its own for all of its quantity, a decrease for all that is covered."""
    for entry_no, quantity, remaining, kind, applies_from, came, went, back in stream(_OWN):
        name = entry_name(entry_no)
        if quantity > 0 and came != quantity:
            yield differs(name, "the quantity of its own applications", exact(quantity), exact(came))
        if quantity < 0 and went != quantity - remaining:
            yield differs(name, "the quantity that increases supplied", exact(remaining - quantity), exact(-went))
        if kind != "transfer" and (applies_from or 0) != back:
            yield differs(name, "the decrease that its application takes back", applies_from or "none", back or "none")


_SUPPLIED = """
SELECT e.entry_no, e.remaining_quantity, COALESCE(SUM(a.quantity), 0), e.uninvoiced_applications,
       COUNT(CASE WHEN a.item_ledger_entry_no = a.outbound_entry_no AND NOT o.completely_invoiced THEN 1 END)
FROM item_ledger_entry e
LEFT JOIN item_application_entry a ON a.inbound_entry_no = e.entry_no
LEFT JOIN item_ledger_entry o ON o.entry_no = a.outbound_entry_no
WHERE e.quantity > 0
GROUP BY e.entry_no
HAVING e.remaining_quantity <> COALESCE(SUM(a.quantity), 0) OR e.uninvoiced_applications
    <> COUNT(CASE WHEN a.item_ledger_entry_no = a.outbound_entry_no AND NOT o.completely_invoiced THEN 1 END)
ORDER BY e.entry_no
"""


def supplied() -> Iterator[str]:
    """What remains of an increase is what it brought less what decreases took of it."""
    for entry_no, remaining, left, uninvoiced, counted in stream(_SUPPLIED):
        name = entry_name(entry_no)
        if remaining != left:
            yield differs(name, "remaining quantity", exact(left), exact(remaining))
        if uninvoiced != counted:
            yield differs(name, "number of applications that are not invoiced", counted, uninvoiced)


_SAME = "{0}.item_no = {1}.item_no AND {0}.variant_code = {1}.variant_code"
_SAME_NUMBERS = "{0}.lot_no = {1}.lot_no AND {0}.serial_no = {1}.serial_no"
_OF_SHAPE = f"""
CASE WHEN i.entry_no IS NULL OR i.quantity < 0 THEN 'names no increase'
     WHEN a.outbound_entry_no = 0 THEN
          CASE WHEN a.item_ledger_entry_no <> a.inbound_entry_no OR a.transferred_from_entry_no <> 0 OR a.quantity <= 0
               THEN 'is no row of its own increase' END
     WHEN o.entry_no IS NULL OR o.quantity > 0 THEN 'names no decrease'
     WHEN a.item_ledger_entry_no = a.outbound_entry_no THEN
          CASE WHEN a.transferred_from_entry_no <> 0 OR a.quantity >= 0 THEN 'is no row of a decrease'
               WHEN NOT ({_SAME.format("i", "o")} AND i.location_code = o.location_code AND {_SAME_NUMBERS.format("i", "o")}
                         AND i.package_no = o.package_no)
               THEN 'links different items, locations or tracking numbers' END
     WHEN a.item_ledger_entry_no <> a.inbound_entry_no OR a.quantity <= 0 THEN 'is no row of an increase with a source'
     WHEN a.transferred_from_entry_no <> 0 THEN
          CASE WHEN i.entry_type <> 'transfer' OR o.entry_type <> 'transfer' THEN 'is no row of a transfer'
               WHEN t.entry_no IS NULL OR t.quantity < 0 THEN 'was transferred from no increase'
               WHEN NOT ({_SAME.format("i", "o")} AND {_SAME.format("i", "t")}) THEN 'links different items' END
     WHEN NOT ({_SAME.format("i", "o")} AND {_SAME_NUMBERS.format("i", "o")}
               OR i.register_no = o.register_no AND i.item_no = o.item_no AND {_SAME_NUMBERS.format("i", "o")} AND EXISTS
                  (SELECT 1 FROM item_register r WHERE r.register_no = i.register_no AND r.operation = 'change_variant'))
     THEN 'takes back another item, variant or tracking number'
     END
"""
_LINKS = f"""
SELECT * FROM (
    SELECT a.entry_no, a.item_ledger_entry_no, {_OF_SHAPE} AS problem, a.posting_date,
           CASE WHEN o.posting_date > i.posting_date AND a.transferred_from_entry_no = 0
                THEN o.posting_date ELSE i.posting_date END AS later
    FROM item_application_entry a
    LEFT JOIN item_ledger_entry i ON i.entry_no = a.inbound_entry_no
    LEFT JOIN item_ledger_entry o ON o.entry_no = a.outbound_entry_no
    LEFT JOIN item_ledger_entry t ON t.entry_no = a.transferred_from_entry_no
) AS link WHERE problem IS NOT NULL OR posting_date <> later OR later IS NULL ORDER BY entry_no
"""


def links() -> Iterator[str]:
    """Each row has one of the five shapes, and links what may be linked."""
    for entry_no, item_ledger_entry_no, problem, posting_date, later in stream(_LINKS):
        where = f"application {entry_no} of {entry_name(item_ledger_entry_no)}"
        if problem:
            yield f"{where} {problem}."
        elif posting_date != later:
            yield differs(where, "posting date", later, posting_date)


_RETURNED = """
SELECT o.entry_no, o.shipped_quantity_not_returned, o.quantity,
       COALESCE(SUM(CASE WHEN c.entry_no IS NULL THEN a.quantity END), 0),
       CASE WHEN o.entry_type = 'transfer' OR o.corrects_entry_no IS NOT NULL THEN 1 ELSE 0 END
FROM item_ledger_entry o
LEFT JOIN item_application_entry a ON a.outbound_entry_no = o.entry_no AND a.outbound_entry_no <> 0
    AND a.item_ledger_entry_no <> a.outbound_entry_no AND a.transferred_from_entry_no = 0
LEFT JOIN item_ledger_entry c ON c.corrects_entry_no = a.item_ledger_entry_no
WHERE o.quantity < 0
GROUP BY o.entry_no
HAVING o.shipped_quantity_not_returned < 0 OR o.shipped_quantity_not_returned <>
    CASE WHEN o.entry_type = 'transfer' OR o.corrects_entry_no IS NOT NULL THEN 0
         ELSE -o.quantity - COALESCE(SUM(CASE WHEN c.entry_no IS NULL THEN a.quantity END), 0) END
ORDER BY o.entry_no
"""


def returned() -> Iterator[str]:
    """I11: never more comes back than went out, and what may still come back is known."""
    for entry_no, found, quantity, back, never in stream(_RETURNED):
        expected = 0 if never else -quantity - back
        name = entry_name(entry_no)
        if expected < 0:
            yield differs(name, "quantity returned", f"at most {show(exact(-quantity))}", exact(back))
        else:
            yield differs(name, "shipped quantity not returned", exact(expected), exact(found))


_HALVES = """
SELECT o.entry_no, o.quantity, COALESCE(SUM(a.quantity), 0)
FROM item_ledger_entry o
LEFT JOIN item_application_entry a ON a.outbound_entry_no = o.entry_no AND a.outbound_entry_no <> 0
    AND a.item_ledger_entry_no <> a.outbound_entry_no AND a.transferred_from_entry_no <> 0
WHERE o.entry_type = 'transfer' AND o.quantity < 0
GROUP BY o.entry_no HAVING COALESCE(SUM(a.quantity), 0) <> -o.quantity ORDER BY o.entry_no
"""
_BY_SOURCE = """
SELECT a.outbound_entry_no, a.transferred_from_entry_no, SUM(a.quantity),
       COALESCE((SELECT -SUM(c.quantity) FROM item_application_entry c WHERE c.item_ledger_entry_no = a.outbound_entry_no
                 AND c.inbound_entry_no = a.transferred_from_entry_no), 0) AS taken
FROM item_application_entry a WHERE a.transferred_from_entry_no <> 0
GROUP BY a.outbound_entry_no, a.transferred_from_entry_no ORDER BY 1, 2
"""


def halves() -> Iterator[str]:
    """I10: what leaves by a transfer arrives, from the same increases."""
    for entry_no, quantity, arrived in stream(_HALVES):
        yield differs(entry_name(entry_no), "the quantity that its receiving halves brought", exact(-quantity), exact(arrived))
    for out, source, arrived, taken in stream(_BY_SOURCE):
        if arrived != taken:
            what = f"the quantity received from entry {source}"
            yield differs(entry_name(out), what, exact(taken), exact(arrived))


CHECKS = (
    Check("entries have applications for all of their quantity (I3)", "item_ledger_entry", own),
    Check("what remains of an increase follows from its applications (I3)", "item_application_entry", supplied),
    Check("applications link what may be linked (I4)", "item_application_entry", links),
    Check("no more comes back than went out (I11)", "item_ledger_entry", returned),
    Check("transfers: what leaves arrives (I10)", "item_application_entry", halves),
)
