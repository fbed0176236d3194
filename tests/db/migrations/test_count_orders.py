"""0005: a database with counts under way gets count orders, and keeps what it had."""

import shutil
from pathlib import Path

from db.connection import fetch
from db.migrations import FOLDER, migrate
from tests.support.databases import OpenDatabase

_REGISTER = (
    "INSERT INTO item_register (register_no, content_hash, operation, posting_date, document_no, external_document_no,"
    " reason_code, user_code, terminal, source_code, created_at) VALUES (1, '', 'journal_line', '2026-01-01', '', '', '', '',"
    " '', '', 0)"
)
_ENTRY = (
    "INSERT INTO warehouse_entry (entry_no, register_no, entry_type, registering_date, location_code, zone_code, bin_code,"
    " item_no, variant_code, lot_no, serial_no, package_no, quantity)"
    " VALUES (7, 1, 'positive', '2026-01-01', 'EAST', '', 'A-01', '1000', '', '', '', '', 500000)"
)
_COUNT = (
    "INSERT INTO open_count (user_code, location_code, status, blind, started_at, changed_at)"
    " VALUES ('ANN', 'EAST', 'open', TRUE, 1, 1)"
)


def test_counts_under_way_stay_and_the_search_for_empty_bins_begins_behind_what_is_posted(
    bare_database: OpenDatabase, tmp_path: Path
) -> None:
    before = tmp_path / "before"
    before.mkdir()
    for script in sorted(FOLDER.glob("[0-9]*.py")):
        if script.stem < "0005":
            shutil.copy(script, before)
    migrate(folder=before)
    for statement in (_REGISTER, _ENTRY, _COUNT):
        fetch(statement)
    assert migrate()[0] == "0005_count_orders"
    assert fetch("SELECT user_code, location_code, status FROM open_count") == [("ANN", "EAST", "open")]
    assert fetch("SELECT id, warehouse_entry_no FROM count_sweep") == [(1, 7)]
    assert fetch("SELECT COUNT(*) FROM count_order") == [(0,)]


def test_orders_that_were_made_before_lock_no_bins(bare_database: OpenDatabase, tmp_path: Path) -> None:
    """0013: an order that is under way goes on as it was."""
    before = tmp_path / "before"
    before.mkdir()
    for script in sorted(FOLDER.glob("[0-9]*.py")):
        if script.stem < "0013":
            shutil.copy(script, before)
    migrate(folder=before)
    fetch(
        "INSERT INTO count_order (description, status, location_code, bin_filter, zone_filter, category_filter, item_filter,"
        " order_date, posting_date, reason_code, blind, four_eyes, approved_by, created_by, created_at, changed_at)"
        " VALUES ('', 'open', 'EAST', '', '', '', '', '2026-01-01', '2026-01-01', '', TRUE, TRUE, '', 'SUE', 1, 1)"
    )
    assert "0013_lock_bins" in migrate()
    assert [bool(row[0]) for row in fetch("SELECT lock_bins FROM count_order")] == [False]
    assert fetch("SELECT COUNT(*) FROM count_locked_bin") == [(0,)]
