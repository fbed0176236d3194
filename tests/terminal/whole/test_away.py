"""The database goes away in the middle of a count: scans wait, the screen counts them, and they are applied in order, once."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from db.connection import close_database, open_database
from db.migrations import migrate
from tests.support import postgres
from tests.support.databases import long_or_short
from tests.support.program import Company
from tests.terminal.whole.floor import Tally, Walk, company
from tests.terminal.whole.program import Program, counted_lines, posted_counts, proven, scan_log

Start = Callable[..., Program]
Away = Callable[[], Iterator[None]]
WAITING = long_or_short(1_000, 40)


def counts_through(program: Program, away: object, words: str) -> None:
    """Count, then let the database be `away` until the screen says so of every scan, then count on and post."""
    labels = Walk(seed=41).deal(20 + WAITING + 20)
    before = program.count
    first, meanwhile, after = labels[:20], labels[20 : 20 + WAITING], labels[20 + WAITING :]

    def settled(sent: int) -> None:
        wanted = Tally.of(labels[:sent])
        program.until(lambda: program.count == before + wanted.good and program.lines[1] == (wanted.here or ("", ""))[1])

    program.write("".join(f"{label}\r" for label in first).encode())
    settled(len(first))
    shown = list(program.lines)
    commands = sum(label.startswith("CMD:") for label in meanwhile)
    with away:  # type: ignore[attr-defined]
        program.write("".join(f"{label}\r" for label in meanwhile).encode())
        program.until_message(words.format(WAITING - commands))
        assert program.lines[:5] == shown[:5]  # nothing is echoed that is not safe
    settled(len(first) + len(meanwhile))
    program.write("".join(f"{label}\r" for label in after).encode())
    settled(len(labels))
    assert [raw for raw, _status in scan_log(program.url)][-len(labels) :] == labels
    assert {status for _raw, status in scan_log(program.url)} == {"applied"}
    wanted = Tally.of(labels)
    assert counted_lines(program.url) == wanted.lines
    program.post()
    assert posted_counts(program.url) == wanted.lines
    assert proven(program.url)


@pytest.mark.soak
def test_postgresql_is_stopped_and_started_again(start: Start, tmp_path: Path) -> None:
    try:
        postgres.wheel_folder()
    except postgres.PostgresMissing as problem:
        pytest.skip(f"no PostgreSQL: {problem}")
    with postgres.postgres_server(durable=True) as server:  # it is stopped without a goodbye
        url = postgres.new_database(server)
        open_database(url)
        migrate()
        close_database()
        Company(url, tmp_path).posted(*company())
        counts_through(start(url).counting(), postgres.stopped(server), "AWAY {} waiting")


@contextmanager
def moved(url: str) -> Iterator[None]:
    path = Path(url.removeprefix("sqlite:///"))
    elsewhere = path.rename(path.with_name("elsewhere.db"))
    yield
    elsewhere.rename(path)


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Somebody else writes, and does not come to an end."""
    other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.execute("ROLLBACK")
    other.close()


@pytest.mark.soak
def test_the_sqlite_file_is_moved_away_and_back(sqlite_company: str, start: Start) -> None:
    counts_through(start(sqlite_company).counting(), moved(sqlite_company), "AWAY {} waiting")


@pytest.mark.soak
def test_somebody_holds_the_sqlite_file_for_long(sqlite_company: str, start: Start) -> None:
    counts_through(start(sqlite_company).counting(), locked(sqlite_company), "AWAY {} waiting")
