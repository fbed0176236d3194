"""Posting a file: all of it or nothing, or line by line.

Whole files are read twice. The first pass takes no lock; it finds out which items are touched, so that the second can lock them
in order. The second does everything in one transaction: master data at once, postings in runs of some hundred lines. What is
refused leaves no trace, and the rest is checked all the same, so that one call reports every error of the file; then the
transaction is taken back. Memory does not grow with the file, only with its items and its errors.
"""

import shutil
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from os import fstat
from typing import BinaryIO

from db.connection import IntegrityError, in_write_transaction
from db.core.clock import today
from db.core.errors import (
    N_,
    DatabaseDamaged,
    DatabaseNewer,
    DatabaseUnavailable,
    DiskFull,
    NotSupported,
    StocktermError,
)
from db.masters.change import put, put_masters
from db.masters.change_log import ChangedBy
from db.masters.settings import note_change
from db.posting.adjust import adjust_pending, items_to_adjust_at_once
from db.posting.lines import PostedBy, PostingOperation
from db.posting.post import Posted, PostingRun, Refused, forget_setup, post_operations
from db.queries.operations import items_of_operations
from db.work.transfer_orders import items_of_transfer_orders
from stockterm.interchange.consequences import Consequences
from stockterm.interchange.kinds import Several
from stockterm.interchange.operations import Group
from stockterm.interchange.postings import build
from stockterm.interchange.reader import Line, read_lines

RUN = 500  # postings that are checked, planned and written together
MOST_ERRORS = 10_000  # then the rest of the file is not looked at
_NAMED_REPEATS = 20
_PROGRESS_EVERY = 200  # lines

OF_THE_DATABASE = (DatabaseUnavailable, DatabaseDamaged, DatabaseNewer, DiskFull)

Progress = Callable[[str, float], None]  # what is being done, and how much of it: 0 to 1, less where nobody knows


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a line (counted from 1)."""

    line: int
    error: StocktermError


@dataclass(slots=True)
class Report:
    """What came of a file. `repeated_ids` are the first few ids that had been posted before."""

    lines: int = 0
    posted: int = 0
    records: int = 0  # of master data, changed or not
    repeated: int = 0
    repeated_ids: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    refused: int = 0  # lines, consequences of others among them
    cut_short: bool = False

    def note_repeated(self, operation_id: str) -> None:
        self.repeated += 1
        if len(self.repeated_ids) < _NAMED_REPEATS:
            self.repeated_ids.append(operation_id)


# ---- the whole file


def post_file(file: BinaryIO, posted_by: PostedBy, *, dry_run: bool = False, progress: Progress | None = None) -> Report:
    """Post all of a seekable file, or, if anything in it is refused, nothing; the report has every problem.

    With `dry_run` everything is done and taken back. Raises what concerns the database as a whole.
    """
    size = max(1, fstat(file.fileno()).st_size)
    show = progress or (lambda _what, _share: None)
    items = _items_touched(_with_progress(file, size, N_("reading"), show))

    def work() -> Report:
        forget_setup()  # an earlier attempt, or a file that was taken back, may have left master data that never was
        run = _Run(posted_by, today())
        run.lock(items)
        for line in _with_progress(file, size, N_("checking") if dry_run else N_("posting"), show):
            run.take(line)
            if run.full:
                break
        report = run.finish()
        if report.problems or report.refused or dry_run:
            raise _TakeBack(report)
        return report

    try:
        try:
            report = in_write_transaction(work)
        except IntegrityError:  # another session posted one of its ids at the same moment: now it is there to be found
            report = in_write_transaction(work)
    except _TakeBack as taken_back:
        forget_setup()
        return taken_back.report
    _adjust_the_rest(posted_by, show)
    return report


class _TakeBack(Exception):
    def __init__(self, report: Report) -> None:
        super().__init__()
        self.report = report


def _adjust_the_rest(posted_by: PostedBy, show: Progress) -> None:
    """Forward the cost changes that were too large for the posting's own transaction, where they are not left to the batch."""
    items = items_to_adjust_at_once()
    if items:
        adjust_pending(posted_by, items, lambda _visited: show(N_("adjusting cost"), -1))


def _with_progress(file: BinaryIO, size: int, what: str, show: Progress) -> Iterator[Line]:
    file.seek(0)
    for count, line in enumerate(read_lines(file)):
        if count % _PROGRESS_EVERY == 0:
            show(what, file.tell() / size)
        yield line


def _items_touched(lines: Iterable[Line]) -> list[str]:
    """The items that the postings of a file touch, in key order; the goods of earlier operations among them."""
    items: set[str] = set()
    references: set[str] = set()
    orders: set[str] = set()
    for line in lines:
        if line.errors or line.operation is None or line.operation.group is not Group.POSTING:
            continue
        values = line.values
        if "item" in values:
            items.add(values["item"])
        items.update(values.get("items", ()))
        items.update(one["item"] for one in values.get("lines", ()) if "item" in one)
        if line.operation.name in ("transfer_ship", "transfer_receive", "transfer_close"):
            orders.add(values["no"])
        if "of" in values:
            references.add(values["of"])
            if len(references) >= RUN:
                items |= items_of_operations(references)
                references.clear()
    items |= items_of_operations(references) | items_of_transfer_orders(orders)
    return sorted(items)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A posting that waits for its run; or a line that is wrong by itself, and waits for its turn to be named."""

    line: Line
    operation: PostingOperation | None = None
    errors: tuple[StocktermError, ...] = ()


class _Run:
    """The second pass over a file, inside its transaction."""

    def __init__(self, posted_by: PostedBy, work_date: date) -> None:
        self._posting = PostingRun(posted_by)
        self._changed_by = changed_by(posted_by)
        self._today = work_date
        self._waiting: list[_Waiting] = []
        self._noted = False  # that master data changes, since the last posting
        self._consequences = Consequences()
        self._report = Report()

    @property
    def full(self) -> bool:
        """Whether there are so many errors that looking on is no use."""
        return len(self._report.problems) >= MOST_ERRORS

    def lock(self, items: list[str]) -> None:
        if items:
            self._posting.lock_items(items)

    def take(self, line: Line) -> None:
        self._report.lines += 1
        operation = line.operation
        if operation is not None and operation.group is Group.MASTER and not line.errors:
            self._post_waiting()
            self._change(line, operation.name)
            return
        self._waiting.append(_ready(line, self._today))
        if len(self._waiting) >= RUN:
            self._post_waiting()

    def finish(self) -> Report:
        self._post_waiting()
        self._report.cut_short = self.full
        return self._report

    def _change(self, line: Line, kind: str) -> None:
        if not self._noted:
            note_change()
            self._noted = True
        try:
            put(kind, line.values, self._changed_by)
        except OF_THE_DATABASE:
            raise
        except StocktermError as error:
            self._refuse(line, (error,))
        else:
            self._report.records += 1

    def _post_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        operations = [one.operation for one in waiting if one.operation is not None]
        results = iter(self._posting.post(operations) if operations else ())
        if operations:
            self._noted = False
        for one in waiting:
            if one.operation is None:
                self._refuse(one.line, one.errors, by_itself=True)
                continue
            result = next(results)
            if not isinstance(result, Posted):
                self._refuse(one.line, result.errors)
            elif result.repeated:
                self._report.note_repeated(result.operation_id)
            else:
                self._report.posted += 1

    def _refuse(self, line: Line, errors: Iterable[StocktermError], *, by_itself: bool = False) -> None:
        fields = line.values or line.raw or {}
        for error in errors:
            if by_itself or not self._consequences.explain(error, fields):
                self._report.problems.append(Problem(line.number, error))
        self._report.refused += 1
        self._consequences.note(line.operation, fields)


def changed_by(posted_by: PostedBy) -> ChangedBy:
    """Whoever posts the file changes its master data."""
    return ChangedBy(posted_by.user_code, posted_by.terminal, posted_by.source_code)


def _ready(line: Line, work_date: date) -> _Waiting:
    """A line on its way to posting, with what is wrong with it by itself."""
    if line.errors or line.operation is None:
        return _Waiting(line, errors=line.errors)
    if line.operation.group is Group.LATER:
        return _Waiting(line, errors=(NotSupported(field="op", what=line.operation.name),))
    try:
        return _Waiting(line, build(line.operation.name, line.values, work_date))
    except Several as several:
        return _Waiting(line, errors=tuple(several.errors))


# ---- line by line


def post_each(
    file: BinaryIO, posted_by: PostedBy, report: Report, tell: Callable[[Problem], None], progress: Progress | None = None
) -> None:
    """Post a seekable file line by line, each in a short transaction of its own; bad lines are told and passed over.

    `report` is kept up to date, so that it is right when this is interrupted. Raises what concerns the database as a whole.
    """
    size = max(1, fstat(file.fileno()).st_size)
    show = progress or (lambda _what, _share: None)
    for line in _with_progress(file, size, N_("posting"), show):
        report.lines += 1
        errors = _post_one(line, posted_by, report)
        for error in errors:
            tell(Problem(line.number, error))
        report.refused += bool(errors)
    _adjust_the_rest(posted_by, show)


def _post_one(line: Line, posted_by: PostedBy, report: Report) -> tuple[StocktermError, ...]:
    operation = line.operation
    try:
        if operation is not None and operation.group is Group.MASTER and not line.errors:
            put_masters([(operation.name, line.values)], changed_by(posted_by))
            report.records += 1
            return ()
        ready = _ready(line, today())
        if ready.operation is None:
            return ready.errors
        (posted,) = post_operations([ready.operation], posted_by)
    except OF_THE_DATABASE:
        raise
    except StocktermError as error:
        return (error,)
    except Refused as refused:
        return tuple(error for refusal in refused.refusals.values() for error in refusal.errors)
    if posted.repeated:
        report.note_repeated(posted.operation_id)
    else:
        report.posted += 1
    return ()


# ---- what to read from


@contextmanager
def seekable(path: str, standard_input: BinaryIO) -> Iterator[BinaryIO]:
    """The file at `path` (`-`: standard input) so that it can be read twice: pipes go to a temporary file first.

    Raises `OSError` where it cannot be read.
    """
    if path == "-":
        with _copied(standard_input) as file:
            yield file
        return
    with open(path, "rb") as file:
        if stat.S_ISREG(fstat(file.fileno()).st_mode):
            yield file
        else:
            with _copied(file) as copy:
                yield copy


@contextmanager
def _copied(source: BinaryIO) -> Iterator[BinaryIO]:
    with tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(source, copy)
        copy.flush()
        copy.seek(0)
        yield copy
