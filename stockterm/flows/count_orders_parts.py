"""What a supervisor does with the parts of an order: recordings, codes that nothing had, and what nobody counted."""

from dataclasses import replace

from db.masters.change import put_masters
from db.masters.change_log import ChangedBy
from db.queries.items import units_of
from db.work import count_hand_in, count_judge, count_locks, count_orphans, count_recordings, count_resolve
from db.work.count_locks import LockedBin
from db.work.count_orders import OPEN
from db.work.count_orphans import Orphan
from db.work.count_recordings import Recording
from stockterm.flows import choose, say
from stockterm.flows.count_orders_state import LISTED, SupervisorState, confirm, go, order_of
from stockterm.flows.goods import Goods, goods_of
from stockterm.flows.lists import Line
from stockterm.flows.meaning import hit_from_text, meaning_of, refuse
from stockterm.flows.outcome import Ask, At, Entry, Outcome
from stockterm.flows.rights import Right, require
from stockterm.flows.saved import from_text, to_text
from stockterm.flows.words import clock_time, day_and_time, lines_in_words, number, quantity
from stockterm.i18n import _
from stockterm.scanning.resolve import Ambiguous, Expected, ItemHit, Resolution

# ---- what nobody counted --------------------------------------------------------------------------------------------


def rest_lines(state: SupervisorState) -> list[Line]:
    """Nothing is zero because nobody counted it: what that is to be is said here, with the list."""
    counted, lines = count_recordings.progress(state.order_no)
    rest = lines_in_words(lines - counted)
    zero, remove = _("Set {lines} to 0").format(lines=rest), _("Remove {lines}").format(lines=rest)

    def listed() -> tuple[str, ...]:
        uncounted = count_hand_in.uncounted(state.order_no)
        named = tuple(count_judge.in_words(one) for one in uncounted[:LISTED])
        return (*named, "…") if len(uncounted) > LISTED else named

    return [
        Line(_("List"), lambda: Outcome(state, say.note(_("Not counted: {lines}.").format(lines=rest)), text=listed())),
        Line(zero, lambda: confirm(state, "zero", zero, listed())),
        Line(remove, lambda: confirm(state, "remove", remove, listed())),
    ]


# ---- bins that are locked -------------------------------------------------------------------------------------------


def locked_lines(state: SupervisorState) -> list[Line]:
    """The bins in which nothing is posted now, with who counts there."""

    def line(one: LockedBin) -> Line:
        since = _("{bin}: {user} since {time}").format(bin=one.bin_code, user=one.user_code, time=clock_time(one.locked_at))
        return Line(
            since, lambda: _ask_release(state, one.bin_code), cells=(one.bin_code, one.user_code, clock_time(one.locked_at))
        )

    return [line(one) for one in count_locks.locked_bins(state.order_no)]


def _ask_release(state: SupervisorState, bin_code: str) -> Outcome:
    asked = confirm(state, "release", _("Let postings into {bin} again").format(bin=bin_code))
    assert asked.ask is not None
    return replace(asked, ask=replace(asked.ask, values=(bin_code,)))


def release(at: At, state: SupervisorState, bin_code: str) -> Outcome:
    """Counting there goes on; so does the warehouse."""
    count_locks.release(state.order_no, bin_code, at.user.code)
    left = count_locks.locked_bins(state.order_no)
    text = _("Released: {bin}.").format(bin=bin_code)
    return Outcome(replace(state, page="locked" if left else "order"), say.ok(text), good=True)


# ---- recordings -----------------------------------------------------------------------------------------------------


def recordings_lines(state: SupervisorState) -> list[Line]:
    """Who counts, or has counted."""
    recordings = count_recordings.recordings_of(state.order_no)[-LISTED:]
    return [Line(_recording_in_words(one), go(state, "recording", one.recording_no)) for one in recordings]


def _recording_in_words(one: Recording) -> str:
    status = _("open") if one.status == OPEN else _("handed in {time}").format(time=day_and_time(one.finished_at or 0))
    lines = lines_in_words(len(count_recordings.recorded_lines(one)))
    again = _("recount") if one.pass_no > 1 else ""
    return " ".join(filter(None, (one.user_code or "-", again, lines, status)))


def recording_lines(state: SupervisorState) -> list[Line]:
    """Throw an open one away, or take a handed-in one back to be counted on."""
    one = count_recordings.read_recording(state.order_no, state.chosen)
    if one is None or order_of(state).status != OPEN:
        return []
    if one.status == OPEN:
        text = _("Throw it away, with {lines}").format(lines=lines_in_words(len(count_recordings.recorded_lines(one))))
        return [Line(text, lambda: confirm(state, "drop", text))]
    text = _("Reopen it, to be counted on")
    return [Line(text, lambda: confirm(state, "reopen_recording", text))]


# ---- codes that nothing had -----------------------------------------------------------------------------------------


def orphans_lines(state: SupervisorState) -> list[Line]:
    """The codes that are to be decided about."""
    orphans = count_orphans.orphans_of(state.order_no)[:LISTED]
    return [
        Line(
            _orphan_in_words(one),
            go(state, "orphan", one.orphan_no),
            details=((_("Bin"), one.bin_code), (_("User"), one.counted_by), (_("Time"), day_and_time(one.counted_at))),
            cells=(one.barcode, number(one.quantity), one.description),
        )
        for one in orphans
    ]


def _orphan_in_words(one: Orphan) -> str:
    parts = (one.barcode, number(one.quantity), one.description, one.bin_code, one.counted_by, clock_time(one.counted_at))
    return " ".join(filter(None, parts))


def orphan_in_words(state: SupervisorState) -> str:
    """The code that is to be decided about, how many, and what was said of it."""
    one = _chosen(state)
    return " ".join(filter(None, (one.barcode, number(one.quantity), one.description)))


def orphan_lines(at: At, state: SupervisorState) -> list[Line]:
    """Link it, or discard it."""
    wanted = Outcome(replace(state, step="item"), say.note(_("Scan or type the item.")))
    return [Line(_("Link to an item"), lambda: wanted), Line(_("Discard"), lambda: _discard(at, state))]


def _discard(at: At, state: SupervisorState) -> Outcome:
    one = count_resolve.discard(state.order_no, state.chosen, at.user.code)
    return _next_orphan(state, _("Discarded: {code}.").format(code=one.barcode))


def _next_orphan(state: SupervisorState, text: str) -> Outcome:
    left = count_orphans.orphans_of(state.order_no)
    return Outcome(replace(state, page="orphans" if left else "order", chosen=0, step=""), say.ok(text), good=True)


def item_scanned(at: At, state: SupervisorState, entry: Entry) -> Outcome:
    """The item that a code belongs to; words are searched for."""
    found = meaning_of(at, entry, Expected.ITEM)
    if not isinstance(found, ItemHit | Ambiguous):
        searched = choose.found_items(entry.raw) if not entry.certain else None
        if searched is None:
            raise refuse(found, _("Scan or type the item."), "link")
        return Outcome(state, ask=searched)
    return take_item(at, state, found)


def take_item(at: At, state: SupervisorState, found: Resolution) -> Outcome:
    """The item is known: its variant, then its unit."""
    match found:
        case Ambiguous(code, candidates):
            return Outcome(state, ask=choose.which_hit(code, candidates))
        case ItemHit():
            goods, _facts = goods_of(found)
            return with_goods(state, goods)
        case _:
            raise refuse(found, _("Scan or type the item."), "link")


def with_goods(state: SupervisorState, goods: Goods) -> Outcome:
    """Which variant, which unit."""
    if goods.has_variants and not goods.variant_code:
        return Outcome(state, ask=choose.which_variant(goods))
    units = [code for code, _per in units_of(goods.item_no)]
    one = _chosen(state)
    text = _("{code} is which unit of {item}?").format(code=one.barcode, item=goods.name)
    return Outcome(state, ask=Ask("unit", text, choose.numbered(units), (to_text(goods), *units)))


def _chosen(state: SupervisorState) -> Orphan:
    return next(one for one in count_orphans.orphans_of(state.order_no, only_open=False) if one.orphan_no == state.chosen)


def answered_item(at: At, state: SupervisorState, ask: Ask, choice: int) -> Outcome:
    """The item of a list, the variant or the unit was chosen."""
    if ask.kind == choose.WHICH:
        hit = hit_from_text(ask.values[choice])
        return take_item(at, state, hit)
    if ask.kind == choose.VARIANT:
        return with_goods(state, choose.chosen_variant(ask, choice))
    require(at.user, Right.LINK_CODE)
    goods, unit, one = from_text(Goods, ask.values[0]), ask.values[choice + 1], _chosen(state)
    fields = {"barcode": one.barcode, "item": goods.item_no, "variant": goods.variant_code or None, "uom": unit}
    named = {name: value for name, value in fields.items() if value is not None}
    put_masters([("barcode", named)], ChangedBy(at.user.code, at.terminal, "count_orders"))
    per = dict(units_of(goods.item_no))[unit]
    tracked = bool(goods.lot or goods.serial or goods.package)
    found = count_resolve.link(
        state.order_no, one.orphan_no, at.user.code, goods.item_no, goods.variant_code, per, tracked=tracked
    )
    if tracked:
        text = _("{code} is {item} {unit} now. It has numbers: count it again.")
        return _next_orphan(state, text.format(code=one.barcode, item=goods.name, unit=unit))
    text = _("{code} is {item} {unit} now. Counted: {quantity}.")
    counted = quantity(found, goods.base_uom)
    return _next_orphan(state, text.format(code=one.barcode, item=goods.name, unit=unit, quantity=counted))
