"""Settings, places, tracking, categories, bills of material, people."""

import json
from datetime import date
from decimal import Decimal

import pytest

from db.connection import fetch
from db.core.errors import (
    BadValue,
    BomCycle,
    CategoryCycle,
    ExpirationMismatch,
    HasEntries,
    MissingField,
    TrackingNotAllowed,
    UnknownCode,
    WrongItemType,
)
from db.masters.people import pin_fits
from db.masters.tables import ATTRIBUTES, BINS, CATEGORIES, ITEM_ATTRIBUTES, LOCATIONS, NUMBERS, SETTINGS, USERS
from db.posting.lines import EntryType, Header, ItemJournalLine, PostedBy, TrackingLine
from db.posting.post import post_operations
from tests.db.masters.building import put, refused

pytestmark = pytest.mark.usefixtures("database")


def received(item_no: str, *, location: str = "BLUE", bin_code: str = "", lot: str = "", expires: date | None = None) -> None:
    tracking = (TrackingLine(lot_no=lot, expiration_date=expires),) if lot else ()
    header = Header(posting_date=date(2026, 1, 1))
    line = ItemJournalLine(
        header,
        EntryType.PURCHASE,
        item_no,
        Decimal(1),
        location_code=location,
        bin_code=bin_code,
        tracking=tracking,
        unit_cost=Decimal(2),
    )
    post_operations([line], PostedBy())


class TestSettings:
    def test_settings_for_later_methods_are_kept(self) -> None:
        put("settings", average_cost_period="month", expected_cost_posting=True, amount_rounding=Decimal("0.05"))
        settings = SETTINGS.read(1)
        assert settings is not None
        assert (settings["average_cost_period"], settings["expected_cost_posting"]) == ("month", True)
        assert settings["amount_rounding"] == Decimal("0.05")
        assert settings["automatic_cost_adjustment"] == "always"

    @pytest.mark.parametrize(
        ("field", "value"),
        [("amount_rounding", Decimal(0)), ("quantity_rounding", Decimal(-1)), ("average_cost_period", "never")],
    )
    def test_a_bad_value_is_refused(self, field: str, value: object) -> None:
        assert refused("settings", **{field: value}).field == field

    def test_the_range_of_posting_dates_does_not_end_before_it_starts(self) -> None:
        put("settings", allow_posting_from=date(2026, 2, 1))
        assert refused("settings", allow_posting_to=date(2026, 1, 31)).field == "allow_posting_to"
        assert put("settings", allow_posting_from=None, allow_posting_to=date(2026, 1, 31))


class TestPlaces:
    def test_a_bin_belongs_to_a_location_that_exists(self) -> None:
        assert refused("bin", location="BLUE", code="A1").field == "location"

    def test_a_bin_is_kept_with_its_fields(self) -> None:
        put("location", code="BLUE", bin_mandatory=True)
        put("bin", location="blue", code="a1", zone="pick", ranking=5, blocked_movement="outbound", minimum=Decimal(1))
        bin_ = BINS.read("BLUE", "A1")
        assert bin_ is not None
        assert (bin_["zone"], bin_["ranking"], bin_["blocked_movement"], bin_["minimum"]) == ("PICK", 5, "outbound", 1)
        put("bin", location="BLUE", code="A1", blocked_movement="none")
        assert (BINS.read("BLUE", "A1") or {})["blocked_movement"] == ""

    def test_the_least_of_a_bin_is_not_more_than_the_most(self) -> None:
        put("location", code="BLUE", bin_mandatory=True)
        assert refused("bin", location="BLUE", code="A1", minimum=Decimal(5), maximum=Decimal(4)).field == "maximum"

    def test_goods_on_the_way_lie_in_no_bin(self) -> None:
        assert isinstance(refused("location", code="WAY", in_transit=True, bin_mandatory=True), BadValue)

    def test_a_location_gets_or_loses_its_bins_only_while_it_is_empty(self) -> None:
        put("location", code="BLUE")
        put("location", code="RED", bin_mandatory=True)
        put("bin", location="RED", code="A1")
        put("item", no="A")
        received("A")
        received("A", location="RED", bin_code="A1")
        assert isinstance(refused("location", code="BLUE", bin_mandatory=True), HasEntries)
        assert isinstance(refused("location", code="RED", bin_mandatory=False), HasEntries)
        assert isinstance(refused("location", code="BLUE", in_transit=True), HasEntries)
        assert put("location", code="BLUE", name="Blue")

    def test_account_numbers_are_kept_for_the_general_ledger(self) -> None:
        put("location", code="BLUE", inventory_accounts={"inventory": "1400"})
        assert json.loads((LOCATIONS.read("BLUE") or {})["inventory_accounts"]) == {"inventory": "1400"}

    def test_responsibility_centers_and_locations_name_each_other(self) -> None:
        assert refused("location", code="BLUE", responsibility_center="EAST").field == "responsibility_center"
        assert refused("responsibility_center", code="EAST", location="BLUE").field == "location"
        put("location", code="BLUE")
        put("responsibility_center", code="EAST", location="BLUE")
        assert put("location", code="BLUE", responsibility_center="EAST")


class TestLots:
    @pytest.fixture(autouse=True)
    def item(self, database: object) -> None:
        put("location", code="BLUE")
        put("tracking_code", code="LOT", lot=True)
        put("item", no="A", tracking_code="LOT")
        put("item", no="B")

    def test_a_lot_is_blocked_and_freed_whatever_its_case(self) -> None:
        put("lot", item="A", no=" Lot-1 ", blocked=True, block_reason="Recall")
        lot = NUMBERS.read("A", "", "lot", "lot-1")
        assert lot is not None
        assert (lot["number"], lot["blocked"], lot["block_reason"]) == ("Lot-1", True, "Recall")
        put("lot", item="A", no="LOT-1", blocked=None)
        lot = NUMBERS.read("A", "", "lot", "lot-1")
        assert lot is not None
        assert (lot["number"], lot["blocked"], lot["block_reason"]) == ("Lot-1", False, "Recall")

    def test_the_expiry_date_is_set_until_the_lot_was_received(self) -> None:
        put("lot", item="A", no="L1", expiration_date=date(2026, 6, 1))
        put("lot", item="A", no="L1", expiration_date=date(2026, 7, 1))
        received("A", lot="L1", expires=date(2026, 7, 1))
        assert isinstance(refused("lot", item="A", no="l1", expiration_date=date(2026, 8, 1)), ExpirationMismatch)
        assert put("lot", item="A", no="L1", blocked=True, expiration_date=date(2026, 7, 1))

    def test_an_item_that_is_not_tracked_has_no_lots(self) -> None:
        assert isinstance(refused("lot", item="B", no="L1"), TrackingNotAllowed)
        assert isinstance(refused("serial", item="A", no="S1"), TrackingNotAllowed)

    def test_a_lot_needs_an_item_and_a_number(self) -> None:
        assert isinstance(refused("lot", item="C", no="L1"), UnknownCode)
        assert isinstance(refused("lot", item="A", no=" "), MissingField)
        assert refused("lot", item="A", variant="RED", no="L1").field == "variant"


class TestCategoriesAndAttributes:
    def test_a_category_cannot_lie_below_itself(self) -> None:
        put("category", code="A")
        put("category", code="B", parent="A")
        put("category", code="C", parent="B")
        error = refused("category", code="A", parent="C")
        assert isinstance(error, CategoryCycle)
        assert error.path == "A > C > B > A"
        assert isinstance(refused("category", code="A", parent="A"), CategoryCycle)

    def test_a_parent_has_to_exist(self) -> None:
        assert refused("category", code="A", parent="B").field == "parent"

    def test_attributes_are_one_without_regard_to_case(self) -> None:
        put("attribute", name="Colour", type="option", options=["Red", "Blue"])
        assert not put("attribute", name="COLOUR", options=["Red", "Blue"])
        assert (ATTRIBUTES.read("colour") or {})["name"] == "Colour"

    @pytest.mark.parametrize(
        ("type_", "value", "stored"),
        [
            ("text", " blue ", "blue"),
            ("option", "red", "Red"),
            ("integer", "12", "12"),
            ("integer", Decimal("12.0"), "12"),
            ("decimal", "9.50", "9.5"),
            ("date", "2026-01-31", "2026-01-31"),
        ],
    )
    def test_a_value_is_kept_in_the_form_of_its_type(self, type_: str, value: object, stored: str) -> None:
        put("attribute", name="X", type=type_, options=["Red"] if type_ == "option" else None)
        put("item", no="A", attributes={"x": value})
        assert (ITEM_ATTRIBUTES.read("A", "x") or {})["value"] == stored

    @pytest.mark.parametrize(
        ("type_", "value"),
        [
            ("text", ""),
            ("option", "green"),
            ("integer", "1.5"),
            ("decimal", "NaN"),
            ("date", "31.1.2026"),
            ("date", "2026-02-30"),
        ],
    )
    def test_a_value_of_another_type_is_refused(self, type_: str, value: object) -> None:
        put("attribute", name="X", type=type_, options=["Red"] if type_ == "option" else None)
        assert isinstance(refused("item", no="A", attributes={"X": value}), BadValue)

    def test_attributes_are_set_one_by_one_and_taken_away_by_null(self) -> None:
        put("attribute", name="X")
        put("attribute", name="Y")
        put("item", no="A", attributes={"X": "1", "Y": "2"})
        put("item", no="A", attributes={"X": "3"})
        assert (ITEM_ATTRIBUTES.read("A", "x") or {})["value"] == "3"
        put("item", no="A", attributes={"Y": None})
        assert ITEM_ATTRIBUTES.exists("A", "x")
        assert not ITEM_ATTRIBUTES.exists("A", "y")
        put("item", no="A", attributes=None)
        assert not ITEM_ATTRIBUTES.exists("A", "x")

    def test_the_type_and_a_used_option_stay_once_a_value_uses_them(self) -> None:
        put("attribute", name="X", type="option", options=["Red", "Blue"])
        put("item", no="A", attributes={"X": "Red"})
        assert isinstance(refused("attribute", name="X", type="text", options=None), HasEntries)
        assert isinstance(refused("attribute", name="X", options=["Blue"]), HasEntries)
        assert put("attribute", name="X", options=["Red"])

    def test_the_same_option_twice_is_refused(self) -> None:
        assert refused("attribute", name="X", type="option", options=["Red", "red"]).field == "options"

    def test_a_category_has_default_values_that_fit(self) -> None:
        put("attribute", name="Colour")
        put("category", code="A", attributes={"colour": "Red"})
        assert json.loads((CATEGORIES.read("A") or {})["attributes"]) == {"colour": "Red"}
        assert isinstance(refused("category", code="A", attributes={"Size": "L"}), UnknownCode)


class TestParts:
    @pytest.fixture(autouse=True)
    def items(self, database: object) -> None:
        for no in ("K", "A", "B"):
            put("item", no=no)
        put("item", no="WORK", type="service")

    def test_an_item_is_no_part_of_itself_at_any_depth(self) -> None:
        put("bom_line", item="K", line_no=10, component="A", quantity_per=Decimal(2))
        put("bom_line", item="K", line_no=20, component="B", quantity_per=Decimal(1))
        error = refused("bom_line", item="B", line_no=10, component="K", quantity_per=Decimal(1))
        assert isinstance(error, BomCycle)
        assert error.path == "B > K > B"
        assert isinstance(refused("bom_line", item="B", line_no=10, component="B", quantity_per=Decimal(1)), BomCycle)
        put("bom_line", item="A", line_no=10, component="B", quantity_per=Decimal(1))
        assert isinstance(refused("bom_line", item="B", line_no=10, component="K", quantity_per=Decimal(1)), BomCycle)

    def test_a_line_can_be_changed_field_by_field(self) -> None:
        put("bom_line", item="K", line_no=10, component="A", quantity_per=Decimal(2))
        assert put("bom_line", item="K", line_no=10, quantity_per=Decimal("0.5"))
        assert fetch("SELECT component, quantity_per FROM bom_line") == [("A", 50_000)]

    def test_a_line_says_what_and_how_much(self) -> None:
        assert refused("bom_line", item="K", line_no=10, quantity_per=Decimal(1)).field == "component"
        assert refused("bom_line", item="K", line_no=10, component="A").field == "quantity_per"
        assert refused("bom_line", item="K", line_no=10, component="A", quantity_per=Decimal(-1)).field == "quantity_per"
        assert refused("bom_line", item="K", line_no=10, component="A", quantity_per=Decimal(1), uom="BOX").field == "uom"

    def test_a_service_is_no_component(self) -> None:
        assert isinstance(refused("bom_line", item="K", line_no=10, component="WORK", quantity_per=Decimal(1)), WrongItemType)

    def test_a_vendor_has_a_number_only_once(self) -> None:
        put("catalog_item", code="1", vendor="ACME", vendor_item_no="77", gtin="4006381333931", unit_cost=Decimal("1.5"))
        assert refused("catalog_item", code="2", vendor="acme", vendor_item_no="77").field == "vendor_item_no"
        assert put("catalog_item", code="2", vendor="OTHER", vendor_item_no="77")
        assert refused("catalog_item", code="3", item_no="X").field == "item_no"


class TestPeople:
    def test_a_pin_is_kept_as_a_hash_only(self) -> None:
        put("user", code="ann", pin="1234")
        pin_hash = (USERS.read("ANN") or {})["pin_hash"]
        assert "1234" not in pin_hash
        assert pin_hash.startswith("$argon2id$")
        assert pin_fits(pin_hash, "1234")
        assert not pin_fits(pin_hash, "1235")
        assert not pin_fits("", "1234")

    def test_the_same_pin_again_changes_nothing_and_null_takes_it_away(self) -> None:
        put("user", code="ANN", pin="1234")
        assert not put("user", code="ANN", pin="1234")
        put("user", code="ANN", pin=None)
        assert (USERS.read("ANN") or {})["pin_hash"] == ""

    def test_a_refused_pin_is_not_repeated(self) -> None:
        assert "9" * 65 not in str(refused("user", code="ANN", pin="9" * 65))

    def test_a_badge_belongs_to_one_user(self) -> None:
        put("user", code="ANN", badge="b-1")
        error = refused("user", code="BOB", badge="B-1")
        assert (error.field, "ANN" in str(error)) == ("badge", True)
        assert put("user", code="ANN", badge="B-2")
        assert put("user", code="BOB", badge="B-1")

    def test_a_user_works_at_locations_that_exist(self) -> None:
        assert refused("user", code="ANN", locations=["BLUE"]).field == "locations"
        put("location", code="BLUE")
        put("user", code="ANN", locations=["blue", "BLUE"])
        assert json.loads((USERS.read("ANN") or {})["locations"]) == ["BLUE"]

    def test_roles_are_the_ones_of_the_format(self) -> None:
        assert refused("user", code="ANN", role="boss").field == "role"

    def test_a_reason_is_kept(self) -> None:
        assert put("reason", code="damage", description="Damaged")
        assert fetch("SELECT code, description FROM reason") == [("DAMAGE", "Damaged")]
