"""Complaints about what is booked and printed: 5, 19, 20, 21."""

from pathlib import Path

import pytest

from db.connection import fetch
from db.core.clock import held_at
from db.core.numbers import from_scaled
from db.posting.prove import prove
from stockterm.flows.tokens import Command
from stockterm.labels.sending import send_waiting
from tests.flows.warehouse import a_warehouse, counting, purchased, signed_in, sold
from tests.labels.printers import closed_port, loopback_printer
from tests.labels.test_sending import LATER, a_printer, ordered
from tests.support.builders import an_item, posted, purchase, sale
from tests.support.databases import OpenDatabase
from tests.support.program import Company

PCS = "9528765432108"


@pytest.fixture
def company(database_url: str, tmp_path: Path) -> Company:
    return Company(database_url, tmp_path)


def test_05_a_reconciliation_does_not_show_one_error_at_a_time(company: Company) -> None:
    """Every error of every line of a file at once, each with its line and its field; nothing of it is posted."""
    line = {"op": "journal_line", "type": "purchase", "date": "2026-01-01", "quantity": "1", "unit_cost": "1"}
    answer = company.post(
        {"op": "location", "code": "EAST", "bin_mandatory": True},
        {"op": "item", "no": "A"},
        {**line, "item": "NOSUCH", "location": "EAST", "bin": "NOSUCH"},
        {**line, "item": "A", "location": "NOSUCH"},
        {**line, "item": "A", "location": "EAST", "quantity": "0"},
    )
    assert answer.status == 1
    assert {number for number, _code, _field in answer.codes} == {3, 4, 5}
    assert len(answer.codes) >= 4
    assert company.export("item-ledger") == []


@pytest.mark.parametrize("method", ["fifo", "lifo"])
def test_19_no_cents_are_left_at_quantity_zero(database: OpenDatabase, method: str) -> None:
    """Three for 10.00, sold one by one: 3.33, 3.33, 3.34."""
    an_item(costing_method=method)
    posted(purchase("3", amount="10"), *(sale("1") for _ in range(3)))
    [(quantity,)] = fetch("SELECT SUM(quantity) FROM item_ledger_entry")
    [(cost,)] = fetch("SELECT SUM(cost_amount_actual) FROM value_entry")
    assert not any((from_scaled(int(quantity)), from_scaled(int(cost))))
    assert prove().findings == ()


def test_20_what_remains_agrees_with_what_is_on_hand(database: OpenDatabase) -> None:
    """After counting, adjusting, moving, selling and taking back: open entries, bins and totals say the same of every item."""
    a_warehouse()
    purchased("1000", "20")
    purchased("SALINE", "6", lot="L7")
    worker = counting().scan(PCS, "18", "SALINE", "L7", "5").key(Command.NEXT)
    worker.post()
    worker.scan("2", "BIN:A-01", PCS, "+3", "RSN:FOUND").post()
    worker.key(Command.UNDO)
    worker.scan(worker.view.prompt.removeprefix("Type ")).is_ok()
    signed_in("BOB", terminal="T2").scan("3", "BIN:A-01", PCS, "4", "BIN:A-02").post()
    sold("1000", "2")
    for item_no in ("1000", "SALINE"):
        totals = [
            fetch(sql, (item_no,))[0][0]
            for sql in (
                "SELECT SUM(quantity) FROM item_ledger_entry WHERE item_no = ?",
                "SELECT SUM(remaining_quantity) FROM item_ledger_entry WHERE item_no = ?",
                "SELECT SUM(quantity) FROM bin_content WHERE item_no = ?",
                "SELECT SUM(quantity) FROM warehouse_entry WHERE item_no = ?",
            )
        ]
        assert len({int(total) for total in totals}) == 1, (item_no, totals)
    assert prove().findings == ()


def test_21_label_printing_does_not_fail_silently(database: OpenDatabase) -> None:
    """A printer that is off keeps the job, says why, and prints it when it is back."""
    ordered(a_printer(closed_port()), "A-01")
    [outcome] = send_waiting()
    assert (outcome.state, outcome.reason) == ("waiting", "Connection refused")
    with loopback_printer() as loopback:
        a_printer(loopback.address)
        with held_at(LATER):
            assert [one.state for one in send_waiting()] == ["sent"]
        assert len(loopback.wait_for(1)) == 1
