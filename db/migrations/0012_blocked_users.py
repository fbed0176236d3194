"""Users that are blocked: nobody signs in as one, and nothing is posted for one.

Frozen: later changes are later migrations.
"""

from typing import Any

from db.migrations.scripts import statements

SCRIPT = """
ALTER TABLE app_user ADD COLUMN blocked BOOLEAN NOT NULL DEFAULT FALSE;
"""


def up(migrator: Any, db: Any) -> None:
    for statement in statements(SCRIPT):
        db.execute_sql(statement)
