"""The smallest program around `screens.app.run`: a scripted session that writes every token it took to a file.

python -m tests.terminal.program RECORD [profile setting=value …]
"""

import os
import sys

from screens import app, work_screen
from screens.app import run
from screens.frame import Frame
from screens.work_screen import Shown, Terminal
from stockterm.flows.terminal import TerminalProfile
from tests.screens.scripted import Script


def break_drawing(at: str) -> None:
    """Make the work screen raise for the view whose item is `at`."""
    draw = work_screen.draw

    def broken(shown: Shown, terminal: Terminal) -> Frame:
        if shown.view.item == at:
            raise RuntimeError("drawing is broken")
        return draw(shown, terminal)

    app.draw = broken  # type: ignore[attr-defined]


def main() -> int:
    if "TEST_BREAK_DRAWING" in os.environ:
        break_drawing(os.environ["TEST_BREAK_DRAWING"])
    path = sys.argv[1]
    settings: dict[str, object] = {}
    for argument in sys.argv[2:]:
        name, _, value = argument.partition("=")
        settings[name] = value.encode().decode("unicode_escape")
    if "suffixes" in settings:
        settings["suffixes"] = frozenset(str(settings["suffixes"]))
    if "escape_delay" in settings:
        settings["escape_delay"] = int(str(settings["escape_delay"]))
    for flag in ("ascii_only", "no_color", "silent", "dot_letters", "mouse"):
        if flag in settings:
            settings[flag] = settings[flag] == "yes"
    with open(path, "a", encoding="utf-8") as file:

        def record(line: str) -> None:
            file.write(line + "\n")
            file.flush()

        script = Script(record=record, entered=os.environ.get("TEST_ENTERED", ""))
        return run(script.make_session, TerminalProfile(**settings))  # type: ignore[arg-type]


if __name__ == "__main__":
    sys.exit(main())
