"""The change log comes to a database that is in use: its records stay, and have no log of what was before."""

import shutil
from pathlib import Path

from db.connection import fetch
from db.masters.change import put_masters
from db.migrations import FOLDER, migrate
from tests.support.databases import OpenDatabase


def test_records_stay_and_their_next_change_is_logged(bare_database: OpenDatabase, tmp_path: Path) -> None:
    before = tmp_path / "before"
    before.mkdir()
    [ours] = [script.stem for script in FOLDER.glob("*_change_log.py")]
    for script in sorted(FOLDER.glob("[0-9]*.py")):
        if script.stem < ours:
            shutil.copy(script, before)
    migrate(folder=before)
    fetch("INSERT INTO reason (code, description) VALUES ('DAMAGED', 'Damaged')")
    assert ours in migrate()
    assert fetch("SELECT COUNT(*) FROM change_log") == [(0,)]
    put_masters([("reason", {"code": "DAMAGED", "description": "Broken"})])
    assert fetch("SELECT field, old_value, new_value FROM change_log") == [("description", "Damaged", "Broken")]
