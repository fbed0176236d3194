"""`stockterm`, whose SQLite file may not grow beyond STOCKTERM_TEST_PAGES pages: a full disk without a small disk."""

import os
import sys

from db.connection import sqlite

sqlite._PRAGMAS = (*sqlite._PRAGMAS, f"PRAGMA max_page_count = {os.environ['STOCKTERM_TEST_PAGES']}")  # type: ignore[assignment]

from stockterm.cli import main  # noqa: E402

sys.exit(main())
