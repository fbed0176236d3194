"""A list as labels: as many as it takes, numbered, no line cut off: for what must be in a hand where no office printer is."""

import textwrap
from collections.abc import Sequence

from stockterm.labels.content import LabelContent
from stockterm.labels.drawing import LINE_MM, MARGIN_MM, MEAN_CHARACTER

_TITLE_MM = 4.5
_BETWEEN_MM = 0.4  # below each line, as `draw` sets them
_ROUNDING_MM = 1.0  # dots are whole


def text_labels(title: str, lines: Sequence[str], width_mm: int, height_mm: int) -> list[LabelContent]:
    """The lines on labels of this size, `title 1/3` on each. A line too long for the label goes on in the next, further in."""
    characters = max(8, int((width_mm - 2 * MARGIN_MM - _ROUNDING_MM) / (LINE_MM * MEAN_CHARACTER)))
    rows = max(1, int((height_mm - 2 * MARGIN_MM - _TITLE_MM - _ROUNDING_MM) / (LINE_MM + _BETWEEN_MM)))
    wrapped = [part for line in lines for part in textwrap.wrap(line, characters, subsequent_indent="  ") or [""]]
    pages = [tuple(wrapped[start : start + rows]) for start in range(0, len(wrapped), rows)] or [()]
    return [LabelContent(f"{title} {page}/{len(pages)}", some, title_mm=_TITLE_MM) for page, some in enumerate(pages, 1)]
