"""The demo's sheet: every label is read back as what it says, and says what the demo knows."""

from datetime import date

from stockterm.demo.company import demo_operations
from stockterm.demo.places import PEOPLE
from stockterm.demo.sheet import demo_sheet
from stockterm.flows.tokens import Command
from stockterm.labels.content import COMMANDS
from stockterm.labels.sheet import PAGE_WIDTH_MM, Label, Sheet, as_html, as_svg, lay_out
from tests.labels.reading import read_svg

TODAY = date(2026, 5, 4)


def labels_of(sheet: Sheet) -> list[Label]:
    return [label for section in sheet.sections for group in section.groups for label in group]


def test_every_label_of_the_demo_is_read_back_from_the_printed_pages() -> None:
    sheet = demo_sheet(TODAY)
    read = read_svg(as_svg(sheet), PAGE_WIDTH_MM)
    assert sorted(one.text for one in read) == sorted(label.symbol.data for label in labels_of(sheet))


def test_the_sheet_has_a_few_pages_and_a_modest_size() -> None:
    sheet = demo_sheet(TODAY)
    assert len(lay_out(sheet)) <= 8
    assert len(as_html(sheet)) < 300_000


def test_there_is_a_label_for_every_command_badge_and_kind_of_scan() -> None:
    texts = {label.symbol.data for label in labels_of(demo_sheet(TODAY))}
    assert {f"CMD:{command.value}" for command in Command} <= texts
    assert len(COMMANDS) == len(Command)
    assert {f"USR:{person.badge}" for person in PEOPLE} <= texts
    assert {"LOC:MAIN", "LOC:EAST", "LOC:SHOP", "BIN:A-01-01", "12*", "9528100010107", "19528100010104"} <= texts


def test_lot_and_serial_labels_show_what_the_demo_received() -> None:
    operations = list(demo_operations(TODAY))
    gtins = {one["item"]: one["barcode"] for one in operations if one["op"] == "barcode"}
    gtins |= {one["no"]: one["gtin"] for one in operations if one["op"] == "item" and "gtin" in one}
    lots = {
        (gtins[one["item"]], str(one["expiration_date"])[2:].replace("-", ""), one["lot"])
        for one in operations
        if "expiration_date" in one
    }
    serials = {(gtins[one["item"]], one["serial"]) for one in operations if one["op"] == "journal_line" and "serial" in one}
    known = {f"010{gtin}17{expiry}10{lot}" for gtin, expiry, lot in lots}
    known |= {f"010{gtin}10{lot}\x1d17{expiry}" for gtin, expiry, lot in lots}
    known |= {f"010{gtin}21{number}" for gtin, number in serials}
    printed = [label.symbol.data for label in labels_of(demo_sheet(TODAY)) if label.symbol.symbology == "gs1-128"]
    assert len(printed) > 10
    assert [message for message in printed if message not in known] == []
