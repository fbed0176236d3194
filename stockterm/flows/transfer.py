"""Ship a transfer order, or receive one: two jobs with the same steps.

    order → bin (where there are bins) → item → lot or serial → how many → … → F10: differences, and the two digits

What is shipped must lie in the bin; what is received must have been shipped, with that very number. Whoever may not see expected
quantities works blind: neither the order's quantities nor the differences are shown, and a handling that does not fit has to be
counted again or looked at by somebody who may see them.
"""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from db.core.codes import normalize_code
from db.core.errors import Blocked, NotEnoughStock, NothingToDo, NotShipped, OverReceived, OverShipped, QuantityZero
from db.posting.lines import Header, TransferReceive, TransferShip
from db.queries import places
from db.queries.numbers import number_facts
from db.queries.places import bin_facts, contents_at
from db.queries.transfer_orders import WaitingOrder, on_the_way, orders_to_receive, orders_to_ship
from db.work import steps
from db.work.transfer_orders import TransferOrderDocument, find_transfer_order
from stockterm.flows import choose, say
from stockterm.flows.goods import (
    EXPECTED,
    KINDS,
    Goods,
    answer_number,
    base_quantity,
    goods_of,
    in_base_unit,
    kind_in_words,
    missing_number,
    with_number,
)
from stockterm.flows.help import help_for
from stockterm.flows.meaning import hit_from_text, meaning_of, refuse
from stockterm.flows.outcome import Answer, Ask, At, Entry, Flow, Outcome, Reply
from stockterm.flows.refusals import AlreadyHandled, CountAgain, NoSuchNumber, NotOnOrder, UnknownChoice
from stockterm.flows.rights import Right, may, require
from stockterm.flows.tokens import Command
from stockterm.flows.transfer_state import (
    ZERO,
    Piece,
    TransferState,
    Wanted,
    handled_lines,
    of_goods,
    quantity_of,
    same_numbers,
    scanned,
    wanted_to_receive,
    wanted_to_ship,
)
from stockterm.flows.view import Document, KeyHint, Message, ViewState
from stockterm.flows.words import checked_quantity, item_and_variant, lines_in_words, number, place, quantity, signed
from stockterm.i18n import _
from stockterm.scanning.resolve import (
    Ambiguous,
    AttributesHit,
    BinHit,
    DocumentHit,
    Empty,
    Expected,
    ItemHit,
    LotHit,
    Multiplier,
    Quantity,
    Resolution,
    SerialHit,
    Unknown,
)


class Transfers:
    """One of the two jobs: shipping, or receiving. Its methods are the job's functions and keep nothing."""

    def __init__(self, job: str, right: Right, *, ships: bool) -> None:
        self.job = job
        self.right = right
        self.ships = ships

    # ---- what is asked for next

    def begin(self, at: At, state: TransferState | None) -> Outcome:
        """Go on with the order in hand, or list those that wait here."""
        require(at.user, self.right)
        if state is None or state.location_code != at.location.code:
            return self._next(at, TransferState(at.location.code))
        return self._next(at, state)

    def _next(self, at: At, state: TransferState, said: Message | None = None) -> Outcome:
        """The next thing to ask for. When nothing of a line is missing it is added, and `said` what came of it."""
        goods, order = state.goods, self._order(at, state.order_no)
        if order is None:
            text = _("Scan the order, or choose.") if self._waiting(at) else _("No order waits here.")
            return Outcome(TransferState(at.location.code), say.note(text))
        if at.location.bins and not state.bin_code:
            return Outcome(replace(state, step="bin"), said or say.note(_("Which bin?")))
        if self._asks_to_bin(order) and not state.to_bin:
            text = _("Which bin at {location}?").format(location=order.to_location)
            return Outcome(replace(state, step="to_bin"), said or say.note(text))
        if goods is None:
            return Outcome(replace(state, step="item"), said or say.note(_("Scan an item. F10 ends the order.")))
        if goods.has_variants and not goods.variant_code:
            return Outcome(state, ask=choose.which_variant(goods))
        wanted = self._refuse_not_wanted(at, state, order, goods)
        if kind := missing_number(goods):
            text = _("{kind} of {item}?").format(kind=kind_in_words(kind), item=goods.name)
            return Outcome(replace(state, step=kind), say.note(text))
        self._refuse_number(at, state, order, goods, wanted)
        if goods.quantity is None and goods.serial:
            goods = replace(in_base_unit(goods), quantity=Decimal(1))
        if goods.quantity is None:
            state = replace(state, step="quantity", goods=goods)
            return Outcome(state, say.note(self._how_many_in_words(at, state, goods, wanted)))
        return self._added(at, state, order, goods, wanted)

    def _order(self, at: At, no: str) -> TransferOrderDocument | None:
        """The order, if this location ships (receives) it."""
        order = find_transfer_order(no) if no else None
        if order is None or at.location.code != (order.from_location if self.ships else order.to_location):
            return None
        return order

    def _waiting(self, at: At) -> list[WaitingOrder]:
        return orders_to_ship(at.location.code) if self.ships else orders_to_receive(at.location.code)

    def _wanted(self, order: TransferOrderDocument) -> tuple[Wanted, ...]:
        return wanted_to_ship(order) if self.ships else wanted_to_receive(order, on_the_way(order.no, order.in_transit))

    def _asks_to_bin(self, order: TransferOrderDocument) -> bool:
        """A direct order puts the goods down at the other end at once."""
        other = places.location(order.to_location) if self.ships and order.direct else None
        return other is not None and other.bins

    def _how_many_in_words(self, at: At, state: TransferState, goods: Goods, wanted: Sequence[Wanted]) -> str:
        if not self._shown(at):
            return _("How many {unit}?").format(unit=goods.uom_code)
        left = quantity_of(wanted) - scanned(state.pieces, goods)
        if not self.ships and goods.tracked:
            numbers = (goods.lot_no, goods.serial_no, goods.package_no)
            left = quantity_of(wanted, numbers) - scanned(state.pieces, goods, numbers)
        return _("{left} left: how many {unit}?").format(left=quantity(left, goods.base_uom), unit=goods.uom_code)

    @staticmethod
    def _shown(at: At) -> bool:
        """Not blind."""
        return may(at.user, Right.SEE_EXPECTED)

    # ---- what is refused

    def _refuse_not_wanted(self, at: At, state: TransferState, order: TransferOrderDocument, goods: Goods) -> tuple[Wanted, ...]:
        """The lines for these goods. None, or nothing left of them: refused."""
        wanted = of_goods(self._wanted(order), goods)
        if not wanted:
            raise NotOnOrder(order_no=order.no, item_no=goods.name)
        left = quantity_of(wanted) - scanned(state.pieces, goods)
        if left <= 0 and self._shown(at):
            ordered = sum((one.line.ordered if self.ships else one.line.shipped for one in wanted), ZERO)
            raise AlreadyHandled(handled=ordered - left, ordered=ordered, item_no=goods.name, order_no=order.no)
        return wanted

    def _refuse_number(
        self, at: At, state: TransferState, order: TransferOrderDocument, goods: Goods, wanted: Sequence[Wanted]
    ) -> None:
        """A number that was not shipped, is blocked, does not lie here, or was scanned before."""
        if not goods.tracked:
            return
        numbers = (goods.lot_no, goods.serial_no, goods.package_no)
        for kind in KINDS:
            value = getattr(goods, f"{kind}_no")
            facts = number_facts(goods.item_no, goods.variant_code, kind, value) if value else None
            if facts is not None and facts.blocked:
                raise Blocked(field=kind, kind=kind_in_words(kind).lower(), value=facts.number, reason=facts.block_reason)
        if not self.ships and not any(same_numbers(known, numbers) for one in wanted for known, _much in one.numbers):
            shipped = sorted({" ".join(filter(None, known)) for one in wanted for known, _much in one.numbers})
            shown = " ".join(filter(None, numbers))
            raise NotShipped(field="lot" if goods.lot else "serial", number=shown, order_no=order.no, shipped=shipped)
        if goods.serial and scanned(state.pieces, goods, numbers):
            raise AlreadyHandled(handled=1, ordered=1, item_no=f"{goods.name} {goods.serial_no}", order_no=order.no)

    def _refuse_too_much(
        self, at: At, state: TransferState, order: TransferOrderDocument, piece: Piece, wanted: Sequence[Wanted]
    ) -> None:
        """More than the order wants, more than was shipped of the number, more than lies here."""
        if self.ships:
            self._refuse_more_than_is_there(at, state, piece)
        if not self._shown(at):
            return
        line = wanted[-1].line
        pairs = [(quantity_of(wanted), scanned(state.pieces, piece))]
        if not self.ships:
            pairs.append((quantity_of(wanted, piece.numbers), scanned(state.pieces, piece, piece.numbers)))
        for outstanding, before in pairs:
            if before + piece.quantity > outstanding:
                kind = OverShipped if self.ships else OverReceived
                requested = before + piece.quantity
                raise kind(
                    field="quantity", order_no=order.no, line_no=line.line_no, outstanding=outstanding, requested=requested
                )

    def _refuse_more_than_is_there(self, at: At, state: TransferState, piece: Piece) -> None:
        contents = contents_at(piece.item_no, piece.variant_code, at.location.code, piece.bin_code)
        there = sum(
            (one.quantity for one in contents if same_numbers((one.lot_no, one.serial_no, one.package_no), piece.numbers)),
            ZERO,
        )
        taken = scanned((one for one in state.pieces if one.bin_code == piece.bin_code), piece, piece.numbers)
        if taken + piece.quantity <= there:
            return
        where, numbers = place(at.location.code, piece.bin_code), " ".join(filter(None, piece.numbers))
        if numbers and not there:
            kind = next(kind for kind in KINDS if getattr(piece, f"{kind}_no"))
            raise NoSuchNumber(kind=kind_in_words(kind), number=numbers, item_no=piece.name, place=where, done=_("booked"))
        requested = taken + piece.quantity
        available = there if self._shown(at) else ZERO
        raise NotEnoughStock(field="quantity", place=where, what=numbers or piece.name, available=available, requested=requested)

    def _added(
        self, at: At, state: TransferState, order: TransferOrderDocument, goods: Goods, wanted: Sequence[Wanted]
    ) -> Outcome:
        assert goods.quantity is not None
        piece = Piece(
            goods.item_no,
            base_quantity(goods, goods.quantity),
            goods.variant_code,
            goods.lot_no,
            goods.serial_no,
            goods.package_no,
            state.bin_code,
        )
        self._refuse_too_much(at, state, order, piece, wanted)
        pieces = (*state.pieces, piece)
        so_far = scanned(pieces, piece)
        text = quantity(so_far, goods.base_uom)
        if self._shown(at):
            text = _("{done} of {all}").format(done=number(so_far), all=quantity(quantity_of(wanted), goods.base_uom))
        numbers = " ".join(filter(None, piece.numbers))
        after = replace(state, goods=None, factor=None, pieces=pieces)
        return self._next(at, after, say.ok(f"{text} {goods.name} {numbers}".rstrip()))

    # ---- scans

    def scan(self, at: At, state: TransferState, entry: Entry) -> Outcome:
        """One scan or typed entry."""
        require(at.user, self.right)
        line = state.goods.line if state.goods else None
        match state.step:
            case "order":
                return self._chosen_order(at, state, entry)
            case "search":
                return _searched(state, entry)
            case "quantity":
                return self._how_many(at, state, meaning_of(at, entry, Expected.QUANTITY, line))
            case "to_bin":
                order = self._order(at, state.order_no)
                where = order.to_location if order is not None else at.location.code
                return self._to_bin(at, state, meaning_of(at, entry, Expected.BIN, location_code=where), where)
            case kind if kind in KINDS:
                return self._number(at, state, meaning_of(at, entry, EXPECTED[kind], line))
            case _:
                expected = Expected.BIN if state.step == "bin" else Expected.ITEM
                return self._take(at, state, meaning_of(at, entry, expected, line))

    def _chosen_order(self, at: At, state: TransferState, entry: Entry) -> Outcome:
        """The order's label or number, or a number of the list."""
        text, waiting = entry.raw.strip(), self._waiting(at)
        found = meaning_of(at, entry, Expected.DOCUMENT)
        no = found.document_no if isinstance(found, DocumentHit) else normalize_code(text)
        if self._order(at, no) is None:
            if text.isascii() and text.isdigit() and not entry.certain and len(text) <= 3:
                if not 1 <= int(text) <= len(waiting):
                    raise UnknownChoice(text=text, last=len(waiting))
                no = waiting[int(text) - 1].no
            elif isinstance(found, DocumentHit):
                raise refuse(Unknown(no, None), self._scan_an_order(), self.job)
            else:
                raise refuse(found, self._scan_an_order(), self.job)
        if all(one.no != no for one in waiting):
            done = _("all of it is shipped") if self.ships else _("nothing of it is on the way")
            raise NothingToDo(what=f"{no}: {done}")
        operation_id = f"{'SHIP' if self.ships else 'RECEIVE'}-{uuid.uuid4().hex}"
        return _stepped(self._next(at, replace(state, order_no=no, operation_id=operation_id)))

    @staticmethod
    def _scan_an_order() -> str:
        return _("Scan a transfer order.")

    def _take(self, at: At, state: TransferState, found: Resolution) -> Outcome:
        """A bin or an item, and what goes with it."""
        match found:
            case Empty():
                return Outcome(state)
            case Ambiguous(code, candidates):
                return Outcome(state, ask=choose.which_hit(code, candidates))
            case BinHit() if found.location_code == at.location.code:
                _refuse_blocked_bin(at.location.code, found.bin_code, "outbound" if self.ships else "inbound")
                return _stepped(self._next(at, replace(state, bin_code=found.bin_code)))
            case Multiplier(factor, then) if state.step == "item":
                if not factor:
                    raise QuantityZero(field="quantity")
                checked_quantity(factor)
                waiting = replace(state, factor=factor)
                if then is not None:
                    return self._take(at, waiting, then)
                return Outcome(waiting, say.note(_("{factor} × the next scan.").format(factor=number(factor))), undo="")
            case ItemHit(fields=fields) if fields.suspected and state.step == "item":
                return Outcome(state, ask=choose.lost_separator(found))
            case ItemHit() if state.step == "item":
                goods, _facts = goods_of(found)
                return self._with_goods(at, state, goods)
            case LotHit() | SerialHit() if state.step == "item" and found.item_no:
                kind, value = ("lot", found.lot_no) if isinstance(found, LotHit) else ("serial", found.serial_no)
                goods, _facts = goods_of(ItemHit(found.item_no, found.variant_code))
                return self._with_goods(at, state, with_number(goods, kind, value, None))
            case _:
                raise refuse(found, self._wants_in_words(state), self.job)

    def _with_goods(self, at: At, state: TransferState, goods: Goods) -> Outcome:
        goods = replace(goods, quantity=state.factor if goods.quantity is None else goods.quantity)
        return _stepped(self._next(at, replace(state, goods=goods, factor=None)))

    def _to_bin(self, at: At, state: TransferState, found: Resolution, location_code: str) -> Outcome:
        if not isinstance(found, BinHit) or found.location_code != location_code:
            raise refuse(found, self._wants_in_words(state), self.job)
        _refuse_blocked_bin(location_code, found.bin_code, "inbound")
        return _stepped(self._next(at, replace(state, to_bin=found.bin_code)))

    def _number(self, at: At, state: TransferState, found: Resolution) -> Outcome:
        assert state.goods is not None
        if isinstance(found, ItemHit | AttributesHit) and found.fields.suspected:
            return Outcome(state, ask=choose.lost_separator(found))
        return _stepped(self._next(at, replace(state, goods=answer_number(state.goods, state.step, found, self.job))))

    def _how_many(self, at: At, state: TransferState, found: Resolution) -> Outcome:
        assert state.goods is not None
        if not isinstance(found, Quantity):
            raise refuse(found, self._wants_in_words(state), self.job)
        if found.value <= 0:
            raise QuantityZero(field="quantity")
        checked_quantity(found.value)
        return _stepped(self._next(at, replace(state, goods=replace(state.goods, quantity=found.value))))

    def _wants_in_words(self, state: TransferState) -> str:
        match state.step:
            case "order":
                return self._scan_an_order()
            case "bin" | "to_bin":
                return _("Scan a bin.")
            case "quantity":
                return _("Type how many.")
            case _:
                return _("Scan an item, or press F2 to change bin.") if state.bin_code else _("Scan an item.")

    # ---- commands and answers

    def command(self, at: At, state: TransferState, command: Command) -> Outcome:
        """One command key or label."""
        match command:
            case Command.BACK if state.step == "search":
                return self._next(at, state)
            case Command.BACK:
                return Outcome(state, back=True)
            case Command.CLEAR | Command.NEXT if state.step in ("item", "search") and at.location.bins:
                return _stepped(self._next(at, replace(state, bin_code="", goods=None, factor=None)))
            case Command.LIST:
                return self._list(at, state)
            case Command.POST:
                return self._finish(at, state)
            case _:
                return Outcome(state)

    def _list(self, at: At, state: TransferState) -> Outcome:
        order = self._order(at, state.order_no)
        if state.step == "bin":
            return Outcome(state, ask=choose.which_bin(at))
        if state.step in KINDS and state.goods is not None and order is not None:
            kind, goods = state.step, state.goods
            if self.ships:
                contents = contents_at(goods.item_no, goods.variant_code, at.location.code, state.bin_code)
                numbers = [getattr(one, f"{kind}_no") for one in contents]
            else:
                place_of = KINDS.index(kind)
                wanted = of_goods(self._wanted(order), goods)
                numbers = [known[place_of] for one in wanted for known, _much in one.numbers]
            numbers = list(dict.fromkeys(filter(None, numbers)))
            if not numbers:
                return Outcome(state, say.warning(_("None here in the books. Scan the label.")))
            return Outcome(state, ask=Ask("number", _("Choose."), choose.numbered(numbers), tuple(numbers)))
        if state.step == "item":
            return Outcome(replace(state, step="search"), say.note(_("Type a part of the number or the description.")))
        return Outcome(state)

    def _finish(self, at: At, state: TransferState) -> Outcome:
        """F10: what was scanned, and how it differs from what was wanted; then the two digits."""
        order = self._order(at, state.order_no)
        if order is None or not state.pieces:
            raise NothingToDo(what=_("nothing was scanned"))
        if state.goods is not None:
            raise NothingToDo(what=_("the line is not complete"))
        wanted, shown = self._wanted(order), self._shown(at)
        for name, want, got in differences(wanted, state.pieces):
            if got > want and not shown:
                raise CountAgain(item_no=name)
        digits = say.two_digits()
        sentence = _("Ship {lines} of {order}? Type {digits}.") if self.ships else _("Receive {lines} of {order}? Type {digits}.")
        text = sentence.format(lines=lines_in_words(len(state.pieces)), order=order.no, digits=digits)
        said = [text]
        if shown:
            different = list(differences(wanted, state.pieces))
            said += [
                f"{name}: {number(want)} → {number(got)} ({signed(got - want)}) {_('short') if got < want else _('OVER')}"
                for name, want, got in different
            ] or [_("Nothing differs.")]
        said += [_piece_in_words(one) for one in state.pieces]
        ask = Ask("post", text, values=(at.today.isoformat(),), digits=digits, no=_("not yet"))
        return Outcome(state, ask=ask, text=tuple(said))

    def answer(self, at: At, state: TransferState, ask: Ask, reply: Answer) -> Outcome:
        """The answer to a question of this job."""
        if reply is Reply.NO or reply is Reply.MORE:
            if ask.kind == choose.VARIANT:
                return self._next(at, replace(state, goods=None))
            return Outcome(state, say.note(self._wants_in_words(state)))
        if isinstance(reply, int):
            return self._chosen(at, state, ask, reply)
        if ask.kind == "post":
            require(at.user, self.right)
            return Outcome(state, ask=ask, operations=(self.operation(at, state, date.fromisoformat(ask.values[0])),))
        return Outcome(state, ask=ask)

    def _chosen(self, at: At, state: TransferState, ask: Ask, choice: int) -> Outcome:
        match ask.kind:
            case choose.WHICH:
                hit = hit_from_text(ask.values[choice])
                return self._number(at, state, hit) if state.step in KINDS else self._take(at, state, hit)
            case choose.VARIANT:
                return _stepped(self._next(at, replace(state, goods=choose.chosen_variant(ask, choice))))
            case "number":
                assert state.goods is not None
                goods = with_number(state.goods, state.step, ask.values[choice], None)
                return _stepped(self._next(at, replace(state, goods=goods)))
            case _:
                return Outcome(state, ask=ask)

    # ---- posting

    def operation(self, at: At, state: TransferState, posting_date: date) -> TransferShip | TransferReceive:
        """What was scanned, as it is posted."""
        order = self._order(at, state.order_no)
        assert order is not None
        header = Header(posting_date, operation_id=state.operation_id, user_code=at.user.code)
        lines = handled_lines(self._wanted(order), state.pieces, to_bin=state.to_bin)
        return TransferShip(header, order.no, lines) if self.ships else TransferReceive(header, order.no, lines)

    def posted(self, at: At, state: TransferState, ask: Ask | None, registers: list[Any]) -> Outcome:
        """It is in the ledgers: the next order."""
        sentence = _("Shipped {order}, register {register}.") if self.ships else _("Received {order}, register {register}.")
        text = sentence.format(order=state.order_no, register=registers[0].register_no)
        writes = (steps.forget(self.work(at, state)),)
        return Outcome(TransferState(at.location.code), say.ok(text), writes=writes, good=True, forget=True)

    # ---- what is shown

    def view(self, at: At, state: TransferState) -> ViewState:
        """The order as one screen shows it."""
        goods = state.goods
        title = _("Ship transfer") if self.ships else _("Receive transfer")
        choices: tuple[str, ...] = ()
        if state.step == "order":
            choices = choose.numbered([f"{one.no} {one.other_location}" for one in self._waiting(at)])
        elif state.order_no:
            title = f"{state.order_no} {place(at.location.code, state.bin_code)}"
        prompts = {
            "order": _("Order"),
            "bin": _("From bin") if self.ships else _("To bin"),
            "to_bin": _("To bin"),
            "item": _("Item"),
            "quantity": _("How many"),
            "search": _("Search"),
        }
        prompt = prompts.get(state.step) or kind_in_words(state.step)
        if state.factor is not None and state.step == "item":
            prompt = f"{number(state.factor)} × {prompt}"
        last = state.pieces[-1] if state.pieces else None
        return ViewState(
            title=title,
            item=goods.name if goods else last.name if last else "",
            description=goods.description if goods else "",
            tracking=goods.numbers if goods else " ".join(filter(None, last.numbers)) if last else "",
            quantity=number(last.quantity) if last and not goods else "",
            prompt=prompt,
            choices=choices,
            keys=_keys(at, state),
            recent=tuple(_piece_in_words(one) for one in reversed(state.pieces[-5:])),
            document=self._document(at, state),
        )

    def _document(self, at: At, state: TransferState) -> Document | None:
        """The lines of the order, beside the form where there is room."""
        order = self._order(at, state.order_no)
        if order is None:
            return None
        wanted, shown = self._wanted(order), self._shown(at)
        rows = []
        for name, want, got in totals(wanted, state.pieces):
            rows.append((name, number(want), number(got)) if shown else (name, number(got)))
        headings = (_("Item"), _("Left"), _("Scanned")) if shown else (_("Item"), _("Scanned"))
        return Document(headings, tuple(rows))

    def work(self, at: At, state: TransferState) -> str:
        """The steps of this job belong to the user."""
        return f"{self.job}:{at.user.code}"


SHIP = Transfers("ship_transfer", Right.SHIP_TRANSFER, ships=True)
RECEIVE = Transfers("receive_transfer", Right.RECEIVE_TRANSFER, ships=False)


def _flow(job: Transfers) -> Flow:
    return Flow(
        state=TransferState,
        begin=job.begin,
        scan=job.scan,
        command=job.command,
        answer=job.answer,
        view=job.view,
        help=lambda at, state: help_for(job.job, state.step),
        work=job.work,
        posted=job.posted,
        begun=lambda state: bool(state.order_no),
    )


SHIP_FLOW = _flow(SHIP)
RECEIVE_FLOW = _flow(RECEIVE)


def totals(wanted: Sequence[Wanted], pieces: Sequence[Piece]) -> Iterator[tuple[str, Decimal, Decimal]]:
    """Each item of the order: what is wanted and what was scanned, in base units."""
    goods = {(one.line.item_no, one.line.variant_code): one for one in wanted if one.quantity}
    for item_no, variant_code in sorted(goods):
        of_item = Piece(item_no, ZERO, variant_code)
        yield item_and_variant(item_no, variant_code), quantity_of(of_goods(wanted, of_item)), scanned(pieces, of_item)


def differences(wanted: Sequence[Wanted], pieces: Sequence[Piece]) -> Iterator[tuple[str, Decimal, Decimal]]:
    """Where what was scanned is not what was wanted: by number where it is known which numbers come."""
    for item_no, variant_code in sorted({(one.line.item_no, one.line.variant_code) for one in wanted if one.quantity}):
        of_item = Piece(item_no, ZERO, variant_code)
        lines = of_goods(wanted, of_item)
        name = item_and_variant(item_no, variant_code)
        numbers = {known: None for one in lines for known, _much in one.numbers if any(known)}
        if numbers:
            for known in numbers:
                want, got = quantity_of(lines, known), scanned(pieces, of_item, known)
                if want != got:
                    yield f"{name} {' '.join(filter(None, known))}", want, got
        elif quantity_of(lines) != scanned(pieces, of_item):
            yield name, quantity_of(lines), scanned(pieces, of_item)


def _piece_in_words(piece: Piece) -> str:
    numbers = " ".join(filter(None, piece.numbers))
    return " ".join(filter(None, (number(piece.quantity), piece.name, numbers, piece.bin_code)))


def _stepped(outcome: Outcome) -> Outcome:
    """Something was said that can be taken back."""
    return replace(outcome, undo="", good=True)


def _searched(state: TransferState, entry: Entry) -> Outcome:
    ask, again = choose.found_items(entry.raw), replace(state, step="item")
    if ask is None:
        return Outcome(again, say.warning(_("Nothing found for {text}.").format(text=entry.raw.strip())))
    return Outcome(again, ask=ask)


def _refuse_blocked_bin(location_code: str, bin_code: str, direction: str) -> None:
    facts = bin_facts(location_code, bin_code)
    if facts is not None and facts.blocked_movement in (direction, "all"):
        raise Blocked(field="bin", kind=_("bin"), value=bin_code)


def _keys(at: At, state: TransferState) -> tuple[KeyHint, ...]:
    back, help_key = KeyHint(Command.BACK, _("back")), KeyHint(Command.HELP, _("help"))
    if state.step == "order":
        return back, help_key
    post = [KeyHint(Command.POST, _("post"))] if state.pieces and state.goods is None else []
    listed = [KeyHint(Command.LIST, _("list"))] if state.step in ("bin", "item", *KINDS) else []
    closes = [KeyHint(Command.NEXT, _("next bin"))] if state.step == "item" and at.location.bins else []
    return (*post, KeyHint(Command.UNDO, _("undo")), *listed, *closes, back, help_key)
