"""What goes wrong with a database, and what it is called then."""

import os
import sqlite3
import stat
from pathlib import Path

import psycopg
import pytest

from db.connection import close_database, database, fetch, fetch_batch, in_write_transaction, open_database, write_batch
from db.core.errors import DatabaseDamaged, DatabaseUnavailable, DiskFull
from tests.support.databases import OpenDatabase
from tests.support.postgres import PostgresServer, new_database

INSERT = "INSERT INTO reason (code, description) VALUES (?, ?)"


@pytest.fixture(autouse=True)
def closed_afterwards() -> object:
    yield
    close_database()


def add(code: str) -> None:
    in_write_transaction(lambda: write_batch([(INSERT, [(code, "")])]))


def codes() -> list[str]:
    return [row[0] for row in fetch("SELECT code FROM reason ORDER BY code")]


@pytest.mark.parametrize(
    "url", ["", "x.db", "sqlite://", "sqlite:///", "sqlite://x.db", "mysql://h/d", "postgres:/x", "POSTGRESQL"]
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="not a database address"):
        open_database(url)


class TestSqlite:
    def test_a_file_that_is_no_database(self, tmp_path: Path) -> None:
        path = tmp_path / "text.db"
        path.write_text("no database at all " * 500)
        with pytest.raises(DatabaseDamaged, match="not a database"):
            open_database(f"sqlite:///{path}")
        assert path.read_text().startswith("no database at all"), "a damaged file is left as it is"

    def test_a_damaged_page(self, sqlite_url: str) -> None:
        open_database(sqlite_url)
        in_write_transaction(lambda: write_batch([(INSERT, [(f"R{number:05}", "x" * 50) for number in range(2_000)])]))
        close_database()
        path = Path(sqlite_url.removeprefix("sqlite:///"))
        content = bytearray(path.read_bytes())
        for page in range(len(content) // 4096 // 2, len(content) // 4096):
            content[page * 4096 : page * 4096 + 2048] = os.urandom(2048)
        path.write_bytes(content)
        with pytest.raises(DatabaseDamaged):
            open_database(sqlite_url)
            fetch("SELECT COUNT(*), MAX(description) FROM reason")

    def test_a_file_cut_off(self, sqlite_url: str) -> None:
        path = Path(sqlite_url.removeprefix("sqlite:///"))
        path.write_bytes(path.read_bytes()[: 4096 * 3])
        with pytest.raises(DatabaseDamaged):
            open_database(sqlite_url)
            fetch("SELECT COUNT(*) FROM reason")

    def test_a_folder_that_does_not_exist(self, tmp_path: Path) -> None:
        with pytest.raises(DatabaseUnavailable, match="no folder"):
            open_database(f"sqlite:///{tmp_path}/nowhere/x.db")

    def test_a_folder_in_place_of_a_file(self, tmp_path: Path) -> None:
        with pytest.raises(DatabaseUnavailable, match="unable to open"):
            open_database(f"sqlite:///{tmp_path}")

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    def test_a_file_that_may_not_be_read(self, sqlite_url: str) -> None:
        Path(sqlite_url.removeprefix("sqlite:///")).chmod(0)
        with pytest.raises(DatabaseUnavailable):
            open_database(sqlite_url)

    def test_reading_only_makes_no_file(self, tmp_path: Path) -> None:
        with pytest.raises(DatabaseUnavailable, match="no file"):
            open_database(f"sqlite:///{tmp_path}/x.db", read_only=True)
        assert list(tmp_path.iterdir()) == []

    def test_a_full_disk_takes_the_whole_transaction_back(self, sqlite_url: str) -> None:
        open_database(sqlite_url)
        add("BEFORE")
        pages = fetch("PRAGMA page_count")[0][0]
        fetch(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(DiskFull):
            in_write_transaction(lambda: write_batch([(INSERT, [(f"R{number}", "x" * 90) for number in range(1_000)])]))
        assert codes() == ["BEFORE"]
        fetch("PRAGMA max_page_count = 1000000")
        add("SPACE")
        assert codes() == ["BEFORE", "SPACE"]

    def test_a_file_that_another_program_keeps_locked(self, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("db.connection._PATIENCE_S", 0.0)
        open_database(sqlite_url)
        fetch("PRAGMA busy_timeout = 20")
        other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseUnavailable, match="busy"):
            add("WAITED")
        other.execute("ROLLBACK")
        other.close()
        add("FREE")
        assert codes() == ["FREE"]

    def test_a_file_that_was_moved_away_is_noticed_and_found_again(self, sqlite_url: str) -> None:
        """SQLite itself goes on writing to the moved file, and says nothing."""
        open_database(sqlite_url)
        add("BEFORE")
        path = Path(sqlite_url.removeprefix("sqlite:///"))
        path.rename(path.with_name("away.db"))
        with pytest.raises(DatabaseUnavailable, match="No such file"):
            add("LOST")
        path.write_bytes(b"")
        with pytest.raises(DatabaseUnavailable, match="replaced"):
            add("LOST TOO")
        path.with_name("away.db").replace(path)
        add("BACK")
        assert codes() == ["BACK", "BEFORE"]

    def test_durability_is_set_on_every_connection(self, sqlite_url: str) -> None:
        open_database(sqlite_url)
        names = ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers", "busy_timeout")
        assert [fetch(f"PRAGMA {name}")[0][0] for name in names] == ["wal", 2, 1, 1, 5000]

    def test_a_new_file_is_not_more_open_than_the_user_wants(self, tmp_path: Path) -> None:
        before = os.umask(0o027)
        try:
            open_database(f"sqlite:///{tmp_path}/x.db")
            in_write_transaction(lambda: fetch("CREATE TABLE t (i INTEGER)"))
        finally:
            os.umask(before)
        assert {stat.S_IMODE(path.stat().st_mode) & 0o027 for path in tmp_path.iterdir()} == {0}


class TestPostgresql:
    @pytest.fixture
    def open_url(self, postgres_server: PostgresServer) -> str:
        url = new_database(postgres_server)
        open_database(url)
        fetch("CREATE TABLE reason (code VARCHAR(40) PRIMARY KEY, description VARCHAR(100) NOT NULL)")
        return url

    @staticmethod
    def cut_off(url: str) -> None:
        """What a restart of the server does to our connection."""
        with psycopg.connect(url, autocommit=True) as administrator:
            others = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = "
            administrator.execute(others + "current_database()")

    def test_a_server_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(DatabaseUnavailable):
            open_database(f"postgresql://postgres@/x?host={tmp_path}")

    def test_a_database_that_is_not_there(self, postgres_server: PostgresServer) -> None:
        with pytest.raises(DatabaseUnavailable, match="no_such_database"):
            open_database(postgres_server.url("no_such_database"))

    def test_a_connection_lost_between_two_scans_is_not_noticed(self, open_url: str) -> None:
        add("A")
        self.cut_off(open_url)
        assert codes() == ["A"]
        self.cut_off(open_url)

        def read_and_write() -> None:
            assert codes() == ["A"]
            write_batch([(INSERT, [("B", "")])])

        in_write_transaction(read_and_write)
        self.cut_off(open_url)
        assert database.execute_sql("SELECT COUNT(*) FROM reason").fetchall() in ([(2,)],)

    def test_a_connection_lost_in_mid_posting_posts_nothing_and_the_next_one_goes_through(self, open_url: str) -> None:
        def work() -> None:
            write_batch([(INSERT, [("LOST", "")])])
            assert codes() == ["LOST"]
            self.cut_off(open_url)
            write_batch([(INSERT, [("LOST TOO", "")])])
            fetch("SELECT 1")

        with pytest.raises(DatabaseUnavailable):
            in_write_transaction(work)
        add("AFTER")
        assert codes() == ["AFTER"]

    def test_a_write_and_its_commit_are_never_sent_twice(self, open_url: str) -> None:
        """Whether the first one arrived nobody knows: the caller has to ask, by the id of its posting."""
        add("A")
        self.cut_off(open_url)
        with pytest.raises(DatabaseUnavailable):
            add("B")
        add("C")
        assert codes() == ["A", "C"]

    def test_an_interrupted_question_does_not_answer_the_next_one(self, open_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        session = database.obj._sessions.session

        def interrupted(_: int) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(session._pipeline, "_wait", interrupted)
        with pytest.raises(KeyboardInterrupt):
            fetch_batch([("SELECT 'old'", ()), ("SELECT pg_sleep(0.05)", ())])
        monkeypatch.undo()
        assert fetch("SELECT 'new'") == [("new",)]

    def test_nobody_waits_for_ever_for_a_row(self, open_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("db.connection._PATIENCE_S", 0.0)
        add("A")
        fetch("SET lock_timeout = '20ms'")
        with psycopg.connect(open_url) as other:
            other.execute("SELECT * FROM reason FOR UPDATE")
            with pytest.raises(DatabaseUnavailable, match="busy"):
                in_write_transaction(lambda: fetch("SELECT * FROM reason FOR NO KEY UPDATE"))
            other.rollback()
        assert in_write_transaction(lambda: fetch("SELECT code FROM reason FOR NO KEY UPDATE")) == [("A",)]

    def test_the_session_says_who_it_is_and_gives_up_what_it_forgot(self, open_url: str) -> None:
        assert fetch("SELECT current_setting('application_name')") == [("stockterm",)]
        assert fetch("SELECT current_setting('idle_in_transaction_session_timeout')") == [("5min",)]

    def test_an_address_may_set_the_connection_itself(self, postgres_server: PostgresServer) -> None:
        open_database(f"{postgres_server.url()}&application_name=dock3&connect_timeout=2")
        assert fetch("SELECT current_setting('application_name')") == [("dock3",)]

    def test_reading_only_cannot_write(self, open_url: str) -> None:
        open_database(open_url, read_only=True)
        with pytest.raises(Exception, match="read-only"):
            add("A")


def test_reading_only_cannot_write_to_a_file(sqlite_url: str) -> None:
    open_database(sqlite_url, read_only=True)
    with pytest.raises(DatabaseUnavailable, match="readonly"):
        add("A")
    assert codes() == []


def test_an_error_of_the_database_keeps_the_driver_s_words(database: OpenDatabase) -> None:
    with pytest.raises(Exception, match="no_such_column") as refused:
        fetch("SELECT no_such_column FROM reason")
    assert type(refused.value).__module__ == "peewee"
    assert refused.value.__cause__ is not None
