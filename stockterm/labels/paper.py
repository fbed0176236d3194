"""Labels on A4 for an office printer: the same contents, laid out on a sheet."""

from collections.abc import Sequence
from dataclasses import replace

from stockterm.labels.barcode import Symbol
from stockterm.labels.content import LabelContent
from stockterm.labels.drawing import LOGISTIC_BARS_MM, Stock, split
from stockterm.labels.sheet import MARGIN_MM, PADDING_MM, PAGE_WIDTH_MM, Label, Section, Sheet, label_width

_ROOM_MM = PAGE_WIDTH_MM - 2 * MARGIN_MM - 2 * PADDING_MM
_PAPER = Stock(PAGE_WIDTH_MM, 297, 600)
_LOGISTIC_MODULE_MM = 0.5
_NARROWEST_MM = 40


def sheet_of(title: str, contents: Sequence[LabelContent], introduction: Sequence[str] = ()) -> Sheet:
    """The labels in their order. Logistic labels have a section each, with the bars below each other and the SSCC lowest."""
    sections: list[Section] = []
    plain: list[list[Label]] = []
    for content in contents:
        if content.logistic:
            sections.append(Section(content.title, [[one] for one in _labels(content)], ", ".join(content.lines)))
        else:
            plain += _groups(_labels(content))
    if plain:
        sections.insert(0, Section("", plain))
    return Sheet(title, list(introduction), sections)


def _labels(content: LabelContent) -> list[Label]:
    room = _PAPER.dots(_ROOM_MM)
    symbols = [*content.symbols, *split(content.elements, room, _PAPER, logistic=content.logistic)]
    if content.logistic:
        large = [replace(symbol, module_mm=_LOGISTIC_MODULE_MM) for symbol in symbols]
        return [Label(symbol, "", bar_height_mm=LOGISTIC_BARS_MM + 1, width_mm=_ROOM_MM) for symbol in large]
    title = f"{content.title}   {content.corner}" if content.corner else content.title
    subtitle = ", ".join(line for line in content.lines if line)
    return [Label(symbol, title, subtitle, bar_height_mm=_height(symbol), width_mm=_NARROWEST_MM) for symbol in symbols]


def _height(symbol: Symbol) -> float:
    return 15 if symbol.bearer_modules else 11


def _groups(labels: list[Label]) -> list[list[Label]]:
    """One group, unless it is wider than the page."""
    if sum(label_width(label) for label in labels) + 4 * len(labels) <= PAGE_WIDTH_MM - 2 * MARGIN_MM:
        return [labels]
    return [[label] for label in labels]
