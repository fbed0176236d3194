"""What checking gives to planning: places, numbers and movements that are known to be right, or every problem there is."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from db.core.errors import (
    StocktermError,
)
from db.costing.application import Draw
from db.posting.lines import ItemJournalLine
from db.posting.setup import ItemSetup, LocationSetup
from db.posting.stock import ZERO, ContentKey, Entry

Noted = tuple[tuple[str, str], ...]  # kind and number, of numbers that are only noted beside the entry


class Problems(Exception):
    """Everything that is wrong with one operation, most decisive first."""

    def __init__(self, errors: Sequence[StocktermError]) -> None:
        super().__init__("; ".join(str(error) for error in errors))
        self.errors = tuple(errors)


@dataclass(frozen=True, slots=True)
class Place:
    """A location and, where it has bins, a bin."""

    location: LocationSetup
    bin_code: str

    def __str__(self) -> str:
        return f"{self.location.code} {self.bin_code}".strip() or "the blank location"


@dataclass(frozen=True, slots=True)
class Numbers:
    """The lot, serial and package of a movement, spelt as first seen, with the expiry date (ISO text)."""

    lot_no: str = ""
    serial_no: str = ""
    package_no: str = ""
    expiration_date: str | None = None


@dataclass(frozen=True, slots=True)
class Movement:
    """What one tracking line moves. `quantity` is in base units, positive. A decrease has `draws` and `uncovered`; a transfer
    also has `to` and `to_numbers`."""

    quantity: Decimal
    numbers: Numbers
    draws: tuple[Draw[Entry], ...] = ()
    uncovered: Decimal = ZERO
    to_numbers: Numbers | None = None
    noted: Noted = ()


@dataclass(frozen=True, slots=True)
class CheckedLine:
    """A journal line that may be posted."""

    line: ItemJournalLine
    item: ItemSetup
    increase: bool
    place: Place
    to: Place | None
    uom_code: str
    quantity_per: Decimal
    movements: tuple[Movement, ...]
    applies_to: Entry | None = None
    applies_from: Entry | None = None


def content_key(item_no: str, variant_code: str, place: Place, numbers: Numbers) -> ContentKey:
    return ContentKey(
        item_no, variant_code, place.location.code, place.bin_code, numbers.lot_no, numbers.serial_no, numbers.package_no
    )
