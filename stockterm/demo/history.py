"""Nine weeks of business before today: what the demo company received, moved, sold, counted and corrected.

The story, in days before `today`:

    56  opening stock, one document for each family of goods
    42  PR-1001 hardware, received in RECV-01 and put away     35  PR-1002 food      28  PR-1003 medical
    24  PR-1004 electronics, received without an invoice; invoiced at day 9, four percent dearer: the cost of what was sold
        or moved in between follows
    20  goods to the shop     18  goods to EAST     16  PR-1005 fasteners again, at another cost
    22 to 1  sales     12  a purchase return     11  damaged, a sample     10  a mistake and its undoing
     6  PR-1006 building materials, supplies, workwear      5  a sales return at exact cost     4  a count of one bin
     2  PR-1007 food, received in RECV-01 and RECV-02, not yet invoiced and not yet put away
     1  transfer order TO-1001 is shipped to the shop and on its way; TO-1002 for EAST waits to be shipped

Quantities follow from the tables in `goods.py` by fixed shares, without chance. `_Books` keeps what lies where, so that a line
that would take more than there is fails here and not at the door.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from stockterm.demo.goods import BOX_CODES, GOODS, GOODS_BY_NO, LOTS, VARIANTS, Goods, Lot, serial_no
from stockterm.demo.places import EAST, MAIN, SHOP, TRANSIT

Operation = dict[str, object]
"""One operation of the interchange format, ready for JSON: decimals and dates are strings."""

FAMILIES = {"HW": "hardware", "FD": "food", "MD": "medical", "EL": "electronics", "SU": "supplies", "WW": "workwear"}

SHOP_SHELF = [
    "HW1010", "HW1020", "HW1050", "HW1210", "HW1230", "HW1260", "HW1320", "HW1340", "FD2060", "FD2080", "FD2320", "MD3040",
    "MD3050", "EL4030", "EL4050", "EL4060", "EL4250", "EL4310", "SU5040", "WW6020", "WW6060",
]  # fmt: skip
EAST_RACK = {
    "HW1080": "A-01-01", "FD2010": "A-01-02", "FD2030": "A-01-03", "FD2110": "A-01-04", "FD2210": "A-02-01",
    "MD3020": "A-02-02", "MD3030": "A-02-02", "SU5010": "A-02-03", "SU5030": "A-02-04", "HW1280": "A-02-04",
}  # fmt: skip
"""Where the goods of EAST lie there."""
ON_THE_WAY = {"HW1250": 6, "FD2080": 12}  # transfer order TO-1001, shipped to the shop yesterday
TO_BE_SHIPPED = {"HW1260": 24, "FD2080": 6, "FD2320": 48}  # TO-1002, for EAST

Key = tuple[str, str, str, str, str]  # item, variant, location, bin, lot or serial number


class _Books:
    """What lies where, in base units; a line that would take more than there is is a mistake in this module."""

    def __init__(self) -> None:
        self.quantities: defaultdict[Key, Decimal] = defaultdict(Decimal)

    def add(self, key: Key, quantity: Decimal) -> None:
        self.quantities[key] += quantity
        assert self.quantities[key] >= 0, f"{key}: the demo would take {-quantity} of {self.quantities[key] - quantity}"


class _History:
    """Builds the journal lines of one company, keeping the books as it goes."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.books = _Books()
        self.sales_by_item: dict[tuple[str, str], str] = {}  # document and item: the id of the (last) line

    def day(self, before: int) -> str:
        return (self.today - timedelta(days=before)).isoformat()

    def number_fields(self, goods: Goods, number: str, *, inbound: bool) -> Operation:
        """The tracking fields of a line: lot or serial, and the expiry date where goods come in."""
        if not number:
            return {}
        if goods.tracking == "SN":
            return {"serial": number}
        days = next(lot.days for lot in LOTS[goods.no] if lot.no == number)
        if inbound and days is not None:
            return {"lot": number, "expiration_date": (self.today + timedelta(days=days)).isoformat()}
        return {"lot": number}

    def line(
        self,
        kind: str,
        identity: str,
        before: int,
        goods: Goods,
        variant: str,
        location: str,
        bin_code: str,
        number: str,
        quantity: Decimal,
        *,
        uom: str = "",
        **fields: object,
    ) -> Operation:
        """One journal line; `quantity` is in `uom` (blank: the base unit) and signed as the format wants it."""
        inward = kind in ("purchase", "positive_adjustment")
        base = quantity * units_per(goods, uom)
        if kind == "transfer":
            target = (str(fields.get("new_location", location)), str(fields.get("new_bin", "")))
            self.books.add((goods.no, variant, location, bin_code, number), -base)
            self.books.add((goods.no, variant, *target, number), base)
        else:
            self.books.add((goods.no, variant, location, bin_code, number), base if inward else -base)
        operation: Operation = {
            "op": "journal_line",
            "id": identity,
            "date": self.day(before),
            "type": kind,
            "item": goods.no,
            "location": location,
            "quantity": plain(quantity),
        }
        if variant:
            operation["variant"] = variant
        if bin_code:
            operation["bin"] = bin_code
        if uom:
            operation["uom"] = uom
        return operation | self.number_fields(goods, number, inbound=inward and quantity > 0) | fields

    # ---- in ---------------------------------------------------------------------------------------------------------

    def opening(self) -> Iterator[Operation]:
        """Opening stock as positive adjustments, a little cheaper than what is bought today."""
        for goods in GOODS:
            document = f"OPEN-{goods.no[:2]}"
            cost = money(Decimal(goods.cost) * Decimal("0.96"))
            for variant in variants(goods):
                for index, number in enumerate(opening_numbers(goods)):
                    quantity = Decimal(1 if goods.tracking == "SN" else goods.stock)
                    suffix = "".join(f"-{part}" for part in (variant, f"{index + 1}" if index else "") if part)
                    yield self.line(
                        "positive_adjustment", f"{document}-{goods.no}{suffix}", 56, goods, variant, MAIN, goods.bin, number,
                        quantity, unit_cost=cost, document_no=document, reason="OPENING", user="SUPER1",
                    )  # fmt: skip

    def receipt(
        self, document: str, before: int, items: list[Goods], factor: str, *, bin_code: str = "", invoiced: bool = True
    ) -> Iterator[Operation]:
        """A delivery of boxes (pieces where there are none) of the second lot, at `factor` times the cost of the table."""
        for number, goods in enumerate(items, start=1):
            uom = box_code(goods)
            boxes = Decimal(max(1, goods.stock // (3 * goods.box)) if uom else max(1, goods.stock // 3))
            cost = money(Decimal(goods.cost) * Decimal(factor) * units_per(goods, uom))
            fields: Operation = {
                "unit_cost": cost, "document_no": document, "external_document_no": f"DN-{document[3:]}", "user": "WORKER1",
            }  # fmt: skip
            if not invoiced:
                fields["invoiced"] = False
            place = bin_code or goods.bin
            for variant in variants(goods):
                identity = f"{document}-{number:02}{f'-{variant}' if variant else ''}"
                if goods.tracking == "SN":
                    yield self.serial_receipt(identity, before, goods, place, fields)
                else:
                    lot = LOTS[goods.no][1].no if goods.no in LOTS else ""
                    yield self.line("purchase", identity, before, goods, variant, MAIN, place, lot, boxes, uom=uom, **fields)

    def serial_receipt(self, identity: str, before: int, goods: Goods, place: str, fields: Operation) -> Operation:
        """Two more pieces, each with its number, in one line."""
        numbers = [serial_no(goods.no, goods.stock + index) for index in range(2)]
        for number in numbers:
            self.books.add((goods.no, "", MAIN, place, number), Decimal(1))
        return {
            "op": "journal_line", "id": identity, "date": self.day(before), "type": "purchase", "item": goods.no,
            "location": MAIN, "bin": place, "quantity": "2",
            "tracking": [{"serial": number, "quantity": "1"} for number in numbers],
        } | fields  # fmt: skip

    def put_away(self, document: str, before: int, items: list[Goods], bin_code: str) -> Iterator[Operation]:
        """Everything of `items` in a receiving bin goes to its home."""
        for number, goods in enumerate(items, start=1):
            lying = [key for key, left in self.books.quantities.items() if key[0] == goods.no and key[3] == bin_code and left]
            for index, (_, variant, location, _, tracked) in enumerate(lying):
                identity = f"{document}-{number:02}{f'-{index + 1}' if index else ''}"
                quantity = self.books.quantities[goods.no, variant, location, bin_code, tracked]
                yield self.line(
                    "transfer", identity, before, goods, variant, location, bin_code, tracked, quantity,
                    new_bin=goods.bin, document_no=document, user="WORKER2",
                )  # fmt: skip

    # ---- out and about ----------------------------------------------------------------------------------------------

    def moves(self) -> Iterator[Operation]:
        """Goods for the shop, then goods for EAST; a tenth to a fifth of the opening stock of the first lot."""
        for number, no in enumerate(SHOP_SHELF, start=1):
            goods = GOODS_BY_NO[no]
            for variant in variants(goods):
                identity = f"TR-3001-{number:02}{f'-{variant}' if variant else ''}"
                yield self.line(
                    "transfer", identity, 20, goods, variant, MAIN, goods.bin, first_number(goods),
                    Decimal(max(1, goods.stock // 10)), new_location=SHOP, document_no="TR-3001", user="WORKER1",
                )  # fmt: skip
        for number, (no, bin_code) in enumerate(EAST_RACK.items(), start=1):
            goods = GOODS_BY_NO[no]
            quantity = Decimal(1 if goods.tracking == "SN" else max(1, goods.stock // 5))
            yield self.line(
                "transfer", f"TR-3002-{number:02}", 18, goods, "", MAIN, goods.bin, last_opening_number(goods), quantity,
                new_location=EAST, new_bin=bin_code, document_no="TR-3002", user="WORKER2",
            )  # fmt: skip

    def sales(self, document: str, before: int, start: int, step: int, share: int) -> Iterator[Operation]:
        """A delivery to a customer: every `step`-th item from the `start`-th, one `share`-th of its opening stock."""
        for number, goods in enumerate(GOODS[start::step], start=1):
            if goods.tracking == "SN" or goods.no == "FD2220":
                continue  # serial numbers are sold by name below; what is left of the cheese is there to be found expired
            self.sales_by_item[document, goods.no] = f"{document}-{number:02}"
            yield self.line(
                "sale", f"{document}-{number:02}", before, goods, variants(goods)[0], MAIN, goods.bin, first_number(goods),
                Decimal(max(1, goods.stock // share)), unit_price=goods.price, document_no=document, user="WORKER1",
            )  # fmt: skip

    def serial_sales(self) -> Iterator[Operation]:
        """One piece of each serial item; of the electronics one that PR-1004 brought, so that its invoice changes their cost."""
        pieces = [goods for goods in GOODS if goods.tracking == "SN"]
        for number, goods in enumerate(pieces, start=1):
            sold = serial_no(goods.no, goods.stock if goods.no.startswith("EL") else 0)
            yield self.line(
                "sale", f"SH-2009-{number:02}", 14, goods, "", MAIN, goods.bin, sold, Decimal(1),
                unit_price=goods.price, document_no="SH-2009", user="WORKER2",
            )  # fmt: skip

    def transfers(self) -> Iterator[Operation]:
        """Yesterday: goods for the shop are on their way, an order for EAST waits to be shipped."""
        for number, (target, ordered) in enumerate(((SHOP, ON_THE_WAY), (EAST, TO_BE_SHIPPED)), start=1):
            lines: list[Operation] = [{"item": no, "quantity": str(quantity)} for no, quantity in ordered.items()]
            yield {
                "op": "transfer_order", "id": f"ORDER-8001-{number}", "date": self.day(1), "from": MAIN, "to": target,
                "lines": lines, "user": "SUPER1",
            }  # fmt: skip
        shipped: list[Operation] = []
        for number, (no, quantity) in enumerate(ON_THE_WAY.items(), start=1):
            goods = GOODS_BY_NO[no]
            self.books.add((no, "", MAIN, goods.bin, first_number(goods)), -Decimal(quantity))
            self.books.add((no, "", TRANSIT, "", first_number(goods)), Decimal(quantity))
            numbers = self.number_fields(goods, first_number(goods), inbound=False)
            shipped.append({"line_no": number, "quantity": str(quantity), "bin": goods.bin, **numbers})
        yield {
            "op": "transfer_ship", "id": "SHIP-8001", "date": self.day(1), "no": "TO-1001", "lines": shipped, "user": "WORKER1",
        }  # fmt: skip

    def shop_sales(self) -> Iterator[Operation]:
        """The shop's day yesterday."""
        for number, no in enumerate(SHOP_SHELF[::2], start=1):
            goods = GOODS_BY_NO[no]
            yield self.line(
                "sale", f"SH-2010-{number:02}", 1, goods, variants(goods)[0], SHOP, "", first_number(goods),
                Decimal(max(1, goods.stock // 30)), unit_price=goods.price, document_no="SH-2010", user="WORKER1",
            )  # fmt: skip

    def odds_and_ends(self) -> Iterator[Operation]:
        """What goes wrong in a warehouse and how it is put right."""
        flour, coffee, water, pliers = (GOODS_BY_NO[no] for no in ("FD2010", "FD2080", "FD2320", "HW1250"))
        monitors, screws = GOODS_BY_NO["EL4270"], GOODS_BY_NO["HW1010"]
        yield self.line(
            "purchase", "PRET-1001", 12, screws, "", MAIN, screws.bin, "", Decimal(-2), uom="BOX",
            applies_to="PR-1001-01", document_no="PRET-1001", user="SUPER1",
        )  # fmt: skip
        yield self.line(
            "negative_adjustment", "ADJ-5001-1", 11, flour, "", MAIN, flour.bin, first_number(flour), Decimal(6),
            reason="DAMAGED", document_no="ADJ-5001", user="WORKER1",
        )  # fmt: skip
        yield self.line(
            "negative_adjustment", "ADJ-5001-2", 11, coffee, "", MAIN, coffee.bin, first_number(coffee), Decimal(1),
            reason="SAMPLE", document_no="ADJ-5001", user="SUPER1",
        )  # fmt: skip
        yield self.line(
            "negative_adjustment", "ADJ-5002", 10, water, "", MAIN, water.bin, "", Decimal(24),
            reason="DAMAGED", document_no="ADJ-5002", user="WORKER2",
        )  # fmt: skip
        self.books.add((water.no, "", MAIN, water.bin, ""), Decimal(24))
        yield {"op": "undo", "id": "UNDO-5002", "of": "ADJ-5002", "date": self.day(10), "reason": "CORRECT", "user": "SUPER1"}
        yield self.line(
            "positive_adjustment", "ADJ-5003", 10, pliers, "", MAIN, pliers.bin, "", Decimal(2),
            unit_cost=pliers.cost, reason="FOUND", document_no="ADJ-5003", user="SUPER1",
        )  # fmt: skip
        yield from self.invoice_of_electronics()
        yield from self.receipt("PR-1006", 6, [*category("BUILDING"), *family("SU", "WW")], "1.02")
        yield self.line(
            "sale", "SRET-2001", 5, monitors, "", MAIN, monitors.bin, "", Decimal(-1),
            unit_price=monitors.price, applies_from=self.sales_by_item["SH-2002", monitors.no], document_no="SRET-2001",
            user="SUPER1",
        )  # fmt: skip
        yield self.count()

    def invoice_of_electronics(self) -> Iterator[Operation]:
        """Invoices of PR-1004, nine days ago, four percent above what was expected."""
        for number, goods in enumerate(family("EL"), start=1):
            for variant in variants(goods):
                cost = money(Decimal(goods.cost) * Decimal("1.04") * units_per(goods, box_code(goods)))
                suffix = f"{number:02}{f'-{variant}' if variant else ''}"
                yield {
                    "op": "invoice", "id": f"PI-4004-{suffix}", "of": f"PR-1004-{suffix}", "date": self.day(9), "unit_cost": cost,
                    "document_no": "PI-4004", "external_document_no": "INV-77310", "user": "CONTROL1",
                }  # fmt: skip

    def count(self) -> Operation:
        """A count of bin A-02-02, which holds two items: two packs of nuts short, one pack of washers too many."""
        lines: list[Operation] = []
        for no, difference in (("HW1060", -2), ("HW1070", 1)):
            key = (no, "", MAIN, "A-02-02", "")
            self.books.add(key, Decimal(difference))
            lines.append({"item": no, "bin": "A-02-02", "counted": plain(self.books.quantities[key])})
        return {
            "op": "count", "id": "COUNT-6001", "date": self.day(4), "location": MAIN, "document_no": "COUNT-6001",
            "reason": "COUNT", "user": "CONTROL1", "lines": lines,
        }  # fmt: skip

    # ---- all of it, in the order of the days ------------------------------------------------------------------------

    def tell(self) -> Iterator[Operation]:
        food = family("FD")
        yield from self.opening()
        hardware = category("FASTENERS")
        yield from self.receipt("PR-1001", 42, hardware, "1.00", bin_code="RECV-01")
        yield from self.put_away("PA-7001", 41, hardware, "RECV-01")
        yield from self.receipt("PR-1002", 35, food[::2], "1.00")
        yield from self.receipt("PR-1003", 28, family("MD"), "1.01")
        yield from self.receipt("PR-1004", 24, family("EL"), "1.00", invoiced=False)
        yield from self.sales("SH-2001", 22, start=0, step=3, share=8)
        yield from self.moves()
        yield from self.receipt("PR-1005", 16, hardware[:6], "1.07")
        yield from self.sales("SH-2002", 15, start=1, step=3, share=10)
        yield from self.serial_sales()
        yield from self.odds_and_ends()
        yield from self.sales("SH-2003", 3, start=2, step=3, share=12)
        half = len(food) // 2
        yield from self.receipt("PR-1007", 2, food[1:half:2], "1.03", bin_code="RECV-01", invoiced=False)
        yield from self.receipt("PR-1008", 2, food[half + 1 :: 2], "1.03", bin_code="RECV-02", invoiced=False)
        yield from self.shop_sales()
        yield from self.transfers()


def postings(today: date) -> Iterator[Operation]:
    """Every posting of the story, oldest first."""
    return _History(today).tell()


def family(*prefixes: str) -> list[Goods]:
    """The items whose number starts with one of the prefixes."""
    return [goods for goods in GOODS if goods.no[:2] in prefixes]


def category(code: str) -> list[Goods]:
    return [goods for goods in GOODS if goods.category == code]


def variants(goods: Goods) -> list[str]:
    """The variant codes of an item; one blank where it has none."""
    return [code for code, _ in VARIANTS.get(goods.no, [])] or [""]


def box_code(goods: Goods) -> str:
    """The unit above the base unit, blank where there is none."""
    return BOX_CODES.get(goods.base, "BOX") if goods.box else ""


def units_per(goods: Goods, uom: str) -> Decimal:
    """Base units in one `uom`."""
    if not uom:
        return Decimal(1)
    return Decimal(goods.pallet if uom == "PALLET" else goods.box)


def lots_of(goods: Goods) -> tuple[Lot, ...]:
    return LOTS.get(goods.no, ())


def opening_numbers(goods: Goods) -> list[str]:
    """Lot or serial numbers of the opening stock; one blank for goods without."""
    if goods.tracking == "SN":
        return [serial_no(goods.no, index) for index in range(goods.stock)]
    return [first_number(goods)]


def first_number(goods: Goods) -> str:
    return LOTS[goods.no][0].no if goods.no in LOTS else ""


def last_opening_number(goods: Goods) -> str:
    return opening_numbers(goods)[-1]


def money(amount: Decimal) -> str:
    """An amount or cost in two decimals, half away from zero."""
    return str(amount.quantize(Decimal("0.01"), ROUND_HALF_UP))


def plain(quantity: Decimal) -> str:
    """A quantity without exponent or trailing zeros."""
    return f"{quantity.normalize():f}"
