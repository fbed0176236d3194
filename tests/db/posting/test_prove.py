"""The proof finds what it is there to find: each test breaks one thing, with the triggers off, and reads the finding."""

import random
from collections.abc import Callable
from datetime import date

import pytest

from db.connection import fetch, in_write_transaction, is_postgresql
from db.migrations.append_only import append_only, drop_append_only
from db.models.ledger import MOVABLE
from db.posting.prove import CHECKS, ProofReport, prove
from db.posting.prove.report import AT_MOST
from tests.support.builders import (
    a_dated_item,
    a_location,
    a_serial_item,
    adjust_cost,
    an_item,
    applications,
    count,
    counted,
    entry,
    everything,
    invoice,
    moved,
    posted,
    purchase,
    sale,
    undo,
    values,
    with_settings,
)
from tests.support.databases import long_or_short

pytestmark = pytest.mark.usefixtures("database")

SCALE = 100_000


@pytest.fixture
def company(database: object) -> None:
    """A little of everything: covered sales, returns, transfers, late invoices, rounding, bins, numbers, a count, an undo."""
    an_item(unit_cost="3")
    a_dated_item("LOT")
    a_serial_item("SER")
    a_location("EAST", bins=["A", "B"])
    posted(sale("2", id="S0", on=1), sale("-1", applies_from="S0", id="R0", on=2))
    posted(purchase("10", amount="33.33", invoiced=False, id="P", on=3), sale("3", id="S1", on=4))
    posted(sale("-1", applies_from="S1", id="R1", on=5), moved("2", to="EAST", to_bin="A", id="T", on=6))
    posted(invoice("P", "6", amount="20", id="I1", on=7), sale("1", invoiced=False, price="9", id="S2", on=8))
    posted(purchase("3", amount="10", id="P3", on=8))
    posted(moved("1", location="EAST", bin="A", to_bin="B", id="M", on=9))
    posted(purchase("5", at="1", item="LOT", lot="L1", expires=date(2027, 6, 30), id="PL", on=9))
    posted(sale("2", item="LOT", lot="l1", id="SL", on=10), purchase("1", at="7", item="SER", serial="N1", id="PN", on=9))
    posted(moved("1", item="SER", serial="N1", to="EAST", to_bin="B", id="TN", on=10))
    posted(count(counted("4", item="LOT", lot="L1"), id="C", on=11))
    posted(purchase("1", at="2", invoiced=False, id="PU", on=12), undo("PU", id="U", on=12))
    an_item("ZERO")
    posted(purchase("3", amount="10", item="ZERO", id="PZ", on=1), *(sale("1", item="ZERO", id=f"SZ{n}", on=2) for n in range(3)))


def damage(*statements: str) -> None:
    """Change the database behind everybody's back."""

    def work() -> None:
        for table in MOVABLE:
            drop_append_only(table)
        for statement in statements:
            fetch(statement)
        for table, movable in MOVABLE.items():
            append_only(table, movable)

    in_write_transaction(work)


def no(reference: str) -> int:
    return entry(reference).entry_no


def set_entry(reference: str, change: str) -> str:
    return f"UPDATE item_ledger_entry SET {change} WHERE entry_no = {no(reference)}"


# ---- all is well ----------------------------------------------------------------------------------------------------


def test_a_company_in_which_all_is_well_has_no_findings_and_every_check_says_what_it_saw(company: None) -> None:
    named: list[str] = []
    report = prove(named.append)
    assert report.findings == ()
    assert named == [check.name for check in CHECKS]
    assert [name for name, _ in report.checks][:-1] == named
    rows = dict(report.checks)
    assert rows["quantities: signs, ranges, open, invoiced (I2, I5, I8, I12)"] == len(everything()["item_ledger_entry"])


def test_an_empty_database_is_proven_too() -> None:
    assert prove().findings == ()


def test_proving_changes_nothing(company: None) -> None:
    before = everything()
    prove()
    assert everything() == before


def test_entries_that_wait_for_adjustment_are_said_and_are_no_fault() -> None:
    with_settings(automatic_cost_adjustment="never")
    an_item()
    posted(purchase("3", at="1", invoiced=False, id="P"), sale("1", invoiced=False, id="S"), invoice("P", at="2"))
    report = prove()
    assert report.findings == ()
    assert report.checks[-1] == ("entries that wait for cost adjustment (no fault)", 1)
    posted(adjust_cost())
    assert prove().checks[-1][1] == 0


# ---- one thing broken -----------------------------------------------------------------------------------------------

# What is broken, and a part of the sentence that says so.
_BROKEN: dict[str, tuple[Callable[[], list[str]], str]] = {
    "open though nothing remains": (lambda: [set_entry("S1", "open = (1 = 1)")], "open is yes, expected no"),
    "remaining beyond the quantity": (
        lambda: [set_entry("P3", f"remaining_quantity = {9 * SCALE}")],
        "remaining quantity is 9, expected between 0 and 3",
    ),
    "remaining of a decrease above zero": (
        lambda: [set_entry("S1", f"remaining_quantity = {SCALE}, open = (1 = 1)")],
        "remaining quantity is 1, expected between -3 and 0",
    ),
    "an uncovered transfer": (
        lambda: [set_entry("T/out", f"remaining_quantity = -{SCALE}, open = (1 = 1)")],
        "uncovered quantity of a transfer is 1, expected 0",
    ),
    "invoiced beyond the quantity": (
        lambda: [set_entry("S1", f"invoiced_quantity = -{4 * SCALE}")],
        "invoiced quantity is -4, expected between -3 and 0",
    ),
    "completely invoiced in part": (lambda: [set_entry("P", "completely_invoiced = (1 = 1)")], "completely invoiced is yes"),
    "a transfer that is not invoiced": (
        lambda: [set_entry("T/out", "invoiced_quantity = 0")],
        "invoiced quantity of a transfer is 0, expected -2",
    ),
    "an increase that is owed back": (
        lambda: [set_entry("P3", "shipped_quantity_not_returned = 100000")],
        "shipped quantity not returned of an increase is 1, expected 0",
    ),
    "two pieces of one serial number": (
        lambda: [set_entry("PN", f"quantity = {2 * SCALE}, remaining_quantity = {SCALE}, invoiced_quantity = {2 * SCALE}")],
        "quantity of serial N1 is 2, expected 1",
    ),
    "a correction of another quantity": (
        lambda: [set_entry("U", f"quantity = -{2 * SCALE}, invoiced_quantity = -{2 * SCALE}")],
        "quantity is -2, expected -1",
    ),
    "a correction in another place": (
        lambda: [set_entry("U", "location_code = 'EAST'")],
        "are expected to be the same, and are not",
    ),
    "a correction that is fixed to nothing": (
        lambda: [set_entry("U", "applies_to_entry = NULL")],
        "the entry it is fixed to is not there",
    ),
    "an application of another quantity": (
        lambda: [f"UPDATE item_application_entry SET quantity = -{2 * SCALE} WHERE item_ledger_entry_no = {no('S1')}"],
        "the quantity that increases supplied is 4, expected 3",
    ),
    "an increase without its own application": (
        lambda: [f"DELETE FROM item_application_entry WHERE item_ledger_entry_no = {no('PL')}"],
        "the quantity of its own applications is 0, expected 5",
    ),
    "an increase that has more left than it has": (
        lambda: [set_entry("PL", f"remaining_quantity = {4 * SCALE}")],
        "remaining quantity is 4, expected 3",
    ),
    "applications not invoiced that are": (
        lambda: [set_entry("P", "uninvoiced_applications = 7")],
        "number of applications that are not invoiced is 7, expected 2",
    ),
    "an application between two items": (
        lambda: [f"UPDATE item_application_entry SET inbound_entry_no = {no('PL')} WHERE item_ledger_entry_no = {no('S2')}"],
        "links different items, locations or tracking numbers",
    ),
    "an application to nothing": (
        lambda: [f"UPDATE item_application_entry SET inbound_entry_no = 9999 WHERE item_ledger_entry_no = {no('S2')}"],
        "names no increase",
    ),
    "an application before its entries": (
        lambda: [f"UPDATE item_application_entry SET posting_date = '2025-12-31' WHERE item_ledger_entry_no = {no('S2')}"],
        "posting date is 2025-12-31, expected 2026-01-08",
    ),
    "a return of another sale than it says": (
        lambda: [set_entry("R1", f"applies_from_entry = {no('S0')}")],
        "the decrease that its application takes back",
    ),
    "more back than went out": (
        lambda: [
            f"UPDATE item_application_entry SET quantity = {9 * SCALE} WHERE item_ledger_entry_no = {no('R1')} AND quantity > 0"
        ],
        "quantity returned is 9, expected at most 3",
    ),
    "returnable that is not": (
        lambda: [set_entry("S1", f"shipped_quantity_not_returned = {3 * SCALE}")],
        "shipped quantity not returned is 3, expected 2",
    ),
    "a half of a transfer that is missing": (
        lambda: [f"DELETE FROM item_application_entry WHERE item_ledger_entry_no = {no('T/in')}"],
        "the quantity that its receiving halves brought is 0, expected 2",
    ),
    "a half that comes from another increase": (
        lambda: [
            f"UPDATE item_application_entry SET transferred_from_entry_no = {no('P3')} WHERE item_ledger_entry_no = {no('T/in')}"
        ],
        "the quantity received from entry",
    ),
    "an entry worth something else than its value entries": (
        lambda: [set_entry("PL", f"cost_amount_actual = {6 * SCALE}")],
        "actual cost, by its value entries is 6, expected 5",
    ),
    "a value entry of another amount": (
        lambda: [f"UPDATE value_entry SET cost_amount_actual = {9 * SCALE} WHERE item_ledger_entry_no = {no('PL')}"],
        "actual cost, by its value entries is 5, expected 9",
    ),
    "an expected cost that stays behind": (
        lambda: [
            set_entry("PL", f"cost_amount_expected = {SCALE}"),
            f"UPDATE value_entry SET cost_amount_expected = {SCALE} WHERE item_ledger_entry_no = {no('PL')}",
            f"UPDATE item_total SET cost_amount_expected = {SCALE} WHERE item_no = 'LOT'",
        ],
        "expected cost though completely invoiced is 1, expected 0",
    ),
    "an expected revenue that stays behind": (
        lambda: [f"UPDATE value_entry SET sales_amount_expected = {SCALE} WHERE item_ledger_entry_no = {no('S1')}"],
        "expected sales amount though completely invoiced",
    ),
    "actual cost of what nobody invoiced": (
        lambda: [
            f"UPDATE value_entry SET cost_amount_actual = cost_amount_expected, cost_amount_expected = 0, expected_cost = (1 = 0)"
            f" WHERE item_ledger_entry_no = {no('S2')}"
        ],
        "actual direct cost though nothing is invoiced",
    ),
    "an entry without value entries": (
        lambda: [f"DELETE FROM value_entry WHERE item_ledger_entry_no = {no('PL')}"],
        "has no value entry",
    ),
    "a quantity that the value entries do not know": (
        lambda: [f"UPDATE value_entry SET item_ledger_quantity = 0 WHERE item_ledger_entry_no = {no('PL')}"],
        "quantity, by its value entries is 5, expected 0",
    ),
    "value entries of two days": (
        lambda: [f"UPDATE value_entry SET valuation_date = '2026-01-30' WHERE entry_no = {values('P')[-1].entry_no}"],
        "valuation date of its value entries",
    ),
    "a value entry of another item": (
        lambda: [f"UPDATE value_entry SET item_no = 'LOT' WHERE entry_no = {values('PN')[0].entry_no}"],
        "1 value entries name another item",
    ),
    "another last invoice date": (
        lambda: [set_entry("PL", "last_invoice_date = '2026-01-30'")],
        "last invoice date is 2026-01-30",
    ),
    "expected and actual cost in one row": (
        lambda: [f"UPDATE value_entry SET expected_cost = (1 = 1) WHERE entry_no = {values('PL')[0].entry_no}"],
        "is expected cost and has an actual cost",
    ),
    "an adjustment that nothing caused": (
        lambda: ["UPDATE value_entry SET caused_by = NULL WHERE adjustment AND entry_type = 'rounding'"],
        "is an adjustment that nothing caused",
    ),
    "an adjustment of nothing": (
        lambda: ["UPDATE value_entry SET applies_to_value_entry = NULL WHERE adjustment AND entry_type = 'direct_cost'"],
        "is an adjustment of no direct cost",
    ),
    "an adjustment that moves goods": (
        lambda: ["UPDATE value_entry SET invoiced_quantity = 1 WHERE adjustment AND entry_type = 'rounding'"],
        "is an adjustment and moves or invoices",
    ),
    "a value entry of no entry": (
        lambda: ["UPDATE value_entry SET item_ledger_entry_no = 9999 WHERE entry_type = 'rounding'"],
        "belongs to no item ledger entry",
    ),
    "an invoice that gave back too little": (
        lambda: [
            f"UPDATE value_entry SET cost_amount_expected = cost_amount_expected + {SCALE}"
            f" WHERE entry_no = {values('P')[1].entry_no}",
            set_entry("P", f"cost_amount_expected = cost_amount_expected + {SCALE}"),
            f"UPDATE item_total SET cost_amount_expected = cost_amount_expected + {SCALE} WHERE item_no = '1000'",
        ],
        "expected cost still to invoice",
    ),
    "a sale that did not follow its receipt": (
        lambda: [
            "UPDATE value_entry SET cost_amount_actual = cost_amount_actual - 100000"
            f" WHERE entry_no = {values('SL')[0].entry_no}",
            set_entry("SL", f"cost_amount_actual = cost_amount_actual - {SCALE}"),
            f"UPDATE item_total SET cost_amount_actual = cost_amount_actual - {SCALE} WHERE item_no = 'LOT'",
        ],
        "cost, by its sources is -3, expected -2",
    ),
    "a return that did not follow its sale": (
        lambda: [
            "UPDATE value_entry SET cost_amount_actual = cost_amount_actual - 100000"
            f" WHERE entry_no = {values('R0')[0].entry_no}",
            set_entry("R0", f"cost_amount_actual = cost_amount_actual - {SCALE}"),
            f"UPDATE item_total SET cost_amount_actual = cost_amount_actual - {SCALE} WHERE item_no = '1000'",
        ],
        "cost, by its sources",
    ),
    "an actual cost of what is not invoiced": (
        lambda: [
            f"UPDATE value_entry SET cost_amount_actual = -{SCALE}, cost_amount_expected = cost_amount_expected + {SCALE},"
            f" expected_cost = (1 = 0) WHERE entry_no = {values('S2')[0].entry_no}",
            set_entry("S2", f"cost_amount_actual = -{SCALE}, cost_amount_expected = cost_amount_expected + {SCALE}"),
            f"UPDATE item_total SET cost_amount_actual = cost_amount_actual - {SCALE},"
            f" cost_amount_expected = cost_amount_expected + {SCALE} WHERE item_no = '1000'",
        ],
        "actual cost, by its invoiced quantity is -1, expected 0",
    ),
    "a transfer invoiced before its source": (
        lambda: [set_entry("T/in", "completely_invoiced = (1 = 1)")],
        "completely invoiced, by its sources is yes, expected no",
    ),
    "a sale valued before its goods": (
        lambda: [
            set_entry("S0", "valuation_date = '2026-01-01'"),
            f"UPDATE value_entry SET valuation_date = '2026-01-01' WHERE item_ledger_entry_no = {no('S0')}",
        ],
        "valuation date is 2026-01-01, expected 2026-01-03",
    ),
    "a receipt valued on another day": (
        lambda: [
            set_entry("PZ", "valuation_date = '2025-12-01'"),
            f"UPDATE value_entry SET valuation_date = '2025-12-01' WHERE item_ledger_entry_no = {no('PZ')}",
        ],
        "valuation date is 2025-12-01, expected 2026-01-01",
    ),
    "handed out more than its shares": (
        lambda: [set_entry("PL", f"cost_amount_forwarded = {9 * SCALE}")],
        "cost handed out is 9, expected 2",
    ),
    "a rounding that was not booked": (
        lambda: [
            "DELETE FROM value_entry WHERE entry_type = 'rounding' AND item_no = 'ZERO'",
            set_entry("PZ", f"cost_amount_actual = {10 * SCALE}"),
            f"UPDATE item_total SET cost_amount_actual = {SCALE // 100} WHERE item_no = 'ZERO'",
        ],
        "cost left though all of it is used and invoiced is 0.01, expected 0",
    ),
    "value without goods": (
        lambda: [
            "DELETE FROM value_entry WHERE entry_type = 'rounding' AND item_no = 'ZERO'",
            set_entry("PZ", f"cost_amount_actual = {10 * SCALE}"),
            f"UPDATE item_total SET cost_amount_actual = {SCALE // 100} WHERE item_no = 'ZERO'",
        ],
        "item ZERO, of which nothing is left: value is 0.01, expected 0",
    ),
    "a mark that names nothing": (lambda: [set_entry("PL", "applied_entry_to_adjust = 9999")], "waits for value entry 9999"),
    "totals of another quantity": (
        lambda: [f"UPDATE item_total SET quantity = {SCALE} WHERE item_no = 'LOT'"],
        "totals of item LOT: quantity is 1, expected 4",
    ),
    "totals of another cost": (
        lambda: ["UPDATE item_total SET cost_amount_actual = 0 WHERE item_no = 'LOT'"],
        "totals of item LOT: actual cost is 0, expected 4",
    ),
    "totals that do not know the last entry": (
        lambda: ["UPDATE item_total SET last_item_ledger_entry_no = 1 WHERE item_no = 'LOT'"],
        "last item ledger entry is 1",
    ),
    "totals that do not know the last warehouse entry": (
        lambda: ["UPDATE item_total SET last_warehouse_entry_no = 1 WHERE item_no = '1000'"],
        "last warehouse entry is 1",
    ),
    "totals that are gone": (lambda: ["DELETE FROM item_total WHERE item_no = 'LOT'"], "are not kept, though it has entries"),
    "content of another quantity": (
        lambda: [f"UPDATE bin_content SET quantity = {9 * SCALE} WHERE item_no = 'LOT'"],
        "on hand of item LOT, location BLUE, lot L1: what lies in its places is 9, expected 4",
    ),
    "content that is gone": (
        lambda: ["DELETE FROM bin_content WHERE item_no = 'LOT'"],
        "what lies in its places is 0, expected 4",
    ),
    "goods in another bin than the warehouse entries say": (
        lambda: ["UPDATE bin_content SET bin_code = 'A' WHERE item_no = 'SER'"],
        "content of item SER, location EAST, serial N1, bin A: quantity is 1, expected 0",
    ),
    "a bin below nothing": (
        lambda: [
            f"UPDATE bin_content SET quantity = -{SCALE} WHERE item_no = '1000' AND bin_code = 'A'",
            f"UPDATE bin_content SET quantity = {3 * SCALE} WHERE item_no = '1000' AND bin_code = 'B'",
        ],
        "quantity is -1, expected more than 0",
    ),
    "a count whose difference was not posted": (
        lambda: ["UPDATE count_entry SET quantity_counted = quantity_counted + 100000"],
        "the difference posted is 1, expected 2",
    ),
    "a count that posted another item": (
        lambda: ["UPDATE count_entry SET bin_code = 'X'"],
        "which is of another item or place",
    ),
    "a serial number in stock twice": (
        lambda: [set_entry("TN/out", f"quantity = {SCALE}, invoiced_quantity = {SCALE}")],
        "serial N1 of item SER: on hand is 3, expected 0 or 1",
    ),
    "a lot in another spelling": (
        lambda: ["UPDATE item_ledger_entry SET lot_no = 'l1'", "UPDATE bin_content SET lot_no = 'l1' WHERE lot_no = 'L1'"],
        "lot l1 of item LOT is in the ledger in a spelling that is not known",
    ),
    "a lot under a wrong key": (
        lambda: ["UPDATE tracking_number SET number_key = 'other' WHERE number = 'L1'"],
        "lot L1 of item LOT: key is other, expected l1",
    ),
    "a lot with two dates": (
        lambda: [set_entry("PL", "expiration_date = '2027-07-01'")],
        "expiry date is 2027-06-30 and 2027-07-01, expected one and the same everywhere",
    ),
    "a lot that never came": (
        lambda: ["UPDATE tracking_number SET received = (1 = 0) WHERE number = 'L1'"],
        "lot L1 of item LOT: ever received is no, expected yes",
    ),
}


# The SQL is the same on both; on PostgreSQL every fourth of these is enough for the daily run.
_WHERE = [("sqlite", what) for what in _BROKEN] + [("postgresql", what) for what in list(_BROKEN)[:: long_or_short(1, 4)]]


@pytest.mark.parametrize(("database_url", "what"), _WHERE, indirect=["database_url"])
def test_what_is_broken_is_found_and_said(company: None, what: str) -> None:
    statements, sentence = _BROKEN[what]
    damage(*statements())
    findings = prove().findings
    assert any(sentence in finding for finding in findings), findings


def test_an_entry_without_its_register_is_found(company: None) -> None:
    """Foreign keys refuse it; a file that other tools have repaired may have it all the same."""
    (register_no,) = fetch("SELECT MAX(register_no) FROM item_register")[0]
    if is_postgresql():
        tables = [table for table in MOVABLE if table != "item_register"]
        damage(*(f"ALTER TABLE {table} DROP CONSTRAINT {table}_register_no_fkey" for table in tables))
    else:
        fetch("PRAGMA foreign_keys = 0")
    damage(f"DELETE FROM item_register WHERE register_no = {register_no}")
    assert any(f"names register {register_no}, which does not exist" in finding for finding in prove().findings)


@pytest.mark.parametrize("table", MOVABLE)
def test_a_ledger_without_its_triggers_is_found(company: None, table: str) -> None:
    in_write_transaction(lambda: drop_append_only(table))
    findings = prove().findings
    assert {f"{table}_no_delete", f"{table}_no_update"} <= {word for finding in findings for word in finding.split()}


def test_numbers_that_were_used_and_would_be_drawn_again_are_found(company: None) -> None:
    if is_postgresql():
        in_write_transaction(lambda: fetch("SELECT setval('value_entry_number', 1)"))
    else:
        in_write_transaction(lambda: fetch("UPDATE number_counter SET value_entry = 1"))
    (finding,) = prove().findings
    assert finding.startswith("numbers of value_entry: the last number drawn is 1, expected")


def test_a_circle_of_costs_is_found(company: None) -> None:
    """A return covers the very sale that it has its cost from."""
    sale_no, return_no = no("S1"), no("R1")
    damage(
        f"UPDATE item_application_entry SET inbound_entry_no = {return_no}"
        f" WHERE item_ledger_entry_no = {sale_no} AND outbound_entry_no = {sale_no}"
    )
    assert any("a circle" in finding for finding in prove().findings)


def test_a_circle_over_several_steps_is_found(company: None) -> None:
    damage(
        f"UPDATE item_application_entry SET inbound_entry_no = {no('T/in')}"
        f" WHERE item_ledger_entry_no = {no('T/out')} AND outbound_entry_no = {no('T/out')}"
    )
    assert any("a circle" in finding for finding in prove().findings)


def test_many_findings_of_one_kind_are_counted_and_not_all_written_out() -> None:
    an_item()
    posted(*(purchase("1", at="1") for _ in range(AT_MOST + 5)), together=True)
    damage("UPDATE item_ledger_entry SET open = (1 = 0)")
    findings = prove().findings
    assert len([one for one in findings if "open is no, expected yes" in one]) == AT_MOST + 1
    assert any(one.startswith("… and 5 more like it") for one in findings)


def test_any_change_of_what_postings_keep_up_to_date_is_found(company: None) -> None:
    """No column that posting maintains can be wrong without a finding."""
    choose = random.Random(7)
    for column in (*_KEPT_COLUMNS, "cost_amount_forwarded", "uninvoiced_applications"):
        for (entry_no,) in choose.sample(fetch("SELECT entry_no FROM item_ledger_entry"), 2):
            change = f"UPDATE item_ledger_entry SET {column} = {column} + {{}} WHERE entry_no = {entry_no}"
            damage(change.format(1000))
            assert prove().findings != (), (column, entry_no)
            damage(change.format(-1000))
    assert prove().findings == ()


_KEPT_COLUMNS = (
    "remaining_quantity",
    "invoiced_quantity",
    "shipped_quantity_not_returned",
    "cost_amount_actual",
    "cost_amount_expected",
    "sales_amount_actual",
)


def test_a_report_of_findings_is_a_plain_value() -> None:
    assert prove() == ProofReport(prove().checks, ())
    assert applications() == []
