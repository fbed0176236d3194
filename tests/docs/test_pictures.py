"""The pictures of the manuals are those of the program."""

from pathlib import Path
from xml.etree import ElementTree

import pyte
import pytest

from docs.pictures.make import FOLDER, SCENES, Scene, make_demo_in, picture, svg
from tests.support.databases import long_or_short


def test_there_is_a_picture_for_every_scene_and_no_other() -> None:
    assert {path.name for path in FOLDER.glob("*.svg")} == {scene.file_name for scene in SCENES}


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.file_name)
def test_a_picture_is_well_formed_and_has_a_title(scene: Scene) -> None:
    root = ElementTree.parse(FOLDER / scene.file_name).getroot()
    assert root.findtext("{http://www.w3.org/2000/svg}title") == scene.title


def test_cells_are_drawn_where_they_stand_with_their_looks() -> None:
    screen = pyte.Screen(10, 2)
    pyte.Stream(screen).feed("ab <c>\r\n\x1b[7;31m E \x1b[0m\x1b[1mB")
    drawn = svg(screen, "A & B")
    ElementTree.fromstring(drawn)
    assert "A &amp; B" in drawn
    assert "&lt;c&gt;</text>" in drawn
    assert drawn.count("<rect") == 2  # the ground, and the reversed cells
    assert "font-weight='bold'>B</text>" in drawn


@pytest.mark.soak
def test_pictures_show_the_program_as_it_is(tmp_path: Path) -> None:
    """The short form only sees that the program still goes where the picture was taken."""
    demo = make_demo_in(tmp_path)
    for scene in SCENES[: long_or_short(len(SCENES), 1)]:
        drawn = picture(scene, demo, tmp_path)
        if long_or_short(1, 0):
            assert drawn == (FOLDER / scene.file_name).read_text(encoding="utf-8"), f"{scene.file_name}: make pictures"
