"""How goods travel: routes, released orders, what goes missing on the way, and taking back (operations reference §9, §7)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from db.connection import fetch
from db.core.errors import AlreadyApplied, BadValue, NothingToDo, NotSupported, ReasonRequired
from db.core.transfer_errors import NoInTransitLocation, NotReleased
from db.posting.lines import HandledLine, TrackingLine, TransferClose, TransferDelete
from db.posting.prove import prove
from db.work.transfer_orders import find_transfer_order
from tests.db.posting.test_transfer_orders import (
    a_header,
    an_order,
    of,
    ordered,
    places,
    proven,
    receive,
    ship,
    the_line,
)
from tests.support.builders import (
    LOCATION,
    a_lot_item,
    a_serial_item,
    adjust_cost,
    an_item,
    changed,
    cost_of,
    entries,
    entry,
    invoice,
    on_hand,
    posted,
    purchase,
    refused,
    sale,
    undo,
)

pytestmark = pytest.mark.usefixtures("database")


def close(*lines: HandledLine, id: str = "TC", reason: str = "LOST", send_back: bool = False) -> TransferClose:
    return TransferClose(replace(a_header(id), reason_code=reason), "TO1", lines, send_back)


def on_the_road(quantity: str = "6", received: str = "", **item: Any) -> None:
    """10 at 7 each; so many of them shipped, and so many of those received."""
    an_item(**item)
    places()
    changed("reason", code="LOST")
    posted(purchase("10", at="7", id="P"), an_order(ordered("10")), ship(of(quantity)))
    if received:
        posted(receive(of(received)))


# ---- routes and released orders


def test_route_without_in_transit_code_and_not_direct_is_refused_when_shipping_with_set_the_in_transit_location() -> None:
    """Given route without in-transit code and not direct, when shipping, then refused with "set the in-transit location"."""
    an_item()
    places()
    changed("transfer_route", **{"from": LOCATION, "to": "RED"})
    posted(purchase("10", at="7"), an_order(ordered("4"), in_transit=""))

    error = refused(ship())
    assert isinstance(error, NoInTransitLocation)
    assert "set the in-transit location" in str(error)
    assert on_hand(location_code=LOCATION) == 10
    changed("transfer_route", **{"from": LOCATION, "to": "RED", "in_transit": "TRANSIT"})
    posted(ship())
    assert on_hand(location_code="TRANSIT") == 4
    proven()


def test_an_order_travels_as_its_route_says_and_arrives_when_it_says() -> None:
    an_item()
    places()
    changed("transfer_route", **{"from": LOCATION, "to": "RED", "in_transit": "TRANSIT", "shipping_days": 3})
    posted(an_order(ordered("4"), in_transit=""))

    order = find_transfer_order("TO1")
    assert order is not None
    assert (order.in_transit, order.direct, order.shipment_date, order.receipt_date) == (
        "TRANSIT",
        False,
        date(2026, 1, 5),
        date(2026, 1, 8),
    )


def test_a_direct_route_ships_and_receives_at_once() -> None:
    an_item()
    places()
    changed("transfer_route", **{"from": LOCATION, "to": "RED", "direct": True})
    posted(purchase("10", at="7"), an_order(ordered("4"), in_transit=""), ship())
    assert on_hand(location_code="RED") == 4


def test_direct_transfer_is_not_made_to_a_location_that_receives_its_goods_by_a_document() -> None:
    an_item()
    places()
    changed("location", code="RED", require_receive=True)
    assert refused(an_order(ordered("4"), in_transit="")).field == "in_transit"
    posted(an_order(ordered("4")))


def test_goods_are_not_expected_before_they_are_shipped() -> None:
    an_item()
    places()
    order = replace(an_order(ordered("1")), shipment_date=date(2026, 2, 2), receipt_date=date(2026, 2, 1))
    assert refused(order).field == "receipt_date"


def test_an_order_that_is_not_released_is_not_shipped() -> None:
    an_item()
    places()
    posted(purchase("10", at="7"), replace(an_order(ordered("4")), released=False))
    assert isinstance(refused(ship()), NotReleased)
    posted(an_order(ordered("4")), ship())


def test_an_order_is_deleted_only_while_nothing_of_it_was_shipped() -> None:
    on_the_road()
    assert isinstance(refused(TransferDelete(a_header(), "TO1")), BadValue)
    posted(undo("TS"), TransferDelete(a_header(), "TO1"))
    assert find_transfer_order("TO1") is None
    proven()


# ---- closed short


def test_missing_goods_are_written_off_with_a_reason_never_silently() -> None:
    """Received quantity can be less: the rest stays in transit. Close short posts it as negative adjustment with reason."""
    on_the_road("6", "4")
    assert isinstance(refused(close(reason="")), ReasonRequired)
    assert on_hand(location_code="TRANSIT") == 2
    posted(close())

    (gone,) = entries("TC")
    assert (gone.entry_type, gone.location, gone.quantity, gone.cost) == ("negative_adjustment", "TRANSIT", -2, -14)
    assert (the_line().in_transit, the_line().closed, the_line().outstanding) == (0, 2, 4)
    assert fetch("SELECT reason_code FROM item_register WHERE operation_id = 'TC'") == [("LOST",)]
    assert isinstance(refused(close(id="TC2")), NothingToDo)
    proven()


def test_missing_goods_are_sent_back_to_where_they_came_from() -> None:
    on_the_road("6", "4")
    posted(close(send_back=True, reason=""))

    assert (on_hand(location_code=LOCATION), on_hand(location_code="TRANSIT")) == (6, 0)
    assert cost_of("TC/in") == 14
    assert (the_line().in_transit, the_line().closed) == (0, 2)
    proven()


def test_a_part_of_what_is_missing_is_closed_and_the_rest_stays_on_the_way() -> None:
    on_the_road("6", "2")
    posted(close(of("1")))
    assert the_line().in_transit == 3
    posted(receive(of("3"), id="TR2"))
    assert the_line().in_transit == 0
    proven()


def test_the_missing_lot_is_closed_and_no_other() -> None:
    a_lot_item()
    places()
    changed("reason", code="LOST")
    posted(purchase("4", at="7", lot="L1"), purchase("6", at="8", lot="L2"))
    posted(an_order(ordered("7")), ship(of("7", tracking=(TrackingLine(Decimal(4), "L1"), TrackingLine(Decimal(3), "L2")))))
    posted(receive(of("4", tracking=(TrackingLine(Decimal(4), "L1"),))), close())

    (gone,) = entries("TC")
    assert (gone.lot, gone.quantity, gone.cost) == ("L2", -3, -24)
    proven()


def test_the_box_turns_up_after_all_the_write_off_is_undone_and_it_is_received() -> None:
    on_the_road("6", "4")
    posted(close(), undo("TC"))

    assert (the_line().in_transit, the_line().closed) == (2, 0)
    posted(receive(of("2"), id="TR2"))
    assert on_hand(location_code="RED") == 6
    assert cost_of("TC") + sum(one.cost for one in entries() if one.entry_type == "positive_adjustment") == 0
    proven()


def test_what_was_sent_back_is_undone_while_it_lies_there() -> None:
    on_the_road("6", "4")
    posted(close(send_back=True, reason=""), undo("TC"))
    assert (on_hand(location_code=LOCATION), on_hand(location_code="TRANSIT")) == (4, 2)
    assert (the_line().in_transit, the_line().closed) == (2, 0)
    proven()


# ---- undo of receipts


def test_a_receipt_is_undone_and_its_goods_are_on_the_way_again() -> None:
    on_the_road("6", "4")
    posted(undo("TR"))

    assert (on_hand(location_code="TRANSIT"), on_hand(location_code="RED")) == (6, 0)
    assert (the_line().in_transit, the_line().received) == (6, 0)
    posted(receive(id="TR2"))
    assert on_hand(location_code="RED") == 6
    assert cost_of("TR2/in") == 42
    proven()


def test_a_receipt_whose_goods_were_sold_is_not_undone_naming_the_sale() -> None:
    on_the_road("6", "4")
    posted(sale("1", location="RED", id="S"))

    error = refused(undo("TR"))
    assert isinstance(error, AlreadyApplied)
    assert error.used_by == ["S"]


def test_a_reversal_of_a_shipment_sums_to_exactly_0_in_quantity_and_value() -> None:
    """Given a reversal, when both are summed, then quantity and value are exactly 0; reversed again, refused."""
    on_the_road("3")
    posted(undo("TS", id="U"))

    both = entries("TS") + entries("U")
    for location in (LOCATION, "TRANSIT"):
        there = [one for one in both if one.location == location]
        assert (sum(one.quantity for one in there), sum(one.cost for one in there)) == (0, 0)
    assert refused(undo("TS")).code == "already_undone"


def test_a_direct_transfer_is_not_undone_but_sent_back_by_an_order_of_its_own() -> None:
    an_item()
    places()
    posted(purchase("10", at="7"), an_order(ordered("4"), in_transit=""), ship())
    assert isinstance(refused(undo("TS")), NotSupported)


# ---- costs


@pytest.mark.parametrize("method", ["fifo", "lifo"])
def test_late_invoice_follows_what_went_missing_on_the_way(method: str) -> None:
    an_item(costing_method=method)
    places()
    changed("reason", code="LOST")
    posted(purchase("5", at="8", invoiced=False, id="P1"), purchase("5", at="10", invoiced=False, id="P2", on=2))
    posted(an_order(ordered("6")), ship(), receive(of("4")), close())
    posted(sale("4", location="RED", id="S"), invoice("P1", at="9"), invoice("P2", at="12"), adjust_cost())

    first, last = (Decimal(9), Decimal(12)) if method == "fifo" else (Decimal(12), Decimal(9))
    assert cost_of("TS/in") == 5 * first + last
    assert cost_of("S") + cost_of("TC") == -(5 * first + last)
    proven()


def test_late_invoice_of_a_serial_number_follows_it_through_transit() -> None:
    a_serial_item()
    places()
    posted(
        purchase("1", at="7", serial="S1", invoiced=False, id="P1"), purchase("1", at="8", serial="S2", invoiced=False, id="P2")
    )
    both = (TrackingLine(Decimal(1), "", "S1"), TrackingLine(Decimal(1), "", "S2"))
    posted(an_order(ordered("2")), ship(of("2", tracking=both)), receive())
    posted(sale("1", location="RED", serial="S2", id="S"), invoice("P2", at="11"), adjust_cost())
    assert cost_of("S") == -11
    assert cost_of("TR/in/1") == 7
    proven()


def test_two_lines_of_one_item_are_each_received_for_themselves() -> None:
    """Several lines of one item: what is on the way belongs to its line."""
    an_item()
    places()
    posted(purchase("3", at="1", on=1), purchase("4", at="9", on=2), an_order(ordered("3", 1), ordered("4", 2)), ship())
    posted(receive(of("4", 2)))
    assert (the_line(1).in_transit, the_line(2).in_transit, cost_of("TR/in")) == (3, 0, 36)
    posted(receive(id="TR2"))
    assert cost_of("TR2/in") == 3
    proven()


def test_pieces_of_a_box_are_shipped_and_received_to_the_last_one() -> None:
    an_item(units={"BOX": "6"})
    places()
    posted(purchase("12", at="1"), an_order(ordered("2", uom_code="BOX")))
    posted(ship(HandledLine(1, Decimal(7), in_base_units=True)), receive(HandledLine(1, Decimal(5), in_base_units=True)))
    assert (the_line().in_transit, the_line().outstanding) == (2, 5)
    posted(ship(id="TS2"), receive(id="TR2"))
    assert on_hand(location_code="RED") == 12
    proven()


# ---- proof


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (
            "UPDATE transfer_order_line SET quantity_received = 100000",
            "line 1 of transfer order TO1: in transit is 2, expected 5.",
        ),
        ("UPDATE transfer_order_line SET quantity_shipped = 2000000", "20 shipped"),
    ],
)
def test_proof_finds_an_order_that_disagrees_with_its_goods_on_the_way(change: str, finding: str) -> None:
    on_the_road("6", "4")
    fetch(change)
    assert any(finding in one for one in prove().findings), prove().findings


def test_proof_finds_a_number_that_no_document_has() -> None:
    changed("number_series", code="TS")
    changed("number_series_line", series="TS", starting_no="TS-1")
    changed("settings", transfer_shipment_nos="TS")
    on_the_road("6")
    assert prove().findings == ()
    fetch("UPDATE number_series_line SET last_no_used = 'TS-2'")
    assert prove().findings == ("number series TS: TS-2 was given and is on no document.",)


def test_legs_of_what_was_closed_are_named_as_the_others() -> None:
    on_the_road("6", "4")
    posted(close())
    assert entry("TC/out").quantity == -2
