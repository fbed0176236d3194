"""The database is back: what was scanned without it goes from the file (`stockterm.flows.spool`) into the scan log.

From there it is applied like everything that was saved and not applied: by the next session of the same user, in order, once. A
program that went on running applies its scans itself, and finds them in the log under their ids if it has to try again.
"""

from collections.abc import Iterable
from itertools import groupby

from db.work import scan_log
from db.work.scan_log import Brought
from stockterm.flows.spool import Owner, Spool, Spooled
from stockterm.flows.tokens import CommandToken


def bring_in(spool: Spool, terminal: str) -> dict[str, list[str]]:
    """Bring in everything that ended programs left here. Returns what is not applied, by user: their work went on elsewhere."""
    not_applied: dict[str, list[str]] = {}
    with spool.left_behind() as files:
        for file in files:
            entries, typed = list(file.waiting.values()), file.typed
            for (user_code, session_no), group in groupby(entries, _whose):
                rows = [_row(one) for one in group]
                if not scan_log.bring_in(rows, user_code=user_code, session_no=session_no, terminal=terminal):
                    not_applied.setdefault(user_code, []).extend(_in_words(rows))
            if typed is not None:
                owner, text, at = typed
                scan_log.bring_in(
                    (), user_code=owner.user_code, session_no=owner.session_no, terminal=terminal, typed=text, typed_at=at
                )
            file.empty()
    return not_applied


def _whose(one: Spooled) -> tuple[str, int]:
    owner: Owner = one.owner
    return owner.user_code, owner.session_no


def _row(one: Spooled) -> Brought:
    token = one.token
    if isinstance(token, CommandToken):
        return Brought(token.id, token.command.value, True, token.by_key, one.at)
    return Brought(token.id, token.text, False, token.scanned, one.at)


def _in_words(rows: Iterable[Brought]) -> list[str]:
    return [f"CMD:{row.raw}" if row.command else row.raw for row in rows]
