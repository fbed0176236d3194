"""Keys without regard to case, in any language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.core.codes import normalize_code, number_key, trim_number


@pytest.mark.parametrize(
    ("written", "code"),
    [
        (" blue ", "BLUE"),
        ("a-01-1", "A-01-1"),
        ("blåbær", "BLÅBÆR"),
        ("Straße", "STRASSE"),
        ("éclair", "ÉCLAIR"),
        ("e\u0301clair", "ÉCLAIR"),
        ("\u00a0x\u00a0", "X"),
        ("", ""),
    ],
)
def test_a_code_is_trimmed_and_kept_in_upper_case(written: str, code: str) -> None:
    assert normalize_code(written) == code


@given(st.text())
def test_a_code_in_its_stored_form_stays_as_it_is(text: str) -> None:
    assert normalize_code(normalize_code(text)) == normalize_code(text)


@given(st.text(alphabet=st.characters(codec="latin-1")))
def test_case_makes_no_difference(text: str) -> None:
    assert normalize_code(text.upper()) == normalize_code(text) == normalize_code(text.lower())
    assert number_key(text.upper()) == number_key(text)


def test_a_number_keeps_its_case_and_is_compared_without_it() -> None:
    assert trim_number(" lot-A7 ") == "lot-A7"
    assert number_key("lot-A7") == number_key(" LOT-a7")


def test_a_separator_inside_or_at_the_end_of_a_number_is_not_taken_for_a_blank() -> None:
    assert trim_number("A\x1dB\x1d") == "A\x1dB\x1d"
