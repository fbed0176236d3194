"""`stockterm`, for pictures that are the same in every run: the clock stands, and the digits that post are always 47."""

import sys
from unittest.mock import patch

from db.core.clock import held_at
from stockterm.cli import main
from tests.terminal.whole.shop import DIGITS, MOMENT

with held_at(MOMENT), patch("stockterm.flows.say.two_digits", lambda: DIGITS):
    sys.exit(main())
