"""On hand, and the trace of a lot through three levels of making to its shipments, after a short history and after a long one.

A lot from a vendor is consumed in kits, these in sets, these in crates; of crates 60 shipments left. It is traced forward with
its recall list, and backward from the last crate; the tables of find entries are counted, the lots to take first suggested.
On hand of an item is read beside a look-up by primary key. Source: operations reference §13 (2 s); target 7.
"""

import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import pairwise
from statistics import median

from bench.company import BY, LOCATION, TODAY, bin_code, item_no
from bench.databases import durable_postgresql, histories_on_sqlite, history_on_postgresql
from bench.measure import Result, Settings, shown, spread
from db.connection import close_database, fetch, open_database
from db.masters.change import put_masters
from db.posting.lines import EntryType, Header, ItemJournalLine, TrackingLine
from db.posting.post import post_operations
from db.queries.find_entries import find_by_number
from db.queries.places import contents_at, item_contents
from db.queries.recall import recall
from db.queries.suggested import suggested_lots
from db.queries.trace import Direction, NumberOfItem, trace

_LEVELS = ("PART", "KIT", "SET", "CRATE")
_SHIPMENTS = 60
_OTHER_LOTS = 500  # of every item: the trace must find its own among them


def measure(settings: Settings) -> Iterator[Result]:
    histories = sorted({min(10_000, max(settings.histories)), max(settings.histories)})
    if "sqlite" in settings.databases:
        files = histories_on_sqlite(histories)
        yield from _measured("SQLite", {entries: f"sqlite:///{path}" for entries, path in files}, settings)
    if "postgresql" in settings.databases:
        with durable_postgresql() as server:
            urls = {entries: history_on_postgresql(server, entries) for entries in histories}
            yield from _measured("PostgreSQL", urls, settings)


def _measured(where: str, urls: dict[int, str], settings: Settings) -> Iterator[Result]:
    for entries, url in urls.items():
        open_database(url)
        try:
            _post_chain()
            yield from _results(f"{where}, {entries:,} entries", settings.rounds)
        finally:
            close_database()


def _results(where: str, rounds: int) -> Iterator[Result]:
    vendor_lot, last_lot = NumberOfItem("PART", "", "lot", "V"), NumberOfItem("CRATE", "", "lot", "CRATE-LOT")
    listed = recall(vendor_lot)
    assert len(listed.customers) == _SHIPMENTS
    assert {one.document for one in recall(last_lot).origins} == {"VENDOR"}
    work: dict[str, Callable[[], object]] = {
        "trace forward and recall list": lambda: (trace(vendor_lot, Direction.FORWARD), recall(vendor_lot)),
        "trace backward": lambda: trace(last_lot, Direction.BACKWARD),
        "find entries of a lot": lambda: find_by_number(vendor_lot),
    }
    for what, do in work.items():
        seconds = _seconds(do, rounds)
        yield Result(
            0,
            f"{what}, 3 levels, {_SHIPMENTS} shipments, {where}",
            f"{shown(max(seconds) * 1000)} ms",
            "≤ 2 s",
            max(seconds) <= 2,
        )
    suggest = spread([one * 1000 for one in _seconds(lambda: suggested_lots("PART", "", LOCATION, TODAY), rounds)])
    yield Result(0, f"first to expire of {_OTHER_LOTS} lots, {where}", f"{suggest} ms", "", True)
    key = _seconds(lambda: fetch("SELECT quantity FROM item_total WHERE item_no = ?", (item_no(7),)), rounds * 20)
    (there, *_rest) = item_contents(item_no(7))
    in_bin = _seconds(lambda: contents_at(item_no(7), "", LOCATION, there.bin_code), rounds * 20)
    everywhere = _seconds(lambda: item_contents(item_no(7)), rounds * 20)
    ratio = median(in_bin) / median(key)
    detail = f"everywhere, sorted by place: {shown(median(everywhere) / median(key))} ×"
    yield Result(7, f"on hand of an item in a bin, {where}", f"{shown(ratio)} × a look-up by key", "≤ 3 ×", ratio <= 3, detail)


def _seconds(do: Callable[[], object], rounds: int) -> list[float]:
    found = []
    for _round in range(rounds):
        start = time.perf_counter()
        do()
        found.append(time.perf_counter() - start)
    return found


def _post_chain() -> None:
    """The goods of the trace, once in a database."""
    if fetch("SELECT 1 FROM item WHERE no = 'CRATE'"):
        return
    put_masters(
        [("tracking_code", {"code": "LOT", "lot": True})]
        + [("item", {"no": level, "tracking_code": "LOT", "unit_cost": Decimal(1)}) for level in _LEVELS]
    )
    others = [_line(EntryType.PURCHASE, level, 1, f"{level}-{n:04}", "") for level in _LEVELS for n in range(_OTHER_LOTS)]
    chain = [_line(EntryType.PURCHASE, "PART", _SHIPMENTS, "V", "VENDOR")]
    for below, level in pairwise(_LEVELS):
        lot = "V" if below == "PART" else f"{below}-LOT"
        chain.append(_line(EntryType.CONSUMPTION, below, _SHIPMENTS, lot, f"MAKE-{level}"))
        chain.append(_line(EntryType.OUTPUT, level, _SHIPMENTS, f"{level}-LOT", f"MAKE-{level}"))
    chain += [_line(EntryType.SALE, "CRATE", 1, "CRATE-LOT", f"C{number:03}") for number in range(_SHIPMENTS)]
    post_operations(others, BY)
    for one in chain:
        post_operations([one], BY)


def _line(kind: EntryType, item: str, quantity: int, lot: str, document: str) -> ItemJournalLine:
    return ItemJournalLine(
        Header(TODAY, document_no=document),
        kind,
        item,
        Decimal(quantity),
        location_code=LOCATION,
        bin_code=bin_code(0),
        tracking=(TrackingLine(Decimal(quantity), lot),),
        unit_cost=Decimal(1) if kind in (EntryType.PURCHASE, EntryType.OUTPUT) else None,
    )
