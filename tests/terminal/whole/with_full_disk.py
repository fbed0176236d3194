"""`stockterm`, whose spool finds the disk full while the file STOCKTERM_TEST_FULL exists: half a line goes in, then no more."""

import errno
import os
import sys
from pathlib import Path

from stockterm.flows import spool

FULL = Path(os.environ["STOCKTERM_TEST_FULL"])


def write_some(descriptor: int, data: memoryview) -> int:
    if not FULL.exists():
        return os.write(descriptor, data)
    if len(data) > 20:
        return os.write(descriptor, data[:20])
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


spool.write_some = write_some

from stockterm.cli import main  # noqa: E402

sys.exit(main())
