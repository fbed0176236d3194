"""The ledgers: what moved, what fed what, what it was worth, where it lay, and who posted it.

Quantities are in base units and signed (decreases negative), amounts in local currency and signed (increases of inventory
value positive). Blank codes are '' and not NULL: a blank location, variant or lot is a legal key. Append-only triggers
guard every table here; the columns in `MOVABLE` are the only ones that may change after the insert. Source of fields and
rules: Design Details: Inventory Costing.

Some movable columns of the item ledger entry are totals (`cost_amount_actual` …): sums over the entry's value entries and
applications, kept so that no posting reads history. `stockterm prove` checks each against the ledger. Indexes stand in the
migrations, with the conditions that keep them small.
"""

from typing import Any

from db.connection import peewee
from db.fields import CodeField, DayField, ExactField, NumberField, UtcField
from db.models.base import Base

# What may still change in a posted row, by table.
MOVABLE: dict[str, tuple[str, ...]] = {
    "item_register": (),
    "item_ledger_entry": (
        "remaining_quantity",
        "open",
        "invoiced_quantity",
        "completely_invoiced",
        "last_invoice_date",
        "shipped_quantity_not_returned",
        "valuation_date",
        "cost_amount_actual",
        "cost_amount_expected",
        "cost_amount_forwarded",
        "uninvoiced_applications",
        "sales_amount_actual",
        "applied_entry_to_adjust",
    ),
    "item_application_entry": (),
    "value_entry": ("valuation_date", "valued_by_average_cost", "cost_posted_to_gl", "expected_cost_posted_to_gl"),
    "warehouse_entry": (),
    "count_entry": (),
}


class ItemRegister(Base):
    """One posting run of one operation: the audit trail, and the answer to a repeated operation id."""

    register_no = peewee.BigIntegerField(primary_key=True)
    operation_id = peewee.CharField(max_length=100, null=True, unique=True)  # the caller's name for it; null: none given
    content_hash = peewee.CharField(max_length=64, default="")
    operation = peewee.CharField(max_length=30)  # journal_line, invoice, count, undo, adjust_cost …
    posting_date = DayField()
    document_no = CodeField(default="")
    external_document_no = peewee.CharField(max_length=50, default="")
    reason_code = CodeField(default="")
    user_code = CodeField(default="")
    terminal = peewee.CharField(max_length=60, default="")
    source_code = peewee.CharField(max_length=20, default="")
    undoes_register_no = peewee.BigIntegerField(null=True)  # of an undo: the register it takes back
    created_at = UtcField()


class ItemLedgerEntry(Base):
    """How many units of what moved, when and where: one row a movement and tracking number."""

    entry_no = peewee.BigIntegerField(primary_key=True)
    register = peewee.ForeignKeyField(ItemRegister, column_name="register_no", on_delete="RESTRICT", index=False)
    leg = peewee.CharField(max_length=30, default="")
    entry_type = peewee.CharField(max_length=24)
    item_no = CodeField()
    variant_code = CodeField(default="")
    location_code = CodeField(default="")
    bin_code = CodeField(default="")
    lot_no = NumberField(default="")
    serial_no = NumberField(default="")
    package_no = NumberField(default="")
    expiration_date = DayField(null=True)
    posting_date = DayField()
    uom_code = CodeField()  # the unit it was posted in
    quantity_per = ExactField()  # base units in that unit
    quantity = ExactField(constraints=[peewee.SQL("CHECK (quantity <> 0)")])
    applies_to_entry = peewee.BigIntegerField(null=True)  # fixed application of a decrease
    applies_from_entry = peewee.BigIntegerField(null=True)  # exact cost reversal: the decrease that this increase takes back
    corrects_entry_no = peewee.BigIntegerField(null=True)  # written by undo: the entry that it takes back
    order_no = CodeField(default="")  # the transfer order that the movement belongs to
    order_line_no = peewee.IntegerField(default=0)
    remaining_quantity = ExactField()
    open = peewee.BooleanField()
    invoiced_quantity = ExactField()
    completely_invoiced = peewee.BooleanField()
    last_invoice_date = DayField(null=True)
    shipped_quantity_not_returned = ExactField()
    valuation_date = DayField()
    cost_amount_actual = ExactField()
    cost_amount_expected = ExactField()
    cost_amount_forwarded = ExactField()  # increase: the shares of its cost that decreases took, as a positive amount
    uninvoiced_applications = peewee.IntegerField()  # increase: applications of decreases that are not completely invoiced
    sales_amount_actual = ExactField()
    applied_entry_to_adjust = peewee.BigIntegerField(null=True)  # the value entry whose change waits to be forwarded


class ItemApplicationEntry(Base):
    """Which increase supplied which decrease. Never changed: taking one back adds a row with the negated quantity."""

    entry_no = peewee.BigIntegerField(primary_key=True)
    register = peewee.ForeignKeyField(ItemRegister, column_name="register_no", on_delete="RESTRICT", index=False)
    item_ledger_entry_no = peewee.BigIntegerField()
    inbound_entry_no = peewee.BigIntegerField()
    outbound_entry_no = peewee.BigIntegerField()  # 0: none
    transferred_from_entry_no = peewee.BigIntegerField()  # 0: none
    quantity = ExactField()
    posting_date = DayField()
    cost_application = peewee.BooleanField()
    takes_back_entry_no = peewee.BigIntegerField(null=True)


class ValueEntry(Base):
    """What a movement is worth: one row for each thing that was learned about its value."""

    entry_no = peewee.BigIntegerField(primary_key=True)
    register = peewee.ForeignKeyField(ItemRegister, column_name="register_no", on_delete="RESTRICT", index=False)
    item_ledger_entry_no = peewee.BigIntegerField()
    item_ledger_entry_type = peewee.CharField(max_length=24)
    entry_type = peewee.CharField(max_length=20)  # direct_cost, indirect_cost, variance, revaluation, rounding
    variance_type = peewee.CharField(max_length=24, default="")
    posting_date = DayField()
    valuation_date = DayField()
    item_no = CodeField()
    variant_code = CodeField(default="")
    location_code = CodeField(default="")
    item_charge = CodeField(default="")
    adjustment = peewee.BooleanField(default=False)
    applies_to_value_entry = peewee.BigIntegerField(null=True)
    caused_by = peewee.BigIntegerField(null=True)  # the value entry that made cost adjustment write this row
    expected_cost = peewee.BooleanField()
    inventoriable = peewee.BooleanField(default=True)
    partial_revaluation = peewee.BooleanField(default=False)
    valued_by_average_cost = peewee.BooleanField(default=False)
    valued_quantity = ExactField()
    item_ledger_quantity = ExactField()
    invoiced_quantity = ExactField()
    cost_per_unit = ExactField()
    cost_amount_actual = ExactField()
    cost_amount_expected = ExactField()
    cost_amount_non_inventoriable = ExactField(default=0)
    sales_amount_actual = ExactField(default=0)
    sales_amount_expected = ExactField(default=0)
    purchase_amount_actual = ExactField(default=0)
    purchase_amount_expected = ExactField(default=0)
    cost_posted_to_gl = ExactField(default=0)
    expected_cost_posted_to_gl = ExactField(default=0)


class WarehouseEntry(Base):
    """How many units moved in or out of a bin; only at locations with bins."""

    entry_no = peewee.BigIntegerField(primary_key=True)
    register = peewee.ForeignKeyField(ItemRegister, column_name="register_no", on_delete="RESTRICT", index=False)
    entry_type = peewee.CharField(max_length=10)  # positive, negative, movement
    registering_date = DayField()
    location_code = CodeField()
    zone_code = CodeField(default="")
    bin_code = CodeField()
    item_no = CodeField()
    variant_code = CodeField(default="")
    lot_no = NumberField(default="")
    serial_no = NumberField(default="")
    package_no = NumberField(default="")
    quantity = ExactField(constraints=[peewee.SQL("CHECK (quantity <> 0)")])


class CountEntry(Base):
    """What was counted, when, and what was expected: one row a counted line, also without a difference."""

    entry_no = peewee.BigIntegerField(primary_key=True)
    register = peewee.ForeignKeyField(ItemRegister, column_name="register_no", on_delete="RESTRICT", index=False)
    line_no = peewee.IntegerField()
    posting_date = DayField()
    item_no = CodeField()
    variant_code = CodeField(default="")
    location_code = CodeField(default="")
    bin_code = CodeField(default="")
    lot_no = NumberField(default="")
    serial_no = NumberField(default="")
    package_no = NumberField(default="")
    quantity_expected = ExactField()
    quantity_counted = ExactField()
    item_ledger_entry_no = peewee.BigIntegerField(null=True)  # the entry of the difference; null: there was none
    unit_cost = ExactField()


class NotedNumber(Base):
    """A number that was only typed, where its tracking code asks for it at this kind of document and is not specific."""

    entry_no = peewee.BigIntegerField()
    kind = peewee.CharField(max_length=8)  # lot, serial, package
    number_key = NumberField()
    number = NumberField()

    class Meta:
        primary_key = peewee.CompositeKey("entry_no", "kind")
        table_name = "noted_number"


LEDGERS: tuple[type[Any], ...] = (ItemRegister, ItemLedgerEntry, ItemApplicationEntry, ValueEntry, WarehouseEntry, CountEntry)
