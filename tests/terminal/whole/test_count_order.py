"""A blind count that was ordered, on a pseudo-terminal: nothing is pressed besides what a reader sends and typed quantities."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from db.connection import close_database, fetch, open_database
from db.core import clock
from db.core.numbers import from_scaled
from db.work import count_finish, count_orders
from db.work.count_orders import NewCountOrder
from tests.support.databases import long_or_short
from tests.support.program import Company
from tests.terminal.whole.floor import BADGES, TODAY
from tests.terminal.whole.program import ENTER, F10, Program

Start = Callable[..., Program]
BINS, SCANS = long_or_short(100, 12), long_or_short(1_000, 120)
ITEMS = 25


def a_store(url: str, folder: Path) -> None:
    """`BINS` bins at NORTH with four of the items each, and an order of all of it."""
    records: list[dict[str, Any]] = [
        {"op": "location", "code": "NORTH", "name": "North", "bin_mandatory": True},
        *({"op": "bin", "location": "NORTH", "code": f"N-{number:03}", "zone": "N"} for number in range(BINS)),
        *(
            {"op": "item", "no": f"P{number:03}", "description": f"Part {number}", "quantity_rounding": "1"}
            for number in range(ITEMS)
        ),
        {"op": "user", "code": "CAT", "locations": ["NORTH"]},
    ]
    for number in range(BINS):
        for step in range(4):
            line = {"op": "journal_line", "type": "purchase", "date": TODAY.isoformat(), "location": "NORTH", "unit_cost": "1"}
            item = f"P{(number * 3 + step * 5) % ITEMS:03}"
            records.append({**line, "item": item, "bin": f"N-{number:03}", "quantity": "4711"})
    Company(url, folder).posted(*records)
    with opened(url):
        one = count_orders.create_order(NewCountOrder("NORTH", clock.today()), "SUE")
        assert count_finish.calculate_lines(one)[0] == BINS * 4


@contextmanager
def opened(url: str) -> Iterator[None]:
    open_database(url)
    try:
        yield
    finally:
        close_database()


def a_round() -> tuple[list[str], Counter[tuple[str, str]]]:
    """Labels of a walk through every bin, now and then a typed quantity, and what they come to."""
    dice = random.Random(5)
    texts: list[str] = []
    counted: Counter[tuple[str, str]] = Counter()
    for number in range(BINS):
        bin_code = f"N-{number:03}"
        texts.append(f"BIN:{bin_code}")
        for _scan in range(SCANS // BINS - 1):
            item = f"P{(number * 3 + dice.randrange(4) * 5) % ITEMS:03}"
            texts.append(f"ITM:{item}")
            counted[bin_code, item] += 1
        last = texts[-1].removeprefix("ITM:")
        if counted[bin_code, last] == 1:  # more than the last scan would be asked about
            quantity = dice.randrange(2, 90)
            texts.append(str(quantity))
            counted[bin_code, last] = quantity
    return texts, counted


@pytest.mark.soak
@pytest.mark.timeout(600 + SCANS)
def test_a_blind_count_of_100_bins_and_1000_scans_needs_no_key_besides_scans_and_typed_quantities(
    company_url: str, tmp_path: Path, start: Start
) -> None:
    a_store(company_url, tmp_path)
    program = start(company_url)
    program.until_shown("Badge")
    program.write(BADGES["CAT"].encode() + ENTER)
    program.until_shown("Count order")
    program.write(b"10" + ENTER)
    program.until_shown(f"{BINS} of {BINS}")
    before = program.count
    texts, counted = a_round()
    assert len(texts) >= SCANS
    program.write("".join(f"{text}\r" for text in texts).encode())
    program.until(lambda: program.count == before + len(texts), 60.0 + SCANS / 10)
    with opened(company_url):
        rows = fetch("SELECT bin_code, item_no, quantity FROM counted_line")
        assert {(row[0], row[1]): from_scaled(row[2]) for row in rows} == {key: Decimal(value) for key, value in counted.items()}
        assert fetch("SELECT COUNT(*) FROM scan_log WHERE command") == [(0,)], "no key but Enter was pressed"
        assert fetch("SELECT COUNT(*) FROM scan_log WHERE status <> 'applied'") == [(0,)]
    assert "4711" not in program.output.decode(errors="replace"), "what is expected was never drawn"
    program.write(F10)
    program.until(lambda: program.digits is not None)
    assert program.digits is not None
    program.write(program.digits.encode() + ENTER)
    program.until_shown("Handed in")
