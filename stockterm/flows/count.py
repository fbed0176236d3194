"""Count: free counting of a location, bin by bin where it has bins.

    scan a bin        the bin before is closed with its totals, this one is open
    scan an item      +1 of the unit on the label; `12*` before it: 12
    40 Enter          the line becomes 40, after old → new was shown (asked where more than the last scan would be lost)
    a lot, a serial   +1 of that number; asked for where the item wants one, the lot once until another item or lot comes
    F9                the bin is closed; what the books have there and nobody counted is shown, never in a blind count
    F10               the differences are shown, never to a blind counter; then the whole count is posted as one operation

Nothing is zero because nobody counted it: a line of 0 is typed, or confirmed for an empty bin. Each scan notes how far the
ledgers had come for its item (the watermark), so that what others post meanwhile is no difference. A blind counter hands the
count in; somebody who may see differences reviews and posts it.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from db.connection.session import Write
from db.core import clock
from db.core.errors import NothingToDo, QuantityZero, SerialCountedTwice, UnknownCode
from db.queries.items import ItemFacts, item_facts
from db.queries.places import Content, bin_contents, bin_facts, contents_at
from db.work import counts
from db.work.counts import CountedLine
from stockterm.flows import choose, count_post, say
from stockterm.flows.count_state import ZERO, CountState
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
    with_fields,
    with_number,
)
from stockterm.flows.meaning import hit_from_text, hit_in_words, hit_to_text, meaning_of, refuse
from stockterm.flows.outcome import Answer, Ask, At, Entry, Outcome, Reply
from stockterm.flows.refusals import FirstAnswer, QuantityNegative, WrongKind
from stockterm.flows.rights import Right, may, require
from stockterm.flows.saved import from_text, to_text
from stockterm.flows.tokens import Command
from stockterm.flows.view import Document, KeyHint, ViewState
from stockterm.flows.words import (
    checked_quantity,
    clock_time,
    day_and_time,
    in_units,
    item_and_variant,
    items_in_words,
    lines_in_words,
    number,
    place,
    quantity,
)
from stockterm.i18n import _, format_date
from stockterm.scanning.resolve import (
    NO_FIELDS,
    Ambiguous,
    AttributesHit,
    BinHit,
    Empty,
    Expected,
    Hit,
    ItemHit,
    LotHit,
    Multiplier,
    Quantity,
    QuantityOrItem,
    Refusal,
    Refused,
    Resolution,
    SerialHit,
    Unknown,
)

ONE = Decimal(1)
_PLAUSIBLE_FACTOR = 10
_PLAUSIBLE_FLOOR = Decimal(10)  # of an item that is hardly in stock, up to 100 are no surprise
_RECENT = 8
_SHOWN_UNSEEN = 200
_DOCUMENT_ROWS = 15


# ---- beginning ------------------------------------------------------------------------------------------------------


def begin(at: At, state: CountState | None) -> Outcome:
    """Go on with the count in hand, or begin one; whoever may post counts is offered those that were handed in."""
    require(at.user, Right.COUNT)
    if state is not None and state.count_no and state.location_code == at.location.code:
        count = counts.read_count(state.count_no)
        if count is not None and count.status == (counts.HANDED_IN if state.taken_in else counts.OPEN):
            return Outcome(state, say.note(_("Count taken up, {lines}.").format(lines=lines_in_words(count.lines))))
    handed_in = [one for one in counts.open_counts(at.location.code) if one.status == counts.HANDED_IN]
    if handed_in and may(at.user, Right.POST_COUNT):
        line = "{user}: {lines}, {time}"
        others = [
            line.format(user=one.user_code, lines=lines_in_words(one.lines), time=day_and_time(one.changed_at))
            for one in handed_in
        ]
        choices = choose.numbered([_("Count myself"), *others])
        ask = Ask("which_count", _("Handed in: choose one to review."), choices, ("", *(str(one.count_no) for one in handed_in)))
        return Outcome(CountState(location_code=at.location.code), ask=ask)
    return _own_count(at)


def _own_count(at: At) -> Outcome:
    count_no = counts.count_in_hand(at.user.code, at.location.code, blind=not may(at.user, Right.SEE_EXPECTED))
    return Outcome(CountState(count_no, at.location.code), say.note(_first_words(at)))


def _first_words(at: At) -> str:
    return _("Scan a bin.") if at.location.bins else _("Scan the first item.")


# ---- scans ----------------------------------------------------------------------------------------------------------


def scan(at: At, state: CountState, entry: Entry) -> Outcome:
    """One scan or typed entry."""
    require(at.user, Right.COUNT)
    if state.step == "search":
        return _search(state, entry)
    if state.step == "expiry" and state.pending:
        return _expiry(at, state, entry)
    if state.step in KINDS and state.pending:
        found = meaning_of(at, entry, EXPECTED[state.step], state.pending.line)
        return _numbered(at, state, found)
    line = state.goods.line if state.goods else None
    found = meaning_of(at, entry, _expected(at, state), line)
    if isinstance(found, Refused) and found.reason is Refusal.CONTRADICTS_LINE:  # nothing is asked about the line: the next goods
        found = meaning_of(at, entry, Expected.ITEM, line)
    return take(at, state, _counted_before(state, found))


def _expected(at: At, state: CountState) -> Expected:
    if state.step in ("quantity", "factor"):
        return Expected.QUANTITY
    if at.location.bins and not state.bin_code:
        return Expected.BIN
    if state.goods and state.goods.serial:
        return Expected.SERIAL
    return Expected.ITEM


def _counted_before(state: CountState, found: Resolution) -> Resolution:
    """A number that this very count found: nothing else knows it yet."""
    goods = state.goods
    if not isinstance(found, Unknown) or found.prefix is not None or goods is None or state.pending:
        return found
    if goods.lot and (line := counts.number_counted(state.count_no, goods.item_no, "lot", found.code)):
        return LotHit(line.lot_no, line.item_no, line.variant_code)
    if goods.serial and (line := counts.number_counted(state.count_no, goods.item_no, "serial", found.code)):
        return SerialHit(line.serial_no, line.item_no, line.variant_code)
    return found


def take(at: At, state: CountState, found: Resolution) -> Outcome:
    """What a scan does, now that it is known what it is."""
    if state.step == "quantity" and state.pending and not isinstance(found, Quantity | Empty):
        raise FirstAnswer(what=_("Quantity"), item_no=state.pending.name, done=_("counted"))
    match found:
        case Empty():
            return Outcome(state)
        case Multiplier(factor, then):
            return _multiplied(at, state, factor, then)
        case Quantity(value):
            return _typed_quantity(at, state, value)
        case QuantityOrItem(value, hits):
            return _quantity_or_code(state, value, hits)
        case Ambiguous(code, candidates):
            return Outcome(state, ask=choose.which_hit(code, candidates))
        case BinHit():
            return _open_bin(at, state, found)
        case ItemHit(fields=fields) | AttributesHit(fields=fields) if fields.suspected:
            return Outcome(state, ask=choose.lost_separator(found))
        case ItemHit():
            return _item(at, state, found)
        case LotHit() | SerialHit():
            return _number_scanned(at, state, found)
        case AttributesHit():
            return _attributes(at, state, found)
        case Unknown(code, prefix=None) if state.goods and state.goods.serial and _may_be_counted(at, state):
            return _number_scanned(at, state, SerialHit(code))
        case _:
            raise refuse(found, _what_next(at, state), "count")


def _what_next(at: At, state: CountState) -> str:
    if not _may_be_counted(at, state):
        return _("Scan a bin first.")
    if state.bin_code:
        return _("Scan an item, or another bin to change bin.")
    return _("Scan an item.")


def _may_be_counted(at: At, state: CountState) -> bool:
    return bool(state.bin_code) or not at.location.bins


def _multiplied(at: At, state: CountState, factor: Decimal, then: Resolution | None) -> Outcome:
    _check_factor(factor)
    multiplied = replace(state, factor=factor, step="")
    if then is None:
        return Outcome(multiplied, say.note(_("{factor} × the next scan.").format(factor=number(factor))), undo="")
    return take(at, multiplied, then)


def _check_factor(factor: Decimal) -> None:
    if not factor:
        raise QuantityZero(field="quantity")
    if factor < 0:
        raise QuantityNegative(quantity=factor, done=_("counted"))
    checked_quantity(factor)


def _quantity_or_code(state: CountState, value: Decimal, hits: Sequence[Hit]) -> Outcome:
    choices = choose.numbered([_("Quantity {quantity}").format(quantity=number(value)), *map(hit_in_words, hits)])
    ask = Ask(
        "quantity_or_code",
        _("{number}: a quantity, or a code?").format(number=number(value)),
        choices,
        (f"{value:f}", *map(hit_to_text, hits)),
    )
    return Outcome(state, ask=ask)


# ---- bins -----------------------------------------------------------------------------------------------------------


def _open_bin(at: At, state: CountState, found: BinHit) -> Outcome:
    if not at.location.bins or found.location_code != at.location.code:
        raise refuse(found, _what_next(at, state), "count")
    if found.bin_code == state.bin_code:
        return Outcome(state, say.note(_("{bin} is open. Scan an item.").format(bin=found.bin_code)))
    if bin_facts(at.location.code, found.bin_code) is None:
        raise UnknownCode(kind=_("bin"), value=found.bin_code)
    other = counts.other_counter(at.location.code, found.bin_code, state.count_no)
    if other is not None and other[0] != at.user.code:
        text = _("Bin {bin} is being counted by {user} since {time}. Count it too?").format(
            bin=found.bin_code, user=other[0], time=clock_time(other[1])
        )
        return Outcome(state, ask=Ask("shared_bin", text, values=(found.bin_code,), yes=_("count"), no=_("no")))
    return _opened(state, found.bin_code)


def _opened(state: CountState, bin_code: str) -> Outcome:
    items, total = counts.totals(state.count_no, bin_code)
    opened = replace(
        state,
        bin_code=bin_code,
        step="",
        goods=None,
        pending=None,
        factor=None,
        held=NO_FIELDS,
        line_quantity=ZERO,
        line_entered=(),
        last_added=ZERO,
        bin_items=items,
        bin_quantity=total,
    )
    closed = f"{_bin_totals(state)}. " if state.bin_code else ""
    return Outcome(opened, say.ok(closed + _("Bin {bin}").format(bin=bin_code)), undo="", good=True)


def _bin_totals(state: CountState) -> str:
    """`A-01-02: 3 items, 41`."""
    where = state.bin_code or state.location_code
    return f"{where}: {items_in_words(state.bin_items)}, {number(state.bin_quantity)}"


# ---- items and numbers ----------------------------------------------------------------------------------------------


def _item(at: At, state: CountState, hit: ItemHit) -> Outcome:
    if not _may_be_counted(at, state):
        raise refuse(hit, _("Scan a bin first."), "count")
    goods, facts = goods_of(hit)
    goods = with_fields(goods, replace(state.held, quantity=None)) if state.held != NO_FIELDS else goods
    if hit.fields.quantity_missing and goods.quantity is None and state.factor is None and state.held.quantity is None:
        pending = replace(state, pending=goods, step="quantity", held=NO_FIELDS)
        return Outcome(pending, say.warning(_("How many {unit}? The label does not say.").format(unit=goods.uom_code)), undo="")
    said = goods.quantity if goods.quantity is not None else state.held.quantity
    goods = replace(goods, quantity=_times(state.factor, said))
    if goods.lot and not goods.lot_no and goods.same_item(state.goods) and state.goods:
        kept = {"lot_no": state.goods.lot_no, "expiration_date": state.goods.expiration_date, "new": ()}
        goods = replace(goods, **kept)  # type: ignore[arg-type]
    return _advance(at, replace(state, held=NO_FIELDS), goods, facts)


def _times(factor: Decimal | None, said: Decimal | None) -> Decimal:
    if factor is None:
        return ONE if said is None else said
    return factor if said is None else factor * said


def _number_scanned(at: At, state: CountState, hit: LotHit | SerialHit) -> Outcome:
    """A lot or serial label by itself: one more of it."""
    if not _may_be_counted(at, state):
        raise refuse(hit, _("Scan a bin first."), "count")
    kind, value = ("lot", hit.lot_no) if isinstance(hit, LotHit) else ("serial", hit.serial_no)
    current = state.goods
    item_no = hit.item_no or (current.item_no if current else "")
    if not item_no:
        raise refuse(Unknown(value), "", "count")
    facts: ItemFacts | None = None
    if current and current.item_no == item_no and (not hit.item_no or hit.variant_code == current.variant_code):
        goods = replace(current, serial_no="", package_no="", new=(), sure=False)
        if kind == "lot":
            goods = replace(goods, lot_no="", expiration_date=None)
        elif not goods.lot:
            goods = replace(goods, expiration_date=None)
    else:
        goods, facts = goods_of(ItemHit(item_no, hit.variant_code))
    if not getattr(goods, kind):
        raise refuse(hit, _("{item} has no {kind} numbers.").format(item=goods.name, kind=kind_in_words(kind).lower()), "count")
    goods = replace(with_number(goods, kind, value, None), quantity=_times(state.factor, None))
    return _advance(at, state, goods, facts)


def _attributes(at: At, state: CountState, hit: AttributesHit) -> Outcome:
    """A label with a lot, a serial or a quantity, but no item: for the line in hand, else kept for the next item."""
    fields, current = hit.fields, state.goods
    if not _may_be_counted(at, state):
        raise refuse(hit, _("Scan a bin first."), "count")
    if current is None or not (fields.lot_no or fields.serial_no or fields.package_no):
        if current is not None and fields.quantity is not None:
            return _typed_quantity(at, state, fields.quantity)
        return Outcome(replace(state, held=fields), say.note(_("Kept for the next item. Scan the item.")), undo="")
    goods = replace(current, serial_no="", package_no="", new=(), sure=False, quantity=None)
    if fields.lot_no:
        goods = replace(goods, lot_no="", expiration_date=None)
    goods = with_fields(goods, fields)
    return _advance(at, state, replace(goods, quantity=_times(state.factor, goods.quantity)))


def _numbered(at: At, state: CountState, found: Resolution) -> Outcome:
    """The answer to the question for a lot, serial or package number."""
    assert state.pending is not None
    if isinstance(found, ItemHit | AttributesHit) and found.fields.suspected:
        return Outcome(state, ask=choose.lost_separator(found))
    return _advance(at, state, answer_number(state.pending, state.step, found, "count"))


def _expiry(at: At, state: CountState, entry: Entry) -> Outcome:
    """The answer to the question for the expiry date of a new number."""
    assert state.pending is not None
    found = meaning_of(at, entry, Expected.LOT, state.pending.line)
    stated = found.fields.expiry if isinstance(found, AttributesHit | ItemHit) else None
    goods = answer_expiry(state.pending, entry.raw.strip(), stated, at.today)
    assert goods.expiration_date is not None
    if odd_expiry(goods.expiration_date, at.today):
        text = _("Expiry {date}: is that right?").format(date=format_date(goods.expiration_date))
        return Outcome(state, ask=Ask("expiry", text, values=(to_text(goods),), yes=_("right"), no=_("wrong")))
    return _advance(at, state, goods)


def _advance(at: At, state: CountState, goods: Goods, facts: ItemFacts | None = None) -> Outcome:
    """Ask for what is still missing, in its order; count when nothing is."""
    if goods.has_variants and not goods.variant_code:
        return Outcome(state, ask=choose.which_variant(goods))
    kind = missing_number(goods)
    if kind:
        waiting = replace(state, pending=goods, step=kind)
        return Outcome(
            waiting, say.note(_("{kind} of {item}?").format(kind=kind_in_words(kind), item=goods.name)), undo="", good=True
        )
    counted = {new: counts.number_counted(state.count_no, goods.item_no, new, getattr(goods, f"{new}_no")) for new in goods.new}
    unasked = [new for new, line in counted.items() if line is None]
    if unasked:
        new = unasked[0]
        text = _("{kind} {number} is new for {item}. Count it?").format(
            kind=kind_in_words(new), number=getattr(goods, f"{new}_no"), item=goods.name
        )
        return Outcome(state, ask=Ask("new_number", text, values=(to_text(goods), new), yes=_("count"), no=_("no")))
    if needs_expiry(goods) and (found := counts.number_counted(state.count_no, goods.item_no, "lot", goods.lot_no)):
        goods = replace(goods, expiration_date=date.fromisoformat(found.expiration_date) if found.expiration_date else None)
    if needs_expiry(goods):
        waiting = replace(state, pending=goods, step="expiry")
        return Outcome(waiting, say.note(_("Expiry of {number}?").format(number=goods.numbers)), undo="", good=True)
    return _book(at, state, goods, facts, replacing=False)


# ---- the line -------------------------------------------------------------------------------------------------------


def _book(at: At, state: CountState, goods: Goods, facts: ItemFacts | None, *, replacing: bool) -> Outcome:
    """Write the scan into its line: added to it, or (typed) in its place."""
    assert goods.quantity is not None
    checked_quantity(goods.quantity)
    added = base_quantity(goods, goods.quantity)
    if not added and not replacing:
        raise QuantityZero(field="quantity")
    facts = facts or item_facts(goods.item_no, goods.variant_code, goods.uom_code)
    assert facts is not None
    numbers = {"lot_no": goods.lot_no, "serial_no": goods.serial_no, "package_no": goods.package_no}
    line = counts.line_at(state.count_no, state.bin_code, goods.item_no, goods.variant_code, **numbers)
    if goods.serial and not replacing:
        _refuse_second_serial(goods)
    before = line.quantity if line else ZERO
    total = added if replacing else before + added
    if not goods.sure and (replacing or goods.quantity != ONE) and _implausible(total, facts):
        return _ask_again(state, goods, replacing)
    entered = dict(line.entered) if line and not replacing else {}
    entered[goods.uom_code] = entered.get(goods.uom_code, ZERO) + goods.quantity
    fresh = line is None or replacing
    assert fresh or line is not None
    counted = CountedLine(
        count_no=state.count_no,
        line_no=line.line_no if line else counts.next_line_no(state.count_no),
        item_no=goods.item_no,
        variant_code=goods.variant_code,
        bin_code=state.bin_code,
        lot_no=line.lot_no if line else goods.lot_no,
        serial_no=line.serial_no if line else goods.serial_no,
        package_no=line.package_no if line else goods.package_no,
        quantity=total,
        entered=tuple(entered.items()),
        expiration_date=goods.expiration_date.isoformat() if goods.expiration_date else None,
        confirmed_empty=False,
        first_item_ledger_entry_no=facts.last_item_ledger_entry_no
        if line is None or replacing
        else line.first_item_ledger_entry_no,
        first_warehouse_entry_no=facts.last_warehouse_entry_no if line is None or replacing else line.first_warehouse_entry_no,
        last_item_ledger_entry_no=facts.last_item_ledger_entry_no,
        last_warehouse_entry_no=facts.last_warehouse_entry_no,
        counted_by=at.user.code,
        counted_at=clock.now_microseconds(),
        terminal=at.terminal,
    )
    new_item = line is None and not counts.item_counted(state.count_no, state.bin_code, goods.item_no)
    total_in_words = quantity(total, goods.base_uom)
    if replacing:
        text = f"{quantity(before, goods.base_uom)} → {total_in_words}"
    else:
        text = f"+{quantity(goods.quantity, goods.uom_code)}: {total_in_words}"
    recent = f"{goods.name} {goods.numbers} {text}".replace("  ", " ")
    after = replace(
        state,
        step="",
        goods=replace(goods, quantity=None, new=(), sure=False),
        pending=None,
        factor=None,
        held=NO_FIELDS,
        line_quantity=total,
        line_entered=counted.entered,
        last_added=ZERO if replacing else goods.quantity,
        bin_items=state.bin_items + (1 if new_item else 0),
        bin_quantity=state.bin_quantity - before + total,
        recent=(recent, *state.recent)[:_RECENT],
    )
    return Outcome(after, say.ok(text), writes=(counts.save_line(counted),), undo=_lines_before([(counted, line)]), good=True)


def _refuse_second_serial(goods: Goods) -> None:
    found = counts.serial_counted(goods.item_no, goods.serial_no)
    if found is not None:
        line, location_code = found
        where = f"{place(location_code, line.bin_code)} ({line.counted_by} {clock_time(line.counted_at)})"
        raise SerialCountedTwice(serial_no=goods.serial_no, place=where)


def _implausible(total: Decimal, facts: ItemFacts) -> bool:
    return total > _PLAUSIBLE_FACTOR * max(facts.on_hand, _PLAUSIBLE_FLOOR)


def _ask_again(state: CountState, goods: Goods, replacing: bool) -> Outcome:
    assert goods.quantity is not None
    typed = number(goods.quantity)
    text = _("Quantity {quantity} is 10x above any stock of this item. Type it again to confirm.").format(quantity=typed)
    values = (to_text(replace(goods, sure=True)), "1" if replacing else "")
    return Outcome(state, ask=Ask("again", text, values=values, digits=typed, no=_("wrong")))


def _typed_quantity(at: At, state: CountState, value: Decimal) -> Outcome:
    """A typed number: the factor for the next scan (F6), what a label did not say, or the new quantity of the line."""
    if state.step == "factor":
        _check_factor(value)
        return _multiplied(at, state, value, None)
    if value < 0:
        raise QuantityNegative(quantity=value, done=_("counted"))
    checked_quantity(value)
    if state.step == "quantity" and state.pending:
        if not value:
            raise QuantityZero(field="quantity")
        return _advance(at, replace(state, step="", pending=None), replace(state.pending, quantity=value))
    if state.goods is None:
        raise WrongKind(kind=_("a number"), scanned=number(value), expected=_what_next(at, state))
    goods = replace(state.goods, quantity=value, sure=False)
    new = base_quantity(goods, value)
    if state.line_quantity and state.line_entered != ((goods.uom_code, state.last_added),):
        text = f"{quantity(state.line_quantity, goods.base_uom)} → {quantity(new, goods.base_uom)}?"
        return Outcome(state, ask=Ask("replace", text, values=(to_text(goods),), yes=_("replace"), no=_("keep")))
    return _book(at, state, goods, None, replacing=True)


# ---- undo -----------------------------------------------------------------------------------------------------------


def _lines_before(changed: Sequence[tuple[CountedLine, CountedLine | None]]) -> str:
    """What undo needs: each line's number, and the line as it was (None: it was not there)."""
    return json.dumps([[now.count_no, now.line_no, counts.to_text(before) if before else None] for now, before in changed])


def restore(before: str) -> tuple[Write, ...]:
    """Put the lines back that a step had changed."""
    writes: list[Write] = []
    for count_no, line_no, text in json.loads(before) if before else ():
        writes.append(counts.delete_line(count_no, line_no) if text is None else counts.save_line(counts.from_text(text)))
    return tuple(writes)


# ---- commands -------------------------------------------------------------------------------------------------------


def command(at: At, state: CountState, command: Command) -> Outcome:
    """One command key or label."""
    match command:
        case Command.BACK if state.pending or state.step:
            return Outcome(
                replace(state, pending=None, step=""), say.note(_("Dropped. {next}").format(next=_what_next(at, state)))
            )
        case Command.BACK:
            return Outcome(state, go="menu")
        case Command.CLEAR:
            return Outcome(replace(state, pending=None, step="", factor=None, held=NO_FIELDS), say.note(_what_next(at, state)))
        case Command.QUANTITY:
            return Outcome(replace(state, step="factor", pending=None), say.note(_("How many of the next scan?")))
        case Command.LIST:
            return _list(at, state)
        case Command.NEXT:
            _refuse_pending(state)
            return _close(at, state)
        case Command.POST:
            _refuse_pending(state)
            return count_post.finish(at, state)
        case _:
            return Outcome(state)


def _refuse_pending(state: CountState) -> None:
    if state.pending:
        what = kind_in_words(state.step) if state.step in KINDS else _("Answer")
        raise FirstAnswer(what=what, item_no=state.pending.name, done=_("counted"))


def _list(at: At, state: CountState) -> Outcome:
    """F4: the bins, the numbers of the item, or a search."""
    if at.location.bins and not state.bin_code:
        return Outcome(state, ask=choose.which_bin(at))
    if state.step in KINDS and state.pending:
        if not may(at.user, Right.SEE_EXPECTED):
            return Outcome(state, say.warning(_("No list in a blind count. Scan the label.")))
        goods = state.pending
        contents = contents_at(goods.item_no, goods.variant_code, at.location.code, state.bin_code)
        numbers = list(dict.fromkeys(getattr(one, f"{state.step}_no") for one in contents))
        if not numbers:
            return Outcome(state, say.warning(_("None here in the books. Scan the label.")))
        return Outcome(state, ask=Ask("number", _("Choose."), choose.numbered(numbers), tuple(numbers)))
    return Outcome(replace(state, step="search"), say.note(_("Type a part of the number or the description.")))


def _search(state: CountState, entry: Entry) -> Outcome:
    ask, closed = choose.found_items(entry.raw), replace(state, step="")
    if ask is None:
        return Outcome(closed, say.warning(_("Nothing found for {text}.").format(text=entry.raw.strip())))
    return Outcome(closed, ask=ask)


def _close(at: At, state: CountState) -> Outcome:
    """F9: close the bin. Nothing counted in it: it is empty, if the worker says so. Else show what was not seen, unless blind."""
    if at.location.bins and not state.bin_code:
        raise NothingToDo(what=_("no bin is open; scan a bin"))
    if not counts.lines_of(state.count_no, state.bin_code):
        text = _("{place} empty? Everything there is counted as 0.").format(place=place(at.location.code, state.bin_code))
        digits = "" if at.location.bins else say.two_digits()
        return Outcome(state, ask=Ask("empty", text, digits=digits, yes=_("empty"), no=_("no")))
    if not may(at.user, Right.SEE_EXPECTED):
        return _closed(state)
    unseen = _unseen(at, state)
    if not unseen:
        return _closed(state)
    lines = [_unseen_in_words(one) for one in unseen[:_SHOWN_UNSEEN]] + (["…"] if len(unseen) > _SHOWN_UNSEEN else [])
    text = _("Not seen in {place}: {count}. Count them as 0?").format(
        place=place(at.location.code, state.bin_code), count=len(unseen)
    )
    return Outcome(state, ask=Ask("unseen", text, yes=_("count 0"), no=_("leave")), text=(text, *lines))


def _unseen(at: At, state: CountState) -> list[Content]:
    """What the books have in the bin, and no line of the count."""
    seen = {
        (one.item_no, one.variant_code, one.lot_no, one.serial_no, one.package_no)
        for one in counts.lines_of(state.count_no, state.bin_code)
    }
    contents = bin_contents(at.location.code, state.bin_code, limit=100_000)
    return [
        one
        for one in contents
        if one.quantity and (one.item_no, one.variant_code, one.lot_no, one.serial_no, one.package_no) not in seen
    ]


def _unseen_in_words(one: Content) -> str:
    numbers = " ".join(filter(None, (one.lot_no, one.serial_no, one.package_no)))
    what = " ".join(filter(None, (one.item_no, one.variant_code, numbers)))
    return f"{what}: {quantity(one.quantity, one.base_uom)}"


def _closed(state: CountState, writes: tuple[Write, ...] = (), undo: str = "") -> Outcome:
    closed = CountState(state.count_no, state.location_code, recent=state.recent, taken_in=state.taken_in)
    return Outcome(closed, say.ok(_bin_totals(state)), writes=writes, undo=undo)


def _zero_lines(at: At, state: CountState) -> list[CountedLine]:
    """A line of 0 for everything the books have in the bin and nobody counted."""
    line_no = counts.next_line_no(state.count_no)
    lines: list[CountedLine] = []
    for one in _unseen(at, state):
        facts = item_facts(one.item_no, one.variant_code)
        assert facts is not None
        if facts.blocked or facts.type != "inventory":
            continue
        lines.append(
            CountedLine(
                count_no=state.count_no,
                line_no=line_no + len(lines),
                item_no=one.item_no,
                variant_code=one.variant_code,
                bin_code=state.bin_code,
                lot_no=one.lot_no,
                serial_no=one.serial_no,
                package_no=one.package_no,
                quantity=ZERO,
                entered=(),
                expiration_date=None,
                confirmed_empty=True,
                first_item_ledger_entry_no=facts.last_item_ledger_entry_no,
                first_warehouse_entry_no=facts.last_warehouse_entry_no,
                last_item_ledger_entry_no=facts.last_item_ledger_entry_no,
                last_warehouse_entry_no=facts.last_warehouse_entry_no,
                counted_by=at.user.code,
                counted_at=clock.now_microseconds(),
                terminal=at.terminal,
            )
        )
    return lines


# ---- answers --------------------------------------------------------------------------------------------------------


def answer(at: At, state: CountState, ask: Ask, reply: Answer) -> Outcome:
    """The answer to a question of this job."""
    if reply is Reply.NO and ask.kind == "which_count":
        return Outcome(None, go="menu")
    if reply is Reply.NO:
        kept = state if ask.kind == "expiry" else replace(state, pending=None, step="")
        return _closed(state) if ask.kind == "unseen" else Outcome(kept, say.note(_what_next(at, state)))
    if isinstance(reply, int):
        return _chosen(at, state, ask, reply)
    if reply is not Reply.YES:
        return Outcome(state, ask=ask)
    match ask.kind:
        case "new_number":
            goods = from_text(Goods, ask.values[0])
            return _advance(at, state, replace(goods, new=tuple(one for one in goods.new if one != ask.values[1])))
        case "expiry":
            return _advance(at, state, from_text(Goods, ask.values[0]))
        case "again":
            return _book(at, state, from_text(Goods, ask.values[0]), None, replacing=bool(ask.values[1]))
        case "replace":
            return _book(at, state, from_text(Goods, ask.values[0]), None, replacing=True)
        case "shared_bin":
            return _opened(state, ask.values[0])
        case "empty" | "unseen":
            lines = _zero_lines(at, state)
            return _closed(state, tuple(counts.save_lines(lines)), _lines_before([(line, None) for line in lines]))
        case _:
            return count_post.answer(at, state, ask)


def _chosen(at: At, state: CountState, ask: Ask, choice: int) -> Outcome:
    match ask.kind:
        case choose.WHICH:
            hit = hit_from_text(ask.values[choice])
            return _numbered(at, state, hit) if state.step in KINDS and state.pending else take(at, state, hit)
        case "quantity_or_code":
            return take(at, state, hit_from_text(ask.values[choice]) if choice else Quantity(Decimal(ask.values[0])))
        case choose.VARIANT:
            return _advance(at, state, choose.chosen_variant(ask, choice))
        case "number":
            assert state.pending is not None
            return _advance(at, state, with_number(state.pending, state.step, ask.values[choice], None))
        case "which_count" if choice:
            count_no = int(ask.values[choice])
            taken = CountState(count_no, at.location.code, taken_in=True)
            return Outcome(taken, say.note(_("Count taken in. F10 shows the differences.")))
        case "which_count":
            return _own_count(at)
        case _:
            return Outcome(state, ask=ask)


# ---- what is shown --------------------------------------------------------------------------------------------------


def view(at: At, state: CountState) -> ViewState:
    """The count as one screen shows it. Everything here was scanned or typed: nothing comes from the books."""
    goods = state.pending or state.goods
    shown = ""
    if state.pending and state.pending.quantity is not None:
        shown = quantity(state.pending.quantity, state.pending.uom_code)
    elif state.goods and not state.pending:
        shown = in_units(state.line_entered, state.line_quantity, state.goods.base_uom)
    totals = f"{items_in_words(state.bin_items)}, {number(state.bin_quantity)}"
    facts = [(_("Bin") if at.location.bins else _("Location"), place(at.location.code, state.bin_code)), (_("In all"), totals)]
    return ViewState(
        title=_("Count {place}").format(place=place(at.location.code, state.bin_code)),
        item=goods.name if goods else "",
        description=goods.description if goods else "",
        tracking=goods.numbers if goods else "",
        quantity=shown,
        prompt=_prompt(at, state),
        keys=_keys(at, state),
        facts=tuple(facts),
        recent=state.recent,
        document=_document(state),
    )


def _document(state: CountState) -> Document:
    """The lines of the open bin begun last, for terminals that have room beside the form."""
    lines = counts.last_lines(state.count_no, state.bin_code, limit=_DOCUMENT_ROWS)
    rows = tuple(
        (
            item_and_variant(one.item_no, one.variant_code),
            " ".join(filter(None, (one.lot_no, one.serial_no))),
            number(one.quantity),
        )
        for one in lines
    )
    current = None
    if state.goods is not None:
        key = (state.goods.item_no, state.goods.variant_code, state.goods.lot_no, state.goods.serial_no)
        keys = [(one.item_no, one.variant_code, one.lot_no, one.serial_no) for one in lines]
        current = keys.index(key) if key in keys else None
    return Document((_("Item"), _("Lot/serial"), _("Counted")), rows, current)


def _prompt(at: At, state: CountState) -> str:
    if state.step == "expiry":
        return _("Expiry")
    if state.step in KINDS:
        return kind_in_words(state.step)
    if state.step in ("quantity", "factor"):
        return _("Quantity")
    if state.step == "search":
        return _("Search")
    if at.location.bins and not state.bin_code:
        return _("Bin")
    what = _("Serial") if state.goods and state.goods.serial else _("Item")
    return f"{number(state.factor)} × {what}" if state.factor is not None else what


def _keys(at: At, state: CountState) -> tuple[KeyHint, ...]:
    if state.step:
        return (KeyHint(Command.BACK, _("drop")), KeyHint(Command.LIST, _("list")), KeyHint(Command.HELP, _("help")))
    hints = [KeyHint(Command.UNDO, _("undo"))]
    if state.bin_code or not at.location.bins:
        hints.append(KeyHint(Command.NEXT, _("close")))
    hints += [KeyHint(Command.POST, _("post")), KeyHint(Command.LIST, _("list")), KeyHint(Command.QUANTITY, _("quantity"))]
    return (*hints, KeyHint(Command.BACK, _("menu")), KeyHint(Command.HELP, _("help")))


def work(at: At, state: CountState) -> str:
    """The steps of a count belong to the count, whoever has it in hand."""
    return f"count:{state.count_no}"
