"""May this be taken back, and what exactly goes where?

Only while the goods are still there, as they came: otherwise the operations that used them are named. What comes back has the
number it had, with the expiry date that the number has today. Sources: costing reference §3 (9); operations reference §7, §8.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from db.connection import fetch
from db.core.errors import (
    AlreadyApplied,
    AlreadyInvoiced,
    AlreadyUndone,
    ExpirationMismatch,
    NotEnoughStock,
    NothingToDo,
    NotSupported,
    OpenNegative,
    SerialInStock,
    StocktermError,
    UnknownReference,
    phrase,
)
from db.core.numbers import from_scaled
from db.posting.check_tracking import dated_kind
from db.posting.checked import Numbers, Place, Problems, content_key
from db.posting.checks import check_header, check_user_locations, refuse_locked
from db.posting.lines import EntryType, Header, PostedBy, Undo
from db.posting.references import find_entries
from db.posting.rights import refuse_undo_without_right
from db.posting.setup import LocationSetup
from db.posting.stock import ZERO, ContentKey, Entry, Stock

_REGISTER = "SELECT register_no, operation, posting_date FROM item_register WHERE operation_id = ?"
_PLACES = "location_code, bin_code, item_no, variant_code, lot_no, serial_no, package_no"
# Within a location all that a register did in bins is a movement, or nothing of it; so the index of the movements finds it.
_BIN_MOVES = f"""
SELECT {_PLACES}, SUM(quantity) FROM (
    SELECT {_PLACES}, quantity FROM warehouse_entry WHERE register_no = ? AND entry_type = 'movement'
    UNION ALL SELECT {_PLACES}, -quantity FROM item_ledger_entry WHERE register_no = ? AND bin_code <> ''
        AND EXISTS (SELECT 1 FROM warehouse_entry WHERE register_no = ? AND entry_type = 'movement')
) AS moves GROUP BY {_PLACES} HAVING SUM(quantity) <> 0 ORDER BY {_PLACES}
"""
_USED_BY = (
    "SELECT DISTINCT r.operation_id, r.document_no, e.entry_no FROM item_application_entry a"
    " JOIN item_ledger_entry e ON e.entry_no = a.item_ledger_entry_no JOIN item_register r ON r.register_no = e.register_no"
    " WHERE a.{0} = ? AND a.{0} <> 0 AND a.item_ledger_entry_no <> a.{0} ORDER BY e.entry_no LIMIT 5"
)
_HALVES_OF = (
    "SELECT item_ledger_entry_no FROM item_application_entry WHERE outbound_entry_no = ? AND outbound_entry_no <> 0"
    " AND item_ledger_entry_no <> outbound_entry_no AND transferred_from_entry_no <> 0 ORDER BY item_ledger_entry_no"
)
_LEFT_BY = (
    "SELECT outbound_entry_no FROM item_application_entry WHERE item_ledger_entry_no = ? AND transferred_from_entry_no <> 0"
)
_AS_ONE = {"change_expiry", "change_variant"}  # one leg alone would leave a number with two dates, or goods that are gone
_UNDOABLE = {"journal_line", "count", "transfer_ship", "transfer_receive", "transfer_close", *_AS_ONE}


@dataclass(frozen=True, slots=True)
class BinMove:
    """What a bin-only move put where, to be taken back."""

    item_no: str
    variant_code: str
    place: Place
    numbers: Numbers
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class TakenBack:
    """An entry that is taken back, and the numbers that its goods have afterwards. `left`: of the receiving half of a transfer,
    the half that left."""

    entry: Entry
    numbers: Numbers
    left: Entry | None = None


@dataclass(frozen=True, slots=True)
class CheckedUndo:
    """An undo that may be posted: entries, and moves from bin to bin that made none."""

    header: Header
    register_no: int
    operation: str  # the kind that is taken back
    entries: tuple[TakenBack, ...]
    bin_moves: tuple[BinMove, ...]


def check_undo(undo: Undo, stock: Stock, posted_by: PostedBy) -> CheckedUndo:
    """Raises `Problems`: unknown, undone before, invoiced, or goods that are not there any more (named with what used them)."""
    try:
        register_no, operation, posting_date, name = _register(undo.of)
        whole = name == undo.of or operation in _AS_ONE
        entries = stock.entries_of_operation(name) if whole else find_entries(stock, undo.of, "of")
    except StocktermError as error:
        raise Problems([error]) from None
    header = undo.header
    refuse_undo_without_right(operation, header, stock.setup, posted_by)
    if undo.keep_date:
        header = replace(header, posting_date=date.fromisoformat(posting_date))
    errors = check_header(header, stock, posted_by)
    if operation not in _UNDOABLE:
        errors.append(NotSupported(field="of", what=phrase("undo of an operation of kind {operation}", operation=operation)))
        raise Problems(errors)
    if operation == "transfer_ship" and any(entry.quantity > 0 and not _on_the_way(entry, stock) for entry in entries):
        errors.append(NotSupported(field="of", what=phrase("undo of a direct transfer; make a transfer order back")))
        raise Problems(errors)
    moves = _bin_moves(register_no, stock) if whole else []
    if whole and fetch("SELECT 1 FROM item_register WHERE undoes_register_no = ?", (register_no,)):
        raise Problems([*errors, AlreadyUndone(field="of", reference=undo.of)])
    if not entries and not moves:
        raise Problems([*errors, NothingToDo(field="of", what=phrase("{reference} moved nothing", reference=undo.of))])
    places = [entry.location_code for entry in entries if not _on_the_way(entry, stock)]
    places += [move.place.location.code for move in moves]
    check_user_locations(header, stock, posted_by, places, errors)
    checked = _Checking(stock, _with_halves(entries, stock)).check(errors)
    errors.extend(_check_bin_moves(moves, stock))
    bins = {(entry.location_code, entry.bin_code) for entry in entries}
    for location_code, bin_code in sorted(bins | {(move.place.location.code, move.place.bin_code) for move in moves}):
        refuse_locked(stock, location_code, bin_code, "of", errors)
    if errors:
        raise Problems(errors)
    return CheckedUndo(header, register_no, operation, tuple(checked), tuple(moves))


def _on_the_way(entry: Entry, stock: Stock) -> bool:
    location = stock.setup.location(entry.location_code)
    return location is not None and location.in_transit


def _register(reference: str) -> tuple[int, str, str, str]:
    """The register of the operation that the reference, or its beginning, names: number, kind, posting date, operation id."""
    name = reference
    while True:
        rows = fetch(_REGISTER, (name,))
        if rows:
            return rows[0][0], rows[0][1], rows[0][2], name
        name, slash, _ = name.rpartition("/")
        if not slash:
            raise UnknownReference(field="of", reference=reference)


def _with_halves(entries: Sequence[Entry], stock: Stock) -> list[Entry]:
    """The entries to take back. A transfer goes back half by half from where it arrived; the half that left stands for all."""
    found: dict[int, Entry] = {}
    for entry in entries:
        if entry.entry_type == EntryType.TRANSFER and entry.quantity < 0:
            halves = [stock.entry(row[0]) for row in fetch(_HALVES_OF, (entry.entry_no,))]
        else:
            halves = [entry]
        found.update({half.entry_no: half for half in halves})
    return [found[no] for no in sorted(found)]


def place_of(stock: Stock, location_code: str, bin_code: str) -> Place:
    """The place where entries lie."""
    location = stock.setup.location(location_code)
    assert isinstance(location, LocationSetup), f"entries lie at {location_code}, which is gone"
    return Place(location, bin_code)


def numbers_of(entry: Entry) -> Numbers:
    """The numbers that an entry carries."""
    return Numbers(entry.lot_no, entry.serial_no, entry.package_no, entry.expiration_date)


def _used_by(entry: Entry, column: str) -> list[str]:
    return [row[0] or row[1] or str(row[2]) for row in fetch(_USED_BY.format(column), (entry.entry_no,))]


class _Checking:
    """The entries of one undo, checked together: what one of them takes, another cannot."""

    def __init__(self, stock: Stock, entries: list[Entry]) -> None:
        self.stock = stock
        self.entries = entries
        self.taken: dict[ContentKey, Decimal] = {}
        self.leaving = {(one.item_no, one.variant_code, one.serial_no) for one in entries if one.quantity > 0 and one.serial_no}

    def check(self, errors: list[StocktermError]) -> list[TakenBack]:
        """Each entry with the numbers that its goods will have; what is wrong goes to `errors`."""
        checked = []
        for entry in self.entries:
            try:
                checked.append(self._entry(entry))
            except StocktermError as error:
                errors.append(error)
        return checked

    def _entry(self, entry: Entry) -> TakenBack:
        reference = entry.reference
        undone = fetch("SELECT 1 FROM item_ledger_entry WHERE corrects_entry_no = ?", (entry.entry_no,))
        if entry.corrects_entry_no is not None or undone:
            raise AlreadyUndone(field="of", reference=reference)
        if entry.entry_type in (EntryType.PURCHASE, EntryType.SALE) and entry.invoiced_quantity:
            raise AlreadyInvoiced(field="of", reference=reference)
        if entry.quantity > 0:
            if entry.remaining_quantity != entry.quantity:
                raise AlreadyApplied(field="of", reference=reference, used_by=_used_by(entry, "inbound_entry_no"))
            self._take(entry)
            if entry.entry_type != EntryType.TRANSFER:
                return TakenBack(entry, numbers_of(entry))
            left = self.stock.entry(fetch(_LEFT_BY, (entry.entry_no,))[0][0])
            return TakenBack(entry, self._numbers_back(left, entry), left)
        if entry.remaining_quantity:
            raise OpenNegative(field="of", reference=reference)
        came_back = (one.quantity for one in self.entries if one.applies_from_entry == entry.entry_no)  # it goes out again first
        if entry.shipped_quantity_not_returned + sum(came_back, ZERO) != -entry.quantity:
            raise AlreadyApplied(field="of", reference=reference, used_by=_used_by(entry, "outbound_entry_no"))
        return TakenBack(entry, self._numbers_back(entry, None))

    def _take(self, entry: Entry) -> None:
        """The goods are still in the bin they came into."""
        place = place_of(self.stock, entry.location_code, entry.bin_code)
        if not place.bin_code:
            return  # what its entry has left is there
        key = content_key(entry.item_no, entry.variant_code, place, numbers_of(entry))
        available = self.stock.content(key) - self.taken.get(key, ZERO)
        if available < entry.quantity:
            wanted = {"available": available, "requested": entry.quantity}
            raise NotEnoughStock(field="of", place=str(place), what=entry.item_no, **wanted)
        self.taken[key] = self.taken.get(key, ZERO) + entry.quantity

    def _numbers_back(self, before: Entry, now: Entry | None) -> Numbers:
        """The numbers of goods that come back as `before`. `now`: of a transfer, as what they lie there today."""
        item = self.stock.setup.item(before.item_no)
        assert item is not None
        numbers = numbers_of(before)
        if not item.tracking.by_number:
            return numbers
        if numbers.serial_no and (now is None or now.serial_no != numbers.serial_no):
            self._check_serial(before)
        kind = dated_kind(item)
        number = getattr(before, f"{kind}_no")
        known = self.stock.number(before.item_no, before.variant_code, kind, number)
        if known is None or known.expiration_date == numbers.expiration_date:
            return numbers
        if now is None or getattr(now, f"{kind}_no") != number:
            return replace(numbers, expiration_date=known.expiration_date)  # a number has one date, which was changed meanwhile
        self._check_whole(kind, number, before, known.expiration_date)
        return numbers

    def _check_serial(self, before: Entry) -> None:
        if (before.item_no, before.variant_code, before.serial_no) in self.leaving:
            return
        for (variant, location, bin_code), quantity in self.stock.places_of_serial(before.item_no, before.serial_no).items():
            if quantity > 0 and variant == before.variant_code:
                raise SerialInStock(field="of", serial_no=before.serial_no, place=f"{location} {bin_code}".strip())

    def _check_whole(self, kind: str, number: str, before: Entry, known: str | None) -> None:
        """A change of expiry date is taken back for all that carries the number, or not at all."""
        sql = f"SELECT COALESCE(SUM(quantity), 0) FROM bin_content WHERE item_no = ? AND variant_code = ? AND {kind}_no = ?"
        everywhere = from_scaled(int(fetch(sql, (before.item_no, before.variant_code, number))[0][0]))
        going = sum((one.quantity for one in self.entries if one.quantity > 0 and getattr(one, f"{kind}_no") == number), ZERO)
        if everywhere != going:
            then = date.fromisoformat(before.expiration_date) if before.expiration_date else None
            now = date.fromisoformat(known) if known else None
            hint = phrase("{everywhere} carry this number today, {going} would go back.", everywhere=everywhere, going=going)
            raise ExpirationMismatch(field="of", number=number, known=now, given=then, hint=hint)


def _bin_moves(register_no: int, stock: Stock) -> list[BinMove]:
    """What an operation moved from bin to bin without item ledger entries."""
    found = fetch(_BIN_MOVES, (register_no, register_no, register_no))
    stock.lock({row[2] for row in found})
    return [
        BinMove(row[2], row[3], place_of(stock, row[0], row[1]), Numbers(row[4], row[5], row[6]), from_scaled(int(row[7])))
        for row in found
    ]


def _check_bin_moves(moves: list[BinMove], stock: Stock) -> list[StocktermError]:
    errors: list[StocktermError] = []
    for move in moves:
        available = stock.content(content_key(move.item_no, move.variant_code, move.place, move.numbers))
        if available < move.quantity:
            wanted = {"available": available, "requested": move.quantity}
            errors.append(NotEnoughStock(field="of", place=str(move.place), what=move.item_no, **wanted))
    return errors
