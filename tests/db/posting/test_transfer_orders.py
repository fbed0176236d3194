"""Transfer orders: shipped in part, received in part, through transit or directly (operations reference §9)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from db.connection import fetch
from db.core.errors import AlreadyApplied, BadValue, NotEnoughStock, NothingToDo, NotShipped, OverReceived, OverShipped
from db.posting.lines import HandledLine, Header, OrderedLine, TrackingLine, TransferOrder, TransferReceive, TransferShip
from db.posting.prove import prove
from db.work.transfer_orders import find_transfer_order
from tests.support.builders import (
    ITEM,
    LOCATION,
    a_location,
    a_lot_item,
    a_serial_item,
    adjust_cost,
    an_item,
    cost_of,
    entries,
    invoice,
    on_hand,
    posted,
    purchase,
    refused,
    sale,
    undo,
)
from tests.support.databases import OpenDatabase

pytestmark = pytest.mark.usefixtures("database")

DAY = date(2026, 1, 5)


def a_header(id: str = "", day: date = DAY) -> Header:
    return Header(day, operation_id=id)


def an_order(*lines: OrderedLine, no: str = "TO1", in_transit: str = "TRANSIT") -> TransferOrder:
    return TransferOrder(a_header(), no, LOCATION, "RED", in_transit, lines)


def ordered(quantity: str, line_no: int = 1, **fields: Any) -> OrderedLine:
    return OrderedLine(line_no, ITEM, Decimal(quantity), **fields)


def ship(*lines: HandledLine, id: str = "TS", no: str = "TO1", day: date = DAY) -> TransferShip:
    return TransferShip(a_header(id, day), no, lines)


def receive(*lines: HandledLine, id: str = "TR", no: str = "TO1", day: date = DAY) -> TransferReceive:
    return TransferReceive(a_header(id, day), no, lines)


def of(quantity: str, line_no: int = 1, **fields: Any) -> HandledLine:
    return HandledLine(line_no, Decimal(quantity), **fields)


def places() -> None:
    a_location("RED")
    a_location("TRANSIT", in_transit=True)


def the_line(line_no: int = 1) -> Any:  # its quantities are compared with whole numbers
    order = find_transfer_order("TO1")
    assert order is not None
    line = order.line(line_no)
    assert line is not None
    return line


def proven() -> None:
    assert prove().findings == ()


def test_10_ordered_6_shipped_4_received_leaves_minus_6_2_in_transit_plus_4_and_4_outstanding() -> None:
    an_item()
    places()
    posted(purchase("10", at="7"), an_order(ordered("10")), ship(of("6")), receive(of("4")))

    assert (on_hand(location_code=LOCATION), on_hand(location_code="TRANSIT"), on_hand(location_code="RED")) == (4, 2, 4)
    assert the_line().outstanding == Decimal(4)
    assert the_line().in_transit == Decimal(2)
    proven()


def test_shipping_and_receiving_make_four_entries_of_equal_cost() -> None:
    an_item()
    places()
    posted(purchase("10", at="7"), an_order(ordered("6")), ship(), receive())

    moved = [one for one in entries() if one.entry_type == "transfer"]
    assert [(one.location, one.quantity, one.cost) for one in moved] == [
        (LOCATION, -6, -42),
        ("TRANSIT", 6, 42),
        ("TRANSIT", -6, -42),
        ("RED", 6, 42),
    ]


def test_6_shipped_and_none_received_undone_is_all_as_before() -> None:
    an_item()
    places()
    posted(purchase("10", at="7"), an_order(ordered("10")), ship(of("6")), undo("TS"))

    assert (on_hand(location_code=LOCATION), on_hand(location_code="TRANSIT")) == (10, 0)
    assert the_line().outstanding == Decimal(10)
    proven()


def test_shipment_of_which_one_piece_is_received_is_not_undone() -> None:
    an_item()
    places()
    posted(purchase("10", at="7"), an_order(ordered("10")), ship(of("6")), receive(of("1")))

    assert isinstance(refused(undo("TS")), AlreadyApplied)
    assert the_line().in_transit == Decimal(5)


def test_7_received_of_6_in_transit_is_refused() -> None:
    an_item()
    places()
    posted(purchase("10", at="7"), an_order(ordered("10")), ship(of("6")))

    error = refused(receive(of("7")))

    assert isinstance(error, OverReceived)
    assert (error.outstanding, error.requested) == (Decimal(6), Decimal(7))
    assert on_hand(location_code="TRANSIT") == 6


def test_more_shipped_than_ordered_is_refused() -> None:
    an_item()
    places()
    posted(purchase("20", at="7"), an_order(ordered("10")), ship(of("6")))

    assert isinstance(refused(ship(of("5"), id="TS2")), OverShipped)


def test_serial_s_shipped_and_s2_scanned_at_receipt_is_refused_naming_s() -> None:
    a_serial_item()
    places()
    posted(purchase("1", at="7", serial="S"), purchase("1", at="8", serial="S2"))
    posted(an_order(ordered("1")), ship(of("1", tracking=(TrackingLine(None, "", "S"),))))

    error = refused(receive(of("1", tracking=(TrackingLine(None, "", "S2"),))))

    assert isinstance(error, NotShipped)
    assert error.shipped == ["S"]


def test_all_that_is_on_the_way_is_received_with_the_numbers_that_were_shipped() -> None:
    a_lot_item()
    places()
    posted(purchase("4", at="7", lot="L1"), purchase("6", at="8", lot="L2"))
    lots = (TrackingLine(Decimal(4), "L1"), TrackingLine(Decimal(3), "L2"))
    posted(an_order(ordered("7")), ship(of("7", tracking=lots)), receive())

    assert {one.lot: one.quantity for one in entries() if one.location == "RED"} == {"L1": 4, "L2": 3}
    proven()


def test_goods_in_transit_are_taken_by_their_own_order_only() -> None:
    an_item()
    places()
    posted(purchase("5", at="1", on=1), purchase("5", at="9", on=2))
    posted(an_order(ordered("5")), an_order(ordered("5"), no="TO2"), ship(), ship(id="TS2", no="TO2"))
    posted(receive(id="TR2", no="TO2"))

    assert cost_of("TR2/in") == 45
    assert on_hand(location_code="TRANSIT") == 5
    proven()


def test_goods_in_transit_are_no_stock_for_a_sale() -> None:
    an_item()
    places()
    posted(purchase("5", at="1"), an_order(ordered("5")), ship())

    assert isinstance(refused(sale("1", may_go_negative=False)), NotEnoughStock)


def test_late_invoice_follows_the_goods_through_transit_into_the_sale() -> None:
    an_item()
    places()
    posted(purchase("10", at="8", invoiced=False, id="P"), an_order(ordered("10")), ship(), receive())
    posted(sale("10", location="RED", id="S"), invoice("P", at="9.50"), adjust_cost())

    assert cost_of("S") == -95
    assert cost_of("TS/in") == 95
    proven()


def test_direct_order_is_shipped_and_received_at_once_by_two_entries() -> None:
    an_item()
    places()
    posted(purchase("10", at="7"), an_order(ordered("4"), in_transit=""), ship())

    assert [(one.location, one.quantity) for one in entries() if one.entry_type == "transfer"] == [(LOCATION, -4), ("RED", 4)]
    assert the_line().received == Decimal(4)
    proven()


def test_two_lines_that_draw_on_the_same_last_pieces_are_refused_together_and_leave_nothing() -> None:
    an_item()
    places()
    posted(purchase("5", at="7"), an_order(ordered("3", 1), ordered("3", 2)))
    before = entries()

    assert isinstance(refused(ship()), NotEnoughStock)
    assert entries() == before
    assert the_line().shipped == 0


def test_legs_of_several_lines_carry_their_line_numbers() -> None:
    an_item()
    places()
    posted(purchase("9", at="7"), an_order(ordered("3", 1), ordered("4", 2)), ship())

    assert [one.leg for one in entries() if one.entry_type == "transfer"] == ["1/out", "1/in", "2/out", "2/in"]


def test_nothing_is_received_before_it_is_shipped() -> None:
    an_item()
    places()
    posted(purchase("5", at="7", on=1), an_order(ordered("5")), ship(day=date(2026, 1, 9)))

    assert isinstance(refused(receive(day=date(2026, 1, 8))), BadValue)


def test_order_that_is_all_shipped_has_nothing_to_ship() -> None:
    an_item()
    places()
    posted(purchase("5", at="7"), an_order(ordered("5")), ship())

    assert isinstance(refused(ship(id="TS2")), NothingToDo)


def test_order_under_way_keeps_what_was_shipped_and_its_places() -> None:
    """Shipped lines: item, variant, locations are frozen; quantity not below shipped."""
    an_item()
    an_item("2000")
    places()
    posted(purchase("5", at="7"), an_order(ordered("5")), ship(of("3")))

    assert refused(an_order(ordered("2"))).field == "lines/1/quantity"
    assert refused(an_order(ordered("5", 2))).field == "lines/1/quantity"
    assert refused(an_order(OrderedLine(1, "2000", Decimal(5)))).field == "lines/1/item"
    assert refused(replace(an_order(ordered("5")), from_location="RED", to_location=LOCATION)).field == "from"
    assert the_line().quantity == Decimal(5)
    posted(an_order(ordered("3"), ordered("4", 2)))
    assert (the_line().shipped, the_line().outstanding, the_line(2).outstanding) == (3, 0, 4)
    proven()


@pytest.mark.parametrize(
    ("order", "field"),
    [
        (TransferOrder(a_header(), "TO1", LOCATION, LOCATION, "TRANSIT", (ordered("1"),)), "to"),
        (TransferOrder(a_header(), "TO1", LOCATION, "RED", "RED", (ordered("1"),)), "in_transit"),
        (TransferOrder(a_header(), "TO1", LOCATION, "TRANSIT", "", (ordered("1"),)), "to"),
        (TransferOrder(a_header(), "TO1", LOCATION, "RED", "TRANSIT", ()), "lines"),
        (TransferOrder(a_header(), "TO1", LOCATION, "RED", "TRANSIT", (ordered("0"),)), "lines/1/quantity"),
    ],
)
def test_order_between_places_that_do_not_fit_is_refused(order: TransferOrder, field: str) -> None:
    an_item()
    places()

    assert refused(order).field == field


def test_what_is_on_the_way_is_found_by_its_order_and_not_by_reading_the_ledger(database: OpenDatabase) -> None:
    """The index is partial: a query that does not say so reads every entry there ever was."""
    from db.posting.transfer_order import _ON_THE_WAY as posting
    from db.queries.transfer_orders import _DOCUMENTS as documents
    from db.queries.transfer_orders import _ON_THE_WAY as screens

    for sql, params in ((posting, ("TO1", 1, "TRANSIT")), (screens, ("TO1", "TRANSIT")), (documents, ("TO1", 9))):
        if database.is_sqlite:
            plan = " ".join(str(row) for row in fetch(f"EXPLAIN QUERY PLAN {sql}", params))
        else:
            fetch("SET enable_seqscan = off")  # the table is empty: without this the planner reads it whole, and is right
            plan = " ".join(str(row) for row in fetch(f"EXPLAIN {sql}", params))
        assert "item_ledger_entry_order" in plan, plan


@pytest.mark.parametrize("handled", [(), (of("4"),)])
def test_a_third_of_a_box_is_ordered_as_the_pieces_that_it_is_and_shipped(handled: tuple[HandledLine, ...]) -> None:
    an_item(units={"BOX": "12"}, quantity_rounding="1")
    places()
    order = an_order(ordered("0.33333", uom_code="BOX"))
    posted(purchase("10", at="7"), order, order)
    assert (the_line().uom_code, the_line().ordered) == ("PCS", 4)
    posted(ship(*handled), receive())
    assert (the_line().outstanding, on_hand(location_code="RED")) == (0, 4)
    posted(order)
    proven()
