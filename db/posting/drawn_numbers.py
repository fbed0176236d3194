"""New lot, serial and package numbers that the posting draws itself from the series of the item's tracking code.

The number is drawn in the transaction that uses it, so a posting that fails leaves no gap in the series. One number for all
tracking lines of a line that ask for a lot or a package; each serial number is drawn for itself.
"""

from dataclasses import replace

from db.connection import fetch
from db.core.errors import StocktermError, TrackingRequired
from db.posting.checked import Problems
from db.posting.lines import ItemJournalLine, TrackingLine
from db.posting.stock import Stock
from db.work.number_series import next_number

_SERIES = "SELECT t.{0}_nos FROM item i JOIN tracking_code t ON t.code = i.tracking_code WHERE i.no = ?"


def draws_numbers(line: ItemJournalLine) -> bool:
    """Whether one of the new numbers of the line is to be drawn."""
    return any(one.drawn for one in line.tracking)


def with_drawn_numbers(line: ItemJournalLine, stock: Stock) -> ItemJournalLine:
    """The line with its numbers drawn. Raises `Problems`: no series, or one that gives no number now."""
    shared: dict[str, str] = {}
    try:
        lines = tuple(_with_number(line, one, stock, shared) if one.drawn else one for one in line.tracking)
    except StocktermError as error:
        raise Problems([error]) from None
    return replace(line, tracking=lines)


def _with_number(line: ItemJournalLine, one: TrackingLine, stock: Stock, shared: dict[str, str]) -> TrackingLine:
    kind = one.drawn
    number = shared.get(kind, "")
    if not number or kind == "serial":
        rows = fetch(_SERIES.format(kind), (line.item_no,))
        if not rows or not rows[0][0]:
            raise TrackingRequired(field=f"new_{kind}", item_no=line.item_no, kind=kind)

        def taken(text: str) -> bool:
            return stock.number(line.item_no, line.variant_code, kind, text) is not None

        number = shared[kind] = next_number(rows[0][0], line.header.posting_date, taken=taken)
    match kind:
        case "lot":
            return replace(one, new_lot_no=number)
        case "serial":
            return replace(one, new_serial_no=number)
        case _:
            return replace(one, new_package_no=number)
