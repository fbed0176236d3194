"""The command for somebody: `post --user`, `export --user`; and `clean`. `operations.md` §17: terminal, import and API agree."""

from pathlib import Path

import pytest

from db.connection import close_database, fetch, open_database
from db.core import clock
from tests.support.program import Answer, Company, a_location, a_purchase, an_item, call

DAY = 86_400_000_000


@pytest.fixture
def company(sqlite_url: str, tmp_path: Path) -> Company:
    made = Company(sqlite_url, tmp_path)
    users = [{"op": "user", "code": role.upper(), "role": role} for role in ("counter", "worker", "supervisor", "controller")]
    made.posted(a_location(), an_item(), *users, {**a_purchase("5"), "id": "PO-1"})
    return made


def asked(company: Company, *arguments: str, stdin: bytes = b"") -> Answer:
    return call("--database", company.url, *arguments, stdin=stdin)


def test_given_counter_role_when_reading_cost_or_expected_via_any_export_then_absent(company: Company) -> None:
    for books in ("item-ledger", "applications", "value-entries", "on-hand", "warehouse-entries"):
        answer = asked(company, "export", books, "--user", "counter")
        assert (answer.status, answer.out) == (1, "")
        assert "COUNTER may not see expected quantities" in answer.err
    [item] = asked(company, "export", "items", "--user", "COUNTER").rows
    assert not {"unit_cost", "inventory", "inventory_value"} & set(item)
    assert item["no"]


def test_a_worker_sees_quantities_without_costs_and_a_controller_both(company: Company) -> None:
    [worker] = asked(company, "export", "on-hand", "--user", "WORKER").rows
    [controller] = asked(company, "export", "on-hand", "--user", "CONTROLLER").rows
    [nobody_named] = asked(company, "export", "on-hand").rows
    assert "quantity" in worker
    assert "value" not in worker
    assert controller == nobody_named
    assert "value" in controller


def test_csv_has_no_head_for_what_is_absent(company: Company) -> None:
    head = asked(company, "export", "on-hand", "--user", "WORKER", "--format", "csv").out.splitlines()[0]
    assert "quantity" in head
    assert "value" not in head


def test_a_file_is_posted_for_a_user_as_far_as_that_user_may(company: Company) -> None:
    line = b'{"op": "settings", "allow_negative_inventory": false}\n'
    refused = asked(company, "post", "-", "--user", "WORKER", stdin=line)
    assert refused.status == 1
    assert "WORKER may not change master data" in refused.err
    assert asked(company, "post", "-", "--user", "SUPERVISOR", stdin=line).status == 0
    [change] = [row for row in asked(company, "export", "changes").rows if row["kind"] == "settings"]
    assert (change["user"], change["field"], change["old_value"], change["new_value"]) == (
        "SUPERVISOR", "allow_negative_inventory", "true", "false",
    )  # fmt: skip


def test_a_user_that_does_not_exist_is_named(company: Company) -> None:
    for command in (("export", "items"), ("post", "-")):
        answer = asked(company, *command, "--user", "NOBODY")
        assert answer.status == 1
        assert "NOBODY" in answer.err


def test_clean_deletes_old_scans_and_nothing_that_waits(company: Company) -> None:
    def scan(number: int, days: int, waiting: bool) -> None:
        fetch(
            "INSERT INTO scan_log (scan_id, user_code, session_no, terminal, scanned_at, raw, command, certain, status, waiting,"
            " note) VALUES (?, 'WORKER', 1, 'T1', ?, 'X', FALSE, FALSE, ?, ?, '')",
            (f"S{number}", clock.now_microseconds() - days * DAY, "saved" if waiting else "applied", waiting),
        )

    open_database(company.url)
    scan(1, 91, False)
    scan(2, 89, False)
    scan(3, 400, True)
    close_database()
    answer = asked(company, "clean")
    assert (answer.status, answer.out) == (0, "Deleted: 1 scan.\n")
    assert asked(company, "clean", "--days", "30").out == "Deleted: 1 scan.\n"
    assert asked(company, "clean", "--days", "0").status == 2
    open_database(company.url)
    left = fetch("SELECT scan_id FROM scan_log")
    close_database()
    assert left == [("S3",)]
