"""A process that posts when it is told to: `python -m bench.worker KIND ADDRESS [settings as JSON]`.

One command a line on standard input, one answer a line on standard output, both JSON. Each database has a process of its own,
so that a benchmark can go round among them (raw, ours with a short history, ours with a long one, raw …) and nobody pays for
opening anything. Times are taken here, around the posting alone.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any, Protocol

from bench.company import BY, LATE, item_no, make_late_cost, sales

Answer = dict[str, Any]


class Poster(Protocol):
    """What can be asked of both kinds of worker. Items are numbers of `bench.company`."""

    def post(self, count: int, items: Sequence[int]) -> Callable[[], None]:
        """Work that posts one line a commit."""

    def bulk(self, count: int, items: Sequence[int]) -> Callable[[], None]:
        """Work that posts all lines in one commit."""

    def one(self, items: Sequence[int]) -> Callable[[], None]:
        """Work that posts one line; to be called again and again."""

    def late_cost(self, issues: int) -> Callable[[], None]:
        """Work that changes the cost of a receipt that was used up by `issues` issues."""

    def statements(self, work: Callable[[], None]) -> list[str]:
        """The statements that some work sends."""


class Ours:
    """The posting door. With `history` the database is made first; otherwise it is there."""

    def __init__(self, url: str, history: int | None = None) -> None:
        from db.connection import open_database

        open_database(url)
        if history is not None:
            from bench.history import fill

            fill(history)
        self._names = (f"{os.getpid()}-{number}-" for number in count())
        self._late = count()

    def post(self, count: int, items: Sequence[int]) -> Callable[[], None]:
        from db.posting.post import post_operations

        lines = list(sales(count, items, next(self._names)))

        def work() -> None:
            for line in lines:
                post_operations((line,), BY)

        return work

    def bulk(self, count: int, items: Sequence[int]) -> Callable[[], None]:
        from db.posting.post import post_operations

        lines = list(sales(count, items, next(self._names)))
        return lambda: void(post_operations(lines, BY))

    def one(self, items: Sequence[int]) -> Callable[[], None]:
        from db.posting.post import post_operations

        lines = sales(10**9, items, next(self._names))
        return lambda: void(post_operations((next(lines),), BY))

    def late_cost(self, issues: int) -> Callable[[], None]:
        from db.posting.post import post_operations

        invoice = make_late_cost(LATE + next(self._late) % 10, issues, next(self._names))
        return lambda: void(post_operations((invoice,), BY))

    def statements(self, work: Callable[[], None]) -> list[str]:
        from db.connection import watched_statements

        with watched_statements() as watched:
            work()
        return watched.statements


class RawPoster:
    """The raw case with the driver that the address names."""

    def __init__(self, address: str, *, make: bool = True, first_number: int = 0, items: int = 1_000) -> None:
        from bench.raw import Raw, RawPostgresql, RawSqlite

        names = [item_no(item) for item in range(items)]
        self._raw: Raw
        if address.startswith("postgresql:"):
            self._raw = RawPostgresql(address, names, make=make, first_number=first_number)
        else:
            self._raw = RawSqlite(address, names, late_costs=True)
        self._turn = count()

    def post(self, count: int, items: Sequence[int]) -> Callable[[], None]:
        names = [item_no(items[number % len(items)]) for number in range(count)]
        return lambda: self._raw.post(names)

    def bulk(self, count: int, items: Sequence[int]) -> Callable[[], None]:
        names = [item_no(items[number % len(items)]) for number in range(count)]
        return lambda: self._raw.bulk(names)

    def one(self, items: Sequence[int]) -> Callable[[], None]:
        names = [item_no(item) for item in items]
        return lambda: self._raw.post((names[next(self._turn) % len(names)],))

    def late_cost(self, issues: int) -> Callable[[], None]:
        receipt = self._raw.make_late_cost(item_no(0), issues)
        return lambda: self._raw.late_cost(item_no(0), receipt)

    def statements(self, work: Callable[[], None]) -> list[str]:
        work()
        return []


def void(_: object) -> None:
    """Nothing, of something."""


# ---- commands


def run(poster: Poster, command: dict[str, Any]) -> Answer:
    """Do what a command says, and say what it took."""
    items: Sequence[int] = range(*command.get("items", (1,)))
    match command["do"]:
        case "post":
            return timed([poster.post(command["count"], items)], command["count"])
        case "bulk":
            return timed([poster.bulk(command["count"], items)], command["count"])
        case "late_cost":
            return timed([poster.late_cost(command["issues"]) for _ in range(command["count"])], command["count"])
        case "post_for":
            return post_for(poster.one(items), command["seconds"], command.get("pause", 0))
        case "bulk_for":
            return post_for(lambda: poster.bulk(command["count"], items)(), command["seconds"], command.get("pause", 0))
        case "statements":
            work = poster.late_cost(command["issues"]) if "issues" in command else poster.post(1, items)
            return {"statements": poster.statements(work)}
    raise ValueError(command["do"])


def timed(works: Sequence[Callable[[], None]], count: int) -> Answer:
    """Nanoseconds of wall clock and of this process's CPU."""
    wall, cpu = time.perf_counter_ns(), time.process_time_ns()
    for work in works:
        work()
    return {"count": count, "cpu": time.process_time_ns() - cpu, "wall": time.perf_counter_ns() - wall}


def post_for(work: Callable[[], None], seconds: float, pause: float) -> Answer:
    """Post for so long, with so many seconds between two postings; the waits are the nanoseconds of every single posting."""
    waits = []
    clock = time.perf_counter_ns
    cpu = time.process_time_ns()
    start = before = clock()
    end = start + int(seconds * 1e9)
    while before < end:
        work()
        now = clock()
        waits.append(now - before)
        if pause:
            time.sleep(pause)
            now = clock()
        before = now
    waits.sort()
    return {
        "count": len(waits),
        "wall": before - start,
        "cpu": time.process_time_ns() - cpu,
        "p50": waits[len(waits) // 2],
        "p99": waits[len(waits) * 99 // 100],
        "max": waits[-1],
    }


def main() -> None:
    kind, address, *settings = sys.argv[1:]
    options = json.loads(settings[0]) if settings else {}
    poster: Poster = Ours(address, **options) if kind == "ours" else RawPoster(address, **options)
    print("{}", flush=True)
    for text in sys.stdin:
        print(json.dumps(run(poster, json.loads(text))), flush=True)


if __name__ == "__main__":
    main()
