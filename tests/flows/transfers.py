"""Transfer orders in the small warehouse, and workers who ship and receive them."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from db.core import clock
from db.masters.change import put_masters
from db.posting.lines import Header, OrderedLine, TransferOrder, TransferShip
from db.work.transfer_orders import TransferOrderLine, find_transfer_order
from tests.flows.warehouse import Worker, posted, signed_in


def an_order(
    *lines: tuple[str, str] | OrderedLine,
    no: str = "TO-1",
    start: str = "EAST",
    end: str = "SHOP",
    in_transit: str = "ROAD",
    **fields: Any,
) -> None:
    """A transfer order of (item, quantity) each, or of whole lines."""
    ordered = [
        one if isinstance(one, OrderedLine) else OrderedLine(number, one[0], Decimal(one[1]))
        for number, one in enumerate(lines, 1)
    ]
    posted(TransferOrder(Header(clock.today()), no, start, end, in_transit, tuple(ordered), **fields))


def on_the_road(*lines: Any, no: str = "TO-1") -> None:
    """Ship lines of an order, behind everybody's back."""
    posted(TransferShip(Header(clock.today(), f"SHIPPED-{no}"), no, lines))


def line(line_no: int = 1, no: str = "TO-1") -> TransferOrderLine:
    order = find_transfer_order(no)
    assert order is not None
    found = order.line(line_no)
    assert found is not None
    return found


def moved(line_no: int = 1, no: str = "TO-1") -> Sequence[Any]:
    """Shipped, received, closed, in base units."""
    one = line(line_no, no)
    return (one.shipped, one.received, one.closed)


def shipping(
    user: str = "ANN", *, no: str = "TO-1", bin_code: str = "A-01", location: str = "EAST", terminal: str = "T1"
) -> Worker:
    """A worker who ships an order, out of a bin where there are bins."""
    worker = signed_in(user, location=location, terminal=terminal).scan("6", f"DOC:{no}")
    return worker.scan(f"BIN:{bin_code}") if location == "EAST" else worker


def receiving(
    user: str = "ANN", *, no: str = "TO-1", bin_code: str = "A-01", location: str = "SHOP", terminal: str = "T1"
) -> Worker:
    """A worker who receives an order, into a bin where there are bins."""
    worker = signed_in(user, location=location, terminal=terminal).scan("7", f"DOC:{no}")
    return worker.scan(f"BIN:{bin_code}") if location == "EAST" else worker


def blind(location: str = "SHOP") -> None:
    """Who receives there does not see what was shipped."""
    put_masters([("location", {"code": location, "blind_receipts": True})])
