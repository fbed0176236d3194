"""Shipping and receiving transfer orders at the scanner. `operations.md` §9."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from db.connection import fetch
from db.core import clock
from db.masters.change import put_masters
from db.posting.lines import EntryType, HandledLine, Header, OrderedLine, TrackingLine, TransferDelete
from db.posting.prove import prove
from stockterm.flows.tokens import Command
from stockterm.flows.view import Level
from tests.flows import warehouse
from tests.flows.test_session import Killed, killed_at
from tests.flows.transfers import an_order, blind, line, moved, on_the_road, receiving, shipping
from tests.flows.warehouse import BADGES, Worker, a_line, a_warehouse, entries, posted, purchased, signed_in, sold
from tests.support.databases import OpenDatabase


def on_hand(item_no: str, **where: str) -> Any:
    """Base units, to be compared with whole numbers."""
    return warehouse.on_hand(item_no, **where)


PCS, BOX = "9528765432108", "19528765432105"


def typed(worker: Worker) -> Worker:
    """The digits that the screen asks for."""
    return worker.scan(worker.view.prompt.removeprefix("Type "))


# ---- shipping


def test_10_ordered_6_shipped_4_received_leaves_minus_6_2_in_transit_plus_4(database: OpenDatabase) -> None:
    """Given 10 ordered, 6 shipped, 4 received, then from −6, in transit 2, to +4, outstanding 4, and 4 entries of equal cost."""
    a_warehouse()
    purchased("1000", "10", at="7")
    an_order(("1000", "10"))
    worker = shipping().scan(PCS, "6")
    assert worker.said == "6 of 10 PCS 1000"
    worker.post()
    assert worker.said.startswith("Shipped TO-1, register ")
    receiver = receiving("BOB", terminal="T2").scan("4*", PCS).post()
    assert receiver.said.startswith("Received TO-1, register ")

    assert (on_hand("1000"), on_hand("1000", location="ROAD"), on_hand("1000", location="SHOP")) == (4, 2, 4)
    assert line().outstanding == 4
    costs = fetch("SELECT cost_amount_actual FROM item_ledger_entry WHERE entry_type = 'transfer' ORDER BY entry_no")
    assert costs == [(-4_200_000,), (4_200_000,), (-2_800_000,), (2_800_000,)]
    assert prove().findings == ()


def test_the_orders_that_wait_here_are_listed_and_chosen_by_their_number(database: OpenDatabase) -> None:
    a_warehouse()
    an_order(("1000", "10"))
    an_order(("1000", "1"), no="TO-2", start="SHOP", end="EAST")
    worker = signed_in().scan("6")
    assert worker.view.choices == ("1 TO-1 SHOP",)
    worker.scan("1")
    assert worker.view.title == "TO-1 EAST"
    assert worker.view.prompt == "From bin"
    assert signed_in("BOB", terminal="T2").scan("7").said == "No order waits here."


def test_an_order_of_another_location_or_one_that_is_done_is_refused(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "1")
    an_order(("1000", "1"))
    an_order(("1000", "1"), no="TO-2", start="SHOP", end="EAST")
    worker = signed_in().scan("6")
    worker.scan("DOC:TO-2").is_refused("Unknown code TO-2")
    worker.key(Command.BACK).scan("9").is_refused("No choice 9")
    worker.key(Command.BACK).scan("1", "A-01", PCS, "1").post()
    worker.scan("TO-1").is_refused("TO-1: all of it is shipped")


def test_an_order_that_is_not_released_is_not_listed_and_says_why(database: OpenDatabase) -> None:
    a_warehouse()
    an_order(("1000", "1"), released=False)
    worker = signed_in().scan("6")
    assert worker.said == "No order waits here."
    worker.scan("TO-1").is_refused("TO-1 is not released")


def test_goods_that_nobody_ordered_are_refused_naming_the_order(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("NUT", "5")
    an_order(("1000", "10"))
    shipping().scan("NUT").is_refused("Not on TO-1: NUT. Nothing booked.")


def test_more_than_was_ordered_and_more_than_lies_there_are_refused_when_typed(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "5")
    an_order(("1000", "10"))
    worker = shipping().scan(PCS, "6").is_refused("Not enough: A-01 holds 5 of 1000, you asked for 6.")
    purchased("1000", "20")
    worker.key(Command.BACK).scan("11").is_refused("Too much shipped: line 1 of TO-1 has 10 to ship, 11 asked for.")
    worker.key(Command.BACK).scan("10").is_ok().scan(PCS).is_refused("Already shipped 10 of 10 PCS: 1000.")


def test_a_line_in_boxes_is_shipped_by_pieces_and_boxes_to_the_last_piece(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "12")
    an_order(OrderedLine(1, "1000", Decimal(2), uom_code="BOX"))
    worker = shipping().scan(BOX, "1", "1*", PCS)
    assert worker.said == "7 of 12 PCS 1000"
    worker.post()
    assert moved() == (7, 0, 0)
    receiving("BOB", terminal="T2").scan(PCS, "7").post()
    assert line().outstanding == 5
    assert prove().findings == ()


def test_lots_are_shipped_out_of_the_bins_they_lie_in(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("SALINE", "4", lot="L7")
    purchased("SALINE", "5", lot="L8", bin_code="A-02")
    an_order(("SALINE", "8"))
    worker = shipping().scan("SALINE", "l8").is_refused("Lot L8 of SALINE is not in A-01. Nothing booked.")
    worker.key(Command.BACK).key(Command.BACK).scan("SALINE", "L7", "4")
    assert worker.said == "4 of 8 PCS SALINE L7"
    worker.key(Command.NEXT)
    assert worker.view.prompt == "From bin"
    worker.scan("A-02", "LOT:L8", "4").post()
    assert fetch("SELECT lot_no, bin_code, quantity FROM item_ledger_entry WHERE entry_type = 'transfer' AND quantity < 0") == [
        ("L7", "A-01", -400_000),
        ("L8", "A-02", -400_000),
    ]
    assert prove().findings == ()


def test_a_blocked_lot_is_refused_with_its_reason_when_it_is_scanned(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("SALINE", "4", lot="L7")
    an_order(("SALINE", "4"))
    put_masters([("lot", {"item": "SALINE", "no": "L7", "blocked": True, "block_reason": "Recalled."})])
    shipping().scan("SALINE", "L7").is_refused("Blocked: lot L7. Recalled.")


def test_a_serial_is_one_piece_and_not_shipped_twice(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("DRILL", "2", serials=["S1", "S2"])
    an_order(("DRILL", "2"))
    worker = shipping().scan("SN:S1")
    assert worker.said == "1 of 2 PCS DRILL S1"
    worker.scan("SN:S1").is_refused("Already scanned: DRILL S1.")
    worker.key(Command.BACK).scan("SN:S2").post()
    assert moved() == (2, 0, 0)


def test_several_lines_of_one_item_are_filled_one_after_the_other_asked_lots_first(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("SALINE", "4", lot="L7")
    purchased("SALINE", "6", lot="L8")
    an_order(
        OrderedLine(1, "SALINE", Decimal(3)), OrderedLine(2, "SALINE", Decimal(4), tracking=(TrackingLine(Decimal(4), "L7"),))
    )
    shipping().scan("SALINE", "L7", "4", "SALINE", "L8", "3").post()
    assert (moved(1), moved(2)) == ((3, 0, 0), (4, 0, 0))
    by_line = fetch("SELECT order_line_no, lot_no FROM item_ledger_entry WHERE location_code = 'ROAD' ORDER BY entry_no")
    assert by_line == [(1, "L8"), (2, "L7")]


def test_a_bin_that_gives_nothing_out_is_refused(database: OpenDatabase) -> None:
    a_warehouse()
    an_order(("1000", "1"))
    put_masters([("bin", {"location": "EAST", "code": "A-01", "blocked_movement": "outbound"})])
    shipping().is_refused("Blocked: bin A-01.")


def test_f10_shows_what_is_short_and_enter_never_books(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "10")
    an_order(("1000", "10"), ("NUT", "2"))
    worker = shipping().scan(PCS, "6").key(Command.POST)
    assert worker.view.text[1:] == ("1000: 10 → 6 (-4) short", "NUT: 2 → 0 (-2) short", "6 1000 A-01")
    worker.scan("")
    assert moved() == (0, 0, 0)
    worker.key(Command.BACK)
    worker.key(Command.BACK)
    assert worker.view.prompt == "Item"


def test_nothing_scanned_or_half_a_line_is_not_posted(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "10")
    an_order(("1000", "10"))
    worker = shipping().key(Command.POST).is_refused("nothing was scanned")
    worker.key(Command.BACK).scan("1*", PCS, PCS).key(Command.POST).is_refused("the line is not complete")


def test_scans_are_undone_one_by_one(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "10")
    an_order(("1000", "10"))
    worker = shipping().scan("2*", PCS, "3*", PCS)
    assert worker.said == "5 of 10 PCS 1000"
    worker.key(Command.UNDO)
    worker.key(Command.UNDO).scan("1*", PCS)
    assert worker.said == "3 of 10 PCS 1000"


def test_last_pieces_that_somebody_else_took_are_refused_by_posting_and_the_order_stays_in_hand(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "5")
    an_order(("1000", "5"))
    worker = shipping().scan(PCS, "5")
    sold("1000", "5")
    worker.post().is_refused("Not enough")
    assert moved() == (0, 0, 0)
    assert worker.key(Command.BACK).view.title == "TO-1 A-01"


def test_an_order_that_was_deleted_meanwhile_is_said_not_swallowed(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "5")
    an_order(("1000", "5"))
    worker = shipping().scan(PCS, "2")
    posted(TransferDelete(Header(clock.today()), "TO-1"))
    worker.scan(PCS)
    assert worker.level is Level.WARNING
    assert worker.said == "Gone: TO-1. Nothing of 1 line was booked; put it back."


def test_number_series_that_runs_out_warns_whoever_ships(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "5")
    an_order(("1000", "5"))
    line_of_series = {"series": "TS", "starting_no": "TS-1", "ending_no": "TS-3", "warning_no": "TS-1"}
    put_masters(
        [("number_series", {"code": "TS"}), ("number_series_line", line_of_series), ("settings", {"transfer_shipment_nos": "TS"})]
    )
    worker = shipping().scan(PCS, "2").post()
    assert worker.said.startswith("Only 2 numbers left. Shipped TO-1 TS-1, register ")


def test_f4_lists_the_bins_with_goods_of_the_order_and_what_is_left_of_it(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "5", bin_code="A-02")
    purchased("1000", "5", bin_code="A-03")
    purchased("NUT", "5", bin_code="A-03")
    purchased("OIL", "5", bin_code="1234")
    an_order(("1000", "10"), ("NUT", "2"))
    worker = signed_in().scan("6", "1").key(Command.LIST)
    assert list(worker.view.choices) == ["1 A-02 1000", "2 A-03 1000", "3 A-03 NUT"]
    worker.scan("2").key(Command.LIST)
    assert list(worker.view.choices) == ["1 1000 10", "2 NUT 2", "3 Search"]
    worker.scan("2", "2")
    assert worker.said == "2 of 2 PCS NUT"
    worker.key(Command.LIST)
    assert list(worker.view.choices) == ["1 1000 10", "2 Search"]
    worker.scan("2", "screw", "1", "5")
    assert worker.said == "5 of 10 PCS 1000"


def cheese(fefo: str) -> None:
    """Two lots of a dated item in one bin, at a location that looks at what expires first."""
    a_warehouse()
    put_masters([("location", {"code": "EAST", "fefo": fefo})])
    purchased("CHEESE", "4", lot="LATER", expires=date(2032, 6, 30))
    purchased("CHEESE", "3", lot="SOON", expires=date(2031, 6, 30))


def test_what_expires_first_is_shipped_first_and_the_next_lot_when_that_is_all_scanned(database: OpenDatabase) -> None:
    cheese("hard")
    an_order(("CHEESE", "5"))
    worker = shipping().scan("CHEESE", "LATER").is_refused("Wrong lot: LATER expires", "SOON")
    worker.key(Command.BACK).key(Command.LIST)
    assert [one.split()[1] for one in worker.view.choices] == ["SOON", "LATER"]
    worker.scan("1", "3", "CHEESE", "LATER", "2")
    assert worker.said == "5 of 5 PCS CHEESE LATER"
    worker.post().is_ok()


def test_another_lot_is_shipped_with_a_reason_asked_once(database: OpenDatabase) -> None:
    cheese("soft")
    an_order(("CHEESE", "4"))
    worker = shipping().scan("CHEESE", "LATER")
    assert worker.said.startswith("SOON expires first")
    worker.scan("1", "2", "CHEESE", "LATER", "2").post().is_ok()
    assert fetch("SELECT reason_code FROM item_register WHERE operation = 'transfer_ship'") == [("FOUND",)]


def test_a_lot_that_the_order_names_is_shipped_without_a_question(database: OpenDatabase) -> None:
    cheese("hard")
    an_order(OrderedLine(1, "CHEESE", Decimal(2), tracking=(TrackingLine(Decimal(2), "LATER"),)))
    assert shipping().scan("CHEESE", "LATER", "2").said == "2 of 2 PCS CHEESE LATER"


# ---- direct orders


def test_a_direct_order_is_shipped_and_received_at_once_by_two_entries(database: OpenDatabase) -> None:
    """Direct = ship and receive in one transaction, 2 entries."""
    a_warehouse()
    purchased("1000", "10")
    an_order(("1000", "10"), in_transit="")
    shipping().scan(PCS, "6").post()
    assert [(kind, quantity) for kind, _item, quantity in entries()[1:]] == [("transfer", Decimal(-6)), ("transfer", Decimal(6))]
    assert moved() == (6, 6, 0)


def test_a_direct_order_asks_for_the_bin_at_the_other_location(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "10", location="SHOP")
    an_order(("1000", "10"), start="SHOP", end="EAST", in_transit="")
    worker = shipping(location="SHOP")
    assert worker.view.prompt == "To bin"
    assert worker.said == "Which bin at EAST?"
    worker.scan("A-02", PCS, "6").key(Command.NEXT)
    assert worker.view.prompt == "To bin"
    worker.scan("A-03", PCS, "4").post()
    assert (on_hand("1000", bin_code="A-02"), on_hand("1000", bin_code="A-03")) == (6, 4)
    assert prove().findings == ()


def test_a_direct_order_is_shipped_by_whoever_may_work_at_both_ends(database: OpenDatabase) -> None:
    a_warehouse()
    put_masters([("user", {"code": "ANN", "locations": ["EAST"]})])
    an_order(("1000", "10"), in_transit="")
    Worker().scan(BADGES["ANN"], "6", "1").is_refused("Not allowed: ANN may not work at SHOP")


# ---- receiving


def received_order() -> None:
    a_warehouse()
    purchased("SALINE", "10", lot="Y")
    purchased("SALINE", "10", lot="Z")
    purchased("SALINE", "10", lot="X")
    purchased("1000", "20")
    an_order(("SALINE", "7"), ("1000", "10"))
    lots = (TrackingLine(Decimal(4), "Y"), TrackingLine(Decimal(3), "Z"))
    on_the_road(HandledLine(1, Decimal(7), lots, "A-01"), HandledLine(2, Decimal(10), (), "A-01"))


def test_a_lot_that_was_not_shipped_is_refused_naming_those_that_were(database: OpenDatabase) -> None:
    """Bad scans: `Lot X was not shipped on this transfer (shipped: Y, Z)`."""
    received_order()
    receiving().scan("SALINE", "X").is_refused("Lot X was not shipped on this transfer (shipped: Y, Z).")


def test_a_serial_that_was_not_shipped_is_refused_naming_the_one_that_was(database: OpenDatabase) -> None:
    """Given SN S shipped, when S2 is scanned at receipt, then refused naming S."""
    a_warehouse()
    purchased("DRILL", "2", serials=["S", "S2"])
    an_order(("DRILL", "1"))
    on_the_road(HandledLine(1, Decimal(1), (TrackingLine(None, "", "S"),), "A-01"))
    receiving().scan("DRILL", "S2").is_refused("Serial S2 was not shipped on this transfer (shipped: S).")


def test_what_was_received_already_is_refused(database: OpenDatabase) -> None:
    """Bad scans: `Already received 10 of 10`."""
    received_order()
    worker = receiving().scan(PCS, "10").scan(PCS)
    worker.is_refused("Already received 10 of 10 PCS: 1000.")


def test_7_of_6_in_transit_is_refused(database: OpenDatabase) -> None:
    """Given receive 7 of 6 in transit, then refused."""
    a_warehouse()
    purchased("1000", "10")
    an_order(("1000", "10"))
    on_the_road(HandledLine(1, Decimal(6), (), "A-01"))
    worker = receiving().scan(PCS)
    assert worker.said == "6 PCS left: how many PCS?"
    worker.scan("7").is_refused("Too much received")
    assert on_hand("1000", location="ROAD") == 6


def test_what_is_short_stays_on_the_way_and_is_named_lot_by_lot(database: OpenDatabase) -> None:
    received_order()
    worker = receiving().scan("SALINE", "Y", "4", PCS, "10").key(Command.POST)
    assert worker.view.text[1:] == ("SALINE Z: 3 → 0 (-3) short", "4 SALINE Y", "10 1000")
    typed(worker)
    assert (moved(1), moved(2)) == ((7, 4, 0), (10, 10, 0))
    assert worker.view.choices == ("1 TO-1 EAST",)
    worker.scan("1", "SALINE", "Z", "3").post()
    assert not worker.view.choices
    assert prove().findings == ()


def test_received_goods_are_put_into_the_bins_that_are_scanned(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "10", location="SHOP")
    an_order(("1000", "10"), start="SHOP", end="EAST")
    on_the_road(HandledLine(1, Decimal(6)))
    receiving(location="EAST").scan(PCS, "4").key(Command.NEXT).scan("A-02", PCS, "2").post()
    assert (on_hand("1000", bin_code="A-01"), on_hand("1000", bin_code="A-02")) == (4, 2)


def test_who_receives_blind_sees_no_quantity_of_the_order_on_any_screen(database: OpenDatabase) -> None:
    received_order()
    blind()
    worker = receiving().scan("SALINE", "Y", "4").scan(PCS)
    assert worker.said == "How many PCS?"
    worker.scan("9").key(Command.LIST)
    assert list(worker.view.choices) == ["1 1000", "2 SALINE", "3 Search"]
    worker.key(Command.BACK).key(Command.POST)
    assert worker.view.text[1:] == ("4 SALINE Y", "9 1000")
    worker.key(Command.HELP).key(Command.HELP).key(Command.HELP)
    expected = {"7", "10", "3"}  # what the order and its lots have on the way
    for view in worker.views:
        document = [cell for row in view.document.rows for cell in row] if view.document else []
        said = view.message.text if view.message else ""
        choices = [one.split(" ", 1)[1] for one in view.choices if " " in one]
        shown = " ".join([view.item, view.quantity, said, *document, *view.recent, *choices])
        assert not expected & set(shown.split()), shown
    typed(worker)
    assert (moved(1), moved(2)) == ((7, 4, 0), (10, 9, 0))


def test_who_receives_blind_with_too_much_counts_again(database: OpenDatabase) -> None:
    received_order()
    blind()
    worker = receiving().scan(PCS, "11").is_ok().key(Command.POST)
    worker.is_refused("Count again: 1000 is not as on the paper. Nothing posted.")
    assert moved(2) == (10, 0, 0)
    supervisor = receiving("SUE", terminal="T2").scan(PCS)
    assert supervisor.said == "10 PCS left: how many PCS?"


# ---- hands that change


def test_badge_switch_in_the_middle_of_an_order_loses_nothing(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "10")
    an_order(("1000", "10"))
    worker = shipping().scan("2*", PCS)
    worker.scan(f"USR:{BADGES['BOB']}")
    assert worker.view.title == "TO-1 A-01"
    worker.scan("3*", PCS)
    assert worker.said == "5 of 10 PCS 1000"
    worker.key(Command.UNDO)
    worker.scan("1*", PCS).post()
    assert moved() == (3, 0, 0)
    assert fetch("SELECT user_code FROM item_register WHERE operation = 'transfer_ship'") == [("BOB",)]


def test_an_order_begun_at_one_terminal_goes_on_at_another(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "10")
    an_order(("1000", "10"))
    first = shipping().scan("2*", PCS)
    second = Worker("T9").scan(BADGES["ANN"])
    assert second.view.title == "TO-1 A-01"
    second.scan("3*", PCS)
    assert second.said == "5 of 10 PCS 1000"
    assert "Taken up at T9" in first.scan(PCS).said
    second.post()
    assert moved() == (5, 0, 0)


@pytest.mark.parametrize("after", [False, True], ids=["before-commit", "after-commit"])
@pytest.mark.parametrize("transaction", [1, 2, 3])
def test_a_posting_that_is_repeated_after_a_kill_happens_once(
    database: OpenDatabase, monkeypatch: pytest.MonkeyPatch, transaction: int, after: bool
) -> None:
    """Also where the first line is full by then, and the goods would be shared out in another way."""
    a_warehouse()
    purchased("1000", "20")
    an_order(OrderedLine(1, "1000", Decimal(4)), OrderedLine(2, "1000", Decimal(6)))
    worker = shipping().scan(PCS, "7").key(Command.POST)
    with killed_at(monkeypatch, transaction, after=after), pytest.raises(Killed):
        typed(worker)
    again = Worker("T1")
    if again.view.prompt.startswith("Type "):  # the digits were not saved
        typed(again)
    assert again.view.title == "Ship transfer", again.view
    assert (moved(1), moved(2)) == ((4, 0, 0), (3, 0, 0))
    assert fetch("SELECT COUNT(*) FROM item_register WHERE operation = 'transfer_ship'") == [(1,)]


def test_counter_and_viewer_may_not_ship_or_receive(database: OpenDatabase) -> None:
    a_warehouse()
    signed_in("CAT").scan("6").is_refused("Not allowed: CAT may not ship transfers")
    signed_in("VIC", terminal="T2").scan("7").is_refused("Not allowed: VIC may not receive transfers")


# ---- packages


SSCC = "395012345678901238"


def packed(package: str = SSCC, *, bin_code: str = "A-02") -> None:
    """A package with two items in it, in EAST."""
    put_masters(
        [
            ("tracking_code", {"code": "PACK", "package": True}),
            ("tracking_code", {"code": "LOTPACK", "lot": True, "package": True}),
            ("item", {"no": "BALL", "description": "Ball", "tracking_code": "PACK"}),
            ("item", {"no": "FILM", "description": "Film", "tracking_code": "LOTPACK"}),
        ]
    )
    for item_no, quantity, lot in (("BALL", "5", ""), ("FILM", "3", "F1")):
        tracking = (TrackingLine(Decimal(quantity), lot, "", package),)
        posted(replace(a_line(EntryType.PURCHASE, item_no, quantity, "EAST", bin_code), tracking=tracking))


def test_shipping_a_package_ships_all_its_contents_and_its_sscc_receives_the_whole_package(database: OpenDatabase) -> None:
    """SSCC scan receives a whole package."""
    a_warehouse()
    packed()
    an_order(("BALL", "5"), ("FILM", "3"))
    worker = signed_in().scan("6", "1", f"]C100{SSCC}")
    assert worker.said == f"Package {SSCC}: 2 lines"
    assert worker.view.prompt == "From bin"
    worker.post()
    assert (moved(1), moved(2)) == ((5, 0, 0), (3, 0, 0))
    receiver = receiving("BOB", terminal="T2").scan(f"LP:{SSCC}").post()
    assert receiver.said.startswith("Received TO-1")
    assert fetch("SELECT item_no, lot_no, package_no FROM bin_content WHERE location_code = 'SHOP' ORDER BY item_no") == [
        ("BALL", "", SSCC),
        ("FILM", "F1", SSCC),
    ]
    assert prove().findings == ()


def test_a_package_with_something_that_is_not_on_the_order_is_refused_as_a_whole(database: OpenDatabase) -> None:
    a_warehouse()
    packed()
    an_order(("BALL", "5"))
    worker = shipping(bin_code="A-02").scan(f"LP:{SSCC}").is_refused("Not on TO-1: FILM")
    worker.key(Command.BACK).key(Command.POST).is_refused("nothing was scanned")


def test_a_package_is_not_scanned_twice_and_an_empty_one_is_named(database: OpenDatabase) -> None:
    a_warehouse()
    packed("P1")
    an_order(("BALL", "9"), ("FILM", "9"))
    worker = shipping(bin_code="A-02").scan("LP:p1").is_ok().scan("LP:P1").is_refused("Already scanned: Package P1.")
    worker.key(Command.BACK).scan("LP:NONE").is_refused("Package NONE: nothing of it is in EAST. Nothing booked.")
    worker.key(Command.BACK).key(Command.UNDO).key(Command.POST).is_refused("nothing was scanned")
