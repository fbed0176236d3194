"""Counting: what a scan does, and what is posted in the end. `operations.md` §6, with its own words where it has them."""

from decimal import Decimal

from stockterm.flows.tokens import Command
from tests.flows.warehouse import Worker, a_warehouse, count_entries, counting, entries, on_hand, purchased, signed_in, sold
from tests.support.databases import OpenDatabase

PCS, BOX = "9528765432103", "19528765432100"


def test_barcodes_of_box_and_piece_add_up_and_show_how(database: OpenDatabase) -> None:
    a_warehouse()
    worker = counting().scan(BOX, PCS)
    assert worker.view.quantity == "1 BOX + 1 PCS = 7 PCS"
    worker.is_ok()


def test_expected_5_recorded_7_posts_plus_2_and_a_count_entry(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "5")
    worker = counting().scan(PCS, "7").post()
    assert "Posted" in worker.said
    assert count_entries() == [("1000", "A-01", Decimal(5), Decimal(7))]
    assert entries()[-1] == ("positive_adjustment", "1000", Decimal(2))
    assert on_hand("1000") == 7
