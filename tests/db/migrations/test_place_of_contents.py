"""0006: contents keep their rows, and a quantity is looked up by its whole key."""

import shutil
from pathlib import Path

from db.connection import fetch
from db.migrations import FOLDER, migrate
from tests.support.databases import OpenDatabase

_KEY = ("item_no", "variant_code", "location_code", "bin_code", "lot_no", "serial_no", "package_no")
_CONTENT = f"INSERT INTO bin_content ({', '.join(_KEY)}, quantity) VALUES (?, '', 'SHOP', '', '', '', '', 100000)"


def test_contents_stay_as_they_were(bare_database: OpenDatabase, tmp_path: Path) -> None:
    before = tmp_path / "before"
    before.mkdir()
    for script in sorted(FOLDER.glob("[0-9]*.py")):
        if script.stem < "0006":
            shutil.copy(script, before)
    migrate(folder=before)
    fetch(_CONTENT, ("1000",))
    assert "0006_place_of_contents" in migrate()
    assert fetch("SELECT item_no, location_code, quantity FROM bin_content") == [("1000", "SHOP", 100000)]


def test_a_quantity_is_looked_up_by_its_whole_key_while_nothing_is_known_about_the_table(database: OpenDatabase) -> None:
    """PostgreSQL keeps the plan of the first look-up for as long as the connection lives."""
    for number in range(50):
        fetch(_CONTENT, (f"{number}",))
    explain = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
    where = " AND ".join(f"{column} = ?" for column in _KEY)
    rows = fetch(f"{explain} SELECT quantity FROM bin_content WHERE {where}", ("7", "", "SHOP", "", "", "", ""))
    plan = " ".join(str(row) for row in rows)
    condition = plan.partition("Index Cond")[2].partition("Filter")[0] or plan
    assert all(column in condition for column in _KEY), plan
