"""0014: what a number did in the bins is found through an index, however many movements its item has."""

import pytest

from db.connection import fetch
from tests.support.databases import OpenDatabase


@pytest.mark.parametrize(
    ("table", "column", "index"),
    [
        ("warehouse_entry", "lot_no", "warehouse_entry_lot"),
        ("warehouse_entry", "serial_no", "warehouse_entry_serial"),
        ("count_entry", "lot_no", "count_entry_lot"),
        ("item_ledger_entry", "lot_no", "item_ledger_entry_lot"),
        ("item_ledger_entry", "package_no", "item_ledger_entry_package"),
        ("bin_content", "package_no", "bin_content_package"),
    ],
)
def test_a_number_is_found_through_its_index(database: OpenDatabase, table: str, column: str, index: str) -> None:
    sql = f"SELECT 1 FROM {table} WHERE {column} = 'L' AND {column} <> '' AND item_no = '1000' AND variant_code = ''"
    if database.is_sqlite:
        plan = " ".join(row[3] for row in fetch(f"EXPLAIN QUERY PLAN {sql}"))
        if table != "bin_content":  # the key of that table fits an empty database as well
            assert index in plan
    names = "SELECT name FROM sqlite_master" if database.is_sqlite else "SELECT indexname FROM pg_indexes"
    assert index in {row[0] for row in fetch(names)}
