"""Rows that every posting keeps up to date, so that no worker waits for history. Each is provable from the ledgers."""

from peewee import BigIntegerField, CompositeKey, IntegerField

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
    last_item_ledger_entry_no = BigIntegerField(default=0)  # the watermark of counts at locations without bins
    last_warehouse_entry_no = BigIntegerField(default=0)  # the watermark of counts in bins


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
        primary_key = CompositeKey("item_no", "variant_code", "location_code", "bin_code", "lot_no", "serial_no", "package_no")
        indexes = ((("location_code", "bin_code"), False),)


class AdjustmentEntryPoint(Base):
    """An item ledger entry whose cost changed and has not been forwarded yet."""

    item_ledger_entry_no = BigIntegerField(primary_key=True)
    item_no = CodeField(index=True)
    caused_by = BigIntegerField()  # the value entry that changed its cost


class NumberCounter(Base):
    """The last entry number drawn, by ledger, on a database without sequences."""

    id = IntegerField(primary_key=True)
    item_register = BigIntegerField(default=0)
    item_ledger_entry = BigIntegerField(default=0)
    item_application_entry = BigIntegerField(default=0)
    value_entry = BigIntegerField(default=0)
    warehouse_entry = BigIntegerField(default=0)
    count_entry = BigIntegerField(default=0)
