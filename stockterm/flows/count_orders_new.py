"""Making count orders: by hand, with filters and thresholds, or of what is due to be counted today."""

from collections.abc import Callable
from dataclasses import replace

from db.work import count_finish, count_orders, count_schedule
from db.work.count_expected import DUE
from db.work.count_orders import CountOrder, NewCountOrder
from db.work.count_rules import Thresholds
from db.work.count_schedule import Scheduled
from stockterm.flows import say
from stockterm.flows.count_orders_state import LISTED, Draft, SupervisorState
from stockterm.flows.lists import Line
from stockterm.flows.outcome import At, Outcome
from stockterm.flows.rights import Right, require
from stockterm.flows.words import item_and_variant, lines_in_words, number, typed_date, typed_number
from stockterm.i18n import _, format_date

_FILTERS = ("bin_filter", "zone_filter", "category_filter", "item_filter")
_FLAGS = ("not_on_inventory", "blind", "four_eyes", "lock_bins")


def draft_lines(at: At, state: SupervisorState) -> list[Line]:
    """What an order says; each is changed by its number."""
    draft = state.draft
    everything = _("all")
    shown: list[tuple[str, str, str]] = [
        ("description", _("Text"), draft.description),
        ("bin_filter", _("Bins"), draft.bin_filter or everything),
        ("zone_filter", _("Zones"), draft.zone_filter or everything),
        ("category_filter", _("Categories"), draft.category_filter or everything),
        ("item_filter", _("Items"), draft.item_filter or everything),
        ("posting_date", _("Posting date"), format_date(draft.posting_date or at.today)),
        ("threshold_quantity", _("Recount above quantity"), _or_never(draft, "quantity")),
        ("threshold_percent", _("Recount above percent"), _or_never(draft, "percent")),
        ("threshold_value", _("Recount above value"), _or_never(draft, "value")),
        ("not_on_inventory", _("Also what is at 0"), _yes(draft.not_on_inventory)),
        ("blind", _("Blind"), _yes(draft.blind)),
        ("four_eyes", _("Four eyes"), _yes(draft.four_eyes)),
        ("lock_bins", _("Lock bins"), _yes(draft.lock_bins)),
    ]
    if not at.location.bins:
        shown = [one for one in shown if one[0] not in ("bin_filter", "zone_filter", "lock_bins")]
    lines = [Line(f"{label}: {value}", _change(state, step, label), cells=(label, value)) for step, label, value in shown]
    return [Line(_("Make the order"), lambda: make(at, draft)), *lines]


def _or_never(draft: Draft, of: str) -> str:
    value = getattr(draft, f"threshold_{of}")
    return _("never") if value is None else number(value)


def _yes(value: bool) -> str:
    return _("yes") if value else _("no")


def _change(state: SupervisorState, step: str, label: str) -> Callable[[], Outcome]:
    if step in _FLAGS:
        flipped = replace(state.draft, **{step: not getattr(state.draft, step)})  # type: ignore[arg-type]
        return lambda: Outcome(replace(state, draft=flipped), say.note(f"{label}: {_yes(getattr(flipped, step))}"))
    return lambda: typing(state, step, label)


def typing(state: SupervisorState, step: str, label: str) -> Outcome:
    """Something is typed next."""
    return Outcome(replace(state, step=step), say.note(_("{what}: type it.").format(what=label)))


def typed(at: At, state: SupervisorState, text: str) -> Outcome:
    """A value of the draft; nothing typed: none."""
    step, done = state.step, replace(state, step="")
    if step == "posting_date":
        require(at.user, Right.CHANGE_POSTING_DATE)
        day = typed_date(text, at.today) if text else at.today
        return Outcome(replace(done, draft=replace(state.draft, posting_date=day)), say.ok(format_date(day)))
    if step.startswith("threshold"):
        changed = replace(state.draft, **{step: abs(typed_number(text)) if text else None})  # type: ignore[arg-type]
        return Outcome(replace(done, draft=changed), say.ok(_or_never(changed, step.removeprefix("threshold_"))))
    value = text.upper()[:250] if step in _FILTERS else text[:100]
    return Outcome(replace(done, draft=replace(state.draft, **{step: value})), say.ok(value or _("all")))  # type: ignore[arg-type]


def make(at: At, draft: Draft) -> Outcome:
    """Make the order, with its lines."""
    new = NewCountOrder(
        at.location.code,
        draft.posting_date or at.today,
        draft.description,
        draft.bin_filter,
        draft.zone_filter,
        draft.category_filter,
        draft.item_filter,
        blind=draft.blind,
        four_eyes=draft.four_eyes,
        lock_bins=draft.lock_bins,
        thresholds=Thresholds(draft.threshold_quantity, draft.threshold_percent, draft.threshold_value),
    )
    return _made(new, at, not_on_inventory=draft.not_on_inventory)


def _made(new: NewCountOrder, at: At, *, not_on_inventory: bool) -> Outcome:
    order_no = count_orders.create_order(new, at.user.code)
    order = count_orders.read_order(order_no)
    assert order is not None
    return calculated(SupervisorState(order_no, "order"), order, not_on_inventory=not_on_inventory)


def calculated(state: SupervisorState, order: CountOrder, *, not_on_inventory: bool = False) -> Outcome:
    """Add the lines that the order should have; what was skipped is named."""
    added, found = count_finish.calculate_lines(order.order_no, not_on_inventory=not_on_inventory)
    text = _("{order}: {lines} added.").format(order=order.document_no, lines=lines_in_words(added))
    why = {"blocked": _("blocked"), "type": _("no stock item")}
    skipped = [_("Skipped: {item} ({why})").format(item=item, why=why[reason]) for item, reason in found.skipped]
    if not skipped:
        return Outcome(state, say.ok(text), good=True)
    text += " " + _("Skipped: {count}.").format(count=len(skipped))
    return Outcome(state, say.warning(text), text=(text, *skipped), good=True)


# ---- what is due ----------------------------------------------------------------------------------------------------


def due_lines(at: At) -> list[Line]:
    """What should be counted today, the longest overdue first: all of it in one order, or one item."""
    due = count_schedule.due(at.location.code, at.today)
    if not due:
        return []
    everything = Line(_("Order all: {count}").format(count=len(due)), lambda: _order(at, DUE, _due_text(at)))
    return [everything, *(_due_line(at, one) for one in due[:LISTED])]


def _due_line(at: At, one: Scheduled) -> Line:
    name = item_and_variant(one.item_no, one.variant_code)
    overdue = one.window.end < at.today
    text = _("{item} overdue since {date}") if overdue else _("{item} until {date}")
    last = format_date(one.last_counted) if one.last_counted else _("never")
    return Line(
        text.format(item=name, date=format_date(one.window.end)),
        lambda: _order(at, one.item_no, f"{_due_text(at)} {name}"),
        details=((_("Period"), one.period_code), (_("Last counted"), last)),
        cells=(name, format_date(one.window.end), _("overdue") if overdue else ""),
    )


def _due_text(at: At) -> str:
    return _("Due {date}").format(date=format_date(at.today))


def _order(at: At, item_filter: str, description: str) -> Outcome:
    new = NewCountOrder(at.location.code, at.today, description[:100], item_filter=item_filter)
    return _made(new, at, not_on_inventory=True)
