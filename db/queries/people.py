"""Users, as signing in and rights need them."""

import json
from dataclasses import dataclass
from datetime import date

from db.connection import fetch
from db.connection.session import Row


@dataclass(frozen=True, slots=True)
class UserFacts:
    """One user. `locations` empty: all. `has_pin`: can sign in by keyboard. `has_badge`: one that says more than the code."""

    code: str
    name: str
    role: str
    language: str
    locations: tuple[str, ...]
    has_pin: bool
    has_badge: bool
    allow_posting_from: date | None
    allow_posting_to: date | None
    blocked: bool = False


_USER = (
    "SELECT code, name, role, language, locations, pin_hash <> '', COALESCE(badge, '') NOT IN ('', code, 'USR:' || code),"
    " allow_posting_from, allow_posting_to, blocked FROM app_user"
)


def user_by_code(code: str) -> UserFacts | None:
    """The user with this (normalized) code."""
    rows = fetch(f"{_USER} WHERE code = ?", (code,))
    return _user(rows[0]) if rows else None


def user_by_badge(badge: str) -> UserFacts | None:
    """The user whose badge has this (normalized) text; a blank badge is nobody's."""
    rows = fetch(f"{_USER} WHERE badge = ?", (badge,)) if badge else []
    return _user(rows[0]) if rows else None


def users() -> list[UserFacts]:
    """All users, by their code."""
    return [_user(row) for row in fetch(f"{_USER} ORDER BY code")]


def pin_hash(code: str) -> str:
    """The hash to check a PIN against. It goes nowhere else."""
    rows = fetch("SELECT pin_hash FROM app_user WHERE code = ?", (code,))
    return str(rows[0][0]) if rows else ""


def _user(row: Row) -> UserFacts:
    code, name, role, language, locations, has_pin, has_badge, first, last, blocked = row
    return UserFacts(
        code,
        name,
        role,
        language,
        tuple(json.loads(locations or "[]")),
        bool(has_pin),
        bool(has_badge),
        date.fromisoformat(first) if first else None,
        date.fromisoformat(last) if last else None,
        bool(blocked),
    )


@dataclass(frozen=True, slots=True)
class Filled:
    """Which kinds of master data exist at all: what a new database still lacks."""

    items: bool
    locations: bool
    users: bool


def filled() -> Filled:
    """Look whether there is anything to work with."""
    location = "SELECT 1 FROM location WHERE NOT in_transit"
    sql = f"SELECT EXISTS (SELECT 1 FROM item), EXISTS ({location}), EXISTS (SELECT 1 FROM app_user)"
    return Filled(*(bool(one) for one in fetch(sql)[0]))
