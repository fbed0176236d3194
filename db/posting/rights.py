"""Which right a posting needs of the user it is posted for: the one that it names, else whoever runs the program.

A posting without a user (a file that names none) needs none: whoever may call the program on the database may post anything.
"""

from collections.abc import Mapping
from types import MappingProxyType

from db.core.codes import number_key
from db.core.errors import PermissionDenied, phrase
from db.core.rights import RIGHTS, Right, has
from db.posting.checked import Problems
from db.posting.lines import (
    ChangeExpiry,
    ChangeVariant,
    Count,
    EntryType,
    Header,
    Invoice,
    ItemJournalLine,
    PostedBy,
    PostingOperation,
    TrackingLine,
    TransferClose,
    TransferDelete,
    TransferOrder,
    TransferReceive,
    TransferShip,
    Undo,
)
from db.posting.setup import Setup

_OF_LINES: Mapping[EntryType, tuple[Right, ...]] = MappingProxyType(
    {
        EntryType.PURCHASE: (Right.RECEIVE,),
        EntryType.OUTPUT: (Right.RECEIVE,),
        EntryType.SALE: (Right.SHIP,),
        EntryType.CONSUMPTION: (Right.SHIP,),
        EntryType.POSITIVE_ADJUSTMENT: (Right.ADJUST,),
        EntryType.NEGATIVE_ADJUSTMENT: (Right.ADJUST,),
        EntryType.TRANSFER: (Right.MOVE,),
    }
)
_OF_OPERATIONS: Mapping[type, tuple[Right, ...]] = MappingProxyType(
    {
        Invoice: (Right.RECEIVE, Right.SHIP, Right.SEE_COST),
        Count: (Right.POST_COUNT,),
        Undo: (Right.UNDO_POSTING,),
        ChangeExpiry: (Right.CHANGE_EXPIRY,),
        ChangeVariant: (Right.RELABEL,),
        TransferOrder: (Right.ORDER_TRANSFER,),
        TransferClose: (Right.ORDER_TRANSFER,),
        TransferDelete: (Right.ORDER_TRANSFER,),
        TransferShip: (Right.SHIP_TRANSFER,),
        TransferReceive: (Right.RECEIVE_TRANSFER,),
    }
)

_TO_UNDO: Mapping[str, tuple[Right, ...]] = MappingProxyType(
    {"change_expiry": (Right.CHANGE_EXPIRY,), "transfer_close": (Right.ORDER_TRANSFER,)}
)


def rights_for(operation: PostingOperation) -> tuple[Right, ...]:
    """The rights one of which the posting needs; empty: none (cost adjustment, which changes nothing that anybody decides)."""
    if isinstance(operation, ItemJournalLine) and operation.entry_type is EntryType.TRANSFER:
        return _of_transfer(operation)
    if isinstance(operation, ItemJournalLine):
        return _OF_LINES.get(operation.entry_type, ())
    return _OF_OPERATIONS.get(type(operation), ())


def _of_transfer(line: ItemJournalLine) -> tuple[Right, ...]:
    """Goods that go elsewhere are moved; with another number they are relabelled; the date of a number that stays is another
    matter."""
    rights = {_of_tracking(one) for one in line.tracking}
    return next(((right,) for right in (Right.CHANGE_EXPIRY, Right.RELABEL) if right in rights), _OF_LINES[EntryType.TRANSFER])


def _of_tracking(one: TrackingLine) -> Right:
    numbers = (
        ("lot", one.lot_no, one.new_lot_no),
        ("serial", one.serial_no, one.new_serial_no),
        ("package", one.package_no, one.new_package_no),
    )
    changed = {
        kind for kind, old, new in numbers if one.drawn == kind or (new is not None and number_key(new) != number_key(old))
    }
    dated = next((kind for kind, old, _new in numbers if old), "")  # the number that has the date (`dated_kind`)
    if dated not in changed and (one.new_expiration_date is not None or one.clear_expiration):
        return Right.CHANGE_EXPIRY
    return Right.RELABEL if changed else Right.MOVE


def refuse_without_right(operation: PostingOperation, setup: Setup, posted_by: PostedBy) -> None:
    """Raises `Problems` with `PermissionDenied` where the user's role has none of the rights.

    Who posts for somebody else needs the right too. A user that does not exist, and one who may post nothing at all, are refused
    with everything else that is wrong.
    """
    _refuse(rights_for(operation), operation.header, setup, posted_by)


def refuse_undo_without_right(operation: str, header: Header, setup: Setup, posted_by: PostedBy) -> None:
    """Who may not redate a lot, or say what a transfer is missing, does not take that back either. Raises `Problems`."""
    _refuse(_TO_UNDO.get(operation, ()), header, setup, posted_by)


def _refuse(needed: tuple[Right, ...], header: Header, setup: Setup, posted_by: PostedBy) -> None:
    for code in dict.fromkeys((header.user_code, posted_by.user_code)):
        user = setup.user(code) if code and needed else None
        if user is not None and may_post(user.role) and not any(has(user.role, right) for right in needed):
            raise Problems([PermissionDenied(field="user", user_code=user.code, action=phrase(needed[0].value))])


_POSTING = frozenset(right for needed in (*_OF_LINES.values(), *_OF_OPERATIONS.values()) for right in needed) - {Right.SEE_COST}


def may_post(role: str) -> bool:
    """Whether a role may post anything at all."""
    return bool(RIGHTS.get(role, frozenset()) & _POSTING)
