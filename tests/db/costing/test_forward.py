"""Forwarding a change of cost through a graph of plain values: no database, no posting (costing reference §11, §12)."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from db.costing.forward import Application, CostEntry, CostGraph, DirectCost, Forwarding, forward_costs
from db.costing.sharing import share

CENT = Decimal("0.01")
D = Decimal


class Graph:
    """A small graph under construction: entries in order, with what fed what."""

    def __init__(self) -> None:
        self.entries: dict[int, CostEntry] = {}
        self.applications: list[Application] = []
        self.direct: dict[int, tuple[DirectCost, ...]] = {}

    def increase(self, no: int, quantity: str, cost: str, **fields: object) -> None:
        self.add(no, D(quantity), D(cost), "purchase", **fields)
        self.applications.append(Application(no, no, 0, 0, D(quantity)))

    def add(self, no: int, quantity: Decimal, cost: Decimal, kind: str, **fields: object) -> None:
        entry = CostEntry(no, kind, quantity, D(0), True, "2026-01-01", "2026-01-01", None, cost, D(0), D(0), 0)
        self.entries[no] = replace(entry, **fields)  # type: ignore[arg-type]
        invoiced = quantity if entry.completely_invoiced and fields.get("completely_invoiced", True) else D(0)
        actual, expected = (cost, D(0)) if invoiced or kind == "transfer" else (D(0), cost)
        if kind == "transfer":
            invoiced = quantity
        self.direct[no] = (DirectCost(no * 10, no, "2026-01-02", invoiced, D(0), actual, expected),)

    def decrease(self, no: int, cost: str, *sources: tuple[int, str], kind: str = "sale", **fields: object) -> None:
        self.add(no, -sum((D(q) for _, q in sources), D(0)), D(cost), kind, **fields)
        self.applications += [Application(no, source, no, 0, -D(quantity)) for source, quantity in sources]

    def half(self, no: int, out: int, source: int, quantity: str, cost: str, **fields: object) -> None:
        self.add(no, D(quantity), D(cost), "transfer", **fields)
        self.applications.append(Application(no, no, out, source, D(quantity)))

    def back(self, no: int, decrease: int, quantity: str, cost: str) -> None:
        self.add(no, D(quantity), D(cost), "sale", remaining_quantity=D(quantity))
        self.applications.append(Application(no, no, decrease, 0, D(quantity)))

    def forwarded(self, *dirty: int) -> Forwarding:
        nodes = frozenset(self.entries)
        graph = CostGraph(nodes, self.entries, tuple(self.applications), self.direct, {no: no * 10 for no in dirty})
        return forward_costs(graph, CENT)

    def differences(self, *dirty: int) -> dict[int, Decimal]:
        """Difference by entry, roundings left out."""
        found: dict[int, Decimal] = {}
        for one in self.forwarded(*dirty).differences:
            if not one.rounding:
                amount = one.cost_amount_actual + one.cost_amount_expected
                found[one.item_ledger_entry_no] = found.get(one.item_ledger_entry_no, D(0)) + amount
        return found


def test_an_invoice_above_the_receipt_reaches_the_sale() -> None:
    graph = Graph()
    graph.increase(1, "10", "125", remaining_quantity=D(6))
    graph.decrease(2, "-40", (1, "4"))
    assert graph.differences(1) == {2: -10}


def test_nothing_is_written_where_nothing_changed() -> None:
    graph = Graph()
    graph.increase(1, "10", "100", remaining_quantity=D(6), cost_amount_forwarded=D(40))
    graph.decrease(2, "-40", (1, "4"))
    assert graph.forwarded(1).differences == ()
    assert graph.forwarded(1).states == {}


def test_a_decrease_takes_the_shares_of_all_its_sources_though_only_one_changed() -> None:
    graph = Graph()
    graph.increase(1, "3", "30")
    graph.increase(2, "3", "66", remaining_quantity=D(1))
    graph.decrease(3, "-70", (1, "3"), (2, "2"))
    assert graph.differences(2) == {3: -4}


def test_a_chain_of_transfers_and_returns_is_followed_to_its_end() -> None:
    graph = Graph()
    graph.increase(1, "10", "60")
    graph.decrease(2, "-50", (1, "10"), kind="transfer")
    graph.half(3, 2, 1, "10", "50")
    graph.decrease(4, "-20", (3, "4"))
    graph.back(5, 4, "2", "10")
    graph.decrease(6, "-10", (5, "2"))
    assert graph.differences(1) == {2: -10, 3: 10, 4: -4, 5: 2, 6: -2}


def test_the_entry_numbers_need_not_rise_along_the_chain() -> None:
    """A decrease that was covered later has a lower number than its source."""
    graph = Graph()
    graph.increase(9, "5", "35")
    graph.decrease(1, "-30", (9, "5"))
    graph.back(2, 1, "5", "30")
    assert graph.differences(9) == {1: -5, 2: 5}


def test_what_does_not_change_stops_the_change() -> None:
    graph = Graph()
    graph.increase(1, "10", "100")
    graph.decrease(2, "-100", (1, "10"))
    graph.back(3, 2, "1", "99")  # wrong, but its source did not change
    assert graph.differences(1) == {}


def test_an_uncovered_part_keeps_the_unit_cost_of_its_first_value_entry() -> None:
    graph = Graph()
    graph.increase(1, "4", "28")
    graph.add(2, D(-10), D(-50), "sale", remaining_quantity=D(-6))
    graph.direct[2] = (DirectCost(20, 2, "2026-01-02", D(-10), D("5.00001"), D(-50), D(0)),)
    graph.applications.append(Application(2, 1, 2, 0, D(-4)))
    assert graph.differences(1) == {2: -8}  # 28 + round(30.00006)


def test_each_document_gets_its_share_and_the_rest_stays_expected() -> None:
    graph = Graph()
    graph.increase(1, "10", "130")
    graph.add(2, D(-4), D(-40), "sale", completely_invoiced=False)
    graph.direct[2] = (
        DirectCost(20, 2, "2026-01-02", D(0), D(0), D(0), D(-30)),
        DirectCost(21, 2, "2026-01-05", D(-1), D(0), D(-10), D(0)),
    )
    graph.applications.append(Application(2, 1, 2, 0, D(-4)))
    found = {
        (one.applies_to, one.posting_date, one.cost_amount_actual, one.cost_amount_expected)
        for one in graph.forwarded(1).differences
    }
    assert found >= {(21, "2026-01-05", -3, 0), (20, "2026-01-02", 0, -9)}


def test_a_transfer_is_completely_invoiced_when_all_its_sources_are() -> None:
    graph = Graph()
    graph.increase(1, "5", "50", uninvoiced_applications=1, cost_amount_forwarded=D(50))
    graph.increase(2, "5", "50", completely_invoiced=False, uninvoiced_applications=1, cost_amount_forwarded=D(50))
    graph.decrease(3, "-100", (1, "5"), (2, "5"), kind="transfer", completely_invoiced=False)
    graph.half(4, 3, 1, "5", "50", remaining_quantity=D(5), completely_invoiced=False)
    states = graph.forwarded(1).states
    assert states[4].completely_invoiced
    assert 3 not in states
    graph.entries[2] = replace(graph.entries[2], completely_invoiced=True)
    states = graph.forwarded(1, 2).states
    assert states[3].completely_invoiced
    assert (states[1].uninvoiced_applications, states[2].uninvoiced_applications) == (0, 0)


def test_a_used_up_increase_is_rounded_off_and_only_once() -> None:
    graph = Graph()
    graph.increase(1, "3", "10")
    for no in (2, 3, 4):
        graph.decrease(no, "-3.33", (1, "1"))
    (rounding,) = graph.forwarded(1).differences
    assert (rounding.item_ledger_entry_no, rounding.rounding, rounding.cost_amount_actual) == (1, True, -CENT)
    graph.entries[1] = replace(
        graph.entries[1], cost_amount=D("9.99"), rounding_amount=-CENT, cost_amount_forwarded=D("9.99"), uninvoiced_applications=0
    )
    assert graph.forwarded(1).differences == ()


def test_nothing_is_rounded_off_while_something_is_open_or_not_invoiced() -> None:
    for fields in ({"remaining_quantity": D(1)}, {"completely_invoiced": False}, {"uninvoiced_applications": 1}):
        graph = Graph()
        graph.increase(1, "3", "10", **fields)
        graph.decrease(2, "-3.33", (1, "1"))
        graph.decrease(3, "-3.33", (1, "1"))
        assert not any(one.rounding for one in graph.forwarded(1).differences)


def test_valuation_dates_move_along_though_no_cost_changes() -> None:
    graph = Graph()
    graph.increase(1, "5", "50", valuation_date="2026-01-09", cost_amount_forwarded=D(50))
    graph.decrease(2, "-50", (1, "5"))
    graph.back(3, 2, "5", "50")
    forwarding = graph.forwarded(1)
    assert forwarding.differences == ()
    assert {no: state.valuation_date for no, state in forwarding.states.items()} == {2: "2026-01-09", 3: "2026-01-09"}


def test_both_halves_of_a_transfer_keep_one_valuation_date() -> None:
    graph = Graph()
    graph.increase(1, "1", "5", valuation_date="2026-01-09")
    graph.increase(2, "1", "5")
    graph.decrease(3, "-10", (1, "1"), (2, "1"), kind="transfer")
    graph.half(4, 3, 1, "1", "5")
    graph.half(5, 3, 2, "1", "5")
    states = graph.forwarded(1).states
    assert {states[no].valuation_date for no in (3, 4, 5)} == {"2026-01-09"}


def test_a_decrease_fixed_to_an_increase_has_its_valuation_date_even_when_that_is_earlier() -> None:
    graph = Graph()
    graph.increase(1, "5", "50", valuation_date="2026-01-03")
    graph.decrease(2, "-40", (1, "5"), applies_to_entry=1, valuation_date="2026-01-05")
    assert graph.forwarded(1).states[2].valuation_date == "2026-01-03"


@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(0, 20_000)), min_size=1, max_size=6),
    st.lists(st.integers(1, 9), max_size=8),
    st.integers(0, 20_000),
)
def test_forwarding_is_a_fixed_point_and_keeps_the_value(receipts: list[tuple[int, int]], sales: list[int], late: int) -> None:
    """What was forwarded once needs no second time, and what is used up is worth nothing."""
    graph = Graph()
    left: dict[int, int] = {}
    for no, (quantity, cents) in enumerate(receipts, 1):
        graph.increase(no, str(quantity), str(D(cents) * CENT))
        left[no] = quantity
    no = 100
    for wanted in sales:
        sources = []
        for source in left:
            taken = min(wanted, left[source])
            if taken:
                sources.append((source, str(taken)))
                left[source] -= taken
                wanted -= taken
        if sources:
            no += 1
            cost = -sum((share(graph.entries[s].cost_amount, D(q), graph.entries[s].quantity, CENT) for s, q in sources), D(0))
            graph.decrease(no, str(cost), *sources)
    for source, rest in left.items():
        graph.entries[source] = replace(graph.entries[source], remaining_quantity=D(rest))
    graph.entries[1] = replace(graph.entries[1], cost_amount=D(late) * CENT)

    forwarding = graph.forwarded(*left)
    for one in forwarding.differences:
        entry = graph.entries[one.item_ledger_entry_no]
        rounding = entry.rounding_amount + (one.cost_amount_actual if one.rounding else D(0))
        graph.entries[entry.entry_no] = replace(
            entry, cost_amount=entry.cost_amount + one.cost_amount_actual, rounding_amount=rounding
        )
        if not one.rounding:
            direct = graph.direct[entry.entry_no][0]
            cost = direct.cost_amount_actual + one.cost_amount_actual
            graph.direct[entry.entry_no] = (replace(direct, cost_amount_actual=cost),)
    for entry_no, state in forwarding.states.items():
        graph.entries[entry_no] = replace(graph.entries[entry_no], cost_amount_forwarded=state.cost_amount_forwarded)

    assert graph.forwarded(*left).differences == ()
    if not any(left.values()):
        assert sum((entry.cost_amount for entry in graph.entries.values()), D(0)) == 0
