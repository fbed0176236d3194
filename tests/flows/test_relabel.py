"""Relabelling at the shelf: new lots, dates, serials, packages and variants, driven by scans. `operations.md` §8."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from db.connection import fetch
from db.core import clock
from db.core.numbers import from_scaled
from db.masters.change import put_masters
from db.posting.lines import EntryType, Header, OrderedLine, TrackingLine, TransferOrder
from db.posting.prove import prove
from stockterm.flows.tokens import Command
from tests.flows.warehouse import Worker, a_line, a_warehouse, entries, on_hand, posted, purchased, signed_in, sold
from tests.support.databases import OpenDatabase

YEAR = clock.today().year + 1
JUNE, JULY = date(YEAR, 6, 30), date(YEAR, 7, 31)
TYPED_JUNE, TYPED_JULY = f"3006{YEAR}", f"3107{YEAR}"


@pytest.fixture(autouse=True)
def warehouse(database: OpenDatabase) -> Any:
    a_warehouse()
    put_masters(
        [
            ("tracking_code", {"code": "BOTH", "lot": True, "serial": True}),
            ("tracking_code", {"code": "PACK", "lot": True, "package": True}),
            ("tracking_code", {"code": "ONLY", "package": True}),
            ("item", {"no": "PUMP", "description": "Pump", "tracking_code": "BOTH"}),
            ("item", {"no": "TEA", "description": "Tea", "tracking_code": "PACK"}),
            ("reason", {"code": "LABEL", "description": "Wrong label"}),
        ]
    )
    yield
    assert prove().findings == ()


def relabelling(user: str = "ANN", *, location: str = "EAST") -> Worker:
    return signed_in(user, location=location).scan("11")


def lots(item_no: str) -> dict[tuple[str, str], Decimal]:
    """(bin, lot) → quantity."""
    rows = fetch(
        "SELECT bin_code, lot_no, SUM(quantity) FROM bin_content WHERE item_no = ? AND quantity <> 0 GROUP BY 1, 2", (item_no,)
    )
    return {(bin_code, lot): from_scaled(int(quantity)) for bin_code, lot, quantity in rows}


def expiry(lot: str) -> str | None:
    found: str | None = fetch("SELECT expiration_date FROM tracking_number WHERE number = ?", (lot,))[0][0]
    return found


def with_serials(*serials: str, lot: str = "L", bin_code: str = "A-01", expires: date | None = None) -> None:
    tracking = tuple(TrackingLine(Decimal(1), lot, one, expiration_date=expires) for one in serials)
    line = a_line(EntryType.PURCHASE, "PUMP", str(len(serials)), "EAST", bin_code, tracking=tracking, unit_cost=Decimal(5))
    posted(line)


def an_order(no: str, quantity: str, lot: str = "", item: str = "SALINE") -> None:
    tracking = (TrackingLine(None, lot_no=lot),) if lot else ()
    header = Header(date(2026, 1, 1))
    posted(TransferOrder(header, no, "EAST", "SHOP", "ROAD", (OrderedLine(1, item, Decimal(quantity), tracking=tracking),)))


# ---- a new lot


def test_all_of_a_lot_gets_a_new_number_by_three_scans(database: OpenDatabase) -> None:
    purchased("SALINE", "10", lot="L1", expires=JUNE)
    worker = relabelling().scan("LOT:L1")
    assert worker.view.choices == ("1 New lot", "2 New lot and expiry")
    worker.scan("1")
    assert (worker.said, worker.view.prompt) == ("All 10 PCS? Then the new one.", "How many")
    worker.scan("LOT:L2")
    assert (worker.view.tracking, worker.view.quantity, worker.view.prompt) == (f"L1 {YEAR}-06-30", "10 PCS → L2", "F10 posts")
    worker.post()
    assert worker.said.startswith("Posted 10 PCS SALINE L1 → L2, register ")
    assert lots("SALINE") == {("A-01", "L2"): 10}
    assert expiry("L2") == f"{YEAR}-06-30"  # a new expiry left empty: the old date remains
    assert worker.view.prompt == "Lot"


def test_a_lot_is_split_into_several_new_ones_one_after_the_other_until_the_rest_is_zero() -> None:
    purchased("SALINE", "10", lot="L1")
    worker = relabelling().scan("L1", "1", "4", "A").post()
    assert worker.said.startswith("6 PCS left: how many to the next? Posted, register ")
    assert (worker.view.item, worker.view.prompt) == ("SALINE", "How many")
    assert worker.key(Command.CLEAR).view.prompt == "Lot"  # F2: other goods
    worker.scan("L1", "1", "5", "B").post()
    worker.scan("C").post()
    assert worker.view.prompt == "Lot"
    assert lots("SALINE") == {("A-01", "A"): 4, ("A-01", "B"): 5, ("A-01", "C"): 1}


def test_a_lot_is_merged_into_one_that_is_there_with_its_date_after_a_question() -> None:
    purchased("SALINE", "4", lot="L1", expires=JUNE)
    purchased("SALINE", "6", lot="L2", expires=JULY)
    worker = relabelling().scan("L1", "1", "l2")
    assert worker.said == f"L2 expires {YEAR}-07-31, L1 {YEAR}-06-30. Take {YEAR}-07-31?"
    worker.key(Command.BACK)
    assert worker.view.prompt == "New"
    worker.scan("L2").key(Command.POST)
    assert worker.view.prompt == "Reason"  # a date changes
    worker.scan("RSN:LABEL").post()
    assert lots("SALINE") == {("A-01", "L2"): 10}


def test_a_lot_of_the_same_date_is_merged_without_a_question() -> None:
    purchased("SALINE", "4", lot="L1", expires=JUNE)
    purchased("SALINE", "6", lot="L2", expires=JUNE)
    worker = relabelling().scan("L1", "1").key(Command.LIST)
    assert worker.view.choices == ("1 L2",)
    worker.scan("1").post()
    assert lots("SALINE") == {("A-01", "L2"): 10}


def test_a_part_with_another_date_becomes_a_new_lot_for_these_4() -> None:
    purchased("CHEESE", "10", lot="L1", expires=JUNE)
    worker = relabelling().scan("L1", "2", "4", "L1B", TYPED_JULY, "RSN:LABEL")
    assert worker.view.quantity == f"4 PCS → L1B {YEAR}-07-31"
    worker.post()
    assert (expiry("L1"), expiry("L1B")) == (f"{YEAR}-06-30", f"{YEAR}-07-31")
    assert lots("CHEESE") == {("A-01", "L1"): 6, ("A-01", "L1B"): 4}


def test_a_gs1_label_says_the_new_lot_and_its_date_in_one_scan() -> None:
    put_masters(
        [("item", {"no": "SALINE", "gtin": "09528765432108"})]
        if False
        else [("barcode", {"barcode": "09506000134352", "item": "SALINE", "uom": "PCS"})]
    )
    purchased("SALINE", "10", lot="L1", expires=JUNE)
    worker = relabelling().scan("L1", "2", "]C10109506000134352" + f"17{JULY:%y%m%d}" + "10L9", certain=False)
    assert worker.view.prompt == "Reason"
    worker.scan("RSN:LABEL").post()
    assert expiry("L9") == f"{YEAR}-07-31"


def test_an_expiry_is_asked_only_where_it_is_needed_and_nobody_knows_it() -> None:
    purchased("SALINE", "4", lot="L1")
    put_masters([("tracking_code", {"code": "LOT", "expiration_required": True})])
    worker = relabelling().scan("L1", "1", "L2")
    assert worker.view.prompt == "New expiry"
    worker.scan(TYPED_JUNE, "RSN:LABEL").post()
    assert expiry("L2") == f"{YEAR}-06-30"


def test_a_date_that_is_past_is_asked_about() -> None:
    purchased("SALINE", "4", lot="L1", expires=JUNE)
    worker = relabelling().scan("L1", "2", "L2", "310120")
    assert worker.said == "Expiry 2020-01-31: is that right?"
    worker.key(Command.BACK).scan(TYPED_JULY)
    assert worker.view.prompt == "Reason"


def test_a_date_is_taken_away_only_by_saying_so() -> None:
    purchased("SALINE", "4", lot="L1", expires=JUNE)
    worker = relabelling().scan("L1", "2", "L2", "-", "RSN:LABEL")
    assert worker.view.quantity == "4 PCS → L2 no expiry"
    worker.post()
    assert expiry("L2") is None
    purchased("CHEESE", "4", lot="C1", expires=JUNE)
    worker.scan("C1", "2", "C2", "-").is_refused("No date: -.")


def test_the_number_that_it_has_is_nothing_to_change() -> None:
    purchased("SALINE", "4", lot="L1")
    relabelling().scan("L1", "1", "l1").is_refused("Nothing to change: from and to are both L1.")


def test_a_lot_of_another_item_is_asked_about_because_mostly_the_wrong_label_was_scanned() -> None:
    purchased("SALINE", "4", lot="L1")
    purchased("CHEESE", "4", lot="C1", expires=JUNE)
    worker = relabelling().scan("L1", "1", "C1")
    assert worker.said == "Lot C1 is of CHEESE. Use it here too?"
    worker.key(Command.POST).post()
    assert lots("SALINE") == {("A-01", "C1"): 4}


def test_an_item_or_a_bin_is_no_new_lot() -> None:
    purchased("SALINE", "4", lot="L1")
    worker = relabelling().scan("L1", "1", "BIN:A-02").is_refused("That is bin A-02.")
    worker.key(Command.BACK).scan("SALINE").is_refused("That is item SALINE.")
    worker.key(Command.BACK).scan("9528765432108").is_refused("That is item 1000.")


def test_a_number_that_is_more_than_there_is_may_be_the_new_lot() -> None:
    purchased("SALINE", "4", lot="L1")
    worker = relabelling().scan("L1", "1", "240612")
    assert worker.said == "240612: more than there is. The new number?"
    worker.key(Command.POST)
    assert worker.view.quantity == "4 PCS → 240612"


def test_enter_alone_takes_all_and_books_nothing() -> None:
    purchased("SALINE", "4", lot="L1")
    worker = relabelling().scan("L1", "1", "")
    assert (worker.view.prompt, worker.view.quantity) == ("New", "all")
    worker.scan("3")
    assert worker.view.quantity == "4 PCS → 3"
    assert len(entries()) == 1


def test_a_lot_in_several_bins_is_relabelled_in_the_one_that_is_chosen() -> None:
    purchased("SALINE", "4", lot="L1")
    purchased("SALINE", "6", lot="L1", bin_code="A-02")
    worker = relabelling().scan("L1", "1")
    assert worker.view.choices == ("1 A-01 4 PCS", "2 A-02 6 PCS")
    worker.scan("2", "L2").post()
    assert lots("SALINE") == {("A-01", "L1"): 4, ("A-02", "L2"): 6}
    worker.scan("BIN:A-01", "L1", "1", "L2").post()
    assert lots("SALINE") == {("A-01", "L2"): 4, ("A-02", "L2"): 6}


def test_a_location_without_bins_needs_none() -> None:
    purchased("SALINE", "4", lot="L1", location="SHOP")
    relabelling(location="SHOP").scan("L1", "1", "L2").post()
    assert on_hand("SALINE", location="SHOP") == 4
    assert lots("SALINE") == {("", "L2"): 4}


def test_what_is_not_here_or_is_blocked_is_refused_when_it_is_scanned() -> None:
    purchased("SALINE", "4", lot="L1", location="SHOP")
    purchased("SALINE", "4", lot="L2")
    purchased("SALINE", "4", lot="L3")
    put_masters([("lot", {"item": "SALINE", "no": "L2", "blocked": True, "block_reason": "smells"})])
    worker = relabelling().scan("L1", "1").is_refused("Lot L1 of SALINE is not in EAST. Nothing changed.")
    worker.key(Command.BACK, Command.BACK, Command.BACK).scan("11", "L2", "1").is_refused("Blocked: lot L2", "smells")
    worker.key(Command.BACK, Command.UNDO).scan("L3", "1", "L2").is_refused("Blocked: lot L2")


def test_a_lot_that_nothing_has_is_an_unknown_code() -> None:
    relabelling().scan("LOT:NONE").is_refused("Unknown code NONE. Nothing booked.")


def test_an_item_without_numbers_and_variants_has_nothing_to_relabel() -> None:
    purchased("1000", "4")
    relabelling().scan("1000").is_refused("Nothing to change: 1000 has no lot, serial, package or variant.")


def test_the_item_may_be_scanned_first_and_its_lot_is_asked() -> None:
    purchased("SALINE", "4", lot="L1")
    worker = relabelling().scan("SALINE")
    assert worker.view.prompt == "Lot"
    assert worker.key(Command.LIST).view.choices == ("1 L1",)
    worker.scan("1", "1", "L2").post()
    assert lots("SALINE") == {("A-01", "L2"): 4}


def test_the_new_lot_is_drawn_from_the_series_of_the_item_when_it_is_posted() -> None:
    put_masters(
        [
            ("number_series", {"code": "LOTS"}),
            ("number_series_line", {"series": "LOTS", "starting_no": "A-0001", "allow_gaps": False}),
            ("tracking_code", {"code": "LOT", "lot_nos": "LOTS"}),
        ]
    )
    purchased("SALINE", "10", lot="L1", expires=JUNE)
    purchased("SALINE", "1", lot="L2")
    worker = relabelling().scan("L1", "1", "4").key(Command.LIST)
    assert worker.view.choices == ("1 A-0001 is next", "2 L2")
    worker.scan("1")
    assert worker.view.quantity == "4 PCS → A-0001"
    other = (
        signed_in("BOB", terminal="T2").scan("11").scan("L1", "1", "1").key(Command.LIST).scan("1").post()
    )  # somebody draws it meanwhile
    assert other.view.choices == ()
    worker.post().key(Command.UNDO)
    assert worker.said.startswith("Reverse 4 PCS SALINE L1 → A-0002?")
    assert lots("SALINE") == {("A-01", "L1"): 5, ("A-01", "L2"): 1, ("A-01", "A-0001"): 1, ("A-01", "A-0002"): 4}


# ---- serials, packages


def test_several_serials_get_a_new_lot_together_by_continuous_scanning() -> None:
    with_serials("s1", "s2", "s3", "s4", expires=JUNE)
    worker = relabelling().scan("SN:s1", "1")
    assert worker.said == "More serials, or the new lot."
    worker.scan("s2", "S3")
    assert (worker.said, worker.view.quantity) == ("3 serials. Next, or the new one.", "3 PCS")
    worker.scan("s2").is_refused("Nothing to change: serial s2 is among them already.").key(Command.BACK)
    worker.scan("M").post()
    assert worker.said.startswith("Posted 3 PCS PUMP L → M, register ")
    assert fetch("SELECT serial_no FROM bin_content WHERE lot_no = 'M' AND quantity > 0 ORDER BY 1") == [
        ("s1",),
        ("s2",),
        ("s3",),
    ]
    assert len(fetch("SELECT DISTINCT register_no FROM item_ledger_entry WHERE entry_type = 'transfer'")) == 1


def test_a_serial_that_lies_elsewhere_does_not_go_along() -> None:
    with_serials("s1")
    with_serials("s9", bin_code="A-02")
    relabelling().scan("SN:s1", "1", "s9").is_refused("Serial s9 of PUMP is not in A-01. Nothing changed.")


def test_a_serial_gets_another_number_but_none_that_is_in_stock() -> None:
    purchased("DRILL", "2", serials=["S1", "S2"])
    worker = relabelling().scan("SN:S1", "SN:S2").is_refused("S2")
    worker.key(Command.BACK).scan("S1-B").post()
    assert fetch("SELECT serial_no FROM bin_content WHERE item_no = 'DRILL' AND quantity > 0 ORDER BY 1") == [("S1-B",), ("S2",)]


def test_goods_get_another_package() -> None:
    tracking = (TrackingLine(Decimal(6), "T1", package_no="P1"),)
    posted(a_line(EntryType.PURCHASE, "TEA", "6", "EAST", "A-01", tracking=tracking, unit_cost=Decimal(1)))
    worker = relabelling().scan("LP:P1")
    assert worker.view.tracking == "T1 P1"
    worker.scan("3", "2", "LP:P2").post()
    rows = fetch("SELECT package_no, lot_no, quantity FROM bin_content WHERE item_no = 'TEA' AND quantity > 0 ORDER BY 1")
    assert rows == [("P1", "T1", 400_000), ("P2", "T1", 200_000)]


# ---- the expiry of a lot, everywhere


def test_the_expiry_of_a_lot_changes_everywhere_in_one_action_that_says_what_it_touches() -> None:
    purchased("CHEESE", "6", lot="L", expires=JUNE, at="1.37")
    purchased("CHEESE", "4", lot="L", location="SHOP")
    before = fetch("SELECT SUM(cost_amount_actual) FROM value_entry")
    worker = relabelling("SUE").scan("LOT:L")
    assert worker.view.choices[-1] == "3 Expiry everywhere"
    worker.scan("3", TYPED_JULY, "RSN:LABEL")
    assert worker.view.text == (f"L {YEAR}-06-30 → {YEAR}-07-31", "EAST A-01 6 PCS", "SHOP 4 PCS")
    worker.post()
    assert worker.said.startswith(f"Posted CHEESE L → {YEAR}-07-31, register ")
    assert expiry("L") == f"{YEAR}-07-31"
    assert fetch("SELECT SUM(cost_amount_actual) FROM value_entry") == before
    rows = fetch("SELECT DISTINCT expiration_date FROM item_ledger_entry WHERE open AND item_no = 'CHEESE'")
    assert rows == [(f"{YEAR}-07-31",)]
    row = fetch(
        "SELECT r.operation, r.reason_code, r.user_code, r.terminal FROM item_register r ORDER BY r.register_no DESC LIMIT 1"
    )
    assert row == [("change_expiry", "LABEL", "SUE", "T1")]
    worker.key(Command.UNDO)
    worker.scan(worker.view.prompt.removeprefix("Type "))
    assert expiry("L") == f"{YEAR}-06-30"


def test_only_a_supervisor_changes_the_expiry_of_a_lot() -> None:
    purchased("CHEESE", "6", lot="L", expires=JUNE)
    worker = relabelling().scan("LOT:L", "3").is_refused("No choice 3.")
    assert all("everywhere" not in one for view in worker.views for one in view.choices)


def test_the_date_that_a_lot_has_is_nothing_to_change() -> None:
    purchased("CHEESE", "6", lot="L", expires=JUNE)
    relabelling("SUE").scan("LOT:L", "3", TYPED_JUNE).is_refused(f"Nothing to change: L has expiry {YEAR}-06-30.")


def test_a_reason_is_needed_before_a_date_is_posted() -> None:
    purchased("CHEESE", "6", lot="L", expires=JUNE)
    relabelling("SUE").scan("LOT:L", "3", TYPED_JULY).key(Command.POST).is_refused("Reason missing")


# ---- another variant


def test_another_variant_is_a_linked_pair_with_a_reason_in_one_register_and_undone_as_one() -> None:
    posted(a_line(EntryType.PURCHASE, "SHIRT", "5", "EAST", "A-01", unit_cost=Decimal("3.33"), variant_code="RED"))
    worker = relabelling().scan("SHIRT")
    assert list(worker.view.choices) == ["1 BLUE Blue shirt", "2 RED Red shirt"]
    worker.scan("2", "2")
    assert list(worker.view.choices) == ["1 BLUE Blue shirt"]
    worker.scan("1")
    assert worker.view.prompt == "Reason"
    worker.scan("RSN:LABEL").post()
    assert worker.said.startswith("Posted 2 PCS SHIRT RED → BLUE, register ")
    assert [(kind, quantity) for kind, _item, quantity in entries()[1:]] == [
        ("negative_adjustment", Decimal(-2)),
        ("positive_adjustment", Decimal(2)),
    ]
    worker.key(Command.UNDO)
    worker.scan(worker.view.prompt.removeprefix("Type "))
    assert worker.said.startswith("Reversed")
    assert fetch("SELECT variant_code, quantity FROM bin_content WHERE quantity <> 0") == [("RED", 500_000)]


# ---- orders that would miss it


def test_demands_that_a_change_strands_are_listed_and_confirmed_before_posting() -> None:
    purchased("SALINE", "10", lot="L1")
    an_order("TO-1", "6", lot="L1")
    an_order("TO-2", "10")
    worker = relabelling().scan("L1", "1", "4", "L2").post()  # 6 stay: enough
    assert "Posted" in worker.said
    worker.scan("1", "L2").key(Command.POST)
    assert worker.said == "TO-1 wants 6 of L1, 5 stay. Post it?"
    worker.key(Command.BACK)
    assert worker.view.prompt == "F10 posts"
    worker.key(Command.POST, Command.POST)
    worker.scan(worker.view.prompt.removeprefix("Type "))
    assert "Posted" in worker.said


# ---- undo, rights, labels


def test_every_step_is_taken_back_and_after_posting_the_whole() -> None:
    purchased("SALINE", "10", lot="L1")
    worker = relabelling().scan("L1", "1", "4", "L2")
    assert [worker.key(Command.UNDO).view.prompt for _ in range(4)] == ["New", "How many", "Changes", "Lot"]
    worker.scan("L1", "1", "4", "L2").post().key(Command.UNDO)
    assert worker.said.startswith("Reverse 4 PCS SALINE L1 → L2?")
    worker.scan(worker.view.prompt.removeprefix("Type "))
    assert worker.said.startswith("Reversed")
    assert lots("SALINE") == {("A-01", "L1"): 10}


def test_my_postings_says_what_was_relabelled_and_takes_it_back_or_says_why_not() -> None:
    purchased("SALINE", "10", lot="L1", expires=JUNE)
    purchased("CHEESE", "6", lot="C", expires=JUNE)
    posted(a_line(EntryType.PURCHASE, "SHIRT", "5", "EAST", "A-01", unit_cost=Decimal(3), variant_code="RED"))
    worker = relabelling("SUE").scan("L1", "1", "4", "L2").post()
    worker.key(Command.CLEAR)  # the rest stays as it is
    worker.scan("LOT:C", "3", TYPED_JULY, "RSN:LABEL").post()
    worker.scan("SHIRT", "2", "", "1", "RSN:LABEL").post()
    worker.key(Command.BACK, Command.BACK).scan("5")
    words = [one.split(" ", 2)[2] for one in worker.view.choices]
    assert words == [
        "Relabel 5 PCS SHIRT RED → BLUE",
        f"Relabel 6 PCS CHEESE C {YEAR}-06-30 → {YEAR}-07-31",
        "Relabel 4 PCS SALINE L1 → L2",
    ]
    worker.scan("2")
    assert worker.view.text[1:] == ("At a terminal", "Reason LABEL Wrong label", *worker.view.text[3:])
    worker.key(Command.UNDO)
    worker.scan(worker.view.prompt.removeprefix("Type "))
    assert expiry("C") == f"{YEAR}-06-30"
    sold("SALINE", "1", lot="L2")
    worker.scan("4").key(Command.UNDO)
    worker.scan(worker.view.prompt.removeprefix("Type ")).is_refused("Already used")


def test_counter_and_viewer_may_not_relabel() -> None:
    for user in ("CAT", "VIC"):
        signed_in(user, terminal=user).scan("11").is_refused("Not allowed", "may not relabel goods")


def test_the_label_of_the_new_lot_is_one_key_away(tmp_path: Path) -> None:
    purchased("SALINE", "10", lot="L1", expires=JUNE)
    worker = relabelling().scan("L1", "1", "L2").post()
    worker.key(Command.PRINT).is_refused("No printer for labels at EAST").key(Command.BACK)
    put_masters([("printer", {"code": "ZEBRA", "kind": "file", "address": str(tmp_path / "labels.zpl"), "location": "EAST"})])
    worker.label(Command.PRINT)
    assert "ZEBRA" in worker.said  # sent, or not yet: that is the queue's to say
    [(title, user, data)] = fetch("SELECT title, user_code, data FROM print_job")
    assert (title, user) == ("SALINE L2", "ANN")
    assert "LOT:L2" in data
    assert f"{YEAR}-06-30" in data
    worker.scan("L2").label(Command.PRINT)  # what is in hand now
    assert "LOT:L2" in fetch("SELECT data FROM print_job ORDER BY job_no")[1][0]


def test_work_is_kept_and_taken_up_at_another_terminal() -> None:
    with_serials("s1", "s2")
    relabelling().scan("SN:s1", "1", "s2")
    worker = Worker("T2").scan("B-ANN-7391")
    assert (worker.view.quantity, worker.view.prompt) == ("2 PCS", "New")
    worker.scan("M").post()
    assert worker.said.startswith("Posted 2 PCS")
