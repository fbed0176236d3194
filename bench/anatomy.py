"""Where the time of a posting goes: the parts of a session timed from outside, and the pages that a commit writes."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from db.connection import fetch
from db.connection.sqlite import SqliteSession

PARTS = ("begin_write", "fetch", "fetch_batch", "draw_numbers", "write_batch", "commit")


@contextmanager
def timed_parts() -> Iterator[dict[str, int]]:
    """Nanoseconds of CPU that postings spend in each part of an SQLite session, inside the block. What calls another part counts
    once, in the outer one."""
    spent = dict.fromkeys(PARTS, 0)
    plain = {name: getattr(SqliteSession, name) for name in PARTS}
    inside = False

    def timed(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def measured(*arguments: Any, **options: Any) -> Any:
            nonlocal inside
            if inside:
                return call(*arguments, **options)
            inside = True
            start = time.process_time_ns()
            try:
                return call(*arguments, **options)
            finally:
                spent[name] += time.process_time_ns() - start
                inside = False

        return measured

    for name, call in plain.items():
        setattr(SqliteSession, name, timed(name, call))
    try:
        yield spent
    finally:
        for name, call in plain.items():
            setattr(SqliteSession, name, call)


def pages_written(path: Path, work: Callable[[], None]) -> int:
    """How many pages the write-ahead log gets from some work."""
    fetch("PRAGMA wal_checkpoint(TRUNCATE)")
    work()
    ((page,),) = fetch("PRAGMA page_size")
    return (path.with_name(path.name + "-wal").stat().st_size - 32) // (int(page) + 24)
