"""Items as the export gives them: their fields, and what they come to."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from db.connection import fetch

_AT_A_TIME = 500

ITEM_COLUMNS = (
    ("no", "text"),
    ("description", "text"),
    ("type", "text"),
    ("base_uom", "text"),
    ("quantity_rounding", "quantity"),
    ("costing_method", "text"),
    ("standard_cost", "cost"),
    ("unit_cost", "cost"),
    ("indirect_cost_percent", "quantity"),
    ("overhead_rate", "cost"),
    ("tracking_code", "text"),
    ("category", "text"),
    ("gtin", "text"),
    ("blocked", "flag"),
    ("reserve", "text"),
    ("replenishment", "text"),
    ("inventory_posting_group", "text"),
    ("attributes", "object"),
    ("inventory", "quantity"),
    ("inventory_value", "amount"),
    ("inventory_value_actual", "amount"),
)

_SQL = """
    SELECT i.no, i.description, i.type, i.base_uom, i.quantity_rounding, i.costing_method, i.standard_cost,
        COALESCE(t.unit_cost, 0), i.indirect_cost_percent, i.overhead_rate, i.tracking_code, i.category, i.gtin, i.blocked,
        i.reserve, i.replenishment, i.inventory_posting_group,
        COALESCE(t.quantity, 0), COALESCE(t.cost_amount_actual + t.cost_amount_expected, 0), COALESCE(t.cost_amount_actual, 0)
    FROM item i LEFT JOIN item_total t ON t.item_no = i.no"""


def item_rows(item: str | None) -> Iterator[tuple[Any, ...]]:
    """Rows of the export `items`, by number; to be read inside a snapshot. Attributes are a dictionary of names and text."""
    if item is not None:
        yield from _with_attributes(fetch(f"{_SQL} WHERE i.no = ?", (item,)))
        return
    last = ""
    while rows := fetch(f"{_SQL} WHERE i.no > ? ORDER BY i.no LIMIT ?", (last, _AT_A_TIME)):
        yield from _with_attributes(rows)
        last = rows[-1][0]


def _with_attributes(rows: list[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    if not rows:
        return
    attributes: dict[str, dict[str, str]] = defaultdict(dict)
    marks = ", ".join("?" * len(rows))
    sql = (
        "SELECT v.item_no, a.name, v.value FROM item_attribute v JOIN attribute a ON a.name_key = v.name_key"
        f" WHERE v.item_no IN ({marks}) ORDER BY v.item_no, a.name_key"
    )
    for item_no, name, value in fetch(sql, [row[0] for row in rows]):
        attributes[item_no][name] = value
    for row in rows:
        yield (*row[:17], attributes.get(row[0], {}), *row[17:])
