"""Writers of one SQLite file take turns at a lock file beside it."""

import fcntl
import os
import threading

from db.core.errors import DatabaseUnavailable


class WriterQueue:
    def __init__(self, path: str | None) -> None:
        self._path = path
        self._thread_lock = threading.Lock()
        self._file = -1

    def acquire(self) -> None:
        self._thread_lock.acquire()
        try:
            if self._path is not None:
                if self._file < 0:
                    self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
                fcntl.flock(self._file, fcntl.LOCK_EX)
        except OSError as problem:
            self._thread_lock.release()
            raise DatabaseUnavailable(problem=str(problem)) from problem
        except BaseException:
            self._thread_lock.release()
            raise

    def release(self) -> None:
        if self._file >= 0:
            fcntl.flock(self._file, fcntl.LOCK_UN)
        self._thread_lock.release()

    def __enter__(self) -> None:
        self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()
