"""I9: no entry is its own cost source, through however many steps.

Nearly every link points from an entry to one with a higher number; a circle needs at least one that points back. So only those
are followed, each through all the sources of its source.
"""

from collections.abc import Iterator

from db.connection import stream
from db.posting.graph import sources_of
from db.posting.prove.report import Check, entry_name

# (source, recipient) of links that point back: a decrease covered by a later increase that itself has its cost from somewhere,
# and rows that no posting writes.
_BACKWARD = """
SELECT a.inbound_entry_no, a.outbound_entry_no FROM item_application_entry a
WHERE a.item_ledger_entry_no = a.outbound_entry_no AND a.inbound_entry_no > a.outbound_entry_no AND EXISTS (
    SELECT 1 FROM item_application_entry s WHERE s.item_ledger_entry_no = a.inbound_entry_no AND s.outbound_entry_no <> 0)
UNION ALL
SELECT a.outbound_entry_no, a.item_ledger_entry_no FROM item_application_entry a
WHERE a.outbound_entry_no <> 0 AND a.item_ledger_entry_no <> a.outbound_entry_no AND a.outbound_entry_no >= a.item_ledger_entry_no
UNION ALL
SELECT a.transferred_from_entry_no, a.item_ledger_entry_no FROM item_application_entry a
WHERE a.transferred_from_entry_no <> 0 AND a.transferred_from_entry_no >= a.item_ledger_entry_no
"""


def circles() -> Iterator[str]:
    for source, recipient in stream(_BACKWARD):
        if source == recipient or recipient in sources_of(source, {}):
            yield f"{entry_name(recipient)} has its cost from {entry_name(source)}, which has its cost from it: a circle."


CHECKS = (Check("no entry is its own cost source (I9)", "item_application_entry", circles),)
