"""What was expected of a receipt or a shipment is given back as it is invoiced, cost, purchase and sales amount alike."""

import pytest

from db.connection import fetch
from tests.support.builders import an_item, invoice, posted, purchase, sale

pytestmark = pytest.mark.usefixtures("database")


def amounts(entry_no: int) -> list[tuple[int, ...]]:
    """Expected and actual amounts of an entry's value entries, in cents: cost, purchase, sales."""
    columns = ("cost_amount_expected", "purchase_amount_expected", "sales_amount_expected")
    sql = f"SELECT {', '.join(columns)} FROM value_entry WHERE item_ledger_entry_no = ? ORDER BY entry_no"
    return [tuple(int(value) // 1000 for value in row) for row in fetch(sql, (entry_no,))]


def test_parts_of_the_expected_purchase_amount_add_up_to_it() -> None:
    an_item()
    posted(purchase("3", amount="10.00", id="P1", invoiced=False))
    posted(invoice("P1", quantity="1", at="4"))
    posted(invoice("P1", quantity="1", at="4"), invoice("P1", at="4"))
    assert amounts(1) == [(1000, 1000, 0), (-333, -333, 0), (-333, -334, 0), (-334, -333, 0)]


def test_the_expected_sales_amount_is_given_back() -> None:
    an_item()
    posted(purchase("10", at="1"))
    posted(sale("2", price="7", id="S1", invoiced=False))
    posted(invoice("S1", price="8"))
    assert amounts(2) == [(-200, 0, 1400), (200, 0, -1400)]
