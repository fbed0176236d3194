"""The manual of the command line names every command, option, setting and export."""

import re
from dataclasses import fields
from pathlib import Path

import click
import pytest

from db.queries.exports import EXPORTS
from stockterm.cli import command
from stockterm.config import Config
from tests.docs.reading import section

MANUAL = (Path(__file__).parents[2] / "docs" / "command-line.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", command.commands)
def test_every_command_stands_in_the_manual_with_its_options(name: str) -> None:
    assert f"| `{name}" in MANUAL
    for parameter in command.commands[name].params:
        if parameter.param_type_name == "option" and not getattr(parameter, "hidden", False):
            for option in parameter.opts:
                assert f"`{option}" in MANUAL, f"{name} {option}"


def test_every_command_of_a_group_stands_in_its_section_with_its_options() -> None:
    groups = {name: one for name, one in command.commands.items() if isinstance(one, click.Group)}
    assert groups
    for name, group in groups.items():
        text = section("docs/command-line.md", f"### {name}")
        for inner, one in group.commands.items():
            assert re.search(rf"\| `{inner}[` ]", text), inner
            for parameter in one.params:
                if parameter.param_type_name == "option":
                    assert any(re.search(rf"`{option}[` ]", text) for option in parameter.opts), f"{inner} {parameter.opts}"


def test_every_setting_stands_in_the_manual() -> None:
    for setting in fields(Config):
        assert f"| `{setting.name}` |" in MANUAL


def test_every_export_stands_in_the_manual() -> None:
    for name in EXPORTS:
        assert f"`{name}`" in MANUAL
