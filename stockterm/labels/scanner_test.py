"""A sheet of four labels that sets up a terminal's profile: scanned in order, they show what the reader and the line do.

    begin   STOCKTEST          letters that every layout has in the same place: what stands around them is prefix and suffix
    gs1     (10)STOCK(21)TEST  what stands between the two values is what this reader sends for the separator
    keys    Az-Qy/]19 …        what comes out differently shows a keyboard layout that is not the host's
    end     STOCKTEST          what lies between two scans is seen once more, and the end is known without waiting for a pause

Worked example: with a prefix `~`, Enter as suffix and `|` for the separator, this arrives:

    ~STOCKTEST⏎~10STOCK|21TEST⏎~Az-Qy/]19⏎~STOCKTEST⏎

`judge` knows nothing of the terminal's profile: it is given every character as it came. A reader without a suffix is found
here, and refused: scans would run into each other.
"""

from dataclasses import dataclass

from stockterm.i18n import _
from stockterm.labels.barcode import Symbol, encode_code_128, encode_gs1
from stockterm.labels.content import LabelContent

MARK = "STOCKTEST"
KEYS = "Az-Qy/]19 Wm+;*"
_FIRST, _SECOND = "10STOCK", "21TEST"
_IDENTIFIERS = ("]C0", "]C1")
_SUFFIXES = ("\r\n", "\x03\r", "\r", "\n", "\t", "\x03")
_DROPPED = "\x00\x02"  # NUL and STX, which the lexer drops


def symbols() -> list[Symbol]:
    """The four labels in the order in which they are scanned."""
    begin = encode_code_128(MARK)
    return [begin, encode_gs1([("10", "STOCK"), ("21", "TEST")]), encode_code_128(KEYS), begin]


def contents() -> list[LabelContent]:
    """The same as labels."""
    titles = [_("1 Begin"), _("2 Separator"), _("3 Keyboard"), _("4 End")]
    return [LabelContent(title, (), (symbol,)) for title, symbol in zip(titles, symbols(), strict=True)]


def is_complete(received: str) -> bool:
    """Whether the last label has arrived, its suffix too where there is one like the first's."""
    first = received.casefold().find(MARK.casefold())
    last = received.casefold().rfind(MARK.casefold())
    if first < 0 or last == first:
        return False
    return len(received) - last - len(MARK) >= len(_suffix_of(received[first + len(MARK) :]))


@dataclass(frozen=True, slots=True)
class Found:
    """What the reader does. `problems` are sentences for whoever sets it up; with `usable` false the reader cannot be used like
    this.

    `separators`: what stands for GS besides GS itself; `identifiers`: whether AIM identifiers are sent.
    """

    prefix: str
    suffix: str
    separators: str
    identifiers: bool
    problems: tuple[str, ...]
    usable: bool

    def as_toml(self, terminal: str) -> str:
        """The table of the settings file that this comes to."""
        lines = [f"[terminals.{_quoted(terminal)}]"]
        if self.prefix:
            lines.append(f"prefix = {_quoted(self.prefix)}")
        if self.suffix:
            lines.append(f"suffixes = [{', '.join(_quoted(one) for one in dict.fromkeys(self.suffix))}]")
        if self.separators:
            lines.append(f"separators = {_quoted(self.separators)}")
        return "\n".join(lines) + "\n"


def judge(received: str) -> Found:
    """What the four scans say, given every character that came, from before the first to after the last."""
    text = "".join(character for character in received if character not in _DROPPED)
    problems: list[str] = []
    folded = text.casefold()
    begin, end = folded.find(MARK.casefold()), folded.rfind(MARK.casefold())
    if begin < 0 or end == begin:
        return Found("", "", "", False, (_("The first and the last label were not recognised. Scan all four, in order."),), False)
    if MARK not in text:
        problems.append(_("Letters change case: switch caps lock off, or set the reader to keep the case."))
    prefix, identifiers = _without_identifier(text[:begin])
    suffix = _suffix_of(text[begin + len(MARK) :])
    if not suffix:
        problems.append(_("No suffix: set the reader to send Enter after each scan. Without it scans run into each other."))
    scans = _between(text[begin + len(MARK) + len(suffix) : end], suffix, prefix)
    separators = _separators(scans[0] if scans else "", problems)
    _check_keys(scans[1] if len(scans) > 1 else "", problems)
    return Found(prefix, suffix, separators, identifiers, tuple(problems), bool(suffix))


def _suffix_of(rest: str) -> str:
    return next((one for one in _SUFFIXES if rest.startswith(one)), "")


def _without_identifier(text: str) -> tuple[str, bool]:
    for identifier in _IDENTIFIERS:
        if text.endswith(identifier):
            return text.removesuffix(identifier), True
    return text, False


def _between(text: str, suffix: str, prefix: str) -> list[str]:
    """The two scans in the middle, without prefix, suffix and identifier."""
    if not suffix:
        return []
    scans = []
    for scan in text.split(suffix):
        data = scan.removeprefix(prefix)
        scans.append(data[3:] if data.startswith(_IDENTIFIERS) else data)
    return [scan for scan in scans if scan]


def _separators(scan: str, problems: list[str]) -> str:
    first, second = scan.upper().find(_FIRST), scan.upper().find(_SECOND)
    if first < 0 or second < 0:
        problems.append(_("The second label did not arrive as printed."))
        return ""
    between = scan[first + len(_FIRST) : second]
    if between == "\x1d":
        return ""
    if not between:
        problems.append(_("The separator is lost: set the reader to send GS (hexadecimal 1D), or another character for it."))
        return ""
    if len(between) > 1 or between.isalnum() or between == "#":
        text = repr(between)
        problems.append(_("The separator arrives as {text}: set the reader to send a single sign for it.").format(text=text))
        return ""
    return between


def _check_keys(scan: str, problems: list[str]) -> None:
    if scan == KEYS:
        return
    wrong = [f"{sent} → {came}" for sent, came in zip(KEYS, scan, strict=False) if sent != came]
    if len(scan) != len(KEYS) or not wrong:
        problems.append(_("The third label arrived as {text}: set the reader's keyboard layout.").format(text=repr(scan)))
    else:
        swapped = ", ".join(wrong)
        problems.append(_("Characters are swapped: {swapped}. Set the reader's keyboard layout.").format(swapped=swapped))


def _quoted(text: str) -> str:
    """A basic string of TOML."""
    import json

    return json.dumps(text)
