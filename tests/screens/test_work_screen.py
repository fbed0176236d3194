"""The work screen at every size, from view states alone."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screens.frame import Look, width_of
from screens.key_maps import key_names
from screens.waiting import Counts
from screens.work_screen import Shown, Terminal, draw, message_is_cut, page_count
from stockterm.flows.terminal import TerminalProfile
from stockterm.flows.tokens import Command
from stockterm.flows.view import Document, KeyHint, Level, Message, ViewState

VIEW = ViewState(
    title="Count A-01-02",
    count="41",
    item="9521234000011",
    description="Cable drum 3x1.5 mm2 grey",
    tracking="LOT-2026-04",
    quantity="+1 18 PCS",
    prompt="Item",
    message=Message(Level.OK, "+1 = 18 PCS"),
    keys=(KeyHint(Command.HELP, "Help"), KeyHint(Command.POST, "Post")),
    facts=(("Bin", "A-01-02"), ("On hand", "18")),
    recent=("9521234000011 +1", "9521234000028 +3"),
    progress=(5, 20),
    document=Document(("Item", "Counted"), tuple((f"ITEM-{number}", str(number)) for number in range(40)), current=30),
)
LOCKED = replace(VIEW, message=Message(Level.ERROR, "UNKNOWN CODE 4711. Nothing counted."), locked=True, held=3)
MENU = replace(VIEW, choices=tuple(f"{number} Choice" for number in range(1, 8)), prompt="Choice")


def terminal(columns: int, rows: int, **settings: bool) -> Terminal:
    return Terminal(columns, rows, key_names(TerminalProfile()), **settings)


def lines(view: ViewState, columns: int = 20, rows: int = 8, **state: object) -> list[str]:
    return draw(Shown(view, **state), terminal(columns, rows)).texts  # type: ignore[arg-type]


def test_the_rows_of_the_smallest_terminal() -> None:
    assert lines(VIEW) == [
        "Count A-01-02     41",
        "9521234000011",
        "Cable drum 3x1.5 mm~",
        "LOT-2026-04",
        "+1 18 PCS",
        "Item",
        "OK +1 = 18 PCS",
        "F1Help F10Post",
    ]


def test_a_larger_terminal_adds_the_last_scans() -> None:
    assert lines(VIEW, 26, 16)[5:8] == ["", "9521234000011 +1", "9521234000028 +3"]


def test_forty_columns_add_labels_progress_and_facts() -> None:
    shown = lines(VIEW, 40, 20)
    assert shown[1] == "Item        9521234000011"
    assert shown[5] == "[########-------------------------] 5/20"
    assert shown[6] == "Bin         A-01-02"


def test_eighty_columns_show_the_document_beside_with_its_current_line() -> None:
    shown = lines(VIEW, 80, 24)
    assert shown[1].startswith("Item        9521234000011")
    assert "│   Item" in shown[1]
    assert any("│ > ITEM-30" in line for line in shown)
    assert all("│" not in line for line in lines(VIEW, 40, 20))


def test_the_document_keeps_what_a_row_is_about() -> None:
    wide = Document(("Item", "Description", "Counted"), (("9521234000011", "A description that is far too long", "4"),))
    assert "9521234000011" in lines(replace(VIEW, document=wide), 80, 24)[2].partition("│")[2]


@pytest.mark.parametrize(("columns", "rows"), [(20, 8), (40, 8), (20, 16), (26, 16), (40, 20), (80, 24)])
@pytest.mark.parametrize("view", [VIEW, MENU, replace(VIEW, prompt="Quantity"), replace(VIEW, text=("Help",))])
def test_the_field_never_moves(columns: int, rows: int, view: ViewState) -> None:
    reference = draw(Shown(VIEW), terminal(columns, rows)).cursor
    assert draw(Shown(view), terminal(columns, rows)).cursor == reference


def test_a_prompt_longer_than_its_place_is_whole_until_something_is_typed() -> None:
    view = replace(VIEW, prompt="Scan bin or item")
    assert lines(view)[5] == "Scan bin or item"
    assert lines(view, pending="95")[5] == "Scan bin~ 95"


def test_a_question_says_how_many_scans_it_holds_up() -> None:
    asked = replace(VIEW, prompt="Type 14", held=2)
    assert lines(asked)[5] == "Type 14  2 held"
    assert lines(asked, pending="1")[5] == "Type 14   1"


def test_typed_text_longer_than_the_field_shows_its_end() -> None:
    assert lines(VIEW, pending="01095212340000111726")[5] == "Item      ~00111726"


def test_a_secret_is_never_drawn() -> None:
    shown = lines(replace(VIEW, prompt="PIN", secret=True), pending="4711")
    assert shown[5] == "PIN       ****"
    assert not any("4711" in line for line in shown)


def test_an_error_fills_its_line_in_reverse_and_the_field_says_what_unlocks() -> None:
    frame = draw(Shown(LOCKED), terminal(20, 8))
    assert frame.rows[6] == (("! UNKNOWN CODE 4711~", Look.ERROR),)
    assert frame.texts[5] == "LOCKED F3  3 held"
    short = draw(Shown(replace(LOCKED, message=Message(Level.ERROR, "NO"))), terminal(20, 8))
    assert short.rows[6] == (("! NO".ljust(20), Look.ERROR),)


@pytest.mark.parametrize(
    ("level", "text", "shown"),
    [
        (Level.OK, "+1", "OK +1"),
        (Level.OK, "OK +1", "OK +1"),
        (Level.WARNING, "Expired", "? Expired"),
        (Level.ERROR, "WRONG BIN", "! WRONG BIN"),
        (Level.NOTE, "Signed in", "Signed in"),
    ],
)
def test_the_message_line_begins_with_what_it_means(level: Level, text: str, shown: str) -> None:
    assert lines(replace(VIEW, message=Message(level, text)))[6] == shown


def test_a_message_longer_than_its_line_shows_its_beginning_and_the_key_for_the_rest() -> None:
    text = "Bin A-01-02 holds 4 of 9521234000011, you asked for 5."
    view = replace(VIEW, message=Message(Level.WARNING, text))
    assert lines(view)[6] == "? Bin A-01-02 holds~"
    assert lines(view)[7] == "F1more F10Post"
    assert message_is_cut(Shown(view), terminal(20, 8))
    assert not message_is_cut(Shown(view), terminal(80, 8))
    whole = lines(view, whole_message=True)
    assert " ".join(whole[1:5]).split() == f"? {text}".split()


def test_choices_are_paged_and_the_key_line_says_so() -> None:
    assert page_count(Shown(MENU), terminal(20, 8)) == 2
    assert lines(MENU)[1:5] == ["1 Choice", "2 Choice", "3 Choice", "4 Choice"]
    assert lines(MENU)[7].startswith("F8 1/2")
    assert lines(MENU, page=1)[1:5] == ["5 Choice", "6 Choice", "7 Choice", ""]
    assert lines(MENU, page=1)[7].startswith("F8 2/2")
    assert page_count(Shown(MENU), terminal(20, 16)) == 1


def test_a_text_is_wrapped_and_paged() -> None:
    view = replace(VIEW, text=("Scan the bin, then every item in it.", "F9 closes the bin."))
    assert lines(view)[1:5] == ["Scan the bin, then", "every item in it.", "F9 closes the bin.", ""]


def test_a_database_that_is_away_is_counted_in_place_of_the_message() -> None:
    assert lines(VIEW, away=Counts(3))[6] == "AWAY 3 waiting"


def test_keys_that_do_not_fit_are_announced() -> None:
    many = replace(VIEW, keys=tuple(KeyHint(command, command.value.capitalize()) for command in Command))
    line = lines(many)[7]
    assert line.endswith(" ~")
    assert len(line) < 20


def test_ascii_only_terminals_get_ascii_only() -> None:
    view = replace(VIEW, item="Blåbærsyltetøy 漢", message=Message(Level.OK, "Hylle A–1"))
    for columns, rows in ((20, 8), (80, 24)):
        frame = draw(Shown(view, pending="é"), terminal(columns, rows, ascii_only=True))
        assert all(line.isascii() for line in frame.texts)


def test_stored_text_cannot_steer_the_terminal() -> None:
    evil = "\x1b[2J\x07[/]"
    view = ViewState(
        title=evil, count=evil, item=evil, prompt=evil, message=Message(Level.NOTE, evil), recent=(evil,), choices=(evil,)
    )
    for columns, rows in ((20, 8), (80, 24)):
        assert all(line.isprintable() for line in draw(Shown(view, pending=evil), terminal(columns, rows)).texts)


def test_the_lowest_terminals_keep_the_field_and_the_message() -> None:
    assert lines(VIEW, 20, 5) == ["Count A-01-02     41", "9521234000011", "Item", "OK +1 = 18 PCS", "F1Help F10Post"]
    assert lines(VIEW, 20, 2) == ["Item", "OK +1 = 18 PCS"]
    assert lines(LOCKED, 20, 1) == ["! UNKNOWN CODE 4711~"]


views = st.sampled_from([VIEW, LOCKED, MENU, replace(VIEW, text=("Some help, " * 20,)), ViewState(title="漢" * 30)])


@given(views, st.integers(1, 140), st.integers(1, 60), st.integers(0, 9), st.text(max_size=30), st.booleans())
def test_any_size_is_filled_and_nothing_is_wider_than_it(
    view: ViewState, columns: int, rows: int, page: int, pending: str, whole: bool
) -> None:
    frame = draw(Shown(view, pending=pending, page=page, whole_message=whole), terminal(columns, rows))
    assert len(frame.rows) == rows
    assert all(width_of(line) <= columns for line in frame.texts)
    assert 0 <= frame.cursor[0] < columns
    assert 0 <= frame.cursor[1] < rows
