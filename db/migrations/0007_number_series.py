"""Number series, and which of them the documents of transfers draw from.

Frozen: later changes are later migrations.
"""

from typing import Any

from db.migrations.scripts import statements

SCRIPT = """
CREATE TABLE number_series (
    code VARCHAR(40) PRIMARY KEY,
    description VARCHAR(100) NOT NULL,
    manual_nos BOOLEAN NOT NULL,
    date_order BOOLEAN NOT NULL
);
CREATE TABLE number_series_line (
    series_code VARCHAR(40) NOT NULL,
    starting_date VARCHAR(10) NOT NULL,
    starting_no VARCHAR(90) NOT NULL,
    ending_no VARCHAR(90) NOT NULL,
    warning_no VARCHAR(90) NOT NULL,
    increment INTEGER NOT NULL,
    allow_gaps BOOLEAN NOT NULL,
    open BOOLEAN NOT NULL,
    first_no_used VARCHAR(90) NOT NULL,
    last_no_used VARCHAR(90) NOT NULL,
    last_date_used VARCHAR(10),
    PRIMARY KEY (series_code, starting_date)
);
ALTER TABLE settings ADD COLUMN transfer_order_nos VARCHAR(40) NOT NULL DEFAULT '';
ALTER TABLE settings ADD COLUMN transfer_shipment_nos VARCHAR(40) NOT NULL DEFAULT '';
ALTER TABLE settings ADD COLUMN transfer_receipt_nos VARCHAR(40) NOT NULL DEFAULT '';
CREATE INDEX item_register_transfer_documents ON item_register (document_no)
    WHERE operation IN ('transfer_ship', 'transfer_receive');
"""


def up(migrator: Any, db: Any) -> None:
    for statement in statements(SCRIPT):
        db.execute_sql(statement)
