"""The painter's bytes, read back by a terminal emulator."""

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st

from screens.frame import Frame, Look, Row
from screens.painter import COLOR, Painter

COLUMNS, ROWS = 12, 4

spans = st.tuples(st.text("ab漢 å", max_size=9), st.sampled_from(list(Look)))
rows = st.lists(spans, max_size=3).map(tuple)
frames = st.tuples(
    st.lists(rows, min_size=ROWS, max_size=ROWS), st.tuples(st.integers(0, COLUMNS - 1), st.integers(0, ROWS - 1))
).map(lambda parts: Frame(COLUMNS, tuple(parts[0]), parts[1]))


class Emulator:
    def __init__(self) -> None:
        self.screen = pyte.Screen(COLUMNS, ROWS)
        self.stream = pyte.Stream(self.screen)
        self.screen.reset_mode(7, private=True)

    def show(self, text: str) -> None:
        self.stream.feed(text)

    @property
    def cells(self) -> list[list[tuple[str, bool]]]:
        lines = []
        for y in range(ROWS):
            line = self.screen.buffer[y]
            lines.append([(line[x].data, line[x].reverse) for x in range(COLUMNS)])
        return lines


@given(st.lists(frames, min_size=1, max_size=6))
def test_a_difference_leaves_the_same_screen_as_a_whole_painting(shown: list[Frame]) -> None:
    by_difference, painter = Emulator(), Painter(COLOR)
    for frame in shown:
        by_difference.show(painter.paint(frame))
    whole = Emulator()
    whole.show(Painter(COLOR).paint(shown[-1]))
    assert by_difference.cells == whole.cells


@given(frames)
def test_the_same_frame_again_costs_nothing(frame: Frame) -> None:
    painter = Painter()
    painter.paint(frame)
    assert painter.paint(frame) == ""


def test_after_somebody_else_wrote_everything_is_painted() -> None:
    painter = Painter()
    frame = Frame(20, ((("title", Look.TITLE),), ()))
    first = painter.paint(frame)
    painter.forget()
    assert painter.paint(frame) == first


@pytest.mark.parametrize(
    ("old", "new", "written"),
    [
        ("count 41", "count 42", "\x1b[;8H2\x1b[H"),
        ("a long line that ends", "a long line", "\x1b[;13H\x1b[K\x1b[H"),
        ("abc", "abd", "\x1b[;3Hd\x1b[H"),
        ("axxxxb", "yxxxxz", "\x1b[Hyxxxxz\x1b[H"),
    ],
)
def test_only_what_changed_is_written(old: str, new: str, written: str) -> None:
    painter = Painter()
    row: Row = ((old, Look.PLAIN),)
    painter.paint(Frame(40, (row,)))
    assert painter.paint(Frame(40, (((new, Look.PLAIN),),))) == written


def test_a_resize_paints_everything() -> None:
    painter = Painter()
    row: Row = (("abc", Look.PLAIN),)
    painter.paint(Frame(20, (row,)))
    assert "abc" in painter.paint(Frame(40, (row,)))
