"""Bars for a text: python-barcode's encoders behind checks that refuse what a scanner could not read back.

python-barcode replaces a wrong check digit without a word, computes none for ITF and takes parentheses in a GS1-128
text as data (docs of the traps: scanning reference, section 8). So every number is checked here before it is encoded,
and GS1 messages are built from (AI, value) pairs. The library gives the pattern of bars and spaces; the drawing is one
SVG path on whole modules, a tenth of the size of one rectangle for each bar, and sharp at any resolution.

`import barcode` costs about 25 ms, more where Pillow is installed: it is imported when the first symbol is encoded, never at
program start.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import ClassVar

from db.core.errors import N_, StocktermError, phrase

MOST_CHARACTERS = 48
"""Data characters in one GS1-128, AIs and separators counted (GS1 General Specifications); kept for Code 128 too."""

MOST_MILLIMETRES = 165
"""Width of one GS1-128, quiet zones included: wider than most readers see."""

# AIs whose total length is fixed by their first two digits: no separator follows them.
_FIXED_LENGTHS = {
    "00": 20, "01": 16, "02": 16, "03": 16, "04": 18,
    "11": 8, "12": 8, "13": 8, "14": 8, "15": 8, "16": 8, "17": 8, "18": 8, "19": 8, "20": 4,
    "31": 10, "32": 10, "33": 10, "34": 10, "35": 10, "36": 10, "41": 16,
}  # fmt: skip
_CHECKED_AIS = frozenset({"00", "01", "02"})
_GS1_CHARACTERS = frozenset("!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz")


class Symbology(StrEnum):
    """The kinds of bars that are printed."""

    EAN_13 = "ean-13"
    EAN_8 = "ean-8"
    UPC_A = "upc-a"
    ITF_14 = "itf-14"
    CODE_128 = "code-128"
    GS1_128 = "gs1-128"


class UnprintableBarcode(StocktermError):
    """A text that this kind of barcode cannot carry, or a number whose check digit is wrong."""

    code: ClassVar[str] = "bad_value"
    template: ClassVar[str] = N_("Not printable: {value} as {symbology}. Expected {expected}.")
    value: str
    symbology: str
    expected: str


@dataclass(frozen=True, slots=True)
class Symbol:
    """Encoded bars, without any size on paper but the recommended one.

    `modules` is a string of 1 (bar) and 0 (space), without quiet zones; `quiet_left` and `quiet_right` count modules,
    `module_mm` is the recommended width of one module in millimetres; `data` is what a scanner reports (FNC1 as GS),
    `text` what is printed under the bars; `bearer_modules` is the height of the bars above and below an ITF-14.
    """

    symbology: Symbology
    data: str
    text: str
    modules: str
    module_mm: float
    quiet_left: int
    quiet_right: int
    bearer_modules: int = 0

    @property
    def total_modules(self) -> int:
        return self.quiet_left + len(self.modules) + self.quiet_right

    @property
    def width_mm(self) -> float:
        """Width on paper in millimetres, quiet zones included."""
        return self.total_modules * self.module_mm


def encode(symbology: Symbology, data: str) -> Symbol:
    """Encode `data`, digits with their check digit for the numeric kinds; GS1-128 has its own `encode_gs1`.

    Raises `UnprintableBarcode` for a wrong check digit, a wrong length or a character that the symbology does not have.
    """
    match symbology:
        case Symbology.EAN_13:
            return encode_ean_13(data)
        case Symbology.EAN_8:
            return encode_ean_8(data)
        case Symbology.UPC_A:
            return encode_upc_a(data)
        case Symbology.ITF_14:
            return encode_itf_14(data)
        case Symbology.CODE_128:
            return encode_code_128(data)
        case Symbology.GS1_128:
            raise UnprintableBarcode(value=data, symbology="GS1-128", expected=phrase("application identifiers with values"))


def encode_ean_13(digits: str) -> Symbol:
    """13 digits, the last the check digit. X-dimension 0.33 mm, quiet zones 11 and 7 modules."""
    from barcode.ean import EuropeanArticleNumber13

    _refuse_wrong_number(digits, 13, "EAN-13")
    modules = EuropeanArticleNumber13(digits).build()[0]
    return Symbol(Symbology.EAN_13, digits, f"{digits[0]} {digits[1:7]} {digits[7:]}", modules, 0.33, 11, 7)


def encode_ean_8(digits: str) -> Symbol:
    """8 digits, the last the check digit. X-dimension 0.33 mm, quiet zones 7 modules."""
    from barcode.ean import EuropeanArticleNumber8

    _refuse_wrong_number(digits, 8, "EAN-8")
    modules = EuropeanArticleNumber8(digits).build()[0]
    return Symbol(Symbology.EAN_8, digits, f"{digits[:4]} {digits[4:]}", modules, 0.33, 7, 7)


def encode_upc_a(digits: str) -> Symbol:
    """12 digits, the last the check digit. X-dimension 0.33 mm, quiet zones 9 modules."""
    from barcode.upc import UniversalProductCodeA

    _refuse_wrong_number(digits, 12, "UPC-A")
    modules = UniversalProductCodeA(digits).build()[0]
    return Symbol(Symbology.UPC_A, digits, f"{digits[0]} {digits[1:6]} {digits[6:11]} {digits[11]}", modules, 0.33, 9, 9)


def encode_itf_14(digits: str) -> Symbol:
    """14 digits, the last the check digit: a carton or pallet. X-dimension 0.5 mm, wide to narrow 2.5 to 1, bearer bars.

    A narrow element is two modules wide here, so `module_mm` is half the X-dimension.
    """
    from barcode.itf import ITF

    _refuse_wrong_number(digits, 14, "ITF-14")
    modules = ITF(digits, narrow=2, wide=5).build()[0]
    text = f"{digits[0]} {digits[1:3]} {digits[3:8]} {digits[8:13]} {digits[13]}"
    return Symbol(Symbology.ITF_14, digits, text, modules, 0.25, 20, 20, bearer_modules=8)


def encode_code_128(text: str) -> Symbol:
    """Printable ASCII, 1 to 48 characters. X-dimension 0.3 mm, quiet zones 10 modules."""
    if not (1 <= len(text) <= MOST_CHARACTERS and all(" " <= character <= "~" for character in text)):
        raise UnprintableBarcode(
            value=repr(text),
            symbology="Code 128",
            expected=phrase("1 to {length} printable ASCII characters", length=MOST_CHARACTERS),
        )
    return Symbol(Symbology.CODE_128, text, text, _code_128(text), 0.3, 10, 10)


def _code_128(text: str) -> str:
    """python-barcode takes the digits 99 at the beginning for a change of character sets, and leaves them out: 9912 became 12."""
    from barcode.charsets import code128
    from barcode.codex import Code128

    class Careful(Code128):  # type: ignore[misc]
        def _try_to_optimize(self, encoded: list[int]) -> list[int]:
            if encoded[:2] == [code128.START_CODES["C"], 99]:
                return encoded
            return list(super()._try_to_optimize(encoded))

    return str(Careful(text).build()[0])


def encode_gs1(elements: Sequence[tuple[str, str]]) -> Symbol:
    """GS1-128 of (AI, value) pairs in the order given, separators put in where they are needed.

    Put fixed-length elements first: fewer separators. X-dimension 0.3 mm (smaller than GS1 wants on logistic labels,
    right for a sheet read at arm's length), quiet zones 10 modules.
    """
    from barcode.codex import Gs1_128

    if not elements:
        raise UnprintableBarcode(value="nothing", symbology="GS1-128", expected=phrase("application identifiers with values"))
    for ai, value in elements:
        _refuse_wrong_element(ai, value)
    fnc1 = "\xf1"  # python-barcode's name for FNC1 inside a text
    message = "".join(
        ai + value + (fnc1 if index < len(elements) - 1 and ai[:2] not in _FIXED_LENGTHS else "")
        for index, (ai, value) in enumerate(elements)
    )
    if len(message) > MOST_CHARACTERS:
        raise UnprintableBarcode(
            value=message, symbology="GS1-128", expected=phrase("{length} characters at most", length=MOST_CHARACTERS)
        )
    modules = Gs1_128(message).build()[0]  # a python-barcode Code128 can be built once only: it keeps its character set
    text = "".join(f"({ai}){value}" for ai, value in elements)
    symbol = Symbol(Symbology.GS1_128, message.replace(fnc1, "\x1d"), text, modules, 0.3, 10, 10)
    if symbol.width_mm > MOST_MILLIMETRES:
        raise UnprintableBarcode(value=text, symbology="GS1-128", expected=phrase("{length} mm at most", length=MOST_MILLIMETRES))
    return symbol


def is_gs1_text(text: str, length: int) -> bool:
    """Whether a GS1 value of so many characters at most could be this text."""
    return 0 < len(text) <= length and set(text) <= _GS1_CHARACTERS


def is_fixed_length(ai: str) -> bool:
    """Whether values of this AI need no separator behind them."""
    return ai[:2] in _FIXED_LENGTHS


def svg_bars(symbol: Symbol, height_mm: float, *, left_mm: float = 0, top_mm: float = 0) -> str:
    """The bars as an SVG fragment in millimetres, its corner (quiet zone included) at `left_mm`, `top_mm`.

    To stand inside an `<svg>` whose user unit is one millimetre.
    """
    bars: list[str] = []
    column = symbol.quiet_left
    for module, run in groupby(symbol.modules):
        width = sum(1 for _ in run)
        if module == "1":
            bars.append(f"M{column} 0h{width}v1h-{width}z")
        column += width
    bearers = ""
    if symbol.bearer_modules:
        thickness = symbol.bearer_modules * symbol.module_mm
        bearers = "".join(
            f'<rect x="{left_mm:.3f}" y="{top:.3f}" width="{symbol.width_mm:.3f}" height="{thickness:g}"/>'
            for top in (top_mm, top_mm + height_mm - thickness)
        )
    transform = f"translate({left_mm:.3f} {top_mm:.3f}) scale({symbol.module_mm:g} {height_mm:g})"
    return f'<path transform="{transform}" d="{"".join(bars)}"/>{bearers}'


def svg(symbol: Symbol, height_mm: float = 15) -> str:
    """A whole SVG document of one symbol with the text under its bars, on white; sizes in millimetres."""
    from html import escape

    width, text_height = symbol.width_mm, 4.0
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.3f}mm" height="{height_mm + text_height:.3f}mm" '
        f'viewBox="0 0 {width:.3f} {height_mm + text_height:.3f}" role="img" aria-label="{escape(symbol.text)}">'
        f'<rect width="100%" height="100%" fill="#fff"/>{svg_bars(symbol, height_mm)}'
        f'<text x="{width / 2:.3f}" y="{height_mm + 3.2:.3f}" font-family="monospace" font-size="3" text-anchor="middle">'
        f"{escape(symbol.text)}</text></svg>\n"
    )


def _check_digit(digits: str) -> str:
    """The digit that completes a GS1 number of any length, as the library computes it (EAN-14's own way does not fit all)."""
    from barcode.ean import EuropeanArticleNumber13

    return str(EuropeanArticleNumber13("0" * 12).calculate_checksum(digits))


def _refuse_wrong_number(digits: str, length: int, name: str) -> None:
    if len(digits) != length or not (digits.isascii() and digits.isdigit()):
        raise UnprintableBarcode(
            value=repr(digits), symbology=name, expected=phrase("{length} digits, the check digit among them", length=length)
        )
    expected = _check_digit(digits[:-1])
    if digits[-1] != expected:
        raise UnprintableBarcode(value=digits, symbology=name, expected=phrase("check digit {digit}", digit=expected))


def _refuse_wrong_element(ai: str, value: str) -> None:
    if not (2 <= len(ai) <= 4 and ai.isascii() and ai.isdigit()):
        raise UnprintableBarcode(value=repr(ai), symbology="GS1-128", expected=phrase("application identifiers of 2 to 4 digits"))
    shown = f"({ai}){value}"
    if not value or not set(value) <= _GS1_CHARACTERS:
        raise UnprintableBarcode(value=repr(shown), symbology="GS1-128", expected=phrase("a value of characters of the GS1 set"))
    fixed = _FIXED_LENGTHS.get(ai[:2])
    if fixed is not None and (len(ai) + len(value) != fixed or not value.isdigit()):
        raise UnprintableBarcode(value=shown, symbology="GS1-128", expected=phrase("{length} digits", length=fixed - len(ai)))
    if ai in _CHECKED_AIS and value[-1] != _check_digit(value[:-1]):
        raise UnprintableBarcode(
            value=shown, symbology="GS1-128", expected=phrase("check digit {digit}", digit=_check_digit(value[:-1]))
        )
    if ai in ("10", "21") and len(value) > 20:
        raise UnprintableBarcode(value=shown, symbology="GS1-128", expected=phrase("{length} characters at most", length=20))
