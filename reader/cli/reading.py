"""Commands that read articles: `list`, `show`, `related`, `stats`, `stories`, `open`."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from reader.cli.context import REFUSED, Paths, say
from reader.cli.query_argument import (
    ANY_WORDS,
    OneOf,
    QueryCommand,
    query_argument,
    say_nothing_matches,
)
from reader.errors import CryptoreadError
from reader.i18n import _, grouped, ngettext

if TYPE_CHECKING:
    from reader.cli.template import Template
    from reader.query.language import Query

_PRINTED_AT_ONCE = 500
"""Rows of a table that are read from the cache at once."""


@click.command(
    "list",
    cls=QueryCommand,
    context_settings=ANY_WORDS,
    short_help=_("List articles, newest first."),
)
@query_argument
@click.option(
    "--format",
    "form",
    type=OneOf(["table", "json", "jsonl", "csv", "template"]),
    default="table",
)
@click.option(
    "--template",
    "text",
    metavar=_("TEXT"),
    help=_("A line for each article: '{published:%F} {title}'."),
)
@click.option("--count", is_flag=True, help=_("Print only how many articles match."))
@click.option("--limit", type=click.IntRange(min=0), metavar=_("N"), help=_("At most N articles."))
@click.option("--raw", is_flag=True, help=_("Leave cells of CSV as they are."))
@click.option(
    "--color",
    type=OneOf(["auto", "always", "never"]),
    default="auto",
    help=_("Colours of the table; by default on a terminal, without NO_COLOR."),
)
@click.pass_obj
def list_(
    paths: Paths,
    query: "Query",
    form: str,
    text: str | None,
    count: bool,
    limit: int | None,
    raw: bool,
    color: str,
) -> None:
    """List the articles that match QUERY, newest first.

    In CSV an apostrophe is put before a text that begins with = + - or @, which a spreadsheet would
    read as a formula. --raw leaves it out, for programs.

    A template has the fields of JSON in braces: {title}, {source}, {tags}. Dates take a format
    ({published:%d %b %H:%M}), others a side and a width in cells ({category:<8}, {title:.60}).

    \b
    Example:
      cryptoread list tag:xrp -tag:market after:7d --format jsonl --limit 20
      cryptoread list is:unread --template '{published:%F} {sentiment} {title}'
    """
    from reader.cli.output import ListFormat, print_articles, print_rows
    from reader.cli.printing.colours import Colour, is_wanted

    form = ListFormat.TEMPLATE if text is not None and form == ListFormat.TABLE else form
    template = _template(text, form)
    if raw and form != ListFormat.CSV:
        raise click.UsageError(_("--raw is for --format csv"))
    with paths.held_library(stories=query.is_about_stories) as library:
        found = library.find(query)
        if not found:
            say_nothing_matches(query, library)
        if count:
            print(len(found) if limit is None else min(len(found), limit))
            return
        ids = found[: limit if limit is not None else None]
        if template is not None:
            for row, article in library.articles(ids):
                print(template.line(row, article))
        elif form != ListFormat.TABLE:
            print_articles(library.articles(ids), ListFormat(form), raw=raw)
        if form != ListFormat.TABLE:
            if library.damaged:
                sys.exit(REFUSED)
            return
        width = _terminal_width() if sys.stdout.isatty() else None
        coloured = is_wanted(Colour(color))
        for start in range(0, len(ids), _PRINTED_AT_ONCE):
            rows = library.rows(ids[start : start + _PRINTED_AT_ONCE])
            print_rows(rows, width, coloured=coloured)


def _template(text: str | None, form: str) -> "Template | None":
    """Return the template of a command line. Raises click.UsageError."""
    from reader.cli.template import Template, TemplateFault

    if (form == "template") is not (text is not None):
        raise click.UsageError(_("--format template and --template TEXT belong together"))
    try:
        return None if text is None else Template(text)
    except TemplateFault as error:
        raise click.UsageError(f"--template: {error}") from error


def _terminal_width() -> int:
    import shutil

    return shutil.get_terminal_size().columns


@click.command(short_help=_("Print one article."))
@click.argument("wanted", metavar=_("ID"))
@click.option("--format", "form", type=OneOf(["text", "markdown", "json"]), default="text")
@click.option("--no-pager", is_flag=True, help=_("Print it, on a terminal too."))
@click.pass_obj
def show(paths: Paths, wanted: str, form: str, no_pager: bool) -> None:
    """Print the article with that id, or the only one with that external id.

    On a terminal it is laid out and shown in your pager: PAGER, or else less.

    \b
    Example:
      cryptoread show 531990123 --format markdown > article.md
    """
    from reader.cli.output import print_article, record, to_json

    with paths.held_library() as library:
        row, article = library.whole(library.resolve(wanted))
    if form == "json":
        print(to_json(record(row, article) | {"body": article.body}, indent=2))
    elif form == "markdown":
        from reader.formats import write_article

        print(write_article(article), end="")
    else:
        print_article(row, article, paged=not no_pager)


@click.command(
    cls=QueryCommand,
    context_settings=ANY_WORDS,
    short_help=_("Count articles by category, tag, source."),
)
@query_argument
@click.option("--format", "form", type=OneOf(["table", "json"]), default="table")
@click.pass_obj
def stats(paths: Paths, query: "Query", form: str) -> None:
    """Count the articles that match QUERY by category, sentiment, language, source and tag.

    Then how often each source was the first with a story, of the newest 2,000 stories that several
    sources told, for sources that told 30 of them: compared with chance, as if all of a story's
    sources were equally fast, and how far behind the first it was (median) when it was not.

    \b
    Example:
      cryptoread stats lang:en --format json
    """
    from reader.cli.output import print_stats, print_stats_json

    with paths.held_library(stories=True) as library:
        counted = library.stats(query)
        firsts = library.insight.firsts(library.find(query))
    (print_stats_json if form == "json" else print_stats)(counted, firsts)


@click.command(
    cls=QueryCommand,
    context_settings=ANY_WORDS,
    short_help=_("List stories that several sources tell."),
)
@query_argument
@click.option("--format", "form", type=OneOf(["table", "json"]), default="table")
@click.option("--limit", type=click.IntRange(min=0), metavar=_("N"), help=_("At most N stories."))
@click.option("--reverse", is_flag=True, help=_("The oldest first."))
@click.option("--build", is_flag=True, help=_("Only find the stories of articles that are new."))
@click.pass_obj
def stories(
    paths: Paths, query: "Query", form: str, limit: int | None, reverse: bool, build: bool
) -> None:
    """List the stories that several sources tell, of the articles that match QUERY.

    Each with the time and title of its first article, then the sources that told it, the later ones
    with how much later they were. Two arrows stand where sources disagree on the sentiment. In
    a query, the term printed below its first article, such as story:120, finds all its articles.

    Stories are found after each import and sync, after a large one by an open screen. --build finds
    them now and shows how many articles are left.

    \b
    Example:
      cryptoread stories after:2d tag:etf --limit 10
    """
    from itertools import islice

    from reader.cli.story_output import print_stories, print_stories_json

    with paths.library() as library:
        if not library.is_only_read:
            with _left_to_decide(show=build) as on_progress:
                library.deciding.run(on_progress=on_progress)
        if build:
            return
        library.hold()
        found = library.insight.stories(library.find(query), oldest_first=reverse)
        told = ((story, library.rows(story.ids)) for story in islice(found, limit))
        (print_stories_json if form == "json" else print_stories)(told)


@contextmanager
def _left_to_decide(*, show: bool) -> Iterator[Callable[[int], None]]:
    """Give a callback that shows how many articles are left, on a terminal."""
    if not show or not sys.stderr.isatty():
        yield lambda _left: None
        return

    def show_left(left: int) -> None:
        text = ngettext("{number} article left", "{number} articles left", left)
        # Blanks over what a longer line has left.
        print(f"\r{text.format(number=grouped(left))}  ", end="", file=sys.stderr, flush=True)

    yield show_left
    print("\r\033[K", end="", file=sys.stderr, flush=True)


@click.command(short_help=_("List articles that are related to one."))
@click.argument("wanted", metavar=_("ID"))
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
@click.pass_obj
def related(paths: Paths, wanted: str, form: str) -> None:
    """List up to five articles about the same as the article with that id, the most alike first.

    They are of other stories, one of each: `stories` lists what several sources tell of one event.

    \b
    Example:
      cryptoread related 531990123 --format json
    """
    from reader.cli.output import ListFormat, print_articles, print_rows

    with paths.held_library(stories=True) as library:
        ids = library.insight.related(library.resolve(wanted))
        if form == "json":
            print_articles(library.articles(ids), ListFormat.JSON)
        else:
            print_rows(library.rows(ids), _terminal_width() if sys.stdout.isatty() else None)
    if not ids and sys.stdout.isatty():
        say(_("nothing related"))


@click.command("open", short_help=_("Open an article's original or cover image in the browser."))
@click.argument("wanted", metavar=_("ID"))
@click.option("--cover", "what", flag_value="cover", help=_("The cover image."))
@click.option("--original", "what", flag_value="original", help=_("The article at its publisher."))
@click.pass_obj
def open_(paths: Paths, wanted: str, what: str | None) -> None:
    """Open the original of an article in the browser, or its cover if there is no original.

    \b
    Example:
      cryptoread open 531990123 --cover
    """
    with paths.held_library() as library:
        article = library.article(library.resolve(wanted))
    urls = {"cover": article.cover.best if article.cover else "", "original": article.url}
    url = urls[what] if what else urls["original"] or urls["cover"]
    if not url:
        lacks = {
            "cover": _("article {id} has no cover"),
            "original": _("article {id} has no original"),
            None: _("article {id} has no link and no cover image"),
        }
        raise CryptoreadError(lacks[what].format(id=wanted))
    from reader.browser import open_url

    say(_("opened {url}").format(url=open_url(url)))


COMMANDS = {
    command.name or "": command for command in (list_, open_, related, show, stats, stories)
}
