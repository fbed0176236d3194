"""What a session has in hand, as it is saved: the job on the screen, the state of every job begun, and what waits for a key."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from stockterm.flows.outcome import Ask
from stockterm.flows.saved import from_plain, to_plain
from stockterm.flows.view import Message

MENU = "menu"
LOCATION = "location"


@dataclass(frozen=True, slots=True)
class Hand:
    """`locked`: `message` is an error that waits for a key. `offering`: held scans wait for the choice to apply or drop them.
    `unknown`: the code that the error is about, if nothing has it: F4 links it.
    """

    job: str = LOCATION
    states: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    message: Message | None = None
    ask: Ask | None = None
    text: tuple[str, ...] = ()
    locked: bool = False
    offering: bool = False
    unknown: str = ""

    @property
    def blocked(self) -> bool:
        """Whether scans are held."""
        return self.locked or self.offering


def to_text(hand: Hand) -> str:
    """The hand as the database keeps it."""
    plain = {
        "job": hand.job,
        "states": {name: to_plain(state) for name, state in hand.states.items()},
        "message": to_plain(hand.message),
        "ask": to_plain(hand.ask),
        "text": to_plain(hand.text),
        "locked": hand.locked,
        "offering": hand.offering,
        "unknown": hand.unknown,
    }
    return json.dumps({name: value for name, value in plain.items() if value}, ensure_ascii=False, separators=(",", ":"))


def from_text(text: str, kind_of: Callable[[str], type[Any] | None]) -> Hand:
    """What `to_text` was given; `kind_of` says which class the state of a job has. A job that no longer exists is dropped."""
    if not text:
        return Hand()
    plain = json.loads(text)
    kinds = {name: kind for name in plain.get("states", {}) if (kind := kind_of(name)) is not None}
    states = {name: from_plain(kind, plain["states"][name]) for name, kind in kinds.items()}
    job = plain.get("job", LOCATION)
    return Hand(
        job=job if job in (MENU, LOCATION) or job in states else MENU,
        states=MappingProxyType(states),
        message=from_plain(Message, plain["message"]) if plain.get("message") else None,
        ask=from_plain(Ask, plain["ask"]) if plain.get("ask") else None,
        text=tuple(plain.get("text", ())),
        locked=bool(plain.get("locked")),
        offering=bool(plain.get("offering")),
        unknown=str(plain.get("unknown", "")),
    )
