"""The print queue: what became of the labels, again, never mind, and printers that are off.

    jobs that are not sent, the oldest first · the last ones · printers
      ├ one job: send now or print anew · cancel
      └ one printer: switch off or on · send all that waits

To send again is written with the mark that the scan was applied, so that a broken line prints nothing twice. A job that is
being sent cannot be cancelled: its bytes are on their way.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from db.masters.change import put_masters
from db.masters.change_log import ChangedBy
from db.work import printing
from db.work.printing import Printer, PrintJob
from stockterm.flows import lists, say
from stockterm.flows.help import help_for
from stockterm.flows.lists import Line
from stockterm.flows.outcome import Answer, Ask, At, Entry, Flow, Outcome
from stockterm.flows.rights import Right, require
from stockterm.flows.tokens import Command
from stockterm.flows.view import KeyHint, Message, ViewState
from stockterm.flows.words import day_and_time
from stockterm.i18n import _, ngettext

JOB = "print_queue"
_LATEST = 50


@dataclass(frozen=True, slots=True)
class PrintQueueState:
    """`page`: blank (what is not sent), latest, printers; then one job (`job_no`) or one printer of it."""

    page: str = ""
    job_no: int = 0
    printer_code: str = ""


def begin(at: At, state: PrintQueueState | None) -> Outcome:
    """Show what is not sent."""
    require(at.user, Right.WORK_PRINT_QUEUE)
    return Outcome(PrintQueueState(), _note(printing.unsent_count()))


def _note(counts: dict[str, int]) -> Message:
    if failed := counts[printing.FAILED]:
        return say.warning(ngettext("{count} job failed.", "{count} jobs failed.", failed).format(count=failed))
    return say.note(_("Choose.") if any(counts.values()) else _("Nothing is waiting."))


# ---- lists


def _lines(at: At, state: PrintQueueState) -> list[Line]:
    if state.job_no:
        return _about_job(at, state, printing.require_job(state.job_no))
    if state.printer_code:
        return _about_printer(at, state, printing.require_printer(state.printer_code))
    match state.page:
        case "latest":
            return [_job_line(state, one) for one in printing.last_jobs(limit=_LATEST)]
        case "printers":
            return [_printer_line(state, one) for one in printing.printers()]
        case _:
            unsent = printing.unsent_jobs(limit=lists.LISTED)
            pages = [Line(_("Printers"), _page("printers")), Line(_("Last jobs"), _page("latest"))]
            again = [Line(_("Send all again"), lambda: _send_all(at, state, ""))] if unsent else []
            return [*pages, *again, *(_job_line(state, one) for one in unsent)]


def _page(name: str) -> Callable[[], Outcome]:
    return lambda: Outcome(PrintQueueState(name), say.note(_("Choose.")))


def _job_line(state: PrintQueueState, job: PrintJob) -> Line:
    cells = (str(job.job_no), job.printer_code, _(job.state), job.title)
    chosen = replace(state, job_no=job.job_no)
    said = f"{_(job.reason)}: {job.title}" if job.reason else f"{job.title}: {_(job.state)}"
    return Line(" ".join(cells), lambda: Outcome(chosen, say.note(said)), _details(job), cells)


def _details(job: PrintJob) -> tuple[tuple[str, str], ...]:
    """What is known about a job, the reason first: a supervisor asks why."""
    known = [
        (_("Cancelled by") if job.state == printing.CANCELLED else _("Why"), _(job.reason) if job.reason else ""),
        (_("State"), _(job.state)),
        (_("Labels"), str(job.label_count)),
        (_("Printer"), job.printer_code),
        (_("User"), job.user_code),
        (_("Terminal"), job.terminal),
        (_("Asked for"), day_and_time(job.created_at)),
        (_("Attempts"), str(job.attempts)),
        (_("Again at"), day_and_time(job.next_attempt_at) if job.state == printing.WAITING and job.next_attempt_at else ""),
    ]
    return tuple((name, value) for name, value in known if value)


def _about_job(at: At, state: PrintQueueState, job: PrintJob) -> list[Line]:
    """Always the same three: a digit means what the screen showed, also where the job was sent since."""
    details = _details(job)
    return [
        Line(_("Send now"), lambda: _send_now(at, state, job), details),
        Line(_("Cancel"), lambda: _cancel(at, state, job), details),
        Line(_("Print anew"), lambda: _print_anew(at, state, job), details),
    ]


def _printer_line(state: PrintQueueState, printer: Printer) -> Line:
    waiting = sum(1 for one in printing.unsent_jobs() if one.printer_code == printer.code)
    cells = (
        printer.code,
        _("off") if printer.blocked else _("on"),
        _("{count} waiting").format(count=waiting) if waiting else "",
    )
    chosen = replace(state, printer_code=printer.code)
    text = " ".join(filter(None, cells))
    return Line(text, lambda: Outcome(chosen, say.note(_("Choose."))), _printer_details(printer), cells)


def _printer_details(printer: Printer) -> tuple[tuple[str, str], ...]:
    known = [
        (_("Name"), printer.name),
        (_("Address"), printer.address),
        (_("Labels"), f"{printer.width_mm}x{printer.height_mm} mm"),
        (_("Location"), printer.location_code or _("all")),
    ]
    return tuple((name, value) for name, value in known if value)


def _about_printer(at: At, state: PrintQueueState, printer: Printer) -> list[Line]:
    details = _printer_details(printer)
    return [
        Line(_("Switch on"), lambda: _switch_on(at, state, printer), details),
        Line(_("Switch off"), lambda: _switch_off(at, state, printer), details),
        Line(_("Send all again"), lambda: _send_all(at, state, printer.code), details),
    ]


# ---- what is done


def _send_now(at: At, state: PrintQueueState, job: PrintJob) -> Outcome:
    if job.state not in (printing.WAITING, printing.FAILED):
        text = _("Nothing to send: job {job} is {state}.").format(job=job.job_no, state=_(job.state))
        return Outcome(state, say.warning(text))
    return _send(at, state, job)


def _print_anew(at: At, state: PrintQueueState, job: PrintJob) -> Outcome:
    if job.state not in (printing.SENT, printing.CANCELLED):
        text = _("Not printed yet: job {job} is {state}.").format(job=job.job_no, state=_(job.state))
        return Outcome(state, say.warning(text))
    return _send(at, state, job)


def _send(at: At, state: PrintQueueState, job: PrintJob) -> Outcome:
    require(at.user, Right.WORK_PRINT_QUEUE)
    writes = (printing.at_once(job.printer_code), printing.again(job.job_no))
    return Outcome(replace(state, job_no=0), writes=writes, printer=job.printer_code, print_job=job.job_no, good=True)


def _send_all(at: At, state: PrintQueueState, printer_code: str) -> Outcome:
    """Everything that failed or pauses, or that of one printer; what becomes of the oldest is said, of the others with time."""
    require(at.user, Right.WORK_PRINT_QUEUE)
    states = (printing.WAITING, printing.FAILED)
    unsent = [one for one in printing.unsent_jobs() if one.state in states and printer_code in ("", one.printer_code)]
    if not unsent:
        return Outcome(state, say.note(_("Nothing is waiting.")))
    first = unsent[0]
    writes = tuple(printing.again(one.job_no) for one in unsent)
    text = ngettext("{count} job to send.", "{count} jobs to send.", len(unsent)).format(count=len(unsent))
    return Outcome(state, say.ok(text), writes=writes, printer=first.printer_code, print_job=first.job_no, good=True)


def _cancel(at: At, state: PrintQueueState, job: PrintJob) -> Outcome:
    require(at.user, Right.WORK_PRINT_QUEUE)
    done = printing.cancel(job.job_no, at.user.code)
    after = replace(state, job_no=0)
    if not done:
        now = printing.require_job(job.job_no)
        return Outcome(after, say.warning(_("Not cancelled: job {job} is {state}.").format(job=job.job_no, state=_(now.state))))
    return Outcome(after, say.ok(_("Cancelled: job {job}.").format(job=job.job_no)), good=True)


def _switch_off(at: At, state: PrintQueueState, printer: Printer) -> Outcome:
    """Its jobs wait, and nobody loses one."""
    _block(at, printer, True)
    return Outcome(replace(state, printer_code=""), say.ok(_("{printer} is off.").format(printer=printer.code)), good=True)


def _switch_on(at: At, state: PrintQueueState, printer: Printer) -> Outcome:
    """What waited goes out."""
    _block(at, printer, False)
    outcome = Outcome(replace(state, printer_code=""), say.ok(_("{printer} is on.").format(printer=printer.code)), good=True)
    waiting = [one for one in printing.unsent_jobs() if one.printer_code == printer.code and one.state == printing.WAITING]
    if not waiting:
        return outcome
    writes = (printing.at_once(printer.code),)
    return replace(outcome, writes=writes, printer=printer.code, print_job=waiting[0].job_no)


def _block(at: At, printer: Printer, blocked: bool) -> None:
    require(at.user, Right.WORK_PRINT_QUEUE)
    put_masters([("printer", {"code": printer.code, "blocked": blocked})], ChangedBy(at.user.code, at.terminal, JOB))


# ---- entries and commands


def scan(at: At, state: PrintQueueState, entry: Entry) -> Outcome:
    """The number of a choice."""
    require(at.user, Right.WORK_PRINT_QUEUE)
    return lists.choose(_lines(at, state), entry)


def command(at: At, state: PrintQueueState, command: Command) -> Outcome:
    """Back to the list, back to the menu."""
    if command is not Command.BACK:
        return Outcome(state, say.note(_("Choose.")))
    if state.job_no or state.printer_code:
        return Outcome(PrintQueueState(state.page), say.note(_("Choose.")))
    return Outcome(PrintQueueState(), say.note(_("Choose."))) if state.page else Outcome(None, go="menu")


def answer(at: At, state: PrintQueueState, ask: Ask, reply: Answer) -> Outcome:
    """Nothing is asked."""
    return Outcome(state)


def view(at: At, state: PrintQueueState) -> ViewState:
    """The list."""
    keys = (KeyHint(Command.BACK, _("back")), KeyHint(Command.HELP, _("help")))
    counts = printing.unsent_count()
    facts = tuple((_(name), str(counts[name])) for name in (printing.WAITING, printing.SENDING, printing.FAILED))
    if state.job_no:
        facts = _details(printing.require_job(state.job_no))
    elif state.printer_code:
        facts = _printer_details(printing.require_printer(state.printer_code))
    return lists.show(ViewState(title=_title(state), prompt=_("Choose"), keys=keys, facts=facts), _lines(at, state))


def _title(state: PrintQueueState) -> str:
    if state.job_no:
        return _("Print job {job}").format(job=state.job_no)
    if state.printer_code:
        return state.printer_code
    return {"printers": _("Printers"), "latest": _("Last jobs")}.get(state.page) or _("Print queue")


def _step(state: PrintQueueState) -> str:
    return "job" if state.job_no else "printer" if state.printer_code else state.page or "list"


def work(at: At, state: Any) -> str:
    """Nothing here is undone scan by scan."""
    return f"{JOB}:{at.user.code}"


FLOW = Flow(
    state=PrintQueueState,
    begin=begin,
    scan=scan,
    command=command,
    answer=answer,
    view=view,
    help=lambda at, state: help_for(JOB, _step(state)),
    work=work,
)
