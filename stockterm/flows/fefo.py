"""First expired, first out, as the floor sees it: which number to take first is shown wherever one is asked for.

Another one than that is taken without a word, with a reason (soft), or not at all (hard): the location says which. That is asked
where goods leave the location; inside of it they may lie and move as they like.
"""

from collections.abc import Callable
from decimal import Decimal

from db.core.errors import Blocked
from db.core.tracking_errors import NotFirstToExpire
from db.queries.items import reasons
from db.queries.numbers import number_facts
from db.queries.suggested import Suggested, suggested_lots
from stockterm.flows.choose import numbered
from stockterm.flows.goods import KINDS, Goods, kind_in_words
from stockterm.flows.outcome import Ask, At
from stockterm.flows.words import number
from stockterm.i18n import _, format_date

ASK = "fefo"  # the kind of question whose values are reasons


Taken = Callable[[Suggested], Decimal]  # how much of it is in hand already, in base units


def first_to_take(at: At, goods: Goods, bin_code: str | None = None, *, taken: Taken | None = None) -> Suggested | None:
    """What to take first of the goods here, in one bin or in all of them; None where nothing is here or nothing has a number.

    What is `taken` already still lies there in the books, and is passed over.
    """
    if not goods.tracked:
        return None
    found = suggested_lots(goods.item_no, goods.variant_code, at.location.code, at.today, bin_code=bin_code)
    return next((one for one in found if taken is None or one.quantity > taken(one)), None)


def in_words(one: Suggested | None) -> str:
    """`first L7 2027-01-31`; blank for nothing."""
    if one is None:
        return ""
    return _("first {number}").format(number=_number(one))


def listed(at: At, goods: Goods, kind: str, bin_code: str) -> Ask | None:
    """The numbers that lie in a place, in the order in which to take them; None: nothing is there."""
    found = suggested_lots(goods.item_no, goods.variant_code, at.location.code, at.today, bin_code=bin_code)
    texts = {getattr(one, f"{kind}_no"): f"{_number(one, kind)} {number(one.quantity)}" for one in reversed(found)}
    if not texts:
        return None
    numbers = [one for one in dict.fromkeys(getattr(one, f"{kind}_no") for one in found) if one]
    return Ask("number", _("Choose."), numbered([texts[one] for one in numbers]), tuple(numbers))


def _number(one: Suggested, kind: str = "") -> str:
    value = getattr(one, f"{kind}_no") if kind else one.number
    return f"{value} {format_date(one.expiration_date)}" if one.expiration_date else value


def refuse_blocked(goods: Goods) -> None:
    """Raises `Blocked`, with the reason, for goods with a number that is blocked now, whenever it was scanned."""
    for kind in KINDS:
        value = getattr(goods, f"{kind}_no")
        facts = number_facts(goods.item_no, goods.variant_code, kind, value) if value else None
        if facts is not None and facts.blocked:
            raise Blocked(field=kind, kind=kind_in_words(kind).lower(), value=facts.number, reason=facts.block_reason)


def why_not_first(at: At, goods: Goods, *, taken: Taken | None = None) -> Ask | None:
    """The question for a reason where another number should leave first; None where all is well, or nobody asks.

    Raises `NotFirstToExpire` where the location takes it hard.
    """
    if not at.location.fefo or not goods.tracked:
        return None
    first = first_to_take(at, goods, taken=taken)
    if first is None or first.expiration_date is None or (goods.lot_no, goods.serial_no) == (first.lot_no, first.serial_no):
        return None
    expires = goods.expiration_date
    if expires is not None and expires <= first.expiration_date:
        return None
    shown = format_date(expires) if expires else _("never")
    own = goods.lot_no or goods.serial_no or goods.package_no
    if at.location.fefo == "hard":
        raise NotFirstToExpire(
            field="lot",
            number=own,
            expires=shown,
            first=first.number,
            first_expires=format_date(first.expiration_date),
            place=first.bin_code or at.location.code,
        )
    known = reasons()
    text = _("{first} expires first ({date}, {place}). Why {number}?").format(
        first=first.number, date=format_date(first.expiration_date), place=first.bin_code or at.location.code, number=own
    )
    return Ask(ASK, text, numbered([f"{code} {text}" for code, text in known]), tuple(code for code, _text in known))
