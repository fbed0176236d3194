"""Targets 9 to 11: scans through a real pseudo-terminal, into a real database, with others at work."""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from typing import Any

from bench.floor import SERIALS, counting, floors, program
from bench.measure import Result, Settings, shown, workers
from tests.terminal.whole.floor import Tally, Walk
from tests.terminal.whole.program import Program, counted_lines, scan_log

_BUSY = 8
_SCANS_A_SECOND = 200


def measure(settings: Settings) -> Iterator[Result]:
    with floors(settings) as databases:
        for number, (where, fresh) in enumerate(databases):
            yield from _bursts(where, fresh, settings)
            yield from _waits(where, fresh, settings)
            if not number:
                yield from _bytes(fresh(), settings)


# ---- target 9


def _bursts(where: str, fresh: Callable[[], str], settings: Settings) -> Iterator[Result]:
    slow: dict[str, Any] = {"do": "bulk_for", "count": 1_000, "seconds": 3_600, "pause": 0.2, "items": (50,)}
    for user, what, beside in ((0, "nobody else at work", None), (1, "postings of 1,000 lines under way", slow)):
        url = fresh()
        with ExitStack() as stack:
            if beside is not None:
                other = stack.enter_context(workers(other=("ours", url)))["other"]
                stack.callback(other.stop)
                other.tell(**beside)
            at_work = counting(stack.enter_context(program(url, name=f"BURST-{user}")), user)
            at_least = 0 if beside else _SCANS_A_SECOND
            yield _burst(f"{settings.scans:,} scans back to back, {where}, {what}", url, at_work, settings.scans, at_least)


def _burst(what: str, url: str, at_work: Program, scans: int, at_least: int) -> Result:
    """The line brings thousands a second. Alone the program has to keep up with `at_least`; beside a slow posting scans wait."""
    before, logged, counted = at_work.count, len(scan_log(url)), counted_lines(url)
    labels = Walk(seed=scans).deal(scans)
    wanted = Tally.of(labels, SERIALS)
    start = time.perf_counter()
    at_work.write("".join(f"{label}\r" for label in labels).encode())
    at_work.until(lambda: at_work.count >= before + wanted.good, patience=60 + scans / 5)
    seconds = time.perf_counter() - start
    at_work.until_quiet(0.3)
    log = scan_log(url)[logged:]
    whole = [raw for raw, _ in log] == labels
    taken = {status for _, status in log} == {"applied"}
    lines = counted_lines(url)
    right = {
        place: quantity for place in wanted.lines if (quantity := lines.get(place, 0) - counted.get(place, 0))
    } == wanted.lines
    rate = scans / seconds
    return Result(
        9,
        what,
        f"{shown(rate)} scans/s taken, {'0' if whole and taken and right else '**some**'} lost, merged or reordered",
        f"0 lost, ≥ {at_least} scans/s" if at_least else "0 lost",
        whole and taken and right and rate >= at_least,
    )


# ---- target 10


def _waits(where: str, fresh: Callable[[], str], settings: Settings) -> Iterator[Result]:
    scans = max(5, settings.scans // 5)
    cases = (
        ("nobody else at work", None),
        (f"{_BUSY} others, 5 postings a second each", 0.2),
        (f"{_BUSY} others without pause", 0.0),
    )
    for user, (what, pause) in enumerate(cases, 2):
        url = fresh()
        with ExitStack() as stack:
            if pause is not None:
                others = stack.enter_context(workers(**{str(number): ("ours", url) for number in range(_BUSY)}))
                for number, other in enumerate(others.values()):
                    stack.callback(other.stop)
                    other.tell(do="post_for", seconds=3_600, pause=pause, items=(number * 12, number * 12 + 12))
            at_work = counting(stack.enter_context(program(url, name=f"WAIT-{user}")), user)
            labels = ["BIN:A-01", *(label for label in Walk(seed=3).deal(scans) if not label.startswith(("CMD:", "BIN:")))]
            first, *waits = (_wait(at_work, label) for label in labels)
            waits.sort()
        half, most = statistics.median(waits), waits[len(waits) * 99 // 100]
        yield Result(
            10,
            f"scan to painted, durable on the way, {where}, {what}",
            f"p50 {shown(half)} ms, p99 {shown(most)} ms",
            "p50 ≤ 15 ms, p99 ≤ 60 ms (second issue)",
            detail=f"{len(waits)} scans, the longest {shown(waits[-1])} ms; the first of all {shown(first)} ms",
        )


def _wait(at_work: Program, label: str) -> float:
    """Milliseconds from the last byte of a scan to its good echo."""
    wanted = at_work.count + 1
    start = time.perf_counter()
    at_work.write(f"{label}\r".encode())
    at_work.until(lambda: at_work.count == wanted)
    waited = (time.perf_counter() - start) * 1e3
    at_work.until_quiet(0.05)
    return waited


# ---- target 11


def _bytes(url: str, settings: Settings) -> Iterator[Result]:
    for user, columns, rows, same_wanted, other_wanted in ((1, 20, 8, 200, 450), (2, 80, 24, 400, 900)):
        with program(url, name=f"BYTES-{columns}", columns=columns, rows=rows) as at_work:
            counting(at_work, user)
            labels = [label for label in Walk(seed=4).deal(60) if label.isdigit()][: 1 + min(10, settings.scans)]
            at_work.scan(f"BIN:A-{user:02}", labels[0], labels[0])
            same = [_written(at_work, partial(at_work.scan, labels[0])) for _ in labels[1:]]
            other = [_written(at_work, partial(at_work.scan, label)) for label in labels[1:]]
            idle = _written(at_work, partial(at_work.until_quiet, settings.seconds))
        for what, found, wanted in (("the item shown", same, same_wanted), ("another item", other, other_wanted)):
            yield Result(
                11,
                f"bytes a scan of {what}, {columns}×{rows}",
                f"{shown(statistics.median(found))} ({min(found)}–{max(found)})",
                f"≤ {wanted} (second issue)",
            )
        yield Result(11, f"bytes in {settings.seconds:g} idle seconds, {columns}×{rows}", str(idle), "0 (second issue)")


def _written(at_work: Program, do: Callable[[], object]) -> int:
    before = len(at_work.output)
    do()
    return len(at_work.output) - before
