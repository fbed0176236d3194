"""Labels of what is in the database: look it up, say what its label says. One call for a flow, one for each command.

content = label_for_lot("2000", "L-77")
printer = printing.printer_for(location_code)
[job_no] = order([content], printer, title="Lot L-77", user_code="ANN")     # or order_write(…) inside a transaction
send_waiting(printer.code)
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from db.connection.session import Write
from db.queries import labels as facts
from db.work import printing
from stockterm.i18n import format_quantity
from stockterm.labels import content
from stockterm.labels.content import LabelContent
from stockterm.labels.drawing import Stock, draw
from stockterm.labels.zpl import zpl_job

MOST_IN_A_JOB = 100
"""Labels in one job: so many are lost at most when a printer is switched off in the middle, and printed twice when it is not."""


# ---- what labels say


def label_for_item(item_no: str, variant_code: str = "", uom_code: str = "") -> LabelContent:
    """An item in one unit (blank: the base unit). Raises `UnknownCode`, `UnprintableBarcode`."""
    item = facts.labelled_item(item_no, variant_code, uom_code)
    per = "" if item.uom_code == item.base_uom else f"{format_quantity(item.quantity_per)} {item.base_uom}"
    return content.item_label(
        item.no,
        item.description,
        item.uom_code,
        barcode=item.gtin or item.barcode,
        variant_code=item.variant_code,
        quantity_per=per,
    )


def label_for_lot(
    item_no: str,
    lot_no: str = "",
    *,
    variant_code: str = "",
    serial_no: str = "",
    count: Decimal | None = None,
    expiration_date: date | None = None,
) -> LabelContent:
    """Goods with a lot, a serial number, or both, in base units; the expiry date is the one that is known, else the one given.

    Raises `UnknownCode`, `UnprintableBarcode`.
    """
    item = facts.labelled_item(item_no, variant_code)
    lot, serial = (
        facts.labelled_number(item.no, variant_code, kind, number) for kind, number in (("lot", lot_no), ("serial", serial_no))
    )
    return content.lot_label(
        item.no,
        item.description,
        gtin=item.gtin,
        variant_code=variant_code,
        lot_no=lot.number,
        serial_no=serial.number,
        expiration_date=lot.expiration_date or serial.expiration_date or expiration_date,
        count=count,
    )


def label_for_package(package_no: str, free_text: Sequence[str] = (), *, with_content: bool = True) -> LabelContent:
    """A package: a logistic label where its number is an SSCC, with its content where that is one item and lot; else `LP:`.

    `with_content=False` for whoever must not learn what the books say is in it.
    """
    inside = facts.package_contents(package_no) if with_content else []
    if not content.is_sscc(package_no):
        items = ", ".join(dict.fromkeys(one.item_no for one in inside))
        return content.package_label(package_no, lines=(*free_text, items))
    if len(inside) != 1:
        return content.logistic_label(package_no, free_text=free_text)
    [only] = inside
    item = facts.labelled_item(only.item_no, only.variant_code)
    lot = facts.labelled_number(only.item_no, only.variant_code, "lot", only.lot_no)
    return content.logistic_label(
        package_no,
        free_text=(*free_text, f"{item.no} {item.description}"),
        content_gtin=item.gtin,
        count=only.quantity,
        lot_no=lot.number,
        expiration_date=lot.expiration_date,
    )


def labels_for_bins(location_code: str, *, bin_code: str = "", zone: str = "") -> list[LabelContent]:
    """The bins of a location in their order, one of them, or those of a zone."""
    found = facts.labelled_bins(location_code, bin_code=bin_code, zone=zone)
    return [content.bin_label(one.location_code, one.code, zone=one.zone, check_digits=one.check_digits) for one in found]


def labels_for_badges(user_code: str = "") -> list[LabelContent]:
    """The badges of everybody who has one, or of one user."""
    return [content.badge_label(badge, code, name) for badge, code, name in facts.badges(user_code)]


# ---- putting them into the queue


def job_data(contents: Sequence[LabelContent], printer: printing.Printer, copies: int = 1) -> str:
    """What the printer is to be sent. Raises `LabelTooSmall`, `UnprintableBarcode`: before anything is put into the queue."""
    stock = Stock(printer.width_mm, printer.height_mm, printer.dpi)
    return zpl_job((draw(one, stock) for one in contents), copies)


def order(
    contents: Sequence[LabelContent],
    printer: printing.Printer,
    *,
    title: str,
    copies: int = 1,
    user_code: str = "",
    terminal: str = "",
) -> list[int]:
    """Put labels into the queue of a printer, in a transaction of its own; the numbers of the jobs (one for each 100 labels)."""
    parts = [contents[start : start + MOST_IN_A_JOB] for start in range(0, len(contents), MOST_IN_A_JOB)]
    jobs = [(job_data(part, printer, copies), len(part) * copies) for part in parts]  # all of them, or none
    return [
        printing.enqueue(printer.code, data, title=title, label_count=count, user_code=user_code, terminal=terminal)
        for data, count in jobs
    ]


def order_write(
    contents: Sequence[LabelContent],
    printer: printing.Printer,
    *,
    title: str,
    copies: int = 1,
    user_code: str = "",
    terminal: str = "",
) -> Write:
    """The same as a write for a transaction that is open: printed exactly when what the label belongs to is posted."""
    data = job_data(contents, printer, copies)
    return printing.queued(
        printer.code, data, title=title, label_count=len(contents) * copies, user_code=user_code, terminal=terminal
    )
