"""A count as fast as the line brings it, through the whole program: nothing lost, merged or reordered, and posted right."""

import os
import random
from collections.abc import Callable, Iterator

import pytest

from tests.support.databases import long_or_short
from tests.terminal.whole.conftest import SERIALS
from tests.terminal.whole.floor import Tally, Walk
from tests.terminal.whole.program import Program, counted_lines, posted_counts, proven, scan_log

Start = Callable[..., Program]
SCANS = long_or_short(10_000, 150)
PATIENCE = 60.0 + SCANS / 10


def back_to_back(labels: list[str]) -> Iterator[bytes]:
    yield "".join(f"{label}\r" for label in labels).encode()


def in_fragments(labels: list[str]) -> Iterator[bytes]:
    """Pieces of 1 to 8 bytes."""
    data = "".join(f"{label}\r\n" for label in labels).encode()
    dice, position = random.Random(7), 0
    while position < len(data):
        size = dice.randint(1, 8)
        yield data[position : position + size]
        position += size


@pytest.mark.soak
@pytest.mark.parametrize("pieces", [back_to_back, in_fragments])
@pytest.mark.timeout(180 + SCANS / 5)
def test_a_count_of_many_scans_is_logged_applied_and_posted_as_it_was_scanned(
    company_url: str, start: Start, pieces: Callable[[list[str]], Iterator[bytes]]
) -> None:
    program = start(company_url).counting()
    before, logged = program.count, len(scan_log(company_url))
    labels = Walk(seed=1, serials=SERIALS).deal(SCANS)
    wanted = Tally.of(labels, SERIALS)
    for piece in pieces(labels):
        program.write(piece)
    program.until(lambda: program.count == before + wanted.good, PATIENCE)
    program.until(lambda: not labels[-1].startswith("CMD:") or "Undone" in program.message)
    log = scan_log(company_url)[logged:]
    assert [raw for raw, _status in log] == labels
    assert {status for _raw, status in log} == {"applied"}
    assert counted_lines(company_url) == wanted.lines
    program.post()
    assert posted_counts(company_url) == wanted.lines
    assert proven(company_url)


def test_what_is_scanned_before_the_program_is_up_is_taken_in_order(sqlite_company: str, start: Start) -> None:
    labels = Walk(seed=2).deal(20)
    program = start(sqlite_company)
    os.write(program._child.child_fd, "".join(f"{text}\r" for text in ("B-ANN-7391", "1", *labels)).encode())
    wanted = Tally.of(labels)
    program.until(lambda: counted_lines(sqlite_company) == wanted.lines)
    assert [raw for raw, _status in scan_log(sqlite_company)][-len(labels) :] == labels
