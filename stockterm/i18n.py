"""Text, numbers and dates in the language of whoever reads them, looked up when they are shown.

    from stockterm.i18n import _
    title = _("Count")

    format_quantity(Decimal("2.50")), format_date(date(2027, 1, 31))     # 2.5, 2027-01-31; 2,5, 31.01.2027 in Norwegian
    in_words(error)                                                      # a refusal, with its facts in that form

Catalogs are `locale/<language>/LC_MESSAGES/stockterm.mo` (gettext; English is the source and needs none). The language is that of
the current context (`in_language`, for one user's session) or of the process (`set_language`). A context belongs to its
thread or task, so sessions of one process can speak different languages; a look-up is two dictionary reads.

Typed numbers are read the same in every language, with a comma or a point (`flows.words`); files are never formatted here.
"""

import gettext
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Protocol

FOLDER = Path(__file__).parent / "locale"
DOMAIN = "stockterm"
SOURCE = "en"
_NORWEGIAN = ("nb", "no", "nn")  # Nynorsk has no catalog of its own yet

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
    """What the folders of a language may be called. Bokmål is also found as Norwegian, and stands in for Nynorsk."""
    plain = language.replace("-", "_")
    base = plain.partition("_")[0].lower()
    spellings = [plain, base]
    if base in _NORWEGIAN:
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


def has_language(language: str) -> bool:
    """Whether there is a catalog for the language, however it is spelt."""
    return not {*_spellings(language)}.isdisjoint(languages())


def languages() -> list[str]:
    """The languages there are catalogs for, English among them."""
    found = {path.parent.parent.name for path in FOLDER.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")}
    return sorted(found | {SOURCE})


# ---- numbers, dates, refusals


_ENGLISH = (".", ",", "%Y-%m-%d")  # decimal mark, between groups of three digits, a day
_AS_NORWEGIAN = (",", "\N{NO-BREAK SPACE}", "%d.%m.%Y")


def _forms() -> tuple[str, str, str]:
    base = language().replace("-", "_").partition("_")[0].lower()
    return _AS_NORWEGIAN if base in _NORWEGIAN else _ENGLISH


def format_quantity(value: Decimal) -> str:
    """An exact number as it is typed: no zeros at the end, no exponent, no groups (20 columns have no room for them)."""
    text = format_exact(value)
    return text.rstrip("0").rstrip(_forms()[0]) if _forms()[0] in text else text


def format_exact(value: Decimal) -> str:
    """An exact number with all the decimals it has: a weight of 1.250 kg as its label says it."""
    return f"{value:f}".replace(".", _forms()[0])


def format_count(count: int) -> str:
    """A whole number of a report, in groups of three digits."""
    return f"{count:,}".replace(",", _forms()[1])


def format_date(day: date) -> str:
    """A calendar day, in ten characters."""
    return day.strftime(_forms()[2])


def format_value(value: object) -> str:
    """A fact of a message: numbers and dates in their form, lists with commas, text as it is, None as nothing."""
    if isinstance(value, Decimal):
        return format_quantity(value)
    if isinstance(value, date):
        return format_date(value)
    if isinstance(value, (list, tuple)):
        return ", ".join(format_value(one) for one in value)
    return "" if value is None else str(value)


class _Sayable(Protocol):
    def in_words(self, translate: Callable[[str], str], show: Callable[[object], str]) -> str: ...


def in_words(error: _Sayable) -> str:
    """A refusal (`db.core.errors`) as a sentence for whoever is to act on it."""
    return error.in_words(_, format_value)
