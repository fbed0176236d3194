"""Tracing: both directions, through transfers and relabelling; undone shipments net out (operations reference §13)."""

import pytest

from db.connection import fetch, in_write_transaction, watched_statements
from db.posting.post import PostingRun
from db.queries.recall import recall
from db.queries.trace import Direction, NumberOfItem, find_numbers, trace
from tests.support.builders import (
    ITEM,
    LOCATION,
    NOBODY,
    a_location,
    a_lot_item,
    a_serial_item,
    moved,
    posted,
    purchase,
    sale,
    undo,
)

pytestmark = pytest.mark.usefixtures("database")


def the(number: str) -> NumberOfItem:
    (found,) = find_numbers(number)
    return found


def gone(number: str) -> dict[str, int]:
    return {one.document: int(one.quantity) for one in recall(the(number)).gone}


def here(number: str) -> dict[tuple[str, str], int]:
    return {(one.location_code, one.number): int(one.quantity) for one in recall(the(number)).here}


def test_what_was_sold_of_a_lot_is_listed_with_its_documents() -> None:
    a_lot_item()
    posted(purchase("10", at="1", lot="V", id="P"))
    posted(sale("4", lot="V", id="C1"), sale("5", lot="V", id="C2"))

    assert gone("v") == {"C1": 4, "C2": 5}
    assert here("V") == {(LOCATION, "V"): 1}
    assert [one.operation_id for one in recall(the("V")).origins] == ["P"]


def test_transferred_and_relabelled_goods_are_passed_through_in_both_directions() -> None:
    a_lot_item()
    a_location("RED")
    posted(purchase("10", at="1", lot="V", id="P"))
    posted(
        moved("6", lot="V", to="RED"),
        moved("5", lot="V", new_lot="V2", location="RED"),
        sale("2", lot="V2", location="RED", id="C1"),
    )

    assert gone("V") == {"C1": 2}
    assert here("V") == {(LOCATION, "V"): 4, ("RED", "V"): 1, ("RED", "V2"): 3}
    assert [one.operation_id for one in recall(the("V2")).origins] == ["P"]


def test_undone_shipment_nets_to_nothing_in_the_recall_list() -> None:
    a_lot_item()
    posted(purchase("10", at="1", lot="V"), sale("4", lot="V", id="S", invoiced=False), undo("S"))

    assert gone("V") == {}
    assert here("V") == {(LOCATION, "V"): 10}


def test_lot_received_twice_has_both_receipts_as_origins_each_only_of_what_was_applied_to_it() -> None:
    a_lot_item()
    posted(
        purchase("3", at="1", lot="V", id="P1", on=1),
        purchase("7", at="2", lot="V", id="P2", on=2),
        sale("3", lot="V", id="S", on=3),
    )

    assert [one.operation_id for one in recall(the("V")).origins] == ["P1", "P2"]
    forward = trace(the("V"), Direction.FORWARD)
    by_id = {entry.operation_id: no for no, entry in forward.entries.items()}
    assert forward.next.get(by_id["P1"]) == (by_id["S"],)
    assert by_id["P2"] not in forward.next


def test_entry_that_was_listed_before_is_not_followed_again() -> None:
    a_lot_item()
    posted(purchase("3", at="1", lot="V", id="P1"), purchase("7", at="2", lot="V", id="P2"), sale("10", lot="V", id="S"))

    lines = [(depth, entry.operation_id, again) for depth, entry, again in trace(the("V"), Direction.FORWARD).tree()]
    assert lines == [(0, "P1", False), (1, "S", False), (0, "P2", False), (1, "S", True)]


def test_one_number_of_two_items_is_found_for_each() -> None:
    a_lot_item("1000")
    a_lot_item("2000")
    posted(purchase("1", at="1", lot="L7", item="1000"), purchase("1", at="1", lot="l7", item="2000"))

    assert [one.item_no for one in find_numbers("l7")] == ["1000", "2000"]
    assert find_numbers("L7", "2000")[0].number == "l7"


def test_serial_number_is_traced_backwards_from_its_sale() -> None:
    a_serial_item()
    posted(purchase("1", at="1", serial="S1", id="P"), sale("1", serial="S1", id="C"))

    lines = [entry.operation_id for _, entry, again in trace(the("S1"), Direction.BACKWARD).tree() if not again]
    assert lines == ["C", "P"]


def test_number_of_statements_does_not_grow_with_what_was_sold() -> None:
    a_lot_item()
    posted(purchase("100", at="1", lot="V"), sale("1", lot="V"))
    with watched_statements() as few:
        recall(the("V"))
    in_write_transaction(lambda: PostingRun(NOBODY).post([sale("1", lot="V") for _ in range(60)]))
    with watched_statements() as many:
        recall(the("V"))

    assert len(many.statements) == len(few.statements)
    assert fetch("SELECT COUNT(*) FROM item_ledger_entry WHERE item_no = ?", (ITEM,))[0][0] == 62
