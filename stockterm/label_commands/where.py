"""Where labels go: to a printer through the queue, into a file, or drawn on this terminal; and what is common to all commands."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from db.core.errors import StocktermError
from stockterm.i18n import _, in_words

if TYPE_CHECKING:
    from stockterm.labels.content import LabelContent
    from stockterm.labels.drawing import Stock

LOGISTIC_SIZE = "105x148"
_DEFAULT_SIZE = "100x70"


def where_to(command: Callable[..., int]) -> Callable[..., int]:
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


@contextmanager
def opened(database: str | None, *, needed: bool = True) -> Iterator[None]:
    """The database, unless the command can do without."""
    if not needed:
        yield
        return
    from stockterm.cli import _database

    with _database(database):
        yield


def code_of(text: str) -> str:
    from db.core.codes import normalize_code

    return normalize_code(text)


def day_of(text: str | None, option: str) -> date | None:
    from stockterm.interchange.kinds import day

    try:
        return None if text is None else day(text, option)
    except StocktermError as problem:
        raise click.BadParameter(in_words(problem), param_hint=option) from problem


def size_of(text: str) -> tuple[int, int]:
    width, _x, height = text.lower().partition("x")
    if not (width.isascii() and width.isdigit() and height.isascii() and height.isdigit() and int(width) and int(height)):
        raise click.BadParameter(_("Write it as 100x70 (millimetres)."), param_hint="--size")
    return int(width), int(height)


def put_out(
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
    width, height = size_of(size or _DEFAULT_SIZE)
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

    to = printing.require_printer(code_of(printer))
    numbers = company.order(contents, to, title=title, copies=copies, terminal=terminal_name())
    send_due(to.code, aloud=False)
    unsent = 0
    for number in numbers:
        job = printing.require_job(number)
        if job.state == printing.SENT:
            click.echo(_("Sent to {printer}: job {job}.").format(printer=to.code, job=number))
        else:
            unsent += 1
            waits = _("switched off") if to.blocked else _("others are before it")
            reason = _(job.reason) if job.reason else waits
            _say(
                _("Not sent to {printer}: {reason}. Job {job} stays in the queue.").format(
                    printer=to.code, reason=reason, job=number
                )
            )
    return 1 if unsent else 0


def send_due(printer_code: str | None, *, aloud: bool = True) -> int:
    """Send what is due; 1 where something could not be sent."""
    from db.work.printing import SENT
    from stockterm.labels.sending import send_waiting

    outcomes = send_waiting(printer_code)
    if aloud:
        for outcome in outcomes:
            tell(outcome)
    return 1 if any(outcome.state != SENT for outcome in outcomes) else 0


def tell(outcome: Any) -> None:
    from db.work.printing import SENT
    from stockterm.cli import _say

    facts = {"printer": outcome.printer_code, "job": outcome.job_no, "reason": outcome.reason}
    if outcome.state == SENT and outcome.reason:
        _say(_("Label sent to {printer}, {reason}: job {job}.").format(**{**facts, "reason": _(outcome.reason)}))
    elif outcome.state == SENT:
        click.echo(_("Sent to {printer}: job {job}.").format(**facts))
    else:
        _say(_("Not sent to {printer}: {reason}. Job {job} stays in the queue.").format(**facts))


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
