"""The one way to change master data: which function takes which kind of record, and the version that tells everybody."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from db.connection import IntegrityError, in_write_transaction
from db.core.errors import PermissionDenied, phrase
from db.core.rights import Right, has
from db.masters.attributes import put_attribute, put_category
from db.masters.change_log import NOBODY, ChangedBy, changing
from db.masters.items import put_barcode, put_item, put_unit_of_measure, put_variant
from db.masters.number_series import put_number_series, put_number_series_line
from db.masters.parts import put_bom_line, put_catalog_item
from db.masters.people import put_reason, put_responsibility_center, put_user
from db.masters.places import put_bin, put_location
from db.masters.printers import put_printer
from db.masters.records import Fields
from db.masters.settings import note_change, put_settings
from db.masters.tables import USERS
from db.masters.tracking import put_lot, put_package, put_serial, put_tracking_code
from db.masters.transfer_routes import put_transfer_route

PUT: Mapping[str, Callable[[Fields], bool]] = MappingProxyType(
    {
        "settings": put_settings,
        "location": put_location,
        "bin": put_bin,
        "transfer_route": put_transfer_route,
        "tracking_code": put_tracking_code,
        "item": put_item,
        "variant": put_variant,
        "lot": put_lot,
        "serial": put_serial,
        "package": put_package,
        "unit_of_measure": put_unit_of_measure,
        "barcode": put_barcode,
        "category": put_category,
        "attribute": put_attribute,
        "bom_line": put_bom_line,
        "catalog_item": put_catalog_item,
        "responsibility_center": put_responsibility_center,
        "reason": put_reason,
        "user": put_user,
        "printer": put_printer,
        "number_series": put_number_series,
        "number_series_line": put_number_series_line,
    }
)


def put(kind: str, fields: Fields, changed_by: ChangedBy = NOBODY) -> bool:
    """Insert or update one record, inside a write transaction in which `note_change` came first.

    `fields` are the interchange format's names with typed values; None clears a field. Everything is checked before the first
    write, so that a refused record leaves no trace. The change log names `changed_by`. Says whether anything changed; raises a
    `StocktermError`.
    """
    _refuse_without_right(kind, changed_by)
    with changing(changed_by):
        return PUT[kind](fields)


_NEEDED: Mapping[str, tuple[Right, ...]] = MappingProxyType(
    {
        "user": (Right.CHANGE_USERS,),
        "printer": (Right.CHANGE_MASTER_DATA, Right.WORK_PRINT_QUEUE),
        "barcode": (Right.CHANGE_MASTER_DATA, Right.LINK_CODE),
        "lot": (Right.EDIT_NUMBER, Right.CHANGE_MASTER_DATA, Right.BLOCK_NUMBER),
        "serial": (Right.EDIT_NUMBER, Right.CHANGE_MASTER_DATA, Right.BLOCK_NUMBER),
    }
)


def _refuse_without_right(kind: str, changed_by: ChangedBy) -> None:
    """Raises `PermissionDenied`, or `UnknownCode` for a user that does not exist; where nobody is named nothing is asked."""
    if not changed_by.user_code:
        return
    role = USERS.require(changed_by.user_code, field="user")["role"]
    needed = _NEEDED.get(kind, (Right.CHANGE_MASTER_DATA,))
    if not any(has(role, right) for right in needed):
        raise PermissionDenied(field="user", user_code=changed_by.user_code, action=phrase(needed[0].value))


def put_masters(records: Iterable[tuple[str, Fields]], changed_by: ChangedBy = NOBODY) -> bool:
    """Insert or update records in a transaction of their own, all of them or none. Says whether anything changed."""
    kept = list(records)

    def work() -> bool:
        note_change()
        changed = [put(kind, fields, changed_by) for kind, fields in kept]
        return any(changed)

    try:
        return in_write_transaction(work)
    except IntegrityError:  # a posting brought the same number in at the same moment: now it is there to be changed
        return in_write_transaction(work)
