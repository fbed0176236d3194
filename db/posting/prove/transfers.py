"""Transfers: what is in transit is what their orders have on the way, and numbers without gaps have none."""

from collections.abc import Iterator

from db.connection import fetch, stream
from db.core.codes import normalize_code
from db.core.errors import show
from db.core.numbering import number_after, steps_between
from db.posting.prove.report import Check, differs, exact

_ON_THE_WAY = """
SELECT order_no, line_no, SUM(kept), SUM(there) FROM (
    SELECT order_no, line_no, quantity_shipped - quantity_received - quantity_closed AS kept, 0 AS there FROM transfer_order_line
    UNION ALL
    SELECT e.order_no, e.order_line_no, 0, e.remaining_quantity FROM item_ledger_entry e
    JOIN location l ON l.code = e.location_code WHERE l.in_transit AND e.open
) AS both_sides GROUP BY order_no, line_no HAVING SUM(kept) <> SUM(there) ORDER BY order_no, line_no
"""


def on_the_way() -> Iterator[str]:
    """What lies in transit belongs to an order line that was shipped and neither received nor closed."""
    for order_no, line_no, kept, there in stream(_ON_THE_WAY):
        name = f"line {line_no} of transfer order {order_no}" if order_no else "goods in transit without an order"
        yield differs(name, "in transit", exact(kept), exact(there))


_BEYOND = """
SELECT order_no, line_no, quantity_shipped, quantity_received, quantity_closed FROM transfer_order_line
WHERE quantity_received < 0 OR quantity_closed < 0 OR quantity_shipped < quantity_received + quantity_closed
   OR CAST(quantity_shipped AS NUMERIC) * 100000 > CAST(quantity AS NUMERIC) * quantity_per ORDER BY order_no, line_no
"""


def within_the_order() -> Iterator[str]:
    """No line ships more than was ordered, or receives more than was shipped."""
    for order_no, line_no, shipped, received, closed in stream(_BEYOND):
        found = f"{show(exact(shipped))} shipped, {show(exact(received))} received, {show(exact(closed))} closed"
        yield f"line {line_no} of transfer order {order_no}: {found}, which is more than there can be."


_SERIES = """
SELECT l.series_code, l.first_no_used, l.last_no_used, l.increment FROM number_series_line l JOIN settings s ON s.id = 1
WHERE NOT l.allow_gaps AND l.first_no_used <> ''
  AND l.series_code IN (s.transfer_order_nos, s.transfer_shipment_nos, s.transfer_receipt_nos)
ORDER BY l.series_code, l.starting_date
"""
_DOCUMENTS = (
    "SELECT DISTINCT document_no FROM item_register"
    " WHERE operation IN ('transfer_order', 'transfer_ship', 'transfer_receive') AND document_no <> ''"
)


def without_gaps() -> Iterator[str]:
    """Every number that a series without gaps gave is on a document."""
    series = fetch(_SERIES)
    if not series:
        return
    used = {row[0] for row in stream(_DOCUMENTS)}
    for code, first, last, increment in series:
        for step in range(0, (steps_between(first, last) or 0) + 1, increment):
            number = number_after(first, step)
            if normalize_code(number) not in used:
                yield f"number series {code}: {number} was given and is on no document."


CHECKS = (
    Check("goods in transit belong to the orders that shipped them", "transfer_order_line", on_the_way),
    Check("transfer orders ship and receive no more than there is", "transfer_order_line", within_the_order),
    Check("number series without gaps have none", "number_series_line", without_gaps),
)
