"""Refusals in words: in English and as in a file by themselves, in another language and its forms where that is wanted."""

from datetime import date
from decimal import Decimal

from db.core.errors import BadValue, Expired, NotEnoughStock, TrackingRequired, phrase

NORWEGIAN = {
    'Bad value "{value}" for {field}: expected {expected}.': "Feil verdi «{value}» for {field}: ventet {expected}.",
    "at most {length} characters": "høyst {length} tegn",
    "{kind} missing: {item_no} does not move without a {kind} number.": "{kind} mangler: {item_no} flyttes ikke uten.",
    "lot": "parti",
    "{item} in {place}": "{item} i {place}",
}


def norwegian(text: str) -> str:
    return NORWEGIAN.get(text, text)


def in_quotes(value: object) -> str:
    return f"<{value}>"


def test_a_refusal_is_english_with_facts_as_files_write_them() -> None:
    error = NotEnoughStock(place="A-01", what="1000", available=Decimal("2.50"), requested=Decimal("1E+1"))
    assert str(error) == "Not enough: A-01 holds 2.5 of 1000, you asked for 10."
    expired = Expired(number="L1", expiration_date=date(2027, 1, 31), today=date(2027, 2, 10))
    assert str(expired) == "Expired: L1 on 2027-01-31, today is 2027-02-10. Not taken."


def test_words_of_ours_are_translated_and_facts_of_the_user_are_not() -> None:
    error = BadValue(field="code", value="lot", expected=phrase("at most {length} characters", length=20))
    assert str(error) == 'Bad value "lot" for code: expected at most 20 characters.'
    assert error.in_words(norwegian) == "Feil verdi «lot» for code: ventet høyst 20 tegn."


def test_facts_are_shown_as_the_reader_writes_them() -> None:
    error = BadValue(field="code", value="X", expected=phrase("at most {length} characters", length=20))
    assert error.in_words(norwegian, in_quotes) == "Feil verdi «<X>» for <code>: ventet høyst <20> tegn."


def test_a_phrase_is_plain_text_for_whoever_wants_no_more() -> None:
    words = phrase("{item} in {place}", item="1000", place="A-01")
    assert words == "1000 in A-01"
    assert words.in_words(norwegian) == "1000 i A-01"


def test_a_phrase_may_stand_in_a_phrase_and_in_a_list() -> None:
    words = phrase("{item} in {place}", item=phrase("lot"), place="A-01")
    assert words == "lot in A-01"
    assert words.in_words(norwegian) == "parti i A-01"
    assert (
        BadValue(field="x", value=[phrase("lot"), "lot"], expected="y").in_words(norwegian).startswith("Feil verdi «parti, lot»")
    )


def test_a_phrase_without_facts_keeps_its_braces() -> None:
    assert phrase('such as {"op": "item"}').in_words(norwegian) == 'such as {"op": "item"}'


def test_a_sentence_that_begins_with_a_kind_has_a_capital_letter() -> None:
    error = TrackingRequired(item_no="1000", kind=phrase("lot"))
    assert str(error) == "Lot missing: 1000 does not move without a lot number."
    assert error.in_words(norwegian) == "Parti mangler: 1000 flyttes ikke uten."
