"""Link an unknown code to an item: scan or type the item, choose the unit; from then on the code works on every screen.

Reached by F4 while the message about the unknown code is shown, and only by those who may.
"""

from dataclasses import dataclass, replace

from db.masters.change import put_masters
from db.masters.change_log import ChangedBy
from db.queries.items import units_of
from stockterm.flows import choose, say
from stockterm.flows.goods import Goods, goods_of
from stockterm.flows.help import help_for
from stockterm.flows.meaning import hit_from_text, meaning_of, refuse
from stockterm.flows.outcome import Answer, Ask, At, Entry, Flow, Outcome
from stockterm.flows.rights import Right, require
from stockterm.flows.saved import from_text, to_text
from stockterm.flows.tokens import Command
from stockterm.flows.view import KeyHint, ViewState
from stockterm.i18n import _
from stockterm.scanning.resolve import Ambiguous, Expected, ItemHit, Resolution

JOB = "link"


@dataclass(frozen=True, slots=True)
class LinkState:
    """The code that nothing has, and the job to go back to."""

    code: str = ""
    back_to: str = "menu"
    step: str = "item"


def begin(at: At, state: LinkState | None) -> Outcome:
    """Ask for the item."""
    require(at.user, Right.LINK_CODE)
    state = state or LinkState()
    return Outcome(state, say.note(_("{code}: of which item?").format(code=state.code)))


def scan(at: At, state: LinkState, entry: Entry) -> Outcome:
    """The item that the code belongs to."""
    require(at.user, Right.LINK_CODE)
    if state.step == "search":
        ask, again = choose.found_items(entry.raw), replace(state, step="item")
        if ask is None:
            return Outcome(again, say.warning(_("Nothing found for {text}.").format(text=entry.raw.strip())))
        return Outcome(again, ask=ask)
    return _take(state, meaning_of(at, entry, Expected.ITEM))


def _take(state: LinkState, found: Resolution) -> Outcome:
    match found:
        case Ambiguous(code, candidates):
            return Outcome(state, ask=choose.which_hit(code, candidates))
        case ItemHit():
            goods, _facts = goods_of(found)
            if goods.has_variants and not goods.variant_code:
                return Outcome(state, ask=choose.which_variant(goods))
            return _which_unit(state, goods)
        case _:
            raise refuse(found, _("Scan or type the item."), JOB)


def _which_unit(state: LinkState, goods: Goods) -> Outcome:
    units = [code for code, _per in units_of(goods.item_no)]
    text = _("{code} is which unit of {item}?").format(code=state.code, item=goods.name)
    return Outcome(state, ask=Ask("unit", text, choose.numbered(units), (to_text(goods), *units)))


def command(at: At, state: LinkState, command: Command) -> Outcome:
    """Back leaves the code unknown; F4 searches."""
    if command is Command.LIST:
        return Outcome(replace(state, step="search"), say.note(_("Type a part of the number or the description.")))
    if command is Command.BACK:
        return Outcome(None, say.note(_("Not linked.")), go=state.back_to)
    return Outcome(state)


def answer(at: At, state: LinkState, ask: Ask, reply: Answer) -> Outcome:
    """The item, the variant or the unit was chosen."""
    if not isinstance(reply, int):
        return Outcome(state, say.note(_("{code}: of which item?").format(code=state.code)))
    if ask.kind == choose.WHICH:
        return _take(state, hit_from_text(ask.values[reply]))
    if ask.kind == choose.VARIANT:
        return _which_unit(state, choose.chosen_variant(ask, reply))
    require(at.user, Right.LINK_CODE)
    goods, unit = from_text(Goods, ask.values[0]), ask.values[reply + 1]
    fields = {"barcode": state.code, "item": goods.item_no, "variant": goods.variant_code or None, "uom": unit}
    named = {name: value for name, value in fields.items() if value is not None}
    put_masters([("barcode", named)], ChangedBy(at.user.code, at.terminal, JOB))
    text = _("{code} is {item} {unit} now. Scan it again.").format(code=state.code, item=goods.name, unit=unit)
    return Outcome(None, say.ok(text), go=state.back_to)


def view(at: At, state: LinkState) -> ViewState:
    """The code, and the question."""
    return ViewState(
        title=_("Link code"),
        item=state.code,
        prompt=_("Search") if state.step == "search" else _("Item"),
        keys=(KeyHint(Command.LIST, _("search")), KeyHint(Command.BACK, _("back")), KeyHint(Command.HELP, _("help"))),
    )


def work(at: At, state: LinkState) -> str:
    """Nothing here is undone scan by scan."""
    return f"{JOB}:{at.user.code}"


FLOW = Flow(
    state=LinkState,
    begin=begin,
    scan=scan,
    command=command,
    answer=answer,
    view=view,
    help=lambda at, state: help_for(JOB, state.step),
    work=work,
)
