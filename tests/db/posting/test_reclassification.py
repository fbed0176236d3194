"""Reclassification: what stock is, changed without changing how much there is or what it is worth (operations reference §8)."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from db.connection import fetch
from db.core.numbers import from_scaled
from db.posting.lines import ChangeExpiry, ChangeVariant, ItemJournalLine, PostedBy, PostingOperation, TrackingLine
from db.posting.post import post_operations
from db.posting.prove import prove
from db.queries.suggested import suggested_lots
from tests.support.builders import (
    NOBODY,
    Exact,
    a_dated_item,
    a_location,
    a_lot_item,
    a_serial_item,
    a_user,
    adjust_cost,
    an_item,
    changed,
    cost_of,
    entries,
    entry,
    everything,
    header,
    invoice,
    moved,
    on_hand,
    posted,
    purchase,
    refused,
    sale,
    undo,
    values,
)

pytestmark = pytest.mark.usefixtures("database")

JUNE, JULY, AUGUST = date(2027, 6, 30), date(2027, 7, 31), date(2027, 8, 31)
BY_SUE = PostedBy("SUE", "T1", "relabel")


@pytest.fixture(autouse=True)
def reasons(database: object) -> Iterator[None]:
    """There is a reason to give, and afterwards the ledgers are right."""
    changed("reason", code="LABEL")
    a_user("SUE", role="supervisor")
    yield
    assert prove().findings == ()


def redated(
    to: date | None, number: str = "L", *, item: str = "1000", variant: str = "", id: str = "", on: int = 1, reason: str = "LABEL"
) -> ChangeExpiry:
    return ChangeExpiry(header(id, on, reason_code=reason), item, number, to, variant)


def turned(quantity: str, variant: str, new: str, *, id: str = "", reason: str = "LABEL", **fields: object) -> ChangeVariant:
    location = str(fields.pop("location", "BLUE"))
    head = header(id, 1, reason_code=reason)
    return ChangeVariant(head, "1000", Decimal(quantity), variant, new, location, **fields)  # type: ignore[arg-type]


def value_of_item(item: str = "1000") -> Exact:
    return from_scaled(
        int(fetch("SELECT SUM(cost_amount_actual + cost_amount_expected) FROM value_entry WHERE item_no = ?", (item,))[0][0])
    )


def date_of(number: str, item: str = "1000") -> str | None:
    found: str | None = fetch("SELECT expiration_date FROM tracking_number WHERE item_no = ? AND number = ?", (item, number))[0][
        0
    ]
    return found


# ---- "Must get right (8)" -------------------------------------------------------------------------------------------


def test_given_a_bin_only_move_when_posted_then_0_iles_2_wes_location_stock_unchanged() -> None:
    a_lot_item()
    a_location("EAST", bins=["A", "B"])
    posted(purchase("5", at="1", lot="L", location="EAST", bin="A"))
    before = everything()
    posted(moved("2", lot="L", location="EAST", bin="A", to_bin="B"))
    after = everything()
    assert after["item_ledger_entry"] == before["item_ledger_entry"]
    assert len(after["warehouse_entry"]) == len(before["warehouse_entry"]) + 2
    assert {row[0] for row in fetch("SELECT entry_type FROM warehouse_entry WHERE entry_no > 1")} == {"movement"}
    assert on_hand(location_code="EAST") == 5


def test_given_lot_l_6_in_east_4_in_west_when_expiry_is_changed_then_10_carry_the_new_date_and_value_is_unchanged() -> None:
    a_dated_item()
    a_location("EAST", bins=["A", "B"])
    a_location("WEST")
    posted(
        purchase("6", amount="10", lot="L", expires=JUNE, location="EAST", bin="A"),
        purchase("4", amount="7.77", lot="L", location="WEST"),
        moved("2", lot="L", location="EAST", bin="A", to_bin="B"),
    )
    before = value_of_item()
    posted(redated(JULY, "l", id="X"), by=BY_SUE)
    open_ones = [one for one in entries() if one.open]
    assert sum(one.remaining for one in open_ones) == 10
    assert {one.expires for one in open_ones} == {"2027-07-31"}
    assert date_of("L") == "2027-07-31"
    assert value_of_item() == before == Decimal("17.77")
    assert cost_of("X") == 0
    assert [(one.leg, one.location, one.quantity, one.expires) for one in entries("X")] == [
        ("out/1", "EAST", -4, "2027-06-30"),
        ("in/1", "EAST", 4, "2027-07-31"),
        ("out/2", "EAST", -2, "2027-06-30"),
        ("in/2", "EAST", 2, "2027-07-31"),
        ("out/3", "WEST", -4, "2027-06-30"),
        ("in/3", "WEST", 4, "2027-07-31"),
    ]
    assert (on_hand(bin_code="A"), on_hand(bin_code="B"), on_hand(location_code="WEST")) == (4, 2, 4)
    assert fetch("SELECT reason_code, operation FROM item_register WHERE operation_id = 'X'") == [("LABEL", "change_expiry")]


def test_given_lot_l_of_10_when_4_are_redated_keeping_l_then_refused_offering_new_lot_for_these_4() -> None:
    a_dated_item()
    posted(purchase("10", at="1", lot="L", expires=JUNE))
    error = refused(moved("4", lot="L", new_expires=JULY))
    assert error.code == "expiration_mismatch"
    assert "or give these 4 a new number" in str(error)


def test_given_a_and_b_merged_into_c_with_different_dates_then_refused() -> None:
    a_dated_item()
    posted(purchase("2", at="1", lot="A", expires=JUNE), purchase("2", at="1", lot="B", expires=JULY))
    into_c = [TrackingLine(Decimal(2), one, new_lot_no="C") for one in ("A", "B")]
    assert refused(moved("4", tracking=into_c)).code == "expiration_mismatch"
    posted(moved("2", lot="A", new_lot="C"))
    assert refused(moved("2", lot="B", new_lot="C")).code == "expiration_mismatch"


def test_given_new_expiry_left_empty_when_posted_then_the_old_date_remains() -> None:
    a_dated_item()
    posted(purchase("2", at="1", lot="A", expires=JUNE), moved("2", lot="A", new_lot="B", id="T"))
    assert entry("T/in").expires == "2027-06-30"


def test_given_from_equals_to_in_everything_then_nothing_to_change() -> None:
    a_dated_item()
    a_location("EAST", bins=["A"])
    posted(purchase("2", at="1", lot="A", expires=JUNE), purchase("2", at="1", lot="A", location="EAST", bin="A"))
    for same in (
        moved("2", lot="A"),
        moved("2", lot="A", new_lot="a"),
        moved("2", lot="A", new_expires=JUNE),
        moved("2", lot="A", location="EAST", bin="A", to_bin="A", new_lot="A", new_expires=JUNE),
    ):
        assert str(refused(same)).startswith("Nothing to change")
    assert str(refused(redated(JUNE, "A"), by=BY_SUE)) == "Nothing to change: A has that expiry date already."


# ---- one line -------------------------------------------------------------------------------------------------------


def test_the_date_that_it_has_already_makes_no_more_of_a_move_than_it_is() -> None:
    a_dated_item()
    a_location("EAST", bins=["A", "B"])
    posted(purchase("2", at="1", lot="A", expires=JUNE, location="EAST", bin="A"))
    posted(moved("2", lot="A", location="EAST", bin="A", to_bin="B", new_expires=JUNE))
    assert len(entries()) == 1
    assert on_hand(bin_code="B") == 2


def test_a_date_is_taken_away_only_where_that_is_said_and_never_where_it_is_required() -> None:
    a_lot_item()
    a_dated_item("D")
    posted(purchase("2", at="1", lot="A", expires=JUNE), purchase("2", at="1", lot="A", expires=JUNE, item="D"))
    away = [TrackingLine(None, "A", clear_expiration=True)]
    posted(moved("2", tracking=away, id="T"))
    assert (entry("T/in").expires, date_of("A")) == (None, None)
    assert refused(moved("2", tracking=away)).code == "nothing_to_do"  # there is none to take away
    assert refused(moved("2", tracking=away, item="D")).code == "expiration_required"
    both = [TrackingLine(None, "A", new_expiration_date=JULY, clear_expiration=True)]
    assert refused(moved("2", tracking=both)).code == "bad_value"


def test_a_new_lot_needs_a_date_where_the_code_says_so_and_the_old_lot_has_none() -> None:
    a_lot_item()
    posted(purchase("2", at="1", lot="A"))
    changed("tracking_code", code="LOTS", expiration_required=True)
    assert refused(moved("2", lot="A", new_lot="B")).code == "expiration_required"
    posted(moved("2", lot="A", new_lot="B", new_expires=JUNE))
    assert date_of("B") == "2027-06-30"


def test_pieces_of_one_lot_are_redated_in_one_line_when_they_are_all_of_it() -> None:
    changed("tracking_code", code="BOTH", lot=True, serial=True)
    an_item(tracking_code="BOTH")
    for serial in ("s1", "s2", "s3"):
        posted(purchase("1", at="1", lot="L", serial=serial, expires=JUNE))

    def of(*serials: str, to: date = JULY) -> list[TrackingLine]:
        return [TrackingLine(Decimal(1), "L", one, new_expiration_date=to) for one in serials]

    assert refused(moved("2", tracking=of("s1", "s2"))).code == "expiration_mismatch"
    two_dates = [*of("s1", "s2"), *of("s3", to=AUGUST)]
    assert refused(moved("3", tracking=two_dates)).code == "expiration_mismatch"
    one_without = [*of("s1", "s2"), TrackingLine(Decimal(1), "L", "s3", new_serial_no="s4")]
    assert refused(moved("3", tracking=one_without)).code == "expiration_mismatch"
    posted(moved("3", tracking=of("s1", "s2", "s3")))
    assert date_of("L") == "2027-07-31"


def test_serial_pieces_get_a_new_lot_all_together() -> None:
    changed("tracking_code", code="BOTH", lot=True, serial=True)
    an_item(tracking_code="BOTH")
    for number, serial in enumerate(("s1", "s2", "s3"), 1):
        posted(purchase("1", at=str(number), lot="L", serial=serial, expires=JUNE))
    posted(moved("2", tracking=[TrackingLine(Decimal(1), "L", one, new_lot_no="M") for one in ("s1", "s3")], id="T"))
    assert {one.serial for one in entries() if one.open and one.lot == "M"} == {"s1", "s3"}
    assert cost_of("T/in") == 4
    assert date_of("M") == "2027-06-30"


def test_one_lot_is_split_into_several_new_ones_in_one_line_at_its_cost_and_the_cent_over_is_rounding_of_the_receipt() -> None:
    a_lot_item()
    posted(purchase("10", amount="10.01", lot="L", id="P"))
    parts = [TrackingLine(Decimal(quantity), "L", new_lot_no=lot) for quantity, lot in (("3", "A"), ("3", "B"), ("4", "C"))]
    posted(moved("10", tracking=parts, id="T"))
    assert {one.lot: one.quantity for one in entries() if one.open} == {"A": 3, "B": 3, "C": 4}
    assert (cost_of("T"), cost_of("T/in")) == (0, 10)  # 3.00 + 3.00 + 4.00; the costing reference (§11) rounds each share
    assert [(one.entry_type, one.actual) for one in values("P")] == [
        ("direct_cost", Decimal("10.01")),
        ("rounding", Decimal("-0.01")),
    ]


def test_the_value_of_a_pair_is_0_also_after_a_later_invoice() -> None:
    a_lot_item()
    posted(purchase("10", at="10", lot="L", invoiced=False, id="P"), moved("4", lot="L", new_lot="M", id="T"))
    posted(moved("3", lot="M", new_lot="N", id="U"), sale("2", lot="N", id="S"))
    posted(invoice("P", at="12.34"), adjust_cost())
    assert cost_of("T") == cost_of("U") == 0
    assert (cost_of("T/in"), cost_of("U/in"), cost_of("S")) == (Decimal("49.36"), Decimal("37.02"), Decimal("-24.68"))


def test_strict_expiry_does_not_block_a_reclass() -> None:
    a_dated_item()
    posted(purchase("4", at="1", lot="L", expires=date(2026, 1, 10)))
    assert refused(sale("1", lot="L", on=11)).code == "expired"
    posted(moved("2", lot="L", new_lot="M", on=11), redated(JULY, on=11))
    posted(sale("1", lot="L", on=12))
    assert refused(sale("1", lot="M", on=12)).code == "expired"


def test_a_package_gets_another_number() -> None:
    changed("tracking_code", code="LP", lot=True, package=True)
    an_item(tracking_code="LP")
    posted(purchase("2", at="1", lot="L", package="P1"), moved("2", lot="L", package="P1", new_package="P2"))
    assert on_hand(package_no="P2") == 2


# ---- change expiry of lot -------------------------------------------------------------------------------------------


def test_what_is_on_its_way_gets_the_new_date_too_and_is_received_on_its_order() -> None:
    from db.posting.lines import OrderedLine, TransferOrder, TransferReceive, TransferShip

    a_dated_item()
    a_location("EAST")
    a_location("WEST")
    a_location("ROAD", in_transit=True)
    posted(purchase("10", at="2", lot="L", expires=JUNE, location="EAST"))
    line = OrderedLine(1, "1000", Decimal(6), tracking=(TrackingLine(None, "L"),))
    posted(TransferOrder(header(), "TO1", "EAST", "WEST", "ROAD", (line,)), TransferShip(header("SHIP"), "TO1"))
    posted(redated(JULY, id="X"))
    assert {one.expires for one in entries() if one.open} == {"2027-07-31"}
    posted(undo("X", id="UX"))
    assert fetch("SELECT quantity_shipped FROM transfer_order_line") == [(600_000,)]
    posted(redated(AUGUST, id="Y"), TransferReceive(header("GET"), "TO1"))
    assert [(one.expires, one.quantity) for one in entries("GET") if one.quantity > 0] == [("2027-08-31", 6)]
    assert on_hand(location_code="WEST") == 6


def test_costs_follow_a_date_that_was_changed() -> None:
    a_dated_item(costing_method="lifo")
    a_location("EAST")
    posted(
        purchase("3", at="1", lot="L", expires=JUNE, invoiced=False, id="P1"),
        purchase("3", at="2", lot="L", id="P2", on=2),
        moved("4", lot="L", to="EAST", on=3),
        redated(JULY, id="X", on=5),
        sale("2", lot="L", id="S", location="EAST", on=6),
    )
    posted(invoice("P1", at="5"), adjust_cost())
    assert cost_of("X") == 0
    assert value_of_item() == 21 + cost_of("S")


def test_what_expires_first_is_what_the_new_date_says() -> None:
    a_dated_item()
    posted(purchase("1", at="1", lot="A", expires=JUNE), purchase("1", at="1", lot="B", expires=JULY))
    assert [one.lot_no for one in suggested_lots("1000", "", "BLUE", date(2026, 1, 1))] == ["A", "B"]
    posted(redated(AUGUST, "A"))
    assert [one.lot_no for one in suggested_lots("1000", "", "BLUE", date(2026, 1, 1))] == ["B", "A"]


def test_changing_an_expiry_needs_a_reason_a_known_number_stock_and_a_supervisor() -> None:
    a_dated_item()
    an_item("PLAIN")
    for code, role in (("ANN", "worker"), ("CON", "controller")):
        a_user(code, role=role)
    posted(purchase("1", at="1", lot="L", expires=JUNE))
    assert refused(redated(JULY, reason="")).code == "reason_required"
    assert refused(redated(JULY, "M")).code == "unknown_code"
    assert refused(redated(JULY, item="PLAIN")).code == "tracking_not_allowed"
    assert refused(redated(JULY, item="NONE")).code == "unknown_code"
    assert refused(redated(None)).code == "expiration_required"
    for user in ("ANN", "CON"):
        error = refused(redated(JULY), by=PostedBy(user))
        assert (error.code, "change the expiry date" in str(error)) == ("permission_denied", True)
    posted(redated(JULY, id="X"), by=PostedBy("SUE"))
    for user in ("ANN", "CON"):  # both may undo what they may do
        assert refused(undo("X"), by=PostedBy(user)).code == "permission_denied"
    posted(sale("1", lot="L"))
    assert str(refused(redated(JUNE))) == "Nothing to change: nothing of L is in stock."


def test_who_may_move_may_not_always_relabel_and_the_date_of_a_lot_is_a_supervisors() -> None:
    a_dated_item()
    a_location("EAST")
    for code, role in (("ANN", "worker"), ("SHIP", "shipping")):
        a_user(code, role=role)
    posted(purchase("4", at="1", lot="L", expires=JUNE))
    for code in ("ANN", "SHIP"):
        posted(moved("1", lot="L", to="EAST", on=2), by=PostedBy(code))
    posted(moved("2", lot="L", to="BLUE", location="EAST", on=2))
    assert (
        str(refused(moved("1", lot="L", new_lot="M"), by=PostedBy("SHIP")))
        == "Not allowed: SHIP may not relabel goods. Ask a supervisor."
    )
    posted(moved("1", lot="L", new_lot="M", new_expires=JULY), by=PostedBy("ANN"))
    for code in ("ANN", "SHIP"):
        assert refused(moved("3", lot="L", new_expires=JULY), by=PostedBy(code)).code == "permission_denied"
    for same in ("L", "l"):  # its own number, said again, is no relabelling
        assert refused(moved("3", lot="L", new_lot=same, new_expires=JULY), by=PostedBy("ANN")).code == "permission_denied"
    posted(moved("3", lot="L", new_expires=JULY), by=BY_SUE)


def test_a_supervisor_of_one_location_does_not_change_what_lies_at_another() -> None:
    a_dated_item()
    a_location("EAST")
    a_location("WEST")
    a_user("SUE", role="supervisor", locations=["EAST"])
    posted(purchase("1", at="1", lot="L", expires=JUNE, location="EAST"), purchase("1", at="1", lot="L", location="WEST"))
    error = refused(redated(JULY), by=BY_SUE)
    assert (error.code, "post at WEST" in str(error)) == ("permission_denied", True)


def test_a_blocked_lot_gets_its_right_date_and_stays_blocked() -> None:
    a_dated_item()
    posted(purchase("1", at="1", lot="L", expires=JUNE))
    changed("lot", item="1000", no="L", blocked=True, block_reason="date?")
    posted(redated(JULY))
    assert refused(sale("1", lot="L")).code == "blocked"


def test_a_serial_number_that_carries_the_date_gets_another_one() -> None:
    a_serial_item()
    posted(purchase("1", at="1", serial="s1", expires=JUNE), redated(JULY, "S1"))
    assert date_of("s1") == "2027-07-31"


def test_a_changed_expiry_is_undone_as_one_and_not_when_some_of_it_was_sold() -> None:
    a_dated_item()
    a_location("EAST", bins=["A", "B"])
    posted(
        purchase("5", at="3", lot="L", expires=JUNE),
        purchase("3", at="1", lot="L", location="EAST", bin="A"),
        redated(JULY, id="X"),
    )
    posted(undo("X/in/1", id="U"))  # one leg stands for all of it
    assert {one.expires for one in entries() if one.open} == {"2027-06-30"}
    assert date_of("L") == "2027-06-30"
    assert refused(undo("X")).code == "already_undone"
    posted(redated(AUGUST, id="Y"), sale("1", lot="L", id="S"))
    error = refused(undo("Y"))
    assert (error.code, "S" in str(error)) == ("already_applied", True)


def test_a_change_of_expiry_that_is_sent_twice_happens_once() -> None:
    a_dated_item()
    posted(purchase("1", at="1", lot="L", expires=JUNE))
    first, again = posted(redated(JULY, id="X"), redated(JULY, id="X"))
    assert (again.register_no, again.repeated) == (first.register_no, True)


# ---- variant --------------------------------------------------------------------------------------------------------


def test_another_variant_is_a_linked_pair_of_adjustments_at_the_same_cost_in_one_register() -> None:
    an_item(variants=["RED", "BLUE"])
    posted(purchase("3", amount="10", variant="RED"), purchase("3", amount="1", variant="RED", on=2))
    before = value_of_item()
    posted(turned("4", "RED", "BLUE", id="V"))
    assert [(one.leg, one.entry_type, one.quantity) for one in entries("V")] == [
        ("out", "negative_adjustment", -4),
        ("in", "positive_adjustment", 4),
    ]
    assert (cost_of("V/out"), cost_of("V/in")) == (Decimal("-10.33"), Decimal("10.33"))
    assert value_of_item() == before
    assert (on_hand(variant_code="RED"), on_hand(variant_code="BLUE")) == (2, 4)
    assert len(fetch("SELECT register_no FROM item_register WHERE operation = 'change_variant'")) == 1


def test_the_cost_of_the_new_variant_follows_the_invoice_of_the_old_one() -> None:
    an_item(variants=["RED", "BLUE"])
    posted(purchase("4", at="1", variant="RED", invoiced=False, id="P"), turned("3", "RED", "BLUE", id="V"))
    posted(sale("1", variant="BLUE", id="S"), invoice("P", at="2.50"), adjust_cost())
    assert (cost_of("V"), cost_of("V/in"), cost_of("S")) == (0, Decimal("7.50"), Decimal("-2.50"))


def test_numbers_go_along_to_the_new_variant() -> None:
    a_dated_item(variants=["RED", "BLUE"])
    posted(
        purchase("2", at="1", lot="A", expires=JUNE, variant="RED"), purchase("3", at="2", lot="B", expires=JULY, variant="RED")
    )
    both = (TrackingLine(Decimal(2), "A"), TrackingLine(Decimal(1), "b"))
    posted(turned("3", "RED", "BLUE", tracking=both, id="V"))
    assert [(one.leg, one.lot, one.quantity, one.expires) for one in entries("V")] == [
        ("out/1", "A", -2, "2027-06-30"),
        ("out/2", "B", -1, "2027-07-31"),
        ("in/1", "A", 2, "2027-06-30"),
        ("in/2", "B", 1, "2027-07-31"),
    ]
    posted(undo("V"))
    posted(
        purchase("1", at="1", lot="C", expires=JULY, variant="BLUE"), purchase("1", at="1", lot="C", expires=JUNE, variant="RED")
    )
    error = refused(turned("1", "RED", "BLUE", tracking=(TrackingLine(None, "C"),)))
    assert error.code == "expiration_mismatch"


def test_another_variant_needs_a_reason_stock_and_a_variant_that_is_one() -> None:
    an_item(variants=["RED", "BLUE", "OLD"])
    changed("variant", item="1000", code="OLD", blocked=True)
    posted(purchase("3", at="1", variant="RED"))
    assert refused(turned("1", "RED", "BLUE", reason="")).code == "reason_required"
    assert str(refused(turned("1", "RED", "RED"))) == "Nothing to change: from and to are both variant RED."
    assert refused(turned("1", "RED", "GREEN")).code == "unknown_code"
    assert refused(turned("1", "RED", "OLD")).code == "blocked"
    assert refused(turned("4", "RED", "BLUE")).code == "not_enough_stock"
    assert refused(turned("-1", "RED", "BLUE")).code == "bad_value"


def test_a_blocked_lot_does_not_become_another_variant_not_even_by_a_supervisor() -> None:
    a_lot_item(variants=["RED", "BLUE"])
    posted(purchase("3", at="1", lot="L", variant="RED"))
    changed("lot", item="1000", variant="RED", no="L", blocked=True, block_reason="smells")
    error = refused(turned("1", "RED", "BLUE", tracking=(TrackingLine(None, "L"),)), by=BY_SUE)
    assert (error.code, "smells" in str(error)) == ("blocked", True)


def test_an_item_that_uses_no_expiry_dates_gets_none() -> None:
    a_lot_item()
    changed("tracking_code", code="LOTS", use_expiration_dates=False)
    posted(purchase("3", at="1", lot="L"))
    assert refused(moved("3", lot="L", new_lot="M", new_expires=JUNE)).code == "tracking_not_allowed"
    assert refused(redated(JUNE)).code == "tracking_not_allowed"


# ---- numbers from a series ------------------------------------------------------------------------------------------


def a_series(code: str, first: str) -> None:
    changed("number_series", code=code)
    changed("number_series_line", series=code, starting_no=first, allow_gaps=False)


def drawn(quantity: str, kind: str = "lot", *, id: str = "", serials: Sequence[str] = (), **fields: Any) -> ItemJournalLine:
    tracking = [TrackingLine(Decimal(1), serial_no=one, drawn=kind) for one in serials]
    return moved(quantity, tracking=tracking or [TrackingLine(None, "L", drawn=kind)], id=id, **fields)


def test_a_new_lot_is_drawn_from_the_series_by_the_posting_and_a_refused_one_leaves_no_gap() -> None:
    a_lot_item()
    posted(purchase("9", at="1", lot="L"), purchase("1", at="1", lot="LOT-002"))
    assert refused(drawn("3")).code == "tracking_required"  # no series
    a_series("LOTS", "LOT-001")
    changed("tracking_code", code="LOTS", lot_nos="LOTS")
    assert refused(drawn("10")).code == "not_enough_stock"
    posted(drawn("2", id="A"), drawn("3", id="B"), drawn("2", id="A"))
    assert [entry(f"{one}/in").lot for one in "AB"] == ["LOT-001", "LOT-003"]  # the second was typed by somebody before
    posted(drawn("1", id="C"), purchase("1", at="1", lot="L"), drawn("1", id="D"), together=True)
    assert [entry(f"{one}/in").lot for one in "CD"] == ["LOT-004", "LOT-005"]


def test_each_serial_number_is_drawn_for_itself() -> None:
    a_serial_item()
    a_series("SN", "N8")
    changed("tracking_code", code="SERIALS", serial_nos="SN")
    posted(purchase("1", at="1", serial="s1"), purchase("1", at="2", serial="s2"))
    posted(drawn("2", "serial", serials=["s1", "s2"], id="T"))
    assert {one.serial for one in entries() if one.open} == {"N8", "N9"}


def test_a_serial_number_that_the_other_variant_has_in_stock_is_refused() -> None:
    a_serial_item(variants=["RED", "BLUE"])
    posted(purchase("1", at="1", serial="s1", variant="RED"), purchase("1", at="1", serial="s1", variant="BLUE"))
    assert refused(turned("1", "RED", "BLUE", tracking=(TrackingLine(None, "", "s1"),))).code == "serial_in_stock"


def test_another_variant_is_undone_as_one() -> None:
    a_serial_item(variants=["RED", "BLUE"])
    posted(
        purchase("1", at="7", serial="s1", variant="RED"),
        turned("1", "RED", "BLUE", tracking=(TrackingLine(None, "", "S1"),), id="V"),
    )
    posted(undo("V/in", id="U"))
    assert (on_hand(variant_code="RED"), on_hand(variant_code="BLUE")) == (1, 0)
    assert cost_of("V") + cost_of("U") == 0
    assert value_of_item() == 7
    assert refused(undo("V")).code == "already_undone"
    posted(turned("1", "RED", "BLUE", tracking=(TrackingLine(None, "", "s1"),), id="W"), sale("1", serial="s1", variant="BLUE"))
    assert refused(undo("W")).code == "already_applied"


def test_a_batch_goes_on_after_a_change_of_expiry_and_of_variant() -> None:
    a_dated_item(variants=["RED", "BLUE"])
    tracking = (TrackingLine(None, "L"),)
    operations: list[PostingOperation] = [
        purchase("4", at="1", lot="L", expires=JUNE, variant="RED"),
        redated(JULY, variant="RED"),
        sale("1", lot="L", variant="RED"),
        turned("2", "RED", "BLUE", tracking=tracking),
        sale("1", lot="L", variant="BLUE"),
        sale("1", lot="L", variant="RED"),
    ]
    post_operations(operations, NOBODY)
    assert (on_hand(variant_code="RED"), on_hand(variant_code="BLUE")) == (0, 1)
    assert {one.expires for one in entries() if one.open} == {"2027-07-31"}
