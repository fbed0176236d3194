"""Lists of the supervisor's jobs: shown numbered, with what is known about each line; chosen by the typed number only."""

import pytest

from stockterm.flows import lists, say
from stockterm.flows.lists import Line
from stockterm.flows.outcome import Entry, Outcome
from stockterm.flows.refusals import UnknownChoice
from stockterm.flows.view import Choice, ViewState


def some_lines() -> list[Line]:
    return [
        Line("CO17 open", lambda: Outcome("first"), details=(("Counted", "3 / 10"),), cells=("CO17", "open")),
        Line("New order", lambda: Outcome("second", say.ok("made"))),
    ]


def test_a_list_is_numbered_and_says_beside_it_what_is_known_about_each_line() -> None:
    view = lists.show(ViewState(title="Counts ordered"), some_lines())
    assert view.choices == ("1 CO17 open", "2 New order")
    assert view.beside == (Choice(("CO17", "open"), (("Counted", "3 / 10"),)), Choice(("New order",)))


def test_the_typed_number_does_what_its_line_does() -> None:
    assert lists.choose(some_lines(), Entry("1")).state == "first"
    assert lists.choose(some_lines(), Entry(" 2 ")).message == say.ok("made")


@pytest.mark.parametrize("entry", [Entry("0"), Entry("3"), Entry("x"), Entry("0001"), Entry("²"), Entry("1", certain=True)])
def test_a_scan_or_a_number_that_is_not_there_chooses_nothing(entry: Entry) -> None:
    with pytest.raises(UnknownChoice, match="1 to 2"):
        lists.choose(some_lines(), entry)


def test_an_empty_list_says_that_it_is_empty() -> None:
    with pytest.raises(UnknownChoice, match="empty"):
        lists.choose([], Entry("1"))
