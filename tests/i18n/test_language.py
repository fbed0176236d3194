"""Text in the language of whoever reads it."""

import gettext
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from stockterm import i18n
from stockterm.i18n import _, in_language, language, ngettext, set_language


def catalog(folder: Path, language: str, messages: dict[str, str]) -> None:
    """A compiled catalog, as Babel would write it."""
    place = folder / language / "LC_MESSAGES"
    place.mkdir(parents=True)
    pairs = sorted(
        (key.encode(), value.encode()) for key, value in {"": "Content-Type: text/plain; charset=UTF-8\n", **messages}.items()
    )
    start = 28 + 16 * len(pairs)
    keys, texts, data = b"", b"", b""
    for index in (0, 1):
        table = b""
        for pair in pairs:
            table += len(pair[index]).to_bytes(4, "little") + (start + len(data)).to_bytes(4, "little")
            data += pair[index] + b"\0"
        keys, texts = (table, texts) if index == 0 else (keys, table)
    head = b"".join(number.to_bytes(4, "little") for number in (0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, start))
    (place / "stockterm.mo").write_bytes(head + keys + texts + data)


@pytest.fixture(autouse=True)
def catalogs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    catalog(tmp_path, "nb", {"Count": "Telling"})
    catalog(tmp_path, "de", {"Count": "Zählung"})
    monkeypatch.setattr(i18n, "FOLDER", tmp_path)
    monkeypatch.setattr(i18n, "_catalogs", {"en": gettext.NullTranslations()})
    yield
    set_language("en")


def test_text_is_looked_up_when_it_is_shown() -> None:
    assert _("Count") == "Count"
    with in_language("nb"):
        assert _("Count") == "Telling"
        with in_language("de"):
            assert _("Count") == "Zählung"
        assert _("Count") == "Telling"
    assert _("Count") == "Count"


def test_without_a_translation_it_is_english() -> None:
    with in_language("nb"):
        assert _("Move") == "Move"
        assert _("") == ""
        assert ngettext("{count} line", "{count} lines", 2) == "{count} lines"
    with in_language("xx"):
        assert _("Count") == "Count"


@pytest.mark.parametrize("spelling", ["nb", "nb_NO", "nb-NO", "no"])
def test_a_language_has_several_spellings(spelling: str) -> None:
    with in_language(spelling):
        assert _("Count") == "Telling"


def test_every_thread_has_its_own_language() -> None:
    said: dict[str, str] = {}
    barrier = threading.Barrier(2)

    def say(code: str) -> None:
        with in_language(code):
            barrier.wait(timeout=10)
            said[code] = _("Count")

    threads = [threading.Thread(target=say, args=(code,)) for code in ("nb", "de")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said == {"nb": "Telling", "de": "Zählung"}
    assert _("Count") == "Count"


def test_the_language_of_the_process_is_spoken_where_nobody_chose_another() -> None:
    set_language("nb")
    assert (language(), _("Count")) == ("nb", "Telling")
    with in_language(""):
        assert _("Count") == "Telling"
    set_language("")
    assert language() == "en"


def test_the_languages_there_are_catalogs_for() -> None:
    assert i18n.languages() == ["de", "en", "nb"]
