"""Sign-in, location, menu; what Norwegian workers see of a count; a database with nothing in it is in `test_golden`."""

from tests.terminal.whole.program import F1, F3, F8, F10
from tests.terminal.whole.shop import PIN
from tests.terminal.whole.tours import CONFIRM, Tour, at_east, scan

TOURS = (
    Tour(
        "begin",
        {
            "sign-in": (),
            "sign-in: help": (F1, F1),
            "sign-in: unknown badge": (scan("B-NOBODY-1"),),
            "sign-in: PIN": (scan("ANN"), b"4712"),
            "sign-in: wrong PIN": (b"\r",),
            "location": (scan(PIN),),
            "menu": (scan("LOC:EAST"),),
            "menu: second page": (F8,),
            "menu: no such choice": (scan("77"),),
            "menu: a scan": (F3, scan("9520000000011")),
            "signed out": (F3, scan("9")),
        },
    ),
    Tour(
        "norsk",
        {
            "menu": (),
            "count": (scan("1"), scan("BIN:A-01"), scan("9520000000011"), scan("19520000000018")),
            "count: typed, which unit": (scan("25"),),
            "count: typed, replaced": (scan("2"),),
            "count: locked": (scan("NOSUCHTHING"),),
            "count: review": (F3, F10),
            "count: posted": (CONFIRM,),
        },
        before=at_east("KARI"),
    ),
)
