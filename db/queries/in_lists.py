"""Statements with a list of entry numbers in them, in a few fixed lengths, so that few statements are ever prepared."""

from collections.abc import Iterable, Iterator
from typing import Any

from db.connection import fetch

_BUCKETS = (1, 8, 64, 512)


def in_buckets(numbers: Iterable[int]) -> Iterator[tuple[str, list[int]]]:
    """Marks and parameters for `IN (…)`; the last number of a list is repeated to fill up its length."""
    rest = sorted(numbers)
    while rest:
        size = next((bucket for bucket in _BUCKETS if len(rest) <= bucket), _BUCKETS[-1])
        part, rest = rest[:size], rest[size:]
        yield ", ".join("?" * size), part + [part[-1]] * (size - len(part))


def fetch_in(sql: str, numbers: Iterable[int]) -> list[tuple[Any, ...]]:
    """The rows of a statement with `{0}` where the list of numbers goes."""
    found = []
    for marks, params in in_buckets(numbers):
        found += fetch(sql.format(marks), params)
    return found
