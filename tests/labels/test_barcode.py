"""Every kind of symbol is read back from its drawing, and what could not be read is refused before it is drawn."""

import subprocess
import sys

import pytest

from stockterm.labels.barcode import (
    Symbol,
    Symbology,
    UnprintableBarcode,
    encode,
    encode_code_128,
    encode_gs1,
    svg,
)
from tests.labels.reading import Read, read_svg

GTIN = "9501101530003"


@pytest.mark.parametrize(
    ("symbology", "data", "identifier", "read"),
    [
        (Symbology.EAN_13, "9501101530003", "]E0", "9501101530003"),
        (Symbology.EAN_8, "95012346", "]E4", "95012346"),
        (Symbology.UPC_A, "012345678905", "]E0", "0012345678905"),  # this reader pads to 14 digits, others to 13
        (Symbology.ITF_14, "19501101530000", "]I1", "19501101530000"),
        (Symbology.CODE_128, "CMD:HELP", "]C0", "CMD:HELP"),
        (Symbology.CODE_128, "12*", "]C0", "12*"),
        (Symbology.CODE_128, "Az-Qy/]19 ~{|}`", "]C0", "Az-Qy/]19 ~{|}`"),
        (Symbology.CODE_128, "1", "]C0", "1"),
        (Symbology.CODE_128, "1234567", "]C0", "1234567"),
        (Symbology.CODE_128, "A" * 48, "]C0", "A" * 48),
    ],
)
def test_a_symbol_is_read_back_as_it_was_given(symbology: Symbology, data: str, identifier: str, read: str) -> None:
    symbol = encode(symbology, data)
    assert symbol.data == data
    assert read_svg(svg(symbol), symbol.width_mm) == [Read(identifier, read)]


@pytest.mark.parametrize(
    ("elements", "data"),
    [
        ([("01", f"0{GTIN}"), ("17", "261231"), ("10", "ABC123")], f"010{GTIN}1726123110ABC123"),
        ([("01", f"0{GTIN}"), ("10", "ABC123"), ("17", "261231")], f"010{GTIN}10ABC123\x1d17261231"),
        ([("01", f"0{GTIN}"), ("21", "7"), ("10", "a-1/B")], f"010{GTIN}217\x1d10a-1/B"),
        ([("01", f"0{GTIN}"), ("3103", "001250"), ("10", "123")], f"010{GTIN}310300125010123"),
        ([("02", f"0{GTIN}"), ("37", "12"), ("400", "PO-1")], f"020{GTIN}3712\x1d400PO-1"),
        ([("00", "095011015300000010")], "00095011015300000010"),
    ],
)
def test_a_gs1_message_is_read_back_with_separators_only_after_open_ended_values(
    elements: list[tuple[str, str]], data: str
) -> None:
    symbol = encode_gs1(elements)
    assert symbol.data == data
    assert symbol.text == "".join(f"({ai}){value}" for ai, value in elements)
    assert read_svg(svg(symbol), symbol.width_mm) == [Read("]C1", data)]


@pytest.mark.parametrize(
    ("symbology", "data", "expected"),
    [
        (Symbology.EAN_13, "9501101530004", "check digit 3"),
        (Symbology.EAN_13, "950110153000", "13 digits"),  # the library would add the check digit
        (Symbology.EAN_13, "95011015300031", "13 digits"),  # and cut this one
        (Symbology.EAN_13, "٩501101530003", "13 digits"),  # a digit, but not one of ours
        (Symbology.EAN_8, "95012345", "check digit 6"),
        (Symbology.UPC_A, "012345678904", "check digit 5"),
        (Symbology.ITF_14, "19501101530003", "check digit 0"),  # the unit's digits with a 1 in front
        (Symbology.ITF_14, "9501101530003", "14 digits"),  # the library would pad
        (Symbology.CODE_128, "", "1 to 48 printable ASCII"),
        (Symbology.CODE_128, "A" * 49, "1 to 48 printable ASCII"),
        (Symbology.CODE_128, "BÆ", "1 to 48 printable ASCII"),
        (Symbology.CODE_128, "A\xf1B", "1 to 48 printable ASCII"),  # the library's name for FNC1
        (Symbology.CODE_128, "A\r", "1 to 48 printable ASCII"),
        (Symbology.GS1_128, "(01)09501101530003", "application identifiers"),
    ],
)
def test_what_would_be_printed_wrong_is_refused_and_says_why(symbology: Symbology, data: str, expected: str) -> None:
    with pytest.raises(UnprintableBarcode) as refusal:
        encode(symbology, data)
    assert expected in str(refusal.value)
    assert refusal.value.code == "bad_value"


@pytest.mark.parametrize(
    ("elements", "expected"),
    [
        ([], "application identifiers with values"),
        ([("01", "09501101530004")], "check digit 3"),
        ([("00", "095011015300000013")], "check digit 0"),
        ([("01", GTIN)], "14 digits"),
        ([("17", "2612")], "6 digits"),
        ([("10", "")], "characters of the GS1 set"),
        ([("10", "LOT 1")], "characters of the GS1 set"),
        ([("10", "A" * 21)], "20 characters at most"),
        ([("(10)", "A")], "application identifiers of 2 to 4 digits"),
        ([("240", "A" * 30), ("241", "B" * 30)], "48 characters at most"),
        ([("91", "q" * 46)], "165 mm at most"),
    ],
)
def test_a_gs1_message_that_no_reader_would_accept_is_refused(elements: list[tuple[str, str]], expected: str) -> None:
    with pytest.raises(UnprintableBarcode) as refusal:
        encode_gs1(elements)
    assert expected in str(refusal.value)


@pytest.mark.parametrize(
    ("symbology", "data", "bars", "left", "right"),
    [
        (Symbology.EAN_13, "9501101530003", 95, 11, 7),
        (Symbology.EAN_8, "95012346", 67, 7, 7),
        (Symbology.UPC_A, "012345678905", 95, 9, 9),
        (Symbology.CODE_128, "AB", 57, 10, 10),  # start, two characters, check character, stop
    ],
)
def test_a_symbol_has_its_width_and_its_quiet_zones(symbology: Symbology, data: str, bars: int, left: int, right: int) -> None:
    symbol = encode(symbology, data)
    assert (len(symbol.modules), symbol.quiet_left, symbol.quiet_right) == (bars, left, right)
    assert symbol.modules[0] == symbol.modules[-1] == "1"
    assert symbol.width_mm == pytest.approx((bars + left + right) * symbol.module_mm)


def test_digits_take_half_the_room_in_code_128() -> None:
    assert len(encode(Symbology.CODE_128, "12345678").modules) < len(encode(Symbology.CODE_128, "ABCDEFGH").modules)


def test_the_bars_are_drawn_over_their_whole_width_and_no_further() -> None:
    symbol = Symbol(Symbology.CODE_128, "x", "x", "1101", 0.5, 2, 2)
    drawing = svg(symbol, 10)
    assert 'd="M2 0h2v1h-2zM5 0h1v1h-1z"' in drawing
    assert 'viewBox="0 0 4.000 14.000"' in drawing


def test_text_under_the_bars_is_text_and_not_markup() -> None:
    assert "A&lt;b&gt;&amp;&quot;" in svg(encode(Symbology.CODE_128, 'A<b>&"'))


def test_neither_the_barcode_library_nor_pillow_is_loaded_before_a_symbol_is_encoded() -> None:
    program = (
        "import sys, stockterm.labels.barcode, stockterm.labels.sheet\n"
        "print([name for name in ('barcode', 'PIL', 'peewee', 'textual') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip() == "[]"


@pytest.mark.parametrize("text", ["99", "9912", "990000123", "99A", "9", "1", "9999999999"])
def test_code_128_that_begins_with_99_is_read_back_whole(text: str) -> None:
    """python-barcode leaves those two digits out: the label would say another code."""
    symbol = encode_code_128(text)
    assert read_svg(svg(symbol), symbol.width_mm) == [Read("]C0", text)]
