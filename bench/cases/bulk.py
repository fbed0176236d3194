"""Target 2: a thousand lines in one commit. SQLite."""

from collections.abc import Callable, Iterator
from typing import Any

from bench.databases import histories_on_sqlite, raw_file
from bench.measure import Answer, Result, Settings, Worker, go_round, micros, rate, ratios, shown, spread, workers

_LINES = 1_000


def measure(settings: Settings) -> Iterator[Result]:
    started: dict[str, tuple[Any, ...]] = {"raw": ("raw", raw_file()), "raw_memory": ("raw", ":memory:")}
    started["memory"] = ("ours", "sqlite:///:memory:", {"history": 1_000})
    histories = histories_on_sqlite(settings.histories)
    started |= {str(entries): ("ours", f"sqlite:///{path}") for entries, path in histories}
    with workers(**started) as at_work:
        cases = {f"{name} 100": _asking(worker, 100) for name, worker in at_work.items()}
        cases |= {f"{name} 1": _asking(worker, 1) for name, worker in at_work.items()}
        answers = go_round(cases, settings.rounds)
    yield from _results("in memory", answers, "memory", "raw_memory")
    for entries, _ in histories:
        yield from _results(f"SQLite FULL, {entries:,} entries of history", answers, str(entries), "raw")


def _asking(worker: Worker, items: int) -> Callable[[], Answer]:
    return lambda: worker.ask(do="bulk", count=_LINES, items=(items,))


def _results(where: str, answers: dict[str, list[Answer]], ours: str, raw: str) -> Iterator[Result]:
    ratio = ratios(answers[f"{ours} 100"], answers[f"{raw} 100"], rate)
    yield Result(
        2,
        f"1,000 lines in one commit, {where}",
        f"{ratio} of raw",
        "≥ 0.10 of raw",
        ratio.middle >= 0.10,
        f"{shown(spread([rate(one) for one in answers[f'{ours} 100']]).middle)} lines/s,"
        f" {spread([micros(one, 'cpu') for one in answers[f'{ours} 100']])} µs of CPU a line;"
        f" raw {shown(spread([rate(one) for one in answers[f'{raw} 100']]).middle)}/s",
    )
    alike = ratios(answers[f"{ours} 1"], answers[f"{ours} 100"], rate)
    yield Result(
        2, f"the same, all of one item, {where}", f"{alike} of 100 items", "0.8 to 1.2 of 100 items", alike.middle >= 0.8
    )
