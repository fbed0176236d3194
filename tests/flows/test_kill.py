"""kill −9 of a counting process at random moments: every echoed scan is there, and each scan counts once."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from db.connection import fetch
from tests.flows.warehouse import BADGES, Worker, a_warehouse
from tests.support.counting_worker import PIECE
from tests.support.databases import OpenDatabase, long_or_short

ROOT = Path(__file__).parents[2]


@pytest.mark.soak
def test_every_echoed_scan_survives_kill_9_at_a_random_moment_and_counts_once(database: OpenDatabase) -> None:
    a_warehouse()
    chance = random.Random(20260101)
    echoed = 0
    for _round in range(long_or_short(200, 5)):
        command = [sys.executable, "-m", "tests.support.counting_worker", database.url, "T1", BADGES["ANN"]]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        assert child.stdout is not None
        with child, child.stdout as output:
            for _ in range(chance.randrange(1, 12)):
                last = output.readline()
            child.kill()
            rest = [line for line in output.read().splitlines(keepends=True) if line.endswith("PCS\n")]
            last = rest[-1] if rest else last
        assert int(last.split()[0]) > echoed, "an echoed scan was forgotten"
        echoed = int(last.split()[0])
        saved = fetch("SELECT COUNT(*) FROM scan_log WHERE raw = ?", (PIECE,))[0][0]
        assert echoed <= saved <= echoed + 1
    worker = Worker("T1")
    saved = int(fetch("SELECT COUNT(*) FROM scan_log WHERE raw = ?", (PIECE,))[0][0])
    assert worker.view.quantity == f"{saved} PCS"
    assert fetch("SELECT COUNT(*) FROM scan_log WHERE waiting") == [(0,)]
