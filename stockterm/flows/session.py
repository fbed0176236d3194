"""A session: one worker at one terminal. It takes tokens, one by one, and gives back what the screen shows.

    take(token)
      │ save        the scan is in the log, durable, before anything is done with it (never a PIN)
      │ decide      the job's flow says what it means; it reads, and writes nothing
      │ post        where something is posted: through the one door, under an id that makes it happen once
      │ commit      state, lines, the step for undo and "applied" in the scan log: one transaction
      ▼
    view            the echo

Whatever is cut off between two of these lines is taken up by the next session of the same user, or at the same terminal: the scan is
saved and not applied, so it is applied then, once, in its order. After an error scans are saved as held, and offered when a key was
pressed. The row of the work carries a number that rises when it is taken up; a session that holds an older one writes nothing, says
where the work went, and asks to sign in again.

Runs in one thread, with that thread's database connection. Knows no screen.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from db.connection import in_write_transaction, write_batch
from db.connection.session import Write
from db.core import clock
from db.core.errors import DatabaseDamaged, DatabaseUnavailable, DiskFull, StocktermError
from db.posting.lines import PostedBy
from db.queries import people, places
from db.queries.people import UserFacts
from db.work import scan_log, sessions, steps
from db.work.scan_log import SavedScan
from db.work.sessions import WorkInHand
from stockterm.flows import menu, sign_in
from stockterm.flows.hand import LOCATION, MENU, Hand, from_text, to_text
from stockterm.flows.help import help_for, help_for_ask, help_for_held, help_for_keys, help_for_lock
from stockterm.flows.jobs import BY_NAME, JOBS, STATES
from stockterm.flows.outcome import Answer, Ask, At, Entry, Job, Outcome, Reply
from stockterm.flows.refusals import NothingToUndo, UnknownChoice
from stockterm.flows.rights import may_work_at
from stockterm.flows.saved import from_text as state_from_text
from stockterm.flows.saved import to_text as state_to_text
from stockterm.flows.sign_in import SignIn
from stockterm.flows.tokens import Command, CommandToken, ScanToken, Token
from stockterm.flows.view import KeyHint, Level, Message, ViewState
from stockterm.i18n import _, in_language

RESUME_WITHIN_S = 15 * 60  # at the same terminal without signing in again
_SHOWN_HELD = 50
_NOT_LOGGED = (Command.HELP, Command.PAGE_UP, Command.PAGE_DOWN)


class _TakenUp(Exception):
    """Another terminal has the work now."""


@dataclass(frozen=True, slots=True)
class _SignedIn:
    """Who is signed in, what they have in hand, and how many steps of the job on the screen can be undone."""

    user: UserFacts
    work: WorkInHand
    hand: Hand
    at: At | None
    step_no: int = 0


class Session:
    """See the module. `on_language` is told the language of whoever signs in."""

    def __init__(
        self, terminal: str, *, separators: tuple[str, ...] = (), on_language: Callable[[str], None] | None = None
    ) -> None:
        """Take up what was left open at this terminal a short while ago; otherwise wait for somebody to sign in."""
        self._terminal = terminal[:60]
        self._separators = separators
        self._on_language = on_language
        self._sign_in = SignIn()
        self._signed_in: _SignedIn | None = None
        self._handing_over = False
        self._held: list[SavedScan] = []
        self._pending = ""
        self._help = 0
        self._trouble: Message | None = None
        self._retry: tuple[Token, str] | None = None
        self._lost: list[str] = []
        self._resume_at_terminal()

    # ---- the face to screens

    def view(self) -> ViewState:
        """What the screen shows now."""
        with self._language():
            return self._view()

    def take(self, token: Token) -> ViewState:
        """Take one token to its end. Raises DatabaseUnavailable if that could not be done: the same object may come again."""
        with self._language():
            try:
                self._take(token)
            except (DiskFull, DatabaseDamaged) as problem:
                self._trouble = Message(Level.ERROR, problem.in_words(_))
        view = self.view()
        self._pending = ""
        return view

    def save_pending(self, text: str) -> None:
        """Keep half-typed text; the next scan makes it obsolete. Never a PIN: nobody is signed in while one is typed."""
        signed_in = self._signed_in
        if signed_in is not None and not self._sign_in.user_code:
            sessions.save_pending(signed_in.user.code, signed_in.work.session_no, text)

    def close(self) -> None:
        """The terminal goes away; the work stays, to be taken up."""

    # ---- one token

    def _take(self, token: Token) -> None:
        if self._trouble is not None:
            if isinstance(token, CommandToken) and token.by_key:
                self._trouble = None
            elif isinstance(token, ScanToken):
                self._trouble = replace(
                    self._trouble, text=_("Not taken: {scan}. ").format(scan=token.text[:40]) + self._trouble.text
                )
            return
        if self._signed_in is None or self._sign_in.user_code or self._lost:
            self._take_at_sign_in(token)
        elif isinstance(token, CommandToken) and token.command in _NOT_LOGGED:
            self._take_view_command(token)
        else:
            self._help = 0
            self._take_in_work(token)

    def _take_view_command(self, token: CommandToken) -> None:
        """Help, and pages that only the screen turns: nothing to save."""
        if token.command is Command.HELP:
            self._help = (self._help + 1) % 3

    def _take_in_work(self, token: Token) -> None:
        """Save the token, then act on it, unless it has to be held."""
        signed_in = self._current
        raw, command, certain = _as_logged(token)
        held = signed_in.hand.blocked and not (command and certain)
        scan_id = self._scan_id(token)
        receipt = scan_log.save(
            scan_id,
            user_code=signed_in.user.code,
            session_no=signed_in.work.session_no,
            terminal=self._terminal,
            raw=raw,
            command=command,
            certain=certain,
            status=scan_log.HELD if held else scan_log.SAVED,
        )
        saved = SavedScan(receipt.scan_no, raw, command, certain, receipt.status)
        try:
            if not receipt.in_hand:
                raise _TakenUp
            if receipt.status == scan_log.HELD:
                if all(one.scan_no != saved.scan_no for one in self._held):
                    self._held.append(saved)
            elif receipt.status == scan_log.SAVED:
                self._act(saved)
        except _TakenUp:
            self._lose(saved)
        self._retry = None

    def _scan_id(self, token: Token) -> str:
        """A name for this token; the same one when the same object comes again after the database was away."""
        if self._retry is None or self._retry[0] is not token:
            self._retry = (token, uuid.uuid4().hex)
        return self._retry[1]

    @property
    def _current(self) -> _SignedIn:
        assert self._signed_in is not None
        return self._signed_in

    def _act(self, saved: SavedScan) -> None:
        """Do what a saved scan or command means, and commit it together with the mark that it was done."""
        hand = self._current.hand
        if hand.locked:
            self._unlock(saved)
        elif hand.offering:
            self._apply_or_discard(saved)
        else:
            outcome, status, note = self._outcome(saved)
            self._commit(saved, outcome, status, note)

    def _outcome(self, saved: SavedScan) -> tuple[Outcome, str, str]:
        """What comes of it: (outcome, status in the log, note). A refusal becomes an outcome that locks."""
        from db.posting.post import Refused

        try:
            return self._posted(self._decided(saved)), scan_log.APPLIED, ""
        except Refused as refused:
            problems = [error for refusal in refused.refusals.values() for error in refusal.errors]
            return self._refusal(problems), scan_log.REFUSED, problems[0].code
        except (DatabaseUnavailable, DatabaseDamaged, DiskFull):
            raise
        except StocktermError as error:
            return self._refusal([error]), scan_log.REFUSED, error.code

    def _refusal(self, problems: list[StocktermError]) -> Outcome:
        """The state as it was, an error on the screen, the field locked."""
        state = self._current.hand.states.get(self._current.hand.job)
        texts = tuple(problem.in_words(_) for problem in problems)
        return Outcome(state, Message(Level.ERROR, texts[0]), text=texts if len(texts) > 1 else ())

    # ---- deciding

    def _decided(self, saved: SavedScan) -> Outcome:
        """What the flow makes of it."""
        signed_in = self._current
        hand = signed_in.hand
        if saved.command:
            return self._decided_command(Command(saved.raw))
        if hand.ask is not None:
            return self._decided_answer(hand.ask, saved)
        entry = Entry(saved.raw, saved.certain)
        if hand.job == LOCATION or signed_in.at is None:
            return self._chosen(menu.choose_location(signed_in.user, entry))
        if hand.job == MENU:
            return self._chosen(menu.choose_job(signed_in.at, entry, JOBS))
        job = BY_NAME[hand.job]
        return job.scan(signed_in.at, hand.states[job.name], entry)

    def _chosen(self, chosen: menu.Chosen) -> Outcome:
        if chosen.location is not None:
            return Outcome(None, Message(Level.OK, chosen.location.code), go=MENU, location_code=chosen.location.code, good=True)
        if chosen.job is not None:
            return self._begun(chosen.job)
        if chosen.sign_out:
            return Outcome(None, go="sign_out")
        return Outcome(None, go=LOCATION)

    def _begun(self, job: Job) -> Outcome:
        signed_in = self._current
        assert signed_in.at is not None
        return replace(job.begin(signed_in.at, signed_in.hand.states.get(job.name)), go=job.name)

    def _decided_command(self, command: Command) -> Outcome:
        signed_in = self._current
        hand, at = signed_in.hand, signed_in.at
        if hand.ask is not None:
            replies = {Command.POST: Reply.YES, Command.BACK: Reply.NO, Command.LIST: Reply.MORE}
            if command not in replies or (command is Command.POST and hand.ask.digits):
                return Outcome(hand.states.get(hand.job), Message(Level.WARNING, hand.ask.text), ask=hand.ask, text=hand.text)
            return self._answered(hand.ask, replies[command])
        if hand.job == LOCATION or at is None:
            return self._back_from_location(command)
        if hand.job == MENU:
            return Outcome(None, Message(Level.NOTE, _("Type the digit of a job.")))
        job, state = BY_NAME[hand.job], hand.states[hand.job]
        if command is Command.UNDO:
            return self._undone(job, at, state)
        outcome = job.command(at, state, command)
        if outcome.back:
            return self._undone(job, at, state, back=True)
        return outcome

    def _back_from_location(self, command: Command) -> Outcome:
        if command is Command.BACK:
            return Outcome(None, go=MENU if self._current.at is not None else "sign_out")
        return Outcome(None, Message(Level.NOTE, _("Choose, or scan the location.")))

    def _undone(self, job: Job, at: At, state: Any, *, back: bool = False) -> Outcome:
        """Take back the last scan that changed something; where none is left, the flow may know something else to take back."""
        step = steps.last(job.work(at, state))
        if step is None:
            if back:
                return Outcome(state, go=MENU)
            outcome = job.command(at, state, Command.UNDO)
            if outcome.ask is None and outcome.message is None:
                raise NothingToUndo
            return outcome
        before = state_from_text(job.state, step.state)
        text = _("Back.") if back else _("Undone: {scan}").format(scan=step.what)
        return Outcome(
            before,
            Message(Level.NOTE if back else Level.OK, text),
            writes=(*job.restore(step.before), steps.take_back(step)),
            undo=None,
        )

    def _decided_answer(self, ask: Ask, saved: SavedScan) -> Outcome:
        """A typed choice or the digits; anything else is held until the question is answered."""
        hand = self._current.hand
        text = saved.raw.strip()
        if not saved.certain and ask.digits:
            if text == ask.digits or text.replace(",", ".") == ask.digits.replace(",", "."):
                return self._answered(ask, Reply.YES)
            if text.isascii() and text.isdigit() and len(text) <= max(2, len(ask.digits)):
                message = Message(
                    Level.WARNING, _("Not {typed}: type {digits}, or F3 for no.").format(typed=text, digits=ask.digits)
                )
                return Outcome(hand.states.get(hand.job), message, ask=ask, text=hand.text)
        elif not saved.certain and ask.choices and text.isascii() and text.isdigit() and len(text) <= 3:
            if not 1 <= int(text) <= len(ask.choices):
                message = Message(Level.WARNING, UnknownChoice(text=text, last=len(ask.choices)).in_words(_))
                return Outcome(hand.states.get(hand.job), message, ask=ask, text=hand.text)
            return self._answered(ask, int(text) - 1)
        return Outcome(hand.states.get(hand.job), Message(Level.WARNING, ask.text), ask=ask, text=hand.text, hold=True)

    def _answered(self, ask: Ask, answer: Answer) -> Outcome:
        signed_in = self._current
        assert signed_in.at is not None
        job = BY_NAME[signed_in.hand.job]
        return job.answer(signed_in.at, signed_in.hand.states[job.name], ask, answer)

    def _posted(self, outcome: Outcome) -> Outcome:
        """Post what the flow wants posted, then let it say what comes of it."""
        if not outcome.operations:
            return outcome
        from db.posting.post import post_operations

        signed_in = self._current
        assert signed_in.at is not None
        job = BY_NAME[signed_in.hand.job]
        registers = post_operations(outcome.operations, PostedBy(signed_in.user.code, self._terminal, job.source_code))
        return job.posted(signed_in.at, outcome.state, outcome.ask, registers)

    # ---- committing

    def _commit(self, saved: SavedScan, outcome: Outcome, status: str, note: str) -> None:
        """One transaction: the state, what the flow wrote, the step for undo, what became of the scan."""
        if outcome.go == "sign_out":
            self._sign_out(saved)
            return
        signed_in = self._current
        locked = outcome.message is not None and outcome.message.level is Level.ERROR
        hand = self._hand_after(signed_in.hand, outcome, locked=locked)
        location_code = signed_in.work.location_code if outcome.location_code is None else outcome.location_code
        work = replace(
            signed_in.work,
            state=to_text(hand),
            location_code=location_code,
            scan_count=signed_in.work.scan_count + (1 if outcome.good and not saved.command else 0),
        )
        writes = [*outcome.writes, scan_log.mark(saved.scan_no, scan_log.HELD if outcome.hold else status, note)]
        step_no = signed_in.step_no
        if outcome.undo is not None and signed_in.at is not None and outcome.go is None:
            job = BY_NAME[signed_in.hand.job]
            before = signed_in.hand.states[job.name]
            step_no += 1
            what = saved.raw if not saved.command else f"CMD:{saved.raw}"
            step = steps.Step(job.work(signed_in.at, outcome.state), step_no, what, state_to_text(before), outcome.undo)
            writes.append(steps.add(step))
        if locked or hand.ask is not None:
            writes.append(scan_log.hold_saved(signed_in.user.code))
        self._write(work, writes)
        after = replace(signed_in, work=work, hand=hand, step_no=step_no)
        if outcome.location_code is not None:
            after = replace(after, at=self._at(signed_in.user, location_code))
        self._signed_in = after
        if outcome.hold:
            self._held.append(saved)
        if outcome.go is not None or outcome.forget or (saved.command and saved.raw in (Command.UNDO, Command.BACK)):
            self._count_steps()
        if self._held and not hand.blocked and hand.ask is None:
            self._offer()

    def _hand_after(self, before: Hand, outcome: Outcome, *, locked: bool) -> Hand:
        states = dict(before.states)
        job = outcome.go if outcome.go in BY_NAME else before.job
        if job in BY_NAME:
            if outcome.state is None:
                states.pop(job, None)
            else:
                states[job] = outcome.state
            if outcome.forget:
                states.pop(before.job, None)
        return Hand(
            job=before.job if outcome.go is None else outcome.go,
            states=MappingProxyType(states),
            message=outcome.message,
            ask=outcome.ask if not locked else before.ask,
            text=outcome.text,
            locked=locked,
        )

    def _write(self, work: WorkInHand, writes: list[Write]) -> None:
        def transaction() -> None:
            if not sessions.save(work):
                raise _TakenUp
            write_batch(writes)

        in_write_transaction(transaction)

    def _save_hand(self, hand: Hand, writes: list[Write]) -> None:
        """A change of what waits for a key, and nothing else."""
        signed_in = self._current
        work = replace(signed_in.work, state=to_text(hand))
        self._write(work, writes)
        self._signed_in = replace(signed_in, work=work, hand=hand)

    def _count_steps(self) -> None:
        """Know again how many steps the job on the screen has."""
        signed_in = self._current
        job = BY_NAME.get(signed_in.hand.job)
        if job is None or signed_in.at is None:
            self._signed_in = replace(signed_in, step_no=0)
        else:
            work = job.work(signed_in.at, signed_in.hand.states[job.name])
            self._signed_in = replace(signed_in, step_no=steps.last_no(work))

    # ---- the error lock

    def _unlock(self, saved: SavedScan) -> None:
        """A key that no scanner sends. What was held is offered; otherwise the work goes on."""
        hand = replace(self._current.hand, locked=False, message=None, text=(), offering=bool(self._held))
        self._save_hand(hand, [scan_log.mark(saved.scan_no, scan_log.APPLIED)])

    def _offer(self) -> None:
        self._save_hand(replace(self._current.hand, offering=True), [])

    def _apply_or_discard(self, saved: SavedScan) -> None:
        """F5 applies the held scans in order, as far as no error comes up; Esc drops them; any other key changes nothing."""
        user_code = self._current.user.code
        hand = replace(self._current.hand, offering=False, message=None)
        done = scan_log.mark(saved.scan_no, scan_log.APPLIED)
        if saved.raw == Command.UNDO:
            self._save_hand(hand, [scan_log.release_held(user_code), done])
            self._held = []
            self._apply_saved()
        elif saved.raw == Command.BACK:
            dropped = len(self._held)
            message = Message(Level.NOTE, _("Dropped: {count} scans. Nothing of them was applied.").format(count=dropped))
            self._save_hand(replace(hand, message=message), [scan_log.discard_held(user_code), done])
            self._held = []
        else:
            self._save_hand(self._current.hand, [done])

    def _apply_saved(self) -> None:
        """Apply what is saved and not applied, in order, until something has to be answered first."""
        user_code = self._current.user.code
        for saved in scan_log.waiting(user_code):
            signed_in = self._signed_in
            if signed_in is None:
                return
            if saved.status != scan_log.SAVED:
                continue
            if signed_in.hand.blocked or (signed_in.hand.ask is not None and not _may_answer(saved)):
                break
            self._act(saved)
        if self._signed_in is not None:
            self._held = [one for one in scan_log.waiting(user_code) if one.status == scan_log.HELD]
            hand = self._current.hand
            if self._held and not hand.blocked and hand.ask is None:
                self._offer()

    # ---- signing in and out

    @property
    def language(self) -> str:
        """The language of whoever is signed in; blank: nobody, or none said."""
        return self._signed_in.user.language if self._signed_in is not None else ""

    def _language(self) -> Any:
        return in_language(self.language)

    def _at(self, user: UserFacts, location_code: str) -> At | None:
        location = places.location(location_code) if location_code and may_work_at(user, location_code) else None
        return None if location is None else At(user, self._terminal, location, clock.today(), self._separators)

    def _resume_at_terminal(self) -> None:
        """After a kill or a broken line: the same terminal, a short while later, goes on without signing in again."""
        work = sessions.at_terminal(self._terminal) if self._terminal else None
        if work is None or clock.now_microseconds() - work.seen_at > RESUME_WITHIN_S * 1_000_000:
            return
        user = people.user_by_code(work.user_code)
        if user is not None:
            self._begin(user, _("Taken up where it was."))

    def _begin(self, user: UserFacts, resumed: str = "") -> None:
        """Give the user their work, here; apply what was saved and not applied."""
        work, before = sessions.take_up(user.code, self._terminal)
        hand = from_text(work.state, STATES)
        at = self._at(user, work.location_code)
        if at is None:
            allowed = menu.locations_of(user)
            if len(allowed) == 1:
                at = self._at(user, allowed[0].code)
                work = replace(work, location_code=allowed[0].code)
                hand = replace(hand, job=MENU)
            else:
                hand = replace(hand, job=LOCATION)
        elif hand.job == LOCATION:
            hand = replace(hand, job=MENU)
        elsewhere = before is not None and before.signed_in and before.terminal != self._terminal
        if not hand.locked and not hand.offering and hand.ask is None:
            hand = replace(hand, message=_welcome(user, before if elsewhere else None, resumed), text=())
        self._sign_in = SignIn()
        self._lost = []
        self._pending = work.pending
        self._signed_in = _SignedIn(user, work, hand, at)
        self._held = [one for one in scan_log.waiting(user.code) if one.status == scan_log.HELD]
        if self._on_language is not None:
            self._on_language(user.language)
        self._count_steps()
        with self._language():
            try:
                self._apply_saved()
            except _TakenUp:
                self._lose(None)

    def _take_at_sign_in(self, token: Token) -> None:
        if isinstance(token, CommandToken):
            self._help = (self._help + 1) % 3 if token.command is Command.HELP else 0
            if token.by_key:
                self._lost = []
            if token.command is not Command.HELP:
                self._sign_in = sign_in.command(self._sign_in, token.command)
            return
        if self._lost:
            self._lost.append(token.text)
            return
        self._help = 0
        result = sign_in.take(self._sign_in, token.text, token.scanned)
        if isinstance(result, SignIn):
            self._sign_in = result
        elif self._handing_over and self._signed_in is not None:
            self._sign_in = SignIn()
        else:
            self._begin(result)

    def _sign_out(self, saved: SavedScan) -> None:
        """Leave; the work stays as it is."""
        signed_in = self._current
        hand = replace(signed_in.hand, message=None, ask=None, text=())
        work = replace(signed_in.work, state=to_text(hand), signed_in=False)
        self._write(work, [scan_log.mark(saved.scan_no, scan_log.APPLIED)])
        self._signed_in = None
        self._held = []
        self._sign_in = SignIn(message=Message(Level.NOTE, _("Signed out. Work begun is kept.")))

    def _lose(self, saved: SavedScan | None) -> None:
        """Another terminal has taken the work up: say so, and what was not applied."""
        signed_in = self._current
        now = sessions.of_user(signed_in.user.code)
        where = now.terminal if now is not None else "?"
        self._signed_in = None
        self._held = []
        self._lost = [saved.raw if saved is not None else ""]
        text = _("Taken up at {terminal}. Not applied here: {scan}. Sign in to go on here.").format(
            terminal=where or _("another terminal"), scan=self._lost[0][:40]
        )
        self._sign_in = SignIn(message=Message(Level.ERROR, text))

    # ---- what is shown

    def _view(self) -> ViewState:
        if self._trouble is not None:
            return ViewState(title=_("Trouble"), message=self._trouble, locked=True, keys=(KeyHint(Command.BACK, _("go on")),))
        if self._signed_in is None or self._sign_in.user_code:
            return self._sign_in_view()
        signed_in = self._signed_in
        hand = signed_in.hand
        base = self._base_view(signed_in)
        text = hand.text or base.text
        view = replace(
            base,
            count=str(signed_in.work.scan_count),
            message=hand.message or base.message,
            entered=self._pending,
            held=len(self._held),
            locked=hand.locked,
            text=text,
            choices=() if text else base.choices,
        )
        if hand.offering:
            view = self._offering_view(view)
        elif hand.locked:
            view = replace(view, keys=(KeyHint(Command.BACK, _("go on")), KeyHint(Command.HELP, _("help"))))
        elif hand.ask is not None:
            view = _asking_view(view, hand.ask, hand.message)
        return self._with_help(view)

    def _base_view(self, signed_in: _SignedIn) -> ViewState:
        hand, at = signed_in.hand, signed_in.at
        if hand.job == LOCATION or at is None:
            return menu.location_view(signed_in.user)
        if hand.job == MENU:
            return menu.menu_view(at, JOBS, frozenset(hand.states))
        job = BY_NAME[hand.job]
        return job.view(at, hand.states[job.name])

    def _sign_in_view(self) -> ViewState:
        view = sign_in.view(self._sign_in)
        if self._lost:
            lost = tuple(one for one in self._lost if one)
            view = replace(view, locked=True, text=(_("Not applied:"), *lost[:_SHOWN_HELD]) if len(lost) > 1 else ())
        if self._help:
            step = "pin" if self._sign_in.user_code else "badge"
            view = replace(view, text=help_for("sign_in", step) if self._help == 1 else help_for_keys(), choices=())
        return view

    def _offering_view(self, view: ViewState) -> ViewState:
        count = len(self._held)
        shown = [one.raw if not one.command else f"CMD:{one.raw}" for one in self._held[:_SHOWN_HELD]]
        if count > _SHOWN_HELD:
            shown.append("…")
        text = _("{count} scans held: F5 apply in order, Esc discard").format(count=count)
        return replace(
            view,
            message=Message(Level.WARNING, text),
            text=tuple(shown),
            choices=(),
            keys=(KeyHint(Command.UNDO, _("apply")), KeyHint(Command.BACK, _("discard"))),
        )

    def _with_help(self, view: ViewState) -> ViewState:
        if not self._help:
            return view
        if self._help == 2:
            return replace(view, text=help_for_keys(), choices=())
        whole = (view.message.text,) if view.message is not None and view.locked else ()
        return replace(view, text=(*whole, *self._help_text()), choices=())

    def _help_text(self) -> tuple[str, ...]:
        signed_in = self._current
        hand = signed_in.hand
        if hand.locked:
            return help_for_lock()
        if hand.offering:
            return help_for_held()
        if hand.ask is not None:
            return help_for_ask()
        if hand.job in (LOCATION, MENU) or signed_in.at is None:
            return help_for(LOCATION if signed_in.at is None else hand.job)
        return BY_NAME[hand.job].help(hand.states[hand.job])


def _as_logged(token: Token) -> tuple[str, bool, bool]:
    """A token as the log keeps it: text, whether it is a command, whether it is certain (a reader's scan, a key's command)."""
    if isinstance(token, CommandToken):
        return token.command.value, True, token.by_key
    text = token.text
    label = text.strip().upper().removeprefix("CMD:")
    if text.strip().upper().startswith("CMD:") and label in set(Command):
        return label, True, False
    return text, False, token.scanned


def _may_answer(saved: SavedScan) -> bool:
    return saved.command or (not saved.certain and saved.raw.strip().isdigit())


def _welcome(user: UserFacts, elsewhere: WorkInHand | None, resumed: str) -> Message:
    if elsewhere is not None:
        where = elsewhere.terminal or _("another terminal")
        return Message(
            Level.WARNING, _("Taken up from {terminal}. Nothing is lost; that terminal is told.").format(terminal=where)
        )
    return Message(Level.OK, resumed or _("Hello {name}").format(name=user.name or user.code))


def _asking_view(view: ViewState, ask: Ask, message: Message | None) -> ViewState:
    """The question: its words as the message, its choices, and what F10, F3 and F4 mean."""
    keys = []
    if not ask.choices and not ask.digits:
        keys.append(KeyHint(Command.POST, ask.yes or _("yes")))
    keys.append(KeyHint(Command.BACK, ask.no or _("no")))
    if ask.more:
        keys.append(KeyHint(Command.LIST, ask.more))
    prompt = _("Type {digits}").format(digits=ask.digits) if ask.digits else _("Choose") if ask.choices else _("F10 / F3")
    return replace(
        view,
        message=message or Message(Level.WARNING, ask.text),
        choices=ask.choices,
        text=() if ask.choices else view.text,
        prompt=prompt,
        keys=tuple(keys),
    )
