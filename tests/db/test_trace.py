"""Tracing: both directions, through transfers and relabelling; undone shipments net out (operations reference §13)."""

from datetime import date
from decimal import Decimal

import pytest

from db.connection import fetch, in_write_transaction, watched_statements
from db.posting.lines import ChangeExpiry, ChangeVariant, EntryType, OrderedLine, TrackingLine, TransferOrder
from db.posting.post import PostingRun
from db.queries.find_entries import entries_of_document, find_by_document, find_by_number
from db.queries.recall import recall
from db.queries.trace import Components, Direction, NumberOfItem, find_numbers, trace, trace_entries
from tests.support.builders import (
    ITEM,
    LOCATION,
    NOBODY,
    a_location,
    a_lot_item,
    a_serial_item,
    an_item,
    changed,
    count,
    counted,
    header,
    line,
    moved,
    posted,
    purchase,
    sale,
    scrapped,
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


def test_goods_that_became_another_variant_or_got_another_date_are_followed_on() -> None:
    a_lot_item(variants=["RED", "BLUE"])
    changed("reason", code="LABEL")
    reasoned = header(reason_code="LABEL")
    posted(purchase("10", at="1", lot="V", variant="RED", id="P"))
    posted(
        ChangeExpiry(reasoned, ITEM, "V", date(2030, 1, 1), "RED"),
        ChangeVariant(reasoned, ITEM, Decimal(4), "RED", "BLUE", LOCATION, tracking=(TrackingLine(None, "V"),)),
        sale("3", lot="V", variant="BLUE", id="C1"),
    )

    red, blue = sorted(find_numbers("V"), key=lambda one: one.variant_code, reverse=True)
    assert [(one.document, int(one.quantity)) for one in recall(red).gone] == [("C1", 3)]
    assert sorted(int(one.quantity) for one in recall(red).here) == [1, 6]
    assert [one.operation_id for one in recall(blue).origins] == ["P"]


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


# ---- must get right (13) --------------------------------------------------------------------------------------------


def a_kit() -> None:
    """Vendor lot V of item PART in kit lot K1 of item KIT, of which C1 bought 4 and C2 6."""
    a_lot_item("PART", unit_cost="1")
    a_lot_item("KIT", unit_cost="1")
    posted(
        purchase("20", at="1", item="PART", lot="V", id="VENDOR-7"),
        line(EntryType.CONSUMPTION, "20", item="PART", lot="V", id="C", header_fields={"document_no": "MAKE-1"}),
        line(EntryType.OUTPUT, "10", item="KIT", lot="K1", id="O", header_fields={"document_no": "MAKE-1"}),
        sale("4", item="KIT", lot="K1", id="S1", header_fields={"external_document_no": "C1"}),
        sale("6", item="KIT", lot="K1", id="S2", header_fields={"external_document_no": "C2"}),
    )


def test_given_vendor_lot_v_in_kit_lot_k1_and_k1_sold_to_c1_4_and_c2_6_then_forward_they_appear_below_k1() -> None:
    a_kit()
    lines = [(depth, entry.number, entry.document) for depth, entry, _ in trace(the("V"), Direction.FORWARD).tree()]
    assert lines == [(0, "V", "VENDOR-7"), (1, "V", "MAKE-1"), (2, "K1", "MAKE-1"), (3, "K1", "C1"), (3, "K1", "C2")]
    assert gone("V") == {"C1": 4, "C2": 6}  # what was consumed went on in the kit
    assert [one.number for one in recall(the("V")).numbers] == ["V", "K1"]


def test_given_c1_then_backward_finds_v_and_its_vendor() -> None:
    a_kit()
    found = trace_entries(entries_of_document("C1"), Direction.BACKWARD)
    lines = [(entry.number, entry.document) for _, entry, _ in found.tree()]
    assert lines == [("K1", "C1"), ("K1", "MAKE-1"), ("V", "MAKE-1"), ("V", "VENDOR-7")]


def test_components_are_gone_into_as_asked() -> None:
    an_item("SCREW", unit_cost="1")
    posted(purchase("5", at="1", item="SCREW", id="PS"))
    posted(line(EntryType.CONSUMPTION, "5", item="SCREW", id="CS", header_fields={"document_no": "MAKE-1"}))
    a_kit()

    def items(components: Components) -> set[str]:
        return {entry.item_no for entry in trace(the("K1"), Direction.BACKWARD, components).entries.values()}

    assert items(Components.NO) == {"KIT"}
    assert items(Components.TRACKED) == {"KIT", "PART"}
    assert items(Components.ALL) == {"KIT", "PART", "SCREW"}


def test_given_v_transferred_and_relabelled_to_v2_then_both_directions_pass_through_both() -> None:
    a_lot_item()
    a_location("RED")
    posted(purchase("10", at="1", lot="V", id="P"))
    posted(moved("10", lot="V", to="RED", id="T"), moved("10", lot="V", new_lot="V2", location="RED", id="R"))
    posted(sale("3", lot="V2", location="RED", id="S"))

    forward = [entry.operation_id for _, entry, again in trace(the("V"), Direction.FORWARD).tree() if not again]
    assert forward == ["P", "T", "T", "R", "R", "S"]
    backward = {entry.operation_id for _, entry, _ in trace(the("V2"), Direction.BACKWARD).tree()}
    assert backward == {"S", "R", "T", "P"}
    assert [one.number for one in recall(the("V")).numbers] == ["V", "V2"]


def test_given_an_undone_shipment_then_it_nets_to_0_in_the_recall_list() -> None:
    a_lot_item()
    posted(purchase("10", at="1", lot="V"), sale("4", lot="V", id="S", invoiced=False), undo("S"))
    assert recall(the("V")).gone == ()


def test_given_one_lot_received_twice_then_both_receipts_are_origins_each_only_of_what_was_applied_to_it() -> None:
    a_lot_item()
    posted(purchase("3", at="1", lot="V", id="P1", on=1), purchase("7", at="2", lot="V", id="P2", on=2))
    posted(sale("4", lot="V", id="S", on=3))
    tree = trace(the("V"), Direction.BACKWARD)
    [sale_no] = [no for no, entry in tree.entries.items() if entry.operation_id == "S"]
    assert {tree.entries[no].operation_id for no in tree.next[sale_no]} == {"P1", "P2"}
    assert {one.operation_id for one in recall(the("V")).origins} == {"P1", "P2"}


def test_what_is_scrapped_or_returned_to_the_vendor_is_no_customers() -> None:
    a_lot_item()
    posted(purchase("10", at="1", lot="V", id="P"), scrapped("1", lot="V", id="X"), sale("2", lot="V", id="C"))
    posted(purchase("-3", lot="V", applies_to="P", id="BACK"))
    found = recall(the("V"))
    assert {one.document: one.entry_type for one in found.gone} == {
        "X": "negative_adjustment",
        "C": "sale",
        "BACK": "purchase",
    }
    assert [one.document for one in found.customers] == ["C"]


def test_a_number_that_was_only_typed_at_a_sale_is_traced_to_what_it_came_from() -> None:
    changed("tracking_code", code="TYPED", serial_required=["sale"])
    an_item(tracking_code="TYPED")
    posted(purchase("2", at="1", id="P"), sale("1", serial="SN-1", id="S"))
    assert gone("sn-1") == {"S": 1}
    assert [entry.operation_id for _, entry, _ in trace(the("SN-1"), Direction.BACKWARD).tree()] == ["S", "P"]


def test_what_is_here_says_whether_it_is_blocked_and_what_is_on_its_way() -> None:
    a_lot_item()
    a_location("RED")
    posted(purchase("10", at="1", lot="V"), moved("4", lot="V", to="RED"), moved("4", lot="V", new_lot="V2", location="RED"))
    changed("lot", item=ITEM, no="V2", blocked=True)
    assert [(one.number, one.blocked) for one in recall(the("V")).here] == [("V", False), ("V2", True)]


def test_an_open_transfer_order_that_names_the_number_is_listed() -> None:
    a_lot_item()
    a_location("RED")
    posted(purchase("10", at="1", lot="V"))
    asked = (OrderedLine(10, ITEM, Decimal(2), tracking=(TrackingLine(Decimal(2), "v"),)),)
    posted(TransferOrder(header(), "TO1", LOCATION, "RED", "", asked))
    assert [(one.document, one.number) for one in recall(the("V")).asking] == [("TO1", "V")]


# ---- find entries ---------------------------------------------------------------------------------------------------


def test_a_document_is_found_in_every_table_that_has_it_with_counts() -> None:
    a_lot_item()
    posted(
        purchase("10", at="1", lot="V", id="P", header_fields={"document_no": "R7"}),
        sale("4", lot="V", id="S", header_fields={"external_document_no": "C1"}),
    )
    found = {one.table: one.count for one in find_by_document("r7")}
    assert found == {"postings": 1, "item ledger": 1, "value entries": 1}
    [ledger] = [one for one in find_by_document("C1") if one.table == "item ledger"]
    assert [(row.what, row.number, row.quantity, row.document) for row in ledger.rows] == [("sale", "V", Decimal(-4), "C1")]
    assert find_by_document("S")
    assert find_by_document("nothing") == []


def test_a_number_is_found_in_every_table_that_has_it_with_counts() -> None:
    a_lot_item(unit_cost="1")
    a_location("EAST", bins=["A", "B"])
    posted(
        purchase("10", at="1", lot="V", location="EAST", bin="A"),
        moved("4", lot="V", location="EAST", bin="A", to_bin="B"),
        count(counted("5", lot="V", bin="A"), location="EAST"),
    )
    found = {one.table: one.count for one in find_by_number(the("V"))}
    assert found == {"in stock": 2, "item ledger": 2, "bin movements": 4, "counted lines": 1}


def test_finding_costs_the_same_however_long_the_ledger_is() -> None:
    a_lot_item()
    posted(purchase("100", at="1", lot="V", header_fields={"document_no": "R7"}))
    with watched_statements() as few:
        find_by_document("R7")
        find_by_number(the("V"))
    in_write_transaction(lambda: PostingRun(NOBODY).post([purchase("1", at="1", lot="W") for _ in range(60)]))
    with watched_statements() as many:
        find_by_document("R7")
        find_by_number(the("V"))
    assert len(many.statements) == len(few.statements)
