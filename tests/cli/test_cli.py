"""The command: exit statuses, one line on standard error, and nothing loaded that is not needed."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import stockterm.config
from db.core.errors import BadValue
from stockterm.config import Config, database_address, language_code, load_config, terminal_name
from stockterm.i18n import set_language
from tests.support.program import Company, a_location, a_purchase, a_sale, an_item, call

ROOT = Path(__file__).parents[2]


def command(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run the program in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "stockterm", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
        check=False,
    )


@pytest.fixture
def small(sqlite_url: str, tmp_path: Path) -> Company:
    return Company(sqlite_url, tmp_path)


def is_writing(url: str) -> bool:
    """Whether somebody has a write transaction open on an SQLite file."""
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=0, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        return True
    finally:
        connection.close()
    return False


def eventually(condition: Callable[[], bool]) -> bool:
    """Wait for a condition, 30 seconds at most."""
    deadline = time.monotonic() + 30
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


class TestCalls:
    def test_without_a_terminal_one_line_of_help_and_exit_status_2(self) -> None:
        answer = command()
        assert answer.returncode == 2
        assert answer.stdout == ""
        (line,) = answer.stderr.splitlines()
        assert "--help" in line

    def test_help_and_version(self) -> None:
        assert "post" in call("--help").out
        assert call("--version").out.startswith("stockterm ")
        assert call("post", "--help").status == 0

    @pytest.mark.parametrize("group", [(), ("labels",)])
    def test_help_says_what_each_command_does_in_a_whole_sentence(
        self, group: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("COLUMNS", "60")
        listed = call(*group, "--help").out.partition("Commands:")[2]
        assert len(listed.splitlines()) > 10
        assert "..." not in listed

    @pytest.mark.parametrize("option", ["--database", "--lang"])
    def test_an_option_of_the_program_behind_the_command_is_told_where_it_stands(self, option: str) -> None:
        answer = call("prove", option, "x")
        assert answer.status == 2
        assert f"{option} stands before the command: stockterm {option} … prove" in answer.err
        assert "No such option" in call("prove", "--nothing").err

    @pytest.mark.parametrize(
        "arguments",
        [
            ("nothing",),
            ("post",),
            ("export",),
            ("export", "everything"),
            ("export", "items", "--format", "xml"),
            ("export", "item-ledger", "--from", "yesterday"),
            ("post", "x", "--errors", "loud"),
            ("--database", "mysql://x", "export", "items"),
            ("--database", "mysql://x", "post", "x.jsonl"),
            ("scan",),
            ("scan", "1", "--date", "31.1.2026"),
        ],
        ids=" ".join,
    )
    def test_a_wrong_call_is_exit_status_2(
        self, arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("STOCKTERM_DATABASE", f"sqlite:///{tmp_path}/x.db")
        Path("x.jsonl").write_text("")
        answer = call(*arguments)
        assert answer.status == 2
        assert answer.err
        assert "Traceback" not in answer.err

    def test_the_language_is_named_or_that_of_the_system(self) -> None:
        try:
            assert "kontrollsifferet" in call("--lang", "nb", "scan", "]E04006381333932").out
            assert "kontrollsifferet" in call("--lang", "nb_NO", "scan", "]E04006381333932").out
            assert "check digit" in call("--lang", "en", "scan", "]E04006381333932").out
            answer = call("--lang", "tlh", "scan", "1")
            assert (answer.status, "en, nb" in answer.err) == (2, True)
        finally:
            set_language("en")

    def test_scan_shows_a_label_and_refuses_a_wrong_one(self) -> None:
        answer = call("scan", r"]C1019528100010107210001\x1d10A", "--json", "--date", "2026-01-01")
        assert answer.status in (0, 1)
        assert answer.out.startswith("{")
        assert call("scan", "4006381333931").status == 0
        assert call("scan", "]E04006381333932").status == 1


class TestDatabase:
    def test_an_empty_database_is_said_to_be_empty_and_nothing_is_made(self, tmp_path: Path) -> None:
        file = tmp_path / "x.db"
        answer = call("--database", f"sqlite:///{file}", "export", "items")
        assert answer.status == 1
        assert "stockterm post" in answer.err
        assert not file.exists()

    def test_an_empty_postgresql_is_said_to_be_empty(self, bare_url: str) -> None:
        if bare_url.startswith("sqlite"):
            Path(bare_url.removeprefix("sqlite:///")).touch()
        answer = call("--database", bare_url, "export", "items")
        assert answer.status == 1
        assert "Empty database" in answer.err

    @pytest.mark.parametrize("arguments", [("export", "items"), ("post", "-"), ("adjust-cost",), ("init",)], ids=" ".join)
    def test_a_file_that_is_no_database_is_damaged_in_one_line(self, arguments: tuple[str, ...], tmp_path: Path) -> None:
        file = tmp_path / "x.db"
        file.write_bytes(b"this is not a database" * 100)
        answer = call("--database", f"sqlite:///{file}", *arguments)
        assert answer.status == 1
        assert len(answer.err.splitlines()) == 1
        assert "damaged" in answer.err.lower()
        assert file.read_bytes() == b"this is not a database" * 100

    def test_errors_of_the_database_are_json_too(self, tmp_path: Path) -> None:
        file = tmp_path / "x.jsonl"
        file.write_text("")
        answer = call("--database", f"sqlite:///{tmp_path}/no/x.db", "post", str(file), "--errors", "jsonl")
        assert answer.status == 1
        assert answer.codes == [(None, "database_unavailable", "")]

    @pytest.mark.parametrize("arguments", [("export", "items"), ("post", "-"), ("prove",)], ids=" ".join)
    def test_a_database_that_is_away_says_so_in_one_line_and_promises_nothing_about_scans(
        self, arguments: tuple[str, ...]
    ) -> None:
        answer = call("--database", "postgresql://nobody@127.0.0.1:1/none", *arguments)
        assert answer.status == 1
        (line,) = answer.err.splitlines()
        assert line.startswith("stockterm: Database away: ")
        assert line.endswith(" Try again when it is back.")
        assert "scan" not in line.lower()

    def test_a_database_of_a_later_version_is_refused(self, small: Company) -> None:
        connection = sqlite3.connect(small.url.removeprefix("sqlite:///"))
        connection.execute("UPDATE schema_migration SET name = '9999_later' WHERE name LIKE '0002%'")
        connection.commit()
        connection.close()
        answer = small.post(a_location())
        assert answer.codes == [(None, "database_newer", "")]

    def test_a_password_is_not_shown(self) -> None:
        from stockterm.cli import _without_password

        assert "secret" not in _without_password("postgresql://ann:secret@host/db")

    def test_init_makes_the_tables(self, bare_url: str) -> None:
        assert call("--database", bare_url, "init").status == 0
        assert call("--database", bare_url, "export", "items").status == 0


class TestLedgerCommands:
    def test_adjust_cost_forwards_what_waits(self, database_url: str, tmp_path: Path) -> None:
        company = Company(database_url, tmp_path).posted(
            {"op": "settings", "automatic_cost_adjustment": "never"},
            a_location(),
            an_item(),
            a_purchase("10", id="P1", invoiced=False),
            a_sale("4", id="S1"),
            {"op": "invoice", "of": "P1", "unit_cost": "12"},
        )
        assert call("--database", database_url, "adjust-cost", "--item", "1000").out == "Cost adjusted: 1 entry.\n"
        assert company.export("item-ledger", "--id", "S1")[0]["cost_amount_actual"] == "-48.00"
        assert call("--database", database_url, "adjust-cost").out == "Cost adjusted: 0 entries.\n"

    def test_adjust_cost_of_an_unknown_item_is_refused(self, small: Company) -> None:
        small.posted(an_item())
        assert call("--database", small.url, "adjust-cost", "--item", "NONE").status == 1


class TestProcesses:
    def test_what_a_command_does_not_need_is_not_loaded(self, tmp_path: Path) -> None:
        file = tmp_path / "x.jsonl"
        file.write_text('{"op": "location", "code": "BLUE"}\n')
        heavy = ("textual", "rich", "psycopg", "argon2", "biip", "barcode", "PIL", "screens")
        for arguments in (("post", str(file)), ("export", "items")):
            code = f"""
import sys
from stockterm.cli import main
status = main(["--database", "sqlite:///{tmp_path}/x.db", *{arguments!r}])
loaded = [name for name in {heavy!r} if name in sys.modules]
sys.exit(f"{{status}} {{loaded}}" if status or loaded else 0)
"""
            done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
            assert done.returncode == 0, done.stderr

    def test_whoever_reads_the_output_may_stop(self, small: Company) -> None:
        small.posted(*[an_item(f"{number:05}") for number in range(3000)])
        program = subprocess.Popen(
            [sys.executable, "-m", "stockterm", "--database", small.url, "export", "items"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert program.stdout is not None
        assert program.stderr is not None
        program.stdout.readline()
        program.stdout.close()
        assert program.stderr.read() == b""
        program.stderr.close()
        program.wait(timeout=60)

    def test_ctrl_c_while_posting_leaves_nothing_and_says_so(self, small: Company, tmp_path: Path) -> None:
        small.posted(a_location(), an_item())
        file = tmp_path / "long.jsonl"
        line = (
            '{"op": "journal_line", "type": "purchase", "item": "1000", "location": "BLUE", "quantity": "1", "unit_cost": "1"}\n'
        )
        file.write_text(line * 40_000)
        program = subprocess.Popen(
            [sys.executable, "-m", "stockterm", "--database", small.url, "post", str(file)],
            cwd=ROOT,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert eventually(lambda: is_writing(small.url))
        program.send_signal(signal.SIGINT)
        _out, err = program.communicate(timeout=60)
        assert program.returncode == 130
        assert err == "Interrupted: nothing was posted.\n"
        assert small.export("item-ledger") == []


class TestConfig:
    def test_the_command_line_comes_before_the_environment_and_that_before_the_file(self, tmp_path: Path) -> None:
        settings = tmp_path / "settings.toml"
        settings.write_text('database = "sqlite:///file.db"\nlanguage = "nb"\nterminal = "DOCK"\n')
        environment = {"STOCKTERM_SETTINGS": str(settings)}
        assert database_address(None, environment) == "sqlite:///file.db"
        assert database_address(None, {**environment, "STOCKTERM_DATABASE": "sqlite:///env.db"}) == "sqlite:///env.db"
        assert database_address("sqlite:///x.db", {**environment, "STOCKTERM_DATABASE": "sqlite:///env.db"}) == "sqlite:///x.db"
        assert language_code(environment) == "nb"
        assert language_code({**environment, "STOCKTERM_LANGUAGE": "en"}) == "en"
        assert terminal_name(environment) == "DOCK"
        assert terminal_name({**environment, "STOCKTERM_TERMINAL": "RF\x1b[1m1"}) == "RF??1m1"

    def test_after_that_it_is_a_file_of_the_user(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
        address = database_address(None, {"STOCKTERM_SETTINGS": str(tmp_path / "none.toml")})
        assert address == f"sqlite:///{tmp_path}/data/stockterm/stockterm.db"
        assert (tmp_path / "data" / "stockterm").is_dir()

    def test_the_language_of_the_system_is_the_last(self, tmp_path: Path) -> None:
        none = {"STOCKTERM_SETTINGS": str(tmp_path / "none.toml")}
        assert language_code({**none, "LANG": "nb_NO.UTF-8"}) == "nb_NO"
        assert language_code(none) == "en"

    def test_an_ssh_connection_gives_a_terminal_its_name(self, tmp_path: Path) -> None:
        none = {"STOCKTERM_SETTINGS": str(tmp_path / "none.toml")}
        assert terminal_name({**none, "SSH_CONNECTION": "10.0.0.7 5022 10.0.0.1 22"}) == "ssh 10.0.0.7"

    @pytest.mark.parametrize("text", ["database = ", 'databse = "x"', "database = 1", "terminals = 1", "[terminals]\nx = 1"])
    def test_a_mistake_in_the_file_is_named(self, text: str, tmp_path: Path) -> None:
        settings = tmp_path / "settings.toml"
        settings.write_text(text)
        with pytest.raises(BadValue, match=r"settings\.toml"):
            load_config({"STOCKTERM_SETTINGS": str(settings)})

    def test_a_terminal_has_its_own_profile_over_the_default(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        from stockterm.cli import _terminal_profile

        settings = tmp_path / "settings.toml"
        settings.write_text(
            '[terminals.default]\nkey_map = "sap"\nsuffixes = ["\\r", "\\t"]\n'
            '[terminals.RF1]\nprefix = "~"\nsize = [20, 8]\nkeys = { f5 = "HELP" }\n'
        )
        monkeypatch.setenv("STOCKTERM_SETTINGS", str(settings))
        profile = _terminal_profile("RF1")
        assert (profile.name, profile.key_map, profile.prefix, profile.size) == ("RF1", "sap", "~", (20, 8))
        assert profile.suffixes == {"\r", "\t"}
        assert profile.keys == (("f5", "HELP"),)
        settings.write_text("[terminals.default]\ncolour = true\n")
        with pytest.raises(BadValue):
            _terminal_profile("RF1")

    def test_no_file_says_nothing(self, tmp_path: Path) -> None:
        assert load_config({"STOCKTERM_SETTINGS": str(tmp_path / "none.toml")}) == Config()
        assert stockterm.config.APPLICATION == "stockterm"


class TestProve:
    def test_sound_ledgers_agree(self, database_url: str, tmp_path: Path) -> None:
        Company(database_url, tmp_path).posted(a_location(), an_item(), a_purchase("10", id="P1"), a_sale("4"))
        answer = call("--database", database_url, "prove")
        assert (answer.status, answer.err) == (0, "")
        assert answer.out.splitlines()[-1] == "Everything agrees."

    def test_a_finding_is_exit_status_1(self, small: Company) -> None:
        small.posted(a_location(), an_item(), a_purchase("10", id="P1"))
        connection = sqlite3.connect(small.url.removeprefix("sqlite:///"))
        connection.execute("UPDATE item_total SET quantity = quantity + 1")
        connection.commit()
        connection.close()
        answer = call("--database", small.url, "prove")
        assert answer.status == 1
        assert "1000" in answer.out
        assert len(answer.err.splitlines()) == 1


class TestDemo:
    def test_without_a_terminal_the_demo_is_made_and_described(self, tmp_path: Path) -> None:
        url = f"sqlite:///{tmp_path}/demo.db"
        answer = call("--database", url, "demo")
        assert answer.status == 0
        assert url in answer.out
        assert len(call("--database", url, "export", "items").rows) > 50
        assert call("--database", url, "demo").status == 0

    def test_it_is_never_made_over_other_data(self, small: Company) -> None:
        small.posted(an_item())
        answer = call("--database", small.url, "demo")
        assert answer.status == 1
        assert [row["no"] for row in small.export("items")] == ["1000"]

    def test_a_sheet_of_labels_is_written(self, tmp_path: Path) -> None:
        sheet = tmp_path / "labels.html"
        answer = call("--database", f"sqlite:///{tmp_path}/demo.db", "demo", "--sheet", str(sheet))
        assert answer.status == 0
        assert "<svg" in sheet.read_text(encoding="utf-8")

    def test_a_demo_is_a_file(self) -> None:
        assert call("--database", "postgresql://localhost/x", "demo").status == 2


class TestMemory:
    def most_memory(self, url: str, file: Path) -> int:
        """What posting a file needed at most, in KiB."""
        code = f"""
import resource
from stockterm.cli import main
assert main(["--database", {url!r}, "post", {str(file)!r}]) == 0
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=170)
        return int(done.stdout.splitlines()[-1])

    def test_ten_times_the_lines_do_not_need_ten_times_the_memory(self, small: Company, tmp_path: Path) -> None:
        small.posted(a_location(), *[an_item(str(number)) for number in range(20)])
        needed = []
        for count in (2_000, 20_000):
            file = tmp_path / f"{count}.jsonl"
            with file.open("w") as lines:
                for number in range(count):
                    lines.write(
                        f'{{"op": "journal_line", "id": "{count}-{number}", "type": "purchase", "item": "{number % 20}",'
                        f' "location": "BLUE", "quantity": "1", "unit_cost": "{number}.25", "document_no": "DOC-{number}"}}\n'
                    )
            needed.append(self.most_memory(small.url, file))
        assert needed[1] - needed[0] < 8_192
