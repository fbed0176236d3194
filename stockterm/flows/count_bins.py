"""The bins of a count: opening one closes the one before; closing shows what the books have there and nobody counted.

Nothing is zero because nobody counted it: a line of 0 is confirmed here, for an empty bin or for what was not seen.
"""

from dataclasses import replace

from db.connection.session import Write
from db.core import clock
from db.core.errors import NothingToDo, UnknownCode
from db.queries.items import ItemFacts, item_facts
from db.queries.places import Content, bin_contents, bin_facts
from db.work import counts
from db.work.counts import CountedLine
from stockterm.flows import say
from stockterm.flows.count_state import ZERO, CountState, in_all, what_next
from stockterm.flows.meaning import refuse
from stockterm.flows.outcome import Ask, At, Outcome
from stockterm.flows.rights import Right, may
from stockterm.flows.words import clock_time, place, quantity
from stockterm.i18n import _
from stockterm.scanning.resolve import NO_FIELDS, BinHit

_SHOWN_UNSEEN = 200


def open_bin(at: At, state: CountState, found: BinHit) -> Outcome:
    """A bin was scanned: open it, unless somebody else counts there; then it is asked."""
    if not at.location.bins or found.location_code != at.location.code:
        raise refuse(found, what_next(at, state), "count")
    if found.bin_code == state.bin_code:
        return Outcome(state, say.note(_("{bin} is open. Scan an item.").format(bin=found.bin_code)))
    if bin_facts(at.location.code, found.bin_code) is None:
        raise UnknownCode(kind=_("bin"), value=found.bin_code)
    other = counts.other_counter(at.location.code, found.bin_code, state.count_no)
    if other is not None and other[0] != at.user.code:
        text = _("Bin {bin} is being counted by {user} since {time}. Count it too?").format(
            bin=found.bin_code, user=other[0], time=clock_time(other[1])
        )
        return Outcome(state, ask=Ask("shared_bin", text, values=(found.bin_code,), yes=_("count"), no=_("no")))
    return opened(state, found.bin_code)


def opened(state: CountState, bin_code: str) -> Outcome:
    """The bin is open; the one before is closed with its totals."""
    items, total = counts.totals(state.count_no, bin_code)
    here = replace(
        state,
        bin_code=bin_code,
        step="",
        goods=None,
        pending=None,
        factor=None,
        held=NO_FIELDS,
        line_quantity=ZERO,
        line_entered=(),
        last_added=ZERO,
        bin_items=items,
        bin_quantity=total,
    )
    closed = f"{_bin_totals(state)}. " if state.bin_code else ""
    return Outcome(here, say.ok(closed + _("Bin {bin}").format(bin=bin_code)), undo="", good=True)


def _bin_totals(state: CountState) -> str:
    """`A-01-02: 3 items, 41`."""
    return f"{state.bin_code or state.location_code}: {in_all(state)}"


def close(at: At, state: CountState) -> Outcome:
    """F9: close the bin. Nothing counted in it: it is empty, if the worker says so. Else show what was not seen, unless blind."""
    if at.location.bins and not state.bin_code:
        raise NothingToDo(what=_("no bin is open; scan a bin"))
    if not counts.lines_of(state.count_no, state.bin_code):
        text = _("{place} empty? Everything there is counted as 0.").format(place=place(at.location.code, state.bin_code))
        digits = "" if at.location.bins else say.two_digits()
        return Outcome(state, ask=Ask("empty", text, digits=digits, yes=_("empty"), no=_("no")))
    if not may(at.user, Right.SEE_EXPECTED):
        return closed(state)
    unseen = _unseen(at, state)
    if not unseen:
        return closed(state)
    lines = [_unseen_in_words(one) for one in unseen[:_SHOWN_UNSEEN]] + (["…"] if len(unseen) > _SHOWN_UNSEEN else [])
    text = _("Not seen in {place}: {count}. Count them as 0?").format(
        place=place(at.location.code, state.bin_code), count=len(unseen)
    )
    return Outcome(state, ask=Ask("unseen", text, yes=_("count 0"), no=_("leave")), text=(text, *lines))


def _unseen(at: At, state: CountState) -> list[Content]:
    """What the books have in the bin, and no line of the count."""
    seen = {
        (one.item_no, one.variant_code, one.lot_no, one.serial_no, one.package_no)
        for one in counts.lines_of(state.count_no, state.bin_code)
    }
    contents = bin_contents(at.location.code, state.bin_code, limit=100_000)
    return [
        one
        for one in contents
        if one.quantity and (one.item_no, one.variant_code, one.lot_no, one.serial_no, one.package_no) not in seen
    ]


def _unseen_in_words(one: Content) -> str:
    numbers = " ".join(filter(None, (one.lot_no, one.serial_no, one.package_no)))
    what = " ".join(filter(None, (one.item_no, one.variant_code, numbers)))
    return f"{what}: {quantity(one.quantity, one.base_uom)}"


def closed(state: CountState, writes: tuple[Write, ...] = (), undo: str = "") -> Outcome:
    """No bin is open any more."""
    left = CountState(state.count_no, state.location_code, recent=state.recent, taken_in=state.taken_in)
    if not state.bin_code:  # there are no bins: what was counted here stays in view
        left = replace(left, bin_items=state.bin_items, bin_quantity=state.bin_quantity)
    return Outcome(left, say.ok(_bin_totals(state)), writes=writes, undo=undo)


def zero_lines(at: At, state: CountState) -> list[CountedLine]:
    """A line of 0 for everything the books have in the bin and nobody counted."""
    line_no = counts.next_line_no(state.count_no)
    lines: list[CountedLine] = []
    for one in _unseen(at, state):
        facts = item_facts(one.item_no, one.variant_code)
        assert facts is not None
        if facts.blocked or facts.type != "inventory":
            continue
        numbers = (one.lot_no, one.serial_no, one.package_no)
        lines.append(zero_line(at, state, line_no + len(lines), facts, one.variant_code, numbers))
    return lines


def zero_line(
    at: At, state: CountState, line_no: int, facts: ItemFacts, variant_code: str, numbers: tuple[str, str, str] = ("", "", "")
) -> CountedLine:
    """A line of 0 in the open bin, said and not scanned; `numbers`: lot, serial, package."""
    return CountedLine(
        count_no=state.count_no,
        line_no=line_no,
        item_no=facts.no,
        variant_code=variant_code,
        bin_code=state.bin_code,
        lot_no=numbers[0],
        serial_no=numbers[1],
        package_no=numbers[2],
        quantity=ZERO,
        entered=(),
        expiration_date=None,
        confirmed_empty=True,
        first_item_ledger_entry_no=facts.last_item_ledger_entry_no,
        first_warehouse_entry_no=facts.last_warehouse_entry_no,
        last_item_ledger_entry_no=facts.last_item_ledger_entry_no,
        last_warehouse_entry_no=facts.last_warehouse_entry_no,
        counted_by=at.user.code,
        counted_at=clock.now_microseconds(),
        terminal=at.terminal,
    )
