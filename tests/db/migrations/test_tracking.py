"""0010: codes keep what they make specific, numbers keep what was known; what somebody had said about a number is its card."""

import shutil
from pathlib import Path

from db.connection import fetch
from db.migrations import FOLDER, migrate
from tests.support.databases import OpenDatabase


def test_specific_codes_ask_everywhere_and_numbers_that_somebody_described_have_a_card(
    bare_database: OpenDatabase, tmp_path: Path
) -> None:
    before = tmp_path / "before"
    before.mkdir()
    for script in sorted(FOLDER.glob("[0-9]*.py")):
        if script.stem < "0010":
            shutil.copy(script, before)
    migrate(folder=before)
    for code, lot in (("LOT", "TRUE"), ("NONE", "FALSE")):
        fetch(
            "INSERT INTO tracking_code (code, lot, serial, package, expiration_required, strict_expiration, fefo, lot_warehouse,"
            f" serial_warehouse, lot_nos, serial_nos, package_nos) VALUES ('{code}', {lot}, FALSE, FALSE, FALSE, FALSE, FALSE,"
            " TRUE, TRUE, '', '', '')"
        )
    for number, received, blocked, text in (("a", "TRUE", "FALSE", ""), ("b", "TRUE", "TRUE", ""), ("c", "TRUE", "FALSE", "x")):
        fetch(
            "INSERT INTO tracking_number (item_no, variant_code, kind, number_key, number, received, blocked, block_reason,"
            f" description) VALUES ('1000', '', 'lot', '{number}', '{number}', {received}, {blocked}, '', '{text}')"
        )
    assert "0010_tracking" in migrate()
    words: dict[str, str] = dict(fetch("SELECT code, lot_required FROM tracking_code"))
    assert words["NONE"] == ""
    assert len(words["LOT"].split(",")) == 9
    cards = fetch("SELECT number, card, blocked FROM tracking_number ORDER BY number")
    assert [(number, bool(card), bool(blocked)) for number, card, blocked in cards] == [
        ("a", False, False),
        ("b", True, True),
        ("c", True, False),
    ]
