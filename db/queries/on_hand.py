"""What lies where, and what it is worth.

Quantities come from the rows that every posting keeps (`bin_content`). Value is known by item, variant, location and tracking
number: the cost that open increases have not handed to decreases yet. Where such goods lie in several bins, the value is
shared by quantity, each share rounded and the difference carried on, so that the shares add up exactly.

The open entries do not tell all where goods went out before they came in, or where a cost change waits to be forwarded. Their
sum then differs from the item's total, and for that item all its entries are added up instead: exact, and rarely needed.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from db.connection import fetch
from db.core.codes import number_key

_ITEMS_AT_A_TIME = 50
_NUMBERS_AT_A_TIME = 200

OnHandRow = tuple[str, str, str, str, str, str, str, str | None, int, int]


class _Pool(NamedTuple):
    """What value is known by."""

    item_no: str
    variant_code: str
    location_code: str
    lot_no: str
    serial_no: str
    package_no: str


def on_hand_rows(item: str | None, variant: str | None, location: str | None, bin_code: str | None) -> Iterator[OnHandRow]:
    """Rows of the export `on-hand`, by item, variant, location, bin and numbers. Quantities and values are whole 0.00001s.

    To be read inside a snapshot: it is several queries. Filters are codes in stored form; None does not filter.
    """
    ((rounding,),) = fetch("SELECT amount_rounding FROM settings WHERE id = 1")
    wanted = (variant, location, bin_code)
    for items in [[item]] if item is not None else _items_with_stock():
        for row in _rows_of(items, rounding):
            if all(value is None or value == found for value, found in zip(wanted, row[1:4], strict=True)):
                yield row


def _items_with_stock() -> Iterator[list[str]]:
    last = ""
    sql = "SELECT DISTINCT item_no FROM bin_content WHERE item_no > ? ORDER BY item_no LIMIT ?"
    while items := [item_no for (item_no,) in fetch(sql, (last, _ITEMS_AT_A_TIME))]:
        yield items
        last = items[-1]


def _rows_of(items: list[str], rounding: int) -> list[OnHandRow]:
    marks = ", ".join("?" * len(items))
    contents = fetch(
        "SELECT item_no, variant_code, location_code, bin_code, lot_no, serial_no, package_no, quantity FROM bin_content"
        f" WHERE item_no IN ({marks}) AND quantity <> 0"
        " ORDER BY item_no, variant_code, location_code, bin_code, lot_no, serial_no, package_no",
        items,
    )
    by_pool: dict[_Pool, list[int]] = defaultdict(list)  # positions in contents
    for position, (item_no, variant_code, location_code, _bin, lot_no, serial_no, package_no, _quantity) in enumerate(contents):
        by_pool[_Pool(item_no, variant_code, location_code, lot_no, serial_no, package_no)].append(position)
    values = _values(items)
    value_at = [0] * len(contents)
    for pool, positions in by_pool.items():
        shares = shared(values.get(pool, 0), [contents[position][7] for position in positions], rounding)
        for position, share in zip(positions, shares, strict=True):
            value_at[position] = share
    expiry = _expiration_dates(contents)
    return [
        (*row[:7], expiry.get((row[0], row[1], "serial", row[5])) or expiry.get((row[0], row[1], "lot", row[4])), row[7], value)
        for row, value in zip(contents, value_at, strict=True)
    ]


def shared(value: int, quantities: list[int], rounding: int) -> list[int]:
    """`value` shared by quantity in steps of `rounding`; what rounding leaves over is carried on, the last takes the rest."""
    total = sum(quantities)
    shares = []
    given = passed = 0
    for quantity in quantities[:-1]:
        passed += quantity
        until = _rounded(value * passed, total, rounding) if total else 0
        shares.append(until - given)
        given = until
    return [*shares, value - given]


def _rounded(dividend: int, divisor: int, rounding: int) -> int:
    """dividend / divisor to the nearest multiple of `rounding`, half away from zero."""
    negative = (dividend < 0) != (divisor < 0)
    steps, rest = divmod(abs(dividend), abs(divisor) * rounding)
    steps += 2 * rest >= abs(divisor) * rounding
    return -steps * rounding if negative else steps * rounding


def _values(items: list[str]) -> dict[_Pool, int]:
    """The value of each pool of goods of these items."""
    values = _sums(items, "cost_amount_actual + cost_amount_expected - cost_amount_forwarded", "AND open AND quantity > 0")
    of_items: dict[str, int] = defaultdict(int)
    for pool, value in values.items():
        of_items[pool.item_no] += value
    sql = "SELECT item_no, cost_amount_actual + cost_amount_expected FROM item_total WHERE item_no IN ({})"
    totals: dict[str, int] = dict(fetch(sql.format(", ".join("?" * len(items))), items))
    unlike = [item_no for item_no in items if totals.get(item_no, 0) != of_items[item_no]]
    if unlike:
        values = {pool: value for pool, value in values.items() if pool.item_no not in unlike}
        values |= _sums(unlike, "cost_amount_actual + cost_amount_expected", "")
    return values


def _sums(items: list[str], amount: str, condition: str) -> dict[_Pool, int]:
    columns = "item_no, variant_code, location_code, lot_no, serial_no, package_no"
    marks = ", ".join("?" * len(items))
    sql = f"SELECT {columns}, SUM({amount}) FROM item_ledger_entry WHERE item_no IN ({marks}) {condition} GROUP BY {columns}"
    return {_Pool(*row[:6]): int(row[6]) for row in fetch(sql, items)}


def _expiration_dates(contents: list[tuple[str, ...]]) -> dict[tuple[str, str, str, str], str]:
    """Expiry dates by item, variant, kind and number, of those numbers that have one."""
    wanted = {(row[0], row[1], "lot", row[4]) for row in contents if row[4]}
    wanted |= {(row[0], row[1], "serial", row[5]) for row in contents if row[5]}
    spelling = {(item_no, variant, kind, number_key(number)): number for item_no, variant, kind, number in wanted}
    keys = sorted(spelling)
    found = {}
    for start in range(0, len(keys), _NUMBERS_AT_A_TIME):
        batch = keys[start : start + _NUMBERS_AT_A_TIME]
        condition = " OR ".join(["(item_no = ? AND variant_code = ? AND kind = ? AND number_key = ?)"] * len(batch))
        sql = f"SELECT item_no, variant_code, kind, number_key, expiration_date FROM tracking_number WHERE {condition}"
        for item_no, variant, kind, folded, expiration_date in fetch(sql, [part for key in batch for part in key]):
            if expiration_date is not None:
                found[item_no, variant, kind, spelling[item_no, variant, kind, folded]] = expiration_date
    return found
