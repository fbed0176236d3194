"""Complaints about counting: 4, 6, 7, 8, 11, 12, 13, 14, 16, 17, 18, 25."""

import time
from decimal import Decimal

from db.connection import fetch
from db.core import clock
from db.masters.change import put_masters
from db.posting.lines import EntryType, PostedBy
from db.posting.post import post_operations
from db.work import count_finish, count_orders
from db.work.count_orders import NewCountOrder
from stockterm.flows.tokens import Command
from stockterm.flows.view import Level
from tests.flows.test_count_order import an_order, at_shelf, handed_in, orphans, recorded
from tests.flows.warehouse import Worker, a_line, a_warehouse, count_entries, counting, on_hand, purchased, signed_in, sold
from tests.support.count_orders import differences
from tests.support.databases import OpenDatabase

PCS, BOX = "9528765432108", "19528765432105"
MANY = 10_000
SECONDS_TO_START = 10  # on a slow machine; what is promised stands in docs/performance.md


def test_04_a_10000_line_count_starts(database: OpenDatabase) -> None:
    """100 bins with 100 items each: ordered, begun at a terminal, and the first bin counted, with a few seconds in all."""
    a_warehouse()
    bins, items = [f"X-{number:03}" for number in range(100)], [f"ART{number:03}" for number in range(100)]
    put_masters([("bin", {"location": "EAST", "code": code, "zone": "X"}) for code in bins])
    put_masters([("item", {"no": no, "description": no}) for no in items])
    lines = [a_line(EntryType.PURCHASE, no, "3", "EAST", code, unit_cost=Decimal(1)) for code in bins for no in items]
    for start in range(0, MANY, 500):
        post_operations(lines[start : start + 500], PostedBy("", "test", "test"))
    begun = time.monotonic()
    order_no = count_orders.create_order(NewCountOrder("EAST", clock.today()), "SUE")
    count_finish.calculate_lines(order_no)
    worker = at_shelf("CAT", bin_code="X-000").scan("ITM:ART000", "3")
    taken = time.monotonic() - begun
    assert len(count_orders.order_lines(order_no)) == MANY
    assert worker.view.quantity == "3 PCS"
    assert taken < SECONDS_TO_START


def test_06_parallel_counts_do_not_overwrite_each_other(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "10")
    one = an_order()
    ann = at_shelf("ANN").scan(PCS, "4")
    bob = at_shelf("BOB", choice="1").key(Command.POST).scan(PCS, "6")
    handed_in(ann)
    handed_in(bob)
    assert recorded() == [("A-01", "1000", Decimal(4), "ANN"), ("A-01", "1000", Decimal(6), "BOB")]
    assert differences(one) == [("A-01 1000", 0)]


def test_07_a_second_line_for_the_same_item_does_not_vanish_and_a_repeat_adds_no_row(database: OpenDatabase) -> None:
    """The same item in two bins and of two lots is so many lines; the same goods again are the same line."""
    a_warehouse()
    for lot in ("L7", "L8"):
        purchased("SALINE", "4", lot=lot)
    worker = counting().scan(PCS, "NUT", PCS, "SALINE", "L7", "L8", "L7", "BIN:A-02", PCS, BOX, PCS)
    worker.is_ok()
    rows = fetch("SELECT bin_code, item_no, lot_no, quantity FROM counted_line ORDER BY bin_code, item_no, lot_no")
    assert [(*key, quantity // 100_000) for *key, quantity in rows] == [
        ("A-01", "1000", "", 2),
        ("A-01", "NUT", "", 1),
        ("A-01", "SALINE", "L7", 2),
        ("A-01", "SALINE", "L8", 1),
        ("A-02", "1000", "", 8),
    ]


def test_08_a_lot_does_not_land_on_the_wrong_item(database: OpenDatabase) -> None:
    """A lot of another item is refused by name, and a lot that stays does not stay for the next item."""
    a_warehouse()
    purchased("SALINE", "4", lot="L7")
    purchased("CHEESE", "4", lot="C1", expires=clock.today().replace(year=clock.today().year + 1, day=1))
    counting().scan("SALINE", "C1").is_refused("Lot C1", "belongs to item CHEESE", "SALINE")
    worker = signed_in("BOB", terminal="T2").scan("1", "BIN:A-02", "SALINE", "L7", "CHEESE")
    assert (worker.view.item, worker.view.prompt, worker.view.tracking) == ("CHEESE", "Lot", "")


def test_11_a_carton_barcode_is_not_counted_as_one_piece(database: OpenDatabase) -> None:
    a_warehouse()
    worker = counting().scan(BOX)
    assert worker.view.quantity == "1 BOX = 6 PCS"
    assert worker.scan(PCS).view.quantity == "1 BOX + 1 PCS = 7 PCS"


def test_12_a_quantity_typed_first_is_not_ignored(database: OpenDatabase) -> None:
    """`12*` and F6 count for the next scan. A bare number with no item before it is refused, not dropped."""
    a_warehouse()
    assert counting().scan("12*", PCS).view.quantity == "12 PCS"
    assert signed_in("BOB", terminal="T2").scan("1", "BIN:A-02").key(Command.QUANTITY).scan("5", PCS).view.quantity == "5 PCS"
    worker = signed_in("CAT", terminal="T3").scan("1", "BIN:A-03", "7")
    assert worker.level is Level.ERROR
    assert worker.view.locked


def test_13_undo_undoes(database: OpenDatabase) -> None:
    """Scan by scan, back to nothing; and where nothing is left it says so, instead of seeming to have done something."""
    a_warehouse()
    worker = counting().scan(PCS, "12*", BOX, "NUT")
    seen = []
    for _ in range(3):
        seen.append(worker.key(Command.UNDO).is_ok().view.quantity)
    assert seen == ["12 BOX + 1 PCS = 73 PCS", "1 PCS", ""]
    worker.key(Command.UNDO).is_ok()
    assert worker.view.title == "Count EAST"
    worker.key(Command.UNDO).is_refused("Nothing to undo")


def test_14_a_serial_is_not_counted_twice(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("DRILL", "1", serials=["SN1"])
    worker = counting().scan("DRILL", "SN1", "sn1")
    worker.is_refused("SN1", "already counted", "A-01")
    assert fetch("SELECT COUNT(*) FROM counted_line") == [(1,)]


def test_16_the_location_is_not_set_line_by_line(database: OpenDatabase) -> None:
    """Chosen once; every line of every job has it, and the next sign-in does not ask again."""
    a_warehouse()
    purchased("1000", "9")
    worker = counting().scan(PCS, "9").key(Command.NEXT)
    worker.post()
    worker.scan("2", "BIN:A-01", PCS, "-2", "RSN:SCRAP").post()
    assert {location for (location,) in fetch("SELECT DISTINCT location_code FROM item_ledger_entry")} == {"EAST"}
    worker.key(Command.BACK, Command.BACK, Command.BACK).scan("9")
    assert Worker("T2").scan("B-ANN-7391").view.title == "EAST Ann"


def test_17_unseen_items_are_asked_about(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("1000", "5")
    purchased("NUT", "3")
    worker = counting().scan(PCS, "5").key(Command.NEXT)
    assert worker.view.text
    assert "NUT" in " ".join(worker.view.text)
    worker.key(Command.BACK).post()
    assert on_hand("NUT") == 3, "no answer is not zero"


def test_18_differences_are_not_against_a_stale_snapshot(database: OpenDatabase) -> None:
    """Sold before the shelf was counted, sold after: neither is a difference."""
    a_warehouse()
    purchased("1000", "100")
    worker = counting()
    sold("1000", "10")
    worker.scan(PCS, "90")
    sold("1000", "5")
    worker.key(Command.NEXT).post()
    assert count_entries() == [("1000", "A-01", Decimal(90), Decimal(90))]
    assert on_hand("1000") == 85


def test_25_counting_does_not_stop_for_an_unknown_code(database: OpenDatabase) -> None:
    """In an order the code is kept and counted; in a free count it is an error, and what comes behind it is held, not lost."""
    a_warehouse()
    purchased("1000", "5")
    an_order()
    worker = at_shelf().scan("4711-X", PCS).is_ok()
    assert not worker.view.locked
    assert orphans() == [("A-01", "4711-X", 1, "")]
    free = counting("ANN", terminal="T9").scan("4711-X", PCS, PCS)
    free.is_refused("Unknown code")
    free.key(Command.BACK, Command.UNDO)
    assert free.view.quantity == "2 PCS"
