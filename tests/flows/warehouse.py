"""A small warehouse to work in, and a worker who scans: tests of flows need no screen."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from db.connection import fetch
from db.core import clock
from db.core.numbers import from_scaled
from db.masters.change import put_masters
from db.posting.lines import EntryType, Header, ItemJournalLine, PostedBy, PostingOperation, TrackingLine
from db.posting.post import Posted, post_operations
from stockterm.flows.session import Session
from stockterm.flows.tokens import Command, CommandToken, ScanToken
from stockterm.flows.view import Level, ViewState

PIN = "4711"
_HASH: list[str] = []


def a_warehouse() -> None:
    """EAST has bins, SHOP has none. ANN is a worker, BOB another one, CAT counts blind, SUE is a supervisor."""
    records: list[tuple[str, dict[str, Any]]] = [
        ("location", {"code": "EAST", "name": "East", "bin_mandatory": True}),
        ("location", {"code": "SHOP", "name": "Shop"}),
        ("location", {"code": "ROAD", "name": "On the road", "in_transit": True}),
        *(("bin", {"location": "EAST", "code": code, "zone": "A"}) for code in ("A-01", "A-02", "A-03", "1234")),
        ("tracking_code", {"code": "LOT", "lot": True, "lot_warehouse": True}),
        ("tracking_code", {"code": "FOOD", "lot": True, "lot_warehouse": True, "expiration_required": True}),
        ("tracking_code", {"code": "SN", "serial": True, "serial_warehouse": True}),
        ("item", {"no": "1000", "description": "Screw", "quantity_rounding": Decimal(1)}),
        ("unit_of_measure", {"item": "1000", "code": "BOX", "quantity_per": Decimal(6)}),
        ("barcode", {"barcode": "9528765432108", "item": "1000", "uom": "PCS"}),
        ("barcode", {"barcode": "19528765432105", "item": "1000", "uom": "BOX"}),
        ("item", {"no": "NUT", "description": "Nut", "quantity_rounding": Decimal(1)}),
        ("item", {"no": "OIL", "description": "Oil", "base_uom": "L"}),
        ("item", {"no": "SALINE", "description": "Saline", "tracking_code": "LOT"}),
        ("item", {"no": "CHEESE", "description": "Cheese", "tracking_code": "FOOD"}),
        ("item", {"no": "DRILL", "description": "Drill", "tracking_code": "SN"}),
        ("item", {"no": "SHIRT", "description": "Shirt"}),
        ("variant", {"item": "SHIRT", "code": "RED", "description": "Red shirt"}),
        ("variant", {"item": "SHIRT", "code": "BLUE", "description": "Blue shirt"}),
        ("item", {"no": "HOURS", "description": "Hours", "type": "service"}),
        ("item", {"no": "RECALL", "description": "Recalled", "blocked": True}),
        ("reason", {"code": "FOUND", "description": "Found"}),
        ("reason", {"code": "SCRAP", "description": "Scrapped"}),
        ("user", {"code": "ANN", "name": "Ann", "role": "worker", "badge": "B-ANN-7391"}),
        ("user", {"code": "BOB", "name": "Bob", "role": "worker", "badge": "B-BOB-1846"}),
        ("user", {"code": "CAT", "name": "Cat", "role": "counter", "badge": "B-CAT-5520"}),
        ("user", {"code": "SUE", "name": "Sue", "role": "supervisor", "badge": "B-SUE-0917"}),
        ("user", {"code": "VIC", "name": "Vic", "role": "viewer", "badge": "B-VIC-6648", "locations": ["EAST"]}),
    ]
    put_masters(records)


def purchased(
    item_no: str,
    quantity: str,
    *,
    location: str = "EAST",
    bin_code: str = "A-01",
    at: str = "10",
    lot: str = "",
    serials: Sequence[str] = (),
    expires: date | None = None,
    on: date | None = None,
    **fields: Any,
) -> Posted:
    """Goods came in."""
    tracking = tuple(TrackingLine(Decimal(1), serial_no=one) for one in serials)
    if lot:
        tracking = (TrackingLine(Decimal(quantity), lot_no=lot, expiration_date=expires),)
    return posted(
        a_line(
            EntryType.PURCHASE, item_no, quantity, location, bin_code, tracking=tracking, unit_cost=Decimal(at), on=on, **fields
        )
    )


def sold(item_no: str, quantity: str, *, location: str = "EAST", bin_code: str = "A-01", lot: str = "") -> Posted:
    """Goods went out."""
    tracking = (TrackingLine(Decimal(quantity), lot_no=lot),) if lot else ()
    return posted(a_line(EntryType.SALE, item_no, quantity, location, bin_code, tracking=tracking))


def a_line(
    kind: EntryType, item_no: str, quantity: str, location: str, bin_code: str, *, on: date | None = None, **fields: Any
) -> ItemJournalLine:
    header = Header(on or clock.today())
    place = bin_code if location == "EAST" else ""
    return ItemJournalLine(header, kind, item_no, Decimal(quantity), location_code=location, bin_code=place, **fields)


def posted(operation: PostingOperation) -> Posted:
    return post_operations([operation], PostedBy("", "test", "test"))[0]


def on_hand(item_no: str, *, location: str = "EAST", bin_code: str | None = None) -> Decimal:
    """What the maintained rows have, in base units."""
    sql = "SELECT COALESCE(SUM(quantity), 0) FROM bin_content WHERE item_no = ? AND location_code = ?"
    params = [item_no, location]
    if bin_code is not None:
        sql, params = f"{sql} AND bin_code = ?", [*params, bin_code]
    return from_scaled(int(fetch(sql, params)[0][0]))


def count_entries() -> list[tuple[str, str, Decimal, Decimal]]:
    """Item, bin, expected, counted of every count entry, in order."""
    rows = fetch("SELECT item_no, bin_code, quantity_expected, quantity_counted FROM count_entry ORDER BY entry_no")
    return [(item, bin_code, from_scaled(expected), from_scaled(counted)) for item, bin_code, expected, counted in rows]


def entries() -> list[tuple[str, str, Decimal]]:
    """Type, item, quantity of every item ledger entry, in order."""
    rows = fetch("SELECT entry_type, item_no, quantity FROM item_ledger_entry ORDER BY entry_no")
    return [(kind, item, from_scaled(quantity)) for kind, item, quantity in rows]


BADGES = {"ANN": "B-ANN-7391", "BOB": "B-BOB-1846", "CAT": "B-CAT-5520", "SUE": "B-SUE-0917", "VIC": "B-VIC-6648"}


class Worker:
    """Somebody at a terminal. Every call is one token; `view` is what the screen shows."""

    def __init__(self, terminal: str = "T1", *, session: Session | None = None) -> None:
        self.session = session or Session(terminal)
        self.view: ViewState = self.session.view()
        self.views: list[ViewState] = [self.view]

    def scan(self, *texts: str, certain: bool = False) -> "Worker":
        for text in texts:
            self._show(self.session.take(ScanToken(text, certain)))
        return self

    def key(self, *commands: Command) -> "Worker":
        for command in commands:
            self._show(self.session.take(CommandToken(command)))
        return self

    def label(self, *commands: Command) -> "Worker":
        for command in commands:
            self._show(self.session.take(CommandToken(command, by_key=False)))
        return self

    def _show(self, view: ViewState) -> None:
        self.view = view
        self.views.append(view)

    def post(self) -> "Worker":
        """F10 and the two digits that the screen shows."""
        self.key(Command.POST)
        assert self.view.prompt.startswith("Type "), self.view
        return self.scan(self.view.prompt.removeprefix("Type "))

    @property
    def said(self) -> str:
        """The message."""
        return self.view.message.text if self.view.message else ""

    @property
    def level(self) -> Level | None:
        return self.view.message.level if self.view.message else None

    def is_ok(self) -> "Worker":
        assert self.view.message is not None
        assert self.view.message.level in (Level.OK, Level.NOTE), self.view
        return self

    def is_refused(self, *words: str) -> "Worker":
        """An error is shown, the field is locked, and the message has these words."""
        assert self.view.locked, self.view
        assert self.level is Level.ERROR, self.view
        for word in words:
            assert word in self.said, self.said
        return self


def signed_in(user: str = "ANN", *, terminal: str = "T1", location: str = "EAST") -> Worker:
    """A worker in the menu."""
    worker = Worker(terminal).scan(BADGES[user])
    if worker.view.title == "Location":
        worker.scan(f"LOC:{location}")
    return worker


def counting(user: str = "ANN", *, terminal: str = "T1", location: str = "EAST", bin_code: str = "A-01") -> Worker:
    """A worker who counts, at EAST with a bin open."""
    worker = signed_in(user, terminal=terminal, location=location).scan("1")
    return worker.scan(f"BIN:{bin_code}") if location == "EAST" else worker
