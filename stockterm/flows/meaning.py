"""What a scan means for a job: the resolver with its look-ups, and the refusals that are the same everywhere."""

from collections.abc import Sequence
from dataclasses import dataclass

from db.core.codes import normalize_code
from db.core.errors import StocktermError
from db.queries import scan as rows
from db.queries.transfer_orders import transfer_order_nos
from stockterm.flows.outcome import At, Entry
from stockterm.flows.refusals import BadLabel, ContradictingLabel, MisreadScan, UnknownScan, WrongKind
from stockterm.flows.saved import from_text, to_text
from stockterm.i18n import _
from stockterm.scanning.parse import parse_scan
from stockterm.scanning.resolve import (
    AttributesHit,
    BinHit,
    CurrentLine,
    DocumentHit,
    Expected,
    Hit,
    ItemHit,
    ItemUnit,
    LocationHit,
    LotHit,
    Misread,
    PackageHit,
    ReasonHit,
    Reference,
    Refused,
    Resolution,
    ResolveContext,
    SerialHit,
    Tracked,
    TrackingKind,
    Unknown,
    UserHit,
    resolve,
)
from stockterm.scanning.scan import FaultCode


class DatabaseLookups:
    """The resolver's questions, answered from the database. What one statement answered is not asked again in the same scan."""

    def __init__(self, location_code: str) -> None:
        self._location_code = location_code
        self._codes: dict[str, list[tuple[str, ...]]] = {}

    def _rows(self, code: str, kind: str) -> list[tuple[str, ...]]:
        if code not in self._codes:
            self._codes[code] = rows.code_rows(self._location_code, code)
        return [row[1:] for row in self._codes[code] if row[0] == kind]

    def bins(self, location_code: str, code: str) -> Sequence[str]:
        if location_code != self._location_code:
            return [row[1] for row in rows.code_rows(location_code, code) if row[0] == "bin"]
        return [row[0] for row in self._rows(code, "bin")]

    def locations(self, code: str) -> Sequence[str]:
        return rows.location_codes(code)

    def locations_with_gln(self, gln: str) -> Sequence[str]:
        return ()

    def barcodes_with_gtin(self, gtin: str) -> Sequence[ItemUnit]:
        return [ItemUnit(*row) for row in rows.barcodes_with_gtin(gtin)]

    def items_with_gtin(self, gtin: str) -> Sequence[ItemUnit]:
        return [ItemUnit(no, description=description) for no, description in rows.items_with_gtin(gtin)]

    def references(self, code: str) -> Sequence[Reference]:
        return [Reference(ItemUnit(*row)) for row in self._rows(code, "barcode")]

    def items(self, code: str) -> Sequence[ItemUnit]:
        return [ItemUnit(*row) for row in self._rows(code, "item")]

    def documents(self, code: str) -> Sequence[str]:
        return transfer_order_nos(code)

    def reasons(self, code: str) -> Sequence[str]:
        return rows.reason_codes(code)

    def tracked(self, number: str, item_no: str | None) -> Sequence[Tracked]:
        return [Tracked(TrackingKind(kind), *rest) for kind, *rest in rows.tracked_numbers(number, item_no)]


def meaning_of(
    at: At, entry: Entry, expected: Expected, line: CurrentLine | None = None, *, location_code: str | None = None
) -> Resolution:
    """What the scan means where this kind of thing is expected. Changes nothing."""
    where = at.location.code if location_code is None else location_code
    context = ResolveContext(
        today=at.today, expected=expected, location_code=where, line=line, certain=entry.certain, separators=at.separators
    )
    scan = parse_scan(entry.raw, reference_date=at.today, separators=at.separators)
    return resolve(scan, context, DatabaseLookups(where))


def nothing_changed(job: str) -> str:
    """What did not happen, for the messages."""
    return _("counted") if job == "count" else _("booked")


def refuse(found: Resolution, expected: str, job: str) -> StocktermError:
    """The error for something that this step cannot use. `expected` says what it wants: a whole sentence."""
    done = nothing_changed(job)
    match found:
        case Misread(code, faults) if any(fault.code is FaultCode.CHECK_DIGIT for fault in faults):
            return MisreadScan(scanned=_shown(code))
        case Misread(code, faults):
            return BadLabel(scanned=_shown(code), faults=", ".join(map(str, faults)), done=done)
        case Unknown(code):
            return UnknownScan(scanned=_shown(code), done=done)
        case Refused(_, name, scanned, current):
            return ContradictingLabel(what=_label_part(name), scanned=scanned, current=current, done=done)
        case BinHit():
            return WrongKind(kind=_("bin"), scanned=found.bin_code, expected=expected)
        case LocationHit():
            return WrongKind(kind=_("location"), scanned=found.location_code, expected=expected)
        case ItemHit():
            return WrongKind(kind=_("item"), scanned=found.item_no, expected=expected)
        case LotHit():
            return WrongKind(kind=_("lot"), scanned=found.lot_no, expected=expected)
        case SerialHit():
            return WrongKind(kind=_("serial"), scanned=found.serial_no, expected=expected)
        case PackageHit():
            return WrongKind(kind=_("package"), scanned=found.package_no, expected=expected)
        case UserHit():
            return WrongKind(kind=_("user"), scanned=found.user_code, expected=expected)
        case ReasonHit():
            return WrongKind(kind=_("reason"), scanned=found.reason_code, expected=expected)
        case DocumentHit():
            return WrongKind(kind=_("document"), scanned=found.document_no, expected=expected)
        case AttributesHit():
            return WrongKind(
                kind=_("a label without item"), scanned=found.fields.lot_no or found.fields.serial_no, expected=expected
            )
        case _:
            return WrongKind(kind=_("something else"), scanned="", expected=expected)


def _shown(code: str) -> str:
    """The scanned text as a message can show it: separators as dots, and not without end."""
    shown = "".join(character if character.isprintable() else "·" for character in code)
    return shown if len(shown) <= 60 else shown[:59] + "…"


def _label_part(name: str) -> str:
    names = {"item": _("item"), "variant": _("variant"), "lot": _("lot"), "serial": _("serial"), "package": _("package")}
    return names.get(name, f"({name})")


# ---- hits as choices of a question ----------------------------------------------------------------------------------

_HITS: dict[str, type] = {
    kind.__name__: kind
    for kind in (ItemHit, BinHit, LocationHit, LotHit, SerialHit, PackageHit, DocumentHit, UserHit, ReasonHit, AttributesHit)
}


@dataclass(frozen=True, slots=True)
class _SavedHit:
    kind: str
    hit: str


def hit_to_text(hit: Hit | AttributesHit) -> str:
    """A hit as a question keeps it until it is answered."""
    return to_text(_SavedHit(type(hit).__name__, to_text(hit)))


def hit_from_text(text: str) -> Hit | AttributesHit:
    """What `hit_to_text` was given."""
    saved = from_text(_SavedHit, text)
    hit: Hit | AttributesHit = from_text(_HITS[saved.kind], saved.hit)
    return hit


def hit_in_words(hit: Hit) -> str:
    """A line of a pick list."""
    match hit:
        case ItemHit():
            unit = f" {hit.uom_code}" if hit.uom_code else ""
            variant = f" {hit.variant_code}" if hit.variant_code else ""
            return f"{hit.item_no}{variant}{unit} {hit.description}".strip()
        case LotHit():
            return f"{hit.item_no} {_('lot')} {hit.lot_no} {hit.description}".strip()
        case SerialHit():
            return f"{hit.item_no} {_('serial')} {hit.serial_no} {hit.description}".strip()
        case BinHit():
            return f"{_('bin')} {hit.bin_code}"
        case LocationHit():
            return f"{_('location')} {hit.location_code}"
        case PackageHit():
            return f"{_('package')} {hit.package_no}"
        case DocumentHit():
            return f"{_('document')} {hit.document_no}"
        case UserHit():
            return f"{_('user')} {hit.user_code}"
        case ReasonHit():
            return f"{_('reason')} {hit.reason_code}"


def is_code(at: At, text: str) -> bool:
    """Whether a typed number is also the code of a bin here."""
    return bool(DatabaseLookups(at.location.code).bins(at.location.code, normalize_code(text)))
