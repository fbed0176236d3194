"""What posted operations touched."""

from collections.abc import Iterable

from db.connection import fetch


def items_of_operations(references: Iterable[str]) -> set[str]:
    """The items whose entries these references (operation ids, with or without a leg) may name. Two look-ups a reference."""
    ids: set[str] = set()
    for reference in references:
        ids.update(heads(reference))
    found: set[str] = set()
    waiting = sorted(ids)
    for start in range(0, len(waiting), 400):
        batch = waiting[start : start + 400]
        sql = (
            "SELECT DISTINCT entry.item_no FROM item_register register"
            " JOIN item_ledger_entry entry ON entry.register_no = register.register_no"
            f" WHERE register.operation_id IN ({', '.join('?' * len(batch))})"
        )
        found.update(item_no for (item_no,) in fetch(sql, batch))
    return found


def heads(reference: str) -> list[str]:
    """The operation ids that a reference may begin with: `T1/in/2` is of `T1/in/2`, `T1/in` or `T1`."""
    ids = [reference]
    while "/" in ids[-1]:
        ids.append(ids[-1].rpartition("/")[0])
    return ids
