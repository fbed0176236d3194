"""The operations of the interchange format and their fields. Source: the contract; extended, never changed.

An operation is master data (`nulls` clear a field), a posting that this version does, or one that it only reads and refuses with
`not_supported`: its fields are checked all the same, so that a sender learns of a mistake before the version that posts it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from db.masters import tables
from stockterm.interchange.kinds import (
    Field,
    Spec,
    choice,
    code,
    day,
    decimal,
    either,
    flag,
    listed,
    named_values,
    number,
    rows,
    secret,
    text,
    whole,
)


class Group(Enum):
    """What becomes of an operation once it is read."""

    MASTER = auto()
    POSTING = auto()
    LATER = auto()


@dataclass(frozen=True, slots=True)
class Operation:
    name: str
    group: Group
    fields: Spec


def _needed(field: Field) -> Field:
    return Field(field.kind, required=True)


_CODE = Field(code)
_NUMBER = Field(number)
_NAME = Field(text(100))
_FLAG = Field(flag)
_DAY = Field(day)
_DECIMAL = Field(decimal)
_WHOLE = Field(whole)
_REFERENCE = Field(text(140))  # an operation id of up to 100 characters, and a leg

ENTRY_TYPES = ("purchase", "sale", "positive_adjustment", "negative_adjustment", "transfer", "consumption", "output")

# ---- master data

_MASTERS: Mapping[str, Mapping[str, Field]] = {
    "settings": {
        "automatic_cost_adjustment": Field(choice(*tables.AUTOMATIC_COST_ADJUSTMENT)),
        "automatic_cost_posting": _FLAG,
        "expected_cost_posting": _FLAG,
        "average_cost_period": Field(choice(*tables.PERIODS)),
        "average_cost_calc_type": Field(choice(*tables.AVERAGE_COST_CALC_TYPES)),
        "amount_rounding": _DECIMAL,
        "unit_cost_rounding": _DECIMAL,
        "quantity_rounding": _DECIMAL,
        "allow_negative_inventory": _FLAG,
        "allow_posting_from": _DAY,
        "allow_posting_to": _DAY,
        "transfer_order_nos": _CODE,
        "transfer_shipment_nos": _CODE,
        "transfer_receipt_nos": _CODE,
    },
    "location": {
        "code": _needed(_CODE),
        "name": _NAME,
        "in_transit": _FLAG,
        "bin_mandatory": _FLAG,
        "require_receive": _FLAG,
        "require_put_away": _FLAG,
        "require_pick": _FLAG,
        "require_shipment": _FLAG,
        "responsibility_center": _CODE,
        "inventory_accounts": Field(either(named_values, dict, text(2_000))),
        "blind_receipts": _FLAG,
        "fefo": Field(choice("none", *tables.FEFO)),
    },
    "transfer_route": {
        "from": _needed(_CODE),
        "to": _needed(_CODE),
        "in_transit": _CODE,
        "direct": _FLAG,
        "shipping_days": _WHOLE,
    },
    "bin": {
        "location": _needed(_CODE),
        "code": _needed(_CODE),
        "zone": _CODE,
        "ranking": _WHOLE,
        "blocked_movement": Field(choice("none", *tables.BLOCKED_MOVEMENTS)),
        "minimum": _DECIMAL,
        "maximum": _DECIMAL,
        "dedicated": _FLAG,
        "check_digits": Field(text(2)),
    },
    "tracking_code": {
        "code": _needed(_CODE),
        "lot": _FLAG,
        "serial": _FLAG,
        "package": _FLAG,
        "expiration_required": _FLAG,
        "strict_expiration": _FLAG,
        "fefo": _FLAG,
        "lot_warehouse": _FLAG,
        "serial_warehouse": _FLAG,
        "lot_nos": _CODE,
        "serial_nos": _CODE,
        "package_nos": _CODE,
        "use_expiration_dates": _FLAG,
        **dict.fromkeys(("lot_required", "serial_required", "package_required"), Field(listed(choice(*tables.TRACKED_WHEN)))),
        **dict.fromkeys(("lot_info_inbound", "lot_info_outbound", "create_lot_info"), _FLAG),
        **dict.fromkeys(("serial_info_inbound", "serial_info_outbound", "create_serial_info"), _FLAG),
        **dict.fromkeys(("package_info_inbound", "package_info_outbound", "create_package_info"), _FLAG),
    },
    "item": {
        "no": _needed(_CODE),
        "quantity_rounding": _DECIMAL,
        "description": _NAME,
        "type": Field(choice(*tables.ITEM_TYPES)),
        "base_uom": _CODE,
        "costing_method": Field(choice(*tables.COSTING_METHODS)),
        "standard_cost": _DECIMAL,
        "unit_cost": _DECIMAL,
        "indirect_cost_percent": _DECIMAL,
        "overhead_rate": _DECIMAL,
        "tracking_code": _CODE,
        "category": _CODE,
        "gtin": Field(text(40)),
        "blocked": _FLAG,
        "reserve": Field(choice(*tables.RESERVE)),
        "replenishment": Field(choice(*tables.REPLENISHMENT)),
        "inventory_posting_group": _CODE,
        "expiration_calculation": Field(text(20)),
        "attributes": Field(named_values),
    },
    "variant": {"item": _needed(_CODE), "code": _needed(_CODE), "description": _NAME, "blocked": _FLAG},
    "lot": {
        "item": _needed(_CODE),
        "variant": _CODE,
        "no": _needed(_NUMBER),
        "blocked": _FLAG,
        "block_reason": _NAME,
        "blocked_by": _CODE,
        "expiration_date": _DAY,
        "description": _NAME,
        "certificate": _NAME,
        "quality": _NAME,
        "comments": Field(text(250)),
    },
    "unit_of_measure": {"item": _needed(_CODE), "code": _needed(_CODE), "quantity_per": _DECIMAL},
    "barcode": {"barcode": _needed(_CODE), "item": _CODE, "variant": _CODE, "uom": _CODE},
    "category": {"code": _needed(_CODE), "parent": _CODE, "description": _NAME, "attributes": Field(named_values)},
    "attribute": {
        "name": _needed(Field(text(60))),
        "type": Field(choice(*tables.ATTRIBUTE_TYPES)),
        "options": Field(listed(text(250))),
        "unit": Field(text(20)),
    },
    "bom_line": {
        "item": _needed(_CODE),
        "line_no": _needed(_WHOLE),
        "component": _CODE,
        "variant": _CODE,
        "quantity_per": _DECIMAL,
        "uom": _CODE,
    },
    "catalog_item": {
        "code": _needed(_CODE),
        "vendor": _CODE,
        "vendor_item_no": Field(text(50)),
        "description": _NAME,
        "base_uom": _CODE,
        "unit_cost": _DECIMAL,
        "gtin": Field(text(40)),
        "item_no": _CODE,
    },
    "responsibility_center": {"code": _needed(_CODE), "name": _NAME, "location": _CODE},
    "reason": {"code": _needed(_CODE), "description": _NAME},
    "number_series": {"code": _needed(_CODE), "description": _NAME, "manual_nos": _FLAG, "date_order": _FLAG},
    "number_series_line": {
        "series": _needed(_CODE),
        "starting_date": _DAY,
        "starting_no": _NUMBER,
        "ending_no": _NUMBER,
        "warning_no": _NUMBER,
        "increment": _WHOLE,
        "allow_gaps": _FLAG,
        "open": _FLAG,
        "last_no_used": _NUMBER,
    },
    "printer": {
        "code": _needed(_CODE),
        "name": _NAME,
        "kind": Field(choice(*tables.PRINTER_KINDS)),
        "address": Field(text(200)),
        "width_mm": _WHOLE,
        "height_mm": _WHOLE,
        "dpi": _WHOLE,
        "location": _CODE,
        "blocked": _FLAG,
    },
    "user": {
        "code": _needed(_CODE),
        "name": _NAME,
        "role": Field(choice(*tables.ROLES)),
        "badge": _CODE,
        "pin": Field(secret),
        "language": Field(text(10)),
        "locations": Field(listed(code)),
        "allow_posting_from": _DAY,
        "allow_posting_to": _DAY,
        "responsibility_center": _CODE,
        "blocked": _FLAG,
    },
}

# ---- postings

_HEADER: Mapping[str, Field] = {
    "id": Field(text(100)),
    "date": _DAY,
    "document_no": _CODE,
    "external_document_no": Field(text(50)),
    "reason": _CODE,
    "user": _CODE,
}
_TRACKING: Mapping[str, Field] = {"lot": _NUMBER, "serial": _NUMBER, "package": _NUMBER, "expiration_date": _DAY}
_NEW_TRACKING: Mapping[str, Field] = {
    "new_lot": _NUMBER,
    "new_serial": _NUMBER,
    "new_package": _NUMBER,
    "new_expiration_date": _DAY,
    "clear_expiration_date": _FLAG,
}
_TRACKING_LINES = Field(rows({**_TRACKING, **_NEW_TRACKING, "quantity": _DECIMAL}))
_COST: Mapping[str, Field] = {"unit_cost": _DECIMAL, "amount": _DECIMAL}
_PRICE: Mapping[str, Field] = {"unit_price": _DECIMAL, "sales_amount": _DECIMAL}

_HANDLED_LINES = Field(rows({"line_no": _needed(_WHOLE), "quantity": _DECIMAL, "tracking": _TRACKING_LINES}))
_MOVED_LINES = Field(
    rows(
        {
            "line_no": _needed(_WHOLE),
            "quantity": _DECIMAL,
            **_TRACKING,
            "tracking": _TRACKING_LINES,
            "bin": _CODE,
            "new_bin": _CODE,
        }
    )
)

_POSTINGS: Mapping[str, Mapping[str, Field]] = {
    "journal_line": {
        "type": Field(choice(*ENTRY_TYPES), required=True),
        "item": _needed(_CODE),
        "variant": _CODE,
        "location": _CODE,
        "bin": _CODE,
        "new_location": _CODE,
        "new_bin": _CODE,
        "quantity": _needed(_DECIMAL),
        "uom": _CODE,
        **_TRACKING,
        **_NEW_TRACKING,
        "tracking": _TRACKING_LINES,
        **_COST,
        **_PRICE,
        "invoiced": _FLAG,
        "applies_to": _REFERENCE,
        "applies_from": _REFERENCE,
    },
    "invoice": {"of": _needed(_REFERENCE), "quantity": _DECIMAL, **_COST, **_PRICE},
    "count": {
        "location": _CODE,
        "lines": Field(
            rows(
                {
                    "item": _needed(_CODE),
                    "variant": _CODE,
                    "bin": _CODE,
                    **_TRACKING,
                    "counted": _needed(_DECIMAL),
                    "unit_cost": _DECIMAL,
                }
            ),
            required=True,
        ),
    },
    "undo": {"of": _needed(_REFERENCE)},
    "transfer_order": {
        "no": _CODE,
        "from": _needed(_CODE),
        "to": _needed(_CODE),
        "in_transit": _CODE,
        "direct": _FLAG,
        "released": _FLAG,
        "shipment_date": _DAY,
        "receipt_date": _DAY,
        "lines": _needed(
            Field(
                rows(
                    {
                        "line_no": _WHOLE,
                        "item": _needed(_CODE),
                        "variant": _CODE,
                        "quantity": _needed(_DECIMAL),
                        "uom": _CODE,
                        **_TRACKING,
                        "tracking": _TRACKING_LINES,
                    }
                )
            )
        ),
    },
    "transfer_ship": {"no": _needed(_CODE), "lines": _MOVED_LINES},
    "transfer_receive": {"no": _needed(_CODE), "lines": _MOVED_LINES},
    "change_expiry": {
        "item": _needed(_CODE),
        "variant": _CODE,
        **dict.fromkeys(("lot", "serial", "package"), _NUMBER),
        "new_expiration_date": _DAY,
        "clear_expiration_date": _FLAG,
    },
    "change_variant": {
        "item": _needed(_CODE),
        "variant": _CODE,
        "new_variant": _needed(_CODE),
        "location": _CODE,
        "bin": _CODE,
        "quantity": _needed(_DECIMAL),
        "uom": _CODE,
        **_TRACKING,
        "tracking": _TRACKING_LINES,
    },
    "transfer_close": {
        "no": _needed(_CODE),
        "how": Field(choice("write_off", "send_back"), required=True),
        "lines": _MOVED_LINES,
    },
    "transfer_delete": {"no": _needed(_CODE)},
    "adjust_cost": {"items": Field(listed(code))},
}

_ORDER_LINE: Mapping[str, Field] = {
    "line_no": _WHOLE,
    "item": _needed(_CODE),
    "variant": _CODE,
    "location": _CODE,
    "quantity": _needed(_DECIMAL),
    "uom": _CODE,
    "due": _DAY,
}

_LATER: Mapping[str, Mapping[str, Field]] = {
    "item_charge": {
        "to": _needed(Field(either(rows({"of": _needed(_REFERENCE), "amount": _DECIMAL}), list, text(140)))),
        "charge": _CODE,
        "amount": _DECIMAL,
        "invoiced": _FLAG,
    },
    "revaluation": {
        "of": _REFERENCE,
        "item": _CODE,
        "variant": _CODE,
        "location": _CODE,
        "new_unit_cost": _DECIMAL,
        "new_amount": _DECIMAL,
        "amount": _DECIMAL,
        "remaining_only": _FLAG,
        "update_standard_cost": _FLAG,
    },
    "assembly": {
        "item": _needed(_CODE),
        "variant": _CODE,
        "location": _CODE,
        "bin": _CODE,
        "quantity": _needed(_DECIMAL),
        "uom": _CODE,
        **_TRACKING,
        "tracking": _TRACKING_LINES,
        "components": Field(
            rows(
                {
                    "item": _needed(_CODE),
                    "variant": _CODE,
                    "bin": _CODE,
                    "quantity": _needed(_DECIMAL),
                    "uom": _CODE,
                    **_TRACKING,
                    "tracking": _TRACKING_LINES,
                }
            )
        ),
    },
    "reserve": {"for": _needed(_REFERENCE), "from": _needed(_REFERENCE), "quantity": _DECIMAL},
    "unreserve": {"for": _needed(_REFERENCE), "from": _needed(_REFERENCE), "quantity": _DECIMAL},
    "sales_order": {
        "no": _needed(_CODE),
        "party": Field(text(100)),
        "lines": _needed(Field(rows({**_ORDER_LINE, "unit_price": _DECIMAL}))),
    },
    "purchase_order": {
        "no": _needed(_CODE),
        "party": Field(text(100)),
        "lines": _needed(Field(rows({**_ORDER_LINE, "unit_cost": _DECIMAL}))),
    },
    "receive": {"no": _needed(_CODE), "lines": _HANDLED_LINES, "invoiced": _FLAG},
    "ship": {"no": _needed(_CODE), "lines": _HANDLED_LINES, "invoiced": _FLAG},
    "post_inventory_cost": {"to_date": _DAY},
    "close_period": {"ending": _needed(_DAY)},
    "reopen_period": {"ending": _needed(_DAY)},
    "unapply": {"entry": _needed(_REFERENCE), "to": _REFERENCE, "quantity": _DECIMAL},
    "apply": {"entry": _needed(_REFERENCE), "to": _needed(_REFERENCE), "quantity": _DECIMAL},
}


def _all() -> dict[str, Operation]:
    found = {name: Operation(name, Group.MASTER, Spec(fields)) for name, fields in _MASTERS.items()}
    for name in ("serial", "package"):
        found[name] = Operation(name, Group.MASTER, Spec(_MASTERS["lot"]))
    for name, fields in _POSTINGS.items():
        found[name] = Operation(name, Group.POSTING, Spec(_HEADER, fields))
    for name, fields in _LATER.items():
        found[name] = Operation(name, Group.LATER, Spec(_HEADER, fields))
    return found


OPERATIONS: Mapping[str, Operation] = _all()
