"""The widget that shows a frame: rows in, strips out, no styles of its own to compute."""

from collections.abc import Mapping
from typing import Final

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from screens.frame import Frame, Look, Row

STYLES: Final[Mapping[Look, Style]] = {
    Look.PLAIN: Style.null(),
    Look.TITLE: Style(bold=True),
    Look.DONE: Style(color="green"),
    Look.WARNING: Style(color="yellow", bold=True),
    Look.ERROR: Style(color="red", reverse=True),
    Look.STRONG: Style(reverse=True),
    Look.CURSOR: Style(reverse=True),
}


class Form(Widget):
    """Fills its screen with the rows of a frame. Styles and borders play no part, so rows are rendered directly."""

    frame: reactive[Frame] = reactive(Frame(0, ()))

    def render_lines(self, crop: Region) -> list[Strip]:
        rows = self.frame.rows
        empty: Row = ()
        return [
            _strip(rows[y] if y < len(rows) else empty, self.size.width).crop(crop.x, crop.right)
            for y in range(crop.y, crop.bottom)
        ]


def _strip(row: Row, columns: int) -> Strip:
    return Strip([Segment(text, STYLES[look]) for text, look in row]).adjust_cell_length(columns, Style.null())
