"""What every test may ask for: an empty, migrated database of its own, on SQLite and on PostgreSQL."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.connection import close_database, open_database
from db.migrations import migrate
from tests.support import postgres
from tests.support.databases import DATABASES, OpenDatabase

_RUN = "STOCKTERM_TEST_RUN"
_TEMPLATE = "stockterm_template"


def pytest_configure(config: pytest.Config) -> None:
    """The first process of a run makes its folder and holds it until the end; the workers find it by its name."""
    if hasattr(config, "workerinput"):
        return
    try:
        folder = postgres.make_run_folder()
    except postgres.PostgresMissing:
        return
    os.environ[_RUN] = str(folder)
    held = postgres.hold(folder)
    config.add_cleanup(lambda: postgres.stop(folder, held))


@pytest.fixture(scope="session")
def postgres_server() -> postgres.PostgresServer:
    """The run's PostgreSQL. Where there is none: a skip that says why, and a failure in CI."""
    try:
        if _RUN not in os.environ:
            raise postgres.PostgresMissing("no temporary folder for it")
        folder = Path(os.environ[_RUN])
        server = postgres.running_server(folder)
        with (folder / "making-template").open("w") as making:  # one worker makes it, for all
            fcntl.flock(making, fcntl.LOCK_EX)
            if not (folder / "template").exists():
                open_database(postgres.new_database(server, name=_TEMPLATE))
                migrate()
                close_database()
                (folder / "template").touch()
        return server
    except postgres.PostgresMissing as problem:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"no PostgreSQL: {problem}")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied."""
    path = tmp_path_factory.mktemp("template") / "stockterm.db"
    open_database(f"sqlite:///{path}")
    migrate()
    close_database()
    return path


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated, empty database, not opened: for tests that start the program."""
    if request.param == "sqlite":
        path = tmp_path / "stockterm.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server = request.getfixturevalue("postgres_server")
    url = postgres.new_database(server, template=_TEMPLATE)
    yield url
    postgres.drop_database(server, url)


@pytest.fixture
def database(database_url: str) -> Iterator[OpenDatabase]:
    """A migrated, empty database, open in this thread."""
    open_database(database_url)
    yield OpenDatabase(database_url)
    close_database()


@pytest.fixture(params=DATABASES)
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table: for tests of migrations and of the connection."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'bare.db'}"
        return
    server = request.getfixturevalue("postgres_server")
    url = postgres.new_database(server)
    yield url
    postgres.drop_database(server, url)


@pytest.fixture
def bare_database(bare_url: str) -> Iterator[OpenDatabase]:
    """A database without any table, open in this thread."""
    open_database(bare_url)
    yield OpenDatabase(bare_url)
    close_database()


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    """The address of a migrated, empty SQLite file, for tests where the kind of database does not matter."""
    path = tmp_path / "stockterm.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def sqlite_database(sqlite_url: str) -> Iterator[OpenDatabase]:
    """A migrated, empty SQLite file, open in this thread."""
    open_database(sqlite_url)
    yield OpenDatabase(sqlite_url)
    close_database()
