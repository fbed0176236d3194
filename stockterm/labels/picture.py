"""A drawing as SVG, or as PNG where Pillow is installed: the same dots as on the printer."""

import io
from collections.abc import Sequence
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING, Any

from db.core.errors import N_, StocktermError
from stockterm.labels.drawing import BarsAt, Drawing

if TYPE_CHECKING:
    from PIL import ImageFont

FONT = "Helvetica, Arial, 'Liberation Sans', sans-serif"
_GAP_DOTS = 16


class PicturesMissing(StocktermError):
    code = "pictures_missing"
    template = N_("No PNG: Pillow is not installed (pip install 'stockterm[labels]'). SVG, HTML and ZPL need nothing.")


def runs(bars: BarsAt) -> list[tuple[int, int, int, int]]:
    """The bars, and the bearer bars, as rectangles in dots: left, top, width, height."""
    symbol, found, column = bars.symbol, [], bars.left
    for module, run in groupby(symbol.modules):
        width = bars.module * sum(1 for _one in run)
        if module == "1":
            found.append((column, bars.top, width, bars.height))
        column += width
    if symbol.bearer_modules:
        thickness = symbol.bearer_modules * bars.module
        left, width = bars.left - symbol.quiet_left * bars.module, symbol.total_modules * bars.module
        found += [(left, top, width, thickness) for top in (bars.top, bars.top + bars.height - thickness)]
    return found


def svg(drawings: Sequence[Drawing]) -> str:
    """Labels below each other as one SVG, in their real size."""
    width = max(drawing.width for drawing in drawings)
    height = sum(drawing.height for drawing in drawings) + _GAP_DOTS * (len(drawings) - 1)
    parts, top = [], 0
    for drawing in drawings:
        parts.append(f'<g transform="translate(0 {top})">{_svg_group(drawing)}</g>')
        top += drawing.height + _GAP_DOTS
    millimetres = 25.4 / drawings[0].dpi
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width * millimetres:.3f}mm" height="{height * millimetres:.3f}mm" '
        f'viewBox="0 0 {width} {height}">\n' + "\n".join(parts) + "\n</svg>\n"
    )


def _svg_group(drawing: Drawing) -> str:
    parts = [f'<rect width="{drawing.width}" height="{drawing.height}" fill="#fff"/>']
    for bars in drawing.bars:
        path = "".join(f"M{left} {top}h{width}v{height}h-{width}z" for left, top, width, height in runs(bars))
        parts.append(f'<path d="{path}"/>')
    for text in drawing.texts:
        weight = ' font-weight="bold"' if text.bold else ""
        baseline = text.top + round(text.size * 0.8)
        place = f'x="{text.left}" y="{baseline}" font-family="{FONT}" font-size="{text.size}"'
        parts.append(f"<text {place}{weight}>{escape(text.text)}</text>")
    return "".join(parts)


def png(drawings: Sequence[Drawing]) -> bytes:
    """Labels below each other as one PNG of black and white dots, with its resolution. Raises `PicturesMissing`."""
    try:
        from PIL import Image, ImageDraw
    except ImportError as problem:
        raise PicturesMissing from problem
    width = max(drawing.width for drawing in drawings)
    height = sum(drawing.height for drawing in drawings) + _GAP_DOTS * (len(drawings) - 1)
    image = Image.new("1", (width, height), 1)
    canvas = ImageDraw.Draw(image)
    top = 0
    for drawing in drawings:
        for text in drawing.texts:
            canvas.text((text.left, top + text.top), text.text, fill=0, font=_font(text.size))
        for bars in drawing.bars:
            for left, bar_top, bar_width, bar_height in runs(bars):
                corners = (left, top + bar_top, left + bar_width - 1, top + bar_top + bar_height - 1)
                canvas.rectangle(corners, fill=0)
        top += drawing.height + _GAP_DOTS
    out = io.BytesIO()
    image.save(out, "PNG", dpi=(drawings[0].dpi, drawings[0].dpi))
    return out.getvalue()


_fonts: dict[int, Any] = {}


def _font(size: int) -> "ImageFont.FreeTypeFont | ImageFont.ImageFont":
    """A font of the machine that has all letters, where there is one; else Pillow's own."""
    from PIL import ImageFont

    if size not in _fonts:
        for name in ("DejaVuSans.ttf", "LiberationSans-Regular.ttf", "Arial.ttf", "Helvetica.ttc"):
            try:
                _fonts[size] = ImageFont.truetype(name, size)
                break
            except OSError:
                continue
        else:
            _fonts[size] = ImageFont.load_default(size)
    return _fonts[size]  # type: ignore[no-any-return]
