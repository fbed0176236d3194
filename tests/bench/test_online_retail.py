"""The converter of real transactions, and the second calculation of what they cost."""

import gzip
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from bench.cases.retail import exported
from bench.online_retail import SourceMissing, operations, source_path, write_operations
from bench.retail_costs import by_item, costs, rounded
from tests.support.program import Company, call

HEAD = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"


def source(folder: Path, *rows: str) -> Path:
    """A file as the real one is."""
    path = folder / "online-retail-2010-12.csv.gz"
    path.write_bytes(gzip.compress("\r\n".join([HEAD, *rows, ""]).encode()))
    return path


def month(lines: int = 120) -> list[str]:
    """Sales of twelve items to five customers, with returns, a fee and a write-off."""
    rows = []
    for number in range(lines):
        day, customer, item = 1 + number // 6, 17000 + number % 5, number % 12
        quantity = -(1 + number % 2) if number % 11 == 10 else 1 + number * 7 % 23
        price = f"{item}.{number % 90 + 10}"
        rows.append(f"{number},{22000 + item}a,THING {item},{quantity},2010-12-{day:02} 08:26:00,{price},{customer}.0,UK")
    rows.append("C536379,D,Discount,-1,2010-12-21 09:41:00,27.5,14527.0,UK")
    rows.append("536589,22003a,,-10,2010-12-21 16:50:00,0.0,,UK")
    return rows


def test_where_the_file_is_not_the_message_says_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(SourceMissing, match=str(tmp_path)):
        source_path(str(tmp_path / "elsewhere.csv.gz"))


def test_every_line_of_the_source_is_a_sale_or_a_return_and_purchases_cover_them(tmp_path: Path) -> None:
    found = list(operations(source(tmp_path, *month())))
    lines = [one for one in found if one["op"] == "journal_line"]
    sales = [one for one in lines if one["type"] == "sale"]
    assert len(sales) == len(month())
    assert {one["item"] for one in sales} == {f"{22000 + item}A" for item in range(12)} | {"D"}
    assert any("applies_from" in one for one in sales)
    for item in {one["item"] for one in lines}:
        assert sum(one["quantity"] * (1 if one["type"] == "purchase" else -1) for one in lines if one["item"] == item) >= 0
    received = {one["id"] for one in lines if one.get("invoiced") is False}
    assert {one["of"] for one in found if one["op"] == "invoice"} == received


def test_what_is_posted_costs_what_the_second_calculation_says(database_url: str, tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    with path.open("w", encoding="utf-8") as file:
        write_operations(source(tmp_path, *month()), file)
    lines = path.read_text(encoding="utf-8").splitlines()
    company = Company(database_url, tmp_path).posted(*lines)
    found = exported(company.export("item-ledger"))
    assert found == costs(lines)
    assert by_item(found.values()) == by_item(costs(lines).values())
    assert call("--database", database_url, "prove").status == 0


def item_of(method: str) -> str:
    return json.dumps({"op": "item", "no": "A", "costing_method": method})


def line(operation_id: str, kind: str, day: int, quantity: int, **fields: Any) -> str:
    common = {"op": "journal_line", "id": operation_id, "type": kind, "item": "A", "date": f"2026-01-{day:02}"}
    return json.dumps(common | {"quantity": quantity} | fields)


def test_shares_are_rounded_each_on_its_own_and_the_rest_stays_with_the_increase() -> None:
    found = costs(
        [item_of("fifo"), line("P", "purchase", 1, 3, unit_cost="0.3333"), *(line(f"S{n}", "sale", 2, 1) for n in range(3))]
    )
    assert [found[f"S{n}"].amount for n in range(3)] == [Fraction("-0.33")] * 3
    assert found["P"].amount == Fraction("0.99")  # received for 1.00, the rounding entry of 0.01 taken off


def test_a_sale_before_its_receipt_is_covered_by_it_and_an_invoice_changes_both() -> None:
    invoice = json.dumps({"op": "invoice", "of": "P", "unit_cost": "1.505"})
    received = line("P", "purchase", 2, 4, unit_cost="1", invoiced=False)
    found = costs([item_of("fifo"), line("S", "sale", 1, 2), received, invoice])
    assert found["S"].amount == Fraction("-3.01")
    assert found["P"].amount == Fraction("6.02")


def test_lifo_takes_the_latest_and_a_return_goes_back_at_the_cost_of_its_sale() -> None:
    found = costs(
        [
            item_of("lifo"),
            line("P1", "purchase", 1, 5, unit_cost="1"),
            line("P2", "purchase", 2, 2, unit_cost="3"),
            line("S", "sale", 3, 3),
            line("R", "sale", 4, -1, applies_from="S"),
        ]
    )
    assert found["S"].amount == -7
    assert found["R"].amount == Fraction("2.33")


@pytest.mark.parametrize(("value", "cents"), [("0.005", 1), ("-0.005", -1), ("0.0049", 0), ("1.015", 102)])
def test_half_a_penny_is_rounded_away_from_zero(value: str, cents: int) -> None:
    assert rounded(Fraction(value)) == Fraction(cents, 100)
