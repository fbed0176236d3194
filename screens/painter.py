"""The fewest bytes that turn what a terminal shows into what it shall show.

A slow radio link carries a few hundred bytes a second next to everything else, so a frame is compared with the one
painted before, cell by cell, and only runs of changed cells are written: move, switch the look, write, and clear to
the end of the line where the rest is blank. Two runs closer than a cursor movement is long are written as one. Every
sequence used is one that a VT100 knows.
"""

from collections.abc import Mapping
from typing import Final

from rich.cells import cell_len

from screens.frame import Frame, Look, Row

_CLOSE: Final = 5  # unchanged cells that are cheaper to write again than to jump over

MONOCHROME: Final[Mapping[Look, str]] = {
    Look.PLAIN: "",
    Look.TITLE: "1",
    Look.DONE: "",
    Look.WARNING: "1",
    Look.ERROR: "7",
    Look.STRONG: "7",
    Look.CURSOR: "7",
}

COLOR: Final[Mapping[Look, str]] = {
    **MONOCHROME,
    Look.DONE: "32",
    Look.WARNING: "1;33",
    Look.ERROR: "7;31",
}

Cell = tuple[str, Look]
_BLANK: Final[Cell] = (" ", Look.PLAIN)


class Painter:
    """Knows what stands on one terminal."""

    def __init__(self, palette: Mapping[Look, str] = MONOCHROME) -> None:
        """`palette`: the SGR parameters of each look, empty for none."""
        self._palette = palette
        self._columns = 0
        self._rows: list[Row] = []
        self._known = False

    def forget(self) -> None:
        """Somebody else wrote on the terminal: clear it and write everything next time."""
        self._known = False

    def paint(self, frame: Frame) -> str:
        """What must be written so that the terminal shows this frame; empty when it already does."""
        output: list[str] = []
        rows = list(frame.rows)
        if not self._known or frame.columns != self._columns or len(rows) != len(self._rows):
            output.append("\x1b[m\x1b[2J")
            self._rows = [()] * len(rows)
            self._columns = frame.columns
            self._known = True
        look = Look.PLAIN
        at: tuple[int, int] | None = None
        for y, (old_row, new_row) in enumerate(zip(self._rows, rows, strict=True)):
            if old_row == new_row:
                continue
            old, new = _cells(old_row, self._columns), _cells(new_row, self._columns)
            blank_from = _blank_from(new)
            for start, end in _changed_runs(old, new):
                text_end = max(start, blank_from)
                cleared = end - text_end > len("\x1b[K")
                if not cleared:
                    text_end = end
                if at != (start, y):
                    output.append(_move(start, y))
                for character, wanted in new[start:text_end]:
                    if wanted is not look:
                        output.append(self._switch(look, wanted))
                        look = wanted
                    output.append(character)
                if cleared:
                    if look is not Look.PLAIN:
                        output.append(self._switch(look, Look.PLAIN))
                        look = Look.PLAIN
                    output.append("\x1b[K")
                    at = (text_end, y)
                    break  # what was behind is blank now
                at = (text_end, y) if text_end < self._columns else None
        if look is not Look.PLAIN:
            output.append(self._switch(look, Look.PLAIN))
        self._rows = rows
        if output and at != frame.cursor:
            output.append(_move(*frame.cursor))
        return "".join(output)

    def _switch(self, old: Look, new: Look) -> str:
        before, after = self._palette[old], self._palette[new]
        if before == after:
            return ""
        if not before:
            return f"\x1b[{after}m"
        return f"\x1b[;{after}m" if after else "\x1b[m"


def _move(column: int, row: int) -> str:
    if column:
        return f"\x1b[{row + 1};{column + 1}H" if row else f"\x1b[;{column + 1}H"
    return f"\x1b[{row + 1}H" if row else "\x1b[H"


def _cells(row: Row, columns: int) -> list[Cell]:
    """The row as exactly so many cells; a wide character is followed by empty cells."""
    cells: list[Cell] = []
    for text, look in row:
        if text.isascii():
            cells.extend([(character, look) for character in text])
            continue
        for character in text:
            cells.append((character, look))
            cells.extend([("", look)] * (cell_len(character) - 1))
    if len(cells) < columns:
        cells.extend([_BLANK] * (columns - len(cells)))
    elif len(cells) > columns:
        del cells[columns:]
        if cells and cell_len(cells[-1][0]) > 1:  # half of a wide character would spoil the next row
            cells[-1] = (" ", cells[-1][1])
    return cells


def _blank_from(cells: list[Cell]) -> int:
    """The column from which on everything is blank."""
    end = len(cells)
    while end and cells[end - 1] == _BLANK:
        end -= 1
    return end


def _changed_runs(old: list[Cell], new: list[Cell]) -> list[tuple[int, int]]:
    """Runs of cells to write, as (first, behind the last), with short unchanged gaps closed."""
    runs: list[tuple[int, int]] = []
    for x, (before, after) in enumerate(zip(old, new, strict=True)):
        if before == after:
            continue
        if runs and x - runs[-1][1] <= _CLOSE:
            runs[-1] = (runs[-1][0], x + 1)
        else:
            runs.append((x, x + 1))
    widened: list[tuple[int, int]] = []
    for start, end in runs:
        while start and not new[start][0]:  # begin with the whole of a wide character
            start -= 1
        while end < len(new) and not new[end][0]:
            end += 1
        widened.append((start, end))
    return widened
