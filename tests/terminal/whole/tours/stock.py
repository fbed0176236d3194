"""Adjusting, moving, looking up, taking back what was posted; an unknown code linked by a supervisor."""

from tests.terminal.whole.program import F2, F3, F4, F5, F10
from tests.terminal.whole.tours import CONFIRM, Tour, at_east, scan

_ADJUSTED = (scan("BIN:A-01"), scan("9520000000011"), scan("-2"), scan("RSN:SCRAP"), F10, CONFIRM)

TOURS = (
    Tour(
        "adjust",
        {
            "empty": (),
            "quantity": (scan("BIN:A-01"), scan("9520000000011")),
            "reason": (scan("-2"),),
            "summary": (scan("RSN:SCRAP"),),
            "confirm": (F10,),
            "posted": (CONFIRM,),
            "another bin": (scan("BIN:A-02"),),
            "not enough": (F3, F2, scan("BIN:A-02"), scan("NAIL-60"), scan("-500")),
        },
        before=at_east("ANN", "2"),
    ),
    Tour(
        "move",
        {
            "empty": (),
            "quantity": (scan("BIN:A-02"), scan("NAIL-60")),
            "to": (scan("30"),),
            "summary": (scan("BIN:B-01"),),
            "posted": (F10, CONFIRM),
        },
        before=at_east("ANN", "3"),
    ),
    Tour(
        "look_up",
        {
            "empty": (),
            "an item": (scan("9520000000011"),),
            "a bin": (scan("BIN:A-01"),),
            "a lot": (scan("LOT:L-0417"),),
            "unknown": (scan("NOSUCHTHING"),),
        },
        before=at_east("ANN", "4"),
    ),
    Tour(
        "my_postings",
        {
            "list": (),
            "one": (scan("1"),),
            "undo": (F5,),
            "undone": (F10, CONFIRM),
        },
        before=(*at_east("ANN", "2"), *_ADJUSTED, F3, F3, F3, F3, scan("5")),
    ),
    Tour(
        "link",
        {
            "offered": (),
            "which item": (F4,),
            "unit": (scan("9520000000011"),),
        },
        before=(*at_east("SUE", "1"), scan("BIN:A-01"), scan("NOSUCHTHING")),
    ),
)
