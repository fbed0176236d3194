"""Count orders: what is to be counted, who counted it, and what came of it. Rows may change until they are posted.

A recording's lines are the `CountedLine`s of its `count_no`: counting for an order and counting freely are the same at the shelf.
"""

from db.connection import peewee
from db.fields import CodeField, DayField, ExactField, KeyField, NumberField, UtcField
from db.models.base import Base


class CountOrder(Base):
    """One count of one location, or of a part of it."""

    order_no = peewee.BigAutoField()
    description = peewee.CharField(max_length=100)
    status = peewee.CharField(max_length=10)  # open, finished, posting, posted
    location_code = CodeField()
    bin_filter = peewee.CharField(max_length=250)
    zone_filter = peewee.CharField(max_length=250)
    category_filter = peewee.CharField(max_length=250)
    item_filter = peewee.CharField(max_length=250)
    order_date = DayField()
    posting_date = DayField()
    reason_code = CodeField()
    blind = peewee.BooleanField()
    four_eyes = peewee.BooleanField()
    lock_bins = peewee.BooleanField(default=False, constraints=[peewee.SQL("DEFAULT FALSE")])
    threshold_quantity = ExactField(null=True)
    threshold_percent = ExactField(null=True)
    threshold_value = ExactField(null=True)
    approved_by = CodeField()
    approved_at = UtcField(null=True)
    created_by = CodeField()
    created_at = UtcField()
    changed_at = UtcField()
    posted_at = UtcField(null=True)

    class Meta:
        table_name = "count_order"
        indexes = ((("location_code", "status"), False),)


class CountLockedBin(Base):
    """A bin in which nothing is posted while it is counted. `released_by`: who let postings in again; blank: nobody."""

    location_code = CodeField()
    bin_code = CodeField()
    order_no = peewee.BigIntegerField()
    recording_no = peewee.IntegerField()
    user_code = CodeField()
    locked_at = UtcField()
    released_by = CodeField()

    class Meta:
        table_name = "count_locked_bin"
        primary_key = peewee.CompositeKey("location_code", "bin_code", "order_no", "recording_no")


class CountOrderLine(Base):
    """One item and variant in one place that has to be counted. `quantity_expected` is of the calculation; see `CountResult`."""

    order_no = peewee.BigIntegerField()
    line_no = peewee.IntegerField()
    item_no = CodeField()
    variant_code = CodeField()
    bin_code = CodeField()
    quantity_expected = ExactField()
    recorded_without_order = peewee.BooleanField()
    chosen_pass = peewee.IntegerField()  # which pass a supervisor decided for; 0: none
    late_decision = peewee.CharField(max_length=10)  # ignore, include; blank: not decided

    class Meta:
        table_name = "count_order_line"
        primary_key = peewee.CompositeKey("order_no", "line_no")
        indexes = ((("order_no", "item_no", "variant_code", "bin_code"), True),)


class CountRecording(Base):
    """What one person counts for an order: a first count (pass 1) or a recount (2 and up)."""

    order_no = peewee.BigIntegerField()
    recording_no = peewee.IntegerField()
    count_no = peewee.BigIntegerField(unique=True)
    pass_no = peewee.IntegerField()
    status = peewee.CharField(max_length=10)  # open, finished
    user_code = CodeField()  # who has it in hand; blank: nobody yet
    allow_without_order = peewee.BooleanField()
    created_by = CodeField()
    created_at = UtcField()
    finished_by = CodeField()
    finished_at = UtcField(null=True)

    class Meta:
        table_name = "count_recording"
        primary_key = peewee.CompositeKey("order_no", "recording_no")


class CountRecordingTask(Base):
    """A line of the order that this recording has to count; without any, the recording takes what it finds."""

    order_no = peewee.BigIntegerField()
    recording_no = peewee.IntegerField()
    order_line_no = peewee.IntegerField()

    class Meta:
        table_name = "count_recording_task"
        primary_key = peewee.CompositeKey("order_no", "recording_no", "order_line_no")


class CountOrphan(Base):
    """A barcode that nothing has, found on a shelf: linked or discarded before the order is finished."""

    order_no = peewee.BigIntegerField()
    orphan_no = peewee.IntegerField()
    recording_no = peewee.IntegerField()
    bin_code = CodeField()
    barcode = peewee.CharField(max_length=200)
    description = peewee.CharField(max_length=100)
    quantity = ExactField()
    status = peewee.CharField(max_length=10)  # open, linked, discarded
    counted_by = CodeField()
    counted_at = UtcField()
    terminal = KeyField(max_length=60)
    resolved_by = CodeField()

    class Meta:
        table_name = "count_orphan"
        primary_key = peewee.CompositeKey("order_no", "orphan_no")


class CountResult(Base):
    """What a finished order comes to: one row an order line and number, also without a difference. Posted in parts, in order."""

    order_no = peewee.BigIntegerField()
    result_no = peewee.IntegerField()
    order_line_no = peewee.IntegerField()
    item_no = CodeField()
    variant_code = CodeField()
    bin_code = CodeField()
    lot_no = NumberField()
    serial_no = NumberField()
    package_no = NumberField()
    expiration_date = DayField(null=True)
    quantity_expected = ExactField()
    quantity_counted = ExactField()
    unit_cost = ExactField()
    item_ledger_watermark = peewee.BigIntegerField()
    warehouse_watermark = peewee.BigIntegerField()
    part_no = peewee.IntegerField()
    register_no = peewee.BigIntegerField(null=True)

    class Meta:
        table_name = "count_result"
        primary_key = peewee.CompositeKey("order_no", "result_no")
        indexes = ((("order_no", "part_no"), False),)


class CountingPeriod(Base):
    """How often a year something is counted."""

    code = CodeField(primary_key=True)
    description = peewee.CharField(max_length=100)
    frequency = peewee.IntegerField()

    class Meta:
        table_name = "counting_period"


class CountingSchedule(Base):
    """When an item (blank location: at all of them) is counted next, and when it was last."""

    item_no = CodeField()
    variant_code = CodeField()
    location_code = CodeField()
    period_code = CodeField()
    last_counted = DayField(null=True)
    next_start = DayField()
    next_end = DayField()

    class Meta:
        table_name = "counting_schedule"
        primary_key = peewee.CompositeKey("item_no", "variant_code", "location_code")
        indexes = ((("next_start",), False),)


class CountOpportunity(Base):
    """A place that is easily counted now: its content should be zero, or somebody asked for more than it has."""

    opportunity_no = peewee.BigAutoField()
    location_code = CodeField()
    bin_code = CodeField()
    item_no = CodeField()
    variant_code = CodeField()
    cause = peewee.CharField(max_length=20)  # empty, negative
    found_at = UtcField()
    done = peewee.BooleanField()
    order_no = peewee.BigIntegerField(null=True)

    class Meta:
        table_name = "count_opportunity"


class CountSweep(Base):
    """How far the warehouse entries were looked through for places that became empty. One row."""

    id = peewee.IntegerField(primary_key=True)
    warehouse_entry_no = peewee.BigIntegerField()

    class Meta:
        table_name = "count_sweep"
