"""The stock that a posting works on: read under lock before planning, changed in memory while planning, written afterwards.

Planning sees nothing but this. Entries, pools and totals are the only mutable values of the posting layer; they live as long as
one batch. Days are ISO text here, because that is how they are stored, compared and written.
"""

from bisect import insort
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from db.connection import fetch, fetch_batch, for_update
from db.connection.session import Reserve
from db.core.codes import number_key
from db.core.numbers import from_scaled
from db.costing.application import METHODS
from db.posting.setup import SETTINGS_SQL, Setup, current_setup

ZERO = Decimal(0)


class NotWrittenYet(Exception):
    """The operation needs, from the database, what earlier operations of the same batch have only planned so far."""


class PoolKey(NamedTuple):
    """What must be equal for one entry to supply another. In transit goods belong to an order line; elsewhere that is blank."""

    item_no: str
    variant_code: str
    location_code: str
    serial_no: str
    lot_no: str
    package_no: str
    order_no: str = ""
    order_line_no: int = 0


class ContentKey(NamedTuple):
    """Where a quantity lies: the key of a bin content row."""

    item_no: str
    variant_code: str
    location_code: str
    bin_code: str
    lot_no: str
    serial_no: str
    package_no: str


class NumberKey(NamedTuple):
    """A lot, serial or package number of an item, without regard to case. `kind` is `lot`, `serial` or `package`."""

    item_no: str
    variant_code: str
    kind: str
    key: str


@dataclass(slots=True)
class Number:
    """What is known about a lot, serial or package number. `changed`: to be written."""

    number: str
    expiration_date: str | None = None
    received: bool = False
    blocked: bool = False
    block_reason: str = ""
    card: bool = False  # there is an information card
    changed: bool = False


@dataclass(slots=True, eq=False)
class Entry:
    """An item ledger entry. The fields up to `corrects_entry_no` never change; the others are the movable columns."""

    entry_no: int
    register_no: int
    leg: str
    entry_type: str
    item_no: str
    variant_code: str
    location_code: str
    bin_code: str
    lot_no: str
    serial_no: str
    package_no: str
    expiration_date: str | None
    posting_date: str
    uom_code: str
    quantity_per: Decimal
    quantity: Decimal
    applies_to_entry: int | None
    applies_from_entry: int | None
    corrects_entry_no: int | None
    order_no: str
    order_line_no: int
    remaining_quantity: Decimal
    invoiced_quantity: Decimal
    completely_invoiced: bool
    last_invoice_date: str | None
    shipped_quantity_not_returned: Decimal
    valuation_date: str
    cost_amount_actual: Decimal
    cost_amount_expected: Decimal
    cost_amount_forwarded: Decimal
    uninvoiced_applications: int
    sales_amount_actual: Decimal
    applied_entry_to_adjust: int | None
    stored_open: bool = True  # as the row stands in the database: columns with an index are written only when they change
    stored_mark: int | None = None
    in_transit: bool = False  # of a new entry: its location is one
    new: bool = False
    operation_id: str = ""
    direct_cost_entry_no: int = 0  # of a new entry: its first value entry

    @property
    def cost_amount(self) -> Decimal:
        return self.cost_amount_actual + self.cost_amount_expected

    @property
    def pool(self) -> PoolKey:
        order = (self.order_no, self.order_line_no) if self.in_transit else ("", 0)
        place = (self.item_no, self.variant_code, self.location_code)
        return PoolKey(*place, self.serial_no, self.lot_no, self.package_no, *order)

    @property
    def reference(self) -> str:
        """How users name it: the operation's id and leg, or the entry number where it has none."""
        if not self.operation_id:
            return str(self.entry_no)
        return f"{self.operation_id}/{self.leg}" if self.leg else self.operation_id


ENTRY_COLUMNS = (
    "entry_no, register_no, leg, entry_type, item_no, variant_code, location_code, bin_code, lot_no, serial_no, package_no,"
    " expiration_date, posting_date, uom_code, quantity_per, quantity, applies_to_entry, applies_from_entry, corrects_entry_no,"
    " order_no, order_line_no, remaining_quantity, invoiced_quantity, completely_invoiced, last_invoice_date,"
    " shipped_quantity_not_returned, valuation_date, cost_amount_actual, cost_amount_expected, cost_amount_forwarded,"
    " uninvoiced_applications, sales_amount_actual, applied_entry_to_adjust"
)


def entry_from_row(row: tuple[Any, ...]) -> Entry:
    """An entry from a row of `ENTRY_COLUMNS`."""
    exact = from_scaled
    return Entry(
        *row[:14],  # type: ignore[call-arg]
        exact(row[14]),
        exact(row[15]),
        *row[16:21],
        exact(row[21]),
        exact(row[22]),
        bool(row[23]),
        row[24],
        exact(row[25]),
        row[26],
        exact(row[27]),
        exact(row[28]),
        exact(row[29]),
        row[30],
        exact(row[31]),
        row[32],
        row[21] != 0,
        row[32],
    )


@dataclass(slots=True)
class Total:
    """The maintained totals of one item."""

    item_no: str
    quantity: Decimal
    invoiced_quantity: Decimal
    cost_amount_actual: Decimal
    cost_amount_expected: Decimal
    unit_cost: Decimal
    last_direct_cost: Decimal
    allow_online_adjustment: bool
    last_item_ledger_entry_no: int
    last_warehouse_entry_no: int


TOTAL_COLUMNS = (
    "item_no, quantity, invoiced_quantity, cost_amount_actual, cost_amount_expected, unit_cost, last_direct_cost,"
    " allow_online_adjustment, last_item_ledger_entry_no, last_warehouse_entry_no"
)


def total_from_row(row: tuple[Any, ...]) -> Total:
    exact = from_scaled
    amounts = (exact(amount) for amount in row[1:7])
    return Total(row[0], *amounts, bool(row[7]), *row[8:10])  # type: ignore[call-arg, arg-type]


@dataclass(slots=True)
class Pool:
    """The open entries of one pool: increases in the order of the costing method, uncovered decreases in posting order. Each of
    the two is read when it is first needed, which is seldom both."""

    latest_first: bool
    read: bool = False
    complete: bool = False  # all open increases are here, not only a page of them
    increases: list[Entry] = field(default_factory=list)
    decreases: list[Entry] | None = None
    horizon: tuple[str, int] = ("", 0)  # of the page: planned increases beyond it may stand behind some that were not read

    def covers(self, needed: Decimal) -> bool:
        """Whether the increases known to come first have `needed` base units left."""
        if self.complete:
            return True
        sign = -1 if self.latest_first else 1
        left = ZERO
        for one in self.increases:
            if (_by_date(one) > self.horizon) - (_by_date(one) < self.horizon) == sign:
                break
            left += one.remaining_quantity
            if left >= needed:
                return self.read
        return self.read and not needed

    def add_increase(self, entry: Entry) -> None:
        """Put a new increase where the costing method looks for it."""
        if self.latest_first:
            key = _by_date(entry)
            self.increases.insert(sum(1 for one in self.increases if _by_date(one) > key), entry)
        else:
            insort(self.increases, entry, key=_by_date)

    def drop_closed(self) -> None:
        """Forget increases that are used up, as far as they stand in front."""
        while self.increases and not self.increases[0].remaining_quantity:
            self.increases.pop(0)


def _by_date(entry: Entry) -> tuple[str, int]:
    return entry.posting_date, entry.entry_no


_PAGE = 2  # rows of 33 columns: more are seldom needed, and what is missing is read in growing pages
_INCREASES = (
    f"SELECT {ENTRY_COLUMNS} FROM item_ledger_entry WHERE open AND quantity > 0 AND item_no = ? AND variant_code = ?"
    " AND location_code = ? AND serial_no = ? AND lot_no = ? AND package_no = ?{1}"
    " ORDER BY posting_date {0}, entry_no {0} LIMIT ?"
)
_INCREASES_EARLIEST = _INCREASES.format("", "")
_INCREASES_LATEST = _INCREASES.format("DESC", "")
_INCREASES_IN_TRANSIT = _INCREASES.format("", " AND order_no = ? AND order_line_no = ?")
_DECREASES = (
    f"SELECT {ENTRY_COLUMNS} FROM item_ledger_entry WHERE open AND quantity < 0 AND item_no = ? AND variant_code = ?"
    " AND location_code = ? AND serial_no = ? AND lot_no = ? AND package_no = ? ORDER BY posting_date, entry_no"
)
_CONTENT = (
    "SELECT quantity FROM bin_content WHERE item_no = ? AND variant_code = ? AND location_code = ? AND bin_code = ?"
    " AND lot_no = ? AND serial_no = ? AND package_no = ?"
)
_TOTALS = f"SELECT {TOTAL_COLUMNS} FROM item_total WHERE item_no IN ({{}}) ORDER BY item_no"
_OPERATIONS = "SELECT operation_id, register_no, content_hash FROM item_register WHERE operation_id IN ({})"
_NUMBER = (
    "SELECT number, expiration_date, received, blocked, block_reason, card FROM tracking_number"
    " WHERE item_no = ? AND variant_code = ? AND kind = ? AND number_key = ?"
)
_SERIAL_PLACES = (
    "SELECT variant_code, location_code, bin_code, quantity FROM bin_content WHERE serial_no = ? AND item_no = ? AND quantity > 0"
)
_ENTRIES_OF_OPERATION = (
    "SELECT "
    + ", ".join(f"e.{name.strip()}" for name in ENTRY_COLUMNS.split(","))
    + " FROM item_register r JOIN item_ledger_entry e ON e.register_no = r.register_no"
    " WHERE r.operation_id = ? ORDER BY e.entry_no"
)


@dataclass(frozen=True, slots=True)
class Needs:
    """What the operations of a batch will look at, as far as the operations themselves say it."""

    item_nos: frozenset[str] = frozenset()
    draws: dict[PoolKey, Decimal] = field(default_factory=dict)  # pools to draw on, with the quantity that may be drawn
    covers: tuple[PoolKey, ...] = ()  # pools that increases come into
    contents: tuple[ContentKey, ...] = ()
    operation_ids: tuple[str, ...] = ()


class Stock:
    """The working copy. What was not read in advance is read when first asked for, under the same locks."""

    def __init__(self, settings_row: tuple[Any, ...]) -> None:
        self.setup: Setup = current_setup(settings_row)
        self.settings = self.setup.settings
        self.totals: dict[str, Total] = {}
        self.entries: dict[int, Entry] = {}
        self.pools: dict[PoolKey, Pool] = {}
        self.contents: dict[ContentKey, Decimal] = {}
        self.numbers: dict[NumberKey, Number] = {}
        self.operations: dict[str, tuple[int, str] | None] = {}  # operation id → register no., content hash; None: not posted
        self.of_operation: dict[str, list[Entry]] = {}
        self.planned_items: set[str] = set()  # items whose planned entries are not written yet
        self.locked_bins: dict[tuple[str, str], tuple[int, str, int]] | None = None  # → order, user, since; None: not read
        self.serial_places: dict[tuple[str, str], dict[tuple[str, str, str], Decimal]] = {}

    def total(self, item_no: str) -> Total:
        """The item's totals; the item is locked already, or locked now."""
        if item_no not in self.totals:
            self.lock([item_no])
        return self.totals[item_no]

    def lock(self, item_nos: Iterable[str]) -> None:
        """Lock items in key order and read their totals."""
        missing = sorted({no for no in item_nos if no not in self.totals})
        for start in range(0, len(missing), 400):
            for row in fetch(*totals_statement(missing[start : start + 400])):
                self.totals[row[0]] = total_from_row(row)

    def locked_bin(self, location_code: str, bin_code: str) -> tuple[int, str, int] | None:
        """The count order for which the bin is locked, who counts there, and since when (microseconds, UTC)."""
        if self.locked_bins is None:
            self.keep_locked_bins(fetch(LOCKED_BINS_SQL))
            assert self.locked_bins is not None
        return self.locked_bins.get((location_code, bin_code))

    def keep_locked_bins(self, rows: list[tuple[Any, ...]]) -> None:
        """Take what was read about locked bins."""
        self.locked_bins = {(row[0], row[1]): (row[2], row[3], row[4]) for row in rows}

    def operation(self, operation_id: str) -> tuple[int, str] | None:
        """Register number and content hash of an operation that was posted; None: it was not."""
        if operation_id not in self.operations:
            self.keep_operations([operation_id], fetch(*operations_statement([operation_id])))
        return self.operations[operation_id]

    def keep_operations(self, operation_ids: Sequence[str], rows: list[tuple[Any, ...]]) -> None:
        """Take what was read about operation ids; those without a row were not posted."""
        self.operations.update(dict.fromkeys(operation_ids))
        self.operations.update({row[0]: (row[1], row[2]) for row in rows})

    def pool(self, key: PoolKey) -> Pool:
        """The pool as far as it is known."""
        pool = self.pools.get(key)
        if pool is None:
            item = self.setup.item(key.item_no)
            assert item is not None
            pool = self.pools[key] = Pool(METHODS[item.costing_method].latest_first)
        return pool

    def increases(self, key: PoolKey, needed: Decimal) -> list[Entry]:
        """The open increases of a pool, as the costing method orders them: all, or enough to cover `needed` base units."""
        pool = self.pool(key)
        if not pool.covers(needed):
            self.read_increases(key, needed)
        return pool.increases

    def read_increases(self, key: PoolKey, needed: Decimal, page: list[tuple[Any, ...]] | None = None) -> None:
        """Read a page of open increases (or take one already read), and more while they do not cover `needed`."""
        pool = self.pool(key)
        limit = _PAGE
        rows = fetch(*increases_statement(key, pool.latest_first, limit)) if page is None else page
        while True:
            found = {row[0]: self.keep(entry_from_row(row)) for row in rows}
            pool.complete = len(rows) < limit
            if pool.complete or sum((one.remaining_quantity for one in found.values()), ZERO) >= needed:
                break
            limit *= 8
            rows = fetch(*increases_statement(key, pool.latest_first, limit))
        pool.read = True
        if rows:
            pool.horizon = _by_date(self.entries[rows[-1][0]])
        if pool.increases:  # planned ones are not in the database yet
            found |= {one.entry_no: one for one in pool.increases}
            pool.increases = sorted(found.values(), key=_by_date, reverse=pool.latest_first)
        else:
            pool.increases = list(found.values())

    def decreases(self, key: PoolKey) -> list[Entry]:
        """The decreases of a pool that went out before their goods, in posting order."""
        pool = self.pool(key)
        if pool.decreases is None:
            self.keep_decreases(key, fetch(_DECREASES, key[:6]))
        assert pool.decreases is not None
        return pool.decreases

    def keep_decreases(self, key: PoolKey, rows: list[tuple[Any, ...]]) -> None:
        """Take the uncovered decreases of a pool that were read."""
        found = [self.keep(entry_from_row(row)) for row in rows]
        self.pool(key).decreases = [one for one in found if one.remaining_quantity]

    def keep(self, entry: Entry) -> Entry:
        """One object an entry, however it was found."""
        return self.entries.setdefault(entry.entry_no, entry)

    def content(self, key: ContentKey) -> Decimal:
        """Base units that lie there."""
        quantity = self.contents.get(key)
        if quantity is None:
            rows = fetch(_CONTENT, key)
            quantity = self.contents[key] = from_scaled(rows[0][0]) if rows else ZERO
        return quantity

    def number(self, item_no: str, variant_code: str, kind: str, number: str) -> Number | None:
        """What is known about a number as scanned; None: never seen."""
        key = NumberKey(item_no, variant_code, kind, number_key(number))
        if key not in self.numbers:
            rows = fetch(_NUMBER, key)
            if not rows:
                return None
            row = rows[0]
            self.numbers[key] = Number(row[0], row[1], bool(row[2]), bool(row[3]), row[4], bool(row[5]))
        return self.numbers[key]

    def places_of_serial(self, item_no: str, serial_no: str) -> dict[tuple[str, str, str], Decimal]:
        """(variant, location, bin) → quantity, where the serial number of the item is in stock."""
        key = (item_no, serial_no)
        if key not in self.serial_places:
            rows = fetch(_SERIAL_PLACES, (serial_no, item_no))
            self.serial_places[key] = {(row[0], row[1], row[2]): from_scaled(row[3]) for row in rows}
        return self.serial_places[key]

    def entries_of_operation(self, operation_id: str) -> list[Entry]:
        """The entries an operation made, in entry order; none: it is unknown or made none."""
        if operation_id not in self.of_operation:
            found = [entry_from_row(row) for row in fetch(_ENTRIES_OF_OPERATION, (operation_id,))]
            self.lock({entry.item_no for entry in found})
            if found:  # read again, now that the items are locked
                found = [self.keep(entry_from_row(row)) for row in fetch(_ENTRIES_OF_OPERATION, (operation_id,))]
            for entry in found:
                entry.operation_id = operation_id
            self.of_operation[operation_id] = found
        return self.of_operation[operation_id]

    def entry(self, entry_no: int) -> Entry:
        """An entry by number; its item is locked."""
        if entry_no not in self.entries:
            rows = fetch(f"SELECT {ENTRY_COLUMNS} FROM item_ledger_entry WHERE entry_no = ?", (entry_no,))
            self.keep(entry_from_row(rows[0]))
        return self.entries[entry_no]


def increases_statement(key: PoolKey, latest_first: bool, limit: int) -> tuple[str, Sequence[Any]]:
    """The statement that reads up to `limit` open increases of a pool in the order of the costing method."""
    if key.order_no:
        return (_INCREASES_IN_TRANSIT, (*key, limit))
    return (_INCREASES_LATEST if latest_first else _INCREASES_EARLIEST, (*key[:6], limit))


def operations_statement(operation_ids: Sequence[str]) -> tuple[str, Sequence[str]]:
    """The statement that reads which of these operations were posted."""
    return _OPERATIONS.format(", ".join("?" * len(operation_ids))), operation_ids


def totals_statement(item_nos: Sequence[str]) -> tuple[str, Sequence[str]]:
    """The statement that locks items in key order and reads their totals."""
    return for_update(_TOTALS.format(", ".join("?" * len(item_nos)))), item_nos


LOCKED_BINS_SQL = (
    "SELECT location_code, bin_code, order_no, user_code, locked_at FROM count_locked_bin WHERE released_by = ''"
    " ORDER BY locked_at DESC"
)


def read_settings() -> tuple[Any, ...]:
    """The settings row, in the transaction that posts."""
    return fetch(SETTINGS_SQL)[0]


def read_stock(needs: Needs, guess: Callable[[], Setup | None], reserve: Reserve) -> Stock:
    """Lock the items and read what the batch needs: one round trip where the guess about master data was right."""
    setup = guess()
    item_nos = sorted(needs.item_nos)
    # The settings come after the lock: whoever changes how an item is costed holds it until that is committed.
    locks = [totals_statement(item_nos[start : start + 400]) for start in range(0, len(item_nos), 400)]
    statements: list[tuple[str, Sequence[Any]]] = [*locks, (SETTINGS_SQL, ())]
    if needs.operation_ids:
        statements.append(operations_statement(needs.operation_ids))
    in_bins = any(key.bin_code for key in needs.contents)
    if in_bins:
        statements.append((LOCKED_BINS_SQL, ()))
    known = setup is not None and all(setup.item(no) is not None for no in item_nos)
    if known and setup is not None:
        for key in needs.draws:
            item = setup.item(key.item_no)
            assert item is not None
            statements.append(increases_statement(key, METHODS[item.costing_method].latest_first, _PAGE))
        statements += [(_DECREASES, key[:6]) for key in needs.covers]
        statements += [(_CONTENT, key) for key in needs.contents]
    rows = iter(fetch_batch(statements, reserve=reserve))
    totals = [row for _ in locks for row in next(rows)]
    stock = Stock(next(rows)[0])
    stock.totals.update((row[0], total_from_row(row)) for row in totals)
    if needs.operation_ids:
        stock.keep_operations(needs.operation_ids, next(rows))
    if in_bins:
        stock.keep_locked_bins(next(rows))
    if not known or stock.setup is not setup:
        return stock  # master data changed meanwhile: the rest is read when asked for
    _keep_read(stock, needs, rows)
    return stock


def _keep_read(stock: Stock, needs: Needs, rows: Iterator[list[tuple[Any, ...]]]) -> None:
    for key, needed in needs.draws.items():
        stock.read_increases(key, needed, next(rows))
    for key in needs.covers:
        stock.keep_decreases(key, next(rows))
    for content in needs.contents:
        found = next(rows)
        stock.contents[content] = from_scaled(found[0][0]) if found else ZERO
