"""Sessions: nothing lost, nothing twice, whatever happens between two scans. `operations.md` §0.3, §17; decision 6."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

import db.posting.post
import db.work.counts
import db.work.scan_log
import db.work.sessions
import stockterm.flows.session
from db.connection import fetch, in_write_transaction
from db.core import clock
from db.core.errors import DatabaseUnavailable, DiskFull
from stockterm.flows.session import RESUME_WITHIN_S, Session
from stockterm.flows.tokens import Command, CommandToken, ScanToken, Token
from stockterm.flows.view import Level
from tests.flows.warehouse import BADGES, Worker, a_warehouse, count_entries, counting, on_hand, purchased, signed_in
from tests.support.databases import OpenDatabase

PCS, BOX = "9528765432108", "19528765432105"


def log() -> list[tuple[str, str]]:
    """Raw text and status of every scan, in order."""
    return [(raw, status) for raw, status in fetch("SELECT raw, status FROM scan_log ORDER BY scan_no")]


# ---- saved before it is acted on


def test_every_scan_is_logged_with_session_terminal_user_and_time(database: OpenDatabase) -> None:
    a_warehouse()
    counting().scan(PCS, "NOSUCH")
    rows = fetch("SELECT raw, user_code, terminal, status, note, scanned_at FROM scan_log ORDER BY scan_no")
    assert [row[:5] for row in rows[-2:]] == [
        (PCS, "ANN", "T1", "applied", ""),
        ("NOSUCH", "ANN", "T1", "refused", "unknown_code"),
    ]
    assert rows[-1][5] > 0


def test_separators_and_odd_characters_are_logged_as_they_came(database: OpenDatabase) -> None:
    a_warehouse()
    counting().scan("]C110A\x1d21B'\"%_\x00ø")
    assert log()[-1][0] == "]C110A\x1d21B'\"%_ø"


def test_scan_is_in_the_log_before_the_flow_sees_it(database: OpenDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    a_warehouse()
    worker = counting()
    seen: list[str] = []

    def look(*_: object) -> Any:
        seen.append(fetch("SELECT raw FROM scan_log ORDER BY scan_no DESC LIMIT 1")[0][0])
        raise DatabaseUnavailable(problem="test")

    monkeypatch.setattr("stockterm.flows.count.meaning_of", look)
    with pytest.raises(DatabaseUnavailable):
        worker.scan(PCS)
    assert seen == [PCS]


# ---- cut off anywhere


class Killed(BaseException):
    """The process ends here."""


@contextmanager
def killed_at(monkeypatch: pytest.MonkeyPatch, transaction: int, *, after: bool) -> Iterator[list[int]]:
    """The process ends at its n-th write transaction, before it begins or after it was committed."""
    done = [0]

    def wrapped(work: Callable[[], Any]) -> Any:
        done[0] += 1
        if done[0] == transaction and not after:
            raise Killed
        result = in_write_transaction(work)
        if done[0] == transaction and after:
            raise Killed
        return result

    modules = (db.posting.post, db.work.counts, db.work.scan_log, db.work.sessions, stockterm.flows.session)
    with monkeypatch.context() as patched:
        for module in modules:
            patched.setattr(module, "in_write_transaction", wrapped)
        yield done


def a_days_work() -> list[Token]:
    """Scans, a multiplier, a lot, an undo, a replacement and a closed bin: the tokens before the end of a count."""
    texts = ["1", "BIN:A-01", PCS, BOX, "4*", PCS, "SALINE", "L7", "SALINE", "BIN:A-02", "NUT", "17"]
    tokens: list[Token] = [ScanToken(text) for text in texts]
    tokens.insert(9, CommandToken(Command.UNDO))
    return [*tokens, CommandToken(Command.NEXT)]


def lines() -> list[tuple[Any, ...]]:
    return fetch("SELECT bin_code, item_no, lot_no, quantity FROM counted_line ORDER BY line_no")


def logged() -> int:
    return int(fetch("SELECT COUNT(*) FROM scan_log")[0][0])


@pytest.mark.parametrize("after", [False, True], ids=["before-commit", "after-commit"])
def test_after_a_kill_at_any_transaction_the_count_goes_on_at_the_same_line_with_nothing_lost_and_nothing_twice(
    database: OpenDatabase, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    a_warehouse()
    purchased("SALINE", "4", lot="L7")
    wanted: list[tuple[Any, ...]] | None = None
    for transaction in range(1, 40, 3 if not database.is_sqlite else 1):
        for table in ("scan_log", "work_session", "work_step", "counted_line", "open_count"):
            fetch(f"DELETE FROM {table}")
        worker = signed_in()
        tokens, last = a_days_work(), None
        with killed_at(monkeypatch, transaction, after=after) as done:
            while tokens:
                before = logged()
                try:
                    worker.session.take(tokens[0])
                except Killed:
                    done[0] += 1_000
                    worker = Worker("T1")  # the next program at the same terminal
                    last = tokens[0]
                    if logged() == before:
                        continue  # it was not saved, so it was not echoed: it is scanned again
                tokens.pop(0)
        assert [status for _raw, status in log() if status in ("saved", "held")] == []
        wanted = wanted or [("A-01", "1000", "", 1_100_000), ("A-01", "SALINE", "L7", 100_000), ("A-02", "NUT", "", 1_700_000)]
        assert lines() == wanted, (transaction, last)
        assert worker.session.view().title == "Count EAST"


@pytest.mark.parametrize("after", [False, True], ids=["before-commit", "after-commit"])
def test_after_a_kill_while_posting_the_count_is_posted_once(
    database: OpenDatabase, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    a_warehouse()
    for transaction in (1, 2, 3):
        purchased("1000", "5")
        expected = on_hand("1000")
        worker = counting() if transaction == 1 else Worker("T1").scan("1", "BIN:A-01")
        worker.scan(PCS, "2").key(Command.POST)
        posted_before = len(count_entries())
        with killed_at(monkeypatch, transaction, after=after), pytest.raises(Killed):
            worker.scan(worker.view.prompt.removeprefix("Type "))
        again = Worker("T1")
        if again.view.prompt.startswith("Type "):  # the digits were not saved
            again.scan(again.view.prompt.removeprefix("Type "))
        assert again.view.prompt == "Choose", again.view
        assert count_entries()[posted_before:] == [("1000", "A-01", expected, Decimal(2))]
        assert on_hand("1000") == 2


def test_same_user_takes_the_work_up_at_another_terminal_at_the_same_line(database: OpenDatabase) -> None:
    a_warehouse()
    counting().scan(BOX, PCS, "SALINE")
    worker = Worker("T2").scan(BADGES["ANN"])
    assert worker.said.startswith("Taken up from T1.")
    assert (worker.view.title, worker.view.prompt, worker.view.item) == ("Count A-01", "Lot", "SALINE")


def test_half_typed_text_comes_back(database: OpenDatabase) -> None:
    a_warehouse()
    counting().session.save_pending("12")
    worker = Worker("T1")
    assert worker.view.entered == "12"
    assert worker.scan(PCS).view.entered == ""
    assert Worker("T1").view.entered == ""


def test_terminal_that_was_left_long_ago_asks_to_sign_in_and_then_goes_on_at_the_same_line(database: OpenDatabase) -> None:
    a_warehouse()
    counting().scan(PCS)
    with clock.held_at(clock.now() + timedelta(seconds=RESUME_WITHIN_S + 60)):
        worker = Worker("T1")
        assert worker.view.prompt == "Badge"
        assert worker.scan(BADGES["ANN"]).view.title == "Count A-01"


def test_terminal_of_the_same_name_whose_program_still_runs_is_not_taken_over_without_signing_in(database: OpenDatabase) -> None:
    a_warehouse()
    counting().scan(PCS)
    fetch("UPDATE work_session SET process = ?", (f"{os.getppid()} {socket.gethostname()}",))
    assert Worker("T1").view.prompt == "Badge"
    fetch("UPDATE work_session SET process = ?", (f"999999999 {socket.gethostname()}",))
    assert Worker("T1").view.title == "Count A-01"


def test_retried_token_after_the_database_was_away_is_applied_once(
    database: OpenDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_warehouse()
    worker, token = counting(), ScanToken(PCS)
    for transaction in (1, 2):
        for after in (False, True):
            with killed_at(monkeypatch, transaction, after=after), pytest.raises(Killed):
                worker.session.take(token)
    assert worker.session.take(token).quantity == "1 PCS"
    assert worker.scan(PCS).view.quantity == "2 PCS"


def test_scan_that_ends_in_a_fault_of_the_program_is_put_aside_when_the_session_is_taken_up(
    database: OpenDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_warehouse()
    worker = counting()

    def fault(*_: object) -> Any:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr("stockterm.flows.count.meaning_of", fault)
        with pytest.raises(ZeroDivisionError):
            worker.scan(PCS)
        again = Worker("T1")
    assert again.said.startswith(f"ERROR: {PCS} was not applied")
    assert again.key(Command.BACK).scan(PCS).view.quantity == "1 PCS"


# ---- two sessions


def test_two_sessions_of_one_user_lose_nothing_and_count_nothing_twice(database: OpenDatabase) -> None:
    a_warehouse()
    first = counting().scan(PCS)
    second = Worker("T2").scan(BADGES["ANN"])
    second.scan(PCS)
    first.scan(PCS)
    assert first.said == f"Taken up at T2. Not applied here: {PCS}. Sign in to go on here."
    assert first.view.locked
    first.scan(BOX)
    assert first.view.text == ("Not applied here:", PCS, BOX)
    assert second.scan(PCS).view.quantity == "3 PCS"
    assert log()[-3:] == [(PCS, "refused"), (BOX, "refused"), (PCS, "applied")]
    first.key(Command.BACK).scan(BADGES["ANN"])
    assert first.view.quantity == "3 PCS"


def test_two_users_work_side_by_side(database: OpenDatabase) -> None:
    a_warehouse()
    ann, bob = counting("ANN").scan(PCS), counting("BOB", terminal="T2", bin_code="A-02").scan(BOX)
    assert ann.scan(PCS).view.quantity == "2 PCS"
    assert bob.scan(BOX).view.quantity == "2 BOX = 12 PCS"


def test_work_begun_is_marked_in_the_menu_and_taken_up_from_there(database: OpenDatabase) -> None:
    a_warehouse()
    worker = counting().scan(PCS).key(Command.BACK)
    assert worker.view.choices[0] == "1 Count *"
    assert worker.scan("1").view.quantity == "1 PCS"


# ---- the error lock


def test_scans_made_before_an_error_is_acknowledged_are_held_listed_and_booked_only_when_chosen(database: OpenDatabase) -> None:
    a_warehouse()
    worker = counting().scan("NOSUCH", PCS, BOX, PCS)
    worker.is_refused("Unknown code NOSUCH")
    assert worker.view.held == 3
    assert lines() == []
    worker.key(Command.BACK)
    assert worker.said == "3 scans held: F5 apply in order, Esc discard"
    assert worker.view.text == (PCS, BOX, PCS)
    assert lines() == []
    worker.key(Command.UNDO)
    assert worker.view.quantity == "1 BOX + 2 PCS = 8 PCS"
    assert worker.view.held == 0


def test_held_scans_are_dropped_only_by_a_key_and_stay_in_the_log(database: OpenDatabase) -> None:
    a_warehouse()
    worker = counting().scan("NOSUCH", PCS, BOX).key(Command.BACK, Command.BACK)
    assert worker.said.startswith("Dropped: 2 scans.")
    assert log()[-4:-2] == [(PCS, "discarded"), (BOX, "discarded")]
    assert lines() == []


def test_label_never_unlocks_an_error_and_keeps_its_place_among_the_held_scans(database: OpenDatabase) -> None:
    a_warehouse()
    worker = counting().scan(PCS, "NOSUCH", BOX).label(Command.UNDO).scan(PCS)
    assert worker.view.locked
    assert worker.view.held == 3
    worker.key(Command.BACK, Command.UNDO)
    assert worker.view.quantity == "2 PCS"


def test_second_error_among_held_scans_locks_again_and_holds_the_rest(database: OpenDatabase) -> None:
    a_warehouse()
    worker = counting().scan("NOSUCH", PCS, "NOSUCH2", BOX).key(Command.BACK, Command.UNDO)
    worker.is_refused("Unknown code NOSUCH2")
    assert worker.view.held == 1
    assert worker.view.quantity == "1 PCS"
    assert worker.key(Command.BACK, Command.UNDO).view.quantity == "1 BOX + 1 PCS = 7 PCS"


def test_lock_and_held_scans_outlive_the_program(database: OpenDatabase) -> None:
    a_warehouse()
    counting().scan("NOSUCH", PCS, BOX)
    worker = Worker("T1")
    worker.is_refused("Unknown code NOSUCH")
    assert worker.view.held == 2
    worker.key(Command.BACK)
    worker = Worker("T1")
    assert worker.said.startswith("2 scans held")
    assert worker.key(Command.UNDO).view.quantity == "1 BOX + 1 PCS = 7 PCS"


def test_scans_made_while_a_question_waits_are_held_until_it_is_answered(database: OpenDatabase) -> None:
    a_warehouse()
    worker = counting().scan("SHIRT", PCS)
    assert worker.view.choices
    assert worker.view.held == 1
    worker.scan("1")
    assert worker.said.startswith("1 scan held")
    assert worker.key(Command.UNDO).view.item == "1000"


def test_fifty_scans_in_a_row_are_applied_in_order(database: OpenDatabase) -> None:
    a_warehouse()
    worker = counting().scan(*[PCS, BOX] * 25)
    assert worker.view.quantity == "25 BOX + 25 PCS = 175 PCS"
    assert [raw for raw, _status in log()[-50:]] == [PCS, BOX] * 25


def test_help_shows_the_whole_message_of_an_error_and_keeps_the_lock(database: OpenDatabase) -> None:
    a_warehouse()
    worker = counting().scan("NOSUCH").key(Command.HELP)
    assert worker.view.locked
    assert worker.view.text[0].startswith("Unknown code NOSUCH")


# ---- signing in


def test_badge_signs_in(database: OpenDatabase) -> None:
    a_warehouse()
    assert Worker().scan("b-ann-7391").view.title == "Location"


def test_unknown_badge_is_refused(database: OpenDatabase) -> None:
    a_warehouse()
    worker = Worker().scan("NOBODY")
    assert (worker.level, worker.said[:13]) == (Level.ERROR, "Badge unknown")
    assert Worker().view.prompt == "Badge"


def with_pin(code: str = "PIA", **fields: Any) -> None:
    from db.masters.change import put_masters

    put_masters([("user", {"code": code, "name": "Pia", "role": "worker", "pin": "4711", **fields})])


def test_user_code_and_pin_sign_in_and_the_pin_is_nowhere(database: OpenDatabase) -> None:
    a_warehouse()
    with_pin()
    worker = Worker().scan("pia")
    assert (worker.view.prompt, worker.view.secret) == ("PIN", True)
    worker.session.save_pending("47")
    worker.scan("4711")
    assert worker.view.title == "Location"
    assert not any("4711" in raw for raw, _status in log())
    assert fetch("SELECT pending FROM work_session") == [("",)]


def test_wrong_pin_says_how_many_tries_are_left_and_then_makes_wait(database: OpenDatabase) -> None:
    a_warehouse()
    with_pin()
    now = clock.now()
    with clock.held_at(now):
        worker = Worker().scan("PIA", "1")
        assert worker.said == "PIN wrong (2 tries left)."
        worker.scan("2")
        assert worker.said == "PIN wrong (1 try left)."
        worker.scan("3")
        assert worker.said.startswith("PIN wrong. Wait 30 seconds")
        other = Worker("T2").scan("PIA", "4711")  # another terminal does not help
        assert other.said.startswith("PIN wrong. Wait 30 seconds")
    with clock.held_at(now + timedelta(seconds=31)):
        assert Worker("T3").scan("PIA", "4711").view.title == "Location"


def test_badge_that_is_only_the_user_code_asks_for_the_pin(database: OpenDatabase) -> None:
    a_warehouse()
    with_pin(badge="PIA")
    assert Worker().scan("USR:PIA").view.prompt == "PIN"


@pytest.mark.parametrize("badge", [None, "NED", "USR:NED"])
@pytest.mark.parametrize("entered", ["ned", "USR:NED"])
def test_nobody_signs_in_with_the_user_code_alone(database: OpenDatabase, badge: str | None, entered: str) -> None:
    from db.masters.change import put_masters

    a_warehouse()
    put_masters([("user", {"code": "NED", "name": "Ned", "role": "worker", "badge": badge})])
    worker = Worker().scan(entered)
    assert worker.view.prompt == "Badge"
    assert worker.said == "No PIN: NED has no badge either. A supervisor gives one of them."
    counting("ANN").scan("USR:NED").is_refused("No PIN: NED")


def test_user_with_a_badge_of_their_own_does_not_sign_in_with_the_code(database: OpenDatabase) -> None:
    a_warehouse()
    assert Worker().scan("ANN").said == "No PIN: ANN signs in by badge."


def test_label_scanned_at_the_pin_is_no_try(database: OpenDatabase) -> None:
    a_warehouse()
    with_pin()
    worker = Worker().scan("PIA", "BIN:A-01").scan("9999", certain=True).scan("4711")
    assert worker.view.title == "Location"


def test_program_is_left_only_by_the_typed_command_at_sign_in(database: OpenDatabase) -> None:
    a_warehouse()
    assert not counting().scan(".quit").view.finished
    assert not Worker("T2").scan(".quit", certain=True).view.finished
    assert not Worker("T2").key(*Command).view.finished
    assert Worker("T2").scan(".quit").view.finished


def test_empty_database_says_what_to_do_next(database: OpenDatabase) -> None:
    text = " ".join(Worker().view.text)
    assert "No items, locations, users yet." in text
    assert "stockterm demo" in text
    assert "stockterm post FILE" in text


def test_only_allowed_locations_are_offered_and_others_refused(database: OpenDatabase) -> None:
    a_warehouse()
    worker = Worker().scan(BADGES["ANN"])
    assert worker.view.choices == ("1 EAST East", "2 SHOP Shop")
    vic = Worker("T2").scan(BADGES["VIC"])
    assert vic.view.title == "EAST Vic"  # one location: nothing to choose
    assert vic.scan("LOC:SHOP").is_refused("Not allowed: VIC may not work at SHOP")


def test_location_is_remembered(database: OpenDatabase) -> None:
    a_warehouse()
    signed_in(location="SHOP").scan("9")
    assert Worker("T2").scan(BADGES["ANN"]).view.title == "SHOP Ann"


def digits(worker: Worker) -> list[str]:
    return [one.split()[0] for one in worker.view.choices]


def test_menu_has_what_the_role_may_under_the_same_digits(database: OpenDatabase) -> None:
    a_warehouse()
    assert digits(signed_in("ANN")) == ["1", "2", "3", "4", "5", "6", "7", "10", "11", "12", "15", "8", "9"]
    cat = signed_in("CAT", terminal="T2")
    assert digits(cat) == ["1", "4", "10", "8", "9"]
    cat.scan("2").is_refused("Not allowed: CAT may not adjust stock")


def test_scan_never_opens_a_menu_entry(database: OpenDatabase) -> None:
    a_warehouse()
    signed_in().scan("1", certain=True).is_refused()


def test_signing_out_keeps_the_work(database: OpenDatabase) -> None:
    a_warehouse()
    worker = counting().scan(PCS).key(Command.BACK).scan("9")
    assert worker.view.prompt == "Badge"
    assert Worker("T1").view.prompt == "Badge"
    assert worker.scan(BADGES["ANN"]).scan("1").view.quantity == "1 PCS"


# ---- change of worker


def test_badge_in_the_middle_of_a_count_leaves_lines_before_and_after_with_different_users(database: OpenDatabase) -> None:
    a_warehouse()
    worker = counting().scan(PCS, BADGES["BOB"], "NUT")
    assert fetch("SELECT item_no, counted_by FROM counted_line ORDER BY line_no") == [("1000", "ANN"), ("NUT", "BOB")]
    assert fetch("SELECT user_code FROM open_count") == [("BOB",)]
    assert not any(BADGES["BOB"] in raw for raw, _status in log())
    worker.key(Command.UNDO, Command.UNDO)
    assert lines() == []
    assert Worker("T2").scan(BADGES["ANN"]).view.title == "EAST Ann"


def test_badge_of_somebody_who_may_not_is_refused_and_the_count_stays(database: OpenDatabase) -> None:
    a_warehouse()
    worker = counting().scan(PCS, BADGES["VIC"])
    worker.is_refused("Not allowed: VIC may not count")
    assert worker.key(Command.BACK).scan(PCS).view.quantity == "2 PCS"


def test_badge_of_somebody_with_a_count_of_their_own_is_refused(database: OpenDatabase) -> None:
    a_warehouse()
    counting("BOB", terminal="T2", bin_code="A-02").scan(PCS)
    worker = counting().scan("NUT", BADGES["BOB"])
    worker.is_refused("Not switched: BOB has such work in hand")


def test_badge_with_a_pin_asks_for_it_before_the_work_changes_hands(database: OpenDatabase) -> None:
    a_warehouse()
    with_pin(badge="PIA")
    worker = counting().scan(PCS, "USR:PIA")
    assert worker.view.prompt == "PIN"
    assert worker.key(Command.BACK).view.quantity == "1 PCS"
    worker.scan("USR:PIA", "4711", PCS)
    assert worker.view.quantity == "2 PCS"
    assert fetch("SELECT counted_by FROM counted_line") == [("PIA",)]


# ---- linking an unknown code


def test_supervisor_links_an_unknown_code_and_the_next_scan_works(database: OpenDatabase) -> None:
    a_warehouse()
    worker = counting("SUE").scan("NEWCODE").key(Command.LIST)
    assert worker.view.title == "Link code"
    worker.scan("ITM:1000")
    assert worker.view.choices == ("1 PCS", "2 BOX")
    worker.scan("2")
    assert worker.view.title == "Count A-01"
    assert worker.scan("NEWCODE").view.quantity == "1 BOX = 6 PCS"


def test_linking_is_offered_to_those_who_may_and_where_it_is_possible(database: OpenDatabase) -> None:
    a_warehouse()
    sue = counting("SUE").scan("NEWCODE")
    assert sue.said == "Unknown code NEWCODE. Nothing counted. Scan again, or F4 to link it to an item."
    sue.key(Command.LIST).scan("NEWCODE")  # where the item of the code is wanted
    assert sue.said == "Unknown code NEWCODE. Nothing booked. Scan again, or ask a supervisor."
    assert "F4" not in counting("ANN", terminal="T2", bin_code="A-02").scan("NEWCODE").said
    assert "F4" not in Worker("T3").scan(BADGES["BOB"], "NOWHERE").said


def test_worker_may_not_link_a_code(database: OpenDatabase) -> None:
    a_warehouse()
    worker = counting().scan("NEWCODE").key(Command.LIST)
    assert worker.said.startswith("Not linked: ANN may not.")
    assert worker.view.title == "Count A-01"


# ---- trouble


def test_full_disk_says_that_the_scan_was_not_taken_and_goes_on_after_a_key(
    database: OpenDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_warehouse()
    worker = counting()
    with monkeypatch.context() as patched:
        patched.setattr("db.work.scan_log.in_write_transaction", _raises(DiskFull(problem="no space left")))
        worker.scan(PCS)
    worker.is_refused("Disk full: no space left")
    worker.scan(BOX)
    assert f"Not taken: {BOX}" in worker.said
    assert worker.key(Command.BACK).scan(PCS).view.quantity == "1 PCS"


def _raises(error: Exception) -> Callable[[object], Any]:
    def work(_: object) -> Any:
        raise error

    return work


def test_session_of_a_program_that_was_closed_goes_on(database: OpenDatabase) -> None:
    a_warehouse()
    worker = counting().scan(PCS)
    worker.session.close()
    assert Session("T1").view().quantity == "1 PCS"
