"""Bars in a terminal: two modules to a column with half blocks, read by a scanner from the screen.

A terminal is dark, and a scanner wants dark bars on a light ground: so the *light* modules are drawn, quiet zones included, and
the ground of the terminal is the bars. On a light terminal `light_ground` draws the bars instead. A module is half a column
wide and all rows of a symbol are the same, so Code 128 of 8 characters takes 72 columns and EAN-13 takes 57; a symbol is never
squeezed or cut.
"""

from stockterm.labels.barcode import Symbol

_BLOCKS = {"00": " ", "01": "▐", "10": "▌", "11": "█"}


def columns_of(symbol: Symbol) -> int:
    """How many columns the symbol takes, quiet zones included."""
    return (len(_units(symbol)) + 1) // 2


def draw_blocks(symbol: Symbol, columns: int, *, rows: int = 6, light_ground: bool = False) -> list[str] | None:
    """The rows of a symbol for a terminal of so many columns, or None where it is too narrow."""
    modules = _units(symbol)
    if (len(modules) + 1) // 2 > columns:
        return None
    modules += "0" * (len(modules) % 2)
    drawn = modules if light_ground else modules.translate({ord("0"): "1", ord("1"): "0"})
    line = "".join(_BLOCKS[drawn[place : place + 2]] for place in range(0, len(drawn), 2))
    return [line] * rows


def _units(symbol: Symbol) -> str:
    """Modules with quiet zones. ITF-14 is drawn with the narrowest bars that tell wide from narrow (3 to 1), or it would not
    fit.
    """
    if symbol.bearer_modules:
        return _narrow(symbol)
    return "0" * symbol.quiet_left + symbol.modules + "0" * symbol.quiet_right


def _narrow(symbol: Symbol) -> str:
    from itertools import groupby

    lengths = [(module, 1 if sum(1 for _one in run) == 2 else 3) for module, run in groupby(symbol.modules)]
    return "0" * 10 + "".join(module * length for module, length in lengths) + "0" * 10
