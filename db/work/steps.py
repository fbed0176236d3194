"""What undo goes back to: one row a scan that changed the work in hand, with the state before it."""

from dataclasses import dataclass

from db.connection import fetch
from db.connection.session import Write


@dataclass(frozen=True, slots=True)
class Step:
    """`what` was scanned when the work was in `state`; `before` is what the flow needs to put its rows back (JSON or blank)."""

    work: str
    step_no: int
    what: str
    state: str
    before: str


def add(step: Step) -> Write:
    """Write the step down, in the transaction of the change itself."""
    return "INSERT INTO work_step VALUES (?, ?, ?, ?, ?)", [(step.work, step.step_no, step.what[:100], step.state, step.before)]


def last(work: str) -> Step | None:
    """The last step that is not undone."""
    rows = fetch("SELECT work, step_no, what, state, before FROM work_step WHERE work = ? ORDER BY step_no DESC LIMIT 1", (work,))
    return Step(*rows[0]) if rows else None


def before(step: Step, *, limit: int = 5) -> list[Step]:
    """The steps before one of them, the latest first."""
    sql = "SELECT work, step_no, what, state, before FROM work_step WHERE work = ? AND step_no < ? ORDER BY step_no DESC LIMIT ?"
    return [Step(*row) for row in fetch(sql, (step.work, step.step_no, limit))]


def last_no(work: str) -> int:
    """The number of the last step; 0 where there is none."""
    rows = fetch("SELECT MAX(step_no) FROM work_step WHERE work = ?", (work,))
    return rows[0][0] or 0


def take_back(step: Step) -> Write:
    """The step is undone."""
    return "DELETE FROM work_step WHERE work = ? AND step_no = ?", [(step.work, step.step_no)]


def give(work: str, to: str) -> list[Write]:
    """The steps go with the work to another user."""
    return [forget(to), ("UPDATE work_step SET work = ? WHERE work = ?", [(to, work)])]


def forget(work: str) -> Write:
    """The work is posted or dropped: nothing is left to go back to."""
    return "DELETE FROM work_step WHERE work = ?", [(work,)]
