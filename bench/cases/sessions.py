"""Target 4: several sessions post to one SQLite file without pause. Nobody starves."""

from collections.abc import Iterator

from bench.company import LATE
from bench.databases import histories_on_sqlite
from bench.measure import Answer, Result, Settings, all_at_once, rate, shown, spread, workers

_LONGEST_MS = {8: 250, 32: 1_000}


def measure(settings: Settings) -> Iterator[Result]:
    if "sqlite" not in settings.databases:
        return
    ((_, path),) = histories_on_sqlite(settings.histories[:1])
    for sessions in settings.sessions:
        each = LATE // sessions
        with workers(**{str(number): ("ours", f"sqlite:///{path}") for number in range(sessions)}) as at_work:
            busy = list(at_work.values())
            one: list[Answer] = []
            many: list[list[Answer]] = []
            for _ in range(max(2, settings.rounds // 2)):
                one.append(busy[0].ask(do="post_for", seconds=settings.seconds, items=(LATE,)))
                commands = [
                    {"do": "post_for", "seconds": settings.seconds, "items": (own * each, (own + 1) * each)}
                    for own in range(sessions)
                ]
                many.append(all_at_once(busy, commands))
        yield from _results(sessions, one, many)


def _results(sessions: int, one: list[Answer], many: list[list[Answer]]) -> Iterator[Result]:
    longest = spread([max(float(answer["max"]) for answer in answers) / 1e6 for answers in many])
    allowed = _LONGEST_MS.get(sessions)
    alone = spread([float(answer["max"]) / 1e6 for answer in one])
    yield Result(
        4,
        f"{sessions} sessions, SQLite: the longest wait of any",
        f"{longest} ms",
        f"≤ {allowed} ms" if allowed else "",
        longest.most <= allowed if allowed else None,
        f"99 of 100 postings within {shown(max(float(a['p99']) for answers in many for a in answers) / 1e6)} ms; "
        f"one session alone waits {alone} ms at most",
    )
    fair = spread([min(answer["count"] for answer in answers) / max(answer["count"] for answer in answers) for answers in many])
    total = spread([sum(map(rate, answers)) / rate(alone) for answers, alone in zip(many, one, strict=True)])
    named = sessions == 8
    yield Result(
        4,
        f"{sessions} sessions, SQLite: slowest by fastest",
        str(fair),
        "≥ 0.5" if named else "",
        fair.least >= 0.5 if named else None,
    )
    yield Result(
        4,
        f"{sessions} sessions, SQLite: all together",
        f"{total} × one session",
        "≥ 0.75 ×" if named else "",
        total.middle >= 0.75 if named else None,
        f"{shown(spread([sum(map(rate, answers)) for answers in many]).middle)}/s,"
        f" one {shown(spread([rate(answer) for answer in one]).middle)}/s",
    )
