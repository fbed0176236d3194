"""The jobs of the menu, each with its digit: the same for every role, so that hands learn them."""

from typing import Any

from db.connection.session import Write
from stockterm.flows import adjust, count, count_line, count_post, count_view, link, look_up, move, my_postings
from stockterm.flows.adjust import AdjustState
from stockterm.flows.count_state import CountState, settled
from stockterm.flows.help import help_for
from stockterm.flows.link import LinkState
from stockterm.flows.look_up import LookUpState
from stockterm.flows.move import MoveState
from stockterm.flows.my_postings import PostingsState
from stockterm.flows.outcome import Ask, At, Job, Outcome
from stockterm.flows.rights import Right
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

JOBS: tuple[Job, ...] = (COUNT, ADJUST, MOVE, LOOK_UP, MY_POSTINGS, LINK)
BY_NAME = {job.name: job for job in JOBS}
STATES = {job.name: job.state for job in JOBS}
