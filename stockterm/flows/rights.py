"""Rights as the flows ask for them: of the user who works, before a step is done.

What each role may do stands in `db.core.rights`, where posting, master data and exports ask as well; a screen decides nothing.
"""

from db.core.errors import PermissionDenied
from db.core.rights import RIGHTS, Right, has
from db.queries.people import UserFacts
from stockterm.i18n import _

__all__ = ["RIGHTS", "Right", "may", "may_work_at", "require", "require_location"]


def may(user: UserFacts, right: Right) -> bool:
    """Whether the user's role has the right. An unknown role has none."""
    return has(user.role, right)


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
