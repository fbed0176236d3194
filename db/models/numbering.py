"""Number series: where numbers of documents, lots and serial numbers come from."""

from db.connection import peewee
from db.fields import CodeField, DayField, KeyField, NumberField
from db.models.base import Base


class NumberSeries(Base):
    code = CodeField(primary_key=True)
    description = peewee.CharField(max_length=100, default="")
    manual_nos = peewee.BooleanField(default=False)  # a number of one's own may be given instead
    date_order = peewee.BooleanField(default=False)  # a later number never has an earlier date

    class Meta:
        table_name = "number_series"


class NumberSeriesLine(Base):
    """A stretch of numbers, used from its starting date on. Its row stays locked until the posting that drew from it ends."""

    series_code = CodeField()
    starting_date = KeyField(max_length=10, default="")  # YYYY-MM-DD; blank: always
    starting_no = NumberField(default="")
    ending_no = NumberField(default="")  # blank: no end
    warning_no = NumberField(default="")  # from this number on users are warned; blank: never
    increment = peewee.IntegerField(default=1)
    allow_gaps = peewee.BooleanField(default=False)
    open = peewee.BooleanField(default=True)
    first_no_used = NumberField(default="")  # the first one that we drew; numbers before it were used elsewhere
    last_no_used = NumberField(default="")
    last_date_used = DayField(null=True)

    class Meta:
        table_name = "number_series_line"
        primary_key = peewee.CompositeKey("series_code", "starting_date")


NUMBERING = (NumberSeries, NumberSeriesLine)
