"""The ledgers: what moved, what fed what, what it was worth, where it lay, and who posted it.

Quantities are in base units and signed (decreases negative), amounts in local currency and signed (increases of inventory
value positive). Blank codes are '' and not NULL: a blank location, variant or lot is a legal key. Append-only triggers
guard every table here; the columns in `MOVABLE` are the only ones that may change after the insert. Source of fields and
rules: Design Details: Inventory Costing.

Some movable columns of the item ledger entry are totals (`cost_amount_actual` …): sums over the entry's value entries and
applications, kept so that no posting reads history. `stockterm prove` checks each against the ledger.
"""

from typing import Any

from peewee import SQL, BigIntegerField, BooleanField, CharField, ForeignKeyField, IntegerField

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
    ),
    "item_application_entry": (),
    "value_entry": ("valuation_date", "valued_by_average_cost", "cost_posted_to_gl", "expected_cost_posted_to_gl"),
    "warehouse_entry": (),
    "count_entry": (),
}


class ItemRegister(Base):
    """One posting run of one operation: the audit trail, and the answer to a repeated operation id."""

    register_no = BigIntegerField(primary_key=True)
    operation_id = CharField(max_length=100, null=True, unique=True)  # the caller's name for it; null: none given
    content_hash = CharField(max_length=64, default="")
    operation = CharField(max_length=30)  # journal_line, invoice, count, undo, adjust_cost …
    posting_date = DayField()
    document_no = CodeField(default="", index=True)
    external_document_no = CharField(max_length=50, default="")
    reason_code = CodeField(default="")
    user_code = CodeField(default="")
    terminal = CharField(max_length=60, default="")
    source_code = CharField(max_length=20, default="")
    undoes_register_no = BigIntegerField(null=True, index=True)
    created_at = UtcField()


class ItemLedgerEntry(Base):
    """How many units of what moved, when and where: one row a movement and tracking number."""

    entry_no = BigIntegerField(primary_key=True)
    register = ForeignKeyField(ItemRegister, column_name="register_no", on_delete="RESTRICT")
    leg = CharField(max_length=30, default="")
    entry_type = CharField(max_length=24)
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
    quantity = ExactField(constraints=[SQL("CHECK (quantity <> 0)")])
    applies_to_entry = BigIntegerField(null=True)  # fixed application of a decrease
    applies_from_entry = BigIntegerField(null=True)  # exact cost reversal: the decrease that this increase takes back
    corrects_entry_no = BigIntegerField(null=True, unique=True)  # written by undo: the entry that it takes back
    remaining_quantity = ExactField()
    open = BooleanField()
    invoiced_quantity = ExactField()
    completely_invoiced = BooleanField()
    last_invoice_date = DayField(null=True)
    shipped_quantity_not_returned = ExactField()
    valuation_date = DayField()
    cost_amount_actual = ExactField()
    cost_amount_expected = ExactField()
    cost_amount_forwarded = ExactField()  # increase: the shares of its cost that decreases took, as a positive amount
    uninvoiced_applications = IntegerField()  # increase: applications of decreases that are not completely invoiced
    sales_amount_actual = ExactField()

    class Meta:
        table_name = "item_ledger_entry"
        indexes = (
            (("item_no", "entry_no"), False),
            (("item_no", "posting_date"), False),
            (("register",), False),
        )


class ItemApplicationEntry(Base):
    """Which increase supplied which decrease. Never changed: taking one back adds a row with the negated quantity."""

    entry_no = BigIntegerField(primary_key=True)
    register = ForeignKeyField(ItemRegister, column_name="register_no", on_delete="RESTRICT", index=False)
    item_ledger_entry_no = BigIntegerField(index=True)
    inbound_entry_no = BigIntegerField(index=True)
    outbound_entry_no = BigIntegerField()  # 0: none
    transferred_from_entry_no = BigIntegerField()  # 0: none
    quantity = ExactField()
    posting_date = DayField()
    cost_application = BooleanField()
    takes_back_entry_no = BigIntegerField(null=True)


class ValueEntry(Base):
    """What a movement is worth: one row for each thing that was learned about its value."""

    entry_no = BigIntegerField(primary_key=True)
    register = ForeignKeyField(ItemRegister, column_name="register_no", on_delete="RESTRICT", index=False)
    item_ledger_entry_no = BigIntegerField(index=True)
    item_ledger_entry_type = CharField(max_length=24)
    entry_type = CharField(max_length=20)  # direct_cost, indirect_cost, variance, revaluation, rounding
    variance_type = CharField(max_length=24, default="")
    posting_date = DayField()
    valuation_date = DayField()
    item_no = CodeField()
    variant_code = CodeField(default="")
    location_code = CodeField(default="")
    item_charge = CodeField(default="")
    adjustment = BooleanField(default=False)
    applies_to_value_entry = BigIntegerField(null=True)
    caused_by = BigIntegerField(null=True)  # the value entry that made cost adjustment write this row
    expected_cost = BooleanField()
    inventoriable = BooleanField(default=True)
    partial_revaluation = BooleanField(default=False)
    valued_by_average_cost = BooleanField(default=False)
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

    entry_no = BigIntegerField(primary_key=True)
    register = ForeignKeyField(ItemRegister, column_name="register_no", on_delete="RESTRICT")
    entry_type = CharField(max_length=10)  # positive, negative, movement
    registering_date = DayField()
    location_code = CodeField()
    zone_code = CodeField(default="")
    bin_code = CodeField()
    item_no = CodeField()
    variant_code = CodeField(default="")
    lot_no = NumberField(default="")
    serial_no = NumberField(default="")
    package_no = NumberField(default="")
    quantity = ExactField(constraints=[SQL("CHECK (quantity <> 0)")])

    class Meta:
        indexes = (
            (("item_no", "entry_no"), False),
            (("item_no", "registering_date"), False),
        )


class CountEntry(Base):
    """What was counted, when, and what was expected: one row a counted line, also without a difference."""

    entry_no = BigIntegerField(primary_key=True)
    register = ForeignKeyField(ItemRegister, column_name="register_no", on_delete="RESTRICT")
    line_no = IntegerField()
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
    item_ledger_entry_no = BigIntegerField(null=True)  # the entry of the difference; null: there was none
    unit_cost = ExactField()

    class Meta:
        indexes = ((("item_no", "entry_no"), False),)


LEDGERS: tuple[type[Any], ...] = (ItemRegister, ItemLedgerEntry, ItemApplicationEntry, ValueEntry, WarehouseEntry, CountEntry)
