"""What a transfer order refuses, and why."""

from typing import ClassVar

from db.core.errors import N_, StocktermError

KINDS = (N_("transfer order"), N_("transfer route"), N_("order line"))


class NotReleased(StocktermError):
    code: ClassVar[str] = "not_released"
    template: ClassVar[str] = N_("Not released: {order_no}. A supervisor releases it. Nothing was posted.")
    order_no: str


class NoInTransitLocation(StocktermError):
    code: ClassVar[str] = "no_in_transit_location"
    template: ClassVar[str] = N_(
        "No way there: set the in-transit location of the route {from_location} to {to_location}, or make it direct. {order_no} "
        "was not shipped."
    )
    order_no: str
    from_location: str
    to_location: str
