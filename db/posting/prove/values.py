"""Value entries: what they add up to, and what each may say (I1, I5, I6, I7, A7)."""

from collections.abc import Iterator

from db.connection import fetch, stream
from db.posting.prove.arithmetic import amount_rounding, share
from db.posting.prove.report import Check, differs, entry_name, exact

_SUMS = """
SELECT e.entry_no, e.entry_type, e.quantity, e.invoiced_quantity, e.completely_invoiced, e.cost_amount_actual,
       e.cost_amount_expected, e.sales_amount_actual, e.valuation_date, e.last_invoice_date,
       COALESCE(SUM(v.item_ledger_quantity), 0) AS moved,
       COALESCE(SUM(v.invoiced_quantity), 0) AS invoiced,
       COALESCE(SUM(v.cost_amount_actual), 0) AS actual,
       COALESCE(SUM(v.cost_amount_expected), 0) AS expected,
       COALESCE(SUM(v.sales_amount_actual), 0) AS sales,
       COALESCE(SUM(v.sales_amount_expected), 0) AS sales_expected,
       COALESCE(SUM(v.purchase_amount_expected), 0) AS purchase_expected,
       MIN(v.valuation_date) AS first_valued, MAX(v.valuation_date) AS last_valued,
       MAX(CASE WHEN v.invoiced_quantity <> 0 THEN v.posting_date END) AS last_invoiced,
       COALESCE(SUM(CASE WHEN v.entry_type = 'direct_cost' AND v.item_charge = '' THEN v.cost_amount_actual END), 0) AS direct,
       COUNT(CASE WHEN v.item_no <> e.item_no OR v.variant_code <> e.variant_code OR v.location_code <> e.location_code
                       OR v.item_ledger_entry_type <> e.entry_type THEN 1 END) AS strangers
FROM item_ledger_entry e LEFT JOIN value_entry v ON v.item_ledger_entry_no = e.entry_no
GROUP BY e.entry_no
"""
_WRONG = f"""
SELECT * FROM ({_SUMS}) AS summed
WHERE moved <> quantity OR invoiced <> invoiced_quantity OR actual <> cost_amount_actual OR expected <> cost_amount_expected
   OR sales <> sales_amount_actual OR first_valued IS NULL OR first_valued <> valuation_date OR last_valued <> valuation_date
   OR strangers > 0
   OR (completely_invoiced AND (expected <> 0 OR sales_expected <> 0 OR purchase_expected <> 0))
   OR (invoiced_quantity = 0 AND direct <> 0)
   OR (entry_type <> 'transfer' AND COALESCE(last_invoiced, '') <> COALESCE(last_invoice_date, ''))
ORDER BY entry_no
"""


def sums() -> Iterator[str]:
    """What an entry comes to is the sum of its value entries."""
    for row in stream(_WRONG):
        entry_no, kind, quantity, invoiced, complete, actual, expected, sales, valued, last_invoice = row[:10]
        name = entry_name(entry_no)
        (moved_sum, invoiced_sum, actual_sum, expected_sum, sales_sum, sales_expected, purchase_expected) = row[10:17]
        first_valued, last_valued, last_invoiced, direct, strangers = row[17:]
        if first_valued is None:
            yield f"{name} has no value entry: what it is worth is not known."
            continue
        for what, kept, summed in (
            ("quantity", quantity, moved_sum),
            ("invoiced quantity", invoiced, invoiced_sum),
            ("actual cost", actual, actual_sum),
            ("expected cost", expected, expected_sum),
            ("sales amount", sales, sales_sum),
        ):
            if kept != summed:
                yield differs(name, f"{what}, by its value entries", exact(summed), exact(kept))
        if first_valued != last_valued or first_valued != valued:
            of_values = first_valued if first_valued == last_valued else f"{first_valued} to {last_valued}"
            yield differs(name, "valuation date of its value entries", valued, of_values)
        if strangers:
            yield f"{name}: {strangers} value entries name another item, variant, location or entry type."
        for what, amount in (
            ("expected cost", expected_sum),
            ("expected sales amount", sales_expected),
            ("expected purchase amount", purchase_expected),
        ):
            if complete and amount:
                yield differs(name, f"{what} though completely invoiced", 0, exact(amount))
        if not invoiced and direct:
            yield differs(name, "actual direct cost though nothing is invoiced", 0, exact(direct))
        if kind != "transfer" and last_invoiced != last_invoice:
            yield differs(name, "last invoice date", last_invoiced, last_invoice)


_ROWS = """
SELECT * FROM (
    SELECT v.entry_no, v.item_ledger_entry_no,
        CASE WHEN e.entry_no IS NULL THEN 'belongs to no item ledger entry'
             WHEN v.expected_cost AND (v.cost_amount_actual <> 0 OR v.invoiced_quantity <> 0)
             THEN 'is expected cost and has an actual cost or an invoiced quantity'
             WHEN v.cost_amount_expected <> 0 AND v.entry_type NOT IN ('direct_cost', 'revaluation')
             THEN 'has an expected cost though it is neither direct cost nor revaluation'
             WHEN v.adjustment AND (v.item_ledger_quantity <> 0 OR v.invoiced_quantity <> 0)
             THEN 'is an adjustment and moves or invoices a quantity'
             WHEN v.adjustment AND (v.caused_by IS NULL OR c.entry_no IS NULL) THEN 'is an adjustment that nothing caused'
             WHEN v.adjustment AND v.caused_by > v.entry_no THEN 'is an adjustment caused by a later value entry'
             WHEN v.adjustment AND c.item_no <> v.item_no THEN 'is an adjustment caused by another item'
             WHEN v.adjustment AND v.entry_type = 'direct_cost' AND (t.entry_no IS NULL OR t.adjustment
                  OR t.item_ledger_entry_no <> v.item_ledger_entry_no OR t.entry_type <> 'direct_cost')
             THEN 'is an adjustment of no direct cost of its entry'
             WHEN NOT v.adjustment AND v.applies_to_value_entry IS NOT NULL AND v.entry_type = 'direct_cost'
             THEN 'applies to a value entry though it is no adjustment'
             WHEN v.entry_type = 'rounding' AND e.quantity < 0 THEN 'rounds off a decrease'
             WHEN v.entry_type = 'rounding' AND NOT v.adjustment THEN 'is rounding and no adjustment'
        END AS problem
    FROM value_entry v
    LEFT JOIN item_ledger_entry e ON e.entry_no = v.item_ledger_entry_no
    LEFT JOIN value_entry c ON c.entry_no = v.caused_by
    LEFT JOIN value_entry t ON t.entry_no = v.applies_to_value_entry
) AS one WHERE problem IS NOT NULL ORDER BY entry_no
"""


def rows() -> Iterator[str]:
    """What one value entry may say."""
    for entry_no, item_ledger_entry_no, problem in stream(_ROWS):
        yield f"value entry {entry_no} of {entry_name(item_ledger_entry_no)} {problem}."


_PARTLY = """
SELECT e.entry_no, e.quantity, e.cost_amount_expected FROM item_ledger_entry e
WHERE e.entry_type = 'purchase' AND e.quantity > 0 AND e.applies_from_entry IS NULL AND e.invoiced_quantity <> 0
AND e.invoiced_quantity <> e.quantity ORDER BY e.entry_no
"""
_DOCUMENTS = (
    "SELECT expected_cost, invoiced_quantity, cost_amount_expected FROM value_entry WHERE item_ledger_entry_no = ?"
    " AND entry_type = 'direct_cost'"
)


def partly_invoiced() -> Iterator[str]:
    """A receipt that is invoiced in part has given back that part of its expected cost, invoice by invoice."""
    rounding = amount_rounding()
    for entry_no, quantity, found in stream(_PARTLY):
        documents = fetch(_DOCUMENTS, (entry_no,))
        original = sum(row[2] for row in documents if row[0])
        given_back = sum(share(original, row[1], quantity, rounding) for row in documents if row[1])
        if found != original - given_back:
            yield differs(entry_name(entry_no), "expected cost still to invoice", exact(original - given_back), exact(found))


CHECKS = (
    Check("entries come to the sum of their value entries (I1, I5, I6, R1)", "value_entry", sums),
    Check("each value entry says what it may (I7, A7)", "value_entry", rows),
    Check("partial invoices give back their share of expected cost (I6)", "value_entry", partly_invoiced),
)
