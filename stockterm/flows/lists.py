"""Lists to choose from, and what is known about each entry: how the supervisor's jobs are built, at 20x8 as on a desk.

A job makes the lines of its page, each with what choosing it does. `show` puts them on the screen, numbered; `choose` takes the
number that was typed. A terminal with room shows the cells of the lines in columns, and beside them the details of the one that
it points at; everything that matters stands in the text as well, the beginning of which identifies the line.

    lines = [Line("CO17 open", open_order, details=((_("Counted"), "3 / 10"),), cells=("CO17", _("open")))]
    return lists.show(ViewState(title=..., keys=...), lines)      # in view
    return lists.choose(lines, entry)                             # in scan
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from stockterm.flows.choose import numbered
from stockterm.flows.outcome import Entry, Outcome
from stockterm.flows.refusals import EmptyList, UnknownChoice
from stockterm.flows.view import Choice, ViewState

LISTED = 200  # lines of one list; what lies beyond is found by searching, not by paging
_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a list: its text, what choosing it does, and what is known about it (label, value).

    `cells` is the text in parts that stand below each other; left out, the text is one part.
    """

    text: str
    do: Callable[[], Outcome]
    details: tuple[tuple[str, str], ...] = ()
    cells: tuple[str, ...] = ()


def show(view: ViewState, lines: Sequence[Line]) -> ViewState:
    """The view with the lines as its choices."""
    beside = tuple(Choice(one.cells or (one.text,), one.details) for one in lines)
    return replace(view, choices=numbered([one.text for one in lines]), beside=beside)


def choose(lines: Sequence[Line], entry: Entry) -> Outcome:
    """Do what the line with the typed number does. Raises `UnknownChoice`: a scan or another text chooses nothing."""
    text = entry.raw.strip()
    if not entry.certain and text.isascii() and text.isdigit() and len(text) <= _DIGITS and 1 <= int(text) <= len(lines):
        return lines[int(text) - 1].do()
    raise (UnknownChoice if lines else EmptyList)(text=text[:40], last=len(lines))
