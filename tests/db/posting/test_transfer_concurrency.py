"""Several people at one transfer order at once: each waits for the other, and nothing is shipped twice or lost."""

import threading
from collections.abc import Callable

import pytest

from db.connection import connection_scope, fetch, in_write_transaction
from db.core.errors import NothingToDo, OverReceived, OverShipped
from db.posting.lines import PostedBy, PostingOperation
from db.posting.post import PostingRun, Refused, post_operations
from tests.db.posting.test_transfer_orders import an_order, of, ordered, places, proven, receive, ship, the_line
from tests.support.builders import an_item, on_hand, posted, purchase, undo

pytestmark = pytest.mark.usefixtures("database")


class Other(threading.Thread):
    """Somebody else who posts one operation, with a connection of their own."""

    def __init__(self, operation: PostingOperation) -> None:
        super().__init__()
        self._operation = operation
        self.refused: Exception | None = None

    def run(self) -> None:
        with connection_scope():
            try:
                post_operations([self._operation], PostedBy())
            except Refused as refused:
                self.refused = refused.first


def meanwhile(operation: PostingOperation, other: Other) -> None:
    """Post an operation, slowly: the other begins before it is committed, and waits."""

    def slowly() -> None:
        PostingRun(PostedBy()).post([operation])
        fetch("SELECT 1")  # what is written has been sent
        if not other.is_alive():
            other.start()
            other.join(timeout=0.3)
            assert other.is_alive()

    in_write_transaction(slowly)
    other.join()


def an_order_of_10() -> None:
    an_item()
    places()
    posted(purchase("20", at="7"), an_order(ordered("10")))


def test_two_who_ship_the_last_of_an_order_ship_it_once() -> None:
    an_order_of_10()
    other = Other(ship(of("6"), id="TS2"))
    meanwhile(ship(of("6")), other)
    assert isinstance(other.refused, OverShipped)
    assert (the_line().shipped, on_hand(location_code="TRANSIT")) == (6, 6)
    proven()


def test_two_who_receive_the_same_goods_receive_them_once() -> None:
    an_order_of_10()
    posted(ship(of("6")))
    other = Other(receive(of("4"), id="TR2"))
    meanwhile(receive(of("4")), other)
    assert isinstance(other.refused, OverReceived)
    assert (the_line().received, on_hand(location_code="RED")) == (4, 4)
    proven()


@pytest.mark.parametrize("second", [lambda: ship(id="TS2"), lambda: ship(of("3"), id="TS2")])
def test_an_order_that_is_changed_meanwhile_is_shipped_as_it_is_then(second: Callable[[], PostingOperation]) -> None:
    an_order_of_10()
    other = Other(second())
    meanwhile(an_order(ordered("3")), other)
    assert other.refused is None
    assert (the_line().ordered, the_line().shipped) == (3, 3)
    proven()


def test_what_is_received_meanwhile_is_not_received_again_as_all_that_is_on_the_way() -> None:
    an_order_of_10()
    posted(ship())
    other = Other(receive(id="TR2"))
    meanwhile(receive(), other)
    assert isinstance(other.refused, NothingToDo)
    assert on_hand(location_code="RED") == 10
    proven()


def test_an_order_that_is_changed_while_its_shipment_is_undone_keeps_what_the_undo_gave_back() -> None:
    an_order_of_10()
    posted(ship(of("6")))
    meanwhile(undo("TS"), Other(an_order(ordered("12"))))
    assert (the_line().ordered, the_line().shipped) == (12, 0)
    proven()


def test_a_shipment_that_is_undone_while_its_order_is_changed_is_given_back_to_the_changed_order() -> None:
    an_order_of_10()
    posted(ship(of("6")))
    meanwhile(an_order(ordered("12")), Other(undo("TS")))
    assert (the_line().ordered, the_line().shipped) == (12, 0)
    proven()
