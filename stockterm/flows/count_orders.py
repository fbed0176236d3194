"""Counts ordered: what a supervisor does with count orders, from making one to posting it.

    the orders of this location, what is due, a new one, those posted last
      └ one order: differences · recount · lines to decide · unknown codes · recordings · what nobody counted
                   finish → approve → post; back to counting until a part of it is posted

Every step is a list to choose from; what changes or posts something for good is confirmed by two digits. Here is which lists
there are and what the answers do; what they are about stands in `count_orders_new`, `…_review`, `…_parts` and `…_end`.
"""

from dataclasses import replace

from db.work import (
    count_finish,
    count_hand_in,
    count_judge,
    count_locks,
    count_orders,
    count_orphans,
    count_recordings,
    count_schedule,
)
from db.work.count_orders import FINISHED, OPEN, POSTING, CountOrder
from stockterm.flows import count_orders_end, count_orders_new, count_orders_parts, count_orders_review, lists, say
from stockterm.flows.count_orders_state import JOB, SupervisorState, confirm, go, order_of, status_in_words
from stockterm.flows.help import help_for
from stockterm.flows.lists import Line
from stockterm.flows.outcome import Answer, Ask, At, Entry, Flow, Outcome, Reply
from stockterm.flows.rights import Right, may, require
from stockterm.flows.tokens import Command
from stockterm.flows.view import KeyHint, ViewState
from stockterm.flows.words import lines_in_words, typed_date
from stockterm.i18n import _, format_date

_POSTED_LISTED = 30


def begin(at: At, state: SupervisorState | None) -> Outcome:
    """Show the orders of this location."""
    require(at.user, Right.ORDER_COUNT)
    return Outcome(SupervisorState(), say.note(_("Choose.")))


# ---- lists ----------------------------------------------------------------------------------------------------------


def _lines(at: At, state: SupervisorState) -> list[Line]:
    """What can be chosen on this page."""
    match state.page:
        case "":
            return _list_lines(at, state)
        case "new":
            return count_orders_new.draft_lines(at, state)
        case "due":
            return count_orders_new.due_lines(at)
        case "posted":
            return [_order_line(state, one) for one in count_orders.posted_orders(at.location.code, limit=_POSTED_LISTED)]
        case "decide":
            return count_orders_review.undecided_lines(state)
        case "line":
            return count_orders_review.decision_lines(at, state)
        case "rest":
            return count_orders_parts.rest_lines(state)
        case "orphans":
            return count_orders_parts.orphans_lines(state)
        case "orphan":
            return count_orders_parts.orphan_lines(at, state)
        case "locked":
            return count_orders_parts.locked_lines(state)
        case "recordings":
            return count_orders_parts.recordings_lines(state)
        case "recording":
            return count_orders_parts.recording_lines(state)
        case "differences":
            return []
        case _:
            return _one_order(at, state)


def _list_lines(at: At, state: SupervisorState) -> list[Line]:
    """Places in the list do not move while others count: a number that was read is still the same a minute later."""
    due = len(count_schedule.due(at.location.code, at.today))
    return [
        Line(_("New order"), go(state, "new")),
        Line(_("Due today: {count}").format(count=due), lambda: _listed(at, state, "due", _("Nothing is due."))),
        Line(_("Posted"), lambda: _listed(at, state, "posted", _("Nothing posted yet."))),
        *(_order_line(state, order) for order in count_orders.orders_at(at.location.code)),
    ]


def _listed(at: At, state: SupervisorState, page: str, nothing: str) -> Outcome:
    """To a page that may have nothing to choose from: then it says so."""
    there = replace(state, page=page, chosen=0, step="")
    return Outcome(there, say.note(_("Choose.") if _lines(at, there) else nothing))


def _order_line(state: SupervisorState, order: CountOrder) -> Line:
    text = " ".join(filter(None, (order.document_no, status_in_words(order), order.description)))
    details = (
        (_("Posting date"), format_date(order.posting_date)),
        (_("Ordered by"), order.created_by),
        (_("Approved by"), order.approved_by),
    )
    cells = (order.document_no, status_in_words(order), order.description)
    return Line(text, go(replace(state, order_no=order.order_no), "order"), tuple(one for one in details if one[1]), cells)


def _one_order(at: At, state: SupervisorState) -> list[Line]:
    order = order_of(state)
    lines = [
        Line(_("Value differences"), lambda: count_orders_review.differences(at, state, by="value")),
        Line(_("Count differences"), lambda: count_orders_review.differences(at, state, by="quantity")),
    ]
    if order.status == OPEN:
        lines += _open_order(at, state, order)
    if order.status == FINISHED and not order.approved_by and may(at.user, Right.APPROVE_COUNT):
        lines.append(Line(_("Approve"), lambda: count_orders_end.ask_approval(at, state)))
    if (order.status == POSTING or (order.status == FINISHED and order.approved_by)) and may(at.user, Right.POST_COUNT):
        done, total = count_orders_end.posting_progress(order.order_no)
        text = _("Post {lines}").format(lines=lines_in_words(total - done))
        lines.append(Line(text, lambda: confirm(state, "post", text)))
    if order.status == FINISHED:
        lines.append(Line(_("Back to counting"), lambda: confirm(state, "reopen", _("Back to counting"))))
    return lines


def _open_order(at: At, state: SupervisorState, order: CountOrder) -> list[Line]:
    order_no = order.order_no
    counted, all_lines = count_recordings.progress(order_no)
    orphans = len(count_orphans.orphans_of(order_no))
    recordings = len(count_recordings.recordings_of(order_no))
    date_text = _("Posting date {date}").format(date=format_date(order.posting_date))
    delete = _("Delete {order}").format(order=order.document_no)

    locked = [Line(_("Locked bins: {count}").format(count=len(count_locks.locked_bins(order_no))), go(state, "locked"))]
    return [
        Line(_("Not counted: {count}").format(count=all_lines - counted), go(state, "rest")),
        Line(_("Recordings: {count}").format(count=recordings), go(state, "recordings")),
        Line(_("Unknown codes: {count}").format(count=orphans), go(state, "orphans")),
        Line(_("Recount"), lambda: count_orders_review.recount(at, state)),
        Line(_("Decide"), lambda: count_orders_review.undecided(state)),
        Line(_("Finish"), lambda: count_orders_end.finish(state)),
        *(locked if order.lock_bins else ()),
        Line(_("Calculate lines again"), lambda: count_orders_new.calculated(state, order)),
        Line(date_text, lambda: count_orders_new.typing(state, "posting_date", date_text)),
        Line(_("Delete"), lambda: confirm(state, "delete", delete)),
    ]


# ---- entries, commands, answers -------------------------------------------------------------------------------------


def scan(at: At, state: SupervisorState, entry: Entry) -> Outcome:
    """The number of a choice, or what is being typed."""
    require(at.user, Right.ORDER_COUNT)
    if state.step == "item":
        return count_orders_parts.item_scanned(at, state, entry)
    if state.step and state.page == "new":
        return count_orders_new.typed(at, state, entry.raw.strip())
    if state.step:
        require(at.user, Right.CHANGE_POSTING_DATE)
        day = typed_date(entry.raw.strip(), at.today)
        count_finish.change_posting_date(state.order_no, day)
        text = _("Posting date {date}: expected is worked out again.").format(date=format_date(day))
        return Outcome(replace(state, step=""), say.ok(text), good=True)
    return lists.choose(_lines(at, state), entry)


_UP = {
    "line": "decide",
    "decide": "order",
    "orphan": "orphans",
    "orphans": "order",
    "recording": "recordings",
    "recordings": "order",
    "rest": "order",
    "locked": "order",
    "differences": "order",
}


def command(at: At, state: SupervisorState, command: Command) -> Outcome:
    """One command key or label."""
    if command is not Command.BACK:
        return Outcome(state, say.note(_("Choose.")))
    if state.step:
        return Outcome(replace(state, step=""), say.note(_("Choose.")))
    if state.page in _UP:
        return Outcome(replace(state, page=_UP[state.page], chosen=0), say.note(_("Choose.")))
    return Outcome(SupervisorState(), say.note(_("Choose."))) if state.page else Outcome(None, go="menu")


def answer(at: At, state: SupervisorState, ask: Ask, reply: Answer) -> Outcome:
    """The two digits, the reason, or what an unknown code is."""
    require(at.user, Right.ORDER_COUNT)
    if isinstance(reply, int):
        if ask.kind == "reason":
            return count_orders_end.approved(at, state, ask.values[reply])
        return count_orders_parts.answered_item(at, state, ask, reply)
    if reply is Reply.YES and ask.kind == "release":
        return count_orders_parts.release(at, state, ask.values[0])
    if reply is not Reply.YES:
        return Outcome(replace(state, step=""), say.note(_("Nothing changed.")))
    return _confirmed(at, state, ask.kind)


def _confirmed(at: At, state: SupervisorState, kind: str) -> Outcome:
    order_no, after = state.order_no, state
    match kind:
        case "zero":
            lines = lines_in_words(count_hand_in.set_rest_to_zero(order_no, at.user.code, at.terminal))
            after, text = replace(state, page="order"), _("Set to 0: {lines}.").format(lines=lines)
        case "remove":
            lines = lines_in_words(count_hand_in.remove_rest(order_no))
            after, text = replace(state, page="order"), _("Removed: {lines}.").format(lines=lines)
        case "delete":
            count_recordings.delete_order(order_no)
            after, text = SupervisorState(), _("Deleted: CO{order}.").format(order=order_no)
        case "drop":
            count_hand_in.drop_recording(order_no, state.chosen)
            after, text = replace(state, page="recordings", chosen=0), _("Thrown away.")
        case "reopen_recording":
            count_hand_in.reopen_recording(order_no, state.chosen)
            after, text = replace(state, page="recordings", chosen=0), _("Reopened.")
        case "reopen":
            count_finish.reopen_order(order_no)
            text = _("Reopened.")
        case "approve":
            return count_orders_end.approved(at, state, "")
        case _:
            return count_orders_end.post(at, state)
    return Outcome(after, say.ok(text), good=True)


# ---- what is shown --------------------------------------------------------------------------------------------------


def view(at: At, state: SupervisorState) -> ViewState:
    """A list to choose from, with the order it is about."""
    titles = {"": _("Counts ordered"), "new": _("New count order"), "due": _("Due today"), "posted": _("Posted")}
    shown = ViewState(
        title=titles.get(state.page, ""),
        prompt=_prompt(state),
        keys=(KeyHint(Command.BACK, _("back")), KeyHint(Command.HELP, _("help"))),
    )
    if state.page not in titles:
        shown = _with_order(shown, state, order_of(state))
    return shown if state.step else lists.show(shown, _lines(at, state))


def _with_order(shown: ViewState, state: SupervisorState, order: CountOrder) -> ViewState:
    open_order = order.status == OPEN
    counts = count_recordings.progress if open_order else count_orders_end.posting_progress
    progress = counts(order.order_no)
    facts = ((_("Counted") if open_order else _("Posted"), f"{progress[0]} / {progress[1]}"),)
    about = _about(state, order) or status_in_words(order)
    return replace(shown, title=f"{order.document_no} {about}", facts=facts, progress=progress)


def _about(state: SupervisorState, order: CountOrder) -> str:
    """The part of the order that the page is about."""
    match state.page:
        case "orphan":
            return count_orders_parts.orphan_in_words(state)
        case "line":
            return next((count_judge.in_words(one) for one in count_orders.order_lines(order.order_no, state.chosen)), "")
        case "recording":
            one = count_recordings.read_recording(order.order_no, state.chosen)
            return one.user_code if one is not None else ""
        case _:
            return ""


def _prompt(state: SupervisorState) -> str:
    if state.step == "item":
        return _("Item")
    return _("Type") if state.step else _("Choose")


def _help(at: At, state: SupervisorState) -> tuple[str, ...]:
    if state.step:
        return help_for(JOB, "typing" if state.page == "new" else state.step)
    return help_for(JOB, state.page or "list")


FLOW = Flow(
    state=SupervisorState,
    begin=begin,
    scan=scan,
    command=command,
    answer=answer,
    view=view,
    help=_help,
    work=lambda at, state: f"{JOB}:{at.user.code}",
)
