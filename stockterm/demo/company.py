"""The demo company as operations of the interchange format: the same door as a file that an ERP sends.

About eighty items of seven families in three places, units and barcodes with GS1's demonstration prefix, lots with expiry dates,
serial numbers, and nine weeks of postings up to yesterday. Everything follows from the tables in `places.py` and `goods.py` and
from the day it is made for; two companies made for the same day are equal.
"""

from collections.abc import Iterator
from datetime import date

from stockterm.demo.goods import (
    ATTRIBUTES,
    CATEGORIES,
    GOODS,
    ITEM_ATTRIBUTES,
    SERVICES,
    SUPPLIER_BARCODES,
    TRACKING_CODES,
    VARIANTS,
    Goods,
)
from stockterm.demo.history import Operation, box_code, postings
from stockterm.demo.places import LOCATIONS, PEOPLE, REASONS, ROUTES, SERIES, TRANSIT, bins

MARK = "DEMO"
"""Responsibility center that says: this database is a demo; its name ends in the day that it was made for."""


def demo_operations(today: date) -> Iterator[Operation]:
    """All operations, in an order in which they can be posted: master data, nine weeks of postings, then what is blocked."""
    yield {"op": "responsibility_center", "code": MARK, "name": f"Demo data of {today.isoformat()}"}
    yield from places()
    yield from numbers()
    yield from classes()
    for goods in GOODS:
        yield from item(goods)
    for no, description, category in SERVICES:
        yield {"op": "item", "no": no, "description": description, "type": "service", "category": category}
    for barcode, no, uom in SUPPLIER_BARCODES:
        yield {"op": "barcode", "barcode": barcode, "item": no, "uom": uom}
    yield from postings(today)
    yield from blocks()


def places() -> Iterator[Operation]:
    """Locations, bins, routes, reasons, users."""
    for location in LOCATIONS:
        operation: Operation = {"op": "location", "code": location.code, "name": location.name}
        if location.bin_mandatory:
            operation["bin_mandatory"] = True
        if location.in_transit:
            operation["in_transit"] = True
        yield operation
    for one in bins():
        operation = {"op": "bin", "location": one.location, "code": one.code, "zone": one.zone, "ranking": one.ranking}
        if one.blocked_movement:
            operation["blocked_movement"] = one.blocked_movement
        yield operation
    for route in ROUTES:
        yield {"op": "transfer_route", "from": route.start, "to": route.end, "in_transit": TRANSIT, "shipping_days": route.days}
    for reason in REASONS:
        yield {"op": "reason", "code": reason.code, "description": reason.description}
    for person in PEOPLE:
        yield {
            "op": "user", "code": person.code, "name": person.name, "role": person.role, "badge": person.badge, "pin": person.pin,
            "language": person.language, "locations": list(person.locations),
        }  # fmt: skip


def numbers() -> Iterator[Operation]:
    """Number series without gaps, and what draws from them."""
    for one in SERIES:
        yield {"op": "number_series", "code": one.code, "description": one.description}
        yield {"op": "number_series_line", "series": one.code, "starting_no": one.starting_no}
    yield {"op": "settings", **{one.setting: one.code for one in SERIES}}


def classes() -> Iterator[Operation]:
    """Tracking codes, attributes, categories (parents before children)."""
    for code in TRACKING_CODES:
        operation: Operation = {"op": "tracking_code", "code": code.code}
        for kind in ("lot", "serial"):
            if getattr(code, kind):
                operation |= {kind: True, f"{kind}_warehouse": True}
        if code.expiration_required:
            operation["expiration_required"] = True
        if code.strict_expiration:
            operation |= {"strict_expiration": True, "fefo": True}
        yield operation
    for attribute in ATTRIBUTES:
        operation = {"op": "attribute", "name": attribute.name, "type": attribute.type}
        if attribute.options:
            operation["options"] = list(attribute.options)
        if attribute.unit:
            operation["unit"] = attribute.unit
        yield operation
    for category in CATEGORIES:
        operation = {"op": "category", "code": category.code, "description": category.description}
        if category.parent:
            operation["parent"] = category.parent
        if category.attributes:
            operation["attributes"] = dict(category.attributes)
        yield operation


def item(goods: Goods) -> Iterator[Operation]:
    """One item with its units, variants and barcodes. An item with variants has no GTIN of its own: each variant has."""
    operation: Operation = {
        "op": "item", "no": goods.no, "description": goods.description, "base_uom": goods.base, "costing_method": goods.method,
        "category": goods.category,
    }  # fmt: skip
    if goods.base != "M":
        operation["quantity_rounding"] = "0.001" if goods.base == "KG" else "1"
    if goods.tracking:
        operation["tracking_code"] = goods.tracking
    if goods.no in ITEM_ATTRIBUTES:
        operation["attributes"] = dict(ITEM_ATTRIBUTES[goods.no])
    variants = VARIANTS.get(goods.no, [])
    if not variants:
        operation["gtin"] = goods.gtin_of()
    yield operation
    units = units_of(goods)
    for _, code, quantity in units:
        yield {"op": "unit_of_measure", "item": goods.no, "code": code, "quantity_per": str(quantity)}
    for index, (code, description) in enumerate(variants, start=1):
        yield {"op": "variant", "item": goods.no, "code": code, "description": description}
        yield {"op": "barcode", "barcode": goods.gtin_of(0, index), "item": goods.no, "variant": code, "uom": goods.base}
        for level, uom, _ in units:
            yield {"op": "barcode", "barcode": goods.gtin_of(level, index), "item": goods.no, "variant": code, "uom": uom}
    if not variants:
        for level, uom, _ in units:
            yield {"op": "barcode", "barcode": goods.gtin_of(level), "item": goods.no, "uom": uom}


def units_of(goods: Goods) -> list[tuple[int, str, int]]:
    """The units above the base unit: packaging level, code, base units in it."""
    units = [(1, box_code(goods), goods.box)] if goods.box else []
    return [*units, (2, "PALLET", goods.pallet)] if goods.pallet else units


def blocks() -> Iterator[Operation]:
    """What may not be touched any more: an item that was recalled, and a lot."""
    yield {"op": "item", "no": "EL4330", "blocked": True}
    yield {"op": "lot", "item": "MD3070", "no": "SA771", "blocked": True, "block_reason": "Supplier recall"}
