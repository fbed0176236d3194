"""What is in hand while goods are relabelled: what they are now, and what they become."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from db.queries.reclassify import Lying, expiry_of, lying, uses_expiry
from stockterm.flows.goods import KINDS, Goods
from stockterm.flows.outcome import At
from stockterm.flows.rights import Right, may
from stockterm.i18n import _

JOB = "relabel"


class Change(StrEnum):
    """What of the goods is to change. The first four are one posting line, the others have operations of their own."""

    LOT = "lot"
    LOT_AND_EXPIRY = "lot_and_expiry"
    SERIAL = "serial"
    PACKAGE = "package"
    VARIANT = "variant"
    EXPIRY = "expiry"


NUMBER_OF = {Change.LOT: "lot", Change.LOT_AND_EXPIRY: "lot", Change.SERIAL: "serial", Change.PACKAGE: "package"}
"""The kind of number that each of these changes asks for."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A further serial number that changes with the first one."""

    serial_no: str
    lot_no: str = ""
    package_no: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """A label that the goods need now: of a lot or serial, of a package, or (neither) of a variant."""

    item_no: str
    variant_code: str = ""
    lot_no: str = ""
    serial_no: str = ""
    package_no: str = ""
    quantity: Decimal | None = None


@dataclass(frozen=True, slots=True)
class RelabelState:
    """One change as far as it is known.

    `goods` is what they are now; its quantity None: all that lies there, once `amount_said`. `dated`: the new date is said,
    `new_expiry` None then takes it away. `merging`: the new number is in the books already. `drawn`: it is the next one of the
    series, drawn by the posting; what stands here is what it will be if nobody draws one before. `labels`: of the last posting.
    """

    location_code: str = ""
    step: str = "what"
    bin_code: str = ""
    goods: Goods | None = None
    more: tuple[Piece, ...] = ()
    change: str = ""
    amount_said: bool = False
    new_number: str = ""
    merging: bool = False
    drawn: bool = False
    new_variant: str = ""
    new_expiry: date | None = None
    dated: bool = False
    reason: str = ""
    operation_id: str = ""
    recent_reasons: tuple[str, ...] = ()
    labels: tuple[Label, ...] = ()
    reversible: str = ""
    reversible_text: str = ""


def afresh(state: RelabelState) -> RelabelState:
    """The next change: what was posted last can still be reversed and labelled."""
    return RelabelState(
        state.location_code,
        recent_reasons=state.recent_reasons,
        labels=state.labels,
        reversible=state.reversible,
        reversible_text=state.reversible_text,
    )


def changes_of(at: At, goods: Goods) -> list[Change]:
    """What of these goods this user may change."""
    found: list[Change] = []
    dated = goods.tracked and uses_expiry(goods.item_no)
    if goods.lot:
        found += [Change.LOT, Change.LOT_AND_EXPIRY] if dated else [Change.LOT]
    if goods.serial:
        found.append(Change.SERIAL)
    if goods.package:
        found.append(Change.PACKAGE)
    if goods.has_variants:
        found.append(Change.VARIANT)
    if dated and may(at.user, Right.CHANGE_EXPIRY):
        found.append(Change.EXPIRY)
    return found


def change_in_words(change: str) -> str:
    """A change as the list of them names it."""
    return {
        Change.LOT: _("New lot"),
        Change.LOT_AND_EXPIRY: _("New lot and expiry"),
        Change.SERIAL: _("New serial"),
        Change.PACKAGE: _("New package"),
        Change.VARIANT: _("Other variant"),
        Change.EXPIRY: _("Expiry everywhere"),
    }[Change(change)]


def dated_kind(goods: Goods) -> str:
    """The kind of number that carries the dates of these goods; blank: none."""
    return next((kind for kind in KINDS if getattr(goods, kind)), "")


def dated_number(goods: Goods) -> str:
    """The number itself."""
    kind = dated_kind(goods)
    return str(getattr(goods, f"{kind}_no")) if kind else ""


def lying_everywhere(goods: Goods) -> list[Lying]:
    """Every place where the number lies that carries the date."""
    number, kind = dated_number(goods), dated_kind(goods)
    lot_no, serial_no, package_no = (number if kind == one else "" for one in KINDS)
    return lying(goods.item_no, goods.variant_code, lot_no=lot_no, serial_no=serial_no, package_no=package_no)


def old_expiry(goods: Goods) -> date | None:
    """The date that the books have for the goods, whatever their label says."""
    return expiry_of(goods.item_no, goods.variant_code, dated_kind(goods), dated_number(goods))


def pieces(state: RelabelState) -> tuple[Piece, ...]:
    """All serial numbers that change; none where the goods have none."""
    goods = state.goods
    if goods is None or not goods.serial_no:
        return ()
    return (Piece(goods.serial_no, goods.lot_no, goods.package_no), *state.more)


def needs_expiry(state: RelabelState) -> bool:
    """Whether the new date has to be asked for: it is what changes, or a new lot must have one and the goods have none."""
    goods = state.goods
    if goods is None or state.dated:
        return False
    if state.change in (Change.EXPIRY, Change.LOT_AND_EXPIRY):
        return True
    renamed = state.change in NUMBER_OF and NUMBER_OF[Change(state.change)] == dated_kind(goods)
    return renamed and goods.expiration_required and not state.merging and old_expiry(goods) is None


def needs_reason(state: RelabelState) -> bool:
    """Another variant and another date need one; another number on the same goods does not."""
    return state.change in (Change.VARIANT, Change.EXPIRY, Change.LOT_AND_EXPIRY) or state.dated


def without_new(state: RelabelState) -> RelabelState:
    """The same goods, with nothing said about what they become."""
    return replace(
        state,
        more=(),
        amount_said=False,
        new_number="",
        merging=False,
        drawn=False,
        new_variant="",
        new_expiry=None,
        dated=False,
        operation_id="",
    )
