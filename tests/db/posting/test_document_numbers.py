"""Shipments, receipts and transfer orders with numbers of their own (operations reference §17)."""

from dataclasses import replace
from typing import Any

import pytest

from db.connection import fetch
from db.core.errors import MissingField, NotEnoughStock
from db.core.number_errors import NumberNotByHand, NumbersUsedUp, NumberTaken
from db.posting.lines import Header, TransferClose, TransferOrder
from db.posting.prove import prove
from db.work.number_series import preview_number
from tests.db.posting.test_transfer_orders import a_header, an_order, of, ordered, places, receive, ship
from tests.support.builders import an_item, changed, entries, posted, purchase, refused, with_settings

pytestmark = pytest.mark.usefixtures("database")


def series(code: str, first: str, *, manual_nos: bool = False, **line: Any) -> None:
    changed("number_series", code=code, manual_nos=manual_nos)
    changed("number_series_line", series=code, starting_no=first, **line)


def with_series(**line: Any) -> None:
    series("TS", "TS-0001", **line)
    series("TR", "TR-0001")
    series("TO", "TO-0001")
    with_settings(transfer_shipment_nos="TS", transfer_receipt_nos="TR", transfer_order_nos="TO")


def unnumbered() -> TransferOrder:
    return replace(an_order(ordered("10")), no="")


def numbers(operation: str) -> list[str]:
    return [no for (no,) in fetch("SELECT document_no FROM item_register WHERE operation = ? ORDER BY register_no", (operation,))]


def test_each_shipment_and_each_receipt_has_the_next_number_of_its_series() -> None:
    an_item()
    places()
    with_series()
    posted(purchase("10", at="7"), unnumbered(), ship(of("2"), no="TO-0001"), ship(of("3"), id="TS2", no="TO-0001"))
    posted(receive(of("4"), no="TO-0001"), TransferClose(a_header("TC"), "TO-0001", send_back=True))

    assert numbers("transfer_order") == ["TO-0001"]
    assert numbers("transfer_ship") == ["TS-0001", "TS-0002"]
    assert numbers("transfer_receive") == ["TR-0001"]
    assert numbers("transfer_close") == ["TO-0001"]
    assert prove().findings == ()


def test_a_refused_shipment_leaves_no_gap() -> None:
    an_item()
    places()
    with_series()
    posted(purchase("3", at="7"), unnumbered())

    assert isinstance(refused(ship(of("4"), no="TO-0001")), NotEnoughStock)
    posted(ship(of("3"), id="TS2", no="TO-0001"))
    assert numbers("transfer_ship") == ["TS-0001"]


def test_a_shipment_that_is_repeated_keeps_its_number_and_uses_no_other() -> None:
    an_item()
    places()
    with_series()
    posted(purchase("10", at="7"), unnumbered(), ship(of("2"), no="TO-0001"), ship(of("2"), no="TO-0001"))

    assert numbers("transfer_ship") == ["TS-0001"]
    assert preview_number("TS") == "TS-0002"


def test_overflow_is_refused_before_posting() -> None:
    an_item()
    places()
    with_series(ending_no="TS-0001")
    posted(purchase("10", at="7"), unnumbered(), ship(of("2"), no="TO-0001"))
    before = entries()

    assert isinstance(refused(ship(of("2"), id="TS2", no="TO-0001")), NumbersUsedUp)
    assert entries() == before


def test_a_number_by_hand_is_refused_where_the_series_gives_it_and_when_it_is_taken() -> None:
    an_item()
    places()
    with_series()
    posted(purchase("10", at="7"), unnumbered())
    typed = replace(ship(of("2"), no="TO-0001"), header=replace(a_header("X"), document_no="TS-0002"))

    assert isinstance(refused(typed), NumberNotByHand)
    assert isinstance(refused(an_order(ordered("1"))), NumberNotByHand)
    changed("number_series", code="TS", manual_nos=True)
    posted(typed)
    again = replace(typed, header=Header(a_header().posting_date, "Y", "TS-0002"), lines=(of("1"),))
    assert isinstance(refused(again), NumberTaken)
    posted(ship(of("1"), id="Z1", no="TO-0001"), ship(of("1"), id="Z2", no="TO-0001"))
    assert numbers("transfer_ship") == ["TS-0002", "TS-0001", "TS-0003"]


def test_without_series_a_shipment_carries_the_number_of_its_order() -> None:
    an_item()
    places()
    posted(purchase("10", at="7"), an_order(ordered("10")), ship(of("2")))

    assert numbers("transfer_ship") == ["TO1"]
    assert isinstance(refused(unnumbered()), MissingField)


def test_an_order_that_is_made_anew_keeps_its_number() -> None:
    an_item()
    places()
    with_series()
    posted(unnumbered(), replace(an_order(ordered("4")), no="TO-0001"))

    assert numbers("transfer_order") == ["TO-0001", "TO-0001"]
    assert preview_number("TO") == "TO-0002"
