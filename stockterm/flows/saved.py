"""Frozen dataclasses as JSON and back: how the state of a flow is kept with the work in hand.

Fields may be text, whole numbers, truth values, `Decimal`, `date`, `datetime`, enums of text, None, dataclasses, and tuples of
these. A field that the saved text does not have takes its default; one that the class does not have any more is passed over: a
state outlives an upgrade of the program.
"""

import json
import types
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


def to_plain(value: object) -> Any:
    """`value` as JSON can write it; fields at their default are left out."""
    if is_dataclass(value) and not isinstance(value, type):
        plain = {}
        for field in fields(value):
            one = getattr(value, field.name)
            if field.default is MISSING or one != field.default:
                plain[field.name] = to_plain(one)
        return plain
    if isinstance(value, (tuple, list)):
        return [to_plain(one) for one in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    return value


def from_plain(kind: type[T], plain: Any) -> T:
    """What `to_plain` was given, as an instance of the dataclass `kind`."""
    name_of_class: Any = kind
    hints = _hints(name_of_class)
    return kind(**{name: _value(hints[name], one) for name, one in plain.items() if name in hints})


def to_text(value: object) -> str:
    """`value` as one line of JSON."""
    return json.dumps(to_plain(value), ensure_ascii=False, separators=(",", ":"))


def from_text(kind: type[T], text: str) -> T:
    """What `to_text` was given."""
    return from_plain(kind, json.loads(text))


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _value(hint: Any, plain: Any) -> Any:
    if plain is None:
        return None
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return _value(next(one for one in get_args(hint) if one is not type(None)), plain)
    if origin is tuple:
        parts = get_args(hint)
        if len(parts) == 2 and parts[1] is Ellipsis:
            return tuple(_value(parts[0], one) for one in plain)
        return tuple(_value(part, one) for part, one in zip(parts, plain, strict=True))
    if isinstance(hint, type):
        if is_dataclass(hint):
            return from_plain(hint, plain)
        if hint is datetime:
            return datetime.fromisoformat(plain)
        if hint is date:
            return date.fromisoformat(plain)
        if hint is Decimal or issubclass(hint, Enum):
            return hint(plain)
    return plain
