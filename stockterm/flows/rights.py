"""What each role may do. Asked by the flows before a step and again by whatever posts; a screen decides nothing.

A counter counts blind: nothing that a session returns to a counter contains an expected quantity, a quantity on hand or a
cost, and the count is handed in for somebody else to review and post.
"""

from enum import StrEnum

from db.core.errors import N_, PermissionDenied
from db.queries.people import UserFacts
from stockterm.i18n import _


class Right(StrEnum):
    """The things a role may or may not do; the value is the phrase of the refusal."""

    LOOK_UP = N_("look things up")
    COUNT = N_("count")
    SEE_EXPECTED = N_("see expected quantities")
    POST_COUNT = N_("post a count")
    ORDER_COUNT = N_("order a count")
    APPROVE_COUNT = N_("approve a count")
    ADJUST = N_("adjust stock")
    MOVE = N_("move stock")
    RELABEL = N_("relabel goods")
    CHANGE_EXPIRY = N_("change the expiry date of a lot")
    SHIP_TRANSFER = N_("ship transfers")
    RECEIVE_TRANSFER = N_("receive transfers")
    ORDER_TRANSFER = N_("order transfers")
    UNDO_POSTING = N_("undo a posting")
    LINK_CODE = N_("link codes to items")
    SEE_NUMBERS = N_("look at lots and serials")
    TRACE = N_("trace goods")
    BLOCK_NUMBER = N_("block a lot or serial")
    UNBLOCK_NUMBER = N_("unblock a lot or serial")
    EDIT_NUMBER = N_("change an information card")
    SCRAP_BLOCKED = N_("scrap blocked goods")


_WORKER = {
    Right.LOOK_UP,
    Right.COUNT,
    Right.SEE_EXPECTED,
    Right.POST_COUNT,
    Right.ADJUST,
    Right.MOVE,
    Right.RELABEL,
    Right.SHIP_TRANSFER,
    Right.RECEIVE_TRANSFER,
    Right.UNDO_POSTING,
    Right.SEE_NUMBERS,
    Right.TRACE,
    Right.BLOCK_NUMBER,
}

_RIGHTS: dict[str, frozenset[Right]] = {
    "viewer": frozenset({Right.LOOK_UP, Right.SEE_EXPECTED, Right.SEE_NUMBERS, Right.TRACE}),
    "counter": frozenset({Right.LOOK_UP, Right.COUNT}),
    "worker": frozenset(_WORKER),
    "supervisor": frozenset(Right),
    "controller": frozenset(
        {
            Right.LOOK_UP,
            Right.SEE_EXPECTED,
            Right.COUNT,
            Right.POST_COUNT,
            Right.ORDER_COUNT,
            Right.APPROVE_COUNT,
            Right.UNDO_POSTING,
            Right.SEE_NUMBERS,
            Right.TRACE,
            Right.BLOCK_NUMBER,
            Right.UNBLOCK_NUMBER,
            Right.EDIT_NUMBER,
        }
    ),
    "administrator": frozenset(Right),
}


def may(user: UserFacts, right: Right) -> bool:
    """Whether the user's role has the right. An unknown role has none."""
    return right in _RIGHTS.get(user.role, frozenset())


def require(user: UserFacts, right: Right) -> None:
    """Raise `PermissionDenied` where the role does not have the right."""
    if not may(user, right):
        raise PermissionDenied(user_code=user.code, action=_(right.value))


def may_work_at(user: UserFacts, location_code: str) -> bool:
    """Whether the user may work at the location; users without a list may work everywhere."""
    return not user.locations or location_code in user.locations


def require_location(user: UserFacts, location_code: str) -> None:
    """Raise `PermissionDenied` for a location that is not one of the user's."""
    if not may_work_at(user, location_code):
        raise PermissionDenied(
            user_code=user.code, action=_("work at {location}").format(location=location_code), field="location"
        )
