"""What the program has stands in the manuals. Commands are held by tests/cli, profiles and key maps by tests/screens too."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import db
import screens
import stockterm
from db.core.errors import StocktermError
from db.core.rights import RIGHTS, Right
from db.costing.application import METHODS
from db.masters.change import PUT
from db.masters.tables import ROLES
from db.queries.exports import EXPORTS, LATER
from screens.key_maps import DOT_LETTERS, KEY_MAPS
from stockterm.config import Config
from stockterm.flows.jobs import JOBS
from stockterm.flows.terminal import POSSIBLE_SUFFIXES, START_UP_SEQUENCES, TerminalProfile
from stockterm.flows.tokens import Command
from stockterm.interchange.operations import _HEADER, OPERATIONS, Group
from tests.docs.reading import REPOSITORY, in_code, rows, section, text_of

INTERCHANGE = "docs/administrators/interchange.md"
ERRORS = "docs/administrators/errors.md"
PEOPLE = "docs/administrators/people.md"
SETTINGS = "docs/administrators/settings.md"
TERMINALS = "docs/administrators/terminals.md"
FLOOR = "docs/floor.md"

_VARIABLE = re.compile(r"""environ(?:ment)?(?:\.get\(|\[)\s*["']([A-Z_]+)["']|["']([A-Z_]+)["'] in os\.environ""")


def _error_codes() -> set[str]:
    for package in (db, stockterm, screens):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not re.search(r"\.\d|__main__", module.name):
                importlib.import_module(module.name)

    def below(kind: type[StocktermError]) -> Iterator[type[StocktermError]]:
        for one in kind.__subclasses__():
            yield one
            yield from below(one)

    ours = (one for one in below(StocktermError) if not one.__module__.startswith("tests."))
    return {one.code for one in ours} - {StocktermError.code}


def test_every_error_code_stands_in_the_list_once_with_what_to_do() -> None:
    listed = [row for row in rows(text_of(ERRORS)) if re.fullmatch(r"`[a-z_]+`", row[0])]
    codes = [row[0].strip("`") for row in listed]
    assert sorted(codes) == sorted(_error_codes())
    assert all(len(row) == 3 and all(row) for row in listed)


def test_every_environment_variable_stands_in_a_manual() -> None:
    found = set()
    for folder in ("db", "stockterm", "screens", "bench", "tests"):
        for path in (REPOSITORY / folder).rglob("*.py"):
            named = {one or other for one, other in _VARIABLE.findall(path.read_text(encoding="utf-8"))}
            if folder == "tests":  # what a person sets; processes of one test run talk by others
                named = {name for name in named if re.match(r"CI$|STOCKTERM_(?!TEST_)", name)}
            found |= named
    assert {"STOCKTERM_DATABASE", "NO_COLOR", "STOCKTERM_BENCH_DIR", "STOCKTERM_SOAK", "CI"} <= found
    assert found - in_code(text_of(TERMINALS, "docs/contributors/tests.md")) == set()


# ---- settings


def test_every_company_setting_stands_in_its_table() -> None:
    known = {word for row in rows(text_of(SETTINGS)) for word in in_code(row[0])}
    assert known == set(OPERATIONS["settings"].fields)


def test_every_setting_of_a_machine_and_of_a_terminal_stands_in_its_table() -> None:
    tables = rows(text_of(TERMINALS))
    known = {word for row in tables for word in in_code(row[0])}
    assert {field.name for field in fields(Config)} <= known
    assert {field.name for field in fields(TerminalProfile)} - {"name"} <= known
    words = in_code(text_of(TERMINALS))
    assert words >= START_UP_SEQUENCES | set(KEY_MAPS)
    assert len(POSSIBLE_SUFFIXES) == 4, "the manual lists them"


# ---- people


def test_the_table_of_roles_is_the_programs() -> None:
    head = next(line for line in text_of(PEOPLE).splitlines() if line.startswith("| may |"))
    roles = [cell.strip() for cell in head.strip("|").split("|")][1:]
    assert sorted(roles) == sorted(ROLES)
    table = {row[0]: row[1:] for row in rows(section(PEOPLE, "## Roles"))}
    assert set(table) == {right.value for right in Right}
    for right in Right:
        allowed = {role for role, cell in zip(roles, table[right.value], strict=True) if cell == "yes"}
        assert allowed == {role for role, rights in RIGHTS.items() if right in rights}, right


# ---- keys and jobs


def test_every_key_stands_in_the_floor_workers_manual_as_it_is() -> None:
    table = rows(section(FLOOR, "## Keys"))
    for letter, command in DOT_LETTERS.items():
        [row] = [row for row in table if f"`CMD:{command.value}`" in row[3]]
        assert f"`.{letter}`" in row[2]
        keys = {key for key, one in KEY_MAPS["default"].items() if one is command} - {"f11"}
        assert keys <= {key.strip().lower() for key in row[0].split(",")}, row[0]
    assert set(DOT_LETTERS.values()) == set(Command)


def test_every_job_stands_in_the_floor_workers_manual_under_its_digit() -> None:
    table = {row[0]: row[1] for row in rows(section(FLOOR, "## Signing in"))}
    for job in JOBS:
        if job.number:
            assert job.title() in table[str(job.number)]
            section(FLOOR, f"## {job.title()}")


# ---- the interchange format


def test_every_kind_of_master_data_stands_in_the_format_with_its_fields() -> None:
    table = {name: row for row in rows(section(INTERCHANGE, "## Master data")) for name in in_code(row[0])}
    masters = {name: one for name, one in OPERATIONS.items() if one.group is Group.MASTER}
    assert set(table) == set(masters) == set(PUT)
    for name, operation in masters.items():
        if name != "settings":
            assert in_code(" ".join(table[name][1:])) >= set(operation.fields), name


def test_every_posting_stands_in_the_format_with_its_fields() -> None:
    postings = section(INTERCHANGE, "## Postings")
    words = in_code(postings)
    for name, operation in OPERATIONS.items():
        if operation.group is Group.POSTING:
            assert name in words
            assert set(operation.fields) <= words, name
    assert set(_HEADER) <= words


def test_every_operation_that_is_refused_is_named() -> None:
    words = in_code(section(INTERCHANGE, "## What is refused as not supported"))
    assert {name for name, one in OPERATIONS.items() if one.group is Group.LATER} <= words
    assert {method.code for method in METHODS.values() if not method.supported} <= words


def test_every_export_stands_in_the_format_with_its_fields_and_filters() -> None:
    text = section(INTERCHANGE, "## Exports")
    table = {row[0].strip("`"): row for row in rows(text)}
    assert set(table) == set(EXPORTS)
    options = {"date_from": "--from", "date_to": "--to"}
    for name, export in EXPORTS.items():
        assert in_code(table[name][1]) >= {column for column, _kind in export.columns}, name
        filters = {options.get(one, f"--{one}") for one in export.filters}
        named = in_code(table[name][2])
        if "item-ledger" in named:
            named = in_code(table["item-ledger"][2]) - (named - {"item-ledger"})
        assert named == filters, name
    assert in_code(text) >= set(LATER)


# ---- the rest


def test_every_make_target_is_named() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## ", text_of("Makefile"), re.MULTILINE))
    words = " ".join(in_code(text_of("README.md", "docs/contributors/README.md", "docs/contributors/tests.md")))
    words += text_of("docs/contributors/README.md")
    assert {target for target in targets if not re.search(rf"\b{target}\b", words)} == set()


def test_every_decision_stands_in_the_list() -> None:
    folder = REPOSITORY / "docs" / "decisions"
    listed = set(re.findall(r"\(([^)]+\.md)\)", text_of("docs/decisions/README.md")))
    assert {path.name for path in folder.glob("*.md")} - {"README.md"} == {Path(name).name for name in listed}


def test_no_page_names_a_place_on_the_machine_that_it_was_written_on() -> None:
    pages = [*(REPOSITORY / "docs").rglob("*.md"), REPOSITORY / "README.md", REPOSITORY / "CHANGELOG.md"]
    for page in pages:
        assert not re.search(r"(?<![\w.~])/(work|root|home|Users)/", page.read_text(encoding="utf-8")), page
