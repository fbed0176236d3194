"""The command `stockterm`: arguments, exit statuses, standard error; the composition root, which alone starts the screens.

Exit status: 0 done, 1 something was refused, 2 the call itself was wrong, 130 interrupted. What a user can act on is one line on
standard error, never a traceback. Every command imports what it needs when it runs: `post` and `export` load no screen.
"""

import gc
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from db.core.errors import N_, StocktermError, phrase
from stockterm.i18n import _, format_count, in_words, ngettext

if TYPE_CHECKING:
    from db.posting.lines import PostedBy
    from db.queries.exports import Export
    from db.queries.people import UserFacts
    from stockterm.flows.spool import Spool

REFUSED = 1
WRONG_CALL = 2
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command with these arguments (default: the process's); returns the exit status."""
    try:
        _choose_language()
        result = command.main(args=arguments, prog_name="stockterm", standalone_mode=False)
        _flush(sys.stdout)
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.UsageError as problem:
        _placed(problem).show()
        return WRONG_CALL
    except click.ClickException as problem:
        problem.show()
        return problem.exit_code
    except (click.Abort, KeyboardInterrupt):
        _say(_("Interrupted."))
        return INTERRUPTED
    except StocktermError as problem:
        _say(in_words(problem))
        return REFUSED
    except BrokenPipeError:
        _forget_output()
        return REFUSED
    return result if isinstance(result, int) else 0


def _placed(problem: click.UsageError) -> click.UsageError:
    """The problem; of an option of the program that was given to a command: that it stands before the command."""
    if not isinstance(problem, click.NoSuchOption) or problem.ctx is None:
        return problem
    if problem.option_name not in {name for one in command.params for name in one.opts}:
        return problem
    program, _space, rest = problem.ctx.command_path.partition(" ")
    text = _("{option} stands before the command: {program} {option} … {command}")
    return click.UsageError(text.format(option=problem.option_name, program=program, command=rest), problem.ctx)


def _choose_language() -> None:
    from stockterm.config import language_code
    from stockterm.i18n import set_language

    set_language(language_code())


def _say(text: str) -> None:
    """One line on standard error."""
    click.echo(f"stockterm: {' '.join(text.split())}", err=True)


def _flush(stream: Any) -> None:
    if stream is not None:
        stream.flush()


def _forget_output() -> None:
    """Whoever read our output has left; Python's own flush at the end would complain."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _show_version(context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        from importlib.metadata import PackageNotFoundError, version

        try:
            click.echo(f"stockterm {version('stockterm')}")
        except PackageNotFoundError:
            click.echo("stockterm (not installed)")
        context.exit()


def _choose_named_language(context: click.Context, _parameter: click.Parameter, named: str | None) -> None:
    """The language of --lang; the record of whoever signs in at the terminal still comes first."""
    from stockterm.i18n import has_language, languages, set_language

    if named is None or context.resilient_parsing:
        return
    if not has_language(named):
        text = _("{language} is not one of {known}.").format(language=named, known=", ".join(languages()))
        raise click.BadParameter(text, param_hint="--lang")
    set_language(named)


class _Commands(click.Group):
    """A group whose help says what each command does in a whole sentence, over two lines where it is long."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        rows = [(name, one.get_short_help_str(limit=10**6)) for name, one in commands if one is not None and not one.hidden]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


@click.group(
    cls=_Commands, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.option("--database", metavar="URL", help="sqlite:///file.db, sqlite:////absolute/file.db or postgresql://…")
@click.option(
    "--lang", metavar="CODE", is_eager=True, expose_value=False, callback=_choose_named_language, help="en or nb, until sign-in."
)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version, help="Show the version.")
@click.pass_context
def command(context: click.Context, database: str | None) -> int | None:
    """The warehouse terminal. Without a command it opens on this terminal.

    The database is the one named by --database, by STOCKTERM_DATABASE, in the settings file, or a file of the user's.
    """
    context.obj = database
    if context.invoked_subcommand is not None:
        return None
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        _say(_("This opens on a terminal, and there is none. See `stockterm --help` for what works without."))
        return WRONG_CALL
    return _open_terminal(database)


# ---- the database


@contextmanager
def _database(named: str | None, *, make: bool = False) -> Iterator[str]:
    """The database open and up to date; with `make` its schema is made where there is none. Yields its address."""
    from db.connection import close_database, open_database
    from db.migrations import migrate
    from stockterm.config import database_address

    address = database_address(named)
    if not make:
        _require_schema(address)
    try:
        open_database(address)
    except ValueError as problem:
        raise click.BadParameter(str(problem), param_hint="--database") from problem
    try:
        migrate()
        yield address
    finally:
        close_database()


def _require_schema(address: str) -> None:
    """Raises `EmptyDatabase` where nothing was ever put into it, without making anything."""

    from db.connection import close_database, database, open_database

    if address.startswith("sqlite:///") and not os.path.exists(address.removeprefix("sqlite:///")):
        raise _empty_database(address)
    try:
        open_database(address, read_only=True)
    except ValueError as problem:
        raise click.BadParameter(str(problem), param_hint="--database") from problem
    try:
        if not database.table_exists("settings"):
            raise _empty_database(address)
    finally:
        close_database()


def _empty_database(address: str) -> StocktermError:
    from db.core.errors import DatabaseUnavailable

    class EmptyDatabase(DatabaseUnavailable):
        template = N_("Empty database: {problem}. Import a file with `stockterm post FILE`, or try `stockterm demo`.")

    return EmptyDatabase(problem=_without_password(address))


def _without_password(address: str) -> str:
    import re

    return re.sub(r"(//[^:/@]*):[^@/]*@", r"\1:…@", address)


def _posted_by(source_code: str, user_code: str = "") -> "PostedBy":
    from db.posting.lines import PostedBy
    from stockterm.config import terminal_name

    return PostedBy(user_code, terminal_name(), source_code)


# ---- post


@command.command("post")
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True))
@click.option("--errors", "form", type=click.Choice(["text", "jsonl"]), default="text", help="How errors are written.")
@click.option("--dry-run", is_flag=True, help="Check everything, keep nothing.")
@click.option("--each", is_flag=True, help="Commit line by line, report bad lines and go on.")
@click.option("--user", metavar="CODE", help="Post for this user, as far as that user may.")
@click.pass_obj
def post(database: str | None, file: str, form: str, dry_run: bool, each: bool, user: str | None) -> int:
    """Post a file of operations (- for standard input): all of it, or nothing."""
    from stockterm.interchange.console import post_from

    if dry_run and each:
        raise click.UsageError(_("--dry-run looks at a file as a whole; it does not go with --each."))
    try:
        with _database(database, make=True):
            posted_by = _posted_by("interchange", "" if user is None else _named_user(user).code)
            return post_from(file, posted_by, form=form, dry_run=dry_run, each=each)
    except OSError as problem:
        if isinstance(problem, BrokenPipeError):
            raise
        raise click.BadParameter(f"{file}: {problem.strerror or problem}", param_hint="FILE") from problem
    except StocktermError as problem:
        if form != "jsonl":
            raise
        from stockterm.interchange.console import error_line

        click.echo(error_line(None, problem), err=True)
        return REFUSED


# ---- export


@command.command("export")
@click.argument("what")
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl", help="JSON Lines or CSV.")
@click.option("-o", "--output", metavar="FILE", help="Write to this file, which appears when it is complete.")
@click.option("--item", help="Only this item.")
@click.option("--variant", help="Only this variant.")
@click.option("--location", help="Only this location.")
@click.option("--bin", help="Only this bin.")
@click.option("--id", "id_", help="Only entries of the operation with this id.")
@click.option("--from", "date_from", metavar="DATE", help="From this posting date on.")
@click.option("--to", "date_to", metavar="DATE", help="Up to this posting date.")
@click.option("--date", "on", metavar="DATE", hidden=True)  # of availability, which comes later
@click.option("--user", metavar="CODE", help="Only what this user may see: without costs, without quantities on hand.")
@click.pass_obj
def export(
    database: str | None,
    what: str,
    form: str,
    output: str | None,
    user: str | None,
    item: str | None,
    variant: str | None,
    location: str | None,
    bin: str | None,
    id_: str | None,
    date_from: str | None,
    date_to: str | None,
    on: str | None,
) -> int:
    """Write the rows of a ledger, or of what is on hand, in entry order.

    WHAT is item-ledger, applications, value-entries, on-hand, items, count-entries, warehouse-entries, transfers, audit or
    changes.
    """
    from db.core.codes import normalize_code
    from db.core.errors import NotSupported
    from db.queries.exports import EXPORTS, LATER, Filters

    if what in LATER:
        raise NotSupported(field="export", what=phrase("export {what}", what=what))
    if what not in EXPORTS:
        raise click.BadParameter(f"{what!r} is not one of {', '.join(EXPORTS)}.", param_hint="WHAT")
    codes = {"item": item, "variant": variant, "location": location, "bin": bin}
    filters = Filters(
        **{name: None if value is None else normalize_code(value) for name, value in codes.items()},
        id=id_,
        date_from=_day(date_from, "--from"),
        date_to=_day(date_to, "--to"),
    )
    chosen = EXPORTS[what]
    named = {*filters.named(), *(["date"] if on is not None else [])}
    if unknown := sorted(named - chosen.filters):
        raise click.UsageError(_("{what} cannot be filtered by {unknown}.").format(what=what, unknown=", ".join(unknown)))
    with _database(database):
        _write(chosen if user is None else _as_seen_by(chosen, user), filters, form, output)
    return 0


def _as_seen_by(chosen: "Export", user_code: str) -> "Export":
    from db.queries.exports import BOOKS, as_seen
    from stockterm.flows.rights import Right, may, require

    user = _named_user(user_code)
    if chosen.name in BOOKS:
        require(user, Right.SEE_EXPECTED)
    return as_seen(chosen, cost=may(user, Right.SEE_COST), expected=may(user, Right.SEE_EXPECTED))


def _named_user(code: str) -> "UserFacts":
    """The user of `--user`. Raises `UnknownCode`."""
    from db.core.codes import normalize_code
    from db.core.errors import UnknownCode
    from db.queries.people import user_by_code

    user = user_by_code(normalize_code(code))
    if user is None:
        raise UnknownCode(field="--user", kind="user", value=code)
    return user


def _day(text: str | None, option: str) -> str | None:
    if text is None:
        return None
    from stockterm.interchange.kinds import day

    try:
        return day(text, option).isoformat()
    except StocktermError as problem:
        raise click.BadParameter(in_words(problem), param_hint=option) from problem


def _write(chosen: Any, filters: Any, form: str, output: str | None) -> None:
    from db.connection import read_snapshot
    from stockterm.interchange.writers import write_export, written_whole

    if output is None or output == "-":
        with read_snapshot():
            write_export(chosen, filters, form, sys.stdout.buffer)
            sys.stdout.buffer.flush()
        return
    try:
        with written_whole(output) as file, read_snapshot():
            write_export(chosen, filters, form, file)
    except OSError as problem:
        raise click.FileError(output, hint=problem.strerror or str(problem)) from problem


# ---- the ledgers


@command.command("adjust-cost")
@click.option("--item", "items", multiple=True, help="Only this item; may be repeated.")
@click.pass_obj
def adjust_cost(database: str | None, items: tuple[str, ...]) -> int:
    """Forward every cost change that is waiting."""
    from db.core.codes import normalize_code
    from db.masters.tables import ITEMS
    from db.posting.adjust import adjust_pending
    from stockterm.interchange.console import progress_on

    with _database(database), progress_on(sys.stderr) as progress:
        nos = [ITEMS.require(normalize_code(item), field="--item")["no"] for item in items]
        adjusted = adjust_pending(_posted_by("adjust_cost"), nos, lambda _visited: progress(N_("adjusting cost"), -1))
    click.echo(
        ngettext("Cost adjusted: {count} entry.", "Cost adjusted: {count} entries.", adjusted).format(
            count=format_count(adjusted)
        )
    )
    return 0


@command.command("clean")
@click.option("--days", type=click.IntRange(1, 36_500), default=90, show_default=True, help="Keep the scans of so many days.")
@click.pass_obj
def clean(database: str | None, days: int) -> int:
    """Delete old rows of the scan log. Nothing that still waits to be applied is touched, and no ledger has any of it."""
    from db.core import clock
    from db.work import scan_log
    from stockterm.interchange.console import progress_on

    with _database(database), progress_on(sys.stderr) as progress:
        before = clock.now_microseconds() - days * 86_400_000_000
        gone = scan_log.forget_before(before, lambda _count: progress(N_("deleting"), -1))
    click.echo(ngettext("Deleted: {count} scan.", "Deleted: {count} scans.", gone).format(count=format_count(gone)))
    return 0


@command.command("prove")
@click.pass_obj
def prove(database: str | None) -> int:
    """Check that the ledgers and everything kept beside them agree."""
    from db.posting.prove import prove as prove_ledgers
    from stockterm.interchange.console import progress_on

    with _database(database), progress_on(sys.stderr) as progress:
        report = prove_ledgers(lambda name: progress(name, -1))
    for name, rows in report.checks:
        click.echo(f"{format_count(rows):>12}  {_(name)}")
    for finding in report.findings:
        click.echo(finding)
    if report.findings:
        count = len(report.findings)
        text = ngettext("{count} finding: the ledgers do not agree.", "{count} findings: the ledgers do not agree.", count)
        _say(text.format(count=format_count(count)))
        return REFUSED
    click.echo(_("Everything agrees."))
    return 0


@command.command("trace")
@click.argument("number")
@click.option("--item", default="", help="Only this item's number.")
@click.option("--back", is_flag=True, help="From use to origin, instead of from origin to use.")
@click.option("--components", type=click.Choice(["no", "tracked", "all"]), default="tracked", help="Of what was made, backwards.")
@click.option("--document", is_flag=True, help="NUMBER is a document: everything that it moved.")
@click.option("--recall", "only_recall", is_flag=True, help="Only the recall list.")
@click.option("--find", is_flag=True, help="Find entries: every table that has something about the number or document.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_obj
def trace(
    database: str | None,
    number: str,
    item: str,
    back: bool,
    components: str,
    document: bool,
    only_recall: bool,
    find: bool,
    as_json: bool,
) -> int:
    """Show where goods with a lot, serial or package number came from, where they are, and what they left with."""
    import json

    from db.core.codes import normalize_code
    from db.queries.trace import Components, Direction
    from stockterm import tracing

    direction, depth = Direction.BACKWARD if back else Direction.FORWARD, Components(components)
    with _database(database):
        asked = tracing.Asked(number, normalize_code(item), direction, depth, document=document, recall=only_recall, find=find)
        if as_json:
            click.echo(json.dumps(tracing.as_data(asked), ensure_ascii=False, indent=1))
        else:
            for line in tracing.as_lines(asked):
                click.echo(line)
    return 0


@command.command("init")
@click.pass_obj
def init(database: str | None) -> int:
    """Make the tables in an empty database, or bring an older one up to this version."""
    with _database(database, make=True) as address:
        click.echo(_("Ready: {address}").format(address=_without_password(address)))
    return 0


# ---- labels


class _LabelCommands(_Commands):
    """Its commands are loaded when one of them is asked for: a dozen of them take longer to declare than everything above."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        from stockterm.label_commands import labels

        return labels.list_commands(ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        from stockterm.label_commands import labels

        return labels.get_command(ctx, cmd_name)


command.add_command(_LabelCommands("labels", help="Print labels, and see what became of them."))


# ---- scans, the demo


@command.command("scan")
@click.argument("text")
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
@click.option("--date", "on", metavar="DATE", help="The day that two-digit years are read from (default: today).")
@click.option("--separator", "separators", multiple=True, help=r"What stands for GS, besides \x1d; may be repeated.")
def scan(text: str, as_json: bool, on: str | None, separators: tuple[str, ...]) -> int:
    r"""Show what the program makes of a label. Escapes such as \x1d are allowed. Exit status 1: the label is invalid."""
    import json

    from db.core.clock import today
    from stockterm.interchange.kinds import day
    from stockterm.scanning.report import decode_escapes, describe

    try:
        reference_date = today() if on is None else day(on, "--date")
        given = [decode_escapes(separator) for separator in separators]
        described = describe(decode_escapes(text), reference_date=reference_date, **({"separators": given} if given else {}))
    except StocktermError as problem:
        raise click.UsageError(in_words(problem)) from problem
    if as_json:
        click.echo(json.dumps(described.as_json(), ensure_ascii=False))
    else:
        for line in described.lines:
            click.echo(line)
    return 0 if described.valid else REFUSED


@command.command("demo")
@click.option("--sheet", metavar="FILE", help="Write a sheet of labels to print (.svg or .html), open nothing.")
@click.option("--fresh", is_flag=True, help="Throw an older demo away and make a new one.")
@click.option("--no-open", is_flag=True, help="Make it and say how to open it.")
@click.pass_obj
def demo(database: str | None, sheet: str | None, fresh: bool, no_open: bool) -> int:
    """Make a company to try things on, in a file of its own, and open it."""
    from pathlib import Path
    from shutil import get_terminal_size

    from db.core.clock import today
    from stockterm.demo import default_demo_path, describe, make_demo, write_sheet
    from stockterm.interchange.console import post_records

    path = default_demo_path()
    if database is not None:
        if not database.startswith("sqlite:///") or database == "sqlite:///:memory:":
            raise click.BadParameter(_("The demo is a file: sqlite:///file.db."), param_hint="--database")
        path = Path(database.removeprefix("sqlite:///"))

    def post_to(address: str, operations: Any) -> None:
        with _database(address, make=True):
            post_records(operations, _posted_by("demo"))

    made = make_demo(path, post_to, today(), fresh=fresh)
    if sheet is not None:
        try:
            write_sheet(made, sheet)
        except OSError as problem:
            raise click.FileError(sheet, hint=problem.strerror or str(problem)) from problem
        click.echo(_("Labels: {file}").format(file=sheet))
        return 0
    click.echo(describe(made, get_terminal_size((100, 0)).columns))  # users and PINs: nobody can guess them
    if no_open or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return 0
    click.prompt(_("Enter opens it"), default="", show_default=False, prompt_suffix=" ")
    return _open_terminal(made.url)


def _open_terminal(named: str | None) -> int:
    """The screens, on this terminal, until the session is finished. The first frame is painted before the database is opened."""
    gc.disable()  # loading makes no garbage, and looking for it is a tenth of the time until the first frame
    from screens.app import run
    from stockterm.config import database_address, terminal_name
    from stockterm.flows.spool import Spool, default_folder
    from stockterm.i18n import language, set_language

    address = database_address(named)
    if not address.startswith(("sqlite:///", "postgresql://", "postgres://")):
        raise click.BadParameter(_("{address} is not a database address.").format(address=address), param_hint="--database")
    profile = _terminal_profile(terminal_name())
    spool = Spool(default_folder(), profile.name, address)

    def make_session() -> Any:
        """In the database thread; again after a crash."""
        try:
            return opened_session()
        finally:
            gc.freeze()  # what is loaded stays; from here on garbage is looked for, also while the database is away
            gc.enable()

    def opened_session() -> Any:
        from db.connection import close_database, open_database
        from db.migrations import migrate
        from stockterm.flows.away import bring_in
        from stockterm.flows.session import Session

        close_database()
        _require_file(address, spool)
        open_database(address)
        migrate()
        not_applied = bring_in(spool, profile.name)
        return Session(
            profile.name,
            separators=tuple(profile.separators),
            printer=profile.printer,
            on_language=speak,
            not_applied=not_applied,
            lock_after=profile.lock_after,
        )

    terminals = language()

    def speak(of_user: str) -> None:
        """The words that the screen itself has follow whoever signs in; without a language of their own, the terminal's."""
        set_language(of_user or terminals)

    return run(make_session, profile, spool)


def _require_file(address: str, spool: "Spool") -> None:
    """A file that scans wait for is away, not new. Raises `DatabaseUnavailable`."""
    from db.core.errors import DatabaseUnavailable

    path = address.removeprefix("sqlite:///")
    if path != address and path != ":memory:" and (spool.waiting or spool.typed) and not os.path.exists(path):
        raise DatabaseUnavailable(problem=phrase("there is no file {path}", path=path))


def _terminal_profile(name: str) -> Any:
    """What the settings file says about this terminal and its reader. Raises `BadValue`."""
    from db.core.errors import BadValue
    from stockterm.config import load_config
    from stockterm.flows.terminal import TerminalProfile

    settings: dict[str, Any] = {**load_config().profile(name), "name": name}
    try:
        for key, kind in (("suffixes", frozenset), ("leave_out", frozenset), ("size", tuple)):
            if key in settings:
                settings[key] = kind(settings[key])
        for key in ("keys", "labels"):
            if key in settings:
                settings[key] = tuple(settings[key].items())
        return TerminalProfile(**settings)
    except (TypeError, ValueError, AttributeError) as problem:
        raise BadValue(
            field="terminals in the settings file", value=name, expected=phrase("known settings ({problem})", problem=problem)
        ) from problem
