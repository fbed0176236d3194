"""The numbers of shipments and receipts: from their series, where the company has one, else the number of their order.

A number is drawn in the posting's own transaction, so that a posting that fails leaves no gap.
"""

from collections.abc import Callable

from db.connection import fetch
from db.core.codes import normalize_code
from db.core.errors import StocktermError
from db.core.number_errors import NumberTaken
from db.posting.checked import Problems
from db.posting.lines import Header, TransferOrder
from db.posting.planning import Planning
from db.work.number_series import next_number, refuse_by_hand
from db.work.transfer_orders import find_transfer_order

_IN_USE = (
    "SELECT 1 FROM item_register WHERE document_no = ? AND operation = ?"
    " AND operation IN ('transfer_ship', 'transfer_receive') LIMIT 1"  # as the partial index says it
)


def document_number(planning: Planning, operation: str, header: Header, order_no: str) -> str:
    """The number of what is posted now by `operation`: of a shipment or receipt the next of its series; else of its order.

    Raises `Problems`.
    """
    settings = planning.stock.settings
    series = {"transfer_ship": settings.transfer_shipment_nos, "transfer_receive": settings.transfer_receipt_nos}.get(operation)
    if not series:
        return header.document_no or order_no
    drawn = drawn_or_typed(
        series, header, header.document_no, "document_no", lambda number: _in_use(operation, normalize_code(number))
    )
    return normalize_code(drawn)


def order_number(planning: Planning, order: TransferOrder) -> str:
    """The number of an order that is new. Raises `Problems`."""
    series = planning.stock.settings.transfer_order_nos
    if not series:
        return order.no
    drawn = drawn_or_typed(
        series, order.header, order.no, "no", lambda number: find_transfer_order(normalize_code(number)) is not None
    )
    return normalize_code(drawn)


def drawn_or_typed(series: str, header: Header, typed: str, field: str, taken: Callable[[str], bool]) -> str:
    """The typed number, if the series allows it and it is free; else the next one of the series. Raises `Problems`."""
    try:
        if not typed:
            return next_number(series, header.posting_date, taken=taken)
        refuse_by_hand(series, typed, field)
        if taken(typed):
            raise NumberTaken(field=field, number=typed)
    except StocktermError as error:
        error.field = error.field or field
        raise Problems([error]) from None
    return typed


def _in_use(operation: str, number: str) -> bool:
    return bool(fetch(_IN_USE, (number, operation)))
