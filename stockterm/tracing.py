"""The trace of a number, its recall list, and what there is about it or about a document: as lines to read, and as plain data."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from db.core.errors import UnknownCode, phrase
from db.queries.find_entries import FoundTable, entries_of_document, find_by_document, find_by_number
from db.queries.recall import Recall, recall
from db.queries.trace import Components, Direction, NumberOfItem, Trace, TracedEntry, find_numbers, trace, trace_entries
from stockterm.i18n import _, format_date, format_quantity


def numbers_called(number: str, item_no: str) -> list[NumberOfItem]:
    """The lot, serial or package numbers that are meant. Raises `UnknownCode` for one that no item ever had."""
    found = find_numbers(number, item_no)
    if not found:
        raise UnknownCode(kind=phrase("lot, serial or package number"), value=number)
    return found


@dataclass(frozen=True, slots=True)
class Asked:
    """What a trace is to show. `document`: the number is a document's; `recall`: only the list; `find`: tables, and no way."""

    number: str
    item_no: str = ""
    direction: Direction = Direction.FORWARD
    components: Components = Components.TRACKED
    document: bool = False
    recall: bool = False
    find: bool = False


def as_lines(asked: Asked) -> Iterator[str]:
    """What is known about a lot, serial or package number: for each item that has it, its way and where it is and went.

    Raises `UnknownCode` for a number that no item ever had, or a document that nobody knows.
    """
    if asked.find:
        yield from table_lines(tables_of(asked.number, asked.item_no))
        return
    if asked.document:
        yield from document_lines(asked.number, asked.direction, asked.components)
        return
    for one in numbers_called(asked.number, asked.item_no):
        yield _("{item} {kind} {number}").format(item=one.item_no, kind=_(one.kind), number=one.number)
        if not asked.recall:
            yield from tree_lines(trace(one, asked.direction, asked.components), "  ")
        yield from recall_lines(recall(one), "  ")


def as_data(asked: Asked) -> Any:
    """The same as plain data. Quantities are decimal text in base units, days are ISO text."""
    if asked.find:
        return tables_as_data(tables_of(asked.number, asked.item_no))
    if asked.document:
        return tree_as_data(trace_entries(entries_called(asked.number), asked.direction, asked.components))
    found = []
    for one in numbers_called(asked.number, asked.item_no):
        way = {} if asked.recall else tree_as_data(trace(one, asked.direction, asked.components))
        found.append({**_number(one), "direction": asked.direction.value, **way, **recall_as_data(recall(one))})
    return found


def entries_called(document: str) -> list[int]:
    """The entries of a document. Raises `UnknownCode` for one that nobody knows."""
    entry_nos = entries_of_document(document)
    if not entry_nos:
        raise UnknownCode(kind=phrase("document"), value=document)
    return entry_nos


def document_lines(document: str, direction: Direction, components: Components = Components.TRACKED) -> Iterator[str]:
    """The way of everything that a document moved. Raises `UnknownCode` for a document that nobody knows."""
    yield from tree_lines(trace_entries(entries_called(document), direction, components))


def tree_lines(found: Trace, indent: str = "") -> Iterator[str]:
    """The tree, deeper lines further in; what was listed before ends with three dots and is not gone into again."""
    for depth, entry, again in found.tree():
        line = indent + "  " * depth + entry_in_words(entry)
        yield f"{line} …" if again else line


def entry_in_words(entry: TracedEntry) -> str:
    """One movement: day, what it was, quantity, number, place, document; undone ones are named as such."""
    kind = _("undone") if entry.corrects_entry_no is not None else what_in_words(entry.entry_type)
    place, quantity = entry.location_code or "-", format_quantity(entry.quantity)
    return " ".join(filter(None, (format_date(entry.posting_date), kind, quantity, entry.number, place, entry.document)))


def what_in_words(entry_type: str) -> str:
    """What a movement was, in one short word."""
    words = {
        "purchase": _("received"),
        "sale": _("sold"),
        "positive_adjustment": _("found"),
        "negative_adjustment": _("taken off"),
        "transfer": _("moved"),
        "consumption": _("used"),
        "output": _("made"),
    }
    return words.get(entry_type, _(entry_type))


def recall_lines(found: Recall, indent: str = "") -> Iterator[str]:
    """The recall list: what is here, what left, who asks for it, where it came from."""
    yield indent + (_("Here now:") if found.here else _("Nothing of it is here now."))
    for one in found.here:
        place = f"{one.location_code} {one.bin_code}".strip() or "-"
        notes = [_("(in transit)")] * one.in_transit + [_("BLOCKED")] * one.blocked
        yield " ".join((f"{indent}  {place} {one.number} {format_quantity(one.quantity)}", *notes))
    if found.customers:
        yield indent + _("Went out with:")
        yield from (_gone(indent, one) for one in found.customers)
    if others := [one for one in found.gone if one.entry_type != "sale"]:
        yield indent + _("Left otherwise:")
        yield from (f"{_gone(indent, one)} {what_in_words(one.entry_type)}" for one in others)
    if found.asking:
        yield indent + _("Open documents:")
        yield from (f"{indent}  {one.document} {one.number}" for one in found.asking)
    if found.origins:
        yield indent + _("Came from:")
        yield from (f"{indent}  {entry_in_words(one)}" for one in found.origins)


def _gone(indent: str, one: Any) -> str:
    return f"{indent}  {format_date(one.posting_date)} {one.document} {one.number} {format_quantity(one.quantity)}"


def tables_of(number: str, item_no: str) -> list[FoundTable]:
    """Find entries: by document, else by lot, serial or package number. Raises `UnknownCode` where there is nothing."""
    if found := find_by_document(number):
        return found
    return [table for one in numbers_called(number, item_no) for table in find_by_number(one)]


def table_lines(tables: Sequence[FoundTable]) -> Iterator[str]:
    """Each table with its count, and its first rows."""
    for table in tables:
        yield f"{_(table.table)}: {table.count}"
        for row in table.rows:
            day = format_date(row.posting_date) if row.posting_date else ""
            quantity = "" if row.quantity is None else format_quantity(row.quantity)
            parts = (day, what_in_words(row.what), row.item_no, row.number, row.place, quantity, row.document)
            yield "  " + " ".join(filter(None, parts))


# ---- as plain data: for --json


def tree_as_data(found: Trace) -> dict[str, Any]:
    """Entries by number, and those next to each in the direction of the walk."""
    return {
        "starts": list(found.starts),
        "entries": [{**_entry(entry), "next": list(found.next.get(no, ()))} for no, entry in sorted(found.entries.items())],
    }


def recall_as_data(found: Recall) -> dict[str, Any]:
    """The recall list."""
    return {
        "numbers": [_number(one) for one in found.numbers],
        "here": [
            {
                "item": one.item_no,
                "number": one.number,
                "location": one.location_code,
                "bin": one.bin_code,
                "in_transit": one.in_transit,
                "quantity": _exact(one.quantity),
                "blocked": one.blocked,
            }
            for one in found.here
        ],
        "gone": [
            {
                "document": one.document,
                "posting_date": one.posting_date.isoformat(),
                "entry_type": one.entry_type,
                "item": one.item_no,
                "number": one.number,
                "location": one.location_code,
                "quantity": _exact(one.quantity),
                "entry_no": one.entry_no,
            }
            for one in found.gone
        ],
        "open_documents": [{"document": one.document, "item": one.item_no, "number": one.number} for one in found.asking],
        "origins": [_entry(one) for one in found.origins],
    }


def tables_as_data(tables: Sequence[FoundTable]) -> list[dict[str, Any]]:
    """Find entries."""
    return [
        {
            "table": table.table,
            "count": table.count,
            "rows": [
                {
                    "date": row.posting_date.isoformat() if row.posting_date else None,
                    "what": row.what,
                    "item": row.item_no,
                    "number": row.number,
                    "place": row.place,
                    "quantity": None if row.quantity is None else _exact(row.quantity),
                    "document": row.document,
                }
                for row in table.rows
            ],
        }
        for table in tables
    ]


def _number(one: NumberOfItem) -> dict[str, str]:
    return {"item": one.item_no, "variant": one.variant_code, "kind": one.kind, "number": one.number}


def _entry(entry: TracedEntry) -> dict[str, Any]:
    return {
        "entry_no": entry.entry_no,
        "posting_date": entry.posting_date.isoformat(),
        "entry_type": entry.entry_type,
        "undo": entry.corrects_entry_no is not None,
        "document": entry.document,
        "item": entry.item_no,
        "variant": entry.variant_code,
        "location": entry.location_code,
        "lot": entry.lot_no,
        "serial": entry.serial_no,
        "package": entry.package_no,
        "quantity": _exact(entry.quantity),
        "remaining": _exact(entry.remaining),
        "user": entry.user_code,
    }


def _exact(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
