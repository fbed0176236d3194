"""Labels from the screens: F12 (`CMD:PRINT`, `.t`) prints what the job has on the screen; a job may also print by itself.

A job says what its label is, `Flow.label(at, state) -> Labels`, with one of the functions below:

    label=lambda at, state: printing.of_hand(at, state.goods, state.bin_code)

and `print_labels(at, state, labels)` makes the outcome: the labels go into the queue in the transaction that marks the scan as
applied, so they are printed exactly when that scan counts, once. To print with something else that a job writes, it adds them
with `with_labels(at, outcome, labels)`. The session sends them once that is committed, waits a moment for what becomes of it, and
says so: sent, or not and why. What fails later is said with the next scan.

Which printer: the one that the terminal's profile names, else that of the location, else the only one.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

from db.core.codes import normalize_code
from db.work import printing
from stockterm.flows import say
from stockterm.flows.goods import Goods
from stockterm.flows.outcome import At, Outcome
from stockterm.flows.rights import Right, may
from stockterm.flows.view import Message
from stockterm.i18n import _

if TYPE_CHECKING:
    from db.work.printing import PrintJob
    from stockterm.labels.content import LabelContent
    from stockterm.labels.sending import Sending

PATIENCE_S = 0.7
"""So long a worker waits to hear what became of a label; less than the screen waits before it says that it is at work."""


@dataclass(frozen=True, slots=True)
class Labels:
    """What is printed. `title`: what people call it in the queue."""

    title: str
    contents: "tuple[LabelContent, ...]"


# ---- what is on the screen


def of_item(item_no: str, variant_code: str = "", uom_code: str = "") -> Labels:
    """An item in one unit (blank: the base unit)."""
    from stockterm.labels.company import label_for_item

    return Labels(_("Item {no}").format(no=item_no), (label_for_item(item_no, variant_code, uom_code),))


def of_numbers(
    item_no: str, variant_code: str = "", *, lot_no: str = "", serial_no: str = "", expiration_date: date | None = None
) -> Labels:
    """A lot, a serial number, or both; the expiry date is that of a number that is not known yet."""
    from stockterm.labels.company import label_for_lot

    content = label_for_lot(item_no, lot_no, variant_code=variant_code, serial_no=serial_no, expiration_date=expiration_date)
    title = _("Lot {number}").format(number=lot_no) if lot_no else _("Serial {number}").format(number=serial_no)
    return Labels(title, (content,))


def of_package(at: At, package_no: str) -> Labels:
    """A package, with what lies in it; for a counter, who counts blind, without."""
    from stockterm.labels.company import label_for_package

    content = label_for_package(package_no, with_content=may(at.user, Right.SEE_EXPECTED))
    return Labels(_("Package {package}").format(package=package_no), (content,))


def of_bin(location_code: str, bin_code: str) -> Labels | None:
    """A bin, with its check digits where it has some."""
    from stockterm.labels.company import labels_for_bins

    found = tuple(labels_for_bins(location_code, bin_code=bin_code))
    return Labels(_("Bin {bin}").format(bin=bin_code), found) if found else None


def of_location(location_code: str, name: str = "") -> Labels:
    """A location."""
    from stockterm.labels.content import location_label

    return Labels(f"{_('Location')} {location_code}", (location_label(location_code, name),))


def of_document(document_no: str) -> Labels:
    """The number of a paper or an order."""
    from stockterm.labels.content import document_label

    return Labels(_("Document {no}").format(no=document_no), (document_label(document_no),))


class Numbered(Protocol):
    """Goods with their numbers: those of `goods.Goods`, a piece of a transfer, a line."""

    @property
    def item_no(self) -> str: ...
    @property
    def variant_code(self) -> str: ...
    @property
    def lot_no(self) -> str: ...
    @property
    def serial_no(self) -> str: ...
    @property
    def package_no(self) -> str: ...


def of_hand(at: At, goods: Numbered | None, bin_code: str = "") -> Labels | None:
    """What a worker has in hand: the package, else the lot or serial number, else the item in its unit; without goods the bin.

    A number that nobody has seen before is printed as it was scanned or typed, with the expiry date that was given.
    """
    if goods is None:
        return of_bin(at.location.code, bin_code) if bin_code else None
    if goods.package_no:
        return of_package(at, goods.package_no)
    known = goods if isinstance(goods, Goods) else None
    if not (goods.lot_no or goods.serial_no):
        return of_item(goods.item_no, goods.variant_code, known.uom_code if known else "")
    return of_numbers(
        goods.item_no,
        goods.variant_code,
        lot_no=goods.lot_no,
        serial_no=goods.serial_no,
        expiration_date=known.expiration_date if known else None,
    )


# ---- into the queue


def print_labels(at: At, state: Any, labels: Labels | None) -> Outcome:
    """What comes of CMD:PRINT; with nothing on the screen that has a label, that is said."""
    if labels is None or not labels.contents:
        return Outcome(state, say.warning(_("Nothing to print here. Scan it first.")))
    return with_labels(at, Outcome(state), labels)


def with_labels(at: At, outcome: Outcome, labels: Labels, copies: int = 1) -> Outcome:
    """The outcome, with labels that are printed when it is committed. Its own message, where it has one, stays.

    Raises `NoPrinter`, `UnknownCode` for a printer of the terminal that does not exist, `LabelTooSmall`, `UnprintableBarcode`:
    nothing is done then, and the message says so.
    """
    from stockterm.labels.company import order_write

    to = printing.printer_for(at.location.code, normalize_code(at.printer))
    write = order_write(labels.contents, to, title=labels.title, copies=copies, user_code=at.user.code, terminal=at.terminal)
    message = outcome.message or say.note(_("Label for {printer} queued.").format(printer=to.code))
    return replace(outcome, message=message, writes=(*outcome.writes, printing.at_once(to.code), write), printer=to.code)


# ---- what became of them


class OnTheirWay:
    """The labels of one session that are not known to be sent. `tell` gives each piece of news once."""

    def __init__(self) -> None:
        self._sending: list[Sending] = []
        self._told: dict[int, tuple[str, str]] = {}

    def send(self, at: At, printer_code: str, job_no: int = 0) -> Message:
        """Send what was just committed (0: the new job); what is known of it after a moment."""
        from stockterm.labels.sending import Sending

        job = printing.require_job(job_no) if job_no else printing.last_job_of(at.user.code, at.terminal, printer_code)
        assert job is not None, "nothing was queued"
        if printing.require_printer(printer_code).blocked:
            text = _("{printer} is switched off. Label waits, job {job}.")
            return say.warning(text.format(printer=printer_code, job=job.job_no))
        on_its_way = Sending(job)
        if not on_its_way.wait(PATIENCE_S):
            self._sending.append(on_its_way)
            return say.warning(_("{printer} is slow. Label waits, job {job}.").format(printer=printer_code, job=job.job_no))
        if on_its_way.job.state != printing.SENT:
            self._sending.append(on_its_way)
        self._note(on_its_way.job)
        return in_words(on_its_way.job)

    def take_up(self, user_code: str) -> None:
        """Labels that this user asked for in a program that has ended: tried again from here, all before the latest too."""
        job = printing.last_waiting_of(user_code)
        if job is not None and not any(one.job.job_no == job.job_no for one in self._sending):
            from stockterm.labels.sending import Sending

            self._note(job)
            self._sending.append(Sending(job))

    def news(self) -> Message | None:
        """What is new about labels that were not known to be sent; the worst first, the rest with the next call."""
        for one in self._sending:
            job = one.job
            if job.state != printing.SENDING and (job.state != printing.WAITING or job.reason) and self._is_new(job):
                self._note(job)
                return in_words(job)
        self._sending = [one for one in self._sending if not one.ended]
        return None

    def close(self) -> None:
        """The terminal goes away: what waits stays in the queue."""
        for one in self._sending:
            one.stop()

    def _note(self, job: "PrintJob") -> None:
        self._told[job.job_no] = (job.state, job.reason)

    def _is_new(self, job: "PrintJob") -> bool:
        return self._told.get(job.job_no) != (job.state, job.reason)


def in_words(job: "PrintJob") -> Message:
    """What became of a job: OK only where its bytes went out, once."""
    facts = {"printer": job.printer_code, "job": job.job_no, "reason": _(job.reason) if job.reason else ""}
    if job.state == printing.SENT and job.reason:
        return say.warning(_("Label sent to {printer}, {reason}: job {job}.").format(**facts))
    if job.state == printing.SENT:
        return say.ok(_("Label sent to {printer}").format(**facts))
    if job.state == printing.FAILED:
        return say.warning(_("NOT printed: {printer} {reason}. Job {job} has failed: print queue.").format(**facts))
    if job.state == printing.CANCELLED:
        return say.warning(_("NOT printed: {printer} job {job} was cancelled.").format(**facts))
    reason = facts["reason"] or _("others are before it")
    return say.warning(_("NOT printed yet: {printer} {reason}. Job {job} waits.").format(**{**facts, "reason": reason}))
