"""Count orders with recordings, from the shelf to the ledgers: "Must get right (6)" of the operations reference, in its words."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from db.connection import fetch, in_write_transaction, write_batch
from db.core.clock import held_at
from db.core.count_errors import (
    CountedByYou,
    CountNotReady,
    CountOrderState,
    NotAllCounted,
    OrphansOpen,
    OwnCount,
    ReasonNeeded,
    RecordingsOpen,
    StockLeftSince,
)
from db.core.errors import SerialCountedTwice
from db.posting import count_order
from db.posting.lines import PostedBy
from db.posting.post import post_operations
from db.posting.prove import prove
from db.work import (
    count_finish,
    count_hand_in,
    count_judge,
    count_orders,
    count_orphans,
    count_recordings,
    count_rules,
    count_schedule,
)
from db.work.count_orphans import Orphan
from db.work.count_rules import Number, Thresholds
from tests.support.builders import (
    a_location,
    a_lot_item,
    a_serial_item,
    an_item,
    changed,
    day,
    everything,
    moved,
    on_hand,
    posted,
    purchase,
    sale,
)
from tests.support.count_orders import (
    adjustments,
    an_order,
    differences,
    finished,
    needs,
    of,
    order,
    phys_entries,
    posted_order,
    recorded,
    recording,
    recounted,
    write,
)

pytestmark = pytest.mark.usefixtures("database")
BY = PostedBy("SUE", "T1", "count_order")


def proven() -> None:
    assert prove().findings == ()


# ---- must get right (6)


@pytest.mark.parametrize(("counted", "adjustment"), [("7", ("positive", 2)), ("3", ("negative", -2))])
def test_given_expected_5_and_recorded_7_then_plus_2_and_a_phys_entry_given_3_then_minus_2(
    counted: str, adjustment: tuple[str, int]
) -> None:
    an_item()
    posted(purchase("5", at="1"))
    one = an_order()
    recorded(one, "ANN", of("1000", counted))
    posted_order(one)
    assert adjustments() == [adjustment]
    assert phys_entries() == [(5, int(counted))]
    assert order(one).status == "posted"
    proven()


def test_given_3_recorded_and_1_expected_then_plus_2_and_the_other_way_round() -> None:
    an_item("A")
    an_item("B")
    posted(purchase("1", item="A", at="1"), purchase("3", item="B", at="1"))
    one = an_order()
    recorded(one, "ANN", of("A", "3"), of("B", "1"))
    posted_order(one)
    assert adjustments() == [("negative", -2), ("positive", 2)]
    proven()


def test_given_expected_equals_recorded_then_no_entry_but_one_phys_inventory_entry_and_the_period_dates_move() -> None:
    an_item()
    with held_at(datetime(2027, 2, 10, 12).astimezone()):
        count_schedule.put_period("Q", "Quarterly", 4)
        count_schedule.schedule("1000", "Q")
        posted(purchase("5", at="1"))
        assert [one.item_no for one in count_schedule.due("BLUE", date(2027, 2, 10))] == ["1000"]
        one = an_order(on=date(2027, 2, 10))
        recorded(one, "ANN", of("1000", "5"))
        posted_order(one)
    assert adjustments() == []
    assert phys_entries() == [(5, 5)]
    assert fetch("SELECT last_counted, next_start, next_end FROM counting_schedule") == [
        ("2027-02-10", "2027-04-01", "2027-06-30")
    ]
    assert count_schedule.due("BLUE", date(2027, 3, 31)) == []
    assert [one.item_no for one in count_schedule.due("BLUE", date(2027, 4, 1))] == ["1000"]


def test_given_two_recordings_4_and_6_on_one_line_expected_10_then_difference_0_and_reopening_one_makes_it_unfinishable() -> None:
    an_item()
    posted(purchase("10", at="1"))
    one = an_order()
    recorded(one, "ANN", of("1000", "4"))
    second = recorded(one, "BOB", of("1000", "6"))
    assert differences(one) == [("1000", 0)]
    count_hand_in.reopen_recording(one, second.recording_no)
    assert differences(one) == [("1000", -6)]
    with pytest.raises(RecordingsOpen, match="2 BOB"):
        count_finish.finish_order(one)
    count_hand_in.finish_recording(one, second.recording_no, "BOB")
    posted_order(one)
    assert adjustments() == []


def test_given_a_line_in_no_recording_then_finishing_is_refused_with_the_list_and_nothing_is_taken_as_zero() -> None:
    an_item("A")
    an_item("B")
    an_item("C")
    posted(*(purchase("5", item=item, at="1") for item in "ABC"))
    one = an_order()
    recorded(one, "ANN", of("B", "5"))
    with pytest.raises(NotAllCounted, match="Not counted: A, C") as refused:
        count_finish.finish_order(one)
    assert refused.value.lines == ["A", "C"]
    assert order(one).status == "open"
    assert (on_hand("A"), on_hand("C")) == (5, 5)


def test_given_sn1_in_bin_1_and_sn2_in_bin_2_and_both_recorded_in_bin_1_then_sn2_never_existed_twice() -> None:
    a_serial_item()
    a_location("EAST", bins=["1", "2"])
    posted(
        purchase("1", at="3", serial="SN1", location="EAST", bin="1"),
        purchase("1", at="3", serial="SN2", location="EAST", bin="2"),
    )
    one = an_order(location="EAST")
    recorded(
        one,
        "ANN",
        of("1000", "1", bin="1", serial="SN1"),
        of("1000", "0", bin="2", serial="SN2"),
        of("1000", "1", bin="1", serial="SN2"),
    )
    posted_order(one)
    assert fetch("SELECT bin_code, serial_no FROM bin_content ORDER BY serial_no") == [("1", "SN1"), ("1", "SN2")]
    assert adjustments() == [("negative", -1), ("positive", 1)]
    proven()


def test_given_sn1_recorded_by_ann_when_bob_records_it_then_refused_and_ann_s_bin_and_time_are_shown() -> None:
    a_serial_item()
    a_location("EAST", bins=["1", "2"])
    one = an_order(location="EAST")
    with held_at(datetime(2026, 1, 1, 10, 42).astimezone()):
        recorded(one, "ANN", of("1000", "1", bin="1", serial="SN1"))
    bob = recording(one, "BOB")
    write(bob, "BOB", of("1000", "1", bin="2", serial="sn1"))
    with pytest.raises(SerialCountedTwice, match=r"EAST 1 \(ANN 10:42\)"):
        count_hand_in.finish_recording(one, bob.recording_no, "BOB")


def test_given_a_sale_of_10_between_calculation_and_count_when_90_is_counted_then_difference_0_stock_90() -> None:
    an_item()
    posted(purchase("100", at="1"))
    one = an_order()
    posted(sale("10"))
    recorded(one, "ANN", of("1000", "90"))
    assert differences(one) == [("1000", 0)]
    posted_order(one)
    assert on_hand() == 90


def test_given_a_sale_of_10_after_the_count_of_100_when_the_order_is_posted_then_stock_90() -> None:
    an_item()
    posted(purchase("100", at="1"))
    one = an_order()
    recorded(one, "ANN", of("1000", "100"))
    posted(sale("10"))
    count_judge.decide_late(one, 1, "ignore")  # it is dated on the first of January, long before today
    posted_order(one)
    assert on_hand() == 90
    assert adjustments() == []


def test_given_a_posting_date_in_the_past_then_later_entries_are_not_expected_and_changing_the_date_recalculates() -> None:
    an_item()
    posted(purchase("10", at="1", on=1), sale("4", on=5), purchase("1", at="1", on=9))
    one = an_order(on=3)
    assert [line.quantity_expected for line in count_orders.order_lines(one)] == [10]
    count_finish.change_posting_date(one, day(6))
    assert [line.quantity_expected for line in count_orders.order_lines(one)] == [6]
    recorded(one, "ANN", of("1000", "6"))
    assert differences(one) == [("1000", 0)]
    count_finish.change_posting_date(one, day(9))
    assert differences(one) == [("1000", -1)]


def test_given_what_was_sold_after_the_posting_date_to_the_last_piece_then_it_is_still_expected() -> None:
    an_item()
    posted(purchase("10", at="1", on=1), sale("10", on=5))
    assert [line.quantity_expected for line in count_orders.order_lines(an_order(on=3))] == [10]
    assert count_orders.order_lines(an_order(on=5)) == []


def test_given_a_blocked_item_in_the_filter_then_it_is_skipped_and_reported() -> None:
    an_item("A")
    an_item("B")
    posted(purchase("1", item="A", at="1"), purchase("1", item="B", at="1"))
    changed("item", no="B", blocked=True)
    one = an_order(calculate=False)
    added, found = count_finish.calculate_lines(one)
    assert (added, found.skipped) == (1, (("B", "blocked"),))
    assert [line.item_no for line in count_orders.order_lines(one)] == ["A"]


def test_given_the_lot_example_then_12_positive_and_20_negative_base_units_net_minus_8() -> None:
    a_lot_item()
    expected = {"LOT1001": "80", "LOT1003": "30", "LOT1006": "10"}
    posted(*(purchase(quantity, at="1", lot=lot) for lot, quantity in expected.items()))
    one = an_order()
    counted = {"LOT1001": "80", "LOT1002": "12", "LOT1003": "20", "LOT1006": "0"}
    recorded(one, "ANN", *(of("1000", quantity, lot=lot) for lot, quantity in counted.items()))
    [judged] = count_judge.judge_order(order(one))
    assert judged.shown is not None
    assert [judged.shown.surplus, judged.shown.missing, judged.difference] == [Decimal(one) for one in (12, 20, -8)]
    posted_order(one)
    assert adjustments() == [("negative", -10), ("negative", -10), ("positive", 12)]
    assert sorted(phys_entries()) == [(0, 12), (10, 0), (30, 20), (80, 80)]
    proven()


# ---- lines


def test_calculating_again_adds_only_what_is_missing() -> None:
    an_item("A")
    an_item("B")
    posted(purchase("1", item="A", at="1"))
    one = an_order()
    posted(purchase("1", item="B", at="1"))
    assert count_finish.calculate_lines(one)[0] == 1
    assert count_finish.calculate_lines(one)[0] == 0
    assert [line.item_no for line in count_orders.order_lines(one)] == ["A", "B"]


def test_filters_take_a_part_of_the_location() -> None:
    an_item("A")
    an_item("B")
    a_location("EAST", bins=["A-01", "A-02", "B-01"])
    changed("bin", location="EAST", code="B-01", zone="COLD")
    posted(*(purchase("1", item=item, at="1", location="EAST", bin=bin) for item in "AB" for bin in ("A-01", "A-02", "B-01")))

    def keys(**filters: Any) -> list[tuple[str, str]]:
        return [(line.bin_code, line.item_no) for line in count_orders.order_lines(an_order(location="EAST", **filters))]

    assert keys(bin_filter="A-*", item_filter="A") == [("A-01", "A"), ("A-02", "A")]
    assert keys(zone_filter="COLD") == [("B-01", "A"), ("B-01", "B")]
    assert keys(bin_filter="A-02..B-01", item_filter="B") == [("A-02", "B"), ("B-01", "B")]
    assert len(keys()) == 6


def test_items_not_on_inventory_and_without_any_transaction_are_lines_of_0_where_asked_for() -> None:
    an_item("GONE")
    an_item("NEVER")
    posted(purchase("1", item="GONE", at="1"), sale("1", item="GONE"))
    one = an_order()
    assert count_orders.order_lines(one) == []
    count_finish.calculate_lines(one, not_on_inventory=True)
    assert [line.item_no for line in count_orders.order_lines(one)] == ["GONE"]
    count_finish.calculate_lines(one, not_on_inventory=True, without_transactions=True)
    assert [line.item_no for line in count_orders.order_lines(one)] == ["GONE", "NEVER"]


def test_something_found_that_was_not_expected_gets_a_line_with_what_is_expected_at_once() -> None:
    an_item("A")
    an_item("B")
    a_location("EAST", bins=["1", "2"])
    posted(purchase("5", item="A", at="1", location="EAST", bin="1"), purchase("7", item="B", at="1", location="EAST", bin="2"))
    one = an_order(location="EAST", bin_filter="1")
    recorded(one, "ANN", of("A", "5", bin="1"), of("B", "2", bin="1"), of("B", "7", bin="2"))
    lines = count_orders.order_lines(one)
    found = [(line.bin_code, line.item_no, line.quantity_expected, line.recorded_without_order) for line in lines]
    assert found == [("1", "A", Decimal(5), False), ("1", "B", Decimal(0), True), ("2", "B", Decimal(7), True)]
    posted_order(one)
    assert adjustments() == [("positive", 2)]


# ---- watermarks


def test_goods_posted_between_two_scans_of_a_line_make_it_to_be_counted_again() -> None:
    an_item()
    posted(purchase("10", at="1"))
    one = an_order()
    first = recording(one, "ANN")
    write(first, "ANN", of("1000", "4"))
    count_hand_in.finish_recording(one, first.recording_no, "ANN")
    posted(sale("1"))
    second = recording(one, "BOB")
    write(second, "BOB", of("1000", "5"))
    count_hand_in.finish_recording(one, second.recording_no, "BOB")
    assert needs(one) == ["moved"]
    with pytest.raises(CountNotReady, match="1000"):
        count_finish.finish_order(one)
    recounted(one, "CAT", of("1000", "9"))
    assert needs(one) == [""]
    posted_order(one)
    assert (on_hand(), adjustments()) == (9, [])


def test_two_recordings_within_a_quiet_interval_add_up_whatever_else_was_posted() -> None:
    an_item()
    a_location("EAST", bins=["1", "2"])
    posted(purchase("10", at="1", location="EAST", bin="1"), purchase("10", at="1", location="EAST", bin="2"))
    one = an_order(location="EAST", bin_filter="1")
    recorded(one, "ANN", of("1000", "4", bin="1"))
    posted(sale("1", location="EAST", bin="2"))  # the item, and another bin
    recorded(one, "BOB", of("1000", "6", bin="1"))
    assert (needs(one), differences(one)) == ([""], [("1 1000", 0)])


def test_an_entry_posted_after_the_count_with_a_date_before_it_is_flagged_as_late_until_somebody_decides() -> None:
    an_item()
    with held_at(datetime(2026, 1, 10, 12).astimezone()):
        posted(purchase("100", at="1", on=1))
        one = an_order(on=10)
        recorded(one, "ANN", of("1000", "90"))
        posted(sale("3", on=10))  # of the same day: after the count, as far as anybody knows
        assert needs(one) == [""]
        posted(sale("10", on=8))
        [judged] = count_judge.judge_order(order(one))
        assert (judged.verdict.need.value, judged.late, judged.include_up_to) == ("late", Decimal(-10), None)
        with pytest.raises(CountNotReady):
            count_finish.finish_order(one)
        count_judge.decide_late(one, 1, "ignore")
        assert differences(one) == [("1000", -10)]


def test_a_late_entry_that_is_included_is_no_difference_any_more() -> None:
    an_item()
    with held_at(datetime(2026, 1, 10, 12).astimezone()):
        posted(purchase("100", at="1", on=1))
        one = an_order(on=10)
        recorded(one, "ANN", of("1000", "90"))
        posted(sale("10", on=8))
        count_judge.decide_late(one, 1, "include")
        assert (needs(one), differences(one)) == ([""], [("1000", 0)])
        posted_order(one)
    assert (on_hand(), adjustments(), phys_entries()) == (90, [], [(90, 90)])


def test_what_came_late_between_finishing_and_approval_stops_the_approval() -> None:
    an_item()
    with held_at(datetime(2026, 1, 10, 12).astimezone()):
        posted(purchase("100", at="1", on=1))
        one = an_order(on=10)
        recorded(one, "ANN", of("1000", "100"))
        finished(one)
        posted(sale("10", on=8))
        with pytest.raises(CountNotReady):
            count_finish.approve_order(one, "SUE")


# ---- recounts and approval


@pytest.mark.parametrize(
    ("thresholds", "recount"),
    [
        (Thresholds(), False),
        (Thresholds(quantity=Decimal(2)), False),
        (Thresholds(quantity=Decimal(1)), True),
        (Thresholds(percent=Decimal(20)), False),
        (Thresholds(percent=Decimal(19)), True),
        (Thresholds(value=Decimal(8)), False),
        (Thresholds(value=Decimal(7)), True),
    ],
)
def test_a_difference_above_a_threshold_of_quantity_percent_or_value_is_counted_again(
    thresholds: Thresholds, recount: bool
) -> None:
    an_item()
    posted(purchase("10", at="4"))
    one = an_order(thresholds=thresholds)
    recorded(one, "ANN", of("1000", "8"))
    assert needs(one) == (["recount"] if recount else [""])


def test_a_recount_is_for_somebody_else() -> None:
    an_item()
    posted(purchase("10", at="1"))
    one = an_order(thresholds=Thresholds(quantity=Decimal(0)))
    recorded(one, "ANN", of("1000", "8"))
    [again] = count_hand_in.make_recounts(one, "SUE")
    write(again, "ANN", of("1000", "8"))
    with pytest.raises(CountedByYou):
        count_hand_in.finish_recording(one, again.recording_no, "ANN")


def test_two_passes_equal_are_accepted_also_where_goods_left_between_them() -> None:
    an_item()
    posted(purchase("10", at="1"))
    one = an_order(thresholds=Thresholds(quantity=Decimal(0)))
    recorded(one, "ANN", of("1000", "8"))
    posted(sale("1"))
    recounted(one, "BOB", of("1000", "7"))
    assert (needs(one), differences(one)) == ([""], [("1000", -2)])


def test_two_passes_that_differ_wait_for_a_third_or_a_supervisor() -> None:
    an_item()
    posted(purchase("10", at="1"))
    one = an_order(thresholds=Thresholds(quantity=Decimal(0)))
    recorded(one, "ANN", of("1000", "8"))
    recounted(one, "BOB", of("1000", "9"))
    assert needs(one) == ["decision"]
    count_judge.choose_pass(one, 1, 1)
    assert (needs(one), differences(one)) == ([""], [("1000", -2)])
    count_judge.choose_pass(one, 1, 0)
    recounted(one, "CAT", of("1000", "9"))
    assert (needs(one), differences(one)) == ([""], [("1000", -1)])
    assert [one.pass_no for one in count_recordings.all_recorded(one)] == [1, 2, 3], "all passes are kept"


def test_the_counter_cannot_approve_own_lines_when_four_eyes_is_on() -> None:
    an_item()
    posted(purchase("10", at="1"))
    one = an_order()
    recorded(one, "SUE", of("1000", "10"))
    finished(one)
    with pytest.raises(OwnCount, match="SUE may not approve their own count"):
        count_finish.approve_order(one, "SUE")
    with pytest.raises(CountOrderState, match="not approved"):
        count_order.post_count_order(one, BY)
    count_finish.approve_order(one, "BOB")
    count_order.post_count_order(one, BY)
    alone = an_order(four_eyes=False)
    recorded(alone, "SUE", of("1000", "10"))
    posted_order(alone)


def test_a_reason_is_required_over_the_threshold() -> None:
    an_item()
    changed("reason", code="LOST", description="Lost")
    posted(purchase("10", at="1"))
    one = an_order(thresholds=Thresholds(quantity=Decimal(1)))
    recorded(one, "ANN", of("1000", "8"))
    recounted(one, "BOB", of("1000", "8"))
    finished(one)
    with pytest.raises(ReasonNeeded, match="1000"):
        count_finish.approve_order(one, "SUE")
    count_finish.approve_order(one, "SUE", "LOST")
    count_order.post_count_order(one, BY)
    assert fetch("SELECT DISTINCT reason_code, document_no FROM item_register WHERE operation = 'count'") == [
        ("LOST", f"CO{one}")
    ]


# ---- what nobody counted, what nobody knows


def test_the_rest_is_set_to_0_or_removed_by_saying_so_and_is_then_somebody_s_count() -> None:
    a_lot_item("LOT")
    an_item("A")
    an_item("B")
    posted(purchase("5", item="A", at="1"), purchase("5", item="B", at="1"), purchase("2", item="LOT", at="1", lot="L1"))
    one = an_order(item_filter="A|B")
    recorded(one, "ANN", of("A", "5"))
    assert count_hand_in.remove_rest(one) == 1
    posted_order(one)
    other = an_order(item_filter="B|LOT")
    assert [count_judge.in_words(line) for line in count_hand_in.uncounted(other)] == ["B", "LOT"]
    assert count_hand_in.set_rest_to_zero(other, "SUE", "T1") == 2
    finished(other)
    with pytest.raises(OwnCount):
        count_finish.approve_order(other, "SUE")
    count_finish.approve_order(other, "BOB")
    count_order.post_count_order(other, BY)
    assert (on_hand("A"), on_hand("B"), on_hand("LOT")) == (5, 0, 0)
    proven()


def test_an_orphan_is_linked_or_discarded_before_the_order_is_finished() -> None:
    an_item()
    posted(purchase("5", at="1"))
    one = an_order()
    first = recorded(one, "ANN", of("1000", "5"))
    orphan = Orphan(one, 1, first.recording_no, "", "4711-X", "red box", Decimal(3), "open", "ANN", 0, "T1", "")
    in_write_transaction(lambda: write_batch([count_orphans.save_orphan(orphan)]))
    with pytest.raises(OrphansOpen, match="4711-X"):
        count_finish.finish_order(one)


def test_an_order_with_a_finished_recording_is_not_deleted_and_one_without_is_gone() -> None:
    an_item()
    posted(purchase("5", at="1"))
    one, other = an_order(), an_order()
    recorded(one, "ANN", of("1000", "5"))
    with pytest.raises(CountOrderState):
        count_recordings.delete_order(one)
    write(recording(other), "ANN", of("1000", "5"))
    count_recordings.delete_order(other)
    assert count_orders.read_order(other) is None
    assert fetch("SELECT COUNT(*) FROM counted_line") == [(1,)]


def test_a_finished_order_reopens_until_a_part_of_it_is_posted() -> None:
    an_item()
    posted(purchase("5", at="1"))
    one = an_order()
    recorded(one, "ANN", of("1000", "5"))
    finished(one)
    count_finish.reopen_order(one)
    assert (order(one).status, count_finish.results_of(one)) == ("open", [])
    posted_order(one)
    with pytest.raises(CountOrderState, match="posted"):
        count_finish.reopen_order(one)


def test_a_serial_found_in_another_bin_than_its_own_leaves_that_bin_also_where_nobody_counted_there() -> None:
    a_serial_item()
    a_location("EAST", bins=["1", "2"])
    posted(purchase("1", at="3", serial="SN1", location="EAST", bin="2"))
    one = an_order(location="EAST", bin_filter="1")
    recorded(one, "ANN", of("1000", "1", bin="1", serial="SN1"))
    posted_order(one)
    assert fetch("SELECT bin_code, serial_no FROM bin_content") == [("1", "SN1")]
    proven()


def test_a_serial_that_the_books_have_at_another_location_stops_the_order_and_is_named() -> None:
    a_serial_item()
    a_location("WEST")
    posted(purchase("1", at="3", serial="SN1", location="WEST"))
    one = an_order()
    recorded(one, "ANN", of("1000", "1", serial="SN1"))
    with pytest.raises(CountNotReady, match="SN1: WEST"):
        count_finish.finish_order(one)


# ---- posting in parts


def many(monkeypatch: pytest.MonkeyPatch, *, at_once: int = 2) -> int:
    """An order of five items, counted with one piece more or less each, in parts of two."""
    monkeypatch.setattr(count_rules.in_parts, "__kwdefaults__", {"at_once": at_once})
    for item in "ABCDE":
        an_item(item)
        posted(purchase("5", item=item, at="1"))
    one = an_order()
    recorded(one, "ANN", of("A", "6"), of("B", "4"), of("C", "5"), of("D", "6"), of("E", "4"))
    return finished(one)


def test_an_order_is_posted_in_parts_under_one_document_no_negatives_first_with_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    one = many(monkeypatch)
    count_finish.approve_order(one, "SUE")
    told: list[tuple[int, int]] = []
    registers = count_order.post_count_order(one, BY, lambda done, total: told.append((done, total)))
    assert len(registers) == 3
    assert told == [(0, 5), (2, 5), (4, 5), (5, 5)]
    assert adjustments() == [("negative", -1), ("negative", -1), ("positive", 1), ("positive", 1)]
    assert {row[0] for row in fetch("SELECT document_no FROM item_register WHERE operation = 'count'")} == {f"CO{one}"}
    assert len(phys_entries()) == 5
    proven()


@pytest.mark.parametrize("after", [1, 2, 3, 4, 5, 6])
def test_a_posting_that_was_cut_off_anywhere_goes_on_and_nothing_is_posted_twice(
    monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    one = many(monkeypatch)
    count_finish.approve_order(one, "SUE")
    steps = iter(range(1, 100))
    real_post, real_mark = post_operations, count_order._posted

    class PowerCut(Exception):
        pass

    def post(*given: object) -> object:
        result = real_post(*given)  # type: ignore[arg-type]
        if next(steps) == after:
            raise PowerCut
        return result

    def mark(*given: object) -> None:
        real_mark(*given)  # type: ignore[arg-type]
        if next(steps) == after:
            raise PowerCut

    monkeypatch.setattr(count_order, "post_operations", post)
    monkeypatch.setattr(count_order, "_posted", mark)
    with pytest.raises(PowerCut):
        count_order.post_count_order(one, BY)
    monkeypatch.setattr(count_order, "post_operations", real_post)
    monkeypatch.setattr(count_order, "_posted", real_mark)
    assert len(count_order.post_count_order(one, BY)) == 3
    assert len(phys_entries()) == 5
    before = everything()
    assert len(count_order.post_count_order(one, BY)) == 3
    assert everything() == before, "posting again answers with what is there"
    proven()


def test_goods_that_were_missing_and_have_left_since_are_named_all_at_once_before_anything_is_posted() -> None:
    an_item("A")
    an_item("B")
    posted(purchase("5", item="A", at="1"), purchase("5", item="B", at="1"))
    today = datetime.now().astimezone().date()
    one = an_order(on=today)
    recorded(one, "ANN", of("A", "2"), of("B", "2"))
    finished(one)
    posted(sale("4", item="A", on=today), sale("4", item="B", on=today))
    count_finish.approve_order(one, "SUE")
    before = everything()
    with pytest.raises(StockLeftSince, match="A, B"):
        count_order.post_count_order(one, BY)
    assert everything() == before
    assert order(one).status == "finished"


def test_every_result_carries_the_watermark_that_the_posting_expects_with() -> None:
    a_lot_item()
    a_location("EAST", bins=["1", "2"])
    posted(purchase("5", at="1", lot="L1", location="EAST", bin="1"))
    one = an_order(location="EAST")
    recorded(one, "ANN", of("1000", "4", bin="1", lot="l1"))
    [result] = count_finish.finish_order(one)
    assert (result.number, result.expected, result.counted, result.difference) == (
        Number("L1"),
        Decimal(5),
        Decimal(4),
        Decimal(-1),
    )
    posted(moved("1", lot="L1", location="EAST", bin="1", to_bin="2"))
    assert result.warehouse_watermark == fetch("SELECT MIN(entry_no) FROM warehouse_entry")[0][0]
