"""Count orders with their recordings, what differs, what is due to be counted, and what should be counted when somebody passes.

The lines of a recording are those of a count (0002). Frozen: later changes are later migrations.
"""

from typing import Any

from db.migrations.scripts import statements

SCRIPT = """
CREATE TABLE count_order (
    order_no IDENTITY PRIMARY KEY,
    description VARCHAR(100) NOT NULL,
    status VARCHAR(10) NOT NULL,
    location_code VARCHAR(40) NOT NULL,
    bin_filter VARCHAR(250) NOT NULL,
    zone_filter VARCHAR(250) NOT NULL,
    category_filter VARCHAR(250) NOT NULL,
    item_filter VARCHAR(250) NOT NULL,
    order_date VARCHAR(10) NOT NULL,
    posting_date VARCHAR(10) NOT NULL,
    reason_code VARCHAR(40) NOT NULL,
    blind BOOLEAN NOT NULL,
    four_eyes BOOLEAN NOT NULL,
    threshold_quantity BIGINT,
    threshold_percent BIGINT,
    threshold_value BIGINT,
    approved_by VARCHAR(40) NOT NULL,
    approved_at BIGINT,
    created_by VARCHAR(40) NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    posted_at BIGINT
);
CREATE TABLE count_order_line (
    order_no BIGINT NOT NULL,
    line_no INTEGER NOT NULL,
    item_no VARCHAR(40) NOT NULL,
    variant_code VARCHAR(40) NOT NULL,
    bin_code VARCHAR(40) NOT NULL,
    quantity_expected BIGINT NOT NULL,
    recorded_without_order BOOLEAN NOT NULL,
    chosen_pass INTEGER NOT NULL,
    late_decision VARCHAR(10) NOT NULL,
    PRIMARY KEY (order_no, line_no)
);
CREATE TABLE count_recording (
    order_no BIGINT NOT NULL,
    recording_no INTEGER NOT NULL,
    count_no BIGINT NOT NULL UNIQUE,
    pass_no INTEGER NOT NULL,
    status VARCHAR(10) NOT NULL,
    user_code VARCHAR(40) NOT NULL,
    allow_without_order BOOLEAN NOT NULL,
    created_by VARCHAR(40) NOT NULL,
    created_at BIGINT NOT NULL,
    finished_by VARCHAR(40) NOT NULL,
    finished_at BIGINT,
    PRIMARY KEY (order_no, recording_no)
);
CREATE TABLE count_recording_task (
    order_no BIGINT NOT NULL,
    recording_no INTEGER NOT NULL,
    order_line_no INTEGER NOT NULL,
    PRIMARY KEY (order_no, recording_no, order_line_no)
);
CREATE TABLE count_orphan (
    order_no BIGINT NOT NULL,
    orphan_no INTEGER NOT NULL,
    recording_no INTEGER NOT NULL,
    bin_code VARCHAR(40) NOT NULL,
    barcode VARCHAR(200) NOT NULL,
    description VARCHAR(100) NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity >= 0),
    status VARCHAR(10) NOT NULL,
    counted_by VARCHAR(40) NOT NULL,
    counted_at BIGINT NOT NULL,
    terminal VARCHAR(60) NOT NULL,
    resolved_by VARCHAR(40) NOT NULL,
    PRIMARY KEY (order_no, orphan_no)
);
CREATE TABLE count_result (
    order_no BIGINT NOT NULL,
    result_no INTEGER NOT NULL,
    order_line_no INTEGER NOT NULL,
    item_no VARCHAR(40) NOT NULL,
    variant_code VARCHAR(40) NOT NULL,
    bin_code VARCHAR(40) NOT NULL,
    lot_no VARCHAR(90) NOT NULL,
    serial_no VARCHAR(90) NOT NULL,
    package_no VARCHAR(90) NOT NULL,
    expiration_date VARCHAR(10),
    quantity_expected BIGINT NOT NULL,
    quantity_counted BIGINT NOT NULL,
    unit_cost BIGINT NOT NULL,
    item_ledger_watermark BIGINT NOT NULL,
    warehouse_watermark BIGINT NOT NULL,
    part_no INTEGER NOT NULL,
    register_no BIGINT,
    PRIMARY KEY (order_no, result_no)
);
CREATE TABLE counting_period (
    code VARCHAR(40) PRIMARY KEY,
    description VARCHAR(100) NOT NULL,
    frequency INTEGER NOT NULL CHECK (frequency >= 1)
);
CREATE TABLE counting_schedule (
    item_no VARCHAR(40) NOT NULL,
    variant_code VARCHAR(40) NOT NULL,
    location_code VARCHAR(40) NOT NULL,
    period_code VARCHAR(40) NOT NULL,
    last_counted VARCHAR(10),
    next_start VARCHAR(10) NOT NULL,
    next_end VARCHAR(10) NOT NULL,
    PRIMARY KEY (item_no, variant_code, location_code)
);
CREATE TABLE count_opportunity (
    opportunity_no IDENTITY PRIMARY KEY,
    location_code VARCHAR(40) NOT NULL,
    bin_code VARCHAR(40) NOT NULL,
    item_no VARCHAR(40) NOT NULL,
    variant_code VARCHAR(40) NOT NULL,
    cause VARCHAR(20) NOT NULL,
    found_at BIGINT NOT NULL,
    done BOOLEAN NOT NULL,
    order_no BIGINT
);
CREATE TABLE count_sweep (
    id INTEGER PRIMARY KEY,
    warehouse_entry_no BIGINT NOT NULL
);
INSERT INTO count_sweep (id, warehouse_entry_no) SELECT 1, COALESCE(MAX(entry_no), 0) FROM warehouse_entry;
CREATE INDEX count_order_location_code_status ON count_order (location_code, status);
CREATE UNIQUE INDEX count_order_line_key ON count_order_line (order_no, item_no, variant_code, bin_code);
CREATE INDEX count_result_part ON count_result (order_no, part_no);
CREATE INDEX counting_schedule_next_start ON counting_schedule (next_start);
CREATE UNIQUE INDEX count_opportunity_open ON count_opportunity (location_code, bin_code, item_no, variant_code) WHERE NOT done;
"""


def up(migrator: Any, db: Any) -> None:
    for statement in statements(SCRIPT):
        db.execute_sql(statement)
