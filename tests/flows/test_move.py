"""Moving goods from bin to bin and from location to location. `operations.md` §8."""

from datetime import date, timedelta
from decimal import Decimal

from db.connection import fetch
from db.core import clock
from db.masters.change import put_masters
from db.posting.lines import Header, OrderedLine, TrackingLine, TransferOrder
from stockterm.flows.tokens import Command
from tests.flows.warehouse import Worker, a_warehouse, entries, on_hand, posted, purchased, signed_in, sold
from tests.support.databases import OpenDatabase

PCS, BOX = "9528765432108", "19528765432105"


def moving(user: str = "ANN", *, location: str = "EAST", bin_code: str = "A-01") -> Worker:
    worker = signed_in(user, location=location).scan("3")
    return worker.scan(f"BIN:{bin_code}") if location == "EAST" else worker


def test_bin_only_move_makes_no_ledger_entry_and_two_warehouse_entries(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "10")
    worker = moving().scan(PCS, "4", "BIN:A-02").post()
    assert worker.said.startswith("Posted 4 PCS 1000 A-01 → A-02, register ")
    assert len(entries()) == 1
    assert fetch("SELECT bin_code, quantity FROM warehouse_entry ORDER BY entry_no")[1:] == [
        ("A-01", -400_000),
        ("A-02", 400_000),
    ]
    assert (on_hand("1000", bin_code="A-01"), on_hand("1000", bin_code="A-02")) == (Decimal(6), Decimal(4))


def test_all_is_moved_where_no_number_is_typed(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "10")
    worker = moving().scan(PCS)
    assert worker.said == "All 10 PCS? Then scan where to."
    worker.scan("BIN:A-02")
    assert worker.view.quantity == "10 PCS → A-02"
    worker.post()
    assert on_hand("1000", bin_code="A-02") == 10


def test_enter_alone_means_all_and_then_asks_where_to(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "10")
    worker = moving().scan(PCS, "")
    assert (worker.view.prompt, worker.view.quantity) == ("To", "all")
    worker.scan("BIN:A-02").post()
    assert on_hand("1000", bin_code="A-02") == 10


def test_quantity_is_in_the_unit_that_was_scanned(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "13")
    moving().scan(BOX, "2", "BIN:A-02").post()
    assert on_hand("1000", bin_code="A-02") == 12


def test_lot_is_asked_and_only_it_is_moved(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("SALINE", "4", lot="L7")
    purchased("SALINE", "5", lot="L8")
    worker = moving().scan("SALINE", "l8", "BIN:A-02").post()
    assert worker.said.startswith("Posted")
    assert fetch("SELECT lot_no, quantity FROM bin_content WHERE bin_code = 'A-02'") == [("L8", 500_000)]


def test_lot_that_is_not_in_the_bin_is_refused(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("SALINE", "4", lot="L7", bin_code="A-02")
    moving().scan("SALINE", "L7").is_refused("Lot L7 of SALINE is not in A-01. Nothing moved.")


def test_serial_is_moved_as_one_piece(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("DRILL", "2", serials=["S1", "S2"])
    worker = moving().scan("SN:S2")
    assert worker.view.prompt == "To"
    worker.scan("BIN:A-02").post()
    assert fetch("SELECT serial_no FROM bin_content WHERE bin_code = 'A-02'") == [("S2",)]


def test_move_to_another_location_asks_for_its_bin_and_moves_the_value(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "10", location="SHOP", at="2.50")
    worker = moving(location="SHOP").scan(PCS, "4", "EAST")
    assert worker.view.prompt == "To bin"
    worker.scan("A-03").post()
    assert worker.said.startswith("Posted")
    assert on_hand("1000", bin_code="A-03") == 4
    assert [(kind, quantity) for kind, _item, quantity in entries()[1:]] == [("transfer", Decimal(-4)), ("transfer", Decimal(4))]
    assert int(fetch("SELECT SUM(cost_amount_actual) FROM value_entry WHERE item_ledger_entry_no > 1")[0][0]) == 0


def test_move_from_a_bin_to_a_location_without_bins(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "10")
    worker = moving().scan(PCS, "4", "LOC:SHOP").post()
    assert worker.said.startswith("Posted")
    assert on_hand("1000", location="SHOP") == 4


def test_from_and_to_the_same_is_nothing_to_change(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "10")
    moving().scan(PCS, "BIN:A-01").is_refused("Nothing to change: from and to are both A-01.")


def test_more_than_is_there_is_refused_when_it_is_typed(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "10")
    moving().scan(PCS, "11").is_refused("Not enough: A-01 holds 10 of 1000, you asked for 11.")


def test_last_pieces_that_somebody_else_took_meanwhile_are_refused_by_posting_and_never_negative(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "5")
    worker = moving().scan(PCS, "5", "BIN:A-02")
    sold("1000", "5")
    worker.post().is_refused("Not enough")
    assert on_hand("1000") == 0
    assert worker.key(Command.BACK).view.prompt == "F10 posts"


def test_number_that_is_also_a_bin_is_asked(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "5000")
    worker = moving().scan(PCS, "1234")
    assert worker.view.choices == ("1 Quantity 1234", "2 bin 1234")
    assert worker.scan("2").view.quantity == "5000 PCS → 1234"


def test_bin_that_takes_nothing_in_is_refused_when_it_is_scanned(database: OpenDatabase) -> None:
    from db.masters.change import put_masters

    a_warehouse()
    purchased("1000", "5")
    put_masters([("bin", {"location": "EAST", "code": "A-02", "blocked_movement": "inbound"})])
    moving().scan(PCS, "BIN:A-02").is_refused("Blocked: bin A-02.")


def test_goods_in_transit_are_no_target(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "5")
    moving().scan(PCS, "LOC:ROAD").is_refused("Wrong bin: ROAD.")


def test_move_is_undone_step_by_step_and_after_posting_as_a_whole(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "10")
    worker = moving().scan(PCS, "4", "BIN:A-02")
    assert [worker.key(Command.UNDO).view.prompt for _ in range(2)] == ["To", "How many"]
    worker.scan("5", "BIN:A-02").post().key(Command.UNDO)
    assert worker.said.startswith("Reverse 5 PCS 1000 A-01 → A-02?")
    worker.scan(worker.view.prompt.removeprefix("Type "))
    assert worker.said.startswith("Reversed")
    assert on_hand("1000", bin_code="A-01") == 10


def test_line_begun_at_another_location_is_not_posted_here(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "10")
    worker = moving().scan(PCS, "4").key(Command.BACK, Command.BACK, Command.BACK, Command.BACK).scan("8", "SHOP", "3")
    assert worker.view.prompt == "Item"
    assert worker.view.item == ""


def test_counter_and_viewer_may_not_move(database: OpenDatabase) -> None:
    a_warehouse()
    signed_in("CAT").scan("3").is_refused("Not allowed: CAT may not move stock")
    signed_in("VIC", terminal="T2").scan("3").is_refused("Not allowed: VIC may not move stock")


# ---- first expired, first out (operations.md §12) --------------------------------------------------------------------


def _two_lots() -> None:
    soon, later = clock.today() + timedelta(days=30), clock.today() + timedelta(days=90)
    purchased("CHEESE", "4", lot="LATER", expires=later)
    purchased("CHEESE", "4", lot="SOON", expires=soon, bin_code="A-02")


def test_the_lot_that_expires_first_is_shown_where_a_lot_is_asked_for_and_listed_first(database: OpenDatabase) -> None:
    a_warehouse()
    _two_lots()
    purchased("CHEESE", "1", lot="SOON", bin_code="A-01")
    worker = signed_in().scan("3", "BIN:A-01", "CHEESE")
    assert worker.view.tracking.startswith("first SOON ")
    worker.key(Command.LIST)
    assert [one.split()[1] for one in worker.view.choices] == ["SOON", "LATER"]


def test_soft_asks_for_a_reason_when_another_lot_leaves_and_posts_it(database: OpenDatabase) -> None:
    a_warehouse()
    put_masters([("location", {"code": "EAST", "fefo": "soft"})])
    _two_lots()
    worker = signed_in().scan("3", "BIN:A-01", "CHEESE", "LATER", "1", "LOC:SHOP")
    assert worker.said.startswith("SOON expires first")
    assert "A-02" in worker.said
    worker.scan("1").post()
    assert worker.said.startswith("Posted")
    assert fetch("SELECT reason_code FROM item_register ORDER BY register_no DESC LIMIT 1") == [("FOUND",)]


def test_hard_refuses_another_lot_than_the_first_and_takes_the_first(database: OpenDatabase) -> None:
    a_warehouse()
    put_masters([("location", {"code": "EAST", "fefo": "hard"})])
    _two_lots()
    worker = signed_in().scan("3", "BIN:A-01", "CHEESE", "LATER", "1", "LOC:SHOP")
    worker.is_refused("Wrong lot: LATER expires", "SOON", "A-02")
    inside = worker.key(Command.BACK).scan("BIN:A-03").post()  # inside the house goods lie where they like
    assert inside.said.startswith("Posted")
    worker.key(Command.CLEAR).scan("BIN:A-02", "CHEESE", "SOON", "1", "LOC:SHOP").post()
    assert worker.said.startswith("Posted")


def test_given_a_blocked_lot_when_scanned_to_leave_then_refused_with_the_reason(database: OpenDatabase) -> None:
    a_warehouse()
    _two_lots()
    put_masters([("lot", {"item": "CHEESE", "no": "SOON", "blocked": True, "block_reason": "smells"})])
    worker = signed_in().scan("3", "BIN:A-02", "CHEESE", "SOON", "1", "LOC:SHOP")
    worker.is_refused("Blocked: lot SOON. smells")


def test_demands_that_a_move_strands_are_listed_before_it_is_posted(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "10")
    purchased("SALINE", "10", lot="L1")
    lines = (
        OrderedLine(1, "1000", Decimal(2), uom_code="BOX"),
        OrderedLine(2, "SALINE", Decimal(4), tracking=(TrackingLine(None, "l1"),)),
    )
    posted(TransferOrder(Header(date(2026, 1, 1)), "TO-7", "EAST", "SHOP", "ROAD", lines))
    worker = moving().scan("SALINE", "L1", "7", "LOC:SHOP").key(Command.POST)
    assert worker.said == "TO-7 wants 4 of l1, 3 stay. Post it?"
    worker.key(Command.BACK).scan("x").key(Command.BACK, Command.UNDO, Command.UNDO).scan("6", "LOC:SHOP").post()
    assert worker.said.startswith("Posted 6 PCS SALINE")
    worker.scan(PCS, "2", "LOC:SHOP").key(Command.POST)
    assert worker.said == "TO-7 wants 12 of 1000, 8 stay. Post it?"
    worker.key(Command.POST)
    worker.scan(worker.view.prompt.removeprefix("Type "))
    assert worker.said.startswith("Posted 2 PCS 1000")
    worker.scan(PCS, "8", "BIN:A-02").post()  # inside the location nothing is lost
    assert worker.said.startswith("Posted 8 PCS 1000")
