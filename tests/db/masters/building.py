"""Putting master data in, in one line."""

from collections.abc import Mapping
from typing import Any

import pytest

from db.connection import fetch
from db.core.errors import StocktermError
from db.masters.change import put_masters


def put(kind: str, /, **fields: Any) -> bool:
    """Insert or update one record in a transaction of its own."""
    return put_masters([(kind, fields)])


def refused(kind: str, /, **fields: Any) -> StocktermError:
    """The error that refuses a record; nothing of it was kept."""
    before = everything()
    with pytest.raises(StocktermError) as raised:
        put_masters([(kind, fields)])
    assert everything() == before
    return raised.value


def everything() -> Mapping[str, list[Any]]:
    """All rows of master data, but for the version of the settings."""
    tables = (
        "location", "bin", "tracking_code", "item", "item_total", "item_unit_of_measure", "item_variant", "item_barcode",
        "tracking_number", "category", "attribute", "item_attribute", "bom_line", "catalog_item", "responsibility_center",
        "reason", "app_user", "printer", "number_series", "number_series_line",
    )  # fmt: skip
    found = {table: sorted(fetch(f"SELECT * FROM {table}"), key=repr) for table in tables}
    return {**found, "settings": [row[2:] for row in fetch("SELECT * FROM settings")]}
