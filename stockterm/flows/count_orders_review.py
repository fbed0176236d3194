"""What came of a count: its differences by value and by quantity, and what a supervisor decides about single lines."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from db.costing.sharing import round_amount
from db.work import count_finish, count_hand_in, count_judge, count_recordings
from db.work.count_expected import amount_rounding
from db.work.count_finish import Result
from db.work.count_judge import JudgedLine
from db.work.count_orders import OPEN, CountOrder
from db.work.count_rules import Need
from stockterm.flows import say
from stockterm.flows.count_orders_state import LISTED, SupervisorState, order_of
from stockterm.flows.lists import Line
from stockterm.flows.outcome import At, Outcome
from stockterm.flows.rights import Right, require
from stockterm.flows.words import differences_in_words, lines_in_words, number, signed
from stockterm.i18n import _

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Difference:
    """One line of the order as it is reviewed; quantities in base units, `value` at what a unit costs now."""

    where: str
    line_no: int
    counted: bool
    expected: Decimal
    found: Decimal
    surplus: Decimal
    missing: Decimal
    value: Decimal
    need: str

    @property
    def quantity(self) -> Decimal:
        return self.surplus - self.missing


def differences(at: At, state: SupervisorState, *, by: str) -> Outcome:
    """Every line that differs or needs something, the largest first (`by` value or quantity), with what all of them come to."""
    require(at.user, Right.SEE_EXPECTED)
    order = order_of(state)
    lines = _of_open(order) if order.status == OPEN else _of_results(count_finish.results_of(order.order_no))
    lines = [_rounded(one) for one in lines]
    counted = [one for one in lines if one.counted]
    different = [one for one in counted if one.surplus or one.missing]
    over = sum((one.value for one in different if one.value > 0), ZERO)
    short = sum((one.value for one in different if one.value < 0), ZERO)
    head = _("{counted} of {all} lines counted, {differences}. Value {value}: over {over}, short {short}.").format(
        counted=len(counted),
        all=len(lines),
        differences=differences_in_words(len(different)),
        value=signed(over + short),
        over=signed(over),
        short=signed(short),
    )
    size: Callable[[Difference], Decimal] = (lambda one: abs(one.value)) if by == "value" else (lambda one: abs(one.quantity))
    shown = sorted((one for one in lines if one.surplus or one.missing or one.need), key=lambda one: (-size(one), one.line_no))
    said = [_in_words(one) for one in shown[:LISTED]]
    if len(shown) > LISTED:
        said.append(_("… and {lines} more").format(lines=lines_in_words(len(shown) - LISTED)))
    return Outcome(replace(state, page="differences"), say.note(_("F3 goes back.")), text=(head, *said))


def _rounded(one: Difference) -> Difference:
    """Its value as amounts are rounded."""
    return replace(one, value=round_amount(one.value, amount_rounding()))


def _of_open(order: CountOrder) -> list[Difference]:
    return [_difference(one) for one in count_judge.judge_order(order)]


def _difference(one: JudgedLine) -> Difference:
    found = one.shown
    expected, counted, surplus, missing = ZERO, ZERO, ZERO, ZERO
    if found is not None:
        expected, counted = found.expected_quantity, found.counted_quantity
        surplus, missing = found.surplus, found.missing
    where, line_no = count_judge.in_words(one.line), one.line.line_no
    return Difference(where, line_no, found is not None, expected, counted, surplus, missing, one.value, need_in_words(one))


def _of_results(results: Sequence[Result]) -> list[Difference]:
    """What was frozen when the order was finished, by place and item."""
    grouped: dict[tuple[str, str, str], Difference] = {}
    for one in results:
        where = " ".join(filter(None, (one.bin_code, one.item_no, one.variant_code)))
        before = grouped.get((one.bin_code, one.item_no, one.variant_code))
        before = before or Difference(where, one.order_line_no, True, ZERO, ZERO, ZERO, ZERO, ZERO, "")
        grouped[one.bin_code, one.item_no, one.variant_code] = replace(
            before,
            expected=before.expected + one.expected,
            found=before.found + one.counted,
            surplus=before.surplus + max(one.difference, ZERO),
            missing=before.missing + max(-one.difference, ZERO),
            value=before.value + one.difference * one.unit_cost,
        )
    return list(grouped.values())


def _in_words(one: Difference) -> str:
    """`A-01 1000: 5 → 7 (+2) value +24 recount`."""
    if not one.counted:
        return f"{one.where}: {one.need}"
    text = f"{one.where}: {number(one.expected)} → {number(one.found)} ({signed(one.quantity)})"
    text += " " + _("value {value}").format(value=signed(one.value))
    if one.surplus and one.missing:
        text += f" (+{number(one.surplus)} -{number(one.missing)})"
    return f"{text} {one.need}".rstrip()


def need_in_words(one: JudgedLine) -> str:
    """What a line still needs."""
    return {
        Need.COUNT: _("not counted"),
        Need.RECOUNT: _("recount"),
        Need.MOVED: _("moved while counted"),
        Need.DECISION: _("counts disagree"),
        Need.LATE: _("late {quantity}").format(quantity=signed(one.late)),
        Need.NOTHING: "",
    }[one.verdict.need]


# ---- decisions ------------------------------------------------------------------------------------------------------


def undecided(state: SupervisorState) -> Outcome:
    """The lines that somebody has to decide about."""
    require_lines = [one.line.line_no for one in count_judge.judge_order(order_of(state)) if _is_undecided(one)]
    if not require_lines:
        return Outcome(replace(state, page="order", chosen=0, listed=()), say.ok(_("Nothing to decide.")))
    listed = tuple(require_lines[:LISTED])
    text = _("To decide: {lines}.").format(lines=lines_in_words(len(require_lines)))
    return Outcome(replace(state, page="decide", chosen=0, listed=listed), say.note(text))


def _is_undecided(one: JudgedLine) -> bool:
    return one.verdict.need not in (Need.NOTHING, Need.COUNT)


def undecided_lines(state: SupervisorState) -> list[Line]:
    """The list of them."""

    def line(one: JudgedLine) -> Line:
        chosen = replace(state, page="line", chosen=one.line.line_no)
        return Line(
            _in_words(_rounded(_difference(one))),
            lambda: Outcome(chosen, say.note(_("Choose."))),
            details=tuple(
                (_("Count {number}").format(number=found.pass_no), number(found.counted_quantity)) for found in one.passes
            ),
            cells=(count_judge.in_words(one.line), signed(one.difference), need_in_words(one)),
        )

    return [line(one) for one in count_judge.judge_order(order_of(state), state.listed)]


def decision_lines(at: At, state: SupervisorState) -> list[Line]:
    """What can be decided about one line."""
    order_no, line_no = state.order_no, state.chosen
    [one] = count_judge.judge_order(order_of(state), [line_no])

    def decided(work: Callable[[], None]) -> Callable[[], Outcome]:
        def done() -> Outcome:
            require(at.user, Right.ORDER_COUNT)
            work()
            left = undecided(state)
            return replace(left, message=say.ok(_("Decided.")), good=True)

        return done

    lines: list[Line] = []
    if one.verdict.need is Need.LATE:
        text = _("Ignore what came late: {quantity}").format(quantity=signed(one.late))
        lines.append(Line(text, decided(lambda: count_judge.decide_late(order_no, line_no, count_judge.IGNORE))))
        if one.include_up_to is not None:
            text = _("Include what came late: {quantity}").format(quantity=signed(one.late))
            lines.append(Line(text, decided(lambda: count_judge.decide_late(order_no, line_no, count_judge.INCLUDE))))
    else:
        for found in one.passes:

            def accept(pass_no: int = found.pass_no) -> None:
                count_judge.choose_pass(order_no, line_no, pass_no)

            text = _("Accept count {number}: {quantity} ({difference})").format(
                number=found.pass_no,
                quantity=number(found.counted_quantity),
                difference=signed(found.surplus - found.missing),
            )
            lines.append(Line(text, decided(accept)))

    def again() -> None:
        count_hand_in.make_recounts(order_no, at.user.code, [line_no])

    lines.append(Line(_("Count again"), decided(again)))
    return lines


def recount(at: At, state: SupervisorState) -> Outcome:
    """Recordings of whatever has to be counted again."""
    require(at.user, Right.ORDER_COUNT)
    recordings = count_hand_in.make_recounts(state.order_no, at.user.code)
    tasks = sum(len(count_recordings.tasks_of(one.order_no, one.recording_no)) for one in recordings)
    text = _("Recount of {lines} is ready, for somebody who has not counted them.").format(lines=lines_in_words(tasks))
    return Outcome(state, say.ok(text), good=True)
