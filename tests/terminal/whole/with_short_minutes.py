"""`stockterm`, whose minute of `lock_after` has three seconds."""

import sys

from screens import app

app.MINUTE = 3.0  # type: ignore[misc]

from stockterm.cli import main  # noqa: E402

sys.exit(main())
