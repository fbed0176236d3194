"""Lists on a desk: columns, details beside, arrow keys, Enter, a mouse; and that nothing of it is in a reader's way."""

import asyncio
from dataclasses import replace

import pytest

from screens.app import TerminalApp
from screens.key_maps import key_names
from screens.pointing import clicked, picked, pointed_again, pointed_by
from screens.strokes import Click, Stroke, StrokeReader
from screens.work_screen import Shown, Terminal, can_point, draw, page_count
from stockterm.flows.terminal import TerminalProfile
from stockterm.flows.tokens import Command, CommandToken, ScanToken
from stockterm.flows.view import Choice, Document, KeyHint, ViewState
from tests.screens.scripted import Script, ScriptedSession
from tests.screens.test_app import quick, running, type_in, until

__all__ = ["quick"]  # a fixture of every test here

ORDERS = tuple(f"CO{number}" for number in range(17, 47))
LIST = ViewState(
    title="Counts ordered",
    prompt="Choose",
    choices=("1 New order", *(f"{number + 2} {order} open Zone A" for number, order in enumerate(ORDERS))),
    beside=(
        Choice(("New order",)),
        *(Choice((order, "open", "Zone A"), (("Counted", "3 / 10"), ("", f"All of {order} is here."))) for order in ORDERS),
    ),
    facts=(("Orders", "30"),),
    keys=(KeyHint(Command.BACK, "back"), KeyHint(Command.HELP, "help")),
)
UP, DOWN = b"\x1b[A", b"\x1b[B"


def terminal(columns: int = 80, rows: int = 24, *, ascii_only: bool = False) -> Terminal:
    return Terminal(columns, rows, key_names(TerminalProfile()), ascii_only)


def test_a_list_has_its_cells_below_each_other_and_the_facts_of_the_list_beside() -> None:
    texts = draw(Shown(LIST), terminal()).texts
    assert texts[1] == "   1 New order                               │ Counts ordered"
    assert texts[2].startswith("   2 CO17  open  Zone A")
    assert texts[2].endswith("│ Orders         30")
    assert any("Arrow keys" in text for text in texts)


def test_the_entry_that_is_pointed_at_is_marked_and_all_that_is_known_about_it_stands_beside() -> None:
    texts = draw(Shown(LIST, pointed=1), terminal()).texts
    assert texts[2].startswith(">  2 CO17  open  Zone A")
    assert texts[1].endswith("│ CO17 open Zone A")
    assert texts[2].endswith("│ Counted        3 / 10")
    assert texts[4].endswith("│ All of CO17 is here.")


@pytest.mark.parametrize("columns", [80, 100, 132])
def test_no_line_is_wider_than_the_terminal_and_the_panel_keeps_its_room(columns: int) -> None:
    wide = replace(LIST, beside=tuple(Choice(("CO17", "x" * 90, "y" * 90), (("Text", "z" * 200),)) for _choice in LIST.choices))
    for text in draw(Shown(wide, pointed=0), terminal(columns)).texts:
        assert len(text) <= columns
    assert draw(Shown(wide, pointed=0), terminal(columns)).texts[1].index("│") <= columns - 34


def test_a_panel_that_is_too_long_says_that_there_is_more() -> None:
    long = replace(LIST, beside=tuple(Choice(("CO17",), (("Text", "z " * 900),)) for _choice in LIST.choices))
    assert draw(Shown(long, pointed=0), terminal()).texts[19].endswith("│ …")
    assert draw(Shown(long, pointed=0), terminal(ascii_only=True)).texts[19].endswith("| ...")


@pytest.mark.parametrize("columns", [20, 26, 40, 79])
def test_small_terminals_show_the_list_as_it_always_was(columns: int) -> None:
    assert not can_point(Shown(LIST), terminal(columns))
    assert draw(Shown(LIST), terminal(columns)).texts[2] == "2 CO17 open Zone A"


def test_questions_texts_and_forms_are_not_pointed_at() -> None:
    assert not can_point(Shown(replace(LIST, beside=())), terminal())
    assert not can_point(Shown(replace(LIST, text=("Help.",))), terminal())
    assert not can_point(Shown(LIST, whole_message=True), terminal())


def test_a_document_of_the_list_gives_way_to_what_is_pointed_at() -> None:
    view = replace(LIST, document=Document(("Bin", "Differs"), (("A-01", "+2"),)))
    assert "│   Bin" in draw(Shown(view), terminal()).texts[1]
    assert draw(Shown(view, pointed=1), terminal()).texts[1].endswith("│ CO17 open Zone A")


def test_arrows_go_through_the_pages_and_around() -> None:
    shown = Shown(LIST)
    assert page_count(shown, terminal()) == 2
    for _time in range(20):
        shown = pointed_by(shown, terminal(), 1)
    assert (shown.pointed, shown.page) == (19, 1)
    assert draw(shown, terminal()).texts[1].startswith("> 20 CO35")
    assert pointed_by(Shown(LIST), terminal(), -1).pointed == 30
    assert pointed_by(Shown(LIST, pointed=30, page=1), terminal(), 1).pointed == 0
    assert pointed_by(Shown(LIST, page=1), terminal(), 1).pointed == 19, "begins on the page that is in view"


def test_a_list_that_comes_back_is_pointed_at_where_it_was_as_far_as_it_goes() -> None:
    assert pointed_again(Shown(LIST), terminal(), 25).page == 1
    assert pointed_again(Shown(LIST), terminal(), 99).pointed == 30
    assert pointed_again(Shown(LIST), terminal(), None) == Shown(LIST)


def test_enter_types_the_number_of_the_entry_and_nothing_where_an_error_waits() -> None:
    assert picked(Shown(LIST, pointed=4)) == ScanToken("5")
    assert picked(Shown(LIST)) is None
    assert picked(Shown(replace(LIST, locked=True), pointed=4)) is None


def test_a_click_is_the_key_or_the_entry_that_stands_there() -> None:
    keys = draw(Shown(LIST), terminal()).texts[23]
    assert clicked(Shown(LIST), terminal(), 4, 1) == ScanToken("1")
    assert clicked(Shown(LIST, page=1), terminal(), 4, 2) == ScanToken("21")
    assert clicked(Shown(LIST, page=1), terminal(), 4, 19) is None, "no entry there"
    assert clicked(Shown(LIST), terminal(), 60, 1) is None, "the panel"
    assert clicked(Shown(LIST), terminal(), 4, 0) is None
    assert clicked(Shown(LIST), terminal(), keys.index("back"), 23) == CommandToken(Command.BACK)
    assert clicked(Shown(LIST), terminal(), keys.index("help"), 23) == CommandToken(Command.HELP)
    assert clicked(Shown(LIST), terminal(), keys.index("F8"), 23) == CommandToken(Command.PAGE_DOWN)
    assert clicked(Shown(LIST), terminal(), 70, 23) is None
    assert clicked(Shown(LIST), terminal(20, 8), 4, 2) is None, "nothing but keys is clicked on small terminals"


class Listing(ScriptedSession):
    """Answers everything with the list, as long as nothing is chosen."""

    def _answer(self, token: ScanToken | CommandToken) -> ViewState:
        if isinstance(token, ScanToken) and token.text.isdigit():
            return replace(super()._answer(ScanToken("chosen")), count=token.text)
        return LIST


class ListScript(Script):
    def make_session(self) -> ScriptedSession:
        super().make_session()
        return Listing(self)


async def listed(app: TerminalApp) -> None:
    type_in(app, b"\x1bOS")
    await until(lambda: app.shown.view == LIST)


async def test_arrow_keys_point_and_enter_takes_what_is_pointed_at() -> None:
    script = ListScript()
    async with running(script, (80, 24)) as (app, _pilot):
        await listed(app)
        type_in(app, DOWN + DOWN + UP + DOWN + b"\r")
        await until(lambda: script.scans == ["2"])
        await until(lambda: app.shown.view.count == "2")
        type_in(app, b"\x1bOS")
        await until(lambda: app.shown.view == LIST)
        assert app.shown.pointed == 1, "the list remembers where it was"


async def test_a_scan_at_a_list_with_any_suffix_chooses_nothing_by_its_suffix() -> None:
    script = ListScript()
    async with running(script, (80, 24)) as (app, _pilot):
        await listed(app)
        type_in(app, DOWN + b"9521234000011\r\n\r\r\x03")
        await until(lambda: bool(script.scans))
        await asyncio.sleep(0.05)
        assert script.scans == ["9521234000011"]


async def test_on_a_small_terminal_arrows_turn_pages_and_enter_does_nothing() -> None:
    script = ListScript()
    async with running(script, (20, 8)) as (app, _pilot):
        await listed(app)
        type_in(app, DOWN + DOWN + b"\r")
        await until(lambda: app.shown.page == 2)
        type_in(app, b"9521\r")
        await until(lambda: script.scans == ["9521"])


def click(column: int, row: int) -> list[Stroke]:
    return StrokeReader().feed(f"\x1b[<0;{column + 1};{row + 1}M".encode())


async def test_a_click_keeps_its_place_among_the_scans() -> None:
    script = ListScript()
    async with running(script, (80, 24), mouse=True) as (app, _pilot):
        await listed(app)
        app.take_strokes([*click(4, 3), *StrokeReader().feed(b"after\r")])
        await until(lambda: len(script.scans) == 2)
        assert script.scans == ["3", "after"]


async def test_a_click_on_what_is_gone_by_then_means_nothing() -> None:
    script = ListScript()
    async with running(script, (80, 24), mouse=True) as (app, _pilot):
        await listed(app)
        app.take_strokes([*StrokeReader().feed(b"4\r"), Click(4, 3), *StrokeReader().feed(b"after\r")])
        await until(lambda: len(script.scans) == 2)
        assert script.scans == ["4", "after"]


async def test_a_click_where_the_profile_knows_of_no_mouse_means_nothing() -> None:
    script = ListScript()
    async with running(script, (80, 24)) as (app, _pilot):
        await listed(app)
        app.take_strokes([*click(4, 3), *StrokeReader().feed(b"after\r")])
        await until(lambda: script.scans == ["after"])


async def test_while_the_database_is_away_arrows_turn_pages_and_nothing_is_chosen() -> None:
    script = ListScript()
    async with running(script, (80, 24), mouse=True) as (app, _pilot):
        await listed(app)
        script.away = 1_000
        type_in(app, b"9521\r")
        await until(lambda: app.shown.away is not None)
        app.take_strokes([*StrokeReader().feed(DOWN + b"\r"), Click(4, 3)])
        assert app.shown.page == 1
        script.away = 0
        await until(lambda: script.scans == ["9521"])
