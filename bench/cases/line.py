"""Target 1: one scanned line, all its ledgers, application, value, warehouse entry and balances, durable. SQLite."""

from collections.abc import Iterator
from typing import Any

from bench.databases import histories_on_sqlite, raw_file
from bench.measure import Result, Settings, go_round, micros, rate, ratios, shown, spread, workers

_ITEMS = (100,)


def measure(settings: Settings) -> Iterator[Result]:
    yield from _processor(settings)
    yield from _durable(settings)


def _processor(settings: Settings) -> Iterator[Result]:
    """CPU of a line, where no disk takes part. A processor that is shared only ever adds to it, so the quietest round counts."""
    with workers(raw=("raw", ":memory:"), ours=("ours", "sqlite:///:memory:", {"history": 1_000})) as at_work:
        answers = go_round(
            {
                name: lambda worker=worker: worker.ask(do="post", count=settings.lines, items=_ITEMS)  # type: ignore[misc]
                for name, worker in at_work.items()
            },
            settings.rounds * 3,
        )
    cpu = spread([micros(one, "cpu") for one in answers["ours"]])
    raw = spread([micros(one, "cpu") for one in answers["raw"]])
    yield Result(
        1,
        "one line, CPU, `:memory:`",
        f"{cpu} µs",
        "≤ 150 µs",
        cpu.least <= 150,
        f"raw {raw} µs; {shown(cpu.least / raw.least)} × raw, the quietest rounds of both",
    )


def _durable(settings: Settings) -> Iterator[Result]:
    started: dict[str, tuple[Any, ...]] = {"raw": ("raw", raw_file())}
    started |= {str(entries): ("ours", f"sqlite:///{path}") for entries, path in histories_on_sqlite(settings.histories)}
    with workers(**started) as at_work:
        answers = go_round(
            {
                name: lambda worker=worker: worker.ask(do="post", count=settings.lines, items=_ITEMS)  # type: ignore[misc]
                for name, worker in at_work.items()
            },
            settings.rounds,
        )
    raw = answers.pop("raw")
    for entries, ours in answers.items():
        ratio = ratios(ours, raw, rate)
        yield Result(
            1,
            f"one line a commit, SQLite FULL, {int(entries):,} entries of history",
            f"{ratio} of raw",
            "≥ 0.50 of raw",
            ratio.middle >= 0.50,
            f"{shown(spread([rate(one) for one in ours]).middle)}/s, raw {shown(spread([rate(one) for one in raw]).middle)}/s",
        )
