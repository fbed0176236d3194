"""`stockterm trace`: the way, the recall list and find entries, as lines and as data (operations reference §13)."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.program import Answer, Company, a_location, an_item, call


@pytest.fixture
def company(sqlite_url: str, tmp_path: Path) -> Company:
    day = "2026-03-02"
    line = {"op": "journal_line", "date": day, "item": "1000", "lot": "V"}
    return Company(sqlite_url, tmp_path).posted(
        a_location("MAIN"),
        a_location("RED"),
        {"op": "tracking_code", "code": "LOT", "lot": True},
        an_item("1000", tracking_code="LOT"),
        {**line, "id": "P", "type": "purchase", "location": "MAIN", "quantity": "10", "unit_cost": "1", "document_no": "R7"},
        {**line, "id": "S", "type": "sale", "location": "MAIN", "quantity": "3", "external_document_no": "C1"},
        {**line, "id": "T", "type": "transfer", "location": "MAIN", "new_location": "RED", "quantity": "4", "new_lot": "V2"},
    )


def traced(company: Company, *arguments: str) -> Answer:
    return call("--database", company.url, "trace", *arguments)


def data(company: Company, *arguments: str) -> Any:
    answer = traced(company, *arguments, "--json")
    assert answer.status == 0, answer
    return json.loads(answer.out)


def test_the_recall_list_as_data_has_what_is_here_what_is_gone_and_where_it_came_from(company: Company) -> None:
    [found] = data(company, "v", "--recall")
    assert [(one["location"], one["number"], one["quantity"]) for one in found["here"]] == [
        ("MAIN", "V", "3"),
        ("RED", "V2", "4"),
    ]
    assert [(one["document"], one["entry_type"], one["quantity"]) for one in found["gone"]] == [("C1", "sale", "3")]
    assert [one["document"] for one in found["origins"]] == ["R7"]
    assert [one["number"] for one in found["numbers"]] == ["V", "V2"]
    assert "entries" not in found


def test_the_way_as_data_names_what_follows_each_entry(company: Company) -> None:
    [found] = data(company, "V2", "--back")
    documents = {one["entry_no"]: one["document"] for one in found["entries"]}
    [start] = [one for one in found["entries"] if one["entry_no"] in found["starts"]]
    assert start["document"] == "T"
    assert set(documents.values()) == {"T", "R7"}


def test_find_entries_and_a_document_as_lines_and_as_data(company: Company) -> None:
    tables = {one["table"]: one["count"] for one in data(company, "R7", "--find")}
    assert tables == {"postings": 1, "item ledger": 1, "value entries": 1}
    lines = traced(company, "C1", "--document", "--back").out.splitlines()
    assert [line.split()[1] for line in lines] == ["sold", "received"]
    assert len(data(company, "C1", "--document")["entries"]) == 1


def test_a_number_that_nobody_knows_is_one_line_and_status_1(company: Company) -> None:
    answer = traced(company, "NOPE")
    assert answer.status == 1
    assert 'Unknown lot, serial or package number "NOPE"' in answer.err
