"""Transfer orders on the supervisor's screen: made, released, closed short, taken back. `operations.md` §9, §7."""

from decimal import Decimal
from typing import Any

import pytest

from db.connection import fetch
from db.masters.change import put_masters
from db.posting.lines import HandledLine, TrackingLine
from db.posting.prove import prove
from db.work.transfer_orders import find_transfer_order
from stockterm.flows.tokens import Command
from tests.flows import warehouse
from tests.flows.test_session import Killed, killed_at
from tests.flows.transfers import an_order, line, moved, on_the_road, receiving, shipping
from tests.flows.warehouse import Worker, a_warehouse, purchased, signed_in, sold
from tests.support.databases import OpenDatabase

PCS, BOX = "9528765432108", "19528765432105"


def listed(worker: Worker) -> list[str]:
    return list(worker.view.choices)


def on_hand(item_no: str, **where: str) -> Any:
    return warehouse.on_hand(item_no, **where)


def supervising(*, location: str = "EAST", terminal: str = "T1") -> Worker:
    return signed_in("SUE", location=location, terminal=terminal).scan("14")


def chosen(worker: Worker, text: str) -> Worker:
    """Choose the line of the list that has this text."""
    [number] = [one.split(" ", 1)[0] for one in worker.view.choices if text in one]
    return worker.scan(number)


def typed(worker: Worker) -> Worker:
    """The digits that the screen asks for."""
    assert worker.view.prompt.startswith("Type "), worker.view
    return worker.scan(worker.view.prompt.removeprefix("Type "))


def a_route(start: str = "EAST", end: str = "SHOP", **fields: Any) -> None:
    put_masters([("transfer_route", {"from": start, "to": end, **(fields or {"in_transit": "ROAD"})})])


# ---- made


def test_an_order_is_made_by_scanning_and_typing_and_is_shipped(database: OpenDatabase) -> None:
    a_warehouse()
    a_route()
    purchased("1000", "20")
    worker = supervising()
    assert listed(worker) == ["1 New order"]
    worker.scan("1", "1")
    assert listed(worker) == ["1 To: SHOP", "2 Way: ROAD", "3 Number: type one"]
    worker.scan("3", "TO-9", BOX, "2", PCS, "3", PCS, "1", "NUT", "5")
    assert listed(worker)[3:] == ["4 2 BOX 1000", "5 4 PCS 1000", "6 5 PCS NUT", "7 Make the order"]
    worker.scan("6", "0")
    typed(chosen(worker, "Make the order"))
    assert worker.said == "Made: TO-9."
    assert listed(worker)[:2] == ["1 1000 0/12 in 0", "2 1000 0/4 in 0"]
    order = find_transfer_order("TO-9")
    assert order is not None
    assert (order.in_transit, order.direct, order.released) == ("ROAD", False, True)
    shipping(no="TO-9", terminal="T2").scan(PCS, "5").post().is_ok()


def test_the_number_comes_from_the_series_and_a_preview_uses_none(database: OpenDatabase) -> None:
    a_warehouse()
    a_route()
    put_masters(
        [
            ("number_series", {"code": "TO"}),
            ("number_series_line", {"series": "TO", "starting_no": "TO-0007"}),
            ("settings", {"transfer_order_nos": "TO"}),
        ]
    )
    worker = supervising().scan("1", "1")
    assert "3 Number: next, TO-0007" in worker.view.choices
    worker.key(Command.BACK).scan("1", "NUT", "5")
    typed(chosen(worker, "Make"))
    assert worker.said == "Made: TO-0007."


def test_the_way_is_said_before_an_order_is_made_and_can_be_another(database: OpenDatabase) -> None:
    a_warehouse()
    worker = supervising().scan("1", "1")
    assert "2 Way: direct" in worker.view.choices
    worker.scan("2", "2")
    assert "2 Way: ROAD" in worker.view.choices
    a_route(shipping_days=1)  # a route that is not set up yet
    assert "2 Way: not set up" in worker.scan("2").view.choices
    worker.scan("2", "3", "TO-1", "NUT", "5")
    chosen(worker, "Make")
    assert worker.said.startswith("Make it, direct?")
    typed(worker)
    order = find_transfer_order("TO-1")
    assert order is not None
    assert order.direct


def test_an_order_being_made_is_there_after_a_break_and_dropped_only_by_digits(database: OpenDatabase) -> None:
    a_warehouse()
    worker = supervising().scan("1", "1", "NUT", "5").key(Command.BACK)
    assert worker.said.startswith("Drop this order?")
    worker.key(Command.BACK)
    again = Worker("T9").scan(warehouse.BADGES["SUE"])
    assert "4 5 PCS NUT" in again.view.choices
    typed(again.key(Command.BACK))
    assert again.view.choices == ("1 New order",)


def test_goods_that_cannot_be_sent_are_refused_when_they_are_scanned(database: OpenDatabase) -> None:
    a_warehouse()
    worker = supervising().scan("1", "1")
    worker.scan("HOURS").is_refused("HOURS")
    worker.key(Command.BACK).scan("RECALL").is_refused("Blocked")
    worker.key(Command.BACK).scan("NUT", "0").is_refused("Quantity is 0")
    worker.key(Command.BACK).scan("2.5").is_refused("Too many decimals")
    worker.key(Command.BACK, Command.BACK).scan("SHIRT")
    assert worker.said == "SHIRT: which variant?"
    worker.scan("2", "3")
    assert "4 3 PCS SHIRT RED" in worker.view.choices
    worker.key(Command.LIST).scan("saline").scan("1", "2")
    assert "5 2 PCS SALINE" in worker.view.choices


@pytest.mark.parametrize("after", [False, True], ids=["before-commit", "after-commit"])
@pytest.mark.parametrize("transaction", [1, 2, 3])
def test_an_order_is_made_once_after_a_kill(
    database: OpenDatabase, monkeypatch: pytest.MonkeyPatch, transaction: int, after: bool
) -> None:
    a_warehouse()
    put_masters(
        [
            ("number_series", {"code": "TO"}),
            ("number_series_line", {"series": "TO", "starting_no": "TO-1"}),
            ("settings", {"transfer_order_nos": "TO"}),
        ]
    )
    worker = chosen(supervising().scan("1", "1", "NUT", "5"), "Make")
    with killed_at(monkeypatch, transaction, after=after), pytest.raises(Killed):
        typed(worker)
    again = Worker("T1")
    if again.view.prompt.startswith("Type "):  # the digits were not saved
        typed(again)
    assert again.view.title == "TO-1 EAST→SHOP"
    assert fetch("SELECT no FROM transfer_order") == [("TO-1",)]


# ---- the list, released and taken back


def test_the_list_says_how_far_each_order_is_finished_ones_last(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "20")
    an_order(("1000", "1"), no="TO-1")
    an_order(("1000", "2"), no="TO-2")
    an_order(("1000", "3"), no="TO-3", released=False)
    an_order(("1000", "3"), no="TO-4", start="SHOP", end="EAST")
    an_order(("1000", "3"), no="TO-5")
    an_order(("1000", "3"), no="TO-6", in_transit="")
    on_the_road(HandledLine(1, Decimal(1), (), "A-01"), no="TO-2")
    on_the_road(HandledLine(1, Decimal(3), (), "A-01"), no="TO-6")
    on_the_road(HandledLine(1, Decimal(2), (), "A-01"), no="TO-5")
    receiving("BOB", no="TO-5", terminal="T2").scan(PCS, "2").post()
    listed = [one.split(" ", 1)[1] for one in supervising().view.choices]
    assert listed == [
        "New order",
        "TO-5 part shipped → SHOP",
        "TO-4 released ← SHOP",
        "TO-3 open → SHOP",
        "TO-2 on the way → SHOP",
        "TO-1 released → SHOP",
        "TO-6 finished → SHOP",
    ]


def test_an_order_is_taken_back_and_released_again(database: OpenDatabase) -> None:
    a_warehouse()
    an_order(("1000", "10"))
    worker = supervising().scan("DOC:TO-1")
    typed(chosen(worker, "Take back"))
    assert worker.said == "Not shipped any more: TO-1."
    assert signed_in("ANN", terminal="T2").scan("6").said == "No order waits here."
    typed(chosen(worker, "Release"))
    assert signed_in("BOB", terminal="T3").scan("6").view.choices == ("1 TO-1 SHOP",)


def test_no_more_of_an_order_is_shipped_also_where_a_box_was_opened(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "20")
    an_order(warehouse_line("1000", "2", "BOX"))
    on_the_road(HandledLine(1, Decimal(7), (), "A-01", in_base_units=True))
    worker = supervising().scan("TO-1")
    typed(chosen(worker, "Ship no more"))
    receiving("BOB", terminal="T2").scan(PCS, "7").post()
    assert "TO-1 finished → SHOP" in worker.key(Command.BACK).view.choices[1]


def warehouse_line(item_no: str, quantity: str, uom: str) -> Any:
    from db.posting.lines import OrderedLine

    return OrderedLine(1, item_no, Decimal(quantity), uom_code=uom)


def test_an_order_is_deleted_only_before_anything_is_shipped(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "20")
    an_order(("1000", "10"))
    worker = supervising().scan("TO-1")
    purchased("1000", "1")
    chosen(worker, "Delete")
    on_the_road(HandledLine(1, Decimal(1), (), "A-01"))
    typed(worker).is_refused("an order of which nothing was shipped")
    worker.key(Command.BACK)
    assert not any("Delete" in one for one in worker.view.choices)


# ---- what is missing


def short_by_two() -> Worker:
    a_warehouse()
    purchased("1000", "20", at="7")
    an_order(("1000", "10"))
    on_the_road(HandledLine(1, Decimal(6), (), "A-01"))
    receiving(terminal="T2").scan(PCS, "4").post()
    return chosen(supervising(location="SHOP").scan("TO-1"), "Close what is missing")


def test_missing_goods_are_written_off_with_a_reason(database: OpenDatabase) -> None:
    """[OURS] "close short": posts the missing rest from in-transit as negative adjustment with reason, never silently."""
    worker = short_by_two()
    assert listed(worker) == ["1 All: 1 line", "2 1000: 2"]
    chosen(worker.scan("2"), "Lost")
    assert listed(worker) == ["1 FOUND Found", "2 SCRAP Scrapped"]
    typed(worker.scan("2"))
    assert worker.said.startswith("Closed TO-1, register ")
    assert moved() == (6, 4, 2)
    gone = fetch(
        "SELECT e.entry_type, e.quantity, r.reason_code, r.user_code FROM item_ledger_entry e"
        " JOIN item_register r ON r.register_no = e.register_no WHERE r.operation = 'transfer_close'"
    )
    assert gone == [("negative_adjustment", -200_000, "SCRAP", "SUE")]
    assert prove().findings == ()


def test_missing_goods_go_back_to_a_bin_of_the_sender(database: OpenDatabase) -> None:
    worker = short_by_two().scan("1")
    chosen(worker, "Sent back")
    assert worker.said == "Into which bin at EAST?"
    worker.scan("BIN:Z-99").is_refused("Scan a bin of EAST.")
    typed(worker.key(Command.BACK).scan("BIN:A-03"))
    assert (on_hand("1000", bin_code="A-03"), on_hand("1000", location="ROAD")) == (2, 0)
    assert moved() == (6, 4, 2)
    assert prove().findings == ()


def test_a_lost_box_that_turns_up_is_taken_back_into_transit_and_received(database: OpenDatabase) -> None:
    worker = typed(chosen(short_by_two().scan("1"), "Lost").scan("2"))
    chosen(worker, "Shipments, receipts")
    assert [one.split()[1] for one in worker.view.choices] == ["Closing", "Receipt", "Shipment"]
    typed(worker.scan("1").key(Command.UNDO))
    assert worker.said.startswith("Undone, register ")
    receiving("BOB", terminal="T3").scan(PCS, "2").post().is_ok()
    assert moved() == (6, 6, 0)
    assert prove().findings == ()


# ---- taking back


def test_6_shipped_and_none_received_undone_is_all_as_before(database: OpenDatabase) -> None:
    """Given 6 shipped and 0 received, when undone, then all is as before."""
    a_warehouse()
    purchased("1000", "10")
    an_order(("1000", "10"))
    on_the_road(HandledLine(1, Decimal(6), (), "A-01"))
    worker = chosen(supervising().scan("TO-1"), "Shipments").scan("1")
    assert worker.view.text[1:] == ("-6 1000 A-01", "+6 1000 ROAD")
    typed(worker.key(Command.UNDO))
    assert (on_hand("1000"), on_hand("1000", location="ROAD"), line().outstanding) == (10, 0, Decimal(10))
    chosen(worker, "Shipments").scan("1").key(Command.UNDO).is_refused("Already undone")
    assert prove().findings == ()


def test_a_shipment_of_which_1_was_received_is_not_undone_naming_the_receipt(database: OpenDatabase) -> None:
    """Given 1 received, then refused."""
    a_warehouse()
    purchased("1000", "10")
    an_order(("1000", "10"))
    on_the_road(HandledLine(1, Decimal(6), (), "A-01"))
    receiving("BOB", terminal="T2").scan(PCS, "1").post()
    worker = chosen(supervising().scan("TO-1"), "Shipments").scan("2").key(Command.UNDO)
    typed(worker).is_refused("Already used")
    assert moved() == (6, 1, 0)


def test_a_line_shows_which_lots_are_on_the_way(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("SALINE", "10", lot="L7")
    an_order(("SALINE", "10"))
    on_the_road(HandledLine(1, Decimal(6), (TrackingLine(Decimal(6), "L7"),), "A-01"))
    worker = supervising(location="SHOP").scan("TO-1", "1")
    assert "6 L7" in worker.view.text


def test_my_postings_say_what_was_shipped_and_received_and_take_it_back(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "10")
    an_order(("1000", "10"))
    shipper = shipping().scan(PCS, "6").post().key(Command.BACK)
    receiver = receiving("BOB", terminal="T2").scan(PCS, "2").post().key(Command.BACK)
    assert shipper.scan("5").view.choices[0].endswith(" Ship transfer 6 PCS 1000 TO-1")
    assert receiver.scan("5").view.choices[0].endswith(" Receive transfer 2 PCS 1000 TO-1")
    shipper.scan("1").key(Command.UNDO)
    typed(shipper).is_refused("Already used")
    typed(receiver.scan("1").key(Command.UNDO))
    assert moved() == (6, 0, 0)
    assert prove().findings == ()


def test_my_postings_say_why_a_direct_transfer_is_not_taken_back(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "10")
    an_order(("1000", "10"), in_transit="")
    shipper = shipping().scan(PCS, "6").post().key(Command.BACK).scan("5", "1")
    assert shipper.said == "Direct: send it back by an order."
    shipper.key(Command.UNDO).is_refused("Direct: send it back by an order.")


def test_goods_received_and_sold_since_name_the_sale(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "10", location="SHOP")
    an_order(("1000", "10"), start="SHOP", end="EAST")
    on_the_road(HandledLine(1, Decimal(6)))
    receiver = receiving(location="EAST").scan(PCS, "6").post().key(Command.BACK)
    sold("1000", "6")
    receiver.scan("5", "1").key(Command.UNDO)
    typed(receiver).is_refused("Already used")


# ---- the rest


def test_its_label_goes_to_the_printer_of_the_location(database: OpenDatabase) -> None:
    a_warehouse()
    an_order(("1000", "10"))
    worker = supervising().scan("TO-1")
    chosen(worker, "Print its label").is_refused("No printer")
    put_masters([("printer", {"code": "ZEBRA", "kind": "file", "address": "/dev/null"})])
    worker.key(Command.BACK)
    chosen(worker, "Print its label").is_ok()
    [(title, data)] = fetch("SELECT title, data FROM print_job")
    assert title == "Document TO-1"
    assert "EAST" in data
    worker.key(Command.PRINT)
    assert fetch("SELECT COUNT(*) FROM print_job") == [(2,)]


def test_a_worker_may_not_order_transfers(database: OpenDatabase) -> None:
    a_warehouse()
    signed_in("ANN").scan("14").is_refused("Not allowed: ANN may not order transfers")
