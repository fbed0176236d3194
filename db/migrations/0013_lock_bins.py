"""Count orders that lock the bins which are being counted.

Frozen: later changes are later migrations.
"""

from typing import Any

from db.migrations.scripts import statements

SCRIPT = """
ALTER TABLE count_order ADD COLUMN lock_bins BOOLEAN NOT NULL DEFAULT FALSE;
CREATE TABLE count_locked_bin (
    location_code VARCHAR(40) NOT NULL,
    bin_code VARCHAR(40) NOT NULL,
    order_no BIGINT NOT NULL,
    recording_no INTEGER NOT NULL,
    user_code VARCHAR(40) NOT NULL,
    locked_at BIGINT NOT NULL,
    released_by VARCHAR(40) NOT NULL,
    PRIMARY KEY (location_code, bin_code, order_no, recording_no)
);
"""


def up(migrator: Any, db: Any) -> None:
    for statement in statements(SCRIPT):
        db.execute_sql(statement)
