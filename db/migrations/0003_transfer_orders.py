"""Transfer orders, and the order that a movement belongs to on the item ledger entry.

Frozen: later changes are later migrations.
"""

from typing import Any

from db.migrations.append_only import append_only
from db.migrations.scripts import statements

# As in 0001: what may still change in a posted item ledger entry.
MOVABLE = (
    "remaining_quantity",
    "open",
    "invoiced_quantity",
    "completely_invoiced",
    "last_invoice_date",
    "shipped_quantity_not_returned",
    "valuation_date",
    "cost_amount_actual",
    "cost_amount_expected",
    "cost_amount_forwarded",
    "uninvoiced_applications",
    "sales_amount_actual",
    "applied_entry_to_adjust",
)

SCRIPT = """
ALTER TABLE item_ledger_entry ADD COLUMN order_no VARCHAR(40) NOT NULL DEFAULT '';
ALTER TABLE item_ledger_entry ADD COLUMN order_line_no INTEGER NOT NULL DEFAULT 0;
CREATE INDEX item_ledger_entry_order ON item_ledger_entry (order_no, order_line_no) WHERE order_no <> '';
CREATE TABLE transfer_order (
    no VARCHAR(40) PRIMARY KEY,
    from_location VARCHAR(40) NOT NULL,
    to_location VARCHAR(40) NOT NULL,
    in_transit VARCHAR(40) NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE TABLE transfer_order_line (
    order_no VARCHAR(40) NOT NULL REFERENCES transfer_order (no) ON DELETE RESTRICT,
    line_no INTEGER NOT NULL,
    item_no VARCHAR(40) NOT NULL,
    variant_code VARCHAR(40) NOT NULL,
    uom_code VARCHAR(40) NOT NULL,
    quantity_per BIGINT NOT NULL,
    quantity BIGINT NOT NULL,
    tracking TEXT NOT NULL,
    quantity_shipped BIGINT NOT NULL,
    quantity_received BIGINT NOT NULL,
    quantity_closed BIGINT NOT NULL,
    PRIMARY KEY (order_no, line_no)
);
"""


def up(migrator: Any, db: Any) -> None:
    for statement in statements(SCRIPT):
        db.execute_sql(statement)
    append_only("item_ledger_entry", MOVABLE)  # the new columns are fixed too
