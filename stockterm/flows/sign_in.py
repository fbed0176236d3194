"""Sign-in: a badge, or a user code and a PIN. What is entered here may be a secret, so nothing of it is logged as it came.

A badge that is only the user's code on a label names the user but proves nothing: the PIN is asked for, and without one there
is no way in. Wrong PINs are counted in
the database, for all terminals together; after three the next try has to wait, longer each time.
"""

from dataclasses import dataclass

from db.core.codes import normalize_code
from db.queries import people
from db.queries.people import UserFacts
from db.work import sign_in
from stockterm.flows.tokens import Command
from stockterm.flows.view import KeyHint, Level, Message, ViewState
from stockterm.i18n import _, ngettext

QUIT = ".quit"
BADGE_LABEL = "USR:"
_OTHER_LABELS = ("BIN:", "LOC:", "ITM:", "LOT:", "SN:", "DOC:", "RSN:", "LP:", "CMD:", "USR:", "]")


@dataclass(frozen=True, slots=True)
class SignIn:
    """Where signing in stands. With `user_code` the PIN is asked for. `message`: what the last entry came to."""

    user_code: str = ""
    message: Message | None = None
    finished: bool = False


def take(state: SignIn, text: str, certain: bool) -> SignIn | UserFacts:
    """One entry: the user, once it is clear who it is; else the next question."""
    if state.user_code:
        return _pin(state, text, certain)
    if text.strip().lower() == QUIT and not certain:
        return SignIn(finished=True)
    return badge_or_code(text)


def badge_or_code(text: str) -> SignIn | UserFacts:
    """Who a badge or a typed user code belongs to, and whether the PIN must be asked for."""
    stripped = text.strip()
    if stripped.startswith("]") and len(stripped) > 3:
        stripped = stripped[3:]
    label = stripped.upper().startswith(BADGE_LABEL)
    code = normalize_code(stripped[len(BADGE_LABEL) :] if label else stripped)
    by_badge = people.user_by_badge(code) or people.user_by_badge(normalize_code(stripped))
    user = by_badge or people.user_by_code(code)
    if user is None:
        return SignIn(message=Message(Level.ERROR, _("Badge unknown. Scan your badge, or type your user code.")))
    if user.blocked:
        return SignIn(
            message=Message(Level.ERROR, _("Blocked: {user} may not sign in. Ask a supervisor.").format(user=user.code))
        )
    if by_badge is not None and user.has_badge:
        return user
    if not user.has_pin:
        text = (
            _("No PIN: {user} signs in by badge.")
            if user.has_badge
            else _("No PIN: {user} has no badge either. A supervisor gives one of them.")
        )
        return SignIn(message=Message(Level.ERROR, text.format(user=user.code)))
    return SignIn(user.code)


def _pin(state: SignIn, text: str, certain: bool) -> SignIn | UserFacts:
    if certain or text.upper().startswith(_OTHER_LABELS):
        return SignIn(state.user_code, Message(Level.ERROR, _("PIN: type it. A label is not taken.")))
    from db.masters.people import pin_fits

    wait, left = sign_in.begin_try(state.user_code)
    if wait:
        return SignIn(message=_wait(wait))
    if pin_fits(people.pin_hash(state.user_code), text):
        sign_in.right_pin(state.user_code)
        user = people.user_by_code(state.user_code)
        if user is not None:
            return user
    if left:
        text = ngettext("PIN wrong ({count} try left).", "PIN wrong ({count} tries left).", left).format(count=left)
        return SignIn(state.user_code, Message(Level.ERROR, text))
    return SignIn(message=_wait(sign_in.seconds_to_wait(state.user_code)))


def _wait(seconds: int) -> Message:
    text = ngettext(
        "PIN wrong. Wait {count} second, then sign in again.", "PIN wrong. Wait {count} seconds, then sign in again.", seconds
    )
    return Message(Level.ERROR, text.format(count=seconds))


def command(state: SignIn, command: Command) -> SignIn:
    """Back goes from the PIN to the badge; nothing else does anything here."""
    return SignIn() if command in (Command.BACK, Command.CLEAR) else state


def view(state: SignIn) -> ViewState:
    """The first screen. On an empty database it says what to do next."""
    if state.user_code:
        return ViewState(
            title=_("Sign in"),
            item=state.user_code,
            prompt=_("PIN"),
            secret=True,
            message=state.message,
            keys=(KeyHint(Command.BACK, _("back")),),
        )
    filled = people.filled()
    text: tuple[str, ...] = ()
    if not filled.users:
        text = empty_database(filled)
    return ViewState(
        title="stockterm",
        prompt=_("Badge"),
        message=state.message or (None if text else Message(Level.NOTE, _("Scan your badge, or type your user code."))),
        text=text,
        keys=(KeyHint(Command.HELP, _("help")),),
        finished=state.finished,
    )


def empty_database(filled: people.Filled) -> tuple[str, ...]:
    """What to do next, where nobody can sign in yet."""
    missing = [
        name
        for name, there in ((_("items"), filled.items), (_("locations"), filled.locations), (_("users"), filled.users))
        if not there
    ]
    return (
        _("No {missing} yet.").format(missing=", ".join(missing)),
        _("Look around: stockterm demo"),
        _("Your data: stockterm post FILE"),
        _("A user is one line of it:"),
        '{"op":"user","code":"ME","role":"supervisor","pin":"..."}',
        _("Leave: .quit and Enter"),
    )
