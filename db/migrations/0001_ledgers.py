"""The ledgers, the rows kept beside them, and master data: the first tables.

Written in PostgreSQL's types; `statements` turns them into SQLite's. Frozen: later changes are later migrations.
"""

import re
from typing import Any

from db.connection import is_postgresql
from db.migrations.append_only import append_only

# Columns of posted rows that may still change; everything else is refused by triggers.
MOVABLE: dict[str, tuple[str, ...]] = {
    "item_register": (),
    "item_ledger_entry": (
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
    ),
    "item_application_entry": (),
    "value_entry": ("valuation_date", "valued_by_average_cost", "cost_posted_to_gl", "expected_cost_posted_to_gl"),
    "warehouse_entry": (),
    "count_entry": (),
}

TABLES = """
CREATE TABLE item_register (
    register_no BIGINT PRIMARY KEY,
    operation_id VARCHAR(100) UNIQUE,
    content_hash VARCHAR(64) NOT NULL,
    operation VARCHAR(30) NOT NULL,
    posting_date VARCHAR(10) NOT NULL,
    document_no VARCHAR(40) NOT NULL,
    external_document_no VARCHAR(50) NOT NULL,
    reason_code VARCHAR(40) NOT NULL,
    user_code VARCHAR(40) NOT NULL,
    terminal VARCHAR(60) NOT NULL,
    source_code VARCHAR(20) NOT NULL,
    undoes_register_no BIGINT,
    created_at BIGINT NOT NULL
);
CREATE TABLE item_ledger_entry (
    entry_no BIGINT PRIMARY KEY,
    register_no BIGINT NOT NULL REFERENCES item_register (register_no) ON DELETE RESTRICT,
    leg VARCHAR(30) NOT NULL,
    entry_type VARCHAR(24) NOT NULL,
    item_no VARCHAR(40) NOT NULL,
    variant_code VARCHAR(40) NOT NULL,
    location_code VARCHAR(40) NOT NULL,
    bin_code VARCHAR(40) NOT NULL,
    lot_no VARCHAR(90) NOT NULL,
    serial_no VARCHAR(90) NOT NULL,
    package_no VARCHAR(90) NOT NULL,
    expiration_date VARCHAR(10),
    posting_date VARCHAR(10) NOT NULL,
    uom_code VARCHAR(40) NOT NULL,
    quantity_per BIGINT NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity <> 0),
    applies_to_entry BIGINT,
    applies_from_entry BIGINT,
    corrects_entry_no BIGINT,
    remaining_quantity BIGINT NOT NULL,
    open BOOLEAN NOT NULL,
    invoiced_quantity BIGINT NOT NULL,
    completely_invoiced BOOLEAN NOT NULL,
    last_invoice_date VARCHAR(10),
    shipped_quantity_not_returned BIGINT NOT NULL,
    valuation_date VARCHAR(10) NOT NULL,
    cost_amount_actual BIGINT NOT NULL,
    cost_amount_expected BIGINT NOT NULL,
    cost_amount_forwarded BIGINT NOT NULL,
    uninvoiced_applications INTEGER NOT NULL,
    sales_amount_actual BIGINT NOT NULL,
    applied_entry_to_adjust BIGINT
);
CREATE TABLE item_application_entry (
    entry_no BIGINT PRIMARY KEY,
    register_no BIGINT NOT NULL REFERENCES item_register (register_no) ON DELETE RESTRICT,
    item_ledger_entry_no BIGINT NOT NULL,
    inbound_entry_no BIGINT NOT NULL,
    outbound_entry_no BIGINT NOT NULL,
    transferred_from_entry_no BIGINT NOT NULL,
    quantity BIGINT NOT NULL,
    posting_date VARCHAR(10) NOT NULL,
    cost_application BOOLEAN NOT NULL,
    takes_back_entry_no BIGINT
);
CREATE TABLE value_entry (
    entry_no BIGINT PRIMARY KEY,
    register_no BIGINT NOT NULL REFERENCES item_register (register_no) ON DELETE RESTRICT,
    item_ledger_entry_no BIGINT NOT NULL,
    item_ledger_entry_type VARCHAR(24) NOT NULL,
    entry_type VARCHAR(20) NOT NULL,
    variance_type VARCHAR(24) NOT NULL,
    posting_date VARCHAR(10) NOT NULL,
    valuation_date VARCHAR(10) NOT NULL,
    item_no VARCHAR(40) NOT NULL,
    variant_code VARCHAR(40) NOT NULL,
    location_code VARCHAR(40) NOT NULL,
    item_charge VARCHAR(40) NOT NULL,
    adjustment BOOLEAN NOT NULL,
    applies_to_value_entry BIGINT,
    caused_by BIGINT,
    expected_cost BOOLEAN NOT NULL,
    inventoriable BOOLEAN NOT NULL,
    partial_revaluation BOOLEAN NOT NULL,
    valued_by_average_cost BOOLEAN NOT NULL,
    valued_quantity BIGINT NOT NULL,
    item_ledger_quantity BIGINT NOT NULL,
    invoiced_quantity BIGINT NOT NULL,
    cost_per_unit BIGINT NOT NULL,
    cost_amount_actual BIGINT NOT NULL,
    cost_amount_expected BIGINT NOT NULL,
    cost_amount_non_inventoriable BIGINT NOT NULL,
    sales_amount_actual BIGINT NOT NULL,
    sales_amount_expected BIGINT NOT NULL,
    purchase_amount_actual BIGINT NOT NULL,
    purchase_amount_expected BIGINT NOT NULL,
    cost_posted_to_gl BIGINT NOT NULL,
    expected_cost_posted_to_gl BIGINT NOT NULL
);
CREATE TABLE warehouse_entry (
    entry_no BIGINT PRIMARY KEY,
    register_no BIGINT NOT NULL REFERENCES item_register (register_no) ON DELETE RESTRICT,
    entry_type VARCHAR(10) NOT NULL,
    registering_date VARCHAR(10) NOT NULL,
    location_code VARCHAR(40) NOT NULL,
    zone_code VARCHAR(40) NOT NULL,
    bin_code VARCHAR(40) NOT NULL,
    item_no VARCHAR(40) NOT NULL,
    variant_code VARCHAR(40) NOT NULL,
    lot_no VARCHAR(90) NOT NULL,
    serial_no VARCHAR(90) NOT NULL,
    package_no VARCHAR(90) NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity <> 0)
);
CREATE TABLE count_entry (
    entry_no BIGINT PRIMARY KEY,
    register_no BIGINT NOT NULL REFERENCES item_register (register_no) ON DELETE RESTRICT,
    line_no INTEGER NOT NULL,
    posting_date VARCHAR(10) NOT NULL,
    item_no VARCHAR(40) NOT NULL,
    variant_code VARCHAR(40) NOT NULL,
    location_code VARCHAR(40) NOT NULL,
    bin_code VARCHAR(40) NOT NULL,
    lot_no VARCHAR(90) NOT NULL,
    serial_no VARCHAR(90) NOT NULL,
    package_no VARCHAR(90) NOT NULL,
    quantity_expected BIGINT NOT NULL,
    quantity_counted BIGINT NOT NULL,
    item_ledger_entry_no BIGINT,
    unit_cost BIGINT NOT NULL
);
CREATE TABLE item_total (
    item_no VARCHAR(40) PRIMARY KEY,
    quantity BIGINT NOT NULL,
    invoiced_quantity BIGINT NOT NULL,
    cost_amount_actual BIGINT NOT NULL,
    cost_amount_expected BIGINT NOT NULL,
    unit_cost BIGINT NOT NULL,
    last_direct_cost BIGINT NOT NULL,
    allow_online_adjustment BOOLEAN NOT NULL,
    last_item_ledger_entry_no BIGINT NOT NULL,
    last_warehouse_entry_no BIGINT NOT NULL
);
CREATE TABLE bin_content (
    item_no VARCHAR(40) NOT NULL,
    variant_code VARCHAR(40) NOT NULL,
    location_code VARCHAR(40) NOT NULL,
    bin_code VARCHAR(40) NOT NULL,
    lot_no VARCHAR(90) NOT NULL,
    serial_no VARCHAR(90) NOT NULL,
    package_no VARCHAR(90) NOT NULL,
    quantity BIGINT NOT NULL,
    PRIMARY KEY (item_no, variant_code, location_code, bin_code, lot_no, serial_no, package_no)
);
CREATE TABLE number_counter (
    id INTEGER PRIMARY KEY,
    item_register BIGINT NOT NULL,
    item_ledger_entry BIGINT NOT NULL,
    item_application_entry BIGINT NOT NULL,
    value_entry BIGINT NOT NULL,
    warehouse_entry BIGINT NOT NULL,
    count_entry BIGINT NOT NULL
);
CREATE TABLE settings (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL,
    automatic_cost_adjustment VARCHAR(10) NOT NULL,
    automatic_cost_posting BOOLEAN NOT NULL,
    expected_cost_posting BOOLEAN NOT NULL,
    average_cost_period VARCHAR(10) NOT NULL,
    average_cost_calc_type VARCHAR(24) NOT NULL,
    amount_rounding BIGINT NOT NULL,
    unit_cost_rounding BIGINT NOT NULL,
    quantity_rounding BIGINT NOT NULL,
    allow_negative_inventory BOOLEAN NOT NULL,
    allow_posting_from VARCHAR(10),
    allow_posting_to VARCHAR(10),
    demo BOOLEAN NOT NULL
);
CREATE TABLE location (
    code VARCHAR(40) PRIMARY KEY,
    name VARCHAR(100) NOT NULL,
    in_transit BOOLEAN NOT NULL,
    bin_mandatory BOOLEAN NOT NULL,
    require_receive BOOLEAN NOT NULL,
    require_put_away BOOLEAN NOT NULL,
    require_pick BOOLEAN NOT NULL,
    require_shipment BOOLEAN NOT NULL,
    responsibility_center VARCHAR(40) NOT NULL,
    inventory_accounts TEXT NOT NULL
);
CREATE TABLE bin (
    location_code VARCHAR(40) NOT NULL,
    code VARCHAR(40) NOT NULL,
    zone VARCHAR(40) NOT NULL,
    ranking INTEGER NOT NULL,
    blocked_movement VARCHAR(10) NOT NULL,
    minimum BIGINT,
    maximum BIGINT,
    dedicated BOOLEAN NOT NULL,
    PRIMARY KEY (location_code, code)
);
CREATE TABLE tracking_code (
    code VARCHAR(40) PRIMARY KEY,
    lot BOOLEAN NOT NULL,
    serial BOOLEAN NOT NULL,
    package BOOLEAN NOT NULL,
    expiration_required BOOLEAN NOT NULL,
    strict_expiration BOOLEAN NOT NULL,
    fefo BOOLEAN NOT NULL,
    lot_warehouse BOOLEAN NOT NULL,
    serial_warehouse BOOLEAN NOT NULL,
    lot_nos VARCHAR(40) NOT NULL,
    serial_nos VARCHAR(40) NOT NULL,
    package_nos VARCHAR(40) NOT NULL
);
CREATE TABLE item (
    no VARCHAR(40) PRIMARY KEY,
    description VARCHAR(100) NOT NULL,
    search_text VARCHAR(150) NOT NULL,
    type VARCHAR(15) NOT NULL,
    base_uom VARCHAR(40) NOT NULL,
    quantity_rounding BIGINT,
    costing_method VARCHAR(10) NOT NULL,
    standard_cost BIGINT NOT NULL,
    indirect_cost_percent BIGINT NOT NULL,
    overhead_rate BIGINT NOT NULL,
    tracking_code VARCHAR(40) NOT NULL,
    category VARCHAR(40) NOT NULL,
    gtin VARCHAR(14) NOT NULL,
    blocked BOOLEAN NOT NULL,
    reserve VARCHAR(10) NOT NULL,
    replenishment VARCHAR(10) NOT NULL,
    inventory_posting_group VARCHAR(40) NOT NULL
);
CREATE TABLE item_unit_of_measure (
    item_no VARCHAR(40) NOT NULL,
    code VARCHAR(40) NOT NULL,
    quantity_per BIGINT NOT NULL,
    PRIMARY KEY (item_no, code)
);
CREATE TABLE item_variant (
    item_no VARCHAR(40) NOT NULL,
    code VARCHAR(40) NOT NULL,
    description VARCHAR(100) NOT NULL,
    blocked BOOLEAN NOT NULL,
    PRIMARY KEY (item_no, code)
);
CREATE TABLE item_barcode (
    barcode VARCHAR(40) PRIMARY KEY,
    item_no VARCHAR(40) NOT NULL,
    variant_code VARCHAR(40) NOT NULL,
    uom_code VARCHAR(40) NOT NULL
);
CREATE TABLE tracking_number (
    item_no VARCHAR(40) NOT NULL,
    variant_code VARCHAR(40) NOT NULL,
    kind VARCHAR(8) NOT NULL,
    number_key VARCHAR(90) NOT NULL,
    number VARCHAR(90) NOT NULL,
    expiration_date VARCHAR(10),
    received BOOLEAN NOT NULL,
    blocked BOOLEAN NOT NULL,
    block_reason VARCHAR(100) NOT NULL,
    description VARCHAR(100) NOT NULL,
    PRIMARY KEY (item_no, variant_code, kind, number_key)
);
CREATE TABLE category (
    code VARCHAR(40) PRIMARY KEY,
    parent VARCHAR(40) NOT NULL,
    description VARCHAR(100) NOT NULL,
    attributes TEXT NOT NULL
);
CREATE TABLE attribute (
    name_key VARCHAR(60) PRIMARY KEY,
    name VARCHAR(60) NOT NULL,
    type VARCHAR(10) NOT NULL,
    options TEXT NOT NULL,
    unit VARCHAR(20) NOT NULL
);
CREATE TABLE item_attribute (
    item_no VARCHAR(40) NOT NULL,
    name_key VARCHAR(60) NOT NULL,
    value VARCHAR(250) NOT NULL,
    PRIMARY KEY (item_no, name_key)
);
CREATE TABLE bom_line (
    item_no VARCHAR(40) NOT NULL,
    line_no INTEGER NOT NULL,
    component VARCHAR(40) NOT NULL,
    variant_code VARCHAR(40) NOT NULL,
    quantity_per BIGINT NOT NULL,
    uom_code VARCHAR(40) NOT NULL,
    PRIMARY KEY (item_no, line_no)
);
CREATE TABLE catalog_item (
    code VARCHAR(40) PRIMARY KEY,
    vendor VARCHAR(40) NOT NULL,
    vendor_item_no VARCHAR(50) NOT NULL,
    description VARCHAR(100) NOT NULL,
    base_uom VARCHAR(40) NOT NULL,
    unit_cost BIGINT NOT NULL,
    gtin VARCHAR(14) NOT NULL,
    item_no VARCHAR(40) NOT NULL
);
CREATE TABLE responsibility_center (
    code VARCHAR(40) PRIMARY KEY,
    name VARCHAR(100) NOT NULL,
    location VARCHAR(40) NOT NULL
);
CREATE TABLE reason (
    code VARCHAR(40) PRIMARY KEY,
    description VARCHAR(100) NOT NULL
);
CREATE TABLE app_user (
    code VARCHAR(40) PRIMARY KEY,
    name VARCHAR(100) NOT NULL,
    role VARCHAR(15) NOT NULL,
    badge VARCHAR(40) NOT NULL,
    pin_hash VARCHAR(200) NOT NULL,
    language VARCHAR(10) NOT NULL,
    locations TEXT NOT NULL,
    allow_posting_from VARCHAR(10),
    allow_posting_to VARCHAR(10),
    responsibility_center VARCHAR(40) NOT NULL
);
"""

INDEXES = """
CREATE INDEX item_register_document_no ON item_register (document_no) WHERE document_no <> '';
CREATE INDEX item_register_undoes_register_no ON item_register (undoes_register_no) WHERE undoes_register_no IS NOT NULL;
CREATE UNIQUE INDEX item_ledger_entry_corrects_entry_no ON item_ledger_entry (corrects_entry_no)
    WHERE corrects_entry_no IS NOT NULL;
CREATE INDEX item_ledger_entry_register_no ON item_ledger_entry (register_no);
CREATE INDEX item_ledger_entry_item_no_entry_no ON item_ledger_entry (item_no, entry_no);
CREATE INDEX item_ledger_entry_item_no_posting_date ON item_ledger_entry (item_no, posting_date);
CREATE INDEX item_application_entry_item_ledger_entry_no ON item_application_entry (item_ledger_entry_no);
CREATE INDEX item_application_entry_inbound_entry_no ON item_application_entry (inbound_entry_no);
CREATE INDEX value_entry_item_ledger_entry_no ON value_entry (item_ledger_entry_no);
CREATE INDEX warehouse_entry_register_no ON warehouse_entry (register_no) WHERE entry_type = 'movement';
CREATE INDEX warehouse_entry_item_no_entry_no ON warehouse_entry (item_no, entry_no);
CREATE INDEX warehouse_entry_item_no_registering_date ON warehouse_entry (item_no, registering_date);
CREATE INDEX count_entry_register_no ON count_entry (register_no);
CREATE INDEX count_entry_item_no_entry_no ON count_entry (item_no, entry_no);
CREATE INDEX bin_content_location_code_bin_code ON bin_content (location_code, bin_code);
CREATE INDEX bin_code ON bin (code);
CREATE INDEX item_search_text ON item (search_text);
CREATE INDEX item_gtin ON item (gtin);
CREATE INDEX item_barcode_item_no ON item_barcode (item_no);
CREATE INDEX tracking_number_number_key ON tracking_number (number_key);
CREATE INDEX app_user_badge ON app_user (badge);
CREATE INDEX item_ledger_entry_open_increase ON item_ledger_entry
    (item_no, variant_code, location_code, serial_no, lot_no, package_no, posting_date, entry_no) WHERE open AND quantity > 0;
CREATE INDEX item_ledger_entry_open_decrease ON item_ledger_entry
    (item_no, variant_code, location_code, serial_no, lot_no, package_no, posting_date, entry_no) WHERE open AND quantity < 0;
CREATE INDEX item_ledger_entry_to_adjust ON item_ledger_entry (item_no, entry_no) WHERE applied_entry_to_adjust IS NOT NULL;
CREATE INDEX item_ledger_entry_lot ON item_ledger_entry (lot_no) WHERE lot_no <> '';
CREATE INDEX item_ledger_entry_serial ON item_ledger_entry (serial_no) WHERE serial_no <> '';
CREATE INDEX item_application_entry_returns ON item_application_entry (outbound_entry_no)
    WHERE outbound_entry_no <> 0 AND item_ledger_entry_no <> outbound_entry_no;
CREATE INDEX item_application_entry_transfers ON item_application_entry (transferred_from_entry_no)
    WHERE transferred_from_entry_no <> 0;
CREATE INDEX bin_content_serial ON bin_content (serial_no) WHERE serial_no <> '';
CREATE INDEX bin_content_lot ON bin_content (lot_no) WHERE lot_no <> '';
"""

FIRST_ROWS = """
INSERT INTO number_counter VALUES (1, 0, 0, 0, 0, 0, 0);
INSERT INTO settings VALUES (1, 1, 'always', TRUE, FALSE, 'day', 'item', 1000, 1, 1, TRUE, NULL, NULL, FALSE);
"""


def up(migrator: Any, db: Any) -> None:
    for statement in statements(TABLES + INDEXES + FIRST_ROWS):
        db.execute_sql(statement)
    for table, movable in MOVABLE.items():
        append_only(table, movable)
        if is_postgresql():
            db.execute_sql(f"CREATE SEQUENCE {table}_number")


def statements(script: str) -> list[str]:
    """The statements of a script, in the types of the database that is open."""
    if is_postgresql():  # compared and sorted by characters, whatever language the server was set up for
        script = re.sub(r"(VARCHAR\(\d+\))", r'\1 COLLATE "C"', script)
    else:  # a rowid is an INTEGER there, and a truth value is one too
        script = script.replace("BIGINT", "INTEGER").replace("BOOLEAN", "INTEGER")
    return [statement for statement in (part.strip() for part in script.split(";\n")) if statement]
