"""Numbers: the information card of a lot, a serial number or a package. Scan one, look at it, block it, say what is known.

    number → its card (text) → F4: block or unblock · description · certificate · quality · comments

A worker who sees something wrong may block at once; taking a block off, and what the card says, are a supervisor's.
"""

from dataclasses import dataclass, replace
from decimal import Decimal

from db.core.errors import MissingField, UnknownCode, phrase
from db.masters.change_log import ChangedBy
from db.masters.tracking import NumberNamed, block_number, change_number, unblock_number
from db.queries.items import item_facts
from db.queries.numbers import NumberFacts, number_facts, places_of
from db.queries.trace import NumberOfItem
from stockterm.flows import choose, say, which_number
from stockterm.flows.goods import kind_in_words
from stockterm.flows.help import help_for
from stockterm.flows.meaning import meaning_of
from stockterm.flows.outcome import Answer, Ask, At, Entry, Flow, Outcome, Reply
from stockterm.flows.rights import Right, may, require
from stockterm.flows.tokens import Command
from stockterm.flows.view import KeyHint, ViewState
from stockterm.flows.words import day_and_time, item_and_variant, number, quantity, typed_date
from stockterm.i18n import _, format_date
from stockterm.scanning.resolve import Expected, ItemHit

JOB = "numbers"
_TEXTS = ("description", "certificate", "quality", "comments")


@dataclass(frozen=True, slots=True)
class NumbersState:
    """The number in hand, if any. `step`: what is being typed: a number, a reason to block, or a field of the card."""

    number: NumberOfItem | None = None
    step: str = "number"
    item_no: str = ""  # of a new card: the item that was scanned first
    variant_code: str = ""


def begin(at: At, state: NumbersState | None) -> Outcome:
    """Ask for a number."""
    require(at.user, Right.SEE_NUMBERS)
    return Outcome(NumbersState(), say.note(_("Scan a lot or serial.")))


# ---- scans ----------------------------------------------------------------------------------------------------------


def scan(at: At, state: NumbersState, entry: Entry) -> Outcome:
    """A number, or what is typed for its card."""
    require(at.user, Right.SEE_NUMBERS)
    if state.number is None or state.step in ("number", "card"):
        return _number(at, state, entry)
    if state.step == "reason":
        return _blocked(at, state, entry.raw.strip())
    return _typed(at, state, entry.raw.strip())


def _number(at: At, state: NumbersState, entry: Entry) -> Outcome:
    if not entry.raw.strip():
        return Outcome(state)
    if state.item_no:
        return _new_card(at, state, entry.raw.strip())
    found = meaning_of(at, entry, Expected.LOT)
    numbers, text = which_number.numbers_of(found, entry.raw.strip(), JOB) if not _plain_item(found) else ([], "")
    if isinstance(found, ItemHit) and not numbers and may(at.user, Right.EDIT_NUMBER):
        said = _("{item}: which number gets a card?").format(item=item_and_variant(found.item_no, found.variant_code))
        return Outcome(NumbersState(item_no=found.item_no, variant_code=found.variant_code), say.note(said))
    if not numbers:
        raise UnknownCode(kind=phrase("lot, serial or package number"), value=text or entry.raw.strip())
    if len(numbers) > 1:
        return Outcome(NumbersState(), ask=which_number.which(numbers, text))
    return _shown(at, numbers[0])


def _plain_item(found: object) -> bool:
    """An item without a number on its label."""
    fields = found.fields if isinstance(found, ItemHit) else None
    return fields is not None and not (fields.lot_no or fields.serial_no or fields.package_no)


def _new_card(at: At, state: NumbersState, text: str) -> Outcome:
    """A number that nobody received yet gets its card. Raises what the card's rules say."""
    require(at.user, Right.EDIT_NUMBER)
    facts = item_facts(state.item_no, state.variant_code)
    assert facts is not None
    kind = "lot" if facts.lot else "serial" if facts.serial else "package"
    change_number(NumberNamed(state.item_no, state.variant_code, kind, text), {}, ChangedBy(at.user.code, at.terminal, JOB))
    known = number_facts(state.item_no, state.variant_code, kind, text)
    assert known is not None
    return _shown(at, NumberOfItem(known.item_no, known.variant_code, known.kind, known.number))


def _shown(at: At, one: NumberOfItem, said: str = "") -> Outcome:
    lines = card_lines(at, one)
    message = say.ok(said) if said else (say.warning(lines[0]) if _facts(one).blocked else say.ok(lines[0]))
    return Outcome(NumbersState(one, "card"), message, good=True)


def _facts(one: NumberOfItem) -> NumberFacts:
    found = number_facts(one.item_no, one.variant_code, one.kind, one.number)
    if found is None:
        raise UnknownCode(kind=one.kind, value=one.number)
    return found


def card_lines(at: At, one: NumberOfItem) -> list[str]:
    """Everything that is known about a number, what matters most first."""
    facts, item = _facts(one), item_facts(one.item_no, one.variant_code)
    assert item is not None
    lines = [_("{kind} {number}").format(kind=kind_in_words(one.kind), number=facts.number)]
    if facts.blocked:
        lines[0] = _("BLOCKED {number}").format(number=facts.number)
        by = " ".join(filter(None, (facts.blocked_by, day_and_time(facts.blocked_at) if facts.blocked_at else "")))
        lines += list(filter(None, (facts.block_reason, by)))
    lines.append(f"{item_and_variant(one.item_no, one.variant_code)} {item.variant_description or item.description}".rstrip())
    if facts.expiration_date:
        lines.append(_("Expires {date}").format(date=format_date(facts.expiration_date)))
        if facts.expiration_date < at.today:
            lines.append(_("EXPIRED"))
    if may(at.user, Right.SEE_EXPECTED):
        places = places_of(one.item_no, one.variant_code, one.kind, facts.number)
        total = sum((much for _location, _bin, much in places), Decimal(0))
        lines.append(_("On hand {quantity}").format(quantity=quantity(total, item.base_uom)))
        lines += [f"{location} {bin_code}".strip() + f": {number(much)}" for location, bin_code, much in places]
    names = {
        "description": _("Description"),
        "certificate": _("Certificate"),
        "quality": _("Quality"),
        "comments": _("Comments"),
    }
    lines += [f"{names[name]}: {getattr(facts, name)}" for name in _TEXTS if getattr(facts, name)]
    if not facts.received:
        lines.append(_("Never received."))
    if not facts.card:
        lines.append(_("No card yet."))
    return lines


def _blocked(at: At, state: NumbersState, reason: str) -> Outcome:
    """It is blocked from the moment this returns."""
    require(at.user, Right.BLOCK_NUMBER)
    assert state.number is not None
    if not reason:
        raise MissingField(field="block_reason", operation=_("block"))
    block_number(_named(state.number), ChangedBy(at.user.code, at.terminal, JOB), reason)
    return _shown(at, state.number, _("Blocked {number}.").format(number=state.number.number))


def _named(one: NumberOfItem) -> NumberNamed:
    return NumberNamed(one.item_no, one.variant_code, one.kind, one.number)


def _typed(at: At, state: NumbersState, text: str) -> Outcome:
    require(at.user, Right.EDIT_NUMBER)
    assert state.number is not None
    if not text:
        return Outcome(state)
    cleared = text == "-"
    value = typed_date(text, at.today) if state.step == "expiration_date" and not cleared else text
    change_number(_named(state.number), {state.step: None if cleared else value}, ChangedBy(at.user.code, at.terminal, JOB))
    return _shown(at, state.number, _("Changed {number}.").format(number=state.number.number))


# ---- commands and answers -------------------------------------------------------------------------------------------


def command(at: At, state: NumbersState, command: Command) -> Outcome:
    """F4 says what can be done with the card; back goes one step."""
    match command:
        case Command.BACK if state.number is not None and state.step not in ("number", "card"):
            return Outcome(replace(state, step="card"), say.note(_("Nothing changed.")))
        case Command.BACK if state.number is not None or state.item_no:
            return Outcome(NumbersState(), say.note(_("Scan a lot or serial.")))
        case Command.BACK:
            return Outcome(state, go="menu")
        case Command.CLEAR:
            return Outcome(NumbersState(), say.note(_("Scan a lot or serial.")))
        case Command.LIST if state.number is not None:
            return Outcome(state, ask=_what_to_do(at, state.number))
        case _:
            return Outcome(state)


def _what_to_do(at: At, one: NumberOfItem) -> Ask:
    facts = _facts(one)
    names = {
        "unblock": _("Unblock"),
        "reason": _("Block now"),
        "description": _("Description"),
        "certificate": _("Certificate"),
        "quality": _("Quality"),
        "comments": _("Comments"),
        "expiration_date": _("Expiry"),
    }
    values = ["unblock" if facts.blocked else "reason", *_TEXTS]
    if not facts.received:
        values.append("expiration_date")
    return Ask(
        "do", _("What with {number}?").format(number=facts.number), choose.numbered([names[v] for v in values]), tuple(values)
    )


def answer(at: At, state: NumbersState, ask: Ask, reply: Answer) -> Outcome:
    """One of several numbers, or what to do with the one in hand."""
    if isinstance(reply, int) and ask.kind == which_number.ASK:
        return _shown(at, which_number.chosen(ask, reply))
    if state.number is None:
        return Outcome(NumbersState(), say.note(_("Scan a lot or serial.")))
    if ask.kind == "unblock" and reply is Reply.YES:
        require(at.user, Right.UNBLOCK_NUMBER)
        unblock_number(_named(state.number), ChangedBy(at.user.code, at.terminal, JOB))
        return _shown(at, state.number, _("Free: {number}.").format(number=state.number.number))
    if not isinstance(reply, int):
        return Outcome(replace(state, step="card"), say.note(_("Nothing changed.")))
    what = ask.values[reply]
    if what == "unblock":
        require(at.user, Right.UNBLOCK_NUMBER)
        text = _("{number} is free again?").format(number=state.number.number)
        return Outcome(state, ask=Ask("unblock", text, yes=_("unblock"), no=_("no")))
    require(at.user, Right.BLOCK_NUMBER if what == "reason" else Right.EDIT_NUMBER)
    said = _("Why? Type a reason.") if what == "reason" else _("Type it; - clears.")
    return Outcome(replace(state, step=what), say.note(said))


# ---- what is shown --------------------------------------------------------------------------------------------------


def view(at: At, state: NumbersState) -> ViewState:
    """The card as text that the screen pages, or what is typed for it."""
    prompts = {
        "reason": _("Reason"),
        "description": _("Text"),
        "certificate": _("Cert."),
        "quality": _("Quality"),
        "comments": _("Comments"),
        "expiration_date": _("Expiry"),
    }
    one = state.number
    keys = (KeyHint(Command.BACK, _("back")), KeyHint(Command.HELP, _("help")))
    if one is None:
        return ViewState(title=_("Numbers"), item=state.item_no, prompt=_("Number"), keys=keys)
    if state.step in prompts:
        facts = _facts(one)
        shown = facts.block_reason if state.step == "reason" else str(getattr(facts, state.step) or "")
        return ViewState(
            title=_("Numbers"), item=one.item_no, tracking=one.number, quantity=shown, prompt=prompts[state.step], keys=keys
        )
    lines = tuple(card_lines(at, one))
    return ViewState(title=one.number, prompt=_("Number"), text=lines, keys=(KeyHint(Command.LIST, _("do")), *keys))


def work(at: At, state: NumbersState) -> str:
    """Nothing here is undone scan by scan."""
    return f"{JOB}:{at.user.code}"


FLOW = Flow(
    state=NumbersState,
    begin=begin,
    scan=scan,
    command=command,
    answer=answer,
    view=view,
    help=lambda at, state: help_for(JOB, state.step),
    work=work,
)
