"""The manual names every key, label and setting of the terminal, and has the help of every step."""

from dataclasses import fields
from pathlib import Path

from docs.manual import FLOOR, brought_up_to_date
from screens.key_maps import DOT_LETTERS, KEY_MAPS
from stockterm.flows.terminal import START_UP_SEQUENCES, TerminalProfile
from stockterm.flows.tokens import Command

MANUAL = (Path(__file__).parents[2] / "docs" / "terminal.md").read_text(encoding="utf-8")


def test_every_command_stands_in_the_manual_with_its_label_and_dot_letter() -> None:
    for letter, command in DOT_LETTERS.items():
        [line] = [line for line in MANUAL.splitlines() if line.startswith("|") and f"`CMD:{command.value}`" in line]
        assert f"`.{letter}`" in line
    assert set(DOT_LETTERS.values()) == set(Command)


def test_the_manuals_key_maps_are_the_programs() -> None:
    rows = [line.strip("| ").split(" | ") for line in MANUAL.partition("### Key maps")[2].splitlines() if line.startswith("| ")]
    assert rows[0][1:] == [f"`{name}`" for name in KEY_MAPS]
    for row in rows[1:]:
        commands = row[0].split(", ")
        for name, cell in zip(KEY_MAPS, row[1:], strict=True):
            printed = {key.lower() for key in cell.split(", ")}
            assert printed == {key for key, command in KEY_MAPS[name].items() if command.value in commands}, (row[0], name)


def test_every_setting_of_a_terminal_stands_in_the_manual() -> None:
    settings = {field.name for field in fields(TerminalProfile)} - {"name", "suffixes", "separators"}
    for word in settings | START_UP_SEQUENCES:
        assert f"`{word}`" in MANUAL, word


def test_the_help_in_the_manual_is_what_f1_shows() -> None:
    text = FLOOR.read_text(encoding="utf-8")
    assert text == brought_up_to_date(text), "run: python -m docs.manual (make manual)"
