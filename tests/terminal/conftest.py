"""A program on a pseudo-terminal, with a record of the tokens that its session took."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.terminal.recorded import Recorded


@pytest.fixture
def recorded(tmp_path: Path) -> Iterator[Callable[..., Recorded]]:
    """Starts programs; they are ended with the test."""
    with ExitStack() as stack:
        yield lambda *settings, **options: stack.enter_context(Recorded(tmp_path, *settings, **options))
