"""Company settings: one row, and the version by which everybody notices a change of master data."""

from db.connection import fetch
from db.masters.records import Fields, require_order, require_positive
from db.masters.tables import NUMBER_SERIES, SETTINGS

SERIES = ("transfer_order_nos", "transfer_shipment_nos", "transfer_receipt_nos")
_FIELDS = (
    "automatic_cost_adjustment",
    "automatic_cost_posting",
    "expected_cost_posting",
    "average_cost_period",
    "average_cost_calc_type",
    "amount_rounding",
    "unit_cost_rounding",
    "quantity_rounding",
    "allow_negative_inventory",
    "allow_posting_from",
    "allow_posting_to",
    *SERIES,
)


def put_settings(fields: Fields) -> bool:
    """Change the settings that `fields` names. Those of methods that come later are kept for them."""
    current = SETTINGS.read(1)
    row = SETTINGS.changed(current, fields, *_FIELDS)
    row["id"] = 1
    require_positive(row, "amount_rounding", "unit_cost_rounding", "quantity_rounding")
    for field in SERIES:
        if fields.get(field):
            NUMBER_SERIES.require(row[field], field=field)
    require_order(row, "allow_posting_from", "allow_posting_to")
    return SETTINGS.save(current, row)


def note_change() -> None:
    """Tell everybody that master data changed. First in a transaction that changes any: it also makes such writers take turns."""
    fetch("UPDATE settings SET version = version + 1 WHERE id = 1")
