"""From a reference (`P1`, `T1/in`, `T1/in/2`) to the entries it names."""

from db.core.errors import AmbiguousReference, ApplicationDirection, UnknownReference, phrase
from db.posting.stock import Entry, Stock

_INCREASE, _DECREASE = phrase("an increase"), phrase("a decrease")


def find_entries(stock: Stock, reference: str, field: str) -> list[Entry]:
    """All entries a reference names, in entry order: those of the operation, or of one leg of it.

    Raises `UnknownReference` naming `field` when no posted operation made it.
    """
    entries = stock.entries_of_operation(reference)
    if entries:
        return entries
    head, slash, leg = reference.rpartition("/")
    while slash:
        of_operation = stock.entries_of_operation(head)
        found = [entry for entry in of_operation if entry.leg == leg or entry.leg.startswith(leg + "/")]
        if found:
            return found
        head, slash, rest = head.rpartition("/")
        leg = f"{rest}/{leg}"
    raise UnknownReference(field=field, reference=reference)


def find_increase(stock: Stock, reference: str, field: str) -> Entry:
    """The one increase that a reference names."""
    return _only(find_entries(stock, reference, field), reference, field, increase=True)


def find_decrease(stock: Stock, reference: str, field: str) -> Entry:
    """The one decrease that a reference names."""
    return _only(find_entries(stock, reference, field), reference, field, increase=False)


def _only(entries: list[Entry], reference: str, field: str, increase: bool) -> Entry:
    fitting = [entry for entry in entries if (entry.quantity > 0) == increase]
    if not fitting:
        found, expected = (_DECREASE, _INCREASE) if increase else (_INCREASE, _DECREASE)
        raise ApplicationDirection(field=field, reference=reference, found=found, expected=expected)
    if len(fitting) > 1:
        raise AmbiguousReference(field=field, reference=reference, legs=[entry.reference for entry in fitting])
    return fitting[0]
