"""What the demo company trades in: categories, attributes, items, variants, lots and serial numbers.

Every number starts with 952, the prefix that GS1 keeps for demonstrations, so no label here means anybody's goods. The four
digits of an item number stand in its barcodes: HW1010 is 952 8100 0 1010 with a check digit; its carton has a 1 in front and a
check digit of its own, its pallet a 2.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from stockterm.scanning.check_digits import check_digit


class Category(NamedTuple):
    code: str
    parent: str
    description: str
    attributes: Mapping[str, str] = MappingProxyType({})


CATEGORIES = [
    Category("HARDWARE", "", "Hardware", {"Material": "Steel"}),
    Category("FASTENERS", "HARDWARE", "Screws, bolts, nails", {"Length": "40"}),
    Category("TOOLS", "HARDWARE", "Hand and power tools"),
    Category("BUILDING", "HARDWARE", "Building materials"),
    Category("FOOD", "", "Food and drink", {"Storage": "Dry"}),
    Category("GROCERIES", "FOOD", "Dry goods"),
    Category("CANNED", "FOOD", "Cans"),
    Category("DAIRY", "FOOD", "Dairy and the like", {"Storage": "Cool"}),
    Category("DRINKS", "FOOD", "Drinks"),
    Category("MEDICAL", "", "Medical", {"Sterile": "No"}),
    Category("CONSUMABLES", "MEDICAL", "Medical consumables"),
    Category("DEVICES", "MEDICAL", "Medical devices"),
    Category("ELECTRO", "", "Electronics"),
    Category("CABLES", "ELECTRO", "Cables and power"),
    Category("COMPUTING", "ELECTRO", "Computers and devices"),
    Category("LIGHTING", "ELECTRO", "Lighting"),
    Category("SUPPLIES", "", "Supplies"),
    Category("PACKAGING", "SUPPLIES", "Packaging"),
    Category("CLEANING", "SUPPLIES", "Cleaning"),
    Category("WORKWEAR", "", "Workwear and protection"),
    Category("SERVICES", "", "Services"),
]


class Attribute(NamedTuple):
    name: str
    type: str
    options: tuple[str, ...] = ()
    unit: str = ""


ATTRIBUTES = [
    Attribute("Material", "option", ("Steel", "Stainless", "Brass", "Plastic", "Wood", "Cotton", "Leather")),
    Attribute("Colour", "option", ("Black", "White", "Grey", "Blue", "Green", "Yellow", "Orange", "Red")),
    Attribute("Length", "decimal", unit="mm"),
    Attribute("Voltage", "integer", unit="V"),
    Attribute("Storage", "option", ("Dry", "Cool", "Frozen")),
    Attribute("Sterile", "option", ("Yes", "No")),
    Attribute("Certified until", "date"),
    Attribute("Remark", "text"),
]


class TrackingCode(NamedTuple):
    code: str
    lot: bool = False
    serial: bool = False
    expiration_required: bool = False
    strict_expiration: bool = False


TRACKING_CODES = [
    TrackingCode("LOT", lot=True, expiration_required=True),
    TrackingCode("LOTSTRICT", lot=True, expiration_required=True, strict_expiration=True),
    TrackingCode("BATCH", lot=True),
    TrackingCode("SN", serial=True),
]


class Goods(NamedTuple):
    """An item. `cost` and `price` are per base unit, `box` and `pallet` say how many base units they hold (0: no such unit),
    `stock` is the opening stock in base units (of each variant), `bin` its home in the main warehouse."""

    no: str
    description: str
    category: str
    bin: str
    cost: str
    price: str
    box: int
    pallet: int
    stock: int
    tracking: str = ""
    method: str = "fifo"
    base: str = "PCS"

    def gtin_of(self, level: int = 0, variant: int = 0) -> str:
        """The barcode of the base unit (level 0, GTIN-13), the box (1) or the pallet (2; both GTIN-14)."""
        digits = f"9528100{variant}{self.no[2:]}"
        if level:
            digits = f"{level}{digits}"
        return digits + check_digit(digits)


GOODS = [
    # fasteners: sold in packs of the small kind, which are the base unit
    Goods("HW1010", "Screws 4x40 zinc, 200 pack", "FASTENERS", "A-01-01", "3.10", "5.90", 10, 400, 260),
    Goods("HW1020", "Screws 5x60 zinc, 200 pack", "FASTENERS", "A-01-02", "4.35", "7.90", 10, 300, 180),
    Goods("HW1030", "Screws 6x80 A2, 100 pack", "FASTENERS", "A-01-03", "8.20", "14.50", 10, 200, 90),
    Goods("HW1040", "Nails 2.8x75, loose", "FASTENERS", "A-01-04", "2.15", "4.20", 5, 0, 125, base="KG"),
    Goods("HW1050", "Bolts M8x40, 50 pack", "FASTENERS", "A-02-01", "6.40", "11.20", 12, 240, 96),
    Goods("HW1060", "Nuts M8, 100 pack", "FASTENERS", "A-02-02", "3.90", "6.90", 20, 0, 160),
    Goods("HW1070", "Washers M8, 100 pack", "FASTENERS", "A-02-02", "2.05", "3.90", 20, 0, 200),
    Goods("HW1080", "Wall plugs 8 mm, 100 pack", "FASTENERS", "A-02-03", "1.85", "3.60", 24, 480, 240),
    Goods("HW1090", "Threaded rod M10 1 m", "FASTENERS", "A-02-04", "2.95", "5.80", 25, 0, 100),
    Goods("HW1100", "Hinge 90 mm brass", "FASTENERS", "A-03-01", "4.70", "9.40", 20, 0, 80),
    # tools
    Goods("HW1210", "Hammer 500 g", "TOOLS", "A-03-02", "9.80", "18.90", 6, 0, 36),
    Goods("HW1220", "Screwdriver set, 6 parts", "TOOLS", "A-03-03", "11.50", "22.50", 6, 0, 30),
    Goods("HW1230", "Tape measure 5 m", "TOOLS", "A-03-04", "3.60", "7.90", 12, 0, 72),
    Goods("HW1240", "Spirit level 60 cm", "TOOLS", "A-04-01", "12.90", "24.90", 6, 0, 24),
    Goods("HW1250", "Combination pliers 180 mm", "TOOLS", "A-04-02", "7.75", "15.50", 6, 0, 30),
    Goods("HW1260", "Utility knife 18 mm", "TOOLS", "A-04-02", "2.40", "5.20", 24, 0, 96),
    Goods("HW1270", "Drill bits 1-10 mm, set", "TOOLS", "A-04-03", "14.20", "27.00", 5, 0, 25, method="lifo"),
    Goods("HW1280", "Cordless drill 18 V", "TOOLS", "A-04-04", "84.00", "139.00", 4, 0, 6, "SN"),
    Goods("HW1290", "Angle grinder 125 mm", "TOOLS", "A-05-01", "61.50", "105.00", 4, 0, 5, "SN"),
    # building materials; wire rope is kept and sold by the metre
    Goods("HW1310", "Wire rope 4 mm galvanised", "BUILDING", "A-05-02", "0.72", "1.60", 100, 0, 600, base="M"),
    Goods("HW1320", "Padlock 40 mm", "BUILDING", "A-05-03", "5.30", "11.90", 12, 0, 48),
    Goods("HW1330", "Door handle set", "BUILDING", "A-05-04", "13.40", "26.80", 8, 0, 32, method="lifo"),
    Goods("HW1340", "Silicone sealant 310 ml", "BUILDING", "A-06-01", "3.25", "6.90", 12, 576, 96, "LOT"),
    Goods("HW1350", "Paint white matt 10 l", "BUILDING", "A-06-02", "38.00", "69.00", 2, 48, 24, "BATCH"),
    Goods("HW1360", "Wood glue 750 ml", "BUILDING", "A-06-03", "4.60", "8.90", 12, 0, 60, "LOT"),
    # groceries
    Goods("FD2010", "Wheat flour 1 kg", "GROCERIES", "B-01-01", "0.78", "1.45", 10, 800, 400, "LOT"),
    Goods("FD2020", "Long grain rice 1 kg", "GROCERIES", "B-01-02", "1.35", "2.40", 10, 800, 300, "LOT"),
    Goods("FD2030", "Spaghetti 500 g", "GROCERIES", "B-01-03", "0.62", "1.20", 20, 960, 480, "LOT"),
    Goods("FD2040", "Rolled oats 750 g", "GROCERIES", "B-01-04", "1.10", "2.05", 10, 600, 200, "LOT"),
    Goods("FD2050", "Red lentils 500 g", "GROCERIES", "B-02-01", "1.28", "2.35", 12, 0, 144, "LOT"),
    Goods("FD2060", "Cane sugar 1 kg", "GROCERIES", "B-02-02", "0.92", "1.70", 10, 800, 250),
    Goods("FD2070", "Sea salt 500 g", "GROCERIES", "B-02-03", "0.55", "1.15", 12, 0, 180),
    Goods("FD2080", "Coffee beans 1 kg", "GROCERIES", "B-02-04", "9.40", "15.90", 6, 240, 90, "LOT"),
    Goods("FD2090", "Black tea, 50 bags", "GROCERIES", "B-03-01", "1.95", "3.60", 12, 0, 96, "LOT"),
    # cans
    Goods("FD2110", "Chopped tomatoes 400 g", "CANNED", "B-03-02", "0.58", "1.10", 12, 1440, 432, "LOT"),
    Goods("FD2120", "Chickpeas 400 g", "CANNED", "B-03-03", "0.64", "1.25", 12, 1440, 360, "LOT"),
    Goods("FD2130", "Tuna in water 160 g", "CANNED", "B-03-04", "1.42", "2.60", 24, 0, 240, "LOT"),
    # dairy: no sale after the expiry date
    Goods("FD2210", "Whole milk UHT 1 l", "DAIRY", "B-04-01", "0.85", "1.50", 12, 720, 360, "LOTSTRICT"),
    Goods("FD2220", "Hard cheese 500 g", "DAIRY", "B-04-02", "4.90", "8.40", 8, 0, 64, "LOTSTRICT"),
    Goods("FD2230", "Oat drink 1 l", "DAIRY", "B-04-03", "1.05", "1.95", 10, 700, 200, "LOTSTRICT"),
    # drinks
    Goods("FD2310", "Apple juice 1 l", "DRINKS", "B-04-04", "1.15", "2.10", 12, 720, 240, "LOT"),
    Goods("FD2320", "Mineral water 0.5 l", "DRINKS", "B-05-01", "0.31", "0.95", 24, 1512, 720, method="lifo"),
    # medical consumables
    Goods("MD3010", "Nitrile gloves, 100 pack", "CONSUMABLES", "B-05-02", "5.60", "10.90", 10, 600, 80, "LOT"),
    Goods("MD3020", "Surgical masks, 50 pack", "CONSUMABLES", "B-05-03", "4.10", "8.50", 20, 800, 200, "LOT"),
    Goods("MD3030", "Sterile gauze 10x10 cm", "CONSUMABLES", "B-05-04", "0.46", "1.10", 50, 0, 500, "LOTSTRICT"),
    Goods("MD3040", "Plasters, 100 pack", "CONSUMABLES", "B-06-01", "2.70", "5.60", 24, 0, 120, "LOT"),
    Goods("MD3050", "Elastic bandage 8 cm", "CONSUMABLES", "B-06-02", "1.20", "2.80", 20, 0, 160),
    Goods("MD3060", "Hand disinfectant 500 ml", "CONSUMABLES", "B-06-03", "3.05", "6.20", 12, 432, 144, "LOTSTRICT"),
    Goods("MD3070", "Saline 0.9 % 500 ml", "CONSUMABLES", "B-06-04", "1.65", "3.90", 10, 400, 150, "LOTSTRICT"),
    Goods("MD3080", "Syringes 5 ml, 100 pack", "CONSUMABLES", "B-07-01", "7.90", "14.80", 12, 0, 60, "LOTSTRICT"),
    Goods("MD3090", "First aid kit", "CONSUMABLES", "B-07-02", "16.40", "32.00", 6, 0, 24, "LOT"),
    # medical devices
    Goods("MD3210", "Blood pressure monitor", "DEVICES", "B-07-03", "29.50", "59.00", 10, 0, 6, "SN"),
    Goods("MD3220", "Defibrillator, public use", "DEVICES", "B-07-04", "890.00", "1390.00", 0, 0, 3, "SN", "specific"),
    Goods("MD3230", "Infusion pump", "DEVICES", "B-08-01", "1240.00", "1890.00", 0, 0, 2, "SN", "specific"),
    Goods("MD3240", "Infrared thermometer", "DEVICES", "B-08-02", "14.80", "32.00", 10, 0, 40),
    # cables and power
    Goods("EL4010", "Network cable Cat 6 2 m", "CABLES", "C-01-01", "1.90", "4.90", 25, 0, 100),
    Goods("EL4020", "Network cable Cat 6 5 m", "CABLES", "C-01-02", "3.20", "7.90", 20, 0, 80),
    Goods("EL4030", "USB cable type C 1 m", "CABLES", "C-01-03", "2.75", "8.90", 50, 0, 150),
    Goods("EL4040", "Monitor cable 2 m", "CABLES", "C-01-04", "3.85", "10.90", 25, 0, 75),
    Goods("EL4050", "Power strip, 6 sockets", "CABLES", "C-02-01", "6.90", "14.90", 10, 0, 50),
    Goods("EL4060", "Batteries AA, 24 pack", "CABLES", "C-02-02", "6.20", "12.90", 10, 0, 120, "LOT"),
    # computers and devices
    Goods("EL4210", "Notebook computer 14 inch", "COMPUTING", "C-02-03", "640.00", "949.00", 0, 0, 4, "SN", "specific"),
    Goods("EL4220", "Rugged tablet 10 inch", "COMPUTING", "C-02-04", "515.00", "829.00", 0, 0, 4, "SN", "specific"),
    Goods("EL4230", "Handheld scanner", "COMPUTING", "C-03-01", "182.00", "289.00", 0, 0, 6, "SN"),
    Goods("EL4240", "Label printer 4 inch", "COMPUTING", "C-03-02", "265.00", "419.00", 0, 0, 3, "SN"),
    Goods("EL4250", "Wireless mouse", "COMPUTING", "C-03-03", "8.40", "18.90", 20, 0, 60),
    Goods("EL4260", "Keyboard, Nordic layout", "COMPUTING", "C-03-03", "15.20", "32.00", 10, 0, 40),
    Goods("EL4270", "Monitor 24 inch", "COMPUTING", "C-03-04", "104.00", "169.00", 0, 12, 14, method="lifo"),
    # lighting
    Goods("EL4310", "LED bulb E27 8 W", "LIGHTING", "C-04-01", "1.70", "4.50", 10, 0, 200),
    Goods("EL4320", "LED work light 30 W", "LIGHTING", "C-04-02", "17.90", "36.00", 6, 0, 24),
    Goods("EL4330", "Torch 300 lm", "LIGHTING", "C-04-03", "7.30", "16.50", 12, 0, 36),
    # packaging and cleaning
    Goods("SU5010", "Carton 40x30x20 cm", "PACKAGING", "C-05-01", "0.48", "1.10", 25, 1000, 500),
    Goods("SU5020", "Carton 60x40x40 cm", "PACKAGING", "C-05-02", "1.12", "2.40", 25, 500, 250),
    Goods("SU5030", "Stretch film 500 mm", "PACKAGING", "C-05-03", "4.85", "8.90", 6, 180, 60),
    Goods("SU5040", "Packing tape 50 mm", "PACKAGING", "C-05-04", "1.05", "2.30", 36, 0, 216, method="lifo"),
    Goods("SU5050", "Thermal labels 100x150 mm", "PACKAGING", "C-05-04", "7.10", "13.50", 8, 0, 48),
    Goods("SU5110", "Floor detergent 5 l", "CLEANING", "C-06-01", "6.60", "12.90", 4, 128, 40, "BATCH"),
    Goods("SU5120", "Paper towels, 6 rolls", "CLEANING", "C-06-02", "3.15", "6.20", 8, 192, 96),
    Goods("SU5130", "Mop head cotton", "CLEANING", "C-06-02", "2.90", "6.40", 20, 0, 60),
    # workwear
    Goods("WW6010", "Work jacket, high visibility", "WORKWEAR", "C-06-03", "34.00", "69.00", 10, 0, 15),
    Goods("WW6020", "Safety gloves, leather", "WORKWEAR", "C-06-03", "6.80", "14.90", 12, 0, 48),
    Goods("WW6030", "Safety boots", "WORKWEAR", "C-06-04", "48.50", "94.00", 6, 0, 12),
    Goods("WW6040", "Safety helmet", "WORKWEAR", "C-04-04", "9.90", "21.00", 20, 0, 40),
    Goods("WW6050", "Ear muffs", "WORKWEAR", "C-04-04", "11.30", "24.50", 10, 0, 30),
    Goods("WW6060", "Safety glasses, clear", "WORKWEAR", "C-04-04", "3.40", "8.20", 12, 0, 96),
]

ITEM_ATTRIBUTES: dict[str, dict[str, str]] = {
    "HW1010": {"Length": "40"}, "HW1020": {"Length": "60"}, "HW1030": {"Length": "80", "Material": "Stainless"},
    "HW1040": {"Length": "75"}, "HW1050": {"Length": "40"}, "HW1060": {"Length": "8"}, "HW1070": {"Length": "8"},
    "HW1080": {"Length": "40", "Material": "Plastic"}, "HW1090": {"Length": "1000"},
    "HW1100": {"Length": "90", "Material": "Brass"}, "HW1230": {"Colour": "Yellow"}, "HW1240": {"Length": "600"},
    "HW1250": {"Length": "180"}, "HW1280": {"Voltage": "18"}, "HW1290": {"Voltage": "230"},
    "HW1320": {"Material": "Brass"}, "HW1340": {"Colour": "White"}, "HW1350": {"Colour": "White"},
    "MD3010": {"Colour": "Blue"}, "MD3030": {"Sterile": "Yes"}, "MD3070": {"Sterile": "Yes"},
    "MD3080": {"Sterile": "Yes"},
    "EL4010": {"Length": "2000"}, "EL4020": {"Length": "5000"}, "EL4030": {"Length": "1000"},
    "EL4040": {"Length": "2000"}, "EL4050": {"Voltage": "230"}, "EL4250": {"Colour": "Black"},
    "EL4260": {"Colour": "Black"}, "EL4310": {"Voltage": "230"}, "EL4320": {"Voltage": "230"},
    "EL4330": {"Remark": "Recalled: battery cover"},
    "SU5130": {"Material": "Cotton"},
    "WW6010": {"Colour": "Orange"}, "WW6020": {"Material": "Leather"}, "WW6030": {"Material": "Leather"},
    "WW6040": {"Colour": "White"}, "WW6050": {"Colour": "Yellow"},
}  # fmt: skip

SERVICES = [("SV9010", "Delivery, per pallet", "SERVICES")]
"""Not stock: can be sold, never counted or moved."""

BOX_CODES = {"M": "ROLL"}
"""What a box is called where it is not a box, by base unit."""

VARIANTS: dict[str, list[tuple[str, str]]] = {
    "MD3010": [("S", "Size S"), ("M", "Size M"), ("L", "Size L")],
    "EL4010": [("BLUE", "Blue"), ("GREY", "Grey"), ("RED", "Red")],
    "WW6010": [("M", "Size M"), ("L", "Size L"), ("XL", "Size XL")],
    "WW6020": [("9", "Size 9"), ("10", "Size 10"), ("11", "Size 11")],
    "WW6030": [("42", "Size 42"), ("43", "Size 43"), ("44", "Size 44")],
}

SUPPLIER_BARCODES = [("KL-4X40-200", "HW1010", "PCS"), ("KL-4X40-2000", "HW1010", "BOX"), ("COF/1000/A", "FD2080", "PCS")]
"""What suppliers print beside the GTIN, in Code 128: barcode, item, unit."""


class Lot(NamedTuple):
    """A lot and in how many days from today it expires (before today: negative). None: no expiry date."""

    no: str
    days: int | None


LOTS: dict[str, tuple[Lot, Lot]] = {  # the opening stock, then what came later
    "HW1340": (Lot("SI4471", 96), Lot("SI4520", 330)),
    "HW1350": (Lot("B2207", None), Lot("B2291", None)),
    "HW1360": (Lot("WG108", 210), Lot("WG131", 400)),
    "FD2010": (Lot("M1904", 58), Lot("M2011", 172)),
    "FD2020": (Lot("R7731", 240), Lot("R7802", 520)),
    "FD2030": (Lot("SP5012", 310), Lot("SP5077", 610)),
    "FD2040": (Lot("OA331", 84), Lot("OA352", 205)),
    "FD2050": (Lot("LN61", 290), Lot("LN64", 560)),
    "FD2080": (Lot("COF-0117", 45), Lot("COF-0140", 230)),
    "FD2090": (Lot("TE908", 380), Lot("TE922", 700)),
    "FD2110": (Lot("TM3310", 640), Lot("TM3402", 980)),
    "FD2120": (Lot("CP3311", 600), Lot("CP3390", 950)),
    "FD2130": (Lot("TU8814", 700), Lot("TU8871", 1200)),
    "FD2210": (Lot("MK2240", 9), Lot("MK2261", 61)),
    "FD2220": (Lot("CH0903", -6), Lot("CH0958", 3)),
    "FD2230": (Lot("OD417", 14), Lot("OD431", 120)),
    "FD2310": (Lot("AJ552", 33), Lot("AJ570", 190)),
    "MD3010": (Lot("NG70021", 720), Lot("NG70388", 1050)),
    "MD3020": (Lot("SM1188", 540), Lot("SM1240", 880)),
    "MD3030": (Lot("GZ9044", 150), Lot("GZ9060", 900)),
    "MD3040": (Lot("PL2077", 430), Lot("PL2118", 860)),
    "MD3060": (Lot("HD3305", 24), Lot("HD3391", 480)),
    "MD3070": (Lot("SA771", 365), Lot("SA802", 540)),
    "MD3080": (Lot("SY6610", 610), Lot("SY6689", 1300)),
    "MD3090": (Lot("FA2201", 500), Lot("FA2260", 1010)),
    "EL4060": (Lot("AA0924", 1100), Lot("AA1025", 1800)),
    "SU5110": (Lot("B2207", None), Lot("FL881", None)),  # the same lot number as the paint: a scan of it alone must ask
}

FIRST_SERIALS: dict[str, str] = {
    "HW1280": "CD18-4101",
    "HW1290": "AG-20051",
    "MD3210": "BP7-0031",
    "MD3220": "AED-90210",
    "MD3230": "IP-5512",
    "EL4210": "NB14-3007",
    "EL4220": "RT10-1180",
    "EL4230": "HS-66401",
    "EL4240": "LP4-0815",
}


def serial_no(item_no: str, index: int) -> str:
    """The serial number of the piece with this index (from 0) of an item."""
    head, _, number = FIRST_SERIALS[item_no].rpartition("-")
    return f"{head}-{int(number) + index:0{len(number)}}"


GOODS_BY_NO = {goods.no: goods for goods in GOODS}
