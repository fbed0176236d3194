"""Number series and their lines, as master data. Drawing numbers: `db.work.number_series`."""

from datetime import date

from db.core.errors import BadValue, MissingField, phrase
from db.core.numbering import counter_of, steps_between
from db.masters.records import Fields, Row
from db.masters.tables import NUMBER_SERIES, NUMBER_SERIES_LINES

_NUMBERS = ("ending_no", "warning_no", "last_no_used")


def put_number_series(fields: Fields) -> bool:
    """Make or change a number series."""
    (code,) = NUMBER_SERIES.key_of(fields, "code")
    current = NUMBER_SERIES.read(code)
    row = NUMBER_SERIES.changed(current, fields, "description", "manual_nos", "date_order")
    row["code"] = code
    return NUMBER_SERIES.save(current, row)


def put_number_series_line(fields: Fields) -> bool:
    """Make or change the numbers that a series gives from a date on (no date: always).

    Numbers that were given stay given: the last one used goes forward only, and where there may be no gaps not at all.
    """
    (series,) = NUMBER_SERIES_LINES.key_of(fields, "series")
    NUMBER_SERIES.require(series, field="series")
    starting_date = fields.get("starting_date")
    key = (series, starting_date.isoformat() if isinstance(starting_date, date) else "")
    current = NUMBER_SERIES_LINES.read(*key, lock=True)  # whoever draws a number waits, or is waited for
    row = NUMBER_SERIES_LINES.changed(current, fields, "starting_no", *_NUMBERS, "increment", "allow_gaps", "open")
    row["series_code"], row["starting_date"] = key
    if not row["starting_no"]:
        raise MissingField(field="starting_no", operation=NUMBER_SERIES_LINES.kind)
    _check_numbers(row)
    if current is not None:
        _refuse_given_again(current, row)
    return NUMBER_SERIES_LINES.save(current, row)


def _check_numbers(row: Row) -> None:
    first = row["starting_no"]
    if counter_of(first) is None:
        raise BadValue(field="starting_no", value=first, expected=phrase("a number with digits to count up"))
    if row["increment"] < 1:
        raise BadValue(field="increment", value=row["increment"], expected=phrase("1 or more"))
    for field in _NUMBERS:
        if row[field] and not _reached(first, row[field]):
            raise BadValue(field=field, value=row[field], expected=phrase("{first} or a later number like it", first=first))
    if row["warning_no"] and not row["ending_no"]:
        raise MissingField(field="ending_no", operation=NUMBER_SERIES_LINES.kind)
    if row["ending_no"] and row["last_no_used"] and not _reached(row["last_no_used"], row["ending_no"]):
        expected = phrase("{last} or later: that number was used", last=row["last_no_used"])
        raise BadValue(field="ending_no", value=row["ending_no"], expected=expected)


def _reached(first: str, last: str) -> bool:
    """The two are numbers of one kind, and the second comes no earlier than the first."""
    steps = steps_between(first, last)
    return steps is not None and steps >= 0


def _refuse_given_again(current: Row, row: Row) -> None:
    before, now = current["last_no_used"], row["last_no_used"]
    if not before or before == now:
        return
    if not current["allow_gaps"]:
        expected = phrase("{last}: the series has no gaps", last=before)
        raise BadValue(field="last_no_used", value=now, expected=expected)
    if not _reached(before, now):
        expected = phrase("{last} or later: that number was used", last=before)
        raise BadValue(field="last_no_used", value=now, expected=expected)
