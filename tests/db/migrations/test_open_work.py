"""What waits is found through the indexes of what is open, at both databases: orders, counts and recordings are kept for ever."""

import pytest

from db.connection import fetch
from db.queries import reclassify, transfer_orders
from db.work import count_opportunities, count_recordings
from tests.support.databases import OpenDatabase
from tests.support.statements import Sent, counted_statements


def _plan(database: OpenDatabase, one: Sent) -> str:
    if database.is_sqlite:
        return " ".join(row[3] for row in fetch(f"EXPLAIN QUERY PLAN {one.sql}", one.params))
    fetch("SET enable_seqscan = off")  # the tables are empty: without this the planner reads them whole, and is right
    return " ".join(row[0] for row in fetch(f"EXPLAIN {one.sql}", one.params))


@pytest.mark.parametrize(
    ("ask", "index"),
    [
        (lambda: transfer_orders.orders_to_ship("EAST"), "transfer_order_line_to_ship"),
        (lambda: transfer_orders.orders_to_receive("EAST"), "transfer_order_line_to_receive"),
        (lambda: reclassify.stranded_by("1000", "", "EAST", []), "transfer_order_line_to_ship"),
        (lambda: count_recordings.counts_blind("CAT"), "count_recording_in_hand"),
        (lambda: count_opportunities.offered("CAT", "EAST"), "count_order_created_by"),
    ],
)
def test_what_waits_is_found_without_reading_what_is_finished(database: OpenDatabase, ask: object, index: str) -> None:
    assert callable(ask)
    with counted_statements() as sent:
        ask()
    assert index in _plan(database, sent[0])


def test_a_recall_asks_the_open_orders_only(database: OpenDatabase) -> None:
    from db.queries.recall import _OPEN_LINES

    assert "transfer_order_line_to_ship" in _plan(database, Sent(_OPEN_LINES, ("1000", "")))
