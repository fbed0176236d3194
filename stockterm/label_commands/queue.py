"""Printers, and the queue of what they are to print."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from stockterm.i18n import _, format_count, ngettext
from stockterm.label_commands.where import code_of, opened, send_due, size_of, tell

if TYPE_CHECKING:
    from db.work.printing import PrintJob


@click.command("printer")
@click.argument("code")
@click.option("--address", help="host:port of a port; a folder, file or device of a file.")
@click.option("--kind", type=click.Choice(["port", "file"]), help="Default: port.")
@click.option("--name", help="What people call it.")
@click.option("--size", metavar="WxH", help="The labels in it, in mm (default: 100x70).")
@click.option("--dpi", type=int, help="152, 203, 300 or 600 (default: 203).")
@click.option("--location", help="Where it stands; blank: for all locations.")
@click.option("--off/--on", "blocked", default=None, help="Off: its jobs wait.")
@click.pass_obj
def printer(database: str | None, /, code: str, size: str | None, **given: Any) -> int:
    """Add or change a label printer."""
    from db.masters.change import put_masters
    from db.masters.change_log import ChangedBy
    from stockterm.config import terminal_name

    fields = {name: value for name, value in given.items() if value is not None}
    if size is not None:
        fields["width_mm"], fields["height_mm"] = size_of(size)
    with opened(database):
        put_masters([("printer", {"code": code, **fields})], ChangedBy(terminal=terminal_name(), source_code="labels"))
    return 0


@click.command("printers")
@click.pass_obj
def printers(database: str | None) -> int:
    """List the label printers."""
    from db.work import printing

    with opened(database):
        for one in printing.printers():
            off = _("off") if one.blocked else ""
            size = f"{one.width_mm}x{one.height_mm} mm, {one.dpi} dpi"
            parts = (f"{one.code}:", one.kind, f"{one.address},", f"{size},", one.location_code, one.name, off)
            click.echo(" ".join(filter(None, parts)))
    return 0


@click.command("queue")
@click.option("--all", "everything", is_flag=True, help="The last 50 jobs, sent ones too.")
@click.pass_obj
def queue(database: str | None, /, everything: bool) -> int:
    """What is waiting, being sent, or failed, with the reason. Exit status 1: something has failed."""
    from db.work import printing

    with opened(database):
        jobs = printing.last_jobs()[::-1] if everything else printing.unsent_jobs()
    for job in jobs:
        click.echo(_line_of(job))
    if not jobs:
        click.echo(_("Nothing is waiting."))
    return 1 if any(job.state == printing.FAILED for job in jobs) else 0


@click.command("retry")
@click.argument("job", nargs=-1, type=int)
@click.pass_obj
def retry(database: str | None, /, job: tuple[int, ...]) -> int:
    """Send jobs again at once: these (sent ones too), or all that failed or pause."""
    from db.work import printing

    with opened(database):
        count = printing.retry(list(job) or None)
        click.echo(ngettext("{count} job to send.", "{count} jobs to send.", count).format(count=format_count(count)))
        return send_due(None)


@click.command("cancel")
@click.argument("job", nargs=-1, type=int, required=True)
@click.pass_obj
def cancel(database: str | None, /, job: tuple[int, ...]) -> int:
    """Take jobs back that nobody wants any more. Exit status 1: one of them is being sent, or was sent."""
    from db.work import printing
    from stockterm.cli import _say
    from stockterm.config import terminal_name

    kept = 0
    with opened(database):
        for number in job:
            if printing.cancel(number, terminal_name() or "stockterm labels"):
                click.echo(_("Cancelled: job {job}.").format(job=number))
            else:
                kept += 1
                state = _(printing.require_job(number).state)
                _say(_("Not cancelled: job {job} is {state}.").format(job=number, state=state))
    return 1 if kept else 0


@click.command("send")
@click.option("--watch", is_flag=True, help="Go on until interrupted: for a service beside the terminals.")
@click.option("--printer", metavar="CODE", help="Only to this printer.")
@click.pass_obj
def send(database: str | None, /, watch: bool, printer: str | None) -> int:
    """Send what is due. Exit status 1: something could not be sent."""
    from db.work.printing import require_printer

    if watch and printer:
        raise click.UsageError(_("--watch is for all printers."))
    with opened(database):
        if printer:
            require_printer(code_of(printer))
        if not watch:
            return send_due(code_of(printer) if printer else None)
        import threading

        from stockterm.labels.sending import keep_sending

        keep_sending(threading.Event(), tell=tell)
    return 0


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


COMMANDS = (printer, printers, queue, retry, cancel, send)
