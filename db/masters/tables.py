"""The tables of master data, and the values that their fields may have (the interchange format's words)."""

from db.core.rights import RIGHTS
from db.masters.records import Records
from db.models import master, numbering, printing

ITEM_TYPES = ("inventory", "non_inventory", "service")
COSTING_METHODS = ("fifo", "lifo", "average", "standard", "specific")
RESERVE = ("optional", "never", "always")
REPLENISHMENT = ("purchase", "assembly")
BLOCKED_MOVEMENTS = ("", "inbound", "outbound", "all")
ROLES = tuple(RIGHTS)
ATTRIBUTE_TYPES = ("text", "option", "integer", "decimal", "date")
FEFO = ("", "soft", "hard")
TRACKED_WHEN = (
    *("purchase", "purchase_return", "sale", "sales_return", "positive_adjustment", "negative_adjustment"),
    *("transfer", "consumption", "output"),
)  # the kinds of document at which a tracking code can ask for a number
PRINTER_KINDS = ("port", "file")
PERIODS = ("day", "week", "month", "quarter", "year")
AUTOMATIC_COST_ADJUSTMENT = ("always", "never", *PERIODS)
AVERAGE_COST_CALC_TYPES = ("item", "item_location_variant")

SETTINGS = Records(
    master.Settings,
    "settings",
    choices={
        "automatic_cost_adjustment": AUTOMATIC_COST_ADJUSTMENT,
        "average_cost_period": PERIODS,
        "average_cost_calc_type": AVERAGE_COST_CALC_TYPES,
    },
)
LOCATIONS = Records(master.Location, "location", choices={"fefo": FEFO})
TRANSFER_ROUTES = Records(master.TransferRoute, "transfer route", renamed={"from": "from_location", "to": "to_location"})
BINS = Records(master.Bin, "bin", renamed={"location": "location_code"}, choices={"blocked_movement": BLOCKED_MOVEMENTS})
TRACKING_CODES = Records(master.TrackingCode, "tracking code")
ITEMS = Records(
    master.Item,
    "item",
    choices={"type": ITEM_TYPES, "costing_method": COSTING_METHODS, "reserve": RESERVE, "replenishment": REPLENISHMENT},
)
UNITS = Records(master.ItemUnitOfMeasure, "unit", renamed={"item": "item_no"})
VARIANTS = Records(master.ItemVariant, "variant", renamed={"item": "item_no"})
BARCODES = Records(master.ItemBarcode, "barcode", renamed={"item": "item_no", "variant": "variant_code", "uom": "uom_code"})
NUMBERS = Records(master.TrackingNumber, "number", renamed={"item": "item_no", "variant": "variant_code", "no": "number"})
CATEGORIES = Records(master.Category, "category")
ATTRIBUTES = Records(master.Attribute, "attribute", choices={"type": ATTRIBUTE_TYPES})
ITEM_ATTRIBUTES = Records(master.ItemAttribute, "attribute")
BOM_LINES = Records(
    master.BomLine, "bill of material line", renamed={"item": "item_no", "variant": "variant_code", "uom": "uom_code"}
)
CATALOG_ITEMS = Records(master.CatalogItem, "catalog item")
RESPONSIBILITY_CENTERS = Records(master.ResponsibilityCenter, "responsibility center")
REASONS = Records(master.Reason, "reason")
USERS = Records(master.User, "user", choices={"role": ROLES})
NUMBER_SERIES = Records(numbering.NumberSeries, "number series")
NUMBER_SERIES_LINES = Records(numbering.NumberSeriesLine, "number series line", renamed={"series": "series_code"})
PRINTERS = Records(printing.Printer, "printer", renamed={"location": "location_code"}, choices={"kind": PRINTER_KINDS})
