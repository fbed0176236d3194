"""Random operations, and after each the ledgers compared with a second one that works everything out from the beginning.

What is posted: purchases, sales, adjustments, transfers, returns, invoices in part and whole, counts and undo, one or several
in a transaction, of a FIFO, a LIFO, a lot and a serial item, in a place without bins and in bins, with automatic adjustment
always, never or in a window. What must hold: the same entries, the same refusals, `prove` finds nothing, and wherever nothing
waits the same costs (A9). At the end: adjusting twice writes nothing (A1), and the costs do not depend on when it ran (A8).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from db.connection import close_database, fetch, in_write_transaction, open_database
from db.core.numbers import from_scaled
from db.migrations import migrate
from db.posting import adjust
from db.posting.adjust import adjust_pending, pending
from db.posting.lines import PostingOperation
from db.posting.post import PostingRun, Refusal, Refused, forget_setup, post_operations
from db.posting.prove import prove
from tests.db.posting.model import Entry, Key, Model, No, Place, exact, rounded
from tests.support import postgres
from tests.support.builders import (
    NOBODY,
    a_location,
    a_lot_item,
    a_serial_item,
    adjust_cost,
    an_item,
    count,
    counted,
    day,
    entries,
    found,
    invoice,
    moved,
    purchase,
    sale,
    scrapped,
    undo,
    unit_cost,
    with_settings,
)
from tests.support.databases import long_or_short

PLACES = (("BLUE", ""), ("EAST", "A"), ("EAST", "B"))
PLAIN: tuple[Key, ...] = (("F", "", ""), ("F", "", ""), ("L", "", ""))
KEYS = (*PLAIN, ("T", "x", ""), ("T", "y", ""), ("S", "", "s1"), ("S", "", "s2"), ("S", "", "s3"))
WINDOWS = ("always", "never", "week", "month")

places = st.sampled_from(PLACES)
keys = st.sampled_from(KEYS)
days = st.integers(1, 28)
quantities = st.sampled_from(["1", "2", "3", "5", "7", "0.5", "10"])
cents = st.integers(0, 2_000)
picks = st.integers(0, 10_000)
booleans = st.booleans()

Act = Callable[[], None]


@dataclass(frozen=True)
class Proposed:
    """An operation and what it means in the model."""

    operation: PostingOperation
    act: Act


def a_company() -> None:
    an_item("F", unit_cost="1")
    an_item("L", costing_method="lifo", unit_cost="1")
    a_lot_item("T")
    a_serial_item("S")
    a_location("EAST", bins=["A", "B"])


def where(place: Place, key: Key) -> dict[str, Any]:
    return {"location": place[0], "bin": place[1], "item": key[0], "lot": key[1], "serial": key[2]}


class Warehouse(RuleBasedStateMachine):
    """The rules of the machine only make proposals; `perform` posts them and asks the model what should happen."""

    databases: Callable[[], Any]

    def __init__(self) -> None:
        super().__init__()
        self.opened = type(self).databases()
        self.opened.__enter__()
        a_company()
        self.model = Model(frozenset({"L"}))
        self.number = 0
        self.history: list[list[PostingOperation]] = []

    # ---- proposals

    def next_id(self) -> str:
        self.number += 1
        return f"O{self.number}"

    def goods(self, pick: int) -> tuple[Place, Key, Fraction]:
        """Something that lies somewhere, and how much; seldom, what may not be there at all."""
        lying = [(place, key, Fraction(quantity)) for (key, place), quantity in self.model.content.items() if quantity > 0]
        if lying and pick % 8:
            return lying[pick % len(lying)]
        return PLACES[pick % len(PLACES)], KEYS[pick // 8 % len(KEYS)], Fraction(4)

    @staticmethod
    def at_most(quantity: str, there: Fraction, key: Key, beyond: bool) -> str:
        """A quantity that there is, or (`beyond`) perhaps more."""
        if key[2]:
            return "1"
        return quantity if beyond or Fraction(quantity) <= there or there <= 0 else str(exact(there))

    def propose_increase(
        self, place: Place, key: Key, quantity: str, amount: int, on: int, invoiced: bool, adjustment: bool
    ) -> Proposed:
        quantity = "1" if key[2] else quantity
        name, cost = self.next_id(), Decimal(amount) / 100
        kind = "positive_adjustment" if adjustment else "purchase"
        make = found if adjustment else purchase
        operation = make(quantity, amount=cost, on=on, id=name, invoiced=invoiced or adjustment, **where(place, key))
        args = (name, kind, place, key, Fraction(quantity), day(on).isoformat(), Fraction(cost), invoiced or adjustment)
        return Proposed(operation, lambda: self.model.increase(*args))

    def propose_decrease(self, pick: int, quantity: str, on: int, invoiced: bool, adjustment: bool, negative: bool) -> Proposed:
        place, key, there = self.goods(pick)
        quantity = self.at_most(quantity, there, key, negative)
        name = self.next_id()
        kind = "negative_adjustment" if adjustment else "sale"
        make = scrapped if adjustment else sale
        fields = where(place, key) | {"on": on, "id": name, "may_go_negative": negative, "invoiced": invoiced or adjustment}
        each = Fraction(unit_cost(key[0]))

        def act() -> None:
            wanted = Fraction(quantity)
            self.model.decrease(name, kind, place, key, wanted, day(on).isoformat(), invoiced or adjustment, negative, each)

        return Proposed(make(quantity, **fields), self.unless_unknown(key, act))

    def unless_unknown(self, key: Key, act: Act) -> Act:
        """A lot or serial number that never came is not known."""

        def checked() -> None:
            if (key[1] or key[2]) and not any(one.key == key for one in self.model.entries):
                raise No("unknown_code")
            act()

        return checked

    def propose_transfer(self, pick: int, to: Place, quantity: str, on: int, renamed: bool, beyond: bool) -> Proposed:
        place, key, there = self.goods(pick)
        quantity = self.at_most(quantity, there, key, beyond)
        name = self.next_id()
        others = [one for one in KEYS if one[0] == key[0] and one != key]
        new_key = others[0] if renamed and others and (key[1] or key[2]) else key
        operation = moved(
            quantity,
            to=to[0],
            to_bin=to[1],
            new_lot=new_key[1] if new_key[1] != key[1] else None,
            new_serial=new_key[2] if new_key[2] != key[2] else None,
            on=on,
            id=name,
            **where(place, key),
        )

        def act() -> None:
            self.model.transfer(name, place, to, key, new_key, Fraction(quantity), day(on).isoformat())

        return Proposed(operation, self.unless_unknown(key, act))

    def propose_return(self, pick: int, place: Place, quantity: str, on: int, invoiced: bool) -> Proposed | None:
        sales = [one for one in self.model.entries if one.quantity < 0 and one.kind == "sale" and one.corrects is None]
        sales = [one for one in sales if self.model.returnable(one)] or sales
        if not sales:
            return None
        back_of = sales[pick % len(sales)]
        quantity = self.at_most(quantity, self.model.returnable(back_of), back_of.key, pick % 9 == 0)
        name, key = self.next_id(), back_of.key
        fields = where(place, key) | {"applies_from": back_of.operation, "on": on, "id": name, "invoiced": invoiced}
        args = (name, "sale", place, key, Fraction(quantity), day(on).isoformat(), Fraction(0), invoiced, back_of)
        return Proposed(sale(f"-{quantity}", **fields), lambda: self.model.increase(*args))

    def propose_fixed(self, pick: int, quantity: str, on: int, kind: str) -> Proposed | None:
        """A purchase return or a sale that must draw on one increase."""
        choices = [one for one in self.model.entries if one.quantity > 0 and self.model.remaining(one) and not one.came_from]
        if not choices:
            return None
        target = choices[pick % len(choices)]
        quantity = self.at_most(quantity, self.model.remaining(target), target.key, pick % 9 == 0)
        name, place, key = self.next_id(), target.place, target.key
        fields = where(place, key) | {"applies_to": target.operation, "on": on, "id": name, "may_go_negative": False}
        operation = purchase(f"-{quantity}", **fields) if kind == "purchase" else sale(quantity, **fields)

        def act() -> None:
            wanted = Fraction(quantity)
            self.model.decrease(name, kind, place, key, wanted, day(on).isoformat(), True, False, Fraction(0), target)

        return Proposed(operation, act)

    def propose_invoice(self, pick: int, share: int, amount: int, on: int) -> Proposed | None:
        choices = [one for one in self.model.entries if one.kind in ("purchase", "sale") and one.corrects is None]
        uninvoiced = [one for one in choices if one.invoiced != one.quantity]
        if not uninvoiced and pick % 9 == 0:
            uninvoiced = choices
        if not uninvoiced:
            return None
        entry = uninvoiced[pick % len(uninvoiced)]
        rest = abs(entry.quantity - entry.invoiced)
        quantity = None if share == 0 or rest <= 1 else Fraction(1)
        cost = Decimal(amount) / 100
        operation = invoice(entry.operation, None if quantity is None else exact(quantity), amount=cost, on=on, id=self.next_id())
        return Proposed(operation, lambda: self.model.invoice(entry.operation, quantity, Fraction(cost)))

    def propose_count(self, place: Place, key: Key, quantity: int, on: int, amount: int) -> Proposed:
        if key[2]:
            quantity = quantity % 2
        name, each = self.next_id(), Decimal(amount) / 100
        numbered = counted(quantity, item=key[0], bin=place[1], lot=key[1], serial=key[2], at=each)
        operation = count(numbered, location=place[0], on=on, id=name)
        args = (name, place, key, Fraction(quantity), day(on).isoformat(), Fraction(each))
        return Proposed(operation, lambda: self.model.count(*args))

    def propose_undo(self, pick: int, on: int) -> Proposed | None:
        choices = [one for one in self.model.operations if one not in self.model.undone_operations or pick % 7 == 0]
        choices = [one for one in choices if not any(entry.corrects is not None for entry in self.model.operations[one])]
        if not choices:
            return None
        of = choices[pick % len(choices)]
        name = self.next_id()
        return Proposed(undo(of, on=on, id=name), lambda: self.model.undo(name, of, day(on).isoformat()))

    # ---- rules

    @initialize(amount=cents, invoiced=booleans)
    def opening(self, amount: int, invoiced: bool) -> None:
        """Something to begin with."""
        for place, key in ((PLACES[0], KEYS[0]), (PLACES[1], KEYS[0]), (PLACES[0], KEYS[2]), (PLACES[0], KEYS[3])):
            self.perform(self.propose_increase(place, key, "7", amount, 1, invoiced, False))

    @rule(place=places, key=keys, quantity=quantities, amount=cents, on=days, invoiced=booleans, adjustment=booleans)
    def more(self, **fields: Any) -> None:
        self.perform(self.propose_increase(**fields))

    @rule(pick=picks, quantity=quantities, on=days, invoiced=booleans, adjustment=booleans, negative=booleans)
    def less(self, **fields: Any) -> None:
        self.perform(self.propose_decrease(**fields))

    @rule(pick=picks, to=places, quantity=quantities, on=days, renamed=booleans, beyond=booleans)
    def elsewhere(self, **fields: Any) -> None:
        self.perform(self.propose_transfer(**fields))

    @rule(pick=picks, place=places, quantity=quantities, on=days, invoiced=booleans)
    def back(self, **fields: Any) -> None:
        self.perform(self.propose_return(**fields))

    @rule(pick=picks, quantity=quantities, on=days, kind=st.sampled_from(["purchase", "sale"]))
    def fixed(self, **fields: Any) -> None:
        self.perform(self.propose_fixed(**fields))

    @rule(pick=picks, share=st.integers(0, 1), amount=cents, on=days)
    def invoiced(self, **fields: Any) -> None:
        self.perform(self.propose_invoice(**fields))

    @rule(place=places, key=keys, quantity=st.integers(0, 12), on=days, amount=cents)
    def inventory(self, **fields: Any) -> None:
        self.perform(self.propose_count(**fields))

    @rule(pick=picks, on=days)
    def taken_back(self, **fields: Any) -> None:
        self.perform(self.propose_undo(**fields))

    @rule(data=st.data())
    def several_at_once(self, data: st.DataObject) -> None:
        """A few operations in one transaction. Their outcome is worked out one after the other."""
        kinds = ("more", "less", "elsewhere", "back", "fixed", "invoiced", "taken_back", "inventory")
        outcomes: list[str | None] = []
        operations: list[PostingOperation] = []
        for kind in data.draw(st.lists(st.sampled_from(kinds), min_size=2, max_size=5)):
            proposed = self._drawn(kind, data)
            if proposed is not None:
                operations.append(proposed.operation)
                outcomes.append(self.outcome(proposed))
        answers = in_write_transaction(lambda: PostingRun(NOBODY).post(operations))
        assert [one.errors[0].code if isinstance(one, Refusal) else None for one in answers] == outcomes
        self.history.append(operations)

    def _drawn(self, kind: str, data: st.DataObject) -> Proposed | None:
        def draw(**strategies: Any) -> dict[str, Any]:
            return {name: data.draw(strategy, label=name) for name, strategy in strategies.items()}

        moved_on = {"quantity": quantities, "on": days}
        states = {"invoiced": booleans, "adjustment": booleans}
        if kind == "more":
            return self.propose_increase(**draw(place=places, key=keys, **moved_on, amount=cents, **states))
        if kind == "less":  # covered only: what the item costs in the middle of a transaction is not to be seen from outside
            return self.propose_decrease(**draw(pick=picks, **moved_on, **states), negative=False)
        if kind == "elsewhere":
            return self.propose_transfer(**draw(pick=picks, **moved_on, to=places, renamed=booleans, beyond=booleans))
        if kind == "back":
            return self.propose_return(**draw(pick=picks, place=places, quantity=quantities, on=days, invoiced=booleans))
        if kind == "fixed":
            return self.propose_fixed(**draw(pick=picks, quantity=quantities, on=days), kind="sale")
        if kind == "invoiced":
            return self.propose_invoice(**draw(pick=picks, share=st.integers(0, 1), amount=cents, on=days))
        if kind == "taken_back":
            return self.propose_undo(**draw(pick=picks, on=days))
        return self.propose_count(**draw(place=places, key=keys, quantity=st.integers(0, 12), on=days, amount=cents))

    @rule(window=st.sampled_from(WINDOWS))
    def automatic(self, window: str) -> None:
        with_settings(automatic_cost_adjustment=window)

    @precondition(lambda self: pending() > 0)
    @rule(on=days, items=st.sampled_from([(), ("F",), ("F", "T")]))
    def adjusted(self, on: int, items: tuple[str, ...]) -> None:
        post_operations([adjust_cost(*items, on=on)], NOBODY)

    @precondition(lambda self: pending() > 0)
    @rule(size=st.sampled_from([1, 2, 5, 1_000]))
    def adjusted_in_steps(self, size: int) -> None:
        adjust.ENTRIES_A_STEP, before = size, adjust.ENTRIES_A_STEP
        try:
            adjust_pending(NOBODY)
        finally:
            adjust.ENTRIES_A_STEP = before
        assert not pending()

    # ---- posting, and what must hold after it

    def outcome(self, proposed: Proposed) -> str | None:
        """What the rules say: None, or the code of the refusal."""
        try:
            proposed.act()
        except No as no:
            return no.code
        return None

    def perform(self, proposed: Proposed | None) -> None:
        if proposed is None:
            return
        expected = self.outcome(proposed)
        try:
            post_operations([proposed.operation], NOBODY)
        except Refused as refused:
            assert expected == refused.first.code, refused
        else:
            assert expected is None
        self.history.append([proposed.operation])

    @invariant()
    def the_two_ledgers_agree(self) -> None:
        self.compare(costs=not pending())

    @invariant()
    def the_proof_finds_nothing(self) -> None:
        findings = prove().findings
        assert not findings, findings

    def compare(self, *, costs: bool) -> None:
        rows = entries()
        assert len(rows) == len(self.model.entries)
        for row, entry in zip(rows, self.model.entries, strict=True):
            model = self.model
            assert (row.entry_type, row.location, row.lot, row.serial) == (entry.kind, entry.place[0], entry.key[1], entry.key[2])
            assert (row.quantity, row.posting_date) == (exact(entry.quantity), entry.day)
            assert row.remaining == exact(model.remaining(entry))
            if entry.kind != "transfer":
                assert row.invoiced == exact(entry.invoiced)
            if costs:
                assert (row.actual, row.cost, row.completely_invoiced, row.valuation_date) == self.worth(entry), row
        held = {
            ((row[0], row[1], row[2]), (row[3], row[4])): from_scaled(row[5])
            for row in fetch("SELECT item_no, lot_no, serial_no, location_code, bin_code, quantity FROM bin_content")
        }
        assert held == {key: exact(Fraction(quantity)) for key, quantity in self.model.content.items() if quantity}

    def worth(self, entry: Entry) -> tuple[Decimal, Decimal, bool, str]:
        model = self.model
        cost = model.cost(entry) + model.rounding(entry)
        return exact(model.actual(entry)), exact(cost), model.complete(entry), model.valuation_day(entry)

    def teardown(self) -> None:
        try:
            self._adjust_all()
            final = self._costs()
            settled = [not self.model.depends_on_uncovered(entry) for entry in self.model.entries]
        finally:
            self.opened.__exit__(None, None, None)
        if not self.history:
            return
        with type(self).databases():  # A8: everything once more, adjusted only at the end
            a_company()
            with_settings(automatic_cost_adjustment="never")
            for operations in self.history:
                run = operations
                in_write_transaction(lambda run=run: PostingRun(NOBODY).post(run))  # type: ignore[misc]
            adjust_pending(NOBODY)
            again = self._costs()
            assert len(again) == len(final)
            for was, now, sure in zip(final, again, settled, strict=True):
                assert was == now or not sure
            findings = prove().findings
            assert not findings, findings

    def _adjust_all(self) -> None:
        adjust_pending(NOBODY)
        self.compare(costs=True)
        before = fetch("SELECT COUNT(*) FROM value_entry")
        assert adjust_pending(NOBODY) == 0  # A1
        post_operations([adjust_cost()], NOBODY)
        assert fetch("SELECT COUNT(*) FROM value_entry") == before

    @staticmethod
    def _costs() -> list[tuple[Any, ...]]:
        return [(one.actual, one.expected, one.completely_invoiced, one.valuation_date) for one in entries()]


def machine(databases: Callable[[], Any]) -> type[Warehouse]:
    return type("Warehouse", (Warehouse,), {"databases": staticmethod(databases)})


def profile(examples: int, steps: int) -> settings:
    quiet = list(HealthCheck)
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=quiet,
        database=None,
        report_multiple_bugs=False,
    )


@contextmanager
def _in_memory() -> Iterator[None]:
    open_database("sqlite:///:memory:")
    migrate()
    yield
    close_database()
    forget_setup()


@pytest.mark.soak
@pytest.mark.timeout(3_600)
def test_random_postings_agree_with_a_second_ledger_on_sqlite() -> None:
    run_state_machine_as_test(machine(_in_memory), settings=profile(long_or_short(1_500, 40), long_or_short(60, 25)))


@pytest.mark.soak
@pytest.mark.timeout(3_600)
def test_random_postings_agree_with_a_second_ledger_on_postgresql(postgres_server: postgres.PostgresServer) -> None:
    @contextmanager
    def in_a_database() -> Iterator[None]:
        url = postgres.new_database(postgres_server, template="stockterm_template")
        open_database(url)
        yield
        close_database()
        postgres.drop_database(postgres_server, url)

    run_state_machine_as_test(machine(in_a_database), settings=profile(long_or_short(100, 4), long_or_short(40, 15)))


def test_the_model_rounds_half_away_from_zero() -> None:
    assert [rounded(Fraction(one)) for one in ("0.005", "-0.005", "0.0049", "1.115")] == [
        Fraction("0.01"),
        Fraction("-0.01"),
        Fraction(0),
        Fraction("1.12"),
    ]
    assert replace(Proposed(undo("P"), lambda: None)).operation == undo("P")
