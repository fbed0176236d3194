"""A printer can be switched off, and a print job cancelled. Sent jobs no longer slow down the search for the next one.

Frozen: later changes are later migrations.
"""

from typing import Any

from db.connection import is_postgresql
from db.migrations.scripts import statements

PRINTER = "ALTER TABLE printer ADD COLUMN blocked BOOLEAN NOT NULL DEFAULT FALSE;\n"

STATES = "state IN ('waiting', 'sending', 'sent', 'failed', 'cancelled')"

POSTGRESQL = f"""
ALTER TABLE print_job DROP CONSTRAINT print_job_state_check;
ALTER TABLE print_job ADD CONSTRAINT print_job_state_check CHECK ({STATES});
DROP INDEX print_job_unsent;
"""

COLUMNS = (
    "job_no, printer_code, title, label_count, data, state, attempts, reason, next_attempt_at, sender, user_code, terminal,"
    " created_at, changed_at"
)

SQLITE = f"""
CREATE TABLE print_job_anew (
    job_no IDENTITY PRIMARY KEY,
    printer_code VARCHAR(40) NOT NULL REFERENCES printer (code) ON DELETE RESTRICT,
    title VARCHAR(100) NOT NULL,
    label_count INTEGER NOT NULL,
    data TEXT NOT NULL,
    state VARCHAR(10) NOT NULL CHECK ({STATES}),
    attempts INTEGER NOT NULL,
    reason VARCHAR(200) NOT NULL,
    next_attempt_at BIGINT NOT NULL,
    sender VARCHAR(90) NOT NULL,
    user_code VARCHAR(40) NOT NULL,
    terminal VARCHAR(60) NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
INSERT INTO print_job_anew ({COLUMNS}) SELECT {COLUMNS} FROM print_job;
DROP TABLE print_job;
ALTER TABLE print_job_anew RENAME TO print_job;
"""

INDEX = "CREATE INDEX print_job_state ON print_job (state, printer_code, job_no);\n"


def up(migrator: Any, db: Any) -> None:
    for statement in statements(PRINTER + (POSTGRESQL if is_postgresql() else SQLITE) + INDEX):
        db.execute_sql(statement)
