"""Labels from the screens: one key, one label; sent, or it is said why not. Label printing that fails silently is no more."""

import time
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from db.connection import in_write_transaction, write_batch
from db.masters.change import put_masters
from db.posting.lines import EntryType, Header, OrderedLine, TrackingLine, TransferOrder
from db.work import printing
from stockterm.flows import printing as flow
from stockterm.flows.session import Session
from stockterm.flows.tokens import Command
from stockterm.flows.view import Level
from tests.flows.warehouse import Worker, a_line, a_warehouse, posted, purchased, signed_in
from tests.labels.printers import closed_port, loopback_printer
from tests.labels.reading import Read
from tests.labels.zpl_reading import labels_of

pytestmark = pytest.mark.usefixtures("database")

GTIN = "09528765432122"


@pytest.fixture
def tray(tmp_path: Path) -> Path:
    """A printer that is a file."""
    a_warehouse()
    put_masters(
        [
            ("item", {"no": "CHEESE", "gtin": GTIN}),
            ("printer", {"code": "P1", "kind": "file", "address": str(tmp_path / "p1.zpl")}),
        ]
    )
    return tmp_path / "p1.zpl"


def printed(tray: Path) -> list[Read]:
    return [read for label in labels_of(tray.read_text()) for read in label.read()]


def looking(user: str = "ANN", *, terminal: str = "T1") -> Worker:
    return signed_in(user, terminal=terminal).scan("4")


class TestWhatIsThis:
    def test_one_key_prints_the_label_of_what_is_shown(self, tray: Path) -> None:
        worker = looking().scan("BIN:A-01").key(Command.PRINT)
        assert (worker.level, worker.said) == (Level.OK, "Label sent to P1")
        assert printed(tray) == [Read("]C0", "BIN:A-01")]
        [job] = printing.last_jobs()
        assert (job.state, job.title, job.user_code, job.terminal) == ("sent", "Bin A-01", "ANN", "T1")

    def test_a_command_barcode_does_the_same(self, tray: Path) -> None:
        assert looking().scan("BIN:A-02").label(Command.PRINT).said == "Label sent to P1"
        assert looking("BOB", terminal="T2").scan("BIN:A-02", "CMD:PRINT").said == "Label sent to P1"
        assert printed(tray) == [Read("]C0", "BIN:A-02")] * 2

    @pytest.mark.parametrize(
        ("scanned", "expected"),
        [
            ("CHEESE", [Read("]E0", GTIN[1:])]),
            ("LOT:L7", [Read("]C1", f"01{GTIN}17990131" + "10L7")]),
            (f"]C101{GTIN}10L7", [Read("]C1", f"01{GTIN}17990131" + "10L7")]),
            ("S1", [Read("]C0", "ITM:DRILL"), Read("]C0", "SN:S1")]),
            ("LOC:SHOP", [Read("]C0", "LOC:SHOP")]),
            ("DOC:TO1", [Read("]C0", "DOC:TO1")]),
        ],
    )
    def test_every_kind_of_thing_has_its_label(self, tray: Path, scanned: str, expected: list[Read]) -> None:
        purchased("CHEESE", "4", lot="L7", expires=date(2099, 1, 31))
        purchased("DRILL", "1", serials=["S1"])
        header = Header(date(2026, 1, 1), operation_id="TO1", user_code="")
        posted(TransferOrder(header, "TO1", "EAST", "SHOP", "ROAD", (OrderedLine(1, "NUT", Decimal(1)),)))
        assert looking().scan(scanned).key(Command.PRINT).said == "Label sent to P1"
        assert printed(tray) == expected

    def test_where_nothing_has_a_label_that_is_said_and_nothing_is_printed(self, tray: Path) -> None:
        worker = looking()
        for scans in ((), ("RSN:SCRAP",)):
            assert worker.scan(*scans).key(Command.PRINT).said == "Nothing to print here. Scan it first."
            assert worker.level is Level.WARNING
        assert printing.last_jobs() == []

    def test_a_repeated_key_prints_again_and_a_repeated_token_does_not(self, tray: Path) -> None:
        from stockterm.flows.tokens import CommandToken

        worker = looking().scan("BIN:A-01")
        token = CommandToken(Command.PRINT, id="the same")
        for _again in range(3):
            worker.session.take(token)
        assert len(printed(tray)) == 1
        worker.key(Command.PRINT)
        assert len(printed(tray)) == 2


class TestWhichPrinter:
    def test_that_of_the_terminal_then_that_of_the_location_then_the_only_one(self) -> None:
        put_masters([("location", {"code": "EAST"}), ("location", {"code": "WEST"})])

        def a_printer(code: str, location: str | None) -> None:
            put_masters([("printer", {"code": code, "address": "127.0.0.1", "location": location})])

        with pytest.raises(printing.NoPrinter):
            printing.printer_for("EAST")
        a_printer("W1", "WEST")
        assert printing.printer_for("EAST").code == "W1", "the only one"
        a_printer("W2", "WEST")
        with pytest.raises(printing.NoPrinter):
            printing.printer_for("EAST")
        a_printer("ALL", None)
        assert printing.printer_for("EAST").code == "ALL"
        a_printer("E1", "EAST")
        a_printer("E2", "EAST")
        assert printing.printer_for("EAST").code == "E1"
        put_masters([("printer", {"code": "E1", "blocked": True})])
        assert printing.printer_for("EAST").code == "E2"
        assert printing.printer_for("EAST", "W2").code == "W2"

    def test_the_profile_of_the_terminal_names_it(self, tray: Path, tmp_path: Path) -> None:
        put_masters([("printer", {"code": "A0", "kind": "file", "address": str(tmp_path / "a0.zpl"), "location": "EAST"})])
        worker = Worker(session=Session("T1", printer="p1")).scan("B-ANN-7391", "LOC:EAST", "4", "BIN:A-01")
        assert worker.key(Command.PRINT).said == "Label sent to P1"
        assert looking("BOB", terminal="T2").scan("BIN:A-01").key(Command.PRINT).said == "Label sent to A0"


class TestLabelPrintingDoesNotFailSilently:
    """Complaint: label printing that fails silently."""

    def test_without_a_printer_it_is_refused_loudly_and_nothing_is_queued(self) -> None:
        a_warehouse()
        looking().scan("BIN:A-01").key(Command.PRINT).is_refused("No printer", "EAST", "Nothing was printed")
        assert printing.last_jobs() == []

    def test_a_printer_of_the_profile_that_does_not_exist_is_refused(self, tray: Path) -> None:
        worker = Worker(session=Session("T1", printer="GONE")).scan("B-ANN-7391", "LOC:EAST", "4", "BIN:A-01")
        worker.key(Command.PRINT).is_refused("GONE")

    def test_a_label_that_does_not_fit_is_refused(self, tray: Path) -> None:
        put_masters([("printer", {"code": "P1", "width_mm": 20, "height_mm": 15})])
        looking().scan("BIN:A-01").key(Command.PRINT).is_refused("Label too small")
        assert printing.last_jobs() == []

    def test_a_printer_that_refuses_is_said_at_once_and_the_label_comes_when_it_is_back(self, tray: Path) -> None:
        put_masters([("printer", {"code": "P1", "kind": "port", "address": closed_port()})])
        worker = looking().scan("BIN:A-01").key(Command.PRINT)
        assert (worker.level, worker.said) == (Level.WARNING, "NOT printed yet: P1 Connection refused. Job 1 waits.")
        worker.session.close()
        with loopback_printer() as loopback:
            put_masters([("printer", {"code": "P1", "address": loopback.address})])
            again = looking("BOB", terminal="T2").scan("BIN:A-02").key(Command.PRINT)
            assert again.said == "Label sent to P1"
            first, second = loopback.wait_for(2)
        assert ("BIN:A-01" in first, "BIN:A-02" in second) == (True, True), "in the order in which they were asked for"
        assert printing.unsent_jobs() == []

    def test_a_slow_printer_keeps_nobody_waiting_and_what_became_of_the_label_is_said_with_the_next_scan(
        self, tray: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(flow, "PATIENCE_S", 0)
        with loopback_printer() as loopback:
            put_masters([("printer", {"code": "P1", "kind": "port", "address": loopback.address})])
            worker = looking().scan("BIN:A-01").key(Command.PRINT)
            assert (worker.level, worker.said) == (Level.WARNING, "P1 is slow. Label waits, job 1.")
            loopback.wait_for(1)
            assert _until_said(worker, "Label sent to P1")
        worker.session.close()

    def test_what_fails_later_is_said_with_the_next_scan_and_before_what_else_is_said(
        self, tray: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(flow, "PATIENCE_S", 0)
        with loopback_printer("resets") as loopback:
            put_masters([("printer", {"code": "P1", "kind": "port", "address": loopback.address})])
            worker = looking().scan("BIN:A-01").key(Command.PRINT)
            assert _until_said(worker, "NOT printed yet: P1")
        assert worker.level is Level.WARNING
        assert worker.said.endswith("Bin A-02 at EAST"), "the scan is not lost under it"
        assert ", may come out twice" in worker.said
        worker.session.close()

    def test_after_a_dropped_line_the_next_session_tries_again_and_says_what_became_of_the_label(self, tray: Path) -> None:
        put_masters([("printer", {"code": "P1", "kind": "port", "address": closed_port()})])
        before = looking().scan("BIN:A-01").key(Command.PRINT)
        assert before.said.startswith("NOT printed yet")
        before.session.close()  # the line dropped, the program ended
        with loopback_printer() as loopback:
            put_masters([("printer", {"code": "P1", "address": loopback.address})])
            in_write_transaction(lambda: write_batch([printing.at_once("P1")]))  # the pause is over
            worker = signed_in(terminal="T2")
            assert "BIN:A-01" in loopback.wait_for(1)[0]
            assert _until_said(worker, "Label sent to P1")
        worker.session.close()

    def test_a_printer_that_is_switched_off_is_said_to_be(self, tray: Path) -> None:
        put_masters([("printer", {"code": "P1", "blocked": True})])
        worker = looking().scan("BIN:A-01").key(Command.PRINT)
        assert (worker.level, worker.said) == (Level.WARNING, "P1 is switched off. Label waits, job 1.")
        assert not tray.exists()

    def test_a_label_is_queued_with_the_scan_that_asked_for_it_or_not_at_all(
        self, tray: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from stockterm.flows import session

        worker = looking().scan("BIN:A-01")

        def cut_off(*_given: object) -> None:
            raise RuntimeError("killed")

        with monkeypatch.context() as patched:
            patched.setattr(session, "_write", cut_off)
            with pytest.raises(RuntimeError):
                worker.key(Command.PRINT)
        assert printing.last_jobs() == []
        assert not tray.exists()


def test_a_counter_who_counts_blind_gets_no_quantity_on_a_label(tray: Path) -> None:
    sscc = "095011015300000010"
    put_masters(
        [
            ("tracking_code", {"code": "PAL", "package": True}),
            ("printer", {"code": "P1", "width_mm": 105, "height_mm": 148}),
            ("item", {"no": "JUICE", "gtin": "09501101530003", "tracking_code": "PAL"}),
        ]
    )
    line = (TrackingLine(Decimal(5), package_no=sscc),)
    posted(a_line(EntryType.PURCHASE, "JUICE", "5", "EAST", "A-01", tracking=line, unit_cost=Decimal(1)))
    assert looking().scan(f"]C100{sscc}").key(Command.PRINT).said == "Label sent to P1"
    assert Read("]C1", "0209501101530003375") in printed(tray)
    tray.unlink()
    looking("CAT", terminal="T2").scan(f"]C100{sscc}").key(Command.PRINT)
    assert printed(tray) == [Read("]C1", f"00{sscc}")]


def _until_said(worker: Worker, words: str) -> bool:
    """Go on scanning until these words come."""
    for _scan in range(200):
        if words in worker.scan("BIN:A-02").said:
            return True
        time.sleep(0.05)
    return False


class TestInTheMiddleOfAJob:
    def test_a_new_lot_gets_its_label_with_the_date_that_was_given_before_it_is_posted(self, tray: Path) -> None:
        worker = signed_in().scan("2", "BIN:A-01", "CHEESE", "LOT:NEW").key(Command.POST).scan("+3", "31.1.2030")
        assert worker.key(Command.PRINT).said == "Label sent to P1"
        assert printed(tray) == [Read("]C1", f"01{GTIN}17300131" + "10NEW")]
        assert worker.scan("FOUND").view.prompt == "F10 posts", "and the job goes on where it was"

    def test_a_count_prints_the_lot_in_hand_and_with_none_the_open_bin(self, tray: Path) -> None:
        worker = signed_in().scan("1", "BIN:A-01").key(Command.PRINT)
        assert worker.said == "Label sent to P1"
        worker.scan("CHEESE", "LOT:NEW").key(Command.POST).scan("31.1.2030")
        counted = worker.view.quantity
        assert (counted, worker.key(Command.PRINT).said) == ("1 PCS", "Label sent to P1")
        assert printed(tray) == [Read("]C0", "BIN:A-01"), Read("]C1", f"01{GTIN}17300131" + "10NEW")]
        assert worker.view.quantity == counted
        undone = worker.key(Command.UNDO).said
        assert undone.startswith("Undone: "), undone
        assert "PRINT" not in undone, "a label is no step that undo goes through"

    def test_a_question_is_answered_first(self, tray: Path) -> None:
        worker = signed_in().scan("1", "BIN:A-01", "SALINE", "LOT:NEW")
        asked = worker.said
        assert worker.key(Command.PRINT).said == asked
        assert not tray.exists()
