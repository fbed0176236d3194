"""A blind count: nothing that a counter's terminal gets, on any path, has an expected quantity in it.

The stock has quantities that nobody counts and no code contains; then everything that reached the session is searched for them.
"""

import json
import random
from dataclasses import asdict
from decimal import Decimal
from itertools import count as count_up
from typing import Any

import pytest

from db.connection import fetch
from db.core import clock
from db.queries.exports import BOOKS, EXPORTS
from db.work import count_finish, count_hand_in, count_orders
from db.work.count_orders import NewCountOrder
from db.work.count_rules import Thresholds
from stockterm.flows.tokens import Command
from tests.flows.warehouse import Worker, a_warehouse, purchased, signed_in
from tests.support.databases import OpenDatabase, long_or_short
from tests.support.program import call

PCS, BOX = "9528765432108", "19528765432105"
EXPECTED = ("7311", "2953", "4177", "8629", "6143")  # quantities, and the sums that a bin or an item comes to
UNSEEN = ("LOT-UNSEEN", "SN-UNSEEN")  # what is expected and was never scanned
TERMINALS = (f"B{number}" for number in count_up(1))


def an_order(**fields: Any) -> int:
    """Much lies in EAST, and all of it is to be counted, blind."""
    a_warehouse()
    purchased("1000", EXPECTED[0])
    purchased("NUT", EXPECTED[1])
    purchased("SALINE", EXPECTED[2], lot="LOT-UNSEEN", bin_code="A-02")
    purchased("DRILL", "1", serials=["SN-UNSEEN"], bin_code="A-02")
    purchased("OIL", EXPECTED[3], bin_code="A-03")
    purchased("SHIRT", EXPECTED[4], bin_code="A-03", variant_code="RED")
    one = count_orders.create_order(NewCountOrder("EAST", clock.today(), **fields), "SUE")
    count_finish.calculate_lines(one)
    return one


def nothing_told(*workers: Worker, users: tuple[str, ...] = ("CAT",)) -> None:
    """Search everything that reached the terminals, and everything that is kept for their sessions."""
    shown = [json.dumps(asdict(view), default=str, ensure_ascii=False) for worker in workers for view in worker.views]
    kept = [
        *(row[0] for row in fetch("SELECT state FROM work_session WHERE user_code IN (?, ?)", (users[0], users[-1]))),
        *(f"{row[0]} {row[1]}" for row in fetch("SELECT state, before FROM work_step")),
        *(f"{row[0]} {row[1]}" for row in fetch("SELECT raw, note FROM scan_log")),
    ]
    for text in (*shown, *kept):
        for quantity in EXPECTED:
            assert quantity not in text.replace(" ", "").replace("\xa0", ""), text
    for text in shown:
        for number in UNSEEN:
            assert number not in text, text


def helped(worker: Worker) -> Worker:
    """F1 and F1 again, at wherever the worker is."""
    return worker.key(Command.HELP, Command.HELP, Command.HELP)


@pytest.mark.parametrize("user", ["CAT", "ANN", "SUE"])
def test_given_a_blind_count_when_the_terminal_s_data_is_inspected_then_no_expected_quantity_is_in_it(
    database: OpenDatabase, user: str
) -> None:
    """Given a blind count, when the terminal's data is inspected, then no expected quantity is in it: whatever the role."""
    one = an_order(thresholds=Thresholds(quantity=Decimal(0)))
    worker = helped(signed_in(user, terminal=next(TERMINALS)).scan("10"))
    helped(worker.key(Command.LIST)).scan("BIN:A-01")
    worker.scan(PCS, BOX, "12*").scan(PCS).key(Command.UNDO, Command.UNDO, Command.LIST)
    helped(worker).scan("Screw")
    while worker.view.choices or worker.view.locked:
        worker.key(Command.BACK)
    worker.scan(PCS, "500000").key(Command.BACK)  # absurd: asked again, without saying above what
    worker.scan("NUT", "4711-X", "3").key(Command.NEXT)
    worker.scan("BIN:A-02").key(Command.NEXT, Command.POST, Command.UNDO)  # empty, and taken back
    worker.scan("SALINE").key(Command.LIST)
    helped(worker).scan("LOT-9").key(Command.POST).scan("2")
    worker.scan("DRILL", "SN-9").key(Command.POST).scan("SN-9")
    while worker.view.locked:
        worker.key(Command.BACK)
    worker.scan("BIN:A-03").key(Command.NEXT, Command.POST)
    worker.scan("BIN:Z-99").key(Command.BACK).key(Command.BACK)
    for code in ("1000", "BIN:A-01", "NUT", "OIL", "SALINE", "LOT:LOT-UNSEEN", "BIN:A-03", "SHIRT"):
        worker.scan("4", code)
        looked_up = worker.views[-1]
        helped(worker).key(Command.BACK, Command.BACK)
        assert worker.view.title.startswith("EAST"), worker.view
        if "UNSEEN" in code:
            worker.views.remove(looked_up)  # it was typed
            worker.views = [view for view in worker.views if "UNSEEN" not in str(view)]
    worker.scan("10").key(Command.POST)
    helped(worker)
    worker.scan(worker.view.prompt.removeprefix("Type "))
    assert worker.said.startswith("Handed in"), worker.view
    count_hand_in.make_recounts(one, "SUE")
    other = signed_in("BOB", terminal=next(TERMINALS)).scan("10", "2")
    helped(other).scan("BIN:A-01", PCS, "9").key(Command.POST)
    if other.view.prompt.startswith("Type "):
        other.scan(other.view.prompt.removeprefix("Type "))  # lines are missing: refused, without saying how many
    nothing_told(worker, other, users=(user, "BOB"))


def test_once_the_blind_count_is_handed_in_a_worker_may_look_things_up_again(database: OpenDatabase) -> None:
    """The test above would see nothing if job 4 never showed anything."""
    an_order()
    worker = signed_in("ANN", terminal=next(TERMINALS)).scan("10", "BIN:A-01", PCS).post()
    worker.scan("4", "NUT")
    assert EXPECTED[1] in str(worker.view).replace(",", "")


def test_no_export_for_a_counter_has_what_is_expected_and_none_at_all_knows_an_order_that_is_being_counted(
    database: OpenDatabase,
) -> None:
    """`stockterm export --user CAT` as that role, and every export as whoever has the database."""
    one = an_order()
    signed_in("CAT", terminal=next(TERMINALS)).scan("10", "BIN:A-01", PCS)
    for name in EXPORTS:
        everything = call("--database", database.url, "export", name)
        assert (everything.status, everything.err) == (0, ""), everything.err
        assert f"CO{one}" not in everything.out, name
        assert name != "count-entries" or everything.out == ""
        for_cat = call("--database", database.url, "export", "--user", "CAT", name)
        assert for_cat.status == (1 if name in BOOKS else 0), name
        for quantity in (*EXPECTED, *UNSEEN):
            assert quantity not in for_cat.out, name
    assert EXPECTED[0] in call("--database", database.url, "export", "on-hand").out, "the search would find it"


@pytest.mark.soak
def test_hands_at_random_find_nothing_out_either(database: OpenDatabase) -> None:
    an_order()
    dice = random.Random(11)
    worker = signed_in("CAT", terminal=next(TERMINALS)).scan("10")
    texts = [
        "BIN:A-01",
        "BIN:A-02",
        "BIN:A-03",
        PCS,
        BOX,
        "NUT",
        "SALINE",
        "LOT-9",
        "DRILL",
        "SN-9",
        "OIL",
        "2",
        "12*",
        "3",
        "SHIRT",
    ]
    texts += ["10", "4", "1", "4711-X", "7", "a few words", "BIN:Q"]
    for _round in range(long_or_short(3_000, 150)):
        if dice.random() < 0.65:
            worker.scan(dice.choice(texts))
        else:
            worker.key(dice.choice(list(Command)))
        if worker.view.prompt.startswith("Type ") and dice.random() < 0.3:
            worker.scan(worker.view.prompt.removeprefix("Type "))
        if "Badge" in worker.view.prompt:
            worker.scan("B-CAT-5520")
    nothing_told(worker)
