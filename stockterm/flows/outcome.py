"""What travels between a session and a job's flow: where the worker stands, what was scanned, and what comes of it.

A flow is functions on values: `scan(at, state, entry) -> Outcome`. It may read (`db.queries`, `db.work`); what is to be written
it returns, and the session commits it together with the state and the mark in the scan log.
"""

import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any

from db.connection.session import Write
from db.queries.people import UserFacts
from db.queries.places import LocationFacts
from stockterm.flows.rights import Right
from stockterm.flows.tokens import Command
from stockterm.flows.view import Message, ViewState

if TYPE_CHECKING:
    from db.posting.lines import PostingOperation
    from stockterm.flows.printing import Labels


@dataclass(frozen=True, slots=True)
class At:
    """Who works, where, at which terminal, on which day."""

    user: UserFacts
    terminal: str
    location: LocationFacts
    today: date
    separators: tuple[str, ...] = ()
    printer: str = ""  # that the terminal's profile names; blank: that of the location


@dataclass(frozen=True, slots=True)
class Entry:
    """One scan. `certain`: it came from a reader that says so, and is no typed number or choice."""

    raw: str
    certain: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """A question. F10 says yes, F3 no, F4 `more`; a choice is typed by its number; with `digits`, yes is said by typing them.

    `kind` is the flow's own name for it, `values` what it has to know again when the answer comes. Scans that are no answer are
    held until it came.
    """

    kind: str
    text: str
    choices: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    digits: str = ""
    yes: str = ""
    no: str = ""
    more: str = ""


class Reply(StrEnum):
    """The answers that are no choice."""

    YES = "yes"
    NO = "no"
    MORE = "more"


Answer = Reply | int  # an int: the choice, counted from 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What comes of a scan, a command or an answer.

    `undo` is not None when this can be undone: what the flow needs to put its rows back (or blank). `operations` are posted
    before anything is written; the job's `posted` then makes the outcome that is committed. `go` names the job to go to; a state
    of None is dropped. `back` goes back one step: like undo, and to the menu where there is no step left. `hold`: the scan was
    no answer to the question and is kept. `forget`: the steps that undo goes through are gone, or others. `printer`:
    labels for it are among the writes, and are sent once these are committed; `print_job`: which job, if not a new one.
    """

    state: Any
    message: Message | None = None
    ask: Ask | None = None
    text: tuple[str, ...] = ()
    writes: tuple[Write, ...] = ()
    undo: str | None = None
    good: bool = False
    operations: "tuple[PostingOperation, ...]" = ()
    go: str | None = None
    location_code: str | None = None
    back: bool = False
    hold: bool = False
    forget: bool = False
    unknown: str = ""  # the code that nothing has, for F4
    printer: str = ""
    print_job: int = 0


def _posts_nothing(at: At, state: Any, ask: Ask | None, registers: list[Any]) -> Outcome:
    raise AssertionError("this job posts nothing")


def _no_rows(before: str) -> tuple[Write, ...]:
    """The state is all there is to take back."""
    return ()


def _nothing_to_write(state: Any, user_code: str) -> tuple[Write, ...]:
    return ()


def _never(state: Any) -> bool:
    """Nothing is lost when this state is."""
    return False


def _as_it_is(state: Any) -> Any:
    return state


def _no_label(at: At, state: Any) -> "Labels | None":
    return None


@dataclass(frozen=True, slots=True)
class Flow:
    """What a job does: the class of its state, and its functions.

    `work` names the steps that undo goes through (`count:17`); `restore` puts back what one of them changed; `begun` says whether
    a state has something in it that another user must not be handed; `settled` is a state without the multiplier that waits in
    it; `handed_over` is what must be written when a badge gives the state to another user; `label` is what CMD:PRINT prints, None
    where nothing on the screen has a label; `secret` says whether what is entered next is a PIN or a badge to be given: it is in
    no log.
    """

    state: type[Any]
    begin: Callable[[At, Any], Outcome]
    scan: Callable[[At, Any, Entry], Outcome]
    command: Callable[[At, Any, Command], Outcome]
    answer: Callable[[At, Any, Ask, Answer], Outcome]
    view: Callable[[At, Any], ViewState]
    help: Callable[[At, Any], tuple[str, ...]]
    work: Callable[[At, Any], str]
    posted: Callable[[At, Any, Ask | None, list[Any]], Outcome] = _posts_nothing
    restore: Callable[[str], tuple[Write, ...]] = _no_rows
    begun: Callable[[Any], bool] = _never
    settled: Callable[[Any], Any] = _as_it_is
    handed_over: Callable[[Any, str], tuple[Write, ...]] = _nothing_to_write
    label: "Callable[[At, Any], Labels | None]" = _no_label
    secret: Callable[[Any], bool] = _never


@dataclass(frozen=True, slots=True)
class Job:
    """One entry of the menu. `number` 0: not in the menu. `right` None: for everybody.

    `where` names its flow (`module:name`, below `stockterm.flows`). It is loaded when it is first asked for: most sessions use
    two or three jobs, and all of them together take longer to load than everything else between start and first scan.
    """

    name: str
    number: int
    title: Callable[[], str]
    right: Right | None
    where: str

    @property
    def flow(self) -> Flow:
        """What it does."""
        return _flow(self.where)


@cache
def _flow(where: str) -> Flow:
    flow = pkgutil.resolve_name(f"stockterm.flows.{where}")
    assert isinstance(flow, Flow)
    return flow
