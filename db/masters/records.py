"""Rows of master data as plain dictionaries: read by key, changed by the fields that an update names, written back.

Statements are built once for each table and go the raw way: a file of items is read at the speed of its lines, not of a query
builder. An update changes the fields it names and keeps the others; a null puts one back to its default.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from db.connection import fetch, for_update, write_batch
from db.connection.drivers import peewee
from db.core.codes import normalize_code, trim_number
from db.core.errors import BadValue, MissingField, UnknownCode, phrase
from db.fields import CodeField, NumberField
from db.masters.change_log import CHANGED, DELETED, MADE, logged

BLANK = " \t\r\n\u00a0"  # what is taken off text; `strip()` alone would also take the GS that separates GS1 elements
Fields = Mapping[str, Any]  # interchange field name → typed value; None clears the field
Row = dict[str, Any]  # column name (the model's) → value as the model gives it


class Records:
    """The rows of one master data table.

    `renamed` maps interchange names to the model's where they differ; `choices` lists the values that a field may have.
    """

    def __init__(
        self,
        model: Any,
        kind: str,
        *,
        renamed: Mapping[str, str] | None = None,
        choices: Mapping[str, Iterable[str]] | None = None,
    ) -> None:
        self.model = model
        self.kind = kind  # what a message calls such a record
        self.renamed = dict(renamed or {})
        self._named = {column: name for name, column in self.renamed.items()}
        self.choices = {name: tuple(values) for name, values in (choices or {}).items()}

    @cached_property
    def columns(self) -> dict[str, Any]:
        """The model's fields by name, in the order of the table."""
        return {field.name: field for field in self.model._meta.sorted_fields}

    @cached_property
    def keys(self) -> tuple[str, ...]:
        key = self.model._meta.primary_key
        return tuple(key.field_names) if isinstance(key, peewee.CompositeKey) else (key.name,)

    def _quoted(self, name: str) -> str:
        return f'"{self.columns[name].column_name}"'

    @cached_property
    def _where_key(self) -> str:
        return " AND ".join(f"{self._quoted(name)} = ?" for name in self.keys)

    @cached_property
    def _table(self) -> str:
        return f'"{self.model._meta.table_name}"'

    @cached_property
    def _select(self) -> str:
        return f"SELECT {', '.join(map(self._quoted, self.columns))} FROM {self._table}"

    @cached_property
    def _insert(self) -> str:
        marks = ", ".join("?" * len(self.columns))
        return f"INSERT INTO {self._table} ({', '.join(map(self._quoted, self.columns))}) VALUES ({marks})"

    @cached_property
    def _others(self) -> tuple[str, ...]:
        return tuple(name for name in self.columns if name not in self.keys)

    @cached_property
    def _defaults(self) -> Row:
        # Through the database's form and back, so that a default is what a row read later would have.
        return {name: field.python_value(field.db_value(field.default)) for name, field in self.columns.items()}

    # ---- reading

    def read(self, *key: Any, lock: bool = False) -> Row | None:
        """The row with this key, or None; with `lock` it stays as it is until the transaction ends."""
        sql = f"{self._select} WHERE {self._where_key}"
        rows = fetch(for_update(sql) if lock else sql, self._database_key(key))
        return self._row(rows[0]) if rows else None

    def rows(self, where: str, *params: Any) -> list[Row]:
        """The rows that a condition on the raw columns picks, in the order of the key."""
        order = ", ".join(map(self._quoted, self.keys))
        return [self._row(row) for row in fetch(f"{self._select} WHERE {where} ORDER BY {order}", params)]

    def exists(self, *key: Any) -> bool:
        return bool(fetch(f"SELECT 1 FROM {self._table} WHERE {self._where_key}", self._database_key(key)))

    def require(self, *key: Any, field: str) -> Row:
        """The row with this key; raises `UnknownCode` naming the interchange `field` that asked for it."""
        row = self.read(*key)
        if row is None:
            raise UnknownCode(field=field, kind=self.kind, value=str(key[-1]))
        return row

    def _row(self, values: Iterable[Any]) -> Row:
        return {name: field.python_value(value) for (name, field), value in zip(self.columns.items(), values, strict=True)}

    def _database_key(self, key: Iterable[Any]) -> list[Any]:
        return [self.columns[name].db_value(value) for name, value in zip(self.keys, key, strict=True)]

    # ---- changing

    def key_of(self, fields: Fields, *names: str) -> tuple[Any, ...]:
        """The key that an update names, in stored form; the fields `names` in the order of the key. Raises `MissingField`."""
        found = []
        for name in names:
            value = fields.get(name)
            if value is None or value == "" or (isinstance(value, str) and not normalize_code(value)):
                raise MissingField(field=name, operation=self.kind)
            found.append(self.stored(name, value))
        return tuple(found)

    def stored(self, name: str, value: Any) -> Any:
        """A value as the column keeps it: codes folded, text trimmed and no longer than it may be. Raises `BadValue`."""
        field = self.columns[self.renamed.get(name, name)]
        if value is None or not isinstance(value, str):
            return value
        if isinstance(field, CodeField):
            value = normalize_code(value)
        elif isinstance(field, NumberField):
            value = trim_number(value)
        elif isinstance(field, peewee.CharField) and type(field) is peewee.CharField:
            value = value.strip(BLANK)
        refuse_unprintable(value, name)
        length = getattr(field, "max_length", None)
        if length is not None and len(value) > length:
            raise BadValue(field=name, value=value[:40] + "…", expected=phrase("at most {length} characters", length=length))
        if name in self.choices and value not in self.choices[name]:
            raise BadValue(field=name, value=value, expected=" or ".join(one for one in self.choices[name] if one))
        return value

    def changed(self, current: Row | None, fields: Fields, *names: str) -> Row:
        """The row as it will be: `current` (or the defaults) with the values of those `names` that `fields` has."""
        row = dict(self._defaults if current is None else current)
        for name in names:
            if name in fields:
                column = self.renamed.get(name, name)
                value = fields[name]
                row[column] = self._defaults[column] if value is None else self.stored(name, value)
        return row

    def save(self, current: Row | None, row: Row) -> bool:
        """Insert the row, or update the one it was read from; says whether anything changed.

        Only what changed is written: posting moves other columns of some of these rows, and would lose what it wrote meanwhile.
        """
        key = [row[name] for name in self.keys]
        if current is None:
            insert = (self._insert, [[field.db_value(row[name]) for name, field in self.columns.items()]])
            write_batch([insert, logged(self.kind, key, MADE, {})])
        elif row != current:
            changed = [name for name in self._others if current[name] != row[name]]
            settings = ", ".join(f"{self._quoted(name)} = ?" for name in changed)
            values = [self.columns[name].db_value(row[name]) for name in changed]
            changes = {self._named.get(name, name): (current[name], row[name]) for name in changed}
            update = (f"UPDATE {self._table} SET {settings} WHERE {self._where_key}", [values + self._database_key(key)])
            write_batch([update, logged(self.kind, key, CHANGED, changes)])
        else:
            return False
        return True

    def delete(self, *key: Any) -> None:
        """Delete the row with this key; the change log keeps that it was there."""
        delete = (f"DELETE FROM {self._table} WHERE {self._where_key}", [self._database_key(key)])
        write_batch([delete, logged(self.kind, key, DELETED, {})])


def refuse_unprintable(text: str, field: str) -> None:
    """Control characters and halves of characters are no part of a code or a name: one would break a label, one the database."""
    if text.isprintable():
        return
    for character in text:
        if character < " " or "\x7f" <= character < "\xa0" or "\ud800" <= character <= "\udfff":
            raise BadValue(field=field, value=ascii(text[:40])[1:-1], expected=phrase("text without control characters"))


def require_positive(row: Row, *names: str, or_zero: bool = False) -> None:
    """Raises `BadValue` where one of these numbers is negative, or zero unless that is allowed. Nulls pass."""
    for name in names:
        value = row[name]
        if value is not None and (value < 0 or (value == 0 and not or_zero)):
            raise BadValue(field=name, value=value, expected=phrase("0 or more") if or_zero else phrase("more than 0"))


def require_order(row: Row, first: str, last: str) -> None:
    """Raises `BadValue` where a range ends before it starts."""
    if row[first] is not None and row[last] is not None and row[first] > row[last]:
        raise BadValue(field=last, value=row[last], expected=phrase("{name} ({value}) or later", name=first, value=row[first]))
