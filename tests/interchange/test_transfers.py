"""Transfers as an ERP sends and reads them: routes, orders, shipments, receipts, what went missing; and what is refused."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.program import Company, a_location, a_purchase, an_item


@pytest.fixture
def company(database_url: str, tmp_path: Path) -> Company:
    return Company(database_url, tmp_path)


@pytest.fixture
def small(sqlite_url: str, tmp_path: Path) -> Company:
    return Company(sqlite_url, tmp_path)


PLACES = (a_location(), a_location("RED"), a_location("ROAD", in_transit=True), an_item(), {"op": "reason", "code": "LOST"})
ROUTE = {"op": "transfer_route", "from": "BLUE", "to": "RED", "in_transit": "ROAD", "shipping_days": 2}


def an_order(no: str | None = "TO1", **fields: Any) -> dict[str, Any]:
    order = {"op": "transfer_order", "no": no, "from": "BLUE", "to": "RED", "date": "2026-01-06"}
    return {key: value for key, value in {**order, "lines": [{"item": "1000", "quantity": "10"}], **fields}.items() if value}


def ship(**fields: Any) -> dict[str, Any]:
    return {"op": "transfer_ship", "no": "TO1", "date": "2026-01-06", **fields}


def receive(**fields: Any) -> dict[str, Any]:
    return {"op": "transfer_receive", "no": "TO1", "date": "2026-01-08", **fields}


def of(quantity: str) -> list[dict[str, Any]]:
    return [{"line_no": 1, "quantity": quantity}]


def test_a_transfer_goes_its_way_through_a_file_and_the_export_says_how_far_it_is(company: Company) -> None:
    company.posted(*PLACES, ROUTE, a_purchase("10", id="P1"), an_order())
    company.posted(ship(id="TS", lines=of("6")), receive(id="TR", lines=of("3")))
    close = {"op": "transfer_close", "id": "TC", "no": "TO1", "date": "2026-01-09", "how": "write_off", "reason": "LOST"}
    company.posted({**close, "lines": of("1")})

    assert company.export("transfers") == [
        {
            "no": "TO1", "line_no": 1, "from": "BLUE", "to": "RED", "in_transit": "ROAD", "item": "1000", "variant": "",
            "uom": "PCS", "quantity": "10", "quantity_shipped": "6", "quantity_received": "3", "quantity_in_transit": "2",
            "quantity_closed": "1", "released": True, "shipment_date": "2026-01-06", "receipt_date": "2026-01-08",
        }
    ]  # fmt: skip
    assert company.export("transfers", "--id", "TO2") == []
    ledger = [(row["id"], row["leg"], row["location"], row["quantity"]) for row in company.export("item-ledger")[1:]]
    assert ledger == [
        ("TS", "out", "BLUE", "-6"),
        ("TS", "in", "ROAD", "6"),
        ("TR", "out", "ROAD", "-3"),
        ("TR", "in", "RED", "3"),
        ("TC", "out", "ROAD", "-1"),
    ]


def test_the_same_file_again_posts_nothing_and_uses_no_number(company: Company) -> None:
    series = [
        {"op": "number_series", "code": "TO"},
        {"op": "number_series_line", "series": "TO", "starting_no": "TO1"},
        {"op": "number_series", "code": "TS"},
        {"op": "number_series_line", "series": "TS", "starting_no": "TS-1"},
        {"op": "settings", "transfer_order_nos": "TO", "transfer_shipment_nos": "TS"},
    ]
    operations = [a_purchase("10", id="P1"), an_order(None, id="O1"), ship(id="S1", lines=of("6")), ship(id="S2")]
    company.posted(*PLACES, ROUTE, *series, *operations).posted(*operations)

    assert [row["no"] for row in company.export("transfers")] == ["TO1"]
    shipped = [row["document_no"] for row in company.export("audit") if row["operation"] == "transfer_ship"]
    assert shipped == ["TS-1", "TS-2"]


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"direct": True, "in_transit": "ROAD"}, "bad_value", "direct"),
        ({"receipt_date": "2026-01-01"}, "bad_value", "receipt_date"),
        ({"to": "ROAD"}, "location_in_transit", "to"),
        ({"to": "BLUE"}, "bad_value", "to"),
        ({"in_transit": "RED"}, "bad_value", "in_transit"),
        ({"no": None}, "missing_field", "no"),
        ({"lines": [{"item": "1000", "quantity": "1", "uom": "BOX"}]}, "unknown_code", "lines/1/uom"),
    ],
)
def test_an_order_that_cannot_be_shipped_is_refused_by_its_field(
    small: Company, change: dict[str, Any], code: str, field: str
) -> None:
    small.posted(*PLACES)
    assert small.post(an_order(**change)).codes == [(1, code, field)]


def test_a_route_that_leads_nowhere_is_refused(small: Company) -> None:
    small.posted(*PLACES)
    for change, field in (
        ({"to": "BLUE"}, "to"),
        ({"in_transit": "RED"}, "in_transit"),
        ({"direct": True}, "direct"),
        ({"from": "ROAD"}, "from"),
        ({"shipping_days": -1}, "shipping_days"),
    ):
        assert [one[2] for one in small.post({**ROUTE, **change}).codes] == [field]


def test_close_needs_a_reason_and_a_supervisor(small: Company) -> None:
    small.posted(*PLACES, ROUTE, a_purchase("10"), an_order(), ship())
    small.posted({"op": "user", "code": "ANN", "role": "worker"})
    close = {"op": "transfer_close", "no": "TO1", "date": "2026-01-09", "how": "write_off"}
    assert small.post(close).codes == [(1, "reason_required", "reason")]
    assert small.post({**close, "reason": "LOST", "user": "ANN"}).codes == [(1, "permission_denied", "user")]
    assert small.post({**close, "how": "gone"}).codes == [(1, "bad_value", "how")]
    small.posted({**close, "how": "send_back"})


def test_what_an_order_lacks_only_because_it_was_refused_is_not_reported(small: Company) -> None:
    small.posted(*PLACES, ROUTE, a_purchase("10"))
    answer = small.post(an_order(to="NOWHERE"), ship(), receive(), ship(no="TO7"))
    assert answer.codes == [(1, "unknown_code", "to"), (4, "unknown_code", "no")]


def test_an_order_is_deleted_by_a_file(small: Company) -> None:
    small.posted(*PLACES, an_order(), {"op": "transfer_delete", "no": "TO1"})
    assert small.export("transfers") == []
    assert small.post({"op": "transfer_delete", "no": "TO1"}).codes == [(1, "unknown_code", "no")]
