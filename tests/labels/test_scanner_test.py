"""The scanner test sheet: what arrives says which prefix, suffix, separator and layout the reader has."""

import tomllib

import pytest

from stockterm.flows.terminal import TerminalProfile
from stockterm.labels.drawing import Stock, draw
from stockterm.labels.scanner_test import KEYS, MARK, contents, is_complete, judge, symbols
from stockterm.labels.zpl import zpl_job
from tests.labels.reading import Read
from tests.labels.zpl_reading import labels_of


def stream(prefix: str = "", suffix: str = "\r", separator: str = "\x1d", keys: str = KEYS, identifiers: bool = False) -> str:
    """What four scans send."""
    scans = [("]C0", MARK), ("]C1", f"10STOCK{separator}21TEST"), ("]C0", keys), ("]C0", MARK)]
    return "".join(f"{prefix}{identifier if identifiers else ''}{data}{suffix}" for identifier, data in scans)


def test_the_sheet_is_what_the_judge_expects() -> None:
    labels = labels_of(zpl_job([draw(content, Stock(100, 40)) for content in contents()]))
    read = [label.read() for label in labels]
    assert read == [[Read("]C0", MARK)], [Read("]C1", "10STOCK\x1d21TEST")], [Read("]C0", KEYS)], [Read("]C0", MARK)]]
    assert [symbol.data for symbol in symbols()] == [one.text for [one] in read]


@pytest.mark.parametrize("suffix", ["\r", "\n", "\r\n", "\t", "\x03", "\x03\r"])
@pytest.mark.parametrize("prefix", ["", "~", "\x02", "$$"])
@pytest.mark.parametrize("separator", ["\x1d", "|", "^"])
@pytest.mark.parametrize("identifiers", [False, True])
def test_prefix_suffix_separator_and_identifiers_are_found(prefix: str, suffix: str, separator: str, identifiers: bool) -> None:
    found = judge(stream(prefix, suffix, separator, identifiers=identifiers))
    assert found.problems == ()
    assert found.usable
    assert (found.prefix, found.suffix, found.identifiers) == (prefix.replace("\x02", ""), suffix, identifiers)
    assert found.separators == ("" if separator == "\x1d" else separator)
    profile = tomllib.loads(found.as_toml("RF 1"))["terminals"]["RF 1"]
    TerminalProfile(**{**profile, "suffixes": frozenset(profile["suffixes"])})


def test_a_reader_without_a_suffix_cannot_be_used_and_is_told_what_to_set() -> None:
    found = judge(stream(suffix=""))
    assert not found.usable
    assert "Enter" in found.problems[0]


@pytest.mark.parametrize(
    ("received", "word"),
    [
        (stream(separator=""), "lost"),
        (stream(separator="{GS}"), "single sign"),
        (stream(separator="#"), "single sign"),
        (stream(keys=KEYS.replace("z", "Q").replace("y", "z").replace("Q", "y", 1)), "swapped"),
        (stream(keys=KEYS.replace("-", "ß")), "- → ß"),
        (stream(keys="Az"), "keyboard layout"),
        (stream().swapcase(), "caps lock"),
        ("something else\r", "not recognised"),
    ],
)
def test_what_is_wrong_is_said(received: str, word: str) -> None:
    assert any(word in problem for problem in judge(received).problems)


def test_the_end_is_known_without_waiting_for_a_pause() -> None:
    whole = stream(prefix="~", suffix="\r\n")
    assert [is_complete(whole[:length]) for length in range(len(whole))] == [False] * len(whole)
    assert is_complete(whole)
    assert is_complete(stream(suffix=""))
