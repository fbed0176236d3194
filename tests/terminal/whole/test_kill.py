"""kill −9 at any moment of a count: what was echoed is there once, the next start stands at the same line, the job goes on."""

import random
import time
from collections.abc import Callable

import pytest

from tests.support.databases import long_or_short
from tests.terminal.whole.conftest import SERIALS
from tests.terminal.whole.floor import Tally, Walk
from tests.terminal.whole.program import (
    ENTER,
    F10,
    Program,
    counted_lines,
    looking_into,
    posted_counts,
    proven,
    scan_log,
    until_alone,
)

Start = Callable[..., Program]
KILLS = long_or_short(200, 8)
SIGN_IN = ["1"]  # what is in the log before the first label: the digit of the menu


def read_until(program: Program, moment: float) -> None:
    while time.monotonic() < moment and program.read(0.002):
        pass


def until_it_stands_at(program: Program, tally: Tally, before: int) -> None:
    """Wait until the screen is where the scans lead: bin, item and counter."""
    item, tracking = (tally.here[1], tally.here[2] or tally.here[3]) if tally.here else ("", "")
    title = f"Count {tally.bin_code or 'EAST'} "

    def stands_there() -> bool:
        shown = program.lines
        return shown[0].startswith(title) and (shown[1], shown[3]) == (item, tracking) and program.count == before + tally.good

    program.until(stands_there)


@pytest.mark.soak
@pytest.mark.timeout(180 + KILLS * 10)
def test_after_every_kill_the_count_goes_on_where_it_was_and_posts_what_was_scanned(company_url: str, start: Start) -> None:
    dice = random.Random(20)
    labels = Walk(seed=21, serials=SERIALS).deal(KILLS * 40)
    program = start(company_url).counting()
    before, taken = program.count, 0
    for _ in range(KILLS):
        burst = labels[taken : taken + dice.randint(1, 30)]
        if dice.random() < 0.8:  # else it is killed while it starts, the scans waiting in the line
            until_it_stands_at(program, Tally.of(labels[:taken], SERIALS), before)
            assert counted_lines(company_url) == Tally.of(labels[:taken], SERIALS).lines
        program.write("".join(f"{label}\r" for label in burst).encode())
        read_until(program, time.monotonic() + dice.random() ** 2 * 0.5)
        program.killed()
        until_alone(company_url)
        logged = [raw for raw, _status in scan_log(company_url)][len(SIGN_IN) :]
        assert logged == labels[: len(logged)]
        assert program.count <= before + Tally.of(logged, SERIALS).good, "an echoed scan is missing"
        taken = len(logged)
        program = start(company_url)
    until_it_stands_at(program, Tally.of(labels[:taken], SERIALS), before)
    rest = labels[taken : taken + 20]
    program.write("".join(f"{label}\r" for label in rest).encode())
    wanted = Tally.of(labels[: taken + len(rest)], SERIALS)
    until_it_stands_at(program, wanted, before)
    program.post()
    assert posted_counts(company_url) == wanted.lines
    assert {status for _raw, status in scan_log(company_url)} == {"applied"}
    assert proven(company_url)


@pytest.mark.soak
@pytest.mark.timeout(180 + KILLS * 10)
def test_a_count_that_is_killed_while_it_posts_is_posted_once(company_url: str, start: Start) -> None:
    dice = random.Random(30)
    labels = Walk(seed=31, serials=SERIALS).deal(60)
    wanted = Tally.of(labels, SERIALS)
    program = start(company_url).counting()
    before = program.count
    program.write("".join(f"{label}\r" for label in labels).encode())
    until_it_stands_at(program, wanted, before)
    for attempt in range(KILLS):
        if not asks_to_post(program):
            break
        program.write(str(program.digits).encode() + ENTER)
        read_until(program, time.monotonic() + attempt * dice.random() * 0.03)  # later and later: through the whole posting
        program.killed()
        until_alone(company_url)
        assert posted_counts(company_url) in ({}, wanted.lines)
        program = start(company_url)
    if asks_to_post(program):
        program.scan(str(program.digits)).until_message("Posted")
    assert posted_counts(company_url) == wanted.lines
    with looking_into(company_url) as rows:
        assert rows("SELECT COUNT(*) FROM item_register WHERE source_code = 'count'") == [(1,)]
        assert rows("SELECT status FROM open_count") == [("posted",)]
    assert proven(company_url)


def asks_to_post(program: Program) -> bool:
    """F10, unless the question is there already: it outlives the program. False: posted, and back in the menu."""
    program.until(lambda: program.lines[0].startswith(("Count ", "EAST Ann")))
    program.until_quiet()
    if program.lines[0].startswith("EAST Ann"):
        return False
    if program.digits is None:
        program.write(F10)
        program.until(lambda: program.digits is not None)
    return True
