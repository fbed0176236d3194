"""Bills of material, and the vendors' catalogue."""

from db.connection import fetch
from db.core.errors import BadValue, BomCycle, MissingField, WrongItemType, phrase
from db.masters.items import checked_gtin, has_unit, has_variant
from db.masters.records import Fields, require_positive
from db.masters.tables import BOM_LINES, CATALOG_ITEMS, ITEMS


def put_bom_line(fields: Fields) -> bool:
    """Make or change a line of an item's bill of material; `quantity_per` is for one base unit of it. Raises `BomCycle`."""
    (item_no,) = BOM_LINES.key_of(fields, "item")
    line_no = fields.get("line_no")
    if line_no is None:
        raise MissingField(field="line_no", operation="bom_line")
    ITEMS.require(item_no, field="item")
    current = BOM_LINES.read(item_no, line_no)
    row = BOM_LINES.changed(current, fields, "component", "variant", "quantity_per", "uom")
    row["item_no"], row["line_no"] = item_no, line_no
    for field in ("component", "quantity_per"):
        if row[field] is None or row[field] == "":
            raise MissingField(field=field, operation="bom_line")
    component = ITEMS.require(row["component"], field="component")
    if component["type"] == "service":
        raise WrongItemType(field="component", item_no=row["component"], item_type="service")
    has_variant(row["component"], row["variant_code"])
    has_unit(component, row["uom_code"])
    require_positive(row, "quantity_per", or_zero=True)
    if current is None or current["component"] != row["component"]:
        _refuse_circle(item_no, row["component"])
    return BOM_LINES.save(current, row)


def _refuse_circle(item_no: str, component: str) -> None:
    """Walk down from the component: where it leads back to the item, say the way."""
    way = {component: item_no}  # part → the one it is a part of
    waiting = [component]
    while waiting:
        parent = waiting.pop()
        if parent == item_no:
            raise BomCycle(field="component", path=" > ".join(_path(way, item_no)))
        for (part,) in fetch("SELECT DISTINCT component FROM bom_line WHERE item_no = ? ORDER BY component", (parent,)):
            if part not in way:
                way[part] = parent
                waiting.append(part)


def _path(way: dict[str, str], item_no: str) -> list[str]:
    path = [item_no]
    while (above := way[path[-1]]) != item_no:
        path.append(above)
    return [item_no, *reversed(path)]


def put_catalog_item(fields: Fields) -> bool:
    """Make or change a row of the vendors' catalogue."""
    (code,) = CATALOG_ITEMS.key_of(fields, "code")
    current = CATALOG_ITEMS.read(code)
    names = ("vendor", "vendor_item_no", "description", "base_uom", "unit_cost", "item_no")
    row = CATALOG_ITEMS.changed(current, fields, *names)
    row["code"] = code
    if "gtin" in fields:
        row["gtin"] = checked_gtin(fields["gtin"], "gtin")
    require_positive(row, "unit_cost", or_zero=True)
    if "item_no" in fields and row["item_no"]:
        ITEMS.require(row["item_no"], field="item_no")
    if row["vendor"] and row["vendor_item_no"]:
        sql = "SELECT code FROM catalog_item WHERE vendor = ? AND vendor_item_no = ? AND code <> ? LIMIT 1"
        for (other,) in fetch(sql, (row["vendor"], row["vendor_item_no"], code)):
            expected = phrase(
                "a number of its own: catalog item {other} has it for vendor {vendor}", other=other, vendor=row["vendor"]
            )
            raise BadValue(field="vendor_item_no", value=row["vendor_item_no"], expected=expected)
    return CATALOG_ITEMS.save(current, row)
