"""Taking back what an operation posted, by correcting entries at the same cost.

Nothing posted is deleted or edited. An increase goes out again, fixed-applied to itself; a decrease comes back by exact cost
reversal; a transfer goes back the way it came; bins, lots and serial numbers as they were. Only while the goods are still there:
otherwise the operations that used them are named. Sources: costing reference §3 (9); operations reference §7, §8.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from db.connection import fetch
from db.core.errors import (
    AlreadyApplied,
    AlreadyInvoiced,
    AlreadyUndone,
    NotEnoughStock,
    NotSupported,
    OpenNegative,
    SerialInStock,
    StocktermError,
    UnknownReference,
)
from db.core.numbers import from_scaled
from db.costing.application import Draw
from db.posting.checked import Movement, Numbers, Place, Problems, content_key
from db.posting.checks import check_header
from db.posting.cost_changes import update_unit_cost
from db.posting.invoice import invoice_entry
from db.posting.lines import EntryType, Header, PostedBy, Undo
from db.posting.plan_line import move_in, post_decrease, take_back
from db.posting.plan_transfer import transfer
from db.posting.planning import Planning, move_content, new_entry, open_register, touch, value
from db.posting.references import find_entries
from db.posting.setup import LocationSetup
from db.posting.stock import ZERO, Entry, Stock

_REGISTER = "SELECT register_no, operation, posting_date FROM item_register WHERE operation_id = ?"
_BIN_MOVES = (
    "SELECT location_code, bin_code, item_no, variant_code, lot_no, serial_no, package_no, quantity FROM warehouse_entry"
    " WHERE register_no = ? AND entry_type = 'movement' ORDER BY entry_no"
)
_USED_BY = (
    "SELECT DISTINCT r.operation_id, r.document_no, e.entry_no FROM item_application_entry a"
    " JOIN item_ledger_entry e ON e.entry_no = a.item_ledger_entry_no JOIN item_register r ON r.register_no = e.register_no"
    " WHERE a.{0} = ? AND a.item_ledger_entry_no <> a.{0} ORDER BY e.entry_no LIMIT 5"
)
_OPPOSITE = {
    EntryType.POSITIVE_ADJUSTMENT: EntryType.NEGATIVE_ADJUSTMENT,
    EntryType.NEGATIVE_ADJUSTMENT: EntryType.POSITIVE_ADJUSTMENT,
}
_UNDOABLE = {"journal_line", "count"}


@dataclass(frozen=True, slots=True)
class BinMove:
    """What a bin-only move put where, to be taken back."""

    item_no: str
    variant_code: str
    place: Place
    numbers: Numbers
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class CheckedUndo:
    """An undo that may be posted: the entries of the operation, or its moves from bin to bin."""

    header: Header
    register_no: int
    entries: tuple[Entry, ...]
    bin_moves: tuple[BinMove, ...]


def check_undo(undo: Undo, stock: Stock, posted_by: PostedBy) -> CheckedUndo:
    """Raises `Problems`: unknown, undone before, invoiced, or goods that are not there any more (named with what used them)."""
    try:
        register_no, operation, posting_date = _register(undo.of)
    except StocktermError as error:
        raise Problems([error]) from None
    header = undo.header
    if undo.keep_date:
        header = replace(header, posting_date=date.fromisoformat(posting_date))
    errors = check_header(header, stock, posted_by)
    if operation not in _UNDOABLE:
        errors.append(NotSupported(field="of", what=f"undo of an operation of kind {operation}"))
        raise Problems(errors)
    if fetch("SELECT 1 FROM item_register WHERE undoes_register_no = ?", (register_no,)) and "/" not in undo.of:
        raise Problems([*errors, AlreadyUndone(field="of", reference=undo.of)])
    moves = _bin_moves(register_no, stock)
    if moves:
        errors.extend(_check_bin_moves(moves, stock))
        entries: list[Entry] = []
    else:
        entries = find_entries(stock, undo.of, "of")
        for entry in entries:
            errors.extend(_check_entry(entry, stock))
    if errors:
        raise Problems(errors)
    return CheckedUndo(header, register_no, tuple(entries), tuple(moves))


def _register(reference: str) -> tuple[int, str, str]:
    """The register of the operation that the reference, or its beginning, names."""
    name = reference
    while True:
        rows = fetch(_REGISTER, (name,))
        if rows:
            return rows[0][0], rows[0][1], rows[0][2]
        name, slash, _ = name.rpartition("/")
        if not slash:
            raise UnknownReference(field="of", reference=reference)


def _place(stock: Stock, location_code: str, bin_code: str) -> Place:
    location = stock.setup.location(location_code)
    assert isinstance(location, LocationSetup), f"entries lie at {location_code}, which is gone"
    return Place(location, bin_code)


def _numbers(entry: Entry) -> Numbers:
    return Numbers(entry.lot_no, entry.serial_no, entry.package_no, entry.expiration_date)


def _used_by(entry: Entry, column: str) -> list[str]:
    return [row[0] or row[1] or str(row[2]) for row in fetch(_USED_BY.format(column), (entry.entry_no,))]


def _check_entry(entry: Entry, stock: Stock) -> list[StocktermError]:
    reference = entry.reference
    if entry.corrects_entry_no is not None or fetch(
        "SELECT 1 FROM item_ledger_entry WHERE corrects_entry_no = ?", (entry.entry_no,)
    ):
        return [AlreadyUndone(field="of", reference=reference)]
    if entry.entry_type in (EntryType.PURCHASE, EntryType.SALE) and entry.invoiced_quantity:
        return [AlreadyInvoiced(field="of", reference=reference)]
    if entry.quantity > 0:
        if entry.remaining_quantity != entry.quantity:
            return [AlreadyApplied(field="of", reference=reference, used_by=_used_by(entry, "inbound_entry_no"))]
        place = _place(stock, entry.location_code, entry.bin_code)
        available = stock.content(content_key(entry.item_no, entry.variant_code, place, _numbers(entry)))
        if place.bin_code and available < entry.quantity:
            return [
                NotEnoughStock(field="of", place=str(place), what=entry.item_no, available=available, requested=entry.quantity)
            ]
        return []
    if entry.entry_type == EntryType.TRANSFER:
        return []  # its receiving halves say whether it can go back
    if entry.remaining_quantity:
        return [OpenNegative(field="of", reference=reference)]
    if entry.shipped_quantity_not_returned != -entry.quantity:
        return [AlreadyApplied(field="of", reference=reference, used_by=_used_by(entry, "outbound_entry_no"))]
    if entry.serial_no:
        for (variant, location, bin_code), quantity in stock.places_of_serial(entry.item_no, entry.serial_no).items():
            if quantity > 0 and variant == entry.variant_code:
                return [SerialInStock(field="of", serial_no=entry.serial_no, place=f"{location} {bin_code}".strip())]
    return []


def _bin_moves(register_no: int, stock: Stock) -> list[BinMove]:
    """The moves of an operation that made no item ledger entries."""
    if fetch("SELECT 1 FROM item_ledger_entry WHERE register_no = ? LIMIT 1", (register_no,)):
        return []
    rows = fetch(_BIN_MOVES, (register_no,))
    stock.lock({row[2] for row in rows})
    return [
        BinMove(row[2], row[3], _place(stock, row[0], row[1]), Numbers(row[4], row[5], row[6]), from_scaled(row[7]))
        for row in rows
    ]


def _check_bin_moves(moves: list[BinMove], stock: Stock) -> list[StocktermError]:
    errors: list[StocktermError] = []
    for move in moves:
        available = stock.content(content_key(move.item_no, move.variant_code, move.place, move.numbers))
        if move.quantity > available and move.quantity > 0:
            place = str(move.place)
            errors.append(
                NotEnoughStock(field="of", place=place, what=move.item_no, available=available, requested=move.quantity)
            )
    return errors


def plan_undo(planning: Planning, checked: CheckedUndo, content_hash: str) -> int:
    """Plan the correcting entries; the number of their register."""
    header = checked.header
    register_no = open_register(planning, "undo", header, content_hash, checked.register_no)
    for move in sorted(checked.bin_moves, key=lambda one: one.quantity, reverse=True):
        move_content(
            planning,
            register_no,
            header,
            item_no=move.item_no,
            variant_code=move.variant_code,
            place=move.place,
            numbers=move.numbers,
            quantity=-move.quantity,
            entry_type="movement",
        )
    outs = [entry for entry in checked.entries if entry.quantity < 0 and entry.entry_type == EntryType.TRANSFER]
    many = len(checked.entries) - len(outs) > 1
    for number, entry in enumerate((one for one in checked.entries if one not in outs), 1):
        leg = str(number) if many else ""
        if entry.entry_type == EntryType.TRANSFER:
            _send_back(planning, register_no, header, entry, f"out/{number}" if many else "out")
        elif entry.quantity > 0:
            _take_out(planning, register_no, header, entry, leg)
        else:
            _bring_back(planning, register_no, header, entry, leg)
    if many:
        halves = [one for one in planning.plan.entries if one.register_no == register_no and one.leg == "in"]
        for number, half in enumerate(halves, 1):
            half.leg = f"in/{number}"
    for item_no in {entry.item_no for entry in checked.entries}:
        update_unit_cost(planning, item_no)
    return register_no


def _correction(
    planning: Planning,
    register_no: int,
    header: Header,
    entry: Entry,
    leg: str,
    *,
    applies_to: int | None = None,
    applies_from: int | None = None,
) -> Entry:
    kind = EntryType(entry.entry_type)
    return new_entry(
        planning,
        register_no,
        header,
        _OPPOSITE.get(kind, kind),
        item_no=entry.item_no,
        variant_code=entry.variant_code,
        place=_place(planning.stock, entry.location_code, entry.bin_code),
        numbers=_numbers(entry),
        quantity=-entry.quantity,
        uom_code=entry.uom_code,
        quantity_per=entry.quantity_per,
        leg=leg,
        corrects=entry.entry_no,
        applies_to=applies_to,
        applies_from=applies_from,
    )


def _take_out(planning: Planning, register_no: int, header: Header, entry: Entry, leg: str) -> None:
    """An increase goes out again, at exactly its cost."""
    if not entry.completely_invoiced:
        invoice_entry(planning, register_no, header, entry, entry.quantity, None, ZERO, undone=True)
    correction = _correction(planning, register_no, header, entry, leg, applies_to=entry.entry_no)
    place = _place(planning.stock, entry.location_code, entry.bin_code)
    movement = Movement(entry.quantity, _numbers(entry), (Draw(entry, entry.quantity),))
    post_decrease(planning, register_no, header, correction, place, movement, -entry.sales_amount_actual)
    if entry.applies_from_entry is not None:
        decrease = planning.stock.entry(entry.applies_from_entry)
        decrease.shipped_quantity_not_returned += entry.quantity
        touch(planning, decrease)


def _bring_back(planning: Planning, register_no: int, header: Header, entry: Entry, leg: str) -> None:
    """A decrease comes back, at exactly its cost, and can supply others again."""
    if not entry.completely_invoiced:
        invoice_entry(planning, register_no, header, entry, -entry.quantity, None, ZERO, undone=True)
    correction = _correction(planning, register_no, header, entry, leg, applies_from=entry.entry_no)
    place = _place(planning.stock, entry.location_code, entry.bin_code)
    move_in(planning, register_no, header, correction, place, _numbers(entry))
    cost = take_back(planning, entry, correction)
    value(
        planning,
        register_no,
        correction,
        correction.posting_date,
        valued_quantity=correction.quantity,
        item_ledger_quantity=correction.quantity,
        invoiced_quantity=correction.quantity,
        cost_per_unit=abs(cost / correction.quantity).quantize(planning.stock.settings.unit_cost_rounding),
        cost_amount_actual=cost,
        sales_amount_actual=-entry.sales_amount_actual,
    )


def _send_back(planning: Planning, register_no: int, header: Header, half: Entry, out_leg: str) -> None:
    """The receiving half of a transfer goes back to where its decrease took it from, with the numbers it had there."""
    rows = fetch(
        "SELECT outbound_entry_no FROM item_application_entry WHERE item_ledger_entry_no = ? AND transferred_from_entry_no <> 0",
        (half.entry_no,),
    )
    out = planning.stock.entry(rows[0][0])
    movement = Movement(half.quantity, _numbers(half), (Draw(half, half.quantity),), to_numbers=_numbers(out))
    transfer(
        planning,
        register_no,
        header,
        _place(planning.stock, half.location_code, half.bin_code),
        _place(planning.stock, out.location_code, out.bin_code),
        movement,
        item_no=half.item_no,
        variant_code=half.variant_code,
        uom_code=half.uom_code,
        quantity_per=half.quantity_per,
        out_leg=out_leg,
        corrects=half.entry_no,
    )
