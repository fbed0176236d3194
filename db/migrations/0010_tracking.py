"""Everything that a tracking code says, information cards, and how a location takes the lot that expires first.

A number that is only typed where a document asks for it ("sales only" serials) is noted beside its entry: the ledger's own number
columns say what is applied to what, and such a number decides nothing.

Frozen: later changes are later migrations.
"""

from typing import Any

from db.migrations.append_only import append_only
from db.migrations.scripts import statements

EVERYWHERE = "purchase,purchase_return,sale,sales_return,positive_adjustment,negative_adjustment,transfer,consumption,output"
SCRIPT = """
ALTER TABLE tracking_code ADD COLUMN lot_required VARCHAR(200) NOT NULL DEFAULT '';
ALTER TABLE tracking_code ADD COLUMN serial_required VARCHAR(200) NOT NULL DEFAULT '';
ALTER TABLE tracking_code ADD COLUMN package_required VARCHAR(200) NOT NULL DEFAULT '';
ALTER TABLE tracking_code ADD COLUMN lot_info_inbound BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE tracking_code ADD COLUMN lot_info_outbound BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE tracking_code ADD COLUMN create_lot_info BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE tracking_code ADD COLUMN serial_info_inbound BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE tracking_code ADD COLUMN serial_info_outbound BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE tracking_code ADD COLUMN create_serial_info BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE tracking_code ADD COLUMN package_info_inbound BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE tracking_code ADD COLUMN package_info_outbound BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE tracking_code ADD COLUMN create_package_info BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE tracking_code ADD COLUMN use_expiration_dates BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE item ADD COLUMN expiration_calculation VARCHAR(20) NOT NULL DEFAULT '';
ALTER TABLE location ADD COLUMN fefo VARCHAR(10) NOT NULL DEFAULT '';
ALTER TABLE tracking_number ADD COLUMN card BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE tracking_number ADD COLUMN certificate VARCHAR(100) NOT NULL DEFAULT '';
ALTER TABLE tracking_number ADD COLUMN quality VARCHAR(100) NOT NULL DEFAULT '';
ALTER TABLE tracking_number ADD COLUMN comments VARCHAR(250) NOT NULL DEFAULT '';
ALTER TABLE tracking_number ADD COLUMN blocked_by VARCHAR(40) NOT NULL DEFAULT '';
ALTER TABLE tracking_number ADD COLUMN blocked_at BIGINT;
UPDATE tracking_number SET card = TRUE WHERE blocked OR description <> '' OR block_reason <> '' OR NOT received;
UPDATE tracking_code SET lot_required = '{everywhere}' WHERE lot;
UPDATE tracking_code SET serial_required = '{everywhere}' WHERE serial;
UPDATE tracking_code SET package_required = '{everywhere}' WHERE package;
CREATE TABLE noted_number (
    entry_no BIGINT NOT NULL,
    kind VARCHAR(8) NOT NULL,
    number_key VARCHAR(90) NOT NULL,
    number VARCHAR(90) NOT NULL,
    PRIMARY KEY (entry_no, kind)
);
CREATE INDEX noted_number_number ON noted_number (number_key);
CREATE INDEX item_register_external_document_no ON item_register (external_document_no) WHERE external_document_no <> '';
CREATE INDEX item_ledger_entry_package ON item_ledger_entry (package_no) WHERE package_no <> '';
"""


def up(migrator: Any, db: Any) -> None:
    for statement in statements(SCRIPT.replace("{everywhere}", EVERYWHERE)):
        db.execute_sql(statement)
    append_only("noted_number", ())
