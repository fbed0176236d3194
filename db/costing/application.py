"""Which increases feed a decrease.

The costing method orders the open increases of a pool (same item, variant, location and tracking numbers): FIFO takes the
earliest posting date first, LIFO the latest, entry numbers deciding between equals; Specific has one candidate, because its
serial number names it. The order is that of the moment of posting: back-dating a line never re-applies earlier ones.
Source: Design Details: Item Application.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, Protocol, TypeVar

from db.costing.sharing import share


@dataclass(frozen=True, slots=True)
class CostingMethod:
    """How a method behaves where methods differ. `supported` is false for those that this version refuses to post."""

    code: str
    latest_first: bool = False
    supported: bool = True


METHODS: dict[str, CostingMethod] = {
    method.code: method
    for method in (
        CostingMethod("fifo"),
        CostingMethod("lifo", latest_first=True),
        CostingMethod("specific"),
        CostingMethod("average", supported=False),
        CostingMethod("standard", supported=False),
    )
}


class Increase(Protocol):
    """What the choice needs to know of an open increase."""

    @property
    def remaining_quantity(self) -> Decimal: ...


EntryT = TypeVar("EntryT", bound=Increase)


@dataclass(frozen=True, slots=True)
class Draw(Generic[EntryT]):
    """`quantity` (base units, positive) taken from one increase."""

    entry: EntryT
    quantity: Decimal


def choose_draws(quantity: Decimal, open_entries: Iterable[EntryT]) -> tuple[list[Draw[EntryT]], Decimal]:
    """Decide which of the open increases, already in the order of the costing method, feed a decrease.

    `quantity` is in base units and positive. Returns the draws in the order they are made, and what no entry could cover:
    zero when stock suffices. Whether a rest is allowed is not decided here.
    """
    draws: list[Draw[EntryT]] = []
    uncovered = quantity
    for entry in open_entries:
        if not uncovered:
            break
        drawn = min(uncovered, entry.remaining_quantity)
        if drawn > 0:
            draws.append(Draw(entry, drawn))
            uncovered -= drawn
    return draws, uncovered


def split_amount(amount: Decimal, quantities: Sequence[Decimal], increment: Decimal) -> list[Decimal]:
    """Share `amount` over `quantities` in proportion, each share rounded to `increment`; the residual is carried to the next
    share, so that the shares add up to `amount` exactly."""
    total = sum(quantities, Decimal(0))
    shares: list[Decimal] = []
    given, taken = Decimal(0), Decimal(0)
    for quantity in quantities:
        taken += quantity
        upto = amount if taken == total else share(amount, taken, total, increment)
        shares.append(upto - given)
        given = upto
    return shares
