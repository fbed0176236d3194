"""The cases, by the name that `python -m bench` takes. Each yields its results as they come."""

from collections.abc import Callable, Iterator
from importlib import import_module

from bench.measure import Result, Settings

NAMES = ("line", "anatomy", "bulk", "postgres", "sessions", "late_cost", "retail", "scans", "start", "trace")


def case(name: str) -> Callable[[Settings], Iterator[Result]]:
    """The case of that name."""
    found: Callable[[Settings], Iterator[Result]] = import_module(f"bench.cases.{name}").measure
    return found
