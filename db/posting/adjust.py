"""Cost adjustment against the database: what is dirty, how much at a time, and writing what changed.

A posting forwards a small change at once, in its own transaction. A change that reaches more entries than a worker should wait
for stays marked on its entry and is forwarded right afterwards, item by item, in transactions of bounded size that survive a kill
at any point: a mark is only taken away with the last of its differences, and doing a step again finds nothing to do.
Sources: costing reference §12; Design Details: Cost Adjustment.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import TypeVar

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

T = TypeVar("T")

ENTRIES_AT_ONCE = 400  # what a posting forwards itself: about 20 ms
ENTRIES_A_STEP = 1_000  # what one transaction of the batch holds a lock for
_NOTHING_LEFT, _MORE, _TOO_LARGE = "nothing left", "more", "too large"

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
_FIRST_DIRTY = (
    "SELECT e.entry_no, e.applied_entry_to_adjust,"
    " (SELECT MAX(v.entry_no) FROM value_entry v WHERE v.item_ledger_entry_no = e.entry_no)"
    " FROM item_ledger_entry e WHERE e.applied_entry_to_adjust IS NOT NULL AND e.item_no = ? ORDER BY e.entry_no LIMIT ?"
)
_LAST_VALUE_ENTRY = "SELECT MAX(entry_no) FROM value_entry WHERE item_ledger_entry_no = ?"
_RECIPIENTS_AFTER = tuple(
    "SELECT entry_no, item_ledger_entry_no, inbound_entry_no, outbound_entry_no, transferred_from_entry_no, quantity"
    f" FROM item_application_entry WHERE {whose} AND item_ledger_entry_no > ? ORDER BY item_ledger_entry_no LIMIT ?"
    for whose in (
        "inbound_entry_no = ? AND item_ledger_entry_no = outbound_entry_no",
        "transferred_from_entry_no = ? AND transferred_from_entry_no <> 0",
        "outbound_entry_no = ? AND outbound_entry_no <> 0 AND item_ledger_entry_no <> outbound_entry_no",
    )
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


@dataclass(slots=True)
class _Step:
    """What one transaction of the batch has done; counted only when it is committed."""

    planning: Planning
    header: Header
    register_no: int | None
    written: int = 0
    visited: int = 0

    def register_of(self, _: int) -> int:
        """The register of the whole run, opened with the first value entry."""
        if self.register_no is None:
            self.register_no = open_register(self.planning, "adjust_cost", self.header, "")
        return self.register_no

    def write(self, item_no: str) -> None:
        self.planning.plan.items.add(item_no)
        write(self.planning)


class _Run:
    """One run of the batch: its register, and how far it has come."""

    def __init__(self, posted_by: PostedBy, header: Header, progress: Callable[[int], None] | None) -> None:
        self.posted_by, self.header, self.progress = posted_by, header, progress
        self.register_no: int | None = None
        self.written = 0
        self.visited = 0
        self.at_once = ENTRIES_A_STEP  # dirty entries taken together; fewer where they reach too much

    def step(self, item_no: str) -> bool:
        """Forward some of what waits on one item; False when nothing waits any more."""
        outcome = self._transaction(item_no, lambda step: self._some(step, item_no))
        if outcome == _TOO_LARGE and self.at_once > 1:
            self.at_once = max(1, self.at_once // 8)
        elif outcome == _TOO_LARGE:
            self._one_source(item_no)
        else:
            self.at_once = min(ENTRIES_A_STEP, self.at_once * 2)
        return outcome != _NOTHING_LEFT

    def _transaction(self, item_no: str, work: Callable[[_Step], T]) -> T:
        """One transaction under the lock of the item. It may be done again from the start, so nothing of it counts before."""

        def attempt() -> tuple[_Step, T]:
            stock = Stock(read_settings())
            stock.lock([item_no])
            step = _Step(Planning(stock, self.posted_by, draw_number), self.header, self.register_no)
            return step, work(step)

        step, result = in_write_transaction(attempt)
        self.register_no = step.register_no
        self.written += step.written
        self.visited += step.visited
        if self.progress is not None:
            self.progress(self.visited)
        return result

    def _some(self, step: _Step, item_no: str) -> str:
        dirty = {row[0]: row[1] for row in fetch(_FIRST_DIRTY, (item_no, self.at_once))}
        if dirty:
            try:
                step.written = forward_dirty(step.planning, dirty, step.register_of, ENTRIES_A_STEP)
            except TooLarge:
                return _TOO_LARGE
            step.visited = len(dirty)
        more = len(dirty) == self.at_once
        total = step.planning.stock.total(item_no)
        if dirty or not total.allow_online_adjustment:
            total.allow_online_adjustment = total.allow_online_adjustment or not more
            step.write(item_no)
        return _MORE if more else _NOTHING_LEFT

    def _one_source(self, item_no: str) -> None:
        """Forward one dirty entry to what it feeds directly, a part at a time; what feeds others becomes dirty in turn. Its mark
        is taken away only if its cost is still what it was when the first part was forwarded."""
        first = self._transaction(item_no, lambda _: fetch(_FIRST_DIRTY, (item_no, 1)))
        if not first:
            return
        entry_no, caused_by, last_value_entry_no = first[0]
        for recipients in _RECIPIENTS_AFTER:
            after = 0
            while after >= 0:
                after = self._transaction(item_no, partial(self._slice, item_no, entry_no, caused_by, recipients, after))
        self._transaction(item_no, partial(self._finish, item_no, entry_no, caused_by, last_value_entry_no))

    def _slice(self, item_no: str, entry_no: int, caused_by: int, recipients: str, after: int, step: _Step) -> int:
        planning = step.planning
        found = fetch(recipients, (entry_no, after, ENTRIES_A_STEP))
        if not found:
            return -1
        nodes = {entry_no, *(row[1] for row in found)}
        graph = graph_of(planning.stock, {entry_no: caused_by}, nodes, {row[0]: row[1:] for row in found}, frozenset(nodes))
        forwarding = forward_costs(graph, planning.amount_rounding)
        apply_forwarding(planning, graph, forwarding, step.register_of)
        for no, cause in forwarding.changed.items():
            entry = planning.stock.entries[no]
            if no != entry_no and entry.applied_entry_to_adjust is None and _feeds_others(no):
                entry.applied_entry_to_adjust = cause
                touch(planning, entry)
        step.write(item_no)
        step.written = len(forwarding.differences)
        step.visited = len(found)
        return int(found[-1][1]) if len(found) == ENTRIES_A_STEP else -1

    def _finish(self, item_no: str, entry_no: int, caused_by: int, last_value_entry_no: int, step: _Step) -> None:
        """The entry's own books: what it has handed out in all, and its rounding."""
        planning = step.planning
        graph = graph_of(planning.stock, {entry_no: caused_by}, {entry_no}, {}, frozenset({entry_no}))
        if fetch(_LAST_VALUE_ENTRY, (entry_no,))[0][0] != last_value_entry_no:
            return  # somebody has posted to it meanwhile: its first recipients have not seen that
        entry, cost = planning.stock.entries[entry_no], graph.entries[entry_no].cost_to_share
        if entry.quantity > 0:
            entry.cost_amount_forwarded = self._forwarded(planning, entry_no, cost, entry.quantity)
            if not entry.remaining_quantity and entry.completely_invoiced and not entry.uninvoiced_applications:
                amount = entry.cost_amount_forwarded - entry.cost_amount
                if amount:
                    book_rounding(planning, step.register_of(caused_by), entry, amount, caused_by)
                    step.written = 1
        _clean(planning, entry_no)
        recompute_unit_cost(planning.stock, item_no)
        step.write(item_no)

    @staticmethod
    def _forwarded(planning: Planning, entry_no: int, cost: Decimal, quantity: Decimal) -> Decimal:
        total = ZERO
        for taken, count in fetch(_TAKEN, (entry_no,)):
            total += share(cost, -from_scaled(taken), quantity, planning.amount_rounding) * count
        return total


def _feeds_others(entry_no: int) -> bool:
    try:
        return len(reachable([entry_no], 1)[0]) > 1
    except TooLarge:
        return True
