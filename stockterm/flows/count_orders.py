"""Counts ordered: what a supervisor does with count orders, from making one to posting it.

    the orders of this location, and a new one
      └ one order: progress · differences · recount · lines to decide · unknown codes · recordings · the rest to 0, or removed
                   finish → approve → post; back to counting until a part of it is posted

Every step is a list to choose from; what changes or posts something is confirmed by two digits. Large orders are posted behind
the supervisor's back, in parts, and the list shows how far it is.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from db.connection import connection_scope, fetch
from db.core.errors import StocktermError
from db.posting.lines import PostedBy
from db.queries.items import reasons
from db.work import count_finish, count_hand_in, count_judge, count_orders, count_orphans, count_recordings, count_schedule
from db.work.count_judge import JudgedLine
from db.work.count_orders import FINISHED, OPEN, POSTED, POSTING, CountOrder, NewCountOrder
from db.work.count_rules import LINES_AT_ONCE, NO_THRESHOLDS, Need, Thresholds
from stockterm.flows import choose, say
from stockterm.flows.help import help_for
from stockterm.flows.outcome import Answer, Ask, At, Entry, Flow, Outcome, Reply
from stockterm.flows.refusals import UnknownChoice
from stockterm.flows.rights import Right, may, require
from stockterm.flows.tokens import Command
from stockterm.flows.view import KeyHint, Message, ViewState
from stockterm.flows.words import day_and_time, differences_in_words, lines_in_words, number, signed, typed_date, typed_number
from stockterm.i18n import _, format_date, in_words

JOB = "count_orders"
_LISTED = 60
_FILTERS = ("bin_filter", "zone_filter", "category_filter", "item_filter")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Draft:
    """An order that is being made."""

    description: str = ""
    bin_filter: str = ""
    zone_filter: str = ""
    category_filter: str = ""
    item_filter: str = ""
    posting_date: date | None = None
    threshold_quantity: Decimal | None = None
    threshold_percent: Decimal | None = None
    threshold_value: Decimal | None = None
    blind: bool = True
    four_eyes: bool = True


@dataclass(frozen=True, slots=True)
class SupervisorState:
    """The list (`page` blank), one order, a part of it, or an order being made. `step`: what is being typed."""

    order_no: int = 0
    page: str = ""  # order, new, differences, decide, line, orphans, orphan, recordings, recording
    step: str = ""
    chosen: int = 0  # the line, orphan or recording
    draft: Draft = Draft()


@dataclass(frozen=True, slots=True)
class _Entry:
    """One thing to choose."""

    text: str
    do: Callable[[], Outcome]


def begin(at: At, state: SupervisorState | None) -> Outcome:
    """Show the orders of this location."""
    require(at.user, Right.ORDER_COUNT)
    return Outcome(SupervisorState(), say.note(_("Choose.")))


# ---- lists ----------------------------------------------------------------------------------------------------------


def _entries(at: At, state: SupervisorState) -> list[_Entry]:
    """What can be chosen on this page."""
    if state.page == "new":
        return _draft_entries(at, state)
    if not state.page:
        return _list_entries(at, state)
    order = _order(state)
    match state.page:
        case "decide":
            return [_line_entry(state, one) for one in _undecided(order)[:_LISTED]]
        case "line":
            return _decision_entries(state, order)
        case "orphans":
            orphans = count_orphans.orphans_of(order.order_no)[:_LISTED]
            return [_Entry(_orphan_in_words(one), _go(state, "orphan", one.orphan_no)) for one in orphans]
        case "orphan":
            return [_Entry(_("Discard"), lambda: _resolve_orphan(at, state, count_orphans.DISCARDED))]
        case "recordings":
            recordings = count_recordings.recordings_of(order.order_no)[:_LISTED]
            return [_Entry(_recording_in_words(one), _go(state, "recording", one.recording_no)) for one in recordings]
        case "recording":
            return _recording_entries(state, order)
        case "differences":
            return []
        case _:
            return _order_entries(at, state, order)


def _order(state: SupervisorState) -> CountOrder:
    order = count_orders.read_order(state.order_no)
    assert order is not None
    return order


def _go(state: SupervisorState, page: str, chosen: int = 0) -> Callable[[], Outcome]:
    return lambda: Outcome(replace(state, page=page, chosen=chosen, step=""), say.note(_("Choose.")))


def _list_entries(at: At, state: SupervisorState) -> list[_Entry]:
    entries = [_Entry(_("New order"), _go(state, "new"))]
    due = count_schedule.due(at.location.code, at.today)
    if due:
        entries.append(_Entry(_("Due today: {count}. Order").format(count=len(due)), lambda: _order_due(at)))
    for order in count_orders.orders_at(at.location.code):
        entries.append(_Entry(_order_in_words(order), _go(replace(state, order_no=order.order_no), "order")))
    return entries


def _order_in_words(order: CountOrder) -> str:
    return " ".join(filter(None, (order.document_no, _status(order), order.description)))


def _status(order: CountOrder) -> str:
    if order.status == FINISHED and order.approved_by:
        return _("approved")
    return {OPEN: _("open"), FINISHED: _("finished"), POSTING: _("being posted"), POSTED: _("posted")}[order.status]


def _order_entries(at: At, state: SupervisorState, order: CountOrder) -> list[_Entry]:
    entries = [_Entry(_("Differences"), lambda: _differences(at, state, order))]

    def add(text: str, do: Callable[[], Outcome]) -> None:
        entries.append(_Entry(text, do))

    if order.status == OPEN:
        uncounted = count_hand_in.uncounted(order.order_no)
        judged = count_judge.judge_order(order)
        recount = [one for one in judged if one.verdict.need in (Need.RECOUNT, Need.MOVED, Need.DECISION)]
        undecided = [one for one in judged if one.verdict.need not in (Need.NOTHING, Need.COUNT)]
        orphans = count_orphans.orphans_of(order.order_no)
        if recount:
            text = _("Recount {lines}").format(lines=lines_in_words(len(recount)))
            add(text, lambda: _recount(at, state))
        if undecided:
            add(_("Decide {lines}").format(lines=lines_in_words(len(undecided))), _go(state, "decide"))
        if orphans:
            add(_("Unknown codes: {count}").format(count=len(orphans)), _go(state, "orphans"))
        add(_("Recordings"), _go(state, "recordings"))
        if uncounted:
            rest = lines_in_words(len(uncounted))
            named = tuple(count_judge.in_words(one) for one in uncounted[:_LISTED])
            add(
                _("Set {lines} to 0").format(lines=rest),
                lambda: _confirm(state, "zero", _("Set {lines} to 0").format(lines=rest), named),
            )
            add(
                _("Remove {lines}").format(lines=rest),
                lambda: _confirm(state, "remove", _("Remove {lines}").format(lines=rest), named),
            )
        add(_("Calculate lines again"), lambda: _calculated(state, order))
        date_text = _("Posting date {date}").format(date=format_date(order.posting_date))
        add(date_text, lambda: _typing(state, "posting_date", date_text))
        add(_("Finish"), lambda: _finish(state))
        add(_("Delete"), lambda: _confirm(state, "delete", _("Delete {order}").format(order=order.document_no)))
    if order.status == FINISHED:
        if not order.approved_by and may(at.user, Right.APPROVE_COUNT):
            add(_("Approve"), lambda: _ask_approval(at, state, order))
        add(_("Back to counting"), lambda: _confirm(state, "reopen", _("Back to counting")))
    if order.status in (FINISHED, POSTING) and (order.approved_by or order.status == POSTING) and may(at.user, Right.POST_COUNT):
        done, total = _progress(order.order_no)
        text = _("Post {lines}").format(lines=lines_in_words(total - done))
        add(text, lambda: _confirm(state, "post", text))
    return entries


# ---- a new order ----------------------------------------------------------------------------------------------------


def _draft_entries(at: At, state: SupervisorState) -> list[_Entry]:
    draft = state.draft
    shown: list[tuple[str, str, str]] = [
        ("description", _("Text"), draft.description),
        ("bin_filter", _("Bins"), draft.bin_filter or _("all")),
        ("zone_filter", _("Zones"), draft.zone_filter or _("all")),
        ("category_filter", _("Categories"), draft.category_filter or _("all")),
        ("item_filter", _("Items"), draft.item_filter or _("all")),
        ("posting_date", _("Posting date"), format_date(draft.posting_date or at.today)),
        ("threshold_quantity", _("Recount above quantity"), _or_none(draft.threshold_quantity)),
        ("threshold_percent", _("Recount above percent"), _or_none(draft.threshold_percent)),
        ("threshold_value", _("Recount above value"), _or_none(draft.threshold_value)),
    ]
    if not at.location.bins:
        shown = [one for one in shown if one[0] not in ("bin_filter", "zone_filter")]

    def typing(step: str, label: str) -> Callable[[], Outcome]:
        return lambda: _typing(state, step, label)

    entries = [_Entry(f"{label}: {value}", typing(step, label)) for step, label, value in shown]
    flip = replace(draft, blind=not draft.blind)
    entries.append(_Entry(_("Blind: {answer}").format(answer=_yes(draft.blind)), lambda: Outcome(replace(state, draft=flip))))
    eyes = replace(draft, four_eyes=not draft.four_eyes)
    text = _("Four eyes: {answer}").format(answer=_yes(draft.four_eyes))
    entries.append(_Entry(text, lambda: Outcome(replace(state, draft=eyes))))
    entries.append(_Entry(_("Make the order"), lambda: _make(at, draft)))
    return entries


def _or_none(value: Decimal | None) -> str:
    return _("never") if value is None else number(value)


def _yes(value: bool) -> str:
    return _("yes") if value else _("no")


def _typing(state: SupervisorState, step: str, label: str) -> Outcome:
    return Outcome(replace(state, step=step), say.note(_("{what}: type it.").format(what=label)))


def _make(at: At, draft: Draft) -> Outcome:
    thresholds = Thresholds(draft.threshold_quantity, draft.threshold_percent, draft.threshold_value)
    new = NewCountOrder(
        at.location.code,
        draft.posting_date or at.today,
        draft.description,
        draft.bin_filter,
        draft.zone_filter,
        draft.category_filter,
        draft.item_filter,
        blind=draft.blind,
        four_eyes=draft.four_eyes,
        thresholds=thresholds,
    )
    order_no = count_orders.create_order(new, at.user.code)
    return _calculated(SupervisorState(order_no, "order"), count_orders.read_order(order_no))


def _order_due(at: At) -> Outcome:
    """An order of everything that is due here."""
    items = list(dict.fromkeys(one.item_no for one in count_schedule.due(at.location.code, at.today)))
    taken: list[str] = []
    for item_no in items:  # the filter has room for so many; the rest is due again when these are counted
        if len("|".join([*taken, item_no])) > 250:
            break
        taken.append(item_no)
    new = NewCountOrder(
        at.location.code,
        at.today,
        _("Due {date}").format(date=format_date(at.today)),
        item_filter="|".join(taken),
        thresholds=NO_THRESHOLDS,
    )
    order_no = count_orders.create_order(new, at.user.code)
    count_finish.calculate_lines(order_no, not_on_inventory=True)
    return Outcome(SupervisorState(order_no, "order"), say.ok(_("Made: CO{order}.").format(order=order_no)), good=True)


def _calculated(state: SupervisorState, order: CountOrder | None) -> Outcome:
    assert order is not None
    added, found = count_finish.calculate_lines(order.order_no)
    text = _("{order}: {lines} added.").format(order=order.document_no, lines=lines_in_words(added))
    why = {"blocked": _("blocked"), "type": _("no stock item")}
    skipped = [_("Skipped: {item} ({why})").format(item=item, why=why[reason]) for item, reason in found.skipped]
    if skipped:
        text += " " + _("Skipped: {count}.").format(count=len(skipped))
    return Outcome(state, say.warning(text) if skipped else say.ok(text), text=(text, *skipped) if skipped else (), good=True)


# ---- progress and differences ---------------------------------------------------------------------------------------


def _progress(order_no: int) -> tuple[int, int]:
    """Lines posted, of how many."""
    [(total, done)] = fetch("SELECT COUNT(*), COUNT(register_no) FROM count_result WHERE order_no = ?", (order_no,))
    return done, total


def _differences(at: At, state: SupervisorState, order: CountOrder) -> Outcome:
    """Every line that differs or needs something, the most valuable first, with what all of them come to."""
    require(at.user, Right.SEE_EXPECTED)
    judged = count_judge.judge_order(order)
    counted = [one for one in judged if one.passes]
    shown = sorted(
        (one for one in judged if one.difference or one.verdict.need), key=lambda one: (-abs(one.value), one.line.line_no)
    )
    total = sum((one.value for one in counted), Decimal(0))
    different = sum(1 for one in counted if one.difference or (one.shown is not None and one.shown.differences))
    head = _("{counted} of {all} lines counted, {differences}, value {value}").format(
        counted=len(counted), all=len(judged), differences=differences_in_words(different), value=signed(total)
    )
    lines = [line_in_words(one) for one in shown[:_LISTED]]
    return Outcome(replace(state, page="differences"), text=(head, *lines, *(["…"] if len(shown) > _LISTED else [])))


def line_in_words(one: JudgedLine) -> str:
    """`A-01 1000: 5 → 7 (+2) 24.00 recount`."""
    where = count_judge.in_words(one.line)
    if one.shown is None:
        return f"{where}: {need_in_words(one)}"
    values = f"{number(one.shown.expected_quantity)} → {number(one.shown.counted_quantity)} ({signed(one.difference)})"
    text = f"{where}: {values} {signed(one.value)}"
    if one.shown.surplus and one.shown.missing:
        text += f" (+{number(one.shown.surplus)} -{number(one.shown.missing)})"
    return " ".join(filter(None, (text, need_in_words(one))))


def need_in_words(one: JudgedLine) -> str:
    """What a line still needs."""
    return {
        Need.COUNT: _("not counted"),
        Need.RECOUNT: _("recount"),
        Need.MOVED: _("moved while counted"),
        Need.DECISION: _("counts disagree"),
        Need.LATE: _("late {quantity}").format(quantity=signed(one.late)),
        Need.NOTHING: "",
    }[one.verdict.need]


# ---- decisions ------------------------------------------------------------------------------------------------------


def _undecided(order: CountOrder) -> list[JudgedLine]:
    return [one for one in count_judge.judge_order(order) if one.verdict.need not in (Need.NOTHING, Need.COUNT)]


def _line_entry(state: SupervisorState, one: JudgedLine) -> _Entry:
    return _Entry(line_in_words(one), _go(state, "line", one.line.line_no))


def _decision_entries(state: SupervisorState, order: CountOrder) -> list[_Entry]:
    [one] = [found for found in count_judge.judge_order(order) if found.line.line_no == state.chosen]
    entries: list[_Entry] = []

    def decide(work: Callable[[], None]) -> Callable[[], Outcome]:
        def done() -> Outcome:
            work()
            return Outcome(replace(state, page="decide" if len(_undecided(order)) else "order"), say.ok(_("Decided.")), good=True)

        return done

    if one.verdict.need is Need.LATE:
        text = _("Ignore what came late: {quantity}").format(quantity=signed(one.late))
        entries.append(
            _Entry(text, decide(lambda: count_judge.decide_late(order.order_no, one.line.line_no, count_judge.IGNORE)))
        )
        if one.include_up_to is not None:
            text = _("Include what came late: {quantity}").format(quantity=signed(one.late))
            work = decide(lambda: count_judge.decide_late(order.order_no, one.line.line_no, count_judge.INCLUDE))
            entries.append(_Entry(text, work))
    else:
        for passed in one.passes:

            def accept(pass_no: int = passed.pass_no) -> None:
                count_judge.choose_pass(order.order_no, one.line.line_no, pass_no)

            difference = signed(passed.surplus - passed.missing)
            text = _("Accept count {number}: {quantity} ({difference})").format(
                number=passed.pass_no, quantity=number(passed.counted_quantity), difference=difference
            )
            entries.append(_Entry(text, decide(accept)))
    return entries


def _recount(at: At, state: SupervisorState) -> Outcome:
    recordings = count_hand_in.make_recounts(state.order_no, at.user.code)
    tasks = sum(len(count_recordings.tasks_of(state.order_no, one.recording_no)) for one in recordings)
    lines = lines_in_words(tasks)
    text = _("Recount of {lines} is ready, for somebody who has not counted them.").format(lines=lines)
    return Outcome(state, say.ok(text), good=True)


# ---- unknown codes and recordings -----------------------------------------------------------------------------------


def _orphan_in_words(one: count_orphans.Orphan) -> str:
    return " ".join(filter(None, (one.bin_code, one.barcode, number(one.quantity), one.description, one.counted_by)))


def _resolve_orphan(at: At, state: SupervisorState, status: str) -> Outcome:
    [one] = [found for found in count_orphans.orphans_of(state.order_no) if found.orphan_no == state.chosen]
    left = len(count_orphans.orphans_of(state.order_no)) > 1
    resolved = replace(one, status=status, resolved_by=at.user.code)
    text = _("Discarded: {code}.").format(code=one.barcode)
    after = replace(state, page="orphans" if left else "order", chosen=0)
    return Outcome(after, say.ok(text), writes=(count_orphans.save_orphan(resolved),), good=True)


def _recording_in_words(one: count_recordings.Recording) -> str:
    status = _("open") if one.status == OPEN else _("handed in {time}").format(time=day_and_time(one.finished_at or 0))
    lines = lines_in_words(len(count_recordings.recorded_lines(one)))
    again = _("recount") if one.pass_no > 1 else ""
    return " ".join(filter(None, (one.user_code or "-", again, lines, status)))


def _recording_entries(state: SupervisorState, order: CountOrder) -> list[_Entry]:
    one = count_recordings.read_recording(order.order_no, state.chosen)
    if one is None or order.status != OPEN:
        return []
    if one.status == OPEN:
        text = _("Throw it away, with {lines}").format(lines=lines_in_words(len(count_recordings.recorded_lines(one))))
        return [_Entry(text, lambda: _confirm(state, "drop", text))]
    return [
        _Entry(_("Reopen it, to be counted on"), lambda: _confirm(state, "reopen_recording", _("Reopen it, to be counted on")))
    ]


# ---- finishing, approval, posting -----------------------------------------------------------------------------------


def _confirm(state: SupervisorState, kind: str, text: str, named: Sequence[str] = ()) -> Outcome:
    """What cannot be taken back by F5 is confirmed by two digits."""
    digits = say.two_digits()
    question = _("{what}? Type {digits}.").format(what=text, digits=digits)
    return Outcome(state, ask=Ask(kind, question, digits=digits, no=_("not yet")), text=(question, *named) if named else ())


def _finish(state: SupervisorState) -> Outcome:
    results = count_finish.finish_order(state.order_no)
    different = differences_in_words(sum(1 for one in results if one.difference))
    return Outcome(state, say.ok(_("Finished: {differences}. Approve, then post.").format(differences=different)), good=True)


def _ask_approval(at: At, state: SupervisorState, order: CountOrder) -> Outcome:
    """With a reason: asked where there are any, needed above a threshold."""
    require(at.user, Right.APPROVE_COUNT)
    known = reasons()
    if order.reason_code or not known:
        return _confirm(state, "approve", _("Approve"))
    texts = [_("No reason"), *(f"{code} {text}".rstrip() for code, text in known)]
    return Outcome(state, ask=Ask("reason", _("Reason?"), choose.numbered(texts), ("", *(code for code, _text in known))))


_failures: dict[int, str] = {}  # why the last posting in the background stopped, in the language of who started it


def _post(at: At, state: SupervisorState) -> Outcome:
    """At once where it is one part; else behind the supervisor's back, in parts, going on after whatever cut it off."""
    require(at.user, Right.POST_COUNT)
    posted_by = PostedBy(at.user.code, at.terminal, JOB)
    done, total = _progress(state.order_no)
    if total - done > LINES_AT_ONCE:
        name = f"count order {state.order_no}"
        if not any(thread.name == name for thread in threading.enumerate()):
            _failures.pop(state.order_no, None)
            threading.Thread(target=_post_behind, args=(state.order_no, posted_by), name=name, daemon=True).start()
        return Outcome(state, say.note(_("Being posted. This page shows how far it is.")))
    message = _posted_or_why_not(state.order_no, posted_by)
    return Outcome(SupervisorState(), message, good=True)


def _posted_or_why_not(order_no: int, posted_by: PostedBy) -> Message:
    from db.posting.count_order import post_count_order
    from db.posting.post import Refused

    try:
        registers = post_count_order(order_no, posted_by)
    except Refused as refused:
        raise refused.first from refused
    text = _("Posted: CO{order}, register {register}.").format(order=order_no, register=registers[-1] if registers else "-")
    return say.ok(text)


def _post_behind(order_no: int, posted_by: PostedBy) -> None:
    try:
        with connection_scope():
            _posted_or_why_not(order_no, posted_by)
    except StocktermError as error:
        _failures[order_no] = str(error)
        logger.warning("count order %s is not posted to its end", order_no, exc_info=True)


# ---- entries, commands, answers -------------------------------------------------------------------------------------


def scan(at: At, state: SupervisorState, entry: Entry) -> Outcome:
    """The number of a choice, or what is being typed."""
    require(at.user, Right.ORDER_COUNT)
    if state.step:
        return _typed(at, state, entry.raw.strip())
    text, entries = entry.raw.strip(), _entries(at, state)
    if entry.certain or not (text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= len(entries)):
        raise UnknownChoice(text=text[:40], last=len(entries))
    return entries[int(text) - 1].do()


def _typed(at: At, state: SupervisorState, text: str) -> Outcome:
    draft, step = state.draft, state.step
    done = replace(state, step="")
    if step == "posting_date":
        day = typed_date(text, at.today) if text else at.today
        if state.page == "new":
            return Outcome(replace(done, draft=replace(draft, posting_date=day)), say.ok(format_date(day)))
        count_finish.change_posting_date(state.order_no, day)
        return Outcome(
            done, say.ok(_("Posting date {date}: expected is worked out again.").format(date=format_date(day))), good=True
        )
    if step.startswith("threshold"):
        limit = typed_number(text) if text else None
        return Outcome(replace(done, draft=replace(draft, **{step: limit})), say.ok(_or_none(limit)))  # type: ignore[arg-type]
    value = text.upper()[:250] if step in _FILTERS else text[:100]
    return Outcome(replace(done, draft=replace(draft, **{step: value})), say.ok(value or _("all")))  # type: ignore[arg-type]


_UP = {
    "line": "decide",
    "decide": "order",
    "orphan": "orphans",
    "orphans": "order",
    "recording": "recordings",
    "recordings": "order",
}


def command(at: At, state: SupervisorState, command: Command) -> Outcome:
    """One command key or label."""
    if command is not Command.BACK:
        return Outcome(state, say.note(_("Choose.")))
    if state.step:
        return Outcome(replace(state, step=""), say.note(_("Choose.")))
    if state.page == "differences":
        return Outcome(replace(state, page="order"), say.note(_("Choose.")))
    if state.page in _UP:
        return Outcome(replace(state, page=_UP[state.page], chosen=0), say.note(_("Choose.")))
    return Outcome(SupervisorState(), say.note(_("Choose."))) if state.page else Outcome(None, go="menu")


def answer(at: At, state: SupervisorState, ask: Ask, reply: Answer) -> Outcome:
    """The two digits, or the reason."""
    require(at.user, Right.ORDER_COUNT)
    if ask.kind == "reason" and isinstance(reply, int):
        return _approved(at, state, ask.values[reply])
    if reply is not Reply.YES:
        return Outcome(state, say.note(_("Nothing changed.")))
    order_no = state.order_no
    match ask.kind:
        case "zero":
            lines = lines_in_words(count_hand_in.set_rest_to_zero(order_no, at.user.code, at.terminal))
            return Outcome(state, say.ok(_("Set to 0: {lines}.").format(lines=lines)), good=True)
        case "remove":
            return Outcome(
                state, say.ok(_("Removed: {lines}.").format(lines=lines_in_words(count_hand_in.remove_rest(order_no)))), good=True
            )
        case "delete":
            count_recordings.delete_order(order_no)
            return Outcome(SupervisorState(), say.ok(_("Deleted: CO{order}.").format(order=order_no)), good=True)
        case "drop":
            count_hand_in.drop_recording(order_no, state.chosen)
            return Outcome(replace(state, page="recordings", chosen=0), say.ok(_("Thrown away.")), good=True)
        case "reopen_recording":
            count_hand_in.reopen_recording(order_no, state.chosen)
            return Outcome(replace(state, page="recordings", chosen=0), say.ok(_("Reopened.")), good=True)
        case "reopen":
            count_finish.reopen_order(order_no)
            return Outcome(state, say.ok(_("Reopened.")), good=True)
        case "approve":
            return _approved(at, state, "")
        case _:
            return _post(at, state)


def _approved(at: At, state: SupervisorState, reason_code: str) -> Outcome:
    require(at.user, Right.APPROVE_COUNT)
    count_finish.approve_order(state.order_no, at.user.code, reason_code)
    return Outcome(state, say.ok(_("Approved. Now it may be posted.")), good=True)


# ---- what is shown --------------------------------------------------------------------------------------------------


def view(at: At, state: SupervisorState) -> ViewState:
    """A list to choose from, with the order it is about."""
    keys = (KeyHint(Command.BACK, _("back")), KeyHint(Command.HELP, _("help")))
    title, progress = _("Counts ordered"), None
    texts: tuple[str, ...] = ()
    order = count_orders.read_order(state.order_no) if state.page and state.page != "new" else None
    if order is not None:
        title = f"{order.document_no} {_status(order)}"
        if order.status in (POSTING, POSTED):
            progress = _progress(order.order_no)
        elif order.status == OPEN:
            lines = len(count_orders.order_lines(order.order_no))
            progress = (lines - len(count_hand_in.uncounted(order.order_no)), lines)
        if order.order_no in _failures:
            texts = (_failures[order.order_no],)
    elif state.page == "new":
        title = _("New count order")
    choices = () if state.step else choose.numbered([one.text for one in _entries(at, state)])
    facts: tuple[tuple[str, str], ...] = ()
    if progress is not None:
        facts = ((_("Posted") if order is not None and order.status != OPEN else _("Counted"), f"{progress[0]} / {progress[1]}"),)
    prompt = _("Type") if state.step else _("Choose")
    return ViewState(title=title, prompt=prompt, choices=choices, text=texts, keys=keys, facts=facts, progress=progress)


def work(at: At, state: SupervisorState) -> str:
    """Nothing here is undone scan by scan."""
    return f"{JOB}:{at.user.code}"


def posted(at: At, state: SupervisorState, ask: Ask | None, registers: list[Any]) -> Outcome:
    """Count orders are posted in parts, by their own door behind the one door."""
    raise AssertionError("this job posts in parts")


__all__ = [
    "JOB",
    "Draft",
    "SupervisorState",
    "answer",
    "begin",
    "command",
    "in_words",
    "line_in_words",
    "posted",
    "scan",
    "view",
    "work",
]


FLOW = Flow(
    state=SupervisorState,
    begin=begin,
    scan=scan,
    command=command,
    answer=answer,
    view=view,
    help=lambda at, state: help_for(JOB, state.page or "list"),
    work=work,
    posted=posted,
)
