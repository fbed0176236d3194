"""The jobs of the menu, each with its digit: the same for every role, so that hands learn them."""

from stockterm.flows import count, count_post
from stockterm.flows.count_state import CountState
from stockterm.flows.help import help_for
from stockterm.flows.outcome import Job
from stockterm.flows.rights import Right
from stockterm.i18n import _


def _count_title() -> str:
    return _("Count")


COUNT = Job(
    name="count",
    number=1,
    title=_count_title,
    right=Right.COUNT,
    state=CountState,
    begin=count.begin,
    scan=count.scan,
    command=count.command,
    answer=count.answer,
    view=count.view,
    help=lambda state: help_for("count", state.step or ("item" if state.bin_code else "bin")),
    work=count.work,
    posted=count_post.posted,
    restore=count.restore,
    source_code="count",
)

JOBS: tuple[Job, ...] = (COUNT,)
BY_NAME = {job.name: job for job in JOBS}
STATES = {job.name: job.state for job in JOBS}
