"""What is printed after the demo is made: one page, as wide as the terminal; at most 40 lines where that has 100 columns."""

from textwrap import wrap

from stockterm.demo.making import Demo
from stockterm.demo.places import PEOPLE
from stockterm.i18n import _


def describe(demo: Demo, columns: int) -> str:
    """The page for one demo, in the user's language. A line longer than `columns` goes on in the next, between two words."""
    return "\n".join(part for line in _page(demo) for part in _fitted(line, columns))


def _fitted(line: str, columns: int) -> list[str]:
    """A line as it is, or in parts that are indented a little more than it is. A path or an address stays whole."""
    if len(line) <= columns:
        return [line]
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    return wrap(line, max(columns, 12), subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _page(demo: Demo) -> list[str]:
    state = _("The demo company is ready.") if demo.new else _("The demo company is there already; --fresh makes a new one.")
    people = [_columns(person.code, person.role, person.pin, person.language, ", ".join(person.locations)) for person in PEOPLE]
    return [
        state,
        f"  {demo.path}",
        _("Open it:  stockterm demo     or:  stockterm --database {url}").format(url=demo.url),
        _("Labels:   stockterm demo --sheet labels.html   (or labels.svg), then print and scan"),
        "",
        _("Users (badge USR:<user>):"),
        _columns(_("user"), _("role"), _("PIN"), "", _("places")),
        *people,
        "",
        _("Places: MAIN and EAST have bins, SHOP has none, TRANSIT is on the way between them."),
        _("Transfer orders: TO-1001 is on its way to SHOP, TO-1002 waits in MAIN to be shipped to EAST."),
        _("Look at: HW1010 screws in A-01-01 (boxes of 10), HW1060 and HW1070 together in A-02-02,"),
        _("  FD2220 cheese in B-04-02 (an expired lot), MD3070 saline (a blocked lot), EL4330 torches"),
        _("  (blocked), CD18-4102 a drill, B2207 a lot number of two items, RECV-01 not put away yet."),
        "",
        _("Without a scanner, type this; each line ends with Enter:"),
        _("  USR:WORKER1     the badge; then 3456, the PIN, if it asks"),
        _("  LOC:MAIN        where you are; then choose Count in the menu by its digit"),
        _("  BIN:A-01-01     the bin you stand at"),
        _("  9528100010107   one pack of screws, as its barcode says"),
        _("  19528100010104  a box of them: 10 more"),
        _("  12*             then 9528100010107: twelve packs"),
        _("  CMD:UNDO        takes back the last scan, again and again"),
        _("  CMD:NEXT        closes the bin; CMD:POST ends the count"),
    ]


def _columns(user: str, role: str, pin: str, language: str, places: str) -> str:
    return f"  {user:<9} {role:<14} {pin:<5} {language:<2}  {places}"
