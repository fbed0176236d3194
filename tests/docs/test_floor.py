"""The floor worker's manual: the twelve commonest jobs, done as they stand there."""

import re
from collections.abc import Callable

import pytest

from db.connection import fetch
from db.masters.change import put_masters
from db.posting.lines import HandledLine
from docs.manual import FLOOR
from stockterm.flows.tokens import Command
from stockterm.flows.view import Level
from tests.docs.reading import name_of, rows, section
from tests.flows.test_count_order import an_order as a_count_order
from tests.flows.transfers import an_order as a_transfer_order
from tests.flows.transfers import on_the_road
from tests.flows.warehouse import Worker, a_warehouse, purchased, signed_in
from tests.support.databases import OpenDatabase

JOBS = rows(section(name_of(FLOOR), "## The twelve commonest jobs"))
LABELS = {
    "bin": "BIN:A-01",
    "other bin": "BIN:A-02",
    "item": "9528765432108",
    "reason": "RSN:SCRAP",
    "location": "LOC:SHOP",
    "order": "DOC:TO-1",
    "lot": "LOT:L7",
    "new lot": "LOT:L8",
}
KEYS = {"F5": Command.UNDO, "F9": Command.NEXT, "F10": Command.POST}


def stock() -> str:
    purchased("1000", "2")
    return "EAST"


def ordered_count() -> str:
    stock()
    a_count_order()
    return "EAST"


def ordered_transfer() -> str:
    purchased("1000", "9")
    a_transfer_order(("1000", "4"))
    return "EAST"


def transfer_on_the_road() -> str:
    ordered_transfer()
    on_the_road(HandledLine(1, bin_code="A-01"))
    return "SHOP"


def a_lot() -> str:
    purchased("SALINE", "6", lot="L7")
    return "EAST"


def a_posting() -> str:
    stock()
    worker = signed_in().scan("2", LABELS["bin"], LABELS["item"], "-1", "RSN:SCRAP").post()
    while worker.view.prompt != "Choose":
        worker.key(Command.BACK)
    return "EAST"


BEFORE: dict[str, Callable[[], str]] = {
    "count for an order": ordered_count,
    "ship a transfer order": ordered_transfer,
    "receive a transfer order": transfer_on_the_road,
    "give a lot another number": a_lot,
    "take back what you posted last": a_posting,
}


def test_there_are_twelve() -> None:
    assert len(JOBS) == 12


@pytest.mark.parametrize(("wanted", "order", "scans", "keyed"), JOBS, ids=[row[0] for row in JOBS])
def test_a_job_is_done_by_the_scans_and_keys_of_the_manual(
    database: OpenDatabase, wanted: str, order: str, scans: str, keyed: str
) -> None:
    a_warehouse()
    location = BEFORE.get(wanted, stock)()
    postings = _postings()
    worker = signed_in(terminal="T2", location=location)
    done = [0, 0]
    for step in order.split(" · "):
        done[_pressed(worker, step)] += 1
    assert done == [int(scans), int(keyed)]
    assert worker.level in (None, Level.OK, Level.NOTE), worker.view
    if wanted == "count for an order":  # posted by a supervisor
        assert worker.said.startswith("Handed in")
    else:
        assert _postings() == postings + ("digits" in order)


def _postings() -> int:
    return int(fetch("SELECT COUNT(*) FROM item_register")[0][0])


def _pressed(worker: Worker, step: str) -> int:
    """One step of the table. Returns 0 for a scan, 1 for what is keyed."""
    if step in LABELS:
        worker.scan(LABELS[step])
        return 0
    if step in KEYS:
        worker.key(KEYS[step])
    elif step == "digits":
        worker.scan(worker.view.prompt.removeprefix("Type "))
    else:
        typed = re.fullmatch(r"`([-0-9]+)`", step)
        assert typed is not None, step
        worker.scan(typed[1])
    return 1


def test_a_blind_count_of_100_bins_and_1000_scans_needs_no_key_besides_scans_and_typed_quantities(database: OpenDatabase) -> None:
    """Bins, items, a quantity typed here and there, and labels for what keys would do. The two digits at the end are typed."""
    a_warehouse()
    bins = [f"X-{number:03}" for number in range(100)]
    put_masters([("bin", {"location": "EAST", "code": code, "zone": "X"}) for code in bins])
    stock()
    a_count_order()
    worker = signed_in("CAT").scan("10")
    scans, typed = 0, 0
    for number, code in enumerate(bins):
        worker.scan(f"BIN:{code}", *[LABELS["item"], "ITM:NUT"] * 4, "ITM:OIL").is_ok()
        scans += 10
        if number % 10 == 0:
            worker.scan("40").is_ok()
            typed += 1
    worker.scan("BIN:A-01", LABELS["item"], LABELS["item"], "CMD:NEXT")
    assert (scans, typed) == (1_000, 10)
    worker.scan("CMD:POST")
    worker.scan(worker.view.prompt.removeprefix("Type "))
    assert worker.said.startswith("Handed in"), worker.said
    assert fetch("SELECT COUNT(*) FROM scan_log WHERE command AND certain") == [(0,)]
