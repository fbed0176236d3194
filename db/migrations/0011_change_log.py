"""The change log of master data and setup. What was changed before has no log.

Frozen: later changes are later migrations.
"""

from typing import Any

from db.migrations.append_only import append_only
from db.migrations.scripts import statements

SCRIPT = """
CREATE TABLE change_log (
    change_no IDENTITY PRIMARY KEY,
    changed_at BIGINT NOT NULL,
    user_code VARCHAR(40) NOT NULL,
    terminal VARCHAR(60) NOT NULL,
    source_code VARCHAR(20) NOT NULL,
    kind VARCHAR(40) NOT NULL,
    record_key TEXT NOT NULL,
    action VARCHAR(10) NOT NULL,
    field VARCHAR(60) NOT NULL,
    old_value TEXT NOT NULL,
    new_value TEXT NOT NULL
);
CREATE INDEX change_log_kind_record_key ON change_log (kind, record_key);
"""


def up(migrator: Any, db: Any) -> None:
    for statement in statements(SCRIPT):
        db.execute_sql(statement)
    append_only("change_log", [])
