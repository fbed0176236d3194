"""The part of the cost graph that a change can reach, read from the applications.

Levels are read one after the other, so the number of statements grows with the length of the longest chain and with the number of
entries reached, never with the length of the ledger. Item numbers play no part: cost never leaves an item here.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from db.connection import fetch_batch
from db.core.numbers import from_scaled
from db.costing.forward import Application, CostEntry, CostGraph, DirectCost
from db.posting.stock import ENTRY_COLUMNS, Entry, Stock, entry_from_row
from db.queries.in_lists import fetch_in, in_buckets

_ROWS = "SELECT entry_no, item_ledger_entry_no, inbound_entry_no, outbound_entry_no, transferred_from_entry_no, quantity"
_RECIPIENTS = (
    f"{_ROWS} FROM item_application_entry WHERE inbound_entry_no IN ({{0}}) AND item_ledger_entry_no = outbound_entry_no",
    f"{_ROWS} FROM item_application_entry WHERE transferred_from_entry_no IN ({{0}}) AND transferred_from_entry_no <> 0",
    f"{_ROWS} FROM item_application_entry WHERE outbound_entry_no IN ({{0}}) AND outbound_entry_no <> 0"
    " AND item_ledger_entry_no <> outbound_entry_no",
)
_SOURCES = f"{_ROWS} FROM item_application_entry WHERE item_ledger_entry_no IN ({{0}}) AND outbound_entry_no <> 0"
_ENTRIES = f"SELECT {ENTRY_COLUMNS} FROM item_ledger_entry WHERE entry_no IN ({{0}})"
_DIRECT_COSTS = (
    "SELECT COALESCE(applies_to_value_entry, entry_no), item_ledger_entry_no, MIN(posting_date), SUM(invoiced_quantity),"
    " SUM(CASE WHEN adjustment THEN 0 ELSE cost_per_unit END), SUM(cost_amount_actual), SUM(cost_amount_expected)"
    " FROM value_entry WHERE item_ledger_entry_no IN ({0}) AND entry_type = 'direct_cost'"
    " GROUP BY COALESCE(applies_to_value_entry, entry_no), item_ledger_entry_no ORDER BY 1"
)
_ROUNDING = (
    "SELECT item_ledger_entry_no, SUM(cost_amount_actual) FROM value_entry"
    " WHERE item_ledger_entry_no IN ({0}) AND entry_type = 'rounding' GROUP BY item_ledger_entry_no"
)


class TooLarge(Exception):
    """More entries can be reached than were asked for."""


def reachable(dirty: Iterable[int], limit: int) -> tuple[set[int], dict[int, tuple[int, ...]]]:
    """All entries that take cost from the dirty ones through any number of steps, and the application rows on the way
    (by entry number). Raises `TooLarge` when there are more than `limit`, before it has read many more."""
    nodes = set(dirty)
    rows: dict[int, tuple[int, ...]] = {}
    level = set(nodes)
    while level:
        found: set[int] = set()
        statements = [
            (f"{sql.format(marks)} LIMIT ?", [*params, limit + 1]) for marks, params in in_buckets(level) for sql in _RECIPIENTS
        ]
        for result in fetch_batch(statements):
            if len(result) > limit:
                raise TooLarge
            for row in result:
                rows[row[0]] = row[1:]
                found.add(row[1])
        level = found - nodes
        nodes |= level
        if len(nodes) > limit:
            raise TooLarge
    return nodes, rows


def load_graph(stock: Stock, dirty: Mapping[int, int], limit: int) -> CostGraph:
    """The graph that adjustment of the dirty entries needs; its entries are kept in `stock`."""
    nodes, rows = reachable(dirty, limit)
    return graph_of(stock, dirty, nodes, rows, frozenset())


def graph_of(
    stock: Stock, dirty: Mapping[int, int], nodes: set[int], rows: dict[int, tuple[int, ...]], partial: frozenset[int]
) -> CostGraph:
    """The graph of given nodes, with their other sources. `partial` names nodes whose recipients are not all among them."""
    for row in fetch_in(_SOURCES, nodes):
        rows[row[0]] = row[1:]
    sums: dict[tuple[int, ...], int] = {}
    for *key, quantity in rows.values():
        sums[tuple(key)] = sums.get(tuple(key), 0) + quantity
    applications = tuple(
        Application(key[0], key[1], key[2], key[3], from_scaled(quantity)) for key, quantity in sums.items() if quantity
    )
    wanted = set(nodes)
    for one in applications:
        wanted |= {one.inbound_entry_no, one.outbound_entry_no, one.transferred_from_entry_no} - {0}
    read_entries(stock, wanted)
    direct: dict[int, list[DirectCost]] = {}
    for found in fetch_in(_DIRECT_COSTS, nodes):
        root, entry_no, posting_date, *amounts = found
        numbers = [from_scaled(int(amount)) for amount in amounts]
        direct.setdefault(entry_no, []).append(DirectCost(root, entry_no, posting_date, *numbers))
    closed = [no for no in wanted if stock.entries[no].quantity > 0 and not stock.entries[no].remaining_quantity]
    rounding = {row[0]: from_scaled(int(row[1])) for row in fetch_in(_ROUNDING, closed)}
    entries = {no: _cost_entry(stock.entries[no], rounding.get(no, from_scaled(0))) for no in wanted}
    return CostGraph(
        frozenset(nodes), entries, applications, {no: tuple(costs) for no, costs in direct.items()}, dict(dirty), partial
    )


def read_entries(stock: Stock, numbers: Iterable[int]) -> None:
    """Read entries that are not known yet."""
    for row in fetch_in(_ENTRIES, [no for no in numbers if no not in stock.entries]):
        stock.keep(entry_from_row(row))


def _cost_entry(entry: Entry, rounding: Decimal) -> CostEntry:
    return CostEntry(
        entry.entry_no,
        entry.entry_type,
        entry.quantity,
        entry.remaining_quantity,
        entry.completely_invoiced,
        entry.valuation_date,
        entry.last_invoice_date or "",
        entry.applies_to_entry,
        entry.cost_amount,
        rounding,
        entry.cost_amount_forwarded,
        entry.uninvoiced_applications,
    )


def sources_of(entry_no: int, planned: Mapping[int, set[int]]) -> set[int]:
    """Every entry that the entry has cost from, through any number of steps; `planned` adds the links of a batch that is not
    written yet."""
    seen: set[int] = set()
    level = {entry_no}
    while level:
        seen |= level
        found: set[int] = set()
        for no in level:
            found |= planned.get(no, set())
        for row in fetch_in(_SOURCES, level):
            found |= {row[2], row[3], row[4]} - {0}
        level = found - seen
    return seen - {entry_no}
