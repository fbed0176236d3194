"""`stockterm labels …`: what is printed, where it goes, and what became of it.

Without --printer and -o a label is drawn on this terminal. With --printer it goes into the queue first and is sent at once; the
exit status says whether it was sent. A job that could not be sent stays in the queue, and standard error says so.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from db.core.errors import BadValue, StocktermError, phrase
from stockterm.i18n import _, format_count, in_words, ngettext

if TYPE_CHECKING:
    from db.work.printing import PrintJob
    from stockterm.labels.content import LabelContent
    from stockterm.labels.drawing import Stock

_DEFAULT_SIZE, _LOGISTIC_SIZE = "100x70", "105x148"


@click.group("labels")
def labels() -> None:
    """Print labels, and see what became of them. Without --printer or -o a label is drawn on this terminal."""


def _where_to(command: Callable[..., int]) -> Callable[..., int]:
    """The options that every command has that makes labels."""
    for option in (
        click.option("--dpi", type=int, default=203, show_default=True, help="Dots to the inch of a .png, .svg or .zpl."),
        click.option("--size", metavar="WxH", help="Size of one label in mm in such a file (default: 100x70)."),
        click.option("--copies", type=click.IntRange(1, 9_999), default=1, help="How many of each."),
        click.option("-o", "--output", metavar="FILE", help="Write a .html sheet (A4), .svg, .png or .zpl."),
        click.option("--printer", metavar="CODE", help="Send to this label printer."),
    ):
        command = option(command)
    return command


# ---- what is printed


@labels.command("item")
@click.argument("no")
@click.option("--variant", default="", help="Of this variant.")
@click.option("--uom", default="", help="Of this unit (default: the base unit).")
@_where_to
@click.pass_obj
def item(database: str | None, /, no: str, variant: str, uom: str, **where: Any) -> int:
    """An item: EAN, UPC or ITF-14 where it has a GTIN, else Code 128."""
    from stockterm.labels.company import label_for_item

    with _opened(database):
        return _put_out([label_for_item(_code(no), _code(variant), _code(uom))], _("Item {no}").format(no=no), **where)


@labels.command("lot")
@click.argument("no")
@click.argument("lot", default="")
@click.option("--variant", default="", help="Of this variant.")
@click.option("--serial", default="", help="With this serial number.")
@click.option("--count", metavar="NUMBER", help="With this many pieces.")
@click.option("--expires", metavar="DATE", help="Expiry of a lot that is not known yet.")
@_where_to
@click.pass_obj
def lot(
    database: str | None, /, no: str, lot: str, variant: str, serial: str, count: str | None, expires: str | None, **where: Any
) -> int:
    """Goods of item NO with a LOT, a serial number, or both: GS1-128 where the item has a GTIN."""
    from db.core.numbers import parse_decimal
    from stockterm.labels.company import label_for_lot

    if not (lot or serial):
        raise click.UsageError(_("Name a lot, or a serial number with --serial."))
    with _opened(database):
        content = label_for_lot(
            _code(no),
            lot,
            variant_code=_code(variant),
            serial_no=serial,
            count=None if count is None else parse_decimal(count, "--count"),
            expiration_date=_day(expires, "--expires"),
        )
        return _put_out([content], _("Lot {number}").format(number=lot or serial), **where)


@labels.command("sscc")
@click.argument("number", default="")
@click.option("--new", "prefix", metavar="PREFIX", help="Make a number: GS1 company prefix (7 to 10 digits); with --serial.")
@click.option("--serial", type=click.IntRange(0), help="Serial of the first new number; each further copy is the next one.")
@click.option("--extension", default="0", show_default=True, help="First digit of a new number.")
@click.option("--text", multiple=True, help="Free text at the top; may be repeated.")
@_where_to
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
    where["size"] = where["size"] or _LOGISTIC_SIZE
    with _opened(database):
        return _put_out([label_for_package(one, text) for one in numbers], f"SSCC {numbers[0]}", **where)


@labels.command("bins")
@click.argument("location")
@click.option("--bin", default="", help="Only this bin.")
@click.option("--zone", default="", help="Only this zone.")
@click.option("--new-digits", is_flag=True, help="Draw new check digits; the labels that hang there are void then.")
@_where_to
@click.pass_obj
def bins(database: str | None, /, location: str, bin: str, zone: str, new_digits: bool, **where: Any) -> int:
    """The bins of a LOCATION, with check digits, which are drawn for bins that have none."""
    from db.masters.check_digits import draw_check_digits
    from db.masters.tables import BINS, LOCATIONS
    from db.queries.labels import labelled_bins
    from stockterm.labels.company import labels_for_bins

    with _opened(database):
        code = LOCATIONS.require(_code(location), field="location")["code"]
        if bin:
            BINS.require(code, _code(bin), field="bin")
        found = [one.code for one in labelled_bins(code, bin_code=_code(bin), zone=_code(zone))]
        draw_check_digits(code, found, anew=new_digits)
        contents = labels_for_bins(code, bin_code=_code(bin), zone=_code(zone))
        return _put_out(contents, _("Bins of {location}").format(location=code), **where)


@labels.command("location")
@click.argument("location")
@_where_to
@click.pass_obj
def location(database: str | None, /, location: str, **where: Any) -> int:
    """A location: scanned, it says where somebody works."""
    from db.masters.tables import LOCATIONS
    from stockterm.labels.content import location_label

    with _opened(database):
        row = LOCATIONS.require(_code(location), field="location")
        return _put_out([location_label(row["code"], row["name"])], row["code"], **where)


@labels.command("badges")
@click.option("--user", default="", help="Only this user's.")
@_where_to
@click.pass_obj
def badges(database: str | None, /, user: str, **where: Any) -> int:
    """The badges of the users. Whoever has one can sign in."""
    from db.masters.tables import USERS
    from stockterm.labels.company import labels_for_badges

    with _opened(database):
        if user:
            USERS.require(_code(user), field="user")
        return _put_out(labels_for_badges(_code(user)), _("Badges"), **where)


@labels.command("document")
@click.argument("no", nargs=-1, required=True)
@click.option("--text", default="", help="A line below the number.")
@_where_to
@click.pass_obj
def document(database: str | None, /, no: tuple[str, ...], text: str, **where: Any) -> int:
    """Numbers of papers (orders, deliveries, counts), to be scanned from them."""
    from stockterm.labels.content import document_label

    with _opened(database, needed=where["printer"] is not None):
        return _put_out([document_label(_code(one), text) for one in no], _("Documents"), **where)


@labels.command("commands")
@_where_to
@click.pass_obj
def commands(database: str | None, /, **where: Any) -> int:
    """What the function keys do, and quantities, for hands in gloves."""
    from stockterm.labels.content import command_labels, multiplier_labels

    with _opened(database, needed=where["printer"] is not None):
        return _put_out([*command_labels(), *multiplier_labels()], _("Commands"), **where)


@labels.command("scanner-test")
@click.option(
    "--read", "reading", is_flag=True, help="Read the four labels here, and say what the profile of this terminal should be."
)
@click.option("--save", is_flag=True, help="With --read: put it into the settings file.")
@_where_to
@click.pass_obj
def scanner_test(database: str | None, /, reading: bool, save: bool, **where: Any) -> int:
    """Four labels that set up a reader: print them, then scan them in order with --read."""
    from stockterm.labels.scanner_test import contents

    if reading:
        return _read_scanner_test(save)
    if save:
        raise click.UsageError(_("--save goes with --read."))
    with _opened(database, needed=where["printer"] is not None):
        return _put_out(contents(), _("Scanner test: scan 1 to 4 in order"), **where)


# ---- printers and the queue


@labels.command("printer")
@click.argument("code")
@click.option("--address", help="host:port of a port; a folder, file or device of a file.")
@click.option("--kind", type=click.Choice(["port", "file"]), help="Default: port.")
@click.option("--name", help="What people call it.")
@click.option("--size", metavar="WxH", help="The labels in it, in mm (default: 100x70).")
@click.option("--dpi", type=int, help="152, 203, 300 or 600 (default: 203).")
@click.option("--location", help="Where it stands; blank: for all locations.")
@click.pass_obj
def printer(database: str | None, /, code: str, size: str | None, **given: Any) -> int:
    """Add or change a label printer."""
    from db.masters.change import put_masters
    from db.masters.change_log import ChangedBy
    from stockterm.config import terminal_name

    fields = {name: value for name, value in given.items() if value is not None}
    if size is not None:
        fields["width_mm"], fields["height_mm"] = _size(size)
    with _opened(database):
        put_masters([("printer", {"code": code, **fields})], ChangedBy(terminal=terminal_name(), source_code="labels"))
    return 0


@labels.command("printers")
@click.pass_obj
def printers(database: str | None) -> int:
    """List the label printers."""
    from db.work import printing

    with _opened(database):
        for one in printing.printers():
            size = f"{one.width_mm}x{one.height_mm} mm, {one.dpi} dpi"
            click.echo(
                " ".join(filter(None, (f"{one.code}:", one.kind, f"{one.address},", f"{size},", one.location_code, one.name)))
            )
    return 0


@labels.command("queue")
@click.option("--all", "everything", is_flag=True, help="The last 50 jobs, sent ones too.")
@click.pass_obj
def queue(database: str | None, /, everything: bool) -> int:
    """What is waiting, being sent, or failed, with the reason. Exit status 1: something has failed."""
    from db.work import printing

    with _opened(database):
        jobs = printing.last_jobs()[::-1] if everything else printing.unsent_jobs()
    for job in jobs:
        click.echo(_line_of(job))
    if not jobs:
        click.echo(_("Nothing is waiting."))
    return 1 if any(job.state == printing.FAILED for job in jobs) else 0


@labels.command("retry")
@click.argument("job", nargs=-1, type=int)
@click.pass_obj
def retry(database: str | None, /, job: tuple[int, ...]) -> int:
    """Send jobs again at once: these (sent ones too), or all that failed or pause."""
    from db.work import printing

    with _opened(database):
        count = printing.retry(list(job) or None)
        click.echo(ngettext("{count} job to send.", "{count} jobs to send.", count).format(count=format_count(count)))
        return _send(None)


@labels.command("send")
@click.option("--watch", is_flag=True, help="Go on until interrupted: for a service beside the terminals.")
@click.option("--printer", metavar="CODE", help="Only to this printer.")
@click.pass_obj
def send(database: str | None, /, watch: bool, printer: str | None) -> int:
    """Send what is due. Exit status 1: something could not be sent."""
    from db.work.printing import require_printer

    if watch and printer:
        raise click.UsageError(_("--watch is for all printers."))
    with _opened(database):
        if printer:
            require_printer(_code(printer))
        if not watch:
            return _send(_code(printer) if printer else None)
        import threading

        from stockterm.labels.sending import keep_sending

        keep_sending(threading.Event(), tell=_tell)
    return 0


# ---- common to all of them


@contextmanager
def _opened(database: str | None, *, needed: bool = True) -> Iterator[None]:
    """The database, unless the command can do without."""
    if not needed:
        yield
        return
    from stockterm.cli import _database

    with _database(database):
        yield


def _code(text: str) -> str:
    from db.core.codes import normalize_code

    return normalize_code(text)


def _day(text: str | None, option: str) -> date | None:
    from stockterm.interchange.kinds import day

    try:
        return None if text is None else day(text, option)
    except StocktermError as problem:
        raise click.BadParameter(in_words(problem), param_hint=option) from problem


def _size(text: str) -> tuple[int, int]:
    width, _x, height = text.lower().partition("x")
    if not (width.isascii() and width.isdigit() and height.isascii() and height.isdigit() and int(width) and int(height)):
        raise click.BadParameter(_("Write it as 100x70 (millimetres)."), param_hint="--size")
    return int(width), int(height)


def _put_out(
    contents: "Sequence[LabelContent]",
    title: str,
    *,
    printer: str | None,
    output: str | None,
    copies: int,
    size: str | None,
    dpi: int,
) -> int:
    """Labels to where they were asked for; the exit status."""
    from stockterm.labels.drawing import Stock

    if printer is not None and output is not None:
        raise click.UsageError(_("--printer or -o, not both."))
    if not contents:
        from stockterm.cli import _say

        _say(_("Nothing to print."))
        return 1
    if printer is not None:
        return _print(contents, title, printer, copies)
    width, height = _size(size or _DEFAULT_SIZE)
    if dpi not in (152, 203, 300, 600):
        raise click.BadParameter(_("152, 203, 300 or 600."), param_hint="--dpi")
    if output is not None:
        return _write(contents, title, output, copies, Stock(width, height, dpi))
    _draw_here(contents)
    return 0


def _print(contents: "Sequence[LabelContent]", title: str, printer: str, copies: int) -> int:
    from db.work import printing
    from stockterm.cli import _say
    from stockterm.config import terminal_name
    from stockterm.labels import company

    to = printing.require_printer(_code(printer))
    numbers = company.order(contents, to, title=title, copies=copies, terminal=terminal_name())
    _send(to.code, tell=False)
    unsent = 0
    for number in numbers:
        job = printing.require_job(number)
        if job.state == printing.SENT:
            click.echo(_("Sent to {printer}: job {job}.").format(printer=to.code, job=number))
        else:
            unsent += 1
            reason = _(job.reason) if job.reason else _("others are before it")
            _say(
                _("Not sent to {printer}: {reason}. Job {job} stays in the queue.").format(
                    printer=to.code, reason=reason, job=number
                )
            )
    return 1 if unsent else 0


def _send(printer_code: str | None, *, tell: bool = True) -> int:
    """Send what is due; 1 where something could not be sent."""
    from db.work.printing import SENT
    from stockterm.labels.sending import send_waiting

    outcomes = send_waiting(printer_code)
    if tell:
        for outcome in outcomes:
            _tell(outcome)
    return 1 if any(outcome.state != SENT for outcome in outcomes) else 0


def _tell(outcome: Any) -> None:
    from db.work.printing import SENT
    from stockterm.cli import _say

    facts = {"printer": outcome.printer_code, "job": outcome.job_no, "reason": outcome.reason}
    if outcome.state == SENT:
        click.echo(_("Sent to {printer}: job {job}.").format(**facts))
    else:
        _say(_("Not sent to {printer}: {reason}. Job {job} stays in the queue.").format(**facts))


def _line_of(job: "PrintJob") -> str:
    from db.core.clock import from_microseconds
    from db.work.printing import WAITING

    def local(moment: int) -> datetime:
        return from_microseconds(moment).astimezone()

    parts = [f"{job.job_no:>6}  {local(job.created_at):%Y-%m-%d %H:%M}  {job.printer_code}  {_(job.state)}  {job.title}"]
    parts.append(f"({ngettext('{count} label', '{count} labels', job.label_count).format(count=format_count(job.label_count))})")
    if job.reason:
        parts.append(f"- {_(job.reason)}")
    if job.state == WAITING and job.attempts:
        parts.append(_("(again at {time})").format(time=f"{local(job.next_attempt_at):%H:%M:%S}"))
    return " ".join(parts)


def _write(contents: "Sequence[LabelContent]", title: str, output: str, copies: int, stock: "Stock") -> int:
    from stockterm.interchange.writers import written_whole

    data = _file_of(contents, title, output, copies, stock)
    try:
        with written_whole(output) as file:
            file.write(data)
    except OSError as problem:
        raise click.FileError(output, hint=problem.strerror or str(problem)) from problem
    click.echo(_("Labels: {file}").format(file=output))
    return 0


def _file_of(contents: "Sequence[LabelContent]", title: str, output: str, copies: int, stock: "Stock") -> bytes:
    """The labels in the form that the name of the file asks for."""
    from stockterm.i18n import language
    from stockterm.labels.drawing import draw

    form = output.lower().rpartition(".")[2]
    if form == "html":
        from stockterm.labels.paper import sheet_of
        from stockterm.labels.sheet import as_html

        return as_html(sheet_of(title, [one for one in contents for _copy in range(copies)]), language()).encode()
    if form == "zpl":
        from stockterm.labels.zpl import zpl_job

        return zpl_job((draw(one, stock) for one in contents), copies).encode()
    from stockterm.labels.picture import png, svg

    if form not in ("svg", "png"):
        raise click.BadParameter(_("The name of the file ends in .html, .svg, .png or .zpl."), param_hint="-o")
    drawings = [draw(one, stock) for one in contents for _copy in range(copies)]
    return svg(drawings).encode() if form == "svg" else png(drawings)


def _draw_here(contents: "Sequence[LabelContent]") -> None:
    """On this terminal, as far as it is wide enough."""
    import shutil

    from stockterm.labels.barcode import encode_gs1
    from stockterm.labels.blocks import columns_of, draw_blocks

    columns = shutil.get_terminal_size().columns
    for content in contents:
        click.echo("  ".join(filter(None, (content.title, content.corner))))
        for line in filter(None, content.lines):
            click.echo(line)
        symbols = list(content.symbols)
        if content.elements:
            together = encode_gs1(content.elements)
            fits = columns_of(together) <= columns
            symbols += [together] if fits else [encode_gs1([element]) for element in content.elements]
        for symbol in symbols:
            rows = draw_blocks(symbol, columns)
            if rows is None:
                rows = [
                    _("(bars: {needed} columns, here are {columns}; use -o FILE)").format(
                        needed=columns_of(symbol), columns=columns
                    )
                ]
            for row in (*rows, symbol.text, ""):
                click.echo(row)


# ---- the scanner test


def _read_scanner_test(save: bool) -> int:
    from stockterm.cli import _say
    from stockterm.config import terminal_name
    from stockterm.labels.scanner_test import judge

    found = judge(_received())
    for problem in found.problems:
        _say(problem)
    if not found.usable:
        return 1
    name = terminal_name() or "default"
    click.echo(found.as_toml(name), nl=False)
    if save:
        _save_profile(name, found.as_toml(name))
    return 1 if found.problems else 0


def _received() -> str:
    """Every character that comes until the last label is complete, as it comes: no line editing, Enter stays CR."""
    import os

    from stockterm.labels.scanner_test import is_complete

    number = sys.stdin.fileno()
    received = b""
    with _as_it_comes(number):
        if os.isatty(number):  # only now: what was scanned before the line is ready would be lost
            click.echo(_("Scan the labels 1 to 4 in order. Ctrl-C ends."))
        while not is_complete(received.decode("latin-1")):
            chunk = os.read(number, 1024)
            if not chunk:
                break
            received += chunk
    return received.decode("utf-8", "replace")


@contextmanager
def _as_it_comes(number: int) -> Iterator[None]:
    import os

    if not os.isatty(number):
        yield
        return
    import termios

    before = termios.tcgetattr(number)
    now = termios.tcgetattr(number)
    now[0] &= ~(termios.ICRNL | termios.INLCR | termios.IXON | termios.ISTRIP)
    now[3] &= ~(termios.ICANON | termios.ECHO)
    termios.tcsetattr(number, termios.TCSAFLUSH, now)
    try:
        yield
    finally:
        termios.tcsetattr(number, termios.TCSAFLUSH, before)


def _save_profile(name: str, table: str) -> None:
    """Add the table to the settings file. One that is there already is left to whoever wrote it."""
    from stockterm.config import load_config, settings_path

    path = settings_path()
    if name in load_config().terminals:
        raise BadValue(field="terminals", value=name, expected=phrase("a terminal that {path} does not name yet", path=path))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(f"\n{table}")
    except OSError as problem:
        raise click.FileError(str(path), hint=problem.strerror or str(problem)) from problem
    click.echo(_("Saved in {file}.").format(file=path))
