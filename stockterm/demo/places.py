"""Where the demo company keeps its goods, why stock changes, and who works there."""

from collections.abc import Iterator
from typing import NamedTuple

MAIN, EAST, SHOP, TRANSIT = "MAIN", "EAST", "SHOP", "TRANSIT"


class Location(NamedTuple):
    code: str
    name: str
    bin_mandatory: bool = False
    in_transit: bool = False


LOCATIONS = [
    Location(MAIN, "Main warehouse", bin_mandatory=True),
    Location(EAST, "East warehouse", bin_mandatory=True),
    Location(SHOP, "Shop"),
    Location(TRANSIT, "On the way", in_transit=True),
]


class Route(NamedTuple):
    """How goods get from one location to another, and how many days they are on the way."""

    start: str
    end: str
    days: int


ROUTES = [Route(MAIN, EAST, 1), Route(EAST, MAIN, 1), Route(MAIN, SHOP, 0), Route(SHOP, MAIN, 0)]


class Series(NamedTuple):
    """A number series, and the setting that names it."""

    code: str
    description: str
    starting_no: str
    setting: str


SERIES = [
    Series("TO", "Transfer orders", "TO-1001", "transfer_order_nos"),
    Series("TS", "Transfer shipments", "TS-1001", "transfer_shipment_nos"),
    Series("TR", "Transfer receipts", "TR-1001", "transfer_receipt_nos"),
]


class Bin(NamedTuple):
    location: str
    code: str
    zone: str
    ranking: int
    blocked_movement: str = ""


class Rack(NamedTuple):
    """A zone of racks: bins `A-01-01` to `A-<racks>-<levels>`, walked in that order."""

    location: str
    zone: str
    racks: int
    levels: int


RACKS = [
    Rack(MAIN, "A", racks=6, levels=4),
    Rack(MAIN, "B", racks=8, levels=4),
    Rack(MAIN, "C", racks=6, levels=4),
    Rack(EAST, "A", racks=2, levels=4),
]

OTHER_BINS = [
    Bin(MAIN, "RECV-01", "RECEIVING", 1),
    Bin(MAIN, "RECV-02", "RECEIVING", 2),
    Bin(MAIN, "SHIP-01", "SHIPPING", 901),
    Bin(MAIN, "SHIP-02", "SHIPPING", 902),
    Bin(MAIN, "QC-01", "QUALITY", 951, blocked_movement="outbound"),
    Bin(EAST, "RECV-01", "RECEIVING", 1),
    Bin(EAST, "SHIP-01", "SHIPPING", 901),
]


def bins() -> Iterator[Bin]:
    """Every bin of the company."""
    yield from OTHER_BINS
    for rack in RACKS:
        for number in range(1, rack.racks + 1):
            for level in range(1, rack.levels + 1):
                ranking = 100 * (ord(rack.zone) - ord("A") + 1) + 10 * number + level
                yield Bin(rack.location, f"{rack.zone}-{number:02}-{level:02}", rack.zone, ranking)


class Reason(NamedTuple):
    code: str
    description: str


REASONS = [
    Reason("OPENING", "Opening stock"),
    Reason("COUNT", "Difference found in a count"),
    Reason("FOUND", "Found, was missing in the books"),
    Reason("DAMAGED", "Damaged goods"),
    Reason("EXPIRED", "Past its expiry date"),
    Reason("SCRAP", "Scrapped"),
    Reason("SAMPLE", "Sample or own use"),
    Reason("RETURN", "Goods came back"),
    Reason("CORRECT", "Correction of a mistake"),
]


class Person(NamedTuple):
    """A user of the demo. PINs of a real site are never written down; these are printed by `stockterm demo`."""

    code: str
    name: str
    role: str
    pin: str
    language: str
    locations: tuple[str, ...]

    @property
    def badge(self) -> str:
        return self.code


PEOPLE = [
    Person("VIEWER1", "Viewer", "viewer", "1001", "en", (MAIN, EAST, SHOP)),
    Person("COUNTER1", "Counter", "counter", "1234", "en", (MAIN, SHOP)),
    Person("COUNTER2", "Teller", "counter", "2345", "nb", (EAST, SHOP)),
    Person("WORKER1", "Warehouse worker", "worker", "3456", "en", (MAIN, EAST, SHOP)),
    Person("WORKER2", "Lagermedarbeider", "worker", "4567", "nb", (MAIN, EAST, SHOP)),
    Person("SUPER1", "Shift supervisor", "supervisor", "5678", "en", (MAIN, EAST, SHOP)),
    Person("CONTROL1", "Inventory controller", "controller", "6789", "en", (MAIN, EAST, SHOP)),
    Person("ADMIN1", "Administrator", "administrator", "7890", "en", (MAIN, EAST, SHOP)),
]
