"""Move: goods go from a bin to another, or to another location. Quantity and value stay as they are.

    from-bin → item → lot or serial → how many (all, unless a number is typed) → to-bin or to-location → F10 and the two digits

A package (its SSCC, or its `LP:` label) stands for all that is in it, and is asked only where to. At a location without bins the
move starts with the item and goes to another location. Where that has bins, its bin is asked for.
"""

import uuid
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from db.core.errors import Blocked, NotEnoughStock, NothingToDo, QuantityZero, WrongBin
from db.queries import places
from db.queries.places import bin_facts, contents_at
from db.work import steps
from stockterm.flows import choose, fefo, printing, say
from stockterm.flows.goods import (
    EXPECTED,
    KINDS,
    Goods,
    answer_number,
    base_quantity,
    goods_of,
    kind_in_words,
    missing_number,
    with_number,
)
from stockterm.flows.help import help_for
from stockterm.flows.meaning import hit_from_text, hit_in_words, hit_to_text, meaning_of, refuse
from stockterm.flows.menu import locations_of
from stockterm.flows.move_hand import MoveState, in_words, operations, part_ids, stranded, with_package
from stockterm.flows.outcome import Answer, Ask, At, Entry, Flow, Outcome, Reply
from stockterm.flows.refusals import NoSuchNumber
from stockterm.flows.reversing import ask_to_reverse, reversal, reversed_text
from stockterm.flows.rights import Right, require, require_location
from stockterm.flows.stranding import ask_about
from stockterm.flows.tokens import Command
from stockterm.flows.view import KeyHint, ViewState
from stockterm.flows.words import checked_quantity, lines_in_words, number, place, quantity, times
from stockterm.i18n import _
from stockterm.scanning.resolve import (
    Ambiguous,
    AttributesHit,
    BinHit,
    Empty,
    Expected,
    ItemHit,
    LocationHit,
    LotHit,
    Multiplier,
    PackageHit,
    Quantity,
    Resolution,
    SerialHit,
    Unknown,
)

JOB = "move"


def begin(at: At, state: MoveState | None) -> Outcome:
    """Go on with the move in hand, or start one."""
    require(at.user, Right.MOVE)
    if state is None or state.location_code != at.location.code:
        return _next(at, MoveState(at.location.code))
    return _next(at, state)


def _next(at: At, state: MoveState, *, counted: bool = False) -> Outcome:
    """The next thing to ask for; when nothing is missing, the summary. `counted`: how many has been said."""
    goods = state.goods
    if at.location.bins and not state.bin_code:
        return Outcome(replace(state, step="bin"), say.note(_("From which bin?")))
    if state.package_no:
        return _where_then(at, state)
    if goods is None:
        return Outcome(replace(state, step="item"), say.note(_("Scan an item.")))
    if goods.has_variants and not goods.variant_code:
        return Outcome(state, ask=choose.which_variant(goods))
    if kind := missing_number(goods):
        return Outcome(
            replace(state, step=kind), say.note(_("{kind} of {item}?").format(kind=kind_in_words(kind), item=goods.name))
        )
    available = _available(at, state, goods)
    if not state.to_location and not counted and not goods.serial and goods.quantity is None and state.step != "to":
        text = _("All {quantity}? Then scan where to.").format(quantity=quantity(available, goods.base_uom))
        return Outcome(replace(state, step="quantity"), say.note(text))
    _refuse_too_much(at, state, goods, available)
    if goods.quantity is None and state.to_location:  # said once and for all: what is repeated must have the same content
        state = replace(state, goods=replace(goods, quantity=available, uom_code=goods.base_uom, quantity_per=Decimal(1)))
    return _where_then(at, state)


def _where_then(at: At, state: MoveState) -> Outcome:
    """Where to; when that is known, the summary."""
    if not state.to_location:
        return Outcome(replace(state, step="to"), say.note(_("Where to?")))
    if state.to_location != at.location.code:
        for one in state.in_hand:
            fefo.refuse_blocked(one.goods)
        asks = (fefo.why_not_first(at, one.goods) for one in state.in_hand)
        if not state.reason and (ask := next(filter(None, asks), None)) is not None:
            return Outcome(state, ask=ask)
    target = places.location(state.to_location)
    if target is not None and target.bins and not state.to_bin:
        return Outcome(replace(state, step="to_bin"), say.note(_("Which bin at {location}?").format(location=state.to_location)))
    operation_id = state.operation_id or f"MOVE-{uuid.uuid4().hex}"
    return Outcome(replace(state, step="summary", operation_id=operation_id), say.note(_("Right? F10 posts it.")))


def _available(at: At, state: MoveState, goods: Goods) -> Decimal:
    """What lies there of exactly these goods. Nothing at all is refused."""
    contents = contents_at(goods.item_no, goods.variant_code, at.location.code, state.bin_code)
    wanted = (goods.lot_no, goods.serial_no, goods.package_no)
    available = sum((one.quantity for one in contents if (one.lot_no, one.serial_no, one.package_no) == wanted), Decimal(0))
    if available > 0:
        return available
    where = place(at.location.code, state.bin_code)
    for kind in KINDS:
        if value := getattr(goods, f"{kind}_no"):
            raise NoSuchNumber(kind=kind_in_words(kind), number=value, item_no=goods.name, place=where, done=_("moved"))
    requested = base_quantity(goods, goods.quantity or Decimal(1))
    raise NotEnoughStock(field="quantity", place=where, what=goods.name, available=Decimal(0), requested=requested)


def _refuse_too_much(at: At, state: MoveState, goods: Goods, available: Decimal) -> None:
    if goods.quantity is None:
        return
    requested = base_quantity(goods, goods.quantity)
    if requested > available:
        where = place(at.location.code, state.bin_code)
        what = goods.lot_no or goods.serial_no or goods.name
        raise NotEnoughStock(field="quantity", place=where, what=what, available=available, requested=requested)


# ---- scans ----------------------------------------------------------------------------------------------------------


def scan(at: At, state: MoveState, entry: Entry) -> Outcome:
    """One scan or typed entry."""
    require(at.user, Right.MOVE)
    line = state.goods.line if state.goods else None
    match state.step:
        case "search":
            return _searched(state, entry)
        case "quantity":
            return _how_many(at, state, entry)
        case "to":
            return _where_to(at, state, _target(at, entry))
        case "to_bin":
            found = meaning_of(at, entry, Expected.BIN, location_code=state.to_location)
            return _to_bin(at, state, found)
        case kind if kind in KINDS:
            return _number(at, state, meaning_of(at, entry, EXPECTED[kind], line))
        case _:
            expected = Expected.BIN if state.step == "bin" else Expected.ITEM
            return take(at, state, meaning_of(at, entry, expected, line))


def take(at: At, state: MoveState, found: Resolution) -> Outcome:
    """A bin or an item, and what goes with it."""
    match found:
        case Empty():
            return Outcome(state)
        case Ambiguous(code, candidates):
            return Outcome(state, ask=choose.which_hit(code, candidates))
        case BinHit() if state.step == "bin" and found.location_code == at.location.code:
            _refuse_blocked(at.location.code, found.bin_code, "outbound")
            return _stepped(_next(at, replace(state, bin_code=found.bin_code)))
        case PackageHit() if state.step in ("bin", "item"):
            after = with_package(at, state, found.package_no)
            for one in after.packed:
                _refuse_blocked(at.location.code, one.bin_code, "outbound")
            return _stepped(_next(at, after))
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
            goods = replace(goods, quantity=state.factor if goods.quantity is None else goods.quantity)
            return _stepped(_next(at, replace(state, goods=goods, factor=None)))
        case LotHit() | SerialHit() if state.step == "item" and found.item_no:
            kind, value = ("lot", found.lot_no) if isinstance(found, LotHit) else ("serial", found.serial_no)
            goods, _facts = goods_of(ItemHit(found.item_no, found.variant_code))
            goods = replace(with_number(goods, kind, value, None), quantity=state.factor)
            return _stepped(_next(at, replace(state, goods=goods, factor=None)))
        case BinHit() | LocationHit() if state.step == "to":
            return _where_to(at, state, found)
        case BinHit() if state.step == "to_bin":
            return _to_bin(at, state, found)
        case _:
            raise refuse(found, _wanted(state), JOB)


def _stepped(outcome: Outcome) -> Outcome:
    """Something was said that can be taken back."""
    return replace(outcome, undo="", good=True)


def _refuse_blocked(location_code: str, bin_code: str, direction: str) -> None:
    facts = bin_facts(location_code, bin_code)
    if facts is not None and facts.blocked_movement in (direction, "all"):
        raise Blocked(field="bin", kind=_("bin"), value=bin_code)


def _wanted(state: MoveState) -> str:
    match state.step:
        case "bin" | "to_bin":
            return _("Scan a bin.")
        case "item":
            return _("Scan an item, or press F2 to change bin.") if state.bin_code else _("Scan an item.")
        case "quantity":
            return _("Type how many, or scan where to.")
        case "to":
            return _("Scan a bin or a location.")
        case _:
            return _("F10 posts, F5 goes back one step.")


def _number(at: At, state: MoveState, found: Resolution) -> Outcome:
    assert state.goods is not None
    if isinstance(found, ItemHit | AttributesHit) and found.fields.suspected:
        return Outcome(state, ask=choose.lost_separator(found))
    goods = answer_number(state.goods, state.step, found, JOB)
    return _stepped(_next(at, replace(state, goods=goods)))


def _how_many(at: At, state: MoveState, entry: Entry) -> Outcome:
    """A number; Enter alone, or at once where to: all of it. A number that is also a bin's code is asked about."""
    assert state.goods is not None
    found = meaning_of(at, entry, Expected.QUANTITY, state.goods.line)
    if isinstance(found, Empty):  # Enter alone: all of it
        return _stepped(_next(at, replace(state, step="to")))
    if not isinstance(found, Quantity):
        return _where_to(at, replace(state, step="to"), _target(at, entry))
    target = _target(at, entry) if not entry.certain else None
    if isinstance(target, BinHit):
        texts = [_("Quantity {quantity}").format(quantity=number(found.value)), hit_in_words(target)]
        text = _("{number}: a quantity, or a bin?").format(number=number(found.value))
        return Outcome(state, ask=Ask("quantity_or_bin", text, choose.numbered(texts), (f"{found.value:f}", hit_to_text(target))))
    return _so_many(at, state, found.value)


def _so_many(at: At, state: MoveState, value: Decimal) -> Outcome:
    assert state.goods is not None
    if value <= 0:
        raise QuantityZero(field="quantity")
    checked_quantity(value)
    return _stepped(_next(at, replace(state, goods=replace(state.goods, quantity=value)), counted=True))


def _target(at: At, entry: Entry) -> Resolution:
    """What the scan is as a place: a bin here, else a location."""
    expected = Expected.BIN if at.location.bins else Expected.LOCATION
    found = meaning_of(at, entry, expected)
    if at.location.bins and isinstance(found, Unknown) and found.prefix is None:
        elsewhere = meaning_of(at, entry, Expected.LOCATION)
        return elsewhere if isinstance(elsewhere, LocationHit) else found
    return found


def _where_to(at: At, state: MoveState, found: Resolution) -> Outcome:
    match found:
        case Ambiguous(code, candidates):
            return Outcome(state, ask=choose.which_hit(code, candidates))
        case BinHit() if found.location_code == at.location.code:
            if found.bin_code == state.bin_code:
                raise NothingToDo(what=_("from and to are both {place}").format(place=found.bin_code))
            _refuse_blocked(at.location.code, found.bin_code, "inbound")
            return _stepped(
                _next(at, replace(state, step="to", to_location=at.location.code, to_bin=found.bin_code), counted=True)
            )
        case LocationHit():
            target = places.location(found.location_code)
            if target is None:
                raise WrongBin(bin_code=found.location_code, reason=_("Goods get there by a transfer order."))
            require_location(at.user, target.code)
            if target.code == at.location.code and not target.bins:
                raise NothingToDo(what=_("from and to are both {place}").format(place=target.code))
            return _stepped(_next(at, replace(state, step="to", to_location=target.code), counted=True))
        case _:
            raise refuse(found, _wanted(state), JOB)


def _to_bin(at: At, state: MoveState, found: Resolution) -> Outcome:
    if not isinstance(found, BinHit) or found.location_code != state.to_location:
        raise refuse(found, _wanted(state), JOB)
    if state.to_location == at.location.code and found.bin_code == state.bin_code:
        raise NothingToDo(what=_("from and to are both {place}").format(place=found.bin_code))
    _refuse_blocked(state.to_location, found.bin_code, "inbound")
    return _stepped(_next(at, replace(state, to_bin=found.bin_code), counted=True))


def _searched(state: MoveState, entry: Entry) -> Outcome:
    ask, again = choose.found_items(entry.raw), replace(state, step="item")
    if ask is None:
        return Outcome(again, say.warning(_("Nothing found for {text}.").format(text=entry.raw.strip())))
    return Outcome(again, ask=ask)


# ---- commands and answers -------------------------------------------------------------------------------------------


def command(at: At, state: MoveState, command: Command) -> Outcome:
    """One command key or label."""
    match command:
        case Command.BACK if state.step == "search":
            return Outcome(replace(state, step="item"), say.note(_("Scan an item.")))
        case Command.BACK:
            return Outcome(state, back=True)
        case Command.CLEAR if state.step in ("item", "search"):
            return _stepped(_next(at, replace(state, step="bin", bin_code="", goods=None, factor=None)))
        case Command.LIST:
            return _list(at, state)
        case Command.UNDO if state.reversible:
            return Outcome(state, ask=ask_to_reverse(at, state.reversible_text))
        case Command.POST if state.step == "summary":
            return Outcome(state, ask=ask_about(stranded(at, state)) or _digits(at, state))
        case Command.POST:
            raise NothingToDo(what=_("the move is not complete"))
        case _:
            return Outcome(state)


def _digits(at: At, state: MoveState) -> Ask:
    digits = say.two_digits()
    text = _("Post {what}? Type {digits}.").format(what=in_words(at, state), digits=digits)
    return Ask("post", text, values=(at.today.isoformat(),), digits=digits, no=_("not yet"))


def _list(at: At, state: MoveState) -> Outcome:
    if state.step == "bin" or (state.step in ("to", "quantity") and at.location.bins):
        return Outcome(replace(state, step="to") if state.step == "quantity" else state, ask=choose.which_bin(at))
    if state.step == "to":
        others = [one for one in locations_of(at.user) if one.code != at.location.code]
        texts, hits = [f"{one.code} {one.name}" for one in others], [hit_to_text(LocationHit(one.code)) for one in others]
        return Outcome(state, ask=Ask(choose.WHICH, _("Locations: choose, or scan."), choose.numbered(texts), tuple(hits)))
    if state.step in KINDS and state.goods is not None:
        ask = fefo.listed(at, state.goods, state.step, state.bin_code)
        return (
            Outcome(state, say.warning(_("None here in the books. Scan the label."))) if ask is None else Outcome(state, ask=ask)
        )
    if state.step == "item":
        return Outcome(replace(state, step="search"), say.note(_("Type a part of the number or the description.")))
    return Outcome(state)


def answer(at: At, state: MoveState, ask: Ask, reply: Answer) -> Outcome:
    """The answer to a question of this job."""
    if reply is Reply.NO or reply is Reply.MORE:
        if ask.kind == choose.VARIANT:
            return _next(at, replace(state, goods=None))
        if ask.kind == fefo.ASK:
            return Outcome(replace(state, step="to", to_location="", to_bin=""), say.note(_("Where to?")))
        return Outcome(state, say.note(_wanted(state)))
    if isinstance(reply, int):
        return _chosen(at, state, ask, reply)
    match ask.kind:
        case "stranded":
            return Outcome(state, ask=_digits(at, state))
        case "post":
            require(at.user, Right.MOVE)
            return Outcome(state, ask=ask, operations=operations(at, state, date.fromisoformat(ask.values[0])))
        case "reverse":
            parts = part_ids(state.reversible, state.reversible_parts)
            return Outcome(state, ask=ask, operations=tuple(reversal(at, ask, one) for one in parts))
        case _:
            return Outcome(state, ask=ask)


def _chosen(at: At, state: MoveState, ask: Ask, choice: int) -> Outcome:
    match ask.kind:
        case choose.WHICH:
            hit = hit_from_text(ask.values[choice])
            return _number(at, state, hit) if state.step in KINDS else take(at, state, hit)
        case fefo.ASK:
            return _stepped(_next(at, replace(state, reason=ask.values[choice]), counted=True))
        case choose.VARIANT:
            return _stepped(_next(at, replace(state, goods=choose.chosen_variant(ask, choice))))
        case "number":
            assert state.goods is not None
            goods = with_number(state.goods, state.step, ask.values[choice], None)
            return _stepped(_next(at, replace(state, goods=goods)))
        case "quantity_or_bin" if choice:
            return _where_to(at, replace(state, step="to"), hit_from_text(ask.values[1]))
        case "quantity_or_bin":
            return _so_many(at, state, Decimal(ask.values[0]))
        case _:
            return Outcome(state, ask=ask)


# ---- posting --------------------------------------------------------------------------------------------------------


def posted(at: At, state: MoveState, ask: Ask | None, registers: list[Any]) -> Outcome:
    """It is in the ledgers: the next move, out of the same bin."""
    writes = (steps.forget(work(at, state)),)
    register = registers[0].register_no
    if ask is not None and ask.kind == "reverse":
        kept = replace(state, reversible="", reversible_text="", reversible_parts=0)
        return Outcome(kept, reversed_text(register), writes=writes, forget=True)
    what = in_words(at, state)
    parts = len(state.packed) if state.package_no else 0
    after = MoveState(
        at.location.code,
        "item",
        state.bin_code,
        reversible=state.operation_id,
        reversible_text=what,
        reversible_parts=parts,
    )
    text = _("Posted {what}, register {register}.").format(what=what, register=register)
    return Outcome(after, say.ok(text), writes=writes, good=True, forget=True)


# ---- what is shown --------------------------------------------------------------------------------------------------


def view(at: At, state: MoveState) -> ViewState:
    """The move as one screen shows it."""
    goods, shown = state.goods, ""
    if state.package_no:
        shown = lines_in_words(len(state.packed))
    elif goods is not None:
        shown = quantity(goods.quantity, goods.uom_code) if goods.quantity is not None else _("all")
    if shown and state.to_location:
        shown += f" → {state.to_bin or state.to_location}"
    prompts = {
        "bin": _("From bin"),
        "item": _("Item"),
        "quantity": _("How many"),
        "to": _("To"),
        "to_bin": _("To bin"),
        "summary": _("F10 posts"),
        "search": _("Search"),
    }
    prompt = prompts.get(state.step) or kind_in_words(state.step)
    if state.step == "item":
        prompt = times(state.factor, prompt)
    return ViewState(
        title=_("Move {place}").format(place=place(at.location.code, state.bin_code)),
        item=goods.name if goods else state.package_no,
        description=goods.description if goods else "",
        tracking=_numbers(at, state),
        quantity=shown,
        prompt=prompt,
        keys=_keys(state),
        facts=((_("From"), place(at.location.code, state.bin_code)), (_("To"), f"{state.to_location} {state.to_bin}".strip())),
    )


def _numbers(at: At, state: MoveState) -> str:
    """The numbers of the goods; while one is asked for, which to take first."""
    if state.goods is None:
        return ""
    if state.step in KINDS and not state.goods.numbers:
        return fefo.in_words(fefo.first_to_take(at, state.goods, state.bin_code))
    return state.goods.numbers


def _keys(state: MoveState) -> tuple[KeyHint, ...]:
    post = [KeyHint(Command.POST, _("post"))] if state.step == "summary" else []
    listed = [] if state.step in ("summary", "to_bin", "search") else [KeyHint(Command.LIST, _("list"))]
    return (
        *post,
        KeyHint(Command.UNDO, _("undo")),
        *listed,
        KeyHint(Command.BACK, _("back")),
        KeyHint(Command.HELP, _("help")),
    )


def work(at: At, state: MoveState) -> str:
    """The steps of this job belong to the user."""
    return f"{JOB}:{at.user.code}"


def _label(at: At, state: MoveState) -> printing.Labels | None:
    if state.package_no:
        return printing.of_package(at, state.package_no)
    return printing.of_hand(at, state.goods, state.bin_code)


FLOW = Flow(
    state=MoveState,
    begin=begin,
    scan=scan,
    command=command,
    answer=answer,
    view=view,
    help=lambda at, state: help_for(JOB, state.step),
    work=work,
    label=_label,
    posted=posted,
    begun=lambda state: bool(state.in_hand),
)
