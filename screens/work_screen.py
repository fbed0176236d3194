"""The one work screen: a view state, the text being typed and the state of the line, drawn at any size.

From 20 columns by 8 rows (title and count, item, description, lot, quantity, prompt and field, message, keys) it grows:

- the last three rows are always prompt, message, keys; the message takes two from 14 rows on. So the field is in the
  same place whatever is shown;
- between title and prompt stand the facts, or the choices, or a text; whatever room is left shows the recent scans;
- 40 columns name the facts and draw progress; 80 columns show the document beside them, and lists as `screens.desk` draws them.

Choices and texts that are longer than their room are paged here, by the page keys or their labels, which then do not
reach the session; the key line says so (`F8 1/3`). A message that was cut is shown whole by F1; a second F1 asks the
session for help. While an error is locked its message fills the line in reverse, and the field says what unlocks it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.screen import Screen

from screens import desk
from screens.desk import column_widths
from screens.frame import CUT, Frame, Look, Row, Span, clean, fit, head, pad, tail, width_of, wrapped
from screens.waiting import Counts
from screens.widgets.form import Form
from stockterm.flows.tokens import Command
from stockterm.flows.view import Choice, Document, KeyHint, Level, Message, ViewState
from stockterm.i18n import _

LABELS_FROM: Final = 40  # columns
DOCUMENT_FROM: Final = 80  # columns
DOCUMENT_BESIDE: Final = 40  # columns that the form keeps when a document stands beside it
TALL_FROM: Final = 14  # rows

_MARKS: Final[Mapping[Level, str]] = {Level.OK: "OK", Level.NOTE: "", Level.WARNING: "?", Level.ERROR: "!"}
_LOOKS: Final[Mapping[Level, Look]] = {
    Level.OK: Look.DONE,
    Level.NOTE: Look.PLAIN,
    Level.WARNING: Look.WARNING,
    Level.ERROR: Look.ERROR,
}
BELLS: Final[Mapping[Level, int]] = {Level.OK: 1, Level.NOTE: 0, Level.WARNING: 2, Level.ERROR: 3}


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything a work screen shows at one moment: what the session says, and what the terminal itself knows."""

    view: ViewState
    pending: str = ""  # typed and not ended
    page: int = 0
    pointed: int | None = None  # the choice that the arrow keys are at, counted from 0
    whole_message: bool = False
    away: Counts | None = None  # the database is away, and so many scans wait
    working: int | None = None  # a token takes long, and so many scans wait behind it


@dataclass(frozen=True, slots=True)
class Terminal:
    """The size of the terminal in cells, and what it can show."""

    columns: int
    rows: int
    key_names: Mapping[Command, str]
    ascii_only: bool = False


@dataclass(frozen=True, slots=True)
class _Places:
    """How the rows of one terminal are used."""

    title: bool
    body: int
    message: int
    keys: bool


def places_of(rows: int) -> _Places:
    """The split of so many rows. The order in which parts give way: facts, keys, title, message."""
    message = 2 if rows >= TALL_FROM else 1
    body = max(0, rows - 3 - message)
    return _Places(title=rows >= 3, body=body, message=message if rows >= 2 else 0, keys=rows >= 4)


def draw(shown: Shown, terminal: Terminal) -> Frame:
    """The whole terminal as rows of spans."""
    places = places_of(terminal.rows)
    rows: list[Row] = []
    if places.title:
        rows.append(_title(shown, terminal))
    rows.extend(_body(shown, terminal, places.body))
    prompt_row = len(rows)
    if terminal.rows == 1 and shown.view.locked and shown.view.message:
        prompt, column = _message_rows(shown, terminal, 1)[0], 0  # one row: the error matters more than the field
    else:
        prompt, column = _prompt(shown, terminal)
    rows.append(prompt)
    rows.extend(_message_rows(shown, terminal, places.message))
    if places.keys:
        rows.append(_keys(shown, terminal))
    return Frame(terminal.columns, tuple(rows), (min(column, terminal.columns - 1), prompt_row))


def page_count(shown: Shown, terminal: Terminal) -> int:
    """Pages of the choices or the text; 1 when all is in view or there is nothing to page."""
    room = places_of(terminal.rows).body
    lines = _paged_lines(shown, terminal)
    return max(1, -(-len(lines) // room)) if room else 1


def message_is_cut(shown: Shown, terminal: Terminal) -> bool:
    """Whether the message has more words than its rows show."""
    message = shown.view.message
    if shown.away is not None:
        return True  # there is more to say about it
    if message is None or shown.working is not None:
        return False
    return len(_message_lines(message, terminal)) > places_of(terminal.rows).message


# ---- title, prompt, message, keys -----------------------------------------------------------------------------------


def _title(shown: Shown, terminal: Terminal) -> Row:
    count = fit(clean(shown.view.count, terminal.ascii_only), terminal.columns)
    room = terminal.columns - width_of(count) - (1 if count else 0)
    title = fit(clean(shown.view.title, terminal.ascii_only), room)
    return ((pad(title, terminal.columns - width_of(count)), Look.TITLE), (count, Look.TITLE))


def _field_column(columns: int) -> int:
    """Where the field begins: the same column for every prompt."""
    if columns >= DOCUMENT_FROM:
        return 20
    if columns >= LABELS_FROM:
        return 16
    return min(10, columns // 2)


def _prompt(shown: Shown, terminal: Terminal) -> tuple[Row, int]:
    """The prompt with its field, and the column of the cursor.

    A prompt that is longer than its place may use the field's while that is empty; the field itself never moves. Behind the
    prompt of a question stands how many scans it holds up, until the answer is being typed.
    """
    view, columns = shown.view, terminal.columns
    if view.locked:
        return _lock(view, terminal), 0
    at = _field_column(columns)
    prompt = clean(view.prompt, terminal.ascii_only)
    if columns < 4:  # no room for both
        return ((head(prompt, columns), Look.PLAIN),), 0
    if not shown.pending:
        waiting = _held(view)
        whole = clean(f"{prompt}  {waiting}", terminal.ascii_only) if waiting else prompt
        text = fit(whole, max(0, columns - 2))
        column = max(at, width_of(text) + 1)
        return ((pad(text, column), Look.PLAIN), (" ", Look.CURSOR)), column
    entered = "*" * len(shown.pending) if view.secret else clean(shown.pending, terminal.ascii_only)
    room = columns - at - 1
    if width_of(entered) > room:
        entered = "~" + tail(entered, room - 1)
    label = pad(fit(prompt, at - 1), at)
    return ((label + entered, Look.PLAIN), (" ", Look.CURSOR)), at + width_of(entered)


def _held(view: ViewState) -> str:
    """How many scans wait for the error or the question before them; empty: none."""
    return _("{count} held").format(count=view.held) if view.held else ""


def _lock(view: ViewState, terminal: Terminal) -> Row:
    """Instead of the field: that nothing is taken, what unlocks it, and how many scans are held meanwhile."""
    words = f"{_('LOCKED')} {terminal.key_names.get(Command.BACK, 'Esc')}"
    held = _held(view)
    text = f"{words}  {held}" if held else words
    return ((pad(fit(clean(text, terminal.ascii_only), terminal.columns), terminal.columns), Look.STRONG),)


def _marked(message: Message) -> str:
    mark = _MARKS[message.level]
    if not mark or message.text == mark or message.text.startswith(f"{mark} "):
        return message.text
    return f"{mark} {message.text}"


def _message_lines(message: Message, terminal: Terminal) -> list[str]:
    return wrapped(clean(_marked(message), terminal.ascii_only), terminal.columns)


def _message_rows(shown: Shown, terminal: Terminal, room: int) -> list[Row]:
    """The message in its rows; its beginning and `~` where it is longer."""
    if room < 1:
        return []
    if shown.away is not None or shown.working is not None:
        if shown.away is not None:
            waiting = _away(shown.away)
        else:
            waiting = _("WORKING {count} waiting").format(count=shown.working)
        return _full(fit(clean(waiting, terminal.ascii_only), terminal.columns), Look.STRONG, terminal, room)
    message = shown.view.message
    if message is None:
        return [()] * room
    lines = _message_lines(message, terminal)
    if room == 1:
        lines = [fit(clean(_marked(message), terminal.ascii_only), terminal.columns)]
    elif len(lines) > room:
        rest = " ".join(lines[room - 1 :])
        lines = [*lines[: room - 1], fit(rest, terminal.columns)]
    look = _LOOKS[message.level]
    rows: list[Row] = []
    for line in [*lines, *[""] * (room - len(lines))]:
        rows.append(((pad(line, terminal.columns) if look is Look.ERROR else line, look),))
    return rows


def _away(counts: Counts) -> str:
    """How many scans wait, and whether all of them are safe."""
    if counts.trouble:
        return _("DISK FULL {count} unsaved").format(count=counts.unkept)
    if counts.unkept:
        return _("AWAY {kept} safe, {count} not").format(kept=counts.kept, count=counts.unkept)
    return _("AWAY {count} waiting").format(count=counts.kept)


def _about_away(counts: Counts) -> list[str]:
    """The same in sentences, for who asks."""
    said = [_("The database is away. Go on scanning: {count} scans are safe on this machine.").format(count=counts.kept)]
    said.append(_("They are applied in their order when it is back, also after a power cut."))
    if counts.trouble:
        text = _("{count} are in memory only: {problem}. Do not switch off. Free space on the disk.")
        said.append(text.format(count=counts.unkept, problem=counts.trouble))
    elif counts.unkept:
        text = _("{count} are in memory only: badges, PINs and what follows them are not written down.")
        said.append(text.format(count=counts.unkept))
    return said


def _full(text: str, look: Look, terminal: Terminal, room: int) -> list[Row]:
    """One row in a look that reaches from edge to edge, and empty ones."""
    first: Row = ((pad(text, terminal.columns), look),)
    return [first, *[()] * (room - 1)]


def _keys(shown: Shown, terminal: Terminal) -> Row:
    """The keys that do something now; `~` when there are more. The last cell of the terminal stays free."""
    hints, more = key_hints(shown, terminal)
    line = ""
    for column, text, _command in hints:
        line = pad(line, column) + text
    return ((f"{line} ~" if more else line, Look.PLAIN),)


def key_hints(shown: Shown, terminal: Terminal) -> tuple[list[tuple[int, str, Command]], bool]:
    """What the key line says: (column, text, command) of each hint that has room, and whether there are more."""
    wide = terminal.columns >= LABELS_FROM
    hints: list[tuple[str, Command]] = []
    pages = page_count(shown, terminal)
    if pages > 1:
        key = terminal.key_names.get(Command.PAGE_DOWN, "")
        hints.append((f"{key} {min(shown.page, pages - 1) + 1}/{pages}", Command.PAGE_DOWN))
    offered = shown.view.keys
    if message_is_cut(shown, terminal) and not shown.whole_message:
        offered = (KeyHint(Command.HELP, _("more")), *(hint for hint in offered if hint.command is not Command.HELP))
    for hint in offered:
        name = terminal.key_names.get(hint.command)
        if name:
            text = clean(f"{name} {hint.label}" if wide else f"{name}{hint.label}", terminal.ascii_only)
            hints.append((text, hint.command))
    room, gap = terminal.columns - 1, 2 if wide else 1
    if terminal.columns >= DOCUMENT_FROM and sum(width_of(text) + gap for text, _command in hints) - gap > room:
        gap = 1  # on a desk all of them are shown
    placed: list[tuple[int, str, Command]] = []
    end = 0
    for number, (text, command) in enumerate(hints):
        column = end + gap if placed else 0
        left = room - (2 if number + 1 < len(hints) else 0)
        if column + width_of(text) > left:
            if placed:
                column, text, command = placed[-1]
                placed[-1] = (column, fit(text, room - 2 - column), command)
                return placed, True
            return [(0, fit(text, room), command)], False
        placed.append((column, text, command))
        end = column + width_of(text)
    return placed, False


# ---- between title and prompt ---------------------------------------------------------------------------------------


def form_columns(shown: Shown, terminal: Terminal) -> int:
    if can_point(shown, terminal):
        return desk.list_columns(shown.view, terminal.columns, terminal.ascii_only)
    beside = shown.view.document is not None and terminal.columns >= DOCUMENT_FROM
    return DOCUMENT_BESIDE if beside else terminal.columns


def can_point(shown: Shown, terminal: Terminal) -> bool:
    """Whether there is a list with something beside it, and the room for it."""
    view = shown.view
    listed = bool(view.beside) and len(view.beside) == len(view.choices)
    return terminal.columns >= DOCUMENT_FROM and listed and not (view.text or shown.whole_message)


def _paged_lines(shown: Shown, terminal: Terminal) -> list[str]:
    """The lines that stand instead of the facts, all pages."""
    columns = form_columns(shown, terminal)
    view = shown.view
    if shown.whole_message and shown.away is not None:
        return [line for said in _about_away(shown.away) for line in wrapped(clean(said, terminal.ascii_only), columns)]
    if shown.whole_message and view.message:
        return wrapped(clean(_marked(view.message), terminal.ascii_only), columns)
    if view.text:
        return [line for paragraph in view.text for line in wrapped(clean(paragraph, terminal.ascii_only), columns)]
    return [fit(clean(choice, terminal.ascii_only), columns) for choice in view.choices]


def _body(shown: Shown, terminal: Terminal, room: int) -> list[Row]:
    """The rows between title and prompt, exactly `room` of them."""
    if room < 1:
        return []
    rows: list[Row]
    columns = form_columns(shown, terminal)
    lines = _paged_lines(shown, terminal)
    listed = can_point(shown, terminal)
    if listed:
        entries = desk.list_lines(shown.view, columns, terminal.ascii_only, shown.pointed)
        first = min(shown.page, -(-len(entries) // room) - 1) * room
        rows = entries[first : first + room]
    elif lines:
        first = min(shown.page, -(-len(lines) // room) - 1) * room
        rows = [((line, Look.PLAIN),) for line in lines[first : first + room]]
    else:
        rows = _facts(shown.view, terminal, columns, room)
    rows.extend([()] * (room - len(rows)))
    if listed:
        return _joined(rows, columns, _panel(shown, terminal, terminal.columns - columns - desk.EDGE, room), terminal)
    if shown.view.document is not None and terminal.columns >= DOCUMENT_FROM:
        return _beside(rows, columns, shown.view.document, terminal)
    return rows


def _facts(view: ViewState, terminal: Terminal, columns: int, room: int) -> list[Row]:
    """Item, description, lot, quantity; below them, as far as there is room, progress, more facts, the last scans."""
    labelled = terminal.columns >= LABELS_FROM
    label_columns = 12 if labelled else 0

    def line(label: str, value: str, look: Look = Look.PLAIN) -> Row:
        text = clean(value, terminal.ascii_only)
        if not labelled:
            return ((fit(text, columns), look),)
        name = clean(label, terminal.ascii_only) if value else ""
        return ((pad(fit(name, label_columns - 1), label_columns), Look.PLAIN), (fit(text, columns - label_columns), look))

    main = [
        line(_("Item"), view.item, Look.TITLE),
        line(_("Description"), view.description),
        line(_("Lot/serial"), view.tracking),
        line(_("Quantity"), _total_first(clean(view.quantity, terminal.ascii_only), columns - label_columns)),
    ]
    if room < len(main):  # the lowest terminals: what identifies the goods, then how many
        return [main[index] for index in sorted((0, 3, 2, 1)[:room])]
    rows = main
    left = room - len(rows)
    if view.progress and labelled and left:
        rows.append(((_bar(view.progress, columns), Look.PLAIN),))
        left -= 1
    if labelled:
        facts = view.facts[: max(0, left)]
        rows.extend(line(label, value) for label, value in facts)
        left -= len(facts)
    if view.recent and left > 1:
        rows.append(())
        rows.extend(((fit(clean(text, terminal.ascii_only), columns), Look.PLAIN),) for text in view.recent[: left - 1])
    return rows


def _total_first(quantity: str, columns: int) -> str:
    """`1 BOX + 13 PCS = 23 PCS` where there is no room for it: `23 PCS ~`, for the total must be seen."""
    total = quantity.rpartition(" = ")[2]
    return quantity if width_of(quantity) <= columns or total == quantity else f"{total} {CUT}"


def _bar(progress: tuple[int, int], columns: int) -> str:
    """`[#####-----] 5/10` in ASCII, so that it looks the same everywhere."""
    done, of = progress
    numbers = f" {done}/{of}"
    inner = max(0, columns - len(numbers) - 2)
    filled = inner * min(max(done, 0), of) // of if of > 0 else 0
    return f"[{'#' * filled}{'-' * (inner - filled)}]{numbers}"


def _panel(shown: Shown, terminal: Terminal, columns: int, room: int) -> list[Row]:
    """Beside a list: the entry that is pointed at; until one is, the document or the facts of the list."""
    view = shown.view
    if shown.pointed is not None and shown.pointed < len(view.beside):
        return desk.panel_lines(view.beside[shown.pointed], columns, room, terminal.ascii_only)
    if view.document is not None:
        return list(_document_lines(view.document, columns, room, terminal.ascii_only))
    overview = Choice((view.title,), (*view.facts, ("", _("Arrow keys and Enter choose, or the number."))))
    lines = desk.panel_lines(overview, columns, room, terminal.ascii_only)
    if view.progress and len(lines) + 2 <= room:
        lines[1:1] = [((_bar(view.progress, columns), Look.PLAIN),)]
    return lines


def _beside(rows: Sequence[Row], columns: int, document: Document, terminal: Terminal) -> list[Row]:
    """The form's rows with the document's to the right of them."""
    lines = _document_lines(document, terminal.columns - columns - desk.EDGE, len(rows), terminal.ascii_only)
    return _joined(rows, columns, lines, terminal)


def _joined(rows: Sequence[Row], columns: int, lines: Sequence[Row], terminal: Terminal) -> list[Row]:
    """The form's rows with other rows to the right of them."""
    joined: list[Row] = []
    for row, spans in zip(rows, [*lines, *[()] * (len(rows) - len(lines))], strict=True):
        used = sum(width_of(text) for text, _look in row)
        joined.append((*row, (" " * (columns - used) + desk.edge(terminal.ascii_only), Look.PLAIN), *spans))
    return joined


def _document_lines(document: Document, columns: int, room: int, ascii_only: bool) -> list[tuple[Span, ...]]:
    """Headings and the rows around the current one, in columns as wide as their widest text."""
    table = [tuple(clean(cell, ascii_only) for cell in row) for row in (document.headings, *document.rows)]
    if not document.headings:
        table = table[1:]
    heading_rows = 1 if document.headings else 0
    visible = max(0, room - heading_rows)
    current = document.current if document.current is not None else 0
    first = max(0, min(current - visible // 2, len(document.rows) - visible))
    chosen = table[:heading_rows] + table[heading_rows + first : heading_rows + first + visible]
    widths = column_widths(chosen, columns - 2)
    lines: list[tuple[Span, ...]] = []
    for number, row in enumerate(chosen):
        heading = number < heading_rows
        marked = not heading and document.current == first + number - heading_rows
        cells = "  ".join(pad(fit(cell, width), width) for cell, width in zip(row, widths, strict=False))
        text = head(("> " if marked else "  ") + cells, columns).rstrip()
        lines.append(((text, Look.TITLE if heading or marked else Look.PLAIN),))
    return lines


# ---- the Textual screen ---------------------------------------------------------------------------------------------


class WorkScreen(Screen[None]):
    """Holds the one widget; what it shows arrives as `Frame`."""

    AUTO_FOCUS: ClassVar[str | None] = ""

    def compose(self) -> ComposeResult:
        yield Form()

    @property
    def form(self) -> Form:
        return self.query_one(Form)
