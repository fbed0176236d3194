"""Which lot to take first (operations reference §12)."""

from datetime import date
from decimal import Decimal

import pytest

from db.queries.suggested import suggested_lots
from tests.support.builders import (
    ITEM,
    LOCATION,
    a_location,
    a_lot_item,
    an_item,
    changed,
    posted,
    purchase,
    sale,
)

pytestmark = pytest.mark.usefixtures("database")

TODAY = date(2026, 2, 1)


def suggested(
    quantity: str | None = None, *, location: str = LOCATION, today: date = TODAY, **more: object
) -> list[tuple[str, int]]:
    wanted = None if quantity is None else Decimal(quantity)
    return [
        (one.number, int(one.quantity))
        for one in suggested_lots(ITEM, "", location, today, quantity=wanted, **more)  # type: ignore[arg-type]
    ]


def a_strict_item() -> None:
    changed("tracking_code", code="STRICT", lot=True, strict_expiration=True)
    an_item(tracking_code="STRICT")


def test_given_lots_exp_1_3_4_exp_1_2_3_pick_5_fefo_then_3_of_the_second_2_of_the_first() -> None:
    a_lot_item()
    posted(
        purchase("4", at="1", lot="MARCH", expires=date(2026, 3, 1)), purchase("3", at="1", lot="FEB", expires=date(2026, 2, 1))
    )
    assert suggested("5") == [("FEB", 3), ("MARCH", 2)]


def test_the_same_date_goes_by_the_lowest_number_and_no_date_comes_last() -> None:
    a_lot_item()
    posted(
        purchase("1", at="1", lot="NONE"),
        purchase("1", at="1", lot="b", expires=date(2026, 3, 1)),
        purchase("1", at="1", lot="A", expires=date(2026, 3, 1)),
    )
    assert suggested() == [("A", 1), ("b", 1), ("NONE", 1)]


def test_the_same_number_goes_by_the_earliest_entry() -> None:
    changed("tracking_code", code="LP", lot=True, package=True)
    an_item(tracking_code="LP")
    a_location("EAST", bins=["A", "B"])
    posted(purchase("1", at="1", lot="L", package="P", location="EAST", bin="B"))
    posted(purchase("1", at="1", lot="L", package="P", location="EAST", bin="A"))
    found = suggested_lots(ITEM, "", "EAST", TODAY)
    assert [one.bin_code for one in found] == ["A", "B"]  # one pool of entries: then the bin decides


def test_given_a_blocked_lot_when_picked_by_suggestion_then_skipped() -> None:
    a_lot_item()
    posted(
        purchase("3", at="1", lot="FIRST", expires=date(2026, 2, 5)), purchase("3", at="1", lot="NEXT", expires=date(2026, 3, 1))
    )
    changed("lot", item=ITEM, no="first", blocked=True)
    assert suggested("4") == [("NEXT", 3)]


def test_expired_lots_are_left_out_only_where_the_code_is_strict() -> None:
    a_lot_item()
    posted(purchase("1", at="1", lot="OLD", expires=date(2026, 1, 31)), purchase("1", at="1", lot="DAY", expires=TODAY))
    assert suggested() == [("OLD", 1), ("DAY", 1)]


def test_strict_leaves_out_what_expired_yesterday_and_not_what_expires_today() -> None:
    a_strict_item()
    posted(purchase("1", at="1", lot="OLD", expires=date(2026, 1, 31)), purchase("1", at="1", lot="DAY", expires=TODAY))
    assert suggested() == [("DAY", 1)]


def test_lots_named_on_the_document_come_first() -> None:
    a_lot_item()
    posted(purchase("2", at="1", lot="A", expires=date(2026, 2, 5)), purchase("2", at="1", lot="B", expires=date(2026, 3, 1)))
    assert suggested("3", named=["b"]) == [("B", 2), ("A", 1)]


def test_only_what_lies_at_the_place_is_suggested_and_what_left_is_not() -> None:
    a_lot_item()
    a_location("EAST", bins=["A", "B"])
    posted(
        purchase("2", at="1", lot="L", location="EAST", bin="A"),
        purchase("2", at="1", lot="M", location="EAST", bin="B"),
        purchase("2", at="1", lot="N"),
        sale("2", lot="N"),
    )
    assert suggested() == []
    assert suggested(location="EAST") == [("L", 2), ("M", 2)]
    assert suggested(location="EAST", bin_code="B") == [("M", 2)]
