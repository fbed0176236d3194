"""Open transfer orders that will not find what they want, once goods go elsewhere or are called something else.

They are named before anything is posted, and the worker says whether to go on: the order may be wrong, or the worker.
"""

from db.queries.reclassify import Stranded
from stockterm.flows.outcome import Ask
from stockterm.flows.words import number
from stockterm.i18n import _

STRANDED = "stranded"  # the kind of question


def ask_about(found: list[Stranded]) -> Ask | None:
    """The question that names the orders; None where there is none."""
    if not found:
        return None
    texts = [
        _("{order} wants {wanted} of {number}, {left} stay").format(
            order=one.order_no, wanted=number(one.wanted), number=one.number, left=number(one.left)
        )
        for one in found
    ]
    return Ask(STRANDED, _("{orders}. Post it?").format(orders="; ".join(texts)), yes=_("post"), no=_("not yet"))
