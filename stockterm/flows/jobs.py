"""The jobs of the menu, each with its digit: the same for every role, so that hands learn them.

A job is one line here; its flow stands in the module that the line names, and is loaded when the job is first used.
"""

from typing import Any

from stockterm.flows.outcome import Job
from stockterm.flows.rights import Right
from stockterm.i18n import _

LINK = "link"  # where F4 goes from a code that nothing has

JOBS: tuple[Job, ...] = (
    Job("count", 1, lambda: _("Count"), Right.COUNT, "count:FLOW"),
    Job("adjust", 2, lambda: _("Adjust"), Right.ADJUST, "adjust:FLOW"),
    Job("move", 3, lambda: _("Move"), Right.MOVE, "move:FLOW"),
    Job("look_up", 4, lambda: _("What is this?"), Right.LOOK_UP, "look_up:FLOW"),
    Job("my_postings", 5, lambda: _("My postings"), Right.UNDO_POSTING, "my_postings:FLOW"),
    Job("ship_transfer", 6, lambda: _("Ship transfer"), Right.SHIP_TRANSFER, "transfer:SHIP_FLOW"),
    Job("receive_transfer", 7, lambda: _("Receive transfer"), Right.RECEIVE_TRANSFER, "transfer:RECEIVE_FLOW"),
    Job("count_order", 10, lambda: _("Count order"), Right.COUNT, "count_order:FLOW"),
    Job("relabel", 11, lambda: _("Relabel"), Right.RELABEL, "relabel:FLOW"),
    Job("trace", 12, lambda: _("Trace"), Right.TRACE, "tracing:FLOW"),
    Job("count_orders", 13, lambda: _("Counts ordered"), Right.ORDER_COUNT, "count_orders:FLOW"),
    Job("transfer_orders", 14, lambda: _("Transfer orders"), Right.ORDER_TRANSFER, "transfer_orders:FLOW"),
    Job("numbers", 15, lambda: _("Numbers"), Right.SEE_NUMBERS, "numbers:FLOW"),
    Job("users", 16, lambda: _("Users"), Right.CHANGE_USERS, "users:FLOW"),
    Job("terminals", 17, lambda: _("Terminals"), Right.SEE_TERMINALS, "terminals:FLOW"),
    Job("print_queue", 18, lambda: _("Print queue"), Right.WORK_PRINT_QUEUE, "print_queue:FLOW"),
    Job(LINK, 0, lambda: _("Link code"), Right.LINK_CODE, "link:FLOW"),
)
BY_NAME = {job.name: job for job in JOBS}


def state_of(name: str) -> type[Any] | None:
    """The class of a job's state; None: there is no such job."""
    return BY_NAME[name].flow.state if name in BY_NAME else None
