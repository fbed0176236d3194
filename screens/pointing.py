"""What pointing at an entry of a list changes on the screen, and which token an entry or a cell of the screen stands for."""

from dataclasses import replace

from screens import desk
from screens.frame import width_of
from screens.work_screen import Shown, Terminal, can_point, form_columns, key_hints, page_count, places_of
from stockterm.flows.tokens import CommandToken, ScanToken, Token


def pointed_by(shown: Shown, terminal: Terminal, step: int) -> Shown:
    """What is shown after an arrow key: the entry before or behind, and its page."""
    last = len(shown.view.choices) - 1
    room = max(1, places_of(terminal.rows).body)
    if shown.pointed is None:
        pointed = min(last, shown.page * room) if step > 0 else last
    else:
        pointed = (shown.pointed + step) % (last + 1)
    return replace(shown, pointed=pointed, page=pointed // room)


def pointed_again(shown: Shown, terminal: Terminal, pointed: int | None) -> Shown:
    """A list that comes back, pointed at where it was."""
    if pointed is None:
        return shown
    pointed = min(pointed, len(shown.view.choices) - 1)
    return replace(shown, pointed=pointed, page=pointed // max(1, places_of(terminal.rows).body))


def picked(shown: Shown) -> Token | None:
    """What Enter stands for: the number of the entry that is pointed at."""
    choices = shown.view.choices
    if shown.pointed is None or shown.view.locked or not 0 <= shown.pointed < len(choices):
        return None
    number = desk.number_of(choices[shown.pointed])
    return ScanToken(number) if number else None


def clicked(shown: Shown, terminal: Terminal, column: int, row: int) -> Token | None:
    """The token that stands at a cell: a key of the key line, or the number of an entry. Columns and rows from 0."""
    places = places_of(terminal.rows)
    if places.keys and row == terminal.rows - 1:
        for start, text, command in key_hints(shown, terminal)[0]:
            if start <= column < start + width_of(text):
                return CommandToken(command)
        return None
    top = 1 if places.title else 0
    if not can_point(shown, terminal) or not top <= row < top + places.body or column >= form_columns(shown, terminal):
        return None
    index = min(shown.page, page_count(shown, terminal) - 1) * places.body + row - top
    return picked(replace(shown, pointed=index))
