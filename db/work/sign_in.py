"""Tries to sign in: a few wrong PINs in a row, then a wait that doubles. In the database: a new connection does not reset it."""

from db.connection import fetch, for_update, in_write_transaction
from db.core import clock

TRIES = 3
_FIRST_WAIT_S = 30
_LONGEST_WAIT_S = 15 * 60


def begin_try(user_code: str) -> tuple[int, int]:
    """Book a try before it is checked, so that many terminals at once have no more tries than one.

    Returns (seconds to wait, tries left after this one, should it fail). With seconds to wait nothing was booked.
    """

    def work() -> tuple[int, int]:
        moment = clock.now_microseconds()
        rows = fetch(for_update("SELECT failures, wait_until FROM sign_in_attempt WHERE user_code = ?"), (user_code,))
        failures, wait_until = rows[0] if rows else (0, 0)
        if wait_until > moment:
            return -(-(wait_until - moment) // 1_000_000), 0
        failures += 1
        left = -failures % TRIES
        wait = min(_FIRST_WAIT_S * 2 ** (failures // TRIES - 1), _LONGEST_WAIT_S) if left == 0 else 0
        fetch(
            "INSERT INTO sign_in_attempt VALUES (?, ?, ?)"
            " ON CONFLICT (user_code) DO UPDATE SET failures = excluded.failures, wait_until = excluded.wait_until",
            (user_code, failures, moment + wait * 1_000_000),
        )
        return 0, left

    return in_write_transaction(work)


def right_pin(user_code: str) -> None:
    """The PIN was right: forget the wrong ones."""
    in_write_transaction(lambda: fetch("DELETE FROM sign_in_attempt WHERE user_code = ?", (user_code,)))


def seconds_to_wait(user_code: str) -> int:
    """How long the next try must wait; 0: not at all."""
    rows = fetch("SELECT wait_until FROM sign_in_attempt WHERE user_code = ?", (user_code,))
    return max(0, -(-(rows[0][0] - clock.now_microseconds()) // 1_000_000)) if rows else 0
