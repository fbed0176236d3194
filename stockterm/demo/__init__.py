"""A company to try things on: made in a file of its own, described on one page, with labels to print.

`make_demo` is given the door it posts through, so that this package knows neither the reader of the interchange format nor
the database. Nothing heavy is imported here: the tables and the barcodes are loaded when they are asked for.
"""

from stockterm.demo.making import Demo, NotADemo, default_demo_path, demo_in, make_demo

__all__ = ["Demo", "NotADemo", "default_demo_path", "demo_in", "describe", "make_demo", "write_sheet"]


def describe(demo: Demo, columns: int = 100) -> str:
    """One page for whoever made the demo: users and PINs, what to scan first, and the same by typing.

    `columns` is the width of the terminal.
    """
    from stockterm.demo.description import describe as page

    return page(demo, columns)


def write_sheet(demo: Demo, file: str) -> None:
    """Write the demo's labels to `file`: SVG where it ends in .svg, else HTML. Raises `OSError` as writing a file does."""
    from pathlib import Path

    from stockterm.demo.sheet import demo_sheet
    from stockterm.labels.sheet import as_html, as_svg

    sheet = demo_sheet(demo.made_for)
    text = as_svg(sheet) if file.lower().endswith(".svg") else as_html(sheet)
    Path(file).write_text(text, encoding="utf-8")
