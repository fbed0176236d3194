"""The demo through the real door, on both databases: all of it is posted, and the ledgers say what the story says."""

import json
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from db.connection import close_database, fetch, open_database
from db.core.numbers import from_scaled
from db.migrations import migrate
from db.posting.lines import PostedBy
from stockterm.demo import Demo, demo_in, make_demo
from stockterm.demo.company import demo_operations
from stockterm.interchange.post import Report, post_file
from tests.demo.test_company import COUNT_DIFFERENCES, stock_moves
from tests.support.databases import OpenDatabase

TODAY = date(2026, 5, 4)


def post(operations: Iterable[dict[str, Any]]) -> Report:
    with tempfile.TemporaryFile() as file:
        for operation in operations:
            file.write(json.dumps(operation).encode() + b"\n")
        return post_file(file, PostedBy(source_code="interchange"))


def cost_of(operation_id: str) -> Decimal:
    """Actual cost of the entries that an operation made."""
    (row,) = fetch(
        "SELECT COALESCE(SUM(cost_amount_actual), 0) FROM item_ledger_entry "
        "WHERE register_no = (SELECT register_no FROM item_register WHERE operation_id = ?)",
        (operation_id,),
    )
    return from_scaled(int(row[0]))


def test_every_operation_is_posted_and_the_bins_hold_what_the_story_left_there(database: OpenDatabase) -> None:
    operations = list(demo_operations(TODAY))
    report = post(operations)
    assert [(problem.line, str(problem.error)) for problem in report.problems] == []
    assert (report.posted + report.records, report.repeated) == (len(operations), 0)

    expected: defaultdict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    for _one, key, quantity in stock_moves(operations):
        expected[key] += quantity
    for item, difference in COUNT_DIFFERENCES.items():
        expected[item, "", "MAIN", "A-02-02", ""] += difference
    found = {
        (item, variant, location, bin_code, lot or serial): from_scaled(int(quantity))
        for item, variant, location, bin_code, lot, serial, quantity in fetch(
            "SELECT item_no, variant_code, location_code, bin_code, lot_no, serial_no, quantity FROM bin_content "
            "WHERE quantity <> 0"
        )
    }
    assert found == {key: quantity for key, quantity in expected.items() if quantity}


def test_the_late_invoice_reaches_what_was_sold_and_what_came_back(database: OpenDatabase) -> None:
    post(demo_operations(TODAY))
    ((sale,),) = fetch(
        "SELECT operation_id FROM item_register WHERE register_no IN (SELECT register_no FROM item_ledger_entry "
        "WHERE item_no = 'EL4270' AND entry_type = 'sale' AND quantity < 0 AND document_no = 'SH-2002')"
    )
    assert cost_of(str(sale)) == Decimal("-108.16")  # one monitor of PR-1004: 104.00 and four percent
    assert cost_of("SRET-2001") == Decimal("108.16")
    assert cost_of("PR-1007-01") == 0  # received, not yet invoiced


def test_posting_it_twice_changes_nothing(sqlite_database: OpenDatabase) -> None:
    first = post(demo_operations(TODAY))
    second = post(demo_operations(TODAY))
    assert second.problems == []
    assert (second.posted, second.repeated) == (0, first.posted)


def test_the_demo_in_its_own_file_is_a_database_that_opens(tmp_path: Path) -> None:
    def door(url: str, operations: Iterable[dict[str, Any]]) -> None:
        open_database(url)
        try:
            migrate()
            assert post(operations).problems == []
        finally:
            close_database()

    path = tmp_path / "demo.db"
    demo = make_demo(path, door, TODAY)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["demo.db"]
    assert demo_in(path) == Demo(path, TODAY)
    open_database(demo.url)
    try:
        assert fetch("SELECT COUNT(*) FROM item")[0][0] > 80
    finally:
        close_database()
