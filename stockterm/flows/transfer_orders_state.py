"""What a supervisor has in hand who looks after transfer orders: a page, and perhaps an order that is being made."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from stockterm.flows.goods import Goods

AS_ROUTED = "?"  # the way that the route says


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One line of an order that is being made; `quantity` in `uom_code`."""

    item_no: str
    description: str
    uom_code: str
    quantity: Decimal
    variant_code: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """An order that is being made. `in_transit` blank: direct. `no` blank: the next of the series."""

    to_location: str = ""
    no: str = ""
    in_transit: str = AS_ROUTED
    lines: tuple[DraftLine, ...] = ()
    operation_id: str = ""
    made_on: date | None = None  # with the id: an attempt that is repeated has the same content

    def with_line(self, line: DraftLine) -> "Draft":
        """The same goods in the same unit are one line."""
        for number, one in enumerate(self.lines):
            if (one.item_no, one.variant_code, one.uom_code) == (line.item_no, line.variant_code, line.uom_code):
                return self.with_quantity(number, one.quantity + line.quantity)
        return replace(self, lines=(*self.lines, line))

    def with_quantity(self, number: int, quantity: Decimal) -> "Draft":
        """Another quantity in the line with this number, counted from 0; without the line where that is 0."""
        changed = replace(self.lines[number], quantity=quantity)
        lines = (*self.lines[:number], *((changed,) if quantity else ()), *self.lines[number + 1 :])
        return replace(self, lines=lines)


@dataclass(frozen=True, slots=True)
class OrdersState:
    """The list (`page` blank), one order, a part of it, or an order being made. `step`: what is being typed or scanned."""

    page: str = ""  # to, new, order, close, how, documents, document
    order_no: str = ""
    step: str = ""  # no, item, quantity, line, bin
    chosen: int = 0  # the register of a document, the line to close (0: all), the line of a draft
    bin_code: str = ""
    goods: Goods | None = None
    draft: Draft = Draft()
