"""What a number series refuses, and why."""

from datetime import date
from typing import ClassVar

from db.core.errors import N_, StocktermError

KINDS = (N_("number series"), N_("number series line"))


class NumbersUsedUp(StocktermError):
    code: ClassVar[str] = "numbers_used_up"
    template: ClassVar[str] = N_("Numbers used up: series {series} ends at {last}. Nothing was posted; give it a new line.")
    series: str
    last: str


class NoNumbersOpen(StocktermError):
    code: ClassVar[str] = "no_numbers_open"
    template: ClassVar[str] = N_("No numbers: series {series} has no open line for {day}. Nothing was posted.")
    series: str
    day: date


class NumbersInDateOrder(StocktermError):
    code: ClassVar[str] = "numbers_in_date_order"
    template: ClassVar[str] = N_("Date order: series {series} gave a number on {last_day}; none for {day} after that.")
    series: str
    last_day: date
    day: date


class NumberNotByHand(StocktermError):
    code: ClassVar[str] = "number_not_by_hand"
    template: ClassVar[str] = N_("Not by hand: {number}. Series {series} gives the number; leave it blank.")
    number: str
    series: str


class NumberTaken(StocktermError):
    code: ClassVar[str] = "number_taken"
    template: ClassVar[str] = N_("Number taken: {number} is in use. Nothing was posted.")
    number: str


class NumbersWithoutGaps(StocktermError):
    code: ClassVar[str] = "numbers_without_gaps"
    template: ClassVar[str] = N_("Without gaps: series {series} gives numbers to what is posted only, none in advance.")
    series: str
