"""The new number of relabelled goods: new, or one that is there already, or one more serial number for it."""

from dataclasses import replace
from datetime import date

from db.core.codes import number_key, trim_number
from db.core.errors import Blocked, NothingToDo, SerialInStock
from db.fields import NUMBER_LENGTH
from db.queries.numbers import NumberFacts, number_facts
from db.queries.reclassify import draws_from, lying
from db.work.number_series import preview_number
from stockterm.flows.goods import Goods, kind_in_words
from stockterm.flows.meaning import nothing_changed, refuse
from stockterm.flows.outcome import Ask, At
from stockterm.flows.refusals import BadLabel, NoSuchNumber
from stockterm.flows.relabel_state import (
    JOB,
    NUMBER_OF,
    Change,
    Piece,
    RelabelState,
    dated_kind,
    dated_number,
    old_expiry,
    pieces,
)
from stockterm.flows.saved import to_text
from stockterm.flows.words import place
from stockterm.i18n import _, format_date
from stockterm.scanning.resolve import (
    Ambiguous,
    AttributesHit,
    Fields,
    ItemHit,
    LotHit,
    PackageHit,
    Resolution,
    SerialHit,
    Unknown,
)


def others(goods: Goods, kind: str) -> list[str]:
    """Numbers of this kind that the item has in stock, besides its own: to put the goods into one of them."""
    if not kind or kind == "serial":
        return []
    own = number_key(getattr(goods, f"{kind}_no"))
    found = (getattr(one, f"{kind}_no") for one in lying(goods.item_no, goods.variant_code))
    return list(dict.fromkeys(number for number in found if number_key(number) != own))


def next_of_series(at: At, goods: Goods, kind: str) -> str:
    """The number that the series of the item would give next; blank where there is no series. Nothing is drawn."""
    series = draws_from(goods.item_no, kind) if kind else ""
    if not series:
        return ""
    return preview_number(
        series, at.today, taken=lambda number: number_facts(goods.item_no, goods.variant_code, kind, number) is not None
    )


def answer(at: At, state: RelabelState, found: Resolution, wanted: str) -> RelabelState | Ask:
    """The state with the new number, or with one more serial; or a question. Refuses what cannot be the number."""
    goods, kind = state.goods, NUMBER_OF[Change(state.change)]
    assert goods is not None
    serials_too = goods.serial and kind != "serial"
    match found:
        case Ambiguous(_code, candidates):
            own = [hit for hit in candidates if getattr(hit, "item_no", None) == goods.item_no]
            if len(own) == 1:
                return answer(at, state, own[0], wanted)
        case SerialHit(item_no=item_no) if serials_too and item_no == goods.item_no:
            return _one_more(at, state, goods, found.serial_no)
        case ItemHit() | AttributesHit() if found.item_no in ("", goods.item_no):
            number = getattr(found.fields, f"{kind}_no")
            if number:
                return _numbered(state, goods, kind, number, found.fields)
            if serials_too and found.fields.serial_no:
                return _one_more(at, state, goods, found.fields.serial_no)
        case LotHit() if kind == "lot":
            if found.item_no not in ("", goods.item_no):
                return _ask_other_item(state, goods, kind, found.lot_no, found.item_no)
            return _numbered(state, goods, kind, found.lot_no, None)
        case SerialHit() if kind == "serial":
            if found.item_no not in ("", goods.item_no):
                return _ask_other_item(state, goods, kind, found.serial_no, found.item_no)
            return _numbered(state, goods, kind, found.serial_no, None)
        case PackageHit() if kind == "package":
            return _numbered(state, goods, kind, found.package_no, None)
        case Unknown(code, prefix=None):
            return _numbered(state, goods, kind, code, None)
        case _:
            pass
    raise refuse(found, wanted, JOB)


def _ask_other_item(state: RelabelState, goods: Goods, kind: str, number: str, item_no: str) -> Ask:
    """Lots belong to their item, so the number may be used; but mostly the wrong label was scanned."""
    answered = _numbered(state, goods, kind, number, None)
    if isinstance(answered, Ask):
        return answered
    text = _("{kind} {number} is of {item}. Use it here too?").format(kind=kind_in_words(kind), number=number, item=item_no)
    return Ask("other_item", text, values=(to_text(answered),), yes=_("use it"), no=_("no"))


def _numbered(state: RelabelState, goods: Goods, kind: str, number: str, fields: Fields | None) -> RelabelState | Ask:
    """The state with the new number; where it is there already with another date, that is asked about."""
    number = trim_number(number)
    if not number or len(number) > NUMBER_LENGTH:
        raise BadLabel(scanned=number[:60], faults=_("length"), done=nothing_changed(JOB))
    if number_key(number) == number_key(getattr(goods, f"{kind}_no")):
        what = _("from and to are both {place}").format(place=number)
        raise NothingToDo(what=what)
    facts = number_facts(goods.item_no, goods.variant_code, kind, number)
    if facts is not None and facts.blocked:
        raise Blocked(field=kind, kind=kind, value=facts.number, reason=facts.block_reason)
    if kind == "serial":
        _refuse_in_stock(goods, facts)
    after = replace(state, new_number=facts.number if facts else number, merging=facts is not None and facts.received)
    if kind != dated_kind(goods):
        return after
    old, said = old_expiry(goods), fields.expiry if fields is not None else None
    if facts is not None and (facts.received or facts.expiration_date is not None):
        return _with_its_date(after, goods, facts, old)
    if said is not None and (state.change == Change.LOT_AND_EXPIRY or said != old):
        if state.change == Change.LOT_AND_EXPIRY or old is None:
            return replace(after, new_expiry=said, dated=True)
        return _ask_date(replace(after, new_expiry=said, dated=True), number, said, dated_number(goods), old)
    return after


def _with_its_date(after: RelabelState, goods: Goods, facts: NumberFacts, old: date | None) -> RelabelState | Ask:
    """A number that has a date keeps it, and the goods get it."""
    if facts.expiration_date == old:
        return replace(
            after, dated=False, new_expiry=None, change=Change.LOT if after.change == Change.LOT_AND_EXPIRY else after.change
        )
    changed = replace(after, new_expiry=facts.expiration_date, dated=True)
    return _ask_date(changed, facts.number, facts.expiration_date, dated_number(goods), old)


def _ask_date(after: RelabelState, number: str, day: date | None, old_number: str, old: date | None) -> Ask:
    dates = {"new": format_date(day) if day else _("never"), "old": format_date(old) if old else _("never")}
    text = _("{number} expires {new}, {other} {old}. Take {new}?").format(number=number, other=old_number, **dates)
    return Ask("merge", text, values=(to_text(after),), yes=_("take"), no=_("no"))


def _refuse_in_stock(goods: Goods, facts: NumberFacts | None) -> None:
    if facts is None:
        return
    for one in lying(goods.item_no, goods.variant_code, serial_no=facts.number, limit=1):
        raise SerialInStock(field="serial", serial_no=facts.number, place=f"{one.location_code} {one.bin_code}".strip())


def _one_more(at: At, state: RelabelState, goods: Goods, serial_no: str) -> RelabelState:
    """One more piece that gets the same new number. It lies in the same place."""
    if any(number_key(one.serial_no) == number_key(serial_no) for one in pieces(state)):
        raise NothingToDo(what=_("serial {serial} is among them already").format(serial=serial_no))
    facts = number_facts(goods.item_no, goods.variant_code, "serial", serial_no)
    number = facts.number if facts else serial_no
    found = lying(
        goods.item_no, goods.variant_code, location_code=at.location.code, bin_code=state.bin_code, serial_no=number, limit=1
    )
    if not found:
        where = place(at.location.code, state.bin_code)
        raise NoSuchNumber(kind=kind_in_words("serial"), number=number, item_no=goods.name, place=where, done=_("changed"))
    if facts is not None and facts.blocked:
        raise Blocked(field="serial", kind="serial", value=number, reason=facts.block_reason)
    return replace(state, more=(*state.more, Piece(number, found[0].lot_no, found[0].package_no)))
