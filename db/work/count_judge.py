"""What the lines of a count order come to: what was counted, what the books had then, which pass is right, what is missing.

Only what was handed in counts. Source: operations reference §6.4 to §6.6.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from db.connection import fetch, in_write_transaction
from db.core import clock
from db.core.codes import number_key
from db.core.count_errors import (
    CountNotReady,
    NotAllCounted,
)
from db.core.errors import BadValue, phrase
from db.work import count_orders as orders
from db.work import count_recordings
from db.work.count_expected import Books, Look, books_at, books_of_order, unit_costs
from db.work.count_orders import FINISHED, OPEN, CountOrder, OrderLine
from db.work.count_recordings import RecordedLine
from db.work.count_rules import Need, Number, Pass, Verdict, judge

NAMED = 20  # lines that a refusal names

INCLUDE, IGNORE = "include", "ignore"


@dataclass(frozen=True, slots=True)
class JudgedLine:
    """One line of the order with its passes, and what it still needs. `late`: base units of entries that came late."""

    line: OrderLine
    passes: tuple[Pass, ...]
    verdict: Verdict
    unit_cost: Decimal
    counters: frozenset[str]
    late: Decimal
    has_late: bool
    looks: Mapping[int, Look]
    include_up_to: int | None

    @property
    def shown(self) -> Pass | None:
        """The pass to show: the accepted one, or the latest."""
        return self.verdict.accepted or (self.passes[-1] if self.passes else None)

    @property
    def difference(self) -> Decimal:
        """Counted less expected, in base units, over all numbers."""
        return self.shown.surplus - self.shown.missing if self.shown else Decimal(0)

    @property
    def value(self) -> Decimal:
        """What the difference is worth now, not rounded."""
        return self.difference * self.unit_cost


def in_words(line: OrderLine) -> str:
    """`A-01 1000`."""
    return " ".join(filter(None, (line.bin_code, line.item_no, line.variant_code)))


def judge_order(order: CountOrder, line_nos: Collection[int] | None = None) -> list[JudgedLine]:
    """Every line of the order (or those asked for) with what was counted and expected, by pass, and what it needs.

    Only what was handed in counts.
    """
    lines = [one for one in orders.order_lines(order.order_no) if line_nos is None or one.line_no in line_nos]
    recorded: dict[tuple[str, str, str], dict[int, list[RecordedLine]]] = defaultdict(lambda: defaultdict(list))
    for one in count_recordings.all_recorded(order.order_no):
        if one.status == FINISHED:
            recorded[one.key][one.pass_no].append(one)
    groups = [(line, pass_no, found) for line in lines for pass_no, found in sorted(recorded.get(line.key, {}).items())]
    looks = [_look(line, found) for line, _pass_no, found in groups]
    found_books = books_at(order, looks) if line_nos is not None else books_of_order(order, looks)
    passes: dict[int, list[tuple[Pass, Books, Look]]] = defaultdict(list)
    for (line, pass_no, found), look, books in zip(groups, looks, found_books, strict=True):
        passes[line.line_no].append((_pass(pass_no, found, books), books, look))
    costs = unit_costs(line.item_no for line in lines)
    return [_judged(order, line, passes.get(line.line_no, []), recorded.get(line.key, {}), costs) for line in lines]


def _look(line: OrderLine, found: Sequence[RecordedLine]) -> Look:
    bins = bool(line.bin_code)
    first = min(one.first_warehouse_entry_no if bins else one.first_item_ledger_entry_no for one in found)
    last = max(one.last_warehouse_entry_no if bins else one.last_item_ledger_entry_no for one in found)
    moment = clock.from_microseconds(max(one.counted_at for one in found))
    return Look(*line.key, first=first, last=last, counted_on=moment.astimezone().date())


def _pass(pass_no: int, found: Sequence[RecordedLine], books: Books) -> Pass:
    spelling = {tuple(map(number_key, one)): one for one in books.expected}
    counted: dict[Number, Decimal] = {}
    for one in found:
        number = Number(one.lot_no, one.serial_no, one.package_no)
        number = spelling.setdefault(tuple(map(number_key, number)), number)
        counted[number] = counted.get(number, Decimal(0)) + one.quantity
    return Pass(pass_no, books.expected, counted, books.moved)


def _judged(
    order: CountOrder,
    line: OrderLine,
    found: Sequence[tuple[Pass, Books, Look]],
    recorded: Mapping[int, Sequence[RecordedLine]],
    costs: Mapping[str, Decimal],
) -> JudgedLine:
    unit_cost = costs.get(line.item_no, Decimal(0))
    books = found[-1][1] if found else None
    up_to = books.include_up_to if books else None
    if books is not None and books.has_late and line.late_decision == INCLUDE and up_to is not None:
        pass_, _books, look = found[-1]
        look = replace(look, first=up_to, last=up_to)
        [books_then] = books_at(order, [look])
        found = [*found[:-1], (replace(pass_, expected=books_then.expected), books, look)]
    undecided = books is not None and books.has_late and not line.late_decision
    passes = tuple(one[0] for one in found)
    verdict = judge(passes, order.thresholds, unit_cost, chosen_pass=line.chosen_pass, late=undecided)
    counters = frozenset(one.counted_by for group in recorded.values() for one in group)
    return JudgedLine(
        line,
        passes,
        verdict,
        unit_cost,
        counters,
        books.late if books else Decimal(0),
        books.has_late if books else False,
        {one[0].pass_no: one[2] for one in found},
        up_to,
    )


def choose_pass(order_no: int, line_no: int, pass_no: int) -> None:
    """A supervisor decides which pass of a line is right; 0 takes the decision back."""

    def work() -> None:
        order = orders.locked_order(order_no, OPEN)
        passes = {one.pass_no for judged in judge_order(order, [line_no]) for one in judged.passes}
        if pass_no and pass_no not in passes:
            raise BadValue(field="pass", value=pass_no, expected=phrase("a pass that was counted"))
        fetch("UPDATE count_order_line SET chosen_pass = ? WHERE order_no = ? AND line_no = ?", (pass_no, order_no, line_no))

    in_write_transaction(work)


def decide_late(order_no: int, line_no: int, decision: str) -> None:
    """What came late is ignored, or included in what was expected (which needs that nothing else was posted among it)."""

    def work() -> None:
        order = orders.locked_order(order_no, OPEN)
        judged = next(iter(judge_order(order, [line_no])), None)
        if judged is None or decision not in ("", IGNORE, INCLUDE) or (decision == INCLUDE and judged.include_up_to is None):
            raise BadValue(field="late", value=decision, expected=phrase("to be counted again: other postings lie between"))
        fetch("UPDATE count_order_line SET late_decision = ? WHERE order_no = ? AND line_no = ?", (decision, order_no, line_no))

    in_write_transaction(work)


def refuse_unready(judged: Sequence[JudgedLine]) -> None:
    """Raise with the list of the lines that need something first."""
    not_counted = [one for one in judged if one.verdict.need is Need.COUNT]
    if not_counted:
        raise NotAllCounted(lines=named(in_words(one.line) for one in not_counted))
    needing = [one for one in judged if one.verdict.need]
    if needing:
        raise CountNotReady(lines=named(in_words(one.line) for one in needing))


def named(lines: Iterable[str]) -> list[str]:
    """The first lines, and how many there are beside them."""
    named = list(lines)
    return named if len(named) <= NAMED else [*named[:NAMED], f"… +{len(named) - NAMED}"]
