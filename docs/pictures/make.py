"""The pictures of the manuals: the real program on a pseudo-terminal, typed at, and drawn as SVG. `make pictures` runs it.

Each scene opens `stockterm` on a demo company of its own, types, waits for what has to be seen, and writes the screen as it is
then, cell by cell. Two runs write the same files: the demo is made for a fixed day, and in the child only the clock and the two
digits that confirm a posting are held still.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any
from unittest.mock import patch
from xml.sax.saxutils import escape

from tests.terminal.terminal import Terminal

FOLDER = Path(__file__).parent
MOMENT = datetime(2027, 1, 15, 9, 30, tzinfo=UTC)
DIGITS = "47"

SIGN_IN = (("USR:WORKER1\r", "PIN"), ("3456\r", "MAIN"), ("LOC:MAIN\r", "1 Count"))
SUPERVISOR = (("USR:SUPER1\r", "PIN"), ("5678\r", "MAIN"), ("LOC:MAIN\r", "1 Count"))
COUNT = (*SIGN_IN, ("1\r", "Scan a bin"), ("BIN:A-02-02\r", "OK Bin"), ("9528100010602\r", "OK +1"))


@dataclass(frozen=True, slots=True)
class Scene:
    """One picture. `typed`: what is typed, and what the screen must then show before it goes on."""

    name: str
    title: str
    columns: int
    rows: int
    typed: tuple[tuple[str, str], ...]

    @property
    def file_name(self) -> str:
        return f"{self.name}-{self.columns}x{self.rows}.svg"


SCENES = (
    Scene("menu", "The menu on 20 columns and 8 rows", 20, 8, SIGN_IN),
    Scene("count", "A count on 20 columns and 8 rows", 20, 8, (*COUNT, ("12*9528100010602\r", "OK +12"))),
    Scene("error", "An unknown code locks the field", 20, 8, (*COUNT, ("4711-X\r", "LOCKED"))),
    Scene("adjust", "An adjustment before it is posted", 20, 8, (
        *SIGN_IN, ("2\r", "Which bin"), ("BIN:A-01-01\r", "Scan an item"), ("9528100010107\r", "now"), ("-2\r", "Why?"),
        ("RSN:DAMAGED\r", "Right?"),
    )),
    Scene("count", "A count on 26 columns and 16 rows", 26, 16, (*COUNT, ("12*9528100010602\r", "OK +12"))),
    Scene("relabel", "A lot that gets another number, on 26 columns and 16 rows", 26, 16, (
        *SIGN_IN, ("11\r", "Scan lot"), ("LOT:M1904\r", "What changes"), ("1\r", "How many"), ("LOT:M1904-B\r", "Right?"),
    )),
    Scene("count-order", "An ordered count on 40 columns and 20 rows", 40, 20, (
        *SUPERVISOR, ("13\r", "New order"), ("1\r", "Make the order"), ("1\r", "lines added"), ("CMD:BACK\r", "New order"),
        ("CMD:BACK\r", "1 Count"), ("10\r", "bins left"), ("BIN:A-02-02\r", "OK Bin"), ("9528100010602\r", "OK +1"),
        ("223\r", "223 PCS"),
    )),
    Scene("transfer-order", "A transfer order being made on a desk", 80, 24, (
        *SUPERVISOR, ("14\r", "New order"), ("1\r", "Where to"), ("1\r", "Scan what it needs"), ("9528100010602\r", "How many"),
        ("24\r", "OK 24"),
    )),
    Scene("count", "A count on 80 columns and 24 rows", 80, 24, (
        *COUNT, ("12*9528100010602\r", "OK +12"), ("19528100010609\r", "OK +1 BOX"), ("9528100010701\r", "HW1070"),
        ("236\r", "236 PCS"),
    )),
    Scene("differences", "The differences of a count before it is posted", 80, 24, (
        *COUNT, ("223\r", "223 PCS"), ("9528100010701\r", "HW1070"), ("236\r", "236 PCS"), ("BIN:A-01-01\r", "OK A-02-02"),
        ("9528100010107\r", "HW1010"), ("344\r", "344 PCS"), ("CMD:NEXT\r", "OK A-01-01"), ("CMD:POST\r", f"Type {DIGITS}"),
    )),
    Scene("what-is-this", "Everything known about a scanned code", 80, 24, (
        *SIGN_IN, ("4\r", "Scan anything"), ("9528100010107\r", "Here"),
    )),
)  # fmt: skip


def main() -> int:
    """Write all pictures, or open the program for one (`--open URL`, the child)."""
    if sys.argv[1:2] == ["--open"]:
        return open_program(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        demo = make_demo_in(Path(folder))
        for scene in SCENES:
            (FOLDER / scene.file_name).write_text(picture(scene, demo, Path(folder)), encoding="utf-8")
            print(scene.file_name)
    return 0


def picture(scene: Scene, demo: Path, folder: Path) -> str:
    """The SVG of a scene, taken on a copy of the demo in `folder`."""
    copy = Path(shutil.copy(demo, folder / f"{scene.name}-{scene.columns}.db"))
    with shown(scene, f"sqlite:///{copy}", folder) as terminal:
        return svg(terminal.screen, scene.title)


def shown(scene: Scene, url: str, folder: Path) -> Terminal:
    """The program as it stands when everything is typed. Logs, should there be any, go to `folder`."""
    terminal = Terminal(
        ["-m", "docs.pictures.make", "--open", url],
        columns=scene.columns,
        rows=scene.rows,
        environment={
            "TZ": "UTC",
            "STOCKTERM_TERMINAL": "RF-1",
            "STOCKTERM_LANGUAGE": "en",
            "STOCKTERM_SETTINGS": os.devnull,
            "XDG_STATE_HOME": str(folder),
        },
    )
    terminal.until_shown("Badge")
    for text, expected in scene.typed:
        terminal.write(text.encode())
        terminal.until_shown(expected)
    terminal.until_quiet()
    return terminal


def make_demo_in(folder: Path) -> Path:
    """The file of a demo company made for the fixed day."""
    from db.connection import close_database, open_database
    from db.core.clock import held_at
    from db.migrations import migrate
    from db.posting.lines import PostedBy
    from stockterm.demo import make_demo
    from stockterm.interchange.console import post_records

    def post_to(url: str, operations: Iterable[Any]) -> None:
        open_database(url)
        migrate()
        post_records(operations, PostedBy(source_code="demo"))
        close_database()

    with held_at(MOMENT):
        return make_demo(folder / "demo.db", post_to, MOMENT.date()).path


def open_program(url: str) -> int:
    """The program itself, with the clock and the confirming digits held still."""
    from db.core.clock import held_at
    from stockterm.cli import main as stockterm

    with held_at(MOMENT), patch("stockterm.flows.say.two_digits", lambda: DIGITS):
        return stockterm(["--database", url])


# ---- from cells to SVG

WIDTH, HEIGHT, SIZE, MARGIN = 9, 19, 15, 14
FOREGROUND, BACKGROUND = "#d8dee9", "#11151c"
COLORS = {"default": FOREGROUND, "red": "#ff6b6b", "green": "#7bd88f", "brown": "#f2c14e"}
STYLE = (
    f"font-family='DejaVu Sans Mono, Liberation Mono, Menlo, Consolas, monospace' font-size='{SIZE}' "
    "xml:space='preserve' style='white-space:pre'"
)


def svg(screen: Any, title: str) -> str:
    """The screen of an emulator as SVG."""
    width, height = screen.columns * WIDTH + 2 * MARGIN, screen.lines * HEIGHT + 2 * MARGIN
    lines = [
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}' viewBox='0 0 {width} {height}' role='img'>",
        f"<title>{escape(title)}</title>",
        f"<rect width='{width}' height='{height}' rx='8' fill='{BACKGROUND}'/>",
        f"<g {STYLE}>",
    ]
    for y in range(screen.lines):
        lines.extend(_row([screen.buffer[y][x] for x in range(screen.columns)], MARGIN + y * HEIGHT))
    return "\n".join([*lines, "</g>", "</svg>", ""])


def _row(cells: list[Any], top: int) -> Iterator[str]:
    """Runs of cells that look alike: the ground where it is not the usual one, then the text."""
    column = 0
    for (color, reverse, bold), run in groupby(cells, key=lambda cell: (cell.fg, cell.reverse, cell.bold)):
        text = "".join(cell.data or " " for cell in run)
        left, color = MARGIN + column * WIDTH, COLORS[color]
        column += len(text)
        if reverse:
            yield f"<rect x='{left}' y='{top}' width='{len(text) * WIDTH}' height='{HEIGHT}' fill='{color}'/>"
        if stripped := text.strip():
            x = left + (len(text) - len(text.lstrip())) * WIDTH
            weight = " font-weight='bold'" if bold else ""
            yield (
                f"<text x='{x}' y='{top + SIZE}' textLength='{len(stripped) * WIDTH}' fill='{BACKGROUND if reverse else color}'"
                f"{weight}>{escape(stripped)}</text>"
            )


if __name__ == "__main__":
    sys.exit(main())
