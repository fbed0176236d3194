"""Ship a transfer order, or receive one: two jobs with the same steps.

    order → bin (where there are bins) → item → lot or serial → how many → … → F10: differences, and the two digits

A package (its SSCC, or its `LP:` label) stands for all that is in it. What is shipped must lie in the bin; what is received must
have been shipped, with that very number. At a location that receives blind neither the order's quantities nor the differences
are shown, and a receipt with too much has to be counted again or looked at by somebody who may see them. What is refused is
`transfer_checks`, what is shown `transfer_view`.
"""

import uuid
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from db.core.codes import normalize_code
from db.core.errors import NothingToDo, QuantityZero
from db.posting.lines import HandledLine, Header, TransferReceive, TransferShip
from db.queries import places
from db.queries.registers import register
from db.queries.transfer_orders import WaitingOrder, on_the_way, orders_to_receive, orders_to_ship
from db.work import steps
from db.work.number_series import numbers_left_for
from db.work.transfer_orders import TransferOrderDocument, find_transfer_order
from stockterm.flows import choose, fefo, printing, say
from stockterm.flows.goods import (
    EXPECTED,
    KINDS,
    Goods,
    answer_number,
    base_quantity,
    goods_of,
    goods_that_lie,
    in_base_unit,
    kind_in_words,
    missing_number,
    same_number,
    with_number,
)
from stockterm.flows.help import help_for
from stockterm.flows.meaning import hit_from_text, meaning_of, refuse
from stockterm.flows.outcome import Answer, Ask, At, Entry, Flow, Outcome, Reply
from stockterm.flows.refusals import AlreadyScanned, CountAgain, EmptyPackage, UnknownChoice
from stockterm.flows.rights import Right, may, require, require_location
from stockterm.flows.saved import from_text, to_text
from stockterm.flows.tokens import Command
from stockterm.flows.transfer_checks import (
    InHand,
    checked_pieces,
    refuse_blocked_bin,
    refuse_number,
    refuse_too_much,
    wanted_lines,
)
from stockterm.flows.transfer_pieces import bins_to_go_to, lies_in, numbers_to_choose, piece_of, shipped_in, why_not_first
from stockterm.flows.transfer_state import (
    TransferState,
    handled_lines,
    wanted_to_receive,
    wanted_to_ship,
)
from stockterm.flows.transfer_view import (
    difference_in_words,
    differences,
    how_many_in_words,
    no_order_in_words,
    order_view,
    piece_in_words,
    scan_an_order,
    so_far_in_words,
    wants_in_words,
    which_bin,
    which_line,
)
from stockterm.flows.view import Message, ViewState
from stockterm.flows.words import checked_quantity, lines_in_words, number
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
    PackageHit,
    Quantity,
    Resolution,
    SerialHit,
    Unknown,
)


@dataclass(frozen=True, slots=True)
class _Lines:
    """What F10 asked about, kept with the question: a posting that is repeated must have the same content."""

    lines: tuple[HandledLine, ...]


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
        goods, hand = state.goods, self._in_hand(at, state.order_no)
        if hand is None:
            return Outcome(TransferState(at.location.code), no_order_in_words(state, waits=bool(self._waiting(at))))
        if at.location.bins and not state.bin_code:
            return Outcome(replace(state, step="bin"), said or say.note(_("Which bin?")))
        if self._asks_to_bin(hand.order) and not state.to_bin:
            text = _("Which bin at {location}?").format(location=hand.order.to_location)
            return Outcome(replace(state, step="to_bin"), said or say.note(text))
        if goods is None:
            return Outcome(replace(state, step="item"), said or say.note(_("Scan an item. F10 ends the order.")))
        if goods.has_variants and not goods.variant_code:
            return Outcome(state, ask=choose.which_variant(goods))
        wanted = wanted_lines(hand, state, goods.item_no, goods.variant_code, goods.base_uom)
        if kind := missing_number(goods):
            text = _("{kind} of {item}?").format(kind=kind_in_words(kind), item=goods.name)
            return Outcome(replace(state, step=kind), say.note(text))
        refuse_number(hand, state, piece_of(state, goods, Decimal(1)), wanted)
        if ask := why_not_first(hand, state, (goods,)):
            return Outcome(state, ask=ask)
        if goods.quantity is None and goods.serial:
            goods = replace(in_base_unit(goods), quantity=Decimal(1))
        if goods.quantity is None:
            state = replace(state, step="quantity", goods=goods)
            return Outcome(state, say.note(how_many_in_words(hand, state, goods, wanted)))
        piece = piece_of(state, goods, base_quantity(goods, goods.quantity))
        refuse_too_much(hand, state, piece, wanted)
        after = replace(state.with_piece(piece), goods=None, factor=None)
        return self._next(at, after, say.ok(so_far_in_words(hand, after, piece, wanted)))

    def _order(self, at: At, no: str) -> TransferOrderDocument | None:
        """The order, if this location ships (receives) it."""
        order = find_transfer_order(no) if no else None
        if order is None or at.location.code != (order.from_location if self.ships else order.to_location):
            return None
        return order

    def _in_hand(self, at: At, no: str) -> InHand | None:
        order = self._order(at, no)
        if order is None:
            return None
        wanted = wanted_to_ship(order) if self.ships else wanted_to_receive(order, on_the_way(order.no, order.in_transit))
        blind = not self.ships and at.location.blind_receipts and not may(at.user, Right.ORDER_TRANSFER)
        return InHand(at, self.ships, may(at.user, Right.SEE_EXPECTED) and not blind, order, wanted)

    def _waiting(self, at: At) -> list[WaitingOrder]:
        return orders_to_ship(at.location.code) if self.ships else orders_to_receive(at.location.code)

    def _asks_to_bin(self, order: TransferOrderDocument) -> bool:
        """A direct order puts the goods down at the other end at once."""
        other = places.location(order.to_location) if self.ships and order.direct else None
        return other is not None and other.bins

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
                raise refuse(Unknown(no, None), scan_an_order(), self.job)
            else:
                raise refuse(found, scan_an_order(), self.job)
        if all(one.no != no for one in waiting):
            raise NothingToDo(what=self._why_not_waiting(at, no))
        order = self._order(at, no)
        if self.ships and order is not None and order.direct:  # it is received as it is shipped
            require_location(at.user, order.to_location)
        operation_id = f"{'SHIP' if self.ships else 'RECEIVE'}-{uuid.uuid4().hex}"
        return _stepped(self._next(at, replace(state, order_no=no, operation_id=operation_id)))

    def _why_not_waiting(self, at: At, no: str) -> str:
        order = self._order(at, no)
        if self.ships and order is not None and not order.released:
            return _("{order} is not released").format(order=no)
        done = _("all of it is shipped") if self.ships else _("nothing of it is on the way")
        return f"{no}: {done}"

    def _take(self, at: At, state: TransferState, found: Resolution) -> Outcome:
        """A bin or an item, and what goes with it; or a package."""
        match found:
            case Empty():
                return Outcome(state)
            case Ambiguous(code, candidates):
                return Outcome(state, ask=choose.which_hit(code, candidates))
            case BinHit() if found.location_code == at.location.code:
                refuse_blocked_bin(at.location.code, found.bin_code, "outbound" if self.ships else "inbound")
                return _stepped(self._next(at, replace(state, bin_code=found.bin_code)))
            case PackageHit() if state.step == "item" or self.ships:
                return self._package(at, state, found.package_no)
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
                raise refuse(found, wants_in_words(state), self.job)

    def _package(self, at: At, state: TransferState, package_no: str) -> Outcome:
        """All that is in a package: all of it is wanted, or nothing of it is taken."""
        hand = self._in_hand(at, state.order_no)
        assert hand is not None
        if self._asks_to_bin(hand.order) and not state.to_bin:
            raise refuse(PackageHit(package_no), wants_in_words(replace(state, step="to_bin")), self.job)
        if any(same_number(one.package_no, package_no) for one in state.pieces):
            raise AlreadyScanned(what=_("Package {package}").format(package=package_no))
        pieces = shipped_in(hand, state, package_no) if not self.ships else lies_in(at, state, package_no)
        if not pieces:
            where = hand.order.no if not self.ships else at.location.code
            raise EmptyPackage(package=package_no, place=where, done=_("booked"))
        for piece in pieces:
            if self.ships:
                refuse_blocked_bin(at.location.code, piece.bin_code, "outbound")
        after = checked_pieces(hand, replace(state, factor=None), pieces)
        packed = [goods_that_lie(one.item_no, one.variant_code, one.numbers, one.quantity) for one in pieces]
        if ask := why_not_first(hand, state, packed):
            return Outcome(state, ask=replace(ask, values=(*ask.values, package_no)))
        text = _("Package {package}: {lines}").format(package=package_no, lines=lines_in_words(len(pieces)))
        return _stepped(self._next(at, after, say.ok(text)))

    def _with_goods(self, at: At, state: TransferState, goods: Goods) -> Outcome:
        goods = replace(goods, quantity=state.factor if goods.quantity is None else goods.quantity)
        return _stepped(self._next(at, replace(state, goods=goods, factor=None)))

    def _to_bin(self, at: At, state: TransferState, found: Resolution, location_code: str) -> Outcome:
        if not isinstance(found, BinHit) or found.location_code != location_code:
            raise refuse(found, wants_in_words(state), self.job)
        refuse_blocked_bin(location_code, found.bin_code, "inbound")
        return _stepped(self._next(at, replace(state, to_bin=found.bin_code)))

    def _number(self, at: At, state: TransferState, found: Resolution) -> Outcome:
        assert state.goods is not None
        if isinstance(found, ItemHit | AttributesHit) and found.fields.suspected:
            return Outcome(state, ask=choose.lost_separator(found))
        return _stepped(self._next(at, replace(state, goods=answer_number(state.goods, state.step, found, self.job))))

    def _how_many(self, at: At, state: TransferState, found: Resolution) -> Outcome:
        assert state.goods is not None
        if not isinstance(found, Quantity):
            raise refuse(found, wants_in_words(state), self.job)
        if found.value <= 0:
            raise QuantityZero(field="quantity")
        checked_quantity(found.value)
        return _stepped(self._next(at, replace(state, goods=replace(state.goods, quantity=found.value))))

    # ---- commands and answers

    def command(self, at: At, state: TransferState, command: Command) -> Outcome:
        """One command key or label."""
        match command:
            case Command.BACK if state.step == "search":
                return self._next(at, state)
            case Command.BACK:
                return Outcome(state, back=True)
            case Command.CLEAR | Command.NEXT if state.step in ("item", "search"):
                return _stepped(self._next(at, replace(state, bin_code="", to_bin="", goods=None, factor=None)))
            case Command.LIST:
                return self._list(at, state)
            case Command.POST:
                return self._finish(at, state)
            case _:
                return Outcome(state)

    def _list(self, at: At, state: TransferState) -> Outcome:
        hand = self._in_hand(at, state.order_no)
        if state.step == "bin":
            bins = bins_to_go_to(hand, state) if hand is not None and self.ships else []
            return Outcome(state, ask=which_bin(at.location.code, bins) if bins else choose.which_bin(at))
        if state.step in KINDS and state.goods is not None and hand is not None:
            ask = numbers_to_choose(hand, state, state.goods)
            if ask is None:
                return Outcome(state, say.warning(_("None here in the books. Scan the label.")))
            return Outcome(state, ask=ask)
        if state.step == "item" and hand is not None:
            return Outcome(state, ask=which_line(hand, state))
        return Outcome(state)

    def _finish(self, at: At, state: TransferState) -> Outcome:
        """F10: what was scanned, and how it differs from what was wanted; then the two digits."""
        hand = self._in_hand(at, state.order_no)
        if hand is None or not state.pieces:
            raise NothingToDo(what=_("nothing was scanned"))
        if state.goods is not None:
            raise NothingToDo(what=_("the line is not complete"))
        different = list(differences(hand.wanted, state.pieces))
        if not hand.shown:
            for name, want, got in different:
                if got > want:
                    raise CountAgain(item_no=name)
        digits = say.two_digits()
        sentence = _("Ship {lines} of {order}? Type {digits}.") if self.ships else _("Receive {lines} of {order}? Type {digits}.")
        text = sentence.format(lines=lines_in_words(len(state.pieces)), order=hand.order.no, digits=digits)
        said = [text]
        if hand.shown:
            said += [difference_in_words(*one) for one in different] or [_("Nothing differs.")]
        said += [piece_in_words(one) for one in state.pieces]
        lines = to_text(_Lines(handled_lines(hand.wanted, state.pieces)))
        ask = Ask("post", text, values=(at.today.isoformat(), lines), digits=digits, no=_("not yet"))
        return Outcome(state, ask=ask, text=tuple(said))

    def answer(self, at: At, state: TransferState, ask: Ask, reply: Answer) -> Outcome:
        """The answer to a question of this job."""
        if reply is Reply.NO or reply is Reply.MORE:
            if ask.kind in (choose.VARIANT, fefo.ASK):
                return self._next(at, replace(state, goods=None))
            return Outcome(state, say.note(wants_in_words(state)))
        if isinstance(reply, int):
            return self._chosen(at, state, ask, reply)
        if ask.kind == "post":
            require(at.user, self.right)
            return Outcome(state, ask=ask, operations=(self._operation(at, state, ask),))
        return Outcome(state, ask=ask)

    def _chosen(self, at: At, state: TransferState, ask: Ask, choice: int) -> Outcome:
        match ask.kind:
            case "line" if not ask.values[choice]:
                return Outcome(replace(state, step="search"), say.note(_("Type a part of the number or the description.")))
            case choose.WHICH | "line":
                hit = hit_from_text(ask.values[choice])
                return self._number(at, state, hit) if state.step in KINDS else self._take(at, state, hit)
            case fefo.ASK:
                after = replace(state, reason=ask.values[choice])
                packages = ask.values[len(ask.choices) :]
                return self._package(at, after, packages[0]) if packages else _stepped(self._next(at, after))
            case choose.VARIANT:
                return _stepped(self._next(at, replace(state, goods=choose.chosen_variant(ask, choice))))
            case "number":
                assert state.goods is not None
                goods = with_number(state.goods, state.step, ask.values[choice], None)
                return _stepped(self._next(at, replace(state, goods=goods)))
            case _:
                return Outcome(state, ask=ask)

    # ---- posting

    def _operation(self, at: At, state: TransferState, ask: Ask) -> TransferShip | TransferReceive:
        """What was scanned, as it is posted: shared out among the lines when F10 asked, so that it is the same each time."""
        day = date.fromisoformat(ask.values[0])
        header = Header(day, state.operation_id, reason_code=state.reason, user_code=at.user.code)
        lines = from_text(_Lines, ask.values[1]).lines
        return TransferShip(header, state.order_no, lines) if self.ships else TransferReceive(header, state.order_no, lines)

    def posted(self, at: At, state: TransferState, ask: Ask | None, registers: list[Any]) -> Outcome:
        """It is in the ledgers: the next order."""
        facts = register(registers[0].register_no)
        document_no = facts.document_no if facts is not None and facts.document_no != state.order_no else ""
        what = " ".join(filter(None, (state.order_no, document_no)))
        sentence = _("Shipped {order}, register {register}.") if self.ships else _("Received {order}, register {register}.")
        said = say.ok(sentence.format(order=what, register=registers[0].register_no))
        left = numbers_left_for("transfer_shipment_nos" if self.ships else "transfer_receipt_nos", at.today)
        if left is not None:
            text = _("Only {count} numbers left. {said} Tell the administrator.").format(count=left, said=said.text)
            said = say.warning(text)
        writes = (steps.forget(self.work(at, state)),)
        return Outcome(TransferState(at.location.code), said, writes=writes, good=True, forget=True)

    # ---- what is shown

    def view(self, at: At, state: TransferState) -> ViewState:
        """The order as one screen shows it."""
        title = _("Ship transfer") if self.ships else _("Receive transfer")
        waiting = [f"{one.no} {one.other_location}" for one in self._waiting(at)] if state.step == "order" else []
        return order_view(at, state, self._in_hand(at, state.order_no), title=title, ships=self.ships, waiting=waiting)

    def work(self, at: At, state: TransferState) -> str:
        """The steps of this job belong to the user."""
        return f"{self.job}:{at.user.code}"


SHIP = Transfers("ship_transfer", Right.SHIP_TRANSFER, ships=True)
RECEIVE = Transfers("receive_transfer", Right.RECEIVE_TRANSFER, ships=False)


def _label(at: At, state: TransferState) -> printing.Labels | None:
    """Of the goods in hand, else of what was scanned last, else of the order."""
    goods = state.goods or (state.pieces[-1] if state.pieces else None)
    if goods is None and state.order_no:
        return printing.of_document(state.order_no)
    return printing.of_hand(at, goods)


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
        label=_label,
        posted=job.posted,
        begun=lambda state: bool(state.order_no),
    )


SHIP_FLOW = _flow(SHIP)
RECEIVE_FLOW = _flow(RECEIVE)


def _stepped(outcome: Outcome) -> Outcome:
    """Something was said that can be taken back."""
    return replace(outcome, undo="", good=True)


def _searched(state: TransferState, entry: Entry) -> Outcome:
    ask, again = choose.found_items(entry.raw), replace(state, step="item")
    if ask is None:
        return Outcome(again, say.warning(_("Nothing found for {text}.").format(text=entry.raw.strip())))
    return Outcome(again, ask=ask)
