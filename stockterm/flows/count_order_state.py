"""Where somebody stands who counts for an order."""

from dataclasses import dataclass, replace
from decimal import Decimal

from stockterm.flows.count_state import CountState
from stockterm.flows.count_state import settled as settled_count

NOTHING_COUNTED = CountState()


@dataclass(frozen=True, slots=True)
class CountOrderState:
    """A recording of an order in somebody's hands, and where in it they stand, as in any count.

    `orphan_no`: the code that nothing has and that was scanned last: a number typed behind it is its quantity, F4 says what it
    is.
    `bins_left` of `bins`: where nothing was counted yet, as of the last bin that was opened.
    """

    order_no: int = 0
    recording_no: int = 0
    pass_no: int = 1
    blind: bool = True
    count: CountState = NOTHING_COUNTED
    step: str = ""  # describe: what the orphan is, in words
    orphan_no: int = 0
    orphan_code: str = ""
    orphan_quantity: Decimal = Decimal(0)
    bins_left: int = 0
    bins: int = 0


def settled(state: CountOrderState) -> CountOrderState:
    """The state without a multiplier, waiting or being typed."""
    count = settled_count(state.count)
    return state if count is state.count else replace(state, count=count)
