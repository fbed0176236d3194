"""Target 3: PostgreSQL. One writer beside six raw round trips; eight writers; eight on one hot item."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

from bench.databases import durable_postgresql, history_on_postgresql
from bench.measure import Answer, Result, Settings, Worker, all_at_once, go_round, micros, rate, ratios, shown, spread, workers
from tests.support.postgres import PostgresServer, drop_database, new_database

_ITEMS = (100,)
_WRITERS = 8
_ITEMS_EACH = 12  # of the writers that keep out of each other's way


def measure(settings: Settings) -> Iterator[Result]:
    if "postgresql" not in settings.databases:
        return
    with durable_postgresql() as server:
        for entries in settings.histories:
            url = history_on_postgresql(server, entries)
            yield from _one_writer(server, url, entries, settings)
            if entries == settings.histories[0]:
                yield from _many_writers(url, settings)
            drop_database(server, url)


def _one_writer(server: PostgresServer, url: str, entries: int, settings: Settings) -> Iterator[Result]:
    with workers(raw=("raw", new_database(server)), ours=("ours", url)) as at_work:

        def asking(worker: Worker, **command: Any) -> Any:
            return lambda: worker.ask(items=_ITEMS, **command)

        answers = go_round(
            {
                **{f"{name} post": asking(worker, do="post", count=settings.lines) for name, worker in at_work.items()},
                **{f"{name} bulk": asking(worker, do="bulk", count=1_000) for name, worker in at_work.items()},
            },
            settings.rounds,
        )
    ratio = ratios(answers["ours post"], answers["raw post"], rate)
    yield Result(
        3,
        f"one line a commit, PostgreSQL, {entries:,} entries of history",
        f"{ratio} of raw",
        "≥ 1.0 of raw (six round trips)",
        ratio.middle >= 1.0,
        f"{_rates(answers['ours post'])}/s, raw {_rates(answers['raw post'])}/s;"
        f" {spread([micros(one, 'cpu') for one in answers['ours post']])} µs of CPU in the client,"
        f" raw {spread([micros(one, 'cpu') for one in answers['raw post']])}",
    )
    yield Result(
        2,
        f"1,000 lines in one commit, PostgreSQL, {entries:,} entries of history",
        f"{ratios(answers['ours bulk'], answers['raw bulk'], rate)} of raw",
        detail=f"{_rates(answers['ours bulk'])} lines/s, raw (executemany) {_rates(answers['raw bulk'])}/s",
    )


def _rates(answers: list[Answer]) -> str:
    return shown(spread([rate(one) for one in answers]).middle)


def _many_writers(url: str, settings: Settings) -> Iterator[Result]:
    with ExitStack() as stack:
        at_work = stack.enter_context(workers(**{str(number): ("ours", url) for number in range(_WRITERS)}))
        writers = list(at_work.values())
        one: list[Answer] = []
        apart: list[list[Answer]] = []
        hot: list[list[Answer]] = []
        for number in range(max(2, settings.rounds // 2) + 1):
            alone = writers[0].ask(do="post_for", seconds=settings.seconds, items=_ITEMS)
            spread_out = all_at_once(
                writers, [_for(settings, own * _ITEMS_EACH, (own + 1) * _ITEMS_EACH) for own in range(_WRITERS)]
            )
            together = all_at_once(writers, [_for(settings, 0, 1)] * _WRITERS)
            if number:
                one.append(alone)
                apart.append(spread_out)
                hot.append(together)
    single = [rate(answer) for answer in one]
    many = spread([_total(answers) / rate for answers, rate in zip(apart, single, strict=True)])
    yield Result(
        3,
        f"{_WRITERS} writers, PostgreSQL, items of their own",
        f"{many} × one writer",
        "≥ 2 × one writer",
        many.middle >= 2,
        f"{shown(spread([_total(answers) for answers in apart]).middle)}/s, one {shown(spread(single).middle)}/s",
    )
    on_one = spread([_total(answers) / rate for answers, rate in zip(hot, single, strict=True)])
    yield Result(
        3,
        f"{_WRITERS} writers, PostgreSQL, all on one item",
        f"{on_one} × one writer",
        "≥ 0.9 × one writer",
        on_one.middle >= 0.9,
        f"{shown(spread([_total(answers) for answers in hot]).middle)}/s",
    )
    waits = spread([_slow(hot_ones) / _slow(apart_ones) for hot_ones, apart_ones in zip(hot, apart, strict=True)])
    yield Result(
        3,
        "the same, 99 of 100 postings take at most",
        f"{waits} × those of items of their own",
        "≤ 6 ×",
        waits.middle <= 6,
        f"{shown(spread([_slow(answers) / 1e6 for answers in hot]).middle)} ms,"
        f" {shown(spread([_slow(answers) / 1e6 for answers in apart]).middle)} ms",
    )


def _for(settings: Settings, first: int, last: int) -> dict[str, Any]:
    return {"do": "post_for", "seconds": settings.seconds, "items": (first, last)}


def _total(answers: list[Answer]) -> float:
    return sum(rate(answer) for answer in answers)


def _slow(answers: list[Answer]) -> float:
    """The worst of the writers' 99th percentiles."""
    return max(float(answer["p99"]) for answer in answers)
