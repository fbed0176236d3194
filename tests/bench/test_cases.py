"""Every benchmark runs: with so little to do that its figures mean nothing, which nobody looks at here."""

from pathlib import Path

import pytest

from bench.cases import case
from bench.history import fill
from bench.measure import Result, Settings, table
from db.connection import fetch
from db.posting.prove import prove
from tests.support.databases import OpenDatabase

TINY = {"rounds": 1, "lines": 3, "seconds": 0.05, "histories": (1_000,), "sessions": (2,), "issues": (2,), "scans": 5}


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STOCKTERM_BENCH_DIR", str(tmp_path))


def results(name: str, database: str) -> list[Result]:
    return list(case(name)(Settings(**TINY, databases=(database,))))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "target"),
    [("line", 1), ("anatomy", 0), ("bulk", 2), ("sessions", 4), ("late_cost", 5), ("scans", 9), ("start", 8), ("trace", 7)],
)
def test_the_case_runs_on_sqlite(name: str, target: int) -> None:
    found = results(name, "sqlite")
    assert target in {one.target for one in found}
    assert all(one.what and one.figure for one in found)
    assert "lost, merged" not in table(found) or "0 lost, merged or reordered" in table(found)


@pytest.mark.usefixtures("postgres_server")
@pytest.mark.parametrize(("name", "target"), [("postgres", 3), ("late_cost", 5), ("trace", 7)])
def test_the_case_runs_on_postgresql(name: str, target: int) -> None:
    assert target in {one.target for one in results(name, "postgresql")}


def test_late_costs_take_as_many_statements_after_a_long_history_as_after_a_short_one(tmp_path: Path) -> None:
    found = list(case("late_cost")(Settings(**(TINY | {"histories": (20_000,)}), databases=("sqlite",))))  # type: ignore[arg-type]
    statements = [one for one in found if one.what.startswith("statements")]
    assert [one.reached for one in statements] == [True]


def test_a_history_that_was_copied_is_as_good_as_one_that_was_posted(database: OpenDatabase) -> None:
    fill(3_000)
    ((entries,),) = fetch("SELECT COUNT(*) FROM item_ledger_entry")
    assert entries >= 3_000
    assert prove().findings == ()
