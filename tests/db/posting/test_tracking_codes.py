"""Every switch of an item tracking code, and information cards (operations reference §12)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from db.connection import fetch
from db.core.errors import StocktermError
from db.masters.change_log import ChangedBy
from db.masters.tracking import NumberNamed, block_number, unblock_number
from db.posting.lines import ItemJournalLine, PostedBy, TrackingLine
from db.posting.prove import prove
from db.queries.numbers import number_facts
from tests.support.builders import (
    ITEM,
    a_location,
    a_lot_item,
    a_serial_item,
    a_user,
    an_item,
    changed,
    count,
    counted,
    entry,
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


def a_coded_item(no: str = ITEM, *, item: dict[str, Any] | None = None, **switches: Any) -> None:
    changed("tracking_code", code="CODE", **switches)
    an_item(no, tracking_code="CODE", **(item or {}))


def refused_change(kind: str, **fields: Any) -> str:
    """The code of the error that a change of master data meets."""
    try:
        changed(kind, **fields)
    except StocktermError as error:
        return error.code
    raise AssertionError("this was changed, and should have been refused")


def noted() -> list[tuple[str, str]]:
    return [(kind, number) for kind, number in fetch("SELECT kind, number FROM noted_number ORDER BY entry_no, kind")]


# ---- specific, and where a number must be typed ---------------------------------------------------------------------


def test_a_kind_that_is_not_specific_is_typed_only_where_the_code_asks_for_it_and_decides_nothing() -> None:
    a_coded_item(serial_required=["sale"])
    posted(purchase("3", at="5", id="P"))
    assert refused(sale("1")).code == "tracking_required"
    assert refused(purchase("1", at="5", serial="S1")).code == "tracking_not_allowed"
    posted(sale("1", serial=" sn-7 ", id="S"), sale("1", serial="sn-7"))  # typed only: nobody checks where it came from
    assert (entry("S").serial, noted()) == ("", [("serial", "sn-7"), ("serial", "sn-7")])
    assert on_hand() == 1
    assert prove().findings == ()


def test_a_typed_serial_is_one_piece_too() -> None:
    a_coded_item(serial_required=["sale", "sales_return"])
    posted(purchase("3", at="5"))
    assert refused(sale("2", serial="S1")).code == "serial_not_single"
    pieces = [TrackingLine(Decimal(1), serial_no=one) for one in ("S1", "S2")]
    posted(sale("2", tracking=pieces, id="S"))
    assert noted() == [("serial", "S1"), ("serial", "S2")]
    assert refused(sale("-1")).code == "tracking_required"
    posted(sale("-1", serial="S1"))
    assert on_hand() == 2


@pytest.mark.parametrize(
    ("word", "line"),
    [
        ("purchase", purchase("1", at="1")),
        ("purchase_return", purchase("-1")),
        ("sale", sale("1")),
        ("sales_return", sale("-1")),
        ("positive_adjustment", found("1")),
        ("negative_adjustment", scrapped("1")),
        ("transfer", moved("1", to="EAST")),
    ],
)
def test_each_kind_of_document_and_direction_has_its_own_switch(word: str, line: ItemJournalLine) -> None:
    a_location("EAST")
    an_item(unit_cost="1")
    posted(found("9"))
    a_coded_item("TRACKED", lot_required=[word], item={"unit_cost": "1"})
    if word != "positive_adjustment":
        posted(found("9", item="TRACKED"))
    tracked = replace(line, item_no="TRACKED")
    assert refused(tracked).code == "tracking_required"
    posted(replace(tracked, tracking=(TrackingLine(lot_no="L"),)))
    assert noted()[0] == ("lot", "L")
    assert prove().findings == ()


def test_specific_sets_every_switch_and_taking_it_back_clears_them() -> None:
    changed("tracking_code", code="CODE", lot=True)
    assert refused_change("tracking_code", code="CODE", lot_required=["sale"]) == "bad_value"
    (words,) = fetch("SELECT lot_required FROM tracking_code")[0]
    assert len(words.split(",")) == 9
    changed("tracking_code", code="CODE", lot=False)
    assert fetch("SELECT lot_required FROM tracking_code") == [("",)]


def test_what_a_code_asks_for_is_locked_while_entries_exist() -> None:
    a_coded_item(serial_required=["sale"])
    posted(purchase("1", at="1"))
    assert refused_change("tracking_code", code="CODE", serial=True) == "has_entries"
    assert refused_change("tracking_code", code="CODE", serial_required=[]) == "has_entries"
    changed("tracking_code", code="CODE", strict_expiration=True)  # decides about dates only


# ---- the sum, must get right ----------------------------------------------------------------------------------------


def test_given_5_of_10_ordered_with_qty_to_receive_5_and_4_sns_when_posted_then_refused_1_serial_missing() -> None:
    a_serial_item()
    four = [TrackingLine(Decimal(1), serial_no=f"S{n}") for n in range(4)]
    error = refused(purchase("5", at="1", tracking=four))
    assert error.code == "tracking_sum"
    assert "1 serial missing" in str(error)


# ---- information cards ----------------------------------------------------------------------------------------------


def test_a_card_that_must_exist_is_asked_for_inbound_and_outbound() -> None:
    a_coded_item(lot=True, lot_info_inbound=True, item={"unit_cost": "1"})
    error = refused(purchase("1", at="1", lot="L"))
    assert error.code == "information_required"
    assert "Card missing: lot L of 1000" in str(error)
    changed("lot", item=ITEM, no="L", certificate="C-1")
    posted(purchase("2", at="1", lot="l"))
    assert refused(moved("1", lot="L", new_lot="M")).code == "information_required"
    posted(count(counted("1", lot="FOUND")))  # a count takes what it finds

    changed("tracking_code", code="CODE", lot_info_outbound=True)
    posted(sale("1", lot="L"))
    assert refused(sale("1", lot="FOUND")).code == "information_required"


def test_a_card_is_made_on_posting_where_the_code_says_so() -> None:
    a_coded_item(lot=True, lot_info_inbound=True, lot_info_outbound=True, create_lot_info=True)
    posted(purchase("1", at="1", lot="L"), sale("1", lot="L"))
    facts = number_facts(ITEM, "", "lot", "l")
    assert facts is not None
    assert facts.card


def test_a_card_keeps_certificate_quality_and_comments_through_postings() -> None:
    a_lot_item()
    changed("lot", item=ITEM, no="L", certificate="C-7", quality="A", comments="keep dry", description="first batch")
    posted(purchase("1", at="1", lot="L"))
    facts = number_facts(ITEM, "", "lot", "L")
    assert facts is not None
    assert (facts.certificate, facts.quality, facts.comments, facts.description) == ("C-7", "A", "keep dry", "first batch")


def test_a_block_says_by_whom_and_when_and_lifting_it_takes_the_reason_along() -> None:
    a_lot_item()
    posted(purchase("1", at="1", lot="L"))
    block_number(NumberNamed(ITEM, "", "lot", "l"), ChangedBy("SUE"), "recall 17")
    changed("lot", item=ITEM, no="L", description="later change of the card")
    facts = number_facts(ITEM, "", "lot", "L")
    assert facts is not None
    assert (facts.blocked, facts.block_reason, facts.blocked_by) == (True, "recall 17", "SUE")
    assert facts.blocked_at is not None
    unblock_number(NumberNamed(ITEM, "", "lot", "L"))
    facts = number_facts(ITEM, "", "lot", "L")
    assert facts is not None
    assert (facts.blocked, facts.block_reason, facts.blocked_by, facts.blocked_at) == (False, "", "", None)


def test_a_blocked_package_does_not_move() -> None:
    a_coded_item(lot=True, package=True)
    posted(purchase("1", at="1", lot="L", package="P1"))
    changed("package", item=ITEM, no="p1", blocked=True, block_reason="damaged")
    assert refused(sale("1", lot="L", package="P1")).code == "blocked"


def test_a_blocked_lot_is_scrapped_only_by_somebody_who_may_approve_that() -> None:
    a_lot_item()
    a_user("ANN")
    a_user("SUE", role="supervisor")
    posted(purchase("2", at="1", lot="L"))
    changed("lot", item=ITEM, no="L", blocked=True)
    assert refused(scrapped("1", lot="L"), by=PostedBy("ANN")).code == "blocked"
    assert refused(sale("1", lot="L"), by=PostedBy("SUE")).code == "blocked"
    posted(scrapped("1", lot="L"), by=PostedBy("SUE"))
    assert on_hand(lot_no="L") == 1


# ---- expiry dates ---------------------------------------------------------------------------------------------------


def test_expiry_is_calculated_from_the_items_formula_where_it_need_not_be_typed() -> None:
    a_coded_item(lot=True, item={"expiration_calculation": "cm+6m"})
    posted(purchase("1", at="1", lot="L", on=date(2027, 1, 15), id="P"))
    assert entry("P").expires == "2027-07-31"
    posted(purchase("1", at="1", lot="M", expires=date(2027, 3, 1), on=date(2027, 1, 15), id="Q"))
    assert entry("Q").expires == "2027-03-01"
    assert refused_change("item", no=ITEM, expiration_calculation="SOON") == "bad_value"


def test_a_code_that_requires_the_date_wants_it_typed_whatever_the_formula() -> None:
    a_coded_item(lot=True, expiration_required=True, item={"expiration_calculation": "30D"})
    assert refused(purchase("1", at="1", lot="L")).code == "expiration_required"


def test_a_code_without_expiry_dates_takes_none() -> None:
    a_coded_item(lot=True, use_expiration_dates=False, item={"expiration_calculation": "30D"})
    assert refused(purchase("1", at="1", lot="L", expires=date(2027, 1, 1))).code == "tracking_not_allowed"
    posted(purchase("1", at="1", lot="L", id="P"))
    assert entry("P").expires is None
    assert refused_change("tracking_code", code="CODE", strict_expiration=True) == "bad_value"


# ---- must get right, strict and for life ----------------------------------------------------------------------------


def test_given_strict_and_expiry_today_when_shipped_today_then_ok_tomorrow_refused_scrapped_tomorrow_ok() -> None:
    a_coded_item(lot=True, strict_expiration=True)
    posted(purchase("3", at="1", lot="L", expires=date(2026, 1, 10)))
    posted(sale("1", lot="L", on=10))
    assert refused(sale("1", lot="L", on=11)).code == "expired"
    posted(scrapped("1", lot="L", on=11))


def test_given_lot_l_with_expiry_on_stock_when_received_with_another_then_refused_with_both_dates() -> None:
    a_coded_item(lot=True)
    posted(purchase("1", at="1", lot="L", expires=date(2027, 6, 30)))
    text = str(refused(purchase("1", at="1", lot="L", expires=date(2027, 7, 31))))
    assert "2027-06-30" in text
    assert "2027-07-31" in text


def test_given_sn_1_on_hand_in_east_when_received_in_west_then_refused_naming_east_after_its_sale_accepted() -> None:
    a_serial_item()
    a_location("EAST")
    a_location("WEST")
    posted(purchase("1", at="1", serial="SN1", location="EAST"))
    assert "EAST" in str(refused(purchase("1", at="1", serial="SN1", location="WEST")))
    posted(sale("1", serial="SN1", location="EAST"), purchase("1", at="1", serial="SN1", location="WEST"))


def test_a_noted_number_without_its_entry_or_with_another_key_is_found_by_prove() -> None:
    a_coded_item(serial_required=["sale"])
    posted(purchase("2", at="1"), sale("1", serial="SN-1"))
    assert prove().findings == ()
    fetch("INSERT INTO noted_number (entry_no, kind, number_key, number) VALUES (999, 'serial', 'x', 'X')")
    fetch("INSERT INTO noted_number (entry_no, kind, number_key, number) VALUES (1, 'serial', 'other', 'SN-1')")
    first, second = prove().findings
    assert first.startswith("serial SN-1 noted beside entry 1")
    assert "entry 999, which does not exist" in second
