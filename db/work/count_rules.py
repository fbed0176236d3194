"""The rules of a count order, without a database: what must be counted again, which pass counts, in which order it is posted.

Several recordings of one pass add up; passes do not: the first count and a recount are two looks at the same shelf. A line's
passes are compared by their differences, not by what was counted: goods that were sold between them are no disagreement.

    first count within the thresholds                          accepted
    first count over one of them, or goods moved meanwhile     to be counted again, by somebody else
    recount with the differences of an earlier pass            accepted
    recount with others                                        a third, or a supervisor decides

Nothing is zero because it was not counted: a line without a recording is `uncounted` and stops the order. A lot that was not seen
in a line that was counted is not there. Source: operations reference §6.4 to §6.6.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple, Protocol, TypeVar

ZERO = Decimal(0)
LINES_AT_ONCE = 500  # of a posting: one register, one transaction


class Number(NamedTuple):
    """Lot, serial and package number; blank where the item has none."""

    lot_no: str = ""
    serial_no: str = ""
    package_no: str = ""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Above which difference a line is counted again: base units, percent of what was expected, value. None: never."""

    quantity: Decimal | None = None
    percent: Decimal | None = None
    value: Decimal | None = None

    def passed_by(self, expected: Decimal, differences: Iterable[Decimal], unit_cost: Decimal) -> bool:
        """Whether the differences of a line are too large to be believed at once. Missing and surplus lots do not cancel out."""
        size = sum((abs(one) for one in differences), ZERO)
        if not size:
            return False
        if self.quantity is not None and size > self.quantity:
            return True
        if self.percent is not None and (not expected or size * 100 > self.percent * abs(expected)):
            return True
        return self.value is not None and size * unit_cost > self.value


NO_THRESHOLDS = Thresholds()


@dataclass(frozen=True, slots=True)
class Pass:
    """What one pass says about one line of the order: every number that was expected or counted, in base units.

    `moved`: the books changed between its first and its last scan, so that no one moment can be compared.
    """

    pass_no: int
    expected: Mapping[Number, Decimal]
    counted: Mapping[Number, Decimal]
    moved: bool = False

    @property
    def differences(self) -> dict[Number, Decimal]:
        """Counted less expected, by number; those without a difference are left out."""
        numbers = {**self.expected, **self.counted}
        found = {one: self.counted.get(one, ZERO) - self.expected.get(one, ZERO) for one in numbers}
        return {one: difference for one, difference in found.items() if difference}

    @property
    def expected_quantity(self) -> Decimal:
        return sum(self.expected.values(), ZERO)

    @property
    def counted_quantity(self) -> Decimal:
        return sum(self.counted.values(), ZERO)

    @property
    def surplus(self) -> Decimal:
        """What is there and not in the books, over all numbers."""
        return sum((one for one in self.differences.values() if one > 0), ZERO)

    @property
    def missing(self) -> Decimal:
        """What is in the books and not there, over all numbers. The difference is `surplus − missing`."""
        return -sum((one for one in self.differences.values() if one < 0), ZERO)


class Need(StrEnum):
    """What a line still needs."""

    COUNT = "count"  # nobody counted it
    RECOUNT = "recount"  # the difference is too large for one look
    MOVED = "moved"  # goods were posted while it was counted
    DECISION = "decision"  # two passes disagree
    LATE = "late"  # an entry from before the count was posted after it
    NOTHING = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`accepted` is the pass that enters the result; None where the line needs something first."""

    need: Need
    accepted: Pass | None


def judge(
    passes: Sequence[Pass],
    thresholds: Thresholds,
    unit_cost: Decimal,
    *,
    chosen_pass: int = 0,
    late: bool = False,
) -> Verdict:
    """Which pass of a line is accepted, or what it still needs. `late`: a late entry that nobody decided about."""
    if not passes:
        return Verdict(Need.COUNT, None)
    last = passes[-1]
    chosen = next((one for one in passes if one.pass_no == chosen_pass), None)
    if chosen is None:
        if last.moved:
            return Verdict(Need.MOVED, None)
        earlier = [one for one in passes[:-1] if not one.moved]
        if not earlier and thresholds.passed_by(last.expected_quantity, last.differences.values(), unit_cost):
            return Verdict(Need.RECOUNT, None)
        if earlier and all(one.differences != last.differences for one in earlier):
            return Verdict(Need.DECISION, None)
        chosen = last
    return Verdict(Need.LATE, None) if late else Verdict(Need.NOTHING, chosen)


# ---- the order of posting -------------------------------------------------------------------------------------------


class HasDifference(Protocol):
    """A result line."""

    @property
    def difference(self) -> Decimal: ...


R = TypeVar("R", bound=HasDifference)


def in_parts(results: Iterable[R], *, at_once: int = LINES_AT_ONCE) -> list[list[R]]:
    """The results in the order in which they are posted, in parts: what is missing first, so that a serial number that was
    moved never exists twice, then what agrees, then what was found."""
    ordered = sorted(results, key=lambda one: (one.difference > 0) - (one.difference < 0))
    return [ordered[start : start + at_once] for start in range(0, len(ordered), at_once)]


# ---- filters --------------------------------------------------------------------------------------------------------


def fits(pattern: str, code: str) -> bool:
    """Whether a code is one of those a filter names: `A-*`, `A-01..A-09`, `A-01|B-*`. A blank filter takes everything."""
    if not pattern.strip():
        return True
    return any(_fits_one(one.strip(), code) for one in pattern.split("|") if one.strip())


def _fits_one(pattern: str, code: str) -> bool:
    first, dots, last = pattern.partition("..")
    if dots:
        return (not first or code >= first) and (not last or code <= last)
    if "*" in pattern:
        return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), code) is not None
    return code == pattern
