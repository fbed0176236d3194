"""Documents that the floor ships and receives against. Not ledgers: their quantities move with every posting."""

from db.connection import peewee
from db.fields import CodeField, DayField, ExactField, UtcField
from db.models.base import Base


class TransferOrder(Base):
    """Goods to be moved from one location to another. `in_transit` is blank where that is direct, or not known yet."""

    no = CodeField(primary_key=True)
    from_location = CodeField()
    to_location = CodeField()
    in_transit = CodeField()
    created_at = UtcField()
    direct = peewee.BooleanField(default=False)  # received as it is shipped, with no location on the way
    released = peewee.BooleanField(default=True)  # may be shipped
    shipment_date = DayField(null=True)
    receipt_date = DayField(null=True)

    class Meta:
        table_name = "transfer_order"


class TransferOrderLine(Base):
    """One line. The quantities shipped, received and closed (written off or sent back on the way) are in base units."""

    order = peewee.ForeignKeyField(TransferOrder, column_name="order_no", on_delete="RESTRICT", index=False)
    line_no = peewee.IntegerField()
    item_no = CodeField()
    variant_code = CodeField()
    uom_code = CodeField()
    quantity_per = ExactField()
    quantity = ExactField()  # ordered, in the unit of the line
    tracking = peewee.TextField()  # JSON: the numbers that the order asks for, blank list where any will do
    quantity_shipped = ExactField()
    quantity_received = ExactField()
    quantity_closed = ExactField()

    class Meta:
        table_name = "transfer_order_line"
        primary_key = peewee.CompositeKey("order", "line_no")
