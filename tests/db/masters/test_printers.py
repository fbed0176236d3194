"""Label printers and the check digits of bins, as master data."""

import pytest

from db.core.errors import BadValue, MissingField, UnknownCode
from db.masters.printers import host_and_port
from db.masters.tables import BINS, PRINTERS
from tests.db.masters.building import put, refused

pytestmark = pytest.mark.usefixtures("database")


def test_a_printer_is_a_port_with_labels_of_a_usual_size_unless_it_says_otherwise() -> None:
    assert put("printer", code="zebra", address="10.0.0.9")
    assert not put("printer", code="ZEBRA", address="10.0.0.9")
    printer = PRINTERS.read("ZEBRA")
    assert printer is not None
    assert (printer["kind"], printer["width_mm"], printer["height_mm"], printer["dpi"]) == ("port", 100, 70, 203)


@pytest.mark.parametrize(
    ("field", "value", "error_class"),
    [
        ("address", "printer:port", BadValue),
        ("address", ":9100", BadValue),
        ("address", "printer:70000", BadValue),
        ("address", "", MissingField),
        ("kind", "cups", BadValue),
        ("dpi", 72, BadValue),
        ("width_mm", 5, BadValue),
        ("height_mm", 1000, BadValue),
        ("location", "NOWHERE", UnknownCode),
    ],
)
def test_a_printer_that_could_not_print_is_refused(field: str, value: object, error_class: type) -> None:
    error = refused("printer", **{"code": "ZEBRA", "address": "10.0.0.9", field: value})
    assert isinstance(error, error_class)
    assert error.field == field


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("printer", ("printer", 9100)),
        ("printer:6101", ("printer", 6101)),
        ("[::1]:9100", ("::1", 9100)),
        ("[::1]", ("::1", 9100)),
    ],
)
def test_an_address_is_a_host_and_a_port_that_is_9100_unless_said(address: str, expected: tuple[str, int]) -> None:
    assert host_and_port(address) == expected


def test_a_file_printer_takes_any_path() -> None:
    assert put("printer", code="TRAY", kind="file", address="/var/spool/labels")


def test_check_digits_of_a_bin_are_two_digits_and_stay_when_the_bin_is_changed() -> None:
    put("location", code="MAIN", bin_mandatory=True)
    put("bin", location="MAIN", code="A-01", check_digits="07")
    put("bin", location="MAIN", code="A-01", zone="FAST")
    row = BINS.read("MAIN", "A-01")
    assert row is not None
    assert (row["check_digits"], row["zone"]) == ("07", "FAST")
    for wrong in ("7", "A1", "٧٧"):
        assert refused("bin", location="MAIN", code="A-01", check_digits=wrong).field == "check_digits"
