"""Where a counter stands, and what the next scan should be."""

from dataclasses import dataclass, replace
from decimal import Decimal

from stockterm.flows.goods import Goods
from stockterm.flows.outcome import At
from stockterm.flows.words import items_in_words, number
from stockterm.i18n import _
from stockterm.scanning.resolve import NO_FIELDS, Fields

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class CountState:
    """Where the counter stands. `goods`: the line counted last; `pending`: goods that wait for an answer (`step`).

    `held`: lot, serial or quantity of a label without an item, for the item that comes next. `line_…`: the line counted last,
    `bin_…`: the open bin so far.
    """

    count_no: int = 0
    location_code: str = ""
    bin_code: str = ""
    step: str = ""  # lot, serial, package, expiry, quantity, factor, search; blank: an item (or, with bins, first a bin)
    goods: Goods | None = None
    pending: Goods | None = None
    factor: Decimal | None = None
    held: Fields = NO_FIELDS
    line_quantity: Decimal = ZERO
    line_entered: tuple[tuple[str, Decimal], ...] = ()
    last_added: Decimal = ZERO
    bin_items: int = 0
    bin_quantity: Decimal = ZERO
    recent: tuple[str, ...] = ()
    taken_in: bool = False  # handed in by another counter, here to be reviewed


def settled(state: CountState) -> CountState:
    """The state without a multiplier, waiting or being typed."""
    if state.factor is None and state.step != "factor":
        return state
    return replace(state, factor=None, step="" if state.step == "factor" else state.step)


def may_be_counted(at: At, state: CountState) -> bool:
    """Whether goods can be counted: a bin is open, or there are none."""
    return bool(state.bin_code) or not at.location.bins


def in_all(state: CountState) -> str:
    """What was counted in the open bin: `3 items, 41`."""
    if not state.bin_items:
        return _("nothing")
    return f"{items_in_words(state.bin_items)}, {number(state.bin_quantity)}"


def what_next(at: At, state: CountState) -> str:
    """What should be scanned next, in a whole sentence."""
    if not may_be_counted(at, state):
        return _("Scan a bin first.")
    if state.bin_code:
        return _("Scan an item, or another bin to change bin.")
    return _("Scan an item.")
