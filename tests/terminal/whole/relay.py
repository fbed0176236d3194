"""A radio link: runs a command on a pseudo-terminal of its own and passes its bytes on late, in pieces, with gaps of two seconds.

    python -m tests.terminal.whole.relay SEED ARGUMENTS OF PYTHON

Bytes keep their order, as on any line; where a piece ends, and when it comes, is up to the dice. So the bytes of a function key,
of a letter or of a label come far apart.
"""

import fcntl
import os
import pty
import random
import select
import signal
import sys
import termios
import time
import tty
from collections import deque

LONGEST_PIECE = 9  # bytes
DELAY = 0.06  # seconds, at most, that a piece is late
GAP = 2.0  # seconds
ONE_GAP_IN = 60  # pieces


class Link:
    """One direction: what came in at one end, and when each piece of it may leave at the other."""

    def __init__(self, source: int, target: int, dice: random.Random) -> None:
        self.source, self._target, self._dice = source, target, dice
        self._pieces: deque[tuple[float, bytes]] = deque()
        self._latest = 0.0

    def take(self) -> bool:
        """Read what is there; False at the end of the line."""
        try:
            data = os.read(self.source, 65536)
        except OSError:
            return False
        position = 0
        while position < len(data):
            size = self._dice.randint(1, LONGEST_PIECE)
            late = GAP if self._dice.randrange(ONE_GAP_IN) == 0 else self._dice.random() * DELAY
            self._latest = max(self._latest, time.monotonic()) + (late if late == GAP else late / LONGEST_PIECE)
            self._pieces.append((self._latest, data[position : position + size]))
            position += size
        return bool(data)

    @property
    def patience(self) -> float:
        """Seconds until the next piece may leave."""
        return max(0.0, self._pieces[0][0] - time.monotonic()) if self._pieces else 1.0

    def pass_on(self, *, all_of_it: bool = False) -> None:
        while self._pieces and (all_of_it or self._pieces[0][0] <= time.monotonic()):
            os.write(self._target, self._pieces.popleft()[1])


def main() -> int:
    """Returns the exit status of the command."""
    dice = random.Random(int(sys.argv[1]))
    pid, inner = pty.fork()
    if pid == 0:
        os.execv(sys.executable, [sys.executable, *sys.argv[2:]])
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # the read says it too, and the command is waited for
    tty.setraw(0)

    def follow_size(*_signal: object) -> None:
        fcntl.ioctl(inner, termios.TIOCSWINSZ, fcntl.ioctl(0, termios.TIOCGWINSZ, b"\0" * 8))

    follow_size()
    signal.signal(signal.SIGWINCH, follow_size)
    up, down = Link(0, inner, dice), Link(inner, 1, dice)
    there = True
    while there:
        ready, _, _ = select.select([0, inner], [], [], min(up.patience, down.patience))
        for link in (up, down):
            there = (link.source not in ready or link.take()) and there
            link.pass_on()
    if up.source in ready and down.source not in ready:  # our own line is lost: so is theirs
        os.close(inner)
    else:
        down.pass_on(all_of_it=True)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) & 0xFF


if __name__ == "__main__":
    sys.exit(main())
