"""Relabelling: a new lot, a new date, everywhere at once."""

from tests.terminal.whole.program import F1, F5, F10
from tests.terminal.whole.tours import CONFIRM, Tour, at_east, scan

TOUR = Tour(
    "relabel",
    {
        "empty": (),
        "which item": (scan("LOT:L-0417"),),
        "what to change": (scan("1"),),
        "how many": (scan("1"),),
        "new lot": (scan("LOT:L-0500"),),
        "summary": (F10,),
        "posted": (CONFIRM,),
        "undo": (F5,),
        "undone": (CONFIRM,),
        "help": (F1,),
    },
    before=at_east("ANN", "11"),
)
