"""A warehouse to count in, labels to scan, and a second, simpler idea of what a row of scans comes to.

`Walk` deals labels as a counter meets them: a bin, then what lies in it, now and then a box, twelve at once, or an undo.
`Tally` adds up the same texts with a dictionary and a stack, and knows nothing of the program.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from db.core.numbers import from_scaled
from stockterm.scanning.check_digits import check_digit

BINS = tuple(f"A-{number:02}" for number in range(1, 9))
BADGES = {"ANN": "B-ANN-7391", "BOB": "B-BOB-1846", "CAT": "B-CAT-5520", "SUE": "B-SUE-0917"}
PIN = "4711"
PLENTY = "10000000"  # so much that no count is too much
TODAY = date.today()

Place = tuple[str, str, str, str]  # bin, item, lot, serial


@dataclass(frozen=True, slots=True)
class Label:
    """What a label stands for."""

    item: str
    quantity: int = 1  # base units
    lot: str = ""
    serial: str = ""


def _gtin(indicator: int, number: int) -> str:
    digits = f"{indicator}952{number:09}"
    return digits + check_digit(digits)


def _labels(serials: int) -> dict[str, Label]:
    """Every label there is: pieces and boxes of plain items, lots, serial numbers."""
    labels = {}
    for number in range(1, 25):
        item = f"IT{number:03}"
        labels[_gtin(0, number)[1:]] = Label(item)
        labels[_gtin(1, number)] = Label(item, 10)
        labels[f"ITM:{item}"] = Label(item)
    for number in range(31, 35):
        for lot in ("A1", "B/2", "C-3"):
            labels[f"]C101{_gtin(0, number)}11261201\x1d10{lot}"] = Label(f"IT{number:03}", 1, lot)
            labels[f"]C101{_gtin(0, number)}3005\x1d10{lot}"] = Label(f"IT{number:03}", 5, lot)
    for number in range(41, 43):
        for serial in range(serials):
            labels[f"]d201{_gtin(0, number)}21S{number}-{serial:05}"] = Label(f"IT{number:03}", 1, "", f"S{number}-{serial:05}")
    return labels


def company(serials: int = 0) -> list[dict[str, Any]]:
    """The operations that make it. EAST has bins, SHOP has none. ANN and BOB are workers, CAT counts blind, SUE supervises."""
    records: list[dict[str, Any]] = [
        {"op": "location", "code": "EAST", "name": "East", "bin_mandatory": True},
        {"op": "location", "code": "SHOP", "name": "Shop"},
        *({"op": "bin", "location": "EAST", "code": code} for code in BINS),
        {"op": "tracking_code", "code": "LOT", "lot": True, "lot_warehouse": True},
        {"op": "tracking_code", "code": "SN", "serial": True, "serial_warehouse": True},
        {"op": "reason", "code": "FOUND", "description": "Found"},
        {"op": "reason", "code": "SCRAP", "description": "Scrapped"},
        {"op": "user", "code": "ANN", "name": "Ann", "role": "worker", "badge": BADGES["ANN"], "locations": ["EAST"]},
        {"op": "user", "code": "BOB", "name": "Bob", "role": "worker", "badge": BADGES["BOB"], "pin": PIN},
        {"op": "user", "code": "CAT", "name": "Cat", "role": "counter", "badge": BADGES["CAT"], "locations": ["EAST"]},
        {"op": "user", "code": "SUE", "name": "Sue", "role": "supervisor", "badge": BADGES["SUE"], "language": "nb"},
    ]
    labels = _labels(serials)
    numbers = sorted({(label.item, label.lot) for label in labels.values()})
    for item, gtin in sorted({(label.item, text) for text, label in labels.items() if text.isdigit() and len(text) == 13}):
        records.append({"op": "item", "no": item, "description": f"Thing {item[2:]}", "gtin": gtin, "quantity_rounding": "1"})
        records.append({"op": "unit_of_measure", "item": item, "code": "BOX", "quantity_per": "10"})
    for text, label in labels.items():
        if text.isdigit() and len(text) == 14:
            records.append({"op": "barcode", "barcode": text, "item": label.item, "uom": "BOX"})
    for item in sorted({item for item, lot in numbers if lot}):
        records.append(
            {"op": "item", "no": item, "description": f"Lots {item[2:]}", "tracking_code": "LOT", "gtin": _gtin(0, int(item[2:]))}
        )
    for item in ("IT041", "IT042"):
        records.append(
            {"op": "item", "no": item, "description": f"Tool {item[2:]}", "tracking_code": "SN", "gtin": _gtin(0, int(item[2:]))}
        )
    for item, lot in numbers:
        if item not in ("IT041", "IT042"):
            records.append(_purchase(item, PLENTY, **({"lot": lot} if lot else {})))
    for label in labels.values():
        if label.serial:
            records.append(_purchase(label.item, "1", serial=label.serial))
    return records


def _purchase(item: str, quantity: str, **tracking: str) -> dict[str, Any]:
    line: dict[str, Any] = {
        "op": "journal_line", "type": "purchase", "date": TODAY.isoformat(), "item": item, "location": "EAST",
        "bin": BINS[0], "quantity": quantity, "unit_cost": "0.01",
    }  # fmt: skip
    return line | ({"tracking": [{"quantity": quantity, **tracking}]} if tracking else {})


# ---- labels in the order of a walk ----------------------------------------------------------------------------------


class Walk:
    """Deals labels, the same ones for the same seed. Every one is good; no two neighbours are the same text."""

    def __init__(self, seed: int, serials: int = 0) -> None:
        self._dice = random.Random(seed)
        self._labels = _labels(serials)
        self._plain = [text for text, label in self._labels.items() if not label.serial]
        self._serials = [text for text, label in self._labels.items() if label.serial]
        self._dice.shuffle(self._serials)
        self._undoable = 0
        self._last = ""

    def deal(self, count: int) -> list[str]:
        return [self._one() for _ in range(count)]

    def _one(self) -> str:
        while (text := self._any()) == self._last or (text.startswith("BIN:") and self._last.startswith("BIN:")):
            pass
        if text == "CMD:UNDO":
            self._undoable -= 1
        else:
            self._undoable += 1
        self._last = text
        return text

    def _any(self) -> str:
        roll = self._dice.random()
        if not self._last or roll < 0.05:
            return f"BIN:{self._dice.choice(BINS)}"
        if roll < 0.10 and self._undoable > 2 and self._last in self._labels and not self._labels[self._last].serial:
            return "CMD:UNDO"
        if roll < 0.15 and self._serials:
            return self._serials.pop()
        text = self._dice.choice(self._plain)
        return f"12*{text}" if roll < 0.20 else text


@dataclass
class Tally:
    """What a row of scans comes to. `good`: scans that the screen counts (commands are none); `here`: the line counted last."""

    bin_code: str = ""
    here: Place | None = None
    counted: Counter[Place] = field(default_factory=Counter)
    good: int = 0
    _steps: list[tuple[str, Place | None, Place | None, int]] = field(default_factory=list)
    _labels: dict[str, Label] = field(default_factory=dict)

    @classmethod
    def of(cls, texts: list[str], serials: int = 0) -> "Tally":
        tally = cls(_labels=_labels(serials))
        for text in texts:
            tally.take(text)
        return tally

    def take(self, text: str) -> None:
        if text == "CMD:UNDO":
            self.bin_code, self.here, place, quantity = self._steps.pop()
            if place is not None:
                self.counted[place] -= quantity
            return
        if text.startswith("BIN:"):
            if text[4:] != self.bin_code:  # to scan the open bin again changes nothing
                self.good += 1
                self._steps.append((self.bin_code, self.here, None, 0))
                self.bin_code, self.here = text[4:], None
            return
        self.good += 1
        factor, star, rest = text.partition("*")
        label = self._labels[rest if star else text]
        quantity = label.quantity * (int(factor) if star else 1)
        place = (self.bin_code, label.item, label.lot, label.serial)
        self._steps.append((self.bin_code, self.here, place, quantity))
        self.here = place
        self.counted[place] += quantity

    @property
    def lines(self) -> dict[Place, Decimal]:
        """What the count must have: places that undo emptied again have no line."""
        return {place: Decimal(quantity) for place, quantity in self.counted.items() if quantity}


def quantities(rows: list[tuple[Any, ...]]) -> dict[Place, Decimal]:
    """Rows of (bin, item, lot, serial, scaled quantity) as `Tally.lines` has them."""
    return {(bin_code, item, lot, serial): from_scaled(quantity) for bin_code, item, lot, serial, quantity in rows if quantity}
