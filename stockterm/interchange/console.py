"""Posting as it looks from a command line: errors and results in words or as JSON, progress, and what Ctrl-C means."""

import json
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, TextIO

from db.core.errors import StocktermError
from db.posting.lines import PostedBy
from stockterm.i18n import _, format_count, in_words, ngettext
from stockterm.interchange.post import Problem, Progress, Report, post_each, post_file, seekable

DONE = 0
REFUSED = 1
INTERRUPTED = 130
_REDRAW_AFTER = 0.2  # seconds


class RefusedFile(Exception):
    """Operations of our own making were refused: a fault of the program that made them."""


def post_from(path: str, posted_by: PostedBy, *, form: str, dry_run: bool, each: bool) -> int:
    """Post the file at `path` (`-`: standard input) into the open database; returns the exit status."""
    with seekable(path, sys.stdin.buffer) as file, progress_on(sys.stderr if form == "text" else None) as progress:
        if each:
            return _post_each(file, path, posted_by, form, progress)
        return _post_whole(file, path, posted_by, form, dry_run, progress)


def _post_whole(file: Any, path: str, posted_by: PostedBy, form: str, dry_run: bool, progress: Progress) -> int:
    try:
        with _interrupted_between_lines() as check:
            report = post_file(file, posted_by, dry_run=dry_run, progress=_both(check, progress))
    except KeyboardInterrupt:
        progress("", 0)
        print(_("Interrupted: nothing was posted."), file=sys.stderr)
        return INTERRUPTED
    progress("", 0)
    for problem in report.problems:
        _tell(problem, path, form)
    if report.refused:
        if form == "text":
            print(_refusal(report), file=sys.stderr)
        return REFUSED
    print(
        _("Checked, nothing was kept. It would have been: {summary}").format(summary=_summary(report))
        if dry_run
        else _summary(report)
    )
    return DONE


def _post_each(file: Any, path: str, posted_by: PostedBy, form: str, progress: Progress) -> int:
    report = Report()

    def tell(problem: Problem) -> None:
        progress("", 0)
        _tell(problem, path, form)

    try:
        with _interrupted_between_lines() as check:
            post_each(file, posted_by, report, tell, _both(check, progress))
    except KeyboardInterrupt:
        progress("", 0)
        print(_("Interrupted. What was posted stays: {summary}").format(summary=_summary(report)), file=sys.stderr)
        return INTERRUPTED
    except StocktermError:
        progress("", 0)
        print(
            _("Stopped. What was posted stays: {summary}").format(summary=_summary(report)),
            file=sys.stderr if form == "text" else sys.stdout,
        )
        raise
    progress("", 0)
    print(_summary(report))
    return REFUSED if report.refused else DONE


def post_records(records: Iterable[Mapping[str, Any]], posted_by: PostedBy) -> None:
    """Post operations of our own making (as dictionaries) as one file. Raises `RefusedFile` with the first errors."""
    with tempfile.TemporaryFile() as file:
        for record in records:
            file.write(json.dumps(record, ensure_ascii=False, default=_as_text).encode() + b"\n")
        file.flush()
        report = post_file(file, posted_by)
    if report.refused:
        raise RefusedFile("; ".join(f"line {problem.line}: {problem.error}" for problem in report.problems[:5]))


def _as_text(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value.isoformat())


# ---- words


def error_line(line: int | None, error: StocktermError) -> str:
    """An error as one JSON object."""
    return json.dumps({"line": line, "code": error.code, "field": error.field, "message": error.in_words(_)}, ensure_ascii=False)


def _tell(problem: Problem, path: str, form: str) -> None:
    if form == "jsonl":
        print(error_line(problem.line, problem.error), file=sys.stderr)
        return
    error = problem.error
    where = f"{path}:{problem.line}" if path != "-" else _("line {line}").format(line=problem.line)
    field = f" ({error.field})" if error.field else ""
    print(f"{where}: {error.code}{field}: {' '.join(in_words(error).split())}", file=sys.stderr)


def _summary(report: Report) -> str:
    parts = [
        ngettext("{count} operation posted", "{count} operations posted", report.posted).format(
            count=format_count(report.posted)
        ),
        ngettext("{count} master data record", "{count} master data records", report.records).format(
            count=format_count(report.records)
        ),
    ]
    if report.repeated:
        ids = ", ".join(report.repeated_ids) + (" …" if report.repeated > len(report.repeated_ids) else "")
        words = ngettext("{count} was posted before: {ids}", "{count} were posted before: {ids}", report.repeated)
        parts.append(words.format(count=format_count(report.repeated), ids=ids))
    if report.refused:
        parts.append(
            ngettext("{count} line refused", "{count} lines refused", report.refused).format(count=format_count(report.refused))
        )
    return "; ".join(parts) + "."


def _refusal(report: Report) -> str:
    lines = len({problem.line for problem in report.problems})
    text = ngettext("Nothing was posted: {count} line is wrong.", "Nothing was posted: {count} lines are wrong.", lines).format(
        count=format_count(lines)
    )
    if report.cut_short:
        text += " " + _("There are so many errors that the rest of the file was not looked at.")
    elif following := report.refused - lines:
        words = ngettext(
            "{count} more could not be checked because of that.", "{count} more could not be checked because of them.", following
        )
        text += " " + words.format(count=format_count(following))
    return text


# ---- progress, and being interrupted


@contextmanager
def progress_on(stream: TextIO | None) -> Iterator[Progress]:
    """A progress line on a terminal, drawn now and then, wiped at the end; nothing anywhere else. Blank text wipes it."""
    if stream is None or not stream.isatty():
        yield lambda _what, _share: None
        return
    drawn_at = 0.0
    width = 0

    def show(what: str, share: float) -> None:
        nonlocal drawn_at, width
        now = time.monotonic()
        if what and now - drawn_at < _REDRAW_AFTER:
            return
        text = _(what) + (f" {share:.0%}" if share >= 0 else " …") if what else ""
        if text or width:
            stream.write(f"\r{text:<{width}}" + ("" if text else "\r"))
            stream.flush()
        drawn_at, width = now, len(text)

    try:
        yield show
    finally:
        show("", 0)


def _both(check: Callable[[], None], progress: Progress) -> Progress:
    def show(what: str, share: float) -> None:
        check()
        progress(what, share)

    return show


@contextmanager
def _interrupted_between_lines() -> Iterator[Callable[[], None]]:
    """Ctrl-C takes effect between lines, never inside a commit, so that what is said about it afterwards is true.

    Yields the check. Outside the main thread signals cannot be caught, and none come.
    """
    asked: list[int] = []

    def ask(number: int, _frame: object) -> None:
        if asked:  # a second time: also out of a wait for the database
            raise KeyboardInterrupt
        asked.append(number)

    try:
        before = signal.signal(signal.SIGINT, ask)
    except ValueError:
        yield lambda: None
        return

    def check() -> None:
        if asked:
            raise KeyboardInterrupt

    try:
        yield check
    finally:
        signal.signal(signal.SIGINT, before)
