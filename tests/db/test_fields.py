"""Columns whose values mean the same on both databases."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from peewee import IntegrityError, Model, fn

from db.connection import database as proxy
from db.connection import fetch
from db.core.numbers import LARGEST_SCALED, from_scaled
from db.fields import CodeField, DayField, ExactField, NumberField, UtcField, exact_sum
from tests.support.databases import OpenDatabase


class Thing(Model):
    code = CodeField(primary_key=True)
    number = NumberField(default="")
    amount = ExactField(null=True)
    day = DayField(null=True)
    moment = UtcField(null=True)

    class Meta:
        database = proxy


@pytest.fixture
def things(bare_database: OpenDatabase) -> None:
    Thing.create_table()


@pytest.mark.usefixtures("things")
class TestOnBothDatabases:
    def test_ten_times_a_tenth_is_one(self) -> None:
        for index in range(10):
            Thing.create(code=str(index), amount=Decimal("0.1"))
        assert Thing.select(exact_sum(Thing.amount)).scalar() == 1

    def test_the_sum_of_nothing_is_zero(self) -> None:
        assert Thing.select(exact_sum(Thing.amount)).scalar() == 0

    @pytest.mark.parametrize("scaled", [0, 1, -1, LARGEST_SCALED, -LARGEST_SCALED, 1234567890123456789])
    def test_a_number_comes_back_as_it_went_in(self, scaled: int) -> None:
        Thing.create(code="x", amount=from_scaled(scaled))
        assert Thing.get().amount == from_scaled(scaled)
        assert fetch("SELECT amount FROM thing") == [(scaled,)]

    def test_a_number_with_too_many_decimals_is_refused(self) -> None:
        with pytest.raises(ValueError, match=r"amount.*decimals"):
            Thing.create(code="x", amount=Decimal("0.000001"))

    def test_a_float_is_refused(self) -> None:
        with pytest.raises(TypeError, match="float"):
            Thing.create(code="x", amount=0.5)

    def test_a_code_is_found_whatever_its_case(self) -> None:
        Thing.create(code=" blåbær ")
        assert Thing.get(Thing.code == "BlåBær").code == "BLÅBÆR"
        assert Thing.select().where(Thing.code.in_(["x", "BLÅBÆR"])).count() == 1
        with pytest.raises(IntegrityError):
            Thing.create(code="BLÅBÆR")

    def test_codes_sort_by_their_characters(self) -> None:
        for code in ("A-1", "AA", "A1", "Å", "Z"):
            Thing.create(code=code)
        assert [thing.code for thing in Thing.select().order_by(Thing.code)] == ["A-1", "A1", "AA", "Z", "Å"]

    def test_a_number_keeps_its_case(self) -> None:
        Thing.create(code="x", number=" lot-A7 ")
        assert Thing.get().number == "lot-A7"

    def test_a_day_is_iso_text_in_raw_rows(self) -> None:
        Thing.create(code="x", day=date(2026, 1, 31))
        assert Thing.get(Thing.day == date(2026, 1, 31)).day == date(2026, 1, 31)
        assert fetch("SELECT day FROM thing WHERE day < ?", ("2026-02-01",)) == [("2026-01-31",)]

    def test_what_is_no_day_is_refused(self) -> None:
        with pytest.raises(ValueError, match="day"):
            Thing.create(code="x", day="2026-02-30")

    def test_a_moment_keeps_its_microseconds(self) -> None:
        moment = datetime(2026, 1, 31, 23, 59, 59, 999999, tzinfo=UTC)
        Thing.create(code="x", moment=moment)
        assert Thing.select(fn.MAX(Thing.moment)).scalar() == moment

    def test_nothing_stays_nothing(self) -> None:
        Thing.create(code="x")
        thing = Thing.get()
        assert (thing.amount, thing.day, thing.moment) == (None, None, None)


@given(st.integers(-LARGEST_SCALED, LARGEST_SCALED).map(from_scaled))
def test_storing_and_reading_is_the_identity(number: Decimal) -> None:
    field = ExactField()
    assert field.python_value(field.db_value(number)) == number
