"""Every screen of the real program at 20×8 and 80×24, as it was agreed, under every kind of terminal.

`make snapshots` writes the files anew; read the difference before committing it. What differs from run to run (days, times,
the two digits) is masked. The emulator is larger than the terminal, so that whatever is written beyond its edge is seen.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pyte
import pytest

from tests.support.program import Company
from tests.terminal.whole.program import ENTER, Program
from tests.terminal.whole.shop import COMPANY, ENTER_DIGITS, NORSK, WALK

GOLDEN = Path(__file__).parent / "golden"
UPDATE = os.environ.get("STOCKTERM_GOLDEN") == "write"
SIZES = [(20, 8), (80, 24)]
MARGIN = 12
_MASKS = [
    (re.compile(r"\b\d{4}-\d\d-\d\d\b"), "yyyy-mm-dd"),
    (re.compile(r"\b\d\d\.\d\d\.\d{4}\b"), "dd.mm.yyyy"),
    (re.compile(r"\b\d\d:\d\d\b"), "hh:mm"),
]

Start = Callable[..., "Framed"]


class Framed(Program):
    """A program on a terminal that ends before its emulator does."""

    def __init__(self, url: str, folder: Path, *, columns: int, rows: int, **options: Any) -> None:
        super().__init__(url, folder, columns=columns, rows=rows, **options)
        self.columns, self.rows = columns, rows
        self.screen = pyte.Screen(columns + MARGIN, rows + 4)
        self._stream = pyte.ByteStream(self.screen)

    @property
    def lines(self) -> list[str]:
        return [line[: self.columns].rstrip() for line in self.screen.display[: self.rows]]

    @property
    def outside(self) -> str:
        """What stands beyond the terminal's edges."""
        beside = [line[self.columns :] for line in self.screen.display[: self.rows]]
        return "".join([*beside, *self.screen.display[self.rows :]]).strip()

    @property
    def has_field(self) -> bool:
        """Whether the prompt's row shows where typing goes."""
        row = self.screen.buffer[self.prompt_row]
        return any(row[column].reverse for column in range(self.columns))

    @property
    def prompt_row(self) -> int:
        return self.rows - (4 if self.rows >= 14 else 3)

    @property
    def picture(self) -> str:
        text = "\n".join(f"|{line.ljust(self.columns)}|" for line in self.lines)
        for pattern, mask in _MASKS:
            text = pattern.sub(mask, text)
        return re.sub(rf"\b{self.digits}\b", "NN", text) if self.digits is not None else text


@pytest.fixture(scope="module")
def shop_file(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    path = folder / "shop.db"
    path.write_bytes(sqlite_template.read_bytes())
    Company(f"sqlite:///{path}", folder).posted(*COMPANY)
    return path


@pytest.fixture
def framed(tmp_path: Path) -> Iterator[Start]:
    with ExitStack() as stack:
        yield lambda url, **options: stack.enter_context(Framed(url, tmp_path, **options))


def shop(shop_file: Path, tmp_path: Path) -> str:
    path = tmp_path / "shop.db"
    path.write_bytes(shop_file.read_bytes())
    return f"sqlite:///{path}"


def settle(program: Framed, agreed: str | None) -> str:
    """Wait for the agreed picture; else the one that is there when nothing more comes."""
    if agreed is None:
        program.until_quiet(1.0)
        return program.picture
    try:
        program.until(lambda: program.picture == agreed, patience=10)
    except AssertionError:
        return program.picture
    return agreed


def walked(program: Framed, walk: Mapping[str, tuple[bytes, ...]], path: Path) -> None:
    """Go through the scenes; compare each with the file, or write the file."""
    agreed = {} if UPDATE else agreed_scenes(path)
    pictures = {}
    for scene, presses in walk.items():
        for press in presses:
            if press == ENTER_DIGITS:
                program.until(lambda: program.digits is not None)
                press = str(program.digits).encode() + ENTER
            program.write(press)
        pictures[scene] = settle(program, agreed.get(scene))
        nothing_is_clipped(program, scene)
        if not UPDATE:
            assert pictures[scene] == agreed[scene], scene
    if UPDATE:
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(f"== {scene}\n{picture}\n\n" for scene, picture in pictures.items()), encoding="utf-8")
    assert pictures.keys() == walk.keys()


def agreed_scenes(path: Path) -> dict[str, str]:
    scenes = path.read_text(encoding="utf-8").removeprefix("== ").rstrip("\n").split("\n\n== ")
    return {name: picture for name, _, picture in (scene.partition("\n") for scene in scenes)}


def nothing_is_clipped(program: Framed, scene: str) -> None:
    """Prompt, field and key line are whole, and nothing stands beyond the edges."""
    prompt, keys = program.lines[program.prompt_row], program.lines[program.rows - 1]
    assert not program.outside, (scene, program.outside)
    assert prompt, scene
    assert keys, scene
    assert "~" not in prompt, (scene, prompt)
    assert prompt.startswith(("LOCKED", "LÅST", "LAST")) or program.has_field, (scene, prompt)


TERMINALS: dict[str, tuple[str, dict[str, str], str]] = {
    "vt220": ("vt220", {}, "ascii"),
    "linux": ("linux", {}, "unicode"),
    "screen": ("screen", {}, "unicode"),
    "xterm-256color": ("xterm-256color", {}, "unicode"),
    "tmux": ("tmux", {}, "unicode"),
    "no-color": ("xterm-256color", {"NO_COLOR": "1"}, "unicode"),
    "ascii": ("xterm-256color", {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, "ascii"),
}


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("terminal", TERMINALS)
def test_every_screen_is_as_it_was_agreed(
    shop_file: Path, tmp_path: Path, framed: Start, terminal: str, size: tuple[int, int]
) -> None:
    columns, rows = size
    term, environment, letters = TERMINALS[terminal]
    program = framed(shop(shop_file, tmp_path), columns=columns, rows=rows, term=term, environment=environment)
    program.until_shown("Badge")
    if UPDATE and terminal not in ("vt220", "xterm-256color"):
        pytest.skip("written by vt220 and xterm-256color")
    walked(program, WALK, GOLDEN / f"{columns}x{rows}-{letters}.txt")


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_an_empty_database_says_what_to_do_next(sqlite_url: str, framed: Start, size: tuple[int, int]) -> None:
    columns, rows = size
    program = framed(sqlite_url, columns=columns, rows=rows)
    program.until_shown("stockterm demo" if columns > 20 else "No items")
    walked(program, {"first screen": (), "second page": (b"\x1b[19~",)}, GOLDEN / f"{columns}x{rows}-empty.txt")


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_norwegian_screens(shop_file: Path, tmp_path: Path, framed: Start, size: tuple[int, int]) -> None:
    columns, rows = size
    program = framed(shop(shop_file, tmp_path), columns=columns, rows=rows)
    program.until_shown("Badge")
    walked(program, NORSK, GOLDEN / f"{columns}x{rows}-norsk.txt")
