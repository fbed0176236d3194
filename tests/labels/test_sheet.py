"""Sheets: nothing overlaps, nothing leaves the page, nothing is fetched from elsewhere, and user data is text."""

import re
from itertools import combinations

import pytest

from stockterm.labels.barcode import encode_code_128, encode_itf_14
from stockterm.labels.sheet import (
    GAP_MM,
    MARGIN_MM,
    PAGE_HEIGHT_MM,
    PAGE_WIDTH_MM,
    Label,
    Placed,
    Section,
    Sheet,
    as_html,
    as_svg,
    lay_out,
)
from tests.labels.reading import read_svg


def a_label(text: str = "BIN:A-01-01", title: str = "A-01-01", subtitle: str = "") -> Label:
    return Label(encode_code_128(text), title, subtitle)


def a_sheet(*sections: Section, title: str = "Labels") -> Sheet:
    return Sheet(title, ["one", "two"], sections)


def a_long_sheet() -> Sheet:
    small = [[a_label(f"BIN:A-{number:02}-01")] for number in range(30)]
    pairs = [[a_label(f"ITM:{number}"), Label(encode_itf_14("19501101530000"), "Carton")] for number in range(12)]
    return a_sheet(Section("Bins", small), Section("Items", pairs, "unit and carton"))


def overlap(one: Placed, other: Placed) -> bool:
    return (
        one.left_mm < other.left_mm + other.width_mm + GAP_MM - 0.001
        and other.left_mm < one.left_mm + one.width_mm + GAP_MM - 0.001
        and one.top_mm < other.top_mm + other.height_mm + GAP_MM - 0.001
        and other.top_mm < one.top_mm + one.height_mm + GAP_MM - 0.001
    )


def test_labels_stay_inside_the_margins_and_apart_from_each_other() -> None:
    pages = lay_out(a_long_sheet())
    assert len(pages) > 1
    assert sum(len(page.labels) for page in pages) == 54
    for page in pages:
        for placed in page.labels:
            assert placed.left_mm >= MARGIN_MM
            assert placed.left_mm + placed.width_mm <= PAGE_WIDTH_MM - MARGIN_MM + 0.001
            assert placed.top_mm + placed.height_mm <= PAGE_HEIGHT_MM - MARGIN_MM + 0.001
            assert placed.width_mm >= placed.label.symbol.width_mm
        assert not any(overlap(one, other) for one, other in combinations(page.labels, 2))


def test_a_heading_stands_on_the_page_of_its_first_row() -> None:
    for page in lay_out(a_long_sheet()):
        lowest = max((heading.top_mm for heading in page.headings), default=0)
        assert any(placed.top_mm > lowest for placed in page.labels)


def test_a_section_may_ask_for_a_page_of_its_own() -> None:
    bins, commands = Section("Bins", [[a_label()]]), Section("Commands", [[a_label()]], new_page=True)
    assert [len(page.labels) for page in lay_out(a_sheet(bins, commands))] == [1, 1]
    assert [len(page.labels) for page in lay_out(a_sheet(commands))] == [1]


def test_the_labels_of_a_group_stay_on_one_row() -> None:
    pairs = [placed for page in lay_out(a_long_sheet()) for placed in page.labels][30:]
    for unit, carton in zip(pairs[::2], pairs[1::2], strict=True):
        assert unit.top_mm == carton.top_mm


def test_a_group_wider_than_the_page_is_a_mistake() -> None:
    with pytest.raises(AssertionError, match="do not fit"):
        lay_out(a_sheet(Section("Wide", [[a_label()] * 5])))


def test_html_and_svg_carry_the_same_labels_and_fetch_nothing() -> None:
    sheet = a_long_sheet()
    for text in (as_html(sheet), as_svg(sheet)):
        assert not re.search(r"(src|href|url|@import|<script)", text)
        assert set(re.findall(r"https?://[^\"]+", text)) == {"http://www.w3.org/2000/svg"}
        assert text.count("BIN:A-") == 30
    assert as_html(sheet).count('<svg class="page"') == len(lay_out(sheet))


def test_titles_are_text_and_not_markup() -> None:
    text = as_html(a_sheet(Section("<b>", [[a_label(title="<i>&")]]), title="</title><script>"))
    assert "<script>" not in text
    assert "<i>" not in text
    assert "&lt;i&gt;&amp;" in text


def test_a_title_longer_than_its_label_ends_with_a_tilde_and_the_scanned_text_stays_whole() -> None:
    text = as_svg(a_sheet(Section("Bins", [[a_label(title="a name that is much longer than the label is wide")]])))
    assert re.search(r">a name that is[^<]*~<", text)
    assert ">BIN:A-01-01<" in text


def test_every_label_of_a_sheet_is_read_back_once() -> None:
    sheet = a_sheet(Section("Bins", [[a_label(f"BIN:A-{number:02}-01")] for number in range(9)]))
    read = read_svg(as_svg(sheet), PAGE_WIDTH_MM)
    assert sorted(one.text for one in read) == [f"BIN:A-{number:02}-01" for number in range(9)]
