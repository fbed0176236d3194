"""Transfer routes; orders that are direct by their own word, released or not, with their dates; locations that receive blind.

Frozen: later changes are later migrations.
"""

from typing import Any

from db.migrations.scripts import statements

SCRIPT = """
CREATE TABLE transfer_route (
    from_location VARCHAR(40) NOT NULL,
    to_location VARCHAR(40) NOT NULL,
    in_transit VARCHAR(40) NOT NULL,
    direct BOOLEAN NOT NULL,
    shipping_days INTEGER NOT NULL,
    PRIMARY KEY (from_location, to_location)
);
ALTER TABLE transfer_order ADD COLUMN direct BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE transfer_order ADD COLUMN released BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE transfer_order ADD COLUMN shipment_date VARCHAR(10);
ALTER TABLE transfer_order ADD COLUMN receipt_date VARCHAR(10);
UPDATE transfer_order SET direct = TRUE WHERE in_transit = '';
ALTER TABLE location ADD COLUMN blind_receipts BOOLEAN NOT NULL DEFAULT FALSE;
"""


def up(migrator: Any, db: Any) -> None:
    for statement in statements(SCRIPT):
        db.execute_sql(statement)
