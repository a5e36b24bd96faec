"""The commands. Results go to stdout, everything else to stderr.

What a command needs is imported when it runs, so that each starts fast. Exit codes are `main`'s.
"""

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from reader import __version__
from reader.errors import CryptoreadError
from reader.main import COMPLETE, FAILED, PROGRAM, REFUSED, Paths, open_reader, say

if TYPE_CHECKING:
    from reader.importing import ImportReport
    from reader.query import Query

QUERY_HELP = """\b
QUERY is words and terms, all of which must hold; "-" in front excludes:
  word   "a phrase"   bit*   tag:xrp   -tag:market   category:btc
  sentiment:negative   source:newsbtc   lang:en   title:etf
  is:unread|read|favourite|draft|pinned|estimated   after:7d   before:2025-12-01
"""


class QueryCommand(click.Command):
    """A command whose words may begin with a minus, in completion too."""

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        if incomplete.startswith("-") and not incomplete.startswith("--"):
            return [CompletionItem(word) for word in _complete(ctx, self.params[0], incomplete)]
        return super().shell_complete(ctx, incomplete)


MANY, VERY_MANY = 1_000, 100_000
"""Articles at once: a first import, or a year's. The next sync or small import tidies up; what very
many leave to tidy would be too much for it."""

LIVE = ("subscribe", "subscriptions", "sync", "unsubscribe")
"""Commands of `cli_live`."""

KEEPING = ("backup", "restore")
"""Commands of `cli_backup`."""


class Commands(click.Group):
    """Commands, and `read` for whatever begins with no command's name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted((*super().list_commands(ctx), *LIVE, *KEEPING))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in LIVE:
            from reader import cli_live

            return cli_live.COMMANDS[cmd_name]
        if cmd_name in KEEPING:
            from reader import cli_backup

            return cli_backup.COMMANDS[cmd_name]
        return super().get_command(ctx, cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] in self.list_commands(ctx):
            return super().resolve_command(ctx, args)
        return "", read, args


def query_argument(command: Callable[..., Any]) -> Callable[..., Any]:
    """A QUERY of any words, such as `-tag:market`, which only looks like options."""
    return click.argument(
        "query", nargs=-1, type=click.UNPROCESSED, callback=_parse_query, shell_complete=_complete
    )(command)


def _parse_query(ctx: click.Context, _param: click.Parameter, words: tuple[str, ...]) -> "Query":
    from reader.query import parse

    for word in words:
        if word.startswith("--"):
            raise click.NoSuchOption(word, ctx=ctx)
    query = parse(" ".join(map(_as_typed, words)))
    for hint in query.hints:
        say(f"{hint.term}: {hint.reason}; searching for it as plain text")
    return query


def _as_typed(word: str) -> str:
    """The quotes of `tag:"bitcoin news"`, which the shell took away."""
    from reader.query import Field

    field, colon, value = word.partition(":")
    if not colon or " " not in value or {'"', ":"} & set(value):
        return word
    return f'{field}:"{value}"' if field.removeprefix("-").lower() in list(Field) else word


def _complete(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Fields of the query language, and the values that the cache knows for them."""
    from reader.query import Field, parse

    minus = "-" if incomplete.startswith("-") else ""
    field, colon, _ = incomplete.removeprefix("-").partition(":")
    if not colon:
        return [f"{minus}{name}:" for name in Field if name.startswith(field)]
    paths: Paths = ctx.find_object(Paths) or Paths(None, None)
    with paths.library() as library:
        stats = library.stats(parse(""))
    values = {
        Field.TAG: stats.tags,
        Field.CATEGORY: stats.categories,
        Field.SOURCE: stats.sources,
        Field.LANG: stats.languages,
    }.get(Field(field) if field in list(Field) else Field.TITLE, {})
    names = [f"{minus}{field}:{value.lower()}" for value in values]
    return [name for name in names if name.startswith(incomplete) and " " not in name]


ANY_WORDS = {"ignore_unknown_options": True, "help_option_names": ["--help"]}


@click.group(
    cls=Commands,
    context_settings=ANY_WORDS | {"max_content_width": 100},
    invoke_without_command=True,
    options_metavar="[OPTIONS]",
    subcommand_metavar="[QUERY | COMMAND ...]",
    epilog="cryptoread list --help, and so on, shows a command's options and an example.",
)
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Where articles and marks are kept (or CRYPTOREAD_DATA).",
)
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Settings (or CRYPTOREAD_CONFIG).",
)
@click.option("--debug", is_flag=True, help="Write more to the log (or CRYPTOREAD_DEBUG=1).")
@click.version_option(__version__, message="%(prog)s %(version)s")
@click.pass_context
def cli(ctx: click.Context, data: Path | None, config: Path | None, debug: bool) -> None:
    """Read an archive of crypto news. Without a command: open the reader.

    \b
    Example:
      cryptoread tag:xrp after:7d     the reader, on a week of XRP
    """
    if debug or os.environ.get("CRYPTOREAD_DEBUG"):
        _begin_debug(ctx, debug)
    ctx.obj = Paths(data, config)
    if ctx.invoked_subcommand is None:
        ctx.invoke(read, query=_parse_query(ctx, read.params[0], ()))


def _begin_debug(ctx: click.Context, debug: bool) -> None:
    """Write down which command runs, how long, and on what; never its words."""
    from time import monotonic

    from reader import logs

    if debug:
        logs.begin_debug()
    begun = monotonic()
    name = ctx.invoked_subcommand or "read"
    python = ".".join(map(str, sys.version_info[:3]))
    logs.note(f"{name} begins: cryptoread {__version__}, Python {python}, {sys.platform}")
    ctx.call_on_close(lambda: logs.note(f"{name} ends after {monotonic() - begun:.1f} s"))


@click.command(cls=QueryCommand, context_settings=ANY_WORDS)
@query_argument
@click.pass_obj
def read(paths: Paths, query: "Query") -> None:
    """Open the reader."""
    open_reader(paths, query)


@cli.command("import", short_help="Bring articles in from folders, files and archives.")
@click.argument(
    "sources", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH..."
)
@click.pass_obj
def import_(paths: Paths, sources: tuple[Path, ...]) -> None:
    """Bring articles in from folders, Markdown files, .zip and .tar archives (.gz, .xz, .bz2).

    Also from .jsonl files, an article a line, and .json files, an array of articles (or .gz of
    either): the fields of the front matter, and "body".

    What has not changed since the last import is skipped. What is refused is named, with the
    reason, and the rest goes in.

    \b
    Example:
      cryptoread import ~/news articles-2025.tar.xz more.jsonl.gz
    """
    from reader.workers import make_way

    make_way()
    _begin_first_import(paths)
    with paths.library() as library:
        with _progress() as on_progress:
            report = library.bring_in(
                sources, on_progress=on_progress, on_refusal=lambda refusal: say(str(refusal))
            )
        _tell(report)
        if report.stored < MANY or report.stored >= VERY_MANY:  # in between, somebody waits to read
            library.tidy(entirely=report.stored >= VERY_MANY)
    if report.refusals:
        sys.exit(REFUSED)


MOST_ALIKE = 10
"""Files that are named with one and the same note about them."""


def _tell(report: "ImportReport") -> None:
    alike: Counter[str] = Counter()
    for flag in report.flagged:
        alike[flag.reason] += 1
        if alike[flag.reason] <= MOST_ALIKE:
            say(f"{flag} (imported all the same)")
    for reason, count in alike.items():
        if count > MOST_ALIKE:
            say(f"{count - MOST_ALIKE:,} files more: {reason} (imported all the same)")
    if report.vanished:
        count = len(report.vanished)
        gone = "file no longer exists" if count == 1 else "files no longer exist"
        example = f"such as {report.vanished[0]}; their articles stay"
        say(f"{count} previously imported {gone}, {example}")
    say(str(report))
    from reader.logs import note

    note(f"import: {report}")


def _begin_first_import(paths: Paths) -> None:
    """Where nothing is known yet, all will be parsed: what parses starts beside the library."""
    from reader.config import data_folder

    if not data_folder(paths.data).exists():
        from reader.workers import context

        context()


@contextmanager
def _progress() -> Iterator[Callable[[int, int | None], None]]:
    """A bar on a terminal, nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn("importing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True, markup=False), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@cli.command(
    "list", cls=QueryCommand, context_settings=ANY_WORDS, short_help="List articles, newest first."
)
@query_argument
@click.option(
    "--format", "form", type=click.Choice(["table", "json", "jsonl", "csv"]), default="table"
)
@click.option("--limit", type=click.IntRange(min=0), metavar="N", help="At most N articles.")
@click.option("--raw", is_flag=True, help="Leave cells of CSV as they are.")
@click.pass_obj
def list_(paths: Paths, query: "Query", form: str, limit: int | None, raw: bool) -> None:
    """List the articles that match QUERY, newest first.

    In CSV an apostrophe is put before a text that begins with = + - or @, which a spreadsheet would
    take for a formula. --raw leaves it out, for programs.

    \b
    Example:
      cryptoread list tag:xrp -tag:market after:7d --format jsonl --limit 20
    """
    from reader.output import ListFormat, print_articles, print_rows

    if raw and form != ListFormat.CSV:
        raise click.UsageError("--raw is for --format csv")
    with paths.held_library() as library:
        ids = library.find(query)[: limit if limit is not None else None]
        if form != ListFormat.TABLE:
            print_articles(library.articles(ids), ListFormat(form), raw=raw)
            if library.damaged:
                sys.exit(REFUSED)
            return
        width = _terminal_width() if sys.stdout.isatty() else None
        for start in range(0, len(ids), 500):
            print_rows(library.rows(ids[start : start + 500]), width)
    if not ids and sys.stdout.isatty():
        say("no article matches")


def _terminal_width() -> int:
    import shutil

    return shutil.get_terminal_size().columns


@cli.command(short_help="Print one article.")
@click.argument("wanted", metavar="ID")
@click.option("--format", "form", type=click.Choice(["text", "markdown", "json"]), default="text")
@click.pass_obj
def show(paths: Paths, wanted: str, form: str) -> None:
    """Print the article with that id, or that external id where only one has it.

    \b
    Example:
      cryptoread show 531990123 --format markdown > article.md
    """
    from reader.output import print_article, record, to_json

    with paths.held_library() as library:
        row, article = library.whole(library.resolve(wanted))
    if form == "json":
        print(to_json(record(row, article) | {"body": article.body}, indent=2))
    elif form == "markdown":
        from reader.formats import write_article

        print(write_article(article), end="")
    else:
        print_article(row, article)


@cli.command(
    cls=QueryCommand,
    context_settings=ANY_WORDS,
    short_help="Count articles by category, tag, source.",
)
@query_argument
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
@click.pass_obj
def stats(paths: Paths, query: "Query", form: str) -> None:
    """Count the articles that match QUERY by category, sentiment, language, source and tag.

    \b
    Example:
      cryptoread stats lang:en --format json
    """
    from reader.output import print_stats, print_stats_json

    with paths.held_library() as library:
        counted = library.stats(query)
    (print_stats_json if form == "json" else print_stats)(counted)


@cli.command("open", short_help="Open an article's original or cover image in the browser.")
@click.argument("wanted", metavar="ID")
@click.option("--cover", "what", flag_value="cover", help="The cover image.")
@click.option("--original", "what", flag_value="original", help="The article at its publisher.")
@click.pass_obj
def open_(paths: Paths, wanted: str, what: str | None) -> None:
    """Open the original of an article in the browser, or its cover where there is no original.

    \b
    Example:
      cryptoread open 531990123 --cover
    """
    with paths.held_library() as library:
        article = library.article(library.resolve(wanted))
    urls = {"cover": article.cover.best if article.cover else "", "original": article.url}
    url = urls[what] if what else urls["original"] or urls["cover"]
    if not url:
        raise CryptoreadError(f"article {wanted} has no {what or 'link and no cover image'}")
    from reader.browser import open_url

    say(f"opened {open_url(url)}")


@cli.command(
    cls=QueryCommand,
    context_settings=ANY_WORDS,
    short_help="Write articles as Markdown or JSON lines.",
)
@query_argument
@click.option(
    "--to",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FOLDER|FILE",
    help="A folder, or a new .zip, .tar, .tar.gz, .tar.xz, .jsonl, .jsonl.gz.",
)
@click.pass_obj
def export(paths: Paths, query: "Query", to: Path) -> None:
    """Write the articles that match QUERY back into the archive's own layout, or as JSON lines.

    \b
    Example:
      cryptoread export is:favourite --to favourites.zip
    """
    with paths.held_library() as library:
        report = library.export(query, to, on_refusal=lambda refusal: say(str(refusal)))
        damaged = library.damaged
    say(f"{report}{f', {damaged} damaged' if damaged else ''}")
    if report.refusals or damaged:
        sys.exit(REFUSED)


@cli.command(short_help="See whether all is well, and set right what is not.")
@click.option("--repair", is_flag=True, help="Set right what can be, and say what was done.")
@click.option("--deep", is_flag=True, help="Compare every article with all that is made of it.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.pass_obj
def doctor(paths: Paths, repair: bool, deep: bool, as_json: bool) -> None:
    """Look at the settings, the files, the sources, and what is needed around them.

    The files are read whole, which takes a while where there are many articles. Up to 20,000
    articles, with --deep any number, are also compared with the rows of the list and the sets of
    tags and categories that are made of them; --repair includes that. Without --repair nothing is
    changed: a damaged file is never deleted, but set aside, and marks are kept.

    With --json: an array of objects, each with "check" (what was looked at), "ok" (true or false),
    "finding" (a sentence) and "repair" (what was done, empty where nothing was).

    The exit code is 0 where all is well or was set right, 1 where something remains to be done, 3
    where a file could not be looked at or written.

    \b
    Example:
      cryptoread doctor --repair
    """
    from reader.config import config_file, data_folder
    from reader.doctor import Depth, State, examine
    from reader.main import settings_fault
    from reader.output import print_findings, print_findings_json

    folder, config = data_folder(paths.data), config_file(paths.config)
    depth = Depth(repair=repair, deep=deep)
    found = examine(folder, config, settings_fault=settings_fault, depth=depth)
    states = (print_findings_json if as_json else print_findings)(found)
    if State.UNKNOWN in states:
        sys.exit(FAILED)
    if State.WRONG in states:
        sys.exit(REFUSED)


def run_command(arguments: list[str]) -> int:
    """Run a command line; its exit code. Wrong usage is explained on stderr."""
    if COMPLETE in os.environ:
        cli.main(arguments, prog_name=PROGRAM)
    try:
        # Not `cli.main`, which takes a closed pipe for a failure.
        with cli.make_context(PROGRAM, arguments) as context:
            cli.invoke(context)
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.Abort:
        raise KeyboardInterrupt from None
    except click.ClickException as error:
        from reader.redaction import redacted
        from reader.text import clean

        told = StringIO()
        error.show(told)
        click.echo(redacted(clean(told.getvalue())), err=True, nl=False)
        return error.exit_code
    return 0
