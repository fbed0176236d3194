"""Counting: what a scan does, and what is posted in the end. `operations.md` §6, with its own words where it has them."""

import json
from dataclasses import asdict
from datetime import date
from decimal import Decimal

import pytest

from db.connection import fetch
from stockterm.flows.tokens import Command
from stockterm.flows.view import Level
from tests.flows.warehouse import Worker, a_warehouse, count_entries, counting, entries, on_hand, purchased, signed_in, sold
from tests.support.databases import OpenDatabase

PCS, BOX = "9528765432108", "19528765432105"
GS = "\x1d"


# ---- scans and quantities


def test_barcodes_of_box_and_piece_add_up_and_show_how(database: OpenDatabase) -> None:
    a_warehouse()
    worker = counting().scan(BOX, PCS)
    assert worker.view.quantity == "1 BOX + 1 PCS = 7 PCS"
    worker.is_ok()


def test_each_scan_is_one_more_and_the_echo_has_the_running_total(database: OpenDatabase) -> None:
    a_warehouse()
    worker = counting().scan(PCS, PCS, PCS)
    assert worker.said == "+1 PCS: 3 PCS"
    assert worker.view.count == "5"  # location, bin and three items: scans since signing in


@pytest.mark.parametrize("scans", [(f"12*{PCS}",), ("12*", PCS)])
def test_multiplier_counts_for_the_next_scan_only(database: OpenDatabase, scans: tuple[str, ...]) -> None:
    a_warehouse()
    worker = counting().scan(*scans)
    assert worker.view.quantity == "12 PCS"
    assert worker.scan(PCS).view.quantity == "13 PCS"


@pytest.mark.parametrize("scans", [(f"12*{PCS}",), ("12*", PCS), ("3*", "12*", PCS)])
def test_undo_of_a_scan_takes_back_the_multiplier_that_it_used(database: OpenDatabase, scans: tuple[str, ...]) -> None:
    a_warehouse()
    worker = counting().scan("NUT", *scans).key(Command.UNDO)
    assert worker.view.prompt == "Item"
    assert worker.scan(PCS).view.quantity == "1 PCS"
    worker.key(Command.UNDO, Command.UNDO)
    assert worker.said == "Undone: NUT"


def test_undo_of_a_scan_takes_back_the_quantity_typed_after_f6(database: OpenDatabase) -> None:
    a_warehouse()
    worker = counting().scan("NUT").key(Command.QUANTITY).scan("5", PCS).key(Command.UNDO)
    assert worker.view.prompt == "Item"
    assert worker.key(Command.UNDO).said == "Undone: NUT"


def test_undo_takes_back_a_multiplier_that_no_scan_has_used(database: OpenDatabase) -> None:
    a_warehouse()
    worker = counting().scan(PCS, "12*").key(Command.UNDO)
    assert worker.said == "Undone: 12*"
    assert (worker.view.prompt, worker.view.quantity) == ("Item", "1 PCS")


def test_multiplier_of_a_lot_item_goes_with_its_scan_when_the_question_for_the_lot_is_dropped(database: OpenDatabase) -> None:
    a_warehouse()
    worker = counting().scan("12*", "SALINE").key(Command.BACK)
    assert worker.view.prompt == "Item"
    assert worker.scan(PCS).view.quantity == "1 PCS"


def test_f6_asks_for_the_quantity_of_the_next_scan(database: OpenDatabase) -> None:
    a_warehouse()
    worker = counting().key(Command.QUANTITY).scan("5", BOX)
    assert worker.view.quantity == "5 BOX = 30 PCS"


def test_typed_quantity_replaces_a_single_scan_and_shows_old_and_new(database: OpenDatabase) -> None:
    a_warehouse()
    worker = counting().scan(PCS, "40")
    assert worker.said == "1 PCS → 40 PCS"
    assert worker.view.quantity == "40 PCS"


def test_typed_quantity_that_would_lose_more_than_the_last_scan_is_asked_with_old_and_new(database: OpenDatabase) -> None:
    a_warehouse()
    worker = counting().scan(PCS, PCS, PCS, "40")
    assert worker.said == "3 PCS → 40 PCS?"
    assert worker.view.quantity == "3 PCS"
    assert worker.key(Command.BACK).view.quantity == "3 PCS"
    worker.scan("40").key(Command.POST)
    assert worker.view.quantity == "40 PCS"


def test_number_typed_after_a_box_is_asked_with_both_units_and_what_was_counted(database: OpenDatabase) -> None:
    a_warehouse()
    worker = counting().scan(BOX)
    assert worker.view.prompt == "Item/BOX"
    worker.scan("40")
    assert worker.said == "40 BOX or PCS? Now 1 BOX = 6 PCS."
    assert worker.view.choices == ("1 40 BOX = 240 PCS", "2 40 PCS")
    assert worker.key(Command.BACK).view.quantity == "1 BOX = 6 PCS"
    assert worker.scan("40", "2").view.quantity == "40 PCS"
    assert worker.view.prompt == "Item"
    assert worker.scan(BOX, "3", "1").view.quantity == "3 BOX = 18 PCS"


def test_after_undo_a_typed_number_is_in_the_unit_of_what_is_left(database: OpenDatabase) -> None:
    a_warehouse()
    worker = counting().scan(PCS, BOX).key(Command.UNDO)
    assert worker.view.prompt == "Item"
    assert worker.scan("34").view.quantity == "34 PCS"
    worker.scan("BIN:A-02", BOX, PCS).key(Command.UNDO)
    assert worker.view.prompt == "Item/BOX"
    assert worker.scan("34").view.choices == ("1 34 BOX = 204 PCS", "2 34 PCS")


def test_half_a_box_can_only_be_boxes(database: OpenDatabase) -> None:
    a_warehouse()
    worker = counting().scan(BOX, "1.5")
    assert worker.said == "1.5 BOX = 9 PCS? Now 1 BOX = 6 PCS."
    assert worker.key(Command.POST).view.quantity == "1.5 BOX = 9 PCS"


def test_typed_zero_is_a_line_of_zero(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "5")
    counting().scan(PCS, "0").post()
    assert count_entries() == [("1000", "A-01", Decimal(5), Decimal(0))]


def test_quantity_ten_times_above_any_stock_is_typed_again_to_confirm(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "100")
    worker = counting().scan(PCS, "1500")
    assert worker.said == "Quantity 1500 is 10x above any stock of this item. Type it again to confirm."
    assert worker.view.quantity == "1 PCS"
    assert worker.scan("15").view.quantity == "1 PCS"
    assert worker.scan("1500").view.quantity == "1500 PCS"


def test_number_that_is_also_a_bin_is_asked(database: OpenDatabase) -> None:
    a_warehouse()
    worker = counting().scan(PCS, "1234")
    assert worker.view.choices == ("1 Quantity 1234", "2 bin 1234")
    assert worker.scan("2").view.title == "Count 1234"


def test_same_number_from_a_marked_reader_is_the_bin_without_asking(database: OpenDatabase) -> None:
    a_warehouse()
    assert counting().scan(PCS).scan("1234", certain=True).view.title == "Count 1234"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("0*" + PCS, "Quantity is 0"),
        ("999999", "Type it again"),
        ("1.5", "Too many decimals"),
        ("0.1234567", "Unknown code"),  # more than five decimals is no number of ours, and no code either
    ],
)
def test_quantity_zero_absurd_or_with_too_many_decimals_changes_nothing(database: OpenDatabase, typed: str, words: str) -> None:
    a_warehouse()
    worker = counting().scan(PCS, typed)
    assert words in worker.said
    assert worker.key(Command.BACK).view.quantity == "1 PCS"


def test_negative_quantity_is_refused_by_name(database: OpenDatabase) -> None:
    a_warehouse()
    counting().scan(PCS).key(Command.QUANTITY).scan("-5").is_refused("Quantity -5 is negative")


def test_decimals_are_taken_with_comma_or_point_where_the_unit_has_them(database: OpenDatabase) -> None:
    a_warehouse()
    assert counting().scan("OIL", "2,5").view.quantity == "2.5 L"


def test_half_a_box_is_rounded_to_whole_pieces(database: OpenDatabase) -> None:
    a_warehouse()
    assert counting().scan(f"0.5*{BOX}").view.quantity == "0.5 BOX = 3 PCS"


def test_text_of_eight_digits_in_a_quantity_prompt_is_a_scan(database: OpenDatabase) -> None:
    a_warehouse()
    worker = counting().key(Command.QUANTITY).scan(PCS)
    assert worker.view.quantity == "1 PCS"


# ---- bad scans


def test_unknown_code_changes_nothing_and_says_so(database: OpenDatabase) -> None:
    a_warehouse()
    worker = counting().scan(PCS, "NOSUCH")
    worker.is_refused()
    assert worker.said == "Unknown code NOSUCH. Nothing counted. Scan again, or ask a supervisor."
    assert worker.key(Command.BACK).view.quantity == "1 PCS"


def test_wrong_check_digit_is_a_misread(database: OpenDatabase) -> None:
    a_warehouse()
    worker = counting().scan("9528765432109")
    worker.is_refused()
    assert worker.said == "Misread: check digit of 9528765432109 is wrong. Scan again."


def test_blocked_item_is_refused(database: OpenDatabase) -> None:
    a_warehouse()
    counting().scan("RECALL").is_refused("Blocked: item RECALL.", "Put it aside")


def test_service_item_is_refused_at_entry(database: OpenDatabase) -> None:
    a_warehouse()
    counting().scan("HOURS").is_refused("Not stock: HOURS is a service item")


def test_item_before_a_bin_is_refused(database: OpenDatabase) -> None:
    a_warehouse()
    signed_in().scan("1", PCS).is_refused("That is item 1000. Scan a bin first.")


def test_bin_that_does_not_exist_is_unknown(database: OpenDatabase) -> None:
    a_warehouse()
    counting().scan("BIN:Z-99").is_refused("Unknown code Z-99")


def test_code_that_fits_two_items_asks_and_books_nothing_before(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("SALINE", "4", lot="L7")
    purchased("CHEESE", "4", lot="L7", expires=date(2099, 1, 31))
    worker = counting().scan("L7")
    assert worker.view.choices == ("1 CHEESE lot L7 Cheese", "2 SALINE lot L7 Saline")
    assert fetch("SELECT COUNT(*) FROM counted_line")[0][0] == 0
    assert worker.scan("1").view.item == "CHEESE"


def test_variant_is_asked_for(database: OpenDatabase) -> None:
    a_warehouse()
    worker = counting().scan("SHIRT")
    assert worker.view.choices == ("1 BLUE Blue shirt", "2 RED Red shirt")
    assert worker.scan("2").view.item == "SHIRT RED"


def test_choice_is_typed_never_scanned(database: OpenDatabase) -> None:
    a_warehouse()
    worker = counting().scan("SHIRT").scan("2", certain=True)
    assert worker.view.choices
    assert worker.view.held == 1


# ---- lots


def test_lot_is_asked_once_and_stays_until_another_lot(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("SALINE", "4", lot="L7")
    purchased("SALINE", "4", lot="L8")
    worker = counting().scan("SALINE")
    assert worker.view.prompt == "Lot"
    worker.scan("l7", "SALINE")
    assert (worker.view.tracking, worker.view.quantity) == ("L7", "2 PCS")
    worker.scan("L8")
    assert (worker.view.tracking, worker.view.quantity) == ("L8", "1 PCS")
    assert worker.scan("SALINE").view.quantity == "2 PCS"


def test_lot_is_asked_again_after_another_item(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("SALINE", "4", lot="L7")
    assert counting().scan("SALINE", "L7", PCS, "SALINE").view.prompt == "Lot"


def test_lot_of_another_item_is_refused(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("CHEESE", "4", lot="L9", expires=date(2099, 1, 31))
    worker = counting().scan("SALINE", "L9")
    worker.is_refused()
    assert worker.said == "Lot L9 belongs to item CHEESE, you are on SALINE."
    assert worker.key(Command.BACK).view.prompt == "Lot"


def test_new_lot_is_asked_about_and_then_its_expiry_once(database: OpenDatabase) -> None:
    a_warehouse()
    worker = counting().scan("CHEESE", "NEW1")
    assert worker.said == "Lot NEW1 is new for CHEESE. Count it?"
    worker.key(Command.POST)
    assert worker.view.prompt == "Expiry"
    worker.scan("31.1.2099")
    assert worker.said.startswith("Expiry 2099-01-31")  # more than ten years away: asked
    worker.key(Command.POST)
    assert worker.view.quantity == "1 PCS"
    worker.scan("CHEESE", "new1")
    assert worker.view.quantity == "3 PCS"


def test_expiry_of_a_known_lot_is_not_asked(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("CHEESE", "4", lot="L9", expires=date(2099, 1, 31))
    worker = counting().scan("CHEESE", "L9")
    assert (worker.view.tracking, worker.view.quantity) == ("L9 2099-01-31", "1 PCS")


def test_month_alone_is_its_last_day(database: OpenDatabase) -> None:
    a_warehouse()
    worker = counting().scan("CHEESE", "NEW1").key(Command.POST).scan(f"{date.today().year + 1}-02")
    assert worker.view.tracking == f"NEW1 {date(date.today().year + 1, 3, 1).replace(day=1) - (date(2, 1, 2) - date(2, 1, 1))}"


def test_date_that_does_not_exist_is_refused(database: OpenDatabase) -> None:
    a_warehouse()
    counting().scan("CHEESE", "NEW1").key(Command.POST).scan("310227").is_refused("No date: 310227")


def test_one_scan_with_item_lot_and_expiry_fills_all(database: OpenDatabase) -> None:
    a_warehouse()
    fetch("UPDATE item SET gtin = '09528765432122' WHERE no = 'CHEESE'")
    worker = counting().scan(f"]C10109528765432122{17}{date.today().year % 100 + 2:02}013110L7")
    assert worker.said == "Lot L7 is new for CHEESE. Count it?"
    worker.key(Command.POST)
    assert worker.view.tracking == f"L7 {date.today().year + 2}-01-31"


def test_missing_separator_after_the_lot_is_asked_once_and_never_cut_silently(database: OpenDatabase) -> None:
    a_warehouse()
    fetch("UPDATE item SET gtin = '09528765432122' WHERE no = 'SALINE'")
    worker = counting().scan("]C1010952876543212210L7" + "17270131")
    assert worker.view.choices == ("1 L717270131 as read", "2 L7 and (17)270131")
    worker.scan("1").key(Command.POST)
    assert worker.view.tracking == "L717270131"


def test_blind_counter_gets_no_list_of_lots(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("SALINE", "4", lot="L7")
    worker = counting("CAT").scan("SALINE").key(Command.LIST)
    assert worker.level is Level.WARNING
    assert "L7" not in repr(worker.view)


def test_worker_may_choose_the_lot_from_a_list(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("SALINE", "4", lot="L7")
    worker = counting().scan("SALINE").key(Command.LIST).scan("1")
    assert worker.view.tracking == "L7"


# ---- serial numbers


def test_every_serial_is_a_piece(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("DRILL", "2", serials=["S1", "S2"])
    worker = counting().scan("DRILL", "S1", "S2")
    assert worker.view.facts[1] == ("In all", "1 item, 2")
    assert worker.view.prompt == "Serial"


def test_a_multiplied_label_of_another_item_right_after_a_serial_is_the_next_goods(database: OpenDatabase) -> None:
    a_warehouse()
    fetch("UPDATE item SET gtin = '09528765432122' WHERE no = 'SALINE'")
    purchased("DRILL", "1", serials=["S1"])
    purchased("SALINE", "4", lot="L7")
    worker = counting().scan("DRILL", "S1").scan("12*]C1010952876543212210L7")
    assert (worker.view.item, worker.view.tracking) == ("SALINE", "L7")
    assert worker.view.quantity == "12 PCS"


def test_serial_counted_twice_is_refused_with_the_place_of_the_first(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("DRILL", "2", serials=["S1", "S2"])
    worker = counting().scan("DRILL", "S1", "BIN:A-02", "s1")
    worker.is_refused("Serial S1 is already counted, in A-01 (ANN ", "Not counted again.")


def test_serial_recorded_by_ann_is_refused_when_bob_scans_it_and_anns_bin_and_time_are_shown(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("DRILL", "1", serials=["S1"])
    counting("ANN").scan("DRILL", "S1")
    worker = counting("BOB", terminal="T2", bin_code="A-02").scan("DRILL", "S1")
    worker.is_refused("Serial S1 is already counted, in A-01 (ANN ")


def test_quantity_of_a_serial_is_one(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("DRILL", "1", serials=["S1"])
    counting().scan("3*DRILL", "S1").is_refused("Serial S1 is one piece, the quantity is 3.")


def test_serials_found_in_other_bins_are_moved_there_and_never_exist_twice(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("DRILL", "1", serials=["S1"], bin_code="A-01")
    purchased("DRILL", "1", serials=["S2"], bin_code="A-02")
    worker = counting().scan("DRILL", "S1", "S2").post()
    assert worker.said.startswith("Posted"), worker.said
    assert on_hand("DRILL", bin_code="A-01") == 2
    assert on_hand("DRILL", bin_code="A-02") == 0
    assert count_entries()[-1] == ("DRILL", "A-02", Decimal(1), Decimal(0))


# ---- undo


def test_undo_takes_back_the_last_scan_again_and_again(database: OpenDatabase) -> None:
    a_warehouse()
    worker = counting().scan(PCS, BOX, "BIN:A-02", PCS)
    worker.key(Command.UNDO)
    assert worker.said == f"Undone: {PCS}"
    worker.key(Command.UNDO)
    assert worker.view.title == "Count A-01"
    assert worker.view.quantity == "1 BOX + 1 PCS = 7 PCS"
    worker.key(Command.UNDO)
    assert worker.view.quantity == "1 PCS"
    worker.key(Command.UNDO, Command.UNDO)
    assert worker.view.prompt == "Bin"
    worker.key(Command.UNDO).is_refused("Nothing to undo")
    assert fetch("SELECT COUNT(*) FROM counted_line")[0][0] == 0


def test_undo_of_a_replacement_brings_the_old_quantity_back(database: OpenDatabase) -> None:
    a_warehouse()
    worker = counting().scan(BOX, "40", "1").key(Command.UNDO)
    assert worker.view.quantity == "1 BOX = 6 PCS"


def test_undo_by_label_is_in_order_with_the_scans(database: OpenDatabase) -> None:
    a_warehouse()
    worker = counting().scan(PCS).label(Command.UNDO).scan(BOX)
    assert worker.view.quantity == "1 BOX = 6 PCS"


# ---- bins


def test_next_bin_closes_the_bin_before_and_shows_its_totals(database: OpenDatabase) -> None:
    a_warehouse()
    worker = counting().scan(PCS, PCS, "NUT", "BIN:A-02")
    assert worker.said == "A-01: 2 items, 3. Bin A-02"
    assert worker.scan("BIN:A-01").view.facts[1] == ("In all", "2 items, 3")


def test_f9_shows_what_was_not_seen_and_zero_only_on_f10(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "5")
    purchased("NUT", "3")
    worker = counting().scan(PCS).key(Command.NEXT)
    assert worker.view.text == ("Not seen in A-01: 1. Count them as 0?", "NUT: 3 PCS")
    worker.key(Command.BACK)
    assert fetch("SELECT COUNT(*) FROM counted_line")[0][0] == 1
    worker.scan("BIN:A-01").key(Command.NEXT, Command.POST)
    assert worker.view.prompt == "Bin"
    worker.post()
    assert count_entries() == [("1000", "A-01", Decimal(5), Decimal(1)), ("NUT", "A-01", Decimal(3), Decimal(0))]


def test_empty_bin_is_scanned_and_closed_and_everything_expected_there_is_zero(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "5")
    purchased("SALINE", "4", lot="L7")
    worker = counting().key(Command.NEXT)
    assert worker.said == "A-01 empty? Everything there is counted as 0."
    worker.key(Command.POST).post()
    assert count_entries() == [("1000", "A-01", Decimal(5), Decimal(0)), ("SALINE", "A-01", Decimal(4), Decimal(0))]
    assert on_hand("1000") == 0


def test_empty_bin_can_be_undone(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "5")
    counting().key(Command.NEXT, Command.POST, Command.UNDO)
    assert fetch("SELECT COUNT(*) FROM counted_line")[0][0] == 0


def test_bin_that_somebody_else_counts_is_asked(database: OpenDatabase) -> None:
    a_warehouse()
    counting("ANN").scan(PCS)
    worker = counting("BOB", terminal="T2")
    assert worker.said.startswith("Bin A-01 is being counted by ANN since ")
    assert worker.key(Command.POST).view.title == "Count A-01"


def test_totals_are_those_of_the_open_bin_and_there_are_none_where_no_bin_is_open(database: OpenDatabase) -> None:
    a_warehouse()
    worker = signed_in().scan("1")
    assert ("In all", "nothing") not in worker.view.facts
    worker.scan("BIN:A-01")
    assert worker.view.facts == (("Bin", "A-01"), ("In all", "nothing"))
    worker.scan(PCS, "BIN:A-02", "BIN:A-03")
    assert worker.said == "A-02: nothing. Bin A-03"
    assert worker.key(Command.NEXT, Command.POST).view.facts == (("Location", "EAST"),)


def test_totals_of_a_location_without_bins_stay_when_it_is_closed(database: OpenDatabase) -> None:
    a_warehouse()
    worker = counting(location="SHOP").scan(PCS, PCS, "NUT").key(Command.NEXT)
    assert worker.said == "SHOP: 2 items, 3"
    assert worker.view.facts == (("Location", "SHOP"), ("In all", "2 items, 3"))


def test_location_without_bins_is_counted_without_them(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "5", location="SHOP")
    worker = counting(location="SHOP").scan(PCS, "4").post()
    assert worker.said.startswith("Posted")
    assert count_entries() == [("1000", "", Decimal(5), Decimal(4))]
    assert on_hand("1000", location="SHOP") == 4


# ---- posting


def test_expected_5_recorded_7_posts_plus_2_and_a_count_entry(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "5")
    worker = counting().scan(PCS, "7").post()
    assert "Posted" in worker.said
    assert count_entries() == [("1000", "A-01", Decimal(5), Decimal(7))]
    assert entries()[-1] == ("positive_adjustment", "1000", Decimal(2))
    assert on_hand("1000") == 7


def test_expected_3_recorded_1_posts_minus_2(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "3")
    counting().scan(PCS).post()
    assert entries()[-1] == ("negative_adjustment", "1000", Decimal(-2))


def test_expected_equals_recorded_posts_no_ledger_entry_but_one_count_entry(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "3")
    counting().scan(PCS, "3").post()
    assert len(entries()) == 1
    assert count_entries() == [("1000", "A-01", Decimal(3), Decimal(3))]


def test_lots_of_the_worked_example_post_12_positive_and_20_negative(database: OpenDatabase) -> None:
    a_warehouse()
    for lot, quantity in (("LOT1001", "80"), ("LOT1003", "30"), ("LOT1006", "10")):
        purchased("SALINE", quantity, lot=lot)
    worker = counting()
    for lot, quantity in (("LOT1001", "80"), ("LOT1002", "12"), ("LOT1003", "20")):
        worker.scan("SALINE" if lot == "LOT1001" else f"LOT:{lot}")
        if worker.view.prompt == "Lot":
            worker.scan(lot)
        if "is new" in worker.said:
            worker.key(Command.POST)
        worker.scan(quantity)
    worker.scan("LOT:LOT1006", "0").post()
    adjusted = [(kind, quantity) for kind, _item, quantity in entries()[3:]]
    assert sorted(adjusted) == [
        ("negative_adjustment", Decimal(-10)),
        ("negative_adjustment", Decimal(-10)),
        ("positive_adjustment", Decimal(12)),
    ]
    assert on_hand("SALINE") == 112


def test_sale_posted_before_the_count_is_no_difference(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "100")
    sold("1000", "10")
    counting().scan(PCS, "90").post()
    assert count_entries() == [("1000", "A-01", Decimal(90), Decimal(90))]
    assert on_hand("1000") == 90


def test_sale_posted_after_the_count_of_100_leaves_90(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "100")
    worker = counting().scan(PCS, "100")
    sold("1000", "10")
    worker.post()
    assert count_entries() == [("1000", "A-01", Decimal(100), Decimal(100))]
    assert on_hand("1000") == 90


def test_line_that_moved_while_it_was_counted_is_shown_to_be_counted_again(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "10")
    worker = counting().scan(PCS)
    sold("1000", "1")
    worker.scan(PCS).key(Command.POST)
    assert any("moved while counted: count again" in line for line in worker.view.text)


def test_second_count_of_a_shelf_that_was_counted_and_posted_meanwhile_must_be_counted_again(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "8")
    ann, bob = counting("ANN").scan(PCS, "10"), counting("BOB", terminal="T2")
    bob.key(Command.POST).scan(PCS, "10").post()
    ann.key(Command.POST)
    ann.is_refused("Counted twice: 1000 in A-01 was posted by BOB since")
    ann.key(Command.BACK).scan("10").key(Command.POST).post()
    assert on_hand("1000") == 10


def test_differences_are_shown_before_they_are_posted(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "5")
    worker = counting().scan(PCS, "7").key(Command.POST)
    assert worker.view.text[1:] == ("A-01 1000: 5 → 7 (+2)",)
    assert len(entries()) == 1


def test_enter_and_wrong_digits_post_nothing(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "5")
    worker = counting().scan(PCS).key(Command.POST)
    digits = worker.view.prompt.removeprefix("Type ")
    wrong = "10" if digits != "10" else "11"
    worker.scan(wrong)
    assert worker.level is Level.WARNING
    assert count_entries() == []
    worker.key(Command.POST)
    assert count_entries() == []
    worker.scan(digits)
    assert len(count_entries()) == 1


def test_nothing_counted_nothing_to_post(database: OpenDatabase) -> None:
    a_warehouse()
    counting().key(Command.POST).is_refused("Nothing to change: nothing was counted")


def test_scan_that_waits_for_its_lot_is_not_forgotten_by_f10_or_f9(database: OpenDatabase) -> None:
    a_warehouse()
    worker = counting().scan(PCS, "SALINE")
    worker.key(Command.POST).is_refused("Lot missing: SALINE waits for it")
    worker.key(Command.BACK, Command.NEXT).is_refused("Lot missing")


def test_posted_count_belongs_to_the_user_and_the_terminal(database: OpenDatabase) -> None:
    a_warehouse()
    counting().scan(PCS).post()
    assert fetch("SELECT user_code, terminal, source_code FROM item_register")[-1] == ("ANN", "T1", "count")


def test_not_enough_left_to_take_off_is_refused_and_the_count_stays(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "10")
    worker = counting().scan(PCS, "2")
    sold("1000", "10")  # more went out than the count says was there
    worker.key(Command.POST)
    digits = worker.view.prompt.removeprefix("Type ")
    worker.scan(digits).is_refused("Not enough")
    assert worker.key(Command.BACK).view.title == "Count A-01"
    assert count_entries() == []


# ---- blind


def _numbers_in(worker: Worker) -> str:
    return json.dumps([asdict(view) for view in worker.views], default=str)


def test_in_a_blind_count_nothing_that_the_terminal_gets_has_an_expected_quantity(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "7771")
    purchased("NUT", "7772")
    purchased("SALINE", "7773", lot="SECRETLOT")
    worker = counting("CAT").scan(PCS).key(Command.NEXT).scan("BIN:A-02").key(Command.NEXT, Command.POST)
    worker.scan("BIN:A-01", "NUT", "5").key(Command.HELP, Command.LIST, Command.BACK, Command.UNDO).post()
    seen = _numbers_in(worker)
    for secret in ("7771", "7772", "7773", "SECRETLOT", "7770", "7767"):
        assert secret not in seen


def test_blind_count_is_handed_in_and_posted_by_somebody_who_may(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "5")
    cat = counting("CAT").scan(PCS, "7").post()
    assert cat.said == "Handed in, to be reviewed: 1 line."
    assert count_entries() == []
    sue = signed_in("SUE", terminal="T2").scan("1")
    assert sue.view.choices[1].startswith("2 CAT: 1 line,")
    sue.scan("2").key(Command.POST)
    assert sue.view.text[1:] == ("A-01 1000: 5 → 7 (+2)",)
    sue.scan(sue.view.prompt.removeprefix("Type "))
    assert count_entries() == [("1000", "A-01", Decimal(5), Decimal(7))]


def test_handed_in_count_that_two_supervisors_post_is_posted_once(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "5")
    counting("CAT").scan(PCS, "7").post()
    sue = signed_in("SUE", terminal="T2").scan("1", "2").key(Command.POST)
    ann = signed_in("ANN", terminal="T3").scan("1", "2").key(Command.POST)
    sue.scan(sue.view.prompt.removeprefix("Type "))
    ann.scan(ann.view.prompt.removeprefix("Type "))
    assert ann.said == "This count is posted already."
    assert on_hand("1000") == 7


def test_blind_counter_may_say_that_a_bin_is_empty_and_sees_nothing_of_it(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "5")
    worker = counting("CAT").key(Command.NEXT, Command.POST)
    assert worker.said == "A-01: nothing"
    assert fetch("SELECT item_no, quantity FROM counted_line") == [("1000", 0)]


def test_no_to_the_choice_of_handed_in_counts_goes_back_to_the_menu(database: OpenDatabase) -> None:
    a_warehouse()
    counting("CAT").scan(PCS).post()
    sue = signed_in("SUE", terminal="T2").scan("1").key(Command.BACK)
    assert sue.view.title == "EAST Sue"
    assert sue.scan("1", "1").view.prompt == "Bin"
