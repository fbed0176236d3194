"""Reclassifications in files: the fields of `change_expiry` and `change_variant`, and taking a date away with a transfer."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.program import Company, a_line, a_location, a_purchase, an_item


@pytest.fixture
def company(database_url: str, tmp_path: Path) -> Company:
    return Company(database_url, tmp_path).posted(
        a_location(),
        a_location("EAST"),
        {"op": "reason", "code": "LABEL"},
        {"op": "user", "code": "ANN", "role": "worker"},
        {"op": "tracking_code", "code": "LOT", "lot": True},
        an_item(tracking_code="LOT"),
        {"op": "variant", "item": "1000", "code": "RED"},
        a_purchase("6", lot="L", expiration_date="2027-01-31"),
        a_purchase("4", lot="L", location="EAST"),
    )


def expiry(**fields: Any) -> dict[str, Any]:
    return {"op": "change_expiry", "item": "1000", "lot": "L", "reason": "LABEL", "date": "2026-01-06", **fields}


def dates(company: Company) -> set[str]:
    return {row["expiration_date"] for row in company.export("on-hand")}


def test_a_date_is_changed_everywhere_and_who_wants_to_know_finds_the_old_and_the_new_one(company: Company) -> None:
    company.posted(expiry(id="E1", new_expiration_date="2027-06-30"))
    assert dates(company) == {"2027-06-30"}
    rows = company.export("item-ledger", "--id", "E1")
    assert [(row["leg"], row["location"], row["quantity"], row["expiration_date"], row["reason"]) for row in rows] == [
        ("out/1", "BLUE", "-6", "2027-01-31", "LABEL"),
        ("in/1", "BLUE", "6", "2027-06-30", "LABEL"),
        ("out/2", "EAST", "-4", "2027-01-31", "LABEL"),
        ("in/2", "EAST", "4", "2027-06-30", "LABEL"),
    ]
    company.posted({"op": "undo", "of": "E1"})
    assert dates(company) == {"2027-01-31"}


def test_a_date_is_cleared_only_where_that_is_said(company: Company) -> None:
    move = a_line("transfer", "4", location="EAST", new_location="BLUE", lot="L", new_expiration_date=None, date="2026-01-06")
    company.posted(move)
    assert dates(company) == {"2027-01-31"}
    assert company.post(expiry()).codes == [(1, "bad_value", "new_expiration_date")]
    company.posted(expiry(clear_expiration_date=True))
    assert dates(company) == {None} or dates(company) == {""}
    company.posted(a_line("transfer", "10", lot="L", new_lot="M", new_expiration_date="2027-02-28", date="2026-01-06"))
    company.posted(a_line("transfer", "10", lot="M", clear_expiration_date=True, date="2026-01-06"))
    assert company.post(a_purchase("1", lot="N", clear_expiration_date=True)).codes == [(1, "bad_value", "clear_expiration_date")]


def test_what_is_wrong_with_a_change_of_expiry_is_said(company: Company) -> None:
    wrong = [
        expiry(new_expiration_date="2027-06-30", clear_expiration_date=True),
        expiry(new_expiration_date="2027-06-30", serial="S"),
        expiry(new_expiration_date="2027-06-30", reason=None),
        expiry(new_expiration_date="2027-06-30", user="ANN"),
        expiry(new_expiration_date="2027-01-31"),
    ]
    assert [code for record in wrong for _line, code, _field in company.post(record).codes] == [
        "bad_value",
        "bad_value",
        "reason_required",
        "permission_denied",
        "nothing_to_do",
    ]


def test_goods_become_another_variant_and_are_turned_back(company: Company) -> None:
    record = {"op": "change_variant", "id": "V1", "item": "1000", "new_variant": "RED", "location": "BLUE", "quantity": "2"}
    company.posted({**record, "lot": "L", "reason": "LABEL", "date": "2026-01-06"})
    rows = company.export("item-ledger", "--id", "V1")
    assert [(row["leg"], row["entry_type"], row["variant"], row["quantity"], row["cost_amount_actual"]) for row in rows] == [
        ("out", "negative_adjustment", "", "-2", "-20.00"),
        ("in", "positive_adjustment", "RED", "2", "20.00"),
    ]
    assert company.post({**record, "id": "V2", "lot": "L", "quantity": "-2", "reason": "LABEL"}).codes == [
        (1, "bad_value", "quantity")
    ]
    company.posted({"op": "undo", "of": "V1"})
    assert {row["variant"] for row in company.export("on-hand")} == {""}
