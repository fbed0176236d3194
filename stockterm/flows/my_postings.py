"""My postings: what this user posted today; undo where it is still possible, the reason where it is not.

Today is when it was posted, whatever its posting date. What was done at a terminal comes before what came with files.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from db.core.clock import to_microseconds
from db.core.errors import AlreadyUndone, NotSupported
from db.posting.lines import EntryType, Header, Undo
from db.queries.items import reasons
from db.queries.registers import FILES, RegisterFacts, Summary, moved_by, register, registers_of, summaries
from db.queries.transfer_orders import is_direct_shipment
from stockterm.flows import choose, say
from stockterm.flows.help import help_for
from stockterm.flows.outcome import Answer, Ask, At, Entry, Flow, Outcome, Reply
from stockterm.flows.refusals import UnknownChoice
from stockterm.flows.rights import Right, may, require
from stockterm.flows.tokens import Command
from stockterm.flows.view import KeyHint, ViewState
from stockterm.flows.words import clock_time, item_and_variant, items_in_words, lines_in_words, place, quantity, signed
from stockterm.i18n import _, format_date

JOB = "my_postings"


@dataclass(frozen=True, slots=True)
class PostingsState:
    """The list, or (`register_no`) one of it."""

    register_no: int = 0


def begin(at: At, state: PostingsState | None) -> Outcome:
    """Show the list."""
    require(at.user, Right.UNDO_POSTING)
    return _listed(at)


def _listed(at: At) -> Outcome:
    text = _("Choose one.") if _todays(at) else _("Nothing posted today.")
    return Outcome(PostingsState(), say.note(text))


def _todays(at: At) -> list[RegisterFacts]:
    midnight = datetime.combine(at.today, time()).astimezone()
    return registers_of(at.user.code, to_microseconds(midnight))


def scan(at: At, state: PostingsState, entry: Entry) -> Outcome:
    """The number of a posting."""
    require(at.user, Right.UNDO_POSTING)
    text, registers = entry.raw.strip(), _todays(at)
    if state.register_no or entry.certain or not (text.isascii() and text.isdigit() and 1 <= int(text[:4]) <= len(registers)):
        raise UnknownChoice(text=text[:40], last=len(registers))
    chosen = registers[int(text) - 1]
    return Outcome(PostingsState(chosen.register_no), say.note(_why_not(chosen) or _("F5 takes it back.")), good=True)


def _why_not(one: RegisterFacts) -> str:
    """Why a posting cannot be undone from here; blank where it can be tried."""
    if one.undone_by is not None:
        return _("Already undone, register {register}.").format(register=one.undone_by)
    if one.undoes is not None:
        return _("It undid register {register}.").format(register=one.undoes)
    if one.operation in ("transfer_order", "transfer_delete"):
        return _("Changed under Transfer orders.")
    if one.operation == "transfer_ship" and is_direct_shipment(one.register_no):
        return _("Direct: send it back by an order.")
    if not one.operation_id:
        return _("It has no id. Post the opposite instead.")
    return ""


def command(at: At, state: PostingsState, command: Command) -> Outcome:
    """One command key or label."""
    match command:
        case Command.BACK if state.register_no:
            return _listed(at)
        case Command.BACK:
            return Outcome(None, go="menu")
        case Command.UNDO if state.register_no:
            return _ask_undo(at, state)
        case _:
            return Outcome(state, say.note(_("Choose one.") if not state.register_no else _("F5 takes it back.")))


def _ask_undo(at: At, state: PostingsState) -> Outcome:
    require(at.user, Right.UNDO_POSTING)
    one = register(state.register_no)
    assert one is not None
    if one.undone_by is not None:
        raise AlreadyUndone(reference=one.operation_id or str(one.register_no))
    if why_not := _why_not(one):
        raise NotSupported(what=why_not)
    digits = say.two_digits()
    text = _("Undo register {register}? Type {digits}.").format(register=one.register_no, digits=digits)
    return Outcome(state, ask=Ask("undo", text, values=(at.today.isoformat(),), digits=digits))


def answer(at: At, state: PostingsState, ask: Ask, reply: Answer) -> Outcome:
    """The two digits were typed, or not."""
    if reply is not Reply.YES:
        return Outcome(state, say.note(_("Not undone.")))
    require(at.user, Right.UNDO_POSTING)
    one = register(state.register_no)
    assert one is not None
    header = Header(date.fromisoformat(ask.values[0]), operation_id=f"UNDO-{one.operation_id}"[:100], user_code=at.user.code)
    return Outcome(state, ask=ask, operations=(Undo(header, one.operation_id),))


def posted(at: At, state: PostingsState, ask: Ask | None, registers: list[Any]) -> Outcome:
    """It is taken back."""
    text = _("Undone, register {register}.").format(register=registers[0].register_no)
    return Outcome(PostingsState(), say.ok(text), good=True)


def view(at: At, state: PostingsState) -> ViewState:
    """The list, or one posting."""
    if state.register_no:
        one = register(state.register_no)
        assert one is not None
        return ViewState(
            title=_("Register {register}").format(register=one.register_no),
            prompt=_("Posting"),
            text=_about(at, one, summaries([one.register_no]).get(one.register_no, Summary())),
            keys=(KeyHint(Command.UNDO, _("undo")), KeyHint(Command.BACK, _("list")), KeyHint(Command.HELP, _("help"))),
        )
    todays = _todays(at)
    did = summaries([one.register_no for one in todays])
    listed = [f"{clock_time(one.created_at)} {_in_words(one, did.get(one.register_no, Summary()))}" for one in todays]
    return ViewState(
        title=_("My postings"),
        prompt=_("Choose"),
        choices=choose.numbered(listed),
        keys=(KeyHint(Command.BACK, _("menu")), KeyHint(Command.HELP, _("help"))),
    )


def _in_words(one: RegisterFacts, did: Summary) -> str:
    """`Sale 12 PCS HW1010 SH-2009`, `Count 14 lines`, `Adjust -4 PCS 1000 undone`."""
    if one.undoes is not None:
        return _("Undo of register {register}").format(register=one.undoes)
    sign = {"positive_adjustment": "+", "negative_adjustment": "-"}.get(did.kind, "")
    much = ""
    if did.counted:
        much = lines_in_words(did.counted)
    elif did.items == 1:
        much = (
            f"{'' if did.became else sign}{quantity(did.quantity, did.base_uom)} {did.item_no} {_became_in_words(did)}".rstrip()
        )
    elif did.items:
        much = items_in_words(did.items)
    undone = _("undone") if one.undone_by is not None else ""
    return " ".join(filter(None, (_what(one, did), much, one.document_no, undone)))


def _became_in_words(did: Summary) -> str:
    """`L1 → L2`, `RED → BLUE`, `L1 31.01.2027 → 30.06.2027`; blank: nothing but the place changed."""
    changed = {one.what: one for one in did.became}
    expiry = changed.pop("expiry", None)
    texts = [f"{one.before or _('none')} → {one.after or _('none')}" for one in changed.values()]
    if expiry is None:
        return ", ".join(texts)
    before, after = (_day(expiry.before), _day(expiry.after))
    if texts:
        return f"{', '.join(texts)} {after}"
    return f"{expiry.of} {before} → {after}".lstrip()


def _day(day: str) -> str:
    return day if day == "…" else format_date(date.fromisoformat(day)) if day else _("no expiry")


def _what(one: RegisterFacts, did: Summary) -> str:
    """The job it was posted by, else what kind of posting it is."""
    from stockterm.flows.jobs import BY_NAME

    if one.source_code in BY_NAME:
        return BY_NAME[one.source_code].title()
    return kind_in_words(did.kind) if one.operation == "journal_line" else operation_in_words(one.operation)


def kind_in_words(kind: str) -> str:
    """The type of a ledger or warehouse entry."""
    words = {
        EntryType.PURCHASE: _("Purchase"),
        EntryType.SALE: _("Sale"),
        EntryType.POSITIVE_ADJUSTMENT: _("Adjustment"),
        EntryType.NEGATIVE_ADJUSTMENT: _("Adjustment"),
        EntryType.TRANSFER: _("Transfer"),
        EntryType.CONSUMPTION: _("Consumption"),
        EntryType.OUTPUT: _("Output"),
        EntryType.ASSEMBLY_CONSUMPTION: _("Assembly"),
        EntryType.ASSEMBLY_OUTPUT: _("Assembly"),
        "movement": _("Move"),
    }
    return words.get(kind, _("Posting"))


def operation_in_words(operation: str) -> str:
    """The kind of an operation of the interchange format."""
    words = {
        "journal_line": _("Line"),
        "invoice": _("Invoice"),
        "count": _("Count"),
        "undo": _("Undo"),
        "change_expiry": _("Expiry of lot"),
        "change_variant": _("Variant"),
        "transfer_order": _("Transfer order"),
        "transfer_ship": _("Transfer shipment"),
        "transfer_receive": _("Transfer receipt"),
        "transfer_close": _("Transfer closed"),
        "transfer_delete": _("Order deleted"),
        "adjust_cost": _("Cost adjustment"),
    }
    return words.get(operation, _("Posting"))


def _from_in_words(source_code: str) -> str:
    """Where it was posted: at a terminal, or with a file."""
    return _("With a file") if source_code == FILES else _("At a terminal")


def _about(at: At, one: RegisterFacts, did: Summary) -> tuple[str, ...]:
    lines = [f"{clock_time(one.created_at)} {_in_words(one, did)}", _from_in_words(one.source_code)]
    if one.reason_code:
        text = dict(reasons()).get(one.reason_code, "")
        lines.append(_("Reason {code} {text}").format(code=one.reason_code, text=text).rstrip())
    if why_not := _why_not(one):
        lines.append(why_not)
    if may(at.user, Right.SEE_EXPECTED):
        lines += [
            f"{signed(moved.quantity)} {item_and_variant(moved.item_no, moved.variant_code)} {moved.lot_no}{moved.serial_no} "
            f"{place(moved.location_code, moved.bin_code)}".replace("  ", " ")
            for moved in moved_by(one.register_no)
        ]
    return tuple(lines)


def work(at: At, state: PostingsState) -> str:
    """Nothing here is undone scan by scan."""
    return f"{JOB}:{at.user.code}"


FLOW = Flow(
    state=PostingsState,
    begin=begin,
    scan=scan,
    command=command,
    answer=answer,
    view=view,
    help=lambda at, state: help_for(JOB, "one" if state.register_no else "list"),
    work=work,
    posted=posted,
)
