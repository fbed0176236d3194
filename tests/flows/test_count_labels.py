"""Counting by labels that say everything: item, lot and serial number in one symbol."""

from typing import Any

from db.masters.change import put_masters
from tests.flows.warehouse import Worker, a_warehouse, counting, purchased
from tests.support.databases import OpenDatabase


def labelled() -> Worker:
    a_warehouse()
    records: list[tuple[str, dict[str, Any]]] = [
        ("item", {"no": "SAW", "description": "Saw", "tracking_code": "SN", "gtin": "9520000000417"}),
        ("item", {"no": "DRIP", "description": "Drip", "tracking_code": "LOT", "gtin": "9520000000318"}),
        ("item", {"no": "BOLT", "description": "Bolt", "gtin": "9520000000011"}),
    ]
    put_masters(records)
    purchased("SAW", "3", serials=["S1", "S2", "S3"])
    purchased("DRIP", "9", lot="L1")
    return counting()


def test_serial_labels_that_name_their_item_follow_each_other(sqlite_database: OpenDatabase) -> None:
    worker = labelled()
    worker.scan("]d2010952000000041721S1", "]d2010952000000041721S2").is_ok()
    assert worker.view.tracking == "S2"
    assert worker.view.facts[1] == ("In all", "1 item, 2")


def test_after_a_serial_the_label_of_another_item_is_that_item(sqlite_database: OpenDatabase) -> None:
    worker = labelled().scan("]d2010952000000041721S1")
    worker.scan("]C101095200000003183005\x1d10L1").is_ok()
    assert (worker.view.item, worker.view.tracking, worker.view.quantity) == ("DRIP", "L1", "5 PCS")
    worker.scan("]d2010952000000041721S2", "]E09520000000011").is_ok()
    assert worker.view.item == "BOLT"
