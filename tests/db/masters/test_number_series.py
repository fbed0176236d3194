"""Number series as master data."""

from datetime import date

import pytest

from db.connection import fetch, in_write_transaction
from db.core.errors import BadValue, MissingField, UnknownCode
from db.work.number_series import next_number
from tests.db.masters.building import put, refused

pytestmark = pytest.mark.usefixtures("database")


def a_line(**fields: object) -> bool:
    return put("number_series_line", **{"series": "TS", "starting_no": "TS-0001", "ending_no": "TS-0999", **fields})


def test_a_series_has_lines_that_are_told_apart_by_their_starting_dates() -> None:
    put("number_series", code="ts", description="Shipments")
    assert a_line()
    assert not a_line()
    assert a_line(starting_date=date(2027, 1, 1), starting_no="TS27-001", ending_no="TS27-999")

    rows = fetch(
        "SELECT starting_date, starting_no, open FROM number_series_line WHERE series_code = 'TS' ORDER BY starting_date"
    )
    assert [(day, no, bool(open)) for day, no, open in rows] == [("", "TS-0001", True), ("2027-01-01", "TS27-001", True)]


@pytest.mark.parametrize(
    ("field", "value", "error_class"),
    [
        ("series", "NONE", UnknownCode),
        ("starting_no", "", MissingField),
        ("starting_no", "LOT", BadValue),
        ("ending_no", "TR-0999", BadValue),
        ("ending_no", "TS-0000", BadValue),
        ("warning_no", "XX-0001", BadValue),
        ("last_no_used", "TS-1000", BadValue),
        ("increment", 0, BadValue),
    ],
)
def test_numbers_that_could_not_be_given_in_order_are_refused(field: str, value: object, error_class: type) -> None:
    put("number_series", code="TS")
    error = refused("number_series_line", **{"series": "TS", "starting_no": "TS-0001", "ending_no": "TS-0999", field: value})
    assert isinstance(error, error_class)


def test_a_warning_without_an_end_is_refused() -> None:
    put("number_series", code="TS")
    error = refused("number_series_line", series="TS", starting_no="TS-1", warning_no="TS-9")
    assert isinstance(error, MissingField)
    assert error.field == "ending_no"


def test_numbers_that_were_given_are_not_given_again() -> None:
    put("number_series", code="TS")
    a_line()
    in_write_transaction(lambda: next_number("TS"))

    assert refused("number_series_line", series="TS", last_no_used=None).field == "last_no_used"
    assert refused("number_series_line", series="TS", last_no_used="TS-0009").field == "last_no_used"
    assert put("number_series_line", series="TS", allow_gaps=True)
    assert put("number_series_line", series="TS", last_no_used="TS-0009")
    assert refused("number_series_line", series="TS", last_no_used="TS-0008").field == "last_no_used"


def test_settings_name_series_that_exist() -> None:
    assert refused("settings", transfer_shipment_nos="TS").field == "transfer_shipment_nos"
    put("number_series", code="TS")
    assert put("settings", transfer_shipment_nos="TS")
    assert put("settings", transfer_shipment_nos=None)
