"""Cost changes that were too large for the posting that made them: forwarded at once, behind the worker's back.

A thread with a connection of its own does it in transactions of bounded size, so that scans go on meanwhile. It may be killed at
any point: what is left stays marked, and the next posting or `stockterm adjust-cost` goes on with it.
"""

import logging
import threading
from collections.abc import Sequence

from db.connection import connection_scope
from db.core.errors import StocktermError
from db.posting.adjust import adjust_pending, items_to_adjust_at_once
from db.posting.lines import PostedBy

logger = logging.getLogger(__name__)


def forward_behind(posted_by: PostedBy) -> threading.Thread | None:
    """Start forwarding what the last posting left, if it left anything. Returns the thread that does it."""
    items = items_to_adjust_at_once()
    if not items:
        return None
    thread = threading.Thread(target=_forward, args=(posted_by, items), name="costs", daemon=True)
    thread.start()
    return thread


def _forward(posted_by: PostedBy, items: Sequence[str]) -> None:
    try:
        with connection_scope():
            adjust_pending(posted_by, items)
    except StocktermError:
        logger.warning("costs are still to be forwarded: stockterm adjust-cost", exc_info=True)
