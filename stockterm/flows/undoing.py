"""Undo: the work as it was before its last step.

A step is one scan that changed something, with the state before it. A multiplier (`12*`, F6 and a number) is a step while it
waits; the scan that used it takes it along when it is undone. Left waiting it would count with the next scan, and nobody typed it
for that.
"""

from typing import Any

from db.connection.session import Write
from db.work import steps
from db.work.steps import Step
from stockterm.flows.outcome import Job
from stockterm.flows.saved import from_text


def taken_back(job: Job, step: Step) -> tuple[Any, tuple[Write, ...]]:
    """The state before the last step, and what must be written for it."""
    state = from_text(job.flow.state, step.state)
    writes = [*job.flow.restore(step.before), steps.take_back(step)]
    settled = job.flow.settled(state)
    if settled != state:  # a multiplier waited: what only made it wait is undone with it
        for earlier in steps.before(step):
            if job.flow.settled(from_text(job.flow.state, earlier.state)) != settled:
                break
            writes.append(steps.take_back(earlier))
    return settled, tuple(writes)
