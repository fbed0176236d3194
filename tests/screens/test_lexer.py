"""Strokes to tokens: where a scan ends, and what is a command."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.core.errors import BadValue
from screens.gestures import Gesture, Pick, Point
from screens.key_maps import DOT_LETTERS, KEY_MAPS, key_map, key_names
from screens.lexer import LONGEST_SCAN, Lexer
from screens.strokes import Key, StrokeReader
from stockterm.flows.terminal import TerminalProfile
from stockterm.flows.tokens import Command, CommandToken, ScanToken, Token


def tokens_of(data: bytes, **settings: Any) -> list[Token | Gesture]:
    return Lexer(TerminalProfile(**settings)).feed(StrokeReader().feed(data))


@pytest.mark.parametrize("suffix", [b"\r", b"\n", b"\r\n", b"\x03", b"\x03\r", b"\r\x00", b"\r\r\r"])
def test_every_suffix_ends_one_scan(suffix: bytes) -> None:
    assert tokens_of(b"A1" + suffix + b"B2" + suffix) == [ScanToken("A1"), ScanToken("B2")]


def test_tab_ends_a_scan_only_where_a_reader_sends_it() -> None:
    assert tokens_of(b"A\tB\r") == [ScanToken("AB")]
    assert tokens_of(b"A\tB\t", suffixes=frozenset("\t\r")) == [ScanToken("A"), ScanToken("B")]


def test_a_terminal_without_a_suffix_is_refused() -> None:
    with pytest.raises(ValueError, match="suffixes"):
        TerminalProfile(suffixes=frozenset())


def test_text_without_a_suffix_is_no_scan() -> None:
    lexer = Lexer(TerminalProfile())
    assert lexer.feed(StrokeReader().feed(b"9521234")) == []
    assert lexer.pending == "9521234"


def test_separators_stay_in_the_scan() -> None:
    assert tokens_of(b"]C110A\x1d21B\r") == [ScanToken("]C110A\x1d21B", scanned=True)]


def test_backspace_takes_back_one_character_and_nothing_more() -> None:
    assert tokens_of(b"\x7f\x7fAB\x7f\x7f\x7fC\x08D\r") == [ScanToken("D")]


def test_a_function_key_keeps_its_place_between_the_scans() -> None:
    assert tokens_of(b"A\r\x1b[15~B\r") == [ScanToken("A"), CommandToken(Command.UNDO), ScanToken("B")]


def test_a_command_key_does_not_cut_a_scan_in_two() -> None:
    assert tokens_of(b"952\x1b[15~1234\r") == [CommandToken(Command.UNDO), ScanToken("9521234")]


def test_f2_clears_the_field_first_and_is_a_command_when_it_is_empty() -> None:
    assert tokens_of(b"952\x1bOQ1\r\x1bOQ") == [ScanToken("1"), CommandToken(Command.CLEAR)]


@pytest.mark.parametrize("letter", DOT_LETTERS)
def test_a_dot_letter_is_its_command_with_enter(letter: str) -> None:
    expected = CommandToken(DOT_LETTERS[letter], by_key=True)
    assert tokens_of(f".{letter}\r".encode()) == [expected]
    assert tokens_of(f".{letter.upper()}\r".encode()) == [expected]
    assert tokens_of(f".{letter}".encode()) == []


def test_every_command_has_a_dot_letter_and_a_key_in_every_map() -> None:
    assert set(DOT_LETTERS.values()) == set(Command)
    for name in KEY_MAPS:
        assert set(key_map(TerminalProfile(key_map=name)).values()) == set(Command), name


def test_a_dot_and_more_is_text() -> None:
    assert tokens_of(b".12\r.zz\r.\r..h\r") == [ScanToken(".12"), ScanToken(".zz"), ScanToken("."), ScanToken("..h")]


@pytest.mark.parametrize("command", list(Command))
@pytest.mark.parametrize("form", ["CMD:{}", "cmd:{}", "]C0CMD:{}", " CMD:{} "])
def test_a_command_label_is_a_command_that_no_key_gave(command: Command, form: str) -> None:
    assert tokens_of(form.format(command.value).encode() + b"\r") == [CommandToken(command, by_key=False)]


def test_an_unknown_command_label_is_a_scan() -> None:
    assert tokens_of(b"CMD:DANCE\r") == [ScanToken("CMD:DANCE")]


def test_a_symbology_identifier_or_a_configured_prefix_says_that_it_was_scanned() -> None:
    assert tokens_of(b"]E09521234000011\r") == [ScanToken("]E09521234000011", scanned=True)]
    assert tokens_of(b"%12345\r12345\r", prefix="%") == [ScanToken("12345", scanned=True), ScanToken("12345")]
    assert tokens_of(b"\x0212345\r12345\r", prefix="\x02") == [ScanToken("12345", scanned=True), ScanToken("12345")]


def test_a_factor_may_be_typed_in_front_of_the_prefix() -> None:
    assert tokens_of(b"12*%9521234\r", prefix="%") == [ScanToken("12*9521234", scanned=True)]
    assert tokens_of(b"12*]E09521234000011\r") == [ScanToken("12*]E09521234000011", scanned=True)]


def test_stx_is_dropped_where_it_is_no_prefix() -> None:
    assert tokens_of(b"\x02A1\x03") == [ScanToken("A1")]


def test_a_scanned_dot_letter_is_text() -> None:
    assert tokens_of(b"%.u\r", prefix="%") == [ScanToken(".u", scanned=True)]


def test_a_scan_without_end_is_cut_off() -> None:
    assert tokens_of(b"A" * (LONGEST_SCAN + 50) + b"\rB\r") == [ScanToken("A" * LONGEST_SCAN), ScanToken("B")]


def test_the_half_typed_text_of_a_resumed_session_goes_on() -> None:
    lexer = Lexer(TerminalProfile())
    lexer.take_up("952")
    assert lexer.feed(StrokeReader().feed(b"1234\r")) == [ScanToken("9521234")]


def test_a_site_lays_its_own_keys_over_a_map() -> None:
    profile = TerminalProfile(key_map="sap", keys=(("F9", "help"),))
    assert key_map(profile)["f1"] is Command.POST
    assert key_map(profile)["f9"] is Command.HELP
    assert key_names(profile)[Command.HELP] == "F9"


@pytest.mark.parametrize("wrong", [{"key_map": "nokia"}, {"keys": (("f9", "nokia"),)}])
def test_a_key_map_or_command_that_does_not_exist_is_named(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadValue, match="nokia"):
        key_map(TerminalProfile(**wrong))


def test_the_key_line_names_dot_letters_on_keypads_without_function_keys() -> None:
    assert key_names(TerminalProfile(dot_letters=True))[Command.POST] == ".f"


def test_vt220_keys_are_commands_or_nothing_but_never_text() -> None:
    lexer = Lexer(TerminalProfile())
    names = ("help", "do", "f17", "f18", "f19", "f20", "find", "insert", "remove", "select", "pageup", "pagedown")
    tokens = lexer.feed(Key(name) for name in names)
    assert all(isinstance(token, CommandToken) for token in tokens)
    assert lexer.pending == ""


labels = st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0x17F, blacklist_characters="\x7f~"), min_size=1, max_size=20
).filter(lambda text: not any("\x80" <= character < "\xa0" for character in text) and not text.startswith((".", "]", "CMD:")))


@given(st.lists(labels, max_size=20), st.lists(st.integers(1, 8), min_size=1, max_size=400))
def test_scans_in_any_fragments_come_out_whole_and_in_order(scans: list[str], sizes: list[int]) -> None:
    data = b"".join(scan.encode() + b"\r\n" for scan in scans)
    lexer, reader = Lexer(TerminalProfile()), StrokeReader()
    tokens: list[Token | Gesture] = []
    position = 0
    for number in range(len(data)):
        piece = data[position : position + sizes[number % len(sizes)]]
        position += len(piece)
        tokens += lexer.feed(reader.feed(piece))
    assert [token.text for token in tokens if isinstance(token, ScanToken)] == scans


UP, DOWN = b"\x1b[A", b"\x1b[B"


def test_an_arrow_is_a_gesture_that_keeps_its_place_and_is_a_page_key_where_nothing_can_be_pointed_at() -> None:
    assert tokens_of(b"A\r" + DOWN + b"B\r" + UP) == [
        ScanToken("A"),
        Point(1, Command.PAGE_DOWN),
        ScanToken("B"),
        Point(-1, Command.PAGE_UP),
    ]


def test_enter_picks_only_right_behind_a_key_of_the_hand() -> None:
    assert tokens_of(DOWN + b"\r") == [Point(1, Command.PAGE_DOWN), Pick()]
    assert tokens_of(b"\x1bOR\r") == [CommandToken(Command.BACK), Pick()]
    assert tokens_of(b"\r\r") == []
    assert tokens_of(b"A\r\r\n\r") == [ScanToken("A")]
    assert tokens_of(DOWN + b"A\r\r") == [Point(1, Command.PAGE_DOWN), ScanToken("A")]
    assert tokens_of(DOWN + b"\n") == [Point(1, Command.PAGE_DOWN)], "a reader's line feed is not the Enter key"


def test_f2_that_empties_the_field_in_the_middle_of_a_slow_label_makes_its_suffix_no_pick() -> None:
    assert tokens_of(b"952\x1bOQ\r") == []


def test_an_arrow_that_the_site_gave_another_command_is_that_command() -> None:
    assert tokens_of(DOWN, keys=(("down", "NEXT"),)) == [CommandToken(Command.NEXT)]
