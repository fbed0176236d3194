"""What is pressed for the golden screens, job by job: each module here has a tour of its own, as `TOUR` (or `TOURS`).

A tour starts in the company of `shop.py` with the records that it adds; `before` is pressed and not looked at, then each scene
has a name and what is pressed for it. `golden/<tour>/<size>.txt` has what it shows. To add a job: a module here, then
`make snapshots`, and read what came.
"""

import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from tests.terminal.whole.shop import DIGITS

BADGES = {"ANN": "B-ANN-7391", "SUE": "B-SUE-0917", "KARI": "B-KARI-2205"}


@dataclass(frozen=True, slots=True)
class Tour:
    """One job, shown step by step. `company`: records posted on top of the shop's."""

    name: str
    scenes: Mapping[str, tuple[bytes, ...]]
    before: tuple[bytes, ...] = ()
    company: list[dict[str, Any]] = field(default_factory=list)


def scan(text: str) -> bytes:
    """A scan, or typed text with Enter."""
    return text.encode() + b"\r"


CONFIRM = scan(DIGITS)  # the digits that post


def at_east(user: str, digits: str = "") -> tuple[bytes, ...]:
    """Signed in at EAST, and the job with these digits chosen."""
    return (scan(BADGES[user]), scan("LOC:EAST"), *((scan(digits),) if digits else ()))


def all_tours() -> Iterator[Tour]:
    """Of every module here."""
    for module in pkgutil.iter_modules(__path__):
        found = import_module(f"{__name__}.{module.name}")
        yield from getattr(found, "TOURS", None) or (found.TOUR,)
