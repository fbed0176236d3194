"""Lots, serial numbers, packages and expiry dates (operations reference §8, §12)."""

from datetime import date
from decimal import Decimal

import pytest

from db.posting.lines import TrackingLine
from db.posting.prove import prove
from tests.support.builders import (
    a_dated_item,
    a_location,
    a_lot_item,
    a_serial_item,
    an_item,
    changed,
    cost_of,
    count,
    counted,
    entries,
    entry,
    everything,
    found,
    moved,
    on_hand,
    posted,
    purchase,
    refused,
    sale,
    scrapped,
)

pytestmark = pytest.mark.usefixtures("database")

JUNE, JULY = date(2027, 6, 30), date(2027, 7, 31)


def proven() -> None:
    assert prove().findings == ()


def lots(*parts: tuple[str, str]) -> list[TrackingLine]:
    return [TrackingLine(Decimal(quantity), lot) for lot, quantity in parts]


# ---- which numbers --------------------------------------------------------------------------------------------------


def test_a_tracked_item_does_not_move_without_its_number_and_others_take_none() -> None:
    a_lot_item("LOT")
    an_item("PLAIN")
    assert refused(purchase("1", at="1", item="LOT")).code == "tracking_required"
    assert refused(purchase("1", at="1", item="LOT", lot="  ")).code == "tracking_required"
    assert refused(purchase("1", at="1", item="PLAIN", lot="L")).code == "tracking_not_allowed"
    assert refused(purchase("1", at="1", item="LOT", lot="L", serial="S")).code == "tracking_not_allowed"
    assert refused(purchase("1", at="1", item="PLAIN", expires=JUNE)).code == "tracking_not_allowed"


def test_tracked_quantities_add_up_to_the_line() -> None:
    a_lot_item()
    assert refused(purchase("3", at="1", tracking=lots(("A", "1"), ("B", "1")))).code == "tracking_sum"
    assert refused(purchase("3", at="1", tracking=lots(("A", "5"), ("B", "-2")))).code == "bad_value"
    assert refused(purchase("3", at="1", tracking=lots(("A", "2")))).code == "tracking_sum"
    posted(purchase("3", amount="10", tracking=lots(("A", "1"), ("B", "2")), id="P"))
    assert [(one.leg, one.lot, one.cost) for one in entries("P")] == [("1", "A", Decimal("3.33")), ("2", "B", Decimal("6.67"))]
    proven()


def test_a_serial_number_is_one_piece() -> None:
    a_serial_item(units={"PAIR": "2"})
    assert refused(purchase("2", at="1", serial="A")).code == "serial_not_single"
    assert refused(purchase("1", at="1", serial="A", uom="PAIR")).code == "serial_not_single"
    assert refused(count(counted("2", serial="A"))).code == "serial_not_single"


def test_lots_belong_to_their_item_and_variant() -> None:
    a_lot_item("A", variants=["RED"])
    a_lot_item("B")
    posted(purchase("1", at="1", item="A", lot="LOT7"), purchase("1", at="1", item="B", lot="lot7"))
    assert refused(sale("1", item="A", variant="RED", lot="LOT7")).code == "unknown_code"
    assert [one.lot for one in entries()] == ["LOT7", "lot7"]
    proven()


# ---- spelling -------------------------------------------------------------------------------------------------------


def test_a_number_keeps_the_spelling_it_came_with_and_is_found_without_regard_to_case() -> None:
    a_lot_item()
    posted(purchase("2", at="1", lot=" aB-1 "), sale("1", lot="Ab-1"), purchase("1", at="1", lot="AB-1"))
    assert {one.lot for one in entries()} == {"aB-1"}
    assert on_hand(lot_no="aB-1") == 2
    proven()


def test_one_line_that_spells_a_new_lot_in_two_ways_makes_one_lot() -> None:
    a_lot_item()
    posted(purchase("3", at="1", tracking=lots(("ab", "2"), ("AB", "1")), id="P"))
    assert [one.lot for one in entries("P")] == ["ab", "ab"]
    posted(
        moved("3", tracking=[TrackingLine(Decimal(2), "ab", new_lot_no="n1"), TrackingLine(Decimal(1), "ab", new_lot_no="N1")])
    )
    assert on_hand(lot_no="n1") == 3
    proven()


def test_one_count_that_spells_a_new_lot_in_two_ways_is_refused() -> None:
    a_lot_item(unit_cost="1")
    assert refused(count(counted("3", lot="ab"), counted("2", lot="AB"))).code == "bad_value"


def test_the_spelling_of_master_data_comes_first() -> None:
    a_lot_item()
    changed("lot", item="1000", no="Batch-1", description="known before it came")
    posted(purchase("1", at="1", lot="BATCH-1", id="P"))
    assert entry("P").lot == "Batch-1"
    proven()


# ---- serial numbers -------------------------------------------------------------------------------------------------


def test_a_serial_number_in_stock_anywhere_is_refused_naming_the_place_and_accepted_after_its_sale() -> None:
    a_serial_item()
    a_location("EAST", bins=["A"])
    a_location("WEST")
    posted(purchase("1", at="1", serial="s1", location="EAST", bin="A"))
    error = refused(purchase("1", at="1", serial="S1", location="WEST"))
    assert error.code == "serial_in_stock"
    assert "EAST A" in str(error)
    posted(sale("1", serial="S1", location="EAST", bin="A"), purchase("1", at="2", serial="S1", location="WEST"))
    proven()


def test_a_serial_number_twice_in_a_line_or_a_batch_is_refused() -> None:
    a_serial_item()
    twice = [TrackingLine(Decimal(1), serial_no="s1"), TrackingLine(Decimal(1), serial_no="S1")]
    assert refused(purchase("2", at="1", tracking=twice)).code == "serial_in_stock"
    assert refused(purchase("1", at="1", serial="s1"), purchase("1", at="1", serial="S1")).code == "serial_in_stock"
    posted(purchase("1", at="1", serial="s1"), sale("1", serial="s1"), purchase("1", at="1", serial="s1"), together=True)
    assert refused(sale("2", tracking=twice)).code == "not_enough_stock"
    proven()


def test_two_pieces_do_not_get_one_new_serial_number() -> None:
    a_serial_item()
    posted(purchase("1", at="1", serial="s1"), purchase("1", at="1", serial="s2"))
    both = [TrackingLine(Decimal(1), serial_no=one, new_serial_no="N") for one in ("s1", "s2")]
    assert refused(moved("2", tracking=both)).code == "serial_in_stock"
    assert refused(moved("1", serial="s1", new_serial="S2")).code == "serial_in_stock"
    posted(moved("1", serial="s1", new_serial="N", id="T"))
    assert cost_of("T/in") == 1
    proven()


def test_a_serial_number_moves_from_place_to_place() -> None:
    a_serial_item()
    a_location("EAST", bins=["A", "B"])
    posted(purchase("1", at="4", serial="s1"), moved("1", serial="S1", to="EAST", to_bin="A"))
    posted(
        moved("1", serial="S1", location="EAST", bin="A", to_bin="B"), sale("1", serial="s1", location="EAST", bin="B", id="S")
    )
    assert cost_of("S") == -4
    proven()


# ---- blocked --------------------------------------------------------------------------------------------------------


def test_a_blocked_lot_stays_where_it_is_but_for_counts_and_moves_between_bins() -> None:
    a_lot_item()
    a_location("EAST", bins=["A", "Q"])
    posted(purchase("5", at="1", lot="L", location="EAST", bin="A"))
    changed("lot", item="1000", no="l", blocked=True, block_reason="smells")
    error = refused(sale("1", lot="L", location="EAST", bin="A"))
    assert error.code == "blocked"
    assert "smells" in str(error)
    assert refused(purchase("1", at="1", lot="L", location="EAST", bin="A")).code == "blocked"
    assert refused(scrapped("1", lot="L", location="EAST", bin="A")).code == "blocked"
    assert refused(moved("1", lot="L", location="EAST", bin="A", to="")).code == "blocked"
    assert refused(moved("1", lot="L", location="EAST", bin="A", new_lot="L2")).code == "blocked"
    posted(moved("2", lot="L", location="EAST", bin="A", to_bin="Q"))
    posted(count(counted("2", lot="L", bin="A"), location="EAST"))
    assert (on_hand(bin_code="A"), on_hand(bin_code="Q")) == (2, 2)
    proven()


def test_nothing_is_moved_into_a_blocked_lot() -> None:
    a_lot_item()
    posted(purchase("5", at="1", lot="A"), purchase("5", at="1", lot="B"))
    changed("lot", item="1000", no="B", blocked=True)
    assert refused(moved("1", lot="A", new_lot="B")).code == "blocked"


# ---- expiry dates ---------------------------------------------------------------------------------------------------


def test_a_lot_keeps_its_date_for_life() -> None:
    a_dated_item()
    posted(purchase("1", at="1", lot="L", expires=JUNE))
    error = refused(purchase("1", at="1", lot="L", expires=JULY))
    assert error.code == "expiration_mismatch"
    assert "2027-06-30" in str(error)
    assert "2027-07-31" in str(error)
    posted(sale("1", lot="L"))
    assert refused(purchase("1", at="1", lot="L", expires=JULY)).code == "expiration_mismatch"  # even after it sold out
    posted(purchase("1", at="1", lot="L", id="P"))
    assert entry("P").expires == "2027-06-30"
    posted(count(counted("4", lot="L")))  # what a count finds of a known lot has its date
    assert {one.expires for one in entries()} == {"2027-06-30"}
    proven()


def test_a_new_number_needs_its_date_where_the_code_says_so() -> None:
    a_dated_item(unit_cost="1")
    assert refused(purchase("1", at="1", lot="L")).code == "expiration_required"
    assert refused(found("1", lot="L")).code == "expiration_required"
    assert refused(count(counted("1", lot="L"))).code == "expiration_required"
    changed("lot", item="1000", no="L", expiration_date=JUNE)
    posted(purchase("1", at="1", lot="L", id="P"))
    assert entry("P").expires == "2027-06-30"


def test_one_line_does_not_give_a_new_lot_two_dates() -> None:
    a_dated_item()
    two = [TrackingLine(Decimal(1), "L", expiration_date=JUNE), TrackingLine(Decimal(1), "l", expiration_date=JULY)]
    assert refused(purchase("2", at="1", tracking=two)).code == "expiration_mismatch"


def test_strict_dates_stop_sales_after_the_day_but_not_scrapping_moving_or_returning() -> None:
    a_dated_item()
    a_location("EAST")
    posted(purchase("9", at="1", lot="L", expires=date(2026, 1, 10), id="P"))
    posted(sale("1", lot="L", on=10))
    error = refused(sale("1", lot="L", on=11))
    assert error.code == "expired"
    assert "2026-01-10" in str(error)
    posted(scrapped("1", lot="L", on=11), moved("1", lot="L", to="EAST", on=11), purchase("-1", lot="L", applies_to="P", on=11))
    proven()


def test_a_packages_contents_do_not_lend_each_other_their_dates() -> None:
    changed("tracking_code", code="LP", lot=True, package=True, strict_expiration=True)
    an_item(tracking_code="LP")
    posted(purchase("1", at="1", lot="L2", package="P"), purchase("1", at="1", lot="L1", package="P", expires=date(2026, 1, 5)))
    posted(sale("1", lot="L2", package="P", on=20, id="S"))
    assert entry("S").expires is None
    proven()


# ---- reclassification (operations reference §8) ---------------------------------------------------------------------


def test_a_lot_is_renamed_and_keeps_its_cost_and_date() -> None:
    a_dated_item()
    posted(purchase("5", at="3", lot="L", expires=JUNE), moved("2", lot="L", new_lot="M", id="T"))
    assert (entry("T/out").lot, entry("T/in").lot, entry("T/in").expires) == ("L", "M", "2027-06-30")
    assert (cost_of("T/out"), cost_of("T/in")) == (-6, 6)
    proven()


def test_a_date_is_changed_for_the_whole_lot_in_one_line_and_the_value_stays() -> None:
    a_dated_item()
    posted(purchase("6", amount="10", lot="L", expires=JUNE), purchase("4", amount="1", lot="L"))
    posted(moved("10", lot="L", new_expires=JULY, id="T"))
    assert {one.expires for one in entries("T") if one.quantity > 0} == {"2027-07-31"}
    assert sum(one.cost for one in entries()) == 11
    assert refused(purchase("1", at="1", lot="L", expires=JUNE)).code == "expiration_mismatch"
    proven()


def test_a_date_is_not_changed_for_a_part_of_a_lot() -> None:
    a_dated_item()
    a_location("EAST")
    posted(purchase("10", at="1", lot="L", expires=JUNE))
    error = refused(moved("4", lot="L", new_expires=JULY))
    assert error.code == "expiration_mismatch"
    assert "new number" in str(error)
    posted(moved("4", lot="L", to="EAST"))
    assert refused(moved("6", lot="L", new_expires=JULY)).code == "expiration_mismatch"
    posted(moved("6", lot="L", new_lot="M", new_expires=JULY))
    proven()


def test_the_lots_of_another_variant_do_not_count() -> None:
    a_dated_item(variants=["RED", "GREEN"])
    posted(
        purchase("5", at="1", lot="L", expires=JUNE, variant="RED"), purchase("5", at="1", lot="L", expires=JUNE, variant="GREEN")
    )
    posted(moved("5", lot="L", new_expires=JULY, variant="RED"))
    posted(purchase("1", at="1", lot="L", expires=JUNE, variant="GREEN"))
    proven()


def test_two_lots_of_different_dates_are_not_merged() -> None:
    a_dated_item()
    posted(purchase("2", at="1", lot="A", expires=JUNE), purchase("2", at="1", lot="B", expires=JULY))
    into_c = [TrackingLine(Decimal(2), one, new_lot_no="C") for one in ("A", "B")]
    assert refused(moved("4", tracking=into_c)).code == "expiration_mismatch"
    assert refused(moved("2", lot="A", new_lot="B")).code == "expiration_mismatch"
    dated = [TrackingLine(Decimal(2), one, new_lot_no="C", new_expiration_date=JUNE) for one in ("A", "B")]
    posted(moved("4", tracking=dated))
    assert on_hand(lot_no="C") == 4
    proven()


def test_a_new_date_left_empty_keeps_the_old_one_and_nothing_changed_is_refused() -> None:
    a_dated_item()
    a_location("EAST", bins=["A"])
    posted(purchase("2", at="1", lot="A", expires=JUNE), purchase("2", at="1", lot="A", location="EAST", bin="A"))
    assert refused(moved("2", lot="A")).code == "nothing_to_do"
    assert refused(moved("2", lot="A", new_lot="a")).code == "nothing_to_do"
    assert refused(moved("1", lot="A", location="EAST", bin="A", to_bin="A")).code == "nothing_to_do"
    posted(moved("1", lot="A", to="EAST", to_bin="A", id="T"))
    assert entry("T/in").expires == "2027-06-30"
    proven()


def test_a_move_from_bin_to_bin_makes_no_item_ledger_entry() -> None:
    a_lot_item()
    a_location("EAST", bins=["A", "B"])
    posted(purchase("5", at="1", lot="L", location="EAST", bin="A"))
    before = everything()["item_ledger_entry"]
    posted(moved("2", lot="L", location="EAST", bin="A", to_bin="B"))
    assert everything()["item_ledger_entry"] == before
    assert (on_hand(bin_code="A"), on_hand(bin_code="B")) == (3, 2)
    proven()


def test_several_lots_of_a_transfer_are_numbered_through() -> None:
    a_lot_item()
    a_location("EAST")
    posted(purchase("2", at="1", lot="A"), purchase("2", at="2", lot="B"), purchase("2", at="3", lot="B"))
    posted(moved("5", to="EAST", tracking=lots(("A", "2"), ("B", "3")), id="T"))
    assert [(one.leg, one.lot, one.quantity) for one in entries("T")] == [
        ("out/1", "A", -2),
        ("in/1", "A", 2),
        ("out/2", "B", -3),
        ("in/2", "B", 2),
        ("in/3", "B", 1),
    ]
    proven()


def test_one_lot_in_two_tracking_lines_does_not_take_the_same_pieces_twice() -> None:
    a_lot_item()
    posted(purchase("3", at="1", lot="L"), purchase("3", at="2", lot="L"))
    assert refused(sale("7", tracking=lots(("L", "4"), ("l", "3")))).code == "not_enough_stock"
    posted(sale("6", tracking=lots(("L", "4"), ("l", "2")), id="S"))
    assert cost_of("S") == -9
    proven()
