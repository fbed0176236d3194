"""A second ledger, for tests: it knows only the rules, keeps no totals, and works everything out from the beginning each time.

What it remembers is what cannot be worked out again: which increase fed which decrease when it was posted, what invoices said,
and what an uncovered decrease cost at the time. Costs, what remains, what is invoiced and valuation dates are recomputed by
recursion over that, with fractions. Nothing of it is shared with the program but the operations that are posted.
"""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

CENT = Fraction(1, 100)

Key = tuple[str, str, str]  # item, lot, serial
Place = tuple[str, str]  # location, bin
Pool = tuple[str, str, Key]


class No(Exception):
    """The rules refuse this; the code of the interchange format."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def rounded(amount: Fraction) -> Fraction:
    """To the cent, half away from zero."""
    cents = abs(amount) / CENT
    whole = int(cents) + (1 if (cents - int(cents)) * 2 >= 1 else 0)
    return (whole if amount >= 0 else -whole) * CENT


def part_of(cost: Fraction, part: Fraction, whole: Fraction) -> Fraction:
    return cost if part == whole else rounded(cost * part / whole)


@dataclass(eq=False)
class Entry:
    """One movement. Of an increase: where its cost comes from; of a decrease: what supplied it."""

    no: int
    operation: str
    kind: str
    place: Place
    key: Key
    quantity: Fraction
    day: str
    invoiced: Fraction = Fraction(0)
    expected: Fraction = Fraction(0)  # own cost: of the receipt
    invoices: list[tuple[Fraction, Fraction]] = field(default_factory=list)  # own cost: quantity and amount of each
    own: bool = False
    back_of: "Entry | None" = None
    left_as: "Entry | None" = None
    came_from: "Entry | None" = None
    sources: "list[tuple[Entry, Fraction]]" = field(default_factory=list)
    uncovered: Fraction = Fraction(0)
    unit_cost: Fraction = Fraction(0)
    fixed: bool = False
    corrects: "Entry | None" = None
    undone: bool = False

    @property
    def pool(self) -> Pool:
        return self.key[0], self.place[0], self.key


@dataclass
class Model:
    """The rules. Each method posts one operation or raises `No` before it has changed anything."""

    latest_first: frozenset[str]
    entries: list[Entry] = field(default_factory=list)
    operations: dict[str, list[Entry]] = field(default_factory=dict)
    moves: dict[str, tuple[Key, Place, Place, Fraction]] = field(default_factory=dict)
    undone_operations: set[str] = field(default_factory=set)
    log: list[tuple[Key, Place, Fraction, str]] = field(default_factory=list)
    content: Counter[tuple[Key, Place]] = field(default_factory=Counter)

    # ---- worked out each time

    def taken_from(self, increase: Entry) -> list[tuple[Entry, Fraction]]:
        return [(one, quantity) for one in self.entries for source, quantity in one.sources if source is increase]

    def remaining(self, entry: Entry) -> Fraction:
        if entry.quantity < 0:
            return -entry.uncovered
        return entry.quantity - sum((quantity for _, quantity in self.taken_from(entry)), Fraction(0))

    def complete(self, entry: Entry) -> bool:
        if entry.kind != "transfer":
            return entry.invoiced == entry.quantity
        if entry.came_from is not None:
            return self.complete(entry.came_from)
        return all(self.complete(source) for source, _ in entry.sources)

    def cost(self, entry: Entry) -> Fraction:
        """What it is worth, without rounding entries."""
        if entry.own and entry.kind != "purchase":
            return entry.expected
        if entry.own:
            return sum((amount for _, amount in entry.invoices), Fraction(0)) + self.expected_left(entry)
        if entry.came_from is not None:
            return part_of(self.cost(entry.came_from), entry.quantity, entry.came_from.quantity)
        if entry.back_of is not None:
            return -part_of(self.cost(entry.back_of), entry.quantity, -entry.back_of.quantity)
        shares = sum((part_of(self.cost(source), taken, source.quantity) for source, taken in entry.sources), Fraction(0))
        return -shares - rounded(entry.unit_cost * entry.uncovered)

    def expected_left(self, entry: Entry) -> Fraction:
        if entry.invoiced == entry.quantity:
            return Fraction(0)
        given_back = (rounded(entry.expected * quantity / entry.quantity) for quantity, _ in entry.invoices)
        return entry.expected - sum(given_back, Fraction(0))

    def actual(self, entry: Entry) -> Fraction:
        if entry.own and entry.kind == "purchase":
            return sum((amount for _, amount in entry.invoices), Fraction(0)) + self.rounding(entry)
        if entry.kind == "transfer":
            return self.cost(entry) + self.rounding(entry)
        return part_of(self.cost(entry), entry.invoiced, entry.quantity) + self.rounding(entry)

    def rounding(self, entry: Entry) -> Fraction:
        if entry.quantity < 0 or self.remaining(entry) or not self.complete(entry):
            return Fraction(0)
        taken = self.taken_from(entry)
        if not all(self.complete(one) for one, _ in taken):
            return Fraction(0)
        cost = self.cost(entry)
        return sum((part_of(cost, quantity, entry.quantity) for _, quantity in taken), Fraction(0)) - cost

    def valuation_day(self, entry: Entry) -> str:
        if entry.left_as is not None:
            return self.valuation_day(entry.left_as)
        if entry.back_of is not None:
            return max(entry.day, self.valuation_day(entry.back_of))
        days = [self.valuation_day(source) for source, _ in entry.sources]
        return days[0] if entry.fixed and days else max([entry.day, *days])

    def returned(self, entry: Entry) -> Fraction:
        return sum((one.quantity for one in self.entries if one.back_of is entry and not one.undone), Fraction(0))

    def returnable(self, entry: Entry) -> Fraction:
        if entry.quantity > 0 or entry.kind == "transfer" or entry.corrects is not None:
            return Fraction(0)
        return -entry.quantity - self.returned(entry)

    def has_cost_from(self, entry: Entry, source: Entry) -> bool:
        if entry is source:
            return True
        sources = [one for one, _ in entry.sources] + [one for one in (entry.came_from, entry.back_of) if one is not None]
        return any(self.has_cost_from(one, source) for one in sources)

    def depends_on_uncovered(self, entry: Entry) -> bool:
        """Whether its cost is not final, because something that it comes from is not covered."""
        sources = [one for one, _ in entry.sources] + [one for one in (entry.came_from, entry.back_of) if one is not None]
        return bool(entry.uncovered) or any(self.depends_on_uncovered(one) for one in sources)

    # ---- posting

    def new(
        self,
        operation: str,
        kind: str,
        place: Place,
        key: Key,
        quantity: Fraction,
        day: str,
        **fields: object,
    ) -> Entry:
        entry = Entry(len(self.entries), operation, kind, place, key, quantity, day, **fields)  # type: ignore[arg-type]
        self.entries.append(entry)
        self.operations.setdefault(operation, []).append(entry)
        self.lies(key, place, quantity, day)
        return entry

    def lies(self, key: Key, place: Place, quantity: Fraction, day: str) -> None:
        """Goods come to a place, or leave it."""
        self.content[key, place] += quantity  # type: ignore[assignment]
        self.log.append((key, place, quantity, day))

    def open_increases(self, pool: Pool) -> list[Entry]:
        found = [one for one in self.entries if one.quantity > 0 and one.pool == pool and self.remaining(one)]
        return sorted(found, key=lambda one: (one.day, one.no), reverse=pool[0] in self.latest_first)

    def cover(self, increase: Entry) -> None:
        """A new increase covers decreases that wait for goods."""
        waiting = [one for one in self.entries if one.uncovered and one.pool == increase.pool]
        for decrease in sorted(waiting, key=lambda one: (one.day, one.no)):
            left = self.remaining(increase)
            if left and not self.has_cost_from(increase, decrease):
                quantity = min(left, decrease.uncovered)
                decrease.sources.append((increase, quantity))
                decrease.uncovered -= quantity

    def serial_in_stock(self, key: Key) -> bool:
        return bool(key[2]) and any(quantity > 0 for (one, _), quantity in self.content.items() if one == key)

    def check_content(self, key: Key, place: Place, quantity: Fraction) -> None:
        if (place[1] or key[1] or key[2]) and self.content[key, place] < quantity:
            raise No("not_enough_stock")

    def increase(
        self,
        operation: str,
        kind: str,
        place: Place,
        key: Key,
        quantity: Fraction,
        day: str,
        amount: Fraction,
        invoiced: bool,
        back_of: Entry | None = None,
    ) -> None:
        """A purchase, a find or a return; at its own cost, or at that of the decrease it takes back."""
        if back_of is not None and quantity > self.returnable(back_of):
            raise No("over_returned")
        if self.serial_in_stock(key):
            raise No("serial_in_stock")
        fields: dict[str, object] = {"back_of": back_of, "own": back_of is None, "expected": amount}
        if invoiced:
            fields |= {"invoiced": quantity, "invoices": [(quantity, amount)]}
        self.cover(self.new(operation, kind, place, key, quantity, day, **fields))

    def decrease(
        self,
        operation: str,
        kind: str,
        place: Place,
        key: Key,
        quantity: Fraction,
        day: str,
        invoiced: bool,
        may_go_negative: bool,
        unit_cost: Fraction,
        fixed_to: Entry | None = None,
    ) -> None:
        """A sale, a loss or a purchase return."""
        if fixed_to is not None and self.remaining(fixed_to) < quantity:
            raise No("application_exhausted")
        self.check_content(key, place, quantity)
        sources, uncovered = self.draw((key[0], place[0], key), quantity, fixed_to)
        if uncovered and (place[1] or key[1] or key[2] or not may_go_negative):
            raise No("not_enough_stock")
        fields: dict[str, object] = {
            "invoiced": -quantity if invoiced else Fraction(0),
            "sources": sources,
            "uncovered": uncovered,
        }
        fields |= {"unit_cost": unit_cost, "fixed": fixed_to is not None}
        self.new(operation, kind, place, key, -quantity, day, **fields)

    def draw(self, pool: Pool, quantity: Fraction, fixed_to: Entry | None) -> tuple[list[tuple[Entry, Fraction]], Fraction]:
        sources: list[tuple[Entry, Fraction]] = []
        for increase in [fixed_to] if fixed_to is not None else self.open_increases(pool):
            taken = min(quantity, self.remaining(increase))
            if taken:
                sources.append((increase, taken))
                quantity -= taken
        return sources, quantity

    def transfer(
        self,
        operation: str,
        place: Place,
        to: Place,
        key: Key,
        new_key: Key,
        quantity: Fraction,
        day: str,
        fixed_to: Entry | None = None,
        corrects: Entry | None = None,
    ) -> None:
        """To another place or number, at the same cost; from bin to bin without entries."""
        if fixed_to is not None and self.remaining(fixed_to) < quantity:
            raise No("application_exhausted")
        self.check_content(key, place, quantity)
        unchanged = place[0] == to[0] and key == new_key
        if unchanged and place[1]:
            if place == to:
                raise No("nothing_to_do")
            self.move(operation, key, place, to, quantity, day)
            return
        sources, uncovered = self.draw((key[0], place[0], key), quantity, fixed_to)
        if uncovered:
            raise No("not_enough_stock")
        if unchanged:
            raise No("nothing_to_do")
        if key[2] != new_key[2] and self.serial_in_stock(new_key):
            raise No("serial_in_stock")
        fields: dict[str, object] = {"sources": sources, "fixed": fixed_to is not None, "corrects": corrects}
        out = self.new(operation, "transfer", place, key, -quantity, day, **fields)
        for source, taken in sources:
            half = self.new(operation, "transfer", to, new_key, taken, day, left_as=out, came_from=source)
            self.cover(half)

    def move(self, operation: str, key: Key, place: Place, to: Place, quantity: Fraction, day: str) -> None:
        self.moves[operation] = (key, place, to, quantity)
        self.operations.setdefault(operation, [])
        self.lies(key, place, -quantity, day)
        self.lies(key, to, quantity, day)

    def invoice(self, of: str, quantity: Fraction | None, cost: Fraction) -> None:
        """All or part of a receipt or shipment; `cost` is for what is invoiced now."""
        entries = self.operations[of]
        outstanding = sum((abs(one.quantity - one.invoiced) for one in entries if one.kind != "transfer"), Fraction(0))
        if not outstanding and entries and all(one.undone for one in entries):
            raise No("already_undone")
        if not outstanding or (quantity is not None and quantity > outstanding):
            raise No("over_invoiced")
        (entry,) = entries  # operations of this model make one entry that can be invoiced
        wanted = outstanding if quantity is None else quantity
        if entry.own and entry.kind == "purchase":
            entry.invoices.append((wanted, cost))
        entry.invoiced += wanted if entry.quantity > 0 else -wanted

    def count(self, operation: str, place: Place, key: Key, counted: Fraction, day: str, unit_cost: Fraction) -> None:
        """One counted line, counted at the moment of posting; `unit_cost` is what a find costs."""
        later = sum((quantity for one, where, quantity, on in self.log if (one, where) == (key, place) and on > day), Fraction(0))
        expected = Fraction(self.content[key, place]) - later
        difference = counted - expected
        if difference < 0 and Fraction(self.content[key, place]) + difference < 0:
            raise No("not_enough_stock")
        if key[2] and Fraction(self.content[key, place]) + difference not in (0, 1):
            raise No("serial_not_single")
        if difference < 0:
            self.decrease(operation, "negative_adjustment", place, key, -difference, day, True, True, Fraction(0))
        elif difference > 0:
            cost = rounded(unit_cost * difference)
            self.increase(operation, "positive_adjustment", place, key, difference, day, cost, True)
        self.operations.setdefault(operation, [])

    def undo(self, operation: str, of: str, day: str) -> None:
        """Correcting entries at the same cost, while the goods are still there."""
        if of in self.undone_operations:
            raise No("already_undone")
        entries = [one for one in self.operations[of] if not (one.kind == "transfer" and one.quantity < 0)]
        if not entries and of not in self.moves:
            raise No("nothing_to_do")
        needed: Counter[tuple[Key, Place]] = Counter()
        for entry in entries:
            if entry.kind in ("purchase", "sale") and entry.invoiced:
                raise No("already_invoiced")
            if entry.quantity > 0 and self.remaining(entry) != entry.quantity:
                raise No("already_applied")
            if entry.quantity > 0 and entry.place[1]:
                needed[entry.key, entry.place] += entry.quantity  # type: ignore[assignment]
                if self.content[entry.key, entry.place] < needed[entry.key, entry.place]:
                    raise No("not_enough_stock")
            if entry.quantity < 0 and entry.uncovered:
                raise No("open_negative")
            if entry.quantity < 0 and self.returned(entry):
                raise No("already_applied")
            if entry.quantity < 0 and self.serial_in_stock(entry.key):
                raise No("serial_in_stock")
            if entry.left_as is not None and entry.left_as.key[2] != entry.key[2] and self.serial_in_stock(entry.left_as.key):
                raise No("serial_in_stock")
        if of in self.moves:
            key, place, to, quantity = self.moves[of]
            if self.content[key, to] < quantity:
                raise No("not_enough_stock")
            self.move(operation, key, to, place, quantity, day)
        self.operations.setdefault(operation, [])
        self.undone_operations |= {of, operation}
        for entry in sorted(entries, key=lambda one: one.quantity < 0):
            self._take_back(operation, entry, day)
            entry.undone = True

    def _take_back(self, operation: str, entry: Entry, day: str) -> None:
        if entry.left_as is not None:
            out = entry.left_as
            self.transfer(
                operation, entry.place, out.place, entry.key, out.key, entry.quantity, day, fixed_to=entry, corrects=entry
            )
            return
        opposite = {"positive_adjustment": "negative_adjustment", "negative_adjustment": "positive_adjustment"}
        kind = opposite.get(entry.kind, entry.kind)
        if entry.own and entry.invoiced != entry.quantity:
            entry.invoices.append((entry.quantity, self.expected_left(entry)))
        entry.invoiced = entry.quantity
        fields: dict[str, object] = {"invoiced": -entry.quantity, "corrects": entry}
        if entry.quantity > 0:
            fields |= {"sources": [(entry, entry.quantity)], "fixed": True}
            self.new(operation, kind, entry.place, entry.key, -entry.quantity, day, **fields)
        else:
            back = self.new(operation, kind, entry.place, entry.key, -entry.quantity, day, back_of=entry, **fields)
            self.cover(back)


def exact(number: Fraction) -> Decimal:
    """As the decimal it is."""
    found = Decimal(number.numerator) / Decimal(number.denominator)
    assert Fraction(found) == number
    return found
