"""Transfer orders: what a supervisor does with them, from making one to what went missing of it.

    the orders from here and to here, and a new one
      └ one order: its lines · release, take back, delete · close what is missing · undo shipments and receipts · its label

Every page is a list to choose from. What changes or posts something is confirmed by two digits and goes through the one door
(`transfer_orders_new` makes an order, `transfer_orders_one` has what is done with one).
"""

from dataclasses import replace
from datetime import date
from typing import Any

from db.queries.registers import register
from db.queries.transfer_orders import OrderFacts, orders_at
from db.work.transfer_orders import TransferOrderDocument
from stockterm.flows import choose, lists, printing, say
from stockterm.flows import transfer_orders_new as new
from stockterm.flows import transfer_orders_one as one
from stockterm.flows.help import help_for
from stockterm.flows.lists import Line
from stockterm.flows.meaning import hit_from_text, meaning_of
from stockterm.flows.outcome import Answer, Ask, At, Entry, Flow, Outcome, Reply
from stockterm.flows.rights import Right, require
from stockterm.flows.tokens import Command
from stockterm.flows.transfer_orders_state import OrdersState
from stockterm.flows.view import KeyHint, ViewState
from stockterm.flows.words import item_and_variant, lines_in_words
from stockterm.i18n import _, format_date
from stockterm.scanning.resolve import DocumentHit, Expected

JOB = "transfer_orders"

_UP = {"new": "to", "about": "order", "close": "order", "how": "close", "documents": "order", "document": "documents"}


def begin(at: At, state: OrdersState | None) -> Outcome:
    """Show the orders of this location; go on with one that is being made."""
    require(at.user, Right.ORDER_TRANSFER)
    if state is not None and state.draft.lines:
        return Outcome(replace(state, page="new", step="", goods=None), say.note(_("Scan what it needs.")))
    return Outcome(OrdersState(), say.note(_("Choose, or scan.")))


# ---- pages


def _lines(at: At, state: OrdersState) -> list[Line]:
    """What can be chosen on this page."""
    if state.page == "to":
        return new.destinations(at, state)
    if state.page == "new":
        return new.lines(at, state)
    order = one.order_of(state)
    if order is None:
        return _list(at)
    match state.page:
        case "close":
            return one.missing(state, order)
        case "how":
            return one.ways_to_close(at, state, order)
        case "documents":
            return one.documents(state)
        case "document" | "about":
            return []
        case _:
            return one.lines(at, state, order)


def _list(at: At) -> list[Line]:
    begun = Line(_("New order"), lambda: Outcome(OrdersState("to"), say.note(_("Where to?"))))
    return [begun, *(_listed(at, facts) for facts in orders_at(at.location.code))]


def _listed(at: At, facts: OrderFacts) -> Line:
    arrow = f"→ {facts.to_location}" if facts.from_location == at.location.code else f"← {facts.from_location}"
    state = state_in_words(facts)
    details = (
        (_("Way"), facts.in_transit or _("direct")),
        (_("Arrives"), format_date(date.fromisoformat(facts.receipt_date)) if facts.receipt_date else ""),
        (_("Lines"), lines_in_words(facts.lines)),
    )
    return Line(f"{facts.no} {state} {arrow}", lambda: _open(facts.no), details=details, cells=(facts.no, arrow, state))


def _open(order_no: str) -> Outcome:
    return Outcome(OrdersState("order", order_no), say.note(_("Choose.")))


def state_in_words(facts: OrderFacts) -> str:
    """How far an order is."""
    if facts.on_the_way:
        return _("on the way")
    if facts.finished:
        return _("finished")
    if not facts.released:
        return _("open")
    return _("part shipped") if facts.begun else _("released")


# ---- scans


def scan(at: At, state: OrdersState, entry: Entry) -> Outcome:
    """The number of a choice, a scan of goods for a new order, an order's label, or what is being typed."""
    require(at.user, Right.ORDER_TRANSFER)
    if state.step == "bin":
        return one.bin_scanned(at, state, entry)
    if state.step:
        return new.scan(at, state, entry)
    text, listed = entry.raw.strip(), _lines(at, state)
    chosen = not entry.certain and text.isascii() and text.isdigit() and len(text) <= 3
    if state.page == "new" and not chosen:
        return new.scan(at, state, entry)
    if not state.page and not chosen:
        found = meaning_of(at, entry, Expected.DOCUMENT)
        if isinstance(found, DocumentHit) and any(facts.no == found.document_no for facts in orders_at(at.location.code)):
            return _open(found.document_no)
    return lists.choose(listed, entry)


# ---- commands and answers


def command(at: At, state: OrdersState, command: Command) -> Outcome:
    """One command key or label."""
    match command:
        case Command.BACK if state.step:
            return Outcome(replace(state, step="", goods=None), say.note(_("Choose.")))
        case Command.BACK if state.page == "to" and state.draft.lines:
            return Outcome(replace(state, page="new"), say.note(_("Choose.")))
        case Command.BACK if state.page == "new" and state.draft.lines:
            digits = say.two_digits()
            text = _("Drop this order? Type {digits}.").format(digits=digits)
            return Outcome(state, ask=Ask("drop", text, digits=digits, no=_("not yet")))
        case Command.BACK if state.page in _UP:
            return Outcome(replace(state, page=_UP[state.page], chosen=0), say.note(_("Choose.")))
        case Command.BACK if state.page:
            return Outcome(OrdersState(), say.note(_("Choose, or scan.")))
        case Command.BACK:
            return Outcome(None, go="menu")
        case Command.UNDO if state.page == "document":
            require(at.user, Right.UNDO_POSTING)
            return one.ask_undo(at, state)
        case Command.LIST if state.page == "new" and not state.step:
            return Outcome(replace(state, step="search"), say.note(_("Type a part of the number or the description.")))
        case _:
            return Outcome(state, say.note(_("Choose.")))


def answer(at: At, state: OrdersState, ask: Ask, reply: Answer) -> Outcome:
    """The two digits, or a choice."""
    require(at.user, Right.ORDER_TRANSFER)
    if isinstance(reply, int):
        return _chosen(at, state, ask, reply)
    if reply is not Reply.YES:
        return Outcome(replace(state, goods=None, step=""), say.note(_("Nothing changed.")))
    match ask.kind:
        case "drop":
            return Outcome(OrdersState(), say.ok(_("Dropped.")))
        case new.MAKE:
            return Outcome(state, ask=ask, operations=(new.operation(at, state.draft),))
        case _:
            return Outcome(state, ask=ask, operations=(one.operation(at, state, ask),))


def _chosen(at: At, state: OrdersState, ask: Ask, choice: int) -> Outcome:
    match ask.kind:
        case choose.WHICH:
            return new.take(state, hit_from_text(ask.values[choice]))
        case choose.VARIANT:
            return new.goods_taken(state, choose.chosen_variant(ask, choice))
        case "reason":
            return one.ask_write_off(at, state, ask.values[choice])
        case _:
            return Outcome(state, ask=ask)


def posted(at: At, state: OrdersState, ask: Ask | None, registers: list[Any]) -> Outcome:
    """It is done: the order as it is now, or the list where it is gone."""
    assert ask is not None
    register_no = registers[0].register_no
    if ask.kind == new.MAKE:
        facts = register(register_no)
        assert facts is not None
        return Outcome(
            OrdersState("order", facts.document_no), say.ok(_("Made: {order}.").format(order=facts.document_no)), good=True
        )
    after = OrdersState() if ask.kind == one.DELETE else OrdersState("order", state.order_no)
    return Outcome(after, say.ok(one.said_in_words(ask, state.order_no, register_no)), good=True)


# ---- what is shown


def view(at: At, state: OrdersState) -> ViewState:
    """A list to choose from, with the order it is about."""
    order = one.order_of(state)
    keys = [KeyHint(Command.BACK, _("back")), KeyHint(Command.HELP, _("help"))]
    if state.page == "document":
        keys.insert(0, KeyHint(Command.UNDO, _("undo")))
    if state.page == "new" and not state.step:
        keys.insert(0, KeyHint(Command.LIST, _("search")))
    item, description = _goods(state)
    view = ViewState(
        title=_title(at, state, order),
        item=item,
        description=description,
        prompt=_prompt(state),
        keys=tuple(keys),
        text=_text(state, order),
    )
    return view if state.step or state.page in ("document", "about") else lists.show(view, _lines(at, state))


def _goods(state: OrdersState) -> tuple[str, str]:
    """The item and its description whose quantity is asked for."""
    if state.step == "quantity" and state.goods is not None:
        return state.goods.name, state.goods.description
    if state.step == "line" and state.chosen < len(state.draft.lines):
        line = state.draft.lines[state.chosen]
        return item_and_variant(line.item_no, line.variant_code), line.description
    return "", ""


def _title(at: At, state: OrdersState, order: TransferOrderDocument | None) -> str:
    if state.page in ("to", "new"):
        return _("New order")
    return _("Transfer orders") if order is None else f"{order.no} {order.from_location}→{order.to_location}"


def _prompt(state: OrdersState) -> str:
    prompts = {"no": _("Number"), "quantity": _("How many"), "line": _("How many"), "bin": _("Bin"), "search": _("Search")}
    return prompts.get(state.step) or _("Choose")


def _text(state: OrdersState, order: TransferOrderDocument | None) -> tuple[str, ...]:
    if state.page == "about" and order is not None:
        return one.about_line(order, state.chosen)
    document = one.document_of(state) if state.page == "document" else None
    return () if document is None else one.document_lines(document)


def _label(at: At, state: OrdersState) -> printing.Labels | None:
    order = one.order_of(state)
    return None if order is None else one.label_of(order)


def _begun(state: OrdersState) -> bool:
    return bool(state.draft.lines)


def work(at: At, state: OrdersState) -> str:
    """Nothing here is undone scan by scan."""
    return f"{JOB}:{at.user.code}"


FLOW = Flow(
    state=OrdersState,
    begin=begin,
    scan=scan,
    command=command,
    answer=answer,
    view=view,
    help=lambda at, state: help_for(JOB, state.step or state.page or "list"),
    work=work,
    posted=posted,
    label=_label,
    begun=_begun,
)
