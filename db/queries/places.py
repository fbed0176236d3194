"""Locations, bins and what lies in them. Contents come from the maintained rows: no query here grows with the ledger."""

from dataclasses import dataclass
from decimal import Decimal

from db.connection import fetch
from db.connection.session import Row
from db.core.codes import number_key
from db.core.numbers import from_scaled


@dataclass(frozen=True, slots=True)
class LocationFacts:
    """One location where people work. With `bins`, everything lies in one."""

    code: str
    name: str
    bins: bool
    blind_receipts: bool = False  # who receives a transfer does not see what was shipped
    fefo: str = ""  # another lot than the first to expire leaves: '' in silence, soft with a reason, hard not at all


_LOCATION = "SELECT code, name, bin_mandatory, blind_receipts, fefo FROM location"


def _location(row: Row) -> LocationFacts:
    code, name, bins, blind, fefo = row
    return LocationFacts(code, name, bool(bins), bool(blind), fefo)


def locations() -> list[LocationFacts]:
    """All locations but those in transit, by code."""
    return [_location(row) for row in fetch(f"{_LOCATION} WHERE NOT in_transit ORDER BY code")]


def location(code: str) -> LocationFacts | None:
    """One location, unless it is in transit."""
    rows = fetch(f"{_LOCATION} WHERE code = ? AND NOT in_transit", (code,))
    return _location(rows[0]) if rows else None


def locations_in_transit() -> list[str]:
    """The locations of goods that are on the way, by code."""
    return [row[0] for row in fetch("SELECT code FROM location WHERE in_transit ORDER BY code")]


@dataclass(frozen=True, slots=True)
class BinFacts:
    """One bin. `blocked_movement`: blank, inbound, outbound or all."""

    location_code: str
    code: str
    zone: str
    blocked_movement: str


def bin_facts(location_code: str, code: str) -> BinFacts | None:
    """One bin of a location."""
    sql = "SELECT location_code, code, zone, blocked_movement FROM bin WHERE location_code = ? AND code = ?"
    rows = fetch(sql, (location_code, code))
    return BinFacts(*rows[0]) if rows else None


def bins_of(location_code: str, *, limit: int = 99) -> list[BinFacts]:
    """The bins of a location by ranking and code."""
    sql = "SELECT location_code, code, zone, blocked_movement FROM bin WHERE location_code = ? ORDER BY ranking, code LIMIT ?"
    return [BinFacts(*row) for row in fetch(sql, (location_code, limit))]


@dataclass(frozen=True, slots=True)
class Content:
    """What lies in one place with one number, in base units. `bin_code` is blank at locations without bins."""

    item_no: str
    variant_code: str
    location_code: str
    bin_code: str
    lot_no: str
    serial_no: str
    package_no: str
    quantity: Decimal
    description: str = ""
    base_uom: str = ""


_CONTENT = (
    "SELECT c.item_no, c.variant_code, c.location_code, c.bin_code, c.lot_no, c.serial_no, c.package_no, c.quantity,"
    " i.description, i.base_uom FROM bin_content c JOIN item i ON i.no = c.item_no"
)
_ORDER = " ORDER BY c.location_code, c.bin_code, c.item_no, c.variant_code, c.lot_no, c.serial_no, c.package_no"


def bin_contents(location_code: str, bin_code: str, *, limit: int = 1_000) -> list[Content]:
    """Everything in one bin; with a blank bin, everything at a location without bins."""
    sql = f"{_CONTENT} WHERE c.location_code = ? AND c.bin_code = ?{_ORDER} LIMIT ?"
    return [_content(row) for row in fetch(sql, (location_code, bin_code, limit))]


def item_contents(item_no: str, *, variant_code: str | None = None, limit: int = 1_000) -> list[Content]:
    """Where an item lies, everywhere."""
    variant, params = ("", ()) if variant_code is None else (" AND c.variant_code = ?", (variant_code,))
    return [_content(row) for row in fetch(f"{_CONTENT} WHERE c.item_no = ?{variant}{_ORDER} LIMIT ?", (item_no, *params, limit))]


def contents_at(item_no: str, variant_code: str, location_code: str, bin_code: str) -> list[Content]:
    """What lies of an item in one place, by number."""
    sql = f"{_CONTENT} WHERE c.item_no = ? AND c.variant_code = ? AND c.location_code = ? AND c.bin_code = ?{_ORDER}"
    return [_content(row) for row in fetch(sql, (item_no, variant_code, location_code, bin_code))]


def package_at(package_no: str, location_code: str) -> list[Content]:
    """What is in a package at a location, in whichever bin. Case does not matter."""
    sql = (
        f"{_CONTENT} JOIN tracking_number t ON t.item_no = c.item_no AND t.variant_code = c.variant_code AND t.kind = 'package'"
        f" AND t.number = c.package_no WHERE t.number_key = ? AND c.location_code = ?{_ORDER}"
    )
    return [_content(row) for row in fetch(sql, (number_key(package_no), location_code))]


def _content(row: Row) -> Content:
    return Content(*[*row[:7], from_scaled(row[7]), *row[8:]])
