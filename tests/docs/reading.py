"""The manuals as tests read them: pages, headings, links, and fenced blocks by their language."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
README = REPOSITORY / "README.md"
PAGES = sorted([README, REPOSITORY / "CHANGELOG.md", *(REPOSITORY / "docs").rglob("*.md")])

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block. `line` is that of its first line in the page."""

    page: Path
    line: int
    text: str

    def __str__(self) -> str:
        return f"{name_of(self.page)}:{self.line}"


def name_of(page: Path) -> str:
    return str(page.relative_to(REPOSITORY))


def text_of(*names: str) -> str:
    """The text of one or more pages, named from the repository's folder."""
    return "\n".join((REPOSITORY / name).read_text(encoding="utf-8") for name in names)


def blocks(language: str) -> list[Block]:
    """Every fenced block of a language, in all pages."""
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for match in _FENCE.finditer(text):
            if match[1] == language:
                found.append(Block(page, text.count("\n", 0, match.start()) + 2, match[2]))
    return found


def links(page: Path) -> Iterator[str]:
    """The targets of all links and pictures of a page, outside of code."""
    text = _CODE.sub("", _FENCE.sub("", page.read_text(encoding="utf-8")))
    yield from (match[1] for match in _LINK.finditer(text))


def anchors(page: Path) -> set[str]:
    """What a link may name behind `#`: the headings, as they are spelt in addresses."""
    found = set()
    for line in _FENCE.sub("", page.read_text(encoding="utf-8")).splitlines():
        if match := re.match(r"#+ (.+)", line):
            kept = re.sub(r"[^\w\- ]", "", match[1].strip().lower())
            found.add(kept.replace(" ", "-"))
    return found


def in_code(text: str) -> set[str]:
    """Everything that stands between backticks."""
    return set(_CODE.findall(_FENCE.sub("", text)))


def section(name: str, heading: str) -> str:
    """What stands below a heading of a page, up to the next one of the same depth or higher."""
    text = text_of(name)
    depth = len(heading) - len(heading.lstrip("#"))
    _, found, rest = text.partition(f"\n{heading}\n")
    assert found, f"{name} has no heading {heading!r}"
    return re.split(rf"^#{{1,{depth}}} ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def rows(text: str) -> list[list[str]]:
    """The rows of the tables in a text, without heads and rulers."""
    found: list[list[str]] = []
    for line in text.splitlines():
        if line.startswith("|---"):
            found.pop()
        elif line.startswith("|"):
            found.append([cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))])
    return found
