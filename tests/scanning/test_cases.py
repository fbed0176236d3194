"""The reference cases: what comes in, and what the program must make of it."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from stockterm.scanning.report import describe

CASES = json.loads((Path(__file__).parent / "scan-cases.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: f"{case['id']} {case['title']}")
def test_reference_case(case: dict[str, Any]) -> None:
    described = describe(
        case["raw"],
        reference_date=date.fromisoformat(CASES["reference_date"]),
        separators=case.get("config", {}).get("separators", [CASES["separator"]]),
    )
    expected, answer = dict(case["expect"]), described.as_json()
    answer.pop("combinations", None)  # ours: the reference has no word for them
    assert described.valid is expected["valid"]
    assert set(expected.pop("errors", [])) <= set(answer.pop("errors", []))
    assert answer == expected
