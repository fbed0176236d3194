"""Count order: one person's recording of a count that a supervisor has ordered; at the shelf the same as any count.

    choose the order       a recording of one's own, or one that somebody left
    scan                   as in `stockterm.flows.count`: bins, items, lots, serial numbers, quantities
    a code nothing has     is kept as it is, with its quantity; F4 says what it is; counting goes on
    F10                    the recording is handed in: it adds up with those of the others

Blind unless the order says otherwise, whatever the role: the flow of counting is run with the eyes of a counter, so that nothing
expected can come out of it. A recount takes only what it was made for, and nothing from somebody who has counted it before.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from db.connection.session import Write
from db.core.count_errors import THROWN_AWAY, RecordingTaken
from db.core.count_errors import CountOrderState as WrongState
from db.core.errors import NothingToDo
from db.queries.items import item_facts
from db.work import count_hand_in, count_locks, count_opportunities, count_orders, count_orphans, count_recordings, counts, steps
from db.work.count_opportunities import Opportunity
from db.work.count_orders import FINISHED, OPEN, CountOrder
from db.work.count_recordings import Recording
from db.work.counts import CountedLine
from stockterm.flows import choose, count, count_unknown, count_view, printing, say
from stockterm.flows.count_bins import zero_line, zero_lines
from stockterm.flows.count_line import lines_before
from stockterm.flows.count_order_state import CountOrderState, settled
from stockterm.flows.count_state import CountState
from stockterm.flows.help import help_for
from stockterm.flows.outcome import Answer, Ask, At, Entry, Flow, Outcome, Reply
from stockterm.flows.refusals import FirstAnswer, UnknownScan
from stockterm.flows.rights import Right, require
from stockterm.flows.tokens import Command
from stockterm.flows.view import KeyHint, ViewState
from stockterm.flows.words import clock_time, item_and_variant, lines_in_words, number, place
from stockterm.i18n import _
from stockterm.scanning.resolve import BinHit

JOB = "count_order"
_SHOWN = 200
_NEAR = "near:"  # what may be counted in passing, among the orders to choose from


@dataclass(frozen=True, slots=True)
class _Booked:
    """What a scan has just counted."""

    item_no: str
    variant_code: str
    bin_code: str
    serial_no: str
    quantity: Decimal
    counted_by: str


# ---- beginning ------------------------------------------------------------------------------------------------------


def begin(at: At, state: CountOrderState | None) -> Outcome:
    """Go on with the recording in hand, or choose an order of this location."""
    require(at.user, Right.COUNT)
    if state is not None and state.recording_no and state.count.location_code == at.location.code:
        recording = count_recordings.read_recording(state.order_no, state.recording_no)
        if recording is not None and recording.status == OPEN and recording.user_code == at.user.code:
            return _taken(at, recording, state.count)
    orders = [one for one in count_orders.orders_at(at.location.code) if one.status == OPEN]
    near = count_opportunities.offered(at.user.code, at.location.code) if at.location.bins else []
    if near:
        return _ask_which(at, orders, near)
    if not orders:
        raise NothingToDo(what=_("no count is ordered here; a supervisor orders one"))
    if len(orders) == 1:
        return _which_recording(at, orders[0])
    return _ask_which(at, orders, [])


def _ask_which(at: At, orders: Sequence[CountOrder], near: Sequence[Opportunity]) -> Outcome:
    """The orders, and behind them what may be counted in passing."""
    texts = [f"{one.document_no} {one.description}".rstrip() for one in orders]
    texts += [_("In passing: {bin}").format(bin=one.bin_code) for one in near]
    values = (*(str(one.order_no) for one in orders), *(f"{_NEAR}{one.opportunity_no}" for one in near))
    ask = Ask("order", _("Which count?"), choose.numbered(texts), values)
    return Outcome(CountOrderState(count=CountState(location_code=at.location.code)), ask=ask)


def _which_recording(at: At, order: CountOrder) -> Outcome:
    """One's own open recording; else a new one, one that is left, or a recount of what one has not counted."""
    opened = [one for one in count_recordings.recordings_of(order.order_no) if one.status == OPEN]
    for one in opened:
        if one.user_code == at.user.code:
            return _taken(at, count_recordings.take_recording(order.order_no, one.recording_no, at.user.code))
    opened = [one for one in opened if not count_recordings.counted_by(one, at.user.code)]
    if not opened:
        return _taken(at, count_recordings.begin_recording(order.order_no, at.user.code))
    texts = [_("Count myself"), *(_recording_in_words(one) for one in opened)]
    values = (str(order.order_no), *(str(one.recording_no) for one in opened))
    ask = Ask("recording", _("{order}: which?").format(order=order.document_no), choose.numbered(texts), values)
    return Outcome(CountOrderState(order.order_no, count=CountState(location_code=at.location.code)), ask=ask)


def _recording_in_words(one: Recording) -> str:
    lines = lines_in_words(len(count_recordings.recorded_lines(one)))
    if one.pass_no > 1 and not one.user_code:
        return _("Count again: {lines}").format(
            lines=lines_in_words(len(count_recordings.tasks_of(one.order_no, one.recording_no)))
        )
    return _("Take over from {user}: {lines}").format(user=one.user_code or "-", lines=lines)


def _taken(at: At, recording: Recording, where: CountState | None = None) -> Outcome:
    order = count_orders.read_order(recording.order_no)
    assert order is not None
    left, bins = count_recordings.bins_left(recording)
    state = CountOrderState(
        recording.order_no,
        recording.recording_no,
        recording.pass_no,
        order.blind,
        where or CountState(recording.count_no, at.location.code),
        bins_left=len(left),
        bins=bins,
    )
    text = _("Scan a bin.") if at.location.bins else _("Scan the first item.")
    if at.location.bins:
        text = _("{left} of {bins} bins left.").format(left=len(left), bins=bins) + f" {text}"
    return Outcome(state, say.ok(f"{order.document_no}: {text}"), text=_wanted(recording), forget=True)


def _wanted(recording: Recording) -> tuple[str, ...]:
    """What a recount wants to be counted again: places and items, never how many."""
    if recording.pass_no == 1:
        return ()
    lines = sorted((bin_code, item_no, variant) for item_no, variant, bin_code in count_hand_in.task_keys(recording))
    shown = [" ".join(filter(None, line)) for line in lines[:_SHOWN]]
    return (_("Count again:"), *shown, *(["…"] if len(lines) > _SHOWN else []))


def _eyes(at: At, state: CountOrderState) -> At:
    """A blind count is counted with the eyes of a counter, whatever the role."""
    return replace(at, user=replace(at.user, role="counter")) if state.blind else at


def _in_hand(at: At, state: CountOrderState) -> Recording:
    """The recording, if it is still open and this worker's."""
    recording = count_recordings.read_recording(state.order_no, state.recording_no)
    if recording is None:
        raise WrongState(order=f"CO{state.order_no}/{state.recording_no}", status=THROWN_AWAY)
    if recording.status != OPEN:
        raise WrongState(order=f"CO{state.order_no}/{state.recording_no}", status="handed in already")
    if recording.user_code != at.user.code:
        raise RecordingTaken(user_code=recording.user_code)
    return recording


def _handed_over(state: CountOrderState, user_code: str) -> tuple[Write, ...]:
    """A badge in the middle of it: the recording goes on in the hands of another."""
    recording = count_recordings.read_recording(state.order_no, state.recording_no) if state.recording_no else None
    return tuple(count_recordings.give_recording(recording, user_code)) if recording is not None else ()


# ---- scans ----------------------------------------------------------------------------------------------------------


def scan(at: At, state: CountOrderState, entry: Entry) -> Outcome:
    """One scan or typed entry."""
    require(at.user, Right.COUNT)
    recording = _in_hand(at, state)
    if state.step == count_unknown.DESCRIBE:
        return count_unknown.described(state, entry)
    typed = count_unknown.typed_quantity(at, state, entry)
    if typed is not None:
        return count_unknown.with_quantity(at, state, typed)
    try:
        outcome = count.scan(_eyes(at, state), state.count, entry)
    except UnknownScan:
        if not count_unknown.may_be_orphan(at, state, entry):
            raise
        return count_unknown.keep(at, state, recording, entry)
    return _counted(at, state, recording, outcome)


def _counted(at: At, state: CountOrderState, recording: Recording, outcome: Outcome, *, shared: bool = False) -> Outcome:
    """What the flow of counting made of it, if the order allows it."""
    now = outcome.state
    if now is None:
        return outcome
    changed_bin = now.bin_code != state.count.bin_code
    if now.bin_code and changed_bin and not shared:
        other = count_recordings.other_counter(recording, now.bin_code)
        if other is not None and other[0] != at.user.code:
            text = _("Bin {bin} is in the count of {user} since {time}. Count it too? It adds up.").format(
                bin=now.bin_code, user=other[0], time=clock_time(other[1])
            )
            return Outcome(state, ask=Ask("shared", text, values=(now.bin_code,), yes=_("count"), no=_("no")))
    if outcome.undo and now.goods is not None and not changed_bin:
        goods = now.goods
        booked = _Booked(goods.item_no, goods.variant_code, now.bin_code, goods.serial_no, now.line_quantity, at.user.code)
        order = count_orders.read_order(state.order_no)
        assert order is not None
        count_hand_in.check_line(order, recording, booked)
        outcome = outcome if order.blind else _found(at, recording, booked, outcome)
    state = replace(state, count=now, orphan_no=0, orphan_code="", orphan_quantity=Decimal(0), step="")
    if now.bin_code and changed_bin and not outcome.ask:
        outcome = replace(outcome, writes=(*outcome.writes, *_locks(recording, at.location.code, now.bin_code)))
    if changed_bin:
        left, bins = count_recordings.bins_left(recording)
        state = replace(state, bins_left=len(left), bins=bins)
    return replace(outcome, state=state)


def _locks(recording: Recording, location_code: str, bin_code: str) -> tuple[Write, ...]:
    """Where the order locks bins: nothing is posted in this one until the recording is handed in."""
    order = count_orders.read_order(recording.order_no)
    return (count_locks.lock(recording, location_code, bin_code),) if order is not None and order.lock_bins else ()


def _found(at: At, recording: Recording, booked: _Booked, outcome: Outcome) -> Outcome:
    """Not expected here: it is taken all the same, and said, once. (In a blind count nothing is said: it would tell.)"""
    key = (booked.item_no, booked.variant_code, booked.bin_code)
    if not booked.quantity or outcome.message is None or count_orders.has_line(recording.order_no, key):
        return outcome
    where = place(at.location.code, booked.bin_code)
    text = _("Not expected in {place}: {item}. Recorded as found: {quantity}. F5 takes it back.")
    item = item_and_variant(booked.item_no, booked.variant_code)
    return replace(outcome, message=say.warning(text.format(place=where, item=item, quantity=number(booked.quantity))))


# ---- commands -------------------------------------------------------------------------------------------------------


def command(at: At, state: CountOrderState, command: Command) -> Outcome:
    """One command key or label."""
    if command is Command.BACK and state.step:
        return Outcome(replace(state, step=""), say.note(_("Dropped. {next}").format(next=_("Scan an item."))))
    if command is Command.BACK and not state.count.pending and not state.count.step:
        count_hand_in.leave_recording(state.order_no, state.recording_no)
        return Outcome(state, go="menu")
    if not state.recording_no:
        return Outcome(None, go="menu")
    recording = _in_hand(at, state)
    if command is Command.POST:
        if state.count.pending:
            raise FirstAnswer(what=_("Answer"), item_no=state.count.pending.name, done=_("counted"))
        return _ask_hand_in(state, recording)
    if command is Command.LIST and state.orphan_no:
        return Outcome(replace(state, step=count_unknown.DESCRIBE), say.note(_("What is it? Type a few words.")))
    if command is Command.LIST and at.location.bins and not state.count.bin_code:
        left, bins = count_recordings.bins_left(recording)
        text = _("{left} of {bins} bins left.").format(left=len(left), bins=bins)
        return Outcome(state, say.note(text), text=(text, " ".join(left[:_SHOWN])))
    return _counted(at, state, recording, count.command(_eyes(at, state), state.count, command))


def _ask_hand_in(state: CountOrderState, recording: Recording) -> Outcome:
    """F10: what is left to be visited is named, and two digits hand the recording in."""
    lines = count_recordings.recorded_lines(recording)
    orphans = [one for one in count_orphans.orphans_of(state.order_no) if one.recording_no == recording.recording_no]
    if not lines and not orphans:
        raise NothingToDo(what=_("nothing was counted"))
    lines = _scanned(state, lines)
    digits = say.two_digits()
    left, _bins = count_recordings.bins_left(recording)
    text = _("Hand in {lines}? Type {digits}.").format(lines=lines_in_words(len(lines) + len(orphans)), digits=digits)
    shown = [text]
    if any(left):
        shown += [_("Not visited: {bins}").format(bins=" ".join(left[:_SHOWN]))]
    ask = Ask("hand_in", text, digits=digits, no=_("not yet"))
    return Outcome(state, ask=ask, text=tuple(shown) if len(shown) > 1 else ())


def _scanned(state: CountOrderState, lines: Sequence[CountedLine]) -> list[CountedLine]:
    """The lines to speak of: how many things were expected in an empty bin is nothing for a blind counter."""
    return [one for one in lines if not (state.blind and one.confirmed_empty)]


# ---- answers --------------------------------------------------------------------------------------------------------


def answer(at: At, state: CountOrderState, ask: Ask, reply: Answer) -> Outcome:
    """The answer to a question of this job, or of the count within it."""
    if ask.kind in ("order", "recording"):
        return _chosen(at, ask, reply)
    if ask.kind == "hand_in":
        return _handed_in(at, state) if reply is Reply.YES else Outcome(state, say.note(_("Not handed in.")))
    recording = _in_hand(at, state)
    if ask.kind == "shared":
        if reply is not Reply.YES:
            return Outcome(state, say.note(_("Scan another bin.")))
        outcome = count.take(_eyes(at, state), state.count, BinHit(at.location.code, ask.values[0]))
        return _counted(at, state, recording, outcome, shared=True)
    outcome = count.answer(_eyes(at, state), state.count, ask, reply)
    if ask.kind in ("empty", "unseen") and reply is Reply.YES:
        outcome = _with_lines_of_order(at, state, recording, outcome)
    return _counted(at, state, recording, outcome)


def _with_lines_of_order(at: At, state: CountOrderState, recording: Recording, outcome: Outcome) -> Outcome:
    """An empty place is empty of what the order names there too, also where that has left the books since."""
    bin_code, count_no = state.count.bin_code, state.count.count_no
    named = {(one.item_no, one.variant_code) for one in counts.lines_of(count_no, bin_code)}
    lines = zero_lines(at, state.count)
    named |= {(one.item_no, one.variant_code) for one in lines}
    missing = [one for one in count_recordings.lines_in(recording, bin_code) if (one.item_no, one.variant_code) not in named]
    for one in missing:
        facts = item_facts(one.item_no, one.variant_code)
        assert facts is not None
        line_no = lines[-1].line_no + 1 if lines else counts.next_line_no(count_no)
        lines.append(zero_line(at, state.count, line_no, facts, one.variant_code))
    return replace(outcome, writes=tuple(counts.save_lines(lines)), undo=lines_before([(line, None) for line in lines]))


def _chosen(at: At, ask: Ask, reply: Answer) -> Outcome:
    if not isinstance(reply, int):
        return Outcome(None, go="menu")
    if ask.kind == "order" and ask.values[reply].startswith(_NEAR):
        number_of = int(ask.values[reply].removeprefix(_NEAR))
        order_no = count_opportunities.take(number_of, at.user.code, ask.choices[reply].split(" ", 1)[1])
        return _taken(at, count_recordings.begin_recording(order_no, at.user.code))
    if ask.kind == "order":
        order = count_orders.read_order(int(ask.values[reply]))
        assert order is not None
        return _which_recording(at, order)
    order_no = int(ask.values[0])
    if not reply:
        return _taken(at, count_recordings.begin_recording(order_no, at.user.code))
    recording_no = int(ask.values[reply])
    before = count_recordings.read_recording(order_no, recording_no)
    taken = _taken(at, count_recordings.take_recording(order_no, recording_no, at.user.code))
    if before is None or before.user_code == at.user.code:
        return taken
    return replace(
        taken, writes=tuple(steps.give(count_recordings.work_of(before.count_no, before.user_code), work(at, taken.state)))
    )


def _handed_in(at: At, state: CountOrderState) -> Outcome:
    """Hand in, once: after a kill between this and the echo it is found done."""
    recording = count_recordings.read_recording(state.order_no, state.recording_no)
    done = recording is not None and recording.status == FINISHED and recording.finished_by == at.user.code
    if not done:
        _in_hand(at, state)
        count_hand_in.finish_recording(state.order_no, state.recording_no, at.user.code)
    assert recording is not None
    lines = lines_in_words(len(_scanned(state, count_recordings.recorded_lines(recording))))
    text = _("Handed in for {order}: {lines}.").format(order=f"CO{state.order_no}", lines=lines)
    return Outcome(None, say.ok(text), writes=(steps.forget(work(at, state)),), go="menu", good=True, forget=True)


# ---- what is shown --------------------------------------------------------------------------------------------------


def view(at: At, state: CountOrderState) -> ViewState:
    """The count as any count shows it, with the order. Everything here was scanned or typed: nothing comes from the books."""
    if not state.recording_no:
        keys = (KeyHint(Command.BACK, _("menu")), KeyHint(Command.HELP, _("help")))
        return ViewState(title=_("Count order"), prompt=_("Choose"), keys=keys)
    shown = count_view.view(_eyes(at, state), state.count)
    facts = [(_("Order"), f"CO{state.order_no}"), *shown.facts]
    progress = None
    if at.location.bins:
        facts.append((_("Bins left"), f"{state.bins_left} / {state.bins}"))
        progress = (state.bins - state.bins_left, state.bins) if state.bins else None
    others = count_recordings.others_counting(state.order_no, state.recording_no)
    if others:
        facts.append((_("Also counting"), ", ".join(others)))
    where = state.count.bin_code or state.count.location_code
    relabelled = tuple(replace(one, label=_("hand in")) if one.command is Command.POST else one for one in shown.keys)
    changed = replace(shown, title=f"CO{state.order_no} {where}", keys=relabelled, facts=tuple(facts), progress=progress)
    if state.orphan_no:
        changed = replace(
            changed,
            item=state.orphan_code,
            description=_("unknown code"),
            tracking="",
            quantity=number(state.orphan_quantity),
            keys=(KeyHint(Command.LIST, _("what?")), *(one for one in relabelled if one.command is not Command.LIST)),
        )
    return replace(changed, prompt=_("In words")) if state.step == count_unknown.DESCRIBE else changed


def work(at: At, state: CountOrderState) -> str:
    """The steps go with the recording: whoever has it in hand can take them back, and nobody else."""
    return count_recordings.work_of(state.count.count_no, at.user.code)


def begun(state: CountOrderState) -> bool:
    """Whether something was counted."""
    recording = count_recordings.read_recording(state.order_no, state.recording_no) if state.recording_no else None
    return recording is not None and recording.status == OPEN and bool(count_recordings.recorded_lines(recording))


def _help(at: At, state: CountOrderState) -> tuple[str, ...]:
    if state.step or state.orphan_no:
        return help_for(JOB, state.step or "unknown")
    if state.count.step:
        return help_for("count", state.count.step)
    return help_for(JOB, "bin" if at.location.bins and not state.count.bin_code else "item")


FLOW = Flow(
    state=CountOrderState,
    begin=begin,
    scan=scan,
    command=command,
    answer=answer,
    view=view,
    help=_help,
    work=work,
    label=lambda at, state: printing.of_hand(at, state.count.pending or state.count.goods, state.count.bin_code),
    restore=count_unknown.restore,
    begun=begun,
    settled=settled,
    handed_over=_handed_over,
)
