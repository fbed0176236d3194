"""Which errors of a file are worth reporting: those that would be there if the lines refused before them were right.

A receipt with a typing mistake makes every sale of those goods run short. Naming that one line helps; naming the five hundred
sales does not. What is wrong with a line by itself is always reported; what it lacks because of an earlier refusal is not.
"""

from db.core.errors import AmbiguousReference, StocktermError, UnknownCode, UnknownReference
from db.queries.operations import heads
from stockterm.interchange.kinds import Values
from stockterm.interchange.operations import Group, Operation

# Errors that depend on what was posted before.
_OF_STOCK = {
    "already_applied",
    "already_invoiced",
    "already_undone",
    "application_exhausted",
    "application_mismatch",
    "expiration_mismatch",
    "expiration_required",
    "not_enough_stock",
    "nothing_to_do",
    "open_negative",
    "over_invoiced",
    "over_received",
    "over_returned",
    "over_shipped",
    "reserved",
    "serial_in_stock",
    "wrong_bin",
}
_OF_SETTINGS = _OF_STOCK | {"date_not_allowed", "not_adjusted", "period_closed"}
_KEYS = ("code", "no", "name", "barcode")


class Consequences:
    """What the refused lines of a file would have made. Grows with the refused lines only."""

    def __init__(self) -> None:
        self._ids: set[str] = set()
        self._keys: set[str] = set()  # of master data
        self._items: set[str] = set()
        self._items_set_up: set[str] = set()  # refused as master data: how they may be posted is not known
        self._orders: set[str] = set()
        self._settings = False

    def note(self, operation: Operation | None, fields: Values) -> None:
        """A line was refused; `fields` are its typed values, or what could be read of them."""
        if isinstance(fields.get("id"), str):
            self._ids.add(fields["id"].strip())
        self._items.update(items_of(fields))
        for reference in references_of(fields):
            self._ids.update(heads(reference))
        if operation is not None and operation.name.startswith("transfer_") and isinstance(fields.get("no"), str):
            self._orders.add(_folded(fields["no"]))
        if operation is None or operation.group is not Group.MASTER:
            return
        for name in _KEYS:
            if isinstance(fields.get(name), str):
                self._keys.add(_folded(fields[name]))
        if operation.name == "item" and isinstance(fields.get("no"), str):
            self._items_set_up.add(_folded(fields["no"]))
        elif operation.name in ("variant", "lot", "serial", "unit_of_measure"):
            self._items_set_up.update(items_of(fields))
        self._settings = self._settings or operation.name == "settings"

    def explain(self, error: StocktermError, fields: Values) -> bool:
        """Whether this error of a later line comes only from the refusal of an earlier one."""
        if isinstance(error, (UnknownReference, AmbiguousReference)):
            return not self._ids.isdisjoint(heads(error.reference))
        if isinstance(error, UnknownCode) and _folded(error.value) in self._keys:
            return True
        items = items_of(fields)
        if not self._items_set_up.isdisjoint(items):
            return True
        if self._settings and error.code in _OF_SETTINGS:
            return True
        if isinstance(fields.get("no"), str) and _folded(fields["no"]) in self._orders:
            return error.code in _OF_STOCK or (isinstance(error, UnknownCode) and error.field in ("no", "line_no"))
        if error.code not in _OF_STOCK:
            return False
        named = (head for reference in references_of(fields) for head in heads(reference))
        return not self._items.isdisjoint(items) or not self._ids.isdisjoint(named)


def _folded(text: str) -> str:
    return text.strip().casefold()


def items_of(fields: Values) -> set[str]:
    """The items that an operation names, folded for comparing."""
    found: set[str] = set()
    if isinstance(fields.get("item"), str):
        found.add(_folded(fields["item"]))
    if isinstance(fields.get("items"), list):
        found.update(_folded(item) for item in fields["items"] if isinstance(item, str))
    for name in ("lines", "components"):
        members = fields.get(name)
        if isinstance(members, list):
            found.update(_folded(one["item"]) for one in members if isinstance(one, dict) and isinstance(one.get("item"), str))
    return found


def references_of(fields: Values) -> list[str]:
    """The operations that an operation refers to."""
    named = [fields.get(name) for name in ("of", "applies_to", "applies_from", "to")]
    return [reference.strip() for reference in named if isinstance(reference, str)]
