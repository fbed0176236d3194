"""The labels of the demo company on paper: whoever has a scanner can start at once.

What is printed is read from the same tables that made the company, for the day that it was made for: a lot label shows the expiry
date that the ledger knows.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from stockterm.demo.goods import GOODS_BY_NO, LOTS, SUPPLIER_BARCODES, VARIANTS, Goods, serial_no
from stockterm.demo.history import box_code
from stockterm.demo.places import LOCATIONS, PEOPLE, REASONS
from stockterm.i18n import _
from stockterm.labels.barcode import encode_code_128, encode_ean_13, encode_gs1, encode_itf_14
from stockterm.labels.content import COMMANDS, MULTIPLIERS, command_meanings
from stockterm.labels.sheet import Label, Section, Sheet

BINS_SHOWN = [
    "A-01-01", "A-01-02", "A-02-02", "A-04-04", "B-01-01", "B-04-02", "B-06-04", "C-01-01", "C-02-03", "C-06-03",
    "RECV-01", "QC-01",
]  # fmt: skip
ITEMS_SHOWN = [
    "HW1010", "HW1020", "HW1060", "HW1070", "HW1230", "HW1310", "FD2060", "FD2320", "MD3050", "EL4270", "EL4330", "SU5040",
]  # fmt: skip
PALLETS_SHOWN = ["HW1010", "FD2320"]
VARIANT_SHOWN = ("EL4010", 1)
LOTS_SHOWN = ["FD2010", "FD2210", "FD2220", "MD3030", "MD3070", "HW1340"]
SERIALS_SHOWN = [("HW1280", 2), ("EL4210", 1), ("EL4230", 1), ("MD3220", 1)]


def demo_sheet(today: date) -> Sheet:
    """The sheet of a demo that was made for `today`."""
    return Sheet(
        _("stockterm demo: labels to scan"),
        [
            _("1. Set the scanner to send Enter after each scan; start `stockterm demo` and scan a badge."),
            _("2. Scan a place (LOC:MAIN), type the digit of a menu entry, then scan a bin and what lies in it."),
            _("3. Undo, quantity, back and post are barcodes too. Print at 100 %, on white paper."),
        ],
        [
            Section(_("Badges"), [[label] for label in badges()]),
            Section(_("Places"), [[label] for label in places()]),
            Section(_("Quantity for the next scan"), [[_code(text, width_mm=30)] for text in MULTIPLIERS]),
            Section(
                _("Commands"),
                [[label] for label in commands()],
                _("What the function keys do, for hands in gloves."),
                new_page=True,
            ),
            Section(_("Bins of the main warehouse"), [[_code(f"BIN:{code}", code)] for code in BINS_SHOWN]),
            Section(_("Items: piece and box"), list(item_groups())),
            Section(_("Pallets"), [[label] for label in pallets()]),
            Section(_("Lots"), list(lot_groups(today)), _("One scan gives item, expiry date and lot.")),
            Section(_("Serial numbers"), [[label] for label in serials()]),
            Section(_("Other labels"), [[label] for label in others()]),
        ],
    )


def badges() -> Iterator[Label]:
    for person in PEOPLE:
        yield _code(f"USR:{person.badge}", person.code, f"{person.role}, {person.language}, PIN {person.pin}")


def places() -> Iterator[Label]:
    for location in LOCATIONS:
        if not location.in_transit:
            yield _code(f"LOC:{location.code}", location.code, location.name)


def commands() -> Iterator[Label]:
    for command, meaning in zip(COMMANDS, command_meanings(), strict=True):
        yield _code(f"CMD:{command}", meaning)


def item_groups() -> Iterator[list[Label]]:
    """Each item on a row of its own: EAN-13 of the piece, ITF-14 of the box."""
    for no in ITEMS_SHOWN:
        goods = GOODS_BY_NO[no]
        yield list(_levels(goods, 0, goods.no))
    no, variant = VARIANT_SHOWN
    goods = GOODS_BY_NO[no]
    code, description = VARIANTS[no][variant - 1]
    yield list(_levels(goods, variant, f"{no} {code}", description))


def pallets() -> Iterator[Label]:
    for no in PALLETS_SHOWN:
        goods = GOODS_BY_NO[no]
        title = f"{no} 1 PALLET = {goods.pallet} {goods.base}"
        yield Label(encode_itf_14(goods.gtin_of(2)), title, goods.description, bar_height_mm=15)


def _levels(goods: Goods, variant: int, title: str, note: str = "") -> Iterator[Label]:
    subtitle = f"{goods.description} {note}".strip()
    yield Label(encode_ean_13(goods.gtin_of(0, variant)), f"{title} 1 {goods.base}", subtitle, width_mm=44)
    if goods.box:
        symbol = encode_itf_14(goods.gtin_of(1, variant))
        yield Label(symbol, f"{title} 1 {box_code(goods)} = {goods.box} {goods.base}", subtitle, bar_height_mm=15)


def lot_groups(today: date) -> Iterator[list[Label]]:
    """GS1-128: (01) GTIN (17) expiry (10) lot, both lots of each item; fixed lengths first, so no separator is needed.

    The last label has the lot in the middle, as suppliers print it.
    """
    for no in LOTS_SHOWN:
        goods = GOODS_BY_NO[no]
        yield [
            Label(encode_gs1(elements), f"{no} {elements[2][1]}", f"{goods.description}, {expiry}")
            for elements, expiry in _lot_elements(goods, today)
        ]
    goods = GOODS_BY_NO["FD2080"]
    (gtin, expiry_date, number), _expiry = _lot_elements(goods, today)[0]
    note = _("lot in the middle: needs the separator (FNC1, GS)")
    yield [Label(encode_gs1([gtin, number, expiry_date]), f"{goods.no} {number[1]}", note)]


def _lot_elements(goods: Goods, today: date) -> list[tuple[list[tuple[str, str]], str]]:
    """GTIN, expiry and number of each lot of an item as GS1 elements, and the expiry date for people."""
    found = []
    for lot in LOTS[goods.no]:
        assert lot.days is not None
        expiry = today + timedelta(days=lot.days)
        elements = [("01", f"0{goods.gtin_of()}"), ("17", f"{expiry:%y%m%d}"), ("10", lot.no)]
        found.append((elements, expiry.isoformat()))
    return found


def serials() -> Iterator[Label]:
    """GS1-128: (01) GTIN (21) serial number."""
    for no, index in SERIALS_SHOWN:
        goods = GOODS_BY_NO[no]
        number = serial_no(no, index)
        yield Label(encode_gs1([("01", f"0{goods.gtin_of()}"), ("21", number)]), f"{no} {number}", goods.description)


def others() -> Iterator[Label]:
    """Supplier labels, an item and a lot as text, reasons, and a label that nobody knows."""
    for barcode, no, uom in SUPPLIER_BARCODES:
        yield _code(barcode, f"{no} {uom}", GOODS_BY_NO[no].description)
    yield _code("ITM:HW1020", "HW1020", GOODS_BY_NO["HW1020"].description)
    yield _code("LOT:B2207", "B2207", _("fits two items: asks"))
    for reason in REASONS:
        if reason.code in ("FOUND", "DAMAGED", "SAMPLE"):
            yield _code(f"RSN:{reason.code}", reason.code, reason.description)
    yield _code("DOC:TO-1001", "TO-1001", _("to be received in SHOP"))
    yield _code("DOC:TO-1002", "TO-1002", _("to be shipped in MAIN"))
    yield _code("NOBODY-KNOWS-ME", _("Unknown code"), _("to see an error"))
    yield _code("Az-Qy/]19", _("Keyboard test"), _("must arrive as printed"))


def _code(text: str, title: str = "", subtitle: str = "", width_mm: float = 40) -> Label:
    return Label(encode_code_128(text), title or text, subtitle, width_mm=width_mm)
