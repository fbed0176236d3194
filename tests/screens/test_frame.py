"""Any text fits its place and cannot steer the terminal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screens.frame import clean, fit, tail, width_of, wrapped


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("10A\x1d21B", "10A^]21B"),
        ("\x1b[2J", "^[[2J"),
        ("two\nlines", "two lines"),
        ("e\u0301", "é"),
        ("\u202eabc\u200b", "abc"),
        ("\x9b31m", "?31m"),
        ("[/] [b]x[/b]", "[/] [b]x[/b]"),
    ],
)
def test_control_characters_are_shown_and_not_sent(text: str, shown: str) -> None:
    assert clean(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"), [("Blå hylle", "Bla hylle"), ("æøÅ", "aeoA"), ("漢", "?"), ("5 × 3 µm", "5 x 3 um"), ("ﬁ", "f")]
)
def test_ascii_terminals_get_ascii(text: str, shown: str) -> None:
    assert clean(text, ascii_only=True) == shown


@given(st.text(max_size=60), st.booleans())
def test_nothing_unprintable_comes_through(text: str, ascii_only: bool) -> None:
    shown = clean(text, ascii_only)
    assert shown.isprintable()
    assert not ascii_only or shown.isascii()


@given(st.text(max_size=60), st.integers(0, 30))
def test_fitted_text_has_room_and_says_when_it_was_cut(text: str, columns: int) -> None:
    whole = clean(text)
    shown = fit(whole, columns)
    assert width_of(shown) <= columns
    assert shown == whole or not columns or shown.endswith("~")
    assert width_of(tail(whole, columns)) <= columns


@given(st.text(max_size=120), st.integers(2, 30))
def test_wrapped_text_loses_no_character(text: str, columns: int) -> None:
    whole = clean(text)
    lines = wrapped(whole, columns)
    assert all(width_of(line) <= columns for line in lines)
    assert "".join(lines).replace(" ", "") == whole.replace(" ", "")
