"""Lines of a file become operations: one JSON object a line, read exactly, nothing guessed.

Blank lines and lines that start with `#` are passed over. Duplicate keys, NaN and infinity are refused, decimals are never
floats. A line is read on its own, so that a file of any length needs the memory of its longest line.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, BinaryIO

from db.core.errors import BadJson, BadValue, MissingField, StocktermError, UnknownOperation, phrase
from stockterm.interchange.kinds import Several, Values, read_fields, shown
from stockterm.interchange.operations import OPERATIONS, Group, Operation

LONGEST_LINE = 32 * 1024 * 1024
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Line:
    """An operation as it was read, or what is wrong with its line. `raw` is its fields as far as they could be read."""

    number: int
    operation: Operation | None
    values: Values
    errors: tuple[StocktermError, ...] = ()
    raw: Values | None = None


class _DuplicateKey(ValueError):
    pass


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) != len(pairs):
        names = [name for name, _value in pairs]
        raise _DuplicateKey(next(name for name in names if names.count(name) > 1))
    return record


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=Decimal, parse_constant=_constant)


def read_lines(file: BinaryIO) -> Iterator[Line]:
    """The operations of a file, line by line."""
    number = 0
    while data := file.readline(LONGEST_LINE + 1):
        number += 1
        if number == 1:
            data = data.removeprefix(_BYTE_ORDER_MARK)
        if len(data) > LONGEST_LINE and not data.endswith(b"\n"):
            yield _bad_json(number, phrase("the line is longer than {length} bytes", length=LONGEST_LINE))
            _skip_rest(file)
            continue
        stripped = data.strip()
        if stripped and not stripped.startswith(b"#"):
            yield read_line(number, stripped)


def _skip_rest(file: BinaryIO) -> None:
    while (data := file.readline(LONGEST_LINE)) and not data.endswith(b"\n"):
        pass


def _bad_json(number: int, problem: str) -> Line:
    return Line(number, None, {}, (BadJson(problem=problem),))


def read_line(number: int, data: bytes) -> Line:
    """One line: its operation with typed values, or everything that is wrong with it."""
    try:
        record = _DECODER.decode(data.decode("utf-8"))
    except UnicodeDecodeError as problem:
        return _bad_json(number, phrase("byte {number} is not UTF-8", number=problem.start + 1))
    except _DuplicateKey as problem:
        return _bad_json(number, phrase('the field "{field}" stands there twice', field=shown(problem)))
    except json.JSONDecodeError as problem:
        return _bad_json(number, phrase("{problem} at character {number}", problem=problem.msg, number=problem.pos + 1))
    except ValueError as problem:
        return _bad_json(number, str(problem).split(";")[0])
    except RecursionError:
        return _bad_json(number, phrase("it is nested too deep"))
    if not isinstance(record, dict):
        return _bad_json(number, phrase("it is not an object in braces"))
    return read_record(number, record)


def read_record(number: int, record: dict[str, Any]) -> Line:
    """An operation that is already parsed JSON (numbers as `int` or `Decimal`)."""
    raw = dict(record)
    name = raw.pop("op", None)
    if name is None:
        return Line(number, None, {}, (MissingField(field="op", operation="every line"),), raw)
    if not isinstance(name, str):
        return Line(
            number, None, {}, (BadValue(field="op", value=shown(name), expected=phrase("the name of an operation")),), raw
        )
    operation = OPERATIONS.get(name)
    if operation is None:
        return Line(number, None, {}, (UnknownOperation(field="op", operation=shown(name)),), raw)
    try:
        values = read_fields(raw, operation.fields, name, nulls=operation.group is Group.MASTER)
    except Several as several:
        return Line(number, operation, {}, tuple(several.errors), raw)
    return Line(number, operation, values, (), raw)
