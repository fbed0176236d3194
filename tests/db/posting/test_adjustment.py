"""Cost changes reach every recipient, once, in bounded steps, whenever adjustment runs (costing reference §12)."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

import db.connection
from db.connection import fetch
from db.connection.session import Conflict
from db.posting import adjust
from db.posting.adjust import adjust_pending, items_to_adjust_at_once, pending
from db.posting.lines import PostedBy
from db.posting.post import PostingRun
from db.posting.prove import prove
from db.posting.write import write
from tests.support.builders import (
    NOBODY,
    a_location,
    adjust_cost,
    an_item,
    changed,
    cost_of,
    entries,
    entry,
    everything,
    found,
    invoice,
    moved,
    posted,
    purchase,
    refused,
    sale,
    scrapped,
    unit_cost,
    values,
    with_settings,
)

pytestmark = pytest.mark.usefixtures("database")


def proven() -> None:
    assert prove().findings == ()


def costs() -> dict[int, Decimal]:
    """Cost by entry."""
    return {one.entry_no: one.cost for one in entries()}


def a_network() -> None:
    """A receipt that fed sales, a return, transfers through three locations and a sale at the end; its invoice says more."""
    an_item()
    a_location("EAST")
    a_location("WEST")
    posted(purchase("40", at="1", invoiced=False, id="P", on=1))
    posted(*(sale("1", on=2, id=f"S{n}") for n in range(10)), together=True)
    posted(sale("-1", applies_from="S3", id="R", on=3), sale("2", id="SR", on=4))
    posted(moved("9", to="EAST", id="T1", on=5), moved("8", location="EAST", to="WEST", id="T2", on=6))
    posted(sale("7", location="WEST", id="SW", on=7), moved("1", location="WEST", to="", id="T3", on=8))
    posted(scrapped("1", location="", id="N", on=9))


# ---- forwarding -----------------------------------------------------------------------------------------------------


def test_an_invoice_above_the_receipt_forwards_to_everything_that_came_from_it() -> None:
    a_network()
    posted(invoice("P", at="3", on=20))
    assert [cost_of(f"S{n}") for n in range(10)] == [-3] * 10
    assert (cost_of("R"), cost_of("SR"), cost_of("SW"), cost_of("N")) == (3, -6, -21, -3)
    for name, quantity in (("T1", 9), ("T2", 8), ("T3", 1)):
        assert (cost_of(f"{name}/out"), cost_of(f"{name}/in")) == (-3 * quantity, 3 * quantity)
        assert all(one.completely_invoiced for one in entries(name))
    proven()


def test_an_adjustment_names_what_it_corrects_and_what_caused_it() -> None:
    an_item()
    posted(purchase("10", at="10", invoiced=False, id="P", on=1), sale("4", id="S", on=3), invoice("P", at="12.5", id="I", on=5))
    first, adjustment = values("S")
    assert (first.actual, adjustment.actual) == (-40, -10)
    assert (adjustment.adjustment, adjustment.applies_to) == (True, first.entry_no)
    assert adjustment.caused_by == values("P")[1].entry_no
    assert (adjustment.invoiced, adjustment.moved) == (0, 0)
    assert adjustment.posting_date == first.posting_date == "2026-01-03"
    assert [one.actual for one in values("P")] == [0, 125]
    assert [one.expected for one in values("P")] == [100, -100]
    proven()


def test_only_differences_are_written() -> None:
    an_item()
    posted(purchase("10", at="10", invoiced=False, id="P"), sale("4", id="S"), invoice("P", at="10"))
    assert len(values("S")) == 1
    proven()


def test_a_sale_not_yet_invoiced_is_adjusted_at_its_expected_cost_and_one_in_part_by_both() -> None:
    an_item()
    posted(
        purchase("10", at="10", invoiced=False, id="P"), sale("4", invoiced=False, id="S1"), sale("4", invoiced=False, id="S2")
    )
    posted(invoice("S2", "1"), invoice("P", at="13"))
    assert (entry("S1").actual, entry("S1").expected) == (0, -52)
    assert (entry("S2").actual, entry("S2").expected) == (-13, -39)
    assert [one.expected_cost for one in values("S1")] == [True, True]
    posted(invoice("S1"), invoice("S2"))
    assert (entry("S1").actual, entry("S1").expected) == (-52, 0)
    assert (entry("S2").actual, entry("S2").expected) == (-52, 0)
    proven()


def test_each_invoice_of_a_sale_is_adjusted_on_its_own_date() -> None:
    an_item()
    posted(purchase("10", at="10", invoiced=False, id="P", on=1), sale("4", invoiced=False, id="S", on=2))
    posted(invoice("S", "1", on=11), invoice("S", "3", on=12), invoice("P", at="13", on=20))
    adjustments = [(one.posting_date, one.actual) for one in values("S") if one.adjustment]
    assert adjustments == [("2026-01-11", -3), ("2026-01-12", -9)]
    proven()


def test_a_second_partial_invoice_forwards_again() -> None:
    an_item()
    posted(
        purchase("4", at="10", invoiced=False, id="P"), sale("4", id="S"), invoice("P", "1", at="12"), invoice("P", "1", at="12")
    )
    assert cost_of("S") == -44
    posted(invoice("P", "2", at="9"))
    assert cost_of("S") == -42
    proven()


def test_a_late_invoice_meets_a_sale_covered_by_two_receipts() -> None:
    an_item()
    posted(purchase("3", at="10", invoiced=False, id="P1"), purchase("3", at="20", invoiced=False, id="P2"), sale("5", id="S"))
    posted(invoice("P2", at="21"))
    assert cost_of("S") == -72
    posted(invoice("P1", at="9"))
    assert cost_of("S") == -69
    proven()


# ---- when it runs ---------------------------------------------------------------------------------------------------


def test_never_leaves_the_change_waiting_and_the_batch_forwards_it() -> None:
    with_settings(automatic_cost_adjustment="never")
    a_network()
    posted(invoice("P", at="3", on=20))
    assert (cost_of("S1"), entry("P").waiting, pending()) == (-1, True, 1)
    proven()
    posted(adjust_cost())
    assert (cost_of("S1"), cost_of("N"), pending()) == (-3, -3, 0)
    proven()


def test_adjusting_twice_writes_nothing_the_second_time() -> None:
    with_settings(automatic_cost_adjustment="never")
    a_network()
    posted(invoice("P", at="3", on=20), adjust_cost())
    before = {name: rows for name, rows in everything().items() if name != "item_register"}
    posted(adjust_cost())
    assert adjust_pending(NOBODY) == 0
    assert {name: rows for name, rows in everything().items() if name != "item_register"} == before


def test_only_the_named_items_are_adjusted() -> None:
    with_settings(automatic_cost_adjustment="never")
    for item in ("A", "B"):
        an_item(item)
        posted(purchase("2", at="1", item=item, invoiced=False, id=f"P{item}"), sale("1", item=item, id=f"S{item}"))
        posted(invoice(f"P{item}", at="2"))
    posted(adjust_cost("A"))
    assert (cost_of("SA"), cost_of("SB")) == (-2, -1)
    assert refused(adjust_cost("nobody")).code == "unknown_code"
    assert adjust_pending(NOBODY, ["B"]) == 1
    assert cost_of("SB") == -2
    proven()


@pytest.mark.parametrize(
    ("window", "work_day", "at_once"),
    [
        ("day", date(2026, 1, 2), True),
        ("day", date(2026, 1, 3), False),
        ("week", date(2026, 1, 8), True),
        ("week", date(2026, 1, 9), False),
        ("month", date(2026, 2, 1), True),
        ("month", date(2026, 2, 2), False),
        ("quarter", date(2026, 4, 1), True),
        ("quarter", date(2026, 4, 2), False),
        ("year", date(2027, 1, 1), True),
        ("year", date(2027, 1, 2), False),
    ],
)
def test_the_automatic_window_is_counted_back_from_the_work_date(window: str, work_day: date, at_once: bool) -> None:
    with_settings(automatic_cost_adjustment=window)
    an_item()
    posted(purchase("2", at="1", invoiced=False, id="P", on=1), sale("1", id="S", on=1), invoice("P", at="2", on=work_day))
    assert cost_of("S") == (-2 if at_once else -1)
    proven()


def test_an_item_with_an_older_change_waiting_is_left_to_the_batch() -> None:
    with_settings(automatic_cost_adjustment="day")
    an_item()
    posted(purchase("2", at="1", invoiced=False, id="P1", on=1), purchase("2", at="1", invoiced=False, id="P2", on=20))
    posted(sale("1", id="S1", on=20, applies_to="P1"), sale("1", id="S2", on=20, applies_to="P2"))
    posted(invoice("P1", at="2", on=20), invoice("P2", at="2", on=20))
    assert (cost_of("S1"), cost_of("S2")) == (-1, -1)
    adjust_pending(NOBODY)
    assert (cost_of("S1"), cost_of("S2")) == (-2, -2)
    posted(purchase("2", at="1", invoiced=False, id="P3", on=20), sale("1", id="S3", on=20, applies_to="P3"))
    posted(invoice("P3", at="2", on=20))
    assert cost_of("S3") == -2  # and is let go by it
    proven()


def test_the_items_unit_cost_follows_the_adjustment() -> None:
    an_item()
    posted(purchase("4", at="10", invoiced=False, id="P"), sale("1"), invoice("P", at="12"))
    assert unit_cost() == 12


def test_an_unknown_cost_never_replaces_a_known_one() -> None:
    an_item()
    posted(purchase("1", at="10"), sale("1"), purchase("5", at="0"))
    assert unit_cost() == 10
    posted(found("1", id="F"))
    assert cost_of("F") == 10


# ---- posting dates --------------------------------------------------------------------------------------------------


def test_an_adjustment_of_a_closed_day_goes_to_the_first_allowed_one_and_keeps_its_valuation_date() -> None:
    an_item()
    posted(purchase("2", at="1", invoiced=False, id="P", on=1), sale("1", id="S", on=2))
    with_settings(allow_posting_from=date(2026, 2, 1), allow_posting_to=date(2026, 2, 28))
    posted(invoice("P", at="2", on=date(2026, 2, 5)))
    adjustment = values("S")[-1]
    assert (adjustment.posting_date, adjustment.valuation_date) == ("2026-02-01", "2026-01-02")
    proven()


def test_a_users_own_range_does_not_move_an_adjustment() -> None:
    an_item()
    changed("user", code="ANN", name="Ann", role="worker", allow_posting_from=date(2026, 1, 5))
    posted(purchase("2", at="1", invoiced=False, id="P", on=1), sale("1", id="S", on=2))
    posted(invoice("P", at="2", on=6), by=PostedBy("ANN"))
    assert values("S")[-1].posting_date == "2026-01-02"


def test_a_rounding_entry_of_a_closed_day_goes_to_the_first_allowed_one() -> None:
    an_item()
    posted(purchase("3", amount="10", on=1, id="P"), sale("1", on=2), sale("1", on=2))
    with_settings(allow_posting_from=date(2026, 2, 1))
    posted(sale("1", on=date(2026, 2, 5)))
    (rounding,) = (one for one in values("P") if one.entry_type == "rounding")
    assert (rounding.posting_date, rounding.actual) == ("2026-02-01", Decimal("-0.01"))
    proven()


# ---- in steps -------------------------------------------------------------------------------------------------------


@pytest.fixture(params=[1, 2, 3, 7])
def small_steps(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Transactions of so many entries."""
    monkeypatch.setattr(adjust, "ENTRIES_A_STEP", request.param)
    return int(request.param)


def test_steps_of_any_size_come_to_the_same_costs(small_steps: int) -> None:
    with_settings(automatic_cost_adjustment="never")
    a_network()
    posted(invoice("P", "7", at="3", on=20), invoice("P", at="4", on=21))
    visited: list[int] = []
    adjust_pending(NOBODY, progress=visited.append)
    assert visited == sorted(visited)
    assert cost_of("S1") == Decimal("-3.83")
    assert cost_of("N") == Decimal("-3.83") or cost_of("N") == Decimal("-3.82")
    assert pending() == 0
    proven()
    assert adjust_pending(NOBODY) == 0


def test_steps_write_no_rounding_that_they_must_take_back(small_steps: int) -> None:
    with_settings(automatic_cost_adjustment="never")
    a_network()
    posted(sale("12", id="last", on=10), invoice("P", amount="133.33", on=20))
    adjust_pending(NOBODY)
    proven()
    roundings = [one for one in values("P") if one.entry_type == "rounding"]
    assert len(roundings) <= 1


def test_a_cost_change_too_large_for_its_posting_waits_and_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    a_network()

    def work() -> None:
        PostingRun(NOBODY, entries_at_once=3).post([invoice("P", at="3", on=20)])

    db.connection.in_write_transaction(work)
    assert (cost_of("S1"), items_to_adjust_at_once()) == (-1, ["1000"])
    proven()
    adjust_pending(NOBODY, items_to_adjust_at_once())
    assert (cost_of("S1"), items_to_adjust_at_once()) == (-3, [])
    proven()


class _Interrupted(Exception):
    pass


def test_stopped_after_any_transaction_the_batch_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adjust, "ENTRIES_A_STEP", 2)
    with_settings(automatic_cost_adjustment="never")
    a_network()
    posted(invoice("P", at="3", on=20))
    seen: list[int] = []

    def stop(visited: int) -> None:
        seen.append(visited)
        raise _Interrupted

    while pending():
        try:
            adjust_pending(NOBODY, progress=stop)
        except _Interrupted:
            proven()
        if len(seen) > 400:
            break  # each run ends with its first transaction: only those that finish a step get on
        monkeypatch.setattr(adjust, "ENTRIES_A_STEP", 2 + len(seen))
    assert (cost_of("S1"), cost_of("N"), pending()) == (-3, -3, 0)
    proven()


def test_what_is_posted_between_two_steps_is_forwarded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adjust, "ENTRIES_A_STEP", 2)
    with_settings(automatic_cost_adjustment="never")
    a_network()
    posted(invoice("P", "20", at="3", on=20))
    waiting: list[Any] = [invoice("P", "10", at="5", on=21), sale("1", id="later", on=22), invoice("P", at="7", on=23)]

    def post_one(_: int) -> None:
        if waiting:
            posted(waiting.pop(0))

    adjust_pending(NOBODY, progress=post_one)
    adjust_pending(NOBODY)
    assert cost_of("P") == 60 + 50 + 70
    assert (cost_of("S1"), cost_of("later")) == (Decimal("-4.5"), Decimal("-4.5"))
    assert pending() == 0
    proven()


def test_a_transaction_that_is_done_again_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where two sessions collide, a step starts anew: its register must be written by the attempt that is committed."""
    with_settings(automatic_cost_adjustment="never")
    a_network()
    posted(invoice("P", at="3", on=20))
    real, failures = write, [1]

    def write_and_collide(planning: Any) -> None:
        real(planning)
        if failures:
            failures.pop()
            raise Conflict(problem="another session was faster")

    monkeypatch.setattr("db.posting.adjust.write", write_and_collide)
    assert adjust_pending(NOBODY) == len(fetch("SELECT 1 FROM value_entry WHERE adjustment"))
    assert fetch("SELECT COUNT(*) FROM item_register WHERE operation = 'adjust_cost'")[0][0] == 1
    proven()
