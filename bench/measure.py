"""Going round among workers, and what comes of it: ratios of one run, never times of two.

The machine has moods: a durable commit takes 0.1 ms in most minutes and 3 ms in others, and the processor is shared. So every
round asks every worker for a short piece of the same work, the order turning from round to round, and a ratio is taken
within a round. Shown are the smallest, the middle and the largest of all rounds.
"""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]

Answer = dict[str, Any]


class WorkerFailed(Exception):
    """A worker ended before it answered; its last words."""


class Worker:
    """A process of `bench.worker`."""

    def __init__(self, kind: str, address: str, **options: Any) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.worker", kind, address, json.dumps(options)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )

    def tell(self, **command: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()

    def answer(self) -> Answer:
        assert self._process.stdout is not None
        text = self._process.stdout.readline()
        if not text:
            raise WorkerFailed(f"a worker ended with status {self._process.wait()}; what it said stands above")
        answer: Answer = json.loads(text)
        return answer

    def ask(self, **command: Any) -> Answer:
        self.tell(**command)
        return self.answer()

    def stop(self) -> None:
        """End it in the middle of its work."""
        self._process.terminate()

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()


@contextmanager
def workers(**started: tuple[Any, ...]) -> Iterator[dict[str, Worker]]:
    """Named workers, each given as (kind, address) or (kind, address, options), all ready."""
    with ExitStack() as stack:
        made: dict[str, Worker] = {}
        for name, (kind, address, *options) in started.items():
            made[name] = Worker(kind, address, **(options[0] if options else {}))
            stack.callback(made[name].close)
        for worker in made.values():
            worker.answer()
        yield made


def go_round(cases: Mapping[str, Callable[[], Answer]], rounds: int) -> dict[str, list[Answer]]:
    """The answers of every case, round by round; the order turns. One round before them does not count."""
    answers: dict[str, list[Answer]] = {name: [] for name in cases}
    names = list(cases)
    for number in range(rounds + 1):
        for name in names if number % 2 else reversed(names):
            answer = cases[name]()
            if number:
                answers[name].append(answer)
    return answers


def all_at_once(busy: Sequence[Worker], commands: Sequence[dict[str, Any]]) -> list[Answer]:
    """Ask all workers at the same time."""
    for worker, command in zip(busy, commands, strict=True):
        worker.tell(**command)
    return [worker.answer() for worker in busy]


# ---- figures


@dataclass(frozen=True, slots=True)
class Spread:
    """The smallest, the middle and the largest of several rounds."""

    least: float
    middle: float
    most: float

    def __str__(self) -> str:
        return f"{shown(self.middle)} ({shown(self.least)}–{shown(self.most)})"


def spread(values: Sequence[float]) -> Spread:
    return Spread(min(values), statistics.median(values), max(values))


def shown(value: float) -> str:
    """Three digits that matter."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def rate(answer: Answer) -> float:
    """Per second."""
    return float(answer["count"] / answer["wall"] * 1e9)


def micros(answer: Answer, clock: str = "wall") -> float:
    """Microseconds each."""
    return float(answer[clock] / answer["count"] / 1e3)


def ratios(ours: Sequence[Answer], raw: Sequence[Answer], figure: Callable[[Answer], float]) -> Spread:
    """Ours by raw, round by round."""
    return spread([figure(one) / figure(other) for one, other in zip(ours, raw, strict=True)])


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the report. `reached` None: nothing was demanded, or it is the second issue's."""

    target: int
    what: str
    figure: str
    wanted: str = ""
    reached: bool | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """How long and how much. `histories` are numbers of item ledger entries; `databases` those to be measured."""

    rounds: int = 15
    lines: int = 100
    seconds: float = 3.0
    histories: tuple[int, ...] = (1_000, 100_000, 1_000_000)
    databases: tuple[str, ...] = ("sqlite", "postgresql")
    sessions: tuple[int, ...] = (8, 32)
    issues: tuple[int, ...] = (20, 300)
    scans: int = 1_000
    retail: str = ""
    results: list[Result] = field(default_factory=list)


def table(results: Sequence[Result]) -> str:
    """The results as Markdown."""
    lines = ["| target | what | figure | wanted | reached | |", "|---|---|---|---|---|---|"]
    for one in results:
        reached = "" if one.reached is None else "yes" if one.reached else "**no**"
        lines.append(f"| {one.target or ''} | {one.what} | {one.figure} | {one.wanted} | {reached} | {one.detail} |")
    return "\n".join(lines)
