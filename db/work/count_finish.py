"""From counted shelves to what is posted: calculating lines, handing in recordings, recounts, decisions, finishing, approval.

    order open      calculate → recordings counted and handed in → recounts and decisions → nothing is left to do
    order finished  one result for each number of each line, with its watermark; approved by somebody who counted none of it
    order posting   `db.posting.count_order` posts the results in parts

Each function is one transaction with the order's row locked, so that two supervisors, or a counter who hands in while the order
is being finished, cannot pass each other. Source: operations reference §6.4 to §6.6.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Protocol

from db.connection import fetch, in_write_transaction, write_batch
from db.connection.session import Row
from db.core import clock
from db.core.codes import number_key
from db.core.count_errors import (
    CountedByYou,
    CountNotReady,
    CountOrderState,
    NotAllCounted,
    NotInOrder,
    OrphansOpen,
    OwnCount,
    ReasonNeeded,
    RecordingsOpen,
)
from db.core.errors import N_, BadValue, NothingToDo, SerialCountedTwice, phrase
from db.core.numbers import from_scaled, to_scaled
from db.work import count_orders as orders
from db.work.count_expected import Books, Calculation, Look, books_at, calculate, unit_costs
from db.work.count_orders import FINISHED, OPEN, CountOrder, OrderLine, RecordedLine, Recording
from db.work.count_rules import Need, Number, Pass, Verdict, in_parts, judge
from db.work.counts import CountedLine, save_lines

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
        """What the difference is worth now."""
        return self.difference * self.unit_cost


@dataclass(frozen=True, slots=True)
class Result:
    """What is posted of one number of one line; `difference` in base units."""

    order_no: int
    result_no: int
    order_line_no: int
    item_no: str
    variant_code: str
    bin_code: str
    number: Number
    expiration_date: str | None
    expected: Decimal
    counted: Decimal
    unit_cost: Decimal
    item_ledger_watermark: int
    warehouse_watermark: int
    part_no: int = 0
    register_no: int | None = None

    @property
    def difference(self) -> Decimal:
        return self.counted - self.expected


def place_of(order: CountOrder, bin_code: str) -> str:
    """`EAST A-01`."""
    return f"{order.location_code} {bin_code}".strip()


def in_words(line: OrderLine) -> str:
    """`A-01 1000`."""
    return " ".join(filter(None, (line.bin_code, line.item_no, line.variant_code)))


# ---- lines ----------------------------------------------------------------------------------------------------------


def calculate_lines(
    order_no: int, *, not_on_inventory: bool = False, without_transactions: bool = False
) -> tuple[int, Calculation]:
    """Add the lines that the order should have and does not have yet; how many were added, and what was found and skipped."""

    def work() -> tuple[int, Calculation]:
        order = orders.locked_order(order_no, OPEN)
        found = calculate(order, not_on_inventory=not_on_inventory, without_transactions=without_transactions)
        lines = [(one.item_no, one.variant_code, one.bin_code, one.quantity, False) for one in found.lines]
        return len(orders.insert_lines(order_no, lines)), found

    return in_write_transaction(work)


def change_posting_date(order_no: int, posting_date: date) -> None:
    """Another posting date: everything expected is worked out again, as of that day."""

    def work() -> None:
        order = replace(orders.locked_order(order_no, OPEN), posting_date=posting_date)
        fetch("UPDATE count_order SET posting_date = ? WHERE order_no = ?", (posting_date.isoformat(), order_no))
        now = {
            (one.item_no, one.variant_code, one.bin_code): one.quantity for one in calculate(order, not_on_inventory=True).lines
        }
        rows = [(to_scaled(now.get(one.key, Decimal(0))), order_no, one.line_no) for one in orders.order_lines(order_no)]
        write_batch(
            [("UPDATE count_order_line SET quantity_expected = ?, late_decision = '' WHERE order_no = ? AND line_no = ?", rows)]
        )
        missing = [(*key, quantity, False) for key, quantity in now.items() if quantity]
        orders.insert_lines(order_no, missing)

    in_write_transaction(work)


# ---- recordings -----------------------------------------------------------------------------------------------------


class Counting(Protocol):
    """What is counted, as far as it may be refused."""

    @property
    def item_no(self) -> str: ...
    @property
    def variant_code(self) -> str: ...
    @property
    def bin_code(self) -> str: ...
    @property
    def serial_no(self) -> str: ...
    @property
    def quantity(self) -> Decimal: ...
    @property
    def counted_by(self) -> str: ...


def check_line(order: CountOrder, recording: Recording, line: Counting) -> None:
    """Whether this may be counted in this recording. Raises `SerialCountedTwice` with the place of the first scan,
    `CountedByYou` for a recount by the one who counted before, `NotInOrder` where only the lines of a recount are wanted."""
    if line.serial_no and line.quantity:
        for found in orders.serial_recorded(order.order_no, recording.pass_no, line.item_no, number_key(line.serial_no)):
            same = found.recording_no == recording.recording_no and found.bin_code == line.bin_code
            if not same and found.variant_code == line.variant_code:
                moment = clock.from_microseconds(found.counted_at).astimezone().strftime("%H:%M")
                where = f"{place_of(order, found.bin_code)} ({found.counted_by} {moment})"
                raise SerialCountedTwice(serial_no=line.serial_no, place=where)
    key = (line.item_no, line.variant_code, line.bin_code)
    if recording.pass_no > 1 and line.counted_by in orders.counted_before(order.order_no, recording.pass_no, key):
        raise CountedByYou(item_no=line.item_no, place=place_of(order, line.bin_code))
    if not recording.allow_without_order and not orders.is_task(recording, key):
        raise NotInOrder(item_no=line.item_no, place=place_of(order, line.bin_code), order=order.document_no)


def task_keys(recording: Recording) -> list[tuple[str, str, str]]:
    """The lines (item, variant, bin) that a recording without freedom takes: its tasks, or all of the order."""
    tasks = set(orders.tasks_of(recording.order_no, recording.recording_no))
    return [one.key for one in orders.order_lines(recording.order_no) if not tasks or one.line_no in tasks]


def finish_recording(order_no: int, recording_no: int, user_code: str) -> int:
    """Hand a recording in: its quantities join those of the other recordings of its pass. How many lines it has.

    Raises `NothingToDo` for a recording without lines, `NotAllCounted` for tasks that were not counted, `NotInOrder`,
    `SerialCountedTwice`, `CountedByYou`, `CountOrderState`.
    """

    def work() -> int:
        order = orders.locked_order(order_no, OPEN)
        recording = _open_recording(order, recording_no)
        lines = orders.recorded_lines(recording)
        if not lines and not any(one.recording_no == recording_no for one in orders.orphans_of(order_no)):
            raise NothingToDo(what=phrase("nothing was counted"))
        if not recording.allow_without_order:  # "the bin is empty" says more than a recount asks for
            wanted = set(task_keys(recording))
            beside = [one for one in lines if one.confirmed_empty and (one.item_no, one.variant_code, one.bin_code) not in wanted]
            sql = "DELETE FROM counted_line WHERE count_no = ? AND line_no = ?"
            write_batch([(sql, [(one.count_no, one.line_no) for one in beside])] if beside else [])
            lines = [one for one in lines if one not in beside]
        for line in lines:
            check_line(order, recording, line)
        counted = {(one.item_no, one.variant_code, one.bin_code) for one in lines}
        tasks = set(orders.tasks_of(order_no, recording_no))
        left = [one for one in orders.order_lines(order_no) if one.line_no in tasks and one.key not in counted]
        if left:
            raise NotAllCounted(lines=_named(in_words(one) for one in left))
        orders.insert_lines(order_no, [(*key, expected, True) for key, expected in _expected_now(order, counted).items()])
        moment = clock.now_microseconds()
        sql = "UPDATE count_recording SET status = 'finished', finished_by = ?, finished_at = ? WHERE count_no = ?"
        fetch(sql, (user_code, moment, recording.count_no))
        sql = "UPDATE open_count SET status = 'recorded', changed_at = ? WHERE count_no = ?"
        fetch(sql, (moment, recording.count_no))
        fetch("UPDATE counted_line SET open = FALSE WHERE count_no = ?", (recording.count_no,))
        return len(lines)

    return in_write_transaction(work)


def _expected_now(order: CountOrder, keys: Iterable[tuple[str, str, str]]) -> dict[tuple[str, str, str], Decimal]:
    """What is expected of lines found without order: calculated at once."""
    known = {one.key for one in orders.order_lines(order.order_no)}
    found = [key for key in sorted(keys) if key not in known]
    everything = 2**62
    looks = [Look(*key, first=everything, last=everything, counted_on=clock.today()) for key in found]
    return {key: sum(books.expected.values(), Decimal(0)) for key, books in zip(found, books_at(order, looks), strict=True)}


def _open_recording(order: CountOrder, recording_no: int) -> Recording:
    recording = orders.read_recording(order.order_no, recording_no)
    if recording is None or recording.status != OPEN:
        raise CountOrderState(order=f"{order.document_no}/{recording_no}", status=N_("handed in already"))
    return recording


def reopen_recording(order_no: int, recording_no: int) -> None:
    """Take a recording back to be counted on: its quantities leave the order, and the order cannot be finished meanwhile."""

    def work() -> None:
        order = orders.locked_order(order_no, OPEN)
        recording = orders.read_recording(order_no, recording_no)
        if recording is None or recording.status != FINISHED:
            raise CountOrderState(order=f"{order.document_no}/{recording_no}", status=OPEN)
        sql = "UPDATE count_recording SET status = 'open', finished_by = '', finished_at = NULL WHERE count_no = ?"
        fetch(sql, (recording.count_no,))
        fetch("UPDATE open_count SET status = 'recording' WHERE count_no = ?", (recording.count_no,))
        fetch("UPDATE counted_line SET open = TRUE WHERE count_no = ?", (recording.count_no,))

    in_write_transaction(work)


def drop_recording(order_no: int, recording_no: int) -> None:
    """Throw an open recording away, with all that was counted in it; its orphans too."""

    def work() -> None:
        recording = _open_recording(orders.locked_order(order_no, OPEN), recording_no)
        fetch("DELETE FROM counted_line WHERE count_no = ?", (recording.count_no,))
        fetch("DELETE FROM open_count WHERE count_no = ?", (recording.count_no,))
        for table in ("count_recording", "count_recording_task", "count_orphan"):
            fetch(f"DELETE FROM {table} WHERE order_no = ? AND recording_no = ?", (order_no, recording_no))

    in_write_transaction(work)


def make_recounts(order_no: int, created_by: str, line_nos: Sequence[int] = ()) -> list[Recording]:
    """Recordings of the next pass for the lines that need one, or for those named, each for somebody who has not counted them.

    Lines that the same people have counted are one recording: what two counted is then counted again by each other.
    """

    def work() -> list[Recording]:
        order = orders.locked_order(order_no, OPEN)
        judged = judge_order(order)
        wanted = set(line_nos) or {
            one.line.line_no for one in judged if one.verdict.need in (Need.RECOUNT, Need.MOVED, Need.DECISION)
        }
        open_tasks = _open_tasks(order_no)
        lines = [one for one in judged if one.passes and one.line.line_no in wanted and one.line.line_no not in open_tasks]
        if not lines:
            raise NothingToDo(what=phrase("no line has to be counted again"))
        rows = [(order_no, one.line.line_no) for one in lines]
        write_batch(
            [("UPDATE count_order_line SET chosen_pass = 0, late_decision = '' WHERE order_no = ? AND line_no = ?", rows)]
        )
        groups: dict[tuple[int, frozenset[str]], list[int]] = defaultdict(list)
        for one in lines:
            groups[1 + one.passes[-1].pass_no, one.counters].append(one.line.line_no)
        return [
            orders.insert_recording(order, "", created_by, pass_no=pass_no, tasks=tasks, allow_without_order=False)
            for (pass_no, _counters), tasks in groups.items()
        ]

    return in_write_transaction(work)


def _open_tasks(order_no: int) -> set[int]:
    sql = (
        "SELECT t.order_line_no FROM count_recording r JOIN count_recording_task t ON t.order_no = r.order_no"
        " AND t.recording_no = r.recording_no WHERE r.order_no = ? AND r.status = 'open'"
    )
    return {row[0] for row in fetch(sql, (order_no,))}


# ---- the differences ------------------------------------------------------------------------------------------------


def judge_order(order: CountOrder) -> list[JudgedLine]:
    """Every line of the order with what was counted and expected, by pass, and what it needs. Only what was handed in counts."""
    lines = orders.order_lines(order.order_no)
    recorded: dict[tuple[str, str, str], dict[int, list[RecordedLine]]] = defaultdict(lambda: defaultdict(list))
    for one in orders.all_recorded(order.order_no):
        if one.status == FINISHED:
            recorded[one.key][one.pass_no].append(one)
    groups = [(line, pass_no, found) for line in lines for pass_no, found in sorted(recorded.get(line.key, {}).items())]
    looks = [_look(line, found) for line, _pass_no, found in groups]
    passes: dict[int, list[tuple[Pass, Books, Look]]] = defaultdict(list)
    for (line, pass_no, found), look, books in zip(groups, looks, books_at(order, looks), strict=True):
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
        passes = {one.pass_no for judged in judge_order(order) if judged.line.line_no == line_no for one in judged.passes}
        if pass_no and pass_no not in passes:
            raise BadValue(field="pass", value=pass_no, expected=phrase("a pass that was counted"))
        fetch("UPDATE count_order_line SET chosen_pass = ? WHERE order_no = ? AND line_no = ?", (pass_no, order_no, line_no))

    in_write_transaction(work)


def decide_late(order_no: int, line_no: int, decision: str) -> None:
    """What came late is ignored, or included in what was expected (which needs that nothing else was posted among it)."""

    def work() -> None:
        order = orders.locked_order(order_no, OPEN)
        judged = next((one for one in judge_order(order) if one.line.line_no == line_no), None)
        if judged is None or decision not in ("", IGNORE, INCLUDE) or (decision == INCLUDE and judged.include_up_to is None):
            raise BadValue(field="late", value=decision, expected=phrase("to be counted again: other postings lie between"))
        fetch("UPDATE count_order_line SET late_decision = ? WHERE order_no = ? AND line_no = ?", (decision, order_no, line_no))

    in_write_transaction(work)


# ---- what nobody counted --------------------------------------------------------------------------------------------


def uncounted(order_no: int) -> list[OrderLine]:
    """The lines that no recording has, handed in or not."""
    counted = {one.key for one in orders.all_recorded(order_no)}
    return [one for one in orders.order_lines(order_no) if one.key not in counted]


def set_rest_to_zero(order_no: int, user_code: str, terminal: str) -> int:
    """Say of every line that nobody counted that nothing is there: a recording of its own, by whoever says it. How many lines."""

    def work() -> int:
        order = orders.locked_order(order_no, OPEN)
        rest = uncounted(order_no)
        if not rest:
            raise NothingToDo(what=phrase("every line is counted"))
        recording = orders.insert_recording(order, user_code, user_code)
        marks = {
            row[0]: row[1:] for row in fetch("SELECT item_no, last_item_ledger_entry_no, last_warehouse_entry_no FROM item_total")
        }
        moment = clock.now_microseconds()
        everything = 2**62
        looks = [Look(*one.key, first=everything, last=everything, counted_on=clock.today()) for one in rest]
        lines: list[CountedLine] = []
        for line, books in zip(rest, books_at(order, looks), strict=True):
            ledger, warehouse = marks.get(line.item_no, (0, 0))
            for number in books.expected or {Number(): Decimal(0)}:
                lines.append(
                    CountedLine(
                        count_no=recording.count_no,
                        line_no=len(lines) + 1,
                        item_no=line.item_no,
                        variant_code=line.variant_code,
                        bin_code=line.bin_code,
                        lot_no=number.lot_no,
                        serial_no=number.serial_no,
                        package_no=number.package_no,
                        quantity=Decimal(0),
                        entered=(),
                        expiration_date=None,
                        confirmed_empty=True,
                        first_item_ledger_entry_no=ledger,
                        first_warehouse_entry_no=warehouse,
                        last_item_ledger_entry_no=ledger,
                        last_warehouse_entry_no=warehouse,
                        counted_by=user_code,
                        counted_at=moment,
                        terminal=terminal,
                    )
                )
        write_batch(save_lines(lines))
        sql = "UPDATE count_recording SET status = 'finished', finished_by = ?, finished_at = ? WHERE count_no = ?"
        fetch(sql, (user_code, moment, recording.count_no))
        fetch("UPDATE open_count SET status = 'recorded' WHERE count_no = ?", (recording.count_no,))
        fetch("UPDATE counted_line SET open = FALSE WHERE count_no = ?", (recording.count_no,))
        return len(rest)

    return in_write_transaction(work)


def remove_rest(order_no: int) -> int:
    """Take the lines that nobody counted out of the order: they are counted another time. How many."""

    def work() -> int:
        orders.locked_order(order_no, OPEN)
        rest = uncounted(order_no)
        if not rest:
            raise NothingToDo(what=phrase("every line is counted"))
        rows = [(order_no, one.line_no) for one in rest]
        write_batch([("DELETE FROM count_order_line WHERE order_no = ? AND line_no = ?", rows)])
        write_batch([("DELETE FROM count_recording_task WHERE order_no = ? AND order_line_no = ?", rows)])
        return len(rest)

    return in_write_transaction(work)


# ---- finishing ------------------------------------------------------------------------------------------------------


def finish_order(order_no: int) -> list[Result]:
    """Freeze what the order comes to. Raises with everything that is still to be done, as a list.

    `RecordingsOpen`, `OrphansOpen`, `NotAllCounted`, then `CountNotReady` for recounts, decisions and late entries.
    """

    def work() -> list[Result]:
        order = orders.locked_order(order_no, OPEN)
        open_recordings = [one for one in orders.recordings_of(order_no) if one.status == OPEN]
        if open_recordings:
            raise RecordingsOpen(recordings=_named(f"{one.recording_no} {one.user_code}".rstrip() for one in open_recordings))
        orphans = orders.orphans_of(order_no)
        if orphans:
            raise OrphansOpen(codes=_named(one.barcode for one in orphans))
        judged = judge_order(order)
        if not judged:
            raise NothingToDo(what=phrase("the order has no lines"))
        refuse_unready(judged)
        results = _results(order, judged)
        _refuse_serials_elsewhere(order, results)
        _insert_results(results)
        orders.set_order_status(order_no, FINISHED)
        return results

    return in_write_transaction(work)


def refuse_unready(judged: Sequence[JudgedLine]) -> None:
    """Raise with the list of the lines that need something first."""
    not_counted = [one for one in judged if one.verdict.need is Need.COUNT]
    if not_counted:
        raise NotAllCounted(lines=_named(in_words(one.line) for one in not_counted))
    needing = [one for one in judged if one.verdict.need]
    if needing:
        raise CountNotReady(lines=_named(in_words(one.line) for one in needing))


def _named(lines: Iterable[str]) -> list[str]:
    """The first lines, and how many there are beside them."""
    named = list(lines)
    return named if len(named) <= NAMED else [*named[:NAMED], f"… +{len(named) - NAMED}"]


def _results(order: CountOrder, judged: Sequence[JudgedLine]) -> list[Result]:
    expiry: dict[tuple[str, Number], str] = {}
    for counted in orders.all_recorded(order.order_no):
        if counted.expiration_date:
            expiry[counted.item_no, Number(counted.lot_no, counted.serial_no, counted.package_no)] = counted.expiration_date
    tracked = _tracked_items(one.line.item_no for one in judged)
    results: list[Result] = []
    for one in judged:
        accepted = one.verdict.accepted
        assert accepted is not None
        look = one.looks[accepted.pass_no]
        for number in sorted({**accepted.expected, **accepted.counted}):
            if one.line.item_no in tracked and number == Number():
                continue  # an empty place without any lot: there is nothing that could be posted of it
            results.append(
                Result(
                    order.order_no,
                    0,
                    one.line.line_no,
                    *one.line.key,
                    number,
                    expiry.get((one.line.item_no, number)),
                    accepted.expected.get(number, Decimal(0)),
                    accepted.counted.get(number, Decimal(0)),
                    one.unit_cost,
                    look.last,
                    look.last,
                )
            )
    results += _gone_elsewhere(order, results)
    parts = in_parts(results)
    numbered: list[Result] = []
    for part_no, part in enumerate(parts, 1):
        numbered += [replace(one, part_no=part_no, result_no=len(numbered) + place) for place, one in enumerate(part, 1)]
    return numbered


def _tracked_items(item_nos: Iterable[str]) -> set[str]:
    wanted = set(item_nos)
    sql = "SELECT i.no FROM item i JOIN tracking_code t ON t.code = i.tracking_code WHERE t.lot OR t.serial OR t.package"
    return {row[0] for row in fetch(sql) if row[0] in wanted}


_SERIAL_PLACES = (
    "SELECT location_code, bin_code, lot_no, package_no FROM bin_content WHERE serial_no = ? AND item_no = ? AND variant_code = ?"
    " AND quantity > 0"
)


def _gone_elsewhere(order: CountOrder, results: Sequence[Result]) -> list[Result]:
    """A serial number found here lies in another bin in the books, which was not counted: it is not there any more."""
    missing = {
        (one.item_no, one.number.serial_no, one.bin_code) for one in results if one.number.serial_no and one.difference < 0
    }
    gone: list[Result] = []
    for one in [one for one in results if one.number.serial_no and one.difference > 0]:
        for location, bin_code, lot_no, package_no in fetch(
            _SERIAL_PLACES, (one.number.serial_no, one.item_no, one.variant_code)
        ):
            if location != order.location_code or bin_code == one.bin_code:
                continue
            if (one.item_no, one.number.serial_no, bin_code) in missing:
                continue
            number = Number(lot_no, one.number.serial_no, package_no)
            gone.append(replace(one, bin_code=bin_code, number=number, expected=Decimal(1), counted=Decimal(0)))
    return gone


def _refuse_serials_elsewhere(order: CountOrder, results: Sequence[Result]) -> None:
    elsewhere: list[str] = []
    for one in [one for one in results if one.number.serial_no and one.difference > 0]:
        for location, bin_code, _lot, _package in fetch(_SERIAL_PLACES, (one.number.serial_no, one.item_no, one.variant_code)):
            if location != order.location_code:
                elsewhere.append(f"{one.number.serial_no}: {location} {bin_code}".rstrip())
    if elsewhere:
        raise CountNotReady(lines=_named(elsewhere))


_RESULT_COLUMNS = (
    "order_no, result_no, order_line_no, item_no, variant_code, bin_code, lot_no, serial_no, package_no, expiration_date,"
    " quantity_expected, quantity_counted, unit_cost, item_ledger_watermark, warehouse_watermark, part_no, register_no"
)


def _insert_results(results: Sequence[Result]) -> None:
    marks = ", ".join("?" * 17)
    rows = [
        (
            one.order_no,
            one.result_no,
            one.order_line_no,
            one.item_no,
            one.variant_code,
            one.bin_code,
            *one.number,
            one.expiration_date,
            to_scaled(one.expected),
            to_scaled(one.counted),
            to_scaled(one.unit_cost),
            one.item_ledger_watermark,
            one.warehouse_watermark,
            one.part_no,
            None,
        )
        for one in results
    ]
    if rows:
        write_batch([(f"INSERT INTO count_result ({_RESULT_COLUMNS}) VALUES ({marks})", rows)])


def results_of(order_no: int, part_no: int | None = None) -> list[Result]:
    """What a finished order comes to, all of it or one part of its posting."""
    where, params = ("", ()) if part_no is None else (" AND part_no = ?", (part_no,))
    rows = fetch(f"SELECT {_RESULT_COLUMNS} FROM count_result WHERE order_no = ?{where} ORDER BY result_no", (order_no, *params))
    return [_result(row) for row in rows]


def _result(row: Row) -> Result:
    return Result(*[*row[:6], Number(*row[6:9]), row[9], *map(from_scaled, row[10:13]), *row[13:]])


def reopen_order(order_no: int) -> None:
    """Back to counting; the results are worked out again. Not once a part of it is posted."""

    def work() -> None:
        orders.locked_order(order_no, FINISHED)
        fetch("DELETE FROM count_result WHERE order_no = ?", (order_no,))
        orders.set_order_status(order_no, OPEN)

    in_write_transaction(work)


def approve_order(order_no: int, user_code: str, reason_code: str = "") -> None:
    """Say that a finished order may be posted.

    Raises `OwnCount` where four eyes are wanted and the user counted any of it, `ReasonNeeded` where a difference above a
    threshold has no reason, `CountNotReady` where something came late since.
    """

    def work() -> None:
        order = orders.locked_order(order_no, FINISHED)
        judged = judge_order(order)
        own = [one for one in judged if user_code in one.counters]
        if order.four_eyes and own:
            raise OwnCount(user_code=user_code, lines=_named(in_words(one.line) for one in own))
        refuse_unready(judged)
        reason = reason_code or order.reason_code
        large = [one for one in judged if _is_large(order, one)]
        if large and not reason:
            raise ReasonNeeded(lines=_named(in_words(one.line) for one in large))
        sql = "UPDATE count_order SET approved_by = ?, approved_at = ?, reason_code = ? WHERE order_no = ?"
        fetch(sql, (user_code, clock.now_microseconds(), reason, order_no))

    in_write_transaction(work)


def _is_large(order: CountOrder, one: JudgedLine) -> bool:
    accepted = one.verdict.accepted
    return accepted is not None and order.thresholds.passed_by(
        accepted.expected_quantity, accepted.differences.values(), one.unit_cost
    )


Progress = Callable[[int, int], None]  # done, of how many
