"""The one door: everything that changes stock or its value is posted here, all of it or nothing.

Check, plan, write. A batch of operations is checked and planned one after the other against the stock in memory, under the
locks of its items; then all of it is written at once, and small cost changes are forwarded in the same transaction. An operation
that is refused leaves no trace, and the next ones go on as if it had not been there.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from db.connection import IntegrityError, draw_number, fetch, in_write_transaction
from db.core.errors import DuplicateId, StocktermError, UnknownCode
from db.posting.adjust import ENTRIES_AT_ONCE, adjust_in_transaction, forward_dirty
from db.posting.check_line import check_line, is_increase
from db.posting.check_undo import check_undo
from db.posting.checked import Problems
from db.posting.count import check_count, plan_count
from db.posting.drawn_numbers import draws_numbers, with_drawn_numbers
from db.posting.graph import TooLarge
from db.posting.invoice import check_invoice, plan_invoice
from db.posting.lines import (
    AdjustCost,
    ChangeExpiry,
    ChangeVariant,
    Count,
    EntryType,
    Invoice,
    ItemJournalLine,
    PostedBy,
    PostingOperation,
    TransferClose,
    TransferDelete,
    TransferOrder,
    TransferReceive,
    TransferShip,
    Undo,
)
from db.posting.plan_line import plan_line
from db.posting.planning import Planning
from db.posting.reclassify import change_expiry, change_variant
from db.posting.rights import refuse_without_right
from db.posting.setup import forget_setup, known_setup
from db.posting.stock import ZERO, ContentKey, Needs, NotWrittenYet, PoolKey, Stock, read_settings, read_stock
from db.posting.transfer_document import delete_order, make_order
from db.posting.transfer_order import plan_close, plan_receive, plan_ship
from db.posting.undo import plan_undo
from db.posting.write import write

# Operations that read what was written before: they begin a batch of their own.
_TRANSFERS = (TransferOrder, TransferShip, TransferReceive, TransferClose, TransferDelete)
WRITTEN_ALONE = (Undo, AdjustCost, *_TRANSFERS, ChangeExpiry, ChangeVariant)


@dataclass(frozen=True, slots=True)
class Posted:
    """The answer to one operation. `repeated`: it was posted before, with the same content, and nothing was done now."""

    register_no: int
    operation_id: str
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """Everything that is wrong with one operation, the most decisive error first."""

    errors: tuple[StocktermError, ...]


class Refused(Exception):
    """Nothing was posted. `refusals` names the refused operations by their place in the sequence."""

    def __init__(self, refusals: dict[int, Refusal]) -> None:
        self.refusals = refusals
        super().__init__("; ".join(str(error) for refusal in refusals.values() for error in refusal.errors))

    @property
    def first(self) -> StocktermError:
        """The error to show where only one has room."""
        return next(iter(self.refusals.values())).errors[0]


def post_operations(operations: Sequence[PostingOperation], posted_by: PostedBy) -> list[Posted]:
    """Post operations as one unit: all of them, or nothing at all. Raises `Refused` with every problem of every operation."""

    def work() -> list[Posted]:
        answers = PostingRun(posted_by).post(operations)
        refusals = {index: answer for index, answer in enumerate(answers) if isinstance(answer, Refusal)}
        if refusals:
            raise Refused(refusals)
        return [answer for answer in answers if isinstance(answer, Posted)]

    try:
        return in_write_transaction(work)
    except IntegrityError:  # another session posted the same id at the same moment: now it is there to be found
        return in_write_transaction(work)


class PostingRun:
    """Postings inside one write transaction of the caller's, batch after batch."""

    def __init__(self, posted_by: PostedBy, *, entries_at_once: int = ENTRIES_AT_ONCE) -> None:
        self.posted_by = posted_by
        self.entries_at_once = entries_at_once

    def lock_items(self, item_nos: Iterable[str]) -> None:
        """Lock items in key order, up front: two files that touch the same items in another order cannot block each other."""
        Stock(read_settings()).lock(item_nos)

    def post(self, operations: Sequence[PostingOperation]) -> list[Posted | Refusal]:
        """Check, plan and write one batch; an answer for each operation, in order. The refused ones leave no trace."""
        answers: list[Posted | Refusal] = []
        planning: Planning | None = None
        for index, operation in enumerate(operations):
            if planning is None:
                planning = self._begin(operations[index:])
            try:
                answers.append(self._plan(planning, operation))
            except NotWrittenYet:
                self._write(planning)
                planning = self._begin(operations[index:])
                answers.append(self._plan_or_refuse(planning, operation))
            except Problems as problems:
                answers.append(Refusal(problems.errors))
                if isinstance(operation, WRITTEN_ALONE):
                    planning = None  # some of its lines may be planned already: nothing of it is kept
        if planning is not None:
            self._write(planning)
        return answers

    def _begin(self, operations: Sequence[PostingOperation]) -> Planning:
        stock = read_stock(_needs(operations), known_setup, lambda: _numbers_to_reserve(operations))
        stock.setup.read_items(stock.totals)
        planning = Planning(stock, self.posted_by, draw_number)
        stock.planned_items = planning.plan.items
        return planning

    def _plan_or_refuse(self, planning: Planning, operation: PostingOperation) -> Posted | Refusal:
        try:
            return self._plan(planning, operation)
        except Problems as problems:
            return Refusal(problems.errors)

    def _plan(self, planning: Planning, operation: PostingOperation) -> Posted:
        operation_id, content_hash = operation.header.operation_id, ""
        if operation_id:
            content_hash = operation.header.content_hash or hashlib.sha256(repr(operation).encode()).hexdigest()
            before = self._posted_before(planning, operation_id, content_hash)
            if before is not None:
                return before
        stock = planning.stock
        refuse_without_right(operation, stock.setup, self.posted_by)
        draws = isinstance(operation, ItemJournalLine) and draws_numbers(operation)
        if (draws or isinstance(operation, WRITTEN_ALONE)) and planning.plan.registers:
            raise NotWrittenYet  # a number is drawn once: what draws one is planned once
        match operation:
            case ItemJournalLine():
                operation = with_drawn_numbers(operation, stock) if draws else operation
                register_no = plan_line(planning, check_line(operation, stock, self.posted_by), content_hash)
            case Invoice():
                register_no = plan_invoice(planning, check_invoice(operation, stock, self.posted_by), content_hash)
            case Count():
                stock.lock({line.item_no for line in operation.lines})
                register_no = plan_count(planning, check_count(operation, stock, self.posted_by), content_hash)
            case Undo():
                register_no = plan_undo(planning, check_undo(operation, stock, self.posted_by), content_hash)
            case ChangeExpiry():
                register_no = change_expiry(planning, operation, content_hash)
            case ChangeVariant():
                register_no = change_variant(planning, operation, content_hash)
            case TransferOrder():
                register_no = make_order(planning, operation, content_hash)
            case TransferShip():
                register_no = plan_ship(planning, operation, content_hash)
            case TransferReceive():
                register_no = plan_receive(planning, operation, content_hash)
            case TransferClose():
                register_no = plan_close(planning, operation, content_hash)
            case TransferDelete():
                register_no = delete_order(planning, operation, content_hash)
            case AdjustCost():
                register_no = self._adjust(operation, content_hash)
        return Posted(register_no, operation_id)

    def _posted_before(self, planning: Planning, operation_id: str, content_hash: str) -> Posted | None:
        known = planning.stock.operation(operation_id)
        if known is None:
            return None
        if known[1] != content_hash:
            raise Problems([DuplicateId(field="id", operation_id=operation_id)])
        return Posted(known[0], operation_id, repeated=True)

    def _adjust(self, operation: AdjustCost, content_hash: str) -> int:
        unknown = [no for no in operation.item_nos if not fetch("SELECT 1 FROM item_total WHERE item_no = ?", (no,))]
        if unknown:
            raise Problems([UnknownCode(field="items", kind="item", value=no) for no in unknown])
        return adjust_in_transaction(operation.header, operation.item_nos, self.posted_by, content_hash)[0]

    def _write(self, planning: Planning) -> None:
        """Write the batch, then forward the cost changes it made where that may happen at once and is little work."""
        if not planning.plan.registers:
            return
        write(planning)
        dirty = {entry_no: cause for entry_no, (cause, at_once) in planning.plan.dirty.items() if at_once}
        if not dirty:
            return
        registers = {one.entry_no: one.register_no for one in planning.plan.values}
        for entry in (*planning.plan.entries, *planning.plan.touched.values()):
            entry.new, entry.stored_open, entry.stored_mark = False, bool(entry.remaining_quantity), entry.applied_entry_to_adjust
        after = Planning(planning.stock, self.posted_by, planning.next_number)
        try:
            forward_dirty(after, dirty, registers.__getitem__, self.entries_at_once)
        except TooLarge:
            return  # marked on the entries: `adjust_pending` forwards them right after the commit
        write(after)


# ---- what to read in advance ----------------------------------------------------------------------------------------


def _needs(operations: Sequence[PostingOperation]) -> Needs:
    """What journal lines say they will look at; other operations read what they need when they are checked."""
    item_nos: set[str] = set()
    draws: dict[PoolKey, Decimal] = {}
    covers: dict[PoolKey, None] = {}
    contents: dict[ContentKey, None] = {}
    for operation in operations:
        if isinstance(operation, Count):
            item_nos.update(line.item_no for line in operation.lines)
        if not isinstance(operation, ItemJournalLine):
            continue
        item_nos.add(operation.item_no)
        if operation.tracking:
            continue  # the spelling of the numbers comes first
        item, variant, location = operation.item_no, operation.variant_code, operation.location_code
        pool = PoolKey(item, variant, location, "", "", "")
        if is_increase(operation):
            covers[pool] = None
        else:  # where the unit of the line is larger, more is read when it is needed
            draws[pool] = draws.get(pool, ZERO) + abs(operation.quantity)
        contents[ContentKey(item, variant, location, operation.bin_code, "", "", "")] = None
    operation_ids = tuple({one.header.operation_id for one in operations} - {""})
    return Needs(frozenset(item_nos), draws, tuple(covers), tuple(contents), operation_ids)


def _numbers_to_reserve(operations: Sequence[PostingOperation]) -> dict[str, int]:
    lines = sum(1 for one in operations if isinstance(one, ItemJournalLine))
    if not lines:
        return {}
    moved = sum(2 for one in operations if isinstance(one, ItemJournalLine) and one.entry_type is EntryType.TRANSFER)
    in_bins = sum(1 for one in operations if isinstance(one, ItemJournalLine) and one.bin_code)
    entries = max(lines, moved)
    reserved = {"item_register": lines, "item_ledger_entry": entries, "item_application_entry": entries, "value_entry": entries}
    return reserved | ({"warehouse_entry": max(in_bins, moved)} if in_bins else {})


__all__ = ["Posted", "PostingRun", "Refusal", "Refused", "forget_setup", "post_operations"]
