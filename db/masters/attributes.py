"""Attributes and categories: typed characteristics, and the tree that hands them down. Source: operations reference, 3 and 4."""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from db.connection import fetch, write_batch
from db.core.errors import BadValue, CategoryCycle, HasEntries, MissingField, StocktermError, UnknownCode, phrase
from db.core.numbers import parse_decimal
from db.masters.records import Fields, Row, refuse_unprintable
from db.masters.tables import ATTRIBUTES, CATEGORIES, ITEM_ATTRIBUTES

_LONGEST_NAME = 60
_LONGEST_VALUE = 250


def attribute_key(name: str) -> str:
    """What two attribute names are compared by."""
    return name.strip().casefold()


# ---- attributes


def put_attribute(fields: Fields) -> bool:
    """Make or change an attribute. Its type, and an option in use, stay once a value uses them."""
    name = fields.get("name")
    if not isinstance(name, str) or not name.strip():
        raise MissingField(field="name", operation="attribute")
    refuse_unprintable(name, "name")
    if len(name.strip()) > _LONGEST_NAME:
        raise BadValue(field="name", value=name[:40] + "…", expected=phrase("at most {length} characters", length=_LONGEST_NAME))
    key = attribute_key(name)
    current = ATTRIBUTES.read(key)
    row = ATTRIBUTES.changed(current, fields, "type", "unit")
    if current is None:
        row["name_key"], row["name"] = key, name.strip()
    if "options" in fields:
        row["options"] = json.dumps(_options(fields["options"] or []), ensure_ascii=False)
    if row["type"] != "option" and json.loads(row["options"]):
        raise BadValue(
            field="options", value=fields.get("options"), expected=phrase("none: the type is {type}", type=row["type"])
        )
    if current is not None:
        _refuse_while_used(current, row)
    return ATTRIBUTES.save(current, row)


def _options(options: list[str]) -> list[str]:
    kept: dict[str, str] = {}
    for option in options:
        text = option.strip()
        refuse_unprintable(text, "options")
        if not text or len(text) > _LONGEST_VALUE:
            raise BadValue(
                field="options", value=text[:40], expected=phrase("options of 1 to {length} characters", length=_LONGEST_VALUE)
            )
        if text.casefold() in kept:
            raise BadValue(field="options", value=text, expected=phrase("every option once"))
        kept[text.casefold()] = text
    return list(kept.values())


def _refuse_while_used(current: Row, row: Row) -> None:
    what = phrase("attribute {name}", name=current["name"])
    if current["type"] != row["type"]:
        for (item_no,) in fetch("SELECT item_no FROM item_attribute WHERE name_key = ? LIMIT 1", (current["name_key"],)):
            raise HasEntries(
                field="type", what=what, current=current["type"], because=phrase("the value of item {no}", no=item_no)
            )
    for option in set(json.loads(current["options"])) - set(json.loads(row["options"])):
        sql = "SELECT item_no FROM item_attribute WHERE name_key = ? AND value = ? LIMIT 1"
        for (item_no,) in fetch(sql, (current["name_key"], option)):
            raise HasEntries(field="options", what=what, current=option, because=phrase("the value of item {no}", no=item_no))


def attribute_value(name: str, value: Any) -> tuple[str, str]:
    """The key of an attribute and a value as text in stored form, checked against its type. Raises `UnknownCode`, `BadValue`."""
    attribute = ATTRIBUTES.read(attribute_key(name))
    if attribute is None:
        raise UnknownCode(field="attributes", kind="attribute", value=name)
    read = _VALUE_OF_TYPE[attribute["type"]]
    try:
        text = read(value, attribute)
    except (ValueError, StocktermError):
        expected = _EXPECTED_OF_TYPE[attribute["type"]]
        if attribute["type"] == "option":
            expected = phrase("one of {known}", known=", ".join(json.loads(attribute["options"])))
        raise BadValue(field="attributes", value=f"{name}: {value}", expected=expected) from None
    refuse_unprintable(text, "attributes")
    return attribute["name_key"], text


def _text_value(value: Any, _attribute: Row) -> str:
    text = f"{value:f}" if isinstance(value, Decimal) else str(value).strip()
    if isinstance(value, (bool, list, dict)) or not text or len(text) > _LONGEST_VALUE:
        raise ValueError
    return text


def _option_value(value: Any, attribute: Row) -> str:
    options = {option.casefold(): option for option in json.loads(attribute["options"])}
    return str(options[text]) if (text := _text_value(value, attribute).casefold()) in options else _refuse()


def _decimal_value(value: Any, _attribute: Row) -> str:
    number = parse_decimal(value, "attributes")
    return f"{number.normalize():f}"


def _integer_value(value: Any, _attribute: Row) -> str:
    number = parse_decimal(value, "attributes")
    return str(int(number)) if number == number.to_integral_value() else _refuse()


def _date_value(value: Any, _attribute: Row) -> str:
    if not isinstance(value, str) or len(value) != 10:
        raise ValueError
    return date.fromisoformat(value).isoformat()


def _refuse() -> str:
    raise ValueError


_VALUE_OF_TYPE = {
    "text": _text_value,
    "option": _option_value,
    "integer": _integer_value,
    "decimal": _decimal_value,
    "date": _date_value,
}
_EXPECTED_OF_TYPE = {
    "text": phrase("text of 1 to {length} characters", length=_LONGEST_VALUE),
    "option": phrase("one of the attribute's options"),
    "integer": phrase("a whole number"),
    "decimal": phrase("a number"),
    "date": phrase("a date as YYYY-MM-DD"),
}


def checked_attributes(attributes: Mapping[str, Any]) -> dict[str, str | None]:
    """Attribute keys and values in stored form, None where a value is to go. Raises `UnknownCode`, `BadValue`."""
    checked: dict[str, str | None] = {}
    for name, value in attributes.items():
        if value is None:
            checked[attribute_key(name)] = None
        else:
            key, checked[key] = attribute_value(name, value)
    return checked


def put_item_attributes(item_no: str, attributes: Mapping[str, str | None] | None) -> bool:
    """Set the given attributes of an item (from `checked_attributes`) and take away those that are None; the others stay.

    None instead of attributes takes all away. Says whether anything changed.
    """
    if attributes is None:
        before = fetch("SELECT 1 FROM item_attribute WHERE item_no = ? LIMIT 1", (item_no,))
        write_batch([("DELETE FROM item_attribute WHERE item_no = ?", [(item_no,)])])
        return bool(before)
    changed = False
    for key, text in attributes.items():
        current = ITEM_ATTRIBUTES.read(item_no, key)
        if text is not None:
            changed = ITEM_ATTRIBUTES.save(current, {"item_no": item_no, "name_key": key, "value": text}) or changed
        elif current is not None:
            ITEM_ATTRIBUTES.delete(item_no, key)
            changed = True
    return changed


# ---- categories


def put_category(fields: Fields) -> bool:
    """Make or change a category; its default values are checked like those of items. Raises `CategoryCycle`."""
    (code,) = CATEGORIES.key_of(fields, "code")
    current = CATEGORIES.read(code)
    row = CATEGORIES.changed(current, fields, "parent", "description")
    row["code"] = code
    if "parent" in fields and row["parent"]:
        _refuse_circle(code, row["parent"])
    if "attributes" in fields:
        row["attributes"] = _default_values(row["attributes"], fields["attributes"])
    return CATEGORIES.save(current, row)


def _refuse_circle(code: str, parent: str) -> None:
    path = [code, parent]
    while path[-1] != code:
        above = CATEGORIES.require(path[-1], field="parent")["parent"]
        if not above:
            return
        path.append(above)
    raise CategoryCycle(field="parent", path=" > ".join(path))


def _default_values(stored: str, attributes: Mapping[str, Any] | None) -> str:
    values: dict[str, str] = {} if attributes is None else json.loads(stored)
    for key, text in checked_attributes(attributes or {}).items():
        if text is None:
            values.pop(key, None)
        else:
            values[key] = text
    return json.dumps(values, ensure_ascii=False, sort_keys=True)
