"""No prompt, field, message or key line is clipped: every view of every tour, at every size, in English and in Norwegian.

Driven without a terminal, so that what is drawn can be held against the `ViewState` behind it. What may be cut is data: an item's
description, a line of a list. A message that is longer than its rows shows its beginning, and F1 shows the whole.
"""

from collections.abc import Iterator

import pytest

from db.connection import close_database, open_database
from db.core.clock import held_at
from db.posting.lines import PostedBy
from screens.frame import CUT, clean, width_of
from screens.key_maps import key_names
from screens.lexer import Lexer
from screens.strokes import StrokeReader
from screens.work_screen import Shown, Terminal, draw, message_is_cut, page_count
from stockterm.flows.session import Session
from stockterm.flows.terminal import TerminalProfile
from stockterm.flows.tokens import Command, Token, named
from stockterm.flows.view import KeyHint, ViewState
from stockterm.i18n import _, in_language
from stockterm.interchange.console import post_records
from tests.terminal.whole.shop import COMPANY, DIGITS, MOMENT
from tests.terminal.whole.test_golden import SIZES, TOURS
from tests.terminal.whole.tours import Tour

NAMES = key_names(TerminalProfile())
TYPED = "12345"


@pytest.fixture(params=["en", "nb"])
def language(request: pytest.FixtureRequest, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The database of the test is open, and everybody in it reads this language."""
    monkeypatch.setattr("stockterm.flows.say.two_digits", lambda: DIGITS)
    open_database(sqlite_url)
    with held_at(MOMENT), in_language(request.param):
        yield request.param
    close_database()


def views(tour: Tour, language: str) -> Iterator[ViewState]:
    """What the session shows on the way, token by token."""
    records = [{**one, "language": language} if one["op"] == "user" else one for one in [*COMPANY, *tour.company]]
    post_records(records, PostedBy(source_code="test"))
    session, lexer = Session("T1"), Lexer(TerminalProfile())
    for press in [*tour.before, *(press for scene in tour.scenes.values() for press in scene)]:
        for came in lexer.feed(StrokeReader().feed(press)):
            if isinstance(came, Token):
                yield session.take(named(came))


@pytest.mark.parametrize("tour", TOURS.values(), ids=TOURS)
def test_nothing_is_clipped_at_any_size(tour: Tour, language: str) -> None:
    problems = set()
    for view in views(tour, language):
        for columns, rows in SIZES:
            for ascii_only in (False, True):
                terminal = Terminal(columns, rows, NAMES, ascii_only)
                problems |= {f"{columns}x{rows} {problem}" for problem in clipped(view, terminal)}
    assert not problems, "\n".join(sorted(problems))


def clipped(view: ViewState, terminal: Terminal) -> Iterator[str]:
    """What of a view is not to be seen as it should be."""
    shown = Shown(view)
    lines = draw(shown, terminal).texts
    if len(lines) != terminal.rows or any(width_of(line) > terminal.columns for line in lines):
        yield f"does not fit: {lines}"
    if CUT in lines[0]:
        yield f"title {lines[0]}"
    first = terminal.rows - (4 if terminal.rows >= 14 else 3)
    prompt, message, keys = lines[first], lines[first + 1 : -1], lines[-1]
    yield from _prompt(view, terminal, prompt, first)
    yield from _message(shown, terminal, message)
    yield from _keys(shown, terminal, keys)
    if view.choices and page_count(shown, terminal) > 1 and f"1/{page_count(shown, terminal)}" not in keys:
        yield f"no page number in {keys}"


def _prompt(view: ViewState, terminal: Terminal, line: str, row: int) -> Iterator[str]:
    if view.locked:
        if CUT in line or "F3" not in line:
            yield f"lock {line}"
        return
    prompt = clean(view.prompt, terminal.ascii_only)
    asked, _blanks, behind = line.rstrip().partition("  ") if view.held else (line.rstrip(), "", "")
    if not view.prompt or asked != prompt or (behind and not behind.startswith(f"{view.held} ")):
        yield f"prompt {line!r} of {view.prompt!r}"
    typed = draw(Shown(view, pending=TYPED), terminal).texts[row]
    if not typed.startswith(prompt) or not typed.endswith("*" * len(TYPED) if view.secret else TYPED):
        yield f"prompt and field {typed!r} of {view.prompt!r}"


def _message(shown: Shown, terminal: Terminal, lines: list[str]) -> Iterator[str]:
    message = shown.view.message
    if message is None:
        return
    text, whole = " ".join(lines).strip(), clean(message.text, terminal.ascii_only)
    if not message_is_cut(shown, terminal):
        if whole not in text or CUT in text:
            yield f"message {text!r} of {whole!r}"
        return
    start = text.removesuffix(CUT).removeprefix("! ").removeprefix("? ").removeprefix("OK ")
    if not text.endswith(CUT) or not whole.removeprefix("OK ").startswith(start):
        yield f"message {text!r} of {whole!r}"
    whole_lines = " ".join(
        line
        for page in range(page_count(Shown(shown.view, whole_message=True), terminal))
        for line in draw(Shown(shown.view, page=page, whole_message=True), terminal).texts[1 : 1 - 1 + terminal.rows - 3]
    )
    if "".join(whole.split()) not in "".join(whole_lines.split()):
        yield f"F1 shows {whole_lines!r} of {whole!r}"


def _keys(shown: Shown, terminal: Terminal, line: str) -> Iterator[str]:
    """The words of the key line are whole and in order; `~` behind them says that there are more. On 80 columns all are there."""
    wide = terminal.columns >= 40
    offered = list(shown.view.keys)
    pages = page_count(shown, terminal)
    if message_is_cut(shown, terminal):
        offered = [KeyHint(Command.HELP, _("more")), *(hint for hint in offered if hint.command is not Command.HELP)]
    words = [f"{NAMES[hint.command]}{' ' if wide else ''}{clean(hint.label, terminal.ascii_only)}" for hint in offered]
    if pages > 1:
        words.insert(0, f"F8 1/{pages}")
    gap = "  " if wide else " "
    if terminal.columns >= 80 and width_of(gap.join(words)) >= terminal.columns:
        gap = " "
    possible = {gap.join(words[:many]) + (" ~" if many < len(words) else "") for many in range(1, len(words) + 1)}
    if line not in possible or (terminal.columns >= 80 and line.endswith(CUT)):
        yield f"keys {line!r} of {words}"
