"""From the fields of a posting operation to the operation that the posting layer takes.

What a single field may be is settled before (`kinds`); here stands what two fields say about each other.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from db.core.errors import BadValue, StocktermError, phrase
from db.posting.lines import (
    AdjustCost,
    ChangeExpiry,
    ChangeVariant,
    Count,
    CountLine,
    EntryType,
    HandledLine,
    Header,
    Invoice,
    ItemJournalLine,
    OrderedLine,
    PostingOperation,
    TrackingLine,
    TransferClose,
    TransferDelete,
    TransferOrder,
    TransferReceive,
    TransferShip,
    Undo,
)
from stockterm.interchange.kinds import Several, Values, shown

_TRACKING = ("lot", "serial", "package", "expiration_date")
_NEW_TRACKING = ("new_lot", "new_serial", "new_package", "new_expiration_date", "clear_expiration_date")
_SIGNED = (EntryType.PURCHASE, EntryType.SALE)  # a negative quantity is a return


def build(name: str, values: Values, today: date) -> PostingOperation:
    """The posting operation `name` with these typed values; `today` is the posting date where none is given.

    Raises `Several` where fields contradict each other.
    """
    errors: list[StocktermError] = []
    operation = _BUILDERS[name](values, _header(name, values, today), errors)
    if errors:
        raise Several(errors)
    return operation


def _header(name: str, values: Values, today: date) -> Header:
    return Header(
        posting_date=values.get("date", today),
        operation_id=values.get("id", ""),
        document_no=values.get("document_no", ""),
        external_document_no=values.get("external_document_no", ""),
        reason_code=values.get("reason", ""),
        user_code=values.get("user", ""),
        content_hash=_content_hash(name, values) if "id" in values else "",
    )


def _content_hash(name: str, values: Values) -> str:
    """What the caller sent, in one spelling: without the defaults of the day, so that a file repeated tomorrow is the same."""
    content = json.dumps([name, values], sort_keys=True, ensure_ascii=False, default=_in_one_spelling)
    return hashlib.sha256(content.encode()).hexdigest()


def _in_one_spelling(value: object) -> str:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def _refuse(errors: list[StocktermError], field: str, value: object, expected: str) -> None:
    errors.append(BadValue(field=field, value=shown(value), expected=expected))


def _one_of(errors: list[StocktermError], values: Values, first: str, second: str) -> None:
    if first in values and second in values:
        _refuse(errors, second, values[second], phrase("nothing, as {first} is given: either of the two", first=first))


def _costs(errors: list[StocktermError], values: Values) -> dict[str, Any]:
    _one_of(errors, values, "unit_cost", "amount")
    _one_of(errors, values, "unit_price", "sales_amount")
    return {name: values.get(name) for name in ("unit_cost", "amount", "unit_price", "sales_amount")}


# ---- journal lines


def _journal_line(values: Values, header: Header, errors: list[StocktermError]) -> ItemJournalLine:
    entry_type = EntryType(values["type"])
    quantity: Decimal = values["quantity"]
    if quantity < 0 and entry_type not in _SIGNED:
        _refuse(
            errors, "quantity", quantity, phrase("more than 0: {entry_type} says which way the goods go", entry_type=entry_type)
        )
    if entry_type is not EntryType.TRANSFER:
        for name in ("new_location", "new_bin", *_NEW_TRACKING):
            if name in values:
                _refuse(errors, name, values[name], phrase("nothing: only a transfer turns goods into something new"))
    if not values.get("invoiced", True) and entry_type not in _SIGNED:
        _refuse(errors, "invoiced", False, phrase("true: only a purchase or a sale is invoiced later"))
    return ItemJournalLine(
        header=header,
        entry_type=entry_type,
        item_no=values["item"],
        quantity=quantity,
        variant_code=values.get("variant", ""),
        location_code=values.get("location", ""),
        bin_code=values.get("bin", ""),
        uom_code=values.get("uom", ""),
        new_location_code=values.get("new_location"),
        new_bin_code=values.get("new_bin"),
        tracking=_tracking(values, entry_type, errors),
        invoiced=values.get("invoiced", True),
        applies_to=values.get("applies_to", ""),
        applies_from=values.get("applies_from", ""),
        **_costs(errors, values),
    )


def _tracking(values: Values, entry_type: EntryType, errors: list[StocktermError]) -> tuple[TrackingLine, ...]:
    single = [name for name in (*_TRACKING, *_NEW_TRACKING) if name in values]
    if "tracking" not in values:
        return (_tracking_line(values),) if single else ()
    for name in single:
        _refuse(errors, name, values[name], phrase("nothing, as tracking is given: either of the two"))
    lines = []
    for place, line in enumerate(values["tracking"], 1):
        if line.get("quantity", 0) < 0 and entry_type not in _SIGNED:
            _refuse(errors, f"tracking/{place}/quantity", line["quantity"], phrase("more than 0"))
        if entry_type is not EntryType.TRANSFER:
            for name in _NEW_TRACKING:
                if name in line:
                    _refuse(errors, f"tracking/{place}/{name}", line[name], phrase("nothing: only a transfer has new numbers"))
        lines.append(_tracking_line(line, line.get("quantity")))
    return tuple(lines)


def _tracking_line(values: Values, quantity: Decimal | None = None) -> TrackingLine:
    return TrackingLine(
        quantity=quantity,
        lot_no=values.get("lot", ""),
        serial_no=values.get("serial", ""),
        package_no=values.get("package", ""),
        expiration_date=values.get("expiration_date"),
        new_lot_no=values.get("new_lot"),
        new_serial_no=values.get("new_serial"),
        new_package_no=values.get("new_package"),
        new_expiration_date=values.get("new_expiration_date"),
        clear_expiration=values.get("clear_expiration_date", False),
    )


# ---- the others


def _invoice(values: Values, header: Header, errors: list[StocktermError]) -> Invoice:
    return Invoice(header=header, of=values["of"], quantity=values.get("quantity"), **_costs(errors, values))


def _count(values: Values, header: Header, errors: list[StocktermError]) -> Count:
    lines = []
    for place, line in enumerate(values["lines"], 1):
        if line["counted"] < 0:
            _refuse(errors, f"lines/{place}/counted", line["counted"], phrase("0 or more: nobody counts fewer than none"))
        lines.append(
            CountLine(
                line_no=place,
                item_no=line["item"],
                counted=line["counted"],
                variant_code=line.get("variant", ""),
                bin_code=line.get("bin", ""),
                lot_no=line.get("lot", ""),
                serial_no=line.get("serial", ""),
                package_no=line.get("package", ""),
                expiration_date=line.get("expiration_date"),
                unit_cost=line.get("unit_cost"),
            )
        )
    if not lines:
        _refuse(errors, "lines", "[]", phrase("at least one counted line"))
    return Count(header=header, location_code=values.get("location", ""), lines=tuple(lines))


def _undo(values: Values, header: Header, _errors: list[StocktermError]) -> Undo:
    return Undo(header=header, of=values["of"], keep_date="date" not in values)


def _change_expiry(values: Values, header: Header, errors: list[StocktermError]) -> ChangeExpiry:
    given = [values[kind] for kind in ("lot", "serial", "package") if values.get(kind)]
    if len(given) != 1:
        _refuse(errors, "lot", ", ".join(given), phrase("one number: the lot, serial or package that carries the date"))
    clear = values.get("clear_expiration_date", False)
    if clear == ("new_expiration_date" in values):
        shown_day = values.get("new_expiration_date", "")
        _refuse(errors, "new_expiration_date", shown_day, phrase("a date, or clear_expiration_date true: either of the two"))
    number = given[0] if given else ""
    return ChangeExpiry(header, values["item"], number, values.get("new_expiration_date"), values.get("variant", ""))


def _change_variant(values: Values, header: Header, errors: list[StocktermError]) -> ChangeVariant:
    if values["quantity"] < 0:
        _refuse(errors, "quantity", values["quantity"], phrase("more than 0"))
    return ChangeVariant(
        header,
        item_no=values["item"],
        quantity=values["quantity"],
        variant_code=values.get("variant", ""),
        new_variant_code=values["new_variant"],
        location_code=values.get("location", ""),
        bin_code=values.get("bin", ""),
        uom_code=values.get("uom", ""),
        tracking=_tracking(values, EntryType.NEGATIVE_ADJUSTMENT, errors),
    )


def _adjust_cost(values: Values, header: Header, _errors: list[StocktermError]) -> AdjustCost:
    return AdjustCost(header=header, item_nos=tuple(values.get("items", ())))


# ---- transfer orders


def _transfer_order(values: Values, header: Header, errors: list[StocktermError]) -> TransferOrder:
    lines = []
    for place, line in enumerate(values["lines"], 1):
        inner: list[StocktermError] = []
        tracking = _tracking(line, EntryType.PURCHASE, inner)
        errors.extend(_within(inner, f"lines/{place}"))
        lines.append(
            OrderedLine(
                line_no=line.get("line_no", place),
                item_no=line["item"],
                quantity=line["quantity"],
                variant_code=line.get("variant", ""),
                uom_code=line.get("uom", ""),
                tracking=tracking,
            )
        )
    return TransferOrder(
        header,
        values.get("no", ""),
        values["from"],
        values["to"],
        values.get("in_transit", ""),
        tuple(lines),
        values.get("released", True),
        values.get("shipment_date"),
        values.get("receipt_date"),
        values.get("direct"),
    )


def _handled_lines(values: Values, errors: list[StocktermError]) -> tuple[HandledLine, ...]:
    lines = []
    for place, line in enumerate(values.get("lines", ()), 1):
        inner: list[StocktermError] = []
        tracking = _tracking(line, EntryType.PURCHASE, inner)
        errors.extend(_within(inner, f"lines/{place}"))
        where = {"bin_code": line.get("bin", ""), "to_bin_code": line.get("new_bin", "")}
        lines.append(HandledLine(line["line_no"], line.get("quantity"), tracking, **where))
    return tuple(lines)


def _within(errors: list[StocktermError], path: str) -> list[StocktermError]:
    for error in errors:
        error.field = f"{path}/{error.field}"
    return errors


def _transfer_ship(values: Values, header: Header, errors: list[StocktermError]) -> TransferShip:
    return TransferShip(header, values["no"], _handled_lines(values, errors))


def _transfer_receive(values: Values, header: Header, errors: list[StocktermError]) -> TransferReceive:
    return TransferReceive(header, values["no"], _handled_lines(values, errors))


def _transfer_close(values: Values, header: Header, errors: list[StocktermError]) -> TransferClose:
    return TransferClose(header, values["no"], _handled_lines(values, errors), send_back=values["how"] == "send_back")


def _transfer_delete(values: Values, header: Header, _errors: list[StocktermError]) -> TransferDelete:
    return TransferDelete(header, values["no"])


_BUILDERS: Mapping[str, Callable[[Values, Header, list[StocktermError]], PostingOperation]] = MappingProxyType(
    {
        "journal_line": _journal_line,
        "invoice": _invoice,
        "count": _count,
        "undo": _undo,
        "change_expiry": _change_expiry,
        "change_variant": _change_variant,
        "adjust_cost": _adjust_cost,
        "transfer_order": _transfer_order,
        "transfer_ship": _transfer_ship,
        "transfer_receive": _transfer_receive,
        "transfer_close": _transfer_close,
        "transfer_delete": _transfer_delete,
    }
)
