"""What waits while the database is away: written to the spool in order, in a thread of its own, and counted once it is there.

    came, away ──> fresh ──append, fsync──> kept ──taken──> done
                     └── no room, or it may be a PIN: in memory only, and the screen says so

A disk that is full is tried again with everything that came since: the order in the file is the order of the scans.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, TypeVar

from stockterm.flows.spool import Owner, Spool, Watch, for_the_screen
from stockterm.flows.tokens import ScanToken, Token

RESUME_WITHIN: Final = 15 * 60  # seconds in which a new program goes on for the user of the one before
TRY_AGAIN_AFTER: Final = 1.0  # seconds until a disk that had no room is tried again
DONE_AT_ONCE: Final = 50  # tokens that are marked as done together

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Counts:
    """Scans that wait: safe on the disk, and not. `trouble`: why the disk took them not."""

    kept: int = 0
    unkept: int = 0
    trouble: str = ""


class Waiting:
    """Lives on the event loop. Without a spool (a test, a browser) everything waits in memory and counts as kept."""

    def __init__(self, spool: Spool | None, changed: Callable[[], None], resume_within: float = RESUME_WITHIN) -> None:
        """`changed` is called when `counts` may be others. `resume_within`: seconds, at most `RESUME_WITHIN`."""
        self._spool = spool
        self._changed = changed
        self._resume_within = min(resume_within, RESUME_WITHIN)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="spool") if spool is not None else None
        self._away = False
        self._fresh: list[Token] = []  # to be written, in order
        self._secret: list[Token] = []  # not to be written
        self._kept: dict[str, bool] = {}  # what is in the file, or on its way there; id: whether it is a scan
        self._kept_scans = 0  # of them, those that are there
        self._done: list[str] = []
        self._typed: str | None = None  # half-typed text to be written
        self._typed_is_kept = False  # it is in the file
        self._watch = Watch(None)
        self._trouble = ""
        self._work: asyncio.Task[None] | None = None
        self._closing = False
        self.owner: Owner | None = None

    @property
    def counts(self) -> Counts:
        """What waits, for the screen."""
        if self._spool is None:
            return Counts(kept=sum(map(_is_scan, self._fresh)))
        unkept = [*self._secret, *(self._fresh if self._trouble else ())]
        return Counts(self._kept_scans, sum(map(_is_scan, unkept)), self._trouble)

    @property
    def may_be_written(self) -> bool:
        """Whether what is typed now is no secret."""
        return self.owner is not None and not self._watch.secret

    async def open(self) -> str | None:
        """Take up the spool of the program before. Returns its half-typed text, where it goes on with its work."""
        spool = self._spool
        if spool is None or self.owner is not None:
            return None
        with suppress(OSError):
            await self._in_thread(spool.open)
        entries, typed = spool.waiting, spool.typed
        self._typed_is_kept = typed is not None
        self._kept = {token_id: _is_scan(one.token) for token_id, one in entries.items()}
        self._kept_scans = sum(self._kept.values())
        latest = max([one.at for one in entries.values()] + ([typed[2]] if typed else []), default=0)
        if time.time_ns() // 1000 - latest > self._resume_within * 1_000_000:
            return None
        self.owner = typed[0] if typed else list(entries.values())[-1].owner
        return typed[1] if typed else None

    def brought_in(self) -> set[str]:
        """The ids of what a new session has found in the spool and taken: they are not to be taken again."""
        if self._spool is None:
            return set()
        left = self._spool.waiting
        gone = {one for one in self._kept if one not in left}
        self._kept = {token_id: scan for token_id, scan in self._kept.items() if token_id in left}
        self._kept_scans = sum(self._kept.values())
        return gone

    def away(self, waiting: Sequence[Token]) -> None:
        """The database is away, and these wait."""
        if self._away:
            self._soon()
            return
        self._away = True
        self._watch = Watch(self.owner)
        self._fresh, self._secret = [], []
        self.came([one for one in waiting if one.id not in self._kept])

    def came(self, tokens: Sequence[Token]) -> None:
        """More came."""
        if not self._away or not tokens:
            return
        for token in tokens:
            if not for_the_screen(token):
                (self._fresh if self._watch.take(token) or self._spool is None else self._secret).append(token)
        self._typed = None
        self._soon()
        self._changed()

    def typed(self, text: str) -> None:
        """Half-typed text, for the work that waits."""
        self._typed = text
        self._soon()

    def typed_is_saved(self) -> None:
        """The half-typed text is in the database."""
        if not self._kept:
            self._forget_typed()

    def back(self) -> None:
        """The database is back. What waits is still in the spool until it was taken."""
        self._away = False
        self._fresh, self._secret, self._trouble, self._typed = [], [], "", None

    def taken(self, token: Token) -> None:
        """A token was taken to its end."""
        scan = self._kept.pop(token.id, None)
        if scan is None:
            if _is_scan(token):  # what was half-typed while away was ended since
                self._forget_typed()
            return
        self._kept_scans = max(0, self._kept_scans - scan)
        self._done.append(token.id)
        if self._spool is not None and (not self._kept or len(self._done) >= DONE_AT_ONCE):
            done, self._done = self._done, []
            spool = self._spool
            self._later(lambda: spool.done(done, sync=False))

    def _forget_typed(self) -> None:
        if self._typed_is_kept and self._spool is not None and not self._away:
            self._typed_is_kept = False
            self._later(self._spool.forget_typed)

    async def close(self) -> None:
        """Write what is not written yet, and let go."""
        self._closing = True
        spool = self._spool
        if spool is None or self._thread is None:
            return
        if self._work is not None:
            await self._work
        if self._fresh or self._typed is not None:
            await self._write()
        with suppress(OSError):
            await self._in_thread(spool.close)
        self._thread.shutdown(wait=True)

    # ---- the thread

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _later(self, work: Callable[[], None]) -> None:
        """Do it behind what is being done. What cannot be marked as done is found in the log by its id."""

        def quietly() -> None:
            with suppress(OSError):
                work()

        if self._thread is not None and not self._closing:
            self._thread.submit(quietly)

    def _soon(self) -> None:
        if self._spool is None or self._closing:
            return
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._write())

    async def _write(self) -> None:
        """Write what is fresh until nothing is."""
        spool, owner = self._spool, self.owner
        while spool is not None and owner is not None and (self._fresh or self._typed is not None):
            fresh = self._fresh
            batch = fresh[:]
            try:
                if batch:
                    self._kept.update((one.id, _is_scan(one)) for one in batch)
                    await self._in_thread(lambda batch=batch: spool.append(batch, owner))  # type: ignore[misc]
                    del fresh[: len(batch)]
                    self._kept_scans += sum(self._kept.get(one.id, False) for one in batch)  # some may be taken already
                text = self._typed  # behind what was written just now; more that came meanwhile has ended it
                if text is not None:
                    await self._in_thread(lambda text=text: spool.keep_typed(text, owner))  # type: ignore[misc]
                    self._typed_is_kept = bool(text)
                    if self._typed == text:
                        self._typed = None
            except OSError as problem:
                for one in fresh[: len(batch)]:
                    self._kept.pop(one.id, None)
                self._trouble = problem.strerror or str(problem)
                self._changed()
                if not self._closing and self._away:
                    asyncio.get_running_loop().call_later(TRY_AGAIN_AFTER, self._soon)
                return
            self._trouble = ""
            self._changed()


def _is_scan(token: Token) -> bool:
    return isinstance(token, ScanToken)
