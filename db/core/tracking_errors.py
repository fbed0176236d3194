"""What is refused about lot, serial and package numbers besides what every line can be refused for."""

from decimal import Decimal
from typing import ClassVar

from db.core.errors import N_, StocktermError, TrackingSum


class InformationRequired(StocktermError):
    code: ClassVar[str] = "information_required"
    template: ClassVar[str] = N_("Card missing: {kind} {number} of {item_no} needs an information card. Nothing was posted.")
    item_no: str
    kind: str
    number: str


class SerialsMissing(TrackingSum):
    """The same as a wrong sum, said of serial numbers: each is one piece, so how many are missing is clear."""

    template: ClassVar[str] = N_("Serials: {missing} serial missing. {tracked} are given, the line says {quantity}.")
    missing: Decimal


class NotFirstToExpire(StocktermError):
    code: ClassVar[str] = "not_first_to_expire"
    template: ClassVar[str] = N_("Wrong lot: {number} expires {expires}. Take {first} first ({first_expires}), from {place}.")
    number: str
    expires: object
    first: str
    first_expires: object
    place: str
