"""The question for a reason: a list, those used last first; answered by its number or by the label of a reason."""

from db.queries.items import reasons
from stockterm.flows import choose
from stockterm.flows.meaning import meaning_of, refuse
from stockterm.flows.outcome import At, Entry
from stockterm.flows.refusals import UnknownChoice
from stockterm.i18n import _
from stockterm.scanning.resolve import Expected, ReasonHit

_KEPT = 9


def reason_choices(recent: tuple[str, ...]) -> tuple[str, ...]:
    """The reasons as a screen lists them."""
    return choose.numbered([f"{code} {text}" for code, text in _sorted(recent)])


def reason_of(at: At, entry: Entry, recent: tuple[str, ...], job: str) -> str:
    """The reason that was chosen. Refuses what is none."""
    known, text = _sorted(recent), entry.raw.strip()
    if text.isascii() and text.isdigit() and not entry.certain and len(text) <= 3:
        if not 1 <= int(text) <= len(known):
            raise UnknownChoice(text=text, last=len(known))
        return known[int(text) - 1][0]
    found = meaning_of(at, entry, Expected.REASON)
    if not isinstance(found, ReasonHit):
        raise refuse(found, _("Choose a reason."), job)
    return found.reason_code


def used(reason: str, recent: tuple[str, ...]) -> tuple[str, ...]:
    """The reasons used last, this one first."""
    return (reason, *(one for one in recent if one != reason))[:_KEPT] if reason else recent


def _sorted(recent: tuple[str, ...]) -> list[tuple[str, str]]:
    order = {code: index for index, code in enumerate(recent)}
    return sorted(reasons(), key=lambda one: (order.get(one[0], len(order)), one[0]))
