"""Exports as text: JSON Lines or CSV, always UTF-8, always with a decimal point.

Decimals are written in one form only: no exponent, no zeros at the end; amounts and unit costs keep two decimals (`-50.00`,
`3.33333`). They are text in JSON, so that no reader turns them into floats. A day that is not known is null, an unknown code is
blank.
"""

import csv
import io
import json
import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC
from pathlib import Path
from typing import Any, BinaryIO

from db.core.clock import from_microseconds
from db.core.numbers import PLACES, SCALE
from db.queries.exports import Export, Filters

FORMATS = ("jsonl", "csv")
_ROWS_AT_A_TIME = 500


def decimal_text(scaled: int, least: int = 0) -> str:
    """A whole number of 0.00001 in decimal digits, with at least so many decimals: 1250000 → "12.5", with two "12.50"."""
    sign = "-" if scaled < 0 else ""
    whole, rest = divmod(abs(scaled), SCALE)
    decimals = f"{rest:0{PLACES}d}".rstrip("0").ljust(least, "0")
    return f"{sign}{whole}.{decimals}" if decimals else f"{sign}{whole}"


def _moment(microseconds: int) -> str:
    return from_microseconds(microseconds).astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


_AS_VALUE: dict[str, Callable[[Any], Any]] = {
    "text": lambda value: value,
    "day": lambda value: value,
    "entry_no": int,
    "flag": bool,
    "object": lambda value: value,
    "quantity": lambda value: decimal_text(int(value)),
    "amount": lambda value: decimal_text(int(value), 2),
    "cost": lambda value: decimal_text(int(value), 2),
    "moment": _moment,
}


def write_export(export: Export, filters: Filters, form: str, file: BinaryIO) -> int:
    """Write an export's rows; returns how many. To be called inside a snapshot."""
    write = _write_csv if form == "csv" else _write_jsonl
    return write(export, export.rows(filters), file)


def _write_jsonl(export: Export, rows: Iterator[tuple[Any, ...]], file: BinaryIO) -> int:
    names = [name for name, _kind in export.columns]
    readers = [_AS_VALUE[kind] for _name, kind in export.columns]
    encode = json.JSONEncoder(ensure_ascii=False).encode
    count = 0
    lines: list[str] = []
    for row in rows:
        values = [None if value is None else read(value) for read, value in zip(readers, row, strict=True)]
        lines.append(encode(dict(zip(names, values, strict=True))))
        count += 1
        if len(lines) >= _ROWS_AT_A_TIME:
            file.write(("\n".join(lines) + "\n").encode())
            lines.clear()
    if lines:
        file.write(("\n".join(lines) + "\n").encode())
    return count


def _write_csv(export: Export, rows: Iterator[tuple[Any, ...]], file: BinaryIO) -> int:
    readers = [_in_a_cell(_AS_VALUE[kind], kind) for _name, kind in export.columns]
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([name for name, _kind in export.columns])
    count = 0
    for row in rows:
        writer.writerow(["" if value is None else read(value) for read, value in zip(readers, row, strict=True)])
        count += 1
        if count % _ROWS_AT_A_TIME == 0:
            _empty(buffer, file)
    _empty(buffer, file)
    return count


def _in_a_cell(read: Callable[[Any], Any], kind: str) -> Callable[[Any], Any]:
    if kind == "flag":
        return lambda value: "true" if value else "false"
    if kind == "object":
        return lambda value: json.dumps(value, ensure_ascii=False) if value else ""
    return read


def _empty(buffer: io.StringIO, file: BinaryIO) -> None:
    file.write(buffer.getvalue().encode())
    buffer.seek(0)
    buffer.truncate()


@contextmanager
def written_whole(path: str) -> Iterator[BinaryIO]:
    """A file that appears under its name only when it is complete and on the disk. Devices and pipes are written directly."""
    target = Path(path)
    if target.exists() and not stat.S_ISREG(target.stat().st_mode):
        with target.open("wb") as file:
            yield file
        return
    target = Path(os.path.realpath(target))
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o666 & ~_umask())
        os.replace(temporary, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
