"""Short sentences for tests of count orders: an order, what somebody recorded, what came of it.

order = an_order()
recorded(order, "ANN", of("1000", "7"))
posted_order(order)
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from db.connection import fetch, in_write_transaction, write_batch
from db.core import clock
from db.core.numbers import from_scaled
from db.posting.count_order import post_count_order
from db.posting.lines import PostedBy
from db.work import count_finish, count_hand_in, count_judge, count_orders, count_recordings
from db.work.count_orders import CountOrder, NewCountOrder
from db.work.count_recordings import Recording
from db.work.count_rules import Thresholds
from db.work.counts import CountedLine, next_line_no, save_lines
from tests.support.builders import LOCATION, a_user, day

Exact = Any


@dataclass(frozen=True, slots=True)
class Of:
    """Something counted. `seen` None: now."""

    item: str
    quantity: Decimal
    bin: str = ""
    lot: str = ""
    serial: str = ""
    seen: int | None = None
    first: int | None = None
    counted_at: int | None = None


def of(item: str, quantity: str, *, bin: str = "", lot: str = "", serial: str = "", **more: Any) -> Of:
    """So many base units of the item, in a bin, of a lot or serial number."""
    return Of(item, Decimal(quantity), bin, lot, serial, **more)


def an_order(
    *, location: str = LOCATION, on: "int | date" = 1, calculate: bool = True, thresholds: Thresholds | None = None, **fields: Any
) -> int:
    """A count order of a location with its lines calculated, made by SUE; its number."""
    for user in ("SUE", "BOB"):
        a_user(user, role="supervisor")
    order_no = count_orders.create_order(NewCountOrder(location, day(on), thresholds=thresholds or Thresholds(), **fields), "SUE")
    if calculate:
        count_finish.calculate_lines(order_no)
    return order_no


def order(order_no: int) -> CountOrder:
    found = count_orders.read_order(order_no)
    assert found is not None
    return found


def recording(order_no: int, user: str = "ANN") -> Recording:
    """A recording in somebody's hands."""
    return count_recordings.begin_recording(order_no, user)


def write(one: Recording, user: str, *lines: Of) -> None:
    """What was counted, with the watermarks of now."""
    made = []
    for number, line in enumerate(lines):
        [(ledger, warehouse)] = fetch(
            "SELECT last_item_ledger_entry_no, last_warehouse_entry_no FROM item_total WHERE item_no = ?", (line.item,)
        )
        last = (ledger, warehouse) if line.seen is None else (line.seen, line.seen)
        first = last if line.first is None else (line.first, line.first)
        made.append(
            CountedLine(
                count_no=one.count_no,
                line_no=next_line_no(one.count_no) + number,
                item_no=line.item,
                variant_code="",
                bin_code=line.bin,
                lot_no=line.lot,
                serial_no=line.serial,
                package_no="",
                quantity=line.quantity,
                entered=(),
                expiration_date=None,
                confirmed_empty=False,
                first_item_ledger_entry_no=first[0],
                first_warehouse_entry_no=first[1],
                last_item_ledger_entry_no=last[0],
                last_warehouse_entry_no=last[1],
                counted_by=user,
                counted_at=line.counted_at or clock.now_microseconds(),
                terminal="T1",
            )
        )
    in_write_transaction(lambda: write_batch(save_lines(made)))


def recorded(order_no: int, user: str, *lines: Of) -> Recording:
    """A recording of the first count, handed in."""
    one = recording(order_no, user)
    write(one, user, *lines)
    count_hand_in.finish_recording(order_no, one.recording_no, user)
    return one


def recounted(order_no: int, user: str, *lines: Of) -> Recording:
    """A recount of what needs one, handed in."""
    [one] = count_hand_in.make_recounts(order_no, "SUE")
    write(one, user, *lines)
    count_hand_in.finish_recording(order_no, one.recording_no, user)
    return one


def finished(order_no: int) -> int:
    count_finish.finish_order(order_no)
    return order_no


def posted_order(order_no: int) -> list[int]:
    """Finish, approve (by SUE) and post; the registers."""
    if order(order_no).status == "open":
        finished(order_no)
    count_finish.approve_order(order_no, "SUE")
    return post_count_order(order_no, PostedBy("SUE", "T1", "count_order"))


def differences(order_no: int) -> list[tuple[str, Exact]]:
    """Place and item of every line with its difference, in their order."""
    return [(count_judge.in_words(one.line), one.difference) for one in count_judge.judge_order(order(order_no))]


def needs(order_no: int) -> list[str]:
    """What each line still needs."""
    return [one.verdict.need.value for one in count_judge.judge_order(order(order_no))]


def phys_entries() -> list[tuple[Exact, Exact]]:
    """(expected, counted) of every count entry."""
    rows = fetch("SELECT quantity_expected, quantity_counted FROM count_entry ORDER BY entry_no")
    return [(from_scaled(row[0]), from_scaled(row[1])) for row in rows]


def adjustments() -> list[tuple[str, Exact]]:
    """Type and quantity of every adjustment, in entry order."""
    rows = fetch("SELECT entry_type, quantity FROM item_ledger_entry WHERE entry_type LIKE '%adjustment' ORDER BY entry_no")
    return [(row[0].removesuffix("_adjustment"), from_scaled(row[1])) for row in rows]
