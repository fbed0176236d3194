"""The supervisor's side of ordered counts: made, looked at, decided, approved by another, posted in parts; nothing by itself."""

import time
from datetime import date, datetime
from decimal import Decimal
from itertools import count as count_up
from typing import Any

import pytest

from db.connection import fetch
from db.core.clock import held_at, today
from db.masters.change import put_masters
from db.work import count_locks, count_orders, count_orphans, count_recordings, count_rules, count_schedule
from db.work.count_orders import CountOrder
from db.work.count_rules import Thresholds
from stockterm.flows.help import STEPS
from stockterm.flows.tokens import Command
from stockterm.flows.view import Level
from tests.flows.warehouse import Worker, a_warehouse, count_entries, entries, on_hand, posted, purchased, signed_in, sold
from tests.flows.warehouse import a_line as journal_line

pytestmark = pytest.mark.usefixtures("database")
PCS = "9528765432108"
TERMINALS = (f"S{number}" for number in count_up(1))


def supervising(user: str = "SUE", *, location: str = "EAST") -> Worker:
    """A supervisor among the orders; what was on the screen before is left."""
    worker = signed_in(user, terminal=next(TERMINALS), location=location)
    while worker.view.title != "Counts ordered":
        in_menu = any(line.startswith("13 ") for line in worker.view.choices) or worker.view.title.startswith(location)
        worker.scan("13") if in_menu else worker.key(Command.BACK)
        if worker.view.locked:
            break
    return worker


def another_supervisor() -> Worker:
    """SAM, among the orders."""
    put_masters([("user", {"code": "SAM", "name": "Sam", "role": "supervisor", "badge": "B-SAM-1111"})])
    return Worker(next(TERMINALS)).scan("B-SAM-1111", "LOC:EAST", "13")


def choose(worker: Worker, text: str) -> Worker:
    """Look again, and type the number of the choice that begins with the text."""
    worker.key(Command.CLEAR)
    found = [line.split(" ", 1)[0] for line in worker.view.choices if line.split(" ", 1)[1].startswith(text)]
    assert len(found) == 1, (text, worker.view.choices)
    return worker.scan(found[0])


def confirmed(worker: Worker) -> Worker:
    """Type the two digits that are asked for."""
    assert worker.view.prompt.startswith("Type "), worker.view
    return worker.scan(worker.view.prompt.removeprefix("Type "))


def ordered(worker: Worker, **values: str) -> Worker:
    """Make an order through the screen; `values`: what is typed behind the label."""
    choose(worker, "New order")
    for label, value in values.items():
        choose(worker, label.replace("_", " "))
        worker.scan(value)
    return choose(worker, "Make the order").is_ok()


def counted(*scans: str, user: str = "CAT", bin_code: str = "A-01", choice: str = "") -> Worker:
    """Somebody counts and hands in."""
    worker = signed_in(user, terminal=next(TERMINALS)).scan("10")
    if choice:
        worker.scan(choice)
    worker.scan(f"BIN:{bin_code}", *scans).post()
    assert worker.said.startswith("Handed in"), worker.said
    return worker


def counted_lines() -> list[tuple[str, str, Any, Any]]:
    """Item, bin, expected, counted of every count entry."""
    return list(count_entries())


def in_stock(item: str, bin_code: str | None = None) -> Any:
    return on_hand(item, bin_code=bin_code)


def the_order(order_no: int = 1) -> CountOrder:
    found = count_orders.read_order(order_no)
    assert found is not None
    return found


def lines() -> list[tuple[str, str, Any]]:
    """Bin, item, expected of the order's lines."""
    return [(one.bin_code, one.item_no, one.quantity_expected) for one in count_orders.order_lines(1)]


# ---- making orders


def test_an_order_is_made_with_its_lines_and_what_was_skipped_is_named() -> None:
    a_warehouse()
    purchased("1000", "5")
    purchased("NUT", "7", bin_code="A-02")
    put_masters([("item", {"no": "NUT", "blocked": True})])
    worker = choose(choose(supervising(), "New order"), "Make the order")
    assert worker.said == "CO1: 1 line added. Skipped: 1."
    assert worker.view.text == (worker.said, "Skipped: NUT (blocked)")
    assert lines() == [("A-01", "1000", 5)]


def test_what_is_counted_is_said_by_filters_thresholds_and_flags() -> None:
    a_warehouse()
    purchased("1000", "5")
    purchased("1000", "5", bin_code="A-02")
    purchased("NUT", "7")
    worker = choose(supervising(), "New order")
    for label, value in (
        ("Bins", "a-01"),
        ("Items", "1000|x*"),
        ("Recount above quantity", "2"),
        ("Recount above percent", "5,5"),
    ):
        choose(worker, label).scan(value)
    choose(worker, "Blind")
    choose(worker, "Lock bins")
    choose(worker, "Text").scan("Screws")
    assert "Items: 1000|X*" in [line.split(" ", 1)[1] for line in worker.view.choices]
    choose(worker, "Make the order")
    order = the_order()
    assert (order.bin_filter, order.item_filter, order.blind, order.four_eyes, order.lock_bins) == (
        "A-01",
        "1000|X*",
        False,
        True,
        True,
    )
    assert order.thresholds == Thresholds(Decimal(2), Decimal("5.5"))
    assert order.description == "Screws"
    assert lines() == [("A-01", "1000", 5)]
    assert worker.view.title == "CO1 open"


def test_what_is_at_zero_is_counted_only_where_that_is_asked_for() -> None:
    a_warehouse()
    purchased("1000", "5")
    purchased("NUT", "7")
    sold("NUT", "7")
    worker = choose(supervising(), "New order")
    choose(worker, "Also what is at 0")
    choose(worker, "Make the order")
    assert lines() == [("A-01", "1000", 5), ("A-01", "NUT", 0)]


def test_a_wrong_date_or_number_is_refused_and_asked_again() -> None:
    a_warehouse()
    worker = choose(choose(supervising(), "New order"), "Posting date").scan("yesterday")
    worker.is_refused("No date").key(Command.BACK).scan("310127").is_ok()
    choose(worker, "Recount above value").scan("many").is_refused("No number").key(Command.BACK, Command.BACK)
    assert worker.view.title == "New count order"


def test_without_the_right_nobody_gets_in() -> None:
    a_warehouse()
    for user in ("ANN", "CAT", "VIC"):
        supervising(user).is_refused("may not")


# ---- what is due


def test_what_is_due_today_is_listed_and_ordered_from_the_list_and_is_due_again_in_its_next_window() -> None:
    """Given frequency 4 and a count on 2027-02-10, then the next window is 2027-04-01..2027-06-30."""
    a_warehouse()
    with held_at(datetime(2027, 2, 10, 12).astimezone()):
        count_schedule.put_period("Q", "Quarterly", 4)
        for item in ("1000", "NUT"):
            purchased(item, "5")
            count_schedule.schedule(item, "Q")
        purchased("OIL", "5")
        worker = choose(supervising(), "Due today: 2")
        assert [line.split(" ", 1)[1] for line in worker.view.choices] == [
            "Order all: 2",
            "1000 until 2027-03-31",
            "NUT until 2027-03-31",
        ]
        choose(worker, "Order all").is_ok()
        assert lines() == [("A-01", "1000", 5), ("A-01", "NUT", 5)]
        counted(PCS, "5", "NUT", "5")
        approved_and_posted(worker)
    assert fetch("SELECT item_no, next_start, next_end FROM counting_schedule ORDER BY item_no") == [
        ("1000", "2027-04-01", "2027-06-30"),
        ("NUT", "2027-04-01", "2027-06-30"),
    ]
    with held_at(datetime(2027, 2, 11, 12).astimezone()):
        assert supervising().view.choices[1] == "2 Due today: 0"


def test_one_item_that_is_due_is_ordered_alone_and_what_is_overdue_comes_first() -> None:
    a_warehouse()
    with held_at(datetime(2026, 10, 1, 12).astimezone()):
        count_schedule.put_period("M", "Monthly", 12)
        count_schedule.schedule("NUT", "M")
    with held_at(datetime(2026, 11, 10, 12).astimezone()):
        count_schedule.put_period("Y", "Yearly", 1)
        count_schedule.schedule("1000", "Y")
        purchased("1000", "5")
        purchased("NUT", "5")
        worker = choose(supervising(), "Due today: 2")
        assert worker.view.choices[1].endswith("NUT overdue since 2026-10-31")
        choose(worker, "NUT").is_ok()
        assert lines() == [("A-01", "NUT", 5)]


def approved_and_posted(worker: Worker, approver: str = "SUE") -> Worker:
    """Finish, approve and post the order on the screen."""
    choose(worker, "Finish").is_ok()
    choose(worker, "Approve")
    if worker.view.choices:
        worker.scan("2")
    else:
        confirmed(worker)
    worker.is_ok()
    choose(worker, "Post")
    return confirmed(worker).is_ok()


# ---- what came of it


def test_differences_are_shown_by_value_and_by_quantity_with_what_all_of_them_come_to() -> None:
    a_warehouse()
    purchased("1000", "10", at="1")
    purchased("NUT", "10", at="100")
    worker = ordered(supervising())
    counted(PCS, "4", "NUT", "11")
    choose(worker, "Value differences")
    assert worker.view.text == (
        "2 of 2 lines counted, 2 differences. Value +94: over +100, short -6.",
        "A-01 NUT: 10 → 11 (+1) value +100",
        "A-01 1000: 10 → 4 (-6) value -6",
    )
    worker.key(Command.BACK)
    choose(worker, "Count differences")
    assert worker.view.text[1].startswith("A-01 1000")
    worker.scan("1").is_refused()


def test_the_differences_of_a_posted_order_are_those_that_were_posted() -> None:
    a_warehouse()
    purchased("1000", "10", at="1")
    worker = ordered(supervising())
    counted(PCS, "4")
    approved_and_posted(worker)
    choose(choose(choose(worker, "Posted"), "CO1"), "Value differences")
    assert worker.view.text[1] == "A-01 1000: 10 → 4 (-6) value -6"


def test_an_order_is_counted_finished_approved_and_posted() -> None:
    a_warehouse()
    purchased("1000", "10")
    worker = ordered(supervising())
    assert worker.view.progress == (0, 1)
    counted(PCS, "7")
    approved_and_posted(worker)
    assert worker.said.startswith("Posted: CO1, register ")
    assert counted_lines() == [("1000", "A-01", 10, 7)]
    assert in_stock("1000") == 7
    assert the_order().status == "posted"
    assert the_order().approved_by == "SUE"


def test_what_is_not_ready_is_named_when_the_order_is_finished() -> None:
    a_warehouse()
    purchased("1000", "10")
    purchased("NUT", "3")
    worker = ordered(supervising())
    at_work = signed_in("BOB", terminal=next(TERMINALS)).scan("10", "BIN:A-01", PCS)
    choose(worker, "Finish").is_refused("Still counting: 1 BOB")
    at_work.post()
    choose(worker.key(Command.BACK), "Finish").is_refused("Not counted: A-01 NUT")
    assert in_stock("NUT") == 3


def test_the_rest_is_set_to_0_or_removed_by_the_supervisor_with_the_list_and_two_digits() -> None:
    a_warehouse()
    for item in ("1000", "NUT", "OIL"):
        purchased(item, "3")
    worker = ordered(supervising())
    counted(PCS, "3")
    choose(worker, "Not counted: 2")
    choose(worker, "List")
    assert " ".join(worker.view.text) == "A-01 NUT A-01 OIL"
    choose(worker, "Remove 2 lines")
    assert " ".join(worker.view.text[1:]) == "A-01 NUT A-01 OIL"
    worker.key(Command.BACK)
    assert worker.said == "Nothing changed."
    assert len(lines()) == 3
    confirmed(choose(worker, "Remove 2 lines")).is_ok()
    assert worker.said == "Removed: 2 lines."
    assert lines() == [("A-01", "1000", 3)]
    other = ordered(supervising())
    counted(PCS, "3", choice="2")
    confirmed(choose(choose(other, "Not counted: 2"), "Set 2 lines to 0")).is_ok()
    assert other.said == "Set to 0: 2 lines."
    assert in_stock("NUT") == 3, "nothing is posted by that"


def test_another_posting_date_works_everything_expected_out_again() -> None:
    a_warehouse()
    purchased("1000", "10", on=date(2026, 1, 5))
    purchased("1000", "5", on=date(2026, 1, 20))
    worker = ordered(supervising(), Posting_date="100126")
    assert lines() == [("A-01", "1000", 10)]
    choose(worker, "Posting date").scan("310126").is_ok()
    assert lines() == [("A-01", "1000", 15)]
    assert worker.said == "Posting date 2026-01-31: expected is worked out again."


def test_lines_that_came_since_are_calculated_again_without_doubles() -> None:
    a_warehouse()
    purchased("1000", "10")
    worker = ordered(supervising())
    purchased("NUT", "5")
    assert choose(worker, "Calculate lines again").said == "CO1: 1 line added."
    assert choose(worker, "Calculate lines again").said == "CO1: 0 lines added."


# ---- recounts and decisions


def test_above_a_threshold_it_is_counted_again_and_two_equal_counts_are_accepted() -> None:
    a_warehouse()
    purchased("1000", "10")
    worker = ordered(supervising(), Recount_above_quantity="1")
    counted(PCS, "7")
    choose(worker, "Finish").is_refused("Not ready: A-01 1000")
    choose(worker.key(Command.BACK), "Recount").is_ok()
    assert worker.said == "Recount of 1 line is ready, for somebody who has not counted them."
    counted(PCS, "7", user="BOB", choice="2")
    choose(worker, "Finish").is_ok()


def test_two_counts_that_disagree_are_decided_by_the_supervisor_or_counted_a_third_time() -> None:
    a_warehouse()
    purchased("1000", "10")
    worker = ordered(supervising(), Recount_above_quantity="1")
    counted(PCS, "7")
    choose(worker, "Recount")
    counted(PCS, "9", user="BOB", choice="2")
    choose(worker, "Decide")
    assert worker.view.choices == ("1 A-01 1000: 10 → 9 (-1) value -10 counts disagree",)
    worker.scan("1")
    assert [line.split(" ", 1)[1] for line in worker.view.choices] == [
        "Accept count 1: 7 (-3)",
        "Accept count 2: 9 (-1)",
        "Count again",
    ]
    worker.scan("3").is_ok()
    counted(PCS, "8", user="ANN", choice="2")
    choose(worker.key(Command.BACK), "Decide").scan("1")
    choose(worker, "Accept count 2").is_ok()
    assert worker.view.title == "CO1 open"
    choose(worker, "Decide")
    assert worker.said == "Nothing to decide."
    choose(worker, "Finish").is_ok()
    assert [one.pass_no for one in count_recordings.all_recorded(1)] == [1, 2, 3]


def test_what_came_late_is_ignored_included_or_counted_again() -> None:
    a_warehouse()
    with held_at(datetime(2027, 2, 10, 12).astimezone()):
        purchased("1000", "10", on=date(2027, 2, 1))
        worker = ordered(supervising())
        counted(PCS, "8")
        posted(journal_line_of("1000", "2", date(2027, 2, 5)))
        choose(worker, "Decide").scan("1")
        assert [line.split(" ", 1)[1] for line in worker.view.choices] == [
            "Ignore what came late: -2",
            "Include what came late: -2",
            "Count again",
        ]
        worker.scan("2").is_ok()
        approved_and_posted(worker)
    assert in_stock("1000") == 8
    assert [kind for kind, _item, _quantity in entries()] == ["purchase", "sale"]


def journal_line_of(item: str, quantity: str, on: date) -> Any:
    from db.posting.lines import EntryType

    return journal_line(EntryType.SALE, item, quantity, "EAST", "A-01", on=on)


# ---- four eyes


def test_the_counter_cannot_approve_own_lines_and_another_can_with_the_reason_that_a_large_difference_needs() -> None:
    """Approval: role `count_approve`; reason code required over the threshold; four eyes."""
    a_warehouse()
    purchased("1000", "10")
    worker = ordered(supervising(), Recount_above_quantity="1")
    worker.key(Command.BACK, Command.BACK)
    counted(PCS, "7", user="SUE")
    worker = choose(supervising(), "CO1 open")
    choose(worker, "Recount")
    counted(PCS, "7", user="BOB", choice="2")
    choose(worker, "Finish").is_ok()
    choose(worker, "Approve").scan("1").is_refused("Not approved: SUE may not approve their own count")
    worker.key(Command.BACK)
    assert not any("Post" in line for line in worker.view.choices)
    sam = choose(another_supervisor(), "CO1 finished")
    choose(sam, "Approve").scan("1").is_refused("Reason needed: A-01 1000")
    choose(sam.key(Command.BACK), "Approve").scan("2").is_ok()
    confirmed(choose(sam, "Post")).is_ok()
    assert fetch("SELECT reason_code, user_code FROM item_register WHERE operation = 'count'") == [("FOUND", "SAM")]


def test_a_finished_order_goes_back_to_counting_and_loses_its_approval() -> None:
    a_warehouse()
    purchased("1000", "10")
    worker = ordered(supervising())
    counted(PCS, "7")
    choose(worker, "Finish")
    choose(worker, "Approve").scan("1")
    confirmed(choose(worker, "Back to counting")).is_ok()
    assert (the_order().status, the_order().approved_by) == ("open", "")


# ---- recordings and codes that nothing had


def test_a_recording_is_reopened_or_thrown_away() -> None:
    """Given two recordings on one line, when both finish …; reopening one makes the order unfinishable."""
    a_warehouse()
    purchased("1000", "10")
    worker = ordered(supervising())
    counted(PCS, "7")
    choose(choose(worker, "Recordings: 1"), "CAT 1 line handed in")
    confirmed(choose(worker, "Reopen it, to be counted on")).is_ok()
    choose(worker.key(Command.BACK), "Finish").is_refused("Still counting: 1 CAT")
    choose(worker.key(Command.BACK), "Recordings: 1")
    choose(worker, "CAT 1 line open")
    confirmed(choose(worker, "Throw it away, with 1 line")).is_ok()
    assert count_recordings.recordings_of(1) == []


def test_an_order_that_somebody_handed_in_for_is_not_deleted() -> None:
    a_warehouse()
    purchased("1000", "10")
    worker = ordered(supervising())
    counted(PCS, "7")
    confirmed(choose(worker, "Delete")).is_refused("Not possible: CO1 is counted by somebody already.")
    other = ordered(supervising())
    confirmed(choose(other, "Delete")).is_ok()
    assert count_orders.read_order(2) is None


def test_an_unknown_code_is_linked_by_the_supervisor_and_what_was_found_is_counted_as_of_then() -> None:
    """Item unknown: record barcode + free text + quantity as an orphan, to be linked or discarded before finishing."""
    a_warehouse()
    purchased("1000", "10")
    worker = ordered(supervising())
    counted(PCS, "10", "4711-X", "3", "NUT", "2")
    purchased("NUT", "50")
    choose(worker, "Finish").is_refused("Unknown codes: 4711-X")
    choose(worker.key(Command.BACK), "Unknown codes: 1")
    assert worker.view.choices[0].startswith("1 4711-X 3 A-01 CAT")
    worker.scan("1")
    choose(worker, "Link to an item").scan("NUT")
    assert worker.view.choices == ("1 PCS",)
    worker.scan("1").is_ok()
    assert worker.said == "4711-X is NUT PCS now. Counted: 3 PCS."
    approved_and_posted(worker)
    assert counted_lines() == [("1000", "A-01", 10, 10), ("NUT", "A-01", 0, 5)]
    assert in_stock("NUT") == 55
    signed_in("ANN", terminal=next(TERMINALS)).scan("4", "4711-X").is_ok()


def test_an_unknown_code_of_tracked_goods_is_linked_and_has_to_be_counted_again() -> None:
    a_warehouse()
    purchased("1000", "10")
    worker = ordered(supervising())
    counted(PCS, "10", "4711-X")
    choose(choose(worker, "Unknown codes: 1"), "4711-X")
    choose(worker, "Link to an item").scan("SALINE", "1")
    assert worker.said == "4711-X is SALINE PCS now. It has numbers: count it again."
    assert [one.item_no for one in count_recordings.all_recorded(1)] == ["1000"]


def test_an_unknown_code_is_discarded_and_cannot_be_decided_twice() -> None:
    a_warehouse()
    purchased("1000", "10")
    worker = ordered(supervising())
    counted(PCS, "10", "4711-X")
    other = choose(another_supervisor(), "CO1")
    for one in (worker, other):
        choose(choose(one, "Unknown codes: 1"), "4711-X")
    choose(worker, "Discard").is_ok()
    assert worker.said == "Discarded: 4711-X."
    choose(other, "Discard").is_refused("is decided already")
    assert count_orphans.orphans_of(1) == []
    choose(worker, "Finish").is_ok()


@pytest.mark.parametrize("scans", [("4711-X",), ("4711-X", "4711-X"), ("NUT", "4711-X")])
def test_what_a_supervisor_linked_is_not_taken_back_by_the_undo_of_whoever_still_counts(scans: tuple[str, ...]) -> None:
    a_warehouse()
    purchased("NUT", "10")
    worker = ordered(supervising())
    counting = signed_in("CAT", terminal=next(TERMINALS)).scan("10", "BIN:A-01", *scans)
    choose(choose(worker, "Unknown codes: 1"), "4711-X")
    choose(worker, "Link to an item").scan("NUT", "1").is_ok()
    for _scan in scans:
        counting.key(Command.UNDO).is_refused("Nothing to undo").key(Command.CLEAR)
    counting.scan("4711-X").is_ok()
    assert [one.quantity for one in count_recordings.all_recorded(1)] == [len(scans) + 1]
    assert count_orphans.orphans_of(1) == []


def test_a_number_that_would_take_the_place_of_what_a_supervisor_linked_meanwhile_is_asked_about() -> None:
    a_warehouse()
    purchased("NUT", "10")
    worker = ordered(supervising())
    counting = signed_in("CAT", terminal=next(TERMINALS)).scan("10", "BIN:A-01", "4711-X", "NUT")
    choose(choose(worker, "Unknown codes: 1"), "4711-X")
    choose(worker, "Link to an item").scan("NUT", "1").is_ok()
    assert counting.scan("12").said == "2 PCS → 12 PCS?"
    counting.key(Command.BACK)
    assert [one.quantity for one in count_recordings.all_recorded(1)] == [2]
    counting.scan("12").key(Command.POST)
    assert [one.quantity for one in count_recordings.all_recorded(1)] == [12]


@pytest.mark.parametrize("decision", ["Link to an item", "Discard"])
def test_a_quantity_typed_behind_an_unknown_code_that_was_decided_meanwhile_is_refused_not_lost(decision: str) -> None:
    a_warehouse()
    purchased("NUT", "10")
    worker = ordered(supervising())
    counting = signed_in("CAT", terminal=next(TERMINALS)).scan("10", "BIN:A-01", "4711-X")
    choose(choose(worker, "Unknown codes: 1"), "4711-X")
    choose(worker, decision)
    if decision != "Discard":
        worker.scan("NUT", "1").is_ok()
    counting.scan("12").is_refused("CO1 4711-X is decided already").key(Command.CLEAR)
    counting.scan("NUT").is_ok().scan("12")


# ---- locked bins


def test_a_bin_is_locked_while_it_is_counted_until_it_is_handed_in_or_released() -> None:
    """freeze_policy = lock bins: bins with open recordings refuse postings; supervisors can release a bin."""
    a_warehouse()
    purchased("1000", "10")
    purchased("1000", "10", bin_code="A-02")
    worker = choose(supervising(), "New order")
    choose(worker, "Lock bins")
    choose(worker, "Make the order")
    with held_at(datetime(2027, 2, 10, 10, 42).astimezone()):
        at_shelf = signed_in("CAT", terminal=next(TERMINALS)).scan("10", "BIN:A-01", PCS, "10")
    bob = signed_in("BOB", terminal=next(TERMINALS)).scan("3", "BIN:A-01", PCS, "1", "BIN:A-03").post()
    bob.is_refused("Bin A-01 is being counted by CAT since 10:42 (CO1). Nothing booked.")
    choose(choose(worker, "Locked bins: 1"), "A-01: CAT since 10:42")
    confirmed(worker).is_ok()
    assert worker.said == "Released: A-01."
    bob.key(Command.BACK).post().is_ok()
    assert in_stock("1000", bin_code="A-03") == 1
    at_shelf.scan("BIN:A-02", PCS, "10")
    assert [one.bin_code for one in count_locks.locked_bins(1)] == ["A-02"]
    at_shelf.post()
    assert count_locks.locked_bins(1) == []
    purchased("1000", "1", bin_code="A-02")


def test_an_undo_does_not_reach_into_a_locked_bin() -> None:
    a_warehouse()
    purchased("1000", "10")
    bob = signed_in("BOB", terminal=next(TERMINALS)).scan("3", "BIN:A-01", PCS, "1", "BIN:A-03").post().is_ok()
    worker = choose(supervising(), "New order")
    choose(worker, "Lock bins")
    choose(worker, "Make the order")
    signed_in("CAT", terminal=next(TERMINALS)).scan("10", "BIN:A-01", PCS)
    confirmed(bob.key(Command.BACK).scan("5", "1").key(Command.UNDO))
    assert "Bin A-01 is being counted by CAT" in bob.said, bob.view


# ---- posting


def test_more_than_one_part_is_posted_behind_the_supervisor_with_progress_on_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(count_rules.in_parts, "__kwdefaults__", {"at_once": 1})
    a_warehouse()
    for item in ("1000", "NUT", "OIL"):
        purchased(item, "3")
    worker = ordered(supervising())
    counted(PCS, "2", "NUT", "3", "OIL", "4")
    choose(worker, "Finish")
    choose(worker, "Approve").scan("1")
    confirmed(choose(worker, "Post 3 lines")).is_ok()
    assert worker.said == "Being posted: 1 of 3 lines. This page shows how far it is."
    until(lambda: the_order().status == "posted")
    assert worker.key(Command.CLEAR).view.progress == (3, 3)
    assert len(count_entries()) == 3
    assert fetch("SELECT DISTINCT document_no FROM item_register WHERE operation = 'count'") == [("CO1",)]


def until(condition: Any) -> None:
    """Wait for what another thread does."""
    for _once in range(600):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen")


def test_what_is_in_the_way_of_posting_is_said_and_the_order_stays() -> None:
    a_warehouse()
    purchased("1000", "10")
    worker = ordered(supervising())
    counted(PCS, "2")
    choose(worker, "Finish")
    choose(worker, "Approve").scan("1")
    sold("1000", "9")
    confirmed(choose(worker, "Post 1 line")).is_refused("Left since: A-01 1000")
    assert the_order().status == "finished"


def test_a_posting_that_was_killed_between_two_parts_goes_on_from_the_menu(monkeypatch: pytest.MonkeyPatch) -> None:
    from db.posting.count_order import post_count_order
    from db.posting.lines import PostedBy

    monkeypatch.setattr(count_rules.in_parts, "__kwdefaults__", {"at_once": 1})
    a_warehouse()
    for item in ("1000", "NUT"):
        purchased(item, "3")
    worker = ordered(supervising())
    counted(PCS, "2", "NUT", "4")
    choose(worker, "Finish")
    choose(worker, "Approve").scan("1")
    post_count_order(1, PostedBy("SUE", "T9", "count_orders"), parts_at_most=1)
    assert the_order().status == "posting"
    again = choose(supervising(), "CO1 being posted")
    confirmed(choose(again, "Post 1 line")).is_ok()
    assert the_order().status == "posted"
    assert (in_stock("1000"), in_stock("NUT")) == (2, 4)


def test_keys_that_mean_nothing_here_change_nothing() -> None:
    a_warehouse()
    purchased("1000", "10")
    worker = ordered(supervising())
    before = fetch("SELECT status, changed_at FROM count_order")
    worker.key(Command.POST, Command.NEXT, Command.LIST, Command.QUANTITY, Command.CLEAR)
    assert worker.level is Level.NOTE
    assert fetch("SELECT status, changed_at FROM count_order") == before
    assert today() is not None


def test_every_page_has_its_help_and_every_help_its_page() -> None:
    a_warehouse()
    purchased("1000", "10")
    purchased("NUT", "10")
    put_masters([("reason", {"code": "X", "description": "x"})])
    worker = choose(supervising(), "New order")
    seen = {helped(worker)}
    seen.add(helped(choose(worker, "Posting date")))
    worker.key(Command.BACK)
    choose(choose(worker, "Lock bins"), "Recount above quantity").scan("1")
    choose(worker, "Make the order")
    counted(PCS, "7", "4711-X")
    seen.add(helped(worker))
    for way in (
        ("Not counted",),
        ("Recordings",),
        ("Recordings", "CAT"),
        ("Unknown codes",),
        ("Unknown codes", "4711-X"),
        ("Unknown codes", "4711-X", "Link"),
        ("Locked bins",),
        ("Decide",),
        ("Decide", "A-01 1000"),
        ("Posting date",),
        ("Value differences",),
    ):
        for text in way:
            choose(worker, text)
        seen.add(helped(worker))
        worker.key(*[Command.BACK for _text in way])
        assert worker.view.title == "CO1 open"
    worker.key(Command.BACK)
    seen.add(helped(worker))
    for page in ("Due today", "Posted"):
        seen.add(helped(choose(worker, page)))
        worker.key(Command.BACK)
    assert seen == {text for step, text in STEPS.items() if step.startswith("count_orders.")}


def helped(worker: Worker) -> str:
    """What F1 says."""
    text = worker.key(Command.HELP).view.text[-1]
    worker.key(Command.HELP, Command.HELP)
    return text


def test_a_list_with_nothing_in_it_says_so() -> None:
    a_warehouse()
    worker = supervising()
    assert choose(worker, "Posted").said == "Nothing posted yet."
    assert choose(worker.key(Command.BACK), "Due today").said == "Nothing is due."
