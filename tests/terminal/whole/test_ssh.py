"""Terminals over SSH, through a real OpenSSH server with the configuration of the manual: the program, and nothing else."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from db.work.sessions import may_still_run
from tests.terminal.terminal import PATIENCE
from tests.terminal.whole.floor import BADGES, Tally, Walk
from tests.terminal.whole.program import counted_lines, looking_into, posted_counts, proven, scan_log
from tests.terminal.whole.ssh_server import BARE, Remote, Server, running, tool

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def server(sqlite_company: str, tmp_path: Path) -> Iterator[Server]:
    with running(sqlite_company, tmp_path) as found:
        yield found


def terminals(url: str) -> set[str]:
    with looking_into(url) as rows:
        return {name for (name,) in rows("SELECT DISTINCT terminal FROM scan_log")}


class TestATerminal:
    def test_signs_in_counts_and_posts_under_the_name_that_its_key_has(self, server: Server) -> None:
        labels = Walk(seed=71).deal(30)
        with Remote(server) as program:
            program.counting()
            program.write("".join(f"{label}\r" for label in labels).encode())
            wanted = Tally.of(labels)
            program.until(lambda: program.count == wanted.good)
            program.post()
        assert posted_counts(server.url) == wanted.lines
        assert terminals(server.url) == {"RF-1"}
        assert proven(server.url)

    def test_has_the_size_of_the_window_at_the_other_end_and_follows_it(self, server: Server) -> None:
        with Remote(server, columns=20, rows=8) as program:
            program.counting().scan("BIN:A-01", "ITM:IT001")
            assert program.lines[7].strip(), "the keys stand in the last line of 8"
            program.resize(80, 24)
            program.until(lambda: "Item" in program.lines[0] + "".join(program.lines[1:4]) and len(program.lines) == 24)
            program.until(lambda: any("F10" in line for line in program.lines[22:]))
            program.resize(20, 8)
            program.until(lambda: program.lines[1] == "IT001")
            assert program.scan("ITM:IT002").lines[1] == "IT002", "and the work goes on"

    def test_two_keys_are_two_terminals(self, server: Server) -> None:
        with Remote(server) as one, Remote(server, key="rf-2") as other:
            one.counting("ANN").scan("BIN:A-01")
            other.counting("CAT").scan("BIN:A-02")
        assert terminals(server.url) == {"RF-1", "RF-2"}

    def test_a_user_for_each_device_names_it_too(self, sqlite_company: str, tmp_path: Path) -> None:
        with running(sqlite_company, tmp_path, block=1) as server:
            with Remote(server, key=BARE) as program:
                program.counting().scan("BIN:A-01")
            assert terminals(server.url) == {"RF-1"}
            assert server.run("ls", key=BARE).returncode == 2

    def test_typing_quit_at_sign_in_is_the_only_way_out_and_ends_the_connection(self, server: Server) -> None:
        with Remote(server) as program:
            program.until_shown("Badge")
            for stroke in (b"\x03", b"\x1a", b"\x1c", b"\x04", b"~.", b"~C", b"\x1b"):
                program.write(stroke)
            program.until_quiet()
            assert program.alive
            program.scan("CMD:CLEAR").write(b".quit\r")
            assert program.exit_status() == 0


class TestNoWayAroundTheProgram:
    """All of it with a key that has no options of its own: the server keeps it in."""

    @pytest.mark.parametrize("command", ["ls /", "/bin/sh", "bash -i", "stockterm export items", "true; touch escaped"])
    def test_a_command_is_not_run(self, server: Server, command: str) -> None:
        answer = server.run(command, key=BARE, cwd=server.base)
        assert answer.returncode == 2
        assert answer.stdout == ""
        assert "terminal" in answer.stderr, "the program says that it needs one"
        assert not list(server.base.rglob("escaped"))

    def test_a_command_with_a_terminal_gets_the_program(self, server: Server) -> None:
        with Remote(server, key=BARE, command=("/bin/sh", "-i")) as program:
            program.until_shown("Badge")
            program.scan("id")
            assert "uid=" not in program.output.decode(errors="replace")

    def test_what_is_typed_reaches_no_shell(self, server: Server) -> None:
        with Remote(server, key=BARE) as program:
            program.until_shown("Badge")
            for text in ("; touch escaped", "$(touch escaped)", "`touch escaped`", "!touch escaped"):
                program.scan(text)
        assert not list(server.base.rglob("escaped"))

    def test_there_is_no_sftp_and_no_scp(self, server: Server) -> None:
        (server.base / "mine").write_text("x")
        options = server.client(key=BARE, tty=False)[:-1]
        options[options.index("-p")] = "-P"
        options.remove("-T")
        target = server.client()[-1]
        got = server.base / "got"
        for words in (
            [tool("scp"), "-O", *options, f"{target}:/etc/passwd", str(got)],
            [tool("scp"), *options, f"{target}:/etc/passwd", str(got)],
            [tool("scp"), *options, str(server.base / "mine"), f"{target}:{server.base}/theirs"],
        ):
            assert subprocess.run(words, capture_output=True, timeout=PATIENCE, check=False).returncode != 0
        batch = f"get /etc/passwd {got}\n"
        words = [tool("sftp"), *options, "-b", "-", target]
        answer = subprocess.run(words, input=batch, capture_output=True, text=True, timeout=PATIENCE, check=False)
        assert answer.returncode != 0
        assert not got.exists()
        assert not (server.base / "theirs").exists()

    @pytest.mark.parametrize("kind", ["-L", "-D"])
    def test_nothing_is_forwarded_from_here_to_there(self, server: Server, kind: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as inside:
            inside.settimeout(2)
            mine, there = _free_port(), inside.getsockname()[1]
            forward = f"127.0.0.1:{mine}:127.0.0.1:{there}" if kind == "-L" else f"127.0.0.1:{mine}"
            with _WaitingClient(server, "-N", kind, forward) as client:
                with _connected(mine) as connection:
                    if kind == "-D":
                        connection.sendall(b"\x05\x01\x00")
                        assert connection.recv(2) == b"\x05\x00"
                        connection.sendall(b"\x05\x01\x00\x01\x7f\x00\x00\x01" + there.to_bytes(2, "big"))
                    connection.settimeout(PATIENCE)
                    answer = connection.recv(10)
                    assert not answer.startswith(b"\x05\x00"), "the other end said that it is connected"
                with pytest.raises(TimeoutError):
                    inside.accept()
                client.terminate()
                assert "prohibited" in (client.communicate()[1]), "the server says no"

    def test_nothing_is_forwarded_from_there_to_here(self, server: Server) -> None:
        port = _free_port()
        answer = server.run(key=BARE, options=("-o", "ExitOnForwardFailure=yes", "-N", "-R", f"{port}:127.0.0.1:22"))
        assert answer.returncode == 255
        assert "forwarding failed" in answer.stderr
        path = server.base / "socket"
        answer = server.run(key=BARE, options=("-o", "ExitOnForwardFailure=yes", "-N", "-R", f"{path}:127.0.0.1:22"))
        assert answer.returncode == 255
        assert not path.exists()

    def test_no_agent_and_no_display_come_along(self, server: Server) -> None:
        answer = server.run(
            "x", key=BARE, options=("-v", "-A", "-X"), env={**os.environ, "DISPLAY": ":9", "SSH_AUTH_SOCK": "/nowhere"}
        )
        assert "X11 forwarding request failed" in answer.stderr or "No xauth" in answer.stderr
        assert "SSH_AUTH_SOCK" not in answer.stdout

    def test_a_connection_without_a_session_starts_nothing(self, server: Server) -> None:
        with _WaitingClient(server, "-N") as client:
            time.sleep(1)
            assert client.poll() is None
            assert terminals(server.url) == set()
            assert "Starting session" not in server.log.read_text()

    def test_the_environment_of_the_client_stays_outside_even_where_the_server_takes_all_of_it(
        self, sqlite_company: str, tmp_path: Path
    ) -> None:
        evil = tmp_path / "evil.db"
        brought = ("STOCKTERM_DATABASE=sqlite:///" + str(evil), "STOCKTERM_TERMINAL=DESK", "STOCKTERM_SETTINGS=/etc/passwd",
                   "PYTHONSTARTUP=/etc/passwd", "PYTHONPATH=/tmp", "TEXTUAL_DRIVER=x:y", "STOCKTERM_LANGUAGE=nb")  # fmt: skip
        with running(sqlite_company, tmp_path, also="AcceptEnv *") as server:
            option = "SetEnv=" + " ".join(brought)
            with Remote(server, "-o", option) as program:
                program.counting().scan("BIN:A-01")
            assert terminals(server.url) == {"RF-1"}
        assert not evil.exists()


class TestADroppedLine:
    def test_a_connection_killed_in_the_middle_of_a_count_resumes_at_the_same_line_with_nothing_lost_and_nothing_twice(
        self, server: Server
    ) -> None:
        labels = Walk(seed=72).deal(120)
        taken = 0
        program = Remote(server).counting()
        for kill in range(3):
            burst = labels[taken : taken + 30]
            program.write("".join(f"{label}\r" for label in burst).encode())
            end = time.monotonic() + kill * 0.15
            while time.monotonic() < end:
                program.read(0.01)
            os.kill(program.pid, signal.SIGKILL)
            program.__exit__()
            _until_nobody_works(server)
            logged = [raw for raw, _status in scan_log(server.url)][1:]  # without the digit of the menu
            assert logged == labels[: len(logged)], "in order, none missing in between"
            taken = len(logged)
            tally = Tally.of(labels[:taken])
            assert counted_lines(server.url) == tally.lines
            program = Remote(server)
            _until_it_counts(program, tally.good)
            assert program.lines[0].startswith(f"Count {tally.bin_code or 'EAST'} "), "no sign-in, no menu: the same line"
            assert program.lines[1] == (tally.here[1] if tally.here else "")
        rest = labels[taken:]
        program.write("".join(f"{label}\r" for label in rest).encode())
        wanted = Tally.of(labels)
        program.until(lambda: program.count == wanted.good)
        program.post()
        program.__exit__()
        assert posted_counts(server.url) == wanted.lines
        assert {status for _raw, status in scan_log(server.url)} == {"applied"}
        assert proven(server.url)

    def test_half_typed_text_is_there_again(self, server: Server) -> None:
        with Remote(server) as program:
            program.counting().scan("BIN:A-01", "ITM:IT001")
            program.write(b"12")
            program.until(lambda: any(line.endswith("12") for line in program.lines))
            os.kill(program.pid, signal.SIGKILL)
        _until_nobody_works(server)
        with Remote(server) as program:
            program.until(lambda: any(line.endswith("12") for line in program.lines))

    def test_a_line_that_is_dead_without_a_word_is_noticed_and_meanwhile_the_badge_takes_the_work_up(
        self, sqlite_company: str, tmp_path: Path
    ) -> None:
        with running(sqlite_company, tmp_path, alive=(1, 3)) as server, Remote(server) as silent:
            silent.counting().scan("BIN:A-01", "ITM:IT001")
            os.kill(silent.pid, signal.SIGSTOP)
            try:
                with Remote(server) as program:
                    program.until_shown("Badge")
                    program.write(BADGES["ANN"].encode() + b"\r")
                    program.until(lambda: program.lines[1] == "IT001")
                    assert program.scan("ITM:IT001").count == 3
                    _until(lambda: "Timeout, client not responding" in server.log.read_text())
                    assert program.scan("ITM:IT001").count == 4, "the end of the dead line changes nothing"
            finally:
                os.kill(silent.pid, signal.SIGCONT)
        assert set(counted_lines(server.url).values()) == {3}


def _until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def _until_it_counts(program: Remote, good: int) -> None:
    program.until(lambda: program.count == good)


def _until_nobody_works(server: Server) -> None:
    """The program at the other end has noticed, and ended."""
    with looking_into(server.url) as rows:
        processes = [process for (process,) in rows("SELECT process FROM work_session")]
    _until(lambda: not any(may_still_run(one) for one in processes))


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


class _WaitingClient:
    """A client that stays connected inside the block; its standard error is kept."""

    def __init__(self, server: Server, *options: str) -> None:
        self._words = [tool("ssh"), *server.client(*options, key=BARE, tty=False)]
        self._server = server

    def __enter__(self) -> "subprocess.Popen[str]":
        before = self._server.log.read_text().count("Accepted publickey")
        self._client = subprocess.Popen(self._words, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
        _until(lambda: self._server.log.read_text().count("Accepted publickey") > before)
        return self._client

    def __exit__(self, *_exception: object) -> None:
        self._client.kill()
        self._client.wait()


def _connected(port: int) -> socket.socket:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        except ConnectionRefusedError:
            assert time.monotonic() < end
            time.sleep(0.05)
