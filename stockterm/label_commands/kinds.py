"""What is printed: one command for each kind of label."""

from typing import Any

import click

from stockterm.i18n import _
from stockterm.label_commands.where import LOGISTIC_SIZE, code_of, day_of, opened, put_out, where_to


@click.command("item")
@click.argument("no")
@click.option("--variant", default="", help="Of this variant.")
@click.option("--uom", default="", help="Of this unit (default: the base unit).")
@where_to
@click.pass_obj
def item(database: str | None, /, no: str, variant: str, uom: str, **where: Any) -> int:
    """An item: EAN, UPC or ITF-14 where it has a GTIN, else Code 128."""
    from stockterm.labels.company import label_for_item

    with opened(database):
        return put_out([label_for_item(code_of(no), code_of(variant), code_of(uom))], _("Item {no}").format(no=no), **where)


@click.command("lot")
@click.argument("no")
@click.argument("lot", default="")
@click.option("--variant", default="", help="Of this variant.")
@click.option("--serial", default="", help="With this serial number.")
@click.option("--count", metavar="NUMBER", help="With this many pieces.")
@click.option("--expires", metavar="DATE", help="Expiry of a lot that is not known yet.")
@where_to
@click.pass_obj
def lot(
    database: str | None, /, no: str, lot: str, variant: str, serial: str, count: str | None, expires: str | None, **where: Any
) -> int:
    """Goods of item NO with a LOT, a serial number, or both: GS1-128 where the item has a GTIN."""
    from db.core.numbers import parse_decimal
    from stockterm.labels.company import label_for_lot

    if not (lot or serial):
        raise click.UsageError(_("Name a lot, or a serial number with --serial."))
    with opened(database):
        content = label_for_lot(
            code_of(no),
            lot,
            variant_code=code_of(variant),
            serial_no=serial,
            count=None if count is None else parse_decimal(count, "--count"),
            expiration_date=day_of(expires, "--expires"),
        )
        return put_out([content], _("Lot {number}").format(number=lot or serial), **where)


@click.command("sscc")
@click.argument("number", default="")
@click.option("--new", "prefix", metavar="PREFIX", help="Make a number: GS1 company prefix (7 to 10 digits); with --serial.")
@click.option("--serial", type=click.IntRange(0), help="Serial of the first new number; each further copy is the next one.")
@click.option("--extension", default="0", show_default=True, help="First digit of a new number.")
@click.option("--text", multiple=True, help="Free text at the top; may be repeated.")
@where_to
@click.pass_obj
def sscc(
    database: str | None,
    /,
    number: str,
    prefix: str | None,
    serial: int | None,
    extension: str,
    text: tuple[str, ...],
    **where: Any,
) -> int:
    """A logistic label: of a package (SSCC or another number) with what lies in it, or of a number that is made for it."""
    from stockterm.labels.company import label_for_package
    from stockterm.labels.content import make_sscc

    if bool(number) == bool(prefix) or (prefix is None) != (serial is None):
        raise click.UsageError(_("Name a number, or make one with --new PREFIX --serial N."))
    numbers = [number]
    if prefix is not None and serial is not None:
        numbers = [make_sscc(extension, prefix, serial + step) for step in range(where["copies"])]
        where["copies"] = 1
    where["size"] = where["size"] or LOGISTIC_SIZE
    with opened(database):
        return put_out([label_for_package(one, text) for one in numbers], f"SSCC {numbers[0]}", **where)


@click.command("bins")
@click.argument("location")
@click.option("--bin", default="", help="Only this bin.")
@click.option("--zone", default="", help="Only this zone.")
@click.option("--new-digits", is_flag=True, help="Draw new check digits; the labels that hang there are void then.")
@where_to
@click.pass_obj
def bins(database: str | None, /, location: str, bin: str, zone: str, new_digits: bool, **where: Any) -> int:
    """The bins of a LOCATION, with check digits, which are drawn for bins that have none."""
    from db.masters.check_digits import draw_check_digits
    from db.masters.tables import BINS, LOCATIONS
    from db.queries.labels import labelled_bins
    from stockterm.labels.company import labels_for_bins

    with opened(database):
        code = LOCATIONS.require(code_of(location), field="location")["code"]
        if bin:
            BINS.require(code, code_of(bin), field="bin")
        found = [one.code for one in labelled_bins(code, bin_code=code_of(bin), zone=code_of(zone))]
        draw_check_digits(code, found, anew=new_digits)
        contents = labels_for_bins(code, bin_code=code_of(bin), zone=code_of(zone))
        return put_out(contents, _("Bins of {location}").format(location=code), **where)


@click.command("location")
@click.argument("location")
@where_to
@click.pass_obj
def location(database: str | None, /, location: str, **where: Any) -> int:
    """A location: scanned, it says where somebody works."""
    from db.masters.tables import LOCATIONS
    from stockterm.labels.content import location_label

    with opened(database):
        row = LOCATIONS.require(code_of(location), field="location")
        return put_out([location_label(row["code"], row["name"])], row["code"], **where)


@click.command("badges")
@click.option("--user", default="", help="Only this user's.")
@where_to
@click.pass_obj
def badges(database: str | None, /, user: str, **where: Any) -> int:
    """The badges of the users. Whoever has one can sign in."""
    from db.masters.tables import USERS
    from stockterm.labels.company import labels_for_badges

    with opened(database):
        if user:
            USERS.require(code_of(user), field="user")
        return put_out(labels_for_badges(code_of(user)), _("Badges"), **where)


@click.command("document")
@click.argument("no", nargs=-1, required=True)
@click.option("--text", default="", help="A line below the number.")
@where_to
@click.pass_obj
def document(database: str | None, /, no: tuple[str, ...], text: str, **where: Any) -> int:
    """Numbers of papers (orders, deliveries, counts), to be scanned from them."""
    from stockterm.labels.content import document_label

    with opened(database, needed=where["printer"] is not None):
        return put_out([document_label(code_of(one), text) for one in no], _("Documents"), **where)


@click.command("commands")
@where_to
@click.pass_obj
def commands(database: str | None, /, **where: Any) -> int:
    """What the function keys do, and quantities, for hands in gloves."""
    from stockterm.labels.content import command_labels, multiplier_labels

    with opened(database, needed=where["printer"] is not None):
        return put_out([*command_labels(), *multiplier_labels()], _("Commands"), **where)


@click.command("scanner-test")
@click.option(
    "--read", "reading", is_flag=True, help="Read the four labels here, and say what the profile of this terminal should be."
)
@click.option("--save", is_flag=True, help="With --read: put it into the settings file.")
@where_to
@click.pass_obj
def scanner_test(database: str | None, /, reading: bool, save: bool, **where: Any) -> int:
    """Four labels that set up a reader: print them, then scan them in order with --read."""
    from stockterm.labels.scanner_test import contents

    if reading:
        from stockterm.label_commands.reader import read_scanner_test

        return read_scanner_test(save)
    if save:
        raise click.UsageError(_("--save goes with --read."))
    with opened(database, needed=where["printer"] is not None):
        return put_out(contents(), _("Scanner test: scan 1 to 4 in order"), **where)


COMMANDS = (item, lot, sscc, bins, location, badges, document, commands, scanner_test)
