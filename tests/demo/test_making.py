"""The demo is made in a file of its own: whole or not at all, and never over anything else."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from db.core.errors import DatabaseUnavailable
from stockterm.demo import Demo, NotADemo, default_demo_path, demo_in, make_demo, write_sheet

TODAY = date(2026, 5, 4)
LATER = date(2026, 6, 1)


def a_door(url: str, operations: Iterable[dict[str, Any]]) -> None:
    """Posts nothing but the mark and the settings: as much of a database as the making looks at."""
    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE settings (id INTEGER, demo BOOLEAN, version INTEGER)")
    connection.execute("INSERT INTO settings VALUES (1, 0, 1)")
    connection.execute("CREATE TABLE responsibility_center (code TEXT, name TEXT)")
    centers = [(one["code"], one["name"]) for one in operations if one["op"] == "responsibility_center"]
    connection.executemany("INSERT INTO responsibility_center VALUES (?, ?)", centers)
    connection.commit()
    connection.close()


def a_broken_door(url: str, operations: Iterable[dict[str, Any]]) -> None:
    a_door(url, operations)
    raise DatabaseUnavailable(problem="the plug was pulled")


def a_closed_door(url: str, operations: Iterable[dict[str, Any]]) -> None:
    raise AssertionError("nothing is to be posted")


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_new_demo_is_one_file_that_says_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "demo.db"
    demo = make_demo(path, a_door, TODAY)
    assert demo == Demo(path, TODAY, new=True)
    assert files_in(path.parent) == ["demo.db"]
    assert demo_in(path) == Demo(path, TODAY)
    assert demo.url == f"sqlite:///{path}"


def test_a_demo_that_is_there_is_opened_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "demo.db"
    make_demo(path, a_door, TODAY)
    before = path.read_bytes()
    assert make_demo(path, a_closed_door, LATER) == Demo(path, TODAY)
    assert path.read_bytes() == before


def test_fresh_makes_it_anew(tmp_path: Path) -> None:
    path = tmp_path / "demo.db"
    make_demo(path, a_door, TODAY)
    (tmp_path / "demo.db-wal").write_bytes(b"of the old one")
    (tmp_path / "demo.db-wal").unlink()
    assert make_demo(path, a_door, LATER, fresh=True) == Demo(path, LATER, new=True)
    assert demo_in(path) == Demo(path, LATER)


def other_data(path: Path) -> None:
    """A real company: the same tables, even the demo's operations, but not made by `make_demo`."""
    a_door(f"sqlite:///{path}", [{"op": "responsibility_center", "code": "DEMO", "name": "Demo data of 2026-05-04"}])


@pytest.mark.parametrize("content", [b"", b"my diary", b"SQLite format 3\x00" + b"\x01" * 200])
@pytest.mark.parametrize("fresh", [False, True])
def test_a_file_of_another_kind_is_refused_and_kept(tmp_path: Path, content: bytes, fresh: bool) -> None:
    path = tmp_path / "demo.db"
    path.write_bytes(content)
    with pytest.raises(NotADemo, match=r"demo\.db holds something else"):
        make_demo(path, a_closed_door, TODAY, fresh=fresh)
    assert path.read_bytes() == content
    assert files_in(tmp_path) == ["demo.db"]


@pytest.mark.parametrize("fresh", [False, True])
def test_a_database_that_is_no_demo_is_refused_and_kept(tmp_path: Path, fresh: bool) -> None:
    path = tmp_path / "demo.db"
    other_data(path)
    before = path.read_bytes()
    with pytest.raises(NotADemo):
        make_demo(path, a_closed_door, TODAY, fresh=fresh)
    assert path.read_bytes() == before


def test_a_folder_or_a_dangling_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for path in (tmp_path, tmp_path / "link"):
        with pytest.raises(NotADemo):
            make_demo(path, a_closed_door, TODAY)


@pytest.mark.parametrize("fresh", [False, True])
def test_a_failure_on_the_way_leaves_everything_as_it_was(tmp_path: Path, fresh: bool) -> None:
    path = tmp_path / "demo.db"
    if fresh:
        make_demo(path, a_door, TODAY)
    before = files_in(tmp_path)
    with pytest.raises(DatabaseUnavailable):
        make_demo(path, a_broken_door, LATER, fresh=fresh)
    assert files_in(tmp_path) == before
    assert demo_in(path) == (Demo(path, TODAY) if fresh else None)


def test_what_another_session_put_there_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "demo.db"

    def overtaken(url: str, operations: Iterable[dict[str, Any]]) -> None:
        a_door(url, operations)
        if not path.exists():
            make_demo(path, a_door, LATER)

    assert make_demo(path, overtaken, TODAY) == Demo(path, LATER)

    path.unlink()

    def spoilt(url: str, operations: Iterable[dict[str, Any]]) -> None:
        a_door(url, operations)
        path.write_text("my diary")

    with pytest.raises(NotADemo):
        make_demo(path, spoilt, TODAY)
    assert path.read_text() == "my diary"


def test_the_default_file_is_not_the_one_that_is_used_without_a_demo() -> None:
    assert default_demo_path().parts[-2:] == ("demo", "demo.db")
    assert "stockterm" in default_demo_path().parts


@pytest.mark.parametrize(
    ("name", "start"), [("labels.html", "<!DOCTYPE html>"), ("LABELS.SVG", "<svg "), ("labels", "<!DOCTYPE html>")]
)
def test_the_sheet_is_written_in_the_form_that_its_name_asks_for(tmp_path: Path, name: str, start: str) -> None:
    write_sheet(Demo(tmp_path / "demo.db", TODAY), str(tmp_path / name))
    assert (tmp_path / name).read_text(encoding="utf-8").startswith(start)


def test_asking_for_the_demo_loads_neither_barcodes_nor_a_database() -> None:
    program = (
        "import sys, stockterm.demo\nstockterm.demo.default_demo_path()\n"
        "print([name for name in ('barcode', 'PIL', 'peewee', 'textual', 'sqlite3') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip() == "[]"
