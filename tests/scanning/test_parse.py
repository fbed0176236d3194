"""The rules of classification and of GS1 messages, one by one. GTIN is 09501101530003 (unit), SSCC 095011015300000010."""

import subprocess
import sys
from datetime import date
from decimal import Decimal

import pytest

from db.core.errors import BadValue
from stockterm.scanning.check_digits import check_digit
from stockterm.scanning.gs1 import read_day
from stockterm.scanning.parse import parse_scan
from stockterm.scanning.scan import Combination, Scan, ScanKind

TODAY = date(2026, 6, 15)
GS = "\x1d"
GTIN = "09501101530003"
VARIABLE_GTIN = "99501101530013"
SSCC = "095011015300000010"
GLN = "9501101539990"


def parsed(raw: str, *separators: str) -> Scan:
    return parse_scan(raw, reference_date=TODAY, separators=separators or (GS,))


def faults(raw: str, *separators: str) -> set[str]:
    return {str(fault) for fault in parsed(raw, *separators).faults}


def elements(raw: str, *separators: str) -> list[tuple[str, str]]:
    scan = parsed(raw, *separators)
    assert not scan.faults, scan.faults
    return [(element.ai, element.value) for element in scan.elements]


# ---- what surrounds the data ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("raw", ["", " ", "\x00", "\x02\x03", "\r\n", "\t", " \x00\r\n "])
def test_nothing_but_control_characters_is_empty(raw: str) -> None:
    assert parsed(raw).kind is ScanKind.EMPTY
    assert faults(raw) == {"empty"}


@pytest.mark.parametrize("raw", ["\x02A-1\x03", "A-1\x00", "\x00A-1", " A-1 \r\n", "A\x00-1", "\tA-1\t"])
def test_control_characters_of_readers_are_no_data(raw: str) -> None:
    assert parsed(raw).text == "A-1"


def test_a_separator_at_the_end_is_not_taken_for_white_space() -> None:
    assert parsed("A" + GS).text == "A" + GS


# ---- symbology identifiers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("identifier", ["]C1", "]d2", "]Q3", "]e0", "]e1", "]e2", "]J1"])
def test_these_identifiers_announce_a_gs1_message(identifier: str) -> None:
    assert elements(f"{identifier}01{GTIN}") == [("01", GTIN)]


@pytest.mark.parametrize(
    "identifier", ["]C0", "]C2", "]d1", "]Q0", "]A0", "]A7", "]F0", "]G0", "]L0", "]z0", "]X0", "]I0", "]E1", "]c1"]
)
def test_what_other_identifiers_announce_is_text_even_if_it_looks_like_a_message(identifier: str) -> None:
    scan = parsed(f"{identifier}01{GTIN}10ABC")
    assert (scan.kind, scan.symbology, scan.text) == (ScanKind.TEXT, identifier, f"01{GTIN}10ABC")


def test_a_gtin_in_a_code_128_is_text_because_nobody_checked_it() -> None:
    assert parsed("]C09501101530003").kind is ScanKind.TEXT


def test_the_add_on_of_a_periodical_is_dropped() -> None:
    assert parsed("]E3950110153000312").gtin == GTIN
    assert parsed("]E3950110153000312345").gtin == GTIN


def test_a_missing_itf_check_digit_is_appended() -> None:
    assert parsed("]I31950110153000").gtin == "19501101530000"


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        ("]E09501101530004", "check_digit"),
        ("]E3950110153000412", "check_digit"),
        ("]E495012347", "check_digit"),
        ("]E095011015", "bad_length"),
        ("]E0", "bad_length"),
        ("]I19501101530003", "bad_length"),
        ("]I319501101530000", "bad_length"),
        ("]E39501101530003", "bad_length"),
        ("]E0950110153000A", "bad_character"),
        ("]E0９501101530003", "bad_character"),
    ],
)
def test_a_number_that_the_identifier_promises_must_be_right(raw: str, fault: str) -> None:
    scan = parsed(raw)
    assert scan.kind is ScanKind.GTIN
    assert not scan.valid
    assert scan.gtin is None
    assert fault in faults(raw)


@pytest.mark.parametrize("raw", ["]", "]C", "]12", "]-0X", "] C1"])
def test_a_bracket_alone_is_no_identifier(raw: str) -> None:
    assert (parsed(raw).kind, parsed(raw).text, parsed(raw).symbology) == (ScanKind.TEXT, raw, None)


def test_an_identifier_with_nothing_behind_it_is_refused() -> None:
    assert faults("]C1") == {"empty"}
    assert faults("]C0") == {"empty"}
    assert faults("]C1" + GS) == {"empty"}


# ---- without an identifier ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["95012346", "614141000036", "9501101530003", "19501101530000"])
def test_digits_of_gtin_length_with_a_right_check_digit_are_a_gtin(number: str) -> None:
    assert parsed(number).gtin == number.zfill(14)


@pytest.mark.parametrize("number", ["95012347", "9501101530004", "095011015300000011", "12", "123456789", "٩٥٠١٢٣٤٦"])
def test_other_digits_are_text(number: str) -> None:
    assert (parsed(number).kind, parsed(number).text) == (ScanKind.TEXT, number)


def test_an_ean_13_that_starts_like_an_ai_stays_a_gtin() -> None:
    assert parsed("2112345678900").kind is ScanKind.GTIN
    assert parsed("9501101530003").kind is ScanKind.GTIN


@pytest.mark.parametrize("raw", ["10-200", "21ABC", "17261231", "37120", "400PO-1", f"10A{GS}17261231", f"414{GLN}", "240X"])
def test_other_ais_than_00_01_02_are_never_guessed(raw: str) -> None:
    assert parsed(raw).kind is ScanKind.TEXT


@pytest.mark.parametrize(
    "raw", [f"01{GTIN}", f"01{GTIN}17261231", f"00{SSCC}10A", f"02{GTIN}3712", f"01{GTIN}{GS}10A", f"01{GTIN}10A{GS}"]
)
def test_a_key_with_a_right_check_digit_starts_a_message(raw: str) -> None:
    assert parsed(raw).kind is ScanKind.GS1


@pytest.mark.parametrize(
    "raw", ["010950110153000410A", f"01{GTIN}0512", f"01{GTIN}17261301", f"01{GTIN}10", f"01{GTIN}414{GLN[:-1]}1", "0195011"]
)
def test_if_the_rest_cannot_be_read_it_is_text(raw: str) -> None:
    assert (parsed(raw).kind, parsed(raw).valid) == (ScanKind.TEXT, True)


def test_a_leading_separator_announces_a_message_of_any_ai() -> None:
    assert elements(f"{GS}10A1{GS}21S9") == [("10", "A1"), ("21", "S9")]
    assert elements("~10A1~21S9", "~") == [("10", "A1"), ("21", "S9")]


# ---- separators -----------------------------------------------------------------------------------------------------


def test_repeated_leading_and_trailing_separators_are_ignored() -> None:
    assert elements(f"]C1{GS}{GS}10A{GS}{GS}21B{GS}{GS}") == [("10", "A"), ("21", "B")]


@pytest.mark.parametrize("separator", ["|", "^", "~", "#", "{GS}", "\x1e", "¦"])
def test_a_replacement_ends_a_value_once_it_is_configured(separator: str) -> None:
    assert elements(f"]C110A1{separator}17261231", separator) == [("10", "A1"), ("17", "261231")]
    assert faults(f"]C110A1{separator}17261231") == {"bad_character:10"} or separator == "\x1e"


def test_gs_is_accepted_whatever_is_configured() -> None:
    assert elements(f"]C110A1{GS}21B|17261231", "|") == [("10", "A1"), ("21", "B"), ("17", "261231")]


def test_the_longer_of_two_replacements_is_tried_first() -> None:
    assert elements("]C110A{GS}21B{91C", "{", "{GS}") == [("10", "A"), ("21", "B"), ("91", "C")]


@pytest.mark.parametrize("separator", ["", "A", "%", "/", "0", "Ax"])
def test_a_separator_that_could_be_data_is_refused(separator: str) -> None:
    with pytest.raises(BadValue, match="separator"):
        parsed("]C110A", separator)


@pytest.mark.parametrize(
    ("ai", "value"),
    [("402", "12345678901234560"), ("422", "578"), ("7001", "1234567890123"), ("7003", "2607011830"), ("8005", "000199")],
)
def test_these_need_a_separator_although_their_length_is_known(ai: str, value: str) -> None:
    assert elements(f"]C1{ai}{value}{GS}10A") == [(ai, value), ("10", "A")]
    assert f"bad_length:{ai}" in faults(f"]C1{ai}{value}10A")


@pytest.mark.parametrize("tail", ["17261231", "17261200", "15260930", f"01{GTIN}", f"02{GTIN}", "1126010117261231"])
@pytest.mark.parametrize("ai", ["10", "21", "22", "240", "241", "250", "254", "400", "401", "403", "420", "90", "98"])
def test_a_value_that_ends_like_fixed_elements_is_kept_and_suspected(ai: str, tail: str) -> None:
    scan = parsed(f"]C1{ai}A1{tail}")
    assert [(element.ai, element.value) for element in scan.elements] == [(ai, "A1" + tail)]
    assert scan.warnings == ("separator_suspected_missing",)
    assert scan.suspected is not None
    assert scan.suspected.shortened == "A1"
    assert "".join(element.ai + element.value for element in scan.suspected.elements) == tail


@pytest.mark.parametrize(
    "value", ["ABC17261301", "ABC17260231", f"ABC01{GTIN[:-1]}4", "17261231", "ABC3103001250", "ABC172612310"]
)
def test_other_tails_raise_no_suspicion(value: str) -> None:
    assert parsed(f"]C110{value}").warnings == ()


def test_only_the_last_value_is_suspected() -> None:
    assert parsed(f"]C110ABC17261231{GS}21S1").warnings == ()
    assert parsed(f"]C110ABC17261231{GS}").warnings == ("separator_suspected_missing",)
    assert parsed("]C1251ABC17261231").warnings == ()


def test_where_nothing_can_get_lost_nothing_is_suspected() -> None:
    assert parsed(f"(01){GTIN}(10)ABC17261231").warnings == ()
    assert parsed(f"https://example.com/01/{GTIN}/10/ABC17261231").warnings == ()


def test_a_lot_of_21_characters_is_an_error_and_not_two_elements() -> None:
    assert faults("]C110ABCDEFGHIJKLM17261231") == {"bad_length:10"}


# ---- elements -------------------------------------------------------------------------------------------------------


def test_every_fault_of_a_message_is_reported() -> None:
    raw = f"]C1019501101530004917261301{GS}10AB#{GS}3712A{GS}05123{GS}21{GS}414{GLN[:-1]}1"
    assert faults(raw) == {
        "check_digit:01", "bad_date:17", "bad_character:10", "bad_character:37", "unknown_ai", "bad_length:21", "check_digit:414",
    }  # fmt: skip


def test_an_unknown_ai_of_predefined_length_hides_nothing_behind_it() -> None:
    assert faults("]C11426123117261301") == {"unknown_ai", "bad_date:17"}
    assert faults("]C1310900125017261301") == {"unknown_ai", "bad_date:17"}


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        ("]C11726123", "bad_length:17"),
        (f"]C101950110{GS}10A", "bad_length:01"),
        ("]C1010950110153000A10A", "bad_character:01"),
        ("]C137123456789", "bad_length:37"),
        ("]C130", "bad_length:30"),
        ("]C1310300125", "bad_length:3103"),
        ("]C131030012A0", "bad_character:3103"),
        ("]C17003260701183", "bad_length:7003"),
        ("]C1800826061514073", "bad_length:8008"),
        ("]C17007260101260", "bad_length:7007"),
        ("]C142357", "bad_length:423"),
        ("]C143212", "bad_character:4321"),
        ("]C110A B", "bad_character:10"),
        ("]C110Æ", "bad_character:10"),
        ("]C110A(1)[2]", "bad_character:10"),
        ("]C13712٣", "bad_character:37"),
        ("]C13921", "bad_length:3921"),
        ("]C13931578", "bad_length:3931"),
        ("]C1ABC", "unknown_ai"),
        (f"]C101{GTIN}1", "unknown_ai"),
        ("]C1(01)09501101530003", "unknown_ai"),
    ],
)
def test_a_wrong_value_names_its_ai(raw: str, fault: str) -> None:
    assert fault in faults(raw)


@pytest.mark.parametrize(
    ("ai", "length", "rest"),
    [
        ("00", 18, ""), ("01", 14, ""), ("02", 14, ""), ("402", 17, ""), ("410", 13, ""), ("417", 13, ""),
        ("253", 13, "DOC"), ("8003", 14, "A1"), ("8006", 14, "0102"), ("8017", 18, ""),
    ],
)  # fmt: skip
def test_the_check_digit_of_every_key_is_verified(ai: str, length: int, rest: str) -> None:
    digits = "0" * (length - 4) + "123"
    right = check_digit(digits)
    assert faults(f"]C1{ai}{digits}{right}{rest}") == set()
    assert faults(f"]C1{ai}{digits}{(int(right) + 1) % 10}{rest}") == {f"check_digit:{ai}"}


def test_measures_keep_their_decimals() -> None:
    scan = parsed(f"]C101{VARIABLE_GTIN}310300125031000000253202000325")
    assert [str(element.amount) for element in scan.elements if element.amount is not None] == ["1.250", "25", "3.25"]


def test_the_currency_in_front_of_an_amount_is_not_part_of_it() -> None:
    assert [element.amount for element in parsed(f"]C1393157812{GS}39210199").elements] == [Decimal("1.2"), Decimal("19.9")]


# ---- dates ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("digits", "day"),
    [
        ("261231", date(2026, 12, 31)),
        ("260400", date(2026, 4, 30)),
        ("280200", date(2028, 2, 29)),
        ("270200", date(2027, 2, 28)),
        ("280229", date(2028, 2, 29)),
        ("760101", date(2076, 1, 1)),
        ("770101", date(1977, 1, 1)),
        ("990101", date(1999, 1, 1)),
        ("000101", date(2000, 1, 1)),
    ],
)
def test_a_date_in_the_window_of_2026(digits: str, day: date) -> None:
    assert read_day(digits, TODAY) == day


@pytest.mark.parametrize(
    ("this_year", "digits", "year"),
    [
        (2051, "01", 2101),
        (2050, "00", 2100),
        (2050, "01", 2001),
        (2098, "48", 2148),
        (2098, "49", 2049),
        (2100, "51", 2051),
        (2100, "50", 2150),
    ],
)
def test_the_century_is_chosen_around_the_reference_date(this_year: int, digits: str, year: int) -> None:
    assert read_day(digits + "0101", date(this_year, 7, 1)).year == year


@pytest.mark.parametrize("digits", ["260231", "260015", "261301", "260132", "270229", "260431", "260000", "261300"])
@pytest.mark.parametrize("ai", ["11", "12", "13", "15", "16", "17", "7006", "7007"])
def test_a_date_that_does_not_exist_is_an_error(ai: str, digits: str) -> None:
    assert faults(f"]C1{ai}{digits}") == {f"bad_date:{ai}"}


@pytest.mark.parametrize(
    ("raw", "moment"),
    [
        ("]C170032607011830", "2026-07-01T18:30:00"),
        ("]C170032602002359", "2026-02-28T23:59:00"),
        ("]C1800826061514", "2026-06-15T14:00:00"),
        ("]C180082606151407", "2026-06-15T14:07:00"),
        ("]C18008260615140730", "2026-06-15T14:07:30"),
    ],
)
def test_date_and_time(raw: str, moment: str) -> None:
    read = parsed(raw).elements[0].moment
    assert read is not None
    assert read.isoformat() == moment


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        ("]C170032607012430", "bad_date:7003"),
        ("]C170032607011860", "bad_date:7003"),
        ("]C170032613011830", "bad_date:7003"),
        ("]C1800826061524", "bad_date:8008"),
        ("]C18008260615140760", "bad_date:8008"),
        ("]C1800826023114", "bad_date:8008"),
        ("]C17007260101260231", "bad_date:7007"),
    ],
)
def test_a_time_that_does_not_exist_is_an_error(raw: str, fault: str) -> None:
    assert faults(raw) == {fault}


def test_a_harvest_is_a_day_or_a_range_of_days() -> None:
    (day,) = parsed("]C17007260601").elements
    (days,) = parsed("]C17007260601260603").elements
    assert (day.day, day.until) == (date(2026, 6, 1), None)
    assert (days.day, days.until) == (date(2026, 6, 1), date(2026, 6, 3))


# ---- the printed form -----------------------------------------------------------------------------------------------


def test_blanks_around_printed_values_are_not_part_of_them() -> None:
    assert elements(f" (01) {GTIN} (10) AB1 (3103) 001250 ") == [("01", GTIN), ("10", "AB1"), ("3103", "001250")]


def test_parentheses_inside_a_printed_value_belong_to_it() -> None:
    assert elements(f"(01){GTIN}(10)AB(C)(1)") == [("01", GTIN), ("10", "AB(C)(1)")]


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        ("(01)09501101530004(10)A", "check_digit:01"),
        ("(05)123", "unknown_ai"),
        (f"(01){GTIN}(05)123", "unknown_ai"),
        ("(17)261301", "bad_date:17"),
        ("(10)(17)261231", "bad_length:10"),
        ("(01)9501101530003", "bad_length:01"),
        ("(10)A B", "bad_character:10"),
    ],
)
def test_the_printed_form_is_checked_like_a_message(raw: str, fault: str) -> None:
    assert parsed(raw).kind is ScanKind.GS1
    assert fault in faults(raw)


@pytest.mark.parametrize("raw", ["(A)1", "(1)2", "(12345)6", "( 01)1", "X(01)1", "()", "(01"])
def test_other_parentheses_are_text(raw: str) -> None:
    assert parsed(raw).kind is ScanKind.TEXT


def test_after_an_identifier_there_is_no_printed_form() -> None:
    assert parsed(f"]C0(01){GTIN}").kind is ScanKind.TEXT


# ---- Digital Links --------------------------------------------------------------------------------------------------


def test_a_link_may_have_any_domain_and_a_path_in_front() -> None:
    for start in ("https://id.gs1.org", "http://example.com:8080/a/b", "HTTPS://EXAMPLE.COM/shop"):
        assert elements(f"{start}/01/{GTIN}/22/V/10/L1/21/S1") == [("01", GTIN), ("22", "V"), ("10", "L1"), ("21", "S1")]


def test_values_of_a_link_are_percent_encoded_in_path_and_query() -> None:
    assert elements(f"https://x.org/01/{GTIN}/10/A%2FB%25?21=C%2BD%26E+F&%31%37=261231") == [
        ("01", GTIN), ("10", "A/B%"), ("21", "C+D&E+F"), ("17", "261231"),
    ]  # fmt: skip


def test_parameters_that_are_no_ais_mean_nothing() -> None:
    url = f"https://x.org/01/{GTIN}?linkType=gs1:pip&17=261231&utm=1&3103=001250#top"
    assert elements(url) == [("01", GTIN), ("17", "261231"), ("3103", "001250")]


@pytest.mark.parametrize("number", ["95012346", "614141000036", "9501101530003"])
def test_a_shorter_gtin_in_a_link_is_padded(number: str) -> None:
    assert elements(f"https://x.org/01/{number}") == [("01", number.zfill(14))]


@pytest.mark.parametrize(("key", "value"), [("00", SSCC), ("414", GLN), ("8004", "95011015ABC"), ("253", GLN + "X1")])
def test_other_keys_start_a_link_too(key: str, value: str) -> None:
    assert elements(f"https://x.org/{key}/{value}") == [(key, value)]


def test_a_trailing_slash_is_no_segment() -> None:
    assert elements(f"https://x.org/01/{GTIN}/10/A/") == [("01", GTIN), ("10", "A")]


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("https://x.org/01/09501101530004", "check_digit:01"),
        ("https://x.org/01/0950110", "bad_length:01"),
        (f"https://x.org/01/{GTIN}?17=261301", "bad_date:17"),
        (f"https://x.org/01/{GTIN}?17=", "bad_length:17"),
        (f"https://x.org/01/{GTIN}/10/A%20B", "bad_character:10"),
        (f"https://x.org/01/{GTIN}/10/%FF", "bad_character:10"),
        (f"https://x.org/01/{GTIN}/10/{'A' * 21}", "bad_length:10"),
        (f"https://x.org/01/{GTIN}/05/A", "unknown_ai"),
        (f"https://x.org/01/{GTIN}/10", "bad_length:10"),
    ],
)
def test_a_link_is_checked_like_a_message(url: str, fault: str) -> None:
    assert parsed(url).kind is ScanKind.DIGITAL_LINK
    assert fault in faults(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "https://example.com/page",
        "https://example.com/10/ABC",
        "https://example.com/00/index",
        f"ftp://example.com/01/{GTIN}",
        f"example.com/01/{GTIN}",
        f"https:///01/{GTIN}",
        f"https://example.com/01/{GTIN}/page/1",
        "http://[",
    ],
)
def test_other_urls_are_text(url: str) -> None:
    assert parsed(url).kind is ScanKind.TEXT
    assert parsed("]Q1" + url).kind is ScanKind.TEXT


def test_a_link_in_any_text_symbol_is_a_link() -> None:
    for identifier in ("]Q0", "]Q1", "]Q2", "]d1", "]C0"):
        assert parsed(f"{identifier}https://x.org/01/{GTIN}").kind is ScanKind.DIGITAL_LINK


# ---- combinations ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (f"]C101{GTIN}02{GTIN}3712", {Combination.GTIN_WITH_CONTENT}),
        (f"]C102{GTIN}", {Combination.CONTENT_WITHOUT_COUNT}),
        (f"]C101{GTIN}3712", {Combination.COUNT_WITHOUT_CONTENT}),
        (f"]C101{GTIN}10A{GS}10B", {Combination.REPEATED}),
        (f"]C101{GTIN}10A{GS}10A", set()),
        ("]C110A", {Combination.ATTRIBUTES_WITHOUT_ITEM}),
        (f"]C101{VARIABLE_GTIN}", {Combination.MEASURE_MISSING}),
        (f"]C101{VARIABLE_GTIN}3302001250", {Combination.MEASURE_MISSING}),
        (f"]C101{VARIABLE_GTIN}3103001250", set()),
        (f"]C101{VARIABLE_GTIN}3012", set()),
        (f"]C100{SSCC}02{GTIN}3712{GS}10A", set()),
        (f"]C1414{GLN}254A-1", set()),
    ],
)
def test_combinations_that_make_no_sense_are_noticed_and_break_nothing(raw: str, found: set[Combination]) -> None:
    assert parsed(raw).valid
    assert set(parsed(raw).combinations) == found


# ---- cost -----------------------------------------------------------------------------------------------------------


def test_the_gs1_table_is_not_loaded_before_a_message_needs_it() -> None:
    program = (
        "import sys, datetime\n"
        "before = set(sys.modules)\n"  # an editable installation imports some things of its own
        "from stockterm.scanning.parse import parse_scan\n"
        "for raw in ('9501101530003', ']E09501101530003', 'A-1', '095011015300000010', '10-200', '010203', 'http://x'):\n"
        "    parse_scan(raw, reference_date=datetime.date(2026, 6, 15))\n"
        "assert not {'biip', 'urllib.parse'} & (set(sys.modules) - before)\n"
        "parse_scan(']C110A', reference_date=datetime.date(2026, 6, 15))\n"
        "assert 'biip' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
