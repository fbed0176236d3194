"""Count: free counting of a location, bin by bin where it has bins.

    scan a bin        the bin before is closed with its totals, this one is open
    scan an item      +1 of the unit on the label; `12*` before it: 12
    40 Enter          the line becomes 40, after old → new was shown (asked where more than the last scan would be lost, and after
                      the scan of a box: 40 boxes or 40 pieces)
    a lot, a serial   +1 of that number; asked for where the item wants one, the lot once until another item or lot comes
    F9                the bin is closed; what the books have there and nobody counted is shown, never in a blind count
    F10               the differences are shown, never to a blind counter; then the whole count is posted as one operation

Nothing is zero because nobody counted it: a line of 0 is typed, or confirmed for an empty bin. Each scan notes how far the
ledgers had come for its item (the watermark), so that what others post meanwhile is no difference. A blind counter hands the
count in; somebody who may see differences reviews and posts it.

Here is what each scan, command and answer does. What it is done with stands in `count_bins`, `count_goods` and `count_line`, what
is shown in `count_view`, the end of a count in `count_post`.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from db.core.errors import QuantityZero
from db.queries.places import contents_at
from db.work import counts
from stockterm.flows import choose, count_line, count_post, count_view, printing, say
from stockterm.flows.count_bins import close, closed, open_bin, opened, zero_lines
from stockterm.flows.count_goods import advance, answered_expiry, attributes, counted_item, number_scanned, numbered
from stockterm.flows.count_line import book, lines_before, typed
from stockterm.flows.count_state import CountState, may_be_counted, settled, what_next
from stockterm.flows.goods import (
    EXPECTED,
    KINDS,
    Goods,
    kind_in_words,
    with_number,
)
from stockterm.flows.help import help_for
from stockterm.flows.meaning import hit_from_text, hit_in_words, hit_to_text, meaning_of, refuse
from stockterm.flows.outcome import Answer, Ask, At, Entry, Flow, Outcome, Reply
from stockterm.flows.refusals import FirstAnswer, QuantityNegative, WrongKind
from stockterm.flows.rights import Right, may, require
from stockterm.flows.saved import from_text
from stockterm.flows.tokens import Command
from stockterm.flows.words import (
    checked_quantity,
    day_and_time,
    lines_in_words,
    number,
)
from stockterm.i18n import _
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
        return answered_expiry(at, state, entry)
    if state.step in KINDS and state.pending:
        found = meaning_of(at, entry, EXPECTED[state.step], state.pending.line)
        return numbered(at, state, found)
    line = state.goods.line if state.goods else None
    found = meaning_of(at, entry, _expected(at, state), line)
    if _contradicts_line(found):  # nothing is asked about the line: the next goods
        found = meaning_of(at, entry, Expected.ITEM, line)
    return take(at, state, _counted_before(state, found))


def _contradicts_line(found: Resolution) -> bool:
    """Whether a label, with or without a multiplier before it, is about other goods than those on the screen."""
    label = found.then if isinstance(found, Multiplier) else found
    return isinstance(label, Refused) and label.reason is Refusal.CONTRADICTS_LINE


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
            return open_bin(at, state, found)
        case ItemHit(fields=fields) | AttributesHit(fields=fields) if fields.suspected:
            return Outcome(state, ask=choose.lost_separator(found))
        case ItemHit():
            return counted_item(at, state, found)
        case LotHit() | SerialHit():
            return number_scanned(at, state, found)
        case AttributesHit():
            return attributes(at, state, found)
        case Unknown(code, prefix=None) if state.goods and state.goods.serial and may_be_counted(at, state):
            return number_scanned(at, state, SerialHit(code))
        case _:
            raise refuse(found, what_next(at, state), "count")


def _multiplied(at: At, state: CountState, factor: Decimal, then: Resolution | None) -> Outcome:
    _check_factor(factor)
    multiplied = replace(state, factor=factor, step="")
    if then is None:
        return Outcome(multiplied, say.note(_("{factor} × the next scan.").format(factor=number(factor))), undo="")
    return take(at, multiplied, then)


def _typed_quantity(at: At, state: CountState, value: Decimal) -> Outcome:
    """A typed number: the factor for the next scan (F6), what a label did not say, or the new quantity of the line."""
    if state.step == "factor":
        return _multiplied(at, state, value, None)
    if value < 0:
        raise QuantityNegative(quantity=value, done=_("counted"))
    checked_quantity(value)
    if state.step == "quantity" and state.pending:
        if not value:
            raise QuantityZero(field="quantity")
        return advance(at, replace(state, step="", pending=None), replace(state.pending, quantity=value))
    if state.goods is None:
        raise WrongKind(kind=_("a number"), scanned=number(value), expected=what_next(at, state))
    return typed(at, state, state.goods, value)


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


# ---- commands -------------------------------------------------------------------------------------------------------


def command(at: At, state: CountState, command: Command) -> Outcome:
    """One command key or label."""
    match command:
        case Command.BACK if state.pending or state.step:
            return Outcome(
                replace(state, pending=None, step=""), say.note(_("Dropped. {next}").format(next=what_next(at, state)))
            )
        case Command.BACK:
            return Outcome(state, go="menu")
        case Command.CLEAR:
            return Outcome(replace(state, pending=None, step="", factor=None, held=NO_FIELDS), say.note(what_next(at, state)))
        case Command.QUANTITY:
            return Outcome(replace(state, step="factor", pending=None), say.note(_("How many of the next scan?")))
        case Command.LIST:
            return _list(at, state)
        case Command.NEXT:
            _refuse_pending(state)
            return close(at, state)
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


# ---- answers --------------------------------------------------------------------------------------------------------


def answer(at: At, state: CountState, ask: Ask, reply: Answer) -> Outcome:
    """The answer to a question of this job."""
    if reply is Reply.NO and ask.kind == "which_count":
        return Outcome(None, go="menu")
    if reply is Reply.NO:
        kept = state if ask.kind == "expiry" else replace(state, pending=None, step="")
        return closed(state) if ask.kind == "unseen" else Outcome(kept, say.note(what_next(at, state)))
    if isinstance(reply, int):
        return _chosen(at, state, ask, reply)
    if reply is not Reply.YES:
        return Outcome(state, ask=ask)
    match ask.kind:
        case "new_number":
            goods = from_text(Goods, ask.values[0])
            return advance(at, state, replace(goods, new=tuple(one for one in goods.new if one != ask.values[1])))
        case "expiry":
            return advance(at, state, from_text(Goods, ask.values[0]))
        case "again":
            return book(at, state, from_text(Goods, ask.values[0]), None, replacing=bool(ask.values[1]))
        case "replace":
            return book(at, state, from_text(Goods, ask.values[0]), None, replacing=True)
        case "shared_bin":
            return opened(state, ask.values[0])
        case "empty" | "unseen":
            lines = zero_lines(at, state)
            return closed(state, tuple(counts.save_lines(lines)), lines_before([(line, None) for line in lines]))
        case _:
            return count_post.answer(at, state, ask)


def _chosen(at: At, state: CountState, ask: Ask, choice: int) -> Outcome:
    match ask.kind:
        case choose.WHICH:
            hit = hit_from_text(ask.values[choice])
            return numbered(at, state, hit) if state.step in KINDS and state.pending else take(at, state, hit)
        case "unit":
            return book(at, state, from_text(Goods, ask.values[choice]), None, replacing=True)
        case "quantity_or_code":
            return take(at, state, hit_from_text(ask.values[choice]) if choice else Quantity(Decimal(ask.values[0])))
        case choose.VARIANT:
            return advance(at, state, choose.chosen_variant(ask, choice))
        case "number":
            assert state.pending is not None
            return advance(at, state, with_number(state.pending, state.step, ask.values[choice], None))
        case "which_count" if choice:
            count_no = int(ask.values[choice])
            taken = CountState(count_no, at.location.code, taken_in=True)
            return Outcome(taken, say.note(_("Count taken in. F10 shows the differences.")))
        case "which_count":
            return _own_count(at)
        case _:
            return Outcome(state, ask=ask)


def work(at: At, state: CountState) -> str:
    """The steps of a count belong to the count, whoever has it in hand."""
    return f"count:{state.count_no}"


def _help(at: At, state: CountState) -> tuple[str, ...]:
    return help_for("count", state.step or ("bin" if at.location.bins and not state.bin_code else "item"))


FLOW = Flow(
    state=CountState,
    begin=begin,
    scan=scan,
    command=command,
    answer=answer,
    view=count_view.view,
    help=_help,
    work=work,
    label=lambda at, state: printing.of_hand(at, state.pending or state.goods, state.bin_code),
    posted=count_post.posted,
    restore=count_line.restore,
    begun=count_post.begun,
    settled=settled,
    handed_over=lambda state, user_code: (counts.give_count(state.count_no, user_code),),
)
