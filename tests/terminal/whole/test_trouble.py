"""A full disk, a damaged file, a database of a later version: a plain message, and nothing changed or half-written."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.terminal.whole.floor import BINS, Tally, Walk
from tests.terminal.whole.program import F3, F10, Program, counted_lines, posted_counts, proven, scan_log

Start = Callable[..., Program]


def path_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


# ---- a full disk

WITH_SMALL_DISK = ("-m", "tests.terminal.whole.with_small_disk")


def scan_until_full(program: Program, labels: list[str]) -> int:
    """Scan one after the other; how many were taken when the disk was full."""
    before, tally = program.count, Tally.of([])
    for number, label in enumerate(labels):
        tally.take(label)
        program.write(label.encode() + b"\r")
        wanted = before + tally.good
        program.until(lambda wanted=wanted: program.count == wanted or "Disk full" in program.message)  # type: ignore[misc]
        if "Disk full" in program.message:
            return number
    raise AssertionError("it never was full")


def refused_and_gone_on_with(program: Program, start: Start) -> None:
    """Fill the disk, try again, make room: every scan is there once, those that were kept among them."""
    labels = [label for label in Walk(seed=51).deal(600) if not label.startswith("CMD:")]
    taken = scan_until_full(program, labels)
    assert counted_lines(program.url) == Tally.of(labels[:taken]).lines
    assert program.lines[-3].startswith("LOCKED")
    kept = scan_log(program.url)[-1] == (labels[taken], "saved")
    program.press(F3)
    if not kept:
        program.scan(labels[taken])
    program.until_message("Disk full")  # it still is
    program.killed()
    program = start(program.url)  # there is room again
    program.until_shown("Count")
    program.until_quiet()
    logged = sum(raw == labels[taken] for raw, _status in scan_log(program.url)[-1:])
    wanted = Tally.of(labels[: taken + logged])
    assert counted_lines(program.url) == wanted.lines
    program.post()
    assert posted_counts(program.url) == wanted.lines
    assert proven(program.url)


@pytest.mark.parametrize("room", [1, 6, 13])
def test_a_full_disk_refuses_a_scan_and_leaves_nothing_half_written(sqlite_company: str, start: Start, room: int) -> None:
    pages = sqlite3.connect(path_of(sqlite_company)).execute("PRAGMA page_count").fetchone()[0]
    environment = {"STOCKTERM_TEST_PAGES": str(pages + room)}
    refused_and_gone_on_with(start(sqlite_company, start=WITH_SMALL_DISK, environment=environment).counting(), start)


def test_a_posting_that_the_disk_is_too_full_for_leaves_nothing_and_is_posted_when_there_is_room(
    sqlite_company: str, start: Start
) -> None:
    labels = [f"BIN:{code}" if number == 0 else f"ITM:IT{number:03}" for code in BINS for number in range(25)]
    program = start(sqlite_company).counting()
    program.write("".join(f"{label}\r" for label in labels).encode())
    program.until(lambda: counted_lines(sqlite_company) == Tally.of(labels).lines)
    program.killed()
    pages = sqlite3.connect(path_of(sqlite_company)).execute("PRAGMA page_count").fetchone()[0]
    program = start(sqlite_company, start=WITH_SMALL_DISK, environment={"STOCKTERM_TEST_PAGES": str(pages + 3)})
    program.until_shown("Count")
    program.write(F10)
    program.until(lambda: program.digits is not None)
    program.scan(str(program.digits)).until_message("Disk full")
    assert posted_counts(sqlite_company) == {}
    assert proven(sqlite_company)
    program.killed()
    program = start(sqlite_company)
    program.until_shown("Posted")  # the digits were kept
    assert posted_counts(sqlite_company) == Tally.of(labels).lines
    assert proven(sqlite_company)


# ---- at the start


@contextmanager
def unchanged(path: Path) -> Iterator[None]:
    before = path.read_bytes()
    yield
    assert path.read_bytes() == before


def ended_with(program: Program, status: int, *words: str) -> None:
    """The program ended, the terminal is itself again, and the last line says why: one line, no traceback."""
    assert program.exit_status() == status
    said = program.output.rpartition(b"\x1b[?25h")[2].decode().strip()
    assert "\n" not in said
    assert "Traceback" not in said
    for word in words:
        assert word in said, said


@pytest.mark.parametrize("damage", ["no database at all", "a torn page", "empty pages"])
def test_a_damaged_file_is_said_to_be_damaged_and_left_as_it_is(sqlite_company: str, start: Start, damage: str) -> None:
    path = path_of(sqlite_company)
    if damage == "no database at all":
        path.write_bytes(b"Dear diary, today I counted screws. " * 300)
    else:
        with path.open("r+b") as file:
            if damage == "a torn page":
                file.seek(100)
                file.write(os.urandom(4000))
            else:
                file.seek(4096)
                file.write(bytes(path.stat().st_size - 4096))
    with unchanged(path):
        ended_with(start(sqlite_company, columns=80, rows=24), 1, "Database damaged", "restore the last backup")


def test_a_database_of_a_later_version_is_said_to_be_newer_and_left_as_it_is(sqlite_company: str, start: Start) -> None:
    connection = sqlite3.connect(path_of(sqlite_company))
    with connection:
        connection.execute("UPDATE schema_migration SET name = '9999_of_next_year' WHERE name LIKE '0002%'")
    connection.close()
    with unchanged(path_of(sqlite_company)):
        ended_with(start(sqlite_company, columns=80, rows=24), 1, "Database newer", "Update stockterm")
