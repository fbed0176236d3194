"""Terminals: where somebody is at work, or was, with what in hand; and taking it away from a terminal that is lost.

    terminals, the latest seen first
      └ one terminal: for each user with work there: sign out there · take over a job that is begun

Signing somebody out somewhere makes that terminal unable to write anything more: it is told at its next scan. Work stays with its
user. Taking over hands one job that is begun to whoever takes it, with its lines, its steps and the scans that wait for it; lines
so far keep who counted them.
"""

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from db.core import clock
from db.queries import people, places
from db.work import scan_log, sessions, steps
from db.work.sessions import Presence
from stockterm.config import load_config
from stockterm.flows import hand as hands
from stockterm.flows import lists, say
from stockterm.flows.hand import MENU, Hand
from stockterm.flows.help import help_for
from stockterm.flows.lists import Line
from stockterm.flows.outcome import Answer, Ask, At, Entry, Flow, Outcome
from stockterm.flows.refusals import AlreadyInHand
from stockterm.flows.rights import Right, require, require_location
from stockterm.flows.tokens import Command
from stockterm.flows.view import KeyHint, ViewState
from stockterm.flows.words import day_and_time, scans_in_words
from stockterm.i18n import _

JOB = "terminals"


@dataclass(frozen=True, slots=True)
class TerminalsState:
    """The list (`chosen` False), or one terminal; a terminal may have no name."""

    chosen: bool = False
    terminal: str = ""


def begin(at: At, state: TerminalsState | None) -> Outcome:
    """Show all terminals."""
    require(at.user, Right.SEE_TERMINALS)
    return Outcome(TerminalsState(), say.note(_("Choose.")))


# ---- lists ----------------------------------------------------------------------------------------------------------


def _lines(at: At, state: TerminalsState) -> list[Line]:
    found = sessions.all_work()
    if not state.chosen:
        names = list(dict.fromkeys(one.work.terminal for one in found))[: lists.LISTED]
        return [_terminal_line(name, [one for one in found if one.work.terminal == name]) for name in names]
    lines: list[Line] = []
    for one in found:
        if one.work.terminal == state.terminal:
            lines.extend(_user_lines(at, state, one))
    return lines


def _terminal_line(name: str, there: list[Presence]) -> Line:
    signed_in = " ".join(one.work.user_code for one in there if one.work.signed_in)
    cells = (_named(name), signed_in or "-", _ago(there[0].work.seen_at))
    details: list[tuple[str, str]] = []
    for one in there:
        details.extend(_about(one))
    details.extend(_profile(name))
    chosen = TerminalsState(True, name)
    return Line(" ".join(cells), lambda: Outcome(chosen, say.note(_("Choose."))), tuple(details), cells)


def _named(terminal: str) -> str:
    return terminal or _("no name")


def _ago(moment: int) -> str:
    """How long ago, in the largest unit that fits: `40 s`, `12 min`, `3 h`, then the day."""
    seconds = max(0, clock.now_microseconds() - moment) // 1_000_000
    if seconds < 90:
        return _("{count} s").format(count=seconds)
    if seconds < 90 * 60:
        return _("{count} min").format(count=seconds // 60)
    return _("{count} h").format(count=seconds // 3600) if seconds < 36 * 3600 else day_and_time(moment)


def _about(one: Presence) -> tuple[tuple[str, str], ...]:
    """Who, where, since when, with what in hand."""
    work, user = one.work, people.user_by_code(one.work.user_code)
    details = [
        (work.user_code, user.name if user is not None else ""),
        (_("Signed in"), _("yes, since {time}").format(time=day_and_time(one.started_at)) if work.signed_in else _("no")),
        (_("Seen"), _("{ago} ago").format(ago=_ago(work.seen_at))),
        (_("Location"), work.location_code),
        (_("In hand"), ", ".join(title for _name, title in _begun(work.state)) or _("nothing")),
        (_("Good scans"), str(work.scan_count)),
    ]
    if one.waiting:
        details.append((_("Waiting"), scans_in_words(one.waiting)))
    return tuple(details)


def _begun(state: str) -> list[tuple[str, str]]:
    """The jobs with something in them that another user must not be handed unasked: (name, title)."""
    from stockterm.flows.jobs import BY_NAME, state_of

    states = hands.from_text(state, state_of).states
    return [(name, BY_NAME[name].title()) for name, one in states.items() if BY_NAME[name].flow.begun(one)]


def _profile(terminal: str) -> list[tuple[str, str]]:
    """What the settings file of this machine says about the terminal."""
    found = load_config().profile(terminal)
    if not found:
        return [(_("Profile"), _("as delivered"))]
    return [(_("Profile"), ", ".join(f"{name}={value!r}" for name, value in sorted(found.items())))]


def _user_lines(at: At, state: TerminalsState, one: Presence) -> list[Line]:
    user_code, details = one.work.user_code, _about(one)
    lines: list[Line] = []
    if one.work.signed_in:
        text = _("Sign {user} out").format(user=user_code)
        lines.append(Line(text, lambda: _sign_out(at, state, user_code), details))
    if user_code != at.user.code:
        for name, title in _begun(one.work.state):

            def take(name: str = name) -> Outcome:
                return _take_over(at, user_code, name)

            text = _("Take over from {user}: {job}").format(user=user_code, job=title)
            lines.append(Line(text, take, details))
    if not lines:
        text = _("{user}: nothing in hand").format(user=user_code)
        lines.append(Line(text, lambda: Outcome(state, say.note(text)), details))
    return lines


# ---- what is done ---------------------------------------------------------------------------------------------------


def _sign_out(at: At, state: TerminalsState, user_code: str) -> Outcome:
    require(at.user, Right.SEE_TERMINALS)
    if user_code == at.user.code:
        return Outcome(state, say.warning(_("That is you: 9 in the menu.")))
    sessions.end(user_code)
    return Outcome(state, say.ok(_("Signed out: {user}. Work is kept.").format(user=user_code)), good=True)


def _take_over(at: At, user_code: str, name: str) -> Outcome:
    """The other terminal first becomes unable to write; what it wrote until then is what is taken."""
    from stockterm.flows.jobs import BY_NAME, state_of

    job = BY_NAME[name]
    require(at.user, Right.SEE_TERMINALS)
    if job.right is not None:
        require(at.user, job.right)
    before = sessions.of_user(user_code)
    location = places.location(before.location_code) if before is not None else None
    if before is None or location is None:
        return Outcome(TerminalsState(), say.warning(_("Nothing in hand: {user}.").format(user=user_code)))
    require_location(at.user, location.code)
    own = sessions.of_user(at.user.code)
    if own is not None and name in dict(_begun(own.state)):
        raise AlreadyInHand(user_code=at.user.code)
    work = sessions.end(user_code)
    assert work is not None
    theirs = hands.from_text(work.state, state_of)
    state = theirs.states.get(name)
    giver = people.user_by_code(user_code)
    if state is None or giver is None or not job.flow.begun(state):
        return Outcome(TerminalsState(), say.warning(_("Nothing in hand: {user}.").format(user=user_code)))
    kept = MappingProxyType({other: one for other, one in theirs.states.items() if other != name})
    left = replace(theirs, states=kept) if theirs.job != name else Hand(MENU, states=kept)
    there = replace(at, location=location)
    work_before, work_after = job.flow.work(replace(there, user=giver), state), job.flow.work(there, state)
    writes = [
        sessions.leave_state(work, hands.to_text(left)),
        *(steps.give(work_before, work_after) if work_before != work_after else ()),
        *job.flow.handed_over(state, at.user.code),
        *([scan_log.give_waiting(user_code, at.user.code)] if theirs.job == name else ()),
    ]
    text = _("Taken over from {user}.").format(user=user_code)
    return Outcome(state, say.ok(text), writes=tuple(writes), go=name, location_code=location.code, good=True)


# ---- entries and commands -------------------------------------------------------------------------------------------


def scan(at: At, state: TerminalsState, entry: Entry) -> Outcome:
    """The number of a choice."""
    require(at.user, Right.SEE_TERMINALS)
    return lists.choose(_lines(at, state), entry)


def command(at: At, state: TerminalsState, command: Command) -> Outcome:
    """Back to the list, back to the menu."""
    if command is not Command.BACK:
        return Outcome(state, say.note(_("Choose.")))
    return Outcome(TerminalsState(), say.note(_("Choose."))) if state.chosen else Outcome(None, go="menu")


def answer(at: At, state: TerminalsState, ask: Ask, reply: Answer) -> Outcome:
    """Nothing is asked."""
    return Outcome(state)


def view(at: At, state: TerminalsState) -> ViewState:
    """The list."""
    keys = (KeyHint(Command.BACK, _("back")), KeyHint(Command.HELP, _("help")))
    title = _named(state.terminal) if state.chosen else _("Terminals")
    lines = _lines(at, state)
    facts: tuple[tuple[str, str], ...] = ((_("Terminals"), str(len(lines))),)
    if state.chosen:
        there = [one for one in sessions.all_work() if one.work.terminal == state.terminal]
        facts = (*(fact for one in there for fact in _about(one)), *_profile(state.terminal))
    return lists.show(ViewState(title=title, prompt=_("Choose"), keys=keys, facts=facts), lines)


def work(at: At, state: Any) -> str:
    """Nothing here is undone scan by scan."""
    return f"{JOB}:{at.user.code}"


FLOW = Flow(
    state=TerminalsState,
    begin=begin,
    scan=scan,
    command=command,
    answer=answer,
    view=view,
    help=lambda at, state: help_for(JOB, "one" if state.chosen else "list"),
    work=work,
)
