"""0004_printing: bins that were there before are there after, without check digits, and the queue is empty."""

import shutil
from pathlib import Path

from db.connection import fetch
from db.migrations import FOLDER, migrate
from tests.support.databases import OpenDatabase


def test_bins_made_before_keep_what_they_had_and_have_no_check_digits_yet(bare_database: OpenDatabase, tmp_path: Path) -> None:
    for script in sorted(FOLDER.glob("000[1-3]_*.py")):
        shutil.copy(script, tmp_path)
    migrate(folder=tmp_path)
    columns = "location_code, code, zone, ranking, blocked_movement, minimum, maximum, dedicated"
    row = ("MAIN", "A-01", "FAST", 7, "inbound", 100_000, None, True)
    fetch(f"INSERT INTO bin ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
    assert "0004_printing" in migrate()
    assert fetch(f"SELECT {columns}, check_digits FROM bin") == [(*row, "")]
    assert fetch("SELECT COUNT(*) FROM print_job") == [(0,)]
