"""The program as its callers see it, without a process for each call: arguments in; exit status, output and errors out."""

import io
import json
import sys
from collections.abc import Iterable, Mapping
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import patch

from stockterm.cli import main


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call came to."""

    status: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows of an export as JSON Lines."""
        return [json.loads(line, parse_float=Decimal) for line in self.out.splitlines()]

    @property
    def errors(self) -> list[dict[str, Any]]:
        """The errors of a call with `--errors jsonl`."""
        return [json.loads(line) for line in self.err.splitlines()]

    @property
    def codes(self) -> list[tuple[int | None, str, str]]:
        """Line, code and field of each of those errors."""
        return [(error["line"], error["code"], error["field"]) for error in self.errors]


def call(*arguments: str, stdin: bytes = b"") -> Answer:
    """Run the command in this process."""
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8", newline=""), io.TextIOWrapper(io.BytesIO(), "utf-8", newline="")
    with ExitStack() as stack:
        stack.enter_context(redirect_stdout(out))
        stack.enter_context(redirect_stderr(err))
        stack.enter_context(patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), "utf-8")))
        status = main(list(arguments))
    return Answer(status, _text(out), _text(err))


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    assert isinstance(stream.buffer, io.BytesIO)
    return stream.buffer.getvalue().decode()


class Company:
    """A database that is worked on through the command only."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self._file = folder / "operations.jsonl"

    def post(self, *records: Mapping[str, Any] | str, options: Iterable[str] = ()) -> Answer:
        """Post records (dictionaries, or lines as they are) as one file."""
        lines = [record if isinstance(record, str) else json.dumps(record) for record in records]
        self._file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return call("--database", self.url, "post", str(self._file), "--errors", "jsonl", *options)

    def posted(self, *records: Mapping[str, Any] | str) -> "Company":
        """Post records that have to be taken."""
        answer = self.post(*records)
        assert answer.status == 0, answer.err
        return self

    def export(self, what: str, *options: str) -> list[dict[str, Any]]:
        """The rows of an export."""
        answer = call("--database", self.url, "export", what, *options)
        assert answer.status == 0, answer.err
        return answer.rows


def a_location(code: str = "BLUE", **fields: Any) -> dict[str, Any]:
    return {"op": "location", "code": code, **fields}


def an_item(no: str = "1000", **fields: Any) -> dict[str, Any]:
    return {"op": "item", "no": no, **fields}


def a_purchase(quantity: str, at: str = "10", **fields: Any) -> dict[str, Any]:
    return _line("purchase", quantity, {"unit_cost": at} if "amount" not in fields else {}, fields)


def a_sale(quantity: str, **fields: Any) -> dict[str, Any]:
    return _line("sale", quantity, {}, fields)


def a_line(type_: str, quantity: str, **fields: Any) -> dict[str, Any]:
    return _line(type_, quantity, {}, fields)


def _line(type_: str, quantity: str, costs: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    line = {"op": "journal_line", "type": type_, "date": "2026-01-05", "item": "1000", "location": "BLUE", "quantity": quantity}
    return {**line, **costs, **fields}
