"""A session: one worker at one terminal. It takes tokens, one by one, and gives back what the screen shows.

    take(token)
      │ save        the scan is in the log, durable, before anything is done with it (never a PIN)
      │ decide      the job's flow says what it means; it reads, and writes nothing
      │ post        where something is posted: through the one door, under an id that makes it happen once
      │ commit      state, lines, the step for undo and "applied" in the scan log: one transaction
      ▼
    view            the echo

Whatever is cut off between two of these lines is taken up by the next session of the same user, or at the same terminal: the
scan is saved and not applied, so it is applied then, once, in its order. After an error scans are saved as held, and offered when
a key was pressed. The row of the work carries a number that rises when it is taken up; a session that holds an older one writes
nothing, says where the work went, and asks to sign in again.

Runs in one thread, with that thread's database connection. Knows no screen.
"""

import logging
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from db.connection import in_write_transaction, write_batch
from db.connection.session import Write
from db.core import clock
from db.core.codes import normalize_code
from db.core.errors import DatabaseDamaged, DatabaseUnavailable, DiskFull, NotEnoughStock, StocktermError
from db.queries import people, places
from db.queries.people import UserFacts
from db.work import scan_log, sessions, steps
from db.work.scan_log import SavedScan
from db.work.sessions import WorkInHand
from stockterm.flows import hand as hands
from stockterm.flows import menu, printing, say, session_view, sign_in, undoing
from stockterm.flows.hand import LOCATION, MENU, Hand
from stockterm.flows.jobs import BY_NAME, JOBS, LINK, state_of
from stockterm.flows.outcome import Answer, Ask, At, Entry, Job, Outcome, Reply
from stockterm.flows.refusals import AlreadyInHand, LinkableScan, NothingToUndo, UnknownChoice, UnknownScan
from stockterm.flows.rights import Right, may, may_work_at, require, require_location
from stockterm.flows.saved import to_text
from stockterm.flows.sign_in import SignIn
from stockterm.flows.spool import Owner
from stockterm.flows.tokens import Command, CommandToken, ScanToken, Token
from stockterm.flows.view import Level, Message, ViewState
from stockterm.flows.words import scans_in_words
from stockterm.i18n import _, in_language, in_words

RESUME_WITHIN_S = 15 * 60  # at the same terminal without signing in again
_NOT_LOGGED_NO = 0  # scan numbers begin with 1
_NOT_LOGGED = (Command.HELP, Command.PAGE_UP, Command.PAGE_DOWN)

logger = logging.getLogger(__name__)


class _TakenUp(Exception):
    """Another terminal has the work now."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is signed in, what they have in hand, and how many steps of the job on the screen can be undone."""

    user: UserFacts
    work: WorkInHand
    hand: Hand
    at: At | None
    step_no: int = 0


@dataclass(frozen=True, slots=True)
class Lost:
    """The work was taken up at another terminal: what was scanned here since is not applied, and said to be."""

    user_code: str
    session_no: int
    message: Message
    scans: tuple[str, ...] = field(default=())


class Session:
    """See the module. `on_language` is told the language of whoever signs in, for the words that the screen itself has."""

    def __init__(
        self,
        terminal: str,
        *,
        separators: Sequence[str] = (),
        printer: str = "",
        on_language: Callable[[str], None] | None = None,
        not_applied: Mapping[str, Sequence[str]] = MappingProxyType({}),
        lock_after: int = 0,
    ) -> None:
        """Take up what was left open at this terminal a short while ago; otherwise wait for somebody to sign in.

        `lock_after`: minutes until an idle terminal is locked (`lock`); then nothing is taken up without signing in. 0: never.
        `not_applied`: what users had scanned here while the database was away and their work went on elsewhere. It is said.
        """
        self._terminal = terminal[:60]
        self._separators = tuple(separators)
        self._printer = printer
        self._labels = printing.OnTheirWay()
        self._on_language = on_language
        self._sign_in = SignIn()
        self._signed_in: SignedIn | None = None
        self._resume_within = min(RESUME_WITHIN_S, lock_after * 60 or RESUME_WITHIN_S)
        self._idle = False  # locked: whoever goes on has to say again who they are
        self._kept_text = ""  # half-typed when it was locked
        self._lost: Lost | None = None
        self._held: list[SavedScan] = []
        self._pending = ""
        self._help = 0
        self._trouble: Message | None = None
        self._retry: tuple[Token, str] | None = None
        self._forwarding: threading.Thread | None = None
        self._kept_in_log: SavedScan | None = None  # saved, and being applied
        self._doubtful = False  # a commit was cut off: only the database knows whether it happened
        self._resume_at_terminal()
        for user_code, scans in not_applied.items():
            self._say_not_applied(user_code, scans)

    # ---- the face to screens

    @property
    def language(self) -> str:
        """The language of whoever is signed in; blank: nobody, or none said."""
        return self._signed_in.user.language if self._signed_in is not None else ""

    @property
    def owner(self) -> Owner | None:
        """Whose work a scan is for, as far as it may be written down: None while somebody signs in."""
        signed_in = self._signed_in
        if signed_in is None or self._idle or self._sign_in.user_code or self._lost is not None or self._trouble is not None:
            return None
        if self._secret:
            return None
        return Owner(signed_in.user.code, signed_in.work.session_no, signed_in.hand.job)

    def view(self) -> ViewState:
        """What the screen shows now."""
        with in_language(self.language):
            if self._trouble is not None:
                return session_view.trouble(self._trouble)
            if self._lost is not None:
                return session_view.lost(self._lost.message, self._lost.scans)
            if self._signed_in is not None and self._idle and not self._sign_in.user_code:
                return session_view.idle(self._signed_in.user, self._sign_in, self._help)
            if self._signed_in is None or self._sign_in.user_code:
                return session_view.signing_in(self._sign_in, self._help)
            one = self._signed_in
            view = session_view.working(one.user, self._at_now, one.hand, self._held, one.work.scan_count, self._help)
            return replace(view, entered=self._pending)

    def take(self, token: Token) -> ViewState:
        """Take one token to its end. Raises DatabaseUnavailable if that could not be done: the same object may come again."""
        self._pending = ""
        with in_language(self.language):
            try:
                self._take(token)
            except (DiskFull, DatabaseDamaged) as problem:
                self._trouble = Message(Level.ERROR, self._trouble_in_words(problem))
            self._tell_about_labels()
        return self.view()

    def lock(self, typed: str = "") -> ViewState:
        """Nobody has touched the terminal for long: the badge or the PIN is asked for, and the open line stays as it is.

        `typed`: half-typed text, which comes back with the worker. Where nobody is signed in, a half-made sign-in is forgotten.
        """
        self._help, self._sign_in = 0, SignIn()
        if self._signed_in is not None and not self._idle:
            self._idle, self._kept_text = True, typed
        return self.view()

    def save_pending(self, text: str) -> None:
        """Keep half-typed text; the next scan makes it obsolete. Never a PIN."""
        signed_in = self._signed_in
        if signed_in is not None and not self._sign_in.user_code and not self._secret:
            sessions.save_pending(signed_in.user.code, signed_in.work.session_no, text)

    def close(self) -> None:
        """The terminal goes away; the work stays, to be taken up. Costs that are being forwarded are waited for, not for long."""
        self._labels.close()
        if self._forwarding is not None:
            self._forwarding.join(timeout=5)

    # ---- one token

    def _take(self, token: Token) -> None:
        by_key = isinstance(token, CommandToken) and token.by_key
        if self._trouble is not None:
            if by_key:
                self._after_trouble()
            elif isinstance(token, ScanToken):
                text = _("Not taken: {scan}.").format(scan=token.text[:40])
                self._trouble = replace(self._trouble, text=f"{text} {self._trouble.text}")
        elif self._lost is not None:
            self._take_when_lost(token, self._lost)
        elif isinstance(token, CommandToken) and token.command in _NOT_LOGGED:
            self._help = (self._help + 1) % 3 if token.command is Command.HELP else 0
        elif self._help and self._only_reads_help() and token == CommandToken(Command.BACK):
            self._help = 0  # one step back from the help is the step that it is about
        else:
            self._help = 0
            if self._signed_in is None or self._idle or self._sign_in.user_code:
                self._take_at_sign_in(token)
            else:
                self._take_in_work(token)

    def _only_reads_help(self) -> bool:
        """Whether somebody at work looks at the help of a step: F3 has no error to unlock then, and no question to answer."""
        if self._signed_in is None or self._idle or self._sign_in.user_code:
            return False
        hand = self._signed_in.hand
        return not hand.blocked and hand.ask is None

    def _trouble_in_words(self, problem: StocktermError) -> str:
        """What is in the way. A scan that is in the log already is not lost: that must not be scanned again."""
        waiting = self._kept_in_log
        if waiting is None or not isinstance(problem, DiskFull):
            return in_words(problem)
        text = _("Disk full: {problem}. {scan} is kept, not applied yet. Free space, then go on.")
        return text.format(problem=problem.problem, scan=waiting.raw[:40])

    def _after_trouble(self) -> None:
        """A key: try again what is in the log and was not applied. While that does not work the trouble stays."""
        if self._signed_in is not None and self._kept_in_log is not None:
            self._reload()
            try:
                self._apply_saved()
            except _TakenUp:
                self._lose(self._kept_in_log.raw)
            self._doubtful = False
        self._trouble = self._kept_in_log = None

    def _take_in_work(self, token: Token) -> None:
        """Save the token, then act on it, unless it has to be held."""
        if self._doubtful:
            self._reload()
        self._doubtful = True
        signed_in = self._current
        raw, command, certain = _as_logged(token)
        if not command and self._secret:
            self._take_secret(SavedScan(_NOT_LOGGED_NO, raw, command, certain, scan_log.SAVED))
            return
        held = signed_in.hand.blocked and not (command and certain)
        receipt = scan_log.save(
            self._scan_id(token),
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
                self._kept_in_log = saved
                self._act(saved)
        except _TakenUp:
            self._lose(raw)
        self._retry = self._kept_in_log = None
        self._doubtful = False

    @property
    def _secret(self) -> bool:
        """Whether what is entered next is a PIN or a badge that somebody is given: it goes into no log."""
        hand = self._current.hand
        return hand.ask is None and hand.job in BY_NAME and BY_NAME[hand.job].flow.secret(hand.states[hand.job])

    def _take_secret(self, saved: SavedScan) -> None:
        """Act on it, or forget it where something waits for a key. Cut off by a kill it has to be entered again."""
        try:
            if not self._current.hand.blocked:
                outcome, status, note = self._outcome(saved)
                self._commit(saved, outcome, status, note)
        except _TakenUp:
            self._lose("")
        self._retry = None
        self._doubtful = False

    def _reload(self) -> None:
        """What is in hand, as the database has it."""
        signed_in = self._current
        work = sessions.of_user(signed_in.user.code)
        if work is None or work.session_no != signed_in.work.session_no:
            return  # saving the next scan will find out
        hand = hands.from_text(work.state, state_of)
        self._signed_in = replace(signed_in, work=work, hand=hand, at=self._at(signed_in.user, work.location_code))
        self._held = [one for one in scan_log.waiting(signed_in.user.code) if one.status == scan_log.HELD]
        self._count_steps()

    def _scan_id(self, token: Token) -> str:
        """Its name, or one that we give it; the same one when the same object comes again after the database was away."""
        if token.id:
            return token.id
        if self._retry is None or self._retry[0] is not token:
            self._retry = (token, uuid.uuid4().hex)
        return self._retry[1]

    @property
    def _current(self) -> SignedIn:
        assert self._signed_in is not None
        return self._signed_in

    @property
    def _at_now(self) -> At | None:
        """Where the worker stands, today."""
        at = self._current.at
        return at if at is None or at.today == clock.today() else replace(at, today=clock.today())

    def _act(self, saved: SavedScan) -> None:
        """Do what a saved scan or command means, and commit it together with the mark that it was done."""
        hand = self._current.hand
        if hand.locked:
            self._unlock(saved)
        elif hand.offering:
            self._apply_or_drop(saved)
        elif not saved.command and hand.ask is None and saved.raw.strip().upper().startswith(sign_in.BADGE_LABEL):
            self._change_worker(saved, sign_in.badge_or_code(saved.raw))
        else:
            outcome, status, note = self._outcome(saved)
            user = people.user_by_badge(normalize_code(saved.raw)) if outcome.unknown else None
            if user is not None:
                self._change_worker(saved, sign_in.badge_or_code(saved.raw))
            else:
                self._commit(saved, outcome, status, note)

    def _outcome(self, saved: SavedScan) -> tuple[Outcome, str, str]:
        """What comes of it: (outcome, status in the log, note). A refusal becomes an outcome that locks."""
        from db.posting.post import Refused

        try:
            return self._posted(self._decided(saved)), scan_log.APPLIED, ""
        except Refused as refused:
            problems = [error for refusal in refused.refusals.values() for error in refusal.errors]
            self._noted(problems)
            return self._refusal(problems), scan_log.REFUSED, problems[0].code
        except (DatabaseUnavailable, DatabaseDamaged, DiskFull):
            raise
        except StocktermError as error:
            if isinstance(error, NotEnoughStock):
                self._noted([error])
            return self._refusal([error]), scan_log.REFUSED, error.code

    def _noted(self, problems: Sequence[StocktermError]) -> None:
        """Where somebody wanted more than there is, somebody should count."""
        from stockterm.flows import in_passing

        if self._at_now is not None:
            in_passing.noted(self._at_now, problems)

    def _refusal(self, problems: Sequence[StocktermError]) -> Outcome:
        """The state as it was, an error on the screen, the field locked."""
        first, state = problems[0], self._current.hand.states.get(self._current.hand.job)
        unknown = ""
        if isinstance(first, UnknownScan):
            unknown = first.scanned
            if _can_be_linked(unknown, self._current.hand.job) and may(self._current.user, Right.LINK_CODE):
                first = LinkableScan(scanned=first.scanned, done=first.done)
        texts = tuple(in_words(problem) for problem in (first, *problems[1:]))
        return Outcome(state, Message(Level.ERROR, texts[0]), text=texts if len(texts) > 1 else (), unknown=unknown)

    # ---- deciding

    def _decided(self, saved: SavedScan) -> Outcome:
        """What the flow makes of it."""
        hand, at = self._current.hand, self._at_now
        if saved.command:
            return self._decided_command(Command(saved.raw))
        if hand.ask is not None:
            return self._decided_answer(hand.ask, saved)
        entry = Entry(saved.raw, saved.certain)
        if hand.job == LOCATION or at is None:
            return self._chosen(menu.choose_location(self._current.user, entry))
        if hand.job == MENU:
            return self._chosen(menu.choose_job(at, entry, JOBS))
        job = BY_NAME[hand.job]
        return job.flow.scan(at, hand.states[job.name], entry)

    def _chosen(self, chosen: menu.Chosen) -> Outcome:
        if chosen.location is not None:
            return Outcome(None, say.ok(chosen.location.code), go=MENU, location_code=chosen.location.code, good=True)
        if chosen.job is not None:
            return self._begun(chosen.job, self._current.hand.states.get(chosen.job.name))
        return Outcome(None, go="sign_out" if chosen.sign_out else LOCATION)

    def _begun(self, job: Job, state: Any) -> Outcome:
        at = self._at_now
        assert at is not None
        return replace(job.flow.begin(at, state), go=job.name)

    def _decided_command(self, command: Command) -> Outcome:
        hand, at = self._current.hand, self._at_now
        if hand.ask is not None:
            replies = {Command.POST: Reply.YES, Command.BACK: Reply.NO, Command.LIST: Reply.MORE}
            needs_more = command is Command.POST and (hand.ask.digits or hand.ask.choices)
            if command not in replies or needs_more or (command is Command.LIST and not hand.ask.more):
                return self._asked_again(hand.ask)
            return self._answered(hand.ask, replies[command])
        if hand.job == LOCATION or at is None:
            if command is Command.BACK:
                return Outcome(None, go=MENU if at is not None else "sign_out")
            return Outcome(None, say.note(_("Choose, or scan the location.")))
        if hand.job == MENU:
            return Outcome(None, say.note(_("Type the digit of a job.")))
        job, state = BY_NAME[hand.job], hand.states[hand.job]
        if command is Command.PRINT:
            return printing.print_labels(at, state, job.flow.label(at, state))
        if command is Command.UNDO:
            return self._undone(job, at, state, back=False)
        outcome = job.flow.command(at, state, command)
        return self._undone(job, at, state, back=True) if outcome.back else outcome

    def _undone(self, job: Job, at: At, state: Any, *, back: bool) -> Outcome:
        """Take back the last scan that changed something; where none is left, the flow may know something else to take back."""
        step = steps.last(job.flow.work(at, state))
        if step is None:
            if back:
                return Outcome(state, go=MENU)
            outcome = job.flow.command(at, state, Command.UNDO)
            if outcome.ask is None and outcome.message is None:
                raise NothingToUndo
            return outcome
        message = say.note(_("Back.")) if back else say.ok(_("Undone: {scan}").format(scan=step.what))
        state, writes = undoing.taken_back(job, step)
        return Outcome(state, message, writes=writes)

    def _decided_answer(self, ask: Ask, saved: SavedScan) -> Outcome:
        """A typed choice or the digits; anything else is held until the question is answered."""
        text = saved.raw.strip()
        typed_number = not saved.certain and text.isascii() and text.isdigit()
        if ask.digits and not saved.certain and text.replace(",", ".") == ask.digits.replace(",", "."):
            return self._answered(ask, Reply.YES)
        if ask.digits and typed_number and len(text) <= max(2, len(ask.digits)):
            again = say.warning(_("Not {typed}: type {digits}, or F3 for no.").format(typed=text, digits=ask.digits))
            return self._asked_again(ask, again)
        if ask.choices and typed_number and len(text) <= 3:
            if 1 <= int(text) <= len(ask.choices):
                return self._answered(ask, int(text) - 1)
            return self._asked_again(ask, say.warning(in_words(UnknownChoice(text=text, last=len(ask.choices)))))
        return replace(self._asked_again(ask), hold=True)

    def _asked_again(self, ask: Ask, message: Message | None = None) -> Outcome:
        hand = self._current.hand
        return Outcome(hand.states.get(hand.job), message or say.warning(ask.text), ask=ask, text=hand.text)

    def _answered(self, ask: Ask, answer: Answer) -> Outcome:
        at, hand = self._at_now, self._current.hand
        assert at is not None
        job = BY_NAME[hand.job]
        return job.flow.answer(at, hand.states[job.name], ask, answer)

    def _posted(self, outcome: Outcome) -> Outcome:
        """Post what the flow wants posted, then let it say what comes of it."""
        if not outcome.operations:
            return outcome
        from db.posting.lines import PostedBy
        from db.posting.post import post_operations
        from stockterm.flows import in_passing
        from stockterm.flows.costs import forward_behind

        at, job = self._at_now, BY_NAME[self._current.hand.job]
        assert at is not None
        registers = post_operations(outcome.operations, PostedBy(at.user.code, self._terminal, job.name))
        self._forwarding = forward_behind(PostedBy(at.user.code, self._terminal, "adjust_cost"))
        return in_passing.said(at, outcome.operations, job.flow.posted(at, outcome.state, outcome.ask, registers))

    # ---- committing

    def _commit(self, saved: SavedScan, outcome: Outcome, status: str, note: str) -> None:
        """One transaction: the state, what the flow wrote, the step for undo, what became of the scan."""
        if outcome.go == "sign_out":
            self._sign_out(saved)
            return
        before = self._current
        hand = _hand_after(before.hand, outcome)
        location_code = before.work.location_code if outcome.location_code is None else outcome.location_code
        good = outcome.good and not saved.command
        scan_count = before.work.scan_count + (1 if good else 0)
        work = replace(before.work, state=hands.to_text(hand), location_code=location_code, scan_count=scan_count)
        writes = [*outcome.writes, scan_log.mark(saved.scan_no, scan_log.HELD if outcome.hold else status, note)]
        step_no = before.step_no
        if outcome.undo is not None and outcome.go is None:
            step_no += 1
            writes.append(self._step(saved, outcome, step_no))
        if hand.locked or hand.ask is not None:
            writes.append(scan_log.hold_saved(before.user.code))
        _write(work, writes)
        at = before.at if outcome.location_code is None else self._at(before.user, location_code)
        self._signed_in = SignedIn(before.user, work, hand, at, step_no)
        if outcome.hold:
            self._held.append(saved)
        if outcome.go is not None or outcome.forget or saved.command:
            self._count_steps()
        self._offer_held()
        if outcome.printer and at is not None:
            self._say_of_label(self._labels.send(at, outcome.printer, outcome.print_job))

    def _say_of_label(self, news: Message) -> None:
        """What became of a label: behind what is said anyway where it went well, before it where it did not."""
        hand = self._current.hand
        before = "" if hand.message is None or hand.message.level is Level.NOTE else hand.message.text
        texts = (before, news.text) if news.level is Level.OK else (news.text, before)
        self._save_hand(replace(hand, message=Message(news.level, " ".join(filter(None, texts)))), [])

    def _tell_about_labels(self) -> None:
        """What was not known of a label is said with the next scan or key, but not over what waits for an answer."""
        signed_in = self._signed_in
        if (
            signed_in is None
            or self._idle
            or self._trouble is not None
            or signed_in.hand.blocked
            or signed_in.hand.ask is not None
        ):
            return
        if (news := self._labels.news()) is not None:
            try:
                self._say_of_label(news)
            except _TakenUp:
                self._lose("")

    def _step(self, saved: SavedScan, outcome: Outcome, step_no: int) -> Write:
        at, hand = self._at_now, self._current.hand
        assert at is not None
        assert outcome.undo is not None
        job = BY_NAME[hand.job]
        what = f"CMD:{saved.raw}" if saved.command else saved.raw
        return steps.add(
            steps.Step(job.flow.work(at, outcome.state), step_no, what, to_text(hand.states[job.name]), outcome.undo)
        )

    def _save_hand(self, hand: Hand, writes: list[Write]) -> None:
        """A change of what waits for a key, and nothing else."""
        signed_in = self._current
        work = replace(signed_in.work, state=hands.to_text(hand))
        _write(work, writes)
        self._signed_in = replace(signed_in, work=work, hand=hand)

    def _count_steps(self) -> None:
        """Know again how many steps the job on the screen has."""
        signed_in, at = self._current, self._at_now
        job = BY_NAME.get(signed_in.hand.job)
        state = signed_in.hand.states.get(job.name) if job is not None else None
        last = steps.last_no(job.flow.work(at, state)) if job is not None and at is not None and state is not None else 0
        self._signed_in = replace(signed_in, step_no=last)

    # ---- the error lock, and what was scanned meanwhile

    def _unlock(self, saved: SavedScan) -> None:
        """A key that no scanner sends. What was held is offered; otherwise the work goes on. F4 links a code that nothing has."""
        before = self._current.hand
        hand = replace(before, locked=False, message=None, text=(), unknown="", offering=bool(self._held))
        done = scan_log.mark(saved.scan_no, scan_log.APPLIED)
        self._save_hand(hand, [done])
        if saved.raw == Command.LIST and not self._held and _can_be_linked(before.unknown, before.job):
            self._link(before.unknown)

    def _link(self, code: str) -> None:
        signed_in = self._current
        if not may(signed_in.user, Right.LINK_CODE):
            text = _("Not linked: {user} may not. Ask a supervisor.").format(user=signed_in.user.code)
            self._save_hand(replace(signed_in.hand, message=say.warning(text)), [])
            return
        outcome = self._begun(BY_NAME[LINK], BY_NAME[LINK].flow.state(code, signed_in.hand.job))
        self._save_hand(_hand_after(signed_in.hand, outcome), [])
        self._count_steps()

    def _offer_held(self) -> None:
        hand = self._current.hand
        if self._held and not hand.blocked and hand.ask is None:
            self._save_hand(replace(hand, offering=True), [])

    def _apply_or_drop(self, saved: SavedScan) -> None:
        """F5 applies the held scans in order, as far as no error comes up; Esc drops them; any other key changes nothing."""
        user_code = self._current.user.code
        hand = replace(self._current.hand, offering=False, message=None)
        done = scan_log.mark(saved.scan_no, scan_log.APPLIED)
        if saved.raw == Command.UNDO:
            self._save_hand(hand, [scan_log.release_held(user_code), done])
            self._held = []
            self._apply_saved()
        elif saved.raw == Command.BACK:
            text = _("Dropped: {scans}. Nothing of them was applied.").format(scans=scans_in_words(len(self._held)))
            self._save_hand(replace(hand, message=say.note(text)), [scan_log.discard_held(user_code), done])
            self._held = []
        else:
            self._save_hand(self._current.hand, [done])

    def _apply_saved(self) -> None:
        """Apply what is saved and not applied, in order, until an error or a question comes up: what is behind it is held."""
        waited_for, user_code = self._current.hand.ask, self._current.user.code
        for saved in scan_log.waiting(user_code):
            if saved.status != scan_log.SAVED:
                continue
            if self._signed_in is None or self._current.user.code != user_code:
                return  # signed out; or a badge was among them, and its user has applied the rest
            if self._sign_in.user_code:  # that badge needs a PIN first
                self._save_hand(self._current.hand, [scan_log.hold_saved(user_code)])
                break
            hand = self._current.hand
            if hand.blocked and not (saved.command and saved.certain):
                break
            if hand.ask is not None and hand.ask is not waited_for:
                break
            try:
                self._act(saved)
            except (_TakenUp, DatabaseUnavailable, DatabaseDamaged, DiskFull):
                raise
            except Exception:
                logger.exception("scan %s could not be applied", saved.scan_no)
                self._commit(saved, self._crashed(saved), scan_log.REFUSED, "crash")
        if self._signed_in is not None:
            if self._current.hand.blocked or self._current.hand.ask is not None:
                self._save_hand(self._current.hand, [scan_log.hold_saved(self._current.user.code)])
            self._held = [one for one in scan_log.waiting(self._current.user.code) if one.status == scan_log.HELD]
            self._offer_held()

    def _crashed(self, saved: SavedScan) -> Outcome:
        """A scan that ends in a fault of the program, again and again, is put aside: nothing was changed by it."""
        hand = self._current.hand
        text = _("ERROR: {scan} was not applied. The program met an error that it does not know.").format(scan=saved.raw[:40])
        return Outcome(hand.states.get(hand.job), Message(Level.ERROR, text))

    # ---- signing in and out

    def _at(self, user: UserFacts, location_code: str) -> At | None:
        location = places.location(location_code) if location_code and may_work_at(user, location_code) else None
        return None if location is None else At(user, self._terminal, location, clock.today(), self._separators, self._printer)

    def _resume_at_terminal(self) -> None:
        """After a kill or a broken line: the same terminal, a short while later, goes on without signing in again.

        Not where the program that had the work may still run: terminals behind one address have one name.
        """
        work = sessions.at_terminal(self._terminal) if self._terminal else None
        if work is None or clock.now_microseconds() - work.seen_at > self._resume_within * 1_000_000:
            return
        if sessions.may_still_run(work.process):
            return
        user = people.user_by_code(work.user_code)
        if user is not None and not user.blocked:
            self._begin(user)

    def _begin(self, user: UserFacts) -> None:
        """Give the user their work, here; apply what was saved and not applied."""
        work, before = sessions.take_up(user.code, self._terminal)
        hand = hands.from_text(work.state, state_of)
        at = self._at(user, work.location_code)
        if at is None:
            allowed = menu.locations_of(user)
            at = self._at(user, allowed[0].code) if len(allowed) == 1 else None
            work = replace(work, location_code=at.location.code if at is not None else "")
            hand = Hand(MENU if at is not None else LOCATION, states=hand.states)
        elif hand.job == LOCATION:
            hand = replace(hand, job=MENU)
        if not hand.blocked and hand.ask is None:
            with in_language(user.language):
                hand = replace(hand, message=_welcome(user, before, self._terminal, hand), text=())
        self._sign_in, self._lost = SignIn(), None
        self._pending = work.pending
        self._signed_in = SignedIn(user, work, hand, at)
        self._held = [one for one in scan_log.waiting(user.code) if one.status == scan_log.HELD]
        self._labels.take_up(user.code)
        self._tell_language(user.language)
        with in_language(user.language):
            self._count_steps()
            try:
                self._apply_saved()
            except _TakenUp:
                self._lose("")

    def _tell_language(self, language: str) -> None:
        if self._on_language is not None:
            self._on_language(language)

    def _take_at_sign_in(self, token: Token) -> None:
        if isinstance(token, CommandToken):
            self._sign_in = sign_in.command(self._sign_in, token.command)
            return
        result = sign_in.take(self._sign_in, token.text, token.scanned)
        if isinstance(result, SignIn):
            self._sign_in = replace(result, finished=result.finished and not self._idle)
        elif self._idle:
            self._unlock_terminal(result)
        elif self._signed_in is None:
            self._begin(result)
        else:
            self._sign_in = SignIn()
            self._hand_over(result, [])

    def _unlock_terminal(self, user: UserFacts) -> None:
        """The worker is back: the same line, the same half-typed text. Somebody else gets their own work, and this one waits."""
        before, self._idle, self._sign_in = self._current, False, SignIn()
        typed, self._kept_text = self._kept_text, ""
        if user.code == before.user.code:
            hand = before.hand
            if not hand.blocked and hand.ask is None:
                hand = replace(hand, message=say.ok(_("Taken up where it was, {name}.").format(name=user.name or user.code)))
            try:
                self._save_hand(hand, [])
            except _TakenUp:
                self._lose("")
                return
            self._pending = typed
            return
        sessions.leave(before.user.code, before.work.session_no, typed)
        self._signed_in = None
        self._begin(user)

    def _sign_out(self, saved: SavedScan) -> None:
        """Leave; the work stays as it is."""
        signed_in = self._current
        hand = replace(signed_in.hand, message=None, ask=None, text=())
        work = replace(signed_in.work, state=hands.to_text(hand), signed_in=False)
        _write(work, [scan_log.mark(saved.scan_no, scan_log.APPLIED)])
        self._signed_in, self._held = None, []
        self._sign_in = SignIn(message=say.note(_("Signed out. Work begun is kept.")))
        self._tell_language("")

    # ---- another worker, or another terminal

    def _change_worker(self, saved: SavedScan, who: SignIn | UserFacts) -> None:
        """A badge in the middle of the work: it goes on in the hands of another worker, after their PIN where one is needed."""
        if isinstance(who, UserFacts):
            mark = [
                scan_log.redact(saved.scan_no, f"{sign_in.BADGE_LABEL}{who.code}"),
                scan_log.mark(saved.scan_no, scan_log.APPLIED),
            ]
            self._hand_over(who, mark, saved)
            return
        if who.user_code:
            self._save_hand(self._current.hand, [scan_log.mark(saved.scan_no, scan_log.APPLIED)])
            self._sign_in = who
            return
        hand = self._current.hand
        refusal = Outcome(hand.states.get(hand.job), who.message)
        self._commit(saved, refusal, scan_log.REFUSED, "unknown_user")

    def _hand_over(self, user: UserFacts, writes: list[Write], saved: SavedScan | None = None) -> None:
        """The job on the screen goes from one user to another. The lines so far keep who counted them."""
        giver, at = self._current, self._at_now
        if user.code == giver.user.code:
            self._save_hand(replace(giver.hand, message=say.note(_("You are signed in."))), writes)
            return
        job = BY_NAME.get(giver.hand.job)
        state = giver.hand.states.get(job.name) if job is not None else None
        try:
            if job is not None and at is not None:
                if job.right is not None:
                    require(user, job.right)
                require_location(user, at.location.code)
                taker = sessions.of_user(user.code)
                theirs = hands.from_text(taker.state, state_of).states.get(job.name) if taker is not None else None
                if theirs is not None and job.flow.begun(theirs):
                    raise AlreadyInHand(user_code=user.code)
        except StocktermError as error:
            refused = replace(giver.hand, message=Message(Level.ERROR, in_words(error)), locked=True)
            self._save_hand(refused, writes)
            return

        def transaction() -> None:
            kept = {name: one for name, one in giver.hand.states.items() if job is None or name != job.name}
            left = Hand(MENU if at is not None else LOCATION, states=MappingProxyType(kept))
            if not sessions.save(replace(giver.work, state=hands.to_text(left), signed_in=False)):
                raise _TakenUp
            write_batch([*writes, scan_log.give_waiting(giver.user.code, user.code)])
            work, _before = sessions.take_up_inside(user.code, self._terminal)
            if job is None or at is None or state is None:
                return
            own = hands.from_text(work.state, state_of)
            taken = Hand(job.name, states=MappingProxyType({**own.states, job.name: state}))
            sessions.save(replace(work, state=hands.to_text(taken), location_code=at.location.code))
            work_before, work_after = job.flow.work(at, state), job.flow.work(replace(at, user=user), state)
            if work_before != work_after:
                write_batch(steps.give(work_before, work_after))
            write_batch(job.flow.handed_over(state, user.code))

        in_write_transaction(transaction)
        self._begin(user)

    def _lose(self, raw: str) -> None:
        """Another terminal has taken the work up: say so, and what was not applied here."""
        signed_in = self._current
        now = sessions.of_user(signed_in.user.code)
        where = now.terminal if now is not None and now.terminal else _("another terminal")
        text = _("Taken up at {terminal}. Not applied here: {scan}. Sign in to go on here.").format(terminal=where, scan=raw[:40])
        if now is not None and not now.signed_in:
            text = _("Signed out by a supervisor. Not applied: {scan}. Sign in to go on.").format(scan=raw[:40])
        message = Message(Level.ERROR, text)
        self._lost = Lost(signed_in.user.code, signed_in.work.session_no, message, (raw,) if raw else ())
        self._signed_in, self._held, self._sign_in = None, [], SignIn()
        self._tell_language("")

    def _say_not_applied(self, user_code: str, scans: Sequence[str]) -> None:
        """Scanned here while the database was away; the work went on at another terminal meanwhile."""
        now = sessions.of_user(user_code)
        where = now.terminal if now is not None and now.terminal else _("another terminal")
        text = _("Taken up at {terminal}. Not applied here: {scan}. Sign in to go on here.")
        message = Message(Level.ERROR, text.format(terminal=where, scan=scans[0][:40]))
        before = self._lost.scans if self._lost is not None else ()
        self._lost = Lost(user_code, -1, message, (*before, *scans))

    def _take_when_lost(self, token: Token, lost: Lost) -> None:
        """A key goes to sign-in; what is scanned before it is logged, and named as not applied."""
        if isinstance(token, CommandToken) and token.by_key:
            self._lost = None
            return
        raw, command, certain = _as_logged(token)
        scan_log.save(
            self._scan_id(token),
            user_code=lost.user_code,
            session_no=lost.session_no,
            terminal=self._terminal,
            raw=raw,
            command=command,
            certain=certain,
        )
        self._retry = None
        self._lost = replace(lost, scans=(*lost.scans, raw))


def _write(work: WorkInHand, writes: list[Write]) -> None:
    """The work and what goes with it, in one transaction; nothing at all where another terminal has the work."""

    def transaction() -> None:
        if not sessions.save(work):
            raise _TakenUp
        write_batch(writes)

    in_write_transaction(transaction)


def _can_be_linked(code: str, job: str) -> bool:
    """Whether there is a code to link, scanned in a job that it can be used in."""
    return bool(code) and job not in (MENU, LOCATION, LINK)


def _hand_after(before: Hand, outcome: Outcome) -> Hand:
    """The hand after an outcome: the state of the job, what is asked, what is said; an error locks."""
    states = dict(before.states)
    if before.job in states and outcome.state is None:
        del states[before.job]
    job = outcome.go if outcome.go in BY_NAME else before.job
    if job in BY_NAME and outcome.state is not None:
        states[job] = outcome.state
    return Hand(
        job=before.job if outcome.go is None else outcome.go,
        states=MappingProxyType(states),
        message=outcome.message,
        ask=outcome.ask,
        text=outcome.text,
        locked=outcome.message is not None and outcome.message.level is Level.ERROR,
        unknown=outcome.unknown,
    )


def _as_logged(token: Token) -> tuple[str, bool, bool]:
    """A token as the log keeps it: text, whether it is a command, whether it is certain (a reader's scan, a key's command)."""
    if isinstance(token, CommandToken):
        return token.command.value, True, token.by_key
    text = token.text.strip().upper()
    if text.startswith("CMD:") and text[4:] in set(Command):
        return text[4:], True, False
    return token.text, False, token.scanned


def _welcome(user: UserFacts, before: WorkInHand | None, terminal: str, hand: Hand) -> Message:
    """What is said first: where the work came from, that it goes on, or hello."""
    if before is not None and before.signed_in and before.terminal != terminal:
        where = before.terminal or _("another terminal")
        return say.warning(_("Taken up from {terminal}. Nothing is lost; that terminal is told.").format(terminal=where))
    if hand.job in BY_NAME:
        return say.ok(_("Taken up where it was, {name}.").format(name=user.name or user.code))
    return say.ok(_("Hello {name}").format(name=user.name or user.code))
