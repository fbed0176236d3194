"""Hands that press anything and scan anything, right or wrong, at any step: no fault of the program, and ledgers that agree.

Half of the presses are what the screen asks for, so that the walk gets everywhere; the other half are anything else.
"""

import random
import re
from typing import Any

import pytest

from db.masters.change import put_masters
from db.posting.prove import prove
from stockterm.flows.session import Session
from stockterm.flows.tokens import Command, CommandToken, ScanToken, Token
from stockterm.flows.view import ViewState
from tests.flows.warehouse import BADGES, Worker, a_warehouse, counting, purchased, signed_in
from tests.support.databases import OpenDatabase, long_or_short

PRESSES = long_or_short(50_000, 1_500)
ANYTHING = (
    "ITM:BOLT", "BOLT", "9528765432103", "19528765432100", "SHIRT", "OIL", "RECALLED", "A-01", "a-02 ", "1234", "BIN:A-03",
    "BIN:NO", "L1", "LOT:L1", "LOT:NEW", "NEW-7", "S1", "SN:S2", "SN:NEW", "12*", "3*9528765432103", "0*", "12*12*A", "-5", "+5",
    "-2", "0", "2", "40", "0.5", "1,5", "99999999999", "1e5", "nan", "310127", "31.1.27", "2027-01", "RSN:FOUND", "SCRAP",
    "LOC:SHOP", "LOC:EAST", "LOC:NO", "LP:1", "DOC:1", "USR:BOB", "USR:NO", "CMD:NONE", "]C1", "]C11099", "]C137 5",
    "]C101095200000003183717", "]E09520000000012", "]C10109520000000318172612011099", "(01)09520000000318(10)L1",
    "]d2010952000000041721S1", "9520000000012", "*", ".", " ", "\x1d", "X" * 300, "%s {x}", "[bold]", "Æ", "re", *BADGES.values(),
)  # fmt: skip


def a_stocked_warehouse() -> None:
    a_warehouse()
    records: list[tuple[str, dict[str, Any]]] = [
        ("item", {"no": "SAW", "description": "Saw", "tracking_code": "SN", "gtin": "9520000000417"}),
        ("item", {"no": "DRIP", "description": "Drip", "tracking_code": "LOT", "gtin": "9520000000318"}),
        ("item", {"no": "BOLT", "description": "Bolt", "gtin": "9520000000011"}),
        ("user", {"code": "PAT", "name": "Pat", "role": "supervisor", "pin": "4711", "language": "nb"}),
    ]
    put_masters(records)
    purchased("BOLT", "60")
    purchased("SAW", "3", serials=["S1", "S2", "S3"])
    purchased("DRIP", "9", lot="L1")


def next_press(dice: random.Random, view: ViewState) -> Token:
    """What is asked for, or anything."""
    if dice.random() < 0.5:
        if view.locked:
            return CommandToken(dice.choice([Command.BACK, Command.BACK, Command.LIST]))
        if digits := re.search(r"\b\d\d$", view.prompt):
            return ScanToken(digits[0])
        if view.choices:
            return ScanToken(str(dice.randint(1, len(view.choices))))
        if view.secret:
            return ScanToken("4711")
        if view.title == "stockterm":
            return ScanToken(dice.choice(list(BADGES.values())))
        if view.message is not None and view.keys[:1] and view.keys[0].command in (Command.UNDO, Command.POST):
            return CommandToken(dice.choice([view.keys[0].command, Command.BACK]))
    if dice.random() < 0.5:
        return CommandToken(dice.choice(list(Command)), by_key=dice.random() < 0.8)
    return ScanToken(dice.choice(ANYTHING), scanned=dice.random() < 0.1)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.timeout(180 + PRESSES // 50)
def test_nothing_that_hands_can_do_is_a_fault_or_breaks_a_ledger(seed: int, sqlite_database: OpenDatabase) -> None:
    a_stocked_warehouse()
    dice = random.Random(seed)
    session = Session("T1")
    view, pressed = session.view(), list[Token]()
    for _ in range(PRESSES):
        pressed = [*pressed[-8:], next_press(dice, view)]
        try:
            view = session.take(pressed[-1])
        except Exception as fault:
            raise AssertionError(f"seed {seed}, after {pressed}") from fault
        if view.finished or dice.random() < 0.005:  # killed, and started here or elsewhere
            session = Session(dice.choice(["T1", "T2"]))
            view = session.view()
    assert not prove().findings


def test_linking_a_code_is_left_for_the_job_that_it_was_begun_in(sqlite_database: OpenDatabase) -> None:
    a_warehouse()
    worker: Worker = counting("SUE").scan("UNKNOWN-1").key(Command.LIST)
    assert worker.view.title == "Link code"
    worker.scan("UNKNOWN-2").key(Command.LIST).key(Command.BACK)
    while worker.view.title == "Link code":
        worker.key(Command.BACK)
    assert worker.view.title == "Count A-01"
    signed_in("BOB", terminal="T2").scan("1").is_ok()
