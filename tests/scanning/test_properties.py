"""Messages built from elements come back as the same elements, in every form; and nothing that comes in raises."""

from datetime import UTC, date, datetime
from urllib.parse import quote

from biip.gs1_messages import GS1Message
from hypothesis import assume, given
from hypothesis import strategies as st

from stockterm.scanning.check_digits import check_digit
from stockterm.scanning.gs1 import CHARACTERS, GS
from stockterm.scanning.parse import parse_scan
from stockterm.scanning.scan import Scan, ScanKind

TODAY = date(2026, 6, 15)
IDENTIFIERS = (
    "",
    "]C1",
    "]C0",
    "]d2",
    "]Q1",
    "]Q3",
    "]E0",
    "]E3",
    "]E4",
    "]I1",
    "]I3",
    "]A0",
    "]e0",
    "]X9",
    GS,
    "(01)",
    "http://x/01/",
)

Pair = tuple[str, str]


def numbers(least: int, most: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=least, max_size=most)


def texts(most: int) -> st.SearchStrategy[str]:
    return st.text(sorted(CHARACTERS), min_size=1, max_size=most)


def keys(length: int) -> st.SearchStrategy[str]:
    return numbers(length - 1, length - 1).map(lambda digits: digits + check_digit(digits))


def element(ai: str, values: st.SearchStrategy[str]) -> st.SearchStrategy[Pair]:
    return st.tuples(st.just(ai), values)


days = st.dates(date(1977, 1, 1), date(2076, 12, 31)).map(lambda day: day.strftime("%y%m%d"))
fixed = st.one_of(
    element("00", keys(18)), element("01", keys(14)), element("02", keys(14)), element("11", days), element("17", days),
    element("20", numbers(2, 2)), element("3103", numbers(6, 6)), element("3302", numbers(6, 6)), element("414", keys(13)),
)  # fmt: skip
variable = st.one_of(
    element("10", texts(20)), element("21", texts(20)), element("240", texts(30)), element("99", texts(90)),
    element("30", numbers(1, 8)), element("37", numbers(1, 8)), element("402", keys(17)), element("422", numbers(3, 3)),
)  # fmt: skip
messages = st.lists(fixed | variable, min_size=1, max_size=6)


def encoded(pairs: list[Pair], separator: str = GS) -> str:
    """As a label carries it: a separator behind every value that is not of predefined length, unless it is the last."""
    ends = {ai: "" if ai in ("00", "01", "02", "11", "17", "20", "3103", "3302", "414") else separator for ai, _ in pairs}
    return "".join(ai + value + ends[ai] for ai, value in pairs[:-1]) + "".join(pairs[-1])


def pairs_of(scan: Scan) -> list[Pair]:
    assert scan.valid, scan.faults
    return [(one.ai, one.value) for one in scan.elements]


@given(messages)
def test_a_message_comes_back_as_its_elements(pairs: list[Pair]) -> None:
    assert pairs_of(parse_scan("]C1" + encoded(pairs), reference_date=TODAY)) == pairs


@given(messages, st.sampled_from(["|", "~", "^", "{GS}", "\x1e"]))
def test_a_message_with_another_separator_comes_back_as_its_elements(pairs: list[Pair], separator: str) -> None:
    assert pairs_of(parse_scan("]d2" + encoded(pairs, separator), reference_date=TODAY, separators=[separator])) == pairs


@given(messages, st.data())
def test_harmless_separators_change_nothing(pairs: list[Pair], data: st.DataObject) -> None:
    raw = "".join(GS * data.draw(st.integers(1, 3)) + ai + value for ai, value in pairs) + GS * data.draw(st.integers(0, 2))
    assert pairs_of(parse_scan(raw, reference_date=TODAY)) == pairs


@given(messages)
def test_the_printed_form_comes_back_as_its_elements(pairs: list[Pair]) -> None:
    assume(not any("(" in value for _, value in pairs))
    assert pairs_of(parse_scan("".join(f"({ai}){value}" for ai, value in pairs), reference_date=TODAY)) == pairs


@given(keys(14), st.lists(variable, max_size=3), st.lists(fixed | variable, max_size=3))
def test_a_link_comes_back_as_its_elements(gtin: str, qualifiers: list[Pair], attributes: list[Pair]) -> None:
    path = "".join(f"/{ai}/{quote(value, safe='')}" for ai, value in [("01", gtin), *qualifiers])
    query = "&".join(f"{ai}={quote(value, safe='')}" for ai, value in attributes)
    scan = parse_scan(f"https://example.com{path}?{query}", reference_date=TODAY)
    assert scan.kind is ScanKind.DIGITAL_LINK
    assert pairs_of(scan) == [("01", gtin), *qualifiers, *attributes]


@given(messages)
def test_biip_reads_a_faultless_message_as_we_do(pairs: list[Pair]) -> None:
    message = GS1Message.parse(encoded(pairs))
    assert [(one.ai.ai, one.value) for one in message.element_strings] == pairs
    ours = parse_scan("]C1" + encoded(pairs), reference_date=datetime.now(UTC).date())
    for theirs, our in zip(message.element_strings, ours.elements, strict=True):
        assert our.day == theirs.date
        if theirs.decimal is not None:
            assert str(our.amount) == str(theirs.decimal)


@given(st.sampled_from(IDENTIFIERS), st.text(max_size=60))
def test_no_text_raises(identifier: str, text: str) -> None:
    scan = parse_scan(identifier + text, reference_date=TODAY, separators=(GS, "|"))
    assert scan.raw == identifier + text
    assert scan.valid or scan.faults


@given(st.sampled_from(IDENTIFIERS), st.binary(max_size=60))
def test_no_bytes_raise(identifier: str, data: bytes) -> None:
    parse_scan(identifier + data.decode("utf-8", "surrogateescape"), reference_date=TODAY)


@given(st.sampled_from(IDENTIFIERS), st.text("0123456789" + GS + "(/)?=%AB", max_size=60))
def test_nothing_that_looks_like_a_message_raises(identifier: str, text: str) -> None:
    parse_scan(identifier + text, reference_date=TODAY)
