"""Finding what a lot, serial or package number did in the bins without reading every movement of its item.

Frozen: later changes are later migrations.
"""

from typing import Any

from db.migrations.scripts import statements

SCRIPT = """
CREATE INDEX warehouse_entry_lot ON warehouse_entry (lot_no, item_no) WHERE lot_no <> '';
CREATE INDEX warehouse_entry_serial ON warehouse_entry (serial_no, item_no) WHERE serial_no <> '';
CREATE INDEX warehouse_entry_package ON warehouse_entry (package_no, item_no) WHERE package_no <> '';
CREATE INDEX count_entry_lot ON count_entry (lot_no, item_no) WHERE lot_no <> '';
CREATE INDEX count_entry_serial ON count_entry (serial_no, item_no) WHERE serial_no <> '';
CREATE INDEX bin_content_package ON bin_content (package_no) WHERE package_no <> '';
"""


def up(migrator: Any, db: Any) -> None:
    for statement in statements(SCRIPT):
        db.execute_sql(statement)
