"""The part of the floor worker's manual that the program writes itself: the help of every step, from the text that F1 shows.

`python -m docs.manual` (`make manual`) puts it between its two marks in `docs/floor.md`; a test says when that has to be done.
"""

import sys
from pathlib import Path

from stockterm.flows.help import STEPS
from stockterm.flows.jobs import JOBS

FLOOR = Path(__file__).parent / "floor.md"
BEGIN, END = "<!-- written by make manual: begin -->", "<!-- written by make manual: end -->"


def main() -> int:
    """Bring the manual up to date."""
    text = FLOOR.read_text(encoding="utf-8")
    FLOOR.write_text(brought_up_to_date(text), encoding="utf-8")
    return 0


def brought_up_to_date(text: str) -> str:
    """The page with what stands between the marks as it has to be."""
    before, begin, rest = text.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{FLOOR.name} has lost the marks {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{help_of_steps()}\n{END}{after}"


def help_of_steps() -> str:
    """A table for each job, a row for each of its steps."""
    parts = [_table("Signing in", {"badge": STEPS["sign_in.badge"], "PIN": STEPS["sign_in.pin"], "locked": STEPS["sign_in.idle"],
                                   "location": STEPS["location"], "menu": STEPS["menu"]})]  # fmt: skip
    for job in sorted(JOBS, key=lambda one: one.number or 1_000):
        steps = {name.partition(".")[2]: text for name, text in STEPS.items() if name.startswith(f"{job.name}.")}
        title = f"{job.number} {job.title()}" if job.number else job.title()
        if steps:
            parts.append(_table(title, {step.replace("_", " "): text for step, text in steps.items()}))
    return "\n".join(parts)


def _table(title: str, steps: dict[str, str]) -> str:
    rows = [f"| {step} | {text.replace('|', chr(92) + '|')} |" for step, text in steps.items()]
    return "\n".join([f"### {title}: step by step", "", "| step | F1 says |", "|---|---|", *rows, ""])


if __name__ == "__main__":
    sys.exit(main())
