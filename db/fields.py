"""Columns whose values mean the same on SQLite and on PostgreSQL."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from db.connection import is_postgresql
from db.connection.drivers import peewee
from db.core.clock import from_microseconds, to_microseconds
from db.core.codes import normalize_code, trim_number
from db.core.numbers import from_scaled, to_scaled

CODE_LENGTH = 40
NUMBER_LENGTH = 90  # an SSCC, a GS1 lot of 20, and the serial numbers people invent


class ExactField(peewee.BigIntegerField):
    """A decimal kept as a whole number of 0.00001: exact, and summed exactly, on both databases."""

    def db_value(self, value: Decimal | int | None) -> int | None:
        if value is None:
            return None
        if isinstance(value, float):
            raise TypeError(f"{self.name}: {value} is a float")
        try:
            return to_scaled(Decimal(value))
        except ValueError as problem:
            raise ValueError(f"{self.name}: {problem}") from problem

    def python_value(self, value: int | Decimal | None) -> Decimal | None:
        return None if value is None else from_scaled(int(value))


def exact_sum(field: ExactField) -> Any:
    """The sum of an exact column, zero where there is no row. (Without the converter it would be the raw integer.)"""
    return peewee.fn.COALESCE(peewee.fn.SUM(field), 0).converter(field.python_value)


class KeyField(peewee.CharField):
    """Text that is compared and sorted by its characters, whatever language the PostgreSQL server was set up for."""

    def ddl_datatype(self, ctx: Any) -> Any:
        datatype = super().ddl_datatype(ctx)
        return peewee.NodeList((datatype, peewee.SQL('COLLATE "C"'))) if is_postgresql() else datatype


class CodeField(KeyField):
    """A code that users type and scan: trimmed and folded to upper case on the way in, also where it is compared."""

    def __init__(self, *args: Any, max_length: int = CODE_LENGTH, **kwargs: Any) -> None:
        super().__init__(*args, max_length=max_length, **kwargs)

    def db_value(self, value: str | None) -> str | None:
        return None if value is None else normalize_code(value)


class NumberField(KeyField):
    """A lot, serial or package number: trimmed, its case kept as it was scanned."""

    def __init__(self, *args: Any, max_length: int = NUMBER_LENGTH, **kwargs: Any) -> None:
        super().__init__(*args, max_length=max_length, **kwargs)

    def db_value(self, value: str | None) -> str | None:
        return None if value is None else trim_number(value)


class DayField(KeyField):
    """A calendar day as ISO text: what raw rows, exports and both databases agree on, and sorted right."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = 10
        super().__init__(*args, **kwargs)

    def db_value(self, value: date | str | None) -> str | None:
        if value is None:
            return None
        return date.fromisoformat(value).isoformat() if isinstance(value, str) else value.isoformat()

    def python_value(self, value: str | None) -> date | None:
        return None if value is None else date.fromisoformat(value)


class UtcField(peewee.BigIntegerField):
    """A moment, kept as microseconds since 1970 in UTC: the same number, order and precision on both databases."""

    def db_value(self, value: datetime | int | None) -> int | None:
        if value is None or isinstance(value, int):
            return value
        return to_microseconds(value)

    def python_value(self, value: int | None) -> datetime | None:
        return None if value is None else from_microseconds(int(value))
