"""The goods in a worker's hand: an item in a unit, and its lot, serial and package numbers as they become known.

Count, adjust and move ask for the same things in the same order: variant, lot, serial, package. This is that order, and the
checks that need no stock.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from db.core.codes import number_key, trim_number
from db.core.errors import Blocked, QuantityRoundsToZero, SerialNotSingle, TooManyDecimals, UnknownCode, WrongItemType
from db.core.numbers import round_to
from db.fields import NUMBER_LENGTH
from db.queries.items import ItemFacts, item_facts
from db.queries.numbers import NumberFacts, number_facts
from stockterm.flows.meaning import nothing_changed, refuse
from stockterm.flows.refusals import BadLabel, OtherItem
from stockterm.flows.words import item_and_variant, typed_date
from stockterm.i18n import _, format_date
from stockterm.scanning.resolve import (
    Ambiguous,
    AttributesHit,
    CurrentLine,
    Expected,
    Fields,
    ItemHit,
    LotHit,
    PackageHit,
    Resolution,
    SerialHit,
    Unknown,
)

KINDS = ("lot", "serial", "package")
EXPECTED = {"lot": Expected.LOT, "serial": Expected.SERIAL, "package": Expected.PACKAGE}
_ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Goods:
    """`quantity` is in `uom_code` (None: not said yet). `new`: the kinds of number that nobody has seen before."""

    item_no: str
    description: str
    base_uom: str
    uom_code: str
    quantity_per: Decimal
    rounding: Decimal
    variant_code: str = ""
    has_variants: bool = False
    lot: bool = False
    serial: bool = False
    package: bool = False
    expiration_required: bool = False
    quantity: Decimal | None = None
    lot_no: str = ""
    serial_no: str = ""
    package_no: str = ""
    expiration_date: date | None = None
    new: tuple[str, ...] = ()
    sure: bool = False  # an implausible quantity was confirmed

    @property
    def tracked(self) -> bool:
        return self.lot or self.serial or self.package

    @property
    def name(self) -> str:
        """Item and variant."""
        return item_and_variant(self.item_no, self.variant_code)

    @property
    def numbers(self) -> str:
        """Lot, serial, package and expiry, for a screen."""
        parts = [one for one in (self.lot_no, self.serial_no, self.package_no) if one]
        if self.expiration_date:
            parts.append(format_date(self.expiration_date))
        return " ".join(parts)

    @property
    def line(self) -> CurrentLine:
        """As the resolver wants to know it."""
        return CurrentLine(self.item_no, self.variant_code, self.lot_no, self.serial_no, self.package_no)

    def same_item(self, other: "Goods | None") -> bool:
        """Whether the other goods are of the same item and variant."""
        return other is not None and (self.item_no, self.variant_code) == (other.item_no, other.variant_code)


def goods_of(hit: ItemHit) -> tuple[Goods, ItemFacts]:
    """The item of a scan, with what its label said. Refuses what is no stock, blocked, or not a unit or variant of the item."""
    facts = item_facts(hit.item_no, hit.variant_code, hit.uom_code)
    if facts is None:
        raise UnknownCode(kind=_("item"), value=hit.item_no)
    if facts.type != "inventory":
        raise WrongItemType(item_no=facts.no, item_type=facts.type)
    if not facts.variant_exists:
        raise UnknownCode(kind=_("variant"), value=f"{facts.no} {hit.variant_code}")
    if facts.blocked:
        raise Blocked(kind=_("item"), value=facts.no)
    if facts.variant_blocked:
        raise Blocked(kind=_("variant"), value=f"{facts.no} {facts.variant_code}")
    if facts.quantity_per is None:
        raise UnknownCode(kind=_("unit"), value=f"{facts.no} {facts.uom_code}")
    goods = Goods(
        item_no=facts.no,
        description=facts.variant_description or facts.description,
        base_uom=facts.base_uom,
        uom_code=facts.uom_code,
        quantity_per=facts.quantity_per,
        rounding=facts.rounding,
        variant_code=facts.variant_code,
        has_variants=facts.has_variants,
        lot=facts.lot,
        serial=facts.serial,
        package=facts.package,
        expiration_required=facts.expiration_required,
    )
    return with_fields(goods, hit.fields), facts


def goods_that_lie(item_no: str, variant_code: str, numbers: tuple[str, str, str], quantity: Decimal) -> Goods:
    """Goods that are in stock: so many base units, with their lot, serial and package number and what is known about them."""
    goods, _facts = goods_of(ItemHit(item_no, variant_code))
    for kind, number in zip(KINDS, numbers, strict=True):
        if number:
            goods = with_number(goods, kind, number, None)
    return replace(goods, quantity=quantity)


def with_fields(goods: Goods, fields: Fields) -> Goods:
    """What a label said besides the item. A number of a kind that the item does not track is passed over."""
    quantity = goods.quantity if fields.quantity is None else fields.quantity
    if fields.weight_kg is not None and goods.base_uom.upper() == "KG":
        quantity = fields.weight_kg
        goods = in_base_unit(goods)
    if fields.lot_no and goods.lot:
        goods = with_number(goods, "lot", fields.lot_no, fields.expiry)
    if fields.serial_no and goods.serial:
        goods = with_number(goods, "serial", fields.serial_no, fields.expiry)
    if fields.package_no and goods.package:
        goods = with_number(goods, "package", fields.package_no, None)
    return replace(goods, quantity=quantity)


def missing_number(goods: Goods) -> str | None:
    """The kind of number that must be asked for next."""
    for kind in KINDS:
        if getattr(goods, kind) and not getattr(goods, f"{kind}_no"):
            return kind
    return None


def kind_in_words(kind: str) -> str:
    """Lot, Serial or Package, as a prompt and at the beginning of a message."""
    return {"lot": _("Lot"), "serial": _("Serial"), "package": _("Package")}[kind]


def with_number(goods: Goods, kind: str, number: str, expiry: date | None) -> Goods:
    """The goods with a number: in its first spelling and with its known expiry, or noted as new."""
    number = trim_number(number)
    if not number or len(number) > NUMBER_LENGTH:
        raise BadLabel(scanned=number[:60], faults=_("length"), done=nothing_changed(""))
    facts = number_facts(goods.item_no, goods.variant_code, kind, number)
    return _numbered(goods, kind, number, facts, expiry)


def _numbered(goods: Goods, kind: str, number: str, facts: NumberFacts | None, expiry: date | None) -> Goods:
    others = tuple(one for one in goods.new if one != kind)
    known = facts.expiration_date if facts else None
    date_of_goods = known or expiry or (goods.expiration_date if kind != "lot" else None)
    changed = {f"{kind}_no": facts.number if facts else number}
    return replace(goods, new=others if facts else (*others, kind), expiration_date=date_of_goods, **changed)  # type: ignore[arg-type]


def needs_expiry(goods: Goods) -> bool:
    """Whether the expiry date must be asked for: it is required, and nobody knows it."""
    return goods.expiration_required and goods.expiration_date is None and (goods.lot or goods.serial)


def answer_number(goods: Goods, kind: str, found: Resolution, job: str) -> Goods:
    """The answer to the question for a lot, serial or package number. Text that nothing has is a new number, noted as such.

    Refuses a number of another item, and what is certainly something else.
    """
    match found:
        case Ambiguous(_, candidates):
            own = [hit for hit in candidates if isinstance(hit, LotHit | SerialHit) and hit.item_no == goods.item_no]
            if len(own) == 1:
                return answer_number(goods, kind, own[0], job)
        case LotHit() if kind == "lot":
            _refuse_other_item(goods, kind, found.lot_no, found.item_no)
            return with_number(goods, kind, found.lot_no, None)
        case SerialHit() if kind == "serial":
            _refuse_other_item(goods, kind, found.serial_no, found.item_no)
            return with_number(goods, kind, found.serial_no, None)
        case PackageHit() if kind == "package":
            return with_number(goods, kind, found.package_no, None)
        case AttributesHit(_, _, fields) if getattr(fields, f"{kind}_no"):
            return with_fields(goods, replace(fields, quantity=None))
        case ItemHit() if found.item_no == goods.item_no and getattr(found.fields, f"{kind}_no"):
            return with_fields(goods, replace(found.fields, quantity=None))
        case Unknown(code, prefix=None):
            return with_number(goods, kind, code, None)
        case _:
            pass
    raise refuse(found, _("Scan the {kind} of {item}.").format(kind=kind_in_words(kind).lower(), item=goods.name), job)


def _refuse_other_item(goods: Goods, kind: str, number: str, item_no: str) -> None:
    if item_no and item_no != goods.item_no:
        raise OtherItem(kind=kind_in_words(kind), number=number, item_no=item_no, current=goods.item_no)


def answer_expiry(goods: Goods, raw: str, found_expiry: date | None, today: date) -> Goods:
    """The answer to the question for the expiry date: typed, or read from a label."""
    return replace(goods, expiration_date=found_expiry or typed_date(raw, today))


def odd_expiry(expires: date, today: date) -> bool:
    """Whether the date is asked about: past already, or more than ten years away."""
    return expires < today or expires > today + timedelta(days=3653)


def in_base_unit(goods: Goods) -> Goods:
    """The same goods, counted in their base unit; the number stays."""
    return replace(goods, uom_code=goods.base_uom, quantity_per=_ONE)


def base_quantity(goods: Goods, quantity: Decimal) -> Decimal:
    """A quantity in the goods' unit as base units, rounded as the item wants it. Refuses what would change by rounding alone.

    5 of a box of 6 pieces with rounding 1 is 5 pieces (0.83333 boxes); 2.5 pieces with rounding 1 are a slip of the finger.
    """
    base = round_to(quantity * goods.quantity_per, goods.rounding)
    if quantity and not base:
        raise QuantityRoundsToZero(field="quantity", quantity=quantity, uom_code=goods.uom_code, base_uom=goods.base_uom)
    if goods.uom_code == goods.base_uom and base != quantity:
        exponent = goods.rounding.normalize().as_tuple().exponent
        places = max(0, -exponent) if isinstance(exponent, int) else 0
        raise TooManyDecimals(field="quantity", value=quantity, places=places)
    if goods.serial and base not in (0, 1):
        raise SerialNotSingle(field="quantity", serial_no=goods.serial_no or goods.item_no, quantity=quantity)
    return base


def same_number(one: str, other: str) -> bool:
    """Numbers are compared without regard to case."""
    return number_key(one) == number_key(other)
