"""Cost adjustment: every recipient of cost follows its sources.

The problem. A receipt of 10 was posted at an expected 10.00 and 4 pieces were sold at −40.00. The invoice says 12.50. The
sale must come to −50.00, a return of that sale must follow it, and what was moved to another location must follow too,
through any number of steps, by new value entries and never by changing old ones.

The decision. Entries are nodes; cost flows along applications (increase → decrease), transfers (increase → the receiving
half) and exact cost reversals (decrease → the return). What can be reached from the dirty entries is taken in topological
order, each node once, without recursion; a node whose sources did not change is passed over. Only differences are written.
An increase that is used up and invoiced, as are all decreases that it fed, gets a rounding entry for the cents that its rounded
shares did not take. Everything here is pure: rows in, differences out. Sources: Design Details: Cost Adjustment; Rounding.

What was given up: a node keeps no history of why its sources changed; each difference names one value entry that caused it,
the first that reached it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from graphlib import TopologicalSorter

from db.costing.sharing import round_amount, share

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class CostEntry:
    """An item ledger entry as cost adjustment sees it. Dates are ISO text; quantities signed base units; costs signed."""

    entry_no: int
    entry_type: str
    quantity: Decimal
    remaining_quantity: Decimal
    completely_invoiced: bool
    valuation_date: str
    last_invoice_date: str
    applies_to_entry: int | None
    cost_amount: Decimal  # actual and expected, rounding entries included
    rounding_amount: Decimal
    cost_amount_forwarded: Decimal
    uninvoiced_applications: int

    @property
    def cost_to_share(self) -> Decimal:
        """What decreases take their shares of: rounding entries are never forwarded."""
        return self.cost_amount - self.rounding_amount


@dataclass(frozen=True, slots=True)
class Application:
    """The sum of the item application entries of one pair; the shapes are those of costing reference §1.2."""

    item_ledger_entry_no: int
    inbound_entry_no: int
    outbound_entry_no: int
    transferred_from_entry_no: int
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class DirectCost:
    """A direct-cost value entry (receipt, shipment or invoice) with all adjustments that were made to it since."""

    value_entry_no: int
    item_ledger_entry_no: int
    posting_date: str
    invoiced_quantity: Decimal
    cost_per_unit: Decimal
    cost_amount_actual: Decimal
    cost_amount_expected: Decimal


@dataclass(frozen=True, slots=True)
class Difference:
    """One value entry to write. `applies_to` is the value entry it corrects; None for a rounding entry."""

    item_ledger_entry_no: int
    rounding: bool
    applies_to: int | None
    posting_date: str
    cost_amount_actual: Decimal
    cost_amount_expected: Decimal
    caused_by: int


@dataclass(frozen=True, slots=True)
class EntryState:
    """The movable columns of an entry that adjustment may change."""

    completely_invoiced: bool
    valuation_date: str
    cost_amount_forwarded: Decimal
    uninvoiced_applications: int


@dataclass(frozen=True, slots=True)
class CostGraph:
    """What can be reached from the dirty entries: `nodes` are those to visit, `entries` also holds their other sources."""

    nodes: frozenset[int]
    entries: Mapping[int, CostEntry]
    applications: tuple[Application, ...]
    direct_costs: Mapping[int, tuple[DirectCost, ...]]  # by item ledger entry, in posting order
    dirty: Mapping[int, int]  # entry no. → the value entry that changed it
    partial: frozenset[int] = frozenset()  # nodes whose recipients are not all here: what they handed out is not summed up


@dataclass(frozen=True, slots=True)
class Forwarding:
    """The outcome: value entries to write, entries whose movable columns change, and all that changed, with the value entry that
    caused it."""

    differences: tuple[Difference, ...]
    states: Mapping[int, EntryState]
    changed: Mapping[int, int]


class _Links:
    """The applications of a graph, by the part an entry plays in them."""

    def __init__(self, applications: Iterable[Application]) -> None:
        self.suppliers: dict[int, list[tuple[int, Decimal]]] = defaultdict(list)  # decrease → (increase, quantity taken)
        self.consumers: dict[int, list[tuple[int, Decimal]]] = defaultdict(list)  # increase → (decrease, quantity taken)
        self.transferred_from: dict[int, int] = {}  # receiving half → the increase that supplied it
        self.half_of: dict[int, int] = {}  # receiving half → the half that left
        self.returned_from: dict[int, int] = {}  # return → the decrease that it takes back
        for row in applications:
            if row.item_ledger_entry_no == row.outbound_entry_no:
                self.suppliers[row.outbound_entry_no].append((row.inbound_entry_no, -row.quantity))
                self.consumers[row.inbound_entry_no].append((row.outbound_entry_no, -row.quantity))
            elif row.transferred_from_entry_no:
                self.transferred_from[row.item_ledger_entry_no] = row.transferred_from_entry_no
                self.half_of[row.item_ledger_entry_no] = row.outbound_entry_no
            elif row.outbound_entry_no:
                self.returned_from[row.item_ledger_entry_no] = row.outbound_entry_no

    def sources(self, entry_no: int) -> list[int]:
        """The entries that this entry takes its cost or its valuation date from."""
        found = [supplier for supplier, _ in self.suppliers.get(entry_no, ())]
        found += [links[entry_no] for links in (self.transferred_from, self.half_of, self.returned_from) if entry_no in links]
        return found


def forward_costs(graph: CostGraph, amount_rounding: Decimal) -> Forwarding:
    """Bring every entry of the graph in line with its sources; the second run on the result finds nothing."""
    links = _Links(graph.applications)
    order = TopologicalSorter({node: [s for s in links.sources(node) if s in graph.nodes] for node in sorted(graph.nodes)})
    work = _Work(graph, links, amount_rounding)
    for node in order.static_order():
        work.visit(node)
    work.round_off()
    return Forwarding(tuple(work.differences), work.changed_states(), work.cause)


class _Work:
    """The state of one run: current cost and movable columns of every entry, and the differences found so far."""

    def __init__(self, graph: CostGraph, links: _Links, amount_rounding: Decimal) -> None:
        self.graph, self.links, self.amount_rounding = graph, links, amount_rounding
        self.cost = {no: entry.cost_to_share for no, entry in graph.entries.items()}
        self.forwarded = {no: entry.cost_amount_forwarded for no, entry in graph.entries.items()}
        self.complete = {no: entry.completely_invoiced for no, entry in graph.entries.items()}
        self.valued = {no: entry.valuation_date for no, entry in graph.entries.items()}
        self.uninvoiced = {no: entry.uninvoiced_applications for no, entry in graph.entries.items()}
        self.cause: dict[int, int] = dict(graph.dirty)  # the entries that changed, and why
        self.to_round: dict[int, int] = {}
        self.shares: dict[tuple[int, Decimal], Decimal] = {}
        self.differences: list[Difference] = []

    def visit(self, no: int) -> None:
        changed_sources = [source for source in self.links.sources(no) if source in self.cause]
        if changed_sources:
            cause = self.cause[changed_sources[0]]
            if self._follow_sources(no, cause):
                self.cause.setdefault(no, cause)
        if no in self.cause and self.graph.entries[no].quantity > 0 and no not in self.graph.partial:
            self.forwarded[no] = sum((self._share(no, taken) for _, taken in self.links.consumers.get(no, ())), ZERO)
            self.to_round.setdefault(no, self.cause[no])

    def _share(self, increase: int, taken: Decimal) -> Decimal:
        """The share of an increase that was visited already, or needs no visit: its cost is final."""
        key = (increase, taken)
        found = self.shares.get(key)  # one increase often feeds many decreases of the same quantity
        if found is None:
            whole = self.graph.entries[increase].quantity
            found = self.shares[key] = share(self.cost[increase], taken, whole, self.amount_rounding)
        return found

    def _follow_sources(self, no: int, cause: int) -> bool:
        """Recompute one recipient; true when anything that its own recipients take from it has changed."""
        entry, links = self.graph.entries[no], self.links
        before = (self.cost[no], self.complete[no], self.valued[no])
        if entry.quantity < 0:
            suppliers = links.suppliers[no]
            covered = sum((taken for _, taken in suppliers), ZERO)
            uncovered = -entry.quantity - covered
            self.cost[no] = -sum((self._share(source, taken) for source, taken in suppliers), ZERO)
            if uncovered:
                unit_cost = self.graph.direct_costs[no][0].cost_per_unit
                self.cost[no] -= round_amount(unit_cost * uncovered, self.amount_rounding)
            if entry.entry_type == "transfer" and not self.complete[no] and all(self.complete[source] for source, _ in suppliers):
                self._complete_decrease(no, cause)
            if entry.applies_to_entry is None:
                self.valued[no] = max([self.valued[no], *(self.valued[source] for source, _ in suppliers)])
            else:
                self.valued[no] = self.valued[suppliers[0][0]]
        elif no in links.transferred_from:
            source = links.transferred_from[no]
            self.cost[no] = self._share(source, entry.quantity)
            self.complete[no] = self.complete[source]
            self.valued[no] = self.valued[links.half_of[no]]
        else:
            source = links.returned_from[no]
            self.cost[no] = -share(self.cost[source], entry.quantity, -self.graph.entries[source].quantity, self.amount_rounding)
            self.valued[no] = max(self.valued[no], self.valued[source])
        if self.cost[no] != before[0]:
            self._distribute(entry, self.cost[no], cause)
        return (self.cost[no], self.complete[no], self.valued[no]) != before

    def _complete_decrease(self, no: int, cause: int) -> None:
        """A transferred decrease counts as invoiced as soon as all that supplied it is."""
        self.complete[no] = True
        for source, _ in self.links.suppliers[no]:
            self.uninvoiced[source] -= 1
            self.to_round.setdefault(source, cause)

    def _distribute(self, entry: CostEntry, cost: Decimal, cause: int) -> None:
        """Write the differences that make the entry's direct cost come to `cost`: each invoice its share by quantity, the part
        not yet invoiced as expected cost."""
        documents = self.graph.direct_costs[entry.entry_no]
        invoices = [one for one in documents if one.invoiced_quantity]
        invoiced = ZERO
        given = ZERO
        for invoice in invoices:
            invoiced += invoice.invoiced_quantity
            upto = share(cost, invoiced, entry.quantity, self.amount_rounding)
            self._difference(entry, invoice, upto - given - invoice.cost_amount_actual, ZERO, cause)
            given = upto
        expected = sum((one.cost_amount_expected for one in documents), ZERO)
        self._difference(entry, documents[0], ZERO, cost - given - expected, cause)

    def _difference(self, entry: CostEntry, of: DirectCost, actual: Decimal, expected: Decimal, cause: int) -> None:
        if actual or expected:
            difference = Difference(entry.entry_no, False, of.value_entry_no, of.posting_date, actual, expected, cause)
            self.differences.append(difference)

    def round_off(self) -> None:
        """Rounding entries for the increases that were visited: what their shares did not take, once nothing can change it but a
        change of cost."""
        for no, cause in self.to_round.items():
            entry = self.graph.entries[no]
            if no in self.graph.partial:
                continue  # what it has handed out in all is not known here
            if entry.quantity > 0 and not entry.remaining_quantity and self.complete[no] and not self.uninvoiced[no]:
                amount = self.forwarded[no] - self.cost[no] - entry.rounding_amount
                if amount:
                    date = entry.last_invoice_date or entry.valuation_date
                    self.differences.append(Difference(no, True, None, date, amount, ZERO, cause))

    def changed_states(self) -> dict[int, EntryState]:
        found: dict[int, EntryState] = {}
        for no, entry in self.graph.entries.items():
            state = EntryState(self.complete[no], self.valued[no], self.forwarded[no], self.uninvoiced[no])
            before = (entry.completely_invoiced, entry.valuation_date, entry.cost_amount_forwarded, entry.uninvoiced_applications)
            if (
                state.completely_invoiced,
                state.valuation_date,
                state.cost_amount_forwarded,
                state.uninvoiced_applications,
            ) != before:
                found[no] = state
        return found
