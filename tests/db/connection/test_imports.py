"""What is not needed is not imported: a start-up that imports every driver takes 100 ms longer."""

import subprocess
import sys

import pytest

from tests.support.processes import ROOT

# Modules that name Peewee; the two that need a driver by design and the numbered migrations are left out.
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in (ROOT / "db").rglob("*.py")
    if path.stem not in ("__init__", "postgresql", "pipeline") and not path.stem[0].isdigit() and "peewee" in path.read_text()
)


def imported_by(code: str) -> set[str]:
    result = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    return set(result.stdout.split())


def test_no_module_of_ours_imports_a_driver_by_itself() -> None:
    """Whichever comes first: a package that says `from peewee import` has to import db.connection in its __init__."""
    code = f"""
import importlib, sys
for name in {MODULES!r}:
    for loaded in [loaded for loaded in sys.modules if loaded.partition(".")[0] in ("db", "peewee", "playhouse")]:
        del sys.modules[loaded]
    importlib.import_module(name)
    assert "psycopg" not in sys.modules, name
"""
    assert "psycopg" not in imported_by(code)


def test_an_sqlite_address_needs_no_driver_but_its_own() -> None:
    loaded = imported_by("from db.connection import open_database; open_database('sqlite:///:memory:')")
    assert not loaded & {"psycopg", "psycopg2", "pymysql", "MySQLdb", "playhouse", "argparse"}
    assert "sqlite3" in loaded


def test_the_hidden_drivers_can_be_imported_afterwards() -> None:
    assert "psycopg" in imported_by("import db.connection, psycopg")


@pytest.mark.parametrize("module", ["db.core.numbers", "db.core.codes", "db.core.clock", "db.core.errors"])
def test_the_core_needs_no_database(module: str) -> None:
    assert not imported_by(f"import {module}") & {"peewee", "sqlite3", "textual"}
