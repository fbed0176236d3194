"""What each role may do. Asked by the flows before a step, by posting before it plans, by the doors of master data and exports: a
screen, a file and a program come to the same answer.

A counter counts blind: nothing that a session returns to a counter, and no export for one, contains an expected quantity, a
quantity on hand or a cost, and the count is handed in for somebody else to review and post.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from db.core.errors import N_


class Right(StrEnum):
    """The things a role may or may not do; the value is the phrase of the refusal."""

    LOOK_UP = N_("look things up")
    COUNT = N_("count")
    SEE_EXPECTED = N_("see expected quantities")
    SEE_COST = N_("see costs")
    POST_COUNT = N_("post a count")
    ORDER_COUNT = N_("order a count")
    APPROVE_COUNT = N_("approve a count")
    CHANGE_POSTING_DATE = N_("change the posting date")
    ADJUST = N_("adjust stock")
    MOVE = N_("move stock")
    RECEIVE = N_("receive goods")
    SHIP = N_("ship goods")
    SHIP_TRANSFER = N_("ship transfers")
    RECEIVE_TRANSFER = N_("receive transfers")
    ORDER_TRANSFER = N_("order transfers")
    RELABEL = N_("relabel goods")
    CHANGE_EXPIRY = N_("change the expiry date of a lot")
    UNDO_POSTING = N_("undo a posting")
    LINK_CODE = N_("link codes to items")
    SEE_NUMBERS = N_("look at lots and serials")
    TRACE = N_("trace goods")
    BLOCK_NUMBER = N_("block a lot or serial")
    UNBLOCK_NUMBER = N_("unblock a lot or serial")
    EDIT_NUMBER = N_("change an information card")
    SCRAP_BLOCKED = N_("scrap blocked goods")
    CHANGE_MASTER_DATA = N_("change master data")
    CHANGE_USERS = N_("change users")
    SEE_TERMINALS = N_("look after terminals")
    WORK_PRINT_QUEUE = N_("work on the print queue")


_LOOKING = frozenset({Right.LOOK_UP, Right.SEE_EXPECTED, Right.SEE_NUMBERS, Right.TRACE})
_MOVING = _LOOKING | {Right.COUNT, Right.POST_COUNT, Right.MOVE, Right.UNDO_POSTING}

RIGHTS: Mapping[str, frozenset[Right]] = MappingProxyType(
    {
        "viewer": _LOOKING,
        "counter": frozenset({Right.LOOK_UP, Right.COUNT}),
        "worker": _MOVING
        | {
            Right.ADJUST,
            Right.RECEIVE,
            Right.SHIP,
            Right.SHIP_TRANSFER,
            Right.RECEIVE_TRANSFER,
            Right.RELABEL,
            Right.BLOCK_NUMBER,
        },
        "shipping": _MOVING | {Right.SHIP, Right.SHIP_TRANSFER},
        "receiving": _MOVING | {Right.RECEIVE, Right.RECEIVE_TRANSFER, Right.RELABEL, Right.BLOCK_NUMBER},
        "supervisor": frozenset(Right),
        "controller": _LOOKING
        | {
            Right.SEE_COST,
            Right.COUNT,
            Right.POST_COUNT,
            Right.ORDER_COUNT,
            Right.APPROVE_COUNT,
            Right.CHANGE_POSTING_DATE,
            Right.UNDO_POSTING,
            Right.BLOCK_NUMBER,
            Right.UNBLOCK_NUMBER,
            Right.EDIT_NUMBER,
        },
        "master_data": _LOOKING | {Right.SEE_COST, Right.LINK_CODE, Right.EDIT_NUMBER, Right.CHANGE_MASTER_DATA},
        "administrator": frozenset(Right),
    }
)


def has(role: str, right: Right) -> bool:
    """Whether a role has a right. An unknown role has none."""
    return right in RIGHTS.get(role, frozenset())
