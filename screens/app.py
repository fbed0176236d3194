"""The terminal application: strokes to tokens, tokens to the session one by one, its view states to the screen.

    driver ── strokes ──> lexer ── tokens ──> queue ──> one consumer ──> Session.take, in the one database thread
                                                              │
    terminal <── painter <── work screen <── view state <─────┘

Keys and pastes are taken in `on_event`, before focus and bindings (the driver hands strokes over even earlier); the
queue has no bound, and the consumer takes each token to its very end before it looks at the next. While the database
is away the token in hand is tried again and again and the others wait: written to the spool, and then counted on the
screen, so that neither a kill nor a power cut loses one (`screens.waiting`). An error that nobody
foresaw shows the crash screen: it says that nothing was booked, writes a log file, keeps the scans that wait, and goes
on with a new session after a key.

Only bytes that matter are sent: half-typed text is drawn when typing pauses, and saved a little later. When the line
is lost or a signal ends the program, what was scanned is still taken, the half-typed text saved, and the session closed.
"""

import asyncio
import os
import signal
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable, Container, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

from textual import events
from textual.app import App
from textual.driver import Driver
from textual.screen import Screen

from screens.driver import TerminalDriver, is_ascii_only
from screens.frame import Frame
from screens.gestures import Clicked, Gesture, Pick, Point
from screens.key_maps import key_names
from screens.lexer import Lexer
from screens.pointing import clicked, picked, pointed_again, pointed_by
from screens.strokes import Click, Key, Stroke, StrokeReader, Text
from screens.waiting import RESUME_WITHIN, Waiting
from screens.work_screen import BELLS, Shown, Terminal, WorkScreen, can_point, draw, message_is_cut, page_count
from stockterm.flows.spool import Owner, Spool, for_the_screen
from stockterm.flows.terminal import TerminalProfile
from stockterm.flows.tokens import Command, CommandToken, ScanToken, Token, named
from stockterm.flows.view import KeyHint, Level, Message, ViewState
from stockterm.i18n import _, ngettext

DRAW_AFTER: Final = 0.2  # seconds without a key, then half-typed text is drawn
SAVE_AFTER: Final = 1.0  # seconds without a key, then half-typed text is saved
BELL_GAP: Final = 0.2  # seconds between the bells of one pattern; some clients merge closer ones
WORKING_AFTER: Final = 0.8  # seconds that a token may take before the screen says that it is at work
RETRY_AFTER: Final = (0.5, 1.0, 2.0, 4.0, 8.0)  # seconds; the last one from then on
MINUTE: Final = 60.0  # seconds of one minute of `lock_after`
FAREWELL: Final = 10.0  # seconds that a lost line leaves for the scans that wait

T = TypeVar("T")

_LISTS_REMEMBERED: Final = 100

FINISHED: Final = 0
FAILED: Final = 70  # EX_SOFTWARE


class Session(Protocol):
    """The work of one user at one terminal. Every call runs in the one database thread."""

    @property
    def owner(self) -> Owner | None:
        """Whose work a scan is for, as far as scans may be written down: None while a PIN or a badge is asked for."""
        ...

    def view(self) -> ViewState:
        """What the screen shows now."""
        ...

    def take(self, token: Token) -> ViewState:
        """Take one token to its end. Raises DatabaseUnavailable if nothing of it was taken: the same object comes again."""
        ...

    def save_pending(self, text: str) -> None:
        """Keep half-typed text; the next scan that is taken makes it obsolete."""
        ...

    def lock(self, typed: str = "") -> ViewState:
        """Ask again who works here; the work, and the half-typed text, stay."""
        ...

    def close(self) -> None: ...


class Chore(Enum):
    """What the terminal itself puts between the tokens."""

    SAVE = "save the half-typed text"
    LOCK = "nobody has touched the terminal for long"
    END = "the line is lost, or a signal came"


Task = Token | Gesture | Chore


class TokenQueue:
    """Tokens in the order they came. Unbounded: a scan is never refused."""

    def __init__(self) -> None:
        self._tokens: deque[Task] = deque()
        self._filled = asyncio.Event()

    def put(self, tokens: Iterable[Task]) -> None:
        self._tokens.extend(tokens)
        if self._tokens:
            self._filled.set()

    def put_back(self, tokens: Iterable[Token]) -> None:
        """Tokens that were taken out and come before all others."""
        self._tokens.extendleft(reversed(list(tokens)))
        if self._tokens:
            self._filled.set()

    async def get(self) -> Task:
        while not self._tokens:
            self._filled.clear()
            await self._filled.wait()
        return self._tokens.popleft()

    def drop(self, ids: Container[str]) -> None:
        """Forget tokens that were taken another way."""
        self._tokens = deque(one for one in self._tokens if not isinstance(one, Token) or one.id not in ids)

    @property
    def tokens(self) -> list[Token]:
        """What waits, in order."""
        return [one for one in self._tokens if isinstance(one, Token)]

    def __bool__(self) -> bool:
        return bool(self._tokens)

    @property
    def scans(self) -> int:
        return sum(isinstance(token, ScanToken) for token in self._tokens)


class TerminalApp(App[int], inherit_bindings=False):
    """One terminal, one session at a time."""

    CSS_PATH = "styles/work.tcss"
    ENABLE_COMMAND_PALETTE = False
    TITLE = "stockterm"

    def __init__(
        self,
        make_session: Callable[[], Session],
        profile: TerminalProfile,
        *,
        driver_class: type[Driver] | None = None,
        log_directory: Path | None = None,
        spool: Spool | None = None,
    ) -> None:
        """`make_session` is called in the database thread once the first frame is painted, and again after a crash."""
        super().__init__(driver_class=driver_class, ansi_color=True)
        self.animation_level = "none"
        self.profile = profile
        self.failure: Exception | None = None
        self._make_session = make_session
        self._log_directory = log_directory
        self._database = ThreadPoolExecutor(max_workers=1, thread_name_prefix="database")
        self._session: Session | None = None
        self._lexer = Lexer(profile)
        self._tokens = TokenQueue()
        self._waiting = Waiting(spool, self._waiting_changed, profile.lock_after * MINUTE or RESUME_WITHIN)
        self._busy = True  # the consumer has a token in hand, or no session yet
        self._in_hand: Token | None = None
        self._shown = Shown(ViewState(title="stockterm"))
        self._key_names = key_names(profile)
        encoding = (sys.__stdout__.encoding if sys.__stdout__ else None) or "utf-8"
        self._ascii_only = is_ascii_only(os.environ.get("TERM", ""), profile, encoding)
        self._pointed_in: dict[str, int] = {}
        self._saved = ""
        self._touched = time.time()
        self._typed_before_lock = ""
        self._idle_check: asyncio.TimerHandle | None = None
        self._pause: asyncio.TimerHandle | None = None
        self._save_pause: asyncio.TimerHandle | None = None
        self._bells: list[asyncio.TimerHandle] = []
        self._ending = asyncio.Event()
        self._exit_status = FINISHED
        self._consumer: asyncio.Task[None] | None = None

    # ---- what Textual asks

    def get_default_screen(self) -> Screen[Any]:
        return WorkScreen()

    async def on_event(self, event: events.Event) -> None:
        """Keys and pastes become tokens here, whatever has the focus; everything else takes its usual way."""
        if isinstance(event, events.Key):
            self.take_strokes(strokes_of(event))
            return
        if isinstance(event, events.Paste):
            self.take_strokes(StrokeReader().feed(event.text.encode(errors="replace")))
            return
        await super().on_event(event)

    def terminal_started(self) -> None:
        """The terminal is ours: paint, and only then load what the session needs. Textual's own start comes after."""
        loop = asyncio.get_running_loop()
        if not self.is_headless:
            for number in (signal.SIGHUP, signal.SIGTERM):
                loop.add_signal_handler(number, self.end, 128 + number)
            for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP):
                signal.signal(number, signal.SIG_IGN)
        self._draw()
        self._touched = time.time()
        self._lock_when_idle()
        self._consumer = asyncio.create_task(self._consume())

    def on_mount(self) -> None:
        if self._consumer is None:  # another driver than ours: a test, or a browser
            self.terminal_started()

    def on_resize(self) -> None:
        self._draw()

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        """Paint: our screen by its frame, any other as Textual wants it."""
        if isinstance(self._driver, TerminalDriver) and isinstance(screen, WorkScreen):
            self._draw()
            self.post_display_hook()
        else:
            super()._display(screen, renderable)

    def _set_pointer_shape(self, shape: str) -> None:
        """No mouse, no pointer."""

    # ---- strokes in

    def take_strokes(self, strokes: list[Stroke]) -> None:
        """Called for every read, on the event loop."""
        if self._ending.is_set():
            return
        if self.profile.lock_after and time.time() - self._touched >= self.profile.lock_after * MINUTE:
            self._lock_when_idle()  # a device that slept: its timer did too
        self._touched = time.time()
        pending = self._lexer.pending
        tasks: list[Token | Gesture] = []
        for stroke in strokes:
            came = self._lexer.feed([stroke]) if not isinstance(stroke, Click) else self._clicked(stroke)
            if CommandToken(Command.BACK) in came and self._shown.view.secret and self._idle and not tasks:
                self._lexer.clear()  # half of a PIN must not turn up in the field of the step before
            tasks.extend(named(one) if isinstance(one, Token) else one for one in came)
        if self._shown.away is not None:
            tasks = [token for token in map(as_command, tasks) if token and not self._taken_while_away(token)]
        self._tokens.put(tasks)
        tokens = [one for one in tasks if isinstance(one, Token)]
        self._waiting.came(tokens)
        if tokens and self._shown.working is not None:
            self._say_working()
        if tokens or self._lexer.pending != pending:
            self._typing_goes_on()

    def _clicked(self, click: Click) -> list[Gesture]:
        """A click, as what stands there now."""
        if not self.profile.mouse:  # left on by another program
            return []
        token = clicked(self._shown, self._terminal, click.column, click.row)
        return [] if token is None else [Clicked(token, self._shown.view)]

    def _typing_goes_on(self) -> None:
        """Draw and save the half-typed text when it pauses."""
        loop = asyncio.get_running_loop()
        for timer in (self._pause, self._save_pause):
            if timer is not None:
                timer.cancel()
        self._pause = loop.call_later(DRAW_AFTER, self._draw_pending)
        self._save_pause = loop.call_later(SAVE_AFTER, self._save_pending)

    def _lock_when_idle(self) -> None:
        """Lock the session if nobody has touched the terminal for long; look again when that can be the case.

        Not while the database is away: it could not be unlocked. By the clock of the day, which goes on while a device sleeps.
        """
        if self._idle_check is not None:
            self._idle_check.cancel()
        if not self.profile.lock_after or self._ending.is_set():
            return
        left = self._touched + self.profile.lock_after * MINUTE - time.time()
        if left <= 0 and self._shown.away is None:
            self._typed_before_lock = "" if self._shown.view.secret else self._lexer.pending
            self._lexer.clear()
            self._tokens.put([Chore.LOCK])
            self._touched = time.time()
            left = self.profile.lock_after * MINUTE
        self._idle_check = asyncio.get_running_loop().call_later(max(left, 1.0), self._lock_when_idle)

    @property
    def _idle(self) -> bool:
        """Nothing waits: the field on the screen is the one that the text is typed for."""
        return not self._busy and not self._tokens

    @property
    def _typing_for_the_work(self) -> bool:
        """Away, and what is typed goes on with the work on the screen: it may be seen and written down."""
        return self._shown.away is not None and self._waiting.may_be_written and not self._shown.view.secret

    def _draw_pending(self) -> None:
        if (self._idle or self._typing_for_the_work) and self._shown.pending != self._lexer.pending:
            self._shown = replace(self._shown, pending=self._lexer.pending)
            self._draw()

    def _save_pending(self) -> None:
        text = self._lexer.pending
        if self._typing_for_the_work:
            self._waiting.typed(text)
            return
        if self._session is None or not self._idle or self._shown.view.secret or text == self._saved:
            return
        self._tokens.put([Chore.SAVE])

    # ---- the consumer

    async def _in_database(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._database, work)

    async def _consume(self) -> None:
        """Take tokens until the session is finished or the line is lost."""
        try:
            await self._open()
            while not self._shown.view.finished:
                self._busy = False
                task = await self._tokens.get()
                self._busy = True
                if task is Chore.END:
                    break
                if task is Chore.LOCK:
                    await self._lock(self._typed_before_lock)
                elif isinstance(task, Chore):
                    await self._save(self._lexer.pending)
                elif token := self._meant(task):
                    await self._take_to_the_end(token)
        except _Ended:
            pass
        except Exception as error:
            self._failed(error)
        await self._close()
        self.exit(self._exit_status)

    async def _open(self) -> None:
        """Make the session, waiting for the database if it is away. It has applied what was in the spool."""
        resumed = await self._waiting.open()
        if resumed is not None and not self._lexer.pending:
            self._lexer.take_up(resumed)
        session = await self._until_back(self._make_session)
        self._session = session
        self._tokens.drop(self._waiting.brought_in())
        if resumed and self._lexer.pending == resumed:
            self._lexer.clear()  # it comes back from the database, if its work does
        view = await self._until_back(session.view)
        self._waiting.owner = owner_of(session, view)
        self._show(view)

    def _meant(self, task: Token | Gesture) -> Token | None:
        """The token that a gesture comes to; None where it is done, or means nothing."""
        shown, token = self._shown, as_command(task)
        if isinstance(task, Point) and can_point(shown, self._terminal):
            self._point(pointed_by(shown, self._terminal, task.step))
            return None
        if isinstance(task, Pick) and can_point(shown, self._terminal):
            token = picked(shown)
        elif isinstance(task, Clicked) and (isinstance(task.token, CommandToken) or same_list(task.view, shown.view)):
            token = task.token
        return token and (token if token.id else named(token))

    def _point(self, shown: Shown) -> None:
        """Point at another entry, and remember it for when this list is on the screen again."""
        self._shown = shown
        if shown.pointed is not None:
            if len(self._pointed_in) >= _LISTS_REMEMBERED:
                self._pointed_in.clear()
            self._pointed_in[shown.view.title] = shown.pointed
        self._draw()

    async def _take_to_the_end(self, token: Token) -> None:
        """Page, show a message whole, or let the session take the token; draw what came of it."""
        if isinstance(token, CommandToken) and self._taken_by_the_screen(token.command):
            return
        session = self._session
        assert session is not None
        self._in_hand = token
        slow = asyncio.get_running_loop().call_later(WORKING_AFTER, self._say_working)
        try:
            view = await self._until_back(lambda: session.take(token))
        except _Ended:
            raise
        except Exception as error:
            self._waiting.taken(token)
            self._crash(error, token)
            await self._wait_after_crash()
            return
        finally:
            slow.cancel()
            self._in_hand = None
        if isinstance(token, ScanToken):
            self._saved = ""
        self._waiting.owner = owner_of(session, view)
        self._waiting.taken(token)
        self._show(view)

    async def _save(self, text: str) -> None:
        """Keep half-typed text; what cannot be kept now is tried again at the next pause."""
        session = self._session
        if session is None or self._tokens or self._shown.view.secret:
            return
        try:
            await self._in_database(lambda: session.save_pending(text))
        except Exception as error:
            if is_away(error):
                return
            self._crash(error, None)
            await self._wait_after_crash()
            return
        self._saved = text
        self._waiting.typed_is_saved()

    async def _lock(self, typed: str) -> None:
        """Ask again who works here."""
        session = self._session
        if session is None:
            return
        view = await self._until_back(lambda: session.lock(typed))
        self._saved = ""
        self._waiting.owner = owner_of(session, view)
        self._show(view)

    async def _until_back(self, work: Callable[[], T]) -> T:
        """Do the work in the database thread; again and again while the database is away."""
        tries = 0
        while True:
            try:
                result = await self._in_database(work)
            except Exception as error:
                if not is_away(error):
                    raise
                self._now_away()
                if self._ending.is_set():
                    raise _Ended from None
                try:
                    await asyncio.wait_for(self._ending.wait(), RETRY_AFTER[min(tries, len(RETRY_AFTER) - 1)])
                except TimeoutError:
                    tries += 1
                    continue
                raise _Ended from None
            if self._shown.away is not None:
                self._shown = replace(self._shown, away=None, whole_message=False)
                self._waiting.back()
                if self._lexer.pending:
                    self._typing_goes_on()
            return result

    def _now_away(self) -> None:
        """The database is away: what waits goes to the spool, the token in hand before all others."""
        in_hand = [] if self._in_hand is None else [self._in_hand]
        self._waiting.away([*in_hand, *self._tokens.tokens])
        if self._shown.away is None:
            view, owner = self._shown.view, self._waiting.owner
            if self._session is None and owner is not None:  # restarted meanwhile: the work that will go on
                view = replace(view, title=owner.title or view.title, prompt=owner.prompt)
            self._shown = replace(self._shown, view=view, away=self._waiting.counts, working=None, pending=self._lexer.pending)
            self._typing_goes_on()
            self._draw()

    def _waiting_changed(self) -> None:
        """More of what waits is safe now, or cannot be made safe."""
        if self._shown.away is not None and self._shown.away != self._waiting.counts:
            self._shown = replace(self._shown, away=self._waiting.counts)
            self._draw()

    def _taken_while_away(self, token: Token) -> bool:
        """Pages and help act at once: they need no database. What only turns pages is not kept for later."""
        if not isinstance(token, CommandToken):
            return False
        if self._taken_by_the_screen(token.command):
            return True
        return for_the_screen(token)

    def _say_working(self) -> None:
        """A token takes long: say so, and how many scans wait behind it."""
        if self._shown.away is None and self._shown.working != self._tokens.scans:
            self._shown = replace(self._shown, working=self._tokens.scans)
            self._draw()

    def _taken_by_the_screen(self, command: Command) -> bool:
        """Pages of what is on the screen, and the whole of a message that was cut."""
        shown, terminal = self._shown, self._terminal
        pages = page_count(shown, terminal)
        if pages > 1 and command in (Command.PAGE_UP, Command.PAGE_DOWN):
            step = 1 if command is Command.PAGE_DOWN else -1
            self._shown = replace(shown, page=(min(shown.page, pages - 1) + step) % pages, pointed=None)
        elif command is Command.BACK and shown.whole_message:
            self._shown = replace(shown, whole_message=False, page=0)
        elif command is Command.HELP and not shown.whole_message and message_is_cut(shown, terminal):
            self._shown = replace(shown, whole_message=True, page=0)
        else:
            return False
        self._draw()
        return True

    def _show(self, view: ViewState) -> None:
        """Draw what came back, and ring for it."""
        before = self._shown
        drawn = before.pending
        if view.entered and view.entered != before.view.entered and not self._tokens and not self._lexer.pending:
            self._lexer.take_up(view.entered)
            self._saved = drawn = view.entered
        same_pages = view.choices == before.view.choices and view.text == before.view.text and not before.whole_message
        pending = self._lexer.pending
        self._shown = Shown(view, pending=pending if pending == drawn else "", page=before.page if same_pages else 0)
        if same_pages:
            self._shown = replace(self._shown, pointed=before.pointed)
        elif can_point(self._shown, self._terminal):
            self._shown = pointed_again(self._shown, self._terminal, self._pointed_in.get(view.title))
        if self._shown.pending != pending:
            self._typing_goes_on()
        self._draw()
        if view.message is not None and view is not before.view:
            self._ring(BELLS[view.message.level])

    # ---- drawing

    @property
    def _terminal(self) -> Terminal:
        driver = self._driver
        columns, rows = driver.terminal_size() if isinstance(driver, TerminalDriver) else self.size
        return Terminal(max(1, columns), max(1, rows), self._key_names, self._ascii_only)

    @property
    def frame(self) -> Frame:
        """What the terminal shows, for tests."""
        return draw(self._shown, self._terminal)

    @property
    def shown(self) -> Shown:
        """The state that is drawn, for tests."""
        return self._shown

    def _draw(self) -> None:
        """Draw now, without waiting for Textual's next turn."""
        screen = self.screen if self.screen_stack else None
        if isinstance(self._driver, TerminalDriver):
            if screen is None or isinstance(screen, WorkScreen):
                self._driver.paint(self.frame)
        elif isinstance(screen, WorkScreen) and screen.is_mounted:
            screen.form.frame = self.frame

    def _ring(self, times: int) -> None:
        """One bell now, the others with gaps; a newer pattern takes the place of one that still rings."""
        for bell in self._bells:
            bell.cancel()
        self._bells.clear()
        if times < 1 or self.profile.silent:
            return
        self._ring_once()
        loop = asyncio.get_running_loop()
        self._bells.extend(loop.call_later(BELL_GAP * number, self._ring_once) for number in range(1, times))

    def _ring_once(self) -> None:
        if isinstance(self._driver, TerminalDriver):
            self._driver.ring()

    # ---- crash

    def _failed(self, error: Exception) -> None:
        """Remember what ends the program; `run` raises it. What is no refusal of ours goes to a log file as well."""
        from db.core.errors import StocktermError

        if self.failure is None:
            self.failure = error
            if not isinstance(error, StocktermError) and (path := self._write_log(error, self._in_hand)):
                error.add_note(_("Details: {path}").format(path=path))
        self._exit_status = FAILED

    def _handle_exception(self, error: Exception) -> None:
        """An error in drawing or in Textual: end, but take and save first what can be taken and saved."""
        if self.is_headless:
            super()._handle_exception(error)
            return
        self._failed(error)
        self.end(FAILED)

    def _crash(self, error: Exception, token: Token | None) -> None:
        """Say that nothing was booked, and where the log is."""
        log = self._write_log(error, token)
        text = [_("Nothing was booked."), _("The program met an error that it does not know.")]
        if isinstance(token, ScanToken) and not self._shown.view.secret:
            text.append(_("Scan again: {scan}").format(scan=token.text))
        if waiting := self._tokens.scans:
            text.append(ngettext("{count} scan is kept.", "{count} scans are kept.", waiting).format(count=waiting))
        if log is not None:
            text.append(_("Details: {path}").format(path=log))
        view = ViewState(
            title=_("Error"),
            text=tuple(text),
            message=Message(Level.ERROR, _("ERROR. Nothing booked.")),
            keys=(KeyHint(Command.BACK, _("go on")),),
            locked=True,
        )
        self._show(view)

    def _write_log(self, error: Exception, token: Token | None) -> Path | None:
        """One file per crash, readable by its owner only; never a secret in it."""
        now = datetime.now(UTC)
        lines = [f"{now.isoformat()} {self.profile.name or 'terminal'} pid {os.getpid()}"]
        if token is not None:
            lines.append(f"token: {'(secret)' if self._shown.view.secret and isinstance(token, ScanToken) else token!r}")
        lines.append(f"scans waiting: {self._tokens.scans}")
        lines.extend(traceback.format_exception(error))
        try:
            directory = self._log_directory or default_log_directory()
            directory.mkdir(parents=True, exist_ok=True)
            path = directory / f"crash-{now:%Y%m%d-%H%M%S-%f}.log"
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(descriptor, "w", encoding="utf-8") as file:
                file.write("\n".join(lines))
        except OSError:
            return None
        return path

    async def _wait_after_crash(self) -> None:
        """Hold everything until a key that no scanner sends; then a new session takes the scans that waited."""
        kept: list[Token] = []
        while True:
            task = await self._tokens.get()
            if task is Chore.END:
                raise _Ended
            token = None if isinstance(task, Chore) else as_command(task)
            if token is None:
                continue
            if isinstance(token, CommandToken):
                if self._taken_by_the_screen(token.command):
                    continue
                if token.by_key:
                    break
            kept.append(token)
            held = sum(isinstance(one, ScanToken) for one in kept)
            self._shown = replace(self._shown, view=replace(self._shown.view, held=held))
            self._draw()
        self._tokens.put_back(kept)
        await self._close_session()
        await self._open()

    # ---- the end

    def line_lost(self) -> None:
        """The terminal is gone."""
        self.end(128 + signal.SIGHUP)

    def end(self, status: int) -> None:
        """Take what was scanned, save what was typed, close, and leave with this exit status."""
        if self._ending.is_set():
            return
        self._exit_status = status
        self._ending.set()
        self._tokens.put([Chore.END])
        asyncio.get_running_loop().call_later(FAREWELL, self._leave_at_once)

    def _leave_at_once(self) -> None:
        """The database thread does not come back: restore the terminal and go."""
        if self._driver is not None:
            self._driver.stop_application_mode()
        os._exit(self._exit_status)

    async def _close(self) -> None:
        for timer in (self._pause, self._save_pause, self._idle_check, *self._bells):
            if timer is not None:
                timer.cancel()
        session, text = self._session, self._lexer.pending
        if self._typing_for_the_work and text:
            self._waiting.typed(text)
        elif session is not None and not self._tokens and not self._shown.view.secret and text != self._saved:
            with suppress(Exception):  # the line or the database is gone; what was echoed is safe
                await self._in_database(lambda: session.save_pending(text))
        await self._close_session()
        await self._waiting.close()
        self._database.shutdown(wait=True)

    async def _close_session(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            with suppress(Exception):  # nothing of it is used again
                await self._in_database(session.close)


def owner_of(session: Session, view: ViewState) -> Owner | None:
    """Whose work it is, and what stands on the screen: what a spool says about its scans."""
    owner = session.owner
    return None if owner is None or view.secret else replace(owner, title=view.title, prompt=view.prompt)


def as_command(task: Token | Gesture) -> Token | None:
    """A token as it is, an arrow key as its command; other gestures mean nothing where there is no list."""
    if isinstance(task, Point):
        return named(CommandToken(task.command))
    return task if isinstance(task, Token) else None


def same_list(one: ViewState, other: ViewState) -> bool:
    """Whether the same entries stand in both, and can be chosen."""
    return (one.title, one.choices) == (other.title, other.choices) and not (other.text or other.locked)


def is_away(error: Exception) -> bool:
    """Whether the database is out of reach, and nothing else is wrong."""
    from db.core.errors import DatabaseUnavailable  # the first frame does not wait for it

    return isinstance(error, DatabaseUnavailable)


class _Ended(Exception):
    """The line was lost while the consumer waited."""


_NAMED_KEYS: Final[dict[str, Stroke]] = {
    "ctrl+right_square_bracket": Text("\x1d"),
    "ctrl+\x1d": Text("\x1d"),
    "ctrl+backslash": Text("\x1c"),
    "ctrl+circumflex_accent": Text("\x1e"),
    "ctrl+underscore": Text("\x1f"),
    "ctrl+j": Key("lf"),
    "ctrl+c": Key("etx"),
    "ctrl+b": Key("stx"),
    "ctrl+h": Key("backspace"),
    "delete": Key("remove"),
    "space": Text(" "),
}


def strokes_of(event: events.Key) -> list[Stroke]:
    """A key event of Textual (a browser terminal, a test) as strokes."""
    if named := _NAMED_KEYS.get(event.key):
        return [named]
    if event.character is not None and event.character.isprintable():
        return [Text(event.character)]
    return [Key(event.key)]


def default_log_directory() -> Path:
    """Where crash logs go when the settings do not say."""
    from platformdirs import user_log_path

    return user_log_path("stockterm")


def run(make_session: Callable[[], Session], profile: TerminalProfile, spool: Spool | None = None) -> int:
    """Run one terminal until its session is finished or its line is lost. Returns the exit status.

    An error of `make_session` other than DatabaseUnavailable is raised here, after the terminal is itself again.
    """
    driver_class = None if os.environ.get("TEXTUAL_DRIVER") else TerminalDriver
    app = TerminalApp(make_session, profile, driver_class=driver_class, spool=spool)
    status = app.run(mouse=False)
    if app.failure is not None:
        raise app.failure
    return FAILED if status is None else status
