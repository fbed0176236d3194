"""A label of a given size, laid out in the printer's own dots: every renderer places the same whole dots.

Worked example: 203 dots to the inch are 8 dots a millimetre. Code 128 wants modules of 0.25 mm at least, GS1 0.495 mm on a
logistic label: 2 and 4 dots. The widest modules that fit are taken, up to 0.5 mm (1.0 on logistic labels), because a worn print
head and a dirty window cost sharpness; the room that is left goes into the height of the bars.

Decision: everything stands at the left edge, one thing below the other. Nothing is shrunk or left out to make it fit, except
text, which is cut with a ~; a label that is too small is refused and says how large it has to be.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from math import ceil, floor

from db.core.errors import N_, StocktermError
from stockterm.labels.barcode import MOST_MILLIMETRES, Symbol, Symbology, UnprintableBarcode, encode_gs1, is_fixed_length
from stockterm.labels.content import Element, LabelContent

MARGIN_MM = 2.0
LINE_MM = 3.2
READABLE_MM = 2.8  # the text under the bars
CORNER_MM = 12.0
MEAN_CHARACTER = 0.58  # of the font size, on the safe side
BOLD_DIGIT = 0.7  # the same of the widest bold digits

LOGISTIC_MODULE_MM = (0.495, 1.016)
LOGISTIC_BARS_MM = 32.0
_LEAST_BARS_MM, _MOST_BARS_MM = 8.0, 30.0
_MODULE_MM = {  # least and most width of a module of `Symbol`; a narrow element of ITF-14 is two of them
    Symbology.EAN_13: (0.264, 0.66),
    Symbology.EAN_8: (0.264, 0.66),
    Symbology.UPC_A: (0.264, 0.66),
    Symbology.ITF_14: (0.2475, 0.508),
    Symbology.CODE_128: (0.25, 0.5),
    Symbology.GS1_128: (0.25, 0.5),
}


class LabelTooSmall(StocktermError):
    code = "label_too_small"
    template = N_("Label too small: {what} needs {width_mm} x {height_mm} mm, there are {room}. Nothing was printed.")
    what: str
    width_mm: int
    height_mm: int
    room: str


@dataclass(frozen=True, slots=True)
class Stock:
    """The labels in a printer: their size, and its dots to the inch."""

    width_mm: int = 100
    height_mm: int = 70
    dpi: int = 203

    def dots(self, millimetres: float) -> int:
        return round(millimetres * self.dpi / 25.4)


@dataclass(frozen=True, slots=True)
class TextAt:
    """One line of text, its top left corner and its height in dots."""

    text: str
    left: int
    top: int
    size: int
    bold: bool = False


@dataclass(frozen=True, slots=True)
class BarsAt:
    """One symbol: the top left corner of its first bar (quiet zone not included), height and width of a module in dots."""

    symbol: Symbol
    left: int
    top: int
    height: int
    module: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """A label in dots."""

    width: int
    height: int
    dpi: int
    texts: tuple[TextAt, ...]
    bars: tuple[BarsAt, ...]


def draw(content: LabelContent, stock: Stock) -> Drawing:
    """Lay a label out. Raises `LabelTooSmall`, or `UnprintableBarcode` for values that no symbol can carry."""
    dots = stock.dots
    margin = dots(MARGIN_MM)
    width, height = dots(stock.width_mm), dots(stock.height_mm)
    room = width - 2 * margin
    symbols = [*content.symbols, *split(content.elements, room, stock, logistic=content.logistic)]
    modules = [_module_dots(symbol, room, stock, logistic=content.logistic) for symbol in symbols]

    texts: list[TextAt] = []
    corner = round(len(content.corner) * dots(CORNER_MM) * BOLD_DIGIT) + margin if content.corner else 0
    if content.corner:
        texts.append(TextAt(content.corner, width - margin - corner + margin, margin, dots(CORNER_MM), bold=True))
    top = margin
    title = dots(content.title_mm)
    texts.append(TextAt(cut(content.title, room - corner, title), margin, top, title, bold=True))
    top = max(top + title + dots(0.8), margin + dots(CORNER_MM) if corner and not content.lines else 0)
    for line in content.lines:
        texts.append(TextAt(cut(line, room - corner, dots(LINE_MM)), margin, top, dots(LINE_MM)))
        top += dots(LINE_MM + 0.4)
    if corner:
        top = max(top, margin + dots(CORNER_MM))

    gap, readable = dots(1.0), dots(READABLE_MM)
    least = dots(LOGISTIC_BARS_MM if content.logistic else _LEAST_BARS_MM) + (1 if content.logistic else 0)
    most = max(dots(_MOST_BARS_MM), least)
    around = 2 * gap + readable
    left_over = height - margin - top
    needed_width = max((_least_width(symbol, stock, logistic=content.logistic) for symbol in symbols), default=0)
    if None in modules or left_over < len(symbols) * (around + least):
        raise LabelTooSmall(
            what=content.title,
            width_mm=_millimetres(max(needed_width + 2 * margin, 0), stock),
            height_mm=_millimetres(top + len(symbols) * (around + least) + margin, stock),
            room=f"{stock.width_mm} x {stock.height_mm}",
        )
    bar_height = min(most, left_over // max(len(symbols), 1) - around)
    bars: list[BarsAt] = []
    for symbol, module in zip(symbols, modules, strict=True):
        assert module is not None
        bars.append(BarsAt(symbol, margin + symbol.quiet_left * module, top + gap, bar_height, module))
        if symbol.text:
            size = min(readable, floor(room / (len(symbol.text) * MEAN_CHARACTER)))
            texts.append(TextAt(symbol.text, margin, top + gap + bar_height + dots(0.6), size))
        top += around + bar_height
    return Drawing(width, height, stock.dpi, tuple(texts), tuple(bars))


def split(elements: Sequence[Element], room: int, stock: Stock, *, logistic: bool) -> list[Symbol]:
    """GS1 elements as few symbols as fit side by side into `room` dots, an SSCC alone and last.

    They are dealt out in their order; within a symbol those of fixed length come first, which saves separators. What does not
    fit even alone is a symbol of its own all the same: it says how wide the label must be.
    """
    symbols: list[Symbol] = []
    waiting: list[Element] = []
    for element in [one for one in elements if one[0] != "00"]:
        longer = _fitting([*waiting, element], room, stock, logistic=logistic)
        if longer is None and waiting:
            symbols.append(encode_gs1(_fixed_first(waiting)))
            waiting = []
        waiting.append(element)
    if waiting:
        symbols.append(encode_gs1(_fixed_first(waiting)))
    symbols += [encode_gs1([one]) for one in elements if one[0] == "00"]
    return symbols


def _fixed_first(elements: Sequence[Element]) -> list[Element]:
    return sorted(elements, key=lambda element: not is_fixed_length(element[0]))


def _fitting(elements: Sequence[Element], room: int, stock: Stock, *, logistic: bool) -> Symbol | None:
    try:
        symbol = encode_gs1(_fixed_first(elements))
    except UnprintableBarcode:
        if len(elements) == 1:
            raise
        return None
    return symbol if _least_width(symbol, stock, logistic=logistic) <= room else None


def _limits(symbol: Symbol, logistic: bool) -> tuple[float, float]:
    return LOGISTIC_MODULE_MM if logistic and symbol.symbology is Symbology.GS1_128 else _MODULE_MM[symbol.symbology]


def _least_dots(symbol: Symbol, stock: Stock, logistic: bool) -> int:
    return max(1, ceil(_limits(symbol, logistic)[0] * stock.dpi / 25.4 - 0.02))


def _least_width(symbol: Symbol, stock: Stock, *, logistic: bool) -> int:
    """Dots that the symbol needs, quiet zones included, at the narrowest modules allowed."""
    return symbol.total_modules * _least_dots(symbol, stock, logistic)


def _module_dots(symbol: Symbol, room: int, stock: Stock, *, logistic: bool) -> int | None:
    """The widest module that fits, in dots; None where none does."""
    room = min(room, stock.dots(MOST_MILLIMETRES))
    most = floor(_limits(symbol, logistic)[1] * stock.dpi / 25.4 + 0.02)
    widest = min(most, room // symbol.total_modules)
    return widest if widest >= _least_dots(symbol, stock, logistic) else None


def _millimetres(dots: int, stock: Stock) -> int:
    return int((Decimal(dots) * Decimal("25.4") / stock.dpi).to_integral_value(rounding=ROUND_CEILING))


def cut(text: str, room: int, size: int) -> str:
    """The text on one line, or its beginning with a ~ where it is wider than the room."""
    plain = " ".join(text.split())
    most = max(int(room / (size * MEAN_CHARACTER)), 1)
    return plain if len(plain) <= most else plain[: most - 1].rstrip() + "~"
