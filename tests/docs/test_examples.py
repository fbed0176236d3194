"""The examples in the manuals work: commands, lines of the format, settings, backup and restore, the quick start."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from db.core.errors import StocktermError
from docs.pictures.make import make_demo_in
from stockterm.cli import _terminal_profile, command
from stockterm.config import load_config
from stockterm.interchange.reader import read_line
from tests.docs.reading import REPOSITORY, Block, blocks, rows, section, text_of
from tests.support import postgres
from tests.support.program import call
from tests.terminal.terminal import Terminal

TARGETS = set(re.findall(r"^([a-z-]+):", text_of("Makefile"), re.MULTILINE))


# ---- commands


def refuse_unknown(words: list[str]) -> None:
    """Raises `click.UsageError`, or an assertion, for a command that does not exist as it stands there."""
    program, arguments = words[0].rpartition("/")[2], words[1:]
    match program:
        case "make":
            named = [one for one in arguments if "=" not in one and one != "…"]
            assert set(named) <= TARGETS, named
        case "stockterm":
            understood(arguments)
        case "python" | "python3":
            assert arguments[0] in ("-m", "-c"), arguments
            if arguments[:2] == ["-m", "pytest"]:
                missing = [one for one in arguments[2:] if one.startswith("tests/") and not (REPOSITORY / one).exists()]
                assert missing == []
            elif arguments[0] == "-m":
                assert arguments[1] in ("venv", "bench"), arguments
        case "pip":
            assert arguments[0] == "install"
        case _:
            raise AssertionError(f"unknown command {program}")


def understood(arguments: list[str]) -> None:
    """The command line reads these arguments without complaint; nothing is done."""
    try:
        context = command.make_context("stockterm", list(arguments))
        name, found, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        if found is not None:
            found.make_context(name, rest, parent=context)
    except click.exceptions.Exit:
        pass  # --version, --help


@pytest.mark.parametrize("block", blocks("sh"), ids=str)
def test_every_command_in_a_shell_block_exists(block: Block) -> None:
    for line in block.text.splitlines():
        if line and not line.startswith("#"):
            refuse_unknown(shlex.split(line))


@pytest.mark.parametrize("line", ["make nothing", "stockterm nothing", "stockterm export items --nothing", "rm -rf x"])
def test_a_command_that_does_not_exist_would_be_found(line: str) -> None:
    with pytest.raises((AssertionError, click.UsageError)):
        refuse_unknown(shlex.split(line))


# ---- lines of the format, settings


@pytest.mark.parametrize("block", blocks("json"), ids=str)
def test_every_line_of_the_format_can_be_read(block: Block) -> None:
    for number, line in enumerate(block.text.splitlines(), block.line):
        assert read_line(number, line.encode()).errors == (), line


def test_the_examples_of_the_format_can_be_posted_one_after_the_other(sqlite_url: str, tmp_path: Path) -> None:
    before = [
        '{"op": "location", "code": "RED"}',
        '{"op": "reason", "code": "RETURN"}',
        '{"op": "reason", "code": "LABEL"}',
        '{"op": "tracking_code", "code": "LOT", "lot": true, "expiration_required": true}',
        '{"op": "item", "no": "2000", "tracking_code": "LOT"}',
    ]
    examples = [block.text for block in blocks("json") if block.page.name == "interchange.md"]
    file = tmp_path / "examples.jsonl"
    file.write_text("\n".join([*before, *examples]), encoding="utf-8")
    answer = call("--database", sqlite_url, "post", str(file))
    assert answer.status == 0, answer.err
    assert "Everything agrees." in call("--database", sqlite_url, "prove").out


@pytest.mark.parametrize("block", blocks("toml"), ids=str)
def test_every_example_of_settings_can_be_loaded(block: Block, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "settings.toml").write_text(block.text, encoding="utf-8")
    monkeypatch.setenv("STOCKTERM_SETTINGS", str(tmp_path / "settings.toml"))
    for name in load_config().terminals:
        _terminal_profile(name)


def test_a_setting_that_does_not_exist_would_be_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "settings.toml").write_text("[terminals.default]\ncolour = false\n", encoding="utf-8")
    monkeypatch.setenv("STOCKTERM_SETTINGS", str(tmp_path / "settings.toml"))
    with pytest.raises(StocktermError):
        _terminal_profile("default")


# ---- the first day


def test_the_first_day_can_be_posted_proved_and_exported(sqlite_url: str) -> None:
    file = REPOSITORY / "docs" / "administrators" / "first-day.jsonl"
    answer = call("--database", sqlite_url, "post", str(file))
    assert answer.status == 0, answer.err
    assert call("--database", sqlite_url, "prove").status == 0
    [row] = call("--database", sqlite_url, "export", "on-hand").rows
    assert (row["quantity"], row["value"]) == ("6", "75.00")


# ---- backup and restore, by the commands of the manual


def run_as_written(text: str, folder: Path, environment: dict[str, str] | None = None) -> str:
    """Run the lines of a block in a folder, `stockterm` being this one; what they printed."""
    program = f"{shlex.quote(sys.executable)} -m stockterm"
    script = f'set -e\nstockterm() {{ {program} "$@"; }}\npython3() {{ {shlex.quote(sys.executable)} "$@"; }}\n{text}'
    done = subprocess.run(
        ["/bin/sh", "-c", script],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), "STOCKTERM_SETTINGS": os.devnull, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def recipes(heading: str) -> list[str]:
    """The blocks below a heading of the page on databases."""
    return re.findall(r"^```\w*\n(.*?)^```$", section("docs/administrators/databases.md", heading), re.MULTILINE | re.DOTALL)


def on_hand(url: str) -> str:
    answer = call("--database", url, "export", "on-hand")
    assert answer.status == 0, answer.err
    return answer.out


def test_a_backup_of_sqlite_can_be_restored_as_the_manual_says(sqlite_url: str, tmp_path: Path) -> None:
    post_first_day(sqlite_url)
    os.rename(sqlite_url.removeprefix("sqlite:///"), tmp_path / "warehouse.db")
    url, expected = f"sqlite:///{tmp_path / 'warehouse.db'}", on_hand(f"sqlite:///{tmp_path / 'warehouse.db'}")
    backup, check, restore = recipes("### SQLite")
    run_as_written(backup, tmp_path)
    assert "Everything agrees." in run_as_written(check, tmp_path)
    (tmp_path / "warehouse.db").write_bytes(b"not a database any more")
    run_as_written(restore, tmp_path)
    assert on_hand(url) == expected
    assert call("--database", url, "prove").status == 0


def test_a_backup_of_postgresql_can_be_restored_as_the_manual_says(
    postgres_server: postgres.PostgresServer, tmp_path: Path
) -> None:
    binaries = postgres.wheel_folder() / "bin"
    environment = {
        "PATH": f"{binaries}:{os.environ['PATH']}",
        "PGHOST": str(postgres_server.folder / "socket"),
        "PGUSER": "postgres",
    }
    url = postgres_server.url("warehouse").replace("postgres@", "stockterm@")
    [make] = re.findall(r"^```text\n(.*?)^```$", section("docs/administrators/databases.md", "## PostgreSQL"), re.M | re.S)
    backup, restore = recipes("### PostgreSQL")
    try:
        run_as_written(make, tmp_path, environment)
        post_first_day(url)
        expected = on_hand(url)
        run_as_written(backup, tmp_path, environment)
        run_as_written("dropdb warehouse", tmp_path, environment)
        run_as_written(restore, tmp_path, environment)
        assert on_hand(url) == expected
        assert call("--database", url, "prove").status == 0
        post_first_day(url)  # again: everything was posted before
    finally:
        run_as_written("dropdb --if-exists warehouse; dropuser --if-exists stockterm", tmp_path, environment)


def post_first_day(url: str) -> None:
    answer = call("--database", url, "post", str(REPOSITORY / "docs" / "administrators" / "first-day.jsonl"))
    assert answer.status == 0, answer.err


# ---- the quick start

SHOWN_AFTER = ("PIN", "MAIN", "1 Count", "Scan a bin", "OK Bin", "OK +1 PCS", "OK +1 BOX", "OK +12 PCS", "OK Undone", "LOCKED")


def test_the_quick_start_works_by_typing(tmp_path: Path) -> None:
    typed = [row[0].strip("`") for row in rows(section("README.md", "## Quick start"))]
    demo = shutil.copy(make_demo_in(tmp_path), tmp_path / "quick.db")
    environment = {"STOCKTERM_TERMINAL": "DESK", "STOCKTERM_LANGUAGE": "en", "STOCKTERM_SETTINGS": os.devnull}
    arguments = ["-m", "stockterm", "--database", f"sqlite:///{demo}"]
    with Terminal(arguments, columns=80, rows=24, environment=environment) as terminal:
        terminal.until_shown("Badge")
        for text, shown in zip(typed, SHOWN_AFTER, strict=True):
            terminal.write(text.encode() + b"\r")
            terminal.until_shown(shown)
        terminal.write(b"\x1bOR")  # F3
        terminal.until(lambda: not any("LOCKED" in line for line in terminal.lines))
        terminal.write(b"9528100010107\r")
        terminal.until_shown("OK +1 PCS")
        terminal.write(b"340\r")
        terminal.until_shown("F10 / F3")
        terminal.write(b"\x1b[21~")  # F10
        terminal.until_shown("340 PCS")
        terminal.write(b"\x1b[20~")  # F9
        terminal.until_shown("OK A-01-01")
        terminal.write(b"\x1b[21~")
        terminal.until_shown("Type ")
        digits = next(match[1] for line in terminal.lines if (match := re.match(r"Type (\d\d)", line)))
        terminal.write(digits.encode() + b"\r")
        terminal.until_shown("OK Posted")
        terminal.write(b"9\r")
        terminal.until_shown("Badge")
        terminal.write(b".quit\r")
        assert terminal.exit_status() == 0
