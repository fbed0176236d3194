"""Every screen of the real program at every size, as it was agreed, under every kind of terminal.

`make snapshots` writes the files anew; read the difference before committing it. There is one file for each tour (`tours`) and
size, and beside it one with the scenes that look otherwise in ASCII. All kinds of terminal are held to these. The emulator is
larger than the terminal, so that whatever is written beyond its edge is seen.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path
from typing import Any

import pyte
import pytest

from db.core.clock import held_at
from tests.support.databases import long_or_short
from tests.support.program import Company
from tests.terminal.whole.program import F1, F7, F8, Program
from tests.terminal.whole.shop import COMPANY, MOMENT
from tests.terminal.whole.tours import Tour, all_tours

GOLDEN = Path(__file__).parent / "golden"
UPDATE = os.environ.get("STOCKTERM_GOLDEN") == "write"
SIZES = [(20, 8), (20, 16), (26, 16), (40, 8), (40, 20), (80, 24), (132, 27)]
MARGIN = 12
TOURS = {tour.name: tour for tour in all_tours()}

Start = Callable[..., "Framed"]
Size = tuple[int, int]
Scenes = dict[str, str]


def name_of(size: object) -> str:
    """20x8."""
    return "x".join(map(str, size)) if isinstance(size, tuple) else str(size)


class Framed(Program):
    """A program on a terminal that ends before its emulator does."""

    def __init__(self, url: str, folder: Path, *, columns: int, rows: int, **options: Any) -> None:
        start = ("-m", "tests.terminal.whole.with_still_clock")
        super().__init__(url, folder, columns=columns, rows=rows, start=start, **options)
        self.columns, self.rows = columns, rows
        self._emulate()

    def _emulate(self) -> None:
        self.screen = pyte.Screen(self.columns + MARGIN, self.rows + 4)
        self._stream = pyte.ByteStream(self.screen)

    def resize(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self._emulate()
        self._child.setwinsize(rows, columns)

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
        """The screen with an edge around it. Rows that are alike are shown once, with how many there are."""
        shown: list[str] = []
        for line, alike in groupby(f"|{line.ljust(self.columns)}|" for line in self.lines):
            many = len(list(alike))
            shown += [line] * many if many < 3 else [line, f"({many} rows)"]
        return "\n".join(shown)


# ---- the company


@pytest.fixture(scope="session")
def shop_files(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Callable[[Tour], Path]:
    """The company of a tour in a file, made once a run."""
    folder = tmp_path_factory.mktemp("shop")

    def made(tour: Tour) -> Path:
        path = folder / f"{tour.name if tour.company else 'shop'}.db"
        if not path.exists():
            path.write_bytes(sqlite_template.read_bytes())
            with held_at(MOMENT):
                Company(f"sqlite:///{path}", folder).posted(*COMPANY, *tour.company)
        return path

    return made


@pytest.fixture
def framed(tmp_path: Path) -> Iterator[Start]:
    """Starts programs on terminals with an edge."""
    with ExitStack() as stack:
        yield lambda url, **options: stack.enter_context(Framed(url, tmp_path, **options))


@pytest.fixture
def begun(shop_files: Callable[[Tour], Path], tmp_path: Path, framed: Start) -> Callable[..., Framed]:
    """Starts a program at the beginning of a tour."""

    def start(tour: Tour, size: Size, **options: Any) -> Framed:
        path = tmp_path / "shop.db"
        path.write_bytes(shop_files(tour).read_bytes())
        columns, rows = size
        program = framed(f"sqlite:///{path}", columns=columns, rows=rows, **options)
        program.until_shown("Badge")
        for press in tour.before:
            program.write(press)
        return program

    return start


# ---- the pictures


def file_of(tour: Tour, size: Size, letters: str = "") -> Path:
    return GOLDEN / tour.name / f"{name_of(size)}{letters}.txt"


def scenes_in(path: Path) -> Scenes:
    if not path.exists():
        return {}
    scenes = path.read_text(encoding="utf-8").removeprefix("== ").rstrip("\n").split("\n\n== ")
    return {name: picture for name, _, picture in (scene.partition("\n") for scene in scenes)}


def agreed(tour: Tour, size: Size) -> Scenes:
    """What was agreed."""
    return scenes_in(file_of(tour, size))


def agreed_in_ascii(tour: Tour, size: Size) -> Scenes:
    """The same with another line beside the document, and with the scenes that look otherwise in ASCII."""
    usual = {scene: picture.replace("│", "|") for scene, picture in agreed(tour, size).items()}
    return {**usual, **scenes_in(file_of(tour, size, "-ascii"))}


def write_down(path: Path, scenes: Scenes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    if scenes:
        path.write_text("".join(f"== {scene}\n{picture}\n\n" for scene, picture in scenes.items()), encoding="utf-8")


def settle(program: Framed, wanted: str | None) -> str:
    """Wait for the agreed picture; else the one that is there when nothing more comes."""
    if wanted is None:
        program.until_quiet(1.0)  # checking a PIN takes its time
        return program.picture
    try:
        program.until(lambda: program.picture == wanted, patience=10)
    except AssertionError:
        return program.picture
    return wanted


def walked(program: Framed, tour: Tour, wanted: Scenes) -> Scenes:
    """Go through the scenes, and compare each with what was agreed, if anything was."""
    pictures = {}
    if wanted:
        assert wanted.keys() == tour.scenes.keys(), "make snapshots"
    else:
        program.until_quiet(1.0)
    for scene, presses in tour.scenes.items():
        for press in presses:
            program.write(press)
        pictures[scene] = settle(program, wanted.get(scene))
        nothing_is_clipped(program, scene)
        if wanted:
            assert pictures[scene] == wanted[scene], scene
    return pictures


def nothing_is_clipped(program: Framed, scene: str) -> None:
    """Prompt, field and key line are whole, and nothing stands beyond the edges."""
    prompt, keys = program.lines[program.prompt_row], program.lines[program.rows - 1]
    assert not program.outside, (scene, program.outside)
    assert prompt, scene
    assert keys, scene
    assert "~" not in prompt, (scene, prompt)
    assert prompt.startswith(("LOCKED", "LÅST", "LAST")) or program.has_field, (scene, prompt)


@pytest.mark.parametrize("size", SIZES, ids=name_of)
@pytest.mark.parametrize("tour", TOURS.values(), ids=TOURS)
def test_every_screen_is_as_it_was_agreed(begun: Callable[..., Framed], tour: Tour, size: Size) -> None:
    pictures = walked(begun(tour, size), tour, {} if UPDATE else agreed(tour, size))
    if UPDATE:
        write_down(file_of(tour, size), pictures)


ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
OTHERS: dict[str, tuple[str, dict[str, str], bool]] = {
    "vt220": ("vt220", {}, True),
    "ascii": ("xterm-256color", ASCII, True),
    "linux": ("linux", {}, False),
    "screen": ("screen", {}, False),
    "tmux": ("tmux-256color", {}, False),
    "no-color": ("xterm-256color", {"NO_COLOR": "1"}, False),
}


def _tried(terminal: str, tour: str, size: Size) -> bool:
    """VT220s everywhere; the others at the smallest size, and with one tour at each. The long form: all of them."""
    return terminal == "vt220" or size == SIZES[0] or tour == "adjust" or bool(long_or_short(1, 0))


@pytest.mark.soak
@pytest.mark.parametrize(
    ("terminal", "tour", "size"),
    [
        pytest.param(terminal, tour, size, id=f"{terminal}-{name}-{name_of(size)}")
        for terminal in OTHERS
        for name, tour in TOURS.items()
        for size in SIZES
        if _tried(terminal, name, size)
    ],
)
def test_every_kind_of_terminal_shows_the_same(begun: Callable[..., Framed], terminal: str, tour: Tour, size: Size) -> None:
    term, environment, ascii_only = OTHERS[terminal]
    if UPDATE and terminal != "vt220":
        pytest.skip("written by vt220 and xterm-256color")
    program = begun(tour, size, term=term, environment=environment)
    if not UPDATE:
        walked(program, tour, agreed_in_ascii(tour, size) if ascii_only else agreed(tour, size))
        return
    file_of(tour, size, "-ascii").unlink(missing_ok=True)
    pictures, usual = walked(program, tour, {}), agreed_in_ascii(tour, size)
    write_down(file_of(tour, size, "-ascii"), {scene: one for scene, one in pictures.items() if one != usual[scene]})


@pytest.mark.skipif(UPDATE, reason="nothing is written here")
@pytest.mark.parametrize("tour", TOURS.values(), ids=TOURS)
def test_a_resize_in_the_middle_of_a_job_shows_what_that_size_shows(begun: Callable[..., Framed], tour: Tour) -> None:
    """At every screen of every job, through all sizes and back. Pages and help depend on the size they were turned at."""
    wanted = {size: agreed(tour, size) for size in SIZES}
    program = begun(tour, SIZES[0])
    turned = False
    for scene, presses in tour.scenes.items():
        for press in presses:
            program.write(press)
            turned = press in (F1, F7, F8) or (turned and press != presses[-1])
        for size in [*SIZES[1:], SIZES[0]] if not turned else ():
            if program.columns != size[0] or program.rows != size[1]:
                if size == SIZES[1]:
                    settle(program, wanted[SIZES[0]][scene])
                program.resize(*size)
            assert settle(program, wanted[size][scene]) == wanted[size][scene], (scene, size)


@pytest.mark.parametrize("size", SIZES, ids=name_of)
def test_an_empty_database_says_what_to_do_next(sqlite_url: str, framed: Start, size: Size) -> None:
    tour = Tour("nothing", {"first screen": (), "second page": (F8,)})
    columns, rows = size
    program = framed(sqlite_url, columns=columns, rows=rows)
    program.until_shown("No items")
    pictures = walked(program, tour, {} if UPDATE else agreed(tour, size))
    if UPDATE:
        write_down(file_of(tour, size), pictures)


def test_no_picture_is_of_a_tour_that_is_gone() -> None:
    known = {*TOURS, "nothing"}
    assert {path.name for path in GOLDEN.iterdir()} == known
    sizes = {name_of(size) for size in SIZES}
    assert {path.stem.removesuffix("-ascii") for path in GOLDEN.glob("*/*.txt")} == sizes
