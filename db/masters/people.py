"""Users with their badges and PINs, reasons, responsibility centers.

A PIN is kept as an argon2 hash and never given out. Hashing takes tens of milliseconds on purpose, so the library is loaded
only where a PIN is set or checked.
"""

import json

from db.connection import fetch
from db.core.errors import BadValue, phrase
from db.masters.records import Fields, refuse_unprintable, require_order
from db.masters.tables import LOCATIONS, REASONS, RESPONSIBILITY_CENTERS, USERS

_LONGEST_PIN = 64


def put_user(fields: Fields) -> bool:
    """Make or change a user. A badge belongs to one user; a null PIN takes it away, and with it the sign-in by keyboard."""
    (code,) = USERS.key_of(fields, "code")
    current = USERS.read(code)
    names = ("name", "role", "badge", "language", "allow_posting_from", "allow_posting_to", "responsibility_center", "blocked")
    row = USERS.changed(current, fields, *names)
    row["code"] = code
    require_order(row, "allow_posting_from", "allow_posting_to")
    if "responsibility_center" in fields and row["responsibility_center"]:
        RESPONSIBILITY_CENTERS.require(row["responsibility_center"], field="responsibility_center")
    if "badge" in fields and row["badge"]:
        for (other,) in fetch("SELECT code FROM app_user WHERE badge = ? AND code <> ? LIMIT 1", (row["badge"], code)):
            raise BadValue(
                field="badge", value="(hidden)", expected=phrase("a badge of their own: user {other} has this one", other=other)
            )
    if "locations" in fields:
        locations = [LOCATIONS.stored("code", location) for location in fields["locations"] or []]
        for location in locations:
            LOCATIONS.require(location, field="locations")
        row["locations"] = json.dumps(sorted(set(locations)), ensure_ascii=False)
    if "pin" in fields:
        row["pin_hash"] = _changed_pin(row["pin_hash"], fields["pin"])
    return USERS.save(current, row)


def _changed_pin(pin_hash: str, pin: str | None) -> str:
    if pin is None:
        return ""
    refuse_unprintable(pin, "pin")
    if not 1 <= len(pin) <= _LONGEST_PIN:
        raise BadValue(field="pin", value="(hidden)", expected=phrase("1 to {length} characters", length=_LONGEST_PIN))
    return pin_hash if pin_fits(pin_hash, pin) else hash_of_pin(pin)


def hash_of_pin(pin: str) -> str:
    """The argon2 hash of a PIN, with a salt of its own."""
    from argon2 import PasswordHasher

    return PasswordHasher().hash(pin)


def pin_fits(pin_hash: str, pin: str) -> bool:
    """Whether a PIN is the one that was hashed; nothing fits a blank hash."""
    if not pin_hash:
        return False
    from argon2 import PasswordHasher
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return PasswordHasher().verify(pin_hash, pin)
    except (VerificationError, InvalidHashError):
        return False


def put_reason(fields: Fields) -> bool:
    """Make or change a reason code."""
    (code,) = REASONS.key_of(fields, "code")
    current = REASONS.read(code)
    row = REASONS.changed(current, fields, "description")
    row["code"] = code
    return REASONS.save(current, row)


def put_responsibility_center(fields: Fields) -> bool:
    """Make or change a responsibility center."""
    (code,) = RESPONSIBILITY_CENTERS.key_of(fields, "code")
    current = RESPONSIBILITY_CENTERS.read(code)
    row = RESPONSIBILITY_CENTERS.changed(current, fields, "name", "location")
    row["code"] = code
    if "location" in fields and row["location"]:
        LOCATIONS.require(row["location"], field="location")
    return RESPONSIBILITY_CENTERS.save(current, row)
