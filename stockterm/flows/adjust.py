"""Adjust: one line of stock that is wrong is put right, with a reason, at once.

    bin → item → lot or serial → +5 or -5 → reason → summary → F10 and the two digits

Every step can be taken back; after posting, undo reverses the posting itself.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from db.core.errors import NotEnoughStock, NothingToDo, QuantityZero, ReasonRequired
from db.posting.lines import EntryType, Header, ItemJournalLine, TrackingLine
from db.queries.places import contents_at
from db.work import steps
from stockterm.flows import choose, fefo, printing, say, serials
from stockterm.flows.goods import (
    EXPECTED,
    KINDS,
    Goods,
    answer_expiry,
    answer_number,
    base_quantity,
    goods_of,
    kind_in_words,
    missing_number,
    needs_expiry,
    odd_expiry,
    with_number,
)
from stockterm.flows.help import help_for
from stockterm.flows.meaning import hit_from_text, meaning_of, refuse
from stockterm.flows.outcome import Answer, Ask, At, Entry, Flow, Outcome, Reply
from stockterm.flows.reasons import reason_choices, reason_of, used
from stockterm.flows.refusals import NoSuchNumber
from stockterm.flows.reversing import ask_to_reverse, reversal, reversed_text
from stockterm.flows.rights import Right, may, require
from stockterm.flows.saved import from_text, to_text
from stockterm.flows.tokens import Command
from stockterm.flows.view import KeyHint, ViewState
from stockterm.flows.words import checked_quantity, number, place, quantity, signed, times
from stockterm.i18n import _, format_date
from stockterm.scanning.resolve import (
    Ambiguous,
    AttributesHit,
    BinHit,
    Empty,
    Expected,
    ItemHit,
    LotHit,
    Multiplier,
    Quantity,
    Resolution,
    SerialHit,
)

JOB = "adjust"


@dataclass(frozen=True, slots=True)
class AdjustState:
    """One line as far as it is known. `difference` is signed, in the goods' unit. `reversible`: what undo takes back."""

    location_code: str = ""
    step: str = "bin"
    bin_code: str = ""
    goods: Goods | None = None
    difference: Decimal | None = None
    factor: Decimal | None = None
    reason: str = ""
    operation_id: str = ""
    recent_reasons: tuple[str, ...] = ()
    serials: tuple[str, ...] = ()  # of a line of several pieces, as far as they are given
    first: str = ""  # of a range, while its last is asked for
    reversible: str = ""
    reversible_text: str = ""


def begin(at: At, state: AdjustState | None) -> Outcome:
    """Go on with the line in hand, or start one."""
    require(at.user, Right.ADJUST)
    if state is None or state.location_code != at.location.code:
        return _next(at, AdjustState(at.location.code))
    return _next(at, state)


def _next(at: At, state: AdjustState) -> Outcome:
    """The next thing to ask for; when nothing is missing, the summary."""
    goods = state.goods
    if at.location.bins and not state.bin_code:
        return Outcome(replace(state, step="bin"), say.note(_("Which bin?")))
    if goods is None:
        return Outcome(replace(state, step="item"), say.note(_("Scan an item.")))
    if goods.has_variants and not goods.variant_code:
        return Outcome(state, ask=choose.which_variant(goods))
    kind = missing_number(goods)
    if kind == "serial" and (state.difference is not None or (state.factor or 1) > 1):
        return _next_serial(at, state, goods)
    if kind:
        return Outcome(
            replace(state, step=kind), say.note(_("{kind} of {item}?").format(kind=kind_in_words(kind), item=goods.name))
        )
    if not may(at.user, Right.SCRAP_BLOCKED):
        fefo.refuse_blocked(goods)
    if state.difference is None:
        return _ask_difference(at, state, goods)
    if state.difference < 0:
        if not state.serials:  # each was looked at when it was scanned
            _refuse_too_much(at, state, goods)
    elif needs_expiry(goods):
        return Outcome(replace(state, step="expiry"), say.note(_("Expiry of {number}?").format(number=goods.numbers)))
    if not state.reason:
        return Outcome(replace(state, step="reason"), say.note(_("Why? Choose a reason.")))
    operation_id = state.operation_id or f"ADJUST-{uuid.uuid4().hex}"
    return Outcome(replace(state, step="summary", operation_id=operation_id), say.note(_("Right? F10 posts it.")))


def _next_serial(at: At, state: AdjustState, goods: Goods) -> Outcome:
    """The next serial number of a line of several, until none is missing."""
    if state.difference is None:
        assert state.factor is not None
        return Outcome(replace(state, factor=None), ask=_plus_or_minus(goods, state.factor))
    left = serials.missing(state.difference, state.serials)
    if left <= 0:
        return _next(at, replace(state, goods=replace(goods, serial_no=state.serials[0])))
    text = _("{count} missing. Scan.").format(count=left)
    return Outcome(replace(state, step="serial", first=""), say.note(text))


def _more_serials(at: At, state: AdjustState, numbers: Sequence[str]) -> Outcome:
    assert state.goods is not None
    assert state.difference is not None
    found = serials.added(at, state.goods, state.difference, state.serials, state.bin_code, numbers)
    return _stepped(_next(at, replace(state, serials=found)))


def _typed_serials(at: At, state: AdjustState, entry: Entry) -> Outcome | None:
    """What is typed where a serial number is asked for and is none: how many, or a range. None: it is one."""
    assert state.goods is not None
    text = entry.raw.strip()
    left = serials.missing(state.difference, state.serials)
    match state.step:
        case "first":
            return _stepped(Outcome(replace(state, step="last", first=text), say.note(_("And the last?"))))
        case "last":
            return _more_serials(at, state, serials.in_range(state.first, text, left))
        case "start":
            return _more_serials(at, state, serials.counted_up(text, left))
        case _:
            pass
    if (count := serials.signed_count(text, certain=entry.certain)) is not None and not state.serials:
        return _stepped(_next(at, replace(state, difference=count)))
    if left and (ends := serials.typed_range(text)):
        return _more_serials(at, state, serials.in_range(*ends, left))
    return None


def _ask_difference(at: At, state: AdjustState, goods: Goods) -> Outcome:
    if goods.serial:
        return Outcome(state, ask=_plus_or_minus(goods, Decimal(1)))
    if state.factor is not None:
        return Outcome(replace(state, factor=None), ask=_plus_or_minus(goods, state.factor))
    return Outcome(replace(state, step="quantity"), say.note(_("+ found, - missing: how many?")))


def _plus_or_minus(goods: Goods, value: Decimal) -> Ask:
    plus = _("+{quantity} found").format(quantity=quantity(value, goods.uom_code))
    minus = _("-{quantity} missing").format(quantity=quantity(value, goods.uom_code))
    return Ask("sign", _("More, or fewer?"), choose.numbered([plus, minus]), (f"{value:f}", f"{-value:f}"))


def _on_hand(at: At, state: AdjustState, goods: Goods) -> Decimal:
    contents = contents_at(goods.item_no, goods.variant_code, at.location.code, state.bin_code)
    wanted = (goods.lot_no, goods.serial_no, goods.package_no)
    return sum((one.quantity for one in contents if (one.lot_no, one.serial_no, one.package_no) == wanted), Decimal(0))


def _refuse_too_much(at: At, state: AdjustState, goods: Goods) -> None:
    """Fewer than nothing cannot be there."""
    assert state.difference is not None
    where = place(at.location.code, state.bin_code)
    if goods.new:
        kind = goods.new[0]
        raise NoSuchNumber(
            kind=kind_in_words(kind), number=getattr(goods, f"{kind}_no"), item_no=goods.name, place=where, done=_("booked")
        )
    wanted, available = base_quantity(goods, -state.difference), _on_hand(at, state, goods)
    if wanted > available:
        what = goods.lot_no or goods.serial_no or goods.name
        raise NotEnoughStock(field="quantity", place=where, what=what, available=available, requested=wanted)


# ---- scans ----------------------------------------------------------------------------------------------------------


def scan(at: At, state: AdjustState, entry: Entry) -> Outcome:
    """One scan or typed entry."""
    require(at.user, Right.ADJUST)
    line = state.goods.line if state.goods else None
    match state.step:
        case "search":
            return _searched(state, entry)
        case "expiry":
            return _expiry(at, state, entry)
        case "reason":
            return _reason(at, state, entry)
        case "quantity":
            found = meaning_of(at, entry, Expected.QUANTITY, line)
            return _difference(at, state, found, entry.raw.strip().startswith("+"))
        case "serial" | "first" | "last" | "start" if (typed := _typed_serials(at, state, entry)) is not None:
            return typed
        case kind if kind in KINDS:
            return _number(at, state, meaning_of(at, entry, EXPECTED[kind], line))
        case _:
            expected = Expected.BIN if state.step == "bin" else Expected.ITEM
            return take(at, state, meaning_of(at, entry, expected, line))


def take(at: At, state: AdjustState, found: Resolution) -> Outcome:
    """A bin or an item, and what goes with it."""
    match found:
        case Empty():
            return Outcome(state)
        case Ambiguous(code, candidates):
            return Outcome(state, ask=choose.which_hit(code, candidates))
        case BinHit() if state.step == "bin" and found.location_code == at.location.code:
            return _stepped(_next(at, replace(state, bin_code=found.bin_code)))
        case Multiplier(factor, then) if state.step == "item":
            if not factor:
                raise QuantityZero(field="quantity")
            checked_quantity(factor)
            waiting = replace(state, factor=factor)
            if then is not None:
                return take(at, waiting, then)
            return Outcome(waiting, say.note(_("{factor} × the next scan.").format(factor=number(factor))), undo="")
        case ItemHit(fields=fields) if fields.suspected and state.step == "item":
            return Outcome(state, ask=choose.lost_separator(found))
        case ItemHit() if state.step == "item":
            goods, _facts = goods_of(found)
            return _stepped(_next(at, replace(state, goods=goods, factor=goods.quantity or state.factor)))
        case LotHit() | SerialHit() if state.step == "item" and found.item_no:
            kind, value = ("lot", found.lot_no) if isinstance(found, LotHit) else ("serial", found.serial_no)
            goods, _facts = goods_of(ItemHit(found.item_no, found.variant_code))
            return _stepped(_next(at, replace(state, goods=with_number(goods, kind, value, None))))
        case _:
            raise refuse(found, _wanted(state), JOB)


def _stepped(outcome: Outcome) -> Outcome:
    """Something was said that can be taken back."""
    return replace(outcome, undo="", good=True)


def _wanted(state: AdjustState) -> str:
    match state.step:
        case "bin":
            return _("Scan a bin.")
        case "item":
            return _("Scan an item, or press F2 to change bin.") if state.bin_code else _("Scan an item.")
        case "quantity":
            return _("Type the difference, such as -5.")
        case "reason":
            return _("Choose a reason.")
        case _:
            return _("F10 posts, F5 goes back one step.")


def _number(at: At, state: AdjustState, found: Resolution) -> Outcome:
    assert state.goods is not None
    if isinstance(found, ItemHit | AttributesHit) and found.fields.suspected:
        return Outcome(state, ask=choose.lost_separator(found))
    goods = answer_number(state.goods, state.step, found, JOB)
    if state.step == "serial" and state.difference is not None:
        return _more_serials(at, state, [goods.serial_no])
    if state.step in goods.new:
        text = _("{kind} {number} is new for {item}. Found?").format(
            kind=kind_in_words(state.step), number=getattr(goods, f"{state.step}_no"), item=goods.name
        )
        return Outcome(state, ask=Ask("new_number", text, values=(to_text(goods),), yes=_("found"), no=_("no")))
    return _stepped(_next(at, replace(state, goods=goods)))


def _difference(at: At, state: AdjustState, found: Resolution, plus: bool) -> Outcome:
    assert state.goods is not None
    if not isinstance(found, Quantity):
        raise refuse(found, _wanted(state), JOB)
    if not found.value:
        raise QuantityZero(field="quantity")
    checked_quantity(found.value)
    base_quantity(state.goods, abs(found.value))
    if found.value > 0 and not plus:
        return Outcome(state, ask=_plus_or_minus(state.goods, found.value))
    return _stepped(_next(at, replace(state, difference=found.value)))


def _expiry(at: At, state: AdjustState, entry: Entry) -> Outcome:
    assert state.goods is not None
    found = meaning_of(at, entry, Expected.LOT, state.goods.line)
    stated = found.fields.expiry if isinstance(found, AttributesHit | ItemHit) else None
    goods = answer_expiry(state.goods, entry.raw, stated, at.today)
    assert goods.expiration_date is not None
    if odd_expiry(goods.expiration_date, at.today):
        text = _("Expiry {date}: is that right?").format(date=format_date(goods.expiration_date))
        return Outcome(state, ask=Ask("expiry", text, values=(to_text(goods),), yes=_("right"), no=_("wrong")))
    return _stepped(_next(at, replace(state, goods=goods)))


def _reason(at: At, state: AdjustState, entry: Entry) -> Outcome:
    return _stepped(_next(at, replace(state, reason=reason_of(at, entry, state.recent_reasons, JOB))))


def _searched(state: AdjustState, entry: Entry) -> Outcome:
    ask, again = choose.found_items(entry.raw), replace(state, step="item")
    if ask is None:
        return Outcome(again, say.warning(_("Nothing found for {text}.").format(text=entry.raw.strip())))
    return Outcome(again, ask=ask)


# ---- commands and answers -------------------------------------------------------------------------------------------


def command(at: At, state: AdjustState, command: Command) -> Outcome:
    """One command key or label."""
    match command:
        case Command.BACK if state.step == "search":
            return _next(at, state)
        case Command.BACK:
            return Outcome(state, back=True)
        case Command.CLEAR if state.step in ("item", "search"):
            return _stepped(_next(at, replace(state, step="bin", bin_code="", goods=None, factor=None)))
        case Command.LIST:
            return _list(at, state)
        case Command.UNDO if state.reversible:
            return Outcome(state, ask=ask_to_reverse(at, state.reversible_text))
        case Command.POST if state.step == "summary":
            digits = say.two_digits()
            text = _("Post {what}? Type {digits}.").format(what=_in_words(state), digits=digits)
            return Outcome(state, ask=Ask("post", text, values=(at.today.isoformat(),), digits=digits, no=_("not yet")))
        case Command.POST if state.step == "reason":
            raise ReasonRequired(field="reason")
        case Command.POST:
            raise NothingToDo(what=_("the line is not complete"))
        case _:
            return Outcome(state)


def _list(at: At, state: AdjustState) -> Outcome:
    if state.step == "bin":
        return Outcome(state, ask=choose.which_bin(at))
    if state.step == "serial" and state.goods is not None and (state.difference or 0) > 0:
        return Outcome(state, ask=serials.ways(state.goods, serials.missing(state.difference, state.serials)))
    if state.step in KINDS and state.goods is not None:
        ask = serials.with_new_one(fefo.listed(at, state.goods, state.step, state.bin_code), state.goods, state.step)
        if ask is None:
            return Outcome(state, say.warning(_("None here in the books. Scan the label.")))
        return Outcome(state, ask=ask)
    if state.step == "item":
        return Outcome(replace(state, step="search"), say.note(_("Type a part of the number or the description.")))
    return Outcome(state)


def answer(at: At, state: AdjustState, ask: Ask, reply: Answer) -> Outcome:
    """The answer to a question of this job."""
    if reply is Reply.NO or reply is Reply.MORE:
        if ask.kind == choose.VARIANT:
            return _next(at, replace(state, goods=None))
        return Outcome(state, say.note(_wanted(state)))
    if isinstance(reply, int):
        return _chosen(at, state, ask, reply)
    match ask.kind:
        case "new_number" | "expiry":
            return _stepped(_next(at, replace(state, goods=from_text(Goods, ask.values[0]))))
        case "post":
            require(at.user, Right.ADJUST)
            return Outcome(state, ask=ask, operations=(operation(at, state, date.fromisoformat(ask.values[0])),))
        case "reverse":
            return Outcome(state, ask=ask, operations=(reversal(at, ask, state.reversible),))
        case _:
            return Outcome(state, ask=ask)


def _chosen(at: At, state: AdjustState, ask: Ask, choice: int) -> Outcome:
    match ask.kind:
        case choose.WHICH:
            hit = hit_from_text(ask.values[choice])
            return _number(at, state, hit) if state.step in KINDS else take(at, state, hit)
        case choose.VARIANT:
            return _stepped(_next(at, replace(state, goods=choose.chosen_variant(ask, choice))))
        case serials.NEW_ONE if choice == len(ask.values) - 1:
            assert state.goods is not None
            [new] = serials.from_series(state.goods, 1, state.step)
            return _stepped(_next(at, replace(state, goods=with_number(state.goods, state.step, new, None))))
        case "number" | serials.NEW_ONE:
            assert state.goods is not None
            if state.step == "serial" and state.difference is not None:
                return _more_serials(at, state, [ask.values[choice]])
            goods = with_number(state.goods, state.step, ask.values[choice], None)
            return _stepped(_next(at, replace(state, goods=goods)))
        case serials.ASK if ask.values[choice] == serials.SERIES:
            assert state.goods is not None
            left = serials.missing(state.difference, state.serials)
            return _more_serials(at, state, serials.from_series(state.goods, left))
        case serials.ASK:
            return _stepped(Outcome(replace(state, step=ask.values[choice]), say.note(_("Scan or type the first."))))
        case "sign":
            return _stepped(_next(at, replace(state, difference=Decimal(ask.values[choice]))))
        case _:
            return Outcome(state, ask=ask)


# ---- posting --------------------------------------------------------------------------------------------------------


def operation(at: At, state: AdjustState, posting_date: date) -> ItemJournalLine:
    """The line as it is posted."""
    goods, difference = state.goods, state.difference
    assert goods is not None
    assert difference is not None
    tracking: tuple[TrackingLine, ...] = ()
    if goods.tracked:
        expires = goods.expiration_date if difference > 0 else None
        pieces = state.serials or (goods.serial_no,)
        each = abs(difference) / len(pieces)
        tracking = tuple(TrackingLine(each, goods.lot_no, one, goods.package_no, expires) for one in pieces)
    header = Header(posting_date, operation_id=state.operation_id, reason_code=state.reason, user_code=at.user.code)
    return ItemJournalLine(
        header,
        EntryType.POSITIVE_ADJUSTMENT if difference > 0 else EntryType.NEGATIVE_ADJUSTMENT,
        goods.item_no,
        abs(difference),
        variant_code=goods.variant_code,
        location_code=at.location.code,
        bin_code=state.bin_code,
        uom_code=goods.uom_code,
        tracking=tracking,
        may_go_negative=False,
    )


def posted(at: At, state: AdjustState, ask: Ask | None, registers: list[Any]) -> Outcome:
    """It is in the ledgers: the next line, in the same bin."""
    writes = (steps.forget(work(at, state)),)
    register = registers[0].register_no
    if ask is not None and ask.kind == "reverse":
        kept = replace(state, reversible="", reversible_text="")
        return Outcome(kept, reversed_text(register), writes=writes, forget=True)
    recent = used(state.reason, state.recent_reasons)
    what = _in_words(state)
    after = AdjustState(
        at.location.code, "item", state.bin_code, recent_reasons=recent, reversible=state.operation_id, reversible_text=what
    )
    text = _("Posted {what}, register {register}.").format(what=what, register=register)
    return Outcome(after, say.ok(text), writes=writes, good=True, forget=True)


def _in_words(state: AdjustState) -> str:
    """`-5 PCS 1000 L1`."""
    assert state.goods is not None
    assert state.difference is not None
    goods = state.goods
    pieces = serials.in_words(state.serials) or goods.serial_no
    numbers = " ".join(filter(None, (goods.lot_no, pieces, goods.package_no)))
    return f"{signed(state.difference)} {goods.uom_code} {goods.name} {numbers}".rstrip()


# ---- what is shown --------------------------------------------------------------------------------------------------


def view(at: At, state: AdjustState) -> ViewState:
    """The line as one screen shows it."""
    goods, shown = state.goods, ""
    choices: tuple[str, ...] = ()
    if goods is not None and state.difference is not None:
        shown = f"{signed(state.difference)} {goods.uom_code} {state.reason}".rstrip()
    elif goods is not None and state.step == "quantity":
        shown = _("now {quantity}").format(quantity=quantity(_on_hand(at, state, goods), goods.base_uom))
    if state.step == "reason":
        choices = reason_choices(state.recent_reasons)
    prompts = {
        "bin": _("Bin"),
        "item": _("Item"),
        "quantity": _("+ or -"),
        "expiry": _("Expiry"),
        "reason": _("Reason"),
        "summary": _("F10 posts"),
        "search": _("Search"),
        "first": _("First"),
        "start": _("First"),
        "last": _("Last"),
    }
    prompt = prompts.get(state.step) or kind_in_words(state.step)
    if state.step == "item":
        prompt = times(state.factor, prompt)
    return ViewState(
        title=_("Adjust {place}").format(place=place(at.location.code, state.bin_code)),
        item=goods.name if goods else "",
        description=goods.description if goods else "",
        tracking=_numbers(at, state),
        quantity=shown,
        prompt=prompt,
        choices=choices,
        keys=_keys(state),
        facts=((_("Bin"), state.bin_code),) if state.bin_code else (),
    )


def _numbers(at: At, state: AdjustState) -> str:
    """The numbers of the goods; while one is asked for, which to take first."""
    if state.goods is None:
        return ""
    if state.serials:
        return " ".join(filter(None, (state.goods.lot_no, serials.in_words(state.serials))))
    if state.step in KINDS and not state.goods.numbers and (state.difference or 0) <= 0:
        return fefo.in_words(fefo.first_to_take(at, state.goods, state.bin_code))
    return state.goods.numbers


def _keys(state: AdjustState) -> tuple[KeyHint, ...]:
    post = [KeyHint(Command.POST, _("post"))] if state.step == "summary" else []
    listed = [KeyHint(Command.LIST, _("list"))] if state.step in ("bin", "item", *KINDS) else []
    return (
        *post,
        KeyHint(Command.UNDO, _("undo")),
        *listed,
        KeyHint(Command.BACK, _("back")),
        KeyHint(Command.HELP, _("help")),
        *([KeyHint(Command.PRINT, _("label"))] if state.goods is not None else []),
    )


def work(at: At, state: AdjustState) -> str:
    """The steps of this job belong to the user."""
    return f"{JOB}:{at.user.code}"


FLOW = Flow(
    state=AdjustState,
    begin=begin,
    scan=scan,
    command=command,
    answer=answer,
    view=view,
    help=lambda at, state: help_for(JOB, state.step),
    work=work,
    label=lambda at, state: printing.of_hand(at, state.goods, state.bin_code),
    posted=posted,
    begun=lambda state: state.goods is not None,
)
