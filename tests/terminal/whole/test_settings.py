"""What the settings file says about a terminal, through the whole program: its keys, the prefixes of labels, the idle lock."""

from collections.abc import Callable
from pathlib import Path

import pytest

from screens.key_maps import DOT_LETTERS, KEY_MAPS
from stockterm.flows.tokens import Command
from tests.terminal.whole.floor import BADGES
from tests.terminal.whole.program import ENTER, Program, counted_lines, posted_counts, scan_log
from tests.terminal.whole.test_away import moved

Start = Callable[..., Program]
SCREW, NAIL = "9520000000011", "9520000000028"
BYTES = {f"f{number}": f"\x1bO{letter}".encode() for number, letter in enumerate("PQRS", start=1)}
BYTES |= {
    f"f{number}": f"\x1b[{code}~".encode() for number, code in zip(range(5, 13), (15, 17, 18, 19, 20, 21, 23, 24), strict=True)
}


@pytest.fixture
def settings(tmp_path: Path) -> Callable[[str], None]:
    """Writes what is said about terminal T1."""

    def write(text: str) -> None:
        (tmp_path / "settings.toml").write_text(f"[terminals.T1]\n{text}\n", encoding="utf-8")

    return write


def keys_of(name: str) -> dict[Command, bytes]:
    """The first key of each command in a map, as bytes."""
    found: dict[Command, bytes] = {}
    for key, command in KEY_MAPS[name].items():
        found.setdefault(command, BYTES[key])
    return found


def counted_with(program: Program, key: dict[Command, bytes]) -> None:
    """A count with every command: each does what it is called, under whatever key."""
    program.scan("BIN:A-01", SCREW)
    program.press(key[Command.HELP])
    assert "Scan an item" in " ".join(program.lines)
    program.press(key[Command.HELP])
    assert "CMD:HELP" in " ".join(program.lines)
    program.press(key[Command.PAGE_DOWN])
    assert program.lines[-1].split()[1].startswith("2/")
    program.press(key[Command.PAGE_UP])
    assert program.lines[-1].split()[1].startswith("1/")
    program.press(key[Command.HELP])
    program.scan(NAIL)
    program.press(key[Command.UNDO]).until_message("OK Undone")
    program.write(b"123")
    program.until_shown("123")
    program.press(key[Command.CLEAR])
    assert not any("123" in line for line in program.lines)
    program.press(key[Command.QUANTITY])
    program.scan("12", SCREW)
    program.press(key[Command.LIST])
    program.press(key[Command.BACK])
    program.press(key[Command.NEXT]).until_message("? Not seen")
    program.press(key[Command.BACK]).until_shown("Count EAST")
    program.press(key[Command.POST])
    assert program.digits
    program.scan(program.digits).until_shown("Posted")
    assert posted_counts(program.url)["A-01", "IT001", "", ""] == 13


@pytest.mark.parametrize("name", KEY_MAPS)
def test_every_command_has_its_key_in_every_key_map(
    sqlite_company: str, start: Start, settings: Callable[[str], None], name: str
) -> None:
    settings(f'key_map = "{name}"')
    program = start(sqlite_company).counting()
    counted_with(program, keys_of(name))


def test_a_key_that_the_site_gave_another_meaning_has_it_and_the_key_line_names_it(
    sqlite_company: str, start: Start, settings: Callable[[str], None]
) -> None:
    settings('key_map = "sap"\nkeys = { f12 = "UNDO", f1 = "HELP", f10 = "POST" }')
    program = start(sqlite_company, columns=80, rows=24).counting()
    program.scan("BIN:A-01", SCREW, SCREW)
    assert program.lines[-1].startswith("F12 undo  F4 close  F10 post")
    assert program.lines[-1].endswith("F1 help")
    program.press(BYTES["f12"])
    assert counted_lines(sqlite_company) == {("A-01", "IT001", "", ""): 1}


def test_dot_letters_stand_in_for_all_function_keys(sqlite_company: str, start: Start, settings: Callable[[str], None]) -> None:
    settings("dot_letters = true")
    program = start(sqlite_company).counting()
    assert ".uundo" in program.lines[-1]
    keys = {command: f".{letter}\r".encode() for letter, command in DOT_LETTERS.items()}
    keys[Command.CLEAR] = BYTES["f2"]  # a dot-letter behind typed text is text
    counted_with(program, keys)


@pytest.mark.parametrize(
    "setting", ['keys = { f12 = "NOSUCH" }', 'key_map = "nosuch"', 'labels = { BIN = "9" }', "lock_after = -1"]
)
def test_a_setting_that_makes_no_sense_is_refused_by_name(
    sqlite_company: str, start: Start, settings: Callable[[str], None], setting: str
) -> None:
    settings(setting)
    program = start(sqlite_company, columns=132)
    assert program.exit_status() == 1
    assert any(setting.split()[0] in line for line in program.lines), program.lines


def test_labels_that_begin_as_the_site_has_printed_them(
    sqlite_company: str, start: Start, settings: Callable[[str], None]
) -> None:
    settings('labels = { BIN = "B*", ITM = "I-", LOC = "#", CMD = "!", LOT = "L/" }')
    program = start(sqlite_company).signed_in("BOB")
    program.scan("#EAST", "1", "b*A-01", "12*I-IT001", "]C0I-IT001", "!UNDO", "I-IT031", "L/A1", "BIN:A-02", "ITM:IT002")
    assert counted_lines(sqlite_company) == {
        ("A-01", "IT001", "", ""): 12,
        ("A-01", "IT031", "A1", ""): 1,
        ("A-02", "IT002", "", ""): 1,
    }


# ---- the idle lock


def idle(url: str, start: Start, settings: Callable[[str], None]) -> Program:
    """A count that nobody has touched for a (short) minute."""
    settings("lock_after = 1")
    program = start(url, start=("-m", "tests.terminal.whole.with_short_minutes")).counting()
    program.write(f"BIN:A-01\r{SCREW}\r{NAIL[:6]}".encode())
    program.until_shown(NAIL[:6])
    program.until_shown("Locked")
    return program


def test_an_idle_terminal_asks_for_the_badge_and_goes_on_in_the_middle_of_the_text(
    sqlite_company: str, start: Start, settings: Callable[[str], None]
) -> None:
    program = idle(sqlite_company, start, settings)
    assert not any("IT001" in line or NAIL[:6] in line for line in program.lines)
    program.scan(BADGES["BOB"][:3]).until_message("! Badge unknown")
    program.write(f"{BADGES['ANN']}\r".encode())
    program.until_shown("Count A-01")
    program.until_shown(NAIL[:6])
    program.write(f"{NAIL[6:]}\r".encode())
    program.until(lambda: counted_lines(sqlite_company).get(("A-01", "IT002", "", "")) == 1)
    assert BADGES["ANN"] not in repr(scan_log(sqlite_company))


def test_a_terminal_does_not_lock_while_the_database_is_away(
    sqlite_company: str, start: Start, settings: Callable[[str], None]
) -> None:
    settings("lock_after = 1")
    program = start(sqlite_company, start=("-m", "tests.terminal.whole.with_short_minutes")).counting().scan("BIN:A-01")
    with moved(sqlite_company):
        program.write(f"{SCREW}\r".encode())
        program.until_message("AWAY 1 waiting")
        program.until_quiet(5.0)
        program.write(f"{NAIL}\r".encode())
        program.until_message("AWAY 2 waiting")
    wanted = {("A-01", "IT001", "", ""): 1, ("A-01", "IT002", "", ""): 1}
    program.until(lambda: counted_lines(sqlite_company) == wanted)
    program.until_shown("Locked")


def test_an_idle_terminal_writes_nothing_until_it_locks(
    sqlite_company: str, start: Start, settings: Callable[[str], None]
) -> None:
    settings("lock_after = 0")
    program = start(sqlite_company, start=("-m", "tests.terminal.whole.with_short_minutes")).counting().scan("BIN:A-01")
    program.until_quiet(1.0)
    size = len(program.output)
    program.until_quiet(6.0)
    assert len(program.output) == size, "no lock, no byte"
    program.scan(ENTER.decode() + SCREW).until_message("OK +1 PCS")
