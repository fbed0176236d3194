"""A real program on a pseudo-terminal, in a company with other sessions at work beside it."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.databases import durable_postgresql, histories_on_sqlite, history_on_postgresql
from bench.history import forget_file, work_folder
from bench.measure import Settings
from tests.support.postgres import new_database
from tests.support.program import Company
from tests.terminal.whole.floor import company
from tests.terminal.whole.program import Program

SERIALS = 20  # of each serial item
_PEOPLE = 200


@contextmanager
def floors(settings: Settings) -> Iterator[list[tuple[str, Callable[[], str]]]]:
    """What makes a fresh database, by the database's name. It has both companies in it: the benchmark's, for those at work
    beside, and the one that is scanned in."""
    entries = settings.histories[0]
    with ExitStack() as stack:
        made: list[tuple[str, Callable[[], str]]] = []
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="stockterm-bench-")))
        if "sqlite" in settings.databases:
            ((_, path),) = histories_on_sqlite((entries,))
            _move_in(f"sqlite:///{path}", folder)
            made.append(("SQLite", partial(_copied_file, path)))
        if "postgresql" in settings.databases:
            server = stack.enter_context(durable_postgresql())
            url = history_on_postgresql(server, entries)
            _move_in(url, folder)
            name = url.partition("?")[0].rpartition("/")[2]
            made.append(("PostgreSQL", partial(new_database, server, template=name)))
        yield made


def _move_in(url: str, folder: Path) -> None:
    Company(url, folder).posted(*company(SERIALS), *_users())


def _copied_file(path: Path) -> str:
    copy = work_folder() / "floor.db"
    forget_file(copy)
    shutil.copyfile(path, copy)
    return f"sqlite:///{copy}"


def _users() -> Iterator[dict[str, Any]]:
    """Enough people that nobody finds the work of another case in hand."""
    for number in range(_PEOPLE):
        yield {
            "op": "user",
            "code": f"U{number}",
            "name": f"U{number}",
            "role": "worker",
            "badge": badge(number),
            "locations": ["EAST"],
        }


def badge(number: int) -> str:
    """What this person scans to sign in."""
    return f"B-U{number}-4711"


def counting(program: Program, user: int) -> Program:
    """Signed in, in a count, no bin open."""
    program.until_shown("Badge")
    program.write(badge(user).encode() + b"\r1\r")
    program.until_shown("Scan a bin.")
    return program


@contextmanager
def program(url: str, **options: Any) -> Iterator[Program]:
    """`stockterm` at that database, with settings and state of its own."""
    with TemporaryDirectory(prefix="stockterm-bench-") as folder, Program(url, Path(folder), **options) as started:
        yield started


def private_megabytes(pid: int) -> float:
    """The memory that this process shares with nobody."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        kilobytes = sum(int(line.split()[1]) for line in file if line.startswith(("Private_Clean:", "Private_Dirty:")))
    return kilobytes / 1024
