"""Master data that posting moves too: what is changed by hand leaves alone what a posting wrote meanwhile."""

import threading
from collections.abc import Callable
from datetime import date

import pytest

from db.connection import connection_scope, fetch, in_write_transaction
from db.masters.change import put_masters
from db.masters.change_log import NOBODY
from db.masters.tracking import NumberNamed, block_number
from db.posting.lines import ChangeExpiry, Header, PostedBy
from db.posting.post import PostingRun
from db.work.number_series import next_number
from tests.support.builders import a_dated_item, a_lot_item, posted, purchase

pytestmark = pytest.mark.usefixtures("database")
JUNE, JULY = date(2027, 6, 30), date(2027, 7, 31)


def at_once(work: Callable[[], object], meanwhile: Callable[[], object]) -> None:
    """Do one thing in a transaction, and let somebody else begin another before it is committed."""

    def others() -> None:
        with connection_scope():
            meanwhile()

    other = threading.Thread(target=others)

    def slowly() -> None:
        work()
        fetch("SELECT 1")  # what is written has been sent
        if not other.is_alive():
            other.start()
            other.join(timeout=0.3)

    in_write_transaction(slowly)
    other.join()


def test_a_series_that_is_changed_while_a_number_is_drawn_does_not_give_that_number_again() -> None:
    put_masters([("number_series", {"code": "S"}), ("number_series_line", {"series": "S", "starting_no": "S001"})])
    in_write_transaction(lambda: next_number("S"))
    ending = {"series": "S", "ending_no": "S999", "warning_no": "S900"}
    at_once(lambda: next_number("S"), lambda: put_masters([("number_series_line", ending)]))
    assert in_write_transaction(lambda: next_number("S")) == "S003"
    assert fetch("SELECT ending_no FROM number_series_line") == [("S999",)]


def test_the_card_of_a_lot_that_is_changed_while_its_expiry_is_posted_keeps_the_new_date() -> None:
    a_dated_item()
    put_masters([("reason", {"code": "LABEL"})])
    posted(purchase("10", lot="L", expires=JUNE, at="1"))
    later = ChangeExpiry(Header(date(2026, 1, 5), reason_code="LABEL"), "1000", "L", JULY)
    card = {"item": "1000", "no": "L", "description": "from the south wall"}
    at_once(lambda: PostingRun(PostedBy()).post([later]), lambda: put_masters([("lot", card)]))
    assert fetch("SELECT expiration_date, description FROM tracking_number") == [("2027-07-31", "from the south wall")]


@pytest.mark.parametrize("by_hand", [True, False])
def test_a_lot_that_is_blocked_while_it_is_received_for_the_first_time_is_blocked(by_hand: bool) -> None:
    a_lot_item()

    def block() -> None:
        if by_hand:
            block_number(NumberNamed("1000", "", "lot", "L"), NOBODY, "smells")
        else:
            put_masters([("lot", {"item": "1000", "no": "L", "blocked": True, "block_reason": "smells"})])

    at_once(lambda: PostingRun(PostedBy()).post([purchase("5", lot="L", at="1")]), block)
    assert [tuple(map(bool, row)) for row in fetch("SELECT blocked, received FROM tracking_number")] == [(True, True)]
