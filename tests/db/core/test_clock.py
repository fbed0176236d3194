"""The time, asked in one place."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.core import clock

NOON = datetime(2026, 7, 1, 12, 0, 0, 123456, tzinfo=UTC)


def test_the_clock_can_be_held() -> None:
    with clock.held_at(NOON):
        assert clock.now() == NOON
        assert clock.from_microseconds(clock.now_microseconds()) == NOON
    assert clock.now() != NOON


@given(st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30)))  # noqa: DTZ001
def test_a_moment_survives_the_database_to_the_microsecond(moment: datetime) -> None:
    moment = moment.replace(tzinfo=UTC)
    assert clock.from_microseconds(clock.to_microseconds(moment)) == moment


def test_a_moment_of_another_zone_is_kept_in_utc() -> None:
    oslo = timezone(timedelta(hours=2))
    assert clock.from_microseconds(clock.to_microseconds(NOON.astimezone(oslo))).isoformat() == NOON.isoformat()


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        clock.to_microseconds(datetime(2026, 7, 1))  # noqa: DTZ001
