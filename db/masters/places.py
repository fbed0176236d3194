"""Locations and their bins."""

import json
from typing import Any

from db.connection import fetch
from db.core.errors import BadValue, HasEntries, phrase
from db.core.numbers import from_scaled
from db.masters.records import Fields, Row, require_order, require_positive
from db.masters.tables import BINS, LOCATIONS, RESPONSIBILITY_CENTERS

_STOCK_AT = "SELECT item_no, bin_code, quantity FROM bin_content WHERE location_code = ? AND quantity <> 0 LIMIT 1"


def put_location(fields: Fields) -> bool:
    """Make or change a location. Whether it has bins, and whether it is in transit, cannot change while goods lie there."""
    (code,) = LOCATIONS.key_of(fields, "code")
    current = LOCATIONS.read(code)
    accounts = fields.get("inventory_accounts")
    plain = {**fields, "inventory_accounts": _as_json(accounts)} if "inventory_accounts" in fields else fields
    if fields.get("fefo") == "none":
        plain = {**plain, "fefo": ""}
    row = LOCATIONS.changed(
        current,
        plain,
        "name",
        "in_transit",
        "bin_mandatory",
        "require_receive",
        "require_put_away",
        "require_pick",
        "require_shipment",
        "responsibility_center",
        "inventory_accounts",
        "blind_receipts",
        "fefo",
    )
    row["code"] = code
    if row["in_transit"] and row["bin_mandatory"]:
        raise BadValue(
            field="bin_mandatory", value=True, expected=phrase("false where in_transit is true: goods on the way lie in no bin")
        )
    if "responsibility_center" in fields and row["responsibility_center"]:
        RESPONSIBILITY_CENTERS.require(row["responsibility_center"], field="responsibility_center")
    if current is not None:
        _refuse_while_goods_lie_there(current, row)
    return LOCATIONS.save(current, row)


def _as_json(accounts: Any) -> str | None:
    return accounts if accounts is None or isinstance(accounts, str) else json.dumps(accounts, ensure_ascii=False)


def _refuse_while_goods_lie_there(current: Row, row: Row) -> None:
    for field in ("bin_mandatory", "in_transit"):
        if current[field] != row[field]:
            for item_no, _bin_code, quantity in fetch(_STOCK_AT, (row["code"],)):
                because = phrase("{quantity} of item {no} in stock there", quantity=from_scaled(quantity).normalize(), no=item_no)
                raise HasEntries(
                    field=field,
                    what=phrase("location {code}", code=row["code"]),
                    current=str(current[field]).lower(),
                    because=because,
                )


def put_bin(fields: Fields) -> bool:
    """Make or change a bin of a location."""
    location_code, code = BINS.key_of(fields, "location", "code")
    LOCATIONS.require(location_code, field="location")
    current = BINS.read(location_code, code)
    if fields.get("blocked_movement") == "none":
        fields = {**fields, "blocked_movement": ""}
    row = BINS.changed(current, fields, "zone", "ranking", "blocked_movement", "minimum", "maximum", "dedicated", "check_digits")
    row["location_code"], row["code"] = location_code, code
    if (digits := row["check_digits"]) and not (len(digits) == 2 and digits.isascii() and digits.isdigit()):
        raise BadValue(field="check_digits", value=digits, expected=phrase("two digits"))
    require_positive(row, "minimum", "maximum", or_zero=True)
    require_order(row, "minimum", "maximum")
    return BINS.save(current, row)
