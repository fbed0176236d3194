"""What a scan of an item has to know, in one query."""

from dataclasses import dataclass
from decimal import Decimal

from db.connection import fetch
from db.core.numbers import from_scaled


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """One item in one variant and unit, with its watermarks of this moment.

    `quantity_per`: base units in the unit; None where the item does not have it. `rounding`: of base quantities.
    `on_hand`: everywhere, for judging what is plausible. `variant_exists` is true where no variant was asked for.
    """

    no: str
    description: str
    type: str
    base_uom: str
    blocked: bool
    rounding: Decimal
    variant_code: str
    variant_exists: bool
    variant_description: str
    variant_blocked: bool
    has_variants: bool
    uom_code: str
    quantity_per: Decimal | None
    lot: bool
    serial: bool
    package: bool
    expiration_required: bool
    on_hand: Decimal
    last_item_ledger_entry_no: int
    last_warehouse_entry_no: int


_FACTS = (
    "SELECT i.no, i.description, i.type, i.base_uom, i.blocked, COALESCE(i.quantity_rounding, s.quantity_rounding),"
    " v.code, v.description, v.blocked, EXISTS (SELECT 1 FROM item_variant w WHERE w.item_no = i.no), u.quantity_per,"
    " t.lot, t.serial, t.package, t.expiration_required,"
    " COALESCE(x.quantity, 0), COALESCE(x.last_item_ledger_entry_no, 0), COALESCE(x.last_warehouse_entry_no, 0)"
    " FROM item i CROSS JOIN settings s"
    " LEFT JOIN item_variant v ON v.item_no = i.no AND v.code = ?"
    " LEFT JOIN item_unit_of_measure u ON u.item_no = i.no AND u.code = ?"
    " LEFT JOIN tracking_code t ON t.code = i.tracking_code"
    " LEFT JOIN item_total x ON x.item_no = i.no"
    " WHERE i.no = ?"
)


def item_facts(item_no: str, variant_code: str = "", uom_code: str = "") -> ItemFacts | None:
    """The item, or None. A blank unit is the base unit."""
    rows = fetch(_FACTS, (variant_code, uom_code, item_no))
    if not rows:
        return None
    no, description, kind, base_uom, blocked, rounding, variant, variant_text, variant_blocked, has_variants, per, *rest = rows[0]
    lot, serial, package, expiration, on_hand, ledger, warehouse = rest
    unit = uom_code or base_uom
    return ItemFacts(
        no=no,
        description=description,
        type=kind,
        base_uom=base_uom,
        blocked=bool(blocked),
        rounding=from_scaled(rounding),
        variant_code=variant_code,
        variant_exists=not variant_code or variant is not None,
        variant_description=variant_text or "",
        variant_blocked=bool(variant_blocked),
        has_variants=bool(has_variants),
        uom_code=unit,
        quantity_per=Decimal(1) if unit == base_uom else None if per is None else from_scaled(per),
        lot=bool(lot),
        serial=bool(serial),
        package=bool(package),
        expiration_required=bool(expiration),
        on_hand=from_scaled(on_hand),
        last_item_ledger_entry_no=ledger,
        last_warehouse_entry_no=warehouse,
    )


def search_items(text: str, *, limit: int = 50) -> list[tuple[str, str]]:
    """Number and description of the items whose number or description has the text in it, whatever its case."""
    pattern = "%" + text.casefold().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    rows = fetch("SELECT no, description FROM item WHERE search_text LIKE ? ESCAPE '\\' ORDER BY no LIMIT ?", (pattern, limit))
    return [(no, description) for no, description in rows]


def units_of(item_no: str) -> list[tuple[str, Decimal]]:
    """The units of an item, the base unit first, with the base units in each."""
    rows = fetch(
        "SELECT i.base_uom, u.code, u.quantity_per FROM item i"
        " LEFT JOIN item_unit_of_measure u ON u.item_no = i.no AND u.code <> i.base_uom"
        " WHERE i.no = ? ORDER BY u.quantity_per",
        (item_no,),
    )
    return [(rows[0][0], Decimal(1)), *((code, from_scaled(per)) for _, code, per in rows if code)] if rows else []


def variants_of(item_no: str) -> list[tuple[str, str]]:
    """Code and description of the variants that are not blocked."""
    rows = fetch("SELECT code, description FROM item_variant WHERE item_no = ? AND NOT blocked ORDER BY code", (item_no,))
    return [(code, description) for code, description in rows]


def reasons() -> list[tuple[str, str]]:
    """Code and description of the reasons."""
    return [(code, description) for code, description in fetch("SELECT code, description FROM reason ORDER BY code")]
