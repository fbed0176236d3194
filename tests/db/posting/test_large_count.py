"""A count of 20,000 lines (under `make soak`; 400 in the suite): it begins, is judged, finished and posted in bounded work."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest

from db.connection import fetch, in_write_transaction, write_batch
from db.core import clock
from db.masters.change import put_masters
from db.posting.count_order import post_count_order
from db.posting.lines import EntryType, Header, ItemJournalLine, PostedBy
from db.posting.post import post_operations
from db.posting.prove import prove
from db.work import count_finish, count_hand_in, count_judge, count_orders, count_recordings
from db.work.count_orders import NewCountOrder
from db.work.count_rules import LINES_AT_ONCE
from db.work.counts import CountedLine, save_lines
from tests.support.builders import a_user
from tests.support.databases import OpenDatabase, long_or_short
from tests.support.statements import counted_statements

BY = PostedBy("SUE", "T1", "count_order")
BINS_OF_AN_ITEM = 4

pytestmark = pytest.mark.soak


@contextmanager
def measured(what: str) -> Iterator[None]:
    """Print how long it took and how many statements it sent (seen with `pytest -s`)."""
    began = time.monotonic_ns()
    with counted_statements() as sent:
        yield
    print(f"\n{what}: {(time.monotonic_ns() - began) / 1e9:.2f} s, {len(sent)} statements", end="")


def a_full_location(lines: int) -> None:
    """As many lines as asked for: every item in four bins, ten pieces each."""
    items = [f"I{number:05}" for number in range(lines // BINS_OF_AN_ITEM)]
    put_masters(
        [
            ("location", {"code": "EAST", "bin_mandatory": True}),
            *(("bin", {"location": "EAST", "code": f"B{number:04}", "zone": f"Z{number % 10}"}) for number in range(lines // 10)),
            *(("item", {"no": item}) for item in items),
        ]
    )
    header = Header(clock.today())
    journal = []
    for number in range(lines):
        bin_code = f"B{number % (lines // 10):04}"
        item = items[(number // (lines // 10) * 7 + number) % len(items)]
        journal.append(
            ItemJournalLine(
                header, EntryType.PURCHASE, item, Decimal(10), location_code="EAST", bin_code=bin_code, unit_cost=Decimal(3)
            )
        )
    for start in range(0, lines, 2_000):
        post_operations(journal[start : start + 2_000], PostedBy("", "", "test"))


def everything_counted(order_no: int, user: str) -> None:
    """One recording with every line; every tenth line has one piece less, every twentieth one more."""
    recording = count_recordings.begin_recording(order_no, user)
    marks = {
        row[0]: row[1:] for row in fetch("SELECT item_no, last_item_ledger_entry_no, last_warehouse_entry_no FROM item_total")
    }
    made = []
    for number, line in enumerate(count_orders.order_lines(order_no), 1):
        ledger, warehouse = marks[line.item_no]
        off = Decimal(-1) if number % 20 == 0 else Decimal(1) if number % 10 == 0 else Decimal(0)
        made.append(
            CountedLine(
                count_no=recording.count_no,
                line_no=number,
                item_no=line.item_no,
                variant_code="",
                bin_code=line.bin_code,
                lot_no="",
                serial_no="",
                package_no="",
                quantity=line.quantity_expected + off,
                entered=(),
                expiration_date=None,
                confirmed_empty=False,
                first_item_ledger_entry_no=ledger,
                first_warehouse_entry_no=warehouse,
                last_item_ledger_entry_no=ledger,
                last_warehouse_entry_no=warehouse,
                counted_by=user,
                counted_at=clock.now_microseconds(),
                terminal="T1",
            )
        )
    in_write_transaction(lambda: write_batch(save_lines(made)))
    count_hand_in.finish_recording(order_no, recording.recording_no, user)


def test_a_count_of_20000_lines_begins_in_seconds_and_is_finished_and_posted_in_parts_with_progress(
    database: OpenDatabase,
) -> None:
    for user in ("ANN", "SUE"):
        a_user(user, role="supervisor")
    lines = long_or_short(20_000, 400)
    a_full_location(lines)
    one = count_orders.create_order(NewCountOrder("EAST", clock.today()), "SUE")
    with measured(f"{lines} lines calculated"), counted_statements() as sent:
        count_finish.calculate_lines(one)
    assert len(sent) < 12, "the statements of a calculation do not grow with the order"
    made = len(count_orders.order_lines(one))
    with measured(f"{made} lines: a recording begun"):
        recording = count_recordings.begin_recording(one, "CAT")
        left, bins = count_recordings.bins_left(recording)
    assert len(left) == bins == lines // 10
    count_hand_in.drop_recording(one, recording.recording_no)
    with measured("counted and handed in"):
        everything_counted(one, "ANN")
    found = count_orders.read_order(one)
    assert found is not None
    with measured("judged"):
        judged = count_judge.judge_order(found)
    assert sum(1 for line in judged if line.difference) == made // 10
    with measured("finished"):
        count_finish.finish_order(one)
    with measured("approved"):
        count_finish.approve_order(one, "SUE")
    told: list[tuple[int, int]] = []
    with measured("posted"):
        registers = post_count_order(one, BY, lambda done, total: told.append((done, total)))
    assert len(registers) == -(-made // LINES_AT_ONCE)
    assert told[-1] == (made, made)
    assert prove().findings == ()
