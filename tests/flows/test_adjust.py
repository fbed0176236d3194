"""Adjusting one line of stock. `operations.md` §7."""

from datetime import date, timedelta
from decimal import Decimal

from db.connection import fetch
from db.core import clock
from stockterm.flows.tokens import Command
from tests.flows.warehouse import Worker, a_warehouse, entries, on_hand, purchased, signed_in
from tests.support.databases import OpenDatabase

PCS, BOX = "9528765432108", "19528765432105"


def adjusting(user: str = "ANN", *, location: str = "EAST", bin_code: str = "A-01") -> Worker:
    worker = signed_in(user, location=location).scan("2")
    return worker.scan(f"BIN:{bin_code}") if location == "EAST" else worker


def test_bin_item_quantity_reason_and_two_digits_post_at_once(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "10")
    worker = adjusting().scan(PCS)
    assert (worker.view.prompt, worker.view.quantity) == ("+ or -", "now 10 PCS")
    worker.scan("-4")
    assert worker.view.choices == ("1 FOUND Found", "2 SCRAP Scrapped")
    worker.scan("2")
    assert worker.view.quantity == "-4 PCS SCRAP"
    worker.post()
    assert worker.said.startswith("Posted -4 PCS 1000, register ")
    assert entries()[-1] == ("negative_adjustment", "1000", Decimal(-4))
    assert on_hand("1000") == 6
    assert fetch("SELECT reason_code, user_code, source_code FROM item_register")[-1] == ("SCRAP", "ANN", "adjust")
    assert worker.view.title == "Adjust A-01"  # the next line in the same bin


def test_without_a_reason_nothing_is_posted(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "10")
    worker = adjusting().scan(PCS, "-4").key(Command.POST)
    worker.is_refused("Reason missing")
    assert on_hand("1000") == 10


def test_number_without_a_sign_is_asked(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "10")
    worker = adjusting().scan(BOX, "1")
    assert worker.view.choices == ("1 +1 BOX found", "2 -1 BOX missing")
    worker.scan("1", "1").post()
    assert on_hand("1000") == 16


def test_reason_used_last_comes_first(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "10")
    worker = adjusting().scan(PCS, "-1", "2").post().scan(PCS, "-1")
    assert worker.view.choices == ("1 SCRAP Scrapped", "2 FOUND Found")


def test_reason_can_be_scanned(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "10")
    assert adjusting().scan(PCS, "-1", "RSN:SCRAP").view.quantity == "-1 PCS SCRAP"


def test_lot_with_4_in_the_bin_refuses_5_and_says_what_the_bin_holds(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("SALINE", "4", lot="L7")
    worker = adjusting().scan("SALINE", "L7", "-5")
    worker.is_refused("Not enough: A-01 holds 4 of L7, you asked for 5.")
    assert worker.key(Command.BACK).scan("-4").view.prompt == "Reason"


def test_expired_lot_can_be_scrapped(database: OpenDatabase) -> None:
    a_warehouse()
    yesterday = clock.today() - timedelta(days=1)
    purchased("CHEESE", "4", lot="OLD", expires=yesterday, on=yesterday)
    worker = adjusting().scan("CHEESE", "OLD", "-4", "2").post()
    assert worker.said.startswith("Posted")
    assert on_hand("CHEESE") == 0


def test_lot_that_is_not_there_cannot_be_taken_off(database: OpenDatabase) -> None:
    a_warehouse()
    worker = adjusting().scan("SALINE", "NEW").key(Command.POST).scan("-1")
    worker.is_refused("Lot NEW of SALINE is not in A-01. Nothing booked.")


def test_found_goods_of_a_new_lot_need_their_expiry(database: OpenDatabase) -> None:
    a_warehouse()
    expires = date(clock.today().year + 2, 1, 31)
    worker = adjusting().scan("CHEESE", "NEW").key(Command.POST).scan("+3", f"3101{expires.year}", "1").post()
    assert worker.said.startswith("Posted")
    assert fetch("SELECT lot_no, expiration_date FROM item_ledger_entry") == [("NEW", expires.isoformat())]


def test_serial_is_one_more_or_one_fewer(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("DRILL", "1", serials=["S1"])
    worker = adjusting().scan("DRILL", "S1")
    assert worker.view.choices == ("1 +1 PCS found", "2 -1 PCS missing")
    worker.scan("2", "2").post()
    assert on_hand("DRILL") == 0


def test_bin_where_an_item_is_wanted_is_refused_and_f2_changes_it(database: OpenDatabase) -> None:
    a_warehouse()
    worker = adjusting().scan("BIN:A-02")
    worker.is_refused()
    assert worker.said == "That is bin A-02. Scan an item, or press F2 to change bin."
    worker.key(Command.BACK, Command.CLEAR).scan("BIN:A-02")
    assert worker.view.title == "Adjust A-02"


def test_every_step_can_be_taken_back(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "10")
    worker = adjusting().scan(PCS, "-4", "2")
    assert [worker.key(Command.UNDO).view.prompt for _ in range(4)] == ["Reason", "+ or -", "Item", "Bin"]


def test_back_goes_one_step_and_then_to_the_menu(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "10")
    worker = adjusting().scan(PCS)
    assert [worker.key(Command.BACK).view.prompt for _ in range(3)] == ["Item", "Bin", "Choose"]


def test_undo_after_posting_reverses_it_with_quantity_and_value_exactly_zero(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "3", at="3.33333")
    worker = adjusting().scan(PCS, "-2", "2").post().key(Command.UNDO)
    assert worker.said.startswith("Reverse -2 PCS 1000?")
    worker.scan(worker.view.prompt.removeprefix("Type "))
    assert worker.said.startswith("Reversed")
    assert on_hand("1000") == 3
    rows = fetch("SELECT SUM(item_ledger_quantity), SUM(cost_amount_actual) FROM value_entry WHERE item_ledger_entry_no > 1")
    assert [int(one) for one in rows[0]] == [0, 0]
    worker.key(Command.UNDO).is_refused("Nothing to undo")


def test_adjustment_is_taken_up_after_a_kill_and_posted_once(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "10")
    adjusting().scan(PCS, "-4", "2").key(Command.POST)
    worker = Worker("T1")
    worker.scan(worker.view.prompt.removeprefix("Type "))
    assert worker.said.startswith("Posted")
    assert on_hand("1000") == 6


def test_location_without_bins_starts_with_the_item(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "10", location="SHOP")
    worker = adjusting(location="SHOP").scan(PCS, "-4", "2").post()
    assert worker.said.startswith("Posted")
    assert on_hand("1000", location="SHOP") == 6


def test_zero_is_refused(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "10")
    adjusting().scan(PCS, "0").is_refused("Quantity is 0")


def test_closed_posting_date_is_refused_with_the_dates_that_are_allowed(database: OpenDatabase) -> None:
    from db.masters.change import put_masters

    a_warehouse()
    purchased("1000", "10")
    put_masters([("settings", {"allow_posting_from": date(2020, 1, 1), "allow_posting_to": date(2020, 1, 31)})])
    worker = adjusting().scan(PCS, "-4", "2").post()
    worker.is_refused("is closed. Allowed: 2020-01-01 to 2020-01-31.")
    assert on_hand("1000") == 10
    assert worker.key(Command.BACK).view.prompt == "F10 posts"


def test_blocked_lot_is_counted_and_moved_in_the_house_but_not_adjusted_off_or_sent_away(database: OpenDatabase) -> None:
    from db.masters.change import put_masters

    a_warehouse()
    purchased("SALINE", "4", lot="L7")
    put_masters([("lot", {"item": "SALINE", "no": "L7", "blocked": True, "block_reason": "Recall"})])
    counted = signed_in().scan("1", "BIN:A-01", "SALINE", "L7", "4").post()
    assert counted.said.startswith("Posted"), counted.said
    moved = counted.scan("3", "BIN:A-01", "SALINE", "L7", "1", "BIN:A-02").post()
    assert moved.said.startswith("Posted"), moved.said
    away = moved.scan("SALINE", "L7", "1", "LOC:SHOP")
    away.is_refused("Blocked: lot L7. Recall")
    assert on_hand("SALINE", location="SHOP") == 0
    off = signed_in("BOB", terminal="T2").scan("2", "BIN:A-01", "SALINE", "L7")
    off.is_refused("Blocked: lot L7. Recall")


# ---- several serial numbers in one posting (operations.md §12) --------------------------------------------------------


def _serials() -> list[str]:
    return [row[0] for row in fetch("SELECT serial_no FROM item_ledger_entry ORDER BY entry_no")]


def test_several_serials_are_scanned_with_n_missing_and_posted_in_one_register(database: OpenDatabase) -> None:
    a_warehouse()
    worker = adjusting().scan("DRILL", "+3")
    assert worker.said == "3 missing. Scan."
    worker.scan("S1", "S2")
    assert worker.said == "1 missing. Scan."
    assert worker.view.tracking == "S1 S2"
    worker.scan("S3", "1").post()
    assert worker.said.startswith("Posted +3 PCS DRILL S1..S3 (3), register ")
    assert _serials() == ["S1", "S2", "S3"]
    assert fetch("SELECT COUNT(*) FROM item_register") == [(1,)]
    assert on_hand("DRILL") == 3


def test_a_multiplier_before_the_item_says_how_many_serials(database: OpenDatabase) -> None:
    a_warehouse()
    worker = adjusting().scan("2*", "DRILL")
    assert worker.view.choices == ("1 +2 PCS found", "2 -2 PCS missing")
    assert worker.scan("1").said == "2 missing. Scan."


def test_duplicates_are_refused_at_once_naming_where(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("DRILL", "1", serials=["S9"], bin_code="A-03")
    worker = adjusting().scan("DRILL", "+3", "S1", "s1")
    worker.is_refused("Serial s1 is on this line already (scan 1)")
    worker.key(Command.BACK).scan("S9").is_refused("Serial S9 is already in stock, in EAST A-03.")
    assert worker.key(Command.BACK).view.tracking == "S1"


def test_a_range_must_be_as_many_as_are_missing(database: OpenDatabase) -> None:
    a_warehouse()
    worker = adjusting().scan("DRILL", "+3", "SN-008..SN-011")
    worker.is_refused("Range SN-008 to SN-011 is 4, 3 are missing.")
    worker.key(Command.BACK, Command.LIST)
    assert worker.view.choices == ("1 First and last", "2 Count up from one")
    worker.scan("1", "SN-008", "SN-010", "1").post()
    assert _serials() == ["SN-008", "SN-009", "SN-010"]


def test_serials_are_counted_up_from_a_first_one(database: OpenDatabase) -> None:
    a_warehouse()
    adjusting().scan("DRILL", "+2").key(Command.LIST).scan("2", "D-99", "1").post()
    assert _serials() == ["D-99", "D-100"]


def test_serials_come_from_the_series_of_the_tracking_code(database: OpenDatabase) -> None:
    from db.masters.change import put_masters

    a_warehouse()
    put_masters(
        [
            ("number_series", {"code": "DRILLS", "manual_nos": True}),
            ("number_series_line", {"series": "DRILLS", "starting_no": "D-001", "allow_gaps": True}),
            ("tracking_code", {"code": "SN", "serial_nos": "DRILLS"}),
        ]
    )
    worker = adjusting().scan("DRILL", "+2").key(Command.LIST)
    assert worker.view.choices[2] == "3 Next of DRILLS"
    worker.scan("3", "1").post()
    assert _serials() == ["D-001", "D-002"]


def test_missing_serials_must_lie_in_the_bin(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("DRILL", "3", serials=["S1", "S2", "S3"])
    worker = adjusting().scan("DRILL", "-2", "S1", "S7")
    worker.is_refused("Serial S7 of DRILL is not in A-01.")
    worker.key(Command.BACK).scan("S3", "2").post()
    assert worker.said.startswith("Posted -2 PCS DRILL S1 S3")
    assert on_hand("DRILL") == 1


def test_each_serial_can_be_taken_back(database: OpenDatabase) -> None:
    a_warehouse()
    worker = adjusting().scan("DRILL", "+3", "S1", "S2").key(Command.UNDO)
    assert (worker.view.tracking, worker.scan("S4").view.tracking) == ("S1", "S1 S4")


def test_a_new_lot_comes_from_the_series_of_the_tracking_code(database: OpenDatabase) -> None:
    from db.masters.change import put_masters

    a_warehouse()
    purchased("SALINE", "4", lot="L7")
    put_masters(
        [
            ("number_series", {"code": "LOTS", "manual_nos": True}),
            ("number_series_line", {"series": "LOTS", "starting_no": "LOT0001", "allow_gaps": True}),
            ("tracking_code", {"code": "LOT", "lot_nos": "LOTS"}),
        ]
    )
    worker = adjusting().scan("SALINE").key(Command.LIST)
    assert worker.view.choices == ("1 L7 4", "2 New from LOTS")
    worker.scan("2", "+3", "1").post()
    assert worker.said.startswith("Posted +3 PCS SALINE LOT0001")


def test_one_gs1_scan_fills_item_lot_expiry_and_count(database: OpenDatabase) -> None:
    """Given GS1 `(01)...(17)270131(10)L7`, when scanned, then item, expiry and lot are filled by one scan."""
    from db.masters.change import put_masters

    a_warehouse()
    put_masters([("barcode", {"barcode": "9521234567899", "item": "CHEESE", "uom": "PCS"})])
    year = clock.today().year % 100 + 1
    worker = adjusting().scan(f"]C1010952123456789917{year:02}013110L7\x1d3012", certain=True)
    assert worker.view.choices == ("1 +12 PCS found", "2 -12 PCS missing")
    worker.scan("1", "1").post()
    assert worker.said.startswith("Posted +12 PCS CHEESE L7")
    assert fetch("SELECT lot_no, expiration_date FROM item_ledger_entry") == [("L7", f"20{year:02}-01-31")]
