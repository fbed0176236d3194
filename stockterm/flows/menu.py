"""The menu and the choice of location: the two steps around all jobs."""

from dataclasses import dataclass

from db.core.codes import normalize_code
from db.queries import places
from db.queries.people import UserFacts
from db.queries.places import LocationFacts
from stockterm.flows.help import about_job
from stockterm.flows.outcome import At, Entry, Job
from stockterm.flows.refusals import UnknownChoice, UnknownScan, WrongKind
from stockterm.flows.rights import may, may_work_at, require, require_location
from stockterm.flows.tokens import Command
from stockterm.flows.view import Choice, KeyHint, Level, Message, ViewState
from stockterm.i18n import _

_LOCATION_LABEL = "LOC:"
LOCATION_NUMBER = 8
SIGN_OUT_NUMBER = 9


def locations_of(user: UserFacts) -> list[LocationFacts]:
    """Where the user may work."""
    return [one for one in places.locations() if may_work_at(user, one.code)]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What an entry at the location or in the menu comes to: a location, a job, or signing out."""

    location: LocationFacts | None = None
    job: Job | None = None
    choose_location: bool = False
    sign_out: bool = False


def choose_location(user: UserFacts, entry: Entry) -> Chosen:
    """A typed number of the list, a typed code, or a location label."""
    allowed = locations_of(user)
    text = entry.raw.strip()
    code = normalize_code(text[len(_LOCATION_LABEL) :] if text.upper().startswith(_LOCATION_LABEL) else text)
    for one in allowed:
        if one.code == code:
            return Chosen(location=one)
    if places.location(code) is not None:
        require_location(user, code)
    if text.isascii() and text.isdigit() and not entry.certain and len(text) <= 3:
        if 1 <= int(text) <= len(allowed):
            return Chosen(location=allowed[int(text) - 1])
        raise UnknownChoice(text=text, last=len(allowed))
    raise UnknownScan(scanned=text[:60], done=_("chosen"))


def location_view(user: UserFacts) -> ViewState:
    """The list of locations; where there is none, why."""
    allowed = locations_of(user)
    text: tuple[str, ...] = ()
    if not allowed:
        text = (
            _("No location to work at."),
            _("A supervisor makes one, or allows you one: stockterm post FILE"),
        )
    return ViewState(
        title=_("Location"),
        prompt=_("Location"),
        message=Message(Level.NOTE, _("Choose, or scan the location.")),
        choices=tuple(f"{index + 1} {one.code} {one.name}".rstrip() for index, one in enumerate(allowed)),
        beside=tuple(Choice((one.code, one.name)) for one in allowed),
        text=text,
        keys=(KeyHint(Command.BACK, _("back")), KeyHint(Command.HELP, _("help"))),
    )


def choose_job(at: At, entry: Entry, jobs: tuple[Job, ...]) -> Chosen:
    """A typed digit; a location label changes the location."""
    text = entry.raw.strip()
    if text.upper().startswith(_LOCATION_LABEL):
        return choose_location(at.user, entry)
    if entry.certain or not (text.isascii() and text.isdigit() and len(text) <= 2):
        raise WrongKind(kind=_("no menu entry:"), scanned=text[:60], expected=_("Type the digit of a job first."))
    number = int(text)
    if number == SIGN_OUT_NUMBER:
        return Chosen(sign_out=True)
    if number == LOCATION_NUMBER and len(locations_of(at.user)) > 1:
        return Chosen(choose_location=True)
    for job in jobs:
        if job.number and job.number == number:
            if job.right is not None:
                require(at.user, job.right)
            return Chosen(job=job)
    offered = [job.number for job in jobs if job.right is None or may(at.user, job.right)]
    raise UnknownChoice(text=text, last=max([SIGN_OUT_NUMBER, *offered]))


def menu_view(at: At, jobs: tuple[Job, ...], begun: frozenset[str]) -> ViewState:
    """The jobs of the user's role, each under its own digit for everybody; `*`: begun and not finished."""
    entries = [
        (job.number, f"{job.title()}{' *' if job.name in begun else ''}", _about(job, job.name in begun))
        for job in jobs
        if job.number and (job.right is None or may(at.user, job.right))
    ]
    if len(locations_of(at.user)) > 1:
        entries.append((LOCATION_NUMBER, f"{_('Location')} {at.location.code}", (("", at.location.name),)))
    entries.append((SIGN_OUT_NUMBER, _("Sign out"), (("", _("What you have begun is kept.")),)))
    return ViewState(
        title=f"{at.location.code} {at.user.name or at.user.code}",
        prompt=_("Choose"),
        choices=tuple(f"{number} {text}" for number, text, _details in entries),
        beside=tuple(Choice((text,), details) for _number, text, details in entries),
        keys=(KeyHint(Command.HELP, _("help")),),
    )


def _about(job: Job, begun: bool) -> tuple[tuple[str, str], ...]:
    """What a desk shows beside a job: what it is for, and that it waits."""
    waiting = (("", _("Begun: it goes on where you left it.")),) if begun else ()
    return (("", about_job(job.name)), *waiting)
