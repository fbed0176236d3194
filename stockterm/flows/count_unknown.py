"""Codes that nothing has, found while counting for an order: kept with how often they were scanned; counting goes on.

A supervisor links or discards them before the order is finished. A number typed behind such a code is its quantity, unless a bin,
an item or a barcode has that very number; F4 says in words what it is.
"""

import json
import re
from dataclasses import replace
from decimal import Decimal

from db.connection.session import Write
from db.core import clock
from db.core.codes import normalize_code
from db.core.count_errors import CountOrderState as WrongState
from db.core.errors import N_, QuantityZero
from db.queries.people import user_by_badge
from db.work import count_orphans
from db.work.count_orphans import Orphan
from db.work.count_recordings import Recording
from stockterm.flows import count_line, say
from stockterm.flows.count_order_state import CountOrderState
from stockterm.flows.meaning import meaning_of
from stockterm.flows.outcome import At, Entry, Outcome
from stockterm.flows.refusals import QuantityNegative
from stockterm.flows.saved import from_plain, to_plain
from stockterm.flows.words import checked_quantity, number, typed_number
from stockterm.i18n import _
from stockterm.scanning.resolve import OWN_PREFIXES, Expected, Unknown

ONE = Decimal(1)
DESCRIBE = "describe"  # the step in which the code is described
_TYPED = re.compile(r"\d{1,6}|\d{1,6}[.,]\d{1,5}", re.ASCII)


def may_be_orphan(at: At, state: CountOrderState, entry: Entry) -> bool:
    """A code on goods: not where a bin, a number or an answer is asked for, not a label of ours that is wrong, nobody's badge."""
    text = entry.raw.strip()
    own_label = any(text.upper().startswith(spelling) for spelling, _prefix in OWN_PREFIXES)
    if not text or own_label or state.count.step or (at.location.bins and not state.count.bin_code):
        return False
    return user_by_badge(normalize_code(text)) is None


def keep(at: At, state: CountOrderState, recording: Recording, entry: Entry) -> Outcome:
    """Keep the code with how often it was scanned; counting goes on."""
    barcode = entry.raw.strip()[:200]
    known = [
        one
        for one in count_orphans.orphans_of(state.order_no)
        if (one.barcode, one.bin_code, one.recording_no) == (barcode, state.count.bin_code, recording.recording_no)
    ]
    before = known[0] if known else None
    total = (state.count.factor or ONE) + (before.quantity if before else Decimal(0))
    checked_quantity(total)
    now = Orphan(
        state.order_no,
        before.orphan_no if before else count_orphans.next_orphan_no(state.order_no),
        recording.recording_no,
        state.count.bin_code,
        barcode,
        before.description if before else "",
        total,
        "open",
        at.user.code,
        clock.now_microseconds(),
        at.terminal,
        "",
    )
    text = _("UNKNOWN {code}: kept, {quantity}. F4 says what it is.").format(code=barcode, quantity=number(total))
    return _saved(replace(state, count=replace(state.count, factor=None, goods=None)), now, before, text, warn=True)


def typed_quantity(at: At, state: CountOrderState, entry: Entry) -> Decimal | None:
    """The quantity of the code scanned last, where that is what was typed. None: it is something else."""
    text = entry.raw.strip()
    if not state.orphan_no or entry.certain or not _TYPED.fullmatch(text):
        return None
    return typed_number(text) if isinstance(meaning_of(at, entry, Expected.ITEM), Unknown) else None


def with_quantity(at: At, state: CountOrderState, quantity: Decimal) -> Outcome:
    """The typed number takes the place of how often the code was scanned."""
    if quantity < 0:
        raise QuantityNegative(quantity=quantity, done=_("counted"))
    if not quantity:
        raise QuantityZero(field="quantity")
    checked_quantity(quantity)
    before = _current(state)
    text = f"{number(before.quantity)} → {number(quantity)}"
    return _saved(state, replace(before, quantity=quantity, counted_by=at.user.code), before, text)


def described(state: CountOrderState, entry: Entry) -> Outcome:
    """What it is, in words."""
    before = _current(state)
    now = replace(before, description=entry.raw.strip()[:100])
    return _saved(state, now, before, f"{now.barcode}: {now.description}")


def _saved(state: CountOrderState, now: Orphan, before: Orphan | None, text: str, *, warn: bool = False) -> Outcome:
    state = replace(state, orphan_no=now.orphan_no, orphan_code=now.barcode, orphan_quantity=now.quantity, step="")
    undo = json.dumps({"order": now.order_no, "orphan": now.orphan_no, "before": to_plain(before) if before else None})
    message = say.warning(text) if warn else say.ok(text)
    return Outcome(state, message, writes=(count_orphans.save_orphan(now),), undo=undo, good=True)


def _current(state: CountOrderState) -> Orphan:
    """The code scanned last. Raises `CountOrderState` where a supervisor has linked or discarded it meanwhile."""
    found = [one for one in count_orphans.orphans_of(state.order_no) if one.orphan_no == state.orphan_no]
    if not found:
        raise WrongState(order=f"CO{state.order_no} {state.orphan_code}", status=N_("decided already"))
    return found[0]


def restore(before: str) -> tuple[Write, ...]:
    """Put back what a step had changed: such a code, or lines as in any count."""
    if not before.startswith("{"):
        return count_line.restore(before)
    plain = json.loads(before)
    if plain["before"] is None:
        return (count_orphans.delete_orphan(plain["order"], plain["orphan"]),)
    return (count_orphans.save_orphan(from_plain(Orphan, plain["before"])),)
