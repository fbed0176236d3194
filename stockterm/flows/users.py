"""Users: who works here, and what each may do.

    everybody, and a new user
      └ one user: name · role · language · places · posting dates · PIN · badge · blocked

Every change is a choice or a typed text, saved at once, and in the change log. A PIN is typed twice and a badge is scanned;
neither is in any log, nor in the saved work: what has to be remembered between the two times is the hash. Nobody changes their
own role or blocks themselves, and only an administrator changes an administrator.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from db.core.codes import normalize_code
from db.core.errors import PermissionDenied
from db.masters.change import put_masters
from db.masters.change_log import ChangedBy
from db.masters.people import hash_of_pin, pin_fits
from db.masters.tables import ROLES
from db.queries import people, places
from db.queries.people import UserFacts
from db.work import sessions
from stockterm.flows import lists, say
from stockterm.flows.help import help_for
from stockterm.flows.lists import Line
from stockterm.flows.outcome import Answer, Ask, At, Entry, Flow, Outcome
from stockterm.flows.rights import RIGHTS, Right, require
from stockterm.flows.tokens import Command
from stockterm.flows.view import KeyHint, ViewState
from stockterm.flows.words import day_and_time, typed_date
from stockterm.i18n import _, format_date, languages

JOB = "users"
SHORTEST_PIN = 4
_ADMINISTRATOR = "administrator"
_SECRET_STEPS = ("pin", "pin_again", "badge")
_DATES = {"from": "allow_posting_from", "to": "allow_posting_to"}


@dataclass(frozen=True, slots=True)
class UsersState:
    """The list (`user_code` blank) or one user. `page`: role, language, places; `step`: what is being typed or scanned.

    `pin_hash`: the hash of a PIN that was typed once.
    """

    user_code: str = ""
    page: str = ""
    step: str = ""
    pin_hash: str = ""


def begin(at: At, state: UsersState | None) -> Outcome:
    """Show everybody."""
    require(at.user, Right.CHANGE_USERS)
    return Outcome(UsersState(), say.note(_("Choose.")))


def role_in_words(role: str) -> str:
    """What a role is called."""
    return {
        "viewer": _("viewer"),
        "counter": _("counter"),
        "worker": _("worker"),
        "shipping": _("shipping"),
        "receiving": _("receiving"),
        "supervisor": _("supervisor"),
        "controller": _("controller"),
        "master_data": _("master data"),
        "administrator": _("administrator"),
    }.get(role, role)


# ---- lists ----------------------------------------------------------------------------------------------------------


def _lines(at: At, state: UsersState) -> list[Line]:
    """What can be chosen on this page."""
    user = people.user_by_code(state.user_code) if state.user_code else None
    if user is None:
        new = Line(_("New user"), lambda: _typing(UsersState(), "code", _("User code: type it.")))
        return [new, *(_user_line(one) for one in people.users()[: lists.LISTED])]
    match state.page:
        case "role":
            return [_role_line(at, user, role) for role in ROLES]
        case "language":
            return [_language_line(at, user, language) for language in ("", *languages())]
        case "places":
            return _place_lines(at, user)
        case _:
            return _change_lines(at, user)


def _user_line(user: UserFacts) -> Line:
    blocked = _("blocked") if user.blocked else ""
    cells = (user.code, role_in_words(user.role), blocked or user.name)
    return Line(" ".join(filter(None, cells)), lambda: Outcome(UsersState(user.code), say.note(_("Choose."))), about(user), cells)


def about(user: UserFacts) -> tuple[tuple[str, str], ...]:
    """What is known about a user; no secret is."""
    found = sessions.of_user(user.code)
    seen = f"{found.terminal} {day_and_time(found.seen_at)}" if found is not None else _("never")
    return (
        (_("Name"), user.name),
        (_("Role"), role_in_words(user.role)),
        (_("Blocked"), _yes(user.blocked)),
        (_("Language"), user.language or _("the terminal's")),
        (_("Places"), _places_in_words(user)),
        (_("PIN"), _yes(user.has_pin)),
        (_("Badge"), _yes(user.has_badge)),
        (_("Posting dates"), _dates_in_words(user)),
        (_("Last seen"), seen),
    )


def _yes(value: bool) -> str:
    return _("yes") if value else _("no")


def _places_in_words(user: UserFacts) -> str:
    return " ".join(user.locations) or _("all")


def _dates_in_words(user: UserFacts) -> str:
    if user.allow_posting_from is None and user.allow_posting_to is None:
        return _("the company's")
    return f"{_day(user, 'from')} - {_day(user, 'to')}"


def _day(user: UserFacts, which: str) -> str:
    day = getattr(user, _DATES[which])
    return format_date(day) if day is not None else "…"


def _change_lines(at: At, user: UserFacts) -> list[Line]:
    state = UsersState(user.code)

    def page(name: str) -> Callable[[], Outcome]:
        return lambda: Outcome(replace(state, page=name), say.note(_("Choose.")))

    def step(name: str, text: str) -> Callable[[], Outcome]:
        return lambda: _typing(state, name, text)

    def save(text: str, **fields: object) -> Callable[[], Outcome]:
        return lambda: _save(at, state, text, **fields)

    def line(label: str, value: str, do: Callable[[], Outcome]) -> Line:
        return Line(f"{label}: {value}", do, about(user), (label, value))

    lines = [
        line(_("Name"), user.name, step("name", _("Name: type it."))),
        line(_("Role"), role_in_words(user.role), page("role")),
        line(_("Language"), user.language or _("the terminal's"), page("language")),
        line(_("Places"), _places_in_words(user), page("places")),
        line(_("Posting from"), _day(user, "from"), step("from", _("Date: type it."))),
        line(_("Posting to"), _day(user, "to"), step("to", _("Date: type it."))),
        Line(_("New PIN"), step("pin", _("New PIN: type it.")), about(user)),
        Line(_("Give a badge"), step("badge", _("Badge: scan it.")), about(user)),
    ]
    if user.has_pin:
        lines.append(Line(_("Take the PIN away"), save(_("PIN taken away."), pin=None), about(user)))
    if user.has_badge:
        lines.append(Line(_("Take the badge away"), save(_("Badge taken away."), badge=None), about(user)))
    if user.blocked:
        lines.append(Line(_("Unblock"), save(_("Unblocked: {user}.").format(user=user.code), blocked=False), about(user)))
    else:
        lines.append(Line(_("Block"), lambda: _block(at, state), about(user)))
    return lines


def _role_line(at: At, user: UserFacts, role: str) -> Line:
    rights = tuple(("", _(right.value)) for right in Right if right in RIGHTS[role])
    text = _("{user} is {role} now.").format(user=user.code, role=role_in_words(role))
    mark = " *" if role == user.role else ""
    return Line(f"{role_in_words(role)}{mark}", lambda: _save(at, UsersState(user.code), text, role=role), rights)


def _language_line(at: At, user: UserFacts, language: str) -> Line:
    names = {"": _("the terminal's"), "en": "English", "nb": "Norsk bokmål"}
    text = _("Language: {language}.").format(language=names.get(language, language))
    mark = " *" if language == user.language else ""
    do: Callable[[], Outcome] = lambda: _save(at, UsersState(user.code), text, language=language or None)  # noqa: E731
    return Line(f"{names.get(language, language)}{mark}", do)


def _place_lines(at: At, user: UserFacts) -> list[Line]:
    """All, or these: choosing one adds it or takes it away."""
    state = UsersState(user.code, "places")
    mark = "" if user.locations else " *"
    lines = [Line(f"{_('all')}{mark}", lambda: _save(at, state, _("Places: all."), locations=[]))]
    for one in places.locations():
        kept = [code for code in user.locations if code != one.code]
        chosen = kept if len(kept) < len(user.locations) else [*kept, one.code]
        mark = " *" if one.code in user.locations else ""
        text = _("Places: {places}.").format(places=" ".join(chosen) or _("all"))

        def do(chosen: list[str] = chosen, text: str = text) -> Outcome:
            return _save(at, state, text, locations=chosen)

        lines.append(Line(f"{one.code}{mark} {one.name}".rstrip(), do, cells=(f"{one.code}{mark}", one.name)))
    return lines


# ---- changing -------------------------------------------------------------------------------------------------------


def _typing(state: UsersState, step: str, text: str) -> Outcome:
    return Outcome(replace(state, step=step, pin_hash=""), say.note(text))


def _save(at: At, state: UsersState, text: str, **fields: object) -> Outcome:
    """Change the user, in a transaction of its own; doing it twice changes nothing."""
    require(at.user, Right.CHANGE_USERS)
    _refuse_own_or_higher(at.user, state.user_code, fields)
    put_masters([("user", {"code": state.user_code, **fields})], ChangedBy(at.user.code, at.terminal, JOB))
    page = state.page if state.page == "places" else ""
    return Outcome(UsersState(state.user_code, page), say.ok(text), good=True)


def _refuse_own_or_higher(by: UserFacts, user_code: str, fields: dict[str, object]) -> None:
    """Nobody makes themselves more than they are; a supervisor makes no administrator, and changes none."""
    user = people.user_by_code(user_code)
    if user_code == by.code and fields.keys() & {"role", "blocked", "locations", "allow_posting_from", "allow_posting_to"}:
        raise PermissionDenied(user_code=by.code, action=_("change their own rights"))
    roles = {fields.get("role"), user.role if user is not None else ""}
    if _ADMINISTRATOR in roles and by.role != _ADMINISTRATOR:
        raise PermissionDenied(user_code=by.code, action=_("change an administrator"))


def _block(at: At, state: UsersState) -> Outcome:
    """The user is signed out wherever that is; the work stays."""
    outcome = _save(at, state, _("Blocked: {user}. Signed out.").format(user=state.user_code), blocked=True)
    sessions.end(state.user_code)
    return outcome


def scan(at: At, state: UsersState, entry: Entry) -> Outcome:
    """The number of a choice, or what is being typed or scanned."""
    require(at.user, Right.CHANGE_USERS)
    if not state.step:
        return lists.choose(_lines(at, state), entry)
    text, done = entry.raw.strip(), UsersState(state.user_code)
    match state.step:
        case "code":
            return _made(at, text)
        case "name":
            return _save(at, done, _("Name: {name}.").format(name=text[:100]), name=text[:100])
        case "from" | "to":
            day = typed_date(text, at.today)
            return _save(at, done, format_date(day), **{_DATES[state.step]: day})
        case "badge":
            return _save(at, done, _("Badge given to {user}.").format(user=state.user_code), badge=text)
        case _:
            return _pin(at, state, entry)


def _made(at: At, text: str) -> Outcome:
    code = normalize_code(text)
    if people.user_by_code(code) is not None:
        return Outcome(UsersState(code), say.warning(_("Already there: {user}.").format(user=code)))
    return _save(at, UsersState(code), _("Made: {user}, a worker without PIN.").format(user=code), name=text[:100], role="worker")


def _pin(at: At, state: UsersState, entry: Entry) -> Outcome:
    """Typed twice. Nothing that was typed stands in a message, in the state, or in a log."""
    if entry.certain:
        return Outcome(state, say.warning(_("PIN: type it. A label is not taken.")))
    if state.step == "pin":
        if len(entry.raw) < SHORTEST_PIN:
            return Outcome(state, say.warning(_("PIN too short: {count} or more.").format(count=SHORTEST_PIN)))
        return Outcome(replace(state, step="pin_again", pin_hash=hash_of_pin(entry.raw)), say.note(_("PIN: type it again.")))
    if not pin_fits(state.pin_hash, entry.raw):
        return Outcome(replace(state, step="pin", pin_hash=""), say.warning(_("PINs differ. Type the new one.")))
    return _save(at, UsersState(state.user_code), _("New PIN for {user}.").format(user=state.user_code), pin=entry.raw)


def command(at: At, state: UsersState, command: Command) -> Outcome:
    """Back goes up one level; the empty field takes a date away."""
    if command is Command.CLEAR and state.step in _DATES:
        return _save(at, UsersState(state.user_code), _("No date."), **{_DATES[state.step]: None})
    if command is not Command.BACK:
        return Outcome(state, say.note(_("Choose.")))
    if state.step or state.page:
        return Outcome(UsersState(state.user_code), say.note(_("Choose.")))
    return Outcome(UsersState(), say.note(_("Choose."))) if state.user_code else Outcome(None, go="menu")


def answer(at: At, state: UsersState, ask: Ask, reply: Answer) -> Outcome:
    """Nothing is asked."""
    return Outcome(state)


# ---- what is shown --------------------------------------------------------------------------------------------------


def view(at: At, state: UsersState) -> ViewState:
    """The list, or what is being typed."""
    keys = [KeyHint(Command.BACK, _("back")), KeyHint(Command.HELP, _("help"))]
    if state.step in _DATES:
        keys.insert(0, KeyHint(Command.CLEAR, _("none")))
    if state.step:
        title = state.user_code or _("New user")
        return ViewState(title=title, prompt=_prompt(state.step), secret=state.step in _SECRET_STEPS, keys=tuple(keys))
    everybody = people.users()
    facts: tuple[tuple[str, str], ...] = (
        (_("Users"), str(len(everybody))),
        (_("Blocked"), str(sum(u.blocked for u in everybody))),
    )
    user = people.user_by_code(state.user_code) if state.user_code else None
    title = f"{user.code} {user.name}".rstrip() if user is not None else _("Users")
    empty = ViewState(title=title, prompt=_("Choose"), keys=tuple(keys), facts=about(user) if user is not None else facts)
    return lists.show(empty, _lines(at, state))


def _prompt(step: str) -> str:
    return {
        "code": _("User code"),
        "name": _("Name"),
        "pin": _("PIN"),
        "pin_again": _("PIN again"),
        "badge": _("Badge"),
    }.get(step, _("Date"))


def work(at: At, state: Any) -> str:
    """Nothing here is undone scan by scan."""
    return f"{JOB}:{at.user.code}"


FLOW = Flow(
    state=UsersState,
    begin=begin,
    scan=scan,
    command=command,
    answer=answer,
    view=view,
    help=lambda at, state: help_for(JOB, state.step or ("user" if state.user_code else "list")),
    work=work,
    secret=lambda state: state.step in _SECRET_STEPS,
)
