"""Relabel: goods stay where they are and become something else; quantity and value stay as they are.

    lot (or item, serial, package; a bin before it) → what changes → how many (all, unless a number is typed)
      → new number, scanned or typed → its expiry, only where nobody knows it → reason, where one is needed
      → F10 and the two digits → label

One lot into several: after posting, what is left is asked for again, until nothing is. Several lots into one: scan the number of
a lot that is there; its date is used, and asked about where it differs. Several serial numbers into one lot: they are scanned one
after the other where the new lot is asked for. Source: operations reference §8.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from db.core.errors import NothingToDo, QuantityZero, ReasonRequired
from db.queries.reclassify import packed
from db.work import steps
from stockterm.flows import choose, relabel_new, relabel_post, relabel_view, say
from stockterm.flows.goods import (
    EXPECTED,
    KINDS,
    Goods,
    answer_expiry,
    answer_number,
    goods_of,
    kind_in_words,
    odd_expiry,
    with_number,
)
from stockterm.flows.help import help_for
from stockterm.flows.meaning import hit_from_text, meaning_of, nothing_changed, refuse
from stockterm.flows.outcome import Answer, Ask, At, Entry, Flow, Outcome, Reply
from stockterm.flows.reasons import reason_of
from stockterm.flows.refusals import NoSuchNumber, UnknownChoice, UnknownScan
from stockterm.flows.relabel_next import lying_here, new_number_wanted, next_question
from stockterm.flows.relabel_state import (
    JOB,
    NUMBER_OF,
    Change,
    RelabelState,
    afresh,
    changes_of,
    dated_number,
    old_expiry,
)
from stockterm.flows.reversing import ask_to_reverse
from stockterm.flows.rights import Right, require
from stockterm.flows.saved import from_text
from stockterm.flows.tokens import Command
from stockterm.flows.words import checked_quantity
from stockterm.i18n import _, format_date
from stockterm.scanning.resolve import (
    Ambiguous,
    AttributesHit,
    BinHit,
    CurrentLine,
    Empty,
    Expected,
    ItemHit,
    LotHit,
    PackageHit,
    Quantity,
    Resolution,
    SerialHit,
)

_NO_DATE = "-"  # typed for the new expiry: there is none


def begin(at: At, state: RelabelState | None) -> Outcome:
    """Go on with the change in hand, or start one."""
    require(at.user, Right.RELABEL)
    if state is None or state.location_code != at.location.code:
        return next_question(at, RelabelState(at.location.code))
    return next_question(at, state)


# ---- scans ----------------------------------------------------------------------------------------------------------


def scan(at: At, state: RelabelState, entry: Entry) -> Outcome:
    """One scan or typed entry."""
    require(at.user, Right.RELABEL)
    line = CurrentLine(state.goods.item_no, state.goods.variant_code) if state.goods else None
    match state.step:
        case "search":
            return _searched(state, entry)
        case "change":
            return _change(at, state, entry)
        case "quantity":
            return _how_many(at, state, entry)
        case "new":
            return _new(at, state, meaning_of(at, entry, EXPECTED[NUMBER_OF[Change(state.change)]], line))
        case "expiry":
            return _expiry(at, state, entry)
        case "reason":
            reason = reason_of(at, entry, state.recent_reasons, JOB)
            return _stepped(next_question(at, replace(state, reason=reason)))
        case kind if kind in KINDS:
            return _number(at, state, meaning_of(at, entry, EXPECTED[kind], line))
        case _:
            expected = Expected.BIN if state.step == "bin" else Expected.LOT
            return take(at, state, meaning_of(at, entry, expected, line))


def take(at: At, state: RelabelState, found: Resolution) -> Outcome:
    """What is to change: a lot, serial, package or item; a bin before it, or after it where there are several."""
    match found:
        case Empty():
            return Outcome(state)
        case Ambiguous(code, candidates):
            return Outcome(state, ask=choose.which_hit(code, candidates))
        case BinHit() if state.step in ("what", "bin") and found.location_code == at.location.code:
            placed = replace(state, bin_code=found.bin_code)
            return _stepped(next_question(at, placed))
        case ItemHit(fields=fields) if fields.suspected and state.step == "what":
            return Outcome(state, ask=choose.lost_separator(found))
        case ItemHit() if state.step == "what":
            goods, _facts = goods_of(found)
            return _stepped(next_question(at, replace(state, goods=goods, labels=())))
        case LotHit() | SerialHit() if state.step == "what" and found.item_no:
            kind, value = ("lot", found.lot_no) if isinstance(found, LotHit) else ("serial", found.serial_no)
            goods, _facts = goods_of(ItemHit(found.item_no, found.variant_code))
            return _stepped(next_question(at, replace(state, goods=with_number(goods, kind, value, None), labels=())))
        case LotHit(lot_no=number) | SerialHit(serial_no=number) if state.step == "what":  # certainly one, and nothing has it
            raise UnknownScan(scanned=number[:60], done=nothing_changed(JOB))
        case PackageHit() if state.step == "what":
            return _package(at, state, found.package_no)
        case _:
            raise refuse(found, _wanted(state), JOB)


def _package(at: At, state: RelabelState, package_no: str) -> Outcome:
    """A package: its contents are relabelled one by one."""
    inside = packed(package_no, at.location.code)
    if not inside:
        where = at.location.code
        raise NoSuchNumber(kind=kind_in_words("package"), number=package_no, item_no="", place=where, done=_("changed"))
    if len(inside) > 1:
        texts = [f"{item} {variant} {text}".replace("  ", " ") for item, variant, text in inside]
        values = tuple(f"{package_no}\t{item}\t{variant}" for item, variant, _text in inside)
        return Outcome(state, ask=Ask("inside", _("Several items inside. Choose."), choose.numbered(texts), values))
    item_no, variant_code, _text = inside[0]
    return _of_package(at, state, package_no, item_no, variant_code)


def _of_package(at: At, state: RelabelState, package_no: str, item_no: str, variant_code: str) -> Outcome:
    goods = with_number(goods_of(ItemHit(item_no, variant_code))[0], "package", package_no, None)
    return _stepped(next_question(at, replace(state, goods=goods, labels=())))


def _stepped(outcome: Outcome) -> Outcome:
    """Something was said that can be taken back."""
    return replace(outcome, undo="", good=True)


def _wanted(state: RelabelState) -> str:
    match state.step:
        case "bin":
            return _("Scan a bin.")
        case "what":
            return _("Scan lot or item.")
        case "change":
            return _("Type what changes: its number.")
        case "quantity" | "new":
            return new_number_wanted(state)
        case "reason":
            return _("Choose a reason.")
        case _:
            return _("F10 posts, F5 goes back one step.")


def _number(at: At, state: RelabelState, found: Resolution) -> Outcome:
    assert state.goods is not None
    if isinstance(found, ItemHit | AttributesHit) and found.fields.suspected:
        return Outcome(state, ask=choose.lost_separator(found))
    goods = answer_number(state.goods, state.step, found, JOB)
    return _stepped(next_question(at, replace(state, goods=goods)))


def _change(at: At, state: RelabelState, entry: Entry) -> Outcome:
    """A typed number of the list."""
    assert state.goods is not None
    changes, text = changes_of(at, state.goods), entry.raw.strip()
    if entry.certain or not (text.isascii() and text.isdigit()):
        raise refuse(meaning_of(at, entry, Expected.ANY), _wanted(state), JOB)
    if len(text) > 2 or not 1 <= int(text) <= len(changes):
        raise UnknownChoice(text=text[:40], last=len(changes))
    return _stepped(next_question(at, replace(state, change=changes[int(text) - 1])))


def _how_many(at: At, state: RelabelState, entry: Entry) -> Outcome:
    """A number; Enter alone, or at once the new number: all of it. More than there is cannot be a quantity: it is asked."""
    assert state.goods is not None
    found = meaning_of(at, entry, Expected.QUANTITY, state.goods.line)
    if isinstance(found, Empty):
        return _stepped(next_question(at, replace(state, amount_said=True)))
    if not isinstance(found, Quantity):
        return _all_of_it(at, state, entry)
    if found.value <= 0:
        raise QuantityZero(field="quantity")
    available = sum((one.quantity for one in lying_here(at, state, state.goods)), Decimal(0))
    if state.change in NUMBER_OF and found.value * state.goods.quantity_per > available:
        text = _("{number}: more than there is. The new number?").format(number=entry.raw.strip())
        return Outcome(state, ask=Ask("number_after_all", text, values=(entry.raw,), yes=_("yes"), no=_("no")))
    checked_quantity(found.value)
    return _stepped(next_question(at, replace(state, goods=replace(state.goods, quantity=found.value), amount_said=True)))


def _all_of_it(at: At, state: RelabelState, entry: Entry) -> Outcome:
    """The new number came at once: all of it is meant."""
    if state.change not in NUMBER_OF:
        raise refuse(meaning_of(at, entry, Expected.ANY), _("Type how many, or Enter for all."), JOB)
    return scan(at, replace(state, amount_said=True, step="new"), entry)


def _new(at: At, state: RelabelState, found: Resolution) -> Outcome:
    """The new number, or one more serial number for it."""
    if isinstance(found, ItemHit | AttributesHit) and found.fields.suspected:
        return Outcome(state, ask=choose.lost_separator(found))
    if isinstance(found, Empty):
        return Outcome(state, say.note(new_number_wanted(state)))
    answered = relabel_new.answer(at, state, found, _wanted(state))
    if isinstance(answered, Ask):
        return Outcome(state, ask=answered)
    if answered.more != state.more:
        text = _("{count} serials. Next, or the new one.").format(count=1 + len(answered.more))
        return _stepped(Outcome(answered, say.ok(text)))
    return _stepped(next_question(at, answered))


def _expiry(at: At, state: RelabelState, entry: Entry) -> Outcome:
    """The new date; `-` where there is to be none."""
    goods = state.goods
    assert goods is not None
    if entry.raw.strip() == _NO_DATE and not entry.certain and not goods.expiration_required:
        return _dated(at, state, None)
    found = meaning_of(at, entry, Expected.LOT, CurrentLine(goods.item_no, goods.variant_code))
    stated = found.fields.expiry if isinstance(found, AttributesHit | ItemHit) else None
    expires = answer_expiry(goods, entry.raw, stated, at.today).expiration_date
    assert expires is not None
    if odd_expiry(expires, at.today):
        text = _("Expiry {date}: is that right?").format(date=format_date(expires))
        return Outcome(state, ask=Ask("expiry", text, values=(expires.isoformat(),), yes=_("right"), no=_("wrong")))
    return _dated(at, state, expires)


def _dated(at: At, state: RelabelState, expires: date | None) -> Outcome:
    assert state.goods is not None
    if state.change == Change.EXPIRY and expires == old_expiry(state.goods):
        day = format_date(expires) if expires else _("none")
        raise NothingToDo(what=_("{number} has expiry {date}").format(number=dated_number(state.goods), date=day))
    return _stepped(next_question(at, replace(state, new_expiry=expires, dated=True)))


def _searched(state: RelabelState, entry: Entry) -> Outcome:
    ask, again = choose.found_items(entry.raw), replace(state, step="what")
    if ask is None:
        return Outcome(again, say.warning(_("Nothing found for {text}.").format(text=entry.raw.strip())))
    return Outcome(again, ask=ask)


# ---- commands and answers -------------------------------------------------------------------------------------------


def command(at: At, state: RelabelState, command: Command) -> Outcome:
    """One command key or label."""
    match command:
        case Command.BACK if state.step == "search":
            return next_question(at, replace(state, goods=None))
        case Command.BACK:
            return Outcome(state, back=True)
        case Command.CLEAR if state.step != "summary":
            cleared = next_question(at, afresh(state))
            return _stepped(cleared) if steps.last(work(at, state)) else cleared  # what was scanned comes back with F5
        case Command.LIST:
            return _list(at, state)
        case Command.UNDO if state.reversible:
            return Outcome(state, ask=ask_to_reverse(at, state.reversible_text))
        case Command.POST if state.step == "summary":
            return Outcome(state, ask=relabel_post.question(at, state))
        case Command.POST if state.step == "reason":
            raise ReasonRequired(field="reason")
        case Command.POST:
            raise NothingToDo(what=_("the change is not complete"))
        case _:
            return Outcome(state)


def _list(at: At, state: RelabelState) -> Outcome:
    goods = state.goods
    if state.step == "what":
        return Outcome(replace(state, step="search"), say.note(_("Type a part of the number or the description.")))
    if goods is None or state.step not in (*KINDS, "new", "quantity"):
        return Outcome(state)
    if state.step in ("new", "quantity"):
        return _list_new(at, state, goods)
    known = _numbers_here(at, state, goods, state.step)
    if not known:
        return Outcome(state, say.warning(_("None here in the books. Scan the label.")))
    return Outcome(state, ask=Ask("number", _("Choose."), choose.numbered(known), tuple(known)))


def _list_new(at: At, state: RelabelState, goods: Goods) -> Outcome:
    """The next number of the series, where there is one, and the lots or packages that the goods can go into."""
    kind = NUMBER_OF.get(Change(state.change), "") if state.change else ""
    drawn, known = relabel_new.next_of_series(at, goods, kind), relabel_new.others(goods, kind)
    texts = [*([_("{number} is next").format(number=drawn)] if drawn else []), *known]
    if not texts:
        return Outcome(state, say.warning(_("None here in the books. Scan the label.")))
    return Outcome(state, ask=Ask("new_number", _("Choose."), choose.numbered(texts), (drawn, *known)))


def _numbers_here(at: At, state: RelabelState, goods: Goods, kind: str) -> list[str]:
    return list(dict.fromkeys(number for one in lying_here(at, state, goods) if (number := getattr(one, f"{kind}_no"))))


def answer(at: At, state: RelabelState, ask: Ask, reply: Answer) -> Outcome:
    """The answer to a question of this job."""
    if reply is Reply.NO or reply is Reply.MORE:
        return _no(at, state, ask)
    if isinstance(reply, int):
        return _chosen(at, state, ask, reply)
    match ask.kind:
        case "number_after_all":
            return _all_of_it(at, state, Entry(ask.values[0]))
        case "other_item" | "merge":
            return _stepped(next_question(at, from_text(RelabelState, ask.values[0])))
        case "expiry":
            return _dated(at, state, date.fromisoformat(ask.values[0]))
        case _:
            return relabel_post.answer(at, state, ask)


def _no(at: At, state: RelabelState, ask: Ask) -> Outcome:
    if ask.kind in (choose.VARIANT, "inside") or (ask.kind == choose.WHICH and state.step == "bin"):
        return next_question(at, replace(state, goods=None, change=""))
    if ask.kind == "new_variant":
        return next_question(at, replace(state, change="", amount_said=False))
    return Outcome(state, say.note(_wanted(state)))


def _chosen(at: At, state: RelabelState, ask: Ask, choice: int) -> Outcome:
    match ask.kind:
        case choose.WHICH:
            hit = hit_from_text(ask.values[choice])
            if state.step == "new":
                return _new(at, state, hit)
            return _number(at, state, hit) if state.step in KINDS else take(at, state, hit)
        case choose.VARIANT:
            return _stepped(next_question(at, replace(state, goods=choose.chosen_variant(ask, choice))))
        case "inside":
            package_no, item_no, variant_code = ask.values[choice].split("\t")
            return _of_package(at, state, package_no, item_no, variant_code)
        case "new_variant":
            return _stepped(next_question(at, replace(state, new_variant=ask.values[choice], step="variant")))
        case "number" if state.step in KINDS:
            assert state.goods is not None
            return _stepped(
                next_question(at, replace(state, goods=with_number(state.goods, state.step, ask.values[choice], None)))
            )
        case "new_number" if ask.values[0] and not choice:
            drawn = replace(state, amount_said=True, step="new", new_number=ask.values[0], drawn=True)
            return _stepped(next_question(at, drawn))
        case "new_number":
            known = ask.values[1:]
            return _all_of_it(at, state, Entry(_label_of(state, known[choice - 1 if ask.values[0] else choice])))
        case _:
            return Outcome(state, ask=ask)


def _label_of(state: RelabelState, number: str) -> str:
    """The number as its own label says it, so that it is taken for nothing else."""
    prefix = {"lot": "LOT:", "serial": "SN:", "package": "LP:"}[NUMBER_OF[Change(state.change)]]
    return f"{prefix}{number}"


def work(at: At, state: RelabelState) -> str:
    """The steps of this job belong to the user."""
    return relabel_post.work_of(at)


FLOW = Flow(
    state=RelabelState,
    begin=begin,
    scan=scan,
    command=command,
    answer=answer,
    view=relabel_view.view,
    help=lambda at, state: help_for(JOB, state.step),
    work=work,
    posted=relabel_post.posted,
    begun=lambda state: state.goods is not None,
    label=relabel_post.label,
)
