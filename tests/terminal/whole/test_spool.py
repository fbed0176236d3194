"""Away, and then the program is killed, or the power goes: what was counted on the screen is applied once, in order."""

from collections.abc import Callable
from pathlib import Path

import pytest

from db.connection import close_database, open_database
from db.migrations import migrate
from tests.support import postgres
from tests.support.program import Company
from tests.terminal.whole.floor import BADGES, PIN, Tally, Walk, company
from tests.terminal.whole.program import ENTER, F1, F3, Program, counted_lines, looking_into, posted_counts, proven, scan_log
from tests.terminal.whole.test_away import moved

Start = Callable[..., Program]
SCREW, NAIL = "9520000000011", "9520000000028"


def spool_files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("away/*.jsonl"))


def killed_and_gone_on_with(url: str, start: Start, folder: Path, away: object, kills: int) -> None:
    """Count; away: scan and kill, again and again; back: everything is there once, and the half-typed text."""
    labels = Walk(seed=71).deal(60 + kills * 21)
    program = start(url).counting()
    before, sent = program.count, 20
    program.write("".join(f"{label}\r" for label in labels[:sent]).encode())
    program.until(lambda: counted_lines(url) == Tally.of(labels[:sent]).lines)
    program.until_quiet()
    title = program.lines[0].rpartition(" ")[0].strip()
    kept = 0
    with away:  # type: ignore[attr-defined]
        for _ in range(kills):
            more = labels[sent : sent + 20]
            kept += sum(not label.startswith("CMD:") for label in more)
            program.write("".join(f"{label}\r" for label in more).encode())
            sent += 20
            program.until_message(f"AWAY {kept} waiting")
            program.write(labels[sent][:4].encode())
            program.until_shown(labels[sent][:4])
            half = f'"{labels[sent][:4]}"'
            program.until(lambda half=half: any(half in path.read_text() for path in spool_files(folder)))  # type: ignore[misc]
            program.killed()
            program = start(url)
            program.until_message(f"AWAY {kept} waiting")
            program.until_shown(labels[sent][:4])
            assert program.lines[0].startswith(title)
            program.write(labels[sent][4:].encode() + ENTER)
            kept += not labels[sent].startswith("CMD:")
            sent += 1
            program.until_message(f"AWAY {kept} waiting")
    wanted = Tally.of(labels[:sent])
    program.until(lambda: program.count == before + wanted.good)
    rest = labels[sent : sent + 10]
    program.write("".join(f"{label}\r" for label in rest).encode())
    wanted = Tally.of(labels[: sent + 10])
    program.until(lambda: program.count == before + wanted.good)
    assert [raw for raw, _status in scan_log(url)][1:] == labels[: sent + 10]
    assert {status for _raw, status in scan_log(url)} == {"applied"}
    assert counted_lines(url) == wanted.lines
    program.post()
    assert posted_counts(url) == wanted.lines
    assert proven(url)
    program.until(lambda: not any(path.stat().st_size for path in spool_files(folder)))  # emptied behind the echo


def test_scans_that_waited_when_the_program_was_killed_are_applied_once_in_order(
    sqlite_company: str, start: Start, tmp_path: Path
) -> None:
    killed_and_gone_on_with(sqlite_company, start, tmp_path, moved(sqlite_company), kills=2)


def test_scans_that_waited_for_a_server_when_the_program_was_killed_are_applied_once_in_order(
    start: Start, tmp_path: Path
) -> None:
    try:
        postgres.wheel_folder()
    except postgres.PostgresMissing as problem:
        pytest.skip(f"no PostgreSQL: {problem}")
    with postgres.postgres_server(durable=True) as server:
        url = postgres.new_database(server)
        open_database(url)
        migrate()
        close_database()
        Company(url, tmp_path).posted(*company())
        killed_and_gone_on_with(url, start, tmp_path, postgres.stopped(server), kills=1)


def counting_in_a_bin(url: str, starts: Start, **options: object) -> Program:
    return starts(url, **options).counting().scan("BIN:A-01", SCREW)


@pytest.mark.parametrize("how", ["killed", "the line is lost"])
def test_a_program_that_ends_while_away_and_starts_when_it_is_back_applies_what_waited(
    sqlite_company: str, start: Start, tmp_path: Path, how: str
) -> None:
    program = counting_in_a_bin(sqlite_company, start)
    with moved(sqlite_company):
        program.write(f"{NAIL}\r{SCREW}\r{NAIL}\r{SCREW[:6]}".encode())
        program.until_message("AWAY 3 waiting")
        if how == "killed":
            program.until(lambda: any(f'"{SCREW[:6]}"' in path.read_text() for path in spool_files(tmp_path)))
            program.killed()
        else:
            program.hang_up()
            program.exit_status()
    [spool] = spool_files(tmp_path)
    assert spool.stat().st_mode & 0o777 == 0o600
    assert spool.parent.stat().st_mode & 0o777 == 0o700
    program = start(sqlite_company)
    program.until_shown(SCREW[:6])
    assert program.lines[0].split()[-1] == "5"
    program.write(SCREW[6:].encode() + ENTER)
    wanted = {("A-01", "IT001", "", ""): 3, ("A-01", "IT002", "", ""): 2}
    program.until(lambda: counted_lines(sqlite_company) == wanted)


def test_text_half_typed_while_away_and_ended_when_it_is_back_does_not_come_up_again(
    sqlite_company: str, start: Start, tmp_path: Path
) -> None:
    program = counting_in_a_bin(sqlite_company, start)
    with moved(sqlite_company):
        program.write(f"{NAIL}\r{SCREW[:6]}".encode())
        program.until_message("AWAY 1 waiting")
        program.until(lambda: any(f'"{SCREW[:6]}"' in path.read_text() for path in spool_files(tmp_path)))
    program.until(lambda: counted_lines(sqlite_company).get(("A-01", "IT002", "", "")) == 1)
    program.write(SCREW[6:].encode() + ENTER)
    wanted = {("A-01", "IT001", "", ""): 2, ("A-01", "IT002", "", ""): 1}
    program.until(lambda: counted_lines(sqlite_company) == wanted)
    program.until(lambda: not any(path.stat().st_size for path in spool_files(tmp_path)))
    program.killed()
    again = start(sqlite_company)
    again.until_shown("Count A-01")
    again.until_quiet()
    assert again.lines[-3].strip() == "Item"


def test_killed_while_what_waited_is_being_applied_nothing_is_applied_twice(
    sqlite_company: str, start: Start, tmp_path: Path
) -> None:
    labels = Walk(seed=72).deal(300)
    program = start(sqlite_company).counting()
    before = program.count
    with moved(sqlite_company):
        program.write("".join(f"{label}\r" for label in labels).encode())
        program.until_message(f"AWAY {sum(not label.startswith('CMD:') for label in labels)} waiting")
    for share in (0.05, 0.3, 0.6):
        program.until(lambda share=share: len(scan_log(sqlite_company)) > 300 * share)  # type: ignore[misc]
        program.killed()
        program = start(sqlite_company)
    wanted = Tally.of(labels)
    program.until(lambda: program.count == before + wanted.good)
    assert [raw for raw, _status in scan_log(sqlite_company)][1:] == labels
    assert counted_lines(sqlite_company) == wanted.lines


def test_a_full_disk_says_that_scans_are_not_saved_and_saves_them_when_there_is_room(
    sqlite_company: str, start: Start, tmp_path: Path
) -> None:
    full = tmp_path / "full"
    environment = {"STOCKTERM_TEST_FULL": str(full)}
    program = counting_in_a_bin(
        sqlite_company, start, start=("-m", "tests.terminal.whole.with_full_disk"), environment=environment
    )
    with moved(sqlite_company):
        program.write(f"{NAIL}\r".encode())
        program.until_message("AWAY 1 waiting")
        full.touch()
        program.write(f"{SCREW}\r{NAIL}\r".encode())
        program.until_message("DISK FULL 2 unsaved")
        program.press(F1)
        assert "Go on scanning: 1 scans" in " ".join(program.lines)
        program.press(F3)
        full.unlink()
        program.until_message("AWAY 3 waiting")
        program.killed()
    program = start(sqlite_company)
    wanted = {("A-01", "IT001", "", ""): 2, ("A-01", "IT002", "", ""): 2}
    program.until(lambda: counted_lines(sqlite_company) == wanted)


def test_a_badge_and_the_pin_behind_it_are_never_written_down(sqlite_company: str, start: Start, tmp_path: Path) -> None:
    program = counting_in_a_bin(sqlite_company, start)
    with moved(sqlite_company):
        program.write(f"{NAIL}\rUSR:BOB\r{PIN}\r".encode())
        program.until_message("AWAY 1 safe, 2 not")
        program.write(PIN[:3].encode())
        program.until_quiet(1.5)
        [spool] = spool_files(tmp_path)
        assert NAIL in spool.read_text()
        assert PIN not in spool.read_text()
        assert PIN[:3] not in spool.read_text().replace(NAIL, "").partition('"typed"')[2]
        assert "BOB" not in spool.read_text()
        program.write(b"\x7f\x7f\x7f")
    program.until_message("OK Taken up where")  # Bob has the work: the PIN was taken as the PIN
    with looking_into(sqlite_company) as rows:
        assert rows("SELECT user_code FROM work_session WHERE signed_in") == [("BOB",)]
    assert not any(PIN in raw for raw, _status in scan_log(sqlite_company))
    assert counted_lines(sqlite_company) == {("A-01", "IT001", "", ""): 1, ("A-01", "IT002", "", ""): 1}


def test_what_waited_belongs_to_its_user_whoever_signs_in_next(sqlite_company: str, start: Start) -> None:
    program = counting_in_a_bin(sqlite_company, start)
    with moved(sqlite_company):
        program.write(f"{NAIL}\r".encode())
        program.until_message("AWAY 1 waiting")
        program.killed()
    cat = start(sqlite_company, name="T2").signed_in("CAT")  # brings in what T1 has left, for Ann
    cat.until_shown("Cat")
    assert counted_lines(sqlite_company) == {("A-01", "IT001", "", ""): 1}
    ann = start(sqlite_company, name="T3").signed_in("ANN")
    ann.until(lambda: counted_lines(sqlite_company) == {("A-01", "IT001", "", ""): 1, ("A-01", "IT002", "", ""): 1})


def test_what_waited_while_its_work_went_on_elsewhere_is_named_and_not_applied(sqlite_company: str, start: Start) -> None:
    first = counting_in_a_bin(sqlite_company, start)
    with moved(sqlite_company):
        first.write(f"{NAIL}\r".encode())
        first.until_message("AWAY 1 waiting")
        first.killed()
    home = Path(sqlite_company.removeprefix("sqlite:///")).with_name("elsewhere")
    home.mkdir()
    other = start(sqlite_company, name="T2", environment={"HOME": str(home)}).signed_in("ANN")  # another machine
    other.until_shown("Count A-01")
    first = start(sqlite_company, name="T1")
    first.until_message("! Taken up at T2")
    assert counted_lines(sqlite_company) == {("A-01", "IT001", "", ""): 1}
    assert scan_log(sqlite_company)[-1] == (NAIL, "refused")
    first.press(F1)
    assert NAIL in "".join(first.lines)
    first.press(F3, F3).until_shown("Badge")


def test_terminals_with_one_name_have_a_file_each(sqlite_company: str, start: Start, tmp_path: Path) -> None:
    first = start(sqlite_company, name="T1").counting("ANN")
    second = start(sqlite_company, name="T1").signed_in("BOB")
    second.scan("LOC:EAST", "1")
    with moved(sqlite_company):
        for program in (first, second):
            program.write(b"BIN:A-01\r")
            program.until_message("AWAY 1 waiting")
        assert len(spool_files(tmp_path)) == 2
    for program in (first, second):
        program.until_shown("Count A-01")


def test_badges_at_sign_in_wait_in_memory_only(sqlite_company: str, start: Start, tmp_path: Path) -> None:
    program = start(sqlite_company)
    program.until_shown("Badge")
    with moved(sqlite_company):
        program.write(f"{BADGES['ANN']}\r".encode())
        program.until_message("AWAY 0 safe, 1 not")
        program.until_quiet()
        assert not spool_files(tmp_path)
    program.until_shown("EAST Ann")
