"""Job 15, Numbers: information cards, blocking and unblocking. `operations.md` §12."""

from datetime import timedelta

from db.core import clock
from db.masters.change import put_masters
from db.queries.numbers import NumberFacts, number_facts
from stockterm.flows.tokens import Command
from tests.flows.warehouse import Worker, a_warehouse, purchased, signed_in, sold
from tests.support.databases import OpenDatabase


def facts(lot: str = "L7", item: str = "SALINE") -> NumberFacts:
    found = number_facts(item, "", "lot", lot)
    assert found is not None
    return found


def looking(user: str = "SUE", *, terminal: str = "T1") -> Worker:
    return signed_in(user, terminal=terminal).scan("15")


def test_a_scan_shows_the_card_with_what_lies_where(database: OpenDatabase) -> None:
    a_warehouse()
    expires = clock.today() + timedelta(days=40)
    purchased("CHEESE", "4", lot="L7", expires=expires)
    purchased("CHEESE", "2", lot="L7", bin_code="A-02")
    worker = looking().scan("l7")
    assert worker.view.title == "L7"
    assert worker.view.text[:2] == ("Lot L7", "CHEESE Cheese")
    assert f"Expires {expires.isoformat()}" in worker.view.text
    assert "On hand 6 PCS" in worker.view.text
    assert worker.view.text[-3:-1] == ("EAST A-01: 4", "EAST A-02: 2")


def test_a_worker_blocks_at_once_with_a_reason_and_a_supervisor_lifts_it(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("SALINE", "4", lot="L7")
    worker = looking("ANN").scan("L7").key(Command.LIST)
    assert worker.view.choices[0] == "1 Block now"
    worker.scan("1", "broken seal")
    assert worker.said == "Blocked L7."
    assert (facts().blocked, facts().block_reason, facts().blocked_by) == (True, "broken seal", "ANN")
    assert worker.view.text[:2] == ("BLOCKED L7", "broken seal")
    worker.key(Command.LIST).scan("1").is_refused("Not allowed", "unblock")

    supervisor = looking("SUE", terminal="T2").scan("L7").key(Command.LIST).scan("1")
    assert supervisor.said == "L7 is free again?"
    supervisor.key(Command.POST)
    assert supervisor.said == "Free: L7."
    assert not facts().blocked


def test_a_block_without_a_reason_is_none(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("SALINE", "4", lot="L7")
    worker = looking("ANN").scan("L7").key(Command.LIST).scan("1").key(Command.BACK)
    assert worker.said == "Nothing changed."
    assert not facts().blocked


def test_a_supervisor_says_what_is_known_and_takes_it_back_with_a_minus(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("SALINE", "4", lot="L7")
    worker = looking().scan("L7")
    for choice, text in (("2", "first batch"), ("3", "C-17"), ("4", "A"), ("5", "keep dry")):
        worker.key(Command.LIST).scan(choice, text)
    known = facts()
    assert (known.description, known.certificate, known.quality, known.comments) == ("first batch", "C-17", "A", "keep dry")
    worker.key(Command.LIST).scan("3", "-")
    assert facts().certificate == ""
    assert "Comments: keep dry" in worker.view.text


def test_a_worker_does_not_change_what_a_card_says(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("SALINE", "4", lot="L7")
    looking("ANN").scan("L7").key(Command.LIST).scan("2").is_refused("Not allowed", "information card")


def test_a_lot_that_is_sold_out_still_has_its_card(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("SALINE", "4", lot="L7")
    sold("SALINE", "4", lot="L7")
    assert "On hand 0 PCS" in looking().scan("L7").view.text


def test_one_number_of_two_items_is_asked(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("SALINE", "4", lot="L7")
    purchased("CHEESE", "4", lot="L7", expires=clock.today())
    worker = looking().scan("L7")
    assert worker.view.choices == ("1 CHEESE Lot L7", "2 SALINE Lot L7")
    assert "SALINE Saline" in worker.scan("2").view.text


def test_a_card_is_made_before_the_goods_come(database: OpenDatabase) -> None:
    a_warehouse()
    worker = looking().scan("ITM:CHEESE", "L9")
    assert worker.view.text[0] == "Lot L9"
    assert "Never received." in worker.view.text
    worker.key(Command.LIST).scan("6", "2031-01")
    known = facts("L9", "CHEESE")
    assert known.card
    assert known.expiration_date is not None
    assert known.expiration_date.isoformat() == "2031-01-31"


def test_a_code_that_no_number_has_is_refused(database: OpenDatabase) -> None:
    a_warehouse()
    worker = looking().scan("NOTHING").is_refused("Unknown")
    worker.key(Command.BACK).scan("BIN:A-01").is_refused("That is bin A-01.")


def test_a_counter_who_is_blind_has_no_cards(database: OpenDatabase) -> None:
    a_warehouse()
    put_masters([("user", {"code": "CAT", "role": "counter"})])
    signed_in("CAT").scan("15").is_refused("Not allowed")


def test_the_reason_of_a_block_is_a_sentence_of_its_own_however_it_was_typed(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("SALINE", "4", lot="L7")
    looking("SUE").scan("L7").key(Command.LIST).scan("1", "Broken bags")
    signed_in(terminal="T2").scan("2", "BIN:A-01", "SALINE", "L7").is_refused("Blocked: lot L7. Broken bags. Not booked.")
