"""What the value of a field may be: one small function for each kind, from a JSON value to a typed one, or a refusal.

Text is text, a truth is `true` or `false`, a day is `YYYY-MM-DD`; decimals come as text or as numbers and are read exactly. A
field inside a list is named with its place, counted from 1: `tracking/2/lot`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from db.core.codes import normalize_code, trim_number
from db.core.errors import BadValue, MissingField, StocktermError, UnknownField, phrase
from db.core.numbers import parse_decimal
from db.fields import CODE_LENGTH, NUMBER_LENGTH
from db.masters.records import BLANK, refuse_unprintable

Kind = Callable[[object, str], Any]
Values = dict[str, Any]

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_WHOLE = re.compile(r"-?[0-9]{1,10}", re.ASCII)
_LARGEST_WHOLE = 2**31 - 1


class Several(Exception):
    """More than one thing is wrong with a line."""

    def __init__(self, errors: list[StocktermError]) -> None:
        super().__init__(*errors)
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an operation or of an object in a list."""

    kind: Kind
    required: bool = False


class Spec(dict[str, Field]):
    """The fields of an operation or of an object in a list, by name."""

    def __init__(self, *fields: Mapping[str, Field]) -> None:
        super().__init__()
        for some in fields:
            self.update(some)
        self.required = tuple(name for name, field in self.items() if field.required)


def shown(value: object) -> str:
    """A JSON value as an error message shows it, cut where it is long."""
    if isinstance(value, bool):
        text = str(value).lower()
    elif isinstance(value, Mapping):
        text = "{…}"
    elif isinstance(value, list):
        text = "[…]"
    else:
        text = str(value)
    if not text.isprintable():
        text = ascii(text)[1:-1]
    return text if len(text) <= 40 else text[:39] + "…"


def _bad(field: str, value: object, expected: str) -> BadValue:
    return BadValue(field=field, value=shown(value), expected=expected)


# ---- text


def text(longest: int) -> Kind:
    """Text of up to so many characters, blanks around it taken off."""

    def read(value: object, field: str) -> str:
        if not isinstance(value, str):
            raise _bad(field, value, phrase("text"))
        stripped = value.strip(BLANK)
        refuse_unprintable(stripped, field)
        if len(stripped) > longest:
            raise _bad(field, stripped, phrase("at most {length} characters", length=longest))
        return stripped

    return read


def code(value: object, field: str) -> str:
    """A code in stored form."""
    if not isinstance(value, str):
        raise _bad(field, value, phrase("a code, as text"))
    folded = normalize_code(value)
    refuse_unprintable(folded, field)
    if len(folded) > CODE_LENGTH:
        raise _bad(field, folded, phrase("at most {length} characters", length=CODE_LENGTH))
    return folded


def number(value: object, field: str) -> str:
    """A lot, serial or package number: its case is kept."""
    if not isinstance(value, str):
        raise _bad(field, value, phrase("a lot, serial or package number, as text"))
    trimmed = trim_number(value)
    refuse_unprintable(trimmed, field)
    if len(trimmed) > NUMBER_LENGTH:
        raise _bad(field, trimmed, phrase("at most {length} characters", length=NUMBER_LENGTH))
    return trimmed


def secret(value: object, field: str) -> str:
    """Text that no message repeats."""
    if not isinstance(value, str):
        raise BadValue(field=field, value="(hidden)", expected=phrase("text"))
    return value


def choice(*words: str) -> Kind:
    """One of these words."""

    def read(value: object, field: str) -> str:
        if not isinstance(value, str) or value not in words:
            raise _bad(field, value, phrase("one of {known}", known=", ".join(words)))
        return value

    return read


# ---- numbers, truths, days


def decimal(value: object, field: str) -> Decimal:
    """An exact number of up to five decimals."""
    return parse_decimal(value, field)


def whole(value: object, field: str) -> int:
    """A whole number, as a JSON number or as text."""
    if isinstance(value, int) and not isinstance(value, bool):
        found = value
    elif isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
        found = int(value)
    else:
        raise _bad(field, value, phrase("a whole number"))
    if abs(found) > _LARGEST_WHOLE:
        raise _bad(field, value, phrase("a whole number up to {largest}", largest=_LARGEST_WHOLE))
    return found


def flag(value: object, field: str) -> bool:
    """`true` or `false`; nothing else stands for them."""
    if not isinstance(value, bool):
        raise _bad(field, value, phrase("true or false"))
    return value


def day(value: object, field: str) -> date:
    """A calendar day."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise _bad(field, value, phrase("a date as YYYY-MM-DD"))


# ---- lists and objects


def listed(kind: Kind) -> Kind:
    """A list whose members are all of one kind."""

    def read(value: object, field: str) -> list[Any]:
        if not isinstance(value, list):
            raise _bad(field, value, phrase("a list"))
        return _each(value, lambda member, place: kind(member, f"{field}/{place}"))

    return read


def rows(fields: Mapping[str, Field]) -> Kind:
    """A list of objects with the same fields."""
    spec = Spec(fields)

    def read(value: object, field: str) -> list[Values]:
        if not isinstance(value, list):
            raise _bad(field, value, phrase("a list of objects"))

        def one(member: object, place: int) -> Values:
            if not isinstance(member, dict):
                raise _bad(f"{field}/{place}", member, phrase("an object"))
            return read_fields(member, spec, field, prefix=f"{field}/{place}/")

        return _each(value, one)

    return read


def _each(members: list[Any], read: Callable[[object, int], Any]) -> list[Any]:
    found = []
    errors: list[StocktermError] = []
    for place, member in enumerate(members, 1):
        try:
            found.append(read(member, place))
        except StocktermError as error:
            errors.append(error)
        except Several as several:
            errors.extend(several.errors)
    if errors:
        raise Several(errors)
    return found


def named_values(value: object, field: str) -> dict[str, Any]:
    """An object of names and plain values (text, numbers, null), as attributes and account numbers come."""
    if not isinstance(value, dict):
        raise _bad(field, value, phrase("an object of names and values"))
    for name, one in value.items():
        if one is not None and (isinstance(one, bool) or not isinstance(one, (str, int, Decimal))):
            raise _bad(field, f"{name}: {shown(one)}", phrase("text or a number"))
        refuse_unprintable(name, field)
        if isinstance(one, str):
            refuse_unprintable(one, field)
    return value


def either(first: Kind, when: type, second: Kind) -> Kind:
    """`first` for values of the JSON type `when`, `second` for others."""

    def read(value: object, field: str) -> Any:
        return (first if isinstance(value, when) else second)(value, field)

    return read


def read_fields(record: Mapping[str, object], spec: Spec, operation: str, *, prefix: str = "", nulls: bool = False) -> Values:
    """The typed values of an object; with `nulls` a null is kept as None (it clears the field), else it counts as absent.

    Raises `Several` with everything that is wrong: unknown fields, missing ones, bad values.
    """
    errors: list[StocktermError] = []
    values: Values = {}
    for name, value in record.items():
        field = spec.get(name)
        if field is None:
            errors.append(UnknownField(field=prefix + shown(name), operation=operation, known=sorted(spec)))
        elif value is None:
            if nulls and not field.required:
                values[name] = None
        else:
            try:
                values[name] = field.kind(value, prefix + name)
            except StocktermError as error:
                errors.append(error)
            except Several as several:
                errors.extend(several.errors)
    missing = [name for name in spec.required if values.get(name) in (None, "")]
    if missing:
        named = {error.field.removeprefix(prefix).split("/")[0] for error in errors}
        errors.extend(MissingField(field=prefix + name, operation=operation) for name in missing if name not in named)
    if errors:
        raise Several(errors)
    return values
