"""Rows that every posting keeps up to date, so that no worker waits for history. Each is provable from the ledgers."""

from db.connection import peewee
from db.fields import CodeField, ExactField, NumberField
from db.models.base import Base


class ItemTotal(Base):
    """One row an item: what it comes to, and the row that a posting locks first. Amounts in local currency."""

    item_no = CodeField(primary_key=True)
    quantity = ExactField(default=0)
    invoiced_quantity = ExactField(default=0)
    cost_amount_actual = ExactField(default=0)
    cost_amount_expected = ExactField(default=0)
    unit_cost = ExactField(default=0)
    last_direct_cost = ExactField(default=0)
    allow_online_adjustment = peewee.BooleanField(default=True)  # false: an older entry waits for the batch
    last_item_ledger_entry_no = peewee.BigIntegerField(default=0)  # the watermark of counts at locations without bins
    last_warehouse_entry_no = peewee.BigIntegerField(default=0)  # the watermark of counts in bins


class BinContent(Base):
    """What lies where, by tracking number; at locations without bins the bin is blank. Rows at quantity 0 are deleted."""

    item_no = CodeField()
    variant_code = CodeField(default="")
    location_code = CodeField(default="")
    bin_code = CodeField(default="")
    lot_no = NumberField(default="")
    serial_no = NumberField(default="")
    package_no = NumberField(default="")
    quantity = ExactField()  # base units; negative only without bin, lot and serial, where negative stock is allowed

    class Meta:
        primary_key = peewee.CompositeKey(
            "item_no", "variant_code", "location_code", "bin_code", "lot_no", "serial_no", "package_no"
        )
        indexes = ((("location_code", "bin_code"), False),)


class NumberCounter(Base):
    """The last entry number drawn, by ledger, on a database without sequences."""

    id = peewee.IntegerField(primary_key=True)
    item_register = peewee.BigIntegerField(default=0)
    item_ledger_entry = peewee.BigIntegerField(default=0)
    item_application_entry = peewee.BigIntegerField(default=0)
    value_entry = peewee.BigIntegerField(default=0)
    warehouse_entry = peewee.BigIntegerField(default=0)
    count_entry = peewee.BigIntegerField(default=0)
