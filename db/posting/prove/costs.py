"""Cost follows its sources, and is used up to the last cent (A1, A2, A5, A8, A9, I10, valuation dates).

A decrease costs the shares of what supplied it, a return the share of what it takes back, the receiving half of a transfer the
share of what it came from; an increase has handed out exactly those shares, and what they leave over is its rounding entry. That
is a full recomputation from the ledgers, so where nothing waits it also says that adjustment has nothing left to do.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from db.connection import stream
from db.posting.graph import sources_of
from db.posting.prove.arithmetic import amount_rounding, priced, share
from db.posting.prove.report import Check, differs, entry_name, exact
from db.queries.in_lists import fetch_in

_ROUNDING = (
    "SELECT item_ledger_entry_no AS no, SUM(cost_amount_actual) AS amount FROM value_entry WHERE entry_type = 'rounding'"
    " GROUP BY item_ledger_entry_no"
)
_RECIPIENTS = f"""
SELECT e.entry_no, e.entry_type, e.quantity, e.remaining_quantity, e.invoiced_quantity, e.cost_amount_actual,
       e.cost_amount_expected, e.completely_invoiced, e.posting_date, e.valuation_date, e.applies_to_entry,
       COALESCE(own.amount, 0),
       CASE WHEN e.remaining_quantity < 0 THEN (SELECT v.cost_per_unit FROM value_entry v
            WHERE v.item_ledger_entry_no = e.entry_no ORDER BY v.entry_no LIMIT 1) END,
       a.item_ledger_entry_no = a.outbound_entry_no, a.transferred_from_entry_no, a.quantity,
       s.quantity, s.cost_amount_actual + s.cost_amount_expected - COALESCE(theirs.amount, 0), s.completely_invoiced,
       s.valuation_date, s.applied_entry_to_adjust, o.valuation_date
FROM item_ledger_entry e
LEFT JOIN item_application_entry a ON a.item_ledger_entry_no = e.entry_no AND a.outbound_entry_no <> 0
LEFT JOIN item_ledger_entry s ON s.entry_no = CASE WHEN a.item_ledger_entry_no = a.outbound_entry_no THEN a.inbound_entry_no
    WHEN a.transferred_from_entry_no <> 0 THEN a.transferred_from_entry_no ELSE a.outbound_entry_no END
LEFT JOIN item_ledger_entry o ON o.entry_no = a.outbound_entry_no
LEFT JOIN ({_ROUNDING}) own ON own.no = e.entry_no
LEFT JOIN ({_ROUNDING}) theirs ON theirs.no = s.entry_no
WHERE e.quantity < 0 OR a.entry_no IS NOT NULL
ORDER BY e.entry_no
"""


def recipients() -> Iterator[str]:
    """Every entry that takes its cost from others has the cost, the state and the valuation date that follow from them."""
    rounding = amount_rounding()
    for entry_no, group in groupby(stream(_RECIPIENTS), key=lambda row: row[0]):
        yield from _recipient(entry_no, list(group), rounding)


def _recipient(entry_no: int, rows: list[tuple[Any, ...]], rounding: int) -> Iterator[str]:
    kind, quantity, remaining, invoiced, actual, expected, complete, posted, valued, fixed, own_rounding, unit_cost = rows[0][
        1:13
    ]
    links = [row[13:] for row in rows if row[15] is not None]
    if any(link[3] is None for link in links):
        return  # its source is missing, which is found with the applications
    cost = actual + expected - own_rounding
    wanted = 0
    days: list[str] = []
    for consumes, transferred_from, taken, whole, source_cost, _, source_valued, _, out_valued in links:
        if consumes:
            wanted -= share(source_cost, -taken, whole, rounding)
            days.append(source_valued)
        elif transferred_from:
            wanted += share(source_cost, taken, whole, rounding)
            days.append(out_valued)
        else:
            wanted -= share(source_cost, taken, -whole, rounding)
            days.append(source_valued)
    if remaining < 0:
        wanted -= priced(unit_cost or 0, -remaining, rounding)
    waiting = any(link[7] is not None for link in links)
    if not waiting and cost != wanted:
        yield differs(entry_name(entry_no), "cost, by its sources", exact(wanted), exact(cost))
    if actual - own_rounding != share(cost, invoiced, quantity, rounding):
        right = exact(share(cost, invoiced, quantity, rounding))
        yield differs(entry_name(entry_no), "actual cost, by its invoiced quantity", right, exact(actual - own_rounding))
    if kind == "transfer" and not waiting and links:
        all_complete = all(bool(link[5]) for link in links)
        if bool(complete) != all_complete:
            yield differs(entry_name(entry_no), "completely invoiced, by its sources", all_complete, bool(complete))
    right_day = max([posted, *days])
    if days and ((fixed is not None and quantity < 0) or links[0][1]):  # fixed to its increase, or the half of a transfer
        right_day = days[0]
    if valued != right_day and not _anything_waits(entry_no):
        yield differs(entry_name(entry_no), "valuation date", right_day, valued)


def _anything_waits(entry_no: int) -> bool:
    """Whether any entry that this one has its cost from waits to be forwarded."""
    sql = "SELECT 1 FROM item_ledger_entry WHERE entry_no IN ({0}) AND applied_entry_to_adjust IS NOT NULL"
    return bool(fetch_in(sql, sources_of(entry_no, {})))


_INCREASES = f"""
SELECT e.entry_no, e.quantity, e.remaining_quantity, e.completely_invoiced, e.uninvoiced_applications,
       e.cost_amount_actual + e.cost_amount_expected, e.cost_amount_forwarded, COALESCE(own.amount, 0), a.quantity
FROM item_ledger_entry e
LEFT JOIN item_application_entry a ON a.inbound_entry_no = e.entry_no AND a.item_ledger_entry_no = a.outbound_entry_no
LEFT JOIN ({_ROUNDING}) own ON own.no = e.entry_no
WHERE e.quantity > 0 AND e.applied_entry_to_adjust IS NULL
ORDER BY e.entry_no
"""


def increases() -> Iterator[str]:
    """What an increase has handed out is the sum of the shares, and nothing is left of one that is used up and invoiced."""
    rounding = amount_rounding()
    for entry_no, group in groupby(stream(_INCREASES), key=lambda row: row[0]):
        rows = list(group)
        quantity, remaining, complete, uninvoiced, cost, forwarded, rounded_off = rows[0][1:8]
        shares = sum(share(cost - rounded_off, -row[8], quantity, rounding) for row in rows if row[8] is not None)
        if forwarded != shares:
            yield differs(entry_name(entry_no), "cost handed out", exact(shares), exact(forwarded))
        if not remaining and complete and not uninvoiced:
            if cost != shares:
                yield differs(entry_name(entry_no), "cost left though all of it is used and invoiced", 0, exact(cost - shares))
        elif rounded_off:
            yield differs(entry_name(entry_no), "rounding, before all of it is used and invoiced", 0, exact(rounded_off))


_PLAIN = """
SELECT e.entry_no, e.posting_date, e.valuation_date FROM item_ledger_entry e
WHERE e.quantity > 0 AND e.valuation_date <> e.posting_date AND NOT EXISTS (
    SELECT 1 FROM item_application_entry a WHERE a.item_ledger_entry_no = e.entry_no AND a.outbound_entry_no <> 0)
ORDER BY e.entry_no
"""


def plain_increases() -> Iterator[str]:
    """An increase that has its cost from nowhere else is valued on the day it was posted."""
    for entry_no, posted, valued in stream(_PLAIN):
        yield differs(entry_name(entry_no), "valuation date", posted, valued)


_NOTHING_LEFT = """
SELECT e.item_no, SUM(e.cost_amount_actual + e.cost_amount_expected) FROM item_ledger_entry e
GROUP BY e.item_no
HAVING SUM(e.cost_amount_actual + e.cost_amount_expected) <> 0 AND COUNT(CASE WHEN e.open THEN 1 END) = 0
   AND COUNT(CASE WHEN NOT e.completely_invoiced THEN 1 END) = 0
   AND COUNT(CASE WHEN e.applied_entry_to_adjust IS NOT NULL THEN 1 END) = 0
ORDER BY e.item_no
"""


def nothing_left() -> Iterator[str]:
    """A2a: an item without open entries is worth nothing."""
    for item_no, cost in stream(_NOTHING_LEFT):
        yield differs(f"item {item_no}, of which nothing is left", "value", 0, exact(cost))


_MARKS = """
SELECT e.entry_no, e.applied_entry_to_adjust FROM item_ledger_entry e
LEFT JOIN value_entry v ON v.entry_no = e.applied_entry_to_adjust
WHERE e.applied_entry_to_adjust IS NOT NULL AND (v.entry_no IS NULL OR v.item_no <> e.item_no) ORDER BY e.entry_no
"""


def marks() -> Iterator[str]:
    """What waits for adjustment names the value entry that changed it."""
    for entry_no, value_entry_no in stream(_MARKS):
        yield f"{entry_name(entry_no)} waits for value entry {value_entry_no} to be forwarded, which is none of its item."


CHECKS = (
    Check("cost, invoicing and valuation date follow the sources (A2, A5, A9, I10)", "item_ledger_entry", recipients),
    Check("increases hand out all of their cost, with rounding (A2)", "item_ledger_entry", increases),
    Check("increases are valued on their posting date", "item_ledger_entry", plain_increases),
    Check("items of which nothing is left are worth nothing (A2a)", "item_total", nothing_left),
    Check("waiting entries name what changed them", "item_ledger_entry", marks),
)
