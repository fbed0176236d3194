"""Counts in passing: what was found to be easily counted, said to whoever has just worked in its zone.

A bin that a posting has emptied, or one in which somebody wanted more than the books have, is one line for the next worker who
passes: the message of their posting names it, and job 10 offers it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from db.core.errors import NotEnoughStock, StocktermError
from db.posting.lines import ItemJournalLine, PostingOperation
from db.queries.places import bin_facts
from db.work import count_opportunities
from stockterm.flows.outcome import At, Outcome
from stockterm.flows.rights import Right, may
from stockterm.i18n import _


def noted(at: At, problems: Sequence[StocktermError]) -> None:
    """Something was refused: where there was not enough in a bin, somebody should look."""
    for problem in problems:
        if not isinstance(problem, NotEnoughStock):
            continue
        bin_code = problem.place.removeprefix(f"{at.location.code} ")
        if bin_facts(at.location.code, bin_code) is not None:
            count_opportunities.note_shortage(at.location.code, bin_code, problem.what.split(" ", 1)[0])


def said(at: At, operations: Iterable[PostingOperation], outcome: Outcome) -> Outcome:
    """Something was posted: look for bins that it emptied, and name one in the zone where the worker stands."""
    if not at.location.bins:
        return outcome
    count_opportunities.look_for_empty_bins()
    if outcome.message is None or not may(at.user, Right.COUNT):
        return outcome
    for zone in _zones(at, operations):
        near = count_opportunities.offered(at.user.code, at.location.code, zone)
        if near:
            text = _("{message} Close by: count {bin}, job 10.").format(message=outcome.message.text, bin=near[0].bin_code)
            return replace(outcome, message=replace(outcome.message, text=text))
    return outcome


def _zones(at: At, operations: Iterable[PostingOperation]) -> list[str]:
    """The zones of the bins that were handled, the last one first."""
    lines = [one for one in operations if isinstance(one, ItemJournalLine)]
    bins = [code for line in lines for code in (line.bin_code, line.new_bin_code) if code]
    facts = [bin_facts(at.location.code, code) for code in reversed(bins)]
    return list(dict.fromkeys(one.zone for one in facts if one is not None))
