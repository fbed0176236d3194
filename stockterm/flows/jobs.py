"""The jobs of the menu, each with its digit: the same for every role, so that hands learn them."""

from typing import Any

from db.connection.session import Write
from stockterm.flows import (
    adjust,
    count,
    count_line,
    count_order,
    count_orders,
    count_post,
    count_view,
    link,
    look_up,
    move,
    my_postings,
    transfer,
)
from stockterm.flows.adjust import AdjustState
from stockterm.flows.count_order_state import CountOrderState
from stockterm.flows.count_orders import SupervisorState
from stockterm.flows.count_state import CountState, settled
from stockterm.flows.help import help_for
from stockterm.flows.link import LinkState
from stockterm.flows.look_up import LookUpState
from stockterm.flows.move import MoveState
from stockterm.flows.my_postings import PostingsState
from stockterm.flows.outcome import Ask, At, Job, Outcome
from stockterm.flows.rights import Right
from stockterm.flows.transfer_state import TransferState
from stockterm.i18n import _


def _no_rows(before: str) -> tuple[Write, ...]:
    """The state is all there is to take back."""
    return ()


def _never(state: Any) -> bool:
    """Nothing is lost when this state is."""
    return False


def _posts_nothing(at: At, state: Any, ask: Ask | None, registers: list[Any]) -> Outcome:
    raise AssertionError("this job posts nothing")


COUNT = Job(
    name="count",
    number=1,
    title=lambda: _("Count"),
    right=Right.COUNT,
    state=CountState,
    begin=count.begin,
    scan=count.scan,
    command=count.command,
    answer=count.answer,
    view=count_view.view,
    help=lambda at, state: help_for("count", state.step or ("bin" if at.location.bins and not state.bin_code else "item")),
    work=count.work,
    posted=count_post.posted,
    restore=count_line.restore,
    begun=count_post.begun,
    settled=settled,
)
ADJUST = Job(
    name=adjust.JOB,
    number=2,
    title=lambda: _("Adjust"),
    right=Right.ADJUST,
    state=AdjustState,
    begin=adjust.begin,
    scan=adjust.scan,
    command=adjust.command,
    answer=adjust.answer,
    view=adjust.view,
    help=lambda at, state: help_for("adjust", state.step),
    work=adjust.work,
    posted=adjust.posted,
    restore=_no_rows,
    begun=lambda state: state.goods is not None,
)
MOVE = Job(
    name=move.JOB,
    number=3,
    title=lambda: _("Move"),
    right=Right.MOVE,
    state=MoveState,
    begin=move.begin,
    scan=move.scan,
    command=move.command,
    answer=move.answer,
    view=move.view,
    help=lambda at, state: help_for("move", state.step),
    work=move.work,
    posted=move.posted,
    restore=_no_rows,
    begun=lambda state: state.goods is not None,
)
LOOK_UP = Job(
    name=look_up.JOB,
    number=4,
    title=lambda: _("What is this?"),
    right=Right.LOOK_UP,
    state=LookUpState,
    begin=look_up.begin,
    scan=look_up.scan,
    command=look_up.command,
    answer=look_up.answer,
    view=look_up.view,
    help=lambda at, state: help_for("look_up", state.step),
    work=look_up.work,
    posted=_posts_nothing,
    restore=_no_rows,
    begun=_never,
)
MY_POSTINGS = Job(
    name=my_postings.JOB,
    number=5,
    title=lambda: _("My postings"),
    right=Right.UNDO_POSTING,
    state=PostingsState,
    begin=my_postings.begin,
    scan=my_postings.scan,
    command=my_postings.command,
    answer=my_postings.answer,
    view=my_postings.view,
    help=lambda at, state: help_for("my_postings", "one" if state.register_no else "list"),
    work=my_postings.work,
    posted=my_postings.posted,
    restore=_no_rows,
    begun=_never,
)
SHIP_TRANSFER = Job(
    name=transfer.SHIP.job,
    number=6,
    title=lambda: _("Ship transfer"),
    right=transfer.SHIP.right,
    state=TransferState,
    begin=transfer.SHIP.begin,
    scan=transfer.SHIP.scan,
    command=transfer.SHIP.command,
    answer=transfer.SHIP.answer,
    view=transfer.SHIP.view,
    help=lambda at, state: help_for("ship_transfer", state.step),
    work=transfer.SHIP.work,
    posted=transfer.SHIP.posted,
    restore=_no_rows,
    begun=lambda state: bool(state.order_no),
)
RECEIVE_TRANSFER = Job(
    name=transfer.RECEIVE.job,
    number=7,
    title=lambda: _("Receive transfer"),
    right=transfer.RECEIVE.right,
    state=TransferState,
    begin=transfer.RECEIVE.begin,
    scan=transfer.RECEIVE.scan,
    command=transfer.RECEIVE.command,
    answer=transfer.RECEIVE.answer,
    view=transfer.RECEIVE.view,
    help=lambda at, state: help_for("receive_transfer", state.step),
    work=transfer.RECEIVE.work,
    posted=transfer.RECEIVE.posted,
    restore=_no_rows,
    begun=lambda state: bool(state.order_no),
)
COUNT_ORDER = Job(
    name=count_order.JOB,
    number=10,
    title=lambda: _("Count order"),
    right=Right.COUNT,
    state=CountOrderState,
    begin=count_order.begin,
    scan=count_order.scan,
    command=count_order.command,
    answer=count_order.answer,
    view=count_order.view,
    help=lambda at, state: help_for("count_order", state.step or state.count.step or ("item" if state.count.bin_code else "bin")),
    work=count_order.work,
    posted=_posts_nothing,
    restore=count_order.restore,
    begun=count_order.begun,
)
COUNT_ORDERS = Job(
    name=count_orders.JOB,
    number=13,
    title=lambda: _("Counts ordered"),
    right=Right.ORDER_COUNT,
    state=SupervisorState,
    begin=count_orders.begin,
    scan=count_orders.scan,
    command=count_orders.command,
    answer=count_orders.answer,
    view=count_orders.view,
    help=lambda at, state: help_for("count_orders", state.page or "list"),
    work=count_orders.work,
    posted=count_orders.posted,
    restore=_no_rows,
    begun=_never,
)

LINK = Job(
    name=link.JOB,
    number=0,
    title=lambda: _("Link code"),
    right=Right.LINK_CODE,
    state=LinkState,
    begin=link.begin,
    scan=link.scan,
    command=link.command,
    answer=link.answer,
    view=link.view,
    help=lambda at, state: help_for("link", state.step),
    work=link.work,
    posted=_posts_nothing,
    restore=_no_rows,
    begun=_never,
)

JOBS: tuple[Job, ...] = (
    COUNT,
    ADJUST,
    MOVE,
    LOOK_UP,
    MY_POSTINGS,
    SHIP_TRANSFER,
    RECEIVE_TRANSFER,
    COUNT_ORDER,
    COUNT_ORDERS,
    LINK,
)
BY_NAME = {job.name: job for job in JOBS}
STATES = {job.name: job.state for job in JOBS}
