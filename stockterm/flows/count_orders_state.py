"""Where a supervisor stands among the counts that are ordered."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from db.work import count_orders
from db.work.count_orders import FINISHED, OPEN, POSTED, POSTING, CountOrder
from stockterm.flows import say
from stockterm.flows.outcome import Ask, Outcome
from stockterm.flows.rights import Right
from stockterm.i18n import _

JOB = "count_orders"
RIGHT = Right.ORDER_COUNT
LISTED = 60  # lines of a page; what lies beyond comes up when these are done


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
    not_on_inventory: bool = False
    blind: bool = True
    four_eyes: bool = True
    lock_bins: bool = False


@dataclass(frozen=True, slots=True)
class SupervisorState:
    """The list (`page` blank), one order, a part of it, or an order being made.

    `step`: what is being typed or scanned. `chosen`: the line, unknown code or recording. `listed`: the lines to decide about,
    found once: to judge 20,000 lines takes seconds, and a screen is drawn at every key.
    """

    order_no: int = 0
    page: str = ""  # order, new, due, posted, differences, rest, decide, line, orphans, orphan, recordings, recording
    step: str = ""
    chosen: int = 0
    draft: Draft = Draft()
    listed: tuple[int, ...] = ()


def order_of(state: SupervisorState) -> CountOrder:
    """The order that the page is about."""
    order = count_orders.read_order(state.order_no)
    assert order is not None
    return order


def status_in_words(order: CountOrder) -> str:
    """Where the order stands."""
    if order.status == FINISHED and order.approved_by:
        return _("approved")
    return {OPEN: _("open"), FINISHED: _("finished"), POSTING: _("being posted"), POSTED: _("posted")}[order.status]


def go(state: SupervisorState, page: str, chosen: int = 0) -> Callable[[], Outcome]:
    """To another page."""
    return lambda: Outcome(replace(state, page=page, chosen=chosen, step=""), say.note(_("Choose.")))


def confirm(state: SupervisorState, kind: str, text: str, named: tuple[str, ...] = ()) -> Outcome:
    """What F5 cannot take back is confirmed by two digits, with what it is about."""
    digits = say.two_digits()
    question = _("{what}? Type {digits}.").format(what=text, digits=digits)
    return Outcome(state, ask=Ask(kind, question, digits=digits, no=_("not yet")), text=(question, *named) if named else ())
