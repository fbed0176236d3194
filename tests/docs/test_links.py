"""Links lead somewhere, and no page stands alone."""

from pathlib import Path

import pytest

from tests.docs.reading import PAGES, README, REPOSITORY, anchors, in_code, links, name_of


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_to_a_page_and_a_heading_that_are_there(page: Path) -> None:
    for link in links(page):
        assert "://" not in link, f"{link}: the manuals stand on their own"
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_every_page_can_be_reached_from_the_readme_by_links_or_by_its_name() -> None:
    reached, waiting = {README}, [README]
    while waiting:
        page = waiting.pop()
        linked = [(page.parent / link.partition("#")[0]).resolve() for link in links(page)]
        named = [REPOSITORY / name for name in in_code(page.read_text(encoding="utf-8"))]
        for target in linked + named:
            if target.suffix == ".md" and target.exists() and target not in reached:
                reached.add(target)
                waiting.append(target)
    assert [name_of(page) for page in PAGES if page not in reached] == []


def test_every_picture_is_shown_somewhere() -> None:
    shown = {(page.parent / link).resolve() for page in PAGES for link in links(page)}
    unseen = [name_of(path) for path in (REPOSITORY / "docs" / "pictures").glob("*.svg") if path not in shown]
    assert unseen == []
