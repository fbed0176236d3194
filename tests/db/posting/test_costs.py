"""What things cost: expected and actual, partial invoices, returns, transfers, rounding (costing reference §2, §3, §8, §11)."""

from decimal import Decimal

import pytest

from db.posting.prove import prove
from tests.support.builders import (
    a_location,
    a_lot_item,
    adjust_cost,
    an_item,
    changed,
    cost_of,
    count,
    counted,
    entries,
    entry,
    found,
    invoice,
    moved,
    on_hand,
    posted,
    purchase,
    refused,
    sale,
    scrapped,
    unit_cost,
    values,
    with_settings,
)

pytestmark = pytest.mark.usefixtures("database")

CENT = Decimal("0.01")


def proven() -> None:
    assert prove().findings == ()


# ---- expected and actual cost ---------------------------------------------------------------------------------------


def test_a_receipt_is_expected_cost_until_its_invoice_reverses_it() -> None:
    an_item()
    posted(purchase("10", at="9.50", invoiced=False, id="P", on=1), invoice("P", amount="100", on=5))
    assert [(one.expected_cost, one.expected, one.actual, one.invoiced, one.moved) for one in values("P")] == [
        (True, 95, 0, 0, 10),
        (False, -95, 100, 10, 0),
    ]
    assert (entry("P").completely_invoiced, entry("P").valuation_date) == (True, "2026-01-01")
    assert [one.valuation_date for one in values("P")] == ["2026-01-01", "2026-01-01"]  # not the invoice date
    proven()


def test_partial_invoices_reverse_their_share_and_the_last_one_the_rest() -> None:
    """Costing reference §18, case 1."""
    an_item()
    posted(purchase("3", amount="10", invoiced=False, id="P"), *(invoice("P", "1", amount="4") for _ in range(3)))
    assert [one.expected for one in values("P")] == [10, Decimal("-3.33"), Decimal("-3.33"), Decimal("-3.34")]
    assert (entry("P").actual, entry("P").expected) == (12, 0)
    proven()


def test_a_partly_invoiced_receipt_is_worth_what_was_invoiced_and_what_is_expected() -> None:
    """Costing reference §18, case 2."""
    an_item()
    posted(purchase("3", amount="10", invoiced=False, id="P"), invoice("P", "1", amount="4"), sale("3", id="S"))
    assert cost_of("S") == Decimal("-10.67")
    posted(invoice("P", "1", amount="4"), invoice("P", "1", amount="4"))
    assert cost_of("S") == -12
    proven()


def test_more_than_is_outstanding_is_not_invoiced() -> None:
    an_item(units={"BOX": "6"})
    posted(purchase("2", uom="BOX", at="6", invoiced=False, id="P"), invoice("P", "1", at="6"))
    error = refused(invoice("P", "1.5"))
    assert error.code == "over_invoiced"
    assert "1" in str(error)
    posted(invoice("P", at="12"))
    assert cost_of("P") == 18
    assert refused(invoice("P")).code == "over_invoiced"
    assert refused(invoice("P", "0")).code == "quantity_zero"
    proven()


def test_the_invoice_of_several_entries_takes_them_in_order_and_the_last_one_takes_the_rest() -> None:
    from db.posting.lines import TrackingLine

    a_lot_item()
    lots = [TrackingLine(Decimal(1), "A"), TrackingLine(Decimal(2), "B")]
    posted(purchase("3", amount="9", tracking=lots, invoiced=False, id="P"), invoice("P", "2", amount="10"))
    assert [(one.invoiced, one.actual, one.expected) for one in entries("P")] == [(1, 5, 0), (1, 5, 3)]
    posted(invoice("P/2", amount="1"))
    assert [one.cost for one in entries("P")] == [5, 6]
    proven()


def test_a_shipment_is_expected_until_invoiced_with_its_revenue() -> None:
    an_item()
    posted(purchase("10", at="5"), sale("4", invoiced=False, price="9", id="S"), invoice("S", "1", price="10"), invoice("S"))
    assert [(one.actual, one.expected, one.sales, one.sales_expected) for one in values("S")] == [
        (0, -20, 0, 36),
        (-5, 5, 10, -9),
        (-15, 15, 0, -27),
    ]
    proven()


def test_a_purchase_at_no_stated_cost_takes_the_items_unit_cost() -> None:
    an_item(unit_cost="3.5")
    posted(purchase("2", id="P"), found("2", id="F"), sale("-2", id="R"))
    assert (cost_of("P"), cost_of("F"), cost_of("R")) == (7, 7, 7)
    proven()


def test_the_first_actual_cost_is_the_items_and_later_it_is_value_by_quantity() -> None:
    an_item()
    posted(purchase("2", at="3"))
    assert unit_cost() == 3
    posted(purchase("2", at="4"))
    assert unit_cost() == Decimal("3.5")
    with_settings(automatic_cost_adjustment="never")
    posted(purchase("2", at="100"))
    assert unit_cost() == Decimal("3.5")  # only adjustment changes it
    posted(sale("9"), purchase("5", at="8"))  # net invoiced is 6 − 9: the last direct cost
    assert unit_cost() == 8


# ---- returns --------------------------------------------------------------------------------------------------------


def test_a_return_with_applies_from_costs_what_the_sale_cost_and_follows_it() -> None:
    an_item()
    posted(
        purchase("10", at="4", invoiced=False, id="P", on=1), sale("5", id="S", on=2), sale("-2", applies_from="S", id="R", on=3)
    )
    assert cost_of("R") == 8
    posted(invoice("P", at="7"))
    assert (cost_of("S"), cost_of("R")) == (-35, 14)
    posted(sale("7", id="S2"))
    assert cost_of("S2") == -49
    proven()


def test_a_return_of_a_return_of_a_sale_follows_through_every_step() -> None:
    an_item()
    posted(purchase("1", at="4", invoiced=False, id="P"), sale("1", id="S1"))
    for n in range(1, 5):
        posted(sale("-1", applies_from=f"S{n}", id=f"R{n}"), sale("1", id=f"S{n + 1}"))
    posted(invoice("P", at="9"))
    assert [cost_of(f"S{n}") for n in range(1, 6)] == [-9] * 5
    proven()


def test_a_return_without_applies_from_is_its_own_cost_source() -> None:
    an_item()
    posted(purchase("10", at="4", invoiced=False, id="P"), sale("5", id="S"), sale("-2", at="6", id="R"), invoice("P", at="7"))
    assert (cost_of("S"), cost_of("R")) == (-35, 12)
    proven()


def test_no_more_comes_back_than_went_out() -> None:
    an_item()
    posted(purchase("10", at="4"), sale("5", id="S"), sale("-3", applies_from="S"))
    error = refused(sale("-3", applies_from="S"))
    assert error.code == "over_returned"
    assert "2" in str(error)
    assert refused(sale("-2", applies_from="S"), sale("-1", applies_from="S")).code == "over_returned"  # of one batch, too
    posted(sale("-2", applies_from="S"))
    proven()


def test_a_return_to_another_location_has_the_cost_of_the_sale() -> None:
    an_item()
    a_location("EAST")
    posted(purchase("10", at="4"), sale("5", id="S"), sale("-5", applies_from="S", location="EAST", id="R"))
    assert (cost_of("R"), on_hand(location_code="EAST")) == (20, 5)
    proven()


def test_a_positive_adjustment_may_take_back_a_decrease_too() -> None:
    an_item()
    posted(purchase("10", at="4"), scrapped("5", id="N"), found("2", applies_from="N", at="99", id="F"))
    assert cost_of("F") == 8
    proven()


def test_a_return_not_yet_invoiced_is_expected_and_its_invoice_keeps_the_cost() -> None:
    an_item()
    posted(
        purchase("3", amount="10"), sale("3", price="6", id="S"), sale("-2", applies_from="S", invoiced=False, price="6", id="R")
    )
    assert (entry("R").actual, entry("R").expected) == (0, Decimal("6.67"))
    posted(invoice("R", "1", price="6"))
    assert (entry("R").actual, entry("R").expected, entry("R").sales) == (Decimal("3.34"), Decimal("3.33"), -6)
    posted(invoice("R", price="6"))
    assert (entry("R").actual, entry("R").expected, entry("R").sales) == (Decimal("6.67"), 0, -12)
    proven()


def test_a_purchase_return_of_goods_not_yet_invoiced_follows_the_invoice() -> None:
    an_item()
    posted(purchase("10", at="4", invoiced=False, id="P"), purchase("-3", applies_to="P", id="R"), invoice("P", at="5"))
    assert cost_of("R") == -15
    proven()


# ---- transfers ------------------------------------------------------------------------------------------------------


def test_a_transfer_has_one_receiving_half_for_each_increase_it_came_from() -> None:
    an_item()
    a_location("EAST")
    posted(purchase("5", at="2"), purchase("10", at="3"), moved("8", to="EAST", id="T"))
    assert [(one.leg, one.quantity, one.cost) for one in entries("T")] == [("out", -8, -19), ("in/1", 5, 10), ("in/2", 3, 9)]
    posted(sale("6", location="EAST", id="S"))
    assert cost_of("S") == -13
    proven()


def test_goods_transferred_before_their_invoice_are_actual_at_once_and_invoiced_with_their_source() -> None:
    """Costing reference §18, case 8."""
    an_item()
    a_location("EAST")
    posted(purchase("10", at="5", invoiced=False, id="P"), moved("10", to="EAST", id="T"))
    assert [(one.actual, one.expected, one.completely_invoiced) for one in entries("T")] == [(-50, 0, False), (50, 0, False)]
    posted(invoice("P", "4", at="6"))
    assert [(one.actual, one.completely_invoiced) for one in entries("T")] == [(-54, False), (54, False)]
    posted(invoice("P", at="6"))
    assert [(one.actual, one.completely_invoiced) for one in entries("T")] == [(-60, True), (60, True)]
    proven()


def test_a_transfer_from_two_receipts_is_invoiced_when_both_are() -> None:
    an_item()
    a_location("EAST")
    posted(purchase("2", at="5", invoiced=False, id="P1"), purchase("2", at="5", invoiced=False, id="P2"))
    posted(moved("4", to="EAST", id="T"), invoice("P1"))
    assert [one.completely_invoiced for one in entries("T")] == [False, True, False]
    posted(invoice("P2"))
    assert [one.completely_invoiced for one in entries("T")] == [True, True, True]
    proven()


def test_a_transfer_covers_sales_that_wait_at_its_destination() -> None:
    an_item(unit_cost="1")
    a_location("EAST")
    posted(sale("3", location="EAST", id="S", on=1), purchase("10", at="4", on=2), moved("5", to="EAST", id="T", on=5))
    assert (cost_of("S"), entry("T/in").remaining) == (-12, 2)
    assert entry("S").valuation_date == "2026-01-05"
    proven()


def test_a_round_trip_keeps_quantity_and_value() -> None:
    an_item()
    a_location("EAST")
    posted(purchase("3", amount="10", invoiced=False, id="P"), moved("3", to="EAST"), moved("2", location="EAST", to="BLUE"))
    posted(moved("1", to="EAST"), invoice("P", amount="11"))
    assert (on_hand(location_code="EAST"), on_hand(location_code="BLUE")) == (2, 1)
    assert sum(one.cost for one in entries()) == 11
    proven()


# ---- rounding -------------------------------------------------------------------------------------------------------


def test_an_increase_that_is_used_up_gets_a_rounding_entry_for_what_its_shares_left() -> None:
    an_item()
    posted(purchase("3", amount="10", id="P", on=1), *(sale("1", id=f"S{n}", on=2 + n) for n in range(3)))
    assert [cost_of(f"S{n}") for n in range(3)] == [Decimal("-3.33")] * 3
    (rounding,) = (one for one in values("P") if one.entry_type == "rounding")
    assert (rounding.actual, rounding.valued, rounding.invoiced, rounding.moved) == (-CENT, 3, 0, 0)
    assert (rounding.posting_date, rounding.valuation_date) == ("2026-01-01", "2026-01-01")
    assert sum(one.cost for one in entries()) == 0
    proven()


def test_a_share_is_rounded_half_away_from_zero() -> None:
    an_item()
    posted(purchase("2", amount="6.67", id="P"), sale("1", id="S1"), sale("1", id="S2"))
    assert (cost_of("S1"), cost_of("S2")) == (Decimal("-3.34"), Decimal("-3.34"))  # 3.335
    assert cost_of("P") == Decimal("6.68")
    proven()


def test_rounding_waits_until_the_receipt_and_all_that_left_is_invoiced() -> None:
    an_item()
    posted(purchase("3", amount="10", invoiced=False, id="P"), sale("1"), sale("1", invoiced=False, id="S2"), sale("1"))
    posted(invoice("P", amount="10"))
    assert cost_of("P") == 10
    posted(invoice("S2"))
    assert cost_of("P") == Decimal("9.99")
    proven()


def test_rounding_is_not_booked_while_adjustment_waits_and_follows_with_it() -> None:
    with_settings(automatic_cost_adjustment="never")
    an_item()
    posted(purchase("3", amount="10", id="P"), *(sale("1") for _ in range(3)))
    assert cost_of("P") == 10
    proven()
    posted(adjust_cost())
    assert cost_of("P") == Decimal("9.99")
    proven()


def test_rounding_entries_are_never_forwarded() -> None:
    an_item()
    a_location("EAST")
    posted(purchase("3", amount="10", id="P"), *(moved("1", to="EAST", id=f"T{n}") for n in range(3)))
    assert cost_of("P") == Decimal("9.99")
    posted(sale("3", location="EAST", id="S"))
    assert cost_of("S") == Decimal("-9.99")
    assert sum(one.cost for one in entries()) == 0
    proven()


def test_a_change_after_the_rounding_corrects_it() -> None:
    an_item(unit_cost="1")
    posted(sale("3", id="S"), sale("-3", applies_from="S", id="R"), sale("1"), sale("1"), sale("1"))
    posted(purchase("3", amount="10"))  # the sale becomes known: 10.00 for three, and so does its return
    assert cost_of("S") == -10
    assert cost_of("R") == Decimal("9.99")
    assert [one.actual for one in values("R") if one.entry_type == "rounding"] == [-CENT]
    proven()


@pytest.mark.parametrize("method", ["fifo", "lifo"])
def test_a_used_up_item_is_worth_nothing(method: str) -> None:
    an_item(costing_method=method)
    posted(*(purchase("7", amount=amount) for amount in ("10", "11.11", "0.05")))
    posted(*(sale("3") for _ in range(7)))
    assert on_hand() == 0
    assert sum(one.cost for one in entries()) == 0
    proven()


def test_free_goods_cost_nothing() -> None:
    an_item()
    posted(purchase("3", at="0", id="P"), sale("3", id="S"))
    assert (cost_of("P"), cost_of("S")) == (0, 0)
    proven()


def test_an_amount_rounding_of_five_cents_is_kept() -> None:
    with_settings(amount_rounding="0.05")
    an_item()
    posted(purchase("3", amount="10", id="P"), sale("1", id="S"))
    assert cost_of("S") == Decimal("-3.35")
    proven()


# ---- counts ---------------------------------------------------------------------------------------------------------


def test_a_count_finds_and_misses_at_the_items_cost_and_by_its_method() -> None:
    an_item()
    posted(purchase("5", at="2"), purchase("5", at="4"), count(counted("7"), id="C1"), count(counted("9"), id="C2"))
    assert (cost_of("C1"), entry("C1").quantity) == (-6, -3)
    assert (cost_of("C2"), entry("C2").quantity) == (Decimal("6.86"), 2)  # 24 for 7
    changed("item", no="1000", unit_cost=Decimal(5))
    posted(count(counted("10"), id="C3"), count(counted("11", at="1.5"), id="C4"))
    assert cost_of("C4") == Decimal("1.50")
    proven()
