"""Real input: a month of a shop, posted through the command, proved, and compared with the second calculation, cost by cost."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from bench.databases import durable_postgresql
from bench.history import forget_file, work_folder
from bench.measure import ROOT, Result, Settings, shown
from bench.online_retail import LINES, SourceMissing, source_path, write_operations
from bench.retail_costs import Cost, by_item, costs
from tests.support.postgres import new_database


def measure(settings: Settings) -> Iterator[Result]:
    try:
        source = source_path(settings.retail)
    except SourceMissing as missing:
        print(f"retail: left out. {missing}", file=sys.stderr)
        return
    whole, half = work_folder() / "retail.jsonl", work_folder() / "retail-half.jsonl"
    start = time.perf_counter()
    with whole.open("w", encoding="utf-8") as file:
        lines = write_operations(source, file)
    converted = time.perf_counter() - start
    yield Result(
        0, "Online Retail as interchange lines", f"{lines:,} lines in {shown(converted)} s", detail=f"{LINES:,} sales and returns"
    )
    _first_half(whole, half, lines)
    if "sqlite" in settings.databases:
        path = work_folder() / "retail.db"
        forget_file(path)
        _ended("--database", f"sqlite:///{path}", "init")
        smaller = _post(f"sqlite:///{path}", half)
        forget_file(path)
        yield from _posted("SQLite", f"sqlite:///{path}", whole, lines, smaller)
    if "postgresql" in settings.databases:
        with durable_postgresql() as server:
            smaller = _post(new_database(server), half)
            yield from _posted("PostgreSQL", new_database(server), whole, lines, smaller)


def _first_half(whole: Path, half: Path, lines: int) -> None:
    """The same items, and half of what is posted: to see what memory grows with."""
    with whole.open(encoding="utf-8") as file, half.open("w", encoding="utf-8") as copy:
        for number, line in enumerate(file):
            if number < lines // 2:
                copy.write(line)


@dataclass(frozen=True, slots=True)
class _Run:
    """A command that has ended."""

    seconds: float
    cpu: float
    megabytes: float  # at its largest


def _ended(*arguments: str) -> _Run:
    """Run the command to its end; an exit status other than 0 is an error."""
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "stockterm", *arguments], cwd=ROOT, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"stockterm {' '.join(arguments)} ended with exit status {process.returncode}")
    return _Run(time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def _post(url: str, path: Path) -> _Run:
    return _ended("--database", url, "post", str(path))


def _posted(where: str, url: str, path: Path, lines: int, smaller: _Run) -> Iterator[Result]:
    run = _post(url, path)
    yield Result(
        0,
        f"Online Retail, posted to {where} in one transaction",
        f"{shown(lines / run.seconds)} lines/s",
        detail=f"{shown(run.seconds)} s, {shown(run.cpu / lines * 1e6)} µs of CPU a line; at most {shown(run.megabytes)} MB"
        f" ({shown(smaller.megabytes)} MB for the first half of the file)",
    )
    try:
        proved = f"nothing found, {shown(_ended('--database', url, 'prove').seconds)} s"
    except RuntimeError:
        proved = "**findings**"
    yield Result(0, f"`stockterm prove` after it, {where}", proved, "nothing found", proved.startswith("nothing"))
    yield _compared(where, url, path)


def _compared(where: str, url: str, path: Path) -> Result:
    """Every entry's cost against the second calculation, to the last decimal."""
    with path.open(encoding="utf-8") as file:
        expected = costs(file)
    found = exported(_rows(url))
    wrong = [
        operation_id for operation_id in expected.keys() | found.keys() if expected.get(operation_id) != found.get(operation_id)
    ]
    items, items_found = by_item(expected.values()), by_item(found.values())
    wrong_items = [no for no in items.keys() | items_found.keys() if items.get(no) != items_found.get(no)]
    sold = sum((item.cost_of_sales for item in items_found.values()), Fraction(0))
    left = sum((item.value for item in items_found.values()), Fraction(0))
    return Result(
        0,
        f"costs that differ from the second calculation, {where}",
        f"{len(wrong)} of {len(expected):,} entries, {len(wrong_items)} of {len(items):,} items",
        "0",
        not wrong and not wrong_items,
        f"cost of sales {sold.numerator / sold.denominator:,.2f}, remaining value {left.numerator / left.denominator:,.2f}"
        + (f"; the first that differ: {sorted(wrong)[:5]}" if wrong else ""),
    )


def exported(rows: Iterable[Mapping[str, Any]]) -> dict[str, Cost]:
    """Rows of `stockterm export item-ledger`, by operation, as the second calculation has them."""
    return {
        row["id"]: Cost(
            item_no=row["item"],
            sale=row["entry_type"] == "sale",
            quantity=Fraction(row["quantity"]),
            left=Fraction(row["remaining_quantity"]),
            amount=Fraction(row["cost_amount_actual"]) + Fraction(row["cost_amount_expected"]),
        )
        for row in rows
    }


def _rows(url: str) -> Iterator[dict[str, Any]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "stockterm", "--database", url, "export", "item-ledger"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    with process.stdout:
        yield from map(json.loads, process.stdout)
    if process.wait():
        raise RuntimeError("stockterm export failed")
