"""Triggers that keep a ledger append-only, on both databases: the last line of defence behind the posting door.

Rows are never deleted, and only the named columns may be set again. A rebuild of a table on SQLite drops its triggers in
silence, and a column that a trigger names cannot be dropped: such a migration calls `drop_append_only` before and
`append_only` after it. `stockterm prove` asks `missing_append_only`.
"""

from collections.abc import Iterable

from db.connection import database, fetch, is_postgresql

_KINDS = ("no_delete", "no_update")


def append_only(table: str, movable_columns: Iterable[str]) -> None:
    """Refuse every `DELETE` on `table`, and every `UPDATE` that sets a column not in `movable_columns`.

    A refused statement raises `IntegrityError` and says why. To be called again after columns were added.
    """
    columns = [column.name for column in database.get_columns(table)]
    movable = set(movable_columns)
    if unknown := movable.difference(columns):
        raise ValueError(f"{table} has no column {', '.join(sorted(unknown))}")
    fixed = ", ".join(f'"{column}"' for column in columns if column not in movable)
    drop_append_only(table)
    for statement in _on_postgresql(table, fixed) if is_postgresql() else _on_sqlite(table, fixed):
        fetch(statement)


def drop_append_only(table: str) -> None:
    """Take the triggers off, for a migration that rebuilds the table."""
    kinds = (*_KINDS, "no_truncate") if is_postgresql() else _KINDS
    for kind in kinds:
        fetch(f"DROP TRIGGER IF EXISTS {table}_{kind}" + (f" ON {table}" if is_postgresql() else ""))


def missing_append_only(tables: Iterable[str]) -> list[str]:
    """The triggers that should be there and are not, or are switched off; empty when all is well."""
    if is_postgresql():
        present = {row[0] for row in fetch("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'A'")}
        kinds: tuple[str, ...] = (*_KINDS, "no_truncate")
    else:
        present = {row[0] for row in fetch("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
        kinds = _KINDS
    return [name for table in tables for kind in kinds if (name := f"{table}_{kind}") not in present]


def _deletes(table: str) -> str:
    return f"{table} is append-only: its rows are never deleted. Post a correction instead."


def _updates(table: str) -> str:
    return f"{table} is append-only: what was posted is not changed. Post a correction instead."


def _on_sqlite(table: str, fixed: str) -> list[str]:
    def refuse(message: str) -> str:
        return f"BEGIN SELECT RAISE(ABORT, '{message}'); END"

    return [
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse(_deletes(table))}",
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE OF {fixed} ON {table} {refuse(_updates(table))}",
    ]


def _on_postgresql(table: str, fixed: str) -> list[str]:
    refuse = (
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'restrict_violation'; END $$"
    )
    triggers = {
        "no_delete": f"BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change('{_deletes(table)}')",
        "no_update": f"BEFORE UPDATE OF {fixed} ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change('{_updates(table)}')",
        "no_truncate": f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('{_deletes(table)}')",
    }
    statements = [refuse]
    for kind, definition in triggers.items():
        statements.append(f"CREATE TRIGGER {table}_{kind} {definition}")
        statements.append(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_{kind}")
    return statements
