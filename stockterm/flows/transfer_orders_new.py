"""A new transfer order: where to, what, how many. Goods are scanned, or found by their number; nothing is posted."""

import uuid
from dataclasses import replace

from db.core.codes import normalize_code
from db.core.errors import QuantityZero, StocktermError
from db.posting.lines import Header, OrderedLine, TransferOrder
from db.queries import places
from db.queries.transfer_orders import transfer_settings
from db.work.number_series import preview_number
from db.work.transfer_orders import find_route, find_transfer_order
from stockterm.flows import choose, say
from stockterm.flows.goods import Goods, base_quantity, goods_of
from stockterm.flows.lists import Line
from stockterm.flows.meaning import meaning_of, refuse
from stockterm.flows.outcome import Ask, At, Entry, Outcome
from stockterm.flows.transfer_orders_state import AS_ROUTED, Draft, DraftLine, OrdersState
from stockterm.flows.words import checked_quantity, item_and_variant, number, quantity
from stockterm.i18n import _
from stockterm.scanning.resolve import Ambiguous, Empty, Expected, ItemHit, Multiplier, Quantity, Resolution

MAKE = "make"  # the tag of what is posted when an order is made


def destinations(at: At, state: OrdersState) -> list[Line]:
    """Where goods can go from here."""
    return [
        Line(f"{one.code} {one.name}".rstrip(), lambda code=one.code: _to(state, code))  # type: ignore[misc]
        for one in places.locations()
        if one.code != at.location.code
    ]


def _to(state: OrdersState, location_code: str) -> Outcome:
    draft = replace(state.draft, to_location=location_code, in_transit=AS_ROUTED)
    return Outcome(replace(state, page="new", draft=draft), say.note(_("Scan what it needs.")), good=True)


def lines(at: At, state: OrdersState) -> list[Line]:
    """What can be said about the order that is being made."""
    draft = state.draft
    no, way = _number_in_words(at, draft), way_in_words(at, draft)
    listed = [
        Line(
            _("To: {location}").format(location=draft.to_location),
            lambda: Outcome(replace(state, page="to"), say.note(_("Where to?"))),
        ),
        Line(_("Way: {way}").format(way=way), lambda: _another_way(at, state)),
        Line(_("Number: {number}").format(number=no), lambda: _typing(state, "no", _("Type the number. Enter: the next one."))),
    ]
    for index, one in enumerate(draft.lines):
        text = f"{quantity(one.quantity, one.uom_code)} {item_and_variant(one.item_no, one.variant_code)}"
        listed.append(Line(text, lambda index=index: _change_line(state, index), details=((_("Item"), one.description),)))  # type: ignore[misc]
    if draft.lines:
        listed.append(Line(_("Make the order"), lambda: _make(at, state)))
    return listed


def _number_in_words(at: At, draft: Draft) -> str:
    if draft.no:
        return draft.no
    series = transfer_settings().order_nos
    if not series:
        return _("type one")
    try:
        return _("next, {number}").format(number=preview_number(series, at.today, taken=_is_order))
    except StocktermError:
        return _("none left")


def _is_order(number: str) -> bool:
    return find_transfer_order(normalize_code(number)) is not None


def way_in_words(at: At, draft: Draft) -> str:
    """How the goods get there: through a location on the way, or directly."""
    if draft.in_transit != AS_ROUTED:
        return draft.in_transit or _("direct")
    route = find_route(at.location.code, draft.to_location)
    if route is None or route.direct:
        return _("direct")
    return route.in_transit or _("not set up")


def _another_way(at: At, state: OrdersState) -> Outcome:
    """The next of: as the route says, directly, through each location for goods on the way."""
    ways = [AS_ROUTED, "", *places.locations_in_transit()]
    after = ways[(ways.index(state.draft.in_transit) + 1) % len(ways)] if state.draft.in_transit in ways else AS_ROUTED
    draft = replace(state.draft, in_transit=after)
    return Outcome(replace(state, draft=draft), say.note(way_in_words(at, draft)))


def _typing(state: OrdersState, step: str, text: str) -> Outcome:
    return Outcome(replace(state, step=step), say.note(text))


def _change_line(state: OrdersState, index: int) -> Outcome:
    one = state.draft.lines[index]
    text = _("How many {unit} of {item}? 0 takes it off.").format(unit=one.uom_code, item=one.item_no)
    return _typing(replace(state, chosen=index), "line", text)


# ---- scans


def scan(at: At, state: OrdersState, entry: Entry) -> Outcome:
    """Goods, how many of them, or the number of the order."""
    match state.step:
        case "no":
            no = normalize_code(entry.raw.removeprefix("DOC:"))[:40]
            return Outcome(replace(state, step="", draft=replace(state.draft, no=no)), say.ok(no or _("the next one")))
        case "search":
            ask, again = choose.found_items(entry.raw), replace(state, step="")
            if ask is None:
                return Outcome(again, say.warning(_("Nothing found for {text}.").format(text=entry.raw.strip())))
            return Outcome(again, ask=ask)
        case "quantity" | "line":
            return _how_many(state, meaning_of(at, entry, Expected.QUANTITY, state.goods.line if state.goods else None))
        case _:
            return take(state, meaning_of(at, entry, Expected.ITEM))


def take(state: OrdersState, found: Resolution) -> Outcome:
    """An item, with or without how many."""
    match found:
        case Empty():
            return Outcome(state)
        case Ambiguous(code, candidates):
            return Outcome(state, ask=choose.which_hit(code, candidates))
        case Multiplier(factor, ItemHit() as then) if factor:
            goods, _facts = goods_of(then)
            return goods_taken(state, replace(goods, quantity=factor))
        case ItemHit():
            goods, _facts = goods_of(found)
            return goods_taken(state, goods)
        case _:
            raise refuse(found, _("Scan an item."), "transfer_orders")


def goods_taken(state: OrdersState, goods: Goods) -> Outcome:
    """The next thing to ask for; when nothing is missing the goods are a line."""
    if goods.has_variants and not goods.variant_code:
        return Outcome(state, ask=choose.which_variant(goods))
    if goods.quantity is None:
        text = _("How many {unit} of {item}?").format(unit=goods.uom_code, item=goods.name)
        return Outcome(replace(state, step="quantity", goods=goods), say.note(text), good=True)
    checked_quantity(goods.quantity)
    base_quantity(replace(goods, serial=False), goods.quantity)  # refuses what the item's unit cannot be
    line = DraftLine(goods.item_no, goods.description, goods.uom_code, goods.quantity, goods.variant_code)
    text = f"{quantity(goods.quantity, goods.uom_code)} {goods.name}"
    return Outcome(replace(state, step="", goods=None, draft=state.draft.with_line(line)), say.ok(text), good=True)


def _how_many(state: OrdersState, found: Resolution) -> Outcome:
    if not isinstance(found, Quantity):
        raise refuse(found, _("Type how many."), "transfer_orders")
    if state.step == "line":
        checked_quantity(found.value)
        if found.value < 0:
            raise QuantityZero(field="quantity")
        draft = state.draft.with_quantity(state.chosen, found.value)
        return Outcome(replace(state, step="", chosen=0, draft=draft), say.ok(number(found.value)))
    if found.value <= 0:
        raise QuantityZero(field="quantity")
    assert state.goods is not None
    return goods_taken(state, replace(state.goods, quantity=found.value))


# ---- made


def _make(at: At, state: OrdersState) -> Outcome:
    """Asked with the way that the goods take; made under one id, so that a repeated attempt makes one order."""
    digits = say.two_digits()
    draft = replace(state.draft, operation_id=f"ORDER-{uuid.uuid4().hex}", made_on=at.today)
    text = _("Make it, {way}? Type {digits}.").format(way=way_in_words(at, draft), digits=digits)
    return Outcome(replace(state, draft=draft), ask=Ask(MAKE, text, digits=digits, no=_("not yet")))


def operation(at: At, draft: Draft) -> TransferOrder:
    """The order as it is posted."""
    header = Header(draft.made_on or at.today, operation_id=draft.operation_id, user_code=at.user.code)
    ordered = tuple(
        OrderedLine(index, one.item_no, one.quantity, one.variant_code, one.uom_code) for index, one in enumerate(draft.lines, 1)
    )
    routed = draft.in_transit == AS_ROUTED
    return TransferOrder(
        header,
        draft.no,
        at.location.code,
        draft.to_location,
        "" if routed else draft.in_transit,
        ordered,
        direct=None if routed else not draft.in_transit,
    )
