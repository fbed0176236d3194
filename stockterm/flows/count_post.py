"""The end of a count: handed in by a blind counter; reviewed and posted by somebody who may see differences.

Everything counted becomes one `Count` operation with the watermarks of its lines. Its id is the count's, so that a count is
posted once, whoever presses F10 how often, at however many terminals.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from db.core.errors import NothingToDo
from db.posting.lines import Count, CountLine, Header
from db.queries.expected import Expectation, Seen, expectations
from db.work import counts, steps
from db.work.counts import CountedLine, OpenCount
from stockterm.flows import say
from stockterm.flows.count_state import ZERO, CountState
from stockterm.flows.outcome import Ask, At, Outcome
from stockterm.flows.refusals import CountedMeanwhile
from stockterm.flows.rights import Right, may, require
from stockterm.flows.words import differences_in_words, item_and_variant, lines_in_words, number, place, signed
from stockterm.i18n import _


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One counted line with what was expected."""

    line: CountedLine
    expected: Expectation

    @property
    def difference(self) -> Decimal:
        return self.line.quantity - self.expected.quantity


def finish(at: At, state: CountState) -> Outcome:
    """F10: ask for the two digits. Whoever may see differences is shown them first."""
    count = counts.read_count(state.count_no)
    lines = counts.lines_of(state.count_no) if count and count.status in (counts.OPEN, counts.HANDED_IN) else []
    if count is None or not lines:
        raise NothingToDo(what=_("nothing was counted"))
    digits = say.two_digits()
    if not may(at.user, Right.POST_COUNT):
        text = _("Hand in {lines}? Type {digits}.").format(lines=lines_in_words(len(lines)), digits=digits)
        return Outcome(state, ask=Ask("hand_in", text, digits=digits, no=_("not yet")))
    values = (at.today.isoformat(),)
    if not may(at.user, Right.SEE_EXPECTED):
        text = _("Post {lines}? Type {digits}.").format(lines=lines_in_words(len(lines)), digits=digits)
        return Outcome(state, ask=Ask("post", text, values=values, digits=digits, no=_("not yet")))
    reviewed = review(at.location.code, lines, at.today)
    _refuse_counted_meanwhile(at.location.code, reviewed)
    different = [one for one in reviewed if one.difference]
    text = _("Post {lines}, {differences}? Type {digits}.").format(
        lines=lines_in_words(len(lines)), differences=differences_in_words(len(different)), digits=digits
    )
    shown = (
        text,
        *(in_words(one) for one in [*different, *(one for one in reviewed if one.expected.moved and not one.difference)]),
    )
    return Outcome(state, ask=Ask("post", text, values=values, digits=digits, no=_("not yet")), text=shown)


def review(location_code: str, lines: Sequence[CountedLine], posting_date: date) -> list[Reviewed]:
    """The lines with what was expected of each when it was counted."""
    seen = [_seen(location_code, line) for line in lines]
    return [Reviewed(line, one) for line, one in zip(lines, expectations(seen, posting_date), strict=True)]


def _seen(location_code: str, line: CountedLine) -> Seen:
    return Seen(
        line.item_no,
        line.variant_code,
        location_code,
        line.bin_code,
        line.lot_no,
        line.serial_no,
        line.package_no,
        line.first_item_ledger_entry_no,
        line.first_warehouse_entry_no,
        line.last_item_ledger_entry_no,
        line.last_warehouse_entry_no,
    )


def in_words(one: Reviewed) -> str:
    """`A-01 1000 L1: 5 → 7 (+2)`."""
    line = one.line
    numbers = " ".join(filter(None, (line.lot_no, line.serial_no, line.package_no)))
    what = " ".join(filter(None, (line.bin_code, item_and_variant(line.item_no, line.variant_code), numbers)))
    text = f"{what}: {number(one.expected.quantity)} → {number(line.quantity)} ({signed(one.difference)})"
    if one.expected.moved:
        text += " " + _("moved while counted: count again")
    if one.difference and one.expected.other_bins:
        text += " " + _("in the books in {bin}").format(bin=", ".join(one.expected.other_bins))
    return text


def _refuse_counted_meanwhile(location_code: str, reviewed: Sequence[Reviewed]) -> None:
    """Two counts of the same shelf would book the same difference twice: the second has to be counted again."""
    for one in reviewed:
        if one.expected.counted_by is not None:
            where = place(location_code, one.line.bin_code)
            raise CountedMeanwhile(item_no=one.line.item_no, place=where, user_code=one.expected.counted_by)


def answer(at: At, state: CountState, ask: Ask) -> Outcome:
    """The two digits were typed."""
    count = counts.read_count(state.count_no)
    assert count is not None
    if ask.kind == "hand_in":
        writes = (*counts.set_status(state.count_no, counts.HANDED_IN), steps.forget(f"count:{state.count_no}"))
        text = _("Handed in, to be reviewed: {lines}.").format(lines=lines_in_words(count.lines))
        return Outcome(None, say.ok(text), writes=writes, go="menu", forget=True)
    require(at.user, Right.POST_COUNT)
    if count.status == counts.POSTED:  # by another terminal, or before the line broke
        return Outcome(None, say.warning(_("This count is posted already.")), go="menu", forget=True)
    return Outcome(state, ask=ask, operations=(operation(at, state, count, date.fromisoformat(ask.values[0])),))


def operation(at: At, state: CountState, count: OpenCount, posting_date: date) -> Count:
    """The count as it is posted: every line, and a line of 0 where the books have a serial number that was found elsewhere."""
    lines = counts.lines_of(state.count_no)
    counted = [_count_line(line) for line in lines]
    places = {(line.item_no, line.serial_no, line.bin_code) for line in lines if line.serial_no}
    line_no = max((line.line_no for line in lines), default=0)
    for one in review(at.location.code, [line for line in lines if line.serial_no and line.quantity], posting_date):
        for bin_code in one.expected.other_bins:
            if (one.line.item_no, one.line.serial_no, bin_code) not in places:
                line_no += 1
                counted.append(_gone(one.line, line_no, bin_code))
    header = Header(posting_date, operation_id=operation_id(count), user_code=at.user.code)
    return Count(header, at.location.code, tuple(counted))


def operation_id(count: OpenCount) -> str:
    """The same for every attempt to post this count, and for no other count in the database."""
    return f"COUNT-{count.count_no}-{count.started_at}"


def _count_line(line: CountedLine) -> CountLine:
    return CountLine(
        line_no=line.line_no,
        item_no=line.item_no,
        counted=line.quantity,
        variant_code=line.variant_code,
        bin_code=line.bin_code,
        lot_no=line.lot_no,
        serial_no=line.serial_no,
        package_no=line.package_no,
        expiration_date=date.fromisoformat(line.expiration_date) if line.expiration_date else None,
        item_ledger_watermark=line.last_item_ledger_entry_no,
        warehouse_watermark=line.last_warehouse_entry_no,
    )


def _gone(line: CountedLine, line_no: int, bin_code: str) -> CountLine:
    """A serial number that was found here is not there any more."""
    return CountLine(
        line_no=line_no,
        item_no=line.item_no,
        counted=ZERO,
        variant_code=line.variant_code,
        bin_code=bin_code,
        lot_no=line.lot_no,
        serial_no=line.serial_no,
        package_no=line.package_no,
        item_ledger_watermark=line.last_item_ledger_entry_no,
        warehouse_watermark=line.last_warehouse_entry_no,
    )


def posted(at: At, state: CountState, ask: Ask | None, registers: list[Any]) -> Outcome:
    """The count is in the ledgers: close it."""
    register = registers[0]
    count = counts.read_count(state.count_no)
    writes = (
        *counts.set_status(state.count_no, counts.POSTED, register.register_no),
        steps.forget(f"count:{state.count_no}"),
    )
    lines = count.lines if count else 0
    text = _("Posted: {lines}, register {register}.").format(lines=lines_in_words(lines), register=register.register_no)
    return Outcome(None, say.ok(text), writes=writes, go="menu", good=True, forget=True)


def begun(state: CountState) -> bool:
    """Whether something was counted."""
    count = counts.read_count(state.count_no) if state.count_no else None
    return count is not None and count.status in (counts.OPEN, counts.HANDED_IN) and count.lines > 0
