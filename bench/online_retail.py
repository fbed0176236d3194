"""Real transactions as interchange lines: `python -m bench.online_retail [FILE or FOLDER] > retail.jsonl`.

The source is *Online Retail* (Daqing Chen, UCI Machine Learning Repository, CC BY 4.0): the 42,481 invoice lines of December
2010 of a real shop, with cancellations, fees, write-offs and typing errors. It has sales and no purchases, so these are made
up, the same ones every time:

    items       a stock code is an item, trimmed and in capitals; postage, fees and samples too. Three in four are FIFO, the
                rest LIFO.
    purchases   what an item sells is received in up to three parts, each at a cost of its own: before the first sale, on the
                way, and shortly before the end. The second part is received at an expected cost and invoiced later at
                another one, when most of it is sold; every other time in two invoices. One item in ten is received too
                late, so that its sales find nothing and are covered afterwards.
    sales       every line of the source, in its order, a negative quantity as a return. One sale in 97 is invoiced at the end.
    returns     at the cost of the sale they take back where the customer bought the item before; else at a cost of their own.

The file is read twice and never held: the first time for what each item sells in all. Memory grows with the items.
"""

import csv
import gzip
import io
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO

NAME = "online-retail-2010-12.csv.gz"
LOCATION = "SHOP"
OPENING = "2010-11-30"
LINES = 42_481
_CENT = Decimal("0.01")
_COST = Decimal("0.0001")

Operation = dict[str, Any]


class SourceMissing(Exception):
    """The file is not where it was looked for."""


def source_path(named: str = "") -> Path:
    """The file: `named` (a file or its folder), or `STOCKTERM_RETAIL`, or `../shared/data` beside the repository.

    Raises `SourceMissing`, which says where it was looked for and what to do.
    """
    given = named or os.environ.get("STOCKTERM_RETAIL") or str(Path(__file__).parents[2] / "shared" / "data")
    path = Path(given) / NAME if Path(given).is_dir() else Path(given)
    if not path.is_file():
        raise SourceMissing(f"There is no {path}. Name the file {NAME} or its folder as the argument or in STOCKTERM_RETAIL.")
    return path


@dataclass(frozen=True, slots=True)
class Sale:
    """One line of the source. `quantity` is negative for what came back or was cancelled."""

    number: int
    invoice_no: str
    item_no: str
    description: str
    quantity: int
    day: str
    unit_price: Decimal
    customer: str

    @property
    def operation_id(self) -> str:
        return f"S{self.number}"


def read_sales(path: Path) -> Iterator[Sale]:
    """The lines of the source, in its order, codes normalised."""
    with gzip.open(path, "rb") as packed, io.TextIOWrapper(packed, encoding="utf-8", newline="") as text:
        for number, row in enumerate(csv.DictReader(text), 1):
            yield Sale(
                number=number,
                invoice_no=row["InvoiceNo"].strip().upper(),
                item_no=row["StockCode"].strip().upper(),
                description=" ".join(row["Description"].split()),
                quantity=int(row["Quantity"]),
                day=row["InvoiceDate"][:10],
                unit_price=Decimal(row["UnitPrice"]),
                customer=row["CustomerID"].strip(),
            )


@dataclass(slots=True)
class _Part:
    """A purchase that is to come: when so many pieces of the item are sold (the next line included)."""

    operation_id: str
    quantity: int
    due_at: int
    unit_cost: Decimal
    invoice_at: int = 0  # 0: invoiced at once
    invoice_cost: Decimal = Decimal(0)
    received: bool = False
    invoices: int = 0  # still to come


@dataclass(slots=True)
class _Item:
    """What the first reading finds out about an item, and how far the second has come."""

    number: int
    description: str = ""
    price: Decimal = Decimal(0)
    demand: int = 0  # pieces sold, returns left out
    sold: int = 0
    parts: list[_Part] = field(default_factory=list)

    @property
    def costing_method(self) -> str:
        return "lifo" if self.number % 4 == 3 else "fifo"

    @property
    def cost(self) -> Decimal:
        """A cost that divides badly: 37 % of a price, and some hundredths of a penny."""
        return ((self.price or Decimal(1)) * Decimal("0.37")).quantize(_COST) + self.number % 7 * _COST


def operations(path: Path) -> Iterator[Operation]:
    """Master data, purchases, sales, returns and invoices, in the order in which they are to be posted."""
    items, returned = _first_reading(path)
    yield {"op": "location", "code": LOCATION, "name": "Web shop"}
    for no, item in items.items():
        yield {"op": "item", "no": no, "description": item.description, "costing_method": item.costing_method}
    for no, item in items.items():
        item.parts = _purchases(item)
        for part in item.parts:
            if part.due_at == 0:
                yield _receipt(no, part, OPENING)
    yield from _second_reading(path, items, returned)


def _first_reading(path: Path) -> tuple[dict[str, _Item], set[tuple[str, str]]]:
    """The items, and which customers bring which item back."""
    items: dict[str, _Item] = {}
    returned: set[tuple[str, str]] = set()
    for sale in read_sales(path):
        item = items.setdefault(sale.item_no, _Item(len(items)))
        item.description = item.description or sale.description
        item.price = item.price or sale.unit_price
        if sale.quantity > 0:
            item.demand += sale.quantity
        else:
            returned.add((sale.customer, sale.item_no))
    return items, returned


def _purchases(item: _Item) -> list[_Part]:
    demand = item.demand
    if not demand:
        return []
    first = -(-demand * 2 // 5)
    second = min(first, demand - first)
    third = demand - first - second + demand // 20
    late = item.number % 10 == 0
    parts = [_Part(f"P{item.number}-1", first, max(1, demand // 10) if late else 0, item.cost)]
    if second:
        parts.append(
            _Part(
                f"P{item.number}-2",
                second,
                max(1, demand * (6 if late else 3) // 10),
                (item.cost * Decimal("1.07")).quantize(_COST),
                invoice_at=max(1, demand * 17 // 20),
                invoice_cost=(item.cost * Decimal("1.13") + Decimal("0.0031")).quantize(_COST),
                invoices=1 + item.number % 2 if second > 1 else 1,
            )
        )
    if third:
        parts.append(_Part(f"P{item.number}-3", third, max(1, demand * 7 // 10), (item.cost * Decimal("0.91")).quantize(_COST)))
    return parts


def _second_reading(path: Path, items: dict[str, _Item], returned: set[tuple[str, str]]) -> Iterator[Operation]:
    bought: dict[tuple[str, str], list[tuple[str, int]]] = {}  # only of customers and items with returns
    not_invoiced: list[Sale] = []
    day = OPENING
    for sale in read_sales(path):
        day = sale.day
        item = items[sale.item_no]
        if sale.quantity < 0:
            yield _return(sale, item, bought.get((sale.customer, sale.item_no), []))
            continue
        late = item.number % 10 == 0
        if not late:
            item.sold += sale.quantity
            yield from _due(sale.item_no, item, day)
        yield _sale(sale, invoiced=bool(sale.number % 97))
        if not sale.number % 97:
            not_invoiced.append(sale)
        if late:
            item.sold += sale.quantity
            yield from _due(sale.item_no, item, day)
        if sale.customer and (sale.customer, sale.item_no) in returned:
            bought.setdefault((sale.customer, sale.item_no), []).append((sale.operation_id, sale.quantity))
    for no, item in items.items():
        item.sold = item.demand
        yield from _due(no, item, day)
    for sale in not_invoiced:
        yield {
            "op": "invoice",
            "id": f"{sale.operation_id}-I",
            "date": day,
            "of": sale.operation_id,
            "unit_price": str(sale.unit_price),
        }


def _due(no: str, item: _Item, day: str) -> Iterator[Operation]:
    """The receipts and invoices that are due, now that so many pieces are sold."""
    for part in item.parts:
        if not part.received and part.due_at and item.sold >= part.due_at:
            yield _receipt(no, part, day)
        if part.received and part.invoices and item.sold >= part.invoice_at:
            yield from _invoices(part, day)


def _receipt(no: str, part: _Part, day: str) -> Operation:
    part.received = True
    line = {
        "op": "journal_line",
        "id": part.operation_id,
        "date": day,
        "type": "purchase",
        "item": no,
        "location": LOCATION,
        "quantity": part.quantity,
        "unit_cost": str(part.unit_cost),
    }
    return line if not part.invoice_at else line | {"invoiced": False}


def _invoices(part: _Part, day: str) -> Iterator[Operation]:
    invoice = {"op": "invoice", "id": f"{part.operation_id}-I", "date": day, "of": part.operation_id}
    if part.invoices == 2:
        yield invoice | {"quantity": part.quantity // 2, "unit_cost": str(part.invoice_cost)}
        yield invoice | {"id": f"{part.operation_id}-J", "unit_cost": str(part.invoice_cost + _CENT)}
    else:
        yield invoice | {"unit_cost": str(part.invoice_cost)}
    part.invoices = 0


def _sale(sale: Sale, *, invoiced: bool) -> Operation:
    line = {
        "op": "journal_line",
        "id": sale.operation_id,
        "date": sale.day,
        "document_no": sale.invoice_no,
        "type": "sale",
        "item": sale.item_no,
        "location": LOCATION,
        "quantity": sale.quantity,
        "unit_price": str(sale.unit_price),
    }
    return line if invoiced else line | {"invoiced": False}


def _return(sale: Sale, item: _Item, bought: list[tuple[str, int]]) -> Operation:
    """A return; the latest sale to this customer that is large enough is the one that it takes back."""
    for place in range(len(bought) - 1, -1, -1):
        operation_id, left = bought[place]
        if left >= -sale.quantity:
            bought[place] = (operation_id, left + sale.quantity)
            return _sale(sale, invoiced=True) | {"applies_from": operation_id}
    return _sale(sale, invoiced=True) | {"unit_cost": str(item.cost)}


def write_operations(path: Path, file: TextIO) -> int:
    """The interchange file; returns how many lines it has."""
    return sum(1 for operation in operations(path) if file.write(json.dumps(operation, ensure_ascii=False) + "\n"))


def main() -> int:
    """Write the lines to standard output."""
    try:
        path = source_path(sys.argv[1] if len(sys.argv) > 1 else "")
    except SourceMissing as missing:
        print(missing, file=sys.stderr)
        return 1
    write_operations(path, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
