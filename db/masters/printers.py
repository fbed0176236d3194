"""Label printers: where their bytes go, what lies in them, and where they stand."""

from db.core.errors import BadValue, MissingField, phrase
from db.masters.records import Fields, Row
from db.masters.tables import LOCATIONS, PRINTERS

PORT, FILE = "port", "file"
RAW_PORT = 9100  # where label printers take a job as plain bytes
_DOTS = (152, 203, 300, 600)
_SMALLEST_MM, _LARGEST_MM = 10, 500


def put_printer(fields: Fields) -> bool:
    """Make or change a label printer.

    The address is `host` or `host:port` (9100 unless said) of a `port`, the path of a folder, a file or a device of a `file`.
    """
    (code,) = PRINTERS.key_of(fields, "code")
    current = PRINTERS.read(code)
    row = PRINTERS.changed(current, fields, "name", "kind", "address", "width_mm", "height_mm", "dpi", "location", "blocked")
    row["code"] = code
    if not row["address"]:
        raise MissingField(field="address", operation=PRINTERS.kind)
    if row["kind"] == PORT:
        host_and_port(row["address"])
    _check_label(row)
    if "location" in fields and row["location_code"]:
        LOCATIONS.require(row["location_code"], field="location")
    return PRINTERS.save(current, row)


def _check_label(row: Row) -> None:
    for name in ("width_mm", "height_mm"):
        if not _SMALLEST_MM <= row[name] <= _LARGEST_MM:
            expected = phrase("{least} to {most}", least=_SMALLEST_MM, most=_LARGEST_MM)
            raise BadValue(field=name, value=row[name], expected=expected)
    if row["dpi"] not in _DOTS:
        raise BadValue(field="dpi", value=row["dpi"], expected=phrase("one of {known}", known=", ".join(map(str, _DOTS))))


def host_and_port(address: str) -> tuple[str, int]:
    """Host and port of `host`, `host:9100` or `[::1]:9100`. Raises `BadValue`."""
    host, colon, port = address.rpartition(":") if not address.endswith("]") else (address, "", "")
    if not colon:
        host, port = address, str(RAW_PORT)
    host = host.removeprefix("[").removesuffix("]")
    if not host or not (port.isascii() and port.isdigit() and 0 < int(port) < 65_536):
        raise BadValue(field="address", value=address, expected=phrase("host:port"))
    return host, int(port)
