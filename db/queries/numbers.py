"""Lot, serial and package numbers: what is known about them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from db.connection import fetch
from db.core.codes import number_key
from db.core.numbers import from_scaled


@dataclass(frozen=True, slots=True)
class NumberFacts:
    """One number of an item. `number` as first seen; `received`: it was in stock before, and its expiry is fixed."""

    item_no: str
    variant_code: str
    kind: str
    number: str
    expiration_date: date | None
    received: bool
    blocked: bool
    block_reason: str
    description: str
    card: bool = False
    certificate: str = ""
    quality: str = ""
    comments: str = ""
    blocked_by: str = ""
    blocked_at: int | None = None  # microseconds, UTC


_NUMBER = (
    "SELECT item_no, variant_code, kind, number, expiration_date, received, blocked, block_reason, description,"
    " card, certificate, quality, comments, blocked_by, blocked_at FROM tracking_number"
)


def number_facts(item_no: str, variant_code: str, kind: str, number: str) -> NumberFacts | None:
    """What is known about one number of an item; None: it is new."""
    sql = f"{_NUMBER} WHERE item_no = ? AND variant_code = ? AND kind = ? AND number_key = ?"
    rows = fetch(sql, (item_no, variant_code, kind, number_key(number)))
    return _facts(rows[0]) if rows else None


def numbers_like(number: str, *, limit: int = 20) -> list[NumberFacts]:
    """Every item's numbers with this text, whatever their kind."""
    sql = f"{_NUMBER} WHERE number_key = ? ORDER BY item_no, variant_code, kind LIMIT ?"
    return [_facts(row) for row in fetch(sql, (number_key(number), limit))]


_AT_ONCE = (1, 8, 64, 400)  # a few fixed lengths, so that few statements are ever prepared


def facts_of(item_no: str, variant_code: str, kind: str, numbers: Iterable[str]) -> dict[str, tuple[date | None, bool]]:
    """Expiry date and whether it is blocked, of many numbers of one kind, by their key. Looked up by key: the cost depends on how
    many are asked for, and not on how many the item ever had."""
    rest = sorted({number_key(one) for one in numbers if one})
    found: dict[str, tuple[date | None, bool]] = {}
    while rest:
        size = next((one for one in _AT_ONCE if len(rest) <= one), _AT_ONCE[-1])
        part, rest = rest[:size], rest[size:]
        marks = ", ".join("?" * size)
        sql = (
            "SELECT number_key, expiration_date, blocked FROM tracking_number"
            f" WHERE item_no = ? AND variant_code = ? AND kind = ? AND number_key IN ({marks})"
        )
        for key, expires, blocked in fetch(sql, (item_no, variant_code, kind, *part, *[part[-1]] * (size - len(part)))):
            found[key] = (date.fromisoformat(expires) if expires else None, bool(blocked))
    return found


def places_of(item_no: str, variant_code: str, kind: str, number: str) -> list[tuple[str, str, Decimal]]:
    """Location, bin and quantity (base units) where a number (in its own spelling) lies."""
    sql = (
        f"SELECT location_code, bin_code, SUM(quantity) FROM bin_content WHERE {kind}_no = ? AND {kind}_no <> '' AND item_no = ?"
        " AND variant_code = ? GROUP BY location_code, bin_code ORDER BY location_code, bin_code"
    )
    rows = fetch(sql, (number, item_no, variant_code))
    return [(location, bin_code, from_scaled(int(quantity))) for location, bin_code, quantity in rows]


def series_of(item_no: str) -> dict[str, str]:
    """The number series of an item's tracking code, by kind; kinds without one are left out."""
    rows = fetch(
        "SELECT t.lot_nos, t.serial_nos, t.package_nos FROM item i JOIN tracking_code t ON t.code = i.tracking_code"
        " WHERE i.no = ?",
        (item_no,),
    )
    return {kind: code for row in rows for kind, code in zip(("lot", "serial", "package"), row, strict=True) if code}


def _facts(row: tuple[object, ...]) -> NumberFacts:
    item_no, variant_code, kind, number, expiration, received, blocked, reason, description, card, *texts, at = row
    return NumberFacts(
        str(item_no),
        str(variant_code),
        str(kind),
        str(number),
        date.fromisoformat(str(expiration)) if expiration else None,
        bool(received),
        bool(blocked),
        str(reason),
        str(description),
        bool(card),
        certificate=str(texts[0]),
        quality=str(texts[1]),
        comments=str(texts[2]),
        blocked_by=str(texts[3]),
        blocked_at=int(str(at)) if at is not None else None,
    )
