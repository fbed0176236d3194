"""Moving a package moves all that is in it. `operations.md` §8, §12."""

import pytest

from db.connection import fetch
from db.masters.change import put_masters
from db.posting.prove import prove
from stockterm.flows.tokens import Command
from tests.flows.test_session import Killed, killed_at
from tests.flows.test_transfer import packed
from tests.flows.warehouse import Worker, a_warehouse, signed_in
from tests.support.databases import OpenDatabase

SSCC = "395012345678901238"


def contents() -> list[tuple[str, str, str]]:
    """Item, location and bin of what is in a package."""
    return fetch("SELECT item_no, location_code, bin_code FROM bin_content WHERE package_no <> '' ORDER BY item_no")


def typed(worker: Worker) -> Worker:
    return worker.scan(worker.view.prompt.removeprefix("Type "))


def test_moving_a_package_moves_all_its_contents(database: OpenDatabase) -> None:
    a_warehouse()
    packed(SSCC)
    worker = signed_in().scan("3", f"]C100{SSCC}")
    assert worker.said == "Where to?"
    assert (worker.view.item, worker.view.quantity) == (SSCC, "2 lines")
    worker.scan("BIN:A-03").post()
    assert worker.said.startswith(f"Posted Package {SSCC}: 2 lines A-02 → A-03, register ")
    assert contents() == [("BALL", "EAST", "A-03"), ("FILM", "EAST", "A-03")]
    assert prove().findings == ()


def test_a_package_goes_to_another_location_whole_and_comes_back_whole(database: OpenDatabase) -> None:
    a_warehouse()
    packed("P1")
    worker = signed_in().scan("3", "A-02", "LP:p1", "LOC:SHOP").post()
    assert contents() == [("BALL", "SHOP", ""), ("FILM", "SHOP", "")]
    worker.key(Command.UNDO)
    assert worker.said.startswith("Reverse Package P1: 2 lines A-02 → SHOP?")
    typed(worker)
    assert contents() == [("BALL", "EAST", "A-02"), ("FILM", "EAST", "A-02")]
    assert prove().findings == ()


def test_a_package_of_which_something_may_not_leave_stays_whole(database: OpenDatabase) -> None:
    a_warehouse()
    packed("P1")
    put_masters([("lot", {"item": "FILM", "no": "F1", "blocked": True, "block_reason": "Recalled."})])
    signed_in().scan("3", "LP:P1", "LOC:SHOP").is_refused("Blocked: lot F1. Recalled.")
    assert contents() == [("BALL", "EAST", "A-02"), ("FILM", "EAST", "A-02")]


def test_an_empty_package_and_a_bin_that_gives_nothing_out_are_refused(database: OpenDatabase) -> None:
    a_warehouse()
    packed("P1")
    worker = signed_in().scan("3", "LP:NONE").is_refused("Package NONE: nothing of it is in EAST. Nothing moved.")
    put_masters([("bin", {"location": "EAST", "code": "A-02", "blocked_movement": "outbound"})])
    worker.key(Command.BACK).scan("LP:P1").is_refused("Blocked: bin A-02.")


def test_a_scan_of_a_package_is_undone_as_one_step(database: OpenDatabase) -> None:
    a_warehouse()
    packed("P1")
    worker = signed_in().scan("3", "A-02", "LP:P1").key(Command.UNDO)
    assert (worker.view.prompt, worker.view.item) == ("Item", "")


@pytest.mark.parametrize("after", [False, True], ids=["before-commit", "after-commit"])
@pytest.mark.parametrize("transaction", [1, 2, 3])
def test_a_package_is_moved_once_after_a_kill(
    database: OpenDatabase, monkeypatch: pytest.MonkeyPatch, transaction: int, after: bool
) -> None:
    a_warehouse()
    packed("P1")
    worker = signed_in().scan("3", "LP:P1", "LOC:SHOP").key(Command.POST)
    with killed_at(monkeypatch, transaction, after=after), pytest.raises(Killed):
        typed(worker)
    again = Worker("T1")
    if again.view.prompt.startswith("Type "):  # the digits were not saved
        typed(again)
    assert again.view.prompt == "Item", again.view
    assert contents() == [("BALL", "SHOP", ""), ("FILM", "SHOP", "")]
    assert fetch("SELECT COUNT(*) FROM item_register WHERE source_code = 'move'") == [(2,)]
