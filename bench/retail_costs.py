"""The second calculation: what every line of an interchange file costs in the end, worked out from the lines alone.

Shares no code with the program. Two passes, as on paper. First who takes from whom: decreases draw on the open increases in the
order of the costing method at the moment of their line; what finds nothing waits for the next increase. Then the costs,
each when all that it follows is known: an increase costs what its invoices say, or the share of the sale that it takes back; a
decrease costs the sum of its shares, each `cost · part / whole`, rounded to 0.01, half away from zero; an increase that is
used up keeps the difference as rounding. Fractions throughout.

Knows purchases, sales, returns and invoices of FIFO and LIFO items at one location, and nothing more.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction


@dataclass(slots=True)
class _Movement:
    """A receipt, a shipment or a return. Quantities are positive; `taken` of an increase says who took how much."""

    operation_id: str
    item_no: str
    sale: bool
    increase: bool
    quantity: Fraction
    left: Fraction
    day: str
    place: int
    amount: Fraction = Fraction(0)  # invoiced so far
    invoiced: Fraction = Fraction(0)
    takes_back: str = ""
    sources: list[tuple[str, Fraction]] = field(default_factory=list)
    taken: list[Fraction] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a line comes to: signed, its own rounding entry included. `sale`: a sale or its return."""

    item_no: str
    sale: bool
    quantity: Fraction
    left: Fraction
    amount: Fraction


def rounded(value: Fraction) -> Fraction:
    """To 0.01, half away from zero."""
    cents = abs(value) * 100
    whole = (cents.numerator * 2 + cents.denominator) // (cents.denominator * 2)
    return Fraction(whole if value >= 0 else -whole, 100)


def costs(lines: Iterable[str]) -> dict[str, Cost]:
    """The final cost of every journal line, by its id."""
    movements = _applied(json.loads(line) for line in lines)
    known: dict[str, Fraction] = {}
    for operation_id in movements:
        _settle(operation_id, movements, known)
    result = {}
    for operation_id, one in movements.items():
        amount = known[operation_id]
        if one.increase and not one.left:
            amount = sum((_share(amount, part, one.quantity) for part in one.taken), Fraction(0))  # rounding: all of it was taken
        sign = 1 if one.increase else -1
        result[operation_id] = Cost(one.item_no, one.sale, sign * one.quantity, sign * one.left, sign * amount)
    return result


# ---- who takes from whom


def _applied(operations: Iterator[Mapping[str, object]]) -> dict[str, _Movement]:
    movements: dict[str, _Movement] = {}
    last_first: dict[str, bool] = {}
    open_increases: dict[str, list[_Movement]] = {}
    uncovered: dict[str, list[_Movement]] = {}
    for place, operation in enumerate(operations):
        if operation["op"] == "item":
            last_first[str(operation["no"])] = operation["costing_method"] == "lifo"
        elif operation["op"] == "invoice":
            _invoice(movements[str(operation["of"])], operation)
        elif operation["op"] == "journal_line":
            one = _movement(operation, place)
            movements[one.operation_id] = one
            increases = open_increases.setdefault(one.item_no, [])
            waiting = uncovered.setdefault(one.item_no, [])
            if one.increase:
                for decrease in waiting:
                    _take(one, decrease)
                waiting[:] = [decrease for decrease in waiting if decrease.left]
                if one.left:
                    increases.append(one)
            else:
                increases.sort(key=lambda found: (found.day, found.place), reverse=last_first[one.item_no])
                for increase in increases:
                    _take(increase, one)
                increases[:] = [increase for increase in increases if increase.left]
                if one.left:
                    waiting.append(one)
    return movements


def _movement(operation: Mapping[str, object], place: int) -> _Movement:
    quantity = Fraction(str(operation["quantity"]))
    sale = operation["type"] == "sale"
    increase = sale == (quantity < 0)
    one = _Movement(
        operation_id=str(operation["id"]),
        item_no=str(operation["item"]),
        sale=sale,
        increase=increase,
        quantity=abs(quantity),
        left=abs(quantity),
        day=str(operation["date"]),
        place=place,
        takes_back=str(operation.get("applies_from", "")),
    )
    if increase and operation.get("invoiced", True) and not one.takes_back:
        one.amount, one.invoiced = rounded(Fraction(str(operation["unit_cost"])) * one.quantity), one.quantity
    return one


def _invoice(one: _Movement, operation: Mapping[str, object]) -> None:
    if not one.increase:
        return  # of a sale: its cost is none of the invoice's business
    quantity = Fraction(str(operation["quantity"])) if "quantity" in operation else one.quantity - one.invoiced
    one.amount += rounded(Fraction(str(operation["unit_cost"])) * quantity)
    one.invoiced += quantity


def _take(increase: _Movement, decrease: _Movement) -> None:
    part = min(increase.left, decrease.left)
    if part:
        increase.left -= part
        decrease.left -= part
        increase.taken.append(part)
        decrease.sources.append((increase.operation_id, part))


# ---- what it costs


def _settle(operation_id: str, movements: dict[str, _Movement], known: dict[str, Fraction]) -> None:
    """Find the cost of a movement and, first, of all that it follows; without recursion, chains may be long."""
    waiting = [operation_id]
    while waiting:
        one = movements[waiting[-1]]
        follows = [one.takes_back] if one.takes_back else [source for source, _ in one.sources]
        missing = [source for source in follows if source not in known]
        if missing:
            waiting += missing
            continue
        waiting.pop()
        if one.takes_back:
            shipped = movements[one.takes_back]
            known[one.operation_id] = _share(known[one.takes_back], one.quantity, shipped.quantity)
        elif one.increase:
            assert one.invoiced == one.quantity, f"{one.operation_id} is not invoiced"
            known[one.operation_id] = one.amount
        else:
            assert not one.left, f"{one.operation_id} is not covered"
            shares = (_share(known[source], part, movements[source].quantity) for source, part in one.sources)
            known[one.operation_id] = sum(shares, Fraction(0))


def _share(cost: Fraction, part: Fraction, whole: Fraction) -> Fraction:
    return rounded(cost * part / whole)


@dataclass(frozen=True, slots=True)
class ItemCost:
    """An item in the end: the cost of what was sold (positive, returns taken off), what is left, and what that is worth."""

    cost_of_sales: Fraction
    quantity: Fraction
    value: Fraction


def by_item(found: Iterable[Cost]) -> dict[str, ItemCost]:
    """The costs of lines, item by item."""
    items: dict[str, ItemCost] = {}
    nothing = ItemCost(Fraction(0), Fraction(0), Fraction(0))
    for one in found:
        before = items.get(one.item_no, nothing)
        items[one.item_no] = ItemCost(
            before.cost_of_sales - (one.amount if one.sale else 0),
            before.quantity + one.quantity,
            before.value + one.amount,
        )
    return items
