"""Transfer routes: how goods get from one location to another. Source: operations reference §9."""

from db.core.errors import BadValue, LocationInTransit, phrase
from db.masters.records import Fields, require_positive
from db.masters.tables import LOCATIONS, TRANSFER_ROUTES


def put_transfer_route(fields: Fields) -> bool:
    """Make or change the route between two locations. One without an in-transit location that is not direct ships nothing yet."""
    start, end = TRANSFER_ROUTES.key_of(fields, "from", "to")
    for field, code in (("from", start), ("to", end)):
        if LOCATIONS.require(code, field=field)["in_transit"]:
            raise LocationInTransit(field=field, location_code=code)
    if start == end:
        raise BadValue(field="to", value=end, expected=phrase("another location than the goods come from"))
    current = TRANSFER_ROUTES.read(start, end)
    row = TRANSFER_ROUTES.changed(current, fields, "in_transit", "direct", "shipping_days")
    row["from_location"], row["to_location"] = start, end
    if row["in_transit"]:
        if not LOCATIONS.require(row["in_transit"], field="in_transit")["in_transit"]:
            raise BadValue(field="in_transit", value=row["in_transit"], expected=phrase("a location that is in transit"))
        if row["direct"]:
            raise BadValue(field="direct", value=True, expected=phrase("false where in_transit is named"))
    require_positive(row, "shipping_days", or_zero=True)
    return TRANSFER_ROUTES.save(current, row)
