"""The terminal as this program drives it, beneath Textual.

Textual's own driver ends the program on a byte that is not UTF-8, asks the terminal questions that old emulators print,
and blocks when nobody reads its output. This one

- reads bytes on the event loop and gives the strokes in them (`screens.strokes`) straight to the application: one call
  for what one read brought, in order, before any focus or binding;
- writes from a thread that always paints the newest frame, and skips those that a slow line had no time for: output
  never holds up a scan, and memory stays bounded however long the line stalls;
- sends at the start only what a VT220 knows, less what the profile leaves out: alternate screen (only to terminals that
  have one), cursor off, no wrapping, and the mouse only where the profile wants it. No focus, paste brackets, keyboard
  protocol, synchronised output, pointer shapes, no questions;
- takes the terminal raw, so that no control key means anything to it, and tells the application when the line is gone.

Textual draws any screen that is not ours through `write`; the painter then forgets what it knew.
"""

import asyncio
import os
import signal
import sys
import termios
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, Protocol

from textual import events
from textual.driver import Driver
from textual.geometry import Size

from screens.frame import Frame
from screens.painter import COLOR, MONOCHROME, Painter
from screens.strokes import Stroke, StrokeReader
from stockterm.flows.terminal import ALTERNATE_SCREEN, HIDDEN_CURSOR, NO_WRAP, TerminalProfile

if TYPE_CHECKING:
    from textual.app import App

READ_AT_ONCE: Final = 65_536
MOUSE_ON: Final = "\x1b[?1000h\x1b[?1006h"  # buttons, not movements; positions as decimal numbers
MOUSE_OFF: Final = "\x1b[?1006l\x1b[?1000l"
LAST_WORDS: Final = 2.0  # seconds that the end of the program waits for a terminal that takes no output

# Terminals that have a second screen; on others the first is cleared at the end.
_WITH_ALTERNATE_SCREEN: Final = (
    "xterm", "tmux", "screen", "rxvt", "alacritty", "kitty", "foot", "konsole", "gnome", "vte", "st-", "wezterm", "putty",
    "contour", "ghostty", "iterm", "mintty",
)  # fmt: skip
_WITHOUT_COLOR: Final = ("vt", "dumb", "wy", "tvi", "qvt", "xterm-mono", "ibm3151")
_ASCII_ONLY: Final = ("vt1", "vt2", "vt3", "vt4", "vt5", "dumb", "ansi", "wy", "tvi", "qvt", "ibm3151")


class TakesStrokes(Protocol):
    """What the driver needs of the application."""

    profile: TerminalProfile

    def terminal_started(self) -> None: ...

    def take_strokes(self, strokes: list[Stroke]) -> None: ...

    def line_lost(self) -> None: ...


def has_color(term: str, profile: TerminalProfile, environment_forbids: bool) -> bool:
    """Whether colours may be sent: not where the profile, NO_COLOR or the kind of terminal says no."""
    return not (profile.no_color or environment_forbids or term.startswith(_WITHOUT_COLOR) or not term)


def is_ascii_only(term: str, profile: TerminalProfile, encoding: str) -> bool:
    """Whether only ASCII may be sent: by profile, for terminals older than UTF-8, or when the locale is not UTF-8."""
    return profile.ascii_only or term.startswith(_ASCII_ONLY) or encoding.lower().replace("-", "") != "utf8"


class Writer(threading.Thread):
    """Writes to one file descriptor: plain text in order, then the newest frame."""

    def __init__(self, fileno: int, painter: Painter, lost: Callable[[], None]) -> None:
        """`lost` is called, from this thread, when nothing can be written any more."""
        super().__init__(daemon=True, name="terminal-output")
        self._fileno = fileno
        self._painter = painter
        self._lost = lost
        self._changed = threading.Condition()
        self._before: list[str] = []  # written before the frame that waits
        self._after: list[str] = []
        self._frame: Frame | None = None
        self._forget = False
        self._ended = False

    def write(self, text: str, *, forget: bool = False) -> None:
        """Write text as it is. `forget`: it changes what stands on the terminal, the next frame is painted whole."""
        with self._changed:
            (self._before if self._frame is None else self._after).append(text)
            self._forget = self._forget or forget
            self._changed.notify()

    def paint(self, frame: Frame) -> None:
        """Show this frame, unless a newer one arrives before the line is free."""
        with self._changed:
            self._frame = frame
            self._changed.notify()

    def forget(self) -> None:
        """Paint the next frame whole."""
        with self._changed:
            self._forget = True

    def end(self) -> None:
        """Write what is left, for at most `LAST_WORDS` seconds."""
        with self._changed:
            self._ended = True
            self._changed.notify()
        self.join(LAST_WORDS)

    def run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._before or self._frame is not None or self._ended)
                before, self._before = "".join(self._before), []
                after, self._after = "".join(self._after), []
                frame, self._frame = self._frame, None
                forget, self._forget = self._forget, False
                ended = self._ended
            if forget:
                self._painter.forget()
            painted = self._painter.paint(frame) if frame is not None else ""
            data = memoryview((before + painted + after).encode(errors="replace"))
            try:
                while data:
                    data = data[os.write(self._fileno, data) :]
            except OSError:
                self._lost()
                return
            if ended:
                return


class TerminalDriver(Driver):
    """Reads strokes from and paints frames on the terminal of this process."""

    def __init__(self, app: "App[Any]", *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None) -> None:
        super().__init__(app, debug=debug, mouse=False, size=size)
        assert sys.__stdin__ is not None
        assert sys.__stdout__ is not None
        assert sys.__stderr__ is not None
        self._application: TakesStrokes = app  # type: ignore[assignment]
        profile = self._application.profile
        self._term = os.environ.get("TERM", "")
        self._input = sys.__stdin__.fileno()
        self._output = sys.__stdout__.fileno() if sys.__stdout__.isatty() else sys.__stderr__.fileno()
        self._profile = profile
        delay = os.environ.get("ESCDELAY", "")  # milliseconds, as for every program of curses
        self._reader = StrokeReader((int(delay) if delay.isdecimal() else profile.escape_delay) / 1000)
        self._patience: asyncio.TimerHandle | None = None
        self._settings_before: list[Any] | None = None
        palette = COLOR if has_color(self._term, profile, "NO_COLOR" in os.environ) else MONOCHROME
        self._writer = Writer(self._output, Painter(palette), self._writer_lost)
        self._reading = False
        self._measured = (80, 24)

    # ---- output

    def paint(self, frame: Frame) -> None:
        """Bring the terminal to this frame with the fewest bytes."""
        self._writer.paint(frame)

    def ring(self) -> None:
        self._writer.write("\a")

    def write(self, data: str) -> None:
        """Text that Textual itself wants written."""
        self._writer.write(data, forget=True)

    # ---- input

    def _readable(self) -> None:
        try:
            data = os.read(self._input, READ_AT_ONCE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._stop_reading()
            self._application.line_lost()
            return
        if self._patience is not None:
            self._patience.cancel()
        strokes = self._reader.feed(data)
        self._wait_for_more()
        if strokes:
            self._application.take_strokes(strokes)

    def _wait_for_more(self) -> None:
        patience = self._reader.patience
        self._patience = None if patience is None else self._loop.call_later(patience, self._no_more_came)

    def _no_more_came(self) -> None:
        """Bytes that arrived meanwhile were read first: the loop serves readers before timers."""
        strokes = self._reader.give_up()
        self._wait_for_more()
        if strokes:
            self._application.take_strokes(strokes)

    def _stop_reading(self) -> None:
        if self._reading:
            self._reading = False
            self._loop.remove_reader(self._input)
        if self._patience is not None:
            self._patience.cancel()

    def _writer_lost(self) -> None:
        """Called in the writer's thread."""
        with suppress(RuntimeError):  # the program has ended already
            self._loop.call_soon_threadsafe(self._application.line_lost)

    # ---- start and end

    def terminal_size(self) -> tuple[int, int]:
        """Columns and rows as last measured."""
        return self._measured

    def _measure(self) -> None:
        """What the line tells, else what the profile says."""
        try:
            columns, rows = os.get_terminal_size(self._output)
        except OSError:
            columns, rows = 0, 0
        self._measured = (columns, rows) if columns > 0 and rows > 0 else self._profile.size or (80, 24)

    def _resized(self) -> None:
        """What stands on the terminal is not known any more."""
        self._measure()
        self._writer.forget()
        self._send_size()

    def _send_size(self) -> None:
        size = Size(*self._measured)
        self._app.post_message(events.Resize(size, size))

    def start_application_mode(self) -> None:
        try:
            self._settings_before = termios.tcgetattr(self._input)
            termios.tcsetattr(self._input, termios.TCSANOW, raw(self._settings_before))
        except termios.error:
            self._settings_before = None
        self._writer.start()
        self._loop.add_signal_handler(signal.SIGWINCH, self._resized)
        leave_out = self._profile.leave_out
        if self._term.startswith(_WITH_ALTERNATE_SCREEN) and ALTERNATE_SCREEN not in leave_out:
            self._writer.write("\x1b[?1049h")
        if HIDDEN_CURSOR not in leave_out:
            self._writer.write("\x1b[?25l")
        if NO_WRAP not in leave_out:
            self._writer.write("\x1b[?7l")
        if self._profile.mouse:
            self._writer.write(MOUSE_ON)
        self._measure()
        self._application.terminal_started()
        self._send_size()
        self._loop.add_reader(self._input, self._readable)
        self._reading = True

    def disable_input(self) -> None:
        self._stop_reading()
        self._loop.remove_signal_handler(signal.SIGWINCH)
        with suppress(termios.error):
            termios.tcflush(self._input, termios.TCIFLUSH)  # a late scan must not become a command of the shell

    def stop_application_mode(self) -> None:
        self.disable_input()
        leave_out = self._profile.leave_out
        if self._profile.mouse:
            self._writer.write(MOUSE_OFF)
        if NO_WRAP not in leave_out:
            self._writer.write("\x1b[?7h")
        self._writer.write("\x1b[m\x1b[2J\x1b[H")
        if self._term.startswith(_WITH_ALTERNATE_SCREEN) and ALTERNATE_SCREEN not in leave_out:
            self._writer.write("\x1b[?1049l")
        if HIDDEN_CURSOR not in leave_out:
            self._writer.write("\x1b[?25h")
        self._writer.end()
        if self._settings_before is not None:
            with suppress(termios.error):
                termios.tcsetattr(self._input, termios.TCSANOW, self._settings_before)

    def close(self) -> None:
        """Nothing is left to close."""


def raw(settings: list[Any]) -> list[Any]:
    """Terminal settings under which every byte is only a byte: no signals, no echo, no flow control, eight bits."""
    iflag, oflag, cflag, lflag, ispeed, ospeed, controls = settings
    iflag &= ~(termios.IXON | termios.IXOFF | termios.IXANY | termios.ICRNL | termios.INLCR | termios.IGNCR)
    iflag &= ~(termios.ISTRIP | termios.BRKINT | termios.PARMRK | termios.INPCK)
    lflag &= ~(termios.ECHO | termios.ECHONL | termios.ICANON | termios.IEXTEN | termios.ISIG)
    cflag = cflag & ~(termios.CSIZE | termios.PARENB) | termios.CS8
    controls = list(controls)
    controls[termios.VMIN], controls[termios.VTIME] = 1, 0
    return [iflag, oflag, cflag, lflag, ispeed, ospeed, controls]
