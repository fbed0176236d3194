"""Printers, the print queue, and the check digits of bins.

Frozen: later changes are later migrations.
"""

from typing import Any

from db.migrations.scripts import statements

SCRIPT = """
ALTER TABLE bin ADD COLUMN check_digits VARCHAR(2) NOT NULL DEFAULT '';
CREATE TABLE printer (
    code VARCHAR(40) PRIMARY KEY,
    name VARCHAR(100) NOT NULL,
    kind VARCHAR(10) NOT NULL,
    address VARCHAR(200) NOT NULL,
    width_mm INTEGER NOT NULL CHECK (width_mm > 0),
    height_mm INTEGER NOT NULL CHECK (height_mm > 0),
    dpi INTEGER NOT NULL CHECK (dpi > 0),
    location_code VARCHAR(40) NOT NULL
);
CREATE TABLE print_job (
    job_no IDENTITY PRIMARY KEY,
    printer_code VARCHAR(40) NOT NULL REFERENCES printer (code) ON DELETE RESTRICT,
    title VARCHAR(100) NOT NULL,
    label_count INTEGER NOT NULL,
    data TEXT NOT NULL,
    state VARCHAR(10) NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'failed')),
    attempts INTEGER NOT NULL,
    reason VARCHAR(200) NOT NULL,
    next_attempt_at BIGINT NOT NULL,
    sender VARCHAR(90) NOT NULL,
    user_code VARCHAR(40) NOT NULL,
    terminal VARCHAR(60) NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX print_job_unsent ON print_job (printer_code, job_no) WHERE state <> 'sent';
"""


def up(migrator: Any, db: Any) -> None:
    for statement in statements(SCRIPT):
        db.execute_sql(statement)
