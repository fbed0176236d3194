"""The change log: who changed what, from what to what. `operations.md` §17, "Audit: change log for master data and setup"."""

import pytest

from db.connection import IntegrityError, fetch
from db.core.errors import StocktermError
from db.masters.change import put_masters
from db.masters.change_log import ChangedBy
from tests.support.databases import OpenDatabase

SUE = ChangedBy("SUE", "DESK", "users")


@pytest.fixture(autouse=True)
def people(database: OpenDatabase) -> None:
    put_masters([("user", {"code": code, "role": "supervisor"}) for code in ("SUE", "BOB")])


def log() -> list[tuple[str, ...]]:
    """What was logged behind the two who are there from the start."""
    columns = "user_code, terminal, kind, record_key, action, field, old_value, new_value"
    return fetch(f"SELECT {columns} FROM change_log ORDER BY change_no")[2:]


def test_a_new_record_is_one_row_and_a_change_is_a_row_for_each_field_with_old_and_new() -> None:
    put_masters([("reason", {"code": "damaged", "description": "Damaged"})], SUE)
    put_masters([("reason", {"code": "damaged", "description": "Broken"})], ChangedBy("BOB", "T2"))
    assert log() == [
        ("SUE", "DESK", "reason", "DAMAGED", "made", "", "", ""),
        ("BOB", "T2", "reason", "DAMAGED", "changed", "description", "Damaged", "Broken"),
    ]


def test_setup_is_logged_like_master_data() -> None:
    put_masters([("settings", {"allow_negative_inventory": False})], SUE)
    assert log() == [("SUE", "DESK", "settings", "1", "changed", "allow_negative_inventory", "true", "false")]


def test_what_changes_nothing_is_not_logged() -> None:
    put_masters([("reason", {"code": "X", "description": "A"})], SUE)
    put_masters([("reason", {"code": "X", "description": "A"})], SUE)
    assert len(log()) == 1


def test_pins_and_badges_are_logged_as_changed_and_never_as_what_they_are() -> None:
    put_masters([("user", {"code": "ANN", "role": "worker"})], SUE)
    put_masters([("user", {"code": "ANN", "pin": "4711", "badge": "B-ANN-7391", "role": "supervisor"})], SUE)
    changes = {row[5]: row[6:] for row in log() if row[4] == "changed"}
    assert changes == {"badge": ("", "(hidden)"), "pin_hash": ("", "(hidden)"), "role": ("worker", "supervisor")}


def test_fields_are_called_as_in_the_interchange_format_and_keys_of_several_parts_stand_in_one_text() -> None:
    put_masters([("location", {"code": "EAST", "bin_mandatory": True}), ("bin", {"location": "EAST", "code": "A-01"})], SUE)
    put_masters([("bin", {"location": "EAST", "code": "A-01", "zone": "COLD"})], SUE)
    assert log()[-1][2:] == ("bin", "EAST A-01", "changed", "zone", "", "COLD")


def test_a_record_that_is_refused_leaves_no_trace_in_the_log() -> None:
    with pytest.raises(StocktermError):
        put_masters([("reason", {"code": "X"}), ("user", {"code": "ANN", "role": "boss"})], SUE)
    assert log() == []


def test_the_log_is_append_only() -> None:
    put_masters([("reason", {"code": "X"})], SUE)
    with pytest.raises(IntegrityError):
        fetch("DELETE FROM change_log")


def test_the_log_cannot_be_rewritten() -> None:
    put_masters([("reason", {"code": "X"})], SUE)
    with pytest.raises(IntegrityError):
        fetch("UPDATE change_log SET user_code = 'BOB'")
