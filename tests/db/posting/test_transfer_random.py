"""Random shipments, receipts, closings and undoing of one order: its lines, the stock and the costs agree after each of them.

The model knows quantities only: what is on the order, on the way, at both ends. Whether an undo is allowed is left to the ledgers
(goods that were used stay); what it takes back is not. At the end every transfer has brought its value along, to the last cent.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.connection import fetch
from db.core.numbers import from_scaled
from db.posting.lines import PostingOperation, TransferClose
from db.posting.post import Refused, post_operations
from db.posting.prove import prove
from db.work.transfer_orders import find_transfer_order
from tests.db.posting.test_stateful import _in_memory
from tests.db.posting.test_transfer_orders import a_header, an_order, of, ordered, places, receive, ship
from tests.support.builders import LOCATION, NOBODY, adjust_cost, an_item, changed, invoice, on_hand, posted, purchase, undo
from tests.support.databases import long_or_short

LINES = (1, 2)
actions = st.tuples(
    st.sampled_from(["ship", "ship", "receive", "receive", "write_off", "send_back", "undo", "purchase", "invoice"]),
    st.sampled_from(LINES),
    st.integers(1, 7),
)


@dataclass
class Model:
    """What the order and the places should hold. `done`: what each operation changed, so that an undo can take it back."""

    shipped: dict[int, int] = field(default_factory=lambda: dict.fromkeys(LINES, 0))
    received: dict[int, int] = field(default_factory=lambda: dict.fromkeys(LINES, 0))
    closed: dict[int, int] = field(default_factory=lambda: dict.fromkeys(LINES, 0))
    here: int = 12
    there: int = 0
    done: list[tuple[str, str, int, int]] = field(default_factory=list)
    receipts: list[str] = field(default_factory=list)

    def move(self, kind: str, line_no: int, quantity: int) -> None:
        """What an operation does; a negative quantity takes it back."""
        if kind == "ship":
            self.shipped[line_no] += quantity
            self.here -= quantity
        elif kind == "receive":
            self.received[line_no] += quantity
            self.there += quantity
        else:
            self.closed[line_no] += quantity
            self.here += quantity if kind == "send_back" else 0

    def allows(self, kind: str, line_no: int, quantity: int) -> bool:
        """Whether there is that much to ship, or on the way."""
        if kind == "ship":
            return quantity <= min(10 - self.shipped[line_no], self.here)
        return quantity <= self.shipped[line_no] - self.received[line_no] - self.closed[line_no]


def operation_of(kind: str, line_no: int, quantity: int, name: str) -> PostingOperation:
    handled = of(str(quantity), line_no)
    if kind == "ship":
        return ship(handled, id=name)
    if kind == "receive":
        return receive(handled, id=name)
    header = a_header(name)
    return TransferClose(header, "TO1", (handled,), send_back=True) if kind == "send_back" else _written_off(handled, name)


def _written_off(handled: Any, name: str) -> TransferClose:
    return TransferClose(replace(a_header(name), reason_code="LOST"), "TO1", (handled,))


def attempt(operation: PostingOperation) -> bool:
    try:
        post_operations([operation], NOBODY)
    except Refused:
        return False
    return True


def step(model: Model, kind: str, line_no: int, quantity: int, name: str) -> None:
    """One action, in the ledgers and in the model."""
    if kind == "purchase":
        posted(purchase(str(quantity), at=str(quantity), invoiced=False, id=name))
        model.here += quantity
        model.receipts.append(name)
    elif kind == "invoice":
        if model.receipts:
            posted(invoice(model.receipts.pop(), at="3.33"))
    elif kind == "undo":
        if model.done:
            taken, what, line, much = model.done[-1]
            if attempt(undo(taken, id=name)):
                model.done.pop()
                model.move(what, line, -much)
    else:
        assert attempt(operation_of(kind, line_no, quantity, name)) == model.allows(kind, line_no, quantity), (
            kind,
            line_no,
            quantity,
        )
        if find_register(name):
            model.move(kind, line_no, quantity)
            model.done.append((name, kind, line_no, quantity))


def find_register(name: str) -> bool:
    return bool(fetch("SELECT 1 FROM item_register WHERE operation_id = ?", (name,)))


def agrees(model: Model) -> None:
    order = find_transfer_order("TO1")
    assert order is not None
    for line in order.lines:
        found: tuple[Any, ...] = (line.shipped, line.received, line.closed)
        assert found == (model.shipped[line.line_no], model.received[line.line_no], model.closed[line.line_no])
    on_the_way = sum(model.shipped.values()) - sum(model.received.values()) - sum(model.closed.values())
    assert (on_hand(location_code=LOCATION), on_hand(location_code="TRANSIT"), on_hand(location_code="RED")) == (
        model.here,
        on_the_way,
        model.there,
    )


def a_run(method: str, story: list[tuple[str, int, int]]) -> None:
    an_item(costing_method=method)
    places()
    changed("reason", code="LOST")
    posted(
        purchase("5", at="7", invoiced=False, id="P0"),
        purchase("7", at="2.01", on=2),
        an_order(ordered("10", 1), ordered("10", 2)),
    )
    model = Model(receipts=["P0"])
    for number, (kind, line_no, quantity) in enumerate(story):
        step(model, kind, line_no, quantity, f"O{number}")
        agrees(model)
    posted(adjust_cost())
    assert prove().findings == ()
    sums = fetch(
        "SELECT r.register_no, SUM(e.cost_amount_actual + e.cost_amount_expected) FROM item_ledger_entry e JOIN item_register r"
        " ON r.register_no = e.register_no WHERE e.entry_type = 'transfer' GROUP BY r.register_no"
    )
    assert [(no, from_scaled(int(cost))) for no, cost in sums if cost] == []


@settings(max_examples=long_or_short(800, 40), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(["fifo", "lifo"]), st.lists(actions, max_size=14))
def test_random_transfers_agree_with_a_model_of_quantities_and_bring_their_value_along(
    method: str, story: list[tuple[str, int, int]]
) -> None:
    with _in_memory():
        a_run(method, story)
