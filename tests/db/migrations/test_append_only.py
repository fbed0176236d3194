"""The last line of defence: what was posted is neither changed nor deleted, on both databases."""

import sqlite3

import pytest

from db.connection import IntegrityError, database, fetch, is_postgresql
from db.migrations.append_only import append_only, drop_append_only, missing_append_only
from tests.support.databases import OpenDatabase


@pytest.fixture(autouse=True)
def ledger(bare_database: OpenDatabase) -> OpenDatabase:
    fetch("CREATE TABLE ledger (entry_no BIGINT PRIMARY KEY, quantity BIGINT NOT NULL, open BOOLEAN NOT NULL)")
    fetch("INSERT INTO ledger VALUES (1, 5, TRUE)")
    append_only("ledger", ["open"])
    return bare_database


def test_a_row_is_not_deleted() -> None:
    with pytest.raises(IntegrityError, match="never deleted"):
        fetch("DELETE FROM ledger")
    assert fetch("SELECT quantity FROM ledger") == [(5,)]


@pytest.mark.parametrize("change", ["quantity = 6", "quantity = quantity", "entry_no = 2", "open = FALSE, quantity = 7"])
def test_a_fixed_column_is_not_set(change: str) -> None:
    with pytest.raises(IntegrityError, match="not changed"):
        fetch(f"UPDATE ledger SET {change}")
    assert [(row[0], bool(row[1])) for row in fetch("SELECT quantity, open FROM ledger")] == [(5, True)]


def test_a_movable_column_may_be_set() -> None:
    fetch("UPDATE ledger SET open = FALSE")
    assert not fetch("SELECT open FROM ledger")[0][0]


def test_an_insert_does_not_replace() -> None:
    statement = (
        "INSERT INTO ledger VALUES (1, 9, TRUE) ON CONFLICT (entry_no) DO UPDATE SET quantity = 9"
        if is_postgresql()
        else "INSERT OR REPLACE INTO ledger VALUES (1, 9, TRUE)"
    )
    with pytest.raises(IntegrityError, match="append-only"):
        fetch(statement)


def test_a_ledger_is_not_emptied_in_one_go() -> None:
    if is_postgresql():
        with pytest.raises(IntegrityError, match="never deleted"):
            fetch("TRUNCATE ledger")
        fetch("SET session_replication_role = replica")  # a superuser's way around ordinary triggers
        with pytest.raises(IntegrityError, match="never deleted"):
            fetch("DELETE FROM ledger")
    assert fetch("SELECT COUNT(*) FROM ledger") == [(1,)]


def test_another_program_meets_the_triggers_too(ledger: OpenDatabase) -> None:
    if not ledger.is_sqlite:
        return
    other = sqlite3.connect(ledger.path)
    with pytest.raises(sqlite3.IntegrityError, match="never deleted"):
        other.execute("DELETE FROM ledger")
    other.close()


def test_a_column_added_later_is_fixed_after_a_second_call() -> None:
    database.execute_sql("ALTER TABLE ledger ADD COLUMN note VARCHAR(10)")
    append_only("ledger", ["open"])
    with pytest.raises(IntegrityError):
        fetch("UPDATE ledger SET note = 'x'")


def test_a_migration_can_take_the_triggers_off_and_prove_notices() -> None:
    assert missing_append_only(["ledger"]) == []
    drop_append_only("ledger")
    assert missing_append_only(["ledger"])[:2] == ["ledger_no_delete", "ledger_no_update"]
    fetch("DELETE FROM ledger")
    assert fetch("SELECT * FROM ledger") == []


def test_a_trigger_that_was_switched_off_counts_as_missing() -> None:
    if is_postgresql():
        fetch("ALTER TABLE ledger DISABLE TRIGGER ledger_no_delete")
        assert missing_append_only(["ledger"]) == ["ledger_no_delete"]


def test_a_column_that_does_not_exist_is_a_mistake_of_the_migration() -> None:
    with pytest.raises(ValueError, match="colour"):
        append_only("ledger", ["colour"])
