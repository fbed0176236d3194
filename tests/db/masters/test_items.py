"""Items, their units, variants and barcodes: what an update changes, and what entries have fixed."""

from datetime import date
from decimal import Decimal

import pytest

from db.connection import fetch
from db.core.errors import BadValue, BarcodeTaken, HasEntries, MissingField, UnknownCode, WrongItemType
from db.core.numbers import from_scaled
from db.masters.change import put_masters
from db.masters.tables import BARCODES, ITEMS, UNITS, VARIANTS
from db.posting.lines import EntryType, Header, ItemJournalLine, PostedBy, TrackingLine
from db.posting.post import post_operations
from tests.db.masters.building import put, refused
from tests.support.databases import OpenDatabase

GTIN_13 = "4006381333931"
UPC_A = "036000291452"

pytestmark = pytest.mark.usefixtures("database")


def unit_cost(item_no: str) -> Decimal:
    ((scaled,),) = fetch("SELECT unit_cost FROM item_total WHERE item_no = ?", (item_no,))
    return from_scaled(scaled)


def received(item_no: str, quantity: str = "5", uom: str = "") -> None:
    header = Header(posting_date=date(2026, 1, 1))
    amount = Decimal(quantity)
    line = ItemJournalLine(header, EntryType.PURCHASE, item_no, amount, location_code="BLUE", uom_code=uom, unit_cost=Decimal(2))
    post_operations([line], PostedBy())


def sold(item_no: str, quantity: str = "5") -> None:
    header = Header(posting_date=date(2026, 1, 2))
    post_operations([ItemJournalLine(header, EntryType.SALE, item_no, Decimal(quantity), location_code="BLUE")], PostedBy())


class TestUpdates:
    def test_an_update_changes_the_fields_it_names_and_keeps_the_others(self) -> None:
        put("item", no="a", description="Cheese", reserve="always")
        assert put("item", no="A", reserve="never")
        item = ITEMS.read("A")
        assert item is not None
        assert (item["description"], item["reserve"]) == ("Cheese", "never")

    def test_a_null_puts_a_field_back_to_its_default(self) -> None:
        put("item", no="A", description="Cheese", costing_method="lifo", unit_cost=Decimal("2.5"))
        put("item", no="A", description=None, costing_method=None, unit_cost=None)
        item = ITEMS.read("A")
        assert item is not None
        assert (item["description"], item["costing_method"], unit_cost("A")) == ("", "fifo", Decimal(0))

    def test_the_same_again_changes_nothing(self) -> None:
        put("item", no="A", description="Cheese", unit_cost=Decimal(2))
        assert not put("item", no=" a ", description="Cheese", unit_cost=Decimal("2.0"))

    def test_codes_are_one_without_regard_to_case_in_any_language(self) -> None:
        put("item", no="Straße")
        assert not put("item", no="STRASSE")
        assert ITEMS.exists("straße")

    def test_every_change_raises_the_version_of_the_settings(self) -> None:
        ((before,),) = fetch("SELECT version FROM settings")
        put("item", no="A")
        ((after,),) = fetch("SELECT version FROM settings")
        assert after > before

    def test_an_item_has_its_base_unit_and_a_row_of_totals_from_the_start(self) -> None:
        put("item", no="A", base_uom="kg", unit_cost=Decimal(3))
        assert UNITS.rows("item_no = ?", "A") == [{"item_no": "A", "code": "KG", "quantity_per": Decimal(1)}]
        assert unit_cost("A") == 3

    def test_with_standard_costing_the_unit_cost_is_the_standard_cost(self) -> None:
        put("item", no="A", costing_method="standard", standard_cost=Decimal(7))
        assert unit_cost("A") == 7
        put("item", no="A", unit_cost=Decimal(8))
        item = ITEMS.read("A")
        assert item is not None
        assert (item["standard_cost"], unit_cost("A")) == (Decimal(8), Decimal(8))

    def test_several_records_are_kept_all_or_none(self) -> None:
        with pytest.raises(UnknownCode):
            put_masters([("item", {"no": "A"}), ("variant", {"item": "B", "code": "RED"})])
        assert not ITEMS.exists("A")


class TestRefusals:
    @pytest.mark.parametrize("no", ["", "   ", None])
    def test_an_item_needs_a_number(self, no: str | None) -> None:
        assert isinstance(refused("item", no=no), MissingField)

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("no", "X" * 41),
            ("no", "A\x1dB"),
            ("description", "x" * 101),
            ("description", "a\x00b"),
            ("type", "goods"),
            ("costing_method", "FIFO"),
            ("standard_cost", Decimal(-1)),
            ("unit_cost", Decimal(-1)),
            ("overhead_rate", Decimal("-0.1")),
            ("quantity_rounding", Decimal(0)),
            ("base_uom", " "),
            ("gtin", "4006381333932"),
            ("gtin", "12345"),
            ("gtin", "40063813339३1"),
        ],
    )
    def test_a_bad_value_is_refused_and_names_its_field(self, field: str, value: object) -> None:
        error = refused("item", **{"no": "A", field: value})
        assert isinstance(error, BadValue)
        assert error.field == field

    @pytest.mark.parametrize("field", ["tracking_code", "category"])
    def test_a_code_has_to_exist(self, field: str) -> None:
        error = refused("item", **{"no": "A", field: "X"})
        assert isinstance(error, UnknownCode)
        assert (error.field, error.value) == (field, "X")

    def test_only_stock_is_tracked(self) -> None:
        put("tracking_code", code="LOT", lot=True)
        assert isinstance(refused("item", no="A", type="service", tracking_code="LOT"), WrongItemType)

    def test_an_attribute_that_does_not_fit_leaves_no_half_item(self) -> None:
        put("attribute", name="Length", type="decimal")
        assert isinstance(refused("item", no="A", attributes={"Length": "long"}), BadValue)
        assert isinstance(refused("item", no="A", attributes={"Width": "1"}), UnknownCode)


class TestWhatEntriesFix:
    @pytest.fixture(autouse=True)
    def company(self, database: OpenDatabase) -> None:
        put("location", code="BLUE")
        put("tracking_code", code="LOT", lot=True)
        put("item", no="A")

    @pytest.mark.parametrize(
        "change",
        [{"type": "service"}, {"costing_method": "lifo"}, {"base_uom": "KG"}, {"tracking_code": "LOT"}],
        ids=lambda change: next(iter(change)),
    )
    def test_what_says_how_entries_are_read_stays_once_there_are_entries(self, change: dict[str, str]) -> None:
        put("item", no="A", **change)
        put("item", no="A", **dict.fromkeys(change))
        received("A")
        error = refused("item", no="A", **change)
        assert isinstance(error, HasEntries)
        assert error.field in change
        assert "open entry 1 (purchase of 2026-01-01)" in str(error)

    def test_it_stays_too_when_all_entries_are_closed(self) -> None:
        received("A")
        sold("A")
        assert isinstance(refused("item", no="A", costing_method="average"), HasEntries)

    def test_the_same_value_again_is_no_change(self) -> None:
        received("A")
        assert put("item", no="A", costing_method="fifo", type="inventory", base_uom="PCS", description="new")

    def test_a_tracking_code_may_be_exchanged_for_one_that_makes_the_same_specific(self) -> None:
        put("tracking_code", code="LOT2", lot=True, expiration_required=False)
        put("item", no="A", tracking_code="LOT")
        header = Header(posting_date=date(2026, 1, 1))
        line = ItemJournalLine(
            header, EntryType.PURCHASE, "A", Decimal(1), location_code="BLUE", tracking=(TrackingLine(lot_no="L1"),)
        )
        post_operations([line], PostedBy())
        assert put("item", no="A", tracking_code="LOT2")
        assert isinstance(refused("item", no="A", tracking_code=None), HasEntries)
        assert isinstance(refused("tracking_code", code="LOT2", lot=False), HasEntries)
        assert put("tracking_code", code="LOT2", expiration_required=True)

    def test_how_many_a_unit_holds_stays_while_entries_in_it_are_open(self) -> None:
        put("unit_of_measure", item="A", code="BOX", quantity_per=Decimal(6))
        received("A", "1", uom="BOX")
        assert isinstance(refused("unit_of_measure", item="A", code="BOX", quantity_per=Decimal(10)), HasEntries)
        sold("A", "6")
        assert put("unit_of_measure", item="A", code="BOX", quantity_per=Decimal(10))


class TestUnits:
    @pytest.fixture(autouse=True)
    def item(self, database: OpenDatabase) -> None:
        put("item", no="A", quantity_rounding=Decimal(1))

    def test_a_unit_holds_a_multiple_of_the_base_rounding(self) -> None:
        assert put("unit_of_measure", item="A", code="BOX", quantity_per=Decimal(6))
        assert isinstance(refused("unit_of_measure", item="A", code="HALF", quantity_per=Decimal("0.5")), BadValue)
        assert isinstance(refused("item", no="A", quantity_rounding=Decimal(4)), BadValue)

    @pytest.mark.parametrize("quantity_per", [Decimal(0), Decimal(-6), None])
    def test_a_unit_holds_something(self, quantity_per: Decimal | None) -> None:
        assert isinstance(refused("unit_of_measure", item="A", code="BOX", quantity_per=quantity_per), BadValue)

    def test_the_base_unit_holds_one(self) -> None:
        assert isinstance(refused("unit_of_measure", item="A", code="PCS", quantity_per=Decimal(2)), BadValue)
        assert not put("unit_of_measure", item="A", code="PCS", quantity_per=Decimal(1))

    def test_the_base_unit_changes_only_before_others_are_in_terms_of_it(self) -> None:
        assert put("item", no="A", base_uom="KG")
        assert [unit["code"] for unit in UNITS.rows("item_no = ?", "A")] == ["KG"]
        put("unit_of_measure", item="A", code="BOX", quantity_per=Decimal(6))
        assert isinstance(refused("item", no="A", base_uom="PCS"), BadValue)

    def test_units_and_variants_belong_to_an_item_that_exists(self) -> None:
        assert refused("unit_of_measure", item="B", code="BOX", quantity_per=Decimal(6)).field == "item"
        assert refused("variant", item="B", code="RED").field == "item"

    def test_a_variant_is_kept(self) -> None:
        put("variant", item="A", code="red", description="Red", blocked=True)
        variant = VARIANTS.read("A", "RED")
        assert variant == {"item_no": "A", "code": "RED", "description": "Red", "blocked": True}


class TestBarcodes:
    @pytest.fixture(autouse=True)
    def items(self, database: OpenDatabase) -> None:
        put("item", no="A", gtin=GTIN_13)
        put("item", no="B")
        put("unit_of_measure", item="A", code="BOX", quantity_per=Decimal(6))

    def test_a_gtin_of_any_length_is_kept_with_14_digits(self) -> None:
        item = ITEMS.read("A")
        assert item is not None
        assert item["gtin"] == "04006381333931"
        put("barcode", barcode=UPC_A, item="A", uom="BOX")
        assert BARCODES.exists("00036000291452")
        assert not put("barcode", barcode="0036000291452", item="A", uom="BOX")

    def test_other_codes_are_kept_without_regard_to_case(self) -> None:
        put("barcode", barcode="abc-1", item="A")
        assert BARCODES.exists("ABC-1")

    def test_a_barcode_belongs_to_one_item_variant_and_unit(self) -> None:
        put("barcode", barcode="X1", item="A", uom="BOX")
        put("variant", item="A", code="RED")
        for other in ({"item": "B"}, {"item": "A", "uom": "PCS"}, {"item": "A", "variant": "RED", "uom": "BOX"}):
            error = refused("barcode", barcode="x1", **other)
            assert isinstance(error, BarcodeTaken)
            assert (error.item_no, error.uom_code) == ("A", "BOX")

    def test_no_unit_is_the_base_unit(self) -> None:
        put("barcode", barcode="X1", item="A")
        put("barcode", barcode="X1", item="A", uom="PCS")
        assert isinstance(refused("barcode", barcode="X1", item="A", uom="BOX"), BarcodeTaken)

    def test_a_null_item_frees_a_barcode(self) -> None:
        put("barcode", barcode="X1", item="A")
        assert put("barcode", barcode="X1", item=None)
        assert put("barcode", barcode="X1", item="B")
        assert not put("barcode", barcode="X2", item=None)

    def test_item_variant_and_unit_have_to_exist(self) -> None:
        assert isinstance(refused("barcode", barcode="X1"), MissingField)
        assert refused("barcode", barcode="X1", item="C").field == "item"
        assert refused("barcode", barcode="X1", item="A", variant="RED").field == "variant"
        assert refused("barcode", barcode="X1", item="B", uom="BOX").field == "uom"
