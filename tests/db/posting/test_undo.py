"""Taking back: by correcting entries at the same cost, while the goods are still there (operations reference §7, §8)."""

from datetime import date
from decimal import Decimal

import pytest

from db.posting.lines import PostedBy, TrackingLine
from db.posting.prove import prove
from tests.support.builders import (
    a_dated_item,
    a_location,
    a_lot_item,
    a_serial_item,
    a_user,
    adjust_cost,
    an_item,
    cost_of,
    count,
    counted,
    entries,
    entry,
    everything,
    found,
    invoice,
    moved,
    on_hand,
    posted,
    purchase,
    refused,
    sale,
    scrapped,
    undo,
    values,
    with_settings,
)

pytestmark = pytest.mark.usefixtures("database")

JUNE, SEPTEMBER = date(2026, 6, 1), date(2026, 9, 1)


def proven() -> None:
    assert prove().findings == ()


def nothing_is_left_of(*references: str) -> None:
    """Quantity and value of the operations add up to exactly nothing."""
    assert sum(one.quantity for name in references for one in entries(name)) == 0
    assert sum(cost_of(name) for name in references) == 0


def test_a_receipt_goes_out_again_at_its_expected_cost_and_both_are_invoiced() -> None:
    an_item()
    posted(purchase("3", amount="10", invoiced=False, id="P"), undo("P", id="U", on=9))
    nothing_is_left_of("P", "U")
    assert (entry("P").actual, entry("P").expected, entry("U").actual) == (10, 0, -10)
    assert entry("P").completely_invoiced
    assert entry("U").completely_invoiced
    assert on_hand() == 0
    proven()


def test_a_shipment_comes_back_at_its_cost_and_supplies_again() -> None:
    an_item()
    posted(purchase("3", amount="10"), sale("2", invoiced=False, price="8", id="S"), undo("S", id="U"))
    nothing_is_left_of("S", "U")
    assert (entry("S").expected, entry("S").actual, entry("U").actual) == (0, Decimal("-6.67"), Decimal("6.67"))
    posted(sale("3", id="S2"))
    assert cost_of("S2") == Decimal("-10.00")
    proven()


def test_what_comes_back_covers_a_sale_that_waits_for_goods() -> None:
    an_item(unit_cost="9")
    posted(purchase("2", at="5"), sale("2", invoiced=False, id="S1"), sale("1", id="S2"), undo("S1", id="U"))
    assert (entry("S2").remaining, entry("U").remaining) == (0, 1)
    assert cost_of("S2") == -5
    proven()


@pytest.mark.parametrize("kind", ["found", "scrapped"])
def test_an_adjustment_is_taken_back_as_its_opposite(kind: str) -> None:
    an_item()
    posted(
        purchase("3", amount="10"), found("2", at="4", id="A") if kind == "found" else scrapped("2", id="A"), undo("A", id="U")
    )
    opposite = "negative_adjustment" if kind == "found" else "positive_adjustment"
    assert entry("U").entry_type == opposite
    nothing_is_left_of("A", "U")
    proven()


def test_a_transfer_goes_back_the_way_it_came() -> None:
    an_item()
    a_location("EAST")
    posted(purchase("5", at="2"), purchase("5", at="3"), moved("8", to="EAST", id="T"), undo("T", id="U"))
    assert [(one.leg, one.location, one.quantity, one.cost) for one in entries("U")] == [
        ("out/1", "EAST", -5, -10),
        ("in/1", "BLUE", 5, 10),
        ("out/2", "EAST", -3, -9),
        ("in/2", "BLUE", 3, 9),
    ]
    assert on_hand(location_code="EAST") == 0
    posted(sale("10", id="S"))
    assert cost_of("S") == -25
    proven()


def test_a_half_of_a_transfer_may_go_back_alone() -> None:
    an_item()
    a_location("EAST")
    posted(purchase("5", at="2"), purchase("5", at="3"), moved("8", to="EAST", id="T"), undo("T/in/2"))
    assert on_hand(location_code="EAST") == 5
    assert refused(undo("T/in/2")).code == "already_undone"
    posted(undo("T/in/1"))
    assert on_hand(location_code="EAST") == 0
    proven()


def test_the_half_that_left_stands_for_the_whole_transfer() -> None:
    an_item()
    a_location("EAST")
    posted(purchase("5", at="2"), moved("4", to="EAST", id="T"), undo("T/out"))
    assert on_hand(location_code="EAST") == 0
    assert refused(undo("T")).code == "already_undone"
    proven()


def test_a_transfer_of_goods_not_yet_invoiced_goes_back_and_follows_the_invoice() -> None:
    an_item()
    a_location("EAST")
    posted(purchase("5", at="2", invoiced=False, id="P"), moved("4", to="EAST", id="T"), undo("T", id="U"))
    posted(invoice("P", at="3"), sale("5", id="S"))
    assert (cost_of("U/in"), cost_of("S")) == (12, -15)
    proven()


def test_a_move_from_bin_to_bin_goes_back() -> None:
    an_item()
    a_location("EAST", bins=["A", "B"])
    posted(purchase("5", at="2", location="EAST", bin="A"), moved("4", location="EAST", bin="A", to_bin="B", id="M"), undo("M"))
    assert (on_hand(bin_code="A"), on_hand(bin_code="B")) == (5, 0)
    assert refused(undo("M")).code == "already_undone"
    proven()


def test_a_line_that_moved_one_lot_and_renamed_another_is_taken_back_whole() -> None:
    a_lot_item()
    a_location("EAST", bins=["A", "B"])
    posted(purchase("5", at="2", location="EAST", bin="A", lot="L1"), purchase("5", at="2", location="EAST", bin="A", lot="L2"))
    lots = [TrackingLine(Decimal(2), "L1"), TrackingLine(Decimal(3), "L2", new_lot_no="L3")]
    posted(moved("5", location="EAST", bin="A", to_bin="B", tracking=lots, id="M"), undo("M"))
    assert on_hand(bin_code="B") == 0
    assert (on_hand(bin_code="A", lot_no="L1"), on_hand(bin_code="A", lot_no="L2")) == (5, 5)
    proven()


def test_an_id_with_a_slash_is_undone_once_only() -> None:
    an_item()
    a_location("EAST", bins=["A", "B"])
    posted(purchase("5", at="2", location="EAST", bin="A"), purchase("5", at="2", location="EAST", bin="B"))
    posted(moved("4", location="EAST", bin="A", to_bin="B", id="M/1"), undo("M/1"))
    assert refused(undo("M/1")).code == "already_undone"
    proven()


def test_tracking_lines_are_taken_back_each_with_its_number() -> None:
    a_lot_item()
    lots = [TrackingLine(Decimal(1), "L1"), TrackingLine(Decimal(2), "L2")]
    posted(purchase("3", at="1", tracking=lots, invoiced=False, id="P"), undo("P", id="U"))
    assert [(one.leg, one.lot, one.quantity) for one in entries("U")] == [("1", "L1", -1), ("2", "L2", -2)]
    proven()


def test_a_counts_differences_are_taken_back() -> None:
    an_item()
    a_location("EAST", bins=["A", "B"])
    posted(purchase("5", at="2", location="EAST", bin="A"), purchase("5", at="2", location="EAST", bin="B"))
    posted(count(counted("3", bin="A"), counted("9", bin="B"), location="EAST", id="C"), undo("C", id="U"))
    nothing_is_left_of("C", "U")
    assert (on_hand(bin_code="A"), on_hand(bin_code="B")) == (5, 5)
    proven()


def test_a_count_that_moved_a_serial_number_is_taken_back() -> None:
    a_serial_item(unit_cost="1")
    a_location("EAST", bins=["A", "B"])
    posted(purchase("1", serial="s1", location="EAST", bin="A", at="4"))
    posted(count(counted("0", serial="S1", bin="A"), counted("1", serial="S1", bin="B"), location="EAST", id="C"), undo("C"))
    assert (on_hand(bin_code="A"), on_hand(bin_code="B")) == (1, 0)
    proven()


def test_a_count_without_a_difference_has_nothing_to_take_back() -> None:
    an_item()
    posted(purchase("5", at="2"), count(counted("5"), id="C"))
    assert refused(undo("C")).code == "nothing_to_do"


def test_the_posting_date_is_the_originals_where_the_sender_names_none() -> None:
    from db.posting.lines import Header, Undo

    an_item()
    posted(purchase("5", at="2", invoiced=False, on=3, id="P"), Undo(Header(date(2026, 2, 1), "U"), "P", keep_date=True))
    assert entry("U").posting_date == "2026-01-03"
    proven()


def test_a_return_that_is_taken_back_may_come_again() -> None:
    an_item()
    posted(purchase("5", at="2"), sale("5", id="S"), sale("-5", applies_from="S", invoiced=False, id="R"))
    assert refused(sale("-1", applies_from="S")).code == "over_returned"
    posted(undo("R"), sale("-5", applies_from="S", id="R2"))
    assert on_hand() == 5
    proven()


def test_revenue_and_expected_amounts_are_taken_back_too() -> None:
    an_item()
    posted(purchase("5", at="2"), sale("5", price="7", invoiced=False, id="S"), undo("S", id="U"))
    assert sum(one.sales_expected for one in values("S")) == 0
    assert sum(one.sales for one in (*values("S"), *values("U"))) == 0
    proven()


# ---- refusals -------------------------------------------------------------------------------------------------------


def test_a_receipt_of_which_some_is_sold_is_refused_naming_the_sale() -> None:
    an_item()
    posted(purchase("10", at="1", invoiced=False, id="P"), sale("2", id="S1"), sale("1", id="S2"))
    before = everything()
    error = refused(undo("P"))
    assert error.code == "already_applied"
    assert "S1, S2" in str(error)
    assert everything() == before


def test_a_receipt_that_covered_a_sale_is_refused_naming_it() -> None:
    an_item(unit_cost="1")
    posted(sale("1", id="S"), purchase("10", at="1", invoiced=False, id="P"))
    error = refused(undo("P"))
    assert error.code == "already_applied"
    assert "S" in str(error)


def test_a_shipment_that_came_back_is_refused_naming_the_return() -> None:
    an_item()
    posted(purchase("10", at="1"), sale("2", invoiced=False, id="S"), sale("-1", applies_from="S", id="R"))
    error = refused(undo("S"))
    assert error.code == "already_applied"
    assert "R" in str(error)


def test_a_transfer_whose_goods_left_is_refused_naming_what_took_them() -> None:
    an_item()
    a_location("EAST")
    posted(purchase("10", at="1"), moved("4", to="EAST", id="T"), sale("1", location="EAST", id="S"))
    error = refused(undo("T"))
    assert error.code == "already_applied"
    assert "S" in str(error)


def test_what_is_invoiced_is_refused() -> None:
    an_item()
    posted(purchase("10", at="1", id="P"), sale("2", invoiced=False, id="S"), invoice("S", "1"))
    assert refused(undo("P")).code == "already_invoiced"
    assert refused(undo("S")).code == "already_invoiced"


def test_what_is_undone_is_not_undone_again_nor_invoiced() -> None:
    an_item()
    posted(purchase("10", at="1", invoiced=False, id="P"), undo("P", id="U"))
    assert refused(undo("P")).code == "already_undone"
    assert refused(undo("U")).code == "not_supported"
    assert refused(invoice("P")).code == "already_undone"


def test_a_sale_that_is_not_covered_is_refused() -> None:
    an_item(unit_cost="1")
    posted(sale("2", invoiced=False, id="S"))
    assert refused(undo("S")).code == "open_negative"


def test_goods_that_lie_in_another_bin_now_are_refused() -> None:
    an_item()
    a_location("EAST", bins=["A", "B"])
    posted(
        purchase("5", at="1", location="EAST", bin="A", invoiced=False, id="P"), moved("1", location="EAST", bin="A", to_bin="B")
    )
    assert refused(undo("P")).code == "not_enough_stock"


def test_two_halves_that_lie_in_one_bin_are_looked_at_together() -> None:
    an_item()
    a_location("EAST", bins=["A", "B"])
    posted(purchase("5", at="1"), purchase("5", at="2"), moved("8", to="EAST", to_bin="A", id="T"))
    posted(moved("3", location="EAST", bin="A", to_bin="B"))
    assert refused(undo("T")).code == "not_enough_stock"
    proven()


def test_an_unknown_operation_and_an_unknown_leg_are_refused() -> None:
    an_item()
    posted(purchase("5", at="1", invoiced=False, id="P"), invoice("P", id="I"), adjust_cost(id="A"))
    assert refused(undo("nobody")).code == "unknown_reference"
    assert refused(undo("P/2")).code == "unknown_reference"
    assert refused(undo("I")).code == "not_supported"
    assert refused(undo("A")).code == "not_supported"


def test_a_user_without_the_location_may_not_undo_there() -> None:
    an_item()
    a_location("EAST")
    a_user("ANN", locations=["EAST"])
    posted(purchase("5", at="1", invoiced=False, id="P"))
    assert refused(undo("P"), by=PostedBy("ANN")).code == "permission_denied"


def test_a_closed_day_is_refused_for_an_undo_too() -> None:
    an_item()
    posted(purchase("5", at="1", invoiced=False, id="P", on=1))
    with_settings(allow_posting_from=date(2026, 1, 10))
    assert refused(undo("P", on=1)).code == "date_not_allowed"
    posted(undo("P", on=10))
    proven()


# ---- lots and serial numbers ----------------------------------------------------------------------------------------


def test_a_serial_number_that_is_in_stock_again_does_not_come_back_a_second_time() -> None:
    a_serial_item()
    posted(purchase("1", serial="s1", at="1"), sale("1", serial="s1", invoiced=False, id="S"), purchase("1", serial="S1", at="2"))
    assert refused(undo("S")).code == "serial_in_stock"
    proven()


def test_a_renamed_serial_number_does_not_get_a_name_that_is_taken_meanwhile() -> None:
    a_serial_item()
    posted(
        purchase("1", serial="s1", at="1"), moved("1", serial="s1", new_serial="s2", id="T"), purchase("1", serial="s1", at="2")
    )
    assert refused(undo("T")).code == "serial_in_stock"
    proven()


def test_goods_come_back_with_the_expiry_date_that_their_lot_has_today() -> None:
    a_dated_item()
    posted(purchase("10", at="1", lot="L", expires=JUNE), sale("3", lot="L", invoiced=False, id="S"))
    posted(moved("7", lot="L", new_expires=SEPTEMBER), undo("S", id="U"))
    assert entry("U").expires == "2026-09-01"
    proven()


def test_a_change_of_expiry_date_is_taken_back() -> None:
    a_dated_item()
    posted(purchase("10", at="1", lot="L", expires=JUNE), moved("10", lot="L", new_expires=SEPTEMBER, id="T"), undo("T", id="U"))
    assert entry("U/in").expires == "2026-06-01"
    posted(purchase("1", at="1", lot="L", id="P"))
    assert entry("P").expires == "2026-06-01"
    proven()


def test_a_change_of_expiry_date_is_not_taken_back_for_a_part_of_the_lot() -> None:
    a_dated_item()
    posted(purchase("10", at="1", lot="L", expires=JUNE), moved("10", lot="L", new_expires=SEPTEMBER, id="T"))
    posted(purchase("5", at="1", lot="L"))
    assert refused(undo("T")).code == "expiration_mismatch"
    proven()


def test_goods_of_a_merged_lot_go_back_with_their_own_lots_date() -> None:
    a_dated_item()
    posted(purchase("4", at="1", lot="A", expires=JUNE), purchase("4", at="1", lot="B", expires=SEPTEMBER))
    posted(moved("2", lot="A", new_lot="B", new_expires=SEPTEMBER, id="T"))
    posted(moved("2", lot="A", new_expires=date(2026, 7, 1)), undo("T", id="U"))
    assert (entry("U/in").lot, entry("U/in").expires) == ("A", "2026-07-01")
    proven()
