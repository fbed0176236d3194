"""From counted shelves to what is posted: calculating lines, handing in recordings, recounts, decisions, finishing, approval.

    order open      calculate → recordings counted and handed in → recounts and decisions → nothing is left to do
    order finished  one result for each number of each line, with its watermark; approved by somebody who counted none of it
    order posting   `db.posting.count_order` posts the results in parts

Each function is one transaction with the order's row locked, so that two supervisors, or a counter who hands in while the order
is being finished, cannot pass each other. Source: operations reference §6.4 to §6.6.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from db.connection import fetch, in_write_transaction, write_batch
from db.connection.session import Row
from db.core import clock
from db.core.count_errors import (
    CountNotReady,
    OrphansOpen,
    OwnCount,
    ReasonNeeded,
    RecordingsOpen,
)
from db.core.errors import NothingToDo, phrase
from db.core.numbers import from_scaled, to_scaled
from db.work import count_hand_in, count_orphans, count_recordings
from db.work import count_orders as orders
from db.work.count_expected import Calculation, calculate
from db.work.count_judge import JudgedLine, in_words, judge_order, named, refuse_unready
from db.work.count_orders import FINISHED, OPEN, CountOrder
from db.work.count_rules import Number, in_parts


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


def finish_order(order_no: int) -> list[Result]:
    """Freeze what the order comes to. Raises with everything that is still to be done, as a list.

    `RecordingsOpen`, `OrphansOpen`, `NotAllCounted`, then `CountNotReady` for recounts, decisions and late entries.
    """

    def work() -> list[Result]:
        order = orders.locked_order(order_no, OPEN)
        recordings = count_recordings.recordings_of(order_no)
        open_recordings = [one for one in recordings if one.status == OPEN and not count_hand_in.drop_if_empty(one)]
        if open_recordings:
            raise RecordingsOpen(recordings=named(f"{one.recording_no} {one.user_code}".rstrip() for one in open_recordings))
        orphans = count_orphans.orphans_of(order_no)
        if orphans:
            raise OrphansOpen(codes=named(one.barcode for one in orphans))
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


def _results(order: CountOrder, judged: Sequence[JudgedLine]) -> list[Result]:
    expiry: dict[tuple[str, Number], str] = {}
    for counted in count_recordings.all_recorded(order.order_no):
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
        raise CountNotReady(lines=named(elsewhere))


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
            raise OwnCount(user_code=user_code, lines=named(in_words(one.line) for one in own))
        refuse_unready(judged)
        reason = reason_code or order.reason_code
        large = [one for one in judged if _is_large(order, one)]
        if large and not reason:
            raise ReasonNeeded(lines=named(in_words(one.line) for one in large))
        sql = "UPDATE count_order SET approved_by = ?, approved_at = ?, reason_code = ? WHERE order_no = ?"
        fetch(sql, (user_code, clock.now_microseconds(), reason, order_no))

    in_write_transaction(work)


def _is_large(order: CountOrder, one: JudgedLine) -> bool:
    accepted = one.verdict.accepted
    return accepted is not None and order.thresholds.passed_by(
        accepted.expected_quantity, accepted.differences.values(), one.unit_cost
    )


Progress = Callable[[int, int], None]  # done, of how many
