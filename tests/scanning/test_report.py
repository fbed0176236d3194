"""What an administrator is shown of a label."""

from datetime import date

import pytest

from stockterm.i18n import in_language
from stockterm.scanning.report import Described, decode_escapes, describe, visible

GS = "\x1d"


def described(text: str) -> Described:
    return describe(text, reference_date=date(2026, 6, 15))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (r"]C110A\x1d21B", f"]C110A{GS}21B"),
        (r"]C110A\u001d21B", f"]C110A{GS}21B"),
        (r"]C110A\03521B", f"]C110A{GS}21B"),
        (r"A\tB\r\n", "A\tB\r\n"),
        (r"A\\x1dB", r"A\x1dB"),
        (r"A\B\x1", r"A\B\x1"),
        ("A\\", "A\\"),
    ],
)
def test_typed_escapes_stand_for_characters(typed: str, meant: str) -> None:
    assert decode_escapes(typed) == meant


def test_control_characters_of_a_label_never_reach_the_terminal() -> None:
    for raw in ("\x1b[2JA", "]C110A\x1b]0;x\x07", "A\u202eB", "A\udc80", "]E0\x1b[A"):
        assert all(line.isprintable() for line in described(raw).lines)
    assert visible("A\x1dB") == r"A\x1dB"


def test_each_element_has_a_line_with_its_meaning() -> None:
    lines = described(f"]C10199501101530013310300125017260400{GS}7007260601260603{GS}10L1").lines
    assert lines[0] == "GS1 message (]C1 GS1-128)"
    assert "(3103) NET WEIGHT (kg): 001250 = 1.250" in lines
    assert "(17) USE BY or EXPIRY: 260400 = 2026-04-30" in lines
    assert "(7007) HARVEST DATE: 260601260603 = 2026-06-01..2026-06-03" in lines
    assert "(10) BATCH/LOT: L1" in lines


def test_lines_are_in_the_language_of_the_reader_and_json_is_not() -> None:
    with in_language("nb"):
        shown = described(f"]C10199501101530013310300125017260400{GS}80082606151407{GS}10L1")
        assert shown.lines[0] == "GS1-melding (]C1 GS1-128)"
        assert "(3103) NET WEIGHT (kg): 001250 = 1,250" in shown.lines
        assert "(17) USE BY or EXPIRY: 260400 = 30.04.2026" in shown.lines
        assert any(line.endswith(" = 15.06.2026 14:07") for line in shown.lines), shown.lines
        assert shown.as_json()["dates"] == {"expiry": "2026-04-30"}
        assert shown.as_json()["measures"] == {"3103": "1.250"}


def test_every_fault_has_a_line_that_names_its_value() -> None:
    lines = described(f"]C11726130110A#{GS}3712A").lines
    assert [line for line in lines if line.startswith("Invalid")] == [
        "Invalid: (17) 261301 is no date that exists.",
        "Invalid: (10) A# contains a character that may not be there.",
        "Invalid: (37) 12A contains a character that may not be there.",
    ]


def test_a_suspected_separator_is_shown_with_the_other_reading() -> None:
    assert "Warning: a separator may be missing. Perhaps (10)ABC123(17)261231." in described("]C110ABC12317261231").lines


def test_the_first_of_two_equal_ais_is_the_value() -> None:
    assert described(f"]C110A{GS}10B").as_json()["lot"] == "A"


def test_an_hour_alone_is_a_full_hour() -> None:
    assert described("]C1800826061514").as_json()["datetimes"] == {"production": "2026-06-15T14:00"}


def test_seconds_are_shown_only_where_the_label_has_them() -> None:
    assert described("]C18008260615140700").as_json()["datetimes"] == {"production": "2026-06-15T14:07:00"}
    assert described("]C170032607011830").as_json()["datetimes"] == {"expiry": "2026-07-01T18:30"}


def test_combinations_that_make_no_sense_are_told_apart_from_warnings() -> None:
    answer = described("]C10209501101530003").as_json()
    assert "warnings" not in answer
    assert answer["combinations"] == ["content_without_count"]
