"""Count order: one person's recording of a count that a supervisor has ordered; at the shelf the same as any count.

    choose the order       a recording of one's own, or one that somebody left
    scan                   as in `stockterm.flows.count`: bins, items, lots, serial numbers, quantities
    a code nothing has     is kept as it is, with its quantity; F4 says what it is; counting goes on
    F10                    the recording is handed in: it adds up with those of the others

Blind unless the order says otherwise, whatever the role: the flow of counting is run with the eyes of a counter, so that nothing
expected can come out of it. A recount takes only what it was made for, and nothing from somebody who has counted it before.
"""

import json
from dataclasses import dataclass, replace
from decimal import Decimal

from db.connection.session import Write
from db.core import clock
from db.core.count_errors import CountOrderState as WrongState
from db.core.count_errors import RecordingTaken
from db.core.errors import NothingToDo, QuantityZero
from db.work import count_finish, count_orders, steps
from db.work.count_orders import FINISHED, OPEN, CountOrder, Orphan, Recording
from stockterm.flows import choose, count, count_line, count_view, say
from stockterm.flows.count_order_state import CountOrderState
from stockterm.flows.count_state import CountState
from stockterm.flows.help import help_for
from stockterm.flows.outcome import Answer, Ask, At, Entry, Flow, Outcome, Reply
from stockterm.flows.refusals import FirstAnswer, QuantityNegative, UnknownScan
from stockterm.flows.rights import Right, require
from stockterm.flows.saved import from_plain, to_plain
from stockterm.flows.tokens import Command
from stockterm.flows.view import Document, KeyHint, ViewState
from stockterm.flows.words import checked_quantity, clock_time, lines_in_words, number, typed_number
from stockterm.i18n import _
from stockterm.scanning.resolve import OWN_PREFIXES, BinHit

JOB = "count_order"
_SHOWN = 200


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
        recording = count_orders.read_recording(state.order_no, state.recording_no)
        if recording is not None and recording.status == OPEN and recording.user_code in (at.user.code, state.user_code):
            return _taken(at, count_orders.take_recording(state.order_no, state.recording_no, at.user.code), state.count)
    orders = [one for one in count_orders.orders_at(at.location.code) if one.status == OPEN]
    if not orders:
        raise NothingToDo(what=_("no count is ordered here; a supervisor orders one"))
    empty = CountOrderState(count=CountState(location_code=at.location.code))
    if len(orders) == 1:
        return _which_recording(at, orders[0])
    texts = [f"{one.document_no} {one.description}".rstrip() for one in orders]
    values = tuple(str(one.order_no) for one in orders)
    return Outcome(empty, ask=Ask("order", _("Which count?"), choose.numbered(texts), values))


def _which_recording(at: At, order: CountOrder) -> Outcome:
    """One's own open recording; else one that is left or wanted, or a new one."""
    opened = [one for one in count_orders.recordings_of(order.order_no) if one.status == OPEN]
    for one in opened:
        if one.user_code == at.user.code:
            return _taken(at, count_orders.take_recording(order.order_no, one.recording_no, at.user.code))
    if not opened:
        return _taken(at, count_orders.begin_recording(order.order_no, at.user.code))
    texts = [_("Count myself"), *(_recording_in_words(one) for one in opened)]
    values = (str(order.order_no), *(str(one.recording_no) for one in opened))
    ask = Ask("recording", _("{order}: which?").format(order=order.document_no), choose.numbered(texts), values)
    return Outcome(CountOrderState(order.order_no, count=CountState(location_code=at.location.code)), ask=ask)


def _recording_in_words(one: Recording) -> str:
    lines = lines_in_words(len(count_orders.recorded_lines(one)))
    if one.pass_no > 1 and not one.user_code:
        return _("Count again: {lines}").format(lines=lines_in_words(len(count_orders.tasks_of(one.order_no, one.recording_no))))
    return _("Take over from {user}: {lines}").format(user=one.user_code or "-", lines=lines)


def _taken(at: At, recording: Recording, where: CountState | None = None) -> Outcome:
    order = count_orders.read_order(recording.order_no)
    assert order is not None
    left, bins = count_orders.bins_left(recording)
    state = CountOrderState(
        recording.order_no,
        recording.recording_no,
        recording.pass_no,
        at.user.code,
        order.blind,
        where or CountState(recording.count_no, at.location.code),
        bins_left=len(left),
        bins=bins,
    )
    text = _("Scan a bin.") if at.location.bins else _("Scan the first item.")
    if at.location.bins:
        text = _("{left} of {bins} bins left.").format(left=len(left), bins=bins) + f" {text}"
    return Outcome(state, say.ok(f"{order.document_no}: {text}"), text=_wanted(recording))


def _wanted(recording: Recording) -> tuple[str, ...]:
    """What a recount wants to be counted again: places and items, never how many."""
    if recording.pass_no == 1:
        return ()
    lines = sorted((bin_code, item_no, variant) for item_no, variant, bin_code in count_finish.task_keys(recording))
    shown = [" ".join(filter(None, line)) for line in lines[:_SHOWN]]
    return (_("Count again:"), *shown, *(["…"] if len(lines) > _SHOWN else []))


def _eyes(at: At, state: CountOrderState) -> At:
    """A blind count is counted with the eyes of a counter, whatever the role."""
    return replace(at, user=replace(at.user, role="counter")) if state.blind else at


def _in_hand(at: At, state: CountOrderState) -> tuple[Recording, tuple[Write, ...]]:
    """The recording, if it is still this worker's. Handed over by a badge, it is theirs now (what has to be written for that)."""
    recording = count_orders.read_recording(state.order_no, state.recording_no)
    if recording is None or recording.status != OPEN:
        raise WrongState(order=f"CO{state.order_no}/{state.recording_no}", status="handed in already")
    if recording.user_code != state.user_code:
        raise RecordingTaken(user_code=recording.user_code)
    if recording.user_code != at.user.code:
        return replace(recording, user_code=at.user.code), tuple(count_orders.give_recording(recording, at.user.code))
    return recording, ()


# ---- scans ----------------------------------------------------------------------------------------------------------


def scan(at: At, state: CountOrderState, entry: Entry) -> Outcome:
    """One scan or typed entry."""
    require(at.user, Right.COUNT)
    recording, given = _in_hand(at, state)
    state = replace(state, user_code=at.user.code)
    if state.step == "describe":
        return _described(state, entry, given)
    typed = _typed_for_orphan(state, entry)
    if typed is not None:
        return _orphan_quantity(at, state, typed, given)
    try:
        outcome = count.scan(_eyes(at, state), state.count, entry)
    except UnknownScan:
        if not _may_be_orphan(at, state, entry):
            raise
        return _orphan(at, state, recording, entry, given)
    return _counted(at, state, recording, outcome, given)


def _counted(
    at: At, state: CountOrderState, recording: Recording, outcome: Outcome, given: tuple[Write, ...], *, shared: bool = False
) -> Outcome:
    """What the flow of counting made of it, if the order allows it."""
    now = outcome.state
    if now is None:
        return replace(outcome, writes=(*given, *outcome.writes))
    changed_bin = now.bin_code != state.count.bin_code
    if now.bin_code and changed_bin and not shared:
        other = count_orders.other_counter(recording, now.bin_code)
        if other is not None and other[0] != at.user.code:
            text = _("Bin {bin} is in the count of {user} since {time}. Count it too? It adds up.").format(
                bin=now.bin_code, user=other[0], time=clock_time(other[1])
            )
            return Outcome(state, ask=Ask("shared", text, values=(now.bin_code,), yes=_("count"), no=_("no")), writes=given)
    if outcome.undo and now.goods is not None and not changed_bin:
        goods = now.goods
        booked = _Booked(goods.item_no, goods.variant_code, now.bin_code, goods.serial_no, now.line_quantity, at.user.code)
        order = count_orders.read_order(state.order_no)
        assert order is not None
        count_finish.check_line(order, recording, booked)
    state = replace(state, count=now, orphan_no=0, orphan_code="", orphan_quantity=Decimal(0), step="")
    if changed_bin:
        left, bins = count_orders.bins_left(recording)
        state = replace(state, bins_left=len(left), bins=bins)
    return replace(outcome, state=state, writes=(*given, *outcome.writes))


# ---- codes that nothing has -----------------------------------------------------------------------------------------


def _may_be_orphan(at: At, state: CountOrderState, entry: Entry) -> bool:
    """A code on goods: not where a bin, a number or an answer is asked for, and not a label of ours that is wrong."""
    text = entry.raw.strip().upper()
    own_label = any(text.startswith(spelling) for spelling, _prefix in OWN_PREFIXES)
    return bool(text) and not own_label and not state.count.step and (bool(state.count.bin_code) or not at.location.bins)


def _orphan(at: At, state: CountOrderState, recording: Recording, entry: Entry, given: tuple[Write, ...]) -> Outcome:
    """Keep the code with how often it was scanned; counting goes on."""
    barcode = entry.raw.strip()[:200]
    quantity = state.count.factor or Decimal(1)
    known = [
        one
        for one in count_orders.orphans_of(state.order_no)
        if (one.barcode, one.bin_code, one.recording_no) == (barcode, state.count.bin_code, recording.recording_no)
    ]
    before = known[0] if known else None
    orphan_no = before.orphan_no if before else count_orders.next_orphan_no(state.order_no)
    total = quantity + (before.quantity if before else Decimal(0))
    now = Orphan(
        state.order_no,
        orphan_no,
        recording.recording_no,
        state.count.bin_code,
        barcode,
        before.description if before else "",
        total,
        "open",
        at.user.code,
        clock.now_microseconds(),
        at.terminal,
        "",
    )
    text = _("UNKNOWN {code}: kept, {quantity}. F4 says what it is.").format(code=barcode, quantity=number(total))
    return _with_orphan(replace(state, count=replace(state.count, factor=None, goods=None)), now, before, text, given)


def _with_orphan(
    state: CountOrderState, now: Orphan, before: Orphan | None, text: str, given: tuple[Write, ...], *, warn: bool = True
) -> Outcome:
    state = replace(state, orphan_no=now.orphan_no, orphan_code=now.barcode, orphan_quantity=now.quantity, step="")
    undo = json.dumps({"order": now.order_no, "orphan": now.orphan_no, "before": to_plain(before) if before else None})
    message = say.warning(text) if warn else say.ok(text)
    return Outcome(state, message, writes=(*given, count_orders.save_orphan(now)), undo=undo, good=True)


def _current_orphan(state: CountOrderState) -> Orphan:
    return next(one for one in count_orders.orphans_of(state.order_no, only_open=False) if one.orphan_no == state.orphan_no)


def _typed_for_orphan(state: CountOrderState, entry: Entry) -> Decimal | None:
    text = entry.raw.strip()
    if not state.orphan_no or entry.certain or len(text) > 6 or not text.replace(",", "").replace(".", "").isdigit():
        return None
    return typed_number(text)


def _orphan_quantity(at: At, state: CountOrderState, quantity: Decimal, given: tuple[Write, ...]) -> Outcome:
    if quantity < 0:
        raise QuantityNegative(quantity=quantity, done=_("counted"))
    if not quantity:
        raise QuantityZero(field="quantity")
    checked_quantity(quantity)
    before = _current_orphan(state)
    text = f"{number(before.quantity)} → {number(quantity)}"
    return _with_orphan(state, replace(before, quantity=quantity, counted_by=at.user.code), before, text, given, warn=False)


def _described(state: CountOrderState, entry: Entry, given: tuple[Write, ...]) -> Outcome:
    before = _current_orphan(state)
    now = replace(before, description=entry.raw.strip()[:100])
    return _with_orphan(state, now, before, f"{now.barcode}: {now.description}", given, warn=False)


def restore(before: str) -> tuple[Write, ...]:
    """Put back what a step had changed: an orphan, or lines as in any count."""
    if not before.startswith("{"):
        return count_line.restore(before)
    plain = json.loads(before)
    if plain["before"] is None:
        return (count_orders.delete_orphan(plain["order"], plain["orphan"]),)
    return (count_orders.save_orphan(from_plain(Orphan, plain["before"])),)


# ---- commands -------------------------------------------------------------------------------------------------------


def command(at: At, state: CountOrderState, command: Command) -> Outcome:
    """One command key or label."""
    if command is Command.BACK and state.step:
        return Outcome(replace(state, step=""), say.note(_("Dropped. {next}").format(next=_("Scan an item."))))
    if command is Command.BACK and not state.count.pending and not state.count.step:
        return Outcome(state, go="menu")
    if not state.recording_no:
        return Outcome(None, go="menu")
    recording, given = _in_hand(at, state)
    state = replace(state, user_code=at.user.code)
    if command is Command.POST:
        if state.count.pending:
            raise FirstAnswer(what=_("Answer"), item_no=state.count.pending.name, done=_("counted"))
        return _ask_hand_in(state, recording, given)
    if command is Command.LIST and state.orphan_no:
        return Outcome(replace(state, step="describe"), say.note(_("What is it? Type a few words.")), writes=given)
    if command is Command.LIST and at.location.bins and not state.count.bin_code:
        left, bins = count_orders.bins_left(recording)
        text = _("{left} of {bins} bins left.").format(left=len(left), bins=bins)
        return Outcome(state, say.note(text), text=(text, " ".join(left[:_SHOWN])), writes=given)
    return _counted(at, state, recording, count.command(_eyes(at, state), state.count, command), given)


def _ask_hand_in(state: CountOrderState, recording: Recording, given: tuple[Write, ...]) -> Outcome:
    """F10: what is left to be visited is named, and two digits hand the recording in."""
    lines = count_orders.recorded_lines(recording)
    orphans = [one for one in count_orders.orphans_of(state.order_no) if one.recording_no == recording.recording_no]
    if not lines and not orphans:
        raise NothingToDo(what=_("nothing was counted"))
    digits = say.two_digits()
    left, _bins = count_orders.bins_left(recording)
    text = _("Hand in {lines}? Type {digits}.").format(lines=lines_in_words(len(lines) + len(orphans)), digits=digits)
    shown = [text]
    if any(left):
        shown += [_("Not visited: {bins}").format(bins=" ".join(left[:_SHOWN]))]
    ask = Ask("hand_in", text, digits=digits, no=_("not yet"))
    return Outcome(state, ask=ask, text=tuple(shown) if len(shown) > 1 else (), writes=given)


# ---- answers --------------------------------------------------------------------------------------------------------


def answer(at: At, state: CountOrderState, ask: Ask, reply: Answer) -> Outcome:
    """The answer to a question of this job, or of the count within it."""
    if ask.kind in ("order", "recording"):
        return _chosen(at, ask, reply)
    if ask.kind == "hand_in":
        return _handed_in(at, state) if reply is Reply.YES else Outcome(state, say.note(_("Not handed in.")))
    recording, given = _in_hand(at, state)
    state = replace(state, user_code=at.user.code)
    if ask.kind == "shared":
        if reply is not Reply.YES:
            return Outcome(state, say.note(_("Scan another bin.")), writes=given)
        outcome = count.take(_eyes(at, state), state.count, BinHit(at.location.code, ask.values[0]))
        return _counted(at, state, recording, outcome, given, shared=True)
    return _counted(at, state, recording, count.answer(_eyes(at, state), state.count, ask, reply), given)


def _chosen(at: At, ask: Ask, reply: Answer) -> Outcome:
    if not isinstance(reply, int):
        return Outcome(None, go="menu")
    if ask.kind == "order":
        order = count_orders.read_order(int(ask.values[reply]))
        assert order is not None
        return _which_recording(at, order)
    order_no = int(ask.values[0])
    if not reply:
        return _taken(at, count_orders.begin_recording(order_no, at.user.code))
    return _taken(at, count_orders.take_recording(order_no, int(ask.values[reply]), at.user.code))


def _handed_in(at: At, state: CountOrderState) -> Outcome:
    """Hand in, once: after a kill between this and the echo it is found done."""
    recording = count_orders.read_recording(state.order_no, state.recording_no)
    done = recording is not None and recording.status == FINISHED and recording.finished_by == at.user.code
    if not done:
        _in_hand(at, state)
        count_finish.finish_recording(state.order_no, state.recording_no, at.user.code)
    assert recording is not None
    lines = lines_in_words(len(count_orders.recorded_lines(recording)))
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
    where = state.count.bin_code or state.count.location_code
    changed = replace(shown, title=f"CO{state.order_no} {where}", facts=tuple(facts), progress=progress)
    if state.blind:
        changed = replace(changed, document=_without_empty(changed.document))
    if state.orphan_no:
        changed = replace(
            changed,
            item=state.orphan_code,
            description=_("unknown code"),
            tracking="",
            quantity=number(state.orphan_quantity),
            keys=(KeyHint(Command.LIST, _("what?")), *(one for one in shown.keys if one.command is not Command.LIST)),
        )
    return replace(changed, prompt=_("In words")) if state.step == "describe" else changed


def _without_empty(document: Document | None) -> Document | None:
    """A bin that was said to be empty has lines of what was expected there: not for a blind counter."""
    if document is None:
        return None
    kept = [index for index, row in enumerate(document.rows) if row[-1] != "0"]
    current = kept.index(document.current) if document.current in kept else None
    return replace(document, rows=tuple(document.rows[index] for index in kept), current=current)


def work(at: At, state: CountOrderState) -> str:
    """The steps belong to the recording, whoever has it in hand."""
    return count.work(at, state.count) if state.recording_no else f"{JOB}:{at.user.code}"


def begun(state: CountOrderState) -> bool:
    """Whether something was counted."""
    recording = count_orders.read_recording(state.order_no, state.recording_no) if state.recording_no else None
    return recording is not None and recording.status == OPEN and bool(count_orders.recorded_lines(recording))


def _help(at: At, state: CountOrderState) -> tuple[str, ...]:
    return help_for(JOB, state.step or state.count.step or ("item" if state.count.bin_code else "bin"))


FLOW = Flow(
    state=CountOrderState,
    begin=begin,
    scan=scan,
    command=command,
    answer=answer,
    view=view,
    help=_help,
    work=work,
    restore=restore,
    begun=begun,
)
