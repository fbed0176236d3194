"""What the smallest and the usual terminal show, cell by cell, under every kind of terminal.

`STOCKTERM_GOLDEN=write` writes the files anew; read the difference before committing it. Under each line of text stands
how its cells look: `r` reverse, `b` bold, a capital letter for colour (`R` red, `G` green, `B` brown, which is
yellow on most terminals).
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.terminal.recorded import Recorded

GOLDEN = Path(__file__).parent / "golden"
SCENES: dict[str, bytes] = {
    "first prompt": b"",
    "a good scan": b"9521234000011\r",
    "half-typed text": b"1234567890ABC",
    "cleared": b"\x1bOQ",
    "a warning": b"LONG\r",
    "the whole message": b"\x1bOP",
    "an error": b"ERR 4711\r",
    "scans held": b"A\rB\r",
    "unlocked": b"\x1bOR\x1bOR",
    "a menu": b"MENU\r",
    "its second page": b"\x1b[19~",
    "a PIN": b"PIN\r12",
    "help": b"34\r\x1bOP",
}


def picture(terminal: Recorded) -> str:
    """The screen as text with its looks."""
    lines = []
    for y in range(terminal.screen.lines):
        row = [terminal.screen.buffer[y][x] for x in range(terminal.screen.columns)]
        looks = "".join(
            cell.fg[0].upper() if cell.fg != "default" else "r" if cell.reverse else "b" if cell.bold else " " for cell in row
        )
        lines.append("|" + "".join(cell.data for cell in row) + "|")
        if looks.strip():
            lines.append(" " + looks.rstrip())
    return "\n".join(lines)


@pytest.mark.parametrize("size", [(20, 8), (80, 24)], ids=["20x8", "80x24"])
@pytest.mark.parametrize("term", ["vt220", "linux", "screen", "xterm-256color", "tmux", "no-color", "ascii"])
def test_the_screen_is_as_it_was_agreed(recorded: Callable[..., Recorded], term: str, size: tuple[int, int]) -> None:
    columns, rows = size
    terminal = recorded(
        *(("ascii_only=yes",) if term == "ascii" else ()),
        columns=columns,
        rows=rows,
        term="xterm-256color" if term in ("no-color", "ascii") else term,
        environment={"NO_COLOR": "1"} if term == "no-color" else {},
    ).started()
    path = GOLDEN / f"{columns}x{rows}-{term}.txt"
    if os.environ.get("STOCKTERM_GOLDEN") == "write":
        write_golden(terminal, path)
    scenes = path.read_text(encoding="utf-8").rstrip("\n").split("\n\n== ")
    for scene, (name, data) in zip(scenes, SCENES.items(), strict=True):
        terminal.write(data)
        agreed = scene.partition("\n")[2]
        try:
            terminal.until(lambda agreed=agreed: picture(terminal) == agreed, patience=10)  # type: ignore[misc]
        except AssertionError:
            assert picture(terminal) == agreed, name


def write_golden(terminal: Recorded, path: Path) -> None:
    """Show every scene and write down what is to be seen."""
    shown = []
    for scene, data in SCENES.items():
        terminal.write(data)
        terminal.until_quiet(0.5)
        shown.append(f"== {scene}\n{picture(terminal)}")
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n\n".join(shown) + "\n", encoding="utf-8")
    pytest.skip(f"{path.name} is written")
