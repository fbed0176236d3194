"""Every kind of label, in every form, is read back as what was asked for; what does not fit is refused, never squeezed."""

import io
from datetime import date
from decimal import Decimal

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from db.core.errors import BadValue
from stockterm.labels.barcode import encode_code_128, encode_gs1
from stockterm.labels.blocks import columns_of, draw_blocks
from stockterm.labels.content import (
    LabelContent,
    badge_label,
    bin_label,
    command_labels,
    document_label,
    is_sscc,
    item_label,
    location_label,
    logistic_label,
    lot_label,
    make_sscc,
    multiplier_labels,
    package_label,
    reason_label,
)
from stockterm.labels.drawing import Drawing, LabelTooSmall, Stock, draw
from stockterm.labels.picture import png, svg
from stockterm.labels.zpl import code_128_data, zpl, zpl_job
from tests.labels.reading import Read, read_svg
from tests.labels.zpl_reading import code_128_values, labels_of

PIECE, CARTON = "09501101530003", "19501101530000"
SSCC = "095011015300000010"
EXPIRY = date(2026, 12, 31)

ITEM = item_label("1000", "Bolt M8", "PCS", barcode=PIECE)
LOT = lot_label("2000", "Milk <1 l>", gtin=PIECE, lot_no="L-1/a", expiration_date=EXPIRY)
FULL = lot_label("2000", "Milk", gtin=PIECE, lot_no="ABC123", serial_no="S77", expiration_date=EXPIRY, count=Decimal(12))
PALLET = logistic_label(
    SSCC, free_text=("To: Shop 7", "Milk"), content_gtin=PIECE, count=Decimal(480), lot_no="ABC123", expiration_date=EXPIRY
)

KINDS: list[tuple[LabelContent, list[Read]]] = [
    (ITEM, [Read("]E0", "9501101530003")]),
    (item_label("1000", "Bolt", "BOX", barcode=CARTON, quantity_per="12 PCS"), [Read("]I1", CARTON)]),
    (item_label("1000", "Bolt", "PCS", barcode="00000095012346"), [Read("]E4", "95012346")]),
    (item_label("1000", "Bolt", "PCS", barcode="00012345678905"), [Read("]E0", "0012345678905")]),
    (item_label("1000", "Bolt", "PCS", barcode="SUP-4711"), [Read("]C0", "SUP-4711")]),
    (item_label("A1000", "Bolt", "PCS"), [Read("]C0", "ITM:A1000")]),
    (LOT, [Read("]C1", f"01{PIECE}1726123110L-1/a")]),
    (FULL, [Read("]C1", f"01{PIECE}1726123110ABC123\x1d21S77\x1d3012")]),
    (lot_label("2000", "Milk", lot_no="B 22"), [Read("]C0", "ITM:2000"), Read("]C0", "LOT:B 22")]),
    (lot_label("2000", "Milk", gtin=PIECE, lot_no="B 22"), [Read("]C0", "ITM:2000"), Read("]C0", "LOT:B 22")]),
    (lot_label("3000", "Drill", serial_no="S1"), [Read("]C0", "ITM:3000"), Read("]C0", "SN:S1")]),
    (PALLET, [Read("]C1", f"02{PIECE}37480"), Read("]C1", "1726123110ABC123"), Read("]C1", f"00{SSCC}")]),
    (logistic_label(SSCC), [Read("]C1", f"00{SSCC}")]),
    (package_label("P-1", item="2000"), [Read("]C0", "LP:P-1")]),
    (bin_label("MAIN", "A-01-01", zone="FAST", check_digits="47"), [Read("]C0", "BIN:A-01-01")]),
    (location_label("MAIN", "Main warehouse"), [Read("]C0", "LOC:MAIN")]),
    (document_label("TO-1001"), [Read("]C0", "DOC:TO-1001")]),
    (badge_label("K7Q2", "ANN", "Ann"), [Read("]C0", "USR:K7Q2")]),
    (reason_label("DAMAGED", "Damaged"), [Read("]C0", "RSN:DAMAGED")]),
]
STOCK = Stock(105, 148, 203)


def names(kinds: list[tuple[LabelContent, list[Read]]]) -> list[str]:
    return [read[0].text.replace("\x1d", "<GS>") for _content, read in kinds]


def drawn(content: LabelContent, stock: Stock = STOCK) -> Drawing:
    return draw(content, stock)


def read_png(data: bytes) -> list[Read]:
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(data)).convert("L"), text_mode=zxingcpp.TextMode.Plain)
    found.sort(key=lambda one: one.position.top_left.y)
    return [Read(one.symbology_identifier, one.text) for one in found]


@pytest.mark.parametrize(("content", "expected"), KINDS, ids=names(KINDS))
@pytest.mark.parametrize("dpi", [203, 300])
def test_every_kind_is_read_back_from_the_printers_own_language(content: LabelContent, expected: list[Read], dpi: int) -> None:
    [label] = labels_of(zpl(drawn(content, Stock(105, 148, dpi)), copies=3))
    assert label.read() == expected
    assert label.copies == 3


@pytest.mark.parametrize(("content", "expected"), KINDS, ids=names(KINDS))
def test_every_kind_is_read_back_from_png(content: LabelContent, expected: list[Read]) -> None:
    assert read_png(png([drawn(content)])) == expected


@pytest.mark.parametrize(("content", "expected"), KINDS, ids=names(KINDS))
def test_every_kind_is_read_back_from_svg(content: LabelContent, expected: list[Read]) -> None:
    assert sorted(read_svg(svg([drawn(content)]), 105), key=str) == sorted(expected, key=str)


@pytest.mark.parametrize("content", [*command_labels(), *multiplier_labels()], ids=lambda content: content.symbols[0].data)
def test_every_command_is_read_back(content: LabelContent) -> None:
    [label] = labels_of(zpl(drawn(content, Stock(60, 30))))
    assert label.read() == [Read("]C0", content.symbols[0].data)]


class TestLogisticLabel:
    def test_free_text_stands_at_the_top_then_words_then_bars_and_the_sscc_lowest(self) -> None:
        drawing = drawn(PALLET)
        tops = {text.text: text.top for text in drawing.texts}
        assert tops["To: Shop 7"] < tops[f"SSCC: {SSCC}"] < min(bars.top for bars in drawing.bars)
        assert max(drawing.bars, key=lambda bars: bars.top).symbol.data == f"00{SSCC}"
        assert [text for text in tops if text.startswith("(")][-1] == f"(00){SSCC}"

    @pytest.mark.parametrize("dpi", [203, 300, 600])
    def test_bars_are_32_mm_high_and_modules_half_a_millimetre_with_quiet_zones_and_48_characters_at_most(self, dpi: int) -> None:
        drawing = drawn(PALLET, Stock(105, 160, dpi))
        for bars in drawing.bars:
            assert Decimal(bars.height) / dpi * Decimal("25.4") >= 32
            assert Decimal("0.495") <= Decimal(bars.module) / dpi * Decimal("25.4") <= Decimal("1.016")
            assert bars.left >= 10 * bars.module
            assert bars.left + (len(bars.symbol.modules) + 10) * bars.module <= drawing.width
            assert Decimal(bars.symbol.total_modules * bars.module) / dpi * Decimal("25.4") <= 165
            assert len(bars.symbol.data) <= 48

    def test_content_and_count_go_together_and_a_lot_without_them_is_in_words_only(self) -> None:
        label = logistic_label(SSCC, lot_no="L1", count=Decimal("1.5"), content_gtin=PIECE)
        assert label.elements == (("00", SSCC),)
        assert "BATCH/LOT: L1" in label.lines

    @pytest.mark.parametrize("wrong", ["095011015300000013", "0950110153000000", "", "09501101530000001A"])
    def test_a_wrong_sscc_is_refused(self, wrong: str) -> None:
        with pytest.raises(BadValue):
            logistic_label(wrong)

    def test_a_new_sscc_has_its_check_digit_and_a_serial_too_long_is_refused(self) -> None:
        assert make_sscc("0", "9501101", 530000001) == "095011015300000010"
        assert is_sscc(make_sscc("3", "7038010", 1))
        with pytest.raises(BadValue):
            make_sscc("3", "7038010001", 10_000_000)
        with pytest.raises(BadValue):
            make_sscc("3", "703801", 1)

    def test_a_label_for_shelves_is_too_small_and_says_how_large_it_has_to_be(self) -> None:
        with pytest.raises(LabelTooSmall) as refusal:
            drawn(PALLET, Stock(60, 40))
        needed = refusal.value
        drawn(PALLET, Stock(max(needed.width_mm, 60), max(needed.height_mm, 40) * 2))


class TestFit:
    def test_wide_modules_are_used_where_there_is_room_and_narrow_ones_where_there_is_not(self) -> None:
        modules = [drawn(ITEM, Stock(width, 40)).bars[0].module for width in (60, 100)]
        assert modules == sorted(modules)
        assert modules[0] < modules[1]

    @pytest.mark.parametrize("content", [ITEM, LOT, KINDS[1][0]])
    def test_a_symbol_that_does_not_fit_is_refused_not_squeezed(self, content: LabelContent) -> None:
        with pytest.raises(LabelTooSmall):
            drawn(content, Stock(25, 40))

    def test_elements_that_do_not_fit_side_by_side_become_two_symbols(self) -> None:
        label = lot_label("2", "x", gtin=PIECE, lot_no="A" * 20, serial_no="B" * 20, expiration_date=EXPIRY)
        drawing = drawn(label, Stock(90, 70))
        assert [bars.symbol.data for bars in drawing.bars] == [f"01{PIECE}17261231", "10" + "A" * 20, "21" + "B" * 20]

    def test_long_names_end_with_a_tilde_and_stay_on_the_label(self) -> None:
        drawing = drawn(item_label("1000", "very " * 40, "PCS"), Stock(60, 40))
        assert any(text.text.endswith("~") for text in drawing.texts)

    def test_check_digits_of_a_bin_are_large_beside_the_code_and_not_in_the_bars(self) -> None:
        drawing = drawn(bin_label("MAIN", "A-01-01", check_digits="47"), Stock(100, 50))
        [digits] = [text for text in drawing.texts if text.text == "47"]
        assert digits.size == max(text.size for text in drawing.texts)
        assert all("47" not in bars.symbol.data for bars in drawing.bars)

    def test_the_text_of_a_badge_is_in_its_bars_only(self) -> None:
        drawing = drawn(badge_label("K7Q2", "ANN", "Ann"), Stock(60, 40))
        assert not any("K7Q2" in text.text for text in drawing.texts)


class TestZpl:
    def test_a_name_cannot_end_a_label_or_command_the_printer(self) -> None:
        [label] = labels_of(zpl(drawn(item_label("1000", "^XZ~JA_5E\\&é Ål\x1b", "PCS"))))
        assert label.texts[1] == "^XZ~JA_5E\\&é Ål"

    def test_a_job_of_several_labels_is_one_format_each(self) -> None:
        assert len(labels_of(zpl_job([drawn(ITEM), drawn(LOT)], copies=2))) == 2

    @given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=24))
    @settings(max_examples=300, deadline=None)
    def test_code_128_says_what_was_given_and_is_never_wider_than_what_was_laid_out(self, text: str) -> None:
        symbol = encode_code_128(text)
        values = code_128_values(code_128_data(symbol))
        assert text_of(values) == text
        assert 11 * (len(values) + 1) + 13 <= len(symbol.modules)

    def test_gs1_starts_with_fnc1_in_set_c_and_separates_with_fnc1(self) -> None:
        data = code_128_data(encode_gs1([("01", PIECE), ("10", "AB"), ("21", "7")]))
        assert data == f">;>801{PIECE}10>6AB>8217"


def text_of(values: list[int]) -> str:
    """What a reader makes of symbol characters."""
    subset, text = {104: "B", 105: "C"}[values[0]], ""
    for value in values[1:]:
        if value == 99 and subset == "B":
            subset = "C"
        elif value == 100 and subset == "C":
            subset = "B"
        elif value == 102:
            text += "\x1d"
        else:
            text += f"{value:02}" if subset == "C" else chr(value + 32)
    return text


class TestTerminal:
    @pytest.mark.parametrize(
        "symbol", [encode_code_128("BIN:A-01-01"), ITEM.symbols[0], KINDS[1][0].symbols[0], encode_gs1([("00", SSCC)])]
    )
    @pytest.mark.parametrize("light_ground", [False, True])
    def test_half_blocks_are_read_from_the_screen(self, symbol: object, light_ground: bool) -> None:
        from stockterm.labels.barcode import Symbol

        assert isinstance(symbol, Symbol)
        rows = draw_blocks(symbol, 132, light_ground=light_ground)
        assert rows is not None
        assert {len(row) for row in rows} == {columns_of(symbol)}
        image = Image.new("L", (8 * len(rows[0]), 16 * len(rows)), 255 if light_ground else 0)
        lit = 0 if light_ground else 255
        for line, row in enumerate(rows):
            for column, block in enumerate(row):
                for half, drawn_by in enumerate(("▌█", "▐█")):
                    if block in drawn_by:
                        image.paste(lit, (8 * column + 4 * half, 16 * line, 8 * column + 4 * half + 4, 16 * line + 16))
        [found] = zxingcpp.read_barcodes(image, text_mode=zxingcpp.TextMode.Plain)
        assert found.text == symbol.data

    def test_a_terminal_that_is_too_narrow_gets_no_bars_rather_than_wrong_ones(self) -> None:
        symbol = encode_code_128("12345678")
        assert draw_blocks(symbol, columns_of(symbol)) is not None
        assert draw_blocks(symbol, columns_of(symbol) - 1) is None


def test_a_lot_label_that_no_barcode_could_carry_is_refused() -> None:
    from stockterm.labels.barcode import UnprintableBarcode

    with pytest.raises(UnprintableBarcode):
        lot_label("2000", "Milk", lot_no="Æ1")
