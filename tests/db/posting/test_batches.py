"""Several operations in one transaction, ids that come again, and references to what the same batch has made."""

from typing import Any

import pytest

from db.connection import in_write_transaction
from db.posting import post
from db.posting.lines import PostingOperation
from db.posting.post import Posted, PostingRun, Refusal
from db.posting.prove import prove
from tests.support.builders import (
    NOBODY,
    a_location,
    a_lot_item,
    adjust_cost,
    an_item,
    cost_of,
    count,
    counted,
    entries,
    everything,
    invoice,
    moved,
    on_hand,
    posted,
    purchase,
    refused,
    sale,
    undo,
    with_settings,
)

pytestmark = pytest.mark.usefixtures("database")


def proven() -> None:
    assert prove().findings == ()


def run(*operations: PostingOperation, size: int = 1_000) -> list[Posted | Refusal]:
    """Post in batches of `size` inside one transaction, as a file does; refused ones do not stop the others."""

    def work() -> list[Posted | Refusal]:
        posting = PostingRun(NOBODY)
        return [answer for start in range(0, len(operations), size) for answer in posting.post(operations[start : start + size])]

    return in_write_transaction(work)


def everything_at_once() -> list[PostingOperation]:
    """One of each, each needing what came before."""
    return [
        purchase("10", at="5", invoiced=False, id="P", on=1),
        moved("8", to="EAST", id="T", on=2),
        sale("3", location="EAST", id="S1", on=3),
        invoice("P", "6", at="6", id="I1", on=4),
        sale("2", location="EAST", invoiced=False, id="S2", on=5),
        sale("-1", location="EAST", applies_from="S1", id="R", on=6),
        sale("-1", location="EAST", applies_from="S1", invoiced=False, id="R2", on=6),
        undo("R2", id="U1", on=7),
        count(counted("5"), id="C", on=8),
        invoice("P", amount="24", id="I2", on=9),
        sale("2", location="EAST", id="S3", applies_to="T/in", on=10),
        adjust_cost(id="A", on=11),
        undo("C", id="U2", on=12),
        sale("1", id="S4", on=13),
    ]


def test_one_transaction_of_many_operations_comes_to_what_one_after_the_other_does() -> None:
    an_item()
    a_location("EAST")
    posted(*everything_at_once(), together=True)
    references = ("P", "T/out", "T/in", "S1", "S2", "R", "U1", "C", "S3", "U2", "S4")
    together = {name: cost_of(name) for name in references}
    quantities = [(one.quantity, one.remaining, one.actual, one.expected, one.valuation_date) for one in entries()]
    proven()
    assert len(everything()["item_register"]) == len(everything_at_once())
    _again_one_by_one(references, together, quantities)


def _again_one_by_one(references: tuple[str, ...], together: dict[str, Any], quantities: list[Any]) -> None:
    """The same operations on another item, one transaction each."""
    an_item("OTHER")
    from dataclasses import replace

    def renamed(operation: Any) -> Any:
        header = replace(operation.header, operation_id=operation.header.operation_id + "x")
        changes: dict[str, Any] = {"header": header}
        for name in ("of", "applies_to", "applies_from"):
            reference = getattr(operation, name, "")
            if reference:
                head, slash, leg = reference.partition("/")
                changes[name] = f"{head}x{slash}{leg}"
        if hasattr(operation, "item_no"):
            changes["item_no"] = "OTHER"
        if hasattr(operation, "lines"):
            changes["lines"] = tuple(replace(one, item_no="OTHER") for one in operation.lines)
        return replace(operation, **changes)

    before = len(entries())
    posted(*(renamed(operation) for operation in everything_at_once()))
    for name in references:
        head, slash, leg = name.partition("/")
        assert cost_of(f"{head}x{slash}{leg}") == together[name], name
    later = [(one.quantity, one.remaining, one.actual, one.expected, one.valuation_date) for one in entries()[before:]]
    assert later == quantities
    proven()


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_the_size_of_the_batches_does_not_matter(size: int) -> None:
    an_item()
    a_location("EAST")
    assert all(isinstance(one, Posted) for one in run(*everything_at_once(), size=size))
    assert cost_of("S1") == -18
    assert cost_of("P") == 60
    proven()


def test_refused_operations_leave_no_trace_and_the_others_are_posted() -> None:
    an_item()
    a_location("EAST")
    operations: list[PostingOperation] = []
    for one in everything_at_once():
        operations += [sale("999", may_go_negative=False, id="bad"), one, purchase("1", at="1", item="nobody"), undo("nobody")]
    answers = run(*operations)
    assert [isinstance(one, Refusal) for one in answers] == [True, False, True, True] * len(everything_at_once())
    assert len(everything()["item_register"]) == len(everything_at_once())
    assert cost_of("S1") == -18
    proven()


def test_a_reference_to_what_was_refused_is_unknown() -> None:
    an_item()
    answers = run(sale("1", may_go_negative=False, id="S"), sale("-1", applies_from="S"), purchase("1", at="1", id="S"))
    codes = [one.errors[0].code for one in answers if isinstance(one, Refusal)]
    assert codes == ["not_enough_stock", "unknown_reference"]
    assert isinstance(answers[2], Posted)  # the id was not used up
    proven()


def test_the_cost_that_a_line_asks_for_is_that_after_the_change_before_it() -> None:
    an_item()
    posted(purchase("2", at="4", invoiced=False, id="P"), sale("1"))
    posted(invoice("P", at="10"), purchase("1", id="default"), together=True)
    assert cost_of("default") == 10
    proven()


# ---- ids that come again --------------------------------------------------------------------------------------------


def test_the_same_id_with_the_same_content_answers_with_the_first_result_and_posts_nothing() -> None:
    an_item()
    first = posted(purchase("5", at="1", id="P"), sale("2", id="S"))
    before = everything()
    again = posted(purchase("5", at="1", id="P"), sale("2", id="S"))
    assert [one.register_no for one in again] == [one.register_no for one in first]
    assert [one.repeated for one in again] == [True, True]
    assert everything() == before


@pytest.mark.parametrize("together", [False, True])
def test_the_same_id_with_other_content_is_refused(together: bool) -> None:
    an_item()
    if together:
        error = refused(purchase("5", at="1", id="P"), purchase("6", at="1", id="P"))
    else:
        posted(purchase("5", at="1", id="P"))
        error = refused(purchase("6", at="1", id="P"))
    assert error.code == "duplicate_id"
    assert "P" in str(error)


def test_the_same_id_twice_in_one_batch_is_posted_once() -> None:
    an_item()
    answers = posted(purchase("5", at="1", id="P"), purchase("5", at="1", id="P"), together=True)
    assert [one.repeated for one in answers] == [False, True]
    assert on_hand() == 5


def test_an_operation_without_an_id_is_posted_as_often_as_it_comes() -> None:
    an_item()
    posted(purchase("5", at="1"), purchase("5", at="1"), purchase("5", at="1"), together=True)
    assert on_hand() == 15


def test_every_kind_of_operation_may_be_repeated() -> None:
    an_item()
    a_location("EAST")
    posted(*everything_at_once())
    before = everything()
    assert all(one.repeated for one in posted(*everything_at_once()))
    assert all(one.repeated for one in posted(*everything_at_once(), together=True))
    assert everything() == before


# ---- how much is read -----------------------------------------------------------------------------------------------


def test_a_posting_costs_the_same_statements_however_long_the_history_is() -> None:
    from db.connection import watched_statements

    def statements() -> int:
        with watched_statements() as watched:
            posted(sale("1", on=40))
        return len(watched.statements)

    an_item()
    posted(purchase("1000", at="1"))
    posted(sale("1"))
    few = statements()
    posted(*(sale("1", on=41) for _ in range(200)), together=True)
    assert statements() == few


def test_a_batch_reads_pools_by_page_and_not_by_line() -> None:
    from db.connection import watched_statements

    an_item()
    a_lot_item("LOT")
    posted(purchase("1000", at="1"), purchase("1000", at="1", item="LOT", lot="L"))
    posted(sale("1"), sale("1", item="LOT", lot="L"))
    with watched_statements() as watched:
        posted(*(sale("1") for _ in range(50)), *(sale("1", item="LOT", lot="l") for _ in range(50)), together=True)
    assert len(watched.statements) < 40


def test_a_forgotten_setup_is_read_again() -> None:
    an_item()
    posted(purchase("5", at="1"))
    post.forget_setup()
    posted(sale("1"))
    with_settings(allow_negative_inventory=False)
    assert refused(sale("9")).code == "not_enough_stock"
    assert len(entries()) == 2
