"""Writers of one SQLite file: first come, first served, and nothing is left behind by the dead."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from db.connection import fetch
from db.connection.writer_queue import WriterQueue
from db.core.errors import DatabaseUnavailable
from db.migrations.entry_numbers import create_entry_numbers
from tests.support.busy_writer import TABLES
from tests.support.databases import OpenDatabase, long_or_short
from tests.support.processes import ROOT, BusyWriters, busy_writers, started


def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Wait for a condition, never for a time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.001)


def waiting_on(queue_file: Path) -> int:
    """How many lock requests on the file are blocked (they stand with an arrow in /proc/locks)."""
    if not queue_file.exists():
        return 0
    inode = f":{queue_file.stat().st_ino} "
    return sum("->" in line and inode in line for line in Path("/proc/locks").read_text().splitlines())


def process(code: str) -> "subprocess.Popen[str]":
    """A process that runs `code` with the queue imported."""
    imports = "import os, signal, sys; from db.connection.writer_queue import WriterQueue"
    return subprocess.Popen(
        [sys.executable, "-c", f"{imports}\n{code}"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


needs_proc_locks = pytest.mark.skipif(not Path("/proc/locks").exists(), reason="no /proc/locks to see who waits")


@pytest.fixture
def database_file(tmp_path: Path) -> Path:
    path = tmp_path / "queue.db"
    path.touch()
    return path


@needs_proc_locks
def test_writers_have_their_turns_in_the_order_they_came(database_file: Path) -> None:
    turns: list[int] = []
    lock_file = Path(f"{database_file}.lock")

    def writer(number: int) -> None:
        queue = WriterQueue(str(database_file))
        with queue:
            turns.append(number)
        queue.close()

    first = WriterQueue(str(database_file))
    first.acquire()
    with ThreadPoolExecutor(10) as pool:
        futures = []
        for number in range(10):
            futures.append(pool.submit(writer, number))
            until(lambda expected=number + 1: waiting_on(lock_file) == expected)  # type: ignore[misc]
        assert turns == []
        first.release()
        for future in futures:
            future.result()
    assert turns == list(range(10))


@needs_proc_locks
def test_a_writer_that_dies_while_it_waits_lets_nobody_in_too_early(database_file: Path) -> None:
    lock_file = Path(f"{database_file}.lock")
    holder = WriterQueue(str(database_file))
    holder.acquire()
    entered = threading.Event()
    dying = process(f"WriterQueue({str(database_file)!r}).acquire()")
    until(lambda: waiting_on(lock_file) == 1)

    def behind() -> None:
        queue = WriterQueue(str(database_file))
        with queue:
            entered.set()
        queue.close()

    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(behind)
        until(lambda: waiting_on(lock_file) == 2)
        dying.kill()
        dying.wait()
        until(lambda: waiting_on(lock_file) == 1)  # the one behind now waits for the holder
        assert not entered.is_set()
        holder.release()
        future.result(timeout=20)
    assert entered.is_set()


def test_a_writer_that_dies_in_its_turn_leaves_nothing_behind(database_file: Path) -> None:
    holder = process(f"WriterQueue({str(database_file)!r}).acquire(); os.kill(os.getpid(), signal.SIGKILL)")
    assert holder.wait() == -signal.SIGKILL
    with WriterQueue(str(database_file)):
        pass


@needs_proc_locks
def test_a_forked_process_queues_for_itself(database_file: Path) -> None:
    """It inherits the open file, and with it its parent's place in the queue, unless it opens the lock file anew."""
    both = process(
        f"queue = WriterQueue({str(database_file)!r}); queue.acquire(); child = os.fork()\n"
        "if child == 0: queue.acquire(); print('child', flush=True); os._exit(0)\n"
        "sys.stdin.readline(); print('parent', flush=True); queue.release(); os.waitpid(child, 0)"
    )
    until(lambda: waiting_on(Path(f"{database_file}.lock")) == 1)
    output, _ = both.communicate("go on\n", timeout=20)
    assert output.split() == ["parent", "child"]


def test_the_lock_file_is_for_everybody_who_may_use_the_database(database_file: Path) -> None:
    database_file.chmod(0o660)
    before = os.umask(0o077)
    try:
        with WriterQueue(str(database_file)):
            assert Path(f"{database_file}.lock").stat().st_mode & 0o777 == 0o660
    finally:
        os.umask(before)


def test_a_lock_file_that_cannot_be_made_is_an_error_one_can_act_on(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailable, match="nowhere"):
        WriterQueue(str(tmp_path / "nowhere" / "x.db")).acquire()


def test_a_lock_file_with_nonsense_in_it_still_works(database_file: Path) -> None:
    Path(f"{database_file}.lock").write_bytes(b"\xff" * 6 + b"\x0f" + b"nonsense")
    with WriterQueue(str(database_file)):
        pass


@pytest.fixture
def written(bare_database: OpenDatabase) -> OpenDatabase:
    for statement in TABLES:
        fetch(statement)
    create_entry_numbers(["written"])
    return bare_database


def assert_nothing_lost(count: int) -> None:
    assert fetch("SELECT quantity FROM balance") == [(count,)]
    assert fetch("SELECT COUNT(*), COUNT(DISTINCT entry_no), COUNT(DISTINCT balance_before) FROM written") == [(count,) * 3]
    order = [row[0] for row in fetch("SELECT balance_before FROM written ORDER BY entry_no")]
    assert order == list(range(count)), "numbers do not rise in the order of the postings"


# How long anybody waits is promised for an idle machine: it is held to that in the long form and in the benchmarks. Beside other
# tests the disk and the cores are not ours, and what is left to say is that everybody got turns: SQLite's own busy handler lets
# some writers write nothing at all.
IDLE = bool(long_or_short(1, 0))


def assert_everybody_had_turns(done: BusyWriters, longest_ms: float) -> None:
    assert done.fairness >= (0.5 if IDLE else 0.1)
    if IDLE:
        assert done.longest_ms <= longest_ms


@pytest.mark.soak
def test_8_writers_without_pause_lose_nothing_and_wait_in_turn(written: OpenDatabase) -> None:
    done = busy_writers(written.url, 8, long_or_short(30, 2))
    assert_nothing_lost(sum(done.counts))
    if written.is_sqlite:  # on PostgreSQL the server's row lock decides about turns
        assert_everybody_had_turns(done, longest_ms=250)


@pytest.mark.soak
def test_32_writers_of_one_file_wait_in_turn(sqlite_database: OpenDatabase) -> None:
    for statement in TABLES:
        fetch(statement)
    create_entry_numbers(["written"])
    done = busy_writers(sqlite_database.url, 32, long_or_short(30, 2))
    assert_nothing_lost(sum(done.counts))
    assert_everybody_had_turns(done, longest_ms=1_000)


@pytest.mark.soak
def test_kill_9_in_mid_writing_loses_nothing_that_was_acknowledged(written: OpenDatabase) -> None:
    acknowledged = 0
    for round_no in range(long_or_short(200, 8)):
        process = started("tests.support.busy_writer", written.url, "0")
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.stdin.write("go\n")
        process.stdin.flush()
        for _ in range(1 + round_no * 7 % 40):
            acknowledged = int(process.stdout.readline())
        process.kill()
        rest = process.communicate()[0].split("\n")[:-1]  # what was printed before the kill, whole lines only
        acknowledged = max([acknowledged, *map(int, filter(None, rest))])
        ((count, last, balance),) = fetch("SELECT COUNT(*), MAX(entry_no), (SELECT quantity FROM balance) FROM written")
        assert last >= acknowledged
        assert balance == count
