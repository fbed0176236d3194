"""Bytes that mean nothing, lines that break, two terminals for one user, badges that nobody has."""

import os
import random
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.databases import long_or_short
from tests.terminal.whole.floor import BADGES, PIN, Tally, Walk
from tests.terminal.whole.program import ENTER, F2, F3, Program, counted_lines, looking_into, posted_counts, proven, scan_log

Start = Callable[..., Program]
RANDOM_BYTES = long_or_short(1_000_000, 50_000)
SCREW, NAIL = "9520000000011", "9520000000028"
ESC_ENOUGH = 12  # steps back from anywhere to the menu


def crash_logs(folder: Path) -> list[Path]:
    return list(folder.rglob("crash-*.log"))


def back_in_a_count(program: Program) -> Program:
    """From wherever the bytes have led: out of everything, signed in, in the count."""
    program.press(F2, F2)
    for _ in range(ESC_ENOUGH):
        if program.lines[0].startswith("EAST Ann") and program.lines[-3].startswith("Choose"):
            break
        if "Badge" in program.lines[-3]:
            program.scan(BADGES["ANN"])
        else:
            program.press(F3)
    assert program.lines[-3].startswith("Choose"), program.lines
    program.scan("1", "BIN:A-01", SCREW).until_message("OK +1 PCS")
    return program


@pytest.mark.soak
@pytest.mark.timeout(180 + RANDOM_BYTES / 500)
def test_random_bytes_never_end_the_program_and_it_works_afterwards(sqlite_company: str, start: Start, tmp_path: Path) -> None:
    program = start(sqlite_company).counting()
    program.scan("BIN:A-01", SCREW)
    dice = random.Random(61)
    sent = 0
    while sent < RANDOM_BYTES:
        piece = dice.randbytes(dice.randint(1, 2048))
        program.write(piece)
        sent += len(piece)
        if dice.random() < 0.1:
            program.resize(dice.randint(1, 120), dice.randint(1, 50))
    program.resize(20, 8)
    program.write(b"\r" + F3)
    program.until_quiet(1.0)
    assert program.alive
    back_in_a_count(program)
    assert not crash_logs(tmp_path)
    assert proven(sqlite_company)


@pytest.mark.soak
def test_keys_digits_and_labels_at_random_never_end_the_program(sqlite_company: str, start: Start, tmp_path: Path) -> None:
    program = start(sqlite_company).counting()
    dice = random.Random(62)
    keys = [b"\x1bOP", F2, F3, b"\x1bOS", b"\x1b", *(f"\x1b[{number}~".encode() for number in (15, 17, 18, 19, 20, 21, 28, 29))]
    texts = [
        "BIN:A-01",
        "BIN:A-02",
        SCREW,
        NAIL,
        "12*",
        "40",
        "SN:S41-00001",
        "A1",
        "IT041",
        "IT031",
        "NEW",
        "USR:NO",
        "RSN:SCRAP",
    ]
    texts += [*BADGES.values(), *map(str, range(10)), *Walk(seed=63).deal(10), "CMD:POST", "CMD:UNDO", ".n", ".f", ".l", "Thing"]
    for _ in range(long_or_short(20_000, 600)):
        if dice.random() < 0.4:
            program.write(dice.choice(keys))
        elif (digits := program.digits) is not None and dice.random() < 0.5:
            program.write(digits.encode() + ENTER)
        else:
            program.write(dice.choice(texts).encode() + dice.choice([b"\r", b"\r\n", b"\n", b"\x03", b""]))
        if dice.random() < 0.1:
            program.resize(*dice.choice([(20, 8), (26, 16), (40, 20), (80, 24), (8, 3), (1, 1)]))
        program.read(0)
    program.resize(20, 8)
    program.write(b"\r" + F3)
    program.until_quiet(1.0)
    assert program.alive
    assert not crash_logs(tmp_path), crash_logs(tmp_path)[0].read_text()
    assert proven(sqlite_company)


# ---- lines that break


@pytest.mark.parametrize("way", ["SIGHUP", "the line is lost"])
def test_a_hang_up_in_the_middle_of_a_scan_goes_on_in_the_middle_of_it(sqlite_company: str, start: Start, way: str) -> None:
    program = start(sqlite_company).counting().scan("BIN:A-01", SCREW)
    program.write(NAIL.encode() + b"\r" + SCREW[:7].encode())
    program.until(lambda: counted_lines(sqlite_company).get(("A-01", "IT002", "", "")) == 1)
    if way == "SIGHUP":
        os.kill(program.pid, signal.SIGHUP)
        assert program.exit_status() == 128 + signal.SIGHUP
    else:
        program.hang_up()
        program.exit_status()
    again = start(sqlite_company)
    again.until_shown(SCREW[:7])
    assert again.lines[0].startswith("Count A-01")
    assert again.lines[1] == "IT002"
    again.write(SCREW[7:].encode() + b"\r")
    again.until(lambda: counted_lines(sqlite_company).get(("A-01", "IT001", "", "")) == 2)


def test_scans_that_are_waiting_when_the_line_is_lost_are_taken(sqlite_company: str, start: Start) -> None:
    labels = Walk(seed=64).deal(40)
    program = start(sqlite_company).counting()
    program.write("".join(f"{label}\r" for label in labels).encode())
    program.hang_up()
    program.exit_status()
    logged = [raw for raw, _status in scan_log(sqlite_company)][1:]
    assert logged == labels[: len(logged)]
    again = start(sqlite_company)
    wanted = Tally.of(logged)
    again.until(lambda: again.lines[0].startswith("Count ") and again.count == wanted.good)
    assert counted_lines(sqlite_company) == wanted.lines


# ---- two terminals, one user


def test_two_terminals_of_one_user_count_nothing_twice_and_lose_nothing_silently(company_url: str, start: Start) -> None:
    first = start(company_url, name="T1").counting().scan("BIN:A-01", SCREW)
    second = start(company_url, name="T2").signed_in()
    second.until_shown("Count A-01")
    assert second.lines[1] == "IT001"
    assert "Taken up" in second.message
    second.scan(NAIL)
    first.scan(SCREW).until_message("! Taken up at T2")
    first.scan(SCREW, NAIL)
    assert first.lines[-3].startswith("LOCKED")
    second.scan(NAIL)
    assert counted_lines(company_url) == {("A-01", "IT001", "", ""): 1, ("A-01", "IT002", "", ""): 2}
    first.press(F3).signed_in()
    first.until_shown("Count A-01")
    first.scan(SCREW)
    second.scan(NAIL).until_message("! Taken up at T1")
    assert counted_lines(company_url) == {("A-01", "IT001", "", ""): 2, ("A-01", "IT002", "", ""): 2}
    first.post()
    assert posted_counts(company_url) == {("A-01", "IT001", "", ""): 2, ("A-01", "IT002", "", ""): 2}
    assert proven(company_url)


def test_two_users_count_side_by_side(company_url: str, start: Start) -> None:
    ann, bob = start(company_url, name="T1").counting("ANN"), start(company_url, name="T2").signed_in("BOB")
    bob.scan("LOC:EAST", "1", "BIN:A-02")
    ann.scan("BIN:A-01")
    for _ in range(10):
        ann.write(f"{SCREW}\r".encode())
        bob.write(f"{NAIL}\r".encode())
    wanted = {("A-01", "IT001", "", ""): 10, ("A-02", "IT002", "", ""): 10}
    ann.until(lambda: counted_lines(company_url) == wanted)
    ann.post()
    bob.post()
    assert posted_counts(company_url) == wanted
    assert proven(company_url)


# ---- badges


def test_a_badge_that_nobody_has_is_refused_and_not_written_down(sqlite_company: str, start: Start) -> None:
    program = start(sqlite_company)
    program.until_shown("Badge")
    for badge in ("B-NOBODY-1", "USR:NOBODY", "]C0B-NOBODY-2"):
        program.scan(badge).until_message("! Badge unknown")
    assert "NOBODY" not in repr(scan_log(sqlite_company))
    program.scan(BADGES["ANN"]).until_shown("EAST Ann")


def test_a_badge_label_that_nobody_has_changes_nothing_in_a_count(sqlite_company: str, start: Start) -> None:
    program = start(sqlite_company).counting().scan("BIN:A-01", SCREW)
    program.scan("USR:NOBODY").until_message("! Badge unknown")
    program.press(F3)
    program.scan(SCREW)
    assert program.lines[4] == "2 PCS"


def test_a_pin_is_shown_as_stars_and_is_nowhere(sqlite_company: str, start: Start, tmp_path: Path) -> None:
    program = start(sqlite_company)
    program.until_shown("Badge")
    program.scan("BOB").until_shown("PIN")
    program.press(PIN.encode())
    assert program.lines[-3].split() == ["PIN", "****"]
    program.press(ENTER).until_shown("Location")
    assert PIN.encode() not in program.output
    assert PIN not in repr(scan_log(sqlite_company))
    with looking_into(sqlite_company) as rows:
        assert PIN not in repr(rows("SELECT state, pending FROM work_session"))
