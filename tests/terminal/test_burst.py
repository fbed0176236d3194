"""Scans as fast as a line brings them, and bytes that mean nothing: none lost, none merged, and never the end.

`make soak` (STOCKTERM_SOAK=1) runs the long forms: 10,000 scans, a million random bytes.
"""

import os
import random
from collections.abc import Callable

import pytest

from tests.terminal.recorded import Recorded

LONG = bool(os.environ.get("STOCKTERM_SOAK"))
SCANS = 10_000 if LONG else 200
RANDOM_BYTES = 1_000_000 if LONG else 20_000
PATIENCE = 600.0 if LONG else 60.0

Start = Callable[..., Recorded]


def labels(count: int, seed: int) -> list[str]:
    """Labels as they come in a warehouse: short and long, with separators, with letters beyond ASCII."""
    dice = random.Random(seed)
    made = []
    for number in range(count):
        made.append(
            dice.choice(
                [
                    f"952{number:010}",
                    f"]C10109521234000011{dice.randint(10, 16)}261231\x1d10LOT{number}",
                    f"BIN:A-{number:05}",
                    f"HYLLE-Æ{number}",
                    f"{number}",
                ]
            )
        )
    return made


@pytest.mark.soak
def test_scans_back_to_back_arrive_whole_and_in_order(recorded: Start) -> None:
    terminal = recorded().started()
    wanted = labels(SCANS, seed=1)
    terminal.write("".join(f"{label}\r" for label in wanted).encode())
    terminal.until(lambda: len(terminal.scans) >= SCANS, PATIENCE)
    assert terminal.scans == wanted
    terminal.until_shown(f"OK +1 = {SCANS} PCS")


@pytest.mark.soak
def test_scans_in_random_fragments_arrive_whole_and_in_order(recorded: Start) -> None:
    terminal = recorded().started()
    wanted = labels(SCANS, seed=2)
    data = "".join(f"{label}\r\n" for label in wanted).encode()
    dice = random.Random(3)
    position = 0
    while position < len(data):
        size = dice.randint(1, 8)
        terminal.write(data[position : position + size])
        position += size
    terminal.until(lambda: len(terminal.scans) >= SCANS, PATIENCE)
    assert terminal.scans == wanted


@pytest.mark.soak
@pytest.mark.parametrize("term", ["xterm-256color", "vt220"])
def test_random_bytes_never_end_the_program(recorded: Start, term: str) -> None:
    terminal = recorded(term=term, columns=40, rows=20).started()
    dice = random.Random(4)
    sent = 0
    while sent < RANDOM_BYTES:
        piece = dice.randbytes(dice.randint(1, 4096))
        terminal.write(piece)
        sent += len(piece)
        if dice.random() < 0.1:
            terminal.resize(dice.randint(1, 120), dice.randint(1, 50))
    terminal.resize(40, 20)
    assert terminal.alive
    terminal.write(b"\r\x1bOR\rAFTER\r")
    terminal.until(lambda: bool(terminal.scans) and terminal.scans[-1] == "AFTER", PATIENCE)


@pytest.mark.soak
def test_pieces_of_key_sequences_never_end_the_program(recorded: Start) -> None:
    terminal = recorded().started()
    dice = random.Random(5)
    pieces = [
        b"\x1b",
        b"[",
        b"O",
        b"1",
        b"5",
        b"~",
        b";",
        b"\x9b",
        b"\x8f",
        b"P",
        b"200~",
        b"201~",
        b"u",
        b"\x1b[27;5;93~",
        b"A",
        b"\xc3",
    ]
    for _ in range(RANDOM_BYTES // 200):
        terminal.write(b"".join(dice.choices(pieces, k=100)))
    terminal.write(b"\r\x1bOR\rAFTER\r")
    terminal.until(lambda: bool(terminal.scans) and terminal.scans[-1] == "AFTER", PATIENCE)
