"""Processes of our own program, for tests of what several of them do to one database."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def started(*arguments: str) -> "subprocess.Popen[str]":
    """`python -m …`, with pipes."""
    return subprocess.Popen(
        [sys.executable, "-m", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


@dataclass(frozen=True, slots=True)
class BusyWriters:
    """What a number of processes that wrote at once did: their counts and the longest wait of any, in milliseconds."""

    counts: list[int]
    longest_ms: float

    @property
    def fairness(self) -> float:
        """What the slowest wrote, as a share of what the fastest wrote."""
        return min(self.counts) / max(self.counts)


def busy_writers(url: str, processes: int, seconds: float) -> BusyWriters:
    """Let `processes` write without pause for `seconds`, all at once (see `tests.support.busy_writer`)."""
    running = [started("tests.support.busy_writer", url, str(seconds)) for _ in range(processes)]
    for process in running:
        assert process.stdout is not None
        ready = process.stdout.readline()
        assert ready == "ready\n", process.communicate()[1]
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    results: list[dict[str, Any]] = []
    for process in running:
        output, errors = process.communicate(timeout=seconds * 10 + 60)
        assert process.returncode == 0, errors
        results.append(json.loads(output))
    return BusyWriters([result["count"] for result in results], max(result["longest_ms"] for result in results))
