"""The rules of a count order, as plain values."""

from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.work.count_rules import Need, Number, Pass, Thresholds, fits, in_parts, judge

L1, L2, NONE = Number("L1"), Number("L2"), Number()
ONE = Decimal(1)


def a_pass(pass_no: int, expected: int, counted: int, *, moved: bool = False) -> Pass:
    return Pass(pass_no, {NONE: Decimal(expected)}, {NONE: Decimal(counted)}, moved)


def need(*passes: Pass, limit: int = 0, chosen: int = 0, late: bool = False) -> tuple[Need, int | None]:
    verdict = judge(passes, Thresholds(quantity=Decimal(limit)), ONE, chosen_pass=chosen, late=late)
    return verdict.need, verdict.accepted.pass_no if verdict.accepted else None


def test_a_lot_that_is_missing_and_one_that_is_too_many_are_both_differences() -> None:
    one = Pass(1, {L1: Decimal(5)}, {L2: Decimal(5)})
    assert one.differences == {L1: -5, L2: 5}
    assert [one.surplus, one.missing] == [Decimal(5), Decimal(5)]
    assert Thresholds(quantity=Decimal(9)).passed_by(one.expected_quantity, one.differences.values(), ONE)


def test_a_line_without_any_pass_is_not_counted() -> None:
    assert need() == (Need.COUNT, None)


def test_a_first_count_within_the_thresholds_is_accepted() -> None:
    assert need(a_pass(1, 10, 8), limit=2) == (Need.NOTHING, 1)
    assert judge([a_pass(1, 10, 0)], Thresholds(), ONE).accepted is not None, "without thresholds nothing is counted again"


def test_any_difference_is_above_a_percentage_of_nothing() -> None:
    assert Thresholds(percent=Decimal(50)).passed_by(Decimal(0), [ONE], ONE)
    assert not Thresholds(percent=Decimal(0)).passed_by(Decimal(0), [], ONE)


def test_a_recount_that_agrees_is_accepted_whatever_left_in_between() -> None:
    assert need(a_pass(1, 10, 7), a_pass(2, 8, 5)) == (Need.NOTHING, 2)


def test_two_passes_that_disagree_need_a_third_which_agrees_with_either() -> None:
    assert need(a_pass(1, 10, 7), a_pass(2, 10, 6)) == (Need.DECISION, None)
    assert need(a_pass(1, 10, 7), a_pass(2, 10, 6), a_pass(3, 10, 7)) == (Need.NOTHING, 3)
    assert need(a_pass(1, 10, 7), a_pass(2, 10, 6), a_pass(3, 10, 5)) == (Need.DECISION, None)
    assert need(a_pass(1, 10, 7), a_pass(2, 10, 6), chosen=1) == (Need.NOTHING, 1)


def test_what_moved_while_it_was_counted_says_nothing() -> None:
    assert need(a_pass(1, 10, 10, moved=True)) == (Need.MOVED, None)
    assert need(a_pass(1, 10, 9, moved=True), a_pass(2, 10, 9)) == (Need.RECOUNT, None), "the first look that can be compared"
    assert need(a_pass(1, 10, 9, moved=True), a_pass(2, 10, 10)) == (Need.NOTHING, 2)


def test_a_late_entry_waits_for_a_decision() -> None:
    assert need(a_pass(1, 10, 10), late=True) == (Need.LATE, None)


@dataclass(frozen=True)
class Plain:
    difference: Decimal


@given(st.lists(st.integers(-5, 5)), st.integers(1, 4))
def test_parts_have_every_result_once_the_missing_before_the_found(differences: list[int], at_once: int) -> None:
    results = [Plain(Decimal(one)) for one in differences]
    parts = in_parts(results, at_once=at_once)
    posted = [one for part in parts for one in part]
    assert sorted(map(id, posted)) == sorted(map(id, results))
    signs = [(one.difference > 0) - (one.difference < 0) for one in posted]
    assert signs == sorted(signs)
    assert all(0 < len(part) <= at_once for part in parts)


@pytest.mark.parametrize(
    ("pattern", "takes", "leaves"),
    [
        ("", ["", "A-01"], []),
        ("A-*", ["A-01", "A-"], ["B-01", "A"]),
        ("*-01", ["A-01"], ["A-02"]),
        ("A-01..A-09", ["A-01", "A-05", "A-09"], ["A-10", "B-01"]),
        ("..B", ["A", "B"], ["C"]),
        ("A-01 | C-*", ["A-01", "C-7"], ["A-02"]),
        ("A.1", ["A.1"], ["AX1"]),
    ],
)
def test_filters_name_one_some_or_a_range(pattern: str, takes: list[str], leaves: list[str]) -> None:
    assert all(fits(pattern, code) for code in takes)
    assert not any(fits(pattern, code) for code in leaves)
