"""Cost adjustment against the database: what is dirty, how much at a time, and writing what changed.

A posting forwards a small change at once, in its own transaction. A change that reaches more entries than a worker should wait
for stays marked on its entry and is forwarded right afterwards, item by item, in transactions of bounded size that survive a kill
at any point: a mark is only taken away with the last of its differences, and doing a step again finds nothing to do.
Sources: costing reference §12; Design Details: Cost Adjustment.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from db.connection import draw_number, fetch, in_write_transaction
from db.core.clock import today
from db.core.numbers import from_scaled
from db.costing.forward import CostGraph, Forwarding, forward_costs
from db.costing.sharing import share
from db.posting.cost_changes import adjustment_date, book_rounding, recompute_unit_cost
from db.posting.graph import TooLarge, graph_of, load_graph, reachable
from db.posting.lines import Header, PostedBy
from db.posting.planning import Planning, open_register, touch, value
from db.posting.stock import ZERO, Stock, read_settings
from db.posting.write import write

ENTRIES_AT_ONCE = 400  # what a posting forwards itself: about 20 ms
ENTRIES_A_STEP = 1_000  # what one transaction of the batch holds a lock for

_DIRTY = (
    "SELECT entry_no, applied_entry_to_adjust FROM item_ledger_entry WHERE applied_entry_to_adjust IS NOT NULL AND item_no = ?"
)
_DIRTY_ITEMS = "SELECT DISTINCT item_no FROM item_ledger_entry WHERE applied_entry_to_adjust IS NOT NULL ORDER BY item_no"
_DUE_ITEMS = (
    "SELECT DISTINCT e.item_no FROM item_ledger_entry e JOIN item_total t ON t.item_no = e.item_no JOIN settings s ON s.id = 1"
    " WHERE e.applied_entry_to_adjust IS NOT NULL AND (s.automatic_cost_adjustment = 'always'"
    " OR (s.automatic_cost_adjustment <> 'never' AND t.allow_online_adjustment)) ORDER BY e.item_no"
)
_COUNT_DIRTY = "SELECT COUNT(*) FROM item_ledger_entry WHERE applied_entry_to_adjust IS NOT NULL"
_RECIPIENTS_AFTER = (
    "SELECT entry_no, item_ledger_entry_no, inbound_entry_no, outbound_entry_no, transferred_from_entry_no, quantity"
    " FROM item_application_entry WHERE {0} = ? AND item_ledger_entry_no > ? AND outbound_entry_no <> 0"
    " AND item_ledger_entry_no <> inbound_entry_no ORDER BY item_ledger_entry_no LIMIT ?"
)
_TAKEN = (
    "SELECT quantity, COUNT(*) FROM item_application_entry WHERE inbound_entry_no = ?"
    " AND item_ledger_entry_no = outbound_entry_no GROUP BY quantity"
)


def pending() -> int:
    """How many entries wait for their cost change to be forwarded."""
    return int(fetch(_COUNT_DIRTY)[0][0])


def items_to_adjust_at_once() -> list[str]:
    """The items with a cost change that automatic adjustment should have forwarded and that was too large for its posting."""
    return [row[0] for row in fetch(_DUE_ITEMS)]


def dirty_entries(item_nos: Sequence[str]) -> dict[int, int]:
    """The dirty entries of items (blank: of all), with the value entry that changed each."""
    items = item_nos or [row[0] for row in fetch(_DIRTY_ITEMS)]
    return {row[0]: row[1] for item_no in items for row in fetch(_DIRTY, (item_no,))}


def forward_dirty(planning: Planning, dirty: Mapping[int, int], register_of: Callable[[int], int], limit: int) -> int:
    """Forward the change of the dirty entries and plan what follows from it; the number of value entries planned.

    Raises `TooLarge`, with nothing planned, when more than `limit` entries can be reached. `register_of` names, for a causing
    value entry, the register that the adjustment belongs to.
    """
    graph = load_graph(planning.stock, dirty, limit)
    forwarding = forward_costs(graph, planning.amount_rounding)
    apply_forwarding(planning, graph, forwarding, register_of)
    for entry_no in dirty:
        _clean(planning, entry_no)
    for item_no in {planning.stock.entries[no].item_no for no in graph.nodes}:
        recompute_unit_cost(planning.stock, item_no)
        planning.plan.items.add(item_no)
    return len(forwarding.differences)


def _clean(planning: Planning, entry_no: int) -> None:
    entry = planning.stock.entries[entry_no]
    entry.applied_entry_to_adjust = None
    touch(planning, entry)


def apply_forwarding(planning: Planning, graph: CostGraph, forwarding: Forwarding, register_of: Callable[[int], int]) -> None:
    """Plan the value entries of the differences, and the columns that moved with them."""
    stock = planning.stock
    for no, state in forwarding.states.items():
        entry = stock.entries[no]
        entry.completely_invoiced = state.completely_invoiced
        entry.cost_amount_forwarded = state.cost_amount_forwarded
        entry.uninvoiced_applications = state.uninvoiced_applications
        if entry.valuation_date != state.valuation_date:
            entry.valuation_date = planning.plan.revalued[no] = state.valuation_date
        touch(planning, entry)
    for one in forwarding.differences:
        entry = stock.entries[one.item_ledger_entry_no]
        register_no, day = register_of(one.caused_by), adjustment_date(stock, one.posting_date)
        if one.rounding:
            book_rounding(planning, register_no, entry, one.cost_amount_actual, one.caused_by)
            continue
        value(
            planning,
            register_no,
            entry,
            day,
            valued_quantity=entry.quantity,
            cost_amount_actual=one.cost_amount_actual,
            cost_amount_expected=one.cost_amount_expected,
            expected_cost=bool(one.cost_amount_expected),
            adjustment=True,
            applies_to_value_entry=one.applies_to,
            caused_by=one.caused_by,
        )


def adjust_in_transaction(
    header: Header, item_nos: Sequence[str], posted_by: PostedBy, content_hash: str = ""
) -> tuple[int, int]:
    """Forward everything that waits, inside the caller's transaction. Returns the register and the number of value entries."""
    items = sorted(item_nos) or [row[0] for row in fetch(_DIRTY_ITEMS)]
    stock = Stock(read_settings())
    stock.lock(items)
    planning = Planning(stock, posted_by, draw_number)
    register_no = open_register(planning, "adjust_cost", header, content_hash)
    dirty = dirty_entries(items) if items else {}
    written = forward_dirty(planning, dirty, lambda _: register_no, limit=2**31) if dirty else 0
    for item_no in items:
        stock.totals[item_no].allow_online_adjustment = True
        planning.plan.items.add(item_no)
    write(planning)
    return register_no, written


def adjust_pending(
    posted_by: PostedBy, item_nos: Sequence[str] = (), progress: Callable[[int], None] | None = None, header: Header | None = None
) -> int:
    """Forward everything that waits, in transactions of bounded size; the number of value entries written.

    `progress` is called after each transaction with the entries visited so far. To be called outside a transaction.
    """
    header = header or Header(today())
    items = list(item_nos) or [row[0] for row in fetch(_DIRTY_ITEMS)]
    run = _Run(posted_by, header, progress)
    for item_no in sorted(items):
        while run.step(item_no):
            pass
    return run.written


class _Run:
    """One run of the batch: its register, and how far it has come."""

    def __init__(self, posted_by: PostedBy, header: Header, progress: Callable[[int], None] | None) -> None:
        self.posted_by, self.header, self.progress = posted_by, header, progress
        self.register_no: int | None = None
        self.written = 0
        self.visited = 0

    def step(self, item_no: str) -> bool:
        """Forward what waits on one item; False when nothing does."""

        def work() -> bool:
            planning = self._planning(item_no)
            dirty = dirty_entries([item_no])
            if dirty:
                try:
                    written = forward_dirty(planning, dict(dirty), self._register_of(planning), ENTRIES_A_STEP)
                    self.visited += len(dirty)
                    self.written += written
                    dirty = {}
                except TooLarge:
                    return True
            total = planning.stock.total(item_no)
            if planning.plan.touched or not total.allow_online_adjustment:
                total.allow_online_adjustment = True
                planning.plan.items.add(item_no)
                write(planning)
            return False

        if not in_write_transaction(work):
            self._report()
            return False
        self._one_source(item_no)
        return True

    def _planning(self, item_no: str) -> Planning:
        stock = Stock(read_settings())
        stock.lock([item_no])
        return Planning(stock, self.posted_by, draw_number)

    def _register_of(self, planning: Planning) -> Callable[[int], int]:
        def register_of(_: int) -> int:
            if self.register_no is None:
                self.register_no = open_register(planning, "adjust_cost", self.header, "")
            return self.register_no

        return register_of

    def _one_source(self, item_no: str) -> None:
        """Forward one dirty entry to what it feeds directly, a part at a time; what feeds others becomes dirty in turn."""
        entry_no, caused_by = min(in_write_transaction(lambda: dirty_entries([item_no])).items())
        for column in ("inbound_entry_no", "transferred_from_entry_no", "outbound_entry_no"):
            after = 0
            while after >= 0:
                after = in_write_transaction(lambda c=column, a=after: self._slice(item_no, entry_no, caused_by, c, a))  # type: ignore[misc]
                self._report()
        in_write_transaction(lambda: self._finish(item_no, entry_no, caused_by))

    def _slice(self, item_no: str, entry_no: int, caused_by: int, column: str, after: int) -> int:
        planning = self._planning(item_no)
        found = fetch(_RECIPIENTS_AFTER.format(column), (entry_no, after, ENTRIES_A_STEP))
        if column == "outbound_entry_no":  # its own applications are not its recipients
            found = [row for row in found if row[1] != row[3]]
        if not found:
            return -1
        nodes = {entry_no, *(row[1] for row in found)}
        graph = graph_of(planning.stock, {entry_no: caused_by}, nodes, {row[0]: row[1:] for row in found}, frozenset(nodes))
        forwarding = forward_costs(graph, planning.amount_rounding)
        apply_forwarding(planning, graph, forwarding, self._register_of(planning))
        for no, cause in forwarding.changed.items():
            entry = planning.stock.entries[no]
            if no != entry_no and entry.applied_entry_to_adjust is None and len(reachable([no], 2**31)[0]) > 1:
                entry.applied_entry_to_adjust = cause
                touch(planning, entry)
        planning.plan.items.add(item_no)
        write(planning)
        self.written += len(forwarding.differences)
        self.visited += len(found)
        return int(found[-1][1]) if len(found) == ENTRIES_A_STEP else -1

    def _finish(self, item_no: str, entry_no: int, caused_by: int) -> None:
        """The entry's own books: what it has handed out in all, and its rounding."""
        planning = self._planning(item_no)
        graph = graph_of(planning.stock, {entry_no: caused_by}, {entry_no}, {}, frozenset({entry_no}))
        entry, cost = planning.stock.entries[entry_no], graph.entries[entry_no].cost_to_share
        if entry.quantity > 0:
            entry.cost_amount_forwarded = self._forwarded(planning, entry_no, cost, entry.quantity)
            if not entry.remaining_quantity and entry.completely_invoiced and not entry.uninvoiced_applications:
                amount = entry.cost_amount_forwarded - entry.cost_amount
                if amount:
                    book_rounding(planning, self._register_of(planning)(caused_by), entry, amount, caused_by)
                    self.written += 1
        _clean(planning, entry_no)
        recompute_unit_cost(planning.stock, item_no)
        planning.plan.items.add(item_no)
        write(planning)

    @staticmethod
    def _forwarded(planning: Planning, entry_no: int, cost: Decimal, quantity: Decimal) -> Decimal:
        total = ZERO
        for taken, count in fetch(_TAKEN, (entry_no,)):
            total += share(cost, -from_scaled(taken), quantity, planning.amount_rounding) * count
        return total

    def _report(self) -> None:
        if self.progress is not None:
            self.progress(self.visited)
