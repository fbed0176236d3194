"""Master data that changes while others post: a posting comes before the change, or is read the new way; never neither."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from db.connection import connection_scope, fetch, in_write_transaction
from db.core.errors import HasEntries, NotSupported, StocktermError
from db.masters.change import put
from db.masters.settings import note_change
from db.posting.lines import EntryType, Header, ItemJournalLine, PostedBy
from db.posting.post import PostingRun, Refused, post_operations
from tests.db.masters.building import put as put_master
from tests.support.databases import OpenDatabase


@pytest.fixture(autouse=True)
def item(database: OpenDatabase) -> None:
    put_master("location", code="BLUE")
    put_master("item", no="A")


def a_purchase(item_no: str) -> ItemJournalLine:
    header = Header(posting_date=date(2026, 1, 1))
    return ItemJournalLine(header, EntryType.PURCHASE, item_no, Decimal(1), location_code="BLUE", unit_cost=Decimal(2))


def purchase() -> None:
    post_operations([a_purchase("A")], PostedBy())


class Other(threading.Thread):
    """Somebody else at the same database, with a connection of their own. `outcome` is what was raised, or None."""

    def __init__(self, work: Callable[[], object]) -> None:
        super().__init__()
        self._work = work
        self.outcome: Exception | None = None

    def run(self) -> None:
        with connection_scope():
            try:
                self._work()
            except (StocktermError, Refused) as problem:
                self.outcome = problem


def waits(other: Other) -> None:
    """Give the other time to come to where it waits for us."""
    other.join(timeout=0.3)
    assert other.is_alive()


def test_a_posting_that_waited_for_a_change_of_the_costing_method_is_posted_the_new_way() -> None:
    with pytest.raises(Refused):  # so that the other session of this process remembers how A was costed
        post_operations([replace(a_purchase("A"), quantity=Decimal(0))], PostedBy())
    other = Other(purchase)

    def change() -> None:
        note_change()
        put("item", {"no": "A", "costing_method": "average"})
        fetch("SELECT 1")  # what is written has been sent
        other.start()
        waits(other)

    in_write_transaction(change)
    other.join()
    assert isinstance(other.outcome, Refused)
    assert isinstance(other.outcome.first, NotSupported)
    assert fetch("SELECT COUNT(*) FROM item_ledger_entry WHERE item_no = 'A'") == [(0,)]


def test_a_change_of_the_costing_method_that_waited_for_a_posting_is_refused() -> None:
    other = Other(lambda: put_master("item", no="A", costing_method="lifo"))
    started = threading.Event()

    def post_slowly() -> None:
        PostingRun(PostedBy()).post([a_purchase("A")])
        fetch("SELECT 1")
        if not started.is_set():
            started.set()
            other.start()
            waits(other)

    in_write_transaction(post_slowly)
    other.join()
    assert isinstance(other.outcome, HasEntries)


def test_two_who_make_the_same_item_at_once_make_one() -> None:
    others = [Other(lambda: put_master("item", no="NEW", description="x")) for _ in range(2)]
    for other in others:
        other.start()
    for other in others:
        other.join()
    assert [other.outcome for other in others] == [None, None]
    assert fetch("SELECT COUNT(*) FROM item WHERE no = 'NEW'") == [(1,)]
