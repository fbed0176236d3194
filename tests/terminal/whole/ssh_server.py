"""A real OpenSSH server on loopback, set up with the very files that the manual prints (docs/install.md)."""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.docs.reading import blocks
from tests.terminal.terminal import PATIENCE, Terminal
from tests.terminal.whole.program import Program

USER = pwd.getpwuid(os.getuid()).pw_name  # a server that is no root's can let in nobody else
WRAPPER, KEYS, SETTINGS = "/usr/local/bin/stockterm-terminal", "/etc/stockterm/authorized_keys", "/etc/stockterm/settings.toml"
BARE = "bare"  # a key that somebody added without any options
_BEHIND_ROOT = Path("/run/sshd")  # an empty folder that the server wants when it is root's


def printed(language: str, number: int = 0) -> str:
    """A file as docs/install.md prints it."""
    found = [block.text for block in blocks(language) if block.page.name == "install.md"]
    return found[number]


def put(text: str, *replaced: tuple[str, str]) -> str:
    """The text with what is this machine's; each of it must be in there."""
    for old, new in replaced:
        assert old in text, f"docs/install.md no longer says {old}"
        text = text.replace(old, new)
    return text


def tool(name: str) -> str:
    """The path of a program of OpenSSH. Where it is missing: a skip that says so, and a failure in CI."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if found is None:
        reason = f"no OpenSSH here: {name} is missing (apt-get install openssh-server)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@dataclass
class Server:
    """One that runs. `name`: how the first key names its terminal. `base` is the folder with everything in it."""

    port: int
    base: Path
    url: str
    log: Path

    def client(self, *options: str, key: str = "rf-1", tty: bool = True) -> list[str]:
        """The command line of `ssh`, without the command for the other end."""
        return [
            "-F", "none", "-i", str(self.base / key), "-p", str(self.port), "-tt" if tty else "-T",
            "-o", "IdentitiesOnly=yes", "-o", f"UserKnownHostsFile={self.base / 'known_hosts'}", "-o", "BatchMode=yes",
            "-o", "LogLevel=INFO", "-o", "EscapeChar=none", *options, f"{USER}@127.0.0.1",
        ]  # fmt: skip

    def run(
        self, *command: str, options: tuple[str, ...] = (), key: str = "rf-1", **given: Any
    ) -> subprocess.CompletedProcess[str]:
        """`ssh … command` without a terminal, to its end."""
        words = [tool("ssh"), *self.client(*options, key=key, tty=False), *command]
        return subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE, check=False, **given)


class Remote(Program):
    """The program at the other end of a real client; `Program`'s hands and eyes."""

    def __init__(self, server: Server, *options: str, key: str = "rf-1", command: tuple[str, ...] = (), **given: Any) -> None:
        self.url = server.url
        Terminal.__init__(self, [*server.client(*options, key=key), *command], program=tool("ssh"), **given)


@contextmanager
def running(url: str, base: Path, *, block: int = 0, also: str = "", alive: tuple[int, int] | None = None) -> Iterator[Server]:
    """A server with the manual's configuration (`block`: the first, or the one with a user for each device) for the database."""
    sshd = tool("sshd")
    for name in ("host", "rf-1", "rf-2", BARE):
        subprocess.run([tool("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-f", str(base / name)], check=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    if os.getuid() == 0:
        _BEHIND_ROOT.mkdir(mode=0o755, parents=True, exist_ok=True)
    _write_files(base, url, port, block, also, alive)
    log = base / "sshd.log"
    subprocess.run([sshd, "-t", "-f", str(base / "sshd_config")], check=True)
    with log.open("w") as errors:
        server = subprocess.Popen([sshd, "-D", "-e", "-f", str(base / "sshd_config")], stderr=errors, cwd=base)
    try:
        _until_it_listens(server, port, log)
        yield Server(port, base, url, log)
    finally:
        server.terminate()
        server.wait(timeout=PATIENCE)


def _write_files(base: Path, url: str, port: int, block: int, also: str, alive: tuple[int, int] | None) -> None:
    program = base / "stockterm"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m stockterm "$@"\n')
    settings = base / "settings.toml"
    settings.write_text(f'database = "{url}"\nlanguage = "en"\n')
    wrapper = base / "stockterm-terminal"
    paths = (("/var/lib/stockterm", str(base)), (SETTINGS, str(settings)), ("/opt/stockterm/bin/stockterm", str(program)))
    wrapper.write_text(put(printed("script"), *paths))
    for file in (program, wrapper):
        file.chmod(0o755)
    config = put(
        printed("sshd", block),
        (WRAPPER, str(wrapper)),
        ("Match User floor" if not block else "Match User rf-1", f"Match User {USER}"),
    )
    keys = base / "authorized_keys"
    if block == 0:
        config = put(config, (KEYS, str(keys)))
    if alive is not None:
        interval, count = alive
        config = put(
            config,
            ("ClientAliveInterval 15", f"ClientAliveInterval {interval}"),
            ("ClientAliveCountMax 3", f"ClientAliveCountMax {count}"),
        )
    lines = [
        put(
            printed("keys").strip(),
            ("RF-1", name.upper()),
            ("ssh-ed25519 AAAA…", " ".join((base / f"{name}.pub").read_text().split()[:2])),
        )
        for name in ("rf-1", "rf-2")
    ]
    lines.append((base / f"{BARE}.pub").read_text().strip())
    keys.write_text("\n".join(lines) + "\n")
    own = [
        f"Port {port}", "ListenAddress 127.0.0.1", f"HostKey {base / 'host'}", "PidFile none", "UsePAM no", "StrictModes no",
        "PermitRootLogin prohibit-password", f"AuthorizedKeysFile {keys}", "Subsystem sftp internal-sftp", also,
    ]  # fmt: skip
    (base / "sshd_config").write_text("\n".join([*own, config]))
    host = " ".join((base / "host.pub").read_text().split()[:2])
    (base / "known_hosts").write_text(f"[127.0.0.1]:{port} {host}\n")


def _until_it_listens(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        assert server.poll() is None, log.read_text()
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.05)
