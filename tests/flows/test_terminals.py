"""The supervisor's job Terminals: who is at work where with what, signing them out there, taking over what is begun."""

from decimal import Decimal
from pathlib import Path

import pytest

from db.connection import fetch
from stockterm.flows.tokens import Command
from tests.flows.test_users import choose
from tests.flows.warehouse import Worker, a_warehouse, count_entries, counting, on_hand, purchased, signed_in
from tests.support.databases import OpenDatabase

PCS = "9528765432108"


@pytest.fixture(autouse=True)
def warehouse(database: OpenDatabase, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text('[terminals.RF-7]\nprefix = "~"\n', encoding="utf-8")
    monkeypatch.setenv("STOCKTERM_SETTINGS", str(settings))
    a_warehouse()


def at_terminals(user: str = "SUE") -> Worker:
    return signed_in(user, terminal="DESK").scan("17")


def details(worker: Worker, terminal: str) -> dict[str, str]:
    [choice] = [one for one in worker.view.beside if one.cells[0] == terminal]
    return dict(choice.details)


def test_each_terminal_says_who_is_there_since_when_with_what_in_hand_and_how_it_is_set_up() -> None:
    counting("ANN", terminal="RF-7").scan(PCS, PCS)
    worker = at_terminals()
    assert [one.cells[:2] for one in worker.view.beside] == [("DESK", "SUE"), ("RF-7", "ANN")]
    shown = details(worker, "RF-7")
    assert shown["ANN"] == "Ann"
    assert shown["Signed in"].startswith("yes, since ")
    assert (shown["In hand"], shown["Location"], shown["Good scans"]) == ("Count", "EAST", "4")
    assert shown["Profile"] == "prefix='~'"
    assert details(worker, "DESK")["Profile"] == "as delivered"


def test_scans_that_wait_are_counted() -> None:
    ann = counting("ANN", terminal="RF-7").scan("NO SUCH CODE", PCS, PCS)
    ann.is_refused("Unknown code")
    assert details(at_terminals(), "RF-7")["Waiting"] == "2 scans"


def test_signed_out_there_the_terminal_writes_nothing_more_and_is_told_and_work_is_kept() -> None:
    ann = counting("ANN", terminal="RF-7").scan(PCS)
    worker = choose(choose(at_terminals(), "RF-7"), "Sign ANN out")
    assert worker.is_ok().said == "Signed out: ANN. Work is kept."
    ann.scan(PCS).is_refused("Signed out by a supervisor", PCS)
    assert signed_in("ANN", terminal="RF-8").view.quantity == "1 PCS"


def test_a_count_of_a_lost_terminal_goes_on_in_other_hands_and_lines_keep_who_counted_them() -> None:
    purchased("1000", "5")
    ann = counting("ANN", terminal="RF-7").scan(PCS, PCS)
    sue = choose(choose(at_terminals(), "RF-7"), "Take over from ANN: Count")
    assert sue.is_ok().said == "Taken over from ANN."
    assert (sue.view.title, sue.view.quantity) == ("Count A-01", "2 PCS")
    sue.scan("NUT").post()
    assert count_entries() == [("1000", "A-01", Decimal(5), Decimal(2)), ("NUT", "A-01", Decimal(0), Decimal(1))]
    assert fetch("SELECT counted_by FROM counted_line ORDER BY line_no") == [("ANN",), ("SUE",)]
    ann.scan(PCS).is_refused("Signed out by a supervisor")
    assert signed_in("ANN", terminal="RF-8").view.title == "EAST Ann", "nothing of it is left in her hands"


def test_what_was_scanned_there_can_be_undone_by_who_took_it_over() -> None:
    counting("ANN", terminal="RF-7").scan(PCS, PCS)
    sue = choose(choose(at_terminals(), "RF-7"), "Take over").key(Command.UNDO)
    assert sue.view.quantity == "1 PCS"


def test_a_movement_that_is_begun_is_taken_over_too() -> None:
    purchased("1000", "5")
    signed_in("ANN", terminal="RF-7").scan("3", "BIN:A-01", PCS)
    sue = choose(choose(at_terminals(), "RF-7"), "Take over from ANN: Move").scan("BIN:A-02").post()
    assert on_hand("1000", bin_code="A-02") == 5, sue.view


def test_nothing_is_taken_over_by_somebody_with_the_same_job_begun() -> None:
    counting("ANN", terminal="RF-7").scan(PCS)
    sue = counting("SUE", terminal="DESK", bin_code="A-03").scan("NUT").key(Command.BACK)
    assert "1 Count *" in sue.view.choices
    sue.scan("17")
    choose(choose(sue, "RF-7"), "Take over").is_refused("SUE has such work in hand")
    assert fetch("SELECT user_code FROM open_count ORDER BY count_no") == [("ANN",), ("SUE",)]


def test_a_terminal_with_nothing_begun_offers_nothing_to_take_over() -> None:
    signed_in("ANN", terminal="RF-7")
    worker = choose(at_terminals(), "RF-7")
    assert worker.view.choices == ("1 Sign ANN out",)
    choose(worker, "Sign ANN out")
    assert worker.view.choices == ("1 ANN: nothing in hand",)


def test_nobody_signs_themselves_out_here() -> None:
    worker = choose(choose(at_terminals(), "DESK"), "Sign SUE out")
    assert worker.said == "That is you: 9 in the menu."
    assert worker.scan("1").view.locked is False


@pytest.mark.parametrize("who", ["ANN", "CAT", "VIC"])
def test_only_those_who_may_look_after_terminals(who: str) -> None:
    worker = signed_in(who)
    assert not any("Terminals" in one for one in worker.view.choices)
    worker.scan("17").is_refused(f"{who} may not look after terminals")
