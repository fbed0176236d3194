"""Physical inventory: every line recorded, differences posted, what moved meanwhile accounted for (operations reference §6)."""

import pytest

from db.connection import fetch
from db.core.numbers import from_scaled
from db.posting.prove import prove
from tests.support.builders import (
    Exact,
    a_location,
    a_lot_item,
    a_serial_item,
    an_item,
    changed,
    count,
    counted,
    entries,
    entry,
    everything,
    invoice,
    moved,
    on_hand,
    posted,
    purchase,
    refusals,
    refused,
    sale,
)

pytestmark = pytest.mark.usefixtures("database")


def proven() -> None:
    assert prove().findings == ()


def count_entries() -> list[tuple[Exact, Exact, bool]]:
    """(expected, counted, whether an entry was posted) of every count entry."""
    sql = "SELECT quantity_expected, quantity_counted, item_ledger_entry_no FROM count_entry ORDER BY entry_no"
    return [(from_scaled(row[0]), from_scaled(row[1]), row[2] is not None) for row in fetch(sql)]


def seen_now(item: str = "1000", *, in_bin: bool = False) -> int:
    """The watermark that a scan writes down: the item's last entry."""
    column = "last_warehouse_entry_no" if in_bin else "last_item_ledger_entry_no"
    return int(fetch(f"SELECT {column} FROM item_total WHERE item_no = ?", (item,))[0][0])


def test_what_is_found_and_what_is_missed_becomes_an_adjustment() -> None:
    an_item()
    posted(purchase("5", at="1"), count(counted("7"), id="C1"), count(counted("4"), id="C2"))
    assert (entry("C1").entry_type, entry("C1").quantity) == ("positive_adjustment", 2)
    assert (entry("C2").entry_type, entry("C2").quantity) == ("negative_adjustment", -3)
    assert count_entries() == [(5, 7, True), (7, 4, True)]
    proven()


def test_a_line_without_a_difference_is_recorded_without_an_entry() -> None:
    an_item()
    posted(purchase("5", at="1"), count(counted("5"), id="C"))
    assert entries("C") == []
    assert count_entries() == [(5, 5, False)]
    proven()


def test_the_worked_example_of_six_lots() -> None:
    """Operations reference §6.4: 12 positive and 20 negative units, net −8."""
    a_lot_item(unit_cost="1")
    posted(purchase("80", at="1", lot="LOT1001"), purchase("30", at="1", lot="LOT1003"), purchase("10", at="1", lot="LOT1006"))
    lines = [
        counted(quantity, lot=lot)
        for lot, quantity in (("LOT1001", "80"), ("LOT1002", "12"), ("LOT1003", "20"), ("LOT1006", "0"))
    ]
    posted(count(*lines, id="C"))
    quantities = {one.leg: one.quantity for one in entries("C")}
    assert quantities == {"2": 12, "3": -10, "4": -10}
    assert [one.quantity for one in entries("C")] == [-10, -10, 12]  # what is missing goes first
    proven()


def test_nothing_is_zero_because_it_was_not_counted() -> None:
    an_item("A")
    an_item("B")
    posted(purchase("5", at="1", item="A"), purchase("5", at="1", item="B"), count(counted("4", item="A")))
    assert on_hand("B") == 5


@pytest.mark.parametrize("in_bin", [False, True])
def test_a_sale_posted_after_the_shelf_was_counted_is_no_difference(in_bin: bool) -> None:
    an_item()
    a_location("EAST", bins=["A"] if in_bin else ())
    where = {"location": "EAST", "bin": "A" if in_bin else ""}
    posted(purchase("100", at="1", **where))
    seen = seen_now(in_bin=in_bin)
    posted(sale("10", **where))  # the count of 100 was before it
    posted(count(counted("100", bin=where["bin"], seen=seen), location="EAST", id="C"))
    assert entries("C") == []
    assert on_hand() == 90
    proven()


@pytest.mark.parametrize("in_bin", [False, True])
def test_a_sale_posted_before_the_shelf_was_counted_is_no_difference(in_bin: bool) -> None:
    an_item()
    a_location("EAST", bins=["A"] if in_bin else ())
    where = {"location": "EAST", "bin": "A" if in_bin else ""}
    posted(purchase("100", at="1", **where), sale("10", **where))
    seen = seen_now(in_bin=in_bin)
    posted(count(counted("90", bin=where["bin"], seen=seen), location="EAST", id="C"))
    assert entries("C") == []
    assert on_hand() == 90
    proven()


def test_a_move_between_bins_after_the_count_of_one_of_them_is_no_difference() -> None:
    an_item()
    a_location("EAST", bins=["A", "B"])
    posted(purchase("10", at="1", location="EAST", bin="A"))
    seen = seen_now(in_bin=True)
    posted(moved("4", location="EAST", bin="A", to_bin="B"))
    posted(count(counted("10", bin="A", seen=seen), counted("0", bin="B", seen=seen), location="EAST", id="C"))
    assert entries("C") == []
    assert (on_hand(bin_code="A"), on_hand(bin_code="B")) == (6, 4)
    proven()


def test_a_difference_is_added_to_what_happened_meanwhile() -> None:
    an_item()
    posted(purchase("100", at="1"))
    seen = seen_now()
    posted(sale("10"), purchase("5", at="1"), count(counted("97", seen=seen), id="C"))
    assert (entry("C").quantity, on_hand()) == (-3, 92)
    assert count_entries() == [(100, 97, True)]
    proven()


def test_entries_dated_after_the_counts_posting_date_are_not_expected() -> None:
    an_item()
    posted(purchase("10", at="1", on=1), purchase("5", at="1", on=20), count(counted("10", seen=None), on=10, id="C"))
    assert entries("C") == []
    assert on_hand() == 15
    proven()


def test_a_miss_of_what_left_meanwhile_is_refused_to_be_counted_again() -> None:
    an_item()
    a_location("EAST", bins=["A"])
    posted(purchase("10", at="1", location="EAST", bin="A"))
    seen = seen_now(in_bin=True)
    posted(sale("8", location="EAST", bin="A"))
    assert refused(count(counted("3", bin="A", seen=seen), location="EAST")).code == "not_enough_stock"
    proven()


def test_serial_numbers_counted_in_new_places_never_exist_twice() -> None:
    a_serial_item(unit_cost="1")
    a_location("EAST", bins=["1", "2"])
    posted(
        purchase("1", at="3", serial="SN1", location="EAST", bin="1"),
        purchase("1", at="4", serial="SN2", location="EAST", bin="2"),
    )
    lines = [counted("1", serial="sn1", bin="1"), counted("0", serial="sn2", bin="2"), counted("1", serial="SN2", bin="1")]
    posted(count(*lines, location="EAST", id="C"))
    assert [(one.serial, one.quantity) for one in entries("C")] == [("SN2", -1), ("SN2", 1)]
    assert (on_hand(bin_code="1"), on_hand(bin_code="2")) == (2, 0)
    proven()


def test_a_serial_number_found_in_a_place_while_it_is_in_another_is_refused_naming_it() -> None:
    a_serial_item(unit_cost="1")
    a_location("EAST", bins=["1", "2"])
    posted(purchase("1", at="3", serial="SN1"))
    error = refused(count(counted("1", serial="SN1", bin="1"), location="EAST"))
    assert error.code == "serial_in_stock"
    assert "BLUE" in str(error)


def test_a_serial_number_counted_in_two_places_is_refused_naming_the_first() -> None:
    a_serial_item(unit_cost="1")
    a_location("EAST", bins=["1", "2", "3"])
    error = refused(count(counted("1", serial="SN1", bin="1"), counted("1", serial="sn1", bin="2"), location="EAST"))
    assert error.code == "serial_counted_twice"
    assert "EAST 1" in str(error)
    posted(purchase("1", at="3", serial="SN1", location="EAST", bin="1"))
    lines = [counted("0", serial="SN1", bin="1"), counted("1", serial="SN1", bin="2"), counted("1", serial="SN1", bin="3")]
    assert refused(count(*lines, location="EAST")).code == "serial_counted_twice"
    assert refused(count(counted("1", serial="SN1", bin="1"), counted("1", serial="SN1", bin="1"), location="EAST")).code == (
        "serial_counted_twice"
    )


def test_a_serial_number_is_not_counted_into_two_by_dates_that_contradict_each_other() -> None:
    a_serial_item(unit_cost="1")
    posted(purchase("1", at="3", serial="s1", on=26), sale("1", serial="s1", on=5))  # on day 14 the books say −1
    assert refused(count(counted("1", serial="s1"), on=14)).code == "serial_not_single"
    proven()


def test_an_item_counted_twice_in_one_place_is_refused_naming_both_lines() -> None:
    an_item()
    error = refused(count(counted("1", line_no=10), counted("2", line_no=20)))
    assert error.code == "bad_value"
    assert "20" in error.field
    assert "10" in str(error)


def test_every_wrong_line_is_named_and_nothing_is_posted() -> None:
    an_item()
    a_lot_item("LOT")
    changed("item", no="LOT", description="a lot item")
    before = everything()
    lines = [counted("1", item="nobody"), counted("1", item="LOT"), counted("0.000001"), counted("-1", lot="")]
    errors = refusals(count(*lines))
    assert [error.code for error in errors] == ["unknown_code", "tracking_required", "too_many_decimals", "bad_value"]
    assert [error.field.partition(".")[0] for error in errors] == ["lines[1]", "lines[2]", "lines[3]", "lines[4]"]
    assert everything() == before


def test_a_count_sees_what_the_same_batch_has_posted_before() -> None:
    an_item()
    posted(purchase("5", at="1", id="P"), count(counted("6"), id="C"), sale("6", may_go_negative=False), together=True)
    assert entry("C").quantity == 1
    assert on_hand() == 0
    proven()


def test_a_count_of_goods_received_and_not_invoiced_takes_their_expected_cost() -> None:
    an_item()
    posted(purchase("5", at="4", invoiced=False, id="P"), count(counted("3"), id="C"), invoice("P", at="5"))
    assert entry("C").cost == -10
    proven()
