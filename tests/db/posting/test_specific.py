"""The Specific method needs serial numbers: without them nothing says which piece left (costing reference §4.1, §6)."""

import pytest

from db.core.errors import TrackingRequired
from tests.support.builders import an_item, purchase, refused

pytestmark = pytest.mark.usefixtures("database")


def test_an_item_of_method_specific_without_serial_numbers_is_refused() -> None:
    an_item(costing_method="specific")

    assert isinstance(refused(purchase("1", at="10")), TrackingRequired)
