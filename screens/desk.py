"""Lists on terminals with room: their cells in columns on the left, what is known about one of them on the right.

    > 1 CO17  open      Zone A    │ CO17 open Zone A
      2 CO18  finished  Zone B    │ Counted        3 / 10
      3 New order                 │ Posting date   2026-11-28

Everything here is lines of text in a look; `work_screen` puts them in their places.
"""

from collections.abc import Sequence
from typing import Final

from screens.frame import Look, Row, clean, fit, head, pad, width_of, wrapped
from stockterm.flows.view import Choice, ViewState

LIST_AT_LEAST: Final = 44  # columns: the edge stays where it is while lists are short
PANEL_AT_LEAST: Final = 33
EDGE: Final = 3  # columns of the line between them
NARROWEST: Final = 8  # columns that a column keeps before the first one gives way
_MARK: Final = 2  # columns of `> `
_LABEL: Final = 15


def edge(ascii_only: bool) -> str:
    """The line between form and panel."""
    return " | " if ascii_only else " │ "


def column_widths(table: Sequence[Sequence[str]], columns: int) -> list[int]:
    """Natural widths; until the row has room the widest column gives way, the first (what a row is about) last."""
    count = max((len(row) for row in table), default=0)
    widths = [max((width_of(row[index]) for row in table if index < len(row)), default=0) for index in range(count)]
    while sum(widths) + 2 * (count - 1) > columns and max(widths) > 1:
        others = max(widths[1:], default=0)
        widest = widths.index(others, 1) if others > NARROWEST else widths.index(max(widths))
        widths[widest] -= 1
    return widths


def number_of(choice: str) -> str:
    """The digits that a choice is typed by; blank where it has none."""
    first = choice.partition(" ")[0]
    return first if first.isascii() and first.isdigit() else ""


def list_columns(view: ViewState, columns: int, ascii_only: bool) -> int:
    """Columns of the list: what its widest line needs, as far as the panel keeps its room."""
    widths = column_widths(_table(view, ascii_only), columns)
    natural = _MARK + _number_columns(view) + sum(widths) + 2 * max(0, len(widths) - 1)
    single = max((width_of(clean(one.cells[0], ascii_only)) for one in view.beside if len(one.cells) == 1), default=0)
    natural = max(natural, _MARK + _number_columns(view) + single)
    return max(LIST_AT_LEAST, columns * 9 // 20, min(natural, columns - EDGE - PANEL_AT_LEAST))


def list_lines(view: ViewState, columns: int, ascii_only: bool, pointed: int | None) -> list[Row]:
    """Every choice as one line: the mark, its number, its cells."""
    number_columns = _number_columns(view)
    room = columns - _MARK - number_columns
    widths = column_widths(_table(view, ascii_only), room)
    lines: list[Row] = []
    for index, (choice, one) in enumerate(zip(view.choices, view.beside, strict=True)):
        cells = [clean(cell, ascii_only) for cell in one.cells]
        if len(cells) == 1:
            text = fit(cells[0], room)
        else:
            text = "  ".join(pad(fit(cell, width), width) for cell, width in zip(cells, widths, strict=False)).rstrip()
        number = number_of(choice).rjust(number_columns - 1)
        marked = index == pointed
        line = f"{'> ' if marked else '  '}{number} {text}"
        lines.append(((line, Look.TITLE if marked else Look.PLAIN),))
    return lines


def _table(view: ViewState, ascii_only: bool) -> list[list[str]]:
    """The cells of the lines that have several; a line of one cell runs across the columns."""
    return [[clean(cell, ascii_only) for cell in one.cells] for one in view.beside if len(one.cells) > 1]


def _number_columns(view: ViewState) -> int:
    return max((len(number_of(choice)) for choice in view.choices), default=0) + 1


def panel_lines(choice: Choice, columns: int, room: int, ascii_only: bool) -> list[Row]:
    """What is known about one choice: its text, then each detail; one without a label is a paragraph."""
    lines: list[Row] = [((line, Look.TITLE),) for line in wrapped(clean(" ".join(choice.cells), ascii_only), columns)[:3]]
    label_columns = min(_LABEL, columns // 2)
    labelled = True
    for label, value in choice.details:
        text = clean(value, ascii_only)
        if not label:
            lines.extend([()] if labelled else [])
            labelled = False
            lines.extend(((line, Look.PLAIN),) for line in wrapped(text, columns))
            continue
        labelled = True
        name = pad(fit(clean(label, ascii_only), label_columns - 1), label_columns)
        for number, line in enumerate(wrapped(text, columns - label_columns)):
            lines.append(((f"{name if number == 0 else ' ' * label_columns}{line}".rstrip(), Look.PLAIN),))
    if len(lines) > room:
        lines = [*lines[: room - 1], (("…" if not ascii_only else "...", Look.PLAIN),)] if room else []
    return [tuple((head(text, columns), look) for text, look in line) for line in lines]
