"""The small company of the golden screens. The clock stands at `MOMENT`, and `DIGITS` post."""

from datetime import UTC, datetime
from typing import Any

PIN = "4711"
MOMENT = datetime(2027, 1, 15, 9, 30, tzinfo=UTC)
DIGITS = "47"


def bought(item: str, quantity: str, **fields: Any) -> dict[str, Any]:
    """Goods that came in, at 2 a piece; into A-01 unless `bin` says otherwise."""
    line = {"op": "journal_line", "type": "purchase", "date": MOMENT.date().isoformat(), "item": item, "location": "EAST"}
    return {**line, "bin": "A-01", "quantity": quantity, "unit_cost": "2", **fields}


COMPANY: list[dict[str, Any]] = [
    {"op": "location", "code": "EAST", "name": "East warehouse", "bin_mandatory": True},
    {"op": "location", "code": "SHOP", "name": "Shop"},
    *({"op": "bin", "location": "EAST", "code": code} for code in ("A-01", "A-02", "B-01")),
    {"op": "tracking_code", "code": "FOOD", "lot": True, "lot_warehouse": True, "expiration_required": True},
    {"op": "tracking_code", "code": "SN", "serial": True, "serial_warehouse": True},
    {"op": "item", "no": "SCREW", "description": "Skrue 4x40 sølv, pakke", "gtin": "9520000000011", "quantity_rounding": "1"},
    {"op": "unit_of_measure", "item": "SCREW", "code": "BOX", "quantity_per": "10"},
    {"op": "barcode", "barcode": "19520000000018", "item": "SCREW", "uom": "BOX"},
    {"op": "item", "no": "NAIL-60", "description": "Nail 60 mm"},
    {"op": "item", "no": "CHEESE", "description": "Brown cheese, 500 g", "tracking_code": "FOOD"},
    {"op": "item", "no": "SAW", "description": "Circular saw", "tracking_code": "SN"},
    {"op": "item", "no": "HAM", "description": "Cured ham", "tracking_code": "FOOD"},
    {"op": "item", "no": "RECALL", "description": "Recalled toaster", "blocked": True},
    {"op": "reason", "code": "FOUND", "description": "Found"},
    {"op": "reason", "code": "SCRAP", "description": "Scrapped"},
    {"op": "user", "code": "ANN", "name": "Ann", "role": "worker", "badge": "B-ANN-7391", "pin": PIN},
    {"op": "user", "code": "SUE", "name": "Sue", "role": "supervisor", "badge": "B-SUE-0917"},
    {"op": "user", "code": "KARI", "name": "Kari", "role": "supervisor", "badge": "B-KARI-2205", "language": "nb"},
    bought("SCREW", "25"),
    bought("NAIL-60", "400", bin="A-02"),
    bought("CHEESE", "6", tracking=[{"quantity": "6", "lot": "L-0417", "expiration_date": "2031-05-01"}]),
    bought("HAM", "3", bin="A-02", tracking=[{"quantity": "3", "lot": "L-0417", "expiration_date": "2030-11-30"}]),
    bought("SAW", "2", tracking=[{"quantity": "1", "serial": "SN-1"}, {"quantity": "1", "serial": "SN-2"}]),
    bought("NAIL-60", "7", bin="B-01"),
]
