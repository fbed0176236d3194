"""The terminal from outside: bytes in, bytes out, signals, on a real pseudo-terminal."""

import os
import re
import signal
import time
from collections.abc import Callable

import pytest

from tests.terminal.recorded import Recorded

Start = Callable[..., Recorded]
TERMS = ["vt220", "linux", "screen", "xterm-256color", "tmux"]
COLOR = re.compile(rb"\x1b\[[0-9;]*(?<![0-9])[34][0-9](?:;[0-9;]*)?m")
ASKED = [
    b"\x1b[?1000h",
    b"\x1b[?1003h",
    b"\x1b[?1004h",
    b"\x1b[?2004h",
    b"\x1b[>",
    b"$p",
    b"\x1b]",
    b"\x1b[?2048",
    b"\x1b[c",
    b"\x1b[6n",
]


@pytest.mark.parametrize("term", TERMS)
def test_scans_and_keys_arrive_under_every_terminal(recorded: Start, term: str) -> None:
    terminal = recorded(term=term).started()
    terminal.write(b"9521234000011\r\x1b[15~\x1bOS10A\x1d21B\rCMD:NEXT\r.q\r")
    terminal.until(lambda: len(terminal.taken) == 6)
    assert [re.sub(r".*'([^']+)'.*", r"\1", line) for line in terminal.taken] == [
        "9521234000011",
        "UNDO",
        "LIST",
        r"10A\x1d21B",
        "NEXT",
        "QTY",
    ]
    terminal.write(b"952\r")
    terminal.until_shown("OK +1 = 3 PCS")
    assert not any(asked in terminal.output for asked in ASKED)


@pytest.mark.parametrize(
    ("data", "command"),
    [
        (b"\x1b[[A", "HELP"),
        (b"\x1b[28~", "HELP"),
        (b"\x9b28~", "HELP"),
        (b"\x1b[29~", "POST"),
        (b"\x1b[25~", "UNDO"),
        (b"\x1b", "BACK"),
        (b"\x1b\x1b[34~", "BACK"),
        (b"\x8fQ", "CLEAR"),
    ],
)
def test_keys_of_old_terminals_are_commands_and_leave_nothing_in_the_field(recorded: Start, data: bytes, command: str) -> None:
    terminal = recorded(term="vt220").started()
    terminal.write(data)
    terminal.until(lambda: any(f"'{command}'" in line for line in terminal.taken))
    terminal.scan("AFTER")
    assert terminal.scans == ["AFTER"]


def test_the_parts_of_a_function_key_may_come_slowly(recorded: Start) -> None:
    terminal = recorded().started()
    for byte in b"\x1b[15~":
        terminal.write(bytes([byte]))
        terminal.read(0.15)
    terminal.until(lambda: len(terminal.taken) == 1)
    assert "'UNDO'" in terminal.taken[0]


def test_control_keys_neither_end_nor_stop_the_program(recorded: Start) -> None:
    terminal = recorded().started()
    terminal.write(b"\x03\x11\x1a\x13\x04\x0f\x16\x15\x12\x18\x1a\x03")
    terminal.write(b"\x1c\r")
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP):
        os.kill(terminal.pid, number)
    terminal.scan("STILL HERE")
    assert terminal.scans[-1] == "STILL HERE"


def test_bytes_that_are_not_utf8_become_latin1(recorded: Start) -> None:
    terminal = recorded().started()
    terminal.write("blåbær\r".encode("latin-1"))
    terminal.until(lambda: bool(terminal.scans))
    terminal.write("blåbær\r".encode())
    terminal.until(lambda: len(terminal.scans) == 2)
    assert terminal.scans == ["blåbær", "blåbær"]
    terminal.until_shown("blåbær")


def test_a_paste_that_never_ends_swallows_no_scan(recorded: Start) -> None:
    terminal = recorded().started()
    terminal.write(b"\x1b[200~A\rB\r")
    terminal.until(lambda: terminal.scans == ["A", "B"])


def test_scans_typed_before_the_program_is_ready_are_taken(recorded: Start) -> None:
    terminal = recorded()
    terminal.write(b"EARLY-1\rEARLY-2\r")
    terminal.until(lambda: terminal.scans == ["EARLY-1", "EARLY-2"])


def test_a_tab_ends_a_scan_and_a_prefix_says_so_where_the_profile_says_it(recorded: Start) -> None:
    terminal = recorded("suffixes=\\t\\r", "prefix=%").started()
    terminal.write(b"%A\tB\t")
    terminal.until(lambda: len(terminal.taken) == 2)
    assert terminal.taken == ["ScanToken(text='A', scanned=True)", "ScanToken(text='B', scanned=False)"]


def test_no_color_sends_no_colour(recorded: Start) -> None:
    for settings, environment in (((), {"NO_COLOR": "1"}), (("no_color=yes",), {})):
        terminal = recorded(*settings, environment=environment).started()
        for text in ("A", "WARN", "ERR"):
            terminal.scan(text)
        assert COLOR.search(terminal.output) is None
        assert b"\x1b[7m" in terminal.output


def test_old_terminals_get_no_colour_and_no_character_beyond_ascii(recorded: Start) -> None:
    terminal = recorded(term="vt220", columns=80, rows=24).started()
    terminal.scan("blåbær")
    assert COLOR.search(terminal.output) is None
    assert terminal.output.isascii()
    colourful = recorded(term="xterm-256color").started()
    colourful.scan("ERR")
    assert COLOR.search(colourful.output) is not None


@pytest.mark.parametrize(("text", "bells"), [("A", 1), ("WARN", 2), ("ERR", 3)])
def test_every_outcome_has_its_bells(recorded: Start, text: str, bells: int) -> None:
    terminal = recorded().started()
    terminal.write(text.encode() + b"\r")
    terminal.until(lambda: terminal.output.count(b"\a") == bells)
    terminal.until_quiet(0.5)
    assert terminal.output.count(b"\a") == bells


def test_a_scan_is_cheap_and_an_idle_terminal_costs_nothing(recorded: Start) -> None:
    terminal = recorded().started()
    terminal.scan("9521234000011")
    for text, limit in (("9521234000011", 200), ("]C10109521234000011", 450)):
        terminal.until_quiet(0.5)
        before = len(terminal.output)
        terminal.scan(text)
        terminal.until_quiet(0.5)
        assert 0 < len(terminal.output) - before <= limit
    before = len(terminal.output)
    terminal.until_quiet(2.0)
    assert len(terminal.output) == before


def test_a_scan_typed_slowly_is_not_echoed_character_by_character(recorded: Start) -> None:
    terminal = recorded().started()
    before = len(terminal.output)
    for byte in b"010952123400001117261231101234567890ABCD\r":
        terminal.write(bytes([byte]))
        terminal.read(0.01)
    terminal.until(lambda: bool(terminal.scans))
    terminal.until_quiet()
    assert len(terminal.output) - before <= 450


def test_resizing_at_any_moment_shows_the_same_state(recorded: Start) -> None:
    terminal = recorded().started()
    terminal.scan("9521234000011")
    for columns, rows in ((80, 24), (40, 20), (26, 16), (53, 31), (20, 8)):
        terminal.resize(columns, rows)
        terminal.scan("X")
        prompt_row = rows - (4 if rows >= 14 else 3)
        terminal.until(lambda row=prompt_row: terminal.lines[row].startswith("Item"))  # type: ignore[misc]
        terminal.until(lambda: terminal.lines[0].startswith("Count A-01-02"))
        assert len(terminal.lines) == rows


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_signal_ends_it_after_saving(recorded: Start, number: signal.Signals) -> None:
    terminal = recorded().started()
    terminal.write(b"A\rB\rhalf")
    terminal.until(lambda: terminal.scans == ["A", "B"])
    os.kill(terminal.pid, number)
    assert terminal.exit_status() == 128 + number
    assert terminal.taken[-2:] == ["pending 'half'", "closed"]


def test_a_lost_line_ends_it_after_saving(recorded: Start) -> None:
    terminal = recorded().started()
    terminal.write(b"A\rhalf")
    terminal.until(lambda: terminal.scans == ["A"])
    terminal.hang_up()
    terminal.exit_status()
    assert terminal.taken[-2:] == ["pending 'half'", "closed"]


def test_the_terminal_is_itself_again_after_the_end(recorded: Start) -> None:
    terminal = recorded().started()
    terminal.write(b"QUIT\r")
    assert terminal.exit_status() == 0
    for sequence in (b"\x1b[?7h", b"\x1b[?1049l", b"\x1b[?25h"):
        assert sequence in terminal.output


def test_an_alternate_screen_is_asked_for_only_where_there_is_one(recorded: Start) -> None:
    assert b"1049" not in recorded(term="vt220").started().output
    assert b"1049" not in recorded(term="linux").started().output
    assert b"\x1b[?1049h" in recorded(term="tmux").started().output


def test_nothing_is_painted_before_the_alternate_screen_is_there(recorded: Start) -> None:
    output = recorded(term="tmux").started().output
    assert output.startswith(b"\x1b[?1049h")  # what was painted before would stay behind on the other screen


def test_a_terminal_that_reads_no_output_holds_up_no_scan(recorded: Start) -> None:
    terminal = recorded(columns=80, rows=24).started()
    wanted = [f"BLOCKED-{number:05}" for number in range(2_000)]
    for start in range(0, len(wanted), 100):  # written without reading: the line back fills up
        os.write(terminal._child.child_fd, "".join(f"{scan}\r" for scan in wanted[start : start + 100]).encode())
    count = 0
    while count < len(wanted):
        count = len(terminal.scans)
        time.sleep(0.05)  # between two looks at the record
    assert terminal.scans == wanted
    terminal.until_shown("OK +1 = 2000 PCS")


def test_a_fault_in_drawing_ends_the_program_with_a_log_after_saving(recorded: Start) -> None:
    terminal = recorded(environment={"TEST_BREAK_DRAWING": "BREAK"}).started()
    terminal.write(b"A\rBREAK\r")
    assert terminal.exit_status() == 1
    assert terminal.taken[-1] == "closed"
    assert any((terminal.state / "stockterm").rglob("crash-*.log"))
    assert b"drawing is broken" in terminal.output


def test_a_fault_leaves_the_terminal_working(recorded: Start) -> None:
    terminal = recorded().started()
    terminal.write(b"BOOM\rKEPT\r")
    terminal.until_shown("1 held")
    assert any((terminal.state / "stockterm").rglob("crash-*.log"))
    terminal.write(b"\x1bOR")
    terminal.until(lambda: terminal.scans == ["BOOM", "KEPT"])


def test_a_mouse_is_switched_on_and_off_again_where_the_profile_wants_it_and_a_click_is_the_key_it_is_on(recorded: Start) -> None:
    terminal = recorded("mouse=yes", columns=80, rows=24).started()
    assert b"\x1b[?1000h\x1b[?1006h" in terminal.output
    column = terminal.lines[23].index("F10 Post")
    terminal.write(f"952\r\x1b[<0;{column + 2};24M\x1b[<0;{column + 2};24m953\r".encode())
    terminal.until(lambda: len(terminal.taken) == 3)
    assert ["'952'" in terminal.taken[0], "POST" in terminal.taken[1], "'953'" in terminal.taken[2]] == [True] * 3
    terminal.write(b"QUIT\r")
    assert terminal.exit_status() == 0
    assert b"\x1b[?1006l\x1b[?1000l" in terminal.output
