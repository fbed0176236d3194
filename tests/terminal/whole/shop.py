"""The small company of the golden screens, and the walk through it: what is pressed, scene by scene."""

from typing import Any

from tests.terminal.whole.floor import TODAY
from tests.terminal.whole.program import F1, F2, F3, F4, F5, F8, F9, F10

PIN = "4711"


def _in(item: str, quantity: str, **fields: Any) -> dict[str, Any]:
    line = {"op": "journal_line", "type": "purchase", "date": TODAY.isoformat(), "item": item, "location": "EAST"}
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
    {"op": "user", "code": "KARI", "name": "Kari", "role": "supervisor", "badge": "B-KARI-2205", "language": "nb"},
    _in("SCREW", "25"),
    _in("NAIL-60", "400", bin="A-02"),
    _in("CHEESE", "6", tracking=[{"quantity": "6", "lot": "L-0417", "expiration_date": "2031-05-01"}]),
    _in("HAM", "3", bin="A-02", tracking=[{"quantity": "3", "lot": "L-0417", "expiration_date": "2030-11-30"}]),
    _in("SAW", "2", tracking=[{"quantity": "1", "serial": "SN-1"}, {"quantity": "1", "serial": "SN-2"}]),
    _in("NAIL-60", "7", bin="B-01"),
]

ENTER_DIGITS = b"the digits that the screen shows"


def _scan(text: str) -> bytes:
    return text.encode() + b"\r"


WALK: dict[str, tuple[bytes, ...]] = {
    "sign-in": (),
    "sign-in: help": (F1, F1),
    "sign-in: unknown badge": (_scan("B-NOBODY-1"),),
    "sign-in: PIN": (_scan("ANN"), b"4712"),
    "sign-in: wrong PIN": (b"\r",),
    "location": (_scan(PIN),),
    "menu": (_scan("LOC:EAST"),),
    "menu: second page": (F8,),
    "menu: no such choice": (_scan("7"),),
    "menu: a scan": (F3, _scan("9520000000011")),
    "count: empty": (F3, _scan("1")),
    "count: item before the bin": (_scan("9520000000011"),),
    "count: bin": (F3, _scan("BIN:A-01")),
    "count: a piece": (_scan("9520000000011"),),
    "count: a box": (_scan("19520000000018"),),
    "count: twelve times the next": (_scan("12*"),),
    "count: twelve": (_scan("9520000000011"),),
    "count: typed, replacing": (_scan("25"),),
    "count: replaced": (F10,),
    "count: undone": (F5,),
    "count: half-typed": (b"95200000",),
    "count: locked": (F2, _scan("NOSUCHTHING")),
    "count: the whole message": (F1,),
    "count: scans held": (_scan("9520000000011"), _scan("BIN:A-02")),
    "count: held scans offered": (F3,),
    "count: held scans applied": (F5,),
    "count: misread": (_scan("9520000000012"),),
    "count: blocked item": (F3, _scan("RECALL")),
    "count: ambiguous": (F3, _scan("BIN:A-01"), _scan("L-0417")),
    "count: no such choice": (_scan("3"),),
    "count: chosen": (_scan("1"),),
    "count: lot asked": (_scan("CHEESE"),),
    "count: new lot": (_scan("NEW-1"),),
    "count: expiry asked": (F10,),
    "count: lot counted": (_scan("311231"),),
    "count: serial": (_scan("SAW"), _scan("SN-1")),
    "count: serial again": (_scan("SN-1"),),
    "count: help": (F3, F1),
    "count: keys": (F1,),
    "count: implausible": (F1, _scan("5000*9520000000011")),
    "count: not seen": (F3, F9),
    "count: bin closed": (F3,),
    "count: bins": (F4,),
    "count: empty bin": (F3, _scan("BIN:B-01"), F9),
    "count: empty bin confirmed": (F10,),
    "count: review": (F10,),
    "count: wrong digits": (_scan("00"),),
    "count: posted": (ENTER_DIGITS,),
    "adjust": (_scan("2"),),
    "adjust: quantity": (_scan("BIN:A-01"), _scan("9520000000011")),
    "adjust: reason": (_scan("-2"),),
    "adjust: summary": (_scan("RSN:SCRAP"),),
    "adjust: confirm": (F10,),
    "adjust: posted": (ENTER_DIGITS,),
    "adjust: another bin": (_scan("BIN:A-02"),),
    "adjust: not enough": (F3, F2, _scan("BIN:A-02"), _scan("NAIL-60"), _scan("-500")),
    "move": (F3, F3, F3, F3, F3, F3, F3, _scan("3")),
    "move: quantity": (_scan("BIN:A-02"), _scan("NAIL-60")),
    "move: to": (_scan("30"),),
    "move: summary": (_scan("BIN:B-01"),),
    "move: posted": (F10, ENTER_DIGITS),
    "what is this": (F3, F3, F3, F3, _scan("4")),
    "what is this: an item": (_scan("9520000000011"),),
    "what is this: a bin": (_scan("BIN:A-01"),),
    "what is this: unknown": (_scan("NOSUCHTHING"),),
    "my postings": (F3, F3, F3, _scan("5")),
    "my postings: one": (_scan("1"),),
    "my postings: undo": (F5,),
    "my postings: undone": (F10, ENTER_DIGITS),
    "signed out": (F3, F3, F3, F3, _scan("9")),
}

NORSK: dict[str, tuple[bytes, ...]] = {
    "location": (_scan("B-KARI-2205"),),
    "menu": (_scan("LOC:EAST"),),
    "count": (_scan("1"), _scan("BIN:A-01"), _scan("9520000000011"), _scan("19520000000018")),
    "count: typed, which unit": (_scan("25"),),
    "count: typed, replacing": (_scan("1"),),
    "count: locked": (F10, _scan("NOSUCHTHING")),
    "count: review": (F3, F10),
    "count: posted": (ENTER_DIGITS,),
}
