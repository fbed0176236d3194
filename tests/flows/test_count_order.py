"""An ordered count at the shelf: recordings that add up and change hands, recounts, unknown codes, empty bins."""

from datetime import datetime
from decimal import Decimal
from itertools import count as count_up
from typing import Any

import pytest

from db.connection import fetch
from db.core.clock import held_at
from db.work import count_finish, count_hand_in, count_orders, count_orphans, count_recordings
from db.work.count_orders import NewCountOrder
from db.work.count_rules import Thresholds
from stockterm.flows.help import STEPS, help_for_ask
from stockterm.flows.tokens import Command
from stockterm.flows.view import Level
from tests.flows.warehouse import Worker, a_warehouse, counting, on_hand, purchased, signed_in, sold
from tests.support.count_orders import differences, needs

pytestmark = pytest.mark.usefixtures("database")
PCS, BOX = "9528765432108", "19528765432105"
JOB = "10"
TERMINALS = (f"T{number}" for number in count_up(100))


def an_order(*, location: str = "EAST", **fields: Any) -> int:
    """A count of a location, ordered by SUE; its number."""
    from db.core import clock

    one = count_orders.create_order(NewCountOrder(location, clock.today(), **fields), "SUE")
    count_finish.calculate_lines(one)
    return one


def at_shelf(
    user: str = "CAT", *, terminal: str = "", bin_code: str = "A-01", choice: str = "", location: str = "EAST"
) -> Worker:
    """Somebody counting for the order, with a bin open. `choice`: where several recordings can be chosen."""
    worker = signed_in(user, terminal=terminal or next(TERMINALS), location=location).scan(JOB)
    if choice:
        worker.scan(choice)
    return worker.scan(f"BIN:{bin_code}") if bin_code else worker


def handed_in(worker: Worker) -> Worker:
    """F10 and the two digits."""
    worker.post()
    assert worker.said.startswith("Handed in"), worker.said
    return worker


def recorded() -> list[tuple[str, str, Any, str]]:
    """Bin, item, quantity, counter of every line in every recording."""
    return [(one.bin_code, one.item_no, one.quantity, one.counted_by) for one in count_recordings.all_recorded(1)]


# ---- beginning


def test_without_an_order_there_is_nothing_to_count() -> None:
    a_warehouse()
    signed_in("CAT").scan(JOB).is_refused("no count is ordered here")


def test_one_order_is_begun_at_once_and_says_how_many_bins_are_left() -> None:
    a_warehouse()
    purchased("1000", "5")
    purchased("NUT", "5", bin_code="A-02")
    an_order()
    worker = signed_in("CAT").scan(JOB).is_ok()
    assert worker.said == "CO1: 2 of 2 bins left. Scan a bin."
    assert worker.view.title == "CO1 EAST"


def test_several_orders_are_chosen_from_a_list() -> None:
    a_warehouse()
    purchased("1000", "5")
    an_order(description="Screws", item_filter="1000")
    an_order(description="All")
    worker = signed_in("CAT").scan(JOB)
    assert worker.view.choices == ("1 CO1 Screws", "2 CO2 All")
    worker.scan("2").is_ok()
    assert worker.view.title == "CO2 EAST"


def test_a_location_without_bins_begins_with_the_item() -> None:
    a_warehouse()
    purchased("1000", "5", location="SHOP")
    an_order(location="SHOP")
    worker = at_shelf(location="SHOP", bin_code="").scan(PCS, PCS)
    handed_in(worker)
    assert recorded() == [("", "1000", Decimal(2), "CAT")]


def test_choosing_can_be_left_by_f3() -> None:
    a_warehouse()
    purchased("1000", "5")
    an_order()
    an_order()
    worker = signed_in("CAT").scan(JOB).key(Command.BACK)
    assert worker.view.title == "EAST Cat"


# ---- recordings that add up and change hands


def test_two_counters_on_one_order_add_up_and_the_second_in_a_bin_is_asked_first() -> None:
    a_warehouse()
    purchased("1000", "10")
    one = an_order()
    ann = at_shelf("ANN").scan(PCS, "4")
    bob = at_shelf("BOB", choice="1", bin_code="").scan("BIN:A-01")
    assert "Bin A-01 is in the count of ANN since" in bob.said
    assert "It adds up" in bob.said
    bob.key(Command.POST).is_ok().scan(PCS, "6")
    assert ("Also counting", "ANN") in bob.view.facts
    handed_in(ann)
    handed_in(bob)
    assert recorded() == [("A-01", "1000", Decimal(4), "ANN"), ("A-01", "1000", Decimal(6), "BOB")]
    assert differences(one) == [("A-01 1000", 0)]


def test_the_second_in_a_bin_may_say_no_and_goes_elsewhere() -> None:
    a_warehouse()
    purchased("1000", "10")
    an_order()
    at_shelf("ANN").scan(PCS)
    bob = at_shelf("BOB", choice="1").key(Command.BACK)
    assert bob.view.title == "CO1 EAST"
    bob.scan("BIN:A-02").is_ok()


def test_a_recording_is_taken_over_at_another_terminal_by_another_user_and_lines_keep_who_counted_them() -> None:
    a_warehouse()
    purchased("1000", "10")
    purchased("NUT", "3", bin_code="A-02")
    an_order()
    ann = at_shelf("ANN").scan(PCS, "10")
    bob = signed_in("BOB", terminal="T2").scan(JOB)
    assert bob.view.choices == ("1 Count myself", "2 Take over from ANN: 1 line")
    bob.scan("2").is_ok().scan("BIN:A-02", "NUT", "3")
    ann.scan(PCS).is_refused("Taken over: BOB has this recording now. Not counted.")
    ann.key(Command.BACK, Command.UNDO).is_refused("Taken over")
    handed_in(bob)
    assert recorded() == [("A-01", "1000", Decimal(10), "ANN"), ("A-02", "NUT", Decimal(3), "BOB")]


def test_who_took_a_recording_over_can_undo_what_the_other_had_scanned() -> None:
    a_warehouse()
    purchased("1000", "10")
    an_order()
    at_shelf("ANN").scan(PCS, PCS)
    bob = signed_in("BOB", terminal="T2").scan(JOB, "2").key(Command.UNDO).is_ok()
    bob.scan("NUT").is_ok()
    assert recorded() == [("A-01", "1000", Decimal(1), "ANN"), ("A-01", "NUT", Decimal(1), "BOB")]


def test_the_same_user_goes_on_at_another_terminal() -> None:
    a_warehouse()
    purchased("1000", "10")
    an_order()
    at_shelf("ANN", terminal="T1").scan(PCS)
    there = signed_in("ANN", terminal="T2")
    assert there.view.title == "CO1 A-01"
    there.scan(PCS).is_ok()
    assert recorded() == [("A-01", "1000", Decimal(2), "ANN")]


def test_a_badge_in_the_middle_of_it_gives_the_recording_away_and_lines_before_and_after_have_different_users() -> None:
    a_warehouse()
    purchased("1000", "10")
    purchased("NUT", "3")
    an_order()
    worker = at_shelf("ANN").scan(PCS, "10").scan("B-BOB-1846").is_ok()
    assert worker.view.title == "CO1 A-01"
    worker.scan("NUT", "3")
    handed_in(worker)
    assert recorded() == [("A-01", "1000", Decimal(10), "ANN"), ("A-01", "NUT", Decimal(3), "BOB")]
    assert fetch("SELECT COUNT(*) FROM count_orphan") == [(0,)], "a badge is no unknown code"


def test_undo_after_a_badge_takes_back_the_scan_of_the_one_before_and_the_recording_stays() -> None:
    a_warehouse()
    purchased("1000", "10")
    an_order()
    worker = at_shelf("ANN").scan(PCS, PCS, "B-BOB-1846").key(Command.UNDO).is_ok()
    worker.scan("NUT").is_ok()
    assert recorded() == [("A-01", "1000", Decimal(1), "ANN"), ("A-01", "NUT", Decimal(1), "BOB")]


def test_a_recording_that_was_thrown_away_says_so_and_another_is_begun() -> None:
    a_warehouse()
    purchased("1000", "10")
    one = an_order()
    worker = at_shelf().scan(PCS)
    count_hand_in.drop_recording(one, 1)
    worker.scan(PCS).is_refused("CO1/1 is thrown away")
    worker.key(Command.BACK, Command.BACK).scan(JOB).is_ok()
    worker.scan("BIN:A-01", PCS).is_ok()
    assert [line[2] for line in recorded()] == [1]


# ---- scanning


def test_a_multiplier_goes_with_the_scan_that_is_undone() -> None:
    a_warehouse()
    purchased("1000", "10")
    an_order()
    worker = at_shelf().scan("12*").scan(PCS).key(Command.UNDO).is_ok().scan(PCS)
    assert worker.view.quantity == "1 PCS"


def test_lots_are_asked_for_and_stay_and_serials_count_one_each() -> None:
    a_warehouse()
    purchased("SALINE", "5", lot="L1")
    purchased("DRILL", "2", bin_code="A-02", serials=["S1", "S2"])
    one = an_order()
    worker = at_shelf().scan("SALINE", "L1", "5").scan("BIN:A-02", "DRILL", "S1", "S2")
    handed_in(worker)
    assert differences(one) == [("A-01 SALINE", 0), ("A-02 DRILL", 0)]


def test_given_sn1_recorded_by_ann_when_bob_scans_sn1_in_the_same_order_then_refused_ann_s_bin_and_time_are_shown() -> None:
    """Given SN1 recorded by Ann, when Bob scans SN1 in the same order, then refused, Ann's bin and time are shown."""
    a_warehouse()
    purchased("DRILL", "1", serials=["SN1"])
    an_order()
    with held_at(datetime(2027, 2, 10, 10, 42).astimezone()):
        ann = at_shelf("ANN").scan("DRILL", "SN1")
        bob = at_shelf("BOB", choice="1", bin_code="A-02").scan("DRILL")
        bob.scan("sn1").is_refused("SN1", "A-01 (ANN 10:42)")
        handed_in(ann)
        bob.key(Command.BACK).scan("sn1").is_refused("A-01 (ANN 10:42)")
    assert [line[0] for line in recorded()] == ["A-01"]


def test_f9_with_nothing_counted_says_that_the_bin_is_empty_also_of_what_has_left_the_books_since() -> None:
    a_warehouse()
    purchased("1000", "5")
    purchased("NUT", "2")
    one = an_order()
    sold("NUT", "2")
    worker = at_shelf().key(Command.NEXT)
    assert worker.said.startswith("A-01 empty? Everything there is counted as 0.")
    worker.key(Command.POST).is_ok()
    handed_in(worker)
    assert sorted((item, quantity) for _bin, item, quantity, _by in recorded()) == [("1000", 0), ("NUT", 0)]
    assert all(line.confirmed_empty for line in count_recordings.all_recorded(one))
    assert differences(one) == [("A-01 1000", -5), ("A-01 NUT", 0)]


def test_an_empty_bin_can_be_taken_back() -> None:
    a_warehouse()
    purchased("1000", "5")
    an_order()
    worker = at_shelf().key(Command.NEXT, Command.POST, Command.UNDO).is_ok()
    assert recorded() == []
    assert worker.view.title == "CO1 A-01"


def test_found_but_not_expected_is_taken_and_only_a_count_that_is_not_blind_says_so() -> None:
    a_warehouse()
    purchased("1000", "5")
    one = an_order()
    worker = at_shelf().scan("NUT").is_ok()
    assert worker.said == "+1 PCS: 1 PCS"
    handed_in(worker)
    assert differences(one) == [("A-01 1000", 0), ("A-01 NUT", 1)]
    an_order(blind=False)
    seeing = at_shelf("ANN", choice="2").scan("NUT")
    assert seeing.said == "Not expected in A-01: NUT. Recorded as found: 1. F5 takes it back."
    assert seeing.scan(PCS).is_ok().said == "+1 PCS: 1 PCS"


def test_nothing_is_zero_because_it_was_not_counted() -> None:
    a_warehouse()
    purchased("1000", "5")
    purchased("NUT", "5")
    one = an_order()
    handed_in(at_shelf().scan(PCS, "5"))
    assert needs(one) == ["", "count"]
    assert on_hand("NUT") == 5


def test_goods_booked_out_between_counting_and_posting_are_no_difference() -> None:
    a_warehouse()
    purchased("1000", "10")
    one = an_order()
    handed_in(at_shelf().scan(PCS, "10"))
    sold("1000", "4")
    assert differences(one) == [("A-01 1000", 0)]


def test_f4_lists_the_bins_that_nobody_has_counted_in() -> None:
    a_warehouse()
    for bin_code in ("A-01", "A-02", "A-03"):
        purchased("1000", "5", bin_code=bin_code)
    an_order()
    worker = at_shelf("CAT", bin_code="A-02").scan(PCS).key(Command.NEXT, Command.LIST)
    assert worker.view.text == ("2 of 3 bins left.", "A-01 A-03")
    assert worker.view.progress == (1, 3)


def test_f10_names_the_bins_that_were_not_visited_before_it_hands_in() -> None:
    a_warehouse()
    for bin_code in ("A-01", "A-02", "A-03"):
        purchased("1000", "5", bin_code=bin_code)
    an_order()
    worker = at_shelf().scan(PCS).key(Command.POST)
    assert worker.view.text[1:] == ("Not visited: A-02 A-03",)
    worker.key(Command.BACK)
    assert worker.said == "Not handed in."


def test_a_kill_after_the_digits_hands_in_once() -> None:
    """The recording is handed in, the echo never came: the same digits again find it done."""
    a_warehouse()
    purchased("1000", "5")
    one = an_order()
    worker = at_shelf().scan(PCS).key(Command.POST)
    count_hand_in.finish_recording(one, 1, "CAT")
    worker.scan(worker.view.prompt.removeprefix("Type "))
    assert worker.said == "Handed in for CO1: 1 line."
    assert [one.status for one in count_recordings.recordings_of(one)] == ["finished"]


def test_a_killed_session_goes_on_in_the_same_bin_with_everything_scanned() -> None:
    a_warehouse()
    purchased("1000", "5")
    an_order()
    at_shelf(terminal="T1").scan(PCS, PCS)
    fetch("UPDATE work_session SET process = ''")
    resumed = Worker("T1")
    assert resumed.view.title == "CO1 A-01"
    resumed.scan(PCS).is_ok()
    assert recorded() == [("A-01", "1000", Decimal(3), "CAT")]


# ---- recounts


def a_recount(*, thresholds: Thresholds) -> int:
    """10 are expected, CAT has counted 8; above the threshold, so that a recount is wanted."""
    purchased("1000", "10", at="4")
    purchased("NUT", "3")
    one = an_order(thresholds=thresholds)
    handed_in(at_shelf().scan(PCS, "8").scan("NUT", "3"))
    assert needs(one) == ["recount", ""]
    count_hand_in.make_recounts(one, "SUE")
    return one


@pytest.mark.parametrize(
    "thresholds", [Thresholds(quantity=Decimal(1)), Thresholds(percent=Decimal(19)), Thresholds(value=Decimal(7))]
)
def test_above_a_threshold_of_quantity_percent_or_value_somebody_else_counts_again(thresholds: Thresholds) -> None:
    a_warehouse()
    one = a_recount(thresholds=thresholds)
    cat = signed_in("CAT", terminal=next(TERMINALS)).scan(JOB)
    assert cat.view.title == "CO1 EAST", "the recount is not offered to who counted before"
    cat.key(Command.BACK)
    bob = signed_in("BOB", terminal="T-BOB").scan(JOB)
    assert bob.view.choices[1] == "2 Count again: 1 line"
    bob.scan("2")
    assert bob.view.text == ("Count again:", "A-01 1000")
    bob.scan("BIN:A-01", "NUT").is_refused("Not asked: NUT in EAST A-01 is not in CO1. Not counted.")
    bob.key(Command.BACK).scan(PCS, "8")
    handed_in(bob)
    assert needs(one) == ["", ""]
    assert [line.pass_no for line in count_recordings.all_recorded(one) if line.item_no == "1000"] == [1, 2]


def test_a_recount_taken_over_by_who_counted_before_is_refused_line_by_line() -> None:
    a_warehouse()
    a_recount(thresholds=Thresholds(quantity=Decimal(1)))
    bob = at_shelf("BOB", choice="2")
    bob.scan("B-CAT-5520").scan(PCS).is_refused("Somebody else: you counted 1000 in EAST A-01 before. Not counted again.")


def test_a_recount_that_leaves_a_line_out_is_not_handed_in() -> None:
    a_warehouse()
    purchased("1000", "10")
    purchased("NUT", "10")
    one = an_order(thresholds=Thresholds(quantity=Decimal(0)))
    handed_in(at_shelf().scan(PCS, "8").scan("NUT", "8"))
    count_hand_in.make_recounts(one, "SUE")
    bob = at_shelf("BOB", choice="2").scan(PCS, "8").post()
    bob.is_refused("Not counted: A-01 NUT")


def test_what_two_people_counted_is_counted_again_by_each_other() -> None:
    a_warehouse()
    purchased("1000", "10")
    purchased("NUT", "10", bin_code="A-02")
    one = an_order(thresholds=Thresholds(quantity=Decimal(0)))
    ann, bob = at_shelf("ANN").scan(PCS, "9"), at_shelf("BOB", choice="1", bin_code="A-02").scan("NUT", "9")
    handed_in(ann)
    handed_in(bob)
    assert len(count_hand_in.make_recounts(one, "SUE")) == 2
    handed_in(at_shelf("ANN", bin_code="A-02", choice="2").scan("NUT", "9"))
    handed_in(at_shelf("BOB", bin_code="A-01", choice="2").scan(PCS, "9"))
    assert needs(one) == ["", ""]


# ---- unknown codes


def orphans() -> list[tuple[str, str, Any, str]]:
    """Bin, code, quantity, words."""
    return [(one.bin_code, one.barcode, one.quantity, one.description) for one in count_orphans.orphans_of(1)]


def test_a_code_that_nothing_has_is_kept_and_counted_and_scanning_never_stops() -> None:
    a_warehouse()
    purchased("1000", "5")
    an_order()
    worker = at_shelf().scan("4711-X", "4711-X")
    assert (worker.level, worker.view.locked) == (Level.WARNING, False)
    assert worker.said == "UNKNOWN 4711-X: kept, 2. F4 says what it is."
    worker.scan(PCS).is_ok()
    assert orphans() == [("A-01", "4711-X", 2, "")]
    assert recorded() == [("A-01", "1000", Decimal(1), "CAT")]


def test_an_unknown_code_is_counted_by_a_typed_number_described_by_f4_and_taken_back_by_f5() -> None:
    a_warehouse()
    purchased("1000", "5")
    an_order()
    worker = at_shelf().scan("4711-X", "12").is_ok()
    assert worker.view.quantity == "12"
    worker.key(Command.LIST)
    assert worker.view.prompt == "In words"
    worker.scan("red box").is_ok()
    assert orphans() == [("A-01", "4711-X", 12, "red box")]
    worker.key(Command.UNDO)
    assert orphans() == [("A-01", "4711-X", 12, "")]
    worker.key(Command.UNDO, Command.UNDO)
    assert orphans() == []
    worker.scan("3*").scan("4711-X")
    assert orphans() == [("A-01", "4711-X", 3, "")]


def test_a_number_behind_an_unknown_code_that_is_an_item_or_a_bin_is_that_item_or_bin() -> None:
    a_warehouse()
    purchased("1000", "5")
    an_order()
    worker = at_shelf().scan("4711-X", "1000").is_ok()
    assert worker.view.item == "1000"
    worker.scan("4711-X", "1234")
    assert worker.view.title == "CO1 1234"
    assert orphans() == [("A-01", "4711-X", 2, "")]


@pytest.mark.parametrize("wrong", ["BIN:Z-99", "LOT:L9", "USR:NOBODY", "9528765432109"])
def test_a_label_of_ours_that_is_wrong_and_a_misread_are_no_unknown_codes(wrong: str) -> None:
    a_warehouse()
    purchased("1000", "5")
    an_order()
    worker = at_shelf().scan(wrong, certain=True)
    assert worker.level is Level.ERROR
    assert orphans() == []


def test_unknown_codes_alone_can_be_handed_in_and_stop_the_order_until_they_are_resolved() -> None:
    a_warehouse()
    purchased("1000", "5", bin_code="A-02")
    an_order()
    handed_in(at_shelf().scan("4711-X"))
    assert count_recordings.recordings_of(1)[0].status == "finished"


# ---- what a worker's own count and an order have to do with each other


def test_a_free_count_goes_on_beside_an_order() -> None:
    a_warehouse()
    purchased("1000", "5")
    an_order()
    free = counting("ANN").scan(PCS).key(Command.BACK)
    free.scan(JOB, "BIN:A-01", PCS).is_ok()
    assert free.view.title == "CO1 A-01"
    free.key(Command.BACK)
    assert any(line.startswith("1 Count *") for line in free.view.choices)
    assert any(line.startswith("10 Count order *") for line in free.view.choices)


def test_an_order_that_was_deleted_meanwhile_is_said_to_be_gone() -> None:
    a_warehouse()
    purchased("1000", "5")
    one = an_order()
    worker = at_shelf().scan(PCS)
    count_recordings.delete_order(one)
    worker.scan(PCS).is_refused("thrown away")
    worker.key(Command.BACK, Command.BACK)
    assert worker.view.title == "EAST Cat"
    assert count_orders.read_order(one) is None


def test_every_step_has_its_help() -> None:
    a_warehouse()
    purchased("SALINE", "5", lot="L1")
    an_order()
    an_order()
    worker = signed_in("CAT").scan(JOB)
    seen = []

    def look() -> None:
        seen.append(worker.key(Command.HELP).view.text[-1])
        worker.key(Command.HELP, Command.HELP)

    for scans in ((), ("1",), ("BIN:A-01",), ("4711-X",), ("CMD:LIST",), ("a box",), ("SALINE",), ("L1",), ("CMD:QTY",)):
        worker.scan(*scans)
        look()
    own = {text for step, text in STEPS.items() if step.startswith("count_order.")}
    assert own == set(seen) - {STEPS["count.lot"], STEPS["count.factor"], help_for_ask()[0]}


def test_a_recording_with_nothing_in_it_is_in_nobody_s_way() -> None:
    a_warehouse()
    purchased("1000", "10")
    one = an_order()
    handed_in(at_shelf().scan(PCS, "10"))
    left = signed_in("ANN", terminal=next(TERMINALS)).scan(JOB).key(Command.BACK)
    assert [line.status for line in count_recordings.recordings_of(one)] == ["finished"]
    waiting = left.scan(JOB).is_ok()
    count_finish.finish_order(one)
    assert [line.status for line in count_recordings.recordings_of(one)] == ["finished"]
    waiting.scan("BIN:A-01").is_refused("CO1/2 is thrown away")
