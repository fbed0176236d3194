"""0008: orders keep what they had; one without an in-transit location is direct, and all of them are released."""

import shutil
from pathlib import Path

from db.connection import fetch
from db.migrations import FOLDER, migrate
from db.work.transfer_orders import find_transfer_order
from tests.support.databases import OpenDatabase


def test_orders_made_before_travel_as_they_did(bare_database: OpenDatabase, tmp_path: Path) -> None:
    before = tmp_path / "before"
    before.mkdir()
    for script in sorted(FOLDER.glob("[0-9]*.py")):
        if script.stem < "0008":
            shutil.copy(script, before)
    migrate(folder=before)
    insert = "INSERT INTO transfer_order (no, from_location, to_location, in_transit, created_at) VALUES (?, 'BLUE', 'RED', ?, 7)"
    fetch(insert, ("TO1", "ROAD"))
    fetch(insert, ("TO2", ""))
    assert "0008_transfer_routes" in migrate()
    found = [find_transfer_order(no) for no in ("TO1", "TO2")]
    assert [(one.in_transit, one.direct, one.released, one.receipt_date) for one in found if one is not None] == [
        ("ROAD", False, True, None),
        ("", True, True, None),
    ]
