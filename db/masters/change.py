"""The one way to change master data: which function takes which kind of record, and the version that tells everybody."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from db.connection import in_write_transaction
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
    with changing(changed_by):
        return PUT[kind](fields)


def put_masters(records: Iterable[tuple[str, Fields]], changed_by: ChangedBy = NOBODY) -> bool:
    """Insert or update records in a transaction of their own, all of them or none. Says whether anything changed."""
    kept = list(records)

    def work() -> bool:
        note_change()
        changed = [put(kind, fields, changed_by) for kind, fields in kept]
        return any(changed)

    return in_write_transaction(work)
