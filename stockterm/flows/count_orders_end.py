"""The end of a count order: finished, approved by somebody who counted none of it, posted in parts.

The first part is posted while the supervisor waits, so that what is in its way is said at once. More than one part goes on behind
their back, with a connection of its own; the order's page shows how far it is. Cut off, it goes on when it is posted again.
"""

import logging
import threading

from db.connection import connection_scope, fetch
from db.core.errors import StocktermError
from db.posting.lines import PostedBy
from db.queries.items import reasons
from db.work import count_finish
from db.work.count_orders import POSTED
from stockterm.flows import choose, say
from stockterm.flows.count_orders_state import JOB, SupervisorState, confirm, order_of
from stockterm.flows.outcome import Ask, At, Outcome
from stockterm.flows.rights import Right, require
from stockterm.flows.words import differences_in_words, lines_in_words
from stockterm.i18n import _

logger = logging.getLogger(__name__)


def finish(state: SupervisorState) -> Outcome:
    """Freeze what the order comes to."""
    results = count_finish.finish_order(state.order_no)
    different = differences_in_words(sum(1 for one in results if one.difference))
    return Outcome(state, say.ok(_("Finished: {differences}. Approve, then post.").format(differences=different)), good=True)


def ask_approval(at: At, state: SupervisorState) -> Outcome:
    """With a reason: asked where there are any, needed above a threshold."""
    require(at.user, Right.APPROVE_COUNT)
    known = reasons()
    if order_of(state).reason_code or not known:
        return confirm(state, "approve", _("Approve"))
    texts = [_("No reason"), *(f"{code} {text}".rstrip() for code, text in known)]
    return Outcome(state, ask=Ask("reason", _("Reason?"), choose.numbered(texts), ("", *(code for code, _text in known))))


def approved(at: At, state: SupervisorState, reason_code: str) -> Outcome:
    """It may be posted."""
    require(at.user, Right.APPROVE_COUNT)
    count_finish.approve_order(state.order_no, at.user.code, reason_code)
    return Outcome(state, say.ok(_("Approved. Now it may be posted.")), good=True)


def posting_progress(order_no: int) -> tuple[int, int]:
    """Lines posted, of how many."""
    [(total, done)] = fetch("SELECT COUNT(*), COUNT(register_no) FROM count_result WHERE order_no = ?", (order_no,))
    return done, total


def is_being_posted(order_no: int) -> bool:
    """Whether this program posts the rest of it just now."""
    return any(thread.name == _name(order_no) for thread in threading.enumerate())


def _name(order_no: int) -> str:
    return f"count order {order_no}"


def post(at: At, state: SupervisorState) -> Outcome:
    """One part now; the others behind the supervisor's back."""
    require(at.user, Right.POST_COUNT)
    from db.posting.count_order import post_count_order
    from db.posting.post import Refused
    from stockterm.flows.costs import forward_behind

    if is_being_posted(state.order_no):
        return Outcome(state, say.note(_("Being posted. This page shows how far it is.")))
    posted_by = PostedBy(at.user.code, at.terminal, JOB)
    try:
        registers = post_count_order(state.order_no, posted_by, parts_at_most=1)
    except Refused as refused:
        raise refused.first from refused
    forward_behind(PostedBy(at.user.code, at.terminal, "adjust_cost"))
    if order_of(state).status == POSTED:
        register = registers[-1] if registers else "-"
        text = _("Posted: CO{order}, register {register}.").format(order=state.order_no, register=register)
        return Outcome(SupervisorState(), say.ok(text), good=True)
    threading.Thread(target=_post_behind, args=(state.order_no, posted_by), name=_name(state.order_no), daemon=True).start()
    done, total = posting_progress(state.order_no)
    text = _("Being posted: {done} of {lines}. This page shows how far it is.").format(done=done, lines=lines_in_words(total))
    return Outcome(state, say.ok(text), good=True)


def _post_behind(order_no: int, posted_by: PostedBy) -> None:
    """What stops it is in the log, and is said when the order is posted again: it begins with the part that was in the way."""
    from db.posting.adjust import adjust_pending, items_to_adjust_at_once
    from db.posting.count_order import post_count_order
    from db.posting.post import Refused

    try:
        with connection_scope():
            post_count_order(order_no, posted_by)
            adjust_pending(PostedBy(posted_by.user_code, posted_by.terminal, "adjust_cost"), items_to_adjust_at_once())
    except (Refused, StocktermError):
        logger.warning("count order %s is not posted to its end", order_no, exc_info=True)
