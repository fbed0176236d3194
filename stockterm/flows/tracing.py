"""Trace: where goods with a lot, serial or package number came from, where they are, and who has them.

    number or document → came from · where now · went to · the way in both directions · recall list · find entries
                         block now · print the recall list

Every page is text that the screen turns with F7 and F8. Blocking is one choice and F10: it takes the number and everything that
became of it and is still here, and every other session feels it at its next scan.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial

from db.core.errors import UnknownCode, phrase
from db.masters.change_log import ChangedBy
from db.masters.tracking import NumberNamed, block_number
from db.queries.find_entries import FoundTable, entries_of_document, find_by_document, find_by_number
from db.queries.items import item_facts
from db.queries.numbers import number_facts
from db.queries.recall import Recall, recall
from db.queries.trace import Direction, NumberOfItem, TracedEntry, trace, trace_entries
from db.work import printing
from stockterm.flows import lists, say, which_number
from stockterm.flows.help import help_for
from stockterm.flows.outcome import Answer, Ask, At, Entry, Flow, Outcome, Reply
from stockterm.flows.rights import Right, require
from stockterm.flows.tokens import Command
from stockterm.flows.view import KeyHint, ViewState
from stockterm.flows.words import number, quantity
from stockterm.i18n import _, format_date, ngettext
from stockterm.labels.company import order
from stockterm.labels.text import text_labels
from stockterm.tracing import entry_in_words, recall_lines, table_lines, tree_lines

JOB = "trace"


@dataclass(frozen=True, slots=True)
class TraceState:
    """What is traced. `page` blank: the choices; else its text in `lines`. `about`: what the choices say, read once."""

    number: NumberOfItem | None = None
    document: str = ""
    page: str = ""
    about: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    step: str = ""  # reason: why it is blocked is being typed


def begin(at: At, state: TraceState | None) -> Outcome:
    """Ask for a number."""
    require(at.user, Right.TRACE)
    return Outcome(TraceState(), say.note(_("Scan a lot or serial.")))


# ---- scans ----------------------------------------------------------------------------------------------------------


def scan(at: At, state: TraceState, entry: Entry) -> Outcome:
    """A number or a document to trace, or a choice of the page."""
    require(at.user, Right.TRACE)
    text = entry.raw.strip()
    if not text:
        return Outcome(state)
    if state.step == "reason":
        return _block(at, state, text)
    known = state.number is not None or state.document
    if known and not entry.certain and text.isascii() and text.isdigit() and len(text) <= 2 and state.page in ("", "find"):
        return lists.choose(_choices(at, state), entry)
    if not text.upper().startswith("DOC:"):
        numbers, called = which_number.numbers_scanned(at, entry, JOB)
        if len(numbers) > 1:
            return Outcome(TraceState(), ask=which_number.which(numbers, called))
        if numbers:
            return _traced(at, numbers[0])
    return _document(text.partition(":")[2] if text.upper().startswith("DOC:") else text)


def _traced(at: At, one: NumberOfItem) -> Outcome:
    listed = recall(one)
    about = (_came(listed.origins), _now(listed), _went(listed))
    return Outcome(TraceState(one, about=about), say.ok(which_number.number_in_words(one)), good=True)


def _document(text: str) -> Outcome:
    entry_nos = entries_of_document(text)
    if not entry_nos and not find_by_document(text):
        raise UnknownCode(kind=phrase("lot, serial, package or document number"), value=text)
    said = ngettext("{count} entry", "{count} entries", len(entry_nos)).format(count=len(entry_nos))
    return Outcome(TraceState(document=text), say.ok(_("Document {no}").format(no=text) + f": {said}"), good=True)


def _came(origins: Sequence[TracedEntry]) -> str:
    """`R7 2027-01-31 +1`: the vendor's document before ours, and how many more there are."""
    if not origins:
        return _("From nowhere")
    first = origins[0]
    more = f" +{len(origins) - 1}" if len(origins) > 1 else ""
    return f"{first.document} {format_date(first.posting_date)}{more}"


def _now(listed: Recall) -> str:
    """`3 PCS in 2 places`."""
    if not listed.here:
        return _("Nothing here now")
    total = sum((one.quantity for one in listed.here), Decimal(0))
    places = len({(one.location_code, one.bin_code) for one in listed.here})
    text = ngettext("{quantity} in {count} place", "{quantity} in {count} places", places)
    return text.format(quantity=_with_unit(listed, total), count=places)


def _went(listed: Recall) -> str:
    """`Out 7 PCS, 2 doc.`: with how many documents."""
    documents = len({one.document for one in listed.customers})
    if not documents:
        return _("Out: to nobody")
    total = sum((one.quantity for one in listed.customers), Decimal(0))
    text = _("Out {quantity}, {count} doc.")
    return text.format(quantity=_with_unit(listed, total), count=documents)


def _with_unit(listed: Recall, total: Decimal) -> str:
    """With its unit, where all of it has one."""
    units = {facts.base_uom for one in listed.numbers if (facts := item_facts(one.item_no)) is not None}
    return quantity(total, units.pop()) if len(units) == 1 else number(total)


# ---- choices --------------------------------------------------------------------------------------------------------


def _choices(at: At, state: TraceState) -> list[lists.Line]:
    if state.page == "find":
        return [
            lists.Line(f"{_(one.table)}: {one.count}", partial(_page, state, "table", list(table_lines([one]))[1:]))
            for one in _tables(state)
        ]
    if state.number is None:
        return [
            lists.Line(_("Way forward"), lambda: _way(state, Direction.FORWARD)),
            lists.Line(_("Way back"), lambda: _way(state, Direction.BACKWARD)),
            lists.Line(_("Find entries"), lambda: _found(state)),
        ]
    came, now, went = state.about
    return [
        lists.Line(came, lambda: _origins(state)),
        lists.Line(now, lambda: _recalled(state, "now")),
        lists.Line(went, lambda: _recalled(state, "went")),
        lists.Line(_("Block now"), lambda: _ask_block(at, state)),
        lists.Line(_("Recall list"), lambda: _recalled(state, "recall")),
        lists.Line(_("Way forward"), lambda: _way(state, Direction.FORWARD)),
        lists.Line(_("Way back"), lambda: _way(state, Direction.BACKWARD)),
        lists.Line(_("Find entries"), lambda: _found(state)),
        lists.Line(_("Print recall list"), lambda: _print(at, state)),
    ]


def _page(state: TraceState, page: str, lines: Sequence[str]) -> Outcome:
    return Outcome(replace(state, page=page, lines=tuple(lines) or (_("Nothing."),)), say.note(_("F3 goes back.")))


def _way(state: TraceState, direction: Direction) -> Outcome:
    if state.number is not None:
        found = trace(state.number, direction)
    else:
        found = trace_entries(entries_of_document(state.document), direction)
    return _page(state, direction.value, list(tree_lines(found)))


def _origins(state: TraceState) -> Outcome:
    assert state.number is not None
    return _page(state, "came", [entry_in_words(one) for one in recall(state.number).origins])


def _recalled(state: TraceState, page: str) -> Outcome:
    assert state.number is not None
    listed = recall(state.number)
    if page == "now":
        listed = replace(listed, gone=(), origins=(), asking=())
    elif page == "went":
        lines = list(recall_lines(replace(listed, here=(), origins=(), asking=())))[1:]
        return _page(state, page, lines)
    return _page(state, page, list(recall_lines(listed)))


def _tables(state: TraceState) -> list[FoundTable]:
    return find_by_number(state.number) if state.number is not None else find_by_document(state.document)


def _found(state: TraceState) -> Outcome:
    return Outcome(replace(state, page="find", lines=()), say.note(_("Choose a table.")))


# ---- blocking -------------------------------------------------------------------------------------------------------


def _to_block(one: NumberOfItem) -> list[NumberOfItem]:
    """The number, and what became of it and is still here, as far as it is not blocked."""
    listed = recall(one)
    here = {(there.item_no, there.number) for there in listed.here}
    wanted = [of for of in listed.numbers if of == one or (of.item_no, of.number) in here]
    return [of for of in wanted if not _is_blocked(of)]


def _is_blocked(of: NumberOfItem) -> bool:
    facts = number_facts(of.item_no, of.variant_code, of.kind, of.number)
    return facts is not None and facts.blocked


def _ask_block(at: At, state: TraceState) -> Outcome:
    require(at.user, Right.BLOCK_NUMBER)
    assert state.number is not None
    wanted = _to_block(state.number)
    if not wanted:
        return Outcome(state, say.warning(_("Blocked already.")))
    said = ", ".join(dict.fromkeys(of.number for of in wanted))
    text = _("Block {numbers} now, as a recall?").format(numbers=said)
    return Outcome(state, ask=Ask("block", text, yes=_("block"), no=_("no"), more=_("reason")))


def _block(at: At, state: TraceState, reason: str) -> Outcome:
    require(at.user, Right.BLOCK_NUMBER)
    assert state.number is not None
    wanted = _to_block(state.number)
    for of in wanted:
        block_number(
            NumberNamed(of.item_no, of.variant_code, of.kind, of.number), ChangedBy(at.user.code, at.terminal, JOB), reason
        )
    text = _("Blocked {numbers}.").format(numbers=", ".join(dict.fromkeys(of.number for of in wanted)))
    return Outcome(replace(state, step=""), say.ok(text), good=True)


def _print(at: At, state: TraceState) -> Outcome:
    """The recall list on labels, as many as it takes, into the queue of the printer of this location."""
    assert state.number is not None
    printer = printing.printer_for(at.location.code)
    lines = [line.strip() for line in recall_lines(recall(state.number))]
    title = _("Recall {number}").format(number=state.number.number)
    contents = text_labels(title, lines, printer.width_mm, printer.height_mm)
    order(contents, printer, title=title, user_code=at.user.code, terminal=at.terminal)
    text = ngettext("{count} label at {printer}.", "{count} labels at {printer}.", len(contents))
    return Outcome(state, say.ok(text.format(count=len(contents), printer=printer.code)), good=True)


# ---- commands and answers -------------------------------------------------------------------------------------------


def command(at: At, state: TraceState, command: Command) -> Outcome:
    """Back goes to the list of tables, to the choices, to another number, to the menu."""
    match command:
        case Command.BACK if state.step:
            return Outcome(replace(state, step=""), say.note(_("Nothing changed.")))
        case Command.BACK if state.page == "table":
            return Outcome(replace(state, page="find", lines=()), say.note(_("Choose a table.")))
        case Command.BACK if state.page:
            return Outcome(replace(state, page="", lines=()), say.note(_("Choose.")))
        case Command.BACK if state.number is not None or state.document:
            return Outcome(TraceState(), say.note(_("Scan a lot or serial.")))
        case Command.BACK:
            return Outcome(state, go="menu")
        case Command.CLEAR:
            return Outcome(TraceState(), say.note(_("Scan a lot or serial.")))
        case _:
            return Outcome(state)


def answer(at: At, state: TraceState, ask: Ask, reply: Answer) -> Outcome:
    """One of several numbers; or block it, with a reason of its own."""
    if isinstance(reply, int) and ask.kind == which_number.ASK:
        return _traced(at, which_number.chosen(ask, reply))
    if ask.kind == "block" and state.number is not None:
        if reply is Reply.YES:
            return _block(at, state, _("Recall {number}").format(number=state.number.number))
        if reply is Reply.MORE:
            return Outcome(replace(state, step="reason"), say.note(_("Why? Type a reason.")))
    return Outcome(state, say.note(_("Choose.") if state.number is not None else _("Scan a lot or serial.")))


# ---- what is shown --------------------------------------------------------------------------------------------------


def view(at: At, state: TraceState) -> ViewState:
    """The choices, or the text of a page."""
    keys = (KeyHint(Command.BACK, _("back")), KeyHint(Command.HELP, _("help")))
    title = state.number.number if state.number is not None else state.document or _("Trace")
    if state.step == "reason":
        return ViewState(title=title, prompt=_("Reason"), keys=keys)
    if state.number is None and not state.document:
        return ViewState(title=title, prompt=_("Number"), keys=keys)
    if state.page and state.page != "find":
        return ViewState(title=title, prompt=_("Number"), text=state.lines, keys=keys)
    return lists.show(ViewState(title=title, prompt=_("Choose"), keys=keys), _choices(at, state))


def work(at: At, state: TraceState) -> str:
    """Nothing here is undone scan by scan."""
    return f"{JOB}:{at.user.code}"


FLOW = Flow(
    state=TraceState,
    begin=begin,
    scan=scan,
    command=command,
    answer=answer,
    view=view,
    help=lambda at, state: help_for(JOB, state.step or state.page or ("choose" if state.number or state.document else "number")),
    work=work,
)
