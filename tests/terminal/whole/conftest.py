"""A company in a file (and on PostgreSQL), made once a run and copied, and programs that are ended with the test."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support import postgres
from tests.support.databases import DATABASES
from tests.support.program import Company
from tests.terminal.whole.floor import company
from tests.terminal.whole.program import Program

SERIALS = 40  # of each serial item


@pytest.fixture(scope="session")
def company_file(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """The company in an SQLite file, to be copied."""
    folder = tmp_path_factory.mktemp("company")
    path = folder / "company.db"
    shutil.copy(sqlite_template, path)
    Company(f"sqlite:///{path}", folder).posted(*company(SERIALS))
    return path


@pytest.fixture
def sqlite_company(company_file: Path, tmp_path: Path) -> str:
    """The address of the company in an SQLite file of the test's own."""
    path = tmp_path / "company.db"
    shutil.copy(company_file, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=DATABASES)
def company_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of the company, on both databases."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_company")
        return
    server = request.getfixturevalue("postgres_server")
    url = postgres.new_database(server, template="stockterm_template")
    Company(url, tmp_path).posted(*company(SERIALS))
    yield url
    postgres.drop_database(server, url)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Program]]:
    """Starts programs: `start(url, …)`."""
    with ExitStack() as stack:
        yield lambda url, *arguments, **options: stack.enter_context(Program(url, tmp_path, *arguments, **options))
