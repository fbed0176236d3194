"""Bytes to strokes: every terminal's way to say a key, and that nothing can break it."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screens.strokes import Click, Key, Stroke, StrokeReader, Text


def read(data: bytes) -> list[Stroke]:
    """All strokes of these bytes, those included that come when nothing follows."""
    reader = StrokeReader()
    return reader.feed(data) + reader.give_up()


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"\x1bOP", "f1"),
        (b"\x1bOS", "f4"),
        (b"\x1b[11~", "f1"),
        (b"\x1b[15~", "f5"),
        (b"\x1b[17~", "f6"),
        (b"\x1b[21~", "f10"),
        (b"\x1b[23~", "f11"),
        (b"\x1b[24~", "f12"),
        (b"\x1b[25~", "f13"),
        (b"\x1b[26~", "f14"),
        (b"\x1b[28~", "help"),
        (b"\x1b[29~", "do"),
        (b"\x1b[31~", "f17"),
        (b"\x1b[32~", "f18"),
        (b"\x1b[33~", "f19"),
        (b"\x1b[34~", "f20"),
        (b"\x1b[1~", "find"),
        (b"\x1b[3~", "remove"),
        (b"\x1b[5~", "pageup"),
        (b"\x1b[6~", "pagedown"),
        (b"\x1b[[A", "f1"),
        (b"\x1b[[E", "f5"),
        (b"\x1b[A", "up"),
        (b"\x1bOB", "down"),
        (b"\x1bOM", "enter"),
        (b"\x9b29~", "do"),
        (b"\xc2\x9b29~", "do"),
        (b"\x8fP", "f1"),
        (b"\x1b[13u", "enter"),
        (b"\x1b[27u", "escape"),
        (b"\x1b[27;1;127~", "backspace"),
        (b"\r", "enter"),
        (b"\n", "lf"),
        (b"\t", "tab"),
        (b"\x03", "etx"),
        (b"\x02", "stx"),
        (b"\x7f", "backspace"),
        (b"\x08", "backspace"),
        (b"\x1b", "escape"),
    ],
)
def test_a_sequence_is_its_key(data: bytes, name: str) -> None:
    assert read(data) == [Key(name)]


@pytest.mark.parametrize("data", [b"\x1d", b"\x1b[93;5u", b"\x1b[27;5;93~", b"\x1b[29u"])
def test_gs_is_text_in_every_form(data: bytes) -> None:
    assert read(b"10ABC" + data + b"17") == [Text("10ABC\x1d17")]


def test_the_application_keypad_types_digits() -> None:
    assert read(b"\x1bOp\x1bOq\x1bOy\x1bOn\x1bOj") == [Text("019.*")]


@pytest.mark.parametrize("follower", ["0", "9", "a", "Z", ".", "]C101095", "P1", "X", "^"])
def test_esc_before_a_character_is_esc_and_the_character(follower: str) -> None:
    assert read(b"\x1b" + follower.encode() + b"\r") == [Key("escape"), Text(follower), Key("enter")]


def test_two_esc_are_two() -> None:
    assert read(b"\x1b\x1b") == [Key("escape"), Key("escape")]


def test_a_lone_esc_waits_for_the_rest_of_a_function_key() -> None:
    reader = StrokeReader(escape_delay=0.3)
    assert reader.feed(b"\x1b") == []
    assert reader.patience == 0.3
    assert reader.feed(b"[1") == []
    assert reader.feed(b"5~") == [Key("f5")]
    assert reader.patience is None


def test_a_sequence_that_never_ends_is_esc_and_text() -> None:
    reader = StrokeReader()
    assert reader.feed(b"\x1b[12") == []
    assert reader.give_up() == [Key("escape"), Text("[12")]
    assert reader.patience is None


def test_a_scan_behind_esc_that_looks_like_a_sequence_keeps_all_its_characters() -> None:
    assert read(b"\x1b[1234\r") == [Key("escape"), Text("[1234"), Key("enter")]
    assert read(b"\x1bO1234\r") == [Key("escape"), Text("O1234"), Key("enter")]


@pytest.mark.parametrize(
    "answer", [b"\x1b[?2026;2$y", b"\x1b[24;80R", b"\x1b[I", b"\x1b[O", b"\x1b[<0;3;4m", b"\x1b[?62;c", b"\x1b[99~"]
)
def test_answers_of_the_terminal_are_no_input(answer: bytes) -> None:
    assert read(b"12" + answer + b"34") == [Text("1234")]


def test_the_brackets_of_a_paste_are_dropped_and_its_lines_are_scans() -> None:
    assert read(b"\x1b[200~A\rB\x1d1\r\x1b[201~") == [Text("A"), Key("enter"), Text("B\x1d1"), Key("enter")]


def test_a_paste_that_never_ends_swallows_nothing() -> None:
    assert read(b"\x1b[200~A\r") == [Text("A"), Key("enter")]


def test_nul_is_dropped_wherever_it_stands() -> None:
    assert read(b"\x00A\x001\x00\r\x00") == [Text("A1"), Key("enter")]


def test_control_characters_without_meaning_are_dropped() -> None:
    assert read(b"A\x01\x04\x05\x07\x0b\x0c\x0e\x11\x13\x1aB") == [Text("AB")]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("blå æøå 漢".encode(), "blå æøå 漢"),
        ("blå".encode("latin-1") + b"r", "blår"),
        (b"\xe9", "é"),
        (b"\xff\xfe", "ÿþ"),
        (b"\xc3", "Ã"),
        (b"\x80\x85", ""),
    ],
)
def test_what_is_not_utf8_is_latin1(data: bytes, text: str) -> None:
    assert "".join(stroke.text for stroke in read(data) if isinstance(stroke, Text)) == text


def test_half_a_character_waits_for_the_other_half() -> None:
    reader = StrokeReader()
    assert reader.feed(b"\xc3") == []
    assert reader.patience is None
    assert reader.feed(b"\xa5\r") == [Text("å"), Key("enter")]


def test_a_key_let_go_is_no_key() -> None:
    assert read(b"\x1b[97;1:3u\x1b[1;1:3A") == []


def pieces_of(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[start:end] for start, end in pairwise(edges)]


def flat(strokes: list[Stroke]) -> list[str]:
    """Strokes with texts taken apart, so that it does not matter in how many reads they came."""
    return [part for stroke in strokes for part in (stroke.text if isinstance(stroke, Text) else [repr(stroke)])]


@given(st.binary(max_size=80), st.lists(st.integers(0, 80), max_size=8))
def test_any_bytes_in_any_pieces_give_the_same_strokes(data: bytes, cuts: list[int]) -> None:
    reader = StrokeReader()
    strokes = [stroke for piece in pieces_of(data, cuts) for stroke in reader.feed(piece)]
    assert flat(strokes + reader.give_up()) == flat(read(data))


@given(
    st.lists(st.sampled_from([b"\x1b", b"[", b"O", b"1", b";", b"~", b"\x9b", b"\xc2", b"A", b"\r", b"u", b"200~"]), max_size=30)
)
def test_pieces_of_sequences_in_any_order_leave_nothing_behind(parts: list[bytes]) -> None:
    reader = StrokeReader()
    reader.feed(b"".join(parts))
    reader.give_up()
    assert reader.patience is None
    assert reader.feed(b"X\r")[-2:] == [Text("X"), Key("enter")]


@pytest.mark.parametrize(
    ("data", "strokes"),
    [
        (b"\x1b[<0;12;5M", [Click(11, 4)]),
        (b"\x1b[<0;12;5m", []),  # let go
        (b"\x1b[<2;12;5M", []),  # the right button
        (b"\x1b[<16;12;5M", []),  # with Ctrl
        (b"\x1b[<64;12;5M\x1b[<65;12;5M", [Key("up"), Key("down")]),
        (b"\x1b[<0;0;5M\x1b[<0;12M\x1b[<;;M\x1b[<0;12;5;1M", []),
        (b"A1\x1b[<0;1;1MB2", [Text("A1"), Click(0, 0), Text("B2")]),
    ],
)
def test_a_mouse_clicks_and_its_wheel_turns(data: bytes, strokes: list[Stroke]) -> None:
    assert read(data) == strokes
