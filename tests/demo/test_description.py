"""The page printed after the demo is made fits a terminal and gives everything that is needed to sign in."""

import re
from datetime import date
from pathlib import Path

import pytest

from stockterm.demo import Demo, describe
from stockterm.demo.company import demo_operations
from stockterm.demo.places import PEOPLE

DEMO = Demo(Path("/data/demo.db"), date(2026, 5, 4), new=True)


def test_it_fits_on_one_screenful() -> None:
    lines = describe(DEMO).splitlines()
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 100


@pytest.mark.parametrize("columns", [80, 20])
def test_no_word_is_broken_at_the_edge_of_the_terminal(columns: int) -> None:
    lines = describe(DEMO, columns).splitlines()
    assert [line for line in lines if len(line) > columns and " " in line.strip()] == []
    assert " ".join(describe(DEMO, columns).split()) == " ".join(describe(DEMO).split())


def test_it_names_every_user_with_role_and_pin() -> None:
    page = describe(DEMO)
    for person in PEOPLE:
        assert re.search(rf"{person.code} +{person.role} +{person.pin}\b", page)
    assert "sqlite:////data/demo.db" in page


def test_every_code_it_tells_to_scan_exists() -> None:
    operations = list(demo_operations(DEMO.made_for))
    known = {str(one.get(key, "")) for one in operations for key in ("code", "no", "gtin", "barcode", "lot", "serial")}
    named = set(re.findall(r"\b(?:[A-Z]{2}\d{4}|[A-Z]-\d\d-\d\d|9?\d{13,14}|CD18-\d{4}|B2207|RECV-01|[A-Z]+1)\b", describe(DEMO)))
    assert len(named) > 15
    assert named <= known


def test_it_says_so_when_the_demo_was_there_already() -> None:
    assert "--fresh" in describe(Demo(DEMO.path, DEMO.made_for))
