"""Exports: the contract's fields, in entry order, one form of number, and values that add up."""

import csv
import io
import os
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.core.numbers import SCALE
from db.queries.exports import EXPORTS
from db.queries.on_hand import shared
from stockterm.interchange.writers import decimal_text, written_whole
from tests.support.program import Company, a_line, a_location, a_purchase, a_sale, an_item, call

CONTRACT = {
    "item-ledger": "entry_no id leg posting_date document_no entry_type item variant location bin lot serial package"
    " expiration_date quantity remaining_quantity invoiced_quantity open completely_invoiced cost_amount_actual"
    " cost_amount_expected sales_amount_actual reason user",
    "applications": "entry_no item_ledger_entry_no inbound_entry_no outbound_entry_no transferred_from_entry_no quantity"
    " posting_date cost_application",
    "value-entries": "entry_no item_ledger_entry_no id leg posting_date valuation_date entry_type variance_type"
    " item_ledger_entry_type item location item_charge adjustment caused_by source_id expected_cost valued_quantity"
    " item_ledger_quantity invoiced_quantity cost_per_unit cost_amount_actual cost_amount_expected cost_posted_to_gl"
    " expected_cost_posted_to_gl sales_amount_actual document_no",
    "on-hand": "item variant location bin lot serial package expiration_date quantity value",
    "items": "no description type base_uom quantity_rounding costing_method standard_cost unit_cost indirect_cost_percent"
    " overhead_rate tracking_code category gtin blocked reserve replenishment inventory_posting_group attributes inventory"
    " inventory_value inventory_value_actual",
    "count-entries": "entry_no id posting_date item variant location bin lot serial quantity_expected quantity_counted difference"
    " item_ledger_entry_no unit_cost reason user",
    "warehouse-entries": "entry_no id registering_date location zone bin item variant lot serial package quantity entry_type"
    " user",
}


@pytest.fixture
def company(database_url: str, tmp_path: Path) -> Company:
    return Company(database_url, tmp_path)


@pytest.fixture
def small(sqlite_url: str, tmp_path: Path) -> Company:
    return Company(sqlite_url, tmp_path)


@pytest.mark.parametrize("what", CONTRACT)
def test_an_export_has_the_fields_of_the_contract(what: str) -> None:
    assert [name for name, _kind in EXPORTS[what].columns] == CONTRACT[what].split()


def test_the_example_of_the_contract(company: Company) -> None:
    company.posted(
        a_location(),
        an_item(costing_method="fifo"),
        a_purchase("10", id="P1", at="10.00", invoiced=False, date="2026-01-01"),
        a_sale("4", id="S1", date="2026-01-03", document_no="s-77", user=None),
        {"op": "invoice", "id": "I1", "date": "2026-01-05", "of": "P1", "unit_cost": "12.50"},
    )
    receipt, sale = company.export("item-ledger")
    assert (receipt["id"], receipt["leg"], receipt["remaining_quantity"], receipt["open"]) == ("P1", "", "6", True)
    assert (sale["quantity"], sale["cost_amount_actual"], sale["document_no"]) == ("-4", "-50.00", "S-77")
    values = [
        (row["id"], row["source_id"], row["cost_amount_actual"], row["cost_amount_expected"])
        for row in company.export("value-entries")
    ]
    assert values == [
        ("P1", "P1", "0.00", "100.00"),
        ("S1", "S1", "-40.00", "0.00"),
        ("P1", "I1", "125.00", "-100.00"),
        ("S1", "I1", "-10.00", "0.00"),
    ]
    assert company.export("value-entries")[3]["caused_by"] == 3
    assert company.export("on-hand") == [
        {
            "item": "1000", "variant": "", "location": "BLUE", "bin": "", "lot": "", "serial": "", "package": "",
            "expiration_date": None, "quantity": "6", "value": "75.00",
        }
    ]  # fmt: skip
    (item,) = company.export("items")
    assert (item["inventory"], item["inventory_value"], item["unit_cost"]) == ("6", "75.00", "12.50")


def test_rows_are_filtered_by_codes_ids_and_dates(company: Company) -> None:
    company.posted(
        a_location(),
        a_location("RED"),
        an_item(),
        an_item("2000"),
        a_purchase("1", id="P1", date="2026-01-01"),
        a_purchase("2", id="P2", date="2026-01-31", item="2000"),
        a_purchase("3", id="P3", date="2026-02-01", location="RED"),
    )

    def ids(*options: str, what: str = "item-ledger") -> list[str]:
        return [row["id"] for row in company.export(what, *options)]

    assert ids("--item", " 1000") == ["P1", "P3"]
    assert ids("--location", "red") == ["P3"]
    assert ids("--from", "2026-01-31", "--to", "2026-01-31") == ["P2"]
    assert ids("--id", "P1") == ["P1"]
    assert ids("--item", "2000", "--from", "2026-02-01") == []
    assert ids("--item", "2000", what="value-entries") == ["P2"]
    assert [row["item"] for row in company.export("on-hand", "--location", "BLUE")] == ["1000", "2000"]
    assert [row["no"] for row in company.export("items", "--item", "2000")] == ["2000"]


def test_a_filter_that_an_export_has_not_is_a_wrong_call(small: Company) -> None:
    small.posted(a_location())
    answer = call("--database", small.url, "export", "items", "--location", "BLUE")
    assert answer.status == 2
    assert "location" in answer.err


@pytest.mark.parametrize("what", ["gl-entries", "reservations", "availability", "periods", "orders", "reconciliation"])
def test_what_is_not_there_yet_says_so(what: str, small: Company) -> None:
    answer = call("--database", small.url, "export", what)
    assert (answer.status, answer.out) == (1, "")
    assert "Not supported yet" in answer.err


def test_value_in_bins_adds_up_to_the_value_at_the_location(company: Company) -> None:
    company.posted(
        a_location(bin_mandatory=True),
        *({"op": "bin", "location": "BLUE", "code": code} for code in ("A", "B", "C")),
        an_item(),
        a_purchase("1", at="3.34", bin="A", id="P1"),
        a_purchase("2", amount="6.66", bin="B"),
        a_purchase("3", amount="0.01", bin="C"),
    )
    rows = company.export("on-hand")
    assert [(row["bin"], row["quantity"]) for row in rows] == [("A", "1"), ("B", "2"), ("C", "3")]
    assert sum(Decimal(row["value"]) for row in rows) == Decimal("10.01")


def test_value_is_known_by_lot(company: Company) -> None:
    company.posted(
        a_location(),
        {"op": "tracking_code", "code": "LOT", "lot": True},
        an_item(tracking_code="LOT"),
        a_purchase("2", at="10", lot="Lot-a", expiration_date="2027-01-31"),
        a_purchase("3", at="20", lot="B"),
        a_sale("1", lot="LOT-A"),
    )
    rows = [(row["lot"], row["quantity"], row["value"], row["expiration_date"]) for row in company.export("on-hand")]
    assert rows == [("B", "3", "60.00", None), ("Lot-a", "1", "10.00", "2027-01-31")]


def test_value_is_exact_while_cost_changes_wait_and_while_goods_are_short(company: Company) -> None:
    company.posted(
        {"op": "settings", "automatic_cost_adjustment": "never"},
        a_location(),
        a_location("RED"),
        an_item(),
        a_purchase("10", id="P1", at="10", invoiced=False),
        a_purchase("1", at="7", location="RED"),
        a_sale("4"),
        {"op": "invoice", "of": "P1", "unit_cost": "12.50"},
    )
    total = Decimal(company.export("items")[0]["inventory_value"])
    assert total == Decimal("92.00")
    assert [row["value"] for row in company.export("on-hand")] == ["85.00", "7.00"]
    company.posted(a_sale("8"))
    rows = company.export("on-hand")
    assert [row["quantity"] for row in rows] == ["-2", "1"]
    assert sum(Decimal(row["value"]) for row in rows) == Decimal(company.export("items")[0]["inventory_value"])


def test_counts_and_warehouse_entries(company: Company) -> None:
    company.posted(
        a_location(bin_mandatory=True),
        {"op": "bin", "location": "BLUE", "code": "A", "zone": "PICK"},
        {"op": "reason", "code": "LOST"},
        {"op": "user", "code": "ANN", "role": "supervisor"},
        an_item(),
        a_line("positive_adjustment", "10", bin="A", unit_cost="2"),
        {
            "op": "count",
            "id": "C1",
            "date": "2026-01-06",
            "location": "BLUE",
            "reason": "LOST",
            "user": "ANN",
            "lines": [{"item": "1000", "bin": "A", "counted": "8"}],
        },
    )
    (entry,) = company.export("count-entries")
    assert (entry["id"], entry["quantity_expected"], entry["quantity_counted"], entry["difference"]) == ("C1", "10", "8", "-2")
    assert (entry["reason"], entry["user"], entry["item_ledger_entry_no"]) == ("LOST", "ANN", 2)
    rows = [
        (row["zone"], row["bin"], row["quantity"], row["entry_type"], row["user"]) for row in company.export("warehouse-entries")
    ]
    assert rows == [("PICK", "A", "10", "positive", ""), ("PICK", "A", "-2", "negative", "ANN")]


def test_items_carry_their_attributes(small: Company) -> None:
    small.posted({"op": "attribute", "name": "Colour"}, an_item("B", attributes={"colour": "Red"}), an_item("A"))
    assert [(row["no"], row["attributes"]) for row in small.export("items")] == [("A", {}), ("B", {"Colour": "Red"})]


def test_the_audit_says_who_did_what(small: Company) -> None:
    small.posted(a_location(), an_item(), {"op": "user", "code": "ANN"}, a_purchase("1", id="P1", user="ann", document_no="D1"))
    (row,) = small.export("audit")
    assert (row["id"], row["operation"], row["user"], row["document_no"], row["source"]) == (
        "P1",
        "journal_line",
        "ANN",
        "D1",
        "interchange",
    )
    assert row["created_at"].endswith("Z")


def test_pins_never_come_out(small: Company) -> None:
    small.posted({"op": "user", "code": "ANN", "pin": "493817"})
    assert all("493817" not in call("--database", small.url, "export", what).out for what in EXPORTS)


def test_csv_has_a_head_and_quotes_what_needs_it(small: Company) -> None:
    small.posted(a_location(), an_item(description='Screws, 5"'), a_purchase("1.5", at="2"))
    answer = call("--database", small.url, "export", "items", "--format", "csv")
    head, row = csv.reader(io.StringIO(answer.out))
    item = dict(zip(head, row, strict=True))
    assert (item["description"], item["inventory"], item["blocked"], item["quantity_rounding"]) == (
        'Screws, 5"',
        "1.5",
        "false",
        "",
    )
    answer = call("--database", small.url, "export", "item-ledger", "--item", "NONE", "--format", "csv")
    assert answer.out.splitlines() == [",".join(CONTRACT["item-ledger"].split())]


def test_text_is_utf_8_whatever_the_locale(small: Company) -> None:
    small.posted(an_item("BLÅ", description="日本"))
    assert '"no": "BLÅ", "description": "日本"' in call("--database", small.url, "export", "items").out


class TestFiles:
    def test_a_file_appears_when_it_is_complete(self, small: Company, tmp_path: Path) -> None:
        small.posted(an_item())
        file = tmp_path / "items.csv"
        file.write_text("old")
        assert call("--database", small.url, "export", "items", "-o", str(file), "--format", "csv").status == 0
        assert file.read_text().startswith("no,description")

    def test_an_export_that_breaks_off_leaves_the_old_file(self, tmp_path: Path) -> None:
        file = tmp_path / "items.csv"
        file.write_text("old")
        with pytest.raises(RuntimeError), written_whole(str(file)) as half:
            half.write(b"new")
            raise RuntimeError
        assert (file.read_text(), os.listdir(tmp_path)) == ("old", ["items.csv"])

    def test_a_new_file_has_the_permissions_of_other_new_files(self, tmp_path: Path) -> None:
        with written_whole(str(tmp_path / "a")) as file:
            file.write(b"x")
        (tmp_path / "b").touch()
        assert (tmp_path / "a").stat().st_mode == (tmp_path / "b").stat().st_mode

    def test_a_folder_that_is_not_there_is_an_error_in_one_line(self, small: Company, tmp_path: Path) -> None:
        small.posted(an_item())
        answer = call("--database", small.url, "export", "items", "-o", str(tmp_path / "no" / "items.csv"))
        assert answer.status != 0
        assert "Traceback" not in answer.err


class TestNumbers:
    @pytest.mark.parametrize(
        ("scaled", "least", "text"),
        [
            (0, 0, "0"),
            (0, 2, "0.00"),
            (1_000_000, 0, "10"),
            (150_000, 0, "1.5"),
            (-5_000_000, 2, "-50.00"),
            (333_333, 2, "3.33333"),
            (-1, 2, "-0.00001"),
            (10, 0, "0.0001"),
        ],
    )
    def test_a_number_has_one_form(self, scaled: int, least: int, text: str) -> None:
        assert decimal_text(scaled, least) == text

    @given(st.integers(-(2**63), 2**63 - 1), st.integers(0, 5))
    def test_a_number_is_written_exactly(self, scaled: int, least: int) -> None:
        assert Decimal(decimal_text(scaled, least)) * SCALE == scaled

    @given(
        st.integers(-(10**12), 10**12).map(lambda value: value * 1000), st.lists(st.integers(1, 10**9), min_size=1, max_size=20)
    )
    def test_shares_add_up_and_are_rounded(self, value: int, quantities: list[int]) -> None:
        shares = shared(value, quantities, 1000)
        assert sum(shares) == value
        assert all(share % 1000 == 0 for share in shares)
        total = sum(quantities)
        exact = [(share * total, value * quantity) for share, quantity in zip(shares, quantities, strict=True)]
        assert all(abs(found - wanted) <= 1000 * total for found, wanted in exact)

    def test_nothing_in_all_is_shared_too(self) -> None:
        assert shared(700, [5, -5], 1000) == [0, 700]
