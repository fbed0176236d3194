"""Target 5: the invoice of a receipt comes late and at another cost; everything that the receipt fed follows."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

from bench.databases import durable_postgresql, histories_on_sqlite, history_on_postgresql, raw_file
from bench.measure import Answer, Result, Settings, Worker, go_round, micros, ratios, shown, spread, workers
from tests.support.postgres import new_database

_AT_ONCE = 5  # invoices a round


def measure(settings: Settings) -> Iterator[Result]:
    histories = [entries for entries in (10_000, max(settings.histories)) if entries <= max(settings.histories)]
    if "sqlite" in settings.databases:
        memory: dict[str, tuple[Any, ...]] = {
            "raw": ("raw", ":memory:"),
            "10000": ("ours", "sqlite:///:memory:", {"history": 10_000}),
        }
        yield from _measured("in memory", memory, settings)
        files: dict[str, tuple[Any, ...]] = {"raw": ("raw", raw_file())}
        files |= {str(entries): ("ours", f"sqlite:///{path}") for entries, path in histories_on_sqlite(histories)}
        yield from _measured("SQLite FULL", files, settings)
    if "postgresql" in settings.databases:
        with durable_postgresql() as server:
            served: dict[str, tuple[Any, ...]] = {"raw": ("raw", new_database(server))}
            served |= {str(entries): ("ours", history_on_postgresql(server, entries)) for entries in histories}
            yield from _measured("PostgreSQL", served, settings)


def _measured(where: str, started: dict[str, tuple[Any, ...]], settings: Settings) -> Iterator[Result]:
    with ExitStack() as stack:
        at_work = stack.enter_context(workers(**started))
        for issues in settings.issues:
            answers = go_round({name: _asking(worker, issues) for name, worker in at_work.items()}, settings.rounds)
            raw = answers.pop("raw")
            for entries, ours in answers.items():
                yield _beside_raw(f"{where}, {int(entries):,} entries of history", issues, ours, raw)
            if len(answers) > 1:
                statements = [len(at_work[entries].ask(do="statements", issues=issues)["statements"]) for entries in answers]
                yield from _flat(where, issues, answers, statements)


def _asking(worker: Worker, issues: int) -> Any:
    return lambda: worker.ask(do="late_cost", issues=issues, count=_AT_ONCE)


def _beside_raw(where: str, issues: int, ours: list[Answer], raw: list[Answer]) -> Result:
    if where.startswith("in memory"):  # no disk to wait for: the quietest rounds of a shared processor
        cpu = {
            name: spread([micros(one, "cpu") / (issues + 1) for one in rounds]) for name, rounds in (("ours", ours), ("raw", raw))
        }
        least = cpu["ours"].least / cpu["raw"].least
        return Result(
            5,
            f"late cost on a receipt with {issues} issues, CPU, {where}",
            f"{shown(least)} × raw",
            "≤ 3 × raw",
            least <= 3,
            f"{cpu['ours']} µs an affected entry, raw {cpu['raw']}; the ratio is that of the quietest rounds",
        )
    ratio = ratios(ours, raw, micros)
    each = spread([micros(answer) / (issues + 1) for answer in ours])
    return Result(
        5,
        f"late cost on a receipt with {issues} issues, {where}",
        f"{ratio} × raw",
        "≤ 3 × raw",
        ratio.middle <= 3,
        f"{each} µs an affected entry, raw {spread([micros(answer) / (issues + 1) for answer in raw])}",
    )


def _flat(where: str, issues: int, answers: dict[str, list[Answer]], statements: list[int]) -> Iterator[Result]:
    (fewer, short), *_, (more, long) = answers.items()
    ratio = ratios(long, short, micros)
    yield Result(
        5,
        f"late cost with {issues} issues, {where}, {int(more):,} entries of history",
        f"{ratio} × that at {int(fewer):,}",
        "≤ 1.2 ×",
        ratio.middle <= 1.2,
    )
    yield Result(
        5,
        f"statements of it, {where}",
        " and ".join(map(str, statements)),
        "the same number",
        len(set(statements)) == 1,
    )
