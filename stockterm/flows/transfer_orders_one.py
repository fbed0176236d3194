"""One transfer order in a supervisor's hands: its lines and documents, released or taken back, closed short, undone, deleted."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from db.core.codes import normalize_code
from db.core.errors import AlreadyUndone, NotSupported
from db.posting.lines import (
    HandledLine,
    Header,
    OrderedLine,
    PostingOperation,
    TrackingLine,
    TransferClose,
    TransferDelete,
    TransferOrder,
    Undo,
)
from db.queries import places
from db.queries.items import reasons
from db.queries.places import bin_facts
from db.queries.registers import moved_by
from db.queries.transfer_orders import DocumentFacts, documents_of, on_the_way
from db.work.transfer_orders import TransferOrderDocument, TransferOrderLine, find_transfer_order
from stockterm.flows import choose, printing, say
from stockterm.flows.lists import Line
from stockterm.flows.outcome import Ask, At, Entry, Outcome
from stockterm.flows.refusals import WrongKind
from stockterm.flows.transfer_orders_state import OrdersState
from stockterm.flows.words import item_and_variant, lines_in_words, number, place, quantity, signed
from stockterm.i18n import _, format_date

# What a question is about; the values that it keeps follow.
CLOSE, UNDO, DELETE, CHANGE = "close", "undo", "delete", "change"


def order_of(state: OrdersState) -> TransferOrderDocument | None:
    """The order of the page, unless it was deleted meanwhile."""
    return find_transfer_order(state.order_no) if state.order_no else None


# ---- the order


def lines(at: At, state: OrdersState, order: TransferOrderDocument) -> list[Line]:
    """What can be done with the order, after its lines."""
    listed = [Line(line_in_words(one), _shown(state, one), details=_details(one)) for one in order.lines]

    def add(text: str, do: Callable[[], Outcome]) -> None:
        listed.append(Line(text, do))

    if not order.released:
        add(_("Release"), lambda: _ask_change(at, state, "release", _("Release {order}?")))
    elif order.to_ship and order.begun:
        add(_("Ship no more"), lambda: _ask_change(at, state, "take_back", _("Ship no more of {order}?")))
    elif order.to_ship:
        add(_("Take back"), lambda: _ask_change(at, state, "take_back", _("Take back {order}? Nobody ships it then.")))
    if order.on_the_way:
        add(_("Close what is missing"), lambda: Outcome(replace(state, page="close"), say.note(_("Which line?"))))
    if order.begun or documents_of(order.no, limit=1):
        add(_("Shipments, receipts"), lambda: Outcome(replace(state, page="documents"), say.note(_("Choose one."))))
    if not order.begun:
        add(_("Delete"), lambda: _ask_delete(at, state))
    add(_("Print its label"), lambda: printing.print_labels(at, state, label_of(order)))
    return listed


def line_in_words(line: TransferOrderLine) -> str:
    """`1000 6/10 in 4`: shipped of ordered, received; in base units. What is cut on a hand-held stands in the line's details."""
    name = item_and_variant(line.item_no, line.variant_code)
    facts = {"shipped": number(line.shipped), "ordered": number(line.ordered), "received": number(line.received)}
    text = _("{shipped}/{ordered} in {received}").format(**facts)
    closed = _("{quantity} closed").format(quantity=number(line.closed)) if line.closed else ""
    return ", ".join(filter(None, (f"{name} {text}", closed)))


def _details(line: TransferOrderLine) -> tuple[tuple[str, str], ...]:
    return (
        (_("Ordered"), quantity(line.quantity, line.uom_code)),
        (_("Shipped"), number(line.shipped)),
        (_("On the way"), number(line.in_transit)),
        (_("Received"), number(line.received)),
        (_("Closed"), number(line.closed)),
    )


def _shown(state: OrdersState, line: TransferOrderLine) -> Callable[[], Outcome]:
    return lambda: Outcome(replace(state, page="about", chosen=line.line_no), say.note(line_in_words(line)))


def about_line(order: TransferOrderDocument, line_no: int) -> tuple[str, ...]:
    """All about one line, with the numbers that are on the way."""
    line = order.line(line_no)
    if line is None:
        return ()
    numbers = [
        f"{number(one.quantity)} {' '.join(filter(None, (one.lot_no, one.serial_no, one.package_no)))}".rstrip()
        for one in on_the_way(order.no, order.in_transit)
        if one.line_no == line_no
    ]
    return (line_in_words(line), *(f"{label}: {value}" for label, value in _details(line)), *numbers)


# ---- changed, deleted


def _ask_change(at: At, state: OrdersState, action: str, sentence: str) -> Outcome:
    digits = say.two_digits()
    text = f"{sentence.format(order=state.order_no)} {_('Type {digits}.').format(digits=digits)}"
    return Outcome(state, ask=Ask(CHANGE, text, values=(action, at.today.isoformat()), digits=digits, no=_("not yet")))


def _ask_delete(at: At, state: OrdersState) -> Outcome:
    digits = say.two_digits()
    text = _("Delete {order}? Type {digits}.").format(order=state.order_no, digits=digits)
    return Outcome(state, ask=Ask(DELETE, text, values=(at.today.isoformat(),), digits=digits, no=_("not yet")))


def _changed(at: At, order: TransferOrderDocument, action: str, day: date) -> TransferOrder:
    """The order as it is sent again: released, or not to be shipped (any more)."""
    ordered = tuple(
        OrderedLine(
            line.line_no,
            line.item_no,
            line.quantity,
            line.variant_code,
            line.uom_code,
            tuple(TrackingLine(one.quantity, one.lot_no, one.serial_no, one.package_no) for one in line.asked),
        )
        for line in order.lines
    )
    return TransferOrder(
        Header(day, user_code=at.user.code),
        order.no,
        order.from_location,
        order.to_location,
        order.in_transit,
        ordered,
        action == "release",
        order.shipment_date,
        order.receipt_date,
        order.direct,
    )


# ---- what is missing


def missing(state: OrdersState, order: TransferOrderDocument) -> list[Line]:
    """The lines with something on the way; all of them first."""
    waiting = [line for line in order.lines if line.in_transit > 0]

    def go(line_no: int) -> Callable[[], Outcome]:
        return lambda: Outcome(replace(state, page="how", chosen=line_no), say.note(_("What became of it?")))

    every = Line(_("All: {lines}").format(lines=lines_in_words(len(waiting))), go(0))
    names = [(item_and_variant(one.item_no, one.variant_code), one) for one in waiting]
    return [every, *(Line(f"{name}: {number(one.in_transit)}", go(one.line_no), details=_details(one)) for name, one in names)]


def ways_to_close(at: At, state: OrdersState, order: TransferOrderDocument) -> list[Line]:
    """Lost, or back with the sender."""
    sender = places.location(order.from_location)

    def send_back() -> Outcome:
        if sender is not None and sender.bins:
            text = _("Into which bin at {location}?").format(location=order.from_location)
            return Outcome(replace(state, step="bin"), say.note(text))
        return _ask_send_back(at, state)

    return [Line(_("Lost: write it off"), lambda: _which_reason(state)), Line(_("Sent back"), send_back)]


def _which_reason(state: OrdersState) -> Outcome:
    known = reasons()
    texts = [f"{code} {text}".rstrip() for code, text in known]
    return Outcome(
        state, ask=Ask("reason", _("Why? Choose a reason."), choose.numbered(texts), tuple(code for code, _text in known))
    )


def ask_write_off(at: At, state: OrdersState, reason_code: str) -> Outcome:
    """Written off with this reason: the two digits."""
    digits = say.two_digits()
    text = _("Write off what is missing of {order}? Type {digits}.").format(order=state.order_no, digits=digits)
    return _ask_close(at, state, text, digits, reason_code)


def _ask_send_back(at: At, state: OrdersState) -> Outcome:
    digits = say.two_digits()
    text = _("Book {order} back to the sender? Type {digits}.").format(order=state.order_no, digits=digits)
    return _ask_close(at, state, text, digits, "")


def _ask_close(at: At, state: OrdersState, text: str, digits: str, reason_code: str) -> Outcome:
    values = (at.today.isoformat(), f"CLOSE-{uuid.uuid4().hex}", reason_code)
    return Outcome(state, ask=Ask(CLOSE, text, values=values, digits=digits, no=_("not yet")))


def bin_scanned(at: At, state: OrdersState, entry: Entry) -> Outcome:
    """The bin that goods are put back into."""
    order = order_of(state)
    assert order is not None
    code = normalize_code(entry.raw.strip().removeprefix("BIN:"))
    if bin_facts(order.from_location, code) is None:
        expected = _("Scan a bin of {location}.").format(location=order.from_location)
        raise WrongKind(kind=_("no bin"), scanned=code[:40], expected=expected)
    return _ask_send_back(at, replace(state, step="", bin_code=code))


# ---- documents


def documents(state: OrdersState) -> list[Line]:
    """Shipments, receipts and closings, the newest first."""
    return [
        Line(
            document_in_words(one),
            lambda no=one.register_no: Outcome(replace(state, page="document", chosen=no), say.note(_("F5 takes it back."))),  # type: ignore[misc]
            details=((_("By"), one.user_code), (_("Register"), str(one.register_no))),
        )
        for one in documents_of(state.order_no)
    ]


def document_of(state: OrdersState) -> DocumentFacts | None:
    """The document of the page."""
    return next((one for one in documents_of(state.order_no) if one.register_no == state.chosen), None)


def document_in_words(one: DocumentFacts) -> str:
    """`Shipment TS-0001 2026-01-05 undone`."""
    kinds = {"transfer_ship": _("Shipment"), "transfer_receive": _("Receipt"), "transfer_close": _("Closing")}
    day = format_date(date.fromisoformat(one.posting_date))
    undone = _("undone") if one.undone_by is not None else ""
    return " ".join(filter(None, (kinds[one.operation], one.document_no, day, undone)))


def document_lines(one: DocumentFacts) -> tuple[str, ...]:
    """The document, and what it moved."""
    moved = [
        " ".join(
            filter(
                None,
                (
                    signed(entry.quantity),
                    item_and_variant(entry.item_no, entry.variant_code),
                    entry.lot_no,
                    entry.serial_no,
                    place(entry.location_code, entry.bin_code),
                ),
            )
        )
        for entry in moved_by(one.register_no)
    ]
    undone = [] if one.undone_by is None else [_("Already undone, register {register}.").format(register=one.undone_by)]
    return (document_in_words(one), *undone, *moved)


def ask_undo(at: At, state: OrdersState) -> Outcome:
    """F5 on a document: the two digits, or why not."""
    one = document_of(state)
    assert one is not None
    if one.undone_by is not None:
        raise AlreadyUndone(reference=one.operation_id or str(one.register_no))
    if not one.operation_id:
        raise NotSupported(what=_("It has no id. Make a transfer order back."))
    digits = say.two_digits()
    text = _("Undo {document}? Type {digits}.").format(document=document_in_words(one), digits=digits)
    return Outcome(state, ask=Ask(UNDO, text, values=(at.today.isoformat(), one.operation_id), digits=digits))


# ---- posted


def operation(at: At, state: OrdersState, ask: Ask) -> PostingOperation:
    """What the two digits said yes to."""
    order = order_of(state)
    assert order is not None
    match ask.kind:
        case "change":
            return _changed(at, order, ask.values[0], date.fromisoformat(ask.values[1]))
        case "delete":
            return TransferDelete(Header(date.fromisoformat(ask.values[0]), user_code=at.user.code), order.no)
        case "undo":
            header = Header(date.fromisoformat(ask.values[0]), operation_id=f"UNDO-{ask.values[1]}"[:100], user_code=at.user.code)
            return Undo(header, ask.values[1])
        case _:
            day, operation_id, reason_code = ask.values
            header = Header(date.fromisoformat(day), operation_id, reason_code=reason_code, user_code=at.user.code)
            chosen = [line for line in order.lines if line.in_transit > 0 and state.chosen in (0, line.line_no)]
            handled = tuple(HandledLine(line.line_no, bin_code=state.bin_code) for line in chosen)
            return TransferClose(header, order.no, handled, send_back=not reason_code)


def said_in_words(ask: Ask, order_no: str, register_no: int) -> str:
    """What was done."""
    if ask.kind == CHANGE:
        return {
            "release": _("Released {order}."),
            "take_back": _("Not shipped any more: {order}."),
        }[ask.values[0]].format(order=order_no)
    sentence = {
        DELETE: _("Deleted {order}."),
        UNDO: _("Undone, register {register}."),
        CLOSE: _("Closed {order}, register {register}."),
    }[ask.kind]
    return sentence.format(order=order_no, register=register_no)


# ---- its label


def label_of(order: TransferOrderDocument) -> printing.Labels:
    """The order's number in bars, and which way it goes."""
    from stockterm.labels.content import document_label

    content = document_label(order.no, f"{order.from_location} → {order.to_location}")
    return printing.Labels(_("Document {no}").format(no=order.no), (content,))
