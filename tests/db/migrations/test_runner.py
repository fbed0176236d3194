"""Upgrades: in order, once, all or nothing, one terminal at a time, and never backwards."""

import subprocess
import sys
from pathlib import Path

import pytest

from db.connection import close_database, database, fetch, open_database
from db.core.errors import DatabaseNewer
from db.migrations import FOLDER, migrate
from tests.support.databases import OpenDatabase
from tests.support.processes import ROOT

CREATE = 'def up(migrator, db):\n    db.execute_sql("CREATE TABLE {name} (id BIGINT PRIMARY KEY)")\n'


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    folder = tmp_path / "scripts"
    folder.mkdir()
    (folder / "0001_first.py").write_text(CREATE.format(name="first"))
    (folder / "0002_second.py").write_text(CREATE.format(name="second"))
    return folder


def test_what_is_missing_is_applied_in_order_and_once(bare_database: OpenDatabase, scripts: Path) -> None:
    assert migrate(folder=scripts) == ["0001_first", "0002_second"]
    assert migrate(folder=scripts) == []
    (scripts / "0003_third.py").write_text(CREATE.format(name="third"))
    assert migrate(database, folder=scripts) == ["0003_third"]
    assert fetch("SELECT name FROM schema_migration ORDER BY name") == [("0001_first",), ("0002_second",), ("0003_third",)]


def test_a_script_that_fails_leaves_nothing_of_itself_and_all_of_those_before(bare_database: OpenDatabase, scripts: Path) -> None:
    (scripts / "0002_second.py").write_text(
        CREATE.format(name="second") + '    db.execute_sql("CREATE TABLE first (id BIGINT)")\n'
    )
    with pytest.raises(Exception, match="first"):
        migrate(folder=scripts)
    assert database.table_exists("first")
    assert not database.table_exists("second")
    (scripts / "0002_second.py").write_text(CREATE.format(name="second"))
    assert migrate(folder=scripts) == ["0002_second"]


def test_a_database_of_a_later_version_is_refused_before_anything_is_touched(bare_database: OpenDatabase, scripts: Path) -> None:
    migrate(folder=scripts)
    (scripts / "0002_second.py").rename(scripts / "0000_zeroth.py")
    with pytest.raises(DatabaseNewer, match="0002_second"):
        migrate(folder=scripts)
    assert fetch("SELECT COUNT(*) FROM schema_migration") == [(2,)]


def test_a_script_that_breaks_references_is_noticed(sqlite_database: OpenDatabase, scripts: Path) -> None:
    for made in scripts.iterdir():
        made.unlink()
    for script in FOLDER.glob("[0-9]*.py"):
        (scripts / script.name).write_text(script.read_text())
    (scripts / "9999_breaks.py").write_text(
        "def up(migrator, db):\n"
        '    db.execute_sql("CREATE TABLE parent (id INTEGER PRIMARY KEY)")\n'
        '    db.execute_sql("CREATE TABLE child (id INTEGER REFERENCES parent (id))")\n'
        '    db.execute_sql("INSERT INTO child VALUES (1)")\n'
    )
    with pytest.raises(RuntimeError, match="child"):
        migrate(folder=scripts)


def test_terminals_that_start_at_once_take_turns(bare_url: str) -> None:
    imports = "from db.connection import open_database; from db.migrations import migrate"
    code = f"{imports}; open_database({bare_url!r}); print(migrate())"
    running = [
        subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    outputs = [process.communicate(timeout=60) for process in running]
    assert [errors for _, errors in outputs if errors] == []
    applied = [output.strip() for output, _ in outputs]
    assert sorted(applied)[1:] == ["[]"] * 3 or applied.count("[]") == 3


def test_a_start_without_anything_to_upgrade_does_not_load_the_runner(sqlite_url: str) -> None:
    code = (
        f"import sys; from db.connection import open_database; from db.migrations import migrate; open_database({sqlite_url!r}); "
        "assert migrate() == []; assert not any(name.startswith('playhouse') for name in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_an_upgraded_database_is_found_upgraded_by_the_next_start(bare_url: str) -> None:
    open_database(bare_url)
    assert migrate()
    close_database()
    open_database(bare_url)
    assert migrate() == []
    close_database()
