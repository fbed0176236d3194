"""Every scenario of the domain references, through the command, on both databases.

The files are copies; their format is in the references. What this version refuses with `not_supported` is listed here by name,
and the list shrinks: a scenario that begins to pass, or fails for another reason, fails this test until it is taken off.
"""

import json
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pytest

from tests.support.program import Answer, call

FOLDER = Path(__file__).parent
UNCHANGED = ("item-ledger", "value-entries", "applications", "gl-entries", "reservations")

NOT_YET = {
    "average costing": (
        "average-by-day",
        "average-per-location",
        "backdated-purchase-average",
        "doc-average-period-day",
        "doc-average-recalculated-backdated-increase",
        "doc-average-valuation-date",
        "doc-costing-method-average",
        "doc-fixed-application-average",
        "doc-posting-date-item-charge",
        "doc-revaluation-average-backdated-sale",
        "doc-transfer-average",
        "revaluation-average-rest",
        "rounding-average-carried-on",
    ),
    "standard costing": (
        "doc-costing-method-standard",
        "doc-revaluation-expected-cost-standard",
        "doc-standard-variance-charge-revaluation",
        "standard-charge-is-variance",
        "standard-purchase-variance",
    ),
    "item charges": (
        "charge-after-the-sale",
        "charge-shared-by-quantity",
        "doc-adjust-cost-item-charge-gl",
        "doc-automatic-adjustment-window-always",
        "doc-automatic-adjustment-window-day",
        "doc-automatic-adjustment-window-month",
        "doc-automatic-adjustment-window-never",
        "doc-automatic-adjustment-window-quarter",
        "doc-automatic-adjustment-window-week",
        "doc-automatic-adjustment-window-year",
        "doc-posting-date-redirected-to-allowed",
        "doc-sales-return-exact-cost",
        "fixed-application",
        "sales-return-at-its-own-cost",
        "sales-return-exact-cost",
    ),
    "revaluation": (
        "doc-revaluation-fifo-which-decreases",
        "revaluation-dated-before-the-sale",
        "revaluation-of-the-rest",
    ),
    "the general ledger": (
        "doc-expected-cost-receipt-then-invoice",
        "doc-posting-purchase-with-overhead-gl",
        "indirect-cost-in-the-ledger",
        "interim-accounts-balance",
        "ledger-posting-on-demand",
    ),
    "assembly": ("assembly-cost-rollup",),
    "reservations": ("reservation-given-back", "reserved-stock-is-not-free"),
}
_REASON = {name: reason for reason, names in NOT_YET.items() for name in names}


def test_every_scenario_that_is_not_supported_yet_is_one_that_there_is() -> None:
    assert _REASON.keys() <= {path.stem for path in FOLDER.glob("*.json")}


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_scenario(path: Path, database_url: str, tmp_path: Path) -> None:
    scenario = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    steps = scenario.get("steps") or [{"ops": scenario["ops"], "expect": scenario["expect"]}]
    program = _Program(database_url, tmp_path)
    problems = _problems(program, steps)
    if path.stem in _REASON:
        assert problems, "it passes now: take it off the list"
        assert "not_supported" in problems[0], f"it fails for another reason: {problems}"
        pytest.xfail(_REASON[path.stem])
    assert not problems, "\n".join([scenario["why"], *problems])


def _problems(program: "_Program", steps: list[dict[str, Any]]) -> list[str]:
    for number, step in enumerate(steps, 1):
        try:
            problems = _run_step(program, step)
        except _Stopped as stopped:
            problems = [str(stopped)]
        if problems:
            return [f"step {number}: {problem}" for problem in problems]
    return []


class _Stopped(Exception):
    """A call failed that had to go well."""


class _Program:
    def __init__(self, url: str, folder: Path) -> None:
        self._url, self._folder = url, folder

    def post(self, operations: list[dict[str, Any]]) -> Answer:
        path = self._folder / "step.jsonl"
        lines = [json.dumps(one, ensure_ascii=False, default=str) for one in operations]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return call("--database", self._url, "post", str(path), "--errors", "jsonl")

    def export(self, what: str) -> list[dict[str, Any]]:
        answer = call("--database", self._url, "export", what)
        if answer.status:
            raise _Stopped(f"export {what}: {answer.err}".replace("Not supported yet", "not_supported"))
        return answer.rows

    def state(self) -> dict[str, str]:
        return {what: call("--database", self._url, "export", what).out for what in UNCHANGED}


def _run_step(program: _Program, step: dict[str, Any]) -> list[str]:
    checks = step.get("expect", [])
    problems = []
    kept = {what: program.export(what) for what in step.get("unchanged", ())}
    refusals = [check["post_fails"] for check in checks if "post_fails" in check]
    if refusals:
        problems += _refused(program, refusals[0], step["ops"])
    elif step.get("ops"):
        answer = program.post(step["ops"])
        if answer.status:
            raise _Stopped(f"post: {answer.err}")
    problems += [f"{what} changed" for what, rows in kept.items() if program.export(what) != rows]
    for check in checks:
        if "post_fails" not in check:
            problems += _verify(program, check)
    return problems


def _refused(program: _Program, wanted: dict[str, Any], operations: list[dict[str, Any]]) -> list[str]:
    before = program.state()
    answer = program.post(operations)
    if answer.status != 1:
        return [f"exit status {answer.status}, expected 1: {answer.err}"]
    problems = []
    for key, name in (("line", "line"), ("code_any_of", "code"), ("field_any_of", "field")):
        if key in wanted:
            allowed = wanted[key] if isinstance(wanted[key], list) else [wanted[key]]
            if not any(error[name] in allowed for error in answer.errors):
                problems.append(f"no error with {name} in {allowed}: {answer.err}")
    if "not_supported" in answer.err:
        problems.append(f"refused, but for another reason: {answer.err}")
    return problems + [f"{what} changed" for what, rows in program.state().items() if rows != before[what]]


def _verify(program: _Program, check: dict[str, Any]) -> list[str]:
    what = check["export"]
    rows = [row for row in program.export(what) if _matches(row, check.get("where", {}))]
    if "of" in check:
        entries = {row["entry_no"] for row in program.export("item-ledger") if _matches(row, check["of"])}
        assert entries, f"no item ledger entry of {check['of']}"
        rows = [row for row in rows if row["item_ledger_entry_no"] in entries]
    tolerance = Decimal(check.get("tolerance", 0))
    problems = []
    if "rows" in check and len(rows) != check["rows"]:
        problems.append(f"{len(rows)} rows, expected {check['rows']}")
    for fields, wanted in check.get("sum", {}).items():
        total = _sum(rows, fields)
        if abs(total - Decimal(str(wanted))) > tolerance:
            problems.append(f"sum of {fields} is {total}, expected {wanted}")
    for field, wanted in check.get("equals", {}).items():
        if not rows:
            problems.append(f"no row to compare {field} with {wanted}")
        problems += [f"{field} is {row[field]}, expected {wanted}" for row in rows if not _same(row[field], wanted, tolerance)]
    for fields, limit in check.get("at_least", {}).items():
        if _sum_or_rows(rows, fields) < Decimal(str(limit)):
            problems.append(f"{fields} is less than {limit}")
    for fields, limit in check.get("at_most", {}).items():
        if _sum_or_rows(rows, fields) > Decimal(str(limit)):
            problems.append(f"{fields} is more than {limit}")
    return [f"{what} {check.get('where', '')} {check.get('of', '')}: {problem}" for problem in problems]


def _matches(row: dict[str, Any], where: dict[str, Any]) -> bool:
    return all(_same(row[field], wanted) for field, wanted in where.items())


def _same(found: Any, wanted: Any, tolerance: Decimal = Decimal(0)) -> bool:
    if isinstance(wanted, list):
        return any(_same(found, one, tolerance) for one in wanted)
    if isinstance(wanted, dict):
        return not _same(found, wanted["not"], tolerance)
    if isinstance(wanted, bool):
        return found is wanted
    if wanted in (None, ""):
        return found in (None, "")
    left, right = _number(found), _number(wanted)
    if left is not None and right is not None:
        return abs(left - right) <= tolerance
    return isinstance(found, str) and found.casefold() == str(wanted).casefold()


def _number(value: Any) -> Decimal | None:
    try:
        return None if value is None or isinstance(value, bool) else Decimal(str(value))
    except InvalidOperation:
        return None


def _sum(rows: list[dict[str, Any]], fields: str) -> Decimal:
    return sum((Decimal(row[field]) for row in rows for field in fields.split("+")), Decimal(0))


def _sum_or_rows(rows: list[dict[str, Any]], fields: str) -> Decimal:
    return Decimal(len(rows)) if fields == "rows" else _sum(rows, fields)
