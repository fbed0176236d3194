"""Any sequence of splits, merges, re-dates, moves and changes of variant keeps the quantity and the value of the item.

A second, simpler ledger knows what lies where and which date each lot has, and says what must be refused. What the goods cost is
what was paid for them, whatever they are called today; late invoices in between included. The only other value entries are
rounding of receipts that are used up, at most half a cent for each share (costing reference §11).
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from db.connection import close_database, fetch, open_database
from db.core.numbers import from_scaled
from db.migrations import migrate
from db.posting.adjust import adjust_pending
from db.posting.lines import ChangeExpiry, ChangeVariant, PostingOperation, TrackingLine
from db.posting.post import Refused, forget_setup, post_operations
from db.posting.prove import prove
from tests.db.posting.test_stateful import profile
from tests.support import postgres
from tests.support.builders import NOBODY, a_dated_item, a_location, changed, header, invoice, moved, purchase, undo
from tests.support.databases import long_or_short

Spot = tuple[str, str, str, str]  # location, bin, variant, lot
PLACES = (("BLUE", ""), ("EAST", "A"), ("EAST", "B"))
VARIANTS = ("RED", "GREEN")
LOTS = ("K", "L", "M", "N")
DAYS = tuple(date(2030, month, 1) for month in (1, 2, 3))
CENT, HALF_A_CENT = Decimal("0.01"), Decimal("0.005")

places = st.sampled_from(PLACES)
lots = st.sampled_from(LOTS)
days = st.sampled_from(DAYS)
picks = st.integers(0, 1_000)
amounts = st.integers(0, 2_000)


class Shelves(RuleBasedStateMachine):
    """Each rule posts one operation, and the second ledger says what must come of it."""

    databases: Callable[[], Any]

    def __init__(self) -> None:
        super().__init__()
        self.opened = type(self).databases()
        self.opened.__enter__()
        a_dated_item(variants=VARIANTS)
        changed("reason", code="LABEL")
        a_location("EAST", bins=["A", "B"])
        self.lying: Counter[Spot] = Counter()
        self.dates: dict[tuple[str, str], date] = {}
        self.paid: dict[str, Decimal] = {}
        self.to_invoice: list[str] = []
        self.posted: list[str] = []
        self.number = 0

    # ---- the second ledger

    def spot(self, pick: int) -> tuple[Spot, int]:
        there = sorted(spot for spot, much in self.lying.items() if much)
        spot = there[pick % len(there)]
        return spot, self.lying[spot]

    def total(self, variant: str, lot: str) -> int:
        return sum(much for spot, much in self.lying.items() if spot[2:] == (variant, lot))

    def refusal(self, old: Spot, much: int, new: Spot, day: date) -> str | None:
        """What is wrong with turning so many of `old` into `new` with this date; None: nothing."""
        old_lot, new_lot = old[2:], new[2:]
        if much > self.lying[old]:
            return "not_enough_stock"
        if old == new and day == self.dates[old_lot]:
            return "nothing_to_do"
        known = self.dates.get(new_lot)
        if known is not None and known != day and (old_lot != new_lot or much != self.total(*old_lot)):
            return "expiration_mismatch"
        return None

    def perform(self, operation: PostingOperation, refusal: str | None, name: str = "") -> bool:
        try:
            post_operations([operation], NOBODY)
        except Refused as refused:
            assert refused.first.code == refusal, refused
            return False
        assert refusal is None, operation
        if name:
            self.posted.append(name)
        return True

    def turn(self, old: Spot, much: int, new: Spot, day: date) -> None:
        self.lying[old] -= much
        self.lying[new] += much
        self.dates[new[2:]] = day

    def next_id(self) -> str:
        self.number += 1
        return f"O{self.number}"

    # ---- rules

    @initialize(amount=amounts)
    def opening(self, amount: int) -> None:
        self.received(PLACES[1], "RED", "L", 7, amount, True, DAYS[0])

    @rule(
        place=places,
        variant=st.sampled_from(VARIANTS),
        lot=lots,
        much=st.integers(1, 9),
        amount=amounts,
        paid=st.booleans(),
        day=days,
    )
    def received(self, place: tuple[str, str], variant: str, lot: str, much: int, amount: int, paid: bool, day: date) -> None:
        name, cost, day = self.next_id(), Decimal(amount) / 100, self.dates.get((variant, lot), day)
        operation = purchase(
            much, amount=cost, location=place[0], bin=place[1], variant=variant, lot=lot, expires=day, id=name, invoiced=paid
        )
        self.perform(operation, None)
        self.lying[*place, variant, lot] += much
        self.dates[variant, lot] = day
        self.paid[name] = cost
        if not paid:
            self.to_invoice.append(name)

    @rule(pick=picks, amount=amounts)
    def invoiced(self, pick: int, amount: int) -> None:
        if self.to_invoice:
            name = self.to_invoice.pop(pick % len(self.to_invoice))
            self.paid[name] = Decimal(amount) / 100
            self.perform(invoice(name, amount=self.paid[name]), None)

    @rule(pick=picks, much=st.integers(1, 10), place=places, new_lot=lots, day=st.none() | days)
    def relabelled(self, pick: int, much: int, place: tuple[str, str], new_lot: str, day: date | None) -> None:
        """One line: a split, a merge, a new date, another place, or all of it at once."""
        old, there = self.spot(pick)
        much = there if much > there and pick % 5 else much
        new: Spot = (*place, old[2], new_lot)
        after = day or self.dates[old[2:]]
        name = self.next_id()
        line = TrackingLine(None, old[3], new_lot_no=new_lot, new_expiration_date=day)
        if self.perform(
            moved(much, variant=old[2], location=old[0], bin=old[1], to=place[0], to_bin=place[1], tracking=[line], id=name),
            self.refusal(old, much, new, after),
            name,
        ):
            self.turn(old, much, new, after)

    @rule(pick=picks, first=st.integers(1, 3), second=st.integers(1, 3), one=lots, other=lots)
    def split(self, pick: int, first: int, second: int, one: str, other: str) -> None:
        """Two new lots of one old lot in one line."""
        old, there = self.spot(pick)
        day, targets = self.dates[old[2:]], [(first, one), (second, other)]
        for much, lot in targets:
            if much > there or self.refusal(old, much, (*old[:3], lot), day):
                return  # each of them alone is refused: that is for the rule above
        if first + second > there:
            return
        parts = [TrackingLine(Decimal(much), old[3], new_lot_no=lot) for much, lot in targets]
        name = self.next_id()
        operation = moved(first + second, location=old[0], bin=old[1], variant=old[2], tracking=parts, id=name)
        self.perform(operation, None, name)
        for much, lot in targets:
            self.turn(old, much, (*old[:3], lot), day)

    @rule(pick=picks, day=days)
    def redated(self, pick: int, day: date) -> None:
        """The date of a lot, wherever it lies."""
        old, _there = self.spot(pick)
        name = self.next_id()
        same = "nothing_to_do" if self.dates[old[2:]] == day else None
        if self.perform(ChangeExpiry(header(name, reason_code="LABEL"), "1000", old[3], day, old[2]), same, name):
            self.dates[old[2:]] = day

    @rule(pick=picks, much=st.integers(1, 10))
    def turned(self, pick: int, much: int) -> None:
        """Another variant."""
        old, there = self.spot(pick)
        much = there if much > there and pick % 5 else much
        variant = VARIANTS[0] if old[2] == VARIANTS[1] else VARIANTS[1]
        new: Spot = (*old[:2], variant, old[3])
        name, day = self.next_id(), self.dates[old[2:]]
        head = header(name, reason_code="LABEL")
        line = (TrackingLine(None, old[3]),)
        operation = ChangeVariant(head, "1000", Decimal(much), old[2], variant, old[0], old[1], tracking=line)
        if self.perform(operation, self.refusal(old, much, new, day), name):
            self.turn(old, much, new, day)

    @rule(pick=picks)
    def taken_back(self, pick: int) -> None:
        """An undo, where it is possible; what lies where then is read back, and prove says whether it is right."""
        if not self.posted:
            return
        name = self.posted.pop(pick % len(self.posted))
        try:
            post_operations([undo(name, id=self.next_id())], NOBODY)
        except Refused as refused:
            assert refused.first.code in ("already_applied", "not_enough_stock", "expiration_mismatch"), refused
            return
        rows = fetch("SELECT location_code, bin_code, variant_code, lot_no, quantity FROM bin_content")
        self.lying = Counter({(row[0], row[1], row[2], row[3]): int(from_scaled(row[4])) for row in rows})
        rows = fetch("SELECT variant_code, number, expiration_date FROM tracking_number WHERE received")
        self.dates = {(row[0], row[1]): date.fromisoformat(row[2]) for row in rows}

    # ---- what must hold after each

    @invariant()
    def the_quantity_stays(self) -> None:
        [(quantity,)] = fetch("SELECT COALESCE(SUM(quantity), 0) FROM item_ledger_entry")
        assert from_scaled(int(quantity)) == sum(self.lying.values())
        rows = fetch("SELECT location_code, bin_code, variant_code, lot_no, quantity FROM bin_content WHERE quantity <> 0")
        assert {row[:4]: from_scaled(row[4]) for row in rows} == {spot: much for spot, much in self.lying.items() if much}

    @invariant()
    def the_value_stays(self) -> None:
        adjust_pending(NOBODY)
        sums = {
            kind: from_scaled(int(total))
            for kind, total in fetch(
                "SELECT entry_type, SUM(cost_amount_actual + cost_amount_expected) FROM value_entry GROUP BY entry_type"
            )
        }
        rounding = sums.pop("rounding", Decimal(0))
        assert sum(sums.values(), Decimal(0)) == sum(self.paid.values(), Decimal(0))
        [(shares,)] = fetch("SELECT COUNT(*) FROM item_application_entry WHERE quantity < 0")
        assert abs(rounding) <= HALF_A_CENT * shares
        pairs = fetch(
            "SELECT e.register_no, SUM(v.cost_amount_actual + v.cost_amount_expected) FROM value_entry v"
            " JOIN item_ledger_entry e ON e.entry_no = v.item_ledger_entry_no"
            " WHERE v.entry_type <> 'rounding' AND e.entry_type <> 'purchase' GROUP BY e.register_no"
        )
        assert {total for _register, total in pairs} <= {0}  # each change, today and after every invoice

    @invariant()
    def every_lot_has_its_date(self) -> None:
        rows = fetch("SELECT DISTINCT variant_code, lot_no, expiration_date FROM item_ledger_entry WHERE open AND quantity > 0")
        assert {(row[0], row[1], date.fromisoformat(row[2])) for row in rows} == {
            (variant, lot, self.dates[variant, lot]) for variant, lot in {spot[2:] for spot, much in self.lying.items() if much}
        }

    @invariant()
    def the_proof_finds_nothing(self) -> None:
        findings = prove().findings
        assert not findings, findings

    def teardown(self) -> None:
        self.opened.__exit__(None, None, None)


def machine(databases: Callable[[], Any]) -> type[Shelves]:
    return type("Shelves", (Shelves,), {"databases": staticmethod(databases)})


@contextmanager
def _in_memory() -> Iterator[None]:
    open_database("sqlite:///:memory:")
    migrate()
    yield
    close_database()
    forget_setup()


def test_splits_merges_dates_and_moves_keep_quantity_and_value_on_sqlite() -> None:
    run_state_machine_as_test(machine(_in_memory), settings=profile(long_or_short(800, 25), long_or_short(60, 20)))


def test_splits_merges_dates_and_moves_keep_quantity_and_value_on_postgresql(postgres_server: postgres.PostgresServer) -> None:
    @contextmanager
    def in_a_database() -> Iterator[None]:
        url = postgres.new_database(postgres_server, template="stockterm_template")
        open_database(url)
        yield
        close_database()
        postgres.drop_database(postgres_server, url)

    run_state_machine_as_test(machine(in_a_database), settings=profile(long_or_short(80, 3), long_or_short(40, 12)))
