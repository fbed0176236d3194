"""Complaints about readers and what they send: 1, 2, 3, 9, 10, 15, 22, 23, 24."""

import time
from collections.abc import Callable

import pytest

from db.connection import fetch
from db.core.numbers import from_scaled
from stockterm.flows.session import Session
from stockterm.flows.tokens import Command
from stockterm.labels.scanner_test import KEYS, judge
from tests.flows.warehouse import Worker, a_warehouse, counting
from tests.labels.test_scanner_test import stream
from tests.support.databases import OpenDatabase
from tests.terminal.whole.floor import Tally, Walk
from tests.terminal.whole.program import ENTER, F10, Program, counted_lines, looking_into, posted_counts, scan_log

Start = Callable[..., Program]
SCREW, NAIL = "9520000000011", "9520000000028"
SALINE = "09528765432122"  # the GTIN of the lot item of `a_warehouse`


def test_01_fast_scans_are_not_lost_or_merged(sqlite_company: str, start: Start) -> None:
    """The whole count in one write, with no pause between the labels."""
    labels = Walk(seed=101).deal(120)
    program = start(sqlite_company).counting()
    program.write("".join(f"{label}\r" for label in labels).encode())
    wanted = Tally.of(labels)
    program.until(lambda: counted_lines(sqlite_company) == wanted.lines)
    assert [raw for raw, _status in scan_log(sqlite_company)][1:] == labels


def test_02_a_scan_is_not_split_by_time(sqlite_company: str, start: Start) -> None:
    """A slow reader pauses in the middle of a label, long enough to be drawn and saved."""
    program = start(sqlite_company).counting().scan("BIN:A-01")
    for piece in (SCREW[:1], SCREW[1:7], SCREW[7:], "\r"):
        program.write(piece.encode())
        time.sleep(1.2)
    program.until(lambda: counted_lines(sqlite_company) == {("A-01", "IT001", "", ""): 1})
    assert [raw for raw, _status in scan_log(sqlite_company)][1:] == ["BIN:A-01", SCREW]


def test_03_a_concurrent_update_swallows_no_scan(sqlite_company: str, start: Start) -> None:
    """Two people scan the same item in the same bin at the same moment, each in a count of their own."""
    ann, bob = start(sqlite_company, name="T1").counting("ANN"), start(sqlite_company, name="T2").signed_in("BOB")
    ann.scan("BIN:A-01", SCREW)
    bob.scan("LOC:EAST", "1", "BIN:A-01").until_message("? Bin A-01 is being")
    bob.press(F10)
    for _ in range(25):
        ann.write(f"{SCREW}\r".encode())
        bob.write(f"{SCREW}\r".encode())
    ann.until(lambda: counted_lines_of_all(sqlite_company) == [26, 25])
    assert [raw for raw, status in scan_log(sqlite_company) if status == "applied"].count(SCREW) == 51


def counted_lines_of_all(url: str) -> list[int]:
    """What each count has of IT001."""
    with looking_into(url) as rows:
        found = rows("SELECT quantity FROM counted_line WHERE item_no = 'IT001' ORDER BY count_no")
    return [int(from_scaled(quantity)) for (quantity,) in found]


@pytest.mark.parametrize(
    ("sent", "separators"),
    [
        (f"]C101{SALINE}10L7\x1d3005", ()),
        (f"\x1d01{SALINE}10L7\x1d3005", ()),
        (f"]C101{SALINE}10L7|3005", ("|",)),
        (f"01{SALINE}10L7~3005", ("~",)),
        (f"(01){SALINE}(10)L7(30)05", ()),
    ],
    ids=["]C1", "leading GS", "replaced separator", "replaced, no identifier", "typed as printed"],
)
def test_09_gs1_is_read_with_c1_leading_gs_and_replaced_separators(
    database: OpenDatabase, sent: str, separators: tuple[str, ...]
) -> None:
    worker = counting_saline(separators).scan(sent)
    answered(worker)
    assert (worker.view.item, worker.view.tracking, worker.view.quantity) == ("SALINE", "L7", "5 PCS")


def test_09_a_lost_separator_is_asked_about_and_never_cut_silently(database: OpenDatabase) -> None:
    worker = counting_saline().scan(f"]C101{SALINE}10L717270131")
    assert worker.view.choices == ("1 L717270131 as read", "2 L7 and (17)270131")


def counting_saline(separators: tuple[str, ...] = ()) -> Worker:
    a_warehouse()
    fetch("UPDATE item SET gtin = ? WHERE no = 'SALINE'", (SALINE,))
    worker = Worker(session=Session("T1", separators=separators))
    return worker.scan("B-ANN-7391", "LOC:EAST", "1", "BIN:A-01")


def answered(worker: Worker) -> None:
    """A lot that nobody knows is asked about."""
    assert "L7" in worker.said
    worker.key(Command.POST)


def test_10_nul_after_a_scan_is_no_part_of_it(sqlite_company: str, start: Start) -> None:
    """Telnet sends CR NUL, some readers NUL and then CR."""
    program = start(sqlite_company).counting()
    program.write(f"BIN:A-01\r\0{SCREW}\0\r\0{NAIL}\r\0\0".encode())
    program.until(lambda: counted_lines(sqlite_company) == {("A-01", "IT001", "", ""): 1, ("A-01", "IT002", "", ""): 1})
    assert [raw for raw, _status in scan_log(sqlite_company)][1:] == ["BIN:A-01", SCREW, NAIL]


def test_15_enter_presses_no_button(sqlite_company: str, start: Start) -> None:
    """A reader that sends two suffixes, at every question that posts, deletes or closes something."""
    program = start(sqlite_company).counting().scan("BIN:A-01", SCREW)
    program.write(ENTER * 5)
    program.press(F10).write(ENTER * 20)
    program.until_quiet()
    assert program.digits
    assert posted_counts(sqlite_company) == {}
    assert counted_lines(sqlite_company) == {("A-01", "IT001", "", ""): 1}
    program.scan(program.digits).until_shown("Posted")


def test_22_two_readers_with_different_separators_work_side_by_side(database: OpenDatabase) -> None:
    """The separator belongs to the terminal: what one reader sends for it is data for another."""
    first = counting_saline(("|",)).scan(f"]C101{SALINE}10L7|3005")
    answered(first)
    assert (first.view.tracking, first.view.quantity) == ("L7", "5 PCS")
    second = Worker(session=Session("T2", separators=("^",)))
    second.scan("B-BOB-1846", "LOC:EAST", "1", "BIN:A-02", f"]C101{SALINE}10L7^3003")
    answered(second)
    assert (second.view.tracking, second.view.quantity) == ("L7", "3 PCS")


@pytest.mark.parametrize(("host", "words"), [({"z": "y", "y": "z"}, "swapped"), ({"-": "/", "/": "-"}, "keyboard layout")])
def test_23_a_keyboard_layout_that_swaps_characters_is_found_by_scanning_a_label(host: dict[str, str], words: str) -> None:
    swapped = "".join(host.get(character, character) for character in KEYS)
    found = judge(stream(keys=swapped))
    assert any(words in problem for problem in found.problems), found.problems


def test_23_a_swapped_label_is_a_wrong_label_and_never_another_one(database: OpenDatabase) -> None:
    """`BIN:A-01` on a layout that makes `>` of the colon and `/` of the dash is unknown: nothing is guessed."""
    a_warehouse()
    worker = counting().scan("BIN>A/02")
    worker.is_refused("Unknown code")
    assert worker.view.title == "Count A-01"


def test_24_a_session_does_not_come_back_to_the_start_menu(sqlite_company: str, start: Start) -> None:
    """The same line, the same half-typed text, at the place where the line broke; no sign-in within a short while."""
    program = start(sqlite_company).counting().scan("BIN:A-01", SCREW)
    program.write(NAIL[:6].encode())
    program.until_shown(NAIL[:6])
    program.until_quiet(1.5)
    program.killed()
    again = start(sqlite_company)
    again.until_shown("Count A-01")
    again.until_shown(NAIL[:6])
    assert again.lines[1] == "IT001"
