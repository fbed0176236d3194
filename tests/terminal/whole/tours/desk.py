"""What is mostly done at a desk: tracing, numbers, users, terminals, the print queue."""

from tests.terminal.whole.program import F1, F3, F4
from tests.terminal.whole.tours import Tour, at_east, scan

TOURS = (
    Tour(
        "trace",
        {
            "empty": (),
            "a lot of two items": (scan("LOT:L-0417"),),
            "where it came from": (scan("1"),),
            "recall list": (scan("5"),),
            "way forward": (F3, scan("6")),
        },
        before=at_east("SUE", "12"),
    ),
    Tour(
        "numbers",
        {
            "empty": (),
            "a lot of two items": (scan("LOT:L-0417"),),
            "one": (scan("1"),),
            "what can be done": (F4,),
            "help": (F1,),
        },
        before=at_east("SUE", "15"),
    ),
    Tour(
        "users",
        {
            "list": (),
            "one": (scan("2"),),
            "role": (scan("2"),),
            "help": (F3, F1),
        },
        before=at_east("SUE", "16"),
    ),
    Tour(
        "terminals",
        {
            "list": (),
            "one": (scan("1"),),
            "help": (F1,),
        },
        before=at_east("SUE", "17"),
    ),
    Tour("print_queue", {"list": (), "help": (F1,)}, before=at_east("SUE", "18")),
)
