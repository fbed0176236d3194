"""What a scan means here: one resolver for all screens.

`parse` says what kind of string came in; the same text can still be an item, a bin and a lot. The order of the questions
decides, and where it does not, the user is asked. Nothing is ever guessed, and nothing is changed by resolving.

    1  commands (`CMD:UNDO`), a multiplier (`12*`), a bare number while a line is current
    2  the fields of a GS1 message
    3  labels of our own, by their prefix (`BIN:`, `LOT:` …)
    4  documents, where the screen lists them
    5  bins of the session's location
    6  a GTIN: a bar code reference with that number, else the item that has it
    7  references of items: bar codes, then the vendor's, then the customer's
    8  item numbers
    9  serial, lot, package numbers: of the current item, else of everything in stock

From level 5 on, the level of the kind that the screen expects comes first. The first level with any hit decides: one hit is
used, several are a pick list. None: the code is unknown, or misread if it looks like a number with a wrong digit.

Worked example: the screen expects an item and item 1000 is current. `1000` typed: 1000 pieces, or item 1000? It is asked.
`1000` from a reader that marks its scans: item 1000. `7` typed: a quantity, because nothing has the code 7.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property, partial
from typing import Protocol, TypeVar

from db.core.codes import normalize_code, number_key, trim_number
from stockterm.scanning.check_digits import GTIN_LENGTHS, has_valid_check_digit, is_digits
from stockterm.scanning.gs1 import GS
from stockterm.scanning.parse import parse_scan
from stockterm.scanning.scan import Combination, Element, Fault, FaultCode, Scan, ScanKind, SuspectedSplit


class Expected(StrEnum):
    """What the prompt of the screen asks for."""

    ANY = "any"
    ITEM = "item"
    BIN = "bin"
    LOCATION = "location"
    LOT = "lot"
    SERIAL = "serial"
    PACKAGE = "package"
    DOCUMENT = "document"
    USER = "user"
    REASON = "reason"
    QUANTITY = "quantity"


class Prefix(StrEnum):
    """The labels of our own."""

    BIN = "BIN:"
    LOCATION = "LOC:"
    ITEM = "ITM:"
    LOT = "LOT:"
    SERIAL = "SN:"
    DOCUMENT = "DOC:"
    USER = "USR:"
    REASON = "RSN:"
    PACKAGE = "LP:"
    COMMAND = "CMD:"


OWN_PREFIXES = tuple((str(prefix), prefix) for prefix in Prefix)
COMMANDS = frozenset({"HELP", "CLEAR", "BACK", "LIST", "UNDO", "QTY", "PGUP", "PGDN", "NEXT", "POST", "PRINT"})


class TrackingKind(StrEnum):
    """The kinds of number that pieces of an item can have, in the order in which they are looked for."""

    SERIAL = "serial"
    LOT = "lot"
    PACKAGE = "package"


class ReferenceType(StrEnum):
    """Whose number for an item a reference is, in the order in which they are looked at."""

    BARCODE = "barcode"
    VENDOR = "vendor"
    CUSTOMER = "customer"


# ---- what is asked of the master data -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ItemUnit:
    """An item, where given its variant, and the unit of measure that a code stands for ("" is the base unit)."""

    item_no: str
    variant_code: str = ""
    uom_code: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """A number that somebody uses for an item; `owner_no` is the vendor or customer."""

    unit: ItemUnit
    type: ReferenceType = ReferenceType.BARCODE
    owner_no: str = ""


@dataclass(frozen=True, slots=True)
class Tracked:
    """A serial, lot or package number of an item, in the spelling it was first scanned in."""

    kind: TrackingKind
    number: str
    item_no: str
    variant_code: str = ""
    description: str = ""


class Lookups(Protocol):
    """The questions that the resolver asks. Codes come folded by `normalize_code`, numbers by `number_key`.

    Every answer is a sequence: empty when there is nothing. Blocked records are among the answers: what is blocked must be
    refused by name, not as unknown.
    """

    def bins(self, location_code: str, code: str) -> Sequence[str]:
        """Codes of the bins of this location with this code."""

    def locations(self, code: str) -> Sequence[str]:
        """Codes of locations with this code."""

    def locations_with_gln(self, gln: str) -> Sequence[str]:
        """Codes of locations with this global location number (13 digits)."""

    def barcodes_with_gtin(self, gtin: str) -> Sequence[ItemUnit]:
        """Bar code references with this number, however many of its 14 digits they are written with."""

    def items_with_gtin(self, gtin: str) -> Sequence[ItemUnit]:
        """Items whose own GTIN this is (14 digits): their base unit."""

    def references(self, code: str) -> Sequence[Reference]:
        """References of every type that are valid today."""

    def items(self, code: str) -> Sequence[ItemUnit]:
        """Items with this number."""

    def documents(self, code: str) -> Sequence[str]:
        """Numbers of documents with this number, or with this number of the vendor's or customer's."""

    def reasons(self, code: str) -> Sequence[str]:
        """Reason codes with this code."""

    def tracked(self, number: str, item_no: str | None) -> Sequence[Tracked]:
        """Serial, lot and package numbers equal to this: those known of one item, or (None) those of all open stock."""


# ---- what the screen knows ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CurrentLine:
    """The line that is being worked on, as far as it is known."""

    item_no: str
    variant_code: str = ""
    lot_no: str = ""
    serial_no: str = ""
    package_no: str = ""


@dataclass(frozen=True, slots=True)
class ResolveContext:
    """What decides between several meanings.

    `certain`: the reader marks its scans (a prefix that the lexer has taken off), so this is no typed number.
    `documents`: the numbers that the screen lists. `vendor_no`, `customer_no`: of the current document.
    `today` and `separators` as in `parse_scan`, for the code behind a multiplier.
    """

    today: date
    expected: Expected = Expected.ANY
    location_code: str = ""
    line: CurrentLine | None = None
    documents: Sequence[str] = ()
    vendor_no: str = ""
    customer_no: str = ""
    certain: bool = False
    separators: Sequence[str] = (GS,)
    prefixes: Sequence[tuple[str, Prefix]] = OWN_PREFIXES
    commands: frozenset[str] = COMMANDS


# ---- what comes out -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fields:
    """What a GS1 message says besides its main number. Absent is "" or None.

    `quantity` counts the unit of the hit. `expiry` is the use-by date, else the best-before date. `weight_kg` is a net
    weight, its decimals kept. `unused` are the elements that no screen asks for: they are logged. `suspected` is set when
    a separator may be missing: ask once, before the value is used.
    """

    quantity: Decimal | None = None
    lot_no: str = ""
    serial_no: str = ""
    package_no: str = ""
    expiry: date | None = None
    weight_kg: Decimal | None = None
    order_no: str = ""
    unused: tuple[Element, ...] = ()
    suspected: SuspectedSplit | None = None
    combinations: tuple[Combination, ...] = ()

    @property
    def quantity_missing(self) -> bool:
        """Whether the label stands for a quantity that it does not state, so that "one" would be a guess."""
        return Combination.CONTENT_WITHOUT_COUNT in self.combinations or Combination.MEASURE_MISSING in self.combinations


NO_FIELDS = Fields()


@dataclass(frozen=True, slots=True)
class ItemHit:
    """An item in a unit of measure ("" is the base unit), with what the label said about it."""

    item_no: str
    variant_code: str = ""
    uom_code: str = ""
    description: str = ""
    fields: Fields = NO_FIELDS


@dataclass(frozen=True, slots=True)
class AttributesHit:
    """A message with a lot, serial, date or quantity but no item: for the current item, or ("") to be held for the next."""

    item_no: str
    variant_code: str
    fields: Fields


@dataclass(frozen=True, slots=True)
class BinHit:
    location_code: str
    bin_code: str
    fields: Fields = NO_FIELDS


@dataclass(frozen=True, slots=True)
class LocationHit:
    location_code: str
    fields: Fields = NO_FIELDS


@dataclass(frozen=True, slots=True)
class LotHit:
    """A lot of an item. `item_no` is "" when the label is certainly a lot number, but no item is known to have it."""

    lot_no: str
    item_no: str = ""
    variant_code: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class SerialHit:
    """A piece of an item; `item_no` as in `LotHit`."""

    serial_no: str
    item_no: str = ""
    variant_code: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class PackageHit:
    """A package. Not `known`: the label is certainly a package number, but no stock has it."""

    package_no: str
    known: bool = True
    fields: Fields = NO_FIELDS


@dataclass(frozen=True, slots=True)
class DocumentHit:
    document_no: str
    fields: Fields = NO_FIELDS


@dataclass(frozen=True, slots=True)
class UserHit:
    """A user's badge or code, as scanned. Whether such a user exists is asked by whoever signs them in."""

    user_code: str


@dataclass(frozen=True, slots=True)
class ReasonHit:
    reason_code: str


Hit = ItemHit | BinHit | LocationHit | LotHit | SerialHit | PackageHit | DocumentHit | UserHit | ReasonHit


@dataclass(frozen=True, slots=True)
class Command:
    """A scanned command label: the name behind `CMD:`."""

    name: str


@dataclass(frozen=True, slots=True)
class Quantity:
    """A typed number. Zero, negative and absurd ones are for the flow to refuse, with its own words."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class QuantityOrItem:
    """A typed number that something has as its code: to be asked (`1000: Q quantity / I item 1000?`)."""

    quantity: Decimal
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Several things have this code: a numbered pick list, nothing booked."""

    code: str
    candidates: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nothing has this code. `prefix`: the label says what it should have been."""

    code: str
    prefix: Prefix | None = None
    fields: Fields = NO_FIELDS


@dataclass(frozen=True, slots=True)
class Misread:
    """The reader, or the person, read it wrong."""

    code: str
    faults: tuple[Fault, ...]


class Refusal(StrEnum):
    """Why a readable message is not used."""

    CONTRADICTS_LINE = "contradicts_line"  # another item, lot, serial or package than the one being worked on
    GTIN_WITH_CONTENT = "gtin_with_content"
    REPEATED = "repeated"


@dataclass(frozen=True, slots=True)
class Refused:
    """A message that contradicts itself or the current line: `scanned` in the field, against `current`."""

    reason: Refusal
    field: str
    scanned: str
    current: str


@dataclass(frozen=True, slots=True)
class Empty:
    """Nothing between two suffixes."""


Meaning = Command | Quantity | QuantityOrItem | Hit | AttributesHit | Ambiguous | Unknown | Misread | Refused | Empty


@dataclass(frozen=True, slots=True)
class Multiplier:
    """`12*`: for the code that follows at once (`then`), else for the next scan (`then` is None)."""

    quantity: Decimal
    then: Meaning | None = None


Resolution = Meaning | Multiplier


# ---- resolving ------------------------------------------------------------------------------------------------------

_MULTIPLIER = re.compile(r"([0-9]{1,6}(?:[.,][0-9]{1,5})?) ?\*(.*)", re.DOTALL)
_BARE_NUMBER = re.compile(r"[0-9]{1,6}(?:[.,][0-9]{1,5})?")
_ANSWERED_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,7}(?:[.,][0-9]*)?|[.,][0-9]+)")  # with 8 digits or more it is a scan

# Where the prompt asks for one of these, typed digits are its answer and no quantity.
_NEVER_A_QUANTITY = frozenset(
    (Expected.LOT, Expected.SERIAL, Expected.PACKAGE, Expected.DOCUMENT, Expected.USER, Expected.REASON)
)
# The prompt asks for something of the current item: a label of another one contradicts it.
_ABOUT_THE_LINE = frozenset((Expected.LOT, Expected.SERIAL, Expected.PACKAGE))


def resolve(scan: Scan, context: ResolveContext, lookups: Lookups) -> Resolution:
    """What a scan means on this screen. Changes nothing, and never raises because of what was scanned."""
    multiplied = None if scan.symbology else _MULTIPLIER.fullmatch(scan.text)
    if not multiplied or not _can_be_looked_up(scan.text):
        return _meaning(scan, context, lookups)
    if context.certain:  # typed in front of a marked scan, or part of the scanned code?
        whole = _first_hits(_Search(scan, context, lookups).levels(context.expected), scan.text)
        if whole:
            return whole
    quantity, rest = _decimal(multiplied[1]), multiplied[2]
    if not rest.strip():
        return Multiplier(quantity)
    code = parse_scan(rest, reference_date=context.today, separators=context.separators)
    return Multiplier(quantity, _meaning(code, replace(context, certain=True), lookups))  # a number behind `12*` is a code


def _meaning(scan: Scan, context: ResolveContext, lookups: Lookups) -> Meaning:
    """What a scan without a multiplier means: the levels in their order."""
    if scan.kind is ScanKind.EMPTY:
        return Empty()
    if not scan.valid:
        return Misread(scan.text, scan.faults)
    if scan.is_message:
        return _MessageReader(scan, context, lookups).meaning()
    if not _can_be_looked_up(scan.text):
        return Unknown(scan.text)

    prefix, rest = _split_prefix(scan.text, context.prefixes)
    if prefix is Prefix.COMMAND:
        name = normalize_code(rest)
        return Command(name) if name in context.commands else Unknown(scan.text, prefix)
    search = _Search(scan, context, lookups)
    number = None if context.certain or scan.symbology else _number(search, context)
    if number:
        return number
    if prefix:
        return _labelled(prefix, rest, context, lookups) or Unknown(rest.strip(), prefix)
    if context.expected is Expected.USER:
        return UserHit(search.code)
    return _first_hits(search.levels(context.expected), scan.text) or _nothing_found(scan)


def _number(search: "_Search", context: ResolveContext) -> Quantity | QuantityOrItem | None:
    """A typed number as a quantity, where it can be one."""
    text = search.scan.text
    if context.expected is Expected.QUANTITY:
        return Quantity(_decimal(text)) if _ANSWERED_NUMBER.fullmatch(text) else None
    if context.line is None or context.expected in _NEVER_A_QUANTITY or not _BARE_NUMBER.fullmatch(text):
        return None
    if context.expected is Expected.BIN and search.bins():
        return None
    if context.expected is Expected.LOCATION and search.locations():
        return None
    hits = _distinct((*search.items(), *search.barcodes(), *search.bins(), *search.listed_documents()))
    return QuantityOrItem(_decimal(text), hits) if hits else Quantity(_decimal(text))


def _labelled(prefix: Prefix, text: str, context: ResolveContext, lookups: Lookups) -> Meaning | None:
    """What a label of our own stands for; None when there is no such thing."""
    code = normalize_code(text)
    if not code:
        return None
    match prefix:
        case Prefix.BIN:
            return _one_of(
                text, (BinHit(context.location_code, bin_code) for bin_code in lookups.bins(context.location_code, code))
            )
        case Prefix.LOCATION:
            return _one_of(text, map(LocationHit, lookups.locations(code)))
        case Prefix.ITEM:
            return _one_of(text, map(_item_hit, lookups.items(code)))
        case Prefix.DOCUMENT:
            return _one_of(text, map(DocumentHit, lookups.documents(code)))
        case Prefix.REASON:
            return _one_of(text, map(ReasonHit, lookups.reasons(code)))
        case Prefix.USER:
            return UserHit(code)
        case Prefix.LOT:
            return _tracked_label(TrackingKind.LOT, text, context, lookups) or LotHit(trim_number(text))
        case Prefix.SERIAL:
            return _tracked_label(TrackingKind.SERIAL, text, context, lookups) or SerialHit(trim_number(text))
        case Prefix.PACKAGE:
            return _tracked_label(TrackingKind.PACKAGE, text, context, lookups) or PackageHit(trim_number(text), known=False)
        case Prefix.COMMAND:
            return None


def _tracked_label(kind: TrackingKind, text: str, context: ResolveContext, lookups: Lookups) -> Meaning | None:
    numbers = _Numbers(number_key(text), context.line, lookups)
    return _first_hits((partial(numbers.of_line, kind), partial(numbers.of_stock, kind)), text)


def _nothing_found(scan: Scan) -> Unknown | Misread:
    """Digits of the length of a GTIN with a wrong check digit were most likely misread."""
    digits = scan.text
    if scan.symbology is None and is_digits(digits) and len(digits) in GTIN_LENGTHS and not has_valid_check_digit(digits):
        return Misread(digits, (Fault(FaultCode.CHECK_DIGIT, text=digits),))
    return Unknown(digits)


# ---- levels 4 to 9 --------------------------------------------------------------------------------------------------

Level = Callable[[], Sequence[Hit]]


class _Numbers:
    """Serial, lot and package numbers equal to a text, asked for at most once each way."""

    def __init__(self, key: str, line: CurrentLine | None, lookups: Lookups) -> None:
        self._key, self._line, self._lookups = key, line, lookups

    @cached_property
    def _of_line(self) -> Sequence[Tracked]:
        if self._line is None:
            return ()
        found = self._lookups.tracked(self._key, self._line.item_no)
        same_variant = [tracked for tracked in found if tracked.variant_code == self._line.variant_code]
        return same_variant or found

    @cached_property
    def _of_stock(self) -> Sequence[Tracked]:
        return self._lookups.tracked(self._key, None)

    def of_line(self, kind: TrackingKind) -> Sequence[Hit]:
        return [_tracked_hit(tracked) for tracked in self._of_line if tracked.kind is kind]

    def of_stock(self, kind: TrackingKind) -> Sequence[Hit]:
        return [_tracked_hit(tracked) for tracked in self._of_stock if tracked.kind is kind]


class _Search:
    """One text, looked for at every level; a level is asked only when it is its turn."""

    def __init__(self, scan: Scan, context: ResolveContext, lookups: Lookups) -> None:
        self.scan, self._context, self._lookups = scan, context, lookups
        self.code = normalize_code(scan.text)
        self._numbers = _Numbers(number_key(scan.text), context.line, lookups)

    def levels(self, expected: Expected) -> Iterator[Level]:
        """The levels in the order in which they are tried."""
        gtins: tuple[Level, ...] = (self.gtin_barcodes, self.gtin_items)
        references: tuple[Level, ...] = (self.barcodes, self.vendor_references, self.customer_references)
        serials = self._scopes(TrackingKind.SERIAL)
        lots = self._scopes(TrackingKind.LOT)
        packages = self._scopes(TrackingKind.PACKAGE)
        of_line, of_stock = zip(serials, lots, packages, strict=True)
        all_in_order = (self.bins, *gtins, *references, self.items, *of_line, *of_stock)
        first: Mapping[Expected, tuple[Level, ...]] = {
            Expected.BIN: (self.bins,),
            Expected.LOCATION: (self.locations,),
            Expected.ITEM: (*gtins, *references, self.items),
            Expected.LOT: lots,
            Expected.SERIAL: serials,
            Expected.PACKAGE: packages,
            Expected.DOCUMENT: (self.documents,),
            Expected.REASON: (self.reasons,),
        }
        yield self.listed_documents
        yield from first.get(expected, ())
        yield from (level for level in all_in_order if level not in first.get(expected, ()))

    def _scopes(self, kind: TrackingKind) -> tuple[Level, Level]:
        return partial(self._numbers.of_line, kind), partial(self._numbers.of_stock, kind)

    def listed_documents(self) -> Sequence[Hit]:
        return [DocumentHit(number) for number in self._context.documents if normalize_code(number) == self.code]

    def documents(self) -> Sequence[Hit]:
        return [DocumentHit(number) for number in self._lookups.documents(self.code)]

    def reasons(self) -> Sequence[Hit]:
        return [ReasonHit(code) for code in self._lookups.reasons(self.code)]

    def locations(self) -> Sequence[Hit]:
        return [LocationHit(code) for code in self._lookups.locations(self.code)]

    def bins(self) -> Sequence[Hit]:
        location_code = self._context.location_code
        return [BinHit(location_code, code) for code in self._lookups.bins(location_code, self.code)] if location_code else ()

    def gtin_barcodes(self) -> Sequence[Hit]:
        gtin = self.scan.gtin
        return [_item_hit(unit, _fields_of_gtin(gtin)) for unit in self._lookups.barcodes_with_gtin(gtin)] if gtin else ()

    def gtin_items(self) -> Sequence[Hit]:
        gtin = self.scan.gtin
        return [_item_hit(unit, _fields_of_gtin(gtin)) for unit in self._lookups.items_with_gtin(gtin)] if gtin else ()

    @cached_property
    def _references(self) -> Sequence[Reference]:
        return self._lookups.references(self.code)

    def barcodes(self) -> Sequence[Hit]:
        return [_item_hit(one.unit) for one in self._references if one.type is ReferenceType.BARCODE]

    def vendor_references(self) -> Sequence[Hit]:
        return _owned(self._references, ReferenceType.VENDOR, self._context.vendor_no, self._context)

    def customer_references(self) -> Sequence[Hit]:
        return _owned(self._references, ReferenceType.CUSTOMER, self._context.customer_no, self._context)

    def items(self) -> Sequence[Hit]:
        return [_item_hit(unit) for unit in self._lookups.items(self.code)]


def _owned(references: Sequence[Reference], kind: ReferenceType, owner_no: str, context: ResolveContext) -> Sequence[Hit]:
    """References of the document's vendor or customer; without a document everybody's, which may well fit several items."""
    in_document = bool(context.vendor_no or context.customer_no)
    return [
        _item_hit(one.unit)
        for one in references
        if one.type is kind and (normalize_code(one.owner_no) == normalize_code(owner_no) or not in_document)
    ]


def _first_hits(levels: Iterable[Level], code: str) -> Hit | Ambiguous | None:
    """The answer of the first level that has any."""
    for level in levels:
        hits = _distinct(level())
        if hits:
            return hits[0] if len(hits) == 1 else Ambiguous(code, hits)
    return None


def _one_of(code: str, hits: Iterable[Hit]) -> Hit | Ambiguous | None:
    found = _distinct(hits)
    return None if not found else found[0] if len(found) == 1 else Ambiguous(code, found)


# ---- level 2: fields of a message -----------------------------------------------------------------------------------


class _MessageReader:
    """The fields of one GS1 message or Digital Link, and what they mean together."""

    def __init__(self, scan: Scan, context: ResolveContext, lookups: Lookups) -> None:
        self._scan, self._context, self._lookups = scan, context, lookups

    def meaning(self) -> Meaning:
        """The item, else the package, else the place, attributes for an item, an order; what the screen expects first."""
        refused = self._contradicts_itself()
        if refused:
            return refused
        readings: dict[Expected, Callable[[], Meaning | None]] = {
            Expected.ITEM: self._item,
            Expected.PACKAGE: self._package,
            Expected.LOCATION: self._place,
            Expected.LOT: self._attributes,
            Expected.DOCUMENT: self._order,
        }
        expected = Expected.LOCATION if self._context.expected is Expected.BIN else self._context.expected
        order = ([expected] if expected in (Expected.PACKAGE, Expected.LOCATION, Expected.DOCUMENT) else []) + list(readings)
        for kind in order:
            found = readings[kind]()
            if found:
                return self._contradicts_line(found) or found
        return Unknown(self._scan.text, fields=self._fields())

    def _contradicts_itself(self) -> Refused | None:
        values: dict[str, str] = {}
        for element in self._scan.elements:
            before = values.setdefault(element.ai, element.value)
            if before != element.value:
                return Refused(Refusal.REPEATED, element.ai, element.value, before)
        if "01" in values and "02" in values:
            return Refused(Refusal.GTIN_WITH_CONTENT, "02", values["02"], values["01"])
        return None

    def _item(self) -> Meaning | None:
        gtin = self._scan.value("01") or self._scan.value("02")
        if gtin:
            fields = self._fields("01", "02")
            units = self._lookups.barcodes_with_gtin(gtin) or self._lookups.items_with_gtin(gtin)
            return self._one_item(gtin, units, fields) or Unknown(gtin, fields=fields)
        for ai in ("240", "241"):
            number = self._scan.value(ai)
            if number:
                units = self._units_with_part_no(ai, normalize_code(number))
                if units:
                    return self._one_item(number, units, self._fields(ai))
        return None

    def _one_item(self, code: str, units: Sequence[ItemUnit], fields: Fields) -> Meaning | None:
        """AI 30 counts pieces, whatever the packaging level of the GTIN: base units."""
        in_pieces = fields.quantity is not None and self._scan.value("02") is None
        found = [_item_hit(replace(unit, uom_code="") if in_pieces else unit, fields) for unit in units]
        return _one_of(code, found)

    def _units_with_part_no(self, ai: str, code: str) -> Sequence[ItemUnit]:
        """240 is the maker's number for the item, so a reference; 241 is the customer's, so perhaps our own item number."""
        search = [one.unit for one in self._lookups.references(code)]
        return search or (self._lookups.items(code) if ai == "241" else ())

    def _package(self) -> Meaning | None:
        sscc = self._scan.value("00")
        if not sscc:
            return None
        known = any(tracked.kind is TrackingKind.PACKAGE for tracked in self._lookups.tracked(number_key(sscc), None))
        return PackageHit(sscc, known, self._fields("00"))

    def _place(self) -> Meaning | None:
        gln, extension = self._scan.value("414"), self._scan.value("254")
        if not gln:
            return None
        locations = self._lookups.locations_with_gln(gln)
        if not extension:
            fields = self._fields("414")
            return _one_of(gln, (LocationHit(code, fields) for code in locations)) or Unknown(gln, fields=fields)
        fields = self._fields("414", "254")
        code = normalize_code(extension)
        hits = [BinHit(location, bin_code, fields) for location in locations for bin_code in self._lookups.bins(location, code)]
        return _one_of(extension, hits) or Unknown(f"{gln} {extension}", Prefix.BIN, fields)

    def _attributes(self) -> Meaning | None:
        fields = self._fields()
        line = self._context.line
        stated = (fields.lot_no, fields.serial_no, fields.expiry, fields.quantity, fields.weight_kg)
        if not any(value not in ("", None) for value in stated):
            return None
        return AttributesHit(line.item_no if line else "", line.variant_code if line else "", fields)

    def _order(self) -> Meaning | None:
        order_no = self._scan.value("400")
        if not order_no:
            return None
        code = normalize_code(order_no)
        listed = [number for number in self._context.documents if normalize_code(number) == code]
        fields = self._fields("400")
        hits = [DocumentHit(number, fields) for number in listed or self._lookups.documents(code)]
        return _one_of(order_no, hits) or Unknown(order_no, Prefix.DOCUMENT, fields)

    def _fields(self, *main: str) -> Fields:
        """What the message says besides `main`, the elements that the hit was found by."""
        scan = self._scan
        expiry = next((one for ai in ("17", "7003", "15") if (one := scan.element(ai))), None)
        weight = next((one for one in scan.elements if one.ai[:3] == "310"), None)
        count = scan.element("37") if scan.value("02") else scan.element("30")
        used = {*main, "00", "10", "21", "400"} | {one.ai for one in (expiry, weight, count) if one}
        return Fields(
            quantity=count.amount if count else None,
            lot_no=scan.value("10") or "",
            serial_no=scan.value("21") or "",
            package_no=scan.value("00") or "",
            expiry=expiry.day if expiry else None,
            weight_kg=weight.amount if weight else None,
            order_no=scan.value("400") or "",
            unused=tuple(element for element in scan.elements if element.ai not in used),
            suspected=scan.suspected,
            combinations=scan.combinations,
        )

    def _contradicts_line(self, found: Meaning) -> Refused | None:
        """While something about the current line is asked for, a label of another item, lot or serial is an error."""
        line = self._context.line
        if line is None or self._context.expected not in _ABOUT_THE_LINE:
            return None
        pairs: list[tuple[str, str, str]] = []
        if isinstance(found, ItemHit):
            pairs += [("item", found.item_no, line.item_no), ("variant", found.variant_code, line.variant_code)]
        if isinstance(found, ItemHit | AttributesHit | PackageHit):
            pairs += [
                ("lot", found.fields.lot_no, line.lot_no),
                ("serial", found.fields.serial_no, line.serial_no),
                ("package", found.fields.package_no, line.package_no),
            ]
        for name, scanned, current in pairs:
            if scanned and current and number_key(scanned) != number_key(current):
                return Refused(Refusal.CONTRADICTS_LINE, name, scanned, current)
        return None


# ---- helpers --------------------------------------------------------------------------------------------------------

H = TypeVar("H")


def _distinct(hits: Iterable[H]) -> tuple[H, ...]:
    return tuple(dict.fromkeys(hits))


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


def _can_be_looked_up(text: str) -> bool:
    """Bytes that are no text arrive as lone surrogates; no database takes them, and no code has them."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _split_prefix(text: str, prefixes: Sequence[tuple[str, Prefix]]) -> tuple[Prefix | None, str]:
    folded = text.upper()
    for spelling, prefix in prefixes:
        if folded.startswith(spelling.upper()):
            return prefix, text[len(spelling) :]
    return None, text


def _item_hit(unit: ItemUnit, fields: Fields = NO_FIELDS) -> ItemHit:
    return ItemHit(unit.item_no, unit.variant_code, unit.uom_code, unit.description, fields)


def _fields_of_gtin(gtin: str) -> Fields:
    return Fields(combinations=(Combination.MEASURE_MISSING,)) if gtin.startswith("9") else NO_FIELDS


def _tracked_hit(tracked: Tracked) -> Hit:
    match tracked.kind:
        case TrackingKind.SERIAL:
            return SerialHit(tracked.number, tracked.item_no, tracked.variant_code, tracked.description)
        case TrackingKind.LOT:
            return LotHit(tracked.number, tracked.item_no, tracked.variant_code, tracked.description)
        case TrackingKind.PACKAGE:
            return PackageHit(tracked.number)  # of one item or of many, it is one package
