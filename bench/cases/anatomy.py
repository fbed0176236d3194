"""Where the time of one scanned line goes, on SQLite."""

import time
from collections.abc import Callable, Iterator, Sequence
from itertools import count

from bench.anatomy import PARTS, pages_written, timed_parts
from bench.company import BY, sales
from bench.databases import histories_on_sqlite
from bench.history import fill
from bench.measure import Result, Settings, shown
from db.connection import close_database, open_database
from db.posting.post import post_operations

_LINES = 100
_names = (f"anatomy-{number}-" for number in count())


def measure(settings: Settings) -> Iterator[Result]:
    if "sqlite" not in settings.databases:
        return
    open_database("sqlite:///:memory:")
    try:
        fill(1_000)
        yield _parts("in memory", settings.rounds)
    finally:
        close_database()
    ((entries, path),) = histories_on_sqlite(settings.histories[-1:])
    open_database(f"sqlite:///{path}")
    try:
        yield _parts(f"SQLite FULL, {entries:,} entries of history", settings.rounds)
        pages = pages_written(path, _post(1))
        yield Result(0, "pages that one line writes", str(pages))
    finally:
        close_database()


def _post(lines: int) -> Callable[[], None]:
    made = list(sales(lines, range(100), next(_names)))

    def work() -> None:
        for line in made:
            post_operations((line,), BY)

    return work


def _parts(where: str, rounds: int) -> Result:
    """The quietest round: on a shared machine everything else is somebody else's time."""
    found = min((_round() for _ in range(1 + rounds * 3)), key=sum)
    parts = ", ".join(f"{name} {shown(spent)}" for name, spent in zip((*PARTS, "everything else"), found, strict=True))
    return Result(0, f"CPU of one line, {where}", f"{shown(sum(found))} µs", detail=parts)


def _round() -> Sequence[float]:
    work = _post(_LINES)
    with timed_parts() as spent:
        start = time.process_time_ns()
        work()
        whole = time.process_time_ns() - start
    return [nanoseconds / _LINES / 1e3 for nanoseconds in (*spent.values(), whole - sum(spent.values()))]
