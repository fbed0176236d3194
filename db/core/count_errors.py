"""What a count order refuses, and why."""

from collections.abc import Sequence
from typing import ClassVar

from db.core.errors import N_, StocktermError

KINDS = (N_("count order"), N_("counting period"))
STATUSES = (N_("open"), N_("finished"), N_("being posted"), N_("posted"), N_("approved"), N_("not approved yet"))
THROWN_AWAY = N_("thrown away")
STATUSES_OF_RECORDINGS = (
    N_("counted by somebody already"),
    N_("handed in already"),
    THROWN_AWAY,
    N_("in parts posted already"),
    N_("decided already"),
)


class CountOrderState(StocktermError):
    code: ClassVar[str] = "count_order_state"
    template: ClassVar[str] = N_("Not possible: {order} is {status}.")
    words: ClassVar[tuple[str, ...]] = ("kind", "status")
    order: str
    status: str


class NotAllCounted(StocktermError):
    code: ClassVar[str] = "not_all_counted"
    template: ClassVar[str] = N_("Not counted: {lines}. Nothing is 0 by itself: count, set to 0, or remove them.")
    lines: Sequence[str]


class RecordingsOpen(StocktermError):
    code: ClassVar[str] = "recordings_open"
    template: ClassVar[str] = N_("Still counting: {recordings}. They hand in first.")
    recordings: Sequence[str]


class OrphansOpen(StocktermError):
    code: ClassVar[str] = "orphans_open"
    template: ClassVar[str] = N_("Unknown codes: {codes}. Link or discard them first.")
    codes: Sequence[str]


class CountNotReady(StocktermError):
    code: ClassVar[str] = "count_not_ready"
    template: ClassVar[str] = N_("Not ready: {lines}. Count again, or decide.")
    lines: Sequence[str]


class NotInOrder(StocktermError):
    code: ClassVar[str] = "not_in_order"
    template: ClassVar[str] = N_("Not asked: {item_no} in {place} is not in {order}. Not counted.")
    item_no: str
    place: str
    order: str


class OwnCount(StocktermError):
    code: ClassVar[str] = "own_count"
    template: ClassVar[str] = N_("Not approved: {user_code} may not approve their own count ({lines}).")
    user_code: str
    lines: Sequence[str]


class CountedByYou(StocktermError):
    code: ClassVar[str] = "counted_by_you"
    template: ClassVar[str] = N_("Somebody else: you counted {item_no} in {place} before. Not counted again.")
    item_no: str
    place: str


class BinBeingCounted(StocktermError):
    code: ClassVar[str] = "bin_being_counted"
    template: ClassVar[str] = N_("Bin {bin_code} is being counted by {user_code} since {time} ({order}). Nothing booked.")
    bin_code: str
    user_code: str
    time: str
    order: str


class RecordingTaken(StocktermError):
    code: ClassVar[str] = "recording_taken"
    template: ClassVar[str] = N_("Taken over: {user_code} has this recording now. Not counted.")
    user_code: str


class ReasonNeeded(StocktermError):
    code: ClassVar[str] = "count_reason_needed"
    template: ClassVar[str] = N_("Reason needed: {lines} differ by more than the threshold.")
    lines: Sequence[str]


class StockLeftSince(StocktermError):
    code: ClassVar[str] = "stock_left_since"
    template: ClassVar[str] = N_("Left since: {lines}. Take them back, or count again.")
    lines: Sequence[str]
