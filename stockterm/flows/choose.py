"""Questions that several jobs ask alike: which of several hits, which variant, a search, a lost separator."""

from collections.abc import Sequence
from dataclasses import replace

from db.queries.items import search_items, variants_of
from db.queries.places import bins_of
from stockterm.flows.goods import Goods, goods_of
from stockterm.flows.meaning import hit_in_words, hit_to_text
from stockterm.flows.outcome import Ask, At
from stockterm.flows.saved import from_text, to_text
from stockterm.i18n import _
from stockterm.scanning.resolve import AttributesHit, BinHit, Hit, ItemHit

WHICH = "which"  # the kind of question whose values are hits
VARIANT = "variant"


def numbered(texts: Sequence[str]) -> tuple[str, ...]:
    """`1 …`, `2 …`: the choices of a question."""
    return tuple(f"{index + 1} {text}" for index, text in enumerate(texts))


def which_hit(code: str, candidates: Sequence[Hit]) -> Ask:
    """Several things have this code: nothing is done before one is chosen."""
    text = _("{code} fits {count} items. Choose.").format(code=code, count=len(candidates))
    return Ask(WHICH, text, numbered([hit_in_words(hit) for hit in candidates]), tuple(map(hit_to_text, candidates)))


def which_bin(at: At) -> Ask:
    """The bins of the location."""
    bins = bins_of(at.location.code)
    hits = tuple(hit_to_text(BinHit(one.location_code, one.code)) for one in bins)
    return Ask(WHICH, _("Bins: choose, or scan."), numbered([one.code for one in bins]), hits)


def which_variant(goods: Goods) -> Ask:
    """The variants of the item."""
    variants = variants_of(goods.item_no)
    texts = [f"{code} {text}".rstrip() for code, text in variants]
    values = (to_text(goods), *(code for code, _text in variants))
    return Ask(VARIANT, _("{item}: which variant?").format(item=goods.item_no), numbered(texts), values)


def chosen_variant(ask: Ask, choice: int) -> Goods:
    """The goods with the variant that was chosen."""
    goods = from_text(Goods, ask.values[0])
    found, _facts = goods_of(ItemHit(goods.item_no, ask.values[choice + 1], goods.uom_code))
    return replace(found, quantity=goods.quantity)


def found_items(text: str) -> Ask | None:
    """The items that a search finds; None: none."""
    found = search_items(text.strip())
    if not found:
        return None
    hits = tuple(hit_to_text(ItemHit(no, description=description)) for no, description in found)
    texts = [f"{no} {description}" for no, description in found]
    return Ask(WHICH, _("{count} found. Choose.").format(count=len(found)), numbered(texts), hits)


def lost_separator(found: ItemHit | AttributesHit) -> Ask:
    """A separator may be missing: the value as it was read, or shortened. Asked once, before the value is used."""
    suspected = found.fields.suspected
    assert suspected is not None
    as_read = replace(found, fields=replace(found.fields, suspected=None))
    fields = replace(found.fields, suspected=None)
    if suspected.ai == "10":
        fields = replace(fields, lot_no=suspected.shortened)
    elif suspected.ai == "21":
        fields = replace(fields, serial_no=suspected.shortened)
    for element in suspected.elements:
        if element.ai in ("15", "17") and element.day:
            fields = replace(fields, expiry=element.day)
    rest = " ".join(f"({element.ai}){element.value}" for element in suspected.elements)
    choices = [
        _("{value} as read").format(value=suspected.as_read),
        _("{value} and {rest}").format(value=suspected.shortened, rest=rest),
    ]
    values = (hit_to_text(as_read), hit_to_text(replace(found, fields=fields)))
    return Ask(WHICH, _("Label: a separator may be missing. Which is printed?"), numbered(choices), values)
