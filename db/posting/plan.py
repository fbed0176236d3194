"""From a checked line to entries: what will be written, worked out in memory.

Planning draws on the stock that was read under lock and changes it as it goes, so that the next line of the same batch sees the
goods that this one moved. It asks nothing and refuses nothing: what may not be posted has been refused before. The result
is one `Plan`, which `db.posting.write` turns into rows. Sources: costing reference §2 to §5, §8, §11; Design Details:
Inventory Costing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from db.core.codes import number_key
from db.core.numbers import round_to
from db.costing.application import choose_draws, split_amount
from db.costing.sharing import round_amount, share
from db.posting.check_line import CheckedLine, Movement, Numbers, Place, content_key
from db.posting.lines import EntryType, Header, PostedBy
from db.posting.stock import ZERO, ContentKey, Entry, NotWrittenYet, Number, NumberKey, PoolKey, Stock


@dataclass(frozen=True, slots=True)
class Register:
    """A register row to write."""

    register_no: int
    operation: str
    header: Header
    content_hash: str
    undoes_register_no: int | None = None


@dataclass(frozen=True, slots=True)
class Application:
    """An item application entry to write."""

    entry_no: int
    register_no: int
    item_ledger_entry_no: int
    inbound_entry_no: int
    outbound_entry_no: int
    transferred_from_entry_no: int
    quantity: Decimal
    posting_date: str


@dataclass(frozen=True, slots=True)
class Value:
    """A value entry to write. `of` carries what it copies from its item ledger entry."""

    entry_no: int
    register_no: int
    of: Entry
    entry_type: str
    posting_date: str
    valued_quantity: Decimal
    item_ledger_quantity: Decimal = ZERO
    invoiced_quantity: Decimal = ZERO
    cost_per_unit: Decimal = ZERO
    cost_amount_actual: Decimal = ZERO
    cost_amount_expected: Decimal = ZERO
    sales_amount_actual: Decimal = ZERO
    sales_amount_expected: Decimal = ZERO
    purchase_amount_actual: Decimal = ZERO
    purchase_amount_expected: Decimal = ZERO
    expected_cost: bool = False
    adjustment: bool = False
    applies_to_value_entry: int | None = None
    caused_by: int | None = None


@dataclass(frozen=True, slots=True)
class WarehouseMove:
    """A warehouse entry to write."""

    entry_no: int
    register_no: int
    entry_type: str
    registering_date: str
    place: Place
    item_no: str
    variant_code: str
    numbers: Numbers
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Counted:
    """A count entry to write."""

    entry_no: int
    register_no: int
    line_no: int
    posting_date: str
    content: ContentKey
    quantity_expected: Decimal
    quantity_counted: Decimal
    item_ledger_entry_no: int | None
    unit_cost: Decimal


@dataclass(slots=True)
class Plan:
    """Everything a batch will write. `dirty`: entries whose cost change waits to be forwarded, with the value entry that made it
    and whether that may happen at once."""

    registers: list[Register] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    applications: list[Application] = field(default_factory=list)
    values: list[Value] = field(default_factory=list)
    warehouse: list[WarehouseMove] = field(default_factory=list)
    counts: list[Counted] = field(default_factory=list)
    touched: dict[int, Entry] = field(default_factory=dict)
    contents: set[ContentKey] = field(default_factory=set)
    numbers: set[NumberKey] = field(default_factory=set)
    items: set[str] = field(default_factory=set)
    revalued: dict[int, str] = field(default_factory=dict)  # entry no. → valuation date that all its value entries move to
    dirty: dict[int, tuple[int, bool]] = field(default_factory=dict)
    dirty_items: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Planning:
    """One batch on its way: the stock, the plan, and where numbers come from."""

    stock: Stock
    posted_by: PostedBy
    next_number: Callable[[str], int]
    plan: Plan = field(default_factory=Plan)

    @property
    def amount_rounding(self) -> Decimal:
        return self.stock.settings.amount_rounding


# ---- registers and entries ------------------------------------------------------------------------------------------


def open_register(
    planning: Planning, operation: str, header: Header, content_hash: str, undoes_register_no: int | None = None
) -> int:
    """A register for one operation; its number."""
    register_no = planning.next_number("item_register")
    planning.plan.registers.append(Register(register_no, operation, header, content_hash, undoes_register_no))
    if header.operation_id:
        planning.stock.operations[header.operation_id] = (register_no, content_hash)
        planning.stock.of_operation[header.operation_id] = []
    return register_no


def new_entry(
    planning: Planning,
    register_no: int,
    header: Header,
    entry_type: EntryType,
    *,
    item_no: str,
    variant_code: str,
    place: Place,
    numbers: Numbers,
    quantity: Decimal,
    uom_code: str,
    quantity_per: Decimal,
    leg: str = "",
    completely_invoiced: bool = True,
    applies_to: int | None = None,
    applies_from: int | None = None,
    corrects: int | None = None,
) -> Entry:
    """An item ledger entry with nothing applied yet, its warehouse entry and the quantities that go with it."""
    posting_date = header.posting_date.isoformat()
    returnable = quantity < 0 and entry_type is not EntryType.TRANSFER and corrects is None
    entry = Entry(
        entry_no=planning.next_number("item_ledger_entry"),
        register_no=register_no,
        leg=leg,
        entry_type=entry_type.value,
        item_no=item_no,
        variant_code=variant_code,
        location_code=place.location.code,
        bin_code=place.bin_code,
        lot_no=numbers.lot_no,
        serial_no=numbers.serial_no,
        package_no=numbers.package_no,
        expiration_date=numbers.expiration_date,
        posting_date=posting_date,
        uom_code=uom_code,
        quantity_per=quantity_per,
        quantity=quantity,
        applies_to_entry=applies_to,
        applies_from_entry=applies_from,
        corrects_entry_no=corrects,
        remaining_quantity=quantity,
        invoiced_quantity=quantity if completely_invoiced or entry_type is EntryType.TRANSFER else ZERO,
        completely_invoiced=completely_invoiced,
        last_invoice_date=posting_date if completely_invoiced else None,
        shipped_quantity_not_returned=-quantity if returnable else ZERO,
        valuation_date=posting_date,
        cost_amount_actual=ZERO,
        cost_amount_expected=ZERO,
        cost_amount_forwarded=ZERO,
        uninvoiced_applications=0,
        sales_amount_actual=ZERO,
        applied_entry_to_adjust=None,
        new=True,
        operation_id=header.operation_id,
    )
    stock, plan = planning.stock, planning.plan
    plan.entries.append(entry)
    stock.entries[entry.entry_no] = entry
    if header.operation_id:
        stock.of_operation[header.operation_id].append(entry)
    total = stock.total(item_no)
    total.quantity += quantity
    total.last_item_ledger_entry_no = entry.entry_no
    plan.items.add(item_no)
    return entry


def move_content(
    planning: Planning,
    register_no: int,
    header: Header,
    *,
    item_no: str,
    variant_code: str,
    place: Place,
    numbers: Numbers,
    quantity: Decimal,
    entry_type: str = "",
) -> None:
    """Put a signed quantity into (or out of) a place: bin content, and a warehouse entry where there are bins."""
    stock, plan = planning.stock, planning.plan
    key = content_key(item_no, variant_code, place, numbers)
    if numbers.serial_no:
        places = stock.places_of_serial(item_no, numbers.serial_no)
        spot = (variant_code, place.location.code, place.bin_code)
        places[spot] = places.get(spot, ZERO) + quantity
    stock.contents[key] = stock.content(key) + quantity
    plan.contents.add(key)
    if place.bin_code:
        entry_no = planning.next_number("warehouse_entry")
        kind = entry_type or ("positive" if quantity > 0 else "negative")
        day = header.posting_date.isoformat()
        plan.warehouse.append(WarehouseMove(entry_no, register_no, kind, day, place, item_no, variant_code, numbers, quantity))
        stock.total(item_no).last_warehouse_entry_no = entry_no
        plan.items.add(item_no)


def remember_numbers(planning: Planning, item_no: str, variant_code: str, numbers: Numbers) -> None:
    """Numbers that came into stock are known from now on, with this spelling and expiry date."""
    for kind, number in (("lot", numbers.lot_no), ("serial", numbers.serial_no), ("package", numbers.package_no)):
        if not number:
            continue
        key = NumberKey(item_no, variant_code, kind, number_key(number))
        known = planning.stock.number(item_no, variant_code, kind, number)
        if known is None:
            known = planning.stock.numbers[key] = Number(number)
        if not known.received or known.expiration_date != numbers.expiration_date:
            known.received, known.changed = True, True
            known.expiration_date = numbers.expiration_date
            planning.plan.numbers.add(key)


def apply(
    planning: Planning,
    register_no: int,
    item_ledger_entry_no: int,
    inbound: Entry,
    outbound_entry_no: int,
    quantity: Decimal,
    posting_date: str,
    transferred_from: int = 0,
) -> None:
    """An item application entry."""
    number = planning.next_number("item_application_entry")
    planning.plan.applications.append(
        Application(
            number,
            register_no,
            item_ledger_entry_no,
            inbound.entry_no,
            outbound_entry_no,
            transferred_from,
            quantity,
            posting_date,
        )
    )


def value(planning: Planning, register_no: int, of: Entry, posting_date: str, **fields: object) -> Value:
    """A value entry, added to what its item ledger entry and its item come to."""
    entry = Value(
        entry_no=planning.next_number("value_entry"),
        register_no=register_no,
        of=of,
        posting_date=posting_date,
        **{"entry_type": "direct_cost", **fields},  # type: ignore[arg-type]
    )
    planning.plan.values.append(entry)
    of.cost_amount_actual += entry.cost_amount_actual
    of.cost_amount_expected += entry.cost_amount_expected
    of.sales_amount_actual += entry.sales_amount_actual
    total = planning.stock.total(of.item_no)
    total.cost_amount_actual += entry.cost_amount_actual
    total.cost_amount_expected += entry.cost_amount_expected
    total.invoiced_quantity += entry.invoiced_quantity
    planning.plan.items.add(of.item_no)
    if of.new:
        of.direct_cost_entry_no = of.direct_cost_entry_no or entry.entry_no
    else:
        planning.plan.touched[of.entry_no] = of
    return entry


# ---- one journal line -----------------------------------------------------------------------------------------------


def needs_unit_cost(checked: CheckedLine) -> bool:
    """Whether planning the line asks what the item costs now."""
    line = checked.line
    own_cost = line.unit_cost is not None or line.amount is not None or checked.applies_from is not None
    return (checked.increase and not own_cost) or any(movement.uncovered for movement in checked.movements)


def plan_line(planning: Planning, checked: CheckedLine, content_hash: str) -> int:
    """Plan one journal line; the number of its register."""
    line = checked.line
    if needs_unit_cost(checked) and checked.item.no in planning.plan.dirty_items:
        raise NotWrittenYet  # its cost is about to change
    register_no = open_register(planning, "journal_line", line.header, content_hash)
    if checked.to is not None:
        for number, movement in enumerate(checked.movements, 1):
            numbered = f"/{number}" if len(checked.movements) > 1 else ""
            plan_transfer(planning, register_no, checked, movement, numbered)
        _number_receiving_halves(planning, line.header)
    else:
        legs = [str(n) for n in range(1, len(checked.movements) + 1)] if len(checked.movements) > 1 else [""]
        if checked.increase:
            plan_increases(planning, register_no, checked, legs)
        else:
            plan_decreases(planning, register_no, checked, legs)
    update_unit_cost(planning, checked.item.no)
    return register_no


def _number_receiving_halves(planning: Planning, header: Header) -> None:
    """`in` alone keeps its name; several are numbered through."""
    if not header.operation_id:
        return
    halves = [entry for entry in planning.stock.of_operation[header.operation_id] if entry.leg == "in"]
    if len(halves) > 1:
        for number, entry in enumerate(halves, 1):
            entry.leg = f"in/{number}"


def line_amount(planning: Planning, checked: CheckedLine) -> Decimal | None:
    """The direct cost of a whole line, positive; None where the line names none."""
    line = checked.line
    if line.amount is not None:
        return round_amount(line.amount, planning.amount_rounding)
    if line.unit_cost is not None:
        return round_amount(line.unit_cost * abs(line.quantity), planning.amount_rounding)
    return None


def sales_amounts(planning: Planning, checked: CheckedLine) -> list[Decimal]:
    """The revenue of each movement of a sale (a return's is negative); zeros for other lines."""
    line = checked.line
    total = line.sales_amount
    if total is None and line.unit_price is not None:
        total = line.unit_price * abs(line.quantity)
    if line.entry_type is not EntryType.SALE or total is None:
        return [ZERO] * len(checked.movements)
    total = round_amount(total, planning.amount_rounding)
    return split_amount(
        -total if checked.increase else total, [movement.quantity for movement in checked.movements], planning.amount_rounding
    )


def plan_increases(planning: Planning, register_no: int, checked: CheckedLine, legs: Sequence[str]) -> list[Entry]:
    """Increases: valued at their own cost, or, with applies-from, at the cost of the decrease they take back."""
    line, stock = checked.line, planning.stock
    quantities = [movement.quantity for movement in checked.movements]
    whole = line_amount(planning, checked)
    if whole is None and checked.applies_from is None:
        whole = round_amount(stock.total(checked.item.no).unit_cost * sum(quantities, ZERO), planning.amount_rounding)
    amounts = split_amount(whole, quantities, planning.amount_rounding) if whole is not None else [ZERO] * len(quantities)
    revenues = sales_amounts(planning, checked)
    invoiced = line.invoiced or line.entry_type is EntryType.POSITIVE_ADJUSTMENT
    made = []
    for movement, leg, amount, revenue in zip(checked.movements, legs, amounts, revenues, strict=True):
        entry = new_entry(
            planning,
            register_no,
            line.header,
            line.entry_type,
            item_no=checked.item.no,
            variant_code=line.variant_code,
            place=checked.place,
            numbers=movement.numbers,
            quantity=movement.quantity,
            uom_code=checked.uom_code,
            quantity_per=checked.quantity_per,
            leg=leg,
            completely_invoiced=invoiced,
            applies_to=checked.applies_to.entry_no if checked.applies_to else None,
            applies_from=checked.applies_from.entry_no if checked.applies_from else None,
        )
        move_in(planning, register_no, line.header, entry, checked.place, movement.numbers)
        if checked.applies_from is not None:
            amount = take_back(planning, checked.applies_from, entry)
        purchase = amount if line.entry_type is EntryType.PURCHASE else ZERO
        first = value(
            planning,
            register_no,
            entry,
            entry.posting_date,
            valued_quantity=movement.quantity,
            item_ledger_quantity=movement.quantity,
            invoiced_quantity=movement.quantity if invoiced else ZERO,
            cost_per_unit=_unit_cost(planning, amount, movement.quantity),
            cost_amount_actual=amount if invoiced else ZERO,
            cost_amount_expected=ZERO if invoiced else amount,
            expected_cost=not invoiced,
            sales_amount_actual=revenue if invoiced else ZERO,
            sales_amount_expected=ZERO if invoiced else revenue,
            purchase_amount_actual=purchase if invoiced else ZERO,
            purchase_amount_expected=ZERO if invoiced else purchase,
        )
        if invoiced:
            learn_direct_cost(planning, entry, amount, movement.quantity)
        close_decreases(planning, register_no, entry, first.entry_no, checked.applies_to)
        made.append(entry)
    return made


def move_in(planning: Planning, register_no: int, header: Header, entry: Entry, place: Place, numbers: Numbers) -> None:
    """An increase's content and numbers; it can supply decreases from now on."""
    remember_numbers(planning, entry.item_no, entry.variant_code, numbers)
    move_content(
        planning,
        register_no,
        header,
        item_no=entry.item_no,
        variant_code=entry.variant_code,
        place=place,
        numbers=numbers,
        quantity=entry.quantity,
    )
    planning.stock.pool(entry.pool).add_increase(entry)
    if entry.applies_from_entry is None:
        apply(planning, register_no, entry.entry_no, entry, 0, entry.quantity, entry.posting_date)


def take_back(planning: Planning, decrease: Entry, entry: Entry) -> Decimal:
    """Exact cost reversal: the increase has the cost of the decrease it takes back, and follows it. Returns that cost."""
    entry.valuation_date = max(entry.posting_date, decrease.valuation_date)
    decrease.shipped_quantity_not_returned -= entry.quantity
    touch(planning, decrease)
    later = max(entry.posting_date, decrease.posting_date)
    apply(planning, entry.register_no, entry.entry_no, entry, decrease.entry_no, entry.quantity, later)
    return -share(decrease.cost_amount, entry.quantity, -decrease.quantity, planning.amount_rounding)


def plan_decreases(planning: Planning, register_no: int, checked: CheckedLine, legs: Sequence[str]) -> list[Entry]:
    """Decreases: valued at the shares of what supplied them, the uncovered rest at the item's unit cost."""
    line = checked.line
    revenues = sales_amounts(planning, checked)
    invoiced = line.invoiced or line.entry_type is EntryType.NEGATIVE_ADJUSTMENT
    made = []
    for movement, leg, revenue in zip(checked.movements, legs, revenues, strict=True):
        entry = new_entry(
            planning,
            register_no,
            line.header,
            line.entry_type,
            item_no=checked.item.no,
            variant_code=line.variant_code,
            place=checked.place,
            numbers=movement.numbers,
            quantity=-movement.quantity,
            uom_code=checked.uom_code,
            quantity_per=checked.quantity_per,
            leg=leg,
            completely_invoiced=invoiced,
            applies_to=checked.applies_to.entry_no if checked.applies_to else None,
        )
        post_decrease(planning, register_no, line.header, entry, checked.place, movement, revenue)
        made.append(entry)
    return made


def post_decrease(
    planning: Planning, register_no: int, header: Header, entry: Entry, place: Place, movement: Movement, revenue: Decimal = ZERO
) -> Value:
    """Content, applications and value of a decrease that is already numbered."""
    move_content(
        planning,
        register_no,
        header,
        item_no=entry.item_no,
        variant_code=entry.variant_code,
        place=place,
        numbers=movement.numbers,
        quantity=entry.quantity,
    )
    cost = draw(planning, register_no, entry, movement)
    unit_cost = ZERO
    if movement.uncovered:
        unit_cost = planning.stock.total(entry.item_no).unit_cost
        cost += round_amount(unit_cost * movement.uncovered, planning.amount_rounding)
        planning.stock.pool(entry.pool).decreases.append(entry)
    invoiced = entry.completely_invoiced
    written = value(
        planning,
        register_no,
        entry,
        entry.posting_date,
        valued_quantity=entry.quantity,
        item_ledger_quantity=entry.quantity,
        invoiced_quantity=entry.quantity if invoiced else ZERO,
        cost_per_unit=unit_cost if movement.uncovered else _unit_cost(planning, cost, movement.quantity),
        cost_amount_actual=-cost if invoiced else ZERO,
        cost_amount_expected=ZERO if invoiced else -cost,
        expected_cost=not invoiced,
        sales_amount_actual=revenue if invoiced else ZERO,
        sales_amount_expected=ZERO if invoiced else revenue,
    )
    round_off(planning, register_no, movement, written.entry_no, header)
    return written


def draw(planning: Planning, register_no: int, entry: Entry, movement: Movement) -> Decimal:
    """Apply a decrease to the increases that supply it. Returns the sum of its shares of their cost, positive."""
    cost = ZERO
    for one in movement.draws:
        inbound = one.entry
        part = share(inbound.cost_amount, one.quantity, inbound.quantity, planning.amount_rounding)
        cost += part
        inbound.remaining_quantity -= one.quantity
        inbound.cost_amount_forwarded += part
        assert 0 <= inbound.remaining_quantity <= inbound.quantity
        if not entry.completely_invoiced:
            inbound.uninvoiced_applications += 1
        entry.remaining_quantity += one.quantity
        if entry.applies_to_entry is not None:
            entry.valuation_date = inbound.valuation_date
        else:
            entry.valuation_date = max(entry.valuation_date, inbound.valuation_date)
        later = max(entry.posting_date, inbound.posting_date)
        apply(planning, register_no, entry.entry_no, inbound, entry.entry_no, -one.quantity, later)
        touch(planning, inbound)
    if movement.draws:
        planning.stock.pool(entry.pool).drop_closed()
    return cost


def round_off(planning: Planning, register_no: int, movement: Movement, caused_by: int, header: Header) -> None:
    """A rounding entry for each increase that this decrease used up, where nothing else is still to come."""
    for one in movement.draws:
        inbound = one.entry
        if inbound.remaining_quantity or inbound.uninvoiced_applications or not inbound.completely_invoiced:
            continue
        amount = inbound.cost_amount_forwarded - inbound.cost_amount
        waiting = inbound.applied_entry_to_adjust is not None or inbound.entry_no in planning.plan.dirty
        if amount and not waiting:
            if automatic(planning, inbound, header):
                book_rounding(planning, register_no, inbound, amount, caused_by)
            else:
                mark_dirty(planning, inbound, caused_by, header)


def book_rounding(planning: Planning, register_no: int, inbound: Entry, amount: Decimal, caused_by: int) -> None:
    """The rounding entry of an increase that is used up: its cost and its shares then come to nothing."""
    value(
        planning,
        register_no,
        inbound,
        adjustment_date(planning.stock, inbound.last_invoice_date or inbound.posting_date),
        entry_type="rounding",
        valued_quantity=inbound.quantity,
        cost_amount_actual=amount,
        adjustment=True,
        caused_by=caused_by,
    )


def plan_transfer(planning: Planning, register_no: int, checked: CheckedLine, movement: Movement, numbered: str) -> None:
    """A reclassification: out of one place, into another at the same cost, one receiving half for each increase it came from."""
    assert checked.to is not None and movement.to_numbers is not None
    line, to = checked.line, checked.to
    if not movement.draws:  # from bin to bin, nothing else changes: no item ledger entry
        for place, quantity in ((checked.place, -movement.quantity), (to, movement.quantity)):
            move_content(
                planning,
                register_no,
                line.header,
                place=place,
                numbers=movement.numbers,
                quantity=quantity,
                entry_type="movement",
                item_no=checked.item.no,
                variant_code=line.variant_code,
            )
        return
    transfer(
        planning,
        register_no,
        line.header,
        checked.place,
        to,
        movement,
        variant_code=line.variant_code,
        item_no=checked.item.no,
        uom_code=checked.uom_code,
        quantity_per=checked.quantity_per,
        out_leg=f"out{numbered}",
    )


def transfer(
    planning: Planning,
    register_no: int,
    header: Header,
    source: Place,
    to: Place,
    movement: Movement,
    *,
    item_no: str,
    variant_code: str,
    uom_code: str,
    quantity_per: Decimal,
    out_leg: str = "out",
    corrects: int | None = None,
) -> None:
    """The halves of a transfer. `corrects` is, for an undo, the receiving half that goes back."""
    assert movement.to_numbers is not None
    kind = "movement" if source.location.code == to.location.code else ""
    out = new_entry(
        planning,
        register_no,
        header,
        EntryType.TRANSFER,
        place=source,
        numbers=movement.numbers,
        quantity=-movement.quantity,
        leg=out_leg,
        completely_invoiced=all(one.entry.completely_invoiced for one in movement.draws),
        applies_to=corrects,
        corrects=corrects,
        item_no=item_no,
        variant_code=variant_code,
        uom_code=uom_code,
        quantity_per=quantity_per,
    )
    move_content(
        planning,
        register_no,
        header,
        place=source,
        numbers=movement.numbers,
        quantity=-movement.quantity,
        entry_type=kind,
        item_no=item_no,
        variant_code=variant_code,
    )
    remember_numbers(planning, item_no, variant_code, movement.to_numbers)
    cost = draw(planning, register_no, out, movement)
    out_value = value(
        planning,
        register_no,
        out,
        out.posting_date,
        valued_quantity=out.quantity,
        item_ledger_quantity=out.quantity,
        invoiced_quantity=out.quantity,
        cost_per_unit=_unit_cost(planning, cost, movement.quantity),
        cost_amount_actual=-cost,
    )
    for one in movement.draws:
        half = new_entry(
            planning,
            register_no,
            header,
            EntryType.TRANSFER,
            place=to,
            numbers=movement.to_numbers,
            quantity=one.quantity,
            leg="in",
            completely_invoiced=one.entry.completely_invoiced,
            item_no=item_no,
            variant_code=variant_code,
            uom_code=uom_code,
            quantity_per=quantity_per,
        )
        half.valuation_date = out.valuation_date
        move_content(
            planning,
            register_no,
            header,
            place=to,
            numbers=movement.to_numbers,
            quantity=one.quantity,
            entry_type=kind,
            item_no=item_no,
            variant_code=variant_code,
        )
        planning.stock.pool(half.pool).add_increase(half)
        apply(planning, register_no, half.entry_no, half, out.entry_no, one.quantity, half.posting_date, one.entry.entry_no)
        part = share(one.entry.cost_amount, one.quantity, one.entry.quantity, planning.amount_rounding)
        written = value(
            planning,
            register_no,
            half,
            half.posting_date,
            valued_quantity=one.quantity,
            item_ledger_quantity=one.quantity,
            invoiced_quantity=one.quantity,
            cost_per_unit=_unit_cost(planning, part, one.quantity),
            cost_amount_actual=part,
        )
        close_decreases(planning, register_no, half, written.entry_no, None)
    round_off(planning, register_no, movement, out_value.entry_no, header)


# ---- covering uncovered decreases -----------------------------------------------------------------------------------


def close_decreases(planning: Planning, register_no: int, entry: Entry, caused_by: int, applies_to: Entry | None) -> None:
    """Let a new increase cover decreases that went out before it: a fixed one first, then in posting order. Those that would make
    it its own cost source are passed over."""
    pool = planning.stock.pool(entry.pool)
    waiting = list(pool.decreases)
    if applies_to is not None:
        waiting = [applies_to, *(one for one in waiting if one is not applies_to)]
    covered = False
    for decrease in waiting:
        if not entry.remaining_quantity:
            break
        if _takes_cost_from(planning, entry, decrease):
            continue
        quantity = min(entry.remaining_quantity, -decrease.remaining_quantity)
        entry.remaining_quantity -= quantity
        decrease.remaining_quantity += quantity
        later = max(entry.posting_date, decrease.posting_date)
        apply(planning, register_no, decrease.entry_no, entry, decrease.entry_no, -quantity, later)
        if not decrease.completely_invoiced:
            entry.uninvoiced_applications += 1
        if entry.valuation_date > decrease.valuation_date:
            decrease.valuation_date = planning.plan.revalued[decrease.entry_no] = entry.valuation_date
        touch(planning, decrease)
        covered = True
    pool.decreases = [one for one in pool.decreases if one.remaining_quantity]
    pool.drop_closed()
    if covered:
        header = Header(date.fromisoformat(entry.posting_date))
        mark_dirty(planning, entry, caused_by, header)


def _takes_cost_from(planning: Planning, entry: Entry, decrease: Entry) -> bool:
    """Whether the increase has its cost, through any number of steps, from the decrease."""
    if entry.applies_from_entry is None and entry.entry_type != EntryType.TRANSFER:
        return False
    from db.posting.graph import sources_of

    planned: dict[int, set[int]] = {}
    for row in planning.plan.applications:
        sources = planned.setdefault(row.item_ledger_entry_no, set())
        sources |= {row.inbound_entry_no, row.outbound_entry_no, row.transferred_from_entry_no} - {row.item_ledger_entry_no, 0}
    return decrease.entry_no in sources_of(entry.entry_no, planned)


# ---- what adjustment will have to do --------------------------------------------------------------------------------


def touch(planning: Planning, entry: Entry) -> None:
    """A movable column of the entry changed."""
    if not entry.new:
        planning.plan.touched[entry.entry_no] = entry


def mark_dirty(planning: Planning, entry: Entry, caused_by: int, header: Header) -> None:
    """The entry's cost change waits to be forwarded: at once where the automatic window allows it, else by the batch."""
    at_once = automatic(planning, entry, header)
    planning.plan.dirty.setdefault(entry.entry_no, (caused_by, at_once))
    planning.plan.dirty_items.add(entry.item_no)
    if entry.applied_entry_to_adjust is None:
        entry.applied_entry_to_adjust = caused_by
    touch(planning, entry)


_WINDOW_DAYS = {"day": 1, "week": 7}
_WINDOW_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def automatic(planning: Planning, entry: Entry, header: Header) -> bool:
    """Whether automatic cost adjustment reaches the entry: posted no longer than the window before the work date. An item with an
    older entry waiting is left to the batch (costing reference §12.6)."""
    window = planning.stock.settings.automatic_cost_adjustment
    if window == "always":
        return True
    total = planning.stock.total(entry.item_no)
    if window == "never" or not total.allow_online_adjustment:
        return False
    if entry.posting_date >= window_start(header.posting_date, window).isoformat():
        return True
    total.allow_online_adjustment = False
    planning.plan.items.add(entry.item_no)
    return False


def window_start(work_date: date, window: str) -> date:
    """The first posting date inside the window that ends at the work date."""
    if window in _WINDOW_DAYS:
        return work_date - timedelta(days=_WINDOW_DAYS[window])
    month = work_date.year * 12 + work_date.month - 1 - _WINDOW_MONTHS[window]
    year, month = divmod(month, 12)
    for day in range(work_date.day, 0, -1):
        try:
            return date(year, month + 1, day)
        except ValueError:
            continue
    raise AssertionError("every month has a first day")


def adjustment_date(stock: Stock, day: str) -> str:
    """The posting date of an adjustment: that of the entry it adjusts, or the first allowed one where that is closed. A user's own
    range does not matter (costing reference §12.5)."""
    allowed_from, allowed_to = stock.settings.allow_posting_from, stock.settings.allow_posting_to
    if (allowed_from and day < allowed_from) or (allowed_to and day > allowed_to):
        return allowed_from or allowed_to
    return day


def learn_direct_cost(planning: Planning, entry: Entry, amount: Decimal, quantity: Decimal) -> None:
    """What an invoiced increase says about the item's cost: the last direct cost, and the unit cost where there was none or no
    stock (costing reference §2.3)."""
    unit_cost = _unit_cost(planning, amount, quantity)
    total = planning.stock.total(entry.item_no)
    if entry.entry_type == EntryType.PURCHASE:
        total.last_direct_cost = unit_cost
    before = total.invoiced_quantity - quantity
    if unit_cost > 0 and (not total.unit_cost or before <= 0):
        total.unit_cost = unit_cost


def update_unit_cost(planning: Planning, item_no: str) -> None:
    """The item's unit cost after adjustment: value by quantity; never overwritten by nothing."""
    if planning.stock.settings.automatic_cost_adjustment != "never":
        recompute_unit_cost(planning.stock, item_no)


def recompute_unit_cost(stock: Stock, item_no: str) -> None:
    """Value by quantity, where both are above zero."""
    total = stock.total(item_no)
    cost = total.cost_amount_actual + total.cost_amount_expected
    if total.quantity > 0 and cost > 0:
        total.unit_cost = round_to(cost / total.quantity, stock.settings.unit_cost_rounding) or total.unit_cost


def _unit_cost(planning: Planning, amount: Decimal, quantity: Decimal) -> Decimal:
    return round_to(abs(amount) / abs(quantity), planning.stock.settings.unit_cost_rounding)


def fifo_movement(planning: Planning, pool: PoolKey, quantity: Decimal, numbers: Numbers) -> Movement:
    """A decrease by the costing method, of goods that are known to be there."""
    draws, uncovered = choose_draws(quantity, planning.stock.pool(pool, quantity).increases)
    return Movement(quantity, numbers, tuple(draws), uncovered)
