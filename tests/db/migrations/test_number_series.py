"""0007: settings and registers keep what they had; no document draws from a series yet."""

import shutil
from pathlib import Path

from db.connection import fetch
from db.migrations import FOLDER, migrate
from tests.support.databases import OpenDatabase


def test_settings_stay_and_name_no_series_yet(bare_database: OpenDatabase, tmp_path: Path) -> None:
    before = tmp_path / "before"
    before.mkdir()
    for script in sorted(FOLDER.glob("[0-9]*.py")):
        if script.stem < "0007":
            shutil.copy(script, before)
    migrate(folder=before)
    fetch("UPDATE settings SET version = 41, amount_rounding = 5000 WHERE id = 1")
    assert "0007_number_series" in migrate()
    assert fetch(
        "SELECT version, amount_rounding, transfer_order_nos, transfer_shipment_nos, transfer_receipt_nos FROM settings"
    ) == [(41, 5000, "", "", "")]
    assert fetch("SELECT COUNT(*) FROM number_series") == [(0,)]
