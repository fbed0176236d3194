"""0002_work: rows that were there before are there after, and the new tables are empty and usable."""

import shutil
from pathlib import Path

from db.connection import fetch
from db.migrations import FOLDER, migrate
from db.work import sessions
from tests.support.databases import OpenDatabase


def test_registers_posted_before_are_found_by_their_user_after(bare_database: OpenDatabase, tmp_path: Path) -> None:
    shutil.copy(FOLDER / "0001_ledgers.py", tmp_path)
    migrate(folder=tmp_path)
    columns = (
        "register_no, operation_id, content_hash, operation, posting_date, document_no, external_document_no, reason_code,"
        " user_code, terminal, source_code, undoes_register_no, created_at"
    )
    row = (1, "P1", "", "journal_line", "2026-01-01", "", "", "", "ANN", "", "", None, 7)
    fetch(f"INSERT INTO item_register ({columns}) VALUES ({', '.join('?' * 13)})", row)
    assert "0002_work" in migrate()
    assert fetch(f"SELECT {columns} FROM item_register") == [row]
    assert sessions.take_up("ANN", "T1")[1] is None
