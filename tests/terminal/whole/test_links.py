"""Several at one terminal, one at several, and a link that comes and goes: nothing lost, nothing twice."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.databases import long_or_short
from tests.terminal.whole.floor import BADGES, PIN, Tally, Walk
from tests.terminal.whole.program import F5, Program, counted_lines, looking_into, posted_counts, proven, scan_log

Start = Callable[..., Program]
SCREW, NAIL = "9520000000011", "9520000000028"
SCANS = long_or_short(400, 30)


def over_radio(seed: int) -> tuple[str, ...]:
    return ("-m", "tests.terminal.whole.relay", str(seed), "-m", "stockterm")


@pytest.fixture
def patient(tmp_path: Path) -> None:
    """What the manual says for radio links."""
    (tmp_path / "settings.toml").write_text("[terminals.default]\nescape_delay = 5000\n", encoding="utf-8")


# ---- a link with gaps


@pytest.mark.soak
@pytest.mark.usefixtures("patient")
@pytest.mark.timeout(180 + SCANS * 2)
@pytest.mark.parametrize("seed", range(long_or_short(6, 2)))
def test_a_link_with_gaps_and_late_packets_loses_nothing_and_doubles_nothing(company_url: str, start: Start, seed: int) -> None:
    """Labels and function keys, in pieces of a few bytes, with gaps of two seconds anywhere."""
    labels = Walk(seed=90 + seed).deal(SCANS)
    program = start(company_url, start=over_radio(seed)).counting()
    before, logged = program.count, len(scan_log(company_url))
    program.write(b"".join(F5 if label == "CMD:UNDO" else f"{label}\r".encode() for label in labels))
    wanted = Tally.of(labels)
    program.until(lambda: program.count == before + wanted.good, patience=60 + SCANS)
    program.until(lambda: [raw for raw, _status in scan_log(company_url)][logged:] == labels)
    assert counted_lines(company_url) == wanted.lines
    program.until_quiet(2.5)
    assert program.lines[1] == (wanted.here or ("", ""))[1]
    program.resize(26, 16)
    program.until(lambda: program.lines[-4].startswith("Item"))
    program.post()
    assert posted_counts(company_url) == wanted.lines
    assert proven(company_url)


@pytest.mark.usefixtures("patient")
def test_a_link_that_is_lost_for_good_leaves_the_scans_that_arrived(sqlite_company: str, start: Start) -> None:
    labels = Walk(seed=97).deal(20)
    program = start(sqlite_company, start=over_radio(5)).counting()
    program.write("".join(f"{label}\r" for label in labels).encode())
    program.until(lambda: len(scan_log(sqlite_company)) > 8)
    program.hang_up()
    program.exit_status()
    logged = [raw for raw, _status in scan_log(sqlite_company)][1:]
    assert logged == labels[: len(logged)]
    again = start(sqlite_company)
    wanted = Tally.of(logged)
    again.until(lambda: again.lines[0].startswith("Count ") and again.count == wanted.good)
    assert counted_lines(sqlite_company) == wanted.lines


# ---- two users, one terminal


def test_two_users_at_one_terminal_each_answer_for_what_they_scanned(company_url: str, start: Start) -> None:
    """Badges, a PIN and labels in one go: the line goes on in other hands, and every line of the count says whose it is."""
    program = start(company_url).counting("ANN").scan("BIN:A-01")
    program.write(f"{SCREW}\r{SCREW}\rUSR:BOB\r{PIN}\r{NAIL}\r{NAIL}\r{BADGES['ANN']}\r{SCREW}\r".encode())
    wanted = {("A-01", "IT001", "", ""): 3, ("A-01", "IT002", "", ""): 2}
    program.until(lambda: counted_lines(company_url) == wanted)
    with looking_into(company_url) as rows:
        users = dict(rows("SELECT raw, user_code FROM scan_log WHERE raw IN (?, ?) ORDER BY scan_no", (SCREW, NAIL)))
        signed_in = rows("SELECT user_code FROM work_session WHERE signed_in")
    assert users == {SCREW: "ANN", NAIL: "BOB"}
    assert signed_in == [("ANN",)]
    assert PIN not in repr(scan_log(company_url))
    program.post()
    assert posted_counts(company_url) == wanted
    assert proven(company_url)


def test_two_users_take_turns_at_one_terminal_and_each_finds_their_own_work(sqlite_company: str, start: Start) -> None:
    program = start(sqlite_company).counting("ANN").scan("BIN:A-01", SCREW)
    program.write(f"CMD:BACK\rCMD:BACK\rCMD:BACK\r9\rBOB\r{PIN}\rLOC:EAST\r1\rBIN:A-02\r{NAIL}\r".encode())
    program.until(lambda: counted_lines(sqlite_company).get(("A-02", "IT002", "", "")) == 1)
    program.write(f"CMD:BACK\rCMD:BACK\rCMD:BACK\r9\r{BADGES['ANN']}\r1\r".encode())
    program.until_shown("Count A-01")
    program.scan(SCREW)
    wanted = {("A-01", "IT001", "", ""): 2, ("A-02", "IT002", "", ""): 1}
    program.until(lambda: counted_lines(sqlite_company) == wanted)


# ---- one user, two terminals


@pytest.mark.usefixtures("patient")
def test_one_user_at_two_terminals_over_bad_links_has_every_scan_once_or_is_told(company_url: str, start: Start) -> None:
    """Taken up here and there, with scans still on their way: each is in the log once, and is applied or said not to be."""
    first = start(company_url, name="T1", start=over_radio(11)).counting().scan("BIN:A-01")
    first.write(f"{SCREW}\r".encode() * 8)
    second = start(company_url, name="T2", start=over_radio(12)).signed_in("ANN")
    second.until_shown("Count A-01")
    second.write(f"{NAIL}\r".encode() * 5)
    first.write(f"{SCREW}\r".encode() * 2)
    first.until_message("! Taken up at T2")
    second.until(lambda: counted_lines(company_url).get(("A-01", "IT002", "", "")) == 5)
    first.until(lambda: [raw for raw, _status in scan_log(company_url)].count(SCREW) == 10)
    statuses = [status for raw, status in scan_log(company_url) if raw == SCREW]
    assert set(statuses) <= {"applied", "refused"}
    assert counted_lines(company_url).get(("A-01", "IT001", "", ""), 0) == statuses.count("applied")
    assert proven(company_url)
