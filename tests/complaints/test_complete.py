"""All 25 have their test."""

import re
from pathlib import Path


def test_every_complaint_has_a_test_of_its_own() -> None:
    named = set()
    for path in Path(__file__).parent.glob("test_*.py"):
        named |= {int(number) for number in re.findall(r"def test_(\d\d)_", path.read_text(encoding="utf-8"))}
    assert named == set(range(1, 26))
