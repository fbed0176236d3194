"""Sheets of labels on A4, as one self-contained HTML page to print, or as one SVG with the pages below each other.

Labels are laid out here, in millimetres, and both forms place the same drawings: what a test reads back from the SVG is what the
browser prints. Rows are filled from left to right with labels as wide as their bars; the labels of one group stay on one row.
White space between two labels is at least their quiet zones and `GAP_MM` more, so that a laser line meets one symbol only.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from stockterm.labels.barcode import Symbol, svg_bars

PAGE_WIDTH_MM, PAGE_HEIGHT_MM, MARGIN_MM = 210, 297, 12
GAP_MM = 4
PADDING_MM = 2
FONT = "Helvetica, Arial, 'Liberation Sans', sans-serif"
MEAN_CHARACTER = 0.56  # of the font size: how wide a character of the bold face is, on the safe side


@dataclass(frozen=True, slots=True)
class Label:
    """One symbol with what a person reads: `title` (a code) and `subtitle` above the bars, the symbol's own text below."""

    symbol: Symbol
    title: str
    subtitle: str = ""
    bar_height_mm: float = 11
    width_mm: float = 0
    """At least this wide, so that columns line up."""


@dataclass(frozen=True, slots=True)
class Section:
    """Labels of one kind under a heading. A group is a row, or a part of one, that is not broken up."""

    heading: str
    groups: Sequence[Sequence[Label]]
    note: str = ""
    new_page: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    title: str
    introduction: Sequence[str]
    sections: Sequence[Section]


@dataclass(frozen=True, slots=True)
class Placed:
    """A label on its page: corner of its frame and width, in millimetres."""

    label: Label
    left_mm: float
    top_mm: float
    width_mm: float
    height_mm: float


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    top_mm: float
    size_mm: float
    bold: bool


@dataclass(frozen=True, slots=True)
class Page:
    headings: tuple[Heading, ...]
    labels: tuple[Placed, ...]


def label_width(label: Label) -> float:
    """Width of the frame in millimetres: the bars with their quiet zones, or what the label asks for."""
    return max(label.symbol.width_mm, label.width_mm) + 2 * PADDING_MM


def label_height(label: Label) -> float:
    """Height of the frame: title, subtitle, bars, text below."""
    return PADDING_MM + 4 + (3.5 if label.subtitle else 0) + 1 + label.bar_height_mm + 4 + PADDING_MM


def lay_out(sheet: Sheet) -> list[Page]:
    """Place everything on pages. A heading stays with the first row below it; a label wider than the page is a mistake."""
    pages: list[Page] = []
    headings: list[Heading] = [Heading(sheet.title, MARGIN_MM + 6, 6, bold=True)]
    placed: list[Placed] = []
    top = MARGIN_MM + 10.0
    for line in sheet.introduction:
        top += 4.6
        headings.append(Heading(line, top, 3.4, bold=False))
    top += 4
    for section in sheet.sections:
        heading_height = 8.0 + (5.0 if section.note else 0.0)
        for index, row in enumerate(rows(section)):
            row_height = max(label_height(label) for label in row)
            needed = row_height + (heading_height if index == 0 else 0)
            if top + needed > PAGE_HEIGHT_MM - MARGIN_MM or (section.new_page and index == 0 and placed):
                pages.append(Page(tuple(headings), tuple(placed)))
                headings, placed, top = [], [], float(MARGIN_MM)
            if index == 0:
                headings.append(Heading(section.heading, top + 5.5, 4.2, bold=True))
                if section.note:
                    headings.append(Heading(section.note, top + 10, 3, bold=False))
                top += heading_height
            left = float(MARGIN_MM)
            for label in row:
                placed.append(Placed(label, left, top, label_width(label), row_height))
                left += label_width(label) + GAP_MM
            top += row_height + GAP_MM
    pages.append(Page(tuple(headings), tuple(placed)))
    return pages


def rows(section: Section) -> Iterator[list[Label]]:
    """Groups joined into rows as far as the page is wide."""
    room = PAGE_WIDTH_MM - 2 * MARGIN_MM
    row: list[Label] = []
    for group in section.groups:
        assert _width(group) <= room, f"{section.heading}: {_width(group):.0f} mm do not fit on the page"
        if row and _width([*row, *group]) > room:
            yield row
            row = []
        row = [*row, *group]
    if row:
        yield row


def _width(labels: Sequence[Label]) -> float:
    return sum(label_width(label) for label in labels) + GAP_MM * (len(labels) - 1)


def as_html(sheet: Sheet, language: str = "en") -> str:
    """The sheet as one HTML file without references to others, a page of it for each page of paper."""
    pages = lay_out(sheet)
    drawings = "\n".join(_page_svg(page, f"{number} / {len(pages)}") for number, page in enumerate(pages, start=1))
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(language)}">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{escape(sheet.title)}</title>\n<style>\n"
        "@page { size: A4 portrait; margin: 0; }\n"
        "html, body { margin: 0; padding: 0; background: #fff; }\n"
        "svg.page { display: block; width: 210mm; height: 297mm; margin: 0 auto; break-after: page; }\n"
        "svg.page:last-child { break-after: auto; }\n"
        "@media screen { body { background: #ccc; } svg.page { margin: 5mm auto; } }\n"
        f"</style>\n</head>\n<body>\n{drawings}\n</body>\n</html>\n"
    )


def as_svg(sheet: Sheet) -> str:
    """The sheet as one SVG, its A4 pages below each other."""
    pages = lay_out(sheet)
    height = PAGE_HEIGHT_MM * len(pages)
    drawings = "\n".join(
        f'<g transform="translate(0 {PAGE_HEIGHT_MM * index})">{_page_content(page, f"{index + 1} / {len(pages)}")}</g>'
        for index, page in enumerate(pages)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{PAGE_WIDTH_MM}mm" height="{height}mm" '
        f'viewBox="0 0 {PAGE_WIDTH_MM} {height}">\n<title>{escape(sheet.title)}</title>\n{drawings}\n</svg>\n'
    )


def _page_svg(page: Page, number: str) -> str:
    return (
        f'<svg class="page" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {PAGE_WIDTH_MM} {PAGE_HEIGHT_MM}">'
        f"{_page_content(page, number)}</svg>"
    )


def _page_content(page: Page, number: str) -> str:
    parts = [f'<rect width="{PAGE_WIDTH_MM}" height="{PAGE_HEIGHT_MM}" fill="#fff"/>']
    parts += [_text(heading.text, MARGIN_MM, heading.top_mm, heading.size_mm, bold=heading.bold) for heading in page.headings]
    parts += [_label(placed) for placed in page.labels]
    parts.append(_text(number, PAGE_WIDTH_MM / 2, PAGE_HEIGHT_MM - 5, 3, anchor="middle"))
    return "\n".join(parts)


def _label(placed: Placed) -> str:
    """Frame, title, subtitle, bars centred in the frame, and under them the text that they carry."""
    label, left, width = placed.label, placed.left_mm, placed.width_mm
    middle = left + width / 2
    top = placed.top_mm + PADDING_MM
    parts = [
        f'<rect x="{left:.3f}" y="{placed.top_mm:.3f}" width="{width:.3f}" height="{placed.height_mm:.3f}" '
        'fill="none" stroke="#bbb" stroke-width="0.15" stroke-dasharray="1 1"/>',
        _text(_cut(label.title, width, 3.6), middle, top + 3.2, 3.6, bold=True, anchor="middle"),
    ]
    top += 4
    if label.subtitle:
        parts.append(_text(_cut(label.subtitle, width, 2.7), middle, top + 2.6, 2.7, anchor="middle"))
        top += 3.5
    top += 1
    parts.append(
        svg_bars(label.symbol, label.bar_height_mm, left_mm=left + (width - label.symbol.width_mm) / 2, top_mm=top),
    )
    parts.append(_text(label.symbol.text, middle, top + label.bar_height_mm + 3.4, 2.9, anchor="middle"))
    return "".join(parts)


def _cut(text: str, width_mm: float, size_mm: float) -> str:
    """The text, or its beginning with a ~ where it is longer than the label is wide."""
    most = int((width_mm - 2) / (size_mm * MEAN_CHARACTER))
    return text if len(text) <= most else text[: most - 1].rstrip() + "~"


def _text(text: str, x: float, y: float, size: float, *, bold: bool = False, anchor: str = "start") -> str:
    place = f'x="{x:.3f}" y="{y:.3f}" text-anchor="{anchor}"'
    weight = "bold" if bold else "normal"
    face = f'font-family="{FONT}" font-size="{size:g}" font-weight="{weight}"'
    return f"<text {place} {face}>{escape(text)}</text>"
