"""What a tracking code asks of a line: which numbers at which kind of document, information cards, calculated expiry dates.

A specific number is named whenever its goods move, and the ledger applies entries within it. A kind that is not specific can
still be asked for at some documents ("sales only" serials): such a number is noted beside the entry and decides nothing.
Source: operations reference §12.
"""

from datetime import date

from db.core.codes import trim_number
from db.core.date_formulas import day_after
from db.core.errors import StocktermError, TrackingNotAllowed, TrackingRequired
from db.core.rights import Right, has
from db.core.tracking_errors import InformationRequired
from db.posting.checked import Noted
from db.posting.lines import EntryType, TrackingLine
from db.posting.setup import ItemSetup
from db.posting.stock import Number

KINDS = ("lot", "serial", "package")
_RETURNS = {EntryType.PURCHASE: "purchase_return", EntryType.SALE: "sales_return"}


def tracked_when(entry_type: EntryType, increase: bool) -> str:
    """The kind of document as a tracking code names it (`TRACKED_WHEN`): the type of the line, returns by their own name."""
    if entry_type in _RETURNS and increase is not (entry_type is EntryType.PURCHASE):
        return _RETURNS[entry_type]
    return entry_type.value


def check_numbers_given(item: ItemSetup, tracking: TrackingLine, document: str = "") -> list[StocktermError]:
    """Exactly the numbers that the tracking code asks for at this kind of document are given. Blank: the specific ones."""
    errors: list[StocktermError] = []
    for kind in KINDS:
        given = trim_number(getattr(tracking, f"{kind}_no"))
        if getattr(item.tracking, kind) or document in item.tracking.typed.get(kind, ()):
            if not given:
                errors.append(TrackingRequired(field=kind, item_no=item.no, kind=kind))
        elif given:
            errors.append(TrackingNotAllowed(field=kind, item_no=item.no, kind=kind, value=given))
    if tracking.expiration_date is not None and not (item.tracking.by_number and item.tracking.use_expiration_dates):
        value = tracking.expiration_date.isoformat()
        errors.append(TrackingNotAllowed(field="expiration_date", item_no=item.no, kind="expiry date", value=value))
    return errors


def noted_numbers(item: ItemSetup, tracking: TrackingLine, document: str) -> Noted:
    """The numbers that are only noted: kind and number."""
    kinds = (kind for kind, words in item.tracking.typed.items() if document in words)
    return tuple((kind, trim_number(getattr(tracking, f"{kind}_no"))) for kind in kinds)


def check_information(item: ItemSetup, kind: str, number: str, known: Number | None, *, inbound: bool) -> None:
    """Raises `InformationRequired` where the tracking code wants a card and there is none, unless posting makes one."""
    wanted = item.tracking.info_inbound if inbound else item.tracking.info_outbound
    if kind in wanted and not (known is not None and known.card) and not (inbound and kind in item.tracking.create_info):
        raise InformationRequired(field=kind, item_no=item.no, kind=kind, number=number)


def calculated_expiry(item: ItemSetup, posting_date: date | None) -> str | None:
    """The expiry date (ISO text) of a number that came without one, where it need not be typed and the item has a formula."""
    tracking = item.tracking
    if (
        posting_date is None
        or not item.expiration_calculation
        or tracking.expiration_required
        or not tracking.use_expiration_dates
    ):
        return None
    return day_after(item.expiration_calculation, posting_date).isoformat()


def may_scrap_blocked(entry_type: EntryType, role: str) -> bool:
    """A blocked number leaves only as scrap, and only by the hand of somebody who may approve that."""
    return entry_type is EntryType.NEGATIVE_ADJUSTMENT and has(role, Right.SCRAP_BLOCKED)
