"""The translation catalogs: `make catalogs` brings them up to date with the source, the tests say when they are not.

    source ──extract──▶ stockterm.pot ──update──▶ <language>/LC_MESSAGES/stockterm.po ──compile──▶ stockterm.mo

Babel keeps the catalogs; reading the source is ours, because Babel reads tokens, in which an f-string is a single one before
Python 3.12, and so would find other texts on other versions. The syntax tree has every call, and says besides what becomes
of its text: a word of the key line, a prompt, a title. A compiled catalog is committed beside its text, so that nobody needs
Babel to run the program. No date and no line number is written: the same source gives the same files.

A new text is left empty in Norwegian, and the tests name it; the English catalog says each text as it stands.
"""

import ast
import io
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "stockterm" / "locale"
TEMPLATE = FOLDER / "stockterm.pot"
SOURCE_LANGUAGE = "en"
LANGUAGES = (SOURCE_LANGUAGE, "nb")
PACKAGES = ("stockterm", "screens", "db")
MARKS = {"_": 1, "N_": 1, "phrase": 1, "ngettext": 2, "Check": 1}  # function: how many of its first arguments are texts

# How many columns a text has on a terminal of 20: the field begins in column 10, a title stands beside a counter, and the
# message line begins with nothing, `? ` or `OK `.
WIDTHS = {"key": 8, "prompt": 9, "title": 16, "note": 20, "warning": 18, "ok": 17}
PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Text:
    """One marked text of the source. `role`: what it becomes on a screen (see `WIDTHS`), or blank."""

    path: str
    line: int
    text: str
    plural: str = ""
    role: str = ""


class _OneHeader(Catalog):
    """A catalog whose header changes only when its texts do: no dates, no names."""

    _KEPT = ("Language", "Plural-Forms", "MIME-Version", "Content-Type", "Content-Transfer-Encoding")

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [(name, value) for name, value in super().mime_headers if name in self._KEPT]

    @mime_headers.setter
    def mime_headers(self, headers: object) -> None:
        Catalog.mime_headers.fset(self, headers)  # type: ignore[attr-defined]  # a property, overloaded in its stubs


# ---- reading the source


def texts_of(source: str, path: str) -> Iterator[Text]:
    """The marked texts of one file, those inside f-strings among them. Raises `ValueError` for one that cannot be looked up."""
    tree = ast.parse(source)
    roles = _roles(tree)
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS):
            continue
        wanted = node.args[: MARKS[node.func.id]]
        if all(isinstance(one, (ast.Name, ast.Attribute, ast.Subscript)) for one in wanted):
            continue  # a text that was marked where it is written
        found = [one.value for one in wanted if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        if not found or len(found) != len(wanted):
            raise ValueError(f"{path}:{node.lineno}: {ast.unparse(node)} is made at run time; no catalog can have it")
        yield Text(path, node.lineno, found[0], "".join(found[1:]), roles.get(id(node), ""))


def _roles(tree: ast.Module) -> dict[int, str]:
    """What the calls in a file become, by where they stand (`id` of the node)."""
    roles: dict[int, str] = {}

    def give(root: ast.AST, role: str) -> None:
        for node in ast.walk(root):
            if isinstance(node, ast.Call):
                roles.setdefault(id(node), role)

    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name("say"), attr=level), args=[text, *_]):
                give(text, level)
            case ast.Call(func=ast.Name("KeyHint"), args=[_, word]):
                give(word, "key")
            case ast.Call(func=ast.Name("Ask"), args=[_, text, *_], keywords=keywords):
                give(text, "warning")
                for keyword in keywords:
                    if keyword.arg in ("yes", "no", "more"):
                        give(keyword.value, "key")
            case ast.Call(func=ast.Name("ViewState" | "Job"), keywords=keywords):
                for keyword in keywords:
                    if keyword.arg in ("title", "prompt"):
                        give(keyword.value, keyword.arg)
            case ast.FunctionDef(name="_prompt") | ast.Assign(targets=[ast.Name("prompts" | "prompt")]):
                give(node, "prompt")
    return roles


def extracted() -> list[Text]:
    """Every marked text of the program, by file and line."""
    found: list[Text] = []
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            relative = path.relative_to(ROOT).as_posix()
            found.extend(sorted(texts_of(path.read_text(encoding="utf-8"), relative), key=lambda one: one.line))
    return found


# ---- catalogs


def template() -> Catalog:
    """What there is to translate, as the source has it now."""
    catalog = _empty(None)
    for text in extracted():
        note = [f"{text.role}: at most {WIDTHS[text.role]} characters"] if text.role in WIDTHS else []
        catalog.add(
            (text.text, text.plural) if text.plural else text.text,
            locations=[(text.path, 0)],
            auto_comments=note,
            flags=_flags(text.text),
        )
    for message in catalog:
        message.locations = sorted(set(message.locations))
    return catalog


def _empty(language: str | None) -> Catalog:
    return _OneHeader(locale=language, domain="stockterm", header_comment="# Texts of stockterm.", fuzzy=False)


def _flags(text: str) -> tuple[str, ...]:
    return ("python-brace-format",) if PLACEHOLDER.search(text) else ()


def path_of(language: str, ending: str = "po") -> Path:
    """Where a language's catalog is."""
    return FOLDER / language / "LC_MESSAGES" / f"stockterm.{ending}"


def read(language: str) -> Catalog:
    """The catalog of a language as it is committed; obsolete texts too."""
    if not path_of(language).exists():
        return _empty(language)
    with path_of(language).open("rb") as file:
        return read_po(file, locale=language)


def updated(language: str, texts: Catalog) -> Catalog:
    """The catalog with the texts of the source: translations are kept, new texts are empty, and none is guessed."""
    before = read(language)
    catalog = _empty(language)
    for message in texts:
        if not message.id:
            continue
        known = before.get(message.id)
        string = known.string if known is not None and not known.fuzzy else None
        if not _is_said(string) and language == SOURCE_LANGUAGE:
            string = message.id
        notes = known.user_comments if known is not None else ()
        catalog.add(message.id, string, message.locations, message.flags, message.auto_comments, notes)
    return catalog


def _is_said(string: str | tuple[str, ...] | list[str] | None) -> bool:
    return bool(string) and (isinstance(string, str) or all(string or ()))


def missing(catalog: Catalog) -> list[Message]:
    """The texts that a catalog does not say."""
    return [message for message in catalog if message.id and not _is_said(message.string)]


def as_text(catalog: Catalog) -> bytes:
    """A catalog as its file has it."""
    file = io.BytesIO()
    write_po(file, catalog, width=110, include_lineno=False, ignore_obsolete=True)
    return file.getvalue().rstrip(b"\n") + b"\n"


def compiled(catalog: Catalog) -> bytes:
    """A catalog as the program reads it."""
    plain = _empty(catalog.locale_identifier)
    for message in catalog:
        if message.id:
            plain.add(message.id, message.string)
    file = io.BytesIO()
    write_mo(file, plain)
    return file.getvalue()


def main() -> int:
    """Extract, update, compile; name what is not translated."""
    texts = template()
    TEMPLATE.parent.mkdir(parents=True, exist_ok=True)
    TEMPLATE.write_bytes(as_text(texts))
    unsaid = 0
    for language in LANGUAGES:
        catalog = updated(language, texts)
        path_of(language).parent.mkdir(parents=True, exist_ok=True)
        path_of(language).write_bytes(as_text(catalog))
        path_of(language, "mo").write_bytes(compiled(read(language)))
        for message in missing(catalog):
            unsaid += 1
            print(f"{path_of(language).relative_to(ROOT)}: not translated: {message.id!r}")
    print(f"{len(texts)} texts, {unsaid} without a translation")
    return 1 if unsaid else 0


if __name__ == "__main__":
    sys.exit(main())
