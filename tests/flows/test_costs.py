"""Cost changes too large for the posting itself are forwarded behind it, and the worker does not wait for them."""

from decimal import Decimal

from db.connection import fetch
from db.posting.adjust import ENTRIES_AT_ONCE, pending
from db.posting.lines import EntryType, PostedBy
from db.posting.post import post_operations
from tests.flows.warehouse import a_line, a_warehouse, on_hand, signed_in
from tests.support.databases import OpenDatabase


def test_found_goods_that_cover_many_sales_forward_their_cost_to_all_of_them(database: OpenDatabase) -> None:
    a_warehouse()
    sales = ENTRIES_AT_ONCE + 10
    fetch("UPDATE item_total SET unit_cost = 250000 WHERE item_no = 'NUT'")
    post_operations([a_line(EntryType.SALE, "NUT", "1", "SHOP", "") for _ in range(sales)], PostedBy())
    assert on_hand("NUT", location="SHOP") == -sales
    worker = signed_in(location="SHOP").scan("2", "NUT", f"+{sales}", "1").post()
    assert worker.said.startswith("Posted")
    worker.session.close()
    assert pending() == 0
    assert on_hand("NUT", location="SHOP") == Decimal(0)
    (total,) = fetch("SELECT SUM(cost_amount_actual) FROM value_entry WHERE item_no = 'NUT'")
    assert int(total[0]) == 0
