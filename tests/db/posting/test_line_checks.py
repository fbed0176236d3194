"""May a line be posted: who, when, what, where, how much (operations reference §0, §7, §17). A refused line leaves no trace."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from db.posting.lines import EntryType, PostedBy, PostingOperation
from db.posting.prove import prove
from tests.support.builders import (
    a_location,
    a_user,
    an_item,
    changed,
    cost_of,
    count,
    counted,
    entries,
    entry,
    everything,
    found,
    invoice,
    line,
    moved,
    on_hand,
    posted,
    purchase,
    refusals,
    refused,
    sale,
    scrapped,
    undo,
    with_settings,
)

pytestmark = pytest.mark.usefixtures("database")


def proven() -> None:
    assert prove().findings == ()


# ---- who and when ---------------------------------------------------------------------------------------------------


def test_a_date_outside_the_companys_range_is_refused_naming_the_range() -> None:
    an_item()
    with_settings(allow_posting_from=date(2026, 2, 1), allow_posting_to=date(2026, 2, 28))
    error = refused(purchase("1", at="1", on=31))
    assert str(error) == "2026-01-31 is closed. Allowed: 2026-02-01 to 2026-02-28."
    assert refused(purchase("1", at="1", on=date(2026, 3, 1))).code == "date_not_allowed"
    posted(purchase("1", at="1", on=date(2026, 2, 1)), purchase("1", at="1", on=date(2026, 2, 28)))


def test_a_users_range_goes_before_the_companys() -> None:
    an_item()
    with_settings(allow_posting_from=date(2026, 2, 1))
    a_user("ANN", allow_posting_from=date(2026, 1, 1), allow_posting_to=date(2026, 1, 31))
    posted(purchase("1", at="1", on=31), by=PostedBy("ANN"))
    assert refused(purchase("1", at="1", on=32), by=PostedBy("ANN")).code == "date_not_allowed"


@pytest.mark.parametrize("kind", ["invoice", "count", "undo"])
def test_every_kind_of_posting_asks_for_the_date(kind: str) -> None:
    an_item()
    posted(purchase("1", at="1", invoiced=False, id="P", on=40))
    with_settings(allow_posting_from=date(2026, 2, 1))
    operations: dict[str, PostingOperation] = {"invoice": invoice("P"), "count": count(counted("1")), "undo": undo("P")}
    assert refused(operations[kind]).code == "date_not_allowed"


def test_an_unknown_user_a_viewer_and_a_user_of_another_location_are_refused() -> None:
    an_item()
    a_location("EAST")
    a_user("EVE", role="viewer")
    a_user("ANN", locations=["EAST"])
    assert refused(purchase("1", at="1"), by=PostedBy("nobody")).code == "unknown_code"
    assert refused(purchase("1", at="1"), by=PostedBy("EVE")).code == "permission_denied"
    assert refused(purchase("1", at="1"), by=PostedBy("ANN")).code == "permission_denied"
    posted(purchase("5", at="1", location="EAST", invoiced=False, id="P"), by=PostedBy("ANN"))
    assert refused(moved("1", location="EAST", to="BLUE"), by=PostedBy("ANN")).code == "permission_denied"
    assert refused(count(counted("1")), by=PostedBy("ANN")).code == "permission_denied"
    posted(purchase("1", at="1", invoiced=False, id="PB"))
    assert refused(invoice("PB"), by=PostedBy("ANN")).code == "permission_denied"
    proven()


def test_the_user_of_the_line_goes_before_the_one_who_posts() -> None:
    an_item()
    a_user("EVE", role="viewer")
    a_user("ANN")
    assert refused(purchase("1", at="1", header_fields={"user_code": "EVE"}), by=PostedBy("ANN")).code == "permission_denied"


def test_an_unknown_reason_is_refused() -> None:
    an_item()
    changed("reason", code="SCRAP", description="scrap")
    assert refused(found("1", at="1", header_fields={"reason_code": "OTHER"})).code == "unknown_code"
    posted(found("1", at="1", header_fields={"reason_code": "SCRAP"}))


# ---- what -----------------------------------------------------------------------------------------------------------


def test_an_unknown_item_variant_unit_or_location_is_refused_naming_the_field() -> None:
    an_item(variants=["RED"])
    for wrong, field in (
        (purchase("1", item="nobody"), "item"),
        (purchase("1", variant="BLACK"), "variant"),
        (purchase("1", uom="BOX"), "uom"),
        (purchase("1", location="nowhere"), "location"),
    ):
        error = refused(wrong)
        assert (error.code, error.field) == ("unknown_code", field)


def test_a_blocked_item_or_variant_is_refused_from_that_moment() -> None:
    an_item(variants=["RED"])
    posted(purchase("5", at="1"), purchase("5", at="1", variant="RED"))
    changed("variant", item="1000", code="RED", blocked=True)
    assert refused(sale("1", variant="RED")).code == "blocked"
    posted(sale("1"))
    changed("item", no="1000", blocked=True)
    assert [refused(one).code for one in (sale("1"), found("1"), count(counted("1")))] == ["blocked"] * 3
    changed("item", no="1000", blocked=False)
    posted(sale("1"))


def test_services_are_no_stock() -> None:
    an_item(type="service")
    assert refused(found("1")).code == "wrong_item_type"
    assert refused(moved("1", to="")).code == "wrong_item_type"
    assert refused(count(counted("1"))).code == "wrong_item_type"


@pytest.mark.parametrize("method", ["average", "standard"])
def test_methods_that_come_later_are_refused_plainly(method: str) -> None:
    an_item(costing_method=method)
    assert refused(purchase("1", at="1")).code == "not_supported"
    assert refused(count(counted("1"))).code == "not_supported"


def test_overhead_and_assembly_lines_are_refused_plainly() -> None:
    an_item("A", overhead_rate="1")
    an_item("B")
    assert refused(purchase("1", at="1", item="A")).code == "not_supported"
    assert refused(line(EntryType.ASSEMBLY_OUTPUT, "1", item="B")).code == "not_supported"


# ---- where ----------------------------------------------------------------------------------------------------------


def test_a_bin_is_named_exactly_where_the_location_has_bins() -> None:
    an_item()
    a_location("EAST", bins=["A"])
    assert refused(purchase("1", at="1", location="EAST")).code == "bin_required"
    assert refused(purchase("1", at="1", location="EAST", bin="Z")).code == "unknown_code"
    assert refused(purchase("1", at="1", bin="A")).code == "wrong_bin"
    posted(purchase("1", at="1"))
    assert refused(moved("1", to="EAST")).code == "bin_required"


def test_a_location_in_transit_takes_no_journal_lines() -> None:
    an_item()
    a_location("ROAD", in_transit=True)
    posted(purchase("1", at="1"))
    assert refused(purchase("1", at="1", location="ROAD")).code == "location_in_transit"
    assert refused(moved("1", to="ROAD")).code == "location_in_transit"


@pytest.mark.parametrize(
    ("blocked", "may_come", "may_go"), [("inbound", False, True), ("outbound", True, False), ("all", False, False)]
)
def test_a_blocked_bin_stops_its_side_of_the_movement(blocked: str, may_come: bool, may_go: bool) -> None:
    an_item()
    a_location("EAST", bins=["A", "B"])
    posted(purchase("5", at="1", location="EAST", bin="A"), purchase("5", at="1", location="EAST", bin="B"))
    changed("bin", location="EAST", code="A", blocked_movement=blocked)
    coming = [purchase("1", at="1", location="EAST", bin="A"), moved("1", location="EAST", bin="B", to_bin="A")]
    going = [sale("1", location="EAST", bin="A"), moved("1", location="EAST", bin="A", to_bin="B")]
    for operations, allowed in ((coming, may_come), (going, may_go)):
        for operation in operations:
            if allowed:
                posted(operation)
            else:
                assert refused(operation).code == "blocked"
    proven()


def test_stock_elsewhere_does_not_help() -> None:
    an_item()
    a_location("EAST")
    posted(purchase("5", at="1", location="EAST"))
    assert refused(sale("1", may_go_negative=False)).code == "not_enough_stock"


# ---- how much -------------------------------------------------------------------------------------------------------


def test_quantity_zero_and_what_rounds_to_zero_are_refused() -> None:
    an_item(units={"BOX": "6"}, quantity_rounding="1")
    assert refused(purchase("0", at="1")).code == "quantity_zero"
    assert refused(purchase("0.05", at="1", uom="BOX")).code == "quantity_rounds_to_zero"
    posted(purchase("0.25", at="1", uom="BOX", id="P"))  # one and a half: half away from zero
    assert entry("P").quantity == 2


def test_five_of_six_pieces_make_five_and_not_4_99998() -> None:
    an_item(units={"BOX": "6"}, quantity_rounding="1")
    posted(purchase("0.83333", at="6", uom="BOX", id="P"))
    assert entry("P").quantity == 5


def test_without_a_rounding_of_its_own_an_item_keeps_five_decimals() -> None:
    an_item(units={"BOX": "6"})
    posted(purchase("0.83333", at="6", uom="BOX", id="P"))
    assert entry("P").quantity == Decimal("4.99998")


def test_too_many_decimals_are_refused_and_never_rounded_in_the_base_unit() -> None:
    an_item(quantity_rounding="0.1")
    error = refused(purchase("1.25", at="1"))
    assert error.code == "too_many_decimals"
    assert "1" in str(error)


def test_costs_and_prices_are_per_unit_of_the_line() -> None:
    an_item(units={"BOX": "6"})
    posted(purchase("2", at="12.50", uom="BOX", id="P"), sale("1", uom="BOX", price="30", id="S"))
    assert (cost_of("P"), entry("P").quantity) == (25, 12)
    assert (cost_of("S"), entry("S").sales) == (Decimal("-12.50"), 30)
    proven()


def test_a_negative_quantity_is_a_return_of_a_purchase_or_sale_and_refused_elsewhere() -> None:
    an_item()
    posted(purchase("5", at="1"), purchase("-1", id="PR"), sale("-1", at="2", id="SR"))
    assert (entry("PR").quantity, entry("SR").quantity) == (-1, 1)
    for wrong in (found("-1"), scrapped("-1"), moved("-1", to="")):
        assert refused(wrong).code == "bad_value"
    assert refused(count(counted("-1"))).code == "bad_value"
    proven()


@pytest.mark.parametrize(
    ("quantity", "fields"),
    [
        ("99999999999999999999", {"at": "1"}),
        ("50000000000000", {"at": "0.00001"}),
        ("10000000", {"at": "10000000"}),
        ("1", {"amount": "99999999999999"}),
    ],
)
def test_absurd_quantities_and_amounts_are_refused_before_anything_is_written(quantity: str, fields: dict[str, str]) -> None:
    an_item()
    before = everything()
    assert {error.code for error in refusals(purchase(quantity, **fields))} == {"bad_value"}
    assert everything() == before


def test_what_an_item_comes_to_is_kept_within_what_the_database_holds() -> None:
    an_item()
    posted(purchase("20000000000000", amount="1", id="P"))
    assert refused(purchase("20000000000000", amount="1")).code == "bad_value"
    assert refused(count(counted("50000000000000"))).code == "bad_value"
    posted(purchase("1", at="1", invoiced=False, id="U"))
    assert refused(invoice("U", amount="90000000000000")).code == "bad_value"
    proven()


def test_an_absurd_sale_price_is_refused() -> None:
    an_item()
    posted(purchase("5", at="1"))
    assert refused(sale("5", price="90000000000000")).code == "bad_value"


# ---- all or nothing -------------------------------------------------------------------------------------------------


def test_every_problem_of_a_line_is_named_at_once() -> None:
    an_item()
    changed("item", no="1000", blocked=True)
    a_user("EVE", role="viewer")
    with_settings(allow_posting_from=date(2026, 2, 1))
    codes = [error.code for error in refusals(purchase("1", at="1", bin="A"), by=PostedBy("EVE"))]
    assert codes == ["permission_denied", "date_not_allowed", "blocked", "wrong_bin"]


def test_a_refused_line_leaves_no_trace_and_takes_the_others_with_it() -> None:
    an_item()
    posted(purchase("5", at="1"))
    before = everything()
    assert refused(sale("2", id="S1"), sale("9", may_go_negative=False, id="S2"), sale("1", id="S3")).code == "not_enough_stock"
    assert everything() == before
    posted(sale("2", id="S1"))  # no number and no id was used up
    assert on_hand() == 3
    assert len(entries()) == 2


def test_a_sale_after_the_stock_of_the_same_batch_is_taken_is_refused() -> None:
    an_item()
    posted(purchase("5", at="1"))
    assert refused(sale("3", may_go_negative=False), sale("3", may_go_negative=False)).code == "not_enough_stock"
    posted(sale("3", may_go_negative=False), purchase("1", at="1"), sale("3", may_go_negative=False), together=True)
    assert on_hand() == 0
    proven()


@pytest.mark.parametrize("poster", [{"role": "worker", "blocked": True}, {"role": "counter"}])
def test_who_may_post_nothing_does_not_post_in_the_name_of_somebody_who_may(poster: dict[str, Any]) -> None:
    an_item()
    a_user("BAD", **poster)
    a_user("ANN", role="worker")
    error = refused(purchase("1", at="1", header_fields={"user_code": "ANN"}), by=PostedBy("BAD"))
    assert str(error) == "Not allowed: BAD may not post anything. Ask a supervisor."
    posted(purchase("1", at="1", header_fields={"user_code": "ANN"}))
