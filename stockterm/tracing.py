"""The trace of a number and its recall list, as lines to read."""

from collections.abc import Iterator

from db.core.errors import UnknownCode
from db.queries.trace import Direction, NumberOfItem, Recall, Trace, TracedEntry, find_numbers, recall, trace
from stockterm.i18n import _, format_date, format_quantity


def lines_of(number: str, item_no: str, direction: Direction) -> Iterator[str]:
    """What is known about a lot, serial or package number: for each item that has it, its way and where it is and went.

    Raises `UnknownCode` for a number that no item ever had.
    """
    found = find_numbers(number, item_no)
    if not found:
        raise UnknownCode(kind="lot, serial or package number", value=number)
    for one in found:
        yield _("{item} {kind} {number}").format(item=one.item_no, kind=_(one.kind), number=one.number)
        yield from _tree(trace(one, direction))
        yield from _recall(one, recall(one))


def _tree(found: Trace) -> Iterator[str]:
    for depth, entry, again in found.tree():
        line = "  " * (depth + 1) + _entry(entry)
        yield f"{line} …" if again else line


def _entry(entry: TracedEntry) -> str:
    document = entry.external_document_no or entry.document_no or entry.operation_id or str(entry.entry_no)
    place = entry.location_code or "-"
    quantity = format_quantity(entry.quantity)
    return f"{format_date(entry.posting_date)} {_(entry.entry_type)} {quantity} {entry.number} {place} {document}"


def _recall(_number: NumberOfItem, found: Recall) -> Iterator[str]:
    yield "  " + _("Here now:") if found.here else "  " + _("Nothing of it is here now.")
    for one in found.here:
        place = f"{one.location_code} {one.bin_code}".strip() or "-"
        way = " " + _("(in transit)") if one.in_transit else ""
        yield f"    {place} {one.number} {format_quantity(one.quantity)}{way}"
    if found.gone:
        yield "  " + _("Went out with:")
    for gone in found.gone:
        yield f"    {format_date(gone.posting_date)} {gone.document} {gone.number} {format_quantity(gone.quantity)}"
