"""Which increase feeds which decrease: automatic, fixed, and negative stock that is covered later (costing reference §4)."""

from decimal import Decimal

import pytest

from db.posting.lines import EntryType, TrackingLine
from db.posting.prove import prove
from tests.support.builders import (
    a_location,
    a_lot_item,
    a_serial_item,
    an_item,
    applications,
    changed,
    cost_of,
    entry,
    line,
    moved,
    on_hand,
    posted,
    purchase,
    refused,
    sale,
    values,
    with_settings,
)

pytestmark = pytest.mark.usefixtures("database")


def proven() -> None:
    assert prove().findings == ()


# ---- automatic application ------------------------------------------------------------------------------------------


def test_fifo_takes_the_earliest_posting_date_and_then_the_lowest_entry_number() -> None:
    an_item()
    posted(purchase("1", at="3", on=3), purchase("1", at="1", on=1), purchase("1", at="2", on=1))
    posted(sale("1", on=5, id="S1"), sale("1", on=5, id="S2"), sale("1", on=5, id="S3"))
    assert [cost_of(name) for name in ("S1", "S2", "S3")] == [-1, -2, -3]
    proven()


def test_lifo_takes_the_latest_posting_date_and_then_the_highest_entry_number() -> None:
    an_item(costing_method="lifo")
    posted(purchase("1", at="3", on=3), purchase("1", at="1", on=1), purchase("1", at="2", on=3))
    posted(sale("1", on=5, id="S1"), sale("1", on=5, id="S2"), sale("1", on=5, id="S3"))
    assert [cost_of(name) for name in ("S1", "S2", "S3")] == [-2, -3, -1]
    proven()


def test_specific_takes_the_very_serial_number() -> None:
    a_serial_item()
    posted(purchase("1", at="3", serial="A"), purchase("1", at="7", serial="B"), sale("1", serial="b", id="S"))
    assert cost_of("S") == -7
    proven()


def test_a_backdated_decrease_does_not_take_again_what_earlier_ones_took() -> None:
    an_item()
    posted(purchase("1", at="1", on=1), purchase("1", at="2", on=2), sale("1", on=20, id="late"), sale("1", on=3, id="early"))
    assert (cost_of("late"), cost_of("early")) == (-1, -2)
    proven()


def test_a_backdated_increase_does_not_steal_decreases_that_are_covered() -> None:
    an_item()
    posted(purchase("2", at="5", on=10), sale("1", on=11, id="S1"), purchase("2", at="1", on=2), sale("1", on=12, id="S2"))
    assert (cost_of("S1"), cost_of("S2")) == (-5, -1)
    proven()


def test_another_location_variant_or_lot_is_another_pool() -> None:
    a_lot_item(variants=["RED"])
    a_location("EAST")
    posted(purchase("1", at="1", lot="L1"), purchase("1", at="2", lot="L2"))
    posted(purchase("1", at="3", lot="L1", location="EAST"), purchase("1", at="4", lot="L1", variant="RED"))
    posted(
        sale("1", lot="L1", variant="RED", id="S1"), sale("1", lot="L1", location="EAST", id="S2"), sale("1", lot="L2", id="S3")
    )
    assert [cost_of(name) for name in ("S1", "S2", "S3")] == [-4, -3, -2]
    assert refused(sale("1", lot="L2")).code == "not_enough_stock"
    proven()


def test_the_shapes_of_the_five_kinds_of_application() -> None:
    an_item()
    a_location("EAST")
    posted(sale("2", id="S", on=1), purchase("10", at="1", id="P", on=2), sale("1", id="S2", on=3))
    posted(sale("-1", applies_from="S", id="R", on=4), moved("3", to="EAST", id="T", on=5))
    s, p, s2, r = (entry(name).entry_no for name in ("S", "P", "S2", "R"))
    out, half = entry("T/out").entry_no, entry("T/in").entry_no
    assert applications() == [
        (p, p, 0, 10, 0),
        (s, p, s, -2, 0),
        (s2, p, s2, -1, 0),
        (r, r, s, 1, 0),
        (out, p, out, -3, 0),
        (half, half, out, 3, p),
    ]
    proven()


# ---- pages of open entries ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["fifo", "lifo"])
def test_more_open_increases_than_one_page_are_taken_in_order(method: str) -> None:
    an_item(costing_method=method)
    posted(*(purchase("1", at=str(day), on=day) for day in range(1, 41)), together=True)
    posted(sale("25", on=50, id="S"))
    expected = sum(range(1, 26)) if method == "fifo" else sum(range(16, 41))
    assert cost_of("S") == -expected
    proven()


def test_a_line_in_boxes_is_covered_by_stock_before_an_increase_of_the_same_batch() -> None:
    an_item(units={"BOX": "12"})
    posted(*(purchase("1", at=str(day), on=day) for day in range(1, 21)), together=True)
    posted(purchase("100", at="99", on=31), sale("2", uom="BOX", on=31, id="S"), together=True)
    assert cost_of("S") == -(sum(range(1, 21)) + 4 * 99)
    proven()


def test_a_lot_of_many_increases_is_taken_in_order_though_the_batch_adds_to_it() -> None:
    a_lot_item()
    posted(*(purchase("1", at=str(day), on=day, lot="L") for day in range(1, 21)), together=True)
    posted(sale("1", lot="L", on=31), purchase("100", at="99", lot="L", on=31), sale("18", lot="L", on=31, id="S"), together=True)
    assert cost_of("S") == -sum(range(2, 20))
    proven()


def test_lifo_sees_an_increase_of_the_same_batch_where_its_date_puts_it() -> None:
    an_item(costing_method="lifo")
    posted(*(purchase("1", at=str(day), on=day) for day in range(1, 21)), together=True)
    posted(sale("1", on=31), purchase("100", at="99", on=1), sale("18", on=31, id="S"), together=True)
    assert cost_of("S") == -sum(range(2, 20))
    proven()


# ---- fixed application ----------------------------------------------------------------------------------------------


def test_applies_to_overrides_the_costing_method() -> None:
    an_item()
    posted(purchase("5", at="1", id="P1", on=1), purchase("5", at="9", id="P2", on=20), sale("2", applies_to="P2", id="S", on=5))
    assert cost_of("S") == -18
    assert entry("P2").remaining == 3
    assert entry("S").valuation_date == "2026-01-20"  # that of the increase, later or earlier
    proven()


def test_a_decrease_fixed_to_an_older_increase_is_valued_on_its_date() -> None:
    an_item()
    posted(purchase("5", at="1", id="P1", on=1), sale("2", applies_to="P1", id="S", on=5))
    assert entry("S").valuation_date == "2026-01-01"


def test_a_purchase_return_with_applies_to_costs_exactly_its_share_of_the_receipt() -> None:
    an_item()
    posted(purchase("3", amount="10", id="P"), purchase("9", at="1"), purchase("-1", applies_to="P", at="99", id="R"))
    assert cost_of("R") == Decimal("-3.33")
    proven()


def test_applies_to_is_refused_where_too_little_is_left_naming_both() -> None:
    an_item()
    posted(purchase("5", at="1", id="P"), purchase("5", at="1"), sale("3", applies_to="P"))
    error = refused(sale("3", applies_to="P"))
    assert error.code == "application_exhausted"
    assert "2" in str(error)
    assert "3" in str(error)


def test_applies_to_is_refused_in_the_wrong_direction() -> None:
    an_item()
    posted(purchase("5", at="1", id="P"), sale("1", id="S"))
    assert refused(sale("1", applies_to="S")).code == "application_direction"
    assert refused(purchase("1", at="1", applies_to="P")).code == "application_direction"
    assert refused(sale("-1", applies_from="P")).code == "application_direction"


def test_applies_from_on_a_decrease_is_refused() -> None:
    an_item()
    posted(purchase("5", at="1", id="P"), sale("1", id="S"))
    assert refused(sale("1", applies_from="S")).code == "bad_value"


def test_applies_to_another_item_variant_location_or_lot_is_refused() -> None:
    an_item("other")
    a_lot_item(variants=["RED"])
    a_location("EAST")
    posted(
        purchase("5", at="1", lot="L1", id="P1"), purchase("5", at="1", lot="L2"), purchase("5", at="1", item="OTHER", id="PO")
    )
    posted(purchase("5", at="1", lot="L1", location="EAST"), purchase("5", at="1", lot="L1", variant="RED"))
    for wrong in (
        sale("1", lot="L2", applies_to="P1"),
        sale("1", lot="L1", applies_to="PO"),
        sale("1", lot="L1", location="EAST", applies_to="P1"),
        sale("1", lot="L1", variant="RED", applies_to="P1"),
    ):
        assert refused(wrong).code == "application_mismatch"
    posted(sale("1", lot="l1", applies_to="P1"))  # lots are compared without regard to case
    proven()


def test_every_tracking_line_must_fit_the_fixed_entry() -> None:
    a_lot_item()
    posted(purchase("5", at="1", lot="L1", id="P1"), purchase("5", at="2", lot="L2"), sale("3", lot="L1", id="S"))
    two_lots = [TrackingLine(Decimal(1), "L1"), TrackingLine(Decimal(1), "L2")]
    assert refused(sale("2", tracking=two_lots, applies_to="P1")).code == "application_mismatch"
    assert refused(sale("-2", tracking=two_lots, applies_from="S")).code == "application_mismatch"
    proven()


def test_a_reference_to_several_entries_is_refused_naming_them() -> None:
    a_lot_item()
    lots = [TrackingLine(Decimal(1), "L1"), TrackingLine(Decimal(2), "L2")]
    posted(purchase("3", at="1", tracking=lots, id="P"))
    error = refused(sale("1", lot="L1", applies_to="P"))
    assert error.code == "ambiguous_reference"
    assert "P/1" in str(error)
    assert "P/2" in str(error)
    posted(sale("1", lot="L1", applies_to="P/1"))
    proven()


def test_an_unknown_reference_is_refused() -> None:
    an_item()
    assert refused(sale("1", applies_to="nobody")).code == "unknown_reference"
    posted(purchase("1", at="1", id="P"))
    assert refused(sale("1", applies_to="P/7")).code == "unknown_reference"


def test_an_increase_with_applies_to_covers_that_decrease_first() -> None:
    an_item(unit_cost="1")
    posted(sale("2", id="S1", on=1), sale("2", id="S2", on=2), purchase("3", at="5", applies_to="S2", id="P", on=3))
    assert (entry("S1").remaining, entry("S2").remaining, entry("P").remaining) == (-1, 0, 0)
    assert (cost_of("S1"), cost_of("S2")) == (-6, -10)
    proven()


def test_an_increase_is_not_fixed_to_the_decrease_that_it_has_its_cost_from() -> None:
    an_item(unit_cost="3")
    posted(sale("2", id="S"))
    assert refused(sale("-1", applies_from="S", applies_to="S")).code == "bad_value"
    proven()


def test_a_transfer_may_be_fixed_to_an_increase_too() -> None:
    an_item()
    a_location("EAST")
    posted(purchase("5", at="1", on=1), purchase("5", at="9", id="P", on=7), moved("2", to="EAST", applies_to="P", id="T", on=5))
    assert (cost_of("T/out"), cost_of("T/in")) == (-18, 18)
    assert (entry("T/out").valuation_date, entry("T/in").valuation_date) == ("2026-01-07", "2026-01-07")
    proven()


# ---- negative stock -------------------------------------------------------------------------------------------------


def test_an_uncovered_decrease_costs_what_the_item_costs_and_is_corrected_when_covered() -> None:
    """Costing reference §18, case 3."""
    with_settings(automatic_cost_adjustment="never")
    an_item(unit_cost="6")
    posted(purchase("4", at="5"))
    changed("item", no="1000", unit_cost=Decimal(6))  # the purchase has said 5
    posted(sale("10", id="S"))
    assert cost_of("S") == -(4 * 5 + 6 * 6)
    assert (entry("S").remaining, entry("S").open) == (-6, True)
    with_settings(automatic_cost_adjustment="always")
    posted(purchase("10", at="7", id="P"))
    assert cost_of("S") == -62
    assert entry("P").remaining == 4
    proven()


def test_uncovered_decreases_are_covered_in_posting_order() -> None:
    an_item(unit_cost="1")
    posted(sale("2", id="S1", on=9), sale("2", id="S2", on=3), purchase("3", at="5", on=10))
    assert (entry("S1").remaining, entry("S2").remaining) == (-1, 0)  # by posting date, then by entry number
    proven()


def test_one_decrease_is_covered_by_several_increases() -> None:
    an_item(unit_cost="1")
    posted(sale("6", id="S"), purchase("2", at="2"), purchase("2", at="3"), purchase("5", at="4", id="P"))
    assert cost_of("S") == -(4 + 6 + 8)
    assert entry("P").remaining == 3
    proven()


def test_a_decrease_covered_later_moves_to_the_valuation_date_of_the_increase() -> None:
    an_item(unit_cost="5")
    posted(sale("2", id="S", on=1), purchase("3", at="5", on=9))
    assert entry("S").valuation_date == "2026-01-09"
    assert {one.valuation_date for one in values("S")} == {"2026-01-09"}
    assert {one.posting_date for one in values("S")} == {"2026-01-01"}
    proven()


@pytest.mark.parametrize("at", ["3", "4"])
def test_what_came_back_follows_the_valuation_date_of_a_sale_that_is_covered_later(at: str) -> None:
    an_item(unit_cost="3")
    posted(sale("2", id="S", on=1), sale("-1", applies_from="S", id="R", on=2), purchase("5", at=at, on=10))
    assert entry("R").valuation_date == "2026-01-10"
    proven()


def test_a_return_does_not_cover_the_sale_that_it_has_its_cost_from() -> None:
    """The trap of costing reference §3.10: stock is 0 and both stay open."""
    an_item(unit_cost="4")
    posted(sale("1", id="S"), sale("-1", applies_from="S", id="R"))
    assert (on_hand(), entry("S").remaining, entry("R").remaining) == (0, -1, 1)
    posted(sale("1", id="S2"))  # but it may feed another
    assert (entry("R").remaining, entry("S2").remaining) == (0, 0)
    posted(purchase("1", at="9"))
    assert (cost_of("S"), cost_of("R"), cost_of("S2")) == (-9, 9, -9)
    proven()


def test_a_return_does_not_cover_a_sale_through_a_transfer_that_it_has_its_cost_from() -> None:
    an_item(unit_cost="4")
    a_location("EAST")
    posted(purchase("1", at="5", location="EAST"), sale("2", location="EAST", id="S"))  # 1 uncovered in EAST
    posted(sale("-2", applies_from="S", id="R"))  # it comes back to BLUE
    posted(moved("2", to="EAST", id="T"))
    assert (entry("S").remaining, entry("T/in").remaining) == (-1, 2)
    proven()


def test_another_sale_is_covered_by_a_return_in_the_same_batch() -> None:
    an_item(unit_cost="4")
    posted(sale("1", id="S"), sale("2", id="S2"), sale("-1", applies_from="S", id="R"), together=True)
    assert (entry("S").remaining, entry("S2").remaining, entry("R").remaining) == (-1, -1, 0)
    proven()


def test_negative_stock_is_refused_where_the_settings_or_the_line_forbid_it() -> None:
    an_item(unit_cost="1")
    assert refused(sale("1", may_go_negative=False)).code == "not_enough_stock"
    with_settings(allow_negative_inventory=False)
    error = refused(sale("3"))
    assert error.code == "not_enough_stock"
    assert "0" in str(error)
    posted(sale("3", may_go_negative=True))  # a permission that the line carries
    assert on_hand() == -3
    proven()


def test_transfers_bins_and_tracked_numbers_never_go_negative() -> None:
    an_item(unit_cost="1")
    a_lot_item("LOT", unit_cost="1")
    a_location("EAST", bins=["A", "B"])
    posted(purchase("1", at="1"), purchase("1", at="1", item="LOT", lot="L"), purchase("1", at="1", location="EAST", bin="A"))
    posted(purchase("5", at="1", location="EAST", bin="B"))
    for wrong in (
        moved("2", to="EAST", to_bin="A"),
        sale("2", item="LOT", lot="L"),
        sale("2", location="EAST", bin="A"),  # though bin B has enough
        moved("2", location="EAST", bin="A", to_bin="B"),
        moved("2", location="EAST", bin="A", to=""),
    ):
        assert refused(wrong).code == "not_enough_stock"
    proven()


def test_stock_in_a_bin_is_named_when_it_does_not_suffice() -> None:
    a_lot_item()
    a_location("EAST", bins=["A"])
    posted(purchase("4", at="1", location="EAST", bin="A", lot="L"))
    error = refused(line(EntryType.NEGATIVE_ADJUSTMENT, "5", location="EAST", bin="A", lot="L"))
    assert str(error) == "Not enough: EAST A holds 4 of 1000 L, you asked for 5."
