"""Text in the language of whoever reads it, looked up when it is shown.

    from stockterm.i18n import _
    title = _("Count")

Catalogs are `locale/<language>/LC_MESSAGES/stockterm.mo` (gettext; English is the source and needs none). The language is that of
the current context (`in_language`, for one user's session) or of the process (`set_language`). A context belongs to its
thread or task, so sessions of one process can speak different languages; a look-up is two dictionary reads.
"""

import gettext
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

FOLDER = Path(__file__).parent / "locale"
DOMAIN = "stockterm"
SOURCE = "en"

_of_context: ContextVar[str | None] = ContextVar("stockterm_language", default=None)
_of_process = [SOURCE]
_catalogs: dict[str, gettext.NullTranslations] = {SOURCE: gettext.NullTranslations()}
_loading = threading.Lock()


def _(message: str) -> str:
    """The message in the current language; itself where there is no translation."""
    return _catalog().gettext(message) if message else ""


def ngettext(one: str, many: str, count: int) -> str:
    """The message for `count` things in the current language."""
    return _catalog().ngettext(one, many, count)


def _catalog() -> gettext.NullTranslations:
    language = _of_context.get() or _of_process[0]
    return _catalogs.get(language) or _load(language)


def _load(language: str) -> gettext.NullTranslations:
    with _loading:
        if language not in _catalogs:
            _catalogs[language] = gettext.translation(DOMAIN, FOLDER, _spellings(language), fallback=True)
        return _catalogs[language]


def _spellings(language: str) -> list[str]:
    """What the folders of a language may be called. Bokmål is also found as Norwegian without further name."""
    plain = language.replace("-", "_")
    base = plain.partition("_")[0].lower()
    spellings = [plain, base]
    if base in ("no", "nb"):
        spellings += ["nb", "nb_NO", "no"]
    return spellings


def set_language(language: str) -> None:
    """The language of the process, where a context has none of its own. Blank: English."""
    _of_process[0] = language or SOURCE


def language() -> str:
    """The language in use here."""
    return _of_context.get() or _of_process[0]


@contextmanager
def in_language(language: str) -> Iterator[None]:
    """Inside the block, in this thread or task, `language` is spoken; blank: that of the process."""
    token = _of_context.set(language or None)
    try:
        yield
    finally:
        _of_context.reset(token)


def languages() -> list[str]:
    """The languages there are catalogs for, English among them."""
    found = {path.parent.parent.name for path in FOLDER.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")}
    return sorted(found | {SOURCE})
