"""The application with a scripted session, without a terminal: order, waiting, paging, resizing, crash."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot

from screens import app as app_module
from screens.app import TerminalApp
from screens.strokes import StrokeReader
from stockterm.flows.terminal import TerminalProfile
from stockterm.flows.tokens import Command, CommandToken, ScanToken
from tests.screens.scripted import LONG_MESSAGE, Script, ScriptedSession

SIZES = [(20, 8), (20, 16), (26, 16), (40, 8), (40, 20), (80, 24), (132, 27)]


@asynccontextmanager
async def running(
    script: Script, size: tuple[int, int] = (20, 8), log_directory: Path | None = None, *, mouse: bool = False
) -> AsyncIterator[tuple[TerminalApp, Pilot[int]]]:
    app = TerminalApp(script.make_session, TerminalProfile(mouse=mouse), log_directory=log_directory)
    async with app.run_test(size=size) as pilot:
        await until(lambda: app.shown.view.prompt != "" or script.away > 0)
        yield app, pilot


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition; the test's own time limit ends it."""
    while not condition():
        await asyncio.sleep(0.005)


def type_in(app: TerminalApp, data: bytes) -> None:
    app.take_strokes(StrokeReader().feed(data))


def post_keys(app: TerminalApp, text: str) -> None:
    """Post key events without waiting between them, as Textual's own drivers do."""
    for character in text:
        if character == "\r":
            app.post_message(events.Key("enter", "\r"))
        elif character == "\x1d":
            app.post_message(events.Key("ctrl+right_square_bracket", None))
        else:
            app.post_message(events.Key(character, character))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(app_module, "default_log_directory", lambda: tmp_path)
    monkeypatch.setattr(app_module, "DRAW_AFTER", 0.01)
    monkeypatch.setattr(app_module, "SAVE_AFTER", 0.02)
    monkeypatch.setattr(app_module, "RETRY_AFTER", (0.01,))
    monkeypatch.setattr(app_module, "WORKING_AFTER", 0.05)


@pytest.mark.parametrize("size", SIZES)
async def test_a_scan_is_taken_and_shown(size: tuple[int, int]) -> None:
    script = Script()
    async with running(script, size) as (app, _pilot):
        type_in(app, b"9521234000011\r")
        await until(lambda: app.shown.view.count == "1")
        assert script.scans == ["9521234000011"]
        assert any("9521234000011" in line for line in app.frame.texts)
        assert any(line.startswith("OK +1 = 1 PCS") for line in app.frame.texts)
        assert app.screen.query_one("Form").frame == app.frame  # type: ignore[attr-defined]


async def test_key_events_back_to_back_lose_nothing() -> None:
    script = Script()
    wanted = [f"SCAN{number}\x1d{number:05}" for number in range(200)]
    async with running(script) as (app, _pilot):
        post_keys(app, "".join(f"{scan}\r" for scan in wanted))
        await until(lambda: len(script.scans) >= 200)
        assert script.scans == wanted


async def test_a_paste_of_several_labels_is_several_scans() -> None:
    script = Script()
    async with running(script) as (app, _pilot):
        app.post_message(events.Paste("A\x1d1\nB2\r\nC3\n"))
        await until(lambda: len(script.scans) >= 3)
        assert script.scans == ["A\x1d1", "B2", "C3"]


async def test_commands_keep_their_place_among_the_scans() -> None:
    script = Script()
    async with running(script) as (app, _pilot):
        type_in(app, b"A\r\x1b[15~B\rCMD:UNDO\rC\r.u\r")
        await until(lambda: len(script.tokens) >= 6)
        assert script.tokens == [
            ScanToken("A"),
            CommandToken(Command.UNDO),
            ScanToken("B"),
            CommandToken(Command.UNDO, by_key=False),
            ScanToken("C"),
            CommandToken(Command.UNDO),
        ]


async def test_everything_of_the_database_happens_in_one_thread_that_is_not_the_screens() -> None:
    script = Script()
    async with running(script) as (app, _pilot):
        type_in(app, b"A\rB\rhalf")
        await until(lambda: script.pending == ["half"])
        assert len(script.threads) == 1
        assert threading.get_ident() not in script.threads


async def test_a_slow_posting_holds_up_no_scan() -> None:
    script = Script()
    go_on = threading.Event()
    taken = ScriptedSession.take

    class Slow(ScriptedSession):
        def take(self, token):  # type: ignore[no-untyped-def]
            if token == ScanToken("SLOW"):
                go_on.wait(30)
            return taken(self, token)

    app = TerminalApp(lambda: Slow(script), TerminalProfile())
    async with app.run_test(size=(20, 8)):
        await until(lambda: app.shown.view.prompt != "")
        type_in(app, b"SLOW\r" + b"".join(b"N%d\r" % number for number in range(50)))
        await until(lambda: app.frame.texts[6] == "WORKING 50 waiting")
        assert script.scans == []
        go_on.set()
        await until(lambda: len(script.scans) == 51)
        assert script.scans == ["SLOW", *[f"N{number}" for number in range(50)]]
        await until(lambda: app.frame.texts[6].startswith("OK"))


async def test_half_typed_text_is_drawn_and_saved_when_typing_pauses() -> None:
    script = Script()
    async with running(script) as (app, _pilot):
        type_in(app, b"952")
        assert "952" not in app.frame.texts[5]
        await until(lambda: script.pending == ["952"])
        assert app.frame.texts[5] == "Item      952"
        type_in(app, b"\x1bOQ")
        await until(lambda: script.pending == ["952", ""])
        assert app.frame.texts[5] == "Item"


async def test_a_secret_is_not_saved() -> None:
    script = Script()
    async with running(script) as (app, _pilot):
        type_in(app, b"PIN\r")
        await until(lambda: app.shown.view.secret)
        type_in(app, b"47")
        await until(lambda: app.frame.texts[5] == "PIN       **")
        await asyncio.sleep(0.05)  # longer than SAVE_AFTER: a save would have come
        assert script.pending == []


async def test_half_of_a_secret_is_gone_after_one_step_back() -> None:
    script = Script()
    async with running(script) as (app, _pilot):
        type_in(app, b"PIN\r")
        await until(lambda: app.shown.view.secret)
        type_in(app, b"47\x1bOR")
        await until(lambda: not app.shown.view.secret)
        type_in(app, b"9\r")
        await until(lambda: script.scans == ["PIN", "9"])


async def test_a_resumed_session_starts_with_its_half_typed_text() -> None:
    script = Script(entered="952")
    async with running(script) as (app, _pilot):
        assert app.frame.texts[5] == "Item      952"
        type_in(app, b"1234\r")
        await until(lambda: script.scans == ["9521234"])


async def test_pages_turn_by_key_by_label_and_around() -> None:
    script = Script()
    async with running(script) as (app, _pilot):
        type_in(app, b"MENU\r")
        await until(lambda: bool(app.shown.view.choices))
        for data, page in ((b"\x1b[19~", 1), (b"CMD:PGDN\r", 0), (b".d\r", 1), (b"\x1b[18~", 0)):
            type_in(app, data)
            await until(lambda page=page: app.shown.page == page)  # type: ignore[misc]
        assert script.tokens == [ScanToken("MENU")]


async def test_page_keys_reach_the_session_where_there_is_nothing_to_page() -> None:
    script = Script()
    async with running(script) as (app, _pilot):
        type_in(app, b"\x1b[19~")
        await until(lambda: script.tokens == [CommandToken(Command.PAGE_DOWN)])


async def test_f1_shows_a_cut_message_whole_then_asks_the_session() -> None:
    script = Script()
    async with running(script) as (app, _pilot):
        type_in(app, b"LONG\r\x1bOP")
        await until(lambda: app.shown.whole_message)
        assert " ".join(app.frame.texts[1:5]).split() == f"? {LONG_MESSAGE}".split()
        type_in(app, b"\x1b[11~")
        await until(lambda: CommandToken(Command.HELP) in script.tokens)


async def test_one_step_back_from_a_whole_message_is_the_message() -> None:
    script = Script()
    async with running(script) as (app, _pilot):
        type_in(app, b"ERR-and-a-long-code\r\x1bOP")
        await until(lambda: app.shown.whole_message)
        type_in(app, b"\x1bOR")
        await until(lambda: not app.shown.whole_message)
        assert app.shown.view.locked
        type_in(app, b"\x1bOR")
        await until(lambda: not app.shown.view.locked)


async def test_an_error_holds_scans_until_a_key() -> None:
    script = Script()
    async with running(script) as (app, _pilot):
        type_in(app, b"ERR\rA\rCMD:BACK\rB\r")
        await until(lambda: app.shown.view.held == 2)
        assert app.frame.texts[5] == "LOCKED F3  2 held"
        type_in(app, b"\x1bOR")
        await until(lambda: not app.shown.view.locked)


async def test_scans_wait_while_the_database_is_away_and_are_counted() -> None:
    script = Script()
    async with running(script) as (app, _pilot):
        script.away = 10**6
        type_in(app, b"A\rB\rC\r")
        await until(lambda: app.frame.texts[6] == "AWAY 3 waiting")
        type_in(app, b"D\r")
        await until(lambda: app.frame.texts[6] == "AWAY 4 waiting")
        assert script.scans == []
        script.away = 0
        await until(lambda: len(script.scans) == 4)
        assert script.scans == ["A", "B", "C", "D"]
        await until(lambda: app.frame.texts[6].startswith("OK"))


async def test_a_database_that_is_away_at_the_start_is_waited_for() -> None:
    script = Script(away=10**6)
    async with running(script) as (app, _pilot):
        type_in(app, b"A\r")
        await until(lambda: app.frame.texts[6] == "AWAY 1 waiting")
        script.away = 0
        await until(lambda: script.scans == ["A"])


async def test_a_fault_says_that_nothing_was_booked_keeps_the_scans_and_writes_a_log(tmp_path: Path) -> None:
    script = Script()
    async with running(script, log_directory=tmp_path) as (app, _pilot):
        type_in(app, b"A\rBOOM\rB\rCMD:BACK\rC\r")
        await until(lambda: app.shown.view.held == 2)
        assert app.frame.texts[1] == "Nothing was booked."
        [log] = tmp_path.iterdir()
        assert "a fault of the program" in log.read_text()
        assert log.stat().st_mode & 0o077 == 0
        assert script.scans == ["A", "BOOM"]
        type_in(app, b"\x1bOR")
        await until(lambda: len(script.scans) == 4)
        assert script.scans == ["A", "BOOM", "B", "C"]
        assert (script.opened, script.closed) == (2, 1)


async def test_the_log_of_a_fault_holds_no_secret(tmp_path: Path) -> None:
    script = Script()
    async with running(script, log_directory=tmp_path) as (app, _pilot):
        type_in(app, b"PIN\r")
        await until(lambda: app.shown.view.secret)
        type_in(app, b"BOOM\r")
        await until(lambda: app.shown.view.locked)
        [log] = tmp_path.iterdir()
        assert "BOOM" not in log.read_text()
        assert not any("BOOM" in line for line in app.shown.view.text)


async def test_the_end_takes_what_was_scanned_and_saves_what_was_typed() -> None:
    script = Script()
    async with running(script) as (app, _pilot):
        type_in(app, b"A\rB\rhalf")
        app.line_lost()
        await until(lambda: script.closed == 1)
        assert script.scans == ["A", "B"]
        assert script.pending == ["half"]


async def test_a_lost_line_does_not_wait_for_a_database_that_is_away() -> None:
    script = Script()
    async with running(script) as (app, _pilot):
        script.away = 10**6
        type_in(app, b"A\rB\r")
        await until(lambda: app.shown.away is not None and app.shown.away.kept == 2)
        app.line_lost()
        await until(lambda: script.closed == 1)
        assert script.scans == []


async def test_the_session_ends_the_program() -> None:
    script = Script()
    async with running(script) as (app, _pilot):
        type_in(app, b"QUIT\r")
        await until(lambda: script.closed == 1)
        await until(lambda: app.return_value == 0)


@pytest.mark.parametrize("data", [b"\x03", b"\x11", b"\x1a", b"\x1c\r", b"\x13", b"\x10", b"\x04"])
async def test_no_control_key_ends_the_program(data: bytes) -> None:
    script = Script()
    async with running(script) as (app, pilot):
        type_in(app, data)
        await pilot.press("ctrl+c", "ctrl+q", "ctrl+p", "escape", "f3")
        type_in(app, b"STILL\r")
        await until(lambda: "STILL" in "".join(script.scans))
        assert app.is_running


async def test_resizing_redraws_at_any_moment() -> None:
    script = Script()
    async with running(script) as (app, pilot):
        type_in(app, b"9521234000011\r")
        for columns, rows in [*SIZES, (5, 2), (1, 1), (20, 8)]:
            await pilot.resize_terminal(columns, rows)
            await until(lambda size=(columns, rows): (app.frame.columns, len(app.frame.rows)) == size)  # type: ignore[misc]
            type_in(app, b"X\r")
        await until(lambda: len(script.scans) == 1 + len(SIZES) + 3)


async def test_an_unexpected_error_at_the_start_is_raised_to_the_caller() -> None:
    def broken() -> ScriptedSession:
        raise ValueError("a damaged file")

    app = TerminalApp(broken, TerminalProfile())
    async with app.run_test(size=(20, 8)):
        await until(lambda: app.failure is not None)
    assert isinstance(app.failure, ValueError)
