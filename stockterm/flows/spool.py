"""What is scanned while the database is away, in a file of this machine: safe before it is counted on the screen.

    <user data>/away/<database>.<terminal>.jsonl        one line a token: checksum, blank, JSON; readable by its owner only

Every append is on the disk (`fsync`) when it returns. A line that a power cut tore is no line: it was not counted either. A
token keeps the id that it has in the scan log, so that it is applied once however often it is brought there. Lines are marked
as done when they were, and the file goes when nothing waits in it.

The file is locked while its program runs. Another program of the same terminal name takes a file of its own; what a dead one
left is brought in by the next that starts (`stockterm.flows.away`), at whatever terminal.

Never in here: what may be a PIN or a badge (`Watch`). It stays in memory, and the screen says so.
"""

import fcntl
import json
import os
import re
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from threading import RLock
from typing import Any, Final

from stockterm.flows.tokens import Command, CommandToken, ScanToken, Token

_FILES_OF_ONE_NAME: Final = 50
_BADGE = re.compile(r"(?:\][A-Za-z][0-9A-Za-z])?\s*USR:", re.IGNORECASE)
_SIGN_OUT, _CHOOSE_LOCATION = "9", "8"  # of the menu
_SCREEN_ONLY: Final = (Command.HELP, Command.PAGE_UP, Command.PAGE_DOWN)


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose work the tokens are for, and what stands on the screen: a job, `menu` or `location`; its title and prompt."""

    user_code: str
    session_no: int
    place: str = ""
    title: str = ""
    prompt: str = ""


@dataclass(frozen=True, slots=True)
class Spooled:
    """One line of the file. `at`: microseconds, UTC."""

    token: Token
    owner: Owner
    at: int


def for_the_screen(token: Token) -> bool:
    """Whether a token only turns pages: nothing to keep."""
    return isinstance(token, CommandToken) and token.command in _SCREEN_ONLY


class Watch:
    """Tells what may be written down: not a badge, nor anything behind a token after which a PIN may be asked for."""

    def __init__(self, owner: Owner | None) -> None:
        self._place = owner.place if owner is not None else ""
        self._may_be_menu = self._place == "menu"
        self.secret = owner is None

    def take(self, token: Token) -> bool:
        """Whether this token, the next in order, may be written down."""
        if isinstance(token, ScanToken):
            text = token.text.strip()
            if _BADGE.match(text) or (text == _SIGN_OUT and self._may_be_menu):
                self.secret = True
            elif text == _CHOOSE_LOCATION and self._may_be_menu:
                self._place = "location"
        elif token.command is Command.BACK and self._place == "location":
            self.secret = True
        elif token.command in (Command.BACK, Command.POST):
            self._may_be_menu = True
        return not self.secret


class SpoolFile:
    """One locked file: what waits in it, and the half-typed text behind."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self.waiting: dict[str, Spooled] = {}
        self.typed: tuple[Owner, str, int] | None = None
        self._descriptor = descriptor
        self._size = 0
        self._read()

    @classmethod
    def locked(cls, path: Path, *, make: bool) -> "SpoolFile | None":
        """The file, or None where another program has it. Raises OSError where it cannot be opened or made."""
        new: list[Path] = []
        if make:
            new = [one for one in (path.parent, *path.parent.parents) if not one.exists()]
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | (os.O_CREAT if make else 0), 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.stat(path).st_ino != os.fstat(descriptor).st_ino:  # removed by the program that had it
                raise FileNotFoundError(path)
            if make:
                for folder in (path.parent, *(one.parent for one in new)):
                    _sync_folder(folder)
            return cls(path, descriptor)
        except (BlockingIOError, FileNotFoundError):
            os.close(descriptor)
            return None
        except OSError:
            os.close(descriptor)
            raise

    def _read(self) -> None:
        """Every whole line; what is behind the last one was torn, and is cut off."""
        data = b""
        while piece := os.pread(self._descriptor, 1 << 20, len(data)):
            data += piece
        whole = 0
        for line in data.splitlines(keepends=True):
            if (record := _record(line)) is not None:
                self._remember(record)
                whole += len(line)
            elif not line.endswith(b"\n"):
                break
            else:
                whole += len(line)
        self._size = whole
        if whole < len(data):
            os.ftruncate(self._descriptor, whole)
            os.fsync(self._descriptor)

    def _remember(self, record: dict[str, Any]) -> None:
        match record["kind"]:
            case "done":
                for token_id in record["ids"]:
                    self.waiting.pop(token_id, None)
            case "typed":
                self.typed = (Owner(**record["owner"]), record["text"], record["at"]) if record["text"] else None
            case kind:
                text, sure, token_id = record["text"], record["sure"], record["id"]
                command = kind == "command"
                token: Token = CommandToken(Command(text), sure, token_id) if command else ScanToken(text, sure, token_id)
                self.waiting[token_id] = Spooled(token, Owner(**record["owner"]), record["at"])
                self.typed = None

    def append(self, tokens: Sequence[Token], owner: Owner) -> None:
        """Write tokens down, all or none; they are on the disk when this returns. Raises OSError."""
        said = _plain_owner(owner)
        records = []
        for token in tokens:
            command = isinstance(token, CommandToken)
            records.append(
                {
                    "kind": "command" if command else "scan",
                    "id": token.id,
                    "text": token.command.value if isinstance(token, CommandToken) else token.text,
                    "sure": token.by_key if isinstance(token, CommandToken) else token.scanned,
                    "owner": said,
                    "at": _now(),
                }
            )
        self._write(records)

    def keep_typed(self, text: str, owner: Owner) -> None:
        """Write half-typed text down; blank: none is left. Raises OSError."""
        if not text and not self.waiting:
            self.empty()
            return
        if not text and self.typed is None:
            return
        self._write([{"kind": "typed", "text": text, "owner": _plain_owner(owner), "at": _now()}])

    def done(self, ids: Iterable[str], *, sync: bool = True) -> None:
        """These were brought to the database. The file is emptied when nothing waits in it any more."""
        ids = [one for one in ids if one in self.waiting]
        if len(ids) == len(self.waiting) and self.typed is None:
            self.waiting.clear()
        elif ids:
            self._write([{"kind": "done", "ids": ids}], sync=sync)
        if not self.waiting and self.typed is None:
            self.empty()

    def empty(self) -> None:
        """Nothing waits."""
        self.waiting.clear()
        self.typed = None
        if self._size:
            os.ftruncate(self._descriptor, 0)
            os.fsync(self._descriptor)
            self._size = 0

    def close(self) -> None:
        """Let go of the file; an empty one is removed."""
        if not self._size:
            with suppress(OSError):
                self.path.unlink()
        os.close(self._descriptor)

    def _write(self, records: Sequence[dict[str, Any]], *, sync: bool = True) -> None:
        data = b"".join(_line(record) for record in records)
        try:
            view = memoryview(data)
            while view:
                view = view[write_some(self._descriptor, view) :]
            if sync:
                os.fsync(self._descriptor)
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._descriptor, self._size)  # half a line would spoil the next
            raise
        self._size += len(data)
        for record in records:
            self._remember(record)


class Spool:
    """The files of one terminal and one database. Every method may be called from any thread."""

    def __init__(self, folder: Path, terminal: str, database: str) -> None:
        """`database`: its address, which is not written down."""
        self.folder = folder
        self._database = sha256(database.encode()).hexdigest()[:12]
        self._terminal = terminal
        self._own: SpoolFile | None = None
        self._lock = RLock()

    def open(self) -> None:
        """Take up what an earlier program of this terminal left, if it left anything."""
        with self._lock:
            if self._own is None:
                for path in self._paths():
                    if path.exists() and (found := _locked(path)) is not None:
                        if found.waiting or found.typed:
                            self._own = found
                            return
                        found.close()

    @property
    def waiting(self) -> dict[str, Spooled]:
        """What waits in our own file, by id, in order."""
        with self._lock:
            return dict(self._own.waiting) if self._own is not None else {}

    @property
    def typed(self) -> tuple[Owner, str, int] | None:
        """Whose half-typed text waits, the text, and since when."""
        with self._lock:
            return self._own.typed if self._own is not None else None

    def append(self, tokens: Sequence[Token], owner: Owner) -> None:
        """See `SpoolFile.append`."""
        with self._lock:
            self._claimed().append(tokens, owner)

    def keep_typed(self, text: str, owner: Owner) -> None:
        """See `SpoolFile.keep_typed`. Blank: forget what was kept."""
        with self._lock:
            if text or self._own is not None:
                self._claimed().keep_typed(text, owner)

    def done(self, ids: Iterable[str], *, sync: bool = True) -> None:
        """See `SpoolFile.done`."""
        with self._lock:
            if self._own is not None:
                self._own.done(ids, sync=sync)

    def forget_typed(self) -> None:
        """The half-typed text is in the database, or is no longer there."""
        with self._lock:
            if self._own is None or self._own.typed is None:
                return
            owner, _text, _at = self._own.typed
            self._own.keep_typed("", owner)

    def close(self) -> None:
        """Let go of our file."""
        with self._lock:
            if self._own is not None:
                self._own.close()
                self._own = None

    @contextmanager
    def left_behind(self) -> Iterator[list[SpoolFile]]:
        """Our own file and those of programs that have ended, for this database: those in which something waits.

        A program that has its file is left alone.
        """
        with self._lock:
            others: list[SpoolFile] = []
            try:
                for path in sorted(self.folder.glob(f"{self._database}.*.jsonl")) if self.folder.is_dir() else ():
                    if (self._own is None or path != self._own.path) and (found := _locked(path)) is not None:
                        others.append(found)
                files = [*([self._own] if self._own is not None else []), *others]
                yield [one for one in files if one.waiting or one.typed]
            finally:
                for one in others:
                    one.close()

    def _claimed(self) -> SpoolFile:
        if self._own is None:
            for path in self._paths():
                if (found := SpoolFile.locked(path, make=True)) is not None:
                    self._own = found
                    break
            else:
                raise OSError(f"{_FILES_OF_ONE_NAME} programs call themselves {self._terminal}")
        return self._own

    def _paths(self) -> Iterator[Path]:
        plain = re.sub(r"[^A-Za-z0-9_-]", "_", self._terminal)[:40] or "terminal"
        name = f"{self._database}.{plain}-{sha256(self._terminal.encode()).hexdigest()[:6]}"
        for number in range(1, _FILES_OF_ONE_NAME + 1):
            yield self.folder / (f"{name}.jsonl" if number == 1 else f"{name}.{number}.jsonl")


def _locked(path: Path) -> SpoolFile | None:
    try:
        return SpoolFile.locked(path, make=False)
    except OSError:  # not ours to open
        return None


def _now() -> int:
    return time.time_ns() // 1000


def _plain_owner(owner: Owner) -> dict[str, Any]:
    return {name: getattr(owner, name) for name in Owner.__slots__}


def _line(record: dict[str, Any]) -> bytes:
    text = json.dumps(record, ensure_ascii=True, separators=(",", ":")).encode()
    return b"%08x %s\n" % (zlib.crc32(text), text)


def _record(line: bytes) -> dict[str, Any] | None:
    """The record of a line; None for what is no whole line of ours."""
    checksum, _blank, text = line.partition(b" ")
    if not text.endswith(b"\n"):
        return None
    text = text[:-1]
    try:
        if int(checksum, 16) != zlib.crc32(text):
            return None
        record: dict[str, Any] = json.loads(text)
    except ValueError:
        return None
    return record


def write_some(descriptor: int, data: memoryview) -> int:
    """`os.write`, under a name of its own: tests of a full disk take its place."""
    return os.write(descriptor, data)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def default_folder() -> Path:
    """Where the files are."""
    from platformdirs import user_data_path

    return user_data_path("stockterm", appauthor=False) / "away"
