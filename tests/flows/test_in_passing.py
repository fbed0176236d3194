"""Opportunity counts: a bin that became empty, a negative attempt: one line for the next worker passing, so many a day."""

import pytest

from db.connection import fetch
from db.core.count_errors import CountOrderState
from db.masters.change import put_masters
from db.work import count_opportunities, count_orders, count_recordings
from stockterm.flows.tokens import Command
from tests.flows.test_count_orders import approved_and_posted, choose, supervising
from tests.flows.warehouse import Worker, a_warehouse, purchased, signed_in, sold
from tests.support.statements import counted_statements

pytestmark = pytest.mark.usefixtures("database")
PCS = "9528765432108"


def moving(worker: Worker, quantity: str, *, bin_code: str = "A-01", to: str = "A-03") -> Worker:
    """Move so many screws, and post."""
    return worker.scan(f"BIN:{bin_code}", PCS, quantity, f"BIN:{to}").post()


def open_bins(user: str = "BOB") -> list[str]:
    return [one.bin_code for one in count_opportunities.offered(user, "EAST")]


def test_a_bin_that_became_empty_is_said_to_who_passes_and_offered_under_job_10() -> None:
    a_warehouse()
    purchased("1000", "5")
    purchased("1000", "5", bin_code="A-02")
    worker = moving(signed_in("BOB").scan("3"), "5").is_ok()
    assert worker.said.endswith("Close by: count A-01, job 10.")
    worker.key(Command.BACK, Command.BACK).scan("10")
    assert worker.view.choices == ("1 In passing: A-01",)
    worker.scan("1").is_ok()
    assert worker.view.title == "CO1 EAST"
    [line] = count_orders.order_lines(1)
    assert (line.item_no, line.bin_code, int(line.quantity_expected)) == ("1000", "A-01", 0)
    worker.scan("BIN:A-01").key(Command.NEXT, Command.POST).post()
    assert worker.said.startswith("Handed in for CO1")
    approved_and_posted(choose(supervising(), "CO1 open In passing: A-01"))
    assert fetch("SELECT done FROM count_opportunity") in ([(1,)], [(True,)])
    assert open_bins() == []


def test_what_is_found_in_an_empty_bin_is_a_difference() -> None:
    a_warehouse()
    purchased("1000", "5")
    worker = moving(signed_in("BOB").scan("3"), "5").key(Command.BACK, Command.BACK).scan("10", "1", "BIN:A-01", "NUT").post()
    assert worker.said.startswith("Handed in")
    assert [(one.item_no, int(one.quantity)) for one in count_recordings.all_recorded(1)] == [("NUT", 1)]


def test_a_bin_that_has_something_again_is_not_offered_and_a_bin_with_something_left_never() -> None:
    a_warehouse()
    purchased("1000", "5")
    purchased("1000", "5", bin_code="A-02")
    moving(signed_in("BOB").scan("3"), "5")
    purchased("NUT", "1")
    worker = moving(signed_in("ANN", terminal="T2").scan("3"), "2", bin_code="A-02")
    assert "Close by" not in worker.said
    assert open_bins() == []


def test_a_negative_attempt_makes_one_line_however_often_it_is_tried() -> None:
    a_warehouse()
    purchased("1000", "5")
    worker = signed_in("BOB").scan("3", "BIN:A-01", PCS, "9")
    if not worker.view.locked:
        worker.scan("BIN:A-03").post()
    worker.is_refused("holds 5 of 1000")
    assert open_bins() == ["A-01"]
    assert fetch("SELECT item_no, cause FROM count_opportunity") == [("1000", "negative")]
    worker.key(Command.BACK, Command.BACK)
    count_opportunities.note_shortage("EAST", "A-01", "1000")
    assert open_bins() == ["A-01"]


def test_other_zones_are_not_said_but_can_be_chosen() -> None:
    a_warehouse()
    put_masters([("bin", {"location": "EAST", "code": "B-01", "zone": "B"})])
    purchased("1000", "5", bin_code="B-01")
    purchased("1000", "5")
    sold("1000", "5", bin_code="B-01")
    worker = moving(signed_in("BOB").scan("3"), "1")
    assert "Close by" not in worker.said
    assert open_bins() == ["B-01"]


def test_one_worker_is_asked_so_many_times_a_day_and_no_two_get_the_same() -> None:
    a_warehouse()
    for number in range(5):
        put_masters([("bin", {"location": "EAST", "code": f"C-{number}", "zone": "A"})])
        count_opportunities.note_shortage("EAST", f"C-{number}", "1000")
    assert open_bins() == ["C-0", "C-1", "C-2"]
    for one in count_opportunities.offered("BOB", "EAST"):
        count_opportunities.take(one.opportunity_no, "BOB", "In passing")
    assert open_bins() == []
    with pytest.raises(CountOrderState, match="In passing"):
        count_opportunities.take(1, "ANN", "In passing")
    assert open_bins("ANN") == ["C-3", "C-4"]


def test_somebody_who_may_not_count_is_not_asked() -> None:
    a_warehouse()
    purchased("1000", "5")
    sold("1000", "5")
    signed_in("VIC").scan("10").is_refused("may not")


def test_a_posting_that_empties_nothing_writes_nothing_for_it() -> None:
    a_warehouse()
    purchased("1000", "5")
    with counted_statements() as sent:
        assert count_opportunities.look_for_empty_bins() == 0
    assert [one.sql.split()[0] for one in sent] == ["SELECT"] * 3
    assert fetch("SELECT warehouse_entry_no FROM count_sweep") == [(0,)]
    sold("1000", "5")
    assert count_opportunities.look_for_empty_bins() == 1
    assert count_opportunities.look_for_empty_bins() == 0
