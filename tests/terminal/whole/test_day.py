"""A day in a warehouse: eight terminals at once, from goods in to the evening's approval; then the books say what the day says.

The day is a script: each line is what somebody scans or types, and what their screen then shows. What has to be on hand in the
evening is added up here by hand, without the program.
"""

import re
import time
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from db.work.sessions import may_still_run
from tests.support import postgres
from tests.support.databases import DATABASES, long_or_short
from tests.support.program import Company, call
from tests.terminal.terminal import PATIENCE
from tests.terminal.whole.program import ENTER, F3, F10, Program, looking_into, proven
from tests.terminal.whole.ssh_server import Remote, Server, running

Start = Callable[..., Program]
TODAY = date.today()
EXPIRY = date(TODAY.year + 4, 5, 1)
BURST = long_or_short(400, 12)  # scans of each of the eight, all at once
OWN = tuple(f"C-{number:02}" for number in range(1, 9))  # a bin for each of them

# user: role, badge, terminal, columns, rows
PEOPLE = {
    "GUS": ("receiving", "B-GUS-3301", "RF-9", 20, 8),
    "ANN": ("worker", "B-ANN-7391", "RF-2", 40, 20),
    "CAT": ("counter", "B-CAT-5520", "RF-3", 20, 8),
    "FAY": ("worker", "B-FAY-8120", "RF-4", 26, 16),
    "DAN": ("shipping", "B-DAN-6644", "RF-5", 40, 20),
    "EVA": ("worker", "B-EVA-9011", "SHOP-1", 40, 8),
    "IDA": ("worker", "B-IDA-2075", "RF-1", 40, 20),
    "SUE": ("supervisor", "B-SUE-0917", "DESK", 80, 24),
    "BOB": ("worker", "B-BOB-1846", "", 0, 0),  # has no terminal of his own: his badge takes over
}
AT_WORK = tuple(name for name in PEOPLE if name != "BOB")


def _gtin(number: int) -> str:
    from stockterm.scanning.check_digits import check_digit

    digits = f"0952{number:09}"
    return digits + check_digit(digits)


SCREW, CHEESE = _gtin(1), _gtin(2)


def cheese(lot: str) -> str:
    """The GS1 label of a lot."""
    return f"]C101{CHEESE}17{EXPIRY:%y%m%d}10{lot}"


COMPANY: list[dict[str, Any]] = [
    {"op": "location", "code": "EAST", "name": "East", "bin_mandatory": True},
    {"op": "location", "code": "SHOP", "name": "Shop"},
    {"op": "location", "code": "ROAD", "name": "On the road", "in_transit": True},
    *({"op": "bin", "location": "EAST", "code": code} for code in ("A-01", "A-02", "A-03", "B-01", *OWN)),
    {"op": "tracking_code", "code": "FOOD", "lot": True, "lot_warehouse": True, "expiration_required": True},
    {"op": "item", "no": "SCREW", "description": "Screw 4x40", "gtin": SCREW, "quantity_rounding": "1"},
    {"op": "item", "no": "NAIL", "description": "Nail 60 mm", "quantity_rounding": "1"},
    {"op": "item", "no": "BOLT", "description": "Bolt M8", "quantity_rounding": "1"},
    {"op": "item", "no": "CHEESE", "description": "Brown cheese", "gtin": CHEESE, "tracking_code": "FOOD"},
    {"op": "reason", "code": "FOUND", "description": "Found"},
    *(
        {"op": "user", "code": code, "name": code.title(), "role": role, "badge": badge, "locations": []}
        for code, (role, badge, *_rest) in PEOPLE.items()
    ),
]


def bought(item: str, quantity: str, bin_code: str, **lots: str) -> dict[str, Any]:
    tracking = [{"quantity": of_lot, "lot": lot, "expiration_date": EXPIRY.isoformat()} for lot, of_lot in lots.items()]
    line = {"op": "journal_line", "type": "purchase", "item": item, "location": "EAST", "bin": bin_code, "unit_cost": "2.50"}
    return {**line, "id": f"PO-{item}", "quantity": quantity, "user": "GUS", **({"tracking": tracking} if tracking else {})}


GOODS_IN = [
    bought("CHEESE", "60", "A-01", L1="40", L2="20"),
    bought("SCREW", "100", "A-02"),
    bought("NAIL", "50", "A-03"),
    {"op": "transfer_order", "id": "TO-1", "no": "TO-1", "from": "EAST", "to": "SHOP", "in_transit": "ROAD", "user": "SUE",
     "lines": [{"line_no": 1, "item": "CHEESE", "quantity": "12"}, {"line_no": 2, "item": "SCREW", "quantity": "8"}]},
    {"op": "transfer_order", "id": "TO-2", "no": "TO-2", "from": "SHOP", "to": "EAST", "in_transit": "ROAD", "user": "SUE",
     "lines": [{"line_no": 1, "item": "SCREW", "quantity": "3"}]},
]  # fmt: skip


@pytest.fixture(params=DATABASES)
def day_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The company of the day, before its first goods came in, on both databases."""
    if request.param == "sqlite":
        url = request.getfixturevalue("sqlite_url")
        Company(url, tmp_path).posted(*COMPANY)
        yield url
        return
    server = request.getfixturevalue("postgres_server")
    url = postgres.new_database(server, template="stockterm_template")
    Company(url, tmp_path).posted(*COMPANY)
    yield url
    postgres.drop_database(server, url)


class Hands:
    """Somebody at a terminal: `does` types or scans, and waits for what the screen must show. `remote`: over SSH."""

    def __init__(self, start: Start, url: str, name: str, remote: Server | None = None) -> None:
        self.name, self.url, self.remote = name, url, remote
        _role, self.badge, self.terminal, self.columns, self.rows = PEOPLE[name]
        self._start: Callable[[], Program] = lambda: start(url, name=self.terminal, columns=self.columns, rows=self.rows)
        self.program = self._opened()

    def _opened(self) -> Program:
        if self.remote is None:
            return self._start()
        return Remote(self.remote, columns=self.columns, rows=self.rows)

    def does(self, what: str | bytes, *shown: str) -> "Hands":
        """One entry; texts are ended with Enter."""
        self.program.write(what if isinstance(what, bytes) else what.encode() + ENTER)
        return self.sees(*shown)

    def sees(self, *shown: str) -> "Hands":
        for words in shown:
            self.program.until(lambda words=words: words in self.screen)  # type: ignore[misc]
        return self

    @property
    def screen(self) -> str:
        return "\n".join(self.program.lines)

    def chooses(self, text: str, *shown: str) -> "Hands":
        """The number of the entry of a list that begins so."""
        pattern = re.compile(rf"^>?\s*(\d+) {re.escape(text)}", re.MULTILINE)
        self.program.until(lambda: pattern.search(self.screen) is not None)
        found = pattern.search(self.screen)
        assert found is not None
        return self.does(found[1], *shown)

    def confirms(self, *shown: str) -> "Hands":
        """The two digits that the screen asks for."""
        self.program.until(lambda: self.program.digits is not None)
        assert self.program.digits is not None
        return self.does(self.program.digits, *shown)

    def posts(self, *shown: str) -> "Hands":
        self.program.write(F10)
        return self.confirms(*shown)

    def signs_in(self) -> "Hands":
        self.sees("Badge").does(self.badge, "Location")
        return self.does("LOC:SHOP" if self.name == "EVA" else "LOC:EAST", "OK")

    def to_menu(self) -> "Hands":
        for _step in range(6):
            if "Sign out" in self.screen or "1 Count" in self.screen or "4 What is" in self.screen:
                return self
            size = len(self.program.output)
            self.program.write(F3)
            self.program.until(lambda size=size: len(self.program.output) > size)  # type: ignore[misc]
            self.program.until_quiet(0.15)
        raise AssertionError(self.screen)

    def drops(self) -> None:
        """The line breaks: SIGHUP, or the connection is gone without a word."""
        if self.remote is None:
            self.program.hang_up()
            self.program.exit_status()
            return
        self.program.killed()
        self.program.__exit__()
        with looking_into(self.url) as rows:
            [(process,)] = rows("SELECT process FROM work_session WHERE terminal = ? AND signed_in", (self.terminal,))
        end = time.monotonic() + PATIENCE
        while may_still_run(process):
            assert time.monotonic() < end, "the program at the other end goes on"
            time.sleep(0.05)

    def comes_back(self) -> None:
        self.program = self._opened()


def on_hand(url: str) -> dict[tuple[str, str, str], Decimal]:
    """(item, location, lot) → quantity, as `stockterm export on-hand` has it."""
    totals: dict[tuple[str, str, str], Decimal] = {}
    for row in call("--database", url, "export", "on-hand").rows:
        key = (row["item"], row["location"], row["lot"])
        totals[key] = totals.get(key, Decimal(0)) + Decimal(row["quantity"])
    return {key: quantity for key, quantity in totals.items() if quantity}


def test_a_day_in_a_warehouse(day_url: str, start: Start, tmp_path: Path) -> None:
    a_day(day_url, tmp_path, {name: Hands(start, day_url, name) for name in AT_WORK})


def test_a_day_in_which_an_ssh_session_drops(sqlite_url: str, start: Start, tmp_path: Path) -> None:
    Company(sqlite_url, tmp_path).posted(*COMPANY)
    with running(sqlite_url, tmp_path) as server:
        people = {name: Hands(start, sqlite_url, name, server if name == "IDA" else None) for name in AT_WORK}
        a_day(sqlite_url, tmp_path, people)
        people["IDA"].program.__exit__()


@pytest.mark.soak
def test_ten_days_on_end(day_url: str, start: Start, tmp_path: Path) -> None:
    """The eight stay at work: count upon count, in one another's way, and the books agree."""
    people = {name: Hands(start, day_url, name) for name in AT_WORK}
    a_day(day_url, tmp_path, people)
    sue = people["SUE"]
    for _day in range(10):
        all_at_once(list(people.values()))
        sue.to_menu().does("1", "Count myself").chooses("CAT", "Count").posts("Posted")
        assert proven(day_url)
    assert on_hand(day_url)["BOLT", "EAST", ""] == Decimal(3 + 8 * BURST)


def a_day(url: str, folder: Path, people: dict[str, Hands]) -> None:
    gus, ann, cat, fay = (people[name] for name in ("GUS", "ANN", "CAT", "FAY"))
    dan, eva, ida, sue = (people[name] for name in ("DAN", "EVA", "IDA", "SUE"))
    for one in people.values():
        one.signs_in()
    goods_in(url, folder, gus, ann)
    a_count_while_stock_moves(sue, ann, cat, fay)
    transfers_out_and_in(dan, eva, gus)
    a_relabelled_lot(fay)
    a_badge_and_a_dropped_line(url, ida)
    all_at_once(list(people.values()))
    an_evening(sue)
    recall_from_one_scan(sue, fay)
    in_the_books(url)


def goods_in(url: str, folder: Path, gus: Hands, ann: Hands) -> None:
    """A file of purchases, posted for who receives them; five more that stood on no paper."""
    Company(url, folder).posted(*GOODS_IN)
    gus.does("4", "Scan anything").does(cheese("L1"), "Brown cheese")
    ann.does("2", "Which bin?").does("BIN:A-01", "Scan an item.").does(cheese("L1"), "how many?").does("+5", "Why?")
    ann.does("1", "Right?").posts("Posted +5 PCS CHEESE L1")


def a_count_while_stock_moves(sue: Hands, ann: Hands, cat: Hands, fay: Hands) -> None:
    """Ordered blind for three bins, counted by two at once; ten screws leave their shelf when it is counted."""
    sue.does("13", "New order").chooses("New order", "Make the order")
    sue.chooses("Bins", "type it").does("A-0*", "A-0*").chooses("Make the order", "CO1: 3 lines added")
    ann.to_menu().does("10", "3 of 3 bins left").does("BIN:A-01", "Bin A-01")
    ann.does(cheese("L1"), "+1 PCS").does("45", "45 PCS").does(cheese("L2"), "+1 PCS").does("20", "20 PCS")
    cat.does("10", "Count myself").does("1", "CO1 EAST").does("BIN:A-02", "CO1 A-02").does("SCREW", "+1 PCS").does(
        "100", "100 PCS"
    )
    fay.does("3", "From which bin?").does("BIN:A-02", "Scan an item.").does("SCREW", "All 100 PCS?").does("10", "Where to?")
    fay.does("BIN:B-01", "Right?").posts("Posted 10 PCS SCREW")
    cat.does("BIN:A-03", "CO1 A-03").does("NAIL", "+1 PCS").does("48", "48 PCS")
    cat.posts("Handed in")
    ann.posts("Handed in")


def transfers_out_and_in(dan: Hands, eva: Hands, gus: Hands) -> None:
    """Twelve cheeses and eight screws to the shop; three screws back."""
    dan.does("6", "TO-1 SHOP").does("1", "Which bin?").does("BIN:A-01", "TO-1 A-01").does(cheese("L1"), "12 PCS left")
    dan.does("12", "12 of 12 PCS").does("BIN:B-01", "TO-1 B-01").does("SCREW", "8 PCS left").does("8", "8 of 8 PCS")
    dan.posts("Shipped TO-1")
    eva.does("7", "TO-1 EAST").does("1", "TO-1 SHOP").does(cheese("L1"), "12 PCS left").does("12", "12 of 12 PCS")
    eva.does("SCREW", "8 PCS left").does("8", "8 of 8 PCS").posts("Received TO-1")
    eva.to_menu().does("6", "TO-2 EAST").does("1", "TO-2 SHOP").does("SCREW", "3 PCS left").does("3", "3 of 3 PCS")
    eva.posts("Shipped TO-2")
    gus.to_menu().does("7", "TO-2 SHOP").does("1", "Which bin?").does("BIN:B-01", "TO-2 B-01").does("SCREW", "3 PCS left")
    gus.does("3", "3 of 3 PCS").posts("Received TO-2")


def a_relabelled_lot(fay: Hands) -> None:
    """All of lot L2 gets the number that its new labels say."""
    fay.to_menu().does("11", "Scan lot or item.").does(cheese("L2"), "New lot").does("1", "All 20 PCS?")
    fay.does("L2B", "Right?").posts("Posted 20 PCS CHEESE")


def a_badge_and_a_dropped_line(url: str, ida: Hands) -> None:
    """BOB takes IDA's count over by his badge; the line breaks; the same terminal goes on where it was, for him."""
    ida.does("1", "Scan a bin.").does("BIN:B-01", "Count B-01")
    for number in range(1, 4):
        ida.does("BOLT", f"{number} PCS")
    ida.does(PEOPLE["BOB"][1], "Taken up where it was, Bob.")
    ida.does("SCREW", "SCREW", "1 PCS")
    ida.drops()
    ida.comes_back()
    ida.sees("Count B-01", "SCREW").does("5", "5 PCS").posts("Posted")
    with looking_into(url) as rows:
        counted = rows("SELECT item_no, counted_by FROM counted_line WHERE bin_code = 'B-01' ORDER BY line_no")
    assert counted == [("BOLT", "IDA"), ("SCREW", "BOB")]


def all_at_once(everybody: list[Hands]) -> None:
    """Eight people count at the same moment, each in a bin of their own, without waiting for their screens; and post."""
    for one, bin_code in zip(everybody, OWN, strict=True):
        one.to_menu()
        if one.name == "EVA":
            one.does("LOC:EAST", "OK EAST")
        one.does("1", "Scan a bin.").does(f"BIN:{bin_code}", f"Count {bin_code}")
    for one in everybody:
        one.program.write(b"BOLT\r" * BURST)
    for one in everybody:
        one.sees(f"{BURST} PCS")
    for one in everybody:
        one.program.write(F10)
    for one in everybody:
        one.confirms("Handed in" if one.name == "CAT" else "Posted")


def an_evening(sue: Hands) -> None:
    """What was counted blind is looked at, approved by somebody who did not count it, and posted."""
    sue.to_menu().does("1", "Count myself").chooses("CAT", "Count").posts("Posted")
    sue.to_menu().does("13", "CO1").chooses("CO1", "Value differences").chooses("Value differences", "50 → 48 (-2)")
    sue.does(F3, "Finish").chooses("Finish", "1 difference").chooses("Approve", "No reason").does("1", "Approved.")
    sue.chooses("Post 4 lines").confirms("Posted: CO1")


def recall_from_one_scan(sue: Hands, fay: Hands) -> None:
    """The label of one cheese says where all of its lot is, and blocks it there: at once, for every other terminal."""
    sue.to_menu().does("12", "Scan a lot or serial.").does(cheese("L1"), "Block now").chooses("Block now", "Block").does(
        F10, "OK"
    )
    fay.to_menu().does("2", "Which bin?").does("BIN:A-01", "Scan an item.").does(cheese("L1"), "! Blocked")
    fay.does(F3)
    fay.program.until(lambda: "LOCKED" not in fay.screen)


def in_the_books(url: str) -> None:
    """The books agree among themselves, and with the day."""
    assert on_hand(url) == {
        ("CHEESE", "EAST", "L1"): Decimal(40 + 5 - 12),
        ("CHEESE", "EAST", "L2B"): Decimal(20),
        ("CHEESE", "SHOP", "L1"): Decimal(12),
        ("SCREW", "EAST", ""): Decimal(100 - 8 + 3),
        ("SCREW", "SHOP", ""): Decimal(8 - 3),
        ("NAIL", "EAST", ""): Decimal(50 - 2),
        ("BOLT", "EAST", ""): Decimal(3 + 8 * BURST),
    }
    with looking_into(url) as rows:
        assert rows("SELECT COUNT(*) FROM scan_log WHERE waiting") == [(0,)]
        assert rows("SELECT COUNT(*) FROM counted_line WHERE open") == [(0,)], "every count is posted"
        who = {row[0] for row in rows("SELECT DISTINCT user_code FROM item_register")}
        blocked = rows("SELECT number FROM tracking_number WHERE blocked")
    assert who >= {"GUS", "ANN", "FAY", "DAN", "EVA", "BOB", "SUE"}
    assert ("L1",) in blocked
    assert proven(url)
