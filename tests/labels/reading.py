"""Reads printed labels back, as a scanner would: SVG through cairosvg into pixels, pixels through zxing-cpp."""

import io
from dataclasses import dataclass

import cairosvg
import zxingcpp
from PIL import Image

DOTS_PER_INCH = 300


@dataclass(frozen=True)
class Read:
    """What a reader set to transmit symbology identifiers would send."""

    identifier: str
    text: str


def read_svg(svg: str, width_mm: float) -> list[Read]:
    """Every symbol on an SVG that is `width_mm` wide, printed at 300 dots to the inch."""
    png = cairosvg.svg2png(svg.encode(), output_width=round(width_mm / 25.4 * DOTS_PER_INCH), background_color="white")
    Image.MAX_IMAGE_PIXELS = None
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(png)).convert("L"), text_mode=zxingcpp.TextMode.Plain)
    return [Read(one.symbology_identifier, one.text) for one in found]
