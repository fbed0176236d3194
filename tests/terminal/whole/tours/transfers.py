"""Transfer orders: shipped and received at the shelf, and what a supervisor does with them."""

from typing import Any

from tests.terminal.whole.program import F3, F9, F10
from tests.terminal.whole.shop import MOMENT, bought
from tests.terminal.whole.tours import CONFIRM, Tour, at_east, scan

ROAD: list[dict[str, Any]] = [{"op": "location", "code": "ROAD", "name": "On the road", "in_transit": True}]


def order(no: str, *lines: tuple[str, str], start: str = "EAST", end: str = "SHOP") -> dict[str, Any]:
    """A transfer order of (item, quantity)."""
    ordered = [{"line_no": number, "item": item, "quantity": many} for number, (item, many) in enumerate(lines, 1)]
    head = {"op": "transfer_order", "date": MOMENT.date().isoformat(), "no": no}
    return {**head, "from": start, "to": end, "in_transit": "ROAD", "lines": ordered}


_SENT = {"op": "transfer_ship", "date": MOMENT.date().isoformat(), "no": "TO-9"}

TOURS = (
    Tour(
        "ship_transfer",
        {
            "orders": (),
            "order": (scan("DOC:TO-1"),),
            "bin": (scan("BIN:A-01"),),
            "how many": (scan("9520000000011"),),
            "so many": (scan("12"),),
            "not on the order": (scan("SAW"),),
            "lot asked": (F3, scan("CHEESE")),
            "how many of the lot": (scan("L-0417"),),
            "too many": (scan("50"),),
            "next bin": (F3, scan("4"), F9),
            "differences": (F10,),
            "shipped": (CONFIRM,),
        },
        before=at_east("ANN", "6"),
        company=[*ROAD, order("TO-1", ("SCREW", "20"), ("CHEESE", "4")), order("TO-2", ("NAIL-60", "5"))],
    ),
    Tour(
        "receive_transfer",
        {
            "orders": (),
            "order": (scan("1"),),
            "came": (scan("BIN:B-01"), scan("NAIL-60"), scan("3")),
            "differences": (F10,),
            "received": (CONFIRM,),
        },
        before=at_east("ANN", "7"),
        company=[
            *ROAD,
            bought("NAIL-60", "9", location="SHOP", bin=""),
            order("TO-9", ("NAIL-60", "5"), start="SHOP", end="EAST"),
            _SENT,
        ],
    ),
    Tour(
        "transfer_orders",
        {
            "list": (),
            "new": (scan("1"), scan("1")),
            "a line": (scan("NAIL-60"), scan("5")),
            "dropped": (F3, CONFIRM),
            "one": (scan("2"),),
        },
        before=at_east("SUE", "14"),
        company=[*ROAD, order("TO-1", ("SCREW", "20"), ("CHEESE", "4")), order("TO-2", ("NAIL-60", "5"))],
    ),
)
