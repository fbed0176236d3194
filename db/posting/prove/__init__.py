"""The proof of the ledgers: every invariant, read back from the database, in one moment.

What posting keeps up to date (totals, open quantities, bin contents, valuation dates …) is worked out once more from the
append-only ledgers and compared; what posting decides (shares of cost, rounding) is computed a second time, by other code. Sums
are made by the database and rows are streamed, so memory does not grow with the ledger. Entries that wait for cost
adjustment are no fault: what depends on them is left out, and how many there are is said.

Sources: costing reference §16; operations reference §0.1; Design Details: Inventory Costing.
"""

from collections.abc import Callable

from db.connection import fetch, read_snapshot
from db.core.errors import N_
from db.posting.prove import applications, costs, cycles, entries, guards, kept, numbers, transfers, values
from db.posting.prove.report import Check, ProofReport, bounded

CHECKS: tuple[Check, ...] = (
    *guards.CHECKS,
    *entries.CHECKS,
    *applications.CHECKS,
    *cycles.CHECKS,
    *values.CHECKS,
    *costs.CHECKS,
    *kept.CHECKS,
    *numbers.CHECKS,
    *transfers.CHECKS,
)
_WAITING = "SELECT COUNT(*) FROM item_ledger_entry WHERE applied_entry_to_adjust IS NOT NULL"


def prove(progress: Callable[[str], None] | None = None) -> ProofReport:
    """Check everything, and say what was checked and what is wrong. Reads one snapshot and changes nothing.

    `progress` is called with the name of each check before it begins. A million entries take about half a minute on SQLite.
    """
    done: list[tuple[str, int]] = []
    findings: list[str] = []
    counted: dict[str, int] = {}
    with read_snapshot():
        for check in CHECKS:
            if progress is not None:
                progress(check.name)
            if check.table not in counted:
                counted[check.table] = int(fetch(f"SELECT COUNT(*) FROM {check.table}")[0][0])
            findings += bounded(check.find())
            done.append((check.name, counted[check.table]))
        done.append((N_("entries that wait for cost adjustment (no fault)"), int(fetch(_WAITING)[0][0])))
    return ProofReport(tuple(done), tuple(findings))


__all__ = ["CHECKS", "Check", "ProofReport", "prove"]
