"""The scanner test read back: four scans, and what the profile of this terminal should be."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from db.core.errors import BadValue, phrase
from stockterm.i18n import _


def read_scanner_test(save: bool) -> int:
    from stockterm.cli import _say
    from stockterm.config import terminal_name
    from stockterm.labels.scanner_test import judge

    found = judge(_received())
    for problem in found.problems:
        _say(problem)
    if not found.usable:
        return 1
    name = terminal_name() or "default"
    click.echo(found.as_toml(name), nl=False)
    if save:
        _save_profile(name, found.as_toml(name))
    return 1 if found.problems else 0


def _received() -> str:
    """Every character that comes until the last label is complete, as it comes: no line editing, Enter stays CR."""
    import os

    from stockterm.labels.scanner_test import is_complete

    number = sys.stdin.fileno()
    received = b""
    with _as_it_comes(number):
        if os.isatty(number):  # only now: what was scanned before the line is ready would be lost
            click.echo(_("Scan the labels 1 to 4 in order. Ctrl-C ends."))
        while not is_complete(received.decode("latin-1")):
            chunk = os.read(number, 1024)
            if not chunk:
                break
            received += chunk
    return received.decode("utf-8", "replace")


@contextmanager
def _as_it_comes(number: int) -> Iterator[None]:
    import os

    if not os.isatty(number):
        yield
        return
    import termios

    before = termios.tcgetattr(number)
    now = termios.tcgetattr(number)
    now[0] &= ~(termios.ICRNL | termios.INLCR | termios.IXON | termios.ISTRIP)
    now[3] &= ~(termios.ICANON | termios.ECHO)
    termios.tcsetattr(number, termios.TCSAFLUSH, now)
    try:
        yield
    finally:
        termios.tcsetattr(number, termios.TCSAFLUSH, before)


def _save_profile(name: str, table: str) -> None:
    """Add the table to the settings file. One that is there already is left to whoever wrote it."""
    from stockterm.config import load_config, settings_path

    path = settings_path()
    if name in load_config().terminals:
        raise BadValue(field="terminals", value=name, expected=phrase("a terminal that {path} does not name yet", path=path))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(f"\n{table}")
    except OSError as problem:
        raise click.FileError(str(path), hint=problem.strerror or str(problem)) from problem
    click.echo(_("Saved in {file}.").format(file=path))
