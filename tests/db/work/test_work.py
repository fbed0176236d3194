"""The scan log and the work in hand, below the flows."""

import pytest

from db.connection import IntegrityError, fetch, in_write_transaction, write_batch
from db.core.numbers import from_scaled
from db.work import counts, scan_log, sessions, sign_in, steps
from db.work.counts import CountedLine
from tests.support.databases import OpenDatabase


def saved(scan_id: str = "s1", *, session_no: int = 1, status: str = scan_log.SAVED) -> scan_log.Receipt:
    return scan_log.save(
        scan_id, user_code="ANN", session_no=session_no, terminal="T1", raw="123", command=False, certain=False, status=status
    )


def test_saving_the_same_scan_again_keeps_one_and_tells_what_became_of_it(database: OpenDatabase) -> None:
    sessions.take_up("ANN", "T1")
    first = saved()
    in_write_transaction(lambda: write_batch([scan_log.mark(first.scan_no, scan_log.APPLIED)]))
    again = saved()
    assert (again.scan_no, again.status) == (first.scan_no, scan_log.APPLIED)
    assert fetch("SELECT COUNT(*) FROM scan_log") == [(1,)]


def test_scan_of_a_terminal_that_lost_the_work_is_logged_as_refused(database: OpenDatabase) -> None:
    sessions.take_up("ANN", "T1")
    sessions.take_up("ANN", "T2")
    assert not saved(session_no=1).in_hand
    assert fetch("SELECT status, note FROM scan_log") == [("refused", "taken_up")]
    assert scan_log.waiting("ANN") == []


def test_held_scans_are_released_or_dropped_and_never_touched_once_they_were_dealt_with(database: OpenDatabase) -> None:
    sessions.take_up("ANN", "T1")
    applied, held = saved("a"), saved("b", status=scan_log.HELD)
    in_write_transaction(lambda: write_batch([scan_log.mark(applied.scan_no, scan_log.APPLIED)]))
    in_write_transaction(lambda: write_batch([scan_log.release_held("ANN")]))
    assert [(one.scan_no, one.status) for one in scan_log.waiting("ANN")] == [(held.scan_no, "saved")]
    in_write_transaction(lambda: write_batch([scan_log.hold_saved("ANN"), scan_log.discard_held("ANN")]))
    assert fetch("SELECT status FROM scan_log ORDER BY scan_no") == [("applied",), ("discarded",)]


def test_work_that_was_taken_up_elsewhere_is_not_written(database: OpenDatabase) -> None:
    first, before = sessions.take_up("ANN", "T1")
    assert before is None
    second, taken_from = sessions.take_up("ANN", "T2")
    assert taken_from is not None
    assert (taken_from.terminal, second.session_no) == ("T1", 2)
    assert in_write_transaction(lambda: sessions.save(first)) is False
    assert in_write_transaction(lambda: sessions.save(second)) is True


def test_wait_after_wrong_pins_doubles(database: OpenDatabase) -> None:
    answers = [sign_in.begin_try("ANN") for _ in range(4)]
    assert answers[:3] == [(0, 2), (0, 1), (0, 0)]
    assert answers[3][0] == 30
    fetch("UPDATE sign_in_attempt SET wait_until = 0")
    assert [sign_in.begin_try("ANN")[1] for _ in range(3)] == [2, 1, 0]
    assert sign_in.seconds_to_wait("ANN") == 60
    sign_in.right_pin("ANN")
    assert sign_in.seconds_to_wait("ANN") == 0


def a_line(count_no: int, line_no: int = 1, **changes: object) -> CountedLine:
    values: dict[str, object] = {
        "count_no": count_no, "line_no": line_no, "item_no": "1000", "variant_code": "", "bin_code": "A-01", "lot_no": "L7",
        "serial_no": "", "package_no": "", "quantity": from_scaled(150_000), "entered": (("BOX", from_scaled(25_000)),),
        "expiration_date": "2027-01-31", "confirmed_empty": False, "first_item_ledger_entry_no": 1, "first_warehouse_entry_no": 2,
        "last_item_ledger_entry_no": 3, "last_warehouse_entry_no": 4, "counted_by": "ANN", "counted_at": 5, "terminal": "T1",
        **changes,
    }  # fmt: skip
    return CountedLine(**values)  # type: ignore[arg-type]


def test_counted_line_is_read_back_as_it_was_written_and_found_without_regard_to_case(database: OpenDatabase) -> None:
    count_no = counts.count_in_hand("ANN", "EAST", blind=False)
    line = a_line(count_no)
    in_write_transaction(lambda: write_batch([counts.save_line(line)]))
    assert counts.line_at(count_no, "A-01", "1000", "", lot_no="l7") == line
    assert counts.from_text(counts.to_text(line)) == line
    assert counts.number_counted(count_no, "1000", "lot", "l7") == line
    assert counts.totals(count_no, "A-01") == (1, from_scaled(150_000))


def test_one_place_item_and_number_has_one_line(database: OpenDatabase) -> None:
    count_no = counts.count_in_hand("ANN", "EAST", blind=False)
    in_write_transaction(lambda: write_batch([counts.save_line(a_line(count_no))]))
    with pytest.raises(IntegrityError):
        in_write_transaction(lambda: write_batch([counts.save_line(a_line(count_no, 2, lot_no="l7"))]))


def test_user_has_one_open_count_at_a_location(database: OpenDatabase) -> None:
    first = counts.count_in_hand("ANN", "EAST", blind=False)
    assert counts.count_in_hand("ANN", "EAST", blind=False) == first
    assert counts.count_in_hand("BOB", "EAST", blind=False) != first
    assert counts.count_in_hand("ANN", "SHOP", blind=False) != first


def test_posted_count_no_longer_blocks_its_serial_numbers(database: OpenDatabase) -> None:
    count_no = counts.count_in_hand("ANN", "EAST", blind=False)
    line = a_line(count_no, lot_no="", serial_no="S1", quantity=from_scaled(100_000))
    in_write_transaction(lambda: write_batch([counts.save_line(line)]))
    assert counts.serial_counted("1000", "s1") == (line, "EAST")
    in_write_transaction(lambda: write_batch(counts.set_status(count_no, counts.POSTED, 7)))
    assert counts.serial_counted("1000", "s1") is None
    read = counts.read_count(count_no)
    assert read is not None
    assert read.status == counts.POSTED


def test_steps_are_taken_back_from_the_last_and_forgotten_with_the_work(database: OpenDatabase) -> None:
    one, two = (steps.Step("count:1", number, f"scan {number}", "{}", "") for number in (1, 2))
    in_write_transaction(lambda: write_batch([steps.add(one), steps.add(two)]))
    assert steps.last("count:1") == two
    in_write_transaction(lambda: write_batch([steps.take_back(two)]))
    assert (steps.last("count:1"), steps.last_no("count:1")) == (one, 1)
    in_write_transaction(lambda: write_batch([steps.forget("count:1")]))
    assert steps.last("count:1") is None
