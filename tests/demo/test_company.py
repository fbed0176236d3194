"""The demo company keeps the rules of a warehouse, as a second, simpler reckoning sees them."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from stockterm.demo.company import MARK, demo_operations
from stockterm.demo.goods import LOTS
from stockterm.scanning.check_digits import has_valid_check_digit

TODAY = date(2026, 5, 4)
COUNT_DIFFERENCES = {"HW1060": -2, "HW1070": 1}
Row = dict[str, Any]


@pytest.fixture(scope="module")
def operations() -> list[Row]:
    return list(demo_operations(TODAY))


def of(operations: list[Row], op: str) -> list[Row]:
    return [one for one in operations if one["op"] == op]


def items(operations: list[Row]) -> dict[str, Row]:
    found: dict[str, Row] = {}
    for one in of(operations, "item"):
        found[one["no"]] = found.get(one["no"], {}) | one
    return found


def tracked(line: Row) -> list[Row]:
    """A line's tracking lines; a line with one number is its own."""
    return list(line.get("tracking", [line]))


def shipped(operations: list[Row], ship: Row) -> Iterator[tuple[Row, tuple[str, str, str, str, str], Decimal]]:
    """What a shipment takes out of its bins and puts on the way. Orders are numbered as they come, from TO-1001 on."""
    order = of(operations, "transfer_order")[int(ship["no"].removeprefix("TO-")) - 1001]
    for line in ship["lines"]:
        item = str(order["lines"][line["line_no"] - 1]["item"])
        quantity, number = Decimal(line["quantity"]), str(line.get("lot", ""))
        yield ship, (item, "", str(order["from"]), str(line["bin"]), number), -quantity
        yield ship, (item, "", "TRANSIT", "", number), quantity


def stock_moves(operations: list[Row]) -> Iterator[tuple[Row, tuple[str, str, str, str, str], Decimal]]:
    """Each journal line as changes of what lies where: line, (item, variant, location, bin, number), base quantity."""
    units = {(one["item"], one["code"]): Decimal(one["quantity_per"]) for one in of(operations, "unit_of_measure")}
    signs = {"purchase": 1, "positive_adjustment": 1, "sale": -1, "negative_adjustment": -1, "transfer": -1}
    by_id = {one["id"]: one for one in operations if "id" in one}
    for one in operations:
        if one["op"] == "transfer_ship":
            yield from shipped(operations, one)
        line, direction = (by_id[one["of"]], -1) if one["op"] == "undo" else (one, 1)
        if line["op"] != "journal_line":
            continue
        per = units[line["item"], line["uom"]] if "uom" in line else Decimal(1)
        for part in tracked(line):
            number = str(part.get("lot") or part.get("serial") or "")
            quantity = Decimal(part["quantity"]) * per * signs[line["type"]] * direction
            item, variant = str(line["item"]), str(line.get("variant", ""))
            yield one, (item, variant, str(line["location"]), str(line.get("bin", "")), number), quantity
            if line["type"] == "transfer":
                place = str(line.get("new_location", line["location"]))
                yield one, (item, variant, place, str(line.get("new_bin", "")), number), -quantity


def test_the_company_is_the_same_every_time_and_fits_into_json(operations: list[Row]) -> None:
    assert json.loads(json.dumps(operations)) == list(demo_operations(TODAY))
    assert not any(isinstance(value, float) for one in operations for value in one.values())


def test_it_feels_real(operations: list[Row]) -> None:
    stock = [one for one in items(operations).values() if one.get("type", "inventory") == "inventory"]
    assert 75 <= len(stock) <= 95
    assert {one["costing_method"] for one in stock} == {"fifo", "lifo", "specific"}
    assert all(one["tracking_code"] == "SN" for one in stock if one["costing_method"] == "specific")
    assert {one["role"] for one in of(operations, "user")} == {
        "viewer", "counter", "worker", "supervisor", "controller", "administrator",
    }  # fmt: skip
    assert {one["language"] for one in of(operations, "user")} == {"en", "nb"}
    assert len({one["category"] for one in stock}) > 10
    assert {"PCS", "BOX", "PALLET"} <= {one["uom"] for one in of(operations, "barcode")} | {one["base_uom"] for one in stock}
    assert all(len(one["description"]) <= 30 for one in stock)
    zones = {(one["location"], one["zone"]) for one in of(operations, "bin")}
    assert {("MAIN", "A"), ("MAIN", "B"), ("MAIN", "C"), ("MAIN", "RECEIVING"), ("MAIN", "SHIPPING")} <= zones
    assert {one["location"] for one in of(operations, "bin")} == {"MAIN", "EAST"}


def test_every_number_has_the_demonstration_prefix_and_its_own_check_digit(operations: list[Row]) -> None:
    barcodes = [one["barcode"] for one in of(operations, "barcode")]
    gtins = [one["gtin"] for one in of(operations, "item") if "gtin" in one]
    numbers = [code for code in barcodes + gtins if code.isdigit()]
    assert len(numbers) > 180
    for number in numbers:
        assert len(number) in (13, 14)
        assert number[len(number) - 13 :].startswith("952")
        assert has_valid_check_digit(number)
    assert len(set(barcodes + gtins)) == len(barcodes + gtins)


def test_every_unit_has_a_barcode_of_its_own(operations: list[Row]) -> None:
    variants = Counter(one["item"] for one in of(operations, "variant"))
    barcodes = Counter((one["item"], one["uom"]) for one in of(operations, "barcode") if one["barcode"].isdigit())
    for unit in of(operations, "unit_of_measure"):
        assert barcodes[unit["item"], unit["code"]] == (variants[unit["item"]] or 1)
        assert Decimal(unit["quantity_per"]) > 1


def test_reasons_are_those_of_a_floor_and_not_the_mark_of_the_demo(operations: list[Row]) -> None:
    reasons = [one["code"] for one in of(operations, "reason")]
    assert "DAMAGED" in reasons
    assert MARK not in reasons


def test_codes_are_known_before_they_are_used(operations: list[Row]) -> None:
    keys = {"location": "code", "reason": "code", "tracking_code": "code", "category": "code", "user": "code", "item": "no"}
    known: defaultdict[str, set[str]] = defaultdict(set)
    for one in operations:
        for field, key in keys.items():
            used = [one[field]] if field in one and one["op"] != field else []
            used += one.get("locations", []) if field == "location" else []
            used += [one["new_location"]] if field == "location" and "new_location" in one else []
            assert set(used) <= known[field], one
            if one["op"] == field:
                known[field].add(one[key])
        if one["op"] == "bin":
            known["bin"].add(f"{one['location']} {one['code']}")
        if one["op"] == "journal_line" and "bin" in one:
            assert f"{one['location']} {one['bin']}" in known["bin"]
        if "new_bin" in one:
            assert f"{one.get('new_location', one['location'])} {one['new_bin']}" in known["bin"]
        if one["op"] == "category" and "parent" in one:
            assert one["parent"] in known["category"]
        if one["op"] == "unit_of_measure":
            known["unit"].add(f"{one['item']} {one['code']}")
        if one["op"] == "journal_line" and "uom" in one:
            assert f"{one['item']} {one['uom']}" in known["unit"]
        if one["op"] == "variant":
            known["variant"].add(f"{one['item']} {one['code']}")
        if "variant" in one:
            assert f"{one['item']} {one['variant']}" in known["variant"]


def test_attribute_values_are_of_their_kind(operations: list[Row]) -> None:
    attributes = {one["name"]: one for one in of(operations, "attribute")}
    for one in of(operations, "item") + of(operations, "category"):
        for name, value in one.get("attributes", {}).items():
            attribute = attributes[name]
            assert value in attribute.get("options", [value])
            if attribute["type"] in ("decimal", "integer"):
                Decimal(value)


def test_a_line_names_a_bin_exactly_where_bins_are(operations: list[Row]) -> None:
    with_bins = {one["code"] for one in of(operations, "location") if one.get("bin_mandatory")}
    for line in of(operations, "journal_line"):
        assert ("bin" in line) == (line["location"] in with_bins), line
        if line["type"] == "transfer":
            assert ("new_bin" in line) == (line.get("new_location", line["location"]) in with_bins), line
    assert not any("TRANSIT" in (line["location"], line.get("new_location")) for line in of(operations, "journal_line"))


def test_who_posts_may_post_there(operations: list[Row]) -> None:
    people = {one["code"]: one for one in of(operations, "user")}
    for posting in of(operations, "journal_line") + of(operations, "count"):
        person = people[posting["user"]]
        assert person["role"] not in ("viewer", "counter")
        assert {posting["location"], posting.get("new_location", posting["location"])} <= set(person["locations"])


def test_a_transfer_is_on_its_way_and_one_waits_on_routes_that_lead_there(operations: list[Row]) -> None:
    routes = {(one["from"], one["to"]): one["in_transit"] for one in of(operations, "transfer_route")}
    orders = of(operations, "transfer_order")
    assert {(one["from"], one["to"]) for one in orders} <= set(routes)
    assert set(routes.values()) == {"TRANSIT"}
    (ship,) = of(operations, "transfer_ship")
    assert [(line["line_no"], line["quantity"]) for line in ship["lines"]] == [
        (number, line["quantity"]) for number, line in enumerate(orders[0]["lines"], start=1)
    ]
    assert len(orders) == 2


def test_tracked_items_move_with_their_numbers_and_others_without(operations: list[Row]) -> None:
    codes = {one["code"]: one for one in of(operations, "tracking_code")}
    known = items(operations)
    for line in of(operations, "journal_line"):
        code = codes.get(known[line["item"]].get("tracking_code", ""), {})
        for part in tracked(line):
            assert ("lot" in part) == bool(code.get("lot")), line
            assert ("serial" in part) == bool(code.get("serial")), line
            if "serial" in part:
                assert Decimal(part["quantity"]) == 1
            inbound = line["type"] in ("purchase", "positive_adjustment")
            assert ("expiration_date" in part) == (inbound and bool(code.get("expiration_required"))), line
        if "tracking" in line:
            assert sum(Decimal(part["quantity"]) for part in line["tracking"]) == Decimal(line["quantity"])


def test_every_lot_of_the_table_is_received(operations: list[Row]) -> None:
    received = {(line["item"], line["lot"]) for line in of(operations, "journal_line") if "lot" in line}
    assert received == {(item, lot.no) for item, lots in LOTS.items() for lot in lots}


def test_a_lot_has_one_expiry_date_and_a_strict_one_is_not_sold_after_it(operations: list[Row]) -> None:
    strict = {one["code"] for one in of(operations, "tracking_code") if one.get("strict_expiration")}
    known = items(operations)
    expiry: dict[tuple[str, str], str] = {}
    for line in of(operations, "journal_line"):
        if "expiration_date" in line:
            assert expiry.setdefault((line["item"], line["lot"]), line["expiration_date"]) == line["expiration_date"]
            assert line["date"] < line["expiration_date"]
        if line["type"] == "sale" and known[line["item"]].get("tracking_code") in strict:
            assert line["date"] <= expiry[line["item"], line["lot"]]


def test_nothing_is_taken_that_is_not_there_and_a_serial_number_exists_once(operations: list[Row]) -> None:
    books: defaultdict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    for one, key, quantity in stock_moves(operations):
        books[key] += quantity
        assert books[key] >= 0, one
    serials = {one["item"] for one in of(operations, "journal_line") if any("serial" in part for part in tracked(one))}
    pieces: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for (item, _, _, _, number), quantity in books.items():
        if item in serials:
            pieces[item, number] += quantity
    assert set(pieces.values()) == {Decimal(0), Decimal(1)}
    assert sum(1 for quantity in books.values() if quantity) > 100


def test_the_count_finds_two_nuts_short_and_one_washer_more(operations: list[Row]) -> None:
    (count,) = of(operations, "count")
    books: defaultdict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    for one, key, quantity in stock_moves(operations):
        if one["date"] <= count["date"]:
            books[key] += quantity
    differences = {
        line["item"]: Decimal(line["counted"]) - books[line["item"], "", count["location"], line["bin"], ""]
        for line in count["lines"]
    }
    assert differences == COUNT_DIFFERENCES


def test_postings_come_in_the_order_of_their_days_before_today_under_names_of_their_own(operations: list[Row]) -> None:
    dates = [one["date"] for one in operations if "date" in one]
    assert dates == sorted(dates)
    assert dates[-1] < TODAY.isoformat()
    ids = [one["id"] for one in operations if "id" in one]
    assert len(set(ids)) == len(ids)
    assert not any("/" in identity for identity in ids)  # a slash would read as a leg


def test_one_receipt_waits_for_its_invoice_and_one_was_invoiced_later_at_another_cost(operations: list[Row]) -> None:
    later = {line["id"]: line for line in of(operations, "journal_line") if line.get("invoiced") is False}
    invoices = {one["of"]: one for one in of(operations, "invoice")}
    assert set(invoices) < set(later)
    assert all(Decimal(invoices[identity]["unit_cost"]) > Decimal(later[identity]["unit_cost"]) for identity in invoices)
    sold_before = {
        part["serial"]
        for line in of(operations, "journal_line")
        if line["type"] == "sale"
        for part in tracked(line)
        if "serial" in part
    }
    received = {part["serial"] for identity in invoices for part in tracked(later[identity]) if "serial" in part}
    assert sold_before & received  # so the invoice changes the cost of a sale


@pytest.mark.parametrize("today", [date(2024, 2, 29), date(2026, 1, 1), date(2027, 12, 31)])
def test_it_can_be_made_on_any_day(today: date) -> None:
    assert len(list(demo_operations(today))) == len(list(demo_operations(TODAY)))
