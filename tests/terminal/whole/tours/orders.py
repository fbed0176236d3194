"""Ordered counts: made by a supervisor, counted blind at the shelf, reviewed."""

from tests.terminal.whole.program import F3, F4, F5, F9, F10
from tests.terminal.whole.tours import BADGES, CONFIRM, Tour, at_east, scan

_ORDERED = (*at_east("SUE", "13"), scan("1"), scan("1"), F3, F3, F3, F3, scan("9"))
_COUNTED = (scan("BIN:A-01"), scan("9520000000011"), scan("24"), F9, F10, CONFIRM)

TOURS = (
    Tour(
        "count_orders",
        {
            "list": (),
            "new": (scan("1"),),
            "a quantity": (scan("8"), scan("5")),
            "made": (scan("1"),),
            "not counted": (scan("3"),),
            "recordings": (F3, scan("4")),
            "recount": (F3, scan("6")),
            "finish": (F3, scan("8")),
        },
        before=at_east("SUE", "13"),
    ),
    Tour(
        "count_order",
        {
            "begun": (),
            "bin": (scan("BIN:A-01"),),
            "a piece": (scan("9520000000011"),),
            "typed": (scan("24"),),
            "unknown code": (scan("4711-X"),),
            "what it is": (F4,),
            "described": (scan("A blue box"),),
            "undone": (F5, F5),
            "bin closed": (F9,),
            "bins left": (F4,),
            "hand in": (F10,),
            "handed in": (CONFIRM,),
        },
        before=(*_ORDERED, *at_east("ANN", "10")),
    ),
    Tour(
        "count_review",
        {
            "orders": (),
            "nothing due": (scan("2"),),
            "the order": (F3, scan("4")),
            "by value": (scan("1"),),
            "recordings": (F3, scan("4")),
            "finish": (F3, scan("8")),
        },
        before=(*_ORDERED, *at_east("ANN", "10"), *_COUNTED, F3, F3, F3, scan("9"), scan(BADGES["SUE"]), scan("13")),
    ),
)
