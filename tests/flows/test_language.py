"""A session speaks the language of whoever signs in: words, decimal comma, dates. What is typed is read alike in all of them."""

from datetime import date
from decimal import Decimal

import pytest

from db.masters.change import put_masters
from stockterm import i18n
from stockterm.flows.session import Session
from stockterm.flows.tokens import Command
from tests.flows.warehouse import BADGES, Worker, a_warehouse, counting, on_hand, purchased, signed_in
from tests.support.databases import OpenDatabase


@pytest.fixture
def kari(sqlite_database: OpenDatabase) -> Worker:
    """A Norwegian supervisor, in the menu."""
    a_warehouse()
    user = {"code": "KARI", "name": "Kari", "role": "supervisor", "badge": "B-KARI-3301", "language": "nb", "locations": ["EAST"]}
    put_masters([("user", user)])
    return Worker().scan("B-KARI-3301")


def test_the_words_are_those_of_the_user(kari: Worker) -> None:
    assert kari.view.choices[:2] == ("1 Tell", "2 Juster")
    assert kari.said.startswith("Hei")
    kari.scan("1")
    assert (kari.view.title, kari.view.prompt) == ("Tell EAST", "Hylle")


def test_the_next_user_at_the_terminal_has_their_own_language(kari: Worker) -> None:
    kari.scan("9")
    kari.scan(BADGES["ANN"], "LOC:EAST")
    assert kari.view.prompt == "Choose"
    kari.scan("9", "B-KARI-3301")
    assert kari.view.prompt == "Velg"


def test_before_sign_in_and_for_users_without_a_language_it_is_that_of_the_process(sqlite_database: OpenDatabase) -> None:
    a_warehouse()
    i18n.set_language("nb")
    try:
        worker = Worker()
        assert worker.view.prompt == "ID-kort"
        worker.scan(BADGES["ANN"])
        assert worker.view.title == "Lokasjon"
    finally:
        i18n.set_language("en")


def test_quantities_have_a_decimal_comma(kari: Worker) -> None:
    kari.scan("1", "BIN:A-01", "OIL", "2,5")
    assert kari.view.quantity == "2,5 L"
    assert kari.view.facts[-1] == ("I alt", "1 vare, 2,5")
    assert kari.view.recent[0] == "OIL 1 L → 2,5 L"


@pytest.mark.parametrize("typed", ["2,5", "2.5"])
@pytest.mark.parametrize("user", ["ANN", "KARI"])
def test_a_typed_quantity_has_a_comma_or_a_point_in_every_language(kari: Worker, user: str, typed: str) -> None:
    worker = signed_in(terminal="T2") if user == "ANN" else kari
    worker.scan("1", "BIN:A-01", "OIL", typed, f"{typed}*", "OIL")
    assert worker.view.quantity == ("5 L")


def test_a_large_quantity_is_confirmed_as_it_is_shown(kari: Worker) -> None:
    """The digits to type are those on the screen, comma and all; a point will do."""
    kari.scan("1", "BIN:A-01", "OIL", "1000,5")
    assert kari.view.prompt == "Tast 1000,5"
    kari.scan("1000.5").is_ok()
    assert kari.view.quantity == "1000,5 L"


def test_dates_are_written_day_first(kari: Worker) -> None:
    purchased("CHEESE", "2", lot="C1", expires=date(2031, 12, 24))
    kari.scan("4", "ITM:CHEESE")
    assert any("24.12.2031" in line for line in kari.view.text), kari.view.text
    assert not any("2031-12-24" in line for line in kari.view.text), kari.view.text
    kari.key(Command.BACK, Command.BACK).scan("1", "BIN:A-01", "CHEESE", "C1")
    assert kari.view.tracking == "C1 24.12.2031"


def test_what_posting_refuses_is_said_in_the_language_with_its_numbers(kari: Worker) -> None:
    purchased("OIL", "2.5")
    kari.scan("2", "BIN:A-01", "OIL", "-3,25")
    kari.is_refused("Ikke nok: A-01 har 2,5 av OIL, du ba om 3,25.")


def test_two_digits_post_in_every_language(kari: Worker) -> None:
    kari.scan("1", "BIN:A-01", "OIL", "2,5").key(Command.POST)
    assert kari.view.prompt.startswith("Tast ")
    kari.scan(kari.view.prompt.removeprefix("Tast ")).is_ok()
    assert kari.said.startswith("Bokført: 1 linje")
    assert on_hand("OIL", bin_code="A-01") == Decimal("2.5")


def test_english_keeps_its_point_and_iso_dates(sqlite_database: OpenDatabase) -> None:
    a_warehouse()
    purchased("CHEESE", "2.5", lot="C1", expires=date(2031, 12, 24))
    worker = counting()
    worker.scan("CHEESE", "C1", "2,5")
    assert (worker.view.quantity, worker.view.tracking) == ("2.5 PCS", "C1 2031-12-24")


def test_the_screen_is_told_whose_language_it_speaks(kari: Worker) -> None:
    spoken: list[str] = []
    worker = Worker(session=Session("T7", on_language=spoken.append))
    worker.scan("B-KARI-3301", "9", BADGES["ANN"])
    assert spoken == ["nb", "", ""]
