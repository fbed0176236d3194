"""My postings: today's registers of the user, undone where that is possible, and why not where it is not."""

from datetime import timedelta

from db.core import clock
from stockterm.flows.tokens import Command
from tests.flows.warehouse import Worker, a_warehouse, counting, on_hand, purchased, signed_in, sold
from tests.support.databases import OpenDatabase

PCS = "9528765432108"


def after_an_adjustment(difference: str = "+4") -> Worker:
    a_warehouse()
    purchased("1000", "10")
    worker = signed_in().scan("2", "BIN:A-01", PCS, difference, "1").post()
    return worker.key(Command.BACK).key(Command.BACK) if worker.view.title.startswith("Adjust") else worker


def test_todays_postings_are_listed_and_one_is_shown(database: OpenDatabase) -> None:
    worker = after_an_adjustment().scan("5")
    assert len(worker.view.choices) == 1
    assert "Adjust" in worker.view.choices[0]
    worker.scan("1")
    assert "+4 1000 A-01" in worker.view.text


def test_posting_is_undone_after_the_two_digits_and_not_twice(database: OpenDatabase) -> None:
    worker = after_an_adjustment().scan("5", "1").key(Command.UNDO)
    worker.scan(worker.view.prompt.removeprefix("Type "))
    assert worker.said.startswith("Undone, register ")
    assert on_hand("1000") == 10
    assert "undone" in worker.view.choices[1]
    worker.scan("2").key(Command.UNDO).is_refused("Already undone")
    assert on_hand("1000") == 10


def test_goods_that_were_used_name_what_used_them(database: OpenDatabase) -> None:
    worker = after_an_adjustment()
    sold("1000", "12")
    worker.scan("5", "1").key(Command.UNDO)
    worker.scan(worker.view.prompt.removeprefix("Type "))
    worker.is_refused("Already used")
    assert on_hand("1000") == 2


def test_count_is_undone_with_its_differences(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "10")
    worker = counting().scan(PCS, "7").post().scan("5", "1")
    assert "1 line counted" in worker.view.text
    worker.key(Command.UNDO)
    worker.scan(worker.view.prompt.removeprefix("Type "))
    assert on_hand("1000") == 10


def test_only_own_postings_of_today_are_listed(database: OpenDatabase) -> None:
    after_an_adjustment()
    assert signed_in("BOB", terminal="T2").scan("5").view.choices == ()
    with clock.held_at(clock.now() + timedelta(days=2)):
        assert signed_in("ANN", terminal="T3").scan("5").said == "Nothing posted today."
