"""Recordings from the first scan to the hand-in and back: what may be counted, recounts for somebody else, what nobody counted.

Each function that changes something is one transaction with the order's row locked, so that a counter who hands in while the
order is being finished cannot pass. Source: operations reference §6.4 to §6.6.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Protocol

from db.connection import fetch, in_write_transaction, write_batch
from db.core import clock
from db.core.codes import number_key
from db.core.count_errors import (
    CountedByYou,
    CountOrderState,
    NotAllCounted,
    NotInOrder,
)
from db.core.errors import N_, NothingToDo, SerialCountedTwice, phrase
from db.work import count_orders as orders
from db.work import count_orphans, count_recordings
from db.work.count_expected import Look, books_at
from db.work.count_judge import in_words, judge_order, named
from db.work.count_orders import FINISHED, OPEN, CountOrder, OrderLine
from db.work.count_recordings import Recording
from db.work.count_rules import Need, Number
from db.work.counts import CountedLine, save_lines


def place_of(order: CountOrder, bin_code: str) -> str:
    """`EAST A-01`."""
    return f"{order.location_code} {bin_code}".strip()


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
        for found in count_recordings.serial_recorded(
            order.order_no, recording.pass_no, line.item_no, number_key(line.serial_no)
        ):
            same = found.recording_no == recording.recording_no and found.bin_code == line.bin_code
            if not same and found.variant_code == line.variant_code:
                moment = clock.from_microseconds(found.counted_at).astimezone().strftime("%H:%M")
                where = f"{place_of(order, found.bin_code)} ({found.counted_by} {moment})"
                raise SerialCountedTwice(serial_no=line.serial_no, place=where)
    key = (line.item_no, line.variant_code, line.bin_code)
    if recording.pass_no > 1 and line.counted_by in count_recordings.counted_before(order.order_no, recording.pass_no, key):
        raise CountedByYou(item_no=line.item_no, place=place_of(order, line.bin_code))
    if not recording.allow_without_order and not count_recordings.is_task(recording, key):
        raise NotInOrder(item_no=line.item_no, place=place_of(order, line.bin_code), order=order.document_no)


def task_keys(recording: Recording) -> list[tuple[str, str, str]]:
    """The lines (item, variant, bin) that a recording without freedom takes: its tasks, or all of the order."""
    tasks = set(count_recordings.tasks_of(recording.order_no, recording.recording_no))
    return [one.key for one in orders.order_lines(recording.order_no) if not tasks or one.line_no in tasks]


def finish_recording(order_no: int, recording_no: int, user_code: str) -> int:
    """Hand a recording in: its quantities join those of the other recordings of its pass. How many lines it has.

    Raises `NothingToDo` for a recording without lines, `NotAllCounted` for tasks that were not counted, `NotInOrder`,
    `SerialCountedTwice`, `CountedByYou`, `CountOrderState`.
    """

    def work() -> int:
        order = orders.locked_order(order_no, OPEN)
        recording = _open_recording(order, recording_no)
        lines = count_recordings.recorded_lines(recording)
        if not lines and not any(one.recording_no == recording_no for one in count_orphans.orphans_of(order_no)):
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
        tasks = set(count_recordings.tasks_of(order_no, recording_no))
        left = [one for one in orders.order_lines(order_no) if one.line_no in tasks and one.key not in counted]
        if left:
            raise NotAllCounted(lines=named(in_words(one) for one in left))
        add_found(order, counted)
        moment = clock.now_microseconds()
        sql = "UPDATE count_recording SET status = 'finished', finished_by = ?, finished_at = ? WHERE count_no = ?"
        fetch(sql, (user_code, moment, recording.count_no))
        sql = "UPDATE open_count SET status = 'recorded', changed_at = ? WHERE count_no = ?"
        fetch(sql, (moment, recording.count_no))
        fetch("UPDATE counted_line SET open = FALSE WHERE count_no = ?", (recording.count_no,))
        fetch("DELETE FROM count_locked_bin WHERE order_no = ? AND recording_no = ?", (order_no, recording_no))
        return len(lines)

    return in_write_transaction(work)


def add_found(order: CountOrder, keys: Iterable[tuple[str, str, str]]) -> None:
    """Lines of the order for what was found (item, variant, bin) and not asked for, inside a transaction."""
    orders.insert_lines(order.order_no, [(*key, expected, True) for key, expected in _expected_now(order, keys).items()])


def _expected_now(order: CountOrder, keys: Iterable[tuple[str, str, str]]) -> dict[tuple[str, str, str], Decimal]:
    """What is expected of lines found without order: calculated at once."""
    known = {one.key for one in orders.order_lines(order.order_no)}
    found = [key for key in sorted(keys) if key not in known]
    everything = 2**62
    looks = [Look(*key, first=everything, last=everything, counted_on=clock.today()) for key in found]
    return {key: sum(books.expected.values(), Decimal(0)) for key, books in zip(found, books_at(order, looks), strict=True)}


def _open_recording(order: CountOrder, recording_no: int) -> Recording:
    recording = count_recordings.read_recording(order.order_no, recording_no)
    if recording is None or recording.status != OPEN:
        raise CountOrderState(order=f"{order.document_no}/{recording_no}", status=N_("handed in already"))
    return recording


def reopen_recording(order_no: int, recording_no: int) -> None:
    """Take a recording back to be counted on: its quantities leave the order, and the order cannot be finished meanwhile."""

    def work() -> None:
        order = orders.locked_order(order_no, OPEN)
        recording = count_recordings.read_recording(order_no, recording_no)
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
        _drop(recording)

    in_write_transaction(work)


def drop_if_empty(recording: Recording) -> bool:
    """Throw an open recording of a first count away where nothing is in it, inside a transaction; whether that was so."""
    if recording.status != OPEN or recording.pass_no > 1 or count_recordings.recorded_lines(recording):
        return False
    if any(one.recording_no == recording.recording_no for one in count_orphans.orphans_of(recording.order_no)):
        return False
    _drop(recording)
    return True


def _drop(recording: Recording) -> None:
    fetch("DELETE FROM counted_line WHERE count_no = ?", (recording.count_no,))
    fetch("DELETE FROM open_count WHERE count_no = ?", (recording.count_no,))
    for table in ("count_recording", "count_recording_task", "count_orphan", "count_locked_bin"):
        fetch(f"DELETE FROM {table} WHERE order_no = ? AND recording_no = ?", (recording.order_no, recording.recording_no))


def leave_recording(order_no: int, recording_no: int) -> None:
    """Somebody goes away from a recording: it waits for them, unless nothing is in it, which would only be in the way."""

    def work() -> None:
        recording = count_recordings.read_recording(order_no, recording_no)
        if recording is not None:
            orders.locked_order(order_no, *orders.STATUSES)
            drop_if_empty(recording)

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
            count_recordings.insert_recording(order, "", created_by, pass_no=pass_no, tasks=tasks, allow_without_order=False)
            for (pass_no, _counters), tasks in groups.items()
        ]

    return in_write_transaction(work)


def _open_tasks(order_no: int) -> set[int]:
    sql = (
        "SELECT t.order_line_no FROM count_recording r JOIN count_recording_task t ON t.order_no = r.order_no"
        " AND t.recording_no = r.recording_no WHERE r.order_no = ? AND r.status = 'open'"
    )
    return {row[0] for row in fetch(sql, (order_no,))}


def uncounted(order_no: int) -> list[OrderLine]:
    """The lines that no recording has, handed in or not."""
    counted = {one.key for one in count_recordings.all_recorded(order_no)}
    return [one for one in orders.order_lines(order_no) if one.key not in counted]


def set_rest_to_zero(order_no: int, user_code: str, terminal: str) -> int:
    """Say of every line that nobody counted that nothing is there: a recording of its own, by whoever says it. How many lines."""

    def work() -> int:
        order = orders.locked_order(order_no, OPEN)
        rest = uncounted(order_no)
        if not rest:
            raise NothingToDo(what=phrase("every line is counted"))
        recording = count_recordings.insert_recording(order, user_code, user_code)
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
