"""Target 8: how soon the first frame is there, how soon the first scan is taken, and how much memory it takes."""

import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial

from bench.floor import badge, counting, floors, private_megabytes, program
from bench.measure import Result, Settings, shown, spread
from tests.terminal.terminal import Terminal


def measure(settings: Settings) -> Iterator[Result]:
    with floors(settings) as databases:
        for where, fresh in databases:
            yield from _measured(where, fresh(), settings.rounds * 2)


def _measured(where: str, url: str, rounds: int) -> Iterator[Result]:
    bare, painted, taken, bare_memory, memory, busy_memory = [], [], [], [], [], []
    for number in range(rounds + 1):
        start = time.perf_counter()
        with ExitStack() as stack:
            empty = stack.enter_context(Terminal(["-m", "bench.bare"]))
            empty.until(partial(_shows_something, empty))
            bare_now = time.perf_counter() - start
            empty.until_quiet(0.2)
            bare_memory.append(private_megabytes(empty.pid))
        start = time.perf_counter()
        with program(url, name=f"START-{number}") as ours:
            ours.until(partial(_shows_something, ours))
            painted_now = time.perf_counter() - start
            ours.until_shown("Badge")
            ours.until_quiet(0.2)
            memory.append(private_megabytes(ours.pid))
            counting(ours, number)
            busy_memory.append(private_megabytes(ours.pid))
        start = time.perf_counter()
        with program(url, name=f"SCAN-{number}") as ours:
            ours.write(badge(100 + number).encode() + b"\r")
            ours.until_shown(f"U{100 + number}")
            taken_now = time.perf_counter() - start
        if number:
            bare.append(bare_now)
            painted.append(painted_now / bare_now)
            taken.append(taken_now / bare_now)
    alone = f"bare application {shown(statistics.median(bare) * 1e3)} ms"
    yield Result(8, f"first paint, {where}", f"{spread(painted)} × bare", "≤ 1.2 × (second issue)", detail=alone)
    yield Result(8, f"first scan taken and shown, {where}", f"{spread(taken)} × bare", "≤ 1.35 × (second issue)", detail=alone)
    yield Result(
        8,
        f"private memory at the first prompt, {where}",
        f"{shown(statistics.median(memory) / statistics.median(bare_memory))} × bare",
        "≤ 1.4 × (second issue)",
        detail=f"{shown(statistics.median(memory))} MB, in a count {shown(statistics.median(busy_memory))} MB; bare"
        f" {shown(statistics.median(bare_memory))} MB",
    )


def _shows_something(terminal: Terminal) -> bool:
    return any(line.strip() for line in terminal.lines)
