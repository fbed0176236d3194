"""A block by one process is felt by another that has posted, and read the number, before: nothing stale is kept (§12, §13)."""

import subprocess

from db.masters.change_log import ChangedBy
from db.masters.tracking import NumberNamed, block_number, unblock_number
from tests.flows.warehouse import a_warehouse, purchased
from tests.support.databases import OpenDatabase
from tests.support.processes import started


class _Picker:
    """Somebody at another terminal, in a process of their own."""

    def __init__(self, url: str) -> None:
        self._process: subprocess.Popen[str] = started("tests.support.picker", url)

    def told(self, line: str) -> str:
        """What the screen (`scan …`) or the posting (`sell LOT`) of the other process says."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline().strip()
        assert answer, self._process.communicate(timeout=30)[1]
        return answer

    def ended(self) -> None:
        self._process.communicate(timeout=30)


def test_given_block_now_when_any_other_session_scans_the_lot_then_refused_from_that_moment(database: OpenDatabase) -> None:
    a_warehouse()
    purchased("SALINE", "9", lot="L7")
    picker = _Picker(database.url)
    try:
        assert picker.told("sell L7") == "posted"
        assert picker.told("scan 2 BIN:A-01 SALINE L7") == "+ found, - missing: how many?"
        block_number(NumberNamed("SALINE", "", "lot", "L7"), ChangedBy("SUE"), "Recall 17")
        assert picker.told("sell L7") == "blocked"
        assert picker.told("scan -1").startswith("Blocked: lot L7. Recall 17")
        unblock_number(NumberNamed("SALINE", "", "lot", "L7"))
        assert picker.told("sell L7") == "posted"
    finally:
        picker.ended()
