"""What is this? Everything known about a scanned code; for a blind counter nothing from the books."""

from datetime import date

import pytest

from stockterm.flows.tokens import Command
from tests.flows.warehouse import Worker, a_warehouse, counting, purchased, signed_in, sold
from tests.support.databases import OpenDatabase

PCS, BOX = "9528765432108", "19528765432105"


def looking(user: str = "ANN", *, terminal: str = "T1") -> Worker:
    return signed_in(user, terminal=terminal).scan("4")


def test_item_shows_what_it_is_how_much_there_is_where_and_its_units(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "10")
    purchased("1000", "5", bin_code="A-02")
    purchased("1000", "3", location="SHOP")
    counting("BOB", terminal="T2", bin_code="A-03").scan(PCS).post()
    text = looking().scan(BOX).view.text
    assert text[0] == "1000 Screw"
    for line in ("1 BOX = 6 PCS", "Here 16 PCS, in all 19", "A-01: 10", "A-02: 5", "SHOP: 3", "Units: PCS 1, BOX 6"):
        assert line in text, text
    assert any(line.startswith("Counted: ") for line in text)
    assert any(line.startswith("Barcodes: ") for line in text)


def test_barcodes_are_shown_as_printed_and_the_items_own_gtin_is_one_of_them(database: OpenDatabase) -> None:
    from db.masters.change import put_masters

    a_warehouse()
    put_masters([("item", {"no": "1000", "gtin": "9528765432122"}), ("item", {"no": "NUT", "gtin": "95287645"})])
    worker = looking()
    assert f"Barcodes: {BOX} BOX, {PCS} PCS, 9528765432122 PCS" in worker.scan("1000").view.text
    assert "Barcodes: 95287645 PCS" in worker.scan("NUT").view.text
    put_masters([("barcode", {"barcode": "9528765432122", "item": "1000", "uom": "PCS"})])
    assert f"Barcodes: {BOX} BOX, {PCS} PCS, 9528765432122 PCS" in worker.scan("1000").view.text


def test_open_lots_are_listed_by_expiry(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("CHEESE", "4", lot="LATE", expires=date(2099, 6, 30))
    purchased("CHEESE", "3", lot="SOON", expires=date(2099, 1, 31))
    text = looking().scan("CHEESE").view.text
    lots = [line for line in text if line.startswith("Lot")]
    assert lots == ["Lot SOON exp 2099-01-31: here 3 PCS, in all 3", "Lot LATE exp 2099-06-30: here 4 PCS, in all 4"]


@pytest.mark.parametrize(
    ("scanned", "lines"),
    [
        ("BIN:A-01", ("Bin A-01 at EAST", "Zone A", "SALINE L7: 4 PCS Saline")),
        ("LOT:L7", ("Lot L7 of SALINE", "Saline", "A-01: 4")),
        ("S1", ("Serial S1 of DRILL", "Drill", "A-01")),
        ("LOC:SHOP", ("Location SHOP Shop", "Without bins.")),
        ("RSN:SCRAP", ("Reason SCRAP Scrapped",)),
        ("RECALL", ("RECALL Recalled", "BLOCKED")),
        ("HOURS", ("HOURS Hours", "Not stock: service")),
    ],
)
def test_every_kind_of_code_is_shown(database: OpenDatabase, scanned: str, lines: tuple[str, ...]) -> None:
    a_warehouse()
    purchased("SALINE", "4", lot="L7")
    purchased("DRILL", "1", serials=["S1"])
    text = looking().scan(scanned).view.text
    for line in lines:
        assert line in text, text


def test_unknown_code_is_said_to_be_unknown(database: OpenDatabase) -> None:
    a_warehouse()
    looking().scan("NOSUCH").is_refused("Unknown code NOSUCH. Nothing booked.")


def test_a_lot_that_is_sold_out_is_known(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("SALINE", "4", lot="L7")
    sold("SALINE", "4", lot="L7")
    worker = looking().scan("L7")
    assert worker.view.text[0] == "Lot L7 of SALINE"
    assert worker.view.text[-1] == "Not in stock."


def test_search_finds_by_description(database: OpenDatabase) -> None:
    a_warehouse()
    worker = looking().key(Command.LIST).scan("chee")
    assert worker.view.choices == ("1 CHEESE Cheese",)
    assert worker.scan("1").view.text[0] == "CHEESE Cheese"


def test_blind_counter_sees_what_it_is_and_no_quantity_bin_or_lot(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("SALINE", "7771", lot="SECRET")
    purchased("DRILL", "1", serials=["S1"], bin_code="A-02")
    worker = looking("CAT").scan("SALINE", "BIN:A-01", "S1", "LOT:SECRET")
    for view in worker.views[:-1]:
        assert "SECRET" not in repr(view)
    for view in worker.views:
        assert "7771" not in repr(view)
        assert "A-02" not in repr(view)
