"""A drawing as ZPL II, the language of most label printers: bytes for a raw port.

The printer draws the bars from their data (`^BC`, `^BE`, `^BU`, `^B8`, `^B2`), at the width of module that was laid out. Text
is UTF-8 (`^CI28`), and every character that means something to the printer is written as its number (`^FH`), so that no name of
an item can end a label or give a command. In Code 128 the character sets are chosen here (`>;`, `>:`, `>5`, `>6`), because a
printer's own choice would be wider than what was laid out; FNC1 is `>8`.
"""

from collections.abc import Iterable

from stockterm.labels.barcode import Symbol, Symbology
from stockterm.labels.drawing import BarsAt, Drawing, TextAt

_ESCAPES = {">": ">0", "^": "><", "~": ">="}  # in character set B, as the values of Code 128
_MOST_COPIES = 9_999


def zpl(drawing: Drawing, copies: int = 1) -> str:
    """One label, `copies` times."""
    assert 1 <= copies <= _MOST_COPIES
    parts = [f"^XA^CI28^LH0,0^PW{drawing.width}^LL{drawing.height}"]
    parts += [_text(text) for text in drawing.texts if text.text]
    for bars in drawing.bars:
        parts += _bars(bars)
    parts.append(f"^PQ{copies}^XZ")
    return "\n".join(parts) + "\n"


def zpl_job(drawings: Iterable[Drawing], copies: int = 1) -> str:
    """Several labels, one after the other."""
    return "".join(zpl(drawing, copies) for drawing in drawings)


def _text(text: TextAt) -> str:
    return f"^FO{text.left},{text.top}^A0N,{text.size},{text.size}^FH_^FD{escaped(text.text)}^FS"


def escaped(text: str) -> str:
    """Text as field data after `^FH_`: letters and digits as they are, everything that is a sign for the printer as numbers."""
    return "".join(
        character if character.isalnum() or character in " .-/():+*," else "".join(f"_{byte:02X}" for byte in character.encode())
        for character in text
        if character.isprintable()
    )


def _bars(bars: BarsAt) -> list[str]:
    symbol, height = bars.symbol, bars.height
    place = f"^FO{bars.left},{bars.top}"
    width = f"^BY{bars.module},2.5,{height}"
    match symbol.symbology:
        case Symbology.EAN_13:
            return [f"{place}{width}^BEN,{height},N,N^FD{symbol.data[:-1]}^FS"]  # the printer adds the check digit
        case Symbology.EAN_8:
            return [f"{place}{width}^B8N,{height},N,N^FD{symbol.data[:-1]}^FS"]
        case Symbology.UPC_A:
            return [f"{place}{width}^BUN,{height},N,N,N^FD{symbol.data[:-1]}^FS"]
        case Symbology.ITF_14:
            bearer = symbol.bearer_modules * bars.module
            left, across = bars.left - symbol.quiet_left * bars.module, symbol.total_modules * bars.module
            lines = [f"^FO{left},{top}^GB{across},{bearer},{bearer}^FS" for top in (bars.top, bars.top + height - bearer)]
            return [f"{place}^BY{2 * bars.module},2.5,{height}^B2N,{height},N,N,N^FD{symbol.data}^FS", *lines]
        case Symbology.CODE_128 | Symbology.GS1_128:
            return [f"{place}{width}^BCN,{height},N,N,N,N^FD{code_128_data(symbol)}^FS"]


def code_128_data(symbol: Symbol) -> str:
    """The data of `^BC` with its character sets: C for pairs of digits, B for the rest."""
    gs1 = symbol.symbology is Symbology.GS1_128
    data = symbol.data
    pairs = gs1 or _digits(data, 0) >= 4 or (len(data) % 2 == 0 and data.isdigit())
    out = [">;" if pairs else ">:"]
    if gs1:
        out.append(">8")
    position = 0
    while position < len(data):
        character = data[position]
        if gs1 and character == "\x1d":
            out.append(">8")
            position += 1
            continue
        digits = _digits(data, position)
        if pairs:
            if digits >= 2:
                out.append(data[position : position + 2])
                position += 2
                continue
            out.append(">6")
            pairs = False
        elif digits >= 6 or (digits >= 4 and position + digits == len(data)):
            if digits % 2:
                out.append(character)
                position += 1
            out.append(">5")
            pairs = True
            continue
        out.append(_ESCAPES.get(character, character))
        position += 1
    return "".join(out)


def _digits(data: str, start: int) -> int:
    """How many digits stand there in a row."""
    end = start
    while end < len(data) and data[end].isdigit():
        end += 1
    return end - start
