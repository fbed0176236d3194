"""What a label says, apart from its size: one function for each kind of label, values in, `LabelContent` out.

Prefixes are those of the floor (`BIN:`, `LOC:`, `ITM:` …), so that a scan of ours says what it is. Where GS1 has an application
identifier and the value fits it, the label is GS1-128: one scan gives item, expiry, lot, serial number and count.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from db.core.errors import BadValue, phrase
from db.core.gtin import check_digit, normalize_gtin
from stockterm.i18n import _, format_date, format_quantity
from stockterm.labels.barcode import (
    Symbol,
    encode_code_128,
    encode_ean_8,
    encode_ean_13,
    encode_itf_14,
    encode_upc_a,
    is_gs1_text,
)

Element = tuple[str, str]
"""An application identifier and its value."""

COMMANDS = ("HELP", "CLEAR", "BACK", "LIST", "UNDO", "QTY", "PGUP", "PGDN", "NEXT", "POST", "PRINT")
MULTIPLIERS = ("2*", "3*", "5*", "6*", "10*", "12*", "24*", "100*")

_LARGEST_COUNT = 99_999_999  # AI 30 and 37: eight digits


@dataclass(frozen=True, slots=True)
class LabelContent:
    """What is printed: `title` largest, `lines` below it, then the bars of `symbols`, then those of the GS1 `elements`.

    Elements become as many GS1-128 symbols as they need, in their order, an SSCC (AI 00) alone and lowest. `corner` is printed
    very large at the top right. A `logistic` label keeps to the rules of GS1 for pallets and cartons. `title_mm` is the height
    of the title.
    """

    title: str
    lines: tuple[str, ...] = ()
    symbols: tuple[Symbol, ...] = ()
    elements: tuple[Element, ...] = ()
    corner: str = ""
    logistic: bool = False
    title_mm: float = 4.5


# ---- goods


def gtin_symbol(gtin: str) -> Symbol:
    """The bars of a GTIN of 14 digits, in the shortest form that has all of its digits. Raises `UnprintableBarcode`."""
    if gtin.startswith("000000"):
        return encode_ean_8(gtin[6:])
    if gtin.startswith("00"):
        return encode_upc_a(gtin[2:])
    if gtin.startswith("0"):
        return encode_ean_13(gtin[1:])
    return encode_itf_14(gtin)


def item_label(
    item_no: str, description: str, uom_code: str, *, barcode: str = "", variant_code: str = "", quantity_per: str = ""
) -> LabelContent:
    """An item in one unit: EAN, UPC or ITF-14 of a GTIN, Code 128 of another barcode, `ITM:` and its number of none.

    `quantity_per` in words: `12 PCS`; blank for the base unit. A barcode that is none of ours names the variant and the unit too.
    """
    gtin = normalize_gtin(barcode)
    symbol = gtin_symbol(gtin) if gtin else encode_code_128(barcode or f"ITM:{item_no}")
    unit = f"1 {uom_code} = {quantity_per}" if quantity_per else f"1 {uom_code}"
    return LabelContent(" ".join(filter(None, (item_no, variant_code))), (description, unit), (symbol,))


def lot_label(
    item_no: str,
    description: str,
    *,
    gtin: str = "",
    variant_code: str = "",
    lot_no: str = "",
    serial_no: str = "",
    expiration_date: date | None = None,
    count: Decimal | None = None,
) -> LabelContent:
    """Goods with their numbers. With a GTIN, as GS1-128; else (or where a number has characters that GS1 does not know) as
    `ITM:`, `LOT:` and `SN:` of our own. `count` is a whole number of pieces; another one stands in words only.
    """
    lines = [description]
    if lot_no:
        lines.append(_("Lot {number}").format(number=lot_no))
    if serial_no:
        lines.append(_("Serial {number}").format(number=serial_no))
    if expiration_date:
        lines.append(_("Expires {date}").format(date=format_date(expiration_date)))
    if count is not None:
        lines.append(_("Quantity {quantity}").format(quantity=format_quantity(count)))
    title = " ".join(filter(None, (item_no, variant_code)))
    if gtin and all(is_gs1_text(number, 20) for number in (lot_no, serial_no) if number):
        return LabelContent(
            title, tuple(lines), elements=(("01", gtin), *_numbers(lot_no, serial_no, expiration_date), *_pieces(count))
        )
    own = [f"ITM:{item_no}", *([f"LOT:{lot_no}"] if lot_no else []), *([f"SN:{serial_no}"] if serial_no else [])]
    return LabelContent(title, tuple(lines), tuple(encode_code_128(text) for text in own))


def _numbers(lot_no: str, serial_no: str, expiration_date: date | None) -> list[Element]:
    found = []
    if expiration_date:
        found.append(("17", f"{expiration_date:%y%m%d}"))
    if lot_no:
        found.append(("10", lot_no))
    if serial_no:
        found.append(("21", serial_no))
    return found


def _pieces(count: Decimal | None) -> list[Element]:
    return [("30", str(int(count)))] if _is_whole(count) and count is not None else []


def _is_whole(count: Decimal | None) -> bool:
    return count is not None and count == count.to_integral_value() and 0 < count <= _LARGEST_COUNT


def make_sscc(extension: str, company_prefix: str, serial: int) -> str:
    """The 18 digits of a new SSCC: extension digit, company prefix (7 to 10 digits), serial, check digit. Raises `BadValue`."""
    room = 16 - len(company_prefix)
    digits = f"{extension}{company_prefix}{serial:0{max(room, 1)}d}"
    if not (
        len(extension) == 1 and 7 <= len(company_prefix) <= 10 and digits.isascii() and digits.isdigit() and len(digits) == 17
    ):
        expected = phrase("a digit, a company prefix of 7 to 10 digits, and a serial of {length} digits at most", length=room)
        raise BadValue(field="sscc", value=digits, expected=expected)
    return digits + check_digit(digits)


def is_sscc(text: str) -> bool:
    """Whether these are 18 digits with the right check digit."""
    return len(text) == 18 and text.isascii() and text.isdigit() and check_digit(text[:-1]) == text[-1]


def logistic_label(
    sscc: str,
    *,
    free_text: Sequence[str] = (),
    content_gtin: str = "",
    count: Decimal | None = None,
    lot_no: str = "",
    expiration_date: date | None = None,
) -> LabelContent:
    """A pallet or carton: free text at the top, what the bars say in words below it, the bars, the SSCC lowest.

    `content_gtin` and `count` are the items inside and how many (AI 02 and 37, always together); without both, lot and expiry
    stay in words: they would belong to no item. Raises `BadValue` for a wrong SSCC.
    """
    if not is_sscc(sscc):
        raise BadValue(field="sscc", value=sscc, expected=phrase("18 digits with the right check digit"))
    elements: tuple[Element, ...] = ()
    if content_gtin and _is_whole(count):
        in_bars = lot_no if is_gs1_text(lot_no, 20) else ""
        assert count is not None
        elements = (
            ("02", content_gtin),
            ("37", str(int(count))),
            *_numbers(in_bars, "", expiration_date),
        )  # 02 and 37 in one scan
    words = [("SSCC", sscc), ("CONTENT", content_gtin), ("COUNT", "" if count is None else format_quantity(count))]
    words += [("BATCH/LOT", lot_no), ("USE BY", expiration_date.isoformat() if expiration_date else "")]
    first, *others = [*free_text, ""]
    lines = (*filter(None, others), *(f"{title}: {value}" for title, value in words if value))
    return LabelContent(first or sscc, lines, elements=(*elements, ("00", sscc)), logistic=True)


def package_label(package_no: str, **facts: object) -> LabelContent:
    """A package without an SSCC: `LP:` and its number."""
    lines = tuple(str(value) for value in facts.values() if value)
    return LabelContent(package_no, lines, (encode_code_128(f"LP:{package_no}"),))


# ---- places, papers, people


def bin_label(location_code: str, bin_code: str, *, zone: str = "", check_digits: str = "") -> LabelContent:
    """A bin: its code to be read from afar, and its check digits, which are not in the bars."""
    place = " ".join(filter(None, (location_code, zone)))
    return LabelContent(bin_code, (place,), (encode_code_128(f"BIN:{bin_code}"),), corner=check_digits, title_mm=9)


def location_label(location_code: str, name: str = "") -> LabelContent:
    return LabelContent(location_code, (name,) if name else (), (encode_code_128(f"LOC:{location_code}"),), title_mm=9)


def document_label(document_no: str, text: str = "") -> LabelContent:
    return LabelContent(document_no, (text,) if text else (), (encode_code_128(f"DOC:{document_no}"),))


def badge_label(badge: str, user_code: str, name: str = "") -> LabelContent:
    """A badge. Its text signs somebody in, so it is printed in bars only."""
    return LabelContent(name or user_code, (user_code,), (_unreadable(encode_code_128(f"USR:{badge}")),))


def _unreadable(symbol: Symbol) -> Symbol:
    from dataclasses import replace

    return replace(symbol, text="")


def reason_label(reason_code: str, description: str) -> LabelContent:
    return LabelContent(description or reason_code, (), (encode_code_128(f"RSN:{reason_code}"),))


def command_labels() -> list[LabelContent]:
    """What the function keys do, for hands in gloves."""
    return [
        LabelContent(meaning, (), (encode_code_128(f"CMD:{command}"),))
        for command, meaning in zip(COMMANDS, command_meanings(), strict=True)
    ]


def multiplier_labels() -> list[LabelContent]:
    """Quantities for the next scan."""
    return [LabelContent(text, (), (encode_code_128(text),)) for text in MULTIPLIERS]


def command_meanings() -> list[str]:
    """What each of `COMMANDS` does, with its key, in the user's language."""
    return [
        _("F1 Help"),
        _("F2 Clear"),
        _("F3 Back"),
        _("F4 List"),
        _("F5 Undo scan"),
        _("F6 Quantity"),
        _("F7 Page up"),
        _("F8 Page down"),
        _("F9 Next bin"),
        _("F10 Post"),
        _("F12 Print label"),
    ]
