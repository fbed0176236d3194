"""What a session shows: the job's own view, and over it the lock, held scans, a question, help."""

from collections.abc import Sequence
from dataclasses import replace

from db.queries.people import UserFacts
from db.work.scan_log import SavedScan
from stockterm.flows import menu, say, sign_in
from stockterm.flows.hand import LOCATION, MENU, Hand
from stockterm.flows.help import help_for, help_for_ask, help_for_held, help_for_keys, help_for_lock
from stockterm.flows.jobs import BY_NAME, JOBS
from stockterm.flows.outcome import Ask, At
from stockterm.flows.sign_in import SignIn
from stockterm.flows.tokens import Command
from stockterm.flows.view import KeyHint, Message, ViewState
from stockterm.flows.words import scans_in_words
from stockterm.i18n import _

_SHOWN_SCANS = 50


def trouble(message: Message) -> ViewState:
    """The database cannot take anything just now: full, or damaged."""
    return ViewState(title=_("Trouble"), message=message, locked=True, keys=(KeyHint(Command.BACK, _("go on")),))


def lost(message: Message, scans: Sequence[str]) -> ViewState:
    """Another terminal has the work."""
    text = (_("Not applied here:"), *scans[:_SHOWN_SCANS]) if len(scans) > 1 else ()
    return ViewState(title=_("Taken up"), message=message, text=text, locked=True, keys=(KeyHint(Command.BACK, _("go on")),))


def signing_in(state: SignIn, help_level: int) -> ViewState:
    """Badge or PIN."""
    view = sign_in.view(state)
    if not help_level:
        return view
    text = help_for("sign_in", "pin" if state.user_code else "badge") if help_level == 1 else help_for_keys()
    return replace(view, text=text)


def idle(user: UserFacts, state: SignIn, help_level: int) -> ViewState:
    """Nobody has touched the terminal for long. What was on the screen is not shown to whoever comes by."""
    text: tuple[str, ...] = ()
    if help_level:
        text = help_for("sign_in", "idle") if help_level == 1 else help_for_keys()
    return ViewState(
        title=_("Locked"),
        item=user.code,
        description=user.name,
        prompt=_("Badge"),
        message=state.message or say.note(_("Scan your badge: the work goes on.")),
        text=text,
        keys=(KeyHint(Command.HELP, _("help")),),
    )


def working(user: UserFacts, at: At | None, hand: Hand, held: Sequence[SavedScan], scan_count: int, help_level: int) -> ViewState:
    """Somebody is signed in."""
    base = _of_job(user, at, hand)
    text = hand.text or base.text
    view = replace(
        base,
        count=str(scan_count),
        message=hand.message or base.message,
        held=len(held),
        locked=hand.locked,
        text=text,
        choices=() if text else base.choices,
        beside=() if text else base.beside,
    )
    if hand.offering:
        view = _offering(view, held)
    elif hand.locked:
        view = replace(view, keys=(KeyHint(Command.BACK, _("go on")), KeyHint(Command.HELP, _("help"))))
    elif hand.ask is not None:
        view = _asking(view, hand.ask, hand.message)
    return _with_help(view, at, hand, help_level)


def _of_job(user: UserFacts, at: At | None, hand: Hand) -> ViewState:
    if hand.job == LOCATION or at is None:
        return menu.location_view(user)
    if hand.job == MENU:
        begun = frozenset(name for name, state in hand.states.items() if BY_NAME[name].flow.begun(state))
        return menu.menu_view(at, JOBS, begun)
    return BY_NAME[hand.job].flow.view(at, hand.states[hand.job])


def _offering(view: ViewState, held: Sequence[SavedScan]) -> ViewState:
    shown = [f"CMD:{one.raw}" if one.command else one.raw for one in held[:_SHOWN_SCANS]]
    if len(held) > _SHOWN_SCANS:
        shown.append("…")
    text = _("{scans} held: F5 apply in order, Esc discard").format(scans=scans_in_words(len(held)))
    keys = (KeyHint(Command.UNDO, _("apply")), KeyHint(Command.BACK, _("discard")))
    message = say.warning(text)  # says how many: the field need not
    return replace(view, message=message, held=0, text=tuple(shown), choices=(), beside=(), prompt=_("F5 / Esc"), keys=keys)


def _asking(view: ViewState, ask: Ask, message: Message | None) -> ViewState:
    """The question: its words as the message, its choices, and what F10, F3 and F4 mean."""
    keys = [KeyHint(Command.BACK, ask.no or _("no"))]
    if not ask.choices and not ask.digits:
        keys.insert(0, KeyHint(Command.POST, ask.yes or _("yes")))
    if ask.more:
        keys.append(KeyHint(Command.LIST, ask.more))
    prompt = _("Type {digits}").format(digits=ask.digits) if ask.digits else _("Choose") if ask.choices else _("F10 / F3")
    return replace(
        view,
        message=message or say.warning(ask.text),
        choices=ask.choices,
        beside=(),
        text=() if ask.choices else view.text,
        prompt=prompt,
        keys=tuple(keys),
    )


def _with_help(view: ViewState, at: At | None, hand: Hand, level: int) -> ViewState:
    """First the step, then the keys; a locked message in full comes before it."""
    if not level:
        return view
    if level == 2:
        return replace(view, text=help_for_keys(), choices=(), beside=())
    whole = (view.message.text,) if view.message is not None and (view.locked or hand.ask is not None) else ()
    return replace(view, text=(*whole, *_help_text(at, hand)), choices=(), beside=())


def _help_text(at: At | None, hand: Hand) -> tuple[str, ...]:
    if hand.locked:
        return help_for_lock()
    if hand.offering:
        return help_for_held()
    if hand.ask is not None:
        return help_for_ask()
    if hand.job in (LOCATION, MENU) or at is None:
        return help_for(LOCATION if at is None else hand.job)
    return BY_NAME[hand.job].flow.help(at, hand.states[hand.job])
