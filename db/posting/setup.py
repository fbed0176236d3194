"""Master data as posting needs it: read once, kept until the settings' version says that something changed.

Every change of master data raises `settings.version` in its own transaction, and every posting reads that row first; so a
blocked item is blocked at once for every terminal, and an unchanged one costs nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from weakref import WeakKeyDictionary

from db.connection import database, fetch
from db.core.numbers import from_scaled

SETTINGS_SQL = (
    "SELECT version, automatic_cost_adjustment, amount_rounding, unit_cost_rounding, quantity_rounding, allow_negative_inventory,"
    " allow_posting_from, allow_posting_to, transfer_order_nos, transfer_shipment_nos, transfer_receipt_nos"
    " FROM settings WHERE id = 1"
)


@dataclass(frozen=True, slots=True)
class PostingSettings:
    """The company settings that posting reads. Days are ISO text, blank where there is no limit."""

    version: int
    automatic_cost_adjustment: str
    amount_rounding: Decimal
    unit_cost_rounding: Decimal
    quantity_rounding: Decimal
    allow_negative_inventory: bool
    allow_posting_from: str
    allow_posting_to: str
    transfer_order_nos: str = ""
    transfer_shipment_nos: str = ""
    transfer_receipt_nos: str = ""


def settings_from_row(row: tuple[Any, ...]) -> PostingSettings:
    """The settings of a row of `SETTINGS_SQL`."""
    return PostingSettings(
        version=row[0],
        automatic_cost_adjustment=row[1],
        amount_rounding=from_scaled(row[2]),
        unit_cost_rounding=from_scaled(row[3]),
        quantity_rounding=from_scaled(row[4]),
        allow_negative_inventory=bool(row[5]),
        allow_posting_from=row[6] or "",
        allow_posting_to=row[7] or "",
        transfer_order_nos=row[8],
        transfer_shipment_nos=row[9],
        transfer_receipt_nos=row[10],
    )


NO_KINDS: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Tracking:
    """Which numbers an item is tracked by, and how strictly its expiry dates are taken.

    `lot`, `serial`, `package`: specific, that is fixed for life and named whenever such goods move. `typed`: for the kinds that
    are not, the words of `TRACKED_WHEN` at which a number must be typed all the same. `info_inbound`, `info_outbound`: the kinds
    whose information card must exist; `create_info`: those whose card posting makes.
    """

    lot: bool = False
    serial: bool = False
    package: bool = False
    expiration_required: bool = False
    strict_expiration: bool = False
    use_expiration_dates: bool = True
    typed: Mapping[str, frozenset[str]] = field(default_factory=dict)
    info_inbound: frozenset[str] = NO_KINDS
    info_outbound: frozenset[str] = NO_KINDS
    create_info: frozenset[str] = NO_KINDS

    @property
    def by_number(self) -> bool:
        return self.lot or self.serial or self.package


@dataclass(frozen=True, slots=True)
class ItemSetup:
    """One item with its units (base units in each) and variants (whether blocked)."""

    no: str
    type: str
    costing_method: str
    base_uom: str
    quantity_rounding: Decimal | None
    tracking: Tracking
    blocked: bool
    has_overhead: bool
    units: dict[str, Decimal]
    variants: dict[str, bool]
    expiration_calculation: str = ""


@dataclass(frozen=True, slots=True)
class BinSetup:
    zone_code: str
    blocked_movement: str


@dataclass(frozen=True, slots=True)
class LocationSetup:
    code: str
    in_transit: bool
    bin_mandatory: bool
    bins: dict[str, BinSetup]
    warehouse_receipts: bool = False  # goods that come in are received or put away by a document of their own


@dataclass(frozen=True, slots=True)
class UserSetup:
    """What a user may do when posting. No location listed: all of them."""

    code: str
    role: str
    locations: frozenset[str]
    allow_posting_from: str
    allow_posting_to: str
    blocked: bool = False


NO_TRACKING = Tracking()
_KINDS = ("lot", "serial", "package")
_TRACKING = ", ".join(
    f"t.{name}"
    for name in (
        *("lot", "serial", "package", "expiration_required", "strict_expiration", "use_expiration_dates"),
        *(f"{kind}_required" for kind in _KINDS),
        *(f"{kind}_info_inbound" for kind in _KINDS),
        *(f"{kind}_info_outbound" for kind in _KINDS),
        *(f"create_{kind}_info" for kind in _KINDS),
    )
)


def _tracking(row: Sequence[Any]) -> Tracking:
    specific = dict(zip(_KINDS, row[:3], strict=True))
    words = {kind: frozenset(filter(None, text.split(","))) for kind, text in zip(_KINDS, row[6:9], strict=True)}

    def kinds(flags: Sequence[Any]) -> frozenset[str]:
        return frozenset(kind for kind, flag in zip(_KINDS, flags, strict=True) if flag)

    lot, serial, package, required, strict, dated = (bool(flag) for flag in row[:6])
    return Tracking(
        lot,
        serial,
        package,
        expiration_required=required,
        strict_expiration=strict,
        use_expiration_dates=dated,
        typed={kind: some for kind, some in words.items() if some and not specific[kind]},
        info_inbound=kinds(row[9:12]),
        info_outbound=kinds(row[12:15]),
        create_info=kinds(row[15:18]),
    )


BLANK_LOCATION = LocationSetup("", False, False, {})


class Setup:
    """The master data read so far, all of one version."""

    def __init__(self, row: tuple[Any, ...]) -> None:
        self.row = row
        self.settings = settings_from_row(row)
        self._items: dict[str, ItemSetup | None] = {}
        self._locations: dict[str, LocationSetup | None] = {"": BLANK_LOCATION}
        self._users: dict[str, UserSetup | None] = {}
        self._reasons: dict[str, bool] = {}

    def item(self, no: str) -> ItemSetup | None:
        if no not in self._items:
            self.read_items([no])
        return self._items[no]

    def read_items(self, nos: Iterable[str]) -> None:
        """Read what is not known yet of these items, in a bounded number of statements."""
        missing = [no for no in dict.fromkeys(nos) if no not in self._items]
        for start in range(0, len(missing), 400):
            self._read_items(missing[start : start + 400])

    def _read_items(self, nos: list[str]) -> None:
        marks = ", ".join("?" * len(nos))
        units: dict[str, dict[str, Decimal]] = {}
        for item_no, code, per in fetch(
            f"SELECT item_no, code, quantity_per FROM item_unit_of_measure WHERE item_no IN ({marks})", nos
        ):
            units.setdefault(item_no, {})[code] = from_scaled(per)
        variants: dict[str, dict[str, bool]] = {}
        for item_no, code, blocked in fetch(f"SELECT item_no, code, blocked FROM item_variant WHERE item_no IN ({marks})", nos):
            variants.setdefault(item_no, {})[code] = bool(blocked)
        rows = fetch(
            "SELECT i.no, i.type, i.costing_method, i.base_uom, i.quantity_rounding, i.blocked, i.overhead_rate,"
            " i.indirect_cost_percent,"
            f" i.expiration_calculation, {_TRACKING}"
            f" FROM item i LEFT JOIN tracking_code t ON t.code = i.tracking_code WHERE i.no IN ({marks})",
            nos,
        )
        self._items.update(dict.fromkeys(nos))
        for row in rows:
            tracking = NO_TRACKING if row[9] is None else _tracking(row[9:])
            self._items[row[0]] = ItemSetup(
                no=row[0],
                type=row[1],
                costing_method=row[2],
                base_uom=row[3],
                quantity_rounding=None if row[4] is None else from_scaled(row[4]),
                tracking=tracking,
                blocked=bool(row[5]),
                has_overhead=bool(row[6] or row[7]),
                units={row[3]: Decimal(1), **units.get(row[0], {})},
                variants=variants.get(row[0], {}),
                expiration_calculation=row[8],
            )

    def location(self, code: str) -> LocationSetup | None:
        if code not in self._locations:
            rows = fetch(
                "SELECT in_transit, bin_mandatory, require_receive, require_put_away FROM location WHERE code = ?", (code,)
            )
            found = None
            if rows:
                bins = fetch("SELECT code, zone, blocked_movement FROM bin WHERE location_code = ?", (code,))
                in_transit, bin_mandatory, receive, put_away = map(bool, rows[0])
                named = {row[0]: BinSetup(row[1], row[2]) for row in bins}
                found = LocationSetup(code, in_transit, bin_mandatory, named, receive or put_away)
            self._locations[code] = found
        return self._locations[code]

    def user(self, code: str) -> UserSetup | None:
        if code not in self._users:
            rows = fetch(
                "SELECT role, locations, allow_posting_from, allow_posting_to, blocked FROM app_user WHERE code = ?", (code,)
            )
            self._users[code] = None
            if rows:
                import json

                role, locations, allowed_from, allowed_to, blocked = rows[0]
                limits = (allowed_from or "", allowed_to or "")
                self._users[code] = UserSetup(code, role, frozenset(json.loads(locations)), *limits, blocked=bool(blocked))
        return self._users[code]

    def has_reason(self, code: str) -> bool:
        if code not in self._reasons:
            self._reasons[code] = bool(fetch("SELECT 1 FROM reason WHERE code = ?", (code,)))
        return self._reasons[code]


_setups: "WeakKeyDictionary[Any, Setup]" = WeakKeyDictionary()


def current_setup(row: tuple[Any, ...]) -> Setup:
    """The setup of the open database at this version; an older one is forgotten. `row` is the settings row (`SETTINGS_SQL`) just
    read inside the posting's transaction."""
    setup = _setups.get(database.obj)
    if setup is None or setup.row != row:
        setup = Setup(row)
        _setups[database.obj] = setup
    return setup


def known_setup() -> Setup | None:
    """The setup of the open database as last seen: good for guessing what to read, to be confirmed by `current_setup`."""
    return _setups.get(database.obj)


def forget_setup() -> None:
    """Forget what was read: after a transaction that changed master data was taken back."""
    _setups.pop(database.obj, None)
