"""Text in the language of whoever reads it."""

import gettext
import threading
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from db.core.errors import Expired, NotEnoughStock
from stockterm import i18n
from stockterm.i18n import (
    _,
    format_count,
    format_date,
    format_quantity,
    format_value,
    has_language,
    in_language,
    in_words,
    language,
    ngettext,
    set_language,
)


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


@pytest.mark.parametrize("spelling", ["nb", "nb_NO", "nb-NO", "no", "nn_NO"])
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
    assert [code for code in ("en", "en_US", "nb-NO", "no", "de_AT", "sv", "") if has_language(code)] == [
        "en", "en_US", "nb-NO", "no", "de_AT",
    ]  # fmt: skip


# ---- numbers and dates


@pytest.mark.parametrize(
    ("number", "english", "norwegian"),
    [
        ("0", "0", "0"),
        ("12", "12", "12"),
        ("1E+3", "1000", "1000"),
        ("2.50000", "2.5", "2,5"),
        ("100.00", "100", "100"),
        ("-0.00001", "-0.00001", "-0,00001"),
        ("1234567.5", "1234567.5", "1234567,5"),
    ],
)
def test_a_quantity_is_written_as_it_is_typed_with_the_decimal_mark_of_the_language(
    number: str, english: str, norwegian: str
) -> None:
    assert format_quantity(Decimal(number)) == english
    for spelling in ("nb", "nb_NO", "nb-NO", "no", "nn_NO"):
        with in_language(spelling):
            assert format_quantity(Decimal(number)) == norwegian


def test_counts_of_a_report_are_in_groups() -> None:
    assert (format_count(999), format_count(1_234_567)) == ("999", "1,234,567")
    with in_language("nb"):
        assert (format_count(999), format_count(1_234_567)) == ("999", "1\N{NO-BREAK SPACE}234\N{NO-BREAK SPACE}567")


def test_a_date_is_ten_characters_in_every_language() -> None:
    assert format_date(date(2027, 1, 31)) == "2027-01-31"
    with in_language("nb"):
        assert format_date(date(2027, 1, 31)) == "31.01.2027"


def test_a_language_without_a_catalog_has_english_numbers_with_its_english_words() -> None:
    with in_language("xx"):
        assert format_quantity(Decimal("2.5")) == "2.5"
        assert format_date(date(2027, 1, 31)) == "2027-01-31"


def test_a_refusal_is_said_with_numbers_and_dates_of_the_language() -> None:
    error = NotEnoughStock(place="A-01", what="L2.5", available=Decimal("2.50"), requested=Decimal(3))
    assert in_words(error) == "Not enough: A-01 holds 2.5 of L2.5, you asked for 3."
    with in_language("nb"):
        assert in_words(error) == "Not enough: A-01 holds 2,5 of L2.5, you asked for 3."
        expired = Expired(number="L1", expiration_date=date(2027, 1, 31), today=date(2027, 2, 10))
        assert in_words(expired) == "Expired: L1 on 31.01.2027, today is 10.02.2027. Not taken."
    assert str(error) == "Not enough: A-01 holds 2.5 of L2.5, you asked for 3."


def test_facts_of_a_message_are_shown_one_by_one() -> None:
    with in_language("nb"):
        assert format_value([Decimal("0.5"), date(2027, 1, 31), None, "0.5", 7]) == "0,5, 31.01.2027, , 0.5, 7"
