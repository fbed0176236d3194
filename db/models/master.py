"""Master data and settings: what may be posted, where, in which unit, by whom. Field names are the interchange format's."""

from db.connection import peewee
from db.fields import CodeField, DayField, ExactField, NumberField, UtcField
from db.models.base import Base


class Settings(Base):
    """The one row of company settings. `version` rises with every change of master data: caches compare it."""

    id = peewee.IntegerField(primary_key=True)
    version = peewee.IntegerField(default=1)
    automatic_cost_adjustment = peewee.CharField(max_length=10, default="always")
    automatic_cost_posting = peewee.BooleanField(default=True)
    expected_cost_posting = peewee.BooleanField(default=False)
    average_cost_period = peewee.CharField(max_length=10, default="day")
    average_cost_calc_type = peewee.CharField(max_length=24, default="item")
    amount_rounding = ExactField(default="0.01")
    unit_cost_rounding = ExactField(default="0.00001")
    quantity_rounding = ExactField(default="0.00001")
    allow_negative_inventory = peewee.BooleanField(default=True)
    allow_posting_from = DayField(null=True)
    allow_posting_to = DayField(null=True)
    transfer_order_nos = CodeField(default="")  # number series; blank: numbers are given by hand
    transfer_shipment_nos = CodeField(default="")  # blank: a shipment carries the number of its order, as a receipt does
    transfer_receipt_nos = CodeField(default="")
    demo = peewee.BooleanField(default=False)  # made by `stockterm demo`


class Location(Base):
    code = CodeField(primary_key=True)
    name = peewee.CharField(max_length=100, default="")
    in_transit = peewee.BooleanField(default=False)
    bin_mandatory = peewee.BooleanField(default=False)
    require_receive = peewee.BooleanField(default=False)
    require_put_away = peewee.BooleanField(default=False)
    require_pick = peewee.BooleanField(default=False)
    require_shipment = peewee.BooleanField(default=False)
    responsibility_center = CodeField(default="")
    inventory_accounts = peewee.TextField(default="")  # JSON, kept for the general ledger
    blind_receipts = peewee.BooleanField(default=False)  # who receives a transfer here does not see what was shipped
    fefo = peewee.CharField(max_length=10, default="")  # another lot than the one that expires first: '', soft, hard


class TransferRoute(Base):
    """How goods get from one location to another: through an in-transit location, or directly."""

    from_location = CodeField()
    to_location = CodeField()
    in_transit = CodeField(default="")
    direct = peewee.BooleanField(default=False)
    shipping_days = peewee.IntegerField(default=0)

    class Meta:
        table_name = "transfer_route"
        primary_key = peewee.CompositeKey("from_location", "to_location")


class Bin(Base):
    location_code = CodeField()
    code = CodeField()
    zone = CodeField(default="")
    ranking = peewee.IntegerField(default=0)
    blocked_movement = peewee.CharField(max_length=10, default="")  # '', inbound, outbound, all
    minimum = ExactField(null=True)
    maximum = ExactField(null=True)
    dedicated = peewee.BooleanField(default=False)
    check_digits = peewee.CharField(max_length=2, default="")  # on its label, not in its barcode: proof of standing there

    class Meta:
        primary_key = peewee.CompositeKey("location_code", "code")
        indexes = ((("code",), False),)


class TrackingCode(Base):
    code = CodeField(primary_key=True)
    lot = peewee.BooleanField(default=False)
    serial = peewee.BooleanField(default=False)
    package = peewee.BooleanField(default=False)
    expiration_required = peewee.BooleanField(default=False)
    strict_expiration = peewee.BooleanField(default=False)
    fefo = peewee.BooleanField(default=False)
    lot_warehouse = peewee.BooleanField(default=True)
    serial_warehouse = peewee.BooleanField(default=True)
    lot_nos = CodeField(default="")
    serial_nos = CodeField(default="")
    package_nos = CodeField(default="")
    lot_required = peewee.CharField(max_length=200, default="")  # words of TRACKED_WHEN with commas between them
    serial_required = peewee.CharField(max_length=200, default="")
    package_required = peewee.CharField(max_length=200, default="")
    lot_info_inbound = peewee.BooleanField(default=False)
    lot_info_outbound = peewee.BooleanField(default=False)
    create_lot_info = peewee.BooleanField(default=False)
    serial_info_inbound = peewee.BooleanField(default=False)
    serial_info_outbound = peewee.BooleanField(default=False)
    create_serial_info = peewee.BooleanField(default=False)
    package_info_inbound = peewee.BooleanField(default=False)
    package_info_outbound = peewee.BooleanField(default=False)
    create_package_info = peewee.BooleanField(default=False)
    use_expiration_dates = peewee.BooleanField(default=True)


class Item(Base):
    no = CodeField(primary_key=True)
    description = peewee.CharField(max_length=100, default="")
    search_text = peewee.CharField(max_length=150, default="", index=True)  # no. and description, folded
    type = peewee.CharField(max_length=15, default="inventory")
    base_uom = CodeField(default="PCS")
    quantity_rounding = ExactField(null=True)
    costing_method = peewee.CharField(max_length=10, default="fifo")
    standard_cost = ExactField(default=0)
    indirect_cost_percent = ExactField(default=0)
    overhead_rate = ExactField(default=0)
    tracking_code = CodeField(default="")
    category = CodeField(default="")
    gtin = peewee.CharField(max_length=14, default="", index=True)  # 14 digits or blank
    blocked = peewee.BooleanField(default=False)
    reserve = peewee.CharField(max_length=10, default="optional")
    replenishment = peewee.CharField(max_length=10, default="purchase")
    inventory_posting_group = CodeField(default="")
    expiration_calculation = peewee.CharField(max_length=20, default="")  # 30D, 6M, 1Y, CM+1M: from the posting date


class ItemUnitOfMeasure(Base):
    item_no = CodeField()
    code = CodeField()
    quantity_per = ExactField()

    class Meta:
        primary_key = peewee.CompositeKey("item_no", "code")


class ItemVariant(Base):
    item_no = CodeField()
    code = CodeField()
    description = peewee.CharField(max_length=100, default="")
    blocked = peewee.BooleanField(default=False)

    class Meta:
        primary_key = peewee.CompositeKey("item_no", "code")


class ItemBarcode(Base):
    """A barcode belongs to one (item, variant, unit). GTINs are kept as 14 digits, other codes folded."""

    barcode = CodeField(primary_key=True)
    item_no = CodeField(index=True)
    variant_code = CodeField(default="")
    uom_code = CodeField(default="")


class TrackingNumber(Base):
    """What is known about one lot, serial or package number of an item: spelling, expiry for life, and whether it is blocked."""

    item_no = CodeField()
    variant_code = CodeField(default="")
    kind = peewee.CharField(max_length=8)  # lot, serial, package
    number_key = NumberField()  # the number without regard to case
    number = NumberField()  # as first scanned
    expiration_date = DayField(null=True)
    received = peewee.BooleanField(default=False)  # ever been in stock: the expiry date is fixed from then on
    blocked = peewee.BooleanField(default=False)
    block_reason = peewee.CharField(max_length=100, default="")
    description = peewee.CharField(max_length=100, default="")
    card = peewee.BooleanField(default=False)  # an information card: made by somebody, or on posting where the code says so
    certificate = peewee.CharField(max_length=100, default="")
    quality = peewee.CharField(max_length=100, default="")
    comments = peewee.CharField(max_length=250, default="")
    blocked_by = CodeField(default="")
    blocked_at = UtcField(null=True)

    class Meta:
        primary_key = peewee.CompositeKey("item_no", "variant_code", "kind", "number_key")
        indexes = ((("number_key",), False),)


class Category(Base):
    code = CodeField(primary_key=True)
    parent = CodeField(default="")
    description = peewee.CharField(max_length=100, default="")
    attributes = peewee.TextField(default="{}")  # JSON {name: value}


class Attribute(Base):
    name_key = peewee.CharField(max_length=60, primary_key=True)
    name = peewee.CharField(max_length=60)
    type = peewee.CharField(max_length=10, default="text")
    options = peewee.TextField(default="[]")
    unit = peewee.CharField(max_length=20, default="")


class ItemAttribute(Base):
    item_no = CodeField()
    name_key = peewee.CharField(max_length=60)
    value = peewee.CharField(max_length=250)

    class Meta:
        primary_key = peewee.CompositeKey("item_no", "name_key")


class BomLine(Base):
    item_no = CodeField()
    line_no = peewee.IntegerField()
    component = CodeField()
    variant_code = CodeField(default="")
    quantity_per = ExactField()
    uom_code = CodeField(default="")

    class Meta:
        primary_key = peewee.CompositeKey("item_no", "line_no")


class CatalogItem(Base):
    code = CodeField(primary_key=True)
    vendor = CodeField(default="")
    vendor_item_no = peewee.CharField(max_length=50, default="")
    description = peewee.CharField(max_length=100, default="")
    base_uom = CodeField(default="PCS")
    unit_cost = ExactField(default=0)
    gtin = peewee.CharField(max_length=14, default="")
    item_no = CodeField(default="")


class ResponsibilityCenter(Base):
    code = CodeField(primary_key=True)
    name = peewee.CharField(max_length=100, default="")
    location = CodeField(default="")


class Reason(Base):
    code = CodeField(primary_key=True)
    description = peewee.CharField(max_length=100, default="")


class User(Base):
    code = CodeField(primary_key=True)
    name = peewee.CharField(max_length=100, default="")
    role = peewee.CharField(max_length=15, default="worker")
    badge = CodeField(default="", index=True)
    pin_hash = peewee.CharField(max_length=200, default="")  # argon2
    language = peewee.CharField(max_length=10, default="")
    locations = peewee.TextField(default="[]")  # JSON list; empty: all
    allow_posting_from = DayField(null=True)
    allow_posting_to = DayField(null=True)
    responsibility_center = CodeField(default="")
    blocked = peewee.BooleanField(default=False)

    class Meta:
        table_name = "app_user"


MASTERS = (
    Settings,
    Location,
    TransferRoute,
    Bin,
    TrackingCode,
    Item,
    ItemUnitOfMeasure,
    ItemVariant,
    ItemBarcode,
    TrackingNumber,
    Category,
    Attribute,
    ItemAttribute,
    BomLine,
    CatalogItem,
    ResponsibilityCenter,
    Reason,
    User,
)
