"""The supervisor's job Users: made, changed, given PINs and badges, blocked; nothing secret in any log. `operations.md` §17."""

import json

import pytest

from db.connection import fetch
from db.core import clock
from db.masters.change import put_masters
from db.masters.people import pin_fits
from db.queries import people
from stockterm.flows.tokens import Command
from tests.flows.warehouse import BADGES, Worker, a_warehouse, signed_in
from tests.support.databases import OpenDatabase


@pytest.fixture(autouse=True)
def warehouse(database: OpenDatabase) -> None:
    a_warehouse()


def at_users(user: str = "SUE") -> Worker:
    return signed_in(user).scan("16")


def choose(worker: Worker, text: str) -> Worker:
    """Type the number of the choice that begins so."""
    [number] = [one.split(" ")[0] for one in worker.view.choices if one.split(" ", 1)[1].startswith(text)]
    return worker.scan(number)


def user(code: str) -> people.UserFacts:
    found = people.user_by_code(code)
    assert found is not None
    return found


def everything_kept() -> str:
    """All that is in the logs and in the saved work."""
    tables = ("scan_log", "work_session", "work_step", "change_log")
    return json.dumps([fetch(f"SELECT * FROM {table}") for table in tables], default=str)


def test_everybody_stands_in_the_list_with_role_and_what_is_known() -> None:
    worker = at_users()
    assert worker.view.choices[:3] == ("1 New user", "2 ANN worker Ann", "3 BOB worker Bob")
    details = dict(worker.view.beside[1].details)
    assert (details["Name"], details["Role"], details["PIN"], details["Badge"]) == ("Ann", "worker", "no", "yes")


def test_a_new_user_is_a_worker_and_gets_what_is_typed_and_scanned() -> None:
    worker = choose(at_users(), "New user").scan("dora")
    assert worker.is_ok().view.title == "DORA dora"
    choose(worker, "Name").scan("Dora D")
    choose(choose(worker, "Role"), "receiving")
    choose(choose(worker, "Language"), "Norsk")
    choose(choose(worker, "Places"), "EAST")
    worker.key(Command.BACK)
    choose(worker, "Posting from").scan("010227")
    choose(worker, "Posting to").scan("280227")
    made = user("DORA")
    assert (made.name, made.role, made.language, made.locations) == ("Dora D", "receiving", "nb", ("EAST",))
    assert (str(made.allow_posting_from), str(made.allow_posting_to)) == ("2027-02-01", "2027-02-28")
    choose(worker, "Posting to").key(Command.CLEAR)
    assert user("DORA").allow_posting_to is None


def test_a_code_that_is_there_already_is_shown_and_not_made_anew() -> None:
    worker = choose(at_users(), "New user").scan("ann")
    assert worker.said == "Already there: ANN."
    assert user("ANN").role == "worker"


def test_a_pin_is_typed_twice_and_stands_in_no_log_and_in_no_saved_work() -> None:
    worker = choose(choose(at_users(), "ANN"), "New PIN")
    assert worker.view.secret
    worker.scan("739182")
    assert worker.view.prompt == "PIN again"
    assert worker.view.secret
    worker.scan("739182")
    assert worker.is_ok().said == "New PIN for ANN."
    assert pin_fits(people.pin_hash("ANN"), "739182")
    assert "739182" not in everything_kept()


def test_pins_that_differ_change_nothing_and_a_short_one_is_asked_for_again() -> None:
    worker = choose(choose(at_users(), "ANN"), "New PIN")
    assert worker.scan("123").said == "PIN too short: 4 or more."
    worker.scan("739182", "739183")
    assert worker.said == "PINs differ. Type the new one."
    assert worker.view.prompt == "PIN"
    assert people.pin_hash("ANN") == ""
    assert "73918" not in everything_kept()


def test_a_scanned_label_is_no_pin() -> None:
    worker = choose(choose(at_users(), "ANN"), "New PIN").scan("9528765432108", certain=True)
    assert worker.said == "PIN: type it. A label is not taken."


def test_half_of_a_pin_is_not_saved_for_a_session_that_is_taken_up_again() -> None:
    worker = choose(choose(at_users(), "ANN"), "New PIN")
    worker.session.save_pending("7391")
    assert worker.session.owner is None, "nor may the terminal write it down while the database is away"
    assert "7391" not in everything_kept().replace(BADGES["ANN"], "")


def test_a_badge_is_given_by_scanning_it_and_stands_in_no_log() -> None:
    worker = choose(choose(at_users(), "ANN"), "Give a badge").scan("K7-TN2-QPX")
    assert worker.is_ok().said == "Badge given to ANN."
    assert "K7-TN2-QPX" not in everything_kept()
    assert Worker("T2").scan("K7-TN2-QPX").view.title != "stockterm"


def test_a_badge_of_somebody_else_is_refused_without_saying_what_it_is() -> None:
    worker = choose(choose(at_users(), "ANN"), "Give a badge").scan(BADGES["BOB"])
    worker.is_refused("user BOB has this one")
    assert BADGES["BOB"] not in worker.said
    assert user("BOB").has_badge
    worker.scan("anything while it waits")
    assert "anything while" not in everything_kept()


def test_pin_and_badge_are_taken_away() -> None:
    put_masters([("user", {"code": "ANN", "pin": "4711"})])
    worker = choose(choose(choose(at_users(), "ANN"), "Take the PIN"), "Take the badge")
    assert (user("ANN").has_pin, user("ANN").has_badge) == (False, False)
    assert not any("Take the" in one for one in worker.view.choices)


def test_a_blocked_user_is_signed_out_everywhere_and_does_not_come_in_again_until_unblocked() -> None:
    ann = signed_in("ANN", terminal="T2").scan("1", "BIN:A-01")
    worker = choose(choose(at_users(), "ANN"), "Block")
    assert worker.is_ok().said == "Blocked: ANN. Signed out."
    ann.scan("9528765432108")
    assert ann.said.startswith("Signed out by a supervisor.")
    assert fetch("SELECT COUNT(*) FROM counted_line") == [(0,)]
    assert Worker("T3").scan(BADGES["ANN"]).said.startswith("Blocked: ANN")
    choose(worker, "Unblock")
    assert Worker("T3").scan(BADGES["ANN"]).view.title == "Count A-01", "the work was kept"


def test_every_change_is_in_the_change_log_with_who_where_and_through_which_job() -> None:
    choose(choose(choose(at_users(), "ANN"), "Role"), "counter")
    rows = fetch("SELECT user_code, terminal, source_code, kind, record_key, field, old_value, new_value FROM change_log")
    assert rows[-1] == ("SUE", "T1", "users", "user", "ANN", "role", "worker", "counter")


def test_nobody_changes_their_own_rights() -> None:
    worker = choose(choose(choose(at_users(), "SUE"), "Role"), "controller")
    worker.is_refused("SUE may not change their own rights")
    assert user("SUE").role == "supervisor"


def test_a_supervisor_makes_no_administrator_and_changes_none() -> None:
    put_masters([("user", {"code": "ROOT", "role": "administrator", "badge": "B-ROOT-1"})])
    choose(choose(choose(at_users(), "ANN"), "Role"), "administrator").is_refused("change an administrator")
    assert user("ANN").role == "worker"
    root = Worker("T2").scan("B-ROOT-1", "LOC:EAST", "16")
    choose(choose(choose(root, "ANN"), "Role"), "administrator").is_ok()
    assert user("ANN").role == "administrator"


@pytest.mark.parametrize("who", ["ANN", "CAT", "VIC"])
def test_who_may_not_change_users_does_not_see_the_job_and_cannot_begin_it(who: str) -> None:
    worker = signed_in(who)
    assert not any("Users" in one for one in worker.view.choices)
    worker.scan("16").is_refused(f"{who} may not change users")


def test_a_role_says_beside_it_what_it_may_do() -> None:
    worker = choose(choose(at_users(), "ANN"), "Role")
    details = {one.cells[0].split(" ")[0]: [text for _label, text in one.details] for one in worker.view.beside}
    assert details["counter"] == ["look things up", "count"]
    assert "approve a count" in details["supervisor"]


def test_back_goes_up_one_level_each_time() -> None:
    worker = choose(choose(at_users(), "ANN"), "Role")
    titles = [worker.key(Command.BACK).view.title for _time in range(3)]
    assert titles == ["ANN Ann", "Users", "EAST Sue"]


def test_last_seen_says_where_and_when() -> None:
    signed_in("ANN", terminal="RF-7")
    worker = at_users()
    seen = dict(worker.view.beside[1].details)["Last seen"]
    assert seen.startswith("RF-7 ")
    assert clock.today() is not None
