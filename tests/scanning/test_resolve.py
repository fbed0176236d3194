"""What a scan means on a screen: the order of the levels, and that doubt is always asked about."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.core.codes import normalize_code, number_key
from stockterm.scanning.parse import parse_scan
from stockterm.scanning.resolve import (
    Ambiguous,
    AttributesHit,
    BinHit,
    Command,
    CurrentLine,
    DocumentHit,
    Empty,
    Expected,
    Fields,
    ItemHit,
    ItemUnit,
    LocationHit,
    LotHit,
    Misread,
    Multiplier,
    PackageHit,
    Prefix,
    Quantity,
    QuantityOrItem,
    ReasonHit,
    Reference,
    ReferenceType,
    Refusal,
    Refused,
    Resolution,
    ResolveContext,
    SerialHit,
    Tracked,
    TrackingKind,
    Unknown,
    UserHit,
    resolve,
)

TODAY = date(2026, 6, 15)
GS = "\x1d"
GTIN = "09501101530003"
CASE_GTIN = "19501101530000"
VARIABLE_GTIN = "99501101530013"
SSCC = "095011015300000010"
GLN = "9501101539990"


@dataclass
class Memory:
    """Master data of a test; `asked` records the questions, so that a test can say what was not asked."""

    bin_codes: Sequence[tuple[str, str]] = ()
    location_codes: Sequence[str] = ()
    glns: Sequence[tuple[str, str]] = ()
    gtin_references: Sequence[tuple[str, ItemUnit]] = ()
    gtins: Sequence[tuple[str, ItemUnit]] = ()
    item_references: Sequence[tuple[str, Reference]] = ()
    item_units: Sequence[ItemUnit] = ()
    document_numbers: Sequence[str] = ()
    reason_codes: Sequence[str] = ()
    numbers: Sequence[Tracked] = ()
    asked: list[str] = field(default_factory=list)

    def bins(self, location_code: str, code: str) -> Sequence[str]:
        self.asked.append("bins")
        return [one for location, one in self.bin_codes if location == location_code and normalize_code(one) == code]

    def locations(self, code: str) -> Sequence[str]:
        return [one for one in self.location_codes if normalize_code(one) == code]

    def locations_with_gln(self, gln: str) -> Sequence[str]:
        return [location for one, location in self.glns if one == gln]

    def barcodes_with_gtin(self, gtin: str) -> Sequence[ItemUnit]:
        self.asked.append("gtin")
        return [unit for one, unit in self.gtin_references if one == gtin]

    def items_with_gtin(self, gtin: str) -> Sequence[ItemUnit]:
        return [unit for one, unit in self.gtins if one == gtin]

    def references(self, code: str) -> Sequence[Reference]:
        self.asked.append("references")
        return [reference for one, reference in self.item_references if normalize_code(one) == code]

    def items(self, code: str) -> Sequence[ItemUnit]:
        self.asked.append("items")
        return [unit for unit in self.item_units if normalize_code(unit.item_no) == code]

    def documents(self, code: str) -> Sequence[str]:
        return [one for one in self.document_numbers if normalize_code(one) == code]

    def reasons(self, code: str) -> Sequence[str]:
        return [one for one in self.reason_codes if normalize_code(one) == code]

    def tracked(self, number: str, item_no: str | None) -> Sequence[Tracked]:
        self.asked.append("tracked")
        return [one for one in self.numbers if number_key(one.number) == number and item_no in (None, one.item_no)]


def lot(number: str, item_no: str, variant_code: str = "") -> Tracked:
    return Tracked(TrackingKind.LOT, number, item_no, variant_code)


def serial(number: str, item_no: str) -> Tracked:
    return Tracked(TrackingKind.SERIAL, number, item_no)


def package(number: str, item_no: str) -> Tracked:
    return Tracked(TrackingKind.PACKAGE, number, item_no)


def resolved(raw: str, memory: Memory | None = None, **context: Any) -> Resolution:
    here = replace(ResolveContext(today=TODAY, location_code="EAST"), **context)
    return resolve(parse_scan(raw, reference_date=TODAY), here, memory or Memory())


def item_fields(raw: str, memory: Memory, **context: Any) -> Fields:
    hit = resolved(raw, memory, **context)
    assert isinstance(hit, ItemHit), hit
    return hit.fields


ON_1000 = CurrentLine("1000")
PIECES = ItemUnit("1000", uom_code="PCS")
BOX = ItemUnit("1000", uom_code="BOX")
EVERYTHING = Memory(
    bin_codes=[("EAST", "X1")],
    item_references=[("X1", Reference(ItemUnit("1000")))],
    item_units=[ItemUnit("X1")],
    numbers=[lot("X1", "1000"), serial("X1", "2000"), package("X1", "1000")],
    document_numbers=["X1"],
    location_codes=["X1"],
    reason_codes=["X1"],
)


# ---- level 1: commands and numbers ----------------------------------------------------------------------------------


@pytest.mark.parametrize("raw", ["CMD:UNDO", "cmd:undo", "]C0CMD:UNDO", "CMD: UNDO"])
def test_a_command_label_is_a_command_whatever_is_expected(raw: str) -> None:
    for expected in Expected:
        assert resolved(raw, EVERYTHING, expected=expected, line=ON_1000) == Command("UNDO")


def test_a_command_that_does_not_exist_is_unknown() -> None:
    assert resolved("CMD:BOOK") == Unknown("CMD:BOOK", Prefix.COMMAND)


def test_a_multiplier_alone_waits_for_the_next_scan() -> None:
    assert resolved("12*") == Multiplier(Decimal(12))
    assert resolved("2,5*") == Multiplier(Decimal("2.5"))


def test_a_multiplier_takes_the_code_that_follows_it_at_once() -> None:
    memory = Memory(gtin_references=[(GTIN, PIECES)], item_units=[ItemUnit("1000")])
    assert resolved("12*9501101530003", memory) == Multiplier(Decimal(12), ItemHit("1000", uom_code="PCS"))
    assert resolved("12*]E09501101530003", memory) == Multiplier(Decimal(12), ItemHit("1000", uom_code="PCS"))
    assert resolved("12*" + f"]C101{GTIN}10L1", memory) == Multiplier(
        Decimal(12), ItemHit("1000", uom_code="PCS", fields=Fields(lot_no="L1"))
    )


def test_behind_a_multiplier_a_number_is_a_code() -> None:
    memory = Memory(item_units=[ItemUnit("1000")])
    assert resolved("12*1000", memory, line=ON_1000) == Multiplier(Decimal(12), ItemHit("1000"))
    assert resolved("12*7", memory, line=ON_1000, expected=Expected.QUANTITY) == Multiplier(Decimal(12), Unknown("7"))


def test_a_multiplier_typed_in_front_of_a_marked_scan_is_one() -> None:
    memory = Memory(item_units=[ItemUnit("1000")])
    assert resolved("12*1000", memory, certain=True) == Multiplier(Decimal(12), ItemHit("1000"))
    assert resolved("12*Y", memory, certain=True) == Multiplier(Decimal(12), Unknown("Y"))


def test_one_multiplier_is_enough() -> None:
    assert resolved("12*3*A") == Multiplier(Decimal(12), Unknown("3*A"))


def test_an_asterisk_in_a_scanned_code_is_no_multiplier() -> None:
    memory = Memory(item_units=[ItemUnit("12*A")])
    assert resolved("]A012*A", memory) == ItemHit("12*A")
    assert resolved("12*A", memory, certain=True) == ItemHit("12*A")


@pytest.mark.parametrize(("raw", "value"), [("7", "7"), ("123456", "123456"), ("2.5", "2.5"), ("2,5", "2.5"), ("0", "0")])
def test_a_bare_number_is_a_quantity_while_a_line_is_current(raw: str, value: str) -> None:
    assert resolved(raw, line=ON_1000, expected=Expected.ITEM) == Quantity(Decimal(value))


def test_without_a_line_a_bare_number_is_a_code() -> None:
    assert resolved("7", expected=Expected.ITEM) == Unknown("7")
    assert resolved("7", Memory(item_units=[ItemUnit("7")]), expected=Expected.ITEM) == ItemHit("7")


def test_seven_digits_are_no_bare_number() -> None:
    assert resolved("1234567", line=ON_1000) == Unknown("1234567")


@pytest.mark.parametrize(
    ("memory", "hit"),
    [
        (Memory(item_units=[ItemUnit("1000")]), ItemHit("1000")),
        (Memory(item_references=[("1000", Reference(BOX))]), ItemHit("1000", uom_code="BOX")),
        (Memory(bin_codes=[("EAST", "1000")]), BinHit("EAST", "1000")),
    ],
)
def test_a_number_that_something_has_as_its_code_is_asked(memory: Memory, hit: ItemHit | BinHit) -> None:
    assert resolved("1000", memory, line=ON_1000, expected=Expected.ITEM) == QuantityOrItem(Decimal(1000), (hit,))


def test_a_lot_or_a_vendors_number_does_not_make_a_quantity_doubtful() -> None:
    memory = Memory(
        numbers=[lot("7", "1000")],
        item_references=[("7", Reference(PIECES, ReferenceType.VENDOR, "V1"))],
        bin_codes=[("WEST", "7")],
    )
    assert resolved("7", memory, line=ON_1000, expected=Expected.ITEM) == Quantity(Decimal(7))


@pytest.mark.parametrize("mark", [{"certain": True}, {"raw": "]C01000"}])
def test_what_was_certainly_scanned_is_never_a_quantity(mark: dict[str, Any]) -> None:
    memory = Memory(item_units=[ItemUnit("1000")])
    raw = mark.pop("raw", "1000")
    for expected in (Expected.ITEM, Expected.QUANTITY):
        assert resolved(raw, memory, line=ON_1000, expected=expected, **mark) == ItemHit("1000")


def test_a_bin_prompt_takes_a_number_as_a_bin_first() -> None:
    memory = Memory(bin_codes=[("EAST", "0101")])
    assert resolved("0101", memory, line=ON_1000, expected=Expected.BIN) == BinHit("EAST", "0101")


@pytest.mark.parametrize("expected", [Expected.LOT, Expected.SERIAL, Expected.PACKAGE, Expected.DOCUMENT, Expected.REASON])
def test_where_a_number_can_be_the_answer_it_is_no_quantity(expected: Expected) -> None:
    assert resolved("1000", line=ON_1000, expected=expected) == Unknown("1000")


def test_a_quantity_prompt_takes_a_number_without_asking_what_it_is() -> None:
    memory = Memory(item_units=[ItemUnit("1000")])
    assert resolved("1000", memory, expected=Expected.QUANTITY) == Quantity(Decimal(1000))


@pytest.mark.parametrize(
    ("raw", "value"), [("-3", "-3"), ("0", "0"), ("1.1234567", "1.1234567"), (",5", "0.5"), ("1234567", "1234567")]
)
def test_a_quantity_prompt_leaves_the_judgement_of_a_number_to_its_flow(raw: str, value: str) -> None:
    assert resolved(raw, expected=Expected.QUANTITY) == Quantity(Decimal(value))


@pytest.mark.parametrize("raw", ["12345678", "95012346", "9501101530003", "1e3", "1_0", "abc", "12345678,5", "٣"])
def test_a_quantity_prompt_never_takes_eight_digits_or_a_text_as_a_quantity(raw: str) -> None:
    assert not isinstance(resolved(raw, expected=Expected.QUANTITY, line=ON_1000), Quantity)


def test_an_item_scanned_into_a_quantity_prompt_is_an_item() -> None:
    assert resolved("9501101530003", Memory(gtins=[(GTIN, ItemUnit("1000"))]), expected=Expected.QUANTITY) == ItemHit("1000")


# ---- level 2: messages ----------------------------------------------------------------------------------------------


def test_a_message_fills_every_field_it_has() -> None:
    memory = Memory(gtin_references=[(GTIN, PIECES)])
    fields = item_fields(f"]C100{SSCC}02{GTIN}1726123137048{GS}10L1{GS}21S1{GS}400PO-1", memory)
    assert fields == Fields(
        quantity=Decimal(48), lot_no="L1", serial_no="S1", package_no=SSCC, expiry=date(2026, 12, 31), order_no="PO-1"
    )


def test_a_bar_code_reference_wins_over_the_items_own_gtin() -> None:
    memory = Memory(gtin_references=[(GTIN, BOX)], gtins=[(GTIN, PIECES)])
    assert resolved(f"]C101{GTIN}", memory) == ItemHit("1000", uom_code="BOX")
    assert resolved("9501101530003", memory) == ItemHit("1000", uom_code="BOX")


def test_a_case_counts_in_the_unit_of_its_own_number() -> None:
    memory = Memory(gtin_references=[(GTIN, PIECES), (CASE_GTIN, BOX)])
    assert resolved(f"]C102{CASE_GTIN}3710", memory) == ItemHit("1000", uom_code="BOX", fields=Fields(quantity=Decimal(10)))


def test_pieces_of_a_variable_quantity_are_base_units() -> None:
    memory = Memory(gtin_references=[(VARIABLE_GTIN, BOX)])
    assert resolved(f"]C101{VARIABLE_GTIN}3012", memory) == ItemHit("1000", fields=Fields(quantity=Decimal(12)))


def test_a_weight_keeps_its_decimals() -> None:
    memory = Memory(gtins=[(VARIABLE_GTIN, ItemUnit("CHEESE"))])
    assert str(item_fields(f"]C101{VARIABLE_GTIN}3103001250", memory).weight_kg) == "1.250"


def test_use_by_wins_over_best_before_and_the_other_is_logged() -> None:
    memory = Memory(gtins=[(GTIN, ItemUnit("1000"))])
    fields = item_fields(f"]C101{GTIN}1526093017261231", memory)
    assert fields.expiry == date(2026, 12, 31)
    assert [(element.ai, element.value) for element in fields.unused] == [("15", "260930")]
    assert item_fields(f"]C101{GTIN}15260930", memory).expiry == date(2026, 9, 30)


def test_fields_that_no_screen_asks_for_are_kept_to_be_logged() -> None:
    memory = Memory(gtins=[(GTIN, ItemUnit("1000"))])
    fields = item_fields(f"]C101{GTIN}112601012007{GS}22V{GS}422578{GS}10L1", memory)
    assert [element.ai for element in fields.unused] == ["11", "20", "22", "422"]


def test_a_count_without_content_is_not_used_as_a_quantity() -> None:
    fields = item_fields(f"]C101{GTIN}3712", Memory(gtins=[(GTIN, ItemUnit("1000"))]))
    assert fields.quantity is None
    assert [element.ai for element in fields.unused] == ["37"]


@pytest.mark.parametrize("raw", [f"]C102{GTIN}", f"]C101{VARIABLE_GTIN}", "]I199501101530013"])
def test_a_label_that_does_not_state_its_quantity_says_so(raw: str) -> None:
    memory = Memory(gtins=[(GTIN, ItemUnit("1000")), (VARIABLE_GTIN, ItemUnit("1000"))])
    assert item_fields(raw, memory).quantity_missing


def test_a_suspected_separator_is_passed_on_to_be_asked_once() -> None:
    fields = item_fields(f"]C101{GTIN}10ABC12317261231", Memory(gtins=[(GTIN, ItemUnit("1000"))]))
    assert fields.lot_no == "ABC12317261231"
    assert fields.suspected is not None
    assert fields.suspected.shortened == "ABC123"


def test_a_message_that_contradicts_itself_is_refused() -> None:
    assert resolved(f"]C101{GTIN}02{CASE_GTIN}3712") == Refused(Refusal.GTIN_WITH_CONTENT, "02", CASE_GTIN, GTIN)
    assert resolved(f"]C101{GTIN}10A{GS}10B") == Refused(Refusal.REPEATED, "10", "B", "A")


@pytest.mark.parametrize("expected", [Expected.LOT, Expected.SERIAL, Expected.PACKAGE])
def test_another_items_label_contradicts_the_line_while_its_number_is_asked_for(expected: Expected) -> None:
    memory = Memory(gtins=[(GTIN, ItemUnit("2000"))])
    refused = Refused(Refusal.CONTRADICTS_LINE, "item", "2000", "1000")
    assert resolved(f"]C101{GTIN}10L1", memory, line=ON_1000, expected=expected) == refused


@pytest.mark.parametrize("expected", [Expected.ITEM, Expected.BIN, Expected.QUANTITY, Expected.ANY])
def test_elsewhere_another_items_label_is_the_next_item(expected: Expected) -> None:
    memory = Memory(gtins=[(GTIN, ItemUnit("2000"))])
    assert isinstance(resolved(f"]C101{GTIN}10L1", memory, line=ON_1000, expected=expected), ItemHit)


def test_another_lot_contradicts_the_lot_of_the_line_and_case_does_not_matter() -> None:
    line = CurrentLine("1000", lot_no="L1")
    refused = Refused(Refusal.CONTRADICTS_LINE, "lot", "L2", "L1")
    assert resolved(f"]C110L2{GS}21S1", line=line, expected=Expected.SERIAL) == refused
    assert isinstance(resolved(f"]C110l1{GS}21S1", line=line, expected=Expected.SERIAL), AttributesHit)


def test_attributes_without_an_item_belong_to_the_current_one_or_are_held() -> None:
    hit = resolved(f"]C110L1{GS}17261231", line=CurrentLine("1000", "RED"))
    assert isinstance(hit, AttributesHit)
    assert (hit.item_no, hit.variant_code, hit.fields.lot_no, hit.fields.expiry) == ("1000", "RED", "L1", date(2026, 12, 31))
    held = resolved("]C121S1")
    assert isinstance(held, AttributesHit)
    assert (held.item_no, held.fields.serial_no) == ("", "S1")


def test_a_gtin_that_nothing_has_is_unknown_even_if_its_lot_is_known() -> None:
    found = resolved(f"]C101{GTIN}10L1", Memory(numbers=[lot("L1", "1000")]))
    assert isinstance(found, Unknown)
    assert (found.code, found.fields.lot_no) == (GTIN, "L1")


def test_a_gtin_of_several_items_is_asked_with_all_it_said() -> None:
    memory = Memory(gtins=[(GTIN, ItemUnit("1000")), (GTIN, ItemUnit("2000"))])
    fields = Fields(lot_no="L1")
    assert resolved(f"]C101{GTIN}10L1", memory) == Ambiguous(
        GTIN, (ItemHit("1000", fields=fields), ItemHit("2000", fields=fields))
    )


def test_an_sscc_is_a_package_known_or_not() -> None:
    memory = Memory(numbers=[package(SSCC, "1000"), package(SSCC, "2000")])
    for raw in (f"]C100{SSCC}", f"00{SSCC}"):
        known = resolved(raw, memory)
        assert isinstance(known, PackageHit)
        assert (known.package_no, known.known) == (SSCC, True)
    unknown = resolved(f"]C100{SSCC}")
    assert isinstance(unknown, PackageHit)
    assert not unknown.known
    assert resolved(SSCC, memory) == PackageHit(SSCC)


def test_a_logistic_label_is_its_package_where_a_package_is_asked_for_and_else_its_content() -> None:
    memory = Memory(gtins=[(GTIN, ItemUnit("1000"))], numbers=[package(SSCC, "1000")])
    raw = f"]C100{SSCC}02{GTIN}3748"
    assert isinstance(resolved(raw, memory, expected=Expected.PACKAGE), PackageHit)
    assert isinstance(resolved(raw, memory, expected=Expected.ITEM), ItemHit)


def test_a_gln_is_a_location_and_with_its_extension_a_bin() -> None:
    memory = Memory(glns=[(GLN, "WEST")], bin_codes=[("WEST", "A-01"), ("EAST", "A-01")])
    location, a_bin = resolved(f"]C1414{GLN}", memory), resolved(f"]C1414{GLN}254a-01", memory)
    assert isinstance(location, LocationHit)
    assert location.location_code == "WEST"
    assert isinstance(a_bin, BinHit)
    assert (a_bin.location_code, a_bin.bin_code) == ("WEST", "A-01")
    assert isinstance(resolved(f"]C1414{GLN}254B-9", memory), Unknown)
    assert isinstance(resolved(f"]C1414{GLN}254A-01"), Unknown)


def test_part_numbers_find_an_item_where_there_is_no_gtin() -> None:
    memory = Memory(
        item_references=[("XK-77", Reference(PIECES, ReferenceType.VENDOR, "V1"))],
        item_units=[ItemUnit("1000"), ItemUnit("XK-99")],
    )
    assert isinstance(resolved("]C1240XK-77", memory), ItemHit)
    assert isinstance(resolved("]C12411000", memory), ItemHit)
    assert isinstance(resolved("]C1240XK-99", memory), Unknown)


def test_an_order_number_is_a_document() -> None:
    listed = resolved("]C1400PO-1", documents=["po-1"])
    assert isinstance(listed, DocumentHit)
    assert listed.document_no == "po-1"
    assert isinstance(resolved("]C1400PO-1", Memory(document_numbers=["PO-1"])), DocumentHit)
    assert isinstance(resolved("]C1400PO-1"), Unknown)


def test_a_message_without_anything_to_ask_for_is_unknown_with_its_elements() -> None:
    found = resolved("]C198LP000123")
    assert isinstance(found, Unknown)
    assert [element.ai for element in found.fields.unused] == ["98"]


@pytest.mark.parametrize("raw", ["]E09501101530004", f"]C101{GTIN[:-1]}4", "]C117261301", "]C110", "]I119501101530001"])
def test_a_faulty_label_is_a_misread_and_nothing_is_looked_up(raw: str) -> None:
    memory = Memory()
    found = resolved(raw, memory)
    assert isinstance(found, Misread)
    assert found.faults
    assert not memory.asked


# ---- level 3: labels of our own -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "hit"),
    [
        ("BIN:X1", BinHit("EAST", "X1")),
        ("LOC:X1", LocationHit("X1")),
        ("ITM:X1", ItemHit("X1")),
        ("LOT:X1", LotHit("X1", "1000")),
        ("SN:X1", SerialHit("X1", "2000")),
        ("DOC:X1", DocumentHit("X1")),
        ("USR:x1", UserHit("X1")),
        ("RSN:X1", ReasonHit("X1")),
        ("LP:X1", PackageHit("X1")),
    ],
)
def test_a_prefix_decides_whatever_is_expected(raw: str, hit: Resolution) -> None:
    for expected in Expected:
        assert resolved(raw, EVERYTHING, expected=expected) == hit
        assert resolved(raw.lower(), EVERYTHING, expected=expected) == hit


@pytest.mark.parametrize("prefix", [Prefix.BIN, Prefix.LOCATION, Prefix.ITEM, Prefix.DOCUMENT, Prefix.REASON])
def test_a_prefixed_label_of_nothing_says_what_it_should_have_been(prefix: Prefix) -> None:
    assert resolved(f"{prefix}Y9", EVERYTHING) == Unknown("Y9", prefix)
    assert resolved(f"{prefix}", EVERYTHING) == Unknown("", prefix)


def test_a_label_of_a_new_lot_serial_or_package_is_one_all_the_same() -> None:
    assert resolved("LOT:New-7", line=ON_1000) == LotHit("New-7")
    assert resolved("SN:New-7") == SerialHit("New-7")
    assert resolved("LP:New-7") == PackageHit("New-7", known=False)


def test_a_site_can_have_other_prefixes() -> None:
    assert resolved("L/X1", EVERYTHING, prefixes=[("L/", Prefix.LOT)]) == LotHit("X1", "1000")


# ---- levels 4 to 9 --------------------------------------------------------------------------------------------------


def test_a_listed_document_comes_before_anything_that_is_expected() -> None:
    for expected in Expected:
        if expected is not Expected.USER:
            assert resolved("x1", EVERYTHING, expected=expected, documents=["X1"]) == DocumentHit("X1")


@pytest.mark.parametrize(
    ("expected", "hit"),
    [
        (Expected.ANY, BinHit("EAST", "X1")),
        (Expected.QUANTITY, BinHit("EAST", "X1")),
        (Expected.BIN, BinHit("EAST", "X1")),
        (Expected.ITEM, ItemHit("1000")),
        (Expected.LOT, LotHit("X1", "1000")),
        (Expected.SERIAL, SerialHit("X1", "2000")),
        (Expected.PACKAGE, PackageHit("X1")),
        (Expected.LOCATION, LocationHit("X1")),
        (Expected.DOCUMENT, DocumentHit("X1")),
        (Expected.REASON, ReasonHit("X1")),
        (Expected.USER, UserHit("X1")),
    ],
)
def test_what_is_expected_is_tried_first(expected: Expected, hit: Resolution) -> None:
    assert resolved("x1", EVERYTHING, expected=expected) == hit


def test_any_kind_is_accepted_whatever_is_expected() -> None:
    a_bin, an_item, a_lot = (
        Memory(bin_codes=[("EAST", "Y1")]),
        Memory(item_units=[ItemUnit("Y1")]),
        Memory(numbers=[lot("Y1", "1000")]),
    )
    for expected in set(Expected) - {Expected.USER}:
        assert resolved("y1", a_bin, expected=expected) == BinHit("EAST", "Y1")
        assert resolved("y1", an_item, expected=expected) == ItemHit("Y1")
        assert resolved("y1", a_lot, expected=expected) == LotHit("Y1", "1000")


def test_bins_of_other_locations_are_not_meant() -> None:
    assert resolved("X1", Memory(bin_codes=[("WEST", "X1")]), expected=Expected.BIN) == Unknown("X1")
    assert resolved("X1", Memory(bin_codes=[("", "X1")]), expected=Expected.BIN, location_code="") == Unknown("X1")


def test_an_item_number_comes_after_the_bar_codes_and_references() -> None:
    vendor = Reference(ItemUnit("2000"), ReferenceType.VENDOR, "V1")
    customer = Reference(ItemUnit("3000"), ReferenceType.CUSTOMER, "C1")
    barcode = Reference(ItemUnit("4000"))
    items = [ItemUnit("X")]
    document = {"vendor_no": "v1", "customer_no": "C1"}
    assert resolved("X", Memory(item_units=items, item_references=[("X", vendor), ("X", barcode)]), **document) == ItemHit("4000")
    assert resolved("X", Memory(item_units=items, item_references=[("X", customer), ("X", vendor)]), **document) == ItemHit(
        "2000"
    )
    assert resolved("X", Memory(item_units=items, item_references=[("X", customer)]), **document) == ItemHit("3000")
    assert resolved("X", Memory(item_units=items)) == ItemHit("X")


def test_on_a_document_only_its_own_vendors_references_count() -> None:
    memory = Memory(item_references=[("X", Reference(ItemUnit("2000"), ReferenceType.VENDOR, "V2"))])
    assert resolved("X", memory, vendor_no="V1") == Unknown("X")


def test_two_vendors_equal_references_are_asked_without_a_document() -> None:
    references = [
        ("X", Reference(ItemUnit(item), ReferenceType.VENDOR, vendor)) for item, vendor in (("1000", "V1"), ("2000", "V2"))
    ]
    assert resolved("X", Memory(item_references=references)) == Ambiguous("X", (ItemHit("1000"), ItemHit("2000")))
    assert resolved("X", Memory(item_references=references), vendor_no="V2") == ItemHit("2000")


def test_the_same_thing_found_twice_is_one_hit() -> None:
    memory = Memory(numbers=[lot("L1", "1000"), lot("L1", "1000")])
    assert resolved("L1", memory) == LotHit("L1", "1000")


def test_numbers_of_the_current_item_come_before_those_of_others() -> None:
    memory = Memory(numbers=[serial("N7", "2000"), lot("n7", "1000")])
    assert resolved("N7", memory, line=ON_1000) == LotHit("n7", "1000")
    assert resolved("N7", memory) == SerialHit("N7", "2000")
    assert resolved("N7", memory, line=CurrentLine("3000")) == SerialHit("N7", "2000")


def test_the_lot_of_the_current_variant_is_meant() -> None:
    memory = Memory(numbers=[lot("L1", "1000", "RED"), lot("L1", "1000", "BLUE")])
    assert resolved("L1", memory, line=CurrentLine("1000", "BLUE"), expected=Expected.LOT) == LotHit("L1", "1000", "BLUE")
    assert isinstance(resolved("L1", memory, line=ON_1000, expected=Expected.LOT), Ambiguous)


def test_a_lot_prompt_finds_another_items_lot_so_that_it_can_be_named() -> None:
    memory = Memory(numbers=[lot("L9", "2000")], item_units=[ItemUnit("L9")])
    assert resolved("L9", memory, line=ON_1000, expected=Expected.LOT) == LotHit("L9", "2000")


def test_a_lot_of_several_items_is_asked() -> None:
    memory = Memory(numbers=[lot("L1", "1000"), lot("L1", "2000")])
    assert resolved("l1", memory) == Ambiguous("l1", (LotHit("L1", "1000"), LotHit("L1", "2000")))


def test_a_package_of_several_items_is_one_package() -> None:
    assert resolved("P1", Memory(numbers=[package("P1", "1000"), package("P1", "2000")])) == PackageHit("P1")


def test_the_next_level_is_not_asked_once_there_is_a_hit() -> None:
    memory = Memory(gtin_references=[(GTIN, PIECES)])
    resolved("9501101530003", memory, expected=Expected.ITEM)
    assert memory.asked == ["gtin"]


def test_no_question_is_asked_twice() -> None:
    memory = Memory()
    resolved("NOTHING", memory, line=ON_1000, expected=Expected.LOT)
    assert sorted(memory.asked) == ["bins", "items", "references", "tracked", "tracked"]


@pytest.mark.parametrize("digits", ["12345678", "123456789011", "9501101530004", "19501101530001"])
def test_digits_that_match_nothing_and_do_not_check_are_a_misread(digits: str) -> None:
    assert isinstance(resolved(digits), Misread)
    assert isinstance(resolved("]C0" + digits), Unknown)
    assert resolved(digits, Memory(item_units=[ItemUnit(digits)])) == ItemHit(digits)


@pytest.mark.parametrize("raw", ["9501101530003", "ABC", "123456789", SSCC])
def test_what_matches_nothing_is_unknown(raw: str) -> None:
    assert resolved(raw) == Unknown(raw)


def test_nothing_is_nothing() -> None:
    assert resolved(" \x00 ") == Empty()


# ---- whatever comes in ----------------------------------------------------------------------------------------------


@given(
    st.text(max_size=30) | st.binary(max_size=30).map(lambda data: data.decode("utf-8", "surrogateescape")),
    st.sampled_from(["", "12*", "BIN:", "LOT:", "CMD:", "]C1", "]C0", "01" + GTIN, GS]),
    st.sampled_from(Expected),
    st.booleans(),
)
def test_nothing_that_is_scanned_raises(text: str, start: str, expected: Expected, certain: bool) -> None:
    resolved(start + text, EVERYTHING, expected=expected, certain=certain, line=ON_1000, documents=["X1"])
